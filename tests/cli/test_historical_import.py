"""Adapty's historical import file: read as it is, imported, and what Adapty Mail has no field for counted once."""

from __future__ import annotations

import csv
import gzip
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import Adapty, AdaptyUsageError, AuthenticationError, MailProfile
from adapty._cli.errors import ExitCode
from adapty.bulk import import_all, import_profiles
from adapty.bulk._inputs.historical_import import FIELDS, NOT_IMPORTED
from adapty.bulk._inputs.sources import open_source
from tests.bulk._inputs.reading import rows_of
from tests.cases import case
from tests.cli.conftest import point_at, run
from tests.conftest import EVENT
from tests.raw_server import OK, RawServer, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapty.sandbox import Sandbox

EXAMPLE = Path(__file__).parents[1] / "bulk" / "_inputs" / "historical_import.csv"
WHEN = "2020-01-01T00:00:00Z"

ATTRIBUTES_EXPECTED = "expected names to strings or numbers, such as {'plan': 'trial', 'visits': 3}"

COUNTS = {
    **dict.fromkeys(NOT_IMPORTED, 1),
    "apple_original_transaction_id": 3,
    "google_product_id": 2,
    "google_purchase_token": 2,
    "google_is_subscription": 2,
    "stripe_token": 2,
}


@pytest.fixture
def example() -> Path:
    """Copy the example file, with all columns in Adapty's order, to the current folder."""
    path = Path("base.csv")
    path.write_bytes(EXAMPLE.read_bytes())
    return path


def write(header: str, *rows: str, name: str = "base.csv") -> Path:
    """Write a CSV file."""
    path = Path(name)
    path.write_text("\n".join((header, *rows, "")), encoding="utf-8")
    return path


def parse_attributes(cell: str) -> Any:
    """Return the attributes of a cell, or the reason why it is rejected."""
    with Path("base.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("user_id", "idfa", "custom_attributes"), ("user_1", "", cell)])
    (row,) = rows_of(open_source("profiles", "base.csv", MailProfile))
    if row.faults:
        return "; ".join(map(str, row.faults))
    try:
        MailProfile.from_dict({"external_created_at": WHEN, "email": "jane@example.com", **row.data})
    except AdaptyUsageError as error:
        return str(error)
    return row.data.get("custom_attributes")


def test_table_has_the_36_columns_of_the_example(example: Path) -> None:
    """The example is complete, and each of its columns is in the table once."""
    with example.open(newline="") as file:
        header = next(csv.reader(file))

    assert len(header) == len({*header}) == 36
    assert {*header} == FIELDS.keys() | NOT_IMPORTED
    assert FIELDS.keys().isdisjoint(NOT_IMPORTED)


def test_command_imports_the_file_without_options(served: Sandbox, example: Path) -> None:
    """The output has the columns that are not imported once."""
    ended = run("mail", "import", "--profiles", str(example))

    assert (ended.code, ended.err) == (ExitCode.SOME_FAILED, "")
    assert ended.out.startswith("profiles: 3 accepted, 2 rejected\n")
    (line,) = (line for line in ended.summary if line.startswith("not imported"))
    message = dict(each.rstrip(")").split(" (") for each in line.partition("(number of values): ")[2].split(", "))
    assert {name: int(count) for name, count in message.items()} == COUNTS
    for name in NOT_IMPORTED:
        assert ended.out.count(name) == 1
    assert served.profile("user_1") == {
        "external_profile_id": "user_1",
        "external_created_at": "2020-01-01T05:59:59+00:00",
        "birthday": "2000-12-31",
        "email": "jane@example.com",
        "gender": "f",
        "country": "US",
        "first_name": "Jane",
        "last_name": "Doe",
        "custom_attributes": {"string_value": "some_value", "float_value": 123.0, "int_value": 456, "is_new": 1},
    }
    profile = served.profile("user_2") or {}
    assert (profile["country"], profile["custom_attributes"]) == ("DE", {"plan": "trial"})
    assert served.profile("user_3") is served.profile("user_4") is None
    assert "custom_attributes" not in (served.profile("user_5") or {})


def test_rejects_have_the_format_of_the_file(served: Sandbox, example: Path) -> None:
    """Rows without an address, or with invalid attributes, are rejected with the reason."""
    run("mail", "import", "--profiles", str(example))

    with Path("base.rejects.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["user_id"], row["_error"]) for row in rows] == [
        ("user_3", "email: is missing; it is required"),
        (
            "user_4",
            f"custom_attributes: is not a flat dictionary; {ATTRIBUTES_EXPECTED}",
        ),
    ]
    again = run("mail", "import", "--profiles", "base.rejects.csv", "--json")
    assert json.loads(again.out)["not_imported"]["stripe_token"] == 1
    assert json.loads(again.out)["reasons"] == {"email": 1, "custom_attributes": 1}


def test_dry_run_has_the_same_counts(served: Sandbox, api: Adapty, example: Path) -> None:
    """It sends nothing."""
    dry, wet = import_profiles(api, example, dry_run=True), import_profiles(api, example)

    for report in (dry, wet):
        assert (report.profiles_accepted, report.profiles_rejected) == (3, 2)
        assert report.not_imported == COUNTS
        assert report.to_dict()["not_imported"] == COUNTS
        assert report.reasons == {"email": 1, "custom_attributes": 1}


def test_columns_can_be_missing_and_in_any_order(served: Sandbox, api: Adapty, example: Path) -> None:
    """The header needs `user_id` and one column of the format."""
    with example.open(newline="") as file:
        first = next(csv.DictReader(file))
    chance = random.Random(11)  # noqa: S311 - no secret
    needed = {"user_id", "created_at", "email"}
    for _ in range(30):
        distinctive = chance.choice(["stripe_token", "apple_original_transaction_id", "google_purchase_token", "idfa"])
        names = [name for name in first if name in {*needed, distinctive} or chance.random() < 0.5]
        chance.shuffle(names)
        with Path("part.csv").open("w", newline="") as file:
            csv.writer(file).writerows([names, [first[name] for name in names]])

        report = import_profiles(api, "part.csv")

        assert (report.profiles_accepted, report.profiles_rejected) == (1, 0)
        assert report.not_imported == {name: 1 for name in names if name in NOT_IMPORTED}


def test_gzipped_file_with_byte_order_mark_is_recognized(served: Sandbox, api: Adapty) -> None:
    """As spreadsheets and archives create it."""
    Path("base.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + EXAMPLE.read_bytes()))

    assert import_profiles(api, "base.csv.gz").not_imported == COUNTS


def test_other_files_with_user_id_are_not_historical(served: Sandbox, api: Adapty) -> None:
    """`user_id` alone does not make a historical import file, and neither do its columns without it."""
    for header, column in {
        "user_id,created_at,email,phone_number": "phone_number",
        "user_id,created_at,email,custom_attributes": "custom_attributes",
        "external_profile_id,external_created_at,email,idfa": "idfa",
        "user_id,created_at,email,idfa,city": "city",
    }.items():
        with pytest.raises(AdaptyUsageError, match=f"^{column}: is a column of base.csv"):
            import_profiles(api, write(header, "user_1,x,y,z"))

    report = import_profiles(api, write("user_id,created_at,email,country", f"user_1,{WHEN},jane@example.com,uk"))
    assert (report.reasons, report.not_imported) == ({"country": 1}, {})


def test_options_win_over_the_format(served: Sandbox, api: Adapty) -> None:
    """A mapped column of the format is imported, and an ignored one is not counted."""
    header = "user_id,created_at,email,stripe_token,attribution_campaign,idfa,custom_attributes"
    source = write(header, f"user_1,{WHEN},jane@example.com,sub_1,summer,x,{{'plan': 'trial'}}")
    mapping = {
        "external_profile_id": "user_id",
        "customer_user_id": "user_id",
        "custom.campaign": "attribution_campaign",
    }

    report = import_profiles(api, source, mapping=mapping, ignore=["idfa"])

    assert report.not_imported == {"stripe_token": 1}
    profile = served.profile("user_1") or {}
    assert profile["custom_attributes"] == {"plan": "trial", "campaign": "summer"}
    assert profile["customer_user_id"] == "user_1"


def test_resumed_run_counts_all_rows_once(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted among the profiles or among the events."""
    point_at(server.url, monkeypatch)
    rows = [f"user_{number},{WHEN},jane@example.com,sub_{number}" for number in range(5)]
    profiles = write("user_id,created_at,email,stripe_token", *rows)
    events = [{**EVENT, "event_id": str(number)} for number in range(3)]
    Path("events.jsonl").write_text("\n".join(map(json.dumps, events)))
    for taken in (2, 6):
        server.replies = [*[OK] * taken, answer(401, b"{}")]
        with Adapty() as adapty:
            with pytest.raises(AuthenticationError):
                import_all(adapty, profiles=profiles, events="events.jsonl", concurrency=1)
            server.replies = [OK]
            report = import_all(adapty, profiles=profiles, events="events.jsonl", concurrency=1)

        assert report.resumed
        assert report.not_imported == {"stripe_token": 5}


def test_custom_attributes_are_parsed() -> None:
    """A flat dictionary in Python's or JSON's notation; None is dropped, and True is 1, as in Adapty's own import."""
    for cell, read in [
        ("{}", {}),
        ("{'a': 'b', 'c': 1, 'd': -1.5, 'e': 1e3}", {"a": "b", "c": 1, "d": -1.5, "e": 1000.0}),
        ("{'a': True, 'b': False, 'c': None}", {"a": 1, "b": 0}),
        (' {"a": true, "b": null} ', {"a": 1}),
        ("""{"it's": 'a "word"', 'x': "it's"}""", {"it's": 'a "word"', "x": "it's"}),
        (r"{'a': 'it\'s', 'b': 'x\\y\n', 'c': '\xe9\u20ac'}", {"a": "it's", "b": "x\\y\n", "c": "é€"}),
        ("{'größe': 'L', '名': '値'}", {"größe": "L", "名": "値"}),
        ("{'a': 1,}", {"a": 1}),
    ]:
        with case(cell, read):
            assert parse_attributes(cell) == read


def test_invalid_custom_attributes_are_rejected() -> None:
    """The reason names the field and does not repeat the cell."""
    for cell, message in [
        ("plan", "is not a flat dictionary"),
        ("['a']", "is not a flat dictionary"),
        ('["a"]', "is not a flat dictionary"),
        ("{'a'}", "is not a flat dictionary"),
        ("{'a': [1]}", "is not a flat dictionary"),
        ("{'a': {'b': 1}}", "is not a flat dictionary"),
        ("{'a': nan}", "is not a flat dictionary"),
        ("{'a': 007}", "is not a flat dictionary"),
        ("{'a': '\\d'}", "is not a flat dictionary"),
        ("{1: 'a'}", "is not a flat dictionary"),
        ("{'a': __import__('os')}", "is not a flat dictionary"),
        ("{'a': 1", "is not a flat dictionary"),
        ("{" * 5000, "is not a flat dictionary"),
        ("[" * 50_000, "has a value that JSON cannot represent"),
        ("{'a': " + "9" * 5000 + "}", "is not a flat dictionary"),
        ('{"a": NaN}', "has a value that JSON cannot represent"),
        ("{'a': 1, 'a': 2}", "has an attribute twice"),
        ('{"a": 1, "a": 2}', "has an attribute twice"),
        ("{'a': '" + "x" * 70_000 + "'}", "has 70009 characters; expected at most 65536"),
        ('{"a": {"b": 1}}', ".a: is of type dict; expected a string or a finite number"),
        ("{'a': 1e999}", ".a: is not a number that JSON can represent"),
    ]:
        with case(cell, message):
            problem = parse_attributes(cell)

            assert problem.startswith(f"custom_attributes{message if message.startswith('.') else f': {message}'}")
            assert len(problem) < 200


@given(
    attributes=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.floats(allow_nan=False) | st.booleans(),
        max_size=5,
    ),
    write_cell=st.sampled_from([json.dumps, repr]),
)
def test_flat_dictionaries_round_trip(attributes: dict[str, Any], write_cell: Callable[[Any], str]) -> None:
    """In Python's and JSON's notation; an infinite number is rejected."""
    cell = write_cell(attributes)
    is_finite = all(abs(value) < 1e308 for value in attributes.values() if isinstance(value, float))
    if not is_finite:
        return
    assert parse_attributes(cell) == attributes


@given(cell=st.text("{}[]'\":, \\0123456789.eE+-abxuUNTrueFalseNone\n", min_size=1, max_size=40))
def test_any_cell_is_parsed_or_rejected(cell: str) -> None:
    """No cell causes another exception or a warning."""
    if cell.strip():
        assert isinstance(parse_attributes(cell), dict | str)
