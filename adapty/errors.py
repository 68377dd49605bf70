"""Everything that this library raises on purpose.

    AdaptyError
    ├── AdaptyUsageError (also a ValueError)    refused here, before anything was sent
    │   ├── AdaptyConfigError                   a key, an address or an option of the client is missing or wrong
    │   └── CheckpointInUseError                another bulk run uses the same checkpoint
    ├── AdaptyConnectionError                   no complete answer came, after all tries
    │   └── AdaptyTimeoutError                  none came in time
    ├── AdaptyAPIError                          an answer came, and it is not the documented success
    │   ├── BadRequestError                     400
    │   │   └── InsufficientBalanceError            a virtual currency does not cover the debit
    │   ├── AuthenticationError                 401, or 403 of the Mail API for a key it does not know
    │   ├── PermissionDeniedError               403
    │   │   └── FeatureNotEnabledError              the app does not have the feature
    │   ├── NotFoundError                       404
    │   │   └── ProfileNotFoundError                there is no such profile; 400 of the refund saver too
    │   ├── ConflictError                       409
    │   ├── UnprocessableEntityError                  422
    │   ├── RateLimitError                      429
    │   ├── ServerError                         5xx
    │   └── UnexpectedResponseError             2xx whose status or body is not what the API documents
    └── WebhookError                            what was posted to the webhook is not taken
        ├── WebhookAuthorizationError           to be answered with 401
        ├── WebhookBodyError                    to be answered with 400
        └── WebhookUnavailableError             to be answered with 503, so that Adapty posts it again

Each of them pickles, and none shows a key or an e-mail address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AdaptyAPIError",
    "AdaptyConfigError",
    "AdaptyConnectionError",
    "AdaptyError",
    "AdaptyTimeoutError",
    "AdaptyUsageError",
    "AuthenticationError",
    "BadRequestError",
    "CheckpointInUseError",
    "ConflictError",
    "FeatureNotEnabledError",
    "InsufficientBalanceError",
    "NotFoundError",
    "PermissionDeniedError",
    "ProfileNotFoundError",
    "RateLimitError",
    "ServerError",
    "UnexpectedResponseError",
    "UnprocessableEntityError",
    "WebhookAuthorizationError",
    "WebhookBodyError",
    "WebhookError",
    "WebhookUnavailableError",
]


class AdaptyError(Exception):
    """The root: `except AdaptyError` catches whatever this library raises on purpose."""


class AdaptyUsageError(AdaptyError, ValueError):
    """An argument was refused before anything was sent.

    Attributes:
        field_name: The argument or field at fault, dotted where it is nested (`device_info.platform`), or None.

    Example:
        >>> import adapty
        >>> adapty.MailProfile.from_dict({"email": "jane"})
        Traceback (most recent call last):
            ...
        adapty.errors.AdaptyUsageError: external_profile_id: is missing; it is required
    """

    def __init__(self, message: str, *, field_name: str | None = None) -> None:
        """Keep the field's name beside the message."""
        super().__init__(message)
        self.field_name = field_name

    @classmethod
    def of(cls, field_name: str, problem: str) -> Self:
        """Make the error for one field: its name, then what is wrong and what would be right."""
        return cls(f"{field_name}: {problem}", field_name=field_name)

    def under(self, parent: str) -> Self:
        """Make the same error as seen from the object that holds this one as its field `parent`."""
        return type(self)(f"{parent}.{self}", field_name=f"{parent}.{self.field_name}")


class AdaptyConfigError(AdaptyUsageError):
    """The client's own set-up is wrong: a key, a base address, a timeout, or use after close."""


class CheckpointInUseError(AdaptyUsageError):
    """Another bulk run uses the same checkpoint; wait until that run has ended, or name another checkpoint."""


class AdaptyConnectionError(AdaptyError):
    """No complete answer came: refused, cut off, unreadable on the wire.

    Attributes:
        operation: The vendor's name of the operation, such as `saveProfile`.
        method: The HTTP method.
        path: The path that was asked for, without the host and the query.
        attempts: How many times the request was sent.
        idempotency_key: The key that the request went out with, or None. Sending it again with the same key, by
            `idempotency_key=`, cannot carry it out twice.
    """

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        method: str = "",
        path: str = "",
        attempts: int = 0,
        idempotency_key: str | None = None,
    ) -> None:
        """Keep what was asked for, and how often."""
        super().__init__(message)
        self.operation = operation
        self.method = method
        self.path = path
        self.attempts = attempts
        self.idempotency_key = idempotency_key


class AdaptyTimeoutError(AdaptyConnectionError):
    """No answer came in time; the message says which of connect, read, write and pool ran out."""


class AdaptyAPIError(AdaptyError):
    """The API, or something in front of it, answered with anything but the documented success.

    Attributes:
        status: The HTTP status, which need not be a registered one (499, 520).
        error_code: The API's short name of the error, or None.
        messages: What the body says in words, possibly empty.
        field_names: The request fields that the body blames, possibly empty.
        request_id: What Adapty's support asks for, or None.
        retry_after: Seconds that the answer asks to wait, or None.
        headers: The answer's headers, names in lower case.
        body: The decoded JSON, or the text where it is not JSON, or None where it is empty.
        operation: The vendor's name of the operation, such as `saveProfile`.
        method: The HTTP method.
        path: The path that was asked for, without the host and the query.
        attempts: How many times the request was sent.
        idempotency_key: The key that the request went out with, or None. Sending it again with the same key, by
            `idempotency_key=`, cannot carry it out twice.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        error_code: str | None = None,
        messages: tuple[str, ...] = (),
        field_names: tuple[str, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        operation: str = "",
        method: str = "",
        path: str = "",
        attempts: int = 0,
        idempotency_key: str | None = None,
    ) -> None:
        """Keep all that is known of the answer."""
        super().__init__(message)
        self.status = status
        self.error_code = error_code
        self.messages = messages
        self.field_names = field_names
        self.request_id = request_id
        self.retry_after = retry_after
        self.headers = dict(headers or {})
        self.body = body
        self.operation = operation
        self.method = method
        self.path = path
        self.attempts = attempts
        self.idempotency_key = idempotency_key


class BadRequestError(AdaptyAPIError):
    """400: the API refused the request; `field_names` says where."""


class InsufficientBalanceError(BadRequestError):
    """A virtual currency does not cover the debit; nothing of the transaction was carried out."""


class AuthenticationError(AdaptyAPIError):
    """The key is missing, wrong, or of another project: 401, and the Mail API's 403 for an unknown key."""


class PermissionDeniedError(AdaptyAPIError):
    """403: the key is known and may not do this, or a gateway turned the request away."""


class FeatureNotEnabledError(PermissionDeniedError):
    """The app does not have the feature, such as virtual currencies."""


class NotFoundError(AdaptyAPIError):
    """404: there is no such thing."""


class ProfileNotFoundError(NotFoundError):
    """There is no profile of that id; `status` is 404, of the refund saver's operations 400."""


class ConflictError(AdaptyAPIError):
    """409: the request contradicts what the API holds or is doing."""


class UnprocessableEntityError(AdaptyAPIError):
    """422: well formed, and refused for what it says."""


class RateLimitError(AdaptyAPIError):
    """429: too many requests, still so after the retries; `retry_after` says how long to wait."""


class ServerError(AdaptyAPIError):
    """5xx, still so after the retries."""


class UnexpectedResponseError(AdaptyAPIError):
    """A 2xx that is not what the API documents: another status, or a body that is not the promised JSON."""


class WebhookError(AdaptyError):
    """What was posted to the webhook is not taken.

    Adapty counts whatever is answered from 200 to 404 as received, and posts everything else again. So a request that
    would be refused every time is answered from within these, and one that might be taken later is not.

    Attributes:
        status: The HTTP status to answer.
    """

    status: ClassVar[int] = 400


class WebhookAuthorizationError(WebhookError):
    """401: the Authorization header is missing, given twice, or has none of the accepted values."""

    status = 401


class WebhookBodyError(WebhookError):
    """400: the body is too long, nested too deep, or a JSON object without an event type."""


class WebhookUnavailableError(WebhookError):
    """503: the event cannot be taken now, or its body is not whole; Adapty posts it again."""

    status = 503
