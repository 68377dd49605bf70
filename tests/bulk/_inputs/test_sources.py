"""What records can be read from: paths, iterables and async iterables of mappings and of ready records."""

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
from tests.conftest import EVENT, PROFILE


def opened(given: Any, mapping: Any = None, record: Any = MailProfile) -> Source:
    """Open what is given as profiles."""
    return open_source("profiles", given, record, mapping)


def read(source: Source) -> list[Row]:
    """Read all rows, however they come."""
    found: list[Row] = []
    read_into(found, source)
    return found


def read_into(found: list[Row], source: Source) -> None:
    """Read rows, and keep those that came before an error too."""

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
    """Give items as an async iterator does."""
    for item in items:
        await asyncio.sleep(0)
        yield item


@pytest.mark.parametrize(
    "given", ["base.csv", Path("base.csv"), PurePosixPath("base.csv")], ids=["str", "Path", "pure"]
)
def test_a_path_is_a_file(given: Any) -> None:
    """A path, as text or as an object, names a file that is read as often as it is asked for."""
    Path("base.csv").write_text("email\nx\n", encoding="utf-8")

    source = opened(given)

    assert (source.name, source.format, source.path, source.size) == ("base.csv", "csv", Path("base.csv"), 8)
    assert read(source) == read(source) == [Row(2, {"email": "x"}, {"email": "x"})]


def test_a_name_is_the_files_own() -> None:
    """What a source is called is the last part of the path; where it came from is in `path`."""
    Path("a").mkdir()
    Path("a/base.jsonl.gz").touch()

    source = opened("a/base.jsonl.gz")

    assert (source.name, source.format, source.path) == ("base.jsonl.gz", "jsonl", Path("a/base.jsonl.gz"))


def test_a_wrong_header_is_found_when_the_file_is_opened() -> None:
    """Nothing has to be read to learn that the whole file would fail."""
    Path("base.csv").write_text("emial\nx\n", encoding="utf-8")

    with pytest.raises(AdaptyUsageError, match=r"^emial: is a column of base\.csv and not a field"):
        opened("base.csv")


def test_a_file_that_is_another_one_by_now_is_refused() -> None:
    """What was checked at first is what is read, or nothing is."""
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
def test_iterables_of_mappings(kind: str) -> None:
    """Mappings of any kind are rows, numbered from 1; None counts as not given."""
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
def test_iterables_of_records(kind: str) -> None:
    """A ready record is a row that has it, and goes with mappings."""
    profile = MailProfile.from_dict(PROFILE)

    first, second = read(opened(MADE_OF[kind]([profile, PROFILE])))

    assert first == Row(1, record=profile)
    assert first.record is profile
    assert (second.data, second.record) == (PROFILE, None)


def test_values_stay_what_they_are() -> None:
    """Times, amounts and nested records are for the record to read."""
    held = {
        "external_created_at": datetime.now(UTC),
        "birthday": Decimal("1.5"),
        "device_info": DeviceInfo(platform="x"),
    }

    (row,) = read(opened([held]))

    assert row.data == row.source == held
    assert row.data["device_info"] is held["device_info"]


def test_a_mapping_is_for_keys_of_mappings() -> None:
    """The keys of what a program gives are mapped as those of JSON Lines are; records are what they are."""
    profile = MailProfile.from_dict(PROFILE)
    items = [{"mail": "a", "plan": 7, "first_name": None}, {"mail": None, "email": "b"}, profile]

    first, second, third = read(opened(items, {"email": "mail", "custom.plan": "plan"}))

    assert (first.data, first.source) == ({"email": "a", "custom_attributes": {"plan": 7}}, items[0])
    assert second.data == {"email": "b"}
    assert third.record is profile


def test_a_mapped_key_goes_before_the_fields_own_name() -> None:
    """The user has said which one is meant; the source has both."""
    (row,) = read(opened([{"mail": "a", "email": "b"}], {"email": "mail"}))

    assert (row.problem, row.data, row.source) == (None, {"email": "a"}, {"mail": "a", "email": "b"})


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("user_1", "of type str"),
        (b"x", "of type bytes"),
        (7, "of type int"),
        (None, "None"),
        (["a"], "of type list"),
        ((("email", "x"),), "of type tuple"),
        (object(), "of type object"),
        (MailProfile, "of type type"),
        (TransactionEvent.from_dict(EVENT), "of type TransactionEvent"),
    ],
)
def test_what_is_neither_is_a_problem_of_its_row(item: Any, told: str) -> None:
    """One thing of another kind is refused alone, with its number; what comes after it is read."""
    wrong, right = read(opened([item, {"email": "x"}]))

    assert (wrong.line, wrong.data, wrong.record) == (1, {}, None)
    assert wrong.problem == f"is {told}; expected a MailProfile or a dict of its fields"
    assert wrong.source
    assert (right.line, right.problem) == (2, None)


def test_another_records_fields_are_kept() -> None:
    """What is refused can be written down: the fields of a record of another class too."""
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
def test_a_mapping_that_raises_is_a_problem_of_its_row(item: Any, error: str) -> None:
    """What goes wrong inside one mapping is told by the error's name, and the next one is read."""
    wrong, right = read(opened([item, {"email": "x"}]))

    assert wrong.problem == f"cannot be read (it raised {error})"
    assert right.data == {"email": "x"}


def test_notes_of_a_rejects_file_are_passed_over() -> None:
    """What was refused, read with a program and mended, is taken as it is."""
    first, second = read(opened([{"email": "x", "_line": 7, "_error": "y", "_raw": ""}, {"_raw": "z"}]))

    assert (first.data, first.problem) == ({"email": "x"}, None)
    assert second.problem == "was invalid and is unchanged; replace _raw with the fields"


@pytest.mark.parametrize("kind", ["list", "async"])
def test_a_dict_that_is_filled_again_and_again_is_several_rows(kind: str) -> None:
    """A program may use one dict, and one for its nested values, for all records; a row keeps what was in them."""

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
def test_an_error_of_the_iterable_passes_through(kind: str, before: int, error: BaseException) -> None:
    """What a program raises is its own, and says how far it came."""

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


def test_an_iterable_whose_beginning_fails() -> None:
    """An iterable that cannot even be begun raises its own error, too."""

    class Failing:
        def __iter__(self) -> Iterator[Any]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        read(opened(Failing()))

    assert caught.value.__notes__ == ["raised by the iterable of profiles, after record 0"]


def test_rows_are_made_one_at_a_time() -> None:
    """Nothing is read ahead: an endless iterable gives rows as they are asked for."""
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
    ("given", "told"),
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
def test_what_holds_no_records_is_refused(given: Any, told: str) -> None:
    """A mistake is told at once, with the argument's name, and not at each record."""
    with pytest.raises(AdaptyUsageError) as caught:
        opened(given)

    assert str(caught.value).startswith(f"profiles: {told}")
    assert caught.value.field_name == "profiles"


class _BytesPath:
    def __fspath__(self) -> bytes:
        return b"base.csv"


def test_a_path_of_bytes_is_refused() -> None:
    """Paths are text here."""
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
    """Whatever an iterable gives, there is one row for it, in order, and no None is a field."""
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
def test_a_file_and_a_program_give_the_same_rows(scratch: Path, items: list[dict[str, Any]]) -> None:
    """JSON Lines read from a file are what the mappings are that were written to it."""
    path = scratch / "base.jsonl"
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items), encoding="utf-8")
    mapping = {"email": "mail", "custom.plan": "plan"}

    assert read(opened(path, mapping)) == read(opened(items, mapping))
