"""The command line."""

from astrosearch.cli.main import main

__all__ = ["main"]
