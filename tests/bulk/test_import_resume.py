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


def test_it_goes_on_where_it_was(adapty: Adapty, api: FakeApi) -> None:
    """What was accepted is not sent again, and the report is of all runs together."""
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
    """The records have the same numbers in each run: none is sent twice, and none is skipped."""
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
def test_a_broken_file_is_not_gone_on_with(
    adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """It is said to fetch it again and to start over: the whole file is another one, which no run goes on with."""
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


def test_a_stage_that_is_done_is_not_begun_again(adapty: Adapty, api: FakeApi) -> None:
    """Of two files, the first one is left alone when the second one broke off; its rejects are in place."""
    profiles(20, 7)
    events()
    break_off(lambda: import_all(adapty, profiles="profiles.jsonl", events="events.jsonl", concurrency=1), api, 19 + 12)
    assert Path("profiles.rejects.jsonl").exists()

    report = import_all(adapty, profiles="profiles.jsonl", events="events.jsonl", concurrency=1)

    assert [kind for kind, _ in api.sent] == ["event"] * 18
    assert (report.profiles_accepted, report.profiles_rejected, report.events_accepted) == (19, 1, 30)
    assert (sum(report.flows.values()), report.events_without_profile) == (19, 3)


def test_the_order_by_time_is_kept_when_it_goes_on(adapty: Adapty, api: FakeApi) -> None:
    """A sorted import goes on in the same order."""
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


def test_what_comes_from_a_packed_file_goes_on_too(adapty: Adapty, api: FakeApi) -> None:
    """A .gz file is read again to where it was."""
    Path("profiles.jsonl.gz").write_bytes(gzip.compress(profiles().read_bytes()))
    break_off(lambda: import_profiles(adapty, "profiles.jsonl.gz", concurrency=1), api, 10)

    assert import_profiles(adapty, "profiles.jsonl.gz").accepted == 30
    assert len(api.sent) == 20


@pytest.mark.parametrize("checkpoint", [True, False])
@pytest.mark.parametrize("changed", ["profiles.jsonl", "events.jsonl"])
def test_a_file_that_changes_meanwhile_is_noticed(
    adapty: Adapty, api: FakeApi, changed: str, *, checkpoint: bool
) -> None:
    """Records of two versions are not mixed in silence: the import ends, and does not count as done."""
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
def test_a_changed_file_is_refused(adapty: Adapty, api: FakeApi, changed: Callable[[], object], named: str) -> None:
    """Nothing is sent, and the message names the file and says what to do."""
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
def test_another_plan_is_refused(adapty: Adapty, api: FakeApi, options: dict[str, Any], named: str) -> None:
    """What decides which records are sent, and in which order, must be as it was."""
    profiles()
    events()
    given: dict[str, Any] = {"profiles": "profiles.jsonl", "events": "events.jsonl", "concurrency": 1}
    break_off(lambda: import_all(adapty, **given), api, 10)

    with pytest.raises(AdaptyUsageError, match=named):
        import_all(adapty, **{**given, **options})

    assert api.sent == []
    assert import_all(adapty, **{**given, "concurrency": 4, "rate_limit": 1000.0}).accepted == 60


def test_another_address_is_refused(adapty: Adapty, api: FakeApi) -> None:
    """What one API has accepted, another one has not."""
    profiles()
    break_off(lambda: import_profiles(adapty, "profiles.jsonl", concurrency=1), api, 10)

    with (
        Adapty(
            mail_secret_key="k", mail_base_url="http://127.0.0.1:9", transport=httpx.MockTransport(api.handle)
        ) as other,
        pytest.raises(AdaptyUsageError, match="address has changed"),
    ):
        import_profiles(other, "profiles.jsonl")


def test_two_imports_do_not_share_a_checkpoint(adapty: Adapty, api: FakeApi) -> None:
    """The second one is refused while the first one is at work, and does no harm to it."""
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


def test_the_checkpoint_may_be_elsewhere(adapty: Adapty, api: FakeApi) -> None:
    """A checkpoint of another name is the one that is used and named."""
    profiles()
    refusing_after(api, 10)
    with pytest.raises(AuthenticationError) as caught:
        import_profiles(adapty, "profiles.jsonl", checkpoint="import.sqlite")

    assert caught.value.__notes__[-1] == "run it again to resume; its progress is in import.sqlite"
    assert Path("import.sqlite").exists()
    assert not Path("profiles.jsonl.checkpoint").exists()


def test_without_a_checkpoint_it_begins_anew(adapty: Adapty, api: FakeApi) -> None:
    """Who wants none gets none, and no note on how to go on; the rejects are put in place."""
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


def test_a_checkpoint_of_a_program_s_records_is_refused(adapty: Adapty) -> None:
    """What cannot be read again cannot be gone on with."""
    with pytest.raises(AdaptyUsageError, match=r"^checkpoint: cannot be used for an iterable"):
        import_profiles(adapty, [], checkpoint="import.checkpoint")


def test_a_dry_run_checks_everything_and_sends_nothing(recorder: RecordingServer) -> None:
    """Neither a connection nor a checkpoint is opened; what is wrong is in the rejects file."""
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


def test_a_checkpoint_that_cannot_be_written_ends_the_import(
    adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not saved would be lost by a crash, so the import does not go on; later it does."""
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


def test_a_full_disk_does_not_hide_what_happened_before(
    adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason for the end stays the reason; that it could not be saved is added."""
    profiles()
    disk = _FullDisk(monkeypatch)

    def reply(body: dict[str, Any]) -> httpx.Response:
        disk.is_full = len(api.sent) > 10
        return httpx.Response(401) if disk.is_full else accept(body)

    api.reply = reply
    with pytest.raises(AuthenticationError) as caught:
        import_profiles(adapty, "profiles.jsonl", concurrency=1)

    assert "progress could not be saved: the checkpoint cannot be written: disk full" in caught.value.__notes__


def test_a_record_that_is_noted_half_is_not_saved(
    adapty: Adapty, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal handler may raise anywhere: each refused record is in the rejects file once all the same."""
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


def test_an_end_after_the_last_record_costs_nothing(adapty: Adapty, api: FakeApi) -> None:
    """What `on_progress` raises at the end of a stage is raised, and the stage is done for all that."""
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


def test_columns_that_were_mapped_go_on(adapty: Adapty, api: FakeApi) -> None:
    """A mapping in another order of writing is the same."""
    with Path("base.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("uid", "since", "email"))
        rows.writerows((f"user_{number}", PROFILE["external_created_at"], "j@example.com") for number in range(20))
    mapping = {"external_profile_id": "uid", "external_created_at": "since"}
    break_off(lambda: import_profiles(adapty, "base.csv", mapping=mapping, concurrency=1), api, 10)

    report = import_profiles(adapty, "base.csv", mapping=dict(reversed(mapping.items())))

    assert (report.accepted, len(api.sent)) == (20, 10)


def test_cancelling_saves_and_gives_up(api: FakeApi) -> None:
    """An async import that is cancelled goes on where it was; what was under way is sent again."""
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
