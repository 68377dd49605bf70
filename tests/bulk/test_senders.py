"""What the workers send over: transports of the caller's making, the caller's own client, proxies, and their ends."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from adapty import Adapty, AdaptyConfigError, AdaptyConnectionError, AsyncAdapty
from adapty.bulk import async_import_profiles, import_profiles
from tests.bulk.recording_server import RecordingServer, Reply
from tests.conftest import PROFILE

pytestmark = pytest.mark.usefixtures("no_loose_ends")

FEW = [{**PROFILE, "external_profile_id": f"user_{number}"} for number in range(20)]


class Noting(httpx.AsyncBaseTransport):
    """Answers everything, and notes what is done with it."""

    def __init__(self, log: list[str]) -> None:
        """Begin."""
        self.log = log
        log.append("made")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        self.log.append(request.headers["authorization"])
        return httpx.Response(200, json={})

    async def aclose(self) -> None:
        """Close."""
        self.log.append("closed")


@pytest.fixture
def adapty(recorder: RecordingServer) -> Adapty:
    """Give a client of the server; it opens nothing."""
    return Adapty(mail_secret_key="k", mail_base_url=recorder.url)


def test_each_worker_has_its_own_transport(adapty: Adapty, recorder: RecordingServer) -> None:
    """One transport is created for each worker, and closed."""
    log: list[str] = []

    assert import_profiles(adapty, FEW, concurrency=3, transport=lambda: Noting(log)).accepted == 20

    assert log == ["made"] * 3 + ["Bearer k"] * 20 + ["closed"] * 3
    assert recorder.connections == 0


def test_transports_are_closed_if_creating_one_fails(adapty: Adapty) -> None:
    """The transports before it are closed."""
    log: list[str] = []

    def make() -> Any:
        if len(log) == 2:
            raise ZeroDivisionError
        return Noting(log)

    with pytest.raises(ZeroDivisionError):
        import_profiles(adapty, FEW, concurrency=3, transport=make)

    assert log == ["made", "made", "closed", "closed"]


def test_sync_transport_is_rejected(adapty: Adapty) -> None:
    """The error names the expected type."""
    with pytest.raises(AdaptyConfigError, match=r"^transport: gave of type HTTPTransport; expected an httpx\.Async"):
        import_profiles(adapty, FEW, transport=httpx.HTTPTransport)  # type: ignore[arg-type]


def test_transports_are_closed_when_the_import_aborts(adapty: Adapty) -> None:
    """The reason does not matter."""
    log: list[str] = []

    class Refusing(Noting):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await super().handle_async_request(request)
            return httpx.Response(401)

    with pytest.raises(Exception, match="401"):
        import_profiles(adapty, FEW, concurrency=2, transport=lambda: Refusing(log))

    assert log.count("closed") == 2


class OddError(Exception):
    """What no transport should raise."""


def test_unexpected_exception_of_a_transport_aborts_the_import(adapty: Adapty) -> None:
    """The notes state the progress."""

    class Odd(Noting):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if b"user_7" in await request.aread():
                raise OddError
            return httpx.Response(200, json={})

    with pytest.raises(OddError) as caught:
        import_profiles(adapty, FEW, concurrency=1, transport=lambda: Odd([]))

    assert caught.value.__notes__ == ["stopped in profiles: 7 accepted, 0 rejected so far"]


def test_interrupted_response_is_closed_and_retried(adapty: Adapty) -> None:
    """The connection is released."""
    log: list[str] = []

    class Body(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            yield b"{"
            raise httpx.ReadError("gone")

        async def aclose(self) -> None:
            log.append("let go")

    class Breaking(Noting):
        async def handle_async_request(self, _: httpx.Request) -> httpx.Response:
            if not log.count("let go"):
                return httpx.Response(200, stream=Body())
            return httpx.Response(200, json={})

    assert import_profiles(adapty, FEW[:1], concurrency=1, transport=lambda: Breaking(log)).retried == 1
    assert log.count("let go") == 1


def raise_for_status(response: httpx.Response) -> None:
    """Do what some callers do for each answer."""
    response.read()
    response.raise_for_status()


def test_http_client_of_the_caller_is_used(recorder: RecordingServer) -> None:
    """Its headers are sent, its hooks are called, and their exceptions are handled."""
    seen: list[str] = []
    recorder.reply = lambda body: Reply(422 if body["external_profile_id"] == "user_3" else 200)
    with httpx.Client(
        headers={"X-Gate": "open"},
        event_hooks={
            "request": [lambda request: seen.append(request.headers["x-gate"])],
            "response": [raise_for_status],
        },
    ) as http_client:
        adapty = Adapty(mail_secret_key="k", mail_base_url=recorder.url, http_client=http_client)
        report = import_profiles(adapty, FEW, concurrency=4)
        assert not http_client.is_closed

    assert (report.profiles_accepted, report.profiles_rejected, report.retried) == (19, 1, 0)
    assert seen == ["open"] * 20


def test_async_http_client_of_the_caller_is_used(recorder: RecordingServer) -> None:
    """It is used in its own event loop and stays open."""
    seen: list[str] = []

    async def note(request: httpx.Request) -> None:
        seen.append(request.headers["x-gate"])

    async def job() -> int:
        async with httpx.AsyncClient(headers={"X-Gate": "open"}, event_hooks={"request": [note]}) as http_client:
            adapty = AsyncAdapty(mail_secret_key="k", mail_base_url=recorder.url, http_client=http_client)
            report = await async_import_profiles(adapty, FEW, concurrency=4)
            assert not http_client.is_closed
            return report.accepted

    assert asyncio.run(job()) == 20
    assert seen == ["open"] * 20


def test_transport_has_precedence_over_http_client(recorder: RecordingServer) -> None:
    """The workers use the transports."""
    log: list[str] = []
    with httpx.Client() as http_client:
        adapty = Adapty(mail_secret_key="k", mail_base_url=recorder.url, http_client=http_client)
        import_profiles(adapty, FEW, concurrency=2, transport=lambda: Noting(log))

    assert log.count("Bearer k") == 20
    assert recorder.connections == 0


@pytest.mark.usefixtures("way")
def test_loopback_uses_no_proxy(adapty: Adapty, recorder: RecordingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment does not matter."""
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert import_profiles(adapty, FEW).accepted == 20
    assert len(recorder.taken) == 20


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_proxy_of_the_environment_is_used(
    recorder: RecordingServer, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """The proxy can be set with its scheme or without it."""
    monkeypatch.setenv("HTTP_PROXY", scheme + recorder.url.removeprefix("http://"))
    adapty = Adapty(mail_secret_key="k", mail_base_url="http://api.example.com", allow_insecure_http=True)

    assert import_profiles(adapty, FEW).accepted == 20
    assert len(recorder.taken) == 20


@pytest.mark.usefixtures("way")
def test_no_proxy_is_respected(recorder: RecordingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts in NO_PROXY are reached directly."""
    monkeypatch.setenv("HTTP_PROXY", recorder.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.2")
    adapty = Adapty(mail_secret_key="k", mail_base_url="http://127.0.0.2:9")

    with pytest.raises(AdaptyConnectionError):
        import_profiles(adapty, FEW, max_retries=0)
    assert recorder.connections == 0


@pytest.mark.usefixtures("way")
def test_invalid_proxy_error_hides_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent."""
    adapty = Adapty(mail_secret_key="k", mail_base_url="http://api.example.com", allow_insecure_http=True)
    monkeypatch.setenv("HTTP_PROXY", "ftp://jane:s3cret@proxy.example.com:1")

    with pytest.raises(AdaptyConfigError) as caught:
        import_profiles(adapty, FEW)

    assert "prox" in str(caught.value).lower()
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_threads_end_with_the_import(recorder: RecordingServer) -> None:
    """Repeated imports leave no threads."""
    with httpx.Client() as http_client:
        adapty = Adapty(mail_secret_key="k", mail_base_url=recorder.url, http_client=http_client)
        for _ in range(3):
            assert import_profiles(adapty, FEW, concurrency=2).accepted == 20
    assert recorder.most_together <= 2
