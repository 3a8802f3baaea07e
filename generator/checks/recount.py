"""A definition → the numbers that the cells give it, worked out anew: what every output is compared with.

The measures are those of `facts.measures`, on the cells themselves and not on values that another target kept; their
rounding and their signs are this check's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ..definitions import Cell, ChartSpec, DisplayPart, DisplaySpec, Entry, MeasureSpec, TableSpec
from ..errors import FactError
from ..facts.edition import TableData
from ..facts.figures import parse_figure
from ..facts.lookup import Lookup
from ..facts.measures import evaluate
from ..facts.words import Words
from ..model import FigureRef, Value
from .readback import Reader, exact, half_away, reader_of

_LEVEL = MeasureSpec("level")
_STAND_IN = "\0"


class _Cells:
    """A table whose values are worked out for this check alone."""

    def __init__(self, data: TableData) -> None:
        self._data, self._known = data, dict[tuple[int, tuple[str, ...]], tuple[object, Value]]()
        self.spec: TableSpec = data.spec

    def cell(self, key: tuple[str, ...]) -> Cell | None:
        return self._data.cell(key)

    def members(self, dimension: str) -> tuple[str, ...]:
        return self._data.members(dimension)

    def codes(self, dimension: str) -> frozenset[str]:
        return self._data.codes(dimension)

    def holds(self, key: tuple[str, ...]) -> bool:
        return self._data.holds(key)

    def once(self, what: object, key: tuple[str, ...], work_out: Callable[[], Value]) -> Value:
        if (id(what), key) not in self._known:
            self._known[id(what), key] = (what, work_out())
        return self._known[id(what), key][1]


@dataclass(frozen=True)
class Count:
    """A number from the cells: exact, and rounded as programs read it (empty: no observation); with its unit."""

    number: Fraction
    machine: str
    unit: str
    decimals: int


@dataclass(frozen=True)
class Bound:
    """What one `{{ … }}` of a text must print. `form` is plain, number, words, ordinal or period."""

    count: Count
    form: str
    plus: bool
    line: int


@dataclass(frozen=True)
class Mark:
    """A mark of a chart: what it is of, in words, and its number; `said` is the sentence that it must be read as."""

    panel: str
    names: tuple[str, ...]
    count: Count
    printed: str
    said: str


@dataclass(frozen=True)
class Drawing:
    """A chart as counted: its marks panel by panel (each by category, then series), and the total of each panel."""

    spec: ChartSpec
    panels: tuple[tuple[Mark, ...], ...]
    totals: tuple[str, ...]
    series: int

    @property
    def marks(self) -> list[Mark]:
        """All marks, in order."""
        return [mark for panel in self.panels for mark in panel]

    @property
    def rows(self) -> list[list[str]]:
        """The chart's table as machine numbers: a row for each category, a column for each panel and series."""
        size = max(1, self.series)
        height = len(self.panels[0]) // size
        starts = [row * size for row in range(height)]
        return [[mark.count.machine for panel in self.panels for mark in panel[at : at + size]] for at in starts]


class Recount:
    """The numbers of one release in one language, each worked out once."""

    def __init__(self, lookup: Lookup, release: str, lang: str) -> None:
        self.lookup, self.release, self.lang = lookup, release, lang
        self.words = Words(lookup, lang)
        self.reader: Reader = reader_of(lookup.style(lang))
        self._cells: dict[str, _Cells] = {}
        self._sides: dict[tuple[str, str], tuple[str, str]] = {}

    def cells(self, table: str) -> _Cells:
        """A table's cells."""
        if table not in self._cells:
            self._cells[table] = _Cells(self.lookup.data(self.release, table))
        return self._cells[table]

    def count(self, table: str, measure: MeasureSpec, at: Mapping[str, str], entry: Entry) -> Count:
        """The number at a place, in the unit and with the decimals of an entry."""
        value = evaluate(self.cells(table), measure, at)
        return self._counted(value, entry.unit, entry.decimals)

    def _counted(self, value: Value, unit: str | None, decimals: int | None) -> Count:
        per, printed = 1, value.decimals
        if unit and unit != value.unit:
            target = self.lookup.config().units[unit]
            per, printed = target.per, target.decimals
        printed = printed if decimals is None else decimals
        number = Fraction(0) if value.number is None else exact(value.number, per)
        machine = "" if value.number is None else half_away(number, printed)
        return Count(number, machine, unit or value.unit, printed)

    # -- figures

    def bound(self, expression: str, line: int) -> tuple[str, Bound]:
        """What `{{ expression }}` must print, and the name that it is bound to. Raises FactError and SourceErrors."""
        ref = parse_figure(expression)
        if not ref.members and (period := self.lookup.period(self.release, ref.name)) is not None:
            return ref.id, Bound(Count(Fraction(0), period, "", 0), "period", False, line)
        spec = self.lookup.figure(self.release, ref.name)
        at = {**spec.at, **dict(zip(spec.by, ref.members, strict=True))}
        value = evaluate(self.cells(spec.table), spec.measure, at)
        if value.number is None:
            raise FactError("empty-cell", f'"{ref.id}" has no value')
        count = self._counted(value, spec.unit, spec.decimals)
        return ref.id, self._formed(ref, value, count, line)

    def _formed(self, ref: FigureRef, value: Value, count: Count, line: int) -> Bound:
        number, unit, decimals = count.number, count.unit, count.decimals
        form, plus, units = "plain", False, self.lookup.config().units
        for name, arguments in ref.forms:
            if name == "drop":
                number = -number
            elif name == "decimals":
                decimals = int(arguments[0])
            elif name == "in" and arguments[0] != unit:
                target = units[arguments[0]]
                number, unit, decimals = number / target.per, arguments[0], target.decimals
            elif name in ("words", "ordinal", "number"):
                form = name if form == "plain" or name != "number" else form
            plus = plus or name == "signed"
        return Bound(Count(number, half_away(number, decimals), unit, decimals), form, plus, line)

    def sides(self, count: Count) -> tuple[str, str]:
        """What the unit puts before and after a number: `EUR ` and ` million`."""
        plural = self.words.style.plural(Decimal(count.machine), count.decimals)
        key = (count.unit, plural)
        if key not in self._sides:
            value = Value(Decimal(count.machine), count.unit, count.decimals)
            before, _, after = self.words.quantity(value, _STAND_IN).partition(_STAND_IN)
            self._sides[key] = (before, after)
        return self._sides[key]

    # -- tables and charts

    def display(self, name: str) -> tuple[DisplaySpec, list[list[list[str]]]]:
        """The machine numbers of a display: part, row, column. Raises FactError and SourceErrors."""
        spec = self.lookup.display(self.release, name)
        return spec, [self._part(spec, part) for part in spec.parts]

    def _part(self, spec: DisplaySpec, part: DisplayPart) -> list[list[str]]:
        columns: list[tuple[Entry, Mapping[str, str]]] = []
        for entry in part.columns:
            if entry.by is None:
                columns.append((entry, entry.at))
            else:
                members = entry.members or self.cells(spec.table).members(entry.by)
                columns += [(entry, {**entry.at, entry.by: code}) for code in members]
        found = []
        for group in part.groups:
            for row in spec.rows:
                numbers = []
                for entry, place in columns:
                    measure = row.measure or entry.measure or group.measure or _LEVEL
                    own = (row.unit or entry.unit or group.unit, row.decimals, entry.decimals, group.decimals)
                    decimals = next((given for given in own[1:] if given is not None), None)
                    wanted = Entry(decimals=decimals, unit=own[0])
                    at = {**group.at, **place, **row.at}
                    numbers.append(self.count(spec.table, measure, at, wanted).machine)
                found.append(numbers)
        return found

    def chart(self, name: str) -> Drawing:
        """The marks of a chart. Raises FactError and SourceErrors."""
        spec = self.lookup.chart(self.release, name)
        series = self._members(spec, spec.series) if spec.series else ("",)
        categories = self._members(spec, spec.category)
        if spec.sort == "descending":
            categories = self._by_size(spec, categories, series)
        panels = tuple(
            tuple(self._mark(spec, entry, category, one) for category in categories for one in series)
            for entry in spec.panels
        )
        totals = tuple(self._total(panel) for panel in panels) if spec.total else ()
        return Drawing(spec, panels, totals, len(series))

    def _members(self, spec: ChartSpec, dimension: str) -> tuple[str, ...]:
        return spec.members.get(dimension) or self.cells(spec.table).members(dimension)

    def _by_size(self, spec: ChartSpec, categories: tuple[str, ...], series: tuple[str, ...]) -> tuple[str, ...]:
        sums = {
            code: sum(
                (self._number(spec, entry, code, one).number for entry in spec.panels for one in series), Fraction()
            )
            for code in categories
        }
        return tuple(sorted(categories, key=lambda code: -sums[code]))

    def _number(self, spec: ChartSpec, entry: Entry, category: str, series: str) -> Count:
        at = {**entry.at, spec.category: category, **({spec.series: series} if spec.series else {})}
        return self.count(spec.table, entry.measure or _LEVEL, at, entry)

    def _mark(self, spec: ChartSpec, entry: Entry, category: str, series: str) -> Mark:
        count = self._number(spec, entry, category, series)
        panel = self.words.label(entry.label) if entry.label else self.words.place(entry.at)
        names = tuple(self.words.label(code) for code in (category, series) if code)
        printed, said = ":", self.words.message("not available")
        if count.machine:
            printed = self.reader.spelled(count.machine)
            before, after = self.sides(count)
            said = f"{before}{printed}{after}"
        what = ", ".join([*([panel] if panel else []), *names])
        sentence = self.words.message("{what}: {value}").replace("{what}", what).replace("{value}", said)
        return Mark(panel, names, count, printed, sentence)

    def _total(self, panel: tuple[Mark, ...]) -> str:
        if any(not mark.count.machine for mark in panel):
            return ""
        number = sum((mark.count.number for mark in panel), Fraction())
        return self.reader.spelled(half_away(number, panel[0].count.decimals))
