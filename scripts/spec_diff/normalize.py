"""Convert the schemas of a contract to their normal form, with references and combinations resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.reading import CannotCompareError, truncate
from scripts.spec_diff.schema import (
    ANYTHING,
    KINDS,
    NOTHING,
    Field,
    Form,
    Schema,
    Shape,
    intersect,
    parse_limits,
    set_owner,
    to_canonical_json,
    unite,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from scripts.spec_diff.document import Document

__all__ = ["ANY", "Shapes", "find_invalid_keyword"]

_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def find_invalid_keyword(schema: Mapping[str, Any]) -> str | None:
    """Return a keyword whose value has the wrong type, or None.

    The validator does not check every schema, and not the targets of references.
    """
    return next((word for word, holds in _VALIDATORS.items() if word in schema and not holds(schema[word])), None)


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


_VALIDATORS: Mapping[str, Callable[[Any], bool]] = {
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
"""Validators of the keywords that are read here."""


Json = dict[str, Any]

ANY = Schema.from_part(True)  # noqa: FBT003 - the schema that allows anything
"""The schema of a value without a schema."""

_ANNOTATIONS = frozenset(
    {
        *("title", "description", "summary", "example", "examples", "externalDocs", "xml", "deprecated"),
        *("$comment", "$id", "$schema", "$anchor", "$defs"),
    },
)
"""Keywords that do not limit the values."""

_NUMERIC = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double"})

_FORMATS: Mapping[str, str] = {"byte": "base64", "application/octet-stream": "binary"}
"""Formats that OpenAPI 3.0 and 3.1 name differently."""

_OPAQUE_KEYWORDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("not", "if", "then", "else", "$dynamicRef"), frozenset({*KINDS, "integer"})),
    **dict.fromkeys(("contains", "minContains", "maxContains", "unevaluatedItems"), frozenset({"array"})),
    **dict.fromkeys(("propertyNames", "dependentRequired", "dependentSchemas"), frozenset({"object"})),
    "contentSchema": frozenset({"string"}),
}
"""Keywords that are compared for equality only, and the types that they apply to."""

_SCHEMA_KEYWORDS = frozenset(
    {"not", "if", "then", "else", "contains", "unevaluatedItems", "propertyNames", "contentSchema"}
)
"""Those of them whose value is a schema."""

_FINGERPRINT_DEPTH = 6
"""Levels of nesting that a fingerprint includes."""


class Shapes:
    """The normal forms of the schemas of one contract."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._shapes: dict[tuple[int, ...], Shape] = {}
        self._done: dict[int, Shape] = {}
        self._open: set[int] = set()
        self._met: set[int] = set()
        self._prints: dict[tuple[tuple[int, ...], int], int] = {}

    def schema(self, part: Any) -> Schema:
        """Return the schema of a part; a pure reference is followed."""
        seen: set[str] = set()
        while isinstance(part, dict) and self._is_reference(part):
            if part["$ref"] in seen:
                raise CannotCompareError(f"{self.document.name}: the reference {part['$ref']} is circular")
            seen.add(part["$ref"])
            part = self.document.target(part["$ref"])
        return Schema.from_part(part, self.document.names.get(id(part)))

    def shape(self, schema: Schema) -> Shape:
        """Return the normal form of a schema."""
        if schema.key not in self._shapes:
            self._shapes[schema.key] = intersect(self._expand(part) or ANYTHING for part in schema.parts)
        return self._shapes[schema.key]

    def fingerprint(self, schema: Schema, depth: int = _FINGERPRINT_DEPTH) -> int:
        """Return a hash that is equal for schemas with the same meaning, also across contracts."""
        if (schema.key, depth) not in self._prints:
            shape = self.shape(schema)
            prints = frozenset(self.form_fingerprint(form, depth) for form in shape.forms)
            self._prints[schema.key, depth] = hash(prints)
        return self._prints[schema.key, depth]

    def form_fingerprint(self, form: Form, depth: int = _FINGERPRINT_DEPTH) -> int:
        """Return the fingerprint of one alternative."""
        parts: list[Any] = [form.kind, form.format, form.enum, frozenset(form.limits.items())]
        parts += [form.required, form.needs, frozenset(form.fields), frozenset(form.patterned)]
        if depth:
            inner = depth - 1
            parts.append(frozenset((name, self.fingerprint(one.schema, inner)) for name, one in form.fields.items()))
            parts.append(frozenset((name, self.fingerprint(one, inner)) for name, one in form.patterned.items()))
            parts += [self.fingerprint(one or ANY, inner) for one in (form.extra, form.items)]
            parts.append(tuple(self.fingerprint(one, inner) for one in form.leading))
            parts.append(self.rest(form, inner))
        return hash(tuple(parts))

    def rest(self, form: Form, depth: int = _FINGERPRINT_DEPTH) -> frozenset[tuple[str, Any]]:
        """Return the keywords that are compared for equality only, with comparable values."""
        return frozenset(
            (word, self.fingerprint(value, depth) if isinstance(value, Schema) else value) for word, value in form.rest
        )

    def names_below(self, schema: Schema) -> set[str]:
        """Return the names of the shared schemas that a schema uses."""
        names: set[str] = set()
        seen: set[tuple[int, ...]] = set()
        pending = [schema]
        while pending:
            one = pending.pop()
            if one.key in seen:
                continue
            seen.add(one.key)
            owners = [one.name]
            for form in self.shape(one).forms:
                owners += [form.owner, *(field.owner for field in form.fields.values())]
                pending += [field.schema for field in form.fields.values()]
                pending += [*form.patterned.values(), *form.leading]
                pending += [inner for inner in (form.extra, form.items) if inner]
            names |= {owner for owner in owners if owner}
        return names

    def _is_reference(self, part: Json) -> bool:
        """Return whether a schema is a pure reference; OpenAPI 3.0 ignores keywords beside it."""
        if not isinstance(part.get("$ref"), str):
            return False
        return self.document.is_30 or all(_is_annotation(word) for word in part.keys() - {"$ref"})

    def _expand(self, part: Any) -> Shape | None:
        """Return the shape of one schema, or None inside its own expansion."""
        (part,) = self.schema(part).parts
        key = id(part)
        if key in self._done:
            return self._done[key]
        if key in self._open:
            self._met.add(key)
            return None
        self._open.add(key)
        outer, self._met = self._met, set()
        try:
            shape = self._build(part)
        finally:
            self._open.discard(key)
        name = self.document.names.get(key)
        shape = set_owner(shape, name) if name else shape
        self._met.discard(key)
        if not self._met:
            self._done[key] = shape
        self._met |= outer
        return shape

    def _build(self, part: Any) -> Shape:
        if isinstance(part, bool):
            return ANYTHING if part else NOTHING
        if word := find_invalid_keyword(part):
            got = truncate(to_canonical_json(part[word]), 50)
            raise CannotCompareError(f"{self.document.name}: the keyword {word} of a schema is invalid (got {got})")
        shapes = [self._build_own(part)]
        if "$ref" in part:
            shapes.append(self._expand(self.document.target(part["$ref"])) or ANYTHING)
        shapes += [self._expand(one) or ANYTHING for one in part.get("allOf", ())]
        shapes += [self._build_alternatives(part, word) for word in ("oneOf", "anyOf") if word in part]
        shape = intersect(shapes)
        if part.get("nullable") is True and "null" not in shape.kinds:
            shape = attrs.evolve(shape, forms=(*shape.forms, Form("null")))
        return shape

    def _build_alternatives(self, part: Json, word: str) -> Shape:
        groups = [_fields_needed(variant) for variant in part[word]]
        if len(groups) > 1 and all(group is not None for group in groups):
            needs = frozenset({(word == "oneOf", frozenset(group for group in groups if group is not None))})
            return Shape(tuple(Form(kind, needs=needs) if kind == "object" else Form(kind) for kind in KINDS))
        shapes = [self._expand(one) for one in part[word] if self.schema(one).parts[0] is not part]
        # A base that lists its alternatives, which include the base: expand the base without the alternatives.
        known = [shape for shape in shapes if shape is not None]
        return unite(known) if known and len(known) == len(shapes) else ANYTHING

    def _build_own(self, part: Json) -> Shape:
        """Return the shape of the schema's own keywords, without references and combinations."""
        values = _values(part)
        forms = [form for kind in _kinds(part, values) for form in self._build_form(kind, part, values)]
        discriminator = part.get("discriminator")
        return Shape(
            tuple(forms),
            default=to_canonical_json(part["default"]) if "default" in part else None,
            deprecated=part.get("deprecated") is True,
            read_only=part.get("readOnly") is True,
            write_only=part.get("writeOnly") is True,
            discriminator=_discriminator(discriminator) if isinstance(discriminator, dict) else None,
        )

    def _build_form(self, kind: str, part: Json, values: list[Any] | None) -> Iterator[Form]:
        if kind == "null":
            yield Form(kind)
            return
        enum = (
            None
            if values is None
            else frozenset(to_canonical_json(value) for value in values if _has_kind(value, kind))
        )
        if enum is not None and not enum:
            return
        if enum == frozenset({"true", "false"}):
            enum = None
        if enum and kind == "number" and all(value.lstrip("-").isdigit() for value in enum):
            kind = "integer"
        form = Form(
            kind,
            format=_format(kind, part),
            enum=enum,
            limits=parse_limits(kind, part),
            rest=frozenset(self._rest(kind, part)),
        )
        if kind == "object":
            form = attrs.evolve(
                form,
                fields={name: Field(self.schema(inner)) for name, inner in part.get("properties", {}).items()},
                required=frozenset(part.get("required", ())),
                extra=self._extra(part),
                patterned={name: self.schema(inner) for name, inner in part.get("patternProperties", {}).items()},
            )
        if kind == "array":
            items = part.get("items", True)
            form = attrs.evolve(
                form,
                items=None if items is True else self.schema(items),
                leading=tuple(self.schema(inner) for inner in part.get("prefixItems", ())),
            )
        yield form

    def _extra(self, part: Json) -> Schema | None:
        words = ("additionalProperties", "unevaluatedProperties")
        schemas = [self.schema(part[word]) for word in words if part.get(word, True) not in (True, {})]
        return schemas[0] & schemas[-1] if schemas else None

    def _rest(self, kind: str, part: Json) -> Iterator[tuple[str, Any]]:
        for word, kinds in _OPAQUE_KEYWORDS.items():
            if word not in part or kind not in kinds:
                continue
            if word == "dependentSchemas":
                yield from ((f"{word} {name}", self.schema(inner)) for name, inner in part[word].items())
            elif word in _SCHEMA_KEYWORDS:
                yield word, self.schema(part[word])
            else:
                yield word, to_canonical_json(part[word])


def _is_annotation(word: str) -> bool:
    return word in _ANNOTATIONS - {"deprecated"} or word.startswith("x-")


def _fields_needed(variant: Any) -> frozenset[str] | None:
    """Return the required fields of an alternative that has no other keyword, or None."""
    if not isinstance(variant, dict) or variant.get("type", "object") != "object" or find_invalid_keyword(variant):
        return None
    is_all = all(word in {"required", "type"} or _is_annotation(word) for word in variant)
    return frozenset(variant["required"]) if is_all and "required" in variant else None


def _values(part: Json) -> list[Any] | None:
    """Return the values of `enum` or `const`, or None."""
    if "const" not in part:
        return part.get("enum")
    if "enum" not in part:
        return [part["const"]]
    wanted = to_canonical_json(part["const"])
    return [value for value in part["enum"] if to_canonical_json(value) == wanted]


def _kinds(part: Json, values: list[Any] | None) -> Iterable[str]:
    kinds = part.get("type")
    if kinds is None:
        if values is not None:
            return [kind for kind in KINDS if any(_has_kind(value, kind) for value in values)]
        # Fields imply an object, items imply a list.
        is_list = "items" in part or "prefixItems" in part
        return ["object"] if "properties" in part else ["array"] if is_list else KINDS
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return [kind for kind in kinds if kind != "integer" or "number" not in kinds]


def _has_kind(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or value is None:
        return kind == ("null" if value is None else "boolean")
    if isinstance(value, (int, float)):
        return kind == "number" or (kind == "integer" and (isinstance(value, int) or value.is_integer()))
    return kind == ("string" if isinstance(value, str) else "array" if isinstance(value, list) else "object")


def _format(kind: str, part: Json) -> str | None:
    if kind == "string":
        value = part.get("format") or part.get("contentEncoding") or part.get("contentMediaType")
    else:
        value = part.get("format")
    if value is None or kind not in {"string", "integer", "number"}:
        return None
    if "type" not in part or isinstance(part["type"], list):
        # With several types, a format applies to one of them.
        return _FORMATS.get(value, value) if (value in _NUMERIC) == (kind != "string") else None
    return _FORMATS.get(value, value)


def _discriminator(part: Json) -> tuple[str, frozenset[str] | None]:
    mapping = part.get("mapping")
    return str(part.get("propertyName")), frozenset(mapping) if isinstance(mapping, dict) else None
