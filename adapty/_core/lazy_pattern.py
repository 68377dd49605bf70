"""Regular expressions that are compiled when they are first used.

Compiling the package's patterns takes about 20 ms, a large part of a cold start, and a process needs few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["lazy_pattern"]


def lazy_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what `re.compile` returns, but compile the pattern when it is first used.

    Example:
        >>> lazy_pattern("[0-9]+").fullmatch("12").group()
        '12'
    """
    return cast("re.Pattern[str]", _LazyPattern(pattern, flags))


class _LazyPattern:
    def __init__(self, pattern: str, flags: int) -> None:
        self._arguments = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """Compile the pattern, and keep the method or attribute for later uses."""
        value = getattr(re.compile(*self._arguments), name)
        setattr(self, name, value)
        return value
