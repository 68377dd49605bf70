"""The IDs of a user in other services: schema `IntegrationIdentifiers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import attrs
from attrs.converters import optional

from adapty._core import validation
from adapty._core.redaction import repr_masked
from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty.errors import AdaptyUsageError
from adapty.models._request import RequestModel, validate_fields
from adapty.models._response import ResponseModel, parse_str, scalar

__all__ = ["IntegrationIdentifierFields", "IntegrationIdentifiers", "IntegrationIdentifiersRequest"]


@attrs.frozen(kw_only=True)
class IntegrationIdentifiers(ResponseModel):
    """The stored IDs of a user; None if there is none.

    Attributes:
        adjust_device_id: Adjust: the device.
        airbridge_device_id: Airbridge: the device.
        amplitude_device_id: Amplitude: the device.
        amplitude_user_id: Amplitude: the user.
        appmetrica_device_id: AppMetrica: the device.
        appmetrica_profile_id: AppMetrica: the profile.
        appsflyer_id: AppsFlyer: the installation.
        branch_id: Branch: the user.
        facebook_anonymous_id: Facebook: the anonymous user.
        firebase_app_instance_id: Firebase: the app's instance.
        mixpanel_user_id: Mixpanel: the user.
        one_signal_player_id: OneSignal: the player.
        one_signal_subscription_id: OneSignal: the subscription.
        posthog_distinct_user_id: PostHog: the user.
        pushwoosh_hwid: Pushwoosh: the device.
        tenjin_analytics_installation_id: Tenjin: the installation.
    """

    adjust_device_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    airbridge_device_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    amplitude_device_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    amplitude_user_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    appmetrica_device_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    appmetrica_profile_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    appsflyer_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    branch_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    facebook_anonymous_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    firebase_app_instance_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    mixpanel_user_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    one_signal_player_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    one_signal_subscription_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    posthog_distinct_user_id: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    pushwoosh_hwid: str | None = attrs.field(default=None, repr=repr_masked, metadata=scalar(parse_str))
    tenjin_analytics_installation_id: str | None = attrs.field(
        default=None, repr=repr_masked, metadata=scalar(parse_str)
    )


class IntegrationIdentifierFields(TypedDict, total=False):
    """The IDs to store, as keyword arguments. IDs that are not given stay as they are; None clears one."""

    adjust_device_id: str | None
    airbridge_device_id: str | None
    amplitude_device_id: str | None
    amplitude_user_id: str | None
    appmetrica_device_id: str | None
    appmetrica_profile_id: str | None
    appsflyer_id: str | None
    branch_id: str | None
    facebook_anonymous_id: str | None
    firebase_app_instance_id: str | None
    mixpanel_user_id: str | None
    one_signal_player_id: str | None
    one_signal_subscription_id: str | None
    posthog_distinct_user_id: str | None
    pushwoosh_hwid: str | None
    tenjin_analytics_installation_id: str | None
    extra_fields: Mapping[str, Any]


@attrs.frozen(kw_only=True, field_transformer=validate_fields)
class IntegrationIdentifiersRequest(RequestModel):
    """The IDs to store, at least one."""

    adjust_device_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    airbridge_device_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    amplitude_device_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    amplitude_user_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    appmetrica_device_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    appmetrica_profile_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    appsflyer_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    branch_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    facebook_anonymous_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    firebase_app_instance_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    mixpanel_user_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    one_signal_player_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    one_signal_subscription_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    posthog_distinct_user_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    pushwoosh_hwid: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )
    tenjin_analytics_installation_id: str | NotGiven | None = attrs.field(
        default=NOT_GIVEN, converter=optional(validation.identifier), repr=repr_masked
    )

    def __attrs_post_init__(self) -> None:
        """Raise AdaptyUsageError if there is nothing to store."""
        if not self.to_dict():
            raise AdaptyUsageError("no identifier is given; expected at least one, such as amplitude_user_id")
