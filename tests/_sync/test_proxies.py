# Generated from tests/_async/test_proxies.py by `make unasync`; do not edit.

"""Errors over a proxy of the environment: they name the proxy and its variable, never its credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import Adapty, AdaptyAPIError, AdaptyConnectionError, AdaptyTimeoutError
from tests.conftest import PROFILE
from tests.raw_server import answer

if TYPE_CHECKING:
    from tests.raw_server import RawServer

KEY = "secret_live_shown"
PASSWORD = "opensesame"
HTTP = "http://adapty.invalid"
UNAUTHENTICATED = answer(407, b"<h1>Who are you?</h1>", "Proxy-Authenticate: Basic")
REMEDY = "put a valid USER:PASSWORD@ before its host"


@pytest.fixture
def proxy(server: RawServer) -> str:
    """Return host and port of a proxy that answers as the test says."""
    return server.url.removeprefix("http://")


def test_unreachable_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy is named with its variable, next to that of the base URL, in clients of `with_options`, too."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://jane:{PASSWORD}@127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "127.0.0.1:1")
    monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", HTTP)
    expected = "getProfile: cannot connect to api.adapty.io:443 over the proxy 127.0.0.1:1 (HTTPS_PROXY): ConnectError"
    expected_mail = (
        "saveProfile: cannot connect to adapty.invalid:80 (ADAPTY_MAIL_BASE_URL) over the proxy "
        "127.0.0.1:1 (http_proxy): ConnectError"
    )
    with Adapty(KEY, mail_secret_key=KEY, max_retries=0, allow_insecure_http=True) as adapty:
        for client in (adapty, adapty.with_options(timeout=5)):
            with pytest.raises(AdaptyConnectionError) as caught:
                client.profiles.get(customer_user_id="u1")
            assert str(caught.value).startswith(expected)
            assert PASSWORD not in repr(caught.value)
            with pytest.raises(AdaptyConnectionError) as caught:
                client.mail.save_profile(**PROFILE)
            assert str(caught.value).startswith(expected_mail)


def test_timeout_over_a_proxy_names_it(server: RawServer, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timeout of the tunnel or the response names the proxy."""
    monkeypatch.setenv("ALL_PROXY", f"http://jane:{PASSWORD}@{proxy}")
    server.replies = [server.stall]
    for url, address in {HTTP: "adapty.invalid:80", "https://adapty.invalid": "adapty.invalid:443"}.items():
        with Adapty(KEY, base_url=url, timeout=0.2, max_retries=0, allow_insecure_http=True) as adapty:
            with pytest.raises(AdaptyTimeoutError) as caught:
                adapty.profiles.get(customer_user_id="u1")
        assert f"{address} over the proxy {proxy} (ALL_PROXY): " in str(caught.value)
        assert PASSWORD not in repr(caught.value)


def test_proxy_that_requires_authentication_is_named(
    server: RawServer, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error has the remedy and is raised after one attempt, for a request and for a tunnel."""
    server.replies = [UNAUTHENTICATED]
    for variable, credentials in {"HTTP_PROXY": "", "ALL_PROXY": f"jane:{PASSWORD}@"}.items():
        with monkeypatch.context() as patch:
            patch.setenv(variable, f"http://{credentials}{proxy}")
            with Adapty(KEY, base_url=HTTP, allow_insecure_http=True) as adapty:
                with pytest.raises(AdaptyAPIError) as refused:
                    adapty.profiles.get(customer_user_id="u1")
        expected = f"407: the proxy {proxy} ({variable}) requires authentication; {REMEDY} (after 1 attempt)"
        assert str(refused.value) == f"getProfile: {expected}"
    monkeypatch.setenv("HTTPS_PROXY", f"http://jane:{PASSWORD}@{proxy}")
    server.requests.clear()
    with Adapty(KEY) as adapty:
        with pytest.raises(AdaptyConnectionError) as caught:
            adapty.profiles.get(customer_user_id="u1")
    assert f"api.adapty.io:443 over the proxy {proxy} (HTTPS_PROXY): ProxyError: 407 " in str(caught.value)
    assert str(caught.value).endswith(f"; {REMEDY} (after 1 attempt)")
    assert PASSWORD not in repr(caught.value)
    assert len(server.requests) == 1


def test_error_does_not_name_unused_proxy(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts in NO_PROXY, loopback, and the caller's own transport or client have no proxy in their errors."""
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "direct.invalid")
    http_client = httpx.Client()
    clients = [
        Adapty(KEY, base_url="https://direct.invalid", max_retries=0),
        Adapty(KEY, base_url="http://127.0.0.1:1", max_retries=0),
        Adapty(KEY, transport=httpx.HTTPTransport(proxy="http://127.0.0.1:1"), max_retries=0),
        Adapty(KEY, http_client=http_client, max_retries=0),
    ]
    for client in clients:
        with client:
            with pytest.raises(AdaptyConnectionError, match="cannot connect to") as caught:
                client.profiles.get(customer_user_id="u1")
        assert "proxy" not in str(caught.value).lower()
    http_client.close()
    server.replies = [UNAUTHENTICATED]
    transport = httpx.HTTPTransport(proxy=server.url)
    with Adapty(KEY, base_url=HTTP, transport=transport, allow_insecure_http=True) as adapty:
        with pytest.raises(AdaptyAPIError, match=f"407: a proxy requires authentication; {REMEDY}"):
            adapty.profiles.get(customer_user_id="u1")
