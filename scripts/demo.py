"""Start the sandbox, import the example subscribers, and show the flows.

    python -m scripts.demo

It runs the commands that a user would type, in a temporary folder.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
COMMAND = (sys.executable, "-m", "adapty")
EXIT_SOME_REJECTED = 1


def main() -> int:
    """Run the demo and return the exit code."""
    with tempfile.TemporaryDirectory() as folder, start_sandbox(Path(folder)) as environment:
        print_command("mail import --profiles examples/profiles.csv --events examples/events.jsonl --no-checkpoint")
        files = ("--profiles", EXAMPLES / "profiles.csv", "--events", EXAMPLES / "events.jsonl", "--no-checkpoint")
        done = subprocess.run([*COMMAND, "mail", "import", *files], check=False, cwd=folder, env=environment)
        if done.returncode != EXIT_SOME_REJECTED:
            print(f"the import exited with {done.returncode}; expected 1, because some records are invalid on purpose")
            return 1
        show_failures(Path(folder))
        show_flows(environment["ADAPTY_MAIL_BASE_URL"])
    print("The sandbox is stopped.")
    return 0


def print_command(arguments: str) -> None:
    """Print a command before it runs."""
    print(f"\n$ adapty-py {arguments}", flush=True)


@contextmanager
def start_sandbox(folder: Path) -> Iterator[dict[str, str]]:
    """Run the sandbox and yield the environment variables for a client."""
    print_command("sandbox --port 0")
    serving = subprocess.Popen([*COMMAND, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=folder)
    try:
        for line in serving.stdout or ():
            print(line, end="", flush=True)
            if exported := dict(re.findall(r"(ADAPTY_\w+)=(\S+)", line)):
                break
        else:
            sys.exit("the sandbox did not start")
        yield {**{name: value for name, value in os.environ.items() if not name.startswith("ADAPTY_")}, **exported}
    finally:
        serving.terminate()
        serving.communicate()


def show_failures(folder: Path) -> None:
    """Print the first reasons of each rejects file."""
    for file in sorted(folder.glob("*.rejects.*")):
        print(f"\n{file.name} has the rejected records and the reasons; fix and import it. The first ones:")
        for record in read_failures(file)[:4]:
            print(f"  line {record['_line']}: {record['_error']}")


def read_failures(file: Path) -> list[dict[str, Any]]:
    """Read a rejects file of either format."""
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text)) if file.suffix == ".csv" else [json.loads(line) for line in text]


def show_flows(url: str) -> None:
    """Print the counts of the sandbox."""
    counts: dict[str, Any] = httpx.get(f"{url}/_sandbox/flows", trust_env=False).raise_for_status().json()
    print(f"\nFlows in the sandbox ({url}/_sandbox/flows):")
    for flow, profiles in counts["flows"].items():
        print(f"  {flow:<18} {profiles:>5}")
    unlinked = f"{counts['unlinked_events']} of them without a profile"
    print(f"  {counts['profiles']} profiles, {counts['events']} events, {unlinked}")


if __name__ == "__main__":
    sys.exit(main())
