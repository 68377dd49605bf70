"""What a worker makes of each answer: whose fault it is, who waits for how long, and what is given up."""

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
from adapty.webhooks._failure_policy import passes, verdict_on
from adapty.webhooks._retry_schedule import PutOffs
from adapty.webhooks._stores.sqlite_outbox import Due
from adapty.webhooks.worker import Worker, drain
from tests.webhooks.outbox_events import event, events
from tests.webhooks.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """Give an API that takes everything, unless it is told otherwise."""
    return Mail()


@pytest.fixture
def adapty(mail_api: Mail) -> Iterator[Adapty]:
    """Give a client of it."""
    with Adapty(mail_secret_key="secret_live_shown", transport=httpx.MockTransport(mail_api)) as client:
        yield client


def answered(status: int, body: Any, kind: type[AdaptyAPIError] = AdaptyAPIError, code: str | None = None) -> Any:
    """Make the error for an answer."""
    return kind("no", status_code=status, body=body, error_code=code)


@pytest.mark.parametrize(
    ("problem", "verdict"),
    [
        (None, "delivered"),
        (AdaptyUsageError("no"), "dead"),
        (AdaptyConfigError("no"), "lasting"),
        (AdaptyConnectionError("no"), "put off"),
        (WebhookUnavailableError("no"), "outage"),
        (OSError(), "lasting"),
        (answered(401, said(), AuthenticationError), "lasting"),
        (answered(401, {}, AuthenticationError), "lasting"),
        (answered(401, PAGE, AuthenticationError), "put off"),
        (answered(403, said(), PermissionDeniedError), "lasting"),
        (answered(403, PAGE, PermissionDeniedError), "put off"),
        (answered(403, {"message": "Forbidden"}, PermissionDeniedError), "put off"),
        (answered(400, said(), AuthenticationError), "lasting"),
        (answered(404, said(), NotFoundError), "lasting"),
        (answered(404, PAGE, NotFoundError), "put off"),
        (answered(408, said()), "put off"),
        (answered(409, said()), "dead"),
        (answered(409, said(), code="idempotency_in_flight"), "put off"),
        (answered(429, said()), "outage"),
        (answered(429, None), "outage"),
        *((answered(status, said()), "dead") for status in (400, 402, 410, 413, 422, 451, 499)),
        *((answered(status, PAGE), "dead") for status in (413, 414, 431)),
        *((answered(status, PAGE), "put off") for status in (400, 405, 422, 499)),
        *((answered(status, body), "put off") for status in (500, 503, 520) for body in BODIES),
        *((answered(status, body), "put off") for status in (200, 204, 302, 307) for body in BODIES),
    ],
)
def test_whose_fault_an_answer_is(problem: Any, verdict: str) -> None:
    """By status where Mail says it, in its own shape; a page of something in between says little."""
    assert verdict_on(problem) == verdict
    assert passes(problem) == (verdict in {"put off", "outage"})


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
def test_an_event_that_is_refused_by_any_status_is_set_aside(
    adapty: Adapty, mail_api: Mail, outbox: Outbox, status: int, body: Any
) -> None:
    """It stops nobody, and can be removed."""
    mail_api.answers = {"evt_0000": [(status, body)]}
    for each in events(4, 1):
        outbox.put(each)
    report = drain(adapty, outbox)
    assert (report.delivered, report.refused) == (3, 1)
    (dead,) = outbox.dead_letters()
    assert str(status) in (dead.reason or "")
    assert outbox.delete("evt_0000")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("status", "body"), [(403, PAGE), (404, PAGE), (200, PAGE), (204, ""), (302, ""), (401, PAGE)])
def test_an_answer_that_is_not_mails_passes(
    adapty: Adapty, mail_api: Mail, outbox: Outbox, status: int, body: Any
) -> None:
    """To one event, or to all: a worker goes on when it has passed, and loses nothing."""
    mail_api.answers = {"evt_0000": [(status, body)] * 3 + [(200, {})], "*": [(status, body)] * 20 + [(200, {})]}
    for each in events(30, 10):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0) as worker:
        until(lambda: not outbox.counts().pending)
    assert worker.problem is None
    assert outbox.counts().dead == 0
    assert sorted(mail_api.taken) == [f"evt_{number:04}" for number in range(30)]


def test_draining_through_a_strange_answer_sends_the_rest(adapty: Adapty, mail_api: Mail, outbox: Outbox) -> None:
    """And tells in the end what is left, and why."""
    mail_api.answers = {"evt_0000": [(200, PAGE)]}
    for each in events(8, 4):
        outbox.put(each)
    with pytest.raises(UnexpectedResponseError) as ended:
        drain(adapty, outbox, max_retries=0)
    assert ended.value.__notes__ == [f"6 delivered, 0 refused; 2 left in {outbox.path}"]


def test_a_key_that_mail_does_not_know_ends_a_worker(adapty: Adapty, mail_api: Mail, outbox: Outbox) -> None:
    """In Mail's own words it would be the same tomorrow."""
    mail_api.answers = {"*": [(403, said("secret_key_does_not_exist_error"))]}
    outbox.put(event(1))
    worker = Worker(adapty, outbox).start()
    until(lambda: not worker.is_alive)
    assert isinstance(worker.problem, AuthenticationError)
    assert outbox.counts().pending == 1


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Have a worker give up after moments rather than a day."""
    request.getfixturevalue("impatient")
    monkeypatch.setattr("adapty.webhooks._stores.sqlite_outbox.GIVE_UP_AFTER", timedelta(0))
    monkeypatch.setattr("adapty.webhooks._stores.sqlite_outbox.GIVE_UP_PUT_OFFS", 3)


@pytest.mark.usefixtures("hurried")
def test_an_event_that_mail_always_fails_on_is_given_up_while_it_takes_others(
    adapty: Adapty, mail_api: Mail, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Then the next events of its profile go out; the reason tells why."""
    mail_api.answers = {"evt_0000": [(500, said())]}
    for each in events(3, 1):
        outbox.put(each)
    with caplog.at_level(logging.WARNING, "adapty"), Worker(adapty, outbox, max_retries=0):
        for number in range(10, 13):
            wanted = mail_api.got.count("evt_0000") + 1
            until(partial(lambda wanted: mail_api.got.count("evt_0000") >= wanted or outbox.counts().dead, wanted))
            # Each one that is taken may count against two tries: that before it, and one that is under way.
            assert outbox.counts().dead == 0 or number == 12
            outbox.put(event(number, profile="somebody_else"))
            until(partial(lambda event_id: event_id in mail_api.taken, f"evt_{number:04}"))
        until(lambda: not outbox.counts().pending)
    (dead,) = outbox.dead_letters()
    assert dead.event_id == "evt_0000"
    assert dead.attempts >= 3
    assert (dead.reason or "").startswith("given up, for Mail takes other events: saveTransactionEvent: 500")
    assert [event_id for event_id in mail_api.taken if event_id < "evt_0010"] == ["evt_0001", "evt_0002"]
    assert "event 'evt_0000' is set aside: given up" in caplog.text
    assert "jane" not in caplog.text


@pytest.mark.usefixtures("hurried")
def test_an_outage_gives_nothing_up(adapty: Adapty, mail_api: Mail, outbox: Outbox) -> None:
    """However long it takes: while Mail takes no event, none is to blame."""
    mail_api.answers = {"*": [(500, said())] * 300 + [(200, {})]}
    for each in events(40, 20):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0):
        until(lambda: not outbox.counts().pending)
    assert outbox.counts().dead == 0
    assert len(mail_api.taken) == 40


@pytest.mark.usefixtures("hurried")
def test_draining_again_and_again_gives_up_too(adapty: Adapty, mail_api: Mail, outbox: Outbox) -> None:
    """What is counted against an event is in the file: a cron job starts a new worker each time."""
    mail_api.answers = {"evt_0000": [(500, said())]}
    outbox.put(event(0))
    for number in range(1, 3):
        outbox.put(event(number, profile=f"user_{number}"))
        with pytest.raises(ServerError):
            drain(adapty, outbox, max_retries=0)
        assert outbox.counts().dead == 0
    outbox.put(event(3, profile="user_3"))
    assert drain(adapty, outbox, max_retries=0).refused == 1
    assert [each.event_id for each in outbox.dead_letters()] == ["evt_0000"]


@pytest.mark.usefixtures("hurried")
def test_a_replayed_event_has_all_its_time_again(adapty: Adapty, mail_api: Mail, outbox: Outbox) -> None:
    """What was counted against it before is forgotten, also where it waits and was not given up yet."""
    mail_api.answers = {"evt_0000": [(500, said())]}
    outbox.put(event(0))
    for number in range(1, 6):
        outbox.put(event(number, profile=f"user_{number}"))
        with pytest.raises(ServerError):
            drain(adapty, outbox, max_retries=0)
        assert outbox.replay("evt_0000")
    assert outbox.counts().dead == 0


@pytest.mark.parametrize("way", ["delete", "replay"])
def test_a_worker_heeds_what_becomes_of_an_event_that_waits(
    adapty: Adapty, mail_api: Mail, outbox: Outbox, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """One that is removed or replayed holds up its profile no longer, however long it was to wait."""
    monkeypatch.setattr("adapty.webhooks._delivery._wait", lambda *_: 3600.0)
    mail_api.answers = {"evt_0000": [(500, said()), (200, {})]}
    for each in events(2, 1):
        outbox.put(each)
    with Worker(adapty, outbox, max_retries=0):
        until(lambda: next(outbox.pending()).attempts)
        assert getattr(outbox, way)("evt_0000")
        until(lambda: not outbox.counts().pending)
    assert mail_api.taken == (["evt_0001"] if way == "delete" else ["evt_0000", "evt_0001"])


def due(number: int) -> Due:
    """Give an event of a profile of its own."""
    return Due(number, f"evt_{number}", f"user_{number}", {})


def test_an_events_own_trouble_is_waited_for_longer_each_time() -> None:
    """What else succeeds has it tried no sooner."""
    put_offs = PutOffs()
    for times in range(1, 20):
        assert put_offs.failures(due(1)) == times - 1
        assert put_offs.put_off(due(1), 100.0 * times, is_blamed=False)
        assert put_offs.succeeded(times) == [due(1)]
        assert put_offs.succeeded(times) == []
        assert put_offs.next_try(0) == 100.0 * times


def test_the_end_of_an_outage_has_all_that_it_put_off_tried_again_once() -> None:
    """But for what was put off before it; and what fails again right after it has itself to blame."""
    put_offs = PutOffs()
    put_offs.put_off(due(9), 900.0, is_blamed=False)
    put_offs.succeeded(0)
    lasts = [put_offs.put_off(due(number), 100.0, is_blamed=False) for number in range(5)]
    assert lasts == [True] * 4 + [False]
    put_offs.excuse()
    assert put_offs.succeeded(1.0) == []
    assert put_offs.waiting(2.0) == [due(9)]
    put_offs.answered(due(0))
    assert all(put_offs.put_off(due(number), 200.0, is_blamed=False) for number in range(1, 5)), "they are known"
    put_offs.excuse()
    put_offs.succeeded(3.0)
    assert len(put_offs.waiting(4.0)) == 5


def test_one_success_counts_once_however_often_an_event_failed_before_it() -> None:
    """A quiet night is no reason to give an event up in the morning."""
    put_offs = PutOffs()
    for times in range(1, 30):
        put_offs.put_off(due(1), float(times), is_blamed=False)
    assert put_offs.succeeded(30.0) == [due(1)]


def test_trouble_of_very_many_profiles_is_no_event_s_own() -> None:
    """Even where each of them failed alone."""
    put_offs = PutOffs()
    for number in range(1000):
        assert put_offs.put_off(due(number), 1.0, is_blamed=False)
        put_offs.succeeded(0.0)
    assert not put_offs.put_off(due(1000), 1.0, is_blamed=False)
