"""Numbers, dates and words: the one rounding against exact fractions, printed numbers against Babel's own."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from functools import cache

import pytest
from babel import Locale
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from generator.config import LanguageConfig
from generator.formats import MINUS, Style, known_locale, machine, rounded, style_of
from generator.sources.catalogues import read_catalogue

LOCALES = (
    *("fr", "fr_BE", "fr_CH", "en_GB", "en_IN", "de", "de_AT", "de_CH", "nl", "nl_BE", "es", "es_MX", "pl", "hi", "sv"),
    *("it", "pt_BR", "pt_PT", "ru", "cs", "fi", "lt", "ar", "ar_EG", "fa", "bn", "he", "ja", "tr", "eu"),
)
NARROW, WIDE = "\u202f", "\u00a0"

numbers = st.decimals(min_value=-(10**18), max_value=10**18, allow_nan=False, allow_infinity=False, places=None)
few_decimals = st.integers(min_value=0, max_value=6)


@cache
def style(locale: str, decimal: str | None = None, group: str | None = None) -> Style:
    return style_of(LanguageConfig(locale.replace("_", "-"), locale, None, decimal, group))


# ---------------------------------------------------------------- rounding


def half_away(number: Decimal, decimals: int) -> Fraction:
    """Rounding half away from zero, worked out with exact fractions: nothing of `decimal` is trusted."""
    scaled = abs(Fraction(number)) * 10**decimals
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if number > 0 else -whole, 10**decimals)


@given(numbers, few_decimals)
def test_rounding_is_half_away_from_zero(number: Decimal, decimals: int) -> None:
    assert Fraction(rounded(number, decimals)) == half_away(number, decimals)


@given(st.integers(-(10**12), 10**12), few_decimals)
def test_a_tie_moves_away_from_zero(whole: int, decimals: int) -> None:
    """The case that half-even rounding gets wrong: exactly in the middle."""
    tie = (Decimal(whole) + (Decimal("0.5") if whole >= 0 else Decimal("-0.5"))).scaleb(-decimals)
    expected = Decimal(whole + 1 if whole >= 0 else whole - 1).scaleb(-decimals)
    assert rounded(tie, decimals) == expected


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        ("0.05", 1, "0.1"),
        ("0.15", 1, "0.2"),
        ("0.25", 1, "0.3"),  # half-even says 0.2
        ("-0.25", 1, "-0.3"),
        ("-0.04", 1, "0.0"),  # and never −0,0
        ("-0.05", 1, "-0.1"),
        ("2.5", 0, "3"),
        ("0.049999999999999999999999", 1, "0.0"),
        ("1E+3", 1, "1000.0"),
        ("999.95", 1, "1000.0"),
    ],
)
def test_rounding_by_example(number: str, decimals: int, expected: str) -> None:
    assert machine(Decimal(number), decimals) == expected


def test_rounding_does_not_depend_on_the_ambient_context() -> None:
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_HALF_EVEN
        assert rounded(Decimal("123456.25"), 1) == Decimal("123456.3")


@given(numbers, few_decimals)
def test_the_machine_form_is_a_plain_number(number: Decimal, decimals: int) -> None:
    text = machine(number, decimals)
    assert Decimal(text) == rounded(number, decimals)
    assert "E" not in text
    assert "e" not in text
    assert not (text.startswith("-") and Decimal(text) == 0)


# ---------------------------------------------------------------- numbers as CLDR writes them


def babel(number: Decimal, decimals: int, locale: str) -> str:
    """Babel's own words for a number that is rounded already.

    Ours differs in one sign, on purpose: the minus is U+2212 in every language, where CLDR mostly has a hyphen. Digits
    are 0 to 9, and their separators those of Latin digits, also where CLDR prefers native ones. Neither Babel nor we
    follow CLDR in leaving four-digit numbers ungrouped in Spanish or Polish: in a column, all numbers look alike.
    """
    pattern = Locale.parse(locale).decimal_formats[None].pattern.partition(";")[0]
    whole = pattern.partition(".")[0]
    form = f"{whole}.{'0' * decimals}" if decimals else whole
    text = format_decimal(rounded(number, decimals), format=form, locale=locale, numbering_system="latn")
    sign = Locale.parse(locale).number_symbols["latn"].get("minusSign", "-")
    return text.replace(sign, MINUS).replace("-", MINUS)


@pytest.mark.parametrize("locale", LOCALES)
@given(number=numbers, decimals=few_decimals)
def test_a_number_is_written_as_babel_writes_it(locale: str, number: Decimal, decimals: int) -> None:
    assert style(locale).number(number, decimals) == babel(number, decimals, locale)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("number", ["0", "-0.04", "7", "-7", "999", "1000", "9999", "10000", "-1234567.85", "99999.95"])
def test_the_edges_of_grouping(locale: str, number: str) -> None:
    for decimals in (0, 1, 2):
        assert style(locale).number(Decimal(number), decimals) == babel(Decimal(number), decimals, locale)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("fr", f"{MINUS}1{NARROW}234{NARROW}567,9"),
        ("en_GB", f"{MINUS}1,234,567.9"),
        ("en_IN", f"{MINUS}12,34,567.9"),
        ("hi", f"{MINUS}12,34,567.9"),
        ("de", f"{MINUS}1.234.567,9"),
        ("de_CH", f"{MINUS}1’234’567.9"),
        ("sv", f"{MINUS}1{WIDE}234{WIDE}567,9"),
        ("ar_EG", f"{MINUS}1,234,567.9"),
        ("bn", f"{MINUS}12,34,567.9"),
    ],
)
def test_numbers_by_example(locale: str, expected: str) -> None:
    assert style(locale).number(Decimal("-1234567.85"), 1) == expected


def test_the_site_may_set_its_own_separators() -> None:
    """As the National Bank of Belgium prints, where CLDR's French for Belgium has spaces."""
    assert style("fr_BE", ",", ".").number(Decimal("62472.5"), 1) == "62.472,5"
    assert style("fr_BE").number(Decimal("62472.5"), 1) == f"62{NARROW}472,5"
    assert style("en_GB", None, "").number(Decimal("62472.5"), 1) == "62472.5"


@given(numbers, few_decimals)
def test_one_number_has_the_same_digits_in_every_language(number: Decimal, decimals: int) -> None:
    texts = {locale: style(locale).number(number, decimals) for locale in ("fr_BE", "en_GB", "hi", "de_CH")}
    digits = {"".join(sign for sign in text if sign.isdigit()) for text in texts.values()}
    assert len(digits) == 1
    assert len({text.startswith(MINUS) for text in texts.values()}) == 1


@given(numbers, few_decimals)
def test_plus_is_for_positive_numbers_only(number: Decimal, decimals: int) -> None:
    text = style("fr_BE").number(number, decimals, plus=True)
    value = rounded(number, decimals)
    assert text.startswith("+") == (value > 0)
    assert text.startswith(MINUS) == (value < 0)


# ---------------------------------------------------------------- per cent, plurals, ordinals


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("fr", f"6,3{NARROW}%"),  # CLDR has the wider no-break space; French typography wants the narrow one
        ("fr_BE", f"6,3{NARROW}%"),
        ("en_GB", "6.3%"),
        ("nl", "6,3%"),
        ("de", f"6,3{WIDE}%"),
        ("tr", "%6,3"),
    ],
)
def test_the_sign_of_per_cent(locale: str, expected: str) -> None:
    found = style(locale)
    assert found.percentage(found.number(Decimal("6.3"), 1)) == expected


@pytest.mark.parametrize(
    ("locale", "number", "decimals", "category"),
    [
        ("en", "1", 0, "one"),
        ("en", "1", 1, "other"),  # 1.0 percentage points
        ("en", "0", 0, "other"),
        ("fr", "0", 0, "one"),  # 0 point
        ("fr", "1.9", 1, "one"),  # 1,9 point
        ("fr", "1.96", 1, "other"),  # printed 2,0
        ("fr", "-1.5", 1, "one"),
        ("fr", "2", 0, "other"),
        ("fr", "1000000", 0, "many"),
        ("pl", "2", 0, "few"),
        ("pl", "5", 0, "many"),
        ("pl", "1.5", 1, "other"),
        ("ja", "1", 0, "other"),
    ],
)
def test_plurals_are_those_of_the_printed_number(locale: str, number: str, decimals: int, category: str) -> None:
    assert style(locale).plural(Decimal(number), decimals) == category


@pytest.mark.parametrize(
    ("locale", "number", "category"),
    [
        *(("en", number, category) for number, category in ((1, "one"), (2, "two"), (3, "few"), (4, "other"))),
        *(("en", number, "other") for number in (11, 12, 13, 111)),
        *(("en", number, category) for number, category in ((21, "one"), (22, "two"), (103, "few"))),
        *(("fr", number, category) for number, category in ((1, "one"), (2, "other"), (21, "other"))),
        ("nl", 1, "other"),
        ("sv", 2, "one"),
    ],
)
def test_ordinals(locale: str, number: int, category: str) -> None:
    assert style(locale).ordinal_category(number) == category


# ---------------------------------------------------------------- dates and periods


@pytest.mark.parametrize(
    ("locale", "instant", "expected"),
    [
        ("fr", "2025-10-01T12:00:00+00:00", "1er octobre 2025"),
        ("fr_BE", "2025-10-01T12:00:00+00:00", "1er octobre 2025"),
        ("fr_BE", "2025-10-11T12:00:00+00:00", "11 octobre 2025"),
        ("fr_BE", "2025-12-18T07:30:00+00:00", "18 décembre 2025"),
        ("en_GB", "2025-10-01T12:00:00+00:00", "1 October 2025"),
        ("de", "2025-10-01T12:00:00+00:00", "1. Oktober 2025"),
        ("nl_BE", "2025-10-01T12:00:00+00:00", "1 oktober 2025"),
        # The day is that of the site's zone: an hour before midnight in UTC is the next day in Brussels.
        ("en_GB", "2025-12-31T23:00:00+00:00", "1 January 2026"),
        ("fr_BE", "2025-12-31T23:00:00+00:00", "1er janvier 2026"),
        ("fr_BE", "2025-12-31T22:59:59+00:00", "31 décembre 2025"),
    ],
)
def test_days(locale: str, instant: str, expected: str) -> None:
    assert style(locale).day(datetime.fromisoformat(instant), "Europe/Brussels") == expected


@given(st.dates(min_value=datetime(1900, 1, 1, tzinfo=UTC).date(), max_value=datetime(2200, 1, 1, tzinfo=UTC).date()))
def test_only_the_first_of_a_french_month_is_an_ordinal(day: object) -> None:
    instant = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    text = style("fr_BE").day(instant, "UTC")
    assert text.startswith("1er ") == (instant.day == 1)
    assert text.startswith(str(instant.day))


@pytest.mark.parametrize(
    ("locale", "code", "expected"),
    [
        ("fr_BE", "2024", "2024"),
        ("fr_BE", "2024-Q1", "T1 2024"),
        ("fr_BE", "2024-Q4", "T4 2024"),
        ("fr_BE", "2024-03", "mars 2024"),
        ("fr_BE", "2024-S2", "S2 2024"),
        ("en_GB", "2024-Q1", "Q1 2024"),
        ("en_GB", "2024-03", "March 2024"),
        ("nl_BE", "2024-Q1", "K1 2024"),
        ("pl", "2024-03", "marzec 2024"),  # the name that stands alone, not the genitive "marca"
    ],
)
def test_periods(locale: str, code: str, expected: str) -> None:
    assert style(locale).period(code) == expected


# ---------------------------------------------------------------- a language as a whole


@pytest.mark.parametrize(
    ("locale", "weekday", "month", "zone"),
    [
        ("fr_BE", "mardi 1er décembre 2026, 00:30", "Décembre 2026", "heure d’Europe centrale (Bruxelles)"),
        ("en_GB", "Tuesday, 1 December 2026, 00:30", "December 2026", "Central European Time (Brussels)"),
        ("de", "Dienstag, 1. Dezember 2026, 00:30", "Dezember 2026", "Mitteleuropäische Zeit (Brüssel)"),
    ],
)
def test_dates_of_a_calendar(locale: str, weekday: str, month: str, zone: str) -> None:
    """In the time of the site: it is still November where the instant was written."""
    instant, style = datetime.fromisoformat("2026-11-30T23:30:00+00:00"), style_of(LanguageConfig("xx", locale))
    found = style.weekday(instant, "Europe/Brussels"), style.month(instant, "Europe/Brussels")
    assert (*found, style.zone("Europe/Brussels")) == (weekday, month, zone)


def test_time_zones_that_have_a_name_or_none() -> None:
    style = style_of(LanguageConfig("en", "en_GB"))
    zones = ("UTC", "Etc/UTC", "Asia/Kolkata", "Europe/Kyiv")
    assert [style.zone(zone) for zone in zones] == ["UTC", "UTC", "India Time (Kolkata)", "Ukraine (Kyiv) Time"]


def test_a_language_names_itself() -> None:
    assert style("fr_BE").autonym == "Français"
    assert style("nl").autonym == "Nederlands"
    assert style_of(LanguageConfig("fr", "fr_BE", name="français de Belgique")).autonym == "Français de Belgique"
    assert (style("ar").direction, style("en").direction) == ("rtl", "ltr")


def test_charts_write_numbers_as_pages_do() -> None:
    assert dict(style("fr_BE", ",", ".").vega()) == {
        "decimal": ",",
        "thousands": ".",
        "grouping": [3],
        "currency": ["", ""],
        "minus": MINUS,
        "percent": f"{NARROW}%",
    }
    assert style("en_IN").vega()["grouping"] == [3, 2]


def test_known_locales() -> None:
    assert known_locale("fr_BE")
    assert not known_locale("xx_XX")
    assert not known_locale("")


def test_every_language_of_cldr_can_be_written() -> None:
    """In a process of its own: Babel's data of some rare languages spoil those of others once they are loaded."""
    code = """
from datetime import UTC, datetime
from decimal import Decimal
from babel.localedata import locale_identifiers
from generator.config import LanguageConfig
from generator.formats import style_of
for name in locale_identifiers():
    style = style_of(LanguageConfig(name.replace("_", "-"), name))
    assert style.number(Decimal("-1234.5"), 1).startswith("\\u2212"), name
    assert "1" in style.percentage("1") and style.plural(Decimal(1), 0) and style.ordinal_category(1), name
    assert style.day(datetime(2025, 10, 1, tzinfo=UTC), "UTC") and style.vega() and style.autonym, name
    assert all(style.period(code) for code in ("2024", "2024-S1", "2024-Q1", "2024-03")), name
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


# ---------------------------------------------------------------- catalogues

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Data"
msgstr "Données"

msgctxt "ordinal"
msgid "one"
msgstr "er"

msgid "%(num)s file"
msgid_plural "%(num)s files"
msgstr[0] "%(num)s fichier"
msgstr[1] "%(num)s fichiers"

#, fuzzy
msgid "Doubtful"
msgstr "Douteux"

msgid "Empty"
msgstr ""

msgid "half"
msgid_plural "halves"
msgstr[0] "demi"
msgstr[1] ""
"""


def test_a_catalogue() -> None:
    catalogue = read_catalogue(PO.encode())
    assert catalogue.find("", "Data") == ("Données",)
    assert catalogue.find("ordinal", "one") == ("er",)
    assert catalogue.find("", "one") is None
    assert catalogue.find("", "%(num)s file") == ("%(num)s fichier", "%(num)s fichiers")
    assert [catalogue.plural(number) for number in (0, 1, 2)] == [0, 0, 1]


@pytest.mark.parametrize("message", ["Doubtful", "Empty", "half", ""])
def test_what_is_not_translated_for_certain_is_absent(message: str) -> None:
    assert read_catalogue(PO.encode()).find("", message) is None


@pytest.mark.parametrize("text", [b"\xff\xfe", b"nonsense\n"])
def test_a_file_that_is_no_catalogue(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_catalogue(text)
