"""The flow_counter of flows says what `adapty.current_flow` says, without keeping the events in memory."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError, Flow, MailProfile, TransactionEvent, TransactionEventType, current_flow
from adapty.bulk._state import flow_counts
from adapty.bulk._state.checkpoint import Checkpoint, StageState
from adapty.bulk._state.completed import CompletedSet
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from adapty.bulk._state.flow_counts import FlowCounter

Record = MailProfile | TransactionEvent

START = datetime(2026, 6, 1, tzinfo=UTC)
NONE = dict.fromkeys(Flow, 0)


def event(
    kind: str, event_id: str, hour: int = 0, owner: str = "user_1", *, start: datetime = START
) -> TransactionEvent:
    """Make an event of a profile, some hours after the start."""
    fields: dict[str, Any] = {
        **EVENT,
        "event_type": kind,
        "event_id": event_id,
        "event_datetime": start + timedelta(hours=hour),
        "external_profile_id": owner,
    }
    return TransactionEvent(**fields)


def profile(owner: str) -> MailProfile:
    """Make a profile."""
    return MailProfile.from_dict({**PROFILE, "external_profile_id": owner})


def save(checkpoint: Checkpoint, handled: int) -> None:
    """Save that so many records are handled."""
    checkpoint.save("all", StageState(completed=CompletedSet(handled).to_bytes()))


def handled_before(checkpoint: Checkpoint) -> int:
    """Tell how many records were handled at the last save."""
    saved = checkpoint.load("all")
    return CompletedSet.from_bytes(saved.completed).watermark if saved else 0


@pytest.fixture
def checkpoint() -> Iterator[Checkpoint]:
    """Give the checkpoint that the flow_counter is in."""
    with Checkpoint.temporary() as checkpoint:
        yield checkpoint


@pytest.fixture
def flow_counter(checkpoint: Checkpoint) -> FlowCounter:
    """Give a flow_counter."""
    return checkpoint.flow_counter


def add_all(flow_counter: FlowCounter, *records: Record) -> None:
    """Add records, in order."""
    for record in records:
        flow_counter.add(record)


OWNERS = st.sampled_from(["user_1", "user_2", "user_3"])
EVENTS = st.builds(
    event,
    st.sampled_from(get_args(TransactionEventType)),
    st.integers(0, 12).map(str),
    st.integers(0, 3),
    OWNERS,
)
RECORDS = st.lists(EVENTS | EVENTS | EVENTS | st.builds(profile, OWNERS | st.just("user_4")), max_size=25)


def assert_agrees(flow_counter: FlowCounter, records: Sequence[Record]) -> None:
    """Compare the flow_counter with what `current_flow` makes of the same records."""
    saved = {record.external_profile_id for record in records if isinstance(record, MailProfile)}
    once: dict[str, TransactionEvent] = {}
    for record in records:
        if isinstance(record, TransactionEvent):
            once.setdefault(record.event_id, record)
    owners = {one.external_profile_id for one in once.values()}

    def bounded_int(profiles: set[str]) -> Counter[Flow]:
        return Counter(
            current_flow(one for one in once.values() if one.external_profile_id == owner) for owner in profiles
        )

    assert flow_counter.count(saved_profiles=True) == {**NONE, **bounded_int(saved)}
    assert flow_counter.count(saved_profiles=False) == {**NONE, **bounded_int(owners)}
    assert flow_counter.count_events_without_profile() == sum(
        one.external_profile_id not in saved for one in once.values()
    )


@settings(derandomize=True, deadline=None, max_examples=60)
@given(records=RECORDS, saves=st.sets(st.integers(0, 25)), asked=st.sets(st.integers(0, 25)))
def test_counts_equal_current_flow(records: list[Record], saves: set[int], asked: set[int]) -> None:
    """Any history with ties, repetitions and late events has the flows of `current_flow`."""
    with Checkpoint.temporary() as checkpoint:
        for number, record in enumerate(records):
            checkpoint.flow_counter.add(record)
            if number in saves:
                save(checkpoint, number + 1)
            if number in asked:
                assert_agrees(checkpoint.flow_counter, records[: number + 1])

        assert_agrees(checkpoint.flow_counter, records)


@settings(derandomize=True, deadline=None, max_examples=25)
@given(records=RECORDS, ends=st.lists(st.tuples(st.integers(0, 25), st.sampled_from(["save", "crash"])), max_size=6))
def test_counts_are_right_after_crashes(scratch: Path, records: list[Record], ends: list[Any]) -> None:
    """Records after the last save are added again after a crash, and count once."""
    path = scratch / "checkpoint"
    path.unlink(missing_ok=True)

    for until, ending in [*ends, (len(records), "save")]:
        with Checkpoint.open(path, {}) as checkpoint:
            before = handled_before(checkpoint)
            add_all(checkpoint.flow_counter, *records[before:until])
            if ending == "save":
                save(checkpoint, max(before, min(until, len(records))))

    with Checkpoint.open(path, {}) as checkpoint:
        assert handled_before(checkpoint) == len(records)
        assert_agrees(checkpoint.flow_counter, records)


def test_every_flow_is_counted(flow_counter: FlowCounter) -> None:
    """Without records, all flows are zero, in the order of `Flow`."""
    flows = flow_counter.count(saved_profiles=True)

    assert flows == NONE
    assert list(flows) == list(Flow)
    assert flow_counter.count_events_without_profile() == 0


def test_profile_without_events_has_never_purchased(flow_counter: FlowCounter) -> None:
    """A saved profile without events counts once as never purchased."""
    add_all(flow_counter, profile("user_1"), profile("user_1"), event("subscription_expired", "1", owner="user_2"))

    assert flow_counter.count(saved_profiles=True) == {**NONE, Flow.NEVER_PURCHASED: 1}


def test_latest_event_decides(flow_counter: FlowCounter) -> None:
    """A late event with an earlier time changes nothing."""
    add_all(flow_counter, event("subscription_expired", "1", hour=2), event("subscription_started", "2", hour=1))

    assert flow_counter.count(saved_profiles=False) == {**NONE, Flow.EXPIRED: 1}


@pytest.mark.parametrize(
    ("kinds", "flow"),
    [
        (("subscription_started", "subscription_refunded"), Flow.REFUNDED),
        (("subscription_refunded", "subscription_started"), Flow.ACTIVE),
    ],
)
@pytest.mark.parametrize("saved_between", [False, True])
def test_last_event_of_one_instant_decides(
    checkpoint: Checkpoint, kinds: tuple[str, str], flow: Flow, *, saved_between: bool
) -> None:
    """Of two events of one time the last received counts, saved together or not."""
    checkpoint.flow_counter.add(event(kinds[0], "1"))
    if saved_between:
        save(checkpoint, 1)
    checkpoint.flow_counter.add(event(kinds[1], "2"))

    assert checkpoint.flow_counter.count(saved_profiles=False) == {**NONE, flow: 1}


def test_times_differ_by_microseconds(flow_counter: FlowCounter) -> None:
    """One microsecond decides, at both limits of datetime too."""
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    microsecond = timedelta(microseconds=1)
    for owner, early, late in (("user_1", first, first + microsecond), ("user_2", last - microsecond, last)):
        add_all(
            flow_counter,
            event("subscription_expired", f"late {owner}", owner=owner, start=late),
            event("subscription_started", f"early {owner}", owner=owner, start=early),
        )

    assert flow_counter.count(saved_profiles=False) == {**NONE, Flow.EXPIRED: 2}


def test_repeated_event_id_changes_nothing(flow_counter: FlowCounter) -> None:
    """An event with a known ID is ignored, even if its content or profile differs."""
    add_all(
        flow_counter,
        event("subscription_started", "1", hour=1),
        event("subscription_expired", "1", hour=2),
        event("subscription_expired", "1", hour=2, owner="user_2"),
    )

    assert flow_counter.count(saved_profiles=False) == {**NONE, Flow.ACTIVE: 1}
    assert flow_counter.count_events_without_profile() == 1


def test_event_before_its_profile_is_counted(flow_counter: FlowCounter) -> None:
    """An event before its profile does not count as an event without a profile."""
    add_all(
        flow_counter,
        event("subscription_started", "1", owner="user_1"),
        event("subscription_renewed", "2", owner="user_2"),
        event("subscription_renewed", "3", owner="user_2"),
        profile("user_1"),
    )

    assert flow_counter.count_events_without_profile() == 2


def test_count_saves_nothing(tmp_path: Path) -> None:
    """A count includes unsaved records and does not save them."""
    with Checkpoint.open(tmp_path / "checkpoint", {}) as checkpoint:
        checkpoint.flow_counter.add(profile("user_1"))
        save(checkpoint, 1)
        checkpoint.flow_counter.add(profile("user_2"))
        assert checkpoint.flow_counter.count(saved_profiles=True) == {**NONE, Flow.NEVER_PURCHASED: 2}

    with Checkpoint.open(tmp_path / "checkpoint", {}) as checkpoint:
        assert checkpoint.flow_counter.count(saved_profiles=True) == {**NONE, Flow.NEVER_PURCHASED: 1}


def test_ids_are_compared_unchanged(flow_counter: FlowCounter) -> None:
    """IDs are neither case-folded nor normalized."""
    owners = ["user", "USER", "\u00e9", "e\u0301", "\u7528\u6237", "1", "01"]
    add_all(flow_counter, *map(profile, owners))

    assert flow_counter.count(saved_profiles=True) == {**NONE, Flow.NEVER_PURCHASED: len(owners)}


def test_stored_numbers_of_flows_are_stable() -> None:
    """Checkpoints store positions: add new flows at the end and move none."""
    assert [str(flow) for flow in flow_counts._FLOWS] == [
        "never purchased",
        "active",
        "renewal cancelled",
        "billing issue",
        "expired",
        "refunded",
    ]
    assert set(flow_counts._FLOWS) == set(Flow)


def test_database_error_is_a_usage_error(flow_counter: FlowCounter, checkpoint: Checkpoint) -> None:
    """An error of SQLite while flows are counted is an AdaptyUsageError."""
    checkpoint.close()

    with pytest.raises(AdaptyUsageError, match="the flows cannot be counted: ") as caught:
        flow_counter.count(saved_profiles=True)

    assert not isinstance(caught.value.__cause__, sqlite3.Error)
