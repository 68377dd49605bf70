"""Build the wheel, check its contents, and install it away from the sources.

    python -m scripts.check_wheel

The wheel is installed in a virtual environment, first without extras, then with them. `python -m scripts.check_lowest`
runs the tests against it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).parent.parent
CONTENTS = (
    *("adapty/py.typed", "adapty_generated/py.typed"),
    *(
        f"adapty_generated/{package}/openapi.json"
        for package in ("mail", "server_side", "web", "export_analytics", "webhooks")
    ),
)
CONSTRAINTS = ("--constraint", str(ROOT / "constraints.txt"))
"""The versions that the project is checked with."""

IMPORTS = "import adapty, adapty_generated; adapty.Adapty, adapty.AsyncAdapty; print(adapty.__file__)"


def main() -> int:
    """Build the wheel, install it and try it."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        wheel = build(scratch)
        check_contents(wheel)
        python = create_environment(scratch)
        install(python, *CONSTRAINTS, str(wheel))
        here = run(python, "-c", IMPORTS, cwd=scratch)
        if str(ROOT) in here:
            sys.exit(f"the sources were imported instead of the wheel: {here}")
        error = run(python, "-m", "adapty", cwd=scratch, expected=2)
        if 'pip install "adapty[cli]"' not in error:
            sys.exit(f"without the extra, the command line printed: {error}")
        install(python, *CONSTRAINTS, f"{wheel}[cli,fast,plot,sandbox,webhooks]")
        if run(python, "-m", "adapty", "flow", "subscription_expired", cwd=scratch) != "expired\n":
            sys.exit("the command line of the wheel does not work")
    print(f"{wheel.name}: works away from the sources")
    return 0


def build(folder: Path) -> Path:
    """Build the wheel from the sdist, which shows that both are complete."""
    output = ("--outdir", str(folder / "dist"))
    # Without isolation, pip need not install hatchling again for the sdist and for the wheel.
    run(Path(sys.executable), "-m", "build", "--no-isolation", *output, str(ROOT), cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> None:
    """Exit unless the wheel has both packages with their data files, and nothing else at the top."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names} - {f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}
    if tops != {"adapty", "adapty_generated"}:
        sys.exit(f"the wheel has other top-level entries: {', '.join(sorted(tops))}")
    for name in CONTENTS:
        if name not in names:
            sys.exit(f"the wheel has no {name}")


def create_environment(folder: Path) -> Path:
    """Create an empty virtual environment and return its Python."""
    venv.create(folder / "venv", with_pip=False)
    return folder / "venv" / "bin" / "python"


def install(python: Path, *arguments: str) -> None:
    """Install into the environment of `python`, with the pip of this one."""
    pip = ("-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(python))
    run(Path(sys.executable), *pip, "install", "--no-compile", *arguments, cwd=ROOT)


def run(python: Path, *arguments: str, cwd: Path, expected: int = 0) -> str:
    """Run Python and return its output; exit with it if the exit code is not the expected one."""
    done = subprocess.run(
        [str(python), *arguments],
        check=False,
        cwd=cwd,
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    if done.returncode != expected:
        sys.exit(f"{' '.join(arguments)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
