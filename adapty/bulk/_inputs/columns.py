"""Map the columns and keys of an input to the fields of the records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NoReturn, Self

import attrs
from attrs import frozen

from adapty._core.validation import format_name, suggest_choice, type_name
from adapty.bulk._inputs.column_hints import (
    hint_for_missing,
    hint_for_repeated,
    hint_for_unknown,
    hint_for_unnamed,
    looks_like_data,
    suggest,
)
from adapty.bulk._inputs.historical_import import CUSTOM_ATTRIBUTES, FIELDS, NOT_IMPORTED, PARSERS, is_historical_import
from adapty.errors import AdaptyUsageError, FieldProblem
from adapty.models import MailProfile
from adapty.models._request import NESTED, RequestModel, field_names

__all__ = [
    "META_COLUMNS",
    "RAW",
    "VENDOR_COLUMNS",
    "Columns",
    "FieldPath",
    "HeaderColumn",
    "SiblingInput",
    "field_path",
]

RAW = "_raw"
"""The column of a rejects file with the text of a row that could not be parsed."""

META_COLUMNS = ("_line", "_error", RAW)
"""The columns that a rejects file adds; readers ignore them, so that the file can be imported again."""

VENDOR_COLUMNS: Mapping[type[RequestModel], Mapping[str, str]] = {MailProfile: FIELDS}
"""The CSV columns of the vendor's historical import file, with their fields."""

FieldPath = tuple[str, str | None]
"""A field of a record, and a name within it, or None."""

_SHORT_NAMES = {"custom": CUSTOM_ATTRIBUTES}
_LONGEST_NAME = 100
_IGNORE_EXPECTED = 'expected a collection of column names, such as ["city"]'
_MAPPING_EXPECTED = 'expected field names to column names, such as {"email": "user_email"}'


def field_path(column: str) -> FieldPath:
    """Split a column's name into the field and the name within it, or None.

    Example:
        >>> field_path("custom.plan"), field_path("email")
        (('custom_attributes', 'plan'), ('email', None))
    """
    outer, dot, inner = column.partition(".")
    return (_SHORT_NAMES.get(outer, outer), inner) if dot else (column, None)


@frozen
class SiblingInput:
    """Another input of the same import, which can have a mapped column instead.

    Attributes:
        file: Its name in messages.
        record: The class of its records.
        header: The names of its columns, or None if it can have any, as JSON Lines can.
    """

    file: str
    record: type[RequestModel]
    header: Sequence[str] | None

    def can_have(self, column: str) -> bool:
        """Return whether it can have a column."""
        return self.header is None or column in self.header


@frozen
class HeaderColumn:
    """The meaning of a column of a CSV file.

    Attributes:
        paths: The fields that its cells set; none if it is ignored.
        parse: Parses its cells, or None for plain text.
        is_not_imported: Whether it is a column of Adapty's historical import file that Adapty Mail has no field for.
    """

    paths: tuple[FieldPath, ...] = ()
    parse: Callable[[str], Any] | None = None
    is_not_imported: bool = False


@frozen
class Columns:
    """The meaning of the columns of one input.

    Attributes:
        record: The class of its records.
        names: The fields of its records.
        nested: The fields that have fields of their own, with their names; custom attributes have any names.
        mapped: The columns in the user's mapping, with their fields.
        aliases: The columns with names of the vendor's, with their fields; CSV only.
        ignored: The ignored columns and keys.
        others: The other inputs of the import.
        required: The fields that need a column of CSV.
        known: The fields of its records, as a set.
    """

    record: type[RequestModel]
    names: tuple[str, ...]
    nested: Mapping[str, tuple[str, ...]]
    mapped: Mapping[str, tuple[FieldPath, ...]] = attrs.field(factory=dict)
    aliases: Mapping[str, str] = attrs.field(factory=dict)
    ignored: Collection[str] = frozenset()
    others: Sequence[SiblingInput] = ()
    required: Collection[str] = ()
    known: frozenset[str] = attrs.field(
        init=False, default=attrs.Factory(lambda self: frozenset(self.names), takes_self=True)
    )

    @classmethod
    def create(
        cls,
        record: type[RequestModel],
        mapping: Mapping[str, str] | None = None,
        *,
        ignore: Collection[str] = (),
        others: Sequence[SiblingInput] = (),
        required: Collection[str] = (),
    ) -> Self:
        """Check a mapping and the names of ignored columns.

        Args:
            record: The class of the records.
            mapping: Fields, nested ones dotted (`custom.plan`, `device_info.os`), to their columns; one column can set
                several fields.
            ignore: Columns, or keys, to ignore; "" for columns without a name.
            others: The other inputs of the import.
            required: The fields that need a column of CSV.

        Raises:
            AdaptyUsageError: The mapping is not a mapping, has an unknown field, or sets one field from two columns; or
                `ignore` is not a collection of names.
        """
        names, nested = _list_fields(record)
        mapped = _validate_mapping(cls(record, names, nested), {} if mapping is None else mapping)
        ignored = _validate_ignore(ignore, mapped)
        return cls(record, names, nested, mapped, VENDOR_COLUMNS.get(record, {}), ignored, others, required)

    def paths_of(self, column: str) -> tuple[FieldPath, ...]:
        """Return the fields that a column sets, whether or not the records have them."""
        return self.mapped.get(column) or (field_path(self.aliases.get(column, column)),)

    def has_field(self, path: FieldPath) -> bool:
        """Return whether the records have a field."""
        outer, inner = path
        if outer not in self.names or inner is None:
            return outer in self.names
        return inner != "" if outer == CUSTOM_ATTRIBUTES else inner in self.nested.get(outer, ())

    def parse_header(self, header: Sequence[str], file: str) -> list[HeaderColumn]:
        """Return the meaning of each column of a CSV file.

        The columns that a rejects file adds, ignored columns, and the columns of Adapty's historical import file that
        Adapty Mail has no field for set no field. If a column is mapped to a field, a column with the field's own name,
        or the vendor's, is ignored.

        Args:
            header: The names of the columns.
            file: The file's name, for messages.

        Raises:
            AdaptyUsageError: The first line is a record; a mapped or ignored column is missing here and in the other
                inputs that can have it; a required field has no column; or a column has no name, is unknown, or sets
                the same field as another one. `problems` names all of them.
        """
        self._reject_record(header, file)
        problems = self._find_missing(header, file)
        is_historical = self.record is MailProfile and is_historical_import(header)
        taken = {path for name in header for path in self.mapped.get(name, ())}
        before: set[str] = set()
        inside: dict[str, dict[str | None, str]] = {}
        columns: list[HeaderColumn] = []
        for number, name in enumerate(header, start=1):
            column = self._column(name, taken, is_historical=is_historical)
            problem = self._problem(name, column, inside, file)
            if name and name in before and name not in self.ignored:
                problem = f"is the name of two columns of {file}{hint_for_repeated(name)}"
            shown = format_name(name) or f"column {number}"
            if problem and all(shown != other.field_name for other in problems):
                problems.append(FieldProblem(shown, problem))
            before.add(name)
            for outer, inner in column.paths:
                inside.setdefault(outer, {})[inner] = name
            columns.append(column)
        problems += self._find_missing_fields(inside, file)
        if problems:
            raise AdaptyUsageError.for_problems(problems)
        return columns

    def _column(self, name: str, taken: set[FieldPath], *, is_historical: bool) -> HeaderColumn:
        """Return the meaning of a column, whether or not the records have such a field."""
        if name in self.mapped:
            return HeaderColumn(self.mapped[name])
        if name in META_COLUMNS or name in self.ignored or not taken.isdisjoint(self.paths_of(name)):
            return HeaderColumn()
        if is_historical and name in NOT_IMPORTED:
            return HeaderColumn(is_not_imported=True)
        return HeaderColumn(self.paths_of(name), PARSERS.get(name) if is_historical else None)

    def _is_known(self, name: str) -> bool:
        """Return whether a column sets a known field."""
        return all(map(self.has_field, self.paths_of(name)))

    def _reject_record(self, header: Sequence[str], file: str) -> None:
        """Raise if the first line is a record: no column is known, and a cell has a value."""
        expected_names = {*self.mapped, *self.ignored, *META_COLUMNS}
        if any(name in expected_names or self._is_known(name) for name in header) or not any(
            map(looks_like_data, header)
        ):
            return
        expected = f"expected the names of the columns in the first line, such as {','.join(self.names)}"
        raise AdaptyUsageError(f"{file}: has no header: its first line is a record; {expected}")

    def _find_missing(self, header: Sequence[str], file: str) -> list[FieldProblem]:
        """Return the mapped and ignored columns that are missing and cannot be in another input."""
        problems = []
        for column, paths in self.mapped.items():
            for path in paths:
                others = [other for other in self.others if path[0] in field_names(other.record)]
                if missing := _missing(column, header, file, others):
                    problems.append(FieldProblem("mapping", f"maps {_column_name(path)} to {missing}"))
        ignored = (_missing(column, header, file, self.others) for column in sorted(self.ignored))
        return [*problems, *(FieldProblem("ignore", f"contains {missing}") for missing in ignored if missing)]

    def _find_missing_fields(self, found: Collection[str], file: str) -> list[FieldProblem]:
        """Return the required fields that no column sets, unless a mapped column for one is missing already."""
        mapped = {path[0] for paths in self.mapped.values() for path in paths}
        return [
            FieldProblem(name, f"has no column in {file}; it is required{hint_for_missing(name)}")
            for name in self.required
            if name not in found and name not in mapped
        ]

    def _problem(
        self, name: str, column: HeaderColumn, inside: Mapping[str, Mapping[str | None, str]], file: str
    ) -> str | None:
        """Return the problem of a column, or None; `inside` has the names that earlier columns set in each field."""
        for path in column.paths:
            outer, inner = path
            others = inside.get(outer, {})
            if not name:
                return f"has no name in {file}{hint_for_unnamed()}"
            if not self.has_field(path):
                return f"is a column of {file} and {self.describe_unknown(name)}"
            if column.parse is not None and outer == CUSTOM_ATTRIBUTES:
                continue  # all attributes in one cell; further columns can add to them
            if inner is None and outer in self.nested:
                example = _column_name((outer, (self.nested[outer] or ("plan",))[0]))
                expected = f"expected a column for each, such as {example}"
                return f"is a column of {file}, but has fields of its own; {expected}"
            if others and (inner is None or inner in others or (None in others and outer != CUSTOM_ATTRIBUTES)):
                other = format_name(others.get(inner, next(iter(others.values()))))
                return f"is a column of {file} for {_column_name(path)}, as {other} is; expected one of them"
        return None

    def describe_unknown(self, name: object) -> str:
        """Return the problem of an unknown column or key, with the field that was probably meant."""
        nested = [f"{outer}.{inner}" for outer, names in self.nested.items() for inner in names]
        fields = {known: known for known in (*self.names, *nested)}
        vendors = VENDOR_COLUMNS.get(self.record, {})
        _, dot, inner = name.partition(".") if isinstance(name, str) else ("", "", "")
        free = [f"{short}.{inner}" for short, group in _SHORT_NAMES.items() if inner and group in self.nested]
        candidates = {path: path for path in (*free, *nested)} if dot else {**fields, **vendors}
        return f"not a field of {self.record.__name__}{hint_for_unknown(name, candidates)}"


def _missing(column: str, header: Sequence[str], file: str, others: Sequence[SiblingInput]) -> str | None:
    """Return the name of a missing column with a hint, or None if an input has it, or can have it."""
    if column in header or any(other.can_have(column) for other in others):
        return None
    files = " or ".join((str(file), *(other.file for other in others)))
    likely = suggest(column, header)
    meant = f"; did you mean {format_name(likely)}?" if likely else ""
    return f"{_display_name(column)}, which is not a column of {files}{meant}"


def _list_fields(record: type[RequestModel]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the names of a record's fields, and of the fields within them."""
    names = field_names(record)
    inner_types = {field.name: field.metadata[NESTED] for field in attrs.fields(record) if NESTED in field.metadata}
    nested = {name: field_names(inner) for name, inner in inner_types.items()}
    return names, nested | ({CUSTOM_ATTRIBUTES: ()} if CUSTOM_ATTRIBUTES in names else {})


def _validate_mapping(columns: Columns, mapping: Mapping[str, str]) -> dict[str, tuple[FieldPath, ...]]:
    """Return the columns of a mapping, with the fields that each of them sets."""
    if not isinstance(mapping, Mapping):
        _fail(f"is {type_name(mapping)}; {_MAPPING_EXPECTED}")
    mapped: dict[str, tuple[FieldPath, ...]] = {}
    for field, column in mapping.items():
        for name in (field, column):
            if not isinstance(name, str):
                _fail(f"has a name {type_name(name)}; {_MAPPING_EXPECTED}")
        path = field_path(field)
        if not columns.has_field(path):
            known = [*columns.names, *(f"{group}.{name}" for group, names in columns.nested.items() for name in names)]
            hint = suggest_choice(field[:_LONGEST_NAME], known)
            _fail(f"{_display_name(field)} is not a field of {columns.record.__name__}{hint}")
        for other, paths in mapped.items():
            if any(path[0] == taken[0] and (path[1] == taken[1] or None in {path[1], taken[1]}) for taken in paths):
                both = f"{format_name(other)} and {format_name(column)}"
                _fail(f"maps {_column_name(path)} to two columns, {both}; expected one")
        if column in META_COLUMNS:
            _fail(f"maps {_column_name(path)} to {column}, which a rejects file adds; expected another column")
        mapped[column] = (*mapped.get(column, ()), path)
    return mapped


def _validate_ignore(ignore: Collection[str], mapped: Mapping[str, tuple[FieldPath, ...]]) -> Collection[str]:
    """Return the names to ignore, without the columns that a rejects file adds."""
    if not isinstance(ignore, Collection) or isinstance(ignore, str | bytes | bytearray | Mapping):
        raise AdaptyUsageError.for_field("ignore", f"is {type_name(ignore)}; {_IGNORE_EXPECTED}")
    for name in ignore:
        if not isinstance(name, str):
            raise AdaptyUsageError.for_field("ignore", f"has a name {type_name(name)}; {_IGNORE_EXPECTED}")
        if name in mapped:
            problem = f"contains {_display_name(name)}, which is mapped to {_column_name(mapped[name][0])}"
            raise AdaptyUsageError.for_field("ignore", f"{problem}; remove one of the two")
    return frozenset(ignore) - {*META_COLUMNS}


def _fail(problem: str) -> NoReturn:
    raise AdaptyUsageError.for_field("mapping", problem)


def _column_name(path: FieldPath) -> str:
    """Return the name of a field as a column."""
    outer, inner = path
    if inner is None:
        return outer
    short: dict[str, Any] = {group: name for name, group in _SHORT_NAMES.items()}
    return f"{short.get(outer, outer)}.{format_name(inner)}"


def _display_name(name: str) -> str:
    return format_name(name) or "(an empty name)"
