"""Where a contract comes from: the bytes of a file or of an http(s) URL, and a name for it that shows no secret."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx

from scripts.spec_diff.errors import CannotCompareError

__all__ = ["ROOT", "name_of", "read", "without_secrets"]

ROOT = Path(__file__).parents[2]

LARGEST = 20_000_000
"""How many bytes a contract may have."""

LONGEST_DOWNLOAD = 30.0
"""How many seconds a download may take in all."""

TIMEOUT = httpx.Timeout(10.0)
"""How many seconds a server may say nothing."""

_URL = re.compile(r"([A-Za-z][\w+.-]*:/+)([^/?#\s]*)([^?#\s]*)\S*")
_HOST = re.compile(r"([\w.-]*|\[[\da-fA-F:.]*\])(:\d*)?")


def read(source: str) -> bytes:
    """Give the bytes of a file or URL."""
    if source.lower().startswith(("http://", "https://")):
        return _fetched(source)
    if re.match(r"[A-Za-z][\w+.-]*://", source):
        raise CannotCompareError(f"{name_of(source)}: neither a file nor an http(s) URL")
    try:
        with Path(source).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as problem:
        reason = (isinstance(problem, OSError) and problem.strerror) or "that is no path"
        raise CannotCompareError(f"{name_of(source)}: cannot be read: {reason}") from None
    _refuse_too_large(len(content), source)
    return content


def name_of(source: str) -> str:
    """Name a source: a file by its path in the project or its own name, a URL without user, password and query."""
    if _URL.match(source):
        return without_secrets(source)
    path = Path(source).absolute()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def without_secrets(text: str) -> str:
    """Leave out what the URLs in a text hold of users, passwords and queries."""
    return _URL.sub(_shown, text)


def _shown(url: re.Match[str]) -> str:
    scheme, authority, path = url.groups()
    host = authority.rpartition("@")[2]
    return f"{scheme}{host}{path}" if _HOST.fullmatch(host) else f"{scheme}..."


def _fetched(url: str) -> bytes:
    until = time.monotonic() + LONGEST_DOWNLOAD
    content = bytearray()
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=TIMEOUT) as answer:
            if not answer.is_success:
                raise CannotCompareError(f"{name_of(url)}: the server answers {answer.status_code}")
            for chunk in answer.iter_bytes():
                content += chunk
                _refuse_too_large(len(content), url)
                if time.monotonic() > until:
                    raise CannotCompareError(f"{name_of(url)}: the server takes too long")
    except httpx.TimeoutException:
        raise CannotCompareError(f"{name_of(url)}: the server takes too long") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as problem:
        # The message of httpx may hold the whole URL, so its kind has to do.
        raise CannotCompareError(f"{name_of(url)}: cannot be fetched ({type(problem).__name__})") from None
    return bytes(content)


def _refuse_too_large(size: int, source: str) -> None:
    if size > LARGEST:
        raise CannotCompareError(f"{name_of(source)}: larger than {LARGEST // 1_000_000} MB")
