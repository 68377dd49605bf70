"""What the tests of a client share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapty import AsyncAdapty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note the waits between tries, in seconds, instead of waiting."""
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("adapty._async.transport.sleep", note)
    return waits


@pytest.fixture
async def adapty(sandbox: Sandbox) -> AsyncIterator[AsyncAdapty]:
    """Give a client of the sandbox."""
    async with AsyncAdapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as client:
        yield client


@pytest.fixture
async def client(server: RawServer) -> AsyncIterator[AsyncAdapty]:
    """Give a client of the server that answers as the test says, with a key that must never show."""
    async with AsyncAdapty(mail_secret_key="secret_live_shown", mail_base_url=server.url, timeout=5) as made:
        yield made
