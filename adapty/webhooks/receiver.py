"""The receiver: authenticates requests, parses events, and calls a handler once per event."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self, get_args
from uuid import uuid4

from attrs import evolve, field, frozen

from adapty._core.observers import Observers
from adapty._core.redaction import SafeRepr, hide_arguments
from adapty._core.validation import quote, type_name
from adapty._lock_deadline import lock_deadline
from adapty.errors import AdaptyConfigError, AdaptyUsageError, WebhookBodyError, WebhookError, WebhookUnavailableError
from adapty.models._response import json_ready
from adapty.webhooks._observation import WebhookObservation
from adapty.webhooks._request import (
    MAX_BODY_BYTES,
    RESPONSE_SECONDS,
    AuthorizationVerifier,
    parse_body,
    validate_max_body_bytes,
)
from adapty.webhooks._response import WebhookResponse
from adapty.webhooks._threads import RequestThreads
from adapty.webhooks.dedup import ClaimStatus, DedupStore
from adapty.webhooks.event_types import EVENT_TYPES, validate_event_names
from adapty.webhooks.events import WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from adapty.observer import Observer, WebhookResult
    from adapty.webhooks._request import Body, Headers

__all__ = [
    "AsyncHandler",
    "Delivery",
    "Handler",
    "Receiver",
    "is_async",
    "validate_handler",
]

_log = logging.getLogger("adapty.webhooks")

Handler = Callable[[WebhookEvent], object]
"""Handles an event; its result is ignored. If it raises, Adapty posts the event again."""

AsyncHandler = Callable[[WebhookEvent], Awaitable[object]]
"""An async handler."""

_OK = WebhookResponse.from_json({})
_HANDLER_FAILED = WebhookResponse.from_json({"error": "the handler failed"}, 500)


@frozen
class _Claim:
    """An event that is in progress in a dedup store."""

    store: DedupStore
    event_id: str
    owner: str

    def complete(self) -> None:
        try:
            self.store.complete(self.event_id, self.owner)
        except Exception as exc:  # noqa: BLE001 - the event is handled, whatever the store raises
            _log.warning("webhook: %s is handled, but not marked as completed: %s", self, type(exc).__name__)

    def release(self) -> None:
        try:
            self.store.release(self.event_id, self.owner)
        except Exception as exc:  # noqa: BLE001 - the claim expires
            _log.warning("webhook: %s is not released before its claim expires: %s", self, type(exc).__name__)

    def __str__(self) -> str:
        return f"event {quote(self.event_id)}"


@frozen(kw_only=True)
class Delivery(SafeRepr):
    """An accepted request.

    Use it as a context manager around the handler: the event is marked as completed when the block ends, and released
    when the block raises, so that it is handled when Adapty posts it again. Without the receiver's `dedup=` neither has
    an effect.

    Attributes:
        event: The event, or None for the request with which Adapty verifies the address.
        duplicate: Whether the event was handled before: respond, and do nothing else.
        response: The response, to be sent after the event is handled.
    """

    event: WebhookEvent | None
    duplicate: bool = False
    response: WebhookResponse = _OK
    _claim: _Claim | None = field(default=None, repr=False, eq=False)
    _observation: WebhookObservation | None = field(default=None, repr=False, eq=False)

    def complete(self) -> None:
        """Mark the event as completed."""
        if self._claim:
            self._claim.complete()
        if self._observation:
            self._observation.report(self._result)

    def release(self) -> None:
        """Release the event, which was not handled."""
        if self._claim:
            self._claim.release()
        if self._observation:
            self._observation.report("handler_failed")

    @property
    def _result(self) -> WebhookResult:
        """The result for observers, if the event is handled now."""
        return "verification" if self.event is None else "duplicate" if self.duplicate else "accepted"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self.complete()
        else:
            self.release()


class Receiver:
    """Authenticates requests, parses events, and calls a handler once per event.

    Create one and share it between threads and tasks. `asgi_app`, `wsgi_app` and `django_view` connect it to a
    framework; `handle` works with any other.

    Args:
        authorization: The value of the Authorization header in the dashboard, or several: for production and sandbox,
            or the old and the new one. Default: the lines of ADAPTY_WEBHOOK_AUTHORIZATION.
        event_names: The event names that were changed in the dashboard, each with Adapty's own name.
        max_body_bytes: The maximum length of a body. Default: 1 MB.
        dedup: A store of handled events, so that each event is handled once. Without it each delivery is handled, and
            Adapty delivers some events more than once. An `outbox_handler` needs none: an `Outbox` ignores an event
            that it contains already.
        observer: Receives the result of each request, except for `parse`, or a list of objects that do. See
            `adapty.observer` and `adapty.otel`.

    Raises:
        AdaptyConfigError: No value is accepted, or an argument is invalid; `field_name` names it.

    Example:
        >>> receiver = Receiver("the value from the dashboard", event_names={"bought": "subscription_started"})
        >>> headers = {"Authorization": "the value from the dashboard"}
        >>> receiver.parse(headers, b'{"event_type": "bought"}').event_type
        'subscription_started'
        >>> receiver.handle(headers, b"{}", print).status
        200
    """

    @hide_arguments
    def __init__(
        self,
        authorization: str | Iterable[str] | None = None,
        *,
        event_names: Mapping[str, str] | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
        dedup: DedupStore | None = None,
        observer: Observer | Sequence[Observer] | None = None,
    ) -> None:
        self._verifier = AuthorizationVerifier(authorization)
        self.event_names = validate_event_names(event_names)
        self.max_body_bytes = validate_max_body_bytes(max_body_bytes)
        self._dedup = _validate_store(dedup)
        self._threads = RequestThreads()
        self._observers = Observers.from_argument(observer)

    def authenticate(self, headers: Headers) -> None:
        """Check the Authorization header alone, for example before the body is read.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.

        Raises:
            WebhookAuthorizationError: The header is missing, repeated, or has none of the accepted values.
            AdaptyUsageError: `headers` has the wrong type.
        """
        error = self._verifier.verify(headers)
        del headers
        if error:
            raise error

    def parse(self, headers: Headers, body: Body) -> WebhookEvent | None:
        """Authenticate and parse a request, without deduplication.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.
            body: The request's body.

        Returns:
            The event, or None for the request with which Adapty verifies the address.

        Raises:
            WebhookAuthorizationError: The header is missing, repeated, or has none of the accepted values.
            WebhookBodyError: The body is too long, nested too deep, or a JSON object without an event type.
            WebhookUnavailableError: The body is empty or not a JSON object: other code may have read a part of it.
            AdaptyUsageError: `headers` or `body` has the wrong type.
        """
        delivery = self._authenticate_and_parse(headers, body)
        del headers, body
        return _raise_error(delivery).event

    def accept(self, headers: Headers, body: Body) -> Delivery:
        """Authenticate and parse a request, and acquire its event in the dedup store.

        Use the result in a `with` block around the code that handles the event; see `Delivery`.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.
            body: The request's body.

        Raises:
            WebhookAuthorizationError: The header is missing, repeated, or has none of the accepted values.
            WebhookBodyError: The body is too long, nested too deep, or a JSON object without an event type.
            WebhookUnavailableError: The body is empty or not a JSON object, another request is handling the event, or
                the store fails.
            AdaptyUsageError: `headers` or `body` has the wrong type.
        """
        delivery = self._authenticate_and_parse(headers, body)
        del headers, body
        observation = self._observe()
        try:
            accepted = self._acquire(_raise_error(delivery), observation)
        except WebhookError as error:
            observation.report_error(error)
            raise
        if accepted.event is None or accepted.duplicate:
            observation.report(accepted._result)  # noqa: SLF001 - of this module
            return accepted
        return evolve(accepted, observation=observation)

    def handle(self, headers: Headers, body: Body, handler: Handler) -> WebhookResponse:
        """Accept a request, call the handler unless the event is a duplicate, and return the response.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.
            body: The request's body.
            handler: Called with the event. If it raises, the error is logged and Adapty posts the event again; a
                `WebhookError` is the response with its own status.

        Raises:
            AdaptyUsageError: `headers` or `body` has the wrong type.
        """
        headers = _reusable(headers)
        with self._observe() as observation:
            error = self._verifier.verify(headers)
            return observation.reject(error) if error else self._respond(headers, body, handler, observation)

    async def handle_async(self, headers: Headers, body: Body, handler: AsyncHandler | Handler) -> WebhookResponse:
        """Do what `handle` does, in an asyncio event loop. A handler that is not async runs in a thread.

        If stores and handlers keep all threads busy, the response is 503, immediately or after a few seconds, and
        Adapty posts the event again.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.
            body: The request's body.
            handler: Called with the event. If it raises, the error is logged and Adapty posts the event again; a
                `WebhookError` is the response with its own status.

        Raises:
            AdaptyUsageError: `headers` or `body` has the wrong type.
        """
        headers = _reusable(headers)
        with self._observe() as observation:
            error = self._verifier.verify(headers)
            if error:
                return observation.reject(error)
            return await self._respond_async(headers, body, handler, observation, is_async=is_async(handler))

    def _observe(self) -> WebhookObservation:
        """Return the observation of a request that has just arrived."""
        return WebhookObservation(self._observers)

    def _respond(
        self, headers: Headers, body: Body, handler: Handler, observation: WebhookObservation
    ) -> WebhookResponse:
        """Handle a request that is authenticated."""
        with lock_deadline(RESPONSE_SECONDS):
            try:
                delivery = self._acquire(_raise_error(self._parse(headers, body)), observation)
            except WebhookError as error:
                return observation.reject(error)
            if delivery.event is None or delivery.duplicate:
                return observation.respond(delivery._result, delivery.response)  # noqa: SLF001 - of this module
            try:
                with delivery:
                    _check_result(handler(delivery.event))
            except WebhookError as error:
                return observation.reject(error)
            except Exception:  # noqa: BLE001 - whatever a handler raises
                return observation.respond("handler_failed", _log_failure(delivery.event))
            return observation.respond("accepted", delivery.response)

    async def _respond_async(
        self,
        headers: Headers,
        body: Body,
        handler: AsyncHandler | Handler,
        observation: WebhookObservation,
        *,
        is_async: bool,
    ) -> WebhookResponse:
        """Handle a request that is authenticated."""
        with lock_deadline(RESPONSE_SECONDS):
            try:
                if not is_async:
                    return await self._threads.run(partial(self._respond, headers, body, handler, observation))
                # In a thread, because the store may wait for a lock.
                delivery = await self._threads.run(
                    lambda: self._acquire(_raise_error(self._parse(headers, body)), observation),
                    discard=Delivery.release,
                )
                return await self._call_async(delivery, handler, observation)
            except WebhookError as error:
                return observation.reject(error)

    async def _call_async(
        self, delivery: Delivery, handler: AsyncHandler | Handler, observation: WebhookObservation
    ) -> WebhookResponse:
        if delivery.event is None or delivery.duplicate:
            return observation.respond(delivery._result, delivery.response)  # noqa: SLF001 - of this module
        try:
            result: Any = handler(delivery.event)
            await result
        except BaseException as exc:
            await self._threads.run(delivery.release, is_admitted=True)
            if isinstance(exc, Exception) and not isinstance(exc, WebhookError):
                return observation.respond("handler_failed", _log_failure(delivery.event))
            raise
        await self._threads.run(delivery.complete, is_admitted=True)
        return observation.respond("accepted", delivery.response)

    def _authenticate_and_parse(self, headers: Headers, body: Body) -> Delivery | WebhookError:
        """Return errors instead of raising them: tracebacks of this frame would show headers and body."""
        headers = _reusable(headers)
        return self._verifier.verify(headers) or self._parse(headers, body)

    def _parse(self, headers: Headers, body: Body) -> Delivery | WebhookError:
        content = parse_body(headers, body, self.max_body_bytes)
        if isinstance(content, WebhookError):
            return content
        if "event_type" not in content and (not content or "adapty_check" in content):
            return _verification_delivery(content)
        event = WebhookEvent.from_dict(content, self.event_names)
        if not event.event_type:
            return WebhookBodyError("the body has no event_type; expected the name of an event type")
        return Delivery(event=event)

    def _acquire(self, delivery: Delivery, observation: WebhookObservation) -> Delivery:
        if delivery.event:
            observation.set_event_type(delivery.event.event_type)
        event_id = delivery.event.event_id if self._dedup is not None and delivery.event else None
        if self._dedup is None or event_id is None:
            return delivery
        claim = _Claim(self._dedup, event_id, uuid4().hex)
        try:
            status = self._dedup.acquire(event_id, claim.owner)
        except Exception as exc:
            message = f"the dedup store failed ({type(exc).__name__}); the event is not accepted"
            raise WebhookUnavailableError(message) from exc
        if status == "in_progress":
            raise WebhookUnavailableError("another request is handling the event, and has not completed it yet")
        if status not in get_args(ClaimStatus):
            problem = f"acquire() returned {status!r}; expected new, in_progress or completed"
            raise AdaptyUsageError.for_field("dedup", problem)
        is_new = status == "new"
        return Delivery(event=delivery.event, duplicate=not is_new, claim=claim if is_new else None)

    def __repr__(self) -> str:
        # With getattr for tracebacks of an __init__ that raised.
        count = len(getattr(self, "_verifier", ()))
        values = "1 value" if count == 1 else f"{count} values"
        return f"<Receiver: {values} of Authorization, dedup={getattr(self, '_dedup', None)!r}>"


def validate_handler(handler: Any, *, may_be_async: bool) -> Any:
    """Return the handler.

    Raises:
        AdaptyConfigError: It is not callable, or it is async and nothing would await it.
    """
    if not callable(handler):
        problem = f"is {type_name(handler)}; expected a function that takes the event"
        raise AdaptyConfigError.for_field("handler", problem)
    if is_async(handler) and not may_be_async:
        raise AdaptyConfigError.for_field("handler", "is async; expected a function that is not async")
    return handler


def is_async(handler: Any) -> bool:
    """Return whether the result of the handler must be awaited."""
    while isinstance(handler, partial):
        handler = handler.func
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__)


def _check_result(result: object) -> None:
    """Reject an awaitable: nothing would be done, and the event would be completed."""
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        message = "the handler returned an awaitable, which nothing awaits"
        raise TypeError(message)


def _log_failure(event: WebhookEvent) -> WebhookResponse:
    """Log the current exception of a handler, and return the response after which Adapty posts the event again."""
    names = quote(event.event_type or ""), quote(event.event_id or "")
    extra = {"adapty_event_type": event.event_type if event.event_type in EVENT_TYPES else "other"}
    _log.exception("webhook: the handler failed for %s, event %s; Adapty will post it again", *names, extra=extra)
    return _HANDLER_FAILED


def _raise_error(delivery: Delivery | WebhookError) -> Delivery:
    if isinstance(delivery, WebhookError):
        raise delivery
    return delivery


def _reusable(headers: Headers) -> Headers:
    return list(headers) if isinstance(headers, Iterator) else headers


def _validate_store(dedup: Any) -> DedupStore | None:
    methods = [getattr(dedup, name, None) for name in ("acquire", "complete", "release")]
    if dedup is not None and (isinstance(dedup, type) or not all(map(callable, methods))):
        expected = "expected a store such as SQLiteDedupStore(path)"
        raise AdaptyConfigError.for_field("dedup", f"is {type_name(dedup)}; {expected}")
    store: DedupStore | None = dedup
    return store


def _verification_delivery(content: Mapping[str, Any]) -> Delivery:
    """Return the delivery of a verification request: the body is empty, or has a value to echo (the older form)."""
    if "adapty_check" not in content:
        return Delivery(event=None)
    echo = {"adapty_check_response": json_ready(content["adapty_check"])}
    return Delivery(event=None, response=WebhookResponse.from_json(echo))
