"""Valid and invalid request bodies of the Mail API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty._core.json_body import MAX_DEPTH
from adapty._core.validation import COUNTRY_CODES
from adapty._generated import openapi_spec
from adapty.sandbox._mail.routes import load_operations
from adapty.sandbox._responses import InvalidBody
from adapty.sandbox._timestamps import parse_rfc3339
from tests.cases import case
from tests.sandbox.conftest import (
    EVENT_PATH,
    HTTP_PROPERTY,
    LEFT_OUT,
    PROFILE_PATH,
    Api,
    errors,
    event,
    fields,
    profile,
)

SCHEMAS = openapi_spec("mail")["components"]["schemas"]
PATHS = {"ProfileDTO": PROFILE_PATH, "TransactionEventDTO": EVENT_PATH}
DEVICE = {
    "platform": "iOS",
    "device": "iPhone15,2",
    "os": "17.5",
    "locale": "en",
    "timezone": "UTC",
    "app_version": "1",
}
OFFER = {"category": "introductory", "offer_type": "free_trial", "offer_id": "x"}
FULL = {
    "ProfileDTO": profile(
        first_name="Jane",
        last_name="Doe",
        gender="f",
        birthday="1990-05-21",
        country="US",
        store_country="GB",
        custom_attributes={"plan": "trial", "days": 3, "share": 0.5},
        device_info=DEVICE,
        customer_user_id="u",
    ),
    "TransactionEventDTO": event(
        price_usd="9.99",
        expires_at="2026-07-10T14:20:00Z",
        offer=OFFER,
        customer_user_id="u",
        email="jane@example.com",
    ),
}


def properties(name: str) -> list[str]:
    """Return the names of a schema's properties, followed by nested ones."""
    found = []
    for field, given_schema in SCHEMAS[name]["properties"].items():
        found.append(field)
        inner = given_schema.get("$ref", "").rpartition("/")[2]
        if "properties" in SCHEMAS.get(inner, {}):
            found.extend(f"{field}.{part}" for part in properties(inner))
    return found


def required(name: str) -> list[str]:
    """Return the names of the required properties of a schema."""
    return list(SCHEMAS[name]["required"])


def test_body_with_every_field_is_accepted(api: Api) -> None:
    """The bodies that the other tests change are valid."""
    for name, path in PATHS.items():
        with case(name):
            api.reset()
            assert api.send(path, FULL[name]).content == b"{}"


def test_missing_field_is_named(api: Api) -> None:
    """The response is exactly the documented one."""
    for name, field in [(schema, field) for schema in PATHS for field in required(schema)]:
        with case(name, field):
            body = {key: value for key, value in FULL[name].items() if key != field}
            assert errors(api.send(PATHS[name], body), 400) == [
                {"message": "Field required", "error_code": "base_error", "status_code": 400, "field_name": field},
            ]


def test_missing_fields_are_listed_in_the_order_of_the_spec(api: Api) -> None:
    """One response lists all problems."""
    for name, path in PATHS.items():
        with case(name):
            api.reset()
            in_order = [field for field in properties(name) if field in required(name)]
            assert fields(api.send(path, {})) == in_order


def test_wrong_type_is_named(api: Api) -> None:
    """Every field of the spec is a string or an object; null is neither."""
    wrong_cases: list[Any] = [None, True, 0, 1.5, [], ["x"]]
    for name, field in [(schema, field) for schema in PATHS for field in properties(schema)]:
        for wrong in wrong_cases:
            with case(wrong, name, field):
                outer, _, inner = field.partition(".")
                value = {**FULL[name][outer], inner: wrong} if inner else wrong
                (error,) = errors(api.send(PATHS[name], {**FULL[name], outer: value}), 400)
                assert error["field_name"] == field
                assert error["message"] in {"Input should be a valid string", "Input should be a valid object"}


def test_wrong_fields_are_listed_once_in_the_order_of_the_spec(api: Api) -> None:
    """The order is that of the spec, not of the body or of the kinds of problems."""
    for name, path in PATHS.items():
        with case(name):
            api.reset()
            wrong: dict[str, Any] = {"unknown": "\ud800"}
            for field in reversed(properties(name)):
                outer, _, inner = field.partition(".")
                if inner:
                    wrong.setdefault(outer, {})[inner] = 5
                else:
                    wrong.setdefault(outer, 5)
            nested = {field.partition(".")[0] for field in properties(name) if "." in field}
            expected = [field for field in properties(name) if field not in nested]
            assert fields(api.send(path, wrong)) == [*expected, "unknown"]


def test_wrong_type_broken_rule_and_missing_field_are_reported_together(api: Api) -> None:
    """All kinds of problems are in one list, in the order of the spec."""
    body = profile(
        store_country="UK",
        country="USA",
        email=LEFT_OUT,
        first_name=3,
        custom_attributes={"b": True, "a": None, "fine": 1, "c": "\udfff"},
        device_info={"os": None},
    )
    assert fields(api.send(PROFILE_PATH, body)) == [
        "email",
        "first_name",
        "country",
        "store_country",
        "custom_attributes.b",
        "custom_attributes.a",
        "custom_attributes.c",
        "device_info.platform",
        "device_info.os",
    ]


def test_unknown_enum_value_is_rejected_with_the_choices(api: Api) -> None:
    """The message lists the values of the spec."""
    cases: list[tuple[str, Any]] = [
        ("event_type", "subscription_paused"),
        ("event_type", "Subscription_Started"),
        ("offer", {**OFFER, "category": "free"}),
        ("offer", {**OFFER, "offer_type": ""}),
    ]
    for field, value in cases:
        with case(field, value):
            api.reset()
            (error,) = errors(api.save_event(**{field: value}), 400)
            assert error["field_name"].startswith(field)
            assert error["message"].startswith("Input should be one of ")


MOMENTS = [
    "2026-06-01T10:30:00Z",
    "2026-06-01t10:30:00z",
    "2026-06-01T10:30:00.5Z",
    "2026-06-01T10:30:00.123456789+05:30",
    "2026-06-01T10:30:00-00:00",
    "2024-02-29T00:00:00+23:59",
    "2016-12-31T23:59:60Z",
    "2017-01-01T05:29:60.5+05:30",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999-23:59",
]
NO_MOMENTS = [
    "",
    "2026-06-01",
    "2026-06-01T10:30:00",
    "2026-06-01 10:30:00Z",
    "2026-06-01T10:30Z",
    "2026-06-01T10:30:00.Z",
    "2026-06-01T10:30:00+0530",
    "2026-06-01T10:30:00+05",
    "2026-06-01T10:30:00+24:00",
    "2026-06-01T10:30:00+05:60",
    "2026-06-01T24:00:00Z",
    "2026-06-01T10:60:00Z",
    "2026-06-01T10:30:61Z",
    "2026-06-01T10:30:60Z",
    "2026-13-01T10:30:00Z",
    "2026-02-30T10:30:00Z",
    "0000-01-01T10:30:00Z",
    "20260601T103000Z",
    "2026-W23-1T10:30:00Z",
    "2026-06-01T10:30:00Z\n",
    " 2026-06-01T10:30:00Z",
    "٢٠٢٦-06-01T10:30:00Z",
    "1780309800",
]


def test_rfc_3339_date_times_are_accepted(api: Api) -> None:
    """All of RFC 3339 is accepted, including leap seconds and small letters."""
    for moment in MOMENTS:
        with case(moment):
            api.reset()
            assert api.save_event(event_datetime=moment).status_code == 200


def test_invalid_date_times_are_rejected(api: Api) -> None:
    """A missing offset, a nonexistent day, and other formats of ISO 8601 are invalid."""
    for text in NO_MOMENTS:
        with case(text):
            (error,) = errors(api.save_event(expires_at=text), 400)
            assert error["field_name"] == "expires_at"
            assert "RFC 3339" in error["message"]


def test_equal_date_times_parse_to_the_same_timestamp() -> None:
    """Offsets and leap seconds count, fractions below microseconds are truncated."""
    assert (
        parse_rfc3339("2017-01-01T00:00:00Z")
        == parse_rfc3339("2016-12-31T23:59:60Z")
        == parse_rfc3339("2016-12-31T19:00:00-05:00")
    )
    assert parse_rfc3339("1970-01-01T00:00:00.1234569Z") == 123456
    assert parse_rfc3339("1969-12-31T23:59:59.5Z") == -500_000


def test_dates_must_be_valid_calendar_dates(api: Api) -> None:
    """`birthday` is YYYY-MM-DD."""
    cases: list[str] = ["", "1990-5-21", "19900521", "1990-02-30", "1990-05-21T00:00:00Z", "1990-05-21\n", "١٩٩٠-05-21"]
    for text in cases:
        with case(text):
            api.reset()
            assert fields(api.save_profile(birthday=text)) == ["birthday"]


def test_invalid_emails_are_rejected(api: Api) -> None:
    """The error does not quote the address."""
    cases: list[str] = ["", "jane", "jane@", "@example.com", "jane@example", "ja ne@example.com", "a@b@example.com"]
    for text in cases:
        with case(text):
            api.reset()
            (error,) = errors(api.save_profile(email=text), 400)
            assert (error["field_name"], error["message"]) == ("email", "Input should be a valid email address")


def test_invalid_countries_are_rejected(api: Api) -> None:
    """Other values are rejected, as documented, although the schema allows them."""
    text_cases: list[str] = ["", "USA", "UK", "uk", "EN", "XX", "U", "US ", "840", "\u0000"]
    field_cases: list[str] = ["country", "store_country"]
    for text in text_cases:
        for field in field_cases:
            with case(field, text):
                assert fields(api.save_profile(**{field: text})) == [field]


def test_every_country_is_accepted(api: Api) -> None:
    """All officially assigned codes are accepted, in either case."""
    assert {api.save_profile(country=code, store_country=code.lower()).status_code for code in COUNTRY_CODES} == {200}


def test_decimal_text_is_accepted_as_price(api: Api) -> None:
    """The amount is decimal text."""
    cases: list[tuple[str, int]] = [("9.99", 200), ("0", 200), ("-3.50", 200), ("10", 200)]
    for text, status in cases:
        with case(text, status):
            api.reset()
            assert api.save_event(price_usd=text).status_code == status


def test_invalid_prices_are_rejected(api: Api) -> None:
    """The documented form is a decimal string."""
    cases: list[str] = ["", "9,99", "$9.99", "1e3", "NaN", "Infinity", ".5", "5.", "+1", " 1", "1\n", "٣", "0x1"]
    for text in cases:
        with case(text):
            assert fields(api.save_event(price_usd=text)) == ["price_usd"]


def test_custom_attributes_accept_strings_and_numbers(api: Api) -> None:
    """Both types are stored unchanged."""
    cases: list[Any] = ["", "x", 0, -1, 1.5, 10**400]
    for value in cases:
        with case(value):
            api.reset()
            assert api.save_profile(custom_attributes={"": value}).status_code == 200
            assert api.inside("profiles/user_12345")["profile"]["custom_attributes"] == {"": value}


def test_invalid_custom_attributes_are_rejected_by_name(api: Api) -> None:
    """A boolean is not a number."""
    cases: list[Any] = [None, True, False, [], {}, ["x"], {"x": 1}]
    for value in cases:
        with case(value):
            api.reset()
            assert fields(api.save_profile(custom_attributes={"fine": 1, "plan": value})) == ["custom_attributes.plan"]


def test_empty_custom_attributes_are_accepted(api: Api) -> None:
    """An empty object is accepted."""
    assert api.save_profile(custom_attributes={}).status_code == 200


def test_unknown_fields_are_accepted_and_kept(api: Api) -> None:
    """The spec does not forbid further properties, so fields of newer clients are accepted."""
    extra = {"nickname": "u", "deep": {"er": [1, None, True, {"x": "\u0000"}]}, "country ": "nowhere"}
    api.save_profile(**extra)
    api.save_event(**extra, country="nowhere")
    shown = api.inside("profiles/user_12345")
    assert shown["profile"] == profile(**extra)
    assert shown["events"] == [event(**extra, country="nowhere")]


def test_bodies_that_are_not_json_objects_are_rejected(api: Api) -> None:
    """The error has no field; the spec's schema does not allow null there."""
    cases: list[bytes] = [
        b"",
        b"  \n",
        b"[]",
        b'"text"',
        b"null",
        b"5",
        b"{",
        b'{"email": "jane@example.com"',
        b"{'email': 1}",
        b'{"email": undefined}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1} {}',
        b"\xff\xfe\x00",
        b'{"email": "\xe9"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\n"}',
        b"external_profile_id=1&email=jane%40example.com",
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ]
    for raw in cases:
        with case(raw):
            for path in PATHS.values():
                (error,) = errors(api.http.post(path, content=raw), 400)
                assert "field_name" not in error
                assert error["message"].startswith("Body ")


def test_nesting_is_limited(api: Api) -> None:
    """The limit counts levels, not brackets."""

    def nested(levels: int) -> Any:
        value: Any = []
        for _ in range(levels - 1):
            value = [value]
        return value

    assert api.save_profile(extra=nested(MAX_DEPTH - 1), wide=[[]] * 1000).status_code == 200
    assert api.inside("profiles/user_12345")["profile"]["extra"] == nested(MAX_DEPTH - 1)
    (error,) = errors(api.save_profile(extra=nested(MAX_DEPTH)), 400)
    assert "nested" in error["message"]


def test_lone_surrogates_are_rejected_by_field(api: Api) -> None:
    """JSON can contain them, UTF-8 and a database cannot."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"first_name": "\ud800"}, "first_name"),
        ({"external_profile_id": "a\udc00b"}, "external_profile_id"),
        ({"email": "jane\ud83d@example.com"}, "email"),
        ({"country": "\ud800"}, "country"),
        ({"device_info": {"platform": "\ude00\ud83d"}}, "device_info.platform"),
        ({"custom_attributes": {"plan": "\udfff"}}, "custom_attributes.plan"),
        ({"custom_attributes": {"\ud800": "x"}}, "custom_attributes.\\ud800"),
        ({"unknown": [{"deep": ["fine", "\ud800"]}]}, "unknown.0.deep.1"),
        ({"\ud800": 1}, "\\ud800"),
    ]
    for changes, field in cases:
        with case(changes, field):
            assert fields(api.save_profile(**changes)) == [field]


def test_surrogate_pairs_are_accepted(api: Api) -> None:
    """A client that writes ASCII sends an emoji as a surrogate pair."""
    api.save_profile(first_name="\U0001f600")
    assert api.inside("profiles/user_12345")["profile"]["first_name"] == "\U0001f600"


def test_numbers_beyond_a_double_are_rejected_by_field(api: Api) -> None:
    """It would be stored as Infinity, which is not JSON."""
    text = json.dumps(profile(custom_attributes={"days": "HUGE"}, other={"x": [0, "HUGE"]}))
    answer = api.http.post(PROFILE_PATH, content=text.replace('"HUGE"', "-1e999").encode())
    assert fields(answer) == ["custom_attributes.days", "other.x.1"]


def test_last_of_duplicate_keys_counts(api: Api) -> None:
    """The last one counts, as in most JSON parsers."""
    text = json.dumps(profile())[:-1] + ', "email": "john@example.com"}'
    assert api.http.post(PROFILE_PATH, content=text.encode()).status_code == 200
    assert api.inside("profiles/user_12345")["profile"]["email"] == "john@example.com"


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["\ud800", "\0", "9.99"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)


def _bodies(name: str) -> st.SearchStrategy[Any]:
    changes = st.dictionaries(st.sampled_from(list(SCHEMAS[name]["properties"])) | st.text(), ANYTHING)
    return ANYTHING | changes | changes.map(lambda new: FULL[name] | new)


@pytest.mark.parametrize("name", PATHS)
@HTTP_PROPERTY
@given(st.data())
def test_any_json_gets_a_documented_response(shared_api: Api, name: str, data: st.DataObject) -> None:
    """Any JSON, also Python's NaN and Infinity, gets a 200 or a documented 400."""
    answer = shared_api.send(PATHS[name], data.draw(_bodies(name)))
    if answer.status_code == 200:
        assert answer.content == b"{}"
    else:
        assert errors(answer, 400)


@pytest.mark.parametrize("path", PATHS.values())
@HTTP_PROPERTY
@given(raw=st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0d8e1-.naNIfty ').map(str.encode))
def test_any_bytes_get_a_400(shared_api: Api, path: str, raw: bytes) -> None:
    """Bytes that are not a JSON object are rejected."""
    assert errors(shared_api.http.post(path, content=raw), 400)


def test_local_references_are_resolved_anywhere_in_the_spec() -> None:
    """A schema in the operation itself, escaped names in pointers, and any keyword work."""
    document = openapi_spec("mail")
    document["paths"] = {"/a/b~c %d": document["paths"][PROFILE_PATH]}
    schemas = document["components"]["schemas"]
    schemas["a/b~ %"] = {
        "type": "object",
        "properties": {"z": {"$ref": "#/components/schemas/text"}, "a": {"maxLength": 1}},
    }
    schemas["text"] = {"type": "string", "format": "uuid", "minLength": 2}
    operation = document["paths"]["/a/b~c %d"]["post"]
    operation["requestBody"]["content"]["application/json"]["schema"] = {
        "$ref": "#/components/schemas/a~1b~0%20%25",
        "minProperties": 1,
    }
    (found,) = load_operations(document)
    assert found.parse_body(b'{"z": "any uuid is fine"}') == {"z": "any uuid is fine"}
    with pytest.raises(InvalidBody) as refused:
        found.parse_body(b'{"a": "xx", "z": "x"}')
    assert [(issue.field_name, issue.message) for issue in refused.value.issues] == [
        ("z", "Input breaks the spec's rule minLength"),
        ("a", "Input breaks the spec's rule maxLength"),
    ]
    with pytest.raises(InvalidBody, match="Body breaks the spec's rule minProperties"):
        found.parse_body(b"{}")


def test_operation_without_a_403_example_uses_another_one() -> None:
    """Without any example in the spec, the response still has the documented format."""
    document = openapi_spec("mail")
    document["paths"] = {path: document["paths"][path] for path in PATHS.values()}
    saving, recording = (document["paths"][path]["post"]["responses"] for path in PATHS.values())
    example = saving["403"]["content"]["application/json"]["examples"]["default"]["value"]
    del recording["403"]
    assert [operation.forbidden for operation in load_operations(document)] == [example, example]
    del saving["403"]["content"]["application/json"]["examples"]
    for operation in load_operations(document):
        (error,) = operation.forbidden["errors"]
        assert error.keys() == {"message", "error_code", "status_code"}


def test_operations_without_a_json_body_are_skipped() -> None:
    """They are not part of the sandbox."""
    document = openapi_spec("mail")
    before = [operation.operation_id for operation in load_operations(document)]
    document["paths"]["/other/"] = {"get": {"operationId": "other", "responses": {}}, "parameters": []}
    assert [operation.operation_id for operation in load_operations(document)] == before
