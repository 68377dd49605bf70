"""Whom a request is about: exactly one of two headers says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from adapty.sandbox.flaws import Flaw
from adapty.sandbox.formats import is_uuid
from adapty.sandbox.server_side.declined import Declined

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["CUSTOMER_USER_ID", "NOBODY", "PROFILE_ID", "User", "header", "user_of"]

CUSTOMER_USER_ID = "adapty-customer-user-id"
PROFILE_ID = "adapty-profile-id"


@frozen(kw_only=True)
class User:
    """An end user, by one of two ids.

    Attributes:
        customer_user_id: The backend's own id.
        profile_id: Adapty's id, in lower case.
    """

    customer_user_id: str | None = None
    profile_id: str | None = None


NOBODY = User()
"""Whom an operation is about that is about no user."""


def user_of(request: Request) -> User:
    """Read whom a request is about.

    Raises:
        Declined: With 401 where no header says so, as the API documents; with 400 where both do, one does twice,
            or the value is no id.
    """
    customer_user_id, profile_id = (header(request, name) for name in (CUSTOMER_USER_ID, PROFILE_ID))
    if customer_user_id and profile_id:
        message = f"Exactly one of the headers {CUSTOMER_USER_ID} and {PROFILE_ID} is needed, not both"
        raise Declined(400, Flaw(message=message))
    if not customer_user_id and not profile_id:
        message = f"No user is named: {CUSTOMER_USER_ID} or {PROFILE_ID} is needed"
        raise Declined.because(401, message, "not_authenticated")
    if profile_id and not is_uuid(profile_id):
        raise Declined(400, Flaw(message="Input should be a UUID", path=(PROFILE_ID,)))
    return User(
        customer_user_id=customer_user_id or None,
        profile_id=profile_id.lower() if profile_id else None,
    )


def header(request: Request, name: str) -> str | None:
    """Read a header that may be sent once at most; None where it is not sent.

    Raises:
        Declined: It is sent twice, or is not UTF-8.
    """
    sent = [value for other, value in request.headers.raw if other == name.lower().encode()]
    if len(sent) > 1:
        raise Declined(400, Flaw(message="Header should be sent once", path=(name,)))
    try:
        return sent[0].decode() if sent else None
    except UnicodeDecodeError:
        raise Declined(400, Flaw(message="Header should be text in UTF-8", path=(name,))) from None
