"""A WSGI application that uses its client before gunicorn forks its workers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from adapty import Adapty

if TYPE_CHECKING:
    from collections.abc import Callable

client = Adapty(max_retries=0)
client.profiles.get(customer_user_id="parent")
parent = os.getpid()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer with the ID of the profile that belongs to the user asked for, and the process."""
    (user,) = parse_qs(environ["QUERY_STRING"])["user"]
    found = client.profiles.get(customer_user_id=user).customer_user_id
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{found} {os.getpid()} {parent}".encode()]
