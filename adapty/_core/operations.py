"""Every operation that the facade calls, in one table to be reviewed as a whole.

An operation is here only if repeating it is safe, and `repeatable_because` says why: the retry rule relies on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OPERATIONS", "SCHEMES", "Api", "Operation"]

Api = Literal["mail", "server_side"]

SCHEMES: Mapping[Api, str] = {"mail": "Bearer", "server_side": "Api-Key"}
"""How each API wants its key introduced in the Authorization header."""


@frozen
class Operation:
    """One operation of a contract.

    Attributes:
        name: The contract's operationId.
        api: Which API has it, and so which address and key.
        ok: The documented success statuses.
        repeatable_because: Why a second try does no harm.
    """

    name: str
    api: Api
    ok: frozenset[int]
    repeatable_because: str


OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation("saveProfile", "mail", frozenset({200}), "an upsert by external_profile_id"),
        Operation("saveTransactionEvent", "mail", frozenset({200}), "event_id makes an event idempotent"),
    )
}
