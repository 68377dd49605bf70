"""Every exception of aiohttp, asyncio and ssl becomes one of httpx's that says whether it may have been sent."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import pytest
from aiohttp import client_exceptions, http_exceptions

from adapty._http import to_failure
from adapty.config import Timeouts
from adapty.fast import AsyncFastTransport
from adapty.fast._exceptions import CONNECT_FAILURES, EXCHANGE_FAILURES, to_connect_error, to_exchange_error
from tests.fast.sending import outcome, request_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.raw_server import RawServer


def subclasses(kind: type[Exception]) -> Iterator[type[Exception]]:
    """Yield a class and all that are derived from it."""
    yield kind
    for each in kind.__subclasses__():
        yield from subclasses(each)


ALL = sorted(
    {
        *subclasses(aiohttp.ClientError),
        *subclasses(http_exceptions.HttpProcessingError),
        *(each for each in vars(client_exceptions).values() if isinstance(each, type) and issubclass(each, OSError)),
        *(each for each in vars(ssl).values() if isinstance(each, type) and issubclass(each, ssl.SSLError)),
        *subclasses(ConnectionError),
        *subclasses(TimeoutError),
        socket.gaierror,
        OSError,
    },
    key=lambda kind: (kind.__module__, kind.__name__),
)


def blank(kind: type[Exception]) -> Exception:
    """Create one without its constructor, because the constructors have different parameters."""
    exc = kind.__new__(kind)
    known: dict[str, Any] = {"_os_error": OSError(111, "Refused"), "_certificate_error": OSError(), "status": 407}
    for name, value in known.items():
        try:
            setattr(exc, name, value)
        except AttributeError:
            continue
    return exc


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_exception_is_mapped(kind: type[Exception]) -> None:
    """Before a connection is there, nothing was sent; from then on, it may have been. The text is never empty."""
    assert issubclass(kind, CONNECT_FAILURES)
    assert issubclass(kind, EXCHANGE_FAILURES)
    before, after = to_connect_error(blank(kind)), to_exchange_error(blank(kind))

    assert type(before) in {httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError}
    assert isinstance(after, httpx.TransportError)
    assert to_failure(after, Timeouts()).maybe_sent
    assert str(before)
    assert str(after)


def test_exceptions_are_classes_of_httpx() -> None:
    """The same faults over httpx's transport are the same classes."""
    expected = {
        aiohttp.ServerDisconnectedError(): httpx.RemoteProtocolError,
        aiohttp.ClientPayloadError("secret"): httpx.RemoteProtocolError,
        aiohttp.SocketTimeoutError(): httpx.ReadTimeout,
        aiohttp.ClientConnectionResetError(): httpx.WriteError,
        aiohttp.ClientOSError(104, "Connection reset by peer"): httpx.ReadError,
        http_exceptions.BadStatusLine("secret"): httpx.RemoteProtocolError,
        ssl.SSLError(1, "alert"): httpx.ReadError,
    }

    assert {exc: type(to_exchange_error(exc)) for exc in expected} == expected
    assert "secret" not in repr([to_exchange_error(exc) for exc in expected])


@pytest.mark.parametrize("kind", [MemoryError, ZeroDivisionError, RuntimeError])
def test_other_exceptions_are_not_converted(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    """A fault in the program itself passes through, and its connection is closed."""

    def fail(*_: object) -> None:
        raise kind

    monkeypatch.setattr("adapty.fast._exchange.Response", fail)

    async def work() -> None:
        async with AsyncFastTransport() as transport:
            assert type(await outcome(transport, request_on(server.url))) is kind
            assert transport._exchange._pools[asyncio.get_running_loop()]._busy == set()

    asyncio.run(work())
