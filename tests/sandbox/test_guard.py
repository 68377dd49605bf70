"""What the sandbox refuses from web pages, and the headers that it sends to browsers."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError
from adapty.sandbox import DEFAULT_MAIL_KEY, Sandbox
from adapty.sandbox._security import SECURITY_HEADERS, AllowedHosts, RequestGuard
from tests.raw_server import raw_server
from tests.sandbox.conftest import PROFILE_PATH, PROPERTY, profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message, Receive, Scope, Send

MAIL_KEY = {"authorization": f"Bearer {DEFAULT_MAIL_KEY}"}
AUTHORIZATION = "the value of the webhook"

FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:8040",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "notlocalhost",
    "192.168.0.7:8040",
    "[2001:db8::1]:8040",
    "user@127.0.0.1",
    "127.0.0.1:8040:8040",
    "127.0.0.1, evil.example",
    "",
)
LOOPBACK_HOSTS = (
    "127.0.0.1",
    "127.9.9.9:8040",
    "localhost:1",
    "LOCALHOST",
    "localhost.:80",
    "app.localhost",
    "[::1]",
    "[::1]:8040",
)
# A page can send these without asking first: with a body of text, of a form, or without one.
SIMPLE_REQUESTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/_sandbox/reset", {"content": b"", "headers": {"content-type": "text/plain"}}),
    ("POST", "/_sandbox/reset", {"data": {"a": "b"}}),
    ("POST", "/_sandbox/faults", {"content": b"server_error", "headers": {"content-type": "text/plain"}}),
    ("POST", "/_sandbox/webhooks", {"content": b'{"event_type": "x"}', "headers": {"content-type": "text/plain"}}),
    ("POST", "/_sandbox/webhooks", {"files": {"a": b"b"}}),
    ("GET", "/_sandbox/requests", {}),
    ("GET", "/_sandbox/profiles/user_12345", {}),
    ("HEAD", "/_sandbox/flows", {}),
)
PREFLIGHTED = ("OPTIONS", "DELETE", "PUT", "PATCH")


@pytest.fixture(scope="module")
def guarded() -> Iterator[Sandbox]:
    """Serve a sandbox with a profile, a fault for the next request to the API, and webhooks."""
    with (
        raw_server() as receiver,
        Sandbox(webhook_url=receiver.url, webhook_authorization=AUTHORIZATION) as sandbox,
    ):
        saved = httpx.post(f"{sandbox.url}{PROFILE_PATH}", json=profile(), headers=MAIL_KEY)
        assert saved.status_code == 200
        sandbox.faults.add("server_error;count=1")
        yield sandbox


def send(sandbox: Sandbox, method: str, path: str, **options: Any) -> httpx.Response:
    """Send a request."""
    return httpx.request(method, f"{sandbox.url}{path}", **options)


def assert_untouched(sandbox: Sandbox) -> None:
    """Check that nothing was reset, read, counted, logged or posted."""
    assert sandbox.profile("user_12345") is not None
    assert [fault.kind for fault in sandbox.faults] == ["server_error"]
    assert [request.status for request in sandbox.requests()] == [200]
    assert sandbox.webhooks.deliveries() == []


def assert_refused(response: httpx.Response, status: int, *, has_body: bool = True) -> None:
    """Check a refusal: a JSON body that names the header at fault, and nothing that lets another page read it."""
    assert response.status_code == status, (response.status_code, response.text)
    assert not [name for name in response.headers if name.startswith("access-control-")]
    if has_body:
        assert response.headers["content-type"] == "application/json"
        assert response.json()["errors"][0]["message"].startswith(("Host: ", "Origin: ", "Sec-Fetch-Site: "))


def test_foreign_host_is_refused_on_every_path(guarded: Sandbox) -> None:
    """DNS rebinding: the page's own name in `Host` reaches neither the inspection nor the API, key or not."""
    for host in FOREIGN_HOSTS:
        for method, path in (("GET", "/_sandbox/"), ("POST", "/_sandbox/reset"), ("POST", PROFILE_PATH), ("GET", "/")):
            response = send(guarded, method, path, headers={**MAIL_KEY, "host": host})
            if host or response.status_code != 400:
                refused = response.json().get("errors") or pytest.fail(response.text)
                assert response.status_code == 421, (host, path)
                assert "--allow-host" in refused[0]["message"], host
                assert "allowed_hosts" in refused[0]["message"], host
    assert_untouched(guarded)


def test_refusal_of_the_server_side_api_has_its_shape(guarded: Sandbox) -> None:
    """A client of that API gets an error that it can read."""
    response = send(guarded, "GET", "/api/v2/server-side-api/paywalls/", headers={"host": "sandbox"})

    assert response.status_code == 421
    assert "--allow-host" in response.text
    assert response.json()["errors"]


def test_loopback_host_is_accepted(guarded: Sandbox) -> None:
    """With any port, in any case."""
    for host in LOOPBACK_HOSTS:
        assert send(guarded, "GET", "/_sandbox/", headers={"host": host}).status_code == 200, host


def test_configured_hosts_are_accepted() -> None:
    """The host that it listens on, and those that are allowed; nothing else."""
    with Sandbox(host="0.0.0.0", allowed_hosts=["Sandbox", "192.168.0.7", "2001:DB8:0::1"]) as sandbox:  # noqa: S104
        url = sandbox.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        statuses = {
            host: httpx.get(f"{url}/_sandbox/", headers={"host": host}).status_code
            for host in ("0.0.0.0:8040", "sandbox:8040", "192.168.0.7", "[2001:db8::1]:1", "other", "192.168.0.8")
        }

    assert list(statuses.values()) == [200, 200, 200, 200, 421, 421], statuses


def test_cross_site_request_has_no_effect(guarded: Sandbox) -> None:
    """Whatever a page can send without asking first: it resets, reads, sets up and posts nothing."""
    own = guarded.url
    origins = ("https://evil.example", "null", "http://localhost:3000", f"{own}.evil.example", f"x{own}", "", own[:-1])
    for origin in origins:
        for method, path, options in SIMPLE_REQUESTS:
            headers = {**options.get("headers", {}), "origin": origin}
            response = send(guarded, method, path, **{**options, "headers": headers})
            assert_refused(response, 403, has_body=method != "HEAD")
    for site in ("cross-site", "same-site", "something new"):
        for method, path, options in SIMPLE_REQUESTS:
            headers = {**options.get("headers", {}), "sec-fetch-site": site}
            response = send(guarded, method, path, **{**options, "headers": headers})
            assert_refused(response, 403, has_body=method != "HEAD")
    assert_untouched(guarded)


def test_cross_site_request_with_the_key_has_no_effect(guarded: Sandbox) -> None:
    """The default key is no secret: a page knows it."""
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert_refused(send(guarded, "POST", PROFILE_PATH, json=profile(), headers={**MAIL_KEY, **headers}), 403)
    assert_untouched(guarded)


def test_preflight_is_refused_without_cors_headers(guarded: Sandbox) -> None:
    """So that the browser does not send the request that the page asked about, or any that needs one."""
    for method in PREFLIGHTED:
        for path in ("/_sandbox/reset", "/_sandbox/faults", "/_sandbox/webhooks", PROFILE_PATH):
            headers = {
                "origin": "https://evil.example",
                "access-control-request-method": "DELETE",
                "access-control-request-headers": "authorization, content-type",
                "access-control-request-private-network": "true",
            }
            assert_refused(send(guarded, method, path, headers=headers), 403)
    assert_untouched(guarded)


def test_two_origins_are_refused_if_one_is_foreign(guarded: Sandbox) -> None:
    """In any order."""
    for pair in ((guarded.url, "https://evil.example"), ("https://evil.example", guarded.url)):
        response = send(guarded, "GET", "/_sandbox/", headers=[("origin", origin) for origin in pair])
        assert_refused(response, 403)


def test_page_of_the_sandbox_itself_is_served(guarded: Sandbox) -> None:
    """Same-origin requests and typed addresses are accepted."""
    port = guarded.url.rpartition(":")[2]
    for headers in (
        {"origin": guarded.url, "sec-fetch-site": "same-origin"},
        {"origin": f"http://localhost:{port}", "host": f"localhost:{port}"},
        {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
    ):
        assert send(guarded, "GET", "/_sandbox/", headers=headers).status_code == 200


def test_request_without_host_or_over_http_1_0_is_refused(guarded: Sandbox) -> None:
    """Byte by byte, as no client library sends them."""
    port = int(guarded.url.rpartition(":")[2])
    for raw in (
        b"POST /_sandbox/reset HTTP/1.0\r\n\r\n",
        b"POST /_sandbox/reset HTTP/1.0\r\nhost: localhost\r\n\r\n",
        b"POST /_sandbox/reset HTTP/1.1\r\nconnection: close\r\n\r\n",
        b"POST /_sandbox/reset HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(raw)
            received = b"".join(iter(lambda: connection.recv(4096), b""))
        assert received.split()[1] in {b"400", b"421", b"505"}, received
        assert b"nosniff" in received, received
    assert_untouched(guarded)


def test_every_response_has_the_security_headers(guarded: Sandbox) -> None:
    """Successes, refusals of all kinds, faults, and what is not HTTP."""
    requests: list[tuple[int, str, str, dict[str, str]]] = [
        (200, "GET", "/_sandbox/", {}),
        (404, "GET", "/nothing", {}),
        (405, "DELETE", PROFILE_PATH, {}),
        (403, "POST", PROFILE_PATH, {}),
        (401, "GET", "/api/v2/server-side-api/paywalls/", {}),
        (502, "POST", PROFILE_PATH, {"adapty-sandbox-fault": "html_error"}),
        (421, "GET", "/_sandbox/", {"host": "evil.example"}),
        (403, "GET", "/_sandbox/", {"origin": "null"}),
    ]
    guarded.faults.clear()
    try:
        for status, method, path, headers in requests:
            response = send(guarded, method, path, headers=headers)
            assert response.status_code == status, (path, response.text)
            assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS, path
            assert not [name for name in response.headers if name.startswith("access-control-")]
    finally:
        guarded.reset()


def test_broken_application_answers_with_the_security_headers(caplog: pytest.LogCaptureFixture, tmp_path: Any) -> None:
    """The 500 comes from further out than all other answers."""
    database = tmp_path / "sandbox.sqlite"
    with Sandbox(database=database) as sandbox:
        sandbox._state.mail.close()  # the state under the server is gone
        response = send(sandbox, "GET", "/_sandbox/flows")

    assert response.status_code == 500
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert caplog.records


def test_response_keeps_a_policy_of_its_own() -> None:
    """A page of HTML needs another one."""

    async def page(_: Scope, __: Receive, send: Send) -> None:
        policy = (b"content-security-policy", b"default-src 'self'")
        await send({"type": "http.response.start", "status": 200, "headers": [policy]})

    (start,) = _sent(RequestGuard(page, AllowedHosts()), "http")
    headers = dict(start["headers"])

    assert headers[b"content-security-policy"] == b"default-src 'self'"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert len(start["headers"]) == len(SECURITY_HEADERS)


def test_websocket_is_closed() -> None:
    """There is none, and no application sees it."""
    assert _sent(RequestGuard(_never_called, AllowedHosts()), "websocket") == [
        {"type": "websocket.close", "code": 1008}
    ]


def test_webhook_authorization_is_never_shown(guarded: Sandbox) -> None:
    """Neither where webhooks are shown, nor anywhere else under the inspection."""
    for path in ("/_sandbox/", "/_sandbox/webhooks", "/_sandbox/requests", "/_sandbox/faults"):
        response = send(guarded, "GET", path)
        assert response.status_code == 200
        assert AUTHORIZATION not in response.text
        assert AUTHORIZATION not in str(response.headers)


def test_invalid_allowed_hosts_are_rejected() -> None:
    """The error names the argument and says what it takes."""
    for hosts in ("sandbox", None, [""], ["http://sandbox"], ["sandbox:8040"], ["a b"], [7], ["*.x"], [b"x"]):
        with pytest.raises(AdaptyConfigError) as refused:
            Sandbox(allowed_hosts=hosts)  # type: ignore[arg-type] # on purpose
        assert refused.value.field_name == "allowed_hosts", hosts
        assert "host name" in str(refused.value)


@PROPERTY
@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_other_name_is_foreign(authority: str) -> None:
    """Names are compared whole: whatever stands before or after an allowed one makes another."""
    allowed = AllowedHosts("sandbox")
    for known in ("sandbox", "127.0.0.1", "[::1]", "localhost"):
        assert allowed.accepts(known)
        for other in (f"{authority}{known}x", f"x{known}", *(f"{known}{mark}{authority}" for mark in "@/,; #?\\\t")):
            assert not allowed.accepts(other), other


def _sent(app: RequestGuard, kind: str) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": kind, "http_version": "1.1", "headers": [(b"host", b"localhost")], "path": "/"}
    asyncio.run(_call(app, scope, receive, send))
    return sent


async def _call(app: RequestGuard, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _never_called(_: Scope, __: Receive, ___: Send) -> None:
    raise AssertionError
