"""The transports that the tests of the clients use; each raises the same exceptions."""

from __future__ import annotations

from typing import ClassVar

import pytest

from adapty.fast import AsyncFastTransport, fast_is_installed

__all__ = ["AsyncTransports", "Transports"]


class Transports:
    """Parameters of a fixture: a function that creates a transport, or None for the client's own connections."""

    PARAMS: ClassVar = [pytest.param(lambda: None, id="httpx")]


class AsyncTransports:
    """Like `Transports`, for the async client."""

    PARAMS: ClassVar = [
        *Transports.PARAMS,
        pytest.param(
            AsyncFastTransport,
            id="fast",
            marks=pytest.mark.skipif(not fast_is_installed(), reason="the extra `fast` is not installed"),
        ),
    ]
