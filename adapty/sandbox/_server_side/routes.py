"""The endpoints of the server-side API, from its spec."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen
from starlette.routing import Route

from adapty._generated import openapi_spec
from adapty.sandbox._body import BODY_TOO_LONG, parse_json, read_body
from adapty.sandbox._responses import JSON, ApiError, InvalidBody, server_side_error, server_side_success
from adapty.sandbox._server_side.actions import ACTIONS
from adapty.sandbox._server_side.invalid_requests import invalid_body_error, invalid_parameter_code
from adapty.sandbox._server_side.model import ANONYMOUS, Params
from adapty.sandbox._server_side.parameters import (
    PROFILE_ID,
    Parameter,
    load_parameters,
    parse_parameters,
    parse_user,
    read_header,
)
from adapty.sandbox._server_side.rules import SERVER_SIDE_RULES
from adapty.sandbox._spec import Spec
from adapty.sandbox._validation import SchemaValidator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from adapty.sandbox._security import Key
    from adapty.sandbox._server_side.store import ServerSideStore

__all__ = ["Operation", "RequestBody", "load_operations", "server_side_routes"]


@frozen(kw_only=True)
class RequestBody:
    """The body of an operation.

    Attributes:
        operation_id: The operation.
        media_types: The accepted values of `Content-Type`.
    """

    operation_id: str
    media_types: frozenset[str]
    _validator: SchemaValidator = field(repr=False)

    def parse(self, raw: bytes) -> dict[str, Any]:
        """Parse and validate a body. Unknown fields are accepted: the spec does not forbid them.

        Raises:
            ApiError: The body is invalid. It lists all issues, one per field.
        """
        try:
            return cast("dict[str, Any]", self._validator.validate(parse_json(raw)))
        except InvalidBody as invalid:
            raise invalid_body_error(self.operation_id, invalid) from None


@frozen(kw_only=True)
class Operation:
    """One operation of the spec.

    Attributes:
        operation_id: The vendor's operationId, such as `getProfile`.
        method: The HTTP method, in upper case.
        path: The path, as in the spec.
        has_user: Whether a header names the user.
        parameters: Its other parameters.
        body: Its body, or None.
        status: The status of a success.
        success_type: The media type of a success; None for no body.
        error_type: The media type of an error.
    """

    operation_id: str
    method: str
    path: str
    has_user: bool
    parameters: tuple[Parameter, ...]
    body: RequestBody | None
    status: int
    success_type: str | None
    error_type: str


def load_operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Yield the operations of a spec.

    Args:
        document: The OpenAPI 3.1 document. Local references are resolved against the document itself.
    """
    spec = Spec(_allow_documented_attribute_values(document))
    for path, method, pointer in spec.operations():
        operation = spec.get(pointer)
        responses: dict[str, Any] = operation["responses"]
        success, error = (next(one for one in responses if one.startswith(digit)) for digit in "24")
        yield Operation(
            operation_id=operation["operationId"],
            method=method.upper(),
            path=path,
            has_user=_has_user(spec, pointer),
            parameters=tuple(load_parameters(spec, path, pointer, SERVER_SIDE_RULES)),
            body=_load_body(spec, pointer),
            status=int(success),
            success_type=next(iter(_media_types(spec, spec.child(pointer, "responses", success))), None),
            error_type=next(iter(_media_types(spec, spec.child(pointer, "responses", error)))),
        )


def _load_body(spec: Spec, pointer: str) -> RequestBody | None:
    if "requestBody" not in spec.get(pointer):
        return None
    ((media_type, schema),) = _media_types(spec, spec.child(pointer, "requestBody")).items()
    # Plain JSON is always accepted, because most clients send that type.
    validator = SchemaValidator(spec=spec, pointer=schema, rules=SERVER_SIDE_RULES)
    return RequestBody(
        operation_id=spec.get(pointer)["operationId"],
        media_types=frozenset({media_type, JSON}),
        validator=validator,
    )


def _allow_documented_attribute_values(document: dict[str, Any]) -> dict[str, Any]:
    """Allow booleans, which become numbers, and null, which deletes, in custom attributes, as documented."""
    value = document["components"]["schemas"]["CustomAttribute"]["properties"]["value"]
    value["type"] = ["string", "number", "boolean", "null"]
    return document


def _has_user(spec: Spec, pointer: str) -> bool:
    indexes = range(len(spec.get(pointer).get("parameters", ())))
    parameters = (spec.get(spec.resolve(spec.child(pointer, "parameters", index))) for index in indexes)
    return any(parameter["name"] == PROFILE_ID for parameter in parameters)


def _media_types(spec: Spec, pointer: str) -> dict[str, str]:
    """Return the media types of a body or a response, each with the pointer to its schema."""
    pointer = spec.resolve(pointer)
    content = spec.get(pointer).get("content", {})
    return {media_type: spec.child(pointer, "content", media_type, "schema") for media_type in content}


@cache
def _server_side_operations() -> tuple[Operation, ...]:
    return tuple(load_operations(openapi_spec("server_side")))


def server_side_routes(store: ServerSideStore, key: Key) -> Iterator[Route]:
    """Yield the routes of the server-side API. Its spec defines paths, methods and schemas.

    Args:
        store: The data.
        key: The required key.
    """
    for operation in _server_side_operations():
        if operation.operation_id in ACTIONS:
            yield _route(operation, store, key)


def _route(operation: Operation, store: ServerSideStore, key: Key) -> Route:
    action = ACTIONS[operation.operation_id]
    open_context = store.read if operation.method == "GET" else store.write

    async def endpoint(request: Request) -> Response:
        try:
            params = await _parse_request(operation, request, key)
            with open_context() as context:
                content = action(context, params)
        except ApiError as error:
            return server_side_error(error, media_type=operation.error_type)
        return server_side_success(operation.status, operation.success_type, content)

    return Route(operation.path, endpoint, methods=[operation.method], name=operation.operation_id)


async def _parse_request(operation: Operation, request: Request, key: Key) -> Params:
    """Validate a request in the order of the API: key, user, parameters, body."""
    if not key.matches(request):
        sent = "are wrong" if "authorization" in request.headers else "were not provided"
        raise ApiError.single(401, f"Authentication credentials {sent}.", "not_authenticated")
    user = parse_user(request) if operation.has_user else ANONYMOUS
    parameters = parse_parameters(operation.parameters, request, invalid_parameter_code(operation.operation_id))
    return Params(user=user, body=await _parse_body(operation, request), parameters=parameters)


async def _parse_body(operation: Operation, request: Request) -> dict[str, object]:
    if operation.body is None:
        return {}
    media_type = (read_header(request, "content-type") or "").partition(";")[0].strip().lower()
    if media_type not in operation.body.media_types:
        message = f"Content-Type should be {' or '.join(sorted(operation.body.media_types))}"
        raise ApiError.single(415, message, "unsupported_media_type")
    raw = await read_body(request)
    if raw is None:
        raise ApiError.single(413, BODY_TOO_LONG, "request_too_large")
    return operation.body.parse(raw)
