"""Every operation of the server-side API's spec has a method, which sends what the spec defines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx
import pytest
from jsonschema import Draft202012Validator

from adapty import AdaptyConfigError, AsyncAdapty
from adapty_generated.server_side.api.paywalls import get_paywall, list_paywalls
from adapty_generated.server_side.api.profile import delete_profile, get_profile, update_profile
from adapty_generated.server_side.models import ErrorResponse, Paywall, ProfileRequest, ProfileResponse
from tests.server_side_calls import (
    CALLS,
    CONTRACT,
    KEY,
    PAYWALL_ID,
    PROFILE_ID,
    USER,
    Operation,
    Stub,
    answering,
    error_body,
    operation_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapty.sandbox import Sandbox

pytestmark = pytest.mark.anyio

USERS: Mapping[str, tuple[Mapping[str, Any], tuple[str, str]]] = {
    "customer": ({"customer_user_id": USER}, ("adapty-customer-user-id", USER)),
    "profile": ({"profile_id": PROFILE_ID.upper()}, ("adapty-profile-id", PROFILE_ID)),
    "uuid": ({"profile_id": UUID(PROFILE_ID)}, ("adapty-profile-id", PROFILE_ID)),
}


async def test_every_operation_has_a_call() -> None:
    """Every operation of the spec has a method of the facade, and the table has no other."""
    assert {operation_of(name).name for name in CALLS} == {operation.name for operation in Operation.every()}


async def test_every_call_conforms_to_contract(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Method, path, credentials, user, query and body match the spec; the documented response is parsed."""
    for name in CALLS:
        for user in USERS:
            with stub.case(user=user, name=name):
                operation = operation_of(name)
                stub.replies = [operation.succeeding()]
                given, identity = USERS[user]

                await CALLS[name](stubbed, given)

                (request,) = stub.requests
                path, _, query = request.url.raw_path.decode().partition("?")
                assert (request.method, path) == (operation.method, operation.path.replace("{paywall_id}", PAYWALL_ID))
                assert request.headers["Authorization"] == f"Api-Key {KEY}"
                sent = {header: value for header, value in request.headers.items() if header.startswith("adapty-")}
                sent.pop("adapty-platform", None)
                assert list(sent.items()) == ([identity] if operation.takes_user else [])
                _assert_declared(operation, dict(parse_qsl(query)), request.headers)
                _assert_body(operation, request)


def _assert_declared(operation: Operation, query: Mapping[str, str], headers: Mapping[str, str]) -> None:
    """Check that each query parameter and each custom header is in the spec, with a valid value."""
    declared = {(parameter["in"], parameter["name"].lower()): parameter["schema"] for parameter in operation.parameters}
    sent = {("query", name): value for name, value in query.items()}
    sent |= {
        ("header", name): value
        for name, value in headers.items()
        if name == "idempotency-key" or name.startswith("adapty-")
    }
    assert sent.keys() <= declared.keys()
    for where, value in sent.items():
        schema = {**declared[where], "components": CONTRACT["components"]}
        Draft202012Validator(schema).validate(int(value) if schema.get("type") == "integer" else value)


def _assert_body(operation: Operation, request: httpx.Request) -> None:
    """Check that the body is valid under the schema of its content type, or that there is no body."""
    if not operation.body:
        assert request.content == b""
        assert "Content-Type" not in request.headers
        return
    schema = operation.schema(request.headers["Content-Type"])
    Draft202012Validator(schema).validate(json.loads(request.content))


async def test_low_level_client_sends_the_key(stubbed: AsyncAdapty, stub: Stub) -> None:
    """The key has the API's own scheme; a UUID is text in a header and an object in a path."""
    stub.replies = [operation_of(name).succeeding() for name in ("getProfile", "getPaywall")]
    ready = stubbed.low_level()

    profile = await get_profile.asyncio_detailed(client=ready, adapty_profile_id=PROFILE_ID)
    paywall = await get_paywall.asyncio_detailed(client=ready, paywall_id=UUID(PAYWALL_ID))

    assert isinstance(profile.parsed, ProfileResponse)
    assert isinstance(paywall.parsed, Paywall)
    assert stub.requests[0].headers["adapty-profile-id"] == PROFILE_ID
    assert [request.url.path for request in stub.requests] == [
        "/api/v2/server-side-api/profile/",
        f"/api/v2/server-side-api/paywalls/{PAYWALL_ID}/",
    ]
    assert {request.headers["Authorization"] for request in stub.requests} == {f"Api-Key {KEY}"}
    assert all(request.headers["User-Agent"].startswith("adapty-python/") for request in stub.requests)


async def test_low_level_client_works(adapty: AsyncAdapty, sandbox: Sandbox) -> None:
    """The generated functions work like the facade, over its connections; closing them leaves it open."""
    ready = adapty.low_level()
    created = await adapty.profiles.create(customer_user_id="user_12345")
    body = ProfileRequest.from_dict({"first_name": "Jane"})

    changed = await update_profile.asyncio_detailed(
        client=ready, body=body, adapty_profile_id=str(created.profile_id), adapty_platform="iOS"
    )
    deleted = await delete_profile.asyncio_detailed(client=ready, adapty_customer_user_id="user_12345")
    missing = await get_profile.asyncio_detailed(client=ready, adapty_customer_user_id="user_12345")
    listed = await list_paywalls.asyncio_detailed(client=ready, pagesize=1)

    assert (changed.status_code, deleted.status_code, missing.status_code, listed.status_code) == (200, 204, 404, 200)
    assert isinstance(missing.parsed, ErrorResponse)
    assert missing.parsed.error_code == "profile_does_not_exist"
    await ready.get_async_httpx_client().aclose()
    assert await adapty.profiles.create(customer_user_id="user_12345")


async def test_low_level_client_hides_key(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Copies by the generated client's own methods have the same credentials, and no repr shows them."""
    stub.replies = [answering(401, error_body("unauthorized", 401))]
    ready = stubbed.low_level()

    other = ready.with_headers({"X-Trace": "1"}).with_timeout(httpx.Timeout(1))
    answer = await get_profile.asyncio_detailed(client=other, adapty_customer_user_id="user_12345")

    assert answer.status_code == 401
    assert [request.headers["Authorization"] for request in stub.requests] == [f"Api-Key {KEY}"]
    assert KEY not in repr([ready, other])


async def test_low_level_clients_need_their_own_key() -> None:
    """A client without the server-side key has no low-level client for that API."""
    async with AsyncAdapty(mail_secret_key=KEY) as adapty:
        with pytest.raises(AdaptyConfigError, match=r"^secret_key: is missing; .* ADAPTY_SECRET_KEY") as caught:
            adapty.low_level()

    assert caught.value.field_name == "secret_key"
