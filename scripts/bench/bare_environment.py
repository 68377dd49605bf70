"""A virtual environment without extras: the SDK and its required dependencies only, as `pip install adapty` gives."""

from __future__ import annotations

import subprocess
import venv
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from scripts.bench.processes import ROOT, BenchError, clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bare_python", "create_bare_environment"]

PACKAGES = (ROOT / "adapty", ROOT / "generated" / "adapty_generated")

EXTRAS = ("aiohttp", "jsonschema", "rich", "starlette", "typer", "uvicorn")
"""Modules that must be missing."""

_FIND_EXTRAS = f"from importlib.util import find_spec; print(*(name for name in {EXTRAS} if find_spec(name)))"


@cache
def bare_python() -> Path:
    """Create the environment on first use and return its Python; it is deleted when this process ends."""
    return create_bare_environment(Path(_temporary_folder().name) / "bare")


@cache
def _temporary_folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="bench-")


def create_bare_environment(folder: Path) -> Path:
    """Create the environment from the installed packages, without an index, and return its Python.

    The packages are links, so that all processes share their compiled modules.

    Raises:
        BenchError: An extra can be imported.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    (site_packages,) = folder.glob("lib/python*/site-packages")
    for name in sorted(_required_distributions("adapty")):
        for entry in _top_level_entries(name):
            (site_packages / entry.name).symlink_to(entry)
    for package in PACKAGES:
        (site_packages / package.name).symlink_to(package)
    command = [str(python), "-P", "-c", _FIND_EXTRAS]
    found = subprocess.run(command, check=True, capture_output=True, text=True, env=clean_environment()).stdout.strip()
    if found:
        raise BenchError(f"the environment without extras has {found}")
    return python


def _required_distributions(name: str) -> set[str]:
    """Return the names of all distributions that `name` requires without extras, directly or indirectly."""
    found: set[str] = set()
    queue = [name]
    while queue:
        for text in distribution(queue.pop()).requires or ():
            requirement = Requirement(text)
            is_needed = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if is_needed and requirement.name not in found:
                found.add(requirement.name)
                queue.append(requirement.name)
    return found


def _top_level_entries(name: str) -> Iterator[Path]:
    """Yield the files and folders of a distribution in site-packages; not its scripts, which are elsewhere."""
    files = distribution(name).files or ()
    for top in sorted({file.parts[0] for file in files} - {"..", "__pycache__"}):
        yield Path(str(distribution(name).locate_file(top)))
