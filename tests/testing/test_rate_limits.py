"""Tests of a user's program do not wait for the rate limit of the Export Analytics API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from adapty import Adapty, AsyncAdapty
from adapty.testing._fixtures import patch_sleeps

if TYPE_CHECKING:
    import pytest


def test_rate_limit_is_lifted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither client waits, and no delay is recorded as one between attempts."""
    delays = patch_sleeps(monkeypatch)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"data": []}))

    async def call() -> None:
        client = AsyncAdapty("secret_unlimited", transport=transport)
        for _ in range(5):
            await client.analytics.placements("paywall")

    asyncio.run(call())
    for _ in range(5):
        Adapty("secret_unlimited", transport=transport).analytics.placements("paywall")

    assert delays == []
