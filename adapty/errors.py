"""Every exception that this library raises on purpose.

    AdaptyError
    ├── AdaptyUsageError (also a ValueError)    an argument is invalid; nothing was sent
    │   ├── AdaptyConfigError                   a key, a base URL or an option of the client is missing or invalid
    │   └── CheckpointInUseError                another bulk run uses the same checkpoint
    ├── AdaptyConnectionError                   no complete response, after all attempts
    │   └── AdaptyTimeoutError                  no complete response in time
    ├── AdaptyAPIError                          a response that is not the documented success
    │   ├── BadRequestError                     400
    │   │   └── InsufficientBalanceError        the virtual currency balance does not cover the debit
    │   ├── AuthenticationError                 401, and 403 of the Mail API for an unknown key
    │   ├── PermissionDeniedError               403
    │   │   └── FeatureNotEnabledError          the app does not have the feature
    │   ├── NotFoundError                       404
    │   │   └── ProfileNotFoundError            the profile does not exist; 400 in the refund saver operations
    │   ├── ConflictError                       409
    │   ├── UnprocessableEntityError            422
    │   ├── RateLimitError                      429
    │   ├── ServerError                         5xx
    │   └── UnexpectedResponseError             2xx with a status or a body that the API does not document
    └── WebhookError                            a webhook request is rejected
        ├── WebhookAuthorizationError           respond with 401
        ├── WebhookBodyError                    respond with 400
        └── WebhookUnavailableError             respond with 503; Adapty sends the event again

All of them can be pickled, and none contains a key or an e-mail address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    "FieldProblem",
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
    """The base class: `except AdaptyError` catches every exception that this library raises on purpose."""

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, unchanged.

        True for the failures that the client itself retries (connection errors, timeouts, 408, 429, 5xx, and a 409
        that says that a request with the same `Idempotency-Key` is in progress), for `CheckpointInUseError` and for
        `WebhookUnavailableError`. False for everything else, such as invalid arguments, other 4xx, responses over
        `max_response_bytes`, proxies that require authentication, and a `web.record_paywall_view` that may have
        recorded the view.

        Example:
            >>> from adapty.errors import BadRequestError, RateLimitError
            >>> RateLimitError("", status_code=429).is_retryable, BadRequestError("", status_code=400).is_retryable
            (True, False)
        """
        return False


class FieldProblem(NamedTuple):
    """What is wrong with one argument or field.

    Attributes:
        field_name: The argument or field, with dots if it is nested (`device_info.platform`), or None if the problem
            is one of the record as a whole.
        problem: What is wrong, and what is expected.
    """

    field_name: str | None
    problem: str

    def __str__(self) -> str:
        """Return the field's name and the problem."""
        return self.problem if self.field_name is None else f"{self.field_name}: {self.problem}"


class AdaptyUsageError(AdaptyError, ValueError):
    """Arguments are invalid; nothing was sent. The message names all of them.

    Attributes:
        field_name: The invalid argument or field, with dots if it is nested (`device_info.platform`), or None. If
            there are several, the first one.
        problems: All that is wrong, as `FieldProblem`: one for each invalid, missing or unknown field.

    Example:
        >>> import adapty
        >>> adapty.MailProfile.from_dict({"external_profile_id": "user_1", "email": "jane"})  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        adapty.errors.AdaptyUsageError: 2 problems: external_created_at: is missing; ...
    """

    def __init__(self, message: str, *, field_name: str | None = None, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(message)
        self.field_name = field_name
        text = message if field_name is None else message.removeprefix(f"{field_name}: ")
        self.problems = tuple(problems) or (FieldProblem(field_name, text),)

    @classmethod
    def for_field(cls, field_name: str, problem: str) -> Self:
        """Create the error for one field; the problem says what is wrong and what is expected."""
        return cls(f"{field_name}: {problem}", field_name=field_name)

    @classmethod
    def for_problems(cls, problems: Sequence[FieldProblem]) -> Self:
        """Create the error for at least one problem."""
        first = problems[0]
        message = "; ".join(map(str, problems))
        if len(problems) > 1:
            message = f"{len(problems)} problems: {message}"
        return cls(message, field_name=first.field_name, problems=problems)

    def prefixed(self, parent: str) -> Self:
        """Return the same error with `parent` in front of the name of each field."""
        return type(self).for_problems(
            [FieldProblem(f"{parent}.{name}" if name else parent, problem) for name, problem in self.problems]
        )


class AdaptyConfigError(AdaptyUsageError):
    """The client is misconfigured (a key, a base URL, a timeout, a proxy), or it is closed."""


class CheckpointInUseError(AdaptyUsageError):
    """Another bulk run uses the same checkpoint; wait for that run to end, or use another file."""

    @property
    def is_retryable(self) -> bool:
        """True: the other run ends at some time."""
        return True


class AdaptyConnectionError(AdaptyError):
    """No complete response: the connection was refused or closed, or the response cannot be read.

    Attributes:
        operation: The operation ID in Adapty's API reference, such as `saveProfile`.
        method: The HTTP method.
        path: The path of the request, without host and query.
        attempts: How many times the request was sent.
        idempotency_key: The `Idempotency-Key` of the request, or None. Pass it as `idempotency_key=` to send the
            request again without the risk that it takes effect twice.
        may_have_succeeded: Whether an attempt may have taken effect: False only if none was sent.
        is_retryable: Whether the same call may succeed later, unchanged. False if the request cannot be sent at all, if
            its response is too large, or if it may have taken effect and would take effect twice.
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
        may_have_succeeded: bool = False,
        is_retryable: bool = True,
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.method = method
        self.path = path
        self.attempts = attempts
        self.idempotency_key = idempotency_key
        self.may_have_succeeded = may_have_succeeded
        self._is_retryable = is_retryable

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, unchanged."""
        return self._is_retryable


class AdaptyTimeoutError(AdaptyConnectionError):
    """No complete response in time; the message says which timeout (connect, read, write, pool, total) expired."""


class AdaptyAPIError(AdaptyError):
    """The API, or a gateway in front of it, returned anything but the documented success.

    Attributes:
        status_code: The HTTP status code, possibly an unregistered one (499, 520).
        error_code: The API's code of the error, or None.
        messages: The error messages in the body, possibly empty.
        field_names: The request fields that the body names, possibly empty.
        hint: The documented rule that the request breaks, if the API has one for this error code (in
            `transactions.set...`, `access_levels.grant`, `access_levels.revoke` and `web`), or None. It is part of the
            message.
        request_id: The ID of the request, for Adapty's support, or None.
        retry_after: The `Retry-After` of the response in seconds, or None.
        headers: The response headers, with names in lower case.
        body: The decoded JSON, or the text if the body is not JSON, or None if it is empty.
        operation: The operation ID in Adapty's API reference, such as `saveProfile`.
        method: The HTTP method.
        path: The path of the request, without host and query.
        attempts: How many times the request was sent.
        idempotency_key: The `Idempotency-Key` of the request, or None. Pass it as `idempotency_key=` to send the
            request again without the risk that it takes effect twice.
        may_have_succeeded: Whether an attempt may have taken effect: its response was lost, a 408, a 5xx, or a success
            that is not as documented.
        is_retryable: Whether the same call may succeed later. Default: by the status code.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int = 0,
        error_code: str | None = None,
        messages: tuple[str, ...] = (),
        field_names: tuple[str, ...] = (),
        hint: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        operation: str = "",
        method: str = "",
        path: str = "",
        attempts: int = 0,
        idempotency_key: str | None = None,
        may_have_succeeded: bool = False,
        is_retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.error_code = error_code
        self.messages = messages
        self.field_names = field_names
        self.hint = hint
        self.request_id = request_id
        self.retry_after = retry_after
        self.headers = dict(headers or {})
        self.body = body
        self.operation = operation
        self.method = method
        self.path = path
        self.attempts = attempts
        self.idempotency_key = idempotency_key
        self.may_have_succeeded = may_have_succeeded
        self._is_retryable = is_retryable

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, by the status code: the rule that the client itself retries by.

        False if the request may have taken effect and would take effect twice.
        """
        from adapty._core.retry import is_retryable_response  # noqa: PLC0415 - keeps `import adapty` fast

        if self._is_retryable is not None:
            return self._is_retryable
        return is_retryable_response(self.status_code, self.error_code)


class BadRequestError(AdaptyAPIError):
    """400: the request is invalid; `field_names` lists the invalid fields.

    `hint` is the documented rule that a transaction, a grant or a revocation breaks.

    Example:
        >>> import adapty
        >>> client.profiles.create(customer_user_id="user_12345")
        Profile(...)
        >>> try:
        ...     client.access_levels.grant("premuim", customer_user_id="user_12345", lifetime=True)
        ... except adapty.BadRequestError as error:
        ...     print(error.hint)
        access_level_id must be an access level of the app, as in the Adapty dashboard
    """


class InsufficientBalanceError(BadRequestError):
    """The balance of a virtual currency does not cover the debit; no part of the transaction took effect."""


class AuthenticationError(AdaptyAPIError):
    """401, and 403 of the Mail API: the key is missing, wrong, or belongs to another app."""


class PermissionDeniedError(AdaptyAPIError):
    """403: the key lacks the permission, or a gateway rejected the request."""


class FeatureNotEnabledError(PermissionDeniedError):
    """The app does not have the feature, such as virtual currencies."""


class NotFoundError(AdaptyAPIError):
    """404: the object does not exist."""


class ProfileNotFoundError(NotFoundError):
    """No profile has this ID; `status_code` is 404, or 400 in the refund saver operations."""


class ConflictError(AdaptyAPIError):
    """409: the request conflicts with stored data, or with a request in progress."""


class UnprocessableEntityError(AdaptyAPIError):
    """422: the body does not match the API's schema, such as more than 20 items in a virtual currency transaction."""


class RateLimitError(AdaptyAPIError):
    """429, after all attempts: too many requests; `retry_after` is the time to wait."""


class ServerError(AdaptyAPIError):
    """5xx, after all attempts."""


class UnexpectedResponseError(AdaptyAPIError):
    """2xx with a status that the API does not document, or with a body that is not the documented JSON."""


class WebhookError(AdaptyError):
    """A webhook request is rejected.

    Adapty treats responses from 200 to 404 as received, and sends the event again after any other. So errors that would
    occur every time are in this range, and temporary ones are not.

    Attributes:
        status: The HTTP status code to respond with.
    """

    status: ClassVar[int] = 400


class WebhookAuthorizationError(WebhookError):
    """401: the Authorization header is missing, repeated, or not one of the accepted values."""

    status = 401


class WebhookBodyError(WebhookError):
    """400: the body is too large, nested too deeply, or a JSON object without an event type."""


class WebhookUnavailableError(WebhookError):
    """503: the event cannot be processed now, or its body is incomplete; Adapty sends it again."""

    status = 503

    @property
    def is_retryable(self) -> bool:
        """True: Adapty sends the event again."""
        return True
