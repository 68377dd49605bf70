"""The Export Analytics API: the charts of the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, Unpack, overload

from adapty._core.sentinel import NOT_GIVEN, NotGiven
from adapty._downloads import Download
from adapty._generated import build_analytics_call, ignore_body, low_level_analytics_client
from adapty.models._analytics_query import build_placement_query, build_query
from adapty.models._analytics_request import (
    AnalyticsDataRequest,
    CohortDataRequest,
    ConversionDataRequest,
    FunnelDataRequest,
    LTVDataRequest,
    RetentionDataRequest,
)
from adapty.models.analytics_charts import Chart, Conversion, join_rows
from adapty.models.analytics_cohorts import Cohorts
from adapty.models.analytics_funnels import Funnel, Retention
from adapty.models.analytics_ltv import LTV
from adapty.models.analytics_placements import Placements
from adapty.models.analytics_ranges import ChartPiece, ChartPlan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from os import PathLike
    from pathlib import Path

    from adapty._async.transport import AsyncTransport
    from adapty.models._analytics_query import AnalyticsQuery
    from adapty.models._request import RequestModel
    from adapty.models._response import ResponseModel
    from adapty.models.analytics_options import (
        ChartOptions,
        CohortOptions,
        ConversionOptions,
        FunnelOptions,
        LTVOptions,
        RetentionOptions,
    )
    from adapty.models.analytics_ranges import ChartProgress
    from adapty.models.analytics_values import ChartId, PlacementType
    from adapty_generated.export_analytics import AuthenticatedClient

__all__ = ["AsyncAnalytics"]

M = TypeVar("M", bound="ResponseModel")


class AsyncAnalytics:
    """The Export Analytics API: `client.analytics`.

    It has the key of the server-side API (`secret_key`) and a host of its own.

    The vendor allows 2 requests per second with one key. All clients of this process with the same key keep to it
    together, in all threads, tasks and event loops: a call waits until its request may be sent.

    With `format="csv"` and `output=PATH`, each method writes the vendor's CSV to a file and returns the path. The file
    is readable by its owner only, and is there only if it is complete. It may have any size; `timeout` is the time for
    one attempt (see `Adapty.with_options`).
    """

    def __init__(self, transport: AsyncTransport) -> None:
        """Bind to a client's transport."""
        self._transport = transport

    @overload
    async def chart(
        self, chart_id: ChartId, *, format: Literal["json"] = "json", **options: Unpack[ChartOptions]
    ) -> Chart: ...

    @overload
    async def chart(
        self, chart_id: ChartId, *, format: Literal["csv"], output: str | PathLike[str], **options: Unpack[ChartOptions]
    ) -> Path: ...

    async def chart(self, chart_id: ChartId, **options: Any) -> Chart | Path:
        """Retrieve a chart: operation `retrieveAnalyticsData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveAnalyticsData

        Events count on the day they happened, so ad managers match `cohorts`, which counts by install, and not a chart.

        Args:
            chart_id: One of `adapty.models.ChartId`.
            options: The range, filters, segmentation and periods: see `adapty.models.ChartOptions`. Also `format` and
                `output`, the path of the file for `format="csv"`.

        Returns:
            The chart, whose `rows()` has its values as flat dicts; the path of the file for `format="csv"`.

        Raises:
            AdaptyUsageError: Arguments are missing, unknown or invalid, or the API does not offer the combination. The
                message names all of them. Nothing was sent.
            AdaptyAPIError: The API rejected the request (`BadRequestError`, `AuthenticationError`) or failed.
            AdaptyConnectionError: No response arrived after all attempts. The call is safe to repeat.

        Example:
            >>> chart = await client.analytics.chart(
            ...     "installs", date_from="2026-01-01", date_to="2026-06-30", timezone="Europe/Berlin"
            ... )
            >>> [row["value"] for row in chart.rows()]
            [0, 0, 0, 0, 0, 0]
        """
        options["chart_id"] = chart_id
        return await self._retrieve("retrieveAnalyticsData", AnalyticsDataRequest, Chart, options)

    def chart_pieces(
        self,
        chart_id: ChartId,
        *,
        periods_per_request: int | None = None,
        on_progress: Callable[[ChartProgress], object] | None = None,
        **options: Unpack[ChartOptions],
    ) -> AsyncIterator[ChartPiece]:
        """Iterate over the parts of a chart over a long range, one request per part, at the allowed rate.

        The range is split at the borders of its periods, so that no period is in two parts. Each part has totals and
        averages of its own; those of the whole range are not computed, because averages and active subscriptions do not
        add up. To resume, call the method again from the day after the last part.

        Args:
            chart_id: One of `adapty.models.ChartId`.
            periods_per_request: Number of periods (`period_unit`) in each part, from 1 to 10000. Default: about a year.
            on_progress: Called with a `ChartProgress` after each request.
            options: The range, filters, segmentation and periods: see `adapty.models.ChartOptions`. A range to compare
                with cannot be split.

        Returns:
            An iterator that sends a request when its part is needed. Iterating raises AdaptyAPIError and
            AdaptyConnectionError.

        Raises:
            AdaptyUsageError: An argument is invalid. Nothing was sent.

        Example:
            >>> async for piece in client.analytics.chart_pieces(
            ...     "installs", date_from="2024-02-15", date_to="2026-06-30"
            ... ):
            ...     print(piece.date_from, piece.date_to, len(piece.rows()))
            2024-02-15 2025-01-31 12
            2025-02-01 2026-01-31 12
            2026-02-01 2026-06-30 5
        """
        return self._iterate(ChartPlan({**options, "chart_id": chart_id}, periods_per_request), on_progress)

    async def _iterate(
        self, plan: ChartPlan, on_progress: Callable[[ChartProgress], object] | None
    ) -> AsyncIterator[ChartPiece]:
        for part, query in plan.requests():
            call = build_analytics_call("retrieveAnalyticsData", Chart.from_dict, query.body, query.headers)
            chart = await self._transport.execute(call)
            progress = plan.complete(part)
            if on_progress is not None:
                on_progress(progress)
            yield ChartPiece(date_from=part.date_from, date_to=part.date_to, chart=chart)

    async def chart_rows(
        self,
        chart_id: ChartId,
        *,
        periods_per_request: int | None = None,
        on_progress: Callable[[ChartProgress], object] | None = None,
        **options: Unpack[ChartOptions],
    ) -> list[dict[str, Any]]:
        """Return the rows of a chart over a long range, part by part in order: those of `chart_pieces`, joined.

        Args:
            chart_id: One of `adapty.models.ChartId`.
            periods_per_request: As for `chart_pieces`.
            on_progress: As for `chart_pieces`.
            options: As for `chart_pieces`.

        Raises:
            AdaptyError: As in `chart_pieces`. What has arrived until then is lost; to keep it, use `chart_pieces`.

        Example:
            >>> rows = await client.analytics.chart_rows(
            ...     "installs", date_from="2020-01-01", date_to="2026-06-30"
            ... )
            >>> len(rows)
            78
        """
        plan = ChartPlan({**options, "chart_id": chart_id}, periods_per_request)
        return join_rows([piece.chart async for piece in self._iterate(plan, on_progress)])

    @overload
    async def cohorts(self, *, format: Literal["json"] = "json", **options: Unpack[CohortOptions]) -> Cohorts: ...

    @overload
    async def cohorts(
        self, *, format: Literal["csv"], output: str | PathLike[str], **options: Unpack[CohortOptions]
    ) -> Path: ...

    async def cohorts(self, **options: Any) -> Cohorts | Path:
        """Retrieve users by the period of their install: operation `retrieveCohortData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveCohortData

        Args:
            options: The range, filters and periods: see `adapty.models.CohortOptions`.

        Raises:
            AdaptyError: As in `chart`.

        Example:
            >>> cohorts = await client.analytics.cohorts(
            ...     date_from="2026-01-01", date_to="2026-06-30", period_type="days", renewal_days=[0, 7, 28]
            ... )
        """
        return await self._retrieve("retrieveCohortData", CohortDataRequest, Cohorts, options)

    @overload
    async def conversion(
        self, *, format: Literal["json"] = "json", **options: Unpack[ConversionOptions]
    ) -> Conversion: ...

    @overload
    async def conversion(
        self, *, format: Literal["csv"], output: str | PathLike[str], **options: Unpack[ConversionOptions]
    ) -> Path: ...

    async def conversion(self, **options: Any) -> Conversion | Path:
        """Retrieve how many users moved from one state to another: operation `retrieveConversionData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveConversionData

        Args:
            options: The states, range, filters, segmentation and periods: see `adapty.models.ConversionOptions`.

        Returns:
            The conversion: `value` is a percentage, `value_from` and `value_to` are numbers of users.

        Raises:
            AdaptyError: As in `chart`.

        Example:
            >>> conversion = await client.analytics.conversion(
            ...     from_period=1, to_period="6+", date_from="2026-01-01", date_to="2026-06-30"
            ... )
        """
        return await self._retrieve("retrieveConversionData", ConversionDataRequest, Conversion, options)

    @overload
    async def funnel(self, *, format: Literal["json"] = "json", **options: Unpack[FunnelOptions]) -> Funnel: ...

    @overload
    async def funnel(
        self, *, format: Literal["csv"], output: str | PathLike[str], **options: Unpack[FunnelOptions]
    ) -> Path: ...

    async def funnel(self, **options: Any) -> Funnel | Path:
        """Retrieve how many users reached each step, from the install to the renewals: operation `retrieveFunnelData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveFunnelData

        Args:
            options: The range, filters, segmentation and periods: see `adapty.models.FunnelOptions`.

        Raises:
            AdaptyError: As in `chart`.

        Example:
            >>> funnel = await client.analytics.funnel(date_from="2026-01-01", date_to="2026-06-30")
        """
        return await self._retrieve("retrieveFunnelData", FunnelDataRequest, Funnel, options)

    @overload
    async def ltv(self, *, format: Literal["json"] = "json", **options: Unpack[LTVOptions]) -> LTV: ...

    @overload
    async def ltv(
        self, *, format: Literal["csv"], output: str | PathLike[str], **options: Unpack[LTVOptions]
    ) -> Path: ...

    async def ltv(self, **options: Any) -> LTV | Path:
        """Retrieve the revenue per subscriber so far: operation `retrieveLTVData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveLTVData

        Args:
            options: The range, filters, segmentation and periods: see `adapty.models.LTVOptions`.

        Raises:
            AdaptyError: As in `chart`.

        Example:
            >>> ltv = await client.analytics.ltv(
            ...     date_from="2026-01-01", date_to="2026-06-30", period_type="renewals"
            ... )
        """
        return await self._retrieve("retrieveLTVData", LTVDataRequest, LTV, options)

    @overload
    async def retention(
        self, *, format: Literal["json"] = "json", **options: Unpack[RetentionOptions]
    ) -> Retention: ...

    @overload
    async def retention(
        self, *, format: Literal["csv"], output: str | PathLike[str], **options: Unpack[RetentionOptions]
    ) -> Path: ...

    async def retention(self, **options: Any) -> Retention | Path:
        """Retrieve how many subscribers stayed, per renewal: operation `retrieveRetentionData`.

        https://adapty.io/docs/api-export-analytics/operations/retrieveRetentionData

        Args:
            options: The range, filters, segmentation and periods: see `adapty.models.RetentionOptions`.

        Raises:
            AdaptyError: As in `chart`.

        Example:
            >>> retention = await client.analytics.retention(
            ...     date_from="2026-01-01", date_to="2026-06-30", segmentation="country", use_trial=True
            ... )
        """
        return await self._retrieve("retrieveRetentionData", RetentionDataRequest, Retention, options)

    @overload
    async def placements(
        self,
        placement_type: PlacementType,
        *,
        format: Literal["json"] = "json",
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Placements: ...

    @overload
    async def placements(
        self,
        placement_type: PlacementType,
        *,
        format: Literal["csv"],
        output: str | PathLike[str],
        extra_fields: Mapping[str, Any] | NotGiven = NOT_GIVEN,
    ) -> Path: ...

    async def placements(self, placement_type: PlacementType, **options: Any) -> Placements | Path:
        """Retrieve what each placement shows to which audience: operation `retrievePlacementInfo`.

        https://adapty.io/docs/api-export-analytics/operations/retrievePlacementInfo

        Args:
            placement_type: What the placements show: `paywall` or `onboarding`.
            options: `format`, `output`, and `extra_fields`: fields of the API that this release does not know.

        Raises:
            AdaptyError: As in `chart`.

        Example:
            >>> placements = await client.analytics.placements("paywall")
        """
        query = build_placement_query({"placement_type": placement_type, **options})
        return await self._execute("retrievePlacementInfo", Placements, query)

    async def _retrieve(
        self, name: str, request: type[RequestModel], result: type[M], options: Mapping[str, Any]
    ) -> M | Path:
        return await self._execute(name, result, build_query(request, options))

    async def _execute(self, name: str, result: type[M], query: AnalyticsQuery) -> M | Path:
        """Return the result, or the path of the file that the vendor's CSV was written to."""
        if query.output is None:
            call = build_analytics_call(name, result.from_dict, query.body, query.headers)
            return await self._transport.execute(call)
        with Download(query.output) as download:
            csv_call = build_analytics_call(name, ignore_body, query.body, query.headers, is_csv=True)
            await self._transport.execute(csv_call, download)
            return download.commit()

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
            >>> response = await retrieve_placement_info.asyncio_detailed(
            ...     client=client.analytics.low_level(), body=body
            ... )
        """
        return low_level_analytics_client(self._transport.config, self._transport.shared_transport())
