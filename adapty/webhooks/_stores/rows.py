"""Read rows of an outbox, whatever they contain: a damaged row must not block others."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from adapty.webhooks._stores.protocol import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["COLUMNS", "parse_row"]

COLUMNS = "seq, event_id, profile, event, state, created_at, updated_at, attempts, reason"
"""The columns of a row, in the order that `parse_row` expects."""

_STATES = frozenset({"pending", "dead", "delivered"})
_REQUIRED = ("event_id", "profile", "event", "state")
_UNKNOWN_TIME = datetime.fromtimestamp(0, UTC)


def parse_row(row: tuple[Any, ...]) -> StoredEvent:
    """Parse the values of `COLUMNS`.

    A value that cannot be parsed has a substitute: text with replacement characters, no fields, 1 January 1970, or 0.
    """
    seq, *values = row
    parsed, damaged = {}, []
    for (name, (parse, substitute)), value in zip(_PARSERS.items(), values, strict=True):
        try:
            parsed[name] = parse(value)
        except (TypeError, ValueError, OverflowError, OSError, RecursionError):
            parsed[name] = substitute(value)
            damaged += [name] if name in _REQUIRED else []
    return StoredEvent(
        seq=seq,
        event_id=parsed["event_id"],
        profile=parsed["profile"],
        data=parsed["event"],
        created_at=parsed["created_at"],
        updated_at=parsed["updated_at"],
        attempts=parsed["attempts"],
        reason=parsed["reason"],
        damage=f"damaged in the outbox: cannot read {', '.join(damaged)}" if damaged else None,
    )


def _parse_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # bytes that are not UTF-8 were decoded to surrogates
    if "\0" in value:  # SQLite's JSON functions stop there
        raise ValueError
    return value


def _parse_optional_text(value: Any) -> str | None:
    return None if value is None else _parse_text(value)


def _parse_state(value: Any) -> str:
    if value not in _STATES:
        raise ValueError
    return str(value)


def _parse_object(value: Any) -> dict[str, Any]:
    data = json.loads(_parse_text(value))
    if not isinstance(data, dict):
        raise TypeError
    return data


def _parse_time(value: Any) -> datetime:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError
    return datetime.fromtimestamp(value, UTC)


def _parse_count(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def _to_printable(value: Any) -> str:
    raw = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


_PARSERS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = MappingProxyType(
    {
        "event_id": (_parse_text, _to_printable),
        "profile": (_parse_text, _to_printable),
        "event": (_parse_object, lambda _: {}),
        "state": (_parse_state, _to_printable),
        "created_at": (_parse_time, lambda _: _UNKNOWN_TIME),
        "updated_at": (_parse_time, lambda _: _UNKNOWN_TIME),
        "attempts": (_parse_count, lambda _: 0),
        "reason": (_parse_optional_text, _to_printable),
    },
)
"""How to parse each column, and the substitute for a value that cannot be parsed."""
