"""What of a deletion's body is accepted, and what is said of the rest."""

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
from tests.sandbox.conftest import DELETION_PATH, PROPERTY, Api, errors, fields
from tests.sandbox.test_bodies import ANYTHING

KINDS = ("external_profile_id", "customer_user_id", "email")
MISSING = {
    "message": "Body should have at least one of external_profile_id, customer_user_id, email",
    "error_code": "missing_identifier",
    "status_code": 400,
}


@pytest.mark.parametrize("body", [{}, {"profile_id": "x"}, {"Email": "jane@example.com"}, {"": None}])
def test_without_an_identifier_it_is_a_missing_identifier(api: Api, body: dict[str, Any]) -> None:
    """The documented error, which no single field is at fault for."""
    assert errors(api.send(DELETION_PATH, body), 400) == [MISSING]
    problem = api.inside("requests?limit=1")["requests"][0]["problem"]
    assert problem == MISSING["message"]


def test_another_flaw_is_told_beside_it(api: Api) -> None:
    """Each under its own code."""
    missing, surrogate = errors(api.delete_profile(other="\ud800"), 400)
    assert missing == MISSING
    assert (surrogate["error_code"], surrogate["field_name"]) == ("base_error", "other")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", [None, True, 0, 1.5, [], ["jane@example.com"], {}, "\ud800"])
def test_a_wrong_identifier_is_named(api: Api, kind: str, wrong: Any) -> None:
    """It counts as given, alone and beside a right one, and nothing is erased."""
    api.save_profile(customer_user_id="u")
    right = {"external_profile_id": "user_12345", "customer_user_id": "u"}
    for body in ({kind: wrong}, {**right, kind: wrong}):
        answer = api.send(DELETION_PATH, body)
        assert fields(answer) == [kind]
        assert errors(answer, 400)[0]["error_code"] == "base_error"
    assert api.inside("")["profiles"] == 1


@pytest.mark.parametrize("text", ["", "jane", "jane@", "ja ne@example.com"])
def test_an_address_has_its_shape(api: Api, text: str) -> None:
    """The refusal does not repeat it."""
    (error,) = errors(api.delete_profile(email=text), 400)
    assert (error["field_name"], error["message"]) == ("email", "Input should be a valid email address")


def test_all_wrong_identifiers_are_named_in_the_order_of_the_contract(api: Api) -> None:
    """One answer says all that is wrong."""
    assert fields(api.delete_profile(email="x", customer_user_id=1, external_profile_id=None)) == list(KINDS)


@pytest.mark.parametrize("name", ["", " ", "\u0000", "a\u0000b", "%2F", "\U0001f600", "'; --", "x" * 5000])
def test_any_text_is_an_id(api: Api, name: str) -> None:
    """Ids are kept apart to the last character, also those of somebody erased."""
    kept, erased = ({"external_profile_id": text} for text in (name + "\u0000", name))
    api.save_profile(**kept, email="kept@example.com")
    api.save_profile(**erased)
    statuses = [api.delete_profile(**named).status_code for named in (erased, erased, kept, kept)]
    assert statuses == [204] * 4


def test_unknown_fields_are_accepted(api: Api) -> None:
    """The contract does not forbid them."""
    api.save_profile()
    assert api.delete_profile(external_profile_id="user_12345", reason=["asked", None]).status_code == 204


def test_a_body_that_is_too_long_is_413(api: Api) -> None:
    """As elsewhere."""
    errors(api.delete_profile(external_profile_id="x" * MAX_BODY_BYTES), 413)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b'"jane@example.com"', b"5", b"{", b"\xff\xfe", b"[" * 100_000, b'{"email": NaN}']
)
def test_what_is_no_json_object_is_refused_without_a_field(api: Api, raw: bytes) -> None:
    """It does not even come to the question who is meant."""
    (error,) = errors(api.http.post(DELETION_PATH, content=raw), 400)
    assert (error["error_code"], "field_name" in error) == ("base_error", False)


@PROPERTY
@given(body=ANYTHING | st.dictionaries(st.sampled_from(KINDS) | st.text(), ANYTHING | st.emails()))
def test_no_json_breaks_the_sandbox(shared_api: Api, body: Any) -> None:
    """Any JSON, and what Python's writer takes for JSON, gets one of the documented answers."""
    answer = shared_api.send(DELETION_PATH, body)
    if answer.status_code == 204:
        assert answer.content == b""
    else:
        assert errors(answer, 404 if answer.status_code == 404 else 400)


def test_a_field_that_fits_no_choice_is_no_missing_identifier() -> None:
    """Only the body as a whole can lack one."""
    codes = [
        json.loads(bytes(mail_error(400, ValidationIssue(message="x", path=path, keyword="anyOf")).body))["errors"][0][
            "error_code"
        ]
        for path in ((), ("email",))
    ]
    assert codes == ["missing_identifier", "base_error"]


def test_choices_that_are_no_matter_of_fields_are_told_in_general() -> None:
    """A later contract may have other ones."""
    document = openapi_spec("mail")
    document["components"]["schemas"]["ProfileDeleteDTO"]["anyOf"] = [{"minProperties": 2}, {"maxProperties": 0}]
    deletion = next(found for found in load_operations(document) if found.operation_id == "deleteProfile")
    with pytest.raises(InvalidBody, match="Body should be one of the spec's choices"):
        deletion.parse_body(b'{"email": "jane@example.com"}')
