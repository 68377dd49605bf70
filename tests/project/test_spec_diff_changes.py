"""Every kind of change is found, with its name and its weight for callers."""

from __future__ import annotations

from typing import Any

from scripts.spec_diff.rules import RULES
from tests.project.shop_contract import (
    BODY,
    CREATED,
    PARAMETERS,
    SHOP,
    Replacement,
    Summary,
    compare,
    echo_contract,
    edit_shop,
    kinds,
    summarize,
)

B, A = "breaking", "additive"

GET_THING = """\
    get:
      operationId: getThing
      responses:
        '200':
          description: A thing.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
        '404': {description: None.}
"""
WEBHOOK = SHOP[SHOP.index("webhooks:") : SHOP.index("components:")]

OPERATIONS: dict[str, tuple[Replacement, Summary]] = {
    "removed": ((GET_THING, ""), ("operation-removed", B, "getThing", "GET /things/{thing_id}", None)),
    "added": (
        (
            "    delete:\n",
            "    put:\n      operationId: setThing\n      responses: {'204': {description: Set.}}\n    delete:\n",
        ),
        ("operation-added", A, "setThing", None, "PUT /things/{thing_id}"),
    ),
    "renamed": (
        ("operationId: getThing", "operationId: readThing"),
        ("operation-renamed", B, "getThing", "getThing", "readThing"),
    ),
    "without an ID": (
        ("operationId: getThing", "summary: Get"),
        ("operation-renamed", B, "getThing", "getThing", "GET /things/{thing_id}"),
    ),
    "deprecated": (
        ("operationId: getThing", "operationId: getThing\n      deprecated: true"),
        ("operation-deprecated", A, "getThing", None, None),
    ),
    "moved to another method": (
        ("    delete:\n", "    patch:\n"),
        ("operation-moved", B, "deleteThing", "DELETE /things/{thing_id}", "PATCH /things/{thing_id}"),
    ),
}

ALL_OPERATIONS: dict[str, tuple[Replacement, Summary]] = {
    "server changed": (
        ("https://api.example.com", "https://eu.example.com"),
        ("server-changed", B, "server", "https://api.example.com", "https://eu.example.com"),
    ),
    "server added": (
        (
            "  - {url: 'https://api.example.com'}",
            "  - {url: 'https://api.example.com'}\n  - {url: 'https://eu.example.com'}",
        ),
        ("server-added", A, "server", None, "https://eu.example.com"),
    ),
    "value of server variable added": (
        ("'https://api.example.com'}", "'https://{r}.example.com', variables: {r: {default: api, enum: [api, eu]}}}"),
        ("server-added", A, "server", None, "https://eu.example.com"),
    ),
    "scheme changed": (
        ("{type: apiKey, in: header, name: Authorization}", "{type: http, scheme: bearer}"),
        ("auth-changed", B, "auth", "apiKey in header Authorization", "http bearer"),
    ),
    "header of key changed": (
        ("in: header, name: Authorization}", "in: header, name: X-Key}"),
        ("auth-changed", B, "auth", "apiKey in header Authorization", "apiKey in header X-Key"),
    ),
}

PARAMETERS_OF_OPERATIONS: dict[str, tuple[Replacement, Summary]] = {
    "removed": (
        ("        - {name: X-Client, in: header, schema: {type: string}}\n", ""),
        ("request-parameter-removed", B, "header X-Client", None, None),
    ),
    "optional, added": (
        (
            "      parameters:\n        - {name: limit,",
            "      parameters:\n        - {name: q, in: query}\n        - {name: limit,",
        ),
        ("request-parameter-added", A, "query q", None, None),
    ),
    "required, added": (
        (PARAMETERS, PARAMETERS.replace("-", "- {name: q, in: query, required: true, schema: {}}\n        -")),
        ("request-required-parameter-added", B, "query q", None, None),
    ),
    "now required": (
        ("{name: X-Client, in: header,", "{name: X-Client, in: header, required: true,"),
        ("request-parameter-now-required", B, "header X-Client", "optional", "required"),
    ),
    "deprecated": (
        ("{name: X-Client, in: header,", "{name: X-Client, in: header, deprecated: true,"),
        ("request-parameter-deprecated", A, "header X-Client", None, None),
    ),
    "type changed": (
        ("in: header, schema: {type: string}", "in: header, schema: {type: integer}"),
        ("request-type-changed", B, "header X-Client", "string", "integer"),
    ),
    "limit tightened": (
        ("maximum: 100", "maximum: 50"),
        ("request-limit-tightened", B, "query limit", "maximum 100", "maximum 50"),
    ),
    "default changed": (("default: 20", "default: 50"), ("request-default-changed", B, "query limit", 20, 50)),
    "style of list changed": (
        ("{name: states, in: query,", "{name: states, in: query, explode: false,"),
        ("request-parameter-style-changed", B, "query states", "form, exploded", "form"),
    ),
}

BODIES: dict[str, tuple[Replacement, Summary]] = {
    "now required": (
        (BODY, BODY.replace("requestBody:", "requestBody:\n        required: true")),
        ("request-body-now-required", B, "body", "optional", "required"),
    ),
    "error status added": (
        (
            "        '404': {description: None.}\n",
            "        '404': {description: None.}\n        '410': {description: Gone.}\n",
        ),
        ("response-status-added", A, "410", None, "410"),
    ),
    "success status added": (
        (
            "        '404': {description: None.}\n",
            "        '404': {description: None.}\n        '202': {description: Later.}\n",
        ),
        ("response-success-status-added", B, "202", None, "202"),
    ),
    "error status removed": (
        ("        '404': {description: None.}\n", ""),
        ("response-status-removed", A, "404", "404", None),
    ),
    "header removed": (
        ("          headers:\n            X-Total: {schema: {type: integer}}\n", ""),
        ("response-header-removed", B, "header X-Total", None, None),
    ),
    "header added": (
        ("          headers:\n", "          headers:\n            X-Page: {schema: {type: integer}}\n"),
        ("response-header-added", A, "header X-Page", None, None),
    ),
    "body removed": (
        (CREATED, "          description: Made.\n"),
        ("response-body-removed", B, "body", None, None),
    ),
}


def test_changes_of_operations_are_found() -> None:
    """Operations, servers, authentication, parameters, statuses and headers: exactly one change is found."""
    for table in (OPERATIONS, ALL_OPERATIONS, PARAMETERS_OF_OPERATIONS, BODIES):
        for name, (replacement, expected) in table.items():
            assert summarize(compare(SHOP, edit_shop(replacement))) == [expected], name


def test_parameter_in_other_location_is_another_one() -> None:
    """The header is removed, and the cookie is added."""
    new = edit_shop(("{name: X-Client, in: header,", "{name: X-Client, in: cookie,"))

    assert summarize(compare(SHOP, new)) == [
        ("request-parameter-removed", B, "header X-Client", None, None),
        ("request-parameter-added", A, "cookie X-Client", None, None),
    ]


IN_REQUESTS: dict[str, tuple[Replacement, list[Summary]]] = {
    "optional field added": (
        ("        price: {type: number", "        size: {type: string}\n        price: {type: number"),
        [("request-field-added", A, "NewThing.size", None, "string")],
    ),
    "required field added": (
        (
            "required: [name]\n      properties:\n",
            "required: [name, size]\n      properties:\n        size: {type: string}\n",
        ),
        [("request-required-field-added", B, "NewThing.size", None, "string")],
    ),
    "field removed": (
        ("        price: {type: number, minimum: 0}\n", ""),
        [("request-field-removed", B, "NewThing.price", "number", None)],
    ),
    "field now required": (
        ("required: [name]", "required: [name, price]"),
        [("request-field-now-required", B, "NewThing.price", "optional", "required")],
    ),
    "field no longer required": (
        ("      required: [name]\n", ""),
        [("request-field-now-optional", A, "NewThing.name", "required", "optional")],
    ),
    "field now readOnly": (
        ("price: {type: number,", "price: {readOnly: true, type: number,"),
        [("request-field-removed", B, "NewThing.price", "number", None)],
    ),
    "type changed": (
        ("count: {type: integer}", "count: {type: string}"),
        [("request-type-changed", B, "NewThing.count", "integer", "string")],
    ),
    "type widened": (
        ("count: {type: integer}", "count: {type: number}"),
        [("request-type-widened", A, "NewThing.count", "integer", "number")],
    ),
    "type narrowed": (
        ("price: {type: number,", "price: {type: integer,"),
        [("request-type-narrowed", B, "NewThing.price", "number", "integer")],
    ),
    "type added": (
        ("count: {type: integer}", "count: {type: [integer, string]}"),
        [("request-type-widened", A, "NewThing.count", "integer", "integer or string")],
    ),
    "format added": (
        ("note: {type: [string, 'null']}", "note: {type: [string, 'null'], format: email}"),
        [("request-format-narrowed", B, "NewThing.note", None, "email")],
    ),
    "format removed": (
        ("made_at: {type: string, format: date-time}", "made_at: {type: string}"),
        [("request-format-widened", A, "NewThing.made_at", "date-time", None)],
    ),
    "format changed": (
        ("made_at: {type: string, format: date-time}", "made_at: {type: string, format: date}"),
        [("request-format-changed", B, "NewThing.made_at", "date-time", "date")],
    ),
    "enum value added": (
        ("enum: [red, green]", "enum: [red, green, blue]"),
        [("request-enum-value-added", A, "Colour", None, "blue")],
    ),
    "enum value removed": (
        ("enum: [red, green]", "enum: [red]"),
        [("request-enum-value-removed", B, "Colour", "green", None)],
    ),
    "enum removed": (
        ("Colour: {type: string, enum: [red, green]}", "Colour: {type: string}"),
        [("request-enum-dropped", A, "Colour", ["green", "red"], None)],
    ),
    "null removed": (
        ("note: {type: [string, 'null']}", "note: {type: string}"),
        [("request-null-removed", B, "NewThing.note", "null or not", "not null")],
    ),
    "null added": (
        ("count: {type: integer}", "count: {type: [integer, 'null']}"),
        [("request-null-added", A, "NewThing.count", "not null", "null or not")],
    ),
    "limit tightened": (
        ("maxLength: 30", "maxLength: 20"),
        [("request-limit-tightened", B, "NewThing.name", "maxLength 30", "maxLength 20")],
    ),
    "limit loosened": (
        ("minLength: 1,", "minLength: 0,"),
        [("request-limit-loosened", A, "NewThing.name", "minLength 1", None)],
    ),
    "limit now exclusive": (
        ("minimum: 0", "exclusiveMinimum: 0"),
        [("request-limit-tightened", B, "NewThing.price", "minimum 0", "exclusiveMinimum 0")],
    ),
    "pattern added": (
        ("maxLength: 30", "maxLength: 30, pattern: '^a'"),
        [("request-limit-tightened", B, "NewThing.name", None, "pattern ^a")],
    ),
    "default added": (
        ("count: {type: integer}", "count: {type: integer, default: 1}"),
        [("request-default-added", A, "NewThing.count", None, 1)],
    ),
    "deprecated": (
        ("count: {type: integer}", "count: {type: integer, deprecated: true}"),
        [("request-field-deprecated", A, "NewThing.count", None, None)],
    ),
    "additional fields forbidden": (
        ("    NewThing:\n", "    NewThing:\n      additionalProperties: false\n"),
        [("request-extra-fields-refused", B, "NewThing", "allowed", "refused")],
    ),
    "additional fields limited": (
        ("    NewThing:\n", "    NewThing:\n      additionalProperties: {type: string}\n"),
        [("request-type-narrowed", B, "NewThing.*", "anything", "string")],
    ),
    "alternative removed": (
        ("            - $ref: '#/components/schemas/Square'\n", ""),
        [("request-alternative-removed", B, "NewThing.shape", "Square", None)],
    ),
    "field of alternative": (
        ("radius: {type: number}", "radius: {type: integer}"),
        [("request-type-narrowed", B, "Circle.radius", "number", "integer")],
    ),
    "one of two fields required": (
        ("    NewThing:\n", "    NewThing:\n      anyOf: [{required: [price]}, {required: [count]}]\n"),
        [("request-needs-tightened", B, "NewThing", None, "one of count, price")],
    ),
    "opaque keyword": (
        ("    NewThing:\n", "    NewThing:\n      dependentRequired: {price: [count]}\n"),
        [("request-rule-added", B, "NewThing", None, "dependentRequired")],
    ),
}

IN_RESPONSES: dict[str, tuple[Replacement, list[Summary]]] = {
    "field added": (
        ("        weight: {", "        size: {type: string}\n        weight: {"),
        [("response-field-added", A, "Thing.size", None, "string")],
    ),
    "field removed": (
        ("        weight: {type: integer}\n", ""),
        [("response-field-removed", B, "Thing.weight", "integer", None)],
    ),
    "field now required": (
        ("required: [id, label]", "required: [id, label, weight]"),
        [("response-field-now-required", A, "Thing.weight", "optional", "required")],
    ),
    "field no longer required": (
        ("required: [id, label]", "required: [id]"),
        [("response-field-now-optional", B, "Thing.label", "required", "optional")],
    ),
    "nested field": (
        ("required: [city]", "required: []"),
        [("response-field-now-optional", B, "Thing.maker.city", "required", "optional")],
    ),
    "type widened": (
        ("weight: {type: integer}", "weight: {type: number}"),
        [("response-type-widened", B, "Thing.weight", "integer", "number")],
    ),
    "format changed": (
        ("seen_at: {type: string, format: date-time}", "seen_at: {type: string}"),
        [("response-format-widened", B, "Thing.seen_at", "date-time", None)],
    ),
    "enum value added": (
        ("enum: [new, used]", "enum: [new, used, broken]"),
        [("response-enum-value-added", A, "Thing.state", None, "broken")],
    ),
    "enum value removed": (
        ("enum: [new, used]", "enum: [new]"),
        [("response-enum-value-removed", A, "Thing.state", "used", None)],
    ),
    "null added": (
        ("weight: {type: integer}", "weight: {type: [integer, 'null']}"),
        [("response-null-added", B, "Thing.weight", "not null", "null or not")],
    ),
    "null removed": (
        ("zip: {type: [string, 'null']}", "zip: {type: string}"),
        [("response-null-removed", A, "Thing.maker.zip", "null or not", "not null")],
    ),
    "webhook field removed": (
        ("        buyer: {type: string}\n", ""),
        [("response-field-removed", B, "Sale.buyer", "string", None)],
    ),
    "webhook field added": (
        ("        buyer: {type: string}\n", "        buyer: {type: string}\n        at: {type: string}\n"),
        [("response-field-added", A, "Sale.at", None, "string")],
    ),
    "webhook removed": ((WEBHOOK, ""), [("webhook-removed", B, "thingSold", "POST", None)]),
    "webhook added": (
        (
            "components:\n",
            "  thingLost:\n    post:\n      responses: {'200': {description: Thanks.}}\ncomponents:\n",
        ),
        [("webhook-added", A, "thingLost", None, "POST")],
    ),
}


def test_changes_of_schemas_are_found() -> None:
    """Fields and values at any depth: exactly the change is found, named by its shared schema."""
    for table in (IN_REQUESTS, IN_RESPONSES):
        for name, (replacement, expected) in table.items():
            assert summarize(compare(SHOP, edit_shop(replacement))) == expected, name


def test_moved_path_is_one_change() -> None:
    """An operation with the same ID has moved; its requests and responses are compared too."""
    new = edit_shop(("  /things/{thing_id}:", "  /shop/things/{thing_id}:"), ("weight: {type: integer}", "weight: {}"))

    assert summarize(compare(SHOP, new)) == [
        ("operation-moved", B, "getThing", "GET /things/{thing_id}", "GET /shop/things/{thing_id}"),
        ("operation-moved", B, "deleteThing", "DELETE /things/{thing_id}", "DELETE /shop/things/{thing_id}"),
        ("response-type-widened", B, "Thing.weight", "integer", "anything"),
    ]


def test_operation_without_id_is_matched_by_route() -> None:
    """By method and path."""
    old = edit_shop(("      operationId: getThing\n", ""))
    new = edit_shop(("      operationId: getThing\n", "      deprecated: true\n"))

    assert summarize(compare(old, new)) == [("operation-deprecated", A, "GET /things/{thing_id}", None, None)]


def test_change_of_shared_schema_lists_locations() -> None:
    """All operations that use the schema are listed, with the part that uses it."""
    (change,) = compare(SHOP, edit_shop(("label: {type: string}", "label: {type: integer}")))

    assert change.element == "Thing.label"
    assert change.where == ("listThings: response 200", "createThing: response 201", "getThing: response 200")


def test_schema_of_both_sides_has_two_changes() -> None:
    """A change can break one side only, so each side has its own."""
    both = ("NewThing'}\n      responses:\n        '201':\n", "Thing'}\n      responses:\n        '201':\n")
    old = edit_shop(both)
    new = edit_shop(both, ("required: [id, label]", "required: [id]"))

    assert [(change.kind, change.weight, change.where) for change in compare(old, new)] == [
        (
            "response-field-now-optional",
            B,
            ("listThings: response 200", "createThing: response 201", "getThing: response 200"),
        ),
        ("request-field-now-optional", A, ("createThing: request body",)),
    ]


def test_change_of_all_operations_is_found_once() -> None:
    """It does not list every operation."""
    (change,) = compare(SHOP, edit_shop(("https://api.example.com", "https://eu.example.com")))

    assert change.where == ("all operations",)


SECURITY = "security:\n  - key: []\npaths"
TWO = ("    key: {type", "    other: {type: http, scheme: Basic}\n    key: {type")


SECURITY_CHANGES: list[tuple[str, str, tuple[str, str, str, str]]] = [
    ("[]", "[{key: []}]", ("auth-added", B, "none", "apiKey in header Authorization")),
    ("[{key: []}]", "[]", ("auth-dropped", A, "apiKey in header Authorization", "none")),
    ("[{key: []}]", "[{other: []}]", ("auth-changed", B, "apiKey in header Authorization", "http basic")),
    (
        "[{key: []}]",
        "[{key: [], other: []}]",
        ("auth-changed", B, "apiKey in header Authorization", "apiKey in header Authorization and http basic"),
    ),
    (
        "[{key: []}]",
        "[{key: []}, {other: []}]",
        ("auth-loosened", A, "apiKey in header Authorization", "apiKey in header Authorization or http basic"),
    ),
    (
        "[{key: []}, {other: []}]",
        "[{key: []}]",
        ("auth-changed", B, "apiKey in header Authorization or http basic", "apiKey in header Authorization"),
    ),
    (
        "[{key: []}]",
        "[{key: []}, {}]",
        ("auth-loosened", A, "apiKey in header Authorization", "apiKey in header Authorization or none"),
    ),
]


def test_changes_of_authentication_are_found() -> None:
    """A change is additive if today's authentication stays sufficient."""
    for old, new, expected in SECURITY_CHANGES:
        before, after = (
            edit_shop(TWO, (SECURITY, f"security: {option}\npaths"), ("      security:\n        - key: []\n", ""))
            for option in (old, new)
        )
        (change,) = compare(before, after)
        assert (change.kind, change.weight, change.before, change.after) == expected, (old, new)


def test_media_types_are_compared() -> None:
    """A removed media type breaks callers, an added one does not."""
    new = edit_shop((CREATED, f"{CREATED}            application/xml: {{}}\n"))

    assert summarize(compare(SHOP, new)) == [
        ("response-media-type-added", A, "application/xml", None, "application/xml")
    ]
    assert summarize(compare(new, SHOP)) == [
        ("response-media-type-removed", B, "application/xml", "application/xml", None)
    ]


def test_status_is_compared_with_range() -> None:
    """404 is not new if 4XX was documented with the same content."""
    old = edit_shop(("'404': {description: None.}", "4XX: {description: No.}"))
    new = edit_shop(("'404': {description: None.}", "4XX: {description: No.}\n        '404': {description: None.}"))

    assert compare(old, new) == []


def test_renamed_path_parameter_is_found() -> None:
    """The requests are equal, but the argument of the generated code is renamed."""
    new = edit_shop(("/things/{thing_id}:", "/things/{id}:"), ("{name: thing_id, in: path", "{name: id, in: path"))

    assert summarize(compare(SHOP, new)) == [("request-parameter-renamed", B, "path thing_id", "thing_id", "id")]


def test_unused_schema_is_ignored() -> None:
    """It does not affect callers."""
    assert compare(SHOP, edit_shop(("  schemas:\n", "  schemas:\n    Idle: {type: string}\n"))) == []


def test_replaced_reference_is_a_change_of_the_field() -> None:
    """The shared schema itself has not changed."""
    new = edit_shop(("colour: {$ref: '#/components/schemas/Colour'}", "colour: {type: string, enum: [red]}"))

    assert summarize(compare(SHOP, new)) == [("request-enum-value-removed", B, "NewThing.colour", "green", None)]


def test_alternative_is_matched_by_constant_field() -> None:
    """A renamed alternative is matched by the constant value of `kind`."""
    new = SHOP.replace("Circle", "Round").replace("radius: {type: number}", "diameter: {type: number}")

    assert [(change.kind, change.element) for change in compare(SHOP, new)] == [
        ("request-field-removed", "Circle.radius"),
        ("request-field-added", "Round.diameter"),
    ]


A_OR_B = [{"required": ["a"]}, {"required": ["b"]}]
VARIANTS = {
    "Cat": {"type": "object", "properties": {"claws": {"type": "integer"}, "tail": {}}},
    "Dog": {"type": "object", "properties": {"bark": {"type": "string"}, "tail": {}}},
}
CAT, DOG = ({"$ref": f"#/components/schemas/{name}"} for name in VARIANTS)


def discriminate(**names: str) -> dict[str, Any]:
    """Return alternatives with a discriminator for these names."""
    mapping = {name: f"#/components/schemas/{variant}" for name, variant in names.items()}
    return {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind", "mapping": mapping}}


VALUES: list[tuple[Any, Any, tuple[str, str], tuple[str, str]]] = [
    ({"type": "object", "anyOf": A_OR_B}, {"type": "object"}, ("needs-loosened", A), ("needs-loosened", B)),
    ({"type": "object"}, {"type": "object", "oneOf": A_OR_B}, ("needs-tightened", B), ("needs-tightened", A)),
    (
        {"type": "object", "anyOf": A_OR_B},
        {"type": "object", "oneOf": A_OR_B},
        ("needs-tightened", B),
        ("needs-tightened", A),
    ),
    (
        {"type": "object", "anyOf": A_OR_B},
        {"type": "object", "anyOf": [*A_OR_B, {"required": ["c"]}]},
        ("needs-loosened", A),
        ("needs-loosened", B),
    ),
    (
        {"type": "object", "anyOf": A_OR_B},
        {"type": "object", "anyOf": [A_OR_B[0], {"required": ["c"]}]},
        ("needs-changed", B),
        ("needs-changed", B),
    ),
    ({"anyOf": [CAT, DOG]}, {"anyOf": [CAT]}, ("alternative-removed", B), ("alternative-removed", A)),
    ({"anyOf": [CAT]}, {"anyOf": [CAT, DOG]}, ("alternative-added", A), ("alternative-added", B)),
    (
        {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "string", "maxLength": 3}]},
        {"anyOf": [{"type": "string", "maxLength": 3}]},
        ("alternative-removed", B),
        ("alternative-removed", A),
    ),
    (discriminate(cat="Cat", dog="Dog"), discriminate(cat="Cat"), ("enum-value-removed", B), ("enum-value-removed", A)),
    (discriminate(cat="Cat"), discriminate(cat="Cat", puss="Cat"), ("enum-value-added", A), ("enum-value-added", A)),
    (
        discriminate(cat="Cat"),
        {**discriminate(cat="Cat"), "discriminator": {"propertyName": "sort"}},
        ("discriminator-changed", B),
        ("discriminator-changed", B),
    ),
    ({"not": {"const": "a"}}, {}, ("rule-removed", A), ("rule-removed", B)),
    ({"not": {"const": "a"}}, {"not": {"const": "b"}}, ("rule-changed", B), ("rule-changed", B)),
    (
        {"type": "object", "dependentSchemas": {"a": CAT}},
        {"type": "object", "dependentSchemas": {"a": DOG}},
        ("rule-changed", B),
        ("rule-changed", B),
    ),
    ({"type": "integer"}, {"type": "integer", "multipleOf": 5}, ("limit-tightened", B), ("limit-tightened", A)),
    (
        {"type": "number", "multipleOf": 0.1},
        {"type": "number", "multipleOf": 0.01},
        ("limit-loosened", A),
        ("limit-loosened", B),
    ),
    (
        {"type": "integer", "multipleOf": 2},
        {"type": "integer", "multipleOf": 3},
        ("limit-changed", B),
        ("limit-changed", B),
    ),
    (
        {"type": "string", "pattern": "a"},
        {"type": "string", "pattern": "b"},
        ("limit-changed", B),
        ("limit-changed", B),
    ),
    ({"type": "array"}, {"type": "array", "uniqueItems": True}, ("limit-tightened", B), ("limit-tightened", A)),
    ({"type": "array", "items": {"type": "string"}}, {"type": "array"}, ("type-widened", A), ("type-widened", B)),
    (
        {"type": "array", "prefixItems": [{"type": "string"}]},
        {"type": "array", "prefixItems": [{"type": "integer"}]},
        ("type-changed", B),
        ("type-changed", B),
    ),
    (
        {"type": "object", "patternProperties": {"^x": {"type": "string"}}},
        {"type": "object", "patternProperties": {"^x": {"type": "integer"}}},
        ("type-changed", B),
        ("type-changed", B),
    ),
    (
        {"type": "object", "additionalProperties": False},
        {"type": "object"},
        ("extra-fields-allowed", A),
        ("extra-fields-allowed", A),
    ),
    ({"type": "string"}, {"type": "string", "enum": ["a"]}, ("enum-introduced", B), ("enum-introduced", A)),
    (
        {"type": "integer", "format": "int32"},
        {"type": "integer", "format": "int64"},
        ("format-widened", A),
        ("format-widened", B),
    ),
    (
        {"type": "number", "format": "double"},
        {"type": "number", "format": "float"},
        ("format-narrowed", B),
        ("format-narrowed", B),
    ),
    (
        {"type": "object", "allOf": [{"anyOf": A_OR_B}, {"anyOf": [A_OR_B[0], {"required": ["c"]}]}]},
        {"type": "object", "anyOf": [A_OR_B[1], {"required": ["c"]}]},
        ("needs-changed", B),
        ("needs-changed", B),
    ),
    (
        {"type": "object", "oneOf": A_OR_B},
        {"type": "object", "anyOf": [A_OR_B[0], {"required": ["c"]}]},
        ("needs-changed", B),
        ("needs-changed", B),
    ),
    (
        {"anyOf": [{"properties": {"a": {}, "b": {}}}, {"properties": {"c": {}, "d": {}}}]},
        {"anyOf": [{"properties": {"c": {}, "d": {}, "e": {}}}, {"properties": {"a": {}, "b": {}}}]},
        ("field-added", A),
        ("field-added", A),
    ),
    ({"type": "null"}, {"type": "string"}, ("type-changed", B), ("type-changed", B)),
    ({"type": "null"}, {"type": ["null", "string"]}, ("type-widened", A), ("type-widened", B)),
    ({"type": "string"}, False, ("type-narrowed", B), ("type-narrowed", A)),
    (
        {"type": "string"},
        {"allOf": [{"type": "string"}, {"type": "integer"}]},
        ("type-narrowed", B),
        ("type-narrowed", A),
    ),
    ({"enum": ["a"]}, {"allOf": [{"enum": ["a"]}, {"const": "b"}]}, ("type-narrowed", B), ("type-narrowed", A)),
    ({"type": "string", "default": "a"}, {"type": "string"}, ("default-removed", B), ("default-removed", A)),
]


def test_changes_of_values_have_weights_per_side() -> None:
    """A tighter request breaks callers, and so does a wider response."""
    for old, new, sent, received in VALUES:
        changes = compare(echo_contract(old, VARIANTS), echo_contract(new, VARIANTS))

        expected = [(f"request-{sent[0]}", sent[1]), (f"response-{received[0]}", received[1])]
        assert sorted((change.kind, change.weight) for change in changes) == sorted(expected), (old, new)


def test_different_alternatives_are_not_matched() -> None:
    """They have no field in common."""
    old, new = (echo_contract({"anyOf": [{"properties": {name: {}}} for name in names]}) for names in ("abc", "ade"))

    assert [(change.kind, change.before, change.after) for change in compare(old, new)[:4]] == [
        ("request-alternative-removed", "object with b", None),
        ("request-alternative-removed", "object with c", None),
        ("response-alternative-added", None, "object with d"),
        ("response-alternative-added", None, "object with e"),
    ]


def test_json_parameter_has_other_style() -> None:
    """A parameter with `content` is encoded differently."""
    new = edit_shop(
        ("in: header, schema: {type: string}}", "in: header, content: {application/json: {schema: {type: string}}}}")
    )

    assert summarize(compare(SHOP, new)) == [
        ("request-parameter-style-changed", B, "header X-Client", "simple", "application/json")
    ]


def test_added_and_removed_bodies_are_found() -> None:
    """An added body can be required or optional."""
    without = edit_shop((BODY, ""))
    needed = edit_shop((BODY, BODY.replace("requestBody:", "requestBody:\n        required: true")))

    assert summarize(compare(SHOP, without)) == [("request-body-removed", B, "body", None, None)]
    assert summarize(compare(without, SHOP)) == [("request-body-added", A, "body", None, None)]
    assert summarize(compare(without, needed)) == [("request-required-body-added", B, "body", None, None)]


def test_encodings_of_form_are_compared() -> None:
    """A default encoding equals none."""
    form = BODY.replace("application/json:", "multipart/form-data:")
    plain, usual, other = (
        edit_shop((BODY, f"{form}            encoding: {{note: {{{said}}}}}\n"))
        for said in ("", "style: form, explode: true", "contentType: text/csv")
    )

    assert compare(edit_shop((BODY, form)), plain) == []
    assert compare(plain, usual) == []
    assert [change.kind for change in compare(usual, other)] == ["request-encoding-changed"]


def test_webhooks_are_matched_by_name_then_id() -> None:
    """A webhook can be renamed and deprecated; we send its response, so a status is a request change."""
    old = edit_shop(("  thingSold:\n    post:\n", "  thingSold:\n    post:\n      operationId: sold\n"))
    new = edit_shop(
        ("  thingSold:\n    post:\n", "  thingGone:\n    post:\n      operationId: sold\n      deprecated: true\n"),
        ("        '200': {description: Thanks.}\n", "        '204': {description: Thanks.}\n"),
    )

    assert summarize(compare(old, new)) == [
        ("webhook-renamed", B, "thingSold", "thingSold", "thingGone"),
        ("request-status-removed", B, "200", "200", None),
        ("webhook-deprecated", A, "webhook thingSold", None, None),
        ("request-status-added", A, "204", None, "204"),
    ]


def test_callbacks_are_compared() -> None:
    """Like webhooks."""
    callback = """\
      operationId: getThing
      callbacks:
        changed:
          '{$request.query.url}':
            post:
              requestBody: {content: {application/json: {schema: {type: object, properties: {at: {type: string}}}}}}
              responses: {'200': {description: Thanks.}}
"""
    old, new = (
        edit_shop(("      operationId: getThing\n", callback.replace("{type: string}", kind)))
        for kind in ("{type: string}", "{type: integer}")
    )

    assert [(change.kind, change.element, change.where) for change in compare(old, new)] == [
        (
            "response-type-changed",
            "body.at",
            ("webhook getThing changed {$request.query.url}: request body",),
        )
    ]


SCHEMES: list[tuple[str, str, list[str]]] = [
    (
        "{type: openIdConnect, openIdConnectUrl: 'https://a.example'}",
        "{type: openIdConnect, openIdConnectUrl: 'https://b.example'}",
        ["auth-changed"],
    ),
    ("{type: mutualTLS}", "{type: mutualTLS, description: Both.}", []),
    ("{type: http, scheme: bearer}", "{type: http, scheme: Bearer, bearerFormat: JWT}", []),
    (
        "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.example', scopes: {}}}}",
        "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.example', scopes: {read: Read.}}}}",
        [],
    ),
    (
        "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.example', scopes: {}}}}",
        "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://b.example', scopes: {}}}}",
        ["auth-changed"],
    ),
]


def test_security_schemes_are_compared_by_effect() -> None:
    """Names and descriptions of schemes have no effect."""
    for old, new, expected in SCHEMES:
        first, second = (
            edit_shop(("{type: apiKey, in: header, name: Authorization}", scheme)) for scheme in (old, new)
        )
        assert [change.kind for change in compare(first, second)] == expected, (old, new)


def test_added_scopes_break_callers() -> None:
    """Fewer scopes are additive."""
    flow = "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.example', scopes: {a: A., b: B.}}}}"
    one, two = (
        edit_shop(
            ("{type: apiKey, in: header, name: Authorization}", flow),
            (SECURITY, f"security: [{{key: {scopes}}}]\npaths"),
            ("      security:\n        - key: []\n", ""),
        )
        for scopes in ("[a]", "[a, b]")
    )

    assert kinds(compare(one, two)) == ["auth-changed"]
    assert kinds(compare(two, one)) == ["auth-loosened"]


def test_each_removed_server_is_found() -> None:
    """Each breaks callers."""
    url = "  - {url: 'https://api.example.com'}\n"
    three = edit_shop((url, url + url.replace("api", "eu") + url.replace("api", "us")))

    assert [(change.kind, change.weight, change.before) for change in compare(three, SHOP)] == [
        ("server-removed", B, "https://eu.example.com"),
        ("server-removed", B, "https://us.example.com"),
    ]


def test_location_has_media_type_if_several() -> None:
    """A change of one media type does not affect the other."""
    more = f"{CREATED}            text/json: {{schema: {{type: %s}}}}\n"

    (change,) = compare(edit_shop((CREATED, more % "string")), edit_shop((CREATED, more % "object")))

    assert change.where == ("createThing: response 201 (text/json)",)


def test_const_beside_enum_is_intersected() -> None:
    """One value remains."""
    assert kinds(compare(echo_contract({"enum": ["a", "b"], "const": "a"}), echo_contract({"enum": ["a", "b"]}))) == [
        "request-enum-value-added",
        "response-enum-value-added",
    ]


def test_rules_have_two_weights_only() -> None:
    """Breaking and additive."""
    assert {rule.request for rule in RULES.values()} | {rule.response for rule in RULES.values()} == {B, A}
