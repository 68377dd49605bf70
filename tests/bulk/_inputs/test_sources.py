"""Sources of records: paths, iterables and async iterables of mappings and records."""

from __future__ import annotations

import asyncio
import io
import json
from collections import UserDict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError, MailProfile, TransactionEvent
from adapty.bulk._inputs.row_reader import RowReader
from adapty.bulk._inputs.rows import Row
from adapty.bulk._inputs.sources import Source, open_source
from adapty.models import DeviceInfo
from tests.cases import case
from tests.conftest import EVENT, PROFILE


def opened(given: Any, mapping: Any = None, record: Any = MailProfile) -> Source:
    """Open a source of profiles."""
    return open_source("profiles", given, record, mapping)


def read(source: Source) -> list[Row]:
    """Read all rows of a source."""
    found: list[Row] = []
    read_into(found, source)
    return found


def read_into(found: list[Row], source: Source) -> None:
    """Append rows to a list, so that rows before an error are kept."""

    async def collect() -> None:
        await _collect(RowReader(source.rows), found)

    asyncio.run(collect())


async def _collect(reader: RowReader, found: list[Row]) -> None:
    reader.start()
    try:
        while batch := await reader.read_batch():
            found.extend(batch)
    finally:
        await reader.close()


async def one_by_one(items: Iterable[Any]) -> AsyncIterator[Any]:
    """Return items as an async iterator does."""
    for item in items:
        await asyncio.sleep(0)
        yield item


@pytest.mark.parametrize(
    "given", ["base.csv", Path("base.csv"), PurePosixPath("base.csv")], ids=["str", "Path", "pure"]
)
def test_path_is_opened_as_a_file(given: Any) -> None:
    """A path, as text or as an object, can be read repeatedly."""
    Path("base.csv").write_text("email\nx\n", encoding="utf-8")

    source = opened(given)

    assert (source.name, source.format, source.path, source.size) == ("base.csv", "csv", Path("base.csv"), 8)
    assert read(source) == read(source) == [Row(2, {"email": "x"}, {"email": "x"})]


def test_name_of_a_source_is_the_name_of_the_file() -> None:
    """The name is the last part of the path; `path` has all of it."""
    Path("a").mkdir()
    Path("a/base.jsonl.gz").touch()

    source = opened("a/base.jsonl.gz")

    assert (source.name, source.format, source.path) == ("base.jsonl.gz", "jsonl", Path("a/base.jsonl.gz"))


def test_invalid_header_is_detected_when_the_file_is_opened() -> None:
    """No row has to be read."""
    Path("base.csv").write_text("emial\nx\n", encoding="utf-8")

    with pytest.raises(AdaptyUsageError, match=r"^emial: is a column of base\.csv and not a field"):
        opened("base.csv")


def test_replaced_file_is_rejected() -> None:
    """Only the file that was validated is read."""
    Path("base.csv").write_text("email\nx\n", encoding="utf-8")
    source = opened("base.csv")
    Path("base.csv").write_text("email\nother\n", encoding="utf-8")

    with pytest.raises(AdaptyUsageError, match=r"^base\.csv: has changed during the run; expected the same file"):
        read(source)
    Path("base.csv").unlink()
    with pytest.raises(AdaptyUsageError, match=r"^base\.csv: cannot be opened: No such file"):
        read(source)


MADE_OF: dict[str, Any] = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "generator": lambda items: (item for item in items),
    "dict's values": lambda items: dict(enumerate(items)).values(),
    "async": one_by_one,
}


@pytest.mark.parametrize("kind", MADE_OF)
def test_iterables_can_have_mappings(kind: str) -> None:
    """Mappings of any kind are rows, numbered from 1; None counts as missing."""
    items = [
        {"email": "a", "first_name": None, "device_info": {"os": "1", "locale": None}},
        MappingProxyType({"email": "b"}),
        UserDict({"email": "c", "device_info": MappingProxyType({"os": None})}),
        {},
    ]

    source = opened(MADE_OF[kind](items))

    assert (source.name, source.format, source.path, source.size) == ("profiles", "jsonl", None, None)
    assert (source.position(), source.read_fraction()) == (0, None)
    assert [(row.line, row.data) for row in read(source)] == [
        (1, {"email": "a", "device_info": {"os": "1"}}),
        (2, {"email": "b"}),
        (3, {"email": "c", "device_info": {}}),
        (4, {}),
    ]


@pytest.mark.parametrize("kind", MADE_OF)
def test_iterables_can_have_records(kind: str) -> None:
    """A record is a row without data, and can be mixed with mappings."""
    profile = MailProfile.from_dict(PROFILE)

    first, second = read(opened(MADE_OF[kind]([profile, PROFILE])))

    assert first == Row(1, record=profile)
    assert first.record is profile
    assert (second.data, second.record) == (PROFILE, None)


def test_values_are_not_converted() -> None:
    """Times, amounts and nested records are parsed by the record."""
    held = {
        "external_created_at": datetime.now(UTC),
        "birthday": Decimal("1.5"),
        "device_info": DeviceInfo(platform="x"),
    }

    (row,) = read(opened([held]))

    assert row.data == row.source == held
    assert row.data["device_info"] is held["device_info"]


def test_mapping_applies_to_keys_of_mappings() -> None:
    """Keys are mapped as in JSON Lines; records are not changed."""
    profile = MailProfile.from_dict(PROFILE)
    items = [{"mail": "a", "plan": 7, "first_name": None}, {"mail": None, "email": "b"}, profile]

    first, second, third = read(opened(items, {"email": "mail", "custom.plan": "plan"}))

    assert (first.data, first.source) == ({"email": "a", "custom_attributes": {"plan": 7}}, items[0])
    assert second.data == {"email": "b"}
    assert third.record is profile


def test_mapped_key_has_precedence_over_the_field_name() -> None:
    """The mapped key is used if an object has both."""
    (row,) = read(opened([{"mail": "a", "email": "b"}], {"email": "mail"}))

    assert (row.problem, row.data, row.source) == (None, {"email": "a"}, {"mail": "a", "email": "b"})


def test_item_of_another_type_rejects_the_row() -> None:
    """Only that item is rejected, with its number."""
    cases: list[tuple[Any, str]] = [
        ("user_1", "of type str"),
        (b"x", "of type bytes"),
        (7, "of type int"),
        (None, "None"),
        (["a"], "of type list"),
        ((("email", "x"),), "of type tuple"),
        (object(), "of type object"),
        (MailProfile, "of type type"),
        (TransactionEvent.from_dict(EVENT), "of type TransactionEvent"),
    ]
    for item, error_text in cases:
        with case(item, error_text):
            wrong, right = read(opened([item, {"email": "x"}]))

            assert (wrong.line, wrong.data, wrong.record) == (1, {}, None)
            assert wrong.problem == f"is {error_text}; expected a MailProfile or a dict of its fields"
            assert wrong.source
            assert (right.line, right.problem) == (2, None)


def test_record_of_another_class_keeps_its_fields() -> None:
    """The fields can be written to the rejects file."""
    event = TransactionEvent.from_dict(EVENT)

    (row,) = read(opened([event]))

    assert row.source == event.to_dict()


class _Broken(Mapping[str, Any]):
    """A mapping whose own code fails."""

    def __getitem__(self, key: str) -> Any:
        raise LookupError

    def __iter__(self) -> Iterator[str]:
        raise ZeroDivisionError

    def __len__(self) -> int:
        return 1


class _Unsure:
    """A value that is neither true nor false."""

    def __bool__(self) -> bool:
        raise ValueError


@pytest.mark.parametrize(
    ("item", "error"), [(_Broken(), "ZeroDivisionError"), ({"_raw": _Unsure()}, "ValueError")], ids=["keys", "value"]
)
def test_mapping_that_raises_rejects_the_row(item: Any, error: str) -> None:
    """The problem names the exception, and the next item is read."""
    wrong, right = read(opened([item, {"email": "x"}]))

    assert wrong.problem == f"cannot be read (it raised {error})"
    assert right.data == {"email": "x"}


def test_notes_of_a_rejects_file_are_skipped() -> None:
    """Corrected rows of a rejects file can be passed as dicts."""
    first, second = read(opened([{"email": "x", "_line": 7, "_error": "y", "_raw": ""}, {"_raw": "z"}]))

    assert (first.data, first.problem) == ({"email": "x"}, None)
    assert second.problem == "was invalid and is unchanged; replace _raw with the fields"


@pytest.mark.parametrize("kind", ["list", "async"])
def test_reused_dict_is_copied_for_each_row(kind: str) -> None:
    """A program can use one dict, also for nested values, for all records."""

    def items() -> Iterator[dict[str, Any]]:
        held: dict[str, Any] = {"custom_attributes": {"tags": []}}
        for number in range(3):
            held["email"] = number
            held["custom_attributes"]["n"] = number
            held["custom_attributes"]["tags"][:] = [number]
            yield held

    found = read(opened(items() if kind == "list" else one_by_one(items())))

    assert [(row.data, row.source) for row in found] == [
        ({"email": n, "custom_attributes": {"tags": [n], "n": n}},) * 2 for n in range(3)
    ]


@pytest.mark.parametrize("kind", ["generator", "async"])
@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("error", [KeyError("x"), AdaptyUsageError("x"), OSError(5, "x"), KeyboardInterrupt()])
def test_exception_of_an_iterable_is_raised_with_the_position(kind: str, before: int, error: BaseException) -> None:
    """The exception is raised unchanged, with a note."""

    def items() -> Iterator[dict[str, Any]]:
        yield from [{"email": "x"}] * before
        raise error

    found: list[Row] = []
    source = opened(items() if kind == "generator" else one_by_one(items()))
    with pytest.raises(type(error)) as caught:
        read_into(found, source)

    assert caught.value is error
    assert caught.value.__notes__ == [f"raised by the iterable of profiles, after record {before}"]
    assert len(found) == before
    del error.__notes__


def test_exception_of_iter_is_raised_with_the_position() -> None:
    """An iterable whose `__iter__` raises gets the same note."""

    class Failing:
        def __iter__(self) -> Iterator[Any]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        read(opened(Failing()))

    assert caught.value.__notes__ == ["raised by the iterable of profiles, after record 0"]


def test_rows_are_created_one_at_a_time() -> None:
    """Nothing is read ahead from an endless iterable."""
    taken: list[int] = []

    def items() -> Iterator[dict[str, Any]]:
        while True:
            taken.append(len(taken))
            yield {}

    rows = opened(items()).rows()
    assert isinstance(rows, Iterator)

    assert [next(rows).line, next(rows).line] == [1, 2]
    assert taken == [0, 1]


@pytest.mark.parametrize(
    ("given", "error_text"),
    [
        (b"base.csv", "is of type bytes; expected a path, or an iterable of dicts or of MailProfiles"),
        (bytearray(b"base.csv"), "is of type bytearray; expected a path, or an iterable of dicts or of MailProfiles"),
        (PROFILE, "is of type dict; expected a path, or an iterable of dicts or of MailProfiles"),
        (MailProfile.from_dict(PROFILE), "is of type MailProfile; expected a path, or an iterable of dicts or of Mail"),
        (7, "is of type int; expected a path, or an iterable of dicts or of MailProfiles"),
        (None, "is None; expected a path, or an iterable of dicts or of MailProfiles"),
        (one_by_one, "is of type function; expected a path, or an iterable of dicts or of MailProfiles"),
        (io.StringIO("email\n"), "is an open file; expected its path"),
        (io.BytesIO(b"email\n"), "is an open file; expected its path"),
    ],
)
def test_invalid_source_is_rejected(given: Any, error_text: str) -> None:
    """The error names the argument before any record is read."""
    with pytest.raises(AdaptyUsageError) as caught:
        opened(given)

    assert str(caught.value).startswith(f"profiles: {error_text}")
    assert caught.value.field_name == "profiles"


class _BytesPath:
    def __fspath__(self) -> bytes:
        return b"base.csv"


def test_path_of_bytes_is_rejected() -> None:
    """Paths must be text."""
    with pytest.raises(AdaptyUsageError, match=r"^profiles: is of type _BytesPath; expected a path that is text$"):
        opened(_BytesPath())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["email", "mail", "custom_attributes", "plan", "_raw", "_line"]) | st.text(max_size=3)


@settings(max_examples=30)
@given(items=st.lists(st.dictionaries(KEYS, ANYTHING, max_size=4) | ANYTHING, max_size=5))
def test_each_item_is_one_row(items: list[Any]) -> None:
    """Any iterable has one row for each item, in order, and None is never a field."""
    found = read(opened(items, {"email": "mail", "custom.plan": "plan"}))

    assert [row.line for row in found] == [*range(1, len(items) + 1)]
    for item, row in zip(items, found, strict=True):
        assert (row.problem is None) <= isinstance(item, dict)
        assert None not in row.data.values()
        assert not row.data.keys() & {"mail", "plan", "_raw", "_line", "_error"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=30)
@given(items=st.lists(st.dictionaries(KEYS, JSON, max_size=4), max_size=5))
def test_file_and_iterable_have_the_same_rows(scratch: Path, items: list[dict[str, Any]]) -> None:
    """JSON Lines are read like the mappings that were written to them."""
    path = scratch / "base.jsonl"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items), encoding="utf-8")
    mapping = {"email": "mail", "custom.plan": "plan"}

    assert read(opened(path, mapping)) == read(opened(items, mapping))
