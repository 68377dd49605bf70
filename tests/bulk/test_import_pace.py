"""The rate of an import: `rate_limit`, and 429 responses, which pause all workers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AsyncAdapty
from adapty.bulk import ImportReport, Progress, async_import_profiles, import_profiles
from tests.bulk.recording_server import OK, RecordingServer, Reply
from tests.conftest import PROFILE
from tests.skipping_loop import SkippingLoop

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("no_loose_ends")


def some(count: int) -> list[dict[str, Any]]:
    """Return some profiles."""
    return [{**PROFILE, "external_profile_id": f"user_{number}"} for number in range(count)]


def import_with_skipped_waits(
    answer: Callable[[int], httpx.Response], count: int, **options: Any
) -> tuple[list[float], ImportReport]:
    """Import with a clock that skips waits; return the times of the requests and the report."""
    moments: list[float] = []

    async def handle(_: httpx.Request) -> httpx.Response:
        moments.append(asyncio.get_running_loop().time())
        response = answer(len(moments))
        await asyncio.sleep(0.02)
        return response

    async def job() -> ImportReport:
        async with AsyncAdapty(mail_secret_key="k", transport=httpx.MockTransport(handle)) as adapty:
            return await async_import_profiles(adapty, some(count), **options)

    with asyncio.Runner(loop_factory=lambda: SkippingLoop(thread_wait=0)) as runner:
        report = runner.run(job())
    return [moment - moments[0] for moment in moments], report


def fine(_: int) -> httpx.Response:
    """Return the response to an accepted record."""
    return httpx.Response(200, json={})


def test_rate_limit_is_reached_over_a_minute() -> None:
    """The rate is within 5 %, and no second exceeds it by more than 5 %."""
    moments, _ = import_with_skipped_waits(fine, 3000, rate_limit=50)

    assert moments[-1] == pytest.approx(60, rel=0.05)
    for first in range(0, 2900, 100):
        assert len([moment for moment in moments if moments[first] <= moment < moments[first] + 1]) <= 52


def test_429_pauses_all_workers() -> None:
    """No worker sends before the Retry-After; then the rate recovers."""

    def answer(number: int) -> httpx.Response:
        return httpx.Response(429, headers={"Retry-After": "2"}) if number <= 8 else fine(number)

    reports: list[Progress] = []
    moments, report = import_with_skipped_waits(answer, 3000, concurrency=8, on_progress=reports.append)

    assert min(moment for moment in moments if moment > 0.1) >= 2
    assert (report.accepted, report.retried) == (3000, 8)
    assert any(progress.limit for progress in reports)
    assert reports[-1].limit is None or reports[-1].limit > 300
    assert moments[-1] < 30


def test_retries_count_for_the_rate_limit() -> None:
    """A retry is a request like any other."""

    def answer(number: int) -> httpx.Response:
        return httpx.Response(503) if number % 2 else fine(number)

    moments, report = import_with_skipped_waits(answer, 300, rate_limit=100)

    assert report.retried >= 290
    assert (len(moments) - 1) / moments[-1] <= 105


def test_rate_limit_applies_to_real_connections(recorder: RecordingServer) -> None:
    """The rate is measured at a server."""
    moments: list[float] = []

    def reply(_: dict[str, Any]) -> Reply:
        moments.append(time.monotonic())
        return OK

    recorder.reply = reply
    adapty = Adapty(mail_secret_key="k", mail_base_url=recorder.url)
    began = time.monotonic()
    import_profiles(adapty, some(100), rate_limit=150)

    # From the beginning on: the first request is late by its connection, which those after it are not.
    assert 99 / (moments[-1] - began) < 151
    assert 99 / (moments[-1] - moments[0]) > 75  # slower where the machine is
