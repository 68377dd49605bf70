"""Columns and keys: fields, the vendor's names, and mappings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyUsageError, MailProfile, TransactionEvent
from adapty.bulk._inputs.columns import VENDOR_COLUMNS, Columns
from adapty.bulk._inputs.sources import open_source
from adapty.models._request import field_names
from tests.bulk._inputs.reading import rows_of
from tests.cases import case

HEADER = "external_profile_id,external_created_at"


def rows(content: str, mapping: Any = None, name: str = "base.csv", record: Any = MailProfile) -> list[Any]:
    """Write the content to a file, and give the fields of each row, or its problem."""
    Path(name).write_text(content, encoding="utf-8")
    return [row.problem or row.data for row in rows_of(open_source("profiles", name, record, mapping))]


def refused(content: str, mapping: Any = None, name: str = "base.csv", record: Any = MailProfile) -> str:
    """Return the message of the error that opening the source ends with."""
    Path(name).write_text(content, encoding="utf-8")
    with pytest.raises(AdaptyUsageError) as caught:
        open_source("profiles", name, record, mapping)
    return str(caught.value)


def test_mapping_assigns_columns_to_fields() -> None:
    """Top-level, nested and custom fields are read from their mapped columns."""
    mapping = {
        "email": "user_email",
        "custom.plan": "Tarif",
        "custom_attributes.x.y": "x,y",
        "device_info.os": "os",
    }

    assert rows('external_profile_id,user_email,Tarif,"x,y",os\nuser_1,jane@example.com,trial,7,\n', mapping) == [
        {
            "external_profile_id": "user_1",
            "email": "jane@example.com",
            "custom_attributes": {"plan": "trial", "x.y": "7"},
        }
    ]


def test_mapped_and_plain_columns_of_a_nested_field_are_merged() -> None:
    """An object is built from all columns of its fields."""
    mapping = {"device_info.os": "os", "custom.a": "a"}

    assert rows("os,device_info.platform,a,custom.b\n17.5,iOS,1,2\n", mapping) == [
        {"device_info": {"os": "17.5", "platform": "iOS"}, "custom_attributes": {"a": "1", "b": "2"}}
    ]


def test_mapped_column_can_have_the_name_of_another_field() -> None:
    """The own name of a mapped column has no meaning, so that two columns can be swapped."""
    assert rows("email,first_name\nJane,jane@example.com\n", {"email": "first_name", "first_name": "email"}) == [
        {"email": "jane@example.com", "first_name": "Jane"}
    ]


def test_field_can_be_mapped_to_its_own_name() -> None:
    """A redundant mapping is valid."""
    assert rows("email,os\nx,1\n", {"email": "email", "device_info.os": "os"}) == [
        {"email": "x", "device_info": {"os": "1"}}
    ]


def test_mapping_applies_to_keys_of_json_lines() -> None:
    """Keys of objects are mapped, to nested fields too; null counts as missing."""
    mapping = {"email": "user_email", "custom.plan": "plan", "device_info": "device"}
    lines = [
        {"user_email": "a", "plan": 7, "custom_attributes": {"b": 1}, "device": {"os": "1", "locale": None}},
        {"user_email": "a", "email": None, "plan": None, "device": None},
        {"email": None},
        {"user_email": None, "email": "a"},
    ]

    assert rows("\n".join(map(json.dumps, lines)), mapping, "base.jsonl") == [
        {"email": "a", "custom_attributes": {"b": 1, "plan": 7}, "device_info": {"os": "1"}},
        {"email": "a"},
        {},
        {"email": "a"},
    ]


def test_mapped_key_has_precedence_over_the_field_name() -> None:
    """The mapped key is used if an object has both."""
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"user_email": "a", "email": "b"}, {"email": "a"}),
        ({"email": "b", "user_email": "a"}, {"email": "a"}),
        ({"user_email": "a", "email": None}, {"email": "a"}),
        (
            {"plan": "a", "custom_attributes": {"plan": "b", "x": 1}},
            {"custom_attributes": {"plan": "a", "x": 1}},
        ),
    ]
    for line, fields in cases:
        with case(line, fields):
            assert rows(json.dumps(line), {"email": "user_email", "custom.plan": "plan"}, "base.jsonl") == [fields]


def test_key_mapped_into_a_non_object_rejects_the_row() -> None:
    """Only the row that has both is rejected."""
    line = {"plan": "a", "custom_attributes": "b"}

    (problem,) = rows(json.dumps(line), {"custom.plan": "plan"}, "base.jsonl")

    assert problem == (
        "has plan, which is mapped into custom_attributes, but custom_attributes is of type str; "
        "expected custom_attributes to be an object, or omit it"
    )


FIELDS_OF_PROFILES = (
    *field_names(MailProfile),
    *(f"device_info.{name}" for name in ("platform", "device", "os", "locale", "timezone", "app_version")),
)


def test_invalid_mapping_is_rejected() -> None:
    """An invalid mapping is an error before anything is read, for every kind of input."""
    cases_0: list[tuple[Any, str]] = [
        ({"emial": "x"}, "emial is not a field of MailProfile; did you mean email? expected one of external_prof"),
        ({"": "x"}, "(an empty name) is not a field of MailProfile; expected one of external_profile_id"),
        (
            {"device_info.platfrom": "x"},
            "device_info.platfrom is not a field of MailProfile; did you mean device_info.p",
        ),
        ({"custom.": "x"}, "custom. is not a field of MailProfile"),
        ({"extra_fields": "x"}, "extra_fields is not a field of MailProfile"),
        ({"user_id": "x"}, "user_id is not a field of MailProfile"),
        ({"event_id": "x"}, "event_id is not a field of MailProfile"),
        ({"jane@example.com": "x"}, "(a name with an @) is not a field of MailProfile"),
        (
            {"custom.plan": "x", "custom_attributes.plan": "y"},
            "maps custom.plan to two columns, x and y; expected one",
        ),
        ({"device_info": "x", "device_info.os": "y"}, "maps device_info.os to two columns, x and y; expected one"),
        (
            {"custom.x": "x", "custom_attributes": "y"},
            "maps custom_attributes to two columns, x and y; expected one",
        ),
        ({"email": "_raw"}, "maps email to _raw, which a rejects file adds; expected another column"),
        ({"email": 7}, "has a name of type int; expected field names to column names, such as"),
        ({7: "email"}, "has a name of type int; expected field names to column names, such as"),
        ({"email": None}, "has a name None; expected field names to column names, such as"),
        ([("email", "x")], "is of type list; expected field names to column names, such as"),
        ("email=x", "is of type str; expected field names to column names, such as"),
    ]
    for mapping, problem in cases_0:
        for source in ("base.csv", "base.jsonl", "iterable"):
            with case(mapping, problem, source):
                Path("base.csv").write_text("email\nx\n", encoding="utf-8")
                Path("base.jsonl").write_text("{}\n", encoding="utf-8")

                with pytest.raises(AdaptyUsageError) as caught:
                    open_source("profiles", [] if source == "iterable" else source, MailProfile, mapping)

                assert str(caught.value).startswith(f"mapping: {problem}")
                assert caught.value.field_name == "mapping"
                assert "jane" not in str(caught.value)


def test_missing_mapped_column_is_rejected() -> None:
    """The error names the column that the file does not have, with a suggestion."""
    cases: list[tuple[str, str]] = [
        ("gendre", "gendre, which is not a column of base.csv; did you mean gender?"),
        ("zzz", "zzz, which is not a column of base.csv"),
        ("", "(an empty name), which is not a column of base.csv"),
        ("{}", "{}, which is not a column of base.csv"),
        ("x" * 1000, f"{'x' * 97}..., which is not a column of base.csv"),
    ]
    for column, problem in cases:
        with case(column, problem):
            assert refused("external_profile_id,gender\n", {"email": column}) == f"mapping: maps email to {problem}"


def test_mapped_column_has_precedence_over_the_field_name() -> None:
    """The other column is ignored, even if the mapped one is empty."""
    cases: list[tuple[str, dict[str, Any]]] = [
        ("user_email,email", {"email": "1"}),
        ("email,user_email", {"email": "2"}),
        ("user_email,plan,custom.plan", {"email": "1", "custom_attributes": {"plan": "2"}}),
        ("user_email,custom_attributes.plan,plan", {"email": "1", "custom_attributes": {"plan": "3"}}),
        ("user_email,plan,custom.x", {"email": "1", "custom_attributes": {"plan": "2", "x": "3"}}),
    ]
    for header, fields in cases:
        with case(header, fields):
            mapping = {"email": "user_email"} | ({"custom.plan": "plan"} if "plan" in header else {})
            names = header.split(",")
            values = ",".join(str(number) for number, _ in enumerate(names, start=1))
            empty = ",".join("" if name == "user_email" else "x" for name in names)

            with_values, without = rows(f"{header}\n{values}\n{empty}\n", mapping)

            assert with_values == fields
            assert "email" not in without


def test_ignored_columns_are_skipped() -> None:
    """An ignored column or key stays in the source of the row; notes are always ignored."""
    ignore_values: list[Any] = [["city"], ("city",), {"city"}, frozenset({"city", "_line", "_raw"}), {"city": 1}.keys()]
    for ignore in ignore_values:
        for name in ("base.csv", "base.jsonl"):
            with case(ignore, name):
                csv_or_json = "email,city\na,Bern\n" if name == "base.csv" else '{"email": "a", "city": "Bern"}'
                Path(name).write_text(csv_or_json)

                (row,) = rows_of(open_source("profiles", name, MailProfile, ignore=ignore))

                assert (row.data, row.problem) == ({"email": "a"}, None)
                assert row.source == {"email": "a", "city": "Bern"}


def test_ignore_applies_to_mappings() -> None:
    """Mappings of a program are read like JSON objects."""
    (row,) = rows_of(open_source("profiles", [{"email": "a", "city": "Bern"}], MailProfile, ignore=["city"]))

    assert (row.data, row.source) == ({"email": "a"}, {"email": "a", "city": "Bern"})


def test_field_can_be_ignored() -> None:
    """An ignored column is not sent, and does not conflict with another column for the same field."""
    Path("base.csv").write_text("email,first_name,user_id,external_profile_id\na,b,c,d\n")

    (row,) = rows_of(open_source("profiles", "base.csv", MailProfile, ignore=["first_name", "external_profile_id"]))

    assert row.data == {"email": "a", "external_profile_id": "c"}


@pytest.mark.parametrize(
    ("ignore", "problem"),
    [
        ("city", 'is of type str; expected a collection of column names, such as ["city"]'),
        (b"city", "is of type bytes; expected a collection"),
        ({"city": 1}, "is of type dict; expected a collection"),
        (7, "is of type int; expected a collection"),
        (None, "is None; expected a collection"),
        (iter(["city"]), "is of type list_iterator; expected a collection"),
        ([7], "has a name of type int; expected a collection"),
        (["mail"], "contains mail, which is mapped to email; remove one of the two"),
    ],
)
@pytest.mark.parametrize("given", ["base.csv", "base.jsonl", "iterable"])
def test_invalid_ignore_is_rejected(ignore: Any, problem: str, given: str) -> None:
    """An invalid `ignore` is an error before anything is read."""
    Path("base.csv").write_text("mail,city\n")
    Path("base.jsonl").write_text("{}\n")

    with pytest.raises(AdaptyUsageError) as caught:
        open_source("profiles", [] if given == "iterable" else given, MailProfile, {"email": "mail"}, ignore=ignore)

    assert str(caught.value).startswith(f"ignore: {problem}")
    assert caught.value.field_name == "ignore"


def test_missing_ignored_column_is_rejected() -> None:
    """The column is probably misspelled; the keys of JSON Lines are not known in advance."""
    Path("base.csv").write_text("email,city\n")
    Path("base.jsonl").write_text("{}\n")

    with pytest.raises(AdaptyUsageError) as caught:
        open_source("profiles", "base.csv", MailProfile, ignore=["ctiy", "city"])

    assert str(caught.value) == "ignore: contains ctiy, which is not a column of base.csv; did you mean city?"
    assert [row.data for row in rows_of(open_source("profiles", "base.jsonl", MailProfile, ignore=["x"]))] == [{}]


def test_unmapped_unknown_column_is_rejected() -> None:
    """A mapping does not change the meaning of other columns."""
    assert refused("user_email,plan\n", {"email": "user_email"}) == (
        "plan: is a column of base.csv and not a field of MailProfile; "
        'rename or remove it, or ignore it with --ignore plan (ignore=["plan"])'
    )


def test_cell_mapped_to_a_nested_field_is_rejected() -> None:
    """In CSV a nested field needs one column for each of its fields."""
    assert refused("device\n", {"device_info": "device"}) == (
        "device: is a column of base.csv, but has fields of its own; "
        "expected a column for each, such as device_info.platform"
    )


def test_wrong_delimiter_is_detected_with_a_mapping() -> None:
    """Mapped columns count as known columns when the delimiter is detected."""
    assert refused("id;mail\n1;x\n", {"email": "mail", "external_profile_id": "id"}).startswith(
        "base.csv: separates the header with "
    )


def test_vendor_columns_need_no_mapping() -> None:
    """The header of the vendor's historical import file is valid as it is."""
    content = (
        "user_id,created_at,birthday,email,gender,country,first_name,last_name\n"
        "user_1,2026-06-01T10:30:00Z,1990-05-21,jane@example.com,female,US,Jane,Doe\n"
    )

    assert rows(content) == [
        {
            "external_profile_id": "user_1",
            "external_created_at": "2026-06-01T10:30:00Z",
            "birthday": "1990-05-21",
            "email": "jane@example.com",
            "gender": "female",
            "country": "US",
            "first_name": "Jane",
            "last_name": "Doe",
        }
    ]


def test_vendor_columns_are_fields() -> None:
    """Every entry of the table names a field, and no field twice."""
    for record, names in VENDOR_COLUMNS.items():
        assert set(names.values()) <= set(field_names(record))
        assert len(set(names.values())) == len(names)


def test_vendor_column_and_field_name_conflict() -> None:
    """Two columns for one field are rejected."""
    assert refused("external_profile_id,user_id\n") == (
        "user_id: is a column of base.csv for external_profile_id, as external_profile_id is; expected one of them"
    )
    assert refused("user_id,external_profile_id\n") == (
        "external_profile_id: is a column of base.csv for external_profile_id, as user_id is; expected one of them"
    )


def test_mapping_has_precedence_over_vendor_columns() -> None:
    """A vendor column that is mapped to another field is that field."""
    mapping = {"customer_user_id": "user_id", "external_profile_id": "created_at"}

    assert rows("user_id,created_at\na,b\n", mapping) == [{"customer_user_id": "a", "external_profile_id": "b"}]


def test_vendor_column_of_a_mapped_field_is_ignored() -> None:
    """The mapped column has precedence over the vendor's column."""
    assert rows("user_id,id\na,b\n", {"external_profile_id": "id"}) == [{"external_profile_id": "b"}]
    assert rows("user_id,id,external_profile_id\na,b,c\n", {"external_profile_id": "id"}) == [
        {"external_profile_id": "b"}
    ]


def test_vendor_columns_are_not_valid_for_events() -> None:
    """The vendor's file contains profiles."""
    assert refused("user_id,event_id\n", record=TransactionEvent).startswith("user_id: is a column of base.csv and not")
    assert refused("custom.plan\n", record=TransactionEvent).startswith("custom.plan: is a column of base.csv and not")


def test_vendor_columns_are_not_valid_keys() -> None:
    """The vendor's file is CSV; for a key of JSON Lines the error suggests the field."""
    Path("base.jsonl").write_text('{"user_id": "x"}', encoding="utf-8")

    (row,) = rows_of(open_source("profiles", "base.jsonl", MailProfile))

    assert "; ".join(map(str, row.faults)) == (
        "user_id: is not a field of MailProfile; did you mean external_profile_id? rename it, "
        'or use --map external_profile_id=user_id (mapping={"external_profile_id": "user_id"})'
    )


NAMES = st.sampled_from([*FIELDS_OF_PROFILES, "custom", "custom.plan", "custom.", "user_id", "plan", "", "_raw", "{}"])


@given(
    header=st.lists(NAMES | st.text(max_size=3), max_size=5),
    mapping=st.dictionaries(NAMES, NAMES, max_size=3),
    ignore=st.sets(NAMES, max_size=2),
)
def test_header_is_parsed_or_rejected(header: list[str], mapping: dict[str, str], ignore: set[str]) -> None:
    """For any header and mapping, each field has one column, or AdaptyUsageError is raised."""
    try:
        columns = Columns.create(MailProfile, mapping, ignore=ignore)
        paths = [path for column in columns.parse_header(header, "base.csv") for path in column.paths]
    except AdaptyUsageError:
        return
    assert len(set(paths)) == len(paths)
    whole = {outer for outer, inner in paths if inner is None}
    assert whole.isdisjoint(outer for outer, inner in paths if inner is not None)
    assert all(columns.has_field(path) for path in paths)
    assert set(columns.mapped) <= set(header)
