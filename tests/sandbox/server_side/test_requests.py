"""Test keys, user headers and bodies of requests, including hostile ones."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapty._core.json_body import MAX_DEPTH
from adapty._generated import openapi_spec
from adapty.sandbox import DEFAULT_MAIL_KEY, DEFAULT_SECRET_KEY, Sandbox
from adapty.sandbox._body import MAX_BODY_BYTES
from adapty.sandbox._server_side.actions import ACTIONS
from tests.cases import case
from tests.sandbox.conftest import HTTP_PROPERTY
from tests.sandbox.server_side.conftest import (
    JSON,
    JSON_API,
    OPERATIONS,
    SUBSCRIPTION,
    USER,
    ServerSideApi,
    declined,
    transaction,
)

ID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"
BODIES = [name for name, (method, _) in OPERATIONS.items() if method in {"POST", "PATCH", "PUT"}]
ABOUT_USERS = [name for name in OPERATIONS if "Paywall" not in name and not name.startswith("validate")]
STRIPE = {
    "data": {
        "type": "stripe_receipt_validation_result",
        "attributes": {"customer_user_id": "u", "stripe_token": "sub_1"},
    }
}


def refused(answer: httpx.Response, status: int) -> list[str]:
    """Return the messages of a rejection in any of the API's formats, after a check of its status."""
    assert answer.status_code == status, answer.text
    return [
        message
        for error in answer.json()["errors"]
        for message in ([error["detail"]] if "detail" in error else error["errors"])
    ]


def test_wrong_key_is_401(api: ServerSideApi) -> None:
    """The key is checked first."""
    authorization_cases: list[str] = [
        "",
        "Api-Key",
        "Api-Key other",
        f"Api-Key {DEFAULT_SECRET_KEY}x",
        f"Api-Key{DEFAULT_SECRET_KEY}",
        f"Bearer {DEFAULT_SECRET_KEY}",
        f"Api-Key {DEFAULT_MAIL_KEY}",
        DEFAULT_SECRET_KEY,
    ]
    for authorization in authorization_cases:
        for operation_id in OPERATIONS:
            with case(operation_id, authorization):
                headers = {"authorization": authorization, "content-type": "text/plain"}
                answer = api.ask(operation_id, content=b"{broken", headers=headers, profile_id="none", paywall_id=ID)
                assert refused(answer, 401) == ["Authentication credentials are wrong."]


def test_missing_key_gets_the_documented_401(api: ServerSideApi) -> None:
    """The response is exactly the documented one."""
    answer = httpx.get(str(api.http.base_url.join(OPERATIONS["getProfile"][1])))
    assert (answer.status_code, answer.json()) == (
        401,
        {
            "errors": [
                {"source": "non_field_errors", "errors": ["Authentication credentials were not provided."]},
            ],
            "error_code": "not_authenticated",
            "status_code": 401,
        },
    )


def test_two_keys_are_401(api: ServerSideApi) -> None:
    """Two values are ambiguous."""
    headers = [("authorization", f"Api-Key {DEFAULT_SECRET_KEY}")] * 2
    assert httpx.get(str(api.http.base_url.join(OPERATIONS["listPaywalls"][1])), headers=headers).status_code == 401


@pytest.mark.parametrize("scheme", ["Api-Key", "api-key", "API-KEY"])
def test_scheme_is_case_insensitive(api: ServerSideApi, scheme: str) -> None:
    """Scheme names are case-insensitive (RFC 9110)."""
    headers = {"authorization": f"{scheme} {DEFAULT_SECRET_KEY}"}
    assert api.ask("listPaywalls", headers=headers).status_code == 200


def test_each_api_has_its_own_key(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The server-side key is not valid in the Mail API."""
    headers = {"authorization": f"Bearer {sandbox.secret_key}"}
    assert api.http.post("/api/v1/profile/save/", headers=headers, json={}).status_code == 403
    assert (sandbox.secret_key, sandbox.mail_key) == ("sandbox_secret_key", "sandbox_mail_key")


def test_missing_user_is_401(api: ServerSideApi) -> None:
    """The response without either header, or with an empty one, is the documented 401."""
    for operation_id in ABOUT_USERS:
        with case(operation_id):
            for headers in ({}, {"adapty-customer-user-id": ""}, {"adapty-profile-id": ""}):
                answer = api.ask(operation_id, {}, user=None, headers=headers)
                assert declined(answer, 401, "not_authenticated") == ["non_field_errors"]


def test_both_user_ids_are_rejected(api: ServerSideApi) -> None:
    """Both headers are a 400, even for the same user."""
    for operation_id in ABOUT_USERS:
        with case(operation_id):
            answer = api.ask(operation_id, {}, headers={"adapty-profile-id": ID})
            assert declined(answer, 400) == ["non_field_errors"]


@pytest.mark.parametrize("header", ["adapty-customer-user-id", "adapty-profile-id", "Content-Type"])
def test_duplicate_user_header_is_rejected(api: ServerSideApi, header: str) -> None:
    """A repeated header is a 400 that names it."""
    value = {"adapty-profile-id": ID}.get(header, JSON)
    headers = [*api.http.headers.items(), (header, value), (header, value)]
    if header == "Content-Type":
        headers.append(("adapty-customer-user-id", USER))
    answer = httpx.post(api.http.base_url.join(OPERATIONS["createProfile"][1]), headers=headers, json={})
    assert declined(answer, 400) == [header.lower()]


def test_profile_id_must_be_a_uuid(api: ServerSideApi) -> None:
    """Only the format with five groups is valid, in any case."""
    cases: list[str] = ["none", "772204ceebf64ed982b0d8688ab62b01", f"{{{ID}}}", f"{ID}0", f"urn:uuid:{ID}", "-" * 36]
    for profile_id in cases:
        with case(profile_id):
            api.reset()
            assert declined(api.ask("getProfile", profile_id=profile_id), 400) == ["adapty-profile-id"]
            assert api.ask("getProfile", profile_id=ID.upper()).status_code == 404


def test_customer_user_id_is_any_text(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Any UTF-8 text is accepted; other bytes are rejected."""
    path = api.http.base_url.join(OPERATIONS["createProfile"][1])
    for name in ("Zoë", "用户", "a b;c", "a@b.c", "%2F", "x" * 3000):
        headers = {"adapty-customer-user-id": name.encode()}
        assert api.http.post(path, headers=headers, json={}).status_code == 200  # type: ignore[arg-type]
        assert sandbox.server_side_profile(customer_user_id=name) is not None
    answer = api.http.post(path, headers={"adapty-customer-user-id": b"\xff"}, json={})  # type: ignore[arg-type]
    assert declined(answer, 400) == ["adapty-customer-user-id"]


def test_another_content_type_is_415(api: ServerSideApi) -> None:
    """Bodies with another content type are not parsed."""
    kind_cases: list[str] = ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
    for kind in kind_cases:
        for operation_id in BODIES:
            with case(operation_id, kind):
                answer = api.ask(operation_id, {}, headers={"content-type": kind}, paywall_id=ID)
                assert JSON in refused(answer, 415)[0]


def test_json_content_type_variants_are_accepted(api: ServerSideApi) -> None:
    """Parameters and letter case do not matter."""
    cases: list[str] = [JSON, "Application/JSON", "application/json; charset=utf-8", "application/json;x"]
    for kind in cases:
        with case(kind):
            api.reset()
            assert api.ask("createProfile", {}, headers={"content-type": kind}).status_code == 200


def test_json_api_content_type_is_for_stripe_only(api: ServerSideApi) -> None:
    """Stripe's operation accepts JSON:API and plain JSON, the others only plain JSON."""
    for kind in (JSON_API, JSON):
        assert api.ask("validateStripePurchase", STRIPE, headers={"content-type": kind}).status_code == 200
    assert api.ask("createProfile", {}, headers={"content-type": JSON_API}).status_code == 415


def test_get_may_have_a_body(api: ServerSideApi) -> None:
    """The body is ignored, and the connection stays open."""
    api.create()
    for _ in range(3):
        assert api.ask("getProfile", content=b"\xff" * 1000, headers={"content-type": "x"}).status_code == 200


NO_OBJECTS = [
    b"",
    b" ",
    b"[]",
    b'"text"',
    b"null",
    b"{",
    b'{"a": NaN}',
    b'{"a": 1} {}',
    b"\xff\xfe",
    b'{"a": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
]


@pytest.mark.parametrize("operation_id", BODIES)
@pytest.mark.parametrize("raw", NO_OBJECTS, ids=range(len(NO_OBJECTS)))
def test_bodies_that_are_not_json_objects_are_rejected(api: ServerSideApi, operation_id: str, raw: bytes) -> None:
    """The response has the operation's format, without a field."""
    status = 422 if operation_id == "createVirtualCurrencyTransaction" else 400
    (message,) = refused(api.ask(operation_id, content=raw, paywall_id=ID), status)
    assert message.startswith("Body ")


def test_bodies_are_limited_to_a_mebibyte(api: ServerSideApi) -> None:
    """The limit is exact, and the connection stays open."""
    room = MAX_BODY_BYTES - len(json.dumps({"first_name": ""}))
    assert api.ask("createProfile", {"first_name": "x" * room}).status_code == 200
    for operation_id in BODIES:
        assert refused(api.ask(operation_id, content=b"x" * (MAX_BODY_BYTES + 1), paywall_id=ID), 413)
    assert api.profile()


def test_lone_surrogates_are_rejected_by_field(api: ServerSideApi) -> None:
    """JSON can contain them, a database cannot."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"first_name": "\ud800"}, "first_name"),
        ({"\ud800": 1}, "\\ud800"),
        ({"unknown": [{"deep": ["\udfff"]}]}, "unknown.0.deep.0"),
        ({"custom_attributes": [{"key": "a", "value": "\ud800"}]}, "custom_attributes.0.value"),
        ({"custom_attributes": [{"key": "\ud800", "value": "a"}]}, "custom_attributes.0.key"),
        ({"installation_meta": {"device_id": ID, "os": "\udc00"}}, "installation_meta.os"),
    ]
    for changes, source in cases:
        with case(changes, source):
            api.reset()
            assert declined(api.ask("createProfile", changes), 400) == [source]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400])
def test_numbers_beyond_a_double_are_rejected_by_field(api: ServerSideApi, number: str) -> None:
    """The API stores numbers as floats."""
    attribute = f'{{"custom_attributes": [{{"key": "a", "value": {number}}}]}}'.encode()
    assert declined(api.ask("createProfile", content=attribute), 400) == ["custom_attributes.0.value"]
    price = json.dumps(transaction(price={"country": "US", "currency": "USD", "value": 0.5})).replace("0.5", number)
    assert declined(api.ask("setTransaction", content=price.encode()), 400) == ["price.value"]
    items = f'{{"items": [{{"currency_code": "GOLD", "amount": {number}}}]}}'.encode()
    answer = api.ask("createVirtualCurrencyTransaction", content=items)
    assert declined(answer, 422, "validation_error") == ["items.0.amount"]


WRONG = [
    ("gender", "x", "one of f, m, o, null"),
    ("gender", 1, "string or null"),
    ("email", "none", "email"),
    ("birthday", "1990-02-30", "date"),
    ("birthday", "", "date"),
    ("ip_country", "usa", "ISO 3166-1"),
    ("store_country", "UK", "ISO 3166-1"),
    ("store", "amazon", "one of app_store"),
    ("store_account_token", "x", "UUID"),
    ("att_status", 4, "one of 0, 1, 2, 3, null"),
    ("att_status", "1", "integer or null"),
    ("analytics_disabled", 0, "boolean or null"),
    ("custom_attributes", {}, "array"),
    ("custom_attributes", None, "array"),
    ("installation_meta", None, "object"),
    ("installation_meta", [], "object"),
]


def test_wrong_field_is_named_with_the_expected_value(api: ServerSideApi) -> None:
    """Each field has one issue, which never quotes the value."""
    for field, value, words in WRONG:
        with case(field, value, words):
            answer = api.ask("createProfile", {field: value})
            assert declined(answer, 400) == [field]
            assert words in refused(answer, 400)[0]


def test_all_issues_are_listed_in_the_order_of_the_spec(api: ServerSideApi) -> None:
    """Issues inside of objects and lists are included."""
    body = {
        "installation_meta": {"os": 1, "device_id": "x", "platform": "iPod"},
        "custom_attributes": [{"key": "a b", "value": "x" * 51}, {"value": []}, {"key": "k" * 31, "value": 1}],
        "gender": "x",
        "first_name": 1,
    }
    assert declined(api.ask("createProfile", body), 400) == [
        "first_name",
        "gender",
        "custom_attributes.1.key",
        "custom_attributes.1.value",
        "custom_attributes.2.key",
        "installation_meta.device_id",
        "installation_meta.os",
        "installation_meta.platform",
    ]


def test_invalid_transaction_is_rejected_by_field(api: ServerSideApi) -> None:
    """`purchase_type` selects the schema, and so the issues."""
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"purchase_type": "rental"}, ["purchase_type"]),
        ({"purchase_type": None}, ["purchase_type"]),
        ({"purchase_type": ["subscription"]}, ["purchase_type"]),
        ({"store_transaction_id": "x" * 51}, ["store_transaction_id"]),
        ({"environment": "Test"}, ["environment"]),
        ({"offer": {"category": "retention", "type": "free_trial"}}, ["offer.category"]),
        ({"offer": "x"}, ["offer"]),
        ({"cancellation_reason": "bored"}, ["cancellation_reason"]),
        ({"cancellation_reason": 5}, ["cancellation_reason"]),
        ({"price": {"country": "uk", "currency": "usd", "value": "1"}}, ["price.value"]),
        ({"price": {"country": "uk", "currency": "usd", "value": 1}}, ["price.country", "price.currency"]),
        ({"price": None}, ["price"]),
        ({"purchased_at": "2026-06-10"}, ["purchased_at"]),
        ({"purchased_at": "2026-06-10T14:20:00"}, ["purchased_at"]),
        ({"expires_at": None, "renew_status": None}, ["expires_at", "renew_status"]),
    ]
    for changes, sources in cases:
        with case(changes, sources):
            api.reset()
            api.create()
            assert declined(api.ask("setTransaction", transaction(**changes)), 400) == sources
            assert api.profile()["subscriptions"] == []


@pytest.mark.parametrize("kind", ["subscription", "one_time_purchase"])
def test_missing_field_of_a_transaction_is_named(api: ServerSideApi, kind: str) -> None:
    """The error names the field; without a kind, it names `purchase_type`."""
    schema = {"subscription": "Subscription", "one_time_purchase": "OneTimePurchase"}[kind]
    required = openapi_spec("server_side")["components"]["schemas"][schema]["required"]
    answer = api.ask("setTransaction", {"purchase_type": kind})
    assert declined(answer, 400, "parse_error") == required[1:]
    assert declined(api.ask("setTransaction", {}), 400, "parse_error") == ["purchase_type"]
    answer = api.ask("setTransaction", transaction(offer={}))
    assert declined(answer, 400, "parse_error") == ["offer.category", "offer.type"]


def test_body_that_is_not_json_is_a_parse_error(api: ServerSideApi) -> None:
    """The operations for which the code is documented have it, without a source."""
    for operation_id in ("setTransaction", "grantAccessLevel", "revokeAccessLevel"):
        with case(operation_id):
            assert declined(api.ask(operation_id, content=b"{"), 400, "parse_error") == [None]


def test_longest_values_are_accepted(api: ServerSideApi) -> None:
    """A transaction ID has up to 50 characters, the original one any number."""
    api.create()
    body = transaction(store_transaction_id="é" * 50, store_original_transaction_id="x" * 500)
    assert api.ask("setTransaction", body).status_code == 200


@pytest.mark.parametrize("operation_id", ["createProfile", "updateProfile"])
def test_unknown_platform_is_rejected(api: ServerSideApi, operation_id: str) -> None:
    """Only documented operations validate and store the header."""
    api.create()
    answer = api.ask(operation_id, {}, headers={"adapty-platform": "ios"})
    assert declined(answer, 400) == ["adapty-platform"]
    for platform in ("iOS", "macOS", "iPadOS", "visionOS", "Android", "web"):
        assert api.ask(operation_id, {}, headers={"adapty-platform": platform}).status_code == 200
    assert api.ask("getProfile", headers={"adapty-platform": "ios"}).status_code == 200


def test_another_method_is_405(api: ServerSideApi) -> None:
    """The response lists the allowed methods, in the server-side API's format."""
    for operation_id in OPERATIONS:
        with case(operation_id):
            _, path = OPERATIONS[operation_id]
            answer = api.http.request("TRACE", path.format(paywall_id=ID))
            assert refused(answer, 405)
            there = {method for method, other in OPERATIONS.values() if other == path}
            assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == there
            assert answer.headers["request-id"]


def test_unknown_path_is_404_in_the_format_of_its_api(api: ServerSideApi) -> None:
    """The request is not redirected."""
    cases: list[str] = [
        "/api/v2/server-side-api/",
        "/api/v2/server-side-api/profile",
        "/api/v2/server-side-api/profile//",
        "/api/v2/server-side-api/paywalls/a/b/",
        "/api/v1/server-side-api/profile/",
        "/api/v1/sdk/purchase/stripe/token/validate",
    ]
    for path in cases:
        with case(path):
            api.reset()
            answer = api.http.get(path)
            assert refused(answer, 404)
            assert answer.headers["request-id"]
            assert answer.headers["content-type"] == (JSON_API if "stripe" in path else JSON)


def test_internal_error_has_the_documented_format(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the reason, and the next request succeeds."""

    def broken(*_: Any) -> None:
        message = "the sandbox is broken"
        raise RuntimeError(message)

    monkeypatch.setattr("adapty.sandbox._server_side.profiles.find", broken)
    for operation_id, body in (("getProfile", None), ("validateStripePurchase", STRIPE)):
        with ServerSideApi.of(sandbox) as api:
            assert refused(api.ask(operation_id, body), 500)
    assert "the sandbox is broken" in caplog.text
    monkeypatch.undo()
    with ServerSideApi.of(sandbox) as api:
        assert api.create()


def test_unknown_operation_of_the_spec_is_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer spec does not prevent serving the known operations."""
    monkeypatch.setattr("adapty.sandbox._server_side_routes.ACTIONS", {"getPaywall": ACTIONS["getPaywall"]})
    with Sandbox() as sandbox, ServerSideApi.of(sandbox) as api:
        assert refused(api.http.get(OPERATIONS["listPaywalls"][1]), 404)
        assert declined(api.ask("getPaywall", paywall_id=ID), 404, "paywall_does_not_exist") == [None]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["\ud800", "\0", ID, "2026-06-10T14:20:00Z", "0001-01-01T00:00:00+23:59", 10**400]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)
FULL: dict[str, dict[str, Any]] = {
    "createProfile": {"custom_attributes": [{"key": "a", "value": 1}], "installation_meta": {"device_id": ID}},
    "setTransaction": {**SUBSCRIPTION, "offer": None, "refunded_at": None, "grace_period_expires_at": None},
    "grantAccessLevel": {"access_level_id": "premium", "starts_at": None, "expires_at": None},
    "revokeAccessLevel": {"access_level_id": "premium", "revoke_at": None},
    "setRefundSaverSettings": {"consent": True, "custom_preference": None},
    "setIntegrationIdentifiers": {"branch_id": "b"},
    "createVirtualCurrencyTransaction": {"items": [{"currency_code": "GOLD", "amount": 1}], "metadata": {}},
    "validatePaddlePurchase": {"customer_user_id": USER, "paddle_token": "txn_1"},
    "validateStripePurchase": STRIPE,
    "updatePaywall": {"remote_configs": [{"locale": "en", "data": "{}"}]},
}


@settings(HTTP_PROPERTY, max_examples=150)
@given(st.sampled_from(list(FULL)), st.data())
def test_any_json_gets_a_documented_response(
    shared_server_side: ServerSideApi, operation_id: str, data: st.DataObject
) -> None:
    """Any JSON, also Python's NaN and Infinity, gets a documented success or error."""
    full = FULL[operation_id]
    changes = st.dictionaries(st.sampled_from(list(full)) | st.text(st.characters()), ANYTHING)
    body = data.draw(ANYTHING | changes.map(lambda new: full | new))
    shared_server_side.ask("createProfile", {})
    answer = shared_server_side.ask(operation_id, content=json.dumps(body).encode(), paywall_id=ID)
    assert answer.status_code in {200, 400, 404, 422}
    assert shared_server_side.ask("getProfile").status_code == 200


@HTTP_PROPERTY
@given(
    operation_id=st.sampled_from([name for name in OPERATIONS if name.startswith("list")]),
    params=st.dictionaries(
        st.sampled_from(["page[number]", "page[size]", "limit", "cursor", "currency_code"]),
        st.text(max_size=30) | st.integers().map(str) | st.sampled_from(["1", "100", "GOLD", "YmVmb3JlOjE="]),
    ),
)
def test_any_query_gets_a_documented_response(
    shared_server_side: ServerSideApi, operation_id: str, params: dict[str, str]
) -> None:
    """Any query gets a page or an error."""
    shared_server_side.ask("createProfile", {})
    params = {name: value for name, value in params.items() if value.isprintable()}
    assert shared_server_side.ask(operation_id, params=params).status_code in {200, 400}
