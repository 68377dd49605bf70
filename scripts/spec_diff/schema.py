"""The normal form of a schema: the allowed values, type by type, independent of how the contract writes them."""

from __future__ import annotations

import functools
import json
import math
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.reading import CannotCompareError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "ANYTHING",
    "KINDS",
    "NOTHING",
    "Direction",
    "Field",
    "Form",
    "Schema",
    "Shape",
    "compare_limit",
    "format_limit",
    "intersect",
    "parse_limits",
    "set_owner",
    "to_canonical_json",
    "unite",
]

Limits = dict[str, Any]


class Direction(Enum):
    """The direction in which a limit changed."""

    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    CHANGED = "changed"


_MINIMUM_KEYWORDS = {"string": "minLength", "array": "minItems", "object": "minProperties"}
_MAXIMUM_KEYWORDS = {"string": "maxLength", "array": "maxItems", "object": "maxProperties"}


def parse_limits(kind: str, schema: Mapping[str, Any]) -> Limits:
    """Return the limits of a schema for values of one type; limits without an effect are dropped."""
    limits: Limits = {}
    if schema.get(_MINIMUM_KEYWORDS.get(kind, "")):
        limits[_MINIMUM_KEYWORDS[kind]] = schema[_MINIMUM_KEYWORDS[kind]]
    if _MAXIMUM_KEYWORDS.get(kind) in schema:
        limits[_MAXIMUM_KEYWORDS[kind]] = schema[_MAXIMUM_KEYWORDS[kind]]
    if kind == "string" and "pattern" in schema:
        limits["pattern"] = frozenset({schema["pattern"]})
    if kind == "array" and schema.get("uniqueItems"):
        limits["uniqueItems"] = True
    if kind in {"integer", "number"}:
        limits |= _parse_number_limits(schema)
    return to_integer_limits(limits) if kind == "integer" else limits


def _parse_number_limits(schema: Mapping[str, Any]) -> Limits:
    limits: Limits = {}
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    # In OpenAPI 3.0, true makes the other keyword exclusive.
    low, above = (None, low) if above is True else (low, above)
    high, below = (None, high) if below is True else (high, below)
    # Pairs that sort by tightness: the greater minimum and the smaller maximum are tighter.
    lows = [*_bound(low, second=False), *_bound(above, second=True)]
    highs = [*_bound(high, second=True), *_bound(below, second=False)]
    if lows:
        limits["minimum"] = max(lows)
    if highs:
        limits["maximum"] = min(highs)
    if "multipleOf" in schema:
        limits["multipleOf"] = Fraction(str(schema["multipleOf"]))
    return limits


def _bound(value: Any, *, second: bool) -> list[tuple[float, bool]]:
    return [] if value is None or isinstance(value, bool) else [(value, second)]


def to_integer_limits(limits: Limits) -> Limits:
    """Return the equivalent limits of an integer: above 0 is at least 1, and a multiple of 1 has no effect."""
    limits = dict(limits)
    if "minimum" in limits:
        value, exclusive = limits["minimum"]
        limits["minimum"] = (math.floor(value) + 1 if exclusive else math.ceil(value), False)
    if "maximum" in limits:
        value, inclusive = limits["maximum"]
        limits["maximum"] = (math.floor(value) if inclusive else math.ceil(value) - 1, True)
    if limits.get("multipleOf") == 1:
        del limits["multipleOf"]
    return limits


def _least_common_multiple(one: Fraction, other: Fraction) -> Fraction:
    return Fraction(math.lcm(one.numerator, other.numerator), math.gcd(one.denominator, other.denominator))


_COMBINE: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), min),
    "multipleOf": _least_common_multiple,
    "pattern": frozenset.union,
    "uniqueItems": max,
}
"""How two limits of a kind combine. The result is the tighter one, if one of them is tighter."""


def combine_limits(one: Limits, other: Limits) -> Limits:
    """Return the limits of values within both."""
    shared = {name: _COMBINE[name](one[name], other[name]) for name in one.keys() & other.keys()}
    return {**one, **other, **shared}


def compare_limit(name: str, old: Any, new: Any) -> Direction:
    """Return the direction in which a limit changed; None means no limit."""
    if old is None or new is None:
        return Direction.TIGHTENED if old is None else Direction.LOOSENED
    together = _COMBINE[name](old, new)
    return Direction.TIGHTENED if together == new else Direction.LOOSENED if together == old else Direction.CHANGED


def format_limit(name: str, value: Any) -> str | None:
    """Return a limit as the contract writes it."""
    if value is None:
        return None
    if name == "pattern":
        return f"pattern {' and '.join(sorted(value))}"
    if name in {"minimum", "maximum"}:
        number, flag = value
        is_exclusive = flag == (name == "minimum")
        name, value = f"exclusiveM{name[1:]}" if is_exclusive else name, number
    if isinstance(value, Fraction):
        value = float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return name if value is True else f"{name} {value}"


KINDS = ("null", "boolean", "number", "string", "array", "object")
"""The types; integers are numbers."""

MAX_FORMS = 256
"""Alternatives of a schema."""


@attrs.frozen
class Schema:
    """A schema of a contract, or an intersection of several; its shape is computed later."""

    key: tuple[int, ...]
    parts: tuple[Any, ...] = attrs.field(eq=False, repr=False)
    name: str | None = attrs.field(default=None, eq=False)

    @classmethod
    def from_part(cls, part: Any, name: str | None = None) -> Schema:
        """Create a schema from one part of a contract."""
        return cls((id(part),), (part,), name)

    def __and__(self, other: Schema) -> Schema:
        """Return the intersection of two schemas."""
        parts = {id(part): part for part in (*self.parts, *other.parts)}
        if len(parts) == len(self.parts):
            return self
        return Schema(tuple(sorted(parts)), tuple(parts.values()))


@attrs.frozen
class Field:
    """A field of an object, and the shared schema that contains it."""

    schema: Schema
    owner: str | None = attrs.field(default=None, eq=False)


@attrs.frozen
class Form:
    """One alternative of a schema, of one type."""

    kind: str
    format: str | None = None
    enum: frozenset[str] | None = None
    limits: dict[str, Any] = attrs.field(factory=dict)
    fields: dict[str, Field] = attrs.field(factory=dict)
    required: frozenset[str] = frozenset()
    extra: Schema | None = None
    patterned: dict[str, Schema] = attrs.field(factory=dict)
    items: Schema | None = None
    leading: tuple[Schema, ...] = ()
    needs: frozenset[tuple[bool, frozenset[frozenset[str]]]] = frozenset()
    """Groups of fields of which one must be present, or with true exactly one."""
    rest: frozenset[tuple[str, Any]] = frozenset()
    """Keywords that are compared for equality only."""
    owner: str | None = attrs.field(default=None, eq=False)
    """The shared schema that contains it."""

    @property
    def is_bare(self) -> bool:
        """Whether any value of the type is allowed."""
        return self == _BARE[self.kind]


@attrs.frozen
class Shape:
    """The allowed values of a schema, and its annotations."""

    forms: tuple[Form, ...]
    default: str | None = None
    deprecated: bool = False
    read_only: bool = False
    write_only: bool = False
    discriminator: tuple[str, frozenset[str] | None] | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """The allowed types."""
        return frozenset(form.kind for form in self.forms)


_BARE = {kind: Form(kind) for kind in (*KINDS, "integer")}
ANYTHING = Shape(tuple(Form(kind) for kind in KINDS))
NOTHING = Shape(())


def to_canonical_json(value: Any) -> str:
    """Encode a value so that equal values give equal text: 1.0 as 1, keys sorted."""
    return json.dumps(_normalize_numbers(value), sort_keys=True, ensure_ascii=False)


def _normalize_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normalize_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_normalize_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def intersect(shapes: Iterable[Shape]) -> Shape:
    """Return the intersection of at least one shape."""
    return functools.reduce(_intersect_two, shapes)


def _intersect_two(one: Shape, other: Shape) -> Shape:
    forms = [form for first in one.forms for second in other.forms for form in _intersect_forms(first, second)]
    return Shape(
        _simplify(forms),
        default=other.default if one.default is None else one.default,
        deprecated=one.deprecated or other.deprecated,
        read_only=one.read_only or other.read_only,
        write_only=one.write_only or other.write_only,
        discriminator=one.discriminator or other.discriminator,
    )


def unite(shapes: Iterable[Shape]) -> Shape:
    """Return the union of shapes; if only one is more than null, its annotations are kept."""
    shapes = list(shapes)
    forms = _simplify([form for shape in shapes for form in shape.forms])
    non_null = [shape for shape in shapes if shape.kinds != {"null"}]
    return attrs.evolve(non_null[0], forms=forms) if len(non_null) == 1 else Shape(forms)


def set_owner(shape: Shape, owner: str) -> Shape:
    """Set the owner of forms and fields that have none."""
    forms = [
        attrs.evolve(
            form,
            owner=form.owner or owner,
            fields={name: attrs.evolve(field, owner=field.owner or owner) for name, field in form.fields.items()},
        )
        for form in shape.forms
    ]
    return attrs.evolve(shape, forms=tuple(forms))


def _intersect_forms(one: Form, other: Form) -> list[Form]:
    if one.kind != other.kind and {one.kind, other.kind} != {"integer", "number"}:
        return []
    kind = one.kind if one.kind == other.kind else "integer"
    enum = one.enum if other.enum is None else other.enum if one.enum is None else one.enum & other.enum
    if enum is not None and kind == "integer":
        enum = frozenset(value for value in enum if value.lstrip("-").isdigit())
    if enum is not None and not enum:
        return []
    limits = combine_limits(one.limits, other.limits)
    form = Form(
        kind,
        format=" and ".join(sorted({name for name in (one.format, other.format) if name})) or None,
        enum=enum,
        limits=to_integer_limits(limits) if kind == "integer" else limits,
        fields=_merge(one.fields, other.fields, _merge_fields),
        required=one.required | other.required,
        extra=_intersect_schemas(one.extra, other.extra),
        patterned=_merge(one.patterned, other.patterned, Schema.__and__),
        items=_intersect_schemas(one.items, other.items),
        leading=_intersect_leading(one.leading, other.leading),
        needs=one.needs | other.needs,
        rest=one.rest | other.rest,
        owner=one.owner if other.is_bare else other.owner if one.is_bare else None,
    )
    return [form]


def _merge(one: Mapping[str, Any], other: Mapping[str, Any], together: Any) -> dict[str, Any]:
    return {
        name: together(one[name], other[name]) if name in one and name in other else one.get(name) or other[name]
        for name in (*one, *(name for name in other if name not in one))
    }


def _merge_fields(one: Field, other: Field) -> Field:
    return Field(one.schema & other.schema, one.owner or other.owner)


def _intersect_schemas(one: Schema | None, other: Schema | None) -> Schema | None:
    return one & other if one and other else one or other


def _intersect_leading(one: tuple[Schema, ...], other: tuple[Schema, ...]) -> tuple[Schema, ...]:
    shorter = min(len(one), len(other))
    return (*(a & b for a, b in zip(one, other, strict=False)), *one[shorter:], *other[shorter:])


def _simplify(forms: list[Form]) -> tuple[Form, ...]:
    """Drop forms that another form includes, and merge enums."""
    bare = {form.kind for form in forms if form.is_bare}
    if "number" in bare:
        bare.add("integer")
    tidy: list[Form] = []
    for form in forms:
        if form.kind in bare and (not form.is_bare or (form.kind == "integer" and "number" in bare)):
            continue
        for index, known in enumerate(tidy):
            if known == form or attrs.evolve(known, enum=None) == attrs.evolve(form, enum=None):
                enum = None if known.enum is None or form.enum is None else known.enum | form.enum
                owner = known.owner if known.owner == form.owner else None
                tidy[index] = attrs.evolve(known, enum=enum, owner=owner)
                break
        else:
            tidy.append(form)
        if len(tidy) > MAX_FORMS:
            raise CannotCompareError(f"a schema has more than {MAX_FORMS} alternatives")
    return tuple(tidy)
