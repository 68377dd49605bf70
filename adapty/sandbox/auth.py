"""Whether a request carries the right key."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Self

from attrs import frozen

from adapty._core.operations import SCHEMES
from adapty._core.redact import Secret
from adapty._core.validate import quotes_problem
from adapty.errors import AdaptyConfigError

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["Key", "Keys"]


@frozen
class Key:
    """The key that a request must carry as `Authorization: {scheme} {key}`.

    Args:
        scheme: The word before the key, in any case.
        secret: The key.
    """

    scheme: str
    secret: Secret

    def opens(self, request: Request) -> bool:
        """Tell whether the request carries the key, in a time that does not show how much of it is right."""
        sent = [value for name, value in request.headers.raw if name == b"authorization"]
        scheme, _, key = (sent[0] if len(sent) == 1 else b"").partition(b" ")
        expected = self.secret.value.encode()
        return hmac.compare_digest(key.strip(b" "), expected) and scheme.lower() == self.scheme.lower().encode()


@frozen(kw_only=True)
class Keys:
    """The keys of both APIs.

    Attributes:
        mail: The one of the Mail API.
        server_side: The one of the server-side API.
    """

    mail: Key
    server_side: Key

    @classmethod
    def of(cls, *, mail_key: str, secret_key: str) -> Self:
        """Take both keys.

        Raises:
            AdaptyConfigError: A key is empty, or is not printable ASCII without spaces.
        """
        return cls(
            mail=Key(SCHEMES["mail"], _sendable("mail_key", mail_key)),
            server_side=Key(SCHEMES["server_side"], _sendable("secret_key", secret_key)),
        )

    @property
    def secrets(self) -> tuple[Secret, Secret]:
        """Both, for who keeps them out of what is shown."""
        return (self.mail.secret, self.server_side.secret)


def _sendable(argument: str, key: str) -> Secret:
    if not isinstance(key, str) or not key or not key.isascii() or not key.isprintable() or " " in key:
        raise AdaptyConfigError.for_field(
            argument, "cannot be sent as a header; expected printable ASCII without spaces"
        )
    if problem := quotes_problem(key):
        raise AdaptyConfigError.for_field(argument, problem)
    return Secret(key)
