"""Open an issue with the differences between the vendor's contract and ours, or update the open one.

    python3 -I scripts/open_contract_issue.py API REPORT

It runs in a job of .github/workflows/contract.yml that can write issues. The report comes from the job that runs
third-party code, and is not trusted; spec_diff has escaped the text of the contract. This script needs only Python and
gh. The differences of an issue that exists, open or closed, are not reported again: close an issue to accept them.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["main"]

APIS = {"server_side": "server-side"}
"""The APIs whose contract is written by hand, with their names."""

BOT = "github-actions"
"""The app whose issues count; anyone may open issues with the same text."""

MAX_BODY = 65_000
"""Characters of an issue; GitHub accepts 65,536."""

MAX_REPORT = 64_000
"""Characters of a report."""

MAX_NEWS = 15
"""New differences at the top of an issue."""


def main(arguments: list[str]) -> int:
    """Open or update the issue, or do nothing."""
    api, *paths = arguments or [""]
    if api not in APIS or len(paths) != 1:
        reject(f"expected one of {', '.join(APIS)} and the path of a report")
    try:
        report = Path(paths[0]).read_text("utf-8").strip()
    except (OSError, ValueError) as problem:
        reject(f"the report cannot be read ({type(problem).__name__})")
    if not report or len(report) > MAX_REPORT:
        reject(f"the report must have 1 to {MAX_REPORT} characters (got {len(report)})")
    mark = f"<!-- differences {hashlib.sha256(report.encode()).hexdigest()} -->"
    title = f"The vendor's {APIS[api]} contract differs from ours"
    issues = [issue for issue in find_issues() if issue["title"] == title]
    if any(mark in issue["body"] for issue in issues):
        print("an issue has these differences already")
        return 0
    latest = max(issues, key=lambda issue: issue["number"], default=None)
    news = list_news(report, latest) if latest else ""
    is_open = latest is not None and latest["state"] == "OPEN"
    target = ("edit", str(latest["number"])) if latest and is_open else ("create", "--title", title)
    body = f"{report}\n\n{mark}\n"
    if len(news) + len(body) <= MAX_BODY:
        body = news + body
    print(gh("issue", *target, "--body-file", "-", text=body).strip())
    return 0


def list_news(report: str, latest: dict[str, Any]) -> str:
    """Return a section with the differences that an earlier issue does not have."""
    known = set(latest["body"].splitlines())
    news = [line for line in report.splitlines() if line.startswith("- ") and line not in known]
    more = [f"- and {len(news) - MAX_NEWS} more"] if len(news) > MAX_NEWS else []
    lines = ["### Not in the report before", "", *(news[:MAX_NEWS] + more or ["- None: some are gone."]), "", ""]
    return "\n".join(lines)


def find_issues() -> list[dict[str, Any]]:
    """Return the issues of the workflow, open and closed."""
    fields = "number,title,state,body"
    found = gh("issue", "list", "--app", BOT, "--state", "all", "--limit", "500", "--json", fields)
    issues: list[dict[str, Any]] = json.loads(found)
    return issues


def gh(*arguments: str, text: str = "") -> str:
    """Run gh and return what it prints, or exit if it fails."""
    done = subprocess.run(["gh", *arguments], check=False, capture_output=True, input=text.encode())  # noqa: S607
    if done.returncode:
        reject(f"gh {' '.join(arguments[:2])}: {done.stderr.decode(errors='replace').strip()!a}")
    return done.stdout.decode("utf-8")


def reject(problem: str) -> NoReturn:
    """Exit with a message."""
    sys.exit(f"open_contract_issue: {problem}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
