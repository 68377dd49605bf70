"""The endpoints of the server-side API."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from adapty._generated import openapi_spec
from adapty.sandbox._api_routes import api_routes, load_operations
from adapty.sandbox._server_side.actions import ACTIONS
from adapty.sandbox._server_side.rules import SERVER_SIDE_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.routing import Route

    from adapty.sandbox._api_routes import Operation
    from adapty.sandbox._security import Key
    from adapty.sandbox._server_side.store import ServerSideStore

__all__ = ["server_side_routes"]


def server_side_routes(store: ServerSideStore, key: Key) -> Iterator[Route]:
    """Yield the routes of the server-side API; see `api_routes`."""
    return api_routes(_operations(), ACTIONS, store, key)


@cache
def _operations() -> tuple[Operation, ...]:
    document = _allow_documented_attribute_values(openapi_spec("server_side"))
    return tuple(load_operations(document, SERVER_SIDE_RULES))


def _allow_documented_attribute_values(document: dict[str, Any]) -> dict[str, Any]:
    """Allow booleans, which become numbers, and null, which deletes, in custom attributes, as documented."""
    value = document["components"]["schemas"]["CustomAttribute"]["properties"]["value"]
    value["type"] = ["string", "number", "boolean", "null"]
    return document
