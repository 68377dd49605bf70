"""What an answer says of the event that was sent, and of all the others: a table.

A gateway, a firewall or a maintenance page in front of Mail answers with statuses of Mail's, too. Only what has the
shape that the contract gives to errors is Mail's own word.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

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

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Verdict", "passes", "verdict_on"]

Verdict = Literal["delivered", "dead", "put off", "outage", "lasting"]
"""What becomes of the event: it is done, set aside for good, or waits; or all events wait; or none can ever be sent."""

_WITHOUT_AN_ANSWER: tuple[tuple[type[BaseException], Verdict], ...] = (
    (AdaptyConfigError, "lasting"),
    (AdaptyUsageError, "dead"),
    (AdaptyConnectionError, "put off"),
    (WebhookUnavailableError, "outage"),
)

_BY_KIND: Mapping[type[AdaptyAPIError], Verdict] = MappingProxyType(
    {AuthenticationError: "lasting", ProfileNotFoundError: "dead"},
)
"""Of errors that Mail has names for, whatever their status."""

_MAIL_SAYS: Mapping[int, Verdict] = MappingProxyType(
    {401: "lasting", 403: "lasting", 404: "lasting", 408: "put off", 429: "outage"},
)
"""Of the key, of the address, of the time; any other 4xx is about the event."""

_SOMEBODY_SAYS: Mapping[int, Verdict] = MappingProxyType({413: "dead", 414: "dead", 429: "outage", 431: "dead"})
"""Of the event's length, whoever says so, and that there is too much; anything else may be another answer next time."""

_REFUSED = 4


def verdict_on(problem: BaseException | None) -> Verdict:
    """Judge how the sending of an event ended, tries included.

    Args:
        problem: What it ended in; None where Mail has the event.

    Example:
        >>> verdict_on(AdaptyAPIError("", status_code=413)), verdict_on(AdaptyAPIError("", status_code=403))
        ('dead', 'put off')
    """
    if problem is None:
        return "delivered"
    if not isinstance(problem, AdaptyAPIError):
        return next((verdict for kind, verdict in _WITHOUT_AN_ANSWER if isinstance(problem, kind)), "lasting")
    status = problem.status_code
    if status // 100 != _REFUSED or is_in_flight(status, problem.error_code):
        return "put off"
    if not has_adapty_error_shape(problem):
        return _SOMEBODY_SAYS.get(status, "put off")
    return _BY_KIND.get(type(problem)) or _MAIL_SAYS.get(status, "dead")


def passes(problem: BaseException) -> bool:
    """Tell whether trouble is nobody's fault, so that it makes sense to wait for its end."""
    return isinstance(problem, AdaptyError) and verdict_on(problem) in {"put off", "outage"}
