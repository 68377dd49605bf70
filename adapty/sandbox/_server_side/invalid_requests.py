"""The status and the error code of a request that does not match its schema, which differ between operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from adapty.sandbox._body import NOT_JSON
from adapty.sandbox._responses import NON_FIELD_ERRORS, ApiError

if TYPE_CHECKING:
    from adapty.sandbox._responses import InvalidBody

__all__ = ["invalid_body_error", "invalid_parameter_code"]


@frozen(kw_only=True)
class _Codes:
    """How an operation responds to invalid requests.

    Attributes:
        status: The status for an invalid body.
        error_code: The code for all issues without one of their own.
        by_keyword: Schema keyword to the code for issues that violate it, which has the status 400.
    """

    status: int = 400
    error_code: str = "base_error"
    by_keyword: Mapping[str, str] = field(factory=dict)


_DEFAULT = _Codes()
_VALIDATION = _Codes(error_code="validation_error")
_PARSE = _Codes(by_keyword={NOT_JSON: "parse_error", "required": "parse_error"})

_CODES: Mapping[str, _Codes] = {
    "setTransaction": _PARSE,
    "grantAccessLevel": _PARSE,
    "revokeAccessLevel": _PARSE,
    "setRefundSaverSettings": _VALIDATION,
    "setIntegrationIdentifiers": _VALIDATION,
    "listPaywalls": _VALIDATION,
    "updatePaywall": _VALIDATION,
    # The vendor documents the status 422 without a code.
    "createVirtualCurrencyTransaction": _Codes(
        status=422, error_code="validation_error", by_keyword={"minItems": "empty_items"}
    ),
}
"""The operations that do not respond with 400 and `base_error` alone."""


def invalid_body_error(operation_id: str, invalid: InvalidBody) -> ApiError:
    """Create the error for an invalid body. A code of its own counts if all issues have it."""
    codes = _CODES.get(operation_id, _DEFAULT)
    own = {codes.by_keyword.get(issue.keyword) for issue in invalid.issues}
    code = own.pop() if len(own) == 1 else None
    if code is None:
        return ApiError(codes.status, *invalid.issues, error_code=codes.error_code)
    source = None if invalid.issues[0].keyword == NOT_JSON else NON_FIELD_ERRORS
    return ApiError(400, *invalid.issues, error_code=code, source=source)


def invalid_parameter_code(operation_id: str) -> str:
    """Return the error code for invalid parameters of the query or the headers. Their status is 400."""
    return _CODES.get(operation_id, _DEFAULT).error_code
