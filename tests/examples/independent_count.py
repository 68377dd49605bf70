"""A second, independent count of the example data: the expected result of an import.

It reads only the two files, and shares no code with the SDK or with the script that generates them. It implements the
rules of the Mail API a second time.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pycountry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLOW_OF_EVENT_TYPE = {
    "subscription_started": "active",
    "subscription_renewed": "active",
    "subscription_renewal_reactivated": "active",
    "non_subscription_purchase": "active",
    "subscription_renewal_cancelled": "renewal cancelled",
    "billing_issue_detected": "billing issue",
    "entered_grace_period": "billing issue",
    "subscription_expired": "expired",
    "subscription_refunded": "refunded",
    "non_subscription_purchase_refunded": "refunded",
}
FLOWS = ("never purchased", "active", "renewal cancelled", "billing issue", "expired", "refunded")

REQUIRED_OF_PROFILE = ("external_profile_id", "external_created_at", "email")
REQUIRED_OF_EVENT = (
    "event_type",
    "event_id",
    "event_datetime",
    "external_profile_id",
    "store",
    "store_product_id",
    "store_transaction_id",
    "store_original_transaction_id",
    "purchased_at",
    "originally_purchased_at",
)
OFFER_CATEGORIES = ("introductory", "promotional", "offer_code", "win_back")
OFFER_TYPES = ("free_trial", "pay_as_you_go", "pay_up_front")

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
COUNTRY_CODES = frozenset(country.alpha_2 for country in pycountry.countries)
"""Compared by equality: pycountry's own look-up takes `us` for `US`."""


@dataclass(frozen=True)
class Expected:
    """The expected result of an import of all profiles and then all events, in the order of the files.

    `events_accepted` counts accepted requests, so the exact repeats too. `flows` counts the accepted profiles
    by the flow that they are in, `refused_reasons` the refused rows by the field that is wrong.
    """

    profiles_accepted: int
    profiles_rejected: int
    events_accepted: int
    events_rejected: int
    flows: dict[str, int]
    refused_reasons: dict[str, int]


def read_profiles(path: Path) -> list[dict[str, str]]:
    """Read the rows, without empty cells."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{column: cell for column, cell in row.items() if cell} for row in csv.DictReader(file)]


def read_events(path: Path) -> list[object]:
    """Read the lines; `None` for a line that is not JSON."""
    return [parsed(line) for line in path.read_text(encoding="utf-8").splitlines()]


def parsed(line: str) -> object:
    """Parse one line of JSON; `None` if it is invalid."""
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def is_aware_time(text: object) -> bool:
    """Return whether the text is an ISO 8601 time with an offset."""
    try:
        return datetime.fromisoformat(str(text)).tzinfo is not None
    except ValueError:
        return False


def is_date(text: str) -> bool:
    """Return whether the text is an ISO 8601 date."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def profile_flaws(row: dict[str, str]) -> Iterator[str]:
    """Return the fields for which the Mail API rejects the profile."""
    yield from (field for field in REQUIRED_OF_PROFILE if field not in row)
    if not is_aware_time(row.get("external_created_at", "2026-01-01T00:00:00Z")):
        yield "external_created_at"
    if not EMAIL.fullmatch(row.get("email", "not@missing.example")):
        yield "email"
    if not is_date(row.get("birthday", "2000-01-01")):
        yield "birthday"
    yield from (field for field in ("country", "store_country") if row.get(field, "US") not in COUNTRY_CODES)
    if any(field.startswith("device_info.") for field in row) and "device_info.platform" not in row:
        yield "device_info.platform"


def event_flaws(event: object) -> Iterator[str]:
    """Return the fields for which the Mail API rejects the event; `(line)` if there is no event."""
    if not isinstance(event, dict):
        yield "(line)"
        return
    yield from (field for field in REQUIRED_OF_EVENT if not event.get(field))
    if event["event_type"] not in FLOW_OF_EVENT_TYPE:
        yield "event_type"
    times = ("event_datetime", "purchased_at", "originally_purchased_at", "expires_at")
    yield from (field for field in times if field in event and not is_aware_time(event[field]))
    if not DECIMAL.fullmatch(event.get("price_usd", "0")):
        yield "price_usd"
    if event["event_type"].startswith("non_subscription_") and "expires_at" in event:
        yield "expires_at"
    if "offer" in event and event["offer"].get("category") not in OFFER_CATEGORIES:
        yield "offer.category"
    if "offer" in event and event["offer"].get("offer_type") not in OFFER_TYPES:
        yield "offer.offer_type"


def latest_event_types(events: list[dict[str, str]]) -> dict[str, str]:
    """Return the event type that decides for each profile: the latest, of simultaneous ones the last received.

    An `event_id` that was received before is the same event again and changes nothing.
    """
    received: set[str] = set()
    latest: dict[str, tuple[datetime, str]] = {}
    for event in events:
        if event["event_id"] in received:
            continue
        received.add(event["event_id"])
        when = datetime.fromisoformat(event["event_datetime"])
        profile = event["external_profile_id"]
        if profile not in latest or when >= latest[profile][0]:
            latest[profile] = (when, event["event_type"])
    return {profile: event_type for profile, (_, event_type) in latest.items()}


def expected(profiles_path: Path, events_path: Path) -> Expected:
    """Compute the expected result of an import from the two files."""
    reasons: Counter[str] = Counter()
    accepted_profiles: set[str] = set()
    accepted_events: list[dict[str, str]] = []
    profiles, events = read_profiles(profiles_path), read_events(events_path)
    refused_profiles = refused_events = 0
    for row in profiles:
        flaws = list(profile_flaws(row))
        if flaws:
            reasons[flaws[0]] += 1
            refused_profiles += 1
        else:
            accepted_profiles.add(row["external_profile_id"])
    for event in events:
        flaws = list(event_flaws(event))
        if flaws:
            reasons[flaws[0]] += 1
            refused_events += 1
        elif isinstance(event, dict):
            accepted_events.append(event)
    latest = latest_event_types(accepted_events)
    flows = dict.fromkeys(FLOWS, 0)
    for profile in accepted_profiles:
        flows[FLOW_OF_EVENT_TYPE[latest[profile]] if profile in latest else "never purchased"] += 1
    return Expected(
        profiles_accepted=len(profiles) - refused_profiles,
        profiles_rejected=refused_profiles,
        events_accepted=len(accepted_events),
        events_rejected=refused_events,
        flows=flows,
        refused_reasons=dict(reasons),
    )
