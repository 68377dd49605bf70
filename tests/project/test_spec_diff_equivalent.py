"""Contracts that are written differently and mean the same have no changes."""

from __future__ import annotations

from typing import Any

from tests.project.shop_contract import BODY, CIRCLE, SHOP, Replacement, compare, echo_contract, edit_shop

NOTE = "note: {type: [string, 'null']}"
COLOUR = "colour: {$ref: '#/components/schemas/Colour'}"
PRICE = "price: {type: number, minimum: 0}"
COUNT = "count: {type: integer}"
CLIENT = "        - {name: X-Client, in: header, schema: {type: string}}\n"
ALL_OF_CIRCLE = """\
    Circle:
      allOf:
        - {type: object, properties: {kind: {const: circle}}}
        - {properties: {radius: {type: number}}}
"""
SHARED_BODY = """\
components:
  requestBodies:
    New:
      content:
        application/json:
          schema: {$ref: '#/components/schemas/NewThing'}
"""
THING_ID = "{name: thing_id, in: path, required: true, schema: {type: string}}"

ANNOTATIONS: dict[str, tuple[Replacement, ...]] = {
    "a description": ((COUNT, "count: {type: integer, description: How many.}"),),
    "a title and a comment": ((COUNT, "count: {type: integer, title: Count, $comment: x}"),),
    "examples": ((COUNT, "count: {type: integer, examples: [1], example: 2}"),),
    "an extension": ((COUNT, "count: {type: integer, x-order: 1}"),),
    "an extension that refers elsewhere": ((COUNT, "count: {type: integer, x-see: {$ref: 'other.yaml'}}"),),
    "a summary and tags": (("operationId: getThing", "operationId: getThing\n      summary: S\n      tags: [a]"),),
    "the contract's version": (("title: Shop, version: '1'", "title: Store, version: '2'"),),
    "a server's description": (("https://api.example.com'", "https://API.example.com/', description: Live"),),
    "a description beside a reference": ((COLOUR, "colour: {$ref: '#/components/schemas/Colour', description: C.}"),),
    "a bearer's format": (("name: Authorization}", "name: Authorization, description: Yours.}"),),
}

ORDER: dict[str, tuple[Replacement, ...]] = {
    "of enum values": (("enum: [red, green]", "enum: [green, red]"),),
    "of required fields": (("required: [id, label]", "required: [label, id]"),),
    "of alternatives": (
        (
            "            - $ref: '#/components/schemas/Circle'\n            - $ref: '#/components/schemas/Square'",
            "            - $ref: '#/components/schemas/Square'\n            - $ref: '#/components/schemas/Circle'",
        ),
    ),
    "of parameters": (
        (CLIENT, ""),
        ("      parameters:\n        - {name: limit", f"      parameters:\n{CLIENT}        - {{name: limit"),
    ),
    "of types": ((NOTE, "note: {type: ['null', string]}"),),
}

NOTATION: dict[str, tuple[Replacement, ...]] = {
    "a list of one type": ((COUNT, "count: {type: [integer]}"),),
    "allOf of one reference": ((COLOUR, "colour: {allOf: [{$ref: '#/components/schemas/Colour'}]}"),),
    "anyOf of one": ((COUNT, "count: {anyOf: [{type: integer}]}"),),
    "the shared schema inline": ((COLOUR, "colour: {type: string, enum: [red, green]}"),),
    "an inline schema shared": (
        (COUNT, "count: {$ref: '#/components/schemas/Count'}"),
        ("    Sale:\n", "    Count: {type: integer}\n    Sale:\n"),
    ),
    "a reference to a reference": (
        (COLOUR, "colour: {$ref: '#/components/schemas/Paint'}"),
        ("    Sale:\n", "    Paint: {$ref: '#/components/schemas/Colour'}\n    Sale:\n"),
    ),
    "a reference into the contract": (
        (
            "seen_at: {type: string, format: date-time}",
            "seen_at: {$ref: '#/components/schemas/NewThing/properties/made_at'}",
        ),
    ),
    "parts joined by allOf": ((CIRCLE, ALL_OF_CIRCLE),),
    "a const for an enum of one": (("kind: {const: circle}", "kind: {type: string, enum: [circle]}"),),
    "an enum in two alternatives": (
        (
            "Colour: {type: string, enum: [red, green]}",
            "Colour: {anyOf: [{const: red}, {type: string, enum: [green]}]}",
        ),
    ),
    "nullable": ((NOTE, "note: {type: string, nullable: true}"),),
    "oneOf with null": ((NOTE, "note: {oneOf: [{type: string}, {type: 'null'}]}"),),
    "anyOf with null": ((NOTE, "note: {anyOf: [{type: 'null'}, {type: string}]}"),),
    "anyOf with a null value": ((NOTE, "note: {anyOf: [{const: null}, {type: string}]}"),),
    "types as alternatives": ((NOTE, "note: {anyOf: [{type: [string, 'null']}, {type: string, maxLength: 3}]}"),),
    "a number with a point": (("minimum: 0}", "minimum: 0.0}"), ("maxLength: 30", "maxLength: 30.0")),
    "a limit that an integer implies": (
        ("schema: {type: integer, maximum: 100,", "schema: {type: integer, exclusiveMaximum: 101, multipleOf: 1,"),
    ),
    "a header in other letters": (("name: X-Client", "name: x-client"), ("X-Total:", "x-total:")),
    "a status as a number": (("'404': {description: None.}", "404: {description: None.}"),),
    "a type in other letters": ((BODY, BODY.replace("application/json", "Application/JSON; charset=utf-8")),),
    "parameters of the path at the operations": (
        (f"    parameters:\n      - {THING_ID}\n", ""),
        ("operationId: getThing\n", f"operationId: getThing\n      parameters: &id [{THING_ID}]\n"),
        ("operationId: deleteThing\n", "operationId: deleteThing\n      parameters: *id\n"),
    ),
    "a shared request body": (
        (BODY, "      requestBody: {$ref: '#/components/requestBodies/New'}\n"),
        ("components:\n", SHARED_BODY),
    ),
    "a scheme of another name": (
        ("security:\n  - key: []\npaths", "security:\n  - api: []\npaths"),
        ("      security:\n        - key: []\n", ""),
        ("    key: {type", "    api: {type"),
    ),
    "a server with a variable": (
        ("'https://api.example.com'}", "'https://{region}.example.com', variables: {region: {default: api}}}"),
    ),
    "servers at an operation": (
        ("operationId: getThing\n", "operationId: getThing\n      servers: [{url: 'https://api.example.com'}]\n"),
    ),
    "an object that has fields": (("    Sale:\n      type: object\n", "    Sale:\n"),),
    "a form that only lists have": (("{name: limit, in: query,", "{name: limit, in: query, explode: false,"),),
    "a header that OpenAPI ignores": (
        (CLIENT, f"{CLIENT}        - {{name: Accept, in: header, schema: {{type: string}}}}\n"),
    ),
}

DEFAULTS: dict[str, tuple[Replacement, ...]] = {
    "of a parameter": (
        (
            "{name: limit, in: query,",
            "{name: limit, in: query, required: false, style: form, explode: true, deprecated: false,",
        ),
    ),
    "of a header": (("{name: X-Client, in: header,", "{name: X-Client, in: header, style: simple, explode: false,"),),
    "of a request body": ((BODY, BODY.replace("requestBody:\n", "requestBody:\n        required: false\n")),),
    "of an object": (("    Sale:\n", "    Sale:\n      additionalProperties: true\n      minProperties: 0\n"),),
    "of a text": (("buyer: {type: string}", "buyer: {type: string, minLength: 0}"),),
    "of a list": (
        (
            "        parts:\n          type: array\n",
            "        parts:\n          type: array\n          minItems: 0\n          uniqueItems: false\n",
        ),
    ),
    "of a field": ((COUNT, "count: {type: integer, readOnly: false, writeOnly: false, deprecated: false}"),),
    "of an operation": (("operationId: getThing", "operationId: getThing\n      deprecated: false"),),
}

TABLES = {"annotations": ANNOTATIONS, "order": ORDER, "notation": NOTATION, "default": DEFAULTS}


def test_equivalent_contracts_have_no_changes() -> None:
    """Descriptions, order, references, combinations, nullability, defaults and numbers, in both directions."""
    for table, cases in TABLES.items():
        for name, replacements in cases.items():
            new = edit_shop(*replacements)
            assert compare(SHOP, new) == [], f"{table}: {name}"
            assert compare(new, SHOP) == [], f"{table}: {name}"


S = {"$ref": "#/components/schemas/S"}


OPENAPI_30_AND_31: list[tuple[Any, Any]] = [
    ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    ({"type": "string", "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
    ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
    ({"type": "string", "nullable": True, "enum": ["a", None]}, {"enum": ["a", None]}),
    ({"type": "string", "nullable": False}, {"type": "string"}),
    ({"allOf": [S], "nullable": True}, {"oneOf": [S, {"type": "null"}]}),
    (
        {"type": "object", "nullable": True, "properties": {"b": {}}},
        {"type": ["null", "object"], "properties": {"b": {}}},
    ),
    ({"$ref": "#/components/schemas/S", "nullable": True}, S),
    ({"$ref": "#/components/schemas/S", "maxProperties": 1}, {"allOf": [S]}),
    ({"type": "number", "minimum": 1, "exclusiveMinimum": True}, {"type": "number", "exclusiveMinimum": 1}),
    ({"type": "number", "maximum": 1, "exclusiveMaximum": False}, {"type": "number", "maximum": 1}),
    ({"type": "integer", "maximum": 5, "exclusiveMaximum": True}, {"type": "integer", "maximum": 4}),
    ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
    ({"type": "string", "format": "binary"}, {"type": "string", "contentMediaType": "application/octet-stream"}),
]


def test_openapi_30_and_31_are_equivalent() -> None:
    """Null, exclusive limits, bytes, and the keywords that 3.0 ignores beside a reference."""
    for old, new in OPENAPI_30_AND_31:
        assert compare(echo_contract(old, version="3.0.3"), echo_contract(new)) == [], old
        assert compare(echo_contract(new), echo_contract(old, version="3.0.3")) == [], old


EQUIVALENT_SCHEMAS: list[tuple[Any, Any]] = [
    ({"type": ["string", "integer"]}, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
    (
        {"type": ["string", "integer"], "maxLength": 3},
        {"oneOf": [{"type": "integer"}, {"type": "string", "maxLength": 3}]},
    ),
    ({"type": "number"}, {"type": ["integer", "number"]}),
    ({"type": "number"}, {"anyOf": [{"type": "integer"}, {"type": "number"}]}),
    ({"enum": [1]}, {"type": "integer", "allOf": [{"enum": [1, 2.5]}]}),
    ({"type": "string", "enum": [1]}, False),
    ({"enum": [1, 2]}, {"type": "number", "enum": [2.0, 1]}),
    ({"type": "boolean"}, {"enum": [True, False]}),
    ({"const": {"a": 1, "b": [2]}}, {"enum": [{"b": [2.0], "a": 1}]}),
    ({}, True),
    ({}, {"type": ["null", "boolean", "number", "string", "array", "object"]}),
    ({"type": "array", "items": {}}, {"type": "array"}),
    ({"type": "array", "items": True, "prefixItems": [{}]}, {"type": "array"}),
    (
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"allOf": [{"required": ["a"]}, {"type": "object", "properties": {"a": {"type": "string"}}}]},
    ),
    (
        {"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}}},
        {"allOf": [S, {"properties": {"a": {"maxLength": 3}}}]},
    ),
    (
        {"type": "string", "minLength": 2, "maxLength": 9},
        {"allOf": [{"type": "string", "minLength": 2}, {"minLength": 1, "maxLength": 9}]},
    ),
    ({"type": "integer", "multipleOf": 6}, {"type": "integer", "allOf": [{"multipleOf": 2}, {"multipleOf": 3}]}),
    (
        {"type": "string", "allOf": [{"pattern": "a"}, {"pattern": "b"}]},
        {"allOf": [{"pattern": "b"}], "pattern": "a", "type": "string"},
    ),
    ({"enum": ["a"]}, {"allOf": [{"enum": ["a", "b"]}, {"enum": ["c", "a"]}]}),
    ({"type": "object", "additionalProperties": False}, {"type": "object", "unevaluatedProperties": False}),
    (
        {"anyOf": [S, {"type": "string"}, {"type": "null"}]},
        {"anyOf": [{"anyOf": [S, {"type": "null"}]}, {"type": "string"}]},
    ),
    (
        {"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"allOf": [{"type": "object"}], "anyOf": [{"required": ["b"], "description": "x"}, {"required": ["a"]}]},
    ),
    ({"type": "object", "required": ["a"]}, {"type": "object", "anyOf": [{"required": ["a"]}]}),
    ({"not": S}, {"not": {"type": "object", "properties": {"a": {"type": ["string"]}}}}),
    (S, {"$ref": "#/components/schemas/S", "description": "x"}),
    (
        {"oneOf": [S], "discriminator": {"propertyName": "a", "mapping": {"s": "#/components/schemas/S"}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "discriminator": {"propertyName": "a"}},
    ),
]


def test_equivalent_schemas_have_no_changes() -> None:
    """Combined, inlined or split schemas with the same values."""
    for old, new in EQUIVALENT_SCHEMAS:
        assert compare(echo_contract(old), echo_contract(new)) == [], (old, new)
        assert compare(echo_contract(new), echo_contract(old)) == [], (old, new)


RECURSIVE_SCHEMAS: list[dict[str, Any]] = [
    {"S": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/S"}}}},
    {"S": {"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/S"}, {"type": "string"}]}}},
    {"S": {"anyOf": [{"$ref": "#/components/schemas/S"}, {"type": "string"}]}},
    {"S": {"allOf": [{"$ref": "#/components/schemas/S"}, {"type": "object"}]}},
    {
        "S": {
            "oneOf": [{"$ref": "#/components/schemas/T"}, {"$ref": "#/components/schemas/U"}],
            "properties": {"kind": {"type": "string"}},
        },
        "T": {"allOf": [{"$ref": "#/components/schemas/S"}, {"type": "object", "properties": {"a": {}}}]},
        "U": {"allOf": [{"$ref": "#/components/schemas/S"}, {"type": "object", "properties": {"b": {}}}]},
    },
    {
        "S": {"allOf": [{"$ref": "#/components/schemas/T"}]},
        "T": {"type": "array", "items": {"$ref": "#/components/schemas/T"}},
    },
]


def test_recursive_schemas_are_compared() -> None:
    """A cycle is followed once; expanded once more, the schema is still equivalent."""
    for schemas in RECURSIVE_SCHEMAS:
        once = echo_contract({"$ref": "#/components/schemas/S"}, schemas)
        twice = echo_contract(schemas["S"].copy(), schemas)

        assert compare(once, once) == [], schemas
        assert compare(once, twice) == [], schemas
        assert compare(twice, once) == [], schemas
