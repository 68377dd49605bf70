"""Validate IDs of profiles. Those of the server-side API travel in a header and must survive unchanged."""

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
    "DEFAULT_ID_KIND",
    "ID_VALIDATORS",
    "LISTED_ID_VALIDATORS",
    "LISTED_MAIL_ID_VALIDATORS",
    "MAIL_ID_VALIDATORS",
    "MAIL_LOOKUP_KINDS",
    "MAX_ID_LENGTH",
    "UUID_PATTERN",
    "IdKind",
    "MailIdKind",
    "user_fields",
    "user_headers",
    "validate_customer_user_id",
    "validate_id",
    "validate_uuid",
]

IdKind = Literal["customer_user_id", "profile_id"]
"""The kinds of ID in the server-side API: your own, and Adapty's."""

MailIdKind = Literal["external_profile_id", "customer_user_id", "email"]
"""The kinds of ID in the Mail API."""

MAX_ID_LENGTH = 4096
"""The maximum length of a customer user ID in characters; servers reject header lines of 8 kB and more."""

UUID_PATTERN = lazy_pattern(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
"""A UUID as text of five groups; `uuid.UUID` also accepts braces and a URN."""

_CUSTOMER_USER_ID = lazy_pattern(rf"[!-~]([ -~]{{0,{MAX_ID_LENGTH - 2}}}[!-~])?", re.ASCII)
"""Printable ASCII without a space at the start or end."""


def user_headers(customer_user_id: str | None, profile_id: str | UUID | None) -> dict[str, Any]:
    """Return the header that identifies the user, by its name in the generated builders; see `user_fields`.

    Example:
        >>> user_headers("user_12345", None)
        {'adapty_customer_user_id': 'user_12345'}
    """
    return {f"adapty_{kind}": value for kind, value in user_fields(customer_user_id, profile_id).items()}


def user_fields(customer_user_id: str | None, profile_id: str | UUID | None) -> dict[str, str]:
    """Return the ID that identifies the user, by its kind.

    Raises:
        AdaptyUsageError: None or both of the IDs are given, or the one is invalid; `field_name` says which.

    Example:
        >>> user_fields("user_12345", None)
        {'customer_user_id': 'user_12345'}
    """
    if profile_id is None and customer_user_id is not None:
        return {"customer_user_id": validate_id("customer_user_id", customer_user_id)}
    if profile_id is None:
        problem = "is missing, and so is profile_id; expected one of the two"
        raise AdaptyUsageError.for_field("customer_user_id", problem)
    if customer_user_id is not None:
        problem = "cannot be combined with customer_user_id; expected one of the two"
        raise AdaptyUsageError.for_field("profile_id", problem)
    return {"profile_id": validate_id("profile_id", profile_id)}


def validate_id(kind: IdKind, value: object) -> str:
    """Return an ID as it is sent.

    Raises:
        AdaptyUsageError: The ID is invalid; `field_name` is the kind.
    """
    if type(value) is str and kind == "customer_user_id" and _CUSTOMER_USER_ID.fullmatch(value):
        return value
    return validate(kind, ID_VALIDATORS[kind], value)


def validate_customer_user_id(value: str) -> str:
    """Return an ID that a header can carry unchanged. Errors do not quote it."""
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; expected a str")
    plain = str.__str__(value)
    if _CUSTOMER_USER_ID.fullmatch(plain):
        return plain
    if not plain.strip():
        problem = "is empty"
    elif invisible := describe_invisible_character(plain):
        problem = invisible
    elif not plain.isascii():
        problem = "contains non-ASCII characters, which a header cannot carry"
    else:
        problem = f"has {len(plain)} characters; the maximum in a header is {MAX_ID_LENGTH}"
    raise Invalid(f"{problem}; expected printable ASCII, the same ID as in Adapty's SDK in your app")


def validate_uuid(value: object) -> str:
    """Return a UUID, given as a `uuid.UUID` or as text of five groups, in lower case."""
    if is_loaded_instance(value, "uuid", "UUID"):
        return str(value)
    expected = "expected a UUID such as 772204ce-ebf6-4ed9-82b0-d8688ab62b01"
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; {expected}")
    plain = str.__str__(value)
    if not UUID_PATTERN.fullmatch(plain):
        raise Invalid(f"{describe_invisible_character(plain) or 'is not a UUID'}; {expected}")
    return plain.lower()


def _validate_listed_user_id(value: str) -> str:
    return _reject_email(
        validate_customer_user_id(value),
        '; if your user IDs are e-mail addresses, use api="server-side" and by="customer_user_id", '
        "on the command line --api server-side --by customer_user_id",
    )


def _validate_listed_mail_user_id(value: str) -> str:
    return _reject_email(identifier(value))


def _reject_email(plain: str, remedy: str = "") -> str:
    """Reject an e-mail address as an ID of a list: no profile would be found by it, and all would stay."""
    if "@" in plain:
        expected = 'expected your own user ID; for e-mail addresses use by="email", on the command line --by email'
        raise Invalid(f"contains an @, like an e-mail address; {expected}{remedy}")
    return plain


ID_VALIDATORS: Mapping[str, Callable[[Any], str]] = {
    "customer_user_id": validate_customer_user_id,
    "profile_id": validate_uuid,
}
"""The validators of the server-side API's IDs, by kind."""

LISTED_ID_VALIDATORS: Mapping[str, Callable[[Any], str]] = {
    **ID_VALIDATORS,
    "customer_user_id": _validate_listed_user_id,
}
"""The same for a list of IDs to erase from both APIs."""

MAIL_ID_VALIDATORS: Mapping[str, Callable[[Any], str]] = {
    "external_profile_id": identifier,
    "customer_user_id": identifier,
    "email": email,
}
"""The validators of the Mail API's IDs, by kind. A customer user ID may be an e-mail address."""

LISTED_MAIL_ID_VALIDATORS: Mapping[str, Callable[[Any], str]] = {
    **MAIL_ID_VALIDATORS,
    "customer_user_id": _validate_listed_mail_user_id,
}
"""The same for a list of IDs to erase whose kind is not given."""

DEFAULT_ID_KIND = "customer_user_id"
"""The kind of the IDs of a list if it is not given, in the server-side API."""

MAIL_LOOKUP_KINDS: tuple[MailIdKind, ...] = ("external_profile_id", "customer_user_id")
"""The kinds that the Mail API is asked for if the kind is not given, in this order until a profile is found.

Imports and webhooks save profiles with the backend's own ID as `external_profile_id`, so it comes first. If the kind is
given, only that one is used: another person may have the same ID as another kind.
"""
