"""List the gaps between the facade and the contracts: what the facade does not cover, and what no contract has.

    python -m scripts.facade_coverage

Reads the contracts that the generated code comes from. After `make generate` it lists what is left to write by hand.
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
from adapty._cli.app import app
from adapty._core.operations import OPERATIONS, Api
from adapty.models._request import RequestModel
from adapty.sandbox._analytics.routes import ACTIONS as ANALYTICS_ACTIONS
from adapty.sandbox._mail.routes import ACTIONS as MAIL_ACTIONS
from adapty.sandbox._server_side.actions import ACTIONS as SERVER_SIDE_ACTIONS
from adapty.sandbox._web.actions import ACTIONS as WEB_ACTIONS
from scripts.coverage_map import (
    ALTERNATIVES,
    COMMAND_OPTIONS,
    COMMANDS,
    ENUMS,
    EVENTS,
    FACADE_ARGUMENTS,
    FLATTENED,
    METHODS,
    PARAMETERS,
    REQUESTS,
    RESPONSES,
    SPLIT,
)
from scripts.spec_diff.text import one_line
from scripts.spec_for_generation import operations, reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from adapty.models._response import ResponseModel

__all__ = ["APIS", "CONTRACTS", "Contract", "Gap", "checks_for", "find_gaps"]

Json = dict[str, Any]

Contract = Api | Literal["webhooks"]

APIS: tuple[Api, ...] = tuple(METHODS)
"""The APIs that the facade calls."""

CONTRACTS: tuple[Contract, ...] = (*APIS, "webhooks")
"""The contracts of the APIs and of the webhooks."""

SANDBOX: Mapping[Api, Iterable[str]] = {
    "mail": MAIL_ACTIONS,
    "server_side": SERVER_SIDE_ACTIONS,
    "export_analytics": ANALYTICS_ACTIONS,
    "web": WEB_ACTIONS,
}
"""The operations that the sandbox serves."""


@attrs.frozen
class Gap:
    """A difference between the facade and a contract.

    Attributes:
        text: The description.
        names: The names in the contract that it is about.
    """

    text: str
    names: frozenset[str]

    def __str__(self) -> str:
        return self.text


def find_gaps(name: Contract, contract: Json) -> list[Gap]:
    """Return all gaps between the facade and a contract."""
    return [gap for check in checks_for(name).values() for gap in check(contract)]


def checks_for(name: Contract) -> Mapping[str, Callable[[Json], Iterator[Gap]]]:
    """Return the checks of a contract, by what they check."""
    if name == "webhooks":
        return {"events": _check_events}
    return {subject: partial(check, name) for subject, check in CHECKS.items()}


def _check_operations(api: Api, contract: Json) -> Iterator[Gap]:
    wanted = {operation["operationId"]: operation for _, _, operation in operations(contract)}
    yield from _differences(
        wanted, OPERATIONS[api], "adapty._core.operations lacks the operation {}", "the operation {}"
    )
    yield from _differences(wanted, SANDBOX[api], "the sandbox lacks the operation {}", "the operation {}")
    for name, operation in wanted.items():
        if name not in METHODS[api]:
            yield _gap(f"adapty lacks a method for the operation {name}", name)
            continue
        ok = {int(status) for status in operation["responses"] if status.startswith("2")}
        if name in OPERATIONS[api] and OPERATIONS[api][name].success_statuses != ok:
            text = f"adapty._core.operations lacks the success statuses {sorted(ok)} of the operation {name}"
            yield _gap(text, *ok)
        for path, schema in zip(METHODS[api][name], _bodies(contract, operation) or [""], strict=False):
            yield from _check_arguments(contract, operation, path, schema)
        if name in COMMANDS[api]:
            yield from _check_command(
                *COMMANDS[api][name], _field_arguments(contract, (_bodies(contract, operation) or [""])[0])
            )


def _check_arguments(contract: Json, operation: Json, path: str, schema: str) -> Iterator[Gap]:
    arguments = _arguments(path)
    parameters = [PARAMETERS.get(name, name) for name in _parameters(contract, operation)]
    fields = _field_arguments(contract, schema)
    wanted = [name for name in (*fields, *parameters) if name and name not in FACADE_ARGUMENTS]
    offered = [name for name in arguments if name not in FACADE_ARGUMENTS]
    missing = f"adapty.{path} lacks the argument {{}}"
    yield from _differences(wanted, offered, missing, f"the argument {{}} of adapty.{path}")


def _field_arguments(contract: Json, schema: str) -> Iterator[str]:
    """Yield the arguments for the fields of a request body."""
    for name, field in _properties(contract, schema).items():
        if name in FLATTENED:
            inner = _resolved(contract, field)["properties"]
            yield from (argument for part in inner for argument in SPLIT.get(part, (part,)))
        else:
            yield name


def _arguments(path: str) -> set[str]:
    """Return the names of the arguments of a method, those of a TypedDict included."""
    function: Any = AsyncAdapty(secret_key="key", mail_secret_key="key")  # noqa: S106 - no request is sent
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


def _check_command(group: str, command: str, fields: Iterable[str]) -> Iterator[Gap]:
    commands: Any = typer.main.get_command(app)
    options = {parameter.name for parameter in commands.commands[group].commands[command].params}
    missing = f"the command {group} {command} lacks an option for {{}}"
    wanted = [field for field in fields if field not in COMMAND_OPTIONS]
    yield from _differences(wanted, options - COMMAND_OPTIONS, missing, f"the option {{}} of {group} {command}")


def _check_requests(api: Api, contract: Json) -> Iterator[Gap]:
    schemas = contract["components"]["schemas"]
    sent = _sent(contract)
    objects = [name for name in sent if schemas[name].get("type") == "object"]
    yield from _differences(objects, REQUESTS[api], "adapty.models lacks a class for the schema {}", "a class for {}")
    for name, model in REQUESTS[api].items():
        fields = _properties(contract, name)
        missing = f"adapty.models.{model.__name__} lacks the field {{}} of {name}"
        yield from _differences(fields, _fields(model), missing, f"the field {{}} of {model.__name__}")
        if issubclass(model, RequestModel):
            yield from _check_required(model, fields, set(schemas.get(name, {}).get("required", ())))


def _check_required(model: type[RequestModel], fields: Mapping[str, Json], required: set[str]) -> Iterator[Gap]:
    for field in attrs.fields(model):
        # The field that distinguishes two bodies is required, and has a default.
        is_required = "NotGiven" not in str(field.type)
        if field.name in fields and is_required != (field.name in required):
            word = "required" if field.name in required else "optional"
            yield _gap(f"adapty.models.{model.__name__}.{field.name} must be {word}", field.name)


def _check_responses(api: Api, contract: Json) -> Iterator[Gap]:
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
    covered = [name for names in RESPONSES[api].values() for name in names]
    yield from _differences(
        sorted(received), covered, "adapty.models lacks a class for the response {}", "a response {}"
    )
    for kind, names in RESPONSES[api].items():
        if kind is None:
            continue
        wrapped = {f"#/components/schemas/{name}" for name in names}
        fields = [
            field
            for name in names
            for field, schema in _properties(contract, name).items()
            if schema.get("$ref") not in wrapped
        ]
        missing = f"adapty.models.{kind.__name__} lacks the field {{}} of {names[-1]}"
        yield from _differences(fields, _fields(kind), missing, f"the field {{}} of {kind.__name__}")


def _check_enums(api: Api, contract: Json) -> Iterator[Gap]:
    schemas = contract["components"]["schemas"]
    enums: dict[str, list[Any]] = {}
    for name in _sent(contract):
        if "enum" in schemas[name]:
            enums[name] = schemas[name]["enum"]
        for field, schema in _properties(contract, name).items():
            if "enum" in schema:
                enums[f"{name}.{field}"] = [value for value in schema["enum"] if value is not None]
    yield from _differences(enums, ENUMS[api], "adapty lacks a Literal type for the enum {}", "a Literal type for {}")
    for name, values in enums.items():
        if name in ENUMS[api]:
            missing = f"the type {name} lacks the value {{}}"
            yield from _differences(values, get_args(ENUMS[api][name]), missing, f"the value {{}} of {name}")


def _check_flows(api: Api, contract: Json) -> Iterator[Gap]:
    if api != "mail":
        return
    types = contract["components"]["schemas"].get("TransactionEventType", {}).get("enum", ())
    missing = "adapty.flows.FLOW_BY_EVENT_TYPE lacks a flow for the event type {}"
    yield from _differences(types, flows.FLOW_BY_EVENT_TYPE, missing, "a flow for the event type {}")


def _check_events(contract: Json) -> Iterator[Gap]:
    """Compare adapty.webhooks with the contract of the webhooks."""
    schemas = contract["components"]["schemas"]
    missing = "adapty.webhooks lacks a class for the schema {}"
    yield from _differences(schemas, EVENTS, missing, "a class for the schema {}")
    for name, kind in EVENTS.items():
        if kind and name in schemas:
            missing = f"adapty.webhooks.{kind.__name__} lacks the field {{}} of {name}"
            yield from _differences(
                _properties(contract, name), _fields(kind), missing, f"the field {{}} of {kind.__name__} in {name}"
            )


def _differences(wanted: Iterable[Any], offered: Iterable[Any], missing: str, surplus: str) -> Iterator[Gap]:
    """Yield a gap for each name that only the contract has, then for each that only the facade has."""
    wanted, offered = list(wanted), list(offered)
    yield from (_gap(missing.format(name), name) for name in wanted if name not in offered)
    yield from (_gap(f"the contract lacks {surplus.format(name)}", name) for name in offered if name not in wanted)


def _gap(text: str, *names: object) -> Gap:
    return Gap(text, frozenset(part for name in map(str, names) for part in (name, *name.split("."))))


def _sent(contract: Json) -> list[str]:
    """Return the names of the schemas that requests use."""
    parts = [
        [operation.get("requestBody", {}), operation.get("parameters", [])] for _, _, operation in operations(contract)
    ]
    return sorted(reachable(contract, parts))


def _bodies(contract: Json, operation: Json) -> list[str]:
    """Return the names of the schemas of an operation's request body."""
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
    """Return the properties of a schema, those of `allOf` included."""
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


CHECKS: Mapping[str, Callable[[Api, Json], Iterator[Gap]]] = {
    "operations": _check_operations,
    "requests": _check_requests,
    "responses": _check_responses,
    "enums": _check_enums,
    "flows": _check_flows,
}
"""The checks of an API by what they check."""


if __name__ == "__main__":
    found = [str(gap) for name in CONTRACTS for gap in find_gaps(name, _generated.openapi_spec(name))]
    print("\n".join(map(one_line, found)) or "the facade covers the contracts")
    sys.exit(bool(found))
