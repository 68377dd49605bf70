"""Cancelled tasks: the async client survives any number of them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import TYPE_CHECKING

import pytest

from adapty import AsyncAdapty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.connections.echo_server import EchoServer

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def open_client(echo: EchoServer) -> AsyncIterator[AsyncAdapty]:
    """Open a client; in the end check that it is usable, and leaves no task and no connection behind."""
    before = asyncio.all_tasks()
    async with AsyncAdapty("secret_live_key", base_url=echo.url, max_retries=0, timeout=10) as client:
        yield client
        users = [f"after_{number}" for number in range(30)]
        profiles = await asyncio.gather(*(client.profiles.get(customer_user_id=user) for user in users))
        assert [profile.customer_user_id for profile in profiles] == users
    assert asyncio.all_tasks() == before
    await asyncio.to_thread(echo.wait_until_all_closed)


async def cancel_after_steps(call: Callable[[], Awaitable[object]], steps: int) -> None:
    """Start a call, let the event loop run a number of times, and cancel it."""
    task = asyncio.ensure_future(call())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_client_survives_cancellation_at_every_step(echo: EchoServer) -> None:
    """400 tasks cancelled after 0 to 39 steps of the event loop use up no connection."""
    random = Random(1)  # noqa: S311 - not for cryptography
    async with open_client(echo) as client:
        for _ in range(10):
            steps = [random.randrange(40) for _ in range(40)]
            await asyncio.gather(
                *(cancel_after_steps(lambda: client.profiles.get(customer_user_id="gone"), each) for each in steps)
            )


async def test_client_survives_failing_task_groups(echo: EchoServer) -> None:
    """Tasks cancelled by a TaskGroup and calls cancelled by wait_for use up no connection."""
    async with open_client(echo) as client:

        async def fail_after(steps: int) -> None:
            for _ in range(steps):
                await asyncio.sleep(0)
            raise ZeroDivisionError

        for steps in range(0, 30, 2):
            with suppress(ExceptionGroup):
                async with asyncio.TaskGroup() as group:
                    for _ in range(10):
                        group.create_task(client.profiles.get(customer_user_id="gone"))
                    group.create_task(fail_after(steps))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.profiles.get(customer_user_id="gone"), 0)


async def test_client_survives_an_outage(echo: EchoServer) -> None:
    """150 callers time out repeatedly while the server is silent; afterwards every call succeeds."""
    async with open_client(echo) as client:

        async def give_up() -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.profiles.get(customer_user_id="gone")

        echo.stall()
        for _ in range(2):
            await asyncio.gather(*(give_up() for _ in range(150)))
        echo.resume()


async def test_cancelled_call_is_not_sent_again(echo: EchoServer) -> None:
    """Cancellation is not an error that the client retries."""
    async with open_client(echo) as client:
        await client.profiles.get(customer_user_id="first")
        echo.stall()
        task = asyncio.create_task(client.profiles.get(customer_user_id="second"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        echo.resume()
    assert echo.requests.count("second") <= 1
