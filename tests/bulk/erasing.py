"""Shared by the tests of `erase`: both APIs, which record the users to delete, and the report read back."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from adapty import Adapty, AsyncAdapty

if TYPE_CHECKING:
    from typing import Any

__all__ = ["COLUMNS", "FakeApis", "Reply", "busy", "outcomes", "report_rows", "unreachable", "users_file"]

COLUMNS = ["at", "api", "id", "outcome", "reason"]

Reply = Callable[[str, str], httpx.Response]
"""Return the response for a request."""


def deleted(_: str, __: str) -> httpx.Response:
    """Return the response to a deletion."""
    return httpx.Response(204)


def busy(_: str, __: str) -> httpx.Response:
    """Return a 429 with a Retry-After of an hour."""
    return httpx.Response(429, headers={"Retry-After": "3600"})


def unreachable(_: str, __: str) -> httpx.Response:
    """Raise the error of a refused connection."""
    raise httpx.ConnectError("refused")


@dataclass
class FakeApis:
    """Both APIs. Each deletes users, unless configured otherwise.

    Attributes:
        reply: Gives the answer.
        asked: Which API was asked about which kind of id and which id, in the order of arrival.
    """

    reply: Reply = deleted
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Record a request and respond."""
        if request.method == "DELETE":
            kinds = ("customer_user_id", "profile_id")
            held = {kind: request.headers.get(f"adapty-{kind.replace('_', '-')}") for kind in kinds}
            ((kind, id_),) = [(kind, id_) for kind, id_ in held.items() if id_ is not None]
            api = "server-side"
        else:
            ((kind, id_),) = json.loads(request.content).items()
            api = "mail"
        self.asked.append((api, kind, id_))
        return self.reply(api, id_)

    def asked_about(self, api: str) -> Counter[str]:
        """Count the requests by id."""
        return Counter(id_ for asked, _, id_ in self.asked if asked == api)

    def client(self, **changed: Any) -> Adapty:
        """Create a client of both APIs."""
        keys = {"secret_key": "key_shown", "mail_secret_key": "key_shown", **changed}
        return Adapty(transport=httpx.MockTransport(self.handle), **keys)

    def async_client(self) -> AsyncAdapty:
        """Create an async client of both APIs."""
        return AsyncAdapty("key_shown", mail_secret_key="key_shown", transport=httpx.MockTransport(self.handle))


def users_file(*ids: str, name: str = "users.txt") -> Path:
    """Write a file with these ids."""
    path = Path(name)
    path.write_text("\n".join(ids), encoding="utf-8")
    return path


def report_rows(path: str = "users.erased.csv") -> list[dict[str, str]]:
    """Read a report, which must be one."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    assert header == COLUMNS
    return [dict(zip(header, row, strict=True)) for row in rows]


def outcomes(path: str = "users.erased.csv") -> dict[tuple[str, str], str]:
    """Return the outcome of each API and ID in a report, which must be unique."""
    rows = report_rows(path)
    found = {(row["api"], row["id"]): row["outcome"] for row in rows}
    assert len(found) == len(rows)
    return found
