# Generated from openapi/mail.yaml by `make generate`; do not edit.

from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.errors_body import Errors
from ...models.profile_delete_dto import ProfileDeleteDTO
from ...types import Response


def _get_kwargs(
    *,
    body: ProfileDeleteDTO,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/profile/delete/",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | Errors | None:
    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

    if response.status_code == 400:
        response_400 = Errors.from_dict(response.json())

        return response_400

    if response.status_code == 403:
        response_403 = Errors.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Errors.from_dict(response.json())

        return response_404

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | Errors]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: ProfileDeleteDTO,
) -> Response[Any | Errors]:
    """Erase a profile

     Erases a subscriber for good and cancels the e-mails that are scheduled: a later save with the same
    identifiers does not bring the profile back. One identifier is enough; with several, the profile is
    looked up
    as on save. Erasing again by `external_profile_id` or `customer_user_id` succeeds again; by `email`
    alone it returns 404, because the address is deleted.

    Args:
        body (ProfileDeleteDTO): The profile to erase; at least one of the three.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Errors]
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
    body: ProfileDeleteDTO,
) -> Any | Errors | None:
    """Erase a profile

     Erases a subscriber for good and cancels the e-mails that are scheduled: a later save with the same
    identifiers does not bring the profile back. One identifier is enough; with several, the profile is
    looked up
    as on save. Erasing again by `external_profile_id` or `customer_user_id` succeeds again; by `email`
    alone it returns 404, because the address is deleted.

    Args:
        body (ProfileDeleteDTO): The profile to erase; at least one of the three.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Errors
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: ProfileDeleteDTO,
) -> Response[Any | Errors]:
    """Erase a profile

     Erases a subscriber for good and cancels the e-mails that are scheduled: a later save with the same
    identifiers does not bring the profile back. One identifier is enough; with several, the profile is
    looked up
    as on save. Erasing again by `external_profile_id` or `customer_user_id` succeeds again; by `email`
    alone it returns 404, because the address is deleted.

    Args:
        body (ProfileDeleteDTO): The profile to erase; at least one of the three.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Errors]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: ProfileDeleteDTO,
) -> Any | Errors | None:
    """Erase a profile

     Erases a subscriber for good and cancels the e-mails that are scheduled: a later save with the same
    identifiers does not bring the profile back. One identifier is enough; with several, the profile is
    looked up
    as on save. Erasing again by `external_profile_id` or `customer_user_id` succeeds again; by `email`
    alone it returns 404, because the address is deleted.

    Args:
        body (ProfileDeleteDTO): The profile to erase; at least one of the three.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Errors
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
