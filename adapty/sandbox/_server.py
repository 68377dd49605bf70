"""`Sandbox`: the sandbox as a server, in a background thread or in the foreground."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Any, Self

from adapty._core.redaction import hide_arguments
from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError, AdaptyUsageError
from adapty.sandbox._app import build_app
from adapty.sandbox._constants import (
    DEFAULT_HOST,
    DEFAULT_MAIL_KEY,
    DEFAULT_PUBLIC_KEY,
    DEFAULT_SECRET_KEY,
    DEFAULT_WEBHOOK_TIME_SCALE,
)
from adapty.sandbox._faults.injector import Faults
from adapty.sandbox._mail.store import MailStore
from adapty.sandbox._request_log import MAX_REQUESTS, RequestLog
from adapty.sandbox._security import AllowedHosts, Keys
from adapty.sandbox._server_side.model import User
from adapty.sandbox._server_side.settings import AppSettings
from adapty.sandbox._state import SandboxState
from adapty.sandbox._uvicorn import ServerThread, listen
from adapty.sandbox._web.placements import list_paywalls
from adapty.sandbox._webhooks.api import Webhooks
from adapty.sandbox._webhooks.config import WebhookConfig
from adapty.sandbox._webhooks.dispatcher import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from os import PathLike
    from types import FrameType, TracebackType

    from adapty.flows import Flow
    from adapty.sandbox._faults.model import Fault
    from adapty.sandbox._request_log import LoggedRequest

__all__ = ["Sandbox"]

# On Windows Ctrl-C cannot interrupt a wait without a timeout.
_POLL_SECONDS = 0.5


class Sandbox:
    """A local stand-in for Adapty, served from a background thread during the `with` block.

    Args:
        host: The address to listen on. Stored data can be read without a key, so use an address of this machine only.
        port: The port to listen on; 0 picks a free one.
        database: The path of an SQLite file, created if it does not exist; `:memory:` for memory only.
        mail_key: The secret key of the Mail API.
        secret_key: The secret key of the server-side API and of the Export Analytics API.
        public_key: The public key of the Web API.
        access_levels: Product id, with or without a base plan, to the access level that it unlocks. Default for other
            products: `DEFAULT_ACCESS_LEVEL`. Grants and revocations of any other level than these are refused.
        consumables: Product ids of consumable one-time purchases. They unlock no access level.
        virtual_currencies: Whether virtual currencies are enabled. Without them the API responds with a 403.
        strict_rate_limits: Whether more than 2 requests in a second to the Export Analytics API get a 429, as Adapty
            documents. Requests that get one do not count.
        faults: The initial faults, or their text. `faults` changes them later. A request with an
            `Adapty-Sandbox-Fault` header meets that fault instead, and does not count for these. Faults precede the
            check of the key, like those of a gateway.
        webhook_url: The address that the events of server-side profiles are posted to, as Adapty would. Default: no
            webhooks. Pending events and the future ends of subscriptions are in memory only, and are lost in a
            restart. See `webhooks`.
        webhook_authorization: The unmodified value of their `Authorization` header. Default: no such header.
        webhook_time_scale: How many times shorter than Adapty's the retry delays are; 60 turns the first minute into a
            second. The timeout for the receiver's response is always 10 seconds.
        allowed_hosts: Accepted host names in addition to `host` and loopback names, such as the name of its container.
            Requests under other names get a 421.

    Raises:
        AdaptyConfigError: An argument is invalid; `field_name` names it.

    Example:
        >>> with Sandbox() as sandbox:
        ...     sandbox.profile("user_12345") is None
        True
        >>> with Sandbox(faults=["server_error;every=20"]) as sandbox:
        ...     sandbox.faults.add("drop_after;probability=0.05;operations=saveProfile")
        ...     [fault.kind for fault in sandbox.faults]
        ['server_error', 'drop_after']
    """

    @hide_arguments
    def __init__(
        self,
        *,
        host: str = DEFAULT_HOST,
        port: int = 0,
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
    ) -> None:
        if not isinstance(host, str) or not host:
            raise AdaptyConfigError.for_field("host", "must be an address such as 127.0.0.1")
        if type(port) is not int:
            raise AdaptyConfigError.for_field("port", f"must be an integer, not {type_name(port)}; 0 picks a free port")
        self._host = host
        self._port = port
        self._allowed_hosts = AllowedHosts(host, allowed_hosts)
        self._database = database
        self._keys = Keys.create(mail_key=mail_key, secret_key=secret_key, public_key=public_key)
        self._settings = AppSettings(
            access_levels=access_levels,
            consumables=consumables,
            virtual_currencies=virtual_currencies,
            strict_rate_limits=strict_rate_limits,
        )
        self._faults = Faults(faults)
        webhooks = WebhookConfig.parse(webhook_url, authorization=webhook_authorization, time_scale=webhook_time_scale)
        self._dispatcher = None if webhooks is None else Dispatcher(webhooks)
        self._log = RequestLog(*self._keys.secrets)
        self._running: tuple[ServerThread, SandboxState] | None = None
        self._closed = Event()

    @property
    def mail_key(self) -> str:
        """The secret key of the Mail API."""
        return self._keys.mail.secret.value

    @property
    def secret_key(self) -> str:
        """The secret key of the server-side API and of the Export Analytics API."""
        return self._keys.server_side.secret.value

    @property
    def public_key(self) -> str:
        """The public key of the Web API."""
        return self._keys.web.secret.value

    @property
    def url(self) -> str:
        """The base URL with the actual port, without a trailing slash.

        Raises:
            AdaptyConfigError: The sandbox is not running.
        """
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._require_running()[0].port}"

    @property
    def faults(self) -> Faults:
        """The faults: add, remove and list them at any time."""
        return self._faults

    @property
    def webhooks(self) -> Webhooks:
        """The webhooks: wait for them, list them, and post more at any time."""
        return Webhooks(self._dispatcher)

    def start(self) -> Self:
        """Open the database and serve. Connections are accepted when this returns.

        Raises:
            AdaptyConfigError: The port is not available, the database cannot be used, or the sandbox was started
                before.
        """
        if self._running is not None or self._closed.is_set():
            message = "The sandbox was started before; create a new one"
            raise AdaptyConfigError(message)
        listener = listen(self._host, self._port)
        try:
            state = SandboxState(self._database, self._settings, self._dispatcher)
        except BaseException:
            listener.close()
            raise
        try:
            state.start_webhooks()
            app = build_app(state, self._keys, self._log, self._faults, self._allowed_hosts)
            self._running = ServerThread(listener, app), state
        except BaseException:
            listener.close()
            state.close()
            raise
        return self

    def close(self) -> None:
        """Stop the server and the webhooks, and close the database. Closing twice is allowed.

        Pending webhooks are dropped.
        """
        self._closed.set()
        running, self._running = self._running, None
        if running is not None:
            server, state = running
            server.stop()
            state.close()

    def __enter__(self) -> Self:
        """Start the sandbox."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the sandbox."""
        self.close()

    def serve(self, on_ready: Callable[[Sandbox], object] | None = None) -> None:
        """Serve in the foreground until SIGINT (Ctrl-C), SIGTERM or `close`, then close the sandbox.

        Signals are handled in the main thread only.

        Args:
            on_ready: Called once with the sandbox when it accepts connections.

        Raises:
            AdaptyConfigError: See `start`.
        """
        with _call_on_signals(self._closed.set), self:
            if on_ready is not None:
                on_ready(self)
            while not self._closed.wait(_POLL_SECONDS):
                pass

    def flows(self) -> dict[Flow, int]:
        """Return the number of profiles in each flow. All six flows are present.

        Raises:
            AdaptyConfigError: The sandbox is not running. The other inspection methods raise it too.
        """
        return self._state.mail.overview().flows

    def flow(self, external_profile_id: str) -> Flow | None:
        """Return the flow of a profile, or None if there is no such profile."""
        return self._state.mail.history(external_profile_id).flow

    def profile(self, external_profile_id: str) -> dict[str, Any] | None:
        """Return a profile of the Mail API as stored, or None."""
        return self._state.mail.history(external_profile_id).profile

    def events(self, external_profile_id: str) -> list[dict[str, Any]]:
        """Return the events of a profile in the order of receipt, or those that wait for a profile with that id.

        They include events that were assigned to the profile by `customer_user_id` or `email`.
        """
        return self._state.mail.history(external_profile_id).events

    def profiles(self) -> Iterator[dict[str, Any]]:
        """Yield all profiles of the Mail API as stored, in the order of first receipt.

        They are read page by page, so any number of them fits into memory. New profiles are included.
        """
        return self._iterate(MailStore.profiles_after)

    def all_events(self) -> Iterator[dict[str, Any]]:
        """Yield all events of the Mail API as stored, in the order of receipt; see `profiles`."""
        return self._iterate(MailStore.events_after)

    def _iterate(
        self, read_page: Callable[[MailStore, int], list[tuple[int, dict[str, Any]]]]
    ) -> Iterator[dict[str, Any]]:
        self._require_running()

        def iterate_pages() -> Iterator[dict[str, Any]]:
            last = 0
            while page := read_page(self._state.mail, last):
                for last, stored in page:  # noqa: B007 - the next page starts after the last row
                    yield stored

        return iterate_pages()

    def server_side_profile(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | None = None,
    ) -> dict[str, Any] | None:
        """Return a profile of the server-side API with everything stored for it, or None.

        It has the fields of the API's responses, those that create and update sent (`email`, ...), and `transactions`,
        `integration_identifiers`, `refund_saver_settings`, `virtual_currencies`, `attributions` and `paywall_views`.

        Args:
            customer_user_id: The backend's own id of the user.
            profile_id: Adapty's id of the user.

        Raises:
            AdaptyUsageError: None or both of the ids are given.
        """
        if (customer_user_id is None) == (profile_id is None):
            message = "exactly one of customer_user_id and profile_id is required"
            raise AdaptyUsageError(message)
        user = User(customer_user_id=customer_user_id, profile_id=profile_id and profile_id.lower())
        return self._state.server_side.profile(user)

    def paywalls(self) -> list[dict[str, Any]]:
        """Return the paywalls with their placements, variations and numbers of views.

        Each has `paywall_id`, `title`, `state`, `views` and `variations`, a list of `placement_id` and `variation_id`.
        """
        with self._state.server_side.read() as context:
            return list_paywalls(context)

    def requests(self) -> list[LoggedRequest]:
        """Return the last 1,000 requests to the API, oldest first.

        A request is logged when it was executed, even if a fault delays its response.
        """
        self._require_running()
        return self._log.last(MAX_REQUESTS)

    def reset(self) -> None:
        """Delete all profiles, events, tombstones and requests, and restore the initial paywalls and faults.

        Pending webhooks are dropped, and all webhooks are removed.
        """
        self._state.reset()
        self._faults.reset()
        self._log.clear()

    @property
    def _state(self) -> SandboxState:
        return self._require_running()[1]

    def _require_running(self) -> tuple[ServerThread, SandboxState]:
        if self._running is None:
            message = "The sandbox is not running; start it, or use it as a context manager"
            raise AdaptyConfigError(message)
        return self._running


@contextmanager
def _call_on_signals(call: Callable[[], object]) -> Iterator[None]:
    """Call a function on SIGINT or SIGTERM, unless the signal is ignored, as `nohup` expects."""
    if current_thread() is not main_thread():
        yield
        return

    def handle(_: int, __: FrameType | None) -> None:
        call()

    previous = {
        number: signal.signal(number, handle)
        for number in (signal.SIGINT, signal.SIGTERM)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
