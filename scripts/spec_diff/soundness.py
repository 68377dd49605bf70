"""Whether the keywords of a schema hold what they have to.

The validator of OpenAPI does not look into every schema that a contract holds, nor at what references lead to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["unsound_keyword"]

_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def unsound_keyword(schema: Mapping[str, Any]) -> str | None:
    """Name a keyword that cannot be read, if there is one."""
    return next((word for word, holds in _HOLDS.items() if word in schema and not holds(schema[word])), None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_schema(value: Any) -> bool:
    return isinstance(value, (dict, bool))


def _is_list(value: Any, of: Callable[[Any], bool] = lambda _: True) -> bool:
    return isinstance(value, list) and all(map(of, value))


def _is_type(value: Any) -> bool:
    return _is_text(value) and value in _TYPES


_HOLDS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("$ref", "format", "pattern", "contentEncoding", "contentMediaType"), _is_text),
    "type": lambda value: _is_type(value) or _is_list(value, _is_type),
    "enum": _is_list,
    "required": lambda value: _is_list(value, _is_text),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_number),
    **dict.fromkeys(("minimum", "maximum"), _is_number),
    **dict.fromkeys(
        ("exclusiveMinimum", "exclusiveMaximum"), lambda value: isinstance(value, bool) or _is_number(value)
    ),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), lambda value: _is_list(value, _is_schema)),
    **dict.fromkeys(
        ("properties", "patternProperties", "dependentSchemas"),
        lambda value: isinstance(value, dict) and _is_list(list(value.values()), _is_schema),
    ),
    **dict.fromkeys(
        ("additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems", "contains", "propertyNames"),
        _is_schema,
    ),
    **dict.fromkeys(("not", "if", "then", "else", "contentSchema"), _is_schema),
}
"""What the keywords that are read here hold."""
