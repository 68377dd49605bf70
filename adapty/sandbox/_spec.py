"""An OpenAPI document whose parts reference one another."""

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

__all__ = ["Spec"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_URN = "urn:spec"
_ROOT = "#"


@frozen
class Spec:
    """An OpenAPI 3.1 document. Local references are resolved against the document itself.

    Args:
        contents: The decoded document.

    Example:
        >>> spec = Spec({"a/b": {"$ref": "#/c"}, "c": {"type": "string"}})
        >>> spec.child("#", "a/b")
        '#/a~1b'
        >>> spec.get(spec.resolve("#/a~1b"))
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

    def get(self, pointer: str) -> Any:
        """Return the part that a pointer references."""
        part: Any = self.contents
        for name in unquote(pointer).split("/")[1:]:
            part = part[int(name) if isinstance(part, list) else name.replace("~1", "/").replace("~0", "~")]
        return part

    def child(self, pointer: str, *names: str | int) -> str:
        """Return the pointer to a part inside the part at `pointer`."""
        steps = (quote(str(name).replace("~", "~0").replace("/", "~1"), safe="~") for name in names)
        return "/".join((pointer, *steps))

    def resolve(self, pointer: str) -> str:
        """Follow `$ref` until the pointer references a part that is not a reference."""
        while "$ref" in (part := self.get(pointer)):
            pointer = part["$ref"]
        return pointer

    def operations(self) -> Iterator[tuple[str, str, str]]:
        """Yield the path, the method and the pointer of each operation."""
        for path, item in self.contents["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield path, method, self.child(_ROOT, "paths", path, method)

    def validator(self, pointer: str, formats: FormatChecker) -> Draft202012Validator:
        """Create the validator for the schema at `pointer`."""
        return Draft202012Validator({"$ref": _URN + pointer}, format_checker=formats, registry=self._registry)
