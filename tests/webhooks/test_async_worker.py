"""The worker in an async application, which has an AsyncAdapty only."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from adapty import AdaptyUsageError, AsyncAdapty
from adapty.webhooks import Worker
from tests.webhooks.outbox_events import event, events

if TYPE_CHECKING:
    from adapty.sandbox import Sandbox
    from adapty.webhooks import Outbox

pytestmark = pytest.mark.anyio


async def test_worker_and_application_use_one_client(outbox: Outbox, sandbox: Sandbox) -> None:
    """The application's calls and the worker's run at the same time, and the client is still open afterwards."""
    for each in events(50, 5):
        outbox.put(each)
    key, mail_key, url = sandbox.secret_key, sandbox.mail_key, sandbox.url
    async with AsyncAdapty(key, mail_secret_key=mail_key, base_url=url, mail_base_url=url) as client:
        await client.profiles.create(customer_user_id="user_1")
        async with Worker(client, outbox) as worker:
            while outbox.counts().pending:
                assert (await client.profiles.get(customer_user_id="user_1")).customer_user_id == "user_1"
        assert (worker.is_alive, worker.problem) == (False, None)
        await client.profiles.get(customer_user_id="user_1")
    assert outbox.counts().delivered == len(list(sandbox.all_events())) == 50


async def test_end_completes_requests_without_blocking_the_event_loop(outbox: Outbox) -> None:
    """The request in flight ends only because the application's event loop runs while the worker stops."""
    sending, release = threading.Event(), threading.Event()

    async def respond(_: httpx.Request) -> httpx.Response:
        sending.set()
        await asyncio.to_thread(release.wait, 20)
        return httpx.Response(200, json={})

    outbox.put(event(1))
    async with AsyncAdapty(mail_secret_key="secret_live_1") as client:
        async with Worker(client, outbox, transport=lambda: httpx.MockTransport(respond)):
            assert await asyncio.to_thread(sending.wait, 20)
            asyncio.get_running_loop().call_later(0.05, release.set)
        assert outbox.counts().delivered == 1


async def test_connections_of_another_event_loop_are_refused(outbox: Outbox) -> None:
    """The worker would use them in its own event loop; with a transport of its own it does not."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={}))
    async with (
        httpx.AsyncClient() as http,
        AsyncAdapty(mail_secret_key="secret_live_1", http_client=http) as client,
        AsyncAdapty(mail_secret_key="secret_live_1", transport=transport) as other,
    ):
        for each in (client, other):
            with pytest.raises(AdaptyUsageError, match=r"client: .* pass transport=.* or run async_run_worker"):
                Worker(each, outbox)
            Worker(each, outbox, transport=lambda: transport)
