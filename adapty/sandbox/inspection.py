"""Looking inside: the endpoints under `/_sandbox/`, which ask for no key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from attrs import asdict
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import JSONResponse
from starlette.routing import Route

from adapty._version import __version__
from adapty.errors import AdaptyConfigError
from adapty.sandbox.answers import done, no_profile, refused
from adapty.sandbox.body import MAX_BODY_BYTES, received
from adapty.sandbox.flaws import Flaw
from adapty.sandbox.paths import INSIDE
from adapty.sandbox.request_log import KEPT_REQUESTS
from adapty.sandbox.server_side.identity import User
from adapty.sandbox.store import UNKNOWN_FLOW
from adapty.sandbox.webhooks.pages import WebhookPages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from adapty.sandbox.fault_list import Faults
    from adapty.sandbox.request_log import RequestLog
    from adapty.sandbox.state import State
    from adapty.sandbox.webhooks.control import Webhooks

__all__ = ["inspection_routes"]

_DEFAULT_LIMIT = 100
_LIMIT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class _AnyText(Convertor[str]):
    """What Starlette's own `path` is, and line breaks too: an id may hold anything."""

    regex = r"(?s:.*)"

    def convert(self, value: str) -> str:
        return value


register_url_convertor("adapty_any_text", _AnyText())


class _Page(NamedTuple):
    method: str
    path: str
    endpoint: Callable[[Request], Awaitable[Response]]
    shows: str

    def route(self) -> Route:
        path = self.path.replace("}", ":adapty_any_text}")
        return Route(path, self.endpoint, methods=[self.method])

    def described(self) -> dict[str, str]:
        return {"method": self.method, "path": self.path, "shows": self.shows}


class _Inside:
    """The endpoints, over what they show."""

    def __init__(self, state: State, log: RequestLog, faults: Faults, webhooks: WebhookPages) -> None:
        self._state = state
        self._log = log
        self._faults = faults
        self.pages = (
            _Page("GET", INSIDE, self.index, "what this is, what it holds, and where to look"),
            _Page("GET", f"{INSIDE}flows", self.flows, "how many profiles are in each flow"),
            _Page(
                "GET",
                f"{INSIDE}profiles/{{external_profile_id}}",
                self.profile,
                "a profile as stored, its flow, and its events in the order of receipt",
            ),
            _Page(
                "GET",
                f"{INSIDE}customers/{{customer_user_id}}",
                self.customer,
                "a profile of the server-side API, with all that is stored of it",
            ),
            _Page(
                "GET",
                f"{INSIDE}customers-by-profile-id/{{profile_id}}",
                self.customer_by_profile_id,
                "the same by Adapty's own id",
            ),
            _Page(
                "GET",
                f"{INSIDE}requests",
                self.requests,
                f"the last requests to the API, the last one last; ?limit= takes 1 to {KEPT_REQUESTS}",
            ),
            _Page("GET", f"{INSIDE}faults", self.faults, "the faults that are set up, in the order of their turns"),
            _Page(
                "POST",
                f"{INSIDE}faults",
                self.add_fault,
                "the same with one more, whose text is the body, such as rate_limited;retry_after=2;count=3",
            ),
            _Page("DELETE", f"{INSIDE}faults", self.clear_faults, "nothing; there are no faults any more"),
            _Page("GET", f"{INSIDE}webhooks", webhooks.show, "the last webhooks, and whether they were received"),
            _Page(
                "POST",
                f"{INSIDE}webhooks",
                webhooks.post,
                'a webhook that it posts, of a body such as {"event_type": "trial_started", "customer_user_id": "me"}',
            ),
            _Page(
                "POST",
                f"{INSIDE}reset",
                self.reset,
                "nothing; it forgets everything, and has the faults that it was started with",
            ),
        )

    async def index(self, _: Request) -> Response:
        held = self._state.mail.overview()
        return JSONResponse(
            {
                "name": "adapty sandbox",
                "version": __version__,
                "profiles": held.profiles,
                "events": held.events,
                "unlinked_events": held.unlinked_events,
                "erased": held.erased,
                "customers": self._state.server_side.count(),
                "endpoints": [page.described() for page in self.pages],
            },
        )

    async def flows(self, _: Request) -> Response:
        held = self._state.mail.overview()
        unknown = {UNKNOWN_FLOW: held.unknown_flow} if held.unknown_flow else {}
        return JSONResponse(
            {
                "flows": {**held.flows, **unknown},
                "profiles": held.profiles,
                "events": held.events,
                "unlinked_events": held.unlinked_events,
            },
        )

    async def profile(self, request: Request) -> Response:
        history = self._state.mail.history(request.path_params["external_profile_id"])
        if history.profile is None:
            return no_profile()
        flow = history.flow or UNKNOWN_FLOW
        return JSONResponse({"profile": history.profile, "flow": flow, "events": history.events})

    async def customer(self, request: Request) -> Response:
        return self._customer(User(customer_user_id=request.path_params["customer_user_id"]))

    async def customer_by_profile_id(self, request: Request) -> Response:
        return self._customer(User(profile_id=request.path_params["profile_id"].lower()))

    def _customer(self, user: User) -> Response:
        found = self._state.server_side.profile(user)
        return no_profile() if found is None else JSONResponse(found)

    async def requests(self, request: Request) -> Response:
        limit = request.query_params.get("limit", str(_DEFAULT_LIMIT))
        if not _LIMIT.fullmatch(limit) or int(limit) > KEPT_REQUESTS:
            message = f"Input should be a whole number from 1 to {KEPT_REQUESTS}"
            return refused(400, Flaw(message=message, path=("limit",)))
        return JSONResponse({"requests": [asdict(logged) for logged in self._log.last(int(limit))]})

    async def faults(self, _: Request) -> Response:
        return JSONResponse({"faults": [str(fault) for fault in self._faults]})

    async def add_fault(self, request: Request) -> Response:
        raw = await received(request)
        if raw is None:
            return refused(413, Flaw(message=f"Body is longer than {MAX_BODY_BYTES} bytes"))
        try:
            self._faults.add(raw.decode().strip())
        except UnicodeDecodeError:
            return refused(400, Flaw(message="Body should be text in UTF-8"))
        except AdaptyConfigError as error:
            return refused(400, Flaw(message=str(error)))
        return await self.faults(request)

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return done()

    async def reset(self, _: Request) -> Response:
        self._state.reset()
        self._faults.reset()
        self._log.clear()
        return done()


def inspection_routes(state: State, log: RequestLog, faults: Faults, webhooks: Webhooks) -> list[Route]:
    """Give the routes under `/_sandbox/`.

    Args:
        state: What is shown.
        log: The requests that are shown.
        faults: The faults that are shown and set up.
        webhooks: The webhooks that are shown and posted.
    """
    return [page.route() for page in _Inside(state, log, faults, WebhookPages(webhooks)).pages]
