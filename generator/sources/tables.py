"""A CSV file and its Frictionless Table Schema → Table: Decimal cells from the file's text, each with its line.

The csv module reads: it keeps the text of each cell, so that values are exact, and the line of each row, so that a
mistake can be shown where it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..definitions import Cell, Table, TableSpec
from ..errors import Problem, SourceErrors, SourceRef, did_you_mean
from ..spec import csv_mistake, decode_words
from .schemas import Schema, SchemaField

_NUMBER = re.compile(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$")
_MANY = 20
#: Digits before and after the decimal point: more is no measurement, but a mistake.
_MOST_DIGITS = 30


def read_table(spec: TableSpec, data: bytes, path: str, schema: Schema, where: SourceRef | None = None) -> Table:
    """A CSV file's bytes → its table, validated; `where` is the place of its declaration.

    Raises SourceErrors with every mistake (the first 20 of a kind).
    """
    text = decode_words(data, path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=spec.dialect.delimiter, strict=True)
    found = _Findings(path)
    rows = _Rows(reader)
    try:
        head = next(iter(rows), [])
        _check_head(head, spec, schema, found)
        cells = _read_cells(rows, head, spec, schema, found)
    except csv.Error as error:
        message, hint = csv_mistake(error)
        found.add("bad-csv", message, rows.line, hint)
        raise SourceErrors(*found.problems) from None
    if not cells and not found.problems:
        found.add("bad-csv", "the file has a first line, but no row", 1, "export the table anew, with its rows")
    found.close()
    members, codes = _members(spec, cells, found, where or SourceRef(path, 1))
    if found.problems:
        raise SourceErrors(*found.problems)
    return Table(spec, cells, members, codes, path)


class _Rows:
    """The rows of a CSV file; `line` is where the last one begins (a cell in quotation marks may go on)."""

    def __init__(self, reader: Any) -> None:
        self._reader, self.line = reader, 1

    def __iter__(self) -> Iterator[list[str]]:
        while True:
            self.line = self._reader.line_num + 1
            try:
                row = next(self._reader)
            except StopIteration:
                return
            yield row


class _Findings:
    """Problems of one file; more than twenty of one kind are counted, not listed."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._counts: dict[str, int] = {}
        self._next: dict[str, int] = {}

    def add(self, code: str, message: str, line: int, hint: str = "") -> None:
        self._counts[code] = self._counts.get(code, 0) + 1
        if self._counts[code] == _MANY + 1:
            self._next[code] = line
        if self._counts[code] <= _MANY:
            self.problems.append(Problem(code, message, SourceRef(self.path, line), hint))

    def close(self) -> None:
        for code, count in self._counts.items():
            if count > _MANY:
                message = f"… and {count - _MANY} more problems of this kind"
                hint = "mend those above first: often they have one cause"
                self.problems.append(Problem(code, message, SourceRef(self.path, self._next[code]), hint))


def _check_head(head: list[str], spec: TableSpec, schema: Schema, found: _Findings) -> None:
    needed = [*spec.dimensions, spec.value] + ([spec.status] if spec.status else [])
    if not head:
        found.add("bad-csv", "the file is empty", 1, "its first line must name the columns")
    elif len(head) == 1 and len(needed) > 1 and (other := _other_delimiter(head[0], spec)):
        other, declared = (r"\t" if sign == "\t" else sign for sign in (other, spec.dialect.delimiter))
        hint = f'add delimiter = "{other}" to [tables.{spec.id}] in release.toml'
        if other == ";":
            hint += ' (and decimal = "," if its numbers are written so)'
        found.add("bad-csv", f'the columns are separated by "{other}", not "{declared}"', 1, hint)
    else:
        for name in needed:
            if name not in head:
                found.add("bad-csv", f'there is no column "{name}"', 1, did_you_mean(name, head))
        for name in sorted({name for name in head if head.count(name) > 1}):
            found.add("duplicate-key", f'two columns are named "{name}"', 1, "give each column a name of its own")
        if set(head) != set(schema.fields) and not found.problems:
            unknown = [name or "a column without a name" for name in sorted(set(head) ^ set(schema.fields))]
            message = f"the columns differ from the schema's: {', '.join(unknown)}"
            found.add("bad-schema", message, 1, f"describe every column in {schema.path}, and no other")
    if found.problems:
        raise SourceErrors(*found.problems)


def _other_delimiter(line: str, spec: TableSpec) -> str:
    return next((sign for sign in (";", "\t", ",", "|") if sign in line and sign != spec.dialect.delimiter), "")


def _read_cells(
    rows: _Rows, head: list[str], spec: TableSpec, schema: Schema, found: _Findings
) -> Mapping[tuple[str, ...], Cell]:
    keys = [head.index(name) for name in spec.dimensions]
    value_at = head.index(spec.value)
    status_at = head.index(spec.status) if spec.status else None
    checks = [(index, schema.fields[name]) for index, name in enumerate(head) if index != value_at]
    bounds = schema.fields[spec.value]
    cells: dict[tuple[str, ...], Cell] = {}
    for row in rows:
        line = rows.line
        if not row:
            continue
        if len(row) != len(head):
            found.add("bad-csv", f"{len(row)} cells under {len(head)} columns", line, _cells_hint(row, head, spec))
            continue
        told = set()
        for check in list(checks):
            if not _fits(*check, row, head, line, found, checks):
                told.add(check[0])
        for index in keys:
            if index not in told and (row[index] != row[index].strip() or not row[index]):
                what = "is empty" if not row[index].strip() else "has spaces around it"
                found.add("bad-value", f'{head[index]}: the code "{row[index]}" {what}', line, "correct the code")
        key = tuple([row[index] for index in keys])
        if key in cells:
            named = ", ".join(f"{name} {code}" for name, code in zip(spec.dimensions, key, strict=True))
            found.add("duplicate-key", f"{named} stands here and on line {cells[key].line}", line, "keep one of them")
            continue
        number = _number(row[value_at], spec, schema, line, found)
        if number is None and bounds.required and row[value_at].strip() in schema.missing:
            hint = "fill the cell, or correct the schema"
            found.add("bad-value", f"{spec.value}: the cell is empty, but the schema requires a value", line, hint)
        if number is not None and (wrong := bounds.out_of_bounds(number)) is not None:
            found.add("bad-value", f"{spec.value}: {wrong}", line, "correct the cell, or the schema")
        cells[key] = Cell(number, row[status_at] if status_at is not None else "", line)
    return cells


def _fits(
    index: int,
    field: SchemaField,
    row: list[str],
    head: list[str],
    line: int,
    found: _Findings,
    checks: list[tuple[int, SchemaField]],
) -> bool:
    """Whether a cell is as its field promises. A field whose pattern takes too long is told, and not asked again."""
    try:
        wrong = field.wrong(row[index])
    except TimeoutError:
        hint = "write a pattern that repeats single characters or classes such as [A-Z]"
        found.add("bad-schema", f"{head[index]}: the schema's pattern takes too long on this cell", line, hint)
        checks.remove((index, field))
        return False
    if wrong is not None:
        found.add("bad-value", f"{head[index]}: {wrong}", line, "correct the cell, or the schema")
    return wrong is None


def _cells_hint(row: list[str], head: list[str], spec: TableSpec) -> str:
    at = head.index(spec.value)
    digits = [re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text.strip()) is not None for text in row[at : at + 2]]
    if len(row) > len(head) and spec.dialect.delimiter == "," and digits == [True, True]:
        return 'write 1234.5; a file with decimal commas needs delimiter = ";" and decimal = "," in release.toml'
    return "give every row as many cells as the first line has columns; a cell that holds the separator needs quotes"


def _number(text: str, spec: TableSpec, schema: Schema, line: int, found: _Findings) -> Decimal | None:
    text = text.strip()
    if text in schema.missing:
        return None
    plain = text
    if spec.dialect.decimal != ".":
        plain = text.replace(".", "\0").replace(spec.dialect.decimal, ".")
    if _NUMBER.match(plain):
        whole, _, fraction = plain.lstrip("+-").partition(".")
        if max(len(whole.lstrip("0")), len(fraction)) <= _MOST_DIGITS:
            return Decimal(plain)
        hint = f"write at most {_MOST_DIGITS} digits before and after the decimal point; choose a larger unit"
        found.add("bad-value", f'{spec.value}: "{text}" has too many digits', line, hint)
        return None
    hint = "leave the cell empty when there is no value"
    if re.match(r"^[+-]?\d+,\d+$", text):
        hint = f'write a decimal point, or add decimal = "," to [tables.{spec.id}] in release.toml'
    elif text.startswith("\u2212"):
        hint = "write the sign as a hyphen, -"
    elif spec.dialect.decimal != "." and _NUMBER.match(text):
        hint = f'write a decimal comma, or delete decimal = "{spec.dialect.decimal}" from release.toml'
    elif re.match(r"^[+-]?\d{1,3}([ .,\u00a0\u202f]\d{3})+", text):
        hint = "write numbers without separators of thousands"
    found.add("bad-value", f'{spec.value}: "{text}" is not a number', line, hint)
    return None


def _members(
    spec: TableSpec, cells: Mapping[tuple[str, ...], Cell], found: _Findings, where: SourceRef
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, frozenset[str]]]:
    members: dict[str, tuple[str, ...]] = {}
    codes: dict[str, frozenset[str]] = {}
    for index, dimension in enumerate(spec.dimensions):
        base = dict.fromkeys(key[index] for key in cells)
        derived: dict[str, tuple[str, ...]] = {**spec.totals.get(dimension, {}), **spec.differences.get(dimension, {})}
        known = {*base, *derived}
        for code, parts in derived.items():
            if code in base:
                message = f'{dimension} "{code}" is declared as derived, but the file holds it'
                line = next(cell.line for key, cell in cells.items() if key[index] == code)
                found.add("duplicate-key", message, line, "delete its rows, or its declaration in release.toml")
            for part in parts:
                if cells and part not in known:
                    message = f'{dimension} "{code}" is made of "{part}", which the file does not hold'
                    found.problems.append(Problem("unknown-member", message, where, did_you_mean(part, known)))
        members[dimension], codes[dimension] = tuple(base), frozenset(known)
    return members, codes
