"""Response models: exact times, amounts and IDs, and no personal data in a repr."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import (
    AccessLevel,
    AdaptyUsageError,
    CustomAttribute,
    IntegrationIdentifiers,
    NonSubscription,
    Profile,
    ProfileSubscription,
    PurchaseOffer,
    RemoteConfig,
    VirtualCurrencyBalance,
    VirtualCurrencyBalances,
    VirtualCurrencyHistoryItem,
)
from adapty._core.call import parse_result
from adapty._core.redaction import REDACTED
from adapty._generated import build_server_side_call
from adapty.models._response import (
    ResponseModel,
    parse_bool,
    parse_datetime,
    parse_decimal,
    parse_int,
    parse_str,
    parse_str_map,
)
from adapty.models.paywalls import PagePagination, PaywallListMeta, PaywallListResponse
from adapty.models.virtual_currency import (
    CursorPagination,
    VirtualCurrencyTransactionsHistoryResponse,
)
from adapty.webhooks import PurchaseProperties
from tests.core.support import case, repeatable, reply
from tests.test_exports import exported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGES: list[type[ResponseModel]] = [
    PaywallListResponse,
    PaywallListMeta,
    PagePagination,
    VirtualCurrencyTransactionsHistoryResponse,
    CursorPagination,
]
CLASSES: list[type[ResponseModel]] = PAGES + [
    held
    for package in ("adapty.models", "adapty.webhooks")
    for held in (getattr(import_module(package), name) for name in exported(package))
    if isinstance(held, type) and issubclass(held, ResponseModel) and held is not ResponseModel
]
EVERY = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)

EMPTY: Mapping[str, Any] = {"list": (), "map": {}, "event_properties": PurchaseProperties()}
"""What a field holds that is missing, by how it is read or by its name; None where it is neither."""

KINDS = {
    "text": parse_str,
    "flag": parse_bool,
    "whole": parse_int,
    "number": parse_decimal,
    "moment": parse_datetime,
    "texts": parse_str_map,
}


def fields_of(kind: str) -> list[Any]:
    """Return all fields of this kind as parameters: class and name."""
    return [
        (cls, field.name)
        for cls in CLASSES
        for field in attrs.fields(cls)
        if field.metadata.get("scalar") is KINDS[kind]
    ]


def known_fields(cls: type[ResponseModel]) -> list[attrs.Attribute[Any]]:
    """Return the fields of the spec."""
    return [field for field in attrs.fields(cls) if field.name not in {"extra_fields", "raw"}]


SECOND = datetime(2026, 6, 10, 14, 20, 5, tzinfo=UTC)
SPELLINGS: Mapping[str, datetime] = {
    "2026-06-10T14:20:05+00:00": SECOND,
    "2026-06-10T14:20:05Z": SECOND,
    "2026-06-10T14:20:05+0000": SECOND,
    "2026-06-10T14:20:05-00:00": SECOND,
    "2026-06-10T14:20:05": SECOND,
    "2026-06-10t14:20:05z": SECOND,
    "2026-06-10t14:20:05+00:00": SECOND,
    "2026-06-10T14:20:05z": SECOND,
    "2026-06-10T16:20:05+02:00": SECOND,
    "2026-06-10T16:20:05+0200": SECOND,
    "2026-06-10T16:20:05+02": SECOND,
    "2026-06-10T04:50:05-09:30": SECOND,
    "2026-06-10T04:50:05-0930": SECOND,
    "2026-06-11T04:20:05+14:00": SECOND,
    "20260610T142005Z": SECOND,
    "2026-06-10T14:20:05.000000+0000": SECOND,
    "2026-06-10T14:20:05.0Z": SECOND,
    "2026-06-10T14:20:05,5Z": SECOND.replace(microsecond=500_000),
    **{
        f"2026-06-10T14:20:05.{'123456789'[:digits]}{offset}": SECOND.replace(
            microsecond=int("123456"[:digits].ljust(6, "0"))
        )
        for digits in range(1, 10)
        for offset in ("Z", "+00:00", "+0000", "", "z")
    },
    "2026-06-10T14:20Z": SECOND.replace(second=0),
    "2024-02-29T23:59:59.999999+00:00": datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
    "0001-01-01T00:00:00Z": datetime(1, 1, 1, tzinfo=UTC),
    "9999-12-31T23:59:59.999999Z": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    "2026-06-10": datetime(2026, 6, 10, tzinfo=UTC),
}

NOT_TIMES: tuple[Any, ...] = (
    "",
    " ",
    "soon",
    "null",
    "1781101200",
    "1781101200500",
    "1781101200.5",
    "+1781101200500",
    "2026-06-10T14:20:05+25:00",
    "2026-06-10T14:20:05+24:00",
    "2026-06-10T14:20:05+-2:00",
    "2026-06-10T14:20:05+2",
    "2026-06-10T14: 5:00Z",
    "2026-06-10T+1:20:05Z",
    "2026-06-10T14:20:05.Z",
    "2026-06-10T",
    "2026-06-10T25:00:00Z",
    "2026-06-10T14:60:00Z",
    "2026-13-10T14:20:05Z",
    "2026-02-30T14:20:05Z",
    "2026-06-10x14:20:05Z",
    "2026-06-10T14:20:05Z ",
    "2026-06-10T14:20:05 Europe/Rome",
    "10/06/2026",
    "Wed, 10 Jun 2026 14:20:05 GMT",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "\u0662\u0660\u0662\u0666-06-10T14:20:05Z",
    1781101200500,
    1781101200.5,
    0,
    True,
    False,
    [],
    ["2026-06-10T14:20:05Z"],
    {},
    {"time": "2026-06-10T14:20:05Z"},
)


def profile_of(**fields: Any) -> Profile:
    """Parse a profile with these fields as from a response."""
    call = build_server_side_call("getProfile", Profile.from_response, adapty_customer_user_id="user_12345")
    return parse_result(call, reply(200, json.dumps({"data": fields}).encode()))


def level_of(**fields: Any) -> AccessLevel:
    """Parse an access level with these fields as from a response."""
    (level,) = profile_of(access_levels=[fields]).access_levels
    return level


def test_parse_datetime_accepts_iso_8601() -> None:
    """Any ISO 8601 format results in a datetime in UTC; UTC is the default offset."""
    for spelled in SPELLINGS:
        with case(spelled=spelled):
            read = level_of(expires_at=spelled).expires_at
            assert read == SPELLINGS[spelled]
            assert read is not None
            assert read.tzinfo is UTC


def test_every_time_field_uses_the_same_parser() -> None:
    """All time fields accept the same formats, and are written as the same instant."""
    for cls, name in fields_of("moment"):
        with case(cls=cls, name=name):
            for spelled, meant in SPELLINGS.items():
                held = cls.from_dict({name: spelled})
                assert getattr(held, name) == meant, spelled
                assert held.extra_fields == {}
                assert datetime.fromisoformat(held.to_dict()[name]) == meant
            for strange in NOT_TIMES:
                held = cls.from_dict({name: strange})
                assert getattr(held, name) is None, strange
                assert held.extra_fields == {name: strange}


def test_invalid_time_is_preserved_in_extra_fields() -> None:
    """Text that is not ISO 8601, such as milliseconds, is preserved unchanged."""
    for strange in NOT_TIMES:
        with case(strange=strange):
            level = level_of(expires_at=strange)
            assert level.expires_at is None
            assert level.extra_fields == {"expires_at": strange}
            assert level.to_dict()["expires_at"] == strange


def _moments() -> st.SearchStrategy[datetime]:
    zones = st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(_whole_minutes))
    return st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones)  # noqa: DTZ001 - bounds are naive


def _whole_minutes(offset: timedelta) -> timedelta:
    return timedelta(minutes=round(offset.total_seconds() / 60))


@given(meant=_moments())
@repeatable(100)
def test_any_time_round_trips(meant: datetime) -> None:
    """Any offset, with or without a colon, results in the same instant."""
    spelled = meant.isoformat()
    for spelling in (spelled, spelled[::-1].replace(":", "", 1)[::-1]):
        assert AccessLevel.from_dict({"starts_at": spelling}).starts_at == meant


def test_amounts_are_exact() -> None:
    """Amounts are exact, and are written as the same number."""
    for sent, exact in [
        ("59.98", "59.98"),
        ("0", "0"),
        ("0.0", "0"),
        ("-0.0", "0"),
        ("0.1", "0.1"),
        ("1e-7", "0.0000001"),
        ("1E-7", "0.0000001"),
        ("123456789.01", "123456789.01"),
        ("109.88999999999999", "109.88999999999999"),
        ("-4.99", "-4.99"),
        ("100", "100"),
        ("1e3", "1000"),
        ("99999999999999.9", "99999999999999.9"),
        ('"59.98"', "59.98"),
        ('"0.10"', "0.1"),
    ]:
        with case(sent=sent, exact=exact):
            call = build_server_side_call("getProfile", Profile.from_response, adapty_customer_user_id="user_12345")
            profile = parse_result(call, reply(200, b'{"data": {"total_revenue_usd": %s}}' % sent.encode()))
            assert profile.total_revenue_usd == Decimal(exact)
            assert isinstance(profile.total_revenue_usd, Decimal)
            assert Decimal(json.dumps(profile.to_dict()["total_revenue_usd"])) == Decimal(exact)


def test_invalid_amount_is_preserved_in_extra_fields() -> None:
    """Text in a format that only Python accepts is preserved unchanged."""
    for strange in [
        "",
        " ",
        "free",
        "NaN",
        "Infinity",
        "-Infinity",
        "sNaN",
        "1,99",
        "$9.99",
        "9.99 USD",
        "1_000",
        " 9.99 ",
        "\uff11\uff12",
        "0x10",
        True,
        False,
        [],
        [9.99],
        {},
        {"amount": 9.99},
    ]:
        with case(strange=strange):
            profile = profile_of(total_revenue_usd=strange)
            assert profile.total_revenue_usd is None
            assert profile.extra_fields == {"total_revenue_usd": strange}


@pytest.mark.parametrize("sent", ["1E+5000", "1E-5000", "12345678901234567890.12", "0.1000000000000000000000001"])
def test_amounts_beyond_json_numbers_are_written_as_text(sent: str) -> None:
    """The result of `to_dict` is JSON with the exact amount, however long it is."""
    written = json.loads(json.dumps(profile_of(total_revenue_usd=sent).to_dict()))
    assert Decimal(str(written["total_revenue_usd"])) == Decimal(sent)


def test_amounts_ignore_the_decimal_context() -> None:
    """The caller's decimal precision does not round a response."""
    with localcontext(prec=3):
        profile = profile_of(total_revenue_usd=123456789.01)
        assert profile.to_dict()["total_revenue_usd"] == 123456789.01
    assert profile.total_revenue_usd == Decimal("123456789.01")


def test_parse_int_accepts_whole_numbers() -> None:
    """7.0 is 7, and the type is int."""
    for sent, read in [
        (7, 7),
        (7.0, 7),
        (-7, -7),
        (0, 0),
        (-0.0, 0),
        (1781101200500, 1781101200500),
        (2**63 - 1, 2**63 - 1),
        (1e15, 10**15),
    ]:
        with case(sent=sent, read=read):
            timestamp = profile_of(timestamp=sent).timestamp
            assert timestamp == read
            assert type(timestamp) is int


def test_int_fields_preserve_other_values() -> None:
    """Fractions, texts and bools are not parsed as integers."""
    for cls, name in fields_of("whole"):
        for strange in [7.5, "7", "", True, False, [], [7], {}, float("inf"), float("nan")]:
            with case(strange=strange, cls=cls, name=name):
                held = cls.from_dict({name: strange})
                assert getattr(held, name) is None
                assert held.extra_fields[name] is strange or held.extra_fields == {name: strange}


def test_bool_fields_preserve_other_values() -> None:
    """Values such as "false" are not parsed as bools."""
    for cls, name in fields_of("flag"):
        for strange in [0, 1, 1.0, "true", "True", "", [], [True], {}]:
            with case(strange=strange, cls=cls, name=name):
                held = cls.from_dict({name: strange})
                assert getattr(held, name) is None
                assert held.extra_fields == {name: strange}
                assert [getattr(cls.from_dict({name: value}), name) for value in (True, False)] == [True, False]


def test_str_fields_preserve_other_values() -> None:
    """Numbers are not converted to text: 7 and "7" may be different IDs."""
    for cls, name in fields_of("text"):
        for strange in [0, 7, 1.5, True, False, [], ["x"], {}, {"x": "y"}]:
            with case(strange=strange, cls=cls, name=name):
                held = cls.from_dict({name: strange})
                assert getattr(held, name) is None
                assert held.extra_fields == {name: strange}
                for spelled in ("", "x", "brand_new", "\u00e4\u2028\ud83d\ude00", " x "):
                    assert getattr(cls.from_dict({name: spelled}), name) == spelled


def test_metadata_accepts_text_values_only() -> None:
    """Metadata with other values than text is preserved as a whole."""
    for strange in [{"level": 7}, {"level": None}, {"a": "x", "b": {}}, [], ["x"], "x", 7, True]:
        with case(strange=strange):
            held = VirtualCurrencyHistoryItem.from_dict({"metadata": strange})
            assert held.metadata is None
            assert held.extra_fields == {"metadata": strange}
            assert VirtualCurrencyHistoryItem.from_dict({"metadata": {}}).metadata == {}


def test_missing_and_null_fields_are_empty() -> None:
    """Missing and null fields are None or empty."""
    for cls in CLASSES:
        with case(cls=cls):
            empty = cls.from_dict({})
            assert empty == cls() == cls.from_dict({field.name: None for field in known_fields(cls)})
            for field in known_fields(cls):
                assert getattr(empty, field.name) == EMPTY.get(field.name, EMPTY.get(next(iter(field.metadata))))


def test_to_dict_has_every_field() -> None:
    """All fields are in the order of the spec, null if empty, followed by unknown ones."""
    for cls in CLASSES:
        with case(cls=cls):
            names = [field.name for field in known_fields(cls)]
            assert list(cls.from_dict({"newer": 1}).to_dict()) == [*names, "newer"]


def test_from_dict_rejects_other_than_mappings() -> None:
    """The error names the model."""
    cls: Any
    data: Any
    for data in [None, 1, "x", b"x", [], [("data", 1)], {"data"}, ..., Profile()]:
        for cls in CLASSES:
            expected = f"^{cls.__name__}: .*expected a mapping of its fields"
            with case(cls=cls, data=data), pytest.raises(AdaptyUsageError, match=expected):
                cls.from_dict(data)


def test_from_dict_accepts_any_mapping() -> None:
    """A mapping that is not a dict is parsed, too."""
    for cls in CLASSES:
        with case(cls=cls):
            assert cls.from_dict(MappingProxyType({"newer": [1]})).extra_fields == {"newer": [1]}


def test_models_are_frozen_and_keyword_only() -> None:
    """Fields cannot be set, and are keyword-only."""
    for cls in CLASSES:
        with case(cls=cls):
            held = cls()
            for field in attrs.fields(cls):
                with pytest.raises(AttributeError):
                    setattr(held, field.name, None)
            with pytest.raises(TypeError):
                cls(*["x"])


def test_models_of_different_classes_are_unequal() -> None:
    """Empty models of different classes are not equal."""
    for cls in CLASSES:
        with case(cls=cls):
            assert [other for other in CLASSES if other() == cls()] == [cls]
            assert len({cls(), cls()}) == 1


def test_extra_fields_count_for_equality() -> None:
    """Models with different extra fields are different, and both can be hashed."""
    for cls in CLASSES:
        with case(cls=cls):
            one, other = cls.from_dict({"newer": [1]}), cls.from_dict({"newer": [2]})
            assert one != other
            assert len({one, other, cls.from_dict({"newer": [1]})}) == 2


def test_model_does_not_share_its_source() -> None:
    """Later changes of the parsed JSON do not affect the model."""
    body: dict[str, Any] = {
        "newer": {"deep": [1]},
        "metadata": {"level": "7"},
        "items": [{"newer": [1]}],
        "created_at": [],
    }
    held = VirtualCurrencyHistoryItem.from_dict(body)
    before = json.dumps(held.to_dict())
    body["newer"]["deep"].append(2)
    body["metadata"]["level"] = "8"
    body["items"][0]["newer"].append(2)
    body["created_at"].append(2)
    assert json.dumps(held.to_dict()) == before


def test_model_does_not_share_its_dict() -> None:
    """Changes of the result of `to_dict`, at any depth, do not affect the model."""
    held = VirtualCurrencyHistoryItem.from_dict(
        {"newer": {"deep": [1]}, "metadata": {"level": "7"}, "items": [{"newer": [1]}], "created_at": [[]]}
    )
    before = json.dumps(held.to_dict())
    given = held.to_dict()
    given["newer"]["deep"].append(2)
    given["metadata"]["level"] = "8"
    given["items"][0]["newer"].append(2)
    given["created_at"][0].append(2)
    given.clear()
    assert json.dumps(held.to_dict()) == before


ADDRESS = "jane@example.com"


def _with_addresses() -> Iterator[tuple[str, ResponseModel]]:
    """Return models with an address in a field, and the name of the field."""
    yield "customer_user_id", Profile.from_dict({"customer_user_id": ADDRESS})
    yield "attribute", CustomAttribute.from_dict({"key": "contact", "value": ADDRESS})
    yield "attributes", Profile.from_dict({"custom_attributes": [{"key": "contact", "value": ADDRESS}]})
    for cls in CLASSES:
        yield f"{cls.__name__}.extra_fields", cls.from_dict({"newer": ADDRESS})
        yield f"{cls.__name__}.unread", cls.from_dict({field.name: [[ADDRESS]] for field in known_fields(cls)})
    yield "nested", Profile.from_dict({"access_levels": [{"offer": {"newer": ADDRESS}}, ADDRESS]})
    for name in ("amplitude_user_id", "appmetrica_profile_id", "mixpanel_user_id", "posthog_distinct_user_id"):
        yield name, IntegrationIdentifiers.from_dict({name: ADDRESS})
    yield "metadata", VirtualCurrencyHistoryItem.from_dict({"metadata": {"by": ADDRESS}})


def test_repr_hides_addresses() -> None:
    """IDs, attributes and unknown fields may contain an address, which the repr hides."""
    for held in [held for name, held in _with_addresses()]:
        with case(held=held):
            for shown in (repr(held), str(held), f"{held}", repr([held]), repr({"held": held})):
                assert ADDRESS not in shown
                assert "jane" not in shown
            assert ADDRESS in json.dumps(held.to_dict())


def test_repr_shows_ids_and_hides_attribute_values() -> None:
    """IDs without an address, times and stores are shown, values of attributes are not."""
    shown = repr(
        profile_of(
            customer_user_id="user_12345",
            profile_id="772204ce-ebf6-4ed9-82b0-d8688ab62b01",
            custom_attributes=[{"key": "plan", "value": "trial"}, {"key": "score", "value": 4.5}],
            access_levels=[{"access_level_id": "premium", "store": "app_store"}],
        )
    )
    for needed in ("user_12345", "772204ce-ebf6-4ed9-82b0-d8688ab62b01", "plan", "score", "premium", "app_store"):
        assert needed in shown
    for personal in ("trial", "4.5"):
        assert personal not in shown


def test_repr_shows_none_and_hides_empty_values() -> None:
    """None is shown; all other values of hidden fields are not, including empty ones."""
    assert "metadata=None" in repr(VirtualCurrencyHistoryItem())
    assert "value=None" in repr(CustomAttribute(key="plan"))
    for value in ("", 0, 0.0):
        assert f"value={REDACTED}" in repr(CustomAttribute(key="plan", value=value))
    assert f"metadata={REDACTED}" in repr(VirtualCurrencyHistoryItem(metadata={}))


def test_balances_can_be_iterated_and_looked_up() -> None:
    """Each currency has one balance, next to the time and unknown fields."""
    data = [{"code": "GOLD", "available": 5}, {"code": "GEMS", "available": 0}, {"available": 7}]
    held = VirtualCurrencyBalances.from_dict({"response_created_at": 1753874038798, "data": data, "newer": 1})
    assert [balance.code for balance in held] == ["GOLD", "GEMS", None]
    assert tuple(held) == held.data
    assert len(held) == 3
    assert held.get("GEMS") is held.data[1]
    assert [held.get(code) for code in ("gold", "", "SILVER")] == [None, None, None]
    assert held.response_created_at == 1753874038798
    assert held.extra_fields == {"newer": 1}
    assert held.to_dict() == {
        "response_created_at": 1753874038798,
        "data": [balance.to_dict() for balance in held],
        "newer": 1,
    }


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": None}, {"data": "GOLD"}])
def test_balances_can_be_empty(body: dict[str, Any]) -> None:
    """Without balances there is nothing to iterate over, and unknown fields are preserved."""
    held = VirtualCurrencyBalances.from_dict(body)
    assert list(held) == []
    assert len(held) == 0
    assert held.get("GOLD") is None
    assert held == VirtualCurrencyBalances.from_dict(body)


def test_attributes_are_a_mapping() -> None:
    """Texts and numbers are unchanged; items without a usable name or value are preserved."""
    profile = profile_of(
        custom_attributes=[
            {"key": "plan", "value": "trial"},
            {"key": "score", "value": 4.5},
            {"key": "days", "value": 7},
            {"key": "odd", "value": True},
            {"key": "none", "value": None},
            {"value": "nameless"},
            {"key": 7, "value": "numbered"},
        ]
    )
    assert dict(profile.attributes) == {"plan": "trial", "score": 4.5, "days": 7, "odd": None, "none": None}
    assert [held.extra_fields for held in profile.custom_attributes] == [
        {},
        {},
        {},
        {"value": True},
        {},
        {},
        {"key": 7},
    ]
    with pytest.raises(TypeError):
        profile.attributes["plan"] = "paid"  # type: ignore[index]


def test_numbers_beyond_floats_are_preserved() -> None:
    """Large numbers are neither rounded nor infinite."""
    for field in ["value", "newer"]:
        for sent in [
            "9007199254740993",
            "0.12345678901234567890",
            "1e400",
            "-1e-400",
            "1" * 400,
            "12345678901234567890.5",
        ]:
            with case(sent=sent, field=field):
                call = build_server_side_call("getProfile", Profile.from_response, adapty_customer_user_id="user_12345")
                body = b'{"data": {"custom_attributes": [{"key": "odd", "%s": %s}]}}' % (field.encode(), sent.encode())
                profile = parse_result(call, reply(200, body))
                written = json.loads(json.dumps(profile.to_dict(), allow_nan=False), parse_float=Decimal)
                (held,) = written["custom_attributes"]
                assert Decimal(held[field]) == Decimal(sent)
                assert Profile.from_dict(profile.to_dict()) == profile


@pytest.mark.parametrize(
    ("data", "decoded"),
    [
        ('{"headline": "Go premium"}', {"headline": "Go premium"}),
        ("[1, null]", [1, None]),
        ("null", None),
        ('"text"', "text"),
        ("7", 7),
        (None, None),
    ],
)
def test_remote_config_is_decoded(data: str | None, decoded: Any) -> None:
    """`decoded` is the parsed JSON text."""
    assert RemoteConfig.from_dict({"locale": "en", "data": data}).decoded() == decoded


@pytest.mark.parametrize("data", ["", "{", "headline", "{'a': 1}", "[" * 100_000])
def test_decoding_invalid_remote_config_fails(data: str) -> None:
    """The paywall can be parsed; `decoded` raises an error of ours."""
    config = RemoteConfig.from_dict({"locale": "en", "data": data})
    assert config.data == data
    with pytest.raises(AdaptyUsageError, match=r"^data: is not JSON") as caught:
        config.decoded()
    assert caught.value.field_name == "data"


def test_annotations_can_be_resolved() -> None:
    """Annotations can be resolved at run time, for tools that use attrs."""
    for cls in CLASSES:
        resolved = attrs.fields(attrs.resolve_types(cls))
        assert [field.name for field in resolved if isinstance(field.type, str)] == []


def test_nested_objects_have_their_own_classes() -> None:
    """Each list and object of a profile has its documented class."""
    profile = profile_of(
        access_levels=[{"offer": {}}], subscriptions=[{"offer": {}}], non_subscriptions=[{}], custom_attributes=[{}]
    )
    assert [type(held[0]) for held in (profile.access_levels, profile.subscriptions)] == [
        AccessLevel,
        ProfileSubscription,
    ]
    assert [type(held[0]) for held in (profile.non_subscriptions, profile.custom_attributes)] == [
        NonSubscription,
        CustomAttribute,
    ]
    assert type(profile.access_levels[0].offer) is type(profile.subscriptions[0].offer) is PurchaseOffer


@pytest.mark.parametrize("balance", [0, 1, 2**31 - 1, 2**31, -1])
def test_balances_beyond_documented_bounds_are_parsed(balance: int) -> None:
    """Values outside of the spec's bounds are parsed."""
    assert VirtualCurrencyBalance.from_dict({"balance": balance}).balance == balance
