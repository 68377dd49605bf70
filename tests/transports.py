"""The transports that the tests of the clients run with; faults are the same over each of them."""

from __future__ import annotations

from typing import ClassVar

import pytest

from adapty.fast import AsyncFastTransport, fast_is_installed

__all__ = ["AsyncTransports", "Transports"]


class Transports:
    """Parameters of a fixture: what creates a transport, or None for the client's own connections."""

    PARAMS: ClassVar = [pytest.param(lambda: None, id="httpx")]


class AsyncTransports:
    """As `Transports`, for the async client."""

    PARAMS: ClassVar = [
        *Transports.PARAMS,
        pytest.param(
            AsyncFastTransport,
            id="fast",
            marks=pytest.mark.skipif(not fast_is_installed(), reason="the extra `fast` is not installed"),
        ),
    ]
