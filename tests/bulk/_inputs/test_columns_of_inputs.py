"""Mapped and ignored columns of an import with two files: each must be in at least one of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty, AdaptyUsageError
from adapty.bulk import import_all, import_profiles
from tests.cases import case
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from tests.bulk.conftest import FakeApi


def written(name: str, record: dict[str, Any], **renamed: str) -> str:
    """Write a file of one record, some of its fields under other names, and give the file's name."""
    held = {renamed.get(name, name): value for name, value in record.items()}
    if name.endswith(".jsonl"):
        Path(name).write_text(json.dumps(held))
    else:
        with Path(name).open("w", newline="") as file:
            csv.writer(file).writerows([held, held.values()])
    return name


def test_mapping_of_a_shared_field_can_apply_to_one_file(adapty: Adapty, api: FakeApi) -> None:
    """The other file is read as it is, with or without the field under its own name."""
    for events in ("events.csv", "events.jsonl"):
        with case(events):
            for event in (EVENT, {**EVENT, "email": "joe@example.com"}):
                report = import_all(
                    adapty,
                    profiles=written("profiles.csv", PROFILE, email="user_email"),
                    events=written(events, event),
                    mapping={"email": "user_email"},
                )

                assert (report.profiles_accepted, report.events_accepted, report.rejected) == (1, 1, 0)
                assert api.bodies("profile")[-1]["email"] == PROFILE["email"]
                assert api.bodies("event")[-1].get("email") == event.get("email")


def test_mapping_of_a_shared_field_can_apply_to_the_events(adapty: Adapty, api: FakeApi) -> None:
    """Either file can have the mapped column."""
    profiles = written("profiles.csv", PROFILE)
    events = written("events.csv", EVENT, external_profile_id="uid")

    report = import_all(adapty, profiles=profiles, events=events, mapping={"external_profile_id": "uid"})

    assert (report.accepted, report.rejected) == (2, 0)
    assert {body["external_profile_id"] for body in api.bodies("event")} == {EVENT["external_profile_id"]}


def test_mapped_column_in_neither_file_is_rejected(adapty: Adapty, api: FakeApi) -> None:
    """The error names both files and a suggestion, and nothing is sent."""
    profiles, events = written("profiles.csv", PROFILE, email="user_email"), written("events.csv", EVENT)

    with pytest.raises(AdaptyUsageError) as caught:
        import_all(adapty, profiles=profiles, events=events, mapping={"email": "user_emial"})

    assert str(caught.value.problems[0]) == (
        "mapping: maps email to user_emial, which is not a column of profiles.csv or events.csv; "
        "did you mean user_email?"
    )
    assert caught.value.problems[1].field_name == "user_email"
    assert caught.value.field_name == "mapping"
    assert api.sent == []


def test_mapped_column_of_one_kind_must_be_in_its_file(adapty: Adapty) -> None:
    """The error names only the file whose records have the field."""
    cases: list[tuple[str, str]] = [("profiles", "first_name"), ("profiles", "custom.plan"), ("events", "store")]
    for kind, field in cases:
        with case(kind, field):
            files = {"profiles": written("profiles.csv", PROFILE), "events": written("events.csv", EVENT)}

            with pytest.raises(AdaptyUsageError) as caught:
                import_all(adapty, **files, mapping={field: "x"})  # type: ignore[arg-type]

            assert str(caught.value) == f"mapping: maps {field} to x, which is not a column of {kind}.csv"


def test_error_of_the_other_file_does_not_depend_on_the_mapping(adapty: Adapty) -> None:
    """The search for columns does not hide that a file cannot be opened or has no header."""
    for wrong in (b"", b"x;y\n", b'"x', b"\xff\xfex\0", None):
        with case(wrong):
            profiles = written("profiles.csv", PROFILE)
            if wrong is not None:
                Path("events.csv").write_bytes(wrong)

            with pytest.raises(AdaptyUsageError) as caught:
                import_all(adapty, profiles=profiles, events="events.csv")
            error_text = str(caught.value)
            with pytest.raises(AdaptyUsageError) as caught:
                import_all(adapty, profiles=profiles, events="events.csv", mapping={"email": "email"})

            assert str(caught.value) == error_text
            assert "events.csv" in error_text


def test_mapped_column_must_be_in_a_single_file(adapty: Adapty) -> None:
    """Without events, only the profiles are searched for the column."""
    with pytest.raises(AdaptyUsageError, match=r"^mapping: maps email to x, which is not a column of profiles\.csv$"):
        import_profiles(adapty, written("profiles.csv", PROFILE), mapping={"email": "x"})


def test_input_without_header_can_have_any_key(adapty: Adapty, api: FakeApi) -> None:
    """Records with and without the mapped key are accepted."""
    for events in ("events.jsonl", "a program"):
        with case(events):
            profiles = written("profiles.csv", PROFILE)
            given: Any = written(events, EVENT, customer_user_id="cuid") if events.endswith("l") else [EVENT]

            report = import_all(adapty, profiles=profiles, events=given, mapping={"customer_user_id": "cuid"})

            assert (report.accepted, report.rejected) == (2, 0)


def test_ignored_column_must_be_in_one_file(adapty: Adapty, api: FakeApi) -> None:
    """An ignored column can be in one file or both; if it is in none, the error names all files."""
    profiles = written("profiles.csv", {**PROFILE, "city": "Bern", "notes": "x"})
    events = written("events.csv", {**EVENT, "city": "Bern"})

    report = import_all(adapty, profiles=profiles, events=events, ignore=["city", "notes"])

    assert (report.accepted, report.rejected) == (2, 0)
    assert [body.keys() & {"city", "notes"} for _, body in api.sent] == [set(), set()]
    with pytest.raises(AdaptyUsageError) as caught:
        import_all(adapty, profiles=profiles, events=events, ignore=["city", "notes", "plan"])
    assert str(caught.value) == "ignore: contains plan, which is not a column of profiles.csv or events.csv"


def test_rejected_record_keeps_ignored_columns(adapty: Adapty) -> None:
    """The rejects file has all columns, so that it can be imported with the same options."""
    profiles = written("profiles.csv", {**PROFILE, "email": "jane", "city": "Bern"})

    (rejects,) = import_profiles(adapty, profiles, ignore=["city"]).rejects_files

    (refused,) = csv.DictReader(rejects.read_text().splitlines())
    assert (refused["email"], refused["city"]) == ("jane", "Bern")
    assert import_profiles(adapty, rejects, ignore=["city"]).profiles_rejected == 1
