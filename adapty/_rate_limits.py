"""The vendor's rate limits per key, which all clients of this process share: in all threads, tasks and event loops.

A forked child starts with no history. Processes with the same key share the vendor's limit without knowing of each
other: a request that is too many gets a 429 and is retried.
"""

from __future__ import annotations

import os
from hashlib import sha256
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING

from adapty._clock import monotonic
from adapty._core.operations import RATE_LIMITS
from adapty._core.slots import SlotSchedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty._core.operations import Api
    from adapty.config import Config

__all__ = ["LIMITS", "RateLimits", "Reservation", "limit_key", "without_limits"]

_MAX_SCHEDULES = 256


class RateLimits:
    """The schedules of all keys.

    Args:
        now: Returns the seconds of a monotonic clock.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self.reset()

    def reset(self) -> None:
        """Forget everything, and replace the lock: in a forked child, it may be locked forever."""
        self._lock = Lock()
        self._schedules: dict[bytes, SlotSchedule] = {}

    def reserve(self, key: bytes, rate: int) -> Reservation:
        """Reserve the next slot of a key."""
        with self._lock:
            now = self._now()
            schedule = self._schedules.get(key)
            if schedule is None:
                if len(self._schedules) >= _MAX_SCHEDULES:
                    self._schedules = {k: each for k, each in self._schedules.items() if not each.is_idle(now)}
                schedule = self._schedules[key] = SlotSchedule(rate)
            return Reservation(schedule, schedule.reserve(now), self._lock, self._now)


class Reservation:
    """A slot of one request."""

    def __init__(self, schedule: SlotSchedule, slot: float, lock: Lock, now: Callable[[], float]) -> None:
        """Bind to the schedule and its lock."""
        self._schedule = schedule
        self._slot = slot
        self._lock = lock
        self._now = now

    def start(self) -> float:
        """Start the request and return 0; or return the seconds to wait before the next call of this function."""
        with self._lock:
            now = self._now()
            return self._slot - now if now < self._slot else self._schedule.start(now)

    def release(self) -> None:
        """Return the slot: the request will not be sent."""
        with self._lock:
            self._schedule.release(self._slot)


def without_limits() -> RateLimits:
    """Return limits that restrict nothing, for tests: each reading of their clock is ten seconds later."""
    return RateLimits(count(step=10).__next__)


LIMITS = RateLimits()

if hasattr(os, "register_at_fork"):  # not on Windows, which has no forks
    os.register_at_fork(after_in_child=LIMITS.reset)


def limit_key(config: Config, api: Api) -> tuple[bytes, int] | None:
    """Return what identifies the limit of a client's requests to an API, and the rate; None if there is no limit.

    It is derived from the key and the address, so that the secret is not stored once more.
    """
    rate = RATE_LIMITS.get(api)
    if rate is None:
        return None
    return sha256(f"{config.base_urls[api]}\0{config.key(api).value}".encode()).digest(), rate
