# Generated from openapi/web.yaml by `make generate`; do not edit.

from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.invalid_date_format_error import InvalidDateFormatError
from ...models.profile_not_found_error import ProfileNotFoundError
from ...models.record_paywall_view_request import RecordPaywallViewRequest
from ...models.unauthorized_error import UnauthorizedError
from ...types import Response


def _get_kwargs(
    *,
    body: RecordPaywallViewRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/web-api/paywall/visit/",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError | None:
    if response.status_code == 201:
        response_201 = cast(Any, None)
        return response_201

    if response.status_code == 400:
        response_400 = InvalidDateFormatError.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = UnauthorizedError.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = ProfileNotFoundError.from_dict(response.json())

        return response_404

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: RecordPaywallViewRequest,
) -> Response[Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError]:
    """Record a paywall view

     Records that a user saw a paywall, which conversion rates are computed from. There is no idempotency
    key: the
    same request sent twice records two views.

    Args:
        body (RecordPaywallViewRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError]
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
    body: RecordPaywallViewRequest,
) -> Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError | None:
    """Record a paywall view

     Records that a user saw a paywall, which conversion rates are computed from. There is no idempotency
    key: the
    same request sent twice records two views.

    Args:
        body (RecordPaywallViewRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: RecordPaywallViewRequest,
) -> Response[Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError]:
    """Record a paywall view

     Records that a user saw a paywall, which conversion rates are computed from. There is no idempotency
    key: the
    same request sent twice records two views.

    Args:
        body (RecordPaywallViewRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: RecordPaywallViewRequest,
) -> Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError | None:
    """Record a paywall view

     Records that a user saw a paywall, which conversion rates are computed from. There is no idempotency
    key: the
    same request sent twice records two views.

    Args:
        body (RecordPaywallViewRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | InvalidDateFormatError | ProfileNotFoundError | UnauthorizedError
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
