"""Every operation that the facade calls, in one table to be reviewed as a whole.

An operation is here only if repeating it is safe, and `idempotent_because` says why: the retry rule relies on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AUTH_SCHEMES", "OPERATIONS", "Api", "Operation"]

Api = Literal["mail", "server_side"]

AUTH_SCHEMES: Mapping[Api, str] = {"mail": "Bearer", "server_side": "Api-Key"}
"""How each API wants its key introduced in the Authorization header."""


@frozen
class Operation:
    """One operation of a contract.

    Attributes:
        name: The contract's operationId.
        api: Which API has it, and so which address and key.
        ok: The documented success statuses.
        idempotent_because: Why a second try does no harm.
        answers: What the documented success carries: a JSON object, or nothing.
        not_found_is_success: Whether a 404 after a try that may have gone through means that it did.
    """

    name: str
    api: Api
    ok: frozenset[int]
    idempotent_because: str
    answers: Literal["object", "nothing"] = "object"
    not_found_is_success: bool = False


_OK = frozenset({200})
_NO_CONTENT = frozenset({204})
_READS = "it only reads"
_SETS = "it sets what is to be, so that the second time changes nothing"


def _server_side(name: str, idempotent_because: str) -> Operation:
    return Operation(name, "server_side", _OK, idempotent_because)


def _deletion(name: str) -> Operation:
    because = "what is gone stays gone; the 404 of a second try is taken for done"
    return Operation(name, "server_side", _NO_CONTENT, because, answers="nothing", not_found_is_success=True)


_ALL = (
    Operation("saveProfile", "mail", _OK, "an upsert by external_profile_id"),
    Operation("saveTransactionEvent", "mail", _OK, "event_id makes an event idempotent"),
    # By email alone a second try finds nobody, which the call says.
    Operation("deleteProfile", "mail", _NO_CONTENT, "what is erased stays erased", answers="nothing"),
    _server_side("getProfile", _READS),
    _server_side("createProfile", "the id in the header names the profile, of which there is one"),
    _server_side("updateProfile", _SETS),
    _deletion("deleteProfile"),
    _server_side("setTransaction", "the same store_transaction_id updates the same transaction"),
    _server_side("grantAccessLevel", _SETS),
    _server_side("revokeAccessLevel", "what is revoked stays revoked"),
    _server_side("getRefundSaverSettings", _READS),
    _server_side("setRefundSaverSettings", _SETS),
    _server_side("validateStripePurchase", "the token names the purchase, which is recorded once"),
    _server_side("validatePaddlePurchase", "the token names the purchase, which is recorded once"),
    _server_side("getIntegrationIdentifiers", _READS),
    Operation("setIntegrationIdentifiers", "server_side", _OK, _SETS, answers="nothing"),
    _server_side("listPaywalls", _READS),
    _server_side("getPaywall", _READS),
    _server_side("updatePaywall", _SETS),
    _server_side("createVirtualCurrencyTransaction", "its Idempotency-Key is the same for all tries"),
    _server_side("listVirtualCurrencyTransactions", _READS),
    _server_side("listVirtualCurrencyBalances", _READS),
    _server_side("getProfileV1", _READS),
    _server_side("createProfileV1", "the id in the header names the profile, of which there is one"),
    _server_side("updateProfileV1", _SETS),
    _deletion("deleteProfileV1"),
    _server_side("grantAccessLevelV1", _SETS),
)

OPERATIONS: Mapping[Api, Mapping[str, Operation]] = {
    api: {operation.name: operation for operation in _ALL if operation.api == api} for api in AUTH_SCHEMES
}
"""By API and name; two APIs may have an operation of the same name."""
