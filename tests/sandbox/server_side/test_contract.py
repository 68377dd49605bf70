"""The sandbox and the spec: the same operations, and documented responses only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapty.sandbox import Sandbox
from adapty.sandbox._server_side.actions import ACTIONS, INTEGRATION_IDENTIFIERS, REFUND_SAVER_DEFAULTS
from adapty.sandbox._server_side.paywalls import seed_paywalls
from adapty.sandbox._server_side.rules import FIELD_RULES
from tests.cases import case
from tests.sandbox.server_side.conftest import (
    CONTRACT,
    OPERATIONS,
    SCHEMAS,
    SUBSCRIPTION,
    Clock,
    ServerSideApi,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PAYWALL = next(seed_paywalls())["paywall_id"]
NO_PAYWALL = "00000000-0000-4000-8000-000000000000"
STRIPE = {"data": {"type": "stripe_receipt_validation_result", "attributes": {"customer_user_id": "u"}}}

# These errors of the sandbox occur only where a test causes them.
NOT_PROVOKED = {"409", "429", "500"}

GOOD: dict[str, dict[str, Any]] = {
    "setTransaction": {"body": SUBSCRIPTION},
    "grantAccessLevel": {"body": {"access_level_id": "premium"}},
    "revokeAccessLevel": {"body": {"access_level_id": "premium"}},
    "setRefundSaverSettings": {"body": {"consent": True}},
    "setIntegrationIdentifiers": {"body": {"branch_id": "b"}},
    "createProfile": {"body": {}},
    "updateProfile": {"body": {}},
    "createProfileV1": {"body": {}},
    "updateProfileV1": {"body": {}},
    "grantAccessLevelV1": {"body": {"access_level_id": "premium"}},
    "validateStripePurchase": {
        "body": {"data": {**STRIPE["data"], "attributes": {"customer_user_id": "u", "stripe_token": "sub_1"}}}
    },
    "validatePaddlePurchase": {"body": {"customer_user_id": "u", "paddle_token": "txn_1"}},
    "getPaywall": {"paywall_id": PAYWALL},
    "updatePaywall": {"paywall_id": PAYWALL, "body": {"remote_configs": []}},
    "createVirtualCurrencyTransaction": {"body": {"items": [{"currency_code": "GOLD", "amount": 1}]}},
}
"""What makes an operation succeed, where it needs more than a user."""

BAD: dict[str, dict[str, Any]] = {
    **{
        name: {"body": {"email": "none"}}
        for name in ("createProfile", "updateProfile", "createProfileV1", "updateProfileV1")
    },
    "setTransaction": {"body": {}},
    "grantAccessLevel": {"body": {}},
    "grantAccessLevelV1": {"body": {}},
    "revokeAccessLevel": {"body": {}},
    "getRefundSaverSettings": {"user": "unknown"},
    "getProfileV1": {"user": None, "profile_id": "none"},
    "deleteProfileV1": {"user": None, "profile_id": "none"},
    "setRefundSaverSettings": {"body": {}},
    "validateStripePurchase": {"body": STRIPE},
    "validatePaddlePurchase": {"body": {}},
    "setIntegrationIdentifiers": {"body": {}},
    "listPaywalls": {"params": {"page[number]": 0}},
    "updatePaywall": {"body": {}, "paywall_id": PAYWALL},
    "createVirtualCurrencyTransaction": {"body": {"items": []}},
    "listVirtualCurrencyTransactions": {"params": {"limit": 0}},
    "listVirtualCurrencyBalances": {"headers": {"adapty-profile-id": NO_PAYWALL}},
}
"""What makes an operation answer with 400."""


# The spec lists 4XX for all operations of version 1; no request causes these.
IMPOSSIBLE = {("createProfileV1", "404")}


def statuses() -> Iterator[tuple[str, str]]:
    """Yield each status of the spec, with its operation."""
    for operation_id, (method, path) in OPERATIONS.items():
        for documented in CONTRACT["paths"][path][method.lower()]["responses"]:
            for status in ("400", "401", "404") if documented == "4XX" else (documented,):
                if status not in NOT_PROVOKED and (operation_id, status) not in IMPOSSIBLE:
                    yield operation_id, status


@pytest.fixture(scope="module")
def without_currencies() -> Iterator[ServerSideApi]:
    """Return the API of an app without virtual currencies."""
    with Sandbox(virtual_currencies=False) as sandbox, ServerSideApi.of(sandbox) as api:
        yield api


def test_all_operations_are_served() -> None:
    """The sandbox serves exactly the operations of the spec."""
    assert sorted(ACTIONS) == sorted(OPERATIONS)


def test_every_documented_response_occurs(api: ServerSideApi, without_currencies: ServerSideApi) -> None:
    """Each success and each error of the spec occurs, in the documented format."""
    for operation_id, status in list(statuses()):
        with case(operation_id, status):
            api.reset()
            asked = without_currencies if status == "403" else api
            good = GOOD.get(operation_id, {})
            requests = {
                "400": [{**good, **BAD.get(operation_id, {})}],
                "401": [{**good, "headers": {"authorization": "Api-Key none"}}],
                "404": [{**good, **({"paywall_id": NO_PAYWALL} if "paywall_id" in good else {"user": "unknown"})}],
                "422": [{**good, "body": {"items": [], "metadata": []}}],
            }
            asked.create()
            asked.ask("grantAccessLevel", {"access_level_id": "premium"})
            *before, last = requests.get(status, [good])
            for request in before:
                assert asked.ask(operation_id, **request).status_code == 200
            assert str(asked.ask(operation_id, **last).status_code) == status


def _examples() -> Iterator[Any]:
    for operation_id, (method, path) in OPERATIONS.items():
        body = CONTRACT["paths"][path][method.lower()].get("requestBody", {})
        if "$ref" in body:
            body = CONTRACT["components"]["requestBodies"][body["$ref"].rpartition("/")[2]]
        for content in body.get("content", {}).values():
            for example in content["examples"].values():
                yield operation_id, example["value"]


def test_examples_of_the_spec_are_accepted(api: ServerSideApi, clock: Clock) -> None:
    """The spec's example requests succeed; they keep the documented rules."""
    for operation_id, example in _examples():
        with case(operation_id, example):
            api.reset()
            api.create()
            api.ask("grantAccessLevel", {"access_level_id": "premium"})
            api.ask("createVirtualCurrencyTransaction", {"items": [{"currency_code": "GOLD", "amount": 500}]})
            assert api.ask(operation_id, example, paywall_id=PAYWALL).status_code == 200


def test_tables_match_the_spec() -> None:
    """Identifiers and settings are those of the spec; each rule has a field in a body."""
    assert list(INTEGRATION_IDENTIFIERS) == list(SCHEMAS["IntegrationIdentifiers"]["properties"])
    assert REFUND_SAVER_DEFAULTS.keys() == SCHEMAS["RefundSaverSettings"]["properties"].keys()
    assert REFUND_SAVER_DEFAULTS.keys() == SCHEMAS["RefundSaverSettingsRequest"]["properties"].keys()
    fields = {name for schema in SCHEMAS.values() for name in schema.get("properties", ())}
    assert FIELD_RULES.keys() <= fields


def test_seeded_paywalls_match_the_spec(api: ServerSideApi) -> None:
    """Each paywall is valid, with two locales and a product."""
    for seed in seed_paywalls():
        paywall = api.ask("getPaywall", paywall_id=seed["paywall_id"]).json()
        assert paywall == seed
        assert paywall.keys() == {*SCHEMAS["PaywallListItem"]["properties"], "remote_configs", "main_screenshot"}
        assert [config["locale"] for config in paywall["remote_configs"]] == ["en", "de"]
        assert paywall["products"]
