"""Who is meant: exactly one of two ids, in a form that a header can carry unchanged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from adapty._core.invisible_characters import describe_invisible_character
from adapty._core.lazy import is_loaded_instance, lazy_pattern
from adapty._core.validation import Invalid, email, identifier, type_name, validate
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

__all__ = [
    "BARE_ID",
    "BARE_ID_KINDS",
    "ID_KINDS",
    "LISTED_ID_KINDS",
    "MAIL_ID_KINDS",
    "MAX_ID_LENGTH",
    "NAMED_MAIL_ID_KINDS",
    "UUID_PATTERN",
    "IdKind",
    "MailIdKind",
    "user_headers",
    "validate_customer_user_id",
    "validate_id",
    "validate_uuid",
]

IdKind = Literal["customer_user_id", "profile_id"]
"""The two kinds of id: your own, and Adapty's."""

MailIdKind = Literal["external_profile_id", "customer_user_id", "email"]
"""What the Mail API knows a subscriber by."""

MAX_ID_LENGTH = 4096
"""The longest customer user id, in characters: servers refuse header lines of 8 kB and more."""

UUID_PATTERN = lazy_pattern(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
"""A UUID as text of five groups; `uuid.UUID` alone would take braces and a URN too."""


def user_headers(customer_user_id: str | None, profile_id: str | UUID | None) -> dict[str, Any]:
    """Give the one id under the name that the generated builders know it by.

    Raises:
        AdaptyUsageError: None or both are given, or the one cannot be sent; `field_name` says which.

    Example:
        >>> user_headers("user_12345", None)
        {'adapty_customer_user_id': 'user_12345'}
    """
    ids: Mapping[IdKind, object] = {"customer_user_id": customer_user_id, "profile_id": profile_id}
    given = {kind: value for kind, value in ids.items() if value is not None}
    if not given:
        raise AdaptyUsageError.for_field(
            "customer_user_id", "is missing, and so is profile_id; expected one of the two"
        )
    if len(given) > 1:
        raise AdaptyUsageError.for_field("profile_id", "is given beside customer_user_id; expected one of the two")
    ((kind, value),) = given.items()
    return {f"adapty_{kind}": validate_id(kind, value)}


def validate_id(kind: IdKind, value: object) -> str:
    """Give an id as it is sent.

    Raises:
        AdaptyUsageError: It cannot be sent; `field_name` is the kind.
    """
    return validate(kind, ID_KINDS[kind], value)


def validate_customer_user_id(value: str) -> str:
    """Return an id that a header carries unchanged: printable ASCII without spaces around it. It is never quote."""
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; expected a str")
    plain = str.__str__(value)
    problem = None
    if not plain.strip():
        problem = "is empty"
    elif unseen := describe_invisible_character(plain):
        problem = unseen
    elif not plain.isascii():
        problem = "has characters beyond ASCII, which a header cannot carry"
    elif len(plain) > MAX_ID_LENGTH:
        problem = f"has {len(plain)} characters, more than the {MAX_ID_LENGTH} that a header can hold"
    if problem:
        raise Invalid(f"{problem}; expected printable ASCII, as your app gave it to Adapty's SDK")
    return plain


def validate_uuid(value: object) -> str:
    """Accept a UUID, or its text of five groups; give the text in lower case."""
    if is_loaded_instance(value, "uuid", "UUID"):
        return str(value)
    expected = "expected a UUID such as 772204ce-ebf6-4ed9-82b0-d8688ab62b01"
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; {expected}")
    plain = str.__str__(value)
    if not UUID_PATTERN.fullmatch(plain):
        raise Invalid(f"{describe_invisible_character(plain) or 'is not a UUID'}; {expected}")
    return plain.lower()


def validate_listed_user_id(value: str) -> str:
    """Return a customer user id of a list that is about to be erased from the server-side API."""
    return _without_at(
        validate_customer_user_id(value),
        '; where your user ids are e-mail addresses, use api="server-side" and by="customer_user_id", '
        "on the command line --api server-side --by customer_user_id",
    )


def validate_listed_mail_user_id(value: str) -> str:
    """Return a customer user id of a list that is about to be erased from Adapty Mail."""
    return _without_at(identifier(value))


def _without_at(plain: str, remedy: str = "") -> str:
    """Refuse an e-mail address in the place of an id: nobody would be found by it, and all would stay."""
    if "@" in plain:
        expected = 'expected your own user id; for e-mail addresses use by="email", on the command line --by email'
        expected += remedy
        raise Invalid(f"has an @, as an e-mail address has; {expected}")
    return plain


ID_KINDS: Mapping[str, Callable[[Any], str]] = {
    "customer_user_id": validate_customer_user_id,
    "profile_id": validate_uuid,
}
"""What each kind of id of the server-side API has to be: it travels in a header."""

LISTED_ID_KINDS: Mapping[str, Callable[[Any], str]] = {**ID_KINDS, "customer_user_id": validate_listed_user_id}
"""The same for the ids of a list that is erased from both APIs."""

MAIL_ID_KINDS: Mapping[str, Callable[[Any], str]] = {
    "external_profile_id": identifier,
    "customer_user_id": validate_listed_mail_user_id,
    "email": email,
}
"""What each kind of id of the Mail API has to be in a list of ids to erase."""

NAMED_MAIL_ID_KINDS: Mapping[str, Callable[[Any], str]] = {**MAIL_ID_KINDS, "customer_user_id": identifier}
"""The same where the caller names both the API and the kind: a customer user id may be an e-mail address."""

BARE_ID = "customer_user_id"
"""The kind of a bare id in the server-side API. A bare id comes without its kind, as in a list with one id a line."""

BARE_ID_KINDS: tuple[MailIdKind, ...] = ("external_profile_id", "customer_user_id")
"""What Mail is asked for a bare id by, one after the other until a profile is found.

Imports and webhooks save profiles under the backend's own id as `external_profile_id`, so that this is tried first.
An id whose kind is named is asked for by this kind only: another person may have the same id as another kind.
"""
