"""The order of a profile's records, and that they never go out together, read off a server over real connections."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import Adapty
from adapty.bulk import import_all, import_events, import_profiles
from tests.bulk.recording_server import OK, RecordingServer, Reply, recording_server
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("no_loose_ends", "way")


@pytest.fixture(scope="module")
def shared() -> Iterator[RecordingServer]:
    """Serve to all examples of a property; each empties it."""
    with recording_server() as serving:
        yield serving


def profiles_of(owners: list[int]) -> list[dict[str, Any]]:
    """Give a profile for each owner, the same one perhaps, with its place in its address."""
    return [
        {**PROFILE, "external_profile_id": f"user_{owner}", "email": f"jane{number}@example.com"}
        for number, owner in enumerate(owners)
    ]


def events_of(owners: list[int]) -> list[dict[str, Any]]:
    """Give an event for each owner, the same one perhaps, with its place as its id."""
    return [
        {**EVENT, "external_profile_id": f"user_{owner}", "event_id": str(number)}
        for number, owner in enumerate(owners)
    ]


def places(records: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Give what tells each owner's records apart, in their order."""
    found: dict[str, list[str]] = {}
    for record in records:
        found.setdefault(record["external_profile_id"], []).append(record.get("event_id") or record["email"])
    return found


@settings(max_examples=25)
@given(
    profiles=st.lists(st.integers(0, 6), max_size=30),
    events=st.lists(st.integers(0, 6), max_size=40),
    concurrency=st.integers(1, 12),
    seed=st.integers(0, 2**32),
)
def test_records_of_a_profile_arrive_in_order_and_one_at_a_time(
    shared: RecordingServer, profiles: list[int], events: list[int], concurrency: int, seed: int
) -> None:
    """This applies to any history, concurrency and latency."""
    latencies = random.Random(seed)  # noqa: S311 - no secret
    shared.arrived.clear()
    shared.reply = lambda _: Reply(after=latencies.choice([0, 0, 0.001, 0.004]))

    with Adapty(mail_secret_key="k", mail_base_url=shared.url) as adapty:
        report = import_all(
            adapty, profiles=profiles_of(profiles), events=events_of(events), concurrency=concurrency, max_retries=0
        )

    kinds = ["event_id" in body for body in shared.arrived]
    assert kinds == sorted(kinds)
    assert (report.profiles_accepted, report.events_accepted) == (len(profiles), len(events))
    assert places(shared.arrived[: len(profiles)]) == places(profiles_of(profiles))
    assert places(shared.arrived[len(profiles) :]) == places(events_of(events))
    assert shared.together == set()


def test_concurrency_is_the_number_of_requests_in_flight(recorder: RecordingServer) -> None:
    """Each connection is reused."""
    recorder.reply = lambda _: Reply(after=0.02)

    with Adapty(mail_secret_key="k", mail_base_url=recorder.url) as adapty:
        import_profiles(adapty, profiles_of([*range(100)]), concurrency=8)

    assert recorder.most_together == 8
    assert recorder.connections == 8
    assert len(recorder.arrived) == 100


def test_concurrency_can_be_256(recorder: RecordingServer) -> None:
    """256 connections can send many records or few."""
    with Adapty(mail_secret_key="k", mail_base_url=recorder.url) as adapty:
        first = import_profiles(adapty, profiles_of([*range(600)]), concurrency=256)
        second = import_profiles(adapty, profiles_of([1]), concurrency=256)

    assert (first.accepted, second.accepted) == (600, 1)
    assert len(recorder.arrived) == 601


def test_retries_keep_the_order_of_a_profile(recorder: RecordingServer) -> None:
    """The next record of a profile waits for the retry; other profiles do not."""
    seen: Counter[str] = Counter()
    owners = [number % 4 for number in range(60)]

    def reply(body: dict[str, Any]) -> Reply:
        seen[body["event_id"]] += 1
        if seen[body["event_id"]] == 1 and int(body["event_id"]) % 7 == 0:
            return Reply(503, taken=False)
        return OK

    recorder.reply = reply
    with Adapty(mail_secret_key="k", mail_base_url=recorder.url) as adapty:
        report = import_events(adapty, events_of(owners), concurrency=3)

    assert places(recorder.taken) == places(events_of(owners))
    assert (report.retried, recorder.together) == (9, set())
