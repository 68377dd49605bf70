# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.remote_config import RemoteConfig


T = TypeVar("T", bound="PaywallUpdateRequest")


@_attrs_define
class PaywallUpdateRequest:
    remote_configs: list[RemoteConfig]
    """ All new remote configs of the paywall. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        remote_configs = []
        for remote_configs_item_data in self.remote_configs:
            remote_configs_item = remote_configs_item_data.to_dict()
            remote_configs.append(remote_configs_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "remote_configs": remote_configs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.remote_config import RemoteConfig  # noqa: PLC0415

        d = dict(src_dict)
        remote_configs = []
        _remote_configs = d.pop("remote_configs")
        for remote_configs_item_data in _remote_configs:
            remote_configs_item = RemoteConfig.from_dict(remote_configs_item_data)

            remote_configs.append(remote_configs_item)

        paywall_update_request = cls(
            remote_configs=remote_configs,
        )

        paywall_update_request.additional_properties = d
        return paywall_update_request

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
