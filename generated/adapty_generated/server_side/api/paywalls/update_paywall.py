# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.paywall import Paywall
from ...models.paywall_update_request import PaywallUpdateRequest
from ...types import Response


def _get_kwargs(
    paywall_id: UUID,
    *,
    body: PaywallUpdateRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/v2/server-side-api/paywalls/{paywall_id}/".format(
            paywall_id=quote(str(paywall_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | Paywall | None:
    if response.status_code == 200:
        response_200 = Paywall.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ErrorResponse.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ErrorResponse.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = ErrorResponse.from_dict(response.json())

        return response_404

    if response.status_code == 500:
        response_500 = ErrorResponse.from_dict(response.json())

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorResponse | Paywall]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    paywall_id: UUID,
    *,
    client: AuthenticatedClient,
    body: PaywallUpdateRequest,
) -> Response[ErrorResponse | Paywall]:
    """Replace a paywall's remote configs

     The given list replaces all remote configs; other locales are deleted.

    Args:
        paywall_id (UUID):
        body (PaywallUpdateRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | Paywall]
    """

    kwargs = _get_kwargs(
        paywall_id=paywall_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    paywall_id: UUID,
    *,
    client: AuthenticatedClient,
    body: PaywallUpdateRequest,
) -> ErrorResponse | Paywall | None:
    """Replace a paywall's remote configs

     The given list replaces all remote configs; other locales are deleted.

    Args:
        paywall_id (UUID):
        body (PaywallUpdateRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | Paywall
    """

    return sync_detailed(
        paywall_id=paywall_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    paywall_id: UUID,
    *,
    client: AuthenticatedClient,
    body: PaywallUpdateRequest,
) -> Response[ErrorResponse | Paywall]:
    """Replace a paywall's remote configs

     The given list replaces all remote configs; other locales are deleted.

    Args:
        paywall_id (UUID):
        body (PaywallUpdateRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | Paywall]
    """

    kwargs = _get_kwargs(
        paywall_id=paywall_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    paywall_id: UUID,
    *,
    client: AuthenticatedClient,
    body: PaywallUpdateRequest,
) -> ErrorResponse | Paywall | None:
    """Replace a paywall's remote configs

     The given list replaces all remote configs; other locales are deleted.

    Args:
        paywall_id (UUID):
        body (PaywallUpdateRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | Paywall
    """

    return (
        await asyncio_detailed(
            paywall_id=paywall_id,
            client=client,
            body=body,
        )
    ).parsed
