"""Defaults and shared constants. They need no extra, so that a command's help can show them."""

from __future__ import annotations

from typing import Literal

__all__ = [
    "ADMIN_PREFIX",
    "DEFAULT_ACCESS_LEVEL",
    "DEFAULT_HOST",
    "DEFAULT_MAIL_KEY",
    "DEFAULT_PUBLIC_KEY",
    "DEFAULT_SECRET_KEY",
    "DEFAULT_WEBHOOK_TIME_SCALE",
    "DROP_KINDS",
    "FaultKind",
]

DEFAULT_ACCESS_LEVEL = "premium"
"""The access level that a product unlocks unless `access_levels` maps it to another one."""

DEFAULT_HOST = "127.0.0.1"
"""This machine only, because the inspection endpoints need no key."""

DEFAULT_MAIL_KEY = "sandbox_mail_key"
"""The secret key of the sandbox's Mail API. Not confidential: it works nowhere else."""

DEFAULT_SECRET_KEY = "sandbox_secret_key"  # noqa: S105 - see below
"""The secret key of the sandbox's server-side API. Not confidential: it works nowhere else."""

DEFAULT_PUBLIC_KEY = "sandbox_public_key"
"""The public key of the sandbox's Web API."""

DEFAULT_WEBHOOK_TIME_SCALE = 60
"""How many times faster than Adapty the sandbox retries webhooks: a minute becomes a second."""

ADMIN_PREFIX = "/_sandbox/"
"""The path prefix of the inspection endpoints. Requests there are not logged and never meet a fault."""

FaultKind = Literal["rate_limited", "server_error", "html_error", "slow", "stall", "drop_before", "drop_after"]
"""What can go wrong on demand; see `Fault`."""

DROP_KINDS: frozenset[FaultKind] = frozenset({"drop_before", "drop_after"})
"""The kinds that close the connection without a response."""
