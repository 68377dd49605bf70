"""Messages of exceptions contain no control characters, so they cannot forge log lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyUsageError, MailProfile, TransactionEvent
from adapty._core.error_mapping import RequestInfo, error_from_response

HOSTILE = "x\x1b[2J\r\nforged\u202e\x9b\x00\x7f\ud800"
PROFILE: dict[str, Any] = {
    "external_profile_id": "user_1",
    "external_created_at": "2026-06-01T10:30:00Z",
    "email": "jane@example.com",
}
NAMES = st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Ll", "Zs"]), min_size=1, max_size=30)


@frozen
class Answer:
    """A response with the attributes that the core needs."""

    status_code: int
    content: bytes
    headers: dict[str, str]


@given(NAMES)
def test_unknown_field_names_are_escaped(name: str) -> None:
    """Both the message and `field_name` are escaped."""
    name = f"x{name}"
    for make in (
        lambda: MailProfile.from_dict({**PROFILE, name: 1}),
        lambda: MailProfile(**PROFILE, custom_attributes={name: None}),  # type: ignore[dict-item] # on purpose
        lambda: MailProfile(**PROFILE, device_info={name: "x"}),
        lambda: TransactionEvent.from_dict({name: 1}),
    ):
        with pytest.raises(AdaptyUsageError) as refused:
            make()
        assert str(refused.value).isprintable()
        assert (refused.value.field_name or "").isprintable()


def test_api_messages_are_escaped() -> None:
    """The exception's message is escaped; `body` and `messages` are unchanged."""
    content = {"errors": [{"source": HOSTILE, "errors": [HOSTILE]}], "error_code": HOSTILE}
    headers = {"x-request-id": HOSTILE}
    for body in (json.dumps(content), json.dumps({"message": HOSTILE}), f"<html>{HOSTILE!a}\n"):
        error = error_from_response(Answer(400, body.encode(), headers), RequestInfo("getProfile", "GET", "/", 1), [])
        assert str(error).isprintable(), str(error)
    error = error_from_response(
        Answer(400, json.dumps(content).encode(), {}), RequestInfo("getProfile", "GET", "/", 1), []
    )
    assert error.error_code == HOSTILE
