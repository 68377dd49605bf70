"""From two contracts to the changes between them."""

from __future__ import annotations

import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.operations import contract_of
from scripts.spec_diff.rules import BREAKING, Side, Weight, rule_of
from scripts.spec_diff.schema_diff import Found
from scripts.spec_diff.walk import Place, Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scripts.spec_diff.document import Document
    from scripts.spec_diff.operations import Body, Contract, Operation, Parameter, Response, Ways
    from scripts.spec_diff.schema import Schema

__all__ = ["Change", "changes"]

EVERYWHERE = "all operations"


@attrs.frozen
class Change:
    """One change between two contracts."""

    kind: str
    words: str
    weight: Weight
    where: tuple[str, ...]
    element: str
    before: Any
    after: Any
    operations: frozenset[str]
    subjects: frozenset[str]
    """The names that it is about."""

    @property
    def is_breaking(self) -> bool:
        """Tell whether it breaks callers."""
        return self.weight == BREAKING


def changes(old: Document, new: Document) -> list[Change]:
    """Give the changes between two contracts, breaking ones first."""
    comparison = _Comparison(contract_of(old), contract_of(new))
    found = comparison.changes()
    return sorted(found, key=lambda change: not change.is_breaking)


@attrs.define
class _Gathered:
    """A change, and what is known so far of where it applies."""

    side: Side
    found: Found
    places: set[Place] = attrs.field(factory=set)


class _Comparison:
    def __init__(self, old: Contract, new: Contract) -> None:
        self.old = old
        self.new = new
        self.walk = Walk(old.shapes, new.shapes)
        self.gathered: dict[str, _Gathered] = {}
        self.pairs: list[tuple[Operation, Operation]] = []
        self.number = 0

    def changes(self) -> list[Change]:
        """Compare everything."""
        self._operations()
        self._webhooks()
        for side, found, places in self.walk.findings():
            self._add(side, found, places)
        return [self._told(one) for one in self.gathered.values()]

    def _operations(self) -> None:
        pairs, gone, come = _matched(self.old.operations, self.new.operations)
        self.pairs = pairs
        for one in gone:
            self._note("request", Found("operation-removed", one.name, one.call, None, one.name), one)
        for before, after in pairs:
            if before.id != after.id:
                renamed = Found(
                    "operation-renamed", before.name, before.name, after.name, f"{before.name} {after.name}"
                )
                self._note("request", renamed, before)
            elif before.route != after.route:
                moved = Found("operation-moved", before.name, before.call, after.call, before.name)
                self._note("request", moved, before)
            self._operation("operation", before, after)
            self._auth(before, after)
            self._servers(before, after)
        for one in come:
            self._note("request", Found("operation-added", one.name, None, one.call, one.name), one)

    def _webhooks(self) -> None:
        """Compare what the vendor sends: we receive its bodies and send the answers."""
        pairs, gone, come = _matched(self.old.webhooks, self.new.webhooks, by_name=True)
        for one in gone:
            self._note("response", Found("webhook-removed", one.path, one.method.upper(), None, one.path), one)
        for before, after in pairs:
            if before.path != after.path:
                renamed = Found("webhook-renamed", before.path, before.path, after.path, f"{before.path} {after.path}")
                self._note("response", renamed, before)
            self._operation("webhook", before, after)
            self._auth(before, after)
        for one in come:
            self._note("response", Found("webhook-added", one.path, None, one.method.upper(), one.path), one)

    def _operation(self, kind: str, old: Operation, new: Operation) -> None:
        asks: Side = "request" if kind == "operation" else "response"
        answers: Side = "response" if kind == "operation" else "request"
        title = old.name if kind == "operation" else f"webhook {old.path}"
        if old.deprecated != new.deprecated:
            what = f"{kind}-deprecated" if new.deprecated else f"{kind}-undeprecated"
            self._note(asks, Found(what, title), old)
        self._parameters(asks, "parameter", old.parameters, new.parameters, self._at(title, ""))
        self._body(asks, old.body, new.body, title)
        self._responses(answers, kind, old.responses, new.responses, title)

    def _parameters(
        self, side: Side, kind: str, old: Mapping[Any, Parameter], new: Mapping[Any, Parameter], place: Place
    ) -> None:
        for key, before in old.items():
            if key in new:
                self._parameter(side, kind, before, new[key], place)
            else:
                self._add(side, Found(f"{kind}-removed", before.title, subject=before.name), {place})
        for key, after in new.items():
            if key not in old:
                what = f"required-{kind}-added" if after.required else f"{kind}-added"
                self._add(side, Found(what, after.title, subject=after.name, added=after.schema), {place})

    def _parameter(self, side: Side, kind: str, old: Parameter, new: Parameter, place: Place) -> None:
        if old.place == "path" and old.name != new.name:
            renamed = Found("parameter-renamed", old.title, old.name, new.name, f"{old.name} {new.name}")
            self._add(side, renamed, {place})
        if old.required != new.required:
            words = ("required", "optional")
            what = f"{kind}-now-required" if new.required else f"{kind}-now-optional"
            found = Found(what, old.title, words[new.required], words[not new.required], old.name)
            self._add(side, found, {place})
        if old.deprecated != new.deprecated:
            what = f"{kind}-deprecated" if new.deprecated else f"{kind}-undeprecated"
            self._add(side, Found(what, old.title, subject=old.name), {place})
        if old.style != new.style and self._has_parts(old, new):
            self._add(side, Found(f"{kind}-style-changed", old.title, old.style, new.style, old.name), {place})
        part = " ".join(filter(None, (place.part, old.title)))
        self.walk.start(side, old.schema, new.schema, old.title, self._at(place.operation, part))

    def _has_parts(self, old: Parameter, new: Parameter) -> bool:
        """Tell whether it matters how the parameter is written: a plain value is written one way, if not as JSON."""
        kinds = self.old.shapes.shape(old.schema).kinds | self.new.shapes.shape(new.schema).kinds
        return "/" in old.style + new.style or bool(kinds & {"array", "object"})

    def _body(self, side: Side, old: Body | None, new: Body | None, operation: str) -> None:
        place = self._at(operation, "request body")
        if new is None:
            if old is not None:
                self._add(side, Found("body-removed", "body"), {place})
            return
        if old is None:
            what = "required-body-added" if new.required else "body-added"
            self._add(side, Found(what, "body", added=next(iter(new.content.values()), None)), {place})
            return
        if old.required != new.required:
            words = ("required", "optional")
            what = "body-now-required" if new.required else "body-now-optional"
            self._add(side, Found(what, "body", words[new.required], words[not new.required]), {place})
        for media_type in sorted(old.encoding.keys() | new.encoding.keys()):
            before, after = old.encoding.get(media_type), new.encoding.get(media_type)
            if before != after and media_type in old.content.keys() & new.content.keys():
                self._add(side, Found("encoding-changed", media_type, before, after), {place})
        self._content(side, old.content, new.content, place)

    def _content(self, side: Side, old: Mapping[str, Schema], new: Mapping[str, Schema], place: Place) -> None:
        for media_type in (*old, *(one for one in new if one not in old)):
            if media_type not in new:
                self._add(side, Found("media-type-removed", media_type, media_type), {place})
            elif media_type not in old:
                self._add(side, Found("media-type-added", media_type, None, media_type), {place})
            else:
                several = len(old.keys() | new.keys()) > 1
                part = f"{place.part} ({media_type})" if several else place.part
                self.walk.start(side, old[media_type], new[media_type], "body", self._at(place.operation, part))

    def _responses(
        self, side: Side, kind: str, old: Mapping[str, Response], new: Mapping[str, Response], operation: str
    ) -> None:
        for status in sorted(old.keys() | new.keys()):
            before, after = _answer(old, status), _answer(new, status)
            is_success = status.startswith("2") and kind == "operation"
            place = self._at(operation, f"response {status}")
            if before is None:
                added = next(iter(after.content.values()), None) if after else None
                what = "success-status-added" if is_success else "status-added"
                self._add(side, Found(what, status, None, status, status, added), {place})
            elif after is None:
                what = "success-status-removed" if is_success else "status-removed"
                self._add(side, Found(what, status, status, None, status), {place})
            else:
                self._parameters(side, "header", before.headers, after.headers, place)
                self._answer_bodies(side, before, after, place)

    def _answer_bodies(self, side: Side, old: Response, new: Response, place: Place) -> None:
        if bool(old.content) != bool(new.content):
            added = next(iter(new.content.values()), None)
            what = "body-added" if new.content else "body-removed"
            self._add(side, Found(what, "body", added=added), {place})
        else:
            self._content(side, old.content, new.content, place)

    def _auth(self, old: Operation, new: Operation) -> None:
        if old.security == new.security:
            return
        free: Ways = frozenset({frozenset()})
        if all(any(_asks_no_more(way, known) for way in new.security) for known in old.security):
            what = "auth-dropped" if new.security == free else "auth-loosened"
        else:
            what = "auth-added" if old.security == free else "auth-changed"
        self._note("request", Found(what, "auth", _said(old.security), _said(new.security)), old)

    def _servers(self, old: Operation, new: Operation) -> None:
        gone, come = sorted(old.servers - new.servers), sorted(new.servers - old.servers)
        if len(gone) == len(come) == 1:
            self._note("request", Found("server-changed", "server", gone[0], come[0]), old)
            return
        for url in gone:
            self._note("request", Found("server-removed", "server", url, None), old)
        for url in come:
            self._note("request", Found("server-added", "server", None, url), old)

    def _at(self, operation: str, part: str) -> Place:
        self.number += 1
        return Place(self.number, operation, part)

    def _note(self, side: Side, found: Found, operation: Operation) -> None:
        """Add what is true of an operation as a whole."""
        self._add(side, found, {self._at(operation.name, "")})

    def _add(self, side: Side, found: Found, places: Iterable[Place]) -> None:
        """Add a change, or the places to the same change found before."""
        key = json.dumps([rule_of(side, found.what)[0], found.element, found.before, found.after])
        self.gathered.setdefault(key, _Gathered(side, found)).places.update(places)

    def _told(self, gathered: _Gathered) -> Change:
        found = gathered.found
        kind, words, weight = rule_of(gathered.side, found.what)
        operations = frozenset(place.operation for place in gathered.places)
        where = tuple(dict.fromkeys(str(place) for place in sorted(gathered.places)))
        is_everywhere = found.element in {"auth", "server"} and len(operations) == len(self.pairs) > 1
        return Change(
            kind=kind,
            words=words,
            weight=weight,
            where=(EVERYWHERE,) if is_everywhere else where,
            element=found.element,
            before=found.before,
            after=found.after,
            operations=operations,
            subjects=frozenset(found.subject.split()) | self._new_names(found),
        )

    def _new_names(self, found: Found) -> set[str]:
        """Name the shared schemas that come with what was added."""
        below: set[str] = set()
        if found.added is not None:
            below = self.new.shapes.names_below(found.added)
        if found.what == "operation-added":
            (operation,) = (one for one in self.new.operations if one.name == found.element)
            for schema in _schemas(operation):
                below |= self.new.shapes.names_below(schema)
        return below - set(self.old.document.names.values())


def _matched(
    old: Iterable[Operation], new: Iterable[Operation], *, by_name: bool = False
) -> tuple[list[tuple[Operation, Operation]], list[Operation], list[Operation]]:
    """Find the operations again: by their ids first and then by their routes, webhooks the other way round."""
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


def _answer(responses: Mapping[str, Response], status: str) -> Response | None:
    """Give the answer for a status; where it is not listed, its range's, or for an error the one for the rest."""
    found = responses.get(status) or responses.get(f"{status[0]}XX")
    return found or (None if status.startswith("2") else responses.get("default"))


def _asks_no_more(way: frozenset[tuple[str, frozenset[str]]], known: frozenset[tuple[str, frozenset[str]]]) -> bool:
    """Tell whether whoever authenticates in the known way satisfies this one."""
    return all(any(scheme == other and scopes <= held for other, held in known) for scheme, scopes in way)


def _said(ways: Ways) -> str:
    return " or ".join(sorted(" and ".join(sorted(_scheme(*scheme) for scheme in way)) or "none" for way in ways))


def _scheme(scheme: str, scopes: frozenset[str]) -> str:
    return f"{scheme} ({', '.join(sorted(scopes))})" if scopes else scheme


def _schemas(operation: Operation) -> list[Schema]:
    """Give the schemas that an operation is made of."""
    parts: list[Body | Response] = [*operation.responses.values(), *([operation.body] if operation.body else [])]
    found = [parameter.schema for parameter in operation.parameters.values()]
    return found + [schema for part in parts for schema in part.content.values()]
