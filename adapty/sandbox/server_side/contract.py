"""The operations of the server-side API's contract, and what each of them takes and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen

from adapty.sandbox.body import decoded
from adapty.sandbox.document import Document
from adapty.sandbox.flaws import BodyRefused
from adapty.sandbox.schema import SchemaCheck
from adapty.sandbox.server_side.answers import JSON
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.identity import PROFILE_ID
from adapty.sandbox.server_side.parameters import Parameter, parameters
from adapty.sandbox.server_side.rules import DIALECT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Body", "Operation", "operations"]


@frozen(kw_only=True)
class Body:
    """The body that an operation takes.

    Attributes:
        kinds: What its `Content-Type` may be.
    """

    kinds: frozenset[str]
    _check: SchemaCheck = field(repr=False)

    def read(self, raw: bytes) -> dict[str, Any]:
        """Read and check a body; unknown fields are accepted, for the contract does not forbid them.

        Raises:
            Declined: It is not what the operation takes. All its flaws are listed, one per field.
        """
        try:
            return cast("dict[str, Any]", self._check.accept(decoded(raw)))
        except BodyRefused as refused:
            raise Declined.of_body(refused) from None


@frozen(kw_only=True)
class Operation:
    """One operation of the contract.

    Attributes:
        operation_id: The vendor's name of it, such as `getProfile`.
        method: The HTTP method, in upper case.
        path: The path, as in the contract.
        names_user: Whether a header says whom it is about.
        parameters: Its other parameters.
        body: The body that it takes, if it takes one.
        status: The status of its success.
        answers: The kind of its success's body; None where that is empty.
        refuses: The kind of its refusals' bodies.
    """

    operation_id: str
    method: str
    path: str
    names_user: bool
    parameters: tuple[Parameter, ...]
    body: Body | None
    status: int
    answers: str | None
    refuses: str


def operations(contract: dict[str, Any]) -> Iterator[Operation]:
    """Give the operations of a contract.

    Args:
        contract: The OpenAPI 3.1 document. Its local references are resolved against itself.
    """
    document = Document(_as_described(contract))
    for path, method, pointer in document.operations():
        operation = document.at(pointer)
        status = next(status for status in operation["responses"] if status.startswith("2"))
        yield Operation(
            operation_id=operation["operationId"],
            method=method.upper(),
            path=path,
            names_user=_names_user(document, pointer),
            parameters=tuple(parameters(document, path, pointer, DIALECT)),
            body=_body(document, pointer),
            status=int(status),
            answers=next(iter(_content(document, document.below(pointer, "responses", status))), None),
            refuses=next(iter(_content(document, document.below(pointer, "responses", _refusal(operation))))),
        )


def _body(document: Document, pointer: str) -> Body | None:
    if "requestBody" not in document.at(pointer):
        return None
    ((kind, schema),) = _content(document, document.below(pointer, "requestBody")).items()
    # Plain JSON wherever a body goes, for that is what most clients say that they send.
    check = SchemaCheck(document=document, pointer=schema, dialect=DIALECT)
    return Body(kinds=frozenset({kind, JSON}), check=check)


def _as_described(contract: dict[str, Any]) -> dict[str, Any]:
    """Let an attribute's value be a boolean, which becomes a number, and null, which deletes, as described."""
    value = contract["components"]["schemas"]["CustomAttribute"]["properties"]["value"]
    value["type"] = ["string", "number", "boolean", "null"]
    return contract


def _names_user(document: Document, pointer: str) -> bool:
    places = range(len(document.at(pointer).get("parameters", ())))
    found = (document.at(document.resolved(document.below(pointer, "parameters", place))) for place in places)
    return any(parameter["name"] == PROFILE_ID for parameter in found)


def _content(document: Document, pointer: str) -> dict[str, str]:
    """Give the kinds that a body or an answer can have, with where the schema of each stands."""
    pointer = document.resolved(pointer)
    content = document.at(pointer).get("content", {})
    return {kind: document.below(pointer, "content", kind, "schema") for kind in content}


def _refusal(operation: dict[str, Any]) -> str:
    statuses: dict[str, Any] = operation["responses"]
    return next(status for status in statuses if status.startswith("4"))
