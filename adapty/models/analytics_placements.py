"""Placements of the Export Analytics API: schema `PlacementInfoResponse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from adapty.models._response import ResponseModel, list_of, parse_str, scalar

if TYPE_CHECKING:
    from adapty.models._analytics_points import Row

__all__ = ["Placement", "Placements"]


@attrs.frozen(kw_only=True)
class Placement(ResponseModel):
    """What a placement shows to an audience: an item of schema `PlacementInfoResponse`.

    Attributes:
        developer_id: The ID of the placement.
        placement_name: The name of the placement.
        audience_name: The name of the audience.
        segment_name: The ID of the audience.
        cross_placement_ab_test_name: The name of the A/B test across placements, or None.
        ab_test_name: The name of the A/B test, or None.
        paywall_name: The name of the paywall, for placements of paywalls.
        onboarding_name: The name of the onboarding, for placements of onboardings.
    """

    developer_id: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    placement_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    audience_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    segment_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    cross_placement_ab_test_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    ab_test_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    paywall_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))
    onboarding_name: str | None = attrs.field(default=None, metadata=scalar(parse_str))


@attrs.frozen(kw_only=True)
class Placements(ResponseModel):
    """The placements of the app: schema `PlacementInfoResponse`.

    Attributes:
        data: One item per placement, audience and variation.

    Example:
        >>> placements = Placements.from_dict({"data": [{"developer_id": "main", "paywall_name": "Spring"}]})
        >>> placements.rows()[0]["developer_id"], placements.rows()[0]["onboarding_name"]
        ('main', None)
    """

    COLUMNS: ClassVar[tuple[str, ...]] = tuple(
        field.name for field in attrs.fields(Placement) if field.name != "extra_fields"
    )
    """The keys of each row."""

    data: tuple[Placement, ...] = attrs.field(default=(), metadata=list_of(Placement.from_dict))

    def rows(self) -> list[Row]:
        """Return one flat dict per item, with the keys `COLUMNS`."""
        return [{name: getattr(item, name) for name in self.COLUMNS} for item in self.data]
