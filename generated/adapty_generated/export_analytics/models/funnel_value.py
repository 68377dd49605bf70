# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.funnel_value_churn_reasons_type_0_item import (
        FunnelValueChurnReasonsType0Item,
    )
    from ..models.funnel_value_following_changes_type_0 import (
        FunnelValueFollowingChangesType0,
    )
    from ..models.funnel_value_values_type_0_item import FunnelValueValuesType0Item


T = TypeVar("T", bound="FunnelValue")


@_attrs_define
class FunnelValue:
    """One step of a funnel."""

    period: int | None | Unset = UNSET
    """ The number of the step; -2 is the install, -1 the paywall. """
    title: None | str | Unset = UNSET
    """ The title. """
    value: int | None | Unset = UNSET
    """ Users who reached the step. """
    value_relative: float | None | Unset = UNSET
    """ The same as a percentage of the first step. """
    relative_changes: float | None | Unset = UNSET
    """ The change of the rate since the step before. """
    following_changes: FunnelValueFollowingChangesType0 | None | Unset = UNSET
    """ The users who did not reach the next step. """
    churn_reason_title: None | str | Unset = UNSET
    """ The title of the reasons. """
    churn_reasons: list[FunnelValueChurnReasonsType0Item] | None | Unset = UNSET
    """ Why users left. """
    values: list[FunnelValueValuesType0Item] | None | Unset = UNSET
    """ Further values of the step. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.funnel_value_following_changes_type_0 import (
            FunnelValueFollowingChangesType0,  # noqa: PLC0415
        )

        period: int | None | Unset
        if isinstance(self.period, Unset):
            period = UNSET
        else:
            period = self.period

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        value: int | None | Unset
        if isinstance(self.value, Unset):
            value = UNSET
        else:
            value = self.value

        value_relative: float | None | Unset
        if isinstance(self.value_relative, Unset):
            value_relative = UNSET
        else:
            value_relative = self.value_relative

        relative_changes: float | None | Unset
        if isinstance(self.relative_changes, Unset):
            relative_changes = UNSET
        else:
            relative_changes = self.relative_changes

        following_changes: dict[str, Any] | None | Unset
        if isinstance(self.following_changes, Unset):
            following_changes = UNSET
        elif isinstance(self.following_changes, FunnelValueFollowingChangesType0):
            following_changes = self.following_changes.to_dict()
        else:
            following_changes = self.following_changes

        churn_reason_title: None | str | Unset
        if isinstance(self.churn_reason_title, Unset):
            churn_reason_title = UNSET
        else:
            churn_reason_title = self.churn_reason_title

        churn_reasons: list[dict[str, Any]] | None | Unset
        if isinstance(self.churn_reasons, Unset):
            churn_reasons = UNSET
        elif isinstance(self.churn_reasons, list):
            churn_reasons = []
            for churn_reasons_type_0_item_data in self.churn_reasons:
                churn_reasons_type_0_item = churn_reasons_type_0_item_data.to_dict()
                churn_reasons.append(churn_reasons_type_0_item)

        else:
            churn_reasons = self.churn_reasons

        values: list[dict[str, Any]] | None | Unset
        if isinstance(self.values, Unset):
            values = UNSET
        elif isinstance(self.values, list):
            values = []
            for values_type_0_item_data in self.values:
                values_type_0_item = values_type_0_item_data.to_dict()
                values.append(values_type_0_item)

        else:
            values = self.values

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if period is not UNSET:
            field_dict["period"] = period
        if title is not UNSET:
            field_dict["title"] = title
        if value is not UNSET:
            field_dict["value"] = value
        if value_relative is not UNSET:
            field_dict["value_relative"] = value_relative
        if relative_changes is not UNSET:
            field_dict["relative_changes"] = relative_changes
        if following_changes is not UNSET:
            field_dict["following_changes"] = following_changes
        if churn_reason_title is not UNSET:
            field_dict["churn_reason_title"] = churn_reason_title
        if churn_reasons is not UNSET:
            field_dict["churn_reasons"] = churn_reasons
        if values is not UNSET:
            field_dict["values"] = values

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.funnel_value_churn_reasons_type_0_item import (
            FunnelValueChurnReasonsType0Item,  # noqa: PLC0415
        )
        from ..models.funnel_value_following_changes_type_0 import (
            FunnelValueFollowingChangesType0,  # noqa: PLC0415
        )
        from ..models.funnel_value_values_type_0_item import FunnelValueValuesType0Item  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_period(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        period = _parse_period(d.pop("period", UNSET))

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        def _parse_value(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        value = _parse_value(d.pop("value", UNSET))

        def _parse_value_relative(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        value_relative = _parse_value_relative(d.pop("value_relative", UNSET))

        def _parse_relative_changes(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        relative_changes = _parse_relative_changes(d.pop("relative_changes", UNSET))

        def _parse_following_changes(data: object) -> FunnelValueFollowingChangesType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                following_changes_type_0 = FunnelValueFollowingChangesType0.from_dict(data)

                return following_changes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(FunnelValueFollowingChangesType0 | None | Unset, data)

        following_changes = _parse_following_changes(d.pop("following_changes", UNSET))

        def _parse_churn_reason_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        churn_reason_title = _parse_churn_reason_title(d.pop("churn_reason_title", UNSET))

        def _parse_churn_reasons(data: object) -> list[FunnelValueChurnReasonsType0Item] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                churn_reasons_type_0 = []
                _churn_reasons_type_0 = data
                for churn_reasons_type_0_item_data in _churn_reasons_type_0:
                    churn_reasons_type_0_item = FunnelValueChurnReasonsType0Item.from_dict(
                        churn_reasons_type_0_item_data
                    )

                    churn_reasons_type_0.append(churn_reasons_type_0_item)

                return churn_reasons_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[FunnelValueChurnReasonsType0Item] | None | Unset, data)

        churn_reasons = _parse_churn_reasons(d.pop("churn_reasons", UNSET))

        def _parse_values(data: object) -> list[FunnelValueValuesType0Item] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                values_type_0 = []
                _values_type_0 = data
                for values_type_0_item_data in _values_type_0:
                    values_type_0_item = FunnelValueValuesType0Item.from_dict(values_type_0_item_data)

                    values_type_0.append(values_type_0_item)

                return values_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[FunnelValueValuesType0Item] | None | Unset, data)

        values = _parse_values(d.pop("values", UNSET))

        funnel_value = cls(
            period=period,
            title=title,
            value=value,
            value_relative=value_relative,
            relative_changes=relative_changes,
            following_changes=following_changes,
            churn_reason_title=churn_reason_title,
            churn_reasons=churn_reasons,
            values=values,
        )

        funnel_value.additional_properties = d
        return funnel_value

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
