"""The client itself: settings, connections, closing."""

from __future__ import annotations

import gzip
import inspect
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import AdaptyConfigError, AdaptyConnectionError, AsyncAdapty, BadRequestError, ServerError, Timeouts
from adapty._async.transport import AsyncTransport
from tests.conftest import PROFILE
from tests.core.tracebacks import shown_by
from tests.raw_server import answer

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer

pytestmark = pytest.mark.anyio

KEY = "secret_live_shown"


async def test_the_request_carries_key_agent_and_json(client: AsyncAdapty, server: RawServer) -> None:
    """The key is sent as Bearer, the User-Agent names the SDK, and the body is JSON in UTF-8."""
    await client.mail.save_profile(**PROFILE, first_name="Zoë")

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/v1/profile/save/ HTTP/1.1\r\n")
    assert f"authorization: Bearer {KEY}".encode().lower() in head.lower()
    assert b"user-agent: adapty-python/" in head.lower()
    assert b"content-type: application/json" in head.lower()
    assert '"first_name":"Zoë"'.encode() in body


async def test_environment_provides_arguments(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client can be created without arguments if the environment has the key and the address."""
    monkeypatch.setenv("ADAPTY_MAIL_SECRET_KEY", sandbox.mail_key)
    monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", sandbox.url)

    async with AsyncAdapty() as adapty:
        await adapty.mail.save_profile(**PROFILE)

    assert sandbox.profile("user_12345") is not None


async def test_path_of_base_url_is_used(server: RawServer) -> None:
    """The API may have a path prefix."""
    async with AsyncAdapty(mail_secret_key=KEY, mail_base_url=f"{server.url}/mail/") as adapty:
        await adapty.mail.save_profile(**PROFILE)

    assert server.requests[0].startswith(b"POST /mail/api/v1/profile/save/ ")


async def test_mail_needs_its_own_key(server: RawServer) -> None:
    """The key of the other API is not used, and nothing is sent."""
    async with AsyncAdapty(KEY, mail_base_url=server.url) as adapty:
        with pytest.raises(AdaptyConfigError, match=r"^mail_secret_key: is missing; .* ADAPTY_MAIL_SECRET_KEY"):
            await adapty.mail.save_profile(**PROFILE)
        with pytest.raises(AdaptyConfigError, match=r"^mail_secret_key: is missing"):
            adapty.mail.low_level()

    assert server.requests == []


async def test_options_apply_to_the_new_client_only(client: AsyncAdapty) -> None:
    """`with_options` does not change the client, and rejects the same values as the constructor."""
    other = client.with_options(timeout=Timeouts(read=1), max_retries=7)

    assert other._transport.config.timeouts == Timeouts(read=1)
    assert other._transport.config.retries.max_retries == 7
    assert client._transport.config.timeouts == Timeouts(5, 5, 5, 5, 5)
    assert client._transport.config.retries.max_retries == 2
    with pytest.raises(AdaptyConfigError, match=r"^timeout: must be a number of seconds"):
        client.with_options(timeout=0)
    with pytest.raises(AdaptyConfigError, match=r"^max_retries: must be an integer of at least 0"):
        client.with_options(max_retries=-1)


async def test_closed_client_raises_config_error(client: AsyncAdapty) -> None:
    """A closed client and clients from its `with_options` raise an AdaptyError."""
    other = client.with_options(max_retries=0)
    await other.close()
    await client.mail.save_profile(**PROFILE)
    await client.close()
    await client.close()

    for closed in (client, other):
        with pytest.raises(AdaptyConfigError, match="the client is closed"):
            await closed.mail.save_profile(**PROFILE)


async def test_own_http_client_is_used_and_stays_open(server: RawServer) -> None:
    """Its connections and hooks are used, its credentials and redirects are not, and it stays open."""
    seen: list[str] = []

    async def note(request: httpx.Request) -> None:
        seen.append(str(request.url))

    http_client = httpx.AsyncClient(
        event_hooks={"request": [note]},
        auth=("someone", "else"),
        follow_redirects=True,
        headers={"X-Trace": "1"},
    )
    async with AsyncAdapty(mail_secret_key=KEY, mail_base_url=server.url, http_client=http_client) as adapty:
        await adapty.mail.save_profile(**PROFILE)

    assert seen == [f"{server.url}/api/v1/profile/save/"]
    assert f"Bearer {KEY}".encode() in server.requests[0]
    assert b"x-trace: 1" in server.requests[0].lower()
    assert not http_client.is_closed
    await http_client.aclose()


async def test_own_transport_is_used() -> None:
    """Any httpx transport works."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))

    async with AsyncAdapty(mail_secret_key=KEY, transport=transport) as adapty:
        await adapty.mail.save_profile(**PROFILE)


async def test_http_client_and_transport_cannot_be_combined() -> None:
    """Both arguments together, and a client of the wrong kind, are rejected."""
    async with httpx.AsyncClient() as http_client:
        transport = httpx.MockTransport(lambda _: httpx.Response(200))
        with pytest.raises(AdaptyConfigError, match="cannot be combined"):
            AsyncAdapty(mail_secret_key=KEY, http_client=http_client, transport=transport)
    with pytest.raises(AdaptyConfigError, match=r"^transport: is of type int; expected an httpx"):
        AsyncAdapty(mail_secret_key=KEY, transport=7)  # type: ignore[arg-type]
    with pytest.raises(AdaptyConfigError, match=r"^http_client: is of type int; expected an httpx"):
        AsyncAdapty(mail_secret_key=KEY, http_client=7)  # type: ignore[arg-type]


async def test_every_exception_of_httpx_is_mapped() -> None:
    """Each exception of httpx becomes one of ours; requests that cannot be sent are not retried."""
    request = httpx.Request("POST", "http://x")
    kinds = [
        kind
        for kind in vars(httpx).values()
        if isinstance(kind, type) and issubclass(kind, httpx.HTTPError | httpx.InvalidURL | httpx.StreamError)
    ]
    assert len(kinds) > 20
    response = httpx.Response(500, request=request)
    for kind in kinds:
        takes = inspect.signature(kind).parameters
        arguments: dict[str, Any] = {"message": "x", "request": request, "response": response}
        exc = kind(**{name: value for name, value in arguments.items() if name in takes})

        def fail(_: httpx.Request, exc: Exception = exc) -> httpx.Response:
            raise exc

        async with AsyncAdapty(mail_secret_key=KEY, transport=httpx.MockTransport(fail)) as adapty:
            with pytest.raises((AdaptyConnectionError, ServerError)) as caught:
                await adapty.mail.save_profile(**PROFILE)
        assert isinstance(caught.value, ServerError) == (kind is httpx.HTTPStatusError), kind
        hopeless = issubclass(kind, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL)
        assert vars(caught.value)["attempts"] == (1 if hopeless else 3), kind


async def test_hook_that_raises_for_status_changes_nothing(server: RawServer) -> None:
    """An event hook that calls `raise_for_status` does not change the result: a 400 is not retried."""
    server.replies = [answer(400, gzip.compress(b"{}"), "Content-Encoding: gzip", "Request-Id: r-1")]

    async def hook(response: httpx.Response) -> None:
        response.raise_for_status()

    async with (
        httpx.AsyncClient(event_hooks={"response": [hook]}) as http_client,
        AsyncAdapty(mail_secret_key=KEY, mail_base_url=server.url, http_client=http_client) as adapty,
    ):
        with pytest.raises(BadRequestError) as caught:
            await adapty.mail.save_profile(**PROFILE)

    assert caught.value.request_id == "r-1"
    assert len(server.requests) == 1


async def test_loopback_bypasses_the_proxy(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests to the sandbox on loopback do not use the environment's proxy."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async with AsyncAdapty(mail_secret_key=KEY, mail_base_url=server.url) as adapty:
        await adapty.mail.save_profile(**PROFILE)

    assert len(server.requests) == 1


async def test_invalid_environment_is_config_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificate settings that break httpx are a typed exception."""
    monkeypatch.setenv("SSL_CERT_FILE", __file__)

    with pytest.raises(AdaptyConfigError, match=r"^SSL_CERT_FILE or SSL_CERT_DIR: the cert"):
        AsyncAdapty(mail_secret_key=KEY)


async def test_certificates_for_analytics_are_loaded_by_its_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of the sandbox does not pay for them; a problem is the same exception."""
    monkeypatch.setenv("SSL_CERT_FILE", __file__)

    async with AsyncAdapty(KEY, base_url="http://127.0.0.1:1") as adapty:
        with pytest.raises(AdaptyConfigError, match=r"^SSL_CERT_FILE or SSL_CERT_DIR: the cert"):
            await adapty.analytics.placements("paywall")


async def test_invalid_proxy_is_rejected_without_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable; neither it nor the locals of its traceback contain the password."""
    monkeypatch.setattr("adapty._proxies.find_spec", lambda _: None)  # as where socksio is not installed
    for value, problem in {
        "nonsense://jane:opensesame@x": "is not a valid proxy address",
        "http://jane:opensesame@x:99999": "is not a valid proxy address",
        "http://jane:opensesame@x:1\n": "is not a valid proxy address",
        "http://jane:opensesame#@x:1": "is not a valid proxy address",
        "http://jane:opensesame/@x:1": "is not a valid proxy address",
        "http://jane:opensesame?@x:1": "is not a valid proxy address",
        "socks5://jane:opensesame@127.0.0.1:1": "is a SOCKS proxy",
    }.items():
        for name in ("ALL_PROXY", "https_proxy"):
            with monkeypatch.context() as patch:
                patch.setenv(name, value)
                with pytest.raises(AdaptyConfigError, match=f"^{name}: {problem}") as caught:
                    AsyncAdapty(mail_secret_key=KEY)
            assert "opensesame" not in shown_by(caught.value)


async def test_unused_invalid_proxy_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the proxies for the addresses of the client are checked."""
    monkeypatch.setenv("ALL_PROXY", "nonsense")
    monkeypatch.setenv("HTTP_PROXY", "nonsense://x")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "other.example.com")
    async with AsyncAdapty(mail_secret_key=KEY):
        pass
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://x")
    monkeypatch.setenv("NO_PROXY", "adapty.io")
    async with AsyncAdapty(mail_secret_key=KEY):
        pass


async def test_no_proxy_is_respected(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges, brackets and ports in NO_PROXY neither break the client nor what goes over the proxy."""
    monkeypatch.setenv("ALL_PROXY", server.url)
    odd = "::1/128,[fe80::1],[::1]:80,10.0.0.0/8,example.com:99999,[,\x1b,"
    for no_proxy, over_proxy in ((odd, 1), (odd + "api.example.invalid:80", 0)):
        monkeypatch.setenv("NO_PROXY", no_proxy)
        server.requests.clear()
        async with AsyncAdapty(
            mail_secret_key=KEY, mail_base_url="http://api.example.invalid", max_retries=0, allow_insecure_http=True
        ) as adapty:
            with suppress(AdaptyConnectionError):
                await adapty.mail.save_profile(**PROFILE)
        assert len(server.requests) == over_proxy


@pytest.mark.parametrize("arguments", [{"timeout": -1}, {"mail_base_url": "nonsense"}, {"secret_key": "two words"}])
async def test_rejected_client_shows_no_key(arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The traceback of a rejected client, with the locals of every frame, contains no key."""
    monkeypatch.setenv("ADAPTY_SECRET_KEY", KEY)
    shown = ""
    try:
        AsyncAdapty(mail_secret_key=KEY, **arguments)
    except AdaptyConfigError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert "AdaptyConfigError" in shown
    assert KEY not in shown


async def test_exception_of_a_hook_is_raised() -> None:
    """Exceptions that are not httpx's are raised unchanged."""

    def broken(_: httpx.Request) -> httpx.Response:
        message = "a bug"
        raise RuntimeError(message)

    async with AsyncAdapty(mail_secret_key=KEY, transport=httpx.MockTransport(broken)) as adapty:
        with pytest.raises(RuntimeError, match=r"^a bug$"):
            await adapty.mail.save_profile(**PROFILE)


async def test_client_does_not_show_the_key(client: AsyncAdapty) -> None:
    """Neither the client, its parts nor a traceback with locals shows the key."""
    low_level = client.mail.low_level()
    assert KEY not in repr([client, vars(client), client._transport.config, low_level, vars(client._transport)])
    async with AsyncAdapty(mail_secret_key=KEY, mail_base_url="http://127.0.0.1:1", max_retries=0) as lost:
        try:
            await lost.mail.save_profile(**PROFILE)
        except AdaptyConnectionError as error:
            shown = traceback.TracebackException.from_exception(error, capture_locals=True)
            assert KEY not in "".join(shown.format())


async def test_environment_is_read_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the environment does not affect an existing client."""
    monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", sandbox.url)
    async with AsyncAdapty(mail_secret_key=sandbox.mail_key) as adapty:
        monkeypatch.setenv("ADAPTY_MAIL_BASE_URL", "http://127.0.0.1:1")
        await adapty.mail.save_profile(**PROFILE)

    assert isinstance(adapty._transport, AsyncTransport)
