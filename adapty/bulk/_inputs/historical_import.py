"""The CSV file of Adapty's historical import: its columns, and the fields of Adapty Mail.

https://adapty.io/docs/importing-historical-data-to-adapty lists the columns. `user_id` is required, and so are the
columns that name a purchase in one of the stores.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Any

from adapty._core.validation import Invalid
from adapty.bulk._inputs.strict_json import RepeatedKeyError, decode_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ["CUSTOM_ATTRIBUTES", "FIELDS", "NOT_IMPORTED", "PARSERS", "is_historical_import"]

CUSTOM_ATTRIBUTES = "custom_attributes"

FIELDS: Mapping[str, str] = {
    "user_id": "external_profile_id",
    "created_at": "external_created_at",
    "birthday": "birthday",
    "email": "email",
    "gender": "gender",
    "country": "country",
    "first_name": "first_name",
    "last_name": "last_name",
    CUSTOM_ATTRIBUTES: CUSTOM_ATTRIBUTES,
}
"""The columns that Adapty Mail has a field for, with the fields of `MailProfile`."""

_DISTINCTIVE = (
    "apple_original_transaction_id",
    "google_product_id",
    "google_purchase_token",
    "google_is_subscription",
    "stripe_token",
    "subscription_expiration_date",
    "idfa",
    "idfv",
    "advertising_id",
    "amplitude_user_id",
    "amplitude_device_id",
    "mixpanel_user_id",
    "appmetrica_profile_id",
    "appmetrica_device_id",
    "appsflyer_id",
    "adjust_device_id",
    "facebook_anonymous_id",
    "attribution_source",
    "attribution_status",
    "attribution_channel",
    "attribution_campaign",
    "attribution_ad_group",
    "attribution_ad_set",
    "attribution_creative",
)
"""With `user_id`, any of these columns identifies the format."""

NOT_IMPORTED: frozenset[str] = frozenset({*_DISTINCTIVE, "phone_number", "last_seen", "branch_id"})
"""The columns that Adapty Mail has no field for; other files can have the last three, too."""

_MAX_ATTRIBUTES = 2**16
_ATTRIBUTES_EXPECTED = "expected names to strings or numbers, such as {'plan': 'trial', 'visits': 3}"

# A dictionary as Python writes it, without nested ones. Unknown escapes do not match: Python warns of them.
_ESCAPE = r"""\\(?:[\\'"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"""
_STRING = rf"""(?:'(?:[^'\\\n\r]|{_ESCAPE})*+'|"(?:[^"\\\n\r]|{_ESCAPE})*+")"""
_VALUE = rf"(?:{_STRING}|-?[0-9]++(?:\.[0-9]*+)?(?:[eE][+-]?[0-9]++)?|True|False|None)"
_PAIR = rf"\s*+{_STRING}\s*+:\s*+{_VALUE}\s*+"
_FLAT_DICTIONARY = re.compile(rf"\{{(?:{_PAIR}(?:,{_PAIR})*+,?)?\s*+\}}", re.ASCII)


def is_historical_import(header: Collection[str]) -> bool:
    """Return whether a header is that of Adapty's historical import file.

    Example:
        >>> is_historical_import(["email", "user_id", "stripe_token"]), is_historical_import(["email", "user_id"])
        (True, False)
    """
    return "user_id" in header and not {*_DISTINCTIVE}.isdisjoint(header)


def _parse_custom_attributes(cell: str) -> dict[str, Any]:
    """Parse a dictionary as Python or JSON writes it; None is omitted, and True is 1, as in Adapty's own import."""
    if len(cell) > _MAX_ATTRIBUTES:
        raise Invalid(f"has {len(cell)} characters; expected at most {_MAX_ATTRIBUTES}")
    read = _from_json(cell)
    if read is None:
        read = _from_python(cell)
    if not isinstance(read, dict):
        raise Invalid(f"is not a flat dictionary; {_ATTRIBUTES_EXPECTED}")
    return {name: int(value) if isinstance(value, bool) else value for name, value in read.items() if value is not None}


def _from_json(cell: str) -> Any:
    try:
        return decode_json(cell)
    except RepeatedKeyError:
        raise Invalid(f"has an attribute twice; {_ATTRIBUTES_EXPECTED}") from None
    except json.JSONDecodeError:
        return None
    except (ValueError, RecursionError):  # NaN, an infinite number, or too many digits
        raise Invalid(f"has a value that JSON cannot represent; {_ATTRIBUTES_EXPECTED}") from None


def _from_python(cell: str) -> Any:
    text = cell.strip()
    if not _FLAT_DICTIONARY.fullmatch(text):
        return None
    try:
        body = ast.parse(text, mode="eval").body
        read = ast.literal_eval(body)
    except (SyntaxError, ValueError):  # a number such as 007, or too many digits
        return None
    if isinstance(body, ast.Dict) and len(read) != len(body.keys):
        raise Invalid(f"has an attribute twice; {_ATTRIBUTES_EXPECTED}")
    return read


PARSERS: Mapping[str, Callable[[str], Any]] = {CUSTOM_ATTRIBUTES: _parse_custom_attributes, "country": str.strip}
"""The parsers of columns that are not plain text; each raises `Invalid` for an invalid cell."""
