"""The check of a value against a schema of a contract: what is wrong, by field, in the contract's order."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Protocol, cast

from attrs import Factory, field, frozen
from jsonschema import Draft202012Validator, FormatChecker

from adapty.sandbox.body import unkeepable
from adapty.sandbox.document import Document
from adapty.sandbox.flaws import BodyRefused, Flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jsonschema.exceptions import ValidationError

__all__ = ["WORDS", "Dialect", "FieldRule", "SchemaCheck", "Words"]

Path = tuple[str | int, ...]
Words = Mapping[str, "Callable[[Any], str]"]

_CHOICES = ("anyOf", "oneOf")
_PARTS = ("allOf", *_CHOICES)

_FORMAT_WORDS = {
    "date-time": "an RFC 3339 date-time with an offset, such as 2026-06-01T10:30:00Z",
    "date": "a date, such as 1990-05-21",
    "email": "a valid email address",
    "uuid": "a UUID",
    "int32": "a whole number of 32 bits",
}


def _listed(values: object, word: str) -> str:
    """Put what a keyword has, one or a list, into words."""
    return word.join("null" if value is None else str(value) for value in _several(values))


def _several(values: object) -> list[Any]:
    return values if isinstance(values, list) else [values]


WORDS: Words = {
    "type": lambda kinds: f"should be a valid {_listed(kinds, ' or ')}",
    "enum": lambda choices: f"should be one of {_listed(choices, ', ')}",
    "format": lambda name: f"should be {_FORMAT_WORDS.get(name, name)}",
}
"""Schema keyword to what a flaw says, given what the schema has there."""


class FieldRule(Protocol):
    """One documented rule about one field of a body, beyond what its schema says."""

    def flaws(self, field: str, value: Any) -> Iterable[Flaw]:
        """Tell what is wrong with the value of a field, which the schema has already accepted."""


@frozen(kw_only=True)
class Dialect:
    """How an API reads what it is sent.

    Attributes:
        formats: The formats that it enforces.
        rules: Field name to rule. A rule holds where a body's schema has a property of that name.
        words: What is said of a broken schema keyword.
    """

    formats: FormatChecker
    rules: Mapping[str, FieldRule]
    words: Words = field(default=WORDS)


@frozen(kw_only=True)
class SchemaCheck:
    """One schema of a contract.

    Args:
        document: The contract.
        pointer: Where the schema stands in it.
        dialect: How the API reads what it is sent.
    """

    _document: Document
    _pointer: str
    _dialect: Dialect
    _validator: Draft202012Validator = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(lambda self: self._document.validator(self._pointer, self._dialect.formats), takes_self=True),
    )
    _branches: Mapping[str, SchemaCheck] = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(
            lambda self: {
                value: SchemaCheck(document=self._document, pointer=pointer, dialect=self._dialect)
                for value, pointer in self._discriminator.get("mapping", {}).items()
            },
            takes_self=True,
        ),
    )

    def accept(self, value: Any) -> Any:
        """Give the value back, if it is right; unknown fields are, where the contract does not forbid them.

        Raises:
            BodyRefused: It is not. All its flaws are listed, one per field.
        """
        if self._branches and isinstance(value, dict):
            return self._branch_for(value).accept(value)
        # A wrong type says more than what follows from it, such as "not one of the enum".
        errors = sorted(self._validator.iter_errors(value), key=lambda error: error.validator != "type")
        flaws = list(chain.from_iterable(map(self._flaws, errors)))
        if isinstance(value, dict):
            flawed = {flaw.path[:1] for flaw in flaws}
            flaws.extend(chain(self._broken_rules(value, flawed), unkeepable(value)))
        if flaws:
            one_per_field: dict[Path, Flaw] = {}
            for flaw in flaws:
                one_per_field.setdefault(flaw.path, flaw)
            in_order = sorted(one_per_field, key=self._rank)
            raise BodyRefused(*(one_per_field[path] for path in in_order))
        return value

    @property
    def _discriminator(self) -> Mapping[str, Any]:
        schema = self._document.at(self._document.resolved(self._pointer))
        return cast("Mapping[str, Any]", schema.get("discriminator", {}))

    def _branch_for(self, value: Mapping[str, Any]) -> SchemaCheck:
        name = self._discriminator["propertyName"]
        if name not in value:
            raise BodyRefused(_missing((name,)))
        chosen = value[name]
        if not isinstance(chosen, str) or chosen not in self._branches:
            raise BodyRefused(self._flaw("enum", [*self._branches], (name,)))
        return self._branches[chosen]

    def _broken_rules(self, body: Mapping[str, Any], flawed: set[Path]) -> Iterator[Flaw]:
        names = self._properties(self._pointer)
        for name, rule in self._dialect.rules.items():
            if name in names and (name,) not in flawed and body.get(name) is not None:
                yield from rule.flaws(name, body[name])

    def _flaws(self, error: ValidationError) -> Iterator[Flaw]:
        path = tuple(error.absolute_path)
        keyword, expected = str(error.validator), cast("Any", error.validator_value)
        if keyword == "required":
            held = cast("dict[str, Any]", error.instance)
            yield from (_missing((*path, name)) for name in expected if name not in held)
        elif keyword in _CHOICES and (meant := _meant(error)):
            yield from chain.from_iterable(map(self._flaws, meant))
        else:
            yield self._flaw(keyword, expected, path)

    def _flaw(self, keyword: str, expected: Any, path: Path) -> Flaw:
        words = self._dialect.words.get(keyword, lambda _: f"breaks the contract's rule {keyword}")(expected)
        return Flaw(message=f"{'Input' if path else 'Body'} {words}", path=path, keyword=keyword)

    def _rank(self, path: Path) -> tuple[int, ...]:
        """Give a sort key that puts fields into the contract's order, and unknown ones at the end."""
        pointer = self._pointer
        rank: list[int] = []
        for name in path:
            inside = self._items(pointer, name) if isinstance(name, int) else self._properties(pointer)
            if name not in inside:
                return (*rank, len(inside))
            rank.append(name if isinstance(name, int) else list(inside).index(name))
            pointer = inside[name]
        return tuple(rank)

    def _items(self, pointer: str, place: int) -> dict[str | int, str]:
        """Point at the schema of a list's item, if the list has one for its items."""
        pointer = self._document.resolved(pointer)
        return {place: self._document.below(pointer, "items")} if "items" in self._document.at(pointer) else {}

    def _properties(self, pointer: str) -> dict[str | int, str]:
        """Point at each property of a schema, those of the schemas that it is made of among them."""
        pointer = self._document.resolved(pointer)
        schema = self._document.at(pointer)
        found: dict[str | int, str] = {
            name: self._document.below(pointer, "properties", name) for name in schema.get("properties", ())
        }
        for keyword in _PARTS:
            for place in range(len(schema.get(keyword, ()))):
                found |= self._properties(self._document.below(pointer, keyword, place))
        return found


def _missing(path: Path) -> Flaw:
    return Flaw(message="Field required", path=path, keyword="required")


def _meant(error: ValidationError) -> list[ValidationError]:
    """Give the errors of the one choice that a value was meant for: the only one whose type it has."""
    by_choice = groupby(error.context or (), key=lambda inner: inner.relative_schema_path[0])
    choices = [list(inner) for _, inner in by_choice]
    fitting = [inner for inner in choices if not any(_is_of_other_type(one) for one in inner)]
    return fitting[0] if len(fitting) == 1 else []


def _is_of_other_type(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path
