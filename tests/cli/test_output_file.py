"""Files of results are written completely or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Never

import pytest

from adapty import AdaptyUsageError
from adapty._cli.output_file import check_output, write_output


def test_kind_is_the_suffix() -> None:
    """In any case."""
    assert check_output(Path("a.b.CSV"), ["csv", "json"]) == "csv"


def test_new_file_has_the_usual_mode() -> None:
    """Reports have no personal data; the umask decides."""
    before = os.umask(0o027)
    try:
        write_output(Path("new.csv"), b"1")
    finally:
        os.umask(before)

    assert Path("new.csv").read_bytes() == b"1"
    assert Path("new.csv").stat().st_mode & 0o777 == 0o640


def test_existing_file_keeps_its_mode_and_links() -> None:
    """A link stays a link to the file."""
    Path("old.csv").write_bytes(b"0")
    Path("old.csv").chmod(0o600)
    Path("link.csv").symlink_to("old.csv")

    write_output(Path("link.csv"), b"1")

    assert Path("link.csv").is_symlink()
    assert Path("old.csv").read_bytes() == b"1"
    assert Path("old.csv").stat().st_mode & 0o777 == 0o600


def test_failed_write_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full, or Ctrl-C comes: the earlier file stays, and no other one appears."""
    Path("old.csv").write_bytes(b"0")
    for failure, expected, message in [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            AdaptyUsageError,
            "--output: cannot be written: No space left",
        ),
        (KeyboardInterrupt("Ctrl-C"), KeyboardInterrupt, "Ctrl-C"),
    ]:

        def fail(*_: Path, failure: BaseException = failure) -> Never:
            raise failure

        monkeypatch.setattr(Path, "replace", fail)
        with pytest.raises(expected, match=message):
            write_output(Path("old.csv"), b"1")
        assert [(path.name, path.read_bytes()) for path in Path().iterdir()] == [("old.csv", b"0")]
