"""Erasing a subscriber: who is meant, what is gone, and that it stays gone."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty.sandbox import Sandbox
from adapty.sandbox._mail.store import MailStore
from tests.sandbox.conftest import Api, errors, event, profile

if TYPE_CHECKING:
    from pathlib import Path

JANE = {"external_profile_id": "jane", "customer_user_id": "cuid_jane", "email": "jane@example.com"}
JOHN = {"external_profile_id": "john", "customer_user_id": "cuid_john", "email": "john@example.com"}
EACH = [{kind: value} for kind, value in JANE.items()]


@pytest.fixture
def both(api: Api) -> Api:
    """Save two profiles with an event each, and reach the sandbox."""
    for person in (JANE, JOHN):
        api.save_profile(**person)
        api.save_event(event_id=person["email"], external_profile_id=person["external_profile_id"])
    return api


def gone(answer: httpx.Response) -> bool:
    """Tell whether an answer says that a profile is erased, after a look at its shape; else it is the 404."""
    if answer.status_code == 204:
        assert answer.content == b""
        assert not {"content-type", "content-length", "transfer-encoding"} & set(answer.headers)
        return True
    (error,) = errors(answer, 404)
    assert error == {"message": "No such profile", "error_code": "profile_not_found_error", "status_code": 404}
    return False


@pytest.mark.parametrize("named", EACH)
def test_one_identifier_is_enough(both: Api, sandbox: Sandbox, named: dict[str, str]) -> None:
    """The profile is gone with its events; others stay."""
    assert gone(both.delete_profile(**named))
    assert (sandbox.profile("jane"), sandbox.flow("jane"), sandbox.events("jane")) == (None, None, [])
    errors(both.http.get("/_sandbox/profiles/jane"), 404)
    assert sandbox.profile("john") == profile(**JOHN)
    assert len(sandbox.events("john")) == 1
    page = both.inside("")
    counts = [page[name] for name in ("profiles", "events", "unlinked_events", "erased")]
    assert counts == [1, 1, 0, 1]


def test_an_event_that_found_the_profile_goes_with_it(both: Api, sandbox: Sandbox) -> None:
    """It counted for it, whatever id it was sent with."""
    both.save_event(external_profile_id="other", customer_user_id="cuid_jane")
    both.delete_profile(external_profile_id="jane")
    assert sandbox.events("other") == sandbox.events("jane") == []
    assert both.inside("")["events"] == 1


@pytest.mark.parametrize("named", EACH)
@pytest.mark.parametrize("again", [*EACH, JANE])
def test_a_repetition_succeeds_by_an_id_and_not_by_email_alone(
    both: Api, named: dict[str, str], again: dict[str, str]
) -> None:
    """The address is gone; the ids of somebody erased are known as such."""
    both.delete_profile(**named)
    for _ in range(2):
        assert gone(both.delete_profile(**again)) == (again.keys() != {"email"})
    assert both.inside("")["erased"] == 1


@pytest.mark.parametrize("named", EACH)
@pytest.mark.parametrize("again", EACH)
def test_no_later_save_brings_it_back(
    both: Api, sandbox: Sandbox, named: dict[str, str], again: dict[str, str]
) -> None:
    """A profile and an event with any of the identifiers are accepted, and nothing is kept of them."""
    both.delete_profile(**named)
    before = both.inside("")
    for body in ({"external_profile_id": "new", "email": "new@example.com", **again}, {**JANE, **again}):
        for answer in (both.save_profile(**body), both.save_event(**body)):
            assert (answer.status_code, answer.content) == (200, b"{}")
    assert both.inside("") == before
    for name in ("jane", "new"):
        assert (sandbox.profile(name), sandbox.events(name)) == (None, [])


def test_a_wrong_save_of_somebody_erased_is_still_refused(both: Api) -> None:
    """That nothing is kept is no reason to accept it."""
    both.delete_profile(**JANE)
    errors(both.save_profile(**JANE, country="us"), 400)
    errors(both.save_event(external_profile_id="jane", event_type="none"), 400)


def test_an_event_id_of_somebody_erased_is_free(both: Api, sandbox: Sandbox) -> None:
    """Neither the events that went nor those that were dropped count as sent."""
    both.delete_profile(**JANE)
    both.save_event(event_id="dropped", external_profile_id="jane")
    for event_id in ("dropped", "jane@example.com"):
        both.save_event(event_id=event_id, external_profile_id="john")
    assert len(sandbox.events("john")) == 3


@pytest.mark.parametrize(
    "named", [{"external_profile_id": "nobody"}, {"customer_user_id": "jane"}, {"email": "JANE@example.com"}]
)
def test_somebody_unknown_is_404(both: Api, named: dict[str, str]) -> None:
    """Nothing is erased, and nothing is remembered."""
    before = both.inside("")
    for _ in range(2):
        assert not gone(both.delete_profile(**named))
    assert both.inside("") == before
    both.save_profile(**{"external_profile_id": "new", "email": "new@example.com", **named})
    assert both.inside("")["profiles"] == 3
    problem = both.inside("requests?limit=2")["requests"][0]["problem"]
    assert problem == "No such profile"


def test_a_profile_that_events_wait_for_is_unknown(api: Api, sandbox: Sandbox) -> None:
    """There is none yet to erase; the events stay."""
    api.save_event()
    assert not gone(api.delete_profile(external_profile_id="user_12345"))
    assert sandbox.events("user_12345") == [event()]


@pytest.mark.parametrize(
    ("named", "erased"),
    [
        ({**JOHN, "external_profile_id": "jane"}, "jane"),
        ({**JOHN, "external_profile_id": "nobody", "customer_user_id": "cuid_jane"}, "jane"),
        ({"customer_user_id": "cuid_john", "email": "jane@example.com"}, "john"),
        ({"customer_user_id": "nobody", "email": "jane@example.com"}, "jane"),
    ],
)
def test_of_several_identifiers_the_first_that_leads_to_a_profile_decides(
    both: Api, sandbox: Sandbox, named: dict[str, str], erased: str
) -> None:
    """In the order external_profile_id, customer_user_id, email; another's profile and identifiers stay as they are."""
    assert gone(both.delete_profile(**named))
    other, left = ("jane", JANE) if erased == "john" else ("john", JOHN)
    assert (sandbox.profile(erased), sandbox.profile(other)) == (None, profile(**left))
    both.save_event(external_profile_id="other", **{kind: left[kind] for kind in ("customer_user_id", "email")})
    assert len(sandbox.events(other)) == 2
    both.save_profile(**{**left, "external_profile_id": "new"})
    assert sandbox.profile("new")
    assert gone(both.delete_profile(email=left["email"]))
    assert sandbox.profile(other) is None


def test_a_profile_is_found_though_an_earlier_identifier_is_of_somebody_erased(both: Api, sandbox: Sandbox) -> None:
    """What was erased leads to no profile any more."""
    both.delete_profile(**JANE)
    assert gone(both.delete_profile(external_profile_id="jane", email="john@example.com"))
    assert sandbox.profile("john") is None


def test_what_is_named_along_with_a_profile_and_is_nobodys_is_erased_too(both: Api, sandbox: Sandbox) -> None:
    """The sender says that it is the same person: later saves and repetitions treat it so, and waiting events go."""
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


def test_of_several_profiles_with_an_identifier_one_goes_at_a_time(api: Api, sandbox: Sandbox) -> None:
    """The one saved first goes first; an address is unknown once no profile has it."""
    for name in ("b", "a", "c"):
        api.save_profile(external_profile_id=name)
    for left in ("ac", "c", ""):
        assert gone(api.delete_profile(email="jane@example.com"))
        assert [name for name in "abc" if sandbox.profile(name)] == list(left)
    assert not gone(api.delete_profile(email="jane@example.com"))
    assert api.inside("")["erased"] == 3


def test_a_profile_that_shares_an_erased_identifier_lives_on(api: Api, sandbox: Sandbox) -> None:
    """It is saved, found by events, and erased, as if it had it alone; it cannot take over more of what is erased."""
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


def test_a_replaced_customer_user_id_is_not_the_profiles_any_more(api: Api, sandbox: Sandbox) -> None:
    """It leads nowhere, and does not count as erased."""
    api.save_profile(customer_user_id="one")
    api.save_profile(customer_user_id="two")
    assert not gone(api.delete_profile(customer_user_id="one"))
    assert gone(api.delete_profile(customer_user_id="two"))
    api.save_profile(external_profile_id="new", customer_user_id="one", email="new@example.com")
    assert sandbox.profile("new")


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_customer_user_id_is_nobody(api: Api, sandbox: Sandbox, blank: str) -> None:
    """Erasing one of those who have none does not shut out the others."""
    api.save_profile(customer_user_id=blank)
    assert not gone(api.delete_profile(customer_user_id=blank))
    assert gone(api.delete_profile(external_profile_id="user_12345", customer_user_id=blank))
    api.save_profile(external_profile_id="new", customer_user_id=blank, email="new@example.com")
    assert sandbox.profile("new")


def test_an_identifier_of_one_kind_is_none_of_another(both: Api, sandbox: Sandbox) -> None:
    """The same text can be one person's id on one side and another's on the other."""
    both.delete_profile(**JANE)
    both.save_profile(external_profile_id="cuid_jane", customer_user_id="jane", email="new@example.com")
    assert sandbox.profile("cuid_jane")


def test_reset_forgets_erasures(both: Api, sandbox: Sandbox) -> None:
    """What was erased can be saved again, and is unknown until then."""
    both.delete_profile(**JANE)
    sandbox.reset()
    assert both.inside("")["erased"] == 0
    assert not gone(both.delete_profile(**JANE))
    both.save_profile(**JANE)
    assert sandbox.profile("jane") == profile(**JANE)


def test_erasures_outlast_the_sandbox(tmp_path: Path) -> None:
    """What one sandbox erased, the next one over the same file does not take back."""
    path = tmp_path / "state.db"
    with Sandbox(database=path) as sandbox, Api.of(sandbox) as api:
        api.save_profile(**JANE)
        api.delete_profile(**JANE)
    with Sandbox(database=path) as sandbox, Api.of(sandbox) as api:
        assert api.save_profile(**JANE).status_code == 200
        assert sandbox.profile("jane") is None
        assert gone(api.delete_profile(customer_user_id="cuid_jane"))


def test_nothing_of_the_person_is_left_in_the_files(tmp_path: Path) -> None:
    """Neither while the sandbox runs nor after it: no address, no name, no id, only digests of 32 bytes."""
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
    assert b"4711" in b"".join(kept.read_bytes() for kept in tmp_path.iterdir())
    store.delete_profile(person)
    for _ in range(2):
        held = b"".join(kept.read_bytes() for kept in tmp_path.iterdir())
        assert b"other_49@example.com" in held
        assert [text for text in personal if text in held] == []
        store.close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        digests = [digest for (digest,) in connection.execute("SELECT digest FROM tombstones")]
    connection.close()
    assert [(type(digest), len(digest)) for digest in digests] == [(bytes, 32)] * 3


def test_concurrent_deletions_erase_once(sandbox: Sandbox) -> None:
    """Saves and deletions from many connections at once end without the profile, and without an event of it."""

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
