"""Adapty's webhook in FastAPI.

    pip install adapty fastapi uvicorn
    export ADAPTY_WEBHOOK_AUTHORIZATION="the value from the dashboard"
    python examples/webhooks_fastapi.py [PORT]

The address for the dashboard is the server's, and the path of the route as it stands.
"""

import sys

import uvicorn
from fastapi import FastAPI

from adapty.webhooks import Receiver, SQLiteDedupStore, WebhookEvent, asgi_app, to_mail_event


async def handle(event: WebhookEvent) -> None:
    """Store the event and process it later: Adapty waits ten seconds for the response."""
    mail = to_mail_event(event)
    print(event.event_type, event.event_id, mail.event.flow if mail.event else mail.reason, flush=True)


receiver = Receiver(dedup=SQLiteDedupStore("dedup.sqlite"))
app = FastAPI()
app.add_route("/webhooks/adapty", asgi_app(receiver, handle))

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]) if len(sys.argv) > 1 else 8050)
