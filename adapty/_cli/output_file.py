"""`--output`: a file for results, checked before the first request and written atomically."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from adapty import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["check_output", "write_output"]

_FLAG = "--output"


def check_output(path: Path, kinds: Sequence[str]) -> str:
    """Return the kind of an output file, such as `csv`, which is its suffix.

    Raises:
        AdaptyUsageError: The suffix is not one of the kinds, or the file cannot be written.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in kinds:
        *others, last = (f".{kind}" for kind in kinds)
        raise AdaptyUsageError.for_field(_FLAG, f"must end in {', '.join(others)} or {last} (got {path})")
    if not path.parent.is_dir():
        raise AdaptyUsageError.for_field(_FLAG, f"no such folder (got {path.parent}); expected an existing one")
    if path.exists() and not path.is_file():
        raise AdaptyUsageError.for_field(_FLAG, f"is not a regular file (got {path}); choose another name")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise AdaptyUsageError.for_field(_FLAG, f"no permission to write (got {path}); choose another name")
    return kind


def write_output(path: Path, content: bytes) -> None:
    """Write a file completely or not at all; an existing file keeps its mode, and a link its target.

    Raises:
        AdaptyUsageError: The file cannot be written.
    """
    target = path.resolve()
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        try:
            partial.write_bytes(content)
            with suppress(FileNotFoundError):
                shutil.copymode(target, partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise AdaptyUsageError.for_field(_FLAG, f"cannot be written: {error.strerror} (got {path})") from None
