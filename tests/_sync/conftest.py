# Generated from tests/_async/conftest.py by `make unasync`; do not edit.

"""Fixtures of the tests of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import Adapty
from adapty._rate_limits import RateLimits
from tests.server_side_calls import KEY, PUBLIC_KEY, Stub
from tests.transports import Transports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adapty.sandbox import Sandbox
    from tests.raw_server import RawServer


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the delays between attempts, in seconds, without sleeping."""
    waits: list[float] = []

    def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("adapty._sync.transport.sleep", note)
    # The time that a rate limit sees is the time slept.
    monkeypatch.setattr("adapty._sync.transport.LIMITS", RateLimits(lambda: sum(waits)))
    return waits


@pytest.fixture
def adapty(sandbox: Sandbox) -> Iterator[Adapty]:
    """Return a client of the sandbox."""
    with Adapty(
        sandbox.secret_key,
        public_key=sandbox.public_key,
        base_url=sandbox.url,
        mail_secret_key=sandbox.mail_key,
        mail_base_url=sandbox.url,
    ) as client:
        yield client


@pytest.fixture(params=Transports.PARAMS)
def new_transport(request: pytest.FixtureRequest) -> Callable[[], httpx.BaseTransport | None]:
    """Return a function that creates a client's transport, or None for its own connections."""
    make: Callable[[], httpx.BaseTransport | None] = request.param
    return make


@pytest.fixture
def client(
    server: RawServer,
    new_transport: Callable[[], httpx.BaseTransport | None],
) -> Iterator[Adapty]:
    """Return a client of the server whose responses the test selects, with a key that must never be shown."""
    with Adapty(
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
def stubbed(stub: Stub) -> Iterator[Adapty]:
    """Return a client of the stub, with the same key."""
    with Adapty(KEY, public_key=PUBLIC_KEY, transport=httpx.MockTransport(stub)) as made:
        yield made
