"""The figures, as data: what is compared with what, by which quantity, and what the ratio may be."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import gt

from scripts.bench.samples import COST, IMPORT, MEMORY, THROUGHPUT, Quantity
from scripts.bench.targets import Import, Job, NewJob, Side

__all__ = ["FIGURES", "GROSSLY", "Bar", "Figure", "Size"]

GROSSLY = 2.0
"""So many times as bad as its bar allows is a gross regression."""


@frozen
class Bar:
    """What a value has to keep to.

    Attributes:
        limit: The limit, which the value may have.
        at_least: Whether it is the lowest that is allowed, not the highest.

    Example:
        >>> bar = Bar(15, at_least=True)
        >>> bar.is_met_by(14.9), bar.is_met_by(14.9, grossly=True), bar.is_met_by(7.4, grossly=True)
        (False, True, False)
    """

    limit: float
    at_least: bool = False

    def is_met_by(self, value: float, *, grossly: bool = False) -> bool:
        """Tell whether a value keeps to it, or at least does not miss it grossly."""
        slack = GROSSLY if grossly else 1.0
        return value >= self.limit / slack if self.at_least else value <= self.limit * slack

    def __str__(self) -> str:
        return f"at {'least' if self.at_least else 'most'} {self.limit:g}"


@frozen(kw_only=True)
class Size:
    """How much is done for a figure.

    Attributes:
        rounds: How many rounds of each side, one after the other in turns.
        measured: Records of a round of the side that is judged.
        against: Records of a round of the side that it is compared with.
    """

    rounds: int = field(validator=gt(0))
    measured: int = field(validator=gt(0))
    against: int = field(validator=gt(0))


@frozen(kw_only=True)
class Figure:
    """One comparison.

    Attributes:
        number: Its number in the list of bars.
        title: What is compared; may name the records of either side: `{measured:,}`, `{against:,}`.
        measured: The side that is judged.
        against: The side that it is compared with.
        quantity: What they are compared by.
        full: How much is done.
        short: How much is done in the short form.
        bar: What the ratio has to keep to; None where it is told for information.
        ceiling: What the quantity of the side that is judged has to keep to by itself, if anything.
    """

    number: int
    title: str
    measured: Side
    against: Side
    quantity: Quantity
    full: Size
    short: Size
    bar: Bar | None = None
    ceiling: Bar | None = None

    def size(self, *, short: bool) -> Size:
        """Give how much is done in one form or the other."""
        return self.short if short else self.full

    def title_of(self, size: Size) -> str:
        """Give the title for so many records."""
        return self.title.format(measured=size.measured, against=size.against)


_GENERATED = Job("loops:generated")
_BULK_FAST = Job("bulk:fast")

FIGURES: tuple[Figure, ...] = (
    Figure(
        number=1,
        title="mail.save_profile / httpx.Client.post",
        measured=Job("calls:save_profile"),
        against=Job("calls:bare_httpx"),
        quantity=COST,
        bar=Bar(1.15),
        # Many short rounds: the shorter, the less changes on the machine between the two of a pair.
        full=Size(rounds=31, measured=1_000, against=1_000),
        short=Size(rounds=5, measured=500, against=500),
    ),
    Figure(
        number=2,
        title="bulk import, fast / gather, 64 workers",
        measured=_BULK_FAST,
        against=_GENERATED,
        quantity=THROUGHPUT,
        bar=Bar(15, at_least=True),
        full=Size(rounds=11, measured=10_000, against=800),
        short=Size(rounds=3, measured=5_000, against=400),
    ),
    Figure(
        number=3,
        title="bulk import, httpx / gather, 64 workers",
        measured=Job("bulk:without_fast"),
        against=_GENERATED,
        quantity=THROUGHPUT,
        bar=Bar(2.5, at_least=True),
        full=Size(rounds=11, measured=3_000, against=800),
        short=Size(rounds=3, measured=1_500, against=400),
    ),
    Figure(
        number=4,
        title="bulk import, fast / aiohttp, 16 tasks",
        measured=_BULK_FAST,
        against=Job("loops:native"),
        quantity=COST,
        bar=Bar(3.5),
        full=Size(rounds=15, measured=10_000, against=10_000),
        short=Size(rounds=3, measured=5_000, against=5_000),
    ),
    Figure(
        number=5,
        title="import of {measured:,} / {against:,} rows",
        measured=NewJob("bulk:fast"),
        against=NewJob("bulk:fast"),
        quantity=MEMORY,
        bar=Bar(1.2),
        ceiling=Bar(150),
        # One round: the peak is hardly another one the next time, and a million rows take minutes.
        full=Size(rounds=1, measured=1_000_000, against=10_000),
        short=Size(rounds=1, measured=60_000, against=10_000),
    ),
    Figure(
        number=6,
        title="import adapty / import httpx",
        measured=Import("import adapty"),
        against=Import("import httpx"),
        quantity=IMPORT,
        bar=Bar(1.15),
        full=Size(rounds=15, measured=2, against=2),
        short=Size(rounds=3, measured=1, against=1),
    ),
    Figure(
        number=6,
        title="from adapty import Adapty / import httpx",
        measured=Import("from adapty import Adapty"),
        against=Import("import httpx"),
        quantity=IMPORT,
        full=Size(rounds=15, measured=2, against=2),
        short=Size(rounds=3, measured=1, against=1),
    ),
)
