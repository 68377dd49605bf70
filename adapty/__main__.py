"""`python -m adapty`, the same as the console script `adapty-py`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line, which needs the extra `cli`."""
    try:
        import rich  # noqa: F401, PLC0415
        import typer  # noqa: F401, PLC0415
    except ImportError:
        sys.exit('The command line needs its extra: pip install "adapty[cli]"')
    from adapty.cli import app  # noqa: PLC0415

    app()


if __name__ == "__main__":
    main()
