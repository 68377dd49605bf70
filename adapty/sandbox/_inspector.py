"""The inspection endpoints under `/_sandbox/`, which need no key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import asdict
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import JSONResponse
from starlette.routing import Route

from adapty._core.redaction import redact_data
from adapty._version import __version__
from adapty.errors import AdaptyConfigError, AdaptyUsageError
from adapty.sandbox._body import BODY_TOO_LONG, find_unencodable, parse_json, read_body
from adapty.sandbox._constants import ADMIN_PREFIX
from adapty.sandbox._mail.store import UNKNOWN_FLOW
from adapty.sandbox._request_log import MAX_REQUESTS
from adapty.sandbox._responses import InvalidBody, ValidationIssue, mail_error, mail_ok, mail_profile_not_found
from adapty.sandbox._server_side.model import User
from adapty.sandbox._web.placements import list_paywalls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from adapty.sandbox._faults.injector import Faults
    from adapty.sandbox._request_log import RequestLog
    from adapty.sandbox._state import SandboxState
    from adapty.sandbox._webhooks.api import Webhooks
    from adapty.sandbox._webhooks.deliveries import WebhookDelivery

__all__ = ["inspector_routes"]

_DEFAULT_LIMIT = 100
_LIMIT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_POST_FIELDS = ("event_type", "customer_user_id", "profile_id", "event_properties")


class _AnyText(Convertor[str]):
    """Like Starlette's `path`, but including line breaks: an id may contain any character."""

    regex = r"(?s:.*)"

    def convert(self, value: str) -> str:
        return value


register_url_convertor("adapty_any_text", _AnyText())


class _AdminRoute(NamedTuple):
    method: str
    path: str
    endpoint: Callable[[Request], Awaitable[Response]]
    description: str

    def build(self) -> Route:
        path = self.path.replace("}", ":adapty_any_text}")
        return Route(f"{ADMIN_PREFIX}{path}", self.endpoint, methods=[self.method])

    def to_dict(self) -> dict[str, str]:
        return {"method": self.method, "path": f"{ADMIN_PREFIX}{self.path}", "description": self.description}


def inspector_routes(state: SandboxState, log: RequestLog, faults: Faults, webhooks: Webhooks) -> list[Route]:
    """Return the routes under `/_sandbox/`.

    Args:
        state: The data.
        log: The log of requests.
        faults: The configured faults.
        webhooks: The webhooks.
    """
    return [route.build() for route in _AdminRoutes(state, log, faults, webhooks).routes]


class _AdminRoutes:
    """The endpoints, and what they inspect."""

    def __init__(self, state: SandboxState, log: RequestLog, faults: Faults, webhooks: Webhooks) -> None:
        self._state = state
        self._log = log
        self._faults = faults
        self._webhooks = webhooks
        self.routes = (
            _AdminRoute("GET", "", self.index, "this overview: version, counts and endpoints"),
            _AdminRoute("GET", "flows", self.flows, "the number of profiles in each flow"),
            _AdminRoute(
                "GET",
                "profiles/{external_profile_id}",
                self.profile,
                "a profile of the Mail API as stored, its flow, and its events in the order of receipt",
            ),
            _AdminRoute(
                "GET",
                "customers/{customer_user_id}",
                self.customer,
                "a profile of the server-side API with everything stored for it",
            ),
            _AdminRoute(
                "GET",
                "customers-by-profile-id/{profile_id}",
                self.customer_by_profile_id,
                "the same, by Adapty's id",
            ),
            _AdminRoute("GET", "paywalls", self.paywalls, "the paywalls with their placements and numbers of views"),
            _AdminRoute(
                "GET",
                "requests",
                self.requests,
                f"the last requests to the API, oldest first; ?limit= is from 1 to {MAX_REQUESTS}",
            ),
            _AdminRoute("GET", "faults", self.faults, "the configured faults in their order"),
            _AdminRoute(
                "POST",
                "faults",
                self.add_fault,
                "add a fault; the body is its text, such as rate_limited;retry_after=2;count=3",
            ),
            _AdminRoute("DELETE", "faults", self.clear_faults, "remove all faults"),
            _AdminRoute("GET", "webhooks", self.webhooks, "the last webhooks, and whether they were received"),
            _AdminRoute(
                "POST",
                "webhooks",
                self.post_webhook,
                'post a webhook; the body is like {"event_type": "trial_started", "customer_user_id": "user_12345"}',
            ),
            _AdminRoute("POST", "reset", self.reset, "delete all data, and restore the initial faults"),
        )

    async def index(self, _: Request) -> Response:
        overview = self._state.mail.overview()
        return JSONResponse(
            {
                "name": "adapty sandbox",
                "version": __version__,
                "profiles": overview.profiles,
                "events": overview.events,
                "unlinked_events": overview.unlinked_events,
                "erased": overview.erased,
                "customers": self._state.server_side.count(),
                "endpoints": [route.to_dict() for route in self.routes],
            },
        )

    async def flows(self, _: Request) -> Response:
        overview = self._state.mail.overview()
        unknown = {UNKNOWN_FLOW: overview.unknown_flow} if overview.unknown_flow else {}
        return JSONResponse(
            {
                "flows": {**overview.flows, **unknown},
                "profiles": overview.profiles,
                "events": overview.events,
                "unlinked_events": overview.unlinked_events,
            },
        )

    async def profile(self, request: Request) -> Response:
        history = self._state.mail.history(request.path_params["external_profile_id"])
        if history.profile is None:
            return mail_profile_not_found()
        flow = history.flow or UNKNOWN_FLOW
        return JSONResponse({"profile": history.profile, "flow": flow, "events": history.events})

    async def customer(self, request: Request) -> Response:
        return self._customer(User(customer_user_id=request.path_params["customer_user_id"]))

    async def customer_by_profile_id(self, request: Request) -> Response:
        return self._customer(User(profile_id=request.path_params["profile_id"].lower()))

    def _customer(self, user: User) -> Response:
        profile = self._state.server_side.profile(user)
        return mail_profile_not_found() if profile is None else JSONResponse(profile)

    async def paywalls(self, _: Request) -> Response:
        with self._state.server_side.read() as context:
            return JSONResponse({"paywalls": list_paywalls(context)})

    async def requests(self, request: Request) -> Response:
        limit = request.query_params.get("limit", str(_DEFAULT_LIMIT))
        if not _LIMIT.fullmatch(limit) or int(limit) > MAX_REQUESTS:
            message = f"Input should be a whole number from 1 to {MAX_REQUESTS}"
            return mail_error(400, ValidationIssue(message=message, path=("limit",)))
        return JSONResponse({"requests": [asdict(logged) for logged in self._log.last(int(limit))]})

    async def faults(self, _: Request) -> Response:
        return JSONResponse({"faults": [str(fault) for fault in self._faults]})

    async def add_fault(self, request: Request) -> Response:
        raw = await read_body(request)
        if raw is None:
            return mail_error(413, ValidationIssue(message=BODY_TOO_LONG))
        try:
            self._faults.add(raw.decode().strip())
        except UnicodeDecodeError:
            return mail_error(400, ValidationIssue(message="Body should be text in UTF-8"))
        except AdaptyConfigError as error:
            return mail_error(400, ValidationIssue(message=str(error)))
        return await self.faults(request)

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return mail_ok()

    async def webhooks(self, _: Request) -> Response:
        verification = self._webhooks.verification
        return JSONResponse(
            {
                "url": self._webhooks.url,
                "verification": None if verification is None else asdict(verification),
                "deliveries": [_format_delivery(delivery) for delivery in self._webhooks.deliveries()],
            },
        )

    async def post_webhook(self, request: Request) -> Response:
        raw = await read_body(request)
        if raw is None:
            return mail_error(413, ValidationIssue(message=BODY_TOO_LONG))
        try:
            delivery = self._webhooks.post(**_parse_webhook(raw))
        except InvalidBody as invalid:
            return mail_error(400, *invalid.issues)
        except AdaptyUsageError as error:
            path = (error.field_name,) if error.field_name else ()
            return mail_error(400, ValidationIssue(message=str(error), path=path))
        return JSONResponse(_format_delivery(delivery))

    async def reset(self, _: Request) -> Response:
        self._state.reset()
        self._faults.reset()
        self._log.clear()
        return mail_ok()


def _parse_webhook(raw: bytes) -> dict[str, Any]:
    body = parse_json(raw)
    if not isinstance(body, dict):
        raise InvalidBody(ValidationIssue(message="Body should be a valid object"))
    if "event_type" not in body:
        raise InvalidBody(ValidationIssue(message="Field required", path=("event_type",)))
    if unknown := sorted(body.keys() - set(_POST_FIELDS)):
        message = f"Field not known; use {', '.join(_POST_FIELDS)}"
        raise InvalidBody(*(ValidationIssue(message=message, path=(name,)) for name in unknown))
    if issues := list(find_unencodable(body)):
        raise InvalidBody(*issues)
    return body


def _format_delivery(delivery: WebhookDelivery) -> Any:
    fields = asdict(delivery, recurse=False)
    del fields["body"]
    return redact_data(fields, ())
