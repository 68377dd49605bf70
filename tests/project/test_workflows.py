"""The workflows of GitHub Actions: permissions, commands beside a token, and allowed patches."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from scripts import apply_contract_patch, open_contract_issue
from scripts.generate import ROOT, read_data
from scripts.published import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = re.compile(
    r"""(git|gh) |python3 -I scripts/(apply_contract_patch|open_contract_issue)\.py |\w+="([^`$]|\$(?!\())*"$"""
    r"""|if \[ "\$\(gh |else$|fi$""",
    re.ASCII,
)
"""The allowed script lines beside a token with write permission."""

CONTRACT = ROOT / ".github" / "workflows" / "contract.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPT = ROOT / "scripts" / "apply_contract_patch.py"

CHANGE = """\
diff --git a/{path} b/{path}
--- a/{path}
+++ b/{path}
@@ -1 +1 @@
-old
+new
"""
NEW_FILE = """\
diff --git a/{path} b/{path}
new file mode {mode}
--- /dev/null
+++ b/{path}
@@ -0,0 +1 @@
+new
"""


def steps() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return each step with the name of its workflow and its job."""
    for workflow in WORKFLOWS:
        for job in read_data(workflow)["jobs"].values():
            for step in job["steps"]:
                yield workflow.name, job, step


def test_actions_are_pinned_by_commit() -> None:
    """A tag could move; the version is a comment."""
    uses = [line.strip() for file in WORKFLOWS for line in file.read_text("utf-8").splitlines() if "uses:" in line]

    assert len(uses) >= 10
    for line in uses:
        assert re.fullmatch(r"(- )?uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_checkouts_do_not_persist_credentials() -> None:
    """Later steps could read the token in .git/config."""
    checkouts = [step for _, _, step in steps() if step.get("uses", "").startswith("actions/checkout@")]

    assert len(checkouts) >= 5
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_commands_have_no_expressions() -> None:
    """Inputs and variables are passed as environment variables, or they could change the command."""
    for workflow, _, step in steps():
        assert "${{" not in step.get("run", ""), (workflow, step)


def test_jobs_with_write_permission_run_no_third_party_code() -> None:
    """They check out, download, and run git, gh and two scripts."""
    allowed = ("actions/checkout@", "actions/download-artifact@")
    writing = set()
    for workflow, job, step in steps():
        top = read_data(ROOT / ".github" / "workflows" / workflow).get("permissions")
        permissions = job.get("permissions", top)
        assert isinstance(permissions, dict), (workflow, "without permissions, a job has all of them")
        if "write" not in permissions.values():
            assert "GH_TOKEN" not in step.get("env", {}), (workflow, step)
            continue
        writing.add(workflow)
        assert step.get("uses", allowed[0]).startswith(allowed), step
        for line in step.get("run", "").splitlines():
            assert COMMAND.match(line.strip()), (workflow, line)
    assert writing == {"contract.yml"}


def test_all_published_contracts_are_compared() -> None:
    """One that cannot be read does not hide the others; all but the server-side one are taken over."""
    jobs = read_data(CONTRACT)["jobs"]
    compare, publish, issue = (jobs[name] for name in ("compare", "pull-request", "issue"))
    compared = [entry["api"] for entry in compare["strategy"]["matrix"]["include"]]
    taken_over = [entry["api"] for entry in publish["strategy"]["matrix"]["include"]]

    assert compared == list(PUBLISHED) == list(compare["outputs"])
    assert read_data(CONTRACT)["on"]["workflow_dispatch"]["inputs"]["api"]["options"] == compared
    assert compare["strategy"]["fail-fast"] is publish["strategy"]["fail-fast"] is False
    for entry in compare["strategy"]["matrix"]["include"]:
        assert entry["url"] == f"${{{{ vars.{entry['api'].upper()}_SPEC_URL }}}}"
    assert set(taken_over) == apply_contract_patch.APIS
    assert set(compared) - set(taken_over) == open_contract_issue.APIS.keys() == {"server_side"}
    for job, apis in ((publish, taken_over), (issue, ["server_side"])):
        assert job["needs"] == "compare"
        assert job["if"].startswith("${{ !cancelled() && ")
        assert all(f"needs.compare.outputs.{api}" in job["if"] for api in apis)


def test_comparison_fails_only_for_unreadable_contracts(tmp_path: Path) -> None:
    """The step sets the kind of the changes, and nothing if there are none."""
    (step,) = (step for _, _, step in steps() if step.get("id") == "compare")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name, script in ((".venv/bin/python", 'echo "$*"\nexit $CODE'), ("make", "exit 0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    summary, output = tmp_path / "summary", tmp_path / "output"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "API": "web", "NEW": ""}
    environment |= {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(output)}
    for code, ended, expected in ((0, 0, ""), (1, 0, "kind=additive\n"), (2, 0, "kind=breaking\n"), (3, 3, "")):
        output.write_text("")

        command = ["bash", "-e", "-c", step["run"]]
        done = subprocess.run(command, cwd=tmp_path, check=False, env={**environment, "CODE": str(code)})

        assert (done.returncode, output.read_text()) == (ended, expected), code
        assert summary.read_text().splitlines()[-1] == "-m scripts.spec_diff  --api web --format markdown"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Create a repository with a contract and a few other files."""
    folder = tmp_path / "repository"
    for name in ("openapi/mail.yaml", "generated/adapty_generated/mail/a.py", "CHANGELOG.md", "Makefile"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("old\n")
    for command in (
        ("init", "--quiet"),
        ("add", "."),
        ("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "-m", "Start"),
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def apply(repository: Path, patch: str, api: str = "mail") -> subprocess.CompletedProcess[str]:
    """Run the script as the workflow does."""
    file = repository.parent / "contract.patch"
    file.write_text(patch)
    command = [sys.executable, "-I", str(SCRIPT), api, str(file)]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


def status(repository: Path) -> str:
    """Return what has changed in a repository."""
    command = ["git", "status", "--porcelain", "--untracked-files=all", "--ignored"]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout


def test_patch_of_a_contract_is_applied(repository: Path) -> None:
    """Changed, new and deleted files, in the index and in the tree."""
    deleted = "diff --git a/{p} b/{p}\ndeleted file mode 100644\n--- a/{p}\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n"
    patch = (
        CHANGE.format(path="openapi/mail.yaml")
        + NEW_FILE.format(path="generated/adapty_generated/mail/b.py", mode="100644")
        + deleted.format(p="generated/adapty_generated/mail/a.py")
        + CHANGE.format(path="CHANGELOG.md")
    )

    done = apply(repository, patch)

    assert (done.returncode, done.stdout) == (0, "4 files changed\n"), done.stderr
    assert sorted(status(repository).splitlines()) == [
        "A  generated/adapty_generated/mail/b.py",
        "D  generated/adapty_generated/mail/a.py",
        "M  CHANGELOG.md",
        "M  openapi/mail.yaml",
    ]
    assert (repository / "openapi/mail.yaml").read_text() == "new\n"


def test_patch_of_other_files_is_rejected(repository: Path) -> None:
    """Other and hidden files, links, submodules, executables and invalid patches; nothing changes."""
    good = CHANGE.format(path="openapi/mail.yaml")
    link = NEW_FILE.replace("+new\n", "+/etc/passwd\n\\ No newline at end of file\n")
    mode = "diff --git a/{p} b/{p}\nold mode 100644\nnew mode 100755\n"
    rename = "diff --git a/{p} b/{q}\nsimilarity index 100%\nrename from {p}\nrename to {q}\n"
    commit = NEW_FILE.replace("+new\n", f"+Subproject commit {'a' * 40}\n")
    for patch in (
        good + CHANGE.format(path="Makefile"),
        good + NEW_FILE.format(path=".github/workflows/evil.yml", mode="100644"),
        good + NEW_FILE.format(path="openapi/generator/templates/evil.jinja", mode="100644"),
        good + NEW_FILE.format(path="generated/evil.pth", mode="100644"),
        good + NEW_FILE.format(path="generated/adapty_generated/.gitattributes", mode="100644"),
        good + NEW_FILE.format(path="generated/adapty_generated/.hidden/a.py", mode="100644"),
        good + NEW_FILE.format(path="../evil", mode="100644"),
        good + NEW_FILE.format(path=".git/hooks/pre-commit", mode="100644"),
        good + NEW_FILE.format(path="generated/adapty_generated/../../evil", mode="100644"),
        good + link.format(path="generated/adapty_generated/link", mode="120000"),
        good + commit.format(path="generated/adapty_generated/module", mode="160000"),
        good + NEW_FILE.format(path="generated/adapty_generated/run", mode="100755"),
        good + mode.format(p="CHANGELOG.md"),
        good + rename.format(p="Makefile", q="generated/adapty_generated/Makefile"),
        good + rename.format(p="openapi/mail.yaml", q="evil.yaml"),
        CHANGE.format(path="openapi/other.yaml"),
        CHANGE.format(path="openapi/web.yaml"),
        "",
        "nothing\n",
    ):
        done = apply(repository, patch)
        assert done.returncode == 1, patch
        assert done.stderr.startswith("apply_contract_patch: "), done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert status(repository) == "", patch
        assert not os.path.lexists(repository.parent / "evil")


def test_patch_needs_an_api_that_is_taken_over(repository: Path) -> None:
    """A patch of the server-side contract, which is written by hand, is rejected."""
    for api in ("server_side", "webhooks", "", "../mail"):
        done = apply(repository, CHANGE.format(path="CHANGELOG.md"), api)
        assert done.returncode == 1, api
        assert "expected one of export_analytics, mail, web and the path of a patch" in done.stderr, api
        assert status(repository) == "", api
