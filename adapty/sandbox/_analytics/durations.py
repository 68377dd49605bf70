"""The duration of a subscription, by the days that a transaction pays for."""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from adapty.sandbox._timestamps import DAY

__all__ = ["DURATIONS", "LIFETIME", "UNCATEGORIZED", "find_duration", "price_per_month"]

LIFETIME = "Lifetime"
"""The duration of a one-time purchase that is not consumable."""

UNCATEGORIZED = "Uncategorized"
"""The duration of a consumable, and of a subscription of another length."""


@frozen
class _Duration:
    """A documented duration: from `fewest` to `most` days, or `months` months."""

    fewest: int
    most: int
    months: Fraction


_SUBSCRIPTIONS = {
    "Weekly": _Duration(6, 8, Fraction(12, 52)),
    "Monthly": _Duration(27, 32, Fraction(1)),
    "2 months": _Duration(58, 63, Fraction(2)),
    "3 months": _Duration(88, 93, Fraction(3)),
    "6 months": _Duration(180, 185, Fraction(6)),
    "Annual": _Duration(364, 367, Fraction(12)),
}
"""One day of tolerance on each side, because stores renew some hours early or late."""

DURATIONS = (*_SUBSCRIPTIONS, LIFETIME, UNCATEGORIZED)
"""The documented values of the filter `duration`."""


def find_duration(purchased_at: int, expires_at: int) -> str:
    """Return the duration of a subscription that is paid from one time to another, in microseconds since 1970.

    Example:
        >>> find_duration(0, 31 * DAY), find_duration(0, 45 * DAY)
        ('Monthly', 'Uncategorized')
    """
    days = Fraction(expires_at - purchased_at, DAY)
    fitting = (name for name, duration in _SUBSCRIPTIONS.items() if duration.fewest <= days <= duration.most)
    return next(fitting, UNCATEGORIZED)


def price_per_month(price: Fraction, purchased_at: int, expires_at: int) -> Fraction:
    """Return a price normalized to a month: a weekly one times 52/12, an annual one divided by 12.

    A month of an uncategorized subscription has 365/12 days. The price is 0 if nothing is paid for.

    Example:
        >>> price_per_month(Fraction(120), 0, 365 * DAY), price_per_month(Fraction(12), 0, 7 * DAY)
        (Fraction(10, 1), Fraction(52, 1))
    """
    if expires_at <= purchased_at:
        return Fraction(0)
    duration = _SUBSCRIPTIONS.get(find_duration(purchased_at, expires_at))
    months = Fraction(12 * (expires_at - purchased_at), 365 * DAY) if duration is None else duration.months
    return price / months
