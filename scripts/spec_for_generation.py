"""Convert a contract to the document for the generator: equivalent for requests, and tolerant for responses.

The contract itself does not change. For generation only:

- Objects inside lists become shared schemas with the names that the generator would choose; it chooses others for
  nullable lists. So do nullable enums and objects, for which the generator would create one type per alternative.
- Schemas that only responses use have no required fields and allow null, so that reading a response does not fail when
  the API omits a field or sends null. (A template opens the enums.)
- Header parameters lose their format: the generator would put an object, such as a UUID, into the header.
- The security of the whole document is copied to each operation, because the generator ignores it.
- A 201 that is an object without fields has no content: the Web API sends an empty body there, which is not JSON.
- Alternatives that only require fields (`anyOf` of `required`) are dropped: the generator cannot express them, and the
  facade enforces them.
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
    """Return the document for the generator, without changing the contract."""
    document = {"paths": {}, **deepcopy(contract)}
    document.pop("webhooks", None)  # unknown to the generator; their schemas are read, like those of responses
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
    responses_of_operations = [operation.get("responses", {}) for _, _, operation in operations(document)]
    for responses in (*responses_of_operations, document.get("components", {}).get("responses", {})):
        _drop_empty_content(responses.get("201", {}))
        for response in responses.values():
            for content in response.get("content", {}).values():
                _loosen(content.get("schema", {}))
    for part in list(_objects(document)):
        _drop_required_alternatives(part)
    return document


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield the path, the method and the operation."""
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
    """Return the names of the shared schemas that these parts use, directly or indirectly."""
    components: Json = document.get("components", {})
    found: set[tuple[str, str]] = set()
    pending = list(parts)
    while pending:
        for part in _objects(pending.pop()):
            section, _, name = str(part.get("$ref", "")).removeprefix("#/components/").partition("/")
            if name in components.get(section, {}) and (section, name) not in found:
                found.add((section, name))
                pending.append(components[section][name])
    return {name for section, name in found if section == "schemas"}


def _name_listed_objects(schemas: Json) -> None:
    """Move the objects inside lists to shared schemas."""
    for owner, schema in list(schemas.items()):
        for name, inner in schema.get("properties", {}).items():
            items = inner.get("items", {})
            if items.get("type") == "object" and "properties" in items:
                title = f"{owner}{name.title().replace('_', '')}Item"
                schemas[title] = items
                inner["items"] = _reference(title)


def _name_nullable_kinds(schemas: Json) -> None:
    """Move nullable enums and objects to shared schemas, and replace them by a reference or null."""
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
            description = {"description": inner["description"]} if "description" in inner else {}
            schema["properties"][name] = {**description, "anyOf": [_reference(title), {"type": "null"}]}


def _header_parameters(document: Json) -> Iterator[Json]:
    for part in _objects(document):
        if part.get("in") == "header" and isinstance(part.get("schema"), dict):
            yield part


def _reference(title: str) -> Json:
    return {"$ref": f"#/components/schemas/{title}"}


def _loosen(schema: Json) -> None:
    """Allow a response to omit any field or send null."""
    for part in list(_objects(schema)):
        properties = part.get("properties")
        if not isinstance(properties, dict):
            continue
        part.pop("required", None)
        part["properties"] = {name: _nullable(inner) for name, inner in properties.items()}


def _drop_empty_content(response: Json) -> None:
    """Drop the content of a response if all that its schema says is that it is an object."""
    schemas = [content.get("schema", {}) for content in response.get("content", {}).values()]
    if schemas and all({**schema, "description": ""} == {"type": "object", "description": ""} for schema in schemas):
        del response["content"]


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
