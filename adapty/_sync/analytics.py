# Generated from adapty/_async/analytics.py by `make unasync`; do not edit.

"""The Export Analytics API: the charts of the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._generated import build_analytics_call, low_level_analytics_client
from adapty.models.analytics import Chart, Conversion
from adapty.models.analytics_cohorts import Cohorts
from adapty.models.analytics_query import build_placement_query, build_query
from adapty.models.analytics_request import (
    AnalyticsDataRequest,
    CohortDataRequest,
    ConversionDataRequest,
    FunnelDataRequest,
    LTVDataRequest,
    RetentionDataRequest,
)
from adapty.models.analytics_users import LTV, Funnel, Placements, Retention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapty._sync.transport import Transport
    from adapty.models.analytics_options import (
        ChartOptions,
        CohortOptions,
        ConversionOptions,
        FunnelOptions,
        LTVOptions,
        RetentionOptions,
    )
    from adapty.models.analytics_values import ChartId, PlacementType
    from adapty_generated.export_analytics import AuthenticatedClient

__all__ = ["Analytics"]


class Analytics:
    """The Export Analytics API: `client.analytics`.

    It has the key of the server-side API (`secret_key`) and a host of its own.
    """

    def __init__(self, transport: Transport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    def chart(self, chart_id: ChartId, **options: Unpack[ChartOptions]) -> Chart:
        """Retrieve a chart: operation `retrieveAnalyticsData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveAnalyticsData

        Events count on the day they happened, so ad managers match `cohorts`, which counts by install, and not a chart.

        Args:
            chart_id: One of `adapty.models.ChartId`.
            options: The range, filters, segmentation and periods: see `adapty.models.ChartOptions`.

        Returns:
            The chart. `rows()` has its values as flat dicts.

        Raises:
            AdaptyUsageError: Arguments are missing, unknown or invalid, or the API does not offer the combination. The
                message names all of them. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> chart = client.analytics.chart(
            ...     "revenue", date_from="2026-01-01", date_to="2026-06-30", segmentation="country", store="app_store"
            ... )  # doctest: +SKIP
            >>> chart.rows()[0]["segment"]  # doctest: +SKIP
            'United States'
        """
        body, headers = build_query(AnalyticsDataRequest, {"chart_id": chart_id, **options})
        return self._transport.execute(build_analytics_call("retrieveAnalyticsData", Chart.from_dict, body, headers))

    def cohorts(self, **options: Unpack[CohortOptions]) -> Cohorts:
        """Retrieve users by the period of their install: operation `retrieveCohortData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveCohortData

        Args:
            options: The range, filters and periods: see `adapty.models.CohortOptions`.

        Raises:
            AdaptyUsageError: Arguments are missing, unknown or invalid, or the API does not offer the combination. The
                message names all of them. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> cohorts = client.analytics.cohorts(
            ...     date_from="2026-01-01", date_to="2026-06-30", period_type="days", renewal_days=[0, 7, 28]
            ... )  # doctest: +SKIP
        """
        body, headers = build_query(CohortDataRequest, options)
        return self._transport.execute(build_analytics_call("retrieveCohortData", Cohorts.from_dict, body, headers))

    def conversion(self, **options: Unpack[ConversionOptions]) -> Conversion:
        """Retrieve how many users moved from one state to another: operation `retrieveConversionData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveConversionData

        Args:
            options: The states, range, filters, segmentation and periods: see `adapty.models.ConversionOptions`.

        Returns:
            The conversion: `value` is a percentage, `value_from` and `value_to` are numbers of users.

        Raises:
            AdaptyUsageError: Arguments are missing, unknown or invalid, or the API does not offer the combination. The
                message names all of them. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> conversion = client.analytics.conversion(
            ...     from_period=1, to_period="6+", date_from="2026-01-01", date_to="2026-06-30"
            ... )  # doctest: +SKIP
        """
        body, headers = build_query(ConversionDataRequest, options)
        return self._transport.execute(
            build_analytics_call("retrieveConversionData", Conversion.from_dict, body, headers)
        )

    def funnel(self, **options: Unpack[FunnelOptions]) -> Funnel:
        """Retrieve how many users reached each step, from the install to the renewals: operation `retrieveFunnelData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveFunnelData

        Args:
            options: The range, filters, segmentation and periods: see `adapty.models.FunnelOptions`.

        Raises:
            AdaptyUsageError: Arguments are missing, unknown or invalid, or the API does not offer the combination. The
                message names all of them. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> funnel = client.analytics.funnel(date_from="2026-01-01", date_to="2026-06-30")  # doctest: +SKIP
        """
        body, headers = build_query(FunnelDataRequest, options)
        return self._transport.execute(build_analytics_call("retrieveFunnelData", Funnel.from_dict, body, headers))

    def ltv(self, **options: Unpack[LTVOptions]) -> LTV:
        """Retrieve the revenue per subscriber so far: operation `retrieveLTVData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveLTVData

        Args:
            options: The range, filters, segmentation and periods: see `adapty.models.LTVOptions`.

        Raises:
            AdaptyUsageError: Arguments are missing, unknown or invalid, or the API does not offer the combination. The
                message names all of them. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> ltv = client.analytics.ltv(
            ...     date_from="2026-01-01", date_to="2026-06-30", period_type="renewals"
            ... )  # doctest: +SKIP
        """
        body, headers = build_query(LTVDataRequest, options)
        return self._transport.execute(build_analytics_call("retrieveLTVData", LTV.from_dict, body, headers))

    def retention(self, **options: Unpack[RetentionOptions]) -> Retention:
        """Retrieve how many subscribers stayed, per renewal: operation `retrieveRetentionData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveRetentionData

        Args:
            options: The range, filters, segmentation and periods: see `adapty.models.RetentionOptions`.

        Raises:
            AdaptyUsageError: Arguments are missing, unknown or invalid, or the API does not offer the combination. The
                message names all of them. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> retention = client.analytics.retention(
            ...     date_from="2026-01-01", date_to="2026-06-30", segmentation="country", use_trial=True
            ... )  # doctest: +SKIP
        """
        body, headers = build_query(RetentionDataRequest, options)
        return self._transport.execute(
            build_analytics_call("retrieveRetentionData", Retention.from_dict, body, headers)
        )

    def placements(
        self, placement_type: PlacementType, *, extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN
    ) -> Placements:
        """Retrieve what each placement shows to which audience: operation `retrievePlacementInfo`.

        https://adapty.io/docs/api-export-analytics/operations/retrievePlacementInfo

        Args:
            placement_type: What the placements show: `paywall` or `onboarding`.
            extra_fields: Fields of the API that this release does not know, sent unchanged.

        Raises:
            AdaptyUsageError: Arguments are missing, unknown or invalid, or the API does not offer the combination. The
                message names all of them. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> placements = client.analytics.placements("paywall")  # doctest: +SKIP
        """
        body = build_placement_query({"placement_type": placement_type, "extra_fields": extra_fields})
        return self._transport.execute(build_analytics_call("retrievePlacementInfo", Placements.from_dict, body))

    def low_level(self) -> AuthenticatedClient:
        """Return the generated client, with this client's key, connections and timeouts.

        Use it for requests that the facade does not cover. It does not retry, validate or limit its rate, and its
        errors are those of the generated code and httpx. Its connections are closed with this client.

        Raises:
            AdaptyConfigError: The client has no key for the Export Analytics API.

        Example:
            >>> from adapty_generated.export_analytics.api.default import retrieve_placement_info
            >>> from adapty_generated.export_analytics.models import PlacementInfoRequest
            >>> body = PlacementInfoRequest.from_dict({"filters": {"placement_type": "paywall"}})
            >>> response = retrieve_placement_info.sync_detailed(
            ...     client=client.analytics.low_level(), body=body
            ... )  # doctest: +SKIP
        """
        return low_level_analytics_client(self._transport.config, self._transport.shared_transport())
