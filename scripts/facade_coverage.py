"""What the facade owes to a contract, and what it offers without one: each thing by name.

    python -m scripts.facade_coverage

Reads the contracts that the generated code was made of, so it tells after `make generate` what is left to do by hand.
"""

from __future__ import annotations

import inspect
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args, get_overloads

import attrs
import typer

import adapty.models
from adapty import AsyncAdapty, _generated, flows
from adapty._core.operations import OPERATIONS, Api
from adapty.cli import app
from adapty.models._request import RequestModel
from adapty.sandbox.mail import ACTIONS as MAIL_ACTIONS
from adapty.sandbox.server_side.actions import ACTIONS as SERVER_SIDE_ACTIONS
from scripts.coverage_map import ALTERNATIVES, ANSWERS, COMMANDS, ENUMS, EVENTS, METHODS, OURS, PARAMETERS, RECORDS
from scripts.spec_diff.markdown import one_line
from scripts.spec_for_generation import operations, reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from adapty.models._response import ResponseModel

__all__ = ["APIS", "CONTRACTS", "Contract", "debts", "kinds"]

Json = dict[str, Any]

Contract = Api | Literal["webhooks"]

APIS: tuple[Api, ...] = ("mail", "server_side")

CONTRACTS: tuple[Contract, ...] = (*APIS, "webhooks")
"""The contracts of the APIs, and that of what Adapty posts."""

SANDBOX: Mapping[Api, Iterable[str]] = {"mail": MAIL_ACTIONS, "server_side": SERVER_SIDE_ACTIONS}
"""Which operations the sandbox serves."""


def debts(name: Contract, contract: Json) -> list[str]:
    """Name everything in which the facade and this contract differ."""
    return [debt for find in kinds(name).values() for debt in find(contract)]


def kinds(name: Contract) -> Mapping[str, Callable[[Json], Iterator[str]]]:
    """Give the ways in which the facade can differ from a contract."""
    if name == "webhooks":
        return {"events": _event_debts}
    return {kind: partial(find, name) for kind, find in KINDS.items()}


def _operation_debts(api: Api, contract: Json) -> Iterator[str]:
    wanted = {operation["operationId"]: operation for _, _, operation in operations(contract)}
    yield from _differences(
        wanted, OPERATIONS[api], "adapty._core.operations owes the operation {}", "the operation {}"
    )
    yield from _differences(wanted, SANDBOX[api], "the sandbox owes the operation {}", "the operation {}")
    for name, operation in wanted.items():
        if name not in METHODS[api]:
            yield f"adapty owes a method for the operation {name}"
            continue
        ok = {int(status) for status in operation["responses"] if status.startswith("2")}
        if name in OPERATIONS[api] and OPERATIONS[api][name].ok != ok:
            yield f"adapty._core.operations owes the success statuses {sorted(ok)} of the operation {name}"
        for path, schema in zip(METHODS[api][name], _bodies(contract, operation) or [""], strict=False):
            yield from _argument_debts(contract, operation, path, schema)
        if name in COMMANDS[api]:
            yield from _command_debts(
                *COMMANDS[api][name], _properties(contract, (_bodies(contract, operation) or [""])[0])
            )


def _argument_debts(contract: Json, operation: Json, path: str, schema: str) -> Iterator[str]:
    arguments = _arguments(path)
    parameters = [PARAMETERS.get(name, name) for name in _parameters(contract, operation)]
    wanted = [name for name in (*_properties(contract, schema), *parameters) if name and name not in OURS]
    offered = [name for name in arguments if name not in OURS]
    owed = f"adapty.{path} owes the argument {{}}"
    yield from _differences(wanted, offered, owed, f"the argument {{}} of adapty.{path}")


def _arguments(path: str) -> set[str]:
    """Name the arguments of a method, those of a TypedDict included."""
    function: Any = AsyncAdapty(secret_key="key", mail_secret_key="key")  # noqa: S106 - sends nothing
    for name in path.split("."):
        function = getattr(function, name)
    named: set[str] = set()
    for signature in map(inspect.signature, get_overloads(function) or [function]):
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                fields = getattr(adapty.models, parameter.annotation.removeprefix("Unpack[").removesuffix("]"))
                named |= set(fields.__annotations__)
            else:
                named.add(parameter.name)
    return named - {"self"}


def _command_debts(group: str, command: str, fields: Iterable[str]) -> Iterator[str]:
    commands: Any = typer.main.get_command(app)
    options = {parameter.name for parameter in commands.commands[group].commands[command].params}
    owed = f"the command {group} {command} owes an option for {{}}"
    yield from _differences(fields, options - {"help"}, owed, f"the option {{}} of {group} {command}")


def _record_debts(api: Api, contract: Json) -> Iterator[str]:
    schemas = contract["components"]["schemas"]
    sent = _sent(contract)
    objects = [name for name in sent if schemas[name].get("type") == "object"]
    yield from _differences(objects, RECORDS[api], "adapty.models owes a record for the schema {}", "a record for {}")
    for name, record in RECORDS[api].items():
        fields = _properties(contract, name)
        owed = f"adapty.models.{record.__name__} owes the field {{}} of {name}"
        yield from _differences(fields, _fields(record), owed, f"the field {{}} of {record.__name__}")
        if issubclass(record, RequestModel):
            yield from _required_debts(record, fields, set(schemas.get(name, {}).get("required", ())))


def _required_debts(record: type[RequestModel], fields: Mapping[str, Json], required: set[str]) -> Iterator[str]:
    for field in attrs.fields(record):
        # What tells two bodies apart is required, and filled in.
        is_required = "NotGiven" not in str(field.type)
        if field.name in fields and is_required != (field.name in required):
            word = "required" if field.name in required else "optional"
            yield f"adapty.models.{record.__name__}.{field.name} owes to be {word}"


def _answer_debts(api: Api, contract: Json) -> Iterator[str]:
    successes = [
        response
        for _, _, operation in operations(contract)
        for status, response in operation["responses"].items()
        if status.startswith("2")
    ]
    schemas = contract["components"]["schemas"]
    received = [
        name for name in reachable(contract, successes) if "properties" in schemas[name] or "allOf" in schemas[name]
    ]
    covered = [name for names in ANSWERS[api].values() for name in names]
    yield from _differences(sorted(received), covered, "adapty.models owes a class for the answer {}", "an answer {}")
    for kind, names in ANSWERS[api].items():
        if kind is None:
            continue
        wrapped = {f"#/components/schemas/{name}" for name in names}
        joined = [
            field
            for name in names
            for field, schema in _properties(contract, name).items()
            if schema.get("$ref") not in wrapped
        ]
        owed = f"adapty.models.{kind.__name__} owes the field {{}} of {names[-1]}"
        yield from _differences(joined, _fields(kind), owed, f"the field {{}} of {kind.__name__}")


def _enum_debts(api: Api, contract: Json) -> Iterator[str]:
    schemas = contract["components"]["schemas"]
    enums: dict[str, list[Any]] = {}
    for name in _sent(contract):
        if "enum" in schemas[name]:
            enums[name] = schemas[name]["enum"]
        for field, schema in _properties(contract, name).items():
            if "enum" in schema:
                enums[f"{name}.{field}"] = [value for value in schema["enum"] if value is not None]
    yield from _differences(enums, ENUMS[api], "adapty owes a Literal type for the enum {}", "a Literal type for {}")
    for name, values in enums.items():
        if name in ENUMS[api]:
            owed = f"the type {name} owes the value {{}}"
            yield from _differences(values, get_args(ENUMS[api][name]), owed, f"the value {{}} of {name}")


def _flow_debts(api: Api, contract: Json) -> Iterator[str]:
    if api != "mail":
        return
    types = contract["components"]["schemas"].get("TransactionEventType", {}).get("enum", ())
    owed = "adapty.flows.FLOW_BY_EVENT_TYPE owes a flow for the event type {}"
    yield from _differences(types, flows.FLOW_BY_EVENT_TYPE, owed, "a flow for the event type {}")


def _event_debts(contract: Json) -> Iterator[str]:
    """Name everything in which adapty.webhooks and the contract of what Adapty posts differ."""
    schemas = contract["components"]["schemas"]
    owed = "adapty.webhooks owes a class for the schema {}"
    yield from _differences(schemas, EVENTS, owed, "a class for the schema {}")
    for name, kind in EVENTS.items():
        if kind and name in schemas:
            owed = f"adapty.webhooks.{kind.__name__} owes the field {{}} of {name}"
            yield from _differences(
                _properties(contract, name), _fields(kind), owed, f"the field {{}} of {kind.__name__} in {name}"
            )


def _differences(wanted: Iterable[Any], offered: Iterable[Any], owed: str, surplus: str) -> Iterator[str]:
    """Say what is wanted and not offered, then what is offered and not wanted."""
    wanted, offered = list(wanted), list(offered)
    yield from (owed.format(name) for name in wanted if name not in offered)
    yield from (f"the contract has nothing for {surplus.format(name)}" for name in offered if name not in wanted)


def _sent(contract: Json) -> list[str]:
    """Name the schemas that a request is made of."""
    parts = [
        [operation.get("requestBody", {}), operation.get("parameters", [])] for _, _, operation in operations(contract)
    ]
    return sorted(reachable(contract, parts))


def _bodies(contract: Json, operation: Json) -> list[str]:
    """Name the schemas that an operation takes for its body."""
    body = _resolved(contract, operation.get("requestBody", {}))
    found = []
    for content in body.get("content", {}).values():
        schema = content["schema"]
        for one in schema.get("oneOf", [schema]):
            name = str(one.get("$ref", "")).rpartition("/")[2]
            found.append(ALTERNATIVES.get(name, name))
    return found


def _parameters(contract: Json, operation: Json) -> list[str]:
    return [_resolved(contract, parameter)["name"] for parameter in operation.get("parameters", [])]


def _properties(contract: Json, name: str) -> Json:
    """Give the properties of a schema, joined ones included."""
    schema = contract["components"]["schemas"].get(name, {})
    found: Json = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= part.get("properties", {}) or _properties(contract, str(part.get("$ref", "")).rpartition("/")[2])
    return found


def _resolved(contract: Json, part: Json) -> Json:
    """Follow a reference into the components."""
    if "$ref" not in part:
        return part
    found: Any = contract
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    resolved: Json = found
    return resolved


def _fields(kind: type[RequestModel | ResponseModel]) -> list[str]:
    return [field.name for field in attrs.fields(kind) if field.name not in {"extra_fields", "raw"}]


KINDS: Mapping[str, Callable[[Api, Json], Iterator[str]]] = {
    "operations": _operation_debts,
    "records": _record_debts,
    "answers": _answer_debts,
    "enums": _enum_debts,
    "flows": _flow_debts,
}
"""The ways in which the facade can differ from the contract of an API."""


if __name__ == "__main__":
    found = [debt for name in CONTRACTS for debt in debts(name, _generated.contract(name))]
    print("\n".join(map(one_line, found)) or "the facade owes nothing")
    sys.exit(bool(found))
