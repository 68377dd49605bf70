"""Decide whether to retry, and after which delay. Pure decisions; the transports do the waiting.

One rule for single calls, bulk runs and the outbox worker: connection errors, timeouts, 408, 429 and 5xx are retried
with exponential backoff and full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), no
sooner than `Retry-After`. A 409 that says that the same request is in progress is waited out. An operation that is not
idempotent is repeated only if it certainly had no effect: see `adapty._core.operations`.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from attrs import frozen

from adapty._core.lazy import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CONFLICT",
    "TOO_MANY_REQUESTS",
    "RetryPolicy",
    "is_in_flight",
    "is_retryable_response",
    "is_retryable_status",
    "parse_retry_after",
]

CONFLICT = 409
TOO_MANY_REQUESTS = 429
_REQUEST_TIMEOUT = 408
_IN_FLIGHT = "idempotency_in_flight"

_SECONDS = lazy_pattern(r"[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)


def is_in_flight(status_code: int, error_code: str | None) -> bool:
    """Return whether the response says that a request with the same Idempotency-Key is in progress."""
    return status_code == CONFLICT and error_code == _IN_FLIGHT


def is_retryable_status(status_code: int) -> bool:
    """Return whether the same request may get another response later.

    Example:
        >>> [status for status in (400, 408, 429, 499, 500, 520) if is_retryable_status(status)]
        [408, 429, 500, 520]
    """
    return status_code in {_REQUEST_TIMEOUT, TOO_MANY_REQUESTS} or 500 <= status_code <= 599  # noqa: PLR2004


def is_retryable_response(status_code: int, error_code: str | None) -> bool:
    """Return whether the same request may get another response later, or is in progress."""
    return is_retryable_status(status_code) or is_in_flight(status_code, error_code)


def parse_retry_after(value: str | None, now: Callable[[], datetime] | None = None) -> float | None:
    """Parse a Retry-After header (RFC 9110, section 10.2.3): seconds, or an HTTP date.

    Args:
        value: The header's value, or None if the header is missing.
        now: Returns the current time, aware. Default: the system clock.

    Returns:
        The delay in seconds, never negative, or None if the header is missing or invalid.

    Example:
        >>> parse_retry_after("1.5"), parse_retry_after("soon")
        (1.5, None)
    """
    if value is None:
        return None
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    current = now() if now else datetime.now(UTC)
    return max(0.0, (date - current).total_seconds())


@frozen
class RetryPolicy:
    """How often to retry, and how long to wait in between.

    Attributes:
        max_retries: The maximum number of attempts after the first one.
        base: The maximum of the first delay in seconds. It doubles with every further delay.
        cap: The maximum of every delay that is not set by `Retry-After`, in seconds.
        max_retry_after: The longest `Retry-After` to wait for, in seconds. A longer one ends the call immediately, and
            the exception's `retry_after` has the delay. Also the longest total wait for a request in progress.
        retry_invalid_body: Whether to retry a documented success whose body is invalid, such as the page of a captive
            portal. Bulk runs do, because some of many requests get such a response.
    """

    max_retries: int = 2
    base: float = 0.5
    cap: float = 8.0
    max_retry_after: float = 60.0
    retry_invalid_body: bool = False

    def next_in_flight_delay(self, waited: float, count: int, retry_after: float | None) -> float | None:
        """Return the delay after a response that says that the same request is in progress. It uses up no retry.

        Args:
            waited: The sum of the delays after such responses so far, in seconds.
            count: The number of such responses, including this one.
            retry_after: The response's `Retry-After` in seconds, or None.

        Returns:
            The delay in seconds, or None to stop.

        Example:
            >>> RetryPolicy().next_in_flight_delay(0, 1, None), RetryPolicy().next_in_flight_delay(55, 9, 10)
            (0.5, None)
        """
        # At least `base`: a Retry-After of 0 could repeat forever.
        delay = max(self.base, retry_after or self._backoff(count))
        return delay if waited + delay <= self.max_retry_after else None

    def next_delay(self, failures: int, retry_after: float | None, random: Callable[[], float]) -> float | None:
        """Return the delay after a failed attempt.

        Args:
            failures: The number of failed attempts, including this one.
            retry_after: The response's `Retry-After` in seconds, or None.
            random: Returns a random number from 0 to 1.

        Returns:
            The delay in seconds, or None to stop.

        Example:
            >>> RetryPolicy().next_delay(1, None, lambda: 1.0), RetryPolicy().next_delay(3, None, lambda: 1.0)
            (0.5, None)
        """
        if failures > self.max_retries:
            return None
        delay = random() * self._backoff(failures)
        if retry_after is None:
            return delay
        return max(delay, retry_after) if retry_after <= self.max_retry_after else None

    def _backoff(self, number: int) -> float:
        """Return the maximum of delay number `number`, counted from 1."""
        return min(self.cap, math.ldexp(self.base, min(number - 1, 64)))
