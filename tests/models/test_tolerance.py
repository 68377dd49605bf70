"""Responses are parsed whatever the API adds, omits or changes, and no data is lost."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adapty.models
from adapty import Profile, UnexpectedResponseError
from adapty._core.call import parse_result
from adapty._generated import build_server_side_call, build_web_call, ignore_body, openapi_spec
from adapty.models import (
    IntegrationIdentifiers,
    Paywall,
    RefundSaverSettings,
    Subscription,
    VirtualCurrencyTransaction,
    WebPaywall,
)
from adapty.models._response import ResponseModel
from adapty.models.access import GrantAccessRequest, RevokeAccessRequest
from adapty.models.paywalls import PaywallListResponse, PaywallUpdateRequest
from adapty.models.profile_request import ProfileRequest
from adapty.models.purchases import PaddleValidationRequest, StripeValidationAttributes, StripeValidationRequest
from adapty.models.refund_saver import RefundSaverSettingsRequest
from adapty.models.virtual_currency import (
    VirtualCurrencyBalances,
    VirtualCurrencyTransactionRequest,
    VirtualCurrencyTransactionsHistoryResponse,
)
from adapty.models.web import WebPaywallRequest
from tests.core.support import case, drive, json_values, repeatable, reply
from tests.test_exports import exported

if TYPE_CHECKING:
    from adapty._core.call import Call

Path = tuple[str | int, ...]
Changed = Iterator[tuple[Path, Any]]

USER: Mapping[str, Any] = {"adapty_customer_user_id": "user_12345"}
PAYWALL: Mapping[str, Any] = {"paywall_id": "3a1f7f66-5a0e-4f3b-9d5e-0d6b7c8e9f10"}

_SETTINGS = RefundSaverSettingsRequest(consent=True)
_GRANT = GrantAccessRequest(access_level_id="premium")
_REVOCATION = RevokeAccessRequest(access_level_id="premium")
_CONFIGS = PaywallUpdateRequest(remote_configs={"en": "{}"})
_ITEMS = VirtualCurrencyTransactionRequest(items={"GOLD": 1})
_PADDLE = PaddleValidationRequest(customer_user_id="user_12345", paddle_token="txn_01h")
_STRIPE = StripeValidationRequest.from_attributes(
    StripeValidationAttributes(customer_user_id="user_12345", stripe_token="sub_1PqXyZ")
)
_PLACEMENT = WebPaywallRequest(placement_id="onboarding", store="stripe", customer_user_id="user_12345")
_SUBSCRIPTION = Subscription(
    store="stripe",
    store_product_id="premium_monthly",
    store_transaction_id="in_1001",
    store_original_transaction_id="in_1001",
    price={"country": "US", "currency": "USD", "value": "9.99"},
    purchased_at="2026-06-10T14:20:00Z",
    originally_purchased_at="2026-06-10T14:20:00Z",
    expires_at="2026-07-10T14:20:00Z",
    renew_status=True,
)

READERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "getProfile": Profile.from_response,
    "createProfile": Profile.from_response,
    "updateProfile": Profile.from_response,
    "setTransaction": Profile.from_response,
    "grantAccessLevel": Profile.from_response,
    "revokeAccessLevel": Profile.from_response,
    "getRefundSaverSettings": RefundSaverSettings.from_response,
    "setRefundSaverSettings": RefundSaverSettings.from_response,
    "validateStripePurchase": ignore_body,
    "validatePaddlePurchase": Profile.from_response,
    "getIntegrationIdentifiers": IntegrationIdentifiers.from_dict,
    "listPaywalls": PaywallListResponse.from_dict,
    "getPaywall": Paywall.from_dict,
    "updatePaywall": Paywall.from_dict,
    "createVirtualCurrencyTransaction": VirtualCurrencyTransaction.from_dict,
    "listVirtualCurrencyTransactions": VirtualCurrencyTransactionsHistoryResponse.from_dict,
    "listVirtualCurrencyBalances": VirtualCurrencyBalances.from_dict,
    "getProfileV1": Profile.from_response,
    "createProfileV1": Profile.from_response,
    "updateProfileV1": Profile.from_response,
    "grantAccessLevelV1": Profile.from_response,
    "web/getPaywall": WebPaywall.from_dict,
}
"""What the facade's methods read each documented answer with."""

ARGUMENTS: Mapping[str, Mapping[str, Any]] = {
    "createProfile": {"body": ProfileRequest()},
    "updateProfile": {"body": ProfileRequest()},
    "createProfileV1": {"body": ProfileRequest()},
    "updateProfileV1": {"body": ProfileRequest()},
    "setTransaction": {"body": _SUBSCRIPTION},
    "grantAccessLevel": {"body": _GRANT},
    "grantAccessLevelV1": {"body": _GRANT},
    "revokeAccessLevel": {"body": _REVOCATION},
    "setRefundSaverSettings": {"body": _SETTINGS},
    "validateStripePurchase": {"body": _STRIPE},
    "validatePaddlePurchase": {"body": _PADDLE},
    "listPaywalls": {"pagenumber": 1},
    "getPaywall": PAYWALL,
    "updatePaywall": {**PAYWALL, "body": _CONFIGS},
    "createVirtualCurrencyTransaction": {"body": _ITEMS},
}
"""What a call of the operation takes beside, or in place of, the user."""

NO_USER = {"validateStripePurchase", "validatePaddlePurchase", "listPaywalls", "getPaywall", "updatePaywall"}


def _call(name: str) -> Call[Any]:
    if name.startswith("web/"):
        return build_web_call(name.removeprefix("web/"), READERS[name], _PLACEMENT)
    arguments = {**({} if name in NO_USER else USER), **ARGUMENTS.get(name, {})}
    return build_server_side_call(name, READERS[name], **arguments)


CALLS = {name: _call(name) for name in READERS}

CONTRACTS = {"": openapi_spec("server_side"), "web/": openapi_spec("web")}
"""By prefix of the operation's name here: two APIs have a `getPaywall`."""


def _resolved(contract: Any, part: Any) -> Any:
    while "$ref" in part:
        found = contract
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _examples() -> Iterator[tuple[str, str, Any]]:
    """Yield the examples of all 200 responses: operation, example's name, body."""
    for prefix, contract in CONTRACTS.items():
        operations = [operation for methods in contract["paths"].values() for operation in methods.values()]
        for operation in operations:
            if "operationId" in operation:
                answer = _resolved(contract, operation["responses"].get("200", {}))
                for content in answer.get("content", {}).values():
                    for name, example in content["examples"].items():
                        yield f"{prefix}{operation['operationId']}", name, _resolved(contract, example)["value"]


EXAMPLES = list(_examples())
SHAPES = (
    "getProfile",
    "getRefundSaverSettings",
    "validateStripePurchase",
    "getIntegrationIdentifiers",
    "getPaywall",
    "listPaywalls",
    "createVirtualCurrencyTransaction",
    "listVirtualCurrencyTransactions",
    "listVirtualCurrencyBalances",
    "web/getPaywall",
)
"""One operation for each shape of answer."""

EVERY_SHAPE = pytest.mark.parametrize(
    ("operation", "body"),
    [(name, body) for name, example, body in EXAMPLES if name in SHAPES],
)
EVERY_EXAMPLE = pytest.mark.parametrize(("operation", "body"), [(name, body) for name, example, body in EXAMPLES])

MODELS = [getattr(adapty.models, name) for name in exported("adapty.models")]
KNOWN_VALUES = frozenset[str]().union(*(value for value in MODELS if isinstance(value, frozenset)))
KNOWN_CLASSES = [value for value in MODELS if isinstance(value, type) and issubclass(value, ResponseModel)]

OTHER_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -7,
    1.5,
    10**20,
    2**53 + 1,
    "",
    "text",
    "premium@example",
    "59.98",
    "1781101200500",
    "2026-13-45T99:00:00Z",
    [],
    [None, "x", 1, {"odd": 1}],
    {},
    {"odd": {"deep": [1, None, {"x": "y"}]}},
)
"""Values of all types of JSON, and texts that are nearly a time or a number."""

NEIGHBOURS: Mapping[str, Any] = {
    "newer": "text",
    "newer_null": None,
    "newer_object": {"deep": [1, None, {"x": "2026-06-10T14:20:00Z"}]},
    "extra_fields": {"extra_fields": 1},
    "to_dict": "a method's name",
    "additional_properties": {"x": 1},
    "from": False,
    "": 0,
    "\u00e4 \u2028": [0.1],
}

STRANGE_ITEMS: tuple[Any, ...] = (None, "x", 7, 1.5, True, [], ["x"], {"odd": 1}, {})


def read(operation: str, body: Any) -> Any:
    """Parse a response completely: bytes, generated parser, model."""
    return parse_result(CALLS[operation], reply(200, json.dumps(body).encode()))


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the path and the value of each part of a document, depth first."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield from places(held, (*path, key))


def _with(document: Any, path: Path, value: Any) -> Any:
    """Return the document with another value at a path; it shares its other parts with the original."""
    if not path:
        return value
    key, *rest = path
    changed = copy.copy(document)
    changed[key] = _with(document[key], tuple(rest), value) if rest else value
    return changed


def _objects_of(document: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the objects of the document that have a model."""
    return ((path, held) for path, held in places(document) if isinstance(held, dict) and path[-1:] != ("metadata",))


def _without_a_key(document: Any) -> Changed:
    for path, held in _objects_of(document):
        for key in held:
            yield (*path, key), _with(document, path, {name: held[name] for name in held if name != key})


def _with_a_null(document: Any) -> Changed:
    for path, _ in places(document):
        if path:
            yield path, _with(document, path, None)


def _with_a_renamed_key(document: Any) -> Changed:
    for path, held in _objects_of(document):
        for key in held:
            renamed = {f"newer_{name}" if name == key else name: value for name, value in held.items()}
            yield (*path, key), _with(document, path, renamed)


def _with_unknown_keys(document: Any) -> Changed:
    for path, held in _objects_of(document):
        yield path, _with(document, path, {**held, **NEIGHBOURS})
        yield path, _with(document, path, {**NEIGHBOURS, **held})


def _with_an_unknown_value(document: Any) -> Changed:
    for path, held in places(document):
        if isinstance(held, str) and held in KNOWN_VALUES:
            yield path, _with(document, path, "brand_new")


def _with_another_type(document: Any) -> Changed:
    for path, _ in places(document):
        for value in OTHER_VALUES:
            if path:
                yield path, _with(document, path, value)


def _with_a_strange_item(document: Any) -> Changed:
    for path, held in places(document):
        if isinstance(held, list):
            for item in STRANGE_ITEMS:
                yield path, _with(document, path, [item, *held])
                yield path, _with(document, path, [*held, item])


CHANGES = (
    _without_a_key,
    _with_a_null,
    _with_a_renamed_key,
    _with_unknown_keys,
    _with_an_unknown_value,
    _with_another_type,
    _with_a_strange_item,
)

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].+)?", re.ASCII)


@lru_cache(maxsize=None, typed=True)
def meaning(value: Any) -> tuple[str, Any]:
    """Return the meaning of a leaf: times are instants, numbers are numbers."""
    if isinstance(value, bool):
        return "flag", value
    if isinstance(value, int | float):
        return "number", Decimal(repr(value)) if value - value == 0 else repr(value)
    if _NUMBER.fullmatch(value):
        return "number", Decimal(value)
    if _TIME.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value.upper())
            return "moment", moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except ValueError:
            pass
    return "text", value


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, tuple[str, Any]]]:
    """Yield the nearest key and the value of each leaf that is not null."""
    if isinstance(value, dict):
        for name, held in value.items():
            yield from leaves(held, name)
    elif isinstance(value, list):
        for held in value:
            yield from leaves(held, key)
    elif value is not None:
        yield key, meaning(value)


def lost(body: Any, result: Any) -> list[Any]:
    """Return the data of a response that its result does not contain."""
    return [] if result is None else sorted((Counter(leaves(body)) - Counter(leaves(result.to_dict()))).keys(), key=str)


def not_a_value(result: Any) -> list[str]:
    """Return what a value must support and the result does not: JSON, copy, pickle, hash."""
    if result is None:
        return []
    again = {
        "json": type(result).from_dict(json.loads(json.dumps(result.to_dict()))),
        "pickle": pickle.loads(pickle.dumps(result)),  # noqa: S301
        "copy": copy.copy(result),
        "deepcopy": copy.deepcopy(result),
    }
    return [how for how, other in again.items() if other != result or hash(other) != hash(result)]


def problems_of(operation: str, body: Any) -> list[Any]:
    """Return the problems with this response of the operation."""
    try:
        result = read(operation, body)
    except Exception as exc:  # noqa: BLE001 - whatever it is, it is the finding
        return [repr(exc)]
    return [*lost(body, result), *not_a_value(result)]


def received(value: Any) -> Iterator[ResponseModel]:
    """Yield an object and all of its parts."""
    if isinstance(value, ResponseModel):
        yield value
        for field in attrs.fields(type(value)):
            yield from received(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from received(item)


def counterpart(result: Any, path: Path) -> Any:
    """Return the part of the result for the object at a path of the response."""
    found = result
    for key in path:
        if isinstance(key, int):
            found = found[key]
        elif hasattr(type(found), key):
            found = getattr(found, key)
    return found


def test_every_operation_has_a_reader() -> None:
    """Every operation with a response is tested here."""
    assert {operation for operation, _, _ in EXAMPLES} == set(READERS)


def test_documented_response_is_parsed_completely() -> None:
    """All data of the spec's examples is parsed, and `extra_fields` are empty."""
    for operation, body in [(name, body) for name, example, body in EXAMPLES]:
        with case(operation=operation, body=body):
            assert problems_of(operation, body) == []
            assert [held.extra_fields for held in received(read(operation, body)) if held.extra_fields] == []


def test_changed_response_loses_nothing() -> None:
    """Any change at any place of an example is parsed without loss."""
    for operation, body in [(name, body) for name, example, body in EXAMPLES if name in SHAPES]:
        for change in CHANGES:
            with case(change=change, operation=operation, body=body):
                found = [(path, problems_of(operation, changed)) for path, changed in change(body)]
                assert [(path, problems) for path, problems in found if problems] == []


def test_every_operation_tolerates_changes() -> None:
    """Each operation's parser tolerates missing and unknown fields."""
    for operation, body in [(name, body) for name, example, body in EXAMPLES]:
        with case(operation=operation, body=body):
            changes = [*_without_a_key(body), *_with_unknown_keys(body)]
            found = [(path, problems_of(operation, changed)) for path, changed in changes]
            assert [(path, problems) for path, problems in found if problems] == []


def test_unknown_fields_are_in_extra_fields_of_their_object() -> None:
    """Each object has its unknown fields, unchanged, in its own `extra_fields`."""
    for operation, body in [(name, body) for name, example, body in EXAMPLES if name in SHAPES]:
        with case(operation=operation, body=body):
            if READERS[operation] is ignore_body:
                assert read(operation, {**body, **NEIGHBOURS}) is None
                continue
            documented = read(operation, body)
            for path, held in _objects_of(body):
                result = read(operation, _with(body, path, {**held, **NEIGHBOURS}))
                found = counterpart(result, path)
                assert found.extra_fields == NEIGHBOURS, path
                assert attrs.evolve(found, extra_fields={}) == counterpart(documented, path), path


def test_unparsed_fields_are_in_extra_fields_of_their_object() -> None:
    """A field of another type is None or empty, and `extra_fields` has its value."""
    for operation, body in [(name, body) for name, example, body in EXAMPLES if name in SHAPES]:
        with case(operation=operation, body=body):
            for path, held in places(body):
                if not path or "metadata" in path or isinstance(path[-1], int) or READERS[operation] is ignore_body:
                    continue
                value: Any = "odd" if isinstance(held, list) else [{"odd": [1, None]}]
                found = counterpart(read(operation, _with(body, path, value)), path[:-1])
                if hasattr(type(found), str(path[-1])):
                    assert found.extra_fields == {path[-1]: value}, path
                    assert getattr(found, str(path[-1])) in (None, ()), path


def test_unparsed_item_does_not_affect_others() -> None:
    """Valid items are parsed; invalid ones are in `extra_fields` under the list's name."""
    for operation, body in [(name, body) for name, example, body in EXAMPLES if name in SHAPES]:
        with case(operation=operation, body=body):
            for path, held in places(body):
                if not isinstance(held, list):
                    continue
                name, whole = str(path[-1]), counterpart(read(operation, body), path)
                for item in STRANGE_ITEMS:
                    if isinstance(item, dict):
                        continue
                    found = counterpart(read(operation, _with(body, path, [item, *held, item])), path[:-1])
                    assert getattr(found, name) == whole, (path, item)
                    assert found.extra_fields == {name: [item, item]}, (path, item)


def test_unknown_object_stays_in_its_list() -> None:
    """An object without any known field is returned, with its fields in `extra_fields`."""
    profile = read("getProfile", {"data": {"access_levels": [{"odd": 1}], "subscriptions": [{}]}})
    assert [level.extra_fields for level in profile.access_levels] == [{"odd": 1}]
    assert [subscription.extra_fields for subscription in profile.subscriptions] == [{}]


NAMES = sorted({field.name for held in KNOWN_CLASSES for field in attrs.fields(held)} | {"data", "settings", "meta"})


def _answers() -> st.SearchStrategy[dict[str, Any]]:
    """Generate JSON objects with mostly known keys and any values."""
    words = st.sampled_from([*sorted(KNOWN_VALUES), "2026-06-10T14:20:00+0000", "premium"])
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    scalars = st.none() | st.booleans() | numbers | words | st.text(max_size=8)
    keys = st.sampled_from(NAMES) | st.text(max_size=3)
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(keys, values, max_size=6)


@pytest.mark.parametrize("operation", SHAPES)
@given(body=_answers())
@repeatable(30)
def test_any_object_is_parsed(operation: str, body: dict[str, Any]) -> None:
    """Any JSON object is parsed without loss, and the result is a value."""
    assert problems_of(operation, body) == []


@given(body=st.dictionaries(st.text(st.characters(), max_size=4), json_values(), max_size=4))
@repeatable(60)
def test_any_json_object_is_parsed(body: dict[str, Any]) -> None:
    """Surrogates, infinities and NaN do not prevent parsing."""
    for operation in SHAPES:
        result = read(operation, body)
        assert result is None or json.dumps(result.to_dict())


def test_deeply_nested_response_is_rejected() -> None:
    """A deeply nested response is parsed, or is an UnexpectedResponseError."""
    for template in ['{"data": %s}', '{"data": {"newer": %s}}', '{"metadata": %s, "offer": %s}']:
        for depth in [10, 100, 300, 500, 900, 5_000]:
            with case(depth=depth, template=template):
                for opening, closing in (("[", "]"), ('{"a":', "}")):
                    nested = f"{opening * depth}1{closing * depth}"
                    driven = drive(CALLS["getProfile"], reply(200, template.replace("%s", nested).encode()))
                    assert driven.error is None or isinstance(driven.error, UnexpectedResponseError)


def test_response_must_be_an_object() -> None:
    """A success that is not an object comes from a gateway."""
    for operation in SHAPES:
        for body in [b"", b" ", b"[]", b"null", b"1", b'"ok"', b"{", b"\xff", b"<html>", b'[{"data": {}}]']:
            with case(body=body, operation=operation):
                assert isinstance(drive(CALLS[operation], reply(200, body)).error, UnexpectedResponseError)


def test_ids_do_not_depend_on_other_fields() -> None:
    """The format of an ID does not depend on whether other fields are valid."""
    spelled = "772204CE-EBF6-4ED9-82B0-D8688AB62B01"
    plain = read("getProfile", {"data": {"profile_id": spelled}})
    strange = read("getProfile", {"data": {"profile_id": spelled, "access_levels": [None]}})
    assert plain.profile_id == strange.profile_id


def test_profile_is_parsed_wrapped_or_bare() -> None:
    """Version 1 may wrap its profile; both forms are parsed, and other data is preserved."""
    wrapped = read("getProfileV1", {"data": {"profile_id": "p"}, "newer": 1})
    bare = read("getProfileV1", {"profile_id": "p", "newer": 1})
    assert wrapped == bare
    assert wrapped.profile_id == "p"
    assert wrapped.extra_fields == {"newer": 1}


@pytest.mark.parametrize("data", [None, [], "x", 7, True, [{"profile_id": "p"}]])
def test_invalid_profile_is_an_empty_one(data: Any) -> None:
    """The data is preserved."""
    profile = read("getProfile", {"data": data})
    assert profile == Profile(extra_fields={"data": data})


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("getRefundSaverSettings", {"profile_id": "p", "consent": False, "settings": {"consent": True}}),
        ("getProfile", {"customer_user_id": "outer", "data": {"customer_user_id": "inner"}}),
        ("getProfile", {"newer": "outer", "data": {"newer": "inner"}}),
        ("getProfile", {"data": {"data": {"data": 1}}}),
    ],
)
def test_duplicate_names_are_preserved(operation: str, body: Any) -> None:
    """If a name is in the wrapper and in the object, the inner one is used, and both are preserved."""
    result = read(operation, body)
    assert lost(body, result) == []
    assert getattr(result, "customer_user_id", None) in ("inner", None)
    assert getattr(result, "consent", None) in (True, None)
