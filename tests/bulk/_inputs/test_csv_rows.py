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


def test_rows_hold_the_cells_by_column(tmp_path: Path) -> None:
    """A row has its line, its fields, and its cells as the file has them."""
    first, second = read(tmp_path, "external_profile_id,email\nuser_1,jane@example.com\nuser_2,\n")

    assert first == Row(
        2,
        {"external_profile_id": "user_1", "email": "jane@example.com"},
        {"external_profile_id": "user_1", "email": "jane@example.com"},
    )
    assert second == Row(3, {"external_profile_id": "user_2"}, {"external_profile_id": "user_2", "email": ""})


def test_a_rows_repr_holds_nothing_personal(tmp_path: Path) -> None:
    """The repr of a row, readable or not, shows none of its cells."""
    found = read(tmp_path, "external_profile_id,email\nuser_1,jane@example.com\njane@example.com\n")

    assert len(found) == 2
    assert "jane" not in repr(found)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("end", [True, False])
def test_line_ends_and_byte_order_mark_do_not_matter(tmp_path: Path, newline: str, start: str, *, end: bool) -> None:
    """LF, CRLF and CR, with and without a byte order mark, with and without an end of the last line."""
    lines = ["external_profile_id,email", "user_1,jane@example.com", "user_2,joe@example.com"]

    found = read(tmp_path, start + newline.join(lines) + newline * end)

    assert [(row.line, row.data["external_profile_id"], row.data["email"]) for row in found] == [
        (2, "user_1", "jane@example.com"),
        (3, "user_2", "joe@example.com"),
    ]


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    """Blank lines are no rows, and the lines of the rows after them are right all the same."""
    found = read(tmp_path, "external_profile_id,email\n\nuser_1,jane@example.com\r\n\r\n\nuser_2,\n\n")

    assert [(row.line, row.data["external_profile_id"]) for row in found] == [(3, "user_1"), (6, "user_2")]


@pytest.mark.parametrize("blank", [",", ",,,,", '"",""', '""'])
def test_rows_of_empty_cells_are_passed_over_and_counted(tmp_path: Path, blank: str) -> None:
    """What spreadsheets leave of a blank row is no row, however many cells it has; the other rows' lines are right."""
    found = read(tmp_path, f"external_profile_id,email\n{blank}\nuser_1,\n{blank}\n{blank}\nuser_2,x\n{blank}")

    assert [(row.line, row.problem, row.data["external_profile_id"]) for row in found] == [
        (3, None, "user_1"),
        (6, None, "user_2"),
    ]


def test_quoted_cells_hold_commas_quotes_and_newlines(tmp_path: Path) -> None:
    """A quote cell is what is between its quotes; the row's line is its last one."""
    found = read(tmp_path, 'external_profile_id,first_name\nuser_1,"Doe, ""Jane""\r\nof ""Example"""\nuser_2,Joe\n')

    assert [(row.line, row.data["first_name"]) for row in found] == [
        (3, 'Doe, "Jane"\r\nof "Example"'),
        (4, "Joe"),
    ]


def test_a_blank_cell_is_given_and_an_empty_one_is_not(tmp_path: Path) -> None:
    """An empty cell, quote or not, counts as left out; a space does not."""
    found = data(tmp_path, 'external_profile_id,email,first_name\nuser_1,,""\nuser_2, ,x\n')

    assert found == [
        {"external_profile_id": "user_1"},
        {"external_profile_id": "user_2", "email": " ", "first_name": "x"},
    ]


def test_dotted_columns_are_nested_fields(tmp_path: Path) -> None:
    """`custom.x` is the attribute x, and other dotted columns are fields of a field; empty ones make no object."""
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
    """White space around a column's name, as spreadsheets leave it, is no part of the name."""
    assert data(tmp_path, " external_profile_id ,\temail\nuser_1,jane@example.com\n") == [
        {"external_profile_id": "user_1", "email": "jane@example.com"}
    ]


def test_columns_of_a_rejects_file_are_passed_over(tmp_path: Path) -> None:
    """`_line`, `_error` and an empty `_raw` are kept in the source and are no fields."""
    (row,) = read(tmp_path, "external_profile_id,_line,_error,_raw\nuser_1,7,email: has no @,\n")

    assert row.problem is None
    assert row.data == {"external_profile_id": "user_1"}
    assert row.source == {"external_profile_id": "user_1", "_line": "7", "_error": "email: has no @", "_raw": ""}


def test_a_raw_row_that_was_not_mended_is_a_problem(tmp_path: Path) -> None:
    """A row that still has its text in `_raw` is refused, with what to do."""
    (row,) = read(tmp_path, 'external_profile_id,_line,_error,_raw\n,2,x,"user_1,too,many"\n')

    assert row.problem == "was invalid and is unchanged; replace _raw with the fields"
    assert row.data == {}
    assert row.source["_raw"] == "user_1,too,many"


@pytest.mark.parametrize(
    ("line", "cells"), [("user_1", 1), ("user_1,jane@example.com,Jane,more", 4), (",,,, ", 5), ("   ", 1)]
)
def test_too_few_and_too_many_cells_are_the_rows_problem(tmp_path: Path, line: str, cells: int) -> None:
    """A row of another length than the header is a problem that says both lengths, and the next row is read."""
    wrong, right = read(tmp_path, f"external_profile_id,email,first_name\n{line}\nuser_2,joe@example.com,Joe\n")

    assert (wrong.line, wrong.problem) == (2, f"has {cells} cells where the header has 3")
    assert wrong.data == {}
    assert wrong.source == {"external_profile_id": "", "email": "", "first_name": "", "_raw": line}
    assert (right.line, right.problem, right.data["external_profile_id"]) == (3, None, "user_2")


def test_cells_of_many_lines_are_read(tmp_path: Path) -> None:
    """A quote cell that is closed is one cell, though it has some thousand lines."""
    cell = "a line, and another one\n" * 5_000

    found = read(tmp_path, f'external_profile_id,first_name\nuser_1,"{cell}"\nuser_2,Joe\n')

    assert [(row.line, row.problem) for row in found] == [(5_002, None), (5_003, None)]
    assert found[0].data["first_name"] == cell


def test_bytes_that_are_not_utf8_are_kept(tmp_path: Path) -> None:
    """Bytes of another encoding come out as they went in, so that they can be told and written back."""
    (row,) = read(tmp_path, b"external_profile_id,first_name\nuser_1,Zo\xeb \xff\n")

    assert row.problem is None
    assert row.data["first_name"].encode("utf-8", "surrogateescape") == b"Zo\xeb \xff"


def test_file_without_header_is_refused(tmp_path: Path) -> None:
    """A file whose first line with content names no column is refused."""
    for content in ("", "\ufeff", "\n", "\r\n\r\n", '"",""\n', " , \n", ",,,\n"):
        assert str(refused(tmp_path, content)) == (
            f"{tmp_path / 'base.csv'}: has no header; expected the names of the columns in the first line"
        ), content


@pytest.mark.parametrize("content", ["external_profile_id,email", "external_profile_id,email\n\n\r\n"])
def test_a_header_alone_has_no_rows(tmp_path: Path, content: str) -> None:
    """A file of a header and nothing else is a base without records."""
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
def test_an_unknown_column_is_refused(tmp_path: Path, column: str, meant: str | None) -> None:
    """A column that is no field, or no field of a nested one, is named, with what it was probably meant to be."""
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
def test_a_column_for_what_has_fields_of_its_own_is_refused(tmp_path: Path, column: str, example: str) -> None:
    """A cell is text and no object: the columns that there can be are told."""
    record = TransactionEvent if column == "offer" else MailProfile
    error = refused(tmp_path, f"external_profile_id,{column}\nuser_1,x\n", record)

    assert error.field_name == column
    assert str(error).endswith(f"base.csv, but has fields of its own; expected a column for each, such as {example}")


def test_a_separator_inside_an_attributes_name_is_none(tmp_path: Path) -> None:
    """Commas that make sense are what separates, whatever else there is."""
    assert data(tmp_path, "external_profile_id,custom.a;b|c\nuser_1,x\n") == [
        {"external_profile_id": "user_1", "custom_attributes": {"a;b|c": "x"}}
    ]


@pytest.mark.parametrize("column", ["email", "custom.plan", "_line"])
def test_a_column_that_is_there_twice_is_refused(tmp_path: Path, column: str) -> None:
    """Two columns of one name are refused, for one would hide the other."""
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
def test_columns_for_the_same_field_are_refused(tmp_path: Path, one: str, other: str) -> None:
    """Two spellings of one field, and a field beside its own parts, are refused: one would hide the other."""
    error = refused(tmp_path, f"external_profile_id,{one},{other}\nuser_1,a,b\n")

    assert error.field_name in {one, other}


def test_a_column_without_a_name_is_pointed_at(tmp_path: Path) -> None:
    """A comma too many in the header, as spreadsheets leave it, is told by the column's number."""
    assert "column 2" in str(refused(tmp_path, "external_profile_id,,email\nuser_1,,jane@example.com\n"))


@pytest.mark.parametrize("content", ["jane@example.com,user_1\n", "jane@example.com,jane@example.com\n"])
def test_data_in_the_place_of_the_header_stays_hidden(tmp_path: Path, content: str) -> None:
    """Where the header was forgotten the message shows no e-mail address of the first row."""
    assert "jane" not in str(refused(tmp_path, content))


def test_a_header_that_is_not_utf8_can_be_told(tmp_path: Path) -> None:
    """A column's name in another encoding makes a message that can be printed."""
    error = refused(tmp_path, b"external_profile_id,Name \xff\nuser_1,x\n")

    assert "base.csv" in str(error).encode().decode()
