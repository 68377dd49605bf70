"""The parameters of a request in its query, headers and path, including the headers that identify the user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from adapty.sandbox._responses import ApiError, InvalidBody, ValidationIssue
from adapty.sandbox._server_side.model import User
from adapty.sandbox._validation import SchemaValidator, is_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from starlette.requests import Request

    from adapty.sandbox._spec import Spec
    from adapty.sandbox._validation import ApiRules

__all__ = ["PROFILE_ID", "Parameter", "load_parameters", "parse_parameters", "parse_user", "read_header"]

CUSTOMER_USER_ID = "adapty-customer-user-id"
PROFILE_ID = "adapty-profile-id"

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)

_CODES = {"Idempotency-Key": "idempotency_key_invalid"}
"""Parameter to the documented error code of an invalid one."""


def read_header(request: Request, name: str) -> str | None:
    """Return a header that may be sent once at most, or None.

    Raises:
        ApiError: It is sent twice, or is not UTF-8.
    """
    values = [value for other, value in request.headers.raw if other == name.lower().encode()]
    if len(values) > 1:
        raise ApiError(400, ValidationIssue(message="Header should be sent once", path=(name,)))
    try:
        return values[0].decode() if values else None
    except UnicodeDecodeError:
        raise ApiError(400, ValidationIssue(message="Header should be text in UTF-8", path=(name,))) from None


def parse_user(request: Request) -> User:
    """Return the user that a request concerns.

    Raises:
        ApiError: No header names the user (401, as documented), both do, one is sent twice, or an id is invalid (400).
    """
    customer_user_id, profile_id = (read_header(request, name) for name in (CUSTOMER_USER_ID, PROFILE_ID))
    if customer_user_id and profile_id:
        message = f"Exactly one of the headers {CUSTOMER_USER_ID} and {PROFILE_ID} is needed, not both"
        raise ApiError(400, ValidationIssue(message=message))
    if not customer_user_id and not profile_id:
        message = f"No user is named: {CUSTOMER_USER_ID} or {PROFILE_ID} is needed"
        raise ApiError.single(401, message, "not_authenticated")
    if profile_id and not is_uuid(profile_id):
        raise ApiError(400, ValidationIssue(message="Input should be a UUID", path=(PROFILE_ID,)))
    return User(
        customer_user_id=customer_user_id or None,
        profile_id=profile_id.lower() if profile_id else None,
    )


_READERS: Mapping[str, Callable[[Request, str], str | None]] = {
    "query": lambda request, name: request.query_params.get(name),
    "path": lambda request, name: str(request.path_params[name]),
    "header": read_header,
}
"""Location of a parameter to the function that reads it."""


@frozen(kw_only=True)
class Parameter:
    """One parameter of an operation.

    Attributes:
        name: The name.
        location: Where it is sent: `query`, `header` or `path`.
        is_integer: Whether its text is parsed as an integer.
        default: The value if it is not sent.
    """

    name: str
    location: str
    is_integer: bool
    default: Any
    _validator: SchemaValidator = field(repr=False)

    def parse(self, request: Request) -> Any:
        """Return the value in a request.

        Raises:
            ApiError: The value is invalid. A path parameter is not validated: an invalid id is unknown, a 404.
        """
        text = _READERS[self.location](request, self.name)
        if text is None:
            return self.default
        if self.location == "path":
            return text
        try:
            return self._validator.validate(int(text) if self.is_integer and _INTEGER.fullmatch(text) else text)
        except InvalidBody as invalid:
            message = invalid.issues[0].message.replace("Body", "Input")
            raise ApiError(400, ValidationIssue(message=message, path=(self.name,))) from None


def parse_parameters(parameters: Iterable[Parameter], request: Request, error_code: str) -> dict[str, Any]:
    """Return the parameters in a request, by name.

    Args:
        parameters: The parameters of the operation.
        request: The request.
        error_code: The error code for invalid parameters that have no code of their own.

    Raises:
        ApiError: Some are invalid. It lists all of them.
    """
    values: dict[str, Any] = {}
    issues: list[ValidationIssue] = []
    for parameter in parameters:
        try:
            values[parameter.name] = parameter.parse(request)
        except ApiError as error:
            issues.extend(error.issues)
    if issues:
        code = next((_CODES[issue.field_name] for issue in issues if issue.field_name in _CODES), error_code)
        raise ApiError(400, *issues, error_code=code)
    return values


def load_parameters(spec: Spec, path: str, pointer: str, rules: ApiRules) -> Iterator[Parameter]:
    """Yield the parameters of an operation, without the two headers that identify the user.

    Args:
        spec: The spec.
        path: The operation's path.
        pointer: The pointer to the operation.
        rules: How the API validates requests.
    """
    for owner in (spec.child("#", "paths", path), pointer):
        for index in range(len(spec.get(owner).get("parameters", ()))):
            target = spec.resolve(spec.child(owner, "parameters", index))
            name, location = spec.get(target)["name"], spec.get(target)["in"]
            if name in {CUSTOMER_USER_ID, PROFILE_ID}:
                continue
            schema = spec.get(spec.resolve(spec.child(target, "schema")))
            yield Parameter(
                name=name,
                location=location,
                is_integer=schema.get("type") == "integer",
                default=schema.get("default"),
                validator=SchemaValidator(spec=spec, pointer=spec.child(target, "schema"), rules=rules),
            )
