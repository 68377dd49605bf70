"""Whether a request carries the right key."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from attrs import field, frozen

from adapty._core.redact import Secret
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["BearerKey"]


def _sendable(key: str) -> Secret:
    if not isinstance(key, str) or not key or not key.isascii() or not key.isprintable() or " " in key:
        message = "mail_key: cannot be sent as a header; expected printable ASCII without spaces"
        raise AdaptyConfigError(message, field_name="mail_key")
    return Secret(key)


@frozen
class BearerKey:
    """The key that a request must carry as `Authorization: Bearer {key}`.

    Args:
        secret: The key.

    Raises:
        AdaptyConfigError: The key is empty, or is not printable ASCII without spaces.
    """

    secret: Secret = field(converter=_sendable)

    def opens(self, request: Request) -> bool:
        """Tell whether the request carries the key, in a time that does not show how much of it is right."""
        sent = [value for name, value in request.headers.raw if name == b"authorization"]
        scheme, _, key = (sent[0] if len(sent) == 1 else b"").partition(b" ")
        expected = self.secret.value.encode()
        return hmac.compare_digest(key.strip(b" "), expected) and scheme.lower() == b"bearer"
