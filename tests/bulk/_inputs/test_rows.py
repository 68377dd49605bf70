"""Property tests: every line of any file is in a row, or the file is rejected."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError
from tests.bulk._inputs.reading import rows_in

if TYPE_CHECKING:
    from pathlib import Path

    from adapty.bulk._inputs.rows import Row

PIECES = st.sampled_from(
    [
        *["external_profile_id", "email", "custom.plan", "_raw", "_line", "user_1", "jane@example.com"],
        *[",", ",", ",", '"', '"', "\n", "\n", "\n", "\r\n", "\r", " ", "\0", "\ufeff", "\u2028", "\x1c", "\udcff"],
        *[
            "{",
            "}",
            "[",
            "]",
            ":",
            '{"email":"x"}',
            '{"email":null}',
            '"email"',
            "NaN",
            "1e999",
            "null",
            "7",
            "\\ud800",
        ],
    ]
)
FILES = st.one_of(
    st.binary(max_size=60),
    st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=40).map(
        lambda pieces: "".join(pieces).encode("utf-8", "surrogateescape")
    ),
    st.lists(PIECES, max_size=40).map(
        lambda pieces: b"external_profile_id,email\n" + "".join(pieces).encode("utf-8", "surrogateescape")
    ),
)

derandomized = settings(derandomize=True, deadline=None, max_examples=60)


def lines_of(path: Path) -> list[str]:
    """Return a file's lines with their ends, as text that keeps every byte but the byte order marks before lines."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        return [text for line in file if (text := line.lstrip("\ufeff"))]


def rows_of(path: Path) -> list[Row] | None:
    """Return all rows of a file, or None if it is rejected."""
    try:
        return list(rows_in(path))
    except AdaptyUsageError:
        return None


@derandomized
@given(content=FILES)
def test_every_line_of_a_csv_file_is_in_some_row(scratch: Path, content: bytes) -> None:
    """A file is rejected, or its rows contain its lines in order, as cells or as text."""
    path = scratch / "base.csv"
    path.write_bytes(content)
    rows = rows_of(path)
    lines = lines_of(path)
    if rows is None:
        return
    header = csv.reader(lines, strict=True)
    next(filter(any, header))  # blank lines before the header are skipped
    done = header.line_num
    for row in rows:
        assert row.line > done
        span = lines[done : row.line]
        done = row.line
        if row.problem is None or row.problem.startswith("was invalid and is unchanged"):
            *blank, cells = csv.reader(span)
            assert list(row.source.values()) == cells
        else:
            blank = list(csv.reader(span[:-1]))
            assert row.source["_raw"] == span[-1].rstrip("\r\n")
            assert row.data == {}
        assert not any(map(any, blank))
    assert not any(map(any, csv.reader(lines[done:])))


@derandomized
@given(content=FILES)
def test_every_line_of_a_json_lines_file_is_a_row(scratch: Path, content: bytes) -> None:
    """Each line that is not blank is one row with its number; others than objects are text."""
    path = scratch / "base.jsonl"
    path.write_bytes(content)
    rows = rows_of(path)
    lines = lines_of(path)

    if rows is None:
        assert content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b")) or 0 in content
        return
    assert [row.line for row in rows] == [number for number, line in enumerate(lines, 1) if line.strip()]
    for row in rows:
        if row.problem is not None and not row.problem.startswith("was invalid and is unchanged"):
            assert row.source == {"_raw": lines[row.line - 1].rstrip("\r\n")}
            assert row.data == {}


@derandomized
@given(
    cells=st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)] * 3),
        max_size=6,
    )
)
def test_output_of_csv_writer_is_read_back(scratch: Path, cells: list[tuple[str, str, str]]) -> None:
    """Rows of Python's own writer are read cell by cell."""
    path = scratch / "written.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(("external_profile_id", "email", "custom.plan"))
        writer.writerows(cells)

    assert [tuple(row.source.values()) for row in rows_of(path) or ()] == [row for row in cells if any(row)]


# What is not closed is closed by a quote before a comma or a line break: where a cell begins with one, its opening
# quote looks like that, and cannot be distinguished.
CELLS = st.text(st.sampled_from('ab,"\n\r 1'), max_size=6).filter(lambda cell: cell[:1] not in set(',"\r\n'))
BROKEN = st.sampled_from(['x,"y', '"x,y,z', 'x,y,"', 'x,"y"z,z', 'x,"y""', "x,y", "x", "x,y,z,z", 'x,y,"z" ', '"x" y"'])


@derandomized
@given(
    before=st.lists(st.tuples(st.just("user"), CELLS, CELLS), max_size=6),
    broken=BROKEN,
    after=st.lists(st.tuples(st.just("user"), CELLS, CELLS), max_size=6),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_broken_line_affects_no_other_row(
    scratch: Path, before: list[tuple[str, ...]], broken: str, after: list[tuple[str, ...]], quoting: Any
) -> None:
    """A wrong number of cells rejects one row; a broken quote rejects the file at that line."""
    path = scratch / "broken.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting)
        writer.writerow(("external_profile_id", "email", "custom.plan"))
        writer.writerows(before)
        file.write(f"{broken}\r\n")
        writer.writerows(after)
    line = lines_of(path).index(f"{broken}\r\n") + 1

    if '"' in broken:
        with pytest.raises(AdaptyUsageError, match=rf"broken\.csv: (line {line} |the record of lines {line} to )"):
            list(rows_in(path))
        return
    rows = list(rows_in(path))
    (rejected,) = (row for row in rows if row.problem)
    assert (rejected.line, rejected.source["_raw"]) == (line, broken)
    assert [tuple(row.source.values()) for row in rows if row is not rejected] == [*before, *after]
    assert rows.index(rejected) == len(before)
