"""The sandbox as a server: in a background thread, or in the foreground until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
from contextlib import contextmanager
from threading import Event, Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any, Self

import uvicorn

from adapty._clock import new_event_loop
from adapty._core.redact import hide_arguments
from adapty._core.validate import kind_of
from adapty.errors import AdaptyConfigError, AdaptyUsageError
from adapty.sandbox.allowed_hosts import AllowedHosts
from adapty.sandbox.app import app_over
from adapty.sandbox.auth import Keys
from adapty.sandbox.defaults import (
    DEFAULT_HOST,
    DEFAULT_MAIL_KEY,
    DEFAULT_SECRET_KEY,
    DEFAULT_WEBHOOK_TIME_SCALE,
)
from adapty.sandbox.fault_list import Faults
from adapty.sandbox.request_log import KEPT_REQUESTS, RequestLog
from adapty.sandbox.server_side.identity import User
from adapty.sandbox.server_side.settings import Settings
from adapty.sandbox.state import State
from adapty.sandbox.store import Store
from adapty.sandbox.webhooks.control import Webhooks
from adapty.sandbox.webhooks.hook import Hook
from adapty.sandbox.webhooks.settings import WebhookSettings
from adapty.sandbox.wire import StrictHTTP

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from os import PathLike
    from types import FrameType, TracebackType

    from starlette.applications import Starlette

    from adapty.flows import Flow
    from adapty.sandbox.faults import Fault
    from adapty.sandbox.request_log import LoggedRequest

__all__ = ["Sandbox"]

_BACKLOG = 2048
_GRACE_SECONDS = 1

# On Windows a wait without an end cannot be broken off by Ctrl-C.
_LOOK_FOR_SIGNALS_SECONDS = 0.5


class Sandbox:
    """A local stand-in for Adapty, served from a background thread for as long as the `with` block lasts.

    Args:
        host: The address to listen on. What is held can be read without a key, so keep it to this machine.
        port: The port to listen on; 0 takes any free one.
        database: The path of an SQLite file, made where there is none; `:memory:` keeps all in memory.
        mail_key: The secret key that the Mail API's clients must send.
        secret_key: The secret key that the server-side API's clients must send.
        access_levels: Product id, with or without a base plan, to the access level that it opens;
            `DEFAULT_ACCESS_LEVEL` for any other product.
        consumables: Product ids of one-time purchases that are used up. These open no access level.
        virtual_currencies: Whether the app has virtual currencies; without them the API answers 403.
        faults: What goes wrong on demand, from the start: faults, or their text. `faults` changes them later. A
            request with an `Adapty-Sandbox-Fault` header meets the fault in there instead, and does not count for
            these. A fault comes before the check of the key, as one of a gateway would.
        webhook_url: Where what happens to the profiles of the server-side API is posted to, as Adapty would; None
            posts nothing. What waits to be posted is kept in memory only, and so are the ends to come of
            subscriptions: those from before a restart are not told. See `webhooks`.
        webhook_authorization: The value of the `Authorization` header of these posts, sent as it is; None sends no
            such header.
        webhook_time_scale: How many times shorter than Adapty's the waits before retries are; 60 makes a second of
            the first minute. The 10 seconds that a receiver has to answer stay as they are.
        allowed_hosts: Further host names under which requests may come, such as the name of its container. Requests
            under other names than these, `host` and loopback names such as `localhost` are answered with 421.

    Raises:
        AdaptyConfigError: A key cannot be sent as a header, host or port is none, a fault cannot be read, nothing
            can be posted to the webhook, a host name is not one, or a setting is of another kind.

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
        access_levels: Mapping[str, str] | None = None,
        consumables: Collection[str] = (),
        virtual_currencies: bool = True,
        faults: Collection[Fault | str] = (),
        webhook_url: str | None = None,
        webhook_authorization: str | None = None,
        webhook_time_scale: float = DEFAULT_WEBHOOK_TIME_SCALE,
        allowed_hosts: Collection[str] = (),
    ) -> None:
        if not isinstance(host, str) or not host:
            raise AdaptyConfigError.for_field("host", "is no address; expected one such as 127.0.0.1")
        if type(port) is not int:
            raise AdaptyConfigError.for_field("port", f"is {kind_of(port)}; expected a number, 0 for any that is free")
        self._host = host
        self._port = port
        self._allowed_hosts = AllowedHosts(host, allowed_hosts)
        self._database = database
        self._keys = Keys.of(mail_key=mail_key, secret_key=secret_key)
        self._settings = Settings(
            access_levels=access_levels,
            consumables=consumables,
            virtual_currencies=virtual_currencies,
        )
        self._faults = Faults(faults)
        webhooks = WebhookSettings.of(webhook_url, authorization=webhook_authorization, time_scale=webhook_time_scale)
        self._hook = None if webhooks is None else Hook(webhooks)
        self._log = RequestLog(*self._keys.secrets)
        self._running: _Running | None = None
        self._closed = Event()

    @property
    def mail_key(self) -> str:
        """The secret key that the Mail API's clients must send."""
        return self._keys.mail.secret.value

    @property
    def secret_key(self) -> str:
        """The secret key that the server-side API's clients must send."""
        return self._keys.server_side.secret.value

    @property
    def url(self) -> str:
        """The base address, with the port that it really has, without a slash at the end.

        Raises:
            AdaptyConfigError: The sandbox does not run.
        """
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._now_running().port}"

    @property
    def faults(self) -> Faults:
        """What goes wrong on demand: to add to, to clear, and to look at, at any time."""
        return self._faults

    @property
    def webhooks(self) -> Webhooks:
        """What is posted to the `webhook_url`: to wait for, to look at, and to add to, at any time."""
        return Webhooks(self._hook)

    def start(self) -> Self:
        """Open the database and serve. When this returns, connections are accepted.

        Raises:
            AdaptyConfigError: The port is taken or cannot be had, the database cannot be used, or the sandbox
                was started before.
        """
        if self._running is not None or self._closed.is_set():
            message = "The sandbox was started before; make a new one"
            raise AdaptyConfigError(message)
        listener = _listener(self._host, self._port)
        try:
            state = State(self._database, self._settings, self._hook)
        except BaseException:
            listener.close()
            raise
        try:
            state.start_posting()
            app = app_over(state, self._keys, self._log, self._faults, self._allowed_hosts)
            self._running = _Running(listener, app, state)
        except BaseException:
            listener.close()
            state.close()
            raise
        return self

    def close(self) -> None:
        """Stop serving and posting, and close the database. Closing again does nothing.

        Webhooks that were not received are dropped.
        """
        self._closed.set()
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def serve(self, on_ready: Callable[[Sandbox], object] | None = None) -> None:
        """Serve in the foreground until SIGINT (Ctrl-C) or SIGTERM comes, or `close` is called; then return.

        The sandbox is closed then. Signals are only heard in the main thread.

        Args:
            on_ready: Called once with the sandbox when it accepts connections.

        Raises:
            AdaptyConfigError: As `start`.
        """
        with _calling_on_signals(self._closed.set), self:
            if on_ready is not None:
                on_ready(self)
            while not self._closed.wait(_LOOK_FOR_SIGNALS_SECONDS):
                pass

    def flows(self) -> dict[Flow, int]:
        """Count the profiles in each flow; all six are named.

        Raises:
            AdaptyConfigError: The sandbox does not run. The other inspectors raise it too.
        """
        return self._now_running().state.mail.overview().flows

    def flow(self, external_profile_id: str) -> Flow | None:
        """Tell the flow that a profile is in; None where there is no such profile."""
        return self._now_running().state.mail.history(external_profile_id).flow

    def profile(self, external_profile_id: str) -> dict[str, Any] | None:
        """Give a profile as stored, or None where there is none."""
        return self._now_running().state.mail.history(external_profile_id).profile

    def events(self, external_profile_id: str) -> list[dict[str, Any]]:
        """Give the events of a profile in the order of receipt, or those that wait for one with that id.

        An event that found its profile by `customer_user_id` or `email` is among that profile's.
        """
        return self._now_running().state.mail.history(external_profile_id).events

    def profiles(self) -> Iterator[dict[str, Any]]:
        """Go through all profiles of the Mail API as stored, in the order in which each of them first came.

        However many there are, only some are in memory. A profile that comes meanwhile is given too.
        """
        return self._each(Store.profiles_after)

    def all_events(self) -> Iterator[dict[str, Any]]:
        """Go through all events of the Mail API as stored, in the order of receipt; see `profiles`."""
        return self._each(Store.events_after)

    def _each(self, page: Callable[[Store, int], list[tuple[int, dict[str, Any]]]]) -> Iterator[dict[str, Any]]:
        self._now_running()

        def going_through() -> Iterator[dict[str, Any]]:
            last = 0
            while found := page(self._now_running().state.mail, last):
                for last, stored in found:  # noqa: B007 - the next page begins after the last one
                    yield stored

        return going_through()

    def server_side_profile(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | None = None,
    ) -> dict[str, Any] | None:
        """Give a profile of the server-side API with all that is stored of it, or None where there is none.

        It has the fields of the answers, and beside them those that create and update were sent (`email`, ...), and
        `transactions`, `integration_identifiers`, `refund_saver_settings` and `virtual_currencies`.

        Args:
            customer_user_id: The backend's own id of the user.
            profile_id: Adapty's id of the user.

        Raises:
            AdaptyUsageError: Not exactly one of the two is given.
        """
        if (customer_user_id is None) == (profile_id is None):
            message = "exactly one of customer_user_id and profile_id is needed"
            raise AdaptyUsageError(message)
        user = User(customer_user_id=customer_user_id, profile_id=profile_id and profile_id.lower())
        return self._now_running().state.server_side.profile(user)

    def requests(self) -> list[LoggedRequest]:
        """Give the last requests to the API, the last one last; a thousand are kept.

        A request is there as soon as it is carried out, even where a fault keeps its answer back.
        """
        self._now_running()
        return self._log.last(KEPT_REQUESTS)

    def reset(self) -> None:
        """Forget all profiles, events, erasures and requests, and have the paywalls and faults of a new sandbox.

        These are the faults that it was made with, as if no request had come. Those added since are gone. Webhooks
        that wait for an answer or for their next try are dropped, and all of them forgotten.
        """
        self._now_running().state.reset()
        self._faults.reset()
        self._log.clear()

    def _now_running(self) -> _Running:
        if self._running is None:
            message = "The sandbox does not run; start it, or use it as a context manager"
            raise AdaptyConfigError(message)
        return self._running


class _Running:
    """A sandbox that serves: its state, its socket and its thread."""

    def __init__(self, listener: socket.socket, app: Starlette, state: State) -> None:
        self.state = state
        self.port: int = listener.getsockname()[1]
        # The same parser and loop whatever else is installed, and no hand on the user's logging set-up.
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=StrictHTTP,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._thread = Thread(target=self._server.run, args=([listener],), name="adapty-sandbox", daemon=True)
        self._thread.start()
        self._server.settled.wait()
        if not self._server.started:
            self.stop()
            message = "The sandbox did not start; the log of uvicorn.error may say why"
            raise AdaptyConfigError(message)

    def stop(self) -> None:
        """Stop serving, wait for the thread, and close the state."""
        self._server.should_exit = True
        self._thread.join()
        self.state.close()


class _Server(uvicorn.Server):
    """Uvicorn's server, which says when it is settled whether it has started.

    Its loop looks at `should_exit` and ends its shutdown by timers, which must run even where a test froze the clock.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = Event()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            with asyncio.Runner(loop_factory=new_event_loop) as runner:
                runner.run(self.serve(sockets=sockets))
        finally:
            self.settled.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.settled.set()


def _listener(host: str, port: int) -> socket.socket:
    """Listen, in the caller's thread, so that a port that cannot be had is the caller's error."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, for asyncio turns Nagle's delay off only then: otherwise each answer takes 40 ms longer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (socket.gaierror, TypeError) as error:  # a name that cannot be spelled for the network is a TypeError
        listener.close()
        raise AdaptyConfigError.for_field("host", f"{host!a} is not an address of this machine") from error
    except (OSError, OverflowError) as error:
        listener.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        problem = "is taken" if taken else f"cannot be had ({error})"
        message = f"port: {port} on {host} {problem}; choose another one, or 0 for any that is free"
        raise AdaptyConfigError(message, field_name="port") from error
    return listener


@contextmanager
def _calling_on_signals(call: Callable[[], object]) -> Iterator[None]:
    """Call something when SIGINT or SIGTERM arrives, except where the signal is ignored, as `nohup` expects."""
    if current_thread() is not main_thread():
        yield
        return

    def handle(_: int, __: FrameType | None) -> None:
        call()

    before = {
        number: signal.signal(number, handle)
        for number in (signal.SIGINT, signal.SIGTERM)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
