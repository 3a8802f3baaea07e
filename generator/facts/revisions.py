"""A release and what it is compared with → the cells of its tables that are not what they were.

What is compared are the tables that both have under the same name, with the same dimensions and the same unit; their
cells are matched by their codes. A number is revised when it is another number: a status alone revises nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..definitions import Cell, Coordinates, Table, TableSpec
from ..errors import SourceErrors
from .lookup import Lookup
from .table_data import TableData

#: How many revised numbers of a table its page lists. The file has all of them.
SHOWN = 500


@dataclass(frozen=True)
class Revision:
    """A cell that is not what it was: before (None: there was none), and after (None: there is none any more)."""

    at: Coordinates
    before: Cell | None
    after: Cell | None

    @property
    def difference(self) -> Decimal | None:
        """By how much it was revised, where there are two numbers."""
        if self.before is None or self.after is None or self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


@dataclass(frozen=True)
class TableRevisions:
    """What became of a table: the cells that have another number, in the order of the file; new ones; those that are
    gone."""

    spec: TableSpec
    revised: tuple[Revision, ...]
    added: tuple[Revision, ...]
    removed: tuple[Revision, ...]

    @property
    def all(self) -> tuple[Revision, ...]:
        """All of them."""
        return (*self.revised, *self.added, *self.removed)


def lists_revisions(lookup: Lookup, release: str) -> bool:
    """Whether a release has a page of its revised numbers: it is compared, and a table of the same name is there."""
    other = lookup.compared(release)
    return bool(other) and not set(lookup.files(release)).isdisjoint(lookup.files(other))


def compared_tables(lookup: Lookup, release: str) -> tuple[str, ...]:
    """The tables of a release that are compared."""
    return tuple(table for table in lookup.files(release) if _comparable(lookup, release, table))


def _comparable(lookup: Lookup, release: str, table: str) -> bool:
    other = lookup.compared(release)
    if not other or table not in lookup.files(other):
        return False
    try:
        new, old = lookup.table_spec(release, table), lookup.table_spec(other, table)
    except SourceErrors:
        return False  # told by the audit of the one that is broken
    return set(new.dimensions) == set(old.dimensions) and new.unit == old.unit


def earlier_data(lookup: Lookup, release: str, table: str) -> TableData | None:
    """The table as it was, cell by cell; None when it is not compared with any."""
    if not _comparable(lookup, release, table):
        return None
    try:
        return lookup.data(lookup.compared(release), table)
    except SourceErrors:
        return None


def revisions_of(lookup: Lookup, release: str) -> Mapping[str, TableRevisions]:
    """What is not as it was in each table that is compared. Raises SourceErrors when a table cannot be read."""
    other = lookup.compared(release)
    return {
        table: _differences(lookup.whole_table(other, table), lookup.whole_table(release, table))
        for table in compared_tables(lookup, release)
    }


def _differences(before: Table, after: Table) -> TableRevisions:
    """The dimensions of both are the same; their order may be another."""
    names = after.spec.dimensions
    places = [before.spec.dimensions.index(name) for name in names]
    was = {tuple([key[place] for place in places]): cell for key, cell in before.cells.items()}

    def at(key: tuple[str, ...]) -> Coordinates:
        return dict(zip(names, key, strict=True))

    revised, added = [], []
    for key, cell in after.cells.items():
        old = was.get(key)
        if old is None:
            added.append(Revision(at(key), None, cell))
        elif old.value != cell.value:
            revised.append(Revision(at(key), old, cell))
    removed = [Revision(at(key), cell, None) for key, cell in was.items() if key not in after.cells]
    return TableRevisions(after.spec, tuple(revised), tuple(added), tuple(removed))
