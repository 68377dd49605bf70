"""Read rows of an outbox, whatever they hold: a damaged row must not keep others from being sent or listed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from attrs import frozen

__all__ = ["COLUMNS", "StoredEvent"]

COLUMNS = "place, event_id, profile, event, state, arrived, changed, attempts, reason"
"""The columns of a row, in the order that `StoredEvent.from_row` expects."""

_STATES = frozenset({"pending", "dead", "delivered"})
_NEEDED_TO_SEND = ("event_id", "profile", "event", "state")
_UNKNOWN_TIME = datetime.fromtimestamp(0, UTC)


@frozen(kw_only=True)
class StoredEvent:
    """An event as it stands in an outbox.

    A column that cannot be read has a substitute: text with replacement characters, no fields, 1 January 1970, or 0.

    Attributes:
        place: Its place in the order of arrival.
        event_id: Its id.
        profile: The profile that it is of.
        data: Its fields.
        arrived_at: When it was put in, aware, UTC.
        changed_at: When its state changed last, aware, UTC.
        attempts: How many times it was sent.
        reason: Why the last try failed, or None.
        damage: Which columns cannot be read, so that it cannot be sent; None where it can.
    """

    place: int
    event_id: str
    profile: str
    data: Mapping[str, Any]
    arrived_at: datetime
    changed_at: datetime
    attempts: int
    reason: str | None
    damage: str | None

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> StoredEvent:
        """Read the values of `COLUMNS`."""
        place, *values = row
        columns = dict(zip(_READERS, values, strict=True))
        read, problems = {}, []
        for name, value in columns.items():
            parse, substitute = _READERS[name]
            try:
                read[name] = parse(value)
            except (TypeError, ValueError, OverflowError, OSError, RecursionError):
                read[name] = substitute(value)
                problems += [name] if name in _NEEDED_TO_SEND else []
        return cls(
            place=place,
            event_id=read["event_id"],
            profile=read["profile"],
            data=read["event"],
            arrived_at=read["arrived"],
            changed_at=read["changed"],
            attempts=read["attempts"],
            reason=read["reason"],
            damage=f"damaged in the outbox: {', '.join(problems)} cannot be read" if problems else None,
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # bytes that are no UTF-8 were decoded to surrogates
    if "\0" in value:  # SQLite's JSON functions take the part before it for the whole
        raise ValueError
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _state(value: Any) -> str:
    if value not in _STATES:
        raise ValueError
    return str(value)


def _object(value: Any) -> dict[str, Any]:
    data = json.loads(_text(value))
    if not isinstance(data, dict):
        raise TypeError
    return data


def _time(value: Any) -> datetime:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError
    return datetime.fromtimestamp(value, UTC)


def _count(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def _printable(value: Any) -> str:
    raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


_READERS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = MappingProxyType(
    {
        "event_id": (_text, _printable),
        "profile": (_text, _printable),
        "event": (_object, lambda _: {}),
        "state": (_state, _printable),
        "arrived": (_time, lambda _: _UNKNOWN_TIME),
        "changed": (_time, lambda _: _UNKNOWN_TIME),
        "attempts": (_count, lambda _: 0),
        "reason": (_text_or_none, _printable),
    },
)
"""How each column is read, and what stands in for a value that cannot be."""
