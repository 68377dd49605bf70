"""The charts, and what each of them counts.

The definitions are those of Adapty's documentation where it has them, and simple enough to be recomputed on paper. For
all charts:

- Transactions with `environment` `Sandbox` and of Family Sharing do not count.
- Money is in USD. A price in another currency counts as 0, because the sandbox has no exchange rates.
- `proceeds` are `revenue` without `STORE_FEE`, in every store. `net_revenue` equals `proceeds`: there are no taxes.
- A day starts at midnight in the time zone of the header `Adapty-Tz`; without it in UTC. A week starts on Monday.
- With `date_type` `profile_install_date`, what happened counts on the day its profile was created, and a chart of what
  is active counts only profiles that were created in the range.
- What is active at the end of a period is what is active now, if the period has not ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from attrs import frozen

from adapty.sandbox._analytics.dataset import Dataset, Entry
from adapty.sandbox._analytics.dimensions import ATTRIBUTION, FILTERS, PROFILE_FILTERS

__all__ = ["CHARTS", "STORE_FEE", "Chart"]

STORE_FEE = Fraction(15, 100)
"""The part of the revenue that the store keeps."""


def _installs(data: Dataset) -> Iterator[Entry]:
    return (one.to_entry() for one in data.installs)


def _subscriptions_new(data: Dataset) -> Iterator[Entry]:
    return (one.to_entry(one.purchased_at) for one in data.purchases if one.renewal and one.renewal.is_first_payment)


def _trials_new(data: Dataset) -> Iterator[Entry]:
    return (one.to_entry(one.purchased_at) for one in data.purchases if one.renewal and one.renewal.is_trial)


def _non_subscriptions(data: Dataset) -> Iterator[Entry]:
    return (one.to_entry(one.purchased_at) for one in data.purchases if one.renewal is None)


def _refund_events(data: Dataset) -> Iterator[Entry]:
    for one in data.purchases:
        if one.refunded_at is not None and not (one.renewal and one.renewal.is_trial):
            yield one.to_entry(one.refunded_at)


def _refund_money(data: Dataset) -> Iterator[Entry]:
    return (one.to_entry(one.refunded_at, one.price) for one in data.purchases if one.refunded_at is not None)


def _revenue(data: Dataset) -> Iterator[Entry]:
    for one in data.purchases:
        yield one.to_entry(one.purchased_at, one.price)
        if one.refunded_at is not None:
            yield one.to_entry(one.refunded_at, -one.price)


def _billing_issue(data: Dataset) -> Iterator[Entry]:
    for one in data.purchases:
        if one.renewal and one.renewal.billing_issue_at is not None:
            yield one.to_entry(one.renewal.billing_issue_at)


def _subscriptions_active(data: Dataset) -> Iterator[Entry]:
    for one in data.purchases:
        if one.renewal and not one.renewal.is_trial and one.refunded_at is None:
            yield one.to_entry(one.purchased_at, until=one.renewal.active_until)


def _mrr(data: Dataset, factor: int = 1) -> Iterator[Entry]:
    for one in data.purchases:
        if one.renewal and not one.renewal.is_trial and one.refunded_at is None:
            amount = factor * one.renewal.price_per_month
            yield one.to_entry(one.purchased_at, amount, until=one.renewal.active_until)


def _arr(data: Dataset) -> Iterator[Entry]:
    return _mrr(data, factor=12)


def _nothing(_: Dataset) -> Iterable[Entry]:
    return ()


@frozen(kw_only=True)
class Chart:
    """A chart.

    Attributes:
        title: The title.
        definition: What it counts.
        segmentations: The documented values of `segmentation`.
        filters: The documented filters.
        list_entries: Returns what it counts.
        is_active: Whether it counts what is active at the end of each period, instead of what happened in it.
        is_money: Whether values are amounts in USD.
        has_proceeds: Whether it has the metrics `revenue`, `proceeds` and `net_revenue` instead of `common`.
    """

    title: str
    definition: str
    segmentations: tuple[str, ...]
    filters: tuple[str, ...] = FILTERS
    list_entries: Callable[[Dataset], Iterable[Entry]] = _nothing
    is_active: bool = False
    is_money: bool = False
    has_proceeds: bool = False


_COMMON = ("country", "store", *ATTRIBUTION)
_PRODUCT = (*_COMMON, "store_product_id", "paywall_id", "audience_id", "placement_id", "duration")
_OFFER = (*_PRODUCT, "offer_category", "offer_type", "offer_id")
_STATUS = (*_PRODUCT, "renewal_status", "period")
_ALL = (*_OFFER, "renewal_status", "period")
_CANCELLATION = (*_PRODUCT, "cancellation_reason")

_ZERO = "Always 0: the sandbox does not compute it."

CHARTS: Mapping[str, Chart] = {
    "installs": Chart(
        title="Installs",
        definition="Profiles, on the day they were created.",
        segmentations=_COMMON,
        filters=PROFILE_FILTERS,
        list_entries=_installs,
    ),
    "subscriptions_new": Chart(
        title="New subscriptions",
        definition="The first paid transaction of each subscription, even if it was refunded, on the day of purchase.",
        segmentations=_OFFER,
        list_entries=_subscriptions_new,
    ),
    "subscriptions_active": Chart(
        title="Active subscriptions",
        definition="Paid subscriptions that are not refunded and have not expired at the end of the period, "
        "grace periods included.",
        segmentations=_ALL,
        list_entries=_subscriptions_active,
        is_active=True,
    ),
    "trials_new": Chart(
        title="New trials",
        definition="Free trials, on the day they started.",
        segmentations=_OFFER,
        list_entries=_trials_new,
    ),
    "revenue": Chart(
        title="Revenue",
        definition="Prices of all transactions, on the day of purchase, minus prices of refunded ones, on the day of "
        "the refund.",
        segmentations=_ALL,
        list_entries=_revenue,
        is_money=True,
        has_proceeds=True,
    ),
    "mrr": Chart(
        title="MRR",
        definition="Prices of active subscriptions per month: weekly ones times 52/12, annual ones divided by 12, "
        "others in proportion.",
        segmentations=_ALL,
        list_entries=_mrr,
        is_active=True,
        is_money=True,
        has_proceeds=True,
    ),
    "arr": Chart(
        title="ARR",
        definition="12 times MRR.",
        segmentations=_ALL,
        list_entries=_arr,
        is_active=True,
        is_money=True,
        has_proceeds=True,
    ),
    "refund_events": Chart(
        title="Refund events",
        definition="Refunded transactions except trials, on the day of the refund.",
        segmentations=_OFFER,
        list_entries=_refund_events,
    ),
    "refund_money": Chart(
        title="Refund money",
        definition="Prices of refunded transactions, on the day of the refund.",
        segmentations=_PRODUCT,
        list_entries=_refund_money,
        is_money=True,
    ),
    "non_subscriptions": Chart(
        title="Non-subscriptions",
        definition="One-time purchases, even if they were refunded, on the day of purchase.",
        segmentations=_PRODUCT,
        list_entries=_non_subscriptions,
    ),
    "billing_issue": Chart(
        title="Billing issue",
        definition="Subscriptions with a billing issue, on the day it was detected; after a grace period, on the day "
        "that ended without a payment.",
        segmentations=_PRODUCT,
        list_entries=_billing_issue,
    ),
    "trials_active": Chart(title="Active trials", definition=_ZERO, segmentations=_ALL, is_active=True),
    "trials_expired": Chart(title="Expired trials", definition=_ZERO, segmentations=_CANCELLATION),
    "trials_renewal_cancelled": Chart(title="Cancelled trials", definition=_ZERO, segmentations=_PRODUCT),
    "subscriptions_expired": Chart(title="Expired subscriptions", definition=_ZERO, segmentations=_CANCELLATION),
    "subscriptions_renewal_cancelled": Chart(title="Cancelled subscriptions", definition=_ZERO, segmentations=_PRODUCT),
    "grace_period": Chart(title="Grace period", definition=_ZERO, segmentations=_PRODUCT),
    "arppu": Chart(
        title="ARPPU",
        definition=_ZERO,
        segmentations=_STATUS,
        is_money=True,
        has_proceeds=True,
    ),
    "arpu": Chart(
        title="ARPU",
        definition=_ZERO,
        segmentations=(*_COMMON, "period"),
        filters=PROFILE_FILTERS,
        is_money=True,
        has_proceeds=True,
    ),
}
"""The charts by `chart_id`."""
