"""What the columns and keys of an input stand for: the records' fields, by their own names, by others, or mapped."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn, Self

import attrs
from attrs import frozen

from adapty._core.validate import kind_of, known_name, printable
from adapty.errors import AdaptyUsageError
from adapty.models import MailProfile
from adapty.models._record import RECORD, Record, field_names

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NOTES", "RAW", "VENDOR_COLUMNS", "Columns", "FieldPath", "OtherInput", "field_path"]

RAW = "_raw"
"""The column of a failures file that holds the text of a row that could not be read."""

NOTES = ("_line", "_error", RAW)
"""The columns that a failures file adds to its input's; a reader passes over them, so that it can be fed back."""

VENDOR_COLUMNS: Mapping[type[Record], Mapping[str, str]] = {
    MailProfile: {
        "user_id": "external_profile_id",
        "created_at": "external_created_at",
        "birthday": "birthday",
        "email": "email",
        "gender": "gender",
        "country": "country",
        "first_name": "first_name",
        "last_name": "last_name",
    },
}
"""The CSV columns of the vendor's historical import file, and the fields that they stand for."""

FieldPath = tuple[str, str | None]
"""A field of a record, and the name inside it, if there is one."""

_ATTRIBUTES = "custom_attributes"
_SHORT_NAMES = {"custom": _ATTRIBUTES}
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
    record: type[Record]
    header: Sequence[str] | None

    def may_have(self, column: str) -> bool:
        """Tell whether a column may be in it."""
        return self.header is None or column in self.header


@frozen
class Columns:
    """What the columns of one input stand for.

    Attributes:
        names: The fields of its records.
        groups: The fields that hold fields of their own, with the names of those; none for custom attributes, whose
            names are free.
        mapped: The columns that the user gave a meaning, and what it is.
        vendors: The columns that are known by the vendor's names, and the fields that they stand for; CSV only.
        ignored: The columns and keys that stand for nothing.
        others: The other inputs of the import.
    """

    names: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    mapped: Mapping[str, FieldPath] = attrs.field(factory=dict)
    vendors: Mapping[str, str] = attrs.field(factory=dict)
    ignored: Collection[str] = frozenset()
    others: Sequence[OtherInput] = ()

    @classmethod
    def of(
        cls,
        record: type[Record],
        mapping: Mapping[str, str] | None = None,
        *,
        ignore: Collection[str] = (),
        others: Sequence[OtherInput] = (),
    ) -> Self:
        """Work out what columns stand for.

        Args:
            record: The class of the records.
            mapping: Fields, nested ones dotted (`custom.plan`, `device_info.os`), to the columns that hold them.
            ignore: Columns, or keys, that stand for nothing.
            others: The other inputs of the import.

        Raises:
            AdaptyUsageError: The mapping is none, names what is no field, takes two fields from one column, or one
                field from two; or there is nothing to ignore by these names.
        """
        names, groups = _fields_of(record)
        mapped = _checked_mapping(cls(names, groups), record, {} if mapping is None else mapping)
        ignored = _checked_names(ignore, mapped)
        return cls(names, groups, mapped, VENDOR_COLUMNS.get(record, {}), ignored, others)

    def path_of(self, column: str) -> FieldPath:
        """Say what a column stands for, whether or not there is such a field."""
        if column in self.mapped:
            return self.mapped[column]
        return field_path(self.vendors.get(column, column))

    def has(self, path: FieldPath) -> bool:
        """Tell whether the records have such a field."""
        outer, inner = path
        if outer not in self.names or inner is None:
            return outer in self.names
        return inner != "" if outer == _ATTRIBUTES else inner in self.groups.get(outer, ())

    def of_header(self, header: Sequence[str], file: Path) -> list[FieldPath | None]:
        """Say what each column of a CSV file stands for; None for a note of a failures file, and what is ignored.

        Where a column is mapped to a field, another one of the field's own name, or the vendor's, is ignored.

        Raises:
            AdaptyUsageError: A column that is mapped or ignored is missing, here and in the other inputs that may have
                it, or one has no name, is no field, or stands for the same as another one; `field_name` is the
                column's name.
        """
        self._refuse_missing(header, file)
        paths: list[FieldPath | None] = []
        before: set[str] = set()
        seen: dict[str, dict[str | None, str]] = {}
        taken = {path for name, path in self.mapped.items() if name in header}
        for number, name in enumerate(header, start=1):
            path: FieldPath | None = self.path_of(name)
            if name in NOTES or name in self.ignored or (path in taken and name not in self.mapped):
                path = None
            inside = seen.setdefault(path[0], {}) if path else {}
            if name in before:
                problem: str | None = f"is the name of two columns of {file}; expected one"
            else:
                problem = self._problem(name, path, inside, file) if path else None
            if problem:
                raise AdaptyUsageError.of(printable(name) or f"column {number}", problem)
            before.add(name)
            if path:
                inside[path[1]] = name
            paths.append(path)
        return paths

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
        return sum(self.has(self.path_of(name.strip())) for name in names)

    def _refuse_missing(self, header: Sequence[str], file: Path) -> None:
        """See that the columns that are named are there, or may be in another input."""
        for column, path in self.mapped.items():
            others = [other for other in self.others if path[0] in field_names(other.record)]
            if absence := _absence(column, header, file, others):
                _refuse(f"takes {_spelled(path)} from {absence}")
        for column in sorted(self.ignored):
            if absence := _absence(column, header, file, self.others):
                raise AdaptyUsageError.of("ignore", f"names {absence}")

    def _problem(self, name: str, path: FieldPath, inside: Mapping[str | None, str], file: Path) -> str | None:
        """Say what is wrong with a column, given those of the same field before it."""
        if not name:
            return f"has no name in {file}; name or remove it"
        if not self.has(path):
            return (
                f"is a column of {file} that is no field of the records{self._meant(name)} rename, ignore or remove it"
            )
        if path[1] is None and path[0] in self.groups:
            example = _spelled((path[0], (self.groups[path[0]] or ("plan",))[0]))
            return (
                f"is a column of {file} for what has fields of its own; expected a column for each, such as {example}"
            )
        if inside and (path[1] is None or path[1] in inside or None in inside):
            other = printable(inside.get(path[1], next(iter(inside.values()))))
            return f"is a column of {file} for {_spelled(path)}, and so is {other}; expected one"
        return None

    def _meant(self, name: str) -> str:
        """Say which field was probably meant by a column's name."""
        _, dot, inner = name.partition(".")
        nested = [f"{group}.{held}" for group, names in self.groups.items() for held in names]
        free = [f"{short}.{inner}" for short, group in _SHORT_NAMES.items() if inner and group in self.groups]
        return _suggested(name, [*free, *nested] if dot else [*self.names, *self.vendors]) or ";"


def _absence(column: str, header: Sequence[str], file: Path, others: Sequence[OtherInput]) -> str | None:
    """Say where a column is not, and what was probably meant; None where it is, or may be."""
    if column in header or any(other.may_have(column) for other in others):
        return None
    files = " or ".join((str(file), *(other.file for other in others)))
    return f"{_shown(column)}, which is no column of {files}{_suggested(column, header)}"


def _fields_of(record: type[Record]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Name a record's fields, and those of the fields that hold some."""
    names = field_names(record)
    held = {field.name: field.metadata[RECORD] for field in attrs.fields(record) if RECORD in field.metadata}
    groups = {name: field_names(inner) for name, inner in held.items()}
    return names, groups | ({_ATTRIBUTES: ()} if _ATTRIBUTES in names else {})


def _checked_mapping(columns: Columns, record: type[Record], mapping: Mapping[str, str]) -> dict[str, FieldPath]:
    """Turn a mapping round: columns to what they stand for."""
    if not isinstance(mapping, Mapping):
        _refuse(f"is {kind_of(mapping)}; {_MAPPING_EXPECTED}")
    mapped: dict[str, FieldPath] = {}
    for field, column in mapping.items():
        for name in (field, column):
            if not isinstance(name, str):
                _refuse(f"names something {kind_of(name)}; {_MAPPING_EXPECTED}")
        path = field_path(field)
        if not columns.has(path):
            known = [*columns.names, *(f"{group}.{name}" for group, names in columns.groups.items() for name in names)]
            _refuse(f"{_shown(field)} is not a field of {record.__name__}{known_name(field[:_LONGEST_NAME], known)}")
        if column in mapped:
            _refuse(f"takes {_spelled(mapped[column])} and {_spelled(path)} from {printable(column)}; expected one")
        for other, taken in mapped.items():
            if path[0] == taken[0] and (path[1] == taken[1] or None in {path[1], taken[1]}):
                both = f"{printable(other)} and {printable(column)}"
                _refuse(f"takes {_spelled(path)} from two columns, {both}; expected one")
        if column in NOTES:
            _refuse(
                f"takes {_spelled(path)} from {column}, which is a note of a failures file; expected another column"
            )
        mapped[column] = path
    return mapped


def _checked_names(ignore: Collection[str], mapped: Mapping[str, FieldPath]) -> Collection[str]:
    """Give the names to ignore, without the notes of a failures file, which are passed over anyway."""
    if not isinstance(ignore, Collection) or isinstance(ignore, str | bytes | bytearray | Mapping):
        raise AdaptyUsageError.of("ignore", f"is {kind_of(ignore)}; {_IGNORE_EXPECTED}")
    for name in ignore:
        if not isinstance(name, str):
            raise AdaptyUsageError.of("ignore", f"names something {kind_of(name)}; {_IGNORE_EXPECTED}")
        if name in mapped:
            problem = f"names {_shown(name)}, which {_spelled(mapped[name])} is taken from; expected one of the two"
            raise AdaptyUsageError.of("ignore", problem)
    return frozenset(ignore) - {*NOTES}


def _refuse(problem: str) -> NoReturn:
    raise AdaptyUsageError.of("mapping", problem)


def _spelled(path: FieldPath) -> str:
    """Spell a field as the name of its column."""
    outer, inner = path
    if inner is None:
        return outer
    short: dict[str, Any] = {group: name for name, group in _SHORT_NAMES.items()}
    return f"{short.get(outer, outer)}.{printable(inner)}"


def _shown(name: str) -> str:
    return printable(name) or "(an empty name)"


def _suggested(name: str, candidates: Collection[str]) -> str:
    """Say what was probably meant; nothing where nothing is near."""
    close = get_close_matches(name, candidates, n=1) if len(name) <= _LONGEST_NAME else []
    return f"; did you mean {printable(close[0])}?" if close else ""
