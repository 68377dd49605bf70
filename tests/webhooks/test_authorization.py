"""The Authorization header: how it is compared, and that it is never shown."""

from __future__ import annotations

import traceback
from contextlib import suppress
from email.message import Message
from hmac import compare_digest
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers as StarletteHeaders

from adapty import AdaptyConfigError, AdaptyUsageError, WebhookAuthorizationError
from adapty.webhooks import Receiver, _request
from tests.cases import case
from tests.core.support import repeatable
from tests.core.tracebacks import shown_by

from .posts import VALUE

THREE = ("Bearer first-value", "second value", VALUE)
BODY = b'{"event_type": "trial_started"}'

IN_EVERY_FORM: tuple[Any, ...] = (
    {"Authorization": VALUE},
    {"authorization": VALUE},
    {"AUTHORIZATION": VALUE, "X-Other": "x"},
    {"aUtHoRiZaTiOn": VALUE.encode()},
    {b"Authorization": VALUE.encode()},
    MappingProxyType({"Authorization": VALUE}),
    {"Authorization": [VALUE]},
    [("Host", "x"), ("Authorization", VALUE)],
    ((b"host", b"x"), (b"authorization", VALUE.encode())),
    [("Authorization", bytearray(VALUE.encode())), ("Authorization2", "x")],
    {"HTTP_AUTHORIZATION": VALUE, "wsgi.version": (1, 0), "wsgi.input": object()},
    StarletteHeaders({"Authorization": VALUE}),
    StarletteHeaders(raw=[(b"authorization", VALUE.encode())]),
    httpx.Headers({"Authorization": VALUE}),
)


def test_headers_of_frameworks_are_accepted() -> None:
    """Mappings and pairs, of text and bytes, in any case, and WSGI environments."""
    for headers in IN_EVERY_FORM:
        with case(headers):
            assert Receiver(VALUE).accept(headers, BODY).event is not None
            with pytest.raises(WebhookAuthorizationError):
                Receiver("another value").accept(headers, BODY)


def test_headers_of_email_message_are_accepted() -> None:
    """As in http.server."""
    message = Message()
    message["Authorization"] = VALUE
    Receiver(VALUE).authenticate(message)


@pytest.mark.parametrize("value", THREE)
def test_several_authorization_values_are_accepted(value: str) -> None:
    """For example production and sandbox."""
    Receiver(THREE).authenticate({"Authorization": value})
    Receiver(iter(THREE)).authenticate({"Authorization": value})


def test_other_authorization_values_are_rejected() -> None:
    """Also values that differ only in case, spaces or length."""
    cases: list[str | bytes] = [
        "",
        " ",
        VALUE[:-1],
        VALUE + "x",
        VALUE.lower(),
        f" {VALUE}",
        f"{VALUE} ",
        f"{VALUE}, {VALUE}",
        "value-from-the-dashboard",
        "\xff\xfe",
        "пароль",
        "\ud800",
        "\x00",
        b"\xff\xfe",
        "x" * 1_000_000,
    ]
    for value in cases:
        with case(value):
            with pytest.raises(WebhookAuthorizationError, match=r"has none of the accepted values$") as caught:
                Receiver(VALUE).accept({"Authorization": value}, BODY)
            assert caught.value.status == 401


def test_missing_authorization_is_rejected() -> None:
    """The error says that it is missing."""
    cases: list[Any] = [{}, [], {"X-Authorization": VALUE}, {"Proxy-Authorization": VALUE}, iter(())]
    for headers in cases:
        with case(headers), pytest.raises(WebhookAuthorizationError, match=r"is missing$"):
            Receiver(VALUE).accept(headers, BODY)


def test_repeated_authorization_is_rejected() -> None:
    """Even if both values are accepted."""
    cases: list[Any] = [
        [("Authorization", VALUE), ("authorization", VALUE)],
        [("Authorization", VALUE), ("Authorization", "x")],
        {"Authorization": [VALUE, VALUE]},
        {"Authorization": VALUE, b"authorization": VALUE.encode()},
        StarletteHeaders(raw=[(b"authorization", VALUE.encode()), (b"authorization", VALUE.encode())]),
    ]
    for headers in cases:
        with case(headers), pytest.raises(WebhookAuthorizationError, match=r"is repeated$"):
            Receiver(VALUE).accept(headers, BODY)


def test_invalid_headers_raise_usage_error() -> None:
    """They are a mistake of the calling code, not of the request."""
    cases: list[Any] = [
        None,
        7,
        "Authorization: x",
        b"x",
        ["Authorization"],
        [("Authorization",)],
        {7: "x"},
        [(None, "x")],
        {"Authorization": None},
        {"Authorization": 7},
    ]
    for headers in cases:
        with case(headers):
            with pytest.raises(AdaptyUsageError, match=r"^headers: ") as caught:
                Receiver(VALUE).accept(headers, BODY)
            assert caught.value.field_name == "headers"


@given(value=st.text(st.characters()) | st.binary())
@repeatable(100)
def test_any_header_value_is_accepted_or_rejected(value: str | bytes) -> None:
    """No value raises another error."""
    for headers in ({"Authorization": value}, [(b"authorization", value)]):
        with pytest.raises(WebhookAuthorizationError):
            Receiver(VALUE).authenticate(headers)


@pytest.mark.parametrize(
    "headers",
    [
        *({"Authorization": value} for value in THREE),
        {"Authorization": "wrong"},
        {"Authorization": ""},
        {"Authorization": "B"},
        {"Authorization": "x" * 100_000},
        {"Authorization": b"\xff"},
        {},
        [("Authorization", THREE[0]), ("Authorization", "x")],
    ],
    ids=lambda headers: ascii(headers)[:50],
)
def test_all_authorization_values_are_compared(headers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of a check does not depend on the header."""
    compared: list[tuple[bytes, bytes]] = []

    def recording(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return compare_digest(one, other)

    receiver = Receiver(THREE)
    monkeypatch.setattr(_request, "compare_digest", recording)
    with suppress(WebhookAuthorizationError):
        receiver.authenticate(headers)
    assert len(compared) == len(THREE)
    assert {len(operand) for pair in compared for operand in pair} == {32}
    assert len({other for _, other in compared}) == 1


def test_environment_has_one_value_per_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty lines are ignored."""
    monkeypatch.setenv("ADAPTY_WEBHOOK_AUTHORIZATION", f"\n{THREE[0]}\n  a, b\r\n\n")
    receiver = Receiver()
    for value in (THREE[0], "a, b"):
        receiver.authenticate({"Authorization": value})
    for value in ("a", "b", f"{THREE[0]}\na, b"):
        with pytest.raises(WebhookAuthorizationError):
            receiver.authenticate({"Authorization": value})
    with pytest.raises(WebhookAuthorizationError):
        Receiver(VALUE).authenticate({"Authorization": THREE[0]})


@pytest.mark.parametrize("value", [None, "", " ", "\n \n"])
def test_receiver_requires_an_authorization_value(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the argument and the variable."""
    if value is not None:
        monkeypatch.setenv("ADAPTY_WEBHOOK_AUTHORIZATION", value)
    with pytest.raises(AdaptyConfigError, match=r"^authorization: is missing; .*ADAPTY_WEBHOOK_AUTHORIZATION$"):
        Receiver()


def test_authorization_rejects_values_that_no_header_can_carry() -> None:
    """The error does not contain the value."""
    cases: list[tuple[Any, str]] = [
        ("", "is empty"),
        ("  ", "is empty"),
        ([VALUE, ""], "is empty"),
        ([], "is empty"),
        (iter(()), "is empty"),
        (f" {VALUE}", "starts or ends with white space"),
        (f"{VALUE}\n", "starts or ends with white space"),
        ("first\nsecond", "characters that a header cannot carry"),
        ("пароль", "characters that a header cannot carry"),
        ("\x00x", "characters that a header cannot carry"),
        (VALUE.encode(), "is of type bytes"),
        ([VALUE, 7], "contains something of type int"),
        ([None], "contains something None"),
        (7, "is of type int"),
        ({VALUE: 1}, "is of type dict"),
    ]
    for values, problem in cases:
        with case(values, problem):
            with pytest.raises(AdaptyConfigError, match=f"^authorization: .*{problem}") as caught:
                Receiver(values)
            assert "value-from" not in str(caught.value)
            assert caught.value.field_name == "authorization"


def test_authorization_rejects_quotation_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are probably from a .env file."""
    problem = r"^authorization: has a quotation mark.*; remove the quotes"
    for before, after in (
        '""',
        "''",
        "``",
        "\u201c\u201d",
        "\u2018\u2019",
        ('"', ""),
        ("", "'"),
        ("a\n'", "'"),
        ('"', '\nz"'),
    ):
        value = before + VALUE + after
        with monkeypatch.context() as patch:
            patch.setenv("ADAPTY_WEBHOOK_AUTHORIZATION", value)
            with pytest.raises(AdaptyConfigError, match=problem) as caught:
                Receiver()
            assert str(caught.value).endswith("(from ADAPTY_WEBHOOK_AUTHORIZATION)")
            assert VALUE not in shown_by(caught.value)
        with pytest.raises(AdaptyConfigError, match=problem) as caught:
            Receiver(value.splitlines())
        assert "ADAPTY" not in str(caught.value)
        assert VALUE not in shown_by(caught.value)
    Receiver('it\'s "a" value').authenticate({"Authorization": 'it\'s "a" value'})


def test_authorization_value_is_never_shown() -> None:
    """Neither reprs, errors nor the locals of our frames contain a value or a header."""
    receiver = Receiver([VALUE, "another-secret"])
    shown = repr(receiver) + repr(vars(receiver)) + repr(vars(receiver._verifier))
    for what in (VALUE, "another-secret", "value-from"):
        assert what not in shown

    given = "a-wrong-secret"
    with pytest.raises(WebhookAuthorizationError) as refused:
        receiver.accept({"Authorization": given}, BODY)
    with pytest.raises(AdaptyConfigError) as misconfigured:
        Receiver(["a-wrong-secret", ""])
    for error in (refused.value, misconfigured.value):
        frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), capture_locals=True)
        ours = [frame.locals for frame in frames if "tests" not in frame.filename]
        assert ours
        assert given not in repr(ours)
        assert error.__cause__ is None
        assert error.__context__ is None
