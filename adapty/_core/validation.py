"""Validate fields before a request is sent.

Each validator returns the value to send, or raises `Invalid` with the problem and what is expected. `validate` converts
that to an AdaptyUsageError with the field's name. Personal values are never quoted. Validators of optional fields
accept NOT_GIVEN in their types, because the types of a model's constructor come from them; the value never gets here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast

from adapty._core.invisible_characters import describe_invisible_character
from adapty._core.iso8601 import parse_common_form, parser
from adapty._core.json_body import MAX_DEPTH, is_too_deep
from adapty._core.lazy import is_loaded_instance, lazy_pattern
from adapty._escaping import escape_control
from adapty.errors import AdaptyUsageError, FieldProblem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dateutil.relativedelta import relativedelta

    from adapty._core.sentinel import NotGiven

__all__ = [
    "COUNTRY_CODES",
    "Invalid",
    "attribute",
    "attributes",
    "aware_datetime",
    "bounded_int",
    "calendar_date",
    "closest_match",
    "country",
    "decimal_amount",
    "describe",
    "email",
    "end_datetime",
    "format_name",
    "future_datetime",
    "header_value_problem",
    "identifier",
    "json_object",
    "nonblank",
    "one_of",
    "optional_datetime",
    "optional_email",
    "quotation_mark_problem",
    "quote",
    "suggest_choice",
    "text",
    "transaction_id",
    "type_name",
    "validate",
    "validate_each",
]

T = TypeVar("T")

COUNTRY_CODES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split(),  # noqa: SIM905 - 249 quoted codes are no easier to read
)
"""The officially assigned codes of ISO 3166-1 alpha-2. A test compares them with pycountry's."""

_COMMON_MISTAKES = {"UK": "GB", "EL": "GR", "EN": "GB"}
"""Codes that are often written for a country and are not its ISO code."""

_DATETIME_EXPECTED = 'expected an aware datetime or ISO 8601 text with an offset, such as "2026-06-01T10:30:00Z"'
_DATE_EXPECTED = 'expected a datetime.date or ISO 8601 text, such as "1990-05-21"'
_AMOUNT_EXPECTED = 'expected a Decimal or decimal text, such as "9.99"'

_TIME_OF_DAY = lazy_pattern(r"[0-9:.,]+(Z|[+-][0-9]{2}(:?[0-9]{2})?)?", re.ASCII)

# RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in all (with the brackets of a path taken off its 256).
_MAX_LOCAL_PART = 64
_MAX_ADDRESS = 254
# RFC 5322 dot-atom, with what RFC 6531 adds; a quoted local part is legal and not deliverable in practice.
_OTHER_SCRIPTS = "\x80-\U0010ffff"
_ATOM = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{_OTHER_SCRIPTS}-]+"
_LOCAL_PART = lazy_pattern(rf"{_ATOM}(\.{_ATOM})*")
_LABEL_EDGE = rf"[A-Za-z0-9{_OTHER_SCRIPTS}]"
_LABEL_REST = rf"([A-Za-z0-9{_OTHER_SCRIPTS}-]{{0,61}}{_LABEL_EDGE})"
_DOMAIN = lazy_pattern(rf"({_LABEL_EDGE}{_LABEL_REST}?\.)+[A-Za-z{_OTHER_SCRIPTS}]{_LABEL_REST}")

_UNDECODED_BYTE = lazy_pattern("[\udc80-\udcff]")
"""The replacement of a byte that is not UTF-8, in text decoded with `surrogateescape`, as files are here."""

_AMOUNT = lazy_pattern(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_MAX_AMOUNT_DIGITS = 30
_MAX_QUOTE_LENGTH = 40
_MAX_NAME_LENGTH = 100
_MAX_PRINTED_INT = 10**9

# From the reference of the server-side API, the only page with this limit.
_MAX_TRANSACTION_ID = 50


class Invalid(Exception):  # noqa: N818 - internal: `validate` converts it to an AdaptyUsageError
    """A value is invalid.

    Attributes:
        problem: What is wrong, and what is expected.
        inside: The name of the invalid part, if the value has parts.
    """

    def __init__(self, problem: str, *, inside: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.inside = inside


def validate(field: str, validator: Callable[[Any], T], value: Any) -> T:
    """Return the result of a validator.

    Raises:
        AdaptyUsageError: The value is invalid, or its own code (a time zone, a mapping, a subclass) raised an error.
            `field_name` is the field, with the name of the invalid part if the value has parts.
    """
    try:
        return validator(value)
    except Invalid as invalid:
        name = f"{field}.{invalid.inside}" if invalid.inside else field
        raise AdaptyUsageError.for_field(name, invalid.problem) from None
    except AdaptyUsageError as nested:
        raise nested.prefixed(field) from None
    except Exception as exc:  # noqa: BLE001 - see above
        raise AdaptyUsageError.for_field(field, f"cannot be read: it raised {type(exc).__name__}") from None


def validate_each(validator: Callable[[Any], T], values: Iterable[Any]) -> list[T]:
    """Return the results of a validator for each item of a list.

    Raises:
        AdaptyUsageError: Items are invalid; `problems` names all of them, by index from 0.
    """
    results: list[T] = []
    problems: list[FieldProblem] = []
    for index, value in enumerate(values):
        try:
            results.append(validate(str(index), validator, value))
        except AdaptyUsageError as error:
            problems += error.problems
    if problems:
        raise AdaptyUsageError.for_problems(problems)
    return results


def text(value: str | NotGiven) -> str:
    """Return a str that UTF-8 can encode; of an enum member, its value."""
    if type(value) is str and value.isascii():  # the common case, five times faster
        return value
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; expected a str")
    plain = str.__str__(value)
    try:
        plain.encode()
    except UnicodeEncodeError as exc:
        if _UNDECODED_BYTE.match(plain, exc.start):
            raise Invalid("is not UTF-8; expected UTF-8: save the file that it comes from as UTF-8") from None
        raise Invalid("contains a lone surrogate; expected text that UTF-8 can encode") from None
    return plain


def nonblank(value: str | NotGiven) -> str:
    """Return text that is not empty and not blank."""
    plain = text(value)
    if not plain.strip():
        raise Invalid("is empty; expected a non-empty str")
    return plain


def identifier(value: str | NotGiven) -> str:
    """Return an ID: not blank, without surrounding white space or invisible characters."""
    plain = nonblank(value)
    if problem := describe_invisible_character(plain):
        raise Invalid(f"{problem}; expected the ID without it")
    return plain


def transaction_id(value: str) -> str:
    """Return a store's transaction ID; the API rejects longer ones."""
    plain = identifier(value)
    if len(plain) > _MAX_TRANSACTION_ID:
        raise Invalid(f"has {len(plain)} characters; expected at most {_MAX_TRANSACTION_ID}")
    return plain


def email(value: str) -> str:
    """Return an address like name@domain.tld. Errors do not quote it."""
    plain = text(value)
    if problem := describe_invisible_character(plain) or _find_email_problem(plain):
        raise Invalid(f"{problem}; expected an e-mail address such as name@example.com")
    return plain


def _find_email_problem(address: str) -> str | None:
    local, at, domain = address.rpartition("@")
    problem = None
    if not at:
        problem = "has no @"
    elif len(address) > _MAX_ADDRESS or len(local) > _MAX_LOCAL_PART:
        problem = f"is too long (at most {_MAX_LOCAL_PART} characters before the @, {_MAX_ADDRESS} in all)"
    elif " " in address:  # other white space is an invisible character
        problem = f"has a space at character {address.index(' ') + 1}"
    elif not address.isprintable():
        problem = "contains an unprintable character"
    elif not _LOCAL_PART.fullmatch(local):
        problem = "has an invalid character before the @"
    elif not _DOMAIN.fullmatch(domain):
        problem = "has an invalid domain after the @"
    return problem


def optional_email(value: str | NotGiven) -> str:
    """Validate an optional e-mail address; see `email`."""
    return email(cast("str", value))


def country(value: str | NotGiven) -> str:
    """Return an officially assigned two-letter code of ISO 3166-1, given in either case, in upper case."""
    plain = text(value)
    if plain in COUNTRY_CODES:
        return plain
    if plain.isascii() and plain.upper() in COUNTRY_CODES:  # outside ASCII, the upper case of \u00df is SS
        return plain.upper()
    likely = _COMMON_MISTAKES.get(plain.strip().upper(), plain.strip().upper())
    hint = f"; did you mean {likely}?" if likely in COUNTRY_CODES else ""
    raise Invalid(f"{quote(plain)} is not a two-letter ISO 3166-1 alpha-2 code such as US{hint}")


def aware_datetime(value: datetime | str) -> datetime:
    """Return an aware datetime, given as one or as ISO 8601 text with an offset, in UTC."""
    if isinstance(value, str):
        raw = str.__str__(value)
        try:
            value = _parse_datetime(raw)
        except (ValueError, OverflowError):
            raise Invalid(f"{quote(raw)} is not ISO 8601; {_DATETIME_EXPECTED}") from None
        if value.tzinfo is UTC:
            return value
    if not isinstance(value, datetime):
        raise Invalid(f"is {type_name(value)}; {_DATETIME_EXPECTED}")
    # Also for subclasses: pandas' NaT is a datetime whose parts are NaN.
    try:
        if value.utcoffset() is None:
            raise Invalid(f"has no UTC offset; {_DATETIME_EXPECTED}")
        utc = value.astimezone(UTC)
        return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC)
    except (OverflowError, TypeError, ValueError):
        raise Invalid(f"cannot be converted to UTC; {_DATETIME_EXPECTED}") from None


def _parse_datetime(raw: str) -> datetime:
    """Parse ISO 8601."""
    parsed = parse_common_form(raw)
    if parsed is not None:
        return parsed
    normalized = raw.upper().replace(" ", "T", 1)
    # Older versions of isoparse accept invalid offsets such as +-2:00.
    if "T" in normalized and not _TIME_OF_DAY.fullmatch(normalized.partition("T")[2]):
        raise ValueError(raw)
    return parser("T").isoparse(normalized)


def future_datetime(value: datetime | str | relativedelta | timedelta | NotGiven) -> datetime:
    """Return a datetime, given as for `aware_datetime` or as a relativedelta or timedelta from now."""
    if isinstance(value, timedelta) or is_loaded_instance(value, "dateutil.relativedelta", "relativedelta"):
        try:
            return datetime.now(UTC) + cast("timedelta", value)
        except (ValueError, OverflowError):
            raise Invalid("is outside the years 1 to 9999; expected a shorter time from now") from None
    return aware_datetime(cast("datetime | str", value))


def end_datetime(value: datetime | str | relativedelta | timedelta) -> datetime:
    """Validate a required datetime; see `future_datetime`."""
    return future_datetime(value)


def optional_datetime(value: datetime | str | NotGiven) -> datetime:
    """Validate an optional datetime; see `aware_datetime`."""
    return aware_datetime(cast("datetime | str", value))


def calendar_date(value: date | str | NotGiven) -> date:
    """Return a date, given as one or as ISO 8601 text. Errors do not quote it: it may be a birthday."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(str.__str__(value))
        except ValueError:
            raise Invalid(f"is not a date; {_DATE_EXPECTED}") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Invalid(f"is {type_name(value)}; {_DATE_EXPECTED}")
    return date(value.year, value.month, value.day)


def decimal_amount(value: Decimal | str | int | NotGiven) -> Decimal:
    """Return an exact amount, given as Decimal, int or decimal text. Floats are rejected: they are not exact."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise Invalid(f"is {type_name(value)}; {_AMOUNT_EXPECTED}")
    if isinstance(value, str):
        raw = str.__str__(value)
    elif isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > _MAX_AMOUNT_DIGITS):
        raw = ""  # a large exponent could fill the memory
    else:
        raw = format(Decimal(value), "f")
    if not _AMOUNT.fullmatch(raw):
        raise Invalid(f"{quote(raw) if raw else 'the value'} is not an amount of money; {_AMOUNT_EXPECTED}")
    return Decimal(raw)


def bounded_int(name: str, value: int, most: int, *, least: int = 1) -> int:
    """Return an integer from `least` to `most`.

    Raises:
        AdaptyUsageError: The value is something else; `field_name` is `name`.
    """
    if type(value) is not int or not least <= value <= most:
        raise AdaptyUsageError.for_field(name, f"must be an integer from {least} to {most} (got {describe(value)})")
    return value


def describe(value: object) -> str:
    """Return a number as it is, and anything else as its type, which no secret can be in.

    Example:
        >>> describe(-1), describe("x"), describe(None)
        ('-1', 'str', 'None')
    """
    if isinstance(value, int | float) and type(value) in {int, float, bool} and abs(value) < _MAX_PRINTED_INT:
        return str(value)
    return "None" if value is None else type(value).__name__


def one_of(choices: Collection[str], value: Any, *, personal: bool = False) -> str:
    """Return one of these names. Errors do not quote a personal value."""
    plain = text(value)
    if plain not in choices:
        quoted = "the value" if personal else quote(plain)
        raise Invalid(f"{quoted} is not known{suggest_choice(plain, choices)}")
    return plain


def attributes(value: Mapping[str, str | int | float] | NotGiven) -> Mapping[str, str | int | float]:
    """Return a copy of a mapping of names to strings or numbers."""
    if not isinstance(value, Mapping):
        raise Invalid(f"is {type_name(value)}; expected a mapping of names to strings or numbers")
    result: dict[str, str | int | float] = {}
    for name, item in value.items():
        try:
            result[text(name)] = attribute(item)
        except Invalid as invalid:
            raise Invalid(invalid.problem, inside=format_name(name)) from None
    return result


def json_object(value: Mapping[str, Any] | NotGiven) -> Mapping[str, Any]:
    """Return a mapping as its JSON will be parsed."""
    if not isinstance(value, Mapping):
        raise Invalid(f"is {type_name(value)}; expected a mapping of names to JSON values")
    result: dict[str, Any] = {}
    for name, item in value.items():
        try:
            document = json.dumps(item, ensure_ascii=False, allow_nan=False)
            document.encode()
            result[text(name)] = parsed = json.loads(document)
            if is_too_deep(parsed, document):
                raise Invalid(f"is nested too deeply; expected at most {MAX_DEPTH} levels")  # noqa: TRY301 - named below
        except Invalid as invalid:
            raise Invalid(invalid.problem, inside=format_name(name)) from None
        except (TypeError, ValueError, RecursionError):
            raise Invalid("cannot be represented in JSON", inside=format_name(name)) from None
    return result


def header_value_problem(value: str) -> str | None:
    """Return why a header cannot carry a value unchanged, or None. The value may be a secret and is not quoted."""
    if not value.strip():
        return "is empty"
    if value != value.strip():
        return "starts or ends with white space, which a header cannot carry"
    if problem := quotation_mark_problem(value):
        return problem
    if not value.isascii() or not value.isprintable():
        return "contains characters that a header cannot carry unchanged"
    return None


_QUOTES = frozenset(
    "\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u00ab\u00bb\u2039\u203a\uff02\uff07"
)


def quotation_mark_problem(value: str) -> str | None:
    """Return what is wrong if a value starts or ends with a quotation mark of any kind, or None.

    Example:
        >>> [quotation_mark_problem(value) is None for value in ('"a"', "\u201ca", "it's")]
        [False, False, True]
    """
    if value[:1] in _QUOTES or value[-1:] in _QUOTES:
        return "has a quotation mark at its start or end, probably from a .env file; remove the quotes"
    return None


def closest_match(name: str, choices: Iterable[str]) -> str | None:
    """Return the choice closest to a name, ignoring case, spaces and hyphens, or None if there is none."""
    by_plain = {choice.casefold(): choice for choice in choices}
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    from difflib import get_close_matches  # noqa: PLC0415 - rarely needed

    close = get_close_matches(plain, by_plain, n=1)
    return by_plain[close[0]] if close else None


def suggest_choice(name: str, choices: Collection[str]) -> str:
    """Return the end of a message about an unknown name: the closest choice, and all choices."""
    close = closest_match(name, choices)
    hint = f"; did you mean {close}? expected" if close else "; expected"
    return f"{hint} one of {', '.join(choices)}"


def type_name(value: Any) -> str:
    """Return the type of a value for a message, which then cannot contain the value itself."""
    return "None" if value is None else f"of type {type(value).__name__}"


def format_name(name: object) -> str:
    """Return a name for a message, escaped and shortened. An e-mail address in its place is not shown."""
    if isinstance(name, str):
        formatted = escape_control(name)
    else:
        formatted = str(name) if type(name) is int and abs(name) < _MAX_PRINTED_INT else f"({type_name(name)})"
    return "(a name with an @)" if "@" in formatted else _shorten(formatted, _MAX_NAME_LENGTH)


def quote(value: str) -> str:
    """Return a value in quotes, shortened. An e-mail address in the wrong field is not shown."""
    return "the value" if "@" in value else ascii(_shorten(value, _MAX_QUOTE_LENGTH))


def _shorten(value: str, max_length: int) -> str:
    return value if len(value) <= max_length else f"{value[: max_length - 3]}..."


def attribute(value: Any) -> str | int | float:
    """Return the value of a custom attribute."""
    expected = "expected a string or a finite number"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"is {type_name(value)}; {expected}")
    if not _fits_a_double(value):
        raise Invalid(f"is not a number that JSON can represent; {expected}")
    return value


def _fits_a_double(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False
