# Generated from openapi/mail.yaml by `make generate`; do not edit.

from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.errors_body import Errors
from ...models.save_transaction_event_response_200 import (
    SaveTransactionEventResponse200,
)
from ...models.transaction_event_dto import TransactionEventDTO
from ...types import Response


def _get_kwargs(
    *,
    body: TransactionEventDTO,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/profile/transaction-event/save/",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Errors | SaveTransactionEventResponse200 | None:
    if response.status_code == 200:
        response_200 = SaveTransactionEventResponse200.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Errors.from_dict(response.json())

        return response_400

    if response.status_code == 403:
        response_403 = Errors.from_dict(response.json())

        return response_403

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Errors | SaveTransactionEventResponse200]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: TransactionEventDTO,
) -> Response[Errors | SaveTransactionEventResponse200]:
    """Record a transaction event

     Adds one event to the purchase history of a profile. The history decides the flow that the profile
    is in and
    which purchases are counted as won by e-mail. Only the flow for those who never purchased works
    without it.

    The profile is looked up as on save. If there is none, the event waits for a profile with its
    `external_profile_id`.

    Args:
        body (TransactionEventDTO):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Errors | SaveTransactionEventResponse200]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: TransactionEventDTO,
) -> Errors | SaveTransactionEventResponse200 | None:
    """Record a transaction event

     Adds one event to the purchase history of a profile. The history decides the flow that the profile
    is in and
    which purchases are counted as won by e-mail. Only the flow for those who never purchased works
    without it.

    The profile is looked up as on save. If there is none, the event waits for a profile with its
    `external_profile_id`.

    Args:
        body (TransactionEventDTO):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Errors | SaveTransactionEventResponse200
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: TransactionEventDTO,
) -> Response[Errors | SaveTransactionEventResponse200]:
    """Record a transaction event

     Adds one event to the purchase history of a profile. The history decides the flow that the profile
    is in and
    which purchases are counted as won by e-mail. Only the flow for those who never purchased works
    without it.

    The profile is looked up as on save. If there is none, the event waits for a profile with its
    `external_profile_id`.

    Args:
        body (TransactionEventDTO):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Errors | SaveTransactionEventResponse200]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: TransactionEventDTO,
) -> Errors | SaveTransactionEventResponse200 | None:
    """Record a transaction event

     Adds one event to the purchase history of a profile. The history decides the flow that the profile
    is in and
    which purchases are counted as won by e-mail. Only the flow for those who never purchased works
    without it.

    The profile is looked up as on save. If there is none, the event waits for a profile with its
    `external_profile_id`.

    Args:
        body (TransactionEventDTO):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Errors | SaveTransactionEventResponse200
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
