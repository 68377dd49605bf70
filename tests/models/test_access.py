"""Active access levels, and the requests that grant and revoke them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from adapty import NOT_GIVEN, AccessLevel, Adapty, AdaptyUsageError, AsyncAdapty, Profile, ProfileSubscription
from adapty.models.access import GrantAccessRequest, RevokeAccessRequest, grant_expiry, revocation_time
from adapty.models.profile import active, is_active
from tests.core.support import case, objects, repeatable

if TYPE_CHECKING:
    from collections.abc import Callable

AT = datetime(2026, 6, 10, 14, 20, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def level(**fields: Any) -> AccessLevel:
    """Return a level as parsed from a response; times may be datetimes."""
    spelled = {name: held.isoformat() if isinstance(held, datetime) else held for name, held in fields.items()}
    return AccessLevel.from_dict({"access_level_id": "premium", **spelled})


OPEN = level()
ENDED = level(expires_at=AT - DAY)

RULE: list[Any] = [
    ({}, True),
    ({"starts_at": None, "expires_at": None}, True),
    ({"starts_at": AT - DAY}, True),
    ({"starts_at": AT - TICK}, True),
    ({"starts_at": AT}, True),
    ({"starts_at": AT + TICK}, False),
    ({"starts_at": AT + DAY}, False),
    ({"expires_at": AT + DAY}, True),
    ({"expires_at": AT + TICK}, True),
    ({"expires_at": AT}, False),
    ({"expires_at": AT - TICK}, False),
    ({"starts_at": AT - DAY, "expires_at": AT + DAY}, True),
    ({"starts_at": AT, "expires_at": AT}, False),
    ({"starts_at": AT, "expires_at": AT + TICK}, True),
    ({"starts_at": AT + DAY, "expires_at": AT - DAY}, False),
    ({"starts_at": AT + TICK, "expires_at": AT + DAY}, False),
    # In a grace period, `expires_at` is its end.
    ({"expires_at": AT + DAY, "is_in_grace_period": True}, True),
    ({"expires_at": AT, "is_in_grace_period": True}, False),
    # These are reasons for the end or for no renewal; they do not end access.
    ({"expires_at": AT + DAY, "renewal_cancelled_at": AT - DAY}, True),
    ({"expires_at": AT + DAY, "billing_issue_detected_at": AT - DAY}, True),
    ({"expires_at": AT + DAY, "cancellation_reason": "refund"}, True),
    ({"cancellation_reason": "brand_new"}, True),
    ({"expires_at": AT + DAY, "purchased_at": AT + DAY}, True),
    ({"expires_at": AT + DAY, "is_active": False}, True),
    # Unparsed times grant no access.
    ({"expires_at": "soon"}, False),
    ({"expires_at": ""}, False),
    ({"expires_at": 4102444800000}, False),
    ({"expires_at": "4102444800000"}, False),
    ({"expires_at": False}, False),
    ({"expires_at": {}}, False),
    ({"starts_at": "soon"}, False),
    ({"starts_at": 0}, False),
    ({"starts_at": [], "expires_at": AT + DAY}, False),
    ({"starts_at": AT - DAY, "expires_at": "9999-99-99"}, False),
]


def test_is_active_follows_start_and_end() -> None:
    """Access starts at `starts_at`, or without one immediately, and ends at `expires_at`."""
    for fields, opened in RULE:
        with case(fields=fields, opened=opened):
            held = level(**fields)
            profile = Profile.from_dict({"access_levels": [held.to_dict()]})
            assert held.is_active(AT) is opened
            assert is_active(held, AT) is opened
            assert profile.active_access_levels(AT) == active(profile, AT) == ((held,) if opened else ())
            assert profile.has_access("premium", AT) is opened
            assert profile.access_level("premium") == held


def _moments() -> st.SearchStrategy[datetime]:
    offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    near = st.timedeltas(-2 * TICK, 2 * TICK).map(lambda apart: AT + apart)
    return near | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=offsets)  # noqa: DTZ001 - bounds


@given(starts_at=st.none() | _moments(), expires_at=st.none() | _moments(), at=_moments())
@repeatable(150)
def test_start_is_inclusive_and_end_is_exclusive(
    starts_at: datetime | None, expires_at: datetime | None, at: datetime
) -> None:
    """The period is half-open, compared with microseconds since 1970."""

    def ticks(moment: datetime) -> int:
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // TICK

    start = ticks(starts_at) if starts_at else -(2**63)
    end = ticks(expires_at) if expires_at else 2**63
    held = level(starts_at=starts_at, expires_at=expires_at)
    assert held.is_active(at) is (ticks(at) in range(start, end))
    assert held.is_active(at.isoformat()) is held.is_active(at)


def test_at_defaults_to_now() -> None:
    """The default is the current time, in the level, the profile and both clients."""
    now = datetime.now(UTC)
    held = level(starts_at=now - DAY, expires_at=now + DAY)
    later, ended = level(starts_at=now + DAY), level(expires_at=now - DAY)
    profile = Profile(access_levels=(later, ended, held))
    assert [each.is_active() for each in profile.access_levels] == [False, False, True]
    assert [is_active(each) for each in profile.access_levels] == [False, False, True]
    assert profile.active_access_levels() == active(profile) == (held,)
    assert profile.has_access("premium")
    assert profile.access_level("premium") is held


def test_both_clients_agree_on_active_levels() -> None:
    """`client.access_levels` has the same two methods, which send nothing."""
    profile = Profile(access_levels=(OPEN, ENDED))
    for client in (Adapty("secret_live_shown"), AsyncAdapty("secret_live_shown")):
        for levels in (client.access_levels, client.v1.access_levels):
            assert levels.is_active(OPEN, AT)
            assert not levels.is_active(ENDED, at=AT.isoformat())
            assert not levels.is_active(None)
            assert levels.active(profile, AT) == (OPEN,)


NOT_MOMENTS: list[Any] = [
    datetime(2026, 6, 10, 14, 20),  # noqa: DTZ001 - naive, which is the point
    "2026-06-10T14:20:00",
    "2026-06-10",
    "now",
    "",
    0,
    1781101200,
    1781101200.5,
    False,
    True,
    AT.date(),
    AT.timetz(),
    DAY,
    relativedelta(days=1),
    [AT],
    {},
    NOT_GIVEN,
    ...,
]


def test_invalid_at_is_rejected() -> None:
    """A naive datetime is rejected by name, even if there is no level."""
    at: Any
    judge: Any
    for judge in [
        OPEN.is_active,
        ENDED.is_active,
        lambda at: is_active(OPEN, at),
        Profile(access_levels=(OPEN,)).active_access_levels,
        Profile().active_access_levels,
        lambda at: active(Profile(), at),
        lambda at: Profile().has_access("premium", at),
        lambda at: Profile(access_levels=(OPEN,)).has_access("premium", at),
    ]:
        for at in NOT_MOMENTS:
            with case(at=at, judge=judge):
                with pytest.raises(AdaptyUsageError, match=r"^at: ") as caught:
                    judge(at)
                assert caught.value.field_name == "at"


@given(at=objects())
@repeatable(100)
def test_any_at_is_accepted_or_rejected_by_name(at: Any) -> None:
    """Any value has a result, or the error names the argument."""
    try:
        assert OPEN.is_active(at) in (True, False)
    except AdaptyUsageError as refused:
        assert refused.field_name == "at"  # noqa: PT017 - a property: some are refused


def test_is_active_rejects_other_objects() -> None:
    """A subscription or a level's ID is not an access level."""
    held: Any
    for held in [{}, "premium", True, 0, [], ProfileSubscription(), Profile(), AccessLevel, ...]:
        with case(held=held):
            with pytest.raises(AdaptyUsageError, match=r"^level: .*expected an AccessLevel, or None") as caught:
                is_active(held, AT)
            assert caught.value.field_name == "level"
            assert not is_active(None, AT)


@pytest.mark.parametrize("held", [None, {}, "premium", [OPEN], OPEN, ...], ids=repr)
def test_active_rejects_other_objects(held: Any) -> None:
    """Other objects than profiles are rejected by name."""
    with pytest.raises(AdaptyUsageError, match=r"^profile: .*expected a Profile") as caught:
        active(held, AT)
    assert caught.value.field_name == "profile"


@pytest.mark.parametrize(
    ("fields", "lifetime"),
    [({}, True), ({"starts_at": AT + DAY}, True), ({"expires_at": AT}, False), ({"expires_at": "soon"}, False)],
)
def test_level_without_end_is_lifetime(fields: dict[str, Any], *, lifetime: bool) -> None:
    """A level that starts later may be for life; one with an unparsed end is not."""
    assert level(**fields).is_lifetime is lifetime


def test_access_level_prefers_the_active_one() -> None:
    """Of several levels with one ID, the first active one is returned, else the first one."""
    now = datetime.now(UTC)
    ended, later = level(expires_at=now - DAY), level(starts_at=now + DAY)
    held, other = level(expires_at=now + DAY), AccessLevel(access_level_id="gold")
    assert Profile(access_levels=(ended, held, later)).access_level("premium") is held
    assert Profile(access_levels=(ended, later)).access_level("premium") is ended
    assert Profile(access_levels=(ended, other)).access_level("gold") is other
    assert Profile(access_levels=(ended, other)).access_level("silver") is None
    assert Profile().access_level("premium") is None


@pytest.mark.parametrize("access_level_id", ["Premium", "premium ", "gold", "*"])
def test_has_access_compares_ids_exactly(access_level_id: str) -> None:
    """IDs are compared exactly; a level without a usable ID grants no access."""
    profile = Profile.from_dict({"access_levels": [{"access_level_id": "premium"}, {}, {"access_level_id": 7}]})
    assert not profile.has_access(access_level_id)
    assert profile.access_level(access_level_id) is None
    assert profile.has_access("premium")


def test_invalid_level_id_is_rejected() -> None:
    """An invalid ID, such as a missing setting, is an error instead of "no access"."""
    nothing: Any
    for nothing in [None, "", " ", 7, True, b"premium", ["premium"], ("premium",), {}, OPEN]:
        with case(nothing=nothing):
            levels = [{"access_level_id": None}, {"access_level_id": 7}, {"access_level_id": "premium"}]
            for profile in (Profile(), Profile.from_dict({"access_levels": levels})):
                for ask in (profile.has_access, profile.access_level):
                    with pytest.raises(AdaptyUsageError, match=r"^access_level_id: ") as caught:
                        ask(nothing)
                    assert caught.value.field_name == "access_level_id"


def test_directly_created_level_is_validated() -> None:
    """Times may be text with an offset; invalid ones are rejected."""
    by_hand: Any = AccessLevel
    assert by_hand(starts_at="2026-06-10T14:20:00Z", expires_at="2026-06-10T16:20:00.000001+02:00").is_active(AT)
    assert not by_hand(starts_at="2026-06-10T14:20:00.000001Z").is_active(AT)
    assert not by_hand(expires_at="2026-06-10T16:20:00+02:00").is_active(AT)
    for name in ("starts_at", "expires_at"):
        for naive in ("2026-06-10T14:20:00", datetime(2026, 6, 10, 14, 20), "soon", "", 7, 0):  # noqa: DTZ001 - naive
            with pytest.raises(AdaptyUsageError, match=f"^{name}: ") as caught:
                by_hand(**{name: naive}).is_active(AT)
            assert caught.value.field_name == name


def test_profile_without_levels_has_no_access() -> None:
    """Missing, null or invalid levels grant no access."""
    for levels in (None, [], {}, "premium", {"premium": {"expires_at": None}}, ["premium"], [None], 7):
        assert not Profile.from_dict({"access_levels": levels}).has_access("premium"), levels
    assert not Profile.from_dict({}).has_access("premium")


ENDS: list[Any] = [AT, AT.isoformat(), relativedelta(months=1), DAY]


@pytest.mark.parametrize(
    ("decide", "name", "instead"),
    [
        (lambda end, *, how: grant_expiry(end, lifetime=how), "expires_at", "lifetime"),
        (lambda end, *, how: revocation_time(end, immediate=how), "revoke_at", "immediate"),
    ],
    ids=["grant", "revoke"],
)
def test_exactly_one_of_time_and_flag_is_required(decide: Callable[..., Any], name: str, instead: str) -> None:
    """The API treats a missing end as a decision, so the caller must pass an end or the flag."""
    for end in ENDS:
        assert decide(end, how=False) is end
        with pytest.raises(AdaptyUsageError, match=f"^{name}: cannot be combined with {instead}=True") as caught:
            decide(end, how=True)
        assert caught.value.field_name == name
    assert decide(NOT_GIVEN, how=True) is None
    for neither, how in ((NOT_GIVEN, "is missing"), (None, "is None")):
        with pytest.raises(AdaptyUsageError, match=f"^{name}: {how}; expected a time, or {instead}=True") as caught:
            decide(neither, how=False)
        assert caught.value.field_name == name
    with pytest.raises(AdaptyUsageError, match=f"^{name}: "):
        decide(None, how=True)
    for odd in (None, 0, 1, "yes", "", NOT_GIVEN, [], object()):
        with pytest.raises(AdaptyUsageError, match=f"^{instead}: .*expected True or False") as caught:
            decide(AT, how=odd)
        assert caught.value.field_name == instead


@pytest.mark.parametrize(
    ("cls", "name"),
    [(GrantAccessRequest, "starts_at"), (GrantAccessRequest, "expires_at"), (RevokeAccessRequest, "revoke_at")],
)
def test_durations_count_from_now(cls: type[Any], name: str) -> None:
    """Positive and negative relativedelta and timedelta count from now; infinite ones are rejected."""
    relative = (relativedelta(months=1), relativedelta(years=-1), relativedelta(hours=36), relativedelta())
    spans: tuple[Any, ...] = (*relative, DAY, -DAY, timedelta(0))
    for span in spans:
        before = datetime.now(UTC)
        made = getattr(cls(access_level_id="premium", **{name: span}), name)
        assert before + span <= made <= datetime.now(UTC) + span
        assert made.tzinfo is UTC
    far = (relativedelta(years=9000), relativedelta(days=10**9), relativedelta(years=-3000))
    for endless in (*far, timedelta.max, timedelta.min):
        with pytest.raises(AdaptyUsageError, match=f"^{name}: is outside the years 1 to 9999") as caught:
            cls(access_level_id="premium", **{name: endless})
        assert caught.value.field_name == name


def test_grant_and_revoke_bodies() -> None:
    """Times are sent in UTC with an offset; null is sent only if it was passed."""
    assert GrantAccessRequest(access_level_id="premium").to_dict() == {"access_level_id": "premium"}
    assert GrantAccessRequest(
        access_level_id="premium", starts_at="2026-06-01T02:00:00+02:00", expires_at=None
    ).to_dict() == {
        "access_level_id": "premium",
        "starts_at": "2026-06-01T00:00:00+00:00",
        "expires_at": None,
    }
    assert RevokeAccessRequest(access_level_id="premium", revoke_at=AT).to_dict() == {
        "access_level_id": "premium",
        "revoke_at": "2026-06-10T14:20:00+00:00",
    }
