"""Responses to webhook requests."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from attrs import field, frozen

from adapty._core.redaction import SafeRepr

if TYPE_CHECKING:
    from adapty.errors import WebhookError

__all__ = ["WebhookResponse"]

_log = logging.getLogger("adapty.webhooks")

_JSON = MappingProxyType({"Content-Type": "application/json"})
_UNAUTHORIZED = 401


@frozen
class WebhookResponse(SafeRepr):
    """A response, for any framework to send.

    Attributes:
        status: The HTTP status.
        body: The body: JSON.
        headers: The headers, without Content-Length.

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
        """Return the response to a request that failed with an error, and log a warning."""
        extra = {"adapty_status_code": error.status, "adapty_error_type": type(error).__name__}
        _log.warning("webhook: %d: %s", error.status, error, extra=extra)
        response = cls.from_json({"error": str(error)}, error.status)
        # RFC 9110, section 15.5.2: a 401 requires this header, although there is no HTTP scheme for it.
        challenge = {"WWW-Authenticate": "Webhook"} if error.status == _UNAUTHORIZED else {}
        return cls(response.status, response.body, {**response.headers, **challenge})
