"""Our own contracts, rewritten at random: the same meaning gives no change, another one gives exactly it, both ways."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.spec_diff.command import main
from scripts.spec_diff.reading import parsed
from scripts.spec_diff.source import ROOT
from tests.project.spec_pairs import SHOP, SHOP_FILE, compared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

APIS = ("mail", "server_side")
CONTRACTS: dict[str, Json] = {
    api: parsed((ROOT / "openapi" / f"{api}.yaml").read_bytes(), f"{api}.yaml") for api in APIS
}

WORDS = (
    *(
        "type",
        "enum",
        "required",
        "properties",
        "items",
        "allOf",
        "anyOf",
        "additionalProperties",
        "minimum",
        "pattern",
    ),
    *("default", "const", "$ref", "parameters", "responses", "content", "schema", "headers", "security", "servers"),
    *("in", "name", "callbacks", "prefixItems", "dependentSchemas", "discriminator", "requestBody", "get", "webhooks"),
)
"""Keys that mean something somewhere."""

SETS = frozenset({"required", "enum", "type", "oneOf", "anyOf", "allOf", "parameters", "tags", "servers"})
"""Lists whose order means nothing."""

INVERSE = {
    "added": "removed",
    "removed": "added",
    "required": "optional",
    "optional": "required",
    "tightened": "loosened",
    "loosened": "tightened",
    "narrowed": "widened",
    "widened": "narrowed",
    "introduced": "dropped",
    "dropped": "introduced",
    "deprecated": "undeprecated",
    "undeprecated": "deprecated",
}


def shuffled(part: Any, random: Random, key: str = "") -> Any:
    """Put keys and lists that stand for sets in another order."""
    if isinstance(part, dict):
        names = list(part)
        random.shuffle(names)
        return {name: shuffled(part[name], random, name) for name in names}
    if isinstance(part, list):
        inner = [shuffled(one, random) for one in part]
        if key in SETS:
            random.shuffle(inner)
        return inner
    return part


def schemas(part: Any, key: str = "") -> Iterator[tuple[Any, Any, Json]]:
    """Give each schema with what holds it and where in that, innermost first."""
    for name, inner in list(part.items() if isinstance(part, dict) else enumerate(part)):
        if not isinstance(inner, (dict, list)) or name in {"examples", "mapping", "security"}:
            continue
        yield from schemas(inner, str(name))
        is_schema = key in {"properties", "schemas", "oneOf", "anyOf", "allOf"} or name in {"schema", "items"}
        # An alternative that only says which fields must be there is no schema to wrap.
        if is_schema and isinstance(inner, dict) and set(inner) != {"required"}:
            yield part, name, inner


def inline(contract: Json, schema: Json) -> Json:
    """Put what a reference leads to in its place."""
    if not str(schema.get("$ref", "")).startswith("#/components/schemas/"):
        return schema
    shared: Json = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return {**deepcopy(shared), **{key: value for key, value in schema.items() if key != "$ref"}}


def all_of_one(_: Json, schema: Json) -> Json:
    """Wrap a schema."""
    return {"allOf": [schema], "description": "Wrapped."}


def split(_: Json, schema: Json) -> Json:
    """Spread an object over two parts that hold together."""
    if schema.get("type") != "object" or len(schema.get("properties", ())) < 2:
        return schema
    (name, field), *rest = schema["properties"].items()
    return {"allOf": [{"properties": {name: field}}, {**schema, "properties": dict(rest)}]}


def null_apart(_: Json, schema: Json) -> Json:
    """Give null an alternative of its own."""
    kinds = schema.get("type")
    if not isinstance(kinds, list) or "null" not in kinds:
        return schema
    without = {**schema, "type": [kind for kind in kinds if kind != "null"]}
    if "enum" in schema:
        without["enum"] = [value for value in schema["enum"] if value is not None]
    return {"anyOf": [{"type": "null"}, without]}


def nullable(_: Json, schema: Json) -> Json:
    """Say null the way of OpenAPI 3.0."""
    variants = schema.get("oneOf", ())
    if len(variants) == 2 and variants[1] == {"type": "null"}:
        return {"allOf": [variants[0]], "nullable": True}
    kinds = schema.get("type")
    if not isinstance(kinds, list) or "null" not in kinds or len(kinds) != 2:
        return schema
    return {**schema, "type": next(kind for kind in kinds if kind != "null"), "nullable": True}


def const(_: Json, schema: Json) -> Json:
    """Say an enum as alternatives."""
    if "enum" not in schema or isinstance(schema.get("type"), list):
        return schema
    rest = {key: value for key, value in schema.items() if key not in {"enum", "type"}}
    return {**rest, "anyOf": [{"const": value} for value in schema["enum"]]}


REWRITINGS: tuple[Callable[[Json, Json], Json], ...] = (inline, all_of_one, split, null_apart, nullable, const)


@pytest.mark.parametrize("api", APIS)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_our_contracts_rewritten_mean_the_same(api: str, seed: int) -> None:
    """In another order, with references inlined, schemas wrapped and split, null said otherwise: no change."""
    random = Random(seed)  # noqa: S311 - a test, no secret
    contract = CONTRACTS[api]
    rewritten = shuffled(deepcopy(contract), random)
    for holder, name, schema in list(schemas(rewritten)):
        if random.random() < 0.3:
            holder[name] = random.choice(REWRITINGS)(rewritten, schema)

    assert compared(contract, rewritten) == []
    assert compared(rewritten, contract) == []


def fields(contract: Json) -> list[tuple[Json, str]]:
    """Give the fields of the shared schemas: the schema and the name."""
    shared = contract["components"]["schemas"].values()
    return [(schema, name) for schema in shared for name in schema.get("properties", ())]


def remove_field(contract: Json, random: Random) -> str:
    """Take a field away."""
    schema, name = random.choice(fields(contract))
    del schema["properties"][name]
    if name in schema.get("required", ()):
        schema["required"].remove(name)
    return "field-removed"


def require_field(contract: Json, random: Random) -> str:
    """Ask for an optional field."""
    optional = [(schema, name) for schema, name in fields(contract) if name not in schema.get("required", ())]
    schema, name = random.choice(optional)
    schema["required"] = [*schema.get("required", ()), name]
    return "field-now-required"


def change_type(contract: Json, random: Random) -> str:
    """Make a text a yes or no."""
    texts = [
        (schema, name)
        for schema, name in fields(contract)
        if schema["properties"][name].get("type") == "string" and "enum" not in schema["properties"][name]
    ]
    schema, name = random.choice(texts)
    schema["properties"][name] = {"type": "boolean"}
    return "type-changed"


def lose_enum_value(contract: Json, random: Random) -> str:
    """Take a value out of an enum of the shared schemas."""
    enums = [schema for schema in contract["components"]["schemas"].values() if "enum" in schema]
    random.choice(enums)["enum"].pop()
    return "enum-value-removed"


def deprecate(contract: Json, random: Random) -> str:
    """Mark an operation."""
    path, method = random.choice(operations(contract))
    path[method]["deprecated"] = True
    return "operation-deprecated"


def remove_operation(contract: Json, random: Random) -> str:
    """Take an operation away."""
    path, method = random.choice(operations(contract))
    del path[method]
    return "operation-removed"


def operations(contract: Json) -> list[tuple[Json, str]]:
    """Give the operations: the path and the method."""
    return [(path, word) for path in contract["paths"].values() for word in path if word != "parameters"]


MUTATIONS: tuple[Callable[[Json, Random], str], ...] = (
    remove_field,
    require_field,
    change_type,
    lose_enum_value,
    deprecate,
    remove_operation,
)


def inverse(kind: str) -> str:
    """Name the change that undoes one."""
    words = kind.split("-")
    turned = [*words[:-1], INVERSE.get(words[-1], words[-1])]
    return "-".join(turned).replace("required-", "") if "added" in turned or "removed" in turned else "-".join(turned)


@pytest.mark.parametrize("api", APIS)
@settings(max_examples=8, deadline=None)
@given(mutate=st.sampled_from(MUTATIONS), seed=st.integers(0, 2**32))
def test_a_known_change_is_told_and_so_is_its_inverse(
    api: str, mutate: Callable[[Json, Random], str], seed: int
) -> None:
    """One thing changed is that thing told, on whichever side it is; turned round, it is its opposite."""
    random = Random(seed)  # noqa: S311 - a test, no secret
    old = CONTRACTS[api]
    new = deepcopy(old)
    expected = mutate(new, random)

    there, back = compared(old, new), compared(new, old)

    assert {change.kind.removeprefix("request-").removeprefix("response-") for change in there} == {expected}
    assert len({(change.element, change.before, change.after) for change in there}) == 1
    assert {(inverse(one.kind), one.element, one.before, one.after) for one in there} == {
        (one.kind.replace("required-field", "field"), one.element, one.after, one.before) for one in back
    }


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "string", "#/components/schemas/Thing"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=12, deadline=None)
@given(value=VALUES, word=st.sampled_from(WORDS), seed=st.integers(0, 2**32))
def test_a_spoilt_contract_is_compared_or_refused(
    value: Any, word: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands wherever in it, there is an exit code, and never another exception."""
    contract = parsed(SHOP.encode(), "shop")
    places: list[Json] = []
    waiting: list[Any] = [contract]
    while waiting:
        part = waiting.pop()
        places += [part] if isinstance(part, dict) else []
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    Random(seed).choice(places)[word] = value  # noqa: S311 - a test, no secret
    file = tmp_path_factory.mktemp("spoilt") / "spoilt.json"
    file.write_text(json.dumps(contract))

    assert main([str(file), "--old", str(SHOP_FILE)]) in {0, 1, 2, 3}
