"""What a worker does after each failure: retry, pause, dead letter or end."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import (
    Adapty,
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyUsageError,
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    ServerError,
    UnexpectedResponseError,
)
from adapty.errors import WebhookUnavailableError
from adapty.webhooks._failure_policy import RetrySchedule, classify, is_transient
from adapty.webhooks._stores.protocol import DueEvent
from adapty.webhooks.worker import Worker, WorkerOptions, drain
from tests.webhooks.outbox_events import BOTH_STORES, event, events
from tests.webhooks.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.webhooks import BaseOutbox
    from adapty.webhooks.outbox import Outbox

PAGE = "<html>Request blocked</html>"


def said(code: str = "base_error") -> dict[str, Any]:
    """Spell an error as Mail does."""
    return {"errors": [{"message": "for jane@example.com: no", "error_code": code, "status_code": 400}]}


BODIES: tuple[Any, ...] = (PAGE, said(), {}, None)


class Mail:
    """Takes every event but those that a test has another answer for.

    Attributes:
        answers: By event id, or for all under "*", the answers to give one after the other, the last one again and
            again: a status, and a body of JSON or text.
        got: The ids of the events that came, each time they came.
        taken: The ids of those that were taken.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, Any]]] = {}
        self.got: list[str] = []
        self.taken: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        event_id = json.loads(request.content)["event_id"]
        self.got.append(event_id)
        left = self.answers.get(event_id, self.answers.get("*", [(200, {})]))
        status, body = left.pop(0) if len(left) > 1 else left[0]
        if (status, body) == (200, {}):
            self.taken.append(event_id)
        return httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)


@pytest.fixture
def mail_api() -> Mail:
    """Return an API that takes everything, unless a test sets other responses."""
    return Mail()


@pytest.fixture
def adapty(mail_api: Mail) -> Iterator[Adapty]:
    """Return a client of it."""
    with Adapty(mail_secret_key="secret_live_shown", transport=httpx.MockTransport(mail_api)) as client:
        yield client


def answered(status: int, body: Any, kind: type[AdaptyAPIError] = AdaptyAPIError, code: str | None = None) -> Any:
    """Make the error for an answer."""
    return kind("no", status_code=status, body=body, error_code=code)


DISPOSITIONS: tuple[tuple[Any, str], ...] = (
    (AdaptyUsageError("no"), "dead"),
    (AdaptyConfigError("no"), "fatal"),
    (AdaptyConnectionError("no"), "retry"),
    (WebhookUnavailableError("no"), "outage"),
    (OSError(), "fatal"),
    (answered(401, said(), AuthenticationError), "fatal"),
    (answered(401, {}, AuthenticationError), "fatal"),
    (answered(401, PAGE, AuthenticationError), "retry"),
    (answered(403, said(), PermissionDeniedError), "fatal"),
    (answered(403, PAGE, PermissionDeniedError), "retry"),
    (answered(403, {"message": "Forbidden"}, PermissionDeniedError), "retry"),
    (answered(400, said(), AuthenticationError), "fatal"),
    (answered(404, said(), NotFoundError), "fatal"),
    (answered(404, PAGE, NotFoundError), "retry"),
    (answered(408, said()), "retry"),
    (answered(409, said()), "dead"),
    (answered(409, said(), code="idempotency_in_flight"), "retry"),
    (answered(429, said()), "outage"),
    (answered(429, None), "outage"),
    *((answered(status, said()), "dead") for status in (400, 402, 410, 413, 422, 451, 499)),
    *((answered(status, PAGE), "dead") for status in (413, 414, 431)),
    *((answered(status, PAGE), "retry") for status in (400, 405, 422, 499)),
    *((answered(status, body), "retry") for status in (500, 503, 520) for body in BODIES),
    *((answered(status, body), "retry") for status in (200, 204, 302, 307) for body in BODIES),
)


def test_classify_depends_on_the_status_and_on_who_responded() -> None:
    """A response in Mail's format is about the event, the key or the address; another one may be over next time."""
    for problem, disposition in DISPOSITIONS:
        assert classify(problem) == disposition, problem
        assert is_transient(problem) == (disposition in {"retry", "outage"}), problem


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (413, PAGE),
        (413, said()),
        (499, said()),
        (410, said()),
        (404, said("profile_not_found_error")),
    ],
)
def test_rejected_event_becomes_a_dead_letter(
    adapty: Adapty, mail_api: Mail, outbox: Outbox, status: int, body: Any
) -> None:
    """The next events of its profile are sent."""
    mail_api.answers = {"evt_0000": [(status, body)]}
    for each in events(4, 1):
        outbox.put(each)
    report = drain(adapty, outbox)
    assert (report.delivered, report.dead_letters) == (3, 1)
    (dead,) = outbox.dead_letters()
    assert str(status) in (dead.reason or "")
    assert outbox.delete("evt_0000")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("status", "body"), [(403, PAGE), (404, PAGE), (200, PAGE), (204, ""), (302, ""), (401, PAGE)])
def test_worker_retries_responses_that_are_not_mails(
    adapty: Adapty, mail_api: Mail, outbox: Outbox, status: int, body: Any
) -> None:
    """Nothing is lost, and no event becomes a dead letter."""
    mail_api.answers = {"evt_0000": [(status, body)] * 3 + [(200, {})], "*": [(status, body)] * 20 + [(200, {})]}
    for each in events(30, 10):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0) as worker:
        until(lambda: not outbox.counts().pending)
    assert worker.problem is None
    assert outbox.counts().dead_letters == 0
    assert sorted(mail_api.taken) == [f"evt_{number:04}" for number in range(30)]


def test_drain_sends_the_others_and_raises(adapty: Adapty, mail_api: Mail, outbox: Outbox) -> None:
    """A note says how many events are pending."""
    mail_api.answers = {"evt_0000": [(200, PAGE)]}
    for each in events(8, 4):
        outbox.put(each)
    with pytest.raises(UnexpectedResponseError) as ended:
        drain(adapty, outbox, max_retries=0)
    assert ended.value.__notes__ == [f"6 delivered, 0 dead letters; 2 pending in {outbox.location}"]


def test_unknown_key_ends_the_worker(adapty: Adapty, mail_api: Mail, outbox: Outbox) -> None:
    """Another attempt would have the same result."""
    mail_api.answers = {"*": [(403, said("secret_key_does_not_exist_error"))]}
    outbox.put(event(1))
    worker = Worker(adapty, outbox).start()
    until(lambda: not worker.is_alive)
    assert isinstance(worker.problem, AuthenticationError)
    assert outbox.counts().pending == 1


LIMITS: WorkerOptions = {"max_retries": 0, "max_attempts": 3, "max_age": timedelta(0)}


@BOTH_STORES
@pytest.mark.usefixtures("impatient")
def test_failing_event_becomes_a_dead_letter_while_others_succeed(
    adapty: Adapty, mail_api: Mail, outbox: BaseOutbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Then the next events of its profile are sent; the reason says why."""
    mail_api.answers = {"evt_0000": [(500, said())]}
    for each in events(3, 1):
        outbox.put(each)
    with caplog.at_level(logging.WARNING, "adapty"), Worker(adapty, outbox, **LIMITS):
        for number in range(10, 13):
            wanted = mail_api.got.count("evt_0000") + 1
            until(
                partial(lambda wanted: mail_api.got.count("evt_0000") >= wanted or outbox.counts().dead_letters, wanted)
            )
            # Each one that is taken may count against two tries: that before it, and one that is under way.
            assert outbox.counts().dead_letters == 0 or number == 12
            outbox.put(event(number, profile="other_user"))
            until(partial(lambda event_id: event_id in mail_api.taken, f"evt_{number:04}"))
        until(lambda: not outbox.counts().pending)
    (dead,) = outbox.dead_letters()
    assert dead.event_id == "evt_0000"
    assert dead.attempts >= 3
    assert (dead.reason or "").startswith("failed 3 times, while other events succeeded: saveTransactionEvent: 500")
    assert [event_id for event_id in mail_api.taken if event_id < "evt_0010"] == ["evt_0001", "evt_0002"]
    assert "event 'evt_0000' is a dead letter: failed 3 times" in caplog.text
    assert "jane" not in caplog.text


@pytest.mark.usefixtures("impatient")
def test_outage_creates_no_dead_letters(adapty: Adapty, mail_api: Mail, outbox: Outbox) -> None:
    """However long it takes."""
    mail_api.answers = {"*": [(500, said())] * 300 + [(200, {})]}
    for each in events(40, 20):
        outbox.put(each)
    with Worker(adapty, outbox, **LIMITS):
        until(lambda: not outbox.counts().pending)
    assert outbox.counts().dead_letters == 0
    assert len(mail_api.taken) == 40


@BOTH_STORES
@pytest.mark.usefixtures("impatient")
def test_failures_count_across_drains(adapty: Adapty, mail_api: Mail, outbox: BaseOutbox) -> None:
    """The count is in the file: a cron job starts a new worker each time."""
    mail_api.answers = {"evt_0000": [(500, said())]}
    outbox.put(event(0))
    for number in range(1, 3):
        outbox.put(event(number, profile=f"user_{number}"))
        with pytest.raises(ServerError):
            drain(adapty, outbox, **LIMITS)
        assert outbox.counts().dead_letters == 0
    outbox.put(event(3, profile="user_3"))
    assert drain(adapty, outbox, **LIMITS).dead_letters == 1
    assert [each.event_id for each in outbox.dead_letters()] == ["evt_0000"]


@BOTH_STORES
@pytest.mark.usefixtures("impatient")
def test_replay_resets_the_failures(adapty: Adapty, mail_api: Mail, outbox: BaseOutbox) -> None:
    """Of a pending event, too."""
    mail_api.answers = {"evt_0000": [(500, said())]}
    outbox.put(event(0))
    for number in range(1, 6):
        outbox.put(event(number, profile=f"user_{number}"))
        with pytest.raises(ServerError):
            drain(adapty, outbox, **LIMITS)
        assert outbox.replay("evt_0000")
    assert outbox.counts().dead_letters == 0


@BOTH_STORES
@pytest.mark.parametrize("way", ["delete", "replay"])
def test_deleted_or_replayed_event_blocks_no_longer(
    adapty: Adapty, mail_api: Mail, outbox: BaseOutbox, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Its profile's next event is sent without a delay."""
    monkeypatch.setattr("adapty.webhooks._delivery._get_delay", lambda *_: 3600.0)
    mail_api.answers = {"evt_0000": [(500, said()), (200, {})]}
    for each in events(2, 1):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0):
        until(lambda: next(outbox.pending()).attempts)
        assert getattr(outbox, way)("evt_0000")
        until(lambda: not outbox.counts().pending)
    assert mail_api.taken == (["evt_0001"] if way == "delete" else ["evt_0000", "evt_0001"])


def due(number: int, *, failures: int = 0) -> DueEvent:
    """Return an event of a profile of its own."""
    return DueEvent(number, f"evt_{number}", f"user_{number}", {}, failures)


def test_failing_event_waits_longer_each_time() -> None:
    """Successes of other events count its failures, but do not end its delay."""
    schedule = RetrySchedule()
    for attempt in range(1, 20):
        assert schedule.count_attempts(due(1)) == attempt - 1
        assert schedule.defer(due(1, failures=attempt - 1), 100.0 * attempt, is_counted=False)
        assert schedule.on_success(attempt) == [due(1, failures=attempt - 1)]
        assert schedule.on_success(attempt) == []
        assert schedule.next_retry(0) == 100.0 * attempt


def test_events_of_an_outage_are_retried_immediately_after_it() -> None:
    """Their failures do not count. An event that waits since before the outage keeps its delay."""
    schedule = RetrySchedule()
    schedule.defer(due(9), 900.0, is_counted=False)
    schedule.on_success(0)
    may_be_up = [schedule.defer(due(number), 100.0, is_counted=False) for number in range(6)]
    assert may_be_up == [True] * 3 + [False] * 3, "evt_9 failed, too"
    schedule.on_outage()
    assert schedule.on_success(1.0) == []
    assert schedule.get_waiting(2.0) == [due(9)]


def test_events_that_fail_again_after_an_outage_are_no_sign_of_another_one() -> None:
    """Otherwise five events that always fail would be an outage each time, and never count."""
    schedule = RetrySchedule()
    for number in range(6):
        schedule.defer(due(number), 100.0, is_counted=False)
    schedule.on_outage()
    schedule.on_success(1.0)
    assert all(schedule.defer(due(number), 200.0, is_counted=False) for number in range(6))
    assert schedule.on_success(2.0) == [due(number) for number in range(6)]
    assert len(schedule.get_waiting(3.0)) == 6


def test_events_that_failed_before_are_no_sign_of_an_outage() -> None:
    """However many there are: Mail may accept others."""
    schedule = RetrySchedule()
    assert all(schedule.defer(due(number, failures=1), 100.0, is_counted=False) for number in range(100))
    assert [schedule.defer(due(number), 100.0, is_counted=False) for number in range(100, 106)][-2:] == [False, False]
    schedule.resolve(due(100))
    assert schedule.defer(due(100), 100.0, is_counted=False)


def test_one_success_counts_one_failure_of_an_event() -> None:
    """However often it failed before: a night without events does not make it a dead letter."""
    schedule = RetrySchedule()
    for attempt in range(1, 30):
        schedule.defer(due(1, failures=1), float(attempt), is_counted=False)
    assert schedule.on_success(30.0) == [due(1, failures=1)]


def test_failure_that_counts_already_is_not_counted_again() -> None:
    """Other events succeeded while the attempt was in flight."""
    schedule = RetrySchedule()
    schedule.defer(due(1), 1.0, is_counted=False)
    schedule.defer(due(1), 1.0, is_counted=True)
    assert schedule.on_success(2.0) == []


def test_failures_of_very_many_profiles_are_an_outage() -> None:
    """Even if other events succeed between them."""
    schedule = RetrySchedule()
    for number in range(1000):
        assert schedule.defer(due(number), 1.0, is_counted=False)
        schedule.on_success(0.0)
        schedule.resolve(due(9999))
    assert not schedule.defer(due(1000), 1.0, is_counted=False)


def test_limits_of_dead_letters_are_validated(adapty: Adapty, outbox: Outbox) -> None:
    """The error names the option."""
    for options in ({"max_attempts": 0}, {"max_attempts": True}, {"max_age": timedelta(-1)}, {"max_age": 24}):
        (name,) = options
        with pytest.raises(AdaptyUsageError) as caught:
            Worker(adapty, outbox, **options)
        assert caught.value.field_name == name, options
