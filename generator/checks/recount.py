"""A definition → the numbers that the cells give it, worked out anew: what every output is compared with.

The measures are those of `facts.measures`, on the cells themselves and not on values that another target kept; their
rounding and their signs are this check's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..definitions import Cell, ChartSpec, DisplayPart, DisplaySpec, Entry, MeasureSpec, TableSpec
from ..errors import FactError, SourceErrors
from ..facts.figures import parse_figure
from ..facts.kept import Kept
from ..facts.lookup import Lookup
from ..facts.measures import evaluate
from ..facts.revisions import compared_tables
from ..facts.table_data import TableData
from ..facts.words import CLOSE, FRACTIONS, Words
from ..model import FigureRef, Value
from .readback import Reader, exact, half_away, reader_of

#: Why a number cannot be counted. Its printer says so; if it was printed all the same, it is foreign to the text.
UNCOUNTED = (FactError, SourceErrors, LookupError, ValueError)
_LEVEL = MeasureSpec("level")
_STAND_IN = "\0"
_NONE = Fraction(0)


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


class Recounts:
    """What the targets of one process share: each number is counted once, and every target that needs it notes the
    questions."""

    def __init__(self) -> None:
        self._kept = Kept[Any]()

    def once(self, lookup: Lookup, release: str, key: tuple[str, ...], count: Callable[[Lookup], Any]) -> Any:
        """What counting gives (or raises), now or before."""

        def tried(apart: Lookup) -> Any:
            try:
                return count(apart)
            except UNCOUNTED as error:
                return error

        answer = self._kept.once(lookup, (release, *key), tried, lambda answer: not isinstance(answer, Exception))
        if isinstance(answer, Exception):
            raise answer
        return answer


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

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """All marks, in order."""
        return tuple(mark for panel in self.panels for mark in panel)

    @cached_property
    def sentences(self) -> Counter[str]:
        """What the marks of observations are read as."""
        return Counter(mark.said for mark in self.marks if mark.count.machine)

    @cached_property
    def names(self) -> frozenset[str]:
        """The texts of a drawing that are not values of its marks."""
        return frozenset({name for mark in self.marks for name in (*mark.names, mark.panel)} | set(self.totals))

    @cached_property
    def values(self) -> Counter[str]:
        """The values that may stand beside the marks."""
        return Counter(mark.printed for mark in self.marks if mark.count.machine and mark.printed not in self.names)

    @property
    def rows(self) -> list[list[str]]:
        """The chart's table as machine numbers: a row for each category, a column for each panel and series."""
        size = max(1, self.series)
        height = len(self.panels[0]) // size
        starts = [row * size for row in range(height)]
        return [[mark.count.machine for panel in self.panels for mark in panel[at : at + size]] for at in starts]


def fractions_near(count: Count) -> list[str]:
    """The names of the fractions that may stand for a number."""
    hundredths = count.number * (1 if count.unit == "percent" else 100)
    return [name for fraction, name in FRACTIONS if abs(hundredths - 100 * fraction) <= exact(CLOSE)]


_Numbers = dict[tuple[str, str], Count]
"""(category, series) → the number of a mark."""


_Place = tuple[MeasureSpec, Mapping[str, str], Entry]


class Recount:
    """The numbers of one release in one language, each worked out once."""

    def __init__(self, lookup: Lookup, release: str, lang: str, shared: Recounts) -> None:
        self.lookup, self.release, self.lang, self.shared = lookup, release, lang, shared
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
        number = _NONE if value.number is None else exact(value.number, per)
        machine = "" if value.number is None else half_away(number, printed)
        return Count(number, machine, unit or value.unit, printed)

    # -- figures

    def bound(self, expression: str) -> tuple[str, Bound]:
        """What `{{ expression }}` must print, and the name that it is bound to. Raises FactError and SourceErrors."""
        found: tuple[str, Bound] = self._once(("figure", expression), lambda own: own._bound(expression))
        return found

    def _once(self, key: tuple[str, ...], count: Callable[[Recount], Any]) -> Any:
        """What may be shared with other targets of the release."""

        def anew(lookup: Lookup) -> Any:
            return count(Recount(lookup, self.release, self.lang, self.shared))

        return self.shared.once(self.lookup, self.release, key, anew)

    def _bound(self, expression: str) -> tuple[str, Bound]:
        ref = parse_figure(expression)
        if not ref.members and (period := self.lookup.period(self.release, ref.name)) is not None:
            return ref.id, Bound(Count(_NONE, period, "", 0), "period", False)
        spec = self.lookup.figure(self.release, ref.name)
        at = {**spec.at, **dict(zip(spec.by, ref.members, strict=True))}
        value = evaluate(self.cells(spec.table), spec.measure, at)
        if value.number is None:
            raise FactError("empty-cell", f'"{ref.id}" has no value')
        return ref.id, self._formed(ref, self._counted(value, spec.unit, spec.decimals))

    def _formed(self, ref: FigureRef, count: Count) -> Bound:
        number, unit, decimals = count.number, count.unit, count.decimals
        form, plus, units = "plain", False, self.lookup.config().units
        for name, arguments in ref.forms:
            if (name == "drop" and number >= 0) or (name == "rise" and number <= 0):
                raise ValueError(f"{ref.id} has the other sign")
            if name == "drop":
                number = -number
            elif name == "decimals":
                decimals = int(arguments[0])
            elif name == "in" and arguments[0] != unit:
                target = units[arguments[0]]
                if target.of != unit:
                    raise ValueError(f"{ref.id} cannot be converted")
                number, unit, decimals = number / target.per, arguments[0], target.decimals
            elif name in ("words", "ordinal", "number"):
                form = name if form == "plain" or name != "number" else form
            plus = plus or name == "signed"
        counted = Count(number, half_away(number, decimals), unit, decimals)
        if (form == "words" and not fractions_near(counted)) or (form == "ordinal" and number.denominator != 1):
            raise ValueError(f"{ref.id} cannot be put in words")
        return Bound(counted, form, plus)

    def sides(self, count: Count) -> tuple[str, str]:
        """What the unit puts before and after a number: `EUR ` and ` million`."""
        plain = count.unit in ("percent", "none")
        key = (count.unit, "" if plain else self.words.style.plural(Decimal(count.machine), count.decimals))
        if key not in self._sides:
            value = Value(Decimal(count.machine), count.unit, count.decimals)
            before, _, after = self.words.quantity(value, _STAND_IN).partition(_STAND_IN)
            self._sides[key] = (before, after)
        return self._sides[key]

    # -- tables and charts

    def display(self, name: str) -> list[list[list[str]]]:
        """The machine numbers of a display: part, row, column. Raises FactError and SourceErrors."""
        found: list[list[list[str]]] = self._once(("display", name), lambda own: own._display(name))
        return found

    def _display(self, name: str) -> list[list[list[str]]]:
        spec = self.lookup.display(self.release, name)
        return [self._part(spec, part) for part in spec.parts]

    def before(self, name: str) -> list[list[list[str]]]:
        """The machine numbers that a display would have on the cells before, where they are others; no part at all when
        it is compared with none. Raises FactError and SourceErrors."""
        found: list[list[list[str]]] = self._once(("before", name), lambda own: own._before(name))
        return found

    def _before(self, name: str) -> list[list[list[str]]]:
        spec = self.lookup.display(self.release, name)
        if spec.table not in compared_tables(self.lookup, self.release):
            return []
        earlier = Recount(self.lookup, self.lookup.compared(self.release), self.lang, self.shared)

        def was(measure: MeasureSpec, at: Mapping[str, str], wanted: Entry) -> str:
            now = self.count(spec.table, measure, at, wanted)
            try:
                then = earlier.count(spec.table, measure, at, replace(wanted, decimals=now.decimals)).machine
            except FactError:
                return ""
            return then if then != now.machine else ""

        return [[[was(*place) for place in row] for row in self._places(spec, part)] for part in spec.parts]

    def _part(self, spec: DisplaySpec, part: DisplayPart) -> list[list[str]]:
        return [[self.count(spec.table, *place).machine for place in row] for row in self._places(spec, part)]

    def _places(self, spec: DisplaySpec, part: DisplayPart) -> Iterator[list[_Place]]:
        """Row by row: the measure of each cell, its place, and its unit and decimals."""
        columns: list[tuple[Entry, Mapping[str, str]]] = []
        for entry in part.columns:
            if entry.by is None:
                columns.append((entry, entry.at))
            else:
                members = entry.members or self.cells(spec.table).members(entry.by)
                columns += [(entry, {**entry.at, entry.by: code}) for code in members]
        for group in part.groups:
            for row in spec.rows:
                places: list[_Place] = []
                for entry, place in columns:
                    measure = row.measure or entry.measure or group.measure or _LEVEL
                    own = (row.unit or entry.unit or group.unit, row.decimals, entry.decimals, group.decimals)
                    decimals = next((given for given in own[1:] if given is not None), None)
                    at = {**group.at, **place, **row.at}
                    places.append((measure, at, Entry(decimals=decimals, unit=own[0])))
                yield places

    def chart(self, name: str) -> Drawing:
        """The marks of a chart. Raises FactError and SourceErrors."""
        found: Drawing = self._once(("chart", self.lang, name), lambda own: own._chart(name))
        return found

    def _chart(self, name: str) -> Drawing:
        spec = self.lookup.chart(self.release, name)
        panels: tuple[_Numbers, ...] = self._once(("marks", name), lambda own: own._numbers(spec))
        shown = tuple(
            tuple(self._mark(entry, category, one, count) for (category, one), count in numbers.items())
            for entry, numbers in zip(spec.panels, panels, strict=True)
        )
        totals = tuple(self._total(panel) for panel in shown) if spec.total else ()
        return Drawing(spec, shown, totals, len({one for _category, one in panels[0]}))

    def _numbers(self, spec: ChartSpec) -> tuple[_Numbers, ...]:
        """The number of each mark, by category and series; in the order of the categories' sizes, if that is asked."""
        series = self._members(spec, spec.series) if spec.series else ("",)
        categories = self._members(spec, spec.category)
        panels = tuple(
            {(code, one): self._number(spec, entry, code, one) for code in categories for one in series}
            for entry in spec.panels
        )
        if spec.sort != "descending":
            return panels
        sums = {
            code: sum((numbers[code, one].number for numbers in panels for one in series), _NONE) for code in categories
        }
        order = sorted(categories, key=lambda code: -sums[code])
        return tuple({(code, one): numbers[code, one] for code in order for one in series} for numbers in panels)

    def _members(self, spec: ChartSpec, dimension: str) -> tuple[str, ...]:
        return spec.members.get(dimension) or self.cells(spec.table).members(dimension)

    def _number(self, spec: ChartSpec, entry: Entry, category: str, series: str) -> Count:
        at = {**entry.at, spec.category: category, **({spec.series: series} if spec.series else {})}
        return self.count(spec.table, entry.measure or _LEVEL, at, entry)

    def _mark(self, entry: Entry, category: str, series: str, count: Count) -> Mark:
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
        number = sum((mark.count.number for mark in panel), _NONE)
        return self.reader.spelled(half_away(number, panel[0].count.decimals))
