"""The paywalls of the app, and the remote configs that a backend can replace."""

from __future__ import annotations

import json
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from adapty.sandbox._responses import ApiError
from adapty.sandbox._storage import to_json
from adapty.sandbox._timestamps import DAY, format_with_offset

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from adapty.sandbox._server_side.model import Context, Params

__all__ = ["SEED_COUNT", "get_paywall", "list_paywalls", "load_all", "seed", "seed_paywalls", "update_paywall"]

SEED_COUNT = 25
"""The number of initial paywalls. The default page size of the API is 20."""

_INSERT = "INSERT OR IGNORE INTO paywalls (paywall_id, body) VALUES (?, ?)"
_LIST = "SELECT body FROM paywalls ORDER BY position"
_FIND = "SELECT body FROM paywalls WHERE paywall_id = ?"
_UPDATE = "UPDATE paywalls SET body = ? WHERE paywall_id = ?"

_NOT_LISTED = {"remote_configs", "main_screenshot"}

_NAMESPACE = UUID("ada97000-5a4d-4b0c-8000-000000000002")
_CREATED_AT = 1_767_225_600_000_000  # the start of 2026
_STATES = ("live", "draft", "inactive", "archived")
_PRODUCTS = (("Premium, monthly", "monthly"), ("Premium, yearly", "annual"), ("Premium, for life", "lifetime"))
_HEADLINES = {"en": "Go premium, offer {}", "de": "Jetzt Premium, Angebot {}"}


def list_paywalls(context: Context, params: Params) -> dict[str, Any]:
    """Execute `listPaywalls`. A page after the last one is empty."""
    page, size = params.parameters["page[number]"], params.parameters["page[size]"]
    paywalls = load_all(context)
    return {
        "data": [
            {name: value for name, value in paywall.items() if name not in _NOT_LISTED}
            for paywall in paywalls[(page - 1) * size : page * size]
        ],
        "meta": {"pagination": {"count": len(paywalls), "page": page, "pages": ceil(len(paywalls) / size)}},
    }


def load_all(context: Context) -> list[dict[str, Any]]:
    """Return all paywalls, in the order of `listPaywalls`."""
    return [json.loads(body) for (body,) in context.connection.execute(_LIST)]


def get_paywall(context: Context, params: Params) -> dict[str, Any]:
    """Execute `getPaywall`.

    Raises:
        ApiError: There is no such paywall. An id that is not a UUID is unknown too.
    """
    row = context.connection.execute(_FIND, (params.parameters["paywall_id"].lower(),)).fetchone()
    if row is None:
        raise ApiError.single(404, "Paywall not found", "paywall_does_not_exist", source=None)
    paywall: dict[str, Any] = json.loads(row[0])
    return paywall


def update_paywall(context: Context, params: Params) -> dict[str, Any]:
    """Execute `updatePaywall`: the given remote configs replace all others.

    Raises:
        ApiError: There is no such paywall.
    """
    configs = [{"locale": config["locale"], "data": config["data"]} for config in params.body["remote_configs"]]
    updated_at = format_with_offset(context.now)
    paywall = {**get_paywall(context, params), "remote_configs": configs, "updated_at": updated_at}
    context.connection.execute(_UPDATE, (to_json(paywall), paywall["paywall_id"]))
    return paywall


def seed(connection: sqlite3.Connection) -> None:
    """Insert the initial paywalls that are missing."""
    connection.executemany(_INSERT, _seed_rows())


@cache
def _seed_rows() -> list[tuple[str, str]]:
    return [(paywall["paywall_id"], to_json(paywall)) for paywall in seed_paywalls()]


def seed_paywalls() -> Iterator[dict[str, Any]]:
    """Yield the initial paywalls as the spec's `Paywall`."""
    for number in range(1, SEED_COUNT + 1):
        created_at = _CREATED_AT + number * DAY
        yield {
            "title": f"Offer {number}",
            "paywall_id": _id("paywall", number),
            "use_paywall_builder": number % 2 == 0,
            "use_paywall_builder_legacy": False,
            "updated_at": format_with_offset(created_at + 461_425),
            "created_at": format_with_offset(created_at),
            "state": _STATES[number % len(_STATES)],
            "is_deleted": False,
            "web_purchase_url": f"https://pay.example.com/offers/{number}" if number % 3 == 0 else None,
            "products": [_product(number, index) for index in range(1 + number % len(_PRODUCTS))],
            "remote_configs": [
                {"locale": locale, "data": json.dumps({"headline": headline.format(number)}, ensure_ascii=False)}
                for locale, headline in _HEADLINES.items()
            ],
            "main_screenshot": (
                {"image_id": number, "url": f"https://cdn.example.com/paywalls/{number}.png"} if number % 4 else None
            ),
        }


def _product(number: int, index: int) -> dict[str, Any]:
    title, product_set = _PRODUCTS[index]
    offer = {"product_offer_id": _id("offer", number), "title": "First week free"}
    return {
        "product_id": _id("product", index),
        "title": title,
        "product_set": product_set,
        "offer": None if index else offer,
    }


def _id(kind: str, number: int) -> str:
    return str(uuid5(_NAMESPACE, f"{kind} {number}"))
