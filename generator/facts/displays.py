"""`[displays.ID]` and a language → Grid: a table for readers, every number printed, nothing of HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ..definitions import Coordinates, DisplayPart, DisplaySpec, Entry, MeasureSpec, TableSpec
from ..errors import FactError
from ..formats import rounded
from ..model import Grid, GridCell, GridGroup, GridHead, GridPart
from .lookup import Lookup
from .measures import check_codes, evaluate, unit_of
from .revisions import earlier_data
from .sums import MESSAGE, Shown
from .table_data import TableData
from .words import Words

MISSING = ":"
_LEVEL = MeasureSpec("level")
_STATUS_WORDS = {"E": "Estimated data", "P": "Provisional data"}
_QUALITY_WORDS = {
    "estimated": "Estimated data",
    "provisional": "Provisional data",
    "illustrative": "Illustrative data",
}


def build_grid(display: DisplaySpec, lookup: Lookup, release: str, lang: str) -> Grid:
    """A display in a language. Raises FactError (unknown members, missing names) and SourceErrors."""
    words = Words(lookup, lang)
    data = lookup.data(release, display.table)
    maker = _Maker(words, data, display, earlier_data(lookup, release, display.table))
    parts = tuple(maker.part(part) for part in display.parts)
    grid = Grid(
        id=display.id,
        row_head=words.label(display.row_head) if display.row_head else "",
        parts=parts,
        notes=(
            *legend(words, parts),
            *notes_of(words, data.spec, maker.statuses, display.note),
            *rounding(words, maker.shown),
        ),
        source=source_of(words, data.spec),
        width=max((len(part.subheads) for part in parts), default=0),
    )
    return grid.aligned()


def status_of(words: Words, spec: TableSpec, statuses: Iterable[str]) -> str:
    """What must be said of data that are not plainly official: "Estimated data", or nothing."""
    said = [_QUALITY_WORDS[spec.quality]] if spec.quality in _QUALITY_WORDS else []
    said += [_STATUS_WORDS[status] for status in sorted(statuses) if status in _STATUS_WORDS]
    return ", ".join(words.message(text) for text in dict.fromkeys(said))


def notes_of(words: Words, spec: TableSpec, statuses: Iterable[str], own: str | None) -> tuple[str, ...]:
    """The notes under a table or a chart: its status, its own note, and the data table's."""
    status = status_of(words, spec, statuses)
    labels = [words.label(code) for code in dict.fromkeys((own, spec.note)) if code]
    return ((status + ".",) if status else ()) + tuple(labels)


def legend(words: Words, parts: Iterable[GridPart]) -> tuple[str, ...]:
    """What ":" stands for, when a cell of the parts has no value."""
    gaps = (not cell.machine for part in parts for group in part.groups for _head, row in group.rows for cell in row)
    return (f"{MISSING} {words.message('not available')}",) if any(gaps) else ()


def rounding(words: Words, shown: Shown) -> tuple[str, ...]:
    """What must be said where a shown total is not the sum of its shown parts."""
    return (words.message(MESSAGE),) if shown.uneven else ()


def source_of(words: Words, spec: TableSpec) -> str:
    """The name of the source, empty when the table does not say."""
    return words.label(spec.source) if spec.source else ""


class _Maker:
    """Makes the parts of one grid, and keeps what its notes need to know."""

    def __init__(self, words: Words, data: TableData, display: DisplaySpec, before: TableData | None) -> None:
        self.words, self.data, self.display, self.before = words, data, display, before
        self.statuses: set[str] = set()
        self.shown = Shown(data.spec)

    def part(self, part: DisplayPart) -> GridPart:
        columns = [column for entry in part.columns for column in self.expanded(entry)]
        self.check(part, columns)
        heads = tuple(GridHead(self.head(entry), len(self.expanded(entry))) for entry in part.columns)
        subheads = tuple(self.subhead(column) for column in columns)
        return GridPart(heads, subheads, tuple(self.group(group, columns) for group in part.groups))

    def expanded(self, entry: Entry) -> list[Entry]:
        """An entry that varies by a dimension → one column for each member."""
        if entry.by is None:
            return [entry]
        members = entry.members or self.data.members(entry.by)
        return [
            Entry({**entry.at, entry.by: code}, entry.measure, code, None, (), entry.decimals, entry.unit)
            for code in members
        ]

    def head(self, entry: Entry) -> str:
        if entry.label:
            return self.words.label(entry.label)
        return self.words.unit(entry.unit or unit_of(entry.measure or _LEVEL, self.data.spec)[0])

    def subhead(self, column: Entry) -> str:
        """The period of a column, or the member that tells it from its neighbours."""
        time = self.data.spec.time
        if time is not None and time in column.at:
            period = self.words.label(column.at[time])
            start = column.measure.start if column.measure else None
            return f"{self.words.label(start)}–{period}" if start else period
        return self.words.label(column.label) if column.label and column.label in column.at.values() else ""

    def group(self, group: Entry, columns: list[Entry]) -> GridGroup:
        head = self.words.label(group.label) if group.label else self.words.place(group.at)
        rows = []
        for row in self.display.rows:
            name = self.words.label(row.label) if row.label else self.words.place(row.at)
            rows.append((name, tuple(self.cell(group, row, column) for column in columns)))
        return GridGroup(head, tuple(rows))

    def cell(self, group: Entry, row: Entry, column: Entry) -> GridCell:
        measure = row.measure or column.measure or group.measure or _LEVEL
        at: Mapping[str, str] = {**group.at, **column.at, **row.at}
        value = evaluate(self.data, measure, at)
        unit = row.unit or column.unit or group.unit
        if unit:
            value = self.words.convert(value, unit)
        self.statuses |= value.statuses
        given = next((entry.decimals for entry in (row, column, group) if entry.decimals is not None), value.decimals)
        was = self.was(measure, at, unit, given)
        if value.number is None:
            return self.marked(GridCell(MISSING, "", "M"), was)
        status = "".join(sorted(value.statuses - {"A"})) if measure.name == "level" else ""
        shown = rounded(value.number, given)
        if measure.name == "level":
            self.shown.add(at, value.unit, shown)
        return self.marked(GridCell(self.words.style.write(shown), f"{shown:f}", status), was)

    def was(self, measure: MeasureSpec, at: Coordinates, unit: str | None, decimals: int) -> Decimal | None:
        """The number that stood there before, as it was printed; None when nothing did."""
        if self.before is None:
            return None
        try:
            value = evaluate(self.before, measure, at)
            value = self.words.convert(value, unit) if unit else value
        except FactError:
            return None
        return None if value.number is None else rounded(value.number, decimals)

    def marked(self, cell: GridCell, was: Decimal | None) -> GridCell:
        """A cell with the number before, where readers see another."""
        if was is None or f"{was:f}" == cell.machine:
            return cell
        return cell._replace(was=self.words.style.write(was), was_machine=f"{was:f}")

    def check(self, part: DisplayPart, columns: list[Entry]) -> None:
        """Every cell must be named in full, by codes that exist. What holds for the entries holds for their cells."""
        for entry in (*part.groups, *self.display.rows, *columns):
            check_codes(self.data, entry.measure or _LEVEL, entry.at)
        shapes = {(frozenset(row.at), frozenset(column.at)) for row in self.display.rows for column in columns}
        for group in part.groups:
            for row, column in shapes:
                complete(self.data, {**group.at, **dict.fromkeys(row | column, "")}, "a cell")


def complete(data: TableData, at: Coordinates, what: str) -> None:
    """Raises FactError when coordinates do not name every dimension of the table."""
    for dimension in data.spec.dimensions:
        if dimension not in at:
            raise FactError("bad-release", f'{what} does not say which "{dimension}"', f"add {dimension} = … to at")
