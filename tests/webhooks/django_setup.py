"""Django, set up as a project does."""

from __future__ import annotations

import django
from django.conf import settings

__all__ = ["set_up_django"]


def set_up_django() -> None:
    """Set Django up, once for the process."""
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"],
            DATABASES={},
            DATA_UPLOAD_MAX_MEMORY_SIZE=1000,
            MIDDLEWARE=["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
            ROOT_URLCONF="tests_webhooks_django_urls",
            SECRET_KEY="for tests only",
            USE_TZ=True,
        )
        django.setup()
