"""Fixtures for tests of bulk jobs: a fake API that records requests."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty
from adapty.fast import fast_is_installed
from tests.bulk.recording_server import RecordingServer, recording_server
from tests.loose_ends import no_loose_ends
from tests.skipping_loop import SkippingLoop

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["no_loose_ends"]

HEADER = "external_profile_id,external_created_at,email"

Reply = Callable[[dict[str, Any]], httpx.Response]


def accept(_: dict[str, Any]) -> httpx.Response:
    """Return the response to an accepted record."""
    return httpx.Response(200, json={})


def refuse(field_name: str | None = None) -> httpx.Response:
    """Return the response to a rejected record."""
    field_entry = {} if field_name is None else {"field_name": field_name}
    fault = {"message": "Input is refused", "error_code": "base_error", "status_code": 400, **field_entry}
    return httpx.Response(400, json={"errors": [fault]})


@dataclass
class FakeApi:
    """An API that accepts every record, unless configured otherwise.

    Attributes:
        reply: Gives the answer to a body.
        sent: What kind each request was of, and its body, in the order of arrival.
    """

    reply: Reply = accept
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Record a request and respond."""
        body = json.loads(request.content)
        kind = {"/api/v1/profile/save/": "profile", "/api/v1/profile/transaction-event/save/": "event"}[
            request.url.path
        ]
        self.sent.append((kind, body))
        return self.reply(body)

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Return the bodies of one kind."""
        return [body for sent, body in self.sent if sent == kind]


@pytest.fixture
def skip_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Skip the waits of event loops, such as backoff.

    Fail if the patch has no effect: if another event loop runs in this thread.
    """
    run, others = asyncio.BaseEventLoop.run_forever, []

    def note(loop: asyncio.BaseEventLoop) -> None:
        if threading.current_thread() is threading.main_thread() and not isinstance(loop, SkippingLoop):
            others.append(type(loop))
        run(loop)

    for target in ("adapty._engine.runner.new_event_loop", "asyncio.events.new_event_loop"):
        monkeypatch.setattr(target, SkippingLoop)
    monkeypatch.setattr(asyncio.BaseEventLoop, "run_forever", note)
    yield
    assert others == []


@pytest.fixture
def recorder() -> Iterator[RecordingServer]:
    """Run a server that records requests."""
    with recording_server() as serving:
        yield serving


@pytest.fixture(
    params=[
        pytest.param(
            True,
            id="fast",
            marks=pytest.mark.skipif(not fast_is_installed(), reason="the extra `fast` is not installed"),
        ),
        pytest.param(False, id="httpx"),
    ]
)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use each of the transports that an import selects by itself."""
    is_fast: bool = request.param
    monkeypatch.setattr("adapty._engine.senders.fast_is_installed", lambda: is_fast)


@pytest.fixture
def api() -> FakeApi:
    """Return the API of the test's client."""
    return FakeApi()


@pytest.fixture
def adapty(api: FakeApi) -> Iterator[Adapty]:
    """Return a client of that API."""
    with Adapty(mail_secret_key="secret_live_shown", transport=httpx.MockTransport(api.handle)) as client:
        yield client


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a temporary current folder for rejects files."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the examples of a property test."""
    return tmp_path_factory.mktemp("scratch")
