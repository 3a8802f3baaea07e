"""`[charts.ID]` and a language → Plot, and the Grid that says the same in numbers; nothing about how it is drawn."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ..definitions import ChartSpec, Entry, MeasureSpec
from ..errors import FactError, did_you_mean
from ..formats import machine, rounded
from ..model import Colour, Grid, GridCell, GridGroup, GridHead, GridPart, Panel, Plot, Point, Value
from .displays import MISSING, legend, notes_of, rounding, source_of, status_of
from .lookup import Lookup
from .measures import check_codes, evaluate, mixed
from .sums import Shown
from .table_data import TableData
from .words import Words

_LEVEL = MeasureSpec("level")
_FIRST_SLOTS = (1, 2, 3, 4, 5, 6)


def build_plot(
    chart: ChartSpec, lookup: Lookup, release: str, lang: str, *, title: str, description: str
) -> tuple[Plot, Grid]:
    """A chart in a language, and its data as a table. Raises FactError and SourceErrors."""
    words = Words(lookup, lang)
    maker = _Maker(chart, words, lookup.data(release, chart.table))
    panels = tuple(maker.panel(entry) for entry in chart.panels)
    spec = maker.data.spec
    status = status_of(words, spec, maker.statuses)
    own_notes = tuple(words.label(code) for code in dict.fromkeys((chart.note, spec.note)) if code)
    plot = Plot(
        id=chart.id,
        lang=lang,
        type=chart.type,
        title=title,
        subtitle=maker.subtitle(panels),
        description=description,
        panels=panels,
        colours=maker.colours(),
        columns=chart.columns,
        status=status,
        notes=own_notes,
        source=source_of(words, spec),
        category_head=_head(words, chart.category),
        series_head=_head(words, chart.series) if chart.series else "",
    )
    part = _grid_part(plot)
    gaps = legend(words, [part])
    sums = rounding(words, maker.shown)
    plot = replace(plot, notes=(*gaps, *plot.notes, *sums))
    notes = (*gaps, *notes_of(words, spec, maker.statuses, chart.note), *sums)
    return plot, Grid(plot.id, plot.category_head, (part,), notes, plot.source, len(part.subheads)).aligned()


def _head(words: Words, dimension: str) -> str:
    return words.lookup.label(words.lang, dimension) or ""


class _Maker:
    """Makes the panels of one chart, and keeps what its notes need to know."""

    def __init__(self, chart: ChartSpec, words: Words, data: TableData) -> None:
        self.chart, self.words, self.data = chart, words, data
        self.statuses: set[str] = set()
        self.shown = Shown(data.spec)
        self.series = self.members(chart.series) if chart.series else ("",)
        self.categories = self.members(chart.category)
        for code in chart.highlight:
            if code not in self.categories:
                message = f'"highlight" names "{code}", which the chart does not show'
                raise FactError("unknown-member", message, did_you_mean(code, self.categories))
        if chart.sort == "descending":
            self.categories = self.by_size()

    def members(self, dimension: str) -> tuple[str, ...]:
        return self.chart.members.get(dimension) or self.data.members(dimension)

    def by_size(self) -> tuple[str, ...]:
        """Categories by the sum of their values over all panels, largest first; in the given order when equal."""
        sums = dict.fromkeys(self.categories, Decimal(0))
        for entry in self.chart.panels:
            for category in self.categories:
                for series in self.series:
                    sums[category] += self.value(entry, category, series).number or Decimal(0)
        return tuple(sorted(self.categories, key=lambda code: -sums[code]))

    def value(self, entry: Entry, category: str, series: str) -> Value:
        at = {**entry.at, self.chart.category: category}
        if self.chart.series:
            at[self.chart.series] = series
        measure = entry.measure or _LEVEL
        check_codes(self.data, measure, at)
        value = evaluate(self.data, measure, at)
        if entry.unit:
            value = self.words.convert(value, entry.unit)
        if entry.decimals is not None:
            value = replace(value, decimals=entry.decimals)
        self.statuses |= value.statuses
        if measure.name == "level" and value.number is not None:
            self.shown.add(at, value.unit, rounded(value.number, value.decimals))
        return value

    def panel(self, entry: Entry) -> Panel:
        values = {
            (category, series): self.value(entry, category, series)
            for category in self.categories
            for series in self.series
        }
        if len(units := sorted({value.unit for value in values.values()})) > 1:
            raise mixed(f"a panel shows {' beside '.join(units)}")
        title = self.words.label(entry.label) if entry.label else self.words.place(entry.at)
        points = tuple(self.point(title, category, series, value) for (category, series), value in values.items())
        first = next(iter(values.values()))
        total = self.total(list(values.values())) if self.chart.total else ""
        return Panel(title, self.words.unit(first.unit), total, points, first.decimals)

    def total(self, values: list[Value]) -> str:
        """The sum of a panel's marks as printed; none when one of them has no value."""
        numbers = [value.number for value in values if value.number is not None]
        if len(numbers) < len(values):
            return ""
        total = sum(numbers, Decimal(0))
        decimals = values[0].decimals
        self.shown.add_total(rounded(total, decimals), [rounded(number, decimals) for number in numbers])
        return self.words.style.number(total, values[0].decimals)

    def point(self, title: str, category: str, series: str, value: Value) -> Point:
        own = [self.words.label(category), *([self.words.label(series)] if series else [])]
        names = [*([title] if title else []), *own]
        if value.number is None:
            printed, said = MISSING, self.words.message("not available")
        else:
            printed = self.words.style.number(value.number, value.decimals)
            said = self.words.quantity(value, printed)
        sentence = self.words.message("{what}: {value}").replace("{what}", ", ".join(names)).replace("{value}", said)
        return Point(
            category=category,
            category_label=own[0],
            series=series,
            series_label=own[1] if series else "",
            colour={self.chart.category: category, self.chart.series: series}.get(self.chart.colour, ""),
            number=value.number,
            printed=printed,
            sentence=sentence,
            highlighted=not self.chart.highlight or category in self.chart.highlight,
            status=_status(value),
        )

    def colours(self) -> tuple[Colour, ...]:
        if self.chart.colour is None:
            return ()
        members = self.categories if self.chart.colour == self.chart.category else self.series
        slots = self.words.lookup.config().colours
        free = iter([slot for slot in _FIRST_SLOTS if slot not in {slots.get(code) for code in members}])
        return tuple(
            Colour(code, self.words.label(code), slots[code] if code in slots else next(free, 0)) for code in members
        )

    def subtitle(self, panels: tuple[Panel, ...]) -> str:
        """What release.toml says, else the units of the panels."""
        if self.chart.subtitle:
            return self.words.label(self.chart.subtitle)
        return ", ".join(dict.fromkeys(panel.unit for panel in panels if panel.unit))


def _status(value: Value) -> str:
    """What is not normal in the observations behind a value."""
    if value.number is None:
        return "M"
    return "".join(sorted(value.statuses - {"A"})) or ("A" if value.statuses else "")


def _grid_part(plot: Plot) -> GridPart:
    """The chart's marks as a table: a row for each category, a column for each panel and series."""
    series = list(dict.fromkeys(point.series_label for point in plot.panels[0].points))
    heads = tuple(
        GridHead(f"{panel.title} ({panel.unit})" if panel.unit else panel.title, len(series)) for panel in plot.panels
    )
    rows: dict[str, list[GridCell]] = {}
    for panel in plot.panels:
        for point in panel.points:
            number = "" if point.number is None else machine(point.number, panel.decimals)
            rows.setdefault(point.category_label, []).append(GridCell(point.printed, number, "" if number else "M"))
    group = GridGroup("", tuple((name, tuple(cells)) for name, cells in rows.items()))
    return GridPart(heads, tuple(series) * len(heads), (group,))
