"""Run the tests with the lowest versions of the dependencies that pyproject.toml allows.

    python -m scripts.check_lowest

`make test` has the highest ones, those of constraints.txt.
"""

from __future__ import annotations

import re
import sys
import tempfile
import tomllib
from pathlib import Path

from scripts.check_wheel import PIP_INSTALL, ROOT, RUN_TESTS, TEST_TOOLS, copy_tests, environment, run

__all__ = ["lowest_versions", "main"]


def main() -> int:
    """Install the lowest versions and run the tests against them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lowest = lowest_versions([*project["dependencies"], *extras["cli"], *extras["fast"], *extras["sandbox"]])
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        python = environment(scratch)
        run(python, *PIP_INSTALL, *lowest, *TEST_TOOLS, f"{ROOT}[cli,fast,sandbox]", cwd=scratch)
        copy_tests(scratch)
        run(python, *RUN_TESTS, cwd=scratch)
    print(f"the tests pass with {', '.join(lowest)}")
    return 0


def lowest_versions(requirements: list[str]) -> list[str]:
    """Pin each requirement to its lower bound."""
    return [re.sub(r"^([\w-]+)>=([\d.]+).*$", r"\1==\2", requirement) for requirement in requirements]


if __name__ == "__main__":
    sys.exit(main())
