"""The paywalls that a new sandbox has: always the same, more than one page of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from adapty.sandbox.server_side.moments import DAY, with_offset

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SEEDED_PAYWALLS", "seeds"]

SEEDED_PAYWALLS = 25
"""How many there are: a page of the API's default size holds 20."""

_NAMESPACE = UUID("ada97000-5a4d-4b0c-8000-000000000002")
_CREATED_AT = 1_767_225_600_000_000  # the start of 2026
_STATES = ("live", "draft", "inactive", "archived")
_PRODUCTS = (("Premium, monthly", "monthly"), ("Premium, yearly", "annual"), ("Premium, for life", "lifetime"))
_HEADLINES = {"en": "Go premium, offer {}", "de": "Jetzt Premium, Angebot {}"}


def seeds() -> Iterator[dict[str, Any]]:
    """Give each of them as the contract's `Paywall` has it."""
    for number in range(1, SEEDED_PAYWALLS + 1):
        moment = _CREATED_AT + number * DAY
        yield {
            "title": f"Offer {number}",
            "paywall_id": _id("paywall", number),
            "use_paywall_builder": number % 2 == 0,
            "use_paywall_builder_legacy": False,
            "updated_at": with_offset(moment + 461_425),
            "created_at": with_offset(moment),
            "state": _STATES[number % len(_STATES)],
            "is_deleted": False,
            "web_purchase_url": f"https://pay.example.com/offers/{number}" if number % 3 == 0 else None,
            "products": [_product(number, place) for place in range(1 + number % len(_PRODUCTS))],
            "remote_configs": [
                {"locale": locale, "data": json.dumps({"headline": headline.format(number)}, ensure_ascii=False)}
                for locale, headline in _HEADLINES.items()
            ],
            "main_screenshot": (
                {"image_id": number, "url": f"https://cdn.example.com/paywalls/{number}.png"} if number % 4 else None
            ),
        }


def _product(number: int, place: int) -> dict[str, Any]:
    title, product_set = _PRODUCTS[place]
    offer = {"product_offer_id": _id("offer", number), "title": "First week free"}
    return {
        "product_id": _id("product", place),
        "title": title,
        "product_set": product_set,
        "offer": None if place else offer,
    }


def _id(kind: str, number: int) -> str:
    return str(uuid5(_NAMESPACE, f"{kind} {number}"))
