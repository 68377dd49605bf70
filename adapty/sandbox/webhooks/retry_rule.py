"""The rule by which Adapty posts an event again."""

from __future__ import annotations

__all__ = ["TIMEOUT_SECONDS", "WAITS", "is_received"]

TIMEOUT_SECONDS = 10.0
"""How long Adapty waits for an answer. It is not scaled: a receiver is as fast as it is."""

_FIRST_WAIT_SECONDS = 60.0
_RETRIES = 9

WAITS = tuple(_FIRST_WAIT_SECONDS * 2**retry for retry in range(_RETRIES))
"""Seconds before each retry, not scaled: a minute, and each time twice as long; the last one is within 24 hours."""

_FIRST_RECEIVED, _LAST_RECEIVED = 200, 404


def is_received(status: int) -> bool:
    """Tell whether an answer of this status ends the delivery of an event.

    Example:
        >>> [is_received(status) for status in (200, 302, 404, 405, 500)]
        [True, True, True, False, False]
    """
    return _FIRST_RECEIVED <= status <= _LAST_RECEIVED
