"""Fixtures of the tests of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connections.echo_server import AUTHORITY, EchoServer, echo_server

if TYPE_CHECKING:
    from collections.abc import Iterator


# Each takes its own program.
collect_ignore_glob = ["apps/*"]


@pytest.fixture(params=["http", "https"])
def echo(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[EchoServer]:
    """Serve profiles over http and https, with a certificate that clients trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    with echo_server(tls=request.param == "https") as server:
        yield server
