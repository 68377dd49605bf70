"""Imports of iterables and async iterables that raise, are slow or endless, with both clients."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from adapty import Adapty, AsyncAdapty, AuthenticationError, MailProfile
from adapty.bulk import (
    ImportReport,
    Progress,
    async_import_all,
    async_import_events,
    async_import_profiles,
    import_events,
    import_profiles,
)
from tests.bulk.recording_server import OK, RecordingServer, Reply
from tests.conftest import EVENT, PROFILE

pytestmark = pytest.mark.usefixtures("no_loose_ends")

Import = Callable[..., ImportReport]


def blocking(url: str, source: Any, **options: Any) -> ImportReport:
    """Import with the blocking client."""
    with Adapty(mail_secret_key="k", mail_base_url=url) as adapty:
        return import_profiles(adapty, source, **options)


def not_blocking(url: str, source: Any, **options: Any) -> ImportReport:
    """Import with the async client, in a new event loop."""

    async def job() -> ImportReport:
        async with AsyncAdapty(mail_secret_key="k", mail_base_url=url) as adapty:
            return await async_import_profiles(adapty, source, **options)

    return asyncio.run(job())


@pytest.fixture(params=[blocking, not_blocking], ids=["blocking", "async"])
def run(request: pytest.FixtureRequest) -> Import:
    """Return an import with one of the clients."""
    found: Import = request.param
    return found


def profile(number: int, owner: int | None = None) -> dict[str, Any]:
    """Return a profile whose address has its number."""
    own = number if owner is None else owner
    return {**PROFILE, "external_profile_id": f"user_{own}", "email": f"jane{number}@example.com"}


async def each(given: Any) -> AsyncIterator[Any]:
    """Yield the items asynchronously."""
    for one in given:
        yield one


def addresses(bodies: list[dict[str, Any]]) -> list[str]:
    """Return the sorted addresses of profiles."""
    return sorted(body["email"] for body in bodies)


@pytest.mark.parametrize("kind", [list, iter, each])
def test_iterables_of_dicts_and_records_are_sent(
    run: Import, recorder: RecordingServer, kind: Callable[[Any], Any]
) -> None:
    """Invalid items are rejected."""
    given = [profile(1), MailProfile.from_dict(profile(2)), {**profile(3), "email": "jane"}, 4]

    report = run(recorder.url, kind(given))

    assert (report.profiles_accepted, report.reasons) == (2, {"email": 1, "(row)": 1})
    assert addresses(recorder.taken) == ["jane1@example.com", "jane2@example.com"]


class BrokenError(Exception):
    """The exception of an iterable."""


@pytest.mark.parametrize("raised", [BrokenError, KeyboardInterrupt, SystemExit, asyncio.CancelledError])
@pytest.mark.parametrize("is_async", [False, True])
def test_exception_of_an_iterable_is_raised(
    run: Import,
    recorder: RecordingServer,
    raised: type[BaseException],
    is_async: bool,  # noqa: FBT001
) -> None:
    """Records before it are sent, or those in flight completed; rejects are written."""
    recorder.reply = lambda _: Reply(after=0.02)

    def given() -> Iterator[Any]:
        yield {**profile(0), "email": "jane"}
        for number in range(1, 6):
            yield profile(number)
        raise raised

    with pytest.raises(raised) as caught:
        run(recorder.url, each(given()) if is_async else given())

    count = len(recorder.taken)
    if raised is BrokenError:
        assert count == 5
        assert caught.value.__notes__[0] == "raised by the iterable of profiles, after record 6"
    if raised is not asyncio.CancelledError:
        assert f"stopped in profiles: {count} accepted, 1 rejected so far" in caught.value.__notes__
        assert "rejected records: profiles.rejects.jsonl" in caught.value.__notes__


@pytest.mark.parametrize("is_async", [False, True])
def test_iterable_is_closed_when_the_import_aborts(
    run: Import,
    recorder: RecordingServer,
    is_async: bool,  # noqa: FBT001
) -> None:
    """A generator releases its resources immediately."""
    recorder.reply = lambda _: Reply(403, taken=False)
    closed = []

    def given() -> Iterator[Any]:
        try:
            for number in range(100_000):
                yield profile(number)
        finally:
            closed.append("given")

    async def given_async() -> AsyncIterator[Any]:
        try:
            for one in given():
                yield one
        finally:
            closed.append("given_async")

    source = given_async() if is_async else given()
    with pytest.raises(Exception, match="403"):
        run(recorder.url, source)

    assert sorted(closed) == (["given", "given_async"] if is_async else ["given"])


def test_abort_does_not_wait_for_the_next_record(run: Import, recorder: RecordingServer) -> None:
    """An idle async iterable is cancelled when the API rejects the key."""
    recorder.reply = lambda _: Reply(401, taken=False)
    ended = []

    async def given() -> AsyncIterator[Any]:
        try:
            yield profile(1)
            await asyncio.sleep(3600)
            yield profile(2)
        finally:
            ended.append(True)

    with pytest.raises(AuthenticationError):
        run(recorder.url, given())

    assert ended == [True]


def test_records_are_sent_immediately(run: Import, recorder: RecordingServer) -> None:
    """An async iterable can wait for the result of a record before the next one."""

    async def given() -> AsyncIterator[Any]:
        for number in range(20):
            yield profile(number)
            async with asyncio.timeout(10):
                while len(recorder.taken) <= number:  # noqa: ASYNC110 - it is noted in another thread
                    await asyncio.sleep(0.001)

    assert run(recorder.url, given()).accepted == 20


@pytest.mark.usefixtures("way")
def test_slow_iterable_does_not_block_requests(recorder: RecordingServer) -> None:
    """Requests are completed while an iterable blocks."""
    behind = []

    def given() -> Iterator[Any]:
        for number in range(8):
            time.sleep(0.06)
            behind.append(number - len(recorder.taken))
            yield profile(number)

    report = blocking(recorder.url, given())

    assert report.accepted == 8
    assert max(behind) <= 4


@pytest.mark.parametrize("owner", [None, 1])
@pytest.mark.parametrize("is_async", [False, True])
def test_source_is_not_read_far_ahead(
    run: Import,
    recorder: RecordingServer,
    owner: int | None,
    is_async: bool,  # noqa: FBT001
) -> None:
    """Only some records are in memory, even if all are of one profile and wait for one worker."""
    pulled = 0
    most = 0

    def reply(_: dict[str, Any]) -> Reply:
        nonlocal most
        most = max(most, pulled - len(recorder.taken))
        return OK

    def given() -> Iterator[Any]:
        nonlocal pulled
        for number in range(2200):
            pulled += 1
            yield profile(number, owner)

    recorder.reply = reply
    report = run(recorder.url, each(given()) if is_async else given(), concurrency=8)

    assert report.accepted == 2200
    assert 500 < most <= 1152 + 3 * 200  # pending in the dispatcher, and the buffers of the reader


@pytest.mark.parametrize("kind", [list, each])
def test_events_of_an_iterable_can_be_sorted(recorder: RecordingServer, kind: Callable[[Any], Any]) -> None:
    """They are sent by time; the fraction is unknown."""
    days = [5, 1, 3]
    given = [{**EVENT, "event_id": str(day), "event_datetime": f"2026-06-0{day}T00:00:00Z"} for day in days]
    reports: list[Progress] = []

    with Adapty(mail_secret_key="k", mail_base_url=recorder.url) as adapty:
        import_events(adapty, kind(given), sort=True, on_progress=reports.append)

    assert [body["event_id"] for body in recorder.taken] == ["1", "3", "5"]
    assert (reports[-1].fraction, reports[-1].eta) == (None, None)


def test_async_functions_import_all_kinds(recorder: RecordingServer) -> None:
    """There is one function for each kind, and one for both."""

    async def job() -> list[int]:
        async with AsyncAdapty(mail_secret_key="k", mail_base_url=recorder.url) as adapty:
            reports = [
                await async_import_profiles(adapty, [profile(1)]),
                await async_import_events(adapty, [EVENT], sort=True),
                await async_import_all(adapty, profiles=[profile(2)], events=[EVENT]),
            ]
        return [report.accepted for report in reports]

    assert asyncio.run(job()) == [1, 1, 2]


def test_empty_iterable_is_valid(run: Import, recorder: RecordingServer) -> None:
    """Nothing is sent."""
    assert run(recorder.url, []).accepted == 0
    assert recorder.connections == 0


def test_client_can_be_used_in_several_event_loops(recorder: RecordingServer) -> None:
    """A second `asyncio.run` works like the first one."""
    adapty = AsyncAdapty(mail_secret_key="k", mail_base_url=recorder.url)
    for number in (1, 2):
        report = asyncio.run(async_import_profiles(adapty, [profile(number)]))
        assert report.accepted == 1
    asyncio.run(adapty.close())
    assert addresses(recorder.taken) == ["jane1@example.com", "jane2@example.com"]
