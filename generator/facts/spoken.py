"""A measure, or what a claim holds → words of a language, for readers who check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from ..definitions import ClaimSpec, Coordinates, MeasureSpec, TableSpec
from ..errors import FactError, SourceErrors
from ..formats import MINUS
from ..model import Value
from .figures import figure_value, parse_figure
from .periods import earlier, is_period, years_between
from .words import CLOSE, Words

#: The statuses of SDMX that have a name here; others are shown as their letter.
_STATUSES = MappingProxyType(
    {"A": "Normal", "E": "Estimated", "P": "Provisional", "B": "Break in series", "M": "not available"}
)
_QUALITIES = MappingProxyType(
    {
        "official": "Official data",
        "estimated": "Estimated data",
        "provisional": "Provisional data",
        "illustrative": "Illustrative data",
    }
)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")


class Spoken:
    """Says in one language what definitions say in codes. A code without a name is shown as it is."""

    def __init__(self, words: Words, release: str) -> None:
        self.words, self.release = words, release

    def name(self, code: str) -> str:
        """The name of a code."""
        found = self.words.lookup.label(self.words.lang, code)
        if found is not None:
            return found
        return self.words.style.period(code) if is_period(code) else code

    def place(self, at: Coordinates) -> str:
        """The names of some members: `Exports · Goods · Brussels · 2024`."""
        return " · ".join(self.name(code) for code in at.values())

    def unit(self, unit: str) -> str:
        """The name of a unit; empty for a number that has none."""
        return self.words.points(Decimal(2), 0) if unit == "percentage_point" else self._unit(unit)

    def _unit(self, unit: str) -> str:
        return "%" if unit == "percent" else "" if unit == "none" else self.name(unit)

    def status(self, statuses: Iterable[str]) -> str:
        """Observation statuses in words."""
        named = ((status, _STATUSES.get(status)) for status in sorted(statuses))
        said = [self.words.message(name) if name else status for status, name in named]
        return ", ".join(one[:1].lower() + one[1:] if number else one for number, one in enumerate(said))

    def quality(self, spec: TableSpec) -> str:
        """What a table says of its data as a whole."""
        return self.words.message(_QUALITIES[spec.quality]) if spec.quality in _QUALITIES else spec.quality

    def standing(self, spec: TableSpec, statuses: Iterable[str]) -> str:
        """What must be known of a figure's data: the statuses behind it, else what the table says of itself."""
        said = self.status(statuses)
        return said if said and spec.quality == "official" else self.quality(spec)

    def number(self, value: Value) -> str:
        """A number as it was compared: with more decimals than are printed, where it has them."""
        assert value.number is not None
        exponent = value.number.as_tuple().exponent
        own = -exponent if isinstance(exponent, int) else 0
        text = self.words.style.number(value.number, max(0, min(own, value.decimals + 2)))
        try:
            return self.words.quantity(value, text)
        except FactError:  # a unit without a name
            return text

    # -- measures

    def measure(self, measure: MeasureSpec, spec: TableSpec, at: Coordinates) -> str:
        """A measure at a place, with its formula: "Change on the previous year: (2024 ÷ 2023 − 1) × 100"."""
        said = _MEASURES[self._variant(measure, spec, at)]
        return self.words.message(said) % self._values(measure, spec, at)

    def _variant(self, measure: MeasureSpec, spec: TableSpec, at: Coordinates) -> str:
        if measure.name == "level":
            return "level of parts" if any(self._parts(spec, at)) else "level"
        lagged = measure.name in ("change", "contribution") and measure.lag == "period"
        return f"{measure.name} on the period" if lagged else measure.name

    def _values(self, measure: MeasureSpec, spec: TableSpec, at: Coordinates) -> dict[str, str]:
        values = {"among": self.name(measure.among) if measure.among else ""}
        other = measure.of or measure.minus or measure.to
        values |= {"other": self.place(other), "own": self.place({name: at[name] for name in other if name in at})}
        values["own"] = values["own"] or "x"
        period = at.get(spec.time) if spec.time else None
        if period is None:  # of several periods at once
            start = self.name(measure.start) if measure.start else ""
            return {**values, "period": "t", "before": f"t{MINUS}1", "start": start, "years": f"t {MINUS} {start}"}
        values["period"] = self.name(period)
        if measure.name in ("change", "contribution"):
            values["before"] = self.name(earlier(period, measure.lag))
        if measure.start:
            values["start"] = self.name(measure.start)
            values["years"] = self.words.style.write(years_between(measure.start, period).normalize() + 0)
        return values

    def made_of(self, measure: MeasureSpec, spec: TableSpec, at: Coordinates) -> tuple[str, ...]:
        """How each derived member of a figure is put together: "Belgium = Brussels + Flanders + Wallonia"."""
        others = {**measure.of, **measure.minus, **measure.to}
        found = dict.fromkeys((*self._parts(spec, at), *self._parts(spec, others)))
        return tuple(found)

    def _parts(self, spec: TableSpec, at: Coordinates) -> Iterable[str]:
        for dimension, code in at.items():
            for sign, derived in ((" + ", spec.totals), (f" {MINUS} ", spec.differences)):
                parts = derived.get(dimension, {}).get(code)
                if parts is not None:
                    yield f"{self.name(code)} = {sign.join(self.name(part) for part in parts)}"

    # -- claims

    def claim(self, claim: ClaimSpec) -> str:
        """What a claim holds. A claim that can be judged can be said."""
        first, *rest = re.findall(r"[^\s,>/]+|[,>/]", claim.holds)
        return _CLAIMS[first](self, rest)

    def said(self, text: str, **values: str) -> str:
        """A message, filled in."""
        return self.words.message(text) % values

    def members(self, words: Iterable[str]) -> str:
        """Members that are joined with `and`, commas or `>`, by name."""
        return ", ".join(self.name(word) for word in words if word not in ("and", ",", ">"))

    def plain(self, word: str) -> str:
        """A number of a claim, in the language."""
        return self.words.style.write(Decimal(word))

    def limit(self, word: str) -> str:
        """A number, or a figure with its value."""
        if _NUMBER.match(word):
            return self.plain(word)
        try:
            value, _spec = figure_value(parse_figure(word), self.words.lookup, self.release)
        except (FactError, SourceErrors):
            return word
        return f"{word} ({self.number(value)})"


def _sign(positive: str, negative: str) -> Callable[[Spoken, list[str]], str]:
    def say(spoken: Spoken, words: list[str]) -> str:
        text = positive if words[-1] == "positive" else negative
        return spoken.said(text, members=spoken.members(words[:-1]))

    return say


def _named(text: str) -> Callable[[Spoken, list[str]], str]:
    return lambda spoken, words: spoken.said(text, members=spoken.members(words))


def _limited(text: str) -> Callable[[Spoken, list[str]], str]:
    return lambda spoken, words: spoken.said(text, limit=spoken.limit(words[0]))


def _each(spoken: Spoken, words: list[str]) -> str:
    texts = {
        "above": "Each time, %(first)s is above %(second)s",
        "below": "Each time, %(first)s is below %(second)s",
    }
    return spoken.said(texts[words[1]], first=spoken.name(words[0]), second=spoken.name(words[2]))


def _near(spoken: Spoken, words: list[str]) -> str:
    within = words[4] if len(words) == 5 else str(CLOSE)
    fraction = f"{words[0]}/{words[2]}"
    return spoken.said(
        "Every value lies within %(within)s percentage points of %(fraction)s",
        within=spoken.plain(within),
        fraction=fraction,
    )


def _between(spoken: Spoken, words: list[str]) -> str:
    low, high = spoken.plain(words[0]), spoken.plain(words[2])
    return spoken.said("Every value lies between %(low)s and %(high)s", low=low, high=high)


_CLAIMS: Mapping[str, Callable[[Spoken, list[str]], str]] = MappingProxyType(
    {
        "all": _sign("Every value is above zero", "Every value is below zero"),
        "any": _sign("At least one value is above zero", "At least one value is below zero"),
        "none": _sign("No value is above zero", "No value is below zero"),
        "only": _sign("Above zero, and no other: %(members)s", "Below zero, and no other: %(members)s"),
        "highest": _named("The highest value: %(members)s"),
        "lowest": _named("The lowest value: %(members)s"),
        "order": _named("In this order, from the highest value down: %(members)s"),
        "each": _each,
        "above": _limited("Every value is above %(limit)s"),
        "below": _limited("Every value is below %(limit)s"),
        "near": _near,
        "between": _between,
        "most": _named("More than all others together: %(members)s"),
        "top": _named("Above all others, in whatever order: %(members)s"),
    }
)

_MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "level": "Value of the table",
        "level of parts": "Value put together from cells of the table",
        "share": "Share of the whole: value ÷ (value of %(other)s) × 100",
        "change": "Change on the previous year: (value %(period)s ÷ value %(before)s − 1) × 100",
        "change on the period": "Change on the previous period: (value %(period)s ÷ value %(before)s − 1) × 100",
        "average_growth": (
            "Average yearly growth over %(years)s years: "
            "((value %(period)s ÷ value %(start)s) to the power 1 ÷ %(years)s − 1) × 100"
        ),
        "contribution": (
            "Contribution to the change on the previous year of %(other)s: "
            "(value %(period)s − value %(before)s) ÷ (value %(before)s of %(other)s) × 100"
        ),
        "contribution on the period": (
            "Contribution to the change on the previous period of %(other)s: "
            "(value %(period)s − value %(before)s) ÷ (value %(before)s of %(other)s) × 100"
        ),
        "balance": "Balance: value of %(own)s − value of %(other)s",
        "difference": "Difference: value of %(own)s − value of %(other)s",
        "ratio": "Ratio: value of %(own)s ÷ value of %(other)s",
        "rank": "Rank, 1 for the highest value, among: %(among)s",
    }
)
