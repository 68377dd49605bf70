# Made from tests/_async/conftest.py by `make unasync`; do not edit.

"""What the tests of a client share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapty import Adapty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note the waits between tries, in seconds, instead of waiting."""
    waits: list[float] = []

    def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("adapty._sync.transport.sleep", note)
    return waits


@pytest.fixture
def adapty(sandbox: Sandbox) -> Iterator[Adapty]:
    """Give a client of the sandbox."""
    with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url) as client:
        yield client


@pytest.fixture
def client(server: RawServer) -> Iterator[Adapty]:
    """Give a client of the server that answers as the test says, with a key that must never show."""
    with Adapty(mail_secret_key="secret_live_shown", mail_base_url=server.url, timeout=5) as made:
        yield made
