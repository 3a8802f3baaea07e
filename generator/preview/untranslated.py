"""The translations of a text, or the text that a translation was made from → marks of the blocks that are to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from ..definitions import ReleaseText
from ..errors import SourceErrors, SourceRef
from ..facts.staleness import Pair, State, pair
from ..facts.translations import NAMES
from ..facts.word_diff import shortened, word_diff
from ..sources.origins import Origins, plain_space
from ..sources.passages import Passage
from ..sources.site import Site
from .marks import Fact, Mark, source_fact
from .own import side_address
from .placing import Spot

#: Where the block of a text with this line stands on the page; None where that is not certain.
Spots = Callable[[Passage], Spot | None]

_SAID: Mapping[State, str] = MappingProxyType(
    {
        "outdated": "out of date: the source has changed since it was translated",
        "missing": "missing: this block of the source has no translation",
        "extra": "extra: this block translates nothing in the source",
        "unrecorded": "not recorded: nobody said what it was translated from",
    }
)
_NO_PLACE = "the page does not show this block, or shows it otherwise"


def untranslated(site: Site, text: ReleaseText, spots: Spots) -> Iterator[Mark]:
    """The marks of a text: of all its translations where it is the source, of itself where it is one."""
    source, *others = site.config.tags
    head = site.heads[text.release]
    if text.lang != source:
        if source in head.texts:
            yield from _Translation(site, site.text(text.release, source), text, text.lang).marks_there(spots)
        return
    for lang in others:
        if lang not in head.texts:
            path = site.text_file(text.release, lang)
            facts = (Fact("State", f"missing: there is no file {path}"),)
            yield Mark("translation", f"No text in {lang}", path, facts, why="it is the text as a whole")
        else:
            yield from _Translation(site, text, site.text(text.release, lang), lang).marks_here(spots)


class _Translation:
    """A text, and its translation into a language, block by block."""

    def __init__(self, site: Site, source: ReleaseText, target: ReleaseText, lang: str) -> None:
        self.source, self.target, self.lang = source, target, lang
        self.record, self.wrong = _record(site, target.release, lang)
        self.pairs = () if self.wrong else pair(source, target, self.record)

    def marks_here(self, spots: Spots) -> Iterator[Mark]:
        """The marks on the page of the source: at each block, what its translation lacks."""
        yield from self._whole()
        for number, one in enumerate(self.pairs, 1):
            if not self._is_to_do(one):
                continue
            if one.source is not None:
                yield self._mark(number, one, one.source, spots(one.source))
            else:
                yield self._mark(number, one, one.target, None, "it stands in the translation alone")

    def marks_there(self, spots: Spots) -> Iterator[Mark]:
        """The marks on the page of the translation; what is missing is marked where it would follow."""
        yield from self._whole()
        last: Spot | None = None
        for number, one in enumerate(self.pairs, 1):
            if one.target is not None:
                last = spots(one.target)
            if self._is_to_do(one):
                yield self._mark(number, one, one.target or one.source, last)

    def _whole(self) -> Iterator[Mark]:
        """What is to say of the translation as a whole."""
        why = "it is the text as a whole"
        if self.wrong:
            yield Mark(
                "translation", f"Translation ({self.lang})", self.target.path, (Fact("State", self.wrong),), why=why
            )
        elif self.record is None:
            command = f"communique translate accept {self.target.release} --lang {self.lang}"
            facts = (
                Fact("State", "not recorded: nobody said what it was translated from"),
                Fact("To do", "if the translation is right, run"),
                Fact("", command, form="code"),
            )
            yield Mark("translation", f"Translation ({self.lang})", self.target.path, facts, why=why)

    def _is_to_do(self, one: Pair) -> bool:
        return one.state != "done" and (self.record is not None or one.state != "unrecorded")

    def _mark(self, number: int, one: Pair, shown: Passage | None, spot: Spot | None, why: str = _NO_PLACE) -> Mark:
        assert shown is not None
        name = NAMES[shown.kind].capitalize()
        here = self.target if one.target is not None else self.source
        title = f"{name}, {self.lang}: {_SAID[one.state].partition(':')[0]}"
        facts = [Fact("State", _SAID[one.state])]
        if one.state == "outdated" and one.source is not None:
            pieces = shortened(word_diff(one.before, plain_space(one.source.text)))
            facts += [
                Fact("" if at else "Changed", piece.text, self.source.lang, piece.change)
                for at, piece in enumerate(pieces)
            ]
        elif one.state == "missing" and one.source is not None:
            facts.append(Fact("To translate", plain_space(one.source.text), self.source.lang))
        elif one.target is not None:
            facts.append(Fact("Text", plain_space(one.target.text), here.lang))
        if one.source is not None:
            facts.append(source_fact("Source", SourceRef(self.source.path, one.source.line)))
        if one.target is not None:
            facts.append(source_fact("Translation", SourceRef(self.target.path, one.target.line)))
        side = side_address(self.source.release, self.lang, number)
        facts.append(Fact("Compare", "both texts, side by side", href=side))
        return Mark("translation", "Translation", title, tuple(facts), "", spot, "" if spot else why)


def _record(site: Site, release: str, lang: str) -> tuple[Origins | None, str]:
    """The record of a translation, and why it cannot be used, if it cannot."""
    try:
        record = site.origins(release, lang)
    except SourceErrors as errors:
        return None, errors.problems[0].message if errors.problems else "the record cannot be read"
    if record is not None and record.source != site.config.tags[0]:
        return None, f'the record is of a translation from "{record.source}"'
    return record, ""
