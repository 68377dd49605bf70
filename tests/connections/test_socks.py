"""SOCKS proxies that do not speak SOCKS."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty, AdaptyConnectionError, AsyncAdapty
from tests.core.tracebacks import shown_by
from tests.raw_server import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

URL = "https://api.example.invalid"

REPLIES = (b"", answer(400), b"\x05\xff", b"\x05\x02\x01\x01", b"\x05\x02\x01\x00\x05")


@contextmanager
def proxy_that_answers(reply: bytes) -> Iterator[str]:
    """Serve a proxy that reads from each connection, sends fixed bytes, and closes it; yield its host."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.recv(1024)
                    connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def send_sync() -> Any:
    """Send with the blocking client."""
    with Adapty("secret_live_key", base_url=URL, max_retries=1) as client:
        return client.profiles.get(customer_user_id="user_1")


def send_async() -> Any:
    """Send with the async client."""

    async def send() -> Any:
        async with AsyncAdapty("secret_live_key", base_url=URL, max_retries=1) as client:
            return await client.profiles.get(customer_user_id="user_1")

    return asyncio.run(send())


async def skip(_: float) -> None:
    """Do not wait between attempts."""


@pytest.mark.parametrize("send", [send_sync, send_async])
def test_invalid_socks_reply_is_a_connection_error(send: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that closes the connection or answers HTTP raises a typed error without its password."""
    monkeypatch.setattr("adapty._async.transport.sleep", skip)
    monkeypatch.setattr("adapty._sync.transport.sleep", lambda _: None)
    for reply in REPLIES:
        with proxy_that_answers(reply) as host:
            monkeypatch.setenv("ALL_PROXY", f"socks5://jane:opensesame@{host}")
            with pytest.raises(AdaptyConnectionError, match=r"\(after 2 attempts\)") as caught:
                send()
        assert "opensesame" not in shown_by(caught.value)
