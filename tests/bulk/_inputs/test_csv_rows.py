"""Reading CSV: what is a row, what is a row's problem, and what is the file's."""

from __future__ import annotations

import csv
import json
import shlex
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from adapty import AdaptyUsageError, MailProfile, TransactionEvent
from adapty.bulk._inputs import csv_records
from adapty.bulk._inputs.rows import Row
from tests.bulk._inputs.reading import rows_in

if TYPE_CHECKING:
    from collections.abc import Iterator
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


@pytest.fixture
def _short_cells(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lower the length of the longest cell, and of a record over several lines, to 20 characters."""
    before = csv.field_size_limit()
    monkeypatch.setattr(csv_records, "_MAX_CELL", 20)
    yield
    csv.field_size_limit(before)


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


@pytest.mark.parametrize("start", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_first_line_names_the_separator(tmp_path: Path, start: str, newline: str) -> None:
    """The line that Excel puts before the header is understood, and is counted."""
    lines = [
        start,
        "external_profile_id;first_name;email",
        'user_1;"Jane; J,D";x',
        ";;",
        'user_2;Jo"e;',
        "user_3;;",
        "a;b",
    ]

    found = read(tmp_path, newline.join(lines))

    assert [(row.line, row.data) for row in found] == [
        (3, {"external_profile_id": "user_1", "first_name": "Jane; J,D", "email": "x"}),
        (5, {"external_profile_id": "user_2", "first_name": 'Jo"e'}),
        (6, {"external_profile_id": "user_3"}),
        (7, {}),
    ]
    assert found[3].source["_raw"] == "a;b"


@pytest.mark.parametrize("separator", [",", "\t", "|", "^"])
def test_any_sign_can_be_named_as_the_separator(tmp_path: Path, separator: str) -> None:
    """Commas too, and tabs as they are."""
    content = f"sep={separator}\nexternal_profile_id{separator}email\nuser_1{separator}x\n"

    assert data(tmp_path, content) == [{"external_profile_id": "user_1", "email": "x"}]


def test_a_separator_that_the_header_does_not_have_is_told(tmp_path: Path) -> None:
    """Where the first line and the header say two things, the file is refused."""
    error = refused(tmp_path, "sep=;\nexternal_profile_id,email\nuser_1,x\n")

    assert str(error) == f"{tmp_path / 'base.csv'}: is separated by commas; expected what its first line says"


@pytest.mark.parametrize("line", ["sep=", "sep=;;", "sep=a", 'sep="', "sep= ", "xsep=;"])
def test_what_names_no_separator_is_the_header(tmp_path: Path, line: str) -> None:
    """Other first lines are read as the names of columns."""
    assert "is a column of" in str(refused(tmp_path, f"{line}\nexternal_profile_id,email\n"))


def test_quoted_cells_hold_commas_quotes_and_newlines(tmp_path: Path) -> None:
    """A quoted cell is what is between its quotes; the row's line is its last one."""
    found = read(tmp_path, 'external_profile_id,first_name\nuser_1,"Doe, ""Jane""\r\nof ""Example"""\nuser_2,Joe\n')

    assert [(row.line, row.data["first_name"]) for row in found] == [
        (3, 'Doe, "Jane"\r\nof "Example"'),
        (4, "Joe"),
    ]


def test_a_blank_cell_is_given_and_an_empty_one_is_not(tmp_path: Path) -> None:
    """An empty cell, quoted or not, counts as left out; a space does not."""
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

    assert row.problem == "could not be read before; write its fields in the place of _raw"
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


def texts(rows: list[Row]) -> list[tuple[int, str]]:
    """Give the line and the text of each row: of one that can be read, its id."""
    return [(row.line, row.source["_raw"] if row.problem else row.data["external_profile_id"]) for row in rows]


@pytest.mark.parametrize("line", ['user_1,"Jane"x', 'user_1,"Ja"ne"', '"user_1"x,Jane'])
def test_text_after_a_closing_quote_is_the_rows_problem(tmp_path: Path, line: str) -> None:
    """A row that is not CSV is given as text, and the next row is read."""
    wrong, right = read(tmp_path, f"external_profile_id,email\n{line}\nuser_2,joe@example.com\n")

    assert wrong.line == 2
    assert str(wrong.problem).startswith("is not CSV: ")
    assert wrong.source == {"external_profile_id": "", "email": "", "_raw": line}
    assert (right.line, right.problem, right.data["email"]) == (3, None, "joe@example.com")


def test_a_quote_that_is_closed_in_the_wrong_place_costs_its_line(tmp_path: Path) -> None:
    """The line that opens it is given as text; those below it are read for what they are by themselves."""
    found = read(tmp_path, 'external_profile_id,email\nuser_1,"two\nlines"x\nuser_2,"joe@example.com"\n')

    assert texts(found) == [(2, 'user_1,"two'), (3, 'lines"x'), (4, "user_2")]
    assert found[0].problem == "is not CSV: a quote is opened and not closed"
    assert found[1].problem == "has 1 cells where the header has 2"


def test_a_quote_that_is_never_closed_costs_its_line(tmp_path: Path) -> None:
    """The rows below it are read, up to the end of the file, blank lines passed over, and their lines are right."""
    content = 'external_profile_id,email\nuser_1,x\nuser_2,"x\nuser_3,x\n\nuser_4,"two\nlines"\nuser_5,x'

    found = read(tmp_path, content)

    assert texts(found) == [(2, "user_1"), (3, 'user_2,"x'), (4, "user_3"), (7, "user_4"), (8, "user_5")]
    assert found[1].problem == "is not CSV: a quote is opened and not closed"
    assert found[3].data["email"] == "two\nlines"


def test_a_quote_that_is_not_closed_in_a_large_file_costs_its_line(tmp_path: Path) -> None:
    """However many rows are below it, each of them is read, in memory that does not grow with them."""
    peaks = []
    for count in (15_000, 45_000):
        lines = (f"user_{number},j@example.com\n" for number in range(count))
        content = "".join(["external_profile_id,email\n", 'user_x,"j\n', *lines])
        (tmp_path / "base.csv").write_text(content)
        del content
        tracemalloc.start()
        good = wrong = 0
        for row in rows_in(tmp_path / "base.csv"):
            if row.problem:
                wrong += 1
                assert (row.line, row.source["_raw"]) == (2, 'user_x,"j')
            else:
                assert (row.line, row.data["external_profile_id"]) == (good + 3, f"user_{good}")
                good += 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (good, wrong) == (count, 1)
    assert peaks[1] < peaks[0] * 1.5


def test_quotes_that_are_not_closed_in_every_line_are_read_in_time(tmp_path: Path) -> None:
    """Each of them costs its own line, and no line is read more than a few times."""
    found = read(tmp_path, "external_profile_id,email\n" + 'user_1,"x\nuser_2,x\n' * 20_000)

    assert [row.problem is None for row in found] == [False, True] * 20_000


def test_quotes_that_are_all_shifted_are_read_in_time(tmp_path: Path) -> None:
    """Where each line lacks its outer quotes, none of the records ends; still each line costs about as much as ever."""
    line = f'{"x" * 40}","{"y" * 40}'

    found = read(tmp_path, "external_profile_id,email\n" + f"{line}\n" * 20_000 + 'user_1,"two\nlines"\n')

    assert [row.line for row in found] == [*range(2, 20_002), 20_003]
    assert {row.source.get("_raw") for row in found[:-1]} == {line}
    assert found[-1].data == {"external_profile_id": "user_1", "email": "two\nlines"}


@pytest.mark.usefixtures("_short_cells")
def test_a_record_that_grows_line_by_line_costs_its_line(tmp_path: Path) -> None:
    """Cells that are short and have no end, as where all quotes are shifted by one, are not gone through for ever."""
    found = read(tmp_path, "external_profile_id,email\n" + 'x","y\n' * 100 + "user_2,x\n")

    assert [row.line for row in found] == [*range(2, 103)]
    assert [row.problem is None for row in found] == [False] * 100 + [True]


def test_a_record_over_several_lines_with_too_many_cells_costs_its_line(tmp_path: Path) -> None:
    """A quote that happens to be closed by another row's takes no row along: the number of cells tells."""
    content = 'external_profile_id,email\nuser_1,"x\nuser_2,x\nuser_3,",x"\nuser_4,x\n'

    found = read(tmp_path, content)

    assert texts(found) == [(2, 'user_1,"x'), (3, "user_2"), (4, "user_3"), (5, "user_4")]
    assert found[0].problem == "has 3 cells, up to line 4, where the header has 2"
    assert found[2].data["email"] == ",x"


def test_cells_of_many_lines_are_read(tmp_path: Path) -> None:
    """A quoted cell that is closed is one cell, though it has some thousand lines."""
    cell = "a line, and another one\n" * 5_000

    found = read(tmp_path, f'external_profile_id,first_name\nuser_1,"{cell}"\nuser_2,Joe\n')

    assert [(row.line, row.problem) for row in found] == [(5_002, None), (5_003, None)]
    assert found[0].data["first_name"] == cell


@pytest.mark.usefixtures("_short_cells")
def test_a_cell_that_is_too_long_is_the_rows_problem(tmp_path: Path) -> None:
    """A row with an overlong cell is given as text, and the next row is read."""
    wrong, right = read(tmp_path, f"external_profile_id\n{'x' * 21}\nuser_2\n")

    assert str(wrong.problem).startswith("is not CSV: ")
    assert wrong.source["_raw"] == "x" * 21
    assert right.data == {"external_profile_id": "user_2"}


def test_cells_are_longer_than_the_csv_module_takes_by_itself(tmp_path: Path) -> None:
    """Python's own limit of 131,072 characters a cell is not this reader's."""
    before = csv.field_size_limit()
    try:
        csv.field_size_limit(100)
        assert data(tmp_path, f"external_profile_id\n{'x' * 200_000}\n") == [{"external_profile_id": "x" * 200_000}]
    finally:
        csv.field_size_limit(before)


def test_bytes_that_are_not_utf8_are_kept(tmp_path: Path) -> None:
    """Bytes of another encoding come out as they went in, so that they can be told and written back."""
    (row,) = read(tmp_path, b"external_profile_id,first_name\nuser_1,Zo\xeb \xff\n")

    assert row.problem is None
    assert row.data["first_name"].encode("utf-8", "surrogateescape") == b"Zo\xeb \xff"


@pytest.mark.parametrize("content", ["", "\ufeff", "\n", "\r\n\r\n", ",,,\nuser_1,a,b,c\n", '"",""\n', " , \n"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, content: str) -> None:
    """An empty file, and a first line that names nothing, are refused with what is expected."""
    error = refused(tmp_path, content)

    assert str(error) == (f"{tmp_path / 'base.csv'}: has no header; expected the names of the fields in the first line")


@pytest.mark.parametrize("content", ["external_profile_id,email", "external_profile_id,email\n\n\r\n"])
def test_a_header_alone_has_no_rows(tmp_path: Path, content: str) -> None:
    """A file of a header and nothing else is a base without records."""
    assert read(tmp_path, content) == []


@pytest.mark.parametrize("content", ['external_profile_id,"email\nuser_1,jane@example.com\n', '"email"x\n'])
def test_a_header_that_is_not_csv_is_refused(tmp_path: Path, content: str) -> None:
    """A header with a broken quote is refused, for what follows cannot be told apart."""
    assert str(refused(tmp_path, content)).startswith(f"{tmp_path / 'base.csv'}: its header is not CSV: ")


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
    ignored = f"rename or remove it, or pass over it with --ignore {option} (ignore=[{named}])"
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
    assert str(error).endswith(
        f"base.csv for what has fields of its own; expected a column for each, such as {example}"
    )


@pytest.mark.parametrize(
    ("separator", "told"),
    [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")],
    ids=["semicolon", "tab", "bar"],
)
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("rest", ["custom.plan", "plan"])
def test_another_separator_is_told(tmp_path: Path, separator: str, told: str, quote: str, rest: str) -> None:
    """A header that is separated by something else, quoted or not, is refused for just that."""
    names = ("external_profile_id", " email ", rest)
    header = separator.join(f"{quote}{name}{quote}" for name in names)

    error = refused(tmp_path, f"{header}\nuser_1{separator}x{separator}y\n")

    assert str(error) == f"{tmp_path / 'base.csv'}: is separated by {told}; expected commas"


def test_a_separator_inside_an_attributes_name_is_none(tmp_path: Path) -> None:
    """Commas that make sense are what separates, whatever else there is."""
    assert data(tmp_path, "external_profile_id,custom.a;b|c\nuser_1,x\n") == [
        {"external_profile_id": "user_1", "custom_attributes": {"a;b|c": "x"}}
    ]


def test_readers_side_by_side_do_not_change_each_others_limit(tmp_path: Path) -> None:
    """The length of cells is the whole process's: the last reader puts it back, not the first one."""
    before = csv.field_size_limit()
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text(f"email\n{'x' * 200_000}\n{'y' * 200_000}\n")
    one, two = (rows_in(tmp_path / name) for name in ("one.csv", "two.csv"))

    assert [row.problem for row in (next(one), next(two))] == [None, None]
    one.close()
    assert next(two).problem is None
    assert csv.field_size_limit() > before
    two.close()
    assert csv.field_size_limit() == before


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
