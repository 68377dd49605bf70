"""Observers: what the SDK does, as events for metrics, traces and logs of your own.

Pass an `Observer` to `Adapty(observer=...)`, `AsyncAdapty(observer=...)` or `Receiver(observer=...)`. Events have
names, numbers and classes of errors. They never have IDs of users, e-mail addresses, keys, bodies, or queries.
`adapty.otel` is an observer for OpenTelemetry.

Example:
    >>> from adapty import Adapty
    >>> class PrintAttempts(Observer):
    ...     def on_attempt_finished(self, event):
    ...         print(event.call.operation, event.attempt, event.status_code, event.error_code)
    >>> with Adapty(
    ...     mail_secret_key=adapty_sandbox.mail_key, mail_base_url=adapty_sandbox.url, observer=PrintAttempts()
    ... ) as client:
    ...     client.mail.save_profile(
    ...         external_profile_id="user_12345", external_created_at="2026-06-01T10:30:00Z", email="jane@example.com"
    ...     )
    saveProfile 1 200 None
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

from adapty._core.operations import Api

__all__ = [
    "AttemptFinished",
    "BulkFinished",
    "BulkProgress",
    "BulkStarted",
    "CallFinished",
    "CallSource",
    "CallStarted",
    "Observer",
    "OutboxMeasured",
    "WebhookHandled",
    "WebhookResult",
]

CallSource = Literal["client", "bulk", "outbox"]
"""What makes a call: a method of a client, a bulk job, or the worker of an outbox."""

WebhookResult = Literal[
    "accepted", "verification", "duplicate", "unauthorized", "invalid", "unavailable", "handler_failed", "cancelled"
]
"""The result of a webhook request: see `WebhookHandled`."""


@frozen(kw_only=True, eq=False)
class CallStarted:
    """A call has started. Each other event of the call has this object as `call`.

    Attributes:
        operation: The operation's name in the API's reference (`getProfile`).
        api: The API: `server_side`, `mail`, `web` or `export_analytics`.
        source: What makes the call.
    """

    operation: str
    api: Api
    source: CallSource = "client"


@frozen(kw_only=True)
class AttemptFinished:
    """A request was sent, and its response has arrived or will not.

    Attributes:
        call: The call.
        attempt: 1 for the first attempt of a request, 2 for its first retry. A call that looks for a user by one kind
            of ID after the other sends a request for each, and counts the attempts of each from 1.
        method: The HTTP method.
        url: The URL without its query. An ID in the path is replaced by REDACTED.
        status_code: The HTTP status of the response, or None if there was no complete response.
        error_code: The API's code of the error, or None.
        error_type: The class of the error, or None after a success: that of the transport if there was no complete
            response (`ConnectTimeout`), otherwise that of `adapty.errors` (`RateLimitError`). `CancelledError` or
            `KeyboardInterrupt` if the attempt was interrupted.
        request_id: The value of the response header `Request-Id` or `X-Request-Id`, or None.
        delay: Seconds until the next attempt, or None if there is none.
        duration: Seconds from sending the request to the end of the response, without waits for a rate limit.
        is_instrumented: Whether other code wraps the transport of httpx that sends, such as OpenTelemetry's
            instrumentation of httpx, which has a span for each attempt.
    """

    call: CallStarted
    attempt: int
    method: str
    url: str
    status_code: int | None = None
    error_code: str | None = None
    error_type: str | None = None
    request_id: str | None = None
    delay: float | None = None
    duration: float
    is_instrumented: bool = False


@frozen(kw_only=True)
class CallFinished:
    """A call has returned its result, or has raised an error.

    Attributes:
        call: The call.
        attempts: Number of requests that were sent.
        status_code: The HTTP status of the last response, or None if there was none.
        error_code: The API's code of the error, or None.
        error_type: The class of the error that the call raised (`RateLimitError`), or None after a success.
            `CancelledError` if the call was cancelled, also by the end of a bulk job before a retry.
        request_id: The value of the last response's header `Request-Id` or `X-Request-Id`, or None.
        duration: Seconds in total, with all waits.
    """

    call: CallStarted
    attempts: int
    status_code: int | None = None
    error_code: str | None = None
    error_type: str | None = None
    request_id: str | None = None
    duration: float


@frozen(kw_only=True, eq=False)
class BulkStarted:
    """A stage of a bulk job has started. Each other event of the stage has this object as `run`. Dry runs have none.

    Attributes:
        stage: What the stage sends: `profiles` or `events` of an import; of an erasure the API: `server-side`, `mail`.
        api: The API.
    """

    stage: str
    api: Api


@frozen(kw_only=True)
class BulkProgress:
    """The progress of a stage, about once a second and at its end.

    Attributes:
        run: The stage.
        records: Number of records since the last event, by outcome: `accepted` and `rejected` of an import; `deleted`,
            `not_found` and `failed` of an erasure; `repeated`.
        rate: Responses per second, over the last second.
        rate_limit: The rate limit in effect, in requests per second: the one of the job, or less after the API
            responded with 429. None if there is no limit.
    """

    run: BulkStarted
    records: Mapping[str, int] = field(hash=False)
    rate: float
    rate_limit: float | None = None


@frozen(kw_only=True)
class BulkFinished:
    """A stage of a bulk job has ended.

    Attributes:
        run: The stage.
        records: Number of records in this run, by outcome; without those of an interrupted run that it resumed.
        retried: Number of attempts that were repeated.
        error_type: The class of the error that aborted the stage, or None if it is complete.
        duration: Seconds that it took.
    """

    run: BulkStarted
    records: Mapping[str, int] = field(hash=False)
    retried: int
    error_type: str | None = None
    duration: float


@frozen(kw_only=True)
class OutboxMeasured:
    """The state of an outbox, every few seconds from its worker, also while Mail is not available, and at its end.

    Attributes:
        delivered: Number of events that Mail accepted since the last event.
        dead_lettered: Number of events that became dead letters since the last event.
        pending: Number of events that wait for their delivery.
        dead_letters: Number of dead letters in the outbox.
        oldest_age: Seconds since the oldest pending event was put, or 0 if none is pending.
    """

    delivered: int
    dead_lettered: int
    pending: int
    dead_letters: int
    oldest_age: float


@frozen(kw_only=True)
class WebhookHandled:
    """A webhook request has got its response.

    Attributes:
        result: `accepted`: handled. `verification`: Adapty checked the address. `duplicate`: handled before.
            `unauthorized`: the Authorization header is wrong. `invalid`: the body is not an event. `unavailable`: the
            body is incomplete, another request is handling the event, or a store or a thread is not available.
            `handler_failed`: the handler raised an error. `cancelled`: the connection or the task ended before.
        event_type: The type of the event if Adapty documents it, `other` if not, None if there is no event.
        duration: Seconds that it took.
    """

    result: WebhookResult
    event_type: str | None = None
    duration: float


class Observer:
    """Receives events. Derive a class from it, and override the methods that you need.

    Methods are called in the thread and task that does the work, so context variables are those of the caller. They
    must not block: the work waits for them. An exception that one raises is logged once with its class, and has no
    other effect. One observer can serve any number of clients and threads.

    Example:
        >>> class CountErrors(Observer):
        ...     def __init__(self):
        ...         self.errors = 0
        ...
        ...     def on_call_finished(self, event):
        ...         self.errors += event.error_type is not None
        >>> CountErrors().errors
        0
    """

    def on_call_started(self, event: CallStarted) -> None:
        """Receive the start of a call."""

    def on_attempt_finished(self, event: AttemptFinished) -> None:
        """Receive the end of an attempt, before the wait for the next one."""

    def on_call_finished(self, event: CallFinished) -> None:
        """Receive the end of a call, however it ends."""

    def on_bulk_started(self, event: BulkStarted) -> None:
        """Receive the start of a stage of a bulk job."""

    def on_bulk_progress(self, event: BulkProgress) -> None:
        """Receive the progress of a stage."""

    def on_bulk_finished(self, event: BulkFinished) -> None:
        """Receive the end of a stage, however it ends."""

    def on_outbox_measured(self, event: OutboxMeasured) -> None:
        """Receive the state of an outbox."""

    def on_webhook_handled(self, event: WebhookHandled) -> None:
        """Receive the result of a webhook request."""
