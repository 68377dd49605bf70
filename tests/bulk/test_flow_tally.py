"""The tally of flows says what `adapty.current_flow` says, without keeping the events."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import Flow, MailProfile, TransactionEvent, TransactionEventType, current_flow
from adapty.bulk.flow_tally import FlowTally
from tests.conftest import EVENT, PROFILE

START = datetime(2026, 6, 1, tzinfo=UTC)
NONE = dict.fromkeys(Flow, 0)


def event(kind: str, event_id: str, hour: int = 0, owner: str = "user_1") -> TransactionEvent:
    """Make an event of a profile, some hours after the start."""
    fields: dict[str, Any] = {
        **EVENT,
        "event_type": kind,
        "event_id": event_id,
        "event_datetime": START + timedelta(hours=hour),
        "external_profile_id": owner,
    }
    return TransactionEvent(**fields)


def profile(owner: str) -> MailProfile:
    """Make a profile."""
    return MailProfile.from_dict({**PROFILE, "external_profile_id": owner})


def tally_of(*records: MailProfile | TransactionEvent) -> FlowTally:
    """Add all records, in order."""
    tally = FlowTally()
    for record in records:
        if isinstance(record, MailProfile):
            tally.add_profile(record)
        else:
            tally.add_event(record)
    return tally


EVENTS = st.builds(
    event,
    st.sampled_from(get_args(TransactionEventType)),
    st.integers(0, 12).map(str),
    st.integers(0, 3),
    st.sampled_from(["user_1", "user_2", "user_3"]),
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    events=st.lists(EVENTS, max_size=20),
    saved=st.sets(st.sampled_from(["user_1", "user_2", "user_4"])),
)
def test_it_agrees_with_current_flow(events: list[TransactionEvent], saved: set[str]) -> None:
    """On any history with ties, repeats and events out of order, every profile is counted in its current flow."""
    tally = tally_of(*map(profile, saved), *events)
    once: dict[str, TransactionEvent] = {}
    for one in events:
        once.setdefault(one.event_id, one)
    owners = {one.external_profile_id for one in once.values()}

    def counted(profiles: set[str]) -> Counter[Flow]:
        return Counter(
            current_flow(one for one in once.values() if one.external_profile_id == owner) for owner in profiles
        )

    assert tally.flows(of_saved_profiles=True) == {**NONE, **counted(saved)}
    assert tally.flows(of_saved_profiles=False) == {**NONE, **counted(owners)}
    assert tally.events_without_profile() == sum(one.external_profile_id not in saved for one in once.values())


def test_every_flow_is_named() -> None:
    """A tally of nothing names all flows, each with nobody in it, in the order of `Flow`."""
    flows = FlowTally().flows(of_saved_profiles=True)

    assert flows == NONE
    assert list(flows) == list(Flow)
    assert FlowTally().events_without_profile() == 0


def test_a_profile_without_events_has_never_purchased() -> None:
    """Who is saved and has no event counts as never purchased, once, however often saved."""
    tally = tally_of(profile("user_1"), profile("user_1"), event("subscription_expired", "1", owner="user_2"))

    assert tally.flows(of_saved_profiles=True) == {**NONE, Flow.NEVER_PURCHASED: 1}


def test_the_latest_event_decides_and_not_the_last_one() -> None:
    """An event that is received late and happened early changes nothing."""
    tally = tally_of(event("subscription_expired", "1", hour=2), event("subscription_started", "2", hour=1))

    assert tally.flows(of_saved_profiles=False) == {**NONE, Flow.EXPIRED: 1}


def test_among_events_of_one_instant_the_last_one_decides() -> None:
    """Of two events of the same time, the one received last is the one that counts."""
    started, refunded = event("subscription_started", "1"), event("subscription_refunded", "2")

    assert tally_of(started, refunded).flows(of_saved_profiles=False)[Flow.REFUNDED] == 1
    assert tally_of(refunded, started).flows(of_saved_profiles=False)[Flow.ACTIVE] == 1


def test_a_repeated_event_id_changes_nothing() -> None:
    """An event with the id of an earlier one is not counted, even where it says something else, of somebody else."""
    tally = tally_of(
        event("subscription_started", "1", hour=1),
        event("subscription_expired", "1", hour=2),
        event("subscription_expired", "1", hour=2, owner="user_2"),
    )

    assert tally.flows(of_saved_profiles=False) == {**NONE, Flow.ACTIVE: 1}
    assert tally.events_without_profile() == 1


def test_events_wait_only_for_profiles_that_never_come() -> None:
    """An event that came before its profile does not wait for one."""
    tally = tally_of(
        event("subscription_started", "1", owner="user_1"),
        event("subscription_renewed", "2", owner="user_2"),
        event("subscription_renewed", "3", owner="user_2"),
        profile("user_1"),
    )

    assert tally.events_without_profile() == 2
