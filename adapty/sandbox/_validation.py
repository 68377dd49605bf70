"""Validate a value against a schema of a spec: which fields are invalid, in the spec's order.

The sandbox validates by the spec and deliberately does not reuse the client's validation: a fake that shares code with
what it tests proves nothing. It shares only parsers of standard formats (country codes, e-mail addresses, decimals,
UUIDs), which say nothing about the API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Protocol, cast

from attrs import Factory, field, frozen
from jsonschema import Draft202012Validator, FormatChecker

from adapty._core.ids import UUID_PATTERN
from adapty._core.validation import Invalid, country, email
from adapty.sandbox._body import find_unencodable
from adapty.sandbox._responses import InvalidBody, ValidationIssue
from adapty.sandbox._spec import Spec
from adapty.sandbox._timestamps import parse_rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema.exceptions import ValidationError

__all__ = [
    "COUNTRY_RULE",
    "MESSAGES",
    "ApiRules",
    "FieldRule",
    "Messages",
    "SchemaValidator",
    "ValueRule",
    "format_checker",
    "is_uuid",
]

Path = tuple[str | int, ...]
Messages = Mapping[str, "Callable[[Any], str]"]

_CHOICES = ("anyOf", "oneOf")
_PARTS = ("allOf", *_CHOICES)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_FORMAT_NAMES = {
    "date-time": "an RFC 3339 date-time with an offset, such as 2026-06-01T10:30:00Z",
    "date": "a date, such as 1990-05-21",
    "email": "a valid email address",
    "uuid": "a UUID",
    "int32": "a whole number of 32 bits",
}


def _join_values(values: object, separator: str) -> str:
    """Join the value or the values of a keyword."""
    return separator.join("null" if value is None else str(value) for value in _as_list(values))


def _as_list(values: object) -> list[Any]:
    return values if isinstance(values, list) else [values]


MESSAGES: Messages = {
    "type": lambda kinds: f"should be a valid {_join_values(kinds, ' or ')}",
    "enum": lambda choices: f"should be one of {_join_values(choices, ', ')}",
    "format": lambda name: f"should be {_FORMAT_NAMES.get(name, name)}",
}
"""Schema keyword to the message of an issue, from the value of the keyword."""


def is_uuid(text: str) -> bool:
    """Return whether the text is a UUID as in RFC 9562, in any case.

    Example:
        >>> is_uuid("772204CE-ebf6-4ed9-82b0-d8688ab62b01"), is_uuid("772204ceebf64ed982b0d8688ab62b01")
        (True, False)
    """
    return UUID_PATTERN.fullmatch(text) is not None


def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or isinstance(parse_rfc3339(value), int)


def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return _DATE.fullmatch(value) is not None and bool(date.fromisoformat(value))


def _is_email(value: object) -> bool:
    return not isinstance(value, str) or bool(email(value))


def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or is_uuid(value)


def _is_int32(value: object) -> bool:
    return not isinstance(value, int | float) or -(2**31) <= value < 2**31


_FORMATS: Mapping[str, tuple[Callable[[object], bool], type[Exception] | tuple[()]]] = {
    "date-time": (_is_date_time, ValueError),
    "date": (_is_date, ValueError),
    "email": (_is_email, Invalid),
    "uuid": (_is_uuid, ()),
    "int32": (_is_int32, ()),
}


def format_checker(*names: str) -> FormatChecker:
    """Create a checker of these formats only. Values of another type are left to the schema's `type`."""
    checker = FormatChecker(formats=())
    for name in names:
        check, raises = _FORMATS[name]
        checker.checks(name, raises=raises)(check)
    return checker


class FieldRule(Protocol):
    """A documented rule about one field of a body, beyond its schema."""

    def issues(self, field: str, value: Any) -> Iterable[ValidationIssue]:
        """Yield the issues of a value that its schema accepts."""


@frozen(kw_only=True)
class ValueRule:
    """A rule about one value, or about each value of an object.

    Attributes:
        check: Raises `Invalid` if the value is invalid.
        message: The message of the issue.
        each: Whether `check` applies to each value of the object in the field instead of the field itself.
    """

    check: Callable[[Any], object]
    message: str
    each: bool = False

    def issues(self, field: str, value: Any) -> Iterator[ValidationIssue]:
        """Yield the issues of a value that its schema accepts."""
        parts = {(field, name): part for name, part in value.items()} if self.each else {(field,): value}
        for path, part in parts.items():
            try:
                self.check(part)
            except Invalid:
                yield ValidationIssue(message=self.message, path=path)


# The Mail guide: a two-letter ISO 3166-1 alpha-2 code, without a word on the case; any other value is rejected.
COUNTRY_RULE = ValueRule(
    check=country,
    message="Input should be a two-letter ISO 3166-1 alpha-2 country code",
)
"""The rule for a country."""


@frozen(kw_only=True)
class ApiRules:
    """How an API validates requests.

    Attributes:
        formats: The formats that it enforces.
        rules: Field name to rule. A rule applies if the schema of a body has a property of that name.
        messages: The messages for violated schema keywords.
    """

    formats: FormatChecker
    rules: Mapping[str, FieldRule]
    messages: Messages = field(default=MESSAGES)


@frozen(kw_only=True)
class SchemaValidator:
    """The validator of one schema of a spec.

    Args:
        spec: The spec.
        pointer: The pointer to the schema.
        rules: How the API validates requests.
    """

    _spec: Spec
    _pointer: str
    _rules: ApiRules
    _validator: Draft202012Validator = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(lambda self: self._spec.validator(self._pointer, self._rules.formats), takes_self=True),
    )
    _branches: Mapping[str, SchemaValidator] = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(
            lambda self: {
                value: SchemaValidator(spec=self._spec, pointer=pointer, rules=self._rules)
                for value, pointer in self._discriminator.get("mapping", {}).items()
            },
            takes_self=True,
        ),
    )

    def validate(self, value: Any) -> Any:
        """Return the value if it is valid. Unknown fields are valid unless the spec forbids them.

        Raises:
            InvalidBody: The value is invalid. It lists all issues, one per field.
        """
        if self._branches and isinstance(value, dict):
            return self._select_branch(value).validate(value)
        # A wrong type says more than its consequences, such as "not one of the enum".
        errors = sorted(self._validator.iter_errors(value), key=lambda error: error.validator != "type")
        issues = list(chain.from_iterable(map(self._issues, errors)))
        if isinstance(value, dict):
            invalid = {issue.path[:1] for issue in issues}
            issues.extend(chain(self._rule_issues(value, invalid), find_unencodable(value)))
        if issues:
            one_per_field: dict[Path, ValidationIssue] = {}
            for issue in issues:
                one_per_field.setdefault(issue.path, issue)
            in_order = sorted(one_per_field, key=self._rank)
            raise InvalidBody(*(one_per_field[path] for path in in_order))
        return value

    @property
    def _discriminator(self) -> Mapping[str, Any]:
        schema = self._spec.get(self._spec.resolve(self._pointer))
        return cast("Mapping[str, Any]", schema.get("discriminator", {}))

    def _select_branch(self, value: Mapping[str, Any]) -> SchemaValidator:
        name = self._discriminator["propertyName"]
        if name not in value:
            raise InvalidBody(_missing((name,)))
        chosen = value[name]
        if not isinstance(chosen, str) or chosen not in self._branches:
            raise InvalidBody(self._issue("enum", [*self._branches], (name,)))
        return self._branches[chosen]

    def _rule_issues(self, body: Mapping[str, Any], invalid: set[Path]) -> Iterator[ValidationIssue]:
        names = self._properties(self._pointer)
        for name, rule in self._rules.rules.items():
            if name in names and (name,) not in invalid and body.get(name) is not None:
                yield from rule.issues(name, body[name])

    def _issues(self, error: ValidationError) -> Iterator[ValidationIssue]:
        path = tuple(error.absolute_path)
        keyword, expected = str(error.validator), cast("Any", error.validator_value)
        if keyword == "required":
            instance = cast("dict[str, Any]", error.instance)
            yield from (_missing((*path, name)) for name in expected if name not in instance)
        elif keyword in _CHOICES and (relevant := _relevant_errors(error)):
            yield from chain.from_iterable(map(self._issues, relevant))
        else:
            yield self._issue(keyword, expected, path)

    def _issue(self, keyword: str, expected: Any, path: Path) -> ValidationIssue:
        message = self._rules.messages.get(keyword, lambda _: f"breaks the spec's rule {keyword}")(expected)
        return ValidationIssue(message=f"{'Input' if path else 'Body'} {message}", path=path, keyword=keyword)

    def _rank(self, path: Path) -> tuple[int, ...]:
        """Return a sort key that puts fields into the spec's order, and unknown ones last."""
        pointer = self._pointer
        rank: list[int] = []
        for name in path:
            known = self._items(pointer, name) if isinstance(name, int) else self._properties(pointer)
            if name not in known:
                return (*rank, len(known))
            rank.append(name if isinstance(name, int) else list(known).index(name))
            pointer = known[name]
        return tuple(rank)

    def _items(self, pointer: str, index: int) -> dict[str | int, str]:
        """Return the pointer to the schema of a list's item, if the list has one."""
        pointer = self._spec.resolve(pointer)
        return {index: self._spec.child(pointer, "items")} if "items" in self._spec.get(pointer) else {}

    def _properties(self, pointer: str) -> dict[str | int, str]:
        """Return the pointers to the properties of a schema, including those of its parts."""
        pointer = self._spec.resolve(pointer)
        schema = self._spec.get(pointer)
        found: dict[str | int, str] = {
            name: self._spec.child(pointer, "properties", name) for name in schema.get("properties", ())
        }
        for keyword in _PARTS:
            for index in range(len(schema.get(keyword, ()))):
                found |= self._properties(self._spec.child(pointer, keyword, index))
        return found


def _missing(path: Path) -> ValidationIssue:
    return ValidationIssue(message="Field required", path=path, keyword="required")


def _relevant_errors(error: ValidationError) -> list[ValidationError]:
    """Return the errors of the intended choice: the only one whose type the value has."""
    by_choice = groupby(error.context or (), key=lambda inner: inner.relative_schema_path[0])
    choices = [list(inner) for _, inner in by_choice]
    fitting = [inner for inner in choices if not any(_has_other_type(one) for one in inner)]
    return fitting[0] if len(fitting) == 1 else []


def _has_other_type(error: ValidationError) -> bool:
    return error.validator == "type" and not error.relative_path
