"""The operations of an API's contract, and the check of a body against the one that it is sent to."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote

from attrs import field, frozen
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from adapty.sandbox.body import decoded, unkeepable
from adapty.sandbox.faults import BodyRefused, Fault
from adapty.sandbox.formats import FORMATS
from adapty.sandbox.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema.exceptions import ValidationError

__all__ = ["Operation", "operations"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_JSON = "application/json"
_CONTRACT = "urn:contract"

_FORMAT_WORDS = {
    "date-time": "an RFC 3339 date-time with an offset, such as 2026-06-01T10:30:00Z",
    "date": "a date, such as 1990-05-21",
    "email": "a valid email address",
}

# For a contract without any example of it.
_DENIED = {"errors": [{"message": "Key refused", "error_code": "base_error", "status_code": 403}]}

_WORDS: dict[str, Callable[[Any], str]] = {
    "type": lambda kind: f"should be a valid {kind}",
    "enum": lambda choices: f"should be one of {', '.join(choices)}",
    "format": lambda name: f"should be {_FORMAT_WORDS.get(name, name)}",
}
"""Schema keyword to what a fault says, given what the schema has there."""


@frozen(kw_only=True)
class Operation:
    """One operation of the contract.

    Attributes:
        operation_id: The vendor's name of it, such as `saveProfile`.
        method: The HTTP method, in upper case.
        path: The path, as in the contract.
        secured: Whether a key is required.
        denied: The answer to a request without the right key: the contract's example of it.
    """

    operation_id: str
    method: str
    path: str
    secured: bool
    denied: Any
    _validator: Draft202012Validator = field(repr=False)
    _schema: _Schema = field(repr=False)

    def body(self, raw: bytes) -> dict[str, Any]:
        """Read and check a request body; unknown fields are accepted, for the contract does not forbid them.

        Raises:
            BodyRefused: It is not what the operation takes. All its faults are listed, one per field.
        """
        body = decoded(raw)
        # A wrong type says more than what follows from it, such as "not one of the enum".
        errors = sorted(self._validator.iter_errors(body), key=lambda error: error.validator != "type")
        faults = list(chain.from_iterable(map(_faults, errors)))
        if isinstance(body, dict):
            faulty = {fault.path[:1] for fault in faults}
            faults.extend(chain(self._broken_rules(body, faulty), unkeepable(body)))
        if faults:
            one_per_field: dict[tuple[str | int, ...], Fault] = {}
            for fault in faults:
                one_per_field.setdefault(fault.path, fault)
            in_order = sorted(one_per_field, key=self._schema.rank)
            raise BodyRefused(*(one_per_field[path] for path in in_order))
        return cast("dict[str, Any]", body)

    def _broken_rules(self, body: Mapping[str, Any], faulty: set[tuple[str | int, ...]]) -> Iterator[Fault]:
        for name, rule in RULES.items():
            if name in body and name in self._schema.names() and (name,) not in faulty:
                yield from rule.faults(name, body[name])


def operations(contract: Mapping[str, Any]) -> Iterator[Operation]:
    """Give the operations of a contract that take a JSON body.

    Args:
        contract: The OpenAPI 3.1 document. Its local references are resolved against itself.
    """
    registry = Registry().with_resource(_CONTRACT, DRAFT202012.create_resource(contract))
    denials = [denied for _, _, other in _all_operations(contract) for denied in _denials(other)]
    denials.append(_DENIED)
    for path, method, operation in _all_operations(contract):
        if _JSON not in operation.get("requestBody", {}).get("content", {}):
            continue
        pointer = _pointer("paths", path, method, "requestBody", "content", _JSON, "schema")
        yield Operation(
            operation_id=operation["operationId"],
            method=method.upper(),
            path=path,
            secured=bool(operation.get("security", contract.get("security"))),
            denied=next(chain(_denials(operation), denials)),
            validator=Draft202012Validator(
                {"$ref": _CONTRACT + pointer},
                format_checker=FORMATS,
                registry=registry,
            ),
            schema=_Schema(contract, _at(contract, pointer)),
        )


def _all_operations(contract: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in contract["paths"].items():
        yield from ((path, method, item[method]) for method in _METHODS if method in item)


def _denials(operation: Mapping[str, Any]) -> Iterator[Any]:
    """Give an operation's examples of the answer to a wrong key, where it has any."""
    content = operation.get("responses", {}).get("403", {}).get("content", {})
    for example in content.get(_JSON, {}).get("examples", {}).values():
        yield example["value"]


@frozen
class _Schema:
    """A schema of the contract, asked about the order of its properties."""

    _contract: Mapping[str, Any]
    _given: Mapping[str, Any]

    def names(self) -> list[str]:
        """Name the properties, in order."""
        return list(self._properties())

    def rank(self, path: tuple[str | int, ...]) -> tuple[int, ...]:
        """Give a sort key that puts fields into the contract's order, and unknown ones at the end."""
        if not path:
            return ()
        properties = self._properties()
        name = path[0]
        if name not in properties:
            return (len(properties),)
        inner = _Schema(self._contract, properties[str(name)])
        return (list(properties).index(str(name)), *inner.rank(path[1:]))

    def _properties(self) -> Mapping[str, Any]:
        schema = self._given
        while "$ref" in schema:
            schema = _at(self._contract, schema["$ref"])
        found: Mapping[str, Any] = schema.get("properties", {})
        return found


def _pointer(*names: str) -> str:
    """Write a JSON pointer as a URI fragment."""
    return "#/" + "/".join(quote(name.replace("~", "~0").replace("/", "~1"), safe="~") for name in names)


def _at(contract: Mapping[str, Any], pointer: str) -> Any:
    """Give what a local reference points at."""
    part: Any = contract
    for name in unquote(pointer).removeprefix("#/").split("/"):
        part = part[name.replace("~1", "/").replace("~0", "~")]
    return part


def _faults(error: ValidationError) -> Iterator[Fault]:
    path = tuple(error.absolute_path)
    keyword, expected = str(error.validator), cast("Any", error.validator_value)
    if keyword == "required":
        held = cast("dict[str, Any]", error.instance)
        missing = [name for name in expected if name not in held]
        yield from (Fault(message="Field required", path=(*path, name)) for name in missing)
        return
    words = _WORDS.get(keyword, lambda _: f"breaks the contract's rule {keyword}")(expected)
    yield Fault(message=f"{'Input' if path else 'Body'} {words}", path=path)
