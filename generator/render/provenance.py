"""A release's ledger in a language → the page that says where each figure comes from, and why each claim holds."""

from __future__ import annotations

from collections.abc import Sequence

from .. import urls
from ..definitions import Coordinates
from ..facts.ledger import ClaimEntry, FigureEntry, exact, keep_ledger
from ..facts.lookup import Lookup
from ..facts.spoken import Spoken
from ..facts.words import Words
from ..formats import machine, rounded
from ..model import DataFile
from .addresses import kind_name, release_path
from .answers import Facts
from .data_files import data_files
from .digests import Digests
from .frames import part_frame
from .releases import Page
from .source_views import (
    CellView,
    ClaimView,
    FiguresPage,
    FigureView,
    PairView,
    PeriodView,
    SourceFileView,
)
from .templates import Templates
from .views import LinkView


def render_figures(lookup: Lookup, release: str, lang: str, path: str, templates: Templates, digests: Digests) -> Page:
    """The page of a release's figures."""
    maker = _Maker(lookup, release, lang, path, digests)
    ledger = keep_ledger(maker.words, release)
    paths = {
        other: urls.figures_path(release_path(lookup, release, other))
        for other in lookup.languages(release)
        if lookup.cites(release, other)
    }
    page = release_path(lookup, release, lang)
    title, heading = Facts(lookup, release, lang).title().text, maker.words.message("Figures and sources")
    kind = lookup.kind(release)
    view = FiguresPage(
        frame=part_frame(lookup, lang, path, paths, release, title, heading),
        section=maker.section(kind) if lookup.config().kinds[kind].listed else None,
        release=LinkView(title, maker.link(page)),
        heading=heading,
        figures=tuple(map(maker.figure, ledger.figures)),
        periods=tuple(PeriodView(one.id, f"f-{one.id}", one.text) for one in ledger.periods),
        claims=tuple(map(maker.claim, ledger.claims)),
        literals=maker.literals(),
        charts=tuple(
            LinkView(words or name, maker.link(urls.chart_path(release, name, lang)))
            for name, words in ledger.charts
            if name in lookup.charts(release, lang)
        ),
        tables=tuple(LinkView(words or name, f"{maker.link(page)}#table-{name}") for name, words in ledger.displays),
        files=tuple(maker.files.values()),
        record=maker.link(urls.record_path(release)),
    )
    html, warnings = templates.render("figures.html", lookup, lang, page=view)
    return Page(html, list(warnings))


class _Maker:
    """Makes the parts of one page."""

    def __init__(self, lookup: Lookup, release: str, lang: str, path: str, digests: Digests) -> None:
        self.lookup, self.release, self.lang, self.path = lookup, release, lang, path
        self.words = Words(lookup, lang)
        self.spoken = Spoken(self.words, release)
        self.files = {found.table: self.file(found, digests) for found in data_files(lookup, release, lang)}

    def link(self, path: str) -> str:
        return urls.relative(path, self.path)

    def section(self, kind: str) -> LinkView:
        there = urls.section_path(self.lang, self.lookup.section(kind, self.lang))
        return LinkView(kind_name(self.lookup, self.lang, kind), self.link(there))

    def literals(self) -> tuple[PairView, ...]:
        """Words of a source, each with its name; one that is missing is told by the audit."""
        found = self.lookup.literals_with_source(self.release, self.lang)
        return tuple(PairView(one.text, self.lookup.label(self.lang, one.source or "") or "") for one in found)

    def file(self, found: DataFile, digests: Digests) -> SourceFileView:
        known = digests.of(self.lookup, self.release, found.table)
        href = self.link(urls.data_path(self.release, found.table))
        anchor = f"t-{found.table}"
        return SourceFileView(
            anchor, found.title, found.name, href, found.note, found.source, known.published, known.source
        )

    def row(self, at: Coordinates) -> tuple[PairView, ...]:
        return tuple(PairView(self.spoken.name(dimension), self.spoken.name(code)) for dimension, code in at.items())

    def figure(self, entry: FigureEntry) -> FigureView:
        spec = self.lookup.table_spec(self.release, entry.spec.table)
        value, shown = entry.value, entry.shown
        assert value.number is not None
        assert shown.number is not None
        places = varying([trail.at for trail in entry.trail])
        cells = tuple(
            CellView(
                self.spoken.place(place),
                "" if trail.cell is None or trail.cell.value is None else self.words.style.write(trail.cell.value),
                "" if trail.cell is None or trail.cell.value is None else exact(trail.cell.value),
                self.spoken.status([trail.cell.status]) if trail.cell is not None and trail.cell.status else "",
            )
            for place, trail in zip(places, entry.trail, strict=True)
        )
        texts = [printed.text for _form, printed in entry.forms]
        return FigureView(
            id=entry.id,
            anchor=f"f-{entry.id}",
            texts=tuple(dict.fromkeys(texts)),
            forms=tuple(PairView(form, text) for (form, _printed), text in zip(entry.forms, texts, strict=True)),
            exact=self.words.style.write(value.number),
            rounded=self.words.quantity(shown, self.words.style.write(rounded(shown.number, shown.decimals))),
            machine=machine(shown.number, shown.decimals),
            file=self.files[entry.spec.table],
            row=self.row(entry.at),
            measure=self.spoken.measure(entry.spec.measure, spec, entry.at),
            made_of=self.spoken.made_of(entry.spec.measure, spec, entry.at),
            unit=self.spoken.unit(value.unit),
            status=self.spoken.standing(spec, value.statuses),
            cells=cells,
        )

    def claim(self, entry: ClaimEntry) -> ClaimView:
        claim, table = entry.spec, self.lookup.table_spec(self.release, entry.spec.table)
        broken = [row.at for row in entry.verdict.breaking]
        places = varying([row.at for row in entry.rows])
        first = entry.rows[0].at
        common = {dimension: first[dimension] for dimension in table.dimensions if dimension not in places[0]}
        cells = tuple(
            CellView(
                self.spoken.place(place),
                self.spoken.number(row.value),
                exact(row.value.number) if row.value.number is not None else "",
                "",
                row.at in broken,
            )
            for place, row in zip(places, entry.rows, strict=True)
        )
        return ClaimView(
            id=claim.id,
            anchor=f"c-{claim.id}",
            texts=entry.words,
            holds=claim.holds,
            said=self.spoken.claim(claim),
            true=entry.verdict.holds,
            file=self.files[claim.table],
            row=self.row(common),
            measure=self.spoken.measure(claim.measure, table, common),
            cells=cells,
        )


def varying(places: Sequence[Coordinates]) -> list[Coordinates]:
    """What tells places apart: the dimensions in which they differ; all of them when there is only one place."""
    if len(places) < 2:
        return list(places)
    differ = [name for name in places[0] if len({place[name] for place in places}) > 1]
    return [{name: place[name] for name in differ} for place in places]
