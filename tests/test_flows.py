"""The flow of an event type, and the flow of a history of events."""

from __future__ import annotations

import itertools
import pickle
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any, get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import (
    FLOW_BY_EVENT_TYPE,
    AdaptyUsageError,
    Flow,
    TransactionEvent,
    TransactionEventType,
    current_flow,
    flow_for,
)
from tests.core.support import EVENT, case, objects, repeatable

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE = {
    "subscription_started": "active",
    "subscription_renewed": "active",
    "subscription_renewal_cancelled": "renewal cancelled",
    "subscription_renewal_reactivated": "active",
    "billing_issue_detected": "billing issue",
    "entered_grace_period": "billing issue",
    "subscription_refunded": "refunded",
    "subscription_expired": "expired",
    "non_subscription_purchase": "active",
    "non_subscription_purchase_refunded": "refunded",
}
"""The vendor's table, written out once more."""

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@attrs.frozen
class Happening:
    """A minimal event that is not a class of this library."""

    event_type: str
    event_datetime: datetime


def histories() -> st.SearchStrategy[list[Happening]]:
    """Generate histories, also with simultaneous events."""
    moments = st.builds(lambda hours: NOON + timedelta(hours=hours), st.integers(-5, 5))
    return st.lists(st.builds(Happening, st.sampled_from(sorted(TABLE)), moments), max_size=8)


def expected(history: Iterable[Happening]) -> str:
    """Derive the flow in another way: sort by time (stable), take the last event."""
    ordered = sorted(history, key=lambda event: event.event_datetime)
    return TABLE[ordered[-1].event_type] if ordered else "never purchased"


def test_flow_for_follows_the_vendors_table() -> None:
    """The ten event types lead to the flows of the vendor's guide."""
    for event_type, flow in TABLE.items():
        with case(event_type=event_type, flow=flow):
            assert flow_for(event_type) == flow
            assert current_flow([Happening(event_type, NOON)]) == flow
            assert TransactionEvent(**{**EVENT, "event_type": event_type}).flow == flow


def test_table_is_complete_and_read_only() -> None:
    """The public table has the ten types of the spec, and is read-only."""
    assert dict(FLOW_BY_EVENT_TYPE) == TABLE
    assert set(get_args(TransactionEventType)) == set(TABLE)
    with pytest.raises(TypeError):
        FLOW_BY_EVENT_TYPE["subscription_started"] = Flow.EXPIRED  # type: ignore[index]


def test_five_of_six_flows_send_email() -> None:
    """Five flows send e-mail; `ACTIVE` does not."""
    assert [flow.value for flow in Flow] == [
        "never purchased",
        "active",
        "renewal cancelled",
        "billing issue",
        "expired",
        "refunded",
    ]
    assert [flow for flow in Flow if not flow.sends_email] == [Flow.ACTIVE]
    assert {*FLOW_BY_EVENT_TYPE.values(), Flow.NEVER_PURCHASED} == set(Flow)


def test_flow_is_a_str() -> None:
    """A flow is printed, compared, formatted and pickled as its text."""
    texts = [str(Flow.EXPIRED), f"{Flow.EXPIRED}", Flow.EXPIRED + ""]
    assert texts == ["expired"] * 3
    assert Flow("billing issue") is Flow.BILLING_ISSUE
    assert pickle.loads(pickle.dumps(Flow.EXPIRED)) is Flow.EXPIRED  # noqa: S301 - our own bytes


def test_unknown_event_type_is_rejected_with_known_ones() -> None:
    """The error names the field and lists the ten types."""
    event_type: Any
    for event_type in [
        "",
        "Subscription_Started",
        "trial_started",
        "subscription_started ",
        "active",
        "\ud800",
        None,
        1,
        True,
        b"x",
        [],
        {},
    ]:
        with case(event_type=event_type):
            with pytest.raises(AdaptyUsageError, match=r"^event_type: ") as caught:
                flow_for(event_type)
            assert caught.value.field_name == "event_type"
            with pytest.raises(AdaptyUsageError, match=r"^event_type: "):
                current_flow([Happening(event_type, NOON)])


@given(event_type=objects())
@repeatable(100)
def test_any_object_is_accepted_or_rejected(event_type: Any) -> None:
    """Any object is one of the ten names, or the error names the field."""
    with pytest.raises(AdaptyUsageError, match=r"^event_type: "):
        flow_for(event_type)


def test_no_events_means_never_purchased() -> None:
    """A profile without events has never purchased, for any collection."""
    collections: list[Iterable[Happening]] = [[], (), {}, set(), iter(())]
    for nothing in collections:
        assert current_flow(nothing) is Flow.NEVER_PURCHASED


@given(history=histories())
@repeatable(200)
def test_latest_event_decides(history: list[Happening]) -> None:
    """The latest event decides; of simultaneous events, the last one."""
    assert current_flow(history) == expected(history)


@given(history=histories(), data=st.data())
@repeatable(150)
def test_order_of_events_does_not_matter(history: list[Happening], data: st.DataObject) -> None:
    """The order of events at different times does not matter."""
    distinct = list({event.event_datetime: event for event in history}.values())
    shuffled = data.draw(st.permutations(distinct))
    assert current_flow(shuffled) == current_flow(distinct)


def test_last_of_simultaneous_events_decides() -> None:
    """For every pair of simultaneous event types, the second one decides."""
    for first, second in itertools.product(TABLE, repeat=2):
        assert current_flow([Happening(first, NOON), Happening(second, NOON)]) == TABLE[second]


def test_offsets_do_not_matter() -> None:
    """Times are compared as instants, whatever their offsets."""
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    honolulu = NOON.astimezone(timezone(timedelta(hours=-10)))
    started, expired = "subscription_started", "subscription_expired"
    assert current_flow([Happening(started, tokyo), Happening(expired, honolulu)]) is Flow.EXPIRED
    assert current_flow([Happening(expired, honolulu), Happening(started, tokyo)]) is Flow.ACTIVE
    earlier = tokyo - timedelta(minutes=1)
    assert earlier.replace(tzinfo=None) > NOON.replace(tzinfo=None)
    assert current_flow([Happening(expired, NOON), Happening(started, earlier)]) is Flow.EXPIRED


def test_microseconds_matter() -> None:
    """Times are compared to the microsecond."""
    later = NOON + timedelta(microseconds=1)
    history = [Happening("subscription_expired", later), Happening("subscription_started", NOON)]
    assert current_flow(history) is Flow.EXPIRED


def test_extreme_times_are_accepted() -> None:
    """The earliest and the latest datetime can be compared."""
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    history = [Happening("subscription_expired", last), Happening("subscription_started", first)]
    assert current_flow(history) is Flow.EXPIRED


def test_transaction_events_are_accepted() -> None:
    """The events may be an iterator, which is read once."""
    start = TransactionEvent(**EVENT)
    end = TransactionEvent(**{**EVENT, "event_type": "subscription_expired", "event_datetime": "2026-07-10T00:00:00Z"})
    assert current_flow(iter([end, start])) is Flow.EXPIRED


class Nowhere(tzinfo):
    """A time zone without a usable offset."""

    def utcoffset(self, _: datetime | None, /) -> timedelta:
        """Raise an error."""
        raise ValueError("no such offset")

    def dst(self, _: datetime | None, /) -> timedelta:
        """Raise an error."""
        raise ValueError("no such offset")

    def tzname(self, _: datetime | None, /) -> str:
        """Return a name."""
        return "nowhere"


def test_invalid_time_is_rejected() -> None:
    """The error for an event with an unusable time names the field."""
    moment: Any
    place: Any
    for place in [0, 1, 2]:
        for moment in [
            NOON.replace(tzinfo=None),
            NOON.replace(tzinfo=Nowhere()),
            NOON.date(),
            NOON.timestamp(),
            None,
            "yesterday",
            "2026-06-10T12:00:00",
            datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        ]:
            with case(moment=moment, place=place):
                history = [Happening("subscription_started", NOON)] * 2
                history.insert(place, Happening("subscription_expired", moment))
                with pytest.raises(AdaptyUsageError, match=r"^event_datetime: ") as caught:
                    current_flow(history)
                assert caught.value.field_name == "event_datetime"


@pytest.mark.parametrize(
    "events",
    [None, 1, object(), NOON, TransactionEvent(**EVENT)],
    ids=["none", "number", "object", "moment", "event"],
)
def test_events_must_be_iterable(events: Any) -> None:
    """A single event, None and a number raise a typed error."""
    with pytest.raises(AdaptyUsageError, match=r"^events: ") as caught:
        current_flow(events)
    assert caught.value.field_name == "events"


@pytest.mark.parametrize(
    "event",
    [None, 1, "subscription_started", {}, dict(EVENT), object(), ["subscription_started", NOON]],
    ids=["none", "number", "text", "empty", "json", "object", "pair"],
)
def test_invalid_event_is_rejected(event: Any) -> None:
    """An item without type and time, such as decoded JSON, raises a typed error."""
    with pytest.raises(AdaptyUsageError) as caught:
        current_flow([event])
    assert caught.value.field_name is not None
