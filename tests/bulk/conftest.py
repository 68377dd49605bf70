"""What the tests of imports share: an API that notes what it is sent, and answers as a test says."""

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
    """Answer as the API does to a record that it takes."""
    return httpx.Response(200, json={})


def refuse(field_name: str | None = None) -> httpx.Response:
    """Answer as the API does to a record that it does not take."""
    blamed = {} if field_name is None else {"field_name": field_name}
    fault = {"message": "Input is refused", "error_code": "base_error", "status_code": 400, **blamed}
    return httpx.Response(400, json={"errors": [fault]})


@dataclass
class FakeApi:
    """Takes every record, unless told to answer otherwise.

    Attributes:
        reply: Gives the answer to a body.
        sent: What kind each request was of, and its body, in the order of arrival.
    """

    reply: Reply = accept
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Note a request and answer it."""
        body = json.loads(request.content)
        kind = {"/api/v1/profile/save/": "profile", "/api/v1/profile/transaction-event/save/": "event"}[
            request.url.path
        ]
        self.sent.append((kind, body))
        return self.reply(body)

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Give the bodies of one kind."""
        return [body for sent, body in self.sent if sent == kind]


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the waits of event loops take no time, those between the tries of a request above all.

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
    """Serve over real connections, and note what comes."""
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
    """Send over each of the transports that an import takes by itself."""
    is_fast: bool = request.param
    monkeypatch.setattr("adapty._engine.senders.fast_is_installed", lambda: is_fast)


@pytest.fixture
def api() -> FakeApi:
    """Give the API that the client of the test talks to."""
    return FakeApi()


@pytest.fixture
def adapty(api: FakeApi) -> Iterator[Adapty]:
    """Give a client of that API."""
    with Adapty(mail_secret_key="secret_live_shown", transport=httpx.MockTransport(api.handle)) as client:
        yield client


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the rejects files, which go to the current folder, out of the project."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the examples of a property a folder, each one using it anew."""
    return tmp_path_factory.mktemp("scratch")
