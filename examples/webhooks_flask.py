"""Adapty's webhook in Flask.

    pip install adapty flask
    export ADAPTY_WEBHOOK_AUTHORIZATION="the value from the dashboard"
    python examples/webhooks_flask.py [PORT]

The address for the dashboard is the server's, and the path of the mount.
"""

import sys

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from adapty.webhooks import Receiver, SQLiteDedupStore, WebhookEvent, to_mail_event, wsgi_app


def handle(event: WebhookEvent) -> None:
    """Store the event and process it later: Adapty waits ten seconds for the response."""
    mail = to_mail_event(event)
    print(event.event_type, event.event_id, mail.event.flow if mail.event else mail.reason, flush=True)


receiver = Receiver(dedup=SQLiteDedupStore("dedup.sqlite"))
app = Flask(__name__)
app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/webhooks/adapty": wsgi_app(receiver, handle)})

if __name__ == "__main__":
    app.run(port=int(sys.argv[1]) if len(sys.argv) > 1 else 8050)
