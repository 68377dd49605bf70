"""The parameters of an operation, in its query, its headers and its path, checked against the contract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from adapty.sandbox.flaws import BodyRefused, Flaw
from adapty.sandbox.schema import SchemaCheck
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.identity import CUSTOMER_USER_ID, PROFILE_ID, header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from starlette.requests import Request

    from adapty.sandbox.document import Document
    from adapty.sandbox.schema import Dialect

__all__ = ["Parameter", "parameters", "values"]

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)

_CODES = {"Idempotency-Key": "idempotency_key_invalid"}
"""Parameter to the documented code of a wrong one."""

_SENT: Mapping[str, Callable[[Request, str], str | None]] = {
    "query": lambda request, name: request.query_params.get(name),
    "path": lambda request, name: str(request.path_params[name]),
    "header": header,
}
"""How the value of a parameter is found, by where the contract says that it is."""


@frozen(kw_only=True)
class Parameter:
    """One parameter of an operation.

    Attributes:
        name: Its name.
        where: Where it is sent: `query`, `header` or `path`.
        is_whole_number: Whether its text is read as a whole number.
        default: What holds where it is not sent.
    """

    name: str
    where: str
    is_whole_number: bool
    default: Any
    _check: SchemaCheck = field(repr=False)

    def of(self, request: Request) -> Any:
        """Read it.

        Raises:
            Declined: It is not what the contract says. A path's parameter is not checked: what it names is not
                there, if it is wrong.
        """
        text = _SENT[self.where](request, self.name)
        if text is None:
            return self.default
        if self.where == "path":
            return text
        try:
            return self._check.accept(int(text) if self.is_whole_number and _WHOLE_NUMBER.fullmatch(text) else text)
        except BodyRefused as refused:
            message = refused.flaws[0].message.replace("Body", "Input")
            raise Declined(400, Flaw(message=message, path=(self.name,))) from None


def values(asked: Iterable[Parameter], request: Request) -> dict[str, Any]:
    """Read parameters of a request.

    Raises:
        Declined: Some are not what the contract says. All of them are named.
    """
    read: dict[str, Any] = {}
    flaws: list[Flaw] = []
    for parameter in asked:
        try:
            read[parameter.name] = parameter.of(request)
        except Declined as declined:
            flaws.extend(declined.flaws)
    if flaws:
        code = next((_CODES[flaw.field_name] for flaw in flaws if flaw.field_name in _CODES), "base_error")
        raise Declined(400, *flaws, error_code=code)
    return read


def parameters(document: Document, path: str, pointer: str, dialect: Dialect) -> Iterator[Parameter]:
    """Give the parameters of an operation, without the two headers that name the user.

    Args:
        document: The contract.
        path: The operation's path.
        pointer: Where the operation stands.
        dialect: How the API reads what it is sent.
    """
    for owner in (document.below("#", "paths", path), pointer):
        for place in range(len(document.at(owner).get("parameters", ()))):
            found = document.resolved(document.below(owner, "parameters", place))
            name, where = document.at(found)["name"], document.at(found)["in"]
            if name in {CUSTOMER_USER_ID, PROFILE_ID}:
                continue
            schema = document.at(document.resolved(document.below(found, "schema")))
            yield Parameter(
                name=name,
                where=where,
                is_whole_number=schema.get("type") == "integer",
                default=schema.get("default"),
                check=SchemaCheck(document=document, pointer=document.below(found, "schema"), dialect=dialect),
            )
