# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.virtual_currency_transaction_request import (
    VirtualCurrencyTransactionRequest,
)
from ...models.virtual_currency_transaction_response import (
    VirtualCurrencyTransactionResponse,
)
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: VirtualCurrencyTransactionRequest,
    adapty_customer_user_id: str | Unset = UNSET,
    adapty_profile_id: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(adapty_customer_user_id, Unset):
        headers["adapty-customer-user-id"] = adapty_customer_user_id

    if not isinstance(adapty_profile_id, Unset):
        headers["adapty-profile-id"] = adapty_profile_id

    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/server-side-api/vc/transactions/",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | VirtualCurrencyTransactionResponse | None:
    if response.status_code == 200:
        response_200 = VirtualCurrencyTransactionResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ErrorResponse.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ErrorResponse.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ErrorResponse.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ErrorResponse.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = ErrorResponse.from_dict(response.json())

        return response_409

    if response.status_code == 422:
        response_422 = ErrorResponse.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = ErrorResponse.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = ErrorResponse.from_dict(response.json())

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorResponse | VirtualCurrencyTransactionResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: VirtualCurrencyTransactionRequest,
    adapty_customer_user_id: str | Unset = UNSET,
    adapty_profile_id: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[ErrorResponse | VirtualCurrencyTransactionResponse]:
    """Change virtual currency balances

     Credits and debits currencies of a user, all of them or none. What is credited here never expires.
    Two limits
    hold by default: 600 requests a minute per app, and 6000 a minute for all apps together.

    Args:
        adapty_customer_user_id (str | Unset):
        adapty_profile_id (str | Unset):
        idempotency_key (str | Unset):
        body (VirtualCurrencyTransactionRequest): Atomic. Each currency can occur once. Credits
            never expire.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | VirtualCurrencyTransactionResponse]
    """

    kwargs = _get_kwargs(
        body=body,
        adapty_customer_user_id=adapty_customer_user_id,
        adapty_profile_id=adapty_profile_id,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: VirtualCurrencyTransactionRequest,
    adapty_customer_user_id: str | Unset = UNSET,
    adapty_profile_id: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> ErrorResponse | VirtualCurrencyTransactionResponse | None:
    """Change virtual currency balances

     Credits and debits currencies of a user, all of them or none. What is credited here never expires.
    Two limits
    hold by default: 600 requests a minute per app, and 6000 a minute for all apps together.

    Args:
        adapty_customer_user_id (str | Unset):
        adapty_profile_id (str | Unset):
        idempotency_key (str | Unset):
        body (VirtualCurrencyTransactionRequest): Atomic. Each currency can occur once. Credits
            never expire.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | VirtualCurrencyTransactionResponse
    """

    return sync_detailed(
        client=client,
        body=body,
        adapty_customer_user_id=adapty_customer_user_id,
        adapty_profile_id=adapty_profile_id,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: VirtualCurrencyTransactionRequest,
    adapty_customer_user_id: str | Unset = UNSET,
    adapty_profile_id: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> Response[ErrorResponse | VirtualCurrencyTransactionResponse]:
    """Change virtual currency balances

     Credits and debits currencies of a user, all of them or none. What is credited here never expires.
    Two limits
    hold by default: 600 requests a minute per app, and 6000 a minute for all apps together.

    Args:
        adapty_customer_user_id (str | Unset):
        adapty_profile_id (str | Unset):
        idempotency_key (str | Unset):
        body (VirtualCurrencyTransactionRequest): Atomic. Each currency can occur once. Credits
            never expire.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | VirtualCurrencyTransactionResponse]
    """

    kwargs = _get_kwargs(
        body=body,
        adapty_customer_user_id=adapty_customer_user_id,
        adapty_profile_id=adapty_profile_id,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: VirtualCurrencyTransactionRequest,
    adapty_customer_user_id: str | Unset = UNSET,
    adapty_profile_id: str | Unset = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> ErrorResponse | VirtualCurrencyTransactionResponse | None:
    """Change virtual currency balances

     Credits and debits currencies of a user, all of them or none. What is credited here never expires.
    Two limits
    hold by default: 600 requests a minute per app, and 6000 a minute for all apps together.

    Args:
        adapty_customer_user_id (str | Unset):
        adapty_profile_id (str | Unset):
        idempotency_key (str | Unset):
        body (VirtualCurrencyTransactionRequest): Atomic. Each currency can occur once. Credits
            never expire.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | VirtualCurrencyTransactionResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            adapty_customer_user_id=adapty_customer_user_id,
            adapty_profile_id=adapty_profile_id,
            idempotency_key=idempotency_key,
        )
    ).parsed
