"""A contract as data: valid OpenAPI, and every reference in it leads somewhere in it."""

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

from scripts.spec_diff.errors import CannotCompareError, clipped
from scripts.spec_diff.reading import parsed
from scripts.spec_diff.source import name_of, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema_path import SchemaPath

__all__ = ["Document", "loaded", "opened"]

Json = dict[str, Any]


class _Fields(keywords.SchemaValidator):
    """Names the fields of a schema as the validator does, but each schema once, and one that holds itself too."""

    def _collect_properties(self, schema: SchemaPath) -> set[str]:
        found: set[str] = set()
        waiting, seen = [schema], set()
        while waiting:
            one = waiting.pop()
            value = one.read_value()
            if id(value) in seen or not isinstance(value, dict):
                continue
            seen.add(id(value))
            found |= set(value.get("properties", ()))
            waiting += [inner for word in ("allOf", "anyOf", "oneOf") if word in value for inner in one / word]
            waiting += [one / word for word in ("items", "not") if word in value]
        return found


class _Schemas30(_Fields, keywords.OpenAPIV30SchemaValidator):
    """The check of a schema of OpenAPI 3.0."""


class _Schemas31(_Fields, keywords.OpenAPIV31SchemaValidator):
    """The check of a schema of OpenAPI 3.1."""


_NO_HANDLERS: Any = MappingProxyType({})
"""How to fetch what references of other files lead to: not at all."""


class _Validator30(OpenAPIV30SpecValidator):
    """The check of a contract, which fetches nothing and comes to an end."""

    resolver_handlers = _NO_HANDLERS
    keyword_validators: Any = MappingProxyType({**OpenAPIV30SpecValidator.keyword_validators, "schema": _Schemas30})


class _Validator31(OpenAPIV31SpecValidator):
    """As above."""

    resolver_handlers = _NO_HANDLERS
    keyword_validators: Any = MappingProxyType({**OpenAPIV31SpecValidator.keyword_validators, "schema": _Schemas31})


_BY_NAME = frozenset(
    {
        *("properties", "patternProperties", "$defs", "dependentSchemas", "schemas", "responses", "parameters"),
        *("headers", "requestBodies", "securitySchemes", "pathItems", "paths", "webhooks", "callbacks", "content"),
        *("encoding", "variables"),
    },
)
"""Under which keys the next keys are names, which may read like keywords."""

_EXTENSIBLE = frozenset({"paths", "responses"})
"""Under which of them there are extensions all the same."""

_NO_MEANING = frozenset(
    {
        *("example", "examples", "default", "enum", "const", "links", "mapping", "security", "required"),
        *("dependentRequired", "externalDocs"),
    },
)
"""Under which keys a `$ref` is no reference to a part of the contract, or one that nobody follows here."""


@attrs.frozen(eq=False)
class Document:
    """A contract and the means to find one's way in it."""

    name: str
    content: Json
    names: Mapping[int, str]
    """What the shared schemas are called, by their identity."""

    @property
    def is_30(self) -> bool:
        """Tell OpenAPI 3.0, where what stands beside a reference does not count."""
        return str(self.content["openapi"]).startswith("3.0")

    def follow(self, part: Any) -> Any:
        """Give what a part refers to, or the part itself."""
        seen: set[str] = set()
        while isinstance(part, dict) and isinstance(part.get("$ref"), str):
            if part["$ref"] in seen:
                raise CannotCompareError(f"{self.name}: the reference {part['$ref']} leads to itself")
            seen.add(part["$ref"])
            part = self.target(part["$ref"])
        return part

    def target(self, reference: str) -> Any:
        """Give what a reference leads to."""
        if not reference.startswith("#"):
            raise CannotCompareError(f"{self.name}: the reference {reference} leads to another file")
        found: Any = self.content
        for step in reference[1:].split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            with suppress(KeyError, IndexError, ValueError, TypeError):
                found = found[int(key)] if isinstance(found, list) else found[key]
                continue
            raise CannotCompareError(f"{self.name}: the reference {reference} leads nowhere")
        if not reference.startswith("#/") or not isinstance(found, (dict, bool)):
            raise CannotCompareError(f"{self.name}: the reference {reference} leads to no part of the contract")
        return found


def loaded(source: str) -> Document:
    """Read a contract from a file or URL, and refuse what is not valid OpenAPI."""
    name = name_of(source)
    document = opened(parsed(read(source), name), name)
    _refuse_invalid(document)
    return document


def opened(content: Any, name: str) -> Document:
    """Take data for a contract if it is one at first sight and its references lead somewhere."""
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else "empty" if content is None else "a single value"
        raise CannotCompareError(f"{name}: not an OpenAPI document but {kind}")
    version = content.get("openapi")
    if not isinstance(version, str) or not re.match(r"3\.[01]\.", version):
        told = f"OpenAPI {content.get('swagger') or version}, not" if version or "swagger" in content else "not OpenAPI"
        raise CannotCompareError(f"{name}: {told} 3.0 or 3.1")
    components = content.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    shared = schemas.items() if isinstance(schemas, dict) else ()
    document = Document(name, content, {id(schema): key for key, schema in shared if isinstance(schema, dict)})
    for reference in _references(content):
        document.follow({"$ref": reference})
    return document


def _references(content: Json) -> Iterator[str]:
    waiting: list[tuple[Any, str | None]] = [(content, None)]
    while waiting:
        part, names = waiting.pop()
        if isinstance(part, list):
            waiting += [(inner, None) for inner in part]
        if not isinstance(part, dict):
            continue
        if names is None and isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for key, inner in part.items():
            is_keyword = names is None
            if (is_keyword and key in _NO_MEANING) or (key.startswith("x-") and (is_keyword or names in _EXTENSIBLE)):
                continue
            waiting.append((inner, key if is_keyword and key in _BY_NAME else None))


def _refuse_invalid(document: Document) -> None:
    check = _Validator30 if document.is_30 else _Validator31
    try:
        error = next(check(document.content).iter_errors(), None)
        # The error that says most: of alternatives, the one that comes closest.
        error = best_match([error]) if error and error.context else error
    except CannotCompareError:
        raise
    except RecursionError:
        raise CannotCompareError(f"{document.name}: its schemas hold each other deeper than can be checked") from None
    except Exception as problem:  # noqa: BLE001 - on some documents the validator fails instead of finding an error
        raise CannotCompareError(f"{document.name}: not valid OpenAPI: {clipped(str(problem))}") from None
    if error is not None:
        place = "/".join(map(str, error.absolute_path))
        told = f"{place}: {error.message}" if place else error.message
        raise CannotCompareError(f"{document.name}: not valid OpenAPI: {clipped(told)}")
