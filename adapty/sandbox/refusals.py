"""Refusals that no operation makes, in the shape of the API that was asked: an unknown path, a failed server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapty.sandbox import answers as mail
from adapty.sandbox.flaws import Flaw
from adapty.sandbox.server_side import answers as server_side
from adapty.sandbox.server_side.declined import Declined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

__all__ = ["refused_by_path"]

_KINDS: Mapping[str, str] = {
    "/api/v1/sdk/": server_side.JSON_API,
    "/api/v1/server-side-api/": server_side.JSON,
    "/api/v2/server-side-api/": server_side.JSON,
}
"""How the paths of the server-side API begin, and the kind of the refusals there. Any other path is the Mail API's."""


def refused_by_path(
    request: Request,
    status: int,
    message: str,
    error_code: str,
    *,
    is_plain: bool = False,
    headers: Mapping[str, str] | None = None,
) -> mail.Problem:
    """Make the answer that says what is wrong, which is no single field's fault.

    Args:
        request: What was asked.
        status: The HTTP status.
        message: What is wrong.
        error_code: The server-side API's short name of the error; the Mail API calls all of them `base_error`.
        is_plain: Whether the server-side API tells it as plain text, the other of the two shapes that it has.
        headers: Further headers.
    """
    for beginning, kind in _KINDS.items():
        if request.scope["path"].startswith(beginning):
            declined = Declined.because(status, message, error_code, is_plain=is_plain)
            return server_side.refused(declined, media_type=kind, headers=headers)
    return mail.refused(status, Flaw(message=message), headers=headers)
