"""The user of a request: exactly one of two IDs, sent unchanged, and never quoted."""

from __future__ import annotations

import enum
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid3, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapty import NOT_GIVEN, AdaptyUsageError
from adapty._core.ids import MAX_ID_LENGTH, user_headers, validate_id
from adapty._core.server_side_validation import resolve_idempotency_key
from adapty._generated import build_server_side_call, ignore_body

from .support import case, objects, repeatable

if TYPE_CHECKING:
    from adapty._core.ids import IdKind

PROFILE_ID = "772204ce-ebf6-4ed9-82b0-d8688ab62b01"


class Ids(str, enum.Enum):  # noqa: UP042 - a StrEnum's format is its value
    """IDs in an enum, whose format is not their value."""

    USER = "user_12345"
    PROFILE = PROFILE_ID


class Shouting(str):
    """A str with another `__str__`."""

    __slots__ = ()

    def __str__(self) -> str:
        """Return other text."""
        return self.upper()


CUSTOMER_USER_IDS = [
    "user_12345",
    "1",
    "0",
    "a b",
    "jane@example.com",
    "8612ED7C-3477-466D-93AE-1854B8E5FDD5",
    "a/b?c=d&e#f%20",
    "None",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "a, b; c",
    "x" * MAX_ID_LENGTH,
    Ids.USER,
    Shouting("quiet"),
]

NOT_CUSTOMER_USER_IDS: dict[str, tuple[Any, str]] = {
    "empty": ("", "is empty"),
    "blank": ("   ", "is empty"),
    "tab": ("\t", "is empty"),
    "space before": (" user_secret", "starts with U+0020 SPACE"),
    "space behind": ("user_secret ", "ends with U+0020 SPACE"),
    "line break": ("user_secret\n", "ends with U+000A LINE FEED"),
    "header injected": ("user_secret\r\nadapty-profile-id: x", "has U+000D CARRIAGE RETURN at character 12"),
    "tab inside": ("user\tsecret", "has U+0009 TAB at character 5"),
    "null": ("user_secret\x00", "ends with U+0000 NULL"),
    "delete": ("user_secret\x7f", "ends with U+007F DELETE"),
    "beyond ascii": ("us\u00e9r_secret", "non-ASCII"),
    "no-break space": ("\u00a0user_secret", "starts with U+00A0 NO-BREAK SPACE"),
    "emoji": ("user_secret\U0001f600", "non-ASCII"),
    "half a pair": ("user_secret\ud800", "non-ASCII"),
    "next line": ("user_secret\u0085", "ends with U+0085 NEXT LINE"),
    "too long": ("s" * (MAX_ID_LENGTH + 1), f"{MAX_ID_LENGTH + 1} characters"),
    "number": (1234567, "of type int"),
    "flag": (True, "of type bool"),
    "bytes": (b"user_secret", "of type bytes"),
    "uuid": (UUID(PROFILE_ID), "of type UUID"),
    "list": (["user_secret"], "of type list"),
    "dict": ({"user_secret": 1}, "of type dict"),
    "not given": (NOT_GIVEN, "of type NotGiven"),
}

PROFILE_IDS: dict[str, Any] = {
    "text": PROFILE_ID,
    "upper case": PROFILE_ID.upper(),
    "mixed case": PROFILE_ID.replace("e", "E"),
    "uuid": UUID(PROFILE_ID),
    "enum": Ids.PROFILE,
    "any version": "6f1c2a34-5b6d-1e7f-8a9b-0c1d2e3f4a5b",
    "nil": "00000000-0000-0000-0000-000000000000",
    "max": "ffffffff-ffff-ffff-ffff-ffffffffffff",
}

NOT_PROFILE_IDS: dict[str, Any] = {
    "empty": "",
    "blank": " ",
    "words": "user_secret",
    "no dashes": PROFILE_ID.replace("-", ""),
    "braces": f"{{{PROFILE_ID}}}",
    "urn": f"urn:uuid:{PROFILE_ID}",
    "short": PROFILE_ID[:-1],
    "long": f"{PROFILE_ID}0",
    "no hex": PROFILE_ID.replace("e", "g"),
    "space behind": f"{PROFILE_ID} ",
    "line break behind": f"{PROFILE_ID}\n",
    "other dashes": PROFILE_ID.replace("-", "\u2013"),
    "other digits": PROFILE_ID.replace("7", "\u0667"),
    "underscores": PROFILE_ID.replace("-", "_"),
    "kelvin": PROFILE_ID.replace("c", "\u212a"),
    "bytes": PROFILE_ID.encode(),
    "uuid's bytes": UUID(PROFILE_ID).bytes,
    "number": UUID(PROFILE_ID).int,
    "flag": True,
    "list": [PROFILE_ID],
    "not given": NOT_GIVEN,
}

KINDS: tuple[IdKind, ...] = ("customer_user_id", "profile_id")


def test_customer_user_id_is_sent_unchanged() -> None:
    """Printable ASCII is sent unchanged in the header, as a plain str."""
    for given_id in CUSTOMER_USER_IDS:
        with case(given_id):
            named = user_headers(given_id, None)
            assert named == {"adapty_customer_user_id": str.__str__(given_id)}
            (sent,) = named.values()
            assert type(sent) is str
            assert validate_id("customer_user_id", given_id) == sent
            request = build_server_side_call("deleteProfile", ignore_body, **named).request
            assert request.headers["adapty-customer-user-id"] == sent
            assert "adapty-profile-id" not in request.headers


def test_profile_id_is_sent_in_lower_case() -> None:
    """A UUID or its text is sent as five groups of lower-case digits."""
    for given_id in PROFILE_IDS.values():
        with case(given_id):
            named = user_headers(None, given_id)
            (sent,) = named.values()
            assert named == {"adapty_profile_id": sent}
            assert UUID(sent) == UUID(str.__str__(given_id) if isinstance(given_id, str) else str(given_id))
            assert sent == str(UUID(sent))
            assert type(sent) is str
            request = build_server_side_call("deleteProfile", ignore_body, **named).request
            assert request.headers["adapty-profile-id"] == sent
            assert "adapty-customer-user-id" not in request.headers


def test_customer_user_id_rejects_invalid_without_quoting() -> None:
    """IDs that a header would lose, cut or split are rejected, and not quoted."""
    for given_id, problem in NOT_CUSTOMER_USER_IDS.values():
        with case(given_id, problem):
            for refuse in (partial(user_headers, given_id, None), partial(validate_id, "customer_user_id", given_id)):
                with pytest.raises(AdaptyUsageError, match=r"^customer_user_id: .*; expected ") as caught:
                    refuse()
                assert caught.value.field_name == "customer_user_id"
                assert problem in str(caught.value)
                assert "secret" not in str(caught.value)
                str(caught.value).encode()


def test_profile_id_rejects_invalid_without_quoting() -> None:
    """Only the form with five groups is valid; the value is not quoted."""
    for given_id in NOT_PROFILE_IDS.values():
        with case(given_id):
            for refuse in (partial(user_headers, None, given_id), partial(validate_id, "profile_id", given_id)):
                with pytest.raises(AdaptyUsageError, match=r"^profile_id: .*expected a UUID such as") as caught:
                    refuse()
                assert caught.value.field_name == "profile_id"
                assert "secret" not in str(caught.value)
                if isinstance(given_id, str) and given_id.strip():
                    assert given_id not in str(caught.value).partition("expected")[0]


def test_exactly_one_id_is_required() -> None:
    """The error for no ID or both names both arguments."""
    with pytest.raises(AdaptyUsageError, match=r"^customer_user_id: is missing, and so is profile_id") as caught:
        user_headers(None, None)
    assert caught.value.field_name == "customer_user_id"
    for both in (("user_12345", PROFILE_ID), ("", ""), ("user_12345", ""), ("", UUID(PROFILE_ID))):
        with pytest.raises(AdaptyUsageError, match=r"^profile_id: cannot be combined with customer_user_id") as caught:
            user_headers(*both)
        assert caught.value.field_name == "profile_id"
        assert "12345" not in str(caught.value)


def test_empty_id_is_not_a_missing_id() -> None:
    """An empty ID is rejected by its own name, and does not count as missing."""
    for kind in KINDS:
        with case(kind):
            with pytest.raises(AdaptyUsageError) as caught:
                user_headers(**{"customer_user_id": None, "profile_id": None, kind: ""})
            assert caught.value.field_name == kind


@pytest.mark.parametrize("kind", KINDS)
@given(value=objects())
@repeatable(100)
def test_any_value_is_an_id_or_rejected_with_field_name(kind: IdKind, value: Any) -> None:
    """Any value can be sent in a header, or the error names the argument."""
    try:
        kept = validate_id(kind, value)
    except AdaptyUsageError as refused:
        assert refused.field_name == kind  # noqa: PT017 - a property: some are refused
        str(refused).encode()
    else:
        assert kept.encode("ascii").decode().strip() == kept


@given(
    value=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1).filter(
        lambda text: text == text.strip()
    )
)
@repeatable(200)
def test_customer_user_id_accepts_printable_ascii(value: str) -> None:
    """All printable characters are allowed, except for surrounding spaces."""
    assert user_headers(value, None) == {"adapty_customer_user_id": value}


KEY = "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"


def test_idempotency_key_is_sent_unchanged() -> None:
    """Any notation of a UUID of version 4 is the same key."""
    key: Any
    for key in [KEY, KEY.upper(), UUID(KEY)]:
        with case(key):
            assert resolve_idempotency_key(key) == KEY


def test_idempotency_key_is_new_for_each_call() -> None:
    """Generated keys are of version 4 and unique."""
    made = {resolve_idempotency_key(ignore_body) for ignore_body in (NOT_GIVEN, None) for _ in range(50)}
    assert len(made) == 100
    assert {(UUID(key).version, UUID(key).variant) for key in made} == {(4, "specified in RFC 4122")}
    assert all(resolve_idempotency_key(key) == key for key in made)


def test_idempotency_key_accepts_every_rfc_4122_variant() -> None:
    """The variant bits allow four digits."""
    for variant in "89ab":
        with case(variant):
            key = f"6f1c2a34-5b6d-4e7f-{variant}a9b-0c1d2e3f4a5b"
            assert resolve_idempotency_key(key) == key


def test_idempotency_key_rejects_invalid() -> None:
    """The API only accepts version 4 UUIDs and would reject others later."""
    key: Any
    for key in [
        "",
        "order_1001",
        KEY.replace("-", ""),
        f"{{{KEY}}}",
        f" {KEY}",
        UUID("6f1c2a34-5b6d-1e7f-8a9b-0c1d2e3f4a5b"),
        uuid3(UUID(KEY), "x"),
        uuid5(UUID(KEY), "x"),
        "6f1c2a34-5b6d-1e7f-8a9b-0c1d2e3f4a5b",
        UUID(int=0),
        UUID(int=2**128 - 1),
        "6f1c2a34-5b6d-7e7f-8a9b-0c1d2e3f4a5b",
        "6f1c2a34-5b6d-4e7f-7a9b-0c1d2e3f4a5b",
        "6f1c2a34-5b6d-4e7f-ca9b-0c1d2e3f4a5b",
        UUID(KEY).bytes,
        UUID(KEY).int,
        1001,
        True,
    ]:
        with case(key):
            with pytest.raises(AdaptyUsageError, match=r"^idempotency_key: .*expected ") as caught:
                resolve_idempotency_key(key)
            assert caught.value.field_name == "idempotency_key"
