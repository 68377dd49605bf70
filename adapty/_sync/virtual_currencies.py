# Generated from adapty/_async/virtual_currencies.py by `make unasync`; do not edit.

"""Virtual currencies: balances of in-app money, and what changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty._core.ids import user_headers
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._core.server_side_validation import resolve_idempotency_key
from adapty._core.validation import bounded_int, identifier, validate
from adapty._generated import build_server_side_call
from adapty._pagination import MAX_PAGE_SIZE, next_cursor
from adapty.models.virtual_currency import (
    VirtualCurrencyBalances,
    VirtualCurrencyTransaction,
    VirtualCurrencyTransactionRequest,
    VirtualCurrencyTransactionsHistoryResponse,
    credit_amount,
    debit_amount,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from uuid import UUID

    from adapty._sync.transport import Transport
    from adapty.models.virtual_currency import (
        VirtualCurrencyHistoryItem,
        VirtualCurrencyTransactionItem,
    )

__all__ = ["VirtualCurrencies"]


class VirtualCurrencies:
    """A user's virtual currencies; `client.virtual_currencies` of a client.

    Each transaction goes out with an `Idempotency-Key`, the same for all its tries, so that none is carried out twice.
    Another call has another key. After an AdaptyConnectionError, a ServerError or a ConflictError, which leave open
    whether it was carried out, `idempotency_key=error.idempotency_key` makes a later call safe too, for as long as the
    API remembers it: up to an hour. At most 600 transactions a minute are taken per app.
    """

    def __init__(self, transport: Transport) -> None:
        """Belong to a client."""
        self._transport = transport

    def credit(
        self,
        currency_code: str,
        amount: int,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        metadata: Mapping[str, str] | NotGiven | None = NOT_GIVEN,
        idempotency_key: str | UUID | NotGiven | None = NOT_GIVEN,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> VirtualCurrencyTransaction:
        """Give a user some of a currency: operation `createVirtualCurrencyTransaction`.

        Args:
            currency_code: The currency.
            amount: How much, above 0.
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            metadata: At most 5 names (lower-case letters, digits, underscores) with texts of at most 200 characters.
            idempotency_key: A UUID of version 4, to repeat an earlier call safely; made anew where left out.
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The transaction with the balances after it.

        Raises:
            AdaptyUsageError: An argument is missing or is what the API would refuse; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            FeatureNotEnabledError: The app has no virtual currencies.
            ConflictError: The key is still being worked on, after all tries, or this was credited before
                (`error_code` is `duplicate_source_transaction`).
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries; see `idempotency_key` of the error.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> done = client.virtual_currencies.credit("GOLD", 50, customer_user_id="user_12345")
            >>> [balance.code for balance in done.balances if balance.balance]
            ['GOLD']
        """
        return self.transact(
            {validate("currency_code", identifier, currency_code): credit_amount("amount", amount)},
            customer_user_id=customer_user_id,
            profile_id=profile_id,
            metadata=metadata,
            idempotency_key=idempotency_key,
            extra_fields=extra_fields,
        )

    def debit(
        self,
        currency_code: str,
        amount: int,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        metadata: Mapping[str, str] | NotGiven | None = NOT_GIVEN,
        idempotency_key: str | UUID | NotGiven | None = NOT_GIVEN,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> VirtualCurrencyTransaction:
        """Take some of a currency from a user: operation `createVirtualCurrencyTransaction`.

        Args:
            currency_code: The currency.
            amount: How much, above 0.
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            metadata: As in `credit`.
            idempotency_key: As in `credit`.
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The transaction with the balances after it.

        Raises:
            InsufficientBalanceError: The user does not have that much; nothing was taken.
            AdaptyError: As in `credit`.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.virtual_currencies.credit("GOLD", 50, customer_user_id="user_12345")
            VirtualCurrencyTransaction(...)
            >>> client.virtual_currencies.debit("GOLD", 20, customer_user_id="user_12345")
            VirtualCurrencyTransaction(...)
        """
        return self.transact(
            {validate("currency_code", identifier, currency_code): debit_amount("amount", amount)},
            customer_user_id=customer_user_id,
            profile_id=profile_id,
            metadata=metadata,
            idempotency_key=idempotency_key,
            extra_fields=extra_fields,
        )

    def exchange(
        self,
        from_currency: str,
        from_amount: int,
        to_currency: str,
        to_amount: int,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        metadata: Mapping[str, str] | NotGiven | None = NOT_GIVEN,
        idempotency_key: str | UUID | NotGiven | None = NOT_GIVEN,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> VirtualCurrencyTransaction:
        """Take some of one currency and give some of another, both or neither.

        Operation `createVirtualCurrencyTransaction`.

        Args:
            from_currency: The currency to take.
            from_amount: How much of it, above 0.
            to_currency: The currency to give, another one.
            to_amount: How much of it, above 0.
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            metadata: As in `credit`.
            idempotency_key: As in `credit`.
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The transaction with the balances after it.

        Raises:
            InsufficientBalanceError: The user does not have that much; nothing was exchanged.
            AdaptyError: As in `credit`.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.virtual_currencies.credit("GOLD", 100, customer_user_id="user_12345")
            VirtualCurrencyTransaction(...)
            >>> client.virtual_currencies.exchange("GOLD", 100, "GEMS", 5, customer_user_id="user_12345")
            VirtualCurrencyTransaction(...)
        """
        given = validate("from_currency", identifier, from_currency), debit_amount("from_amount", from_amount)
        taken = validate("to_currency", identifier, to_currency), credit_amount("to_amount", to_amount)
        return self.transact(
            [{"currency_code": currency, "amount": amount} for currency, amount in (given, taken)],
            customer_user_id=customer_user_id,
            profile_id=profile_id,
            metadata=metadata,
            idempotency_key=idempotency_key,
            extra_fields=extra_fields,
        )

    def transact(
        self,
        items: Mapping[str, int] | Iterable[VirtualCurrencyTransactionItem | Mapping[str, Any]],
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        metadata: Mapping[str, str] | NotGiven | None = NOT_GIVEN,
        idempotency_key: str | UUID | NotGiven | None = NOT_GIVEN,
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> VirtualCurrencyTransaction:
        """Change several currencies, all of them or none: operation `createVirtualCurrencyTransaction`.

        Args:
            items: 1 to 20 currencies with their amounts, above 0 to credit and below 0 to debit: a dict, or the API's
                own list of `currency_code` and `amount`.
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            metadata: As in `credit`.
            idempotency_key: As in `credit`.
            extra_fields: Fields that the API has and this release does not know, sent as they are.

        Returns:
            The transaction with the balances after it.

        Raises:
            InsufficientBalanceError: The user does not have that much; nothing was changed.
            AdaptyError: As in `credit`.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> done = client.virtual_currencies.transact(
            ...     {"GOLD": 100, "GEMS": 5}, customer_user_id="user_12345", metadata={"reason": "welcome"}
            ... )
            >>> len(done.balances)
            2
        """
        user = user_headers(customer_user_id, profile_id)
        key = resolve_idempotency_key(idempotency_key)
        body = VirtualCurrencyTransactionRequest(items=items, metadata=metadata, extra_fields=extra_fields)
        read = VirtualCurrencyTransaction.from_dict
        return self._transport.execute(
            build_server_side_call("createVirtualCurrencyTransaction", read, body, **user, idempotency_key=key)
        )

    def balances(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
    ) -> VirtualCurrencyBalances:
        """Look up what a user has of each currency: operation `listVirtualCurrencyBalances`.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.

        Returns:
            One balance for each currency, to go through or to ask by code.

        Raises:
            AdaptyUsageError: None or both ids are given, or the one cannot be sent; nothing was sent.
            ProfileNotFoundError: There is no such profile.
            FeatureNotEnabledError: The app has no virtual currencies.
            AdaptyAPIError: The API refused it or failed.
            AdaptyConnectionError: No answer came, after all tries.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> balances = client.virtual_currencies.balances(customer_user_id="user_12345")
            >>> sorted(balance.code for balance in balances), balances.get("GOLD").available
            (['GEMS', 'GOLD'], 0)
        """
        user = user_headers(customer_user_id, profile_id)
        return self._transport.execute(
            build_server_side_call("listVirtualCurrencyBalances", VirtualCurrencyBalances.from_dict, **user)
        )

    def history(
        self,
        *,
        customer_user_id: str | None = None,
        profile_id: str | UUID | None = None,
        currency_code: str | NotGiven | None = NOT_GIVEN,
        page_size: int = 50,
    ) -> Iterator[VirtualCurrencyHistoryItem]:
        """Go through a user's transactions, page by page: operation `listVirtualCurrencyTransactions`.

        Args:
            customer_user_id: Your own id of the user; this or the next one, not both.
            profile_id: Adapty's id of the user, a UUID.
            currency_code: Only transactions of this currency.
            page_size: How many transactions one request brings, 1 to 100.

        Returns:
            An iterator; a page is fetched when its first transaction is asked for. Its steps raise
            ProfileNotFoundError, FeatureNotEnabledError, AdaptyAPIError and AdaptyConnectionError.

        Raises:
            AdaptyUsageError: An argument is wrong; nothing was sent.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.virtual_currencies.credit("GOLD", 50, customer_user_id="user_12345")
            VirtualCurrencyTransaction(...)
            >>> for transaction in client.virtual_currencies.history(customer_user_id="user_12345"):
            ...     print(transaction.transaction_type, transaction.items[0].amount)
            api_transaction 50
        """
        user = user_headers(customer_user_id, profile_id)
        limit = bounded_int("page_size", page_size, MAX_PAGE_SIZE)
        if currency_code is not NOT_GIVEN and currency_code is not None:
            user["currency_code"] = validate("currency_code", identifier, currency_code)
        return self._pages({**user, "limit": limit})

    def _pages(self, parameters: Mapping[str, Any]) -> Iterator[VirtualCurrencyHistoryItem]:
        read = VirtualCurrencyTransactionsHistoryResponse.from_dict
        seen: set[str] = set()
        asked: Mapping[str, Any] = parameters
        while True:
            page = self._transport.execute(build_server_side_call("listVirtualCurrencyTransactions", read, **asked))
            for transaction in page.data:
                yield transaction
            cursor = next_cursor(page, seen)
            if cursor is None:
                return
            asked = {**parameters, "cursor": cursor}
