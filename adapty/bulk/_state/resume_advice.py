"""Advice after a run that broke off: how to resume it, or why that would be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.bulk._inputs.files import BrokenFileError
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from adapty.bulk._inputs.fingerprint import FileState

__all__ = ["UnusableStateError", "resume_advice"]


class UnusableStateError(AdaptyUsageError):
    """What an earlier run left cannot be used, so that resuming it is refused; the message says what to do."""


def resume_advice(
    end: BaseException, checkpoint: Path, inputs: Sequence[FileState], results: Path | None = None
) -> str | None:
    """Return what to do after a run that broke off, or None where its error says so itself.

    Args:
        end: What ended the run.
        checkpoint: The file that notes how far the run is.
        inputs: The input files, as they were when the run began.
        results: The file that the run needs in order to go on, or None if there is nothing in it yet.
    """
    if isinstance(end, BrokenFileError):  # a file that is repaired is another one
        return f"fetch the file again, or mend it, then remove {checkpoint} and begin anew"
    if isinstance(end, UnusableStateError):
        return None
    if not checkpoint.exists():
        return f"{checkpoint} is missing; running it again starts over"
    missing = [state.path for state in inputs if not state.is_same()]
    if results is not None and not results.exists():
        missing.append(results)
    if missing:
        files = " and ".join(map(str, missing))
        return f"restore {files} and run it again, or remove {checkpoint} to start over"
    return f"run it again to go on from there; {checkpoint} notes how far it is"
