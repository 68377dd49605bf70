# Generated from openapi/web.yaml by `make generate`; do not edit.

from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.get_paywall_request import GetPaywallRequest
from ...models.parse_error import ParseError
from ...models.paywall_response import PaywallResponse
from ...models.unauthorized_error import UnauthorizedError
from ...models.variation_id_not_found_error import VariationIdNotFoundError
from ...types import Response


def _get_kwargs(
    *,
    body: GetPaywallRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/web-api/paywall/",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError | None:
    if response.status_code == 200:
        response_200 = PaywallResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ParseError.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = UnauthorizedError.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = VariationIdNotFoundError.from_dict(response.json())

        return response_404

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: GetPaywallRequest,
) -> Response[ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError]:
    """Get the paywall of a placement

     Returns the paywall that the placement shows to this user: its products and its remote config,
    without the view
    that a paywall builder made. In an A/B test, the first request assigns a variation to the user.

    Args:
        body (GetPaywallRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError]
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
    body: GetPaywallRequest,
) -> ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError | None:
    """Get the paywall of a placement

     Returns the paywall that the placement shows to this user: its products and its remote config,
    without the view
    that a paywall builder made. In an A/B test, the first request assigns a variation to the user.

    Args:
        body (GetPaywallRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: GetPaywallRequest,
) -> Response[ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError]:
    """Get the paywall of a placement

     Returns the paywall that the placement shows to this user: its products and its remote config,
    without the view
    that a paywall builder made. In an A/B test, the first request assigns a variation to the user.

    Args:
        body (GetPaywallRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: GetPaywallRequest,
) -> ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError | None:
    """Get the paywall of a placement

     Returns the paywall that the placement shows to this user: its products and its remote config,
    without the view
    that a paywall builder made. In an A/B test, the first request assigns a variation to the user.

    Args:
        body (GetPaywallRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ParseError | PaywallResponse | UnauthorizedError | VariationIdNotFoundError
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
