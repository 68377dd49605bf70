"""The configuration of webhooks: the address, the Authorization value, and Adapty's retry schedule."""

from __future__ import annotations

import math
from typing import Any, Self

import httpx
from attrs import field, frozen

from adapty._core.redaction import Secret
from adapty._core.validation import header_value_problem, type_name
from adapty.errors import AdaptyConfigError
from adapty.sandbox._constants import DEFAULT_WEBHOOK_TIME_SCALE

__all__ = ["RETRY_DELAYS", "TIMEOUT_SECONDS", "WebhookConfig", "is_received"]

TIMEOUT_SECONDS = 10.0
"""How long Adapty waits for a response. It is not scaled: the receiver does not become faster."""

_FIRST_DELAY_SECONDS = 60.0
_RETRIES = 9

RETRY_DELAYS = tuple(_FIRST_DELAY_SECONDS * 2**retry for retry in range(_RETRIES))
"""The delays before the retries, in seconds, not scaled: a minute, then twice as long each time, for 24 hours."""

_MIN_RECEIVED, _MAX_RECEIVED = 200, 404
_MAX_PORT = 65535
_EXPECTED_URL = "expected an http or https address such as http://127.0.0.1:8000/adapty"


def is_received(status: int) -> bool:
    """Return whether Adapty considers an event received after a response with this status.

    Example:
        >>> [is_received(status) for status in (200, 302, 404, 405, 500)]
        [True, True, True, False, False]
    """
    return _MIN_RECEIVED <= status <= _MAX_RECEIVED


@frozen(kw_only=True)
class WebhookConfig:
    """The webhook settings of the dashboard, and the time scale.

    Attributes:
        url: The address that events are posted to. Its query may be confidential.
        authorization: The unmodified value of the `Authorization` header. Default: no such header.
        time_scale: How many times shorter than Adapty's the retry delays are.
    """

    url: str = field(repr=False)
    authorization: Secret | None = None
    time_scale: float = DEFAULT_WEBHOOK_TIME_SCALE

    @classmethod
    def parse(
        cls,
        url: str | None,
        *,
        authorization: str | None = None,
        time_scale: float = DEFAULT_WEBHOOK_TIME_SCALE,
    ) -> Self | None:
        """Validate the arguments of a user; return None without a URL.

        Raises:
            AdaptyConfigError: An argument is invalid, or there is an `authorization` without a URL.

        Example:
            >>> WebhookConfig.parse("http://127.0.0.1:8000/adapty?token=1", authorization="a value").public_url
            'http://127.0.0.1:8000/adapty'
            >>> WebhookConfig.parse(None) is None
            True
        """
        scale = _parse_time_scale(time_scale)
        if url is None:
            if authorization is not None:
                raise AdaptyConfigError.for_field("webhook_authorization", "requires a webhook_url")
            return None
        return cls(url=_parse_url(url), authorization=_parse_authorization(authorization), time_scale=scale)

    @property
    def public_url(self) -> str:
        """The address without its query, which may contain a key."""
        return str(httpx.URL(self.url).copy_with(query=None))


def _parse_url(value: Any) -> str:
    """Validate an address. Errors do not quote it, because it may contain a key."""
    name = "webhook_url"
    if not isinstance(value, str):
        raise AdaptyConfigError.for_field(name, f"must be a string, not {type_name(value)}; {_EXPECTED_URL}")
    try:
        url = httpx.URL(value)
        has_host = bool(url.host) and (url.port is None or 0 < url.port <= _MAX_PORT)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise AdaptyConfigError.for_field(name, f"is not a URL; {_EXPECTED_URL}") from None
    if url.scheme not in {"http", "https"} or not has_host or " " in value:
        raise AdaptyConfigError.for_field(name, f"is not the address of a web server; {_EXPECTED_URL}")
    if url.userinfo or url.fragment:
        part = "a fragment" if url.fragment else "a user name or password, which belong in the Authorization header"
        raise AdaptyConfigError.for_field(name, f"contains {part}; {_EXPECTED_URL}")
    return str.__str__(value)


def _parse_authorization(value: Any) -> Secret | None:
    """Validate a header value. Errors do not quote it."""
    if value is None:
        return None
    problem = header_value_problem(value) if isinstance(value, str) else f"must be a string, not {type_name(value)}"
    if problem:
        raise AdaptyConfigError.for_field("webhook_authorization", f"{problem}; expected the value of the header")
    return Secret(str.__str__(value))


def _parse_time_scale(value: Any) -> float:
    expected = "must be a number greater than 0"
    if type(value) not in {int, float}:
        raise AdaptyConfigError.for_field("webhook_time_scale", f"{expected}, not {type_name(value)}")
    if value <= 0 or not _is_finite(value):
        raise AdaptyConfigError.for_field("webhook_time_scale", f"{expected}, and finite")
    return float(value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
