"""The checkpoint of an import in PostgreSQL: a run resumes on another host, with nothing of its disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from adapty import Adapty, AdaptyUsageError, AuthenticationError, CheckpointInUseError
from adapty._postgres_dsn import parse_dsn
from adapty.bulk import ImportReport, Progress, erase, import_all, import_profiles
from adapty.bulk._state.checkpoint_location import PostgresLocation
from tests.bulk.conftest import FakeApi, accept
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("skip_waits", "no_loose_ends")

COUNT = 60
END_LOCKED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE locktype = 'advisory' AND classid = 1097091692
"""
UNAUTHORIZED = httpx.Response(401, json={"errors": [{"message": "no key", "error_code": "unauthorized"}]})


def write(name: str, records: list[dict[str, Any]]) -> Path:
    """Write a JSON Lines file."""
    path = Path(name)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def write_inputs() -> dict[str, Path]:
    """Write profiles, every tenth of them wrong, and an event for each."""
    ids = [f"user_{number}" for number in range(COUNT)]
    wrong = {name: {"email": "jane"} for name in ids[::10]}
    profiles = [{**PROFILE, "external_profile_id": name, **wrong.get(name, {})} for name in ids]
    events = [{**EVENT, "external_profile_id": name, "event_id": f"event_{name}"} for name in ids]
    return {"profiles": write("profiles.jsonl", profiles), "events": write("events.jsonl", events)}


def interrupt(api: FakeApi, after: int, run: Callable[[], ImportReport]) -> None:
    """Let an import end after this many requests."""
    api.reply = lambda body: accept(body) if len(api.sent) <= after else UNAUTHORIZED
    with pytest.raises(AuthenticationError):
        run()
    api.reply = accept


def lose_disk() -> None:
    """Remove all files but the inputs."""
    for path in Path().iterdir():
        if path.suffix != ".jsonl" or "rejects" in path.name:
            path.unlink()


def rows(dsn: str, table: str) -> int:
    """Return the number of rows of a table."""
    with psycopg.connect(dsn) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)  # noqa: S608
        return int(count)


@pytest.mark.parametrize("after", [30, 80])
def test_a_run_resumes_on_an_empty_disk(adapty: Adapty, api: FakeApi, postgres_dsn: str, after: int) -> None:
    """Nothing is lost: results, rejected records and flows are those of a run without an interruption."""
    inputs: dict[str, Any] = write_inputs()
    interrupt(api, after, lambda: import_all(adapty, **inputs, checkpoint=postgres_dsn))
    assert rows(postgres_dsn, "adapty_checkpoints") == 1
    lose_disk()

    report = import_all(adapty, **inputs, checkpoint=postgres_dsn)

    assert (report.profiles_accepted, report.profiles_rejected) == (COUNT - COUNT // 10, COUNT // 10)
    assert (report.events_accepted, report.events_rejected, report.resumed) == (COUNT, 0, True)
    assert {flow.value: count for flow, count in report.flows.items() if count} == {"active": COUNT - COUNT // 10}
    assert report.events_without_profile == COUNT // 10
    (rejects,) = report.rejects_files
    lines = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [line["_line"] for line in lines] == list(range(1, COUNT, 10))
    assert {body["external_profile_id"] for body in api.bodies("profile")} == {
        f"user_{number}" for number in range(COUNT) if number % 10
    }
    assert rows(postgres_dsn, "adapty_checkpoints") == rows(postgres_dsn, "adapty_checkpoint_chunks") == 0


def test_another_run_of_the_same_inputs_is_refused_meanwhile(postgres_dsn: str) -> None:
    """Two hosts never send the same input together."""
    path = write_inputs()["profiles"]
    location = PostgresLocation(parse_dsn(postgres_dsn), f"profiles={path.absolute()}")
    caught: list[BaseException] = []

    def start_another(_: httpx.Request) -> httpx.Response:
        if not caught:
            with pytest.raises(CheckpointInUseError) as error:
                location.open({})
            caught.append(error.value)
        return httpx.Response(200, json={})

    with Adapty(mail_secret_key="secret_live_shown", transport=httpx.MockTransport(start_another)) as client:
        report = import_profiles(client, path, checkpoint=postgres_dsn)

    assert report.profiles_accepted == COUNT - COUNT // 10
    assert "is in use by another run" in str(caught[0])


def test_a_lost_connection_is_opened_again(adapty: Adapty, postgres_dsn: str) -> None:
    """A run survives the loss of its connection, and locks the job again."""
    path = write_inputs()["profiles"]

    ended: list[bool] = []

    def end_connections(_: Progress) -> None:
        with psycopg.connect(postgres_dsn, autocommit=True) as connection:
            ended.extend(end for (end,) in connection.execute(END_LOCKED))

    report = import_profiles(adapty, path, checkpoint=postgres_dsn, on_progress=end_connections)

    assert report.profiles_accepted == COUNT - COUNT // 10
    assert ended
    assert all(ended)


def test_other_settings_are_refused_and_the_remedy_works(adapty: Adapty, api: FakeApi, postgres_dsn: str) -> None:
    """The message has the statement that deletes the checkpoint."""
    path = write_inputs()["profiles"]
    interrupt(api, 30, lambda: import_profiles(adapty, path, checkpoint=postgres_dsn))

    with pytest.raises(AdaptyUsageError, match="ignore has changed") as caught:
        import_profiles(adapty, path, checkpoint=postgres_dsn, ignore=["city"])

    statement = str(caught.value).partition(", or run ")[2].removesuffix(" to start over")
    with psycopg.connect(postgres_dsn) as connection:
        connection.execute(statement)
    lose_disk()
    report = import_profiles(adapty, path, checkpoint=postgres_dsn, ignore=["city"])
    assert (report.profiles_accepted, report.resumed) == (COUNT - COUNT // 10, False)


def test_a_run_that_accepted_nothing_can_be_started_with_other_settings(
    adapty: Adapty, api: FakeApi, postgres_dsn: str
) -> None:
    """Nothing holds it to a wrong setting."""
    path = write_inputs()["profiles"]
    interrupt(api, 0, lambda: import_profiles(adapty, path, checkpoint=postgres_dsn))

    report = import_profiles(adapty, path, checkpoint=postgres_dsn, ignore=["city"])

    assert (report.profiles_accepted, report.profiles_rejected, report.resumed) == (54, 6, False)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda dsn: dsn.replace("/tests", "/missing"), "check the name of the database"),
        (lambda dsn: dsn.replace("adapty@", "locked:wrong-password@"), "check user and password"),
        (lambda _: "postgresql://adapty:wrong-password@127.0.0.1:1/tests", "cannot be used now"),
    ],
)
def test_a_database_that_cannot_be_used_is_an_error_before_anything_is_sent(
    adapty: Adapty, api: FakeApi, postgres_dsn: str, change: Callable[[str], str], problem: str
) -> None:
    """The message does not contain the password."""
    path = write_inputs()["profiles"]

    with pytest.raises(AdaptyUsageError, match=problem) as caught:
        import_profiles(adapty, path, checkpoint=change(postgres_dsn))

    assert "wrong-password" not in f"{caught.value} {getattr(caught.value, '__notes__', '')}"
    assert api.sent == []


def test_an_erasure_takes_a_file_only(postgres_dsn: str) -> None:
    """Its report is on the disk, so its checkpoint is there, too."""
    path = Path("ids.txt")
    path.write_text("user_1\n")
    with (
        Adapty(mail_secret_key="secret_live_shown") as client,
        pytest.raises(AdaptyUsageError, match="checkpoint: is a database; expected the path of a file"),
    ):
        erase(client, path, checkpoint=postgres_dsn)
