"""The fingerprint of a file: the same for the same bytes, another one for any change."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty import AdaptyUsageError
from adapty.bulk._inputs.fingerprint import fingerprint

if TYPE_CHECKING:
    from pathlib import Path


@settings(derandomize=True, deadline=None, max_examples=100)
@given(one=st.binary(max_size=50), other=st.binary(max_size=50))
def test_fingerprint_is_equal_only_for_equal_bytes(scratch: Path, one: bytes, other: bytes) -> None:
    """Two files have one fingerprint if their content is equal, whatever their names."""
    (scratch / "one").write_bytes(one)
    (scratch / "other").write_bytes(other)

    assert (fingerprint(scratch / "one") == fingerprint(scratch / "other")) == (one == other)


def test_change_deep_in_a_large_file_changes_the_fingerprint(tmp_path: Path) -> None:
    """One changed byte in the middle of megabytes changes it; reverting it restores it."""
    path = tmp_path / "base.csv"
    path.write_bytes(bytes(3_000_000))
    before = fingerprint(path)
    with path.open("r+b") as file:
        file.seek(1_500_000)
        file.write(b"\1")

    assert fingerprint(path) != before

    path.write_bytes(bytes(3_000_000))
    assert fingerprint(path) == before


def test_fingerprint_is_short_plain_text(tmp_path: Path) -> None:
    """It fits into one line."""
    path = tmp_path / "base.csv"
    path.write_bytes(b"")

    assert fingerprint(path).replace("-", "").isalnum()


@pytest.mark.parametrize("name", ["missing.csv", "folder", "no\0name"])
def test_unreadable_file_is_named(tmp_path: Path, name: str) -> None:
    """A missing file or a directory raises AdaptyUsageError with its name."""
    (tmp_path / "folder").mkdir()

    with pytest.raises(AdaptyUsageError, match=name.partition("\0")[0]):
        fingerprint(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_is_rejected_without_reading_from_it(tmp_path: Path) -> None:
    """A path that can be read only once is not consumed."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(AdaptyUsageError, match="can be read again"):
        fingerprint(tmp_path / "pipe")
