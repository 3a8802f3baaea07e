"""A table as one target sees it: each cell that is asked for is noted, and what was worked out from which cells."""

from __future__ import annotations

from collections.abc import Callable

from ..definitions import Cell, Table, TableSpec
from ..model import Value
from .edition import ABSENT, Edition, Question


class TableData:
    """A table as one target sees it: each cell that is asked for is noted.

    Values that another target of the same edition worked out are taken over, with the cells that they needed.
    """

    def __init__(self, questions: dict[Question, str], edition: Edition, release: str, table: Table) -> None:
        self._release, self._table = release, table
        self._head = ("cell", release, table.spec.id)
        self._questions = questions
        self._values = edition.values(table)
        self._has: set[str] = set()
        self.spec: TableSpec = table.spec

    def cell(self, key: tuple[str, ...]) -> Cell | None:
        """The cell at a full key, or None when the file has no such row."""
        cell = self._table.cells.get(key)
        self._questions[(*self._head, *key)] = ABSENT if cell is None else cell.digest()
        return cell

    def members(self, dimension: str) -> tuple[str, ...]:
        """The codes of a dimension that the file holds, in the file's order."""
        members = self._table.members[dimension]
        if dimension not in self._has:
            self._has.add(dimension)
            self._questions["members", self._release, self.spec.id, dimension] = repr(members)
        return members

    def codes(self, dimension: str) -> frozenset[str]:
        """All codes of a dimension, in the file or derived."""
        self.members(dimension)
        return self._table.codes[dimension]

    def statuses(self) -> tuple[str, ...]:
        """The observation statuses that occur in the table."""
        found = self._table.statuses
        self._questions["statuses", self._release, self.spec.id] = repr(found)
        return found

    def holds(self, key: tuple[str, ...]) -> bool:
        """Whether the file has a row with this key; not noted."""
        return key in self._table.cells

    def once(self, what: object, key: tuple[str, ...], work_out: Callable[[], Value]) -> Value:
        """The value of something (a measure, a level) at a key, worked out once in an edition. The cells that it needs
        are noted each time."""
        known = self._values.get((id(what), key))
        if known is None:
            outer, self._questions = self._questions, {}
            try:
                value = work_out()
            finally:
                asked, self._questions = self._questions, outer
            known = self._values[id(what), key] = (what, value, asked)
        self._questions.update(known[2])
        return known[1]

    def traced(self, work_out: Callable[[], Value]) -> tuple[Value, tuple[tuple[tuple[str, ...], Cell | None], ...]]:
        """A value, and the cells that were asked for it: its trail, in the order of the questions."""
        outer, self._questions = self._questions, {}
        try:
            value = work_out()
        finally:
            asked, self._questions = self._questions, outer
        self._questions.update(asked)
        keys = [question[3:] for question in asked if question[0] == "cell"]
        return value, tuple((key, self._table.cells.get(key)) for key in keys)
