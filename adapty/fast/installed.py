"""Whether the extra `fast` is there."""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["check_installed", "fast_is_installed"]

_PACKAGE = "pyreqwest"


def fast_is_installed() -> bool:
    """Tell whether the transports of `adapty.fast` can be made; nothing is loaded for that.

    Example:
        >>> fast_is_installed()
        True
    """
    return find_spec(_PACKAGE) is not None


def check_installed(name: str) -> None:
    """Refuse to make what cannot work.

    Args:
        name: What is being made.

    Raises:
        ImportError: The extra is not installed.
    """
    if not fast_is_installed():
        message = f'{name} needs {_PACKAGE}; install it with: pip install "adapty[fast]"'
        raise ImportError(message, name=_PACKAGE)
