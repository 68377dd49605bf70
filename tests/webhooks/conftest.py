"""Fixtures of the tests of webhooks: a client of the sandbox, and an outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from adapty import Adapty
from adapty.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapty.sandbox import Sandbox


@pytest.fixture
def mail(sandbox: Sandbox) -> Iterator[Adapty]:
    """Return a client of the sandbox's Mail API."""
    with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as adapty:
        yield adapty


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Return an empty outbox."""
    with Outbox(tmp_path / "outbox.sqlite") as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker wait for milliseconds instead of seconds."""
    from adapty.webhooks import _delivery  # noqa: PLC0415 - only some tests need it

    monkeypatch.setattr(_delivery, "_BACKOFF", evolve(_delivery._BACKOFF, base=0.01, cap=0.02))
    monkeypatch.setattr(_delivery, "_STANDBY_SECONDS", 0.02)
    monkeypatch.setattr(_delivery, "_POLL_SECONDS", 0.02)
