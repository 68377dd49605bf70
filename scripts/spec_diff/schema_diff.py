"""What differs between two shapes, and which schemas below them are to be compared next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.limits import shown, turn
from scripts.spec_diff.matching import paired
from scripts.spec_diff.normalize import ANY, Shapes
from scripts.spec_diff.rules import Side
from scripts.spec_diff.schema import ANYTHING, NOTHING, Schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scripts.spec_diff.schema import Field, Form, Shape

__all__ = ["Below", "Found", "Values"]


@attrs.frozen
class Found:
    """Something that differs."""

    what: str
    element: str
    before: Any = None
    after: Any = None
    subject: str = ""
    """The name that it is about."""
    added: Schema | None = None
    """What is there now and was not."""


@attrs.frozen
class Below:
    """A part that is in both."""

    element: str
    old: Schema
    new: Schema


_NUMBERS = frozenset({"integer", "number"})

_WIDER: Mapping[str, str] = {"int32": "int64", "float": "double"}


@attrs.frozen
class Values:
    """Compares values of the old contract with those of the new one, on one side of the exchange."""

    side: Side
    old: Shapes
    new: Shapes

    def differences(self, old: Schema, new: Schema, element: str) -> Iterator[Found | Below]:
        """Say what differs between two schemas by themselves, and what is below them."""
        before, after = self.old.shape(old), self.new.shape(new)
        element = self._called(old.name, new.name) or element
        yield from _annotations(before, after, element)
        owner = self._called(_owner(before), _owner(after)) or element
        yield from _kinds(before, after, owner, element)
        for family in ("boolean", "number", "string", "array", "object"):
            yield from self._family(_of_family(before, family), _of_family(after, family), owner)

    def _called(self, old: str | None, new: str | None) -> str | None:
        """Give the shared schema's name for a change in it; none where only this place has come to refer to another."""
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

    def _family(self, old: list[Form], new: list[Form], element: str) -> Iterator[Found | Below]:
        if not old or not new:
            return
        pairs, gone, come = paired(old, new, self.old, self.new)
        yield from (Found("alternative-removed", element, _described(form), subject=form.owner or "") for form in gone)
        yield from (
            Found("alternative-added", element, None, _described(form), subject=form.owner or "") for form in come
        )
        for before, after in pairs:
            label = self._called(before.owner, after.owner) or element
            yield from _scalars(before, after, label)
            yield from self._rules(before, after, label)
            yield from self._fields(before, after, element)
            yield from self._containers(before, after, label)

    def _rules(self, old: Form, new: Form, element: str) -> Iterator[Found]:
        before, after = dict(self.old.rest(old)), dict(self.new.rest(new))
        for word in sorted(before.keys() | after.keys()):
            if before.get(word) != after.get(word):
                what = "rule-added" if word not in before else "rule-removed" if word not in after else "rule-changed"
                yield Found(what, element, word if word in before else None, word if word in after else None)
        yield from _needs(old, new, element)

    def _fields(self, old: Form, new: Form, element: str) -> Iterator[Found | Below]:
        before, after = self._visible(old, self.old), self._visible(new, self.new)
        for name, gone in before.items():
            if name not in after:
                label = f"{gone.owner or element}.{name}"
                yield Found("field-removed", label, _typed(self.old.shape(gone.schema)), None, name)
        for name, come in after.items():
            if name in before:
                label = f"{self._called(before[name].owner, come.owner) or element}.{name}"
                yield from _required(name in old.required, name in new.required, label, name)
                yield Below(label, before[name].schema, come.schema)
            else:
                label = f"{come.owner or element}.{name}"
                what = "required-field-added" if name in new.required else "field-added"
                yield Found(what, label, None, _typed(self.new.shape(come.schema)), name, come.schema)

    def _visible(self, form: Form, shapes: Shapes) -> dict[str, Field]:
        """Give the fields on this side: what is only read is not sent, what is only written is not received."""
        return {
            name: field
            for name, field in form.fields.items()
            if not (
                shapes.shape(field.schema).read_only
                if self.side == "request"
                else shapes.shape(field.schema).write_only
            )
        }

    def _containers(self, old: Form, new: Form, element: str) -> Iterator[Found | Below]:
        if old.items or new.items:
            yield Below(f"{element}[]", old.items or ANY, new.items or ANY)
        for index in range(max(len(old.leading), len(new.leading))):
            before, after = (
                form.leading[index] if index < len(form.leading) else form.items or ANY for form in (old, new)
            )
            yield Below(f"{element}[{index}]", before, after)
        for name in sorted(old.patterned.keys() | new.patterned.keys()):
            yield Below(f"{element}./{name}/", old.patterned.get(name, ANY), new.patterned.get(name, ANY))
        if old.extra or new.extra:
            yield from self._extra(old.extra or ANY, new.extra or ANY, element)

    def _extra(self, old: Schema, new: Schema, element: str) -> Iterator[Found | Below]:
        takes_before, takes_after = (
            shapes.shape(schema) != NOTHING for shapes, schema in ((self.old, old), (self.new, new))
        )
        if takes_before and takes_after:
            yield Below(f"{element}.*", old, new)
        elif takes_before != takes_after:
            what = "extra-fields-allowed" if takes_after else "extra-fields-refused"
            words = ("refused", "allowed")
            yield Found(what, element, words[takes_before], words[takes_after])


def _required(before: bool, after: bool, element: str, name: str) -> Iterator[Found]:  # noqa: FBT001 - two of a kind
    if before != after:
        words = ("required", "optional") if before else ("optional", "required")
        yield Found("field-now-required" if after else "field-now-optional", element, *words, name)


def _annotations(old: Shape, new: Shape, element: str) -> Iterator[Found]:
    if old.default != new.default:
        ends = "added" if old.default is None else "removed" if new.default is None else "changed"
        yield Found(f"default-{ends}", element, _plain(old.default), _plain(new.default))
    if old.deprecated != new.deprecated:
        yield Found("field-deprecated" if new.deprecated else "field-undeprecated", element)
    if old.discriminator and new.discriminator:
        (before, marks), (after, new_marks) = old.discriminator, new.discriminator
        if before != after:
            yield Found("discriminator-changed", element, before, after)
        elif marks is not None and new_marks is not None:
            label = f"{element}.{before}"
            yield from (Found("enum-value-removed", label, mark, None, mark) for mark in sorted(marks - new_marks))
            yield from (Found("enum-value-added", label, None, mark, mark) for mark in sorted(new_marks - marks))


def _kinds(old: Shape, new: Shape, element: str, place: str) -> Iterator[Found]:
    """Compare the types; null by itself, where it is not all that there is or one of everything."""
    before, after = old.kinds, new.kinds
    is_plain = not any(kinds in (ANYTHING.kinds, {"null"}, frozenset()) for kinds in (before, after))
    if is_plain:
        if ("null" in before) != ("null" in after):
            words = ("not null", "null or not")
            what = "null-added" if "null" in after else "null-removed"
            yield Found(what, place, words["null" in before], words["null" in after])
        before, after = before - {"null"}, after - {"null"}
    if before == after:
        return
    widened = all(_covered(kind, after) for kind in before)
    narrowed = all(_covered(kind, before) for kind in after)
    what = "type-widened" if widened else "type-narrowed" if narrowed else "type-changed"
    yield Found(what, element, _typed(old, before), _typed(new, after))


def _covered(kind: str, kinds: frozenset[str]) -> bool:
    return kind in kinds or (kind == "integer" and "number" in kinds)


def _typed(shape: Shape, kinds: frozenset[str] | None = None) -> str:
    kinds = shape.kinds if kinds is None else kinds
    if kinds == ANYTHING.kinds:
        return "anything"
    return " or ".join(sorted(kinds, key=lambda kind: (kind == "null", kind))) or "nothing"


def _of_family(shape: Shape, family: str) -> list[Form]:
    return [form for form in shape.forms if form.kind == family or (family == "number" and form.kind in _NUMBERS)]


def _owner(shape: Shape) -> str | None:
    """Name the shared schema in which all of a shape but its null stands."""
    owners = {form.owner for form in shape.forms if form.kind != "null"}
    return owners.pop() if len(owners) == 1 else None


def _scalars(old: Form, new: Form, element: str) -> Iterator[Found]:
    if old.format != new.format:
        yield Found(f"format-{_format_turn(old.format, new.format)}", element, old.format, new.format)
    if old.enum is None or new.enum is None:
        if old.enum != new.enum:
            what = "enum-introduced" if old.enum is None else "enum-dropped"
            yield Found(what, element, _listed(old.enum), _listed(new.enum))
    else:
        for value in sorted(old.enum - new.enum):
            yield Found("enum-value-removed", element, _plain(value), None, str(_plain(value)))
        for value in sorted(new.enum - old.enum):
            yield Found("enum-value-added", element, None, _plain(value), str(_plain(value)))
    for name in sorted(old.limits.keys() | new.limits.keys()):
        before, after = old.limits.get(name), new.limits.get(name)
        if before != after:
            what = f"limit-{turn(name, before, after).value}"
            yield Found(what, element, shown(name, before), shown(name, after))


def _format_turn(old: str | None, new: str | None) -> str:
    if new is None or (old and _WIDER.get(old) == new):
        return "widened"
    return "narrowed" if old is None or _WIDER.get(new) == old else "changed"


def _needs(old: Form, new: Form, element: str) -> Iterator[Found]:
    before, after = _open_needs(old), _open_needs(new)
    if before == after:
        return
    if before >= after:
        turned = "loosened"
    elif before <= after:
        turned = "tightened"
    else:
        turned = _need_turn(before, after)
    yield Found(f"needs-{turned}", element, _needed(before), _needed(after))


Needs = frozenset[tuple[bool, frozenset[frozenset[str]]]]


def _open_needs(form: Form) -> Needs:
    """Give what is asked for beyond the required fields."""
    left = ((exactly, frozenset(group - form.required for group in groups)) for exactly, groups in form.needs)
    return frozenset((exactly, groups) for exactly, groups in left if exactly or frozenset() not in groups)


def _need_turn(old: Needs, new: Needs) -> str:
    if len(old) != 1 or len(new) != 1:
        return "changed"
    ((old_exactly, old_groups),), ((new_exactly, new_groups),) = old, new
    if old_exactly == new_exactly:
        return "loosened" if old_groups < new_groups else "tightened" if old_groups > new_groups else "changed"
    if old_groups != new_groups:
        return "changed"
    return "loosened" if old_exactly else "tightened"


def _needed(needs: Needs) -> str | None:
    said = [
        f"{'exactly one' if exactly else 'one'} of "
        + ", ".join(sorted(" with ".join(sorted(group)) for group in groups))
        for exactly, groups in needs
    ]
    return "; ".join(sorted(said)) or None


def _described(form: Form) -> str:
    if form.owner:
        return form.owner
    fields = f" with {', '.join(form.fields)}" if form.fields else ""
    return f"{form.kind}{fields}{f' ({form.format})' if form.format else ''}"


def _plain(value: str | None) -> Any:
    return None if value is None else json.loads(value)


def _listed(values: frozenset[str] | None) -> list[Any] | None:
    return None if values is None else [json.loads(value) for value in sorted(values)]
