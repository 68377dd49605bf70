"""A Celery application that uses its client before the worker forks its pool."""

from __future__ import annotations

import os

from celery import Celery

from adapty import Adapty

folder = os.environ["QUEUE_FOLDER"]
app = Celery(
    "tasks",
    broker="filesystem://",
    backend=f"file://{folder}/results",
    broker_transport_options={
        "data_folder_in": f"{folder}/queue",
        "data_folder_out": f"{folder}/queue",
        "control_folder": f"{folder}/control",
        "polling_interval": 0.02,
    },
    worker_prefetch_multiplier=0,
    broker_connection_retry_on_startup=True,
)
client = Adapty(max_retries=0)
client.profiles.get(customer_user_id="parent")
parent = os.getpid()


@app.task  # type: ignore[untyped-decorator]
def find(user: str) -> tuple[str | None, bool]:
    """Return the ID of the profile that belongs to a user, and whether this is a forked child."""
    return client.profiles.get(customer_user_id=user).customer_user_id, os.getpid() != parent
