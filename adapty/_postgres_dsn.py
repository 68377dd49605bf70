"""Addresses of PostgreSQL databases: checked, and shown without their passwords."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from attrs import frozen

from adapty._core.lazy import lazy_pattern
from adapty._core.redaction import REDACTED, Secret
from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError, AdaptyUsageError

__all__ = ["Dsn", "is_postgres_url", "parse_dsn"]

EXPECTED = "expected postgresql://user@host:5432/database, or key=value pairs as in libpq"

_MIN_REDACTED = 3
"""Shorter passwords match parts of ordinary words."""

_SCHEME = lazy_pattern(r"(?:postgresql|postgres)://")
# libpq would take the rest of a password for the host or the database, and both are shown.
_URL = lazy_pattern(r"(?:postgresql|postgres)://(?:[^@/]*@)?[^@/?]*(?:/[^@?/]*)?(?:\?.*)?")
_KEY_VALUE = lazy_pattern(r"\s*(?:host|hostaddr|port|dbname|user|password|service|passfile|sslmode|options)\s*=")
_HOST = lazy_pattern(r"[\w.:%\[\],/@ -]*")
_DRIVER = lazy_pattern(r"(?:postgresql|postgres)\+\w+://")


@frozen(repr=False)
class Dsn:
    """The address of a database.

    Attributes:
        secret: The address, which may contain a password.
        shown: The address without the password.
        password: The password in it, or None.
    """

    secret: Secret
    shown: str
    password: Secret | None

    def redact(self, text: str) -> str:
        """Return a text without the password, and without the one of the environment."""
        for password in (self.password and self.password.value, os.environ.get("PGPASSWORD")):
            if password and len(password) >= _MIN_REDACTED:
                text = text.replace(password, REDACTED)
        return text

    def __repr__(self) -> str:
        return f"Dsn({self.shown!r})"


def is_postgres_url(url: str) -> bool:
    """Return whether a text is an address of PostgreSQL rather than a path: a URL, or key=value pairs.

    Example:
        >>> is_postgres_url("postgresql://db/app"), is_postgres_url("host=db dbname=app"), is_postgres_url("outbox.db")
        (True, True, False)
    """
    return any(pattern.match(url) for pattern in (_SCHEME, _KEY_VALUE, _DRIVER))


def parse_dsn(dsn: Any, name: str = "dsn") -> Dsn:
    """Check an address.

    Args:
        dsn: A URL, or key=value pairs.
        name: The argument, for the message.

    Raises:
        AdaptyConfigError: psycopg is not installed.
        AdaptyUsageError: It is not an address of PostgreSQL. The message does not contain any part of it.
    """
    if not isinstance(dsn, str):
        raise AdaptyUsageError.for_field(name, f"is {type_name(dsn)}; {EXPECTED}")
    if _DRIVER.match(dsn):
        raise AdaptyUsageError.for_field(name, "names a driver as for SQLAlchemy; expected postgresql://...")
    is_url = _SCHEME.match(dsn) is not None
    if is_url and not _URL.fullmatch(dsn):
        remedy = "percent-encode special characters of the password (@ is %40, / is %2F)"
        raise AdaptyUsageError.for_field(name, f"is not a valid URL; {remedy}; {EXPECTED}")
    if not is_url and not _KEY_VALUE.search(dsn):
        raise AdaptyUsageError.for_field(name, f"is not an address of PostgreSQL; {EXPECTED}")
    parts = _parse_conninfo(dsn, name)
    password = parts.get("password")
    return Dsn(Secret(dsn), _show(parts), Secret(password) if password else None)


def _parse_conninfo(dsn: str, name: str) -> dict[str, str]:
    """Return the parts. libpq's messages are not shown: they may quote the password."""
    try:
        from psycopg import Error  # noqa: PLC0415 - an extra
        from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415
    except ImportError:
        raise AdaptyConfigError('PostgreSQL requires psycopg: pip install "adapty[postgres]"') from None
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    except (Error, ValueError):
        parts = {"port": "invalid"}
    ports = parts.get("port", "").split(",")
    if not all(port.isascii() and (port.isdigit() or not port) for port in ports):
        raise AdaptyUsageError.for_field(name, f"is not a valid address of PostgreSQL; {EXPECTED}")
    if not _HOST.fullmatch(parts.get("host", "")):
        raise AdaptyUsageError.for_field(name, f"has an invalid host; {EXPECTED}")
    return parts


def _show(parts: dict[str, str]) -> str:
    user = f"{quote(parts['user'])}@" if "user" in parts else ""
    host = parts.get("host") or parts.get("hostaddr") or ""
    port = f":{parts['port']}" if "port" in parts else ""
    host = quote(host, safe="") if host.startswith("/") else host
    name = f"/{quote(parts['dbname'])}" if "dbname" in parts else ""
    service = f"?service={quote(parts['service'])}" if "service" in parts else ""
    return f"postgresql://{user}{host}{port}{name}{service}"
