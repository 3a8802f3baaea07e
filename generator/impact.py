"""Two versions of a site's sources → what the second would change: figures in their sentences, claims, cells, pages.

Nothing is written. Releases that are not public yet are compared too: a change is best seen before it is published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .build import build_site
from .editions import read_sources
from .errors import FactError, Problem, SourceErrors, StaleSource
from .facts.claims import judge
from .facts.displays import build_grid
from .facts.edition import Edition
from .facts.figures import parse_figure, print_figure
from .facts.lookup import Lookup
from .facts.plots import build_plot
from .facts.words import Words
from .model import Grid
from .output.write import CountedOutput
from .plan import plan
from .sources.files import Files
from .sources.passages import passages
from .workers import Tools, changed_source

_FIGURE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"([^\"]*)\")?\s*\)")
_MARKS = re.compile(r"\[\^[^\]\s]+\]|\*{1,3}|`")
_END = re.compile(r"(?<=[.!?…])[\s\u00a0\u202f»”]+(?=[A-ZÀ-Þ«“])")


@dataclass(frozen=True, order=True)
class Printed:
    """A figure as one version prints it: where it stands, its text (or what is wrong), and the sentence around it."""

    path: str
    line: int
    text: str
    sentence: str


@dataclass(frozen=True)
class FigureChange:
    """A figure of a text that would read otherwise; None where a version does not have it."""

    release: str
    lang: str
    figure: str
    before: Printed | None
    after: Printed | None


@dataclass(frozen=True)
class ClaimChange:
    """A claim whose verdict would change: "true", "false", what is wrong, or "" where a version does not make it."""

    release: str
    claim: str
    holds: str
    before: str
    after: str


@dataclass(frozen=True)
class CellChange:
    """A number of a chart or of a table for readers that would read otherwise; "" where a version does not have it."""

    release: str
    shown: str
    place: str
    before: str
    after: str


@dataclass(frozen=True)
class Impact:
    """Everything that would change. `problems` are those that only the second version has; `pages` output paths."""

    figures: tuple[FigureChange, ...] = ()
    claims: tuple[ClaimChange, ...] = ()
    cells: tuple[CellChange, ...] = ()
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        return any((self.figures, self.claims, self.cells, self.changed, self.added, self.removed, self.problems))


def compare(before: Files, after: Files, now: datetime, tools: Tools) -> Impact:
    """What the site of `after` would show that the site of `before` does not, as of an instant.

    Raises SourceErrors when a version's configuration cannot be read.
    """
    one, other = _read(before, now), _read(after, now)
    for kept, release in other.editions.items():
        if kept not in one.editions:
            one.keep(release, kept)
    outputs = [CountedOutput(), CountedOutput()]
    told = [build_site(files, output, now, tools) for files, output in zip((before, after), outputs, strict=True)]
    old, new = outputs[0].digests, outputs[1].digests
    return Impact(
        figures=tuple(_figures(one, other)),
        claims=tuple(_claims(one, other)),
        cells=tuple(_cells(one, other)),
        changed=tuple(sorted(path for path in old.keys() & new.keys() if old[path] != new[path])),
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        problems=tuple(problem for problem in told[1].problems if problem not in told[0].problems),
    )


@dataclass
class _Version:
    """What one version of the sources says, by the names of what says it; and its earlier editions: the id of each, and
    the release that it is one of."""

    editions: dict[str, str] = field(default_factory=dict)
    figures: dict[tuple[str, str, str, int], Printed] = field(default_factory=dict)
    claims: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    cells: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def keep(self, release: str, edition: str) -> None:
        """Have the release say the same as an earlier edition of its own: what `communique keep` copied is not new."""
        self.figures |= {(edition, *key[1:]): said for key, said in self.figures.items() if key[0] == release}
        self.claims |= {(edition, *key[1:]): said for key, said in self.claims.items() if key[0] == release}
        self.cells |= {(edition, *key[1:]): said for key, said in self.cells.items() if key[0] == release}


def _read(files: Files, now: datetime) -> _Version:
    try:
        site = read_sources(files)
        edition = Edition(site, plan(site, now).visible)
        version = _Version()
        for release, head in site.heads.items():
            if head.edition is not None:
                version.editions[release] = head.edition.release
            lookup = Lookup(edition, "" if release in edition.visible else release)
            for number, lang in enumerate(head.texts):
                _read_text(version, lookup, release, lang)
                if number == 0:
                    _read_release(version, lookup, release, lang)
    except StaleSource as error:
        raise SourceErrors(changed_source(error)) from None
    return version


def _read_text(version: _Version, lookup: Lookup, release: str, lang: str) -> None:
    """Every figure of a text, printed, in its sentence."""
    try:
        text, words = lookup.text(release, lang), Words(lookup, lang)
    except SourceErrors:
        return  # the build tells
    seen: dict[str, int] = {}
    for passage in passages(text):
        pieces = _FIGURE.split(passage.text)
        shown = [_print(piece, words, release) if index % 2 else piece for index, piece in enumerate(pieces)]
        for index in range(1, len(pieces), 2):
            figure = re.sub(r"\s+", " ", pieces[index]).strip()
            seen[figure] = seen.get(figure, 0) + 1
            line = passage.line + "".join(shown[:index]).count("\n")
            sentence = _sentence("".join(shown[:index]), shown[index], "".join(shown[index + 1 :]))
            version.figures[release, lang, figure, seen[figure]] = Printed(text.path, line, shown[index], sentence)


def _print(expression: str, words: Words, release: str) -> str:
    try:
        return print_figure(parse_figure(expression), words, release).text
    except FactError as error:
        return f"? ({error.message})"
    except SourceErrors:
        return "?"


def _sentence(head: str, figure: str, tail: str) -> str:
    """The sentence around a figure, without Markdown's signs. The figure stands between two private characters."""
    text = f"{head}\ue000{figure}\ue001{tail}"
    for _ in range(2):  # a chart's description may hold brackets
        text = _LINK.sub(lambda found: " ".join(part for part in found.groups() if part), text)
    text = " ".join(_MARKS.sub("", text).split(" ")).replace("\n", " ")
    place = text.find("\ue000")
    starts = [0, *(found.end() for found in _END.finditer(text) if found.end() <= place)]
    ends = [*(found.start() for found in _END.finditer(text) if found.start() > place), len(text)]
    return text[starts[-1] : ends[0]].replace("\ue000", "").replace("\ue001", "").strip()


def _read_release(version: _Version, lookup: Lookup, release: str, lang: str) -> None:
    """Every claim with its verdict, and every number of charts and tables."""
    try:
        definitions = lookup.whole_release(release)
    except SourceErrors:
        return
    for claim in definitions.claims.values():
        try:
            verdict = "true" if judge(claim, lookup, release).holds else "false"
        except FactError as error:
            verdict = error.message
        except SourceErrors:
            verdict = "its table cannot be read"
        version.claims[release, claim.id] = (claim.holds, verdict)
    for name, grid in _grids(lookup, release, lang):
        for place, shown in _flat(grid):
            version.cells[release, name, place] = shown


def _grids(lookup: Lookup, release: str, lang: str) -> Iterator[tuple[str, Grid]]:
    definitions = lookup.whole_release(release)
    for display in definitions.displays.values():
        try:
            yield f"table:{display.id}", build_grid(display, lookup, release, lang)
        except (FactError, SourceErrors):
            continue  # the build tells
    for chart in definitions.charts.values():
        try:
            yield f"chart:{chart.id}", build_plot(chart, lookup, release, lang, title="", description="")[1]
        except (FactError, SourceErrors):
            continue


def _flat(grid: Grid) -> Iterator[tuple[str, str]]:
    """Each number of a grid, under the names of its row and its column."""
    for part in grid.parts:
        heads = [head.text for head in part.heads for _column in range(head.span)]
        for group in part.groups:
            for row, cells in group.rows:
                for head, below, cell in zip(heads, part.subheads, cells, strict=True):
                    yield ", ".join(name for name in (group.head, row, head, below) if name), cell.text


# ---------------------------------------------------------------- differences


def _figures(one: _Version, other: _Version) -> Iterator[FigureChange]:
    for key in dict.fromkeys((*one.figures, *other.figures)):
        before, after = one.figures.get(key), other.figures.get(key)
        if before is None or after is None or before.text != after.text:
            yield FigureChange(key[0], key[1], key[2], before, after)


def _claims(one: _Version, other: _Version) -> Iterator[ClaimChange]:
    for key in dict.fromkeys((*one.claims, *other.claims)):
        holds, before = one.claims.get(key, ("", ""))
        later, after = other.claims.get(key, ("", ""))
        if before != after or holds != later:
            yield ClaimChange(*key, later or holds, before, after)


def _cells(one: _Version, other: _Version) -> Iterator[CellChange]:
    for key in dict.fromkeys((*one.cells, *other.cells)):
        before, after = one.cells.get(key, ""), other.cells.get(key, "")
        if before != after:
            yield CellChange(*key, before, after)


def by_figure(changes: tuple[FigureChange, ...]) -> Mapping[tuple[str, str], tuple[FigureChange, ...]]:
    """Changes of figures, those of one figure in all languages together."""
    found: dict[tuple[str, str], list[FigureChange]] = {}
    for change in changes:
        found.setdefault((change.release, change.figure), []).append(change)
    return {key: tuple(group) for key, group in found.items()}
