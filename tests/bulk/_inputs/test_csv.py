"""Strict CSV: a quote in the wrong place or another delimiter refuses the file and names the line."""

from __future__ import annotations

import csv
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError
from adapty.bulk._inputs.csv import CsvReader, parse_delimiter
from adapty.bulk._inputs.files import BrokenFileError, InputFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NOT_CLOSED = f"has a quote that is not closed, or a cell of more than {csv.field_size_limit()} characters"


def read(path: Path, content: str | bytes, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """Return the records below the header, each with its last line."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with InputFile(path) as file:
        reader = CsvReader(file, delimiter)
        return [(reader.line, cells) for cells in reader.records()]


def error(path: Path, content: str | bytes, delimiter: str = ",") -> str:
    """Return the error of a file that is refused, without the file's name."""
    with pytest.raises(AdaptyUsageError) as caught:
        read(path, content, delimiter)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a file."""
    return tmp_path / "base.csv"


def test_broken_quote_rejects_the_file_and_names_the_line(path: Path) -> None:
    """No record is guessed: the error locates the quote."""
    head = "id,email\nu1,x\n"
    for rest, expected in {
        'u2,"Jane"x\nu3,x\n': "line 3 is not CSV: ',' expected after '\"'",
        'u2,"Ja"ne"\nu3,x\n': "line 3 is not CSV: ',' expected after '\"'",
        'u2,"x\nu3,x\n\nu4,"two\nlines"\n': f"the record of lines 3 to 6 {NOT_CLOSED}",
        'u2,"x\nu3,x\n': f"the record of lines 3 to 4 {NOT_CLOSED}",
        'u2,"x': f"line 3 {NOT_CLOSED}",
        'u2,"x\nu3,x\nu4,",x"\n': "the record of lines 3 to 5 has 3 cells where the header has 2",
    }.items():
        assert error(path, head + rest).removesuffix("; check the quotes there") == expected, rest


def test_broken_quote_in_the_header_rejects_the_file(path: Path) -> None:
    """The header is parsed as strictly as records."""
    assert error(path, 'id,"email\nu1,x\n').startswith(f"the record of lines 1 to 2 {NOT_CLOSED}")
    assert error(path, '"id"x\n').startswith("line 1 is not CSV: ")


def test_open_quote_in_a_large_file_is_found_within_bounded_memory(path: Path) -> None:
    """One quote does not swallow the rows below it, and memory does not grow with the file."""
    path.write_text('id,email\nu0,"x\n' + "u1,jane@example.com\n" * 200_000)
    tracemalloc.start()
    with InputFile(path) as file, pytest.raises(BrokenFileError, match="the record of lines 2 to "):
        list(CsvReader(file).records())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8 * 2**20


def test_record_of_many_short_quoted_cells_is_bounded(path: Path) -> None:
    """Quotes that are all shifted by one make one endless record of valid cells; it is rejected, too."""
    assert error(path, "id,email\n" + '"x","\n' * 100_000).startswith("the record of lines 2 to ")


def test_cell_of_many_lines_is_one_cell(path: Path) -> None:
    """A quoted cell can have thousands of lines."""
    cell = "a line, and another one\n" * 5_000

    assert read(path, f'id,note\nu1,"{cell}"\nu2,x\n') == [(5_002, ["u1", cell]), (5_003, ["u2", "x"])]


def test_record_on_one_line_can_have_any_number_of_cells(path: Path) -> None:
    """The caller rejects wrong numbers; blank lines are records without cells."""
    assert read(path, "id,email\nu1\n\nu2,x,y\n") == [(2, ["u1"]), (3, []), (4, ["u2", "x", "y"])]


def test_other_delimiter_is_rejected_with_the_option(path: Path) -> None:
    """The error names the option for a header with another delimiter, quoted or not."""
    for delimiter, name, option in (
        (";", "semicolons", """use --delimiter ';' (delimiter=";")"""),
        ("\t", "tabs", """use --delimiter $'\\t' (delimiter="\\t")"""),
        ("|", "vertical bars", """use --delimiter '|' (delimiter="|")"""),
    ):
        for quote in ("", '"'):
            header = delimiter.join(f"{quote}{each}{quote}" for each in ("id", "email", "custom.plan"))
            content = f"{header}\nu1{delimiter}x{delimiter}y\n"
            expected = f"separates the header with {name} (got delimiter ','); {option}"
            assert error(path, content) == expected, content
            assert read(path, content, delimiter) == [(2, ["u1", "x", "y"])], content
    assert error(path, "id,email\nu1,x\n", ";").startswith("separates the header with commas (got delimiter ';')")


def test_sep_directive_is_rejected_with_the_option(path: Path) -> None:
    """The line that Excel can write before the header is not CSV."""
    for start in ("sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"):
        for delimiter in (",", ";"):
            found = error(path, f"{start}\r\nid;email\r\nu1;x\r\n", delimiter)
            assert found.endswith("""is not CSV; remove that line, and use --delimiter ';' (delimiter=";")"""), start


def test_delimiter_in_a_column_name_is_not_a_delimiter(path: Path) -> None:
    """A header with commas is separated by commas."""
    assert read(path, "id,custom.a;b|c\nu1,x\n") == [(2, ["u1", "x"])]


def test_parse_delimiter_rejects_invalid() -> None:
    """A delimiter is one character that no name or number has."""
    for valid in (",", ";", "\t", "|", "^", "\u00a7"):
        assert parse_delimiter(valid) == valid
    for invalid in ("", ";;", "a", "1", '"', "'", " ", "\n", "\r", "\0", "_", ".", "@", None, 1, b";"):
        with pytest.raises(AdaptyUsageError, match="cannot separate the cells") as caught:
            parse_delimiter(invalid)
        assert caught.value.field_name == "delimiter", invalid


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=12)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=6), delimiter=st.sampled_from([",", ";", "\t"]))
def test_written_cells_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], delimiter: str
) -> None:
    """Any cells that the csv module writes are read as they are."""
    path = tmp_path_factory.mktemp("csv") / "base.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([("id", "email"), *rows])

    assert [tuple(cells) for _, cells in read(path, path.read_bytes(), delimiter)] == rows


def _lines_of(records: Iterable[Any]) -> list[int]:
    return [line for line, _ in records]


def test_line_ends_do_not_change_the_numbers_of_lines(path: Path) -> None:
    """LF, CRLF and CR all end a line."""
    for end in ("\n", "\r\n", "\r"):
        assert _lines_of(read(path, end.join(["id,email", "u1,x", "", 'u2,"two', 'lines"', "u3,x"]))) == [2, 3, 5, 6]
