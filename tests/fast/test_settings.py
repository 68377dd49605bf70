"""Proxies, certificates and the other arguments: accepted and rejected values, and hidden passwords."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import certifi
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError
from adapty.fast import AsyncFastTransport
from tests.fast.sending import Sender, request_on
from tests.raw_server import OK, answer, raw_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.raw_server import RawServer

AUTHORITY = Path(__file__).parent / "certificates" / "authority.pem"
SERVER = AUTHORITY.with_name("server.pem")
PASSWORD = "opensesame"
OUTSIDE = "http://api.example.com/path"


@pytest.fixture
def proxy() -> Iterator[RawServer]:
    """Serve as a proxy that answers everything itself."""
    with raw_server() as serving:
        yield serving


def without_scheme(server: RawServer) -> str:
    """Return host and port."""
    return server.url.removeprefix("http://")


def test_proxy_receives_all_requests(sender: Sender, server: RawServer, proxy: RawServer) -> None:
    """The proxy of the argument receives all requests, also those to loopback addresses, and its password."""
    address = f"http://user:p%40ss@{without_scheme(proxy)}"

    for url in (OUTSIDE, server.url):
        assert isinstance(sender.outcome(sender.fast(proxy=address), request_on(url)), httpx.Response)

    assert [sent.split()[1] for sent in proxy.requests] == [OUTSIDE.encode(), server.url.encode() + b"/"]
    assert all(b"Proxy-Authorization: Basic dXNlcjpwQHNz" in sent for sent in proxy.requests)
    assert server.requests == []


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_environment_proxy_receives_external_requests(
    sender: Sender, proxy: RawServer, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    """As for httpx, whatever the case, with or without a scheme."""
    monkeypatch.setenv(name, scheme + without_scheme(proxy))

    assert isinstance(sender.outcome(sender.fast(), request_on(OUTSIDE)), httpx.Response)
    assert proxy.requests[0].startswith(b"POST http://api.example.com/path ")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_bypasses_the_environment_proxy(
    sender: Sender, server: RawServer, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """The sandbox is here."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    request = request_on(server.url.replace("127.0.0.1", host))

    assert isinstance(sender.outcome(sender.fast(), request), httpx.Response)
    assert len(server.requests) == 1


def test_no_proxy_and_trust_env_disable_the_environment_proxy(
    sender: Sender, proxy: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that NO_PROXY names, and any host where the environment is not trusted, is reached directly."""
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    request = request_on("http://host.invalid/")

    for no_proxy, options in (("other.example, host.invalid", {}), ("*", {}), ("", {"trust_env": False})):
        monkeypatch.setenv("NO_PROXY", no_proxy)
        assert isinstance(sender.outcome(sender.fast(**options), request), httpx.ConnectError)
    assert proxy.requests == []
    assert isinstance(sender.outcome(sender.fast(), request), httpx.Response)


def test_environment_is_read_once(sender: Sender, proxy: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later change does not affect a transport."""
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    transport = sender.fast()
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    assert isinstance(sender.outcome(transport, request_on(OUTSIDE)), httpx.Response)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer(407, b"", "Proxy-Authenticate: Basic"), httpx.ProxyError),
        (answer(403), httpx.ProxyError),
        (answer(200), httpx.ConnectError),
        (None, httpx.ConnectError),
    ],
    ids=["407", "403", "no-handshake", "not-there"],
)
def test_refused_tunnel_is_a_proxy_error(
    sender: Sender, proxy: RawServer, reply: bytes | None, expected: type[Exception]
) -> None:
    """Over a proxy that refuses or is not there, nothing reached the API, and no password shows."""
    proxy.replies = [reply or b""]
    address = f"http://user:{PASSWORD}@{without_scheme(proxy) if reply else '127.0.0.1:1'}"

    problem = sender.outcome(sender.fast(proxy=address), request_on(OUTSIDE.replace("http", "https")))

    assert type(problem) is expected
    assert PASSWORD not in repr(problem)
    assert all(sent.startswith(b"CONNECT api.example.com:443 ") for sent in proxy.requests)


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks_proxy_is_rejected_with_the_remedy(sender: Sender, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    """The library below cannot use it. The error says so, without the password, and nothing is sent past the proxy."""
    monkeypatch.setattr("adapty._proxies.find_spec", lambda _: object())  # as where socksio is installed
    address = f"{scheme}://user:{PASSWORD}@127.0.0.1:1"
    monkeypatch.setenv("ALL_PROXY", address)

    for transport in (sender.fast(), sender.fast(proxy=address)):
        problem = sender.outcome(transport, request_on(OUTSIDE))
        assert isinstance(problem, AdaptyConfigError)
        assert "SOCKS" in str(problem)
        assert "without transport=" in str(problem)
        assert PASSWORD not in repr(problem)


BAD_PROXIES = ["", f"nonsense://user:{PASSWORD}@proxy", f"http://user:{PASSWORD}@proxy:port", 7, ["http://127.0.0.1:1"]]


@pytest.mark.parametrize("value", BAD_PROXIES)
def test_proxy_rejects_invalid(sender: Sender, value: Any) -> None:
    """The error names the argument and the expected form, not the value: it can contain a password."""
    with pytest.raises(AdaptyConfigError, match=r"^proxy: .*; expected SCHEME://HOST:PORT") as caught:
        sender.fast(proxy=value)

    assert PASSWORD not in repr([caught.value, caught.value.__cause__, caught.value.__context__])


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_invalid_environment_proxy_is_rejected_on_use(
    sender: Sender, server: RawServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The error names the variable. Loopback is reached directly."""
    monkeypatch.setenv(name, f"nonsense://user:{PASSWORD}@proxy")

    problem = sender.outcome(sender.fast(), request_on(OUTSIDE))

    assert isinstance(problem, AdaptyConfigError)
    assert str(problem).startswith(f"{name}: is not a valid proxy address; expected ")
    assert PASSWORD not in repr([problem, problem.__context__])
    assert isinstance(sender.outcome(sender.fast(), request_on(server.url)), httpx.Response)


@given(value=st.text() | st.from_regex(r"\A(https?|socks5h?)://\S{1,30}\Z"))
def test_any_proxy_is_used_or_rejected(value: str) -> None:
    """No other exception escapes, and the error does not contain the value."""
    try:
        exchange = AsyncFastTransport(proxy=value, trust_env=False)._exchange
        exchange.origin(httpx.URL(OUTSIDE))
    except AdaptyConfigError as problem:
        assert len(value) < 3 or value not in str(problem)  # noqa: PT017 - either may come


def test_limits_reject_invalid_numbers(sender: Sender) -> None:
    """The error names the argument, the value, and what is valid."""
    for name, alternative in {"max_connections": " or None", "max_response_bytes": ""}.items():
        for value in (0, -1, True, 1.5, "10"):
            expected = f"must be an integer of at least 1{alternative} (got "
            with pytest.raises(AdaptyConfigError, match=f"^{name}: {re.escape(expected)}"):
                sender.fast(**{name: value})


@pytest.fixture
def tls() -> Iterator[str]:
    """Serve over TLS with a certificate that only `authority.pem` speaks for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SERVER)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                with plain:
                    try:
                        with context.wrap_socket(plain, server_side=True) as connection:
                            connection.recv(65536)
                            connection.sendall(OK)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_plain_environment")
def test_certificate_of_unknown_authority_is_rejected(sender: Sender, tls: str) -> None:
    """Nothing was sent."""
    problem = sender.outcome(sender.fast(), request_on(tls))

    assert type(problem) is httpx.ConnectError
    assert "certificate" in str(problem)


@pytest.mark.usefixtures("_plain_environment")
@pytest.mark.parametrize("as_path", [True, False])
def test_cafile_is_trusted(sender: Sender, tls: str, *, as_path: bool) -> None:
    """The argument can be a path or text."""
    cafile = AUTHORITY if as_path else str(AUTHORITY)

    assert isinstance(sender.outcome(sender.fast(cafile=cafile), request_on(tls)), httpx.Response)


@pytest.mark.usefixtures("_plain_environment")
def test_all_authorities_of_cafile_are_trusted(sender: Sender, tls: str, tmp_path: Path) -> None:
    """The one that is needed may be the last of many."""
    many = tmp_path / "many.pem"
    many.write_bytes(Path(certifi.where()).read_bytes() + AUTHORITY.read_bytes())

    assert isinstance(sender.outcome(sender.fast(cafile=many), request_on(tls)), httpx.Response)


def test_environment_authorities_are_trusted(sender: Sender, tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSL_CERT_FILE names them, as for httpx."""
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))

    assert isinstance(sender.outcome(sender.fast(), request_on(tls)), httpx.Response)


def test_system_without_authorities_works(
    sender: Sender, tls: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the barest container there are still those of httpx, so that nothing ends before it begins."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))

    problem = sender.outcome(sender.fast(), request_on(tls))

    assert type(problem) is httpx.ConnectError
    assert "certificate" in str(problem)


@pytest.mark.parametrize("content", [None, b"", b"text", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_cafile_rejects_files_without_certificates(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    """The error names the argument or the variables."""
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(AdaptyConfigError, match=r"^cafile: cannot be loaded \(\w+\); expected a file of certificates"):
        sender.fast(cafile=path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    problem = sender.outcome(sender.fast(), request_on("https://127.0.0.1:1/"))
    assert isinstance(problem, AdaptyConfigError)
    assert str(problem).startswith("SSL_CERT_FILE or SSL_CERT_DIR: the certificates cannot be loaded (")
    problem = sender.outcome(sender.fast(trust_env=False), request_on("https://127.0.0.1:1/"))
    assert isinstance(problem, httpx.ConnectError)


@pytest.mark.parametrize("cafile", [7, b"\0", "\0"])
def test_cafile_rejects_invalid_paths(sender: Sender, cafile: Any) -> None:
    """The error names the argument."""
    with pytest.raises(AdaptyConfigError, match=r"^cafile: cannot be loaded"):
        sender.fast(cafile=cafile)


def test_repr_hides_the_proxy_password() -> None:
    """Neither that of the transport nor that of its parts."""
    transport = AsyncFastTransport(proxy=f"http://user:{PASSWORD}@proxy.example.com:3128")
    exchange = transport._exchange
    origin = exchange.origin(httpx.URL(OUTSIDE))

    assert PASSWORD not in repr([transport, vars(transport), vars(exchange), origin])
    assert b64encode(f"user:{PASSWORD}".encode()).decode() not in repr(origin)
