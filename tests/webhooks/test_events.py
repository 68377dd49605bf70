"""Events are parsed whatever Adapty adds, omits or changes; nothing is lost, and no personal data is shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given

from adapty._generated import openapi_spec
from adapty.models._response import ResponseModel
from adapty.webhooks import (
    EVENT_TYPES,
    AccessLevelProperties,
    Attribution,
    PlayStorePurchaseToken,
    PurchaseProperties,
    SharingProfile,
    WebhookEvent,
)
from adapty.webhooks.event_types import LEGACY_NAMES
from adapty_generated.webhooks import models
from tests.cases import case
from tests.core.support import json_values, repeatable
from tests.models.test_response import SPELLINGS
from tests.models.test_tolerance import CHANGES, lost, not_a_value

from .posts import ACCESS, PURCHASE, TOKEN, event_of, purchase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


WITH_A_TOKEN = {**PURCHASE, "play_store_purchase_token": TOKEN}
EVENTS = pytest.mark.parametrize(
    "posted", [pytest.param(WITH_A_TOKEN, id="purchase"), pytest.param(ACCESS, id="access_level")]
)
EXAMPLES = [
    example["value"]
    for webhook in openapi_spec("webhooks")["webhooks"].values()
    for example in webhook["post"]["requestBody"]["content"]["application/json"]["examples"].values()
    if "event_type" in example["value"]
]


def parts(value: Any) -> Iterator[ResponseModel]:
    """Go through an event and all that it holds."""
    if isinstance(value, ResponseModel):
        yield value
        for field in attrs.fields(type(value)):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from parts(item)


def test_documented_events_are_parsed_completely() -> None:
    """Nothing of the vendor's examples is in `extra_fields`."""
    cases: list[Mapping[str, Any]] = [PURCHASE, WITH_A_TOKEN, ACCESS, *EXAMPLES]
    for posted in cases:
        with case(posted):
            event = event_of(posted)
            assert lost(posted, event) == []
            assert not_a_value(event) == []
            assert [part.extra_fields for part in parts(event) if part.extra_fields] == []


def test_event_fields_have_their_types() -> None:
    """Times are aware and in UTC, amounts are exact, and objects have their classes."""
    event = event_of(WITH_A_TOKEN)
    assert event.event_datetime == datetime(2026, 6, 10, 14, 20, 5, tzinfo=UTC)
    assert event.event_id == "3f0c7a0e-6c2e-4f0e-9b63-5f6a0c1d2e3f"
    assert event.user_attributes == {"colour": "blue", "days": 7}
    assert event.integration_ids["branch_id"] == "br-1"
    assert event.profiles_sharing_access_level == (
        SharingProfile(profile_id="77777777-8888-9999-aaaa-bbbbbbbbbbbb", customer_user_id="user_2"),
    )
    (attribution,) = event.attributions.values()
    assert isinstance(attribution, Attribution)
    assert attribution.created_at == datetime(2026, 5, 31, 8, 15, tzinfo=UTC)
    assert event.play_store_purchase_token == PlayStorePurchaseToken(**TOKEN)
    properties = event.event_properties
    assert isinstance(properties, PurchaseProperties)
    assert properties.purchase_date == datetime(2026, 6, 10, 14, 20, 0, 181_000, tzinfo=UTC)
    assert (properties.price_usd, properties.proceeds_usd) == (Decimal("9.99"), Decimal("8.4915"))
    assert properties.tax_amount_usd == 0
    assert (properties.paywall_revision, properties.consecutive_payments) == ("2", 2)


@EVENTS
def test_changed_events_are_parsed_without_loss(posted: Mapping[str, Any]) -> None:
    """Whichever value is changed in whichever way."""
    for change in CHANGES:
        with case(change):
            problems = []
            for number, (path, changed) in enumerate(change(posted)):
                event = WebhookEvent.from_dict(changed)
                found = [*lost(changed, event), *not_a_value(event)]
                if number % 4 == 0 and WebhookEvent.from_dict(json.loads(json.dumps(event.raw))) != event:
                    found.append("raw is another event")
                problems += [(path, found)] if found else []
            assert problems == []


@given(strange=json_values())
@repeatable(60)
def test_any_properties_are_preserved(strange: Any) -> None:
    """Whatever JSON they are."""
    for posted in ({**PURCHASE, "event_properties": strange}, {"event_type": "x", "event_properties": strange}):
        event = WebhookEvent.from_dict(posted)
        assert event.event_type == posted["event_type"]
        assert isinstance(event.event_properties, PurchaseProperties | AccessLevelProperties)
        assert "NaN" in repr(lost(posted, event)) or lost(posted, event) == []


def test_times_are_parsed_in_every_format() -> None:
    """To the same moment, in the event and in its properties."""
    for text in SPELLINGS:
        with case(text):
            event = event_of({**purchase(purchase_date=text), "event_datetime": text})
            assert event.event_datetime == event.event_properties.purchase_date == SPELLINGS[text]


def test_contract_has_the_known_event_types() -> None:
    """Its examples of `event_type` are all of them."""
    schemas = openapi_spec("webhooks")["components"]["schemas"]
    events = ("PurchaseEvent", "AccessLevelUpdatedEvent")
    names = [schemas[name]["properties"]["event_type"]["examples"] for name in events]
    assert sorted(names[0] + names[1]) == sorted(EVENT_TYPES)
    assert names[1] == ["access_level_updated"]


NULLS = {
    "PurchaseEvent": "customer_user_id email idfa integration_ids profiles_sharing_access_level",
    "AccessLevelUpdatedEvent": "customer_user_id email idfa integration_ids profiles_sharing_access_level",
    "PurchaseEventProperties": """
        discount_amount_local discount_amount_usd original_price_local original_price_usd price_local price_usd
        profile_ip_address promotional_offer_id store_offer_category store_offer_discount_type
        store_offer_number_of_periods subscription_expires_at
    """,
    "AccessLevelUpdatedProperties": """
        active_introductory_offer_type active_promotional_offer_id active_promotional_offer_type
        billing_issue_detected_at cancellation_reason expires_at profile_ip_address renewed_at starts_at
        subscription_expires_at
    """,
    "Attribution": "ad_group ad_set campaign channel creative",
    "SharingProfile": "customer_user_id",
}
"""The fields that Adapty sends as null, by schema."""


def test_contract_and_generated_models_allow_documented_nulls() -> None:
    """Enums too."""
    schemas = openapi_spec("webhooks")["components"]["schemas"]
    for schema, names in NULLS.items():
        fields = schemas[schema]["properties"]
        with case(schema):
            nullable = {name for name, field in fields.items() if isinstance(field.get("type"), list)}
            assert nullable == set(names.split())
            assert all(None in fields[name].get("enum", [None]) for name in nullable)
            nulls = {"event_type": "x", **dict.fromkeys(nullable)}
            read = getattr(models, schema).from_dict(nulls).to_dict()
            assert {name: read[name] for name in nullable} == dict.fromkeys(nullable)


@EVENTS
def test_null_is_parsed_like_a_missing_field(posted: Mapping[str, Any]) -> None:
    """For every field of the event and of its properties."""
    for name in posted.keys() - {"event_type"}:
        with case(name):
            missing = WebhookEvent.from_dict({key: posted[key] for key in posted if key != name})
            assert WebhookEvent.from_dict({**posted, name: None}) == missing
    properties = posted["event_properties"]
    for name in properties:
        with case(name):
            missing = WebhookEvent.from_dict(
                {**posted, "event_properties": {key: properties[key] for key in properties if key != name}}
            )
            null = WebhookEvent.from_dict({**posted, "event_properties": {**properties, name: None}})
            assert null == missing
            assert getattr(null.event_properties, name) is None


def test_access_level_has_no_prices_and_no_offer() -> None:
    """Adapty sends them in events of purchases only."""
    absent = {
        "ab_test_revision",
        "consecutive_payments",
        "price_local",
        "price_usd",
        "promotional_offer_id",
        "rate_after_first_year",
        "store_offer_category",
        "store_offer_discount_type",
        "store_offer_number_of_periods",
    }
    names = {field.name for field in attrs.fields(AccessLevelProperties)}
    assert absent <= {field.name for field in attrs.fields(PurchaseProperties)} - names
    properties = openapi_spec("webhooks")["components"]["schemas"]["AccessLevelUpdatedProperties"]["properties"]
    assert absent.isdisjoint(properties)


def test_event_type_determines_the_properties_class() -> None:
    """Whatever the properties contain."""
    for event_type in sorted(EVENT_TYPES):
        with case(event_type):
            kind = AccessLevelProperties if event_type == "access_level_updated" else PurchaseProperties
            for properties in ({"access_level_id": "premium"}, {"price_usd": 1}, {}, None, "odd", ...):
                posted = {"event_type": event_type, "event_properties": properties}
                event = WebhookEvent.from_dict(posted if properties is not ... else {"event_type": event_type})
                assert type(event.event_properties) is kind


def test_properties_of_unknown_types_are_recognized() -> None:
    """By `access_level_id`."""
    cases: list[tuple[dict[str, Any], type[ResponseModel]]] = [
        ({"access_level_id": "premium", "is_active": True}, AccessLevelProperties),
        ({"access_level_id": None}, AccessLevelProperties),
        ({"price_usd": 1}, PurchaseProperties),
        ({}, PurchaseProperties),
    ]
    for properties, kind in cases:
        with case(properties, kind):
            event = event_of({"event_type": "brand_new", "event_properties": properties})
            assert event.event_type == "brand_new"
            assert type(event.event_properties) is kind


@pytest.mark.parametrize(("before", "now"), LEGACY_NAMES.items())
def test_legacy_names_become_current_names(before: str, now: str) -> None:
    """`raw` has the posted name."""
    event = event_of(purchase(before))
    assert event.event_type == now
    assert event.raw["event_type"] == before


def test_event_id_is_usable_text_or_none() -> None:
    """Whole numbers become text."""
    cases: list[tuple[Any, str | None]] = [
        ("3f0c7a0e", "3f0c7a0e"),
        (440001234567890, "440001234567890"),
        (..., None),
        (None, None),
        ("", None),
        ("  ", None),
        ("\ud800", None),
        (True, None),
        (1.5, None),
        ([], None),
    ]
    for value, event_id in cases:
        with case(value, event_id):
            assert event_of(purchase(profile_event_id=value)).event_id == event_id


def test_numeric_ids_become_text() -> None:
    """Exactly."""
    properties = event_of(purchase(transaction_id=2**70, original_transaction_id=7)).event_properties
    assert (properties.transaction_id, properties.original_transaction_id) == (str(2**70), "7")
    assert properties.extra_fields == {}


def test_raw_is_the_posted_json() -> None:
    """It can be written and parsed again."""
    event = event_of(PURCHASE)
    assert event.raw == PURCHASE
    assert WebhookEvent.from_dict(json.loads(json.dumps(event.raw))) == event


def test_event_shares_nothing_with_the_parsed_body() -> None:
    """A change of the body does not change the event."""
    posted = purchase()
    event = WebhookEvent.from_dict(posted)
    posted["event_properties"]["price_usd"] = 0
    posted["user_attributes"]["colour"] = "red"
    assert event.raw == PURCHASE
    assert event.event_properties == event_of(PURCHASE).event_properties


PERSONAL = "jane@example.com"


def test_repr_hides_personal_data() -> None:
    """`to_dict` contains it."""
    cases: list[dict[str, Any]] = [
        {"email": PERSONAL},
        {"customer_user_id": PERSONAL},
        {"user_agent": PERSONAL},
        {"idfv": PERSONAL},
        {"idfa": PERSONAL},
        {"advertising_id": PERSONAL},
        {"user_attributes": {"address": PERSONAL}},
        {"integration_ids": {"amplitude_user_id": PERSONAL}},
        {"profiles_sharing_access_level": [{"customer_user_id": PERSONAL}]},
        {"attributions": {"adjust": {"network_user_id": PERSONAL}}},
        {"play_store_purchase_token": {"purchase_token": PERSONAL}},
        {"event_properties": {"profile_ip_address": PERSONAL}},
        {"event_properties": {"newer": PERSONAL}},
        {"newer": PERSONAL},
    ]
    for posted in cases:
        with case(posted):
            event = event_of({"event_type": "x", **posted})
            for shown in (repr(event), str(event), f"{event}", repr([event])):
                assert PERSONAL not in shown
                assert "jane" not in shown
            assert PERSONAL in json.dumps(event.to_dict())


def test_repr_shows_type_ids_product_and_amount() -> None:
    """And no personal data."""
    shown = repr(event_of(PURCHASE))
    for needed in ("subscription_renewed", "user_12345", "3f0c7a0e", "premium_monthly", "9.99", "app_store"):
        assert needed in shown
    for personal in ("203.0.113.7", "blue", "fb-1", "Engine", "66666666", "1717143300000"):
        assert personal not in shown
