"""What somebody would write without the bulk engine: tasks that take records from one iterator."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from scripts.bench.records import CONCURRENCY, KEY, PATH, bodies, fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from scripts.bench.jobs import Prepare

__all__ = ["generated", "native"]

WORKERS = 64

T = TypeVar("T")


@contextmanager
def generated(url: str) -> Iterator[Prepare]:
    """Call the generated async function from 64 workers; the models are made beforehand."""
    from adapty_generated.mail import AuthenticatedClient  # noqa: PLC0415 - the other job goes without
    from adapty_generated.mail.api.default import save_profile  # noqa: PLC0415
    from adapty_generated.mail.models import ProfileDTO  # noqa: PLC0415

    client = AuthenticatedClient(base_url=url, token=KEY)

    async def send(profile: ProfileDTO) -> int:
        response = await save_profile.asyncio_detailed(client=client, body=profile)
        return response.status_code

    def models(count: int) -> list[ProfileDTO]:
        return [ProfileDTO.from_dict(fields(number)) for number in range(count)]

    with asyncio.Runner() as runner:
        runner.run(client.__aenter__())
        yield lambda count: _all(runner, send, models(count), WORKERS)
        runner.run(client.__aexit__())


@contextmanager
def native(url: str) -> Iterator[Prepare]:
    """Send with aiohttp's own client, in as many tasks as an import has connections; the bodies are made beforehand."""
    import aiohttp  # noqa: PLC0415 - the other job goes without

    address = url + PATH
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}

    async def open_session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    with asyncio.Runner() as runner:
        session = runner.run(open_session())

        async def send(body: bytes) -> int:
            async with session.post(address, headers=headers, data=body) as response:
                await response.read()
                return response.status

        yield lambda count: _all(runner, send, bodies(count), CONCURRENCY)
        runner.run(session.close())


def _all(
    runner: asyncio.Runner, send: Callable[[T], Awaitable[int]], records: Iterable[T], workers: int
) -> Callable[[], object]:
    """Make what sends all the records."""

    async def work(left: Iterator[T]) -> None:
        for record in left:
            if await send(record) != HTTPStatus.OK:
                raise RuntimeError("a record was not accepted")

    async def gather() -> None:
        left = iter(records)
        await asyncio.gather(*(work(left) for _ in range(workers)))

    return lambda: runner.run(gather())
