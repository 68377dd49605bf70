"""Which requests arrived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adapty._core.validate import kind_of
from adapty.errors import AdaptyUsageError
from adapty.testing.arrivals import arrivals, known_api, known_operation, known_sandbox, may_be_forgotten
from adapty.testing.wording import failure, times_in_words

if TYPE_CHECKING:
    from adapty._core.operations import Api
    from adapty.sandbox import LoggedRequest, Sandbox
    from adapty.testing.arrivals import Arrival

__all__ = ["assert_nothing_sent", "assert_requests"]

_MOST_SHOWN = 20


def assert_requests(
    sandbox: Sandbox,
    operation: str,
    *,
    times: int | None = None,
    statuses: Sequence[int] | None = None,
    api: Api | None = None,
) -> list[LoggedRequest]:
    """Check that an operation was asked for. Each try of a call counts, those that met a fault too.

    Args:
        sandbox: The sandbox.
        operation: The contract's name of the operation, such as `saveProfile` or `grantAccessLevel`.
        times: How many requests for it there must be; where left out, one or more.
        statuses: The statuses of their answers, in order; 0 where a fault cut the connection.
        api: `mail` or `server_side`, for `deleteProfile`, which both have; where left out, either of the two.

    Returns:
        The requests, in order.

    Raises:
        AssertionError: It is not so; the message lists the requests that arrived.
        AdaptyUsageError: There is no such operation, an argument is of another kind, or the sandbox does not remember
            enough to tell.

    Example:
        >>> profile = client.profiles.create(customer_user_id="user_12345")
        >>> [request.path for request in assert_requests(adapty_sandbox, "createProfile", statuses=[200])]
        ['/api/v2/server-side-api/profile/']
    """
    __tracebackhide__ = True
    known_sandbox(sandbox)
    if api is not None:
        known_api(api)
    known_operation(operation, api)
    _check_count("times", times)
    if statuses is not None and (isinstance(statuses, str | bytes) or not isinstance(statuses, Sequence)):
        raise AdaptyUsageError.for_field("statuses", f"is {kind_of(statuses)}; expected a list such as [429, 200]")
    arrived = arrivals(sandbox)
    found = [one.request for one in arrived if one.operation == operation and api in {None, one.api}]
    if may_be_forgotten(arrived) and not (found and times is None and statuses is None):
        message = f"the sandbox remembers the last {len(arrived)} requests; which came before, it cannot tell"
        raise AdaptyUsageError(message)
    answered = [request.status for request in found]
    if times is None and statuses is None and not found:
        raise failure(sandbox, f"{operation} was never asked for", *_instead(arrived))
    if times is not None and times != len(found):
        asked = f"was asked for {times_in_words(len(found))}" if found else "was never asked for"
        problem = f"expected {operation} {times_in_words(times)}, it {asked}"
        raise failure(sandbox, problem, *_instead(arrived))
    if statuses is not None and list(statuses) != answered:
        problem = f"expected {operation} to be answered with {list(statuses)}, it was with {answered}"
        raise failure(sandbox, problem, *_instead(arrived))
    return found


def assert_nothing_sent(sandbox: Sandbox) -> None:
    """Check that no request arrived, of either API.

    Args:
        sandbox: The sandbox.

    Raises:
        AssertionError: Some did; the message lists them.
        AdaptyUsageError: `sandbox` is none.

    Example:
        >>> assert_nothing_sent(adapty_sandbox)
    """
    __tracebackhide__ = True
    known_sandbox(sandbox)
    arrived = arrivals(sandbox)
    if arrived:
        raise failure(sandbox, "expected no request", *_instead(arrived))


def _check_count(name: str, value: int | None) -> None:
    if value is not None and (type(value) is not int or value < 0):
        raise AdaptyUsageError.for_field(name, "is no number of requests; expected an int, 0 or more")


def _instead(arrived: list[Arrival]) -> list[str]:
    if not arrived:
        return ["no request arrived"]
    last = arrived[-_MOST_SHOWN:]
    head = "what arrived:" if len(last) == len(arrived) else f"the last {len(last)} of {len(arrived)} that arrived:"
    return [head, *(f"  {one}" for one in last)]
