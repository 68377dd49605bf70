"""Adapty's webhook in Django, a whole project in one file.

    pip install adapty django
    export ADAPTY_WEBHOOK_AUTHORIZATION="the value from the dashboard"
    python examples/webhooks_django.py [PORT]

In a project of yours the last lines of the middle part go into its urls.py. The address for the dashboard is the
server's, and the path as it stands there: Django redirects others, and Adapty does not follow.
"""

import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.urls import path

from adapty.webhooks import Receiver, SQLiteDedupStore, WebhookEvent, django_view, to_mail_event

settings.configure(DEBUG=True, ROOT_URLCONF=__name__, SECRET_KEY="of no use here")


def handle(event: WebhookEvent) -> None:
    """Store the event and process it later: Adapty waits ten seconds for the response."""
    mail = to_mail_event(event)
    print(event.event_type, event.event_id, mail.event.flow if mail.event else mail.reason, flush=True)


receiver = Receiver(dedup=SQLiteDedupStore("dedup.sqlite"))
urlpatterns = [path("webhooks/adapty", django_view(receiver, handle))]

if __name__ == "__main__":
    port = sys.argv[1] if len(sys.argv) > 1 else "8050"
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", port])
