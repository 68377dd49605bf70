"""Change files together: all or none."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["transaction"]


@contextmanager
def transaction(paths: Iterable[Path]) -> Iterator[None]:
    """Restore the files and folders if the block raises."""
    with tempfile.TemporaryDirectory() as scratch:
        copies = {path: Path(scratch) / str(number) for number, path in enumerate(paths)}
        for path, copy in copies.items():
            _copy(path, copy)
        try:
            yield
        except BaseException:
            for path, copy in copies.items():
                _copy(copy, path)
            raise


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
