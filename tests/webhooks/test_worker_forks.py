"""A worker in a child of a process that has delivered events itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from adapty import Adapty, TransactionEvent
from adapty.webhooks import Outbox, drain
from tests.conftest import EVENT

if TYPE_CHECKING:
    from pathlib import Path

    from adapty.sandbox import Sandbox

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


def test_workers_deliver_before_and_after_a_fork(sandbox: Sandbox, tmp_path: Path) -> None:
    """The parent's client and outbox are used in two children at a time, and in the parent again."""
    outboxes = [Outbox(tmp_path / f"{number}.sqlite") for number in range(3)]

    def put_and_drain(client: Adapty, number: int, first: int) -> int:
        for event in range(first, first + 20):
            outboxes[number].put(TransactionEvent(**{**EVENT, "event_id": f"event_{number}_{event}"}))
        return drain(client, outboxes[number]).delivered

    with Adapty(mail_secret_key=sandbox.mail_key, mail_base_url=sandbox.url, timeout=20) as client:
        assert put_and_drain(client, 0, 0) == 20
        children = []
        for number in (1, 2):
            child = os.fork()
            if child == 0:
                delivered = -1
                try:
                    delivered = put_and_drain(client, number, 0)
                finally:
                    os._exit(delivered != 20)
            children.append(child)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
        assert put_and_drain(client, 0, 20) == 20
    assert [outbox.counts().pending for outbox in outboxes] == [0, 0, 0]
    assert len(sandbox.events("user_12345")) == 80
