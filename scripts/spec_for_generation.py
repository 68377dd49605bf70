"""From a contract to the document that the generator is fed, which says the same and asks less of answers.

The contract itself stays exact. For generation alone:

- objects described inside a list become schemas of their own, under the name that the generator would give them: a
  list that may be null would name them otherwise; so do enums and objects that may be null, of which the generator
  would make one type for each of the two;
- what only answers hold is loosened: nothing is required and anything may be null, so that a reader of answers does
  not break when the API leaves a field out or adds null (enums are opened by a template);
- a header parameter loses its format: the generator would put the object itself, such as a UUID, into the header;
- a security requirement of the whole document is written out at each operation, for the generator ignores it there;
- alternatives that only say which fields must be there (`anyOf` of `required`) are dropped: the generator cannot
  express them, and the facade enforces them.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["METHODS", "for_generation", "operations", "reachable"]

Json = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ALTERNATIVES = ("anyOf", "oneOf")


def for_generation(contract: Json) -> Json:
    """Give the document to feed the generator; the contract is left as it is."""
    document = {"paths": {}, **deepcopy(contract)}
    document.pop("webhooks", None)  # the generator does not know them; what they bring is read, like answers
    for _, _, operation in operations(document):
        operation.setdefault("security", document.get("security", []))
    schemas: Json = document.get("components", {}).get("schemas", {})
    _name_listed_objects(schemas)
    _name_nullable_kinds(schemas)
    for parameter in _header_parameters(document):
        parameter["schema"].pop("format", None)
    sent = reachable(document, [operation.get("requestBody", {}) for _, _, operation in operations(document)])
    for name, schema in schemas.items():
        if name not in sent:
            _loosen(schema)
    answers = [operation.get("responses", {}) for _, _, operation in operations(document)]
    for responses in (*answers, document.get("components", {}).get("responses", {})):
        for response in responses.values():
            for content in response.get("content", {}).values():
                _loosen(content.get("schema", {}))
    for part in list(_objects(document)):
        _drop_required_alternatives(part)
    return document


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Give each operation with its path and method."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _objects(part: Any) -> Iterator[Json]:
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _objects(inner)


def reachable(document: Json, parts: list[Any]) -> set[str]:
    """Name the shared schemas that these parts refer to, directly or through others."""
    components: Json = document.get("components", {})
    found: set[tuple[str, str]] = set()
    waiting = list(parts)
    while waiting:
        for part in _objects(waiting.pop()):
            section, _, name = str(part.get("$ref", "")).removeprefix("#/components/").partition("/")
            if name in components.get(section, {}) and (section, name) not in found:
                found.add((section, name))
                waiting.append(components[section][name])
    return {name for section, name in found if section == "schemas"}


def _name_listed_objects(schemas: Json) -> None:
    """Move the objects that lists hold into schemas of their own."""
    for owner, schema in list(schemas.items()):
        for name, inner in schema.get("properties", {}).items():
            items = inner.get("items", {})
            if items.get("type") == "object" and "properties" in items:
                title = f"{owner}{name.title().replace('_', '')}Item"
                schemas[title] = items
                inner["items"] = _reference(title)


def _name_nullable_kinds(schemas: Json) -> None:
    """Move the enums and objects that may be null into schemas of their own, and refer to them or null."""
    for owner, schema in list(schemas.items()):
        for name, inner in schema.get("properties", {}).items():
            kinds = inner.get("type")
            if not isinstance(kinds, list) or "null" not in kinds or not ("enum" in inner or "object" in kinds):
                continue
            (kind,) = (kind for kind in kinds if kind != "null")
            title = f"{owner}{name.title().replace('_', '')}"
            schemas[title] = {**inner, "type": kind}
            if "enum" in inner:
                schemas[title]["enum"] = [value for value in inner["enum"] if value is not None]
            described = {"description": inner["description"]} if "description" in inner else {}
            schema["properties"][name] = {**described, "anyOf": [_reference(title), {"type": "null"}]}


def _header_parameters(document: Json) -> Iterator[Json]:
    for part in _objects(document):
        if part.get("in") == "header" and isinstance(part.get("schema"), dict):
            yield part


def _reference(title: str) -> Json:
    return {"$ref": f"#/components/schemas/{title}"}


def _loosen(schema: Json) -> None:
    """Let an answer leave out or null what the contract promises."""
    for part in list(_objects(schema)):
        properties = part.get("properties")
        if not isinstance(properties, dict):
            continue
        part.pop("required", None)
        part["properties"] = {name: _nullable(inner) for name, inner in properties.items()}


def _nullable(schema: Json) -> Json:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    kinds = schema.get("type")
    if isinstance(kinds, str) and "enum" not in schema:
        return {**schema, "type": [kinds, "null"]}
    return schema


def _drop_required_alternatives(part: Json) -> None:
    for keyword in _ALTERNATIVES:
        alternatives = part.get(keyword)
        if isinstance(alternatives, list) and all(
            isinstance(one, dict) and set(one) == {"required"} for one in alternatives
        ):
            del part[keyword]
