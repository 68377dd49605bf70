"""What keeps a cold start short: patterns compiled, and modules loaded, when they are first used."""

from __future__ import annotations

import re
import sys
from typing import Any, cast

__all__ = ["is_loaded_instance", "lazy_pattern"]


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


def is_loaded_instance(value: object, module: str, name: str) -> bool:
    """Return whether a value is an instance of a class, without loading the class's module.

    Example:
        >>> import uuid
        >>> is_loaded_instance(uuid.uuid4(), "uuid", "UUID"), is_loaded_instance("1", "uuid", "UUID")
        (True, False)
    """
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name))
