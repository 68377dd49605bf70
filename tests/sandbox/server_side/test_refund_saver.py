"""The refund saver's settings of a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import case
from tests.sandbox.server_side.conftest import ServerSideApi, declined

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox


def settings(api: ServerSideApi) -> dict[str, Any]:
    """Return the current settings."""
    return dict(api.ask("getRefundSaverSettings").json()["settings"])


def test_default_is_no_consent(api: ServerSideApi) -> None:
    """The response has the ID of the profile."""
    made = api.create()
    assert api.ask("getRefundSaverSettings").json() == {
        "profile_id": made["profile_id"],
        "settings": {"consent": False, "custom_preference": "no_preference"},
    }


def test_settings_change_independently(api: ServerSideApi, sandbox: Sandbox) -> None:
    """A missing or null setting is unchanged; the response contains the new settings."""
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
    stored = sandbox.server_side_profile(customer_user_id="user_12345") or {}
    assert stored["refund_saver_settings"] == settings(api)


def test_one_setting_is_required(api: ServerSideApi) -> None:
    """Null changes nothing, so it does not count."""
    cases: list[dict[str, Any]] = [{}, {"consent": None}, {"consent": None, "custom_preference": None}, {"other": 1}]
    for body in cases:
        with case(body):
            api.reset()
            api.create()
            assert declined(api.ask("setRefundSaverSettings", body), 400, "validation_error") == ["non_field_errors"]


@pytest.mark.parametrize(("field", "value"), [("consent", 1), ("consent", "yes"), ("custom_preference", "refuse")])
def test_wrong_setting_is_named(api: ServerSideApi, field: str, value: Any) -> None:
    """Nothing is changed."""
    api.create()
    assert declined(api.ask("setRefundSaverSettings", {"consent": True, field: value}), 400, "validation_error") == [
        field
    ]
    assert settings(api)["consent"] is False


@pytest.mark.parametrize("operation_id", ["getRefundSaverSettings", "setRefundSaverSettings"])
def test_unknown_profile_is_400(api: ServerSideApi, operation_id: str) -> None:
    """The status is documented; other endpoints return 404."""
    answer = api.ask(operation_id, {"consent": True} if operation_id.startswith("set") else None)
    assert declined(answer, 400, "profile_does_not_exist") == [None]
