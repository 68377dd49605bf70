"""The endpoints of the Mail API: authorization and responses."""

from __future__ import annotations

import json

import httpx
import pytest

from adapty._generated import openapi_spec
from adapty.sandbox import DEFAULT_MAIL_KEY, Sandbox
from adapty.sandbox._body import MAX_BODY_BYTES
from adapty.sandbox._mail.routes import ACTIONS
from tests.cases import case
from tests.later_contract import later_contract
from tests.sandbox.conftest import DELETION_PATH, EVENT_PATH, PROFILE_PATH, Api, errors, event, fields, profile


def test_unknown_operation_of_the_spec_is_404(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer spec does not prevent serving the known operations."""
    newer = later_contract(openapi_spec("mail"))
    monkeypatch.setattr("adapty.sandbox._app.openapi_spec", lambda _: newer)
    monkeypatch.delitem(ACTIONS, "deleteProfile", raising=False)
    with Sandbox() as sandbox, Api.of(sandbox) as api:
        errors(api.send(DELETION_PATH, {"external_profile_id": "user_12345"}), 404)
        assert api.save_profile(customer_user_id="u").status_code == 200
        assert fields(api.save_profile(customer_user_id=1)) == ["customer_user_id"]


@pytest.mark.parametrize("path", [PROFILE_PATH, EVENT_PATH])
def test_examples_of_the_spec_are_accepted(api: Api, path: str) -> None:
    """Each example request of the spec gets a 200 with an empty JSON object."""
    content = openapi_spec("mail")["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        answer = api.send(path, example["value"])
        assert (answer.status_code, answer.content) == (200, b"{}")
        assert answer.headers["content-type"] == "application/json"


def test_wrong_key_gets_the_403_of_the_spec(sandbox: Sandbox) -> None:
    """The response is the spec's example, whatever the body is."""
    cases: list[str | bytes | None] = [
        None,
        "",
        "Bearer",
        "Bearer other",
        f"Bearer {DEFAULT_MAIL_KEY}x",
        f"Bearer {DEFAULT_MAIL_KEY[:-1]}",
        f"Bearer{DEFAULT_MAIL_KEY}",
        f"Basic {DEFAULT_MAIL_KEY}",
        f"Api-Key {DEFAULT_MAIL_KEY}",
        DEFAULT_MAIL_KEY,
        f"Bearer {DEFAULT_MAIL_KEY} {DEFAULT_MAIL_KEY}",
        b"Bearer \xff\xfe",
    ]
    for authorization in cases:
        with case(authorization):
            sandbox.reset()
            headers = {} if authorization is None else {"authorization": authorization}
            denied = openapi_spec("mail")["paths"][PROFILE_PATH]["post"]["responses"]["403"]["content"][
                "application/json"
            ]
            example = denied["examples"]["default"]
            for path in (PROFILE_PATH, EVENT_PATH, DELETION_PATH):
                answer = httpx.post(sandbox.url + path, headers=headers, content=b"{broken")  # type: ignore[arg-type]
                assert (answer.status_code, answer.json()) == (403, example["value"])
                assert answer.headers["content-type"] == "application/json"
            assert not any(sandbox.flows().values())


def test_scheme_is_case_insensitive(sandbox: Sandbox) -> None:
    """Scheme names are case-insensitive (RFC 9110)."""
    cases: list[str] = ["Bearer", "bearer", "BEARER", "bEaReR"]
    for scheme in cases:
        with case(scheme):
            sandbox.reset()
            headers = {"authorization": f"{scheme} {DEFAULT_MAIL_KEY}"}
            assert httpx.post(sandbox.url + PROFILE_PATH, headers=headers, json=profile()).status_code == 200


def test_two_authorization_headers_are_refused(sandbox: Sandbox) -> None:
    """Two keys are ambiguous."""
    headers = [("authorization", f"Bearer {DEFAULT_MAIL_KEY}")] * 2
    assert httpx.post(sandbox.url + PROFILE_PATH, headers=headers, json=profile()).status_code == 403


def test_unknown_path_is_404(api: Api) -> None:
    """The response has the documented format, and is not a redirect."""
    cases: list[str] = [
        "/",
        "/api/v1/profile/save",
        PROFILE_PATH + "x",
        "/api/v2/profile/save/",
        "/_sandbox",
        "/_sandbox/none",
        "/%00%ff",
    ]
    for path in cases:
        with case(path):
            api.reset()
            for method in ("GET", "POST"):
                (error,) = errors(api.http.request(method, path), 404)
                assert "field_name" not in error


def test_wrong_method_is_405(api: Api) -> None:
    """The response lists the allowed methods (RFC 9110)."""
    path_cases: list[str] = [PROFILE_PATH, EVENT_PATH, DELETION_PATH, "/_sandbox/reset"]
    method_cases: list[str] = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CUSTOM"]
    for path in path_cases:
        for method in method_cases:
            with case(method, path):
                answer = api.http.request(method, path)
                errors(answer, 405)
                assert answer.headers["allow"] == "POST"


def test_head_is_allowed_with_get(api: Api) -> None:
    """The pages list both in a fixed order, and respond to both."""
    answer = api.http.delete("/_sandbox/flows")
    errors(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD"
    head = api.http.head("/_sandbox/flows")
    assert (head.status_code, head.content) == (200, b"")


def test_head_request_gets_405_without_a_body(api: Api) -> None:
    """The response to HEAD has headers only."""
    answer = api.http.head(PROFILE_PATH)
    assert (answer.status_code, answer.content, answer.headers["allow"]) == (405, b"", "POST")


@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_are_limited_to_a_mebibyte(api: Api, *, chunked: bool) -> None:
    """The limit is exact, with and without a declared length, and the connection stays open."""
    room = MAX_BODY_BYTES - len(json.dumps(profile(first_name="")))
    longest, too_long = (json.dumps(profile(first_name="x" * length)).encode() for length in (room, room + 1))
    accepted, refused = (
        api.http.post(PROFILE_PATH, content=iter([body[:999], body[999:]]) if chunked else body)
        for body in (longest, too_long)
    )
    assert accepted.status_code == 200
    errors(refused, 413)
    assert api.save_profile().status_code == 200


def test_key_is_checked_before_the_length(sandbox: Sandbox) -> None:
    """The key is checked first."""
    answer = httpx.post(sandbox.url + PROFILE_PATH, content=b"x" * (MAX_BODY_BYTES + 1))
    assert answer.status_code == 403


def test_query_is_ignored(api: Api) -> None:
    """The operations have no query parameters."""
    assert api.send(f"{EVENT_PATH}?event_id=1&%00=%ff", event()).status_code == 200


def test_content_type_does_not_matter(api: Api) -> None:
    """The body only has to be JSON."""
    cases: list[str] = ["application/json", "application/json; charset=utf-8", "text/plain", "\xff"]
    for content_type in cases:
        with case(content_type):
            api.reset()
            headers = {"content-type": content_type.encode("latin-1")}
            answer = api.http.post(PROFILE_PATH, content=b"[]", headers=headers)  # type: ignore[arg-type]
            assert errors(answer, 400)[0]["message"] == "Body should be a valid object"
