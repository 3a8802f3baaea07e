"""What the words of a text say → what nothing stands behind: numerals, signs, claims; unit by unit, and planted."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.config import LanguageConfig, load_config
from generator.definitions import LiteralSpec
from generator.errors import Problem, SourceErrors
from generator.facts.audit import audit_release
from generator.facts.bare_text import Bare, bare
from generator.facts.directions import directions
from generator.facts.edition import Edition
from generator.facts.kept import Kept
from generator.facts.lookup import Lookup
from generator.facts.numerals import Allowed, allowed_years, numerals
from generator.formats import Style, style_of
from generator.sources.files import Files, FolderFiles, take_snapshot
from generator.sources.passages import Passage
from generator.sources.releases import read_release
from generator.sources.site import Memo, Site, read_site
from generator.sources.wording import LISTS, Wording, any_of, read_wording

ROOT = Path(__file__).parents[2]
FILES = {
    "fr": "templates/locale/fr/wording.toml",
    "en": "templates/locale/en/wording.toml",
    "nl": "tests/sites/rivers/templates/locale/nl/wording.toml",
}
LOCALES = {"fr": "fr_BE", "en": "en_GB", "nl": "nl_BE"}
WORDS: MappingProxyType[str, Wording] = MappingProxyType(
    {lang: read_wording((ROOT / path).read_bytes(), path)[0] for lang, path in FILES.items()}
)
STYLES: MappingProxyType[str, Style] = MappingProxyType(
    {lang: style_of(LanguageConfig(lang, locale)) for lang, locale in LOCALES.items()}
)
NONE = Allowed((2019, 2024), {})


def text_of(text: str, line: int = 7) -> Bare:
    return bare(Passage("paragraph", text, line))


def found(text: str, lang: str = "en", allowed: Allowed = NONE) -> list[str]:
    passage = text_of(text)
    return [text[start:end] for start, end in numerals(passage, STYLES[lang], WORDS[lang], allowed, set())]


# ---------------------------------------------------------------- what counts as a numeral


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "By 6.3% in 2024, EUR 62,472.5 million.", ["6.3", "62,472.5 million"]),
        ("en", "A half-time job; half of it, two-thirds, twenty-five, two hundred and six.", None),
        ("en", "Doubled twice, tenfold, a quarter of it.", ["Doubled twice", "tenfold", "a quarter"]),
        ("en", "The first, the third country, the last quarter, no one, someone, weight, often.", []),
        ("en", "½ and 2½, *12* and _13_, (14), 5G, 12th, ٣.", ["½", "2", "12", "13", "14", "5", "12", "٣"]),
        ("fr", "12 500 et 12 500 et 62.472,5 millions", ["12 500", "12 500", "62.472,5 millions"]),
        ("fr", "Le double, la moitié, un tiers, d’un quart, vingt-cinq, deux cents", None),
        ("fr", "Un deux-points, un site de tiers, une autre, la première, le second, six pour cent.", ["six"]),
        ("nl", "twee derde, een kwart, de helft, vijfentwintig, verdubbeld, tien", None),
        ("nl", "een eerste, tweede en derde plaats", []),
    ],
)
def test_numerals(lang: str, text: str, expected: list[str] | None) -> None:
    if expected is None:
        assert found(text, lang)
    else:
        assert found(text, lang) == expected


@pytest.mark.parametrize("sign", ["+", "−", "€", "$", "€ "])
def test_a_year_with_a_sign_is_a_number(sign: str) -> None:
    assert found(f"by {sign}2024") == ["2024"]


@pytest.mark.parametrize(
    "text",
    ["2024", "In 2019.", "2019–2024", "2019-2024", "2019/2024", "(2020)", "**2021**", "[2022](/x/)", "2023, 2024"],
)
def test_years_of_the_periods(text: str) -> None:
    assert found(text) == []
    assert found(text, allowed=Allowed(None, {})) != []
    assert found(text, allowed=Allowed((2010, 2018), {})) != []


@pytest.mark.parametrize(
    "text", ["2025", "2018", "2024%", "2024 %", "2024.5", "2,024", "2024 000", "2019/20", "2024km"]
)
def test_what_is_no_year(text: str) -> None:
    assert found(text) != []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "on 20 February 2025"),
        ("en", "October 2025; Oct 2025; October 5, 2025; 5th October 2025"),
        ("en", "18/12/2025, 18.12.2025 and 2025-12-18"),
        ("fr", "le 1er octobre 2025, le 20 février 2025, d’octobre 2025"),
        ("nl", "op 20 februari 2026"),
    ],
)
def test_dates(lang: str, text: str) -> None:
    assert found(text, lang) == []


@pytest.mark.parametrize("text", ["20 February", "32 October 2025", "October 20255", "18/12/25", "20 février 2025"])
def test_what_is_no_date(text: str) -> None:
    assert found(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "B2B, CO2, G20, Q1",
        "`12 firms` and ``a ` 13``",
        "{{ exports.2024-Q2 | decimals(2) }}",
        "[words](https://stat.example/12/13_(14)) and [words](release:trade-12#13) and <https://stat.example/12>",
        "![alt](chart:growth-12) and https://stat.example/12",
        "[^1] and words[^12]",
        "a&nbsp;b &#8239; &#xA0;",
        "[id]: https://stat.example/12",
        "[in all three regions, two of them](claim:fell-2)",
    ],
)
def test_what_readers_do_not_read_as_a_number(text: str) -> None:
    assert found(text) == []


def test_digits_in_a_claim_are_reported_and_so_is_what_surrounds_it() -> None:
    assert found("[12 of three](claim:a), three, [three](/x/)") == ["12", "three", "three"]
    assert found("&#50; of &#x33;") != [], "digits in disguise"


# ---------------------------------------------------------------- literals


def literals(*texts: str) -> Allowed:
    return Allowed(None, {text: LiteralSpec(text, "a reason", None) for text in texts})


def test_a_literal_is_exact() -> None:
    allowed = literals("two studies", "ESA 2010", "5", "EN 301 549")
    assert found("two studies, ESA 2010, 5, EN 301 549", allowed=allowed) == []
    assert found("two\n  studies, ESA\u00a02010, EN\u00a0301\u202f549", allowed=allowed) == []
    assert found("Two studies", allowed=allowed) == ["Two"]
    assert found("twenty-two studies, 2,5 and 55, ESA 20101", allowed=allowed) == ["twenty", "2,5", "55", "20101"]


def test_literals_that_were_needed() -> None:
    used: set[str] = set()
    allowed = literals("two studies", "three", "B2B")
    numerals(text_of("two studies, B2B"), STYLES["en"], WORDS["en"], allowed, used)
    assert used == {"two studies"}


CONFIG = load_config(b'url = "https://stat.example/"\nlanguages = ["fr"]\n[kinds.news]\nfolder = "news"\n')
HEAD = 'kind = "news"\npublished = 2025-01-01T00:00:00Z\n[literals]\n'


def test_literals_of_a_release() -> None:
    text = HEAD + '"ESA  2010" = "a name"\n\n"two studies" = { reason = "counted", source = "OFFICE" }\n'
    release = read_release(text.encode(), "data/a/release.toml", "a", CONFIG)
    assert release.literals == {
        "ESA 2010": LiteralSpec("ESA 2010", "a name", None, 4),
        "two studies": LiteralSpec("two studies", "counted", "OFFICE", 6),
    }


@pytest.mark.parametrize("value", ["3", "true", '""', "{}", "{ why = 'x' }", "[]", "{ reason = 3 }"])
def test_mistakes_of_literals(value: str) -> None:
    with pytest.raises(SourceErrors) as caught:
        read_release(f'{HEAD}"a" = {value}\n'.encode(), "data/a/release.toml", "a", CONFIG)
    assert {problem.code for problem in caught.value.problems} == {"bad-release"}
    assert {problem.where.line for problem in caught.value.problems} == {4}


def test_allowed_years() -> None:
    assert allowed_years(["2024-Q1", "2019", "2022-03"]) == (2019, 2024)
    assert allowed_years([]) is None


# ---------------------------------------------------------------- properties

PLAIN = st.text("abcdefghijklmnoprsuvz éà,;:()*", max_size=40).filter(lambda text: not found(text, "en"))


@given(PLAIN, st.integers(0, 9), PLAIN, st.sampled_from(["7", "6.3", "62.472,5", "twelve", "two thirds", "½", "1999"]))
def test_a_planted_numeral_is_always_reported_with_its_line(before: str, lines: int, after: str, planted: str) -> None:
    text = before + "\nx" * lines + f" {planted} " + after
    passage = text_of(text)
    spans = numerals(passage, STYLES["en"], WORDS["en"], NONE, set())
    at = len(before) + 2 * lines + 1
    assert any(start <= at < end for start, end in spans)
    assert {passage.line(start) for start, _end in spans} == {7 + lines}


@given(
    st.lists(
        st.one_of(PLAIN, st.from_regex(r"\A\{\{ ?[a-z]{1,5}(\.[0-9A-Z]{1,5}){0,2}( \| [a-z]+(\([0-9]\))?)? ?\}\}\Z"))
    )
)
def test_a_bound_text_never_reports(parts: list[str]) -> None:
    assert found(" ".join(parts)) == []


@given(st.text(max_size=200))
def test_covers_keep_every_character_in_its_place(text: str) -> None:
    passage = text_of(text)
    assert len(passage.text) == len(text)
    assert all(one in (other, "\ue000", "\ue001") for one, other in zip(passage.text, text, strict=True))
    numerals(passage, STYLES["fr"], WORDS["fr"], NONE, set())
    list(directions(passage, WORDS["fr"]))


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize("lang", FILES)
def test_every_phrase_of_a_list_is_found(lang: str) -> None:
    values = tomllib.loads((ROOT / FILES[lang]).read_text(encoding="utf-8"))
    assert set(values) == set(LISTS)
    for phrases in values.values():
        pattern = any_of(phrases)
        for phrase in phrases:
            for written in (phrase, phrase.upper(), phrase.replace("’", "'"), phrase.replace(" ", "\n")):
                match = pattern.search(f"so {written} z")
                assert match is not None, phrase
                assert match.group() == written, phrase
            assert pattern.search(f"x{phrase}x") is None or phrase[-1] == "’", phrase


@pytest.mark.parametrize("lang", FILES)
def test_a_word_points_one_way(lang: str) -> None:
    words = WORDS[lang]
    assert not {*words.rising} & {*words.falling}
    assert not {*words.numbers} & {*words.fractions}


# ---------------------------------------------------------------- directions


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "Exports rose by {{ a }}", ["rose up a"]),
        ("en", "Exports [rose sharply](claim:x) in Wallonia, by about {{ a | drop }}", ["rose up a | drop"]),
        ("en", "a rise of **{{ a }}**, after a fall of {{ b }}", ["rise up a", "fall down b"]),
        ("en", "it fell to {{ a }}; it rose: {{ b }}. Up. By {{ c }}", []),
        ("en", "after a fall, it rose by {{ a }}", ["rose up a"]),
        ("en", "the fall in the growth rate of {{ a }}", []),
        ("en", "growth was strong in the year that saw an end of {{ a }}", []),
        ("fr", "en hausse de {{ a }}, en recul d’environ {{ b }}", ["hausse up a", "recul down b"]),
        ("fr", "ont augmenté à nouveau de {{ a }}", ["augmenté up a"]),
        ("fr", "La hausse est nette : {{ a }}", []),
        ("nl", "steeg met {{ a }}, een daling van {{ b }}", ["steeg up a", "daling down b"]),
    ],
)
def test_directions(lang: str, text: str, expected: list[str]) -> None:
    given = [f"{one.word} {one.way} {one.expression.strip()}" for one in directions(text_of(text), WORDS[lang])]
    assert given == expected


# ---------------------------------------------------------------- the sample site, and numerals planted in it


class Changed:
    """The sample site with other bytes in one file."""

    def __init__(self, path: str = "", data: bytes = b"") -> None:
        self.folder, self.path, self.data = FolderFiles(ROOT), path, data

    def __getattr__(self, name: str) -> object:
        return getattr(self.folder, name)

    def read(self, path: str) -> bytes:
        return self.data if path == self.path else self.folder.read(path)


def site_of(files: Files) -> Site:
    config = load_config((ROOT / "site.toml").read_bytes())
    return read_site(config, take_snapshot(files, {}, 10_000_000), Memo()).site


def audited(site: Site, release: str) -> tuple[Problem, ...]:
    return audit_release(release, Lookup(Edition(site, frozenset(site.heads))), Kept())


@pytest.fixture(scope="module")
def sample() -> Site:
    return site_of(FolderFiles(ROOT))


def test_the_sample_site_says_nothing_that_nothing_stands_behind(sample: Site) -> None:
    assert {release: audited(sample, release) for release in sample.heads} == dict.fromkeys(sample.heads, ())


def test_the_sample_site_holds_itself_to_it(sample: Site) -> None:
    assert sample.config.levels["unbound-number"] == "error"


PLACES = {
    "title": r"^(title: .*)$",
    "summary": r"^(summary: .*)$",
    "prose": r"^((?:Exports of goods weakened|Les exportations de biens ont fléchi).*)$",
    "heading": r"^(## .*)$",
    "item": r"^(- \*\*.*)$",
    "alt": r"^(!\[.*?\.)\]\(chart:trade-growth",
    "chart title": r"^(!\[.*\]\(chart:trade-growth \".*)\"\)$",
    "caption": r"^(!\[[^\]]*)\]\(table:",
    "box": r"^(/// box \| .*)$",
    "footnote": r"^(\[\^2\]: .*)$",
}


@pytest.mark.parametrize("planted", ["17", "{word}"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_numeral_planted_in_the_sample_site(lang: str, place: str, planted: str) -> None:
    word = planted.format(word={"fr": "douze", "en": "twelve"}[lang])
    path = f"content/{lang}/communiques/regional-trade-2024.md"
    text = (ROOT / path).read_text(encoding="utf-8")
    match = re.search(PLACES[place], text, re.M)
    assert match is not None, place
    changed = f"{text[: match.end(1)]}, {word}{text[match.end(1) :]}"
    problems = audited(site_of(Changed(path, changed.encode())), "regional-trade-2024")  # type: ignore[arg-type]
    line = text.count("\n", 0, match.end(1)) + 1
    stale = [("translation-outdated", path.replace("/fr/", "/en/"), line)] if lang == "fr" else []
    assert [(problem.code, problem.where.path, problem.where.line) for problem in problems] == [
        *stale,
        ("unbound-number", path, line),
    ]
    assert problems[-1].message.startswith(f'"{word}" comes from no cell: ')
    assert problems[-1].level == "warning"


def test_an_audit_depends_on_the_words_of_each_language(sample: Site) -> None:
    lookup = Lookup(Edition(sample, frozenset(sample.heads)))
    audit_release("about", lookup, Kept())
    assert {"@template/locale/fr/wording.toml", "@template/locale/en/wording.toml"} <= set(lookup.asked)
