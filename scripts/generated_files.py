"""Compare committed files with the files that a script generates."""

from __future__ import annotations

import filecmp
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["list_files", "report_differences"]


def report_differences(expected: Path, committed: Path, *, fix: str, shared: bool = False) -> int:
    """Compare two trees and print the differences, and the command that fixes them, on standard error.

    Args:
        expected: What the script generates now.
        committed: The files of the project.
        fix: The command to run.
        shared: Whether the committed folder may have other files too.

    Returns:
        0 if the trees are equal, 1 if they differ.
    """
    wanted, existing = list_files(expected), list_files(committed)
    if shared:
        existing = {name: file for name, file in existing.items() if name in wanted}
    differences = _find_differences(wanted, existing)
    for difference in differences:
        print(f"{committed.name}/{difference}", file=sys.stderr)
    if differences:
        print(f"{committed.name} is out of date; run: {fix}", file=sys.stderr)
    return 1 if differences else 0


def list_files(folder: Path) -> dict[str, Path]:
    """Return all files below a folder by relative path, without Python's caches."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _find_differences(expected: dict[str, Path], committed: dict[str, Path]) -> list[str]:
    both = expected.keys() & committed.keys()
    changed = {name for name in both if not filecmp.cmp(expected[name], committed[name], shallow=False)}
    differences = {
        **dict.fromkeys(changed, "differs"),
        **dict.fromkeys(expected.keys() - both, "missing"),
        **dict.fromkeys(committed.keys() - both, "unexpected"),
    }
    return [f"{name}: {difference}" for name, difference in sorted(differences.items())]
