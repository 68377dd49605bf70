"""The text form of a fault, for the header of a request, for HTTP and for the command line.

It is the kind, and after it, each behind a semicolon, what there is to say about it: `rate_limited;retry_after=2`,
`server_error;status=500;every=20`. Operation ids are separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from adapty._core.validate import kind_of, known_name, quoted
from adapty.sandbox.fault_checks import refuse

__all__ = ["FIELDS", "read", "written"]

_WHOLE = re.compile(r"-?[0-9]{1,12}", re.ASCII)
_NUMBER = re.compile(r"-?([0-9]{1,20}(\.[0-9]{0,30})?|\.[0-9]{1,30})(e[+-]?[0-9]{1,3})?", re.ASCII | re.IGNORECASE)


def read(text: str) -> tuple[str, dict[str, Any]]:
    """Take a text apart.

    Returns:
        The kind, and the fields by name. What they mean is not looked at.

    Raises:
        AdaptyConfigError: It is not of the form.

    Example:
        >>> read("server_error; status=500; every=20")
        ('server_error', {'status': 500, 'every': 20})
    """
    if not isinstance(text, str):
        refuse("fault", f"is {kind_of(text)}; expected text such as rate_limited;retry_after=2")
    kind, *parts = (part.strip() for part in text.split(";"))
    found: dict[str, Any] = {}
    for part in parts:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            refuse("fault", f"{quoted(part)} has no =; expected name=value after each semicolon")
        if name not in FIELDS:
            refuse("fault", f"{quoted(name)} is not known{known_name(name, FIELDS)}")
        if name in found:
            refuse(name, "is given twice; expected once")
        found[name] = FIELDS[name].read(name, value)
    return kind, found


def written(kind: str, values: Mapping[str, Any]) -> str:
    """Put a kind and the fields that are worth telling into a text.

    Example:
        >>> written("slow", {"seconds": 2.0, "operations": ("saveProfile", "deleteProfile")})
        'slow;seconds=2;operations=saveProfile,deleteProfile'
    """
    return ";".join([kind, *(f"{name}={FIELDS[name].write(value)}" for name, value in values.items())])


@frozen
class _Form:
    read: Callable[[str, str], Any]
    write: Callable[[Any], str]


def _read_whole(name: str, value: str) -> int:
    if not _WHOLE.fullmatch(value):
        refuse(name, f"{quoted(value)} is no whole number; expected one such as 20")
    return int(value)


def _read_number(name: str, value: str) -> float:
    if not _NUMBER.fullmatch(value):
        refuse(name, f"{quoted(value)} is no number; expected one such as 2 or 0.05")
    return float(value)


def _write_number(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(float(number))


def _read_names(_: str, value: str) -> list[str]:
    return [name.strip() for name in value.split(",")]


_A_WHOLE = _Form(_read_whole, str)
_A_NUMBER = _Form(_read_number, _write_number)

FIELDS: Mapping[str, _Form] = {
    "status": _A_WHOLE,
    "retry_after": _A_WHOLE,
    "seconds": _A_NUMBER,
    "count": _A_WHOLE,
    "every": _A_WHOLE,
    "probability": _A_NUMBER,
    "operations": _Form(_read_names, ",".join),
}
"""How the value of each field stands in the text, in the order in which they are written."""
