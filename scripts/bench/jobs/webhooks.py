"""Webhooks, posted to ASGI applications in the same process, without sockets.

All databases use WAL and `synchronous=FULL`, as the outbox does: an event is on the disk before the response.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from scripts.bench.records import AUTHORIZATION, create_webhook_bodies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request

    from scripts.bench.jobs import Prepare

__all__ = ["adapty_app", "starlette_route", "starlette_route_shared_connection"]

PATH = "/webhooks/adapty"
DATABASE = Path("events.sqlite")


@contextmanager
def adapty_app(_: str) -> Iterator[Prepare]:
    """Receive with the SDK: authorization, and an outbox for Adapty Mail, which deduplicates events."""
    from adapty.webhooks import Outbox, Receiver, asgi_app, outbox_handler  # noqa: PLC0415 - other jobs do not need it

    app = asgi_app(Receiver(AUTHORIZATION), outbox_handler(Outbox("outbox.sqlite")))
    with _post_to(app) as prepare:
        yield prepare


@contextmanager
def starlette_route(_: str) -> Iterator[Prepare]:
    """Parse the JSON and insert a row, in the thread pool, over a connection per request."""

    def insert(event: dict[str, Any]) -> None:
        with closing(_connect()) as connection:
            _insert(connection, event)

    # Open all the time, as with a second process: otherwise each close would write the WAL back and delete it.
    with closing(_connect()) as connection, _post_to(_route(insert)) as prepare:
        _create_table(connection)
        yield prepare


@contextmanager
def starlette_route_shared_connection(_: str) -> Iterator[Prepare]:
    """Parse the JSON and insert a row, in the thread pool, over one connection that is never closed or locked."""
    with closing(_connect()) as connection:
        _create_table(connection)
        with _post_to(_route(lambda event: _insert(connection, event))) as prepare:
            yield prepare


def _route(insert: Callable[[dict[str, Any]], None]) -> Callable[..., Any]:
    async def receive(request: Request) -> JSONResponse:
        await run_in_threadpool(insert, await request.json())
        return JSONResponse({})

    return receive


def _connect() -> sqlite3.Connection:
    connection = sqlite3.connect(DATABASE, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _create_table(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE events (id TEXT PRIMARY KEY, body TEXT NOT NULL)")


def _insert(connection: sqlite3.Connection, event: dict[str, Any]) -> None:
    row = (event["event_properties"]["profile_event_id"], json.dumps(event))
    connection.execute("INSERT OR IGNORE INTO events VALUES (?, ?)", row)


@contextmanager
def _post_to(endpoint: Callable[..., Any]) -> Iterator[Prepare]:
    """Mount an endpoint in Starlette and post webhooks to it, one after the other."""
    app = Starlette(routes=[Route(PATH, endpoint, methods=["POST"])])
    posted = 0

    async def post_all(bodies: list[bytes]) -> None:
        for body in bodies:
            if await _post(app, body) != HTTPStatus.OK:
                raise RuntimeError("a webhook was not accepted")

    with asyncio.Runner() as runner:

        def prepare(count: int) -> Callable[[], object]:
            nonlocal posted
            bodies = create_webhook_bodies(posted, count)
            posted += count
            return lambda: runner.run(post_all(bodies))

        yield prepare


async def _post(app: Starlette, body: bytes) -> int:
    """Post a body as an ASGI server does and return the status."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"example.com"),
            (b"authorization", AUTHORIZATION.encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])
