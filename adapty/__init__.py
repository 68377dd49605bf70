"""Adapty for Python backends: the server-side API and the Adapty Mail API, sync and async.

    from adapty import Adapty

    adapty = Adapty(mail_secret_key="...")
    adapty.mail.save_profile(external_profile_id=..., external_created_at=..., email=...)

`Adapty` is the blocking client and `AsyncAdapty` the async one; `adapty.errors` draws the tree of what they raise.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from adapty._version import __version__
from adapty.errors import (
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyTimeoutError,
    AdaptyUsageError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
    UnprocessableError,
)

if TYPE_CHECKING:
    from adapty._async.client import AsyncAdapty
    from adapty._core.not_given import NOT_GIVEN, NotGiven
    from adapty._sync.client import Adapty
    from adapty.config import Timeouts
    from adapty.flows import FLOW_BY_EVENT_TYPE, Flow, FlowEvent, TransactionEventType, current_flow, flow_for
    from adapty.models import DeviceInfo, MailProfile, Offer, OfferCategory, OfferType, TransactionEvent

__all__ = [
    "FLOW_BY_EVENT_TYPE",
    "NOT_GIVEN",
    "Adapty",
    "AdaptyAPIError",
    "AdaptyConfigError",
    "AdaptyConnectionError",
    "AdaptyError",
    "AdaptyTimeoutError",
    "AdaptyUsageError",
    "AsyncAdapty",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "DeviceInfo",
    "Flow",
    "FlowEvent",
    "MailProfile",
    "NotFoundError",
    "NotGiven",
    "Offer",
    "OfferCategory",
    "OfferType",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "Timeouts",
    "TransactionEvent",
    "TransactionEventType",
    "UnexpectedResponseError",
    "UnprocessableError",
    "__version__",
    "current_flow",
    "flow_for",
]

# Loaded when first asked for (PEP 562): httpx, attrs and dateutil take a while, and scripts start often.
_HOMES = {
    "FLOW_BY_EVENT_TYPE": "adapty.flows",
    "NOT_GIVEN": "adapty._core.not_given",
    "Adapty": "adapty._sync.client",
    "AsyncAdapty": "adapty._async.client",
    "DeviceInfo": "adapty.models",
    "Flow": "adapty.flows",
    "FlowEvent": "adapty.flows",
    "MailProfile": "adapty.models",
    "NotGiven": "adapty._core.not_given",
    "Offer": "adapty.models",
    "OfferCategory": "adapty.models",
    "OfferType": "adapty.models",
    "Timeouts": "adapty.config",
    "TransactionEvent": "adapty.models",
    "TransactionEventType": "adapty.flows",
    "current_flow": "adapty.flows",
    "flow_for": "adapty.flows",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module 'adapty' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
