"""Imports name all faults of a file and of a row at once."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AdaptyUsageError, MailProfile
from adapty.bulk import import_all, import_events, import_profiles
from tests.bulk.conftest import FakeApi, accept
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("skip_waits", "no_loose_ends")

WRONG: dict[str, Any] = {"external_profile_id": "user_1", "email": "jane", "country": "Atlantis"}
EXPECTED = ["external_created_at", "email", "country"]


def write_csv(name: str, *rows: dict[str, Any]) -> Path:
    """Write a CSV file with the columns of the first row."""
    path = Path(name)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("create", [lambda: MailProfile(**WRONG), lambda: MailProfile.from_dict(WRONG)])
def test_a_record_names_every_wrong_and_missing_field(create: Callable[[], MailProfile]) -> None:
    """A constructor and `from_dict` name all fields at once."""
    with pytest.raises(AdaptyUsageError) as caught:
        create()

    assert sorted(problem.field_name or "" for problem in caught.value.problems) == sorted(EXPECTED)
    assert all(f"{name}: " in str(caught.value) for name in EXPECTED)


def test_unknown_and_wrong_fields_are_named_together() -> None:
    """Unknown names do not hide wrong values."""
    with pytest.raises(AdaptyUsageError) as caught:
        MailProfile.from_dict({**PROFILE, "emial": "x", "country": "Atlantis"})

    assert [problem.field_name for problem in caught.value.problems] == ["emial", "country"]


@pytest.mark.parametrize("sort", [False, True])
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_rejected_row_names_all_its_faults_and_counts_each(adapty: Adapty, suffix: str, *, sort: bool) -> None:
    """The rejects file has every fault of a row, sorted or not."""
    wrong = {**EVENT, "event_datetime": "2026-06-10 14:20:05", "price_usd": "9,99", "event_type": "bought"}
    if suffix == "csv":
        path = write_csv("events.csv", wrong)
    else:
        path = Path("events.jsonl")
        path.write_text(json.dumps({**wrong, "colour": "red"}) + "\n")

    report = import_events(adapty, path, sort=sort)

    faults = {"event_datetime", "price_usd", "event_type", *(["colour"] if suffix == "jsonl" else [])}
    assert report.events_rejected == 1
    assert dict(report.reasons) == dict.fromkeys(faults, 1)
    (rejects,) = report.rejects_files
    text = rejects.read_text()
    (row,) = csv.DictReader(text.splitlines()) if suffix == "csv" else [json.loads(text)]
    assert all(f"{name}: " in row["_error"] for name in faults)
    assert "--timezone UTC" in row["_error"]


def test_a_header_names_all_unknown_and_missing_columns(adapty: Adapty, api: FakeApi) -> None:
    """A file is refused once for all of its columns."""
    path = write_csv("profiles.csv", {"external_profile_id": "user_1", "colour": "red", "shape": "round"})

    with pytest.raises(AdaptyUsageError) as caught:
        import_profiles(adapty, path)

    named = {problem.field_name for problem in caught.value.problems}
    assert {"colour", "shape", "external_created_at", "email"} <= named
    assert api.sent == []


def test_a_run_that_accepted_nothing_does_not_fix_its_mapping(adapty: Adapty, api: FakeApi) -> None:
    """After a run that rejected everything, the mapping can be corrected."""
    records = [{**PROFILE, "external_profile_id": f"user_{number}", "address": "j@example.com"} for number in range(5)]
    for record in records:
        record["email"] = "jane"
    records[0]["country"] = "Atlantis"
    path = Path("profiles.jsonl")
    path.write_text("".join(json.dumps(record) + "\n" for record in [*records, PROFILE]))
    api.reply = lambda _: httpx.Response(401, json={"errors": [{"message": "key", "error_code": "unauthorized"}]})
    with pytest.raises(Exception, match="saveProfile"):
        import_profiles(adapty, path, ignore=["address"])
    assert Path("profiles.jsonl.checkpoint").exists()
    api.reply = accept
    api.sent.clear()

    report = import_profiles(adapty, path, mapping={"email": "address"})

    assert (report.profiles_accepted, report.profiles_rejected, report.resumed) == (5, 1, False)
    assert [file.name for file in report.rejects_files] == ["profiles.rejects.jsonl"]
    assert len(report.rejects_files[0].read_text().splitlines()) == 1
    assert sorted(file.name for file in Path().iterdir()) == ["profiles.jsonl", "profiles.rejects.jsonl"]


def test_a_resumed_run_with_another_time_zone_is_refused(adapty: Adapty, api: FakeApi) -> None:
    """Times keep their meaning until the run ends."""
    path = Path("profiles.jsonl")
    times = {"external_created_at": "2026-06-01 10:30:00"}
    ids = [f"user_{number}" for number in range(2)]
    path.write_text("".join(json.dumps({**PROFILE, **times, "external_profile_id": each}) + "\n" for each in ids))
    rejected = httpx.Response(401, json={"errors": [{"message": "key", "error_code": "unauthorized"}]})
    api.reply = lambda body: accept(body) if body["external_profile_id"] == "user_0" else rejected
    with pytest.raises(Exception, match="saveProfile"):
        import_profiles(adapty, path, timezone="UTC", concurrency=1)

    with pytest.raises(AdaptyUsageError, match="timezone has changed from 'UTC' to 'Europe/Berlin'"):
        import_profiles(adapty, path, timezone="Europe/Berlin")

    assert api.bodies("profile")[0]["external_created_at"].startswith("2026-06-01T10:30:00")


def test_a_dry_run_needs_no_key() -> None:
    """A dry run needs neither a client nor a key."""
    path = write_csv("profiles.csv", PROFILE)

    assert import_all(None, profiles=path, dry_run=True).profiles_accepted == 1
    with pytest.raises(AdaptyUsageError, match="client"):
        import_all(None, profiles=path)
