"""Make the example subscriber base: `examples/profiles.csv`, `examples/events.jsonl` and their README.

The same bytes on every run and every Python. What happens to whom is data, in `example_lifecycles.py`;
`example_histories.py` lets it happen; this script writes it down and spoils some of it on purpose.

    python -m scripts.make_examples            write the files
    python -m scripts.make_examples --check    only say whether the files are those that the script makes
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
from scripts.example_histories import FIRST_SIGN_UP, LAST_DAY, Dice, Event, Plan, draw_plans, history
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
MEND = "make examples"

PERCENT_GIVEN: Mapping[str, int] = MappingProxyType(
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
"""The columns of profiles.csv, and how many of a hundred rows fill each."""

PERCENT_WITH_DEVICE = 60
"""How many of a hundred rows carry any `device_info` at all."""

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
"""How many of a hundred events that are no purchase of their own repeat the price of the purchase."""


@dataclass(frozen=True)
class Fault:
    """Rows that are wrong on purpose: the field, how many, and the values in turn.

    A value may name `{handle}` (a profile's e-mail name), `{naive}` (the event's time without its offset) and
    `{aware}` (the event's time). `event_type` is how the types of the events begin that may be damaged so.
    """

    what: str
    field: str
    rows: int
    values: tuple[str, ...]
    event_type: str = ""


PROFILE_FAULTS = (
    Fault(
        "e-mail address that is none (no `@`, two of them, a space inside, no domain, no name, empty)",
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
    Fault("unknown country", "country", 10, ("XX", "UK", "us", "Germany", "USA")),
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
    Fault("price that is no decimal number", "price_usd", 5, ("9,99", "free", "4.99 USD")),
    Fault("one-time purchase that expires", "expires_at", 5, ("{aware}",), "non_subscription_"),
)
LINE_BREAKERS: tuple[Callable[[str], str], ...] = (
    lambda line: line[: len(line) // 2],
    lambda line: line[:-1],
    lambda line: line[:-1] + ",}",
)
"""How lines stop being JSON: cut in the middle, the last brace missing, a comma too many."""


def spelled(moment: datetime, dice: Dice) -> str:
    """Spell a time in one of the ways of ISO 8601: UTC or another offset, with or without fractions."""
    suffix, minutes = dice.pick(tables.TIME_OFFSETS)
    zeros = "milliseconds" if dice.happens(6) else "seconds"
    fractions = dice.pick(("milliseconds", "milliseconds", "microseconds"))
    local = (moment + timedelta(minutes=minutes)).replace(tzinfo=None)
    return local.isoformat(timespec=fractions if moment.microsecond else zeros) + suffix


def event_fields(event: Event, dice: Dice) -> EventFields:
    """Give the event as the API's fields, in the contract's order; what is not given is left out."""
    bought = event.transaction
    priced = event.event_type in tables.PURCHASES or dice.happens(PERCENT_PRICED)
    values = (
        event.event_type,
        f"evt_{event.plan.number:05}_{event.number:02}",
        spelled(event.recorded_at, dice),
        event.plan.profile_id,
        event.plan.store.name,
        event.product.product_id,
        bought.transaction_id,
        bought.original_id,
        spelled(bought.purchased_at, dice),
        spelled(bought.originally_purchased_at, dice),
        bought.terms.price_usd if priced else None,
        bought.expires_at and spelled(bought.expires_at, dice),
        bought.offer and {name: value for name, value in asdict(bought.offer).items() if value},
    )
    named = zip(EVENT_FIELDS, values, strict=True)
    return {name: value for name, value in named if value is not None}


def profile_row(plan: Plan, events: list[Event], dice: Dice) -> Row:
    """Give the subscriber as a row of profiles.csv; the empty text where a value is left out."""
    if events:
        created_at = events[0].transaction.purchased_at - timedelta(minutes=dice.between(10, 20 * tables.DAY))
    else:
        minutes = (LAST_DAY - FIRST_SIGN_UP) // timedelta(minutes=1)
        created_at = FIRST_SIGN_UP + timedelta(minutes=dice.between(0, minutes - tables.DAY))
    first_name, gender = dice.pick(tables.FIRST_NAMES)
    home, visited = dice.pick(tables.COUNTRIES), dice.pick(tables.COUNTRIES)
    platform = dice.pick(plan.store.platforms)
    device = dice.pick([device for device in tables.DEVICES if device.platform == platform])
    bought = events[0].product.plan if events else "free"
    with_device = dice.happens(PERCENT_WITH_DEVICE)
    values = (
        plan.profile_id,
        spelled(created_at, dice),
        f"subscriber{plan.number:04}@{dice.pick(tables.EMAIL_DOMAINS)}",
        first_name,
        dice.pick(tables.LAST_NAMES),
        gender,
        (date(1956, 1, 1) + timedelta(days=dice.between(0, 50 * 365))).isoformat(),
        home.code,
        visited.code if dice.happens(8) else home.code,
        bought,
        dice.pick(tables.SIGNUP_SOURCES),
        platform,
        device.device,
        device.os,
        home.locale,
        home.timezone,
        dice.pick(tables.APP_VERSIONS),
    )
    row: Row = {}
    for column, value in zip(PERCENT_GIVEN, values, strict=True):
        given = dice.happens(PERCENT_GIVEN[column])
        row[column] = value if given and (with_device or "device_info." not in column) else ""
    return row


def spoil_profiles(rows: list[Row], dice: Dice) -> None:
    """Put the wrong values of the fault tables into some rows, one into each."""
    victims = iter(dice.shuffled(rows))
    for fault in PROFILE_FAULTS:
        for turn in range(fault.rows):
            row = next(victims)
            value = fault.values[turn % len(fault.values)]
            row[fault.field] = value.format(handle=row["email"].partition("@")[0])


def spoiled(fields: EventFields, fault: Fault, turn: int) -> EventFields:
    """Give the event with the fault's value in its field, the fields still in the contract's order."""
    aware = str(fields["event_datetime"])
    naive = datetime.fromisoformat(aware).replace(tzinfo=None).isoformat()
    value = fault.values[turn % len(fault.values)].format(aware=aware, naive=naive)
    changed = fields | {fault.field: value}
    return {name: changed[name] for name in EVENT_FIELDS if name in changed}


def event_lines(events: list[Event], dice: Dice) -> list[str]:
    """Give the lines of events.jsonl in a drawn order: some wrong, some repeated, ties left untouched."""
    fields = [event_fields(event, dice) for event in events]
    instants = Counter((event.plan.number, event.recorded_at) for event in events)
    whole = dice.shuffled(
        [index for index, event in enumerate(events) if instants[event.plan.number, event.recorded_at] == 1]
    )
    for fault in EVENT_FAULTS:
        for turn in range(fault.rows):
            index = next(index for index in whole if events[index].event_type.startswith(fault.event_type))
            whole.remove(index)
            fields[index] = spoiled(fields[index], fault, turn)
    lines = [json.dumps(each, separators=(",", ":"), ensure_ascii=False) for each in fields]
    for break_line in LINE_BREAKERS:
        index = whole.pop()
        lines[index] = break_line(lines[index])
    return dice.shuffled(lines + [lines[whole.pop()] for _ in range(REPEATED_LINES)])


def readme(tied: int) -> str:
    """Describe the files, above all what is wrong in them on purpose."""
    wrong = [("profiles.csv", fault.what, f"`{fault.field}`", fault.rows) for fault in PROFILE_FAULTS]
    wrong += [("events.jsonl", fault.what, f"`{fault.field}`", fault.rows) for fault in EVENT_FAULTS]
    wrong += [("events.jsonl", "line that is not JSON", "(line)", len(LINE_BREAKERS))]
    table = "\n".join(f"| {name} | {what} | {where} | {rows} |" for name, what, where, rows in wrong)
    countries = len({country.code for country in tables.COUNTRIES})
    lives = sum(bool(life.steps) for life in tables.LIFECYCLES)
    stores = len(set(tables.STORES))
    return f"""\
# An example subscriber base

Invented subscribers of an invented app, to try an import with. All files of data in this folder, and this one, are
made by `scripts/make_examples.py` from a fixed seed; do not edit them. To make them again: `{MEND}`. The programs
`webhooks_*.py` are examples of something else: each takes Adapty's webhook in another framework.

- `profiles.csv`: {PROFILES:,} subscribers in {countries} countries, one a row. The columns are the fields of
  the Mail API's profile; `custom.*` and `device_info.*` are the parts of `custom_attributes` and
  `device_info`. An empty cell is a field that is not given.
- `events.jsonl`: {EVENT_LINES:,} lines, each a transaction event as the Mail API takes it:
  {lives} life cycles of subscriptions, trials, offers and one-time purchases, in {stores} stores.

The events come in no order of time, and their times are spelled in several ways. {REPEATED_LINES} lines are
exact repeats of another (the same `event_id`: nothing may be counted twice). {tied} subscribers have two
events of the same instant; of these, the one that comes later in the file counts.

## Wrong on purpose

An import must refuse these rows, and only these. Each is wrong in one place. Events of a refused profile
are accepted all the same: the API keeps them until the profile is saved.

| file | what is wrong | field | rows |
|---|---|---|---|
{table}
"""


def made_files() -> dict[str, bytes]:
    """Make all files, by name."""
    dice = Dice(SEED)
    plans = draw_plans(PROFILES, EVENT_LINES - REPEATED_LINES, dice)
    histories = [history(plan, dice) for plan in plans]
    rows = [profile_row(plan, events, dice) for plan, events in zip(plans, histories, strict=True)]
    spoil_profiles(rows, dice)
    events = [event for told in histories for event in told]
    tied = sum(len({event.recorded_at for event in told}) < len(told) for told in histories)
    profiles = io.StringIO()
    writer = csv.DictWriter(profiles, list(PERCENT_GIVEN), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    texts = {
        "README.md": readme(tied),
        "events.jsonl": "".join(line + "\n" for line in event_lines(events, dice)),
        "profiles.csv": profiles.getvalue(),
    }
    return {name: text.encode() for name, text in texts.items()}


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description="Make the example subscriber base.")
    parser.add_argument("--output", type=Path, default=EXAMPLES, help="the folder (default: examples)")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if the files are others")
    arguments = parser.parse_args()
    if not arguments.check:
        write(arguments.output)
        return 0
    with TemporaryDirectory() as scratch:
        write(Path(scratch))
        return report_differences(Path(scratch), arguments.output, mend=MEND, shared=True)


def write(folder: Path) -> None:
    """Write the files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made_files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
