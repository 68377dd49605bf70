"""The integration identifiers of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapty.sandbox._server_side.actions import INTEGRATION_IDENTIFIERS
from tests.sandbox.server_side.conftest import ServerSideApi, declined

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

NONE = dict.fromkeys(INTEGRATION_IDENTIFIERS)


def identifiers(api: ServerSideApi) -> dict[str, Any]:
    """Give the identifiers as they are."""
    return dict(api.ask("getIntegrationIdentifiers").json())


def test_a_new_profile_has_none(api: ServerSideApi) -> None:
    """All are named, and null."""
    api.create()
    assert identifiers(api) == NONE


def test_setting_answers_with_an_empty_body(api: ServerSideApi) -> None:
    """200, and not even JSON."""
    api.create()
    answer = api.ask("setIntegrationIdentifiers", {"branch_id": "b"})
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_identifiers_are_merged_and_null_clears(api: ServerSideApi, sandbox: Sandbox) -> None:
    """What is left out stays; unknown ones are not kept."""
    api.create()
    api.ask("setIntegrationIdentifiers", {"branch_id": "b", "appsflyer_id": "a", "other": "o"})
    api.ask("setIntegrationIdentifiers", {"branch_id": None, "adjust_device_id": "d", "appsflyer_id": ""})
    assert identifiers(api) == {**NONE, "adjust_device_id": "d", "appsflyer_id": ""}
    held = sandbox.server_side_profile(customer_user_id="user_12345") or {}
    assert held["integration_identifiers"] == identifiers(api)


def test_all_can_be_set_and_cleared(api: ServerSideApi) -> None:
    """At once; an identifier that is cleared counts as one that is given."""
    api.create()
    api.ask("setIntegrationIdentifiers", {name: name.upper() for name in INTEGRATION_IDENTIFIERS})
    assert identifiers(api) == {name: name.upper() for name in INTEGRATION_IDENTIFIERS}
    assert api.ask("setIntegrationIdentifiers", NONE).status_code == 200
    assert identifiers(api) == NONE


@pytest.mark.parametrize("body", [{}, {"other": "x"}])
def test_one_is_needed(api: ServerSideApi, body: dict[str, Any]) -> None:
    """An unknown one does not count."""
    api.create()
    assert declined(api.ask("setIntegrationIdentifiers", body), 400) == ["non_field_errors"]


@pytest.mark.parametrize("name", INTEGRATION_IDENTIFIERS)
def test_an_identifier_is_text(api: ServerSideApi, name: str) -> None:
    """Anything else is refused by its name."""
    api.create()
    assert declined(api.ask("setIntegrationIdentifiers", {name: 1}), 400) == [name]


@pytest.mark.parametrize("operation_id", ["getIntegrationIdentifiers", "setIntegrationIdentifiers"])
def test_an_unknown_profile_has_a_code_of_its_own(api: ServerSideApi, operation_id: str) -> None:
    """404 as elsewhere, with another code, as documented."""
    answer = api.ask(operation_id, {"branch_id": "b"} if operation_id.startswith("set") else None)
    assert declined(answer, 404, "profile_not_found") == [None]
