"""What the server-side API is documented to refuse and the schemas of its contract let through."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from adapty._core.validation import Invalid, country
from adapty.sandbox.body import decoded
from adapty.sandbox.flaws import BodyRefused, Flaw
from adapty.sandbox.formats import formats
from adapty.sandbox.rules import COUNTRY
from adapty.sandbox.schema import WORDS, Dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapty.sandbox.schema import FieldRule

__all__ = ["DIALECT", "MAX_ATTRIBUTES", "RULES"]

MAX_ATTRIBUTES = 30
"""How many custom attributes a profile can have."""

_ATTRIBUTE_KEY = re.compile(r"[A-Za-z0-9._-]{1,30}", re.ASCII)
_MAX_ATTRIBUTE_TEXT = 50
_METADATA_KEY = re.compile(r"[a-z0-9_]{1,30}", re.ASCII)
_MAX_METADATA_KEYS = 5
_MAX_METADATA_TEXT = 200
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

Finding = tuple[tuple[str | int, ...], str]
"""A path inside a field, and what is wrong there."""


@frozen
class _Inside:
    """A rule about what is inside a field."""

    _findings: Callable[[Any], Iterable[Finding]]

    def flaws(self, field: str, value: Any) -> Iterator[Flaw]:
        """Tell what is wrong with the value of a field, which the schema has already accepted."""
        for path, message in self._findings(value):
            yield Flaw(message=message, path=(field, *path))


def _attributes(attributes: list[dict[str, Any]]) -> Iterator[Finding]:
    for place, attribute in enumerate(attributes):
        if not _ATTRIBUTE_KEY.fullmatch(attribute["key"]):
            yield (place, "key"), "Input should be 1 to 30 letters, digits, dashes, dots and underscores"
        value = attribute["value"]
        if isinstance(value, str) and len(value) > _MAX_ATTRIBUTE_TEXT:
            yield (place, "value"), f"Input should have at most {_MAX_ATTRIBUTE_TEXT} characters"
        elif not isinstance(value, str) and value is not None and not _fits_a_double(value):
            yield (place, "value"), "Input should be a number that a double can hold"


def _price(price: dict[str, Any]) -> Iterator[Finding]:
    try:
        country(price["country"])
    except Invalid:
        yield ("country",), COUNTRY.message
    if not _CURRENCY.fullmatch(price["currency"]):
        yield ("currency",), "Input should be a three-letter uppercase ISO 4217 currency code"
    if not _fits_a_double(price["value"]):
        yield ("value",), "Input should be a number that a double can hold"


def _metadata(metadata: dict[str, str]) -> Iterator[Finding]:
    if len(metadata) > _MAX_METADATA_KEYS:
        yield (), f"Input should have at most {_MAX_METADATA_KEYS} keys"
    for key, value in metadata.items():
        if not _METADATA_KEY.fullmatch(key):
            yield (key,), "Key should be 1 to 30 lower-case letters, digits and underscores"
        elif len(value) > _MAX_METADATA_TEXT:
            yield (key,), f"Input should have at most {_MAX_METADATA_TEXT} characters"


def _remote_configs(configs: list[dict[str, str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, config in enumerate(configs):
        if config["locale"] in seen:
            yield (place, "locale"), "Locale should stand in the list once"
        seen.add(config["locale"])
        try:
            decoded(config["data"].encode("utf-8", "surrogatepass"))
        except BodyRefused:
            yield (place, "data"), "Input should be JSON text"


def _not_blank(text: str) -> Iterator[Finding]:
    if not text.strip():
        yield (), "Input should not be blank"


def _stripe_data(data: dict[str, Any]) -> Iterator[Finding]:
    for path, message in _not_blank(data["attributes"]["customer_user_id"]):
        yield ("attributes", "customer_user_id", *path), message


def _fits_a_double(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


RULES: Mapping[str, FieldRule] = {
    "ip_country": COUNTRY,
    "store_country": COUNTRY,
    "custom_attributes": _Inside(_attributes),
    "price": _Inside(_price),
    "metadata": _Inside(_metadata),
    "remote_configs": _Inside(_remote_configs),
    "access_level_id": _Inside(_not_blank),
    "customer_user_id": _Inside(_not_blank),
    "data": _Inside(_stripe_data),
}
"""Field name to rule. A rule holds where the operation's schema has a property of that name."""

DIALECT = Dialect(
    formats=formats("date-time", "date", "email", "uuid", "int32"),
    rules=RULES,
    words={
        **WORDS,
        "maxLength": lambda most: f"should have at most {most} characters",
        "minItems": lambda least: f"should have at least {least} item(s)",
        "maxItems": lambda most: f"should have at most {most} item(s)",
        "minimum": lambda least: f"should be at least {least}",
        "maximum": lambda most: f"should be at most {most}",
    },
)
"""How the server-side API reads what it is sent."""
