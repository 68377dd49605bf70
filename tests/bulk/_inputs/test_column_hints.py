"""Columns that are repeated, unnamed, misspelled or missing, and the hints in errors."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapty import Adapty, AdaptyUsageError, MailProfile
from adapty.bulk import import_all, import_events, import_profiles
from tests.bulk.conftest import HEADER
from tests.cases import case
from tests.conftest import EVENT, PROFILE

if TYPE_CHECKING:
    from tests.bulk.conftest import FakeApi

ROW = "user_1,2026-06-01T10:30:00Z,jane@example.com"


def write(*lines: str, name: str = "base.csv") -> str:
    """Write a file of these lines, and return its name."""
    Path(name).write_text("\n".join((*lines, "")), encoding="utf-8")
    return name


def message(adapty: Adapty, source: Any, **options: Any) -> str:
    """Return the error of an import."""
    with pytest.raises(AdaptyUsageError) as caught:
        import_profiles(adapty, source, **options)
    return str(caught.value)


def test_ignore_covers_all_columns_of_one_name(adapty: Adapty, api: FakeApi) -> None:
    """Repeated columns are rejected with a remedy, and skipped if they are ignored."""
    source = write(f"notes,{HEADER},notes", f"a,{ROW},b")

    error_text = message(adapty, source)
    report = import_profiles(adapty, source, ignore=["notes"])

    assert error_text == (
        "notes: is a column of base.csv and not a field of MailProfile; "
        'rename or remove it, or ignore it with --ignore notes (ignore=["notes"])'
    )
    assert message(adapty, write(f"{HEADER},gender,gender", f"{ROW},f,f")) == (
        "gender: is the name of two columns of base.csv; "
        'rename one, or ignore both with --ignore gender (ignore=["gender"])'
    )
    assert report.profiles_accepted == 1
    assert [body.keys() for body in api.bodies("profile")] == [PROFILE.keys()]


def test_ignore_covers_columns_without_a_name(adapty: Adapty, api: FakeApi) -> None:
    """Spreadsheets write empty header cells; `ignore=[""]` skips all of them."""
    source = write(f"{HEADER},, ,", f"{ROW},x,y,")

    remedy = 'name or remove it, or ignore all columns without a name with --ignore "" (ignore=[""])'
    assert message(adapty, source) == "3 problems: " + "; ".join(
        f"column {number}: has no name in base.csv; {remedy}" for number in (4, 5, 6)
    )
    assert import_profiles(adapty, source, ignore=[""]).profiles_accepted == 1
    assert [body.keys() for body in api.bodies("profile")] == [PROFILE.keys()]


def test_ignore_covers_repeated_keys_of_json_lines(adapty: Adapty, api: FakeApi) -> None:
    """A repeated key is skipped if it is ignored; others, and those of inner objects, are rejected."""
    profile = json.dumps(PROFILE)[:-1]
    lines = (
        f'{profile}, "notes": 1, "notes": 2}}',
        f'{profile}, "email": "joe@example.com"}}',
        f'{profile}, "custom_attributes": {{"notes": 1, "notes": 2}}}}',
        f'{profile}, "": 1, "": 2}}',
    )

    report = import_profiles(adapty, write(*lines, name="base.jsonl"), ignore=["notes", ""])

    assert (report.profiles_accepted, report.profiles_rejected) == (2, 2)
    errors = [json.loads(line)["_error"] for line in report.rejects_files[0].read_text().splitlines()]
    assert errors == ["(row): has the key email twice", "(row): has the key notes twice"]
    assert [body.keys() for body in api.bodies("profile")] == [PROFILE.keys()] * 2


def test_rejects_of_repeated_columns_can_be_imported_again(adapty: Adapty) -> None:
    """The rejects file is read with the same options as the input."""
    source = write(f"notes,,{HEADER},notes", f"a,,{ROW.replace('@', ' at ')},b")

    report = import_profiles(adapty, source, ignore=["notes", ""])
    again = import_profiles(adapty, report.rejects_files[0], ignore=["notes", ""])

    assert (report.profiles_rejected, again.profiles_rejected) == (1, 1)


def test_one_column_feeds_two_fields(adapty: Adapty, api: FakeApi) -> None:
    """The transaction ID of a store is often the ID of the event, too."""
    for name in ("events.csv", "events.jsonl"):
        with case(name):
            held = {field: value for field, value in EVENT.items() if field not in {"event_id", "store_transaction_id"}}
            event = {**held, "txn": "1000"}
            if name.endswith(".csv"):
                with Path(name).open("w", newline="") as file:
                    csv.writer(file).writerows([event, event.values()])
            else:
                Path(name).write_text(json.dumps(event))

            report = import_events(adapty, name, mapping={"event_id": "txn", "store_transaction_id": "txn"})

            assert report.events_accepted == 1
            assert api.bodies("event")[0] == {**held, "event_id": "1000", "store_transaction_id": "1000"} | {
                field: api.bodies("event")[0][field] for field in EVENT if "_at" in field or field == "event_datetime"
            }


def test_column_that_feeds_two_fields_may_be_in_either_file(adapty: Adapty, api: FakeApi) -> None:
    """Fields of both kinds of records are taken from one column of the file that has it."""
    profiles = write(HEADER.replace("external_profile_id", "uid"), ROW, name="profiles.csv")
    mapping = {"external_profile_id": "uid", "customer_user_id": "uid"}

    report = import_all(adapty, profiles=profiles, events=[EVENT], mapping=mapping)

    assert (report.accepted, report.rejected) == (2, 0)
    (body,) = api.bodies("profile")
    assert body["external_profile_id"] == body["customer_user_id"] == "user_1"


def test_hint_ignores_case_and_is_the_same_for_all_inputs(adapty: Adapty) -> None:
    """CSV, JSON Lines and dicts of a program get the same hint about a name that is not a field."""
    cases: list[tuple[str, str]] = [
        ("EMAIL", "email"),
        ("E-Mail", "email"),
        ("First Name", "first_name"),
        ("externalProfileId", "external_profile_id"),
        ("Created_At", "external_created_at"),
    ]
    for column, field in cases:
        with case(column, field):
            option = f"'{field}={column}'" if " " in column else f"{field}={column}"
            hint = f'did you mean {field}? rename it, or use --map {option} (mapping={{"{field}": "{column}"}})'
            record = {**PROFILE, column: "x"}
            rest = [f"{HEADER},{column}", f"{ROW},x"]

            error_text = message(adapty, write(*rest))
            reports = [
                import_profiles(adapty, write(json.dumps(record), name="base.jsonl")),
                import_profiles(adapty, [record]),
            ]

            assert error_text == f"{column}: is a column of base.csv and not a field of MailProfile; {hint}"
            for report in reports:
                (line,) = report.rejects_files[0].read_text(encoding="utf-8").splitlines()
                assert json.loads(line)["_error"] == f"{column}: is not a field of MailProfile; {hint}"
                assert report.reasons == {column: 1}


def test_hint_does_not_show_addresses_or_unprintable_names(adapty: Adapty) -> None:
    """A suggested command has no name that may be an address or that contains control characters."""
    for name in ("jane@example.com", "pl\x1ban", "x" * 500):
        error_text = message(adapty, write(f"{HEADER},{name}", f"{ROW},x"))

        assert "--ignore" not in error_text
        assert "jane" not in error_text


def test_hint_of_a_single_call_ignores_case() -> None:
    """The same hint is given outside of files."""
    with pytest.raises(AdaptyUsageError, match="did you mean email"):
        MailProfile.from_dict({**PROFILE, "EMAIL": "x"})
    with pytest.raises(AdaptyUsageError, match="did you mean os"):
        MailProfile.from_dict({**PROFILE, "device_info": {"platform": "iOS", "OS": "17"}})


def test_error_of_an_address_locates_the_space(adapty: Adapty) -> None:
    """The message says where the space is, without the address."""
    cases: list[tuple[str, str]] = [
        (" jane@example.com", "starts with U+0020 SPACE"),
        ("jane doe@example.com", "has a space at character 5"),
        ("jane@example.com ", "ends with U+0020 SPACE"),
        ("jane\u00a0doe@example.com", "has U+00A0 NO-BREAK SPACE at character 5"),
        ("jane@example.com\t", "ends with U+0009 TAB"),
    ]
    for address, problem in cases:
        with case(address, problem):
            report = import_profiles(adapty, write(HEADER, ROW.replace("jane@example.com", address)))

            assert report.profiles_rejected == 1
            (row,) = csv.DictReader(report.rejects_files[0].read_text(encoding="utf-8").splitlines())
            assert row["_error"] == f"email: {problem}; expected an e-mail address such as name@example.com"


@pytest.mark.parametrize(
    "first",
    [
        ROW,
        "jane@example.com,x",
        "17,2026-06-01,Jane",
        "2026-06-01,2026-06-01",
    ],
)
def test_csv_without_header_is_rejected(adapty: Adapty, first: str) -> None:
    """A first line that is a record is not read as column names, and its content is not shown."""
    for options in ({}, {"mapping": {"email": "mail"}}, {"ignore": ["city"]}):
        error_text = message(adapty, write(first, ROW), **options)

        assert error_text.startswith(
            "base.csv: has no header: its first line is a record; expected the names of the columns in the first "
            "line, such as external_profile_id,external_created_at,email,first_name,"
        )
        assert "jane" not in error_text


def test_header_of_unknown_names_is_not_read_as_a_record(adapty: Adapty) -> None:
    """Misspelled names get a hint about each of them, and required fields without a column are named."""
    assert re.findall(r"(\w+): (?:is|has)", message(adapty, write("ID,EMAIL", "1,x"))) == [
        "ID",
        "EMAIL",
        "external_profile_id",
        "external_created_at",
        "email",
    ]
    assert message(adapty, write("e-mail,2026-06-01", "1,x")).startswith("base.csv: has no header")
    assert message(adapty, write("email,2026-06-01", "1,x")).startswith(
        "3 problems: 2026-06-01: is a column of base.csv and not"
    )
