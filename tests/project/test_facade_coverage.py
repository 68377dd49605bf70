"""Gaps between the facade and changed contracts."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from scripts.facade_coverage import CONTRACTS, Contract, find_gaps
from scripts.generate import APIS, read_contract
from tests.later_contract import later_contract

OURS = {api.package: read_contract(api.spec) for api in APIS}


def gap_texts(name: Contract, contract: dict[str, Any]) -> list[str]:
    """Return all gaps between the facade and a contract."""
    return [str(gap) for gap in find_gaps(name, contract)]


def test_own_contracts_have_no_gaps() -> None:
    """The facade covers the contracts of the project."""
    for name in CONTRACTS:
        assert gap_texts(name, OURS[name]) == [], name


def test_later_mail_contract_has_gaps() -> None:
    """Each new operation, field and value is listed with the part that lacks it."""
    assert gap_texts("mail", later_contract(deepcopy(OURS["mail"]))) == [
        "adapty._core.operations lacks the operation pauseProfile",
        "the sandbox lacks the operation pauseProfile",
        "adapty.mail.save_profile lacks the argument nickname",
        "the command mail save-profile lacks an option for nickname",
        "adapty.mail.save_transaction_event lacks the argument campaign_id",
        "the command mail save-event lacks an option for campaign_id",
        "adapty lacks a method for the operation pauseProfile",
        "adapty.models lacks a class for the schema ProfilePauseDTO",
        "adapty.models.MailProfile lacks the field nickname of ProfileDTO",
        "adapty.models.TransactionEvent lacks the field campaign_id of TransactionEventDTO",
        "the type TransactionEventType lacks the value subscription_paused",
        "adapty.flows.FLOW_BY_EVENT_TYPE lacks a flow for the event type subscription_paused",
    ]


def test_earlier_mail_contract_has_gaps() -> None:
    """Parts that only the facade has are listed, and fields that are no longer required."""
    earlier = deepcopy(OURS["mail"])
    schemas = earlier["components"]["schemas"]
    del schemas["ProfileDTO"]["properties"]["gender"]
    schemas["ProfileDTO"]["required"].remove("email")
    schemas["OfferType"]["enum"].remove("free_trial")
    schemas["TransactionEventType"]["enum"].remove("entered_grace_period")

    assert gap_texts("mail", earlier) == [
        "the contract lacks the argument gender of adapty.mail.save_profile",
        "the contract lacks the option gender of mail save-profile",
        "the contract lacks the field gender of MailProfile",
        "adapty.models.MailProfile.email must be optional",
        "the contract lacks the value free_trial of OfferType",
        "the contract lacks the value entered_grace_period of TransactionEventType",
        "the contract lacks a flow for the event type entered_grace_period",
    ]


def test_later_server_side_contract_has_gaps() -> None:
    """Fields of requests and responses, parameters, enum values and operations are listed."""
    later = deepcopy(OURS["server_side"])
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

    assert gap_texts("server_side", later) == [
        "adapty._core.operations lacks the operation mergeProfiles",
        "the sandbox lacks the operation mergeProfiles",
        "adapty.transactions.set_subscription lacks the argument trial_ends_at",
        "adapty.paywalls.list lacks the argument state",
        "adapty lacks a method for the operation mergeProfiles",
        "adapty.models.Subscription lacks the field trial_ends_at of Subscription",
        "adapty.models.AccessLevel lacks the field paused_at of AccessLevel",
        "adapty.models.Paywall lacks the field locales of Paywall",
        "the type ProfileRequest.gender lacks the value x",
    ]


def test_later_analytics_contract_has_gaps() -> None:
    """New filters are arguments of each method and options of each command, and new charts are values of a type."""
    later = deepcopy(OURS["export_analytics"])
    schemas = later["components"]["schemas"]
    schemas["MetricsFilters"]["properties"]["app_version"] = {"type": "array", "items": {"type": "string"}}
    schemas["AnalyticsDataRequest"]["properties"]["chart_id"]["enum"].append("churn")
    methods = ("chart", "cohorts", "conversion", "funnel", "ltv", "retention")

    assert gap_texts("export_analytics", later) == [
        *(
            text
            for method in methods
            for text in (
                f"adapty.analytics.{method} lacks the argument app_version",
                f"the command analytics {method} lacks an option for app_version",
            )
        ),
        "adapty.models.MetricsFilters lacks the field app_version of MetricsFilters",
        "the type AnalyticsDataRequest.chart_id lacks the value churn",
    ]


def test_later_webhook_contract_has_gaps() -> None:
    """New fields, new schemas and removed fields are listed."""
    later = deepcopy(OURS["webhooks"])
    schemas = later["components"]["schemas"]
    schemas["PurchaseEvent"]["properties"]["app_id"] = {"type": "string"}
    schemas["PurchaseEventProperties"]["properties"]["refund_id"] = {"type": "string"}
    schemas["Refund"] = {"type": "object", "properties": {}}
    del schemas["Attribution"]["properties"]["ad_set"]

    assert gap_texts("webhooks", later) == [
        "adapty.webhooks lacks a class for the schema Refund",
        "adapty.webhooks.WebhookEvent lacks the field app_id of PurchaseEvent",
        "adapty.webhooks.PurchaseProperties lacks the field refund_id of PurchaseEventProperties",
        "the contract lacks the field ad_set of Attribution in Attribution",
    ]
