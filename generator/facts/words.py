"""Codes, units and numbers → words of a language: what figures, displays and charts share."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ..definitions import Coordinates
from ..errors import FactError
from ..model import Value
from .lookup import Lookup
from .measures import mixed
from .periods import is_period

NBSP = "\u00a0"

#: Fractions and multiples that have a name; the texts are messages of the catalogue.
FRACTIONS: tuple[tuple[Fraction, str], ...] = (
    (Fraction(1, 10), "a tenth"),
    (Fraction(1, 5), "a fifth"),
    (Fraction(1, 4), "a quarter"),
    (Fraction(1, 3), "a third"),
    (Fraction(2, 5), "two fifths"),
    (Fraction(1, 2), "a half"),
    (Fraction(3, 5), "three fifths"),
    (Fraction(2, 3), "two thirds"),
    (Fraction(3, 4), "three quarters"),
    (Fraction(4, 5), "four fifths"),
    (Fraction(2), "double"),
    (Fraction(3), "triple"),
    (Fraction(4), "quadruple"),
)

#: How far, in hundredths, a number may lie from the fraction that stands for it.
CLOSE = Decimal("1.5")


class Words:
    """The words of one language, for one target."""

    def __init__(self, lookup: Lookup, lang: str) -> None:
        self.lookup, self.lang = lookup, lang
        self.style = lookup.style(lang)

    def message(self, text: str) -> str:
        """A text of the catalogue. Raises FactError: `missing-message` or `fuzzy-message`."""
        found = self.lookup.message(self.lang, text)
        if found is None and (lack := self.lookup.lacks(self.lang, text)) is not None:
            raise FactError(lack.code, lack.message, lack.hint, lack.where)
        return found[0] if found else text

    def label(self, code: str) -> str:
        """The name of a code; periods name themselves. Raises FactError: `missing-label`."""
        found = self.lookup.label(self.lang, code)
        if found is not None:
            return found
        if is_period(code):
            return self.style.period(code)
        hint = "add it to data/labels.csv, with a name in every language of the site"
        raise FactError("missing-label", f'the code "{code}" has no name in "{self.lang}"', hint)

    def place(self, at: Coordinates) -> str:
        """The name of several members at once: of the joined codes (`exports.goods`), else each name in turn."""
        joined = self.lookup.label(self.lang, ".".join(at.values())) if at else None
        return joined or ", ".join(self.label(code) for code in at.values())

    def unit(self, unit: str) -> str:
        """The name of a unit, as a head or a subtitle says it."""
        if unit == "percent":
            return self.style.percentage("").strip()
        if unit == "percentage_point":
            return self.points(Decimal(2), 0)
        return "" if unit == "none" else self.label(unit)

    def points(self, number: Decimal, decimals: int) -> str:
        """ "percentage point" in the number that goes with a printed value."""
        forms = self.lookup.message(self.lang, "percentage point") or (self.message("percentage point"),)
        like = self.style.whole_like(number, decimals)
        return forms[-1] if like is None else forms[min(self.lookup.plural_form(self.lang, like), len(forms) - 1)]

    def quantity(self, value: Value, text: str) -> str:
        """A printed number with its unit: `6,3 %`, `EUR 62,472.5 million`, `1.1 percentage points`."""
        assert value.number is not None
        if value.unit == "percent":
            return self.style.percentage(text)
        if value.unit == "percentage_point":
            return f"{text}{NBSP}{self.points(value.number, value.decimals)}"
        if value.unit == "none":
            return text
        category = self.style.plural(value.number, value.decimals)
        for code in (f"{value.unit}.pattern.{category}", f"{value.unit}.pattern.other", f"{value.unit}.pattern"):
            pattern = self.lookup.label(self.lang, code)
            if pattern is not None:
                return pattern.replace("{}", text)
        return f"{text}{NBSP}{self.label(value.unit)}"

    def convert(self, value: Value, unit: str) -> Value:
        """The value in another unit of site.toml. Raises FactError: `figure-form`."""
        if unit == value.unit:
            return value
        if {unit, value.unit} == {"percent", "percentage_point"}:
            raise mixed("per cent cannot be converted to percentage points, nor these to per cent")
        target = self.lookup.config().units.get(unit)
        if target is None or target.of != value.unit:
            hint = f'declare [units.{unit}] in site.toml, with of = "{value.unit}"'
            raise FactError("figure-form", f'"{value.unit}" cannot be converted to "{unit}"', hint)
        number = None if value.number is None else value.number / target.per
        return Value(number, unit, target.decimals, value.statuses)

    def fraction(self, value: Value) -> str:
        """The fraction or multiple that a number is close to, in words. Raises FactError: `figure-form`."""
        if value.unit not in ("percent", "none") or value.number is None:
            raise FactError("figure-form", "only a percentage or a ratio can be put in words", "leave out words")
        hundredths = value.number if value.unit == "percent" else value.number * 100
        gaps = [(abs(hundredths - _hundredths(fraction)), text) for fraction, text in FRACTIONS]
        gap, text = min(gaps)
        if gap > CLOSE:
            shown = self.style.number(hundredths, 1)
            message = f"{shown} per cent is not close to a fraction that has a name (the nearest: {text})"
            raise FactError("figure-form", message, "print the number, without words")
        return self.message(text)


def _hundredths(fraction: Fraction) -> Decimal:
    return Decimal(100 * fraction.numerator) / Decimal(fraction.denominator)
