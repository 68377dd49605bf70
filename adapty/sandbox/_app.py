"""The sandbox as an ASGI application."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from adapty._core.redaction import hide_arguments
from adapty._generated import openapi_spec
from adapty.sandbox._analytics.routes import analytics_routes
from adapty.sandbox._constants import (
    ADMIN_PREFIX,
    DEFAULT_MAIL_KEY,
    DEFAULT_PUBLIC_KEY,
    DEFAULT_SECRET_KEY,
    DEFAULT_WEBHOOK_TIME_SCALE,
)
from adapty.sandbox._faults.injector import Faults
from adapty.sandbox._faults.middleware import FaultMiddleware
from adapty.sandbox._inspector import inspector_routes
from adapty.sandbox._mail.routes import mail_routes
from adapty.sandbox._request_log import RequestLog, RequestLogMiddleware
from adapty.sandbox._responses import error_for_path
from adapty.sandbox._security import AllowedHosts, Keys, RequestGuard
from adapty.sandbox._server_side.settings import AppSettings
from adapty.sandbox._server_side_routes import server_side_routes
from adapty.sandbox._state import SandboxState
from adapty.sandbox._web.routes import web_routes
from adapty.sandbox._webhooks.api import Webhooks
from adapty.sandbox._webhooks.config import WebhookConfig
from adapty.sandbox._webhooks.dispatcher import Dispatcher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Mapping
    from os import PathLike

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from adapty.sandbox._faults.model import Fault

__all__ = ["build_app", "create_app"]


@hide_arguments
def create_app(
    *,
    database: str | PathLike[str] = ":memory:",
    mail_key: str = DEFAULT_MAIL_KEY,
    secret_key: str = DEFAULT_SECRET_KEY,
    public_key: str = DEFAULT_PUBLIC_KEY,
    access_levels: Mapping[str, str] | None = None,
    consumables: Collection[str] = (),
    virtual_currencies: bool = True,
    strict_rate_limits: bool = False,
    faults: Collection[Fault | str] = (),
    webhook_url: str | None = None,
    webhook_authorization: str | None = None,
    webhook_time_scale: float = DEFAULT_WEBHOOK_TIME_SCALE,
    allowed_hosts: Collection[str] = (),
) -> Starlette:
    """Create the sandbox as an ASGI application, for another server than `Sandbox`.

    The application closes its database when the server shuts down (ASGI lifespan).

    ASGI cannot drop a connection. Uvicorn can, with `http=adapty.sandbox.UvicornProtocol`, and so can `Sandbox`. Under
    other servers, a request that meets a `drop_before` or a `drop_after` is not executed, and gets a 501.

    Args:
        database: The path of an SQLite file, created if it does not exist; `:memory:` for memory only.
        mail_key: The secret key of the Mail API.
        secret_key: The secret key of the server-side API and of the Export Analytics API.
        public_key: The public key of the Web API.
        access_levels: Product id to the access level that it unlocks. Default: `DEFAULT_ACCESS_LEVEL`.
        consumables: Product ids of consumable one-time purchases. They unlock no access level.
        virtual_currencies: Whether virtual currencies are enabled.
        strict_rate_limits: Whether more than 2 requests in a second to the Export Analytics API get a 429.
        faults: The initial faults; see `Sandbox`.
        webhook_url: The address that events are posted to while the server runs (ASGI lifespan).
        webhook_authorization: The value of their `Authorization` header.
        webhook_time_scale: How many times shorter than Adapty's the retry delays are.
        allowed_hosts: Accepted host names in addition to `localhost` and other loopback names; requests under other
            names get a 421. For a client over `httpx.ASGITransport`, the host of its `base_url`.

    Raises:
        AdaptyConfigError: An argument is invalid, or the file cannot be used.

    Example:
        `uvicorn --factory adapty.sandbox:create_app --port 8040`
    """
    keys = Keys.create(mail_key=mail_key, secret_key=secret_key, public_key=public_key)
    settings = AppSettings(
        access_levels=access_levels,
        consumables=consumables,
        virtual_currencies=virtual_currencies,
        strict_rate_limits=strict_rate_limits,
    )
    parsed_faults = Faults(faults)
    hosts = AllowedHosts(others=allowed_hosts)
    webhooks = WebhookConfig.parse(webhook_url, authorization=webhook_authorization, time_scale=webhook_time_scale)
    state = SandboxState(database, settings, None if webhooks is None else Dispatcher(webhooks))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            state.start_webhooks()
            yield
        finally:
            state.close()

    app = build_app(state, keys, RequestLog(*keys.secrets), parsed_faults, hosts)
    app.router.lifespan_context = lifespan
    return app


class _GuardedApp(Starlette):
    """A Starlette application whose guard also wraps the handler of unexpected errors."""

    def __init__(self, allowed_hosts: AllowedHosts, **options: Any) -> None:
        self._allowed_hosts = allowed_hosts
        super().__init__(**options)

    def build_middleware_stack(self) -> ASGIApp:
        return RequestGuard(super().build_middleware_stack(), self._allowed_hosts)


def build_app(
    state: SandboxState, keys: Keys, log: RequestLog, faults: Faults, allowed_hosts: AllowedHosts
) -> Starlette:
    """Build the application for a state that the caller closes.

    Args:
        state: The data.
        keys: The required keys.
        log: The log of requests.
        faults: The configured faults.
        allowed_hosts: The accepted host names.
    """
    operations = [
        *mail_routes(openapi_spec("mail"), state.mail, keys.mail),
        *server_side_routes(state.server_side, keys.server_side),
        *analytics_routes(state.server_side, keys.server_side, state.analytics_limit),
        *web_routes(state.server_side, keys.web),
    ]
    app = _GuardedApp(
        allowed_hosts,
        routes=[*operations, *inspector_routes(state, log, faults, Webhooks(state.dispatcher))],
        middleware=[
            Middleware(FaultMiddleware, faults=faults, log=log, operations=operations),
            Middleware(RequestLogMiddleware, log=log),
        ],
        exception_handlers={
            404: _not_found,
            405: _method_not_allowed,
            ClientDisconnect: _client_disconnected,
            Exception: _internal_error,
        },
    )
    # The API's paths end in a slash. A client that omits it should get an error, not a redirect.
    app.router.redirect_slashes = False
    return app


async def _not_found(request: Request, _: Exception) -> Response:
    return error_for_path(request, 404, f"No such path; see {ADMIN_PREFIX} for the available ones", "not_found")


async def _method_not_allowed(request: Request, _: Exception) -> Response:
    routes = cast("list[Route]", request.app.routes)
    at_path = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    allowed = sorted({method for route in at_path for method in route.methods or ()})
    return error_for_path(
        request,
        405,
        f"Method not allowed; use {' or '.join(allowed)}",
        "method_not_allowed",
        headers={"Allow": ", ".join(allowed)},
    )


async def _client_disconnected(request: Request, _: Exception) -> Response:
    return error_for_path(request, 400, "Client disconnected before the body was complete", "base_error")


async def _internal_error(request: Request, _: Exception) -> Response:
    return error_for_path(request, 500, "Internal error of the sandbox; the request is not the cause", "server_error")
