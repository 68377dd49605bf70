"""Events that are assigned to a profile by `customer_user_id` or `email`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import case
from tests.sandbox.conftest import Api, event, fields, profile

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox


@pytest.fixture
def jane(api: Api) -> str:
    """Save a profile with both; return its ID."""
    api.save_profile(external_profile_id="jane", customer_user_id="cuid_jane", email="jane@example.com")
    return "jane"


def test_given_customer_user_id_replaces_the_stored_one(api: Api, sandbox: Sandbox) -> None:
    """A missing customer_user_id keeps the stored one."""
    for changes in ({}, {"customer_user_id": "one"}, {"customer_user_id": "two"}, {"first_name": "Jane"}):
        assert api.save_profile(**changes).status_code == 200
    assert sandbox.profile("user_12345") == profile(customer_user_id="two", first_name="Jane")
    api.save_event(external_profile_id="other", customer_user_id="one")
    assert sandbox.events("user_12345") == []
    api.save_event(external_profile_id="other", event_id="2", customer_user_id="two")
    assert len(sandbox.events("user_12345")) == 1


@pytest.mark.parametrize(
    "found_by",
    [
        {"customer_user_id": "cuid_jane"},
        {"email": "jane@example.com"},
        {"customer_user_id": "unknown", "email": "jane@example.com"},
        {"customer_user_id": "cuid_jane", "email": "unknown@example.com"},
    ],
)
def test_event_belongs_to_the_profile_it_matches(
    api: Api, sandbox: Sandbox, jane: str, found_by: dict[str, str]
) -> None:
    """The profile's flow and all views contain the event, with the ID that was sent."""
    assert api.save_event(external_profile_id="other", event_type="subscription_expired", **found_by).content == b"{}"
    stored = event(external_profile_id="other", event_type="subscription_expired")
    assert sandbox.events(jane) == api.inside("profiles/jane")["events"] == [stored]
    assert sandbox.flow(jane) == api.inside("profiles/jane")["flow"] == "expired"
    assert sandbox.events("other") == []
    assert api.inside("flows")["flows"]["expired"] == 1
    assert api.inside("flows")["unlinked_events"] == 0


def test_customer_user_id_precedes_email(api: Api, sandbox: Sandbox, jane: str) -> None:
    """`customer_user_id` decides if they belong to different profiles."""
    api.save_profile(external_profile_id="john", email="john@example.com")
    api.save_event(external_profile_id="other", customer_user_id="cuid_jane", email="john@example.com")
    assert (len(sandbox.events(jane)), sandbox.events("john")) == (1, [])


def test_matching_external_profile_id_decides_alone(api: Api, sandbox: Sandbox, jane: str) -> None:
    """The other two are neither looked up nor stored."""
    api.save_profile()
    api.save_event(customer_user_id="cuid_jane", email="jane@example.com")
    assert (sandbox.events("user_12345"), sandbox.events(jane)) == ([event()], [])


def test_unmatched_event_waits_for_its_external_profile_id(api: Api, sandbox: Sandbox, jane: str) -> None:
    """The other identifiers are not stored, so a later profile with them does not get the event."""
    api.save_event(customer_user_id="cuid_john", email="john@example.com")
    assert sandbox.events("user_12345") == [event()]
    api.save_profile(external_profile_id="john", customer_user_id="cuid_john", email="john@example.com")
    assert sandbox.events("john") == []
    assert api.inside("flows")["unlinked_events"] == 1
    api.save_profile()
    assert sandbox.flow("user_12345") == "active"


def test_matched_event_stays_with_its_profile(api: Api, sandbox: Sandbox, jane: str) -> None:
    """A later profile with the sent ID does not get the event."""
    api.save_event(customer_user_id="cuid_jane")
    api.save_profile()
    assert (len(sandbox.events(jane)), sandbox.events("user_12345")) == (1, [])
    assert sandbox.flow("user_12345") == "never purchased"


def test_oldest_matching_profile_is_found(api: Api, sandbox: Sandbox) -> None:
    """Neither the IDs nor later saves matter."""
    for name in ("b", "a", "c", "b", "a"):
        api.save_profile(external_profile_id=name, customer_user_id="shared")
    api.save_event(event_id="1", customer_user_id="shared")
    api.save_event(event_id="2", email="jane@example.com")
    assert [len(sandbox.events(name)) for name in "abc"] == [0, 2, 0]


def test_repeated_event_stays_where_it_is(api: Api, sandbox: Sandbox, jane: str) -> None:
    """Other identifiers in the repetition have no effect."""
    api.save_event()
    assert api.save_event(customer_user_id="cuid_jane").status_code == 200
    assert (sandbox.events(jane), sandbox.events("user_12345")) == ([], [event()])


@pytest.mark.parametrize("blank", ["", " ", "\u2003\n"])
def test_blank_customer_user_id_matches_no_profile(api: Api, sandbox: Sandbox, blank: str) -> None:
    """Users without an id are not merged."""
    api.save_profile(external_profile_id="jane", customer_user_id=blank)
    api.save_event(customer_user_id=blank)
    assert (sandbox.events("jane"), len(sandbox.events("user_12345"))) == ([], 1)


def test_identifiers_are_the_same_to_the_last_character(api: Api, sandbox: Sandbox) -> None:
    """Identifiers are compared exactly, including case."""
    cases: list[str] = ["Jane", "jane ", "jane\u0000", "j", "\uff4aane"]
    for other in cases:
        with case(other):
            sandbox.reset()
            api.save_profile(external_profile_id="p", customer_user_id="jane", email="jane@example.com")
            api.save_event(event_id="1", customer_user_id=other)
            api.save_event(event_id="2", email="Jane@example.com")
            assert sandbox.events("p") == []


def test_lookup_fields_are_validated_but_not_stored(api: Api) -> None:
    """They are validated even if they are not looked up."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"email": "jane"}, "email"),
        ({"email": None}, "email"),
        ({"email": "ja\ud800ne@example.com"}, "email"),
        ({"customer_user_id": 1}, "customer_user_id"),
        ({"customer_user_id": "\ud800"}, "customer_user_id"),
    ]
    for wrong, field in cases:
        with case(wrong, field):
            api.reset()
            api.save_profile()
            assert fields(api.save_event(**wrong)) == [field]
