"""The endpoints of an API on the app's data, from its contract."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen
from starlette.responses import Response
from starlette.routing import Route

from adapty.sandbox._body import BODY_TOO_LONG, parse_json, read_body
from adapty.sandbox._responses import JSON, ApiError, InvalidBody, server_side_error, server_side_success
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
from adapty.sandbox._spec import Spec
from adapty.sandbox._validation import SchemaValidator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from starlette.requests import Request

    from adapty.sandbox._security import Key
    from adapty.sandbox._server_side.model import Context
    from adapty.sandbox._server_side.store import ServerSideStore
    from adapty.sandbox._validation import ApiRules

__all__ = ["Action", "ErrorBuilder", "Operation", "RequestBody", "api_routes", "load_operations"]

Action = Callable[["Context", Params], Any]
"""What an operation does. It returns the body of the success as JSON data, None for no body, or a `Response`."""

ErrorBuilder = Callable[[InvalidBody], ApiError]
"""Returns the error for an invalid body, with the code that the API documents."""


@frozen(kw_only=True)
class RequestBody:
    """The body of an operation.

    Attributes:
        media_types: The accepted values of `Content-Type`.
    """

    media_types: frozenset[str]
    _validator: SchemaValidator = field(repr=False)
    _build_error: ErrorBuilder = field(repr=False)

    def parse(self, raw: bytes) -> dict[str, Any]:
        """Parse and validate a body. Unknown fields are accepted: the contracts do not forbid them.

        Raises:
            ApiError: The body is invalid. It lists all issues, one per field.
        """
        try:
            return cast("dict[str, Any]", self._validator.validate(parse_json(raw)))
        except InvalidBody as invalid:
            raise self._build_error(invalid) from None


@frozen(kw_only=True)
class Operation:
    """One operation of a contract.

    Attributes:
        operation_id: The vendor's operationId, such as `getProfile`.
        method: The HTTP method, in upper case.
        path: The path, as in the contract.
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


def load_operations(
    document: Mapping[str, Any], rules: ApiRules, build_error: ErrorBuilder | None = None
) -> Iterator[Operation]:
    """Yield the operations of a contract.

    Args:
        document: The OpenAPI 3.1 document. Local references are resolved against the document itself.
        rules: How the API validates requests.
        build_error: Returns the error for an invalid body. Default: that of the server-side API for the operation.
    """
    spec = Spec(document)
    for path, method, pointer in spec.operations():
        operation = spec.get(pointer)
        responses: dict[str, Any] = operation["responses"]
        success, error = (next(one for one in responses if one.startswith(digit)) for digit in "24")
        yield Operation(
            operation_id=operation["operationId"],
            method=method.upper(),
            path=path,
            has_user=_has_user(spec, pointer),
            parameters=tuple(load_parameters(spec, path, pointer, rules)),
            body=_load_body(spec, pointer, rules, build_error or partial(invalid_body_error, operation["operationId"])),
            status=int(success),
            success_type=next(iter(_media_types(spec, spec.child(pointer, "responses", success))), None),
            error_type=next(iter(_media_types(spec, spec.child(pointer, "responses", error)))),
        )


def _load_body(spec: Spec, pointer: str, rules: ApiRules, build_error: ErrorBuilder) -> RequestBody | None:
    if "requestBody" not in spec.get(pointer):
        return None
    ((media_type, schema),) = _media_types(spec, spec.child(pointer, "requestBody")).items()
    # Plain JSON is always accepted, because most clients send that type.
    validator = SchemaValidator(spec=spec, pointer=schema, rules=rules)
    return RequestBody(media_types=frozenset({media_type, JSON}), validator=validator, build_error=build_error)


def _has_user(spec: Spec, pointer: str) -> bool:
    indexes = range(len(spec.get(pointer).get("parameters", ())))
    parameters = (spec.get(spec.resolve(spec.child(pointer, "parameters", index))) for index in indexes)
    return any(parameter["name"] == PROFILE_ID for parameter in parameters)


def _media_types(spec: Spec, pointer: str) -> dict[str, str]:
    """Return the media types of a body or a response, each with the pointer to its schema."""
    pointer = spec.resolve(pointer)
    content = spec.get(pointer).get("content", {})
    return {media_type: spec.child(pointer, "content", media_type, "schema") for media_type in content}


def api_routes(
    operations: Iterable[Operation],
    actions: Mapping[str, Action],
    store: ServerSideStore,
    key: Key,
    admit: Callable[[], None] | None = None,
) -> Iterator[Route]:
    """Yield the routes of an API. Its contract defines paths, methods and schemas.

    Args:
        operations: The operations of the contract.
        actions: What each operation does, by operationId. Other operations are not served.
        store: The data.
        key: The required key.
        admit: Called for each request with the key; raises `ApiError` beyond a rate limit. Default: no limit.
    """
    for operation in operations:
        if operation.operation_id in actions:
            yield _route(operation, actions[operation.operation_id], store, key, admit)


def _route(
    operation: Operation, action: Action, store: ServerSideStore, key: Key, admit: Callable[[], None] | None
) -> Route:
    open_context = store.read if operation.method == "GET" else store.write

    async def endpoint(request: Request) -> Response:
        try:
            _require_key(request, key)
            if admit is not None:
                admit()
            params = await _parse_request(operation, request)
            with open_context() as context:
                content = action(context, params)
        except ApiError as error:
            return server_side_error(error, media_type=operation.error_type)
        if isinstance(content, Response):
            return content
        return server_side_success(operation.status, operation.success_type, content)

    return Route(operation.path, endpoint, methods=[operation.method], name=operation.operation_id)


def _require_key(request: Request, key: Key) -> None:
    if not key.matches(request):
        sent = "are wrong" if "authorization" in request.headers else "were not provided"
        raise ApiError.single(401, f"Authentication credentials {sent}.", "not_authenticated")


async def _parse_request(operation: Operation, request: Request) -> Params:
    """Validate a request in the order of the API, after its key: user, parameters, body."""
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
