"""The ASGI application of the sandbox, for who serves it with something else than `Sandbox`."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from adapty._core.redact import hide_arguments
from adapty._generated import contract
from adapty.sandbox.allowed_hosts import AllowedHosts
from adapty.sandbox.auth import Keys
from adapty.sandbox.defaults import DEFAULT_MAIL_KEY, DEFAULT_SECRET_KEY, DEFAULT_WEBHOOK_TIME_SCALE
from adapty.sandbox.fault_list import Faults
from adapty.sandbox.fault_middleware import FaultMiddleware
from adapty.sandbox.guard import RequestGuard
from adapty.sandbox.inspection import inspection_routes
from adapty.sandbox.mail import mail_routes
from adapty.sandbox.paths import INSIDE
from adapty.sandbox.refusals import refused_by_path
from adapty.sandbox.request_log import RequestLog, RequestLogMiddleware
from adapty.sandbox.server_side.routes import server_side_routes
from adapty.sandbox.server_side.settings import Settings
from adapty.sandbox.state import State
from adapty.sandbox.webhooks.control import Webhooks
from adapty.sandbox.webhooks.hook import Hook
from adapty.sandbox.webhooks.settings import WebhookSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping
    from os import PathLike

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from adapty.sandbox.faults import Fault

__all__ = ["app_over", "create_app"]


@hide_arguments
def create_app(
    *,
    database: str | PathLike[str] = ":memory:",
    mail_key: str = DEFAULT_MAIL_KEY,
    secret_key: str = DEFAULT_SECRET_KEY,
    access_levels: Mapping[str, str] | None = None,
    consumables: Collection[str] = (),
    virtual_currencies: bool = True,
    faults: Collection[Fault | str] = (),
    webhook_url: str | None = None,
    webhook_authorization: str | None = None,
    webhook_time_scale: float = DEFAULT_WEBHOOK_TIME_SCALE,
    allowed_hosts: Collection[str] = (),
) -> Starlette:
    """Make the sandbox as an ASGI application.

    Its database is closed when the server shuts down (the ASGI lifespan). `Sandbox` also serves it.

    Only a server can cut a connection, and ASGI has no word for it. `Sandbox` can, and so can uvicorn where it is
    given `http=adapty.sandbox.wire.StrictHTTP`. Under any other server, a request that meets a `drop_before` or a
    `drop_after` is not carried out, and answered with a 501 that says so.

    Args:
        database: The path of an SQLite file, made where there is none; `:memory:` keeps all in memory.
        mail_key: The secret key that the Mail API's clients must send.
        secret_key: The secret key that the server-side API's clients must send.
        access_levels: Product id to the access level that it opens; `DEFAULT_ACCESS_LEVEL` for any other product.
        consumables: Product ids of one-time purchases that are used up. These open no access level.
        virtual_currencies: Whether the app has virtual currencies.
        faults: What goes wrong on demand, as `Sandbox` has it.
        webhook_url: Where events are posted to, from when the server starts (the ASGI lifespan) until it shuts down.
        webhook_authorization: The value of their `Authorization` header.
        webhook_time_scale: How many times shorter than Adapty's the waits before retries are.
        allowed_hosts: Host names under which requests may come, beside `localhost` and other loopback names; other
            requests are answered with 421. For a client over `httpx.ASGITransport`, the host of its `base_url`.

    Raises:
        AdaptyConfigError: The file cannot be used, a key cannot be sent as a header, a fault cannot be read, nothing
            can be posted to the webhook, a host name is not one, or a setting is of another kind.

    Example:
        `uvicorn --factory adapty.sandbox:create_app --port 8040`
    """
    keys = Keys.of(mail_key=mail_key, secret_key=secret_key)
    settings = Settings(
        access_levels=access_levels,
        consumables=consumables,
        virtual_currencies=virtual_currencies,
    )
    known_faults = Faults(faults)
    hosts = AllowedHosts(others=allowed_hosts)
    webhooks = WebhookSettings.of(webhook_url, authorization=webhook_authorization, time_scale=webhook_time_scale)
    state = State(database, settings, None if webhooks is None else Hook(webhooks))

    @asynccontextmanager
    async def as_long_as_it_is_served(_: Starlette) -> AsyncIterator[None]:
        try:
            state.start_posting()
            yield
        finally:
            state.close()

    app = app_over(state, keys, RequestLog(*keys.secrets), known_faults, hosts)
    app.router.lifespan_context = as_long_as_it_is_served
    return app


class _GuardedApp(Starlette):
    """A Starlette application with the guard around all of it, the handler of unexpected errors included."""

    def __init__(self, allowed_hosts: AllowedHosts, **options: Any) -> None:
        self._allowed_hosts = allowed_hosts
        super().__init__(**options)

    def build_middleware_stack(self) -> ASGIApp:
        return RequestGuard(super().build_middleware_stack(), self._allowed_hosts)


def app_over(state: State, keys: Keys, log: RequestLog, faults: Faults, allowed_hosts: AllowedHosts) -> Starlette:
    """Make the application over a state that somebody else closes.

    Args:
        state: What is kept.
        keys: The keys that clients must send.
        log: Where requests are noted.
        faults: What goes wrong on demand.
        allowed_hosts: The names under which requests may come.
    """
    operations = [
        *mail_routes(contract("mail"), state.mail, keys.mail),
        *server_side_routes(state.server_side, keys.server_side),
    ]
    app = _GuardedApp(
        allowed_hosts,
        routes=[*operations, *inspection_routes(state, log, faults, Webhooks(state.hook))],
        middleware=[
            Middleware(FaultMiddleware, faults=faults, log=log, operations=operations),
            Middleware(RequestLogMiddleware, log=log),
        ],
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


async def _not_found(request: Request, _: Exception) -> Response:
    return refused_by_path(request, 404, f"No such path; see {INSIDE} for what there is", "not_found")


async def _method_not_allowed(request: Request, _: Exception) -> Response:
    routes = cast("list[Route]", request.app.routes)
    at_this_path = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    allowed = sorted({method for route in at_this_path for method in route.methods or ()})
    return refused_by_path(
        request,
        405,
        f"Method not allowed; use {' or '.join(allowed)}",
        "method_not_allowed",
        headers={"Allow": ", ".join(allowed)},
    )


async def _client_left(request: Request, _: Exception) -> Response:
    return refused_by_path(request, 400, "Client left before the body was complete", "base_error")


async def _broken(request: Request, _: Exception) -> Response:
    return refused_by_path(request, 500, "The sandbox failed; the fault is its own, not the request's", "server_error")
