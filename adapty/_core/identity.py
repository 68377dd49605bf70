"""Who is meant: exactly one of two ids, in a form that a header can carry unchanged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from adapty._core.unseen_characters import describe_unseen_character
from adapty._core.validate import Refused, checked, email, identifier, kind_of
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "BARE_ID",
    "BARE_ID_KINDS",
    "ID_KINDS",
    "LISTED_ID_KINDS",
    "MAIL_ID_KINDS",
    "MAX_ID_LENGTH",
    "NAMED_MAIL_ID_KINDS",
    "UUID_TEXT",
    "IdKind",
    "MailIdKind",
    "checked_id",
    "customer_user_id_text",
    "named_user",
    "uuid_text",
]

IdKind = Literal["customer_user_id", "profile_id"]
"""The two kinds of id: your own, and Adapty's."""

MailIdKind = Literal["external_profile_id", "customer_user_id", "email"]
"""What the Mail API knows a subscriber by."""

MAX_ID_LENGTH = 4096
"""The longest customer user id, in characters: servers refuse header lines of 8 kB and more."""

UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
"""A UUID as text of five groups; `uuid.UUID` alone would take braces and a URN too."""


def named_user(customer_user_id: str | None, profile_id: str | UUID | None) -> dict[str, Any]:
    """Give the one id under the name that the generated builders know it by.

    Raises:
        AdaptyUsageError: None or both are given, or the one cannot be sent; `field_name` says which.

    Example:
        >>> named_user("user_12345", None)
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
    return {f"adapty_{kind}": checked_id(kind, value)}


def checked_id(kind: IdKind, value: object) -> str:
    """Give an id as it is sent.

    Raises:
        AdaptyUsageError: It cannot be sent; `field_name` is the kind.
    """
    return checked(kind, ID_KINDS[kind], value)


def customer_user_id_text(value: str) -> str:
    """Return an id that a header carries unchanged: printable ASCII without spaces around it. It is never quoted."""
    if not isinstance(value, str):
        raise Refused(f"is {kind_of(value)}; expected a str")
    plain = str.__str__(value)
    problem = None
    if not plain.strip():
        problem = "is empty"
    elif unseen := describe_unseen_character(plain):
        problem = unseen
    elif not plain.isascii():
        problem = "has characters beyond ASCII, which a header cannot carry"
    elif len(plain) > MAX_ID_LENGTH:
        problem = f"has {len(plain)} characters, more than the {MAX_ID_LENGTH} that a header can hold"
    if problem:
        raise Refused(f"{problem}; expected printable ASCII, as your app gave it to Adapty's SDK")
    return plain


def uuid_text(value: object) -> str:
    """Accept a UUID, or its text of five groups; give the text in lower case."""
    if isinstance(value, UUID):
        return str(value)
    expected = "expected a UUID such as 772204ce-ebf6-4ed9-82b0-d8688ab62b01"
    if not isinstance(value, str):
        raise Refused(f"is {kind_of(value)}; {expected}")
    plain = str.__str__(value)
    if not UUID_TEXT.fullmatch(plain):
        raise Refused(f"{describe_unseen_character(plain) or 'is not a UUID'}; {expected}")
    return plain.lower()


def listed_customer_user_id(value: str) -> str:
    """Return a customer user id of a list that is about to be erased from the server-side API."""
    return _without_at(
        customer_user_id_text(value),
        '; where your user ids are e-mail addresses, use api="server-side" and by="customer_user_id", '
        "on the command line --api server-side --by customer_user_id",
    )


def listed_mail_user_id(value: str) -> str:
    """Return a customer user id of a list that is about to be erased from Adapty Mail."""
    return _without_at(identifier(value))


def _without_at(plain: str, remedy: str = "") -> str:
    """Refuse an e-mail address in the place of an id: nobody would be found by it, and all would stay."""
    if "@" in plain:
        expected = 'expected your own user id; for e-mail addresses use by="email", on the command line --by email'
        expected += remedy
        raise Refused(f"has an @, as an e-mail address has; {expected}")
    return plain


ID_KINDS: Mapping[str, Callable[[Any], str]] = {"customer_user_id": customer_user_id_text, "profile_id": uuid_text}
"""What each kind of id of the server-side API has to be: it travels in a header."""

LISTED_ID_KINDS: Mapping[str, Callable[[Any], str]] = {**ID_KINDS, "customer_user_id": listed_customer_user_id}
"""The same for the ids of a list that is erased from both APIs."""

MAIL_ID_KINDS: Mapping[str, Callable[[Any], str]] = {
    "external_profile_id": identifier,
    "customer_user_id": listed_mail_user_id,
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
