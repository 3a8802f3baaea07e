"""A release that is not public → its traces: what would give it away if it stood in a public output."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from ..errors import FactError, SourceErrors
from ..facts.bare_text import FIGURE, HIDDEN, bare
from ..facts.edition import Edition
from ..facts.ledger import keep_ledger
from ..facts.lookup import Lookup
from ..facts.words import Words
from ..render.answers import Facts
from ..sources.announcements import words_of
from ..sources.files import digest_of
from ..sources.passages import passages
from ..sources.site import Site

Kind = Literal["name", "title", "phrase", "number"]

#: How many words in a row are a phrase that is told from others.
PHRASE = 6
#: From how many digits on (without zeros at either end) a number is told from others.
DIGITS = 6
#: How many signs `mark_of` has: of a million traces, two have the same one with a chance of one in five hundred.
MARK = 12
#: From how many words on a title cannot stand somewhere by chance; below the first, it is looked for as a whole only.
_TITLE, _LONG_TITLE = 3, 5
_NAME_PARTS, _NAME_LETTERS = 3, 16

_INVISIBLE = re.compile(b"\xc2\xad|\xe2\x80\x8b|\xe2\x81\xa0|\xef\xbb\xbf")
_SIGNS = re.compile(b"\xc2[\x80-\xbf]|\xe2[\x80\x81\x84-\x8f][\x80-\xbf]")
_LETTERS = bytes(
    ord(chr(code).lower()) if 65 <= code <= 90 else code if 97 <= code <= 122 or code >= 128 else 32
    for code in range(256)
)
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
_TOKEN = re.compile(r"[^\W_]+")
_NUMERIC = re.compile(r"[\d._-]+")  # a date, which stands in many places
_NO_DIGIT = re.compile(r"\D+")
_RUN = re.compile(r"\d[\d.,'\u00a0\u2009\u202f\u2019 ]{4,}\d")
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:[.,'\u00a0\u2009\u202f\u2019 ]\d{3})+(?:[.,]\d+)?(?!\d)")
_POINT = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?!\d|\.\d)")
_COMMA = re.compile(r"(?<![\d.])\d+(?:,\d+)?(?!\d|\.\d)")


@dataclass(frozen=True)
class Trace:
    """Something that gives a release away. `form` is what is looked for: a name, the words of a title as printed, the
    words of a phrase in lower case, the digits of a number.

    `sure`: it says so much that it stands nowhere by chance, not even where a person wrote it.
    """

    kind: Kind
    release: str
    form: str
    sure: bool = False


def in_letters(text: bytes) -> bytes:
    """A text (UTF-8) in lower case, its words between white space, without digits, points and commas, so that neither
    the way in which a language writes numbers nor a figure between two words matters."""
    if not text.isascii():
        text = _folded(text.decode("utf-8", "replace")).encode("utf-8", "replace")
    return _SIGNS.sub(b" ", _INVISIBLE.sub(b"", text)).translate(_LETTERS, b"0123456789.,")


def letters(text: bytes) -> list[bytes]:
    """The words of a text, as `in_letters` writes them."""
    return in_letters(text).split()


def words(text: str) -> str:
    """The words and digits of a text in lower case, with single spaces."""
    return " ".join(_TOKEN.findall(_folded(_UNSEEN.sub("", text))))


def _folded(text: str) -> str:
    """A text in lower case, each letter with its accent in one character: macOS writes some of them in two."""
    return unicodedata.normalize("NFC", text).casefold()


def digits(number: str) -> str:
    """The digits of a number, without zeros at either end: the same whatever the language."""
    return _NO_DIGIT.sub("", number).strip("0")


def numbers(text: str) -> set[str]:
    """The digits of every long number in a text, however a language or a file may write it."""
    runs = "\n".join({run for run in _RUN.findall(text) if len(run) >= DIGITS})
    found = {number for form in (_GROUPED, _POINT, _COMMA) for number in form.findall(runs)}
    return {number for number in map(digits, found) if len(number) >= DIGITS}


def traces_of(edition: Edition, release: str) -> tuple[Trace, ...]:
    """The traces of a release, in order; without those that its `[embargo.allow]` lets pass or that it has announced,
    and without names and titles that something public has too."""
    found = dict.fromkeys(_names(edition, release))
    if release in edition.site.heads:
        found |= dict.fromkeys((*_texts(edition, release), *_numbers(edition, release)))
    found |= dict.fromkeys(_to_be_announced(edition, release))
    allowed = [f" {words(text)} " for text in _allowed(edition.site, release)]
    return tuple(trace for trace in found if not any(f" {words(trace.form)} " in text for text in allowed))


def mark_of(trace: Trace) -> str:
    """A short digest of a trace, by which a later build knows what was already looked for."""
    return digest_of(repr((trace.kind, trace.form, trace.sure)))[:MARK]


def _allowed(site: Site, release: str) -> Iterable[str]:
    announced = site.announced.get(release)
    told = () if announced is None else tuple(words_of(announced))
    try:
        return (*told, *site.release(release).allowed)
    except SourceErrors:
        return told


# ---------------------------------------------------------------- names


def _names(edition: Edition, release: str) -> Iterator[Trace]:
    """The id and the slugs; those that something public is called too are no trace."""
    site, heads = edition.site, edition.site.heads
    texts = heads[release].texts if release in heads else {}
    shown = [front for name in edition.visible for front in heads[name].texts.values()]
    public = {front.slug for front in shown} | {chart for front in shown for chart in front.charts} | edition.visible
    public |= {table for name in edition.visible for table in heads[name].files}
    public |= {*site.config.kinds, *(kind.folder for kind in site.config.kinds.values())}
    public |= {site.section(kind, lang) for kind in site.config.kinds for lang in site.config.tags}
    for name in dict.fromkeys((release, *(front.slug for front in texts.values()))):
        if name not in public:
            parts = len(re.split("[-_]", name))
            sure = parts >= _NAME_PARTS or (parts > 1 and len(name) >= _NAME_LETTERS)
            yield Trace("name", release, name, sure and not _NUMERIC.fullmatch(name))


# ---------------------------------------------------------------- titles and texts


def _texts(edition: Edition, release: str) -> Iterator[Trace]:
    site = edition.site
    known = _public_words(edition)
    for lang, front in site.heads[release].texts.items():
        typed = [front.title, front.summary, *_notices(edition, release, lang)]
        titles, summaries, shown = [front.title], [front.summary], []
        printed = _printed(edition, release, lang)
        titles += printed[:1]
        summaries += printed[1:]
        try:
            text = site.text(release, lang)
            blocks = [bare(passage).text for passage in passages(text)]
            charts = site.charts_shown(release, lang).values()
            shown = [chart.title for chart in charts]  # which the next edition often has again
            typed += [*blocks, *(chart.description for chart in charts)]
        except SourceErrors:
            pass  # what cannot be read cannot be shown; its title and summary were read
        for title in dict.fromkeys((*titles, *shown)):
            plain = words(title)
            if "{{" not in title and plain and not any(f" {plain} " in public for public in known):
                long = title not in shown and len(letters(title.encode())) >= _LONG_TITLE
                yield Trace("title", release, " ".join(title.split()), long)
        for block in dict.fromkeys((*typed, *titles, *shown, *summaries)):
            yield from _phrases(release, block)


def _notices(edition: Edition, release: str, lang: str) -> Iterator[str]:
    """What the corrections of a release say, that no public one says: a correction waits under a name of its own."""
    heads = edition.site.heads
    told = {text for name in edition.visible for one in heads[name].corrections for text in one.texts.values()}
    said = (one.texts[lang] for one in heads[release].corrections if lang in one.texts)
    yield from (text for text in said if text not in told)


def _to_be_announced(edition: Edition, release: str) -> Iterator[Trace]:
    """What the calendar will say of a release, and does not say yet."""
    try:
        announced = edition.site.release(release).announced
    except SourceErrors:
        return
    for said in dict.fromkeys(words_of(announced) if announced is not None else ()):
        plain = words(said)
        if plain and not any(f" {plain} " in public for public in _public_words(edition)):
            yield Trace("title", release, said, len(letters(said.encode())) >= _LONG_TITLE)


def is_long(title: str) -> bool:
    """Whether a title is looked for within other words; a shorter one only where it stands alone."""
    return len(letters(title.encode())) >= _TITLE


def _phrases(release: str, block: str) -> Iterator[Trace]:
    """Every few words in a row, between two figures."""
    for piece in re.split(rf"{FIGURE}+|\{{\{{.*?\}}\}}", block.replace(HIDDEN, " "), flags=re.S):
        found = letters(piece.encode())
        for start in range(len(found) - PHRASE + 1):
            yield Trace("phrase", release, b" ".join(found[start : start + PHRASE]).decode())


def _printed(edition: Edition, release: str, lang: str) -> list[str]:
    """Title and summary with their figures printed, as far as they can be."""
    facts = Facts(Lookup(edition, release), release, lang)
    try:
        return [facts.title().text, facts.summary().text]
    except (SourceErrors, FactError):
        return []


def _public_words(edition: Edition) -> set[str]:
    """Titles of public releases, what is announced, names of codes, texts of templates, as `words` between spaces."""
    site = edition.site
    told = tuple(dict.fromkeys(text for one in site.announced.values() for text in words_of(one)))

    def found() -> tuple[Site, set[str]]:
        return site, {  # with the site, so that no other one gets its identity
            *(f" {words(text)} " for text in told),
            *(f" {words(front.title)} " for name in edition.visible for front in site.heads[name].texts.values()),
            *(f" {words(name)} " for names in site.labels.names.values() for name in names.values()),
            *(f" {words(form)} " for lang in site.config.tags for form in _translations(site, lang)),
        }

    return site.shelf.once(("public words", edition.visible, told, id(site)), found)[1]


def _translations(site: Site, lang: str) -> Iterable[str]:
    """Every text of the catalogues of a language; none where one cannot be read, which stops the build."""
    try:
        catalogues = site.catalogues(lang)
    except SourceErrors:
        return ()
    return [form for catalogue in catalogues for forms in catalogue.messages.values() for form in forms]


# ---------------------------------------------------------------- numbers


def _numbers(edition: Edition, release: str) -> Iterator[Trace]:
    """Long numbers: of every cell, exact and rounded, and of every figure that a text prints."""
    site = edition.site
    found: dict[str, None] = {}
    for table in site.heads[release].files:
        try:
            data = site.table(release, table)
        except (SourceErrors, KeyError):
            continue
        for cell in data.cells.values():
            if cell.value is not None:
                found.update(dict.fromkeys(_forms(cell.value, data.spec.decimals)))
    for lang in site.heads[release].texts:
        try:
            ledger = keep_ledger(Words(Lookup(edition, release), lang), release)
        except (SourceErrors, FactError):
            continue
        for entry in ledger.figures:
            for _written, printed in entry.forms:
                found.update(dict.fromkeys(sorted(numbers(printed.text))))
    yield from (Trace("number", release, number) for number in found if len(number) >= DIGITS)


def _forms(value: Decimal, decimals: int) -> Iterator[str]:
    if not value.is_finite() or abs(value) >= Decimal(10) ** 25:
        return
    yield digits(format(value, "f"))
    for places in {0, 1, decimals}:
        yield digits(format(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f"))
