"""The progress of a run: fraction and ETA."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AsyncAdapty, AuthenticationError
from adapty.bulk import Progress, async_import_all
from adapty.bulk._inputs.row_reader import RowReader
from adapty.bulk._inputs.sorting import sorted_rows
from adapty.bulk._progress_tracker import ProgressTracker
from tests.cases import case
from tests.conftest import EVENT, PROFILE
from tests.skipping_loop import SkippingLoop

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 1200


@given(
    steps=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=40),
    passed_over=st.integers(0, 30),
    total=st.integers(1, 3000),
)
def test_fraction_never_decreases_or_exceeds_one(steps: list[tuple[int, int]], passed_over: int, total: int) -> None:
    """For any order of reading and completing, it ends at 1, with earlier results."""
    tracker = ProgressTracker()
    tracker.read = tracker.skipped = min(passed_over, total)
    settled, before = 0, 0.0
    for read, done in steps:
        tracker.read = min(tracker.read + read, total)
        settled = min(settled + done, tracker.read - tracker.skipped)
        of_input = tracker.read / total
        share = tracker.fraction(of_input, settled, is_read=False)
        assert share is not None
        assert before <= share <= 1
        assert share == pytest.approx((tracker.skipped + settled) / total)
        assert (tracker.eta(of_input, 0) or 0) >= 0
        before = share
    tracker.read = total
    assert tracker.fraction(1.0, total - tracker.skipped, is_read=True) == 1.0


def test_empty_input_is_complete_after_reading() -> None:
    """An input in the first buffer is not complete before its rows are read."""
    cases: list[tuple[bool, float]] = [(False, 0.0), (True, 1.0)]
    for is_read, share in cases:
        with case(is_read, share):
            assert ProgressTracker().fraction(1.0, 0, is_read=is_read) == share


def test_fraction_is_unknown_without_length() -> None:
    """Without a read fraction there is no fraction and no ETA."""
    tracker = ProgressTracker(read=3, started_at=0.0)
    assert (tracker.fraction(None, 3, is_read=True), tracker.eta(None, 1.0)) == (None, None)


def import_with_skipped_waits(answer: Callable[[int], httpx.Response] | None = None, **inputs: Any) -> list[Progress]:
    """Import at a rate, with a clock that skips waits, and return the progress reports.

    The rate is so low that even a slow machine has read the input when a twelfth of it is sent.
    """
    reports: list[Progress] = []
    sent = 0

    async def handle(_: httpx.Request) -> httpx.Response:
        nonlocal sent
        sent += 1
        return answer(sent) if answer else httpx.Response(200, json={})

    async def job() -> None:
        async with AsyncAdapty(mail_secret_key="k", transport=httpx.MockTransport(handle)) as adapty:
            await async_import_all(adapty, **inputs, rate_limit=50, on_progress=reports.append)

    with asyncio.Runner(loop_factory=lambda: SkippingLoop(thread_wait=0)) as runner:
        runner.run(job())
    return reports


def assert_progress_is_right(reports: list[Progress], before: int = 0, sorted_for: float = 0.0) -> None:
    """Check that fractions and ETAs are those of the completed records and the speed of this run."""
    assert len(reports) > 10
    for progress in reports:
        share = progress.fraction
        assert share is not None
        assert share <= progress.accepted / COUNT + 0.001  # less while it is not known how much there is
        if progress.accepted > before + 100:
            each = (progress.elapsed - sorted_for) / (progress.accepted - before)
            assert share == pytest.approx(progress.accepted / COUNT, abs=0.001)
            assert progress.eta == pytest.approx(each * (COUNT - progress.accepted), rel=0.1, abs=0.2)
    assert reports[-1].fraction == 1.0


def profiles_file(ending: str) -> Path:
    """Write profiles that almost fit into the buffer."""
    path = Path(f"profiles.jsonl{ending}")
    lines = (json.dumps({**PROFILE, "external_profile_id": f"user_{number}"}) + "\n" for number in range(COUNT))
    content = "".join(lines).encode()
    path.write_bytes(gzip.compress(content) if ending else content)
    return path


def test_fraction_counts_completed_records() -> None:
    """Rows in the buffer do not count, and the ETA is about right."""
    for ending in ("", ".gz"):
        with case(ending):
            assert_progress_is_right(import_with_skipped_waits(profiles=profiles_file(ending)))


def test_eta_excludes_the_time_of_sorting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of sorting does not make the ETA longer."""

    def slowly(rows: Any) -> Any:
        reader = threading.current_thread()
        assert isinstance(reader, RowReader)
        reader._waits_for_item = True  # so that the clock of the event loop moves
        while reader._loop.time() < 60:
            time.sleep(0.001)
        reader._waits_for_item = False
        yield from sorted_rows(rows)

    monkeypatch.setattr("adapty.bulk._inputs.sorting.sorted_rows", slowly)
    path = Path("events.jsonl")
    path.write_text("".join(json.dumps({**EVENT, "event_id": f"evt_{number}"}) + "\n" for number in range(COUNT)))

    reports = import_with_skipped_waits(events=path, sort=True)

    sorting = [progress for progress in reports if not progress.accepted]
    assert len(sorting) > 500
    assert {(progress.fraction, progress.eta) for progress in sorting[:500]} == {(0.0, None)}
    assert_progress_is_right(reports[len(sorting) :], sorted_for=sorting[-1].elapsed)


def test_eta_of_a_resumed_run_uses_its_own_speed() -> None:
    """The fraction includes earlier results; the ETA does not."""
    path = profiles_file("")
    with pytest.raises(AuthenticationError):
        import_with_skipped_waits(lambda sent: httpx.Response(200 if sent <= 700 else 401, json={}), profiles=path)

    reports = import_with_skipped_waits(profiles=path)

    assert_progress_is_right(reports, before=700)
    assert next(progress.fraction for progress in reports if progress.accepted) == pytest.approx(700 / COUNT, abs=0.1)
