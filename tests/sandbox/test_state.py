"""The stored data: profiles, events, and the flow that follows from them."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError, Flow
from adapty._generated import openapi_spec
from adapty.sandbox import Sandbox
from adapty.sandbox._mail.store import MailStore
from tests.cases import case
from tests.sandbox.conftest import HTTP_PROPERTY, LEFT_OUT, Api, errors, event, profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The table of the vendor's guide, "Map your events to flows".
FLOWS = {
    "subscription_started": "active",
    "subscription_renewed": "active",
    "subscription_renewal_reactivated": "active",
    "non_subscription_purchase": "active",
    "subscription_renewal_cancelled": "renewal cancelled",
    "billing_issue_detected": "billing issue",
    "entered_grace_period": "billing issue",
    "subscription_expired": "expired",
    "subscription_refunded": "refunded",
    "non_subscription_purchase_refunded": "refunded",
}
EVENT_TYPES = openapi_spec("mail")["components"]["schemas"]["TransactionEventType"]["enum"]


@pytest.fixture
def store() -> Iterator[MailStore]:
    """Return a store in memory."""
    stored = MailStore()
    yield stored
    stored.close()


def flow(sandbox: Sandbox) -> str:
    """Return the flow of the profile that the tests save."""
    found = sandbox.flow("user_12345")
    assert found is not None
    return str(found)


def test_saved_profile_is_kept_as_sent(api: Api, sandbox: Sandbox) -> None:
    """The method and the endpoint return the same."""
    body = profile(country="US", custom_attributes={"plan": "trial"}, device_info={"platform": "iOS"})
    api.save_profile(**body)
    assert sandbox.profile("user_12345") == api.inside("profiles/user_12345")["profile"] == body


def test_given_fields_replace_and_missing_ones_stay(api: Api, sandbox: Sandbox) -> None:
    """Saving is an upsert by `external_profile_id`; a given object replaces the stored one."""
    api.save_profile(country="US", first_name="Jane", custom_attributes={"plan": "trial", "days": 7})
    api.save_profile(country="GB", last_name="Doe", custom_attributes={"plan": "year"})
    assert sandbox.profile("user_12345") == profile(
        country="GB", first_name="Jane", last_name="Doe", custom_attributes={"plan": "year"}
    )
    assert sum(sandbox.flows().values()) == 1


def test_email_is_write_once(api: Api, sandbox: Sandbox) -> None:
    """A later save succeeds, and does not change the address."""
    api.save_profile(email="first@example.com")
    for email in ("second@example.com", "third@example.com"):
        assert api.save_profile(email=email, first_name=email[:5]).status_code == 200
    stored = sandbox.profile("user_12345") or {}
    assert (stored["email"], stored["first_name"]) == ("first@example.com", "third")


def test_refused_profile_changes_nothing(api: Api, sandbox: Sandbox) -> None:
    """Valid fields are not stored either."""
    api.save_profile()
    api.save_profile(first_name="Jane", country="uk")
    assert sandbox.profile("user_12345") == profile()


def test_profile_without_events_has_never_purchased(api: Api, sandbox: Sandbox) -> None:
    """A new profile is in this flow."""
    api.save_profile()
    assert flow(sandbox) == "never purchased"
    assert sandbox.flows() == {**dict.fromkeys(Flow, 0), Flow.NEVER_PURCHASED: 1}


def test_event_puts_its_profile_into_a_flow(api: Api, sandbox: Sandbox) -> None:
    """Each event type of the spec leads to the flow of the vendor's table."""
    for event_type in EVENT_TYPES:
        with case(event_type):
            sandbox.reset()
            api.save_profile()
            assert api.save_event(event_type=event_type).status_code == 200
            assert flow(sandbox) == FLOWS[event_type]
            assert api.inside("flows")["flows"] == {**dict.fromkeys(map(str, Flow), 0), FLOWS[event_type]: 1}


def test_repeated_event_is_stored_once(api: Api, sandbox: Sandbox) -> None:
    """A repeated `event_id` gets a 200 and changes nothing, even for another profile."""
    api.save_profile()
    api.save_event(event_type="subscription_started")
    again = api.save_event(event_type="subscription_expired", event_datetime="2027-01-01T00:00:00Z", offer=LEFT_OUT)
    elsewhere = api.save_event(external_profile_id="other_user")
    assert (again.status_code, elsewhere.status_code) == (200, 200)
    assert sandbox.events("user_12345") == [event(event_type="subscription_started")]
    assert sandbox.events("other_user") == []
    assert flow(sandbox) == "active"


def test_repeated_event_is_validated(api: Api) -> None:
    """An invalid body with a known ID is rejected."""
    api.save_event()
    errors(api.save_event(event_type="none"), 400)


def test_events_wait_for_their_profile(api: Api, sandbox: Sandbox) -> None:
    """Events without a profile are stored, counted as unlinked, and linked when the profile is saved."""
    api.save_event(event_type="billing_issue_detected")
    api.save_event(event_id="other", external_profile_id="unknown")
    assert (sandbox.profile("user_12345"), sandbox.flow("user_12345")) == (None, None)
    assert sandbox.events("user_12345") == [event(event_type="billing_issue_detected")]
    counts = api.inside("flows")
    assert (counts["profiles"], counts["events"], counts["unlinked_events"]) == (0, 2, 2)
    api.save_profile()
    counts = api.inside("flows")
    assert (counts["profiles"], counts["events"], counts["unlinked_events"]) == (1, 2, 1)
    assert flow(sandbox) == "billing issue"


def test_latest_instant_decides_not_the_latest_text(api: Api, sandbox: Sandbox) -> None:
    """Times with different offsets are compared as instants, in any order of receipt."""
    api.save_profile()
    api.save_event(event_id="1", event_type="subscription_expired", event_datetime="2026-06-10T01:00:00-12:00")
    api.save_event(event_id="2", event_type="subscription_renewed", event_datetime="2026-06-10T12:59:59Z")
    api.save_event(event_id="3", event_type="subscription_refunded", event_datetime="2026-06-11T00:59:59+12:00")
    assert flow(sandbox) == "expired"


def test_last_received_of_simultaneous_events_decides(api: Api, sandbox: Sandbox) -> None:
    """Equal instants may have different formats."""
    api.save_profile()
    api.save_event(event_id="1", event_type="subscription_expired", event_datetime="2026-06-10T10:00:00Z")
    api.save_event(event_id="2", event_type="subscription_refunded", event_datetime="2026-06-10T12:00:00.000+02:00")
    assert flow(sandbox) == "refunded"
    api.save_event(event_id="3", event_type="subscription_started", event_datetime="2026-06-10T09:00:00-01:00")
    assert flow(sandbox) == "active"


HISTORIES = st.lists(
    st.tuples(st.integers(0, 10**12), st.integers(-23 * 60, 23 * 60), st.sampled_from(EVENT_TYPES)),
    unique_by=lambda entry: entry[0],
    min_size=1,
    max_size=8,
)


@HTTP_PROPERTY
@given(history=HISTORIES, data=st.data(), when=st.integers(0, 8))
def test_order_of_arrival_does_not_matter(history: list[tuple[int, int, str]], data: st.DataObject, when: int) -> None:
    """Events at different times lead to the same flow in any order, relative to the profile, too."""
    arrivals = data.draw(st.permutations(history))
    store = MailStore()
    try:
        for number, (microseconds, minutes, event_type) in enumerate(arrivals):
            if number == when:
                store.save_profile(profile())
            moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
            written = moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
            store.save_transaction_event(
                event(event_id=str(number), event_type=event_type, event_datetime=written),
            )
        store.save_profile(profile())
        assert store.history("user_12345").flow == FLOWS[max(history)[2]]
    finally:
        store.close()


def test_unknown_event_type_leads_to_an_unknown_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event type that is not in `adapty.flows` puts the profile into none of the six flows."""
    newer = openapi_spec("mail")
    newer["components"]["schemas"]["TransactionEventType"]["enum"].append("subscription_paused")
    monkeypatch.setattr("adapty.sandbox._app.openapi_spec", lambda _: newer)
    with Sandbox() as sandbox, Api.of(sandbox) as api:
        api.save_profile()
        assert api.save_event(event_type="subscription_paused").status_code == 200
        assert api.inside("flows")["flows"] == {**dict.fromkeys(map(str, Flow), 0), "unknown": 1}
        assert api.inside("profiles/user_12345")["flow"] == "unknown"
        assert sandbox.flow("user_12345") is None
        assert sum(sandbox.flows().values()) == 0
        api.save_event(event_id="later", event_datetime="2027-01-01T00:00:00Z")
        assert api.inside("flows")["flows"] == {**dict.fromkeys(map(str, Flow), 0), "active": 1}


def test_any_text_is_an_id(api: Api, sandbox: Sandbox) -> None:
    """IDs are compared exactly."""
    cases: list[str] = [
        "",
        " ",
        "a/b",
        "//",
        "\u0000",
        "a\u0000b",
        "a\nb\r",
        "%2F",
        "é",
        "\U0001f600",
        "'; --",
        "x" * 5000,
    ]
    for name in cases:
        with case(name):
            sandbox.reset()
            api.save_profile(external_profile_id=name)
            api.save_profile(external_profile_id=name + "\u0000")
            api.save_event(external_profile_id=name, event_id=name)
            api.save_event(external_profile_id=name, event_id=name + "\u0000")
            assert sandbox.profile(name) == profile(external_profile_id=name)
            assert [stored["event_id"] for stored in sandbox.events(name)] == [name, name + "\u0000"]
            assert sandbox.flows()[Flow.NEVER_PURCHASED] == 1
            assert sandbox.flows()[Flow.ACTIVE] == 1


def test_concurrent_saves_lose_nothing(sandbox: Sandbox) -> None:
    """Concurrent saves keep all fields, and store an event once."""

    def send(number: int) -> set[int]:
        with Api.of(sandbox) as api:
            return {
                answer.status_code
                for turn in range(10)
                for answer in (
                    api.save_profile(**{f"field_{number}_{turn}": number}),
                    api.save_event(event_id=str(turn)),
                    api.save_event(event_id=f"{number}_{turn}"),
                )
            }

    with ThreadPoolExecutor(8) as pool:
        assert set().union(*pool.map(send, range(8))) == {200}
    assert len(sandbox.profile("user_12345") or {}) == len(profile()) + 80
    assert len(sandbox.events("user_12345")) == 10 + 80


def test_threads_share_a_store(store: MailStore) -> None:
    """The store is thread-safe without the server, too."""

    def save(number: int) -> None:
        store.save_profile(profile(**{f"field_{number}": number}))
        store.save_transaction_event(event(event_id=str(number % 5)))
        store.overview()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, range(200)))
    history = store.history("user_12345")
    assert len(history.profile or {}) == len(profile()) + 200
    assert len(history.events) == 5


def test_file_keeps_the_state(tmp_path: Path) -> None:
    """A second sandbox with the file has its data."""
    path = tmp_path / "state.db"
    for number in range(2):
        store = MailStore(path)
        store.save_transaction_event(event(event_id=str(number)))
        store.save_profile(profile(country="US") if number == 0 else profile(email="new@example.com"))
        store.close()
    store = MailStore(str(path))
    assert store.history("user_12345").profile == profile(country="US")
    assert [stored["event_id"] for stored in store.history("user_12345").events] == ["0", "1"]
    store.close()
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == ["state.db"]


def test_two_sandboxes_may_share_a_file(tmp_path: Path) -> None:
    """Writers wait for each other."""
    stores = [MailStore(tmp_path / "state.db") for _ in range(2)]

    def save(number: int) -> None:
        stores[number % 2].save_profile(profile(**{f"field_{number}": number}))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(40)))
    assert len(stores[0].history("user_12345").profile or {}) == len(profile()) + 40
    for store in stores:
        store.close()


def test_foreign_file_is_rejected(tmp_path: Path) -> None:
    """Databases of other programs, and other files, are unchanged."""
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE profiles (x)")
    connection.close()
    text = tmp_path / "notes.txt"
    text.write_text("not a database, and long enough for SQLite to see that it is none" * 20)
    before = [foreign.read_bytes(), text.read_bytes()]
    for path, problem in ((foreign, "not a sandbox database"), (text, "not a database")):
        with pytest.raises(AdaptyConfigError, match=problem) as refused:
            MailStore(path)
        assert refused.value.field_name == "database"
    assert [foreign.read_bytes(), text.read_bytes()] == before


def test_iteration_is_in_the_order_of_receipt(api: Api, sandbox: Sandbox) -> None:
    """Profiles in the order of their first receipt, all events, as stored."""
    for number in range(3):
        api.save_profile(external_profile_id=f"p{2 - number}")
    api.save_profile(external_profile_id="p2", first_name="Jane")
    sent = [event(event_id=f"e{-number}", external_profile_id=f"p{number % 5}") for number in range(5)]
    for body in sent:
        api.save_event(**body)
    api.save_event(**sent[0])

    assert list(sandbox.profiles()) == [
        profile(external_profile_id="p2", first_name="Jane"),
        profile(external_profile_id="p1"),
        profile(external_profile_id="p0"),
    ]
    assert list(sandbox.all_events()) == sent
    api.delete_profile(external_profile_id="p1")
    assert [stored["external_profile_id"] for stored in sandbox.profiles()] == ["p2", "p0"]
    assert list(sandbox.all_events()) == [sent[0], *sent[2:]]


def test_iteration_reads_page_by_page() -> None:
    """Every event is returned once, including new ones."""
    cases: list[int] = [0, 1, 999, 1000, 1001, 2500]
    for stored in cases:
        with case(stored):
            with Sandbox() as sandbox:
                store = sandbox._state.mail
                for number in range(stored):
                    store.save_transaction_event(event(event_id=f"e{number}"))
                going_through = sandbox.all_events()
                first = [next(going_through)["event_id"]] if stored else []
                store.save_transaction_event(event(event_id=f"e{stored}"))
                found = first + [body["event_id"] for body in going_through]

            assert found == [f"e{number}" for number in range(stored + 1)]


def test_iteration_fails_after_closing() -> None:
    """Iterating over a closed sandbox raises an error."""
    with Sandbox() as sandbox:
        begun = sandbox.profiles()
    with pytest.raises(AdaptyConfigError, match="is not running"):
        next(begun)


def test_file_of_another_version_is_rejected(tmp_path: Path) -> None:
    """The tables may differ."""
    path = tmp_path / "state.db"
    MailStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(AdaptyConfigError, match="another version"):
        MailStore(path)


def test_file_that_cannot_be_opened_is_a_config_error(tmp_path: Path) -> None:
    """The message names the file."""
    for path in (tmp_path / "none" / "state.db", tmp_path):
        with pytest.raises(AdaptyConfigError, match=str(path)):
            MailStore(path)
