"""Erasure of a subscriber: the selected profile, the deleted data, and the effect on later saves."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty.sandbox import Sandbox
from adapty.sandbox._mail.store import MailStore
from tests.cases import case
from tests.sandbox.conftest import Api, errors, event, profile

if TYPE_CHECKING:
    from pathlib import Path

JANE = {"external_profile_id": "jane", "customer_user_id": "cuid_jane", "email": "jane@example.com"}
JOHN = {"external_profile_id": "john", "customer_user_id": "cuid_john", "email": "john@example.com"}
EACH = [{kind: value} for kind, value in JANE.items()]


def save_both(api: Api) -> Api:
    """Save two profiles with an event each, and nothing else."""
    api.reset()
    for person in (JANE, JOHN):
        api.save_profile(**person)
        api.save_event(event_id=person["email"], external_profile_id=person["external_profile_id"])
    return api


@pytest.fixture
def both(api: Api) -> Api:
    """Return the API with two profiles with an event each."""
    return save_both(api)


def gone(answer: httpx.Response) -> bool:
    """Return whether a response is a successful deletion; otherwise it must be the 404."""
    if answer.status_code == 204:
        assert answer.content == b""
        assert not {"content-type", "content-length", "transfer-encoding"} & set(answer.headers)
        return True
    (error,) = errors(answer, 404)
    assert error == {"message": "No such profile", "error_code": "profile_not_found_error", "status_code": 404}
    return False


def test_one_identifier_erases_the_profile(both: Api, sandbox: Sandbox) -> None:
    """The profile is gone with its events; others stay."""
    for named in EACH:
        with case(named):
            save_both(both)
            assert gone(both.delete_profile(**named))
            assert (sandbox.profile("jane"), sandbox.flow("jane"), sandbox.events("jane")) == (None, None, [])
            errors(both.http.get("/_sandbox/profiles/jane"), 404)
            assert sandbox.profile("john") == profile(**JOHN)
            assert len(sandbox.events("john")) == 1
            page = both.inside("")
            counts = [page[name] for name in ("profiles", "events", "unlinked_events", "erased")]
            assert counts == [1, 1, 0, 1]


def test_events_linked_by_another_identifier_are_erased(both: Api, sandbox: Sandbox) -> None:
    """An event found by another identifier belongs to the profile, whatever its external ID."""
    both.save_event(external_profile_id="other", customer_user_id="cuid_jane")
    both.delete_profile(external_profile_id="jane")
    assert sandbox.events("other") == sandbox.events("jane") == []
    assert both.inside("")["events"] == 1


def test_repeated_deletion_succeeds_by_id_but_not_by_email(both: Api) -> None:
    """The ids of erased profiles are known; their address is not."""
    again_cases: list[dict[str, str]] = [*EACH, JANE]
    for again in again_cases:
        for named in EACH:
            with case(named, again):
                both.delete_profile(**named)
                for _ in range(2):
                    assert gone(both.delete_profile(**again)) == (again.keys() != {"email"})
                assert both.inside("")["erased"] == 1


def test_later_saves_do_not_restore_the_profile(both: Api, sandbox: Sandbox) -> None:
    """Profiles and events with an erased identifier are accepted and dropped."""
    for again in EACH:
        for named in EACH:
            with case(named, again):
                save_both(both)
                both.delete_profile(**named)
                before = both.inside("")
                for body in ({"external_profile_id": "new", "email": "new@example.com", **again}, {**JANE, **again}):
                    for answer in (both.save_profile(**body), both.save_event(**body)):
                        assert (answer.status_code, answer.content) == (200, b"{}")
                assert both.inside("") == before
                for name in ("jane", "new"):
                    assert (sandbox.profile(name), sandbox.events(name)) == (None, [])


def test_invalid_save_of_an_erased_profile_is_rejected(both: Api) -> None:
    """Validation precedes the check for erased profiles."""
    both.delete_profile(**JANE)
    errors(both.save_profile(**JANE, country="uk"), 400)
    errors(both.save_event(external_profile_id="jane", event_type="none"), 400)


def test_event_id_of_an_erased_profile_can_be_reused(both: Api, sandbox: Sandbox) -> None:
    """Neither erased nor dropped events count as duplicates."""
    both.delete_profile(**JANE)
    both.save_event(event_id="dropped", external_profile_id="jane")
    for event_id in ("dropped", "jane@example.com"):
        both.save_event(event_id=event_id, external_profile_id="john")
    assert len(sandbox.events("john")) == 3


@pytest.mark.parametrize(
    "named", [{"external_profile_id": "unknown"}, {"customer_user_id": "jane"}, {"email": "JANE@example.com"}]
)
def test_unknown_profile_is_404(both: Api, named: dict[str, str]) -> None:
    """Nothing is erased, and no identifier is stored."""
    before = both.inside("")
    for _ in range(2):
        assert not gone(both.delete_profile(**named))
    assert both.inside("") == before
    both.save_profile(**{"external_profile_id": "new", "email": "new@example.com", **named})
    assert both.inside("")["profiles"] == 3
    problem = both.inside("requests?limit=2")["requests"][0]["problem"]
    assert problem == "No such profile"


def test_profile_with_waiting_events_only_is_404(api: Api, sandbox: Sandbox) -> None:
    """Without a profile there is nothing to erase; the events stay."""
    api.save_event()
    assert not gone(api.delete_profile(external_profile_id="user_12345"))
    assert sandbox.events("user_12345") == [event()]


def test_first_identifier_of_a_profile_decides(both: Api, sandbox: Sandbox) -> None:
    """The order is external_profile_id, customer_user_id, email; other profiles are unchanged."""
    cases: list[tuple[dict[str, str], str]] = [
        ({**JOHN, "external_profile_id": "jane"}, "jane"),
        ({**JOHN, "external_profile_id": "unknown", "customer_user_id": "cuid_jane"}, "jane"),
        ({"customer_user_id": "cuid_john", "email": "jane@example.com"}, "john"),
        ({"customer_user_id": "unknown", "email": "jane@example.com"}, "jane"),
    ]
    for named, erased in cases:
        with case(named, erased):
            save_both(both)
            assert gone(both.delete_profile(**named))
            other, left = ("jane", JANE) if erased == "john" else ("john", JOHN)
            assert (sandbox.profile(erased), sandbox.profile(other)) == (None, profile(**left))
            both.save_event(external_profile_id="other", **{kind: left[kind] for kind in ("customer_user_id", "email")})
            assert len(sandbox.events(other)) == 2
            both.save_profile(**{**left, "external_profile_id": "new"})
            assert sandbox.profile("new")
            assert gone(both.delete_profile(email=left["email"]))
            assert sandbox.profile(other) is None


def test_profile_is_found_despite_an_erased_identifier(both: Api, sandbox: Sandbox) -> None:
    """Erased identifiers select no profile."""
    both.delete_profile(**JANE)
    assert gone(both.delete_profile(external_profile_id="jane", email="john@example.com"))
    assert sandbox.profile("john") is None


def test_given_identifiers_without_a_profile_are_erased_too(both: Api, sandbox: Sandbox) -> None:
    """The sender says that it is the same user: later saves are dropped, and waiting events are deleted."""
    both.save_event(external_profile_id="jane_2")
    named = {"external_profile_id": "jane_2", "customer_user_id": "cuid_2", "email": "jane@example.com"}
    assert gone(both.delete_profile(**named))
    assert sandbox.events("jane_2") == []
    for kind in ("external_profile_id", "customer_user_id"):
        assert gone(both.delete_profile(**{kind: named[kind]}))
        new = {"external_profile_id": "new", "email": "new@example.com"}
        both.save_profile(**{**new, kind: named[kind]})
    assert gone(both.delete_profile(**named))
    page = both.inside("")
    assert (page["profiles"], page["erased"]) == (1, 1)


def test_one_of_several_matching_profiles_is_erased(api: Api, sandbox: Sandbox) -> None:
    """The oldest one is erased first; the address is unknown when no profile has it."""
    for name in ("b", "a", "c"):
        api.save_profile(external_profile_id=name)
    for left in ("ac", "c", ""):
        assert gone(api.delete_profile(email="jane@example.com"))
        assert [name for name in "abc" if sandbox.profile(name)] == list(left)
    assert not gone(api.delete_profile(email="jane@example.com"))
    assert api.inside("")["erased"] == 3


def test_profile_that_shares_an_erased_identifier_remains(api: Api, sandbox: Sandbox) -> None:
    """It is saved, found and erased normally, and cannot take over further erased identifiers."""
    shared = {"customer_user_id": "shared", "email": "shared@example.com"}
    for name in ("a", "b"):
        api.save_profile(external_profile_id=name, **shared)
    api.save_profile(external_profile_id="john", email="john@example.com")
    api.delete_profile(external_profile_id="a")
    api.save_profile(external_profile_id="b", **shared, first_name="Bo")
    api.save_event(external_profile_id="other", customer_user_id="shared")
    assert sandbox.profile("b") == profile(external_profile_id="b", **shared, first_name="Bo")
    assert len(sandbox.events("b")) == 1
    api.save_profile(external_profile_id="john", email="john@example.com", customer_user_id="shared")
    api.save_profile(external_profile_id="john", email="shared@example.com", first_name="Jo")
    assert sandbox.profile("john") == profile(external_profile_id="john", email="john@example.com")
    assert gone(api.delete_profile(customer_user_id="shared"))
    assert sandbox.profile("b") is None
    assert gone(api.delete_profile(customer_user_id="shared"))


def test_replaced_customer_user_id_does_not_match(api: Api, sandbox: Sandbox) -> None:
    """It selects no profile, and does not count as erased."""
    api.save_profile(customer_user_id="one")
    api.save_profile(customer_user_id="two")
    assert not gone(api.delete_profile(customer_user_id="one"))
    assert gone(api.delete_profile(customer_user_id="two"))
    api.save_profile(external_profile_id="new", customer_user_id="one", email="new@example.com")
    assert sandbox.profile("new")


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_blank_customer_user_id_matches_no_profile(api: Api, sandbox: Sandbox, blank: str) -> None:
    """Erasing a profile without a customer user ID does not affect others without one."""
    api.save_profile(customer_user_id=blank)
    assert not gone(api.delete_profile(customer_user_id=blank))
    assert gone(api.delete_profile(external_profile_id="user_12345", customer_user_id=blank))
    api.save_profile(external_profile_id="new", customer_user_id=blank, email="new@example.com")
    assert sandbox.profile("new")


def test_identifiers_of_different_kinds_are_distinct(both: Api, sandbox: Sandbox) -> None:
    """The same text can be IDs of different kinds of different users."""
    both.delete_profile(**JANE)
    both.save_profile(external_profile_id="cuid_jane", customer_user_id="jane", email="new@example.com")
    assert sandbox.profile("cuid_jane")


def test_reset_deletes_tombstones(both: Api, sandbox: Sandbox) -> None:
    """After a reset, erased data can be saved again, and is unknown until then."""
    both.delete_profile(**JANE)
    sandbox.reset()
    assert both.inside("")["erased"] == 0
    assert not gone(both.delete_profile(**JANE))
    both.save_profile(**JANE)
    assert sandbox.profile("jane") == profile(**JANE)


def test_tombstones_persist_in_the_file(tmp_path: Path) -> None:
    """A second sandbox with the file does not store erased profiles again."""
    path = tmp_path / "state.db"
    with Sandbox(database=path) as sandbox, Api.of(sandbox) as api:
        api.save_profile(**JANE)
        api.delete_profile(**JANE)
    with Sandbox(database=path) as sandbox, Api.of(sandbox) as api:
        assert api.save_profile(**JANE).status_code == 200
        assert sandbox.profile("jane") is None
        assert gone(api.delete_profile(customer_user_id="cuid_jane"))


def test_files_contain_no_erased_data(tmp_path: Path) -> None:
    """The files contain only digests, while the sandbox runs and after it."""
    person: dict[str, Any] = {
        "external_profile_id": "ext-4711-jane",
        "customer_user_id": "cuid-4711-jane",
        "email": "jane-4711@example.com",
    }
    personal = [b"4711", b"Janine"]
    store = MailStore(tmp_path / "state.db")
    for number in range(50):
        store.save_profile(profile(external_profile_id=f"other_{number}", email=f"other_{number}@example.com"))
        store.save_profile(profile(**person, first_name="Janine", custom_attributes={"text": "x" * 50 * number}))
        store.save_transaction_event(event(event_id=f"4711-{number}", external_profile_id="ext-4711-jane"))
    assert b"4711" in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    store.delete_profile(person)
    for _ in range(2):
        contents = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"other_49@example.com" in contents
        assert [text for text in personal if text in contents] == []
        store.close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        digests = [digest for (digest,) in connection.execute("SELECT digest FROM tombstones")]
    connection.close()
    assert [(type(digest), len(digest)) for digest in digests] == [(bytes, 32)] * 3


def test_concurrent_deletions_erase_once(sandbox: Sandbox) -> None:
    """Concurrent saves and deletions end without the profile and its events."""

    def send(_: int) -> set[int]:
        with Api.of(sandbox) as api:
            return {
                answer.status_code
                for turn in range(10)
                for answer in (
                    api.save_profile(**JANE),
                    api.save_event(event_id=str(turn), **JANE),
                    api.delete_profile(external_profile_id="jane"),
                )
            }

    with ThreadPoolExecutor(8) as pool:
        assert set().union(*pool.map(send, range(8))) == {200, 204}
    assert (sandbox.profile("jane"), sandbox.events("jane")) == (None, [])
    assert httpx.get(f"{sandbox.url}/_sandbox/").json()["erased"] == 1
