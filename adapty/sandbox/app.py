"""The ASGI application of the sandbox, for who serves it with something else than `Sandbox`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from adapty._generated import contract
from adapty.sandbox.answers import refused
from adapty.sandbox.auth import BearerKey
from adapty.sandbox.defaults import DEFAULT_MAIL_KEY
from adapty.sandbox.faults import Fault
from adapty.sandbox.inspection import inspection_routes
from adapty.sandbox.mail import mail_routes
from adapty.sandbox.request_log import INSIDE, RequestLog, RequestLogMiddleware
from adapty.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from os import PathLike

    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["app_over", "create_app"]


def create_app(*, database: str | PathLike[str] = ":memory:", mail_key: str = DEFAULT_MAIL_KEY) -> Starlette:
    """Make the sandbox as an ASGI application.

    Its database is closed when the server shuts down (the ASGI lifespan). `Sandbox` also serves it.

    Args:
        database: The path of an SQLite file, made where there is none; `:memory:` keeps all in memory.
        mail_key: The secret key that the Mail API's clients must send.

    Raises:
        AdaptyConfigError: The file cannot be used, or the key cannot be sent as a header.

    Example:
        `uvicorn --factory adapty.sandbox:create_app --port 8040`
    """
    key = BearerKey(mail_key)
    store = Store(database)

    @asynccontextmanager
    async def closing_the_store(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            store.close()

    app = app_over(store, key, RequestLog(key.secret))
    app.router.lifespan_context = closing_the_store
    return app


def app_over(store: Store, key: BearerKey, log: RequestLog) -> Starlette:
    """Make the application over a store that somebody else closes.

    Args:
        store: What is kept.
        key: The key that clients must send.
        log: Where requests are noted.
    """
    app = Starlette(
        routes=[*mail_routes(contract("mail"), store, key), *inspection_routes(store, log)],
        middleware=[Middleware(RequestLogMiddleware, log=log)],
        exception_handlers={
            404: _not_found,
            405: _method_not_allowed,
            ClientDisconnect: _client_left,
            Exception: _broken,
        },
    )
    # The API's paths end in a slash; a client that leaves it out should hear of it, not be sent on.
    app.router.redirect_slashes = False
    return app


async def _not_found(_: Request, __: Exception) -> Response:
    return refused(404, Fault(message=f"No such path; see {INSIDE} for what there is"))


async def _method_not_allowed(request: Request, _: Exception) -> Response:
    routes = cast("list[Route]", request.app.routes)
    at_this_path = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    allowed = sorted({method for route in at_this_path for method in route.methods or ()})
    problem = Fault(message=f"Method not allowed; use {' or '.join(allowed)}")
    return refused(405, problem, headers={"Allow": ", ".join(allowed)})


async def _client_left(_: Request, __: Exception) -> Response:
    return refused(400, Fault(message="Client left before the body was complete"))


async def _broken(_: Request, __: Exception) -> Response:
    return refused(500, Fault(message="The sandbox failed; the fault is its own, not the request's"))
