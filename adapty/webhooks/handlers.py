"""What handles an event: functions of the user's, async or not."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from adapty._core.validation import type_name
from adapty.errors import AdaptyConfigError
from adapty.webhooks.events import WebhookEvent

__all__ = ["AsyncHandler", "Handler", "check_result", "checked_handler", "is_async"]

Handler = Callable[[WebhookEvent], object]
"""What handles an event. What it gives counts for nothing; what it raises has Adapty post the event again."""

AsyncHandler = Callable[[WebhookEvent], Awaitable[object]]
"""The same, to be awaited."""


def checked_handler(handler: Any, *, may_be_async: bool) -> Any:
    """Accept what can handle an event.

    Raises:
        AdaptyConfigError: It cannot be called, or is async where nothing would wait for it.
    """
    if not callable(handler):
        raise AdaptyConfigError.for_field(
            "handler", f"is {type_name(handler)}; expected a function that takes the event"
        )
    if is_async(handler) and not may_be_async:
        raise AdaptyConfigError.for_field(
            "handler", "is async, which nothing here waits for; expected a plain function"
        )
    return handler


def is_async(handler: Any) -> bool:
    """Tell whether what the handler gives is to be awaited."""
    while isinstance(handler, partial):
        handler = handler.func
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__)


def check_result(result: object) -> None:
    """Refuse what would have to be awaited: the event would pass for handled, and nothing would have been done."""
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        message = "the handler gave something to await, which nothing here waits for"
        raise TypeError(message)
