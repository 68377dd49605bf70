"""Runs the comparison: python -m scripts.spec_diff."""

import sys

from scripts.spec_diff.command import main

if __name__ == "__main__":
    sys.exit(main())
