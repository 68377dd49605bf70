"""Retry decisions and delays."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty._core.retry import RetryPolicy, is_in_flight, is_retryable_status, parse_retry_after

from .support import case, repeatable

NOW = datetime(2026, 6, 1, 10, 30, tzinfo=UTC)


def at_noon_of_the_test() -> datetime:
    """Return the current time of the tests."""
    return NOW


def highest() -> float:
    """Return the highest number of `random`, almost 1."""
    return 1.0


def lowest() -> float:
    """Return the lowest number of `random`."""
    return 0.0


def test_retryable_statuses() -> None:
    """Request timeouts, too many requests and all server errors are retryable."""
    assert all(is_retryable_status(status) for status in (408, 429, *range(500, 600)))


def test_other_statuses_are_not_retryable() -> None:
    """No success, redirect or client error is retryable, and no invalid status."""
    others = set(range(-1, 1000)) - {408, 429, *range(500, 600)}
    assert not [status for status in others if is_retryable_status(status)]


def test_only_409_with_its_code_is_in_flight() -> None:
    """Status and code together mean that the same request is in progress."""
    for status, error_code, expected in [
        (409, "idempotency_in_flight", True),
        (409, "IDEMPOTENCY_IN_FLIGHT", False),
        (409, "duplicate_source_transaction", False),
        (409, "", False),
        (409, None, False),
        (400, "idempotency_in_flight", False),
        (429, "idempotency_in_flight", False),
    ]:
        with case(status, error_code, expected):
            assert is_in_flight(status, error_code) is expected


def test_in_flight_delays_end_at_max_retry_after() -> None:
    """The delay is Retry-After, or half a second doubling up to the cap; one minute in total; no retry is used up."""
    for max_retries in [0, 2]:
        for waited, times, retry_after, wait in [
            (0.0, 1, None, 0.5),
            (0.5, 2, None, 1.0),
            (1.5, 3, None, 2.0),
            (7.5, 5, None, 8.0),
            (15.5, 6, None, 8.0),
            (0.0, 10**30, None, 8.0),
            (0.0, 1, 3.0, 3.0),
            (0.0, 1, 60.0, 60.0),
            (0.0, 1, 60.1, None),
            (52.0, 10, None, 8.0),
            (52.1, 10, None, None),
            (59.0, 2, 1.0, 1.0),
            (59.5, 2, 1.0, None),
            (0.0, 1, 1e15, None),
            (0.5, 2, 0.0, 1.0),
            (0.5, 2, 0.001, 0.5),
            (60.0, 99, 0.0, None),
        ]:
            with case(max_retries, waited, times, retry_after, wait):
                assert RetryPolicy(max_retries=max_retries).next_in_flight_delay(waited, times, retry_after) == wait


def test_parse_retry_after_seconds() -> None:
    """Seconds are parsed, with fractions."""
    for value, seconds in [
        ("0", 0.0),
        ("1", 1.0),
        ("120", 120.0),
        ("007", 7.0),
        ("1.5", 1.5),
        ("0.001", 0.001),
        (" 5 ", 5.0),
        ("\t5", 5.0),
        ("999999999999999", 999999999999999.0),
    ]:
        with case(value, seconds):
            assert parse_retry_after(value, at_noon_of_the_test) == seconds


def test_parse_retry_after_dates() -> None:
    """The three formats of RFC 9110, section 5.6.7, and that of e-mail are parsed."""
    for value in [
        "Mon, 01 Jun 2026 10:31:30 GMT",
        "Monday, 01-Jun-26 10:31:30 GMT",
        "Mon Jun  1 10:31:30 2026",
        "01 Jun 2026 10:31:30 GMT",
        "Mon, 01 Jun 2026 10:31:30 +0000",
        "Mon, 01 Jun 2026 10:31:30 -0000",
        "Mon, 01 Jun 2026 12:31:30 +0200",
        " Mon, 01 Jun 2026 10:31:30 GMT ",
    ]:
        with case(value):
            assert parse_retry_after(value, at_noon_of_the_test) == 90.0


@given(st.datetimes(datetime(2026, 6, 1, 10, 30), datetime(2068, 1, 1)))  # noqa: DTZ001 - bounds are naive
@repeatable(80)
def test_parse_retry_after_accepts_every_future_date(moment: datetime) -> None:
    """For any future date, the delay is the time until then, to the second."""
    value = format_datetime(moment.replace(tzinfo=UTC, microsecond=0), usegmt=True)
    expected = (moment.replace(tzinfo=UTC, microsecond=0) - NOW).total_seconds()
    assert parse_retry_after(value, at_noon_of_the_test) == expected


def test_parse_retry_after_of_past_date_is_zero() -> None:
    """The delay for a past date is 0."""
    for value in [
        "Mon, 01 Jun 2026 10:30:00 GMT",
        "Mon, 01 Jun 2026 10:29:59 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Mon, 01 Jan 0001 00:00:00 +2359",
    ]:
        with case(value):
            assert parse_retry_after(value, at_noon_of_the_test) == 0.0


def test_parse_retry_after_uses_the_system_clock() -> None:
    """By default, dates are compared with the system clock."""
    value = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    seconds = parse_retry_after(value)
    assert seconds is not None
    assert 3000 < seconds <= 3600


JUNK = [
    None,
    "",
    " ",
    "soon",
    "-1",
    "-0",
    "+5",
    "1e3",
    "1E3",
    "0x10",
    "1_000",
    "1,000",
    "1,5",
    "1.",
    ".5",
    "1.5.5",
    "5s",
    "5 s",
    "5 seconds",
    "NaN",
    "inf",
    "Infinity",
    "-inf",
    "1" * 16,
    "1" * 5000,
    "0." + "1" * 5000,
    "\u0661",
    "\uff15",
    "\u00b2",
    "5\x00",
    "\x00",
    "\ud800",
    "5; 6",
    "5, 6",
    "null",
    "true",
    "{}",
    "[redacted]",
    "GMT",
    "Mon",
    "Mon,",
    ",",
    ":",
    "::",
    "Mon, 01 Jun 2026",
    "Mon, 01 Jun 2026 25:00:00 GMT",
    "Mon, 01 Jun 2026 10:60:00 GMT",
    "Mon, 32 Jun 2026 10:30:00 GMT",
    "Mon, 00 Jun 2026 10:30:00 GMT",
    "Mon, 01 Foo 2026 10:30:00 GMT",
    "Mon, 01 Jun 99999999999 10:30:00 GMT",
    "Mon, 01 Jun 2026 10:30:00 +99999999999999",
    "Mon, 01 Jun 2026 10:30:00 -9999",
    "a" * 100_000,
    "1:" * 10_000,
]


def test_parse_retry_after_ignores_invalid() -> None:
    """A missing or invalid header is None."""
    for value in JUNK:
        with case(value):
            assert parse_retry_after(value, at_noon_of_the_test) is None


FRAGMENTS = st.sampled_from(
    [
        "Mon,",
        "Monday,",
        "01",
        "Jun",
        "2026",
        "10:30:00",
        "GMT",
        "-0000",
        "+9999",
        "-",
        ",",
        ":",
        ".",
        "9" * 20,
        "Z",
        "(",
        "0",
    ],
)


@given(value=st.text(st.characters()) | st.lists(FRAGMENTS).map(" ".join) | st.lists(FRAGMENTS).map("".join))
@repeatable(400)
def test_parse_retry_after_accepts_any_header(value: str) -> None:
    """Any header is a finite delay or None."""
    seconds = parse_retry_after(value, at_noon_of_the_test)
    assert seconds is None or 0 <= seconds < math.inf


def test_delay_doubles_up_to_the_cap() -> None:
    """The maximum delay doubles with each retry, up to the cap."""
    for failures, bound in [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (7, 8.0)]:
        with case(failures, bound):
            assert RetryPolicy(max_retries=9).next_delay(failures, None, highest) == bound


def test_delay_stays_at_the_cap() -> None:
    """After any number of failures the maximum is the cap, without overflow."""
    for failures in [65, 66, 1000, 1100, 10**6, 10**30]:
        with case(failures):
            assert RetryPolicy(max_retries=10**31).next_delay(failures, None, highest) == 8.0


@given(
    failures=st.integers(1, 200),
    base=st.floats(0.001, 100),
    cap=st.floats(0.001, 1000),
    luck=st.floats(0, 1, exclude_max=True),
)
@repeatable(150)
def test_jitter_is_full(failures: int, base: float, cap: float, luck: float) -> None:
    """The delay is uniform between zero and its maximum."""
    policy = RetryPolicy(max_retries=200, base=base, cap=cap)
    wait = policy.next_delay(failures, None, lambda: luck)
    bound = policy.next_delay(failures, None, highest)
    assert wait is not None
    assert bound is not None
    assert bound == pytest.approx(min(cap, base * 2.0 ** (failures - 1)))
    assert wait == pytest.approx(luck * bound)
    assert policy.next_delay(failures, None, lowest) == 0.0


def test_no_delay_after_the_last_attempt() -> None:
    """`max_retries` counts attempts after the first one; 0 never retries, even with Retry-After."""
    for max_retries in [0, 1, 2, 5]:
        with case(max_retries):
            policy = RetryPolicy(max_retries=max_retries)
            answered: list[float | None] = [None, 0.0, 1.0]
            for retry_after in answered:
                waits = [policy.next_delay(failures, retry_after, highest) for failures in range(1, max_retries + 4)]
                assert [wait is not None for wait in waits] == [True] * max_retries + [False] * 3


def test_retry_after_applies_up_to_its_maximum() -> None:
    """No retry is sooner than Retry-After; a Retry-After over the maximum ends the call."""
    for retry_after, waits in [
        (0.0, True),
        (1.5, True),
        (59.9, True),
        (60.0, True),
        (60.1, False),
        (3600.0, False),
        (1e15, False),
    ]:
        for random in [lowest, highest]:
            with case(retry_after, waits, random):
                wait = RetryPolicy().next_delay(1, retry_after, random)
                assert (wait is not None) is waits
                if wait is not None:
                    assert wait == max(retry_after, 0.5 * random())


def test_backoff_applies_if_retry_after_is_shorter() -> None:
    """A Retry-After shorter than our own wait does not shorten it."""
    assert RetryPolicy(max_retries=5).next_delay(5, 0.1, highest) == 8.0


def test_max_retry_after_is_configurable() -> None:
    """Longer and shorter maximums apply."""
    assert RetryPolicy(max_retry_after=3600.0).next_delay(1, 3600.0, lowest) == 3600.0
    assert RetryPolicy(max_retry_after=0.0).next_delay(1, 0.5, lowest) is None
