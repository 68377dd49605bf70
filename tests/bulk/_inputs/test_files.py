"""Files of records: gzipped ones, those that are damaged, and how far they are read."""

from __future__ import annotations

import gzip
import os
import zlib
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError, MailProfile
from adapty.bulk._inputs import files as files_module
from adapty.bulk._inputs.files import InputFile, file_format, split_name
from adapty.bulk._inputs.ids import read_ids
from adapty.bulk._inputs.sources import open_source
from tests.bulk._inputs.reading import rows_of

if TYPE_CHECKING:
    from adapty.bulk._inputs.rows import Row

ZERO_BYTES = "has zero bytes, as UTF-16 and binary files have; expected UTF-8 text"
CONTENT = {
    ".csv": "email,custom.plan\r\nä,1\r\n\r\nb,\r\n",
    ".jsonl": '{"email":"ä","custom_attributes":{"plan":"1"}}\n\n{"email":"b"}\n',
    ".ndjson": '{"email":"ä","custom_attributes":{"plan":"1"}}\n\n{"email":"b"}\n',
}


def rows(path: Path) -> list[Row]:
    """Read all rows of a file."""
    return [*rows_of(open_source("profiles", path, MailProfile))]


def read_until_refused(path: Path) -> tuple[list[Row], str]:
    """Read the rows of a file that cannot be read to its end; give them, and the message."""
    found: list[Row] = []
    with pytest.raises(AdaptyUsageError) as caught:
        found.extend(rows_of(open_source("profiles", path, MailProfile)))
    return found, str(caught.value)


@pytest.mark.parametrize("ending", CONTENT)
@pytest.mark.parametrize("packed", [".gz", ".GZ"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_gzipped_files_are_read(ending: str, packed: str, start: str) -> None:
    """Content and line numbers are those of the uncompressed file."""
    plain = Path(f"base{ending}")
    plain.write_bytes((start + CONTENT[ending]).encode())
    gzipped = Path(f"base{ending}{packed}")
    gzipped.write_bytes(gzip.compress(plain.read_bytes()))

    assert rows(gzipped) == rows(plain)
    assert [row.data.get("email") for row in rows(gzipped)] == ["ä", "b"]
    assert file_format(gzipped) == file_format(plain)
    for path in (gzipped, plain):
        with InputFile(path) as file:
            lines = list(file.lines())
        assert len(lines) == 4 - (ending != ".csv")
        assert "".join(lines) == CONTENT[ending]


def test_gzip_file_of_several_members_is_one_file() -> None:
    """Concatenated gzip files, such as logs, are read to the end of the last one."""
    parts = [b"em", b"ail\na\n", b"", b"b\n", b"c"]
    Path("base.csv.gz").write_bytes(b"".join(map(gzip.compress, parts)))

    assert [row.data for row in rows(Path("base.csv.gz"))] == [{"email": "a"}, {"email": "b"}, {"email": "c"}]


def test_split_name_splits_at_the_extension_of_the_format() -> None:
    """The extension .gz is not part of the name or the format."""
    assert split_name(Path("x/base.csv")) == ("base", ".csv")
    assert split_name(Path("x/base.rejects.JSONL.gz")) == ("base.rejects", ".JSONL")


LINES = [f'{{"email":"{blake2b(bytes([number % 256, number // 256])).hexdigest()[:16]}"}}\n' for number in range(4_000)]


def test_truncated_gzip_data_is_rejected_where_it_ends(tmp_path: Path) -> None:
    """Complete rows before the cut are returned, and the message has the last line."""
    packed = gzip.compress("".join(LINES).encode())
    path = tmp_path / "base.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    left = zlib.decompressobj(31).decompress(packed[: len(packed) // 2]).count(b"\n")

    found, message = read_until_refused(path)

    assert len(found) == left
    assert [row.problem for row in found] == [None] * left
    assert message == (f"{path}: cannot be decompressed after line {left}: its gzip data is damaged or truncated")


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
@pytest.mark.parametrize("cut", [1, 2, 8, 9, 15, 21])
def test_any_truncation_is_detected(tmp_path: Path, ending: str, cut: int) -> None:
    """Even one missing byte at the end is an error."""
    path = tmp_path / f"base{ending}.gz"
    path.write_bytes(gzip.compress(CONTENT[ending].encode())[:-cut])

    found, message = read_until_refused(path)

    assert all(row.problem is None for row in found)
    assert message.endswith("its gzip data is damaged or truncated")


def test_damaged_gzip_data_is_rejected_where_it_is_damaged(tmp_path: Path) -> None:
    """A wrong byte in the middle and a wrong checksum are errors."""
    packed = bytearray(gzip.compress("".join(LINES).encode()))
    path = tmp_path / "base.jsonl.gz"
    for damaged in (
        packed[: len(packed) // 2] + b"\xff" * 100 + packed[len(packed) // 2 + 100 :],
        packed[:-8] + b"12345678",
    ):
        path.write_bytes(damaged)
        found, message = read_until_refused(path)
        assert found
        assert message == (
            f"{path}: cannot be decompressed after line {found[-1].line}: its gzip data is damaged or truncated"
        )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("base.csv.gz", b"email\nx\n", "is not gzip data; expected a name without .gz, or another file"),
        ("base.jsonl.gz", b"{}\n", "is not gzip data; expected a name without .gz, or another file"),
        ("base.csv.gz", b"\x1f\x8b", "cannot be decompressed: its gzip data is damaged or truncated"),
        ("base.csv.gz", b"\x1f\x8b\x08\x00", "cannot be decompressed: its gzip data is damaged or truncated"),
        ("base.csv", "email,first_name\nx\n".encode("utf-16"), "is UTF-16; expected UTF-8"),
        (
            "base.csv",
            "email,first_name\nx\n".encode("utf-16-le"),
            "has zero bytes, as UTF-16 and binary files have; expected UTF-8 text",
        ),
        (
            "base.csv",
            "email,first_name\nx\n".encode("utf-16-be"),
            "has zero bytes, as UTF-16 and binary files have; expected UTF-8 text",
        ),
        ("base.jsonl", '{"email":"x"}\n'.encode("utf-16"), "is UTF-16; expected UTF-8"),
        ("base.csv.gz", gzip.compress("email\n".encode("utf-16")), "is UTF-16; expected UTF-8"),
    ],
    ids=range(9),  # gzip data has the time in it
)
def test_file_of_another_kind_is_rejected_before_it_is_read(name: str, content: bytes, told: str) -> None:
    """The first bytes do not match the name or the encoding."""
    Path(name).write_bytes(content)

    with pytest.raises(AdaptyUsageError) as caught:
        open_source("profiles", name, MailProfile)

    assert str(caught.value) == f"{name}: {told}"


@pytest.mark.parametrize("name", ["base.csv.gz", "base.jsonl.gz"])
def test_empty_gzip_file_is_an_empty_file(name: str) -> None:
    """A file without content has no rows, compressed or not."""
    for content in (b"", gzip.compress(b"")):
        Path(name).write_bytes(content)
        if "csv" in name:
            with pytest.raises(AdaptyUsageError, match="has no header"):
                open_source("profiles", name, MailProfile)
        else:
            assert rows(Path(name)) == []


def test_pipe_is_rejected() -> None:
    """A path that can be read only once is rejected immediately."""
    os.mkfifo("base.csv")

    with pytest.raises(
        AdaptyUsageError, match=r"^base\.csv: is not a regular file; expected one that can be read again$"
    ):
        open_source("profiles", "base.csv", MailProfile)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".csv.gz", ".jsonl.gz"])
def test_endless_line_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """A line that would fill the memory is an error after the rows before it."""
    monkeypatch.setattr(files_module, "_MAX_LINE", 1000)
    lines = ["email\n", "x\n"] if "csv" in ending else ['{"email":"x"}\n'] * 2
    content = "".join([*lines, "x" * 3000]).encode()
    path = tmp_path / f"base{ending}"
    path.write_bytes(gzip.compress(content) if ending.endswith(".gz") else content)

    found, message = read_until_refused(path)

    assert [row.data for row in found] == [{"email": "x"}] * (2 - ("csv" in ending))
    assert message == f"{path}: line 3 has more than 1000 characters; expected one record a line"


def test_read_error_names_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the operating system is raised with the position."""
    path = tmp_path / "base.jsonl"
    path.write_text("".join(LINES))
    source = open_source("profiles", path, MailProfile)
    found = rows_of(source)
    next(found)

    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(files_module._CountingFile, "readinto", fail)
    with pytest.raises(AdaptyUsageError) as caught:
        list(found)

    assert str(caught.value).startswith(f"{path}: cannot be read after line ")
    assert str(caught.value).endswith(": Input/output error")


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".csv.gz", ".jsonl.gz"])
def test_position_grows_from_zero_to_the_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """It counts bytes on disk, grows as rows are read, and stays after the file is closed."""
    monkeypatch.setattr(files_module, "_BUFFER", 1000)
    lines = LINES if "jsonl" in ending else ["email,custom.x\n", *(line.replace(":", ",") for line in LINES)]
    content = "".join(lines).replace("{", "").replace("}", "") if "csv" in ending else "".join(lines)
    path = tmp_path / f"base{ending}"
    path.write_bytes(gzip.compress(content.encode()) if ending.endswith(".gz") else content.encode())
    source = open_source("profiles", path, MailProfile)

    assert (source.position(), source.read_fraction(), source.size) == (0, 0.0, path.stat().st_size)
    for _ in range(2):
        places = [source.position() for _ in rows_of(source)]
        assert 0 < places[0] < path.stat().st_size
        assert places == sorted(places)
        assert len(set(places)) > 1
        assert (source.position(), source.read_fraction()) == (path.stat().st_size, 1.0)


def test_growing_file_is_rejected_at_its_end(tmp_path: Path) -> None:
    """Added data does not move the position past the size, and the file is not complete."""
    path = tmp_path / "base.jsonl"
    path.write_text("{}\n")
    source = open_source("profiles", path, MailProfile)
    rows = rows_of(source)
    next(rows)
    with path.open("a") as file:
        file.write("{}\n" * 10)

    with pytest.raises(AdaptyUsageError, match=r"base\.jsonl: has changed during the run"):
        list(rows)
    assert source.position() == 3
    assert (source.read_fraction() or 0) < 1


def test_read_fraction_of_an_empty_file_is_complete(tmp_path: Path) -> None:
    """An empty file is read completely."""
    path = tmp_path / "base.jsonl"
    path.touch()

    assert open_source("profiles", path, MailProfile).read_fraction() == 1.0


BYTES = st.one_of(
    st.binary(max_size=80),
    st.binary(max_size=80).map(lambda content: gzip.compress(content, 1, mtime=0)),
    st.tuples(st.sampled_from([*CONTENT.values()]), st.integers(0, 90), st.binary(max_size=3)).map(
        lambda made: (
            gzip.compress(made[0].encode(), mtime=0)[: made[1]]
            + made[2]
            + gzip.compress(made[0].encode(), mtime=0)[made[1] + len(made[2]) :]
        )
    ),
    st.text(max_size=40).map(lambda text: text.encode("utf-16")),
    st.text(max_size=40).map(lambda text: f"email,{text}\n".encode("utf-8", "surrogatepass")),
)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(content=BYTES, ending=st.sampled_from([".csv", ".jsonl", ".csv.gz", ".jsonl.gz"]))
def test_any_bytes_are_read_or_rejected(scratch: Path, content: bytes, ending: str) -> None:
    """Any bytes are read or raise AdaptyUsageError."""
    path = scratch / f"base{ending}"
    path.write_bytes(content)
    before = -1
    try:
        source = open_source("profiles", path, MailProfile, {"custom.x": "x"} if ending == ".jsonl" else None)
        for row in rows_of(source):
            assert source.position() >= before
            before = source.position()
            assert (row.problem is None) or not row.data
    except AdaptyUsageError:
        return
    assert source.position() == source.size == len(content)


def test_files_are_closed(tmp_path: Path) -> None:
    """Rejected, partly read and completely read files are closed."""
    path = tmp_path / "base.csv.gz"
    path.write_bytes(gzip.compress(b"email\nx\ny\n"))
    reading = rows_of(open_source("profiles", path, MailProfile))
    next(reading)
    reading.close()
    with InputFile(path) as file:
        assert next(file.lines()) == "email\n"
    assert file._text.closed
    assert file._disk.closed


@pytest.mark.parametrize("behind", [b"x", b"garbage", b"<html>" * 1000, b"\0\0x"])
def test_garbage_after_gzip_data_is_rejected(tmp_path: Path, behind: bytes) -> None:
    """The compressed rows are read, and the message says what follows and where."""
    path = tmp_path / "base.csv.gz"
    path.write_bytes(gzip.compress(b"email\na\nb\n") + behind)
    found: list[Row] = []

    with pytest.raises(AdaptyUsageError) as caught:
        found.extend(rows_of(open_source("profiles", path, MailProfile)))

    expected = "remove that data or compress it, too"
    assert str(caught.value) == f"{path}: has other data after the end of its gzip data after line 3; {expected}"
    assert [row.line for row in found] == [2, 3]
    with pytest.raises(AdaptyUsageError) as caught:
        read_ids(path)
    assert str(caught.value) == f"{path}: has other data after the end of its gzip data after line 3; {expected}"


def test_padding_and_further_gzip_data_are_read(tmp_path: Path) -> None:
    """Zeros after gzip data are padding, and further gzip data continues the text."""
    path = tmp_path / "base.csv.gz"
    path.write_bytes(gzip.compress(b"email\na\n") + gzip.compress(b"b\n") + b"\0" * 512)

    assert [row.line for row in rows(path)] == [2, 3]
