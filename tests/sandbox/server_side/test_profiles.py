"""Profiles: created, read, changed and deleted, by both IDs and in both versions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases import case
from tests.sandbox.conftest import HTTP_PROPERTY
from tests.sandbox.server_side.conftest import SCHEMAS, SUBSCRIPTION, USER, Clock, ServerSideApi, declined

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox

ID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"
FIELDS: dict[str, Any] = {
    "first_name": "Jane",
    "last_name": "Doe",
    "gender": "f",
    "email": "jane@example.com",
    "phone_number": "+15550100",
    "birthday": "1990-05-21",
    "ip_country": "US",
    "ip_v4_address": "203.0.113.7",
    "store_country": "GB",
    "store": "app_store",
    "store_account_token": ID,
    "att_status": 3,
    "analytics_disabled": False,
    "installation_meta": {"device_id": ID, "os": None, "platform": "iOS"},
}


def attributes(profile: dict[str, Any]) -> dict[str, Any]:
    """Return a profile's custom attributes by key."""
    return {attribute["key"]: attribute["value"] for attribute in profile["custom_attributes"]}


def listed(**values: Any) -> list[dict[str, Any]]:
    """Return custom attributes in the format of a request."""
    return [{"key": key, "value": value} for key, value in values.items()]


def stored(sandbox: Sandbox) -> dict[str, Any]:
    """Return the stored fields of the profile."""
    stored = sandbox.server_side_profile(customer_user_id=USER)
    assert stored is not None
    return {name: stored[name] for name in (*FIELDS, "platform", "unknown") if name in stored}


def test_new_profile_is_empty(api: ServerSideApi) -> None:
    """It has its own ID and no purchases."""
    profile = api.create()
    assert UUID(profile["profile_id"]).version == 4
    assert profile["customer_user_id"] == USER
    assert profile["total_revenue_usd"] == 0
    lists = ("custom_attributes", "access_levels", "subscriptions", "non_subscriptions")
    assert [profile[name] for name in lists] == [[], [], [], []]


def test_response_contains_no_personal_fields(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The stored fields of the request can be inspected; responses do not contain them."""
    profile = api.create(**FIELDS, unknown={"deep": [1]})
    assert profile.keys() == SCHEMAS["Profile"]["properties"].keys()
    assert stored(sandbox) == {**FIELDS, "unknown": {"deep": [1]}}


def test_creating_twice_returns_the_same_profile(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Creating an existing profile changes it, by the rules of a change."""
    first = api.create(first_name="Jane", email="jane@example.com")
    again = api.create(first_name="Joan", custom_attributes=listed(plan="trial"))
    assert again["profile_id"] == first["profile_id"]
    assert stored(sandbox) == {"first_name": "Joan", "email": "jane@example.com"}
    assert attributes(api.profile()) == {"plan": "trial"}


def test_user_ids_are_case_sensitive(api: ServerSideApi) -> None:
    """Customer user ids are case-sensitive."""
    ids = {api.data("createProfile", {}, user=user)["profile_id"] for user in ("user", "User", "user2")}
    assert len(ids) == 3


def test_profile_is_known_by_both_ids(api: ServerSideApi) -> None:
    """Either header finds it."""
    made = api.create()
    found = api.profile(profile_id=made["profile_id"].upper())
    assert (found["profile_id"], found["customer_user_id"]) == (made["profile_id"], USER)


def test_profile_can_be_created_by_profile_id(api: ServerSideApi, sandbox: Sandbox) -> None:
    """It has that ID and no customer user ID."""
    made = api.data("createProfile", {"email": "jane@example.com"}, profile_id=ID.upper())
    assert (made["profile_id"], made["customer_user_id"]) == (ID, None)
    assert api.profile(profile_id=ID)["customer_user_id"] is None
    stored = sandbox.server_side_profile(profile_id=ID.upper())
    assert stored is not None
    assert stored["email"] == "jane@example.com"


@pytest.mark.parametrize("operation_id", ["getProfile", "updateProfile", "deleteProfile"])
def test_unknown_profile_gets_the_documented_404(api: ServerSideApi, operation_id: str) -> None:
    """The response is exactly the documented one, in both versions and for both IDs."""
    for version in ("", "V1"):
        for who in ({}, {"profile_id": ID}):
            answer = api.ask(operation_id + version, {} if "update" in operation_id else None, **who)  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()) == (
                404,
                {
                    "errors": [{"source": None, "errors": ["Profile not found"]}],
                    "error_code": "profile_does_not_exist",
                    "status_code": 404,
                },
            )


def test_given_fields_replace_null_clears_and_the_rest_stays(api: ServerSideApi, sandbox: Sandbox) -> None:
    """A given object replaces the stored one completely."""
    api.create(**FIELDS)
    api.data(
        "updateProfile", {"first_name": "Joan", "gender": None, "att_status": 0, "installation_meta": {"device_id": ID}}
    )
    expected = {**FIELDS, "first_name": "Joan", "att_status": 0, "installation_meta": {"device_id": ID}}
    del expected["gender"]
    assert stored(sandbox) == expected


def test_every_nullable_field_can_be_null(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Fields of the profile and of its installation can be null."""
    properties = SCHEMAS["ProfileRequest"]["properties"]
    nullable = [name for name, schema in properties.items() if "null" in schema.get("type", ())]
    meta = [name for name, schema in SCHEMAS["InstallationMeta"]["properties"].items() if "null" in schema["type"]]
    assert len(nullable) == 13
    assert len(meta) == 14
    api.create(**FIELDS)
    api.data(
        "updateProfile",
        {**dict.fromkeys(nullable), "installation_meta": {"device_id": ID, **dict.fromkeys(meta)}},
    )
    assert list(stored(sandbox)) == ["installation_meta"]


def test_rejected_update_changes_nothing(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Valid fields are not stored either; a rejected creation creates no profile."""
    assert api.ask("createProfile", {"first_name": "Jane", "email": "x"}).status_code == 400
    assert sandbox.server_side_profile(customer_user_id=USER) is None
    api.create(first_name="Jane")
    api.ask("updateProfile", {"first_name": "Joan", "custom_attributes": listed(**{f"a{n}": 1 for n in range(31)})})
    assert stored(sandbox) == {"first_name": "Jane"}


def test_platform_is_kept(api: ServerSideApi, sandbox: Sandbox) -> None:
    """The platform is sent in a header."""
    api.data("createProfile", {}, headers={"adapty-platform": "iPadOS"})
    assert stored(sandbox) == {"platform": "iPadOS"}


def test_custom_attributes_merge_by_key(api: ServerSideApi) -> None:
    """A value replaces, an empty one or null deletes; of a repeated key, the last value counts."""
    api.create(custom_attributes=listed(plan="trial", days=7, gone="x", nulled=1))
    body = {"custom_attributes": [*listed(days=8, gone="", nulled=None, never=""), *listed(days=9, new="n")]}
    assert attributes(api.data("updateProfile", body)) == {"plan": "trial", "days": 9, "new": "n"}
    assert attributes(api.profile()) == {"plan": "trial", "days": 9, "new": "n"}


def test_numbers_and_booleans_become_floats(api: ServerSideApi) -> None:
    """They are returned with a decimal point."""
    api.create(custom_attributes=listed(whole=3, yes=True, no=False, part=0.5, text="3"))
    text = api.ask("getProfile").text
    for written in ('"whole","value":3.0', '"yes","value":1.0', '"no","value":0.0', '"part","value":0.5', '"3"'):
        assert written in text


def test_profile_has_30_custom_attributes_at_most(api: ServerSideApi) -> None:
    """The limit applies to the result of the change."""
    api.create(custom_attributes=listed(**{f"a{number}": number for number in range(30)}))
    one_more = {"custom_attributes": listed(b="x")}
    assert declined(api.ask("updateProfile", one_more), 400) == ["custom_attributes"]
    assert api.ask("updateProfile", {"custom_attributes": listed(a0="other")}).status_code == 200
    assert api.ask("updateProfile", {"custom_attributes": listed(b="x", a0="")}).status_code == 200
    assert len(attributes(api.profile())) == 30


def test_valid_attribute_keys_are_accepted(api: ServerSideApi) -> None:
    """30 valid keys are stored."""
    cases: list[str] = ["a", "A.b_c-9", "-", "x" * 30]
    for key in cases:
        with case(key):
            api.reset()
            assert attributes(api.create(custom_attributes=listed(**{key: "x" * 50}))) == {key: "x" * 50}


def test_invalid_attribute_key_is_rejected(api: ServerSideApi) -> None:
    """The error has the position in the list."""
    cases: list[str] = ["", "x" * 31, "a b", "a\n", "é", "a/b", "a@b", "٣"]
    for key in cases:
        with case(key):
            api.reset()
            answer = api.ask("createProfile", {"custom_attributes": [*listed(fine=1), *listed(**{key: 1})]})
            assert declined(answer, 400) == ["custom_attributes.1.key"]


def test_value_of_51_characters_is_rejected(api: ServerSideApi) -> None:
    """The limit counts characters, not bytes."""
    assert api.create(custom_attributes=listed(a="\U0001f600" * 50))
    answer = api.ask("updateProfile", {"custom_attributes": listed(a="\U0001f600" * 51)})
    assert declined(answer, 400) == ["custom_attributes.0.value"]


CHANGES = st.lists(
    st.dictionaries(
        st.sampled_from("abcdefg"),
        st.none() | st.just("") | st.text("xyz", min_size=1, max_size=3) | st.integers(-9, 9) | st.booleans(),
        max_size=4,
    ),
    max_size=6,
)


@HTTP_PROPERTY
@given(changes=CHANGES)
def test_any_sequence_of_updates_keeps_the_last_values(
    shared_server_side: ServerSideApi, changes: list[dict[str, Any]]
) -> None:
    """A key has the last given value, unless that deleted it."""
    shared_server_side.ask("deleteProfile")
    shared_server_side.create()
    expected: dict[str, Any] = {}
    for change in changes:
        expected |= change
        shared_server_side.data("updateProfile", {"custom_attributes": listed(**change)})
    assert attributes(shared_server_side.profile()) == {
        key: value for key, value in expected.items() if value is not None and value != ""
    }


def test_deletion_removes_everything_of_the_profile(api: ServerSideApi, sandbox: Sandbox) -> None:
    """204 without a body; then 404, and a new profile of the user has no old data."""
    before = api.create(email="jane@example.com", custom_attributes=listed(a=1))
    api.data("setTransaction", SUBSCRIPTION)
    api.data("grantAccessLevel", {"access_level_id": "gold"})
    api.ask("setIntegrationIdentifiers", {"branch_id": "b"})
    api.ask("setRefundSaverSettings", {"consent": True})
    key = {"Idempotency-Key": "5d4c3b2a-1908-4f7e-8d6c-5b4a39281706"}
    credit = {"items": [{"currency_code": "GOLD", "amount": 5}]}
    api.ask("createVirtualCurrencyTransaction", credit, headers=key)

    answer = api.ask("deleteProfile")

    assert (answer.status_code, answer.content) == (204, b"")
    assert sandbox.server_side_profile(customer_user_id=USER) is None
    for operation_id in ("getProfile", "listVirtualCurrencyBalances", "listVirtualCurrencyTransactions"):
        declined(api.ask(operation_id), 404, "profile_does_not_exist")
    declined(api.ask("deleteProfile"), 404, "profile_does_not_exist")
    declined(api.ask("getProfile", profile_id=before["profile_id"]), 404, "profile_does_not_exist")
    declined(api.ask("setTransaction", SUBSCRIPTION), 404, "profile_does_not_exist")
    declined(api.ask("getIntegrationIdentifiers"), 404, "profile_not_found")
    declined(api.ask("getRefundSaverSettings"), 400, "profile_does_not_exist")
    after = api.create()
    assert after["profile_id"] != before["profile_id"]
    stored = sandbox.server_side_profile(customer_user_id=USER) or {}
    assert (stored["access_levels"], stored["transactions"], stored["custom_attributes"]) == ([], [], [])
    assert stored["virtual_currencies"] == {"GOLD": 0, "GEMS": 0}
    assert stored["refund_saver_settings"]["consent"] is False
    assert not any(stored["integration_identifiers"].values())
    assert api.ask("createVirtualCurrencyTransaction", credit, headers=key).json()["balances"][0]["balance"] == 5


def test_both_versions_see_the_same_profiles(api: ServerSideApi) -> None:
    """Each version reads, changes and deletes the profiles of the other."""
    made = api.data("createProfileV1", {"custom_attributes": listed(a=1)})
    assert api.profile()["profile_id"] == made["profile_id"]
    api.data("updateProfileV1", {"custom_attributes": listed(b=2)})
    assert attributes(api.profile()) == {"a": 1, "b": 2}
    api.data("grantAccessLevelV1", {"access_level_id": "gold"})
    assert api.level("gold")
    assert attributes(api.data("getProfileV1")) == {"a": 1, "b": 2}
    assert api.ask("deleteProfileV1").status_code == 204
    assert api.ask("getProfile").status_code == 404


def test_timestamps_increase(api: ServerSideApi, clock: Clock) -> None:
    """Timestamps increase by at least a millisecond, even if the clock is set back."""
    seen = [api.create()["timestamp"]]
    seen += [api.profile()["timestamp"] for _ in range(3)]
    clock.set("2026-06-20T11:00:00Z")
    seen.append(api.data("updateProfile", {})["timestamp"])
    seen.append(api.ask("listVirtualCurrencyBalances").json()["response_created_at"])
    assert seen == sorted(set(seen))
    clock.set("2036-06-20T12:00:00Z")
    assert api.profile()["timestamp"] == clock.at // 1000


def test_segment_hash_changes_with_the_profile(api: ServerSideApi) -> None:
    """It is constant while nothing changes."""
    first = api.create(custom_attributes=listed(a=1))["segment_hash"]
    assert api.profile()["segment_hash"] == first
    assert api.data("updateProfile", {"custom_attributes": listed(a=2)})["segment_hash"] != first


def test_concurrent_requests_lose_nothing(api: ServerSideApi, sandbox: Sandbox) -> None:
    """Concurrent requests create one profile, and each stores its attribute."""

    def send(number: int) -> set[str]:
        with ServerSideApi.of(sandbox) as own:
            made = {own.create(custom_attributes=listed(**{f"a{number}": number}))["profile_id"]}
            sandbox.server_side_profile(customer_user_id=USER)
            own.ask("createVirtualCurrencyTransaction", {"items": [{"currency_code": "GOLD", "amount": 1}]})
            return made

    with ThreadPoolExecutor(8) as pool:
        ids = set().union(*pool.map(send, range(24)))
    assert len(ids) == 1
    assert len(attributes(api.profile())) == 24
    stored = sandbox.server_side_profile(customer_user_id=USER) or {}
    assert stored["virtual_currencies"]["GOLD"] == 24
