"""How deep JSON is nested: what is deeper than any use of it can break whatever walks it."""

from __future__ import annotations

from typing import Any

__all__ = ["MAX_DEPTH", "is_too_deep"]

MAX_DEPTH = 50
"""Lists and objects inside one another, the outermost included."""


def is_too_deep(decoded: Any, most: int = MAX_DEPTH) -> bool:
    """Tell whether decoded JSON is nested deeper than `most` levels; does not recurse itself.

    Example:
        >>> is_too_deep({"a": [1]})
        False
    """
    level = [decoded]
    for _ in range(most + 1):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item if isinstance(item, list | tuple) else ())
        ]
        if not level:
            return False
    return True
