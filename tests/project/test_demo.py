"""`make demo`: its output agrees with an independent count of the example subscribers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.examples.independent_count import expected

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def test_demo_agrees_with_independent_count() -> None:
    """The import, its progress, the sandbox and the count agree on every flow and rejection."""
    counted = expected(EXAMPLES / "profiles.csv", EXAMPLES / "events.jsonl")

    demo = subprocess.run(
        [sys.executable, "-m", "scripts.demo"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    assert demo.returncode == 0, demo.stdout + demo.stderr
    summary, _, flows = demo.stdout.partition("Flows in the sandbox")
    assert f"profiles: {counted.profiles_accepted} accepted, {counted.profiles_rejected} rejected" in summary
    assert f"events:   {counted.events_accepted} accepted, {counted.events_rejected} rejected" in summary
    assert {flow: number(summary, flow) for flow in counted.flows} == counted.flows
    assert {flow: number(flows, flow) for flow in counted.flows} == counted.flows
    reasons = {"(row)" if field == "(line)" else field: count for field, count in counted.refused_reasons.items()}
    assert {field: number(summary, field) for field in reasons} == reasons
    assert "profiles.rejects.csv has the rejected records" in summary
    assert "events.rejects.jsonl has the rejected records" in summary
    assert demo.stdout.endswith("The sandbox is stopped.\n")
    progress = [
        re.match(r"(profiles|events): (\d+) accepted, (\d+) failed, .* %", line) for line in demo.stderr.splitlines()
    ]
    last = {line[1]: (int(line[2]), int(line[3])) for line in progress if line is not None}
    assert None not in progress
    assert last == {
        "profiles": (counted.profiles_accepted, counted.profiles_rejected),
        "events": (counted.events_accepted, counted.events_rejected),
    }


def number(text: str, name: str) -> int:
    """Read the count beside a name in a table."""
    (found,) = re.findall(rf"^[│\s]*{re.escape(name)}[│\s]+(\d+)[│\s]*$", text, re.MULTILINE)
    return int(found)
