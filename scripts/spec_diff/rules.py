"""The table of changes: what each means for callers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ADDITIVE", "BREAKING", "RULES", "Rule", "Side", "Weight", "find_rule"]

Weight = Literal["breaking", "additive"]
Side = Literal["request", "response"]
"""Whether callers send a part or receive it."""

BREAKING: Weight = "breaking"
ADDITIVE: Weight = "additive"


@attrs.frozen
class Rule:
    """The name of a change, and its weight in requests and in responses."""

    words: str
    request: Weight
    response: Weight


RULES: Mapping[str, Rule] = {
    # Whole operations.
    "operation-removed": Rule("operation removed", BREAKING, BREAKING),
    "operation-renamed": Rule("operation renamed", BREAKING, BREAKING),
    "operation-moved": Rule("operation moved", BREAKING, BREAKING),
    "operation-added": Rule("operation added", ADDITIVE, ADDITIVE),
    "operation-deprecated": Rule("operation deprecated", ADDITIVE, ADDITIVE),
    "operation-undeprecated": Rule("operation no longer deprecated", ADDITIVE, ADDITIVE),
    "webhook-removed": Rule("webhook removed", BREAKING, BREAKING),
    "webhook-renamed": Rule("webhook renamed", BREAKING, BREAKING),
    "webhook-added": Rule("webhook added", ADDITIVE, ADDITIVE),
    "webhook-deprecated": Rule("webhook deprecated", ADDITIVE, ADDITIVE),
    "webhook-undeprecated": Rule("webhook no longer deprecated", ADDITIVE, ADDITIVE),
    "auth-added": Rule("authentication now required", BREAKING, BREAKING),
    "auth-changed": Rule("authentication changed", BREAKING, BREAKING),
    "auth-loosened": Rule("authentication loosened", ADDITIVE, ADDITIVE),
    "auth-dropped": Rule("authentication no longer required", ADDITIVE, ADDITIVE),
    "server-removed": Rule("server removed", BREAKING, BREAKING),
    "server-changed": Rule("server changed", BREAKING, BREAKING),
    "server-added": Rule("server added", ADDITIVE, ADDITIVE),
    # Parameters of requests and headers of responses.
    "parameter-removed": Rule("parameter removed", BREAKING, BREAKING),
    "parameter-renamed": Rule("path parameter renamed", BREAKING, BREAKING),
    "parameter-added": Rule("optional parameter added", ADDITIVE, ADDITIVE),
    "required-parameter-added": Rule("required parameter added", BREAKING, ADDITIVE),
    "parameter-now-required": Rule("parameter now required", BREAKING, ADDITIVE),
    "parameter-now-optional": Rule("parameter no longer required", ADDITIVE, BREAKING),
    "parameter-style-changed": Rule("parameter style changed", BREAKING, BREAKING),
    "parameter-deprecated": Rule("parameter deprecated", ADDITIVE, ADDITIVE),
    "parameter-undeprecated": Rule("parameter no longer deprecated", ADDITIVE, ADDITIVE),
    "header-removed": Rule("header removed", BREAKING, BREAKING),
    "header-added": Rule("header added", ADDITIVE, ADDITIVE),
    "required-header-added": Rule("required header added", BREAKING, ADDITIVE),
    "header-now-required": Rule("header now required", BREAKING, ADDITIVE),
    "header-now-optional": Rule("header no longer required", ADDITIVE, BREAKING),
    "header-style-changed": Rule("header style changed", BREAKING, BREAKING),
    "header-deprecated": Rule("header deprecated", ADDITIVE, ADDITIVE),
    "header-undeprecated": Rule("header no longer deprecated", ADDITIVE, ADDITIVE),
    # Bodies.
    "body-removed": Rule("body removed", BREAKING, BREAKING),
    "body-added": Rule("body added", ADDITIVE, ADDITIVE),
    "required-body-added": Rule("required body added", BREAKING, ADDITIVE),
    "body-now-required": Rule("body now required", BREAKING, ADDITIVE),
    "body-now-optional": Rule("body no longer required", ADDITIVE, BREAKING),
    "media-type-removed": Rule("media type removed", BREAKING, BREAKING),
    "media-type-added": Rule("media type added", ADDITIVE, ADDITIVE),
    "encoding-changed": Rule("encoding of the body changed", BREAKING, BREAKING),
    # The facade treats an undocumented success as an error. To a webhook, we send the response.
    "success-status-added": Rule("success status added", ADDITIVE, BREAKING),
    "success-status-removed": Rule("success status removed", BREAKING, BREAKING),
    "status-added": Rule("status added", ADDITIVE, ADDITIVE),
    "status-removed": Rule("status removed", BREAKING, ADDITIVE),
    # Fields of bodies, at any depth.
    "field-removed": Rule("field removed", BREAKING, BREAKING),
    "field-added": Rule("optional field added", ADDITIVE, ADDITIVE),
    "required-field-added": Rule("required field added", BREAKING, ADDITIVE),
    "field-now-required": Rule("field now required", BREAKING, ADDITIVE),
    "field-now-optional": Rule("field no longer required", ADDITIVE, BREAKING),
    "field-deprecated": Rule("field deprecated", ADDITIVE, ADDITIVE),
    "field-undeprecated": Rule("field no longer deprecated", ADDITIVE, ADDITIVE),
    "needs-tightened": Rule("required field groups tightened", BREAKING, ADDITIVE),
    "needs-loosened": Rule("required field groups loosened", ADDITIVE, BREAKING),
    "needs-changed": Rule("required field groups changed", BREAKING, BREAKING),
    "extra-fields-refused": Rule("additional fields now refused", BREAKING, ADDITIVE),
    "extra-fields-allowed": Rule("additional fields now allowed", ADDITIVE, ADDITIVE),
    # Values.
    "type-changed": Rule("type changed", BREAKING, BREAKING),
    "type-narrowed": Rule("type narrowed", BREAKING, ADDITIVE),
    # A reader does not expect a new type.
    "type-widened": Rule("type widened", ADDITIVE, BREAKING),
    "alternative-removed": Rule("alternative removed", BREAKING, ADDITIVE),
    "alternative-added": Rule("alternative added", ADDITIVE, BREAKING),
    "null-added": Rule("null allowed", ADDITIVE, BREAKING),
    "null-removed": Rule("null no longer allowed", BREAKING, ADDITIVE),
    # A reader parses a value by its format, so a narrower one breaks it too.
    "format-changed": Rule("format changed", BREAKING, BREAKING),
    "format-narrowed": Rule("format narrowed", BREAKING, BREAKING),
    "format-widened": Rule("format widened", ADDITIVE, BREAKING),
    # Readers accept unknown values of enums.
    "enum-value-added": Rule("enum value added", ADDITIVE, ADDITIVE),
    "enum-value-removed": Rule("enum value removed", BREAKING, ADDITIVE),
    "enum-introduced": Rule("enum introduced", BREAKING, ADDITIVE),
    "enum-dropped": Rule("enum dropped", ADDITIVE, ADDITIVE),
    "limit-tightened": Rule("limit tightened", BREAKING, ADDITIVE),
    "limit-loosened": Rule("limit loosened", ADDITIVE, BREAKING),
    "limit-changed": Rule("limit changed", BREAKING, BREAKING),
    "rule-added": Rule("rule added", BREAKING, ADDITIVE),
    "rule-removed": Rule("rule removed", ADDITIVE, BREAKING),
    "rule-changed": Rule("rule changed", BREAKING, BREAKING),
    "default-added": Rule("default added", ADDITIVE, ADDITIVE),
    "default-changed": Rule("default changed", BREAKING, ADDITIVE),
    "default-removed": Rule("default removed", BREAKING, ADDITIVE),
    "discriminator-changed": Rule("discriminator changed", BREAKING, BREAKING),
}
"""The rules by change."""

_WHOLE = ("operation-", "webhook-", "auth-", "server-")


def find_rule(side: Side, what: str) -> tuple[str, str, Weight]:
    """Return the kind, the words and the weight of a change on one side."""
    rule = RULES[what]
    weight = rule.request if side == "request" else rule.response
    if what.startswith(_WHOLE):
        return what, rule.words, weight
    return f"{side}-{what}", f"{side}: {rule.words}", weight
