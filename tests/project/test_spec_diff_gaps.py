"""A change is told with what the facade owes for it."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from scripts.facade_coverage import debts
from scripts.spec_diff.command import report_of
from scripts.spec_diff.document import opened
from scripts.spec_diff.reading import parsed
from scripts.spec_diff.source import ROOT
from tests.later_contract import later_contract
from tests.project.spec_pairs import SHOP, changed

if TYPE_CHECKING:
    from scripts.spec_diff.report import Report

Json = dict[str, Any]


def contract(api: str) -> Json:
    """Read one of our contracts."""
    content: Json = parsed((ROOT / "openapi" / f"{api}.yaml").read_bytes(), api)
    return content


def report(api: str, old: Any, new: Any) -> Report:
    """Compare two contracts."""
    return report_of(api, opened(old, "old"), opened(new, "new"))


def owed(told: Report) -> dict[str, list[str]]:
    """Give what is owed for each change by its element."""
    return {change.element: owes for change, owes in zip(told.changes, told.owes_by_change, strict=True)}


def test_a_later_contract_is_additive_and_each_debt_is_told_with_its_change() -> None:
    """The operation, the fields and the event type of a later Mail contract, and what each makes us owe."""
    old = contract("mail")
    new = later_contract(old)

    told = report("mail", old, new)

    assert told.owes == debts("mail", new)
    assert not told.is_breaking
    assert [(change.kind, change.element) for change in told.changes] == [
        ("operation-added", "pauseProfile"),
        ("request-field-added", "ProfileDTO.nickname"),
        ("request-field-added", "TransactionEventDTO.campaign_id"),
        ("request-enum-value-added", "TransactionEventType"),
    ]
    assert owed(told) == {
        "pauseProfile": [
            "adapty._core.operations owes the operation pauseProfile",
            "the sandbox owes the operation pauseProfile",
            "adapty owes a method for the operation pauseProfile",
            "adapty.models owes a record for the schema ProfilePauseDTO",
        ],
        "ProfileDTO.nickname": [
            "adapty.mail.save_profile owes the argument nickname",
            "the command mail save-profile owes an option for nickname",
            "adapty.models.MailProfile owes the field nickname of ProfileDTO",
        ],
        "TransactionEventDTO.campaign_id": [
            "adapty.mail.save_transaction_event owes the argument campaign_id",
            "the command mail save-event owes an option for campaign_id",
            "adapty.models.TransactionEvent owes the field campaign_id of TransactionEventDTO",
        ],
        "TransactionEventType": [
            "the type TransactionEventType owes the value subscription_paused",
            "adapty.flows.FLOW_BY_EVENT_TYPE owes a flow for the event type subscription_paused",
        ],
    }


def test_two_fields_of_one_name_are_told_apart() -> None:
    """The method, the command and the record say which of the two a debt is about."""
    old = contract("mail")
    new = deepcopy(old)
    for schema in ("ProfileDTO", "TransactionEventDTO"):
        new["components"]["schemas"][schema]["properties"]["nickname"] = {"type": "string"}

    told = report("mail", old, new)

    assert {element: len(owes) for element, owes in owed(told).items()} == {
        "ProfileDTO.nickname": 3,
        "TransactionEventDTO.nickname": 3,
    }
    assert all(
        "save_profile" in debt or "save-profile" in debt or "MailProfile" in debt
        for debt in owed(told)["ProfileDTO.nickname"]
    )


def test_the_server_side_api_owes_by_name_too() -> None:
    """Fields of requests and answers, parameters by their argument, values, required fields and operations."""
    old = contract("server_side")
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

    told = report("server_side", old, new)

    assert set(told.owes) == set(debts("server_side", new))
    assert owed(told) == {
        "listVirtualCurrencyBalances": ["the contract has nothing for the operation listVirtualCurrencyBalances"],
        "Subscription.trial_ends_at": [
            "adapty.transactions.set_subscription owes the argument trial_ends_at",
            "adapty.models.Subscription owes the field trial_ends_at of Subscription",
        ],
        "AccessLevel.paused_at": [
            "adapty.models owes a class for the answer Pause",
            "adapty.models.AccessLevel owes the field paused_at of AccessLevel",
        ],
        "ProfileRequest.gender": ["the type ProfileRequest.gender owes the value x"],
        "GrantAccessRequest.access_level_id": ["adapty.models.GrantAccessRequest.access_level_id owes to be optional"],
        "query state": ["adapty.paywalls.list owes the argument state"],
    }


def test_another_success_status_is_owed_by_its_operation() -> None:
    """The facade lists the statuses that it takes for a success."""
    old = contract("mail")
    new = deepcopy(old)
    save = new["paths"]["/api/v1/profile/save/"]["post"]
    save["responses"]["202"] = {"description": "Later."}

    told = report("mail", old, new)

    assert owed(told) == {
        "202": ["adapty._core.operations owes the success statuses [200, 202] of the operation saveProfile"]
    }


def test_what_was_owed_before_is_not_owed_for_the_change() -> None:
    """Only what comes with the new contract is told."""
    old = later_contract(contract("mail"))
    new = deepcopy(old)
    new["components"]["schemas"]["Offer"]["properties"]["code"] = {"type": "string"}

    assert report("mail", old, new).owes == ["adapty.models.Offer owes the field code of Offer"]


def test_a_contract_without_a_facade_owes_nothing() -> None:
    """Of an API that the facade does not know, no debt can be named."""
    shop = parsed(SHOP.encode(), "shop")
    new = parsed(changed(("        buyer: {type: string}\n", "")).encode(), "new")

    told = report("webhooks", shop, new)

    assert (told.owes, told.owes_by_change) == ([], [[]])


@pytest.mark.parametrize("api", ["mail", "server_side"])
def test_a_contract_that_the_debts_are_not_made_for_is_still_compared(api: str) -> None:
    """Operations without ids and ranges of statuses are reported, and what cannot be told of them is said."""
    old = contract(api)
    new = deepcopy(old)
    for path in new["paths"].values():
        for operation in path.values():
            if "operationId" in operation:
                del operation["operationId"]

    told = report(api, old, new)

    assert {change.kind for change in told.changes} == {"operation-renamed"}
    assert any(debt.startswith("nobody can say what the facade owes in its operations") for debt in told.owes)


def test_a_field_that_adapty_posts_anew_is_told_with_what_it_makes_us_owe() -> None:
    """What the vendor adds to an event is additive, and the class that stands for it owes the field."""
    old = contract("webhooks")
    new = deepcopy(old)
    new["components"]["schemas"]["PurchaseEventProperties"]["properties"]["refund_id"] = {"type": "string"}

    told = report("webhooks", old, new)

    assert not told.is_breaking
    assert [debt for owes in owed(told).values() for debt in owes] == [
        "adapty.webhooks.PurchaseProperties owes the field refund_id of PurchaseEventProperties",
    ]
