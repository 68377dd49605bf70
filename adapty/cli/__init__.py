"""The command line, over the public API: `adapty-py` and `python -m adapty`."""

from adapty.cli.app import app

__all__ = ["app"]
