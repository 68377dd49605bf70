"""The refund saver's settings of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.server_side.conftest import ServerSideApi, declined

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox


def settings(api: ServerSideApi) -> dict[str, Any]:
    """Give the settings as they are."""
    return dict(api.ask("getRefundSaverSettings").json()["settings"])


def test_nobody_has_consented_who_was_not_asked(api: ServerSideApi) -> None:
    """The answer names the profile."""
    made = api.create()
    assert api.ask("getRefundSaverSettings").json() == {
        "profile_id": made["profile_id"],
        "settings": {"consent": False, "custom_preference": "no_preference"},
    }


def test_each_setting_is_changed_on_its_own(api: ServerSideApi, sandbox: Sandbox) -> None:
    """What is left out, or null, stays; the answer has the settings as they are then."""
    api.create()
    for body, expected in (
        ({"consent": True}, (True, "no_preference")),
        ({"custom_preference": "grant"}, (True, "grant")),
        ({"custom_preference": "decline", "consent": None}, (True, "decline")),
        ({"custom_preference": None, "consent": False}, (False, "decline")),
        ({"custom_preference": "no_preference", "consent": True}, (True, "no_preference")),
    ):
        shown = api.ask("setRefundSaverSettings", body).json()["settings"]
        assert (shown["consent"], shown["custom_preference"]) == expected
        assert settings(api) == shown
    held = sandbox.server_side_profile(customer_user_id="user_12345") or {}
    assert held["refund_saver_settings"] == settings(api)


@pytest.mark.parametrize("body", [{}, {"consent": None}, {"consent": None, "custom_preference": None}, {"other": 1}])
def test_one_of_the_two_is_needed(api: ServerSideApi, body: dict[str, Any]) -> None:
    """A null sets nothing, so it does not count."""
    api.create()
    assert declined(api.ask("setRefundSaverSettings", body), 400) == ["non_field_errors"]


@pytest.mark.parametrize(("field", "value"), [("consent", 1), ("consent", "yes"), ("custom_preference", "refuse")])
def test_a_wrong_setting_is_named(api: ServerSideApi, field: str, value: Any) -> None:
    """Nothing is changed."""
    api.create()
    assert declined(api.ask("setRefundSaverSettings", {"consent": True, field: value}), 400) == [field]
    assert settings(api)["consent"] is False


@pytest.mark.parametrize("operation_id", ["getRefundSaverSettings", "setRefundSaverSettings"])
def test_an_unknown_profile_is_400(api: ServerSideApi, operation_id: str) -> None:
    """As documented: other endpoints say 404."""
    answer = api.ask(operation_id, {"consent": True} if operation_id.startswith("set") else None)
    assert declined(answer, 400, "profile_does_not_exist") == [None]
