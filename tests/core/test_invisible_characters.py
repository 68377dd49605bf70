"""IDs with invisible characters are rejected with the character's name, and never changed."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import AdaptyUsageError, MailProfile, TransactionEvent
from adapty._core.ids import user_headers
from adapty._core.invisible_characters import describe_invisible_character
from adapty.models import ProfileDeletion

from .support import EVENT, PROFILE, case, repeatable

if TYPE_CHECKING:
    from collections.abc import Callable

UNSEEN = {
    "\u00a0": "U+00A0 NO-BREAK SPACE",
    "\ufeff": "U+FEFF BYTE ORDER MARK",
    "\u200b": "U+200B ZERO WIDTH SPACE",
    "\u200d": "U+200D ZERO WIDTH JOINER",
    "\u202e": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "\u2066": "U+2066 LEFT-TO-RIGHT ISOLATE",
    "\u00ad": "U+00AD SOFT HYPHEN",
    "\u2060": "U+2060 WORD JOINER",
    "\u3000": "U+3000 IDEOGRAPHIC SPACE",
    "\u2028": "U+2028 LINE SEPARATOR",
    "\u3164": "U+3164 HANGUL FILLER",
    "\u2800": "U+2800 BRAILLE PATTERN BLANK",
    "\U000e0020": "U+E0020 TAG SPACE",
    "\u034f": "U+034F COMBINING GRAPHEME JOINER",
    "\u180b": "U+180B MONGOLIAN FREE VARIATION SELECTOR ONE",
    "\ufe00": "U+FE00 VARIATION SELECTOR-1",
    "\ufe0f": "U+FE0F VARIATION SELECTOR-16",
    "\U000e0100": "U+E0100 VARIATION SELECTOR-17",
    "\U000e01ef": "U+E01EF VARIATION SELECTOR-256",
    "\t": "U+0009 TAB",
    "\n": "U+000A LINE FEED",
    "\x00": "U+0000 NULL",
    "\x01": "U+0001 CONTROL CHARACTER",
    "\x1b": "U+001B ESCAPE",
    "\x85": "U+0085 NEXT LINE",
}

MAIL_IDS = ("event_id", "external_profile_id", "store_transaction_id", "store_original_transaction_id")


def refusals(value: str) -> list[str]:
    """Return the errors of all calls for an ID."""
    calls: list[Callable[[], object]] = [
        lambda: MailProfile(**{**PROFILE, "external_profile_id": value}),
        lambda: MailProfile(**{**PROFILE, "customer_user_id": value}),
        lambda: ProfileDeletion(external_profile_id=value),
        lambda: ProfileDeletion(customer_user_id=value),
        lambda: user_headers(value, None),
        *(partial(TransactionEvent, **{**EVENT, name: value}) for name in MAIL_IDS),
    ]
    said: list[str] = []
    for call in calls:
        with pytest.raises(AdaptyUsageError) as caught:
            call()
        said.append(str(caught.value))
    return said


def test_calls_reject_invisible_characters_by_name() -> None:
    """Characters at the start, at the end and inside are named; the message does not contain the ID."""
    for character, name in UNSEEN.items():
        with case(character, name):
            for value, place in (
                (f"{character}user_1", f"starts with {name}"),
                (f"user_1{character}", f"ends with {name}"),
                (f"user{character}_1", f"has {name} at character 5"),
            ):
                for said in refusals(value):
                    assert f": {place}; expected " in said
                    assert "user_1" not in said


def test_calls_reject_surrounding_spaces_only() -> None:
    """Spaces inside are visible, and accepted."""
    for value, place in ((" u", "starts with U+0020 SPACE"), ("u ", "ends with U+0020 SPACE")):
        assert all(place in said for said in refusals(value))
    assert MailProfile(**{**PROFILE, "external_profile_id": "Jane Doe"}).external_profile_id == "Jane Doe"
    assert user_headers("Jane Doe", None) == {"adapty_customer_user_id": "Jane Doe"}


def test_email_rejects_invisible_characters_by_name() -> None:
    """The same rule applies to e-mail addresses, which no message contains."""
    for character, name in UNSEEN.items():
        with case(character, name):
            for address in (
                f"{character}jane@example.com",
                f"jane@example.com{character}",
                f"jane{character}@example.com",
            ):
                with pytest.raises(AdaptyUsageError, match=r"^email: .*; expected an e-mail address") as caught:
                    ProfileDeletion(email=address)
                assert name in str(caught.value)
                assert "jane" not in str(caught.value)


def test_email_with_a_space_is_reported() -> None:
    """Surrounding characters are named; inside, it is a space."""
    for address, problem in (
        (" jane@example.com", "starts with U+0020 SPACE"),
        ("jane doe@example.com", "has a space at character 5"),
    ):
        with pytest.raises(AdaptyUsageError, match=f"^email: {problem.replace('+', '[+]')}; expected "):
            ProfileDeletion(email=address)


def test_identifiers_accept_any_script() -> None:
    """Letters, marks, digits, symbols and emoji of any script are visible."""
    for value in (
        "josé",
        "jose\u0301",
        "日本",
        "пользователь",
        "مستخدم",
        "हिन्दी",
        "😀",
        "a\u0489b",
        "\ue000",
        "\U0001fae9",
    ):
        assert MailProfile(**{**PROFILE, "external_profile_id": value}).external_profile_id == value


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8))
@repeatable(500)
def test_accepted_ids_have_no_invisible_characters(value: str) -> None:
    """Accepted IDs have no characters that trimming removes, or that look like none."""
    if describe_invisible_character(value) is None:
        assert value == value.strip()
        assert not any(unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"} for each in value)
        assert not any(unicodedata.category(each) == "Zs" for each in value.replace(" ", ""))
