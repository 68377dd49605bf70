"""The virtual currencies: balances, and the transactions that change them, all of their items or none."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from adapty.sandbox.database import as_text
from adapty.sandbox.flaws import Flaw
from adapty.sandbox.server_side import idempotency, profiles
from adapty.sandbox.server_side.declined import Declined
from adapty.sandbox.server_side.moments import with_z

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adapty.sandbox.server_side.profiles import Profile
    from adapty.sandbox.server_side.work import Asked, Work

__all__ = ["CURRENCIES", "balances", "create_transaction", "list_balances", "list_transactions"]

CURRENCIES = {"GOLD": "Gold", "GEMS": "Gems"}
"""The currencies that the app has: code to name."""

_MOST = 2**31 - 1
_CURSOR = "before:"

_BALANCES = "SELECT currency_code, balance FROM balances WHERE profile_id = ?"
_SET_BALANCE = "INSERT OR REPLACE INTO balances (profile_id, currency_code, balance) VALUES (?, ?, ?)"
_ADD_TRANSACTION = """
INSERT INTO currency_transactions (profile_id, transaction_id, metadata, created_at) VALUES (?, ?, ?, ?)
"""
_ADD_ITEM = """
INSERT INTO currency_items (number, place, currency_code, amount, balance_after) VALUES (?, ?, ?, ?, ?)
"""
_PAGE = """
SELECT number, transaction_id, metadata, created_at FROM currency_transactions AS one
WHERE profile_id = :profile_id AND number < :before AND (:currency_code IS NULL OR EXISTS (
    SELECT 1 FROM currency_items WHERE number = one.number AND currency_code = :currency_code
))
ORDER BY number DESC LIMIT :limit
"""
_ITEMS = "SELECT currency_code, amount, balance_after FROM currency_items WHERE number = ? ORDER BY place"
_BEFORE_ALL = 2**63 - 1


def balances(work: Work, profile: Profile) -> dict[str, int]:
    """Give what a profile has of each currency, by its code."""
    return dict.fromkeys(CURRENCIES, 0) | dict(work.connection.execute(_BALANCES, (profile.profile_id,)))


def list_balances(work: Work, asked: Asked) -> dict[str, Any]:
    """Do what `listVirtualCurrencyBalances` does."""
    held = balances(work, _enabled(work, asked))
    return {"response_created_at": work.timestamp, "data": [_shown(code, held[code]) for code in CURRENCIES]}


def create_transaction(work: Work, asked: Asked) -> dict[str, Any]:
    """Do what `createVirtualCurrencyTransaction` does; the balances in the answer are those that it changed.

    Raises:
        Declined: The feature is off, there is no such profile, or the transaction cannot be carried out.
    """
    profile = _enabled(work, asked)
    key = asked.parameters["Idempotency-Key"]
    return idempotency.once(work, profile, key, asked.body, lambda: _carried_out(work, profile, asked.body))


def list_transactions(work: Work, asked: Asked) -> dict[str, Any]:
    """Do what `listVirtualCurrencyTransactions` does: the newest first.

    Raises:
        Declined: The feature is off, there is no such profile, no such currency, or the cursor is none of ours.
    """
    profile = _enabled(work, asked)
    code, cursor, limit = (asked.parameters[name] for name in ("currency_code", "cursor", "limit"))
    if code is not None and code not in CURRENCIES:
        raise _declined("unknown_currency", "There is no such currency", "currency_code")
    found = work.connection.execute(
        _PAGE,
        {
            "profile_id": profile.profile_id,
            "before": _BEFORE_ALL if cursor is None else _before(cursor),
            "currency_code": code,
            "limit": limit + 1,
        },
    ).fetchall()
    page = found[:limit]
    return {
        "data": [
            {
                "transaction_id": transaction_id,
                "transaction_type": "api_transaction",
                "items": _items(work, number),
                "metadata": json.loads(metadata),
                "created_at": with_z(created_at),
            }
            for number, transaction_id, metadata, created_at in page
        ],
        "pagination": {"next_cursor": _cursor(page[-1][0]) if len(found) > limit else None},
    }


def _enabled(work: Work, asked: Asked) -> Profile:
    if not work.settings.virtual_currencies:
        message = "Virtual currencies are not enabled"
        raise Declined.because(403, message, "feature_not_enabled", is_plain=True)
    return profiles.existing(work, asked.user)


def _carried_out(work: Work, profile: Profile, body: Mapping[str, Any]) -> dict[str, Any]:
    # JSON Schema takes 5.0 for an integer.
    items = [(item["currency_code"], int(item["amount"])) for item in body["items"]]
    after = _after(balances(work, profile), items)
    transaction_id = str(uuid4())
    row = (profile.profile_id, transaction_id, as_text(body.get("metadata")), work.now)
    number = work.connection.execute(_ADD_TRANSACTION, row).lastrowid
    for place, (code, amount) in enumerate(items):
        work.connection.execute(_ADD_ITEM, (number, place, code, amount, after[code]))
        work.connection.execute(_SET_BALANCE, (profile.profile_id, code, after[code]))
    return {"transaction_id": transaction_id, "balances": [_shown(code, after[code]) for code, _ in items]}


def _after(held: Mapping[str, int], items: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Tell the balances after a transaction, of the currencies that it changes."""
    after: dict[str, int] = {}
    for place, (code, amount) in enumerate(items):
        where = ("items", place, "currency_code")
        if code not in CURRENCIES:
            raise _declined("unknown_currency", "There is no such currency", *where)
        if code in after:
            raise _declined("duplicate_currency", "A currency can stand in the list once", *where)
        if amount == 0:
            raise _declined("amount_zero", "Input should not be 0", "items", place, "amount")
        after[code] = held[code] + amount
        if after[code] < 0:
            raise _declined("insufficient_balance", "The balance is too low", "items", place, "amount")
        if after[code] > _MOST:
            raise _declined("balance_overflow", f"The balance cannot exceed {_MOST}", "items", place, "amount")
    return after


def _declined(error_code: str, message: str, *path: str | int) -> Declined:
    return Declined(400, Flaw(message=message, path=path), error_code=error_code)


def _shown(code: str, balance: int) -> dict[str, Any]:
    return {"code": code, "name": CURRENCIES[code], "balance": balance, "held": 0, "available": balance}


def _items(work: Work, number: int) -> list[dict[str, Any]]:
    rows = work.connection.execute(_ITEMS, (number,))
    return [{"currency_code": code, "amount": amount, "balance_after": after} for code, amount, after in rows]


def _cursor(number: int) -> str:
    return urlsafe_b64encode(f"{_CURSOR}{number}".encode()).decode()


def _before(cursor: str) -> int:
    """Read a cursor that `_cursor` made, and refuse whatever it would not make."""
    try:
        number = int(urlsafe_b64decode(cursor).decode().removeprefix(_CURSOR))
    except ValueError:
        number = 0
    if number < 1 or number > _BEFORE_ALL or _cursor(number) != cursor:
        raise _declined("base_error", "Input should be the next_cursor of a page", "cursor")
    return number
