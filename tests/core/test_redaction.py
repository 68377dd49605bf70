"""Keys are redacted in any context and notation, but short ones not inside of words."""

from __future__ import annotations

import html
import json
import string
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyConfigError
from adapty._core.redaction import Secret, hide_arguments, redact, redact_data

from .support import repeatable
from .tracebacks import shown_by

REAL_KEY = "secret_live_Ab12Cd34.Ef56+Gh78/Ij90=&"
SPELLINGS = (
    REAL_KEY,
    quote(REAL_KEY),
    quote(REAL_KEY, safe=""),
    quote(REAL_KEY, safe="").replace("%2B", "%2b"),
    json.dumps(REAL_KEY)[1:-1],
    json.dumps(REAL_KEY)[1:-1].replace("/", "\\/"),
    REAL_KEY.replace("&", "\\u0026").replace("=", "\\u003D"),
    html.escape(REAL_KEY),
    REAL_KEY.replace("&", "&#38;").replace("=", "&#x3D;"),
)


def test_real_key_is_redacted() -> None:
    """The key is removed completely, in any context and with any escaping."""
    for key in SPELLINGS:
        for text in (
            "{}",
            "Bearer {}",
            "Authorization%3A%20Bearer%20{}",
            "a line\\n{}\\n",
            "x{}x",
            '{{"key":"{}"}}',
            "({})",
            "key={}&x=1",
            "https://jane:{}@host",
            "{0}{0}",
        ):
            redacted = redact(text.format(key), [Secret("12345678"), Secret(REAL_KEY)])
            assert "Ab12" not in redacted
            assert "Ij90" not in redacted
            assert "[redacted]" in redacted
            assert redact_data({text.format(key): [text.format(key)]}, (Secret(REAL_KEY),)) == {redacted: [redacted]}


PRINTABLE = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=16, max_size=60)


@given(key=PRINTABLE, before=st.text(max_size=20), after=st.text(max_size=20))
@repeatable(300)
def test_long_key_is_redacted_in_any_text(key: str, before: str, after: str) -> None:
    """The key is redacted in any surrounding text."""
    for written in (key, quote(key, safe=""), html.escape(key), json.dumps(key)[1:-1], repr(f"{key}'\"")[1:-4]):
        assert written not in redact(f"{before}{written}{after}", [Secret(key)])


def test_short_key_is_redacted_as_a_word_only() -> None:
    """Short keys, of tests, are redacted as a word only."""
    secrets = [Secret("k"), Secret("key"), Secret("profile"), Secret("customer")]
    for text in ("k", "a key of a profile", "unknown_profile k", "customers", "xcustomer", "customer1", "1customer"):
        assert redact(text, secrets) == text
    for text in ("customer", "customer.", '"customer"', "customer_user_id", "Bearer customer", "-customer\n"):
        assert redact(text, secrets) == text.replace("customer", "[redacted]")


def test_longest_key_is_redacted_first() -> None:
    """A key may be the start of another one."""
    secrets = [Secret("secret_live_123456"), Secret("secret_live_123456_789")]
    assert redact("secret_live_123456_789, secret_live_123456", secrets) == "[redacted], [redacted]"


def test_hide_arguments_removes_frames_and_causes() -> None:
    """Errors of ours lose frames and causes; others keep them, without the wrapper's arguments."""

    @hide_arguments
    def refuse(value: str, *, kind: type[Exception]) -> None:
        try:
            int(value)
        except ValueError as cause:
            message = "wrong"
            raise kind(message) from cause

    try:
        refuse(REAL_KEY, kind=AdaptyConfigError)
    except AdaptyConfigError as error:
        assert error.__cause__ is None  # noqa: PT017 - what the test is about
        assert error.__context__ is None  # noqa: PT017
        assert REAL_KEY not in shown_by(error)  # noqa: PT017
    try:
        refuse(REAL_KEY, kind=RuntimeError)
    except RuntimeError as error:
        assert isinstance(error.__cause__, ValueError)  # noqa: PT017
    assert refuse.__name__ == "refuse"
