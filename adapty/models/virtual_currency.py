"""Balances and transactions of virtual currencies: schemas `VirtualCurrency...`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs
from attrs.converters import optional

from adapty._core import server_side_validation, validation
from adapty._core.redaction import repr_redacted
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.validation import Invalid, quote, type_name, validate, validate_each
from adapty.errors import AdaptyUsageError
from adapty.models._request import NESTED_LIST, RequestModel, coerce_nested, validate_fields
from adapty.models._response import ResponseModel, list_of, parse_datetime, parse_int, parse_str, parse_str_map, scalar

__all__ = [
    "CURRENCY_TRANSACTION_TYPES",
    "CursorPagination",
    "VirtualCurrencyBalance",
    "VirtualCurrencyBalances",
    "VirtualCurrencyHistoryEntry",
    "VirtualCurrencyHistoryItem",
    "VirtualCurrencyTransaction",
    "VirtualCurrencyTransactionItem",
    "VirtualCurrencyTransactionRequest",
    "VirtualCurrencyTransactionsHistoryResponse",
    "credit_amount",
    "debit_amount",
]

CURRENCY_TRANSACTION_TYPES = frozenset(
    {
        "store_purchase",
        "subscription_renewal",
        "trial_start",
        "api_transaction",
        "dashboard_transaction",
        "refund",
        "expiry",
    },
)
"""The known types of transactions in responses."""

MAX_ITEMS = 20

Items = Iterable["VirtualCurrencyTransactionItem | Mapping[str, Any]"]


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class VirtualCurrencyTransactionItem(RequestModel):
    """A change of one currency's balance: schema `VirtualCurrencyTransactionItem`.

    Attributes:
        currency_code: The currency's code; required. Codes have ASCII letters, digits and underscores.
        amount: Above 0 credits, below 0 debits; required.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` is its name.

    Example:
        >>> VirtualCurrencyTransactionItem(currency_code="GOLD", amount=-50).to_dict()
        {'currency_code': 'GOLD', 'amount': -50}
    """

    currency_code: str = attrs.field(converter=validation.identifier)
    amount: int = attrs.field(converter=server_side_validation.nonzero_int32)


def _items(value: Mapping[str, int] | Items) -> tuple[VirtualCurrencyTransactionItem, ...]:
    """Validate items in any accepted form; each currency is allowed once."""
    expected = f"expected 1 to {MAX_ITEMS} currencies with their amounts, such as a dict"
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise Invalid(f"is {type_name(value)}; {expected}")
    pairs = isinstance(value, Mapping)
    listed = [{"currency_code": code, "amount": amount} for code, amount in value.items()] if pairs else list(value)  # type: ignore[union-attr]
    items: dict[str, VirtualCurrencyTransactionItem] = {}
    for validated in validate_each(_item, listed):
        if validated.currency_code in items:
            raise Invalid(f"names {quote(validated.currency_code)} twice; expected each currency once")
        items[validated.currency_code] = validated
    if not 1 <= len(items) <= MAX_ITEMS:
        raise Invalid(f"has {len(items)} items; {expected}")
    return tuple(items.values())


def _item(value: Any) -> VirtualCurrencyTransactionItem:
    return coerce_nested(VirtualCurrencyTransactionItem, value)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class VirtualCurrencyTransactionRequest(RequestModel):
    """A transaction to carry out."""

    items: tuple[VirtualCurrencyTransactionItem, ...] = attrs.field(
        converter=_items, metadata={NESTED_LIST: VirtualCurrencyTransactionItem}
    )
    metadata: Mapping[str, str] | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(server_side_validation.metadata), repr=repr_redacted, hash=False
    )


def credit_amount(name: str, amount: int) -> int:
    """Validate an amount to credit, above 0; `name` is the argument's.

    Raises:
        AdaptyUsageError: The amount is not above 0.
    """
    credited = validate(name, server_side_validation.nonzero_int32, amount)
    if credited < 0:
        raise AdaptyUsageError.for_field(
            name, f"is {credited}; expected a number above 0, the method says which way it goes"
        )
    return credited


def debit_amount(name: str, amount: int) -> int:
    """Validate an amount to debit, above 0, and return its negative for the API."""
    return -credit_amount(name, amount)


@attrs.frozen(kw_only=True)
class VirtualCurrencyBalance(ResponseModel):
    """The balance of a user in one currency: schema `VirtualCurrencyBalance`.

    Attributes:
        code: The currency's code: ASCII letters, digits and underscores.
        name: The currency's name.
        balance: The balance, including the amount on hold.
        held: The amount on hold, which is always 0 today.
        available: The amount that can be spent: `balance` minus `held`.
    """

    code: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    balance: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    held: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    available: int | None = attrs.field(default=None, metadata=scalar(parse_int))


@attrs.frozen(kw_only=True)
class VirtualCurrencyTransaction(ResponseModel):
    """A completed transaction: schema `VirtualCurrencyTransactionResponse`.

    Attributes:
        transaction_id: The transaction's ID.
        balances: The resulting balances.
    """

    transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    balances: tuple[VirtualCurrencyBalance, ...] = attrs.field(
        default=(), metadata=list_of(VirtualCurrencyBalance.from_dict)
    )


@attrs.frozen(kw_only=True)
class VirtualCurrencyBalances(ResponseModel):
    """The balances of a user, which can be iterated over: schema `VirtualCurrencyBalanceListResponse`.

    Attributes:
        response_created_at: When the API created this response, in milliseconds since 1970.
        data: The balances.

    Example:
        >>> balances = VirtualCurrencyBalances.from_dict({"data": [{"code": "GOLD", "available": 5}]})
        >>> [balance.code for balance in balances], balances.get("GOLD").available, balances.get("GEMS")
        (['GOLD'], 5, None)
    """

    response_created_at: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    data: tuple[VirtualCurrencyBalance, ...] = attrs.field(
        default=(), metadata=list_of(VirtualCurrencyBalance.from_dict)
    )

    def __iter__(self) -> Iterator[VirtualCurrencyBalance]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def get(self, currency_code: str) -> VirtualCurrencyBalance | None:
        """Return the balance of a currency, or None."""
        return next((balance for balance in self.data if balance.code == currency_code), None)


@attrs.frozen(kw_only=True)
class VirtualCurrencyHistoryEntry(ResponseModel):
    """The change of one currency by a transaction: schema `VirtualCurrencyHistoryEntry`.

    Attributes:
        currency_code: The currency's code.
        amount: Above 0 credited, below 0 debited.
        balance_after: The resulting balance, never below 0.
    """

    currency_code: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    amount: int | None = attrs.field(default=None, metadata=scalar(parse_int))
    balance_after: int | None = attrs.field(default=None, metadata=scalar(parse_int))


@attrs.frozen(kw_only=True)
class VirtualCurrencyHistoryItem(ResponseModel):
    """A past transaction: schema `VirtualCurrencyHistoryItem`.

    Attributes:
        transaction_id: The transaction's ID.
        transaction_type: One of `CURRENCY_TRANSACTION_TYPES`, or a newer one.
        items: The changes, one per currency.
        metadata: The metadata that it was sent with.
        created_at: When it took place.
    """

    transaction_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    transaction_type: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    items: tuple[VirtualCurrencyHistoryEntry, ...] = attrs.field(
        default=(), metadata=list_of(VirtualCurrencyHistoryEntry.from_dict)
    )
    metadata: Mapping[str, str] | None = attrs.field(
        default=None, repr=repr_redacted, hash=False, metadata=scalar(parse_str_map)
    )
    created_at: datetime | None = attrs.field(default=None, metadata=scalar(parse_datetime))


@attrs.frozen(kw_only=True)
class CursorPagination(ResponseModel):
    """The position of the next page: schema `CursorPagination`."""

    next_cursor: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class VirtualCurrencyTransactionsHistoryResponse(ResponseModel):
    """One page of transactions: schema `VirtualCurrencyTransactionsHistoryResponse`."""

    data: tuple[VirtualCurrencyHistoryItem, ...] = attrs.field(
        default=(), metadata=list_of(VirtualCurrencyHistoryItem.from_dict)
    )
    pagination: CursorPagination | None = attrs.field(default=None, metadata=scalar(CursorPagination.from_dict))
