"""The base class of request models: validated fields, conversion from and to dicts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import partial, wraps
from typing import Any, Self, TypeVar, cast

import attrs

from adapty._core.redaction import SafeRepr
from adapty._core.sentinel import NOT_GIVEN
from adapty._core.validation import (
    Invalid,
    format_name,
    json_object,
    suggest_choice,
    type_name,
    validate,
    validate_each,
)
from adapty.errors import AdaptyUsageError, FieldProblem

__all__ = [
    "NESTED",
    "NESTED_LIST",
    "SERIALIZE",
    "VALIDATE",
    "RequestModel",
    "coerce_model",
    "coerce_nested",
    "field_names",
    "required_fields",
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
_REQUIRED = "required"


def validate_fields(_: type[Any], fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Make the converter of each field name the field in its errors (attrs' `field_transformer`).

    A field without a default is required. At run time its default is NOT_GIVEN, so that a missing argument raises our
    error, which names the field, and not a TypeError.
    """
    return [
        field.evolve(
            default=NOT_GIVEN if field.default is attrs.NOTHING else field.default,
            converter=_wrap_converter(field),
            metadata={**field.metadata, _REQUIRED: field.default is attrs.NOTHING},
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
    def __attrs_init_subclass__(cls) -> None:
        """Make the constructor name all problems at once; only a failing call takes longer for it."""
        create, known = cls.__init__, {field.name for field in attrs.fields(cls)}

        @wraps(create)
        def __init__(self: RequestModel, **fields: Any) -> None:  # noqa: N807 - it replaces that method
            try:
                create(self, **fields)
            except (AdaptyUsageError, TypeError) as error:
                unknown = [name for name in fields if name not in known]
                problems = _find_problems(self, fields, error, unknown=unknown)
                if not problems:
                    raise
            else:
                return
            raise AdaptyUsageError.for_problems(problems) from None

        cls.__init__ = __init__  # type: ignore[method-assign]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, allow_unknown: bool = False) -> Self:
        """Create the model from a mapping with the API's field names, such as a decoded JSON object.

        Args:
            data: The fields. Times and dates can be ISO 8601 text.
            allow_unknown: Put unknown names into `extra_fields` instead of rejecting them.

        Raises:
            AdaptyUsageError: Fields are missing, unknown or invalid; `problems` names all of them.
        """
        if not isinstance(data, Mapping):
            message = f"{cls.__name__}: something {type_name(data)} cannot be read; expected a mapping of its fields"
            raise AdaptyUsageError(message)
        known = _serializers(cls)
        if data.keys() <= known.keys() and not allow_unknown:
            return cls(**data)
        given = {name: value for name, value in data.items() if name in known}
        unknown = {name: value for name, value in data.items() if name not in known}
        if not allow_unknown:
            raise AdaptyUsageError.for_problems(_find_problems(cls.__new__(cls), given, unknown=unknown))
        failed: dict[str, AdaptyUsageError] = {}
        for field in attrs.fields(cls):
            for key in (NESTED, NESTED_LIST):
                if key in field.metadata and field.name in given:
                    parse = partial(_parse_nested, field.metadata[key], several=key == NESTED_LIST)
                    try:
                        given[field.name] = validate(field.name, parse, given[field.name])
                    except AdaptyUsageError as error:
                        failed[field.name] = error
        given[_EXTRA] = unknown
        if failed:
            raise AdaptyUsageError.for_problems(_find_problems(cls.__new__(cls), given, failed=failed))
        return cls(**given)

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> Self:
        """Create the model from a method's keyword arguments, `extra_fields` included.

        Raises:
            AdaptyUsageError: Fields are missing, unknown or invalid; `problems` names all of them.
        """
        known = {*field_names(cls), _EXTRA}
        if arguments.keys() <= known:
            return cls(**arguments)
        raise AdaptyUsageError.for_problems(
            _find_problems(cls.__new__(cls), arguments, unknown=[name for name in arguments if name not in known])
        )

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


def required_fields(cls: type[RequestModel]) -> tuple[str, ...]:
    """Return the names of the fields that each model needs."""
    return tuple(field.name for field in attrs.fields(cls) if field.metadata.get(_REQUIRED))


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


def _unknown_fields(cls: type[RequestModel], names: Iterable[Any]) -> list[FieldProblem]:
    """Return the problems of fields that the model does not have."""
    known = field_names(cls)
    return [
        FieldProblem(name, f"is not a field of {cls.__name__}{suggest_choice(name, known)}")
        for name in map(format_name, names)
    ]


def _find_problems(
    model: RequestModel,
    given: Mapping[str, Any],
    first: Exception | None = None,
    *,
    failed: Mapping[str, AdaptyUsageError] = {},
    unknown: Iterable[Any] = (),
) -> list[FieldProblem]:
    """Return all problems of the arguments of a constructor.

    Fields are converted once each, because a value can be an iterator: the constructor has set those before the first
    wrong one. The rules for several fields are checked where they need no wrong field, which is not set.

    Args:
        model: The model, with the fields that the constructor has set.
        given: The arguments.
        first: What the constructor raised, for the first field that is not set.
        failed: The errors of fields that were found wrong before.
        unknown: The names that are not fields. One can be what the model as a whole misses.
    """
    cls = type(model)
    fields = attrs.fields(cls)
    errors = dict(failed)
    problems = _unknown_fields(cls, unknown)
    check_model = None if problems else getattr(model, "__attrs_post_init__", None)
    pending = first if isinstance(first, AdaptyUsageError) else None
    for field in fields:
        if hasattr(model, field.name) or field.name in errors:
            continue
        if pending is not None:
            errors[field.name], pending = pending, None
            continue
        try:
            value = cast("Callable[[Any], Any]", field.converter)(given.get(field.name, NOT_GIVEN))
        except AdaptyUsageError as error:
            errors[field.name] = error
        else:
            object.__setattr__(model, field.name, value)
    for field in fields:
        if field.name in errors:
            problems += errors[field.name].problems
        elif field.validator is not None:
            problems += _problems_of(partial(field.validator, model, field, getattr(model, field.name)))
    if check_model is not None:
        problems += _problems_of(check_model)
    return problems


def _problems_of(check: Callable[[], object]) -> Sequence[FieldProblem]:
    """Return the problems that a rule finds; none if it needs a field that is not set."""
    try:
        check()
    except AdaptyUsageError as error:
        return error.problems
    except AttributeError:
        pass
    return ()


def _parse_nested(inner: type[RequestModel], value: Any, *, several: bool) -> Any:
    """Create nested models from mappings, with unknown names allowed; the field's converter validates other values."""
    if not several:
        return inner.from_dict(value, allow_unknown=True) if isinstance(value, Mapping) else value
    if not isinstance(value, list | tuple):
        return value
    return validate_each(partial(_parse_nested, inner, several=False), value)


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
