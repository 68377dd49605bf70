"""The example data matches its README, and covers what an import must handle."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING

from .independent_count import (
    FLOW_OF_EVENT_TYPE,
    OFFER_CATEGORIES,
    OFFER_TYPES,
    event_flaws,
    expected,
    profile_flaws,
    read_events,
    read_profiles,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"

PROFILES = read_profiles(EXAMPLES / "profiles.csv")
LINES = read_events(EXAMPLES / "events.jsonl")
EVENTS = [line for line in LINES if isinstance(line, dict) and not list(event_flaws(line))]
ACCEPTED_PROFILES = [row["external_profile_id"] for row in PROFILES if not list(profile_flaws(row))]

LETTERS = {
    "subscription_started": "S",
    "subscription_renewed": "R",
    "subscription_renewal_cancelled": "C",
    "subscription_renewal_reactivated": "A",
    "billing_issue_detected": "B",
    "entered_grace_period": "G",
    "subscription_refunded": "F",
    "subscription_expired": "X",
    "non_subscription_purchase": "N",
    "non_subscription_purchase_refunded": "M",
}
LIFECYCLES = {
    "never purchased": r"",
    "started only": r"S",
    "several renewals": r"SR{2,}",
    "cancelled and waiting": r"SR*C",
    "cancelled, reactivated, renewed": r"SR*CAR",
    "billing issue without grace period": r"SR*B",
    "billing issue with grace period": r"SR*BG",
    "billing issue recovered by a renewal": r"SR*BG?R",
    "expired after cancel": r"SR*CX",
    "expired after billing issue": r"SR*BG?X",
    "refunded": r"SR*F",
    "one-time purchase": r"N",
    "one-time purchase refunded": r"NM",
    "trial converted": r"tR+",
    "trial cancelled": r"tC",
    "trial expired": r"tC?X",
    "subscription and one-time purchase": r"SR*C?NR*",
    "subscribed again after expiry": r"SR*CXSR+",
}
"""Whole histories as letters, one an event in order of time; `t` is a subscription started as a trial."""


def time_of(event: dict[str, str]) -> datetime:
    """Parse the time of the event."""
    return datetime.fromisoformat(event["event_datetime"])


@cache
def histories() -> dict[str, list[dict[str, str]]]:
    """Return the accepted events of each accepted profile, without repeats, in order of time."""
    once: dict[str, dict[str, str]] = {}
    for event in EVENTS:
        once.setdefault(event["event_id"], event)
    found: dict[str, list[dict[str, str]]] = {profile: [] for profile in ACCEPTED_PROFILES}
    for event in sorted(once.values(), key=time_of):
        found.get(event["external_profile_id"], []).append(event)
    return found


def letter(event: Mapping[str, object]) -> str:
    """Return the letter of an event's type."""
    offer = event.get("offer")
    trial = isinstance(offer, dict) and offer["offer_type"] == "free_trial"
    return "t" if trial and event["event_type"] == "subscription_started" else LETTERS[str(event["event_type"])]


def test_size() -> None:
    """2,000 profiles with different ids and addresses in 15 countries, 10,000 event lines, below 4.5 MB."""
    assert len(PROFILES) == 2_000
    assert len({row["external_profile_id"] for row in PROFILES}) == 2_000
    assert len(LINES) == 10_000
    good = [row for row in PROFILES if not list(profile_flaws(row))]
    assert len({row["email"] for row in good}) == len(good)
    assert len({row["country"] for row in good if "country" in row}) == 15
    assert (EXAMPLES / "events.jsonl").stat().st_size < 4_500_000


def test_valid_addresses_have_reserved_domains() -> None:
    """Every valid address has a domain reserved for examples."""
    addresses = [row["email"] for row in PROFILES if not list(profile_flaws(row))]
    assert {address.partition("@")[2] for address in addresses} == {
        "example.com",
        "example.org",
        "example.net",
    }


def test_each_life_cycle_occurs() -> None:
    """At least ten accepted profiles have exactly this life cycle."""
    lived = ["".join(letter(event) for event in events) for events in histories().values()]
    counts = {name: sum(bool(re.fullmatch(cycle, each)) for each in lived) for name, cycle in LIFECYCLES.items()}
    assert min(counts.values()) >= 10, counts


def test_everything_in_the_spec_occurs() -> None:
    """All event types, offer categories, offer types and the three stores are among the accepted events."""
    offers = [event["offer"] for event in EVENTS if "offer" in event]
    assert {event["event_type"] for event in EVENTS} == set(FLOW_OF_EVENT_TYPE) == set(LETTERS)
    assert {offer["category"] for offer in offers} == set(OFFER_CATEGORIES)
    assert {offer["offer_type"] for offer in offers} == set(OFFER_TYPES)
    assert {event["store"] for event in EVENTS} == {"app_store", "play_store", "stripe"}


def test_each_kind_of_paid_offer_occurs() -> None:
    """Some started subscriptions have each kind of paid offer, with the ID of the offer."""
    started = [event for event in EVENTS if event["event_type"] == "subscription_started" and "offer" in event]
    kinds = set(product(("promotional", "offer_code", "win_back"), ("pay_as_you_go", "pay_up_front")))
    found = [event["offer"] for event in started]
    paid = [offer for offer in found if (offer["category"], offer["offer_type"]) in kinds]
    counts = Counter((offer["category"], offer["offer_type"]) for offer in paid)
    assert all(counts[kind] >= 5 for kind in kinds), counts
    assert all(offer["offer_id"] for offer in paid)


def test_subscriptions_beside_one_time_purchases_are_chains_of_their_own() -> None:
    """Some subscribers have a subscription and a one-time purchase, with different original transactions."""
    kinds: defaultdict[str, set[bool]] = defaultdict(set)
    chains: defaultdict[str, set[bool]] = defaultdict(set)
    for event in EVENTS:
        one_time = event["event_type"].startswith("non_subscription_")
        kinds[event["external_profile_id"]].add(one_time)
        chains[event["store_original_transaction_id"]].add(one_time)
    assert sum(len(found) == 2 for found in kinds.values()) >= 50
    assert {len(found) for found in chains.values()} == {1}


def test_transactions_are_plausible() -> None:
    """First purchases are their own original, renewals are not; IDs fit the API; access ends after it begins."""
    for event in EVENTS:
        own = event["store_transaction_id"] == event["store_original_transaction_id"]
        if event["event_type"] in {"subscription_started", "non_subscription_purchase"}:
            assert own
            assert datetime.fromisoformat(event["purchased_at"]) == datetime.fromisoformat(
                event["originally_purchased_at"]
            )
        if event["event_type"] == "subscription_renewed":
            assert not own
        assert len(event["store_transaction_id"]) <= 50
        one_time = event["event_type"].startswith("non_subscription_")
        assert ("expires_at" in event) is not one_time
        if not one_time:
            ends = datetime.fromisoformat(event["expires_at"])
            assert ends > datetime.fromisoformat(event["purchased_at"])
        assert datetime.fromisoformat(event["purchased_at"]) <= time_of(event)


def test_events_are_later_than_the_sign_up() -> None:
    """All events are later than the profile's `external_created_at`, and not later than the data."""
    end = datetime.fromisoformat("2026-07-01T00:00:00Z")
    created = {row["external_profile_id"]: datetime.fromisoformat(row["external_created_at"]) for row in PROFILES}
    assert min(created.values()) >= datetime.fromisoformat("2025-01-01T00:00:00Z")
    assert all(created[event["external_profile_id"]] < time_of(event) < end for event in EVENTS)
    assert max(created.values()) < end


def test_free_trials_cost_nothing() -> None:
    """A transaction is free exactly if it is a free trial."""
    for event in EVENTS:
        trial = event.get("offer", {}).get("offer_type") == "free_trial"
        assert (event.get("price_usd", "0.00" if trial else "1.00") == "0.00") is trial


def test_every_flow_has_subscribers() -> None:
    """Every flow has at least 50 subscribers, and all accepted profiles are in a flow."""
    count = expected(EXAMPLES / "profiles.csv", EXAMPLES / "events.jsonl")
    assert min(count.flows.values()) >= 50
    assert sum(count.flows.values()) == count.profiles_accepted == 2_000 - count.profiles_rejected
    assert count.events_accepted == 10_000 - count.events_rejected


def test_rejected_rows_match_the_readme() -> None:
    """The README's table has the number of rejected rows by field."""
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    said = re.findall(r"^\| (?:profiles\.csv|events\.jsonl) \|.*\| `?([a-z_()]+)`? \| (\d+) \|$", text, re.MULTILINE)
    count = expected(EXAMPLES / "profiles.csv", EXAMPLES / "events.jsonl")
    assert {field: int(rows) for field, rows in said} == count.refused_reasons
    assert len(said) == 7
    assert count.profiles_rejected + count.events_rejected == sum(count.refused_reasons.values())


def test_every_rejected_row_has_one_reason() -> None:
    """No rejected row has two reasons, so every importer reports the same one."""
    flaws = [list(profile_flaws(row)) for row in PROFILES] + [list(event_flaws(line)) for line in LINES]
    assert {len(found) for found in flaws} == {0, 1}


def test_events_of_rejected_profiles_occur() -> None:
    """Some accepted events belong to a rejected profile, and each event to a profile of the file."""
    owners = {event["external_profile_id"] for event in EVENTS}
    assert len(owners - set(ACCEPTED_PROFILES)) >= 10
    assert owners <= {row["external_profile_id"] for row in PROFILES}


def test_optional_columns_are_sometimes_empty() -> None:
    """Every optional column is empty in some rows and filled in others."""
    filled = Counter(column for row in PROFILES for column in row)
    required = {"external_profile_id", "external_created_at"}
    assert {column for column in filled if filled[column] == 2_000} == required
    assert len(filled) == 17
    assert min(filled.values()) >= 500


def test_events_are_out_of_order() -> None:
    """About half of the neighbouring events are in the wrong order."""
    earlier = sum(time_of(later) < time_of(event) for event, later in pairwise(EVENTS))
    assert 0.4 < earlier / len(EVENTS) < 0.6


def test_exact_repeats_exist() -> None:
    """Twelve lines are exact repeats; no `event_id` has two different events."""
    lines = (EXAMPLES / "events.jsonl").read_text(encoding="utf-8").splitlines()
    repeated = [line for line, times in Counter(lines).items() if times > 1]
    ids = Counter(event["event_id"] for event in EVENTS)
    assert len(repeated) == 12
    assert set(Counter(lines).values()) == {1, 2}
    assert sum(times - 1 for times in ids.values()) == 12


def test_simultaneous_last_events_occur() -> None:
    """Dozens of subscribers end with two simultaneous events of two flows, in either order."""
    decided: Counter[tuple[str, str]] = Counter()
    spelled_differently = 0
    for events in histories().values():
        if len(events) > 1 and time_of(events[-2]) == time_of(events[-1]):
            decided[events[-2]["event_type"], events[-1]["event_type"]] += 1
            spelled_differently += events[-2]["event_datetime"] != events[-1]["event_datetime"]
    across = {pair: times for pair, times in decided.items() if len({FLOW_OF_EVENT_TYPE[one] for one in pair}) > 1}
    assert sum(across.values()) >= 40
    assert all(across.get((second, first), 0) >= 5 for first, second in across)
    assert spelled_differently >= 20


def test_times_have_several_formats() -> None:
    """Times have `Z`, `+00:00` and other offsets, with and without fractions of a second."""
    times = [event[field] for event in EVENTS for field in ("event_datetime", "purchased_at")]
    assert sum(time.endswith("Z") for time in times) >= 1_000
    assert sum(time.endswith("+00:00") for time in times) >= 1_000
    assert sum(bool(datetime.fromisoformat(time).utcoffset() or timedelta()) for time in times) >= 1_000
    assert 1_000 <= sum("." in time for time in times) <= len(times) - 1_000
