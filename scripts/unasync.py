"""Generate the blocking code from the async code.

    python -m scripts.unasync [--check]

Removing `await` is safe, adding it is not, so async is written and sync is generated. The rules are text replacements;
the async files must not have other async constructs than they cover. A rule without a match fails the run.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.generated_files import list_files, report_differences

ROOT = Path(__file__).parent.parent
FOLDERS = (("adapty/_async", "adapty/_sync"), ("tests/_async", "tests/_sync"))
COMMAND = "make unasync"

ASYNC_ONLY = {
    "test_server_side_contract.py",
    "test_server_side_errors.py",
    "test_server_side_identity.py",
    "test_server_side_profiles.py",
    "test_server_side_requests.py",
}
"""Tests of what the generated blocking code cannot do differently: arguments, requests and responses of each operation.

Connections, retries, pages and deletions are tested with both clients.
"""

RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\basync (def|with|for) ", r"\1 "),
        (r"\bawait ", ""),
        (r"\b__a(enter|exit)__\b", r"__\1__"),
        (r"\baclos(e|ing)\b", r"clos\1"),
        (r"\bAsync([A-Z])", r"\1"),
        (r"\bhandle_async_request\b", "handle_request"),
        (r"\bsend_async\b", "send"),
        (r"\bget_async_httpx_client\b", "get_httpx_client"),
        (r"\bSyncUnsupported\b", "AsyncUnsupported"),
        (r"\bmap_async\b", "map_threads"),
        (r"\bAwaitable\[([\w. |]+)\]", r"\1"),
        (r"(?m)^pytestmark = pytest\.mark\.anyio\n\n", ""),
        (r"\basyncio_detailed\b", "sync_detailed"),
        (r"\bfrom asyncio import sleep\b", "from time import sleep"),
        (r"\b_async_connections\b", "_connections"),
        (r"\b_async\b", "_sync"),
        (r"\basync client\b", "blocking client"),
    )
)


def main(arguments: list[str] | None = None) -> int:
    """Write the blocking code, or with --check compare it with the committed code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the code is out of date")
    check = parser.parse_args(arguments).check
    used: set[re.Pattern[str]] = set()
    exit_code = 0
    for source, target in FOLDERS:
        with tempfile.TemporaryDirectory() as scratch:
            expected = Path(scratch) / "expected"
            convert_tree(ROOT / source, expected, source, used)
            if check:
                exit_code |= report_differences(expected, ROOT / target, fix=COMMAND)
            else:
                shutil.rmtree(ROOT / target, ignore_errors=True)
                shutil.copytree(expected, ROOT / target)
    for pattern, _ in RULES:
        if pattern not in used:
            print(
                f"the rule {pattern.pattern!r} has no match; delete it from scripts/unasync.py",
                file=sys.stderr,
            )
            exit_code = 1
    return exit_code


def convert_tree(source: Path, output: Path, name: str, used: set[re.Pattern[str]]) -> None:
    """Convert all files of a folder and format them like the project's code."""
    for path, file in list_files(source).items():
        if file.name in ASYNC_ONLY:
            continue
        target = output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = convert(file.read_text("utf-8"), used)
        head = f"# Generated from {name}/{path} by `{COMMAND}`; do not edit.\n\n"
        target.write_text(head + text, "utf-8")
    settings = ("--config", str(ROOT / "pyproject.toml"), "--quiet", "--no-cache")
    for command in (("check", "--select", "F401,I", "--fix"), ("format",)):
        subprocess.run(
            [sys.executable, "-m", "ruff", *command, *settings, str(output)],
            check=True,
        )


def convert(text: str, used: set[re.Pattern[str]]) -> str:
    """Apply all rules to a text; add those with a match to `used`."""
    for pattern, replacement in RULES:
        text, count = pattern.subn(replacement, text)
        if count:
            used.add(pattern)
    return text


if __name__ == "__main__":
    sys.exit(main())
