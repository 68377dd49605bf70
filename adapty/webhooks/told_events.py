"""The Mail event that is made of what a webhook tells."""

from __future__ import annotations

from typing import Any

import attrs

from adapty._core import validation
from adapty.models import TransactionEvent
from adapty.models._request import validate_fields

__all__ = ["ToldEvent"]


_OWN = "store_transaction_id"


def _checked_like_the_rest(cls: type[Any], fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Have the one field of this class checked, as its parent's are already, and put it into its place there."""
    (own,) = validate_fields(cls, [each for each in fields if each.name == _OWN])
    given = {**{each.name: each for each in fields}, _OWN: own}
    return [given[each.name] for each in attrs.fields(TransactionEvent)]


@attrs.frozen(kw_only=True, field_transformer=_checked_like_the_rest)
class ToldEvent(TransactionEvent):
    """A `TransactionEvent` whose `store_transaction_id` may be longer than 50 characters.

    That limit is documented for what is sent to the server-side API. What comes from Adapty itself has a transaction
    id that Adapty has taken already, however long it is, and Mail documents no limit.

    Attributes:
        store_transaction_id: The store's id of this transaction; required.

    Raises:
        AdaptyUsageError: A field is missing or is what the API would refuse; `field_name` says which.
    """

    store_transaction_id: str = attrs.field(converter=validation.identifier)
