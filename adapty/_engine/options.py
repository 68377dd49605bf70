"""Validate the options that bulk jobs and the outbox worker share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any

import httpx
from attrs import frozen

from adapty._core.validation import bounded_int, format_name, suggest_choice, type_name
from adapty.errors import AdaptyUsageError

__all__ = [
    "MAX_CONCURRENCY",
    "SendOptions",
    "check_client",
    "parse_send_options",
    "reject_unknown",
    "validate_callback",
]

MAX_CONCURRENCY = 256

_CONCURRENCY = 16
_MAX_RETRIES = 8
"""More than for a single call: of a million requests some fail several times in a row by chance."""

_RETRIES_LIMIT = 1000


@frozen(kw_only=True)
class SendOptions:
    """How to send many requests.

    Attributes:
        concurrency: Number of requests in flight.
        rate_limit: Requests per second, or None for no limit.
        max_retries: Retries of one request.
        transport: Creates the transport of one connection, or None.
    """

    concurrency: int = _CONCURRENCY
    rate_limit: float | None = None
    max_retries: int = _MAX_RETRIES
    transport: Callable[[], httpx.AsyncBaseTransport] | None = None


def parse_send_options(options: Mapping[str, Any]) -> SendOptions:
    """Validate the options that are in a mapping, and take the defaults of the others.

    Raises:
        AdaptyUsageError: An option is invalid; `field_name` names it.
    """
    rate_limit = options.get("rate_limit")
    if rate_limit is not None and not _is_rate(rate_limit):
        problem = f"must be a number of requests per second above 0, or None (got {_format(rate_limit)})"
        raise AdaptyUsageError.for_field("rate_limit", problem)
    max_retries = options.get("max_retries", _MAX_RETRIES)
    if type(max_retries) is not int or not 0 <= max_retries <= _RETRIES_LIMIT:
        problem = f"must be an integer from 0 to {_RETRIES_LIMIT} (got {_format(max_retries)})"
        raise AdaptyUsageError.for_field("max_retries", problem)
    return SendOptions(
        concurrency=bounded_int("concurrency", options.get("concurrency", _CONCURRENCY), MAX_CONCURRENCY),
        rate_limit=rate_limit,
        max_retries=max_retries,
        transport=validate_callback("transport", options.get("transport")),
    )


def check_client(client: object, kind: type, name: str = "client") -> None:
    """Check the class of a client that was passed as argument `name`.

    Raises:
        AdaptyUsageError: It has another class.
    """
    if not isinstance(client, kind):
        which = "async" if kind.__name__.startswith("Async") else "blocking"
        problem = f"is {type_name(client)}; expected an {kind.__name__}, the {which} client"
        raise AdaptyUsageError.for_field(name, problem)


def reject_unknown(options: Mapping[str, Any], known: Any) -> None:
    """Check that there are no misspelled options.

    Args:
        options: The options.
        known: The TypedDict of the known ones.

    Raises:
        AdaptyUsageError: One is unknown; `field_name` names it.
    """
    names = sorted(known.__optional_keys__)
    for name in options:
        if name not in names:
            raise AdaptyUsageError.for_field(name, f"is not an option{suggest_choice(name, names)}")


def validate_callback(name: str, value: Any) -> Any:
    """Return a function, or None.

    Raises:
        AdaptyUsageError: It is not callable, or it is async; `field_name` is `name`.
    """
    if value is not None and not callable(value):
        raise AdaptyUsageError.for_field(name, f"is {type_name(value)}; expected a callable")
    if iscoroutinefunction(value):
        raise AdaptyUsageError.for_field(name, "is async; expected a function that is not")
    return value


def _format(value: object) -> str:
    """Return a number as text, or the type of another value."""
    return format_name(value) if type(value) is int else str(value) if type(value) is float else type_name(value)


def _is_rate(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0
