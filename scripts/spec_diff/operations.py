"""Convert the operations and webhooks of a contract to their normal form."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from scripts.spec_diff.document import Document
from scripts.spec_diff.normalize import ANY, Shapes
from scripts.spec_diff.reading import CannotCompareError
from scripts.spec_diff.schema import Schema, to_canonical_json
from scripts.spec_for_generation import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ["Body", "Contract", "Operation", "Parameter", "Response", "SecurityOptions", "parse_contract"]

Json = dict[str, Any]


_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that are not parameters in OpenAPI."""

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}

_MAX_URLS = 100
"""URLs of a server with variables."""

SecurityOptions = frozenset[frozenset[tuple[str, frozenset[str]]]]
"""Alternative ways to authenticate; each is a set of schemes with their scopes, all required."""


@attrs.frozen
class Parameter:
    """A parameter of a request, or a header of a response."""

    place: str
    name: str
    required: bool
    deprecated: bool
    schema: Schema
    style: str
    """How lists and objects are encoded, or the media type."""

    @property
    def title(self) -> str:
        """The location and the name."""
        return f"{self.place} {self.name}"


@attrs.frozen
class Body:
    """A request body."""

    required: bool
    content: Mapping[str, Schema]
    encoding: Mapping[str, str]


@attrs.frozen
class Response:
    """A response."""

    content: Mapping[str, Schema]
    headers: Mapping[str, Parameter]


@attrs.frozen
class Operation:
    """An operation or a webhook."""

    id: str | None
    method: str
    path: str
    deprecated: bool
    parameters: Mapping[tuple[str, str], Parameter]
    body: Body | None
    responses: Mapping[str, Response]
    servers: frozenset[str]
    security: SecurityOptions

    @property
    def call(self) -> str:
        """The method and the path."""
        return f"{self.method.upper()} {self.path}"

    @property
    def name(self) -> str:
        """The operation ID, or else method and path."""
        return self.id or self.call

    @property
    def route(self) -> tuple[str, str]:
        """The method and the path without the names of its parameters."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)


@attrs.frozen(eq=False)
class Contract:
    """A contract in its normal form."""

    document: Document
    shapes: Shapes
    operations: tuple[Operation, ...]
    webhooks: tuple[Operation, ...]


def parse_contract(document: Document) -> Contract:
    """Return the normal form of a contract."""
    shapes = Shapes(document)
    reader = _Reader(document, shapes)
    content = document.content
    operations = [
        one
        for path, item in _without_extensions(content.get("paths"))
        for one in reader.operations(path, item, content)
    ]
    # The servers and security of the whole document do not apply to webhooks.
    webhooks = [
        one for name, item in _without_extensions(content.get("webhooks")) for one in reader.operations(name, item, {})
    ]
    for name, count in Counter(one.id for one in (*operations, *webhooks, *reader.callbacks)).items():
        if name and count > 1:
            raise CannotCompareError(f"{document.name}: two operations have the operationId {name}")
    return Contract(document, shapes, tuple(operations), (*webhooks, *reader.callbacks))


@attrs.frozen
class _Reader:
    document: Document
    shapes: Shapes
    callbacks: list[Operation] = attrs.field(factory=list)

    def operations(self, path: str, item: Json, content: Json) -> list[Operation]:
        """Read the operations of one path; `content` has the default servers and security."""
        try:
            return list(self._operations(path, item, content))
        except (AttributeError, KeyError, TypeError, ValueError):
            # The contract itself is valid, so the target of a reference has the wrong kind.
            raise CannotCompareError(
                f"{self.document.name}: {path} has a reference to a part of the wrong kind"
            ) from None

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
                    for status, response in _without_extensions(operation.get("responses"))
                },
                servers=_server_urls(operation.get("servers") or item.get("servers") or content.get("servers")),
                security=self._security(operation.get("security", content.get("security", []))),
            )
            for name, callback in operation.get("callbacks", {}).items():
                title = f"{operation.get('operationId') or f'{method} {path}'} {name}"
                for expression, called in _without_extensions(self._part(callback)):
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
            if place == "header" and name.lower() in _IGNORED_HEADERS:
                continue
            # Path parameters are identified by position, headers case-insensitively.
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
            style += ", reserved characters allowed" if part.get("allowReserved") else ""
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
            _media_type(media_type): to_canonical_json(parts)
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

    def _security(self, requirements: list[Json]) -> SecurityOptions:
        return frozenset(
            frozenset((self._format_scheme(name), frozenset(scopes)) for name, scopes in requirement.items())
            for requirement in requirements or [{}]
        )

    def _format_scheme(self, name: str) -> str:
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
            flows = {name: _flow(flow) for name, flow in _without_extensions(scheme["flows"])}
            return f"oauth2 {to_canonical_json(flows)}"
        return str(kind)


def _without_extensions(part: Any) -> list[tuple[str, Any]]:
    """Return the items without extensions."""
    return [(name, inner) for name, inner in (part or {}).items() if not name.startswith("x-")]


def _flow(flow: Json) -> Json:
    """Return the URLs of a flow; the operations list their scopes."""
    return {word: flow[word] for word in ("authorizationUrl", "tokenUrl", "refreshUrl") if word in flow}


def _encoding(parts: Json) -> Json:
    """Return the encodings of form parts that differ from the default."""
    found = {}
    for name, encoding in parts.items():
        usual = {"style": "form", "explode": encoding.get("style", "form") == "form", "allowReserved": False}
        values = {word: encoding[word] for word in ("contentType", *usual) if word in encoding}
        found[name] = {word: value for word, value in values.items() if value != usual.get(word)}
    return {name: values for name, values in found.items() if values}


def _media_type(text: str) -> str:
    """Return a media type in lower case and without `charset=utf-8`."""
    return re.sub(r"\s*;\s*charset=\"?utf-8\"?", "", text.strip().lower())


def _server_urls(servers: list[Json] | None) -> frozenset[str]:
    return frozenset(url for server in servers or [{"url": "/"}] for url in _expand_variables(server))


def _expand_variables(server: Json) -> Iterator[str]:
    """Yield the URLs of a server for the values of its variables."""
    variables = server.get("variables") or {}
    values = [[one["default"], *one.get("enum", ())] for one in variables.values()]
    for combination in itertools.islice(itertools.product(*values), _MAX_URLS):
        url = server["url"]
        for name, value in zip(variables, combination, strict=True):
            url = url.replace(f"{{{name}}}", str(value))
        scheme, slashes, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        url = f"{scheme.lower()}{slashes}{host.lower()}{slash}{path}" if slashes else url
        yield url.rstrip("/") or "/"
