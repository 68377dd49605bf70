"""Fixtures of the tests of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import AsyncAdapty
from adapty._rate_limits import RateLimits
from tests.server_side_calls import KEY, PUBLIC_KEY, Stub
from tests.transports import AsyncTransports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the delays between attempts, in seconds, without sleeping."""
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("adapty._async.transport.sleep", note)
    # The time that a rate limit sees is the time slept.
    monkeypatch.setattr("adapty._async.transport.LIMITS", RateLimits(lambda: sum(waits)))
    return waits


@pytest.fixture
async def adapty(sandbox: Sandbox) -> AsyncIterator[AsyncAdapty]:
    """Return a client of the sandbox."""
    async with AsyncAdapty(
        sandbox.secret_key,
        public_key=sandbox.public_key,
        base_url=sandbox.url,
        mail_secret_key=sandbox.mail_key,
        mail_base_url=sandbox.url,
    ) as client:
        yield client


@pytest.fixture(params=AsyncTransports.PARAMS)
def new_transport(request: pytest.FixtureRequest) -> Callable[[], httpx.AsyncBaseTransport | None]:
    """Return a function that creates a client's transport, or None for its own connections."""
    make: Callable[[], httpx.AsyncBaseTransport | None] = request.param
    return make


@pytest.fixture
async def client(
    server: RawServer,
    new_transport: Callable[[], httpx.AsyncBaseTransport | None],
) -> AsyncIterator[AsyncAdapty]:
    """Return a client of the server whose responses the test selects, with a key that must never be shown."""
    async with AsyncAdapty(
        KEY,
        public_key=PUBLIC_KEY,
        base_url=server.url,
        mail_secret_key=KEY,
        mail_base_url=server.url,
        timeout=5,
        transport=new_transport(),
    ) as made:
        yield made


@pytest.fixture
def stub() -> Stub:
    """Return a stub of the server-side API, for tests that do not depend on bytes."""
    return Stub()


@pytest.fixture
async def stubbed(stub: Stub) -> AsyncIterator[AsyncAdapty]:
    """Return a client of the stub, with the same key."""
    async with AsyncAdapty(KEY, public_key=PUBLIC_KEY, transport=httpx.MockTransport(stub)) as made:
        yield made
