"""What the sandbox takes when nothing is said; needs no extra, so that a command's help can show it."""

from __future__ import annotations

__all__ = [
    "DEFAULT_ACCESS_LEVEL",
    "DEFAULT_HOST",
    "DEFAULT_MAIL_KEY",
    "DEFAULT_SECRET_KEY",
    "DEFAULT_WEBHOOK_TIME_SCALE",
]

DEFAULT_ACCESS_LEVEL = "premium"
"""The access level that a product opens, where nothing else is said about it."""

DEFAULT_HOST = "127.0.0.1"
"""This machine only: what the sandbox holds can be read without a key."""

DEFAULT_MAIL_KEY = "sandbox_mail_key"
"""The secret key that the sandbox's Mail API knows. Not a secret: it opens nothing else."""

DEFAULT_SECRET_KEY = "sandbox_secret_key"  # noqa: S105 - see below
"""The secret key that the sandbox's server-side API knows. Not a secret: it opens nothing else."""

DEFAULT_WEBHOOK_TIME_SCALE = 60
"""How many times faster than Adapty the sandbox posts an event again: a minute is a second."""
