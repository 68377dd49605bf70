"""Checks of what the API is documented to refuse, made before anything is sent.

Each check takes a value and gives the one to keep, or raises `Refused` with what is wrong and what would be right;
`checked` turns that into an AdaptyUsageError that names the field. The value itself is never quoted where it may be
personal.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from dateutil.parser import isoparse
from dateutil.relativedelta import relativedelta

from adapty._core.countries import COUNTRY_CODES, MISTAKEN_CODES
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "Refused",
    "attributes",
    "aware_datetime",
    "calendar_date",
    "checked",
    "country",
    "decimal_amount",
    "email",
    "future_datetime",
    "identifier",
    "json_object",
    "kind_of",
    "known_name",
    "one_of",
    "printable",
    "short_identifier",
    "text",
]

T = TypeVar("T")

_MOMENT_EXPECTED = 'expected an aware datetime or ISO 8601 text with an offset, such as "2026-06-01T10:30:00Z"'
_DATE_EXPECTED = 'expected a datetime.date or ISO 8601 text, such as "1990-05-21"'
_AMOUNT_EXPECTED = 'expected a Decimal or decimal text, such as "9.99"'

# RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in all (with the brackets of a path taken off its 256).
_MAX_LOCAL_PART = 64
_MAX_ADDRESS = 254
# RFC 5322 dot-atom, with the letters of RFC 6531; a quoted local part is legal and not deliverable in practice.
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"([^\W_]((-|[^\W_]){0,61}[^\W_])?\.)+[^\W\d_](-|[^\W_]){0,61}[^\W_]")

_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_MAX_AMOUNT_DIGITS = 30

# Rules of the server-side API's reference, the only place where the vendor gives the figure.
_MAX_TRANSACTION_ID = 50


class Refused(Exception):  # noqa: N818 - never leaves the library: `checked` turns it into an AdaptyUsageError
    """A value was refused.

    Attributes:
        problem: What is wrong with the value and what would be right.
        inside: The name of the part at fault, where the value has parts.
    """

    def __init__(self, problem: str, *, inside: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.inside = inside


def checked(field: str, check: Callable[[Any], T], value: Any) -> T:
    """Give what the check keeps of the value, or raise an AdaptyUsageError that names the field."""
    try:
        return check(value)
    except Refused as refused:
        name = f"{field}.{refused.inside}" if refused.inside else field
        raise AdaptyUsageError.of(name, refused.problem) from None
    except AdaptyUsageError as nested:
        raise nested.under(field) from None


def text(value: str) -> str:
    """Accept a str that can be sent as UTF-8."""
    if not isinstance(value, str):
        raise Refused(f"is {kind_of(value)}; expected a str")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refused("holds half of a surrogate pair; expected text that UTF-8 can carry") from None
    return value


def identifier(value: str) -> str:
    """Accept text that names something: not empty, not blank."""
    if not text(value).strip():
        raise Refused("is empty; expected a non-empty str")
    return str(value)


def short_identifier(value: str) -> str:
    """Accept a store's transaction id: the vendor documents that a longer one makes the request fail."""
    length = len(identifier(value))
    if length > _MAX_TRANSACTION_ID:
        raise Refused(f"has {length} characters; expected at most {_MAX_TRANSACTION_ID}")
    return str(value)


def email(value: str) -> str:
    """Accept an address of the shape name@domain.tld."""
    local, at, domain = text(value).rpartition("@")
    problem = None
    if not at:
        problem = "has no @"
    elif len(value) > _MAX_ADDRESS or len(local) > _MAX_LOCAL_PART:
        problem = f"is too long (at most {_MAX_LOCAL_PART} characters before the @, {_MAX_ADDRESS} in all)"
    elif not _LOCAL_PART.fullmatch(local):
        problem = "has something that cannot stand before the @"
    elif not _DOMAIN.fullmatch(domain):
        problem = "has no valid domain after the @"
    if problem:
        raise Refused(f"{problem}; expected an e-mail address such as name@example.com")
    return str(value)


def country(value: str) -> str:
    """Accept an officially assigned two-letter code of ISO 3166-1, in upper case."""
    if text(value) in COUNTRY_CODES:
        return str(value)
    likely = MISTAKEN_CODES.get(value.strip().upper(), value.strip().upper())
    hint = f"; did you mean {likely}?" if likely in COUNTRY_CODES else ""
    problem = f"{_quote(value)} is not a two-letter uppercase ISO 3166-1 alpha-2 code such as US{hint}"
    raise Refused(problem)


def aware_datetime(value: datetime | str) -> datetime:
    """Accept an aware datetime, or ISO 8601 text with an offset; give it in UTC, as a plain datetime."""
    if isinstance(value, str):
        spelled = value
        try:
            value = isoparse(spelled)
        except (ValueError, OverflowError):
            raise Refused(f"{_quote(spelled)} is not ISO 8601; {_MOMENT_EXPECTED}") from None
    if not isinstance(value, datetime):
        raise Refused(f"is {kind_of(value)}; {_MOMENT_EXPECTED}")
    # Subclasses end here too: pandas' NaT is a datetime whose every part is NaN.
    try:
        if value.utcoffset() is None:
            raise Refused(f"has no UTC offset; {_MOMENT_EXPECTED}")
        utc = value.astimezone(UTC)
        return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC)
    except (OverflowError, TypeError):
        raise Refused(f"is no moment that UTC can name; {_MOMENT_EXPECTED}") from None


def future_datetime(value: datetime | str | relativedelta) -> datetime:
    """Accept what `aware_datetime` does, or a relativedelta that counts from now."""
    if isinstance(value, relativedelta):
        try:
            return datetime.now(UTC) + value
        except (ValueError, OverflowError):
            raise Refused("is beyond the year 9999; expected a shorter relativedelta") from None
    return aware_datetime(value)


def calendar_date(value: date | str) -> date:
    """Accept a date without a time, or its ISO 8601 text."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise Refused(f"{_quote(value)} is not a date; {_DATE_EXPECTED}") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Refused(f"is {kind_of(value)}; {_DATE_EXPECTED}")
    return value


def decimal_amount(value: Decimal | str | int) -> Decimal:
    """Accept an exact amount: Decimal, int, or decimal text. A float is refused, for 9.99 is not what it holds."""
    if isinstance(value, str):
        if not _AMOUNT.fullmatch(value):
            raise Refused(f"{_quote(value)} is not a decimal number; {_AMOUNT_EXPECTED}")
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise Refused(f"is {kind_of(value)}; {_AMOUNT_EXPECTED}")
    amount = value if isinstance(value, Decimal) else Decimal(value)
    if not amount.is_finite() or not -_MAX_AMOUNT_DIGITS <= amount.adjusted() < _MAX_AMOUNT_DIGITS:
        raise Refused(f"is not a finite amount of money; {_AMOUNT_EXPECTED}")
    return amount


def one_of(choices: Collection[str], value: Any) -> str:
    """Accept one of these names only."""
    if text(value) not in choices:
        raise Refused(f"{_quote(value)} is not known{known_name(value, choices)}")
    return str(value)


def attributes(value: Mapping[str, str | int | float]) -> Mapping[str, str | int | float]:
    """Accept a mapping of names to strings or numbers; give a copy."""
    if not isinstance(value, Mapping):
        raise Refused(f"is {kind_of(value)}; expected a mapping of names to strings or numbers")
    for name, held in value.items():
        try:
            text(name)
            _attribute(held)
        except Refused as refused:
            raise Refused(refused.problem, inside=printable(name)) from None
    return dict(value)


def json_object(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Accept a mapping that JSON can carry; give a copy."""
    if not isinstance(value, Mapping):
        raise Refused(f"is {kind_of(value)}; expected a mapping of names to JSON values")
    for name, held in value.items():
        text(name)
        try:
            json.dumps(held, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError):
            raise Refused("is not something that JSON can carry", inside=name) from None
    return dict(value)


def known_name(name: str, choices: Collection[str]) -> str:
    """Say what was probably meant and what there is, for the end of a message about an unknown name."""
    close = difflib.get_close_matches(name, choices, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return f"{meant}; expected one of {', '.join(choices)}"


def kind_of(value: Any) -> str:
    """Name a value by its type, so that no message can hold the value itself."""
    return "None" if value is None else f"of type {type(value).__name__}"


def printable(name: object) -> str:
    """Give a name as it can be put into a message, whatever it holds."""
    return str(name).encode("utf-8", "backslashreplace").decode()


def _attribute(value: Any) -> None:
    expected = "expected a string or a finite number"
    if isinstance(value, str):
        text(value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(f"is {kind_of(value)}; {expected}")
    elif not _fits_a_double(value):
        raise Refused(f"is not a number that JSON can carry; {expected}")


def _fits_a_double(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _quote(value: str) -> str:
    """Quote a value that is not personal, shortened; an address put into the wrong field stays hidden."""
    shown = value if len(value) <= 40 else f"{value[:37]}..."  # noqa: PLR2004
    return "the value" if "@" in value else ascii(shown)
