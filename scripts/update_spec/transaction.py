"""The files that an update changes: all of them, or none."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["all_or_nothing"]


@contextmanager
def all_or_nothing(paths: Iterable[Path]) -> Iterator[None]:
    """Put the files and folders back as they were if the block does not come to its end."""
    with tempfile.TemporaryDirectory() as scratch:
        kept = {path: Path(scratch) / str(number) for number, path in enumerate(paths)}
        for path, copy in kept.items():
            _copy(path, copy)
        try:
            yield
        except BaseException:
            for path, copy in kept.items():
                _copy(copy, path)
            raise


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
