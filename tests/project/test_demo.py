"""`make demo`: what it prints is what an independent count of the example base gives."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.examples.independent_count import expected

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def test_the_demo_prints_the_flows_that_an_independent_count_gives() -> None:
    """Import, its progress, sandbox and independent count agree on every flow and refusal; nothing keeps running."""
    counted = expected(EXAMPLES / "profiles.csv", EXAMPLES / "events.jsonl")

    demo = subprocess.run(
        [sys.executable, "-m", "scripts.demo"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    assert demo.returncode == 0, demo.stdout + demo.stderr
    summary, _, held = demo.stdout.partition("What the sandbox holds")
    assert f"profiles: {counted.profiles_accepted} accepted, {counted.profiles_rejected} rejected" in summary
    assert f"events:   {counted.events_accepted} accepted, {counted.events_rejected} rejected" in summary
    assert {flow: number(summary, flow) for flow in counted.flows} == counted.flows
    assert {flow: number(held, flow) for flow in counted.flows} == counted.flows
    reasons = {"(row)" if field == "(line)" else field: count for field, count in counted.refused_reasons.items()}
    assert {field: number(summary, field) for field in reasons} == reasons
    assert "profiles.rejects.csv has the refused records" in summary
    assert "events.rejects.jsonl has the refused records" in summary
    assert demo.stdout.endswith("The sandbox is stopped.\n")
    told = [
        re.match(r"(profiles|events): (\d+) accepted, (\d+) failed, .* %", line) for line in demo.stderr.splitlines()
    ]
    last = {line[1]: (int(line[2]), int(line[3])) for line in told if line is not None}
    assert None not in told
    assert last == {
        "profiles": (counted.profiles_accepted, counted.profiles_rejected),
        "events": (counted.events_accepted, counted.events_rejected),
    }


def number(text: str, name: str) -> int:
    """Read the count beside a name in a table."""
    (found,) = re.findall(rf"^[│\s]*{re.escape(name)}[│\s]+(\d+)[│\s]*$", text, re.MULTILINE)
    return int(found)
