"""`erase`: inputs, APIs, the report and errors."""

from __future__ import annotations

import asyncio
import gzip
import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import (
    Adapty,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyUsageError,
    AuthenticationError,
    RateLimitError,
    ServerError,
)
from adapty._engine.runner import CancelToken
from adapty.bulk import EraseReport, Progress, async_erase, erase
from adapty.bulk._state.erase_log import EraseLog
from tests.bulk.erasing import FakeApis, busy, outcomes, report_rows, unreachable, users_file
from tests.cases import case

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

BOTH = {(api, id_): "deleted" for api in ("server-side", "mail") for id_ in ("u1", "u2")}
UUID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"


@pytest.fixture
def apis() -> FakeApis:
    """Return both APIs."""
    return FakeApis()


@pytest.fixture
def adapty(apis: FakeApis) -> Iterator[Adapty]:
    """Return a client of both APIs."""
    with apis.client() as client:
        yield client


def each(ids: Iterable[str]) -> Iterator[str]:
    """Yield IDs."""
    yield from ids


async def each_async(ids: Iterable[str]) -> AsyncIterator[str]:
    """Yield IDs asynchronously."""
    for one in ids:
        await asyncio.sleep(0)
        yield one


SOURCES: dict[str, tuple[Callable[[], Any], str]] = {
    "a path": (lambda: users_file("u1", "u2"), "users.erased.csv"),
    "a name": (lambda: str(users_file("user_id,x", "u1,", "u2,", name="a.csv")), "a.erased.csv"),
    "an open file": (lambda: BytesIO(gzip.compress(b"u1\nu2\n")), "stdin.erased.csv"),
    "a list": (lambda: ["u1", "u2"], "ids.erased.csv"),
    "a tuple": (lambda: ("u1", "u2"), "ids.erased.csv"),
    "a set": (lambda: {"u1", "u2"}, "ids.erased.csv"),
    "an iterator": (lambda: iter(["u1", "u2"]), "ids.erased.csv"),
    "a generator": (lambda: each(["u1", "u2"]), "ids.erased.csv"),
    "an async generator": (lambda: each_async(["u1", "u2"]), "ids.erased.csv"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_is_erased(adapty: Adapty, apis: FakeApis, name: str) -> None:
    """Any source of IDs is deleted from both APIs and is in the report, named after the source."""
    make, report = SOURCES[name]

    done = erase(adapty, make())

    assert (done.apis, done.deleted, done.failed) == (("server-side", "mail"), 4, 0)
    assert (done.report, done.resumed) == (Path(report), False)
    assert outcomes(report) == BOTH
    assert {(api, kind) for api, kind, _ in apis.asked} == {
        ("server-side", "customer_user_id"),
        ("mail", "external_profile_id"),
    }
    assert not list(Path().glob("*.checkpoint*"))


@pytest.mark.anyio
@pytest.mark.parametrize("name", SOURCES)
async def test_every_source_is_erased_by_the_async_client(apis: FakeApis, name: str) -> None:
    """The async function accepts the same sources."""
    make, report = SOURCES[name]

    async with apis.async_client() as adapty:
        done = await async_erase(adapty, make(), concurrency=2)

    assert (done.deleted, done.report) == (4, Path(report))
    assert outcomes(report) == BOTH


@pytest.mark.parametrize(
    ("by", "id_", "asked"),
    [
        ("customer_user_id", "u1", {"server-side": "customer_user_id", "mail": "customer_user_id"}),
        ("profile_id", UUID.upper(), {"server-side": "profile_id"}),
        ("external_profile_id", "external u1", {"mail": "external_profile_id"}),
        ("email", "jane@example.com", {"mail": "email"}),
    ],
)
def test_by_selects_the_apis(adapty: Adapty, apis: FakeApis, by: Any, id_: str, asked: dict[str, str]) -> None:
    """Only APIs that know the kind of ID are called."""
    done = erase(adapty, [id_], by=by)

    sent = id_.lower() if by == "profile_id" else id_
    assert apis.asked == [(api, kind, sent) for api, kind in asked.items()]
    assert done.apis == tuple(asked)
    assert list(outcomes("ids.erased.csv")) == [(api, sent) for api in asked]


def test_api_is_selected_by_option_or_key(apis: FakeApis) -> None:
    """`api=` selects one API; otherwise the keys of the client do, and a missing key is an error."""
    with apis.client() as both, apis.client(mail_secret_key=None) as one:
        assert erase(both, ["u1"], api="mail").apis == ("mail",)
        assert erase(one, ["u1"]).apis == ("server-side",)
        with pytest.raises(AdaptyConfigError, match=r"^mail_secret_key: is missing"):
            erase(one, ["u1"], api="mail")
        with pytest.raises(AdaptyConfigError, match=r"^mail_secret_key: is missing"):
            erase(one, ["jane@example.com"], by="email")


def test_outcome_of_each_id_is_reported(adapty: Adapty, apis: FakeApis) -> None:
    """A missing user is not found; a user that the API fails on is failed, with the reason."""
    gone = {"errors": [{"message": "No such profile", "error_code": "profile_not_found_error"}]}
    answers = {"u2": httpx.Response(404, json=gone), "u3": httpx.Response(400, text="no: key_shown")}
    apis.reply = lambda _, id_: answers.get(id_, httpx.Response(204))

    done = erase(adapty, ["u1", "u2", "u3"], api="mail", report="evidence.csv")

    assert done == EraseReport(
        apis=("mail",), report=Path("evidence.csv"), deleted=1, not_found=1, failed=1, elapsed=done.elapsed
    )
    assert 0 < done.elapsed < 10
    rows = {row["id"]: (row["outcome"], row["reason"]) for row in report_rows("evidence.csv")}
    assert rows["u1"] == ("deleted", "by external_profile_id")
    assert rows["u2"] == ("not_found", "no profile by external_profile_id or customer_user_id")
    assert rows["u3"][0] == "failed"
    assert "400" in rows["u3"][1]
    assert "key_shown" not in rows["u3"][1]


def test_report_to_json_has_no_ids(adapty: Adapty) -> None:
    """The report can be converted to JSON, without IDs."""
    done = erase(adapty, ["u1", "u1"], api="mail")

    assert json.loads(done.to_json()) == {
        "apis": ["mail"],
        "deleted": 1,
        "not_found": 0,
        "failed": 0,
        "repeated": 1,
        "report": "ids.erased.csv",
        "retried": 0,
        "elapsed": round(done.elapsed, 3),
        "resumed": False,
        "nothing_found": {},
    }


def test_invalid_ids_fail(adapty: Adapty, apis: FakeApis) -> None:
    """An invalid ID fails with its position, and the other users are erased."""
    ids: list[Any] = ["u1", "", None, 7, b"u2", "é", "jane@example.com "]

    done = erase(adapty, ids, api="server-side")

    assert (done.deleted, done.failed) == (1, 6)
    rows = [(row["id"], row["reason"].split(";")[0]) for row in report_rows("ids.erased.csv") if row["reason"]]
    assert rows == [
        ("", "ids[1]: has no customer_user_id"),
        ("(None)", "ids[2]: has no customer_user_id"),
        ("7", "ids[3]: customer_user_id: is of type int"),
        ("(of type bytes)", "ids[4]: customer_user_id: is of type bytes"),
        ("é", f"ids[5]: customer_user_id: {NOT_FOR_A_HEADER}"),
        ("jane@example.com ", "ids[6]: customer_user_id: ends with U+0020 SPACE"),
    ]
    assert len(apis.asked) == 1


@pytest.mark.parametrize("id_", ["u\0001", "\0u1", "u\x1b[1m1", "u\x7f1", "u\x851", "u\n1"])
@pytest.mark.parametrize("by", ["customer_user_id", "external_profile_id", "email"])
@pytest.mark.parametrize("from_file", [False, True])
def test_id_with_control_characters_is_not_sent(
    adapty: Adapty, apis: FakeApis, id_: str, by: Any, *, from_file: bool
) -> None:
    """It fails at each API and does not count as not found."""
    users = users_file(json.dumps(id_), name="ids.jsonl") if from_file else [id_]

    done = erase(adapty, users, by=by)

    assert (done.failed, done.not_found, done.deleted) == (len(done.apis), 0, 0)
    assert apis.asked == []
    for row in report_rows("ids.erased.csv"):
        control = next(character for character in id_ if not character.isprintable())
        assert row["reason"].startswith(f"{'line 1' if from_file else 'ids[0]'}: {by}: ")
        assert f" U+{ord(control):04X} " in row["reason"]


NOT_FOR_A_HEADER = "contains non-ASCII characters, which a header cannot carry"


def test_repeated_ids_are_sent_once(adapty: Adapty, apis: FakeApis) -> None:
    """A repeated ID is sent once to each API and counted once."""
    done = erase(adapty, ["u1", "u2", "u1", "u2", "u1"])

    assert (done.deleted, done.repeated) == (4, 3)
    assert outcomes("ids.erased.csv") == BOTH
    assert len(apis.asked) == 4


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), max_size=3) | st.sampled_from(["u1", "u2"]) | st.none() | st.integers(),
        max_size=20,
    )
)
def test_every_id_is_counted(scratch: Path, ids: list[Any]) -> None:
    """For any list, each API has one row for each valid ID and each invalid one."""
    report = scratch / "report.csv"
    report.unlink(missing_ok=True)
    apis = FakeApis()
    with apis.client() as adapty:
        done = erase(adapty, ids, report=report, concurrency=3)

    rows = [*outcomes_of(report)]
    for api in ("server-side", "mail"):
        sent = apis.asked_about(api)
        assert sent.total() == len(sent)
        assert {id_ for at, id_, outcome in rows if at == api and outcome == "deleted"} == set(sent)
        failed = sum(at == api and outcome == "failed" for at, _, outcome in rows)
        repeated = sum(ids.count(id_) - 1 for id_ in sent)
        assert len(sent) + failed + repeated == len(ids)
    assert done.deleted + done.failed == len(rows)


def outcomes_of(report: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the API, ID and outcome of each row of a report."""
    for row in report_rows(str(report)):
        yield row["api"], row["id"], row["outcome"]


def test_failed_attempt_is_retried(adapty: Adapty, apis: FakeApis, skip_waits: None) -> None:
    """Retries are counted; the user is deleted."""
    left = [503, 503]
    apis.reply = lambda *_: httpx.Response(left.pop() if left else 204)

    done = erase(adapty, ["u1"], api="mail")

    assert (done.deleted, done.retried) == (1, 2)


@pytest.mark.parametrize(
    ("ids", "options", "problem"),
    [
        (None, {}, "ids: is None; expected a file or an iterable of ids"),
        (7, {}, "ids: is of type int; expected a file or an iterable of ids"),
        (b"u1", {}, "ids: is of type bytes; expected a file or an iterable of ids"),
        ({"u1": 1}, {}, "ids: is of type dict; expected a file or an iterable of ids"),
        (StringIO("u1"), {}, 'ids: is a file that is open as text; expected one opened with "rb", or a path'),
        ("missing.txt", {}, "missing.txt: cannot be opened: No such file or directory"),
        (BytesIO(b""), {}, "standard input: is empty; expected at least one ID"),
        (["u1"], {"by": "phone"}, "by: 'phone' is not known"),
        (["u1"], {"by": ["email"]}, "by: is of type list; expected a str"),
        (["u1"], {"by": "email", "api": "server-side"}, "by: is 'email', which the server-side API does not know; "),
        (["u1"], {"api": "server_side"}, "api: 'server_side' is not known; did you mean server-side?"),
        (["u1"], {"api": ["mail"]}, "api: is of type list; expected a str"),
        (["u1"], {"concurency": 3}, "concurency: is not an option; did you mean concurrency?"),
        (["u1"], {"dry_run": True}, "dry_run: is not an option"),
        (["u1"], {"concurrency": 0}, "concurrency: must be an integer from 1 to 256 (got 0)"),
        (["u1"], {"rate_limit": 0}, "rate_limit: must be a number of requests per second above 0"),
        (["u1"], {"on_progress": 1}, "on_progress: is of type int; expected a callable"),
        (["u1"], {"report": None}, "report: is None; expected a path"),
        (["u1"], {"report": "missing/r.csv"}, "missing/r.csv: cannot be written: No such file or directory"),
        (["u1"], {"report": "a\0b"}, "a\0b: cannot be written: invalid path"),
        (["u1"], {"report": "."}, ".: is not a regular file; choose another name for the report"),
        (["u1"], {"checkpoint": "j"}, "checkpoint: cannot be used for an iterable; "),
    ],
)
def test_invalid_arguments_are_rejected(
    adapty: Adapty, apis: FakeApis, ids: Any, options: dict[str, Any], problem: str
) -> None:
    """The error names the argument and the remedy; nothing is sent or created."""
    with pytest.raises(AdaptyUsageError) as caught:
        erase(adapty, ids, **options)

    assert str(caught.value).startswith(problem)
    assert apis.asked == []
    assert list(Path().iterdir()) == []


@pytest.mark.anyio
async def test_other_client_is_rejected(apis: FakeApis, adapty: Adapty) -> None:
    """Neither function accepts the client of the other one."""
    with pytest.raises(
        AdaptyUsageError, match=r"^client: is of type Adapty; expected an AsyncAdapty, the async client"
    ):
        await async_erase(adapty, ["u1"])  # type: ignore[arg-type]
    async with apis.async_client() as client:
        with pytest.raises(AdaptyUsageError, match=r"^client: is of type AsyncAdapty; expected an Adapty"):
            erase(client, ["u1"])  # type: ignore[arg-type]


def test_empty_list_is_valid(adapty: Adapty) -> None:
    """The report of an empty list has zeros."""
    done = erase(adapty, [])

    assert (done.deleted, done.not_found, done.failed) == (0, 0, 0)
    assert report_rows("ids.erased.csv") == []


def test_progress_has_a_stage_for_each_api(adapty: Adapty) -> None:
    """The last progress of each stage has its final numbers."""
    reports: list[Progress] = []

    erase(adapty, ["u1", "é", "u1"], on_progress=reports.append)

    last = {progress.stage: (progress.accepted, progress.rejected, progress.fraction) for progress in reports}
    assert last == {"server-side": (2, 1, 1.0), "mail": (3, 0, 1.0)}
    assert {progress.limit for progress in reports} == {None}


def test_progress_of_an_iterable_has_no_fraction(adapty: Adapty) -> None:
    """If both APIs are used, the IDs are read first and the fraction is known."""
    for give in (each, each_async):
        with case(give):
            of_one: list[Progress] = []
            of_both: list[Progress] = []

            erase(adapty, give(["u1"]), api="mail", on_progress=of_one.append)
            erase(adapty, give(["u1"]), on_progress=of_both.append)

            assert {progress.fraction for progress in of_one} == {None}
            assert of_both[-1].fraction == 1.0


def test_rate_limit_applies(adapty: Adapty) -> None:
    """`rate_limit` is the limit of the progress, and is not exceeded."""
    reports: list[Progress] = []

    done = erase(adapty, [f"u{number}" for number in range(11)], api="mail", rate_limit=100, on_progress=reports.append)

    assert done.elapsed >= 0.05  # the first five or six may go out together
    assert {progress.limit for progress in reports} == {100}


def test_exception_of_on_progress_ends_the_erasure(adapty: Adapty, apis: FakeApis) -> None:
    """The second API is not called, and the notes state the progress."""

    def fail(_: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        erase(adapty, ["u1"], on_progress=fail)

    assert caught.value.__notes__ == [
        "server-side: 1 deleted, 0 not found, 0 failed so far",
        "mail: not begun",
        "report: ids.erased.csv",
    ]
    assert apis.asked_about("mail").total() == 0


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("api", ["server-side", None])
def test_exception_of_the_iterable_is_raised(adapty: Adapty, apis: FakeApis, api: Any, *, is_async: bool) -> None:
    """Users that are erased by then are in the report."""

    def ids() -> Iterator[str]:
        yield "u1"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        erase(adapty, each_async(ids()) if is_async else ids(), api=api)

    assert caught.value.__notes__[0] == "raised by the iterable of ids, after id 1"
    asked = apis.asked_about("server-side")
    assert Path("ids.erased.csv").exists() == bool(asked)
    assert not asked or outcomes("ids.erased.csv") == {("server-side", "u1"): "deleted"}


@pytest.mark.parametrize("is_async", [False, True])
def test_interrupt_while_ids_are_read(
    adapty: Adapty, apis: FakeApis, monkeypatch: pytest.MonkeyPatch, *, is_async: bool
) -> None:
    """Ctrl-C ends reading a generator for both APIs, however many IDs follow."""
    token = CancelToken()
    monkeypatch.setattr("adapty.bulk.erasing.CancelToken", lambda: token)

    def ids() -> Iterator[str]:
        for number in range(100):
            if number == 50:
                token.request()
            assert number < 60
            yield f"u{number}"

    with pytest.raises(KeyboardInterrupt):
        erase(adapty, each_async(ids()) if is_async else ids())

    assert apis.asked == []
    assert list(Path().iterdir()) == []


STOPS: dict[str, tuple[Callable[[str, str], httpx.Response], type[Exception]]] = {
    "the key": (lambda *_: httpx.Response(401), AuthenticationError),
    "the rate": (busy, RateLimitError),
    "the connection": (unreachable, AdaptyConnectionError),
    "an API that is down": (lambda *_: httpx.Response(503), ServerError),
}


@pytest.mark.parametrize("stopped", ["server-side", "mail"])
@pytest.mark.parametrize("name", STOPS)
def test_failure_of_one_api_does_not_stop_the_other(
    adapty: Adapty, apis: FakeApis, skip_waits: None, name: str, stopped: str
) -> None:
    """Users that were not tried have no row, and the error has the progress of each API."""
    reply, error = STOPS[name]
    apis.reply = lambda api, id_: reply(api, id_) if api == stopped else httpx.Response(204)
    ids = [f"u{number}" for number in range(9)]

    with pytest.raises(error) as caught:
        erase(adapty, ids, concurrency=1)

    other = "mail" if stopped == "server-side" else "server-side"
    failed = 4 if name == "an API that is down" else 0
    assert set(caught.value.__notes__) == {
        f"{stopped}: 0 deleted, 0 not found, {failed} failed so far",
        f"{other}: 9 deleted, 0 not found, 0 failed",
        "report: ids.erased.csv",
    }
    found = outcomes("ids.erased.csv")
    assert {id_ for api, id_ in found if api == other} == set(ids)
    assert len([api for api, _ in found if api == stopped]) == failed


def test_failures_of_both_apis_are_reported(adapty: Adapty, apis: FakeApis) -> None:
    """The first error is raised with the second as a note; an empty report is removed."""
    forbidden = {"errors": ["Not allowed"], "error_code": "forbidden"}
    apis.reply = lambda api, _: httpx.Response(401 if api == "mail" else 403, json=forbidden)

    with pytest.raises(Exception, match="403") as caught:
        erase(adapty, ["u1"])

    first, second = caught.value.__notes__
    assert first == "server-side: 0 deleted, 0 not found, 0 failed so far"
    assert second.startswith("mail: 0 deleted, 0 not found, 0 failed so far, stopped by: deleteProfile: 401 forbidden")
    assert list(Path().iterdir()) == []


def test_full_disk_stops_both_apis(adapty: Adapty, apis: FakeApis, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the report cannot be written, no further user is erased."""
    rows: list[str] = []
    add = EraseLog.add

    def full(file: EraseLog, api: str, deletion: Any) -> None:
        if rows:
            raise AdaptyUsageError("ids.erased.csv: cannot be written: No space left on device")
        rows.append(api)
        add(file, api, deletion)

    monkeypatch.setattr(EraseLog, "add", full)

    with pytest.raises(AdaptyUsageError, match="No space left") as caught:
        erase(adapty, ["u1", "u2", "u3"], concurrency=1)

    assert caught.value.__notes__ == [
        "server-side: 1 deleted, 0 not found, 0 failed so far",
        "mail: not begun",
        "report: ids.erased.csv",
    ]
    assert len(apis.asked) == 2


def test_rows_of_another_run_are_not_removed(adapty: Adapty, apis: FakeApis) -> None:
    """A run without results keeps what another run wrote to the same report meanwhile."""

    def write_beside(api: str, _: str) -> httpx.Response:
        with EraseLog(Path("ids.erased.csv"), None) as other:
            other.add(api, type("Row", (), {"id": "u9", "outcome": "deleted", "reason": ""})())
        return httpx.Response(401)

    apis.reply = write_beside

    with pytest.raises(AuthenticationError):
        erase(adapty, ["u1"], api="mail")

    assert outcomes("ids.erased.csv") == {("mail", "u9"): "deleted"}
