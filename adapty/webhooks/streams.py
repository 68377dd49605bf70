"""Reading a body from a stream, no further than it may be long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty.errors import WebhookUnavailableError
from adapty.webhooks._request import parse_content_length, too_long, too_short
from adapty.webhooks.headers import header_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["declared_length", "read_body", "read_posted"]

_CHUNK = 64 * 1024


def read_posted(environ: Mapping[str, Any], read: Callable[[int], bytes] | None, most: int) -> bytes:
    """Read the body of a request, by the variables that WSGI and Django have of it.

    Args:
        environ: The variables.
        read: Gives at most so many bytes of it; None where the server does not say where it ends, and it is not read:
            that could take for ever.
        most: How long it may be.

    Raises:
        WebhookBodyError: It is longer than it may be.
        WebhookUnavailableError: Its length is no number, it breaks off, or it comes in chunks that do not get through:
            no event is lost by that, for Adapty posts it again.
    """
    length = declared_length(environ)
    body = read_body(read, length, most) if read else b""
    if not body and environ.get("HTTP_TRANSFER_ENCODING"):
        raise WebhookUnavailableError("the body comes in chunks, and the server in front passes none of them on")
    return body


def declared_length(environ: Mapping[str, Any]) -> int | None:
    """Return the Content-Length; None where there is none.

    Raises:
        WebhookUnavailableError: It is not a length, so that it is not known where the body ends.
    """
    values = [value for value in header_values(environ, "content-length") if value.strip()]
    length = parse_content_length(values)
    if values and length is None:
        raise WebhookUnavailableError("the Content-Length is not a number")
    return length


def read_body(read: Callable[[int], bytes], length: int | None, most: int) -> bytes:
    """Read a body that is so long, or as long as there is something where its length is not known.

    Args:
        read: Gives at most so many bytes of it; none where it ends.
        length: How long it is declared to be, in bytes.
        most: How long it may be.

    Raises:
        WebhookBodyError: It is longer than it may be.
        WebhookUnavailableError: It breaks off; what came of it is no event, but the whole may be.
    """
    if length is not None and length > most:
        raise too_long(most)
    wanted = most + 1 if length is None else length
    body = bytearray()
    try:
        while len(body) < wanted and (chunk := read(min(_CHUNK, wanted - len(body)))):
            body += chunk
    except OSError as problem:
        raise WebhookUnavailableError(f"the body broke off ({type(problem).__name__})") from None
    if length is not None and len(body) < length:
        raise too_short(len(body), length)
    if len(body) > most:
        raise too_long(most)
    return bytes(body)
