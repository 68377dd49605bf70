"""The notation of our contracts: null is a type, as in OpenAPI 3.1.

The vendor's contracts say that they are OpenAPI 3.1 and use `nullable` of 3.0, which generators of 3.1 ignore.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from scripts.spec_diff.document import keyword_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["to_null_types"]

_NULL: Mapping[str, str] = {"type": "null"}

_COMBINATIONS = ("$ref", "allOf", "anyOf", "oneOf")
"""Keywords of a schema that is a part of another one if it may be null."""


def to_null_types(contract: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contract in which null types replace `nullable`.

    Args:
        contract: The contract, which is not changed.
    """
    document = deepcopy(dict(contract))
    for part in list(keyword_parts(document)):
        if "nullable" in part and part.pop("nullable") is True:
            _allow_null(part)
    return document


def _allow_null(schema: dict[str, Any]) -> None:
    """Add null to the types of a schema, in place."""
    combined = {word: schema.pop(word) for word in _COMBINATIONS if word in schema}
    if combined:
        if [*combined] == ["allOf"] and len(combined["allOf"]) == 1:
            (combined,) = combined["allOf"]
        schema["anyOf"] = [combined, dict(_NULL)]
        return
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        schema["type"] = [*kinds, *(["null"] if "null" not in kinds else [])]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
