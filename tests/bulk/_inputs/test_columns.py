"""What columns and keys stand for: fields, the vendor's names, and what a mapping says."""

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

HEADER = "external_profile_id,external_created_at"


def rows(content: str, mapping: Any = None, name: str = "base.csv", record: Any = MailProfile) -> list[Any]:
    """Write the content to a file, and give the fields of each row, or its problem."""
    Path(name).write_text(content, encoding="utf-8")
    return [row.problem or row.data for row in rows_of(open_source("profiles", name, record, mapping))]


def refused(content: str, mapping: Any = None, name: str = "base.csv", record: Any = MailProfile) -> str:
    """Give the message of the error that opening the source ends with."""
    Path(name).write_text(content, encoding="utf-8")
    with pytest.raises(AdaptyUsageError) as caught:
        open_source("profiles", name, record, mapping)
    return str(caught.value)


def test_a_mapping_says_which_column_holds_a_field() -> None:
    """Top-level, nested and custom fields are taken from the columns that are named for them."""
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


def test_mapped_and_plain_columns_of_a_nested_field_go_together() -> None:
    """An object is made of all columns for what is in it."""
    mapping = {"device_info.os": "os", "custom.a": "a"}

    assert rows("os,device_info.platform,a,custom.b\n17.5,iOS,1,2\n", mapping) == [
        {"device_info": {"os": "17.5", "platform": "iOS"}, "custom_attributes": {"a": "1", "b": "2"}}
    ]


def test_a_column_may_have_the_name_of_another_field() -> None:
    """Where a column is mapped its own name means nothing, so that two can change places."""
    assert rows("email,first_name\nJane,jane@example.com\n", {"email": "first_name", "first_name": "email"}) == [
        {"email": "jane@example.com", "first_name": "Jane"}
    ]


def test_a_field_may_be_mapped_to_its_own_name() -> None:
    """What goes without saying may be said."""
    assert rows("email,os\nx,1\n", {"email": "email", "device_info.os": "os"}) == [
        {"email": "x", "device_info": {"os": "1"}}
    ]


def test_a_mapping_of_keys() -> None:
    """In JSON Lines the keys of the object are mapped, to nested fields too, and null counts as not given."""
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


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ({"user_email": "a", "email": "b"}, {"email": "a"}),
        ({"email": "b", "user_email": "a"}, {"email": "a"}),
        ({"user_email": "a", "email": None}, {"email": "a"}),
        (
            {"plan": "a", "custom_attributes": {"plan": "b", "x": 1}},
            {"custom_attributes": {"plan": "a", "x": 1}},
        ),
    ],
)
def test_a_mapped_key_goes_before_the_fields_own_name(line: dict[str, Any], fields: dict[str, Any]) -> None:
    """Where an object has both, the user has said which one is meant."""
    assert rows(json.dumps(line), {"email": "user_email", "custom.plan": "plan"}, "base.jsonl") == [fields]


def test_a_key_cannot_be_mapped_into_what_is_no_object() -> None:
    """It is the problem of the row that has both."""
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


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
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
    ],
)
@pytest.mark.parametrize("source", ["base.csv", "base.jsonl", "iterable"])
def test_a_wrong_mapping_is_refused(mapping: Any, problem: str, source: str) -> None:
    """What is wrong in itself is told before anything is read, whatever the records come from."""
    Path("base.csv").write_text("email\nx\n", encoding="utf-8")
    Path("base.jsonl").write_text("{}\n", encoding="utf-8")

    with pytest.raises(AdaptyUsageError) as caught:
        open_source("profiles", [] if source == "iterable" else source, MailProfile, mapping)

    assert str(caught.value).startswith(f"mapping: {problem}")
    assert caught.value.field_name == "mapping"
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ("user_emial", "user_emial, which is not a column of base.csv; did you mean user_email?"),
        ("zzz", "zzz, which is not a column of base.csv"),
        ("", "(an empty name), which is not a column of base.csv"),
        ("{}", "{}, which is not a column of base.csv"),
        ("x" * 1000, f"{'x' * 97}..., which is not a column of base.csv"),
    ],
)
def test_a_mapped_column_that_is_not_there_is_refused(column: str, problem: str) -> None:
    """A column that the mapping names and the file does not have is told, with what was probably meant."""
    assert refused("external_profile_id,user_email\n", {"email": column}) == f"mapping: maps email to {problem}"


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("user_email,email", {"email": "1"}),
        ("email,user_email", {"email": "2"}),
        ("user_email,plan,custom.plan", {"email": "1", "custom_attributes": {"plan": "2"}}),
        ("user_email,custom_attributes.plan,plan", {"email": "1", "custom_attributes": {"plan": "3"}}),
        ("user_email,plan,custom.x", {"email": "1", "custom_attributes": {"plan": "2", "x": "3"}}),
    ],
)
def test_a_mapped_column_goes_before_one_of_the_fields_own_name(header: str, fields: dict[str, Any]) -> None:
    """The user has said which one is meant; the other one is ignored, also where the mapped one is empty."""
    mapping = {"email": "user_email"} | ({"custom.plan": "plan"} if "plan" in header else {})
    names = header.split(",")
    values = ",".join(str(number) for number, _ in enumerate(names, start=1))
    empty = ",".join("" if name == "user_email" else "x" for name in names)

    with_values, without = rows(f"{header}\n{values}\n{empty}\n", mapping)

    assert with_values == fields
    assert "email" not in without


@pytest.mark.parametrize(
    "ignore", [["city"], ("city",), {"city"}, frozenset({"city", "_line", "_raw"}), {"city": 1}.keys()]
)
@pytest.mark.parametrize("name", ["base.csv", "base.jsonl"])
def test_what_is_ignored_stands_for_nothing(ignore: Any, name: str) -> None:
    """A column, or a key, that is no field is passed over and stays in the row's source; notes are, anyway."""
    csv_or_json = "email,city\na,Bern\n" if name == "base.csv" else '{"email": "a", "city": "Bern"}'
    Path(name).write_text(csv_or_json)

    (row,) = rows_of(open_source("profiles", name, MailProfile, ignore=ignore))

    assert (row.data, row.problem) == ({"email": "a"}, None)
    assert row.source == {"email": "a", "city": "Bern"}


def test_what_a_program_gives_can_have_keys_to_ignore() -> None:
    """Its mappings are read as JSON objects are."""
    (row,) = rows_of(open_source("profiles", [{"email": "a", "city": "Bern"}], MailProfile, ignore=["city"]))

    assert (row.data, row.source) == ({"email": "a"}, {"email": "a", "city": "Bern"})


def test_a_field_can_be_ignored() -> None:
    """Its column is not sent, and another one for the same field is no second one."""
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
def test_what_cannot_be_ignored_is_refused(ignore: Any, problem: str, given: str) -> None:
    """It is told before anything is read."""
    Path("base.csv").write_text("mail,city\n")
    Path("base.jsonl").write_text("{}\n")

    with pytest.raises(AdaptyUsageError) as caught:
        open_source("profiles", [] if given == "iterable" else given, MailProfile, {"email": "mail"}, ignore=ignore)

    assert str(caught.value).startswith(f"ignore: {problem}")
    assert caught.value.field_name == "ignore"


def test_a_column_to_ignore_that_is_not_there_is_refused() -> None:
    """It is probably misspelled; of keys nobody knows before they come."""
    Path("base.csv").write_text("email,city\n")
    Path("base.jsonl").write_text("{}\n")

    with pytest.raises(AdaptyUsageError) as caught:
        open_source("profiles", "base.csv", MailProfile, ignore=["ctiy", "city"])

    assert str(caught.value) == "ignore: contains ctiy, which is not a column of base.csv; did you mean city?"
    assert [row.data for row in rows_of(open_source("profiles", "base.jsonl", MailProfile, ignore=["x"]))] == [{}]


def test_a_column_that_is_not_mapped_and_no_field_is_refused() -> None:
    """A mapping does not make the other columns mean something."""
    assert refused("user_email,plan\n", {"email": "user_email"}) == (
        "plan: is a column of base.csv and not a field of MailProfile; "
        'rename or remove it, or ignore it with --ignore plan (ignore=["plan"])'
    )


def test_a_cell_cannot_be_mapped_to_what_has_fields_of_its_own() -> None:
    """In CSV a nested field needs a column for each of its fields, with a mapping too."""
    assert refused("device\n", {"device_info": "device"}) == (
        "device: is a column of base.csv, but has fields of its own; "
        "expected a column for each, such as device_info.platform"
    )


def test_the_separator_is_told_with_a_mapping_too() -> None:
    """Mapped columns are known columns when it is worked out what separates them."""
    assert refused("id;mail\n1;x\n", {"email": "mail", "external_profile_id": "id"}).startswith(
        "base.csv: separates the header with "
    )


def test_the_vendors_columns_are_understood() -> None:
    """The header of the vendor's historical import file needs no mapping."""
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


def test_the_vendors_columns_stand_for_fields() -> None:
    """Every entry of the table names a field, and no field twice."""
    for record, names in VENDOR_COLUMNS.items():
        assert set(names.values()) <= set(field_names(record))
        assert len(set(names.values())) == len(names)


def test_a_vendors_column_beside_the_real_name_is_refused() -> None:
    """Two columns for one field are two, whoever named them."""
    assert refused("external_profile_id,user_id\n") == (
        "user_id: is a column of base.csv for external_profile_id, as external_profile_id is; expected one of them"
    )
    assert refused("user_id,external_profile_id\n") == (
        "external_profile_id: is a column of base.csv for external_profile_id, as user_id is; expected one of them"
    )


def test_a_mapping_goes_before_the_vendors_names() -> None:
    """A vendor's column that is mapped to another field stands for that one."""
    mapping = {"customer_user_id": "user_id", "external_profile_id": "created_at"}

    assert rows("user_id,created_at\na,b\n", mapping) == [{"customer_user_id": "a", "external_profile_id": "b"}]


def test_a_vendors_column_for_a_field_that_is_mapped_is_ignored() -> None:
    """Where the user says where a field is, the vendor's column for it stands for nothing."""
    assert rows("user_id,id\na,b\n", {"external_profile_id": "id"}) == [{"external_profile_id": "b"}]
    assert rows("user_id,id,external_profile_id\na,b,c\n", {"external_profile_id": "id"}) == [
        {"external_profile_id": "b"}
    ]


def test_events_do_not_have_the_vendors_columns() -> None:
    """The vendor's file holds profiles."""
    assert refused("user_id,event_id\n", record=TransactionEvent).startswith("user_id: is a column of base.csv and not")
    assert refused("custom.plan\n", record=TransactionEvent).startswith("custom.plan: is a column of base.csv and not")


def test_keys_are_not_the_vendors_columns() -> None:
    """The vendor's file is CSV; a key of JSON Lines is not a field, and what it stands for in CSV is suggested."""
    (problem,) = rows('{"user_id": "x"}', name="base.jsonl")

    assert problem == (
        "is not a field of MailProfile; did you mean external_profile_id? rename it, "
        'or use --map external_profile_id=user_id (mapping={"external_profile_id": "user_id"})'
    )


NAMES = st.sampled_from([*FIELDS_OF_PROFILES, "custom", "custom.plan", "custom.", "user_id", "plan", "", "_raw", "{}"])


@given(
    header=st.lists(NAMES | st.text(max_size=3), max_size=5),
    mapping=st.dictionaries(NAMES, NAMES, max_size=3),
    ignore=st.sets(NAMES, max_size=2),
)
def test_a_header_is_understood_or_refused(header: list[str], mapping: dict[str, str], ignore: set[str]) -> None:
    """Whatever stands in a header and a mapping, each field comes from one column, or it is refused in our words."""
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
