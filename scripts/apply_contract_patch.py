"""Apply the patch of a new contract to the index and the working tree, if it changes allowed files only.

    python3 -I scripts/apply_contract_patch.py API PATCH

It runs in the job of .github/workflows/contract.yml that can write to the repository. The patch comes from the job that
runs third-party code, and is not trusted. This script needs only Python and git.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

__all__ = ["main"]

APIS = frozenset({"mail", "web", "export_analytics"})
"""The APIs whose contracts the workflow changes; the others are written by hand."""

ALLOWED_FOLDERS = ("generated/adapty_generated/",)
ALLOWED_MODES = frozenset({"000000", "100644"})
"""The modes of deleted files and of plain files; not of executables, links and submodules."""

MAX_BYTES = 20_000_000


def main(arguments: list[str]) -> int:
    """Apply the patch, or exit without any change."""
    api, *paths = arguments or [""]
    if api not in APIS or len(paths) != 1:
        reject(f"expected one of {', '.join(sorted(APIS))} and the path of a patch")
    patch = Path(paths[0]).resolve()
    if not patch.is_file() or patch.stat().st_size > MAX_BYTES:
        reject(f"{patch.name} is not a file of at most {MAX_BYTES // 1_000_000} MB")
    modes = changed_files(patch)
    forbidden = [path for path, mode in modes.items() if mode not in ALLOWED_MODES or not is_allowed(path, api)]
    if forbidden:
        reject(f"the patch changes {', '.join(map(ascii, forbidden[:10]))}; expected changes of the contract only")
    if not modes:
        reject("the patch changes nothing")
    git("apply", "--index", str(patch))
    print(f"{len(modes)} files changed")
    return 0


def changed_files(patch: Path) -> dict[str, str]:
    """Return the files that a patch changes with their new modes, as git itself sees them."""
    with tempfile.TemporaryDirectory() as scratch:
        index = str(Path(scratch) / "index")  # a temporary index: the repository does not change
        git("read-tree", "HEAD", index=index)
        git("apply", "--cached", str(patch), index=index)
        fields = git("diff-index", "--cached", "--raw", "--no-renames", "-z", "HEAD", index=index).split("\0")
    return {path: change.split()[1] for change, path in zip(fields[:-1:2], fields[1::2], strict=True)}


def is_allowed(path: str, api: str) -> bool:
    """Return whether the patch of an API may change a file; hidden files, such as .gitattributes, configure tools."""
    if any(part.startswith(".") for part in path.split("/")):
        return False
    return path in {"CHANGELOG.md", f"openapi/{api}.yaml"} or path.startswith(ALLOWED_FOLDERS)


def git(*arguments: str, index: str | None = None) -> str:
    """Run git and return what it prints, or exit if it fails."""
    environment = os.environ if index is None else {**os.environ, "GIT_INDEX_FILE": index}
    done = subprocess.run(["git", *arguments], check=False, capture_output=True, env=environment)  # noqa: S607
    if done.returncode:
        reject(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()!a}")
    return done.stdout.decode("utf-8", "surrogateescape")


def reject(problem: str) -> NoReturn:
    """Exit with a message."""
    sys.exit(f"apply_contract_patch: {problem}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
