"""Taking what Adapty posts: from headers and body of any framework to an event, or to the answer that refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, get_args
from uuid import uuid4

from adapty._core.redaction import hide_arguments
from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError, AdaptyUsageError, WebhookBodyError, WebhookError, WebhookUnavailableError
from adapty.models._response import json_ready
from adapty.webhooks.authorization import Accepted
from adapty.webhooks.body import MAX_BODY_BYTES, checked_limit, decoded, incomplete, is_encoded
from adapty.webhooks.deadlines import answer_deadline
from adapty.webhooks.deliveries import Claim, Delivery
from adapty.webhooks.event_types import checked_event_names
from adapty.webhooks.events import WebhookEvent
from adapty.webhooks.handlers import check_result, is_async
from adapty.webhooks.replies import WebhookResponse, failed, refused
from adapty.webhooks.seen import ClaimStatus
from adapty.webhooks.threads import RequestThreads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapty.webhooks.body import Body
    from adapty.webhooks.handlers import AsyncHandler, Handler
    from adapty.webhooks.headers import Headers
    from adapty.webhooks.seen import DedupStore

__all__ = ["Receiver"]


class Receiver:
    """Takes what Adapty posts to a webhook: to be made once and shared by threads and tasks.

    It knows no framework: `accept` takes headers and body, and `handle` does the rest too. `adapty.webhooks.asgi_app`,
    `wsgi_app` and `django_view` make of it what frameworks mount.

    Args:
        authorization: The value that the dashboard has for the Authorization header, or several: for production and
            sandbox, or the old and the new one. Where left out, the lines of ADAPTY_WEBHOOK_AUTHORIZATION.
        event_names: The names of event types that were changed in the dashboard, each with Adapty's own; that may be
            one that is newer than this version.
        max_body_bytes: The longest body that is read, in bytes.
        dedup: Remembers which events were handled, so that none is handled twice. Where left out, each delivery is
            handled, and Adapty delivers some events more than once.

    Raises:
        AdaptyConfigError: There is no value to accept, or an argument is wrong; `field_name` says which.

    Example:
        >>> receiver = Receiver("the value from the dashboard", event_names={"bought": "subscription_started"})
        >>> headers = {"Authorization": "the value from the dashboard"}
        >>> receiver.accept(headers, b'{"event_type": "bought"}').event.event_type
        'subscription_started'
        >>> receiver.accept(headers, b"{}").response.body
        b'{}'
    """

    @hide_arguments
    def __init__(
        self,
        authorization: str | Iterable[str] | None = None,
        *,
        event_names: Mapping[str, str] | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
        dedup: DedupStore | None = None,
    ) -> None:
        self._accepted = Accepted(authorization)
        self.event_names = checked_event_names(event_names)
        self.max_body_bytes = checked_limit(max_body_bytes)
        self._dedup = _checked_store(dedup)
        self._threads = RequestThreads()

    def authenticate(self, headers: Headers) -> None:
        """Check the Authorization header alone, for whoever does not want to read the body of just anybody.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.

        Raises:
            WebhookAuthorizationError: The header is missing, given twice, or has none of the accepted values.
            AdaptyUsageError: `headers` is nothing that headers could be read from.
        """
        refusal = self._accepted.refusal(headers)
        del headers
        if refusal:
            raise refusal

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
            WebhookUnavailableError: The body is empty, or is not a JSON object.
            AdaptyUsageError: `headers` or `body` has the wrong type.
        """
        delivery = self._parse(headers, body)
        del headers, body
        return _raise_error(delivery).event

    def accept(self, headers: Headers, body: Body) -> Delivery:
        """Take a request: check who sends it, read it, and claim its event.

        Use the result in a `with` block around what handles the event; `Delivery` says why.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.
            body: The request's body, as it came.

        Raises:
            WebhookAuthorizationError: The header is missing, given twice, or has none of the accepted values.
            WebhookBodyError: The body is too long, nested too deep, or a JSON object without an event type.
            WebhookUnavailableError: The body is empty or not a JSON object, so that something else may have read a part
                of it; or the event is being handled in another place; or the store of events fails.
            AdaptyUsageError: `headers` or `body` is of a type that they do not have.
        """
        delivery = self._parse(headers, body)
        del headers, body
        return self._claimed(_raise_error(delivery))

    def handle(self, headers: Headers, body: Body, handler: Handler) -> WebhookResponse:
        """Take a request, have its event handled unless it is a duplicate, and give what to answer.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.
            body: The request's body, as it came.
            handler: What handles the event. Whatever it raises is logged, and Adapty posts the event again, unless
                it is a `WebhookError`, which is answered with its own status.

        Raises:
            AdaptyUsageError: `headers` or `body` is of a type that they do not have.
        """
        with answer_deadline():
            try:
                delivery = self.accept(headers, body)
            except WebhookError as error:
                return refused(error)
            if delivery.event is None or delivery.duplicate:
                return delivery.response
            try:
                with delivery:
                    check_result(handler(delivery.event))
            except WebhookError as error:
                return refused(error)
            except Exception:  # noqa: BLE001 - whatever a handler raises
                return failed(delivery.event)
            return delivery.response

    async def handle_async(
        self,
        headers: Headers,
        body: Body,
        handler: AsyncHandler | Handler,
    ) -> WebhookResponse:
        """Do the same on an asyncio loop; a handler that is not async runs in a thread of the receiver's own.

        Where stores or handlers keep more threads busy than there are, requests are answered with 503, at once or after
        a few seconds, and Adapty posts them again.

        Args:
            headers: The request's headers: a mapping or pairs, of text or bytes, or a WSGI environment.
            body: The request's body, as it came.
            handler: What handles the event. Whatever it raises is logged, and Adapty posts the event again, unless
                it is a `WebhookError`, which is answered with its own status.

        Raises:
            AdaptyUsageError: `headers` or `body` is of a type that they do not have.
        """
        with answer_deadline():
            try:
                if not is_async(handler):
                    return await self._threads.run(partial(self.handle, headers, body, handler))
                # The store may wait for its turn, which must not stop the loop.
                delivery = await self._threads.run(partial(self.accept, headers, body), discard=Delivery.release)
                return await self._handled(delivery, handler)
            except WebhookError as error:
                return refused(error)

    async def _handled(self, delivery: Delivery, handler: AsyncHandler | Handler) -> WebhookResponse:
        """Await the handler, unless there is nothing to handle.

        Raises:
            WebhookError: The handler raised it.
        """
        if delivery.event is None or delivery.duplicate:
            return delivery.response
        try:
            handling: Any = handler(delivery.event)
            await handling
        except BaseException as problem:
            await self._threads.run(delivery.release, is_admitted=True)
            if isinstance(problem, Exception) and not isinstance(problem, WebhookError):
                return failed(delivery.event)
            raise
        await self._threads.run(delivery.complete, is_admitted=True)
        return delivery.response

    def _parse(self, headers: Headers, body: Body) -> Delivery | WebhookError:
        """Authenticate and parse a request; return errors, because tracebacks of this frame show headers and body."""
        if isinstance(headers, Iterator):
            headers = list(headers)
        return self._accepted.refusal(headers) or self._read(headers, body)

    def _read(self, headers: Headers, body: Body) -> Delivery | WebhookError:
        content = decoded(body, self.max_body_bytes, is_encoded=is_encoded(headers))
        if isinstance(content, WebhookUnavailableError):
            return incomplete(headers, body) or content
        if isinstance(content, WebhookError):
            return content
        if "event_type" not in content and (not content or "adapty_check" in content):
            return _verification(content)
        event = WebhookEvent.from_dict(content, self.event_names)
        if not event.event_type:
            return WebhookBodyError("the body has no event_type; expected the name of an event type")
        return Delivery(event=event)

    def _claimed(self, delivery: Delivery) -> Delivery:
        event_id = delivery.event.event_id if delivery.event else None
        if self._dedup is None or event_id is None:
            return delivery
        claim = Claim(self._dedup, event_id, uuid4().hex)
        try:
            status = self._dedup.acquire(event_id, claim.owner)
        except Exception as problem:
            message = f"the store of seen events failed ({type(problem).__name__}); the event is not taken"
            raise WebhookUnavailableError(message) from problem
        if status == "in_progress":
            raise WebhookUnavailableError("the event is being handled; whether that succeeds is not known yet")
        if status not in get_args(ClaimStatus):
            raise AdaptyUsageError.for_field(
                "dedup", f"gave {status!r} for a claim; expected new, in_progress or completed"
            )
        new = status == "new"
        return Delivery(event=delivery.event, duplicate=not new, claim=claim if new else None)

    def __repr__(self) -> str:
        # Also of one that is refused while it is made, for who prints the locals of a traceback.
        count = len(getattr(self, "_accepted", ()))
        values = "1 value" if count == 1 else f"{count} values"
        return f"<Receiver: {values} of Authorization, dedup={getattr(self, '_dedup', None)!r}>"


def _raise_error(delivery: Delivery | WebhookError) -> Delivery:
    if isinstance(delivery, WebhookError):
        raise delivery
    return delivery


def _checked_store(dedup: Any) -> DedupStore | None:
    methods = [getattr(dedup, name, None) for name in ("acquire", "complete", "release")]
    if dedup is not None and (isinstance(dedup, type) or not all(map(callable, methods))):
        raise AdaptyConfigError.for_field(
            "dedup", f"is {type_name(dedup)}; expected a store such as SQLiteDedupStore(path)"
        )
    store: DedupStore | None = dedup
    return store


def _verification(content: Mapping[str, Any]) -> Delivery:
    """Answer the request that tries the address out: empty now, with a value to send back before."""
    if "adapty_check" not in content:
        return Delivery(event=None)
    return Delivery(
        event=None, response=WebhookResponse.from_json({"adapty_check_response": json_ready(content["adapty_check"])})
    )
