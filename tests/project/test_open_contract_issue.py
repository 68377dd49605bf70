"""The issue with the differences of a contract that is written by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from scripts.generate import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GH = """#!{python}
import json, sys
from pathlib import Path

file = Path(__file__).parent / "issues.json"
issues = json.loads(file.read_text())
arguments = sys.argv[1:]
with (file.parent / "calls").open("a") as calls:
    calls.write(" ".join(arguments[:2]) + "\\n")
if issues is None:
    sys.exit("HTTP 403: no access")
if arguments[:2] == ["issue", "list"]:
    assert arguments[arguments.index("--state") + 1] == "all"
    print(json.dumps([issue for issue in issues if issue["app"] == arguments[arguments.index("--app") + 1]]))
else:
    assert arguments[-2:] == ["--body-file", "-"]
    body = sys.stdin.read()
    if arguments[1] == "create":
        title = arguments[arguments.index("--title") + 1]
        issues.append(dict(number=len(issues) + 1, title=title, state="OPEN", body=body, app="github-actions"))
    else:
        issues[int(arguments[2]) - 1]["body"] = body
    file.write_text(json.dumps(issues))
"""


class Tracker:
    """The issues of a repository, which a fake `gh` reads and writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "issues.json"
        self.issues = []
        gh = folder / "gh"
        gh.write_text(GH.replace("{python}", sys.executable))
        gh.chmod(0o755)

    @property
    def issues(self) -> Any:
        """The issues; None makes gh fail."""
        return json.loads(self.file.read_text())

    @issues.setter
    def issues(self, issues: Any) -> None:
        self.file.write_text(json.dumps(issues))

    def report(self, text: str, api: str = "server_side") -> tuple[int, list[str], str]:
        """Run the script; return the exit code, the calls of gh that write, and the error."""
        calls, report = self.folder / "calls", self.folder / "report.md"
        calls.write_text("")
        report.write_text(text)
        command = [sys.executable, "-I", str(ROOT / "scripts" / "open_contract_issue.py"), api, str(report)]
        env = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        return done.returncode, [call for call in calls.read_text().splitlines() if call != "issue list"], done.stderr


def test_differences_are_reported_in_one_issue(tmp_path: Path) -> None:
    """New differences update the open issue. Known ones, also of a closed issue, are not reported again."""
    tracker = Tracker(tmp_path)
    title = "The vendor's server-side contract differs from ours"
    stranger = {"number": 1, "title": title, "state": "OPEN", "body": "Mine.", "app": "someone"}
    other = {"number": 2, "title": "Else", "state": "OPEN", "body": "Other.", "app": "github-actions"}
    tracker.issues = [stranger, other]

    assert tracker.report("## Changes\n- one\n") == (0, ["issue create"], "")
    assert tracker.report("## Changes\n- one\n") == (0, [], "")
    assert tracker.report("## Changes\n- one\n- two\n") == (0, ["issue edit"], "")
    issues = tracker.issues
    assert issues[:2] == [stranger, other]
    assert (len(issues), issues[2]["title"]) == (3, title)
    start = "### Not in the report before\n\n- two\n\n## Changes\n- one\n- two\n\n<!-- differences "
    assert issues[2]["body"].startswith(start)

    tracker.issues = [*issues[:2], {**issues[2], "state": "CLOSED"}]
    assert tracker.report("## Changes\n- one\n- two\n") == (0, [], "")
    many = "".join(f"- {number}\n" for number in range(17))
    assert tracker.report(many) == (0, ["issue create"], "")
    assert tracker.issues[3]["body"].startswith("### Not in the report before\n\n- 0\n")
    assert "- 14\n- and 2 more\n\n- 0\n" in tracker.issues[3]["body"]
    assert tracker.report("- 1\n") == (0, ["issue edit"], "")
    assert tracker.issues[3]["body"].startswith("### Not in the report before\n\n- None: some are gone.\n\n- 1\n")


def test_report_that_cannot_be_an_issue_is_rejected(tmp_path: Path) -> None:
    """The error is one line, and nothing is written."""
    tracker = Tracker(tmp_path)
    for report, api, reason in (
        ("", "server_side", "the report must have 1 to 64000 characters (got 0)"),
        ("x" * 64_001, "server_side", "(got 64001)"),
        ("one", "mail", "expected one of server_side and the path of a report"),
    ):
        code, calls, error = tracker.report(report, api)
        assert (code, calls, len(error.splitlines())) == (1, [], 1), reason
        assert error.startswith("open_contract_issue: "), reason
        assert reason in error, reason
    tracker.issues = None
    assert tracker.report("one") == (1, [], "open_contract_issue: gh issue list: 'HTTP 403: no access'\n")
