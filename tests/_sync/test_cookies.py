# Generated from tests/_async/test_cookies.py by `make unasync`; do not edit.

"""Cookies: the client stores none."""

from __future__ import annotations

from adapty import Adapty
from tests.connections.echo_server import echo_server


def test_client_sends_no_cookie_back() -> None:
    """A server that sets a cookie in each response never gets one, not even from a copy of the client."""
    with echo_server() as echo:
        with Adapty("secret_live_key", base_url=echo.url) as client:
            for _ in range(3):
                client.profiles.get(customer_user_id="user_1")
                client.with_options(timeout=5).profiles.get(customer_user_id="user_2")
    assert len(echo.requests) == 6
    assert echo.cookies == []
