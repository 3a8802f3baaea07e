"""A bare passage → the numerals that its author typed, in digits and in words, less those that the rules allow.

Allowed are dates with their year, years within the periods of the release, digits behind a letter (B2B), and number
words that a claim tests. docs/reference.md has the rule in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..definitions import LiteralSpec
from ..formats import Style
from ..sources.wording import Wording
from .bare_text import Bare, Span, inside

_RAISED = r"\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2079\u2080-\u2089\u2150-\u2189\u2460-\u249b"
#: A number in digits that no letter and no digit stands before: fractions in one character (½) too.
_DIGITS = re.compile(
    rf"[\d{_RAISED}](?<![^\W_].)(?:(?<=\d)\d*(?:[.,:/'’]\d+|[ \u00a0\u2009\u202f]\d{{3}}(?!\d))*)?", re.S
)
_YEARS = re.compile(r"[0-9]{4}(?:/[0-9]{4})*")
_SIGN_BEFORE = re.compile(r"(?:[+\u2212€$£#]\s?|(?:^|\s)-)$")
_UNIT_AFTER = re.compile(r"\s?[%‰€$£°]|[^\W\d_]")
_BETWEEN = re.compile(r"[\s\-\u2010\u2011]*")


@dataclass(frozen=True)
class Allowed:
    """What a text of a release may say without a figure: years from `years[0]` to `years[1]`, and literals."""

    years: Span | None
    literals: Mapping[str, LiteralSpec]

    @cached_property
    def patterns(self) -> Mapping[str, re.Pattern[str]]:
        """How each literal looks in a text: as declared, capitals too, whatever the white space."""
        return {text: re.compile(rf"(?<![^\W_]){_exact(text)}") for text in self.literals}

    def others(self, text: Bare, found: list[Span], used: set[str]) -> set[Span]:
        """Those of some words that no literal holds; the literals that hold the rest are added to `used`."""
        rest = set(found)
        for literal, pattern in self.patterns.items():
            if literal.partition(" ")[0] not in text.text:
                continue
            spans = tuple(match.span() for match in pattern.finditer(text.text))
            covered = {span for span in found if inside(span, spans)} if spans else set()
            if covered:
                used.add(literal)
                rest -= covered
        return rest


def _exact(text: str) -> str:
    words = r"\s+".join(map(re.escape, text.split()))
    return words + (r"(?![^\W_])" if text[-1].isalnum() else "")


def allowed_years(periods: Iterable[str]) -> Span | None:
    """From the smallest year of the periods to the largest; None when there are none."""
    years = [int(period[:4]) for period in periods]
    return (min(years), max(years)) if years else None


def numerals(text: Bare, style: Style, wording: Wording, allowed: Allowed, used: set[str]) -> tuple[Span, ...]:
    """The places of numerals that neither the data nor a rule stands behind. The literals that excuse others are added
    to `used`."""
    found = [*_in_digits(text, style, allowed.years), *_in_words(text, wording)]
    return tuple(_joined(text.text, sorted(allowed.others(text, found, used)))) if found else ()


def _in_digits(text: Bare, style: Style, years: Span | None) -> Iterator[Span]:
    dates: tuple[Span, ...] | None = None
    for match in _DIGITS.finditer(text.text):
        span = match.span()
        if _is_year(text.text, match, years):
            continue
        if dates is None:
            dates = tuple(date.span() for date in style.dated.finditer(text.text))
        if not inside(span, dates):
            yield span


def _is_year(text: str, found: re.Match[str], years: Span | None) -> bool:
    if years is None or not _YEARS.fullmatch(found.group()):
        return False
    within = all(years[0] <= int(year) <= years[1] for year in found.group().split("/"))
    before = text[max(0, found.start() - 2) : found.start()]
    return within and not _SIGN_BEFORE.search(before) and not _UNIT_AFTER.match(text, found.end())


def _in_words(text: Bare, wording: Wording) -> Iterator[Span]:
    idioms: tuple[Span, ...] | None = None
    for match in wording.counted.finditer(text.text):
        if text.claimed(match.span()):
            continue
        if idioms is None:
            idioms = tuple(idiom.span() for idiom in wording.idiom.finditer(text.text))
        if not inside(match.span(), idioms):
            yield match.span()


def _joined(text: str, spans: list[Span]) -> Iterator[Span]:
    """Numerals with nothing but white space or a hyphen between them are one: "two hundred", "3 million"."""
    start, end = -1, -1
    for one, other in spans:
        if start >= 0 and _BETWEEN.fullmatch(text, end, one):
            end = max(end, other)
            continue
        if start >= 0:
            yield start, end
        start, end = one, other
    if start >= 0:
        yield start, end
