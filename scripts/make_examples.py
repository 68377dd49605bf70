"""Generate the example subscribers: `examples/profiles.csv`, `examples/events.jsonl` and their README.

The output is reproducible. The life cycles are tables in `example_lifecycles.py`; `example_simulation.py` creates the
events. This script writes the files and makes some records invalid on purpose.

    python -m scripts.make_examples            write the files
    python -m scripts.make_examples --check    compare the files with the committed ones
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING

from scripts import example_lifecycles as tables
from scripts.example_simulation import FIRST_SIGN_UP, LAST_DAY, Event, Plan, Rng, create_events, draw_plans
from scripts.generated_files import report_differences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Row = dict[str, str]
EventFields = dict[str, object]

SEED = 20260601
PROFILES = 2_000
EVENT_LINES = 10_000
REPEATED_LINES = 12

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FIX = "make examples"

PERCENT_FILLED: Mapping[str, int] = MappingProxyType(
    {
        "external_profile_id": 100,
        "external_created_at": 100,
        "email": 100,
        "first_name": 70,
        "last_name": 60,
        "gender": 45,
        "birthday": 40,
        "country": 85,
        "store_country": 50,
        "custom.plan": 80,
        "custom.signup_source": 65,
        "device_info.platform": 100,
        "device_info.device": 85,
        "device_info.os": 90,
        "device_info.locale": 70,
        "device_info.timezone": 60,
        "device_info.app_version": 80,
    },
)
"""The columns of profiles.csv, and the percentage of rows with a value."""

PERCENT_WITH_DEVICE = 60
"""The percentage of rows with `device_info`."""

EVENT_FIELDS = (
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
    "price_usd",
    "expires_at",
    "offer",
)

PERCENT_PRICED = 90
"""The percentage of events without a purchase that repeat the price of the purchase."""


@dataclass(frozen=True)
class Fault:
    """Rows that are invalid on purpose: the field, the number of rows, and the values in order.

    A value can contain `{handle}` (the name of the e-mail address), `{naive}` (the event's time without its offset) and
    `{aware}` (the event's time). `event_type` is the prefix of the event types that are used.
    """

    what: str
    field: str
    rows: int
    values: tuple[str, ...]
    event_type: str = ""


PROFILE_FAULTS = (
    Fault(
        "invalid e-mail address (no `@`, two of them, a space inside, no domain, no name, empty)",
        "email",
        12,
        (
            "{handle}.example.com",
            "{handle}@@example.com",
            "{handle} mail@example.org",
            "{handle}@",
            "{handle}",
            "{handle}@mail@example.net",
            "{handle}@exam ple.com",
            "{handle}@",
            "{handle}_at_example.org",
            "@example.net",
            "{handle}@example.com@",
            "",
        ),
    ),
    Fault("unknown country", "country", 10, ("XX", "UK", "U.S.", "Germany", "USA")),
)
EVENT_FAULTS = (
    Fault("time without an offset", "event_datetime", 15, ("{naive}",)),
    Fault(
        "unknown event type",
        "event_type",
        10,
        ("subscription_paused", "trial_started", "subscription_start"),
        "subscription_",
    ),
    Fault("price that is not a decimal number", "price_usd", 5, ("9,99", "free", "4.99 USD")),
    Fault("one-time purchase with an expiry", "expires_at", 5, ("{aware}",), "non_subscription_"),
)
LINE_BREAKERS: tuple[Callable[[str], str], ...] = (
    lambda line: line[: len(line) // 2],
    lambda line: line[:-1],
    lambda line: line[:-1] + ",}",
)
"""How lines become invalid JSON: cut in the middle, without the last brace, with an extra comma."""


def format_time(moment: datetime, rng: Rng) -> str:
    """Format a time as ISO 8601, with a random offset and with or without fractions."""
    suffix, minutes = rng.pick(tables.TIME_OFFSETS)
    zeros = "milliseconds" if rng.happens(6) else "seconds"
    fractions = rng.pick(("milliseconds", "milliseconds", "microseconds"))
    local = (moment + timedelta(minutes=minutes)).replace(tzinfo=None)
    return local.isoformat(timespec=fractions if moment.microsecond else zeros) + suffix


def event_fields(event: Event, rng: Rng) -> EventFields:
    """Return the fields of the event in the contract's order, without missing values."""
    bought = event.transaction
    priced = event.event_type in tables.PURCHASES or rng.happens(PERCENT_PRICED)
    values = (
        event.event_type,
        f"evt_{event.plan.number:05}_{event.number:02}",
        format_time(event.recorded_at, rng),
        event.plan.profile_id,
        event.plan.store.name,
        event.product.product_id,
        bought.transaction_id,
        bought.original_id,
        format_time(bought.purchased_at, rng),
        format_time(bought.originally_purchased_at, rng),
        bought.terms.price_usd if priced else None,
        bought.expires_at and format_time(bought.expires_at, rng),
        bought.offer and {name: value for name, value in asdict(bought.offer).items() if value},
    )
    named = zip(EVENT_FIELDS, values, strict=True)
    return {name: value for name, value in named if value is not None}


def profile_row(plan: Plan, events: list[Event], rng: Rng) -> Row:
    """Return the row of the subscriber; missing values are empty."""
    if events:
        created_at = events[0].transaction.purchased_at - timedelta(minutes=rng.between(10, 20 * tables.DAY))
    else:
        minutes = (LAST_DAY - FIRST_SIGN_UP) // timedelta(minutes=1)
        created_at = FIRST_SIGN_UP + timedelta(minutes=rng.between(0, minutes - tables.DAY))
    first_name, gender = rng.pick(tables.FIRST_NAMES)
    home, visited = rng.pick(tables.COUNTRIES), rng.pick(tables.COUNTRIES)
    platform = rng.pick(plan.store.platforms)
    device = rng.pick([device for device in tables.DEVICES if device.platform == platform])
    bought = events[0].product.plan if events else "free"
    with_device = rng.happens(PERCENT_WITH_DEVICE)
    values = (
        plan.profile_id,
        format_time(created_at, rng),
        f"subscriber{plan.number:04}@{rng.pick(tables.EMAIL_DOMAINS)}",
        first_name,
        rng.pick(tables.LAST_NAMES),
        gender,
        (date(1956, 1, 1) + timedelta(days=rng.between(0, 50 * 365))).isoformat(),
        home.code,
        visited.code if rng.happens(8) else home.code,
        bought,
        rng.pick(tables.SIGNUP_SOURCES),
        platform,
        device.device,
        device.os,
        home.locale,
        home.timezone,
        rng.pick(tables.APP_VERSIONS),
    )
    row: Row = {}
    for column, value in zip(PERCENT_FILLED, values, strict=True):
        is_filled = rng.happens(PERCENT_FILLED[column])
        row[column] = value if is_filled and (with_device or "device_info." not in column) else ""
    return row


def corrupt_profiles(rows: list[Row], rng: Rng) -> None:
    """Put the invalid values of the table into some rows, one per row."""
    shuffled = iter(rng.shuffled(rows))
    for fault in PROFILE_FAULTS:
        for count in range(fault.rows):
            row = next(shuffled)
            value = fault.values[count % len(fault.values)]
            row[fault.field] = value.format(handle=row["email"].partition("@")[0])


def corrupt_event(fields: EventFields, fault: Fault, count: int) -> EventFields:
    """Return the event with an invalid value, in the contract's order."""
    aware = str(fields["event_datetime"])
    naive = datetime.fromisoformat(aware).replace(tzinfo=None).isoformat()
    value = fault.values[count % len(fault.values)].format(aware=aware, naive=naive)
    changed = fields | {fault.field: value}
    return {name: changed[name] for name in EVENT_FIELDS if name in changed}


def event_lines(events: list[Event], rng: Rng) -> list[str]:
    """Return the lines of events.jsonl in random order: some invalid, some repeated.

    Events with equal times stay valid.
    """
    fields = [event_fields(event, rng) for event in events]
    instants = Counter((event.plan.number, event.recorded_at) for event in events)
    valid = rng.shuffled(
        [index for index, event in enumerate(events) if instants[event.plan.number, event.recorded_at] == 1]
    )
    for fault in EVENT_FAULTS:
        for count in range(fault.rows):
            index = next(index for index in valid if events[index].event_type.startswith(fault.event_type))
            valid.remove(index)
            fields[index] = corrupt_event(fields[index], fault, count)
    lines = [json.dumps(each, separators=(",", ":"), ensure_ascii=False) for each in fields]
    for break_line in LINE_BREAKERS:
        index = valid.pop()
        lines[index] = break_line(lines[index])
    return rng.shuffled(lines + [lines[valid.pop()] for _ in range(REPEATED_LINES)])


def readme(tied: int) -> str:
    """Return the README, with the table of invalid records."""
    invalid = [("profiles.csv", fault.what, f"`{fault.field}`", fault.rows) for fault in PROFILE_FAULTS]
    invalid += [("events.jsonl", fault.what, f"`{fault.field}`", fault.rows) for fault in EVENT_FAULTS]
    invalid += [("events.jsonl", "line that is not JSON", "(line)", len(LINE_BREAKERS))]
    table = "\n".join(f"| {name} | {what} | {where} | {rows} |" for name, what, where, rows in invalid)
    countries = len({country.code for country in tables.COUNTRIES})
    lifecycles = sum(bool(lifecycle.steps) for lifecycle in tables.LIFECYCLES)
    stores = len(set(tables.STORES))
    return f"""\
# Example subscribers

Fictional subscribers of a fictional app, to try an import. The data files and this README are generated by
`scripts/make_examples.py` from a fixed seed; do not edit them. To generate them again, run `{FIX}`. The programs
`webhooks_*.py` receive Adapty's webhook in several frameworks.

- `profiles.csv`: {PROFILES:,} subscribers in {countries} countries, one per row. The columns are the fields of
  the Mail API's profile; `custom.*` and `device_info.*` are the parts of `custom_attributes` and
  `device_info`. An empty cell is a missing field.
- `events.jsonl`: {EVENT_LINES:,} lines, each a transaction event of the Mail API:
  {lifecycles} life cycles of subscriptions, trials, offers and one-time purchases, in {stores} stores.

The events are not ordered by time, and their times have several formats. {REPEATED_LINES} lines are exact copies of
other lines (the same `event_id`: it must not count twice). {tied} subscribers have two events with the same
time; of these, the later one in the file counts.

## Invalid on purpose

An import must reject these rows and no others. Each has one error. Events of a rejected profile are accepted: the
API stores them until the profile is saved.

| file | error | field | rows |
|---|---|---|---|
{table}
"""


def generate_files() -> dict[str, bytes]:
    """Return the contents of all files by name."""
    rng = Rng(SEED)
    plans = draw_plans(PROFILES, EVENT_LINES - REPEATED_LINES, rng)
    histories = [create_events(plan, rng) for plan in plans]
    rows = [profile_row(plan, events, rng) for plan, events in zip(plans, histories, strict=True)]
    corrupt_profiles(rows, rng)
    events = [event for events in histories for event in events]
    tied = sum(len({event.recorded_at for event in history}) < len(history) for history in histories)
    profiles = io.StringIO()
    writer = csv.DictWriter(profiles, list(PERCENT_FILLED), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    texts = {
        "README.md": readme(tied),
        "events.jsonl": "".join(line + "\n" for line in event_lines(events, rng)),
        "profiles.csv": profiles.getvalue(),
    }
    return {name: text.encode() for name, text in texts.items()}


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description="Generate the example subscribers.")
    parser.add_argument("--output", type=Path, default=EXAMPLES, help="the folder (default: examples)")
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the files are out of date")
    arguments = parser.parse_args()
    if not arguments.check:
        write(arguments.output)
        return 0
    with TemporaryDirectory() as scratch:
        write(Path(scratch))
        return report_differences(Path(scratch), arguments.output, fix=FIX, shared=True)


def write(folder: Path) -> None:
    """Write the files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in generate_files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
