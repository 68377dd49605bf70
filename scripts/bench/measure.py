"""Measures figures: rounds of both sides in turns, a ratio of each pair, and the median of the ratios."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

from attrs import frozen

from scripts.bench.benchmarks import Bar, Figure, Size
from scripts.bench.samples import Round

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Measurement", "Result", "measure"]


@frozen(kw_only=True)
class Result:
    """One value that may have a bar.

    Attributes:
        values: What each round gave.
        bar: What their median has to keep to, or None.
        grossly: Whether it only counts if the bar is missed grossly.
    """

    values: Sequence[float]
    bar: Bar | None
    grossly: bool

    @property
    def value(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def is_missed(self) -> bool:
        """Whether the bar is missed."""
        return self.bar is not None and not self.bar.is_met_by(self.value, grossly=self.grossly)


@frozen(kw_only=True)
class Measurement:
    """What came of one figure.

    Attributes:
        figure: The figure.
        short: Whether it was the short form, which counts gross regressions only.
        measured: The rounds of the side that is judged.
        against: The rounds of the other side, each right after the one that it is compared with.
    """

    figure: Figure
    short: bool
    measured: Sequence[Round]
    against: Sequence[Round]

    @property
    def size(self) -> Size:
        """How much was done."""
        return self.figure.size(short=self.short)

    @property
    def ratio(self) -> Result:
        """The ratios of the two sides."""
        values = self._ratios(self.figure.quantity.of)
        return Result(values=values, bar=self.figure.bar, grossly=self.short)

    @property
    def ratio_by_wall(self) -> Result | None:
        """The same by time on the clock, for information; None where no time is in it."""
        by_wall = self.figure.quantity.by_wall
        return None if by_wall is None else Result(values=self._ratios(by_wall), bar=None, grossly=self.short)

    @property
    def alone(self) -> Result:
        """The quantity of the side that is judged, by itself."""
        values = [self.figure.quantity.of(each) for each in self.measured]
        return Result(values=values, bar=self.figure.ceiling, grossly=self.short)

    @property
    def other(self) -> Result:
        """The quantity of the other side, by itself."""
        values = [self.figure.quantity.of(each) for each in self.against]
        return Result(values=values, bar=None, grossly=self.short)

    @property
    def is_missed(self) -> bool:
        """Whether a bar is missed."""
        return self.ratio.is_missed or self.alone.is_missed

    def _ratios(self, of: Callable[[Round], float]) -> list[float]:
        return [of(ours) / of(theirs) for ours, theirs in zip(self.measured, self.against, strict=True)]


def measure(figure: Figure, url: str, *, short: bool) -> Measurement:
    """Measure a figure.

    Args:
        figure: The figure.
        url: The address of a server that answers everything with 200.
        short: Whether to do the short form.

    Raises:
        BenchError: A side cannot be measured.
    """
    size = figure.size(short=short)
    measured: list[Round] = []
    against: list[Round] = []
    with ExitStack() as stack:
        ours = stack.enter_context(figure.measured.opened(url))
        theirs = stack.enter_context(figure.against.opened(url))
        for _ in range(size.rounds):
            measured.append(ours(size.measured))
            against.append(theirs(size.against))
    return Measurement(figure=figure, short=short, measured=measured, against=against)
