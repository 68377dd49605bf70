"""Load a contract: check that it is valid OpenAPI and that its references can be followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import attrs
from jsonschema.exceptions import best_match
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.validation import keywords

from scripts.spec_diff.reading import CannotCompareError, parse, read_source, source_name, truncate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema_path import SchemaPath

__all__ = ["Document", "keyword_parts", "load_document", "parse_document"]

Json = dict[str, Any]


class _Fields(keywords.SchemaValidator):
    """Collects the fields of a schema like the validator, but visits each schema once, so that recursion ends."""

    def _collect_properties(self, schema: SchemaPath) -> set[str]:
        found: set[str] = set()
        pending, seen = [schema], set()
        while pending:
            one = pending.pop()
            value = one.read_value()
            if id(value) in seen or not isinstance(value, dict):
                continue
            seen.add(id(value))
            found |= set(value.get("properties", ()))
            pending += [inner for word in ("allOf", "anyOf", "oneOf") if word in value for inner in one / word]
            pending += [one / word for word in ("items", "not") if word in value]
        return found


class _Schemas30(_Fields, keywords.OpenAPIV30SchemaValidator):
    """Validates schemas of OpenAPI 3.0."""


class _Schemas31(_Fields, keywords.OpenAPIV31SchemaValidator):
    """Validates schemas of OpenAPI 3.1."""


_NO_HANDLERS: Any = MappingProxyType({})
"""References to other files are not fetched."""


class _Validator30(OpenAPIV30SpecValidator):
    """Validates OpenAPI 3.0 without fetching files and without endless recursion."""

    resolver_handlers = _NO_HANDLERS
    keyword_validators: Any = MappingProxyType({**OpenAPIV30SpecValidator.keyword_validators, "schema": _Schemas30})


class _Validator31(OpenAPIV31SpecValidator):
    """Validates OpenAPI 3.1 likewise."""

    resolver_handlers = _NO_HANDLERS
    keyword_validators: Any = MappingProxyType({**OpenAPIV31SpecValidator.keyword_validators, "schema": _Schemas31})


_NAME_KEYS = frozenset(
    {
        *("properties", "patternProperties", "$defs", "dependentSchemas", "schemas", "responses", "parameters"),
        *("headers", "requestBodies", "securitySchemes", "pathItems", "paths", "webhooks", "callbacks", "content"),
        *("encoding", "variables"),
    },
)
"""Keywords whose value has names as keys; such a name can look like a keyword."""

_EXTENSIBLE_KEYS = frozenset({"paths", "responses"})
"""Those of them that can have extensions beside the names."""

_SCHEME_FIELDS = frozenset(
    {"$ref", "type", "description", "name", "in", "scheme", "bearerFormat", "flows", "openIdConnectUrl"}
)
"""The fields of a security scheme."""

_IGNORED_KEYS = frozenset(
    {
        *("example", "examples", "default", "enum", "const", "links", "mapping", "security", "required"),
        *("dependentRequired", "externalDocs"),
    },
)
"""Keywords below which a `$ref` is data, or a reference that the comparison does not follow."""


@attrs.frozen(eq=False)
class Document:
    """A contract whose references can be followed."""

    name: str
    content: Json
    names: Mapping[int, str]
    """The names of the shared schemas by their `id()`."""

    @property
    def is_30(self) -> bool:
        """Whether this is OpenAPI 3.0, which ignores keywords beside a reference."""
        return str(self.content["openapi"]).startswith("3.0")

    def follow(self, part: Any) -> Any:
        """Return the part that a reference leads to, or the part itself."""
        seen: set[str] = set()
        while isinstance(part, dict) and isinstance(part.get("$ref"), str):
            if part["$ref"] in seen:
                raise CannotCompareError(f"{self.name}: the reference {part['$ref']} is circular")
            seen.add(part["$ref"])
            part = self.target(part["$ref"])
        return part

    def target(self, reference: str) -> Any:
        """Return the target of a reference."""
        if not reference.startswith("#"):
            raise CannotCompareError(f"{self.name}: the reference {reference} is to another file")
        found: Any = self.content
        for step in reference[1:].split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            with suppress(KeyError, IndexError, ValueError, TypeError):
                found = found[int(key)] if isinstance(found, list) else found[key]
                continue
            raise CannotCompareError(f"{self.name}: the reference {reference} has no target")
        if not reference.startswith("#/") or not isinstance(found, (dict, bool)):
            raise CannotCompareError(f"{self.name}: the reference {reference} is not to an object of the contract")
        return found


def load_document(source: str) -> Document:
    """Load a contract from a file or URL.

    Raises:
        CannotCompareError: The contract cannot be read or is not valid OpenAPI.
    """
    name = source_name(source)
    content = parse(read_source(source), name)
    _drop_unknown_fields(content)
    document = parse_document(content, name)
    _validate(document)
    return document


def _drop_unknown_fields(content: Any) -> None:
    """Drop fields that OpenAPI does not define from security schemes, in place: the vendor's have a `default`."""
    part = content
    for key in ("components", "securitySchemes"):
        part = part.get(key) if isinstance(part, dict) else None
    for scheme in part.values() if isinstance(part, dict) else ():
        if isinstance(scheme, dict):
            for field in [name for name in scheme if name not in _SCHEME_FIELDS and not name.startswith("x-")]:
                del scheme[field]


def parse_document(content: Any, name: str) -> Document:
    """Create a document from data, after a check of its version and its references."""
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else "empty" if content is None else "a single value"
        raise CannotCompareError(f"{name}: not an OpenAPI document (got {kind})")
    version = content.get("openapi")
    if not isinstance(version, str) or not re.match(r"3\.[01]\.", version):
        got = (
            f"OpenAPI {content.get('swagger') or version}" if version or "swagger" in content else "no OpenAPI version"
        )
        raise CannotCompareError(f"{name}: unsupported version (got {got}); expected OpenAPI 3.0 or 3.1")
    components = content.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    shared = schemas.items() if isinstance(schemas, dict) else ()
    document = Document(name, content, {id(schema): key for key, schema in shared if isinstance(schema, dict)})
    for part in keyword_parts(content):
        if isinstance(part.get("$ref"), str):
            document.follow({"$ref": part["$ref"]})
    return document


def keyword_parts(content: Json) -> Iterator[Json]:
    """Yield the objects of a contract whose keys are keywords, without examples and other data."""
    pending: list[tuple[Any, str | None]] = [(content, None)]
    while pending:
        part, names = pending.pop()
        if isinstance(part, list):
            pending += [(inner, None) for inner in part]
        if not isinstance(part, dict):
            continue
        if names is None:
            yield part
        for key, inner in part.items():
            is_keyword = names is None
            if (is_keyword and key in _IGNORED_KEYS) or (
                key.startswith("x-") and (is_keyword or names in _EXTENSIBLE_KEYS)
            ):
                continue
            pending.append((inner, key if is_keyword and key in _NAME_KEYS else None))


def _validate(document: Document) -> None:
    check = _Validator30 if document.is_30 else _Validator31
    try:
        error = next(check(document.content).iter_errors(), None)
        # Of several alternatives, the error of the closest one.
        error = best_match([error]) if error and error.context else error
    except CannotCompareError:
        raise
    except RecursionError:
        raise CannotCompareError(f"{document.name}: its schemas are nested too deep") from None
    except Exception as crash:  # noqa: BLE001 - the validator crashes on some documents
        raise CannotCompareError(f"{document.name}: not valid OpenAPI: {truncate(str(crash))}") from None
    if error is not None:
        place = "/".join(map(str, error.absolute_path))
        message = f"{place}: {error.message}" if place else error.message
        raise CannotCompareError(f"{document.name}: not valid OpenAPI: {truncate(message)}")
