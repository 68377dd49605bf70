"""The paywalls of the app, and the remote configs that a backend can replace."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any

from adapty.sandbox.database import as_text
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.moments import with_offset
from adapty.sandbox.server_side.paywall_seeds import seeds

if TYPE_CHECKING:
    import sqlite3

    from adapty.sandbox.server_side.work import Asked, Work

__all__ = ["get_paywall", "list_paywalls", "plant", "update_paywall"]

_PLANT = "INSERT OR IGNORE INTO paywalls (paywall_id, body) VALUES (?, ?)"
_ALL = "SELECT body FROM paywalls ORDER BY position"
_FIND = "SELECT body FROM paywalls WHERE paywall_id = ?"
_KEEP = "UPDATE paywalls SET body = ? WHERE paywall_id = ?"

_NOT_LISTED = {"remote_configs", "main_screenshot"}


def plant(connection: sqlite3.Connection) -> None:
    """Add the paywalls that a new sandbox has, as far as they are not there."""
    connection.executemany(_PLANT, [(paywall["paywall_id"], as_text(paywall)) for paywall in seeds()])


def list_paywalls(work: Work, asked: Asked) -> dict[str, Any]:
    """Do what `listPaywalls` does. A page after the last one is empty."""
    page, size = asked.parameters["page[number]"], asked.parameters["page[size]"]
    paywalls = [json.loads(body) for (body,) in work.connection.execute(_ALL)]
    return {
        "data": [
            {name: value for name, value in paywall.items() if name not in _NOT_LISTED}
            for paywall in paywalls[(page - 1) * size : page * size]
        ],
        "meta": {"pagination": {"count": len(paywalls), "page": page, "pages": ceil(len(paywalls) / size)}},
    }


def get_paywall(work: Work, asked: Asked) -> dict[str, Any]:
    """Do what `getPaywall` does.

    Raises:
        Declined: There is no such paywall; an id that is no UUID is none either.
    """
    found = work.connection.execute(_FIND, (asked.parameters["paywall_id"].lower(),)).fetchone()
    if found is None:
        raise Declined.because(404, "Paywall not found", "paywall_not_found", source=None)
    paywall: dict[str, Any] = json.loads(found[0])
    return paywall


def update_paywall(work: Work, asked: Asked) -> dict[str, Any]:
    """Do what `updatePaywall` does: the given remote configs take the place of all.

    Raises:
        Declined: There is no such paywall.
    """
    configs = [{"locale": config["locale"], "data": config["data"]} for config in asked.body["remote_configs"]]
    paywall = {**get_paywall(work, asked), "remote_configs": configs, "updated_at": with_offset(work.now)}
    work.connection.execute(_KEEP, (as_text(paywall), paywall["paywall_id"]))
    return paywall
