# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.access_level import AccessLevel
    from ..models.custom_attribute import CustomAttribute
    from ..models.non_subscription import NonSubscription
    from ..models.profile_subscription import ProfileSubscription


T = TypeVar("T", bound="Profile")


@_attrs_define
class Profile:
    """An end user as Adapty knows one."""

    app_id: None | Unset | UUID = UNSET
    """ The app. """
    profile_id: None | Unset | UUID = UNSET
    """ Adapty's id of the user. """
    customer_user_id: None | str | Unset = UNSET
    """ Your own id of the user, if it is known. """
    total_revenue_usd: float | None | Unset = UNSET
    """ What the user has paid so far, in USD. """
    segment_hash: None | str | Unset = UNSET
    """ Changes when the user's segments change. """
    timestamp: int | None | Unset = UNSET
    """ When the response was created, in milliseconds since 1970. """
    custom_attributes: list[CustomAttribute] | None | Unset = UNSET
    """ The user's custom attributes. """
    access_levels: list[AccessLevel] | None | Unset = UNSET
    """ Current and former access levels of the user. """
    subscriptions: list[ProfileSubscription] | None | Unset = UNSET
    """ The user's subscriptions. """
    non_subscriptions: list[NonSubscription] | None | Unset = UNSET
    """ The user's one-time purchases. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        app_id: None | str | Unset
        if isinstance(self.app_id, Unset):
            app_id = UNSET
        elif isinstance(self.app_id, UUID):
            app_id = str(self.app_id)
        else:
            app_id = self.app_id

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

        total_revenue_usd: float | None | Unset
        if isinstance(self.total_revenue_usd, Unset):
            total_revenue_usd = UNSET
        else:
            total_revenue_usd = self.total_revenue_usd

        segment_hash: None | str | Unset
        if isinstance(self.segment_hash, Unset):
            segment_hash = UNSET
        else:
            segment_hash = self.segment_hash

        timestamp: int | None | Unset
        if isinstance(self.timestamp, Unset):
            timestamp = UNSET
        else:
            timestamp = self.timestamp

        custom_attributes: list[dict[str, Any]] | None | Unset
        if isinstance(self.custom_attributes, Unset):
            custom_attributes = UNSET
        elif isinstance(self.custom_attributes, list):
            custom_attributes = []
            for custom_attributes_type_0_item_data in self.custom_attributes:
                custom_attributes_type_0_item = custom_attributes_type_0_item_data.to_dict()
                custom_attributes.append(custom_attributes_type_0_item)

        else:
            custom_attributes = self.custom_attributes

        access_levels: list[dict[str, Any]] | None | Unset
        if isinstance(self.access_levels, Unset):
            access_levels = UNSET
        elif isinstance(self.access_levels, list):
            access_levels = []
            for access_levels_type_0_item_data in self.access_levels:
                access_levels_type_0_item = access_levels_type_0_item_data.to_dict()
                access_levels.append(access_levels_type_0_item)

        else:
            access_levels = self.access_levels

        subscriptions: list[dict[str, Any]] | None | Unset
        if isinstance(self.subscriptions, Unset):
            subscriptions = UNSET
        elif isinstance(self.subscriptions, list):
            subscriptions = []
            for subscriptions_type_0_item_data in self.subscriptions:
                subscriptions_type_0_item = subscriptions_type_0_item_data.to_dict()
                subscriptions.append(subscriptions_type_0_item)

        else:
            subscriptions = self.subscriptions

        non_subscriptions: list[dict[str, Any]] | None | Unset
        if isinstance(self.non_subscriptions, Unset):
            non_subscriptions = UNSET
        elif isinstance(self.non_subscriptions, list):
            non_subscriptions = []
            for non_subscriptions_type_0_item_data in self.non_subscriptions:
                non_subscriptions_type_0_item = non_subscriptions_type_0_item_data.to_dict()
                non_subscriptions.append(non_subscriptions_type_0_item)

        else:
            non_subscriptions = self.non_subscriptions

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if app_id is not UNSET:
            field_dict["app_id"] = app_id
        if profile_id is not UNSET:
            field_dict["profile_id"] = profile_id
        if customer_user_id is not UNSET:
            field_dict["customer_user_id"] = customer_user_id
        if total_revenue_usd is not UNSET:
            field_dict["total_revenue_usd"] = total_revenue_usd
        if segment_hash is not UNSET:
            field_dict["segment_hash"] = segment_hash
        if timestamp is not UNSET:
            field_dict["timestamp"] = timestamp
        if custom_attributes is not UNSET:
            field_dict["custom_attributes"] = custom_attributes
        if access_levels is not UNSET:
            field_dict["access_levels"] = access_levels
        if subscriptions is not UNSET:
            field_dict["subscriptions"] = subscriptions
        if non_subscriptions is not UNSET:
            field_dict["non_subscriptions"] = non_subscriptions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.access_level import AccessLevel  # noqa: PLC0415
        from ..models.custom_attribute import CustomAttribute  # noqa: PLC0415
        from ..models.non_subscription import NonSubscription  # noqa: PLC0415
        from ..models.profile_subscription import ProfileSubscription  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_app_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                app_id_type_0 = UUID(data)

                return app_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        app_id = _parse_app_id(d.pop("app_id", UNSET))

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

        def _parse_total_revenue_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_revenue_usd = _parse_total_revenue_usd(d.pop("total_revenue_usd", UNSET))

        def _parse_segment_hash(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        segment_hash = _parse_segment_hash(d.pop("segment_hash", UNSET))

        def _parse_timestamp(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        timestamp = _parse_timestamp(d.pop("timestamp", UNSET))

        def _parse_custom_attributes(data: object) -> list[CustomAttribute] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                custom_attributes_type_0 = []
                _custom_attributes_type_0 = data
                for custom_attributes_type_0_item_data in _custom_attributes_type_0:
                    custom_attributes_type_0_item = CustomAttribute.from_dict(custom_attributes_type_0_item_data)

                    custom_attributes_type_0.append(custom_attributes_type_0_item)

                return custom_attributes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[CustomAttribute] | None | Unset, data)

        custom_attributes = _parse_custom_attributes(d.pop("custom_attributes", UNSET))

        def _parse_access_levels(data: object) -> list[AccessLevel] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                access_levels_type_0 = []
                _access_levels_type_0 = data
                for access_levels_type_0_item_data in _access_levels_type_0:
                    access_levels_type_0_item = AccessLevel.from_dict(access_levels_type_0_item_data)

                    access_levels_type_0.append(access_levels_type_0_item)

                return access_levels_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[AccessLevel] | None | Unset, data)

        access_levels = _parse_access_levels(d.pop("access_levels", UNSET))

        def _parse_subscriptions(data: object) -> list[ProfileSubscription] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                subscriptions_type_0 = []
                _subscriptions_type_0 = data
                for subscriptions_type_0_item_data in _subscriptions_type_0:
                    subscriptions_type_0_item = ProfileSubscription.from_dict(subscriptions_type_0_item_data)

                    subscriptions_type_0.append(subscriptions_type_0_item)

                return subscriptions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ProfileSubscription] | None | Unset, data)

        subscriptions = _parse_subscriptions(d.pop("subscriptions", UNSET))

        def _parse_non_subscriptions(data: object) -> list[NonSubscription] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                non_subscriptions_type_0 = []
                _non_subscriptions_type_0 = data
                for non_subscriptions_type_0_item_data in _non_subscriptions_type_0:
                    non_subscriptions_type_0_item = NonSubscription.from_dict(non_subscriptions_type_0_item_data)

                    non_subscriptions_type_0.append(non_subscriptions_type_0_item)

                return non_subscriptions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[NonSubscription] | None | Unset, data)

        non_subscriptions = _parse_non_subscriptions(d.pop("non_subscriptions", UNSET))

        profile = cls(
            app_id=app_id,
            profile_id=profile_id,
            customer_user_id=customer_user_id,
            total_revenue_usd=total_revenue_usd,
            segment_hash=segment_hash,
            timestamp=timestamp,
            custom_attributes=custom_attributes,
            access_levels=access_levels,
            subscriptions=subscriptions,
            non_subscriptions=non_subscriptions,
        )

        profile.additional_properties = d
        return profile

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
