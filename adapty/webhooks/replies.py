"""What is answered to Adapty."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from adapty._core.redaction import SafeRepr
from adapty._core.validation import quote

if TYPE_CHECKING:
    from adapty.errors import WebhookError
    from adapty.webhooks.events import WebhookEvent

__all__ = ["NOT_FOUND", "WebhookResponse", "failed", "refused"]

_log = logging.getLogger("adapty")

_JSON = MappingProxyType({"Content-Type": "application/json"})
_UNAUTHORIZED = 401


@frozen
class WebhookResponse(SafeRepr):
    """An answer, for any framework to send.

    Attributes:
        status: The HTTP status.
        body: The body: JSON.
        headers: The headers; what sends them adds the length.

    Example:
        >>> WebhookResponse.from_json({})
        WebhookResponse(status=200, body=b'{}', headers={'Content-Type': 'application/json'})
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(factory=lambda: dict(_JSON), hash=False)

    @classmethod
    def from_json(cls, content: Mapping[str, Any], status: int = 200) -> Self:
        """Return a response with a JSON object as its body."""
        return cls(status, json.dumps(content).encode())

    @classmethod
    def from_error(cls, error: WebhookError) -> Self:
        """Return the response to a request that failed with an error."""
        response = cls.from_json({"error": str(error)}, error.status)
        # RFC 9110, section 15.5.2: a 401 has this header, though no scheme of HTTP's is meant.
        challenge = {"WWW-Authenticate": "Webhook"} if error.status == _UNAUTHORIZED else {}
        return cls(response.status, response.body, {**response.headers, **challenge})


_FAILED = WebhookResponse.from_json({"error": "the event could not be handled"}, 500)
"""To an event whose handler failed: Adapty posts it again."""

NOT_FOUND = WebhookResponse.from_json({"error": "only POST is answered here"}, 404)
"""To another method: 405 would be tried again."""


def refused(error: WebhookError) -> WebhookResponse:
    """Give the answer to a request that is not taken, and say so in the log."""
    _log.warning("webhook: %d: %s", error.status, error)
    return WebhookResponse.from_error(error)


def failed(event: WebhookEvent) -> WebhookResponse:
    """Give the answer for an event whose handler raised, and say so in the log: called where that is caught."""
    names = quote(event.event_type or ""), quote(event.event_id or "")
    _log.exception("webhook: the handler failed for %s, event %s; Adapty will post it again", *names)
    return _FAILED
