"""What the facade is found to owe when the contract changes."""

from __future__ import annotations

from scripts.facade_debts import debts
from scripts.generate import APIS, read_contract
from tests.later_contract import later_contract


def test_our_own_contract_owes_nothing() -> None:
    """The contract in the project is the one that the facade is written for."""
    assert debts(read_contract(APIS[0].spec)) == []


def test_a_later_contract_names_each_thing_owed() -> None:
    """Each new operation, field and value is named once, with where it is owed."""
    assert debts(later_contract(read_contract(APIS[0].spec))) == [
        "adapty._core.operations owes the operation deleteProfile",
        "the sandbox owes the operation deleteProfile",
        "adapty.mail.save_profile owes the argument customer_user_id",
        "the command mail save-profile owes an option for customer_user_id",
        "adapty.mail.save_transaction_event owes the argument email",
        "the command mail save-event owes an option for email",
        "adapty.mail owes the method delete_profile for the operation deleteProfile",
        "adapty.models owes a record for the schema ProfileDeleteDTO",
        "adapty.models.MailProfile owes the field customer_user_id of ProfileDTO",
        "adapty.models.TransactionEvent owes the field email of TransactionEventDTO",
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

    assert debts(earlier) == [
        "the contract has nothing for the argument gender of adapty.mail.save_profile",
        "the contract has nothing for the option gender of mail save-profile",
        "the contract has nothing for the field gender of MailProfile",
        "adapty.models.MailProfile.email owes to be optional",
        "the contract has nothing for the value free_trial of OfferType",
        "the contract has nothing for the value entered_grace_period of TransactionEventType",
        "the contract has nothing for a flow for the event type entered_grace_period",
    ]
