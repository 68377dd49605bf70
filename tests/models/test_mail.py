"""Request models of the Mail API: frozen values that can be converted to JSON and back."""

from __future__ import annotations

import copy
import json
import pickle
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import (
    NOT_GIVEN,
    AdaptyUsageError,
    DeviceInfo,
    Flow,
    MailProfile,
    Offer,
    OfferCategory,
    OfferType,
    TransactionEvent,
    TransactionEventType,
)
from adapty._core.invisible_characters import describe_invisible_character
from adapty._core.validation import COUNTRY_CODES
from adapty.models._request import RequestModel, coerce_model, field_names
from tests.core.support import BASES, EVENT, FULL_EVENT, FULL_PROFILE, PROFILE, case, json_values, repeatable, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ONE_TIME = ["non_subscription_purchase", "non_subscription_purchase_refunded"]
FULL: Mapping[type[RequestModel], Any] = {
    MailProfile: FULL_PROFILE,
    TransactionEvent: FULL_EVENT,
    DeviceInfo: FULL_PROFILE["device_info"],
    Offer: FULL_EVENT["offer"],
}
EVERY = pytest.mark.parametrize("cls", list(FULL), ids=lambda cls: cls.__name__)


def _texts(least: int = 0) -> st.SearchStrategy[str]:
    return st.text(min_size=least, max_size=20)


def _names() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
        lambda name: describe_invisible_character(name) is None
    )


def _moments() -> st.SearchStrategy[datetime]:
    zones = st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))
    return st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001 - bounds are naive


def _optional(fields: dict[str, st.SearchStrategy[Any]]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.just(NOT_GIVEN) | values for name, values in fields.items()}


def _devices() -> st.SearchStrategy[DeviceInfo]:
    names = ("device", "os", "locale", "timezone", "app_version")
    return st.builds(DeviceInfo, platform=_names(), **_optional(dict.fromkeys(names, _texts())))


def _offers() -> st.SearchStrategy[Offer]:
    return st.builds(
        Offer,
        category=st.sampled_from(get_args(OfferCategory)),
        offer_type=st.sampled_from(get_args(OfferType)),
        **_optional({"offer_id": _texts()}),
    )


def _profiles() -> st.SearchStrategy[MailProfile]:
    numbers = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
    return st.builds(
        MailProfile,
        external_profile_id=_names(),
        external_created_at=_moments(),
        email=st.just("jane@example.com"),
        **_optional(
            {
                **dict.fromkeys(("first_name", "last_name", "gender"), _texts()),
                "birthday": st.dates(),
                "country": st.sampled_from(sorted(COUNTRY_CODES)),
                "store_country": st.sampled_from(sorted(COUNTRY_CODES)),
                "custom_attributes": st.dictionaries(_texts(), _texts() | numbers, max_size=3),
                "device_info": _devices(),
            },
        ),
    )


def _events() -> st.SearchStrategy[TransactionEvent]:
    required = ("event_id", "external_profile_id", "store", "store_product_id", "store_transaction_id")
    lasting = sorted(set(get_args(TransactionEventType)) - set(ONE_TIME))
    return st.builds(
        TransactionEvent,
        event_type=st.sampled_from(lasting),
        event_datetime=_moments(),
        store_original_transaction_id=_names(),
        purchased_at=_moments(),
        originally_purchased_at=_moments(),
        **dict.fromkeys(required, _names()),
        **_optional({"price_usd": _prices(), "expires_at": _moments(), "offer": _offers()}),
    )


def _prices() -> st.SearchStrategy[Decimal]:
    return st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4)


def _records() -> st.SearchStrategy[RequestModel]:
    return st.one_of(_profiles(), _events(), _devices(), _offers())


@given(record=_records())
@repeatable(200)
def test_model_round_trips_through_json(record: RequestModel) -> None:
    """The JSON of a model creates an equal model."""
    assert type(record).from_dict(json.loads(wire(record))) == record


@given(price=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**29), max_value=10**29))
@repeatable(150)
def test_accepted_price_is_accepted_again(price: Decimal) -> None:
    """Any accepted amount is accepted again after serialization."""
    try:
        event = TransactionEvent(**EVENT, price_usd=price)
    except AdaptyUsageError as refusal:
        assert refusal.field_name == "price_usd"  # noqa: PT017 - a property: some are refused
        return
    assert TransactionEvent.from_dict(json.loads(wire(event))) == event


@pytest.mark.parametrize("price", [Decimal("1.5E-30"), Decimal((0, (1,) * 50, -45)), Decimal(10**30)])
def test_amount_with_too_many_digits_is_rejected(price: Decimal) -> None:
    """A Decimal has the same limit as text."""
    for value in (price, format(price, "f")):
        with pytest.raises(AdaptyUsageError, match=r"^price_usd: "):
            TransactionEvent(**EVENT, price_usd=value)


@given(record=_records(), data=st.data())
@repeatable(60)
def test_models_are_values(record: RequestModel, data: st.DataObject) -> None:
    """Copies and pickles equal the model, and contain the same NOT_GIVEN."""
    again = data.draw(
        st.sampled_from([copy.copy(record), copy.deepcopy(record), pickle.loads(pickle.dumps(record))]),  # noqa: S301
    )
    assert again == record
    assert type(again) is type(record)
    assert wire(again) == wire(record)
    assert [getattr(again, name) is NOT_GIVEN for name in field_names(type(record))] == [
        getattr(record, name) is NOT_GIVEN for name in field_names(type(record))
    ]


@EVERY
def test_to_dict_has_fields_in_order_of_contract(cls: type[RequestModel]) -> None:
    """The fields have the names and the order of the spec; extra fields follow."""
    record = cls.from_dict({**FULL[cls], "newer": 1}, allow_unknown=True)
    assert list(record.to_dict()) == [*FULL[cls], "newer"]
    assert list(field_names(cls)) == list(FULL[cls])


@EVERY
def test_to_dict_omits_fields_not_given(cls: type[RequestModel]) -> None:
    """A missing field is not sent, not even as null."""
    assert list(cls(**BASES[cls]).to_dict()) == list(BASES[cls])


def test_full_profile_body() -> None:
    """Each field of a profile is sent in the format of the spec."""
    profile = MailProfile(
        external_profile_id="user_12345",
        external_created_at=datetime(2026, 6, 1, 12, 30, 0, 5, tzinfo=timezone(timedelta(hours=2))),
        email="jane@example.com",
        first_name="J\u00e4ne",
        last_name="Doe",
        gender="female",
        birthday=date(1990, 5, 21),
        country="US",
        store_country="DE",
        custom_attributes=MappingProxyType({"plan": "trial", "days": 7, "score": 0.5}),
        device_info=DeviceInfo(platform="iOS", os="17.5"),
    )
    assert profile.to_dict() == {
        "external_profile_id": "user_12345",
        "external_created_at": "2026-06-01T10:30:00.000005+00:00",
        "email": "jane@example.com",
        "first_name": "J\u00e4ne",
        "last_name": "Doe",
        "gender": "female",
        "birthday": "1990-05-21",
        "country": "US",
        "store_country": "DE",
        "custom_attributes": {"plan": "trial", "days": 7, "score": 0.5},
        "device_info": {"platform": "iOS", "os": "17.5"},
    }


def test_full_event_body() -> None:
    """Each field of an event is sent in the format of the spec."""
    event = TransactionEvent(
        event_type="subscription_renewed",
        event_id="evt_abc123",
        event_datetime=datetime(2026, 6, 10, 14, 20, 5, tzinfo=UTC),
        external_profile_id="user_12345",
        store="app_store",
        store_product_id="premium_monthly",
        store_transaction_id="1000000123456789",
        store_original_transaction_id="1000000123456788",
        purchased_at="2026-06-10T16:20:00+02:00",
        originally_purchased_at="2026-05-10T14:20:00.250Z",
        price_usd=Decimal("1E+1"),
        expires_at=datetime(2026, 7, 10, 14, 20, tzinfo=UTC),
        offer={"category": "win_back", "offer_type": "pay_up_front"},
    )
    assert event.to_dict() == {
        "event_type": "subscription_renewed",
        "event_id": "evt_abc123",
        "event_datetime": "2026-06-10T14:20:05+00:00",
        "external_profile_id": "user_12345",
        "store": "app_store",
        "store_product_id": "premium_monthly",
        "store_transaction_id": "1000000123456789",
        "store_original_transaction_id": "1000000123456788",
        "purchased_at": "2026-06-10T14:20:00+00:00",
        "originally_purchased_at": "2026-05-10T14:20:00.250000+00:00",
        "price_usd": "10",
        "expires_at": "2026-07-10T14:20:00+00:00",
        "offer": {"category": "win_back", "offer_type": "pay_up_front"},
    }


@EVERY
def test_missing_required_field_is_named(cls: type[RequestModel]) -> None:
    """A missing required field raises our error, not a TypeError, in every constructor."""
    makers: list[Callable[[dict[str, Any]], RequestModel]] = [lambda fields: cls(**fields), cls.from_dict]
    for name in BASES[cls]:
        rest = {field: value for field, value in BASES[cls].items() if field != name}
        for make in makers:
            with pytest.raises(AdaptyUsageError, match="is missing; it is required") as caught:
                make(rest)
            assert caught.value.field_name == name
        with pytest.raises(AdaptyUsageError, match="is missing; it is required"):
            cls(**{**rest, name: NOT_GIVEN})


@EVERY
def test_empty_model_names_its_first_required_field(cls: type[RequestModel]) -> None:
    """The error for an empty model names the first required field."""
    for make in (cls, lambda: cls.from_dict({})):
        with pytest.raises(AdaptyUsageError) as caught:
            make()
        assert caught.value.field_name == next(iter(BASES[cls]))


def test_unknown_field_is_rejected_with_suggestion() -> None:
    """An unknown name is rejected with the closest valid one."""
    cls: Any
    name: Any
    for cls, name, meant in [
        (MailProfile, "emial", "email"),
        (MailProfile, "Email", "email"),
        (MailProfile, "e-mail", "email"),
        (MailProfile, "externalProfileId", "external_profile_id"),
        (MailProfile, "birth_day", "birthday"),
        (TransactionEvent, "price", "price_usd"),
        (TransactionEvent, "store_transaction", "store_transaction_id"),
        (DeviceInfo, "app-version", "app_version"),
        (Offer, "offertype", "offer_type"),
    ]:
        with case(cls=cls, name=name, meant=meant):
            with pytest.raises(AdaptyUsageError) as caught:
                cls.from_dict({**BASES[cls], name: "x"})
            assert caught.value.field_name == name
            assert f"is not a field of {cls.__name__}; did you mean {meant}?" in str(caught.value)


def test_any_unknown_field_is_rejected_with_known_ones() -> None:
    """A name without a similar one, or that is not text, is rejected with the list of valid ones."""
    name: Any
    for name in ["", " ", "zzzzzzz", "extra_fields", "flow", "to_dict", "\x00", "\ud800", 1, None, b"email"]:
        with case(name=name):
            with pytest.raises(AdaptyUsageError) as caught:
                MailProfile.from_dict({**PROFILE, name: 1})
            assert f"expected one of {', '.join(field_names(MailProfile))}" in str(caught.value)
            str(caught.value).encode()


def test_from_dict_rejects_other_than_mappings() -> None:
    """The error names the model."""
    cls: Any
    data: Any
    for cls in list(FULL):
        for data in [None, 1, "x", b"x", [], ["email"], [("email", "x")], {"email"}, object(), MailProfile]:
            expected = f"^{cls.__name__}: .*expected a mapping of its fields"
            with case(data=data, cls=cls), pytest.raises(AdaptyUsageError, match=expected):
                cls.from_dict(data)


def test_allow_unknown_preserves_unknown_fields() -> None:
    """With `allow_unknown`, unknown fields are stored and sent unchanged."""
    profile = MailProfile.from_dict({**PROFILE, "newer": {"deep": [1, None]}}, allow_unknown=True)
    assert profile.extra_fields == {"newer": {"deep": [1, None]}}
    assert profile.to_dict()["newer"] == {"deep": [1, None]}
    assert MailProfile.from_dict(profile.to_dict(), allow_unknown=True) == profile


@pytest.mark.parametrize(
    ("cls", "field", "nested"),
    [
        (MailProfile, "device_info", {"platform": "iOS", "newer": 1}),
        (TransactionEvent, "offer", {"category": "promotional", "offer_type": "free_trial", "newer": 1}),
    ],
)
def test_allow_unknown_preserves_unknown_nested_fields(
    cls: type[RequestModel],
    field: str,
    nested: Mapping[str, Any],
) -> None:
    """`allow_unknown` applies to nested models, so a model with extra fields can be parsed again."""
    record = cls.from_dict({**BASES[cls], field: nested}, allow_unknown=True)
    assert record.to_dict()[field] == nested
    with pytest.raises(AdaptyUsageError) as caught:
        cls.from_dict({**BASES[cls], field: nested})
    assert caught.value.field_name == f"{field}.newer"


@given(st.dictionaries(st.text(max_size=5), json_values(), max_size=3))
@repeatable(100)
def test_extra_fields_accept_any_json(extra: dict[str, Any]) -> None:
    """Strict JSON is sent unchanged; other values are rejected by name."""
    try:
        expected = json.loads(json.dumps(extra, allow_nan=False, ensure_ascii=False).encode())
    except ValueError:
        with pytest.raises(AdaptyUsageError, match=r"^extra_fields"):
            MailProfile(**PROFILE, extra_fields=extra)
    else:
        sent = json.loads(wire(MailProfile(**PROFILE, extra_fields=extra)))
        assert {name: sent[name] for name in extra} == expected


@EVERY
def test_extra_fields_reject_known_fields(cls: type[RequestModel]) -> None:
    """A field with an argument cannot be an extra field, where it would not be validated."""
    for name in field_names(cls):
        with pytest.raises(AdaptyUsageError, match=f"contains {name}, which has its own argument") as caught:
            cls(**BASES[cls], extra_fields={name: "x"})
        assert caught.value.field_name == "extra_fields"


def test_model_does_not_share_its_arguments() -> None:
    """Later changes of the caller's dicts and lists do not affect the model."""
    attributes: dict[str, Any] = {"plan": "trial"}
    device = {"platform": "iOS"}
    extra: dict[str, Any] = {"newer": {"deep": [1]}}
    profile = MailProfile(**PROFILE, custom_attributes=attributes, device_info=device, extra_fields=extra)
    before = wire(profile)
    attributes["plan"] = object()
    device["platform"] = ""
    extra["newer"]["deep"].append(object())
    extra["another"] = object()
    assert wire(profile) == before


def test_model_does_not_share_its_dict() -> None:
    """Changes of the result of `to_dict`, at any depth, do not affect the model."""
    profile = MailProfile(**FULL_PROFILE, extra_fields={"newer": {"deep": [1]}})
    before = wire(profile)
    given = profile.to_dict()
    given["custom_attributes"].clear()
    given["device_info"].clear()
    given["newer"]["deep"].append(2)
    given.clear()
    assert wire(profile) == before


def test_extra_fields_are_normalized_to_json() -> None:
    """An extra field is stored as its JSON value, so that a parsed copy is equal."""
    profile = MailProfile(**PROFILE, extra_fields={"newer": {"pair": (1, 2), "number": {1: 2}}})
    assert MailProfile.from_dict(json.loads(wire(profile)), allow_unknown=True) == profile


@EVERY
def test_models_are_frozen(cls: type[RequestModel]) -> None:
    """Fields cannot be set, deleted or added."""
    record = cls(**FULL[cls])
    for name in [*field_names(cls), "extra_fields", "newer"]:
        with pytest.raises(AttributeError):
            setattr(record, name, "x")
        with pytest.raises(AttributeError):
            delattr(record, name)


@EVERY
def test_positional_arguments_are_rejected(cls: type[RequestModel]) -> None:
    """Models have keyword-only arguments."""
    with pytest.raises(TypeError):
        cls(*BASES[cls].values())


@EVERY
def test_models_with_equal_fields_are_equal(cls: type[RequestModel]) -> None:
    """Models are equal by class and fields."""
    assert cls(**FULL[cls]) == cls(**FULL[cls])
    assert cls(**FULL[cls]) != cls(**BASES[cls])
    assert cls(**BASES[cls], extra_fields={"newer": 1}) != cls(**BASES[cls])
    assert cls(**FULL[cls]) != FULL[cls]
    for other in set(FULL) - {cls}:
        assert cls(**FULL[cls]) != other(**FULL[other])


@EVERY
def test_evolve_validates_changes(cls: type[RequestModel]) -> None:
    """`attrs.evolve` validates all fields again."""
    record = cls(**FULL[cls])
    for name in field_names(cls):
        wrong: Any = {name: object()}
        right: Any = {name: FULL[cls][name]}
        with pytest.raises(AdaptyUsageError) as caught:
            attrs.evolve(record, **wrong)
        assert caught.value.field_name == name
        assert attrs.evolve(record, **right) == record


def test_repr_hides_personal_data() -> None:
    """Name, address, gender, birthday and attributes are hidden; IDs are shown."""
    profile = MailProfile(**{**FULL_PROFILE, "gender": "diverse"}, extra_fields={"nickname": "Janey"})
    for text in (repr(profile), str(profile), f"{profile}", repr([profile]), repr({"profile": profile})):
        for personal in ("jane", "Jane", "Doe", "diverse", "1990", "plan", "trial", "Janey", "nickname"):
            assert personal not in text
        assert "user_12345" in text
        assert "email=[redacted]" in text
    assert "first_name=NOT_GIVEN" in repr(MailProfile(**PROFILE))


def test_annotations_can_be_resolved() -> None:
    """Annotations can be resolved at run time, for tools that use attrs."""
    for cls in FULL:
        hints = get_type_hints(attrs.resolve_types(cls))
        assert set(field_names(cls)) <= set(hints)


@pytest.mark.parametrize("event_type", ONE_TIME)
@pytest.mark.parametrize("expires_at", [FULL_EVENT["expires_at"], datetime(2026, 7, 10, tzinfo=UTC)])
def test_one_time_purchase_rejects_expires_at(event_type: Any, expires_at: Any) -> None:
    """`expires_at` is rejected for both types of one-time purchases."""
    fields = {**EVENT, "event_type": event_type}
    with pytest.raises(AdaptyUsageError, match=f"is given for {event_type}") as caught:
        TransactionEvent(**fields, expires_at=expires_at)
    assert caught.value.field_name == "expires_at"
    assert TransactionEvent(**fields).expires_at is NOT_GIVEN
    with pytest.raises(AdaptyUsageError):
        attrs.evolve(TransactionEvent(**FULL_EVENT), event_type=event_type)


def test_subscription_accepts_expires_at() -> None:
    """`expires_at` is accepted for every type of subscription event."""
    for event_type in sorted(set(get_args(TransactionEventType)) - set(ONE_TIME)):
        with case(event_type=event_type):
            event = TransactionEvent(**{**EVENT, "event_type": event_type}, expires_at=FULL_EVENT["expires_at"])
            assert event.expires_at == datetime(2026, 7, 10, 14, 20, tzinfo=UTC)


def test_event_has_its_flow() -> None:
    """Each event has the flow of its type."""
    for event_type in get_args(TransactionEventType):
        with case(event_type=event_type):
            assert isinstance(TransactionEvent(**{**EVENT, "event_type": event_type}).flow, Flow)


def test_nested_field_accepts_model_or_dict() -> None:
    """A nested model can be passed as a model or as a mapping."""
    fields = FULL_PROFILE["device_info"]
    ready = MailProfile(**PROFILE, device_info=DeviceInfo(**fields))
    assert MailProfile(**PROFILE, device_info=fields) == ready
    assert MailProfile(**PROFILE, device_info=MappingProxyType(fields)) == ready
    assert isinstance(ready.device_info, DeviceInfo)


def test_coerce_model_accepts_model_or_fields() -> None:
    """Both forms result in the same model; NOT_GIVEN means no argument."""
    ready = MailProfile(**PROFILE)
    assert coerce_model(MailProfile, "profile", ready, dict.fromkeys(FULL_PROFILE, NOT_GIVEN)) is ready
    fields = {**dict.fromkeys(FULL_PROFILE, NOT_GIVEN), **PROFILE, "extra_fields": NOT_GIVEN}
    assert coerce_model(MailProfile, "profile", NOT_GIVEN, fields) == ready


def test_coerce_model_rejects_both() -> None:
    """A model together with fields is rejected."""
    with pytest.raises(AdaptyUsageError, match="cannot be combined with a MailProfile") as caught:
        coerce_model(MailProfile, "profile", MailProfile(**PROFILE), {"email": NOT_GIVEN, "country": "US"})
    assert caught.value.field_name == "country"


@pytest.mark.parametrize(
    "ready", [None, dict(PROFILE), "user_12345", 1, DeviceInfo(platform="iOS"), MailProfile, object()]
)
def test_coerce_model_rejects_other_objects(ready: Any) -> None:
    """Other objects are rejected by the argument's name, and not shown."""
    with pytest.raises(AdaptyUsageError, match="expected a MailProfile") as caught:
        coerce_model(MailProfile, "profile", ready, {})
    assert caught.value.field_name == "profile"
    assert not re.search("jane|user_12345", str(caught.value))


def test_models_are_hashable() -> None:
    """Models can be used in sets and as keys."""
    for cls, fields in FULL.items():
        assert len({cls(**fields), cls(**fields)}) == 1
