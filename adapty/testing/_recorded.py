"""The requests that a sandbox received, each with its operation, and checks of the arguments of assertions."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from adapty._core.operations import OPERATIONS
from adapty._core.validation import one_of, type_name, validate
from adapty._generated import openapi_spec
from adapty.errors import AdaptyUsageError
from adapty.testing._messages import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapty._core.operations import Api
    from adapty.sandbox import LoggedRequest, Sandbox

__all__ = [
    "RecordedRequest",
    "describe_rejected",
    "is_truncated",
    "recorded_requests",
    "require_api",
    "require_operation",
    "require_sandbox",
]

_MAX_DETAILS = 3
_FIRST_ERROR = 400


class RecordedRequest(NamedTuple):
    """A request that the sandbox received.

    Attributes:
        request: The sandbox's log entry.
        operation: The operationId; None for an unknown path.
        api: The API of the operation.
    """

    request: LoggedRequest
    operation: str | None
    api: Api | None

    def __str__(self) -> str:
        """Return a line with the request and the response."""
        request = self.request
        name = self.operation or f"{request.method} {request.path}"
        outcome = f"returned {request.status}" if request.status else "was dropped"
        reason = f" ({request.fault})" if request.fault else f": {request.problem}" if request.problem else ""
        return f"{name} {outcome}{reason}"


def recorded_requests(sandbox: Sandbox) -> list[RecordedRequest]:
    """Return the requests in the sandbox's log, oldest first."""
    return [RecordedRequest(request, *_find_operation(request)) for request in sandbox.requests()]


def is_truncated(requests: Sequence[RecordedRequest]) -> bool:
    """Return whether the sandbox may have dropped older requests from its log."""
    from adapty.sandbox._request_log import MAX_REQUESTS  # noqa: PLC0415 - needs the extra

    return len(requests) >= MAX_REQUESTS


def describe_rejected(sandbox: Sandbox, operation: str, api: Api) -> Iterator[str]:
    """Yield lines about the requests for an operation, if there were none or some failed.

    Args:
        sandbox: The sandbox.
        operation: The operationId.
        api: The API of the operation.
    """
    received = [one for one in recorded_requests(sandbox) if (one.operation, one.api) == (operation, api)]
    rejected = [one for one in received if not one.request.status or one.request.status >= _FIRST_ERROR]
    if not received:
        yield f"{operation} was never requested"
    elif rejected:
        yield f"{len(rejected)} of {format_count(len(received), f'{operation} request')} failed:"
        yield from (f"  {one}" for one in rejected[-_MAX_DETAILS:])


def require_sandbox(value: Sandbox) -> None:
    """Raise an error unless the argument of an assertion is a sandbox.

    Raises:
        AdaptyUsageError: It is not.
    """
    from adapty.sandbox import Sandbox  # noqa: PLC0415 - needs the extra

    if not isinstance(value, Sandbox):
        expected = "expected the fixture adapty_sandbox, or another adapty.sandbox.Sandbox"
        raise AdaptyUsageError.for_field("sandbox", f"is {type_name(value)}; {expected}")


def require_api(value: Api) -> None:
    """Raise an error unless there is an API of this name.

    Raises:
        AdaptyUsageError: There is none.
    """
    validate("api", lambda api: one_of(OPERATIONS, api), value)


def require_operation(value: str, api: Api | None) -> None:
    """Raise an error unless there is an operation of this name.

    Args:
        value: The operationId.
        api: The API of the operation, or None for any.

    Raises:
        AdaptyUsageError: There is none.
    """
    names = [name for one, operations in OPERATIONS.items() if api in {None, one} for name in operations]
    validate("operation", lambda name: one_of(tuple(dict.fromkeys(names)), name), value)


def _find_operation(request: LoggedRequest) -> tuple[str, Api] | tuple[None, None]:
    for method, path, operation, api in _path_patterns():
        if method == request.method and path.fullmatch(request.path):
            return operation, api
    return None, None


@lru_cache(maxsize=1)
def _path_patterns() -> list[tuple[str, re.Pattern[str], str, Api]]:
    return [
        (method.upper(), re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), operation["operationId"], api)
        for api in OPERATIONS
        for path, methods in openapi_spec(api)["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and "operationId" in operation
    ]
