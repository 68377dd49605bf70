"""What the facade owes to a contract, and what it offers without one: each thing by name.

    python -m scripts.facade_debts

Reads the contract that the generated code was made of, so it tells after `make generate` what is left to do by hand.
"""

from __future__ import annotations

import inspect
import re
import sys
from typing import TYPE_CHECKING, Any, get_args

import attrs
import typer

from adapty import _generated, flows, models
from adapty._async.mail import AsyncMail
from adapty._core.operations import OPERATIONS
from adapty.cli import app
from adapty.models._record import Record, field_names
from adapty.sandbox.mail import ACTIONS
from scripts.spec_for_generation import operations, reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["KINDS", "debts"]

Json = dict[str, Any]

RECORDS: Mapping[str, type[Record]] = {
    "ProfileDTO": models.MailProfile,
    "DeviceInfoDTO": models.DeviceInfo,
    "TransactionEventDTO": models.TransactionEvent,
    "Offer": models.Offer,
}
"""Which record of adapty.models stands for which schema that a request can hold."""

ENUMS: Mapping[str, Any] = {
    "TransactionEventType": flows.TransactionEventType,
    "OfferCategory": models.OfferCategory,
    "OfferType": models.OfferType,
}
"""Which Literal type stands for which enum that a request can hold."""

COMMANDS: Mapping[str, tuple[str, str]] = {
    "saveProfile": ("mail", "save-profile"),
    "saveTransactionEvent": ("mail", "save-event"),
}
"""Which command stands for which operation."""


def debts(contract: Json) -> list[str]:
    """Name everything in which the facade and this contract of the Mail API differ."""
    return [debt for find in KINDS.values() for debt in find(contract)]


def _operation_debts(contract: Json) -> Iterator[str]:
    wanted = {operation["operationId"]: operation for _, _, operation in operations(contract)}
    offered = {name for name, operation in OPERATIONS.items() if operation.api == "mail"}
    yield from _differences(wanted, offered, "adapty._core.operations owes the operation {}", "the operation {}")
    yield from _differences(wanted, ACTIONS, "the sandbox owes the operation {}", "the operation {}")
    for name, operation in wanted.items():
        method = getattr(AsyncMail, _snake(name), None)
        if method is None:
            yield f"adapty.mail owes the method {_snake(name)} for the operation {name}"
            continue
        fields = _schema(contract, operation).get("properties", {})
        arguments = set(inspect.signature(method).parameters) - {"self", "profile", "event", "extra_fields"}
        owed = f"adapty.mail.{_snake(name)} owes the argument {{}}"
        yield from _differences(fields, arguments, owed, f"the argument {{}} of adapty.mail.{_snake(name)}")
        ok = {int(status) for status in operation["responses"] if status.startswith("2")}
        if name in OPERATIONS and OPERATIONS[name].ok != ok:
            yield f"adapty._core.operations owes the success statuses {sorted(ok)} of the operation {name}"
        yield from _command_debts(name, fields)


def _command_debts(name: str, fields: Iterable[str]) -> Iterator[str]:
    group, command = COMMANDS.get(name, ("mail", ""))
    commands: Any = typer.main.get_command(app)
    found = commands.commands[group].commands.get(command)
    if found is None:
        yield f"the command line owes a command for the operation {name}"
        return
    options = {parameter.name for parameter in found.params}
    owed = f"the command {group} {command} owes an option for {{}}"
    yield from _differences(fields, options - {"help"}, owed, f"the option {{}} of {group} {command}")


def _record_debts(contract: Json) -> Iterator[str]:
    schemas = contract["components"]["schemas"]
    sent = _sent_schemas(contract)
    objects = [name for name in sent if schemas[name].get("type") == "object"]
    yield from _differences(objects, RECORDS, "adapty.models owes a record for the schema {}", "a record for {}")
    for name, record in RECORDS.items():
        schema = schemas.get(name, {})
        owed = f"adapty.models.{record.__name__} owes the field {{}} of {name}"
        fields = schema.get("properties", {})
        yield from _differences(fields, field_names(record), owed, f"the field {{}} of {record.__name__}")
        required = set(schema.get("required", ()))
        for field in attrs.fields(record):
            is_required = "NotGiven" not in str(field.type)
            if field.name in fields and is_required != (field.name in required):
                word = "required" if field.name in required else "optional"
                yield f"adapty.models.{record.__name__}.{field.name} owes to be {word}"


def _enum_debts(contract: Json) -> Iterator[str]:
    schemas = contract["components"]["schemas"]
    enums = [name for name in _sent_schemas(contract) if "enum" in schemas[name]]
    yield from _differences(enums, ENUMS, "adapty owes a Literal type for the enum {}", "a Literal type for {}")
    for name in (name for name in enums if name in ENUMS):
        owed = f"the type {name} owes the value {{}}"
        yield from _differences(schemas[name]["enum"], get_args(ENUMS[name]), owed, f"the value {{}} of {name}")


def _flow_debts(contract: Json) -> Iterator[str]:
    types = contract["components"]["schemas"].get("TransactionEventType", {}).get("enum", ())
    owed = "adapty.flows.FLOW_BY_EVENT_TYPE owes a flow for the event type {}"
    yield from _differences(types, flows.FLOW_BY_EVENT_TYPE, owed, "a flow for the event type {}")


def _differences(wanted: Iterable[str], offered: Iterable[str], owed: str, surplus: str) -> Iterator[str]:
    """Say what is wanted and not offered, then what is offered and not wanted."""
    wanted, offered = list(wanted), list(offered)
    yield from (owed.format(name) for name in wanted if name not in offered)
    yield from (f"the contract has nothing for {surplus.format(name)}" for name in offered if name not in wanted)


def _sent_schemas(contract: Json) -> list[str]:
    """Name the schemas that a request body is made of."""
    bodies = [operation.get("requestBody", {}) for _, _, operation in operations(contract)]
    return sorted(reachable(contract["components"]["schemas"], bodies))


def _schema_name(operation: Json) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return str(content.get("application/json", {}).get("schema", {}).get("$ref", "")).rpartition("/")[2]


def _schema(contract: Json, operation: Json) -> Json:
    schema: Json = contract["components"]["schemas"].get(_schema_name(operation), {})
    return schema


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


KINDS: Mapping[str, Callable[[Json], Iterator[str]]] = {
    "operations": _operation_debts,
    "records": _record_debts,
    "enums": _enum_debts,
    "flows": _flow_debts,
}
"""The ways in which a facade can differ from a contract."""


if __name__ == "__main__":
    found = debts(_generated.contract("mail"))
    print("\n".join(found) or "the facade owes nothing")
    sys.exit(bool(found))
