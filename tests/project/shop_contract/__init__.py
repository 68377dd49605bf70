"""A small contract of a shop, and helpers that change and compare contracts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.spec_diff.compare import Change, find_changes
from scripts.spec_diff.document import parse_document
from scripts.spec_diff.reading import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BODY",
    "CIRCLE",
    "CREATED",
    "PARAMETERS",
    "SHOP",
    "SHOP_FILE",
    "Replacement",
    "Summary",
    "compare",
    "echo_contract",
    "edit_shop",
    "kinds",
    "summarize",
]

SHOP_FILE = Path(__file__).parent / "shop.yaml"
SHOP = SHOP_FILE.read_text("utf-8")
"""A contract with some of each feature."""

BODY = """\
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/NewThing'}
"""
"""The request body of createThing."""

CREATED = """\
          description: Made.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
"""
"""The response of createThing."""

CIRCLE = """\
    Circle:
      type: object
      properties:
        kind: {const: circle}
        radius: {type: number}
"""

PARAMETERS = "      parameters:\n        - {name: limit,"
"""The start of the parameters of listThings."""

Replacement = tuple[str, str]
"""A part of the contract, and its replacement."""

Summary = tuple[str, str, str, Any, Any]
"""Kind, class, element, before and after of a change."""


def edit_shop(*replacements: Replacement) -> str:
    """Return the shop's contract with parts replaced; each part must occur once."""
    text = SHOP
    for old, new in replacements:
        assert text.count(old) == 1, f"occurs {text.count(old)} times: {old}"
        text = text.replace(old, new)
    return text


def compare(old: str | dict[str, Any], new: str | dict[str, Any]) -> list[Change]:
    """Compare two contracts, given as text or data."""
    documents = [
        parse_document(parse(spec.encode(), name) if isinstance(spec, str) else spec, name)
        for name, spec in (("old", old), ("new", new))
    ]
    return find_changes(*documents)


def summarize(changes: list[Change]) -> list[Summary]:
    """Return changes without their locations."""
    return [(change.kind, change.weight, change.element, change.before, change.after) for change in changes]


def echo_contract(schema: Any, schemas: Mapping[str, Any] | None = None, *, version: str = "3.1.0") -> dict[str, Any]:
    """Return a contract of one operation whose request and response have the same schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    responses = {"200": {"description": "The same.", **body}}
    return {
        "openapi": version,
        "info": {"title": "Echo", "version": "1"},
        "paths": {"/a": {"post": {"operationId": "a", "requestBody": body, "responses": responses}}},
        "components": {
            "schemas": {"S": {"type": "object", "properties": {"a": {"type": "string"}}}, **(schemas or {})}
        },
    }


def kinds(changes: list[Change]) -> list[str]:
    """Return the sorted kinds of changes."""
    return sorted(change.kind for change in changes)
