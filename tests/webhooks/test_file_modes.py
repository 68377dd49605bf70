"""The files of webhooks contain personal data: only their owner can read and write them."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from adapty.webhooks import Outbox, SQLiteDedupStore
from tests.webhooks.outbox_events import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no such modes")


@pytest.fixture(params=[0o000, 0o022, 0o277])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set a umask that allows too much, the usual one, or one that allows too little."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """Return the mode of each file in a folder."""
    return {each.name: oct(stat.S_IMODE(each.stat().st_mode)) for each in folder.iterdir()}


@pytest.mark.usefixtures("_umask")
def test_new_files_are_private(tmp_path: Path) -> None:
    """The side files of SQLite and the lock file, too."""
    with Outbox(tmp_path / "outbox") as outbox, SQLiteDedupStore(tmp_path / "seen") as dedup:
        outbox.put(event())
        dedup.acquire("e1", "a")
        with closing(outbox._open_store()) as worker:
            assert worker.try_lock()
            assert modes(tmp_path) == dict.fromkeys(
                ("outbox", "outbox-wal", "outbox-shm", "outbox-worker", "seen", "seen-wal", "seen-shm"), "0o600"
            )


def test_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    """It may be shared with a group on purpose."""
    path = tmp_path / "outbox"
    path.touch()
    path.chmod(0o660)
    with Outbox(path) as outbox:
        outbox.put(event())
        assert set(modes(tmp_path).values()) == {"0o660"}


def test_recreated_file_is_private(tmp_path: Path) -> None:
    """After it was removed while it was open."""
    with Outbox(tmp_path / "outbox") as outbox:
        outbox.put(event(1))
        for each in tmp_path.iterdir():
            each.unlink()
        assert outbox.put(event(2))
        assert set(modes(tmp_path).values()) == {"0o600"}
