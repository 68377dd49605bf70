"""Advice after an interrupted run: how to resume it, or why that would be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.bulk._inputs.files import BrokenFileError
from adapty.bulk._state.checkpoint import UnusableStateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from adapty.bulk._inputs.fingerprint import FileState
    from adapty.bulk._state.checkpoint_location import CheckpointLocation

__all__ = ["resume_advice"]


def resume_advice(
    error: BaseException, checkpoint: CheckpointLocation, inputs: Sequence[FileState], results: Path | None = None
) -> str | None:
    """Return what to do after an interrupted run, or None if its error says so itself.

    Args:
        error: The error that interrupted the run.
        checkpoint: Where the checkpoint is.
        inputs: The input files, as they were when the run started.
        results: The file that the run needs to be resumed, or None if there is nothing in it yet.
    """
    if isinstance(error, BrokenFileError):  # a corrected file is another file
        return f"correct the file or fetch it again, then {checkpoint.start_over} and start over"
    if isinstance(error, UnusableStateError):
        return None
    if not checkpoint.exists():
        return f"{checkpoint} is missing; running it again starts over"
    changed = [state.path for state in inputs if not state.is_same()]
    if results is not None and not results.exists():
        changed.append(results)
    if changed:
        files = " and ".join(map(str, changed))
        return f"restore {files} and run it again, or {checkpoint.start_over} to start over"
    return f"run it again to resume; its progress is in {checkpoint}"
