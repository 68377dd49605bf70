"""Changes are reported with the gaps of the facade that they cause."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from scripts.facade_coverage import find_gaps
from scripts.spec_diff.__main__ import create_report
from scripts.spec_diff.document import parse_document
from scripts.spec_diff.reading import ROOT, parse
from tests.later_contract import later_contract
from tests.project.shop_contract import SHOP, edit_shop

if TYPE_CHECKING:
    from scripts.facade_coverage import Contract
    from scripts.spec_diff.report import Report

Json = dict[str, Any]


def read_contract(api: str) -> Json:
    """Read one of our contracts."""
    content: Json = parse((ROOT / "openapi" / f"{api}.yaml").read_bytes(), api)
    return content


def compare_contracts(api: str, old: Any, new: Any) -> Report:
    """Return the report of two contracts."""
    return create_report(api, parse_document(old, "old"), parse_document(new, "new"))


def gaps_by_element(result: Report) -> dict[str, list[str]]:
    """Return the gaps of each change by its element."""
    return {change.element: gaps for change, gaps in zip(result.changes, result.gaps_by_change, strict=True)}


def gap_texts(api: Contract, content: Json) -> list[str]:
    """Return all gaps between the facade and a contract."""
    return [str(gap) for gap in find_gaps(api, content)]


def test_gaps_of_contract_with_other_names_are_unknown() -> None:
    """The vendor's server-side contract means the same as ours, and has other names of schemas."""
    old = read_contract("server_side")
    text = json.dumps(old)
    renamed = list(old["components"]["schemas"])[::2]
    for name in renamed:
        text = text.replace(f'schemas/{name}"', f'schemas/{name}DTO"')
    new = json.loads(text)
    schemas = new["components"]["schemas"]
    new["components"]["schemas"] = {f"{name}DTO" if name in renamed else name: one for name, one in schemas.items()}
    del new["paths"]["/api/v2/server-side-api/vc/balances/"]

    result = compare_contracts("server_side", old, new)

    assert [change.element for change in result.changes] == ["listVirtualCurrencyBalances"]
    assert result.gaps == ["unknown: the contract has other names of schemas than ours"]
    assert result.gaps_by_change == [[]]


def test_gaps_of_later_contract_are_assigned_to_changes() -> None:
    """A new operation, new fields and a new event type of the Mail contract."""
    old = read_contract("mail")
    new = later_contract(old)

    result = compare_contracts("mail", old, new)

    assert result.gaps == gap_texts("mail", new)
    assert not result.is_breaking
    assert [(change.kind, change.element) for change in result.changes] == [
        ("operation-added", "pauseProfile"),
        ("request-field-added", "ProfileDTO.nickname"),
        ("request-field-added", "TransactionEventDTO.campaign_id"),
        ("request-enum-value-added", "TransactionEventType"),
    ]
    assert gaps_by_element(result) == {
        "pauseProfile": [
            "adapty._core.operations lacks the operation pauseProfile",
            "the sandbox lacks the operation pauseProfile",
            "adapty lacks a method for the operation pauseProfile",
            "adapty.models lacks a class for the schema ProfilePauseDTO",
        ],
        "ProfileDTO.nickname": [
            "adapty.mail.save_profile lacks the argument nickname",
            "the command mail save-profile lacks an option for nickname",
            "adapty.models.MailProfile lacks the field nickname of ProfileDTO",
        ],
        "TransactionEventDTO.campaign_id": [
            "adapty.mail.save_transaction_event lacks the argument campaign_id",
            "the command mail save-event lacks an option for campaign_id",
            "adapty.models.TransactionEvent lacks the field campaign_id of TransactionEventDTO",
        ],
        "TransactionEventType": [
            "the type TransactionEventType lacks the value subscription_paused",
            "adapty.flows.FLOW_BY_EVENT_TYPE lacks a flow for the event type subscription_paused",
        ],
    }


def test_fields_with_equal_names_are_distinguished() -> None:
    """By the method, the command and the class that a gap mentions."""
    old = read_contract("mail")
    new = deepcopy(old)
    for schema in ("ProfileDTO", "TransactionEventDTO"):
        new["components"]["schemas"][schema]["properties"]["nickname"] = {"type": "string"}

    result = compare_contracts("mail", old, new)

    assert {element: len(gaps) for element, gaps in gaps_by_element(result).items()} == {
        "ProfileDTO.nickname": 3,
        "TransactionEventDTO.nickname": 3,
    }
    assert all(
        "save_profile" in gap or "save-profile" in gap or "MailProfile" in gap
        for gap in gaps_by_element(result)["ProfileDTO.nickname"]
    )


def test_gaps_of_server_side_contract_are_assigned() -> None:
    """Fields of requests and responses, parameters by their argument, enum values, required fields, operations."""
    old = read_contract("server_side")
    new = deepcopy(old)
    schemas = new["components"]["schemas"]
    schemas["Subscription"]["properties"]["trial_ends_at"] = {"type": "string"}
    schemas["AccessLevel"]["properties"]["paused_at"] = {"$ref": "#/components/schemas/Pause"}
    schemas["Pause"] = {"type": "object", "properties": {"at": {"type": "string"}}}
    schemas["ProfileRequest"]["properties"]["gender"]["enum"].append("x")
    schemas["GrantAccessRequest"]["required"].remove("access_level_id")
    new["paths"]["/api/v2/server-side-api/paywalls/"]["get"]["parameters"].append(
        {"name": "state", "in": "query", "schema": {"type": "string"}},
    )
    del new["paths"]["/api/v2/server-side-api/vc/balances/"]

    result = compare_contracts("server_side", old, new)

    assert set(result.gaps) == set(gap_texts("server_side", new))
    assert gaps_by_element(result) == {
        "listVirtualCurrencyBalances": ["the contract lacks the operation listVirtualCurrencyBalances"],
        "Subscription.trial_ends_at": [
            "adapty.transactions.set_subscription lacks the argument trial_ends_at",
            "adapty.models.Subscription lacks the field trial_ends_at of Subscription",
        ],
        "AccessLevel.paused_at": [
            "adapty.models lacks a class for the response Pause",
            "adapty.models.AccessLevel lacks the field paused_at of AccessLevel",
        ],
        "ProfileRequest.gender": ["the type ProfileRequest.gender lacks the value x"],
        "GrantAccessRequest.access_level_id": ["adapty.models.GrantAccessRequest.access_level_id must be optional"],
        "query state": ["adapty.paywalls.list lacks the argument state"],
    }


def test_gap_of_success_status_is_assigned() -> None:
    """The facade lists the success statuses of each operation."""
    old = read_contract("mail")
    new = deepcopy(old)
    save = new["paths"]["/api/v1/profile/save/"]["post"]
    save["responses"]["202"] = {"description": "Later."}

    result = compare_contracts("mail", old, new)

    assert gaps_by_element(result) == {
        "202": ["adapty._core.operations lacks the success statuses [200, 202] of the operation saveProfile"]
    }


def test_gaps_of_old_contract_are_not_reported() -> None:
    """Only new gaps are reported."""
    old = later_contract(read_contract("mail"))
    new = deepcopy(old)
    new["components"]["schemas"]["Offer"]["properties"]["code"] = {"type": "string"}

    assert compare_contracts("mail", old, new).gaps == ["adapty.models.Offer lacks the field code of Offer"]


def test_foreign_contract_has_no_gaps() -> None:
    """The facade has no part for its schemas."""
    shop = parse(SHOP.encode(), "shop")
    new = parse(edit_shop(("        buyer: {type: string}\n", "")).encode(), "new")

    result = compare_contracts("webhooks", shop, new)

    assert (result.gaps, result.gaps_by_change) == ([], [[]])


@pytest.mark.parametrize("api", ["mail", "server_side"])
def test_unusual_contract_is_still_compared(api: str) -> None:
    """Operations without IDs cannot be checked for gaps, and the report says so."""
    old = read_contract(api)
    new = deepcopy(old)
    for path in new["paths"].values():
        for operation in path.values():
            if "operationId" in operation:
                del operation["operationId"]

    result = compare_contracts(api, old, new)

    assert {change.kind for change in result.changes} == {"operation-renamed"}
    assert any(gap.startswith("the operations could not be checked") for gap in result.gaps)


def test_gap_of_webhook_field_is_assigned() -> None:
    """A new field is additive, and its class lacks it."""
    old = read_contract("webhooks")
    new = deepcopy(old)
    new["components"]["schemas"]["PurchaseEventProperties"]["properties"]["refund_id"] = {"type": "string"}

    result = compare_contracts("webhooks", old, new)

    assert not result.is_breaking
    assert [gap for gaps in gaps_by_element(result).values() for gap in gaps] == [
        "adapty.webhooks.PurchaseProperties lacks the field refund_id of PurchaseEventProperties",
    ]
