"""Sync calls: Ctrl-C, running event loops, and other threads."""

from __future__ import annotations

import asyncio
import contextvars
import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AuthenticationError
from adapty._engine.runner import CancelToken, run_sync
from adapty.bulk import ImportReport, Progress, import_profiles
from tests.bulk.recording_server import OK, RecordingServer, Reply
from tests.conftest import PROFILE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytestmark = pytest.mark.usefixtures("no_loose_ends")

COUNT = 300


def profile(number: int) -> dict[str, Any]:
    """Return a profile."""
    return {**PROFILE, "external_profile_id": f"user_{number}"}


@pytest.fixture
def base() -> Path:
    """Write a file of profiles."""
    path = Path("base.jsonl")
    path.write_text("".join(json.dumps(profile(number)) + "\n" for number in range(COUNT)))
    return path


@pytest.fixture
def adapty(recorder: RecordingServer) -> Iterator[Adapty]:
    """Return a client of the server."""
    with Adapty(mail_secret_key="k", mail_base_url=recorder.url, timeout=20) as client:
        yield client


@pytest.fixture(autouse=True)
def _ctrl_c_is_python_s_own_again() -> Iterator[None]:
    """Check that the signal handler is restored."""
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def press_ctrl_c() -> None:
    """Send SIGINT to the main thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def press_ctrl_c_and_wait() -> None:
    """Press Ctrl-C and wait for KeyboardInterrupt."""
    press_ctrl_c()
    time.sleep(10)


@pytest.fixture
def twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C again after the first one was handled."""
    ask = CancelToken.request

    def asked(stop: CancelToken) -> None:
        ask(stop)
        threading.Timer(0.05, press_ctrl_c).start()

    monkeypatch.setattr(CancelToken, "request", asked)


def pressing_at(recorder: RecordingServer, *moments: int, after: float = 0.002) -> None:
    """Press Ctrl-C after some requests; responses have a delay in seconds."""

    def reply(_: dict[str, Any]) -> Reply:
        if len(recorder.arrived) in moments:
            press_ctrl_c()
        return Reply(after=after)

    recorder.reply = reply


@pytest.mark.usefixtures("way")
def test_ctrl_c_completes_requests_in_flight(adapty: Adapty, recorder: RecordingServer, base: Path) -> None:
    """All results are saved, so that the next run sends nothing twice and skips nothing."""
    pressing_at(recorder, 100, after=0.01)

    with pytest.raises(KeyboardInterrupt) as caught:
        import_profiles(adapty, base, concurrency=8)

    count = len(recorder.taken)
    assert 100 <= count <= 110
    assert caught.value.__notes__ == [
        f"stopped in base.jsonl: {count} accepted, 0 rejected so far",
        "run it again to resume; its progress is in base.jsonl.checkpoint",
    ]
    recorder.reply = lambda _: OK
    report = import_profiles(adapty, base)
    assert (report.accepted, report.resumed) == (COUNT, True)
    assert sorted(body["external_profile_id"] for body in recorder.taken) == sorted(
        f"user_{number}" for number in range(COUNT)
    )


@pytest.mark.usefixtures("way", "twice")
def test_second_ctrl_c_cancels_requests_in_flight(adapty: Adapty, recorder: RecordingServer, base: Path) -> None:
    """Earlier results are saved."""

    def reply(_: dict[str, Any]) -> Reply:
        if len(recorder.arrived) == 96:  # some workers may have nothing left to send by now
            press_ctrl_c()
        return Reply(after=10 if len(recorder.arrived) >= 93 else 0)

    recorder.reply = reply
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt) as caught:
        import_profiles(adapty, base, concurrency=8)

    assert time.monotonic() - began < 5
    accepted = int(caught.value.__notes__[0].removeprefix("stopped in base.jsonl: ").split()[0])
    assert 60 < accepted <= 92
    recorder.reply = lambda _: OK
    assert import_profiles(adapty, base).accepted == COUNT


def test_ctrl_c_interrupts_a_blocked_iterable(adapty: Adapty, recorder: RecordingServer) -> None:
    """The run does not wait for the next record."""

    def given() -> Iterator[dict[str, Any]]:
        for number in range(5):
            yield profile(number)
            time.sleep(0.06)
        threading.Timer(0.05, press_ctrl_c).start()
        released.wait(30)

    released = threading.Event()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt) as caught:
        import_profiles(adapty, given())

    assert time.monotonic() - began < 5
    released.set()
    assert caught.value.__notes__ == ["stopped in profiles: 5 accepted, 0 rejected so far"]
    assert len(recorder.taken) == 5


def test_ctrl_c_interrupts_an_idle_async_iterable(adapty: Adapty, recorder: RecordingServer) -> None:
    """The run does not wait for the next record."""

    async def given() -> AsyncIterator[dict[str, Any]]:
        yield profile(1)
        await asyncio.sleep(0.05)
        press_ctrl_c()
        await asyncio.sleep(30)

    with pytest.raises(KeyboardInterrupt) as caught:
        import_profiles(adapty, given())

    assert caught.value.__notes__ == ["stopped in profiles: 1 accepted, 0 rejected so far"]
    assert len(recorder.taken) == 1


def test_ctrl_c_ends_a_dry_run(adapty: Adapty) -> None:
    """Nothing is waited for."""

    async def given() -> AsyncIterator[dict[str, Any]]:
        yield profile(1)
        press_ctrl_c()
        await asyncio.sleep(30)

    with pytest.raises(KeyboardInterrupt):
        import_profiles(adapty, given(), dry_run=True)


def test_ctrl_c_at_the_last_request_completes_the_import(adapty: Adapty, recorder: RecordingServer, base: Path) -> None:
    """Nothing is left to send."""
    pressing_at(recorder, COUNT)

    assert import_profiles(adapty, base, concurrency=1).accepted == COUNT
    assert not Path("base.jsonl.checkpoint").exists()


def test_import_is_complete_if_the_input_ends_after_ctrl_c(
    adapty: Adapty, recorder: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the input is noticed after the last record was sent."""
    pressed = threading.Event()
    request = CancelToken.request

    def request_and_note(token: CancelToken) -> None:
        request(token)
        pressed.set()

    def profiles() -> Iterator[dict[str, Any]]:
        yield profile(1)
        assert pressed.wait(10)

    monkeypatch.setattr(CancelToken, "request", request_and_note)
    pressing_at(recorder, 1)

    assert import_profiles(adapty, profiles()).accepted == 1


def test_ctrl_c_before_the_last_record_interrupts_the_import(adapty: Adapty, recorder: RecordingServer) -> None:
    """An input whose records were read and not sent is not complete."""
    pressing_at(recorder, 1)
    for profiles in ([profile(1), profile(2)], (profile(number) for number in range(50))):
        recorder.arrived.clear()
        with pytest.raises(KeyboardInterrupt):
            import_profiles(adapty, profiles, concurrency=1)
        assert len(recorder.arrived) == 1


@pytest.mark.usefixtures("twice")
def test_second_ctrl_c_abandons_threads(recorder: RecordingServer) -> None:
    """Requests over the caller's sync client run in threads, which are not waited for."""
    pressing_at(recorder, 1, after=2.5)
    began = time.monotonic()
    with (
        httpx.Client() as http_client,
        Adapty(mail_secret_key="k", mail_base_url=recorder.url, http_client=http_client) as adapty,
    ):
        with pytest.raises(KeyboardInterrupt):
            import_profiles(adapty, [profile(1)], concurrency=2)
        assert time.monotonic() - began < 2.3
        wait_for_other_threads()


def wait_for_other_threads() -> None:
    """Wait for abandoned requests, so that they do not affect the next test."""
    for thread in threading.enumerate():
        if thread.name.startswith("adapty-bulk_"):  # not a reader, which may be abandoned in a blocked iterable
            thread.join()


def test_run_inside_an_event_loop_uses_a_thread(adapty: Adapty, base: Path) -> None:
    """In a notebook the sync call works and has the context of the caller."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    seen = set()

    def see(_: Progress) -> None:
        seen.add((variable.get(), threading.current_thread() is threading.main_thread()))

    async def cell() -> ImportReport:
        variable.set("of the caller")
        return import_profiles(adapty, base, on_progress=see)

    assert asyncio.run(cell()).accepted == COUNT
    assert seen == {("of the caller", False)}


def test_run_inside_an_event_loop_raises_errors_unchanged(
    adapty: Adapty, recorder: RecordingServer, base: Path
) -> None:
    """The notes are the same."""
    recorder.reply = lambda _: Reply(401, taken=False)

    async def cell() -> None:
        import_profiles(adapty, base)

    with pytest.raises(AuthenticationError) as caught:
        asyncio.run(cell())
    assert caught.value.__notes__ == ["stopped in base.jsonl: 0 accepted, 0 rejected so far"]


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_inside_an_event_loop(
    request: pytest.FixtureRequest, adapty: Adapty, recorder: RecordingServer, base: Path, times: int
) -> None:
    """It ends the run with notes; the second one cancels requests in flight."""
    if times == 2:
        request.getfixturevalue("twice")

    def reply(_: dict[str, Any]) -> Reply:
        if len(recorder.arrived) == 52:
            press_ctrl_c()
        return Reply(after=(10 if times == 2 else 0.05) if len(recorder.arrived) > 50 else 0)

    recorder.reply = reply
    loop = asyncio.new_event_loop()  # its runner would take Ctrl-C for itself

    async def cell() -> None:
        import_profiles(adapty, base, concurrency=2)

    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            loop.run_until_complete(cell())
    finally:
        loop.close()
    assert time.monotonic() - began < 5
    assert caught.value.__notes__[0] == f"stopped in base.jsonl: {len(recorder.taken)} accepted, 0 rejected so far"


@pytest.mark.usefixtures("twice")
def test_ctrl_c_inside_asyncio_run(adapty: Adapty, recorder: RecordingServer, base: Path) -> None:
    """Python delays the first Ctrl-C until the sync call ends; the later ones work."""

    def reply(_: dict[str, Any]) -> Reply:
        if len(recorder.arrived) == 52:
            press_ctrl_c()
            threading.Timer(0.3, press_ctrl_c).start()
        return Reply(after=10 if len(recorder.arrived) > 50 else 0)

    recorder.reply = reply

    async def cell() -> None:
        import_profiles(adapty, base, concurrency=2)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt) as caught:
        asyncio.run(cell())
    assert time.monotonic() - began < 5
    assert caught.value.__notes__[0].startswith("stopped in base.jsonl: ")


def test_run_in_another_thread_does_not_change_signals(adapty: Adapty, base: Path) -> None:
    """Only the main thread can set signal handlers."""
    with ThreadPoolExecutor(1) as other:
        assert other.submit(import_profiles, adapty, base).result().accepted == COUNT


def test_signal_handler_of_the_caller_is_not_replaced(adapty: Adapty, recorder: RecordingServer, base: Path) -> None:
    """A program that handles Ctrl-C itself continues to do so."""
    pressed = []
    pressing_at(recorder, 100)
    signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        report = import_profiles(adapty, base)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)

    assert (report.accepted, pressed) == (COUNT, [True])


def test_repeated_ctrl_c_does_not_interrupt_saving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only after the grace period everything is interrupted."""
    token = CancelToken()

    async def job() -> str:
        for _ in range(5):
            press_ctrl_c()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(10)
        monkeypatch.setattr("adapty._engine.runner._GRACE_SECONDS", 0)
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c_and_wait()
        return "saved"

    assert run_sync(job(), token) == "saved"


def test_ctrl_c_wakes_the_event_loop() -> None:
    """A signal in another thread, or just before the loop waits, is handled immediately."""

    def press() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    async def job() -> float:
        began = time.monotonic()
        stop = asyncio.Event()
        with asked.on_request(stop.set):
            timer = threading.Timer(0.05, press)
            timer.start()
            await asyncio.wait((asyncio.create_task(stop.wait()),), timeout=10)
            timer.join()
        return time.monotonic() - began

    asked = CancelToken()
    before = signal.set_wakeup_fd(-1)
    assert run_sync(job(), asked) < 5
    assert signal.set_wakeup_fd(before) == -1


def test_cancellation_before_the_job_starts() -> None:
    """The job is cancelled at its first await."""
    token = CancelToken()

    async def job() -> None:
        with token.on_request(token.force):
            token.force()
            await asyncio.sleep(30)

    with pytest.raises(KeyboardInterrupt):
        run_sync(job(), token)


def test_exception_of_a_job_has_no_context() -> None:
    """The traceback has no internal exception."""

    async def job() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        run_sync(job(), CancelToken())
    assert caught.value.__context__ is None


def test_cancelled_error_of_a_job_is_raised() -> None:
    """It is not converted to KeyboardInterrupt."""

    async def job() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_sync(job(), CancelToken())
