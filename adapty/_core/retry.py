"""Whether to try again, and after how long: pure decisions, apart from the code that waits.

One rule for every caller: connection errors, timeouts, 408, 429 and 5xx are tried again, with exponential backoff
and full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), no sooner than a
Retry-After asks for. A 409 that says that the same request is being worked on is waited out. Every operation may be
repeated: see `adapty._core.operations`.
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
_IN_FLIGHT = "idempotency_in_flight"

_REQUEST_TIMEOUT = 408
_SECONDS = lazy_pattern(r"[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)


def is_in_flight(status: int, error_code: str | None) -> bool:
    """Whether the answer says that a request with the same Idempotency-Key is being worked on."""
    return status == CONFLICT and error_code == _IN_FLIGHT


def is_retryable_status(status: int) -> bool:
    """Whether an answer of this status may well be another one next time.

    Example:
        >>> [status for status in (400, 408, 429, 499, 500, 520) if is_retryable_status(status)]
        [408, 429, 500, 520]
    """
    return status in {_REQUEST_TIMEOUT, TOO_MANY_REQUESTS} or 500 <= status <= 599  # noqa: PLR2004


def is_retryable_response(status_code: int, error_code: str | None) -> bool:
    """Return whether the same request may get another response later: 408, 429, 5xx, and a 409 for one in progress."""
    return is_retryable_status(status_code) or is_in_flight(status_code, error_code)


def parse_retry_after(value: str | None, now: Callable[[], datetime] | None = None) -> float | None:
    """Read a Retry-After header (RFC 9110, section 10.2.3): seconds, or an HTTP date.

    Args:
        value: The header's value, or None where there was none.
        now: Gives the current time, aware; the system clock where left out.

    Returns:
        Seconds to wait, never negative, or None where the header is missing or unreadable.

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
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    current = now() if now else datetime.now(UTC)
    return max(0.0, (moment - current).total_seconds())


@frozen
class RetryPolicy:
    """How often and how patiently a failed try is repeated.

    Attributes:
        max_retries: Tries after the first one; 0 never repeats.
        base: Upper bound of the first wait, in seconds; it doubles with every further one.
        cap: Upper bound of any wait that we choose ourselves, in seconds.
        max_retry_after: The longest Retry-After that is waited out, in seconds. A longer one ends the call at
            once, and the exception's `retry_after` says how long to wait. So long, too, a request that is being worked
            on is waited for in all.
        retry_invalid_body: Whether a documented success whose body is not what is documented, such as a portal's page, is
            tried again as well. Who waits for one call is told at once; of many some meet what passes by itself.
    """

    max_retries: int = 2
    base: float = 0.5
    cap: float = 8.0
    max_retry_after: float = 60.0
    retry_invalid_body: bool = False

    def next_in_flight_delay(self, waited: float, times: int, retry_after: float | None) -> float | None:
        """Decide what follows an answer that the same request is being worked on; it uses up no try.

        Args:
            waited: How long such answers were waited out so far, in seconds.
            times: How many of them there were, this one included.
            retry_after: What the answer asked for, in seconds, or None.

        Returns:
            Seconds to wait before asking again, or None to give up, after `max_retry_after` in all.

        Example:
            >>> RetryPolicy().next_in_flight_delay(0, 1, None), RetryPolicy().next_in_flight_delay(55, 9, 10)
            (0.5, None)
        """
        # An answer may ask for no wait at all, for ever.
        chosen = max(self.base, retry_after or self._backoff(times))
        return chosen if waited + chosen <= self.max_retry_after else None

    def wait(self, failures: int, retry_after: float | None, random: Callable[[], float]) -> float | None:
        """Decide what follows the failed try number `failures`, counted from 1.

        Args:
            failures: How many tries have failed so far.
            retry_after: What the last answer asked for, in seconds, or None.
            random: Gives a number from 0 up to 1.

        Returns:
            Seconds to wait before the next try, or None to give up.

        Example:
            >>> RetryPolicy().wait(1, None, lambda: 1.0), RetryPolicy().wait(3, None, lambda: 1.0)
            (0.5, None)
        """
        if failures > self.max_retries:
            return None
        chosen = random() * self._backoff(failures)
        if retry_after is None:
            return chosen
        return max(chosen, retry_after) if retry_after <= self.max_retry_after else None

    def _backoff(self, times: int) -> float:
        """Give the upper bound of wait number `times`, counted from 1."""
        return min(self.cap, math.ldexp(self.base, min(times - 1, 64)))
