"""The tables of the example subscribers: products, stores, life cycles and people.

`example_simulation.py` creates the events, and `make_examples.py` writes the files. A tuple contains an entry twice if
it is to be chosen twice as often.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dateutil.relativedelta import relativedelta

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Store:
    """A store, the format of its transaction IDs, and the platforms of its customers."""

    name: str
    first_transaction: str
    renewal_transaction: str
    platforms: tuple[str, ...]


APP_STORE = Store("app_store", "20000{serial:09}", "20000{serial:09}", ("iOS",))
PLAY_STORE = Store("play_store", "GPA.3300-{serial:09}", "{original}..{renewal}", ("Android",))
STRIPE = Store("stripe", "in_demo{serial:06}", "in_demo{serial:06}", ("iOS", "Android"))
STORES = (APP_STORE, APP_STORE, PLAY_STORE, PLAY_STORE, STRIPE)


@dataclass(frozen=True)
class Terms:
    """The price and the period of a product; a one-time purchase has no period."""

    price_usd: str
    period: relativedelta | None


@dataclass(frozen=True)
class Product:
    """A product: its terms by offer type (`full` without an offer) and its usual number of renewals."""

    product_id: str
    plan: str
    terms: Mapping[str, Terms]
    renewals: tuple[int, int] = (0, 0)
    drift_days: int = 0
    """Days by which the length of a history depends on its start, because months have different lengths."""


WEEKLY = Product(
    "premium_weekly",
    "weekly",
    {
        "full": Terms("4.99", relativedelta(weeks=1)),
        "free_trial": Terms("0.00", relativedelta(days=3)),
        "pay_as_you_go": Terms("2.49", relativedelta(weeks=1)),
        "pay_up_front": Terms("9.99", relativedelta(weeks=4)),
    },
    renewals=(2, 12),
)
MONTHLY = Product(
    "premium_monthly",
    "monthly",
    {
        "full": Terms("9.99", relativedelta(months=1)),
        "free_trial": Terms("0.00", relativedelta(weeks=1)),
        "pay_as_you_go": Terms("4.99", relativedelta(months=1)),
        "pay_up_front": Terms("19.99", relativedelta(months=3)),
    },
    renewals=(2, 7),
    drift_days=3,
)
ANNUAL = Product(
    "premium_annual",
    "annual",
    {
        "full": Terms("59.99", relativedelta(years=1)),
        "free_trial": Terms("0.00", relativedelta(weeks=2)),
        "pay_as_you_go": Terms("29.99", relativedelta(years=1)),
        "pay_up_front": Terms("39.99", relativedelta(years=1)),
    },
    drift_days=1,
)
PACKS = (
    Product("coins_100", "one_time", {"full": Terms("1.99", None)}),
    Product("coins_1000", "one_time", {"full": Terms("14.90", None)}),
    Product("sticker_pack", "one_time", {"full": Terms("0.99", None)}),
)
ANY_PERIOD = (WEEKLY, MONTHLY, MONTHLY, ANNUAL)
SHORT_PERIOD = (WEEKLY, MONTHLY)

DAY = 24 * 60
"""Minutes of a day."""


@dataclass(frozen=True)
class Moment:
    """The time of a step, counted from the last purchase, the expiry or the previous step.

    `low` and `high` are minutes, or for `purchase` percents of the paid period.
    """

    counted_from: Literal["purchase", "expiry", "step_before"]
    low: int
    high: int


IMMEDIATELY = Moment("step_before", 0, 0)
SOON = Moment("step_before", 0, 5)
MINUTES_LATER = Moment("step_before", 1, 10)
DAYS_LATER = Moment("step_before", 1 * DAY, 6 * DAY)
AFTER_LAST_RETRY = Moment("step_before", 16 * DAY, 30 * DAY)
WEEKS_LATER = Moment("step_before", 5 * DAY, 60 * DAY)
IN_MID_PERIOD = Moment("purchase", 20, 50)
LATE_IN_PERIOD = Moment("purchase", 55, 80)
AT_EXPIRY = Moment("expiry", 0, 3)


@dataclass(frozen=True)
class Offer:
    """The `offer` of a transaction."""

    category: str
    offer_type: str
    offer_id: str | None = None


FREE_TRIAL = Offer("introductory", "free_trial")
INTRODUCTORY_PRICE = Offer("introductory", "pay_as_you_go")
PROMOTION = Offer("promotional", "pay_as_you_go", "spring_half_price")
PREPAID_PROMOTION = Offer("promotional", "pay_up_front", "summer_prepaid")
CODE = Offer("offer_code", "pay_as_you_go", "PODCAST50")
PREPAID_CODE = Offer("offer_code", "pay_up_front", "NEWSLETTER25")
CODE_TRIAL = Offer("offer_code", "free_trial", "TRYAGAIN")
WIN_BACK = Offer("win_back", "pay_as_you_go", "come_back_half_price")
PREPAID_WIN_BACK = Offer("win_back", "pay_up_front", "come_back_prepaid")

PURCHASES = ("subscription_started", "subscription_renewed", "non_subscription_purchase")
"""The event types with a new transaction; the others are about an earlier one."""

ENDING = ("subscription_expired", "subscription_refunded")
"""The event types that end a subscription."""


@dataclass(frozen=True)
class Step:
    """An event of a life cycle; a repeated step happens once per renewal."""

    event_type: str
    moment: Moment
    offer: Offer | None = None
    repeated: bool = False

    @property
    def one_time(self) -> bool:
        """Whether the step belongs to a one-time purchase."""
        return self.event_type.startswith("non_subscription_")


START = Step("subscription_started", SOON)
TRIAL = replace(START, offer=FREE_TRIAL)
RESTART = replace(START, moment=WEEKS_LATER)
RENEWAL = Step("subscription_renewed", AT_EXPIRY)
RENEWALS = replace(RENEWAL, repeated=True)
RECOVERY = replace(RENEWAL, moment=DAYS_LATER)
CANCEL = Step("subscription_renewal_cancelled", IN_MID_PERIOD)
REACTIVATE = Step("subscription_renewal_reactivated", LATE_IN_PERIOD)
BILLING_ISSUE = Step("billing_issue_detected", AT_EXPIRY)
GRACE = Step("entered_grace_period", MINUTES_LATER)
EXPIRY = Step("subscription_expired", AT_EXPIRY)
EXPIRY_UNPAID = replace(EXPIRY, moment=AFTER_LAST_RETRY)
REFUND = Step("subscription_refunded", IN_MID_PERIOD)
PACK = Step("non_subscription_purchase", SOON)
PACK_LATE_IN_PERIOD = replace(PACK, moment=LATE_IN_PERIOD)
PACK_REFUND = Step("non_subscription_purchase_refunded", DAYS_LATER)


@dataclass(frozen=True)
class Lifecycle:
    """The steps of some subscribers, in order, and the number of these subscribers."""

    name: str
    subscribers: int
    steps: tuple[Step, ...]
    products: tuple[Product, ...] = ANY_PERIOD

    @property
    def is_active(self) -> bool:
        """Whether the subscription is active at the end."""
        types = [step.event_type for step in self.steps if not step.one_time]
        return bool(types) and types[-1] not in ENDING


LIFECYCLES = (
    Lifecycle("never purchased", 300, ()),
    Lifecycle("started only", 100, (START,)),
    Lifecycle("several renewals", 300, (START, RENEWALS), SHORT_PERIOD),
    Lifecycle("cancelled, waiting for the end", 110, (START, RENEWALS, CANCEL)),
    Lifecycle("cancelled, reactivated, renewed", 80, (START, RENEWALS, CANCEL, REACTIVATE, RENEWAL)),
    Lifecycle("billing issue without grace period", 80, (START, RENEWALS, BILLING_ISSUE)),
    Lifecycle("billing issue with grace period", 90, (START, RENEWALS, BILLING_ISSUE, GRACE)),
    Lifecycle("billing issue recovered", 40, (START, RENEWALS, BILLING_ISSUE, RECOVERY)),
    Lifecycle("billing issue recovered in grace", 40, (START, RENEWALS, BILLING_ISSUE, GRACE, RECOVERY)),
    Lifecycle("cancelled and expired", 110, (START, RENEWALS, CANCEL, EXPIRY)),
    Lifecycle("billing issue and expired", 80, (START, RENEWALS, BILLING_ISSUE, EXPIRY_UNPAID)),
    Lifecycle("refunded", 80, (START, RENEWALS, REFUND)),
    Lifecycle("one-time purchase", 70, (PACK,)),
    Lifecycle("one-time purchase refunded", 50, (PACK, PACK_REFUND)),
    Lifecycle("trial converted", 70, (TRIAL, RENEWAL, RENEWALS)),
    Lifecycle("trial cancelled", 40, (TRIAL, CANCEL)),
    Lifecycle("trial cancelled and expired", 30, (TRIAL, CANCEL, EXPIRY)),
    Lifecycle("trial expired", 20, (TRIAL, EXPIRY)),
    Lifecycle("introductory price", 15, (replace(START, offer=INTRODUCTORY_PRICE), RENEWALS)),
    Lifecycle("promotion", 15, (replace(START, offer=PROMOTION), replace(RENEWAL, offer=PROMOTION), RENEWALS)),
    Lifecycle("prepaid promotion", 15, (replace(START, offer=PREPAID_PROMOTION), RENEWALS)),
    Lifecycle("offer code", 10, (replace(START, offer=CODE), RENEWALS)),
    Lifecycle("prepaid offer code", 15, (replace(START, offer=PREPAID_CODE), CANCEL)),
    Lifecycle("offer code trial", 10, (replace(START, offer=CODE_TRIAL), EXPIRY)),
    Lifecycle("won back", 15, (START, CANCEL, EXPIRY, replace(RESTART, offer=WIN_BACK))),
    Lifecycle("won back, prepaid", 15, (START, CANCEL, EXPIRY, replace(RESTART, offer=PREPAID_WIN_BACK))),
    Lifecycle("subscription and pack", 50, (START, RENEWALS, PACK_LATE_IN_PERIOD, RENEWAL)),
    Lifecycle("cancelled subscription and pack", 30, (START, RENEWALS, CANCEL, PACK_LATE_IN_PERIOD)),
    Lifecycle(
        "subscribed again after expiry",
        50,
        (START, RENEWALS, CANCEL, EXPIRY, RESTART, RENEWAL),
        SHORT_PERIOD,
    ),
    Lifecycle("cancelled and refunded immediately", 30, (START, CANCEL, replace(REFUND, moment=IMMEDIATELY))),
    Lifecycle("immediate grace period", 20, (START, RENEWALS, BILLING_ISSUE, replace(GRACE, moment=IMMEDIATELY))),
    Lifecycle("expired and started immediately", 20, (START, RENEWALS, EXPIRY, replace(START, moment=IMMEDIATELY))),
)


@dataclass(frozen=True)
class Country:
    """The home of subscribers."""

    code: str
    locale: str
    timezone: str


COUNTRIES = (
    Country("US", "en-US", "America/New_York"),
    Country("US", "en-US", "America/Los_Angeles"),
    Country("GB", "en-GB", "Europe/London"),
    Country("DE", "de-DE", "Europe/Berlin"),
    Country("FR", "fr-FR", "Europe/Paris"),
    Country("ES", "es-ES", "Europe/Madrid"),
    Country("IT", "it-IT", "Europe/Rome"),
    Country("NL", "nl-NL", "Europe/Amsterdam"),
    Country("PL", "pl-PL", "Europe/Warsaw"),
    Country("BR", "pt-BR", "America/Sao_Paulo"),
    Country("MX", "es-MX", "America/Mexico_City"),
    Country("CA", "en-CA", "America/Toronto"),
    Country("AU", "en-AU", "Australia/Sydney"),
    Country("IN", "en-IN", "Asia/Kolkata"),
    Country("JP", "ja-JP", "Asia/Tokyo"),
    Country("KR", "ko-KR", "Asia/Seoul"),
)


@dataclass(frozen=True)
class Device:
    """The device of subscribers."""

    platform: str
    device: str
    os: str


DEVICES = (
    Device("iOS", "iPhone15,2", "17.5"),
    Device("iOS", "iPhone14,5", "16.7"),
    Device("iOS", "iPad13,1", "18.1"),
    Device("Android", "Pixel 8", "14"),
    Device("Android", "Galaxy S23", "14"),
    Device("Android", "Moto G", "12"),
)
APP_VERSIONS = ("2.9.4", "3.0.0", "3.1.0", "3.1.2")
SIGNUP_SOURCES = ("organic", "organic", "referral", "newsletter", "podcast", "web")
EMAIL_DOMAINS = ("example.com", "example.org", "example.net")

FIRST_NAMES = (
    ("Anna", "female"),
    ("Chloé", "female"),
    ("Emma", "female"),
    ("Helen", "female"),
    ("Łucja", "female"),
    ("Sakura", "female"),
    ("Zoë", "female"),
    ("Daniel", "male"),
    ("Jörg", "male"),
    ("José", "male"),
    ("Min-jun", "male"),
    ("Oscar", "male"),
    ("Thomas", "male"),
    ("Robin", "other"),
)
LAST_NAMES = ("Arthur", "Bernard", "Clement", "Gregory", "Laurence", "Morris", "Noël", "O'Neal", "Rupert")

TIME_OFFSETS = (
    *[("Z", 0)] * 12,
    ("+00:00", 0),
    ("+00:00", 0),
    ("+02:00", 120),
    ("+02:00", 120),
    ("-05:00", -300),
    ("+05:30", 330),
    ("+09:00", 540),
)
"""The UTC offsets of times: suffix and minutes."""
