"""What the Export Analytics API documents and the schemas of its contract do not express."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from adapty.sandbox._analytics.dimensions import FILTERS, KNOWN_VALUES
from adapty.sandbox._analytics.periods import FIRST_DAY, LAST_DAY
from adapty.sandbox._responses import ValidationIssue
from adapty.sandbox._validation import ApiRules, format_checker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["ANALYTICS_RULES"]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)
_LONGEST_RANGE = 2


class _FiltersRule:
    """The rule about filters: valid dates, and lists of documented values."""

    def issues(self, field: str, value: Mapping[str, Any]) -> Iterator[ValidationIssue]:
        """Yield the issues of a value that its schema accepts."""
        for name in ("date", "compare_date"):
            if name in value:
                for message in _range_problems(value[name]):
                    yield ValidationIssue(message=message, path=(field, name))
        for name in FILTERS:
            if name in value:
                for message in _list_problems(name, value[name]):
                    yield ValidationIssue(message=message, path=(field, name))


def _range_problems(days: list[str]) -> Iterator[str]:
    if not 1 <= len(days) <= _LONGEST_RANGE:
        yield "Input should have one date, or the first and the last date"
    elif not all(map(_is_day, days)):
        yield f"Input should have dates such as 2026-01-31, from {FIRST_DAY} to {LAST_DAY}"
    elif days[0] > days[-1]:
        yield "The first date should not be after the last one"


def _is_day(text: str) -> bool:
    try:
        return _DAY.fullmatch(text) is not None and FIRST_DAY <= date.fromisoformat(text) <= LAST_DAY
    except ValueError:
        return False


def _list_problems(name: str, values: list[str]) -> Iterable[str]:
    known = KNOWN_VALUES.get(name)
    if not values:
        yield "Input should have at least 1 item(s)"
    elif known and not set(values) <= set(known):
        yield f"Input should have only {', '.join(known)}"
    elif name == "country" and not all(map(_COUNTRY.fullmatch, values)):
        yield "Input should have only two-letter ISO 3166-1 alpha-2 country codes"


ANALYTICS_RULES = ApiRules(formats=format_checker(), rules={"filters": _FiltersRule()})
"""How the Export Analytics API validates requests."""
