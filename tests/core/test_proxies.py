"""The proxies of the environment: which one applies to a URL, invalid values, and secrecy of passwords."""

from __future__ import annotations

import logging
import re
import urllib.request
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapty import AdaptyConfigError
from adapty import _proxies as proxies_module
from adapty._proxies import Proxies, check_proxy

from .support import repeatable
from .tracebacks import shown_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROXY = "http://proxy.example.com:3128"
URL = "https://api.adapty.io/api/v2"
PASSWORD = "opensesame"


@pytest.fixture(autouse=True)
def _warnings_are_new() -> Iterator[None]:
    """Forget earlier warnings."""
    proxies_module._warn.cache_clear()
    yield
    proxies_module._warn.cache_clear()


def proxy_for(url: str, **environ: str) -> str | None:
    """Return the proxy for a URL."""
    return Proxies.from_environment(environ).for_url(url)


def test_environment_selects_the_proxy_by_scheme() -> None:
    """HTTP_PROXY and HTTPS_PROXY win over ALL_PROXY; a proxy without a scheme is an http proxy."""
    environ = {"HTTP_PROXY": "http://one:1", "HTTPS_PROXY": "https://two:2", "ALL_PROXY": "three"}
    assert proxy_for("http://api.adapty.io", **environ) == "http://one:1"
    assert proxy_for("https://api.adapty.io", **environ) == "https://two:2"
    assert proxy_for("https://api.adapty.io", HTTP_PROXY="http://one:1", ALL_PROXY="three") == "http://three"
    assert proxy_for("https://api.adapty.io", HTTP_PROXY="http://one:1", FTP_PROXY="two", no_proxy="") is None
    assert proxy_for("https://api.adapty.io") is None


def test_lower_case_overrides_and_cgi_ignores_http_proxy() -> None:
    """The rules are those of urllib, which httpx uses."""
    assert proxy_for(URL, https_proxy="http://lower", HTTPS_PROXY="http://upper") == "http://lower"
    assert proxy_for(URL, https_proxy="", HTTPS_PROXY="http://upper") is None
    assert proxy_for("http://api.adapty.io", HTTP_PROXY="http://upper", REQUEST_METHOD="GET") is None
    assert proxy_for("http://api.adapty.io", http_proxy="http://lower", REQUEST_METHOD="GET") == "http://lower"


NAMES = st.sampled_from(
    [name for kind in ("http", "https", "all", "no") for name in (f"{kind}_proxy", f"{kind}_PROXY".upper())]
    + ["Http_Proxy", "HTTPS_proxy", "REQUEST_METHOD", "ftp_proxy", "_proxy", "PROXY"]
)


@given(environ=st.dictionaries(NAMES, st.sampled_from(["", "one", "two", "three"])))
@repeatable(300)
def test_variables_are_chosen_as_urllib_does(environ: dict[str, str]) -> None:
    """Whatever the case of the names, the values are those of `urllib.request.getproxies_environment`."""
    with patch.dict("os.environ", environ, clear=True):
        expected = urllib.request.getproxies_environment()
    found = {kind: value for kind, (_, value) in proxies_module._find_variables(environ).items()}
    assert found == {kind: value for kind, value in expected.items() if kind in {"http", "https", "all", "no"}}


def test_system_proxies_are_the_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    """On macOS and Windows, `getproxies` returns the settings of the system."""
    monkeypatch.setattr(proxies_module, "getproxies", lambda: {"https": "http://system:1"})
    assert Proxies.from_environment().for_url(URL) == "http://system:1"
    assert Proxies.from_environment({}).for_url(URL) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://variable:1")
    assert Proxies.from_environment().for_url(URL) == "http://variable:1"


def test_proxy_description_has_no_credentials() -> None:
    """The description has the host, the port (by default that of the scheme) and the variable's name."""
    expected = {
        "http://jane:opensesame@proxy": "proxy:80",
        "jane@Proxy:3128": "proxy:3128",
        "https://proxy/": "proxy:443",
        "http://[::1]": "[::1]:80",
    }
    for value, address in expected.items():
        for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            proxies = Proxies.from_environment({variable: value, "NO_PROXY": "direct.example"})
            assert proxies.describe(URL) == f"{address} ({variable})"
            assert proxies.describe("https://direct.example") is None
            assert proxies.describe("https://localhost") is None


def test_loopback_is_always_direct() -> None:
    """The sandbox is on this machine, which no proxy can reach."""
    for host in ("localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.0.0.1:8040", "127.1.2.3", "[::1]:8040"):
        assert proxy_for(f"http://{host}/path", ALL_PROXY=PROXY) is None
    for host in ("localhost.example.com", "127.0.0.1.example.com", "10.0.0.1", "[::2]", "sandbox:8040"):
        assert proxy_for(f"http://{host}", ALL_PROXY=PROXY) == PROXY


MATCHES: Mapping[str, tuple[list[str], list[str]]] = {
    "example.com": (
        ["https://example.com", "http://EXAMPLE.com.", "https://api.example.com:8443"],
        ["https://notexample.com", "https://example.com.evil.org"],
    ),
    ".example.com": (["https://api.example.com", "https://a.b.example.com"], ["https://example.com"]),
    "*.example.com": (["https://api.example.com"], ["https://example.com"]),
    "EXAMPLE.com.": (["https://example.com"], []),
    "example.com:443": (["https://example.com", "https://www.example.com:443"], ["https://example.com:8443"]),
    "example.com:8443": (["https://example.com:8443"], ["https://example.com", "http://example.com:80"]),
    "https://example.com": (["https://www.example.com"], ["http://example.com"]),
    "all://example.com:80": (["http://example.com"], ["https://example.com"]),
    "sandbox": (["http://sandbox:8040"], ["http://sandbox2:8040"]),
    "10.1.2.3": (["http://10.1.2.3:99"], ["http://10.1.2.4", "http://1.10.1.2.3.example.com"]),
    "10.1.2.3:99": (["http://10.1.2.3:99"], ["http://10.1.2.3"]),
    "10.0.0.0/8": (["https://10.255.0.1"], ["https://11.0.0.1", "https://10.example.com", "https://[::a]"]),
    "10.1.2.3/8": (["https://10.255.0.1"], ["https://11.0.0.1"]),
    "fe80::1": (["https://[fe80::1]", "https://[FE80:0:0::1]:99"], ["https://[fe80::2]"]),
    "[fe80::1]": (["https://[fe80::1]:99"], ["https://[fe80::2]"]),
    "[fe80::1]:99": (["https://[fe80::1]:99"], ["https://[fe80::1]"]),
    "fe80::/10": (["https://[fe80:1::2]"], ["https://[2001:db8::1]", "https://10.0.0.1"]),
    "[fe80::]/10": (["https://[fe80:1::2]"], ["https://[2001:db8::1]"]),
    "[fe80::/10]": (["https://[fe80:1::2]"], ["https://[2001:db8::1]"]),
    "*": ([URL, "http://10.0.0.1", "https://[fe80::1]"], []),
}


def test_no_proxy_entries_match_as_in_curl_and_go() -> None:
    """Names, ports, addresses and ranges match, alone and among others."""
    for entry, (direct, proxied) in MATCHES.items():
        for no_proxy in (entry, f" , {entry} ,,", f"other.org,{entry}", f"other.org {entry}\t", f"bad entry^,{entry}"):
            environ = {"ALL_PROXY": PROXY, "NO_PROXY": no_proxy}
            assert [url for url in direct if proxy_for(url, **environ)] == [], no_proxy
            assert [url for url in proxied if not proxy_for(url, **environ)] == [], no_proxy


def test_no_proxy_matches_what_httpx_matches() -> None:
    """Hosts that httpx 0.28 reaches directly are reached directly."""
    for no_proxy in (
        "example.com",
        ".example.com",
        "10.1.2.3",
        "fe80::1",
        "example.com:8443",
        "https://example.com",
        "*",
    ):
        with patch.dict("os.environ", {"ALL_PROXY": PROXY, "NO_PROXY": no_proxy}, clear=True):
            client = httpx.Client()
            for url in [url for pair in MATCHES.values() for urls in pair for url in urls]:
                if url.startswith("https://example.com") and no_proxy == "https://example.com":
                    continue  # httpx does not count names below one with a scheme
                direct = client._transport_for_url(httpx.URL(url)) is client._transport
                assert not direct or Proxies.from_environment().for_url(url) is None, (no_proxy, url)
            client.close()


def test_unusable_no_proxy_entries_are_ignored_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    """The warning names the variable and the entries, escaped; the other entries apply."""
    for no_proxy in (
        "a:99999",
        "[::1",
        "a:b:c",
        "10.0.0.0/99",
        "fe80::/200",
        "192.168.*",
        "<local>",
        "a/b",
        "ü",
        "\x1b]0;x\x07",
    ):
        caplog.clear()
        environ = {"HTTPS_PROXY": PROXY, "No_Proxy": f"{no_proxy},direct.example.com,{no_proxy}"}
        for _ in range(3):
            assert proxy_for("https://direct.example.com", **environ) is None
            assert proxy_for(URL, **environ) == PROXY
        (record,) = caplog.records
        assert (record.name, record.levelno) == ("adapty.client", logging.WARNING)
        assert record.getMessage().startswith(f"No_Proxy: unusable entries ignored: 1 ({no_proxy!a});")
        assert record.getMessage().isprintable()


def test_password_in_no_proxy_is_redacted(caplog: pytest.LogCaptureFixture) -> None:
    """No part of a proxy's password in NO_PROXY is logged."""
    proxy_for(URL, HTTPS_PROXY=PROXY, NO_PROXY=f"http://jane:{PASSWORD},{PASSWORD}/x@proxy:1")
    assert "NO_PROXY" in caplog.text
    assert PASSWORD not in caplog.text


def test_warning_about_no_proxy_is_short(caplog: pytest.LogCaptureFixture) -> None:
    """A long list is shortened in the log."""
    proxy_for(URL, NO_PROXY=",".join(f"{'x' * 500}^{number}" for number in range(1000)))
    assert len(caplog.records) == 1
    assert "unusable entries ignored: 1000 (" in caplog.text
    assert len(caplog.text) < 1000


BAD_PROXIES = [
    "http://jane:{}@proxy:99999",
    "http://jane:{}@proxy:0",
    "http://jane:{}@proxy:port",
    "http://jane:{}@proxy:1:2",
    "http://jane:{}@proxy:80\n",
    "http://jane:{}@pro\r\nxy:80",
    "http://jane:{}\x00@proxy:80",
    "http://jane:{}\udc80@proxy:80",
    "http://jane:{}@",
    "http://jane:{}@:80",
    "http://jane:{}#1@proxy:80",
    "http://jane:{}/1@proxy:80",
    "http://jane:{}?1@proxy:80",
    "http://jane:1#{}@proxy:80",
    "http://jane:{}@proxy:80/path",
    "http://jane:{}@proxy:80?x",
    "http://jane:{}@proxy:80#x",
    "http://jane:{}@pr oxy:80",
    "http://jane:{}@[::1",
    "http://jane:{}@[nonsense]:80",
    "http://jane:{}@999.1.1.1:80",
    "http://jane:{}@.proxy:80",
    "ftp://jane:{}@proxy:80",
    "socks4://jane:{}@proxy:80",
    "://jane:{}@proxy:80",
    "jane:{}@proxy:port",
    '"http://jane:{}@proxy:80"',
    " http://jane:{}@proxy:80",
    "http:/jane:{}@proxy:80",
]


def test_proxy_rejects_invalid_without_password() -> None:
    """The error names the variable in its own case; the password is in no message and in no local of the traceback."""
    for template in BAD_PROXIES:
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            proxies = Proxies.from_environment({name: template.format(PASSWORD)})
            with pytest.raises(AdaptyConfigError, match=f"^{name}: is not a valid proxy address; expected") as caught:
                proxies.for_url(URL)
            assert caught.value.field_name == name
            assert PASSWORD not in shown_by(caught.value)
            assert PASSWORD not in repr(proxies)
        with pytest.raises(AdaptyConfigError, match=r"^proxy: is not a valid proxy address") as caught:
            check_proxy("proxy", template.format(PASSWORD))
        assert PASSWORD not in shown_by(caught.value)


def test_proxy_rejects_other_types() -> None:
    """The error does not show the value."""
    for value in (None, 1, PASSWORD.encode(), [PASSWORD]):
        with pytest.raises(AdaptyConfigError, match=r"^proxy: is not a str") as caught:
            check_proxy("proxy", value)
        assert PASSWORD not in shown_by(caught.value)


def test_unused_invalid_proxy_is_ignored() -> None:
    """Only the proxy for the URL is checked."""
    bad = "ftp://proxy"
    assert proxy_for(URL, ALL_PROXY=bad, HTTP_PROXY=bad, HTTPS_PROXY=PROXY) == PROXY
    assert proxy_for(URL, ALL_PROXY=bad, NO_PROXY="adapty.io") is None
    assert proxy_for(URL, ALL_PROXY=bad, NO_PROXY="*") is None
    assert proxy_for(URL, HTTP_PROXY=bad) is None
    assert proxy_for("http://localhost:1", ALL_PROXY=bad) is None


def test_proxy_address_is_normalized() -> None:
    """Credentials are percent-encoded, so that every library reads the same."""
    for value, expected in {
        "PROXY:3128": "http://proxy:3128",
        "HTTP://proxy/": "http://proxy",
        "https://proxy.example.com.:443/": "https://proxy.example.com.:443",
        "http://[FE80::1]:3128": "http://[fe80::1]:3128",
        "http://10.0.0.1": "http://10.0.0.1",
        "jane@proxy": "http://jane@proxy",
        "@proxy": "http://proxy",
        "jane:s3cr%40t@proxy:1": "http://jane:s3cr%40t@proxy:1",
        "jane:p@ss w%rd:ü@proxy:1": "http://jane:p%40ss%20w%25rd:%C3%BC@proxy:1",
    }.items():
        assert proxy_for(URL, https_proxy=value) == check_proxy("proxy", value) == expected
    assert httpx.Proxy(str(proxy_for(URL, https_proxy="jane:p@ss w%rd:ü@proxy:1"))).auth == ("jane", "p@ss w%rd:ü")


def test_socks_without_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the package, the address is returned."""
    for value in ("socks5://jane:opensesame@proxy:1080", "SOCKS5H://proxy"):
        monkeypatch.setattr(proxies_module, "find_spec", lambda _: None)
        with pytest.raises(AdaptyConfigError, match=r'^all_proxy: .*pip install "httpx\[socks\]"$') as caught:
            proxy_for(URL, all_proxy=value)
        assert PASSWORD not in shown_by(caught.value)
        monkeypatch.setattr(proxies_module, "find_spec", lambda _: object())
        assert proxy_for(URL, all_proxy=value) == value.lower()


VALUES = st.one_of(
    st.text(st.characters(codec=None)),
    st.lists(
        st.sampled_from(
            (
                *re.findall(
                    r"[^ ]+", "http https socks5 :// jane : @ proxy 10.0.0.0 /8 [ fe80:: ] % %4 443 , * . # ? ü 99999"
                ),
                " ",
                "\n",
                "\ud800",
            )
        ),
    ).map("".join),
)


@given(before=VALUES, after=VALUES, no_proxy=VALUES, name=NAMES)
@example(before="http://jane:", after="@proxy:1", no_proxy="", name="HTTPS_PROXY")
@repeatable(1000)
def test_any_proxy_is_accepted_or_rejected_without_password(before: str, after: str, no_proxy: str, name: str) -> None:
    """Every variable may contain anything: there is a proxy, none, or a typed error; httpx takes every proxy."""
    environ: dict[str, Any] = {"NO_PROXY": no_proxy, name: f"{before}{PASSWORD}{after}"}
    proxies = Proxies.from_environment(environ)
    assert PASSWORD not in repr(proxies) or "no" in name.lower()
    for url in (URL, "http://10.0.0.1:99", "https://[fe80::1]"):
        try:
            proxy = proxies.for_url(url)
        except AdaptyConfigError as error:
            assert PASSWORD not in shown_by(error)  # noqa: PT017 - a property: some are refused
        else:
            assert proxy is None or httpx.Proxy(proxy).url.host
