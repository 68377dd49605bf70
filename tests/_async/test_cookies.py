"""Cookies: the client stores none."""

from __future__ import annotations

import pytest

from adapty import AsyncAdapty
from tests.connections.echo_server import echo_server

pytestmark = pytest.mark.anyio


async def test_client_sends_no_cookie_back() -> None:
    """A server that sets a cookie in each response never gets one, not even from a copy of the client."""
    with echo_server() as echo:
        async with AsyncAdapty("secret_live_key", base_url=echo.url) as client:
            for _ in range(3):
                await client.profiles.get(customer_user_id="user_1")
                await client.with_options(timeout=5).profiles.get(customer_user_id="user_2")
    assert len(echo.requests) == 6
    assert echo.cookies == []
