# Generated from adapty/_async/transport.py by `make unasync`; do not edit.

"""Drives calls: sends requests and waits between attempts, as `adapty._core.call` says."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from time import sleep
from typing import TYPE_CHECKING, TypeVar

import httpx

from adapty._clock import monotonic
from adapty._core.attempts import logs_calls
from adapty._core.call import Send, execute
from adapty._dialer import Dialer, UnusableClient
from adapty._http import (
    NO_AUTH,
    TRANSPORT_ERRORS,
    AsyncUnsupported,
    RequestBuilder,
    build_client_request,
    check_type,
    is_wrapped,
    response_without_body,
    to_failure,
    to_httpx_response,
)
from adapty._process import current_process
from adapty._proxies import Proxies
from adapty._rate_limits import LIMITS, limit_key
from adapty._reading import send
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty._core.call import Call, Failure, Request
    from adapty._core.error_mapping import Response
    from adapty._core.observation import CallObservation
    from adapty._core.operations import Api, Operation
    from adapty._reading import Sink
    from adapty.config import Config

__all__ = ["SharedTransport", "Transport"]

T = TypeVar("T")


class Transport:
    """Connections with their settings.

    Attributes:
        config: The settings.
        is_default: Whether the connections are the client's own, not those of a transport or client of the caller.
    """

    def __init__(
        self,
        config: Config,
        transport: httpx.BaseTransport,
        *,
        owns_transport: bool,
        http_client: httpx.Client | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        """Create a transport.

        Args:
            config: The settings.
            transport: Sends the requests.
            owns_transport: Whether `close` closes the transport.
            http_client: The caller's client that the transport sends with, if any.
            proxies: The proxies of the environment, if the connections are the client's own.
        """
        self.config = config
        self.is_default = proxies is not None
        self._proxies = proxies
        self._transport = transport
        self._http_client = http_client
        self._owns_transport = owns_transport
        self._secrets = config.secrets
        self._builders = {api: RequestBuilder(config, api) for api in config.keys}
        self._endpoints = {api: config.endpoint(api, proxies) for api in config.keys}
        self._limit_keys = {api: limit_key(config, api) for api in config.keys}

    @classmethod
    def open(
        cls,
        config: Config,
        http_client: httpx.Client | None,
        transport: httpx.BaseTransport | None,
    ) -> Transport:
        """Create a transport over the caller's httpx client or transport, or over new connections.

        Raises:
            AdaptyConfigError: An argument is of the wrong type, or the environment's proxy or certificates cannot be
                used.
        """
        if http_client is not None and transport is not None:
            message = "http_client and transport cannot be combined; pass the transport to your httpx client"
            raise AdaptyConfigError(message)
        check_type("http_client", http_client, httpx.Client)
        check_type("transport", transport, httpx.BaseTransport)
        if http_client is not None:
            client_send = partial(http_client.send, stream=True, auth=NO_AUTH, follow_redirects=False)
            return cls(config, ExternalTransport(client_send), owns_transport=False, http_client=http_client)
        if transport is not None:
            return cls(config, ExternalTransport(transport.handle_request, transport), owns_transport=True)
        from adapty._connections import Connections  # noqa: PLC0415 - loads httpcore

        proxies = Proxies.from_environment()
        dialer = Dialer(proxies.for_url)
        for api in config.keys:
            # Loading certificates takes long, and a client with a secret key seldom needs this API: it checks at its
            # first request.
            if api != "export_analytics":
                dialer.check(config.base_urls[api])
        return cls(config, Connections(dialer), owns_transport=True, proxies=proxies)

    def with_config(self, config: Config) -> Transport:
        """Return a transport with other settings over the same connections, which only this one closes."""
        return Transport(
            config, self._transport, owns_transport=False, http_client=self._http_client, proxies=self._proxies
        )

    def execute(self, call: Call[T], sink: Sink | None = None) -> T:
        """Execute a call, including retries.

        Args:
            call: The call.
            sink: Receives the bodies that it accepts.
        """
        api = call.operation.api
        if api not in self._builders:
            self.config.key(api)  # raises
        observation = self._observe(call.operation)
        retries, endpoint = self.config.retries, self._endpoints[api]
        steps = execute(call, retries, self._secrets, endpoint=endpoint, observation=observation)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Send):
                    self._wait_for_slot(api)
                    if observation is not None:
                        observation.begin_attempt(step.request)
                    step = steps.send(self._send(api, step.request, sink))
                else:
                    sleep(step.seconds)
                    step = next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
        except BaseException as error:  # also cancellations, and exceptions of transports and sinks
            if observation is not None:
                observation.finish(error)
            raise

    def _observe(self, operation: Operation) -> CallObservation | None:
        """Return the observation of a call, or None if it is neither observed nor logged."""
        observers = self.config.observers
        if observers is None and not logs_calls():
            return None
        from adapty._core.observation import CallObservation  # noqa: PLC0415 - most clients have no observer

        base_url = self.config.base_urls[operation.api]
        is_instrumented = observers is not None and self._is_instrumented(base_url)
        return CallObservation(operation, observers, monotonic, base_url, is_instrumented=is_instrumented)

    def _is_instrumented(self, base_url: str) -> bool:
        """Return whether other code wraps the transport of httpx that sends, as OpenTelemetry's instrumentation does.

        It wraps the classes of httpx, or the transports of one client.
        """
        if self._http_client is not None:
            with suppress(
                httpx.InvalidURL, UnicodeError, AttributeError
            ):  # the request raises it, or httpx has changed
                return is_wrapped(self._http_client._transport_for_url(httpx.URL(base_url)).handle_request)  # noqa: SLF001
            return False
        if isinstance(self._transport, ExternalTransport):
            return self._transport.is_instrumented
        return is_wrapped(httpx.HTTPTransport.handle_request)

    def _wait_for_slot(self, api: Api) -> None:
        """Wait until the vendor's rate limit allows the next request, if it has one."""
        limit = self._limit_keys[api]
        if limit is None:
            return
        reservation = LIMITS.reserve(*limit)
        try:
            seconds = reservation.start()
            while seconds > 0:
                sleep(seconds)
                seconds = reservation.start()
        except BaseException:
            reservation.release()
            raise

    def _send(self, api: Api, request: Request, sink: Sink | None = None) -> Response | Failure:
        """Send a request once; an exception of httpx becomes a `Failure`."""
        try:
            return send(
                self._transport.handle_request,
                self._build_request(api, request),
                total=self.config.timeouts.total,
                limit=self.config.max_response_bytes,
                sink=sink,
            )
        except httpx.HTTPStatusError as exc:
            return response_without_body(exc)
        except TRANSPORT_ERRORS as exc:
            return to_failure(exc, self.config.timeouts)

    def _build_request(self, api: Api, request: Request) -> httpx.Request:
        """Build the httpx request, with the headers of the caller's httpx client if there is one."""
        if self._http_client is None:
            return self._builders[api].build(request)
        return build_client_request(self._http_client, self.config, api, request)

    def shared_transport(self) -> SharedTransport:
        """Return an httpx transport over the same connections, for the low-level clients."""
        return SharedTransport(self.config, self._transport)

    def close(self) -> None:
        """Close the connections, if this transport owns them."""
        if self._owns_transport:
            self._transport.close()


class ExternalTransport(httpx.BaseTransport):
    """The caller's transport or httpx client, which cannot be used after a fork.

    Args:
        send: Sends a request.
        transport: The transport to close with this one, if any.
    """

    def __init__(
        self,
        send: Callable[[httpx.Request], httpx.Response],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._send = send
        self._transport = transport
        self._is_closed = False
        # Our own transports open new connections in a child.
        self._process = None if getattr(transport, "is_fork_safe", False) else current_process()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is.

        Raises:
            UnusableClient: The transport is closed, or belongs to the parent process.
        """
        if self._is_closed:
            raise UnusableClient("the client is closed")
        if self._process not in {None, current_process()}:
            name = "transport" if self._transport is not None else "http_client"
            message = f"{name}: belongs to the parent process; create the client after the fork"
            raise UnusableClient(message)
        return self._send(request)

    @property
    def is_instrumented(self) -> bool:
        """Whether other code wraps the caller's transport."""
        return is_wrapped(self._send)

    def close(self) -> None:
        """Close the caller's transport."""
        self._is_closed = True
        if self._transport is not None and self._process in {None, current_process()}:
            self._transport.close()


class SharedTransport(httpx.BaseTransport, AsyncUnsupported):
    """Sends over the connections of a client, with its size limit and total timeout, and does not close them."""

    def __init__(self, config: Config, transport: httpx.BaseTransport) -> None:
        self._config = config
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request as it is, and read its response."""
        try:
            return to_httpx_response(
                send(
                    self._transport.handle_request,
                    request,
                    total=self._config.timeouts.total,
                    limit=self._config.max_response_bytes,
                )
            )
        except UnusableClient as exc:
            message = str(exc)
        raise AdaptyConfigError(message)
