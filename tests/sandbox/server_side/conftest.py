"""A client of the sandbox's server-side API, over a real socket, which validates every response against the spec."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from dateutil.parser import isoparse
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from adapty._generated import openapi_spec
from adapty.sandbox import _timestamps as moments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from adapty.sandbox import Sandbox

CONTRACT = openapi_spec("server_side")
SCHEMAS = CONTRACT["components"]["schemas"]

USER = "user_12345"

SUBSCRIPTION: dict[str, Any] = {
    "purchase_type": "subscription",
    "store": "app_store",
    "store_product_id": "premium_yearly",
    "store_transaction_id": "2000000456789012",
    "store_original_transaction_id": "2000000123456789",
    "price": {"country": "US", "currency": "USD", "value": 49.99},
    "purchased_at": "2026-06-10T14:20:00Z",
    "originally_purchased_at": "2026-06-03T14:20:00Z",
    "expires_at": "2026-07-10T14:20:00Z",
    "renew_status": True,
}
ONE_TIME: dict[str, Any] = {
    "purchase_type": "one_time_purchase",
    "store": "web_shop",
    "store_product_id": "premium_lifetime",
    "store_transaction_id": "order_1001",
    "store_original_transaction_id": "order_1001",
    "price": {"country": "US", "currency": "USD", "value": 99},
    "purchased_at": "2026-06-10T14:20:00Z",
}

FREE = {"country": "US", "currency": "USD", "value": 0}

# In the middle of the period of SUBSCRIPTION.
NOW = "2026-06-20T12:00:00Z"

JSON = "application/json"
JSON_API = "application/vnd.api+json"

# Statuses that any operation can return, whatever the spec lists.
_EVERYWHERE = {400, 405, 413, 415, 500}

# Objects of responses have all of their fields, and no others.
_ANSWERED = (
    *("Profile", "AccessLevel", "ProfileSubscription", "NonSubscription", "Offer", "RefundSaverSettings"),
    *("IntegrationIdentifiers", "PaywallProduct", "PaywallProductOffer", "PagePagination", "ErrorItem"),
    *("VirtualCurrencyBalance", "VirtualCurrencyHistoryItem", "VirtualCurrencyHistoryEntry", "StripeError"),
)

_METHODS = ("get", "put", "post", "delete", "patch")

OPERATIONS: Mapping[str, tuple[str, str]] = {
    item[method]["operationId"]: (method.upper(), path)
    for path, item in CONTRACT["paths"].items()
    for method in _METHODS
    if method in item
}
"""operationId to method and path."""


def _formats() -> FormatChecker:
    """Return a format checker that accepts all date-time formats of the API."""
    checker = FormatChecker(formats=())
    checks: dict[str, Callable[[Any], object]] = {
        "date-time": lambda text: isoparse(text).utcoffset() is not None,
        "uuid": lambda text: str(UUID(text)) == text,
        "uri": lambda text: re.fullmatch(r"https://\S+", text),
        "int32": lambda number: -(2**31) <= number < 2**31,
        "int64": lambda number: -(2**63) <= number < 2**63,
    }
    for name, check in checks.items():
        checker.checks(name, raises=ValueError)(lambda value, check=check: value is None or bool(check(value)))
    return checker


def _strict() -> dict[str, Any]:
    strict = deepcopy(CONTRACT)
    for name in _ANSWERED:
        schema = strict["components"]["schemas"][name]
        schema |= {"additionalProperties": False, "required": list(schema["properties"])}
    return strict


_STRICT = _strict()
_REGISTRY: Registry[Any] = Registry().with_resource("urn:contract", DRAFT202012.create_resource(_STRICT))


def check(operation_id: str, answer: httpx.Response) -> None:
    """Validate a response against the spec of the operation."""
    assert str(UUID(answer.headers["request-id"])) == answer.headers["request-id"]
    method, path = OPERATIONS[operation_id]
    responses = _STRICT["paths"][path][method.lower()]["responses"]
    status = str(answer.status_code)
    documented = responses.get(status) or responses.get(f"{status[0]}XX")
    if documented is None:
        assert answer.status_code in _EVERYWHERE, f"{operation_id} does not answer with {status}: {answer.text}"
        documented = [response for code, response in responses.items() if code.startswith("4")][-1]
    while "$ref" in documented:
        documented = _STRICT["components"]["responses"][documented["$ref"].rpartition("/")[2]]
    if "content" not in documented:
        assert answer.content == b""
        assert "content-type" not in answer.headers
        return
    (kind,) = documented["content"]
    assert answer.headers["content-type"] == kind
    schema = documented["content"][kind]["schema"]
    pointer = {"$ref": f"urn:contract{schema['$ref']}"}
    body = answer.json()
    Draft202012Validator(pointer, registry=_REGISTRY, format_checker=_formats()).validate(body)
    if answer.is_error and "status_code" in body:
        assert body["status_code"] == answer.status_code
    elif answer.is_error:
        assert {error["status"] for error in body["errors"]} == {status}


def transaction(**changes: Any) -> dict[str, Any]:
    """Return the body of a valid subscription transaction, with changes."""
    return {**SUBSCRIPTION, **changes}


def declined(answer: httpx.Response, status: int, error_code: str = "base_error") -> list[str | None]:
    """Return the sources of a rejection, after a check of its status and code."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["error_code"] == error_code
    return [error["source"] for error in body["errors"]]


class ServerSideApi:
    """Sends requests of a test to the sandbox, and validates each response against the spec."""

    def __init__(self, http: httpx.Client) -> None:
        """Store the client, which has the key."""
        self.http = http

    @classmethod
    @contextmanager
    def of(cls, sandbox: Sandbox) -> Iterator[ServerSideApi]:
        """Create one for a sandbox, with its key."""
        headers = {"authorization": f"Api-Key {sandbox.secret_key}"}
        with httpx.Client(base_url=sandbox.url, headers=headers) as http:
            yield cls(http)

    def reset(self) -> None:
        """Delete all data of the sandbox."""
        assert self.http.post("/_sandbox/reset").status_code == 200

    def ask(
        self,
        operation_id: str,
        body: Any = None,
        *,
        user: str | None = USER,
        profile_id: str | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        paywall_id: str = "",
    ) -> httpx.Response:
        """Call an operation, by default for the user of most tests, and validate the response."""
        method, template = OPERATIONS[operation_id]
        named = {"adapty-profile-id": profile_id} if profile_id else {"adapty-customer-user-id": user} if user else {}
        sent = json.dumps(body).encode() if content is None and body is not None else content
        kind = {"content-type": JSON_API if "stripe" in template else JSON} if sent is not None else {}
        answer = self.http.request(
            method,
            template.format(paywall_id=paywall_id),
            content=sent,
            headers={**named, **kind, **(headers or {})},
            params=params,
        )
        check(operation_id, answer)
        return answer

    def data(self, operation_id: str, body: Any = None, **how: Any) -> Any:
        """Call an operation that succeeds, and return the profile or list in its response."""
        answer = self.ask(operation_id, body, **how)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def profile(self, **how: Any) -> dict[str, Any]:
        """Return the current profile."""
        profile: dict[str, Any] = self.data("getProfile", **how)
        return profile

    def create(self, **fields: Any) -> dict[str, Any]:
        """Create the profile of the user of most tests."""
        profile: dict[str, Any] = self.data("createProfile", fields)
        return profile

    def level(self, name: str = "premium") -> dict[str, Any] | None:
        """Return an access level of the profile."""
        found = [level for level in self.profile()["access_levels"] if level["access_level_id"] == name]
        assert len(found) <= 1
        return found[0] if found else None


class Clock:
    """The time of the sandbox, which only the test changes."""

    def __init__(self) -> None:
        """Start at NOW."""
        self.at = 0
        self.set(NOW)

    def set(self, text: str) -> None:
        """Set the time."""
        self.at = int(isoparse(text).timestamp() * 1_000_000)

    def __call__(self) -> int:
        """Return the stopped time."""
        return self.at


@pytest.fixture(scope="session")
def shared_server_side(running_sandbox: Sandbox) -> Iterator[ServerSideApi]:
    """Return the API of the sandbox that all tests share, with its data."""
    with ServerSideApi.of(running_sandbox) as api:
        yield api


@pytest.fixture
def api(sandbox: Sandbox, shared_server_side: ServerSideApi) -> ServerSideApi:
    """Return the API of the sandbox, without data."""
    return shared_server_side


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the sandbox's time."""
    stopped = Clock()
    monkeypatch.setattr(moments, "now", stopped)
    return stopped


def same_moment(text: str | None, other: str | None) -> bool:
    """Return whether two date-times are the same moment."""
    return (text and isoparse(text)) == (other and isoparse(other))
