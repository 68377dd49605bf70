"""The script that makes the example subscriber base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts import make_examples
from scripts.make_examples import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NAMES = ("README.md", "events.jsonl", "profiles.csv")


def run_script(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the script and return its exit code."""
    monkeypatch.setattr("sys.argv", ["make_examples", *arguments])
    return make_examples.main()


def test_output_is_reproducible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The committed files are, byte by byte, what the script writes; `--check` accepts them and prints nothing."""
    assert run_script(monkeypatch, "--output", str(tmp_path)) == 0

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes(), f"{name}: run make examples"
    assert run_script(monkeypatch, "--check", "--output", str(tmp_path)) == 0
    assert capsys.readouterr() == ("", "")


def test_check_names_files_that_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--check` exits 1 and names differing and missing files and the command that fixes them, but no other files."""
    folder = tmp_path / "examples"
    folder.mkdir()
    (folder / "profiles.csv").write_text("edited by hand\n")
    (folder / "README.md").write_bytes((EXAMPLES / "README.md").read_bytes())
    (folder / "other.py").write_text("")

    assert run_script(monkeypatch, "--check", "--output", str(folder)) == 1

    assert capsys.readouterr().err.splitlines() == [
        "examples/events.jsonl: missing",
        "examples/profiles.csv: differs",
        "examples is out of date; run: make examples",
    ]
