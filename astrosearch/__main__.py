"""`python -m astrosearch`."""

from astrosearch.cli.main import main

if __name__ == "__main__":
    main()
