"""EraseTargets to erase: what a file holds, read again and again and never kept."""

from __future__ import annotations

import gc
import gzip
import io
import os
import tracemalloc
from collections.abc import Generator
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError
from adapty.bulk._inputs import files
from adapty.bulk._inputs.erase_targets import EraseTargets, display_id
from adapty.bulk._inputs.ids import KINDS, read_ids

if TYPE_CHECKING:
    from adapty.bulk._inputs.ids import IdFile
    from adapty.bulk._inputs.rows import Row

UUID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"
FILES = {
    "plain": (b"u1\n\nu2\r\nu1", "customer_user_id", [1, 3, 4]),
    "CSV": (b'a,customer_user_id\nx,u1\n\n"y\nz",u2\nx,u1\n', "customer_user_id", [2, 5, 6]),
    "JSON Lines": (
        b'"u1"\n\n{"profile_id": null, "customer_user_id": "u2"}\n{"customer_user_id": "u1"}\n',
        "customer_user_id",
        [1, 3, 4],
    ),
}


def rows_of(targets: EraseTargets) -> Generator[Row, None, None]:
    """Read the rows of a file from its beginning."""
    rows = targets.rows()
    assert isinstance(rows, Generator)
    return rows


def source_of(content: bytes, kind: str) -> Path | IO[bytes]:
    """Give the content as a file, as a stream, or as a file that can be read only once."""
    if kind == "stream":
        return io.BytesIO(content)
    path = Path("users")
    if kind == "pipe":
        os.mkfifo(path)
        Thread(target=path.write_bytes, args=(content,), daemon=True).start()
    else:
        path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", ["file", "stream", "pipe"])
@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "gzipped"])
@pytest.mark.parametrize("name", FILES)
def test_the_rows_can_be_gone_through_again(name: str, kind: str, *, packed: bool) -> None:
    """Rows and ids come as often as they are asked for, side by side too, whatever they were read from."""
    content, expected, lines = FILES[name]

    users = EraseTargets.create(source_of(gzip.compress(content) if packed else content, kind), KINDS)

    assert (users.kind, users.total, users.single_pass) == (expected, 3, False)
    for _ in range(2):
        assert [row.line for row in rows_of(users)] == lines
        pairs = zip(rows_of(users), rows_of(users), strict=True)
        assert [row.line for pair in pairs for row in pair] == sorted(lines * 2)
        assert [(row.data[expected], row.problem) for row in rows_of(users)] == [
            ("u1", None),
            ("u2", None),
            ("u1", None),
        ]


def test_rows_come_one_by_one_and_what_is_wrong_when_it_is_its_turn() -> None:
    """Nothing is read before it is asked for; what cannot be read is told between the ids around it, with its line."""
    Path("users.jsonl").write_text('"u1"\n["josé"]\n"u2"\n', encoding="utf-8")

    users = EraseTargets.create(Path("users.jsonl"), KINDS)
    rows = rows_of(users)

    first = next(rows)
    assert (first.data["customer_user_id"], first.problem, users.location(first)) == ("u1", None, "line 1")
    wrong = next(rows)
    assert (dict(wrong.data), display_id(wrong), users.location(wrong)) == ({}, '["josé"]', "line 2")
    assert wrong.problem == "is neither a JSON object nor a string"
    assert [row.data["customer_user_id"] for row in rows] == ["u2"]


@pytest.mark.parametrize(
    ("content", "kinds", "kind"),
    [
        ("u1\n", KINDS, "customer_user_id"),
        ("u1\n", ("email", "external_profile_id"), "email"),
        (f"{UUID}\nu1\n", KINDS, "customer_user_id"),
        (f"{UUID}\n", ("profile_id",), "profile_id"),
        (f"{UUID}\n", ("external_profile_id", "email"), "external_profile_id"),
        ("email,profile_id\n", KINDS, "profile_id"),
        ("profile_id\na,b,c\n", KINDS, "profile_id"),
        ('{"email": "x"}\n{"profile_id": null}\n', KINDS, "email"),
        ('{"id": 1}\n"\n', KINDS, "customer_user_id"),
        ('{"email": "x"}\n{"external_profile_id": ""}\n', KINDS, "external_profile_id"),
        ('"x"\n', ("email", "external_profile_id"), "email"),
    ],
)
def test_the_kind_is_the_first_one_that_is_named(content: str, kinds: tuple[str, ...], kind: str) -> None:
    """The header says it, or any of the keys, or else the caller, also where no row can be read."""
    Path("users").write_text(content + ("x,y\n" if content.startswith("email,") else ""), encoding="utf-8")

    assert read_ids(Path("users"), kinds).kind == kind  # type: ignore[arg-type]


def test_a_broken_row_in_the_middle_of_a_large_file_refuses_the_rest() -> None:
    """Rows before a quote out of place are read; from it on each line is refused, and tells which line it follows."""
    good = [f"u{number}" for number in range(5000)]
    Path("users.csv").write_text("\n".join(["customer_user_id", *good, '"a" b', "", *good]), encoding="utf-8")

    users = EraseTargets.create(Path("users.csv"), KINDS)
    ids = [row.data["customer_user_id"] for row in rows_of(users) if not row.problem]
    refused = [row for row in rows_of(users) if row.problem]

    assert ids == good
    assert [display_id(row) for row in refused] == ['"a" b', *good]
    assert users.location(refused[-1]) == "line 10003"
    assert str(refused[-1].problem).startswith("follows line 5002, which is not CSV: ")
    assert users.total == 10_001


@pytest.mark.parametrize("quote", ['"u', 'u,"', '"'])
def test_a_quote_that_is_not_closed_in_a_large_file_takes_little_memory(quote: str) -> None:
    """Each line from it on is a row of its own, refused, however many there are."""
    peaks = []
    for count in (12_000, 36_000):
        lines = "".join(f"user_{number}@example.com\n" for number in range(count))
        Path("users.csv").write_text(f"customer_user_id\nu1\n{quote}\n{lines}")
        del lines
        tracemalloc.start()
        users = read_ids(Path("users.csv"))
        refused = sum(row.problem is not None for row in users.rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (len(users.rows), refused) == (count + 2, count + 1)

    assert peaks[1] < peaks[0] * 1.5


def test_a_record_over_several_lines_ends() -> None:
    """Cells without an end, as where all quotes are shifted by one, do not gather in the memory."""
    Path("users.csv").write_text("customer_user_id,x\n" + 'x","y\n' * 100_000)

    users = read_ids(Path("users.csv"))

    assert len(users.rows) == 100_000
    assert {row.ids.get("customer_user_id") for row in users.rows} == {None}


@pytest.mark.parametrize("name", ["users", "users.csv", "users.jsonl"])
@pytest.mark.parametrize("kind", ["file", "stream"])
@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "gzipped"])
def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, kind: str, *, packed: bool) -> None:
    """What would fill the memory is no id; nobody is erased by such a file."""
    monkeypatch.setattr(files, "_MAX_LINE", 1000)
    content = f"customer_user_id\nu1\n{'x' * 1_000_000}\n".encode()
    path = Path(f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(content) if packed else content)
    source: Path | IO[bytes] = io.BytesIO(path.read_bytes()) if kind == "stream" else path

    with pytest.raises(AdaptyUsageError) as caught:
        read_ids(source)

    told = "has a line, 3, of more than 1000 characters; expected one id a line"
    assert str(caught.value) == f"{'standard input' if kind == 'stream' else path}: {told}"


@pytest.mark.parametrize("cut", [1, 9, 200])
@pytest.mark.parametrize("kind", ["file", "stream"])
def test_a_file_that_is_cut_short_is_refused_before_the_first_id(kind: str, cut: int) -> None:
    """A file is read to its end before anything is done with it, so that nobody is erased by half a file."""
    packed = gzip.compress(b"".join(b"user_%d\n" % (number * 7919 % 10_007) for number in range(10_000)))

    with pytest.raises(AdaptyUsageError, match=r"unpacked after line \d+; its gzip data is damaged or cut short$"):
        read_ids(source_of(packed[:-cut], kind))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("kind", ["file", "stream", "pipe"])
@pytest.mark.parametrize("packed", [False, True], ids=["as it is", "gzipped"])
def test_a_file_in_utf_16_is_refused(encoding: str, kind: str, *, packed: bool) -> None:
    """Read as UTF-8, its ids would be those of nobody, and no profile would be found."""
    content = "u1\r\nu2\r\n".encode(encoding)
    source = source_of(gzip.compress(content) if packed else content, kind)

    with pytest.raises(AdaptyUsageError) as caught:
        read_ids(source)

    assert str(caught.value) == f"{'standard input' if kind == 'stream' else 'users'}: is UTF-16; expected UTF-8"


def test_a_file_that_is_gone_is_told() -> None:
    """A file that cannot be opened for the second time is told like one that never could."""
    Path("users").write_text("u1\n", encoding="utf-8")
    users = read_ids(Path("users"))
    Path("users").unlink()

    with pytest.raises(AdaptyUsageError, match=r"^users: cannot be opened: No such file or directory$"):
        list(users.rows)


def test_a_closed_stream_is_told() -> None:
    """A stream that gives nothing any more is no file."""
    stream = io.BytesIO(b"u1\n")
    stream.close()

    with pytest.raises(AdaptyUsageError, match=r"^standard input: cannot be opened: "):
        read_ids(stream)


def test_the_copy_of_a_stream_goes_with_what_was_read_of_it() -> None:
    """A stream is copied to a file without a name, which is closed when nobody can read it any more."""
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    users: IdFile | None = read_ids(io.BytesIO(b"u1\nu2\n"))
    assert users is not None
    rows = iter(users.rows)
    users = None
    gc.collect()

    assert [row.text for row in rows] == ["u1", "u2"]
    del rows
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize(("name", "kind"), [("plain", "stream"), ("CSV", "file"), ("JSON Lines", "file")])
def test_memory_does_not_grow_with_the_file(name: str, kind: str) -> None:
    """Three times the ids take the same room."""
    line = {"plain": b"user_%d\n", "CSV": b"user_%d\n", "JSON Lines": b'{"email": "user_%d"}\n'}[name]
    start = b"customer_user_id\n" if name == "CSV" else b""
    peaks = []
    for count in (8_000, 24_000):
        Path("users").write_bytes(start + b"".join(line % number for number in range(count)))
        with Path("users").open("rb") as stream:
            tracemalloc.start()
            users = read_ids(stream if kind == "stream" else Path("users"))
            assert sum(1 for _ in users.rows) == count
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        Path("users").unlink()

    assert peaks[1] < peaks[0] * 1.5


PIECES = st.sampled_from(
    [*KINDS, "u1", UUID, ",", ",", '"', "\n", "\n", "\r\n", " ", ";", "{", "}", "[", ":", '{"email":"x"}', '"u"', "\0"]
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    content=st.one_of(
        st.binary(max_size=30),
        st.lists(PIECES, max_size=15).map(lambda pieces: "".join(pieces).encode()),
        st.lists(PIECES, max_size=10).map(lambda pieces: ("email,profile_id\n" + "".join(pieces)).encode()),
        st.binary(max_size=30).map(lambda content: gzip.compress(content, mtime=0)[:-1] + content[:1]),
    ),
    name=st.sampled_from(["users", "users.csv", "users.jsonl", "users.csv.gz"]),
)
def test_whatever_a_file_holds_is_read_or_refused(scratch: Path, content: bytes, name: str) -> None:
    """No bytes make it raise anything else, and a stream of them is what the file is."""
    path = scratch / name
    path.write_bytes(content)
    try:
        users = read_ids(path)
    except AdaptyUsageError:
        return
    rows = list(users.rows)
    assert len(rows) == len(users.rows) > 0
    if name == "users":
        assert list(read_ids(io.BytesIO(content)).rows) == rows
    assert [row.line for row in rows] == sorted({row.line for row in rows})
    targets = EraseTargets.create(path, KINDS)
    read = list(rows_of(targets))
    assert [(row.line, row.data, row.problem) for row in read] == [(row.line, row.ids, row.problem) for row in rows]
    assert all(display_id(row) for row in read if row.problem)
