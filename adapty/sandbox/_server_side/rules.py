"""What the server-side API documents and the schemas of its spec do not express."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from adapty._core.validation import Invalid, country
from adapty.sandbox._body import parse_json
from adapty.sandbox._responses import InvalidBody, ValidationIssue
from adapty.sandbox._validation import COUNTRY_RULE, MESSAGES, ApiRules, format_checker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapty.sandbox._validation import FieldRule

__all__ = ["FIELD_RULES", "MAX_ATTRIBUTES", "SERVER_SIDE_RULES"]

MAX_ATTRIBUTES = 30
"""The maximum number of custom attributes of a profile."""


_ATTRIBUTE_KEY = re.compile(r"[A-Za-z0-9._-]{1,30}", re.ASCII)

_MAX_ATTRIBUTE_TEXT = 50

_METADATA_KEY = re.compile(r"[a-z0-9_]{1,30}", re.ASCII)

_MAX_METADATA_KEYS = 5

_MAX_METADATA_TEXT = 200

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


NestedIssue = tuple[tuple[str | int, ...], str]
"""A path inside a field, and the message of the issue there."""


@frozen
class _NestedRule:
    """A rule about the contents of a field."""

    _check: Callable[[Any], Iterable[NestedIssue]]

    def issues(self, field: str, value: Any) -> Iterator[ValidationIssue]:
        """Yield the issues of a value that its schema accepts."""
        for path, message in self._check(value):
            yield ValidationIssue(message=message, path=(field, *path))


def _validate_attributes(attributes: list[dict[str, Any]]) -> Iterator[NestedIssue]:
    for index, attribute in enumerate(attributes):
        if not _ATTRIBUTE_KEY.fullmatch(attribute["key"]):
            yield (index, "key"), "Input should be 1 to 30 letters, digits, dashes, dots and underscores"
        value = attribute["value"]
        if isinstance(value, str) and len(value) > _MAX_ATTRIBUTE_TEXT:
            yield (index, "value"), f"Input should have at most {_MAX_ATTRIBUTE_TEXT} characters"
        elif not isinstance(value, str) and value is not None and not _is_finite_double(value):
            yield (index, "value"), "Input should be a number that a double can hold"


def _validate_price(price: dict[str, Any]) -> Iterator[NestedIssue]:
    try:
        country(price["country"])
    except Invalid:
        yield ("country",), COUNTRY_RULE.message
    if not _CURRENCY.fullmatch(price["currency"]):
        yield ("currency",), "Input should be a three-letter uppercase ISO 4217 currency code"
    if not _is_finite_double(price["value"]):
        yield ("value",), "Input should be a number that a double can hold"


def _validate_metadata(metadata: dict[str, str]) -> Iterator[NestedIssue]:
    if len(metadata) > _MAX_METADATA_KEYS:
        yield (), f"Input should have at most {_MAX_METADATA_KEYS} keys"
    for key, value in metadata.items():
        if not _METADATA_KEY.fullmatch(key):
            yield (key,), "Key should be 1 to 30 lower-case letters, digits and underscores"
        elif len(value) > _MAX_METADATA_TEXT:
            yield (key,), f"Input should have at most {_MAX_METADATA_TEXT} characters"


def _validate_remote_configs(configs: list[dict[str, str]]) -> Iterator[NestedIssue]:
    seen: set[str] = set()
    for index, config in enumerate(configs):
        if config["locale"] in seen:
            yield (index, "locale"), "Locale should appear only once"
        seen.add(config["locale"])
        try:
            parse_json(config["data"].encode("utf-8", "surrogatepass"))
        except InvalidBody:
            yield (index, "data"), "Input should be JSON text"


def _validate_not_blank(text: str) -> Iterator[NestedIssue]:
    if not text.strip():
        yield (), "Input should not be blank"


def _validate_stripe_data(data: dict[str, Any]) -> Iterator[NestedIssue]:
    for path, message in _validate_not_blank(data["attributes"]["customer_user_id"]):
        yield ("attributes", "customer_user_id", *path), message


def _is_finite_double(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


FIELD_RULES: Mapping[str, FieldRule] = {
    "ip_country": COUNTRY_RULE,
    "store_country": COUNTRY_RULE,
    "custom_attributes": _NestedRule(_validate_attributes),
    "price": _NestedRule(_validate_price),
    "metadata": _NestedRule(_validate_metadata),
    "remote_configs": _NestedRule(_validate_remote_configs),
    "access_level_id": _NestedRule(_validate_not_blank),
    "customer_user_id": _NestedRule(_validate_not_blank),
    "data": _NestedRule(_validate_stripe_data),
}
"""Field name to rule. A rule applies if the schema of a body has a property of that name."""


SERVER_SIDE_RULES = ApiRules(
    formats=format_checker("date-time", "date", "email", "uuid", "int32"),
    rules=FIELD_RULES,
    messages={
        **MESSAGES,
        "maxLength": lambda limit: f"should have at most {limit} characters",
        "minItems": lambda limit: f"should have at least {limit} item(s)",
        "maxItems": lambda limit: f"should have at most {limit} item(s)",
        "minimum": lambda limit: f"should be at least {limit}",
        "maximum": lambda limit: f"should be at most {limit}",
    },
)
"""How the server-side API validates requests."""
