"""A printed number → the number that a reader takes from it, and an exact number → how it must be printed.

Nothing of `formats` rounds or writes here: what is checked must not be what checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ..formats import MINUS, Style


def half_away(number: Fraction, decimals: int) -> str:
    """The number with this many decimals, half away from zero, as programs read it: `-6.3`; never a negative zero."""
    scaled, divisor = abs(number.numerator) * 10**decimals, number.denominator
    whole = (2 * scaled + divisor) // (2 * divisor)
    digits = str(whole).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{text}" if number < 0 and whole else text


def exact(number: Decimal, per: int = 1) -> Fraction:
    """A decimal number, as a fraction of `per`."""
    top, bottom = number.as_integer_ratio()
    return Fraction(top, bottom * per)


@dataclass(frozen=True)
class Reader:
    """Reads and writes the numbers of one language. Make one with `reader_of`."""

    style: Style
    pattern: re.Pattern[str]

    def number(self, text: str) -> str | None:
        """A printed number as programs read it; None when it is no number of the language: `1 234,5` → `1234.5`."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        sign, whole, fraction = found.groups()
        if self.style.group:
            whole = whole.replace(self.style.group, "")
        return ("-" if sign == MINUS else "") + whole + (f".{fraction}" if fraction else "")

    def spelled(self, machine: str) -> str:
        """A number as the language must print it: `-1234.5` → `−1 234,5`."""
        whole, _, fraction = machine.lstrip("-").partition(".")
        first, others = self.style.grouping
        pieces, end = [whole[-first:]], len(whole) - first
        while end > 0 and self.style.group:
            pieces.append(whole[max(0, end - others) : end])
            end -= others
        grouped = self.style.group.join(reversed(pieces)) if self.style.group else whole
        sign = MINUS if machine.startswith("-") else ""
        return sign + grouped + (self.style.decimal + fraction if fraction else "")


def reader_of(style: Style) -> Reader:
    """The reader of a language's numbers; groups of digits must have the right sizes."""
    (first, others), group = style.grouping, re.escape(style.group)
    whole = rf"[0-9]{{1,{first}}}"
    if group and first == others:
        whole = rf"[0-9]{{1,{first}}}(?:{group}[0-9]{{{first}}})*"
    elif group:
        whole = rf"(?:[0-9]{{1,{others}}}{group}(?:[0-9]{{{others}}}{group})*[0-9]{{{first}}}|[0-9]{{1,{first}}})"
    else:
        whole = "[0-9]+"
    return Reader(style, re.compile(rf"([+{MINUS}]?)({whole})(?:{re.escape(style.decimal)}([0-9]+))?"))
