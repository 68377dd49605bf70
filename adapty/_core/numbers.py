"""Read JSON numbers that are too long for Python, without losing what stands beside them."""

from __future__ import annotations

from decimal import Decimal

__all__ = ["MAX_DIGITS", "parse_decimal", "parse_int"]

MAX_DIGITS = 300
"""Numbers longer than this are not read: Python refuses very long ones, and an exponent could fill the memory."""


def parse_int(digits: str) -> int | str:
    """Return a JSON integer, or its text where it has more than 300 digits.

    For `json.loads(..., parse_int=parse_int)`: Python refuses to read an integer of more than 4,300 digits, and with it
    all that it is part of.
    """
    return int(digits) if len(digits) <= MAX_DIGITS else digits


def parse_decimal(digits: str) -> Decimal | str:
    """Return a JSON number with a point or an exponent, exact, or its text where it is no amount of anything.

    For `json.loads(..., parse_float=parse_decimal)`.
    """
    if len(digits) > MAX_DIGITS:
        return digits
    try:
        amount = Decimal(digits)
    except ArithmeticError:
        return digits
    return amount if amount.is_finite() and abs(amount.adjusted()) <= MAX_DIGITS else digits
