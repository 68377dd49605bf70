# Generated from openapi/webhooks.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.access_level_updated_event_attributions_type_0 import (
        AccessLevelUpdatedEventAttributionsType0,
    )
    from ..models.access_level_updated_event_integration_ids import (
        AccessLevelUpdatedEventIntegrationIds,
    )
    from ..models.access_level_updated_event_user_attributes_type_0 import (
        AccessLevelUpdatedEventUserAttributesType0,
    )
    from ..models.access_level_updated_properties import AccessLevelUpdatedProperties
    from ..models.play_store_purchase_token import PlayStorePurchaseToken
    from ..models.sharing_profile import SharingProfile


T = TypeVar("T", bound="AccessLevelUpdatedEvent")


@_attrs_define
class AccessLevelUpdatedEvent:
    """A change of an access level, `access_level_updated`. Adapty creates it only if the webhook is on and this event type
    is enabled, and sends it for every profile that shares the access level. It is the only event of a purchase that is
    shared through Apple's Family Sharing.

    """

    profile_id: None | Unset | UUID = UNSET
    """ Adapty's id of the user. """
    customer_user_id: None | str | Unset = UNSET
    """ Your own id of the user; missing or null for an anonymous one. """
    idfv: None | str | Unset = UNSET
    """ Apple's identifier for the vendor. """
    idfa: None | str | Unset = UNSET
    """ Apple's identifier for advertisers; null if tracking is restricted. """
    advertising_id: None | str | Unset = UNSET
    """ Google's advertising id. """
    profile_install_datetime: None | str | Unset = UNSET
    """ When the app was installed. """
    user_agent: None | str | Unset = UNSET
    """ The user agent of the device. """
    email: None | str | Unset = UNSET
    """ The user's e-mail address; null unless the app or your backend has set it. """
    event_type: None | str | Unset = UNSET
    """ The name of this event type, which can be changed in the dashboard to any text. """
    event_datetime: None | str | Unset = UNSET
    """ The time in the life of the purchase, such as that of the purchase or of the expiration, not that of the
    delivery. Do not order events by it: several can share it, and they arrive out of order. Format:
    `2000-01-31T00:00:00.000000+0000`. """
    event_api_version: int | None | Unset = UNSET
    """ Version of this format; 1. """
    profiles_sharing_access_level: list[SharingProfile] | None | Unset = UNSET
    """ Other users who have the access level through the same purchase. """
    attributions: AccessLevelUpdatedEventAttributionsType0 | None | Unset = UNSET
    """ By source (`appsflyer`, `adjust`, ...), where the user came from. Only with *Send attribution*. """
    user_attributes: AccessLevelUpdatedEventUserAttributesType0 | None | Unset = UNSET
    """ The user's custom attributes. Only with *Send user attributes*. """
    integration_ids: AccessLevelUpdatedEventIntegrationIds | None | Unset = UNSET
    """ The user's ids in other services; null if there are none. """
    play_store_purchase_token: None | PlayStorePurchaseToken | Unset = UNSET
    event_properties: AccessLevelUpdatedProperties | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.access_level_updated_event_attributions_type_0 import (
            AccessLevelUpdatedEventAttributionsType0,  # noqa: PLC0415
        )
        from ..models.access_level_updated_event_integration_ids import (
            AccessLevelUpdatedEventIntegrationIds,  # noqa: PLC0415
        )
        from ..models.access_level_updated_event_user_attributes_type_0 import (
            AccessLevelUpdatedEventUserAttributesType0,  # noqa: PLC0415
        )
        from ..models.access_level_updated_properties import (
            AccessLevelUpdatedProperties,  # noqa: PLC0415
        )
        from ..models.play_store_purchase_token import PlayStorePurchaseToken  # noqa: PLC0415

        profile_id: None | str | Unset
        if isinstance(self.profile_id, Unset):
            profile_id = UNSET
        elif isinstance(self.profile_id, UUID):
            profile_id = str(self.profile_id)
        else:
            profile_id = self.profile_id

        customer_user_id: None | str | Unset
        if isinstance(self.customer_user_id, Unset):
            customer_user_id = UNSET
        else:
            customer_user_id = self.customer_user_id

        idfv: None | str | Unset
        if isinstance(self.idfv, Unset):
            idfv = UNSET
        else:
            idfv = self.idfv

        idfa: None | str | Unset
        if isinstance(self.idfa, Unset):
            idfa = UNSET
        else:
            idfa = self.idfa

        advertising_id: None | str | Unset
        if isinstance(self.advertising_id, Unset):
            advertising_id = UNSET
        else:
            advertising_id = self.advertising_id

        profile_install_datetime: None | str | Unset
        if isinstance(self.profile_install_datetime, Unset):
            profile_install_datetime = UNSET
        else:
            profile_install_datetime = self.profile_install_datetime

        user_agent: None | str | Unset
        if isinstance(self.user_agent, Unset):
            user_agent = UNSET
        else:
            user_agent = self.user_agent

        email: None | str | Unset
        if isinstance(self.email, Unset):
            email = UNSET
        else:
            email = self.email

        event_type: None | str | Unset
        if isinstance(self.event_type, Unset):
            event_type = UNSET
        else:
            event_type = self.event_type

        event_datetime: None | str | Unset
        if isinstance(self.event_datetime, Unset):
            event_datetime = UNSET
        else:
            event_datetime = self.event_datetime

        event_api_version: int | None | Unset
        if isinstance(self.event_api_version, Unset):
            event_api_version = UNSET
        else:
            event_api_version = self.event_api_version

        profiles_sharing_access_level: list[dict[str, Any]] | None | Unset
        if isinstance(self.profiles_sharing_access_level, Unset):
            profiles_sharing_access_level = UNSET
        elif isinstance(self.profiles_sharing_access_level, list):
            profiles_sharing_access_level = []
            for profiles_sharing_access_level_type_0_item_data in self.profiles_sharing_access_level:
                profiles_sharing_access_level_type_0_item = profiles_sharing_access_level_type_0_item_data.to_dict()
                profiles_sharing_access_level.append(profiles_sharing_access_level_type_0_item)

        else:
            profiles_sharing_access_level = self.profiles_sharing_access_level

        attributions: dict[str, Any] | None | Unset
        if isinstance(self.attributions, Unset):
            attributions = UNSET
        elif isinstance(self.attributions, AccessLevelUpdatedEventAttributionsType0):
            attributions = self.attributions.to_dict()
        else:
            attributions = self.attributions

        user_attributes: dict[str, Any] | None | Unset
        if isinstance(self.user_attributes, Unset):
            user_attributes = UNSET
        elif isinstance(self.user_attributes, AccessLevelUpdatedEventUserAttributesType0):
            user_attributes = self.user_attributes.to_dict()
        else:
            user_attributes = self.user_attributes

        integration_ids: dict[str, Any] | None | Unset
        if isinstance(self.integration_ids, Unset):
            integration_ids = UNSET
        elif isinstance(self.integration_ids, AccessLevelUpdatedEventIntegrationIds):
            integration_ids = self.integration_ids.to_dict()
        else:
            integration_ids = self.integration_ids

        play_store_purchase_token: dict[str, Any] | None | Unset
        if isinstance(self.play_store_purchase_token, Unset):
            play_store_purchase_token = UNSET
        elif isinstance(self.play_store_purchase_token, PlayStorePurchaseToken):
            play_store_purchase_token = self.play_store_purchase_token.to_dict()
        else:
            play_store_purchase_token = self.play_store_purchase_token

        event_properties: dict[str, Any] | None | Unset
        if isinstance(self.event_properties, Unset):
            event_properties = UNSET
        elif isinstance(self.event_properties, AccessLevelUpdatedProperties):
            event_properties = self.event_properties.to_dict()
        else:
            event_properties = self.event_properties

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if profile_id is not UNSET:
            field_dict["profile_id"] = profile_id
        if customer_user_id is not UNSET:
            field_dict["customer_user_id"] = customer_user_id
        if idfv is not UNSET:
            field_dict["idfv"] = idfv
        if idfa is not UNSET:
            field_dict["idfa"] = idfa
        if advertising_id is not UNSET:
            field_dict["advertising_id"] = advertising_id
        if profile_install_datetime is not UNSET:
            field_dict["profile_install_datetime"] = profile_install_datetime
        if user_agent is not UNSET:
            field_dict["user_agent"] = user_agent
        if email is not UNSET:
            field_dict["email"] = email
        if event_type is not UNSET:
            field_dict["event_type"] = event_type
        if event_datetime is not UNSET:
            field_dict["event_datetime"] = event_datetime
        if event_api_version is not UNSET:
            field_dict["event_api_version"] = event_api_version
        if profiles_sharing_access_level is not UNSET:
            field_dict["profiles_sharing_access_level"] = profiles_sharing_access_level
        if attributions is not UNSET:
            field_dict["attributions"] = attributions
        if user_attributes is not UNSET:
            field_dict["user_attributes"] = user_attributes
        if integration_ids is not UNSET:
            field_dict["integration_ids"] = integration_ids
        if play_store_purchase_token is not UNSET:
            field_dict["play_store_purchase_token"] = play_store_purchase_token
        if event_properties is not UNSET:
            field_dict["event_properties"] = event_properties

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.access_level_updated_event_attributions_type_0 import (
            AccessLevelUpdatedEventAttributionsType0,  # noqa: PLC0415
        )
        from ..models.access_level_updated_event_integration_ids import (
            AccessLevelUpdatedEventIntegrationIds,  # noqa: PLC0415
        )
        from ..models.access_level_updated_event_user_attributes_type_0 import (
            AccessLevelUpdatedEventUserAttributesType0,  # noqa: PLC0415
        )
        from ..models.access_level_updated_properties import (
            AccessLevelUpdatedProperties,  # noqa: PLC0415
        )
        from ..models.play_store_purchase_token import PlayStorePurchaseToken  # noqa: PLC0415
        from ..models.sharing_profile import SharingProfile  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_profile_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                profile_id_type_0 = UUID(data)

                return profile_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        profile_id = _parse_profile_id(d.pop("profile_id", UNSET))

        def _parse_customer_user_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        customer_user_id = _parse_customer_user_id(d.pop("customer_user_id", UNSET))

        def _parse_idfv(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        idfv = _parse_idfv(d.pop("idfv", UNSET))

        def _parse_idfa(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        idfa = _parse_idfa(d.pop("idfa", UNSET))

        def _parse_advertising_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        advertising_id = _parse_advertising_id(d.pop("advertising_id", UNSET))

        def _parse_profile_install_datetime(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        profile_install_datetime = _parse_profile_install_datetime(d.pop("profile_install_datetime", UNSET))

        def _parse_user_agent(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        user_agent = _parse_user_agent(d.pop("user_agent", UNSET))

        def _parse_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        email = _parse_email(d.pop("email", UNSET))

        def _parse_event_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        event_type = _parse_event_type(d.pop("event_type", UNSET))

        def _parse_event_datetime(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        event_datetime = _parse_event_datetime(d.pop("event_datetime", UNSET))

        def _parse_event_api_version(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        event_api_version = _parse_event_api_version(d.pop("event_api_version", UNSET))

        def _parse_profiles_sharing_access_level(data: object) -> list[SharingProfile] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                profiles_sharing_access_level_type_0 = []
                _profiles_sharing_access_level_type_0 = data
                for profiles_sharing_access_level_type_0_item_data in _profiles_sharing_access_level_type_0:
                    profiles_sharing_access_level_type_0_item = SharingProfile.from_dict(
                        profiles_sharing_access_level_type_0_item_data
                    )

                    profiles_sharing_access_level_type_0.append(profiles_sharing_access_level_type_0_item)

                return profiles_sharing_access_level_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[SharingProfile] | None | Unset, data)

        profiles_sharing_access_level = _parse_profiles_sharing_access_level(
            d.pop("profiles_sharing_access_level", UNSET)
        )

        def _parse_attributions(data: object) -> AccessLevelUpdatedEventAttributionsType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                attributions_type_0 = AccessLevelUpdatedEventAttributionsType0.from_dict(data)

                return attributions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AccessLevelUpdatedEventAttributionsType0 | None | Unset, data)

        attributions = _parse_attributions(d.pop("attributions", UNSET))

        def _parse_user_attributes(data: object) -> AccessLevelUpdatedEventUserAttributesType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                user_attributes_type_0 = AccessLevelUpdatedEventUserAttributesType0.from_dict(data)

                return user_attributes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AccessLevelUpdatedEventUserAttributesType0 | None | Unset, data)

        user_attributes = _parse_user_attributes(d.pop("user_attributes", UNSET))

        def _parse_integration_ids(data: object) -> AccessLevelUpdatedEventIntegrationIds | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                integration_ids_type_0 = AccessLevelUpdatedEventIntegrationIds.from_dict(data)

                return integration_ids_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AccessLevelUpdatedEventIntegrationIds | None | Unset, data)

        integration_ids = _parse_integration_ids(d.pop("integration_ids", UNSET))

        def _parse_play_store_purchase_token(data: object) -> None | PlayStorePurchaseToken | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                play_store_purchase_token_type_0 = PlayStorePurchaseToken.from_dict(data)

                return play_store_purchase_token_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PlayStorePurchaseToken | Unset, data)

        play_store_purchase_token = _parse_play_store_purchase_token(d.pop("play_store_purchase_token", UNSET))

        def _parse_event_properties(data: object) -> AccessLevelUpdatedProperties | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                event_properties_type_0 = AccessLevelUpdatedProperties.from_dict(data)

                return event_properties_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(AccessLevelUpdatedProperties | None | Unset, data)

        event_properties = _parse_event_properties(d.pop("event_properties", UNSET))

        access_level_updated_event = cls(
            profile_id=profile_id,
            customer_user_id=customer_user_id,
            idfv=idfv,
            idfa=idfa,
            advertising_id=advertising_id,
            profile_install_datetime=profile_install_datetime,
            user_agent=user_agent,
            email=email,
            event_type=event_type,
            event_datetime=event_datetime,
            event_api_version=event_api_version,
            profiles_sharing_access_level=profiles_sharing_access_level,
            attributions=attributions,
            user_attributes=user_attributes,
            integration_ids=integration_ids,
            play_store_purchase_token=play_store_purchase_token,
            event_properties=event_properties,
        )

        access_level_updated_event.additional_properties = d
        return access_level_updated_event

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
