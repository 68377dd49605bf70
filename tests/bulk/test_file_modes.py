"""Modes of the files that bulk jobs create: only their owner can read personal data."""

from __future__ import annotations

import json
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty, AuthenticationError
from adapty.bulk import _stage_runner, erase, import_all
from adapty.bulk._inputs import sorting
from tests.bulk.recording_server import OK, RecordingServer, Reply
from tests.conftest import EVENT
from tests.python_processes import run_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX systems have these modes")

UMASKS = (0, 0o022, 0o777)
WHEN = "2026-06-01T10:30:00Z"
INPUTS = {"profiles.csv", "events.jsonl", "users.txt"}
REFUSED = Reply(400, b'{"errors": [{"message": "no", "error_code": "base_error", "field_name": "email"}]}')
GONE = Reply(204, b"")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Set the umask of the process in a block."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def write_inputs() -> None:
    """Write the inputs; every tenth profile is invalid."""
    rows = [f"user_{number},{WHEN},{'jane' if number % 10 == 0 else 'jane@example.com'}" for number in range(60)]
    Path("profiles.csv").write_text("\n".join(("external_profile_id,external_created_at,email", *rows)))
    events = [{**EVENT, "event_id": str(number), "price_usd": "x" if number == 5 else "1"} for number in range(60)]
    Path("events.jsonl").write_text("\n".join(map(json.dumps, events)))
    Path("users.txt").write_text("\n".join(f"user_{number}" for number in range(60)))


class Watch:
    """Collects the modes of all files in the current folder, and of those without a name that this process has open."""

    def __init__(self) -> None:
        """Start with none."""
        self.folder = Path.cwd()
        self.modes: dict[str, set[int]] = {}

    def look(self) -> None:
        """Look at all files that are there now."""
        for path in self.folder.rglob("*"):
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue  # removed since
            if path.name not in INPUTS and stat.S_ISREG(status.st_mode):
                self.modes.setdefault(path.name, set()).add(stat.S_IMODE(status.st_mode))
        for descriptor in Path("/proc/self/fd").glob("*"):
            with suppress(OSError):
                status = descriptor.stat()
                if stat.S_ISREG(status.st_mode) and not status.st_nlink:
                    self.modes.setdefault("temporary file", set()).add(stat.S_IMODE(status.st_mode))

    def answering(self, reply: Callable[[dict[str, Any]], Reply]) -> Callable[[dict[str, Any]], Reply]:
        """Wrap a function that responds, to look at the files during a run."""

        def look_and_reply(body: dict[str, Any]) -> Reply:
            self.look()
            return reply(body)

        return look_and_reply

    def check(self, *expected: str) -> None:
        """Check that all files were private, and that the expected ones were seen."""
        self.look()
        wrong = {
            name: [f"{mode:o}" for mode in modes]
            for name, modes in self.modes.items()
            # With umask 0777 a file may be seen in the moment before its owner may read it.
            if modes - {0} != {0o600}
        }
        assert wrong == {}
        for ending in expected:
            assert any(name.endswith(ending) for name in self.modes), (ending, self.modes)


@pytest.fixture
def adapty(recorder: RecordingServer) -> Iterator[Adapty]:
    """Return a client of the recording server."""
    with Adapty("k", mail_secret_key="k", base_url=recorder.url, mail_base_url=recorder.url) as client:
        yield client


@pytest.fixture(autouse=True)
def _saving_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save checkpoints often, sort in small runs on disk, and keep temporary files where the test looks."""
    monkeypatch.setattr(_stage_runner, "_REPORT_SECONDS", 0.002)
    monkeypatch.setattr(sorting, "_CACHE_KIB", 4)
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))


@pytest.fixture(params=UMASKS, ids=[f"umask {mask:04o}" for mask in UMASKS])
def mask(request: pytest.FixtureRequest) -> int:
    """Return each umask."""
    value: int = request.param
    write_inputs()
    return value


def import_files(adapty: Adapty, **options: Any) -> Any:
    """Import the inputs, events sorted."""
    return import_all(adapty, profiles="profiles.csv", events="events.jsonl", sort=True, **options)


def test_import_creates_private_files(adapty: Adapty, recorder: RecordingServer, mask: int) -> None:
    """Rejects files, the checkpoint and SQLite's files have mode 0600, during a run and after it."""
    watch = Watch()
    recorder.reply = watch.answering(lambda _: Reply(after=0.005))

    with umask(mask):
        report = import_files(adapty, concurrency=4)
        again = import_files(adapty, concurrency=4)

    assert [len(each.rejects_files) for each in (report, again)] == [2, 2]
    watch.check(
        "temporary file", "profiles.rejects.csv", "profiles.rejects-2.csv", ".part", "profiles.csv.checkpoint", "-wal"
    )


def test_resumed_import_creates_private_files(adapty: Adapty, recorder: RecordingServer, mask: int) -> None:
    """The files of an interrupted run and of the run that resumes it are private."""
    watch = Watch()

    def stop_at_forty(_: dict[str, Any]) -> Reply:
        return Reply(401, b"{}") if len(recorder.arrived) > 40 else OK

    recorder.reply = watch.answering(stop_at_forty)
    with umask(mask):
        with pytest.raises(AuthenticationError):
            import_files(adapty, concurrency=2)
        watch.check("profiles.csv.checkpoint", ".part")
        recorder.reply = watch.answering(lambda _: OK)
        report = import_files(adapty, concurrency=2)

    assert report.resumed
    watch.check("profiles.rejects.csv", "events.rejects.jsonl")


def test_dry_run_creates_private_files(adapty: Adapty, mask: int) -> None:
    """The rejects of dry runs are private, also if a second one replaces them."""
    watch = Watch()

    with umask(mask):
        for _ in range(2):
            import_files(adapty, dry_run=True)
            watch.check("profiles.dry-run.rejects.csv", "events.dry-run.rejects.jsonl")


def test_erase_creates_private_files(adapty: Adapty, recorder: RecordingServer, mask: int) -> None:
    """The report and the checkpoint are private."""
    watch = Watch()
    recorder.reply = watch.answering(lambda _: GONE)

    with umask(mask):
        report = erase(adapty, "users.txt", by="external_profile_id", api="mail", concurrency=2)
        Path("link.csv").symlink_to("elsewhere.csv")
        linked = erase(adapty, ["user_1"], by="external_profile_id", api="mail", report="link.csv")

    assert (report.deleted, linked.deleted) == (60, 1)
    watch.check("users.erased.csv", "users.txt.checkpoint", "elsewhere.csv")


@pytest.mark.parametrize("command", ["import", "erase"])
def test_commands_create_private_files(recorder: RecordingServer, command: str) -> None:
    """The command line creates its files in the same way."""
    write_inputs()
    watch = Watch()
    recorder.reply = watch.answering(lambda _: GONE if command == "erase" else OK)
    arguments = {
        "import": ("mail", "import", "--profiles", "profiles.csv", "--events", "events.jsonl", "--sort"),
        "erase": ("erase", "users.txt", "--by", "external_profile_id", "--api", "mail"),
    }[command]

    environment = {**os.environ, "ADAPTY_MAIL_BASE_URL": recorder.url, "ADAPTY_MAIL_SECRET_KEY": "k"}
    ended = run_python("-m", "adapty", *arguments, umask=0, env=environment)

    assert ended.returncode == (command == "import"), ended.stderr
    watch.check(*(("users.erased.csv",) if command == "erase" else ("profiles.rejects.csv", "events.rejects.jsonl")))


def test_rejects_of_a_read_only_input_are_private(adapty: Adapty) -> None:
    """The rejects of an input with mode 0400 can be written by their owner only."""
    write_inputs()
    watch = Watch()
    Path("profiles.csv").chmod(0o400)

    with umask(0):
        import_all(adapty, profiles="profiles.csv", dry_run=True)

    watch.check("profiles.dry-run.rejects.csv")


def test_existing_report_keeps_its_mode_and_rows(adapty: Adapty, recorder: RecordingServer) -> None:
    """The mode of an existing report may be intentional."""
    recorder.reply = lambda _: GONE
    erase(adapty, ["user_1"], by="external_profile_id", api="mail")
    Path("ids.erased.csv").chmod(0o640)
    first = Path("ids.erased.csv").read_text()

    erase(adapty, ["user_2"], by="external_profile_id", api="mail")

    assert stat.S_IMODE(Path("ids.erased.csv").stat().st_mode) == 0o640
    assert Path("ids.erased.csv").read_text().startswith(first)


def test_rejects_do_not_follow_a_planted_link(adapty: Adapty, recorder: RecordingServer) -> None:
    """A symbolic link with the name of a rejects file is not followed; the next free name is used."""
    write_inputs()
    recorder.reply = lambda _: REFUSED
    Path("profiles.rejects.csv").symlink_to("planted")

    report = import_all(adapty, profiles="profiles.csv")

    assert [path.name for path in report.rejects_files] == ["profiles.rejects-2.csv"]
    assert not Path("planted").exists()
