"""What the API is documented to refuse and the schemas of its contract let through."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from adapty._core.validation import Invalid, country, decimal_amount
from adapty.sandbox.flaws import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COUNTRY", "RULES", "Rule"]


@frozen(kw_only=True)
class Rule:
    """One documented rule about one field of a body.

    Attributes:
        check: Raises `Invalid` where the value is not accepted.
        message: What the answer says then.
        of_each: Whether `check` is for each value of the object in the field, not for the field itself.
    """

    check: Callable[[Any], object]
    message: str
    of_each: bool = False

    def flaws(self, field: str, value: Any) -> Iterator[Flaw]:
        """Tell what is wrong with the value of a field, which the schema has already accepted."""
        parts = {(field, name): part for name, part in value.items()} if self.of_each else {(field,): value}
        for path, part in parts.items():
            try:
                self.check(part)
            except Invalid:
                yield Flaw(message=self.message, path=path)


def _string_or_number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        problem = "is neither a string nor a number"
        raise Invalid(problem)


# The Mail guide: a two-letter uppercase ISO 3166-1 alpha-2 code; any other value is rejected.
COUNTRY = Rule(
    check=country,
    message="Input should be a two-letter uppercase ISO 3166-1 alpha-2 country code",
)
"""For a field that holds a country."""

RULES: dict[str, Rule] = {
    "country": COUNTRY,
    "store_country": COUNTRY,
    # The contract's description: the amount as decimal text.
    "price_usd": Rule(
        check=decimal_amount,
        message="Input should be a decimal number as a string",
    ),
    # The contract's description: names to strings or numbers.
    "custom_attributes": Rule(
        check=_string_or_number,
        message="Input should be a valid string or number",
        of_each=True,
    ),
}
"""Field name to rule. A rule holds where the operation's schema has a property of that name."""
