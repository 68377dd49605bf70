"""Make the blocking code from the async code.

    python -m scripts.unasync [--check]

Async is written, sync is made: removing `await` is safe, adding it is not. The rules are plain replacements, so the
async files may hold nothing but `await`, `async with`, `async for` and names; a rule that nothing uses fails the run.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.generated_files import files, report_differences

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
    """Write the blocking code, or with --check compare it with what is committed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if the made code is not fresh")
    check = parser.parse_args(arguments).check
    used: set[re.Pattern[str]] = set()
    worst = 0
    for source, target in FOLDERS:
        with tempfile.TemporaryDirectory() as scratch:
            made = Path(scratch) / "made"
            convert_tree(ROOT / source, made, source, used)
            if check:
                worst |= report_differences(made, ROOT / target, mend=COMMAND)
            else:
                shutil.rmtree(ROOT / target, ignore_errors=True)
                shutil.copytree(made, ROOT / target)
    for pattern, _ in RULES:
        if pattern not in used:
            print(
                f"no file needs the rule {pattern.pattern!r}: delete it from scripts/unasync.py",
                file=sys.stderr,
            )
            worst = 1
    return worst


def convert_tree(source: Path, made: Path, name: str, used: set[re.Pattern[str]]) -> None:
    """Convert all files of a folder and format the result as the project's own code is."""
    for path, file in files(source).items():
        if file.name in ASYNC_ONLY:
            continue
        target = made / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = convert(file.read_text("utf-8"), used)
        head = f"# Made from {name}/{path} by `{COMMAND}`; do not edit.\n\n"
        target.write_text(head + text, "utf-8")
    settings = ("--config", str(ROOT / "pyproject.toml"), "--quiet", "--no-cache")
    for command in (("check", "--select", "F401,I", "--fix"), ("format",)):
        subprocess.run(
            [sys.executable, "-m", "ruff", *command, *settings, str(made)],
            check=True,
        )


def convert(text: str, used: set[re.Pattern[str]]) -> str:
    """Apply every rule to a file's text, and note which ones did something."""
    for pattern, replacement in RULES:
        text, count = pattern.subn(replacement, text)
        if count:
            used.add(pattern)
    return text


if __name__ == "__main__":
    sys.exit(main())
