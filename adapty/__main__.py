"""`python -m adapty`, the same as the console script `adapty-py`."""

from __future__ import annotations

import sys

from adapty._cli.internal_errors import exit_codes_for_unexpected_errors

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    with exit_codes_for_unexpected_errors():
        try:
            import rich  # noqa: F401, PLC0415
            import typer  # noqa: F401, PLC0415
        except ImportError:
            print('The command line needs an extra; install it with: pip install "adapty[cli]"', file=sys.stderr)  # noqa: T201
            sys.exit(2)  # a usage error; 1 has a meaning
        from adapty._cli.app import app  # noqa: PLC0415

        app()


if __name__ == "__main__":
    main()
