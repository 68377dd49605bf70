"""Resuming an interrupted `erase` of a file: no user is skipped, and the report is complete."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AdaptyError, AdaptyUsageError, AuthenticationError
from adapty._engine.runner import CancelToken
from adapty.bulk import Progress, async_erase, erase
from adapty.bulk._state.checkpoint import Checkpoint
from tests.bulk.erasing import FakeApis, outcomes, report_rows, users_file
from tests.python_processes import PythonProcess
from tests.raw_server import raw_server

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

JOURNAL = Path("users.txt.checkpoint")
RESUME_NOTE = "run it again to resume; its progress is in users.txt.checkpoint"


@pytest.fixture
def apis() -> FakeApis:
    """Return both APIs."""
    return FakeApis()


@pytest.fixture
def adapty(apis: FakeApis) -> Iterator[Adapty]:
    """Return a client of both APIs."""
    with apis.client() as client:
        yield client


def stop_after(apis: FakeApis, requests: int, api: str = "server-side") -> None:
    """Limit the number of requests that an API accepts."""
    apis.reply = lambda asked, _: httpx.Response(
        401 if asked == api and apis.asked_about(api).total() > requests else 204
    )


def accept_all(apis: FakeApis) -> None:
    """Accept all requests."""
    apis.reply = lambda *_: httpx.Response(204)


def interrupt_erase(adapty: Adapty, apis: FakeApis, requests: int, **options: Any) -> None:
    """Erase the users of the file until the API aborts it after some requests."""
    stop_after(apis, requests)
    with pytest.raises(AuthenticationError):
        erase(adapty, "users.txt", concurrency=1, **options)
    accept_all(apis)


@pytest.mark.parametrize("requests", range(1, 5))
def test_run_is_resumed_after_any_request(adapty: Adapty, apis: FakeApis, requests: int) -> None:
    """Erased users are not sent again, and the report counts all of them."""
    ids = ["u1", "é", "u2", "u1", "u3", "u4", "u5", "u2"]
    users_file(*ids)
    interrupt_erase(adapty, apis, requests, api="server-side")
    assert len([row for row in report_rows() if row["outcome"] == "deleted"]) == requests
    apis.asked.clear()

    done = erase(adapty, "users.txt", api="server-side", concurrency=1)

    assert apis.asked_about("server-side").total() == 5 - requests
    assert (done.deleted, done.failed, done.repeated, done.resumed) == (5, 1, 2, True)
    expected = {("server-side", id_): "deleted" for id_ in ("u1", "u2", "u3", "u4", "u5")}
    assert outcomes() == {**expected, ("server-side", "é"): "failed"}
    assert not JOURNAL.exists()


def test_only_the_incomplete_api_is_resumed(adapty: Adapty, apis: FakeApis) -> None:
    """A complete API is not called again."""
    users_file("u1", "u2", "u3")
    stop_after(apis, 1, "mail")
    with pytest.raises(AuthenticationError) as caught:
        erase(adapty, "users.txt", concurrency=1)
    assert caught.value.__notes__ == [
        "server-side: 3 deleted, 0 not found, 0 failed",
        "mail: 1 deleted, 0 not found, 0 failed so far",
        "report: users.erased.csv",
        RESUME_NOTE,
    ]
    accept_all(apis)
    apis.asked.clear()

    done = erase(adapty, "users.txt", concurrency=1)

    assert (done.deleted, done.resumed) == (6, True)
    assert sorted(apis.asked) == [("mail", "external_profile_id", "u2"), ("mail", "external_profile_id", "u3")]
    assert len(outcomes()) == 6


def test_run_can_be_interrupted_repeatedly(adapty: Adapty, apis: FakeApis) -> None:
    """Each user is sent once to each API, except for rejected requests."""
    ids = [f"u{number}" for number in range(30)]
    users_file(*ids)
    apis.reply = lambda *_: httpx.Response(204 if len(apis.asked) % 7 else 401)
    done = None
    for _ in range(20):
        with suppress(AuthenticationError):
            done = erase(adapty, "users.txt", concurrency=3)
            break

    assert done is not None
    assert (done.deleted, done.failed) == (60, 0)
    assert outcomes() == {(api, id_): "deleted" for api in ("server-side", "mail") for id_ in ids}


def test_progress_of_a_resumed_run_includes_earlier_results(adapty: Adapty, apis: FakeApis) -> None:
    """Earlier results count for the numbers, but not for the remaining time."""
    users_file("u1", "u2", "u3", "u4")
    interrupt_erase(adapty, apis, 2, api="server-side")
    reports: list[Progress] = []

    erase(adapty, "users.txt", api="server-side", on_progress=reports.append)

    assert (reports[-1].accepted, reports[-1].fraction) == (4, 1.0)


def test_without_checkpoint_the_run_starts_over(adapty: Adapty, apis: FakeApis) -> None:
    """Nothing is resumed, and no checkpoint is left."""
    users_file("u1", "u2")
    interrupt_erase(adapty, apis, 1, api="server-side", checkpoint=None)
    assert sorted(Path().iterdir()) == [Path("users.erased.csv"), Path("users.txt")]

    done = erase(adapty, "users.txt", api="server-side", checkpoint=None, concurrency=1)

    assert (done.deleted, done.resumed) == (2, False)
    assert [row["id"] for row in report_rows()] == ["u1", "u1", "u2"]


def test_run_without_results_leaves_no_files(adapty: Adapty, apis: FakeApis) -> None:
    """There is no checkpoint and no report."""
    users_file("u1")
    interrupt_erase(adapty, apis, 0, api="server-side")

    assert list(Path().iterdir()) == [Path("users.txt")]


def test_changed_settings_are_rejected(adapty: Adapty, apis: FakeApis) -> None:
    """Another content, kind, report or address is an error with a remedy, and nothing is sent."""
    users_file("u1", "u2")
    interrupt_erase(adapty, apis, 1)
    apis.asked.clear()
    with apis.client(mail_base_url="https://elsewhere.example.com") as elsewhere:
        changes: list[tuple[Adapty, dict[str, Any], str]] = [
            (adapty, {"by": "email"}, "by has changed from 'customer_user_id' to 'email' since the run started"),
            (adapty, {"by": "customer_user_id"}, "origin of by has changed from 'the input' to 'the caller' since"),
            (adapty, {"report": "other.csv"}, "report has changed"),
            (adapty, {"api": "mail"}, "address of server-side has changed from "),
            (elsewhere, {}, "address of mail has changed from "),
        ]
        for client, changed, problem in changes:
            with pytest.raises(AdaptyUsageError) as caught:
                erase(client, "users.txt", **changed)
            assert problem in str(caught.value)
            assert str(caught.value).endswith("or remove users.txt.checkpoint to start over")
    users_file("u1", "u2", "u3")
    with pytest.raises(
        AdaptyUsageError, match=r"^users\.txt has changed since the run started; restore the original file, or"
    ):
        erase(adapty, "users.txt")
    assert apis.asked == []
    assert not Path("other.csv").exists()

    users_file("u1", "u2")
    assert erase(adapty, "users.txt").resumed


@pytest.mark.parametrize("change", ["removed", "cut"])
def test_missing_report_rows_are_rejected(adapty: Adapty, apis: FakeApis, change: str) -> None:
    """The run is not resumed if earlier rows of the report are missing."""
    users_file("u1", "u2")
    interrupt_erase(adapty, apis, 1)
    report = Path("users.erased.csv")
    held = report.read_bytes()
    if change == "removed":
        report.unlink()
    else:
        report.write_bytes(held.splitlines(keepends=True)[0])
    before = sorted(Path().iterdir())
    apis.asked.clear()

    problem = "is missing;" if change == "removed" else "is shorter than before;"
    error_text = rf"^users\.erased\.csv: {problem} restore it, because it has the results of the run so far"
    with pytest.raises(AdaptyUsageError, match=error_text):
        erase(adapty, "users.txt")

    assert apis.asked == []
    assert sorted(Path().iterdir()) == before
    report.write_bytes(held)
    assert erase(adapty, "users.txt").deleted == 4


def test_completed_run_is_reported_by_the_next_one(
    adapty: Adapty, apis: FakeApis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If only the checkpoint is left, the next run reports the results and sends nothing."""
    users_file("u1", "é", "u1")

    def ends(_: Checkpoint) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "finish", ends)
        with pytest.raises(SystemExit):
            erase(adapty, "users.txt")
    apis.asked.clear()

    done = erase(adapty, "users.txt")

    assert (done.deleted, done.failed, done.repeated, done.resumed) == (3, 1, 1, True)
    assert apis.asked == []
    assert not JOURNAL.exists()


def test_second_run_of_the_same_file_is_rejected(adapty: Adapty, apis: FakeApis) -> None:
    """The first run continues."""
    users_file("u1")
    refused: list[AdaptyError] = []

    def erase_beside(*_: str) -> httpx.Response:
        with apis.client() as other, pytest.raises(AdaptyUsageError, match="in use") as caught:
            erase(other, "users.txt")
        refused.append(caught.value)
        return httpx.Response(204)

    apis.reply = erase_beside

    assert erase(adapty, "users.txt", api="mail").deleted == 1
    assert len(refused) == 1


def test_ctrl_c_between_the_apis_is_resumed(adapty: Adapty, apis: FakeApis, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second API is not called; the next run starts with it."""
    users_file("u1", "u2")
    token = CancelToken()
    monkeypatch.setattr("adapty.bulk.erasing.CancelToken", lambda: token)

    def press(*_: str) -> httpx.Response:
        if len(apis.asked) == 2:
            token.request()
        return httpx.Response(204)

    apis.reply = press

    with pytest.raises(KeyboardInterrupt) as caught:
        erase(adapty, "users.txt", concurrency=1)

    assert caught.value.__notes__ == [
        "server-side: 2 deleted, 0 not found, 0 failed",
        "mail: not begun",
        "report: users.erased.csv",
        RESUME_NOTE,
    ]
    accept_all(apis)
    monkeypatch.setattr("adapty.bulk.erasing.CancelToken", CancelToken)
    assert erase(adapty, "users.txt").deleted == 4
    assert apis.asked_about("server-side").total() == apis.asked_about("mail").total() == 2


@pytest.mark.anyio
async def test_cancelled_task_is_resumed(apis: FakeApis) -> None:
    """Results before the cancellation are saved and in the report."""
    users_file("u1", "u2", "u3")
    held = asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        if len(apis.asked) == 1:
            held.set()
            await asyncio.sleep(60)
        return apis.handle(request)

    async with apis.async_client() as adapty:
        adapty._transport._transport._send = httpx.MockTransport(handle).handle_async_request  # type: ignore[attr-defined]
        task = asyncio.create_task(async_erase(adapty, "users.txt", api="mail", concurrency=1))
        await asyncio.wait_for(held.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task

    assert caught.value.__notes__ == [
        "mail: 1 deleted, 0 not found, 0 failed so far",
        "report: users.erased.csv",
        RESUME_NOTE,
    ]
    async with apis.async_client() as adapty:
        done = await async_erase(adapty, "users.txt", api="mail")
    assert (done.deleted, done.resumed) == (3, True)
    assert len(apis.asked) == 3


@pytest.mark.skipif(os.name != "posix", reason="it is killed by a signal of POSIX")
def test_killed_process_is_resumed() -> None:
    """After several kills every user was sent and has a row."""
    ids = [f"user_{number}" for number in range(200)]
    users_file(*ids, "é", *ids[:50])
    kill_at, enough = [0], threading.Event()
    with raw_server() as server:

        def reply(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n")
            if len(server.requests) >= kill_at[0]:
                enough.set()

        server.replies = [reply]
        for kill_at[0] in (50, 150, 290):
            enough.clear()
            with erasing(server.url) as process:
                assert enough.wait(20)
                process.kill()
        with erasing(server.url) as process:
            out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (0, "")
    done = json.loads(out)
    assert (done["deleted"], done["failed"], done["repeated"], done["resumed"]) == (401, 1, 50, True)
    rows = report_rows()
    for api in ("server-side", "mail"):
        assert {row["id"] for row in rows if row["api"] == api and row["outcome"] == "deleted"} >= set(ids)
    assert 402 <= len(rows) < 50 + 100 + 140 + 402  # a kill costs what was done since it was saved last, no more
    assert not JOURNAL.exists()


def erasing(url: str) -> PythonProcess:
    """Start an erasure in a separate process."""
    arguments = ("-W", "error", "-m", "tests.bulk.eraser", url, '{"concurrency": 4}')
    return PythonProcess(*arguments, stdout=PIPE, stderr=PIPE)
