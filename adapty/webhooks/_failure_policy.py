"""Decide what a failure means: retry the event later, make it a dead letter, pause all events, or end the worker."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from attrs import define, field

from adapty._core.abort_policy import has_adapty_error_shape
from adapty._core.retry import is_in_flight
from adapty.errors import (
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyUsageError,
    AuthenticationError,
    ProfileNotFoundError,
    WebhookUnavailableError,
)
from adapty.webhooks._stores.protocol import DueEvent

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["Disposition", "RetrySchedule", "classify", "is_transient"]

Disposition = Literal["retry", "dead", "outage", "fatal"]
"""Retry the event later, make it a dead letter, pause all events, or end the worker."""

_BY_EXCEPTION: tuple[tuple[type[BaseException], Disposition], ...] = (
    (AdaptyConfigError, "fatal"),
    (AdaptyUsageError, "dead"),
    (AdaptyConnectionError, "retry"),
    (WebhookUnavailableError, "outage"),
)
_BY_MAIL_ERROR: Mapping[type[AdaptyAPIError], Disposition] = MappingProxyType(
    {AuthenticationError: "fatal", ProfileNotFoundError: "dead"},
)
_BY_MAIL_STATUS: Mapping[int, Disposition] = MappingProxyType(
    {401: "fatal", 403: "fatal", 404: "fatal", 408: "retry", 429: "outage"},
)
"""Statuses of Mail that are about the key, the address, or a timeout. Any other 4xx is about the event."""

_BY_OTHER_STATUS: Mapping[int, Disposition] = MappingProxyType({413: "dead", 414: "dead", 429: "outage", 431: "dead"})
"""Statuses of a gateway, a firewall or a maintenance page: another attempt may have another result, unless the event is
too long."""

_CLIENT_ERROR = 4


def classify(error: BaseException) -> Disposition:
    """Return what to do after an event failed, retries included.

    Only a response in the format of Mail's errors is Mail's own. Others come from something in front of Mail.

    Example:
        >>> too_long = AdaptyAPIError("too long", status_code=413)
        >>> forbidden_page = AdaptyAPIError("a page", status_code=403)
        >>> classify(too_long), classify(forbidden_page)
        ('dead', 'retry')
    """
    if not isinstance(error, AdaptyAPIError):
        return next((disposition for kind, disposition in _BY_EXCEPTION if isinstance(error, kind)), "fatal")
    status = error.status_code
    if status // 100 != _CLIENT_ERROR or is_in_flight(status, error.error_code):
        return "retry"
    if not has_adapty_error_shape(error):
        return _BY_OTHER_STATUS.get(status, "retry")
    return _BY_MAIL_ERROR.get(type(error)) or _BY_MAIL_STATUS.get(status, "dead")


def is_transient(error: BaseException) -> bool:
    """Return whether it makes sense to wait for the end of an error."""
    return isinstance(error, AdaptyError) and classify(error) in {"retry", "outage"}


_OUTAGE_THRESHOLD = 5
"""After this many failures in a row, of events that did not fail before, Mail is taken to be down."""

_MAX_DEFERRED = 1000
"""If more profiles than this wait for a retry, Mail is taken to be down."""


@define(eq=False)
class _Deferral:
    """A profile whose next event failed.

    Attributes:
        event: The event.
        attempt: How many times it was deferred in a row.
        until: When it is tried again, by the event loop's clock.
        is_outage: Whether it failed during an outage.
        is_suspect: Whether it has counted failures, or failed in an outage that is over; then it is no sign of an
            outage.
    """

    event: DueEvent
    attempt: int
    until: float
    is_outage: bool = False
    is_suspect: bool = False


@define(eq=False)
class RetrySchedule:
    """The profiles that wait for a retry, and which failures count against an event.

    A failure counts only if another event succeeds after it, before an outage is declared. When an outage ends, the
    events that failed during it are tried again immediately.
    """

    _deferred: dict[str, _Deferral] = field(factory=dict)
    _since_success: dict[str, _Deferral] = field(factory=dict)
    _failures_in_a_row: int = 0

    def __len__(self) -> int:
        return len(self._deferred)

    def get_waiting(self, now: float) -> list[DueEvent]:
        """Return the events that must not be tried yet."""
        return [each.event for each in self._deferred.values() if each.until > now]

    def next_retry(self, now: float) -> float:
        """Return the time of the next retry after now."""
        return min((each.until for each in self._deferred.values() if each.until > now), default=math.inf)

    def count_attempts(self, event: DueEvent) -> int:
        """Return how many times an event was deferred in a row."""
        deferral = self._deferred.get(event.profile)
        return deferral.attempt if deferral else 0

    def defer(self, event: DueEvent, until: float, *, is_counted: bool) -> bool:
        """Let an event wait, and the later ones of its profile with it.

        Args:
            event: The event.
            until: When to try it again, by the event loop's clock.
            is_counted: Whether the failure counts already: other events succeeded meanwhile.

        Returns:
            Whether Mail may still accept other events.
        """
        before = self._deferred.get(event.profile)
        is_suspect = bool(event.failures or (before and before.is_suspect))
        deferral = _Deferral(event, self.count_attempts(event) + 1, until, is_suspect=is_suspect)
        self._deferred[event.profile] = deferral
        if is_counted:
            self._since_success.pop(event.profile, None)
        else:
            self._since_success[event.profile] = deferral
        self._failures_in_a_row += not is_suspect
        return self._failures_in_a_row < _OUTAGE_THRESHOLD and len(self._deferred) <= _MAX_DEFERRED

    def resolve(self, event: DueEvent) -> None:
        """Forget an event that got a response about itself: it is delivered, or a dead letter."""
        self._deferred.pop(event.profile, None)
        self._since_success.pop(event.profile, None)
        self._failures_in_a_row = 0

    def on_success(self, now: float) -> list[DueEvent]:
        """End an outage, and return the events whose last failure counts now."""
        counted = [each.event for each in self._since_success.values()]
        self._since_success.clear()
        for each in self._deferred.values():
            if each.is_outage:
                each.is_outage, each.is_suspect, each.until = False, True, now
        return counted

    def on_outage(self) -> None:
        """Count none of the failures since the last success."""
        for each in self._since_success.values():
            each.is_outage = True
        self._since_success.clear()
        self._failures_in_a_row = 0

    def drop(self, seqs: Collection[int]) -> None:
        """Let these events wait no longer."""
        for profile, each in list(self._deferred.items()):
            if each.event.seq in seqs:
                del self._deferred[profile]
