# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cohort_data_request_accounting_type import (
    CohortDataRequestAccountingType,
    check_cohort_data_request_accounting_type,
)
from ..models.cohort_data_request_format import (
    CohortDataRequestFormat,
    check_cohort_data_request_format,
)
from ..models.cohort_data_request_period_type import (
    CohortDataRequestPeriodType,
    check_cohort_data_request_period_type,
)
from ..models.cohort_data_request_period_unit import (
    CohortDataRequestPeriodUnit,
    check_cohort_data_request_period_unit,
)
from ..models.cohort_data_request_prediction_months import (
    CohortDataRequestPredictionMonths,
    check_cohort_data_request_prediction_months,
)
from ..models.cohort_data_request_value_field import (
    CohortDataRequestValueField,
    check_cohort_data_request_value_field,
)
from ..models.cohort_data_request_value_type import (
    CohortDataRequestValueType,
    check_cohort_data_request_value_type,
)
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.metrics_filters import MetricsFilters


T = TypeVar("T", bound="CohortDataRequest")


@_attrs_define
class CohortDataRequest:
    filters: MetricsFilters
    period_unit: CohortDataRequestPeriodUnit | Unset = "month"
    """ The length of a period. """
    period_type: CohortDataRequestPeriodType | Unset = "renewals"
    """ Whether periods are renewals, or days after the install. """
    value_type: CohortDataRequestValueType | Unset = "absolute"
    """ Whether values are absolute, or relative to the first period. """
    value_field: CohortDataRequestValueField | Unset = "revenue"
    """ What is measured. """
    accounting_type: CohortDataRequestAccountingType | Unset = "revenue"
    """ Whether money is before the fee of the store, after it, or after fee and taxes. """
    renewal_days: list[int] | Unset = UNSET
    """ Days after the install, for `period_type` `days` only. """
    prediction_months: CohortDataRequestPredictionMonths | Unset = 12
    """ How many months to predict. """
    format_: CohortDataRequestFormat | Unset = "json"
    """ The format of the response. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        filters = self.filters.to_dict()

        period_unit: str | Unset = UNSET
        if not isinstance(self.period_unit, Unset):
            period_unit = self.period_unit

        period_type: str | Unset = UNSET
        if not isinstance(self.period_type, Unset):
            period_type = self.period_type

        value_type: str | Unset = UNSET
        if not isinstance(self.value_type, Unset):
            value_type = self.value_type

        value_field: str | Unset = UNSET
        if not isinstance(self.value_field, Unset):
            value_field = self.value_field

        accounting_type: str | Unset = UNSET
        if not isinstance(self.accounting_type, Unset):
            accounting_type = self.accounting_type

        renewal_days: list[int] | Unset = UNSET
        if not isinstance(self.renewal_days, Unset):
            renewal_days = self.renewal_days

        prediction_months: int | Unset = UNSET
        if not isinstance(self.prediction_months, Unset):
            prediction_months = self.prediction_months

        format_: str | Unset = UNSET
        if not isinstance(self.format_, Unset):
            format_ = self.format_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "filters": filters,
            }
        )
        if period_unit is not UNSET:
            field_dict["period_unit"] = period_unit
        if period_type is not UNSET:
            field_dict["period_type"] = period_type
        if value_type is not UNSET:
            field_dict["value_type"] = value_type
        if value_field is not UNSET:
            field_dict["value_field"] = value_field
        if accounting_type is not UNSET:
            field_dict["accounting_type"] = accounting_type
        if renewal_days is not UNSET:
            field_dict["renewal_days"] = renewal_days
        if prediction_months is not UNSET:
            field_dict["prediction_months"] = prediction_months
        if format_ is not UNSET:
            field_dict["format"] = format_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metrics_filters import MetricsFilters  # noqa: PLC0415

        d = dict(src_dict)
        filters = MetricsFilters.from_dict(d.pop("filters"))

        _period_unit = d.pop("period_unit", UNSET)
        period_unit: CohortDataRequestPeriodUnit | Unset
        if isinstance(_period_unit, Unset):
            period_unit = UNSET
        else:
            period_unit = check_cohort_data_request_period_unit(_period_unit)

        _period_type = d.pop("period_type", UNSET)
        period_type: CohortDataRequestPeriodType | Unset
        if isinstance(_period_type, Unset):
            period_type = UNSET
        else:
            period_type = check_cohort_data_request_period_type(_period_type)

        _value_type = d.pop("value_type", UNSET)
        value_type: CohortDataRequestValueType | Unset
        if isinstance(_value_type, Unset):
            value_type = UNSET
        else:
            value_type = check_cohort_data_request_value_type(_value_type)

        _value_field = d.pop("value_field", UNSET)
        value_field: CohortDataRequestValueField | Unset
        if isinstance(_value_field, Unset):
            value_field = UNSET
        else:
            value_field = check_cohort_data_request_value_field(_value_field)

        _accounting_type = d.pop("accounting_type", UNSET)
        accounting_type: CohortDataRequestAccountingType | Unset
        if isinstance(_accounting_type, Unset):
            accounting_type = UNSET
        else:
            accounting_type = check_cohort_data_request_accounting_type(_accounting_type)

        renewal_days = cast(list[int], d.pop("renewal_days", UNSET))

        _prediction_months = d.pop("prediction_months", UNSET)
        prediction_months: CohortDataRequestPredictionMonths | Unset
        if isinstance(_prediction_months, Unset):
            prediction_months = UNSET
        else:
            prediction_months = check_cohort_data_request_prediction_months(_prediction_months)

        _format_ = d.pop("format", UNSET)
        format_: CohortDataRequestFormat | Unset
        if isinstance(_format_, Unset):
            format_ = UNSET
        else:
            format_ = check_cohort_data_request_format(_format_)

        cohort_data_request = cls(
            filters=filters,
            period_unit=period_unit,
            period_type=period_type,
            value_type=value_type,
            value_field=value_field,
            accounting_type=accounting_type,
            renewal_days=renewal_days,
            prediction_months=prediction_months,
            format_=format_,
        )

        cohort_data_request.additional_properties = d
        return cohort_data_request

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
