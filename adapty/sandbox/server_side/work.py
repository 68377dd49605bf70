"""What an operation is given: what it was asked, and a transaction of the database to do it in."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from adapty.sandbox.server_side.identity import NOBODY, User
from adapty.sandbox.server_side.settings import Settings
from adapty.sandbox.webhooks.news import News

__all__ = ["Asked", "Work"]


@frozen(kw_only=True)
class Asked:
    """What a request asks for, checked.

    Attributes:
        user: Whom it is about.
        body: Its body; an empty one where the operation takes none.
        parameters: Its parameters, by name.
    """

    user: User = NOBODY
    body: Mapping[str, Any] = field(factory=dict)
    parameters: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Work:
    """What a request is carried out with: one transaction, at one moment.

    Attributes:
        connection: The database, in a transaction that somebody else ends.
        now: The moment, in microseconds since the start of 1970.
        timestamp: The same in milliseconds, and later than that of any answer before.
        settings: What is set up in the dashboard.
        news: Where it is told what webhooks are to post; None where there are none.
    """

    connection: sqlite3.Connection
    now: int
    timestamp: int
    settings: Settings
    news: News | None = None
