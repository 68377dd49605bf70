"""The kinds of faults, and what each of them takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, NoReturn, get_args

from adapty._core.operations import OPERATIONS
from adapty._core.validate import kind_of, known_name, quoted
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = [
    "CUTS",
    "DEFAULT_STATUSES",
    "MAX_COUNT",
    "MOST_SECONDS",
    "STATUSES",
    "TAKEN_BY",
    "FaultKind",
    "between",
    "known_kind",
    "operation_ids",
    "refuse",
    "whole",
]

FaultKind = Literal["rate_limited", "server_error", "html_error", "slow", "stall", "drop_before", "drop_after"]
"""What can go wrong; `Fault` says what each of them is."""

CUTS: frozenset[FaultKind] = frozenset({"drop_before", "drop_after"})
"""The kinds that close the connection without a byte of an answer."""

DEFAULT_STATUSES: Mapping[FaultKind, int] = {"rate_limited": 429, "server_error": 503, "html_error": 502}
"""The status of the kinds that answer with one of their own, where nothing else is said."""

STATUSES: Mapping[FaultKind, range] = {"server_error": range(500, 600), "html_error": range(400, 600)}
"""What else it can be."""

TAKEN_BY: Mapping[str, frozenset[FaultKind]] = {
    "status": frozenset(STATUSES),
    "retry_after": frozenset(DEFAULT_STATUSES),
    "seconds": frozenset({"slow", "stall"}),
}
"""The kinds that take a field which not all of them do."""

MOST_SECONDS = 24 * 60 * 60
"""The longest wait that can be asked for: a day."""

MAX_COUNT = 1_000_000_000
"""The most that can be counted to."""

_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_OPERATION_IDS = tuple(dict.fromkeys(name for operations in OPERATIONS.values() for name in operations))

_Check = Callable[[Any, "Attribute[Any]", Any], None]


def refuse(field: str, problem: str) -> NoReturn:
    """Say what is wrong with a field and what would be right.

    Raises:
        AdaptyConfigError: Always.
    """
    raise AdaptyConfigError.for_field(field, problem) from None


def known_kind(value: FaultKind) -> FaultKind:
    """Take one of the kinds."""
    if not isinstance(value, str):
        refuse("kind", f"is {kind_of(value)}; expected one of {', '.join(_KINDS)}")
    plain = str.__str__(value)
    if plain not in _KINDS:
        refuse("kind", f"{quoted(plain)} is not known{known_name(plain, _KINDS)}")
    return plain


def operation_ids(value: str | Collection[str] | None) -> tuple[str, ...] | None:
    """Take one operation id or several, each once, or None."""
    if value is None:
        return None
    named = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Collection) else ()
    if not named:
        refuse("operations", "names none; expected operation ids, such as saveProfile")
    for name in named:
        if not isinstance(name, str):
            refuse("operations", f"holds something {kind_of(name)}; expected operation ids, such as saveProfile")
        if name not in _OPERATION_IDS:
            refuse("operations", f"{quoted(name)} is not known{known_name(name, _OPERATION_IDS)}")
    return tuple(dict.fromkeys(map(str.__str__, named)))


def whole(least: int, most: int) -> _Check:
    """Make the check for a whole number, or None where the field may be left out."""

    def check(_: object, attribute: Attribute[Any], value: Any) -> None:
        is_left_out = value is None and attribute.default is None
        if not is_left_out and (type(value) is not int or not least <= value <= most):
            refuse(attribute.name, f"is no such number; expected a whole one from {least} to {most}")

    return check


def between(least: int, most: int) -> _Check:
    """Make the check for a number, or None."""

    def check(_: object, attribute: Attribute[Any], value: Any) -> None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (is_number and least <= value <= most):
            refuse(attribute.name, f"is no such number; expected one from {least} to {most}")

    return check
