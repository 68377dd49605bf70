"""The base class of request models: validated fields, conversion from and to dicts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Self, TypeVar

import attrs

from adapty._core.redaction import SafeRepr
from adapty._core.sentinel import NOT_GIVEN
from adapty._core.validation import Invalid, format_name, json_object, suggest_choice, type_name, validate
from adapty.errors import AdaptyUsageError

__all__ = [
    "NESTED",
    "NESTED_LIST",
    "SERIALIZE",
    "VALIDATE",
    "RequestModel",
    "coerce_model",
    "coerce_nested",
    "field_names",
    "validate_fields",
]

NESTED = "nested"
"""Key of a field's metadata: the class of the model in the field."""

NESTED_LIST = "nested_list"
"""Key of a field's metadata: the class of the models in the field's list."""

SERIALIZE = "serialize"
"""Key of a field's metadata: the function that converts its value to JSON-ready data, instead of `_to_json`."""

VALIDATE = "validate"
"""Key of a field's metadata: its validator, if it is not a named function and so cannot be the field's converter."""

_EXTRA = "extra_fields"


def validate_fields(_: type[Any], fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Make the converter of each field name the field in its errors (attrs' `field_transformer`).

    A field without a default is required. At run time its default is NOT_GIVEN, so that a missing argument raises our
    error, which names the field, and not a TypeError.
    """
    return [
        field.evolve(
            default=NOT_GIVEN if field.default is attrs.NOTHING else field.default,
            converter=_wrap_converter(field),
        )
        for field in fields
    ]


def _wrap_converter(field: attrs.Attribute[Any]) -> Callable[[Any], Any]:
    name, default, required = field.name, field.default, field.default is attrs.NOTHING
    check: Any = field.metadata.get(VALIDATE, field.converter)
    accepts_none = _accepts_none(check)

    def convert(value: Any) -> Any:
        if value is NOT_GIVEN:
            if required:
                raise AdaptyUsageError.for_field(name, "is missing; it is required")
            return {} if name == _EXTRA else default
        if value is None:
            if accepts_none:
                return None
            advice = "it is required" if required else "omit it instead"
            raise AdaptyUsageError.for_field(name, f"must not be None; {advice}")
        return validate(name, check, value)

    return convert


def _accepts_none(check: Any) -> bool:
    """Return whether a validator is one of attrs' `optional`, which accepts None: the API accepts null there."""
    try:
        return check(None) is None
    except (Invalid, AttributeError, TypeError):
        return False


@attrs.frozen(kw_only=True)
class RequestModel(SafeRepr):
    """A request body. Its fields are validated when it is created.

    Attributes:
        extra_fields: Fields of the API that this release does not know, sent unchanged.
    """

    extra_fields: Mapping[str, Any] = attrs.field(factory=dict, converter=json_object, repr=False, hash=False)

    @extra_fields.validator
    def _check_extra_fields(self, field: attrs.Attribute[Any], value: Mapping[str, Any]) -> None:
        for name in value:
            if name in field_names(type(self)):
                raise AdaptyUsageError.for_field(
                    field.name, f"contains {name}, which has its own argument; pass it there"
                )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, allow_unknown: bool = False) -> Self:
        """Create the model from a mapping with the API's field names, such as a decoded JSON object.

        Args:
            data: The fields. Times and dates can be ISO 8601 text.
            allow_unknown: Put unknown names into `extra_fields` instead of rejecting them.

        Raises:
            AdaptyUsageError: A field is missing, unknown or invalid; `field_name` is its name.
        """
        if not isinstance(data, Mapping):
            message = f"{cls.__name__}: something {type_name(data)} cannot be read; expected a mapping of its fields"
            raise AdaptyUsageError(message)
        known = _serializers(cls)
        if not allow_unknown and data.keys() <= known.keys():
            return cls(**data)
        given = {name: value for name, value in data.items() if name in known}
        unknown = {name: value for name, value in data.items() if name not in known}
        if not allow_unknown:
            _reject_unknown(cls, unknown)
            return cls(**given)
        for field in attrs.fields(cls):
            for key in (NESTED, NESTED_LIST):
                if key in field.metadata and field.name in given:
                    parse = partial(_parse_nested, field.metadata[key], several=key == NESTED_LIST)
                    given[field.name] = validate(field.name, parse, given[field.name])
        return cls(**given, extra_fields=unknown)

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> Self:
        """Create the model from a method's keyword arguments, `extra_fields` included.

        Raises:
            AdaptyUsageError: A field is missing, unknown or invalid; `field_name` is its name.
        """
        _reject_unknown(cls, [name for name in arguments if name not in {*field_names(cls), _EXTRA}])
        return cls(**arguments)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data with the API's field names, without the fields that were not given."""
        given = {
            name: serialize(value)
            for name, serialize in _serializers(type(self)).items()
            if (value := getattr(self, name)) is not NOT_GIVEN
        }
        return {**given, **deepcopy(dict(self.extra_fields))} if self.extra_fields else given


_SERIALIZERS: dict[type[RequestModel], Mapping[str, Callable[[Any], Any]]] = {}


def _serializers(cls: type[RequestModel]) -> Mapping[str, Callable[[Any], Any]]:
    """Return the functions that convert the API's fields to JSON-ready data."""
    serializers = _SERIALIZERS.get(cls)
    if serializers is None:
        fields = {field.name: field for field in attrs.fields(cls)}
        serializers = {name: fields[name].metadata.get(SERIALIZE, _to_json) for name in field_names(cls)}
        _SERIALIZERS[cls] = serializers
    return serializers


def field_names(cls: type[RequestModel]) -> tuple[str, ...]:
    """Return the names of the API's fields of a model, in order."""
    return tuple(field.name for field in attrs.fields(cls) if field.name != _EXTRA)


R = TypeVar("R", bound=RequestModel)


def coerce_nested(cls: type[R], value: object) -> R:
    """Return a model of this class as it is, or create it from a mapping of its fields."""
    if isinstance(value, cls):
        return value
    if not isinstance(value, Mapping):
        raise Invalid(f"is {type_name(value)}; expected a {cls.__name__} or a dict of its fields")
    return cls.from_dict(value)


def coerce_model(cls: type[R], name: str, model: object, fields: Mapping[str, Any]) -> R:
    """Return the model that a method's caller passed, or one built from the fields.

    Args:
        cls: The model's class.
        name: The name of the method's parameter for a model, for the message.
        model: The model, or NOT_GIVEN.
        fields: The method's keyword arguments; those that are NOT_GIVEN count as absent.

    Raises:
        AdaptyUsageError: Both are given, the model is of another class, or a field is invalid.
    """
    given = {field: value for field, value in fields.items() if value is not NOT_GIVEN}
    if model is NOT_GIVEN:
        return cls.from_arguments(given)
    if not isinstance(model, cls):
        raise AdaptyUsageError.for_field(name, f"is {type_name(model)}; expected a {cls.__name__}")
    if given:
        raise AdaptyUsageError.for_field(
            next(iter(given)), f"cannot be combined with a {cls.__name__}; pass one or the other"
        )
    return model


def _reject_unknown(cls: type[RequestModel], names: Iterable[Any]) -> None:
    for unknown in names:
        name = format_name(unknown)
        raise AdaptyUsageError.for_field(
            name, f"is not a field of {cls.__name__}{suggest_choice(name, field_names(cls))}"
        )


def _parse_nested(inner: type[RequestModel], value: Any, *, several: bool) -> Any:
    """Create nested models from mappings, with unknown names allowed; the field's converter validates other values."""
    if not several:
        return inner.from_dict(value, allow_unknown=True) if isinstance(value, Mapping) else value
    if not isinstance(value, list | tuple):
        return value
    return [
        validate(str(index), partial(_parse_nested, inner, several=False), item) for index, item in enumerate(value)
    ]


_SCALARS: Collection[type] = {str, int, float}


def _to_json(value: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
    """Convert a validated value to JSON-ready data."""
    if type(value) is str:
        return value
    if type(value) is dict and all(type(item) in _SCALARS for item in value.values()):
        return dict(value)  # a deep copy, ten times faster
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, RequestModel):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    return deepcopy(dict(value)) if isinstance(value, Mapping) else value
