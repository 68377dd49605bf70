"""Any response that is not a documented success becomes a typed exception, without errors on the way."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

import adapty
from adapty import (
    AdaptyAPIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    MailProfile,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
    UnprocessableEntityError,
)
from adapty._core.addresses import describe_url
from adapty._core.error_mapping import ERROR_BY_CODE, RequestInfo, error_from_response, parse_error_body
from adapty._core.error_rules import ERROR_RULES
from adapty._core.redaction import REDACTED, Secret, redact

from .support import KEY, PROFILE, case, json_values, repeatable, reply

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED = RequestInfo("saveProfile", "POST", "/api/v1/profile/save/", 2)

CLASS_BY_STATUS = {
    100: AdaptyAPIError,
    199: AdaptyAPIError,
    200: UnexpectedResponseError,
    201: UnexpectedResponseError,
    204: UnexpectedResponseError,
    299: UnexpectedResponseError,
    300: AdaptyAPIError,
    301: AdaptyAPIError,
    302: AdaptyAPIError,
    304: AdaptyAPIError,
    307: AdaptyAPIError,
    400: BadRequestError,
    401: AuthenticationError,
    402: AdaptyAPIError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: AdaptyAPIError,
    408: AdaptyAPIError,
    409: ConflictError,
    410: AdaptyAPIError,
    413: AdaptyAPIError,
    418: AdaptyAPIError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    431: AdaptyAPIError,
    451: AdaptyAPIError,
    499: AdaptyAPIError,
    500: ServerError,
    501: ServerError,
    502: ServerError,
    503: ServerError,
    504: ServerError,
    520: ServerError,
    529: ServerError,
    599: ServerError,
    600: AdaptyAPIError,
    999: AdaptyAPIError,
    0: AdaptyAPIError,
}


def error_of(
    body: Any,
    status: int = 400,
    headers: Mapping[str, str] | None = None,
    secrets: tuple[str, ...] = (KEY,),
) -> AdaptyAPIError:
    """Return the exception for a response with these bytes, or with this JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_from_response(reply(status, content, headers), ASKED, [Secret(secret) for secret in secrets])


def everything(error: AdaptyAPIError) -> str:
    """Return all visible parts of an exception as one text."""
    return "\n".join([str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))])


def test_status_code_selects_the_class() -> None:
    """Each status has its class, also unregistered ones (499, 520) and those without a body."""
    for status, kind in CLASS_BY_STATUS.items():
        with case(status, kind):
            error = error_of(b"", status)
            assert type(error) is kind
            assert error.status_code == status
            assert str(error) == f"saveProfile: {status}: no error message (after 2 attempts)"


@given(status=st.integers(0, 999), body=json_values() | st.binary())
@repeatable(150)
def test_any_body_maps_to_the_class_of_its_status(status: int, body: Any) -> None:
    """Any JSON and any bytes result in an exception of the status's class."""
    error = error_of(body, status)
    assert isinstance(error, AdaptyAPIError)
    if error.error_code != "secret_key_does_not_exist_error":
        assert type(error) is type(error_of(b"", status))
    assert all(type(text) is str for text in (*error.messages, *error.field_names))
    assert type(error.error_code) in {str, type(None)}
    assert pickle.loads(pickle.dumps(error)).status_code == status  # noqa: S301 - our own bytes


@given(body=json_values().filter(lambda body: "@" not in json.dumps(body)))
@repeatable(150)
def test_json_body_is_available(body: Any) -> None:
    """The parsed body is unchanged, except for secrets."""
    assert repr(error_of(body, secrets=()).body) == repr(json.loads(json.dumps(body)))


@given(body=st.binary())
@repeatable(100)
def test_other_body_is_available_as_text(body: bytes) -> None:
    """Other bodies are text, with replacement characters if not UTF-8, or None if blank."""
    error = error_of(body, secrets=())
    assert isinstance(error, BadRequestError)
    json.dumps(error.body).encode()


MAIL = {
    "errors": [
        {"message": "Field required", "error_code": "base_error", "status_code": 400, "field_name": "email"},
    ],
}
SERVER_SIDE = {
    "errors": [
        {"source": "customer_user_id", "errors": ["Too long.", "Not a string."]},
        {"source": "non_field_errors", "errors": ["Nothing to do."]},
    ],
    "error_code": "validation_error",
    "status_code": 400,
}


def test_mail_api_errors_are_parsed() -> None:
    """Code, message and field of the Mail API's body are in the exception and its text."""
    error = error_of(MAIL)
    assert error.error_code == "base_error"
    assert error.messages == ("email: Field required",)
    assert error.field_names == ("email",)
    assert error.body == MAIL
    assert str(error) == "saveProfile: 400 base_error: email: Field required (after 2 attempts)"


def test_server_side_api_errors_are_parsed() -> None:
    """Code, messages and field names of the server-side API's body are in the exception."""
    error = error_of(SERVER_SIDE)
    assert error.error_code == "validation_error"
    assert error.messages == ("customer_user_id: Too long., Not a string.", "Nothing to do.")
    assert error.field_names == ("customer_user_id",)


def test_mail_api_unknown_key_is_authentication_error() -> None:
    """The Mail API returns 403 for an unknown key: the code decides, not the status."""
    body = {
        "errors": [
            {
                "message": "Secret key doesn't exist",
                "error_code": "secret_key_does_not_exist_error",
                "status_code": 403,
                "field_name": None,
            },
        ],
    }
    error = error_of(body, 403)
    assert type(error) is AuthenticationError
    assert error.status_code == 403
    assert error.field_names == ()
    assert error.messages == ("Secret key doesn't exist",)


def test_known_error_code_overrides_status() -> None:
    """The code of the body or of its first error determines the class of a 4xx."""
    for place in ["outside", "inside"]:
        for status in [400, 401, 403, 404]:
            with case(place, status):
                code = {"error_code": "secret_key_does_not_exist_error"}
                assert type(error_of(code if place == "outside" else {"errors": [code]}, status)) is AuthenticationError


def test_error_code_is_ignored_outside_4xx() -> None:
    """A code in a 5xx of a gateway is ignored: it does not mean that a profile is missing."""
    for status, kind in [(500, ServerError), (302, AdaptyAPIError)]:
        with case(status, kind):
            assert type(error_of({"error_code": "profile_does_not_exist"}, status)) is kind


def test_outer_error_code_comes_first() -> None:
    """The code of the body precedes that of its first error."""
    assert error_of({"error_code": "outer", "errors": [{"error_code": "inner"}]}).error_code == "outer"
    assert error_of({"errors": [{"error_code": ""}, {"error_code": "second"}]}).error_code == "second"
    assert error_of({"error_code": "unheard_of"}).error_code == "unheard_of"
    assert type(error_of({"error_code": "unheard_of"})) is BadRequestError


UNKNOWN_BODIES: list[Any] = [
    b"",
    b" \r\n\t",
    b"null",
    b"true",
    b"0",
    b'""',
    b"[]",
    b"{}",
    b"<html><head><title>502 Bad Gateway</title></head></html>",
    b"Bad Gateway",
    b"\x00\x01\x02",
    b"\xff\xfe\x00",
    b"\x1f\x8b\x08\x00\x00",
    b'{"errors": [{"message": "cut',
    b"{'errors': []}",
    b"NaN",
    b"Infinity",
    b'{"errors": NaN}',
    b"9" * 5_000,
    b'{"status_code": ' + b"9" * 5_000 + b"}",
    b"[" * 100_000,
    b'{"errors":' * 50_000,
    b'{"errors": ' + b"[" * 900 + b"]" * 900 + b"}",
    b"x" * 3_000,
    b'"\\ud800"',
    b'{"errors": ["\xff"',
    [1, 2],
    ["one"],
    [{"message": "Field required"}],
    {"errors": None},
    {"errors": 1},
    {"errors": True},
    {"errors": {}},
    {"errors": {"email": ["Field required"]}},
    {"errors": []},
    {"errors": [None, 1, True, 1.5, [], {}, [[]], ""]},
    {"errors": [{"message": None, "error_code": None, "field_name": None}]},
    {"errors": [{"message": 1, "error_code": 1, "field_name": 1, "source": 1, "errors": 1}]},
    {"errors": [{"message": [], "error_code": [], "field_name": [], "source": [], "errors": [[], None, 1]}]},
    {"errors": [{"message": {}, "error_code": {}, "field_name": {}, "source": {}, "errors": {}}]},
    {"error_code": None},
    {"error_code": 403},
    {"error_code": ["secret_key_does_not_exist_error"]},
    {"error_code": {"secret_key_does_not_exist_error": 1}},
    {"error": {"type": "invalid_request_error", "code": "parameter_missing", "param": "email", "message": "Missing"}},
    {"detail": [{"loc": ["body", "email"], "msg": "field required"}]},
    {"status_code": 10**400},
]


def test_unknown_bodies_have_no_messages() -> None:
    """Empty, truncated, binary, unknown, deeply nested and mistyped bodies result in the status's exception."""
    for body in UNKNOWN_BODIES:
        with case(body):
            for status in (200, 302, 400, 499, 502):
                error = error_of(body, status)
                assert type(error) is CLASS_BY_STATUS[status]
                assert error.error_code is None
                assert error.messages == ()
                assert error.field_names == ()
                assert str(error) == f"saveProfile: {status}: no error message (after 2 attempts)"
                copies = [pickle.loads(pickle.dumps(error)), copy.deepcopy(error)]  # noqa: S301 - our own bytes
                assert [repr(copied.body) for copied in copies] == [repr(error.body)] * 2


def test_partly_valid_bodies_are_parsed() -> None:
    """Valid items next to invalid ones are used."""
    for errors, messages, field_names in [
        (["one", "two"], ("one", "two"), ()),
        (["one", None, 3, "", {"message": "four"}], ("one", "four"), ()),
        ([{"message": "m", "field_name": ""}], ("m",), ()),
        ([{"message": "", "field_name": "email"}], (), ("email",)),
        ([{"field_name": "email"}, {"source": "country"}], (), ("email", "country")),
        ([{"field_name": "email", "source": "country", "message": "m"}], ("email: m",), ("email", "country")),
        ([{"source": "non_field_errors", "message": "m"}], ("m",), ()),
        ([{"source": "x", "errors": ["a", 1, None, "b"]}], ("x: a, b",), ("x",)),
        ([{"message": "m", "errors": ["a"]}], ("m, a",), ()),
        ([["nested"], {"errors": "text"}, {"errors": {"a": "b"}}], (), ()),
        ([{"message": "m", "field_name": 5, "source": "x"}], ("x: m",), ("x",)),
    ]:
        with case(errors, messages, field_names):
            error = error_of({"errors": errors})
            assert error.messages == messages
            assert error.field_names == field_names


def test_long_messages_are_cut_in_the_text_only() -> None:
    """The text is short; `messages` is complete."""
    error = error_of({"errors": [f"reason {n} {'x' * 500}" for n in range(50)]})
    assert len(error.messages) == 50
    assert len(str(error)) < 500
    assert str(error).startswith("saveProfile: 400: reason 0 x")


def test_text_has_a_maximum_length() -> None:
    """A long code or request ID is cut in the text."""
    for body, headers in [
        ({"error_code": "x" * 2_000}, {}),
        ({"errors": [{"error_code": "x" * 2_000}]}, {}),
        ({}, {"Request-Id": "x" * 2_000}),
    ]:
        with case(body, headers):
            assert len(str(error_of(body, headers=headers))) < 1000


def test_request_id_is_parsed() -> None:
    """The request ID is parsed from either header, in any case, and is in the message."""
    for name in ["Request-Id", "request-id", "X-Request-Id", "X-REQUEST-ID"]:
        with case(name):
            error = error_of(b"", headers={name: "req_123"})
            assert error.request_id == "req_123"
            assert str(error).endswith("(after 2 attempts, request ID req_123)")


def test_request_id_prefers_the_header_of_the_api() -> None:
    """`request-id` is preferred to the `x-request-id` of gateways; without either it is None."""
    assert error_of(b"", headers={"X-Request-Id": "gateway", "Request-Id": "api"}).request_id == "api"
    assert error_of(b"", headers={"X-Request-Id": "gateway", "Request-Id": ""}).request_id == "gateway"
    assert error_of(b"").request_id is None


def test_retry_after_is_parsed() -> None:
    """Retry-After is parsed in seconds, including zero, and is in the message; an invalid one is None."""
    for value, seconds, told in [
        ("7", 7.0, ", retry after 7 s"),
        ("0", 0.0, ", retry after 0 s"),
        ("1.5", 1.5, "1.5 s"),
        ("soon", None, "attempts"),
    ]:
        with case(value, seconds, told):
            error = error_of(b"", 429, headers={"Retry-After": value})
            assert error.retry_after == seconds
            assert str(error).endswith(f"{told})")


def test_past_date_is_zero() -> None:
    """A Retry-After in the past is 0, not None."""
    assert error_of(b"", 503, headers={"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}).retry_after == 0.0


def test_header_names_are_lower_case() -> None:
    """All headers are available by their names in lower case."""
    error = error_of(b"", headers={"X-Thing": "One", "CF-Ray": "abc"})
    assert error.headers["x-thing"] == "One"
    assert error.headers["cf-ray"] == "abc"
    assert type(error.headers) is dict


@given(headers=st.dictionaries(st.from_regex(r"[A-Za-z-]{1,12}", fullmatch=True), st.text("abc 019,;=\x7f")))
@repeatable(80)
def test_any_header_value_is_accepted(headers: dict[str, str]) -> None:
    """Any header value results in an exception."""
    assert isinstance(error_of(b"", headers={**headers, "Retry-After": "".join(headers.values())}), BadRequestError)


def test_error_has_the_request() -> None:
    """Operation, method, path and attempts are attributes of the exception."""
    error = error_of(MAIL)
    assert (error.operation, error.method, error.path, error.attempts) == ("saveProfile", "POST", ASKED.path, 2)


def test_error_of_a_success_has_the_problem() -> None:
    """If the response looks like a success, the message has the problem instead."""
    error = error_from_response(
        reply(200, b"[]"), RequestInfo("saveProfile", "POST", "/p", 1), [], problem="it is a list"
    )
    assert type(error) is UnexpectedResponseError
    assert str(error) == "saveProfile: 200: it is a list (after 1 attempt)"
    assert error.body == []


ECHOES: list[Any] = [
    b"Bearer %s for jane@example.com" % KEY.encode(),
    b"<html><pre>Authorization: Bearer %s</pre><a href='mailto:jane@example.com'>x</a></html>" % KEY.encode(),
    {"errors": [{"message": f"{KEY} jane@example.com", "field_name": f"{KEY}", "error_code": f"{KEY}"}]},
    {"errors": [f"{KEY}, jane@example.com"], "error_code": "jane@example.com"},
    {"errors": [{"source": "jane@example.com", "errors": [KEY, "jane@example.com"]}]},
    {KEY: {"jane@example.com": [KEY, "jane@example.com"]}},
    {"request": {"headers": {"Authorization": f"Bearer {KEY}"}, "body": '{"email": "jane@example.com"}'}},
    ["jane@example.com", KEY],
    f"jane@example.com {KEY}",
]


def test_error_shows_neither_key_nor_address() -> None:
    """No part of the exception shows an echoed key or address."""
    for body in ECHOES:
        with case(body):
            echoing = {
                "X-Echo": f"Bearer {KEY}",
                "X-From": "Jane <jane@example.com>",
                "Request-Id": f"{KEY}-jane@example.com",
            }
            for status in (200, 400, 403, 502):
                seen = everything(error_of(body, status, echoing))
                assert KEY not in seen
                assert "jane@example.com" not in seen
                assert REDACTED in seen


def test_redacted_json_is_valid_json() -> None:
    """Redacting an address in quotes, between line breaks or after a backslash preserves the JSON."""
    for text in [
        '"jane@example.com" is not an address',
        "address:\njane@example.com\n",
        "a\\jane@example.com\\b",
        "<jane@example.com>",
        "\tjane@example.com\t",
        "jane@example.com/\u00e9",
    ]:
        with case(text):
            error = error_of({"errors": [{"message": text, "field_name": "email", "error_code": "base_error"}]})
            assert isinstance(error.body, dict)
            assert error.error_code == "base_error"
            assert error.field_names == ("email",)
            assert "jane@example.com" not in everything(error)


def test_redacted_json_is_valid_with_odd_keys() -> None:
    """A key that looks like JSON does not break the body; the class is the status's."""
    for secret in ["e", "1", "base_error", "errors", "400", '"', "{", "\\"]:
        with case(secret):
            error = error_of({"errors": [{"message": "one", "field_name": "x"}], "n": 1}, secrets=(secret,))
            assert type(error) is BadRequestError
            assert isinstance(error.body, dict)


ESCAPED: list[tuple[bytes, str]] = [
    (rb'{"errors": ["jane\u0040example.com"]}', KEY),
    (rb'{"errors": ["\u006aane@example.com"]}', KEY),
    (rb'{"errors": ["secret\/live\/1"]}', "secret/live/1"),
    (rb'{"errors": ["\u0073ecret_live_never_shown"]}', KEY),
    (rb'{"secret\/live\/1": 1}', "secret/live/1"),
]


def test_escaped_secrets_are_redacted() -> None:
    """Secrets are searched in the decoded text, because JSON may escape any character."""
    for body, secret in ESCAPED:
        with case(body, secret):
            seen = everything(error_of(body, secrets=(secret,)))
            assert secret not in seen
            assert "jane@example.com" not in seen


def test_every_sendable_address_is_redacted() -> None:
    """An address that a model accepts is removed completely from the exception."""
    for address in [
        "o'brien@example.com",
        "jane'@example.com",
        "{jane}@example.com",
        "jane}@example.com",
        "jane+tag@example.com",
        "j\u00e4ne@example.com",
        "jane@m\u00fcnchen.de",
        "\u7528\u6237@\u4f8b\u3048.\u30c6\u30b9\u30c8",
        "!#$%&'*+-/=?^_`{|}~@example.com",
    ]:
        with case(address):
            assert MailProfile(**{**PROFILE, "email": address}).email == address
            error = error_of({"errors": [f"The address {address} is bounced."]})
            assert error.messages == (f"The address {REDACTED} is bounced.",)


@given(address=st.emails())
@repeatable(100)
def test_any_address_is_redacted(address: str) -> None:
    """The exception does not show an echoed address."""
    for body in ({"errors": [f"The address {address} is bounced."]}, f"The address {address} is bounced.".encode()):
        assert address not in everything(error_of(body))


def test_longer_key_is_redacted_first() -> None:
    """Of two keys, the longer one is redacted first, in any order."""
    for secrets in (("secret_a", "secret_a_b"), ("secret_a_b", "secret_a")):
        error = error_of({"errors": ["got secret_a_b"]}, secrets=secrets)
        assert error.messages == (f"got {REDACTED}",)


def test_other_text_with_at_is_unchanged() -> None:
    """Only text in the form of an address is removed."""
    for text in ("@", "a @ b", "@example.com", "jane at example.com", "@@", "price @ 9.99", ""):
        assert redact(text, []) == text
    assert redact("jane@example.com,doe@example.com;x", []) == f"{REDACTED},{REDACTED};x"


def test_parse_error_body() -> None:
    """A body is its JSON, its text if it is not JSON, or None if it is blank."""
    text: Any
    body: Any
    for text, body in [
        ("", None),
        (" \n", None),
        ("null", None),
        ("0", 0),
        ("false", False),
        ('""', ""),
        ("[]", []),
        ('{"a": [1, "b", null]}', {"a": [1, "b", None]}),
        ("Bad Gateway", "Bad Gateway"),
        ('{"a": ', '{"a": '),
        ("[" * 100_000, "[" * 100_000),
    ]:
        with case(text, body):
            assert parse_error_body(text) == body


def test_byte_order_mark_is_skipped() -> None:
    """JSON after a byte order mark, as some gateways send it, is parsed."""
    assert error_of(b"\xef\xbb\xbf" + json.dumps(MAIL).encode()).error_code == "base_error"


def test_pickle_and_copy_preserve_all_attributes() -> None:
    """Pickling, copying and deep-copying preserve class, text and all attributes."""
    for status in [200, 400, 401, 403, 404, 409, 422, 429, 503, 302]:
        for body in [MAIL, SERVER_SIDE, b"<html>", b"", {"deep": [{"x": [1.5, None, True]}]}]:
            with case(status, body):
                error = error_of(body, status, {"Request-Id": "req_123", "Retry-After": "7"})
                for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
                    assert type(again) is type(error)
                    assert str(again) == str(error)
                    assert vars(again) == vars(error)
                assert vars(error).keys() == {
                    "status_code",
                    "error_code",
                    "messages",
                    "field_names",
                    "hint",
                    "request_id",
                    "retry_after",
                    "headers",
                    "body",
                    "operation",
                    "method",
                    "path",
                    "attempts",
                    "idempotency_key",
                    "may_have_succeeded",
                    "_is_retryable",
                }


def test_every_api_error_class_is_raised() -> None:
    """Each exception class belongs to a status or a code."""
    made = {type(error_of(b"", status)) for status in range(100, 600)}
    made |= {type(error_of({"error_code": code}, 400)) for code in ERROR_BY_CODE}
    assert made == {
        kind for kind in vars(adapty.errors).values() if isinstance(kind, type) and issubclass(kind, AdaptyAPIError)
    }


def refusal(operation: str, code: str, status: int, message: str = "No.") -> AdaptyAPIError:
    """Return the exception for an operation that the server-side API refused with this code."""
    body = {"errors": [{"source": None, "errors": [message]}], "error_code": code, "status_code": status}
    asked = RequestInfo(operation=operation, method="POST", path="/", attempts=1)
    return error_from_response(reply(status, json.dumps(body).encode()), asked, [])


def test_hint_names_the_broken_rule() -> None:
    """Each operation that a rule applies to has the hint, for any 4xx, also in the message."""
    for code, rule in ERROR_RULES.items():
        for operation in rule.operations:
            for status in (400, 404, 422):
                with case(code, operation, status):
                    error = refusal(operation, code, status)
                    assert error.hint == rule.text
                    assert str(error) == f"{operation}: {status} {code}: No.; hint: {rule.text} (after 1 attempt)"


def test_hint_is_not_repeated_in_the_message() -> None:
    """A message of the API that already has the rule stays as it is."""
    error = refusal("setTransaction", "expires_date_error", 400, "expires_at must be after purchased_at")
    assert str(error).count("expires_at must be after purchased_at") == 1
    assert error.hint == "expires_at must be after purchased_at"


def test_other_errors_have_no_hint() -> None:
    """Other operations, other codes and errors of the server have none."""
    for operation, code, status in [
        ("getProfile", "profile_does_not_exist", 404),
        ("setTransaction", "revocation_date_more_than_expiration_date", 400),
        ("grantAccessLevel", "expires_date_error", 400),
        ("setTransaction", "newer_error", 400),
        ("setTransaction", "expires_date_error", 500),
    ]:
        with case(operation, code, status):
            error = refusal(operation, code, status)
            assert error.hint is None
            assert "hint" not in str(error)


def test_stripe_errors_have_two_formats() -> None:
    """400 has the format of JSON:API, 401 and 500 that of the rest of the API, all as application/vnd.api+json."""
    kind = {"Content-Type": "application/vnd.api+json"}
    pointer = "/data/attributes/stripe_token"
    own = {"errors": [{"detail": "none is not an allowed value", "source": {"pointer": pointer}, "status": "400"}]}
    error = error_of(own, 400, kind)
    assert (type(error), error.field_names, error.error_code) == (BadRequestError, (pointer,), None)
    for status, expected in ((401, AuthenticationError), (500, ServerError)):
        with case(status):
            common = {"errors": ["Invalid API key"], "error_code": "unauthorized", "status_code": status}
            error = error_of(common, status, kind)
            assert (type(error), error.error_code, error.messages) == (expected, "unauthorized", ("Invalid API key",))


def test_gateway_messages_are_parsed() -> None:
    """A message next to the documented list, or in place of it, is used."""
    for body, message in [
        ({"message": "Forbidden"}, "Forbidden"),
        ({"detail": "Method not allowed"}, "Method not allowed"),
        ({"errors": "Field required"}, "Field required"),
        ({"errors": {"message": "Field required"}}, "Field required"),
        ({"errors": [], "message": "Too many requests"}, "Too many requests"),
    ]:
        with case(body, message):
            assert error_of(body).messages == (message,)


def test_redirect_message_is_one_line() -> None:
    """Whatever the Location header contains, it is escaped."""
    unreadable = "an unreadable address"
    for location, shown in {
        "/\x1b[31m\n": r"/\x1b[31m\n",
        "\x00:": unreadable,
        "": unreadable,
        "x:y:1/@z": unreadable,
    }.items():
        error = error_from_response(reply(302, headers={"location": location}), ASKED, ())
        assert f": unexpected redirect to {shown};" in str(error)
        assert str(error).isprintable()


@given(location=st.text(st.characters()))
@repeatable(200)
def test_redirect_message_has_no_credentials(location: str) -> None:
    """No URL breaks the message, and its credentials are not shown."""
    for text in (location, f"https://jane:opensesame@example.com{location}"):
        described = describe_url(text)
        assert described.isprintable()
        assert "opensesame" not in described
