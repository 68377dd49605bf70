# Generated from openapi/server_side.yaml by `make generate`; do not edit.

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RevokeAccessRequest")


@_attrs_define
class RevokeAccessRequest:
    access_level_id: str
    """ The level's id. """
    revoke_at: datetime.datetime | None | Unset = UNSET
    """ When to end it: in the future, and not after the level's own end. Null or none for immediately.
     """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        access_level_id = self.access_level_id

        revoke_at: None | str | Unset
        if isinstance(self.revoke_at, Unset):
            revoke_at = UNSET
        elif isinstance(self.revoke_at, datetime.datetime):
            revoke_at = self.revoke_at.isoformat()
        else:
            revoke_at = self.revoke_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "access_level_id": access_level_id,
            }
        )
        if revoke_at is not UNSET:
            field_dict["revoke_at"] = revoke_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        access_level_id = d.pop("access_level_id")

        def _parse_revoke_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                revoke_at_type_0 = datetime.datetime.fromisoformat(data)

                return revoke_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        revoke_at = _parse_revoke_at(d.pop("revoke_at", UNSET))

        revoke_access_request = cls(
            access_level_id=access_level_id,
            revoke_at=revoke_at,
        )

        revoke_access_request.additional_properties = d
        return revoke_access_request

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
