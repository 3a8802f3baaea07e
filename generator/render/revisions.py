"""A release and what it is compared with → the list of its revised numbers: a page in each language, and a CSV."""

from __future__ import annotations

import csv
import io

from .. import urls
from ..definitions import Cell
from ..facts.ledger import exact
from ..facts.lookup import Lookup
from ..facts.revisions import SHOWN, Revision, TableRevisions, compared_tables, revisions_of
from ..facts.spoken import Spoken
from ..facts.words import Words
from .addresses import kind_name, release_path
from .answers import Facts
from .data_files import data_files
from .downloads import harmless
from .frames import part_frame
from .releases import Page
from .source_views import RevisedTable, RevisionsPage, RevisionView
from .templates import Templates
from .views import LinkView


def render_revisions(lookup: Lookup, release: str, lang: str, path: str, templates: Templates) -> Page:
    """The page that lists what was revised."""
    maker = _Maker(lookup, release, lang, path)
    page = release_path(lookup, release, lang)
    paths = {other: urls.revisions_path(release_path(lookup, release, other)) for other in lookup.languages(release)}
    title, heading = Facts(lookup, release, lang).title().text, maker.words.message("Revised data")
    kind = lookup.kind(release)
    found = revisions_of(lookup, release)
    files = {file.table: file.title for file in data_files(lookup, release, lang)}
    view = RevisionsPage(
        frame=part_frame(lookup, lang, path, paths, release, title, heading),
        section=maker.section(kind) if lookup.config().kinds[kind].listed else None,
        release=LinkView(title, maker.link(page)),
        heading=heading,
        edition=maker.edition(),
        other=maker.other(),
        tables=tuple(maker.table(files[table], one) for table, one in found.items() if one.all),
        unchanged=tuple(files[table] for table, one in found.items() if not one.all),
        file=maker.link(urls.revisions_file_path(release)),
    )
    html, warnings = templates.render("revisions.html", lookup, lang, page=view)
    return Page(html, list(warnings))


class _Maker:
    """Makes the parts of one page."""

    def __init__(self, lookup: Lookup, release: str, lang: str, path: str) -> None:
        self.lookup, self.release, self.lang, self.path = lookup, release, lang, path
        self.words = Words(lookup, lang)
        self.spoken = Spoken(self.words, release)
        self.compared = lookup.compared(release)

    def link(self, path: str) -> str:
        return urls.relative(path, self.path)

    def section(self, kind: str) -> LinkView:
        there = urls.section_path(self.lang, self.lookup.section(kind, self.lang))
        return LinkView(kind_name(self.lookup, self.lang, kind), self.link(there))

    def edition(self) -> LinkView | None:
        """The edition that it is compared with, by its date."""
        if self.lookup.edition(self.compared) is None or not self.lookup.shows(self.compared, self.lang):
            return None
        zone, style, since = self.lookup.config().timezone, self.words.style, self.lookup.modified(self.compared)
        corrected = self.lookup.corrections(self.compared)
        date = style.instant(since, zone) if corrected else style.day(since, zone)
        return LinkView(date, self.link(release_path(self.lookup, self.compared, self.lang)))

    def other(self) -> LinkView | None:
        """The other release that it is compared with, by its title."""
        if self.lookup.edition(self.compared) is not None or not self.lookup.shows(self.compared, self.lang):
            return None
        title = Facts(self.lookup, self.compared, self.lang).title().text
        return LinkView(title, self.link(release_path(self.lookup, self.compared, self.lang)))

    def table(self, title: str, found: TableRevisions) -> RevisedTable:
        return RevisedTable(
            title=title,
            unit=self.spoken.unit(found.spec.unit),
            rows=tuple(map(self.row, found.revised[:SHOWN])),
            revised=len(found.revised),
            added=len(found.added),
            removed=len(found.removed),
        )

    def row(self, one: Revision) -> RevisionView:
        difference = one.difference
        places = 0 if difference is None else max(0, -int(difference.as_tuple().exponent))
        return RevisionView(
            place=self.spoken.place(one.at),
            before=self.number(one.before),
            before_machine=_machine(one.before),
            after=self.number(one.after),
            after_machine=_machine(one.after),
            difference="" if difference is None else self.words.style.number(difference, places, plus=True),
        )

    def number(self, cell: Cell | None) -> str:
        return "" if cell is None or cell.value is None else self.words.style.write(cell.value)


def render_revisions_file(lookup: Lookup, release: str) -> bytes:
    """UTF-8 CSV with every cell that is not what it was: revised, added or removed. A dimension that a table does not
    have is empty."""
    found = revisions_of(lookup, release)
    names = list(dict.fromkeys(name for one in found.values() for name in one.spec.dimensions))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    heads = ["table", *names, "change", "before", "after", "difference", "status_before", "status_after", "unit"]
    writer.writerow(map(harmless, heads))
    for table, one in found.items():
        kinds = (("revised", one.revised), ("added", one.added), ("removed", one.removed))
        for change, revisions in kinds:
            for each in revisions:
                place = [each.at.get(name, "") for name in names]
                difference = "" if each.difference is None else exact(each.difference)
                numbers = [_machine(each.before), _machine(each.after), difference]
                statuses = ["" if cell is None else cell.status for cell in (each.before, each.after)]
                row = [*map(harmless, (table, *place)), change, *numbers, *map(harmless, statuses), one.spec.unit]
                writer.writerow(row)
    return out.getvalue().encode()


def revisions_record(lookup: Lookup, release: str) -> dict[str, object] | None:
    """The same for `release.json`: how many, and each revised number; None for a release that is not compared."""
    if not compared_tables(lookup, release):
        return None
    tables = {
        table: {
            "revised": len(one.revised),
            "added": len(one.added),
            "removed": len(one.removed),
            "cells": [
                {"at": dict(each.at), "before": _value(each.before), "after": _value(each.after)}
                for each in one.revised
            ],
        }
        for table, one in revisions_of(lookup, release).items()
    }
    file = urls.absolute(lookup.config().url, urls.revisions_file_path(release))
    return {"compared_with": lookup.compared(release), "file": file, "tables": tables}


def _machine(cell: Cell | None) -> str:
    return "" if cell is None or cell.value is None else exact(cell.value)


def _value(cell: Cell | None) -> str | None:
    return _machine(cell) or None
