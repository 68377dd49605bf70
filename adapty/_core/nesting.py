"""Limits of JSON: deep nesting breaks what walks it, and millions of tiny values fill the memory."""

from __future__ import annotations

from typing import Any

__all__ = ["MAX_DEPTH", "MAX_VALUES", "has_too_many_values", "is_too_deep"]

MAX_DEPTH = 50
"""Lists and objects inside one another, the outermost included."""


MAX_VALUES = 1_000_000
"""The maximum number of values in one document. The largest documented response has some thousands."""


def has_too_many_values(document: bytes | str) -> bool:
    """Return whether a JSON document may have more than `MAX_VALUES` values, without decoding it.

    An empty object takes 3 bytes of JSON and 20 times as much memory. Each value but the first follows a comma, a
    bracket or a brace; those inside strings count as well.

    Example:
        >>> has_too_many_values('{"a": [1, 2]}'), has_too_many_values("[" + "{}," * 1_000_000 + "{}]")
        (False, True)
    """
    if len(document) <= MAX_VALUES:
        return False
    marks: tuple[Any, ...] = (b",", b"[", b"{") if isinstance(document, bytes) else (",", "[", "{")
    return sum(map(document.count, marks)) > MAX_VALUES


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
