"""Request models of the server-side API: sendable, valid under the spec, and values."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Required, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from adapty import (
    NOT_GIVEN,
    Adapty,
    AdaptyUsageError,
    InstallationMeta,
    NotGiven,
    OfferRequest,
    OneTimePurchase,
    Price,
    RemoteConfig,
    Subscription,
    VirtualCurrencyTransactionItem,
)
from adapty._core.redaction import REDACTED
from adapty._generated import build_server_side_call, ignore_body, openapi_spec
from adapty.models import (
    IntegrationIdentifierFields,
    OneTimePurchaseFields,
    ProfileFields,
    SubscriptionFields,
)
from adapty.models._request import RequestModel, field_names
from adapty.models.access import GrantAccessRequest, RevokeAccessRequest
from adapty.models.integrations import IntegrationIdentifiersRequest
from adapty.models.paywalls import PaywallUpdateRequest
from adapty.models.profile_request import ProfileRequest
from adapty.models.purchases import (
    PaddleValidationRequest,
    StripeValidationAttributes,
    StripeValidationData,
    StripeValidationRequest,
)
from adapty.models.refund_saver import RefundSaverSettingsRequest
from adapty.models.virtual_currency import VirtualCurrencyTransactionRequest
from tests.core.support import case, json_values, objects, repeatable, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEVICE_ID = "1a2b3c4d-5e6f-4708-8192-a3b4c5d6e7f8"
TOKEN = "7f0e9d8c-6b5a-4938-8271-605f4e3d2c1b"

PURCHASE: Mapping[str, Any] = {
    "store": "web_shop",
    "store_product_id": "premium_lifetime",
    "store_transaction_id": "order_1001",
    "store_original_transaction_id": "order_1001",
    "price": {"country": "US", "currency": "USD", "value": 9.99},
    "purchased_at": "2026-06-10T14:20:00+00:00",
}
SUBSCRIPTION: Mapping[str, Any] = {
    **PURCHASE,
    "originally_purchased_at": "2026-06-03T14:20:00+00:00",
    "expires_at": "2026-07-10T14:20:00+00:00",
    "renew_status": True,
}
ATTRIBUTES: Mapping[str, Any] = {"customer_user_id": "user_12345", "stripe_token": "sub_1PqXyZ"}
STRIPE: Mapping[str, Any] = {"type": "stripe_receipt_validation_result", "attributes": ATTRIBUTES}

BASES: Mapping[type[RequestModel], Mapping[str, Any]] = {
    ProfileRequest: {},
    InstallationMeta: {"device_id": DEVICE_ID},
    Price: PURCHASE["price"],
    OfferRequest: {"category": "introductory", "type": "free_trial"},
    OneTimePurchase: PURCHASE,
    Subscription: SUBSCRIPTION,
    GrantAccessRequest: {"access_level_id": "premium"},
    RevokeAccessRequest: {"access_level_id": "premium"},
    # More than the minimum, because the only field must not be None.
    RefundSaverSettingsRequest: {"custom_preference": "no_preference", "consent": True},
    IntegrationIdentifiersRequest: {"branch_id": "branch_1"},
    PaywallUpdateRequest: {"remote_configs": [{"locale": "en", "data": '{"headline": "Go premium"}'}]},
    VirtualCurrencyTransactionItem: {"currency_code": "GOLD", "amount": -50},
    VirtualCurrencyTransactionRequest: {"items": [{"currency_code": "GOLD", "amount": -50}]},
    StripeValidationAttributes: ATTRIBUTES,
    StripeValidationData: STRIPE,
    StripeValidationRequest: {"data": STRIPE},
    PaddleValidationRequest: {"customer_user_id": "user_12345", "paddle_token": "txn_01h"},
}
"""The least that each record takes, as it is sent."""

META: Mapping[str, Any] = {
    "device_id": DEVICE_ID,
    "device": "iPhone15,2",
    "locale": "en-US",
    "os": "17.5",
    "platform": "iOS",
    "timezone": "America/New_York",
    "user_agent": "Mozilla/5.0",
    "app_build": "112",
    "app_version": "3.1.0",
    "adapty_sdk_version": "3.4.0",
    "idfa": "EA7583CD-A667-48BC-B806-42ECB2B49606",
    "idfv": "2b3c4d5e-6f70-4819-92a3-b4c5d6e7f809",
    "advertising_id": "",
    "android_id": "a1b2",
    "android_app_set_id": "c3d4",
}

_OPTIONAL: Mapping[str, Any] = {
    "environment": "Sandbox",
    "is_family_shared": False,
    "variation_id": "0f6c9a4e-6d1b-4f0e-9b52-3f1a54d0c0de",
    "offer": {"category": "win_back", "type": "pay_up_front", "id": "offer_1"},
    "refunded_at": "2026-06-11T14:20:00+00:00",
    "cancellation_reason": "refund",
}

FULL: Mapping[type[RequestModel], Mapping[str, Any]] = {
    **BASES,
    ProfileRequest: {
        "first_name": "Jane",
        "last_name": "Doe",
        "gender": "f",
        "email": "jane@example.com",
        "phone_number": "+15550100",
        "birthday": "1990-05-21",
        "ip_country": "US",
        "ip_v4_address": "203.0.113.7",
        "store_country": "DE",
        "store": "app_store",
        "store_account_token": TOKEN,
        "att_status": 3,
        "analytics_disabled": False,
        "custom_attributes": [{"key": "plan", "value": "trial"}, {"key": "score", "value": 4.5}],
        "installation_meta": META,
    },
    InstallationMeta: META,
    OfferRequest: _OPTIONAL["offer"],
    OneTimePurchase: {**PURCHASE, **_OPTIONAL, "purchase_type": "one_time_purchase"},
    Subscription: {
        **SUBSCRIPTION,
        **_OPTIONAL,
        "purchase_type": "subscription",
        "renew_status_changed_at": "2026-06-11T14:20:00+00:00",
        "billing_issue_detected_at": "2026-06-12T14:20:00+00:00",
        "grace_period_expires_at": "2026-07-12T14:20:00+00:00",
    },
    GrantAccessRequest: {
        "access_level_id": "premium",
        "starts_at": "2026-06-01T00:00:00+00:00",
        "expires_at": "2026-07-01T00:00:00+00:00",
    },
    RevokeAccessRequest: {"access_level_id": "premium", "revoke_at": "2026-06-30T23:59:59+00:00"},
    RefundSaverSettingsRequest: {"custom_preference": "decline", "consent": True},
    IntegrationIdentifiersRequest: {name: f"{name}_1" for name in field_names(IntegrationIdentifiersRequest)},
    VirtualCurrencyTransactionRequest: {
        "items": [{"currency_code": "GOLD", "amount": -50}, {"currency_code": "GEMS", "amount": 5}],
        "metadata": {"reason": "exchange"},
    },
}
"""Each field of each record, as it is sent."""

EVERY = pytest.mark.parametrize("cls", list(BASES), ids=lambda cls: cls.__name__)

CONTRACT = openapi_spec("server_side")
SCHEMAS = CONTRACT["components"]["schemas"]

USER: Mapping[str, Any] = {"adapty_customer_user_id": "user_12345"}
SENT_BY: Mapping[type[RequestModel], tuple[str, Mapping[str, Any]]] = {
    ProfileRequest: ("updateProfile", USER),
    OneTimePurchase: ("setTransaction", USER),
    Subscription: ("setTransaction", USER),
    GrantAccessRequest: ("grantAccessLevel", USER),
    RevokeAccessRequest: ("revokeAccessLevel", USER),
    RefundSaverSettingsRequest: ("setRefundSaverSettings", USER),
    IntegrationIdentifiersRequest: ("setIntegrationIdentifiers", USER),
    PaywallUpdateRequest: ("updatePaywall", {"paywall_id": DEVICE_ID}),
    VirtualCurrencyTransactionRequest: ("createVirtualCurrencyTransaction", USER),
    StripeValidationRequest: ("validateStripePurchase", {}),
    PaddleValidationRequest: ("validatePaddlePurchase", {}),
}
"""The operation whose body a record is, and what it takes beside."""


def schema_name(cls: type[RequestModel]) -> str:
    """Return the name of a model's schema."""
    return "IntegrationIdentifiers" if cls is IntegrationIdentifiersRequest else cls.__name__


VALIDATORS = {
    cls: Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema_name(cls)}", "components": CONTRACT["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    for cls in BASES
}


def check_sendable(record: RequestModel) -> None:
    """Check that a model is JSON, valid, sent unchanged, and can be parsed again."""
    written = json.loads(wire(record))
    assert [error.message for error in VALIDATORS[type(record)].iter_errors(written)] == []
    assert type(record).from_dict(written, allow_unknown=True) == record
    if type(record) in SENT_BY:
        operation, parameters = SENT_BY[type(record)]
        body = build_server_side_call(operation, ignore_body, record, **parameters).request.body
        assert body is not None
        assert json.loads(body) == written


def outcome_of(cls: type[RequestModel], field: str, value: Any) -> RequestModel | AdaptyUsageError:
    """Return the model with this value, or the error, after a check that it names the field."""
    try:
        record = cls(**{**BASES[cls], field: value})
    except AdaptyUsageError as exc:
        refusal = exc
    else:
        check_sendable(record)
        return record
    assert refusal.field_name is not None
    assert refusal.field_name.partition(".")[0] == field
    assert all(str(problem) in str(refusal) and problem.field_name for problem in refusal.problems)
    assert str(refusal).startswith(f"{refusal.field_name}: ") or len(refusal.problems) > 1
    str(refusal).encode()
    return refusal


def refused(cls: type[RequestModel], field: str, value: Any) -> AdaptyUsageError:
    """Return the error for a value of a field; fail if it is accepted."""
    outcome = outcome_of(cls, field, value)
    assert isinstance(outcome, AdaptyUsageError), f"{cls.__name__}.{field} took {value!r}"
    return outcome


def taken(cls: type[RequestModel], field: str, value: Any) -> Any:
    """Return the sent value of a field; fail if it is rejected."""
    outcome = outcome_of(cls, field, value)
    assert not isinstance(outcome, AdaptyUsageError), f"{cls.__name__}.{field}: {outcome}"
    return outcome.to_dict()[field]


def fields_of(cls: type[RequestModel]) -> tuple[str, ...]:
    """Return the model's fields of the spec."""
    return tuple(SCHEMAS[schema_name(cls)]["properties"])


def takes_null(cls: type[RequestModel], field: str) -> bool:
    """Return whether the spec allows null for a field."""
    schema = SCHEMAS[schema_name(cls)]["properties"][field]
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("oneOf", ())


def is_required(cls: type[RequestModel], field: str) -> bool:
    """Return whether the spec requires a field, without the one that selects the schema."""
    return field in SCHEMAS[schema_name(cls)].get("required", ()) and field != "purchase_type"


EVERY_FIELD = [(model, name) for model in BASES for name in fields_of(model)]


def test_model_has_fields_of_its_schema() -> None:
    """A model has exactly the fields of its schema."""
    for cls in list(BASES):
        with case(cls=cls):
            assert set(field_names(cls)) == set(fields_of(cls)) == set(FULL[cls])


def test_body_has_exactly_the_given_fields() -> None:
    """Each given field is sent in the format of the spec, and no other."""
    for cls in list(BASES):
        with case(cls=cls):
            for given_fields in (BASES[cls], FULL[cls]):
                record = cls(**given_fields)
                check_sendable(record)
                assert {**record.to_dict(), "purchase_type": None} == {**given_fields, "purchase_type": None}
                assert cls.from_dict(given_fields) == record


NEARLY: list[Any] = [
    *(value for fields in FULL.values() for value in fields.values()),
    *(cls(**fields) for cls, fields in FULL.items()),
    *("", " ", "x" * 51, "sub_", "pi_1", "txn_1", "1", "0.1", "\ud800", "\x00", "{}", "nul", "2026-06-10", "GOLD"),
    *(0, 1, 4, -1, 2**31, -(2**31), 10**400, 0.0, -0.0, 1e300, 1e-300, float("nan"), float("inf"), True, False),
    *(UUID(TOKEN), date(1990, 5, 21), datetime(2026, 6, 10, tzinfo=UTC), Decimal("9.990"), Decimal("NaN")),
    *({}, [], [{}], {"": ""}, {"a": None}, {"GOLD": 1}, {"en": {}}, {"en": "{}"}, {"en": [1]}, [None], (), set()),
    {"currency_code": "GOLD", "amount": 1},
    [{"key": "a", "value": True}],
    [{"locale": "en", "data": "{}", "newer": object()}],
    [{"locale": "en", "data": "{}", "newer": float("nan")}],
    [{"locale": "en", "data": "{}", "newer": "\ud800"}],
    [{"locale": "en", "data": "{}", 7: 1}],
    [{"locale": "en", "data": {}, "newer": (1, 2)}],
    [{"locale": "en", "data": {"a": "\ud800"}}],
    MappingProxyType({"en": "{}"}),
    {"en": MappingProxyType({"a": 1})},
    RemoteConfig(locale="en", data="{}", extra_fields={"newer": [1]}),
    [RemoteConfig(locale="en", data="{}", extra_fields={"newer": [1]})],
    [RemoteConfig(locale="en")],
]
"""Values that some field or other takes, and such as are nearly that."""


def test_almost_valid_values_are_sendable_or_rejected() -> None:
    """Valid values of one field, passed to each other field, are sent validly or rejected by name."""
    for cls, field in [*EVERY_FIELD, *((model, "extra_fields") for model in BASES)]:
        with case(cls=cls, field=field):
            for value in NEARLY:
                outcome_of(cls, field, value)


@EVERY
@given(data=st.data())
@repeatable(20)
def test_any_value_is_sendable_or_rejected(cls: type[RequestModel], data: st.DataObject) -> None:
    """Any Python value in any field results in a valid request, or an error that names it."""
    field = data.draw(st.sampled_from([*fields_of(cls), "extra_fields"]))
    outcome_of(cls, field, data.draw(objects()))


def test_none_is_accepted_where_api_accepts_null() -> None:
    """None is sent as null if the spec allows it; the error says what to do instead."""
    for cls, field in EVERY_FIELD:
        with case(cls=cls, field=field):
            if takes_null(cls, field):
                assert taken(cls, field, None) is None
                continue
            refusal = refused(cls, field, None)
            advice = "it is required" if is_required(cls, field) else "omit it instead"
            assert str(refusal) == f"{field}: must not be None; {advice}"


def test_not_given_equals_omitted() -> None:
    """NOT_GIVEN has the same result as no argument."""
    for cls, field in EVERY_FIELD:
        with case(cls=cls, field=field):
            rest = {name: value for name, value in FULL[cls].items() if name != field}
            if is_required(cls, field):
                for fields in (rest, {**rest, field: NOT_GIVEN}):
                    with pytest.raises(AdaptyUsageError, match=f"^{field}: is missing; it is required") as caught:
                        cls(**fields)
                    assert caught.value.field_name == field
                continue
            assert cls(**rest) == cls(**{**rest, field: NOT_GIVEN})
            check_sendable(cls(**{**rest, field: NOT_GIVEN}))


def test_refund_saver_settings_require_one_field() -> None:
    """An empty change is rejected, also with null for both; null next to a value is sent."""
    fields: Any
    make: Any
    for make in [RefundSaverSettingsRequest, lambda **fields: RefundSaverSettingsRequest.from_dict(fields)]:
        for fields in [
            {},
            {"consent": None},
            {"custom_preference": None},
            {"consent": None, "custom_preference": None},
        ]:
            with case(fields=fields, make=make):
                with pytest.raises(
                    AdaptyUsageError, match="is missing, and so is consent; expected at least one"
                ) as caught:
                    make(**fields)
                assert caught.value.field_name == "custom_preference"
                check_sendable(make(**{**fields, "consent": False}))
                check_sendable(make(**{**fields, "custom_preference": "grant"}))
                check_sendable(RefundSaverSettingsRequest(extra_fields={"newer": 1}))


@pytest.mark.parametrize(
    "make",
    [
        IntegrationIdentifiersRequest,
        lambda: IntegrationIdentifiersRequest.from_dict({}),
        lambda: IntegrationIdentifiersRequest(branch_id=NOT_GIVEN),
        lambda: IntegrationIdentifiersRequest(extra_fields={}),
    ],
)
def test_integration_identifiers_require_one_field(make: Callable[[], RequestModel]) -> None:
    """At least one is required; None clears one."""
    with pytest.raises(AdaptyUsageError, match="expected at least one"):
        make()
    check_sendable(IntegrationIdentifiersRequest(branch_id=None))
    check_sendable(IntegrationIdentifiersRequest(extra_fields={"newer_user_id": "x"}))


def test_unknown_field_is_rejected_with_known_ones() -> None:
    """An unknown name is rejected; `allow_unknown` stores and sends it."""
    for cls in list(BASES):
        with case(cls=cls):
            fields = {**BASES[cls], "newer": {"deep": [1, None]}}
            with pytest.raises(AdaptyUsageError, match=f"^newer: is not a field of {cls.__name__}") as caught:
                cls.from_dict(fields)
            assert caught.value.field_name == "newer"
            record = cls.from_dict(fields, allow_unknown=True)
            assert record.extra_fields == {"newer": {"deep": [1, None]}}
            check_sendable(record)


NESTED: list[tuple[type[RequestModel], str, Any, str]] = [
    (ProfileRequest, "installation_meta", {"device_id": DEVICE_ID, "newer": 1}, "installation_meta.newer"),
    (OneTimePurchase, "price", {**PURCHASE["price"], "newer": 1}, "price.newer"),
    (Subscription, "offer", {**BASES[OfferRequest], "newer": 1}, "offer.newer"),
    (StripeValidationRequest, "data", {**STRIPE, "newer": 1}, "data.newer"),
    (StripeValidationRequest, "data", {**STRIPE, "attributes": {**ATTRIBUTES, "newer": 1}}, "data.attributes.newer"),
    (
        VirtualCurrencyTransactionRequest,
        "items",
        [{"currency_code": "GOLD", "amount": 1, "newer": 1}],
        "items.0.newer",
    ),
]


@pytest.mark.parametrize(("cls", "field", "value", "name"), NESTED, ids=[name for *_, name in NESTED])
def test_unknown_nested_field_is_rejected_or_preserved(
    cls: type[RequestModel], field: str, value: Any, name: str
) -> None:
    """The same applies to nested fields, with a dotted name."""
    fields = {**BASES[cls], field: value}
    with pytest.raises(AdaptyUsageError) as caught:
        cls.from_dict(fields)
    assert caught.value.field_name == name
    record = cls.from_dict(fields, allow_unknown=True)
    assert record.to_dict()[field] == value
    check_sendable(record)


@pytest.mark.parametrize("allow_unknown", [False, True])
def test_items_accept_dict_of_amounts(*, allow_unknown: bool) -> None:
    """The short form of the items is not parsed as a single item."""
    made = VirtualCurrencyTransactionRequest.from_dict({"items": {"GOLD": 1}}, allow_unknown=allow_unknown)
    assert made.to_dict() == {"items": [{"currency_code": "GOLD", "amount": 1}]}


WRONG_INSIDE: list[tuple[type[RequestModel], str, Any, str]] = [
    (ProfileRequest, "installation_meta", {}, "installation_meta.device_id"),
    (ProfileRequest, "installation_meta", {"device_id": None}, "installation_meta.device_id"),
    (ProfileRequest, "installation_meta", {"device_id": "x"}, "installation_meta.device_id"),
    (ProfileRequest, "installation_meta", {"device_id": DEVICE_ID, "platform": "ios"}, "installation_meta.platform"),
    (ProfileRequest, "installation_meta", {"device_id": DEVICE_ID, "os": 17.5}, "installation_meta.os"),
    (ProfileRequest, "custom_attributes", {"plan": []}, "custom_attributes.plan"),
    (ProfileRequest, "custom_attributes", {"pl an": "x"}, "custom_attributes.pl an"),
    (ProfileRequest, "custom_attributes", [{"key": "plan"}], "custom_attributes.0"),
    (OneTimePurchase, "price", {"country": "US", "currency": "USD"}, "price.value"),
    (OneTimePurchase, "price", {"country": "uk", "currency": "USD", "value": 1}, "price.country"),
    (OneTimePurchase, "price", {"country": "US", "currency": "usd", "value": 1}, "price.currency"),
    (OneTimePurchase, "offer", {"category": "retention", "type": "free_trial"}, "offer.category"),
    (OneTimePurchase, "offer", {"category": "introductory", "type": "unknown"}, "offer.type"),
    (OneTimePurchase, "offer", {"category": "introductory"}, "offer.type"),
    (VirtualCurrencyTransactionRequest, "items", {"GOLD": 0}, "items.0.amount"),
    (VirtualCurrencyTransactionRequest, "items", {"GOLD": 1, "": 1}, "items.1.currency_code"),
    (VirtualCurrencyTransactionRequest, "items", [{"amount": 1}], "items.0.currency_code"),
    (VirtualCurrencyTransactionRequest, "items", [{"currency_code": "GOLD", "amount": 1}, 7], "items.1"),
    (VirtualCurrencyTransactionRequest, "metadata", {"Level": "7"}, "metadata.Level"),
    (VirtualCurrencyTransactionRequest, "metadata", {"level": 7}, "metadata.level"),
    (PaywallUpdateRequest, "remote_configs", {"en": "{"}, "remote_configs.en.data"),
    (PaywallUpdateRequest, "remote_configs", [{"data": "{}"}], "remote_configs.0.locale"),
    (PaywallUpdateRequest, "remote_configs", [{"locale": "en", "data": "{}"}, "de"], "remote_configs.1"),
    (PaywallUpdateRequest, "remote_configs", [{"locale": "en"}], "remote_configs.en.data"),
    (StripeValidationRequest, "data", {"type": "x", "attributes": ATTRIBUTES}, "data.type"),
    (StripeValidationRequest, "data", {**STRIPE, "attributes": {}}, "data.attributes.customer_user_id"),
]


def test_nested_errors_have_dotted_names() -> None:
    """The error has the path of the field, from the outermost inwards."""
    for cls, field, value, name in WRONG_INSIDE:
        with case(cls=cls, field=field, value=value, name=name):
            assert refused(cls, field, value).field_name == name


SECRET = "Xq7secret"
QUOTES_NOTHING: list[tuple[type[RequestModel], str, Any]] = [
    (ProfileRequest, "gender", SECRET),
    (ProfileRequest, "email", SECRET),
    (ProfileRequest, "email", f"{SECRET}@@example.com"),
    (ProfileRequest, "birthday", SECRET),
    (ProfileRequest, "ip_v4_address", SECRET),
    (ProfileRequest, "store_account_token", SECRET),
    (ProfileRequest, "first_name", [SECRET]),
    (ProfileRequest, "first_name", f"{SECRET}\ud800"),
    (ProfileRequest, "custom_attributes", {"plan": SECRET * 10}),
    (ProfileRequest, "custom_attributes", {"plan": [SECRET]}),
    (ProfileRequest, "custom_attributes", {f"{SECRET}@example.com": "x"}),
    (ProfileRequest, "custom_attributes", SECRET),
    (ProfileRequest, "custom_attributes", [SECRET]),
    (ProfileRequest, "installation_meta", {"device_id": SECRET}),
    (ProfileRequest, "installation_meta", {"device_id": DEVICE_ID, "idfa": [SECRET]}),
    (ProfileRequest, "installation_meta", SECRET),
    (InstallationMeta, "device_id", SECRET),
    (StripeValidationAttributes, "stripe_token", SECRET),
    (StripeValidationAttributes, "customer_user_id", [SECRET]),
    (PaddleValidationRequest, "paddle_token", SECRET),
    (IntegrationIdentifiersRequest, "mixpanel_user_id", [SECRET]),
    (VirtualCurrencyTransactionRequest, "metadata", {"by": SECRET * 30}),
    (VirtualCurrencyTransactionRequest, "metadata", {f"{SECRET}@example.com": "x"}),
    (GrantAccessRequest, "starts_at", f"{SECRET}@example.com"),
    (OneTimePurchase, "cancellation_reason", f"{SECRET}@example.com"),
    (OneTimePurchase, "store_transaction_id", SECRET * 10),
    (PaywallUpdateRequest, "remote_configs", {"en": SECRET}),
]


def test_errors_hide_personal_data() -> None:
    """Names, addresses, IDs, tokens and values in their place are not in the message."""
    for cls, field, value in QUOTES_NOTHING:
        with case(cls=cls, field=field, value=value):
            assert SECRET not in str(refused(cls, field, value))


def test_repr_hides_personal_data() -> None:
    """The repr hides who a person is, and shows purchases."""
    profile = repr(ProfileRequest(**FULL[ProfileRequest], extra_fields={"nickname": "Janey"}))
    for personal in (
        "Jane",
        "Doe",
        "'f'",
        "example.com",
        "555",
        "1990",
        "203.0",
        "plan",
        "trial",
        "EA7583CD",
        "2b3c4d5e",
        "nickname",
    ):
        assert personal not in profile
    assert f"first_name={REDACTED}" in profile
    assert "first_name=NOT_GIVEN" in repr(ProfileRequest())
    assert "first_name=None" in repr(ProfileRequest(first_name=None))
    purchase = repr(OneTimePurchase(**FULL[OneTimePurchase]))
    for needed in ("web_shop", "premium_lifetime", "order_1001", "9.99", "win_back"):
        assert needed in purchase
    for cls in (StripeValidationRequest, PaddleValidationRequest):
        shown = repr(cls(**FULL[cls]))
        for personal in ("user_12345", "sub_1PqXyZ", "txn_01h"):
            assert personal not in shown


@pytest.mark.parametrize(
    "record",
    [
        IntegrationIdentifiersRequest(amplitude_user_id="jane@example.com"),
        IntegrationIdentifiersRequest(mixpanel_user_id="jane@example.com"),
        IntegrationIdentifiersRequest(posthog_distinct_user_id="jane@example.com"),
        VirtualCurrencyTransactionRequest(items={"GOLD": 1}, metadata={"by": "jane@example.com"}),
    ],
)
def test_repr_hides_addresses(record: RequestModel) -> None:
    """The repr hides an address used as an ID."""
    assert "jane" not in repr(record)
    assert "jane@example.com" in wire(record).decode()


def test_models_are_values() -> None:
    """Copies and pickles are equal, with equal hashes and bodies; classes differ."""
    for cls in list(BASES):
        with case(cls=cls):
            record = cls(**FULL[cls], extra_fields={"newer": [1]})
            unpickled = pickle.loads(pickle.dumps(record))  # noqa: S301
            made_again = cls(**FULL[cls], extra_fields={"newer": [1]})
            for again in (copy.copy(record), copy.deepcopy(record), unpickled, made_again):
                assert again == record
                assert hash(again) == hash(record)
                assert wire(again) == wire(record)
            assert record != cls(**FULL[cls])
            assert [other for other in FULL if other(**FULL[other]) == cls(**FULL[cls])] == [cls]


def test_models_are_frozen_and_keyword_only() -> None:
    """Fields cannot be set or deleted, and are keyword-only."""
    for cls in list(BASES):
        with case(cls=cls):
            record = cls(**FULL[cls])
            for name in [*field_names(cls), "extra_fields", "newer"]:
                with pytest.raises(AttributeError):
                    setattr(record, name, "x")
                with pytest.raises(AttributeError):
                    delattr(record, name)
            with pytest.raises(TypeError):
                cls(*[FULL[cls]])


def test_evolve_validates_changes() -> None:
    """`attrs.evolve` validates all fields again."""
    for cls in list(BASES):
        with case(cls=cls):
            record = cls(**FULL[cls])
            for name in field_names(cls):
                changes: Any = {name: object()}
                with pytest.raises(AdaptyUsageError) as caught:
                    attrs.evolve(record, **changes)
                assert caught.value.field_name == name
                same: Any = {name: getattr(record, name)}
                assert attrs.evolve(record, **same) == record


def test_extra_fields_reject_known_fields() -> None:
    """A field with an argument cannot be an extra field, where it would not be validated."""
    for cls in list(BASES):
        with case(cls=cls):
            for name in field_names(cls):
                with pytest.raises(AdaptyUsageError, match=f"contains {name}, which has its own argument") as caught:
                    cls(**BASES[cls], extra_fields={name: "x"})
                assert caught.value.field_name == "extra_fields"


@EVERY
@given(extra=st.dictionaries(st.text(max_size=5), json_values(), max_size=3))
@repeatable(10)
def test_extra_fields_accept_any_json(cls: type[RequestModel], extra: dict[str, Any]) -> None:
    """Strict JSON is sent unchanged; other values are rejected."""
    assume(not extra.keys() & {field.name for field in attrs.fields(cls)})  # hypothesis finds names in the sources
    try:
        json.dumps(extra, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        with pytest.raises(AdaptyUsageError, match=r"^extra_fields"):
            cls(**BASES[cls], extra_fields=extra)
    else:
        check_sendable(cls(**BASES[cls], extra_fields=extra))


MUTABLE: Mapping[type[RequestModel], Callable[[], dict[str, Any]]] = {
    ProfileRequest: lambda: {"custom_attributes": [{"key": "plan", "value": "x"}], "installation_meta": dict(META)},
    OneTimePurchase: lambda: {**PURCHASE, "price": dict(PURCHASE["price"]), "offer": dict(_OPTIONAL["offer"])},
    VirtualCurrencyTransactionRequest: lambda: {
        "items": [{"currency_code": "GOLD", "amount": 1}],
        "metadata": {"level": "7"},
    },
    PaywallUpdateRequest: lambda: {
        "remote_configs": [{"locale": "en", "data": {"deep": [1]}, "newer": {"deep": [1]}}],
    },
    StripeValidationRequest: lambda: {"data": {"type": STRIPE["type"], "attributes": dict(ATTRIBUTES)}},
}


def _emptied(value: Any) -> None:
    """Empty all dicts and lists, the innermost first."""
    if isinstance(value, dict | list):
        for inner in list(value.values() if isinstance(value, dict) else value):
            _emptied(inner)
        value.clear()


@pytest.mark.parametrize("cls", list(MUTABLE), ids=lambda cls: cls.__name__)
def test_model_shares_nothing_with_source_or_dict(cls: type[RequestModel]) -> None:
    """Emptying the caller's objects, or the result of `to_dict`, does not affect the model."""
    fields = {**MUTABLE[cls](), "extra_fields": {"newer_field": {"deep": [1]}}}
    record = cls(**fields)
    before = wire(record)
    _emptied(fields)
    assert wire(record) == before
    _emptied(record.to_dict())
    assert wire(record) == before


TYPED_DICTS: list[tuple[Any, type[RequestModel], set[str]]] = [
    (ProfileFields, ProfileRequest, set()),
    (OneTimePurchaseFields, OneTimePurchase, {"store_base_plan_id"}),
    (SubscriptionFields, Subscription, {"store_base_plan_id"}),
    (IntegrationIdentifierFields, IntegrationIdentifiersRequest, set()),
]
EVERY_TYPED_DICT = pytest.mark.parametrize(
    ("typed", "cls", "more"), TYPED_DICTS, ids=[typed.__name__ for typed, _, _ in TYPED_DICTS]
)


@EVERY_TYPED_DICT
def test_typed_dict_has_fields_of_model(typed: Any, cls: type[RequestModel], more: set[str]) -> None:
    """The typed dict has exactly the arguments of the model."""
    assert set(get_type_hints(typed)) == {*field_names(cls), "extra_fields", *more} - {"purchase_type"}


@EVERY_TYPED_DICT
def test_typed_dict_requires_required_fields(typed: Any, cls: type[RequestModel], more: set[str]) -> None:
    """The typed dict requires exactly the fields that the model requires."""
    hints = get_type_hints(typed, include_extras=True)
    required = {name for name, hint in hints.items() if get_origin(hint) is Required}
    assert required == {name for name in field_names(cls) if is_required(cls, name)}
    for name in required:
        with pytest.raises(AdaptyUsageError, match=f"^{name}: is missing"):
            cls(**{key: value for key, value in BASES[cls].items() if key != name})


@EVERY_TYPED_DICT
def test_typed_dict_allows_none_where_model_does(typed: Any, cls: type[RequestModel], more: set[str]) -> None:
    """The typed dict allows None exactly where the API accepts null."""
    hints = get_type_hints(typed)
    nullable = {name for name in field_names(cls) if name in hints and type(None) in get_args(hints[name])}
    assert nullable == {name for name in field_names(cls) if takes_null(cls, name)}


def test_annotations_can_be_resolved() -> None:
    """Resolved annotations allow None and NOT_GIVEN exactly where the model does."""
    for cls in list(BASES):
        with case(cls=cls):
            fields = attrs.fields_dict(attrs.resolve_types(cls))
            assert [name for name, field in fields.items() if isinstance(field.type, str)] == []
            for name in field_names(cls):
                may_be = get_args(fields[name].type)
                assert (type(None) in may_be) is takes_null(cls, name), name
                if name != "purchase_type":
                    assert (NotGiven in may_be) is not is_required(cls, name), name


USER_ARGUMENT: Mapping[str, Any] = {"customer_user_id": "user_12345"}
METHODS: Mapping[str, Callable[..., Any]] = {
    "createProfile": lambda adapty, **extra: adapty.profiles.create(**USER_ARGUMENT, **extra),
    "updateProfile": lambda adapty, **extra: adapty.profiles.update(**USER_ARGUMENT, **extra),
    "createProfileV1": lambda adapty, **extra: adapty.v1.profiles.create(**USER_ARGUMENT, **extra),
    "updateProfileV1": lambda adapty, **extra: adapty.v1.profiles.update(**USER_ARGUMENT, **extra),
    "set_one_time_purchase": lambda adapty, **extra: adapty.transactions.set_one_time_purchase(
        **USER_ARGUMENT, **PURCHASE, **extra
    ),
    "set_subscription": lambda adapty, **extra: adapty.transactions.set_subscription(
        **USER_ARGUMENT, **SUBSCRIPTION, **extra
    ),
    "setIntegrationIdentifiers": lambda adapty, **extra: adapty.integrations.set(**USER_ARGUMENT, **extra),
}


def _sent_by(method: Callable[..., Any], **arguments: Any) -> Any:
    """Return the body that a method of the client sends, without a socket."""
    sent: list[Any] = []

    def note(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(200, json={})

    with Adapty("secret_live_shown", transport=httpx.MockTransport(note)) as adapty:
        method(adapty, **arguments)
    (body,) = sent
    return body


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_every_method_accepts_extra_fields(method: Callable[..., Any]) -> None:
    """`extra_fields` are sent unchanged next to the known fields."""
    assert _sent_by(method, extra_fields={"newer": {"deep": [1, None]}})["newer"] == {"deep": [1, None]}


def test_invalid_extra_fields_are_rejected() -> None:
    """Anything but a mapping of names to JSON is rejected as `extra_fields`, and nothing is sent."""
    for extra in [None, "newer", 7, [("newer", 1)], {"newer": ...}, {"newer": float("nan")}]:
        for method in METHODS.values():
            with case(method=method, extra=extra):
                with pytest.raises(AdaptyUsageError, match=r"^extra_fields") as caught:
                    _sent_by(method, extra_fields=extra)
                assert caught.value.field_name in ("extra_fields", "extra_fields.newer")


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_unknown_argument_is_rejected_by_name(method: Callable[..., Any]) -> None:
    """A misspelled argument is a usage error with its name, not a TypeError."""
    with pytest.raises(AdaptyUsageError, match=r"^newer: is not a field of ") as caught:
        _sent_by(method, newer=1)
    assert caught.value.field_name == "newer"


def test_model_altered_after_validation_is_not_sent() -> None:
    """A change of a model's dict to an invalid value raises our error before sending."""
    record = ProfileRequest(first_name="Jane", extra_fields={"newer": 1})
    held: Any = record.extra_fields
    held["newer"] = float("nan")
    with pytest.raises(AdaptyUsageError, match=r"^updateProfile: .*JSON cannot represent") as caught:
        build_server_side_call("updateProfile", ignore_body, record, **USER)
    assert "Jane" not in str(caught.value)
