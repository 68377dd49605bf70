"""What the columns and keys of an input stand for: the records' fields, by their own names, by others, or mapped."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Self

import attrs
from attrs import frozen

from adapty._core.validation import format_name, suggest_choice, type_name
from adapty.bulk.column_hints import hint_for_repeated, hint_for_unknown, hint_for_unnamed, looks_like_data, suggest
from adapty.bulk.historical_import import CUSTOM_ATTRIBUTES, FIELDS, NOT_IMPORTED, READERS, is_historical_import
from adapty.errors import AdaptyUsageError
from adapty.models import MailProfile
from adapty.models._request import NESTED, RequestModel, field_names

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NOTES", "RAW", "VENDOR_COLUMNS", "Columns", "FieldPath", "HeaderColumn", "OtherInput", "field_path"]

RAW = "_raw"
"""The column of a failures file that holds the text of a row that could not be read."""

NOTES = ("_line", "_error", RAW)
"""The columns that a failures file adds to its input's; a reader passes over them, so that it can be fed back."""

VENDOR_COLUMNS: Mapping[type[RequestModel], Mapping[str, str]] = {MailProfile: FIELDS}
"""The CSV columns of the vendor's historical import file, and the fields that they stand for."""

FieldPath = tuple[str, str | None]
"""A field of a record, and the name inside it, if there is one."""

_SHORT_NAMES = {"custom": CUSTOM_ATTRIBUTES}
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_LONGEST_NAME = 100
_IGNORE_EXPECTED = 'expected a collection of column names, such as ["city"]'
_MAPPING_EXPECTED = 'expected field names to column names, such as {"email": "user_email"}'


def field_path(column: str) -> FieldPath:
    """Split a column's name into the field and the name inside it, if there is one.

    Example:
        >>> field_path("custom.plan"), field_path("email")
        (('custom_attributes', 'plan'), ('email', None))
    """
    outer, dot, inner = column.partition(".")
    return (_SHORT_NAMES.get(outer, outer), inner) if dot else (column, None)


@frozen
class OtherInput:
    """Another input of the same import, where a column may be instead.

    Attributes:
        file: What it is called in messages.
        record: The class of its records.
        header: The names of its columns, or None where it may have any, as JSON Lines may.
    """

    file: str
    record: type[RequestModel]
    header: Sequence[str] | None

    def may_have(self, column: str) -> bool:
        """Tell whether a column may be in it."""
        return self.header is None or column in self.header


@frozen
class HeaderColumn:
    """What one column of a CSV file stands for.

    Attributes:
        paths: The fields that are taken from it; none where it is passed over.
        reader: What reads its cells, or None where they are taken as they are.
        is_not_imported: Whether it is a column of Adapty's historical import file that Adapty Mail has no field for.
    """

    paths: tuple[FieldPath, ...] = ()
    reader: Callable[[str], Any] | None = None
    is_not_imported: bool = False


@frozen
class Columns:
    """What the columns of one input stand for.

    Attributes:
        record: The class of its records.
        names: The fields of its records.
        groups: The fields that hold fields of their own, with the names of those; none for custom attributes, whose
            names are free.
        mapped: The columns that the user gave a meaning, and the fields that are taken from each.
        vendors: The columns that are known by the vendor's names, and the fields that they stand for; CSV only.
        ignored: The columns and keys that stand for nothing.
        others: The other inputs of the import.
        known: The fields of its records, as a set.
    """

    record: type[RequestModel]
    names: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    mapped: Mapping[str, tuple[FieldPath, ...]] = attrs.field(factory=dict)
    vendors: Mapping[str, str] = attrs.field(factory=dict)
    ignored: Collection[str] = frozenset()
    others: Sequence[OtherInput] = ()
    known: frozenset[str] = attrs.field(
        init=False, default=attrs.Factory(lambda self: frozenset(self.names), takes_self=True)
    )

    @classmethod
    def of(
        cls,
        record: type[RequestModel],
        mapping: Mapping[str, str] | None = None,
        *,
        ignore: Collection[str] = (),
        others: Sequence[OtherInput] = (),
    ) -> Self:
        """Work out what columns stand for.

        Args:
            record: The class of the records.
            mapping: Fields, nested ones dotted (`custom.plan`, `device_info.os`), to the columns that hold them; one
                column may hold several fields.
            ignore: Columns, or keys, that stand for nothing; "" for columns without a name.
            others: The other inputs of the import.

        Raises:
            AdaptyUsageError: The mapping is none, names what is no field, or takes one field from two columns; or
                there is nothing to ignore by these names.
        """
        names, groups = _fields_of(record)
        mapped = _checked_mapping(cls(record, names, groups), {} if mapping is None else mapping)
        ignored = _checked_names(ignore, mapped)
        return cls(record, names, groups, mapped, VENDOR_COLUMNS.get(record, {}), ignored, others)

    def paths_of(self, column: str) -> tuple[FieldPath, ...]:
        """Return the fields that a column stands for, whether or not the records have them."""
        return self.mapped.get(column) or (field_path(self.vendors.get(column, column)),)

    def has(self, path: FieldPath) -> bool:
        """Tell whether the records have such a field."""
        outer, inner = path
        if outer not in self.names or inner is None:
            return outer in self.names
        return inner != "" if outer == CUSTOM_ATTRIBUTES else inner in self.groups.get(outer, ())

    def of_header(self, header: Sequence[str], file: Path) -> list[HeaderColumn]:
        """Return what each column of a CSV file stands for.

        The notes of a failures file and what is ignored are passed over, and so are the columns of Adapty's historical
        import file that Adapty Mail has no field for. Where a column is mapped to a field, another one of the field's
        own name, or the vendor's, is ignored.

        Raises:
            AdaptyUsageError: The first line is a record; or a column that is mapped or ignored is missing, here and in
                the other inputs that may have it; or one has no name, is no field, or stands for the same as another
                one; `field_name` is the column's name.
        """
        self._refuse_record(header, file)
        self._refuse_missing(header, file)
        is_historical = self.record is MailProfile and is_historical_import(header)
        taken = {path for name in header for path in self.mapped.get(name, ())}
        before: set[str] = set()
        inside: dict[str, dict[str | None, str]] = {}
        columns: list[HeaderColumn] = []
        for number, name in enumerate(header, start=1):
            column = self._column(name, taken, is_historical=is_historical)
            is_repeated = name in before and name not in self.ignored
            problem: str | None = f"is the name of two columns of {file}{hint_for_repeated(name)}"
            if not is_repeated:
                problem = self._problem(name, column, inside, file)
            if problem:
                raise AdaptyUsageError.for_field(format_name(name) or f"column {number}", problem)
            before.add(name)
            for outer, inner in column.paths:
                inside.setdefault(outer, {})[inner] = name
            columns.append(column)
        return columns

    def _column(self, name: str, taken: set[FieldPath], *, is_historical: bool) -> HeaderColumn:
        """Return what a column stands for, whether or not the records have such a field."""
        if name in self.mapped:
            return HeaderColumn(self.mapped[name])
        if name in NOTES or name in self.ignored or not taken.isdisjoint(self.paths_of(name)):
            return HeaderColumn()
        if is_historical and name in NOT_IMPORTED:
            return HeaderColumn(is_not_imported=True)
        return HeaderColumn(self.paths_of(name), READERS.get(name) if is_historical else None)

    def other_separator(self, header: str, separator: str) -> str | None:
        """Name what a header is separated by, where it would be right but for that.

        Args:
            header: The header's text.
            separator: What should separate it.
        """
        found = {word: self._known(header, sign) for sign, word in _SEPARATORS.items() if sign != separator}
        likely = max(found, key=found.__getitem__)
        return likely if found[likely] > self._known(header, separator) else None

    def _known(self, header: str, separator: str) -> int:
        """Count the columns that stand for a field, if this is what separates them."""
        try:
            names = next(csv.reader([header], delimiter=separator, strict=True), [])
        except csv.Error:
            return 0
        return sum(self._is_known(name.strip()) for name in names)

    def _is_known(self, name: str) -> bool:
        """Tell whether a column stands for a field."""
        return all(map(self.has, self.paths_of(name)))

    def _refuse_record(self, header: Sequence[str], file: Path) -> None:
        """Refuse a first line that is a record: no column is known, and a cell holds a value."""
        meant = {*self.mapped, *self.ignored, *NOTES}
        if any(name in meant or self._is_known(name) for name in header) or not any(map(looks_like_data, header)):
            return
        expected = f"expected the names of the columns in the first line, such as {','.join(self.names)}"
        raise AdaptyUsageError(f"{file}: has no header; its first line holds a record; {expected}")

    def _refuse_missing(self, header: Sequence[str], file: Path) -> None:
        """See that the columns that are named are there, or may be in another input."""
        for column, paths in self.mapped.items():
            for path in paths:
                others = [other for other in self.others if path[0] in field_names(other.record)]
                if absence := _absence(column, header, file, others):
                    _refuse(f"takes {_spelled(path)} from {absence}")
        for column in sorted(self.ignored):
            if absence := _absence(column, header, file, self.others):
                raise AdaptyUsageError.for_field("ignore", f"names {absence}")

    def _problem(
        self, name: str, column: HeaderColumn, inside: Mapping[str, Mapping[str | None, str]], file: Path
    ) -> str | None:
        """Return what is wrong with a column, given what is inside of each field by the columns before it."""
        for path in column.paths:
            outer, inner = path
            others = inside.get(outer, {})
            if not name:
                return f"has no name in {file}{hint_for_unnamed()}"
            if not self.has(path):
                return f"is a column of {file} and {self.unknown(name)}"
            if column.reader is not None and outer == CUSTOM_ATTRIBUTES:
                continue  # all attributes in one cell; columns of their own may add to them
            if inner is None and outer in self.groups:
                example = _spelled((outer, (self.groups[outer] or ("plan",))[0]))
                expected = f"expected a column for each, such as {example}"
                return f"is a column of {file} for what has fields of its own; {expected}"
            if others and (inner is None or inner in others or (None in others and outer != CUSTOM_ATTRIBUTES)):
                other = format_name(others.get(inner, next(iter(others.values()))))
                return f"is a column of {file} for {_spelled(path)}, and so is {other}; expected one"
        return None

    def unknown(self, name: object) -> str:
        """Return what is wrong with a column or a key that is not a field, and what was probably meant."""
        nested = [f"{group}.{held}" for group, names in self.groups.items() for held in names]
        fields = {known: known for known in (*self.names, *nested)}
        vendors = VENDOR_COLUMNS.get(self.record, {})
        _, dot, inner = name.partition(".") if isinstance(name, str) else ("", "", "")
        free = [f"{short}.{inner}" for short, group in _SHORT_NAMES.items() if inner and group in self.groups]
        candidates = {path: path for path in (*free, *nested)} if dot else {**fields, **vendors}
        return f"not a field of {self.record.__name__}{hint_for_unknown(name, candidates)}"


def _absence(column: str, header: Sequence[str], file: Path, others: Sequence[OtherInput]) -> str | None:
    """Say where a column is not, and what was probably meant; None where it is, or may be."""
    if column in header or any(other.may_have(column) for other in others):
        return None
    files = " or ".join((str(file), *(other.file for other in others)))
    likely = suggest(column, header)
    meant = f"; did you mean {format_name(likely)}?" if likely else ""
    return f"{_shown(column)}, which is no column of {files}{meant}"


def _fields_of(record: type[RequestModel]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Name a record's fields, and those of the fields that hold some."""
    names = field_names(record)
    held = {field.name: field.metadata[NESTED] for field in attrs.fields(record) if NESTED in field.metadata}
    groups = {name: field_names(inner) for name, inner in held.items()}
    return names, groups | ({CUSTOM_ATTRIBUTES: ()} if CUSTOM_ATTRIBUTES in names else {})


def _checked_mapping(columns: Columns, mapping: Mapping[str, str]) -> dict[str, tuple[FieldPath, ...]]:
    """Return the columns of a mapping, each with the fields that are taken from it."""
    if not isinstance(mapping, Mapping):
        _refuse(f"is {type_name(mapping)}; {_MAPPING_EXPECTED}")
    mapped: dict[str, tuple[FieldPath, ...]] = {}
    for field, column in mapping.items():
        for name in (field, column):
            if not isinstance(name, str):
                _refuse(f"names something {type_name(name)}; {_MAPPING_EXPECTED}")
        path = field_path(field)
        if not columns.has(path):
            known = [*columns.names, *(f"{group}.{name}" for group, names in columns.groups.items() for name in names)]
            _refuse(
                f"{_shown(field)} is not a field of {columns.record.__name__}"
                f"{suggest_choice(field[:_LONGEST_NAME], known)}"
            )
        for other, paths in mapped.items():
            if any(path[0] == taken[0] and (path[1] == taken[1] or None in {path[1], taken[1]}) for taken in paths):
                both = f"{format_name(other)} and {format_name(column)}"
                _refuse(f"takes {_spelled(path)} from two columns, {both}; expected one")
        if column in NOTES:
            _refuse(
                f"takes {_spelled(path)} from {column}, which is a note of a failures file; expected another column"
            )
        mapped[column] = (*mapped.get(column, ()), path)
    return mapped


def _checked_names(ignore: Collection[str], mapped: Mapping[str, tuple[FieldPath, ...]]) -> Collection[str]:
    """Give the names to ignore, without the notes of a failures file, which are passed over anyway."""
    if not isinstance(ignore, Collection) or isinstance(ignore, str | bytes | bytearray | Mapping):
        raise AdaptyUsageError.for_field("ignore", f"is {type_name(ignore)}; {_IGNORE_EXPECTED}")
    for name in ignore:
        if not isinstance(name, str):
            raise AdaptyUsageError.for_field("ignore", f"names something {type_name(name)}; {_IGNORE_EXPECTED}")
        if name in mapped:
            problem = f"names {_shown(name)}, which {_spelled(mapped[name][0])} is taken from; expected one of the two"
            raise AdaptyUsageError.for_field("ignore", problem)
    return frozenset(ignore) - {*NOTES}


def _refuse(problem: str) -> NoReturn:
    raise AdaptyUsageError.for_field("mapping", problem)


def _spelled(path: FieldPath) -> str:
    """Spell a field as the name of its column."""
    outer, inner = path
    if inner is None:
        return outer
    short: dict[str, Any] = {group: name for name, group in _SHORT_NAMES.items()}
    return f"{short.get(outer, outer)}.{format_name(inner)}"


def _shown(name: str) -> str:
    return format_name(name) or "(an empty name)"
