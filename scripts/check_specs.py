"""Validate the contracts: as OpenAPI documents, and their examples against their schemas.

python -m scripts.check_specs
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from scripts.generate import APIS, read_contract, spec_name
from scripts.spec_diff.text import one_line
from scripts.update_spec.merge import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

__all__ = ["find_problems"]

# The keywords of our shared schemas and their properties. In a YAML flow mapping, an unquoted text can become a key.
KEYWORDS = frozenset(
    {
        *("$ref", "type", "enum", "const", "format", "description", "title", "default", "examples", "deprecated"),
        *("properties", "required", "additionalProperties", "items", "oneOf", "allOf", "anyOf", "not", "discriminator"),
        *("minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems"),
        *("minProperties", "maxProperties", "propertyNames", "readOnly", "writeOnly", "nullable"),
    },
)

# The vendor's contracts contradict the vendor's pages: string in the schema, null in the examples of errors.
NULL_IN_ERRORS = ({"field_name", "source"}, "None is not of type 'string'")


def main() -> int:
    """Print the problems of the contracts and return the exit code."""
    found = [f"{spec_name(api.spec)}: {problem}" for api in APIS for problem in find_problems(read_contract(api.spec))]
    print("\n".join(map(one_line, found)) or "the contracts are valid")
    return 1 if found else 0


def find_problems(contract: dict[str, Any]) -> Iterator[str]:
    """Yield the problems of a contract."""
    for error in OpenAPIV31SpecValidator(contract).iter_errors():
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
    for place, part in _parts(contract, "#"):
        if part == MARK:
            yield f"{place}: the description is missing"
        unknown = set(part) - KEYWORDS if isinstance(part, dict) and _is_schema(place) else set()
        for name in sorted(unknown):
            yield f"{place}: unknown keyword {name!r}; is a description unquoted?"
    for place, content in _contents(contract, "#"):
        schema = {**content.get("schema", {}), "components": contract.get("components", {})}
        for name, example in content.get("examples", {}).items():
            for error in Draft202012Validator(schema).iter_errors(example["value"]):
                if not _is_null_in_errors(error):
                    yield f"{place}, example {name}: {error.message}"


def _is_null_in_errors(error: ValidationError) -> bool:
    """Return whether the vendor's contract contradicts the vendor's pages here."""
    fields, message = NULL_IN_ERRORS
    return error.message == message and bool(fields.intersection(map(str, [*error.absolute_path][-1:])))


def _parts(part: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield every part of a contract with its place."""
    yield place, part
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield from _parts(value, f"{place}/{name}")


def _is_schema(place: str) -> bool:
    """Return whether the place is a shared schema or one of its properties."""
    return re.fullmatch(r"#/components/schemas/[^/]+(/properties/[^/]+)?", place) is not None


def _contents(part: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the parts with a schema and examples."""
    if isinstance(part, dict):
        if "schema" in part and "examples" in part:
            yield place, part
        for name, inner in part.items():
            yield from _contents(inner, f"{place}/{name}")


if __name__ == "__main__":
    sys.exit(main())
