"""Start workers and kill them at random moments: a script, which forks a process for each worker.

    python -m tests.webhooks.killed_worker OUTBOX URL KEY SEED LIVES WORKERS

LIVES times, WORKERS are started and killed. Print how often events were pending then.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time

from adapty import Adapty
from adapty.webhooks.outbox import Outbox
from adapty.webhooks.worker import run_worker


def live(path: str, url: str, key: str) -> None:
    """Run a worker."""
    with Adapty(mail_secret_key=key, mail_base_url=url) as adapty, Outbox(path) as outbox:
        run_worker(adapty, outbox, concurrency=4)


def main() -> None:
    """Start workers and kill them."""
    path, url, key, seed, lives, workers = sys.argv[1:]
    chance = random.Random(int(seed))  # noqa: S311 - repeatable
    outbox = Outbox(path)
    killed = 0
    for _ in range(int(lives)):
        before = outbox.counts().delivered
        children = []
        for _ in range(int(workers)):
            child = os.fork()
            if not child:
                live(path, url, key)
                os._exit(0)
            children.append(child)
        while outbox.counts().delivered == before:  # it has begun
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        killed += outbox.counts().pending > 0
    sys.stdout.write(str(killed))


if __name__ == "__main__":
    main()
