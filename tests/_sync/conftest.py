# Generated from tests/_async/conftest.py by `make unasync`; do not edit.

"""What the tests of a client share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import Adapty
from tests.server_side_calls import KEY, Stub
from tests.transports import Transports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    with Adapty(
        sandbox.secret_key,
        base_url=sandbox.url,
        mail_secret_key=sandbox.mail_key,
        mail_base_url=sandbox.url,
    ) as client:
        yield client


@pytest.fixture(params=Transports.PARAMS)
def new_transport(request: pytest.FixtureRequest) -> Callable[[], httpx.BaseTransport | None]:
    """Give what creates a client's transport, or None for its own connections."""
    make: Callable[[], httpx.BaseTransport | None] = request.param
    return make


@pytest.fixture
def client(
    server: RawServer,
    new_transport: Callable[[], httpx.BaseTransport | None],
) -> Iterator[Adapty]:
    """Give a client of the server that answers as the test says, with a key that must never show."""
    with Adapty(
        KEY,
        base_url=server.url,
        mail_secret_key=KEY,
        mail_base_url=server.url,
        timeout=5,
        transport=new_transport(),
    ) as made:
        yield made


@pytest.fixture
def stub() -> Stub:
    """Stand in for the server-side API where bytes do not matter."""
    return Stub()


@pytest.fixture
def stubbed(stub: Stub) -> Iterator[Adapty]:
    """Give a client of the stub, with the same key."""
    with Adapty(KEY, transport=httpx.MockTransport(stub)) as made:
        yield made
