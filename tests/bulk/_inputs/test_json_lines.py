"""Reading JSON Lines, and what both formats have in common: which file is which, and files that cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from adapty import AdaptyUsageError
from adapty.bulk._inputs.files import InputFile, file_format
from adapty.bulk._inputs.rows import Row
from tests.bulk._inputs.reading import rows_in

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, content: str | bytes, name: str = "base.jsonl") -> list[Row]:
    """Write the content to a file and read all its rows."""
    file = path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(rows_in(file))


def only(path: Path, content: str | bytes) -> Row:
    """Give the one row of a file."""
    (row,) = read(path, content)
    return row


def test_rows_have_the_objects(tmp_path: Path) -> None:
    """A row has its line, its fields with their JSON types, and the object of the file."""
    held = {"email": "jane@example.com", "custom_attributes": {"score": 0.5, "days": 7}}

    assert read(tmp_path, json.dumps(held)) == [Row(1, held, held)]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["", "\n", "\n \n\t\r\n"])
def test_blank_lines_line_ends_and_byte_order_mark_do_not_matter(
    tmp_path: Path, newline: str, start: str, end: str
) -> None:
    """Blank lines are counted; LF and CRLF are valid, with and without a byte order mark."""
    found = read(tmp_path, start + newline.join(['{"email":"a"}', "", "  ", '{"email":"b"}']) + end)

    assert [(row.line, row.data, row.problem) for row in found] == [
        (1, {"email": "a"}, None),
        (4, {"email": "b"}, None),
    ]


def test_null_counts_as_missing(tmp_path: Path) -> None:
    """A null is not a field, but is in the source."""
    row = only(tmp_path, '{"email": "jane@example.com", "first_name": null}')

    assert row.data == {"email": "jane@example.com"}
    assert row.source == {"email": "jane@example.com", "first_name": None}


def test_fields_of_a_rejects_file_are_skipped(tmp_path: Path) -> None:
    """`_line`, `_error` and an empty `_raw` are not fields."""
    row = only(tmp_path, '{"email": "x", "_line": 7, "_error": "email: has no @", "_raw": ""}')

    assert (row.problem, row.data) == (None, {"email": "x"})


def test_unchanged_raw_row_is_rejected(tmp_path: Path) -> None:
    """The problem of a row that still has its text in `_raw` says what to do."""
    row = only(tmp_path, '{"_raw": "{\\"email\\": ", "_line": 7}')

    assert row.problem == "was invalid and is unchanged; replace _raw with the fields"
    assert (row.data, row.source["_raw"]) == ({}, '{"email": ')


@pytest.mark.parametrize("text", ["[]", '[{"email": "x"}]', '"text"', "7", "1.5", "true", "null"])
def test_non_object_rejects_the_row(tmp_path: Path, text: str) -> None:
    """Other JSON values are returned as text."""
    assert only(tmp_path, text) == Row(1, source={"_raw": text}, problem="is not a JSON object")


@pytest.mark.parametrize(
    "text",
    [
        "email: x",
        '{"email": "x"',
        '{"email": "x"} {}',
        "{'email': 'x'}",
        '{"email": "tab\there"}',
        '{"email": x}',
        "\ufffe",
        '"',
    ],
)
def test_invalid_json_rejects_the_row(tmp_path: Path, text: str) -> None:
    """The line is returned as text with the reason, and the next one is read."""
    wrong, right = read(tmp_path, f'{text}\r\n{{"email":"x"}}\n')

    assert (wrong.line, wrong.source, wrong.data) == (1, {"_raw": text}, {})
    assert str(wrong.problem).startswith("is not JSON: ")
    assert (right.line, right.problem) == (2, None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"email": "x", "email": "x"}', "email"),
        ('{"first_name": "x", "email": "x", "e\\u006dail": null}', "email"),
        ('{"email": "x", "device_info": {"os": "1", "platform": "iOS", "os": "2"}}', "os"),
        ('{"email": "x", "custom_attributes": {"a": [{"b": {"c": 1, "c": 1}}]}}', "c"),
        ('{"": 1, "": 1}', ""),
        ('{"jane@example.com": 1, "jane@example.com": 1}', "(a name with an @)"),
        ('{"a": 1, ' + ", ".join(f'"k{number}": 1' for number in range(50_000)) + ', "a": 1}', "a"),
    ],
    ids=["same", "escaped", "nested", "deep", "empty", "personal", "many"],
)
def test_repeated_key_rejects_the_row(tmp_path: Path, text: str, name: str) -> None:
    """The row is returned as text, whatever the depth of the key."""
    wrong, right = read(tmp_path, f'{text}\n{{"email":"x"}}\n')

    assert wrong == Row(1, source={"_raw": text}, problem=f"has the key {name} twice")
    assert (right.line, right.problem) == (2, None)


def test_same_key_in_several_objects_is_valid(tmp_path: Path) -> None:
    """Keys must be unique only within one object."""
    held = {"email": "x", "device_info": {"email": "y"}, "custom_attributes": {"email": "z"}}

    assert only(tmp_path, json.dumps(held)).data == held


def test_deep_nesting_rejects_the_row(tmp_path: Path) -> None:
    """Fifty levels are valid, one more is not; brackets in text do not count."""
    deepest = '{"email":' + "[" * 49 + "1" + "]" * 49 + "}"
    too_deep = '{"email":' + "[" * 50 + "1" + "]" * 50 + "}"
    text = json.dumps({"email": "[{" * 60})
    right, wrong, other = read(tmp_path, f"{deepest}\n{too_deep}\n{text}\n")

    assert (right.problem, other.problem) == (None, None)
    assert wrong == Row(2, source={"_raw": too_deep}, problem="is nested deeper than 50 levels")


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        pytest.param("9" * 5000, id="a number of 5000 digits"),
        pytest.param("[" * 100_000 + "]" * 100_000, id="deep nesting"),
        pytest.param('{"a":' * 100_000 + "1" + "}" * 100_000, id="deep objects"),
    ],
)
def test_unrepresentable_value_rejects_the_row(tmp_path: Path, value: str) -> None:
    """NaN, huge numbers and extreme nesting are returned as text, and the next row is read."""
    text = f'{{"email":{value}}}'

    wrong, right = read(tmp_path, f'{text}\n{{"email":"x"}}\n')

    assert wrong == Row(1, source={"_raw": text}, problem="is not JSON: it has a value that JSON cannot represent")
    assert (right.line, right.problem) == (2, None)


def test_byte_order_mark_is_removed_from_every_line(tmp_path: Path) -> None:
    """Concatenated files have byte order marks in the middle."""
    found = read(tmp_path, '\ufeff{"email":"a"}\n\ufeff\ufeff{"email":"b"}\n{"email":"c"}\n\ufeff')

    assert [(row.data, row.problem) for row in found] == [({"email": name}, None) for name in "abc"]


@pytest.mark.parametrize("content", [b'{"email":"Zo\xeb"}', b"Zo\xeb"])
def test_invalid_utf8_is_preserved(tmp_path: Path, content: bytes) -> None:
    """Bytes of another encoding are preserved for the error and the rejects file."""
    row = only(tmp_path, content)
    text = row.data.get("email") or row.source["_raw"]

    assert text.encode("utf-8", "surrogateescape") == b"Zo\xeb"


@pytest.mark.parametrize("content", ["", "\ufeff", "\n \n\r\n"])
def test_empty_file_has_no_rows(tmp_path: Path, content: str) -> None:
    """JSON Lines have no header, so an empty file is valid."""
    assert read(tmp_path, content) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("base.csv", "csv"),
        ("BASE.CSV", "csv"),
        ("a.b.Csv", "csv"),
        ("base.jsonl", "jsonl"),
        ("base.JSONL", "jsonl"),
        ("base.ndjson", "jsonl"),
        ("base.NdJson", "jsonl"),
    ],
)
def test_extension_determines_the_format(tmp_path: Path, name: str, expected: str) -> None:
    """`.csv`, `.jsonl` and `.ndjson` are recognized in any case."""
    content = {"csv": "email\nx\n", "jsonl": '{"email":"x"}\n'}[expected]
    (tmp_path / name).write_text(content)

    assert file_format(tmp_path / name) == expected
    assert [row.data for row in rows_in(tmp_path / name)] == [{"email": "x"}]


@pytest.mark.parametrize(
    "name",
    ["base", "base.json", "base.gz", "base.tsv.gz", "base.csv.gz.gz", "base.tsv", "csv", "base.", ".csv", ".csv.gz"],
)
def test_other_extensions_are_rejected(tmp_path: Path, name: str) -> None:
    """The file is not opened, and the error lists the valid extensions."""
    with pytest.raises(AdaptyUsageError) as caught:
        rows_in(tmp_path / name)

    assert str(caught.value) == (
        f"{tmp_path / name}: unknown format; "
        "expected a name that ends in .csv, .jsonl or .ndjson, or in one of these and .gz"
    )


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_missing_file_is_rejected(tmp_path: Path, ending: str) -> None:
    """The error names the file and the reason."""
    path = tmp_path / f"missing.{ending}"
    expected = f"{path}: cannot be opened: No such file or directory"

    with pytest.raises(AdaptyUsageError) as reading:
        list(rows_in(path))

    assert str(reading.value) == expected


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_directory_is_rejected(tmp_path: Path, ending: str) -> None:
    """The error names the reason."""
    path = tmp_path / f"folder.{ending}"
    path.mkdir()

    with pytest.raises(AdaptyUsageError, match=r"cannot be opened: Is a directory"):
        list(rows_in(path))


@pytest.mark.parametrize(
    ("content", "lines"), [("", 0), ("a", 1), ("a\n", 1), ("a\n\nb", 3), ("a\r\nb\r\n", 2), ("a\rb\r", 2)]
)
def test_number_of_lines_is_the_number_of_the_last_line(tmp_path: Path, content: str, lines: int) -> None:
    """LF, CRLF and CR end a line."""
    path = tmp_path / "base.csv"
    path.write_bytes(content.encode())

    with InputFile(path) as file:
        assert sum(1 for _ in file.lines()) == lines
