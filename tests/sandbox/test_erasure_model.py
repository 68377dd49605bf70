"""Any sequence of saves and deletions, compared with a simple model of the documentation."""

from __future__ import annotations

from typing import Any

from attrs import Factory, define
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.conftest import HTTP_PROPERTY, LEFT_OUT, Api

EXT, CUID, EMAIL = KINDS = ("external_profile_id", "customer_user_id", "email")
IDS = ["a", "b", "c"]

EXTS = st.sampled_from(IDS)
CUIDS = st.sampled_from([LEFT_OUT, *IDS])
EMAILS = st.sampled_from(["x@example.com", "y@example.com"])
FLOWS = {"subscription_started": "active", "subscription_expired": "expired"}

PROFILES = st.fixed_dictionaries({EXT: EXTS, CUID: CUIDS, EMAIL: EMAILS})
EVENTS = st.fixed_dictionaries(
    {EXT: EXTS, CUID: CUIDS, EMAIL: EMAILS | st.just(LEFT_OUT), "event_type": st.sampled_from(list(FLOWS))}
)
DELETIONS = st.fixed_dictionaries({}, optional={EXT: EXTS, CUID: st.sampled_from(IDS), EMAIL: EMAILS})
STEPS = st.lists(
    st.tuples(st.just("profile"), PROFILES)
    | st.tuples(st.just("event"), EVENTS)
    | st.tuples(st.just("deletion"), DELETIONS),
    max_size=20,
)


@define
class Model:
    """The expected data: profiles in the order of their first save, events with their profiles, erased identifiers."""

    profiles: dict[str, dict[str, str]] = Factory(dict)
    events: list[tuple[str, str]] = Factory(list)
    erased: set[tuple[str, str]] = Factory(set)

    def profile(self, body: dict[str, str]) -> int:
        """Save a profile."""
        own = self.profiles.get(body[EXT], {})
        if not (body.items() - own.items()) & self.erased:
            self.profiles[body[EXT]] = {**own, **body, EMAIL: own.get(EMAIL, body[EMAIL])}
        return 200

    def event(self, body: dict[str, str]) -> int:
        """Save an event for the first known identifier, or for its external_profile_id."""
        event_type = body.pop("event_type")
        for named in in_order(body):
            if holders := self.holders(*named):
                self.events.append((holders[0], event_type))
                return 200
            if named in self.erased:
                return 200
        self.events.append((body[EXT], event_type))
        return 200

    def deletion(self, body: dict[str, str]) -> int:
        """Erase the profile of the first known identifier."""
        if not body:
            return 400
        found = [name for named in in_order(body) for name in self.holders(*named)]
        if not found:
            return 204 if {named for named in body.items() if named[0] != EMAIL} & self.erased else 404
        self.erased |= {named for named in body.items() if not self.holders(*named)}
        self.erased |= set(self.profiles.pop(found[0]).items())
        self.events = [(name, kind) for name, kind in self.events if (EXT, name) not in self.erased]
        return 204

    def holders(self, kind: str, value: str) -> list[str]:
        """Return the profiles that have an identifier."""
        return [name for name, own in self.profiles.items() if own.get(kind) == value]

    def events_of(self, name: str) -> list[str]:
        """Return the types of the events of a profile, or that wait for it."""
        return [event_type for owner, event_type in self.events if owner == name]


def in_order(body: dict[str, str]) -> list[tuple[str, str]]:
    """Return the identifiers of a body in the order of lookup."""
    return [(kind, body[kind]) for kind in KINDS if kind in body]


def identifiers_of(stored: dict[str, Any]) -> dict[str, str]:
    """Return the identifiers of a profile."""
    return {kind: stored[kind] for kind in KINDS if kind in stored}


@HTTP_PROPERTY
@given(steps=STEPS)
def test_any_sequence_of_saves_and_deletions_ends_as_documented(
    shared_api: Api, steps: list[tuple[str, dict[str, Any]]]
) -> None:
    """Responses, profiles, flows, events and counts equal those of the model."""
    api, model = shared_api, Model()
    api.http.post("/_sandbox/reset")
    for number, (step, changes) in enumerate(steps):
        expected = getattr(model, step)({name: value for name, value in changes.items() if value is not LEFT_OUT})
        if step == "profile":
            answer = api.save_profile(**changes)
        elif step == "event":
            answer = api.save_event(**changes, event_id=str(number))
        else:
            answer = api.delete_profile(**changes)
        assert answer.status_code == expected
    for name in IDS:
        answer = api.http.get(f"/_sandbox/profiles/{name}")
        assert answer.status_code == (200 if name in model.profiles else 404)
        if name in model.profiles:
            shown, events = answer.json(), model.events_of(name)
            assert identifiers_of(shown["profile"]) == model.profiles[name]
            assert [event["event_type"] for event in shown["events"]] == events
            assert not any({CUID, EMAIL} & event.keys() for event in shown["events"])
            assert shown["flow"] == (FLOWS[events[-1]] if events else "never purchased")
    page = api.inside("")
    assert (page["profiles"], page["events"]) == (len(model.profiles), len(model.events))
    assert page["unlinked_events"] == sum(owner not in model.profiles for owner, _ in model.events)
