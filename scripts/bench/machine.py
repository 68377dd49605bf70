"""Names the machine that was measured on, so that a table says where it is from; no name of a host, no path."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["machine"]

# sniffio: httpx's connections look for it at every request, and take longer where they do not find it.
_PACKAGES = ("httpx", "httpcore", "anyio", "sniffio", "aiohttp")


def machine() -> dict[str, str]:
    """Give what the figures depend on, by name."""
    return {
        "CPU": f"{_cpu()}, {_cores()} cores",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        **{name: _version(name) for name in _PACKAGES},
    }


def _cpu() -> str:
    """Give the model's name, as Linux knows it, or else what Python knows."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
