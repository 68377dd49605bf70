# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

"""The data models of requests and responses; each module is loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analytics_data_request import AnalyticsDataRequest
    from .analytics_data_request_chart_id import AnalyticsDataRequestChartId
    from .analytics_data_request_date_type import AnalyticsDataRequestDateType
    from .analytics_data_request_format import AnalyticsDataRequestFormat
    from .analytics_data_request_period_unit import AnalyticsDataRequestPeriodUnit
    from .analytics_data_response import AnalyticsDataResponse
    from .analytics_data_response_data_type_0 import AnalyticsDataResponseDataType0
    from .cohort_data_request import CohortDataRequest
    from .cohort_data_request_accounting_type import CohortDataRequestAccountingType
    from .cohort_data_request_format import CohortDataRequestFormat
    from .cohort_data_request_period_type import CohortDataRequestPeriodType
    from .cohort_data_request_period_unit import CohortDataRequestPeriodUnit
    from .cohort_data_request_prediction_months import CohortDataRequestPredictionMonths
    from .cohort_data_request_value_field import CohortDataRequestValueField
    from .cohort_data_request_value_type import CohortDataRequestValueType
    from .cohort_data_response import CohortDataResponse
    from .cohort_segment import CohortSegment
    from .cohort_segment_predict import CohortSegmentPredict
    from .cohort_value import CohortValue
    from .conversion_data_request import ConversionDataRequest
    from .conversion_data_request_date_type import ConversionDataRequestDateType
    from .conversion_data_request_format import ConversionDataRequestFormat
    from .conversion_data_request_period_unit import ConversionDataRequestPeriodUnit
    from .conversion_data_response import ConversionDataResponse
    from .conversion_data_response_data_type_0_item import (
        ConversionDataResponseDataType0Item,
    )
    from .conversion_data_response_recommended_period_type_0 import (
        ConversionDataResponseRecommendedPeriodType0,
    )
    from .error_response import ErrorResponse
    from .error_response_errors_item import ErrorResponseErrorsItem
    from .funnel_data_request import FunnelDataRequest
    from .funnel_data_request_format import FunnelDataRequestFormat
    from .funnel_data_request_period_unit import FunnelDataRequestPeriodUnit
    from .funnel_data_request_show_value_as import FunnelDataRequestShowValueAs
    from .funnel_data_response import FunnelDataResponse
    from .funnel_segment import FunnelSegment
    from .funnel_value import FunnelValue
    from .funnel_value_churn_reasons_type_0_item import FunnelValueChurnReasonsType0Item
    from .funnel_value_following_changes_type_0 import FunnelValueFollowingChangesType0
    from .funnel_value_values_type_0_item import FunnelValueValuesType0Item
    from .ltv_data import LTVData
    from .ltv_data_request import LTVDataRequest
    from .ltv_data_request_format import LTVDataRequestFormat
    from .ltv_data_request_period_type import LTVDataRequestPeriodType
    from .ltv_data_request_period_unit import LTVDataRequestPeriodUnit
    from .ltv_data_response import LTVDataResponse
    from .ltv_data_values_type_0_item import LTVDataValuesType0Item
    from .ltv_metric import LTVMetric
    from .metric_data import MetricData
    from .metric_data_data_type_0_item import MetricDataDataType0Item
    from .metric_data_recommended_period import MetricDataRecommendedPeriod
    from .metrics_filters import MetricsFilters
    from .placement_info_request import PlacementInfoRequest
    from .placement_info_request_filters import PlacementInfoRequestFilters
    from .placement_info_request_filters_placement_type import (
        PlacementInfoRequestFiltersPlacementType,
    )
    from .placement_info_response import PlacementInfoResponse
    from .placement_info_response_data_item import PlacementInfoResponseDataItem
    from .retention_data_request import RetentionDataRequest
    from .retention_data_request_format import RetentionDataRequestFormat
    from .retention_data_request_period_unit import RetentionDataRequestPeriodUnit
    from .retention_data_response import RetentionDataResponse
    from .retention_data_response_data_type_0_item import (
        RetentionDataResponseDataType0Item,
    )
    from .unauthorized_error import UnauthorizedError
    from .unauthorized_error_errors_item import UnauthorizedErrorErrorsItem

__all__ = (
    "AnalyticsDataRequest",
    "AnalyticsDataRequestChartId",
    "AnalyticsDataRequestDateType",
    "AnalyticsDataRequestFormat",
    "AnalyticsDataRequestPeriodUnit",
    "AnalyticsDataResponse",
    "AnalyticsDataResponseDataType0",
    "CohortDataRequest",
    "CohortDataRequestAccountingType",
    "CohortDataRequestFormat",
    "CohortDataRequestPeriodType",
    "CohortDataRequestPeriodUnit",
    "CohortDataRequestPredictionMonths",
    "CohortDataRequestValueField",
    "CohortDataRequestValueType",
    "CohortDataResponse",
    "CohortSegment",
    "CohortSegmentPredict",
    "CohortValue",
    "ConversionDataRequest",
    "ConversionDataRequestDateType",
    "ConversionDataRequestFormat",
    "ConversionDataRequestPeriodUnit",
    "ConversionDataResponse",
    "ConversionDataResponseDataType0Item",
    "ConversionDataResponseRecommendedPeriodType0",
    "ErrorResponse",
    "ErrorResponseErrorsItem",
    "FunnelDataRequest",
    "FunnelDataRequestFormat",
    "FunnelDataRequestPeriodUnit",
    "FunnelDataRequestShowValueAs",
    "FunnelDataResponse",
    "FunnelSegment",
    "FunnelValue",
    "FunnelValueChurnReasonsType0Item",
    "FunnelValueFollowingChangesType0",
    "FunnelValueValuesType0Item",
    "LTVData",
    "LTVDataRequest",
    "LTVDataRequestFormat",
    "LTVDataRequestPeriodType",
    "LTVDataRequestPeriodUnit",
    "LTVDataResponse",
    "LTVDataValuesType0Item",
    "LTVMetric",
    "MetricData",
    "MetricDataDataType0Item",
    "MetricDataRecommendedPeriod",
    "MetricsFilters",
    "PlacementInfoRequest",
    "PlacementInfoRequestFilters",
    "PlacementInfoRequestFiltersPlacementType",
    "PlacementInfoResponse",
    "PlacementInfoResponseDataItem",
    "RetentionDataRequest",
    "RetentionDataRequestFormat",
    "RetentionDataRequestPeriodUnit",
    "RetentionDataResponse",
    "RetentionDataResponseDataType0Item",
    "UnauthorizedError",
    "UnauthorizedErrorErrorsItem",
)

_MODULES = {
    "AnalyticsDataRequest": ".analytics_data_request",
    "AnalyticsDataRequestChartId": ".analytics_data_request_chart_id",
    "AnalyticsDataRequestDateType": ".analytics_data_request_date_type",
    "AnalyticsDataRequestFormat": ".analytics_data_request_format",
    "AnalyticsDataRequestPeriodUnit": ".analytics_data_request_period_unit",
    "AnalyticsDataResponse": ".analytics_data_response",
    "AnalyticsDataResponseDataType0": ".analytics_data_response_data_type_0",
    "CohortDataRequest": ".cohort_data_request",
    "CohortDataRequestAccountingType": ".cohort_data_request_accounting_type",
    "CohortDataRequestFormat": ".cohort_data_request_format",
    "CohortDataRequestPeriodType": ".cohort_data_request_period_type",
    "CohortDataRequestPeriodUnit": ".cohort_data_request_period_unit",
    "CohortDataRequestPredictionMonths": ".cohort_data_request_prediction_months",
    "CohortDataRequestValueField": ".cohort_data_request_value_field",
    "CohortDataRequestValueType": ".cohort_data_request_value_type",
    "CohortDataResponse": ".cohort_data_response",
    "CohortSegment": ".cohort_segment",
    "CohortSegmentPredict": ".cohort_segment_predict",
    "CohortValue": ".cohort_value",
    "ConversionDataRequest": ".conversion_data_request",
    "ConversionDataRequestDateType": ".conversion_data_request_date_type",
    "ConversionDataRequestFormat": ".conversion_data_request_format",
    "ConversionDataRequestPeriodUnit": ".conversion_data_request_period_unit",
    "ConversionDataResponse": ".conversion_data_response",
    "ConversionDataResponseDataType0Item": ".conversion_data_response_data_type_0_item",
    "ConversionDataResponseRecommendedPeriodType0": ".conversion_data_response_recommended_period_type_0",
    "ErrorResponse": ".error_response",
    "ErrorResponseErrorsItem": ".error_response_errors_item",
    "FunnelDataRequest": ".funnel_data_request",
    "FunnelDataRequestFormat": ".funnel_data_request_format",
    "FunnelDataRequestPeriodUnit": ".funnel_data_request_period_unit",
    "FunnelDataRequestShowValueAs": ".funnel_data_request_show_value_as",
    "FunnelDataResponse": ".funnel_data_response",
    "FunnelSegment": ".funnel_segment",
    "FunnelValue": ".funnel_value",
    "FunnelValueChurnReasonsType0Item": ".funnel_value_churn_reasons_type_0_item",
    "FunnelValueFollowingChangesType0": ".funnel_value_following_changes_type_0",
    "FunnelValueValuesType0Item": ".funnel_value_values_type_0_item",
    "LTVData": ".ltv_data",
    "LTVDataRequest": ".ltv_data_request",
    "LTVDataRequestFormat": ".ltv_data_request_format",
    "LTVDataRequestPeriodType": ".ltv_data_request_period_type",
    "LTVDataRequestPeriodUnit": ".ltv_data_request_period_unit",
    "LTVDataResponse": ".ltv_data_response",
    "LTVDataValuesType0Item": ".ltv_data_values_type_0_item",
    "LTVMetric": ".ltv_metric",
    "MetricData": ".metric_data",
    "MetricDataDataType0Item": ".metric_data_data_type_0_item",
    "MetricDataRecommendedPeriod": ".metric_data_recommended_period",
    "MetricsFilters": ".metrics_filters",
    "PlacementInfoRequest": ".placement_info_request",
    "PlacementInfoRequestFilters": ".placement_info_request_filters",
    "PlacementInfoRequestFiltersPlacementType": ".placement_info_request_filters_placement_type",
    "PlacementInfoResponse": ".placement_info_response",
    "PlacementInfoResponseDataItem": ".placement_info_response_data_item",
    "RetentionDataRequest": ".retention_data_request",
    "RetentionDataRequestFormat": ".retention_data_request_format",
    "RetentionDataRequestPeriodUnit": ".retention_data_request_period_unit",
    "RetentionDataResponse": ".retention_data_response",
    "RetentionDataResponseDataType0Item": ".retention_data_response_data_type_0_item",
    "UnauthorizedError": ".unauthorized_error",
    "UnauthorizedErrorErrorsItem": ".unauthorized_error_errors_item",
}

# Hidden from type checkers, which would accept any name.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_MODULES[name], __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
