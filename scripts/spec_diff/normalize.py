"""From the schemas of a contract to their normal form, references and combinations resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.errors import CannotCompareError, clipped
from scripts.spec_diff.limits import limits_of
from scripts.spec_diff.schema import (
    ANYTHING,
    KINDS,
    NOTHING,
    Field,
    Form,
    Schema,
    Shape,
    canonical,
    joined,
    named,
    united,
)
from scripts.spec_diff.soundness import unsound_keyword

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scripts.spec_diff.document import Document

__all__ = ["ANY", "Shapes"]

Json = dict[str, Any]

ANY = Schema.of(True)  # noqa: FBT003 - the schema that anything fits
"""The schema of what nothing is said about."""

_WORDS = frozenset(
    {
        *("title", "description", "summary", "example", "examples", "externalDocs", "xml", "deprecated"),
        *("$comment", "$id", "$schema", "$anchor", "$defs"),
    },
)
"""Keywords that say nothing about the values."""

_NUMERIC = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double"})

_FORMATS: Mapping[str, str] = {"byte": "base64", "application/octet-stream": "binary"}
"""OpenAPI 3.0 and 3.1 have two words each."""

_REST: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("not", "if", "then", "else", "$dynamicRef"), frozenset({*KINDS, "integer"})),
    **dict.fromkeys(("contains", "minContains", "maxContains", "unevaluatedItems"), frozenset({"array"})),
    **dict.fromkeys(("propertyNames", "dependentRequired", "dependentSchemas"), frozenset({"object"})),
    "contentSchema": frozenset({"string"}),
}
"""Keywords that are only compared for being the same, and for which types they count."""

_SCHEMAS = frozenset({"not", "if", "then", "else", "contains", "unevaluatedItems", "propertyNames", "contentSchema"})
"""Which of them hold a schema."""

_DEEP_ENOUGH = 6
"""How far two shapes are looked into to tell whether they are the same one."""


class Shapes:
    """The schemas of one contract in their normal form."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._shapes: dict[tuple[int, ...], Shape] = {}
        self._done: dict[int, Shape] = {}
        self._open: set[int] = set()
        self._met: set[int] = set()
        self._prints: dict[tuple[tuple[int, ...], int], int] = {}

    def schema(self, part: Any) -> Schema:
        """Take a schema of the contract, or what it refers to where it is nothing but a reference."""
        seen: set[str] = set()
        while isinstance(part, dict) and self._is_reference(part):
            if part["$ref"] in seen:
                raise CannotCompareError(f"{self.document.name}: the reference {part['$ref']} leads to itself")
            seen.add(part["$ref"])
            part = self.document.target(part["$ref"])
        return Schema.of(part, self.document.names.get(id(part)))

    def shape(self, schema: Schema) -> Shape:
        """Give the normal form of a schema."""
        if schema.key not in self._shapes:
            self._shapes[schema.key] = joined(self._expanded(part) or ANYTHING for part in schema.parts)
        return self._shapes[schema.key]

    def fingerprint(self, schema: Schema, depth: int = _DEEP_ENOUGH) -> int:
        """Give a number that schemas of the same meaning share, in both contracts, and others hardly ever."""
        if (schema.key, depth) not in self._prints:
            shape = self.shape(schema)
            prints = frozenset(self.form_fingerprint(form, depth) for form in shape.forms)
            self._prints[schema.key, depth] = hash(prints)
        return self._prints[schema.key, depth]

    def form_fingerprint(self, form: Form, depth: int = _DEEP_ENOUGH) -> int:
        """As `fingerprint`, for one of the alternatives."""
        told: list[Any] = [form.kind, form.format, form.enum, frozenset(form.limits.items()), form.required, form.needs]
        told += [frozenset(form.fields), frozenset(form.patterned)]
        if depth:
            inner = depth - 1
            told.append(frozenset((name, self.fingerprint(one.schema, inner)) for name, one in form.fields.items()))
            told.append(frozenset((name, self.fingerprint(one, inner)) for name, one in form.patterned.items()))
            told += [self.fingerprint(one or ANY, inner) for one in (form.extra, form.items)]
            told.append(tuple(self.fingerprint(one, inner) for one in form.leading))
            told.append(self.rest(form, inner))
        return hash(tuple(told))

    def rest(self, form: Form, depth: int = _DEEP_ENOUGH) -> frozenset[tuple[str, Any]]:
        """Give the keywords that are only compared for being the same, so that they can be."""
        return frozenset(
            (word, self.fingerprint(value, depth) if isinstance(value, Schema) else value) for word, value in form.rest
        )

    def names_below(self, schema: Schema) -> set[str]:
        """Name the shared schemas that a schema is made of."""
        names: set[str] = set()
        seen: set[tuple[int, ...]] = set()
        waiting = [schema]
        while waiting:
            one = waiting.pop()
            if one.key in seen:
                continue
            seen.add(one.key)
            owners = [one.name]
            for form in self.shape(one).forms:
                owners += [form.owner, *(field.owner for field in form.fields.values())]
                waiting += [field.schema for field in form.fields.values()]
                waiting += [*form.patterned.values(), *form.leading]
                waiting += [inner for inner in (form.extra, form.items) if inner]
            names |= {owner for owner in owners if owner}
        return names

    def _is_reference(self, part: Json) -> bool:
        """Tell whether a schema is nothing but a reference; beside one of OpenAPI 3.0 nothing counts."""
        if not isinstance(part.get("$ref"), str):
            return False
        return self.document.is_30 or all(_says_nothing(word) for word in part.keys() - {"$ref"})

    def _expanded(self, part: Any) -> Shape | None:
        """Give the shape of one schema; None for one that is being expanded further up."""
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
            shape = self._built(part)
        finally:
            self._open.discard(key)
        name = self.document.names.get(key)
        shape = named(shape, name) if name else shape
        self._met.discard(key)
        if not self._met:
            self._done[key] = shape
        self._met |= outer
        return shape

    def _built(self, part: Any) -> Shape:
        if isinstance(part, bool):
            return ANYTHING if part else NOTHING
        if word := unsound_keyword(part):
            raise CannotCompareError(
                f"{self.document.name}: the {word} of a schema cannot be {clipped(canonical(part[word]), 50)}"
            )
        shapes = [self._own(part)]
        if "$ref" in part:
            shapes.append(self._expanded(self.document.target(part["$ref"])) or ANYTHING)
        shapes += [self._expanded(one) or ANYTHING for one in part.get("allOf", ())]
        shapes += [self._one_of(part, word) for word in ("oneOf", "anyOf") if word in part]
        shape = joined(shapes)
        if part.get("nullable") is True and "null" not in shape.kinds:
            shape = attrs.evolve(shape, forms=(*shape.forms, Form("null")))
        return shape

    def _one_of(self, part: Json, word: str) -> Shape:
        groups = [_fields_needed(variant) for variant in part[word]]
        if len(groups) > 1 and all(group is not None for group in groups):
            needs = frozenset({(word == "oneOf", frozenset(group for group in groups if group is not None))})
            return Shape(tuple(Form(kind, needs=needs) if kind == "object" else Form(kind) for kind in KINDS))
        shapes = [self._expanded(one) for one in part[word] if self.schema(one).parts[0] is not part]
        # A base names the alternatives, and these take in the base: for them it is what it is without the others.
        known = [shape for shape in shapes if shape is not None]
        return united(known) if known and len(known) == len(shapes) else ANYTHING

    def _own(self, part: Json) -> Shape:
        """Give the shape that the schema's own keywords make, without those that refer and combine."""
        values = _values(part)
        forms = [form for kind in _kinds(part, values) for form in self._form(kind, part, values)]
        discriminator = part.get("discriminator")
        return Shape(
            tuple(forms),
            default=canonical(part["default"]) if "default" in part else None,
            deprecated=part.get("deprecated") is True,
            read_only=part.get("readOnly") is True,
            write_only=part.get("writeOnly") is True,
            discriminator=_discriminator(discriminator) if isinstance(discriminator, dict) else None,
        )

    def _form(self, kind: str, part: Json, values: list[Any] | None) -> Iterator[Form]:
        if kind == "null":
            yield Form(kind)
            return
        enum = None if values is None else frozenset(canonical(value) for value in values if _is(value, kind))
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
            limits=limits_of(kind, part),
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
        said = [self.schema(part[word]) for word in words if part.get(word, True) not in (True, {})]
        return said[0] & said[-1] if said else None

    def _rest(self, kind: str, part: Json) -> Iterator[tuple[str, Any]]:
        for word, kinds in _REST.items():
            if word not in part or kind not in kinds:
                continue
            if word == "dependentSchemas":
                yield from ((f"{word} {name}", self.schema(inner)) for name, inner in part[word].items())
            elif word in _SCHEMAS:
                yield word, self.schema(part[word])
            else:
                yield word, canonical(part[word])


def _says_nothing(word: str) -> bool:
    return word in _WORDS - {"deprecated"} or word.startswith("x-")


def _fields_needed(variant: Any) -> frozenset[str] | None:
    """Give the fields that an alternative asks for if that is all it does."""
    if not isinstance(variant, dict) or variant.get("type", "object") != "object" or unsound_keyword(variant):
        return None
    is_all = all(word in {"required", "type"} or _says_nothing(word) for word in variant)
    return frozenset(variant["required"]) if is_all and "required" in variant else None


def _values(part: Json) -> list[Any] | None:
    """Give the values that a schema lists, a const being a list of one."""
    if "const" not in part:
        return part.get("enum")
    if "enum" not in part:
        return [part["const"]]
    wanted = canonical(part["const"])
    return [value for value in part["enum"] if canonical(value) == wanted]


def _kinds(part: Json, values: list[Any] | None) -> Iterable[str]:
    kinds = part.get("type")
    if kinds is None:
        if values is not None:
            return [kind for kind in KINDS if any(_is(value, kind) for value in values)]
        # Whoever lists fields or items means an object or a list.
        is_list = "items" in part or "prefixItems" in part
        return ["object"] if "properties" in part else ["array"] if is_list else KINDS
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return [kind for kind in kinds if kind != "integer" or "number" not in kinds]


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or value is None:
        return kind == ("null" if value is None else "boolean")
    if isinstance(value, (int, float)):
        return kind == "number" or (kind == "integer" and (isinstance(value, int) or value.is_integer()))
    return kind == ("string" if isinstance(value, str) else "array" if isinstance(value, list) else "object")


def _format(kind: str, part: Json) -> str | None:
    if kind == "string":
        said = part.get("format") or part.get("contentEncoding") or part.get("contentMediaType")
    else:
        said = part.get("format")
    if said is None or kind not in {"string", "integer", "number"}:
        return None
    if "type" not in part or isinstance(part["type"], list):
        # Of several types, a format is about one.
        return _FORMATS.get(said, said) if (said in _NUMERIC) == (kind != "string") else None
    return _FORMATS.get(said, said)


def _discriminator(part: Json) -> tuple[str, frozenset[str] | None]:
    mapping = part.get("mapping")
    return str(part.get("propertyName")), frozenset(mapping) if isinstance(mapping, dict) else None
