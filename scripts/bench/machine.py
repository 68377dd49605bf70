"""Describe the machine of a measurement, without host names and paths."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["describe_machine"]

# sniffio: httpx's connections look for it at every request, and take longer if it is missing.
_PACKAGES = ("httpx", "httpcore", "anyio", "sniffio", "aiohttp", "starlette")


def describe_machine() -> dict[str, str]:
    """Return what the results depend on, by name."""
    return {
        "CPU": f"{_cpu_model()}, {_count_cores()} cores",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "SQLite": sqlite3.sqlite_version,
        **{name: _package_version(name) for name in _PACKAGES},
    }


def _cpu_model() -> str:
    """Return the model name from Linux, or else the name that Python knows."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _count_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _package_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
