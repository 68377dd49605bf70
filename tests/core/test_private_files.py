"""Files with personal data are created for their owner only."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from adapty._private_files import append_to_private_file, create_private_file, ensure_private_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Set a umask for one test."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_created_file_has_mode_0600_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    """Only the owner can read and write the file."""
    create_private_file(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o600


def test_create_refuses_existing_file(tmp_path: Path) -> None:
    """An existing file is not opened."""
    (tmp_path / "data").write_text("kept")
    with pytest.raises(FileExistsError):
        create_private_file(tmp_path / "data")
    assert (tmp_path / "data").read_text() == "kept"


def test_ensure_keeps_mode_and_contents_of_existing_file(tmp_path: Path) -> None:
    """The owner may have changed the mode."""
    path = tmp_path / "data"
    path.write_text("kept")
    path.chmod(0o640)
    ensure_private_file(path)
    assert path.read_text() == "kept"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_append_creates_a_private_file_and_preserves_contents(umask: int, tmp_path: Path) -> None:
    """A file is created with mode 0600, and opened again at its end."""
    path = tmp_path / "data"
    for text in (b"a", b"b"):
        with append_to_private_file(path) as file:
            file.write(text)
    assert path.read_bytes() == b"ab"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="the system cannot refuse links")
def test_append_refuses_a_symbolic_link(tmp_path: Path) -> None:
    """A symbolic link in a shared folder is not followed."""
    (tmp_path / "target").write_text("kept")
    for target in ("target", "missing"):
        path = tmp_path / f"link to {target}"
        path.symlink_to(tmp_path / target)
        with pytest.raises(OSError, match="symbolic links"):
            append_to_private_file(path)
    assert (tmp_path / "target").read_text() == "kept"
    assert not (tmp_path / "missing").exists()
