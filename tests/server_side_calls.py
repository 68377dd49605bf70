"""Calls and responses of each operation of the server-side API, and a stub of the API."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
from attrs import Factory, define, frozen

from adapty import InstallationMeta, Price, RemoteConfig, Subscription, VirtualCurrencyTransactionItem
from adapty._concurrency import map_async, map_threads
from adapty._generated import openapi_spec
from tests.core.support import case

__all__ = [
    "BY_CUSTOMER_USER_ID",
    "CALLS",
    "CONTRACT",
    "KEY",
    "PAYWALL_ID",
    "PROFILE_ID",
    "PUBLIC_KEY",
    "PURCHASE",
    "SIDE_BY_SIDE",
    "SUBSCRIPTION",
    "USER",
    "Handler",
    "Operation",
    "Stub",
    "answering",
    "error_body",
    "failing",
    "left_running",
    "operation_of",
    "taken",
    "who_is_here",
]

KEY = "secret_live_shown"
"""The key of the clients under test, which must never show."""

PUBLIC_KEY = "public_live_shown"
"""Their key of the Web API."""

USER = "jane@example.com"
"""A customer user id of the most personal kind, which must show in no error."""

BY_CUSTOMER_USER_ID: Mapping[str, Any] = {"customer_user_id": USER}

PROFILE_ID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"
PAYWALL_ID = "3a1f7f66-5a0e-4f3b-9d5e-0d6b7c8e9f10"
DEVICE_ID = "1a2b3c4d-5e6f-4708-8192-a3b4c5d6e7f8"

SIDE_BY_SIDE: Mapping[object, int] = {map_async: 100, map_threads: 50}
"""How many callers share one client where they share one, by how they are run."""

PURCHASE: Mapping[str, Any] = {
    "store": "web_shop",
    "store_product_id": "premium_lifetime",
    "store_transaction_id": "order_1001",
    "store_original_transaction_id": "order_1001",
    "price": {"country": "US", "currency": "USD", "value": "9.99"},
    "purchased_at": "2026-06-10T14:20:00Z",
}
"""The least that records a one-time purchase."""

SUBSCRIPTION: Mapping[str, Any] = {
    **PURCHASE,
    "originally_purchased_at": "2026-06-03T14:20:00Z",
    "expires_at": "2026-07-10T14:20:00Z",
    "renew_status": True,
}
"""The least that records a subscription's transaction."""

OFFER = {"category": "promotional", "type": "pay_up_front", "id": "spring"}

FULL_PURCHASE: Mapping[str, Any] = {
    **PURCHASE,
    "environment": "Sandbox",
    "is_family_shared": False,
    "variation_id": None,
    "offer": OFFER,
    "refunded_at": "2026-06-11T14:20:00Z",
    "cancellation_reason": "refund",
}

FULL_SUBSCRIPTION: Mapping[str, Any] = {
    **FULL_PURCHASE,
    **SUBSCRIPTION,
    "store_base_plan_id": "monthly",
    "renew_status_changed_at": None,
    "billing_issue_detected_at": "2026-06-12T14:20:00Z",
    "grace_period_expires_at": "2026-07-12T14:20:00Z",
}

FULL_PROFILE: Mapping[str, Any] = {
    "first_name": "Jane",
    "last_name": "Doe",
    "gender": "f",
    "email": "jane@example.com",
    "phone_number": "+15550100",
    "birthday": "1990-05-21",
    "ip_country": "US",
    "ip_v4_address": "203.0.113.7",
    "store_country": "US",
    "store": "app_store",
    "store_account_token": UUID("7f0e9d8c-6b5a-4938-8271-605f4e3d2c1b"),
    "att_status": 3,
    "analytics_disabled": False,
    "custom_attributes": {"plan": "trial", "score": 4.5, "paid": True, "old": None},
    "installation_meta": InstallationMeta(device_id=DEVICE_ID, device="iPhone15,2", platform="iOS", idfa=None),
}

SETTLED: Mapping[str, Any] = {"first_name": None, "email": "jane@example.com", "custom_attributes": {"plan": None}}
CONFIGS = {"en": {"headline": "Go premium"}, "de": '{"headline": "Jetzt Premium"}'}
READY = Subscription(**{**SUBSCRIPTION, "price": Price(country="DE", currency="EUR", value="49.99")})
ITEMS = [VirtualCurrencyTransactionItem(currency_code="GOLD", amount=-1), {"currency_code": "GEMS", "amount": 2}]

Handler = Callable[[httpx.Request], httpx.Response]
"""What answers a request, or raises what httpx would."""

CALLS: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "getProfile": lambda adapty, user: adapty.profiles.get(**user),
    "createProfile": lambda adapty, user: adapty.profiles.create(**user, **FULL_PROFILE, platform="iOS"),
    "updateProfile": lambda adapty, user: adapty.profiles.update(**user, **SETTLED),
    "deleteProfile": lambda adapty, user: adapty.profiles.delete(**user),
    "setTransaction": lambda adapty, user: adapty.transactions.set_subscription(**user, **SUBSCRIPTION),
    "grantAccessLevel": lambda adapty, user: adapty.access_levels.grant("premium", **user, lifetime=True),
    "revokeAccessLevel": lambda adapty, user: adapty.access_levels.revoke("premium", **user, immediate=True),
    "getRefundSaverSettings": lambda adapty, user: adapty.refund_saver.get(**user),
    "setRefundSaverSettings": lambda adapty, user: adapty.refund_saver.set(
        **user, custom_preference="decline", consent=None
    ),
    "validateStripePurchase": lambda adapty, _: adapty.purchases.validate_stripe(
        customer_user_id=USER, stripe_token="sub_1PqXyZ"
    ),
    "validatePaddlePurchase": lambda adapty, _: adapty.purchases.validate_paddle(
        customer_user_id=USER, paddle_token="txn_01h"
    ),
    "getIntegrationIdentifiers": lambda adapty, user: adapty.integrations.get(**user),
    "setIntegrationIdentifiers": lambda adapty, user: adapty.integrations.set(
        **user, amplitude_user_id="user_12345", branch_id=None
    ),
    "listPaywalls": lambda adapty, _: taken(adapty.paywalls.list()),
    "getPaywall": lambda adapty, _: adapty.paywalls.get(PAYWALL_ID),
    "updatePaywall": lambda adapty, _: adapty.paywalls.update(PAYWALL_ID, CONFIGS),
    "createVirtualCurrencyTransaction": lambda adapty, user: adapty.virtual_currencies.credit("GOLD", 50, **user),
    "listVirtualCurrencyTransactions": lambda adapty, user: taken(adapty.virtual_currencies.history(**user)),
    "listVirtualCurrencyBalances": lambda adapty, user: adapty.virtual_currencies.balances(**user),
    "getProfileV1": lambda adapty, user: adapty.v1.profiles.get(**user),
    "createProfileV1": lambda adapty, user: adapty.v1.profiles.create(**user, **FULL_PROFILE),
    "updateProfileV1": lambda adapty, user: adapty.v1.profiles.update(**user, **SETTLED),
    "deleteProfileV1": lambda adapty, user: adapty.v1.profiles.delete(**user),
    "grantAccessLevelV1": lambda adapty, user: adapty.v1.access_levels.grant("premium", **user, lifetime=True),
    # Other ways to call some operations: the operation's name, and the different arguments.
    "createProfile/bare": lambda adapty, user: adapty.profiles.create(**user),
    "setTransaction/full": lambda adapty, user: adapty.transactions.set_subscription(**user, **FULL_SUBSCRIPTION),
    "setTransaction/once": lambda adapty, user: adapty.transactions.set_one_time_purchase(**user, **FULL_PURCHASE),
    "setTransaction/ready": lambda adapty, user: adapty.transactions.set(READY, **user),
    "setTransaction/dict": lambda adapty, user: adapty.transactions.set(
        {"purchase_type": "one_time_purchase", **PURCHASE}, **user
    ),
    "grantAccessLevel/period": lambda adapty, user: adapty.access_levels.grant(
        "premium", **user, starts_at="2026-06-01T00:00:00Z", expires_at="2026-07-01T00:00:00+02:00"
    ),
    "revokeAccessLevel/later": lambda adapty, user: adapty.access_levels.revoke(
        "premium", **user, revoke_at="2026-06-30T23:59:59Z"
    ),
    "listPaywalls/sized": lambda adapty, _: taken(adapty.paywalls.list(page_size=100)),
    "updatePaywall/list": lambda adapty, _: adapty.paywalls.update(
        PAYWALL_ID, [RemoteConfig(locale="en", data="{}"), {"locale": "de", "data": {"a": [1, None]}}]
    ),
    "createVirtualCurrencyTransaction/debit": lambda adapty, user: adapty.virtual_currencies.debit(
        "GOLD", 50, **user, metadata=None
    ),
    "createVirtualCurrencyTransaction/exchange": lambda adapty, user: adapty.virtual_currencies.exchange(
        "GOLD", 100, "GEMS", 5, **user, metadata={"reason": "exchange"}
    ),
    "createVirtualCurrencyTransaction/items": lambda adapty, user: adapty.virtual_currencies.transact(ITEMS, **user),
    "listVirtualCurrencyTransactions/one": lambda adapty, user: taken(
        adapty.virtual_currencies.history(**user, currency_code="GOLD", page_size=1)
    ),
}
"""The operation's name to a call of it through either client: what the async one's gives is to be awaited."""

CONTRACT = openapi_spec("server_side")


@frozen
class Operation:
    """One operation of the spec, with resolved references."""

    name: str
    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any]
    responses: Mapping[str, Any]

    @classmethod
    def every(cls) -> Iterable[Operation]:
        """Return all operations of the spec."""
        for path, item in CONTRACT["paths"].items():
            for method, said in item.items():
                if method != "parameters":
                    listed = [*item.get("parameters", ()), *said.get("parameters", ())]
                    body = _resolved(said.get("requestBody", {})).get("content", {})
                    parameters = tuple(map(_resolved, listed))
                    yield cls(said["operationId"], method.upper(), path, parameters, body, said["responses"])

    @property
    def takes_user(self) -> bool:
        """Return whether its headers contain a user."""
        return any(parameter["name"] == "adapty-profile-id" for parameter in self.parameters)

    def schema(self, media_type: str) -> Mapping[str, Any]:
        """Return the schema of its body, with all referenced schemas."""
        return {**self.body[media_type]["schema"], "components": CONTRACT["components"]}

    def success(self) -> tuple[int, bytes, str]:
        """Return a documented success: status, body and content type."""
        status, said = next((status, _resolved(said)) for status, said in self.responses.items() if status < "3")
        for media_type, content in said.get("content", {}).items():
            value = next(iter(content["examples"].values()))["value"]
            last_page = {**value, "pagination": {"next_cursor": None}} if "pagination" in value else value
            return int(status), json.dumps(last_page).encode(), media_type
        return int(status), b"", "application/json"

    def succeeding(self) -> Handler:
        """Return a handler that responds with success."""
        status, body, media_type = self.success()
        return answering(status, body, {"Content-Type": media_type})


def _resolved(said: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = CONTRACT
    if "$ref" not in said:
        return said
    for name in said["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


_OPERATIONS = {operation.name: operation for operation in Operation.every()}


def operation_of(name: str) -> Operation:
    """Return the operation of one of `CALLS`."""
    return _OPERATIONS[name.partition("/")[0]]


def answering(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Handler:
    """Return a handler with this response."""
    return lambda request: httpx.Response(status, content=body, headers=headers, request=request)


def failing(kind: type[httpx.RequestError], words: str = "") -> Handler:
    """Return a handler that raises an exception of httpx."""

    def fail(request: httpx.Request) -> httpx.Response:
        raise kind(words, request=request)

    return fail


def error_body(error_code: str, status: int = 400) -> bytes:
    """Return the body of an error of the API."""
    return json.dumps({"errors": ["Refused"], "error_code": error_code, "status_code": status}).encode()


@define
class Stub:
    """Replaces the API without a socket: the replies (the last one repeats), and the received requests."""

    replies: list[Handler] = Factory(lambda: [answering(200, b"{}")])
    requests: list[httpx.Request] = Factory(list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Handle a request, for `httpx.MockTransport`."""
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply(request)

    @contextmanager
    def case(self, **values: object) -> Iterator[None]:
        """Discard earlier replies and requests, and add the values of a case to a failure."""
        self.replies, self.requests = [answering(200, b"{}")], []
        with case(**values):
            yield

    @property
    def sent(self) -> Any:
        """Return the decoded body of the last request."""
        return json.loads(self.requests[-1].content)


def taken(steps: Any, most: int | None = None, into: list[Any] | None = None) -> Any:
    """Return items of an iterator of either client: a list, or an awaitable for the async client.

    Args:
        steps: The iterator.
        most: The maximum number of items. Default: all.
        into: The list for the items, to see those before an exception.
    """
    items = [] if into is None else into
    return _awaited(steps, most, items) if hasattr(steps, "__aiter__") else _listed(steps, most, items)


async def _awaited(steps: Any, most: int | None, items: list[Any]) -> list[Any]:
    async for item in steps:
        items += [item]
        if len(items) == most:
            break
    return items


def _listed(steps: Any, most: int | None, items: list[Any]) -> list[Any]:
    for item in steps:
        items += [item]
        if len(items) == most:
            break
    return items


def who_is_here() -> tuple[int, object]:
    """Return the current thread and task; no task in a thread without an event loop."""
    try:
        task: object = asyncio.current_task()
    except RuntimeError:
        task = None
    return threading.get_ident(), task


def left_running() -> list[str]:
    """Return the names of the client's running threads and tasks."""
    names = [thread.name for thread in threading.enumerate()]
    threads = [name for name in names if name.startswith("adapty") and not name.startswith("adapty-sandbox")]
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:
        return threads
    return [*threads, *(task.get_name() for task in tasks if "in_tasks" in repr(task.get_coro()))]
