"""Checks of what the API is documented to refuse, made before anything is sent.

Each check takes a value and gives the one to keep, or raises `Invalid` with what is wrong and what would be right;
`validate` turns that into an AdaptyUsageError that names the field. The value itself is never quote where it may be
personal. Checks of fields that may be left out are typed to take NOT_GIVEN, because a record's constructor is typed
by them; it never gets here.
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
from adapty.errors import AdaptyUsageError

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
    "email",
    "end_datetime",
    "future_datetime",
    "header_value_problem",
    "identifier",
    "json_object",
    "nonblank",
    "one_of",
    "optional_datetime",
    "optional_email",
    "printable",
    "quotation_mark_problem",
    "quote",
    "suggest_choice",
    "text",
    "transaction_id",
    "type_name",
    "validate",
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
    """.split(),  # noqa: SIM905 - 249 quote codes are no easier to read
)
"""The officially assigned codes of ISO 3166-1 alpha-2. A test compares them with pycountry's."""

_COMMON_MISTAKES = {"UK": "GB", "EL": "GR", "EN": "GB"}
"""Codes that are often written for a country and are not its ISO code."""

_MOMENT_EXPECTED = 'expected an aware datetime or ISO 8601 text with an offset, such as "2026-06-01T10:30:00Z"'
_DATE_EXPECTED = 'expected a datetime.date or ISO 8601 text, such as "1990-05-21"'
_AMOUNT_EXPECTED = 'expected a Decimal or decimal text, such as "9.99"'

_TIME_OF_DAY = lazy_pattern(r"[0-9:.,]+(Z|[+-][0-9]{2}(:?[0-9]{2})?)?", re.ASCII)

# RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in all (with the brackets of a path taken off its 256).
_MAX_LOCAL_PART = 64
_MAX_ADDRESS = 254
# RFC 5322 dot-atom, with what RFC 6531 adds; a quote local part is legal and not deliverable in practice.
_OTHER_SCRIPTS = "\x80-\U0010ffff"
_ATOM = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{_OTHER_SCRIPTS}-]+"
_LOCAL_PART = lazy_pattern(rf"{_ATOM}(\.{_ATOM})*")
_LABEL_EDGE = rf"[A-Za-z0-9{_OTHER_SCRIPTS}]"
_LABEL_REST = rf"([A-Za-z0-9{_OTHER_SCRIPTS}-]{{0,61}}{_LABEL_EDGE})"
_DOMAIN = lazy_pattern(rf"({_LABEL_EDGE}{_LABEL_REST}?\.)+[A-Za-z{_OTHER_SCRIPTS}]{_LABEL_REST}")

_KEPT_BYTE = lazy_pattern("[\udc80-\udcff]")
"""What stands in text for a byte that is not UTF-8, where it was read with `surrogateescape`, as files are here."""

_AMOUNT = lazy_pattern(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_MAX_AMOUNT_DIGITS = 30
_MAX_SHOWN = 40
_MAX_SHOWN_NAME = 100
_MAX_SHOWN_NUMBER = 10**9

# Rules of the server-side API's reference, the only place where the vendor gives the figure.
_MAX_TRANSACTION_ID = 50


class Invalid(Exception):  # noqa: N818 - never leaves the library: `validate` turns it into an AdaptyUsageError
    """A value was refused.

    Attributes:
        problem: What is wrong with the value and what would be right.
        inside: The name of the part at fault, where the value has parts.
    """

    def __init__(self, problem: str, *, inside: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.inside = inside


def validate(field: str, check: Callable[[Any], T], value: Any) -> T:
    """Give what the check keeps of the value, or raise an AdaptyUsageError that names the field.

    Values are foreign objects: time zones, mappings and subclasses whose own code runs here and may fail.
    """
    try:
        return check(value)
    except Invalid as refused:
        name = f"{field}.{refused.inside}" if refused.inside else field
        raise AdaptyUsageError.for_field(name, refused.problem) from None
    except AdaptyUsageError as nested:
        raise nested.prefixed(field) from None
    except Exception as broken:  # noqa: BLE001 - see above
        raise AdaptyUsageError.for_field(field, f"cannot be read: it raised {type(broken).__name__}") from None


def text(value: str | NotGiven) -> str:
    """Accept a str that can be sent as UTF-8; give a plain one, of an enum's member its value."""
    if type(value) is str and value.isascii():  # the usual case, in a fifth of the time
        return value
    if not isinstance(value, str):
        raise Invalid(f"is {type_name(value)}; expected a str")
    plain = str.__str__(value)
    try:
        plain.encode()
    except UnicodeEncodeError as problem:
        if _KEPT_BYTE.match(plain, problem.start):
            raise Invalid("is not UTF-8; expected text in UTF-8: save the file it comes from as UTF-8") from None
        raise Invalid("holds half of a surrogate pair; expected text that UTF-8 can carry") from None
    return plain


def nonblank(value: str | NotGiven) -> str:
    """Return text that is not empty and not blank."""
    plain = text(value)
    if not plain.strip():
        raise Invalid("is empty; expected a non-empty str")
    return plain


def identifier(value: str | NotGiven) -> str:
    """Return text that names something: not blank, without white space around it or invisible characters in it."""
    plain = nonblank(value)
    if problem := describe_invisible_character(plain):
        raise Invalid(f"{problem}; expected the id without it")
    return plain


def transaction_id(value: str) -> str:
    """Accept a store's transaction id: the vendor documents that a longer one makes the request fail."""
    plain = identifier(value)
    if len(plain) > _MAX_TRANSACTION_ID:
        raise Invalid(f"has {len(plain)} characters; expected at most {_MAX_TRANSACTION_ID}")
    return plain


def email(value: str) -> str:
    """Return an address of the shape name@domain.tld; it is never quote."""
    plain = text(value)
    if problem := describe_invisible_character(plain) or _problem_of_address(plain):
        raise Invalid(f"{problem}; expected an e-mail address such as name@example.com")
    return plain


def _problem_of_address(address: str) -> str | None:
    local, at, domain = address.rpartition("@")
    problem = None
    if not at:
        problem = "has no @"
    elif len(address) > _MAX_ADDRESS or len(local) > _MAX_LOCAL_PART:
        problem = f"is too long (at most {_MAX_LOCAL_PART} characters before the @, {_MAX_ADDRESS} in all)"
    elif " " in address:  # other white space is told of before
        problem = f"has a space at character {address.index(' ') + 1}"
    elif not address.isprintable():
        problem = "has something that cannot be printed"
    elif not _LOCAL_PART.fullmatch(local):
        problem = "has something that cannot stand before the @"
    elif not _DOMAIN.fullmatch(domain):
        problem = "has no valid domain after the @"
    return problem


def optional_email(value: str | NotGiven) -> str:
    """Accept the same, for a field that may be left out."""
    return email(cast("str", value))


def country(value: str | NotGiven) -> str:
    """Accept an officially assigned two-letter code of ISO 3166-1, in upper case."""
    plain = text(value)
    if plain in COUNTRY_CODES:
        return plain
    likely = _COMMON_MISTAKES.get(plain.strip().upper(), plain.strip().upper())
    hint = f"; did you mean {likely}?" if likely in COUNTRY_CODES else ""
    raise Invalid(f"{quote(plain)} is not a two-letter uppercase ISO 3166-1 alpha-2 code such as US{hint}")


def aware_datetime(value: datetime | str) -> datetime:
    """Accept an aware datetime, or ISO 8601 text with an offset; give it in UTC, as a plain datetime."""
    if isinstance(value, str):
        spelled = str.__str__(value)
        try:
            value = _read_moment(spelled)
        except (ValueError, OverflowError):
            raise Invalid(f"{quote(spelled)} is not ISO 8601; {_MOMENT_EXPECTED}") from None
        if value.tzinfo is UTC:
            return value
    if not isinstance(value, datetime):
        raise Invalid(f"is {type_name(value)}; {_MOMENT_EXPECTED}")
    # Subclasses end here too: pandas' NaT is a datetime whose every part is NaN.
    try:
        if value.utcoffset() is None:
            raise Invalid(f"has no UTC offset; {_MOMENT_EXPECTED}")
        utc = value.astimezone(UTC)
        return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC)
    except (OverflowError, TypeError, ValueError):
        raise Invalid(f"is no moment that UTC can name; {_MOMENT_EXPECTED}") from None


def _read_moment(spelled: str) -> datetime:
    """Read ISO 8601."""
    return parse_common_form(spelled) or parser("T").isoparse(_plain_iso(spelled))


def _plain_iso(spelled: str) -> str:
    """Give ISO 8601 as isoparse reads it; what older versions of it let through (an offset of +-2:00) is refused."""
    text = spelled.upper().replace(" ", "T", 1)
    if "T" in text and not _TIME_OF_DAY.fullmatch(text.partition("T")[2]):
        raise ValueError(spelled)
    return text


def future_datetime(value: datetime | str | relativedelta | timedelta | NotGiven) -> datetime:
    """Accept what `aware_datetime` does, or a relativedelta or timedelta that counts from now."""
    if isinstance(value, timedelta) or is_loaded_instance(value, "dateutil.relativedelta", "relativedelta"):
        try:
            return datetime.now(UTC) + cast("timedelta", value)
        except (ValueError, OverflowError):
            raise Invalid("is beyond the years 1 to 9999; expected a shorter time from now") from None
    return aware_datetime(cast("datetime | str", value))


def end_datetime(value: datetime | str | relativedelta | timedelta) -> datetime:
    """Accept the same, for a field that is required."""
    return future_datetime(value)


def optional_datetime(value: datetime | str | NotGiven) -> datetime:
    """Accept what `aware_datetime` does, for a field that may be left out."""
    return aware_datetime(cast("datetime | str", value))


def calendar_date(value: date | str | NotGiven) -> date:
    """Accept a date without a time, or its ISO 8601 text; a birthday is personal, so it is never quote."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(str.__str__(value))
        except ValueError:
            raise Invalid(f"is not a date; {_DATE_EXPECTED}") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Invalid(f"is {type_name(value)}; {_DATE_EXPECTED}")
    return date(value.year, value.month, value.day)


def decimal_amount(value: Decimal | str | int | NotGiven) -> Decimal:
    """Accept an exact amount: Decimal, int, or decimal text. A float is refused, for 9.99 is not what it holds."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise Invalid(f"is {type_name(value)}; {_AMOUNT_EXPECTED}")
    if isinstance(value, str):
        spelled = str.__str__(value)
    elif isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > _MAX_AMOUNT_DIGITS):
        spelled = ""  # written out, the exponent could fill the memory
    else:
        spelled = format(Decimal(value), "f")
    if not _AMOUNT.fullmatch(spelled):
        raise Invalid(f"{quote(spelled) if spelled else 'it'} is not an amount of money; {_AMOUNT_EXPECTED}")
    return Decimal(spelled)


def bounded_int(name: str, value: int, most: int) -> int:
    """Give a whole number from 1 to `most`.

    Raises:
        AdaptyUsageError: It is none; `field_name` is `name`.
    """
    if type(value) is not int or not 1 <= value <= most:
        raise AdaptyUsageError.for_field(name, f"is no such number; expected 1 to {most}")
    return value


def one_of(choices: Collection[str], value: Any, *, personal: bool = False) -> str:
    """Accept one of these names only; a personal one is not quote."""
    plain = text(value)
    if plain not in choices:
        shown = "the value" if personal else quote(plain)
        raise Invalid(f"{shown} is not known{suggest_choice(plain, choices)}")
    return plain


def attributes(value: Mapping[str, str | int | float] | NotGiven) -> Mapping[str, str | int | float]:
    """Accept a mapping of names to strings or numbers; give a copy."""
    if not isinstance(value, Mapping):
        raise Invalid(f"is {type_name(value)}; expected a mapping of names to strings or numbers")
    kept: dict[str, str | int | float] = {}
    for name, held in value.items():
        try:
            kept[text(name)] = attribute(held)
        except Invalid as refused:
            raise Invalid(refused.problem, inside=printable(name)) from None
    return kept


def json_object(value: Mapping[str, Any] | NotGiven) -> Mapping[str, Any]:
    """Accept a mapping that JSON can carry; give a copy, as whoever reads the JSON will have it."""
    if not isinstance(value, Mapping):
        raise Invalid(f"is {type_name(value)}; expected a mapping of names to JSON values")
    kept: dict[str, Any] = {}
    for name, held in value.items():
        try:
            written = json.dumps(held, ensure_ascii=False, allow_nan=False)
            written.encode()
            kept[text(name)] = json.loads(written)
            if is_too_deep(kept[name]):
                raise Invalid(f"is nested too deep; expected at most {MAX_DEPTH} levels")  # noqa: TRY301 - named below
        except Invalid as refused:
            raise Invalid(refused.problem, inside=printable(name)) from None
        except (TypeError, ValueError, RecursionError):
            raise Invalid("is not something that JSON can carry", inside=printable(name)) from None
    return kept


def header_value_problem(value: str) -> str | None:
    """Say why a header does not carry a value unchanged, or give None; the value is not quote, it may be a secret."""
    if not value.strip():
        return "is empty"
    if value != value.strip():
        return "begins or ends with white space, which no header carries"
    if problem := quotation_mark_problem(value):
        return problem
    if not value.isascii() or not value.isprintable():
        return "holds characters that no header carries unchanged"
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
    """Return the choice that is nearest to a name, whatever its case, spaces and hyphens, or None if none is near."""
    by_plain = {choice.casefold(): choice for choice in choices}
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    from difflib import get_close_matches  # noqa: PLC0415 - rarely needed

    close = get_close_matches(plain, by_plain, n=1)
    return by_plain[close[0]] if close else None


def suggest_choice(name: str, choices: Collection[str]) -> str:
    """Return the end of a message about an unknown name: what was probably meant, and what there is."""
    close = closest_match(name, choices)
    meant = f"; did you mean {close}? expected" if close else "; expected"
    return f"{meant} one of {', '.join(choices)}"


def type_name(value: Any) -> str:
    """Name a value by its type, so that no message can hold the value itself."""
    return "None" if value is None else f"of type {type(value).__name__}"


def printable(name: object) -> str:
    """Return a name as a message can hold it, escaped and shortened; an address in its place stays repr_redacted."""
    if isinstance(name, str):
        shown = escape_control(name)
    else:
        shown = str(name) if type(name) is int and abs(name) < _MAX_SHOWN_NUMBER else f"({type_name(name)})"
    return "(a name with an @)" if "@" in shown else _shortened(shown, _MAX_SHOWN_NAME)


def quote(value: str) -> str:
    """Quote a value that is not personal, shortened; an address put into the wrong field stays repr_redacted."""
    return "the value" if "@" in value else ascii(_shortened(value, _MAX_SHOWN))


def _shortened(value: str, longest: int) -> str:
    return value if len(value) <= longest else f"{value[: longest - 3]}..."


def attribute(value: Any) -> str | int | float:
    """Accept the value of a custom attribute."""
    expected = "expected a string or a finite number"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"is {type_name(value)}; {expected}")
    if not _fits_a_double(value):
        raise Invalid(f"is not a number that JSON can carry; {expected}")
    return value


def _fits_a_double(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False
