"""A repr that never fails, also of an object whose `__init__` raised: tools that print locals show those, too."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SafeRepr"]


class SafeRepr:
    """A base of classes whose `__repr__`, their own or the one that attrs generates, may meet missing attributes."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Wrap the class's own `__repr__`; attrs creates a class with slots anew, with the method that it generated."""
        super().__init_subclass__()
        own = cls.__dict__.get("__repr__")
        if own is not None and not hasattr(own, "__wrapped__"):
            cls.__repr__ = _without_errors(own)  # type: ignore[method-assign]


def _without_errors(represent: Callable[[Any], str]) -> Callable[[Any], str]:
    @wraps(represent)
    def safe(self: Any) -> str:
        try:
            return represent(self)
        except Exception:  # noqa: BLE001 - whatever is missing
            return f"<{type(self).__name__}: incomplete>"

    return safe
