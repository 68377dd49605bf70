"""What the facade is found to owe when the contract changes."""

from __future__ import annotations

import pytest

from scripts.facade_coverage import CONTRACTS, debts
from scripts.generate import APIS, Api, read_contract
from tests.later_contract import later_contract


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.package)
def test_our_own_contracts_owe_nothing(api: Api) -> None:
    """The contracts in the project are the ones that the facade is written for."""
    (name,) = (name for name in CONTRACTS if name == api.package)
    assert debts(name, read_contract(api.spec)) == []


def test_a_later_contract_names_each_thing_owed() -> None:
    """Each new operation, field and value is named once, with where it is owed."""
    assert debts("mail", later_contract(read_contract(APIS[0].spec))) == [
        "adapty._core.operations owes the operation pauseProfile",
        "the sandbox owes the operation pauseProfile",
        "adapty.mail.save_profile owes the argument nickname",
        "the command mail save-profile owes an option for nickname",
        "adapty.mail.save_transaction_event owes the argument campaign_id",
        "the command mail save-event owes an option for campaign_id",
        "adapty owes a method for the operation pauseProfile",
        "adapty.models owes a record for the schema ProfilePauseDTO",
        "adapty.models.MailProfile owes the field nickname of ProfileDTO",
        "adapty.models.TransactionEvent owes the field campaign_id of TransactionEventDTO",
        "the type TransactionEventType owes the value subscription_paused",
        "adapty.flows.FLOW_BY_EVENT_TYPE owes a flow for the event type subscription_paused",
    ]


def test_an_earlier_contract_names_each_thing_too_much() -> None:
    """What the facade offers and the contract has not is named as well, and what changed from required to optional."""
    earlier = read_contract(APIS[0].spec)
    schemas = earlier["components"]["schemas"]
    del schemas["ProfileDTO"]["properties"]["gender"]
    schemas["ProfileDTO"]["required"].remove("email")
    schemas["OfferType"]["enum"].remove("free_trial")
    schemas["TransactionEventType"]["enum"].remove("entered_grace_period")

    assert debts("mail", earlier) == [
        "the contract has nothing for the argument gender of adapty.mail.save_profile",
        "the contract has nothing for the option gender of mail save-profile",
        "the contract has nothing for the field gender of MailProfile",
        "adapty.models.MailProfile.email owes to be optional",
        "the contract has nothing for the value free_trial of OfferType",
        "the contract has nothing for the value entered_grace_period of TransactionEventType",
        "the contract has nothing for a flow for the event type entered_grace_period",
    ]


def test_a_later_server_side_contract_names_each_thing_owed() -> None:
    """Fields of requests and answers, parameters, enum values and operations are each named, and where."""
    later = read_contract(APIS[1].spec)
    schemas = later["components"]["schemas"]
    schemas["Subscription"]["properties"]["trial_ends_at"] = {"type": "string"}
    schemas["AccessLevel"]["properties"]["paused_at"] = {"type": "string"}
    schemas["Paywall"]["allOf"][1]["properties"]["locales"] = {"type": "array", "items": {"type": "string"}}
    schemas["ProfileRequest"]["properties"]["gender"]["enum"].append("x")
    later["paths"]["/api/v2/server-side-api/paywalls/"]["get"]["parameters"].append(
        {"name": "state", "in": "query", "schema": {"type": "string"}},
    )
    later["paths"]["/api/v2/server-side-api/profile/merge/"] = {
        "post": {"operationId": "mergeProfiles", "responses": {"204": {"description": "Merged."}}},
    }

    assert debts("server_side", later) == [
        "adapty._core.operations owes the operation mergeProfiles",
        "the sandbox owes the operation mergeProfiles",
        "adapty.transactions.set_subscription owes the argument trial_ends_at",
        "adapty.paywalls.list owes the argument state",
        "adapty owes a method for the operation mergeProfiles",
        "adapty.models.Subscription owes the field trial_ends_at of Subscription",
        "adapty.models.AccessLevel owes the field paused_at of AccessLevel",
        "adapty.models.Paywall owes the field locales of Paywall",
        "the type ProfileRequest.gender owes the value x",
    ]


def test_a_later_contract_of_the_webhooks_names_each_thing_owed() -> None:
    """A new field is named for each event that has it, a new schema by itself, and so is what is gone."""
    later = read_contract(APIS[2].spec)
    schemas = later["components"]["schemas"]
    schemas["PurchaseEvent"]["properties"]["app_id"] = {"type": "string"}
    schemas["PurchaseEventProperties"]["properties"]["refund_id"] = {"type": "string"}
    schemas["Refund"] = {"type": "object", "properties": {}}
    del schemas["Attribution"]["properties"]["ad_set"]

    assert debts("webhooks", later) == [
        "adapty.webhooks owes a class for the schema Refund",
        "adapty.webhooks.WebhookEvent owes the field app_id of PurchaseEvent",
        "adapty.webhooks.PurchaseProperties owes the field refund_id of PurchaseEventProperties",
        "the contract has nothing for the field ad_set of Attribution in Attribution",
    ]
