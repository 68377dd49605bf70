"""Sequential blocking calls, with the SDK and with httpx."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from scripts.bench.records import KEY, PATH, create_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.bench.jobs import Prepare

__all__ = ["bare_httpx", "save_profile"]


@contextmanager
def save_profile(url: str) -> Iterator[Prepare]:
    """Call `mail.save_profile`."""
    from adapty import Adapty  # noqa: PLC0415 - the other job does not need it

    with Adapty(mail_secret_key=KEY, mail_base_url=url) as client:

        def prepare(count: int) -> Callable[[], object]:
            records = [create_fields(number) for number in range(count)]

            def send() -> None:
                for record in records:
                    client.mail.save_profile(**record)

            return send

        yield prepare


@contextmanager
def bare_httpx(url: str) -> Iterator[Prepare]:
    """Post the same JSON with an httpx.Client and check the status."""
    address = url + PATH
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client() as client:

        def prepare(count: int) -> Callable[[], object]:
            records = [create_fields(number) for number in range(count)]

            def send() -> None:
                for record in records:
                    client.post(address, json=record, headers=headers).raise_for_status()

            return send

        yield prepare
