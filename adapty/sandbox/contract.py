"""The operations of the Mail API's contract, and the check of a body against the one that it is sent to."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen

from adapty.sandbox.body import decoded
from adapty.sandbox.document import Document
from adapty.sandbox.formats import formats
from adapty.sandbox.rules import RULES
from adapty.sandbox.schema import WORDS, Dialect, SchemaCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Operation", "operations"]

_JSON = "application/json"


def _at_least_one(choices: Iterable[Mapping[str, Any]]) -> str:
    names = [name for choice in choices for name in choice.get("required", ())]
    return f"should have at least one of {', '.join(names)}" if names else "should be one of the contract's choices"


_MAIL = Dialect(
    formats=formats("date-time", "date", "email"),
    rules=RULES,
    words={**WORDS, "anyOf": _at_least_one},
)

# For a contract without any example of it.
_DENIED = {"errors": [{"message": "Key refused", "error_code": "base_error", "status_code": 403}]}


@frozen(kw_only=True)
class Operation:
    """One operation of the contract.

    Attributes:
        operation_id: The vendor's name of it, such as `saveProfile`.
        method: The HTTP method, in upper case.
        path: The path, as in the contract.
        secured: Whether a key is required.
        denied: The answer to a request without the right key: the contract's example of it.
        status: The status of its success.
    """

    operation_id: str
    method: str
    path: str
    secured: bool
    denied: Any
    status: int
    _body: SchemaCheck = field(repr=False)

    def body(self, raw: bytes) -> dict[str, Any]:
        """Read and check a request body; unknown fields are accepted, for the contract does not forbid them.

        Raises:
            BodyRefused: It is not what the operation takes. All its flaws are listed, one per field.
        """
        return cast("dict[str, Any]", self._body.accept(decoded(raw)))


def operations(contract: Mapping[str, Any]) -> Iterator[Operation]:
    """Give the operations of a contract that take a JSON body.

    Args:
        contract: The OpenAPI 3.1 document. Its local references are resolved against itself.
    """
    document = Document(contract)
    denials = [denied for _, _, pointer in document.operations() for denied in _denials(document.at(pointer))]
    denials.append(_DENIED)
    for path, method, pointer in document.operations():
        operation = document.at(pointer)
        if _JSON not in operation.get("requestBody", {}).get("content", {}):
            continue
        yield Operation(
            operation_id=operation["operationId"],
            method=method.upper(),
            path=path,
            secured=bool(operation.get("security", contract.get("security"))),
            denied=next(chain(_denials(operation), denials)),
            status=next(int(status) for status in operation["responses"] if status.startswith("2")),
            body=SchemaCheck(
                document=document,
                pointer=document.below(pointer, "requestBody", "content", _JSON, "schema"),
                dialect=_MAIL,
            ),
        )


def _denials(operation: Mapping[str, Any]) -> Iterator[Any]:
    """Give an operation's examples of the answer to a wrong key, where it has any."""
    content = operation.get("responses", {}).get("403", {}).get("content", {})
    for example in content.get(_JSON, {}).get("examples", {}).values():
        yield example["value"]
