# Generated from openapi/mail.yaml by `make generate`; do not edit.

from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.errors_body import Errors
from ...models.profile_dto import ProfileDTO
from ...models.save_profile_response_200 import SaveProfileResponse200
from ...types import Response


def _get_kwargs(
    *,
    body: ProfileDTO,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/profile/save/",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Errors | SaveProfileResponse200 | None:
    if response.status_code == 200:
        response_200 = SaveProfileResponse200.from_dict(response.json())

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
) -> Response[Errors | SaveProfileResponse200]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ProfileDTO,
) -> Response[Errors | SaveProfileResponse200]:
    """Create or update a profile

     Stores a subscriber's address and attributes under `external_profile_id`. Saving the same id again
    changes
    the stored profile; the e-mail address alone stays as first saved.

    One person has one profile: it is looked up by its source and `external_profile_id`, then by
    `customer_user_id`, then by `email` in the project of the key. The first match counts.

    Args:
        body (ProfileDTO):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Errors | SaveProfileResponse200]
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
    body: ProfileDTO,
) -> Errors | SaveProfileResponse200 | None:
    """Create or update a profile

     Stores a subscriber's address and attributes under `external_profile_id`. Saving the same id again
    changes
    the stored profile; the e-mail address alone stays as first saved.

    One person has one profile: it is looked up by its source and `external_profile_id`, then by
    `customer_user_id`, then by `email` in the project of the key. The first match counts.

    Args:
        body (ProfileDTO):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Errors | SaveProfileResponse200
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ProfileDTO,
) -> Response[Errors | SaveProfileResponse200]:
    """Create or update a profile

     Stores a subscriber's address and attributes under `external_profile_id`. Saving the same id again
    changes
    the stored profile; the e-mail address alone stays as first saved.

    One person has one profile: it is looked up by its source and `external_profile_id`, then by
    `customer_user_id`, then by `email` in the project of the key. The first match counts.

    Args:
        body (ProfileDTO):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Errors | SaveProfileResponse200]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ProfileDTO,
) -> Errors | SaveProfileResponse200 | None:
    """Create or update a profile

     Stores a subscriber's address and attributes under `external_profile_id`. Saving the same id again
    changes
    the stored profile; the e-mail address alone stays as first saved.

    One person has one profile: it is looked up by its source and `external_profile_id`, then by
    `customer_user_id`, then by `email` in the project of the key. The first match counts.

    Args:
        body (ProfileDTO):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Errors | SaveProfileResponse200
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
