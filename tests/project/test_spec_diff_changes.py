"""Each change of a contract is found, named, and weighed for our callers."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.spec_diff.rules import RULES
from tests.project.spec_pairs import BODY, MADE, PARAMETERS, SHOP, Replaced, Told, changed, compared, echo, kinds, told

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

OPERATIONS: dict[str, tuple[Replaced, Told]] = {
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
    "without an id any more": (
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

AS_A_WHOLE: dict[str, tuple[Replaced, Told]] = {
    "another server": (
        ("https://api.example.com", "https://eu.example.com"),
        ("server-changed", B, "server", "https://api.example.com", "https://eu.example.com"),
    ),
    "one server more": (
        (
            "  - {url: 'https://api.example.com'}",
            "  - {url: 'https://api.example.com'}\n  - {url: 'https://eu.example.com'}",
        ),
        ("server-added", A, "server", None, "https://eu.example.com"),
    ),
    "a variable of the server, with one value more": (
        ("'https://api.example.com'}", "'https://{r}.example.com', variables: {r: {default: api, enum: [api, eu]}}}"),
        ("server-added", A, "server", None, "https://eu.example.com"),
    ),
    "another scheme": (
        ("{type: apiKey, in: header, name: Authorization}", "{type: http, scheme: bearer}"),
        ("auth-changed", B, "auth", "apiKey in header Authorization", "http bearer"),
    ),
    "the key in another header": (
        ("in: header, name: Authorization}", "in: header, name: X-Key}"),
        ("auth-changed", B, "auth", "apiKey in header Authorization", "apiKey in header X-Key"),
    ),
}

PARAMETER: dict[str, tuple[Replaced, Told]] = {
    "removed": (
        ("        - {name: X-Client, in: header, schema: {type: string}}\n", ""),
        ("request-parameter-removed", B, "header X-Client", None, None),
    ),
    "optional and new": (
        (
            "      parameters:\n        - {name: limit,",
            "      parameters:\n        - {name: q, in: query}\n        - {name: limit,",
        ),
        ("request-parameter-added", A, "query q", None, None),
    ),
    "required and new": (
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
    "of another type": (
        ("in: header, schema: {type: string}", "in: header, schema: {type: integer}"),
        ("request-type-changed", B, "header X-Client", "string", "integer"),
    ),
    "with a tighter limit": (
        ("maximum: 100", "maximum: 50"),
        ("request-limit-tightened", B, "query limit", "maximum 100", "maximum 50"),
    ),
    "with another default": (("default: 20", "default: 50"), ("request-default-changed", B, "query limit", 20, 50)),
    "a list written otherwise": (
        ("{name: states, in: query,", "{name: states, in: query, explode: false,"),
        ("request-parameter-style-changed", B, "query states", "form, exploded", "form"),
    ),
}

BODIES: dict[str, tuple[Replaced, Told]] = {
    "now required": (
        (BODY, BODY.replace("requestBody:", "requestBody:\n        required: true")),
        ("request-body-now-required", B, "body", "optional", "required"),
    ),
    "another status for an error": (
        (
            "        '404': {description: None.}\n",
            "        '404': {description: None.}\n        '410': {description: Gone.}\n",
        ),
        ("response-status-added", A, "410", None, "410"),
    ),
    "another status for a success": (
        (
            "        '404': {description: None.}\n",
            "        '404': {description: None.}\n        '202': {description: Later.}\n",
        ),
        ("response-success-status-added", B, "202", None, "202"),
    ),
    "an error status less": (
        ("        '404': {description: None.}\n", ""),
        ("response-status-removed", A, "404", "404", None),
    ),
    "a header less": (
        ("          headers:\n            X-Total: {schema: {type: integer}}\n", ""),
        ("response-header-removed", B, "header X-Total", None, None),
    ),
    "a header more": (
        ("          headers:\n", "          headers:\n            X-Page: {schema: {type: integer}}\n"),
        ("response-header-added", A, "header X-Page", None, None),
    ),
    "no body any more": (
        (MADE, "          description: Made.\n"),
        ("response-body-removed", B, "body", None, None),
    ),
}


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [case for table in (OPERATIONS, AS_A_WHOLE, PARAMETER, BODIES) for case in table.values()],
    ids=[
        f"{name}: {case}"
        for name, table in (("operation", OPERATIONS), ("all", AS_A_WHOLE), ("parameter", PARAMETER), ("body", BODIES))
        for case in table
    ],
)
def test_a_change_of_what_is_offered(replaced: Replaced, expected: Told) -> None:
    """Operations, servers, authentication, parameters, statuses and headers: exactly the change is told."""
    assert told(compared(SHOP, changed(replaced))) == [expected]


def test_a_parameter_in_another_place_is_another_parameter() -> None:
    """A header that is a cookie now is gone, and the cookie is new."""
    new = changed(("{name: X-Client, in: header,", "{name: X-Client, in: cookie,"))

    assert told(compared(SHOP, new)) == [
        ("request-parameter-removed", B, "header X-Client", None, None),
        ("request-parameter-added", A, "cookie X-Client", None, None),
    ]


IN_REQUESTS: dict[str, tuple[Replaced, list[Told]]] = {
    "an optional field more": (
        ("        price: {type: number", "        size: {type: string}\n        price: {type: number"),
        [("request-field-added", A, "NewThing.size", None, "string")],
    ),
    "a required field more": (
        (
            "required: [name]\n      properties:\n",
            "required: [name, size]\n      properties:\n        size: {type: string}\n",
        ),
        [("request-required-field-added", B, "NewThing.size", None, "string")],
    ),
    "a field less": (
        ("        price: {type: number, minimum: 0}\n", ""),
        [("request-field-removed", B, "NewThing.price", "number", None)],
    ),
    "a field now required": (
        ("required: [name]", "required: [name, price]"),
        [("request-field-now-required", B, "NewThing.price", "optional", "required")],
    ),
    "a field no longer required": (
        ("      required: [name]\n", ""),
        [("request-field-now-optional", A, "NewThing.name", "required", "optional")],
    ),
    "a field that only answers have now": (
        ("price: {type: number,", "price: {readOnly: true, type: number,"),
        [("request-field-removed", B, "NewThing.price", "number", None)],
    ),
    "a type changed": (
        ("count: {type: integer}", "count: {type: string}"),
        [("request-type-changed", B, "NewThing.count", "integer", "string")],
    ),
    "a type widened": (
        ("count: {type: integer}", "count: {type: number}"),
        [("request-type-widened", A, "NewThing.count", "integer", "number")],
    ),
    "a type narrowed": (
        ("price: {type: number,", "price: {type: integer,"),
        [("request-type-narrowed", B, "NewThing.price", "number", "integer")],
    ),
    "another type taken too": (
        ("count: {type: integer}", "count: {type: [integer, string]}"),
        [("request-type-widened", A, "NewThing.count", "integer", "integer or string")],
    ),
    "a format more": (
        ("note: {type: [string, 'null']}", "note: {type: [string, 'null'], format: email}"),
        [("request-format-narrowed", B, "NewThing.note", None, "email")],
    ),
    "a format less": (
        ("made_at: {type: string, format: date-time}", "made_at: {type: string}"),
        [("request-format-widened", A, "NewThing.made_at", "date-time", None)],
    ),
    "another format": (
        ("made_at: {type: string, format: date-time}", "made_at: {type: string, format: date}"),
        [("request-format-changed", B, "NewThing.made_at", "date-time", "date")],
    ),
    "an enum value more": (
        ("enum: [red, green]", "enum: [red, green, blue]"),
        [("request-enum-value-added", A, "Colour", None, "blue")],
    ),
    "an enum value less": (
        ("enum: [red, green]", "enum: [red]"),
        [("request-enum-value-removed", B, "Colour", "green", None)],
    ),
    "an enum less": (
        ("Colour: {type: string, enum: [red, green]}", "Colour: {type: string}"),
        [("request-enum-dropped", A, "Colour", ["green", "red"], None)],
    ),
    "null no longer taken": (
        ("note: {type: [string, 'null']}", "note: {type: string}"),
        [("request-null-removed", B, "NewThing.note", "null or not", "not null")],
    ),
    "null taken": (
        ("count: {type: integer}", "count: {type: [integer, 'null']}"),
        [("request-null-added", A, "NewThing.count", "not null", "null or not")],
    ),
    "a limit tightened": (
        ("maxLength: 30", "maxLength: 20"),
        [("request-limit-tightened", B, "NewThing.name", "maxLength 30", "maxLength 20")],
    ),
    "a limit loosened": (
        ("minLength: 1,", "minLength: 0,"),
        [("request-limit-loosened", A, "NewThing.name", "minLength 1", None)],
    ),
    "a limit that leaves out its end": (
        ("minimum: 0", "exclusiveMinimum: 0"),
        [("request-limit-tightened", B, "NewThing.price", "minimum 0", "exclusiveMinimum 0")],
    ),
    "a pattern more": (
        ("maxLength: 30", "maxLength: 30, pattern: '^a'"),
        [("request-limit-tightened", B, "NewThing.name", None, "pattern ^a")],
    ),
    "a default": (
        ("count: {type: integer}", "count: {type: integer, default: 1}"),
        [("request-default-added", A, "NewThing.count", None, 1)],
    ),
    "deprecated": (
        ("count: {type: integer}", "count: {type: integer, deprecated: true}"),
        [("request-field-deprecated", A, "NewThing.count", None, None)],
    ),
    "no other names taken": (
        ("    NewThing:\n", "    NewThing:\n      additionalProperties: false\n"),
        [("request-extra-fields-refused", B, "NewThing", "allowed", "refused")],
    ),
    "other names only with text": (
        ("    NewThing:\n", "    NewThing:\n      additionalProperties: {type: string}\n"),
        [("request-type-narrowed", B, "NewThing.*", "anything", "string")],
    ),
    "an alternative less": (
        ("            - $ref: '#/components/schemas/Square'\n", ""),
        [("request-alternative-removed", B, "NewThing.shape", "Square", None)],
    ),
    "an alternative's field": (
        ("radius: {type: number}", "radius: {type: integer}"),
        [("request-type-narrowed", B, "Circle.radius", "number", "integer")],
    ),
    "one of two fields needed": (
        ("    NewThing:\n", "    NewThing:\n      anyOf: [{required: [price]}, {required: [count]}]\n"),
        [("request-needs-tightened", B, "NewThing", None, "one of count, price")],
    ),
    "a rule that is only compared": (
        ("    NewThing:\n", "    NewThing:\n      dependentRequired: {price: [count]}\n"),
        [("request-rule-added", B, "NewThing", None, "dependentRequired")],
    ),
}

IN_ANSWERS: dict[str, tuple[Replaced, list[Told]]] = {
    "a field more": (
        ("        weight: {", "        size: {type: string}\n        weight: {"),
        [("response-field-added", A, "Thing.size", None, "string")],
    ),
    "a field less": (
        ("        weight: {type: integer}\n", ""),
        [("response-field-removed", B, "Thing.weight", "integer", None)],
    ),
    "a field now always there": (
        ("required: [id, label]", "required: [id, label, weight]"),
        [("response-field-now-required", A, "Thing.weight", "optional", "required")],
    ),
    "a field no longer always there": (
        ("required: [id, label]", "required: [id]"),
        [("response-field-now-optional", B, "Thing.label", "required", "optional")],
    ),
    "a field further down": (
        ("required: [city]", "required: []"),
        [("response-field-now-optional", B, "Thing.maker.city", "required", "optional")],
    ),
    "a type widened": (
        ("weight: {type: integer}", "weight: {type: number}"),
        [("response-type-widened", B, "Thing.weight", "integer", "number")],
    ),
    "a format changed": (
        ("seen_at: {type: string, format: date-time}", "seen_at: {type: string}"),
        [("response-format-widened", B, "Thing.seen_at", "date-time", None)],
    ),
    "an enum value more": (
        ("enum: [new, used]", "enum: [new, used, broken]"),
        [("response-enum-value-added", A, "Thing.state", None, "broken")],
    ),
    "an enum value less": (
        ("enum: [new, used]", "enum: [new]"),
        [("response-enum-value-removed", A, "Thing.state", "used", None)],
    ),
    "null now": (
        ("weight: {type: integer}", "weight: {type: [integer, 'null']}"),
        [("response-null-added", B, "Thing.weight", "not null", "null or not")],
    ),
    "null no more": (
        ("zip: {type: [string, 'null']}", "zip: {type: string}"),
        [("response-null-removed", A, "Thing.maker.zip", "null or not", "not null")],
    ),
    "of what the vendor sends, a field less": (
        ("        buyer: {type: string}\n", ""),
        [("response-field-removed", B, "Sale.buyer", "string", None)],
    ),
    "of what the vendor sends, a field more": (
        ("        buyer: {type: string}\n", "        buyer: {type: string}\n        at: {type: string}\n"),
        [("response-field-added", A, "Sale.at", None, "string")],
    ),
    "what the vendor sends no longer": ((WEBHOOK, ""), [("webhook-removed", B, "thingSold", "POST", None)]),
    "what the vendor sends newly": (
        (
            "components:\n",
            "  thingLost:\n    post:\n      responses: {'200': {description: Thanks.}}\ncomponents:\n",
        ),
        [("webhook-added", A, "thingLost", None, "POST")],
    ),
}


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [*IN_REQUESTS.values(), *IN_ANSWERS.values()],
    ids=[*(f"request: {name}" for name in IN_REQUESTS), *(f"answer: {name}" for name in IN_ANSWERS)],
)
def test_a_change_of_what_is_sent_or_received(replaced: Replaced, expected: list[Told]) -> None:
    """Fields and values at any depth: exactly the change is told, by the shared schema in which it stands."""
    assert told(compared(SHOP, changed(replaced))) == expected


def test_a_moved_path_is_one_change() -> None:
    """An operation of the same id elsewhere has moved; what it takes and gives is compared all the same."""
    new = changed(("  /things/{thing_id}:", "  /shop/things/{thing_id}:"), ("weight: {type: integer}", "weight: {}"))

    assert told(compared(SHOP, new)) == [
        ("operation-moved", B, "getThing", "GET /things/{thing_id}", "GET /shop/things/{thing_id}"),
        ("operation-moved", B, "deleteThing", "DELETE /things/{thing_id}", "DELETE /shop/things/{thing_id}"),
        ("response-type-widened", B, "Thing.weight", "integer", "anything"),
    ]


def test_an_operation_without_an_id_is_known_by_its_route() -> None:
    """Method and path stand for the id."""
    old = changed(("      operationId: getThing\n", ""))
    new = changed(("      operationId: getThing\n", "      deprecated: true\n"))

    assert told(compared(old, new)) == [("operation-deprecated", A, "GET /things/{thing_id}", None, None)]


def test_a_change_in_a_shared_schema_is_told_once_with_its_places() -> None:
    """All operations that share the schema are named, and through which part of theirs."""
    (change,) = compared(SHOP, changed(("label: {type: string}", "label: {type: integer}")))

    assert change.element == "Thing.label"
    assert change.where == ("listThings: response 200", "createThing: response 201", "getThing: response 200")


def test_a_schema_that_is_sent_and_received_is_weighed_for_each() -> None:
    """The same field may break one side and not the other, so both are told."""
    both = ("NewThing'}\n      responses:\n        '201':\n", "Thing'}\n      responses:\n        '201':\n")
    old = changed(both)
    new = changed(both, ("required: [id, label]", "required: [id]"))

    assert [(change.kind, change.weight, change.where) for change in compared(old, new)] == [
        (
            "response-field-now-optional",
            B,
            ("listThings: response 200", "createThing: response 201", "getThing: response 200"),
        ),
        ("request-field-now-optional", A, ("createThing: request body",)),
    ]


def test_servers_and_authentication_of_all_operations_are_told_once() -> None:
    """What is true of every operation is not listed operation by operation."""
    (change,) = compared(SHOP, changed(("https://api.example.com", "https://eu.example.com")))

    assert change.where == ("all operations",)


SECURITY = "security:\n  - key: []\npaths"
TWO = ("    key: {type", "    other: {type: http, scheme: Basic}\n    key: {type")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
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
    ],
)
def test_authentication_breaks_whom_it_shuts_out(old: str, new: str, expected: tuple[Any, ...]) -> None:
    """What callers send today must go on being enough."""
    ways = [
        changed(TWO, (SECURITY, f"security: {way}\npaths"), ("      security:\n        - key: []\n", ""))
        for way in (old, new)
    ]

    (change,) = compared(ways[0], ways[1])

    assert (change.kind, change.weight, change.before, change.after) == expected


def test_media_types_come_and_go() -> None:
    """A media type that is gone breaks, a new one does not; what is in the one that stays is compared."""
    new = changed((MADE, f"{MADE}            application/xml: {{}}\n"))

    assert told(compared(SHOP, new)) == [("response-media-type-added", A, "application/xml", None, "application/xml")]
    assert told(compared(new, SHOP)) == [("response-media-type-removed", B, "application/xml", "application/xml", None)]


def test_a_status_that_a_range_spoke_for_is_compared_with_it() -> None:
    """Writing out 404 where 4XX stood is no new status, unless it says something else."""
    old = changed(("'404': {description: None.}", "4XX: {description: No.}"))
    new = changed(("'404': {description: None.}", "4XX: {description: No.}\n        '404': {description: None.}"))

    assert compared(old, new) == []


def test_a_renamed_parameter_of_a_path_is_told() -> None:
    """The requests stay the same, and the low-level code calls its argument otherwise."""
    new = changed(("/things/{thing_id}:", "/things/{id}:"), ("{name: thing_id, in: path", "{name: id, in: path"))

    assert told(compared(SHOP, new)) == [("request-parameter-renamed", B, "path thing_id", "thing_id", "id")]


def test_what_no_operation_uses_is_no_change() -> None:
    """A shared schema that nothing refers to means nothing to callers."""
    assert compared(SHOP, changed(("  schemas:\n", "  schemas:\n    Idle: {type: string}\n"))) == []


def test_a_field_that_comes_to_refer_to_another_schema_is_told_at_the_field() -> None:
    """The schema that it referred to has not changed, so it is not named as if it had."""
    new = changed(("colour: {$ref: '#/components/schemas/Colour'}", "colour: {type: string, enum: [red]}"))

    assert told(compared(SHOP, new)) == [("request-enum-value-removed", B, "NewThing.colour", "green", None)]


def test_an_alternative_is_found_again_by_its_mark() -> None:
    """Renamed and changed, it still is the one whose `kind` has the same single value."""
    new = SHOP.replace("Circle", "Round").replace("radius: {type: number}", "diameter: {type: number}")

    assert [(change.kind, change.element) for change in compared(SHOP, new)] == [
        ("request-field-removed", "Circle.radius"),
        ("request-field-added", "Round.diameter"),
    ]


A_OR_B = [{"required": ["a"]}, {"required": ["b"]}]
VARIANTS = {
    "Cat": {"type": "object", "properties": {"claws": {"type": "integer"}, "tail": {}}},
    "Dog": {"type": "object", "properties": {"bark": {"type": "string"}, "tail": {}}},
}
CAT, DOG = ({"$ref": f"#/components/schemas/{name}"} for name in VARIANTS)


def mapped(**names: str) -> dict[str, Any]:
    """Give alternatives that a field tells apart by these names."""
    mapping = {name: f"#/components/schemas/{variant}" for name, variant in names.items()}
    return {"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind", "mapping": mapping}}


@pytest.mark.parametrize(
    ("old", "new", "sent", "received"),
    [
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
        (mapped(cat="Cat", dog="Dog"), mapped(cat="Cat"), ("enum-value-removed", B), ("enum-value-removed", A)),
        (mapped(cat="Cat"), mapped(cat="Cat", puss="Cat"), ("enum-value-added", A), ("enum-value-added", A)),
        (
            mapped(cat="Cat"),
            {**mapped(cat="Cat"), "discriminator": {"propertyName": "sort"}},
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
    ],
)
def test_what_a_value_may_be_is_weighed_for_who_sends_and_for_who_receives(
    old: Any, new: Any, sent: tuple[str, str], received: tuple[str, str]
) -> None:
    """What a caller may no longer send breaks, and so does what a caller could not receive before."""
    found = compared(echo(old, VARIANTS), echo(new, VARIANTS))

    assert sorted((change.kind, change.weight) for change in found) == sorted(
        [(f"request-{sent[0]}", sent[1]), (f"response-{received[0]}", received[1])]
    )


def test_alternatives_that_share_nothing_are_others() -> None:
    """Nothing tells that one of them became another one."""
    old, new = (echo({"anyOf": [{"properties": {name: {}}} for name in names]}) for names in ("abc", "ade"))

    assert [(change.kind, change.before, change.after) for change in compared(old, new)[:4]] == [
        ("request-alternative-removed", "object with b", None),
        ("request-alternative-removed", "object with c", None),
        ("response-alternative-added", None, "object with d"),
        ("response-alternative-added", None, "object with e"),
    ]


def test_a_value_written_as_json_in_a_parameter_is_another_one() -> None:
    """What a parameter's `content` says counts, be the value as plain as it may."""
    new = changed(
        ("in: header, schema: {type: string}}", "in: header, content: {application/json: {schema: {type: string}}}}")
    )

    assert told(compared(SHOP, new)) == [
        ("request-parameter-style-changed", B, "header X-Client", "simple", "application/json")
    ]


def test_a_body_that_comes_or_goes_is_told() -> None:
    """No body is taken any more, or one is taken, and needed or not."""
    without = changed((BODY, ""))
    needed = changed((BODY, BODY.replace("requestBody:", "requestBody:\n        required: true")))

    assert told(compared(SHOP, without)) == [("request-body-removed", B, "body", None, None)]
    assert told(compared(without, SHOP)) == [("request-body-added", A, "body", None, None)]
    assert told(compared(without, needed)) == [("request-required-body-added", B, "body", None, None)]


def test_the_parts_of_a_form_are_compared_with_how_they_are_written() -> None:
    """An encoding that says what holds anyhow is none."""
    form = BODY.replace("application/json:", "multipart/form-data:")
    plain, usual, other = (
        changed((BODY, f"{form}            encoding: {{note: {{{said}}}}}\n"))
        for said in ("", "style: form, explode: true", "contentType: text/csv")
    )

    assert compared(changed((BODY, form)), plain) == []
    assert compared(plain, usual) == []
    assert [change.kind for change in compared(usual, other)] == ["request-encoding-changed"]


def test_what_the_vendor_sends_may_be_renamed_and_deprecated() -> None:
    """A webhook is known by its name, or else by its id; we answer it, so another status is ours to send."""
    old = changed(("  thingSold:\n    post:\n", "  thingSold:\n    post:\n      operationId: sold\n"))
    new = changed(
        ("  thingSold:\n    post:\n", "  thingGone:\n    post:\n      operationId: sold\n      deprecated: true\n"),
        ("        '200': {description: Thanks.}\n", "        '204': {description: Thanks.}\n"),
    )

    assert told(compared(old, new)) == [
        ("webhook-renamed", B, "thingSold", "thingSold", "thingGone"),
        ("request-status-removed", B, "200", "200", None),
        ("webhook-deprecated", A, "webhook thingSold", None, None),
        ("request-status-added", A, "204", None, "204"),
    ]


def test_a_callback_is_like_a_webhook() -> None:
    """What an operation makes the vendor send is compared as well."""
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
        changed(("      operationId: getThing\n", callback.replace("{type: string}", kind)))
        for kind in ("{type: string}", "{type: integer}")
    )

    assert [(change.kind, change.element, change.where) for change in compared(old, new)] == [
        (
            "response-type-changed",
            "body.at",
            ("webhook getThing changed {$request.query.url}: request body",),
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "kinds_told"),
    [
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
    ],
)
def test_schemes_are_the_same_if_they_work_the_same(old: str, new: str, kinds_told: list[str]) -> None:
    """What a scheme is called and how it is described means nothing."""
    first, second = (changed(("{type: apiKey, in: header, name: Authorization}", scheme)) for scheme in (old, new))

    assert [change.kind for change in compared(first, second)] == kinds_told


def test_more_scopes_break_and_fewer_do_not() -> None:
    """A token that was enough has to go on being enough."""
    flow = "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.example', scopes: {a: A., b: B.}}}}"
    one, two = (
        changed(
            ("{type: apiKey, in: header, name: Authorization}", flow),
            (SECURITY, f"security: [{{key: {scopes}}}]\npaths"),
            ("      security:\n        - key: []\n", ""),
        )
        for scopes in ("[a]", "[a, b]")
    )

    assert kinds(compared(one, two)) == ["auth-changed"]
    assert kinds(compared(two, one)) == ["auth-loosened"]


def test_servers_that_go_are_told_one_by_one() -> None:
    """Of several, each that is gone breaks."""
    url = "  - {url: 'https://api.example.com'}\n"
    three = changed((url, url + url.replace("api", "eu") + url.replace("api", "us")))

    assert [(change.kind, change.weight, change.before) for change in compared(three, SHOP)] == [
        ("server-removed", B, "https://eu.example.com"),
        ("server-removed", B, "https://us.example.com"),
    ]


def test_of_several_media_types_the_place_says_which() -> None:
    """A change in one of them is not one in the other."""
    more = f"{MADE}            text/json: {{schema: {{type: %s}}}}\n"

    (change,) = compared(changed((MADE, more % "string")), changed((MADE, more % "object")))

    assert change.where == ("createThing: response 201 (text/json)",)


def test_a_body_keyword_with_a_const_beside_an_enum_is_the_const() -> None:
    """Both hold, so one value is left."""
    assert kinds(compared(echo({"enum": ["a", "b"], "const": "a"}), echo({"enum": ["a", "b"]}))) == [
        "request-enum-value-added",
        "response-enum-value-added",
    ]


def test_every_change_has_a_rule_and_every_side_a_weight() -> None:
    """The table speaks of breaking and additive only."""
    assert {rule.request for rule in RULES.values()} | {rule.response for rule in RULES.values()} == {B, A}
