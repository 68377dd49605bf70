"""Fixtures of the tests of webhooks: a client of the sandbox, and an outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from adapty import Adapty
from adapty.webhooks import PostgresOutbox
from adapty.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from adapty.sandbox import Sandbox
    from adapty.webhooks import BaseOutbox


@pytest.fixture
def mail(sandbox: Sandbox) -> Iterator[Adapty]:
    """Return a client of the sandbox's Mail API."""
    with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty:
        yield adapty


@pytest.fixture
def open_outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., BaseOutbox]]:
    """Return a function that opens the same outbox again; `BOTH_STORES` runs a test in SQLite and in PostgreSQL."""
    opened: list[BaseOutbox] = []
    is_postgres = getattr(request, "param", "sqlite") == "postgres"
    dsn = request.getfixturevalue("postgres_dsn") if is_postgres else ""

    def open_one(**options: Any) -> BaseOutbox:
        outbox = (
            PostgresOutbox(dsn, create=True, **options)
            if is_postgres
            else Outbox(tmp_path / "outbox.sqlite", **options)
        )
        opened.append(outbox)
        return outbox

    yield open_one
    for outbox in opened:
        outbox.close()


@pytest.fixture
def outbox(open_outbox: Callable[..., Any]) -> Any:
    """Return an empty outbox."""
    return open_outbox()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker wait for milliseconds instead of seconds."""
    from adapty.webhooks import _delivery  # noqa: PLC0415 - only some tests need it

    monkeypatch.setattr(_delivery, "_BACKOFF", evolve(_delivery._BACKOFF, base=0.01, cap=0.02))
    monkeypatch.setattr(_delivery, "_STANDBY_SECONDS", 0.02)
    monkeypatch.setattr(_delivery, "_POLL_SECONDS", 0.02)
