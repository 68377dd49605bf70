"""Files of IDs: their formats, their kinds of ID, and errors before the first ID is returned."""

from __future__ import annotations

import gc
import gzip
import io
import os
import tracemalloc
from collections.abc import Generator
from itertools import product
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
    from adapty.bulk._inputs.ids import IdFile, KindName
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

FORMATS = {
    "plain": ("users.txt", "u1\nu2\n"),
    "no ending": ("users", "u1\nu2"),
    "ending of its own": ("users.2026-07-01", "u1\nu2"),
    "blank lines": ("users.txt", "\n  \t\nu1\n\n\nu2\n\n"),
    "BOMs of joined files": ("users.txt", "\ufeffu1\n\ufeffu2\n\ufeff"),
    "CRLF": ("users.txt", "u1\r\nu2\r\n"),
    "CR": ("users.txt", "u1\ru2\r"),
    "BOM": ("users.txt", "\ufeffu1\nu2\n"),
    "header": ("users.txt", "customer_user_id\nu1\nu2\n"),
    "CSV": ("users.csv", "customer_user_id\nu1\nu2\n"),
    "CSV in capitals": ("users.CSV", "customer_user_id\nu1\nu2\n"),
    "CSV with BOM and CRLF": ("users.csv", "\ufeffcustomer_user_id\r\nu1\r\nu2\r\n"),
    "CSV with other columns": ("users.csv", 'name,customer_user_id,plan\n"Doe, Jane",u1,x\n"a\nb",u2,\n'),
    "CSV with both": ("users.csv", f"profile_id,customer_user_id\n{UUID},u1\n{UUID},u2\n"),
    "CSV with spaces in its header": ("users.csv", "name , customer_user_id\nx,u1\n y ,u2\n"),
    "CSV of joined files": ("users.csv", "\ufeffcustomer_user_id,x\r\nu1,\r\n\ufeffu2,\r\n"),
    "CSV with blank lines": ("users.csv", "\ncustomer_user_id\n\nu1\n  \nu2\n\n"),
    "CSV with empty rows": ("users.csv", 'x,customer_user_id\n,\n,u1\n , \n"",""\n,,,\n,u2\n,\n'),
    "CSV of another name": ("users.txt", "name,customer_user_id\nx,u1\ny,u2\n"),
    "CSV in quotes": ("users", '"customer_user_id"\n"u1"\n"u2"\n'),
    "CSV with a large cell": ("users.csv", f"note,customer_user_id\n{'x' * 100_000},u1\n,u2\n"),
    "JSON Lines": ("users.jsonl", '{"customer_user_id": "u1", "plan": {"a": [1]}}\n\n{"customer_user_id": "u2"}\n'),
    "JSON Lines of strings": ("users.ndjson", '"u1"\n"u2"\n'),
    "JSON Lines with CRLF and BOM": ("users.jsonl", '\ufeff"u1"\r\n{"customer_user_id": "u2"}\r\n'),
    "JSON Lines with both": (
        "users.jsonl",
        f'{{"profile_id": "{UUID}", "customer_user_id": "u1"}}\n{{"customer_user_id": "u2", "profile_id": null}}',
    ),
    "JSON Lines of another name": ("users", '{ "customer_user_id": "u1"}\n"u2"\n'),
    "strings of another name": ("users.txt", '"u1"\n"u2"\n'),
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


def test_rows_can_be_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read as often as needed, also side by side, from files, streams and pipes, gzipped or not."""
    for number, (name, kind, is_gzip) in enumerate(product(FILES, ("file", "stream", "pipe"), (False, True))):
        content, expected, lines = FILES[name]
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)

        users = EraseTargets.create(source_of(gzip.compress(content) if is_gzip else content, kind), KINDS)

        assert (users.kind, users.total, users.single_pass) == (expected, 3, False), (name, kind, is_gzip)
        for _ in range(2):
            pairs = zip(rows_of(users), rows_of(users), strict=True)
            assert [row.line for pair in pairs for row in pair] == sorted(lines * 2), (name, kind, is_gzip)
            found = [(row.line, row.data[expected], row.problem) for row in rows_of(users)]
            assert found == [(line, id_, None) for line, id_ in zip(lines, ("u1", "u2", "u1"), strict=True)]


def test_formats_have_the_same_ids() -> None:
    """Each format, gzipped or not, from a file or a stream, has the same two IDs."""
    for name, (file, text) in FORMATS.items():
        for content in (text.encode(), gzip.compress(text.encode())):
            Path(file).write_bytes(content)
            for source in (Path(file), io.BytesIO(content)):
                users = read_ids(source)
                assert users.kind == "customer_user_id", name
                found = [(row.data["customer_user_id"], row.problem) for row in users.rows()]
                assert found == [("u1", None), ("u2", None)], name


def test_rows_are_read_lazily() -> None:
    """Nothing is read in advance; invalid rows are returned in order, with their lines."""
    Path("users.jsonl").write_text('"u1"\n["josé"]\n"u2"\n', encoding="utf-8")

    users = EraseTargets.create(Path("users.jsonl"), KINDS)
    rows = rows_of(users)

    first = next(rows)
    assert (first.data["customer_user_id"], first.problem, users.location(first)) == ("u1", None, "line 1")
    wrong = next(rows)
    assert (dict(wrong.data), display_id(wrong, "customer_user_id"), users.location(wrong)) == (
        {},
        '["josé"]',
        "line 2",
    )
    assert wrong.problem == "is neither a JSON object nor a string"
    assert [row.data["customer_user_id"] for row in rows] == ["u2"]


def test_kind_is_the_first_that_is_named() -> None:
    """The header or a key names the kind; otherwise it is the first kind of the caller."""
    cases: list[tuple[str, tuple[KindName, ...], KindName]] = [
        ("u1\n", KINDS, "customer_user_id"),
        ("u1\n", ("email", "external_profile_id"), "email"),
        (f"{UUID}\nu1\n", KINDS, "customer_user_id"),
        (f"{UUID}\n", ("profile_id",), "profile_id"),
        (f"{UUID}\n", ("external_profile_id", "email"), "external_profile_id"),
        ("email,profile_id\nx,y\n", KINDS, "profile_id"),
        ("profile_id\na,b,c\n", KINDS, "profile_id"),
        ('{"email": "x"}\n{"profile_id": null}\n', KINDS, "email"),
        ('{"id": 1}\n"\n', KINDS, "customer_user_id"),
        ('{"email": "x"}\n{"external_profile_id": ""}\n', KINDS, "external_profile_id"),
        ('"x"\n', ("email", "external_profile_id"), "email"),
    ]
    for content, kinds, kind in cases:
        Path("users").write_text(content, encoding="utf-8")
        assert read_ids(Path("users"), kinds).kind == kind, content


def test_broken_quote_rejects_the_file_before_the_first_id() -> None:
    """The error names the line, however far below the start it is."""
    good = [f"u{number}" for number in range(5000)]
    for broken, expected in {
        '"a" b': "line 5002 is not CSV: ",
        '"u': "the record of lines 5002 to ",
        'u,"': "the record of lines 5002 to ",
        '"': "the record of lines 5002 to ",
    }.items():
        Path("users.csv").write_text("\n".join(["customer_user_id", *good, broken, *good]), encoding="utf-8")
        with pytest.raises(AdaptyUsageError) as caught:
            read_ids(Path("users.csv"))
        assert str(caught.value).startswith(f"users.csv: {expected}"), broken


def test_other_delimiter_is_rejected_or_used() -> None:
    """The error for a table with semicolons names the option; with it, the file is read."""
    for name in ("users.csv", "users"):
        Path(name).write_text("name;customer_user_id\nx;u1\n", encoding="utf-8")
        with pytest.raises(AdaptyUsageError, match=r"separates the header with semicolons .*--delimiter"):
            read_ids(Path(name))
        (row,) = read_ids(Path(name), delimiter=";").rows()
        assert row.data["customer_user_id"] == "u1"


def test_endless_line_is_rejected_before_the_first_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that would fill the memory is rejected before the first ID."""
    monkeypatch.setattr(files, "_MAX_LINE", 1000)
    content = f"customer_user_id\nu1\n{'x' * 100_000}\n".encode()
    for name, is_stream, is_gzip in product(("users", "users.csv", "users.jsonl"), (False, True), (False, True)):
        path = Path(f"{name}.gz" if is_gzip else name)
        path.write_bytes(gzip.compress(content) if is_gzip else content)
        source: Path | IO[bytes] = io.BytesIO(path.read_bytes()) if is_stream else path
        with pytest.raises(AdaptyUsageError) as caught:
            read_ids(source)
        expected = "line 3 has more than 1000 characters; expected one record a line"
        assert str(caught.value) == f"{'standard input' if is_stream else path}: {expected}"


def test_truncated_file_is_rejected_before_the_first_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read to its end first, so that no user of an incomplete file is erased."""
    packed = gzip.compress(b"".join(b"user_%d\n" % (number * 7919 % 10_007) for number in range(10_000)))
    for kind, cut in product(("file", "stream"), (1, 9, 200)):
        monkeypatch.chdir(tmp_path)
        with pytest.raises(AdaptyUsageError, match=r"after line \d+: its gzip data is damaged or truncated$"):
            read_ids(source_of(packed[:-cut], kind))


def test_utf_16_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """UTF-16 is rejected with a byte order mark and without one."""
    cases = product(("utf-16", "utf-16-le", "utf-16-be"), ("file", "stream", "pipe"), (False, True))
    for number, (encoding, kind, is_gzip) in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        content = "u1\r\nu2\r\n".encode(encoding)
        with pytest.raises(AdaptyUsageError) as caught:
            read_ids(source_of(gzip.compress(content) if is_gzip else content, kind))
        problem = "is UTF-16" if encoding == "utf-16" else "has zero bytes, as UTF-16 and binary files have"
        name = "standard input" if kind == "stream" else "users"
        assert str(caught.value).startswith(f"{name}: {problem}; expected UTF-8"), (encoding, kind, is_gzip)


def test_removed_file_is_an_error() -> None:
    """A file that cannot be opened for the second time is the same error as for the first time."""
    Path("users").write_text("u1\n", encoding="utf-8")
    users = read_ids(Path("users"))
    Path("users").unlink()

    with pytest.raises(AdaptyUsageError, match=r"^users: cannot be opened: No such file or directory$"):
        list(users.rows())


def test_closed_stream_is_rejected() -> None:
    """A closed stream is an error."""
    stream = io.BytesIO(b"u1\n")
    stream.close()

    with pytest.raises(AdaptyUsageError, match=r"^standard input: cannot be read: "):
        read_ids(stream)


def test_copy_of_a_stream_is_closed() -> None:
    """A stream is copied to an unnamed file, which is closed when it is no longer needed."""
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    users: IdFile | None = read_ids(io.BytesIO(b"u1\nu2\n"))
    assert users is not None
    rows = users.rows()
    users = None
    gc.collect()

    assert [row.source["text"] for row in rows] == ["u1", "u2"]
    del rows
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_memory_does_not_grow_with_the_file() -> None:
    """Three times the IDs use the same memory."""
    for name, line, start in (
        ("users", b"user_%d\n", b""),
        ("users.csv", b"user_%d\n", b"customer_user_id\n"),
        ("users.jsonl", b'{"email": "user_%d"}\n', b""),
    ):
        peaks = []
        for count in (1_000, 3_000):
            Path(name).write_bytes(start + b"".join(line % number for number in range(count)))
            with Path(name).open("rb") as stream:
                tracemalloc.start()
                users = read_ids(stream if name == "users" else Path(name))
                assert sum(1 for _ in users.rows()) == count
                peaks.append(tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
        assert peaks[1] < peaks[0] * 1.5, name


PIECES = st.sampled_from(
    [*KINDS, "u1", UUID, ",", ",", '"', "\n", "\n", "\r\n", " ", ";", "{", "}", "[", ":", '{"email":"x"}', '"u"', "\0"]
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    content=st.one_of(
        st.binary(max_size=30),
        st.lists(PIECES, max_size=15).map(lambda pieces: "".join(pieces).encode()),
        st.lists(PIECES, max_size=10).map(lambda pieces: ("email,profile_id\n" + "".join(pieces)).encode()),
        st.binary(max_size=30).map(lambda content: gzip.compress(content, mtime=0)[:-1] + content[:1]),
    ),
    name=st.sampled_from(["users", "users.csv", "users.jsonl", "users.csv.gz"]),
)
def test_any_bytes_are_read_or_rejected(scratch: Path, content: bytes, name: str) -> None:
    """Any bytes are read or raise AdaptyUsageError."""
    path = scratch / name
    path.write_bytes(content)
    try:
        users = read_ids(path)
    except AdaptyUsageError:
        return
    rows = list(users.rows())
    assert len(rows) == users.count > 0
    if name == "users":
        assert list(read_ids(io.BytesIO(content)).rows()) == rows
    assert [row.line for row in rows] == sorted({row.line for row in rows})
    assert all(display_id(row, users.kind) for row in rows if row.problem)
