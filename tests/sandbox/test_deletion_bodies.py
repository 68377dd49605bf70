"""Valid and invalid bodies of deletions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty._generated import openapi_spec
from adapty.sandbox._body import MAX_BODY_BYTES
from adapty.sandbox._mail.routes import load_operations
from adapty.sandbox._responses import InvalidBody, ValidationIssue, mail_error
from tests.cases import case
from tests.sandbox.conftest import DELETION_PATH, HTTP_PROPERTY, Api, errors, fields
from tests.sandbox.test_bodies import ANYTHING

KINDS = ("external_profile_id", "customer_user_id", "email")
MISSING = {
    "message": "Body should have at least one of external_profile_id, customer_user_id, email",
    "error_code": "missing_identifier",
    "status_code": 400,
}


def test_body_without_identifier_is_missing_identifier(api: Api) -> None:
    """The response is the documented one, without a field."""
    cases: list[dict[str, Any]] = [{}, {"profile_id": "x"}, {"Email": "jane@example.com"}, {"": None}]
    for body in cases:
        with case(body):
            api.reset()
            assert errors(api.send(DELETION_PATH, body), 400) == [MISSING]
            problem = api.inside("requests?limit=1")["requests"][0]["problem"]
            assert problem == MISSING["message"]


def test_other_issues_are_listed_too(api: Api) -> None:
    """Each issue has its own error code."""
    missing, surrogate = errors(api.delete_profile(other="\ud800"), 400)
    assert missing == MISSING
    assert (surrogate["error_code"], surrogate["field_name"]) == ("base_error", "other")


def test_wrong_identifier_is_named(api: Api) -> None:
    """It counts as given, alone and next to a valid one, and nothing is erased."""
    wrong_cases: list[Any] = [None, True, 0, 1.5, [], ["jane@example.com"], {}, "\ud800"]
    for wrong in wrong_cases:
        for kind in KINDS:
            with case(kind, wrong):
                api.reset()
                api.save_profile(customer_user_id="u")
                right = {"external_profile_id": "user_12345", "customer_user_id": "u"}
                for body in ({kind: wrong}, {**right, kind: wrong}):
                    answer = api.send(DELETION_PATH, body)
                    assert fields(answer) == [kind]
                    assert errors(answer, 400)[0]["error_code"] == "base_error"
                assert api.inside("")["profiles"] == 1


def test_invalid_emails_are_rejected(api: Api) -> None:
    """The error does not quote the address."""
    cases: list[str] = ["", "jane", "jane@", "ja ne@example.com"]
    for text in cases:
        with case(text):
            api.reset()
            (error,) = errors(api.delete_profile(email=text), 400)
            assert (error["field_name"], error["message"]) == ("email", "Input should be a valid email address")


def test_all_wrong_identifiers_are_named_in_the_order_of_the_contract(api: Api) -> None:
    """One response lists all problems."""
    assert fields(api.delete_profile(email="x", customer_user_id=1, external_profile_id=None)) == list(KINDS)


def test_any_text_is_an_id(api: Api) -> None:
    """IDs are compared exactly, also those of erased profiles."""
    cases: list[str] = ["", " ", "\u0000", "a\u0000b", "%2F", "\U0001f600", "'; --", "x" * 5000]
    for name in cases:
        with case(name):
            api.reset()
            stored, erased = ({"external_profile_id": text} for text in (name + "\u0000", name))
            api.save_profile(**stored, email="stored@example.com")
            api.save_profile(**erased)
            statuses = [api.delete_profile(**named).status_code for named in (erased, erased, stored, stored)]
            assert statuses == [204] * 4


def test_unknown_fields_are_accepted(api: Api) -> None:
    """The spec does not forbid them."""
    api.save_profile()
    assert api.delete_profile(external_profile_id="user_12345", reason=["asked", None]).status_code == 204


def test_body_that_is_too_long_is_413(api: Api) -> None:
    """The limit is the same as for other operations."""
    errors(api.delete_profile(external_profile_id="x" * MAX_BODY_BYTES), 413)


def test_bodies_that_are_not_json_objects_are_rejected(api: Api) -> None:
    """The identifiers are not validated."""
    cases: list[bytes] = [
        b"",
        b"[]",
        b"null",
        b'"jane@example.com"',
        b"5",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"email": NaN}',
    ]
    for raw in cases:
        with case(raw):
            api.reset()
            (error,) = errors(api.http.post(DELETION_PATH, content=raw), 400)
            assert (error["error_code"], "field_name" in error) == ("base_error", False)


@HTTP_PROPERTY
@given(body=ANYTHING | st.dictionaries(st.sampled_from(KINDS) | st.text(), ANYTHING | st.emails()))
def test_any_json_gets_a_documented_response(shared_api: Api, body: Any) -> None:
    """Any JSON, also Python's NaN and Infinity, gets a documented response."""
    answer = shared_api.send(DELETION_PATH, body)
    if answer.status_code == 204:
        assert answer.content == b""
    else:
        assert errors(answer, 404 if answer.status_code == 404 else 400)


def test_choice_errors_of_a_field_are_not_missing_identifier() -> None:
    """Only the body as a whole can lack an identifier."""
    codes = [
        json.loads(bytes(mail_error(400, ValidationIssue(message="x", path=path, keyword="anyOf")).body))["errors"][0][
            "error_code"
        ]
        for path in ((), ("email",))
    ]
    assert codes == ["missing_identifier", "base_error"]


def test_choices_without_fields_get_a_general_message() -> None:
    """A later spec may have other choices."""
    document = openapi_spec("mail")
    document["components"]["schemas"]["ProfileDeleteDTO"]["anyOf"] = [{"minProperties": 2}, {"maxProperties": 0}]
    deletion = next(found for found in load_operations(document) if found.operation_id == "deleteProfile")
    with pytest.raises(InvalidBody, match="Body should be one of the spec's choices"):
        deletion.parse_body(b'{"email": "jane@example.com"}')
