r"""Values that a spreadsheet or a dump leaves where an id was: each would merge many people into one.

They are refused in what comes from files and lists, never in a single call, which takes what it is given.

Numbers are told from hexadecimal ids: `12e45678` and `2e15` may be such ids, and are accepted. Scientific notation is
recognized by a decimal point, or comma, or by the sign of its exponent: `1.23457E+14`, `1,23457E+14`, `2E+15`.
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
    """What happened to an id, and what the input should have."""

    problem: str
    expected: str


_AS_TEXT = "expected the id as it was: export the column as text"
_SCIENTIFIC = _Damage("a spreadsheet turned the id into a number in scientific notation", _AS_TEXT)
_DECIMAL = _Damage("a spreadsheet or a data frame turned the id into a decimal number", _AS_TEXT)
_DATE = _Damage("a spreadsheet turned the id into a date", _AS_TEXT)
_ERROR = _Damage("a spreadsheet wrote an error in the place of the id", "expected the cell corrected")
_MISSING = _Damage("a missing value was written as text", "expected an id, or nothing where there is none")
_BOOLEAN = _Damage("a boolean is in the place of the id", "expected the column that holds the id")
_OBJECT = _Damage("a program wrote an object in the place of the id", "expected the id itself")

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
"""By their lower case: databases, languages and their users disagree on the case."""

_AS_WRITTEN: Mapping[str, _Damage] = dict.fromkeys(
    # "Nan", "Nat" and "Na" are names of people.
    (r"\N", r"\\N", "nan", "NaN", "NAN", "-nan", "-NaN", "NaT", "NA", "nil"),
    _MISSING,
)
"""In this case only."""

_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"

_PATTERNS: tuple[tuple[re.Pattern[str], _Damage], ...] = (
    (lazy_pattern(r"[+-]?[0-9]+([.,][0-9]+[eE][+-]?|[eE][+-])[0-9]+"), _SCIENTIFIC),
    (lazy_pattern(r"[+-]?[0-9]+[.,]0+"), _DECIMAL),
    (lazy_pattern(rf"[0-9]{{1,2}}-{_MONTH}(-[0-9]{{2,4}})?|{_MONTH}-[0-9]{{2}}"), _DATE),
    (lazy_pattern(r"#[A-Z\u00c0-\u00de0-9/_]+[!?]|#GETTING_DATA|Err:[0-9]{3}"), _ERROR),
    (lazy_pattern(r"\[object [A-Za-z]+\]"), _OBJECT),
)

_MAX_LENGTH = 60
"""No damaged value is longer: what is, needs no look."""


def describe_damage(value: object) -> str | None:
    """Return what happened to a value that is no id any more and what to do about it, or None.

    Example:
        >>> describe_damage("NULL")
        "a missing value was written as text (got 'NULL'); expected an id, or nothing where there is none"
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
    """Raise where an id of a record is one that a spreadsheet or a dump has spoilt.

    Raises:
        AdaptyUsageError: One is; `field_name` is its field.
    """
    for field in ID_FIELDS:
        if (value := data.get(field)) is not None and (problem := describe_damage(value)):
            raise AdaptyUsageError.for_field(field, problem)
