# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.metric_data_data_type_0_item import MetricDataDataType0Item
    from ..models.metric_data_recommended_period import MetricDataRecommendedPeriod


T = TypeVar("T", bound="MetricData")


@_attrs_define
class MetricData:
    """One metric of a chart."""

    data: list[MetricDataDataType0Item] | None | Unset = UNSET
    """ The segments with their values; empty if there are none. """
    value: float | None | Unset = UNSET
    """ The total, or the last value, as `default_aggregation` says. """
    value_from: float | None | Unset = UNSET
    """ The value at the start of the range. """
    value_to: float | None | Unset = UNSET
    """ The value at the end of the range. """
    compare_value_from: float | None | Unset = UNSET
    """ The value at the start of the compared range. """
    compare_value_to: float | None | Unset = UNSET
    """ The value at the end of the compared range. """
    title: None | str | Unset = UNSET
    """ The title. """
    type_: None | str | Unset = UNSET
    """ Such as `multi` or `single`. """
    default_aggregation: None | str | Unset = UNSET
    """ How values are combined, such as `sum` or `average`. """
    description: None | str | Unset = UNSET
    """ What the metric means, as HTML. """
    metric_name: None | str | Unset = UNSET
    """ The name of the metric. """
    is_json: bool | None | Unset = UNSET
    """ Whether the data is JSON. """
    unit: None | str | Unset = UNSET
    """ The unit, such as `USD` or `percent`. """
    recommended_period: MetricDataRecommendedPeriod | None | Unset = UNSET
    """ The range that the dashboard recommends. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.metric_data_recommended_period import MetricDataRecommendedPeriod  # noqa: PLC0415

        data: list[dict[str, Any]] | None | Unset
        if isinstance(self.data, Unset):
            data = UNSET
        elif isinstance(self.data, list):
            data = []
            for data_type_0_item_data in self.data:
                data_type_0_item = data_type_0_item_data.to_dict()
                data.append(data_type_0_item)

        else:
            data = self.data

        value: float | None | Unset
        if isinstance(self.value, Unset):
            value = UNSET
        else:
            value = self.value

        value_from: float | None | Unset
        if isinstance(self.value_from, Unset):
            value_from = UNSET
        else:
            value_from = self.value_from

        value_to: float | None | Unset
        if isinstance(self.value_to, Unset):
            value_to = UNSET
        else:
            value_to = self.value_to

        compare_value_from: float | None | Unset
        if isinstance(self.compare_value_from, Unset):
            compare_value_from = UNSET
        else:
            compare_value_from = self.compare_value_from

        compare_value_to: float | None | Unset
        if isinstance(self.compare_value_to, Unset):
            compare_value_to = UNSET
        else:
            compare_value_to = self.compare_value_to

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_

        default_aggregation: None | str | Unset
        if isinstance(self.default_aggregation, Unset):
            default_aggregation = UNSET
        else:
            default_aggregation = self.default_aggregation

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        metric_name: None | str | Unset
        if isinstance(self.metric_name, Unset):
            metric_name = UNSET
        else:
            metric_name = self.metric_name

        is_json: bool | None | Unset
        if isinstance(self.is_json, Unset):
            is_json = UNSET
        else:
            is_json = self.is_json

        unit: None | str | Unset
        if isinstance(self.unit, Unset):
            unit = UNSET
        else:
            unit = self.unit

        recommended_period: dict[str, Any] | None | Unset
        if isinstance(self.recommended_period, Unset):
            recommended_period = UNSET
        elif isinstance(self.recommended_period, MetricDataRecommendedPeriod):
            recommended_period = self.recommended_period.to_dict()
        else:
            recommended_period = self.recommended_period

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if data is not UNSET:
            field_dict["data"] = data
        if value is not UNSET:
            field_dict["value"] = value
        if value_from is not UNSET:
            field_dict["value_from"] = value_from
        if value_to is not UNSET:
            field_dict["value_to"] = value_to
        if compare_value_from is not UNSET:
            field_dict["compare_value_from"] = compare_value_from
        if compare_value_to is not UNSET:
            field_dict["compare_value_to"] = compare_value_to
        if title is not UNSET:
            field_dict["title"] = title
        if type_ is not UNSET:
            field_dict["type"] = type_
        if default_aggregation is not UNSET:
            field_dict["default_aggregation"] = default_aggregation
        if description is not UNSET:
            field_dict["description"] = description
        if metric_name is not UNSET:
            field_dict["metric_name"] = metric_name
        if is_json is not UNSET:
            field_dict["is_json"] = is_json
        if unit is not UNSET:
            field_dict["unit"] = unit
        if recommended_period is not UNSET:
            field_dict["recommended_period"] = recommended_period

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_data_data_type_0_item import MetricDataDataType0Item  # noqa: PLC0415
        from ..models.metric_data_recommended_period import MetricDataRecommendedPeriod  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_data(data: object) -> list[MetricDataDataType0Item] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                data_type_0 = []
                _data_type_0 = data
                for data_type_0_item_data in _data_type_0:
                    data_type_0_item = MetricDataDataType0Item.from_dict(data_type_0_item_data)

                    data_type_0.append(data_type_0_item)

                return data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[MetricDataDataType0Item] | None | Unset, data)

        data = _parse_data(d.pop("data", UNSET))

        def _parse_value(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        value = _parse_value(d.pop("value", UNSET))

        def _parse_value_from(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        value_from = _parse_value_from(d.pop("value_from", UNSET))

        def _parse_value_to(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        value_to = _parse_value_to(d.pop("value_to", UNSET))

        def _parse_compare_value_from(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        compare_value_from = _parse_compare_value_from(d.pop("compare_value_from", UNSET))

        def _parse_compare_value_to(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        compare_value_to = _parse_compare_value_to(d.pop("compare_value_to", UNSET))

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        def _parse_type_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        def _parse_default_aggregation(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        default_aggregation = _parse_default_aggregation(d.pop("default_aggregation", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_metric_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        metric_name = _parse_metric_name(d.pop("metric_name", UNSET))

        def _parse_is_json(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_json = _parse_is_json(d.pop("is_json", UNSET))

        def _parse_unit(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        unit = _parse_unit(d.pop("unit", UNSET))

        def _parse_recommended_period(data: object) -> MetricDataRecommendedPeriod | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recommended_period_type_0 = MetricDataRecommendedPeriod.from_dict(data)

                return recommended_period_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MetricDataRecommendedPeriod | None | Unset, data)

        recommended_period = _parse_recommended_period(d.pop("recommended_period", UNSET))

        metric_data = cls(
            data=data,
            value=value,
            value_from=value_from,
            value_to=value_to,
            compare_value_from=compare_value_from,
            compare_value_to=compare_value_to,
            title=title,
            type_=type_,
            default_aggregation=default_aggregation,
            description=description,
            metric_name=metric_name,
            is_json=is_json,
            unit=unit,
            recommended_period=recommended_period,
        )

        metric_data.additional_properties = d
        return metric_data

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
