"""The fast transport and bulk runs before and after a fork."""

from __future__ import annotations

import asyncio
import gc
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from adapty import Adapty, AsyncAdapty
from adapty.bulk import async_import_profiles, import_profiles
from adapty.fast import AsyncFastTransport, fast_is_installed
from tests.conftest import PROFILE
from tests.connections.test_forks import CHILDREN, run_in_children

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.connections.echo_server import EchoServer

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),
    pytest.mark.skipif(not fast_is_installed(), reason="the extra `fast` is not installed"),
]

CALLS = 25


async def count_wrong(client: AsyncAdapty, number: int) -> int:
    """Read users side by side; return how often the answer was about another one."""
    users = [f"user_{number}_{call}" for call in range(CALLS)]
    profiles = await asyncio.gather(*(client.profiles.get(customer_user_id=user) for user in users))
    return sum(profile.customer_user_id != user for profile, user in zip(profiles, users, strict=True))


def test_children_get_their_own_users(echo: EchoServer) -> None:
    """No response is about another process's user, and the connections of the parent stay usable."""
    client = AsyncAdapty("secret_live_key", base_url=echo.url, max_retries=0, transport=AsyncFastTransport())
    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(count_wrong(client, CHILDREN)) == 0  # the loop stays open over the fork
    opened = echo.open_connections

    assert run_in_children(lambda number: asyncio.run(count_wrong(client, number))) == [0] * CHILDREN

    assert opened > 0
    assert loop.run_until_complete(count_wrong(client, CHILDREN)) == 0
    assert echo.open_connections == opened
    loop.run_until_complete(client.close())
    loop.close()


def test_child_leaves_the_connections_of_its_parent_alone(echo: EchoServer) -> None:
    """A child drops the requests in flight that it inherited and closes the transport; the parent's go on."""

    async def work() -> None:
        async with AsyncFastTransport() as transport, httpx.AsyncClient(transport=transport) as client:

            async def get_all() -> list[int]:
                responses = await asyncio.gather(*(client.get(echo.url) for _ in range(5)))
                return [response.status_code for response in responses]

            assert await get_all() == [200] * 5
            opened = echo.open_connections
            echo.stall()
            in_flight = [asyncio.create_task(client.get(echo.url)) for _ in range(3)]
            await asyncio.sleep(0.05)

            def drop(_: int) -> int:
                for task in in_flight:
                    task.get_coro().close()
                asyncio.run(transport.aclose())
                gc.collect()
                return 0

            assert run_in_children(drop) == [0] * CHILDREN
            echo.resume()
            async with asyncio.timeout(10):
                assert [(await task).status_code for task in in_flight] == [200] * 3
                assert await get_all() == [200] * 5
            assert echo.open_connections == opened

    asyncio.run(work())


def import_in(adapty: Adapty | AsyncAdapty, records: list[dict[str, Any]]) -> int:
    """Import records with either client; return how many were accepted."""
    if isinstance(adapty, Adapty):
        return import_profiles(adapty, records).accepted
    return asyncio.run(async_import_profiles(adapty, records)).accepted


@pytest.mark.parametrize("is_fast", [True, False], ids=["fast", "httpx"])
@pytest.mark.parametrize("client", [Adapty, AsyncAdapty], ids=["sync", "async"])
def test_bulk_runs_work_in_children(
    echo: EchoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_fast: bool, client: Callable[..., Any]
) -> None:
    """A process that ran bulk jobs is forked, and each child and the parent run more of them."""
    monkeypatch.setattr("adapty._engine.senders.fast_is_installed", lambda: is_fast)
    monkeypatch.chdir(tmp_path)
    records = [{**PROFILE, "external_profile_id": f"user_{number}"} for number in range(10)]
    adapty = client("secret_live_key", mail_secret_key="k", base_url=echo.url, mail_base_url=echo.url)
    if isinstance(adapty, Adapty):
        adapty.profiles.get(customer_user_id="parent")
    assert import_in(adapty, records) == 10

    assert run_in_children(lambda _: import_in(adapty, records)) == [10] * CHILDREN

    assert import_in(adapty, records) == 10
    with suppress(RuntimeError):
        adapty.close() if isinstance(adapty, Adapty) else asyncio.run(adapty.close())


# Over http, because its address needs no name resolution: while another thread is in getaddrinfo at the fork, the C
# library's locks can stay closed in the child.
@pytest.mark.parametrize("echo", ["http"], indirect=True)
def test_bulk_run_works_in_a_child_of_a_running_event_loop(
    echo: EchoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child is forked while bulk jobs and requests of the parent are in flight."""
    monkeypatch.chdir(tmp_path)
    records = [{**PROFILE, "external_profile_id": f"user_{number}"} for number in range(50)]

    async def work() -> None:
        async with (
            AsyncAdapty(mail_secret_key="k", mail_base_url=echo.url) as adapty,
            httpx.AsyncClient(transport=AsyncFastTransport()) as other,
        ):
            run = asyncio.create_task(async_import_profiles(adapty, records, concurrency=2))
            requests = [asyncio.create_task(other.get(echo.url)) for _ in range(5)]
            await asyncio.sleep(0.01)
            assert run_in_children(lambda _: import_in(adapty, records)) == [50] * CHILDREN
            assert (await run).accepted == 50
            assert {(await request).status_code for request in requests} == {200}

    asyncio.run(work())
