"""A state → what is to do, release by release and language by language: problems where they belong, and translations.

Which release is ready follows from the problems alone, so that a site of any size is surveyed at once. How far each
block of a translation is takes time: it is worked out for the releases that a page shows, and kept by the digests of
the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..config import SiteConfig
from ..definitions import UNPUBLISHED, ReleaseHead
from ..errors import Problem
from ..facts.staleness import Pair
from ..facts.staleness import State as BlockState
from ..sources.origins import origins_path
from ..sources.site import Memo, Reading, Site, text_path
from ..translate.status import Translation, status_of
from .own import sources_of
from .session import State

Standing = Literal["unread", "announced", "draft", "embargo", "public"]

_RELEASE = re.compile(r"^data/([^/]+)/release\.toml$")
#: What a translator has to do, though it keeps nothing from being published.
_TO_DO = frozenset({"translation-unrecorded"})


@dataclass(frozen=True)
class Work:
    """A release, and what is wrong in it: in what its languages share, and in each language. `head` is None where
    release.toml, or every text, cannot be read; and where it is announced and has no text, "announced" for `date`."""

    id: str
    head: ReleaseHead | None
    standing: Standing
    shared: tuple[Problem, ...]
    languages: Mapping[str, tuple[Problem, ...]]
    date: datetime = UNPUBLISHED

    def ready_in(self, lang: str) -> bool:
        """Whether nothing is to do in a language."""
        return self.head is not None and lang in self.head.texts and not any(map(_to_do, self.languages[lang]))

    def ready(self, languages: Iterable[str]) -> bool:
        """Whether nothing is to do in any of some languages."""
        whole = self.standing != "unread" and not any(map(_to_do, self.shared))
        return whole and all(map(self.ready_in, languages))

    @property
    def done(self) -> bool:
        """Whether nothing is to do in any language, those in preparation included."""
        return self.ready(self.languages)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong in the release: in what is shared, then language by language."""
        return (*self.shared, *(problem for found in self.languages.values() for problem in found))


@dataclass(frozen=True)
class Survey:
    """All releases, newest first, those before them that cannot be read; and what is wrong elsewhere."""

    site: Site
    works: tuple[Work, ...]
    elsewhere: tuple[Problem, ...]


@dataclass(frozen=True)
class Block:
    """A block of a translation that is to do: its number on the page that shows it beside its source, its line in the
    translation (0: it has none), and its place in the source."""

    number: int
    state: BlockState
    line: int
    source: str


@dataclass(frozen=True)
class Tally:
    """How far a translation is."""

    counts: Mapping[BlockState, int]
    blocks: tuple[Block, ...]


def survey(state: State) -> Survey | None:
    """What is to do in all releases; None while the sources cannot even be listed."""
    site = sources_of(state)
    if site is None:
        return None
    paths = [*site.snapshot.digests, *(problem.where.path for problem in site.snapshot.problems)]
    names = {named.group(1) for path in paths if (named := _RELEASE.match(path))} | set(site.heads)
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in state.problems:
        found.setdefault(_owner(problem.where.path, names, site.config), []).append(problem)
    works = [
        Work(
            name,
            site.heads.get(name),
            _standing(name, site, state),
            tuple(found.get((name, ""), ())),
            {tag: tuple(found.get((name, tag), ())) for tag in site.config.tags},
            _date(name, site),
        )
        for name in sorted(names)
        if not _is_kept(site.heads.get(name)) or any(owner == name for owner, _lang in found)
    ]
    works.sort(key=_instant, reverse=True)
    return Survey(site, tuple(works), tuple(found.get(("", ""), ())))


def _is_kept(head: ReleaseHead | None) -> bool:
    """Whether it is an earlier edition, of which nothing is to do unless something is wrong in it."""
    return head is not None and head.edition is not None


def _instant(work: Work) -> float:
    return work.date.timestamp()


def _date(name: str, site: Site) -> datetime:
    if name in site.heads:
        return site.heads[name].published
    return site.announced[name].date if name in site.announced else UNPUBLISHED


def _standing(name: str, site: Site, state: State) -> Standing:
    head = site.heads.get(name)
    if head is None and name in site.announced and not _begun(name, site):
        return "announced"
    if head is None or head.published == UNPUBLISHED:
        return "unread"
    if head.draft:
        return "draft"
    return "embargo" if state.instant is not None and head.published > state.instant else "public"


def _begun(name: str, site: Site) -> bool:
    """Whether an announced release has a text, be it one that cannot be read."""
    paths = (text_path(site.config, site.announced[name].kind, name, tag) for tag in site.config.all_tags)
    return any(path in site.snapshot or site.snapshot.refuses(path) for path in paths)


def _owner(path: str, names: Iterable[str], config: SiteConfig) -> tuple[str, str]:
    """The release and the language that a source belongs to; without a language, where all share it, or the preview
    does not show it; neither, where it is of the whole site."""
    folder, *rest = path.split("/")
    if folder == "data" and len(rest) > 1 and rest[0] in names:
        return rest[0], ""
    if folder == "content" and len(rest) > 1 and rest[0] in config.all_tags:
        name = rest[-1].rpartition(".")[0]
        if name in names:
            return name, rest[0] if rest[0] in config.tags else ""
    return "", ""


def _to_do(problem: Problem) -> bool:
    return problem.level != "hint" or problem.code in _TO_DO


# ---------------------------------------------------------------- translations, block by block


def translation(site: Site, release: str, lang: str) -> Translation | None:
    """A release in a language that is not the source, block by block; None where it cannot be read. Raises
    StaleSource."""
    if release not in site.heads or is_unread(site, release, lang):
        return None
    found = status_of(Reading(site, Memo(), ()), (release,), lang).translations
    return found[0] if found else None


def is_unread(site: Site, release: str, lang: str) -> bool:
    """Whether a release has a text in a language that cannot be read."""
    path = site.text_file(release, lang)
    there = path in site.snapshot or site.snapshot.refuses(path)
    return there and lang not in site.heads[release].texts


def tally(site: Site, release: str, lang: str) -> Tally | None:
    """How far a translation is; None where it cannot be read. Raises StaleSource."""
    tallies = site.shelf.once("tallies", dict[tuple[str, str], tuple[tuple[str, ...], Tally | None]])
    text = site.text_file(release, lang)
    paths = (site.text_file(release, site.config.tags[0]), text, origins_path(text))
    digests = tuple(map(site.snapshot.digest, paths))
    known = tallies.get((release, lang))
    if known is None or known[0] != digests:
        made = translation(site, release, lang)
        known = tallies[release, lang] = (digests, None if made is None else _count(made))
    return known[1]


def _count(made: Translation) -> Tally:
    blocks = tuple(
        Block(number, pair.state, pair.target.line if pair.target else 0, _source_place(made, pair))
        for number, pair in enumerate(made.pairs, 1)
        if pair.state != "done"
    )
    return Tally(made.counts, blocks)


def _source_place(made: Translation, pair: Pair) -> str:
    return f"{made.source.path}:{pair.source.line}" if pair.source is not None else ""


def block_of(problem: Problem, found: Tally) -> int:
    """The number of the block that a problem of a translation is about; 0 where it is about none, or not to be told."""
    state = problem.code.removeprefix("translation-")
    for block in found.blocks:
        if block.state != state:
            continue
        here = block.line == problem.where.line if block.line else f"{block.source} " in problem.message
        if here:
            return block.number
    return 0
