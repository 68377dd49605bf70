"""The user of a request: invalid IDs are rejected by name before sending, in every operation."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import hypothesis
import pytest
from hypothesis import strategies as st

from adapty import AdaptyUsageError, AsyncAdapty
from tests.core.support import objects, repeatable
from tests.raw_server import NO_CONTENT
from tests.server_side_calls import CALLS, KEY, PAYWALL_ID, PROFILE_ID, PURCHASE, Stub, operation_of, taken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.raw_server import RawServer

pytestmark = pytest.mark.anyio

OF_USERS = [name for name in CALLS if operation_of(name).takes_user]

OTHER_CALLS: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    # Operations with a user that are not in CALLS, or have the user in the body.
    "unready transaction": lambda adapty, user: adapty.transactions.set(PURCHASE, **user),
    "unpaged history": lambda adapty, user: taken(adapty.virtual_currencies.history(**user, page_size=0)),
}

CUSTOMER_USER_IDS: Mapping[str, object] = {
    "line feed": "jane\nX-Admin: 1",
    "carriage return": "jane\r",
    "both": "jane\r\nadapty-profile-id: 1",
    "nul": "jane\0",
    "delete": "jane\x7f",
    "tab": "jane\tdoe",
    "escape": "jane\x1b[31m",
    "latin-1": "Zoë",
    "beyond": "李",
    "half a pair": "jane\ud800",
    "line separator": "jane\u2028",
    "no-break space": "jane\xa0",
    "10 kB": "j" * 10_000,
    "leading space": " jane",
    "trailing space": "jane ",
    "spaces": "   ",
    "empty": "",
    "int": 7,
    "float": 7.5,
    "bool": True,
    "bytes": b"jane",
    "list": ["jane"],
    "uuid": UUID(PROFILE_ID),
}

UUIDS: Mapping[str, object] = {
    "empty": "",
    "no uuid": "jane@example.com",
    "line feed": f"{PROFILE_ID}\n",
    "leading space": f" {PROFILE_ID}",
    "braces": f"{{{PROFILE_ID}}}",
    "urn": f"urn:uuid:{PROFILE_ID}",
    "no dashes": PROFILE_ID.replace("-", ""),
    "one digit short": PROFILE_ID[:-1],
    "one digit more": f"{PROFILE_ID}0",
    "no digit": f"g{PROFILE_ID[1:]}",
    "wide digits": PROFILE_ID.replace("7", "\uff17"),
    "path": f"{PROFILE_ID}/../../profile",
    "query": f"{PROFILE_ID}?x=1",
    "10 kB": "7" * 10_000,
    "int": 7,
    "bytes": PROFILE_ID.encode(),
    "uuid bytes": UUID(PROFILE_ID).bytes,
    "list": [PROFILE_ID],
}


async def rejected_field(
    adapty: AsyncAdapty, call: Callable[[Any, Mapping[str, Any]], Any], user: Mapping[str, Any]
) -> str:
    """Return the field name of the error, after a check that the message does not quote the value."""
    with pytest.raises(AdaptyUsageError) as caught:
        await call(adapty, user)
    name = caught.value.field_name or ""
    shown = "".join(traceback.format_exception_only(caught.value))
    assert str(caught.value).startswith(f"{name}: ")
    assert "jane" not in shown
    assert len(shown) < 300
    return name


async def test_invalid_customer_user_id_is_rejected(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Every operation with a user rejects it by name without quoting it, and sends nothing."""
    for given in CUSTOMER_USER_IDS:
        with stub.case(given=given):
            user = {"customer_user_id": CUSTOMER_USER_IDS[given]}

            for call in (*(CALLS[name] for name in OF_USERS), *OTHER_CALLS.values()):
                assert await rejected_field(stubbed, call, user) == "customer_user_id"
            assert stub.requests == []


async def test_invalid_profile_id_is_rejected(stubbed: AsyncAdapty, stub: Stub) -> None:
    """The same applies to Adapty's own ID; only the usual notation of a UUID is valid."""
    for given in UUIDS:
        with stub.case(given=given):
            user = {"profile_id": UUIDS[given]}

            for call in (*(CALLS[name] for name in OF_USERS), *OTHER_CALLS.values()):
                assert await rejected_field(stubbed, call, user) == "profile_id"
            assert stub.requests == []


@pytest.mark.parametrize(
    ("user", "field_name"),
    [
        ({}, "customer_user_id"),
        ({"customer_user_id": None}, "customer_user_id"),
        ({"customer_user_id": None, "profile_id": None}, "customer_user_id"),
        ({"customer_user_id": "user_12345", "profile_id": PROFILE_ID}, "profile_id"),
        ({"customer_user_id": "", "profile_id": PROFILE_ID}, "profile_id"),
        ({"customer_user_id": "user_12345", "profile_id": ""}, "profile_id"),
    ],
)
async def test_exactly_one_id_is_required(
    stubbed: AsyncAdapty, stub: Stub, user: Mapping[str, Any], field_name: str
) -> None:
    """None and both are rejected, also if one of them is empty."""
    for name in OF_USERS:
        assert await rejected_field(stubbed, CALLS[name], user) == field_name
    assert stub.requests == []


async def test_invalid_paywall_id_is_rejected(stubbed: AsyncAdapty, stub: Stub) -> None:
    """No other text is put into the path."""
    paywalls: Any = stubbed.paywalls
    calls: list[Callable[[Any, Mapping[str, Any]], Any]] = [
        lambda _, given: paywalls.get(given["id"]),
        lambda _, given: paywalls.update(given["id"], {}),
        lambda _, given: paywalls.update_locale(given["id"], "en", {}),
    ]
    for given in UUIDS:
        with stub.case(given=given):
            for call in calls:
                for value in (UUIDS[given], None):
                    assert await rejected_field(stubbed, call, {"id": value}) == "paywall_id"
            assert stub.requests == []


@pytest.mark.parametrize("given", [PAYWALL_ID, PAYWALL_ID.upper(), UUID(PAYWALL_ID)])
async def test_paywall_id_is_normalized_in_path(stubbed: AsyncAdapty, stub: Stub, given: str | UUID) -> None:
    """The path is the same for every accepted notation."""
    await stubbed.paywalls.get(given)
    await stubbed.paywalls.update(given, {})

    assert {request.url.path for request in stub.requests} == {f"/api/v2/server-side-api/paywalls/{PAYWALL_ID}/"}


@pytest.mark.parametrize(
    "given", ["u", "jane@example.com", "a b", "~!@#$%^&*()_+`-={}|[]\\:\";'<>?,./", "%0d%0a", "j" * 4096]
)
async def test_valid_id_arrives_unchanged(client: AsyncAdapty, server: RawServer, given: str) -> None:
    """Printable ASCII arrives unchanged, over a real socket."""
    server.replies = [NO_CONTENT]

    await client.profiles.delete(customer_user_id=given)

    lines = server.requests[0].split(b"\r\n")
    assert [line for line in lines if line.lower().startswith(b"adapty-")] == [
        b"adapty-customer-user-id: " + given.encode()
    ]


@repeatable(150)
@hypothesis.given(st.text(st.characters(), max_size=20) | st.text(st.characters(max_codepoint=127)) | objects())
async def test_any_id_is_rejected_or_arrives_unchanged(given: Any) -> None:
    """Any object is either rejected or arrives unchanged."""
    stub = Stub()
    async with AsyncAdapty(KEY, transport=httpx.MockTransport(stub)) as adapty:
        for kind in ("customer_user_id", "profile_id"):
            stub.requests.clear()
            try:
                await adapty.profiles.get(**{kind: given})
            except AdaptyUsageError as error:
                field_name = error.field_name
            else:
                field_name = None
            headers = [request.headers[f"adapty-{kind.replace('_', '-')}"] for request in stub.requests]
            assert headers == ([] if field_name else [str(given)])


async def test_invalid_user_in_body_is_rejected(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Stripe and Paddle have the ID in the body, where it is required."""
    purchases = stubbed.purchases
    calls: list[Callable[[Any, Mapping[str, Any]], Any]] = [
        lambda _, user: purchases.validate_stripe(**user, stripe_token="sub_1"),
        lambda _, user: purchases.validate_paddle(**user, paddle_token="txn_1"),
    ]
    for given in ["", " ", None, 7, b"jane", ["jane"], "jane\ud800"]:
        with stub.case(given=given):
            for call in calls:
                assert await rejected_field(stubbed, call, {"customer_user_id": given}) == "customer_user_id"
            assert stub.requests == []
