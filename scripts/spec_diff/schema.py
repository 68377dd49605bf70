"""The normal form of a schema: what a value may be, type by type, however the contract spells it."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.errors import CannotCompareError
from scripts.spec_diff.limits import both, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "ANYTHING",
    "KINDS",
    "NOTHING",
    "Field",
    "Form",
    "Schema",
    "Shape",
    "canonical",
    "joined",
    "named",
    "united",
]

KINDS = ("null", "boolean", "number", "string", "array", "object")
"""The types that there are; an integer is a number."""

MOST_FORMS = 256
"""How many alternatives a schema may come to."""


@attrs.frozen
class Schema:
    """A schema as it stands in a contract, or several that hold together; its shape is made when it is asked for."""

    key: tuple[int, ...]
    parts: tuple[Any, ...] = attrs.field(eq=False, repr=False)
    name: str | None = attrs.field(default=None, eq=False)

    @classmethod
    def of(cls, part: Any, name: str | None = None) -> Schema:
        """Take one schema."""
        return cls((id(part),), (part,), name)

    def __and__(self, other: Schema) -> Schema:
        """Hold two schemas together."""
        parts = {id(part): part for part in (*self.parts, *other.parts)}
        if len(parts) == len(self.parts):
            return self
        return Schema(tuple(sorted(parts)), tuple(parts.values()))


@attrs.frozen
class Field:
    """A field of an object, and the shared schema in which it stands."""

    schema: Schema
    owner: str | None = attrs.field(default=None, eq=False)


@attrs.frozen
class Form:
    """One way of being a value of one type."""

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
    """Of which groups of fields one has to be there, or with true exactly one."""
    rest: frozenset[tuple[str, Any]] = frozenset()
    """Keywords that are only compared for being the same."""
    owner: str | None = attrs.field(default=None, eq=False)
    """The shared schema in which it stands."""

    @property
    def is_bare(self) -> bool:
        """Tell whether any value of the type will do."""
        return self == _BARE[self.kind]


@attrs.frozen
class Shape:
    """What a value may be, and what is said of it beyond that."""

    forms: tuple[Form, ...]
    default: str | None = None
    deprecated: bool = False
    read_only: bool = False
    write_only: bool = False
    discriminator: tuple[str, frozenset[str] | None] | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """Name the types that a value may have."""
        return frozenset(form.kind for form in self.forms)


_BARE = {kind: Form(kind) for kind in (*KINDS, "integer")}
ANYTHING = Shape(tuple(Form(kind) for kind in KINDS))
NOTHING = Shape(())


def canonical(value: Any) -> str:
    """Write a value so that equal ones are written alike: 1.0 as 1, the keys of an object in order."""
    return json.dumps(_whole(value), sort_keys=True, ensure_ascii=False)


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def joined(shapes: Iterable[Shape]) -> Shape:
    """Give the shape of what is all of these, of which there is one at least."""
    return functools.reduce(_joined, shapes)


def _joined(one: Shape, other: Shape) -> Shape:
    forms = [form for first in one.forms for second in other.forms for form in _both(first, second)]
    return Shape(
        _tidy(forms),
        default=other.default if one.default is None else one.default,
        deprecated=one.deprecated or other.deprecated,
        read_only=one.read_only or other.read_only,
        write_only=one.write_only or other.write_only,
        discriminator=one.discriminator or other.discriminator,
    )


def united(shapes: Iterable[Shape]) -> Shape:
    """Give the shape of what is one of these; of a single one that is not just null, also what is said of it."""
    shapes = list(shapes)
    forms = _tidy([form for shape in shapes for form in shape.forms])
    telling = [shape for shape in shapes if shape.kinds != {"null"}]
    return attrs.evolve(telling[0], forms=forms) if len(telling) == 1 else Shape(forms)


def named(shape: Shape, owner: str) -> Shape:
    """Say of what stands in no other shared schema that it stands in this one."""
    forms = [
        attrs.evolve(
            form,
            owner=form.owner or owner,
            fields={name: attrs.evolve(field, owner=field.owner or owner) for name, field in form.fields.items()},
        )
        for form in shape.forms
    ]
    return attrs.evolve(shape, forms=tuple(forms))


def _both(one: Form, other: Form) -> list[Form]:
    if one.kind != other.kind and {one.kind, other.kind} != {"integer", "number"}:
        return []
    kind = one.kind if one.kind == other.kind else "integer"
    enum = one.enum if other.enum is None else other.enum if one.enum is None else one.enum & other.enum
    if enum is not None and kind == "integer":
        enum = frozenset(value for value in enum if value.lstrip("-").isdigit())
    if enum is not None and not enum:
        return []
    limits = both(one.limits, other.limits)
    form = Form(
        kind,
        format=" and ".join(sorted({said for said in (one.format, other.format) if said})) or None,
        enum=enum,
        limits=whole(limits) if kind == "integer" else limits,
        fields=_merged(one.fields, other.fields, _one_field),
        required=one.required | other.required,
        extra=_and(one.extra, other.extra),
        patterned=_merged(one.patterned, other.patterned, Schema.__and__),
        items=_and(one.items, other.items),
        leading=_side_by_side(one.leading, other.leading),
        needs=one.needs | other.needs,
        rest=one.rest | other.rest,
        owner=one.owner if other.is_bare else other.owner if one.is_bare else None,
    )
    return [form]


def _merged(one: Mapping[str, Any], other: Mapping[str, Any], together: Any) -> dict[str, Any]:
    return {
        name: together(one[name], other[name]) if name in one and name in other else one.get(name) or other[name]
        for name in (*one, *(name for name in other if name not in one))
    }


def _one_field(one: Field, other: Field) -> Field:
    return Field(one.schema & other.schema, one.owner or other.owner)


def _and(one: Schema | None, other: Schema | None) -> Schema | None:
    return one & other if one and other else one or other


def _side_by_side(one: tuple[Schema, ...], other: tuple[Schema, ...]) -> tuple[Schema, ...]:
    shorter = min(len(one), len(other))
    return (*(a & b for a, b in zip(one, other, strict=False)), *one[shorter:], *other[shorter:])


def _tidy(forms: list[Form]) -> tuple[Form, ...]:
    """Leave out what another form says already, and make one enum of several."""
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
        if len(tidy) > MOST_FORMS:
            raise CannotCompareError(f"a schema comes to more than {MOST_FORMS} alternatives")
    return tuple(tidy)
