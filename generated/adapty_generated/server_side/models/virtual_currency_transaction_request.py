# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.virtual_currency_transaction_item import VirtualCurrencyTransactionItem
    from ..models.virtual_currency_transaction_request_metadata import (
        VirtualCurrencyTransactionRequestMetadata,
    )


T = TypeVar("T", bound="VirtualCurrencyTransactionRequest")


@_attrs_define
class VirtualCurrencyTransactionRequest:
    """Atomic. Each currency can occur once. Credits never expire."""

    items: list[VirtualCurrencyTransactionItem]
    metadata: None | Unset | VirtualCurrencyTransactionRequestMetadata = UNSET
    """ At most 5 keys of lower-case letters, digits and underscores (at most 30), with values of at most 200
    characters.
     """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.virtual_currency_transaction_request_metadata import (
            VirtualCurrencyTransactionRequestMetadata,  # noqa: PLC0415
        )

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, VirtualCurrencyTransactionRequestMetadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
            }
        )
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.virtual_currency_transaction_item import (
            VirtualCurrencyTransactionItem,  # noqa: PLC0415
        )
        from ..models.virtual_currency_transaction_request_metadata import (
            VirtualCurrencyTransactionRequestMetadata,  # noqa: PLC0415
        )

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = VirtualCurrencyTransactionItem.from_dict(items_item_data)

            items.append(items_item)

        def _parse_metadata(data: object) -> None | Unset | VirtualCurrencyTransactionRequestMetadata:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                metadata_type_0 = VirtualCurrencyTransactionRequestMetadata.from_dict(data)

                return metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | VirtualCurrencyTransactionRequestMetadata, data)

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        virtual_currency_transaction_request = cls(
            items=items,
            metadata=metadata,
        )

        virtual_currency_transaction_request.additional_properties = d
        return virtual_currency_transaction_request

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
