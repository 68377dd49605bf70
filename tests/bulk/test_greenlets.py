"""Two bulk runs in two greenlets of one thread: both work, or the second one is refused in our words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.bulk.recording_server import Reply

if TYPE_CHECKING:
    from tests.bulk.recording_server import RecordingServer

ROOT = Path(__file__).resolve().parents[2]
REFUSED = (
    "another greenlet of this thread runs an event loop, such as a bulk run; "
    "run one after the other, or in processes of their own"
)


@pytest.mark.parametrize(
    ("kind", "second"), [("greenlet", "20"), ("gevent", "20"), ("gevent, patched", REFUSED)], ids=lambda each: each[:16]
)
def test_runs_in_two_greenlets_work_or_are_rejected(recorder: RecordingServer, kind: str, second: str) -> None:
    """If threads are greenlets too, only the second run is rejected."""
    recorder.reply = lambda _: Reply(after=0.02)

    ended = subprocess.run(
        [sys.executable, "-m", "tests.bulk.greenlet_runs", kind, recorder.url],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == ["20", second, "20"]
    assert len(recorder.taken) == (60 if second == "20" else 40)
