"""The endpoints of the Mail API, from its spec."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen
from starlette.routing import Route

from adapty._core.validation import Invalid, decimal_amount
from adapty.sandbox._body import BODY_TOO_LONG, parse_json, read_body
from adapty.sandbox._mail.identity import ProfileNotFound
from adapty.sandbox._mail.store import MailStore
from adapty.sandbox._responses import (
    JSON,
    InvalidBody,
    MailErrorResponse,
    ValidationIssue,
    mail_error,
    mail_ok,
    mail_profile_not_found,
)
from adapty.sandbox._spec import Spec
from adapty.sandbox._validation import (
    COUNTRY_RULE,
    MESSAGES,
    ApiRules,
    SchemaValidator,
    ValueRule,
    format_checker,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from adapty.sandbox._security import Key

__all__ = ["ACTIONS", "Operation", "load_operations", "mail_routes"]

ACTIONS: dict[str, Callable[[MailStore, Mapping[str, Any]], None]] = {
    "saveProfile": MailStore.save_profile,
    "saveTransactionEvent": MailStore.save_transaction_event,
    "deleteProfile": MailStore.delete_profile,
}
"""What each operation does, by operationId. Other operations are not served."""


def _string_or_number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        problem = "must be a string or a number"
        raise Invalid(problem)


_FIELD_RULES: dict[str, ValueRule] = {
    "country": COUNTRY_RULE,
    "store_country": COUNTRY_RULE,
    # The spec's description: the amount as decimal text.
    "price_usd": ValueRule(check=decimal_amount, message="Input should be a decimal number as a string"),
    # The spec's description: names to strings or numbers.
    "custom_attributes": ValueRule(
        check=_string_or_number, message="Input should be a valid string or number", each=True
    ),
}
"""What the API documents and the schemas of its spec do not express."""


def _missing_choice(choices: Iterable[Mapping[str, Any]]) -> str:
    names = [name for choice in choices for name in choice.get("required", ())]
    return f"should have at least one of {', '.join(names)}" if names else "should be one of the spec's choices"


_MAIL_API_RULES = ApiRules(
    formats=format_checker("date-time", "date", "email"),
    rules=_FIELD_RULES,
    messages={**MESSAGES, "anyOf": _missing_choice},
)

# For a spec without an example of this response.
_DEFAULT_FORBIDDEN = {"errors": [{"message": "Key rejected", "error_code": "base_error", "status_code": 403}]}


@frozen(kw_only=True)
class Operation:
    """One operation of the spec.

    Attributes:
        operation_id: The vendor's operationId, such as `saveProfile`.
        method: The HTTP method, in upper case.
        path: The path, as in the spec.
        is_secured: Whether a key is required.
        forbidden: The body of the response to a wrong key: the spec's example.
        status: The status of a success.
    """

    operation_id: str
    method: str
    path: str
    is_secured: bool
    forbidden: Any
    status: int
    _validator: SchemaValidator = field(repr=False)

    def parse_body(self, raw: bytes) -> dict[str, Any]:
        """Parse and validate a request body. Unknown fields are accepted: the spec does not forbid them.

        Raises:
            InvalidBody: The body is invalid. It lists all issues, one per field.
        """
        return cast("dict[str, Any]", self._validator.validate(parse_json(raw)))


def load_operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield the operations of a spec that take a JSON body.

    Args:
        document: The OpenAPI 3.1 document. Local references are resolved against the document itself.
    """
    spec = Spec(document)
    examples = [example for _, _, pointer in spec.operations() for example in _forbidden_examples(spec.get(pointer))]
    examples.append(_DEFAULT_FORBIDDEN)
    for path, method, pointer in spec.operations():
        operation = spec.get(pointer)
        if JSON not in operation.get("requestBody", {}).get("content", {}):
            continue
        yield Operation(
            operation_id=operation["operationId"],
            method=method.upper(),
            path=path,
            is_secured=bool(operation.get("security", document.get("security"))),
            forbidden=next(chain(_forbidden_examples(operation), examples)),
            status=next(int(status) for status in operation["responses"] if status.startswith("2")),
            validator=SchemaValidator(
                spec=spec,
                pointer=spec.child(pointer, "requestBody", "content", JSON, "schema"),
                rules=_MAIL_API_RULES,
            ),
        )


def _forbidden_examples(operation: Mapping[str, Any]) -> Iterator[Any]:
    """Yield an operation's examples of the response to a wrong key."""
    content = operation.get("responses", {}).get("403", {}).get("content", {})
    for example in content.get(JSON, {}).get("examples", {}).values():
        yield example["value"]


def mail_routes(document: Mapping[str, Any], store: MailStore, key: Key) -> Iterator[Route]:
    """Yield the routes of the Mail API.

    Args:
        document: The Mail API's OpenAPI document, which defines paths, methods, authorization and schemas.
        store: The store for accepted data.
        key: The key for operations that require one.
    """
    for operation in load_operations(document):
        if operation.operation_id in ACTIONS:
            yield _route(operation, store, key)


def _route(operation: Operation, store: MailStore, key: Key) -> Route:
    action = ACTIONS[operation.operation_id]

    async def endpoint(request: Request) -> Response:
        if operation.is_secured and not key.matches(request):
            return MailErrorResponse(403, operation.forbidden)
        raw = await read_body(request)
        if raw is None:
            return mail_error(413, ValidationIssue(message=BODY_TOO_LONG))
        try:
            action(store, operation.parse_body(raw))
        except InvalidBody as invalid:
            return mail_error(400, *invalid.issues)
        except ProfileNotFound:
            return mail_profile_not_found()
        return mail_ok(operation.status)

    return Route(operation.path, endpoint, methods=[operation.method], name=operation.operation_id)
