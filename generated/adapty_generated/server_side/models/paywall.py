# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.paywall_product import PaywallProduct
    from ..models.paywall_screenshot import PaywallScreenshot
    from ..models.remote_config import RemoteConfig


T = TypeVar("T", bound="Paywall")


@_attrs_define
class Paywall:
    """A paywall with its remote configs."""

    title: None | str | Unset = UNSET
    """ The paywall's title. """
    paywall_id: None | Unset | UUID = UNSET
    """ The paywall's id. """
    use_paywall_builder: bool | None | Unset = UNSET
    """ Whether it was created with the paywall builder. """
    use_paywall_builder_legacy: bool | None | Unset = UNSET
    """ Whether it was created with the previous builder. """
    updated_at: datetime.datetime | None | Unset = UNSET
    """ When it was last changed. """
    created_at: datetime.datetime | None | Unset = UNSET
    """ When it was created. """
    state: None | str | Unset = UNSET
    """ Known: draft, live, inactive, archived. """
    is_deleted: bool | None | Unset = UNSET
    """ Whether it is deleted. """
    web_purchase_url: None | str | Unset = UNSET
    """ Where it is bought on the web. """
    products: list[PaywallProduct] | None | Unset = UNSET
    """ What it offers. """
    remote_configs: list[RemoteConfig] | None | Unset = UNSET
    """ One remote config for each locale. """
    main_screenshot: None | PaywallScreenshot | Unset = UNSET
    """ What it looks like. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.paywall_screenshot import PaywallScreenshot  # noqa: PLC0415

        title: None | str | Unset
        if isinstance(self.title, Unset):
            title = UNSET
        else:
            title = self.title

        paywall_id: None | str | Unset
        if isinstance(self.paywall_id, Unset):
            paywall_id = UNSET
        elif isinstance(self.paywall_id, UUID):
            paywall_id = str(self.paywall_id)
        else:
            paywall_id = self.paywall_id

        use_paywall_builder: bool | None | Unset
        if isinstance(self.use_paywall_builder, Unset):
            use_paywall_builder = UNSET
        else:
            use_paywall_builder = self.use_paywall_builder

        use_paywall_builder_legacy: bool | None | Unset
        if isinstance(self.use_paywall_builder_legacy, Unset):
            use_paywall_builder_legacy = UNSET
        else:
            use_paywall_builder_legacy = self.use_paywall_builder_legacy

        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        elif isinstance(self.updated_at, datetime.datetime):
            updated_at = self.updated_at.isoformat()
        else:
            updated_at = self.updated_at

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        elif isinstance(self.created_at, datetime.datetime):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

        state: None | str | Unset
        if isinstance(self.state, Unset):
            state = UNSET
        else:
            state = self.state

        is_deleted: bool | None | Unset
        if isinstance(self.is_deleted, Unset):
            is_deleted = UNSET
        else:
            is_deleted = self.is_deleted

        web_purchase_url: None | str | Unset
        if isinstance(self.web_purchase_url, Unset):
            web_purchase_url = UNSET
        else:
            web_purchase_url = self.web_purchase_url

        products: list[dict[str, Any]] | None | Unset
        if isinstance(self.products, Unset):
            products = UNSET
        elif isinstance(self.products, list):
            products = []
            for products_type_0_item_data in self.products:
                products_type_0_item = products_type_0_item_data.to_dict()
                products.append(products_type_0_item)

        else:
            products = self.products

        remote_configs: list[dict[str, Any]] | None | Unset
        if isinstance(self.remote_configs, Unset):
            remote_configs = UNSET
        elif isinstance(self.remote_configs, list):
            remote_configs = []
            for remote_configs_type_0_item_data in self.remote_configs:
                remote_configs_type_0_item = remote_configs_type_0_item_data.to_dict()
                remote_configs.append(remote_configs_type_0_item)

        else:
            remote_configs = self.remote_configs

        main_screenshot: dict[str, Any] | None | Unset
        if isinstance(self.main_screenshot, Unset):
            main_screenshot = UNSET
        elif isinstance(self.main_screenshot, PaywallScreenshot):
            main_screenshot = self.main_screenshot.to_dict()
        else:
            main_screenshot = self.main_screenshot

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if title is not UNSET:
            field_dict["title"] = title
        if paywall_id is not UNSET:
            field_dict["paywall_id"] = paywall_id
        if use_paywall_builder is not UNSET:
            field_dict["use_paywall_builder"] = use_paywall_builder
        if use_paywall_builder_legacy is not UNSET:
            field_dict["use_paywall_builder_legacy"] = use_paywall_builder_legacy
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if state is not UNSET:
            field_dict["state"] = state
        if is_deleted is not UNSET:
            field_dict["is_deleted"] = is_deleted
        if web_purchase_url is not UNSET:
            field_dict["web_purchase_url"] = web_purchase_url
        if products is not UNSET:
            field_dict["products"] = products
        if remote_configs is not UNSET:
            field_dict["remote_configs"] = remote_configs
        if main_screenshot is not UNSET:
            field_dict["main_screenshot"] = main_screenshot

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.paywall_product import PaywallProduct  # noqa: PLC0415
        from ..models.paywall_screenshot import PaywallScreenshot  # noqa: PLC0415
        from ..models.remote_config import RemoteConfig  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_title(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        title = _parse_title(d.pop("title", UNSET))

        def _parse_paywall_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                paywall_id_type_0 = UUID(data)

                return paywall_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        paywall_id = _parse_paywall_id(d.pop("paywall_id", UNSET))

        def _parse_use_paywall_builder(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        use_paywall_builder = _parse_use_paywall_builder(d.pop("use_paywall_builder", UNSET))

        def _parse_use_paywall_builder_legacy(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        use_paywall_builder_legacy = _parse_use_paywall_builder_legacy(d.pop("use_paywall_builder_legacy", UNSET))

        def _parse_updated_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                updated_at_type_0 = datetime.datetime.fromisoformat(data)

                return updated_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        updated_at = _parse_updated_at(d.pop("updated_at", UNSET))

        def _parse_created_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_at_type_0 = datetime.datetime.fromisoformat(data)

                return created_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        created_at = _parse_created_at(d.pop("created_at", UNSET))

        def _parse_state(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        state = _parse_state(d.pop("state", UNSET))

        def _parse_is_deleted(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        is_deleted = _parse_is_deleted(d.pop("is_deleted", UNSET))

        def _parse_web_purchase_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        web_purchase_url = _parse_web_purchase_url(d.pop("web_purchase_url", UNSET))

        def _parse_products(data: object) -> list[PaywallProduct] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                products_type_0 = []
                _products_type_0 = data
                for products_type_0_item_data in _products_type_0:
                    products_type_0_item = PaywallProduct.from_dict(products_type_0_item_data)

                    products_type_0.append(products_type_0_item)

                return products_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[PaywallProduct] | None | Unset, data)

        products = _parse_products(d.pop("products", UNSET))

        def _parse_remote_configs(data: object) -> list[RemoteConfig] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                remote_configs_type_0 = []
                _remote_configs_type_0 = data
                for remote_configs_type_0_item_data in _remote_configs_type_0:
                    remote_configs_type_0_item = RemoteConfig.from_dict(remote_configs_type_0_item_data)

                    remote_configs_type_0.append(remote_configs_type_0_item)

                return remote_configs_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[RemoteConfig] | None | Unset, data)

        remote_configs = _parse_remote_configs(d.pop("remote_configs", UNSET))

        def _parse_main_screenshot(data: object) -> None | PaywallScreenshot | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                main_screenshot_type_0 = PaywallScreenshot.from_dict(data)

                return main_screenshot_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PaywallScreenshot | Unset, data)

        main_screenshot = _parse_main_screenshot(d.pop("main_screenshot", UNSET))

        paywall = cls(
            title=title,
            paywall_id=paywall_id,
            use_paywall_builder=use_paywall_builder,
            use_paywall_builder_legacy=use_paywall_builder_legacy,
            updated_at=updated_at,
            created_at=created_at,
            state=state,
            is_deleted=is_deleted,
            web_purchase_url=web_purchase_url,
            products=products,
            remote_configs=remote_configs,
            main_screenshot=main_screenshot,
        )

        paywall.additional_properties = d
        return paywall

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
