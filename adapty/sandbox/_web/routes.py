"""The endpoints of the Web API, and its error codes of invalid bodies."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from adapty._generated import openapi_spec
from adapty.sandbox._api_routes import api_routes, load_operations
from adapty.sandbox._responses import ApiError, ValidationIssue, join_messages
from adapty.sandbox._validation import MESSAGES, ApiRules, format_checker
from adapty.sandbox._web.actions import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.routing import Route

    from adapty.sandbox._api_routes import Operation
    from adapty.sandbox._responses import InvalidBody
    from adapty.sandbox._security import Key
    from adapty.sandbox._server_side.store import ServerSideStore

__all__ = ["web_routes"]

_RULES = ApiRules(formats=format_checker("date-time", "uuid"), rules={}, messages=MESSAGES)

_CODES: Mapping[tuple[str, str], str] = {("visited_at", "format"): "datetime", ("status", "enum"): "enum"}
"""Field and violated schema keyword to the documented error code. All others are `parse_error`."""


def web_routes(store: ServerSideStore, key: Key) -> Iterator[Route]:
    """Yield the routes of the Web API; see `api_routes`."""
    return api_routes(_operations(), ACTIONS, store, key)


@cache
def _operations() -> tuple[Operation, ...]:
    return tuple(load_operations(openapi_spec("web"), _RULES, _build_error))


def _build_error(invalid: InvalidBody) -> ApiError:
    codes = {_CODES.get((issue.field_name, issue.keyword)) for issue in invalid.issues}
    code = codes.pop() if len(codes) == 1 else None
    if code is not None:
        return ApiError(400, *invalid.issues, error_code=code)
    message = join_messages((issue.field_name or None, issue.message) for issue in invalid.issues)
    return ApiError(400, ValidationIssue(message=message), error_code="parse_error", source=None)
