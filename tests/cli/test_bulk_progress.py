"""What the bulk commands show while they run: bars on a terminal, lines elsewhere."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from adapty._cli.bulk_progress import display_progress
from adapty.bulk import Progress
from tests.cases import case
from tests.cli.conftest import plain, run
from tests.conftest import PROFILE

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

BEGUN: dict[str, Any] = {
    "stage": "profiles",
    "accepted": 12000,
    "rejected": 3,
    "retried": 1,
    "fraction": 0.43,
    "rate": 4213.4,
    "limit": None,
    "elapsed": 9.05,
    "eta": 12.0,
}


def make_console(*, is_terminal: bool, is_interactive: bool = False, width: int = 120) -> Console:
    """Return a console whose output can be read; unless it is interactive, only the final bars remain."""
    return Console(file=StringIO(), force_terminal=is_terminal, force_interactive=is_interactive, width=width)


def printed(shown: Console) -> list[str]:
    """Return the printed lines."""
    assert isinstance(shown.file, StringIO)
    return [line.rstrip() for line in plain(shown.file.getvalue()).splitlines() if line.strip()]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Console:
    """Make standard error a file."""
    shown = make_console(is_terminal=False)
    monkeypatch.setattr("adapty._cli.bulk_progress.stderr", shown)
    return shown


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Console:
    """Make standard error a terminal."""
    shown = make_console(is_terminal=True)
    monkeypatch.setattr("adapty._cli.bulk_progress.stderr", shown)
    return shown


def make_progress(**changed: Any) -> Progress:
    """Return the progress of a job."""
    return Progress(**{**BEGUN, **changed})


def test_line_has_what_is_known(piped: Console) -> None:
    """Counts, rate, limit, fraction and time left."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s, 43 %, 12 s left"),
        ({"stage": "events"}, "events: 12000 accepted, 3 failed, 1 retried, 4213/s, 43 %, 12 s left"),
        ({"stage": "server-side"}, "server-side: 12000 done, 3 failed, 1 retried, 4213/s, 43 %, 12 s left"),
        ({"stage": "mail"}, "mail: 12000 done, 3 failed, 1 retried, 4213/s, 43 %, 12 s left"),
        ({"limit": 0.5}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s, limit 0.5/s, 43 %, 12 s left"),
        ({"rate": 0.0}, "profiles: 12000 accepted, 3 failed, 1 retried, 0.0/s, 43 %, 12 s left"),
        ({"fraction": None, "eta": None}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s"),
        ({"fraction": 0.0, "eta": None}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s, 0 %"),
        ({"fraction": 0.999, "eta": 0.01}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s, 99 %, 1 s left"),
        ({"fraction": 1.0, "eta": 0.0}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s, 100 %"),
        ({"eta": None}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s, 43 %"),
        ({"eta": 9000.0}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s, 43 %, 2 h 30 min left"),
        ({"eta": 150.0}, "profiles: 12000 accepted, 3 failed, 1 retried, 4213/s, 43 %, 2 min 30 s left"),
    ]
    for changed, line in cases:
        with case(changed, line):
            with display_progress() as show:
                show(make_progress(**changed))

            assert printed(piped)[-1] == line


def test_lines_have_intervals(piped: Console) -> None:
    """The first line comes after five seconds, then one every ten, and one at the end, by the clock of the job."""
    with display_progress() as show:
        for tenths in range(360):
            show(make_progress(elapsed=tenths / 10, accepted=tenths))
        assert [line.split()[1] for line in printed(piped)] == ["50", "150", "250", "350"]

    assert [line.split()[1] for line in printed(piped)] == ["50", "150", "250", "350", "359"]


def test_each_stage_has_a_final_line(piped: Console) -> None:
    """Nothing is printed twice, and a stage without progress has no line."""
    with display_progress() as show:
        show(make_progress(elapsed=0.1, accepted=1))
        show(make_progress(elapsed=0.2, accepted=2))
        show(make_progress(stage="events", elapsed=6.0, accepted=3))
    with display_progress():
        pass

    assert [line.split(", ")[0] for line in printed(piped)] == ["profiles: 2 accepted", "events: 3 accepted"]


@pytest.mark.parametrize("is_terminal", [False, True])
def test_exception_ends_the_display(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool) -> None:
    """An exception passes through, and no line after it looks like the end of a stage."""
    shown = make_console(is_terminal=is_terminal)
    monkeypatch.setattr("adapty._cli.bulk_progress.stderr", shown)

    with pytest.raises(KeyboardInterrupt), display_progress() as show:  # noqa: PT012 - as a job ends
        show(make_progress(elapsed=1.0))
        raise KeyboardInterrupt

    assert len(printed(shown)) == is_terminal


def test_terminal_has_a_bar_for_each_stage(terminal: Console) -> None:
    """With the fraction and the counts."""
    with display_progress() as show:
        show(make_progress(fraction=0.1))
        show(make_progress(fraction=1.0, eta=0.0, accepted=27906, limit=5000.0))
        show(make_progress(stage="events", accepted=7))

    profiles, events = printed(terminal)
    assert profiles.split("━")[0] == "profiles "
    assert profiles.split("━")[-1].split() == [
        *("100", "%", "4213", "of", "5000/s", "27906", "accepted", "3", "failed", "1", "retried"),
    ]
    assert events.split("━")[-1].split() == [
        *("43", "%", "4213/s", "0:12", "7", "accepted", "3", "failed", "1", "retried"),
    ]


def test_bar_of_unknown_length_fills_at_the_end(terminal: Console) -> None:
    """It has no fraction."""
    with display_progress() as show:
        show(make_progress(fraction=None, eta=None))

    (bar,) = printed(terminal)
    assert "%" not in bar
    assert bar.split("━")[-1].split() == ["4213/s", "12000", "accepted", "3", "failed", "1", "retried"]


def test_bars_fit_into_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes one line with all counts, even millions."""
    for width in [80, 100, 200]:
        with case(width):
            shown = make_console(is_terminal=True, width=width)
            monkeypatch.setattr("adapty._cli.bulk_progress.stderr", shown)

            with display_progress() as show:
                show(make_progress(accepted=1_000_000, limit=5000.0, eta=3977.0))

            (bar,) = printed(shown)
            assert len(bar) <= width
            assert bar.endswith("43 % 4213 of 5000/s 1:06:17 1000000 accepted 3 failed 1 retried")
            assert "━" in bar


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "JSON"])
def test_commands_print_progress_on_standard_error(served: Sandbox, options: tuple[str, ...]) -> None:
    """Standard output has only the report."""
    Path("users.txt").write_text("user_12345\né\nuser_12345\n", encoding="utf-8")
    Path("profiles.csv").write_text(f"{','.join(PROFILE)}\n{','.join(PROFILE.values())}\nuser_2,,\n")

    imported = run("mail", "import", "--profiles", "profiles.csv", *options)
    erased = run("erase", "users.txt", *options)

    assert [line.split(", ")[:3] for line in imported.progress] == [
        ["profiles: 1 accepted", "1 failed", "0 retried"],
    ]
    assert imported.progress[0].endswith(", 100 %")
    assert [line.split(", ")[:2] for line in erased.progress] == [
        ["server-side: 2 done", "1 failed"],
        ["mail: 3 done", "0 failed"],
    ]
    assert "accepted, 1 failed" not in imported.out
    assert "done" not in erased.out


def test_commands_draw_bars_on_a_terminal(served: Sandbox, terminal: Console) -> None:
    """On standard error; the reports are the same."""
    Path("users.txt").write_text("user_12345\n", encoding="utf-8")
    Path("profiles.csv").write_text(f"{','.join(PROFILE)}\n{','.join(PROFILE.values())}\n")

    imported = run("mail", "import", "--profiles", "profiles.csv")
    erased = run("erase", "users.txt")

    assert [line.split()[0] for line in printed(terminal)] == ["profiles", "server-side", "mail"]
    assert imported.out.startswith("profiles: 1 accepted, 0 rejected\n")
    assert erased.out.startswith("1 deleted, 1 not found, 0 failed\n")  # Mail knows what was imported
