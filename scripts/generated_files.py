"""Whether committed files that a script makes are still what the script would make."""

from __future__ import annotations

import filecmp
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["report_differences"]


def report_differences(made: Path, committed: Path, *, mend: str, shared: bool = False) -> int:
    """Compare two trees and say on standard error what differs, and the command that mends it.

    Args:
        made: What the script makes now.
        committed: What the project holds.
        mend: The command to run.
        shared: Whether the folder may hold other files too.

    Returns:
        0 where the trees are the same, 1 where they differ.
    """
    wanted, held = files(made), files(committed)
    if shared:
        held = {name: file for name, file in held.items() if name in wanted}
    differences = _differences(wanted, held)
    for difference in differences:
        print(f"{committed.name}/{difference}", file=sys.stderr)
    if differences:
        print(f"{committed.name} is not fresh; run: {mend}", file=sys.stderr)
    return 1 if differences else 0


def files(folder: Path) -> dict[str, Path]:
    """Give all files below a folder by their paths in it; what Python caches does not count."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _differences(made: dict[str, Path], committed: dict[str, Path]) -> list[str]:
    both = made.keys() & committed.keys()
    changed = {name for name in both if not filecmp.cmp(made[name], committed[name], shallow=False)}
    said = {
        **dict.fromkeys(changed, "differs"),
        **dict.fromkeys(made.keys() - both, "is missing"),
        **dict.fromkeys(committed.keys() - both, "is left over"),
    }
    return [f"{name}: {what}" for name, what in sorted(said.items())]
