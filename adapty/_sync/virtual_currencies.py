# Generated from adapty/_async/virtual_currencies.py by `make unasync`; do not edit.

"""Virtual currencies: balances of in-app money, and their transactions."""

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
    """The virtual currencies of a user: `client.virtual_currencies`.

    Each call sends an `Idempotency-Key`, the same in all its attempts, so that its transaction is carried out once.
    Each call has a new key. After an AdaptyConnectionError, a ServerError or a ConflictError the transaction may have
    been carried out: repeat the call with `idempotency_key=error.idempotency_key` and the same arguments. The API then
    returns the result of the original transaction. It remembers a key for up to an hour, per profile; after that, the
    same key is a new transaction. Adapty does not document what other arguments with a used key do.

    Credits never expire. The API accepts 600 transactions a minute per app, and 6,000 a minute for all apps together.
    """

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
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
        """Credit an amount to a user: operation `createVirtualCurrencyTransaction`.

        https://adapty.io/docs/api-adapty/operations/createVirtualCurrencyTransaction

        Args:
            currency_code: The currency's code.
            amount: The amount, above 0.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            metadata: At most 5 names (lowercase letters, digits, underscores) with values of at most 200 characters.
            idempotency_key: A version 4 UUID, to repeat an earlier call. Default: a new one.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The transaction with the resulting balances.

        Raises:
            AdaptyUsageError: An argument is missing or invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            FeatureNotEnabledError: The app has no virtual currencies.
            UnprocessableEntityError: The body does not match the API's schema.
            ConflictError: A request with this key is still in progress after all attempts, or the amount was credited
                before (`error_code` is `duplicate_source_transaction`).
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts. Repeat with the error's `idempotency_key`.

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
        """Debit an amount from a user: operation `createVirtualCurrencyTransaction`.

        https://adapty.io/docs/api-adapty/operations/createVirtualCurrencyTransaction

        Args:
            currency_code: The currency's code.
            amount: The amount, above 0.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            metadata: As in `credit`.
            idempotency_key: As in `credit`.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The transaction with the resulting balances.

        Raises:
            InsufficientBalanceError: The balance is too low. Nothing was debited.
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
        """Exchange one currency for another: operation `createVirtualCurrencyTransaction`.

        https://adapty.io/docs/api-adapty/operations/createVirtualCurrencyTransaction

        Args:
            from_currency: The code of the currency to debit.
            from_amount: The amount to debit, above 0.
            to_currency: The code of the currency to credit.
            to_amount: The amount to credit, above 0.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            metadata: As in `credit`.
            idempotency_key: As in `credit`.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The transaction with the resulting balances.

        Raises:
            InsufficientBalanceError: The balance is too low. Nothing was exchanged.
            AdaptyError: As in `credit`.

        Example:
            >>> client.profiles.create(customer_user_id="user_12345")
            Profile(...)
            >>> client.virtual_currencies.credit("GOLD", 100, customer_user_id="user_12345")
            VirtualCurrencyTransaction(...)
            >>> client.virtual_currencies.exchange("GOLD", 100, "GEMS", 5, customer_user_id="user_12345")
            VirtualCurrencyTransaction(...)
        """
        debited = validate("from_currency", identifier, from_currency), debit_amount("from_amount", from_amount)
        credited = validate("to_currency", identifier, to_currency), credit_amount("to_amount", to_amount)
        return self.transact(
            [{"currency_code": currency, "amount": amount} for currency, amount in (debited, credited)],
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
        """Change the balances of several currencies, all or none: operation `createVirtualCurrencyTransaction`.

        https://adapty.io/docs/api-adapty/operations/createVirtualCurrencyTransaction

        Args:
            items: From 1 to 20 currencies with their amounts, above 0 to credit and below 0 to debit: a dict, or the
                API's own list of `currency_code` and `amount`.
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            metadata: As in `credit`.
            idempotency_key: As in `credit`.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Returns:
            The transaction with the resulting balances.

        Raises:
            InsufficientBalanceError: A balance is too low. Nothing was changed.
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
        """Return the balances of a user: operation `listVirtualCurrencyBalances`.

        https://adapty.io/docs/api-adapty/operations/listVirtualCurrencyBalances

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.

        Returns:
            The balances, one per currency, to iterate over or to get by code.

        Raises:
            AdaptyUsageError: Neither or both IDs are given, or the ID is invalid. Nothing was sent.
            ProfileNotFoundError: There is no such profile.
            FeatureNotEnabledError: The app has no virtual currencies.
            AdaptyAPIError: The API rejected the request or failed.
            AdaptyConnectionError: No response arrived after all attempts.

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
        """Iterate over a user's transactions, newest first: operation `listVirtualCurrencyTransactions`.

        https://adapty.io/docs/api-adapty/operations/listVirtualCurrencyTransactions

        Args:
            customer_user_id: Your own ID of the user. Pass this or `profile_id`.
            profile_id: Adapty's ID of the user, a UUID.
            currency_code: Return transactions of this currency only.
            page_size: Number of transactions per request, from 1 to 100.

        Returns:
            An iterator that fetches each page when its first transaction is needed. Iterating raises
            ProfileNotFoundError, FeatureNotEnabledError, AdaptyAPIError and AdaptyConnectionError.

        Raises:
            AdaptyUsageError: An argument is invalid. Nothing was sent.

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
        query: Mapping[str, Any] = parameters
        while True:
            page = self._transport.execute(build_server_side_call("listVirtualCurrencyTransactions", read, **query))
            for transaction in page.data:
                yield transaction
            cursor = next_cursor(page, seen)
            if cursor is None:
                return
            query = {**parameters, "cursor": cursor}
