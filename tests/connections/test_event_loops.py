"""One async client in one event loop after another, and in several at a time."""

from __future__ import annotations

import asyncio
import textwrap
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from adapty import AdaptyConfigError, AsyncAdapty
from tests.python_processes import run_python

if TYPE_CHECKING:
    from tests.connections.echo_server import EchoServer


async def get(client: AsyncAdapty, user: str) -> str | None:
    """Return the ID in the answer."""
    return (await client.profiles.get(customer_user_id=user)).customer_user_id


def test_each_event_loop_gets_its_own_connections(echo: EchoServer) -> None:
    """A call per asyncio.run, as in a serverless function, succeeds each time; close works in a new loop."""
    client = AsyncAdapty("secret_live_key", base_url=echo.url, max_retries=0)
    for number in range(10):
        assert asyncio.run(get(client, f"user_{number}")) == f"user_{number}"
        assert client._transport._transport._pools == {}  # type: ignore[attr-defined]
    asyncio.run(client.close())
    with pytest.raises(AdaptyConfigError, match="the client is closed"):
        asyncio.run(get(client, "late"))


def test_event_loops_in_several_threads_share_a_client(echo: EchoServer) -> None:
    """Each thread's loop uses its own connections."""
    client = AsyncAdapty("secret_live_key", base_url=echo.url, max_retries=0)

    async def get_many(thread: int) -> bool:
        users = [f"{thread}_{number}" for number in range(20)]
        return list(await asyncio.gather(*(get(client, user) for user in users))) == users

    with ThreadPoolExecutor(3) as threads:
        assert all(threads.map(lambda thread: asyncio.run(get_many(thread)), range(6)))
    asyncio.run(client.close())


@pytest.mark.parametrize("echo", ["https"], indirect=True)
def test_loop_closed_without_shutdown_does_not_break_the_client(echo: EchoServer) -> None:
    """A loop that is closed without its shutdown leaves connections open; they are dropped, and nothing is printed."""
    program = """
        import asyncio, sys
        from adapty import AsyncAdapty

        client = AsyncAdapty("secret_live_key", base_url=sys.argv[1], max_retries=0)
        for number in range(5):
            loop = asyncio.new_event_loop()
            user = f"user_{number}"
            assert loop.run_until_complete(client.profiles.get(customer_user_id=user)).customer_user_id == user
            loop.close()
        asyncio.run(client.close())
    """
    done = run_python("-c", textwrap.dedent(program), echo.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("echo", ["https"], indirect=True)
def test_client_that_is_never_closed_is_quiet(echo: EchoServer) -> None:
    """asyncio.run closes the connections of its loop; no warning is shown even where warnings are errors."""
    program = """
        import asyncio, sys
        from adapty import AsyncAdapty

        client = AsyncAdapty("secret_live_key", base_url=sys.argv[1])
        for number in range(3):
            asyncio.run(client.profiles.get(customer_user_id="user"))
    """
    done = run_python("-W", "error", "-c", textwrap.dedent(program), echo.url)
    assert (done.returncode, done.stderr) == (0, "")
