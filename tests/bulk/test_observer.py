"""Observers of bulk jobs: records by outcome, the rate limit, the end of a stage, and its log record."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AdaptyError, AuthenticationError
from adapty.bulk import erase, import_profiles
from adapty.observer import AttemptFinished, BulkFinished, BulkProgress, BulkStarted, CallStarted
from tests.bulk.conftest import FakeApi, accept, refuse
from tests.observers import Recorder, Refuser, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.observer import Observer

KEY = "secret_live_1234567890"


def profiles(count: int) -> Iterator[dict[str, Any]]:
    """Return records of users."""
    for number in range(count):
        created_at = "2026-06-01T10:30:00Z"
        yield {"external_profile_id": f"u{number}", "external_created_at": created_at, "email": "jane@example.com"}


def client(api: FakeApi, *observers: Observer) -> Adapty:
    """Return a client of the API with observers."""
    return Adapty(mail_secret_key=KEY, transport=httpx.MockTransport(api.handle), observer=observers)


def answer(body: dict[str, Any]) -> httpx.Response:
    """Reject every fourth record."""
    return refuse("email") if int(body["external_profile_id"][1:]) % 4 == 0 else accept(body)


def test_stage_is_reported(api: FakeApi, tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The numbers by outcome add up to the report; each request is a call; nothing personal is in an event or log."""
    caplog.set_level(logging.INFO, "adapty.bulk")
    recorder = Recorder()
    api.reply = answer
    with client(api, Refuser(), recorder) as adapty:
        report = import_profiles(adapty, profiles(40), rate_limit=1000, concurrency=4, rejects_dir=tmp_path)

    assert (report.accepted, report.rejected) == (30, 10)
    (started,) = recorder.of(BulkStarted)
    assert (started.stage, started.api) == ("profiles", "mail")
    (finished,) = recorder.of(BulkFinished)
    progress = recorder.of(BulkProgress)
    assert {finished.run, *(event.run for event in progress)} == {started}
    assert finished.records == {"accepted": 30, "rejected": 10}
    assert sum((Counter(event.records) for event in progress), Counter()) == finished.records
    assert {event.rate_limit for event in progress} == {1000}
    assert (finished.error_type, finished.retried) == (None, 0)
    assert [event.source for event in recorder.of(CallStarted)] == ["bulk"] * 40
    assert Counter(event.error_type for event in recorder.of(AttemptFinished)) == {None: 30, "BadRequestError": 10}
    assert unfinished(recorder) == []
    (record,) = [record for record in caplog.records if record.name == "adapty.bulk"]
    assert record.getMessage().startswith("profiles: completed after ")
    assert record.getMessage().endswith(": 30 accepted, 10 rejected")
    assert vars(record)["adapty_records"] == {"accepted": 30, "rejected": 10}
    assert "jane@" not in repr(recorder.events) + repr(vars(record)) + caplog.text


def test_aborted_and_resumed_stage(api: FakeApi, tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    """An aborted stage names the class of the error; one that resumes it does not count its records again."""
    caplog.set_level(logging.INFO, "adapty.bulk")
    recorder = Recorder()
    users = tmp_path / "users.txt"
    users.write_text("".join(f"u{number}\n" for number in range(8)))
    deleted: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        deleted.append(request)
        return httpx.Response(401 if len(deleted) == 4 else 204)

    options: Any = {"api": "mail", "by": "external_profile_id", "concurrency": 1, "report": tmp_path / "report.csv"}
    with Adapty(mail_secret_key=KEY, transport=httpx.MockTransport(handle), observer=recorder) as adapty:
        with pytest.raises(AuthenticationError):
            erase(adapty, users, **options, checkpoint=tmp_path / "checkpoint")
        erase(adapty, users, **options, checkpoint=tmp_path / "checkpoint")

    assert [(event.records, event.error_type) for event in recorder.of(BulkFinished)] == [
        ({"deleted": 3}, "AuthenticationError"),
        ({"deleted": 5}, None),
    ]
    totals = sum((Counter(event.records) for event in recorder.of(BulkProgress)), Counter())
    assert totals == {"deleted": 8}
    messages = [record.getMessage() for record in caplog.records if record.name == "adapty.bulk"]
    assert messages[0].startswith("mail: aborted by AuthenticationError after ")


def test_dry_run_is_not_reported(api: FakeApi, tmp_path: Any) -> None:
    """A dry run sends nothing, and is not counted."""
    recorder = Recorder()
    with client(api, recorder) as adapty:
        assert import_profiles(adapty, profiles(3), dry_run=True, rejects_dir=tmp_path).accepted == 3
    assert recorder.events == []


def test_interrupted_stage_is_reported(api: FakeApi, tmp_path: Any) -> None:
    """A stage that the caller's code ends names the class of its exception."""
    recorder = Recorder()

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with client(api, recorder) as adapty, pytest.raises(KeyboardInterrupt):
        import_profiles(adapty, slow_profiles(), on_progress=interrupt, rejects_dir=tmp_path)
    (finished,) = recorder.of(BulkFinished)
    assert finished.error_type == "KeyboardInterrupt"
    assert unfinished(recorder) == []


def slow_profiles() -> Iterator[dict[str, Any]]:
    """Return records until the job ends; fail if it does not."""
    yield from profiles(1_000_000)
    raise AdaptyError
