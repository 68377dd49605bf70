"""The command line, over the public API: `adapty-py` and `python -m adapty`."""
