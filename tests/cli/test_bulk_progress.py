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


def console(*, is_terminal: bool, width: int = 120) -> Console:
    """Give a standard error to look at afterwards; a terminal shows only how its bars end."""
    return Console(file=StringIO(), force_terminal=is_terminal, force_interactive=False, width=width)


def told(shown: Console) -> list[str]:
    """Give the lines that were shown."""
    assert isinstance(shown.file, StringIO)
    return [line.rstrip() for line in plain(shown.file.getvalue()).splitlines() if line.strip()]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Console:
    """Let standard error be no terminal."""
    shown = console(is_terminal=False)
    monkeypatch.setattr("adapty._cli.bulk_progress.stderr", shown)
    return shown


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Console:
    """Let standard error be a terminal."""
    shown = console(is_terminal=True)
    monkeypatch.setattr("adapty._cli.bulk_progress.stderr", shown)
    return shown


def progress(**changed: Any) -> Progress:
    """Give what a job tells."""
    return Progress(**{**BEGUN, **changed})


def test_a_line_says_how_far_it_is(piped: Console) -> None:
    """Counts, rate, pace, fraction and time left, each of them only where it is known."""
    for changed, line in [
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
    ]:
        with case(changed, line):
            with display_progress() as show:
                show(progress(**changed))

            assert told(piped)[-1] == line


def test_a_line_now_and_then(piped: Console) -> None:
    """The first one comes after five seconds, then one every ten, and one at the end, by the job's own clock."""
    with display_progress() as show:
        for tenths in range(360):
            show(progress(elapsed=tenths / 10, accepted=tenths))
        assert [line.split()[1] for line in told(piped)] == ["50", "150", "250", "350"]

    assert [line.split()[1] for line in told(piped)] == ["50", "150", "250", "350", "359"]


def test_each_stage_has_its_last_line(piped: Console) -> None:
    """What was told already is not told again, and a stage without news has no line."""
    with display_progress() as show:
        show(progress(elapsed=0.1, accepted=1))
        show(progress(elapsed=0.2, accepted=2))
        show(progress(stage="events", elapsed=6.0, accepted=3))
    with display_progress():
        pass

    assert [line.split(", ")[0] for line in told(piped)] == ["profiles: 2 accepted", "events: 3 accepted"]


@pytest.mark.parametrize("is_terminal", [False, True])
def test_what_ends_the_job_early_has_the_last_word(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool) -> None:
    """An exception passes through, and no line comes after it that would look like the end of a stage."""
    shown = console(is_terminal=is_terminal)
    monkeypatch.setattr("adapty._cli.bulk_progress.stderr", shown)

    with pytest.raises(KeyboardInterrupt), display_progress() as show:  # noqa: PT012 - as a job ends
        show(progress(elapsed=1.0))
        raise KeyboardInterrupt

    assert len(told(shown)) == is_terminal


def test_a_bar_for_each_stage(terminal: Console) -> None:
    """On a terminal each stage has a bar, its fraction, and the rest in words."""
    with display_progress() as show:
        show(progress(fraction=0.1))
        show(progress(fraction=1.0, eta=0.0, accepted=27906, limit=5000.0))
        show(progress(stage="events", accepted=7))

    profiles, events = told(terminal)
    assert profiles.split("━")[0] == "profiles "
    assert profiles.split("━")[-1].split() == [
        *("100", "%", "4213", "of", "5000/s", "27906", "accepted", "3", "failed", "1", "retried"),
    ]
    assert events.split("━")[-1].split() == [
        *("43", "%", "4213/s", "0:12", "7", "accepted", "3", "failed", "1", "retried"),
    ]


def test_a_bar_without_a_length(terminal: Console) -> None:
    """Where nobody knows how much there is, the bar is full when the stage is over, and no fraction is told."""
    with display_progress() as show:
        show(progress(fraction=None, eta=None))

    (bar,) = told(terminal)
    assert "%" not in bar
    assert bar.split("━")[-1].split() == ["4213/s", "12000", "accepted", "3", "failed", "1", "retried"]


def test_bars_fit_into_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes one line, no wider than the terminal, and none of the words is lost, in millions either."""
    for width in [80, 100, 200]:
        with case(width):
            shown = console(is_terminal=True, width=width)
            monkeypatch.setattr("adapty._cli.bulk_progress.stderr", shown)

            with display_progress() as show:
                show(progress(accepted=1_000_000, limit=5000.0, eta=3977.0))

            (bar,) = told(shown)
            assert len(bar) <= width
            assert bar.endswith("43 % 4213 of 5000/s 1:06:17 1000000 accepted 3 failed 1 retried")
            assert "━" in bar


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "JSON"])
def test_lines_of_the_commands(served: Sandbox, options: tuple[str, ...]) -> None:
    """An import and an erasure tell each stage on standard error; standard output has the report alone."""
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


def test_bars_of_the_commands(served: Sandbox, terminal: Console) -> None:
    """On a terminal both have bars on standard error, and the same reports."""
    Path("users.txt").write_text("user_12345\n", encoding="utf-8")
    Path("profiles.csv").write_text(f"{','.join(PROFILE)}\n{','.join(PROFILE.values())}\n")

    imported = run("mail", "import", "--profiles", "profiles.csv")
    erased = run("erase", "users.txt")

    assert [line.split()[0] for line in told(terminal)] == ["profiles", "server-side", "mail"]
    assert imported.out.startswith("profiles: 1 accepted, 0 rejected\n")
    assert erased.out.startswith("1 deleted, 1 not found, 0 failed\n")  # Mail knows what was imported
