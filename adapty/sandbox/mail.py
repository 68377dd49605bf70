"""The endpoints of the Mail API: who may ask, what is accepted, where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from adapty.sandbox.answers import Refusal, done, no_profile, refused
from adapty.sandbox.body import MAX_BODY_BYTES, received
from adapty.sandbox.contract import operations
from adapty.sandbox.erasures import NoSuchProfile
from adapty.sandbox.flaws import BodyRefused, Flaw
from adapty.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from adapty.sandbox.auth import Key
    from adapty.sandbox.contract import Operation

__all__ = ["ACTIONS", "MAX_BODY_BYTES", "mail_routes"]

ACTIONS: dict[str, Callable[[Store, Mapping[str, Any]], None]] = {
    "saveProfile": Store.save_profile,
    "saveTransactionEvent": Store.save_transaction_event,
    "deleteProfile": Store.delete_profile,
}
"""What an operation of the contract does, by its operationId. An operation that is not here is not served."""


def mail_routes(contract: Mapping[str, Any], store: Store, key: Key) -> Iterator[Route]:
    """Give the routes of the Mail API.

    Args:
        contract: The Mail API's OpenAPI document: paths, methods, authorization and schemas come from it.
        store: Where what is accepted goes.
        key: The key that opens the operations which require one.
    """
    for operation in operations(contract):
        if operation.operation_id in ACTIONS:
            yield _route(operation, store, key)


def _route(operation: Operation, store: Store, key: Key) -> Route:
    action = ACTIONS[operation.operation_id]

    async def endpoint(request: Request) -> Response:
        if operation.secured and not key.opens(request):
            return Refusal(403, operation.denied)
        raw = await received(request)
        if raw is None:
            return refused(413, Flaw(message=f"Body is longer than {MAX_BODY_BYTES} bytes"))
        try:
            action(store, operation.body(raw))
        except BodyRefused as refusal:
            return refused(400, *refusal.flaws)
        except NoSuchProfile:
            return no_profile()
        return done(operation.status)

    return Route(operation.path, endpoint, methods=[operation.method], name=operation.operation_id)
