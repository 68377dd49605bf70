"""Where the sandbox posts webhooks to: an address, the value of a header, and a pace."""

from __future__ import annotations

import math
from typing import Any, Self

import httpx
from attrs import field, frozen

from adapty._core.redact import Secret
from adapty._core.validate import kind_of, unfit_for_a_header
from adapty.errors import AdaptyConfigError
from adapty.sandbox.defaults import DEFAULT_WEBHOOK_TIME_SCALE

__all__ = ["WebhookSettings"]

_LAST_PORT = 65535

_ADDRESS = "expected an http or https address such as http://127.0.0.1:8000/adapty"


@frozen(kw_only=True)
class WebhookSettings:
    """What is set up for webhooks in the dashboard, and how fast time goes.

    Attributes:
        url: Where events are posted to. Its query may hold what is nobody's business.
        authorization: The value of the `Authorization` header, sent as it is; None sends no such header.
        time_scale: How many times shorter than Adapty's the waits before retries are.
    """

    url: str = field(repr=False)
    authorization: Secret | None = None
    time_scale: float = DEFAULT_WEBHOOK_TIME_SCALE

    @classmethod
    def of(
        cls,
        url: str | None,
        *,
        authorization: str | None = None,
        time_scale: float = DEFAULT_WEBHOOK_TIME_SCALE,
    ) -> Self | None:
        """Check what a user gives; None where no webhooks are wanted.

        Raises:
            AdaptyConfigError: One of them cannot be used, or there is an `authorization` and nowhere to send it.

        Example:
            >>> WebhookSettings.of("http://127.0.0.1:8000/adapty?token=1", authorization="a value").shown_url
            'http://127.0.0.1:8000/adapty'
            >>> WebhookSettings.of(None) is None
            True
        """
        scale = _checked_scale(time_scale)
        if url is None:
            if authorization is not None:
                raise AdaptyConfigError.for_field(
                    "webhook_authorization", "is given without a webhook_url to send it to"
                )
            return None
        return cls(url=_checked_url(url), authorization=_checked_authorization(authorization), time_scale=scale)

    @property
    def shown_url(self) -> str:
        """The address without its query, which may hold a key."""
        return str(httpx.URL(self.url).copy_with(query=None))


def _checked_url(value: Any) -> str:
    """Accept an address; the message holds none of it, for it may hold a key."""
    name = "webhook_url"
    if not isinstance(value, str):
        raise AdaptyConfigError.for_field(name, f"is {kind_of(value)}; {_ADDRESS}")
    try:
        url = httpx.URL(value)
        has_host = bool(url.host) and (url.port is None or 0 < url.port <= _LAST_PORT)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise AdaptyConfigError.for_field(name, f"is no address; {_ADDRESS}") from None
    if url.scheme not in {"http", "https"} or not has_host or " " in value:
        raise AdaptyConfigError.for_field(name, f"is no address of a web server; {_ADDRESS}")
    if url.userinfo or url.fragment:
        part = "a fragment" if url.fragment else "a user name or password, which belong into the Authorization header"
        raise AdaptyConfigError.for_field(name, f"holds {part}; {_ADDRESS}")
    return str.__str__(value)


def _checked_authorization(value: Any) -> Secret | None:
    """Accept what a header carries unchanged; the message never holds it."""
    if value is None:
        return None
    problem = unfit_for_a_header(value) if isinstance(value, str) else f"is {kind_of(value)}"
    if problem:
        raise AdaptyConfigError.for_field("webhook_authorization", f"{problem}; expected the header's value")
    return Secret(str.__str__(value))


def _checked_scale(value: Any) -> float:
    expected = "expected how many times faster than Adapty, above 0"
    if type(value) not in {int, float}:
        raise AdaptyConfigError.for_field("webhook_time_scale", f"is {kind_of(value)}; {expected}")
    if value <= 0 or not _is_finite(value):
        raise AdaptyConfigError.for_field("webhook_time_scale", f"is out of range; {expected}")
    return float(value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
