"""The endpoints of the server-side API: who may ask, what is accepted, what is answered."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from starlette.routing import Route

from adapty._generated import openapi_spec
from adapty.sandbox.body import MAX_BODY_BYTES, received
from adapty.sandbox.server_side.actions import ACTIONS
from adapty.sandbox.server_side.answers import answered, refused
from adapty.sandbox.server_side.contract import Operation, operations
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.identity import NOBODY, header, user_of
from adapty.sandbox.server_side.parameters import values
from adapty.sandbox.server_side.work import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from adapty.sandbox.auth import Key
    from adapty.sandbox.server_side.state import ServerSide

__all__ = ["server_side_routes"]


@cache
def _operations() -> tuple[Operation, ...]:
    return tuple(operations(openapi_spec("server_side")))


def server_side_routes(state: ServerSide, key: Key) -> Iterator[Route]:
    """Give the routes of the server-side API: paths, methods and schemas come from its contract.

    Args:
        state: What the operations work on.
        key: The key that opens them.
    """
    for operation in _operations():
        if operation.operation_id in ACTIONS:
            yield _route(operation, state, key)


def _route(operation: Operation, state: ServerSide, key: Key) -> Route:
    action = ACTIONS[operation.operation_id]
    begin = state.reading if operation.method == "GET" else state.writing

    async def endpoint(request: Request) -> Response:
        try:
            asked = await _asked(operation, request, key)
            with begin() as work:
                content = action(work, asked)
        except Declined as declined:
            return refused(declined, media_type=operation.refuses)
        return answered(operation.status, operation.answers, content)

    return Route(operation.path, endpoint, methods=[operation.method], name=operation.operation_id)


async def _asked(operation: Operation, request: Request, key: Key) -> Asked:
    """Read a request, in the order in which the API would find fault with it."""
    if not key.opens(request):
        sent = "are wrong" if "authorization" in request.headers else "were not provided"
        raise Declined.because(401, f"Authentication credentials {sent}.", "not_authenticated")
    user = user_of(request) if operation.names_user else NOBODY
    parameters = values(operation.parameters, request)
    return Asked(user=user, body=await _body(operation, request), parameters=parameters)


async def _body(operation: Operation, request: Request) -> dict[str, object]:
    if operation.body is None:
        return {}
    kind = (header(request, "content-type") or "").partition(";")[0].strip().lower()
    if kind not in operation.body.kinds:
        message = f"Content-Type should be {' or '.join(sorted(operation.body.kinds))}"
        raise Declined.because(415, message, "unsupported_media_type")
    raw = await received(request)
    if raw is None:
        raise Declined.because(413, f"Body is longer than {MAX_BODY_BYTES} bytes", "request_too_large")
    return operation.body.read(raw)
