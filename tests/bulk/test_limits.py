"""Bulk runs against servers that answer without end: the run ends, and so does the first Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AdaptyConnectionError, AdaptyTimeoutError, Timeouts
from adapty.bulk import import_profiles
from tests.conftest import PROFILE
from tests.raw_server import answer, raw_server

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from tests.raw_server import RawServer

pytestmark = [pytest.mark.usefixtures("no_loose_ends", "way")]

ONE = [{**PROFILE, "external_profile_id": "user_1"}]
TIMEOUTS = Timeouts(connect=5, read=5, write=5, pool=5, total=0.8)


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Serve on a real socket."""
    with raw_server() as serving:
        yield serving


def drip_for_ever(server: RawServer, head: bytes) -> Any:
    """Return a reply that sends a byte now and then, without an end."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not server.released.wait(0.02):
            try:
                connection.sendall(b"a")
            except OSError:
                return

    return drip


HEADS = {
    "header": b"HTTP/1.1 200 OK\r\nX-Long: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
}


@pytest.mark.parametrize("head", HEADS)
def test_run_ends_when_a_response_never_ends(server: RawServer, head: str) -> None:
    """The total timeout ends each attempt; the error is raised after all attempts."""
    server.replies = [drip_for_ever(server, HEADS[head])]
    adapty = Adapty(mail_secret_key="k", mail_base_url=server.url, timeout=TIMEOUTS)

    with pytest.raises(AdaptyTimeoutError, match=r"no complete response within 0\.8 s"):
        import_profiles(adapty, ONE, max_retries=1)

    assert len(server.requests) == 2


@pytest.mark.parametrize("head", HEADS)
def test_first_ctrl_c_ends_a_run_that_waits(server: RawServer, head: str) -> None:
    """It waits for the responses in flight, but no longer than the total timeout."""
    server.replies = [drip_for_ever(server, HEADS[head])]
    adapty = Adapty(mail_secret_key="k", mail_base_url=server.url, timeout=TIMEOUTS)
    main = threading.get_ident()

    def press_when_asked() -> None:
        while not server.requests:
            time.sleep(0.005)
        signal.pthread_kill(main, signal.SIGINT)

    presser = threading.Thread(target=press_when_asked)
    presser.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        import_profiles(adapty, ONE, max_retries=1000)
    presser.join()

    assert time.monotonic() - started < 5
    assert len(server.requests) == 1


def test_large_response_is_refused(server: RawServer) -> None:
    """The limit of the client is that of its bulk runs."""
    server.replies = [answer(200, bytes(2000))]
    adapty = Adapty(mail_secret_key="k", mail_base_url=server.url, max_response_bytes=1000)

    with pytest.raises(AdaptyConnectionError, match=r"larger than 1000 bytes \(max_response_bytes\)"):
        import_profiles(adapty, ONE, max_retries=0)


def test_transport_of_the_caller_has_the_same_limits(server: RawServer) -> None:
    """The total timeout applies to the caller's transports."""
    server.replies = [drip_for_ever(server, HEADS["body"])]
    adapty = Adapty(mail_secret_key="k", mail_base_url=server.url, timeout=TIMEOUTS)

    with pytest.raises(AdaptyTimeoutError, match=r"no complete response within 0\.8 s"):
        import_profiles(adapty, ONE, max_retries=0, concurrency=1, transport=httpx.AsyncHTTPTransport)
