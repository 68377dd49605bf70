"""Compare two contracts and return the changes."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.operations import parse_contract
from scripts.spec_diff.reading import CannotCompareError
from scripts.spec_diff.rules import BREAKING, Side, Weight, find_rule
from scripts.spec_diff.schema import Schema
from scripts.spec_diff.schema_diff import Difference, SchemaComparison, SchemaPair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scripts.spec_diff.document import Document
    from scripts.spec_diff.normalize import Shapes
    from scripts.spec_diff.operations import Body, Contract, Operation, Parameter, Response, SecurityOptions

__all__ = ["Change", "Location", "SchemaQueue", "find_changes"]

MAX_PAIRS = 200_000
"""Pairs of schemas to compare."""

Key = tuple["Side", tuple[int, ...], tuple[int, ...]]


@attrs.frozen(order=True)
class Location:
    """A part of a request or response; the number keeps the order of the contract."""

    number: int
    operation: str
    part: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.part}" if self.part else self.operation


@attrs.define
class _Pair:
    """Two schemas, their locations and their differences."""

    old: Schema
    new: Schema
    element: str
    places: set[Location] = attrs.field(factory=set)
    above: set[Key] = attrs.field(factory=set)
    differences: list[Difference] = attrs.field(factory=list)


class SchemaQueue:
    """The pairs of schemas of two contracts.

    Each pair is compared once, and its differences apply at all locations that use it. So recursive schemas end too.
    """

    def __init__(self, old: Shapes, new: Shapes) -> None:
        self._values = {side: SchemaComparison(side, old, new) for side in ("request", "response")}
        self._pairs: dict[Key, _Pair] = {}
        self._waiting: list[Key] = []

    def start(self, side: Side, old: Schema, new: Schema, element: str, place: Location) -> None:
        """Add two schemas at a location."""
        self._pairs[self._get_or_add(side, old, new, element)].places.add(place)

    def differences(self) -> Iterator[tuple[Side, Difference, set[Location]]]:
        """Compare all pairs and yield the differences with their locations."""
        index = 0
        while index < len(self._waiting):
            if index == MAX_PAIRS:
                raise CannotCompareError(f"the contracts have more than {MAX_PAIRS} parts to compare")
            self._compare_pair(self._waiting[index])
            index += 1
        for key, pair in self._pairs.items():
            if pair.differences:
                places = self._format_locations(key)
                yield from ((key[0], difference, places) for difference in pair.differences)

    def _get_or_add(self, side: Side, old: Schema, new: Schema, element: str) -> Key:
        key = (side, old.key, new.key)
        if key not in self._pairs:
            self._pairs[key] = _Pair(old, new, element)
            self._waiting.append(key)
        return key

    def _compare_pair(self, key: Key) -> None:
        pair = self._pairs[key]
        for one in self._values[key[0]].differences(pair.old, pair.new, pair.element):
            if isinstance(one, SchemaPair):
                below = self._get_or_add(key[0], one.old, one.new, one.element)
                self._pairs[below].above.add(key)
            else:
                pair.differences.append(one)

    def _format_locations(self, key: Key) -> set[Location]:
        """Return the locations that use a pair, directly or indirectly."""
        places: set[Location] = set()
        seen = {key}
        pending = [key]
        while pending:
            pair = self._pairs[pending.pop()]
            places |= pair.places
            pending += pair.above - seen
            seen |= pair.above
        return places


ALL_OPERATIONS = "all operations"


@attrs.frozen
class Change:
    """A change between two contracts."""

    kind: str
    words: str
    weight: Weight
    where: tuple[str, ...]
    element: str
    before: Any
    after: Any
    operations: frozenset[str]
    subjects: frozenset[str]
    """The names that the change is about."""

    @property
    def is_breaking(self) -> bool:
        """Whether it breaks callers."""
        return self.weight == BREAKING


def find_changes(old: Document, new: Document) -> list[Change]:
    """Return the changes between two contracts, breaking ones first."""
    comparison = _Comparison(parse_contract(old), parse_contract(new))
    found = comparison.find_changes()
    return sorted(found, key=lambda change: not change.is_breaking)


@attrs.define
class _Change:
    """A difference with the locations found so far."""

    side: Side
    difference: Difference
    places: set[Location] = attrs.field(factory=set)


class _Comparison:
    def __init__(self, old: Contract, new: Contract) -> None:
        self.old = old
        self.new = new
        self.queue = SchemaQueue(old.shapes, new.shapes)
        self.gathered: dict[str, _Change] = {}
        self.pairs: list[tuple[Operation, Operation]] = []
        self.number = 0

    def find_changes(self) -> list[Change]:
        """Compare the contracts."""
        self._operations()
        self._webhooks()
        for side, difference, places in self.queue.differences():
            self._add(side, difference, places)
        return [self._build_change(one) for one in self.gathered.values()]

    def _operations(self) -> None:
        pairs, removed, added = _match_operations(self.old.operations, self.new.operations)
        self.pairs = pairs
        for one in removed:
            self._add_operation_change(
                "request", Difference("operation-removed", one.name, one.call, None, one.name), one
            )
        for before, after in pairs:
            if before.id != after.id:
                renamed = Difference(
                    "operation-renamed", before.name, before.name, after.name, f"{before.name} {after.name}"
                )
                self._add_operation_change("request", renamed, before)
            elif before.route != after.route:
                moved = Difference("operation-moved", before.name, before.call, after.call, before.name)
                self._add_operation_change("request", moved, before)
            self._operation("operation", before, after)
            self._auth(before, after)
            self._servers(before, after)
        for one in added:
            self._add_operation_change(
                "request", Difference("operation-added", one.name, None, one.call, one.name), one
            )

    def _webhooks(self) -> None:
        """Compare the webhooks, whose requests we receive and whose responses we send."""
        pairs, removed, added = _match_operations(self.old.webhooks, self.new.webhooks, by_name=True)
        for one in removed:
            self._add_operation_change(
                "response", Difference("webhook-removed", one.path, one.method.upper(), None, one.path), one
            )
        for before, after in pairs:
            if before.path != after.path:
                renamed = Difference(
                    "webhook-renamed", before.path, before.path, after.path, f"{before.path} {after.path}"
                )
                self._add_operation_change("response", renamed, before)
            self._operation("webhook", before, after)
            self._auth(before, after)
        for one in added:
            self._add_operation_change(
                "response", Difference("webhook-added", one.path, None, one.method.upper(), one.path), one
            )

    def _operation(self, kind: str, old: Operation, new: Operation) -> None:
        request_side: Side = "request" if kind == "operation" else "response"
        response_side: Side = "response" if kind == "operation" else "request"
        title = old.name if kind == "operation" else f"webhook {old.path}"
        if old.deprecated != new.deprecated:
            what = f"{kind}-deprecated" if new.deprecated else f"{kind}-undeprecated"
            self._add_operation_change(request_side, Difference(what, title), old)
        self._parameters(request_side, "parameter", old.parameters, new.parameters, self._location(title, ""))
        self._body(request_side, old.body, new.body, title)
        self._responses(response_side, kind, old.responses, new.responses, title)

    def _parameters(
        self, side: Side, kind: str, old: Mapping[Any, Parameter], new: Mapping[Any, Parameter], place: Location
    ) -> None:
        for key, before in old.items():
            if key in new:
                self._parameter(side, kind, before, new[key], place)
            else:
                self._add(side, Difference(f"{kind}-removed", before.title, subject=before.name), {place})
        for key, after in new.items():
            if key not in old:
                what = f"required-{kind}-added" if after.required else f"{kind}-added"
                self._add(side, Difference(what, after.title, subject=after.name, added=after.schema), {place})

    def _parameter(self, side: Side, kind: str, old: Parameter, new: Parameter, place: Location) -> None:
        if old.place == "path" and old.name != new.name:
            renamed = Difference("parameter-renamed", old.title, old.name, new.name, f"{old.name} {new.name}")
            self._add(side, renamed, {place})
        if old.required != new.required:
            words = ("required", "optional")
            what = f"{kind}-now-required" if new.required else f"{kind}-now-optional"
            difference = Difference(what, old.title, words[new.required], words[not new.required], old.name)
            self._add(side, difference, {place})
        if old.deprecated != new.deprecated:
            what = f"{kind}-deprecated" if new.deprecated else f"{kind}-undeprecated"
            self._add(side, Difference(what, old.title, subject=old.name), {place})
        if old.style != new.style and self._has_parts(old, new):
            self._add(side, Difference(f"{kind}-style-changed", old.title, old.style, new.style, old.name), {place})
        part = " ".join(filter(None, (place.part, old.title)))
        self.queue.start(side, old.schema, new.schema, old.title, self._location(place.operation, part))

    def _has_parts(self, old: Parameter, new: Parameter) -> bool:
        """Return whether the style matters: a scalar is encoded in one way only, unless it is JSON."""
        kinds = self.old.shapes.shape(old.schema).kinds | self.new.shapes.shape(new.schema).kinds
        return "/" in old.style + new.style or bool(kinds & {"array", "object"})

    def _body(self, side: Side, old: Body | None, new: Body | None, operation: str) -> None:
        place = self._location(operation, "request body")
        if new is None:
            if old is not None:
                self._add(side, Difference("body-removed", "body"), {place})
            return
        if old is None:
            what = "required-body-added" if new.required else "body-added"
            self._add(side, Difference(what, "body", added=next(iter(new.content.values()), None)), {place})
            return
        if old.required != new.required:
            words = ("required", "optional")
            what = "body-now-required" if new.required else "body-now-optional"
            self._add(side, Difference(what, "body", words[new.required], words[not new.required]), {place})
        for media_type in sorted(old.encoding.keys() | new.encoding.keys()):
            before, after = old.encoding.get(media_type), new.encoding.get(media_type)
            if before != after and media_type in old.content.keys() & new.content.keys():
                self._add(side, Difference("encoding-changed", media_type, before, after), {place})
        self._content(side, old.content, new.content, place)

    def _content(self, side: Side, old: Mapping[str, Schema], new: Mapping[str, Schema], place: Location) -> None:
        for media_type in (*old, *(one for one in new if one not in old)):
            if media_type not in new:
                self._add(side, Difference("media-type-removed", media_type, media_type), {place})
            elif media_type not in old:
                self._add(side, Difference("media-type-added", media_type, None, media_type), {place})
            else:
                several = len(old.keys() | new.keys()) > 1
                part = f"{place.part} ({media_type})" if several else place.part
                self.queue.start(side, old[media_type], new[media_type], "body", self._location(place.operation, part))

    def _responses(
        self, side: Side, kind: str, old: Mapping[str, Response], new: Mapping[str, Response], operation: str
    ) -> None:
        for status in sorted(old.keys() | new.keys()):
            before, after = _find_response(old, status), _find_response(new, status)
            is_success = status.startswith("2") and kind == "operation"
            place = self._location(operation, f"response {status}")
            if before is None:
                added = next(iter(after.content.values()), None) if after else None
                what = "success-status-added" if is_success else "status-added"
                self._add(side, Difference(what, status, None, status, status, added), {place})
            elif after is None:
                what = "success-status-removed" if is_success else "status-removed"
                self._add(side, Difference(what, status, status, None, status), {place})
            else:
                self._parameters(side, "header", before.headers, after.headers, place)
                self._response_bodies(side, before, after, place)

    def _response_bodies(self, side: Side, old: Response, new: Response, place: Location) -> None:
        if bool(old.content) != bool(new.content):
            added = next(iter(new.content.values()), None)
            what = "body-added" if new.content else "body-removed"
            self._add(side, Difference(what, "body", added=added), {place})
        else:
            self._content(side, old.content, new.content, place)

    def _auth(self, old: Operation, new: Operation) -> None:
        if old.security == new.security:
            return
        free: SecurityOptions = frozenset({frozenset()})
        if all(any(_is_satisfied_by(way, known) for way in new.security) for known in old.security):
            what = "auth-dropped" if new.security == free else "auth-loosened"
        else:
            what = "auth-added" if old.security == free else "auth-changed"
        self._add_operation_change(
            "request", Difference(what, "auth", _format_security(old.security), _format_security(new.security)), old
        )

    def _servers(self, old: Operation, new: Operation) -> None:
        removed, added = sorted(old.servers - new.servers), sorted(new.servers - old.servers)
        if len(removed) == len(added) == 1:
            self._add_operation_change("request", Difference("server-changed", "server", removed[0], added[0]), old)
            return
        for url in removed:
            self._add_operation_change("request", Difference("server-removed", "server", url, None), old)
        for url in added:
            self._add_operation_change("request", Difference("server-added", "server", None, url), old)

    def _location(self, operation: str, part: str) -> Location:
        self.number += 1
        return Location(self.number, operation, part)

    def _add_operation_change(self, side: Side, difference: Difference, operation: Operation) -> None:
        """Add a change of a whole operation."""
        self._add(side, difference, {self._location(operation.name, "")})

    def _add(self, side: Side, difference: Difference, places: Iterable[Location]) -> None:
        """Add a difference, or add locations to an equal one."""
        key = json.dumps([find_rule(side, difference.what)[0], difference.element, difference.before, difference.after])
        self.gathered.setdefault(key, _Change(side, difference)).places.update(places)

    def _build_change(self, gathered: _Change) -> Change:
        difference = gathered.difference
        kind, words, weight = find_rule(gathered.side, difference.what)
        operations = frozenset(place.operation for place in gathered.places)
        where = tuple(dict.fromkeys(str(place) for place in sorted(gathered.places)))
        is_everywhere = difference.element in {"auth", "server"} and len(operations) == len(self.pairs) > 1
        return Change(
            kind=kind,
            words=words,
            weight=weight,
            where=(ALL_OPERATIONS,) if is_everywhere else where,
            element=difference.element,
            before=difference.before,
            after=difference.after,
            operations=operations,
            subjects=frozenset(difference.subject.split()) | self._new_names(difference),
        )

    def _new_names(self, difference: Difference) -> set[str]:
        """Return the names of new shared schemas that an addition uses."""
        below: set[str] = set()
        if difference.added is not None:
            below = self.new.shapes.names_below(difference.added)
        if difference.what == "operation-added":
            (operation,) = (one for one in self.new.operations if one.name == difference.element)
            for schema in _schemas(operation):
                below |= self.new.shapes.names_below(schema)
        return below - set(self.old.document.names.values())


def _match_operations(
    old: Iterable[Operation], new: Iterable[Operation], *, by_name: bool = False
) -> tuple[list[tuple[Operation, Operation]], list[Operation], list[Operation]]:
    """Match operations by ID, then by route; webhooks in the opposite order."""
    old, new = list(old), list(new)
    pairs: list[tuple[Operation, Operation]] = []
    keys = [attrgetter("id"), attrgetter("route")]
    for key_of in reversed(keys) if by_name else keys:
        known = {key_of(one): one for one in new if key_of(one) is not None}
        found = [(one, known[key_of(one)]) for one in old if key_of(one) in known]
        pairs += found
        taken = {id(one) for pair in found for one in pair}
        old, new = ([one for one in rest if id(one) not in taken] for rest in (old, new))
    return pairs, old, new


def _find_response(responses: Mapping[str, Response], status: str) -> Response | None:
    """Return the response for a status, else of its range, else for errors the default response."""
    found = responses.get(status) or responses.get(f"{status[0]}XX")
    return found or (None if status.startswith("2") else responses.get("default"))


def _is_satisfied_by(way: frozenset[tuple[str, frozenset[str]]], known: frozenset[tuple[str, frozenset[str]]]) -> bool:
    """Return whether the known way to authenticate satisfies this one."""
    return all(any(scheme == other and scopes <= granted for other, granted in known) for scheme, scopes in way)


def _format_security(ways: SecurityOptions) -> str:
    return " or ".join(
        sorted(" and ".join(sorted(_format_scheme(*scheme) for scheme in way)) or "none" for way in ways)
    )


def _format_scheme(scheme: str, scopes: frozenset[str]) -> str:
    return f"{scheme} ({', '.join(sorted(scopes))})" if scopes else scheme


def _schemas(operation: Operation) -> list[Schema]:
    """Return the schemas of an operation."""
    parts: list[Body | Response] = [*operation.responses.values(), *([operation.body] if operation.body else [])]
    found = [parameter.schema for parameter in operation.parameters.values()]
    return found + [schema for part in parts for schema in part.content.values()]
