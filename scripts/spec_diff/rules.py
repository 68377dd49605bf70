"""What each kind of change means for our callers, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ADDITIVE", "BREAKING", "RULES", "Rule", "Side", "Weight", "rule_of"]

Weight = Literal["breaking", "additive"]
Side = Literal["request", "response"]
"""Whether a part is sent by our callers or received by them."""

BREAKING: Weight = "breaking"
ADDITIVE: Weight = "additive"


@attrs.frozen
class Rule:
    """What a change is called, and how much it weighs in what callers send and in what they receive."""

    words: str
    request: Weight
    response: Weight


RULES: Mapping[str, Rule] = {
    # Operations, and what is said of each as a whole.
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
    "auth-added": Rule("authentication newly needed", BREAKING, BREAKING),
    "auth-changed": Rule("authentication changed", BREAKING, BREAKING),
    "auth-loosened": Rule("authentication asks for less, or takes another way too", ADDITIVE, ADDITIVE),
    "auth-dropped": Rule("authentication no longer needed", ADDITIVE, ADDITIVE),
    "server-removed": Rule("server removed", BREAKING, BREAKING),
    "server-changed": Rule("server changed", BREAKING, BREAKING),
    "server-added": Rule("server added", ADDITIVE, ADDITIVE),
    # Parameters of requests and headers of answers.
    "parameter-removed": Rule("parameter removed", BREAKING, BREAKING),
    "parameter-renamed": Rule("parameter of the path renamed", BREAKING, BREAKING),
    "parameter-added": Rule("optional parameter added", ADDITIVE, ADDITIVE),
    "required-parameter-added": Rule("required parameter added", BREAKING, ADDITIVE),
    "parameter-now-required": Rule("parameter now required", BREAKING, ADDITIVE),
    "parameter-now-optional": Rule("parameter no longer required", ADDITIVE, BREAKING),
    "parameter-style-changed": Rule("parameter written another way", BREAKING, BREAKING),
    "parameter-deprecated": Rule("parameter deprecated", ADDITIVE, ADDITIVE),
    "parameter-undeprecated": Rule("parameter no longer deprecated", ADDITIVE, ADDITIVE),
    "header-removed": Rule("header removed", BREAKING, BREAKING),
    "header-added": Rule("header added", ADDITIVE, ADDITIVE),
    "required-header-added": Rule("required header added", BREAKING, ADDITIVE),
    "header-now-required": Rule("header now required", BREAKING, ADDITIVE),
    "header-now-optional": Rule("header no longer promised", ADDITIVE, BREAKING),
    "header-style-changed": Rule("header written another way", BREAKING, BREAKING),
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
    "encoding-changed": Rule("parts of the body encoded another way", BREAKING, BREAKING),
    # The facade takes a success that is not documented for an error. Of a webhook, we are the ones who answer.
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
    "needs-tightened": Rule("asks for more of its fields", BREAKING, ADDITIVE),
    "needs-loosened": Rule("asks for fewer of its fields", ADDITIVE, BREAKING),
    "needs-changed": Rule("asks for others of its fields", BREAKING, BREAKING),
    "extra-fields-refused": Rule("no longer takes fields of other names", BREAKING, ADDITIVE),
    "extra-fields-allowed": Rule("takes fields of other names", ADDITIVE, ADDITIVE),
    # Values.
    "type-changed": Rule("type changed", BREAKING, BREAKING),
    "type-narrowed": Rule("type narrowed", BREAKING, ADDITIVE),
    # A reader is not ready for a type that has not been there.
    "type-widened": Rule("type widened", ADDITIVE, BREAKING),
    "alternative-removed": Rule("alternative removed", BREAKING, ADDITIVE),
    "alternative-added": Rule("alternative added", ADDITIVE, BREAKING),
    "null-added": Rule("null allowed", ADDITIVE, BREAKING),
    "null-removed": Rule("null no longer allowed", BREAKING, ADDITIVE),
    # A reader makes something else of a value that has another format, be it the narrower one.
    "format-changed": Rule("format changed", BREAKING, BREAKING),
    "format-narrowed": Rule("format narrowed", BREAKING, BREAKING),
    "format-widened": Rule("format widened", ADDITIVE, BREAKING),
    # Readers take enums for open.
    "enum-value-added": Rule("enum value added", ADDITIVE, ADDITIVE),
    "enum-value-removed": Rule("enum value removed", BREAKING, ADDITIVE),
    "enum-introduced": Rule("limited to an enum", BREAKING, ADDITIVE),
    "enum-dropped": Rule("no longer limited to an enum", ADDITIVE, ADDITIVE),
    "limit-tightened": Rule("limit tightened", BREAKING, ADDITIVE),
    "limit-loosened": Rule("limit loosened", ADDITIVE, BREAKING),
    "limit-changed": Rule("limit changed", BREAKING, BREAKING),
    "rule-added": Rule("another rule for its values", BREAKING, ADDITIVE),
    "rule-removed": Rule("one rule less for its values", ADDITIVE, BREAKING),
    "rule-changed": Rule("a rule for its values changed", BREAKING, BREAKING),
    "default-added": Rule("default given", ADDITIVE, ADDITIVE),
    "default-changed": Rule("default changed", BREAKING, ADDITIVE),
    "default-removed": Rule("default removed", BREAKING, ADDITIVE),
    "discriminator-changed": Rule("another field tells the alternatives apart", BREAKING, BREAKING),
}
"""What each change means, by the change."""

_WHOLE = ("operation-", "webhook-", "auth-", "server-")


def rule_of(side: Side, what: str) -> tuple[str, str, Weight]:
    """Give the kind of a change, its words and its weight, by the side on which it is."""
    rule = RULES[what]
    weight = rule.request if side == "request" else rule.response
    if what.startswith(_WHOLE):
        return what, rule.words, weight
    return f"{side}-{what}", f"{side}: {rule.words}", weight
