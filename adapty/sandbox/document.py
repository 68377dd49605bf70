"""A contract as a document whose parts point at one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from attrs import Factory, field, frozen
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import FormatChecker

__all__ = ["Document"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_URN = "urn:contract"
_ROOT = "#"


@frozen
class Document:
    """An OpenAPI 3.1 document, whose local references are resolved against itself.

    Args:
        contents: The document, decoded.

    Example:
        >>> document = Document({"a/b": {"$ref": "#/c"}, "c": {"type": "string"}})
        >>> document.below("#", "a/b")
        '#/a~1b'
        >>> document.at(document.resolved("#/a~1b"))
        {'type': 'string'}
    """

    contents: Mapping[str, Any]
    _registry: Registry[Any] = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(
            lambda self: Registry().with_resource(_URN, DRAFT202012.create_resource(self.contents)),
            takes_self=True,
        ),
    )

    def at(self, pointer: str) -> Any:
        """Give what a local reference points at."""
        part: Any = self.contents
        for name in unquote(pointer).split("/")[1:]:
            part = part[int(name) if isinstance(part, list) else name.replace("~1", "/").replace("~0", "~")]
        return part

    def below(self, pointer: str, *names: str | int) -> str:
        """Point from one part further into it."""
        steps = (quote(str(name).replace("~", "~0").replace("/", "~1"), safe="~") for name in names)
        return "/".join((pointer, *steps))

    def resolved(self, pointer: str) -> str:
        """Follow the references that stand where a pointer leads to, until there is none."""
        while "$ref" in (part := self.at(pointer)):
            pointer = part["$ref"]
        return pointer

    def operations(self) -> Iterator[tuple[str, str, str]]:
        """Give the path of each operation, its method, and where it stands."""
        for path, item in self.contents["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield path, method, self.below(_ROOT, "paths", path, method)

    def validator(self, pointer: str, formats: FormatChecker) -> Draft202012Validator:
        """Make the validator of the schema that stands there."""
        return Draft202012Validator({"$ref": _URN + pointer}, format_checker=formats, registry=self._registry)
