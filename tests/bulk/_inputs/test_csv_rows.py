"""Reading CSV: what is a row, what is a row's problem, and what is the file's."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from adapty import AdaptyUsageError, MailProfile, TransactionEvent
from adapty.bulk._inputs.rows import Row
from tests.bulk._inputs.reading import rows_in

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, content: str | bytes, record: Any = MailProfile) -> list[Row]:
    """Write the content to a file and read all its rows."""
    file = path / "base.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(rows_in(file, record))


def data(path: Path, content: str | bytes) -> list[dict[str, Any]]:
    """Give the fields of all rows, which must be readable."""
    found = read(path, content)
    assert [row.problem for row in found] == [None] * len(found)
    return [dict(row.data) for row in found]


def refused(path: Path, content: str | bytes, record: Any = MailProfile) -> AdaptyUsageError:
    """Give the error that reading the content ends with."""
    with pytest.raises(AdaptyUsageError) as caught:
        read(path, content, record)
    return caught.value


def test_rows_have_cells_by_column(tmp_path: Path) -> None:
    """A row has its line, its fields, and the cells of the file."""
    first, second = read(tmp_path, "external_profile_id,email\nuser_1,jane@example.com\nuser_2,\n")

    assert first == Row(
        2,
        {"external_profile_id": "user_1", "email": "jane@example.com"},
        {"external_profile_id": "user_1", "email": "jane@example.com"},
    )
    assert second == Row(3, {"external_profile_id": "user_2"}, {"external_profile_id": "user_2", "email": ""})


def test_repr_of_a_row_has_no_personal_data(tmp_path: Path) -> None:
    """The repr of a row, valid or not, contains no cells."""
    found = read(tmp_path, "external_profile_id,email\nuser_1,jane@example.com\njane@example.com\n")

    assert len(found) == 2
    assert "jane" not in repr(found)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", [True, False])
def test_line_ends_and_byte_order_mark_do_not_matter(tmp_path: Path, newline: str, start: str, *, end: bool) -> None:
    """LF, CRLF and CR are valid, with and without a byte order mark and a final line end."""
    lines = ["external_profile_id,email", "user_1,jane@example.com", "user_2,joe@example.com"]

    found = read(tmp_path, start + newline.join(lines) + newline * end)

    assert [(row.line, row.data["external_profile_id"], row.data["email"]) for row in found] == [
        (2, "user_1", "jane@example.com"),
        (3, "user_2", "joe@example.com"),
    ]


def test_blank_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    """Blank lines are not rows, and the line numbers after them are right."""
    found = read(tmp_path, "external_profile_id,email\n\nuser_1,jane@example.com\r\n\r\n\nuser_2,\n\n")

    assert [(row.line, row.data["external_profile_id"]) for row in found] == [(3, "user_1"), (6, "user_2")]


@pytest.mark.parametrize("blank", [",", ",,,,", '"",""', '""'])
def test_rows_of_empty_cells_are_skipped_and_counted(tmp_path: Path, blank: str) -> None:
    """Blank rows of spreadsheets are not rows, and the line numbers after them are right."""
    found = read(tmp_path, f"external_profile_id,email\n{blank}\nuser_1,\n{blank}\n{blank}\nuser_2,x\n{blank}")

    assert [(row.line, row.problem, row.data["external_profile_id"]) for row in found] == [
        (3, None, "user_1"),
        (6, None, "user_2"),
    ]


def test_quoted_cells_can_contain_commas_quotes_and_newlines(tmp_path: Path) -> None:
    """The line of a row is its last one."""
    found = read(tmp_path, 'external_profile_id,first_name\nuser_1,"Doe, ""Jane""\r\nof ""Example"""\nuser_2,Joe\n')

    assert [(row.line, row.data["first_name"]) for row in found] == [
        (3, 'Doe, "Jane"\r\nof "Example"'),
        (4, "Joe"),
    ]


def test_empty_cell_is_missing_and_blank_cell_is_not(tmp_path: Path) -> None:
    """An empty cell, quoted or not, counts as missing; a space does not."""
    found = data(tmp_path, 'external_profile_id,email,first_name\nuser_1,,""\nuser_2, ,x\n')

    assert found == [
        {"external_profile_id": "user_1"},
        {"external_profile_id": "user_2", "email": " ", "first_name": "x"},
    ]


def test_dotted_columns_are_nested_fields(tmp_path: Path) -> None:
    """`custom.x` is the attribute x; other dotted columns are nested fields; empty ones create no object."""
    content = (
        "external_profile_id,custom.plan,custom.a.b,device_info.os,device_info.locale\n"
        "user_1,trial,7,17.5,en-US\n"
        "user_2,,,18.1,\n"
    )

    assert data(tmp_path, content) == [
        {
            "external_profile_id": "user_1",
            "custom_attributes": {"plan": "trial", "a.b": "7"},
            "device_info": {"os": "17.5", "locale": "en-US"},
        },
        {"external_profile_id": "user_2", "device_info": {"os": "18.1"}},
    ]
    (event,) = read(tmp_path, "external_profile_id,offer.category\nuser_1,win_back\n", TransactionEvent)
    assert event.data == {"external_profile_id": "user_1", "offer": {"category": "win_back"}}


def test_names_in_the_header_are_trimmed(tmp_path: Path) -> None:
    """White space around the name of a column is removed."""
    assert data(tmp_path, " external_profile_id ,\temail\nuser_1,jane@example.com\n") == [
        {"external_profile_id": "user_1", "email": "jane@example.com"}
    ]


def test_columns_of_a_rejects_file_are_skipped(tmp_path: Path) -> None:
    """`_line`, `_error` and an empty `_raw` are in the source and not fields."""
    (row,) = read(tmp_path, "external_profile_id,_line,_error,_raw\nuser_1,7,email: has no @,\n")

    assert row.problem is None
    assert row.data == {"external_profile_id": "user_1"}
    assert row.source == {"external_profile_id": "user_1", "_line": "7", "_error": "email: has no @", "_raw": ""}


def test_unchanged_raw_row_is_rejected(tmp_path: Path) -> None:
    """The problem of a row that still has its text in `_raw` says what to do."""
    (row,) = read(tmp_path, 'external_profile_id,_line,_error,_raw\n,2,x,"user_1,too,many"\n')

    assert row.problem == "was invalid and is unchanged; replace _raw with the fields"
    assert row.data == {}
    assert row.source["_raw"] == "user_1,too,many"


@pytest.mark.parametrize(
    ("line", "cells"), [("user_1", 1), ("user_1,jane@example.com,Jane,more", 4), (",,,, ", 5), ("   ", 1)]
)
def test_wrong_number_of_cells_rejects_the_row(tmp_path: Path, line: str, cells: int) -> None:
    """The problem states both numbers, and the next row is read."""
    wrong, right = read(tmp_path, f"external_profile_id,email,first_name\n{line}\nuser_2,joe@example.com,Joe\n")

    assert (wrong.line, wrong.problem) == (2, f"has {cells} cells where the header has 3")
    assert wrong.data == {}
    assert wrong.source == {"external_profile_id": "", "email": "", "first_name": "", "_raw": line}
    assert (right.line, right.problem, right.data["external_profile_id"]) == (3, None, "user_2")


def test_cells_of_many_lines_are_read(tmp_path: Path) -> None:
    """A closed quoted cell is one cell, even if it has thousands of lines."""
    cell = "a line, and another one\n" * 5_000

    found = read(tmp_path, f'external_profile_id,first_name\nuser_1,"{cell}"\nuser_2,Joe\n')

    assert [(row.line, row.problem) for row in found] == [(5_002, None), (5_003, None)]
    assert found[0].data["first_name"] == cell


def test_invalid_utf8_is_preserved(tmp_path: Path) -> None:
    """Bytes of another encoding are preserved for the error and the rejects file."""
    (row,) = read(tmp_path, b"external_profile_id,first_name\nuser_1,Zo\xeb \xff\n")

    assert row.problem is None
    assert row.data["first_name"].encode("utf-8", "surrogateescape") == b"Zo\xeb \xff"


def test_file_without_header_is_rejected(tmp_path: Path) -> None:
    """A file whose first line with content names no column is rejected."""
    for content in ("", "\ufeff", "\n", "\r\n\r\n", '"",""\n', " , \n", ",,,\n"):
        assert str(refused(tmp_path, content)) == (
            f"{tmp_path / 'base.csv'}: has no header; expected the names of the columns in the first line"
        ), content


@pytest.mark.parametrize("content", ["external_profile_id,email", "external_profile_id,email\n\n\r\n"])
def test_header_alone_has_no_rows(tmp_path: Path, content: str) -> None:
    """A file with only a header has no records."""
    assert read(tmp_path, content) == []


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        ("emial", "email"),
        ("Email", "email"),
        ("email_", "email"),
        ("firstname", "first_name"),
        ("customs.plan", "custom.plan"),
        ("costum.a.b", "custom.a.b"),
        ("device_info.platfrom", "device_info.platform"),
        ("device.platform", "device_info.platform"),
        ("offer.ofer_id", "offer.offer_id"),
        ("custom_attributes.", None),
        ("device_info.", "device_info.os"),
        ("device_info.plan", "device_info.platform"),
        ("plan", None),
        ("custom", None),
        ("custom.", None),
        ("email.domain", "custom.domain"),
        ("_raw2", None),
        (".", None),
        ("{0}", None),
        ("x" * 90, None),
    ],
)
def test_unknown_column_is_rejected(tmp_path: Path, column: str, meant: str | None) -> None:
    """The error names the column, with a suggestion if there is one."""
    record = TransactionEvent if column.startswith("offer.") else MailProfile
    error = refused(tmp_path, f"external_profile_id,{column}\nuser_1,x\n", record)
    option, named = shlex.quote(column), json.dumps(column)
    ignored = f"rename or remove it, or ignore it with --ignore {option} (ignore=[{named}])"
    mapped = (
        f"did you mean {meant}? rename it, or use --map {meant}={column} (mapping={{{json.dumps(meant)}: {named}}})"
    )

    assert error.field_name == column
    assert str(error) == (
        f"{column}: is a column of {tmp_path / 'base.csv'} and not a field of {record.__name__}; "
        f"{mapped if meant else ignored}"
    )


@pytest.mark.parametrize(
    ("column", "example"),
    [("device_info", "device_info.platform"), ("offer", "offer.category"), ("custom_attributes", "custom.plan")],
)
def test_column_for_a_nested_field_is_rejected(tmp_path: Path, column: str, example: str) -> None:
    """The error names an example of a valid column."""
    record = TransactionEvent if column == "offer" else MailProfile
    error = refused(tmp_path, f"external_profile_id,{column}\nuser_1,x\n", record)

    assert error.field_name == column
    assert str(error).endswith(f"base.csv, but has fields of its own; expected a column for each, such as {example}")


def test_delimiter_inside_an_attribute_name_is_not_detected(tmp_path: Path) -> None:
    """Valid commas are the delimiter."""
    assert data(tmp_path, "external_profile_id,custom.a;b|c\nuser_1,x\n") == [
        {"external_profile_id": "user_1", "custom_attributes": {"a;b|c": "x"}}
    ]


@pytest.mark.parametrize("column", ["email", "custom.plan", "_line"])
def test_repeated_column_is_rejected(tmp_path: Path, column: str) -> None:
    """One of the two columns would hide the other."""
    error = refused(tmp_path, f"external_profile_id,{column},{column}\nuser_1,a,b\n")

    assert error.field_name == column
    assert "is the name of two columns" in str(error)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("custom.plan", "custom_attributes.plan"),
        ("custom_attributes", "custom.plan"),
        ("custom.plan", "custom_attributes"),
        ("device_info", "device_info.os"),
        ("device_info.os", "device_info"),
        ("email", "email.domain"),
        ("email.domain", "email"),
    ],
)
def test_columns_for_the_same_field_are_rejected(tmp_path: Path, one: str, other: str) -> None:
    """Two names of one field, or a field and its parts, would hide each other."""
    error = refused(tmp_path, f"external_profile_id,{one},{other}\nuser_1,a,b\n")

    assert error.field_name in {one, other}


def test_column_without_a_name_is_located(tmp_path: Path) -> None:
    """The error has the number of the column."""
    assert "column 2" in str(refused(tmp_path, "external_profile_id,,email\nuser_1,,jane@example.com\n"))


@pytest.mark.parametrize("content", ["jane@example.com,user_1\n", "jane@example.com,jane@example.com\n"])
def test_error_of_a_missing_header_hides_the_data(tmp_path: Path, content: str) -> None:
    """The message contains no e-mail address of the first row."""
    assert "jane" not in str(refused(tmp_path, content))


def test_error_of_an_invalid_utf8_header_is_printable(tmp_path: Path) -> None:
    """A column name in another encoding makes a printable message."""
    error = refused(tmp_path, b"external_profile_id,Name \xff\nuser_1,x\n")

    assert "base.csv" in str(error).encode().decode()
