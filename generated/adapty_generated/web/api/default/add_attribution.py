# Generated from openapi/web.yaml by `make generate`; do not edit.

from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.add_attribution_request import AddAttributionRequest
from ...models.invalid_enumeration_member_error import InvalidEnumerationMemberError
from ...models.profile_not_found_error import ProfileNotFoundError
from ...models.unauthorized_error import UnauthorizedError
from ...types import Response


def _get_kwargs(
    *,
    body: AddAttributionRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v2/web-api/attribution/",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError | None:
    if response.status_code == 201:
        response_201 = cast(Any, None)
        return response_201

    if response.status_code == 400:
        response_400 = InvalidEnumerationMemberError.from_dict(response.json())

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
) -> Response[Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: AddAttributionRequest,
) -> Response[Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError]:
    """Add custom attribution

     Stores where a user came from. The same request sent twice stores the same attribution.

    Args:
        body (AddAttributionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError]
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
    body: AddAttributionRequest,
) -> Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError | None:
    """Add custom attribution

     Stores where a user came from. The same request sent twice stores the same attribution.

    Args:
        body (AddAttributionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: AddAttributionRequest,
) -> Response[Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError]:
    """Add custom attribution

     Stores where a user came from. The same request sent twice stores the same attribution.

    Args:
        body (AddAttributionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: AddAttributionRequest,
) -> Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError | None:
    """Add custom attribution

     Stores where a user came from. The same request sent twice stores the same attribution.

    Args:
        body (AddAttributionRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | InvalidEnumerationMemberError | ProfileNotFoundError | UnauthorizedError
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
