"""Hints for unknown columns and keys: the field that was probably meant, and what to do."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

from adapty._core.validation import closest_match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "hint_for_missing",
    "hint_for_repeated",
    "hint_for_unknown",
    "hint_for_unnamed",
    "looks_like_data",
    "suggest",
]

_LONGEST_NAME = 100
_DATA = re.compile(r".*@.*|[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[-+]?[0-9]+([.,][0-9]+)?", re.DOTALL | re.ASCII)


def suggest(name: object, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is similar to a name, in any case, or None."""
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        return None
    return closest_match(name, candidates)


def hint_for_unknown(name: object, fields: Mapping[str, str]) -> str:
    """Return the end of a message about a column or key that is not a field.

    Args:
        name: The column or key.
        fields: The known names, each with its field.

    Example:
        >>> hint_for_unknown("EMAIL", {"email": "email"})
        '; did you mean email? rename it, or use --map email=EMAIL (mapping={"email": "EMAIL"})'
    """
    likely = suggest(name, fields)
    if likely is None:
        return f"; rename or remove it{_or_ignore(name, 'it')}"
    field = fields[likely]
    mapped = ""
    if isinstance(name, str) and _is_displayable(name):
        option = shlex.quote(f"{field}={name}")
        mapped = f", or use --map {option} (mapping={{{_quoted(field)}: {_quoted(name)}}})"
    return f"; did you mean {field}? rename it{mapped}"


def hint_for_missing(field: str) -> str:
    """Return the end of a message about a required field without a column."""
    return f"; if a column has another name, use --map {field}=COLUMN (mapping={{{_quoted(field)}: ...}})"


def hint_for_repeated(name: str) -> str:
    """Return the end of a message about two columns with the same name."""
    return f"; rename one{_or_ignore(name, 'both')}"


def hint_for_unnamed() -> str:
    """Return the end of a message about a column without a name."""
    return f"; name or remove it{_or_ignore('', 'all columns without a name')}"


def looks_like_data(cell: str) -> bool:
    """Return whether a cell is a value, such as an address, a date or a number, and not a column's name."""
    return _DATA.fullmatch(cell) is not None


def _or_ignore(name: object, what: str) -> str:
    if not isinstance(name, str) or not _is_displayable(name):
        return ""
    option = shlex.quote(name) if name else '""'
    return f", or ignore {what} with --ignore {option} (ignore=[{_quoted(name)}])"


def _is_displayable(name: str) -> bool:
    """Return whether a name can be part of a command: printable, not too long, and not an address."""
    return name.isprintable() and "@" not in name and len(name) <= _LONGEST_NAME


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
