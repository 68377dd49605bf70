"""Who may post: what is compared, how, and what never shows."""

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


def test_headers_of_any_framework_are_read() -> None:
    """A mapping or pairs, text or bytes, any case, and a WSGI environment: the value is found."""
    for headers in IN_EVERY_FORM:
        with case(headers):
            assert Receiver(VALUE).accept(headers, BODY).event is not None
            with pytest.raises(WebhookAuthorizationError):
                Receiver("another value").accept(headers, BODY)


def test_the_headers_of_a_mail_message_are_read() -> None:
    """What the standard library's server has for headers is read as well."""
    message = Message()
    message["Authorization"] = VALUE
    Receiver(VALUE).authenticate(message)


@pytest.mark.parametrize("value", THREE)
def test_each_of_several_values_is_accepted(value: str) -> None:
    """The old and the new value, or those of production and sandbox, are accepted side by side."""
    Receiver(THREE).authenticate({"Authorization": value})
    Receiver(iter(THREE)).authenticate({"Authorization": value})


def test_any_other_value_is_refused() -> None:
    """What is nearly the value, or nothing that a header holds, is refused with the status that is not retried."""
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


def test_a_missing_header_is_refused() -> None:
    """Without the header nobody is let in."""
    cases: list[Any] = [{}, [], {"X-Authorization": VALUE}, {"Proxy-Authorization": VALUE}, iter(())]
    for headers in cases:
        with case(headers), pytest.raises(WebhookAuthorizationError, match=r"is missing$"):
            Receiver(VALUE).accept(headers, BODY)


def test_a_header_that_is_given_twice_is_refused() -> None:
    """Which of the two counts is nothing to guess, even where both are right."""
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


def test_what_is_no_headers_is_the_callers_mistake() -> None:
    """A mistake in the code around is no request of a stranger's: it is told as what it is."""
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
def test_whatever_stands_in_the_header_breaks_nothing(value: str | bytes) -> None:
    """Any text and any bytes are refused like any other wrong value."""
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
def test_every_value_is_compared_whatever_is_given(headers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No comparison is left out or cut short, so the time tells neither which value it is nor how much of it is right.

    All operands have the same length, for `compare_digest` takes longer for longer ones.
    """
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


def test_the_values_of_the_environment_are_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """One value a line: no header holds a line break, so no value is taken for two. An argument wins."""
    monkeypatch.setenv("ADAPTY_WEBHOOK_AUTHORIZATION", f"\n{THREE[0]}\n  a, b\r\n\n")
    receiver = Receiver()
    for value in (THREE[0], "a, b"):
        receiver.authenticate({"Authorization": value})
    for value in ("a", "b", f"{THREE[0]}\na, b"):
        with pytest.raises(WebhookAuthorizationError):
            receiver.authenticate({"Authorization": value})
    with pytest.raises(WebhookAuthorizationError):
        Receiver(VALUE).authenticate({"Authorization": THREE[0]})


@pytest.mark.parametrize("held", [None, "", " ", "\n \n"])
def test_without_a_value_there_is_no_receiver(held: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that would accept nothing, or everything, is not made; the message says where the value comes from."""
    if held is not None:
        monkeypatch.setenv("ADAPTY_WEBHOOK_AUTHORIZATION", held)
    with pytest.raises(AdaptyConfigError, match=r"^authorization: is missing; .*ADAPTY_WEBHOOK_AUTHORIZATION$"):
        Receiver()


def test_a_value_that_no_header_holds_is_refused_when_the_receiver_is_made() -> None:
    """What could never match, or would match what nobody meant, is told at once, and does not show in the message."""
    cases: list[tuple[Any, str]] = [
        ("", "is empty"),
        ("  ", "is empty"),
        ([VALUE, ""], "is empty"),
        ([], "is empty"),
        (iter(()), "is empty"),
        (f" {VALUE}", "starts or ends with white space"),
        (f"{VALUE}\n", "starts or ends with white space"),
        ("first\nsecond", "characters that a header cannot"),
        ("пароль", "characters that a header cannot"),
        ("\x00x", "characters that a header cannot"),
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


def test_quotes_around_a_value_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every webhook would be answered 401: the error names argument or variable, and the remedy, not the value."""
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
            assert str(caught.value).endswith("(it comes from ADAPTY_WEBHOOK_AUTHORIZATION)")
            assert VALUE not in shown_by(caught.value)
        with pytest.raises(AdaptyConfigError, match=problem) as caught:
            Receiver(value.splitlines())
        assert "ADAPTY" not in str(caught.value)
        assert VALUE not in shown_by(caught.value)
    Receiver('it\'s "a" value').authenticate({"Authorization": 'it\'s "a" value'})


def test_the_value_shows_nowhere() -> None:
    """Neither the receiver nor an error, nor the locals of its frames of ours, hold a value or what was given."""
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
