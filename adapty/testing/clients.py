"""Clients of a sandbox, made for tests: quick to make, not tied to an event loop, and never waiting between tries."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, TypedDict

import httpx

from adapty._async import transport as async_transport
from adapty._async.client import AsyncAdapty
from adapty._engine import timers
from adapty._sync import transport as blocking_transport
from adapty._sync.client import Adapty
from adapty.config import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest import MonkeyPatch  # noqa: PT013 - needed by type checkers only

    from adapty.sandbox import Sandbox

__all__ = ["async_client", "blocking_client", "environment", "without_waits"]

# Nothing is encrypted on the way to a sandbox, and reading the authorities' certificates takes longer than most tests.
# This context trusts nobody.
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

# A connection that is kept belongs to an event loop, which may be closed before the client is.
_NOTHING_KEPT = httpx.Limits(max_keepalive_connections=0)


class _Settings(TypedDict):
    secret_key: str
    mail_secret_key: str
    base_url: str
    mail_base_url: str


def blocking_client(sandbox: Sandbox) -> Adapty:
    """Make a client of both APIs of a sandbox."""
    return Adapty(**_settings(sandbox), transport=httpx.HTTPTransport(verify=_NO_AUTHORITIES))


def async_client(sandbox: Sandbox) -> AsyncAdapty:
    """Make an async client of both APIs of a sandbox, which may be used in several event loops, and left open."""
    transport = httpx.AsyncHTTPTransport(verify=_NO_AUTHORITIES, limits=_NOTHING_KEPT)
    return AsyncAdapty(**_settings(sandbox), transport=transport)


def environment(sandbox: Sandbox) -> dict[str, str]:
    """Give the variables that lead a client of both APIs to a sandbox."""
    return {ENVIRONMENT[argument]: str(value) for argument, value in _settings(sandbox).items()}


def without_waits(patch: MonkeyPatch) -> list[float]:
    """Keep all clients of this process, and its bulk runs, from waiting between tries.

    Args:
        patch: What undoes it.

    Returns:
        The seconds that they would have waited; it grows.
    """
    waits: list[float] = []

    async def note_in_turn(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)  # other tasks have their turn here, as they would

    def note_and_do_next(seconds: float, then: Callable[[], object]) -> asyncio.TimerHandle:
        waits.append(seconds)
        return asyncio.get_running_loop().call_later(0, then)

    patch.setattr(blocking_transport, "sleep", waits.append)
    patch.setattr(async_transport, "sleep", note_in_turn)
    patch.setattr(timers, "schedule", note_and_do_next)
    patch.setattr(timers, "block_seconds", lambda _: 0.0)  # the tries that are held are noted by themselves
    return waits


def _settings(sandbox: Sandbox) -> _Settings:
    return {
        "secret_key": sandbox.secret_key,
        "mail_secret_key": sandbox.mail_key,
        "base_url": sandbox.url,
        "mail_base_url": sandbox.url,
    }
