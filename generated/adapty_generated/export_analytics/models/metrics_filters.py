# Generated from openapi/export_analytics.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="MetricsFilters")


@_attrs_define
class MetricsFilters:
    date: list[str]
    """ The range as first and last day, or one day (`2026-01-31`). """
    compare_date: list[str] | Unset = UNSET
    """ An earlier range to compare with. """
    store: list[str] | Unset = UNSET
    """ `app_store`, `play_store`, `stripe` or the Store ID of a custom store. """
    country: list[str] | Unset = UNSET
    """ Two-letter codes of the country of the purchase. """
    store_product_id: list[str] | Unset = UNSET
    """ The store's IDs of products. """
    duration: list[str] | Unset = UNSET
    """ Weekly, Monthly, 2 months, 3 months, 6 months, Annual, Lifetime or Uncategorized. """
    attribution_source: list[str] | Unset = UNSET
    """ adjust, airbridge, apple_search_ads, appsflyer, branch or custom. """
    attribution_status: list[str] | Unset = UNSET
    """ organic, non-organic or unknown. """
    attribution_channel: list[str] | Unset = UNSET
    """ Marketing channels. """
    attribution_campaign: list[str] | Unset = UNSET
    """ Marketing campaigns. """
    attribution_adgroup: list[str] | Unset = UNSET
    """ Ad groups. """
    attribution_adset: list[str] | Unset = UNSET
    """ Ad sets. """
    attribution_creative: list[str] | Unset = UNSET
    """ Creatives. """
    offer_category: list[str] | Unset = UNSET
    """ no_offer, introductory, promotional, offer_code, win_back or retention. """
    offer_type: list[str] | Unset = UNSET
    """ free_trial, pay_as_you_go or pay_up_front. """
    offer_id: list[str] | Unset = UNSET
    """ IDs of offers. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        date = self.date

        compare_date: list[str] | Unset = UNSET
        if not isinstance(self.compare_date, Unset):
            compare_date = self.compare_date

        store: list[str] | Unset = UNSET
        if not isinstance(self.store, Unset):
            store = self.store

        country: list[str] | Unset = UNSET
        if not isinstance(self.country, Unset):
            country = self.country

        store_product_id: list[str] | Unset = UNSET
        if not isinstance(self.store_product_id, Unset):
            store_product_id = self.store_product_id

        duration: list[str] | Unset = UNSET
        if not isinstance(self.duration, Unset):
            duration = self.duration

        attribution_source: list[str] | Unset = UNSET
        if not isinstance(self.attribution_source, Unset):
            attribution_source = self.attribution_source

        attribution_status: list[str] | Unset = UNSET
        if not isinstance(self.attribution_status, Unset):
            attribution_status = self.attribution_status

        attribution_channel: list[str] | Unset = UNSET
        if not isinstance(self.attribution_channel, Unset):
            attribution_channel = self.attribution_channel

        attribution_campaign: list[str] | Unset = UNSET
        if not isinstance(self.attribution_campaign, Unset):
            attribution_campaign = self.attribution_campaign

        attribution_adgroup: list[str] | Unset = UNSET
        if not isinstance(self.attribution_adgroup, Unset):
            attribution_adgroup = self.attribution_adgroup

        attribution_adset: list[str] | Unset = UNSET
        if not isinstance(self.attribution_adset, Unset):
            attribution_adset = self.attribution_adset

        attribution_creative: list[str] | Unset = UNSET
        if not isinstance(self.attribution_creative, Unset):
            attribution_creative = self.attribution_creative

        offer_category: list[str] | Unset = UNSET
        if not isinstance(self.offer_category, Unset):
            offer_category = self.offer_category

        offer_type: list[str] | Unset = UNSET
        if not isinstance(self.offer_type, Unset):
            offer_type = self.offer_type

        offer_id: list[str] | Unset = UNSET
        if not isinstance(self.offer_id, Unset):
            offer_id = self.offer_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "date": date,
            }
        )
        if compare_date is not UNSET:
            field_dict["compare_date"] = compare_date
        if store is not UNSET:
            field_dict["store"] = store
        if country is not UNSET:
            field_dict["country"] = country
        if store_product_id is not UNSET:
            field_dict["store_product_id"] = store_product_id
        if duration is not UNSET:
            field_dict["duration"] = duration
        if attribution_source is not UNSET:
            field_dict["attribution_source"] = attribution_source
        if attribution_status is not UNSET:
            field_dict["attribution_status"] = attribution_status
        if attribution_channel is not UNSET:
            field_dict["attribution_channel"] = attribution_channel
        if attribution_campaign is not UNSET:
            field_dict["attribution_campaign"] = attribution_campaign
        if attribution_adgroup is not UNSET:
            field_dict["attribution_adgroup"] = attribution_adgroup
        if attribution_adset is not UNSET:
            field_dict["attribution_adset"] = attribution_adset
        if attribution_creative is not UNSET:
            field_dict["attribution_creative"] = attribution_creative
        if offer_category is not UNSET:
            field_dict["offer_category"] = offer_category
        if offer_type is not UNSET:
            field_dict["offer_type"] = offer_type
        if offer_id is not UNSET:
            field_dict["offer_id"] = offer_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        date = cast(list[str], d.pop("date"))

        compare_date = cast(list[str], d.pop("compare_date", UNSET))

        store = cast(list[str], d.pop("store", UNSET))

        country = cast(list[str], d.pop("country", UNSET))

        store_product_id = cast(list[str], d.pop("store_product_id", UNSET))

        duration = cast(list[str], d.pop("duration", UNSET))

        attribution_source = cast(list[str], d.pop("attribution_source", UNSET))

        attribution_status = cast(list[str], d.pop("attribution_status", UNSET))

        attribution_channel = cast(list[str], d.pop("attribution_channel", UNSET))

        attribution_campaign = cast(list[str], d.pop("attribution_campaign", UNSET))

        attribution_adgroup = cast(list[str], d.pop("attribution_adgroup", UNSET))

        attribution_adset = cast(list[str], d.pop("attribution_adset", UNSET))

        attribution_creative = cast(list[str], d.pop("attribution_creative", UNSET))

        offer_category = cast(list[str], d.pop("offer_category", UNSET))

        offer_type = cast(list[str], d.pop("offer_type", UNSET))

        offer_id = cast(list[str], d.pop("offer_id", UNSET))

        metrics_filters = cls(
            date=date,
            compare_date=compare_date,
            store=store,
            country=country,
            store_product_id=store_product_id,
            duration=duration,
            attribution_source=attribution_source,
            attribution_status=attribution_status,
            attribution_channel=attribution_channel,
            attribution_campaign=attribution_campaign,
            attribution_adgroup=attribution_adgroup,
            attribution_adset=attribution_adset,
            attribution_creative=attribution_creative,
            offer_category=offer_category,
            offer_type=offer_type,
            offer_id=offer_id,
        )

        metrics_filters.additional_properties = d
        return metrics_filters

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
