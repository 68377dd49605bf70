"""Validate IANA names of time zones."""

from __future__ import annotations

import re
import zoneinfo

from adapty._core.lazy import lazy_pattern
from adapty._core.validation import Invalid, closest_match, quote, text, type_name

__all__ = ["timezone_name"]

_EXPECTED = "expected the IANA name of a time zone, such as Europe/Berlin"
_NAME = lazy_pattern(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", re.ASCII)


def timezone_name(value: str | zoneinfo.ZoneInfo) -> str:
    """Return the IANA name of a time zone.

    Args:
        value: The name, or a `ZoneInfo` that has one. Without time zone data on this machine, any name that looks like
            one is valid.

    Raises:
        Invalid: The name is unknown.
    """
    if isinstance(value, zoneinfo.ZoneInfo):
        value = value.key
        if not isinstance(value, str):
            raise Invalid(f"is a ZoneInfo without a key; {_EXPECTED}")
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; {_EXPECTED}")
    name = text(value)
    if not _NAME.fullmatch(name):
        raise Invalid(f"{quote(name)} is not a name of a time zone; {_EXPECTED}")
    if not _is_in_the_data(name) and (known := zoneinfo.available_timezones()):
        close = closest_match(name, known)
        raise Invalid(
            f"{quote(name)} is not a known time zone; {f'did you mean {close}? ' if close else ''}{_EXPECTED}"
        )
    return name


def _is_in_the_data(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder
        return False
    return True
