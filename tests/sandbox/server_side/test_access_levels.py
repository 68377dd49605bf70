"""Access levels: grants, revocations, and the source that a response shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from dateutil.parser import isoparse
from hypothesis import given
from hypothesis import strategies as st

from adapty.sandbox._server_side.access_levels import GRANTED_PRODUCT
from tests.cases import case
from tests.sandbox.conftest import HTTP_PROPERTY
from tests.sandbox.server_side.conftest import (
    NOW,
    ONE_TIME,
    Clock,
    ServerSideApi,
    declined,
    same_moment,
    transaction,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


EARLIER, SOON, LATER, LAST = (f"2026-{day}T00:00:00Z" for day in ("06-01", "06-25", "07-05", "12-31"))


@pytest.fixture(autouse=True)
def _profile(api: ServerSideApi, clock: Clock) -> None:
    """Create the profile, and stop the clock."""
    api.create()


def grant(api: ServerSideApi, **body: Any) -> dict[str, Any]:
    """Grant the level, and return it."""
    api.data("grantAccessLevel", {"access_level_id": "premium", **body})
    return api.level() or {}


def revoke(api: ServerSideApi, **body: Any) -> dict[str, Any]:
    """Revoke the level, and return it."""
    api.data("revokeAccessLevel", {"access_level_id": "premium", **body})
    return api.level() or {}


def is_active(level: dict[str, Any] | None) -> bool:
    """Return whether a level is active by the documented rule."""
    if level is None:
        return False
    now = isoparse(NOW)
    starts_at, expires_at = level["starts_at"], level["expires_at"]
    return (starts_at is None or isoparse(starts_at) <= now) and (expires_at is None or now < isoparse(expires_at))


@pytest.mark.parametrize("operation_id", ["grantAccessLevel", "grantAccessLevelV1"])
def test_grant_has_store_adapty(api: ServerSideApi, operation_id: str) -> None:
    """A granted level has Adapty's product; it is neither a purchase nor revenue."""
    body = {"access_level_id": "premium", "starts_at": SOON, "expires_at": LATER}
    profile = api.data(operation_id, body)
    (level,) = profile["access_levels"]
    assert UUID(level["store_transaction_id"])
    assert level == {
        "access_level_id": "premium",
        "store": "adapty",
        "store_product_id": GRANTED_PRODUCT,
        "store_base_plan_id": None,
        "store_transaction_id": level["store_transaction_id"],
        "store_original_transaction_id": level["store_transaction_id"],
        "offer": None,
        "starts_at": "2026-06-25T00:00:00.000000+0000",
        "purchased_at": "2026-06-20T12:00:00.000000+0000",
        "originally_purchased_at": "2026-06-20T12:00:00.000000+0000",
        "expires_at": "2026-07-05T00:00:00.000000+0000",
        "renewal_cancelled_at": None,
        "billing_issue_detected_at": None,
        "is_in_grace_period": False,
        "cancellation_reason": None,
    }
    assert (profile["subscriptions"], profile["non_subscriptions"], profile["total_revenue_usd"]) == ([], [], 0)


@pytest.mark.parametrize("body", [{}, {"expires_at": None}, {"starts_at": None, "expires_at": None}])
def test_grant_without_end_has_no_expiration(api: ServerSideApi, body: dict[str, Any]) -> None:
    """Null means the same as no field."""
    level = grant(api, **body)
    assert (level["starts_at"], level["expires_at"]) == (None, None)


def test_new_grant_replaces_the_old_one(api: ServerSideApi) -> None:
    """The new grant applies even if it ends sooner; other levels are unchanged."""
    api.data("grantAccessLevel", {"access_level_id": "gold"})
    grant(api)
    assert same_moment(grant(api, expires_at=SOON)["expires_at"], SOON)
    assert api.level("gold")


@pytest.mark.parametrize("end", [EARLIER, NOW])
def test_grant_may_end_in_the_past(api: ServerSideApi, end: str) -> None:
    """The level is returned, and is not active."""
    assert not is_active(grant(api, expires_at=end))


def test_blank_level_is_rejected(api: ServerSideApi) -> None:
    """A blank level ID is rejected."""
    operation_id_cases: list[str] = ["grantAccessLevel", "grantAccessLevelV1", "revokeAccessLevel"]
    name_cases: list[str] = ["", " ", "\n"]
    for operation_id in operation_id_cases:
        for name in name_cases:
            with case(name, operation_id):
                api.reset()
                api.create()
                assert declined(api.ask(operation_id, {"access_level_id": name}), 400) == ["access_level_id"]


@pytest.mark.parametrize("operation_id", ["grantAccessLevel", "grantAccessLevelV1", "revokeAccessLevel"])
def test_grant_needs_an_existing_profile(api: ServerSideApi, operation_id: str) -> None:
    """The response for an unknown user is 404."""
    answer = api.ask(operation_id, {"access_level_id": "premium"}, user="unknown")
    declined(answer, 404, "profile_does_not_exist")


@pytest.mark.parametrize("body", [{}, {"revoke_at": None}])
def test_revoked_level_has_ended_now(api: ServerSideApi, body: dict[str, Any]) -> None:
    """The level has the reason; null means the same as no field."""
    grant(api)
    level = revoke(api, **body)
    assert same_moment(level["expires_at"], NOW)
    assert level["cancellation_reason"] == "adapty_revoked"
    assert not is_active(level)


def test_level_can_be_revoked_at_a_later_time(api: ServerSideApi) -> None:
    """Until then it is active, and the time can be brought forward."""
    grant(api)
    assert same_moment(revoke(api, revoke_at=LATER)["expires_at"], LATER)
    level = revoke(api, revoke_at=SOON)
    assert same_moment(level["expires_at"], SOON)
    assert is_active(level)
    assert same_moment(revoke(api)["expires_at"], NOW)


def test_repeated_revocation_keeps_the_first_time(api: ServerSideApi, clock: Clock) -> None:
    """A second revocation, such as a repeated request, does not move the end."""
    grant(api)
    api.data("setTransaction", transaction())
    first = revoke(api)
    clock.set("2026-06-21T00:00:00Z")
    assert revoke(api) == first


def test_revocation_must_be_before_the_end_of_the_level(api: ServerSideApi) -> None:
    """A later time is refused and changes nothing; the end itself is accepted, and a level without end any time."""
    level = grant(api, expires_at=SOON)
    answer = api.ask("revokeAccessLevel", {"access_level_id": "premium", "revoke_at": LATER})
    assert declined(answer, 400, "revocation_date_more_than_expiration_date") == ["revoke_at"]
    assert api.level() == level
    assert same_moment(revoke(api, revoke_at=SOON)["expires_at"], SOON)
    grant(api)
    assert same_moment(revoke(api, revoke_at=LAST)["expires_at"], LAST)


def test_revocation_must_be_in_the_future(api: ServerSideApi) -> None:
    """A past time is refused, and so is the current one."""
    level = grant(api)
    for at in (EARLIER, NOW):
        with case(at):
            answer = api.ask("revokeAccessLevel", {"access_level_id": "premium", "revoke_at": at})
            assert declined(answer, 400, "value_error") == [None]
            assert api.level() == level


def test_every_source_of_the_level_is_revoked(api: ServerSideApi) -> None:
    """Subscription, one-time purchase and grant are revoked; the purchases are unchanged."""
    api.data("setTransaction", transaction())
    api.data("setTransaction", ONE_TIME)
    grant(api)
    before = api.profile()
    level = revoke(api)
    assert same_moment(level["expires_at"], NOW)
    after = api.profile()
    for name in ("subscriptions", "non_subscriptions", "total_revenue_usd"):
        assert after[name] == before[name]


def test_other_levels_stay(api: ServerSideApi) -> None:
    """A revocation concerns one level only."""
    grant(api)
    api.data("grantAccessLevel", {"access_level_id": "gold"})
    gold = api.level("gold")
    revoke(api)
    assert api.level("gold") == gold


GRACE = {"billing_issue_detected_at": "2026-07-10T14:00:00Z", "grace_period_expires_at": "2026-07-20T00:00:00Z"}


def test_revocation_ends_a_grace_period(api: ServerSideApi, clock: Clock) -> None:
    """The level's grace period ends; that of the subscription does not."""
    clock.set("2026-07-15T00:00:00Z")
    profile = api.data("setTransaction", transaction(**GRACE))
    assert profile["access_levels"][0]["is_in_grace_period"] is True
    assert revoke(api, revoke_at="2026-07-18T00:00:00Z")["is_in_grace_period"] is True
    assert revoke(api)["is_in_grace_period"] is False
    assert api.profile()["subscriptions"][0]["is_in_grace_period"] is True


@pytest.mark.parametrize("opening", ["grant", "renewal"])
def test_revoked_level_can_be_unlocked_again(api: ServerSideApi, opening: str) -> None:
    """A new grant or a new transaction unlocks it; the old transaction does not."""
    api.data("setTransaction", transaction())
    revoke(api)
    api.data("setTransaction", transaction())
    assert not is_active(api.level())
    if opening == "grant":
        grant(api)
    else:
        api.data("setTransaction", transaction(store_transaction_id="renewal", purchased_at=NOW))
    level = api.level() or {}
    assert (is_active(level), level["cancellation_reason"]) == (True, None)


def test_level_that_the_profile_does_not_have_cannot_be_revoked(api: ServerSideApi) -> None:
    """Nothing is changed."""
    grant(api)
    answer = api.ask("revokeAccessLevel", {"access_level_id": "gold"})
    assert declined(answer, 400, "profile_paid_access_level_does_not_exist") == ["non_field_errors"]
    assert is_active(api.level())


def test_level_that_the_app_does_not_have_is_refused(api: ServerSideApi) -> None:
    """The app has the default level and those that a product unlocks."""
    for operation_id in ("grantAccessLevel", "grantAccessLevelV1", "revokeAccessLevel"):
        for name in ("premuim", "Premium", "gold_yearly"):
            with case(operation_id, name):
                answer = api.ask(operation_id, {"access_level_id": name})
                assert declined(answer, 400, "paid_access_level_does_not_exist") == ["non_field_errors"]
    assert api.profile()["access_levels"] == []


def sources() -> Iterator[Any]:
    """Yield pairs of ways to unlock the level, the weaker one first, and the store of the stronger one."""
    ended = ("grant", {"expires_at": EARLIER})
    finite = ("grant", {"expires_at": LAST})
    future = ("grant", {"starts_at": SOON})
    lifetime = ("grant", {"expires_at": None})
    subscription = ("setTransaction", transaction())
    refund = {"refunded_at": NOW, "cancellation_reason": "refund"}
    refunded = ("setTransaction", {**ONE_TIME, **refund})
    yield from (
        (subscription, finite, "adapty"),  # a later end
        (subscription, lifetime, "adapty"),  # no end
        (ended, subscription, "app_store"),  # not expired
        (refunded, subscription, "app_store"),  # not refunded
        (future, subscription, "app_store"),  # started
        (refunded, future, "adapty"),  # starts later
        (subscription, ("setTransaction", ONE_TIME), "web_shop"),  # for life
    )


def test_strongest_source_is_shown(api: ServerSideApi) -> None:
    """The level has one entry: active before inactive, then by the latest end."""
    is_reversed_cases: list[bool] = [False, True]
    for weaker, stronger, store in sources():
        for is_reversed in is_reversed_cases:
            with case(is_reversed, weaker, stronger, store):
                api.reset()
                api.create()
                for operation, body in (stronger, weaker) if is_reversed else (weaker, stronger):
                    if operation == "grant":
                        grant(api, **body)
                    else:
                        api.data(operation, body)
                assert (api.level() or {})["store"] == store


PAST = "2026-06-15T00:00:00Z"  # after the purchase
ENDS = st.none() | st.sampled_from([PAST, SOON, LATER, LAST])


@HTTP_PROPERTY
@given(
    starts_at=st.none() | st.sampled_from([EARLIER, SOON]),
    ends=st.lists(ENDS, min_size=1, max_size=4),
    granted=ENDS | st.just("never"),
    revoked_at=st.none() | st.sampled_from([SOON, "never"]),
)
def test_level_is_active_exactly_while_a_source_is(
    shared_server_side: ServerSideApi,
    starts_at: str | None,
    ends: list[str | None],
    granted: str | None,
    revoked_at: str | None,
) -> None:
    """For any purchases, grant and revocation, the result equals that of a simple model."""
    api = shared_server_side
    api.ask("deleteProfile")
    api.create()
    for number, end in enumerate(ends):
        ids = {"store_transaction_id": str(number), "store_original_transaction_id": str(number)}
        bought = transaction(expires_at=end) if end else ONE_TIME
        api.data("setTransaction", {**bought, **ids})
    if granted != "never":
        grant(api, starts_at=starts_at, expires_at=granted)
    whole = [(None, end) for end in ends] + ([(starts_at, granted)] if granted != "never" else [])
    cut = {"never": "9999", None: NOW}.get(revoked_at, revoked_at)
    if revoked_at != "never":
        body = {"access_level_id": "premium", "revoke_at": revoked_at}
        if api.ask("revokeAccessLevel", body).status_code == 400:
            cut = "9999"  # the level ends before the given time
            assert not any(end is None or end > str(revoked_at) for begin, end in whole if (begin or "") <= NOW)
    expected = any((begin or "") <= NOW < min(end or "9999", str(cut)) for begin, end in whole)
    assert is_active(api.level()) is expected
