"""Starts an import in a separate process, and creates its inputs."""

from __future__ import annotations

import csv
import json
import time
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

from tests.conftest import EVENT
from tests.python_processes import PythonProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["importing", "wait_until", "write_base"]

_WHEN = "2026-06-01T10:30:00Z"


def write_base(profiles: int, events: int, owners: int) -> None:
    """Write files for `tests.bulk.importer` to the current folder; every fiftieth row is invalid.

    The address of a profile and the ID of an event have its number.
    """
    with Path("profiles.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("external_profile_id", "external_created_at", "email"))
        for number in range(profiles):
            address = f"jane{number}" if number % 50 == 49 else f"jane{number}@example.com"
            rows.writerow((f"user_{number * 7 % owners}", _WHEN, address))
    with Path("events.jsonl").open("w") as lines:
        for number in range(events):
            kind = {"event_type": "nothing"} if number % 50 == 49 else {}
            own = {"event_id": str(number), "external_profile_id": f"user_{number * 3 % owners}"}
            lines.write(json.dumps({**EVENT, **own, **kind}) + "\n")


@contextmanager
def importing(url: str, **options: Any) -> Iterator[PythonProcess]:
    """Import the files of the current folder in another process, which ends with the block."""
    arguments = ("-W", "error", "-m", "tests.bulk.importer", url, json.dumps(options))
    with PythonProcess(*arguments, stdout=PIPE, stderr=PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(is_so: Callable[[], bool], process: PythonProcess) -> None:
    """Wait for a condition or the end of the process."""
    end = time.monotonic() + 30
    while not is_so() and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.002)
