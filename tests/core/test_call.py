"""One call from its first attempt to its result, driven with scripted outcomes: no I/O and no waiting."""

from __future__ import annotations

import logging
import pickle
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import httpx
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapty import (
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyTimeoutError,
    BadRequestError,
    ConflictError,
    MailProfile,
    NotFoundError,
    ProfileNotFoundError,
    RateLimitError,
    ServerError,
    TransactionEvent,
    UnexpectedResponseError,
)
from adapty._core.call import Call, Failure, InvalidBody, Request, Wait, execute
from adapty._core.operations import OPERATIONS
from adapty._core.retry import RetryPolicy
from adapty._generated import build_mail_call, build_server_side_call, ignore_body

from .support import EVENT, KEY, PROFILE, case, drive, repeatable, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType, TracebackType

HERE = str(Path(__file__).parent)
PATH = "/api/v1/profile/save/"
OK = reply(200, b'{"saved": true}')
DOWN = reply(503)


def parse_saved(body: Mapping[str, Any]) -> str:
    """Return the result of a success."""
    return f"saved: {body['saved']}"


CALL = Call(OPERATIONS["mail"]["saveProfile"], Request("POST", PATH, {}, b'{"email": "jane@example.com"}'), parse_saved)


def refused(
    *, is_retryable: bool = True, detail: str = "ConnectError: refused", cause: Exception | None = None
) -> Failure:
    """Return the failure of a driver that could not connect."""
    return Failure(
        AdaptyConnectionError, detail, is_retryable=is_retryable, cause=cause or httpx.ConnectError("refused")
    )


def timed_out() -> Failure:
    """Return the failure of a driver without a response in time."""
    return Failure(
        AdaptyTimeoutError, "no response within 30 s", is_retryable=True, cause=httpx.ReadTimeout("timed out")
    )


def test_success_at_first_attempt() -> None:
    """The success is parsed once, without a delay."""
    driven = drive(CALL, OK)
    assert driven.error is None
    assert driven.result == "saved: True"
    assert driven.waits == []


def test_success_after_failure() -> None:
    """A retryable outcome is retried after a delay; the success is the result."""
    failed: Any
    for failed in [DOWN, reply(500), reply(408), reply(429), reply(520), refused(), timed_out()]:
        with case(failed):
            driven = drive(CALL, failed, OK)
            assert driven.result == "saved: True"
            assert driven.waits == [0.5]


def test_delays_grow_and_have_jitter() -> None:
    """The driver gets the policy's delay before each retry."""
    policy = RetryPolicy(max_retries=4)
    assert drive(CALL, DOWN, refused(), DOWN, timed_out(), OK, policy=policy).waits == [0.5, 1.0, 2.0, 4.0]
    assert drive(CALL, DOWN, refused(), OK, random=lambda: 0.25).waits == [0.125, 0.25]


def test_retry_after_is_waited() -> None:
    """The delay is Retry-After, in seconds or as a date."""
    assert drive(CALL, reply(429, headers={"Retry-After": "7"}), OK).waits == [7.0]
    assert drive(CALL, reply(503, headers={"retry-after": "2.5"}), OK).waits == [2.5]
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    [wait] = drive(CALL, reply(503, headers={"Retry-After": moment}), OK).waits
    assert 20 < wait <= 40


def test_invalid_retry_after_is_ignored() -> None:
    """For an invalid header, the delay is that of the policy."""
    assert drive(CALL, reply(429, headers={"Retry-After": "soon"}), OK).waits == [0.5]


def test_long_retry_after_ends_the_call() -> None:
    """A Retry-After over the maximum ends the call immediately, and the exception has it."""
    driven = drive(CALL, reply(429, headers={"Retry-After": "61"}))
    assert isinstance(driven.error, RateLimitError)
    assert driven.error.retry_after == 61.0
    assert driven.error.attempts == 1
    assert driven.waits == []
    assert "retry after 61 s" in str(driven.error)


def test_client_errors_are_not_retried() -> None:
    """Client errors end the call."""
    for status in [300, 302, 304, 400, 401, 402, 403, 404, 405, 409, 410, 413, 422, 451, 499]:
        with case(status):
            driven = drive(CALL, reply(status))
            assert isinstance(driven.error, AdaptyAPIError)
            assert driven.error.status_code == status
            assert driven.error.attempts == 1
            assert driven.waits == []


def test_undocumented_success_is_an_error() -> None:
    """A 2xx that the operation does not document is neither parsed nor retried."""
    for status in [201, 202, 203, 204, 206, 226]:
        with case(status):
            driven = drive(CALL, reply(status, b"{}"))
            assert isinstance(driven.error, UnexpectedResponseError)
            assert driven.error.status_code == status
            assert (
                str(driven.error) == f"saveProfile: {status}: unexpected success status; expected 200 (after 1 attempt)"
            )
            assert driven.result is None


def test_deletion_with_undocumented_body_is_an_error() -> None:
    """The error names the documented success."""
    for name in ["deleteProfile", "deleteProfileV1"]:
        with case(name):
            call = build_server_side_call(name, ignore_body, adapty_customer_user_id="user_12345")
            assert drive(call, reply(204)).error is None
            driven = drive(call, reply(200, b"{}"))
            assert isinstance(driven.error, UnexpectedResponseError)
            assert "200: unexpected success status; expected 204" in str(driven.error)


IN_FLIGHT = b'{"error_code": "idempotency_in_flight"}'


def in_flight(retry_after: float | None = None) -> httpx.Response:
    """Return the response that the same request is in progress."""
    return reply(409, IN_FLIGHT, {} if retry_after is None else {"Retry-After": str(retry_after)})


def test_in_flight_request_is_waited_for() -> None:
    """It uses no retry, and failures do not change its delays."""
    for max_retries in [0, 2]:
        with case(max_retries):
            policy = RetryPolicy(max_retries=max_retries)
            failures: tuple[httpx.Response | Failure, ...] = (DOWN, refused())
            failures = failures[:max_retries]
            driven = drive(CALL, in_flight(), *failures, in_flight(), in_flight(9), in_flight(), OK, policy=policy)
            assert driven.error is None
            assert driven.waits == [0.5, *[0.5, 1.0][:max_retries], 1.0, 9.0, 4.0]


def test_in_flight_request_becomes_conflict_after_the_maximum() -> None:
    """The total wait is one minute, with our delays and with Retry-After; the error has the number of attempts."""
    for answers in ([in_flight()] * 11, [in_flight(20)] * 4, [in_flight(60), in_flight(0.5)], [in_flight(61)]):
        driven = drive(CALL, *answers)
        assert isinstance(driven.error, ConflictError)
        assert driven.error.attempts == len(answers)
        assert 0 <= sum(driven.waits) <= 60


def test_other_conflicts_are_not_retried() -> None:
    """Only the API's error code means that a request is in progress; other conflicts are errors, also after a wait."""
    for content in (b"", b"<html>", b'{"error_code": "duplicate_source_transaction"}'):
        driven = drive(CALL, in_flight(), reply(409, content))
        assert isinstance(driven.error, ConflictError)
        assert driven.waits == [0.5]


def test_permanent_failure_is_not_retried() -> None:
    """A request that cannot be sent at all is not sent again."""
    driven = drive(CALL, refused(is_retryable=False, detail="UnsupportedProtocol: no such scheme"))
    assert isinstance(driven.error, AdaptyConnectionError)
    assert str(driven.error) == "saveProfile: UnsupportedProtocol: no such scheme (after 1 attempt)"
    assert driven.error.attempts == 1
    assert driven.waits == []


def test_closed_client_is_a_config_error() -> None:
    """A closed client is a usage error."""
    closed = Failure(AdaptyConfigError, "the client is closed", is_retryable=False, cause=RuntimeError("closed"))
    driven = drive(CALL, closed)
    assert type(driven.error) is AdaptyConfigError
    assert str(driven.error) == "saveProfile: the client is closed"


def test_last_response_is_raised() -> None:
    """After the last attempt, the exception describes the last response and the number of attempts."""
    for max_retries in [0, 1, 2, 5]:
        with case(max_retries):
            answers = [reply(500 + attempt) for attempt in range(max_retries + 1)]
            driven = drive(CALL, *answers, policy=RetryPolicy(max_retries=max_retries))
            assert isinstance(driven.error, ServerError)
            assert driven.error.status_code == 500 + max_retries
            assert driven.error.attempts == max_retries + 1
            assert len(driven.waits) == max_retries
            assert ("after 1 attempt" if max_retries == 0 else f"after {max_retries + 1} attempts") in str(driven.error)


def test_last_failure_is_raised() -> None:
    """Without any response, the exception describes the last failure, the request and the number of attempts."""
    driven = drive(CALL, DOWN, refused(), timed_out())
    assert type(driven.error) is AdaptyTimeoutError
    assert str(driven.error) == "saveProfile: no response within 30 s (after 3 attempts)"
    assert (driven.error.operation, driven.error.method, driven.error.path) == ("saveProfile", "POST", PATH)
    assert driven.error.attempts == 3
    assert isinstance(driven.error.__cause__, httpx.ReadTimeout)


def test_errors_have_operation_method_path_and_attempts() -> None:
    """Every exception about a request has operation, method, path and attempts."""
    for driven in (drive(CALL, refused(is_retryable=False)), drive(CALL, reply(400)), drive(CALL, reply(204))):
        assert isinstance(driven.error, AdaptyConnectionError | AdaptyAPIError)
        assert (driven.error.operation, driven.error.method, driven.error.path) == ("saveProfile", "POST", PATH)
        assert driven.error.attempts == 1
        assert str(driven.error).startswith("saveProfile: ")


def throw(exc: Exception, cause: Exception | None = None) -> NoReturn:
    """Raise an error."""
    raise exc from cause


def unreadable(_: Mapping[str, Any]) -> NoReturn:
    """Raise the error for an unreadable success."""
    authorization = f"Bearer {KEY}"
    try:
        throw(ValueError(authorization))
    except ValueError as problem:
        message = "the body is not JSON, or is incomplete"
        raise InvalidBody(message) from problem


def test_invalid_success_body_is_unexpected_response() -> None:
    """A documented status with an invalid body is an error that says so, and is not retried."""
    driven = drive(CALL, reply(200, b"<html>"))
    assert isinstance(driven.error, UnexpectedResponseError)
    assert str(driven.error) == "saveProfile: 200: the body is not JSON, or is incomplete (after 1 attempt)"
    assert driven.error.body == "<html>"
    assert driven.error.attempts == 1


def test_invalid_success_body_is_retried_by_policy() -> None:
    """Bulk runs retry an invalid page, and raise the last error."""
    policy = RetryPolicy(max_retries=2, retry_invalid_body=True)
    call = build_mail_call("saveProfile", ignore_body, MailProfile(**PROFILE))

    passed = drive(call, reply(200, b"<html>"), reply(503), OK, policy=policy)
    assert (passed.error, len(passed.waits)) == (None, 2)

    stayed = drive(call, *[reply(200, b"<html>")] * 3, policy=policy)
    assert isinstance(stayed.error, UnexpectedResponseError)
    assert str(stayed.error) == "saveProfile: 200: the body is not JSON, or is incomplete (after 3 attempts)"
    assert stayed.error.__context__ is None

    odd = drive(call, reply(204), policy=policy)
    assert isinstance(odd.error, UnexpectedResponseError)
    assert odd.waits == []


OUTCOMES: dict[str, Callable[[], httpx.Response | Failure]] = {
    "ok": lambda: OK,
    "refusal": lambda: reply(400),
    "other": lambda: reply(302),
    "odd": lambda: reply(204),
    "busy": lambda: reply(429),
    "down": lambda: DOWN,
    "late": timed_out,
    "refused": refused,
    "hopeless": lambda: refused(is_retryable=False),
}
REPEATED = {"busy", "down", "late", "refused"}


@given(script=st.lists(st.sampled_from(sorted(OUTCOMES)), min_size=6, max_size=6), max_retries=st.integers(0, 5))
@repeatable(150)
def test_any_sequence_of_outcomes_ends_as_documented(script: list[str], max_retries: int) -> None:
    """A call ends with the first outcome that is not retryable, or with the last attempt."""
    used = next((n for n, name in enumerate(script, 1) if name not in REPEATED or n > max_retries), len(script))
    outcomes = [OUTCOMES[name]() for name in script[:used]]
    driven = drive(CALL, *outcomes, policy=RetryPolicy(max_retries=max_retries))
    assert len(driven.waits) == used - 1
    if script[used - 1] == "ok":
        assert driven.error is None
    else:
        assert isinstance(driven.error, AdaptyError)
        assert getattr(driven.error, "attempts", None) == used


class RejectedError(Exception):
    """An exception of a caller's transport."""


def wire_failure(message: str = "cut off") -> Exception:
    """Return a transport's exception: a chain with frames whose locals contain the key."""

    def low(headers: dict[str, str]) -> NoReturn:
        raise OSError(str(len(headers)))

    def high(authorization: str) -> NoReturn:
        try:
            low({"Authorization": authorization})
        except OSError as exc:
            raise httpx.ReadError(message) from exc

    try:
        high(f"Bearer {KEY}")
    except httpx.ReadError as exc:
        return exc


def linked(exc: BaseException | None) -> list[BaseException]:
    """Return an exception and all that can be reached from it: causes, contexts, members of groups."""
    found: list[BaseException] = []
    left = [exc]
    while left:
        link = left.pop()
        if link is not None and not any(link is other for other in found):
            found.append(link)
            left += [link.__cause__, link.__context__, *getattr(link, "exceptions", ())]
    return found


def library_frames(exc: BaseException | None) -> Iterator[FrameType]:
    """Return the frames of all linked exceptions, except those of the tests."""
    for link in linked(exc):
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if not frame.f_code.co_filename.startswith(HERE) or link is not exc:
                yield frame


def shown(exc: BaseException | None) -> str:
    """Return everything that a log or a crash reporter may show of an exception: text, args, chain, locals."""
    assert exc is not None
    parts = [*traceback.format_exception(exc), repr(exc), repr(vars(exc)), repr(pickle.dumps(exc))]
    parts += [repr(link) for link in linked(exc)]
    parts += [repr(value) for frame in library_frames(exc) for value in frame.f_locals.values()]
    return "\n".join(parts)


def test_the_helper_finds_keys() -> None:
    """The helpers of the following tests find the key."""
    assert KEY in shown(wire_failure(f"refused {KEY}"))
    outer = RuntimeError("nothing to see")
    outer.__cause__ = wire_failure()
    assert KEY in shown(outer)


def test_cause_has_no_frames() -> None:
    """The cause is the transport's exception, without the frames that contain the headers."""
    driven = drive(CALL, refused(is_retryable=False, cause=wire_failure()))
    assert isinstance(driven.error, AdaptyConnectionError)
    assert isinstance(driven.error.__cause__, httpx.ReadError)
    assert isinstance(driven.error.__cause__.__cause__, OSError)
    assert [link.__traceback__ for link in linked(driven.error) if link is not driven.error] == [None, None]
    assert KEY not in shown(driven.error)


def both_ways() -> Exception:
    """Return an exception with a cause and another context."""
    cause, during = wire_failure("cause"), wire_failure("during")
    try:
        throw(during)
    except httpx.ReadError:
        try:
            throw(httpx.ConnectError("failed"), cause)
        except httpx.ConnectError as exc:
            return exc


def grouped() -> Exception:
    """Return an exception whose cause is a group, as for an attempt at several addresses."""
    try:
        throw(httpx.ConnectError("failed"), ExceptionGroup("several", [wire_failure("one"), wire_failure("two")]))
    except httpx.ConnectError as exc:
        return exc


def test_linked_exceptions_have_no_frames() -> None:
    """Causes, contexts and members of groups lose their frames, which may contain the key."""
    for make in [both_ways, grouped]:
        with case(make):
            driven = drive(CALL, refused(is_retryable=False, cause=make()))
            assert isinstance(driven.error, AdaptyConnectionError)
            assert not [link for link in linked(driven.error) if link is not driven.error and link.__traceback__]
            assert KEY not in shown(driven.error)


class Circling(httpx.ReadError):
    """An exception that counts how often it is visited."""

    passed = 0

    def __setattr__(self, name: str, value: object) -> None:
        """Count the removals of frames."""
        if name == "__traceback__":
            self.count()
        super().__setattr__(name, value)

    def with_traceback(self, tb: TracebackType | None, /) -> Self:
        """Count the removals of frames."""
        self.count()
        return super().with_traceback(tb)

    def count(self) -> None:
        """Count, and fail at the limit."""
        self.passed += 1
        assert self.passed < 10, "going round in circles"


def test_cyclic_causes_are_handled() -> None:
    """Each exception in a cycle is visited once."""
    one, other = Circling("one"), Circling("other")
    one.__cause__, other.__cause__ = other, one
    driven = drive(CALL, refused(is_retryable=False, cause=one))
    assert isinstance(driven.error, AdaptyConnectionError)
    assert driven.error.__cause__ is one


def test_cause_with_secret_in_text_is_dropped() -> None:
    """If a transport quotes the key or an address, neither the message nor the printed chain shows it."""
    for text in [f"refused Bearer {KEY}", "refused for jane@example.com"]:
        with case(text):
            driven = drive(CALL, refused(is_retryable=False, detail=f"ReadError: {text}", cause=wire_failure(text)))
            assert isinstance(driven.error, AdaptyConnectionError)
            assert "[redacted]" in str(driven.error)
            for secret in (KEY, "jane@example.com"):
                assert secret not in shown(driven.error)


def test_cause_with_secret_in_args_is_dropped() -> None:
    """An exception's args may contain the key."""
    failed = RejectedError("refused", {"Authorization": f"Bearer {KEY}"})
    assert KEY not in shown(drive(CALL, refused(is_retryable=False, cause=failed)).error)


def test_cause_with_secret_in_notes_is_dropped() -> None:
    """A note of an exception may contain the key."""
    failed = httpx.ConnectError("refused")
    failed.add_note(f"while sending Bearer {KEY}")
    assert KEY in shown(failed)
    assert KEY not in shown(drive(CALL, refused(is_retryable=False, cause=failed)).error)


class UnprintableError(Exception):
    """An exception that cannot be printed."""

    def __str__(self) -> str:
        """Raise an error."""
        raise RuntimeError("cannot be printed")

    __repr__ = __str__


def test_unprintable_cause_is_dropped() -> None:
    """The exception is raised without the text of its cause."""
    driven = drive(CALL, refused(is_retryable=False, cause=UnprintableError()))
    assert type(driven.error) is AdaptyConnectionError
    assert str(driven.error) == "saveProfile: ConnectError: refused (after 1 attempt)"


def test_invalid_success_body_shows_no_secret() -> None:
    """The parser's frames, which contain the decoded body, cannot be reached from the exception."""
    for body in [
        b"<html>Bearer %s of jane@example.com</html>" % KEY.encode(),
        b'["Bearer %s", "jane@example.com"]' % KEY.encode(),
        b'{"a": "%s jane@example.com"' % KEY.encode(),
    ]:
        with case(body):
            call = build_mail_call("saveProfile", ignore_body, MailProfile(**PROFILE))
            driven = drive(call, reply(200, body))
            assert isinstance(driven.error, UnexpectedResponseError)
            assert "[redacted]" in repr(driven.error.body)
            for secret in (KEY, "jane@example.com"):
                assert secret not in shown(driven.error)


def test_failing_parser_leaves_no_frames() -> None:
    """Exceptions before `InvalidBody` cannot be reached either."""
    driven = drive(Call(CALL.operation, CALL.request, unreadable), reply(200, b"{}"))
    assert isinstance(driven.error, UnexpectedResponseError)
    assert not [link for link in linked(driven.error) if link is not driven.error and link.__traceback__]
    assert KEY not in shown(driven.error)


def test_response_that_echoes_secrets_shows_none() -> None:
    """No part of the exception contains the key or an address."""
    for status in [400, 403, 429, 500, 302, 201]:
        with case(status):
            echo = f'{{"errors": [{{"message": "Bearer {KEY} of jane@example.com"}}]}}'.encode()
            driven = drive(CALL, reply(status, echo, {"X-Echo": f"Bearer {KEY}"}), policy=RetryPolicy(max_retries=0))
            assert isinstance(driven.error, AdaptyAPIError)
            for secret in (KEY, "jane@example.com"):
                assert secret not in shown(driven.error)


@pytest.mark.parametrize(
    ("outcomes", "levels"),
    [
        ((OK,), ["DEBUG"]),
        ((DOWN, OK), ["INFO", "DEBUG"]),
        ((refused(detail=f"refused {KEY}", cause=wire_failure(f"jane@example.com {KEY}")), OK), ["INFO", "DEBUG"]),
        ((reply(400, f"{KEY} jane@example.com".encode(), {"X-Echo": KEY}),), ["DEBUG"]),
        ((refused(is_retryable=False, detail=KEY),), ["DEBUG"]),
    ],
    ids=["success", "retry", "failure-then-success", "refusal", "hopeless"],
)
def test_log_has_attempts_and_no_secret(
    caplog: pytest.LogCaptureFixture,
    outcomes: tuple[httpx.Response | Failure, ...],
    levels: list[str],
) -> None:
    """The logger `adapty.client` has a line for each retry and one for the end, without key and address."""
    with caplog.at_level(logging.DEBUG, "adapty"):
        drive(CALL, *outcomes)
    assert [record.levelname for record in caplog.records] == levels
    assert {record.name for record in caplog.records} == {"adapty.client"}
    for record in caplog.records:
        assert "saveProfile" in record.getMessage()
        for secret in (KEY, "jane"):
            assert secret not in record.getMessage() + repr(vars(record))


def test_log_has_the_next_delay(caplog: pytest.LogCaptureFixture) -> None:
    """The log has the failure, the delay and the number of attempts."""
    with caplog.at_level(logging.INFO, "adapty"):
        drive(CALL, DOWN, refused(), in_flight(7), OK)
    assert [record.getMessage() for record in caplog.records] == [
        "saveProfile: 503, retrying in 0.50 s (after 1 attempt)",
        "saveProfile: ConnectError, retrying in 1.00 s (after 2 attempts)",
        "saveProfile: 409, retrying in 7.00 s (after 3 attempts)",
    ]


def test_library_adds_no_log_handler(caplog: pytest.LogCaptureFixture) -> None:
    """A successful call logs nothing at INFO."""
    with caplog.at_level(logging.INFO, "adapty"):
        drive(CALL, OK)
    assert caplog.records == []
    assert logging.getLogger("adapty").handlers == []


def test_call_repr_has_no_body() -> None:
    """The repr of a request and of a call does not contain the body, which has personal data."""
    for call in (build_mail_call("saveProfile", ignore_body, MailProfile(**PROFILE)), CALL):
        assert call.request.body
        assert "jane" not in repr(call) + repr(call.request)


def test_mail_api_requests() -> None:
    """Each method's call has the operation, path and body of the spec, and accepts any JSON object as success."""
    for call, name, path in (
        (build_mail_call("saveProfile", ignore_body, MailProfile(**PROFILE)), "saveProfile", PATH),
        (
            build_mail_call("saveTransactionEvent", ignore_body, TransactionEvent(**EVENT)),
            "saveTransactionEvent",
            "/api/v1/profile/transaction-event/save/",
        ),
    ):
        assert (call.operation.name, call.request.method, call.request.path) == (name, "POST", path)
        for body in (b"{}", b'{"newer": [1, null]}', b' {"a": {"b": "c"}} '):
            driven = drive(call, reply(200, body))
            assert driven.error is None
        for body in (b"", b"[]", b"null", b"1", b'"ok"', b"{", b"\xff", b"<html>", b"[" * 100_000, b'{"a": "\xff"}'):
            assert isinstance(drive(call, reply(200, body)).error, UnexpectedResponseError)


def test_default_jitter_is_random() -> None:
    """Without a given source of randomness, delays differ, and are within the limit."""
    policy = RetryPolicy(max_retries=1)
    waits = set()
    for _ in range(20):
        steps = execute(CALL, policy)
        next(steps)
        step = steps.send(DOWN)
        assert isinstance(step, Wait)
        waits.add(step.seconds)
    assert len(waits) > 1
    assert all(0 <= wait < 0.5 for wait in waits)


def test_error_codes_select_the_class_of_the_raised_error() -> None:
    """The exception has the class for the response."""
    body = b'{"errors": [{"message": "Field required", "error_code": "base_error", "field_name": "email"}]}'
    driven = drive(CALL, reply(400, body))
    assert isinstance(driven.error, BadRequestError)
    assert driven.error.field_names == ("email",)
    assert str(driven.error) == "saveProfile: 400 base_error: email: Field required (after 1 attempt)"


NO_PROFILE = reply(404, b'{"errors": [{"message": "No such profile", "error_code": "profile_not_found_error"}]}')
OTHER = evolve(CALL, request=Request("POST", PATH, {}, b'{"email": "joe@example.com"}'))


def sent_by(call: Call[str], *answers: httpx.Response) -> tuple[list[Request], type[Exception] | None]:
    """Return the requests of a call with these responses, and its error."""
    sent: list[Request] = []
    left = list(answers)
    steps = execute(call, RetryPolicy())
    try:
        step = next(steps)
        while True:
            if isinstance(step, Wait):
                step = next(steps)
            else:
                sent.append(step.request)
                step = steps.send(left.pop(0))
    except StopIteration:
        return sent, None
    except AdaptyError as error:
        return sent, type(error)


def test_if_not_found_applies_to_missing_profiles_only() -> None:
    """The second call starts after the 404 of the first, is retried, and determines the result."""
    both = evolve(CALL, if_not_found=OTHER)
    first, second = CALL.request, OTHER.request

    assert sent_by(both, OK) == ([first], None)
    assert sent_by(both, NO_PROFILE, OK) == ([first, second], None)
    assert sent_by(both, DOWN, NO_PROFILE, DOWN, OK) == ([first, first, second, second], None)
    assert sent_by(both, NO_PROFILE, NO_PROFILE) == ([first, second], ProfileNotFoundError)
    assert sent_by(both, NO_PROFILE, reply(400)) == ([first, second], BadRequestError)
    assert sent_by(both, reply(400)) == ([first], BadRequestError)
    assert sent_by(both, reply(404)) == ([first], NotFoundError)


VIEW = Call(OPERATIONS["web"]["recordPaywallView"], Request("POST", "/api/v2/web-api/paywall/visit/"), ignore_body)
RECORDED = reply(201)
WARNING = "; not retried, because the view may have been recorded; repeat it only if a duplicate is acceptable"


def unsent(error_type: type[AdaptyConnectionError] = AdaptyConnectionError) -> Failure:
    """Return the failure of a driver that certainly sent nothing."""
    cause = httpx.ConnectError("refused")
    return Failure(error_type, "ConnectError: refused", is_retryable=True, cause=cause, maybe_sent=False)


def test_operation_that_is_not_idempotent_is_repeated_if_it_had_no_effect() -> None:
    """A refused connection and a 429 are retried as usual, and may be retried later."""
    failed: Any
    for failed in [unsent(), unsent(AdaptyTimeoutError), reply(429), reply(429, headers={"Retry-After": "7"})]:
        with case(failed):
            assert drive(VIEW, failed, RECORDED).error is None
            error = drive(VIEW, failed, failed, failed).error
            assert isinstance(error, AdaptyAPIError | AdaptyConnectionError)
            assert (error.attempts, error.is_retryable, error.may_have_succeeded) == (3, True, False)
            assert "not retried" not in str(error)


def test_operation_that_is_not_idempotent_is_not_repeated_after_an_uncertain_attempt() -> None:
    """A lost response, a 5xx, a 408 and an undocumented success end the call, also in a bulk run."""
    outcome: Any
    for outcome in [
        timed_out(),
        refused(),
        reply(500),
        reply(503, headers={"Retry-After": "1"}),
        reply(520),
        reply(408),
        reply(409, b'{"error_code": "idempotency_in_flight"}'),
        reply(200, b"{}"),
        reply(201, b"<html>"),
        reply(204),
    ]:
        for before in [(), (unsent(),), (reply(429), unsent())]:
            for policy in [
                RetryPolicy(max_retries=9),
                RetryPolicy(retry_invalid_body=True),
                RetryPolicy(max_retries=2),
            ]:
                with case(outcome, before, policy):
                    error = drive(VIEW, *before, outcome, policy=policy).error
                    assert isinstance(error, AdaptyAPIError | AdaptyConnectionError)
                    assert error.attempts == len(before) + 1
                    assert (error.is_retryable, error.may_have_succeeded) == (False, True)
                    assert str(error).endswith(WARNING)
                    again = pickle.loads(pickle.dumps(error))  # noqa: S301
                    assert (again.is_retryable, again.may_have_succeeded) == (False, True)


def test_refused_request_certainly_had_no_effect() -> None:
    """A 4xx or a redirect is an error without a warning."""
    for status in [302, 400, 401, 403, 404, 409, 422]:
        with case(status):
            error = drive(VIEW, reply(status)).error
            assert isinstance(error, AdaptyAPIError)
            assert (error.is_retryable, error.may_have_succeeded) == (False, False)
            assert "not retried" not in str(error)


def test_error_of_an_idempotent_operation_says_that_it_may_have_succeeded() -> None:
    """It stays retryable. One uncertain attempt is enough."""
    outcomes: Any
    for outcomes, is_uncertain in [
        ([DOWN] * 3, True),
        ([timed_out()] * 3, True),
        ([unsent()] * 3, False),
        ([reply(429)] * 3, False),
        ([timed_out(), unsent(), unsent()], True),
        ([DOWN, reply(400)], True),
        ([reply(400)], False),
    ]:
        with case(outcomes):
            error = drive(CALL, *outcomes).error
            assert isinstance(error, AdaptyAPIError | AdaptyConnectionError)
            assert error.may_have_succeeded == is_uncertain
            assert error.is_retryable == (getattr(error, "status_code", 0) != 400)
            assert "not retried" not in str(error)


def test_every_operation_says_why_it_may_be_repeated_or_what_it_may_have_done() -> None:
    """One of the two, never both."""
    for operations in OPERATIONS.values():
        for operation in operations.values():
            is_idempotent = operation.idempotent_because is not None
            assert is_idempotent == (operation.possible_effect is None), operation.name
            assert operation.idempotent_because != ""
