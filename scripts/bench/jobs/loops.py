"""Loops without the bulk engine: tasks that take records from one iterator."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from scripts.bench.records import CONCURRENCY, KEY, PATH, create_bodies, create_fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from scripts.bench.jobs import Prepare

__all__ = ["generated", "native"]

WORKERS = 64

T = TypeVar("T")


@contextmanager
def generated(url: str) -> Iterator[Prepare]:
    """Call the generated async function from 64 tasks; the models are created in advance."""
    from adapty_generated.mail import AuthenticatedClient  # noqa: PLC0415 - the other job does not need it
    from adapty_generated.mail.api.default import save_profile  # noqa: PLC0415
    from adapty_generated.mail.models import ProfileDTO  # noqa: PLC0415

    client = AuthenticatedClient(base_url=url, token=KEY)

    async def send(profile: ProfileDTO) -> int:
        response = await save_profile.asyncio_detailed(client=client, body=profile)
        return response.status_code

    def create_models(count: int) -> list[ProfileDTO]:
        return [ProfileDTO.from_dict(create_fields(number)) for number in range(count)]

    with asyncio.Runner() as runner:
        runner.run(client.__aenter__())
        yield lambda count: _send_all(runner, send, create_models(count), WORKERS)
        runner.run(client.__aexit__())


@contextmanager
def native(url: str) -> Iterator[Prepare]:
    """Send with aiohttp from as many tasks as a bulk import has; the bodies are created in advance."""
    import aiohttp  # noqa: PLC0415 - the other job does not need it

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

        yield lambda count: _send_all(runner, send, create_bodies(count), CONCURRENCY)
        runner.run(session.close())


def _send_all(
    runner: asyncio.Runner, send: Callable[[T], Awaitable[int]], records: Iterable[T], workers: int
) -> Callable[[], object]:
    """Return a function that sends all records."""

    async def work(queue: Iterator[T]) -> None:
        for record in queue:
            if await send(record) != HTTPStatus.OK:
                raise RuntimeError("a record was not accepted")

    async def gather() -> None:
        queue = iter(records)
        await asyncio.gather(*(work(queue) for _ in range(workers)))

    return lambda: runner.run(gather())
