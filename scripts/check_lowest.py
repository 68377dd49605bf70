"""Test the wheel, away from the sources, with the lowest versions of the dependencies that pyproject.toml allows.

    python -m scripts.check_lowest

`make test` has the highest ones, those of constraints.txt. The tests that need no source tree run from a temporary
folder. How much of the package they reach is measured here and not in `make test`, which would take twice as long.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from scripts.check_wheel import PIP_INSTALL, ROOT, build, environment, run

__all__ = ["lowest_versions", "main"]

# These test the project rather than the package.
NEEDS_SOURCES = ("project", "examples/test_examples.py", "spec_tie", "typing")
TEST_TOOLS = (
    "celery>=5.5,<5.7",
    "django",
    "fastapi",
    "flask",
    "freezegun",
    "gevent",
    "gunicorn",
    "hypothesis",
    "pycountry",
    "pytest",
    "pytest-cov",
    "pytest-freezer",
    "pytest-xdist",
    "socksio",
    "time-machine",
)
RUN_TESTS = ("-m", "pytest", "-q", "--numprocesses", "3", "--dist", "loadfile", "--cov", "--cov-report=term", "tests")


def main() -> int:
    """Install the wheel with the lowest versions and run the tests against it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lowest = lowest_versions([*project["dependencies"], *extras["cli"], *extras["fast"], *extras["sandbox"]])
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        wheel = build(scratch)
        python = environment(scratch)
        run(python, *PIP_INSTALL, *lowest, *TEST_TOOLS, f"{wheel}[cli,fast,sandbox]", cwd=scratch)
        copy_tests(scratch)
        told = run(python, *RUN_TESTS, cwd=scratch)
    print(f"{wheel.name} passes the tests with {', '.join(lowest)}", *summary(told), sep="\n")
    return 0


def summary(told: str) -> list[str]:
    """Give what pytest says of the tests and of coverage as a whole."""
    return [line for line in told.splitlines() if re.match(r"TOTAL |Required test coverage|\d+ passed", line)]


def copy_tests(folder: Path) -> None:
    """Copy the tests, their settings and nothing of the package."""
    for name in ("tests", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in NEEDS_SOURCES:
        path = folder / "tests" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, folder)


def lowest_versions(requirements: list[str]) -> list[str]:
    """Pin each requirement to its lower bound."""
    return [re.sub(r"^([\w-]+)>=([\d.]+).*$", r"\1==\2", requirement) for requirement in requirements]


if __name__ == "__main__":
    sys.exit(main())
