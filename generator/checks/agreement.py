"""What was made, and a `Lookup` → numbers in it that are not those of the data: each is read back and counted again.

It runs where a target is made, on its very bytes, so that a defect anywhere in between is found: in a template, a
rounding, a drawing, a cache. What was kept from the last build was compared when it was made.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from ..definitions import Reference, ReleaseText
from ..errors import Problem, SourceRef
from ..facts.edition import PART_UNIT
from ..facts.lookup import Lookup
from ..model import Artifact, FeedText, Headline, Target
from ..sources.passages import passages
from ..sources.texts import references
from .charts import Difference, compare_drawing, compare_series, compare_spec
from .recount import UNCOUNTED, Bound, Drawing, Recount, Recounts, fractions_near
from .revised import compare_revisions
from .scan import Printed, Rows, Scan, numbers_of, pieces, printed_in, scan

COMPARED = "number-mismatch"
_LOOK = "see what the template makes of it; if it is the default one, delete build/ and build again"
_GRID = "templates/grid.html"
_REVISIONS = "templates/revisions.html"
_LISTS = MappingProxyType(
    {
        "home": "templates/home.html",
        "index": "templates/index.html",
        "catalogue": "templates/data.html",
        "feed": "templates/feed.xml",
        "rss": "templates/rss.xml",
    }
)


def check_agreement(artifact: Artifact, lookup: Lookup, shared: Recounts) -> tuple[Problem, ...]:
    """Every number of an artifact that differs from the data.

    What could not be made is told by its maker: an error in it keeps all of it from readers, and nothing is compared.
    """
    target = artifact.target
    if target.release and lookup.withdrawal(target.release) is not None:
        return ()  # nothing of it shows a number
    if artifact.failed or not (artifact.content or artifact.part) or _broken(artifact, lookup):
        return ()
    match target.kind:
        case "release" | "chart" | "embed":
            return tuple(_Page(target, lookup, shared).page(artifact.content.decode()))
        case "headline" | "feedtext":
            return tuple(_Page(target, lookup, shared).part(artifact))
        case "home" | "index" | "catalogue" | "feed" | "rss":
            return tuple(_list(target, artifact.content.decode(), lookup))
        case "picture" | "series" | "spec" if not target.path.endswith(".png"):
            return tuple(_Page(target, lookup, shared).file(artifact.content))
        case "revisions":
            found = compare_revisions(artifact.content.decode(), lookup, target.release, target.lang)
            return tuple(mismatch(target.path, one, SourceRef(_REVISIONS)) for one in found)
        case "data":
            return tuple(_table(target, artifact.content, lookup))
        case _:
            return ()


def _broken(artifact: Artifact, lookup: Lookup) -> bool:
    return any(lookup.config().level(problem).level == "error" for problem in artifact.problems)


def mismatch(path: str, difference: Difference, where: SourceRef, hint: str = _LOOK) -> Problem:
    """The problem for a number that differs."""
    what, printed, wanted = difference
    return Problem(COMPARED, f"{path} prints {printed} for {what}; the data give {wanted}", where, hint)


Asked = tuple[Bound, int]
"""What a figure must print, and the line that asks for it."""


class _Page:
    """What one release in one language prints, compared."""

    def __init__(self, target: Target, lookup: Lookup, shared: Recounts) -> None:
        self.target, self.lookup = target, lookup
        self.path = target.path or f"{target.kind} of {target.release} ({target.lang})"
        self.recount = Recount(lookup, target.release, target.lang, shared)
        self.text = lookup.text_path(target.release, target.lang)

    # -- the artifacts

    def page(self, html: str) -> Iterator[Problem]:
        """A page of the release, or of one of its charts."""
        found = scan(html)
        whole = self.target.kind == "release"
        yield from self.figures(found, needed=whole)
        if not whole:
            yield from self.chart(self.target.name, found, self.words_of(self.target.name))
            return
        for kind, name, line in self.shown():
            compare = self.table if kind == "table" else self.chart
            yield from compare(name, found, SourceRef(self.text, line))

    def part(self, artifact: Artifact) -> Iterator[Problem]:
        """What lists and feeds are put together from: what prints nothing else prints every figure of its text."""
        part = artifact.part
        if isinstance(part, Headline):
            yield from self.figures(scan(part.title_html + part.summary_html), needed=False)
        elif isinstance(part, FeedText):
            found = scan(part.content)
            yield from self.figures(found, needed=True)
            for kind, name, line in self.shown():
                if kind == "table" and f"table-{name}" in found.tables:  # one that cannot be made: the page says so
                    yield from self.table(name, found, SourceRef(self.text, line))

    def file(self, data: bytes) -> Iterator[Problem]:
        """A file of a chart."""
        name = self.target.name
        where = self.words_of(name)
        try:
            drawing = self.recount.chart(name)
        except UNCOUNTED:
            return
        for difference in self.compare(data, drawing):
            yield mismatch(self.path, difference, where)

    def words_of(self, chart: str) -> SourceRef:
        """Where the text shows a chart."""
        return SourceRef(self.text, self.lookup.chart_words(self.target.release, self.target.lang, chart).line)

    def compare(self, data: bytes, drawing: Drawing) -> Iterator[Difference]:
        """Where a file of a chart differs from its marks."""
        if self.target.kind == "series":
            return compare_series(data, drawing)
        if self.target.kind == "spec":
            return compare_spec(data, drawing)
        return compare_drawing(data.decode(), drawing, self.recount.reader)

    # -- figures

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """What the text names."""
        return references(self.lookup.text(self.target.release, self.target.lang))

    def shown(self) -> Iterator[tuple[str, str, int]]:
        """The tables and charts that the text shows, with their lines."""
        seen = set()
        for reference in self.references:
            if reference.kind in ("table", "chart") and (reference.kind, reference.name) not in seen:
                seen.add((reference.kind, reference.name))
                yield reference.kind, reference.name, reference.line

    def bounds(self, *, front: bool = False) -> dict[str, list[Asked]]:
        """What each figure of the text (or of title and summary alone) must print, in each form that is asked."""
        release, lang = self.target.release, self.target.lang
        whole = (
            references(ReleaseText(release, lang, self.text, self.lookup.front(release, lang), "", 0))
            if front
            else self.references
        )
        lines: dict[str, int] = {}
        for reference in whole:
            if reference.kind == "figure":
                lines.setdefault(reference.name, reference.line)
        found: dict[str, list[Asked]] = {}
        for expression, line in lines.items():
            try:
                name, bound = self.recount.bound(expression)
            except UNCOUNTED:
                continue
            found.setdefault(name, []).append((bound, line))
        return found

    def neighbours(self) -> list[tuple[_Page, dict[str, list[Asked]]]]:
        """The releases whose cards stand below the page, with what their titles and summaries must print."""
        target, lookup = self.target, self.lookup
        count = lookup.config().kinds[lookup.kind(target.release)].related if target.kind == "release" else 0
        if not count or lookup.rehearses:
            return []
        near = lookup.near(target.release, target.lang, count)
        pages = [_Page(target._replace(release=release), lookup, Recounts()) for release in near]
        return [(page, page.bounds(front=True)) for page in pages]

    def figures(self, found: Scan, *, needed: bool) -> Iterator[Problem]:
        """Every bound figure: of the text, or of a card that stands below it."""
        bounds = self.bounds(front=self.target.kind == "headline") if found.figures or needed else {}
        if needed and not found.figures:
            for name, bound, line in self.due(bounds):
                difference = (f'figure "{name}"', "no figure at all", self.wanted(bound))
                yield mismatch(self.path, difference, SourceRef(self.text, line))
        foreign: list[Printed] = []
        for printed in dict.fromkeys(found.figures):
            if not any(self.fits(printed, bound) for bound, _line in bounds.get(printed.figure, [])):
                foreign.append(printed)
        near = self.neighbours() if foreign else []
        for printed in foreign:
            if any(page.fits(printed, bound) for page, own in near for bound, _line in own.get(printed.figure, [])):
                continue
            known = bounds.get(printed.figure, [])
            wanted = " or ".join(dict.fromkeys(self.wanted(bound) for bound, _line in known)) or "nothing of that name"
            difference = (f'figure "{printed.figure}"', f'"{printed.text}" ({printed.value})', wanted)
            yield mismatch(self.path, difference, SourceRef(self.text, known[0][1] if known else 0))

    def due(self, bounds: Mapping[str, list[Asked]]) -> list[tuple[str, Bound, int]]:
        """The first figure of the body, outside of the descriptions of charts and the captions of tables."""
        text = self.lookup.text(self.target.release, self.target.lang)
        prose = (each for each in passages(text) if each.line >= text.body_line and each.kind not in ("chart", "table"))
        lines = {
            each.line + number for each in prose for number, line in enumerate(each.text.split("\n")) if "{{" in line
        }
        found = [(name, *asked) for name, known in bounds.items() for asked in known if asked[1] in lines]
        return found[:1]

    def wanted(self, bound: Bound) -> str:
        """The number that a figure must print, with its unit."""
        if bound.form == "period":
            return bound.count.machine
        try:
            before, after = self.recount.sides(bound.count)
        except UNCOUNTED:
            return bound.count.machine
        return before + self.recount.reader.spelled(bound.count.machine) + after

    def fits(self, printed: Printed, bound: Bound) -> bool:
        """Whether a figure prints what it must: its machine form, and its text read back."""
        machine, words = bound.count.machine, self.recount.words
        if printed.value != machine:
            return False
        text = printed.text
        if bound.form == "period":
            return text == words.style.period(machine)
        if bound.form == "words":
            return text in {words.message(name) for name in fractions_near(bound.count)}
        if bound.form == "ordinal":
            category = words.style.ordinal_category(int(machine))
            named = [self.lookup.message(self.target.lang, one, "ordinal") for one in (category, "other")]
            before, after = "", next((forms[0] for forms in named if forms), "")
        else:
            before, after = self.recount.sides(bound.count) if bound.form == "plain" else ("", "")
        if not (text.startswith(before) and text.endswith(after)):
            return False
        number = text[len(before) : len(text) - len(after)]
        plus = bound.plus and bool(machine.strip("-0.")) and machine[0] != "-"
        return self.recount.reader.number(number) == machine and number.startswith("+") == plus

    # -- tables and charts

    def table(self, name: str, found: Scan, shown: SourceRef) -> Iterator[Problem]:
        """A display, cell by cell, in place."""
        try:
            parts = self.recount.display(name)
        except UNCOUNTED:
            return
        tables = found.tables.get(f"table-{name}", [])
        yield from self.grid(f'table "{name}"', parts, tables, shown)
        yield from self.revised(f'table "{name}"', self.recount.before(name), numbers_of(tables), shown)

    def revised(
        self, what: str, before: list[list[list[str]]], tables: list[Rows], shown: SourceRef
    ) -> Iterator[Problem]:
        """The number before of each cell that is said to be revised, and of no other."""
        cells = [cell for rows in tables for row in rows for cell in row]
        wanted = [number for part in before for row in part for number in row] or [""] * len(cells)
        for cell, number in zip(cells, wanted, strict=False):
            if cell is not None and cell.was != number:
                place = f'{what}, before the revision of "{cell.text}"'
                printed, given = cell.was or "nothing", number or "nothing"
                yield mismatch(self.path, (place, printed, given), SourceRef(_GRID), _shown(shown))

    def chart(self, name: str, found: Scan, shown: SourceRef) -> Iterator[Problem]:
        """A chart: its drawings, and its data table."""
        try:
            drawing = self.recount.chart(name)
        except UNCOUNTED:
            return
        svgs = found.drawings.get(f"chart-{name}", [])
        if not svgs:
            yield mismatch(self.path, (f'chart "{name}"', "no drawing", f"{len(drawing.marks)} marks"), shown)
        for svg in svgs:
            for what, printed, wanted in compare_drawing(svg, drawing, self.recount.reader):
                yield mismatch(self.path, (f'chart "{name}", {what}', printed, wanted), shown)
        tables = found.tables.get(f"chart-{name}", [])
        yield from self.grid(f'data table of chart "{name}"', [drawing.rows], tables, shown)

    def grid(self, what: str, wanted: list[list[list[str]]], tables: list[Rows], shown: SourceRef) -> Iterator[Problem]:
        found = numbers_of(tables)
        sizes = ["×".join(map(str, map(len, part))) for part in found]
        if [[len(row) for row in part] for part in found] != [[len(row) for row in part] for part in wanted]:
            cells = sum(len(row) for part in wanted for row in part)
            printed = f"{sum(len(row) for part in found for row in part)} cells" if sizes else "no table"
            yield mismatch(self.path, (what, printed, f"{cells} cells"), SourceRef(_GRID), _shown(shown))
            return
        for part, (rows, numbers) in enumerate(zip(found, wanted, strict=True), 1):
            for row, (cells_found, cells_wanted) in enumerate(zip(rows, numbers, strict=True), 1):
                for column, (cell, number) in enumerate(zip(cells_found, cells_wanted, strict=True), 1):
                    if _agrees(cell, number, self.recount):
                        continue
                    place = f"{what}, row {row}, column {column}" + (f" of part {part}" if len(wanted) > 1 else "")
                    printed = "nothing" if cell is None else f'"{cell.text}" ({cell.value})'
                    given = self.recount.reader.spelled(number) if number else "nothing"
                    yield mismatch(self.path, (place, printed, given), SourceRef(_GRID), _shown(shown))


def _shown(place: SourceRef) -> str:
    return f"{_LOOK}; shown by {place.path}" + (f":{place.line}" if place.line else "")


def _agrees(cell: Printed | None, wanted: str, recount: Recount) -> bool:
    if cell is None or not wanted:
        return cell is None and not wanted
    return cell.value == wanted and recount.reader.number(cell.text) == wanted


# ---------------------------------------------------------------- what is put together from parts


def _asked(lookup: Lookup) -> Iterator[tuple[str, str, str]]:
    """The parts that a target asked for: kind, release, language."""
    for unit in list(lookup.asked):
        if unit.startswith(PART_UNIT):
            kind, release, lang = unit.removeprefix(PART_UNIT).split(":")
            yield kind, release, lang


def _headlines(lookup: Lookup) -> set[Printed]:
    """The figures in the headlines that a page shows."""
    found: list[Printed] = []
    for kind, release, lang in _asked(lookup):
        if kind == "headline" and any(
            side[-1] == "words" for side in lookup.asked[f"{PART_UNIT}headline:{release}:{lang}"]
        ):
            headline = lookup.headline(release, lang)
            found += scan(headline.title_html + headline.summary_html).figures
    return set(found)


def _list(target: Target, text: str, lookup: Lookup) -> Iterator[Problem]:
    """A list or a feed prints the figures of its parts, which were compared when they were made."""
    feed = target.kind in ("feed", "rss")
    if feed:
        parts = [
            lookup.feed_text(release, lang).content for kind, release, lang in _asked(lookup) if kind == "feedtext"
        ]
        raw, due = pieces(text), sum(map(pieces, parts), Counter[str]())
        found, lacking = [printed_in(piece) for piece in raw - due], [printed_in(piece) for piece in due - raw]
        known = {printed_in(piece) for piece in due} if found else set()
    else:
        known, found = _headlines(lookup), scan(text).figures
        lacking = list(known) if target.kind != "catalogue" and not found else []
    where, named = SourceRef(_LISTS[target.kind]), {figure.figure: figure for figure in known}
    for printed in dict.fromkeys(found):
        if feed or printed not in known:
            right = named.get(printed.figure)
            given = f'"{right.text}" ({right.value})' if right else "nothing of that name"
            difference = (_named(printed), f'"{printed.text}" ({printed.value})', given)
            yield mismatch(target.path, difference, where)
    if lacking and not found:
        absent = min(lacking)
        difference = (_named(absent), "nothing", f'"{absent.text}" ({absent.value})')
        yield mismatch(target.path, difference, where)


def _named(printed: Printed) -> str:
    return f'figure "{printed.figure}"' if printed.figure else "a number of a table"


# ---------------------------------------------------------------- data files


def _table(target: Target, content: bytes, lookup: Lookup) -> Iterator[Problem]:
    """The CSV that readers take home has each cell of the source, digit for digit, with its status and unit."""
    table = lookup.whole_table(target.release, target.name)
    spec, rows = table.spec, list(csv.reader(io.StringIO(content.decode(), newline="")))
    size = len(spec.dimensions)
    if len(rows) != len(table.cells) + 1:
        difference = ("rows", str(len(rows) - 1), str(len(table.cells)))
        yield mismatch(target.path, difference, SourceRef(table.path))
    for row, (key, cell) in zip(rows[1:], table.cells.items(), strict=False):
        number = "" if cell.value is None else f"{cell.value:f}"
        wanted = [*key, number, *([cell.status] if spec.status else []), spec.unit]
        found = [text.removeprefix("'") if place != size else text for place, text in enumerate(row[: len(wanted)])]
        if found != [text.removeprefix("'") if place != size else text for place, text in enumerate(wanted)]:
            difference = (", ".join(key), ", ".join(found[size:]), ", ".join(wanted[size:]))
            yield mismatch(target.path, difference, SourceRef(table.path, cell.line))
