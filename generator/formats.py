"""Numbers, dates and words in a language; the one rounding of the site. Home of Babel's CLDR.

Every number that a reader sees was rounded by `rounded` and written by `Style.number`: half away from zero, once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_location, get_timezone_name

from .config import LanguageConfig

MINUS = "\u2212"
_WIDE = Context(prec=60)
_ONES = tuple(Decimal(1).scaleb(-places) for places in range(16))


def rounded(number: Decimal, decimals: int) -> Decimal:
    """The number with this many decimals, rounded half away from zero; never a negative zero."""
    result = number.quantize(_ONES[decimals], rounding=ROUND_HALF_UP, context=_WIDE)
    return result if result else abs(result)


def machine(number: Decimal, decimals: int) -> str:
    """The rounded number as programs read it: `-6.3`."""
    return f"{rounded(number, decimals):f}"


@dataclass(frozen=True)
class Style:
    """How one language writes numbers and dates. Make one with `style_of`."""

    tag: str
    autonym: str
    direction: str
    decimal: str
    group: str
    grouping: tuple[int, int]
    percent: tuple[str, str]
    _locale: Locale

    def number(self, number: Decimal, decimals: int, *, plus: bool = False) -> str:
        """The number rounded to `decimals`, grouped, with a true minus (and a plus, if wanted)."""
        text = self.write(rounded(number, decimals))
        return "+" + text if plus and number > 0 and text.strip(f"0{self.decimal}") else text

    def write(self, value: Decimal) -> str:
        """A number that was rounded before."""
        if self.grouping == (3, 3):
            return f"{value:,f}".translate(self._signs)
        whole, _, fraction = f"{abs(value):f}".partition(".")
        sign = MINUS if value < 0 else ""
        return sign + self._grouped(whole) + (self.decimal + fraction if fraction else "")

    @cached_property
    def _signs(self) -> dict[int, str]:
        """Python's own signs → the language's."""
        return {ord(","): self.group, ord("."): self.decimal, ord("-"): MINUS}

    def _grouped(self, whole: str) -> str:
        first, others = self.grouping
        if not self.group or len(whole) <= first:
            return whole
        head, tail = whole[:-first], [whole[-first:]]
        while len(head) > others:
            head, piece = head[:-others], head[-others:]
            tail.append(piece)
        return self.group.join([head, *reversed(tail)])

    def percentage(self, text: str) -> str:
        """A printed number with the language's per cent sign: `6,3\u202f%`."""
        before, after = self.percent
        return f"{before}{text}{after}"

    def plural(self, number: Decimal, decimals: int) -> str:
        """CLDR's plural category of the number as printed: `one`, `few`, `other` …"""
        return str(self._locale.plural_form(abs(rounded(number, decimals))))

    def whole_like(self, number: Decimal, decimals: int) -> int | None:
        """A small whole number that takes the same plural as the number as printed; None when only fractions do.

        Catalogues choose among their forms by whole numbers.
        """
        category = self.plural(number, decimals)
        return next((whole for whole in range(101) if self._locale.plural_form(whole) == category), None)

    def ordinal_category(self, number: int) -> str:
        """CLDR's ordinal category: English 2 is `two` (2nd), French 1 is `one` (1er)."""
        return str(self._locale.ordinal_form(number))

    @property
    def raises_ordinals(self) -> bool:
        """Whether the ending of an ordinal number stands above the line: French 8e, not English 8th."""
        return str(self._locale.language) == "fr"

    def day(self, instant: datetime, timezone: str, *, numeric: bool = False) -> str:
        """The day on which an instant falls in a time zone: `18 décembre 2025`, or in digits `18/12/2025`."""
        local = instant.astimezone(ZoneInfo(timezone)).date()
        if numeric:
            return format_date(local, self._digits, locale=self._locale)
        return self._first(format_date(local, "long", locale=self._locale))

    def _first(self, text: str) -> str:
        """A date with the first of a month as French writes it: CLDR prints "1 octobre"."""
        return re.sub(r"(?<!\d)1(?= \w)", "1er", text, count=1) if self._locale.language == "fr" else text

    def instant(self, instant: datetime, timezone: str) -> str:
        """Day and time in a time zone: `18 décembre 2025, 08:30`."""
        local = instant.astimezone(ZoneInfo(timezone))
        return f"{self.day(instant, timezone)}, {format_skeleton('Hm', local, locale=self._locale)}"

    def weekday(self, instant: datetime, timezone: str) -> str:
        """The same with the day of the week: « jeudi 18 décembre 2025, 08:30 »."""
        local = instant.astimezone(ZoneInfo(timezone))
        day = self._first(format_date(local.date(), "full", locale=self._locale))
        return f"{day}, {format_skeleton('Hm', local, locale=self._locale)}"

    def month(self, instant: datetime, timezone: str) -> str:
        """The month of an instant, as a heading: « Décembre 2025 »."""
        text = format_skeleton("yMMMM", instant.astimezone(ZoneInfo(timezone)), locale=self._locale)
        return text[:1].upper() + text[1:]

    def zone(self, timezone: str) -> str:
        """What a time zone is called, with its place: « heure d’Europe centrale (Bruxelles) »."""
        zone = ZoneInfo(timezone)
        place = get_timezone_location(zone, locale=self._locale, return_city=True)
        if "/" not in timezone or timezone.startswith("Etc/"):
            return place
        name = get_timezone_name(zone, width="long", locale=self._locale)
        return name if place in name else f"{name} ({place})"

    @cached_property
    def _digits(self) -> str:
        """CLDR's shortest pattern of a date, with two digits for day and month and four for the year."""
        short = self._locale.date_formats["short"].pattern
        return re.sub("y+", "yyyy", re.sub("M+", "MM", re.sub("d+", "dd", short)))

    def period(self, code: str, *, wide: bool = False) -> str:
        """A period code in words: `2024-Q1` → « T1 2024 » (wide: « 1er trimestre 2024 »), `2024-03` → « mars 2024 »; a
        year stays as it is."""
        year, _, part = code.partition("-")
        if part.startswith("Q"):
            quarter = date(int(year), 3 * int(part[1:]) - 2, 1)
            return format_date(quarter, "QQQQ yyyy" if wide else "QQQ yyyy", locale=self._locale)
        if part.isdigit():
            return format_date(date(int(year), int(part), 1), "LLLL yyyy", locale=self._locale)
        return f"{part} {year}" if part else code

    @cached_property
    def dated(self) -> re.Pattern[str]:
        """What a date with its year looks like: day, month and year, month and year, or all in digits."""
        months = {name for forms in self._locale.months.values() for name in (*forms["wide"].values(), *_short(forms))}
        month = "|".join(re.escape(name) for name in sorted(months, key=len, reverse=True))
        day, year = r"(?:0?[1-9]|[12]\d|3[01])(?:er|st|nd|rd|th|e)?\b\.?", r"(?:1[5-9]|2\d)\d\d"
        named = rf"(?:{day}\s+(?:of\s+|de\s+)?)?(?:{month})\.?\s+(?:de\s+)?{year}|(?:{month})\.?\s+{day},\s+{year}"
        digits = rf"\d{{1,2}}([./-])\d{{1,2}}\1{year}|{year}-\d\d-\d\d"
        return re.compile(rf"(?<![^\W_])(?:{named}|{digits})(?![^\W_]|[.,/-]\d)", re.I)

    def vega(self) -> Mapping[str, object]:
        """The same style as a d3 number locale, so that charts write numbers as pages do."""
        before, after = self.percent
        return {
            "decimal": self.decimal,
            "thousands": self.group,
            "grouping": list(self.grouping) if self.grouping[0] != self.grouping[1] else [self.grouping[0]],
            "currency": ["", ""],
            "minus": MINUS,
            "percent": before + after,
        }


def _short(forms: Mapping[str, Mapping[int, str]]) -> tuple[str, ...]:
    """Abbreviated names of months; those that are mere digits are none."""
    return tuple(name.rstrip(".") for name in forms.get("abbreviated", {}).values() if not name.rstrip(".").isdigit())


def known_locale(name: str) -> bool:
    """Whether CLDR knows a locale."""
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError, TypeError):
        return False
    return True


def plural_categories(locale: str) -> tuple[str, ...]:
    """CLDR's plural categories that a language tells apart, `other` last: `one`, `few`, `many`, `other`."""
    return (*sorted(Locale.parse(locale).plural_form.tags), "other")


def style_of(language: LanguageConfig) -> Style:
    """The style of a configured language: CLDR's, but for the separators that the site sets itself."""
    locale = Locale.parse(language.locale)
    symbols = locale.number_symbols["latn"]  # digits are 0 to 9 in every language, so their separators are too
    pattern = locale.decimal_formats[None]
    percent = locale.percent_formats[None]
    autonym = language.name or str(locale.get_language_name() or language.tag)
    return Style(
        tag=language.tag,
        autonym=autonym[:1].upper() + autonym[1:],
        direction=locale.text_direction,
        decimal=symbols["decimal"] if language.decimal is None else language.decimal,
        group=symbols["group"] if language.group is None else language.group,
        grouping=(pattern.grouping[0], pattern.grouping[1]),
        percent=(percent.prefix[0], _narrow(percent.suffix[0], locale)),
        _locale=locale,
    )


def _narrow(sign: str, locale: Locale) -> str:
    return sign.replace("\u00a0", "\u202f") if locale.language == "fr" else sign  # French typography; CLDR is wider
