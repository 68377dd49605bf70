"""One call from its first attempt to its result, as a generator that does no I/O.

A driver sends the request of each `Send`, waits as long as each `Wait` says, and sends the outcome back into the
generator. The sync client, the async client and the bulk engine drive the same generator: there is one retry rule and
one error mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from random import SystemRandom
from typing import Any, Generic, TypeVar

from attrs import define, field, frozen

from adapty import errors
from adapty._core.addresses import Endpoint
from adapty._core.attempts import AttemptReporter, Observation
from adapty._core.error_mapping import (
    RequestInfo,
    Response,
    error_from_response,
    is_not_found,
    parse_error_code,
)
from adapty._core.json_body import InvalidJson, parse_json
from adapty._core.operations import Operation
from adapty._core.redaction import Secret, redact
from adapty._core.retry import (
    CONFLICT,
    TOO_MANY_REQUESTS,
    RetryPolicy,
    is_in_flight,
    is_retryable_status,
    parse_retry_after,
)

__all__ = [
    "IDEMPOTENCY_KEY",
    "Call",
    "Failure",
    "InvalidBody",
    "Request",
    "Send",
    "Steps",
    "Wait",
    "execute",
    "is_csv",
    "parse_result",
]

T = TypeVar("T")

IDEMPOTENCY_KEY = "Idempotency-Key"
"""The header whose value makes a request take effect once, however often it is sent."""

_SUCCESS = 2

# Not a seeded generator: processes forked from one another must have different jitter.
_random = SystemRandom().random


@frozen
class Request:
    """A request without host and credentials."""

    method: str
    path: str
    headers: Mapping[str, str] = field(factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    query: str = field(default="", repr=False)

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


@frozen
class Send:
    """Instructs the driver to send the request; the outcome is a response or a `Failure`."""

    request: Request


@frozen
class Wait:
    """Instructs the driver to wait this many seconds."""

    seconds: float


@frozen
class Failure:
    """The outcome of an attempt without a complete response.

    Attributes:
        error_type: The class of the exception to raise in the end.
        detail: A description for its message.
        is_retryable: Whether another attempt may succeed.
        cause: The transport's exception.
        maybe_sent: Whether the API may have received the request.
    """

    error_type: type[errors.AdaptyConnectionError | errors.AdaptyConfigError]
    detail: str = field(repr=False)
    is_retryable: bool
    cause: BaseException = field(repr=False)
    maybe_sent: bool = True


class InvalidBody(Exception):  # noqa: N818 - internal: converted to an UnexpectedResponseError
    """The body of a documented success is not as documented; the message says why."""


@frozen
class Call(Generic[T]):
    """An operation with its request and the parser of its result.

    Attributes:
        operation: The operation.
        request: The request.
        parse: Returns the result from the parsed JSON object of a documented success, or raises `InvalidBody`. Gets an
            empty mapping if the operation has no result.
        not_found_is_success: Whether a 404 means success after an attempt that may have succeeded.
        if_not_found: The call to execute next if the API finds no such profile.
    """

    operation: Operation
    request: Request
    parse: Callable[[Mapping[str, Any]], T]
    not_found_is_success: bool = False
    if_not_found: Call[T] | None = None


Steps = Generator[Send | Wait, Response | Failure | None, T]
"""The generator of a call: yields what the driver must do, receives outcomes, returns the result."""


def execute(
    call: Call[T],
    policy: RetryPolicy,
    secrets: tuple[Secret, ...] = (),
    random: Callable[[], float] = _random,
    endpoint: Endpoint | None = None,
    *,
    observation: Observation | None = None,
) -> Steps[T]:
    """Execute a call: yield what the driver must do, return the result, or raise an AdaptyError.

    Args:
        call: The call.
        policy: The retry policy.
        secrets: Secrets to redact from exceptions.
        random: Returns a random number from 0 to 1, for the jitter.
        endpoint: The address, the key's source and the proxy, for error messages.
        observation: Reports the call; None if it is not observed.
    """
    steps = _execute_chain(call, _Setup(policy, secrets, random, endpoint, observation))
    return steps if observation is None else _observe(steps, observation)


def _observe(steps: Steps[T], observation: Observation) -> Steps[T]:
    observation.start()
    try:
        result = yield from steps
    except BaseException as error:
        observation.finish(error)
        raise
    observation.finish()
    return result


@define
class _Setup:
    """The arguments of `execute` besides the call."""

    policy: RetryPolicy
    secrets: tuple[Secret, ...]
    random: Callable[[], float]
    endpoint: Endpoint | None
    observation: Observation | None


def _execute_chain(call: Call[T], setup: _Setup) -> Steps[T]:
    try:
        return (yield from _execute_one(call, setup))
    except errors.ProfileNotFoundError:
        if call.if_not_found is None:
            raise
    # Outside of the handler, so that an error of the next call has no context.
    return (yield from _execute_chain(call.if_not_found, setup))


def _execute_one(call: Call[T], setup: _Setup) -> Steps[T]:
    endpoint, secrets = setup.endpoint, setup.secrets
    send = Send(call.request)
    retries = _RetryState(setup.policy, setup.random)
    reporter = AttemptReporter(call.operation, call.request.method, call.request.path, secrets, setup.observation)
    attempts = 0
    may_have_succeeded = False
    while True:
        outcome = yield send
        attempts += 1
        if outcome is None:  # pragma: no cover - a driver that breaks the protocol
            message = "a driver sent nothing back for Send"
            raise RuntimeError(message)
        may_have_succeeded = may_have_succeeded or _may_have_succeeded(outcome)
        can_repeat = not may_have_succeeded or call.operation.idempotent_because is not None
        delay = retries.delay_after(outcome) if can_repeat else None
        error: errors.AdaptyError | None = None
        if delay is None:
            info = _request_info(call, attempts, endpoint, may_have_succeeded=may_have_succeeded)
            is_success = may_have_succeeded and call.not_found_is_success
            try:
                result = _result_or_raise(outcome, call, info, endpoint, secrets, not_found_is_success=is_success)
            except errors.AdaptyError as exc:
                if can_repeat and _is_documented_success(exc, call):
                    delay = retries.delay_after_invalid_body()
                if delay is None:
                    reporter.report(_received(outcome), attempts, error=exc)
                    raise
                error = exc
            else:
                reporter.report(_received(outcome), attempts)
                return result
        reporter.report(_received(outcome), attempts, delay, error)
        error = None  # its frames refer to this one
        yield Wait(delay)


@define
class _RetryState:
    """Decides after each attempt of a call whether there is another one, and after which delay."""

    policy: RetryPolicy
    random: Callable[[], float]
    failures: int = 0
    in_flight: int = 0
    waited_in_flight: float = 0.0

    def delay_after(self, outcome: Response | Failure) -> float | None:
        """Return the delay before the next attempt in seconds, or None if there is none."""
        if isinstance(outcome, Failure):
            self.failures += 1
            return self.policy.next_delay(self.failures, None, self.random) if outcome.is_retryable else None
        if outcome.status_code // 100 == _SUCCESS:
            return None
        retry_after = parse_retry_after(outcome.headers.get("retry-after"))
        if outcome.status_code == CONFLICT and is_in_flight(CONFLICT, parse_error_code(outcome)):
            self.in_flight += 1
            delay = self.policy.next_in_flight_delay(self.waited_in_flight, self.in_flight, retry_after)
            self.waited_in_flight += delay or 0
            return delay
        if not is_retryable_status(outcome.status_code):
            return None
        self.failures += 1
        return self.policy.next_delay(self.failures, retry_after, self.random)

    def delay_after_invalid_body(self) -> float | None:
        """Return the delay after a documented success with an invalid body, or None to stop."""
        if not self.policy.retry_invalid_body:
            return None
        self.failures += 1
        return self.policy.next_delay(self.failures, None, self.random)


def _received(outcome: Response | Failure) -> Response | BaseException:
    # Not in a variable of the generator: its frame is in the tracebacks of errors.
    return outcome.cause if isinstance(outcome, Failure) else outcome


def _is_documented_success(error: errors.AdaptyError, call: Call[Any]) -> bool:
    """Return whether the API responded with the documented status, but with another body."""
    return isinstance(error, errors.UnexpectedResponseError) and error.status_code in call.operation.success_statuses


def _may_have_succeeded(outcome: Response | Failure) -> bool:
    """Return whether an attempt may have taken effect: also if its response was lost, or comes from a gateway."""
    if isinstance(outcome, Failure):
        return outcome.maybe_sent
    status = outcome.status_code
    if status == CONFLICT:
        return is_in_flight(status, parse_error_code(outcome))
    return status // 100 == _SUCCESS or (is_retryable_status(status) and status != TOO_MANY_REQUESTS)


def _result_or_raise(
    outcome: Response | Failure,
    call: Call[T],
    info: RequestInfo,
    endpoint: Endpoint | None,
    secrets: tuple[Secret, ...],
    *,
    not_found_is_success: bool,
) -> T:
    operation = call.operation
    if isinstance(outcome, Failure):
        error = _error_from_failure(outcome, info, endpoint, secrets)
        raise error from _scrub_exception(outcome.cause, secrets)
    problem = None
    if outcome.status_code in operation.success_statuses:
        try:
            return parse_result(call, outcome)
        except InvalidBody as invalid:
            problem = str(invalid)
    elif not_found_is_success and is_not_found(outcome):
        return call.parse({})
    elif outcome.status_code // 100 == _SUCCESS:
        documented = " or ".join(map(str, sorted(operation.success_statuses)))
        problem = f"unexpected success status; expected {documented}"
    # Outside of the handler, so that the exception does not lead to frames that contain the body.
    raise error_from_response(outcome, info, secrets, problem)


def parse_result(call: Call[T], response: Response) -> T:
    """Parse a documented success.

    The body must be JSON even if the operation has no result: the page of a gateway is not a success.

    Raises:
        InvalidBody: The body is not as documented.
    """
    if call.operation.response_kind == "csv":
        if is_csv(response.headers):
            return call.parse({})
        raise InvalidBody(f"the body is {response.headers.get('content-type') or 'of no type'}; expected text/csv")
    is_object = call.operation.response_kind == "object"
    if not is_object and not response.content.strip():
        return call.parse({})
    try:
        value = parse_json(response.content)
    except InvalidJson as invalid:
        problem = f"the body {invalid}"
    else:
        if not is_object:
            return call.parse({})
        if isinstance(value, dict):
            return call.parse(value)
        problem = f"the body is not a JSON object but {type(value).__name__}"
    raise InvalidBody(problem)


def is_csv(headers: Mapping[str, str]) -> bool:
    """Return whether a response contains CSV, as its headers say."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "text/csv"


def _request_info(
    call: Call[Any], attempts: int, endpoint: Endpoint | None = None, *, may_have_succeeded: bool = False
) -> RequestInfo:
    request, operation = call.request, call.operation
    return RequestInfo(
        operation=operation.name,
        method=request.method,
        path=request.path,
        attempts=attempts,
        idempotency_key=request.headers.get(IDEMPOTENCY_KEY),
        key_source=None if endpoint is None else endpoint.key_source,
        proxy=None if endpoint is None else endpoint.proxy,
        api=operation.api,
        may_have_succeeded=may_have_succeeded,
        possible_effect=operation.possible_effect if may_have_succeeded else None,
    )


def _error_from_failure(
    failure: Failure, info: RequestInfo, endpoint: Endpoint | None, secrets: tuple[Secret, ...]
) -> errors.AdaptyError:
    detail = redact(failure.detail, secrets)
    if issubclass(failure.error_type, errors.AdaptyConfigError):
        return failure.error_type(f"{info.operation}: {detail}")
    if endpoint is not None:
        detail = f"{'' if failure.maybe_sent else 'cannot connect to '}{endpoint}: {detail}"
    message = f"{info.operation}: {detail} ({info.attempts_text()}){info.warning_text()}"
    is_retryable = failure.is_retryable and info.can_repeat
    return failure.error_type(message, is_retryable=is_retryable, **info.as_kwargs())


def _scrub_exception(exc: BaseException, secrets: tuple[Secret, ...]) -> BaseException | None:
    """Return a transport's exception without its frames, or None if its text contains a secret.

    All linked exceptions lose their frames too: their locals contain the request's headers, and so the key.
    """
    seen: list[BaseException] = []
    pending: list[BaseException | None] = [exc]
    while pending:
        linked = pending.pop()
        if linked is None or any(linked is other for other in seen):
            continue
        seen.append(linked)
        linked.__traceback__ = None
        pending += [linked.__cause__, linked.__context__]
        if isinstance(linked, BaseExceptionGroup):
            pending += linked.exceptions
    try:
        text = "".join(f"{linked} {linked!r} {linked.args} {getattr(linked, '__notes__', '')}" for linked in seen)
    except Exception:  # noqa: BLE001 - an exception of a transport that cannot be printed
        return None
    return exc if redact(text, secrets) == text else None
