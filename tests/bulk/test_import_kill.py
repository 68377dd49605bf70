"""Repeatedly killed imports against a faulty server: no record is lost."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.bulk.importing_process import importing, wait_until, write_base
from tests.bulk.recording_server import OK, RecordingServer, Reply

HTML = b"<html><h1>503 Service Unavailable</h1></html>"
FAULTS = (
    Reply(429, headers=("Retry-After: 0",), taken=False),
    Reply(500, body=b"", taken=False),
    Reply(503, body=HTML, headers=("Content-Type: text/html",), taken=False),
    Reply(fault="cut", taken=False),
    Reply(fault="cut"),
    Reply(fault="stalled"),
)
"""Each of them is the answer to one request in twenty."""

REFUSAL = Reply(400, b'{"errors": [{"message": "No", "error_code": "base_error", "field_name": "store"}]}', taken=False)


def number_of(body: dict[str, Any]) -> int:
    """Return the number of a record in its file."""
    return int(body.get("event_id") or body["email"][4:].partition("@")[0])


def is_refused(body: dict[str, Any]) -> bool:
    """Return whether the server rejects a record."""
    return "event_id" in body and number_of(body) % 40 == 7


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_a_process(recorder: RecordingServer, times: int) -> None:
    """The first one waits for requests in flight, the second one does not; the notes say how to resume."""
    write_base(400, 400, 40)
    recorder.reply = lambda _: Reply(after=20 if times == 2 and len(recorder.arrived) > 150 else 0.003)
    with importing(recorder.url, concurrency=8) as process:
        wait_until(lambda: len(recorder.arrived) >= 158, process)
        process.send_signal(signal.SIGINT)
        while times == 2 and process.poll() is None:  # two signals at once would be one
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)

    assert (process.returncode, err) == (130, "")
    notes = json.loads(out)
    accepted = len(recorder.taken)
    assert notes[0].startswith(f"stopped in profiles.csv: {accepted} accepted")
    assert notes[-1] == "run it again to resume; its progress is in profiles.csv.checkpoint"
    recorder.reply = lambda _: OK
    with importing(recorder.url) as process:
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["resumed"]
    assert len(recorder.taken) == 784


SEED = int(os.environ.get("ADAPTY_TEST_SEED", "1"))


def test_no_record_is_lost_by_kills(recorder: RecordingServer) -> None:
    """Every record is accepted at least once, in order for each profile, or rejected once."""
    profiles, events, owners = 700, 700, 45
    write_base(profiles, events, owners)
    chance = random.Random(SEED)  # noqa: S311 - no secret

    seen = 0

    def reply(body: dict[str, Any]) -> Reply:
        place = int(chance.random() * 20)
        if place == 0 and len(recorder.arrived) < seen + 60:  # at the beginning it would slow down for seconds
            return REFUSAL if is_refused(body) else OK
        if place < len(FAULTS):
            return replace(FAULTS[place], taken=FAULTS[place].taken and not is_refused(body))
        return REFUSAL if is_refused(body) else OK

    recorder.reply = reply
    options = {"concurrency": 24, "max_retries": 30, "timeout": 0.25, "report_seconds": 0.004}
    kills = 0
    while kills < 3:
        seen = len(recorder.arrived)
        more = chance.randrange(150, 350)  # enough to have saved progress, and in all fewer than there are records
        with importing(recorder.url, **options) as process:
            wait_until(lambda: len(recorder.arrived) >= seen + more, process)  # noqa: B023
            if process.poll() is not None:
                break
            process.kill()
        kills += 1
    seen = len(recorder.arrived)
    with importing(recorder.url, **options) as process:
        out, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (0, "")
    report = json.loads(out)
    assert (report["resumed"], kills) == (True, 3)
    wanted_profiles = [number for number in range(profiles) if number % 50 != 49]
    wanted_events = [number for number in range(events) if number % 50 != 49 and number % 40 != 7]
    refused_events = [number for number in range(events) if number % 50 == 49 or number % 40 == 7]

    first = list({("event_id" in body, number_of(body)): body for body in recorder.taken[::-1]}.values())[::-1]
    kinds = ["event_id" in body for body in first]
    assert kinds == sorted(kinds)
    taken_profiles = [body for body in first if "event_id" not in body]
    taken_events = [body for body in first if "event_id" in body]
    assert sorted(map(number_of, taken_profiles)) == wanted_profiles
    assert sorted(map(number_of, taken_events)) == wanted_events
    for taken in (taken_profiles, taken_events):
        for owner in range(owners):
            own = [number_of(body) for body in taken if body["external_profile_id"] == f"user_{owner}"]
            assert own == sorted(own)

    assert (report["profiles_accepted"], report["profiles_rejected"]) == (len(wanted_profiles), profiles // 50)
    assert (report["events_accepted"], report["events_rejected"]) == (len(wanted_events), len(refused_events))
    assert sum(report["reasons"].values()) == profiles // 50 + len(refused_events)
    with Path("profiles.rejects.csv").open(newline="") as file:
        assert sorted(int(row["email"][4:]) for row in csv.DictReader(file)) == [*range(49, profiles, 50)]
    lines = Path("events.rejects.jsonl").read_text().splitlines()
    assert sorted(int(json.loads(line)["event_id"]) for line in lines) == refused_events
    assert sorted(path.name for path in Path().iterdir()) == [
        "events.jsonl",
        "events.rejects.jsonl",
        "profiles.csv",
        "profiles.rejects.csv",
    ]
