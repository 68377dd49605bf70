"""Combined values: product and base plan, the kind of a transaction, a paywall's configs."""

from __future__ import annotations

import enum
import json
from collections import ChainMap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import (
    NOT_GIVEN,
    Adapty,
    AdaptyUsageError,
    OneTimePurchase,
    Paywall,
    RemoteConfig,
    Subscription,
    UnexpectedResponseError,
)
from adapty._core.call import InvalidBody
from adapty.models.paywalls import build_locale_update, parse_editable_paywall
from adapty.models.transactions import coerce_transaction, join_base_plan
from tests.core.support import case, wire
from tests.models.test_server_side_requests import BASES, FULL, PURCHASE, SUBSCRIPTION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapty.models._request import RequestModel

USER: Mapping[str, Any] = {"customer_user_id": "user_12345"}


class Catalogue(str, enum.Enum):  # noqa: UP042 - the older way to write it is what many programs have
    """Products and plans in an enum, whose format is not their value."""

    PREMIUM = "premium"
    MONTHLY = "monthly"


def sent_by(call: Callable[[Adapty], Any]) -> Any:
    """Return the body that a call of the client sends, without a socket."""
    sent: list[Any] = []

    def note(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(200, json={"data": {}})

    with Adapty("secret_live_shown", transport=httpx.MockTransport(note)) as adapty:
        call(adapty)
    (body,) = sent
    return body


def _setting(method: str, *arguments: Any, **fields: Any) -> Callable[[Adapty], Any]:
    """Return a call of a method of the transactions, for the user."""
    return lambda adapty: getattr(adapty.transactions, method)(*arguments, **USER, **fields)


def test_base_plan_is_appended_to_product() -> None:
    """Google's base plan is appended after a colon, for every form of the transaction."""
    for product, plan, joined in [
        ("premium", "monthly", "premium:monthly"),
        ("premium", NOT_GIVEN, "premium"),
        ("premium:monthly", NOT_GIVEN, "premium:monthly"),
        ("premium.1", "p1m-auto", "premium.1:p1m-auto"),
        (Catalogue.PREMIUM, "monthly", "premium:monthly"),
        ("premium", Catalogue.MONTHLY, "premium:monthly"),
        (Catalogue.PREMIUM, Catalogue.MONTHLY, "premium:monthly"),
        (Catalogue.PREMIUM, NOT_GIVEN, "premium"),
    ]:
        with case(product=product, plan=plan, joined=joined):
            fields = {**PURCHASE, "store_product_id": product, "store_base_plan_id": plan}
            renewal = {**SUBSCRIPTION, "store_product_id": product, "store_base_plan_id": plan}
            for method, arguments in [
                ("set_one_time_purchase", fields),
                ("set_subscription", renewal),
            ]:
                assert sent_by(_setting(method, **arguments))["store_product_id"] == joined
            for transaction in [
                {**fields, "purchase_type": "one_time_purchase"},
                {**renewal, "purchase_type": "subscription"},
            ]:
                body = sent_by(_setting("set", transaction))
                assert body["store_product_id"] == joined
                assert "store_base_plan_id" not in body
            given = dict(fields)
            kept = join_base_plan(given)
            assert given == fields
            assert {**kept, "store_product_id": None} == {**PURCHASE, "store_product_id": None}


def test_invalid_base_plan_is_rejected() -> None:
    """Blank plans, plans with a colon and other types are rejected by name."""
    plan: Any
    for plan in ["", " ", ":", "monthly:", ":monthly", "a:b", None, 7, True, b"monthly", [], "\ud800"]:
        with case(plan=plan):
            with pytest.raises(AdaptyUsageError, match=r"^store_base_plan_id: ") as caught:
                join_base_plan({**PURCHASE, "store_base_plan_id": plan})
            assert caught.value.field_name == "store_base_plan_id"


def test_second_base_plan_is_rejected() -> None:
    """A product with a plan and a second plan are rejected, even if they are equal."""
    for plan in ("monthly", "yearly"):
        with pytest.raises(AdaptyUsageError, match="is given, and store_product_id has one too") as caught:
            join_base_plan({**PURCHASE, "store_product_id": "premium:monthly", "store_base_plan_id": plan})
        assert caught.value.field_name == "store_base_plan_id"


def test_base_plan_does_not_replace_product() -> None:
    """An invalid product is rejected by its own name."""
    product: Any
    for plan in ["monthly", NOT_GIVEN]:
        for product in ["", " ", "\t", None, 7, True, b"premium", []]:
            with case(product=product, plan=plan):
                fields = {
                    "purchase_type": "one_time_purchase",
                    **PURCHASE,
                    "store_product_id": product,
                    "store_base_plan_id": plan,
                }
                with pytest.raises(AdaptyUsageError, match=r"^store_product_id: ") as caught:
                    coerce_transaction(fields)
                assert caught.value.field_name == "store_product_id"


def test_base_plan_without_product_names_missing_product() -> None:
    """The error names the product."""
    fields = {name: value for name, value in PURCHASE.items() if name != "store_product_id"}
    with pytest.raises(AdaptyUsageError, match=r"^store_product_id: is missing"):
        coerce_transaction({"purchase_type": "one_time_purchase", **fields, "store_base_plan_id": "monthly"})


@pytest.mark.parametrize("cls", [OneTimePurchase, Subscription])
def test_models_accept_joined_product_only(cls: type[RequestModel]) -> None:
    """Models have only the fields of the spec, without a base plan."""
    assert (
        cls(**{**BASES[cls], "store_product_id": "premium:monthly"}).to_dict()["store_product_id"] == "premium:monthly"
    )
    with pytest.raises(AdaptyUsageError, match=r"^store_base_plan_id: is not a field of "):
        cls.from_dict({**BASES[cls], "store_base_plan_id": "monthly"})


KINDS: list[tuple[str, type[Subscription | OneTimePurchase]]] = [
    ("subscription", Subscription),
    ("one_time_purchase", OneTimePurchase),
]


@pytest.mark.parametrize(("kind", "cls"), KINDS)
def test_transaction_model_is_sent_unchanged(kind: str, cls: type[Subscription | OneTimePurchase]) -> None:
    """A model has its own kind, which is sent."""
    record = cls(**FULL[cls])
    assert coerce_transaction(record) is record
    assert sent_by(lambda adapty: adapty.transactions.set(record, **USER)) == json.loads(wire(record))
    assert record.purchase_type == kind == cls(**BASES[cls]).purchase_type


@pytest.mark.parametrize(("kind", "cls"), KINDS)
@pytest.mark.parametrize("wrap", [dict, MappingProxyType, ChainMap], ids=lambda wrap: wrap.__name__)
def test_mapping_selects_model_by_purchase_type(
    kind: str, cls: type[Any], wrap: Callable[[Any], Mapping[str, Any]]
) -> None:
    """A mapping of any type becomes the model of its `purchase_type`."""
    for spelled in (kind, enum.Enum("Kind", {"IT": kind}, type=str).IT):  # type: ignore[attr-defined]
        assert coerce_transaction(wrap({**FULL[cls], "purchase_type": spelled})) == cls(**FULL[cls])
    assert coerce_transaction(json.loads(wire(cls(**FULL[cls])))) == cls(**FULL[cls])


def test_unknown_purchase_type_is_rejected() -> None:
    """The kind is not derived from the other fields."""
    for kind in [
        "",
        "Subscription",
        "subscriptions",
        "one-time-purchase",
        "consumable",
        1,
        True,
        [],
        {},
        b"subscription",
    ]:
        with case(kind=kind):
            with pytest.raises(AdaptyUsageError, match=r"^purchase_type: ") as caught:
                coerce_transaction({**SUBSCRIPTION, "purchase_type": kind})
            assert caught.value.field_name == "purchase_type"
            if isinstance(kind, str):
                assert "expected one of subscription, one_time_purchase" in str(caught.value)


@pytest.mark.parametrize("fields", [{}, PURCHASE, SUBSCRIPTION, {**SUBSCRIPTION, "purchase_type": None}])
def test_missing_purchase_type_is_rejected(fields: Mapping[str, Any]) -> None:
    """The error names the field and both kinds."""
    expected = "^purchase_type: is missing; expected one of subscription, one_time_purchase$"
    with pytest.raises(AdaptyUsageError, match=expected) as caught:
        coerce_transaction(fields)
    assert caught.value.field_name == "purchase_type"


def test_set_rejects_other_objects() -> None:
    """Other objects are rejected as `transaction`."""
    transaction: Any
    for transaction in [None, "subscription", b"{}", 7, [], [PURCHASE], Subscription, ..., NOT_GIVEN]:
        with case(transaction=transaction):
            with pytest.raises(
                AdaptyUsageError, match=r"^transaction: .*expected a Subscription, a OneTimePurchase or a dict"
            ) as caught:
                coerce_transaction(transaction)
            assert caught.value.field_name == "transaction"


@pytest.mark.parametrize(("kind", "cls"), KINDS)
def test_invalid_mapping_field_is_named(kind: str, cls: type[Any]) -> None:
    """The fields of a mapping are validated like those of a model."""
    for name in BASES[cls]:
        fields = {field: value for field, value in BASES[cls].items() if field != name}
        with pytest.raises(AdaptyUsageError, match=f"^{name}: is missing"):
            coerce_transaction({**fields, "purchase_type": kind})
    with pytest.raises(AdaptyUsageError, match=r"^newer: is not a field of "):
        coerce_transaction({**BASES[cls], "purchase_type": kind, "newer": 1})


def test_one_time_purchase_rejects_subscription_fields() -> None:
    """Fields of a subscription are unknown in a one-time purchase."""
    for name in ("expires_at", "renew_status", "originally_purchased_at", "grace_period_expires_at"):
        with pytest.raises(AdaptyUsageError, match=f"^{name}: is not a field of OneTimePurchase"):
            OneTimePurchase.from_dict({**PURCHASE, name: FULL[Subscription][name]})


def test_other_purchase_type_is_rejected() -> None:
    """A model of one kind rejects the other kind."""
    for cls, other in ((Subscription, "one_time_purchase"), (OneTimePurchase, "subscription")):
        for kind in (other, "", None, 7):
            with pytest.raises(AdaptyUsageError, match=r"^purchase_type: "):
                cls(**{**BASES[cls], "purchase_type": kind})


CONFIGS: list[dict[str, Any]] = [
    {"locale": "en", "data": '{"headline":  "Go premium", "n": 1.00}'},
    {"newer": {"deep": [1, None]}, "data": "[ ]", "locale": "de"},
    {"locale": "fr", "data": '{"a": 1, "a": "\\ud83d\\ude00 \u00e9"}', "extra": "e"},
]


def paywall(configs: Any = CONFIGS) -> Paywall:
    """Return a paywall with these configs, as parsed from a response."""
    return Paywall.from_dict({"title": "Spring offer", "remote_configs": configs})


@pytest.mark.parametrize("locale", ["en", "de", "fr"])
def test_update_locale_preserves_other_locales(locale: str) -> None:
    """The others are sent back unchanged, in their order, with unknown fields."""
    request = build_locale_update(paywall(), locale, {"headline": "New"}, add=False)
    expected = [
        {**config, "data": '{"headline": "New"}'} if config["locale"] == locale else config for config in CONFIGS
    ]
    assert json.loads(wire(request)) == {"remote_configs": expected}


def test_add_appends_locale() -> None:
    """With `add`, a new locale is appended; an existing one is changed in place."""
    request = build_locale_update(paywall(), "it", "{}", add=True)
    assert request.to_dict()["remote_configs"] == [*CONFIGS, {"locale": "it", "data": "{}"}]
    request = build_locale_update(paywall(), "de", "{}", add=True)
    assert [config["locale"] for config in request.to_dict()["remote_configs"]] == ["en", "de", "fr"]
    assert build_locale_update(paywall([]), "en", "{}", add=True).to_dict() == {
        "remote_configs": [{"locale": "en", "data": "{}"}]
    }


def test_unknown_locale_is_rejected_with_known_ones() -> None:
    """The error lists the existing locales, and says how to add one."""
    for locale in ["it", "EN", "en-US", "e"]:
        for configs, there in [(CONFIGS, "en, de, fr"), ([], "none"), ([CONFIGS[0]], "en")]:
            with case(configs=configs, there=there, locale=locale):
                with pytest.raises(AdaptyUsageError) as caught:
                    build_locale_update(paywall(configs), locale, "{}", add=False)
                assert caught.value.field_name == "locale"
                assert str(caught.value) == f"locale: is not one of the paywall's ({there}); add=True adds it"


def test_unparsed_configs_are_not_written_back() -> None:
    """Unparsed configs would be lost, so such a paywall cannot be edited."""
    for body in [
        {},
        *(
            {"remote_configs": configs}
            for configs in (
                None,
                [*CONFIGS, None],
                [*CONFIGS, "it"],
                [*CONFIGS, ["it", "{}"]],
                [*CONFIGS, {"locale": "it"}],
                [*CONFIGS, {"locale": "it", "data": None}],
                [*CONFIGS, {"locale": "it", "data": {"headline": "x"}}],
                [*CONFIGS, {"data": "{}"}],
                [*CONFIGS, {"locale": 7, "data": "{}"}],
                [*CONFIGS, {}],
                [*CONFIGS, CONFIGS[0]],
                [*CONFIGS, {"locale": "en", "data": "{}"}],
                {},
                {"en": "{}"},
                "en",
                7,
            )
        ),
    ]:
        with case(body=body), pytest.raises(InvalidBody, match="so none is written back"):
            parse_editable_paywall({"title": "Spring offer", **body})


@pytest.mark.parametrize("configs", [[], CONFIGS])
def test_parsed_configs_can_be_edited(configs: list[Any]) -> None:
    """A paywall with an empty list of configs can be edited."""
    assert parse_editable_paywall({"title": "Spring offer", "remote_configs": configs}) == paywall(configs)


@pytest.mark.parametrize("data", ["", "headline = Go premium", "{'a': 1}", "NaN", "{"])
def test_other_configs_may_be_invalid_json(data: str) -> None:
    """Invalid data of another locale is sent back unchanged."""
    other = {"locale": "de", "data": data}
    request = build_locale_update(paywall([CONFIGS[0], other]), "en", "{}", add=False)
    assert request.to_dict()["remote_configs"] == [{"locale": "en", "data": "{}"}, other]


def test_invalid_config_can_be_replaced() -> None:
    """Invalid data of a locale can be replaced."""
    request = build_locale_update(paywall([{"locale": "en", "data": "{"}]), "en", {"headline": "Hello"}, add=False)
    assert request.to_dict()["remote_configs"] == [{"locale": "en", "data": '{"headline": "Hello"}'}]


@pytest.mark.parametrize("data", ["{", "", None, 7, {"a": ...}, float("nan")], ids=repr)
def test_invalid_data_is_rejected(data: Any) -> None:
    """Data is validated before writing."""
    with pytest.raises(AdaptyUsageError, match=r"^remote_configs\.en\.data: "):
        build_locale_update(paywall(), "en", data, add=False)


def test_remote_config_is_found_by_locale() -> None:
    """`remote_config` returns the config of the exact locale, or None."""
    read = paywall()
    assert read.remote_config("de") == RemoteConfig(
        locale="de", data="[ ]", extra_fields={"newer": {"deep": [1, None]}}
    )
    assert [read.remote_config(locale) for locale in ("it", "EN", "")] == [None, None, None]


def test_parsed_configs_can_be_sent_unchanged() -> None:
    """`update` accepts `paywall.remote_configs`, and nothing is lost."""
    paywall_id = "3a1f7f66-5a0e-4f3b-9d5e-0d6b7c8e9f10"
    assert sent_by(lambda adapty: adapty.paywalls.update(paywall_id, paywall().remote_configs)) == {
        "remote_configs": CONFIGS
    }


def test_update_locale_sends_get_and_update() -> None:
    """`update_locale` reads the paywall and writes all of its configs, or nothing if some are unparsed."""
    asked: list[tuple[str, Any]] = []
    answer: dict[str, Any] = {"remote_configs": CONFIGS}

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, json.loads(request.content or "null")))
        return httpx.Response(200, json=answer)

    paywall_id = "3a1f7f66-5a0e-4f3b-9d5e-0d6b7c8e9f10"
    with Adapty("secret_live_shown", transport=httpx.MockTransport(serve)) as adapty:
        adapty.paywalls.update_locale(paywall_id, "en", "{}")
        assert asked == [("GET", None), ("PUT", {"remote_configs": [{"locale": "en", "data": "{}"}, *CONFIGS[1:]]})]
        asked.clear()
        answer["remote_configs"] = [*CONFIGS, None]
        with pytest.raises(UnexpectedResponseError, match="so none is written back") as caught:
            adapty.paywalls.update_locale(paywall_id, "en", "{}", add=True)
        error = caught.value
        assert (error.operation, error.status_code, error.method, error.attempts) == ("getPaywall", 200, "GET", 1)
        assert error.path == f"/api/v2/server-side-api/paywalls/{paywall_id}/"
        with pytest.raises(AdaptyUsageError, match=r"^data: "):
            adapty.paywalls.update_locale(paywall_id, "en", "{")
        with pytest.raises(AdaptyUsageError, match=r"^locale: "):
            adapty.paywalls.update_locale(paywall_id, " ", "{}")
        assert asked == [("GET", None)]
