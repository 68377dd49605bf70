"""Part of the pytest plugin."""

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


_MOST_SHOWN = 3

_FIRST_REFUSAL = 400


class RecordedRequest(NamedTuple):
    """A request that arrived.

    Attributes:
        request: What the sandbox noted.
        operation: The contract's name of what was asked for; None where there is nothing of the kind.
        api: The API that has it.
    """

    request: LoggedRequest
    operation: str | None
    api: Api | None

    def __str__(self) -> str:
        """Say what was asked and what was answered, in one line."""
        request = self.request
        asked = self.operation or f"{request.method} {request.path}"
        answered = f"answered with {request.status}" if request.status else "cut off"
        because = f" ({request.fault})" if request.fault else f": {request.problem}" if request.problem else ""
        return f"{asked} {answered}{because}"


def recorded_requests(sandbox: Sandbox) -> list[RecordedRequest]:
    """Give the requests that the sandbox remembers, the last one last."""
    return [RecordedRequest(request, *_asked_for(request)) for request in sandbox.requests()]


def is_truncated(found: Sequence[RecordedRequest]) -> bool:
    """Tell whether there may have been more requests than the sandbox remembers."""
    from adapty.sandbox._request_log import MAX_REQUESTS  # noqa: PLC0415 - needs the extra

    return len(found) >= MAX_REQUESTS


def describe_rejected(sandbox: Sandbox, operation: str, api: Api) -> Iterator[str]:
    """Say how often an operation was asked for, where that was in vain or not at all, and why.

    Args:
        sandbox: The sandbox.
        operation: The contract's name.
        api: The API that has it.
    """
    asked = [one for one in recorded_requests(sandbox) if (one.operation, one.api) == (operation, api)]
    in_vain = [one for one in asked if not one.request.status or one.request.status >= _FIRST_REFUSAL]
    if not asked:
        yield f"{operation} was never asked for"
    elif in_vain:
        yield f"{operation} was asked for {format_count(len(asked))}, {format_count(len(in_vain))} in vain:"
        yield from (f"  {one}" for one in in_vain[-_MOST_SHOWN:])


def require_sandbox(value: Sandbox) -> None:
    """Check that an assertion is given a sandbox.

    Raises:
        AdaptyUsageError: It is something else.
    """
    from adapty.sandbox import Sandbox  # noqa: PLC0415 - needs the extra

    if not isinstance(value, Sandbox):
        expected = "expected the fixture adapty_sandbox, or another adapty.sandbox.Sandbox"
        raise AdaptyUsageError.for_field("sandbox", f"is {type_name(value)}; {expected}")


def require_api(value: Api) -> None:
    """Check the name of an API.

    Raises:
        AdaptyUsageError: There is none of that name.
    """
    validate("api", lambda api: one_of(OPERATIONS, api), value)


def require_operation(value: str, api: Api | None) -> None:
    """Check the name of an operation.

    Args:
        value: The contract's name.
        api: The API that has it, or None for any.

    Raises:
        AdaptyUsageError: There is none of that name.
    """
    names = [name for one, found in OPERATIONS.items() if api in {None, one} for name in found]
    validate("operation", lambda name: one_of(tuple(dict.fromkeys(names)), name), value)


def _asked_for(request: LoggedRequest) -> tuple[str, Api] | tuple[None, None]:
    for method, path, operation, api in _paths():
        if method == request.method and path.fullmatch(request.path):
            return operation, api
    return None, None


@lru_cache(maxsize=1)
def _paths() -> list[tuple[str, re.Pattern[str], str, Api]]:
    return [
        (method.upper(), re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), operation["operationId"], api)
        for api in OPERATIONS
        for path, methods in openapi_spec(api)["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and "operationId" in operation
    ]
