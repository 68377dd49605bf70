# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.cohort_segment_predict import CohortSegmentPredict
    from ..models.cohort_value import CohortValue


T = TypeVar("T", bound="CohortSegment")


@_attrs_define
class CohortSegment:
    """The users whose install is in the same period."""

    segment_start_date: None | str | Unset = UNSET
    """ The first day of the cohort. """
    type_: None | str | Unset = UNSET
    """ Such as `total` or `single`. """
    title: None | str | Unset = UNSET
    """ The title. """
    total_installs: int | None | Unset = UNSET
    """ Installs. """
    total_subscriptions: int | None | Unset = UNSET
    """ Subscriptions. """
    total_paid_subscribers: int | None | Unset = UNSET
    """ Paying subscribers. """
    total_revenue_usd: float | None | Unset = UNSET
    """ Revenue in USD. """
    total_proceeds_usd: float | None | Unset = UNSET
    """ Proceeds in USD, after the fee of the store. """
    total_net_revenue_usd: float | None | Unset = UNSET
    """ Net revenue in USD, after fee and taxes. """
    total_anrpas_usd: float | None | Unset = UNSET
    """ Average net revenue per active subscriber, in USD. """
    total_appas_usd: float | None | Unset = UNSET
    """ Average proceeds per active subscriber, in USD. """
    total_arpas_usd: float | None | Unset = UNSET
    """ Average revenue per active subscriber, in USD. """
    total_anrppu_usd: float | None | Unset = UNSET
    """ Average net revenue per paying user, in USD. """
    total_apppu_usd: float | None | Unset = UNSET
    """ Average proceeds per paying user, in USD. """
    total_arppu_usd: float | None | Unset = UNSET
    """ Average revenue per paying user, in USD. """
    total_anrpu_usd: float | None | Unset = UNSET
    """ Average net revenue per user, in USD. """
    total_appu_usd: float | None | Unset = UNSET
    """ Average proceeds per user, in USD. """
    total_arpu_usd: float | None | Unset = UNSET
    """ Average revenue per user, in USD. """
    predict: CohortSegmentPredict | None | Unset = UNSET
    """ The prediction, if any. """
    values: list[CohortValue] | None | Unset = UNSET
    """ The values per period. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.cohort_segment_predict import CohortSegmentPredict  # noqa: PLC0415

        segment_start_date: None | str | Unset
        if isinstance(self.segment_start_date, Unset):
            segment_start_date = UNSET
        else:
            segment_start_date = self.segment_start_date

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        total_installs: int | None | Unset
        if isinstance(self.total_installs, Unset):
            total_installs = UNSET
        else:
            total_installs = self.total_installs

        total_subscriptions: int | None | Unset
        if isinstance(self.total_subscriptions, Unset):
            total_subscriptions = UNSET
        else:
            total_subscriptions = self.total_subscriptions

        total_paid_subscribers: int | None | Unset
        if isinstance(self.total_paid_subscribers, Unset):
            total_paid_subscribers = UNSET
        else:
            total_paid_subscribers = self.total_paid_subscribers

        total_revenue_usd: float | None | Unset
        if isinstance(self.total_revenue_usd, Unset):
            total_revenue_usd = UNSET
        else:
            total_revenue_usd = self.total_revenue_usd

        total_proceeds_usd: float | None | Unset
        if isinstance(self.total_proceeds_usd, Unset):
            total_proceeds_usd = UNSET
        else:
            total_proceeds_usd = self.total_proceeds_usd

        total_net_revenue_usd: float | None | Unset
        if isinstance(self.total_net_revenue_usd, Unset):
            total_net_revenue_usd = UNSET
        else:
            total_net_revenue_usd = self.total_net_revenue_usd

        total_anrpas_usd: float | None | Unset
        if isinstance(self.total_anrpas_usd, Unset):
            total_anrpas_usd = UNSET
        else:
            total_anrpas_usd = self.total_anrpas_usd

        total_appas_usd: float | None | Unset
        if isinstance(self.total_appas_usd, Unset):
            total_appas_usd = UNSET
        else:
            total_appas_usd = self.total_appas_usd

        total_arpas_usd: float | None | Unset
        if isinstance(self.total_arpas_usd, Unset):
            total_arpas_usd = UNSET
        else:
            total_arpas_usd = self.total_arpas_usd

        total_anrppu_usd: float | None | Unset
        if isinstance(self.total_anrppu_usd, Unset):
            total_anrppu_usd = UNSET
        else:
            total_anrppu_usd = self.total_anrppu_usd

        total_apppu_usd: float | None | Unset
        if isinstance(self.total_apppu_usd, Unset):
            total_apppu_usd = UNSET
        else:
            total_apppu_usd = self.total_apppu_usd

        total_arppu_usd: float | None | Unset
        if isinstance(self.total_arppu_usd, Unset):
            total_arppu_usd = UNSET
        else:
            total_arppu_usd = self.total_arppu_usd

        total_anrpu_usd: float | None | Unset
        if isinstance(self.total_anrpu_usd, Unset):
            total_anrpu_usd = UNSET
        else:
            total_anrpu_usd = self.total_anrpu_usd

        total_appu_usd: float | None | Unset
        if isinstance(self.total_appu_usd, Unset):
            total_appu_usd = UNSET
        else:
            total_appu_usd = self.total_appu_usd

        total_arpu_usd: float | None | Unset
        if isinstance(self.total_arpu_usd, Unset):
            total_arpu_usd = UNSET
        else:
            total_arpu_usd = self.total_arpu_usd

        predict: dict[str, Any] | None | Unset
        if isinstance(self.predict, Unset):
            predict = UNSET
        elif isinstance(self.predict, CohortSegmentPredict):
            predict = self.predict.to_dict()
        else:
            predict = self.predict

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
        if segment_start_date is not UNSET:
            field_dict["segment_start_date"] = segment_start_date
        if type_ is not UNSET:
            field_dict["type"] = type_
        if title is not UNSET:
            field_dict["title"] = title
        if total_installs is not UNSET:
            field_dict["total_installs"] = total_installs
        if total_subscriptions is not UNSET:
            field_dict["total_subscriptions"] = total_subscriptions
        if total_paid_subscribers is not UNSET:
            field_dict["total_paid_subscribers"] = total_paid_subscribers
        if total_revenue_usd is not UNSET:
            field_dict["total_revenue_usd"] = total_revenue_usd
        if total_proceeds_usd is not UNSET:
            field_dict["total_proceeds_usd"] = total_proceeds_usd
        if total_net_revenue_usd is not UNSET:
            field_dict["total_net_revenue_usd"] = total_net_revenue_usd
        if total_anrpas_usd is not UNSET:
            field_dict["total_anrpas_usd"] = total_anrpas_usd
        if total_appas_usd is not UNSET:
            field_dict["total_appas_usd"] = total_appas_usd
        if total_arpas_usd is not UNSET:
            field_dict["total_arpas_usd"] = total_arpas_usd
        if total_anrppu_usd is not UNSET:
            field_dict["total_anrppu_usd"] = total_anrppu_usd
        if total_apppu_usd is not UNSET:
            field_dict["total_apppu_usd"] = total_apppu_usd
        if total_arppu_usd is not UNSET:
            field_dict["total_arppu_usd"] = total_arppu_usd
        if total_anrpu_usd is not UNSET:
            field_dict["total_anrpu_usd"] = total_anrpu_usd
        if total_appu_usd is not UNSET:
            field_dict["total_appu_usd"] = total_appu_usd
        if total_arpu_usd is not UNSET:
            field_dict["total_arpu_usd"] = total_arpu_usd
        if predict is not UNSET:
            field_dict["predict"] = predict
        if values is not UNSET:
            field_dict["values"] = values

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cohort_segment_predict import CohortSegmentPredict  # noqa: PLC0415
        from ..models.cohort_value import CohortValue  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_segment_start_date(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        segment_start_date = _parse_segment_start_date(d.pop("segment_start_date", UNSET))

        def _parse_type_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        type_ = _parse_type_(d.pop("type", UNSET))

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        def _parse_total_installs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        total_installs = _parse_total_installs(d.pop("total_installs", UNSET))

        def _parse_total_subscriptions(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        total_subscriptions = _parse_total_subscriptions(d.pop("total_subscriptions", UNSET))

        def _parse_total_paid_subscribers(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        total_paid_subscribers = _parse_total_paid_subscribers(d.pop("total_paid_subscribers", UNSET))

        def _parse_total_revenue_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_revenue_usd = _parse_total_revenue_usd(d.pop("total_revenue_usd", UNSET))

        def _parse_total_proceeds_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_proceeds_usd = _parse_total_proceeds_usd(d.pop("total_proceeds_usd", UNSET))

        def _parse_total_net_revenue_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_net_revenue_usd = _parse_total_net_revenue_usd(d.pop("total_net_revenue_usd", UNSET))

        def _parse_total_anrpas_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_anrpas_usd = _parse_total_anrpas_usd(d.pop("total_anrpas_usd", UNSET))

        def _parse_total_appas_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_appas_usd = _parse_total_appas_usd(d.pop("total_appas_usd", UNSET))

        def _parse_total_arpas_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_arpas_usd = _parse_total_arpas_usd(d.pop("total_arpas_usd", UNSET))

        def _parse_total_anrppu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_anrppu_usd = _parse_total_anrppu_usd(d.pop("total_anrppu_usd", UNSET))

        def _parse_total_apppu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_apppu_usd = _parse_total_apppu_usd(d.pop("total_apppu_usd", UNSET))

        def _parse_total_arppu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_arppu_usd = _parse_total_arppu_usd(d.pop("total_arppu_usd", UNSET))

        def _parse_total_anrpu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_anrpu_usd = _parse_total_anrpu_usd(d.pop("total_anrpu_usd", UNSET))

        def _parse_total_appu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_appu_usd = _parse_total_appu_usd(d.pop("total_appu_usd", UNSET))

        def _parse_total_arpu_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_arpu_usd = _parse_total_arpu_usd(d.pop("total_arpu_usd", UNSET))

        def _parse_predict(data: object) -> CohortSegmentPredict | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                predict_type_0 = CohortSegmentPredict.from_dict(data)

                return predict_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CohortSegmentPredict | None | Unset, data)

        predict = _parse_predict(d.pop("predict", UNSET))

        def _parse_values(data: object) -> list[CohortValue] | None | Unset:
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
                    values_type_0_item = CohortValue.from_dict(values_type_0_item_data)

                    values_type_0.append(values_type_0_item)

                return values_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[CohortValue] | None | Unset, data)

        values = _parse_values(d.pop("values", UNSET))

        cohort_segment = cls(
            segment_start_date=segment_start_date,
            type_=type_,
            title=title,
            total_installs=total_installs,
            total_subscriptions=total_subscriptions,
            total_paid_subscribers=total_paid_subscribers,
            total_revenue_usd=total_revenue_usd,
            total_proceeds_usd=total_proceeds_usd,
            total_net_revenue_usd=total_net_revenue_usd,
            total_anrpas_usd=total_anrpas_usd,
            total_appas_usd=total_appas_usd,
            total_arpas_usd=total_arpas_usd,
            total_anrppu_usd=total_anrppu_usd,
            total_apppu_usd=total_apppu_usd,
            total_arppu_usd=total_arppu_usd,
            total_anrpu_usd=total_anrpu_usd,
            total_appu_usd=total_appu_usd,
            total_arpu_usd=total_arpu_usd,
            predict=predict,
            values=values,
        )

        cohort_segment.additional_properties = d
        return cohort_segment

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
