"""The integration identifiers of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapty.sandbox._server_side.actions import INTEGRATION_IDENTIFIERS
from tests.cases import case
from tests.sandbox.server_side.conftest import ServerSideApi, declined

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

NONE = dict.fromkeys(INTEGRATION_IDENTIFIERS)


def identifiers(api: ServerSideApi) -> dict[str, Any]:
    """Return the current identifiers."""
    return dict(api.ask("getIntegrationIdentifiers").json())


def test_new_profile_has_no_identifiers(api: ServerSideApi) -> None:
    """All identifiers are null."""
    api.create()
    assert identifiers(api) == NONE


def test_setting_answers_with_an_empty_body(api: ServerSideApi) -> None:
    """The response is a 200 with an empty body."""
    api.create()
    answer = api.ask("setIntegrationIdentifiers", {"branch_id": "b"})
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")


def test_identifiers_are_merged_and_null_clears(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Missing identifiers are unchanged; unknown ones are not stored."""
    api.create()
    api.ask("setIntegrationIdentifiers", {"branch_id": "b", "appsflyer_id": "a", "other": "o"})
    api.ask("setIntegrationIdentifiers", {"branch_id": None, "adjust_device_id": "d", "appsflyer_id": ""})
    assert identifiers(api) == {**NONE, "adjust_device_id": "d", "appsflyer_id": ""}
    stored = sandbox.server_side_profile(customer_user_id="user_12345") or {}
    assert stored["integration_identifiers"] == identifiers(api)


def test_all_can_be_set_and_cleared(api: ServerSideApi) -> None:
    """All identifiers can be set and cleared in one request."""
    api.create()
    api.ask("setIntegrationIdentifiers", {name: name.upper() for name in INTEGRATION_IDENTIFIERS})
    assert identifiers(api) == {name: name.upper() for name in INTEGRATION_IDENTIFIERS}
    assert api.ask("setIntegrationIdentifiers", NONE).status_code == 200
    assert identifiers(api) == NONE


@pytest.mark.parametrize("body", [{}, {"other": "x"}])
def test_one_identifier_is_required(api: ServerSideApi, body: dict[str, Any]) -> None:
    """An unknown identifier does not count."""
    api.create()
    assert declined(api.ask("setIntegrationIdentifiers", body), 400, "validation_error") == ["non_field_errors"]


def test_identifiers_must_be_strings(api: ServerSideApi) -> None:
    """Other types are rejected by name."""
    for name in INTEGRATION_IDENTIFIERS:
        with case(name):
            api.reset()
            api.create()
            assert declined(api.ask("setIntegrationIdentifiers", {name: 1}), 400, "validation_error") == [name]


@pytest.mark.parametrize("operation_id", ["getIntegrationIdentifiers", "setIntegrationIdentifiers"])
def test_unknown_profile_has_its_own_error_code(api: ServerSideApi, operation_id: str) -> None:
    """The response is 404 with another code, as documented."""
    answer = api.ask(operation_id, {"branch_id": "b"} if operation_id.startswith("set") else None)
    assert declined(answer, 404, "profile_not_found") == [None]
