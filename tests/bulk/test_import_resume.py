"""Imports that break off and go on: where they go on, what they refuse to go on with, and what they leave behind."""

from __future__ import annotations

import asyncio
import csv
import gzip
import json
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AdaptyUsageError, AsyncAdapty, AuthenticationError, CheckpointInUseError
from adapty.bulk import Progress, async_import_all, import_all, import_events, import_profiles
from adapty.bulk._inputs import files
from adapty.bulk._state.checkpoint import Checkpoint
from adapty.bulk._state.completed import CompletedSet
from tests.bulk.conftest import FakeApi, accept
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bulk.recording_server import RecordingServer

pytestmark = pytest.mark.usefixtures("hurry", "no_loose_ends")


def write(name: str, records: list[dict[str, Any]]) -> Path:
    """Write a JSON Lines file."""
    path = Path(name)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def profiles(count: int = 30, *wrong: int) -> Path:
    """Write a file of profiles, some of them wrong."""
    return write(
        "profiles.jsonl",
        [
            {
                **PROFILE,
                "external_profile_id": f"user_{number}",
                "email": "jane" if number in wrong else "j@example.com",
            }
            for number in range(count)
        ],
    )


def events(count: int = 30) -> Path:
    """Write a file of events, the later ones first, three of each profile."""
    return write(
        "events.jsonl",
        [
            {
                **EVENT,
                "external_profile_id": f"user_{number % 10}",
                "event_id": str(number),
                "event_datetime": f"2026-06-01T00:00:{59 - number}Z",
            }
            for number in range(count)
        ],
    )


def refusing_after(api: FakeApi, count: int) -> None:
    """Take so many requests, then no key any more."""
    api.reply = lambda body: accept(body) if len(api.sent) <= count else httpx.Response(401)


def folder() -> list[str]:
    """Name what is in the current folder."""
    return sorted(path.name for path in Path().iterdir())


def break_off(call: Callable[[], object], api: FakeApi, count: int) -> None:
    """Have an import break off after so many requests, and take all from then on."""
    refusing_after(api, count)
    with pytest.raises(AuthenticationError):
        call()
    api.reply = accept
    api.sent.clear()


def test_interrupted_run_is_resumed(adapty: Adapty, api: FakeApi) -> None:
    """Accepted records are not sent again, and the report covers all runs."""
    profiles(30, 3, 20)
    break_off(lambda: import_all(adapty, profiles="profiles.jsonl", concurrency=1), api, 10)
    break_off(lambda: import_all(adapty, profiles="profiles.jsonl", concurrency=1), api, 10)

    report = import_all(adapty, profiles="profiles.jsonl", concurrency=1)

    assert len(api.sent) == 8
    assert (report.profiles_accepted, report.profiles_rejected, report.resumed) == (28, 2, True)
    assert report.reasons == {"email": 2}
    assert len(Path("profiles.rejects.jsonl").read_text().splitlines()) == 2
    assert folder() == ["profiles.jsonl", "profiles.rejects.jsonl"]


@pytest.mark.parametrize("count", [1, 4, 9])
def test_resumed_run_counts_rejected_rows(adapty: Adapty, api: FakeApi, count: int) -> None:
    """Records have the same numbers in each run: none is sent twice, and none is skipped."""
    rows = [f"user_{number},2026-06-01T10:30:00Z,j@example.com" for number in range(12)]
    rows[5] = "user_5,2026-06-01T10:30:00Z"
    Path("base.csv").write_text("\n".join(("external_profile_id,external_created_at,email", *rows)))
    sent = []
    for left in (count, 12):
        refusing_after(api, left)
        with suppress(AuthenticationError):
            report = import_profiles(adapty, "base.csv", concurrency=1)
        sent += [body["external_profile_id"] for body in api.bodies("profile")][:left]
        api.sent.clear()

    assert sent == [f"user_{number}" for number in range(12) if number != 5]
    assert (report.profiles_accepted, report.profiles_rejected, report.resumed) == (11, 1, True)
    (refused,) = csv.DictReader(report.rejects_files[0].read_text().splitlines())
    assert (refused["_line"], refused["_raw"]) == ("7", rows[5])


def test_unclosed_quote_rejects_the_file(adapty: Adapty, api: FakeApi) -> None:
    """The error names the lines. Nothing is sent, and no file is left behind."""
    rows = [f"user_{number},2026-06-01T10:30:00Z,j@example.com" for number in range(12)]
    rows[5] = 'user_5,2026-06-01T10:30:00Z,"j@example.com'
    Path("base.csv").write_text("\n".join(("external_profile_id,external_created_at,email", *rows)))

    with pytest.raises(AdaptyUsageError, match=r"^base\.csv: the record of lines 7 to 13 "):
        import_profiles(adapty, "base.csv", concurrency=1)

    assert (api.sent, folder()) == ([], ["base.csv"])


@pytest.mark.parametrize("broken", ["cut short", "damaged", "a line without end"])
def test_damaged_file_is_not_resumed(
    adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """The note advises to fetch it again and start over, because the complete file has other content."""
    monkeypatch.setattr(files, "_MAX_LINE", 100_000)
    content = profiles(2_000).read_bytes() + b"x" * (200_000 if broken == "a line without end" else 1) + b"\n"
    whole = gzip.compress(content)
    damaged = whole[:-8] + b"12345678"
    path = Path("base.jsonl.gz")
    path.write_bytes({"cut short": whole[:-20], "damaged": damaged}.get(broken, whole))

    with pytest.raises(AdaptyUsageError) as caught:
        import_profiles(adapty, path)

    assert caught.value.__notes__[-1] == (
        "correct the file or fetch it again, then remove base.jsonl.gz.checkpoint and start over"
    )
    path.write_bytes(gzip.compress(profiles(2_000).read_bytes()))
    with pytest.raises(AdaptyUsageError, match=r"base\.jsonl\.gz has changed since the run started"):
        import_profiles(adapty, path)
    Path("base.jsonl.gz.checkpoint").unlink()
    assert import_profiles(adapty, path).profiles_accepted == 2_000


def test_completed_stage_is_not_repeated(adapty: Adapty, api: FakeApi) -> None:
    """If the events were interrupted, the profiles are not sent again."""
    profiles(20, 7)
    events()
    break_off(lambda: import_all(adapty, profiles="profiles.jsonl", events="events.jsonl", concurrency=1), api, 19 + 12)
    assert Path("profiles.rejects.jsonl").exists()

    report = import_all(adapty, profiles="profiles.jsonl", events="events.jsonl", concurrency=1)

    assert [kind for kind, _ in api.sent] == ["event"] * 18
    assert (report.profiles_accepted, report.profiles_rejected, report.events_accepted) == (19, 1, 30)
    assert (sum(report.flows.values()), report.events_without_profile) == (19, 3)


def test_resumed_run_keeps_the_sorted_order(adapty: Adapty, api: FakeApi) -> None:
    """A sorted import continues in the same order."""
    events()
    sent = []
    for count in (11, 40):
        refusing_after(api, count)
        try:
            report = import_events(adapty, "events.jsonl", sort=True, concurrency=1)
        except AuthenticationError:
            api.sent.pop()
        sent += [body["event_id"] for body in api.bodies("event")]
        api.sent.clear()

    assert sent == [str(number) for number in range(29, -1, -1)]
    assert report.events_accepted == 30


def test_gzipped_file_is_resumed(adapty: Adapty, api: FakeApi) -> None:
    """The file is read again up to the position."""
    Path("profiles.jsonl.gz").write_bytes(gzip.compress(profiles().read_bytes()))
    break_off(lambda: import_profiles(adapty, "profiles.jsonl.gz", concurrency=1), api, 10)

    assert import_profiles(adapty, "profiles.jsonl.gz").accepted == 30
    assert len(api.sent) == 20


@pytest.mark.parametrize("checkpoint", [True, False])
@pytest.mark.parametrize("changed", ["profiles.jsonl", "events.jsonl"])
def test_file_that_changes_during_the_run_is_rejected(
    adapty: Adapty, api: FakeApi, changed: str, *, checkpoint: bool
) -> None:
    """Records of two versions are not mixed: the import aborts and is not complete."""
    profiles(2000)
    events()
    options: dict[str, Any] = {} if checkpoint else {"checkpoint": None}

    def reply(_: dict[str, Any]) -> httpx.Response:
        if len(api.sent) == 100:
            path = Path(changed)
            path.write_bytes(path.read_bytes().replace(b"2026", b"2025"))
            os.utime(path, ns=(1, 1))  # where the clock of the disk is a slow one
        return accept(_)

    api.reply = reply
    with pytest.raises(
        AdaptyUsageError, match=f"^{changed}: has changed during the run; expected the same file"
    ) as caught:
        import_all(adapty, profiles="profiles.jsonl", events="events.jsonl", **options)

    assert caught.value.__notes__[0].startswith(f"stopped in {changed}: ")
    assert Path("profiles.jsonl.checkpoint").exists() is checkpoint
    if checkpoint:
        with pytest.raises(
            AdaptyUsageError, match=f"^{changed} has changed since the run started; restore the original file"
        ):
            import_all(adapty, profiles="profiles.jsonl", events="events.jsonl")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (lambda: profiles(31), "profiles.jsonl has changed"),
        (lambda: write("events.jsonl", [EVENT]), "events.jsonl has changed"),
    ],
)
def test_changed_file_is_rejected(adapty: Adapty, api: FakeApi, changed: Callable[[], object], named: str) -> None:
    """Nothing is sent, and the error names the file and the remedy."""
    profiles()
    events()
    break_off(lambda: import_all(adapty, profiles="profiles.jsonl", events="events.jsonl", concurrency=1), api, 10)
    changed()

    with pytest.raises(AdaptyUsageError, match=named) as caught:
        import_all(adapty, profiles="profiles.jsonl", events="events.jsonl")

    assert "remove profiles.jsonl.checkpoint to start over" in str(caught.value)
    assert api.sent == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"mapping": {"first_name": "last_name"}}, "mapping has changed"),
        ({"ignore": ["city", "a"]}, "ignore has changed from nothing to 'a, city'"),
        ({"sort": True}, "sort has changed"),
        ({"events": None}, "events has changed"),
    ],
)
def test_changed_options_are_rejected(adapty: Adapty, api: FakeApi, options: dict[str, Any], named: str) -> None:
    """Options that decide which records are sent in which order must not change."""
    profiles()
    events()
    given: dict[str, Any] = {"profiles": "profiles.jsonl", "events": "events.jsonl", "concurrency": 1}
    break_off(lambda: import_all(adapty, **given), api, 10)

    with pytest.raises(AdaptyUsageError, match=named):
        import_all(adapty, **{**given, **options})

    assert api.sent == []
    assert import_all(adapty, **{**given, "concurrency": 4, "rate_limit": 1000.0}).accepted == 60


def test_changed_address_is_rejected(adapty: Adapty, api: FakeApi) -> None:
    """Records that one API accepted are unknown to another one."""
    profiles()
    break_off(lambda: import_profiles(adapty, "profiles.jsonl", concurrency=1), api, 10)

    with (
        Adapty(
            mail_secret_key="k", mail_base_url="http://127.0.0.1:9", transport=httpx.MockTransport(api.handle)
        ) as other,
        pytest.raises(AdaptyUsageError, match="address has changed"),
    ):
        import_profiles(other, "profiles.jsonl")


def test_checkpoint_in_use_rejects_the_second_import(adapty: Adapty, api: FakeApi) -> None:
    """The first import is not affected."""
    profiles()
    refused: list[str] = []

    def reply(body: dict[str, Any]) -> httpx.Response:
        if len(api.sent) == 10:
            api.sent.append(("", {}))
            with pytest.raises(CheckpointInUseError) as caught:
                import_profiles(adapty, "profiles.jsonl", concurrency=1)
            refused.append(str(caught.value))
        return accept(body)

    api.reply = reply
    report = import_profiles(adapty, "profiles.jsonl", concurrency=1)

    assert refused == ["profiles.jsonl.checkpoint: is in use by another run; wait until that run ends"]
    assert (report.accepted, folder()) == (30, ["profiles.jsonl"])


def test_checkpoint_option_is_used(adapty: Adapty, api: FakeApi) -> None:
    """The file has the name of the option, also in the note."""
    profiles()
    refusing_after(api, 10)
    with pytest.raises(AuthenticationError) as caught:
        import_profiles(adapty, "profiles.jsonl", checkpoint="import.sqlite")

    assert caught.value.__notes__[-1] == "run it again to resume; its progress is in import.sqlite"
    assert Path("import.sqlite").exists()
    assert not Path("profiles.jsonl.checkpoint").exists()


def test_without_checkpoint_the_run_starts_over(adapty: Adapty, api: FakeApi) -> None:
    """Nothing is resumed, and no checkpoint is left."""
    profiles(30, 0)
    refusing_after(api, 10)
    with pytest.raises(AuthenticationError) as caught:
        import_profiles(adapty, "profiles.jsonl", checkpoint=None, concurrency=1)
    api.reply = accept
    api.sent.clear()

    assert caught.value.__notes__ == [
        "stopped in profiles.jsonl: 10 accepted, 1 rejected so far",
        "rejected records: profiles.rejects.jsonl",
    ]
    assert folder() == ["profiles.jsonl", "profiles.rejects.jsonl"]
    report = import_profiles(adapty, "profiles.jsonl", checkpoint=None)
    assert (len(api.sent), report.accepted, report.resumed) == (29, 29, False)


def test_checkpoint_for_an_iterable_is_rejected(adapty: Adapty) -> None:
    """An iterable cannot be read again."""
    with pytest.raises(AdaptyUsageError, match=r"^checkpoint: cannot be used for an iterable"):
        import_profiles(adapty, [], checkpoint="import.checkpoint")


def test_dry_run_validates_and_sends_nothing(recorder: RecordingServer) -> None:
    """No connection or checkpoint is opened; invalid records are in the rejects file."""
    profiles(30, 3, 4)
    events()
    told: list[Progress] = []
    with Adapty(mail_secret_key="k", mail_base_url=recorder.url) as adapty:
        report = import_all(
            adapty, profiles="profiles.jsonl", events="events.jsonl", dry_run=True, on_progress=told.append
        )

    assert (report.dry_run, report.profiles_accepted, report.profiles_rejected) == (True, 28, 2)
    assert (report.events_accepted, sum(report.flows.values())) == (30, 28)
    assert recorder.connections == 0
    assert folder() == ["events.jsonl", "profiles.dry-run.rejects.jsonl", "profiles.jsonl"]
    assert {progress.stage: progress.fraction for progress in told} == {"profiles": 1.0, "events": 1.0}


class _FullDisk:
    """A disk that takes no more from some moment on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        save = Checkpoint.save

        def saved(checkpoint: Checkpoint, *what: Any) -> None:
            if self.is_full:
                raise AdaptyUsageError("the checkpoint cannot be written: disk full")
            save(checkpoint, *what)

        monkeypatch.setattr(Checkpoint, "save", saved)


def test_checkpoint_that_cannot_be_written_aborts_the_import(
    adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run can be resumed later."""
    profiles()
    disk = _FullDisk(monkeypatch)

    def reply(body: dict[str, Any]) -> httpx.Response:
        disk.is_full = len(api.sent) > 10
        return accept(body)

    api.reply = reply
    with pytest.raises(AdaptyUsageError, match="disk full") as caught:
        import_profiles(adapty, "profiles.jsonl", concurrency=1)
    disk.is_full = False
    api.reply = accept

    assert "run it again" in caught.value.__notes__[-1]
    assert import_profiles(adapty, "profiles.jsonl").accepted == 30


def test_failed_save_does_not_hide_the_first_error(
    adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failed save is a note of the error."""
    profiles()
    disk = _FullDisk(monkeypatch)

    def reply(body: dict[str, Any]) -> httpx.Response:
        disk.is_full = len(api.sent) > 10
        return httpx.Response(401) if disk.is_full else accept(body)

    api.reply = reply
    with pytest.raises(AuthenticationError) as caught:
        import_profiles(adapty, "profiles.jsonl", concurrency=1)

    assert "progress could not be saved: the checkpoint cannot be written: disk full" in caught.value.__notes__


def test_interrupted_record_is_not_saved_partially(
    adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal handler can raise anywhere; each rejected record is written once."""
    profiles(30, *range(0, 30, 3))
    add = CompletedSet.add
    calls = Counter[str]()

    def interrupted(handled: CompletedSet, number: int) -> None:
        calls["add"] += 1
        if calls["add"] in {4, 9, 25}:
            raise KeyboardInterrupt
        add(handled, number)

    monkeypatch.setattr(CompletedSet, "add", interrupted)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            import_profiles(adapty, "profiles.jsonl", concurrency=1)
    report = import_profiles(adapty, "profiles.jsonl")

    lines = Path("profiles.rejects.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["_line"] for line in lines) == [*range(1, 31, 3)]
    assert (report.profiles_accepted, report.profiles_rejected) == (20, 10)


def test_exception_after_the_last_record_completes_the_stage(adapty: Adapty, api: FakeApi) -> None:
    """An exception of `on_progress` at the end of a stage is raised, and the stage is complete."""
    profiles(30, 3)
    events()

    def interrupt(progress: Progress) -> None:
        if progress.accepted + progress.rejected == 30:
            raise KeyboardInterrupt

    report = None
    for _ in range(6):  # two, unless the machine is so slow that progress is told before the very end too
        with suppress(KeyboardInterrupt):
            report = import_all(adapty, profiles="profiles.jsonl", events="events.jsonl", on_progress=interrupt)
            break

    assert report is not None
    assert (len(api.sent), report.profiles_rejected, report.events_accepted) == (59, 1, 30)
    assert folder() == ["events.jsonl", "profiles.jsonl", "profiles.rejects.jsonl"]


def test_reordered_mapping_is_resumed(adapty: Adapty, api: FakeApi) -> None:
    """The order of a mapping does not matter."""
    with Path("base.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("uid", "since", "email"))
        rows.writerows((f"user_{number}", PROFILE["external_created_at"], "j@example.com") for number in range(20))
    mapping = {"external_profile_id": "uid", "external_created_at": "since"}
    break_off(lambda: import_profiles(adapty, "base.csv", mapping=mapping, concurrency=1), api, 10)

    report = import_profiles(adapty, "base.csv", mapping=dict(reversed(mapping.items())))

    assert (report.accepted, len(api.sent)) == (20, 10)


def test_cancelled_import_is_resumed(api: FakeApi) -> None:
    """Results are saved; requests in flight are sent again."""
    profiles(30, 3)

    stuck = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        response = api.handle(request)
        if len(api.sent) == 12:
            stuck.set()
        await asyncio.sleep(1000 if len(api.sent) > 10 else 0.001)
        return response

    async def job() -> None:
        async with AsyncAdapty(mail_secret_key="k", transport=httpx.MockTransport(answer)) as adapty:
            importing = asyncio.create_task(async_import_all(adapty, profiles="profiles.jsonl", concurrency=2))
            await stuck.wait()
            importing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await importing

    asyncio.run(job())
    api.sent.clear()
    with Adapty(mail_secret_key="k", transport=httpx.MockTransport(api.handle)) as adapty:
        report = import_all(adapty, profiles="profiles.jsonl")

    assert (report.profiles_accepted, report.profiles_rejected, report.resumed) == (29, 1, True)
    assert len(api.sent) == 19
