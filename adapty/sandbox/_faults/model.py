"""`Fault`: what goes wrong on demand, and with which requests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Self, cast, get_args

from attrs import field, fields_dict, frozen

from adapty._core.operations import OPERATIONS
from adapty._core.redaction import SafeRepr
from adapty._core.validation import quote, suggest_choice, type_name
from adapty.sandbox._constants import FaultKind
from adapty.sandbox._faults.parser import FIELD_FORMATS, format_fault, parse_fault, raise_invalid

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["DEFAULT_STATUSES", "Fault"]

DEFAULT_STATUSES: Mapping[FaultKind, int] = {"rate_limited": 429, "server_error": 503, "html_error": 502}
"""The default status of the kinds that respond with an error."""

_STATUS_RANGES: Mapping[FaultKind, range] = {"server_error": range(500, 600), "html_error": range(400, 600)}

_KINDS_BY_FIELD: Mapping[str, frozenset[FaultKind]] = {
    "status": frozenset(_STATUS_RANGES),
    "retry_after": frozenset(DEFAULT_STATUSES),
    "seconds": frozenset({"slow", "stall"}),
}
"""The kinds that have a field, for fields that not all kinds have."""

_MAX_SECONDS = 24 * 60 * 60
_MAX_COUNT = 1_000_000_000

_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
_OPERATION_IDS = tuple(dict.fromkeys(name for operations in OPERATIONS.values() for name in operations))

_Validator = Callable[[Any, "Attribute[Any]", Any], None]


def _parse_kind(value: FaultKind) -> FaultKind:
    if not isinstance(value, str):
        raise_invalid("kind", f"must be one of {', '.join(_KINDS)}, not {type_name(value)}")
    plain = str.__str__(value)
    if plain not in _KINDS:
        raise_invalid("kind", f"{quote(plain)} is not known{suggest_choice(plain, _KINDS)}")
    return plain


def _parse_operations(value: str | Collection[str] | None) -> tuple[str, ...] | None:
    """Validate one operation id or several, and drop duplicates."""
    if value is None:
        return None
    names = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Collection) else ()
    if not names:
        raise_invalid("operations", f"must be operation ids such as saveProfile, not {type_name(value)}")
    for name in names:
        if not isinstance(name, str):
            raise_invalid("operations", f"contains {type_name(name)}; expected operation ids such as saveProfile")
        if name not in _OPERATION_IDS:
            raise_invalid("operations", f"{quote(name)} is not known{suggest_choice(name, _OPERATION_IDS)}")
    return tuple(dict.fromkeys(map(str.__str__, names)))


def _int_between(minimum: int, maximum: int) -> _Validator:
    def validate(_: object, attribute: Attribute[Any], value: Any) -> None:
        if value is not None and (type(value) is not int or not minimum <= value <= maximum):
            raise_invalid(attribute.name, f"must be a whole number from {minimum} to {maximum}{_got(value)}")

    return validate


def _number_between(minimum: int, maximum: int) -> _Validator:
    def validate(_: object, attribute: Attribute[Any], value: Any) -> None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (is_number and minimum <= value <= maximum):
            raise_invalid(attribute.name, f"must be a number from {minimum} to {maximum}{_got(value)}")

    return validate


def _got(value: object) -> str:
    """Return the value or its type for an error message."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f", not {type_name(value)}"
    is_short = isinstance(value, float) or abs(value) < _MAX_COUNT * 1000
    return f" (got {value})" if is_short else ""


@frozen
class Fault(SafeRepr):
    """Something that goes wrong on demand, and with which requests.

    The first four kinds do not execute the request:

    - `rate_limited`: a 429 in the API's own format.
    - `server_error`: a status from 500 to 599 in the API's own format. Default: 503.
    - `html_error`: an HTML page like that of a gateway, with a status from 400 to 599. Default: 502.
    - `drop_before`: the connection is closed without a response.
    - `drop_after`: the request is executed, then the connection is closed without a response.
    - `slow`: the request is executed, and the response starts `seconds` later.
    - `stall`: the request is executed, the headers and the first half of the body are sent, and the rest `seconds`
      later. A response without a body, such as a 204, is sent `seconds` later as a whole.

    By default a fault hits every request. If there are several faults, the first one that is due hits, in their order.
    The others do not count that request, so two faults with `every=20` alternate.

    Attributes:
        kind: What goes wrong.
        status: The HTTP status of a `server_error` or an `html_error`.
        retry_after: The `Retry-After` header of a `rate_limited`, a `server_error` or an `html_error`, in whole
            seconds. Default: no such header.
        seconds: The delay of a `slow` or a `stall` response.
        count: The number of requests that it hits before it ends. Default: it never ends.
        every: It hits one of this many requests: with 20, the 20th, the 40th, and so on.
        probability: The probability with which it hits a request, from 0 to 1. Runs are repeatable: the same faults,
            added in the same order, hit the same requests.
        operations: The ids of the operations that it hits, such as `saveProfile`, one or several. The names
            `deleteProfile` and `getPaywall` mean those of two APIs. Default: all requests, even of unknown paths.

    Raises:
        AdaptyConfigError: A field is invalid, or two fields contradict each other; `field_name` names it.

    Example:
        >>> Fault("server_error", status=500, every=20, operations="saveProfile")
        Fault.parse('server_error;status=500;every=20;operations=saveProfile')
        >>> Fault("slow")
        Traceback (most recent call last):
            ...
        adapty.errors.AdaptyConfigError: seconds: is missing; slow needs a duration
    """

    kind: FaultKind = field(converter=_parse_kind)
    status: int | None = field(default=None, kw_only=True, validator=_int_between(400, 599))
    retry_after: int | None = field(default=None, kw_only=True, validator=_int_between(0, _MAX_SECONDS))
    seconds: float | None = field(default=None, kw_only=True, validator=_number_between(0, _MAX_SECONDS))
    count: int | None = field(default=None, kw_only=True, validator=_int_between(1, _MAX_COUNT))
    every: int | None = field(default=None, kw_only=True, validator=_int_between(1, _MAX_COUNT))
    probability: float | None = field(default=None, kw_only=True, validator=_number_between(0, 1))
    operations: tuple[str, ...] | None = field(default=None, kw_only=True, converter=_parse_operations)

    def __attrs_post_init__(self) -> None:
        """Validate the combination of fields."""
        for name, kinds in _KINDS_BY_FIELD.items():
            if getattr(self, name) is not None and self.kind not in kinds:
                raise_invalid(name, f"is not a field of {self.kind}; expected only with {', '.join(sorted(kinds))}")
        if self.status is not None and self.status not in (statuses := _STATUS_RANGES[self.kind]):
            problem = f"must be from {statuses[0]} to {statuses[-1]} with {self.kind} (got {self.status})"
            raise_invalid("status", problem)
        if self.seconds is None and self.kind in _KINDS_BY_FIELD["seconds"]:
            raise_invalid("seconds", f"is missing; {self.kind} needs a duration")
        if self.every is not None and self.probability is not None:
            raise_invalid("every", "cannot be combined with probability; expected one of the two")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the text form: the kind, then `name=value` for each attribute, separated by semicolons.

        Args:
            text: Text such as `rate_limited;retry_after=2;count=3`. Operation ids are separated by commas.

        Raises:
            AdaptyConfigError: The text does not match the grammar, or a field is invalid; `field_name` names it.

        Example:
            >>> Fault.parse("drop_after; every=3; operations=saveProfile,saveTransactionEvent").operations
            ('saveProfile', 'saveTransactionEvent')
        """
        kind, fields = parse_fault(text)
        return cls(cast("FaultKind", kind), **fields)

    def __str__(self) -> str:
        """Return the text form, without default values."""
        defaults = {name: attribute.default for name, attribute in fields_dict(type(self)).items()}
        values = {name: getattr(self, name) for name in FIELD_FORMATS}
        return format_fault(self.kind, {name: value for name, value in values.items() if value != defaults[name]})

    def __repr__(self) -> str:
        return f"{type(self).__name__}.parse({str(self)!r})"
