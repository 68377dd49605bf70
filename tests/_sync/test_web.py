# Generated from tests/_async/test_web.py by `make unasync`; do not edit.

"""The Web API: requests, results and errors of its operations, and no second view."""

from __future__ import annotations

import json
import pickle
import traceback
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from jsonschema import Draft202012Validator

import adapty as library
from adapty import (
    Adapty,
    AdaptyAPIError,
    AdaptyConfigError,
    AdaptyConnectionError,
    AdaptyError,
    AdaptyUsageError,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
    ProfileNotFoundError,
    RateLimitError,
    ServerError,
    Timeouts,
    UnexpectedResponseError,
)
from adapty._generated import openapi_spec
from adapty_generated.web.api.default import get_paywall, record_paywall_view
from adapty_generated.web.models import GetPaywallRequest, RecordPaywallViewRequest
from tests.cases import case
from tests.raw_server import answer
from tests.server_side_calls import KEY, PROFILE_ID, PUBLIC_KEY, USER, answering, failing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer, Reply
    from tests.server_side_calls import Handler, Stub

CONTRACT = openapi_spec("web")
PATHS = {item["post"]["operationId"]: path for path, item in CONTRACT["paths"].items()}
VARIATION_ID = "5f0a8a52-6a3c-4d5e-9b1f-2c3d4e5f6a7b"
SEEN_AT = datetime(2026, 6, 10, 16, 20, 5, tzinfo=timezone(timedelta(hours=2)))

PAYWALL = next(iter(CONTRACT["paths"]["/api/v2/web-api/paywall/"]["post"]["responses"]["200"]["content"].values()))[
    "examples"
]["basic"]["value"]

SUCCESSES: Mapping[str, tuple[int, bytes]] = {
    "getPaywall": (200, json.dumps(PAYWALL).encode()),
    "recordPaywallView": (201, b""),
    "addAttribution": (201, b""),
}

VIEW: Mapping[str, Any] = {"variation_id": VARIATION_ID, "store": "stripe"}

CALLS: Mapping[str, Callable[[Adapty], Any]] = {
    "getPaywall": lambda adapty: adapty.web.get_paywall(
        placement_id="onboarding", store="stripe", customer_user_id=USER
    ),
    "recordPaywallView": lambda adapty: adapty.web.record_paywall_view(**VIEW, customer_user_id=USER),
    "addAttribution": lambda adapty: adapty.web.add_attribution(status="organic", customer_user_id=USER),
}

REQUESTS: Mapping[str, tuple[Callable[[Adapty], Any], Mapping[str, Any]]] = {
    "getPaywall": (
        lambda adapty: adapty.web.get_paywall(
            placement_id="onboarding", store="app_store", locale="pt-br", profile_id=UUID(PROFILE_ID.upper())
        ),
        {"profile_id": PROFILE_ID, "store": "app_store", "placement_id": "onboarding", "locale": "pt-br"},
    ),
    "getPaywall/least": (
        lambda adapty: adapty.web.get_paywall(placement_id="p", store="s", customer_user_id="u", extra_fields={"a": 1}),
        {"customer_user_id": "u", "store": "s", "placement_id": "p", "a": 1},
    ),
    "recordPaywallView": (
        lambda adapty: adapty.web.record_paywall_view(
            variation_id=UUID(VARIATION_ID), store="stripe", visited_at=SEEN_AT, customer_user_id=USER
        ),
        {**VIEW, "customer_user_id": USER, "visited_at": "2026-06-10T14:20:05+00:00"},
    ),
    "recordPaywallView/least": (
        lambda adapty: adapty.web.record_paywall_view(**VIEW, profile_id=PROFILE_ID),
        {**VIEW, "profile_id": PROFILE_ID},
    ),
    "addAttribution": (
        lambda adapty: adapty.web.add_attribution(
            status="non_organic",
            attribution_user_id="click_98765",
            channel="newsletter",
            campaign="spring_2026",
            ad_group="readers",
            ad_set="returning",
            creative="blue_banner",
            customer_user_id="user_12345",
        ),
        CONTRACT["paths"]["/api/v2/web-api/attribution/"]["post"]["requestBody"]["content"]["application/json"][
            "examples"
        ]["basic"]["value"],
    ),
    "addAttribution/least": (
        lambda adapty: adapty.web.add_attribution(status="unknown", customer_user_id="u"),
        {"status": "unknown", "customer_user_id": "u"},
    ),
}


def body_schema(operation: str) -> Mapping[str, Any]:
    """Return the schema of the body of an operation, with all referenced schemas."""
    content = CONTRACT["paths"][PATHS[operation]]["post"]["requestBody"]["content"]["application/json"]
    return {**content["schema"], "components": CONTRACT["components"]}


def error_answer(status: int, error_code: str, source: str | None, message: str = "Refused") -> Handler:
    """Return a handler with an error in the format of the Web API."""
    errors = [{"source": source, "errors": [message]}]
    body = {"errors": errors, "error_code": error_code, "status_code": status}
    return answering(status, json.dumps(body).encode())


def error_of(adapty: Adapty, operation: str) -> AdaptyAPIError | AdaptyConnectionError:
    """Return the exception of a call, after the checks that apply to all of them."""
    with pytest.raises(AdaptyError) as caught:
        CALLS[operation](adapty)
    error = caught.value
    assert isinstance(error, AdaptyAPIError | AdaptyConnectionError)
    assert (error.operation, error.method, error.path) == (operation, "POST", PATHS[operation])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    shown = "".join(traceback.format_exception(error)) + repr(vars(error))
    for secret in (KEY, PUBLIC_KEY, USER):
        assert secret not in shown
    return error


def test_requests_match_the_contract(stubbed: Adapty, stub: Stub) -> None:
    """Method, path, public key and body, with the user in the body."""
    for name, (call, body) in REQUESTS.items():
        operation = name.partition("/")[0]
        with stub.case(name=name):
            stub.replies = [answering(*SUCCESSES[operation])]

            call(stubbed)

            (request,) = stub.requests
            assert (request.method, str(request.url)) == ("POST", f"https://api.adapty.io{PATHS[operation]}")
            assert request.headers["Authorization"] == f"Api-Key {PUBLIC_KEY}"
            assert request.headers["Content-Type"] == "application/json"
            assert not [header for header in request.headers if header.startswith("adapty-")]
            assert stub.sent == body
            Draft202012Validator(body_schema(operation)).validate(stub.sent)


def test_paywall_is_typed(stubbed: Adapty, stub: Stub) -> None:
    """All fields of the documented response, with the remote config as text and decoded on demand."""
    stub.replies = [answering(*SUCCESSES["getPaywall"])]

    paywall = CALLS["getPaywall"](stubbed)

    assert paywall.to_dict() == PAYWALL
    assert paywall.extra_fields == {}
    monthly, yearly = paywall.products
    assert (monthly.vendor_product_id, monthly.is_consumable, monthly.base_plan_id) == (
        "premium_monthly",
        False,
        "price_1PqXyZ",
    )
    assert (monthly.offer.category, monthly.offer.type, monthly.offer.id) == ("introductory", "free_trial", None)
    assert (yearly.offer, yearly.introductory_offer_eligibility) == (None, False)
    assert paywall.remote_config.data == PAYWALL["remote_config"]["data"]
    assert paywall.remote_config.decoded() == {"headline": "Spring offer", "show_timer": True}


def test_remote_config_that_is_not_json_stays_text(stubbed: Adapty, stub: Stub) -> None:
    """Decoding raises an error, the text is there."""
    config = {"lang": "en", "data": "{headline"}
    stub.replies = [answering(200, json.dumps({**PAYWALL, "remote_config": config}).encode())]

    paywall = CALLS["getPaywall"](stubbed)

    assert paywall.remote_config.data == "{headline"
    with pytest.raises(AdaptyUsageError, match=r"^data: is not JSON; read it as text"):
        paywall.remote_config.decoded()


def test_exactly_one_id_is_required(stubbed: Adapty, stub: Stub) -> None:
    """Neither, both, or an invalid ID is an error that names the argument; nothing is sent."""
    users: Any = [
        ({}, "customer_user_id"),
        ({"customer_user_id": None, "profile_id": None}, "customer_user_id"),
        ({"customer_user_id": "user_12345", "profile_id": PROFILE_ID}, "profile_id"),
        ({"customer_user_id": ""}, "customer_user_id"),
        ({"customer_user_id": " user_12345"}, "customer_user_id"),
        ({"customer_user_id": "z\u00f6e"}, "customer_user_id"),
        ({"customer_user_id": 12345}, "customer_user_id"),
        ({"profile_id": "user_12345"}, "profile_id"),
    ]
    for user, field_name in users:
        for call in (
            lambda user: stubbed.web.get_paywall(placement_id="p", store="s", **user),
            lambda user: stubbed.web.record_paywall_view(**VIEW, **user),
            lambda user: stubbed.web.add_attribution(status="organic", **user),
        ):
            with case(user):
                with pytest.raises(AdaptyUsageError) as caught:
                    call(user)

                assert caught.value.field_name == field_name
                assert stub.requests == []


def test_invalid_arguments_are_named(stubbed: Adapty, stub: Stub) -> None:
    """Nothing is sent."""
    web: Any = stubbed.web
    invalid: list[tuple[str, str, list[Any]]] = [
        ("get_paywall", "placement_id", ["", " ", 7, None, "p\u200b"]),
        ("get_paywall", "store", ["", 7, None]),
        ("get_paywall", "locale", ["", 7, None]),
        ("get_paywall", "extra_fields", [{"store": "s"}, 7]),
        ("record_paywall_view", "variation_id", ["variation_123", "", 7, None]),
        ("record_paywall_view", "store", ["", None]),
        ("record_paywall_view", "visited_at", [datetime(2026, 6, 10), "2026-06-10T14:20:05", "yesterday", 7, None]),  # noqa: DTZ001 - naive on purpose
        ("add_attribution", "status", ["non-organic", "", None, 7]),
        ("add_attribution", "channel", [None, 7, "\ud800"]),
    ]
    for method, field_name, values in invalid:
        least = {
            "get_paywall": {"placement_id": "p", "store": "s"},
            "record_paywall_view": VIEW,
            "add_attribution": {"status": "organic"},
        }[method]
        for value in values:
            with case(method, field_name, value):
                with pytest.raises(AdaptyUsageError) as caught:
                    getattr(web, method)(customer_user_id="u", **{**least, field_name: value})

                assert (caught.value.field_name or "").partition(".")[0] == field_name
                assert stub.requests == []
    with pytest.raises(AdaptyUsageError, match="did you mean non_organic"):
        web.add_attribution(status="non-organic", customer_user_id="u")


def test_error_responses_are_typed(stubbed: Adapty, stub: Stub) -> None:
    """The vendor's codes, in either case, select the class, and the errors show no secret."""
    message = f"{USER} sent {PUBLIC_KEY}"
    for operation, status, code, source, expected in [
        ("getPaywall", 404, "VARIATION_DOES_NOT_EXIST_ERROR", None, NotFoundError),
        ("getPaywall", 404, "profile_does_not_exist", None, ProfileNotFoundError),
        ("getPaywall", 400, "parse_error", None, BadRequestError),
        ("recordPaywallView", 404, "profile_does_not_exist", None, ProfileNotFoundError),
        ("recordPaywallView", 404, "VARIATION_DOES_NOT_EXIST_ERROR", None, NotFoundError),
        ("recordPaywallView", 400, "datetime", "visited_at", BadRequestError),
        ("recordPaywallView", 400, "base_error", "visited_at", BadRequestError),
        ("addAttribution", 400, "enum", "status", BadRequestError),
        ("addAttribution", 404, "profile_does_not_exist", None, ProfileNotFoundError),
        *((operation, 401, "not_authenticated", "non_field_errors", AuthenticationError) for operation in CALLS),
        *((operation, 500, "server_error", None, ServerError) for operation in CALLS),
        *((operation, 429, "rate_limited", None, RateLimitError) for operation in CALLS),
        *((operation, 202, "odd", None, UnexpectedResponseError) for operation in CALLS),
    ]:
        with case(operation, status, code):
            stub.replies = [error_answer(status, code, source, message)]

            error = error_of(stubbed, operation)

            assert isinstance(error, AdaptyAPIError)
            assert type(error) is expected
            assert (error.status_code, error.error_code) == (status, code)
            assert error.field_names == ((source,) if source in {"visited_at", "status"} else ())


def test_errors_have_a_hint(stubbed: Adapty, stub: Stub) -> None:
    """A wrong key, an unknown placement or variation, and a missing profile."""
    for code, status, hint in [
        ("not_authenticated", 401, "the Web API needs the public key of the app (public_live_...), not the secret key"),
        ("VARIATION_DOES_NOT_EXIST_ERROR", 404, "placement_id must be a placement that shows a paywall to this user"),
        ("profile_does_not_exist", 404, "the profile must exist in the app of the public key; create it first"),
    ]:
        for operation in CALLS:
            with case(operation, code):
                stub.replies = [error_answer(status, code, None)]

                error = error_of(stubbed, operation)

                assert isinstance(error, AdaptyAPIError)
                assert (error.hint or "").startswith(hint)
                assert f"hint: {error.hint}" in str(error)
    stub.replies = [error_answer(401, "not_authenticated", None)]
    with pytest.raises(AuthenticationError, match=r"key from the argument public_key\)$"):
        CALLS["addAttribution"](stubbed)
    with pytest.raises(AuthenticationError) as caught:
        stubbed.paywalls.get(PAYWALL["paywall_id"])
    assert caught.value.hint is None


def test_transient_failures_of_idempotent_operations_are_retried(
    client: Adapty, server: RawServer, slept: list[float]
) -> None:
    """With the same bytes, over every transport."""
    for reply in [
        answer(500),
        answer(429, b"", "Retry-After: 7"),
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
    ]:
        for operation in ("getPaywall", "addAttribution"):
            with case(reply, operation):
                status, body = SUCCESSES[operation]
                server.replies = [reply, answer(status, body)]
                server.requests.clear()
                slept.clear()

                CALLS[operation](client)

                first, second = server.requests
                assert first == second
                assert len(slept) == 1


def test_view_is_sent_once_after_an_uncertain_attempt(client: Adapty, server: RawServer, slept: list[float]) -> None:
    """Over every transport: a lost response, an error of the server, an invalid or too large body, a timeout."""
    impatient = client.with_options(timeout=Timeouts(read=0.05))
    replies: list[Reply] = [
        b"",
        b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{",
        b"nonsense\r\n\r\n",
        answer(500),
        answer(503, b"<html>", "Retry-After: 0"),
        answer(408),
        answer(201, b"<html>"),
        answer(200, b"{}"),
        server.stall,
    ]
    for reply in replies:
        with case(reply):
            server.replies = [reply]
            server.requests.clear()

            error = error_of(impatient if callable(reply) else client, "recordPaywallView")

            assert error.attempts == len(server.requests) == 1
            assert (error.is_retryable, error.may_have_succeeded) == (False, True)
            assert "not retried, because the view may have been recorded; " in str(error)
            assert slept == []


def test_view_is_sent_again_if_it_was_certainly_not_recorded(stubbed: Adapty, stub: Stub, slept: list[float]) -> None:
    """A connection that was not opened, or a 429; then it may be sent again later."""
    for reply in [
        failing(httpx.ConnectError),
        failing(httpx.ConnectTimeout),
        failing(httpx.PoolTimeout),
        failing(httpx.ProxyError),
        answering(429, headers={"Retry-After": "1"}),
    ]:
        with stub.case(reply=reply):
            stub.replies = [reply, answering(201)]
            CALLS["recordPaywallView"](stubbed)
            assert len(stub.requests) == 2

            stub.requests.clear()
            stub.replies = [reply]
            error = error_of(stubbed, "recordPaywallView")
            assert error.attempts == len(stub.requests) == 3
            assert (error.is_retryable, error.may_have_succeeded) == (True, False)
    assert len(slept) == 15


def test_refused_connection_is_retried(slept: list[float]) -> None:
    """With the client's own connections: nothing was sent."""
    with Adapty(public_key=PUBLIC_KEY, base_url="http://127.0.0.1:1") as lost:
        error = error_of(lost, "recordPaywallView")

    assert (error.attempts, len(slept)) == (3, 2)
    assert (error.is_retryable, error.may_have_succeeded) == (True, False)


def test_public_key_is_required() -> None:
    """The error names the argument and the variable; the other APIs need no public key."""
    with Adapty(KEY) as adapty:
        for operation in CALLS:
            with pytest.raises(AdaptyConfigError, match=r"^public_key: is missing; .* ADAPTY_PUBLIC_KEY"):
                CALLS[operation](adapty)
        with pytest.raises(AdaptyConfigError, match=r"^public_key: is missing"):
            adapty.web.low_level()
    with Adapty(public_key=PUBLIC_KEY) as adapty:
        assert repr(adapty) == f"<{library.Adapty.__name__}: web>"
        with pytest.raises(AdaptyConfigError, match=r"^secret_key: is missing"):
            adapty.profiles.get(customer_user_id="u")


def test_low_level_client_uses_the_public_key(adapty: Adapty, sandbox: Sandbox) -> None:
    """The generated functions work, also with the empty body of a 201."""
    adapty.profiles.create(customer_user_id="user_12345")
    client = adapty.web.low_level()

    paywall = get_paywall.sync_detailed(
        client=client,
        body=GetPaywallRequest(placement_id="onboarding", store="stripe", customer_user_id="user_12345"),
    )
    variation_id = json.loads(paywall.content)["variation_id"]
    recorded = record_paywall_view.sync_detailed(
        client=client,
        body=RecordPaywallViewRequest(store="stripe", variation_id=UUID(variation_id), customer_user_id="user_12345"),
    )

    assert (paywall.status_code, recorded.status_code, recorded.parsed) == (200, 201, None)
    assert sum(one["views"] for one in sandbox.paywalls()) == 1
    assert recorded.content == b""


def test_a_purchase_on_a_web_page(adapty: Adapty, sandbox: Sandbox) -> None:
    """Paywall, view, attribution and transaction are connected by the variation."""
    adapty.profiles.create(customer_user_id="user_12345")
    user: Any = {"customer_user_id": "user_12345"}
    adapty.web.add_attribution(status="non_organic", channel="newsletter", **user)
    paywall = adapty.web.get_paywall(placement_id="onboarding", store="stripe", locale="de", **user)
    assert paywall.variation_id is not None
    adapty.web.record_paywall_view(
        variation_id=paywall.variation_id, store="stripe", visited_at="2026-06-10T14:20:05Z", **user
    )
    adapty.transactions.set_one_time_purchase(
        store="stripe",
        store_product_id="premium_lifetime",
        store_transaction_id="pi_1",
        store_original_transaction_id="pi_1",
        price={"country": "US", "currency": "USD", "value": "9.99"},
        purchased_at=datetime(2026, 6, 10, 14, 21, tzinfo=UTC),
        variation_id=paywall.variation_id,
        **user,
    )

    stored = sandbox.server_side_profile(customer_user_id="user_12345")
    assert stored is not None
    assert stored["attributions"]["custom"]["channel"] == "newsletter"
    (view,) = stored["paywall_views"]
    assert (view["variation_id"], view["placement_id"]) == (paywall.variation_id, "onboarding")
    (transaction,) = stored["transactions"]
    assert transaction["variation_id"] == paywall.variation_id
    assert paywall.remote_config is not None
    assert (paywall.remote_config.lang, paywall.remote_config.decoded()) == (
        "de",
        {"headline": "Jetzt Premium, Angebot 4"},
    )
