"""The normal form of what a contract offers: its operations, and what the vendor sends of its own accord."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.document import Document
from scripts.spec_diff.errors import CannotCompareError
from scripts.spec_diff.normalize import ANY, Shapes
from scripts.spec_diff.schema import Schema, canonical
from scripts.spec_for_generation import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["Body", "Contract", "Operation", "Parameter", "Response", "Ways", "contract_of"]

Json = dict[str, Any]


_NO_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI does not take for parameters."""

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}

_MOST_URLS = 100
"""How many URLs of a server with variables are spelled out."""

Ways = frozenset[frozenset[tuple[str, frozenset[str]]]]
"""The ways to authenticate: each a set of schemes, with their scopes, that are needed together."""


@attrs.frozen
class Parameter:
    """A parameter of a request, or a header of an answer."""

    place: str
    name: str
    required: bool
    deprecated: bool
    schema: Schema
    style: str
    """How a list or an object is written, or the media type of any value."""

    @property
    def title(self) -> str:
        """Name it with the place where it stands."""
        return f"{self.place} {self.name}"


@attrs.frozen
class Body:
    """The body of a request."""

    required: bool
    content: Mapping[str, Schema]
    encoding: Mapping[str, str]


@attrs.frozen
class Response:
    """An answer."""

    content: Mapping[str, Schema]
    headers: Mapping[str, Parameter]


@attrs.frozen
class Operation:
    """What a client can ask for, or what the vendor sends."""

    id: str | None
    method: str
    path: str
    deprecated: bool
    parameters: Mapping[tuple[str, str], Parameter]
    body: Body | None
    responses: Mapping[str, Response]
    servers: frozenset[str]
    security: Ways

    @property
    def call(self) -> str:
        """Say the method and the path."""
        return f"{self.method.upper()} {self.path}"

    @property
    def name(self) -> str:
        """Name the operation."""
        return self.id or self.call

    @property
    def route(self) -> tuple[str, str]:
        """Give what tells its requests from others: the names of the path's parameters do not."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)


@attrs.frozen(eq=False)
class Contract:
    """A contract in its normal form."""

    document: Document
    shapes: Shapes
    operations: tuple[Operation, ...]
    webhooks: tuple[Operation, ...]


def contract_of(document: Document) -> Contract:
    """Read everything that a contract offers."""
    shapes = Shapes(document)
    reader = _Reader(document, shapes)
    content = document.content
    asked = [one for path, item in _named(content.get("paths")) for one in reader.operations(path, item, content)]
    # What stands at the top about servers and security is about what clients ask for.
    sent = [one for name, item in _named(content.get("webhooks")) for one in reader.operations(name, item, {})]
    for name, count in Counter(one.id for one in (*asked, *sent, *reader.callbacks)).items():
        if name and count > 1:
            raise CannotCompareError(f"{document.name}: two operations have the operationId {name}")
    return Contract(document, shapes, tuple(asked), (*sent, *reader.callbacks))


@attrs.frozen
class _Reader:
    document: Document
    shapes: Shapes
    callbacks: list[Operation] = attrs.field(factory=list)

    def operations(self, path: str, item: Json, content: Json) -> list[Operation]:
        """Read the operations of one path; `content` says what counts where they say nothing."""
        try:
            return list(self._operations(path, item, content))
        except (AttributeError, KeyError, TypeError, ValueError):
            # The contract is valid by itself, so this is not about what stands in it but about what it refers to.
            raise CannotCompareError(f"{self.document.name}: {path} refers to a part of another kind") from None

    def _operations(self, path: str, item: Json, content: Json) -> Iterator[Operation]:
        item = {**self._part(item), **{key: value for key, value in item.items() if key != "$ref"}}
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            parameters = {**self._parameters(item, path), **self._parameters(operation, path)}
            yield Operation(
                id=operation.get("operationId"),
                method=method,
                path=path,
                deprecated=operation.get("deprecated", False),
                parameters=parameters,
                body=self._body(operation["requestBody"]) if "requestBody" in operation else None,
                responses={
                    str(status).upper() if status != "default" else status: self._response(response)
                    for status, response in _named(operation.get("responses"))
                },
                servers=_urls(operation.get("servers") or item.get("servers") or content.get("servers")),
                security=self._ways(operation.get("security", content.get("security", []))),
            )
            for name, callback in operation.get("callbacks", {}).items():
                title = f"{operation.get('operationId') or f'{method} {path}'} {name}"
                for expression, called in _named(self._part(callback)):
                    self.callbacks.extend(self.operations(f"{title} {expression}", called, {}))

    def _part(self, part: Any) -> Json:
        followed: Json = self.document.follow(part)
        return followed

    def _parameters(self, owner: Json, path: str) -> dict[tuple[str, str], Parameter]:
        found = {}
        order = re.findall(r"\{([^}]*)\}", path)
        for reference in owner.get("parameters", []):
            part = self._part(reference)
            place, name = part["in"], part["name"]
            if place == "header" and name.lower() in _NO_PARAMETERS:
                continue
            # A path says by position which of its parameters is meant, and headers are the same in any case.
            key = str(order.index(name)) if place == "path" and name in order else name
            found[place, key.lower() if place == "header" else key] = self._parameter(part, place, name)
        return found

    def _parameter(self, part: Json, place: str, name: str) -> Parameter:
        schema, style = ANY, ""
        if "content" in part:
            for media_type, content in part["content"].items():
                schema, style = self.shapes.schema(content.get("schema", True)), _media_type(media_type)
        else:
            schema = self.shapes.schema(part.get("schema", True))
            style = part.get("style", _STYLES[place])
            style += ", exploded" if part.get("explode", style == "form") else ""
            style += ", reserved characters as they are" if part.get("allowReserved") else ""
        return Parameter(
            place=place,
            name=name,
            required=place == "path" or part.get("required", False),
            deprecated=part.get("deprecated", False),
            schema=schema,
            style=style,
        )

    def _body(self, reference: Any) -> Body:
        part = self._part(reference)
        encoding = {
            _media_type(media_type): canonical(parts)
            for media_type, content in part["content"].items()
            if (parts := _encoding(content.get("encoding", {})))
        }
        return Body(part.get("required", False), self._content(part), encoding)

    def _content(self, part: Json) -> dict[str, Schema]:
        return {
            _media_type(media_type): self.shapes.schema(content.get("schema", True))
            for media_type, content in part.get("content", {}).items()
        }

    def _response(self, reference: Any) -> Response:
        part = self._part(reference)
        if "description" not in part:
            raise KeyError
        headers = {
            name.lower(): self._parameter(self._part(header), "header", name)
            for name, header in part.get("headers", {}).items()
            if name.lower() != "content-type"
        }
        return Response(self._content(part), headers)

    def _ways(self, requirements: list[Json]) -> Ways:
        return frozenset(
            frozenset((self._scheme(name), frozenset(scopes)) for name, scopes in requirement.items())
            for requirement in requirements or [{}]
        )

    def _scheme(self, name: str) -> str:
        schemes = self.document.content.get("components", {}).get("securitySchemes", {})
        if name not in schemes:
            raise CannotCompareError(f"{self.document.name}: the security scheme {name} is not defined")
        scheme = self._part(schemes[name])
        kind = scheme["type"]
        if kind == "apiKey":
            header = scheme["in"] == "header"
            return f"apiKey in {scheme['in']} {scheme['name'].title() if header else scheme['name']}"
        if kind == "http":
            return f"http {scheme['scheme'].lower()}"
        if kind == "openIdConnect":
            return f"openIdConnect {scheme['openIdConnectUrl']}"
        if kind == "oauth2":
            return f"oauth2 {canonical({name: _flow(flow) for name, flow in _named(scheme['flows'])})}"
        return str(kind)


def _named(part: Any) -> list[tuple[str, Any]]:
    """Give what stands under names, without the extensions among them."""
    return [(name, inner) for name, inner in (part or {}).items() if not name.startswith("x-")]


def _flow(flow: Json) -> Json:
    """Leave a flow its URLs; which scopes an operation needs, it says itself."""
    return {word: flow[word] for word in ("authorizationUrl", "tokenUrl", "refreshUrl") if word in flow}


def _encoding(parts: Json) -> Json:
    """Say how the parts of a form are written, as far as it is not the usual way."""
    found = {}
    for name, encoding in parts.items():
        usual = {"style": "form", "explode": encoding.get("style", "form") == "form", "allowReserved": False}
        said = {word: encoding[word] for word in ("contentType", *usual) if word in encoding}
        found[name] = {word: value for word, value in said.items() if value != usual.get(word)}
    return {name: said for name, said in found.items() if said}


def _media_type(text: str) -> str:
    """Say a media type without what JSON is anyhow: the case of its letters and its UTF-8."""
    return re.sub(r"\s*;\s*charset=\"?utf-8\"?", "", text.strip().lower())


def _urls(servers: list[Json] | None) -> frozenset[str]:
    return frozenset(url for server in servers or [{"url": "/"}] for url in _spelled_out(server))


def _spelled_out(server: Json) -> Iterator[str]:
    """Put the values of its variables into a server's URL."""
    variables = server.get("variables") or {}
    values = [[one["default"], *one.get("enum", ())] for one in variables.values()]
    for chosen in itertools.islice(itertools.product(*values), _MOST_URLS):
        url = server["url"]
        for name, value in zip(variables, chosen, strict=True):
            url = url.replace(f"{{{name}}}", str(value))
        scheme, slashes, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        url = f"{scheme.lower()}{slashes}{host.lower()}{slash}{path}" if slashes else url
        yield url.rstrip("/") or "/"
