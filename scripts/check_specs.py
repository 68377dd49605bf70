"""Validate the contracts: as OpenAPI documents, and their examples against their schemas.

python -m scripts.check_specs
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from scripts.generate import APIS, read_contract, spec_name

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["problems"]

# The vendor's own contradiction: the schema says string, the description and the example of 403 say null.
KNOWN = (["field_name"], "None is not of type 'string'")


def main() -> int:
    """Print what is wrong with any contract; 0 where nothing is."""
    found = [f"{spec_name(api.spec)}: {problem}" for api in APIS for problem in problems(read_contract(api.spec))]
    print("\n".join(found) or "the contracts are valid")
    return 1 if found else 0


def problems(contract: dict[str, Any]) -> Iterator[str]:
    """Say everything that is wrong with a contract."""
    for error in OpenAPIV31SpecValidator(contract).iter_errors():
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
    for place, content in _contents(contract, "#"):
        schema = {**content.get("schema", {}), "components": contract.get("components", {})}
        for name, example in content.get("examples", {}).items():
            for error in Draft202012Validator(schema).iter_errors(example["value"]):
                if ([*error.absolute_path][-1:], error.message) != KNOWN:
                    yield f"{place}, example {name}: {error.message}"


def _contents(part: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find everything that has a schema and examples."""
    if isinstance(part, dict):
        if "schema" in part and "examples" in part:
            yield place, part
        for name, inner in part.items():
            yield from _contents(inner, f"{place}/{name}")


if __name__ == "__main__":
    sys.exit(main())
