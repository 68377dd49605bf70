"""One call after the other, blocking: the SDK's, and httpx's own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from scripts.bench.records import KEY, PATH, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.bench.jobs import Prepare

__all__ = ["bare_httpx", "save_profile"]


@contextmanager
def save_profile(url: str) -> Iterator[Prepare]:
    """Call `mail.save_profile`."""
    from adapty import Adapty  # noqa: PLC0415 - the other side goes without

    with Adapty(mail_secret_key=KEY, mail_base_url=url) as adapty:

        def prepare(count: int) -> Callable[[], object]:
            given = [fields(number) for number in range(count)]

            def send() -> None:
                for each in given:
                    adapty.mail.save_profile(**each)

            return send

        yield prepare


@contextmanager
def bare_httpx(url: str) -> Iterator[Prepare]:
    """Post the same JSON with an httpx.Client, and look at the status."""
    address = url + PATH
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client() as client:

        def prepare(count: int) -> Callable[[], object]:
            given = [fields(number) for number in range(count)]

            def send() -> None:
                for each in given:
                    client.post(address, json=each, headers=headers).raise_for_status()

            return send

        yield prepare
