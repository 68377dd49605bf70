"""The webhooks under `/_sandbox/`: what was posted, and posting on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import asdict
from starlette.responses import JSONResponse

from adapty._core.redaction import redact_data
from adapty.errors import AdaptyUsageError
from adapty.sandbox.answers import refused
from adapty.sandbox.body import MAX_BODY_BYTES, decoded, received, unkeepable
from adapty.sandbox.flaws import BodyRefused, Flaw

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from adapty.sandbox.webhooks.control import Webhooks
    from adapty.sandbox.webhooks.deliveries import WebhookDelivery

__all__ = ["WebhookPages"]

_TAKEN = ("event_type", "customer_user_id", "profile_id", "event_properties")


class WebhookPages:
    """The endpoints, over what they show.

    Args:
        webhooks: What they show.
    """

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def show(self, _: Request) -> Response:
        """Show where events go, how the address was checked, and the last deliveries."""
        verification = self._webhooks.verification
        return JSONResponse(
            {
                "url": self._webhooks.url,
                "verification": None if verification is None else asdict(verification),
                "deliveries": [_shown(delivery) for delivery in self._webhooks.deliveries()],
            },
        )

    async def post(self, request: Request) -> Response:
        """Post an event on demand."""
        raw = await received(request)
        if raw is None:
            return refused(413, Flaw(message=f"Body is longer than {MAX_BODY_BYTES} bytes"))
        try:
            delivery = self._webhooks.post(**_asked(raw))
        except BodyRefused as refusal:
            return refused(400, *refusal.flaws)
        except AdaptyUsageError as error:
            return refused(400, Flaw(message=str(error), path=(error.field_name,) if error.field_name else ()))
        return JSONResponse(_shown(delivery))


def _asked(raw: bytes) -> dict[str, Any]:
    body = decoded(raw)
    if not isinstance(body, dict):
        raise BodyRefused(Flaw(message="Body should be a valid object"))
    if "event_type" not in body:
        raise BodyRefused(Flaw(message="Field required", path=("event_type",)))
    unknown = sorted(body.keys() - set(_TAKEN))
    if unknown:
        raise BodyRefused(*(Flaw(message=f"Field not known; use {', '.join(_TAKEN)}", path=(n,)) for n in unknown))
    flaws = list(unkeepable(body))
    if flaws:
        raise BodyRefused(*flaws)
    return body


def _shown(delivery: WebhookDelivery) -> Any:
    fields = asdict(delivery, recurse=False)
    del fields["body"]
    return redact_data(fields, ())
