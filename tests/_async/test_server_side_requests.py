"""The requests that the methods of the server-side API send, field by field and byte by byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

import pytest
from attrs import frozen
from dateutil.relativedelta import relativedelta

from adapty import (
    AdaptyUsageError,
    AsyncAdapty,
    OneTimePurchase,
    Price,
    RemoteConfig,
    Subscription,
    UnexpectedResponseError,
    VirtualCurrencyTransactionItem,
)
from adapty.models import IntegrationIdentifierFields
from tests.server_side_calls import PAYWALL_ID, PURCHASE, SUBSCRIPTION, Stub, answering

pytestmark = pytest.mark.anyio

USER: Any = {"customer_user_id": "user_12345"}


@frozen
class Given:
    """The arguments of a method, without the user."""

    arguments: tuple[Any, ...]
    fields: Mapping[str, Any]

    @classmethod
    def of(cls, *arguments: Any, **fields: Any) -> Given:
        """Create one from the arguments of a call."""
        return cls(arguments, fields)

    def to(self, adapty: AsyncAdapty, method: str, **more: Any) -> Any:
        """Call a method of the client with these arguments, a user if the method has one, and more fields."""
        user = {} if method.startswith("paywalls.") else USER
        return attrgetter(method)(adapty)(*self.arguments, **user, **{**self.fields, **more})


EXTENSIBLE: Mapping[str, Given] = {
    # Every method that sends a body, with the minimum of arguments.
    "profiles.create": Given.of(),
    "profiles.update": Given.of(),
    "v1.profiles.create": Given.of(),
    "v1.profiles.update": Given.of(),
    "integrations.set": Given.of(branch_id="b"),
    "transactions.set_subscription": Given.of(**SUBSCRIPTION),
    "transactions.set_one_time_purchase": Given.of(**PURCHASE),
    "access_levels.grant": Given.of("premium", lifetime=True),
    "v1.access_levels.grant": Given.of("premium", lifetime=True),
    "access_levels.revoke": Given.of("premium", immediate=True),
    "refund_saver.set": Given.of(consent=True),
    "paywalls.update": Given.of(PAYWALL_ID, {}),
    "virtual_currencies.transact": Given.of({"GOLD": 1}),
    "purchases.validate_paddle": Given.of(paddle_token="txn_1"),
}


async def test_extra_fields_are_sent(stubbed: AsyncAdapty, stub: Stub) -> None:
    """`extra_fields` are sent unchanged next to the known fields."""
    for method in EXTENSIBLE:
        with stub.case(method=method):
            await EXTENSIBLE[method].to(stubbed, method)
            await EXTENSIBLE[method].to(stubbed, method, extra_fields={"newer": {"than": ["this", None]}})

            plain, extended = (json.loads(request.content) for request in stub.requests)
            assert extended == {**plain, "newer": {"than": ["this", None]}}


async def test_each_integration_identifier_is_sent_alone(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Each identifier is sent under its name, None as null; an empty one is rejected."""
    for field in sorted(IntegrationIdentifierFields.__annotations__.keys() - {"extra_fields"}):
        with stub.case(field=field):
            send: Any = stubbed.integrations.set

            await send(**USER, **{field: "ü 1"})
            await send(**USER, **{field: None})
            with pytest.raises(AdaptyUsageError, match=f"^{field}: is empty"):
                await send(**USER, **{field: ""})

            assert [request.content.decode() for request in stub.requests] == [
                f'{{"{field}":"ü 1"}}',
                f'{{"{field}":null}}',
            ]


BERLIN = timezone(timedelta(hours=2))
BOUGHT = (
    '"store":"web_shop","store_product_id":"premium_lifetime","store_transaction_id":"order_1001",'
    '"store_original_transaction_id":"order_1001","price":{"country":"US","currency":"USD","value":9.99},'
    '"purchased_at":"2026-06-10T14:20:00+00:00"'
)
RENEWING = (
    '"originally_purchased_at":"2026-06-03T14:20:00+00:00","expires_at":"2026-07-10T14:20:00+00:00","renew_status":true'
)
ONCE = '"purchase_type":"one_time_purchase"'
AGAIN = '"purchase_type":"subscription"'
NOTHING_MORE: Mapping[str, Any] = dict.fromkeys(
    (
        "variation_id",
        "offer",
        "refunded_at",
        "cancellation_reason",
        "renew_status_changed_at",
        "billing_issue_detected_at",
        "grace_period_expires_at",
    )
)
ITEM = VirtualCurrencyTransactionItem(currency_code="GOLD", amount=-(2**31))

BODIES: list[tuple[str, Given, str]] = [
    # A method, its arguments without the user, and its body.
    ("access_levels.grant", Given.of("premium", lifetime=True), '{"access_level_id":"premium","expires_at":null}'),
    ("v1.access_levels.grant", Given.of("premium", lifetime=True), '{"access_level_id":"premium","expires_at":null}'),
    (
        "access_levels.grant",
        Given.of("premium", expires_at=datetime(2026, 7, 1, tzinfo=BERLIN)),
        '{"access_level_id":"premium","expires_at":"2026-06-30T22:00:00+00:00"}',
    ),
    (
        "access_levels.grant",
        Given.of("ü", starts_at=None, expires_at="2026-06-01T10:00:00.5+0200"),
        '{"access_level_id":"ü","starts_at":null,"expires_at":"2026-06-01T08:00:00.500000+00:00"}',
    ),
    (
        "v1.access_levels.grant",
        Given.of("premium", starts_at="2026-06-01T00:00:00Z", expires_at="2026-07-01T00:00:00Z"),
        '{"access_level_id":"premium","starts_at":"2026-06-01T00:00:00+00:00","expires_at":"2026-07-01T00:00:00+00:00"}',
    ),
    ("access_levels.revoke", Given.of("premium", immediate=True), '{"access_level_id":"premium","revoke_at":null}'),
    (
        "access_levels.revoke",
        Given.of("premium", revoke_at=datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=UTC)),
        '{"access_level_id":"premium","revoke_at":"2026-06-30T23:59:59.999999+00:00"}',
    ),
    ("refund_saver.set", Given.of(custom_preference="grant"), '{"custom_preference":"grant"}'),
    ("refund_saver.set", Given.of(custom_preference="no_preference"), '{"custom_preference":"no_preference"}'),
    ("refund_saver.set", Given.of(custom_preference="decline"), '{"custom_preference":"decline"}'),
    ("refund_saver.set", Given.of(consent=False), '{"consent":false}'),
    (
        "refund_saver.set",
        Given.of(consent=False, custom_preference=None),
        '{"custom_preference":null,"consent":false}',
    ),
    (
        "refund_saver.set",
        Given.of(consent=None, custom_preference="grant"),
        '{"custom_preference":"grant","consent":null}',
    ),
    (
        "refund_saver.set",
        Given.of(consent=True, custom_preference="decline"),
        '{"custom_preference":"decline","consent":true}',
    ),
    ("transactions.set_one_time_purchase", Given.of(**PURCHASE), f"{{{ONCE},{BOUGHT}}}"),
    ("transactions.set_subscription", Given.of(**SUBSCRIPTION), f"{{{AGAIN},{BOUGHT},{RENEWING}}}"),
    ("transactions.set", Given.of(OneTimePurchase(**PURCHASE)), f"{{{ONCE},{BOUGHT}}}"),
    ("transactions.set", Given.of(Subscription(**SUBSCRIPTION)), f"{{{AGAIN},{BOUGHT},{RENEWING}}}"),
    (
        "transactions.set",
        Given.of({"purchase_type": "subscription", **SUBSCRIPTION}),
        f"{{{AGAIN},{BOUGHT},{RENEWING}}}",
    ),
    (
        "transactions.set_subscription",
        Given.of(**{**SUBSCRIPTION, "store_base_plan_id": "monthly"}),
        f"{{{AGAIN},{BOUGHT},{RENEWING}}}".replace("lifetime", "lifetime:monthly"),
    ),
    (
        "transactions.set",
        Given.of({"purchase_type": "one_time_purchase", **PURCHASE, "store_base_plan_id": "once"}),
        f"{{{ONCE},{BOUGHT}}}".replace("lifetime", "lifetime:once"),
    ),
    (
        "transactions.set_one_time_purchase",
        Given.of(**{**PURCHASE, "store_product_id": "premium_lifetime:once"}),
        f"{{{ONCE},{BOUGHT}}}".replace("lifetime", "lifetime:once"),
    ),
    ("paywalls.update", Given.of(PAYWALL_ID, {}), '{"remote_configs":[]}'),
    ("paywalls.update", Given.of(UUID(PAYWALL_ID), []), '{"remote_configs":[]}'),
    (
        "paywalls.update",
        Given.of(PAYWALL_ID, {"en": {"a": "ü"}, "de": '{"a" : 1}'}),
        '{"remote_configs":[{"locale":"en","data":"{\\"a\\": \\"ü\\"}"},{"locale":"de","data":"{\\"a\\" : 1}"}]}',
    ),
    (
        "paywalls.update",
        Given.of(PAYWALL_ID, [RemoteConfig(locale="en", data="[]"), {"locale": "de", "data": {"b": None}}]),
        '{"remote_configs":[{"locale":"en","data":"[]"},{"locale":"de","data":"{\\"b\\": null}"}]}',
    ),
    ("virtual_currencies.credit", Given.of("GOLD", 50), '{"items":[{"currency_code":"GOLD","amount":50}]}'),
    (
        "virtual_currencies.credit",
        Given.of("GOLD", 2**31 - 1, metadata=None),
        '{"items":[{"currency_code":"GOLD","amount":2147483647}],"metadata":null}',
    ),
    (
        "virtual_currencies.debit",
        Given.of("GOLD", 50, metadata={"why_1": "ü"}),
        '{"items":[{"currency_code":"GOLD","amount":-50}],"metadata":{"why_1":"ü"}}',
    ),
    (
        "virtual_currencies.exchange",
        Given.of("GOLD", 100, "GEMS", 5),
        '{"items":[{"currency_code":"GOLD","amount":-100},{"currency_code":"GEMS","amount":5}]}',
    ),
    (
        "virtual_currencies.transact",
        Given.of({"GOLD": -1, "GEMS": 2}),
        '{"items":[{"currency_code":"GOLD","amount":-1},{"currency_code":"GEMS","amount":2}]}',
    ),
    (
        "virtual_currencies.transact",
        Given.of([ITEM, {"currency_code": "GEMS", "amount": 2}], metadata={}),
        '{"items":[{"currency_code":"GOLD","amount":-2147483648},{"currency_code":"GEMS","amount":2}],"metadata":{}}',
    ),
]


async def test_body_is_exact(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Given arguments are sent, times in UTC; others are not in the body."""
    for method, given, body in BODIES:
        with stub.case(method=method, given=given, body=body):
            await given.to(stubbed, method)

            assert exactly(stub.requests[0].content) == exactly(body)
            assert stub.requests[0].headers["Content-Type"] == "application/json"


def exactly(body: bytes | str) -> Any:
    """Parse JSON, with exact numbers."""
    return json.loads(body, parse_float=str, parse_int=str)


async def test_every_transaction_field_is_sent(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Optional fields are sent unchanged, and None as null."""
    fields: dict[str, Any] = {
        **SUBSCRIPTION,
        "environment": "Sandbox",
        "is_family_shared": True,
        "variation_id": "v",
        "offer": {"category": "win_back", "type": "pay_up_front", "id": "o"},
        "refunded_at": "2026-06-11T00:00:00+02:00",
        "cancellation_reason": "adapty_revoked",
        "renew_status_changed_at": datetime(2026, 6, 11, tzinfo=UTC),
        "billing_issue_detected_at": "2026-06-12T00:00:00.000001Z",
        "grace_period_expires_at": "2026-07-12T00:00:00Z",
    }
    await stubbed.transactions.set_subscription(**USER, **fields)
    given = stub.sent
    await stubbed.transactions.set_subscription(**USER, **{**SUBSCRIPTION, **NOTHING_MORE})
    cleared = stub.sent

    least = json.loads(f"{{{AGAIN},{BOUGHT},{RENEWING}}}")
    assert given == {
        **least,
        "environment": "Sandbox",
        "is_family_shared": True,
        "variation_id": "v",
        "offer": {"category": "win_back", "type": "pay_up_front", "id": "o"},
        "refunded_at": "2026-06-10T22:00:00+00:00",
        "cancellation_reason": "adapty_revoked",
        "renew_status_changed_at": "2026-06-11T00:00:00+00:00",
        "billing_issue_detected_at": "2026-06-12T00:00:00.000001+00:00",
        "grace_period_expires_at": "2026-07-12T00:00:00+00:00",
    }
    assert cleared == {**least, **NOTHING_MORE}


async def test_price_is_an_exact_json_number(stubbed: AsyncAdapty, stub: Stub) -> None:
    """The amount is sent as an exact number, for every accepted type."""
    for value, written in [
        ("9.99", "9.99"),
        (Decimal("9.99"), "9.99"),
        (9.99, "9.99"),
        ("0.1", "0.1"),
        (0.1, "0.1"),
        (99, "99"),
        ("99", "99"),
        ("99.00", "99"),
        (99.0, "99"),
        ("12345678.90", "12345678.9"),
        ("0", "0"),
        ("0.00", "0"),
        ("-5.50", "-5.5"),
        ("0.07", "0.07"),
        ("123456789012.345", "123456789012.345"),
        (Decimal("1E+3"), "1000"),
    ]:
        with stub.case(value=value, written=written):
            price: dict[str, Any] = {"country": "DE", "currency": "EUR", "value": value}

            await stubbed.transactions.set_one_time_purchase(**USER, **{**PURCHASE, "price": price})
            await stubbed.transactions.set_one_time_purchase(**USER, **{**PURCHASE, "price": Price(**price)})

            expected = f'"price":{{"country":"DE","currency":"EUR","value":{written}}},'
            assert all(expected.encode() in request.content for request in stub.requests)


RELATIVE: list[tuple[str, Given, str]] = [
    ("access_levels.grant", Given.of("premium"), "expires_at"),
    ("access_levels.grant", Given.of("premium", lifetime=True), "starts_at"),
    ("v1.access_levels.grant", Given.of("premium"), "expires_at"),
    ("access_levels.revoke", Given.of("premium"), "revoke_at"),
    ("transactions.set_subscription", Given.of(**SUBSCRIPTION), "expires_at"),
    ("transactions.set_subscription", Given.of(**SUBSCRIPTION), "grace_period_expires_at"),
]


@pytest.mark.parametrize(("method", "given", "field"), RELATIVE)
async def test_durations_count_from_now(
    stubbed: AsyncAdapty, stub: Stub, method: str, given: Given, field: str
) -> None:
    """A start or an end can be a duration from now, positive or negative."""
    for distance in (relativedelta(months=1), relativedelta(days=-1, hours=3), timedelta(days=2), timedelta(hours=-1)):
        before = datetime.now(UTC)
        await given.to(stubbed, method, **{field: distance})
        after = datetime.now(UTC)

        assert before + distance <= datetime.fromisoformat(stub.sent[field]) <= after + distance


REFUSED: list[tuple[str, Given, str | None]] = [
    # A method, its arguments without the user, and the field name in the error.
    ("access_levels.grant", Given.of("premium"), "expires_at"),
    ("access_levels.grant", Given.of("premium", expires_at=None), "expires_at"),
    ("access_levels.grant", Given.of("premium", lifetime=True, expires_at="2026-07-01T00:00:00Z"), "expires_at"),
    ("access_levels.grant", Given.of("premium", lifetime="yes"), "lifetime"),
    ("access_levels.grant", Given.of("premium", lifetime=1), "lifetime"),
    ("access_levels.grant", Given.of("premium", expires_at="2026-07-01T00:00:00"), "expires_at"),
    ("access_levels.grant", Given.of("premium", expires_at=datetime(2026, 7, 1)), "expires_at"),  # noqa: DTZ001 - naive
    ("access_levels.grant", Given.of("premium", expires_at=date(2026, 7, 1)), "expires_at"),
    ("access_levels.grant", Given.of("premium", expires_at=timedelta.max), "expires_at"),
    ("access_levels.grant", Given.of("premium", expires_at=relativedelta(years=9000)), "expires_at"),
    ("access_levels.grant", Given.of("premium", lifetime=True, starts_at="soon"), "starts_at"),
    ("access_levels.grant", Given.of("", lifetime=True), "access_level_id"),
    ("access_levels.grant", Given.of(None, lifetime=True), "access_level_id"),
    ("v1.access_levels.grant", Given.of("premium"), "expires_at"),
    ("access_levels.revoke", Given.of("premium"), "revoke_at"),
    ("access_levels.revoke", Given.of("premium", revoke_at=None), "revoke_at"),
    ("access_levels.revoke", Given.of("premium", immediate=True, revoke_at="2026-07-01T00:00:00Z"), "revoke_at"),
    ("access_levels.revoke", Given.of("premium", immediate=None), "immediate"),
    ("access_levels.revoke", Given.of(7, immediate=True), "access_level_id"),
    ("refund_saver.set", Given.of(), "custom_preference"),
    ("refund_saver.set", Given.of(custom_preference=None), "custom_preference"),
    ("refund_saver.set", Given.of(consent=None), "custom_preference"),
    ("refund_saver.set", Given.of(custom_preference=None, consent=None), "custom_preference"),
    ("refund_saver.set", Given.of(custom_preference="refuse"), "custom_preference"),
    ("refund_saver.set", Given.of(consent="yes"), "consent"),
    ("refund_saver.set", Given.of(consent=1), "consent"),
    ("integrations.set", Given.of(), None),
    ("integrations.set", Given.of(amplitude_user="a"), "amplitude_user"),
    ("integrations.set", Given.of(branch_id=7), "branch_id"),
    ("transactions.set", Given.of("order_1001"), "transaction"),
    ("transactions.set", Given.of(PURCHASE), "purchase_type"),
    ("transactions.set", Given.of({"purchase_type": "gift", **PURCHASE}), "purchase_type"),
    ("transactions.set", Given.of({"purchase_type": "one_time_purchase", **SUBSCRIPTION}), "originally_purchased_at"),
    *(
        ("transactions.set_one_time_purchase", Given.of(**{**PURCHASE, **wrong}), field_name)
        for wrong, field_name in (
            ({"store": ""}, "store"),
            ({"environment": "Test"}, "environment"),
            ({"environment": None}, "environment"),
            ({"store_transaction_id": "1" * 51}, "store_transaction_id"),
            ({"store_base_plan_id": ""}, "store_base_plan_id"),
            ({"store_base_plan_id": "a:b"}, "store_base_plan_id"),
            ({"store_product_id": "a:b", "store_base_plan_id": "c"}, "store_base_plan_id"),
            ({"is_family_shared": None}, "is_family_shared"),
            ({"price": 9.99}, "price"),
            ({"price": {"country": "US", "currency": "USD"}}, "price.value"),
            ({"price": {"country": "USA", "currency": "USD", "value": 1}}, "price.country"),
            ({"price": {"country": "US", "currency": "usd", "value": 1}}, "price.currency"),
            ({"price": {"country": "US", "currency": "USD", "value": "9,99"}}, "price.value"),
            ({"price": {"country": "US", "currency": "USD", "value": "1e3"}}, "price.value"),
            ({"price": {"country": "US", "currency": "USD", "value": True}}, "price.value"),
            ({"price": {"country": "US", "currency": "USD", "value": None}}, "price.value"),
            ({"price": {"country": "US", "currency": "USD", "value": float("nan")}}, "price.value"),
            ({"price": {"country": "US", "currency": "USD", "value": float("-inf")}}, "price.value"),
            ({"price": {"country": "US", "currency": "USD", "value": Decimal("sNaN")}}, "price.value"),
            ({"price": {"country": "US", "currency": "USD", "value": "1234567890123456.7"}}, "price.value"),
            ({"purchased_at": "2026-06-10T14:20:00"}, "purchased_at"),
            ({"purchased_at": None}, "purchased_at"),
            ({"offer": {"category": "retention", "type": "free_trial"}}, "offer.category"),
            ({"offer": {"category": "introductory", "type": "unknown"}}, "offer.type"),
            ({"offer": {"category": "introductory"}}, "offer.type"),
            ({"cancellation_reason": "bored"}, "cancellation_reason"),
            ({"expires_at": "2026-07-10T14:20:00Z"}, "expires_at"),
            ({"purchase_type": "subscription"}, "purchase_type"),
        )
    ),
    *(
        (
            "transactions.set_subscription",
            Given.of(**{name: held for name, held in SUBSCRIPTION.items() if name != left}),
            left,
        )
        for left in SUBSCRIPTION
    ),
    ("transactions.set_subscription", Given.of(**{**SUBSCRIPTION, "renew_status": None}), "renew_status"),
    ("transactions.set_subscription", Given.of(**{**SUBSCRIPTION, "renew_status": "true"}), "renew_status"),
    ("transactions.set_subscription", Given.of(**{**SUBSCRIPTION, "expires_at": None}), "expires_at"),
    ("paywalls.update", Given.of("1", {}), "paywall_id"),
    ("paywalls.update", Given.of(PAYWALL_ID, "{}"), "remote_configs"),
    ("paywalls.update", Given.of(PAYWALL_ID, None), "remote_configs"),
    ("paywalls.update", Given.of(PAYWALL_ID, {"en": "{"}), "remote_configs.en.data"),
    ("paywalls.update", Given.of(PAYWALL_ID, {"en": '{"a": NaN}'}), "remote_configs.en.data"),
    ("paywalls.update", Given.of(PAYWALL_ID, {"en": {"a": {1}}}), "remote_configs.en.data"),
    ("paywalls.update", Given.of(PAYWALL_ID, {"en": None}), "remote_configs.en.data"),
    ("paywalls.update", Given.of(PAYWALL_ID, {"": {}}), "remote_configs..locale"),
    ("paywalls.update", Given.of(PAYWALL_ID, [{"locale": "en", "data": {}}] * 2), "remote_configs.en"),
    ("paywalls.update", Given.of(PAYWALL_ID, [{"data": {}}]), "remote_configs.0.locale"),
    ("paywalls.update", Given.of(PAYWALL_ID, [RemoteConfig(locale="en")]), "remote_configs.en.data"),
    ("paywalls.update", Given.of(PAYWALL_ID, ["en"]), "remote_configs.0"),
    ("virtual_currencies.credit", Given.of("", 1), "currency_code"),
    ("virtual_currencies.credit", Given.of("GOLD", 0), "amount"),
    ("virtual_currencies.credit", Given.of("GOLD", -1), "amount"),
    ("virtual_currencies.debit", Given.of("GOLD", -1), "amount"),
    ("virtual_currencies.debit", Given.of("GOLD", True), "amount"),  # noqa: FBT003 - no amount
    ("virtual_currencies.credit", Given.of("GOLD", 1.0), "amount"),
    ("virtual_currencies.credit", Given.of("GOLD", 2**31), "amount"),
    ("virtual_currencies.credit", Given.of("GOLD", 1, metadata={"Level": "7"}), "metadata.Level"),
    ("virtual_currencies.credit", Given.of("GOLD", 1, metadata={"k" * 31: "7"}), f"metadata.{'k' * 31}"),
    ("virtual_currencies.credit", Given.of("GOLD", 1, metadata={"level": 7}), "metadata.level"),
    ("virtual_currencies.credit", Given.of("GOLD", 1, metadata={"level": "7" * 201}), "metadata.level"),
    ("virtual_currencies.credit", Given.of("GOLD", 1, metadata={f"k{number}": "" for number in range(6)}), "metadata"),
    ("virtual_currencies.credit", Given.of("GOLD", 1, metadata="level"), "metadata"),
    ("virtual_currencies.exchange", Given.of("GOLD", 0, "GEMS", 1), "from_amount"),
    ("virtual_currencies.exchange", Given.of("GOLD", 1, "GEMS", -1), "to_amount"),
    ("virtual_currencies.exchange", Given.of("", 1, "GEMS", 1), "from_currency"),
    ("virtual_currencies.exchange", Given.of("GOLD", 1, None, 1), "to_currency"),
    ("virtual_currencies.exchange", Given.of("GOLD", 1, "GOLD", 1), "items"),
    ("virtual_currencies.transact", Given.of({}), "items"),
    ("virtual_currencies.transact", Given.of("GOLD"), "items"),
    ("virtual_currencies.transact", Given.of([("GOLD", 1)]), "items.0"),
    ("virtual_currencies.transact", Given.of({"GOLD": 0}), "items.0.amount"),
    ("virtual_currencies.transact", Given.of([{"currency_code": "GOLD"}]), "items.0.amount"),
    ("virtual_currencies.transact", Given.of([{"currency_code": "GOLD", "amount": 1}] * 2), "items"),
    ("virtual_currencies.transact", Given.of({f"C{number}": 1 for number in range(21)}), "items"),
    ("purchases.validate_stripe", Given.of(stripe_token="tok_1"), "stripe_token"),
    ("purchases.validate_stripe", Given.of(stripe_token="sub_"), "stripe_token"),
    ("purchases.validate_stripe", Given.of(stripe_token=None), "stripe_token"),
    ("purchases.validate_paddle", Given.of(paddle_token="pi_1"), "paddle_token"),
    ("purchases.validate_paddle", Given.of(paddle_token=b"txn_1"), "paddle_token"),
]


async def test_invalid_arguments_are_rejected_by_name(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Each documented error is raised with the argument's name, and nothing is sent."""
    for method, given, field_name in REFUSED:
        with stub.case(method=method, given=given, field_name=field_name):
            with pytest.raises(AdaptyUsageError) as caught:
                await given.to(stubbed, method)

            assert caught.value.field_name == field_name
            assert field_name is None or f"{field_name}: " in str(caught.value)
            assert stub.requests == []


async def test_stripe_request_is_json_api(stubbed: AsyncAdapty, stub: Stub) -> None:
    """The body is JSON:API, the path is Stripe's, and no header contains a user."""
    stub.replies = [answering(200, b'{"data":null}', {"Content-Type": "application/vnd.api+json"})]

    await stubbed.purchases.validate_stripe(customer_user_id="Zoe", stripe_token="pi_1")

    (request,) = stub.requests
    assert request.url.path == "/api/v1/sdk/purchase/stripe/token/validate/"
    assert request.headers["Content-Type"] == "application/vnd.api+json"
    assert request.content.decode() == (
        '{"data":{"type":"stripe_receipt_validation_result",'
        '"attributes":{"customer_user_id":"Zoe","stripe_token":"pi_1"}}}'
    )
    assert "adapty-customer-user-id" not in request.headers


async def test_paddle_request_has_user_in_body(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Both fields are in the body, and no header contains a user."""
    await stubbed.purchases.validate_paddle(customer_user_id="user_12345", paddle_token="sub_1")

    assert stub.requests[0].content == b'{"customer_user_id":"user_12345","paddle_token":"sub_1"}'
    assert "adapty-customer-user-id" not in stub.requests[0].headers


PAYWALL: Mapping[str, list[Mapping[str, Any]]] = {
    "remote_configs": [
        {"locale": "en", "data": '{"a" : 1.0}', "newer": [None]},
        {"locale": "de", "data": "no JSON"},
    ]
}


async def test_update_locale_preserves_order(stubbed: AsyncAdapty, stub: Stub) -> None:
    """The paywall is read and written back with the new data of the locale; all else is unchanged."""
    stub.replies = [answering(200, json.dumps(PAYWALL).encode())]

    await stubbed.paywalls.update_locale(PAYWALL_ID, "en", {"a": 2})
    await stubbed.paywalls.update_locale(PAYWALL_ID, "fr", "{}", add=True)

    assert [request.method for request in stub.requests] == ["GET", "PUT", "GET", "PUT"]
    english, german = PAYWALL["remote_configs"]
    changed, added = (json.loads(request.content)["remote_configs"] for request in stub.requests[1::2])
    assert changed == [{**english, "data": '{"a": 2}'}, german]
    assert added == [english, german, {"locale": "fr", "data": "{}"}]


async def test_invalid_locale_update_is_rejected(stubbed: AsyncAdapty, stub: Stub) -> None:
    """Invalid arguments are rejected before reading, and an unknown locale before writing."""
    for change, field_name, requests in [
        (Given.of("fr", "{}"), "locale", 1),
        (Given.of("", "{}"), "locale", 0),
        (Given.of("en", "{"), "data", 0),
        (Given.of("en", None), "data", 0),
        (Given.of("fr", "{}", add=None), "add", 0),
        (Given.of("fr", "{}", add=1), "add", 0),
        (Given.of("fr", "{}", add=0), "add", 0),
        (Given.of("fr", "{}", add="yes"), "add", 0),
    ]:
        with stub.case(change=change, field_name=field_name, requests=requests):
            stub.replies = [answering(200, json.dumps(PAYWALL).encode())]

            with pytest.raises(AdaptyUsageError) as caught:
                await stubbed.paywalls.update_locale(PAYWALL_ID, *change.arguments, **change.fields)

            assert caught.value.field_name == field_name
            assert [request.method for request in stub.requests] == ["GET"] * requests


@pytest.mark.parametrize(
    "configs",
    [
        None,
        {"en": "{}"},
        [{"locale": "en", "data": "{}"}, 7],
        [{"locale": "en", "data": "{}"}, {"locale": "de"}],
        [{"locale": "en", "data": "{}"}, {"locale": None, "data": "{}"}],
        [{"locale": "en", "data": "{}"}, {"locale": "en", "data": "[]"}],
    ],
)
async def test_unparsed_configs_are_not_written_back(stubbed: AsyncAdapty, stub: Stub, configs: Any) -> None:
    """Nothing is written if writing back would lose data."""
    stub.replies = [answering(200, json.dumps({"remote_configs": configs}).encode())]

    with pytest.raises(UnexpectedResponseError, match=r"^getPaywall: 200: .*so none is written back") as caught:
        await stubbed.paywalls.update_locale(PAYWALL_ID, "en", {}, add=True)

    assert (caught.value.status_code, caught.value.method, caught.value.attempts) == (200, "GET", 1)
    assert [request.method for request in stub.requests] == ["GET"]
