# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.virtual_currency_balance import VirtualCurrencyBalance


T = TypeVar("T", bound="VirtualCurrencyTransactionResponse")


@_attrs_define
class VirtualCurrencyTransactionResponse:
    transaction_id: None | Unset | UUID = UNSET
    """ The transaction's id. """
    balances: list[VirtualCurrencyBalance] | None | Unset = UNSET
    """ The balances after it. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        transaction_id: None | str | Unset
        if isinstance(self.transaction_id, Unset):
            transaction_id = UNSET
        elif isinstance(self.transaction_id, UUID):
            transaction_id = str(self.transaction_id)
        else:
            transaction_id = self.transaction_id

        balances: list[dict[str, Any]] | None | Unset
        if isinstance(self.balances, Unset):
            balances = UNSET
        elif isinstance(self.balances, list):
            balances = []
            for balances_type_0_item_data in self.balances:
                balances_type_0_item = balances_type_0_item_data.to_dict()
                balances.append(balances_type_0_item)

        else:
            balances = self.balances

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if transaction_id is not UNSET:
            field_dict["transaction_id"] = transaction_id
        if balances is not UNSET:
            field_dict["balances"] = balances

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.virtual_currency_balance import VirtualCurrencyBalance  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_transaction_id(data: object) -> None | Unset | UUID:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                transaction_id_type_0 = UUID(data)

                return transaction_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | UUID, data)

        transaction_id = _parse_transaction_id(d.pop("transaction_id", UNSET))

        def _parse_balances(data: object) -> list[VirtualCurrencyBalance] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                balances_type_0 = []
                _balances_type_0 = data
                for balances_type_0_item_data in _balances_type_0:
                    balances_type_0_item = VirtualCurrencyBalance.from_dict(balances_type_0_item_data)

                    balances_type_0.append(balances_type_0_item)

                return balances_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[VirtualCurrencyBalance] | None | Unset, data)

        balances = _parse_balances(d.pop("balances", UNSET))

        virtual_currency_transaction_response = cls(
            transaction_id=transaction_id,
            balances=balances,
        )

        virtual_currency_transaction_response.additional_properties = d
        return virtual_currency_transaction_response

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
