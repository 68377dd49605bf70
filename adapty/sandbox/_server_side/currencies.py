"""Virtual currencies: balances, and the idempotent transactions that change them, all of their items or none."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from adapty.sandbox._responses import ApiError, ValidationIssue
from adapty.sandbox._server_side import profiles
from adapty.sandbox._storage import to_json
from adapty.sandbox._timestamps import HOUR, format_with_z

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from adapty.sandbox._server_side.model import Context, Params, Profile

__all__ = ["create_transaction", "list_balances", "list_transactions", "load_balances"]

CURRENCIES = {"GOLD": "Gold", "GEMS": "Gems"}
"""The currencies of the app: code to name."""

_MAX_BALANCE = 2**31 - 1
_MAX_NUMBER = 2**63 - 1
_CURSOR_PREFIX = "before:"
_UUID_VERSION = 4

_BALANCES = "SELECT currency_code, balance FROM balances WHERE profile_id = ?"
_SET_BALANCE = "INSERT OR REPLACE INTO balances (profile_id, currency_code, balance) VALUES (?, ?, ?)"
_ADD_TRANSACTION = """
INSERT INTO currency_transactions (profile_id, transaction_id, metadata, created_at) VALUES (?, ?, ?, ?)
"""
_ADD_ITEM = """
INSERT INTO currency_items (number, position, currency_code, amount, balance_after) VALUES (?, ?, ?, ?, ?)
"""
_PAGE = """
SELECT number, transaction_id, metadata, created_at FROM currency_transactions AS one
WHERE profile_id = :profile_id AND number < :before AND (:currency_code IS NULL OR EXISTS (
    SELECT 1 FROM currency_items WHERE number = one.number AND currency_code = :currency_code
))
ORDER BY number DESC LIMIT :limit
"""
_ITEMS = "SELECT currency_code, amount, balance_after FROM currency_items WHERE number = ? ORDER BY position"
_DELETE_EXPIRED_KEYS = "DELETE FROM idempotency_keys WHERE used_at <= ?"
_FIND_KEY = "SELECT response FROM idempotency_keys WHERE profile_id = ? AND idempotency_key = ?"
_SAVE_KEY = """
INSERT INTO idempotency_keys (profile_id, idempotency_key, used_at, response) VALUES (?, ?, ?, ?)
"""


def load_balances(context: Context, profile: Profile) -> dict[str, int]:
    """Return the balance of each currency, by code."""
    return dict.fromkeys(CURRENCIES, 0) | dict(context.connection.execute(_BALANCES, (profile.profile_id,)))


def list_balances(context: Context, params: Params) -> dict[str, Any]:
    """Execute `listVirtualCurrencyBalances`."""
    balances = load_balances(context, _get_profile(context, params))
    data = [_format_balance(code, balances[code]) for code in CURRENCIES]
    return {"response_created_at": context.timestamp, "data": data}


def create_transaction(context: Context, params: Params) -> dict[str, Any]:
    """Execute `createVirtualCurrencyTransaction`. The response contains the balances that it changes.

    Raises:
        ApiError: The feature is disabled, the profile is unknown, or the transaction is invalid.
    """
    profile = _get_profile(context, params)
    key = params.parameters["Idempotency-Key"]
    return _run_once(context, profile, key, lambda: _apply_transaction(context, profile, params.body))


def list_transactions(context: Context, params: Params) -> dict[str, Any]:
    """Execute `listVirtualCurrencyTransactions`: newest first.

    Raises:
        ApiError: The feature is disabled, or the profile, the currency or the cursor is unknown.
    """
    profile = _get_profile(context, params)
    code, cursor, limit = (params.parameters[name] for name in ("currency_code", "cursor", "limit"))
    if code is not None and code not in CURRENCIES:
        raise _invalid("unknown_currency", "There is no such currency", "currency_code")
    rows = context.connection.execute(
        _PAGE,
        {
            "profile_id": profile.profile_id,
            "before": _MAX_NUMBER if cursor is None else _parse_cursor(cursor),
            "currency_code": code,
            "limit": limit + 1,
        },
    ).fetchall()
    page = rows[:limit]
    return {
        "data": [
            {
                "transaction_id": transaction_id,
                "transaction_type": "api_transaction",
                "items": _load_items(context, number),
                "metadata": json.loads(metadata),
                "created_at": format_with_z(created_at),
            }
            for number, transaction_id, metadata, created_at in page
        ],
        "pagination": {"next_cursor": _format_cursor(page[-1][0]) if len(rows) > limit else None},
    }


def _get_profile(context: Context, params: Params) -> Profile:
    if not context.settings.virtual_currencies:
        message = "Virtual currencies are not enabled"
        raise ApiError.single(403, message, "feature_not_enabled", is_plain=True)
    return profiles.get_or_404(context, params.user)


def _apply_transaction(context: Context, profile: Profile, body: Mapping[str, Any]) -> dict[str, Any]:
    # JSON Schema accepts 5.0 as an integer.
    items = [(item["currency_code"], int(item["amount"])) for item in body["items"]]
    balances = _compute_balances(load_balances(context, profile), items)
    transaction_id = str(uuid4())
    row = (profile.profile_id, transaction_id, to_json(body.get("metadata")), context.now)
    number = context.connection.execute(_ADD_TRANSACTION, row).lastrowid
    for position, (code, amount) in enumerate(items):
        context.connection.execute(_ADD_ITEM, (number, position, code, amount, balances[code]))
        context.connection.execute(_SET_BALANCE, (profile.profile_id, code, balances[code]))
    changed = [_format_balance(code, balances[code]) for code, _ in items]
    return {"transaction_id": transaction_id, "balances": changed}


def _compute_balances(before: Mapping[str, int], items: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the new balances of the currencies that a transaction changes."""
    after: dict[str, int] = {}
    for index, (code, amount) in enumerate(items):
        path = ("items", index, "currency_code")
        if code not in CURRENCIES:
            raise _invalid("unknown_currency", "There is no such currency", *path)
        if code in after:
            raise _invalid("duplicate_currency", "Currency should appear only once", *path)
        if amount == 0:
            raise _invalid("amount_zero", "Input should not be 0", "items", index, "amount")
        after[code] = before[code] + amount
        if after[code] < 0:
            raise _invalid("insufficient_balance", "The balance is too low", "items", index, "amount")
        if after[code] > _MAX_BALANCE:
            raise _invalid("balance_overflow", f"The balance cannot exceed {_MAX_BALANCE}", "items", index, "amount")
    return after


def _invalid(error_code: str, message: str, *path: str | int) -> ApiError:
    return ApiError(400, ValidationIssue(message=message, path=path), error_code=error_code)


def _format_balance(code: str, balance: int) -> dict[str, Any]:
    return {"code": code, "name": CURRENCIES[code], "balance": balance, "held": 0, "available": balance}


def _load_items(context: Context, number: int) -> list[dict[str, Any]]:
    rows = context.connection.execute(_ITEMS, (number,))
    return [{"currency_code": code, "amount": amount, "balance_after": after} for code, amount, after in rows]


def _format_cursor(number: int) -> str:
    return urlsafe_b64encode(f"{_CURSOR_PREFIX}{number}".encode()).decode()


def _parse_cursor(cursor: str) -> int:
    """Parse the output of `_format_cursor`, and reject everything else."""
    try:
        number = int(urlsafe_b64decode(cursor).decode().removeprefix(_CURSOR_PREFIX))
    except ValueError:
        number = 0
    if number < 1 or number > _MAX_NUMBER or _format_cursor(number) != cursor:
        raise _invalid("invalid_cursor", "Input should be the next_cursor of a page", "cursor")
    return number


def _run_once(context: Context, profile: Profile, key: str | None, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Execute a request, or return the earlier response to the same key of the same profile.

    A key is stored for an hour, and only if the request succeeded. The API does not document what another body under a
    used key does. The sandbox returns the earlier response to any body: the one documented sentence makes no exception.

    Args:
        context: The context of the request.
        profile: The profile.
        key: The idempotency key, or None to execute unconditionally.
        run: Executes the request, and returns the response.

    Raises:
        ApiError: The key is not a version 4 UUID.
    """
    if key is None:
        return run()
    uuid = UUID(key)
    if uuid.version != _UUID_VERSION:
        issue = ValidationIssue(message="Input should be a UUID of version 4", path=("Idempotency-Key",))
        raise ApiError(400, issue, error_code="idempotency_key_invalid")
    context.connection.execute(_DELETE_EXPIRED_KEYS, (context.now - HOUR,))
    row = context.connection.execute(_FIND_KEY, (profile.profile_id, str(uuid))).fetchone()
    if row is not None:
        stored: dict[str, Any] = json.loads(row[0])
        return stored
    response = run()
    context.connection.execute(_SAVE_KEY, (profile.profile_id, str(uuid), context.now, json.dumps(response)))
    return response
