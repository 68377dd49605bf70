"""SOCKS proxies that do not speak SOCKS."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty, AdaptyConnectionError, AsyncAdapty
from tests.core.tracebacks import shown_by
from tests.raw_server import RawServer, answer

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://api.example.invalid"


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


@pytest.mark.parametrize("send", [send_sync, send_async])
def test_invalid_socks_reply_is_a_connection_error(
    server: RawServer, send: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that closes the connection or answers HTTP is no internal error, and its password is not shown."""
    monkeypatch.setattr("adapty._async.transport.sleep", lambda _: asyncio.sleep(0))
    monkeypatch.setattr("adapty._sync.transport.sleep", lambda _: None)
    monkeypatch.setenv("ALL_PROXY", server.url.replace("http://", "socks5://jane:opensesame@"))
    for reply in (b"", answer(400), b"\x05\xff", b"\x05\x02\x01\x01", b"\x05\x02\x01\x00\x05"):
        server.replies = [reply]
        with pytest.raises(AdaptyConnectionError, match=r"\(after 2 tries\)") as caught:
            send()
        assert "opensesame" not in shown_by(caught.value)
