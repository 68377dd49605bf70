"""Fixtures of the webhook tests: a receiver, a sandbox that posts to it, and validation of events."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
from jsonschema import Draft202012Validator

from adapty._generated import openapi_spec
from adapty.sandbox import Sandbox
from tests.raw_server import RawServer, raw_server

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FAST", "Posting", "body_of", "checked", "posting", "purchase", "subscription"]

FAST = 100_000
"""A time scale at which all tries are over within half a second."""

_CONTRACT = openapi_spec("webhooks")
_ACCESS = "access_level_updated"


def _closed(schema: Any) -> Any:
    """Forbid unknown properties in a schema: receivers must accept them, the sandbox sends none."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    return {"additionalProperties": False, **closed} if "properties" in schema and "type" in schema else closed


_SCHEMAS = {
    name: Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": _closed(_CONTRACT["components"])},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    for name in ("PurchaseEvent", "AccessLevelUpdatedEvent")
}


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """Validate a posted event against the spec, and return it."""
    name = "AccessLevelUpdatedEvent" if body["event_type"] == _ACCESS else "PurchaseEvent"
    assert [error.message for error in _SCHEMAS[name].iter_errors(body)] == []
    properties = body["event_properties"]
    assert UUID(properties["profile_event_id"]).version == 4
    assert properties["profile_id"] == body["profile_id"]
    assert properties["event_datetime"] == body["event_datetime"]
    assert body["event_api_version"] == 1
    return body


def body_of(request: bytes) -> Any:
    """Decode the body of a request."""
    return json.loads(request.partition(b"\r\n\r\n")[2])


def purchase(**changes: Any) -> dict[str, Any]:
    """Return a valid one-time purchase, with changes."""
    return {
        "purchase_type": "one_time_purchase",
        "store": "app_store",
        "environment": "Sandbox",
        "store_product_id": "coins",
        "store_transaction_id": "one",
        "store_original_transaction_id": "one",
        "price": {"country": "DE", "currency": "EUR", "value": 4.99},
        "purchased_at": "2026-06-10T14:20:00Z",
        **changes,
    }


def subscription(**changes: Any) -> dict[str, Any]:
    """Return a valid active subscription, with changes."""
    return {
        "purchase_type": "subscription",
        "store": "play_store",
        "store_product_id": "premium:yearly",
        "store_transaction_id": "first",
        "store_original_transaction_id": "first",
        "price": {"country": "US", "currency": "USD", "value": 99},
        "purchased_at": "2026-06-10T14:20:00Z",
        "originally_purchased_at": "2026-06-10T14:20:00Z",
        "expires_at": "2999-06-10T14:20:00Z",
        "renew_status": True,
        **changes,
    }


class Posting:
    """A sandbox that posts webhooks, and their receiver."""

    def __init__(self, sandbox: Sandbox, receiver: RawServer, http: httpx.Client) -> None:
        """Store them."""
        self.sandbox = sandbox
        self.receiver = receiver
        self._http = http

    def call(self, path: str, body: Any, *, user: str = "jane") -> httpx.Response:
        """Send a request of the server-side API that must succeed."""
        answer = self._http.post(
            f"/api/v2/server-side-api/{path}/", json=body, headers={"adapty-customer-user-id": user}
        )
        assert answer.is_success, answer.text
        return answer

    def transaction(self, body: dict[str, Any]) -> None:
        """Set a transaction."""
        self.call("purchase/set/transaction", body)

    def try_transaction(self, body: dict[str, Any]) -> int:
        """Set a transaction that may break a rule, and return the status."""
        path = "/api/v2/server-side-api/purchase/set/transaction/"
        return self._http.post(path, json=body, headers={"adapty-customer-user-id": "jane"}).status_code

    def posted(self) -> list[dict[str, Any]]:
        """Return the posted events after validation, and forget them."""
        assert self.sandbox.webhooks.wait_until_idle(10)
        bodies = [body_of(request) for request in self.receiver.requests]
        self.receiver.requests.clear()
        return [checked(body) for body in bodies if body != {}]

    def types(self) -> list[str]:
        """Return the types of the posted events, in order."""
        return [body["event_type"] for body in self.posted()]


@contextmanager
def posting(**settings: Any) -> Iterator[Posting]:
    """Provide a sandbox that posts to a receiver, with a profile `jane`."""
    with raw_server() as receiver:
        given = {"webhook_url": f"{receiver.url}/adapty?token=abc", "webhook_time_scale": FAST, **settings}
        with Sandbox(**given) as sandbox:
            headers = {"authorization": f"Api-Key {sandbox.secret_key}"}
            with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False) as http:
                one = Posting(sandbox, receiver, http)
                one.call("profile", {"email": "jane@example.com"})
                yield one
