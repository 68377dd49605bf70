"""Profiles to create or update: schemas `ProfileRequest` and `InstallationMeta`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, TypedDict, cast, get_args
from uuid import UUID

import attrs
from attrs.converters import optional

from adapty._core import server_side_validation, validation
from adapty._core.ids import validate_uuid
from adapty._core.redaction import repr_redacted
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty.models._request import NESTED, RequestModel, coerce_nested, validate_fields

__all__ = [
    "AttStatus",
    "Gender",
    "InstallationMeta",
    "InstallationPlatform",
    "Platform",
    "ProfileFields",
    "ProfileRequest",
    "ProfileStore",
    "validate_platform",
]

Platform = Literal["iOS", "macOS", "iPadOS", "visionOS", "Android", "web"]
"""The values of the header `adapty-platform`: schema `Platform`."""

InstallationPlatform = Literal["iOS", "macOS", "iPadOS", "Android", "visionOS", "web"]
"""The platforms of an installation."""

Gender = Literal["f", "m", "o"]
"""Female, male, other."""

ProfileStore = Literal["app_store", "play_store", "stripe", "adapty", "paddle"]
"""The stores that a profile can be set to."""

AttStatus = Literal[0, 1, 2, 3]
"""The states of app tracking transparency, see `ATT_STATUS_MEANINGS`."""

ATT_STATUS_MEANINGS: Mapping[int, str] = {0: "not determined", 1: "restricted", 2: "denied", 3: "authorized"}

CustomAttributes = Mapping[str, str | float | None] | Iterable[Mapping[str, Any]]
"""A dict of names to values, or the API's own list of `key` and `value`."""


def validate_platform(value: Platform) -> Platform:
    """Validate a platform."""
    return cast("Platform", validation.one_of(get_args(Platform), value))


def _installation_platform(value: InstallationPlatform | NotGiven) -> InstallationPlatform:
    return cast("InstallationPlatform", validation.one_of(get_args(InstallationPlatform), value))


def _gender(value: Gender | NotGiven) -> Gender:
    return cast("Gender", validation.one_of(get_args(Gender), value, personal=True))


def _store(value: ProfileStore | NotGiven) -> ProfileStore:
    return cast("ProfileStore", validation.one_of(get_args(ProfileStore), value))


def _att_status(value: AttStatus | NotGiven) -> AttStatus:
    return cast("AttStatus", server_side_validation.int_choice(ATT_STATUS_MEANINGS, value))


def _installation_meta(value: InstallationMeta | Mapping[str, Any] | NotGiven) -> InstallationMeta:
    return coerce_nested(InstallationMeta, value)


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class InstallationMeta(RequestModel):
    """The app's installation on a device: schema `InstallationMeta`. None clears a field.

    Attributes:
        device_id: The installation's ID, a UUID; required.
        device: The device's model, such as `iPhone15,2`.
        locale: The device's locale, such as `en-US`.
        os: The operating system's version, such as `17.5`.
        platform: One of `InstallationPlatform`.
        timezone: The device's time zone, such as `America/New_York`.
        user_agent: The user agent.
        app_build: The app's build number.
        app_version: The app's version.
        adapty_sdk_version: The version of Adapty's SDK in the app.
        idfa: Apple's identifier for advertisers.
        idfv: Apple's identifier for vendors.
        advertising_id: Google's advertising ID.
        android_id: Android's device ID.
        android_app_set_id: Android's app set ID.

    Raises:
        AdaptyUsageError: A field is missing or invalid; `field_name` is its name.

    Example:
        >>> InstallationMeta(device_id="1a2b3c4d-5e6f-4708-8192-a3b4c5d6e7f8", platform="iOS").to_dict()
        {'device_id': '1a2b3c4d-5e6f-4708-8192-a3b4c5d6e7f8', 'platform': 'iOS'}
    """

    device_id: str = attrs.field(converter=validate_uuid)
    device: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    locale: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    os: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    platform: InstallationPlatform | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(_installation_platform)
    )
    timezone: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    user_agent: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    app_build: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    app_version: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    adapty_sdk_version: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.text))
    idfa: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.text), repr=repr_redacted
    )
    idfv: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.text), repr=repr_redacted
    )
    advertising_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.text), repr=repr_redacted
    )
    android_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.text), repr=repr_redacted
    )
    android_app_set_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.text), repr=repr_redacted
    )


class ProfileFields(TypedDict, total=False):
    """The fields of a profile, as keyword arguments: schema `ProfileRequest`.

    Fields that are not given stay as they are. None clears a field, except `custom_attributes` and `installation_meta`.

    Attributes:
        first_name: First name.
        last_name: Last name.
        gender: One of `Gender`.
        email: E-mail address.
        phone_number: Phone number.
        birthday: Date of birth, or its ISO 8601 text.
        ip_country: Country of the IP address, two-letter code of ISO 3166-1.
        ip_v4_address: IPv4 address.
        store_country: Country of the store account, same code.
        store: One of `ProfileStore`.
        store_account_token: The token that links store transactions to the user, a UUID.
        att_status: One of `AttStatus`: 0 not determined, 1 restricted, 2 denied, 3 authorized.
        analytics_disabled: True excludes the user from external analytics.
        custom_attributes: A dict of names to text of at most 50 characters or numbers, at most 30. None or empty text
            deletes an attribute; others stay. The API's own list of `key` and `value` is accepted, too.
        installation_meta: An `InstallationMeta`, or a dict of its fields.
        extra_fields: Fields of the API that this release does not know, sent unchanged.
    """

    first_name: str | None
    last_name: str | None
    gender: Gender | None
    email: str | None
    phone_number: str | None
    birthday: date | str | None
    ip_country: str | None
    ip_v4_address: str | None
    store_country: str | None
    store: ProfileStore | None
    store_account_token: str | UUID | None
    att_status: AttStatus | None
    analytics_disabled: bool | None
    custom_attributes: CustomAttributes
    installation_meta: InstallationMeta | Mapping[str, Any]
    extra_fields: Mapping[str, Any]


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class ProfileRequest(RequestModel):
    """The body of a request that creates or updates a profile: the fields of `ProfileFields`."""

    first_name: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.text), repr=repr_redacted
    )
    last_name: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.text), repr=repr_redacted
    )
    gender: Gender | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(_gender), repr=repr_redacted)
    email: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.optional_email), repr=repr_redacted
    )
    phone_number: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.text), repr=repr_redacted
    )
    birthday: date | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.calendar_date), repr=repr_redacted
    )
    ip_country: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.country))
    ip_v4_address: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(server_side_validation.ipv4_address), repr=repr_redacted
    )
    store_country: str | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(validation.country))
    store: ProfileStore | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(_store))
    store_account_token: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(server_side_validation.optional_uuid)
    )
    att_status: AttStatus | NotGiven | None = attrs.field(default=NOT_GIVEN, converter=optional(_att_status))
    analytics_disabled: bool | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(server_side_validation.boolean)
    )
    custom_attributes: tuple[Mapping[str, str | float], ...] | NotGiven = attrs.field(
        default=NOT_GIVEN, converter=server_side_validation.custom_attributes, repr=repr_redacted, hash=False
    )
    installation_meta: InstallationMeta | NotGiven = attrs.field(
        default=NOT_GIVEN, converter=_installation_meta, metadata={NESTED: InstallationMeta}
    )
