"""Small pairs of contracts: one of a shop, and what a few replaced words make of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.spec_diff.compare import Change, changes
from scripts.spec_diff.document import opened
from scripts.spec_diff.reading import parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BODY",
    "CIRCLE",
    "MADE",
    "PARAMETERS",
    "SHOP",
    "SHOP_FILE",
    "Replaced",
    "Told",
    "changed",
    "compared",
    "told",
]

SHOP_FILE = Path(__file__).parent / "shop.yaml"
SHOP = SHOP_FILE.read_text("utf-8")
"""A contract with a little of everything."""

BODY = """\
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/NewThing'}
"""
"""What createThing takes."""

MADE = """\
          description: Made.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
"""
"""What createThing answers."""

CIRCLE = """\
    Circle:
      type: object
      properties:
        kind: {const: circle}
        radius: {type: number}
"""

PARAMETERS = "      parameters:\n        - {name: limit,"
"""Where the parameters of listThings begin."""

Replaced = tuple[str, str]
"""A piece of the contract, and what stands there instead."""

Told = tuple[str, str, str, Any, Any]
"""Kind, class, element, before and after of a change."""


def changed(*replaced: Replaced) -> str:
    """Give the shop's contract with pieces of it replaced, each of which stands in it once."""
    text = SHOP
    for old, new in replaced:
        assert text.count(old) == 1, f"stands in the contract {text.count(old)} times: {old}"
        text = text.replace(old, new)
    return text


def compared(old: str | dict[str, Any], new: str | dict[str, Any]) -> list[Change]:
    """Compare two contracts, as texts or as data."""
    documents = [
        opened(parsed(spec.encode(), name) if isinstance(spec, str) else spec, name)
        for name, spec in (("old", old), ("new", new))
    ]
    return changes(*documents)


def told(found: list[Change]) -> list[Told]:
    """Say of changes what they are, without their places."""
    return [(change.kind, change.weight, change.element, change.before, change.after) for change in found]


def echo(schema: Any, schemas: Mapping[str, Any] | None = None, *, version: str = "3.1.0") -> dict[str, Any]:
    """Give a contract of one operation that takes and gives values of one schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    answers = {"200": {"description": "The same.", **body}}
    return {
        "openapi": version,
        "info": {"title": "Echo", "version": "1"},
        "paths": {"/a": {"post": {"operationId": "a", "requestBody": body, "responses": answers}}},
        "components": {
            "schemas": {"S": {"type": "object", "properties": {"a": {"type": "string"}}}, **(schemas or {})}
        },
    }


def kinds(found: list[Change]) -> list[str]:
    """Say of changes their kinds alone, in order."""
    return sorted(change.kind for change in found)
