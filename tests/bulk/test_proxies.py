"""Bulk runs over a proxy of the environment: the error that ends a run names the proxy and its variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import Adapty, AdaptyAPIError, AdaptyConnectionError, AdaptyTimeoutError
from adapty.bulk import import_profiles
from tests.conftest import PROFILE
from tests.raw_server import answer

if TYPE_CHECKING:
    from tests.raw_server import RawServer

pytestmark = pytest.mark.usefixtures("no_loose_ends", "way")

HTTP = "http://adapty.invalid"
PASSWORD = "opensesame"
REMEDY = "put a valid USER:PASSWORD@ before its host"
UNAUTHENTICATED = answer(407, b"<h1>Who are you?</h1>", "Proxy-Authenticate: Basic")


def test_unreachable_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every transport names the proxy, unless it is the caller's."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://jane:{PASSWORD}@127.0.0.1:1")
    with Adapty(mail_secret_key="k") as adapty:
        with pytest.raises(AdaptyConnectionError) as caught:
            import_profiles(adapty, [PROFILE], max_retries=0)
        expected = "saveProfile: cannot connect to api-mail.adapty.io:443 over the proxy 127.0.0.1:1 (HTTPS_PROXY): "
        assert str(caught.value).startswith(expected)
        assert PASSWORD not in repr(caught.value)
        with pytest.raises(AdaptyConnectionError, match="cannot connect to api-mail") as caught:
            import_profiles(
                adapty,
                [PROFILE],
                max_retries=0,
                transport=lambda: httpx.AsyncHTTPTransport(proxy="http://127.0.0.1:1"),
            )
        assert "proxy" not in str(caught.value)


def test_timeout_over_a_proxy_names_it(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error does not blame Adapty."""
    proxy = server.url.removeprefix("http://")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    server.replies = [server.stall]
    with (
        Adapty(mail_secret_key="k", timeout=0.2) as adapty,
        pytest.raises(AdaptyTimeoutError, match=rf"over the proxy {proxy} \(HTTPS_PROXY\): "),
    ):
        import_profiles(adapty, [PROFILE], max_retries=0)


def test_proxy_that_requires_authentication_aborts_the_run(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No record is counted as rejected, and the error has the remedy."""
    proxy = server.url.removeprefix("http://")
    server.replies = [UNAUTHENTICATED]
    for variable in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, f"http://jane:{PASSWORD}@{proxy}")
    with Adapty(mail_secret_key="k", mail_base_url=HTTP, allow_insecure_http=True) as adapty:
        with pytest.raises(AdaptyAPIError) as refused:
            import_profiles(adapty, [PROFILE])
        expected = f"407: the proxy {proxy} (HTTP_PROXY) requires authentication; {REMEDY} (after 1 attempt)"
        assert str(refused.value) == f"saveProfile: {expected}"
    server.requests.clear()
    with Adapty(mail_secret_key="k") as adapty:
        with pytest.raises(AdaptyConnectionError) as caught:
            import_profiles(adapty, [PROFILE])
        assert f"over the proxy {proxy} (HTTPS_PROXY): ProxyError: 407 " in str(caught.value)
        assert str(caught.value).endswith(f"; {REMEDY} (after 1 attempt)")
        assert PASSWORD not in repr(caught.value)
    assert len(server.requests) == 1
