"""Compare two schemas: their differences, and the subschemas to compare next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.normalize import ANY, Shapes
from scripts.spec_diff.rules import Side
from scripts.spec_diff.schema import ANYTHING, NOTHING, Schema, compare_limit, format_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from scripts.spec_diff.schema import Field, Form, Shape

__all__ = ["Difference", "SchemaComparison", "SchemaPair", "pair_forms"]


def pair_forms(
    old: list[Form], new: list[Form], old_shapes: Shapes, new_shapes: Shapes
) -> tuple[list[tuple[Form, Form]], list[Form], list[Form]]:
    """Pair the alternatives of one type: equal ones, then those with equal names or constants, then similar ones.

    Returns:
        The pairs, the old ones left over, and the new ones left over.
    """
    if len(old) == len(new) == 1:
        return [(old[0], new[0])], [], []
    old, new = list(old), list(new)
    pairs: list[tuple[Form, Form]] = []
    criteria: tuple[tuple[Callable[[Form], Hashable], Callable[[Form], Hashable]], ...] = (
        (old_shapes.form_fingerprint, new_shapes.form_fingerprint),
        (lambda form: form.owner, lambda form: form.owner),
        (lambda form: _constant_fields(form, old_shapes), lambda form: _constant_fields(form, new_shapes)),
    )
    for of_old, of_new in criteria:
        known: dict[Hashable, list[Form]] = {}
        for form in new:
            known.setdefault(of_new(form), []).append(form)
        for form in list(old):
            mark = of_old(form)
            if mark and known.get(mark):
                pairs.append((form, _take_first(known[mark], new)))
                _remove(form, old)
    pairs += _pair_similar(old, new)
    return pairs, old, new


def _take_first(same: list[Form], new: list[Form]) -> Form:
    form = same.pop(0)
    _remove(form, new)
    return form


def _remove(form: Form, forms: list[Form]) -> None:
    """Remove this form by identity; another one can be equal."""
    del forms[next(index for index, other in enumerate(forms) if other is form)]


def _constant_fields(form: Form, shapes: Shapes) -> frozenset[tuple[str, frozenset[str]]]:
    """Return the fields with only one value, which distinguish alternatives."""
    return frozenset(
        (name, inner.enum)
        for name, field in form.fields.items()
        for inner in shapes.shape(field.schema).forms
        if inner.enum and len(inner.enum) == 1
    )


def _pair_similar(old: list[Form], new: list[Form]) -> Iterator[tuple[Form, Form]]:
    """Pair the forms with most fields in common, or the last two; removes them from the lists."""
    while old and new:
        shared, first, second = max(
            ((len(a.fields.keys() & b.fields.keys()), a, b) for a in old for b in new), key=lambda found: found[0]
        )
        if not shared and (len(old) > 1 or len(new) > 1):
            return
        _remove(first, old)
        _remove(second, new)
        yield first, second


@attrs.frozen
class Difference:
    """A difference between two contracts."""

    what: str
    element: str
    before: Any = None
    after: Any = None
    subject: str = ""
    """The names that it is about, separated by spaces."""
    added: Schema | None = None
    """The added schema, if any."""


@attrs.frozen
class SchemaPair:
    """Two subschemas to compare."""

    element: str
    old: Schema
    new: Schema


_NUMBERS = frozenset({"integer", "number"})

_WIDER: Mapping[str, str] = {"int32": "int64", "float": "double"}


@attrs.frozen
class SchemaComparison:
    """Compares schemas of two contracts, for requests or for responses."""

    side: Side
    old: Shapes
    new: Shapes

    def differences(self, old: Schema, new: Schema, element: str) -> Iterator[Difference | SchemaPair]:
        """Yield the differences of two schemas without their subschemas, and the pairs of subschemas."""
        before, after = self.old.shape(old), self.new.shape(new)
        element = self._shared_name(old.name, new.name) or element
        yield from _annotations(before, after, element)
        owner = self._shared_name(_owner(before), _owner(after)) or element
        yield from _kinds(before, after, owner, element)
        for family in ("boolean", "number", "string", "array", "object"):
            yield from self._family(_forms_of_family(before, family), _forms_of_family(after, family), owner)

    def _shared_name(self, old: str | None, new: str | None) -> str | None:
        """Return the name of the shared schema that changed, or None if this location now refers to another one."""
        if old == new:
            return old
        if old and new:
            return old if new not in self._names(self.old) and old not in self._names(self.new) else None
        if old:
            return old if old not in self._names(self.new) else None
        return new if new not in self._names(self.old) else None

    @staticmethod
    def _names(shapes: Shapes) -> set[str]:
        return set(shapes.document.names.values())

    def _family(self, old: list[Form], new: list[Form], element: str) -> Iterator[Difference | SchemaPair]:
        if not old or not new:
            return
        pairs, removed, added = pair_forms(old, new, self.old, self.new)
        for form in removed:
            yield Difference("alternative-removed", element, _describe_form(form), subject=form.owner or "")
        yield from (
            Difference("alternative-added", element, None, _describe_form(form), subject=form.owner or "")
            for form in added
        )
        for before, after in pairs:
            label = self._shared_name(before.owner, after.owner) or element
            yield from _scalars(before, after, label)
            yield from self._rules(before, after, label)
            yield from self._fields(before, after, element)
            yield from self._containers(before, after, label)

    def _rules(self, old: Form, new: Form, element: str) -> Iterator[Difference]:
        before, after = dict(self.old.rest(old)), dict(self.new.rest(new))
        for word in sorted(before.keys() | after.keys()):
            if before.get(word) != after.get(word):
                what = "rule-added" if word not in before else "rule-removed" if word not in after else "rule-changed"
                yield Difference(what, element, word if word in before else None, word if word in after else None)
        yield from _needs(old, new, element)

    def _fields(self, old: Form, new: Form, element: str) -> Iterator[Difference | SchemaPair]:
        before, after = self._visible(old, self.old), self._visible(new, self.new)
        for name, removed in before.items():
            if name not in after:
                label = f"{removed.owner or element}.{name}"
                yield Difference("field-removed", label, _describe_kinds(self.old.shape(removed.schema)), None, name)
        for name, added in after.items():
            if name in before:
                label = f"{self._shared_name(before[name].owner, added.owner) or element}.{name}"
                yield from _required(name in old.required, name in new.required, label, name)
                yield SchemaPair(label, before[name].schema, added.schema)
            else:
                label = f"{added.owner or element}.{name}"
                what = "required-field-added" if name in new.required else "field-added"
                yield Difference(what, label, None, _describe_kinds(self.new.shape(added.schema)), name, added.schema)

    def _visible(self, form: Form, shapes: Shapes) -> dict[str, Field]:
        """Return the fields of this side: requests have no readOnly fields, responses no writeOnly ones."""
        return {
            name: field
            for name, field in form.fields.items()
            if not (
                shapes.shape(field.schema).read_only
                if self.side == "request"
                else shapes.shape(field.schema).write_only
            )
        }

    def _containers(self, old: Form, new: Form, element: str) -> Iterator[Difference | SchemaPair]:
        if old.items or new.items:
            yield SchemaPair(f"{element}[]", old.items or ANY, new.items or ANY)
        for index in range(max(len(old.leading), len(new.leading))):
            before, after = (
                form.leading[index] if index < len(form.leading) else form.items or ANY for form in (old, new)
            )
            yield SchemaPair(f"{element}[{index}]", before, after)
        for name in sorted(old.patterned.keys() | new.patterned.keys()):
            yield SchemaPair(f"{element}./{name}/", old.patterned.get(name, ANY), new.patterned.get(name, ANY))
        if old.extra or new.extra:
            yield from self._extra(old.extra or ANY, new.extra or ANY, element)

    def _extra(self, old: Schema, new: Schema, element: str) -> Iterator[Difference | SchemaPair]:
        takes_before, takes_after = (
            shapes.shape(schema) != NOTHING for shapes, schema in ((self.old, old), (self.new, new))
        )
        if takes_before and takes_after:
            yield SchemaPair(f"{element}.*", old, new)
        elif takes_before != takes_after:
            what = "extra-fields-allowed" if takes_after else "extra-fields-refused"
            words = ("refused", "allowed")
            yield Difference(what, element, words[takes_before], words[takes_after])


def _required(before: bool, after: bool, element: str, name: str) -> Iterator[Difference]:  # noqa: FBT001 - both states
    if before != after:
        words = ("required", "optional") if before else ("optional", "required")
        yield Difference("field-now-required" if after else "field-now-optional", element, *words, name)


def _annotations(old: Shape, new: Shape, element: str) -> Iterator[Difference]:
    if old.default != new.default:
        ends = "added" if old.default is None else "removed" if new.default is None else "changed"
        yield Difference(f"default-{ends}", element, _from_json(old.default), _from_json(new.default))
    if old.deprecated != new.deprecated:
        yield Difference("field-deprecated" if new.deprecated else "field-undeprecated", element)
    if old.discriminator and new.discriminator:
        (before, marks), (after, new_marks) = old.discriminator, new.discriminator
        if before != after:
            yield Difference("discriminator-changed", element, before, after)
        elif marks is not None and new_marks is not None:
            label = f"{element}.{before}"
            yield from (Difference("enum-value-removed", label, mark, None, mark) for mark in sorted(marks - new_marks))
            yield from (Difference("enum-value-added", label, None, mark, mark) for mark in sorted(new_marks - marks))


def _kinds(old: Shape, new: Shape, element: str, place: str) -> Iterator[Difference]:
    """Compare the types. Null is compared separately, unless it is the only type or all types are allowed."""
    before, after = old.kinds, new.kinds
    is_plain = not any(kinds in (ANYTHING.kinds, {"null"}, frozenset()) for kinds in (before, after))
    if is_plain:
        if ("null" in before) != ("null" in after):
            words = ("not null", "null or not")
            what = "null-added" if "null" in after else "null-removed"
            yield Difference(what, place, words["null" in before], words["null" in after])
        before, after = before - {"null"}, after - {"null"}
    if before == after:
        return
    widened = all(_is_covered(kind, after) for kind in before)
    narrowed = all(_is_covered(kind, before) for kind in after)
    what = "type-widened" if widened else "type-narrowed" if narrowed else "type-changed"
    yield Difference(what, element, _describe_kinds(old, before), _describe_kinds(new, after))


def _is_covered(kind: str, kinds: frozenset[str]) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


def _describe_kinds(shape: Shape, kinds: frozenset[str] | None = None) -> str:
    kinds = shape.kinds if kinds is None else kinds
    if kinds == ANYTHING.kinds:
        return "anything"
    return " or ".join(sorted(kinds, key=lambda kind: (kind == "null", kind))) or "nothing"


def _forms_of_family(shape: Shape, family: str) -> list[Form]:
    return [form for form in shape.forms if form.kind == family or (family == "number" and form.kind in _NUMBERS)]


def _owner(shape: Shape) -> str | None:
    """Return the shared schema that contains all forms but null, or None."""
    owners = {form.owner for form in shape.forms if form.kind != "null"}
    return owners.pop() if len(owners) == 1 else None


def _scalars(old: Form, new: Form, element: str) -> Iterator[Difference]:
    if old.format != new.format:
        yield Difference(f"format-{_format_direction(old.format, new.format)}", element, old.format, new.format)
    if old.enum is None or new.enum is None:
        if old.enum != new.enum:
            what = "enum-introduced" if old.enum is None else "enum-dropped"
            yield Difference(what, element, _list_values(old.enum), _list_values(new.enum))
    else:
        for value in sorted(old.enum - new.enum):
            yield Difference("enum-value-removed", element, _from_json(value), None, str(_from_json(value)))
        for value in sorted(new.enum - old.enum):
            yield Difference("enum-value-added", element, None, _from_json(value), str(_from_json(value)))
    for name in sorted(old.limits.keys() | new.limits.keys()):
        before, after = old.limits.get(name), new.limits.get(name)
        if before != after:
            what = f"limit-{compare_limit(name, before, after).value}"
            yield Difference(what, element, format_limit(name, before), format_limit(name, after))


def _format_direction(old: str | None, new: str | None) -> str:
    if new is None or (old and _WIDER.get(old) == new):
        return "widened"
    return "narrowed" if old is None or _WIDER.get(new) == old else "changed"


def _needs(old: Form, new: Form, element: str) -> Iterator[Difference]:
    before, after = _remaining_needs(old), _remaining_needs(new)
    if before == after:
        return
    if before >= after:
        direction = "loosened"
    elif before <= after:
        direction = "tightened"
    else:
        direction = _needs_direction(before, after)
    yield Difference(f"needs-{direction}", element, _describe_needs(before), _describe_needs(after))


Needs = frozenset[tuple[bool, frozenset[frozenset[str]]]]


def _remaining_needs(form: Form) -> Needs:
    """Return the groups that the required fields do not satisfy already."""
    left = ((exactly, frozenset(group - form.required for group in groups)) for exactly, groups in form.needs)
    return frozenset((exactly, groups) for exactly, groups in left if exactly or frozenset() not in groups)


def _needs_direction(old: Needs, new: Needs) -> str:
    if len(old) != 1 or len(new) != 1:
        return "changed"
    ((old_exactly, old_groups),), ((new_exactly, new_groups),) = old, new
    if old_exactly == new_exactly:
        return "loosened" if old_groups < new_groups else "tightened" if old_groups > new_groups else "changed"
    if old_groups != new_groups:
        return "changed"
    return "loosened" if old_exactly else "tightened"


def _describe_needs(needs: Needs) -> str | None:
    texts = [
        f"{'exactly one' if exactly else 'one'} of "
        + ", ".join(sorted(" with ".join(sorted(group)) for group in groups))
        for exactly, groups in needs
    ]
    return "; ".join(sorted(texts)) or None


def _describe_form(form: Form) -> str:
    if form.owner:
        return form.owner
    fields = f" with {', '.join(form.fields)}" if form.fields else ""
    return f"{form.kind}{fields}{f' ({form.format})' if form.format else ''}"


def _from_json(value: str | None) -> Any:
    return None if value is None else json.loads(value)


def _list_values(values: frozenset[str] | None) -> list[Any] | None:
    return None if values is None else [json.loads(value) for value in sorted(values)]
