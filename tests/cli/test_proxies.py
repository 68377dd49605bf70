"""Commands over a proxy of the environment: the message names the proxy and its variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.conftest import point_server_side_at, run
from tests.raw_server import answer

if TYPE_CHECKING:
    import pytest

    from tests.raw_server import RawServer

CHECK = ("access", "check", "premium", "--customer-user-id", "u")
REMEDY = "put a valid USER:PASSWORD@ before its host"


def test_unreachable_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the variable it comes from, without the password; the exit code does not mean "no access"."""
    point_server_side_at("https://api.adapty.io", monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", "http://jane:opensesame@127.0.0.1:1")

    ended = run(*CHECK)

    expected = "cannot connect to api.adapty.io:443 (ADAPTY_BASE_URL) over the proxy 127.0.0.1:1 (HTTPS_PROXY): "
    assert ended.code == 4
    assert expected in " ".join(ended.err.split())
    assert "opensesame" not in ended.err


def test_proxy_that_requires_authentication_is_named(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the remedy, for http and https."""
    proxy = server.url.removeprefix("http://")
    server.replies = [answer(407, b"", "Proxy-Authenticate: Basic")]
    monkeypatch.setenv("ADAPTY_ALLOW_INSECURE_HTTP", "1")
    for scheme, code in {"http": 3, "https": 4}.items():
        point_server_side_at(f"{scheme}://adapty.invalid", monkeypatch)
        variable = f"{scheme.upper()}_PROXY"
        monkeypatch.setenv(variable, f"http://jane:opensesame@{proxy}")

        ended = run(*CHECK)

        shown = " ".join(ended.err.split())
        assert ended.code == code
        assert f"the proxy {proxy} ({variable})" in shown
        assert REMEDY in shown
        assert "opensesame" not in shown
