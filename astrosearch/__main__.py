"""`python -m astrosearch`."""

from astrosearch.cli import main

if __name__ == "__main__":
    main()
