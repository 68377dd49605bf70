"""Inspection of the server-side API's data: over HTTP, by the sandbox's methods, and in the log."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from adapty import AdaptyConfigError, AdaptyUsageError
from adapty.sandbox import DEFAULT_SECRET_KEY, Sandbox
from adapty.sandbox._server_side.store import ServerSideStore
from tests.cases import case
from tests.sandbox.conftest import Api
from tests.sandbox.server_side.conftest import ONE_TIME, USER, ServerSideApi, declined, transaction

if TYPE_CHECKING:
    from pathlib import Path


def inside(api: ServerSideApi, path: str) -> Any:
    """Get an inspection endpoint, without a key."""
    answer = api.http.get(f"/_sandbox/{path}", headers={"authorization": ""})
    assert answer.status_code == 200, answer.text
    return answer.json()


def without_time(stored: dict[str, Any] | None) -> dict[str, Any]:
    """Return a profile without the time of the response."""
    assert stored is not None
    return {**stored, "timestamp": None}


def test_profile_is_shown_with_everything_stored(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Both IDs find it, over HTTP and by the method."""
    api.create(email="jane@example.com", custom_attributes=[{"key": "a", "value": 1}])
    for body in (transaction(), ONE_TIME):
        api.data("setTransaction", body)
    api.ask("setIntegrationIdentifiers", {"branch_id": "b"})
    api.ask("createVirtualCurrencyTransaction", {"items": [{"currency_code": "GOLD", "amount": 5}]})
    answered = api.profile()
    stored = without_time(sandbox.server_side_profile(customer_user_id=USER))
    assert {name: stored[name] for name in answered} == without_time(answered)
    assert stored["email"] == "jane@example.com"
    assert stored["transactions"] == [transaction(), ONE_TIME]
    assert stored["integration_identifiers"]["branch_id"] == "b"
    assert stored["refund_saver_settings"] == {"consent": False, "custom_preference": "no_preference"}
    assert stored["virtual_currencies"] == {"GOLD": 5, "GEMS": 0}
    profile_id = answered["profile_id"].upper()
    assert without_time(sandbox.server_side_profile(profile_id=profile_id)) == stored
    assert without_time(inside(api, f"customers/{USER}")) == stored
    assert without_time(inside(api, f"customers-by-profile-id/{profile_id}")) == stored


def test_request_fields_do_not_override_profile_fields(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Unknown fields are stored; the sandbox's own fields have priority."""
    made = api.create(profile_id="mine", access_levels=["all"], mine=1)
    stored = sandbox.server_side_profile(customer_user_id=USER) or {}
    assert (stored["profile_id"], stored["access_levels"], stored["mine"]) == (made["profile_id"], [], 1)


def test_profiles_of_the_two_apis_are_apart(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The Mail API's profiles are found by their external IDs."""
    api.create()
    assert sandbox.profile(USER) is None
    assert api.http.get(f"/_sandbox/profiles/{USER}").status_code == 404
    with Api.of(sandbox) as mail:
        mail.save_profile(external_profile_id="mail_only")
    assert sandbox.server_side_profile(customer_user_id="mail_only") is None


def test_any_id_can_be_inspected(api: ServerSideApi) -> None:
    """IDs are percent-encoded, and may contain any character."""
    cases: list[str] = ["a/b", " ", "%", "?a=b#c", "é", "a\nb", "x;y"]
    for name in cases:
        with case(name):
            api.reset()
            body = {"customer_user_id": name + "x", "paddle_token": "txn_1"}
            api.ask("validatePaddlePurchase", body, user=None)
            assert inside(api, f"customers/{quote(name + 'x', safe='')}")["customer_user_id"] == name + "x"


@pytest.mark.parametrize("path", ["customers/unknown", "customers/", "customers-by-profile-id/none"])
def test_unknown_profile_is_404(api: ServerSideApi, sandbox: Sandbox, path: str) -> None:
    """The method returns None."""
    assert api.http.get(f"/_sandbox/{path}").status_code == 404
    assert sandbox.server_side_profile(customer_user_id="unknown") is None
    assert sandbox.server_side_profile(profile_id="none") is None


def test_exactly_one_id_is_required(sandbox: Sandbox) -> None:
    """Two IDs or none are rejected."""
    for ids in ({}, {"customer_user_id": "a", "profile_id": "b"}):
        with pytest.raises(AdaptyUsageError, match="exactly one"):
            sandbox.server_side_profile(**ids)


def test_profiles_are_counted(api: ServerSideApi) -> None:
    """The index has the number of profiles."""
    for user in ("one", "other"):
        api.data("createProfile", {}, user=user)
    assert inside(api, "")["customers"] == 2


def test_reset_deletes_everything(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Over HTTP and by the method: profiles, their data, and used keys are deleted."""
    key = {"Idempotency-Key": "5d4c3b2a-1908-4f7e-8d6c-5b4a39281706"}
    credit = {"items": [{"currency_code": "GOLD", "amount": 5}]}
    for reset in (sandbox.reset, lambda: api.http.post("/_sandbox/reset")):
        before = api.create(email="jane@example.com")["profile_id"]
        api.data("setTransaction", transaction())
        api.ask("createVirtualCurrencyTransaction", credit, headers=key)
        reset()
        declined(api.ask("getProfile"), 404, "profile_does_not_exist")
        after = api.data("createProfile", {}, profile_id=before)
        assert after["subscriptions"] == []
        assert api.data("listVirtualCurrencyBalances", profile_id=before)[0]["balance"] == 0
        assert inside(api, "")["customers"] == 1


def test_requests_are_shown_with_what_was_wrong(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The log has the problems and the fields."""
    api.ask("getProfile")
    api.ask("createProfile", {"gender": "x", "custom_attributes": [{"key": "a"}]})
    api.ask("validateStripePurchase", {})
    api.ask("deleteProfile", user=None)
    assert [(request.status, request.problem) for request in sandbox.requests()] == [
        (404, "Profile not found"),
        (400, "gender: Input should be one of f, m, o, null; custom_attributes.0.value: Field required"),
        (400, "data: Field required"),
        (401, "No user is named: adapty-customer-user-id or adapty-profile-id is needed"),
    ]


def test_log_contains_no_key_and_no_address(
    api: ServerSideApi, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither Python's log, the request log nor a response shows them, in any place of a request."""
    address = "jane.doe@example.com"
    with caplog.at_level(logging.INFO):
        answers = [
            api.ask("getProfile", user=address),
            api.ask("createProfile", {"email": f"{address}@", "birthday": address, "gender": address}),
            api.ask("createProfile", {"custom_attributes": [{"key": address, "value": DEFAULT_SECRET_KEY * 9}]}),
            api.ask("getProfile", profile_id=address),
            api.ask("createVirtualCurrencyTransaction", {"items": [], "metadata": {address: "x"}}),
            api.ask("validatePaddlePurchase", {"customer_user_id": address, "paddle_token": address}),
            api.http.get(f"/api/v2/server-side-api/{address}/{DEFAULT_SECRET_KEY}/?{address}"),
        ]
    shown = "".join(f"{request.path} {request.problem}" for request in sandbox.requests())
    own_log = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    for text in (*(answer.text for answer in answers), shown, own_log):
        assert "jane" not in text
        assert DEFAULT_SECRET_KEY not in text
    assert all(answer.is_error for answer in answers)


def test_file_keeps_the_state(tmp_path: Path) -> None:
    """A second sandbox has the data of the file; two sandboxes can use it simultaneously."""
    path = tmp_path / "state.db"
    with Sandbox(database=path) as sandbox, ServerSideApi.of(sandbox) as api:
        made = api.create(email="jane@example.com")
        api.data("setTransaction", transaction())
        paywall = api.data("listPaywalls")[0]["paywall_id"]
        api.ask("updatePaywall", {"remote_configs": []}, paywall_id=paywall)
    with (
        Sandbox(database=path) as sandbox,
        Sandbox(database=path) as twin,
        ServerSideApi.of(sandbox) as api,
        ServerSideApi.of(twin) as other,
    ):
        assert api.profile()["profile_id"] == made["profile_id"]
        assert len(api.profile()["subscriptions"]) == 1
        assert api.ask("getPaywall", paywall_id=paywall).json()["remote_configs"] == []
        assert len(api.data("listPaywalls", params={"page[size]": 100})) == 25
        item = {"items": [{"currency_code": "GOLD", "amount": 1}]}
        with ThreadPoolExecutor(4) as pool:
            each = [one for one in (api, other) for _ in range(10)]
            list(pool.map(lambda one: one.ask("createVirtualCurrencyTransaction", item), each))
        assert other.data("listVirtualCurrencyBalances")[0]["balance"] == 20


def test_database_is_closed_when_start_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is raised unchanged, and the file can be opened again."""

    def broken(*_: Any) -> None:
        message = "no"
        raise RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(ServerSideStore, "__init__", broken)
        with pytest.raises(RuntimeError, match="no"):
            Sandbox(database=tmp_path / "state.db").start()
    assert [file.name for file in tmp_path.iterdir()] == ["state.db"]
    with Sandbox(database=tmp_path / "state.db"):
        pass


def test_wrong_settings_are_named() -> None:
    """The error is immediate, names the argument, and does not contain the value."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"secret_key": ""}, "secret_key"),
        ({"secret_key": "a b"}, "secret_key"),
        ({"secret_key": None}, "secret_key"),
        ({"public_key": "a b"}, "public_key"),
        ({"access_levels": ["a"]}, "access_levels"),
        ({"access_levels": 0}, "access_levels"),
        ({"access_levels": {"a": None}}, "access_levels"),
        ({"access_levels": {"a": ""}}, "access_levels"),
        ({"access_levels": {1: "a"}}, "access_levels"),
        ({"consumables": "coins"}, "consumables"),
        ({"consumables": 1}, "consumables"),
        ({"consumables": [1]}, "consumables"),
        ({"virtual_currencies": 1}, "virtual_currencies"),
        ({"virtual_currencies": None}, "virtual_currencies"),
    ]
    for arguments, field_name in cases:
        with case(arguments, field_name):
            with pytest.raises(AdaptyConfigError) as caught:
                Sandbox(**arguments)
            assert caught.value.field_name == field_name
            assert str(caught.value).startswith(f"{field_name}: ")


def test_settings_are_copied() -> None:
    """Changing the dict afterwards changes nothing."""
    levels = {"gold": "gold"}
    with Sandbox(access_levels=levels, secret_key="my_own") as sandbox, ServerSideApi.of(sandbox) as api:
        levels["gold"] = "silver"
        api.create()
        api.data("setTransaction", transaction(store_product_id="gold"))
        assert api.level("gold")
        assert sandbox.secret_key == "my_own"
        assert api.http.get("/_sandbox/requests").text.count("my_own") == 0
