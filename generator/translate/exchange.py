"""A release and a language → what a translator gets: its blocks with their translations, states and notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from types import MappingProxyType

from ..definitions import ReleaseText
from ..errors import FactError, SourceErrors, UsageError, did_you_mean
from ..facts.edition import Edition
from ..facts.figures import parse_figure, print_figure
from ..facts.lookup import Lookup
from ..facts.staleness import Pair, State, pair
from ..facts.translations import other_source
from ..facts.words import Words
from ..sources.origins import Origins, block_digest
from ..sources.passages import Passage
from ..sources.site import Site
from ..sources.texts import read_text
from .inline import Parts, codes_of, numbered_like, parts_of, shown_as
from .segments import PLAIN, Segment, passage_text, segments
from .xliff import MADE, Document, Group, Unit

Notes = Callable[[Passage, str], Iterable[str]]
"""A block of the source, and the language that it is translated to → what its translator should know."""

#: The states of XLIFF that stand for ours. A block without a translation has no target.
STATES: Mapping[State, str] = MappingProxyType(
    {
        "done": "translated",
        "outdated": "needs-review-translation",
        "unrecorded": "needs-review-translation",
        "missing": "new",
    }
)
_STALE = ("outdated", "missing")


@dataclass(frozen=True)
class Bitext:
    """A release's text in the source language and in another, block by block."""

    release: str
    lang: str
    path: str
    source: ReleaseText
    target: ReleaseText | None
    origins: Origins | None

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every block of both texts, with its state."""
        return pair(self.source, self.target, self.origins)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The blocks of the source that are translated."""
        return segments(self.source)

    @cached_property
    def pair_of(self) -> Mapping[Passage, Pair]:
        """The pair of each block of the source."""
        return {one.source: one for one in self.pairs if one.source is not None}

    def present(self, segment: Segment) -> Parts | None:
        """The present translation of a block; its codes have the ids that they have in the source."""
        target = self.pair_of[segment.passage].target
        if target is None or self.target is None:
            return None
        parts = parts_of(passage_text(target, self.target), target.kind in PLAIN)
        return numbered_like(parts, segment.parts)


def bitext(site: Site, release: str, lang: str) -> Bitext:
    """A release in a language. Raises UsageError when there is no such release or language, and SourceErrors."""
    source_lang = site.config.tags[0]
    if release not in site.heads:
        nearest = did_you_mean(release, site.heads)
        raise UsageError(f'there is no release "{release}", or its files cannot be read (communique check); {nearest}')
    if lang == source_lang or lang not in site.config.tags:
        what = "is the language of the source" if lang == source_lang else "is no language of the site"
        others = ", ".join(site.config.tags[1:]) or "the site has no other"
        raise UsageError(f'"{lang}" {what}; translate to: {others}')
    source_path, path = site.text_file(release, source_lang), site.text_file(release, lang)
    if source_path not in site.snapshot:
        raise UsageError(f"{release} has no text to translate: there is no {source_path}")
    source = read_text(site.snapshot.read(source_path), source_path, release, source_lang)
    target = read_text(site.snapshot.read(path), path, release, lang) if path in site.snapshot else None
    origins = site.origins(release, lang) if target is not None else None
    if origins is not None and origins.source != source_lang:
        raise SourceErrors(other_source(path, origins.source, source_lang))
    return Bitext(release, lang, path, source, target, origins)


class FigureTexts:
    """What figures of a release print in a language, as far as it can be worked out."""

    def __init__(self, site: Site, release: str, lang: str) -> None:
        self._words = Words(Lookup(Edition(site, frozenset()), release), lang)
        self._release = release
        self.printed: dict[str, str] = {}
        self.wrong: dict[str, str] = {}

    def take(self, code: str) -> None:
        """Work out a figure, as written with its braces."""
        if code in self.printed or code in self.wrong:
            return
        try:
            self.printed[code] = print_figure(parse_figure(code[2:-2]), self._words, self._release).text
        except FactError as error:
            self.wrong[code] = error.message
        except SourceErrors as errors:
            self.wrong[code] = errors.problems[0].message if errors.problems else "its data cannot be read"

    def notes(self, parts: Parts) -> Iterator[str]:
        """A note for each figure of a block."""
        for code in dict.fromkeys(code.code for code in codes_of(parts) if code.type == "x-figure"):
            self.take(code)
            if code in self.printed:
                yield f"{code} prints: {self.printed[code]}"
            else:
                yield f"{code} cannot be worked out at present: {self.wrong[code]}"


@dataclass(frozen=True)
class Export:
    """A document, and how many of its blocks are in each state."""

    document: Document
    states: Mapping[State, int]


def export(site: Site, one: Bitext, version: str, only_stale: bool, notes: Notes) -> Export:
    """A translation as a document; `only_stale` leaves out blocks that are done or only not recorded."""
    figures = FigureTexts(site, one.release, one.lang)
    originals = FigureTexts(site, one.release, one.source.lang)
    units: list[tuple[str, Unit]] = []
    states: Counter[State] = Counter()
    for segment in one.segments:
        state = one.pair_of[segment.passage].state
        if only_stale and state not in _STALE:
            continue
        states[state] += 1
        made = _unit(one, segment, (*figures.notes(segment.parts), *notes(segment.passage, one.lang)))
        for code in codes_of(segment.parts):
            if code.type == "x-figure":
                originals.take(code.code)
        target = None if made.target is None else shown_as(made.target, figures.printed)
        made = replace(made, source=shown_as(made.source, originals.printed), target=target)
        units.append((segment.section, made))
    groups = tuple(
        Group(section or "—", tuple(unit for _section, unit in found))
        for section, found in groupby(units, key=lambda pair: pair[0])
    )
    document = Document(one.release, one.source.path, one.source.lang, one.lang, version, groups)
    return Export(document, states)


def _unit(one: Bitext, segment: Segment, notes: tuple[str, ...]) -> Unit:
    found = one.pair_of[segment.passage]
    present = one.present(segment)
    contexts = [
        ("sourcefile", one.source.path),
        ("linenumber", str(segment.passage.line)),
        ("x-kind", segment.passage.kind),
        ("x-section", segment.section),
    ]
    if present is not None and found.target is not None:
        contexts.append((MADE, block_digest(found.target.text)))
    if found.state == "outdated":
        notes = (f"The source has changed since it was translated. Before: {found.before}", *notes)
    shown = tuple((kind, text) for kind, text in contexts if text)
    return Unit(segment.id, segment.passage.kind, segment.parts, present, STATES[found.state], shown, notes)
