"""Properties of the comparison, with random edits of our own contracts."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.spec_diff.__main__ import main
from scripts.spec_diff.reading import ROOT, parse
from tests.project.shop_contract import SHOP, SHOP_FILE, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json = dict[str, Any]

APIS = ("mail", "server_side")
CONTRACTS: dict[str, Json] = {
    api: parse((ROOT / "openapi" / f"{api}.yaml").read_bytes(), f"{api}.yaml") for api in APIS
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
"""Keywords of OpenAPI."""

SETS = frozenset({"required", "enum", "type", "oneOf", "anyOf", "allOf", "parameters", "tags", "servers"})
"""Lists whose order has no meaning."""

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


def shuffle(part: Any, random: Random, key: str = "") -> Any:
    """Shuffle keys, and lists whose order has no meaning."""
    if isinstance(part, dict):
        names = list(part)
        random.shuffle(names)
        return {name: shuffle(part[name], random, name) for name in names}
    if isinstance(part, list):
        inner = [shuffle(one, random) for one in part]
        if key in SETS:
            random.shuffle(inner)
        return inner
    return part


def schemas(part: Any, key: str = "") -> Iterator[tuple[Any, Any, Json]]:
    """Yield each schema with its container and its key there, innermost first."""
    for name, inner in list(part.items() if isinstance(part, dict) else enumerate(part)):
        if not isinstance(inner, (dict, list)) or name in {"examples", "mapping", "security"}:
            continue
        yield from schemas(inner, str(name))
        is_schema = key in {"properties", "schemas", "oneOf", "anyOf", "allOf"} or name in {"schema", "items"}
        # An alternative with `required` only is not wrapped.
        if is_schema and isinstance(inner, dict) and set(inner) != {"required"}:
            yield part, name, inner


def inline(contract: Json, schema: Json) -> Json:
    """Replace a reference by its target."""
    if not str(schema.get("$ref", "")).startswith("#/components/schemas/"):
        return schema
    shared: Json = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return {**deepcopy(shared), **{key: value for key, value in schema.items() if key != "$ref"}}


def wrap_all_of(_: Json, schema: Json) -> Json:
    """Wrap a schema in allOf."""
    return {"allOf": [schema], "description": "Wrapped."}


def split(_: Json, schema: Json) -> Json:
    """Split an object into two parts of allOf."""
    if schema.get("type") != "object" or len(schema.get("properties", ())) < 2:
        return schema
    (name, field), *rest = schema["properties"].items()
    return {"allOf": [{"properties": {name: field}}, {**schema, "properties": dict(rest)}]}


def separate_null(_: Json, schema: Json) -> Json:
    """Make null a separate alternative."""
    kinds = schema.get("type")
    if not isinstance(kinds, list) or "null" not in kinds:
        return schema
    without = {**schema, "type": [kind for kind in kinds if kind != "null"]}
    if "enum" in schema:
        without["enum"] = [value for value in schema["enum"] if value is not None]
    return {"anyOf": [{"type": "null"}, without]}


def use_nullable(_: Json, schema: Json) -> Json:
    """Write null as in OpenAPI 3.0."""
    variants = schema.get("oneOf", ())
    if len(variants) == 2 and variants[1] == {"type": "null"}:
        return {"allOf": [variants[0]], "nullable": True}
    kinds = schema.get("type")
    if not isinstance(kinds, list) or "null" not in kinds or len(kinds) != 2:
        return schema
    return {**schema, "type": next(kind for kind in kinds if kind != "null"), "nullable": True}


def use_const(_: Json, schema: Json) -> Json:
    """Write an enum as alternatives."""
    if "enum" not in schema or isinstance(schema.get("type"), list):
        return schema
    rest = {key: value for key, value in schema.items() if key not in {"enum", "type"}}
    return {**rest, "anyOf": [{"const": value} for value in schema["enum"]]}


REWRITES: tuple[Callable[[Json, Json], Json], ...] = (
    inline,
    wrap_all_of,
    split,
    separate_null,
    use_nullable,
    use_const,
)


@pytest.mark.parametrize("api", APIS)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_rewritten_contract_has_no_changes(api: str, seed: int) -> None:
    """Other order, inlined references, wrapped and split schemas, other notations of null."""
    random = Random(seed)  # noqa: S311 - a test, not a secret
    contract = CONTRACTS[api]
    rewritten = shuffle(deepcopy(contract), random)
    for holder, name, schema in list(schemas(rewritten)):
        if random.random() < 0.3:
            holder[name] = random.choice(REWRITES)(rewritten, schema)

    assert compare(contract, rewritten) == []
    assert compare(rewritten, contract) == []


def fields(contract: Json) -> list[tuple[Json, str]]:
    """Return the fields of the shared schemas, as schema and name."""
    shared = contract["components"]["schemas"].values()
    return [(schema, name) for schema in shared for name in schema.get("properties", ())]


def remove_field(contract: Json, random: Random) -> str:
    """Remove a field."""
    schema, name = random.choice(fields(contract))
    del schema["properties"][name]
    if name in schema.get("required", ()):
        schema["required"].remove(name)
    return "field-removed"


def require_field(contract: Json, random: Random) -> str:
    """Make an optional field required."""
    optional = [
        (schema, name)
        for schema, name in fields(contract)
        if name not in schema.get("required", ()) and not is_alternative(schema, name)
    ]
    schema, name = random.choice(optional)
    schema["required"] = [*schema.get("required", ()), name]
    return "field-now-required"


def is_alternative(schema: Json, name: str) -> bool:
    """Return whether one of several fields is required, and this is one of them: requiring it is a second change."""
    return any(name in each.get("required", ()) for word in ("anyOf", "oneOf") for each in schema.get(word, ()))


def change_type(contract: Json, random: Random) -> str:
    """Change a string to a boolean."""
    texts = [
        (schema, name)
        for schema, name in fields(contract)
        if schema["properties"][name].get("type") == "string" and "enum" not in schema["properties"][name]
    ]
    schema, name = random.choice(texts)
    schema["properties"][name] = {"type": "boolean"}
    return "type-changed"


def remove_enum_value(contract: Json, random: Random) -> str:
    """Remove a value of an enum."""
    enums = [schema for schema in contract["components"]["schemas"].values() if "enum" in schema]
    random.choice(enums)["enum"].pop()
    return "enum-value-removed"


def deprecate(contract: Json, random: Random) -> str:
    """Deprecate an operation."""
    path, method = random.choice(operations(contract))
    path[method]["deprecated"] = True
    return "operation-deprecated"


def remove_operation(contract: Json, random: Random) -> str:
    """Remove an operation."""
    path, method = random.choice(operations(contract))
    del path[method]
    return "operation-removed"


def operations(contract: Json) -> list[tuple[Json, str]]:
    """Return the operations, as path item and method."""
    return [(path, word) for path in contract["paths"].values() for word in path if word != "parameters"]


MUTATIONS: tuple[Callable[[Json, Random], str], ...] = (
    remove_field,
    require_field,
    change_type,
    remove_enum_value,
    deprecate,
    remove_operation,
)


def invert_kind(kind: str) -> str:
    """Return the kind of the opposite change."""
    words = kind.split("-")
    inverted = [*words[:-1], INVERSE.get(words[-1], words[-1])]
    return (
        "-".join(inverted).replace("required-", "")
        if "added" in inverted or "removed" in inverted
        else "-".join(inverted)
    )


@pytest.mark.parametrize("api", APIS)
@settings(max_examples=8, deadline=None)
@given(mutate=st.sampled_from(MUTATIONS), seed=st.integers(0, 2**32))
def test_single_change_and_its_inverse_are_found(api: str, mutate: Callable[[Json, Random], str], seed: int) -> None:
    """Exactly the change is found; in the other direction, its opposite."""
    random = Random(seed)  # noqa: S311 - a test, not a secret
    old = CONTRACTS[api]
    new = deepcopy(old)
    expected = mutate(new, random)

    forward, backward = compare(old, new), compare(new, old)

    assert {change.kind.removeprefix("request-").removeprefix("response-") for change in forward} == {expected}
    assert len({(change.element, change.before, change.after) for change in forward}) == 1
    assert {(invert_kind(one.kind), one.element, one.before, one.after) for one in forward} == {
        (one.kind.replace("required-field", "field"), one.element, one.after, one.before) for one in backward
    }


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "string", "#/components/schemas/Thing"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=12, deadline=None)
@given(value=VALUES, word=st.sampled_from(WORDS), seed=st.integers(0, 2**32))
def test_corrupted_contract_never_raises(
    value: Any, word: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """There is an exit code for any value at any place."""
    contract = parse(SHOP.encode(), "shop")
    places: list[Json] = []
    pending: list[Any] = [contract]
    while pending:
        part = pending.pop()
        places += [part] if isinstance(part, dict) else []
        pending += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    Random(seed).choice(places)[word] = value  # noqa: S311 - a test, not a secret
    file = tmp_path_factory.mktemp("corrupted") / "corrupted.json"
    file.write_text(json.dumps(contract))

    assert main([str(file), "--old", str(SHOP_FILE)]) in {0, 1, 2, 3}
