r"""Find values that spreadsheets and dumps leave in place of an ID; each would merge many people into one.

They are rejected in files and lists. A single call accepts them.

Scientific notation is recognized by a decimal point or comma, or by the sign of its exponent: `1.23457E+14`,
`1,23457E+14`, `2E+15`. `12e45678` and `2e15` may be hexadecimal IDs and are accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from adapty._core.lazy import lazy_pattern
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

__all__ = ["ID_FIELDS", "describe_damage", "refuse_damaged_ids"]

ID_FIELDS = (
    "external_profile_id",
    "customer_user_id",
    "profile_id",
    "event_id",
    "store_transaction_id",
    "store_original_transaction_id",
)
"""The fields of a record in which a damaged value is refused."""


class _Damage(NamedTuple):
    """What happened to an ID, and what is expected."""

    problem: str
    expected: str


_AS_TEXT = "expected the original ID: export the column as text"
_SCIENTIFIC = _Damage("a spreadsheet turned the ID into a number in scientific notation", _AS_TEXT)
_DECIMAL = _Damage("a spreadsheet or a data frame turned the ID into a decimal number", _AS_TEXT)
_DATE = _Damage("a spreadsheet turned the ID into a date", _AS_TEXT)
_ERROR = _Damage("a spreadsheet wrote an error in place of the ID", "expected a corrected cell")
_MISSING = _Damage("a missing value was written as text", "expected an ID, or an empty field")
_BOOLEAN = _Damage("a boolean is in place of the ID", "expected the column with the ID")
_OBJECT = _Damage("a program wrote an object in place of the ID", "expected the ID itself")

_IN_ANY_CASE: Mapping[str, _Damage] = {
    **dict.fromkeys(
        (
            "null",
            "(null)",
            "<null>",
            "[null]",
            "none",
            "<none>",
            "undefined",
            "n/a",
            "<na>",
            "<nil>",
            "(blank)",
        ),
        _MISSING,
    ),
    **dict.fromkeys(("#n/a", "#nv"), _ERROR),
    **dict.fromkeys(("true", "false"), _BOOLEAN),
}
"""Compared in lower case, because databases and languages differ in case."""

_AS_WRITTEN: Mapping[str, _Damage] = dict.fromkeys(
    # "Nan", "Nat" and "Na" are names of people.
    (r"\N", r"\\N", "nan", "NaN", "NAN", "-nan", "-NaN", "NaT", "NA", "nil"),
    _MISSING,
)
"""Compared as they are."""

_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"

_PATTERNS: tuple[tuple[re.Pattern[str], _Damage], ...] = (
    (lazy_pattern(r"[+-]?[0-9]+([.,][0-9]+[eE][+-]?|[eE][+-])[0-9]+"), _SCIENTIFIC),
    (lazy_pattern(r"[+-]?[0-9]+[.,]0+"), _DECIMAL),
    (lazy_pattern(rf"[0-9]{{1,2}}-{_MONTH}(-[0-9]{{2,4}})?|{_MONTH}-[0-9]{{2}}"), _DATE),
    (lazy_pattern(r"#[A-Z\u00c0-\u00de0-9/_]+[!?]|#GETTING_DATA|Err:[0-9]{3}"), _ERROR),
    (lazy_pattern(r"\[object [A-Za-z]+\]"), _OBJECT),
)

_MAX_LENGTH = 60
"""The maximum length of a damaged value."""


def describe_damage(value: object) -> str | None:
    """Return what happened to a damaged ID and what is expected, or None.

    Example:
        >>> describe_damage("NULL")
        "a missing value was written as text (got 'NULL'); expected an ID, or an empty field"
        >>> describe_damage("12e45678") is None
        True
    """
    if not isinstance(value, str) or len(value) > _MAX_LENGTH:
        return None
    damage = _AS_WRITTEN.get(value) or _IN_ANY_CASE.get(value.casefold())
    if damage is None:
        damage = next((damage for pattern, damage in _PATTERNS if pattern.fullmatch(value)), None)
    return None if damage is None else f"{damage.problem} (got {str.__str__(value)!r}); {damage.expected}"


def refuse_damaged_ids(data: Mapping[str, Any]) -> None:
    """Raise if an ID of a record is damaged.

    Raises:
        AdaptyUsageError: An ID is damaged; `field_name` is its field.
    """
    for field in ID_FIELDS:
        if (value := data.get(field)) is not None and (problem := describe_damage(value)):
            raise AdaptyUsageError.for_field(field, problem)
