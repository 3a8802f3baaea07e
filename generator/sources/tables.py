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

from ..errors import Problem, SourceErrors, SourceRef, did_you_mean
from ..model import Cell, Table, TableSpec
from ..spec import decode
from .schemas import Schema

_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)$")
_MANY = 20


def read_table(spec: TableSpec, data: bytes, path: str, schema: Schema) -> Table:
    """A CSV file's bytes → its table, validated. Raises SourceErrors with every mistake (the first 20 of a kind)."""
    text = decode(data, path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=spec.dialect.delimiter, strict=True)
    found = _Findings(path)
    try:
        head = next(reader, [])
        _check_head(head, spec, schema, found)
        cells = _read_cells(reader, head, spec, schema, found)
    except csv.Error as error:
        found.add("bad-csv", f"this is not CSV: {error}", reader.line_num)
        raise SourceErrors(*found.problems) from None
    found.close()
    members, codes = _members(spec, cells, found)
    if found.problems:
        raise SourceErrors(*found.problems)
    return Table(spec, cells, members, codes, path)


class _Findings:
    """Problems of one file; more than twenty of one kind are counted, not listed."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._counts: dict[str, int] = {}

    def add(self, code: str, message: str, line: int, hint: str = "") -> None:
        self._counts[code] = self._counts.get(code, 0) + 1
        if self._counts[code] <= _MANY:
            self.problems.append(Problem(code, message, SourceRef(self.path, line), hint))

    def close(self) -> None:
        for code, count in self._counts.items():
            if count > _MANY:
                message = f"… and {count - _MANY} more problems of this kind"
                self.problems.append(Problem(code, message, SourceRef(self.path)))


def _check_head(head: list[str], spec: TableSpec, schema: Schema, found: _Findings) -> None:
    needed = [*spec.dimensions, spec.value] + ([spec.status] if spec.status else [])
    if not head:
        found.add("bad-csv", "the file is empty", 1, "its first line must name the columns")
    elif len(head) == 1 and len(needed) > 1 and (other := _other_delimiter(head[0], spec)):
        hint = f'add delimiter = "{other}" to [tables.{spec.id}] in release.toml'
        if other == ";":
            hint += ' (and decimal = "," if its numbers are written so)'
        found.add("bad-csv", f'the columns are separated by "{other}", not "{spec.dialect.delimiter}"', 1, hint)
    else:
        for name in needed:
            if name not in head:
                found.add("bad-csv", f'there is no column "{name}"', 1, did_you_mean(name, head))
        for name in sorted({name for name in head if head.count(name) > 1}):
            found.add("duplicate-key", f'two columns are named "{name}"', 1)
        if set(head) != set(schema.fields) and not found.problems:
            unknown = sorted(set(head) ^ set(schema.fields))
            message = f"the columns differ from the schema's: {', '.join(unknown)}"
            found.add("bad-schema", message, 1, f"describe every column in {schema.path}, and no other")
    if found.problems:
        raise SourceErrors(*found.problems)


def _other_delimiter(line: str, spec: TableSpec) -> str:
    return next((sign for sign in (";", "\t", ",", "|") if sign in line and sign != spec.dialect.delimiter), "")


def _read_cells(
    reader: Iterator[list[str]], head: list[str], spec: TableSpec, schema: Schema, found: _Findings
) -> Mapping[tuple[str, ...], Cell]:
    keys = [head.index(name) for name in spec.dimensions]
    value_at = head.index(spec.value)
    status_at = head.index(spec.status) if spec.status else None
    checks = [(index, schema.fields[name]) for index, name in enumerate(head) if index != value_at]
    bounds = schema.fields[spec.value]
    cells: dict[tuple[str, ...], Cell] = {}
    for row in reader:
        line: int = reader.line_num  # type: ignore[attr-defined]
        if not row:
            continue
        if len(row) != len(head):
            found.add("bad-csv", f"{len(row)} cells under {len(head)} columns", line, _cells_hint(row, head, spec))
            continue
        for index, field in checks:
            if (wrong := field.wrong(row[index])) is not None:
                found.add("bad-value", f"{head[index]}: {wrong}", line)
        key = tuple([row[index] for index in keys])
        if key in cells:
            named = ", ".join(f"{name} {code}" for name, code in zip(spec.dimensions, key, strict=True))
            found.add("duplicate-key", f"{named} stands here and on line {cells[key].line}", line, "keep one of them")
            continue
        number = _number(row[value_at], spec, schema, line, found)
        if number is None and bounds.required and row[value_at].strip() in schema.missing:
            found.add("bad-value", f"{spec.value}: the cell is empty, but the schema requires a value", line)
        if number is not None and (wrong := bounds.out_of_bounds(number)) is not None:
            found.add("bad-value", f"{spec.value}: {wrong}", line)
        cells[key] = Cell(number, row[status_at] if status_at is not None else "", line)
    return cells


def _cells_hint(row: list[str], head: list[str], spec: TableSpec) -> str:
    if len(row) > len(head) and spec.dialect.delimiter == ",":
        return 'a number with a decimal comma needs delimiter = ";" and decimal = "," in release.toml'
    return ""


def _number(text: str, spec: TableSpec, schema: Schema, line: int, found: _Findings) -> Decimal | None:
    text = text.strip()
    if text in schema.missing:
        return None
    plain = text
    if spec.dialect.decimal != ".":
        plain = text.replace(".", "\0").replace(spec.dialect.decimal, ".")
    if _NUMBER.match(plain):
        return Decimal(plain)
    hint = "leave the cell empty when there is no value"
    if re.match(r"^[+-]?\d+,\d+$", text):
        hint = f'write a point, or add decimal = "," to [tables.{spec.id}] in release.toml'
    elif re.match(r"^[+-]?\d{1,3}([ .,\u00a0\u202f]\d{3})+", text):
        hint = "write numbers without separators of thousands"
    found.add("bad-value", f'{spec.value}: "{text}" is not a number', line, hint)
    return None


def _members(
    spec: TableSpec, cells: Mapping[tuple[str, ...], Cell], found: _Findings
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
                found.add("duplicate-key", message, 1, "delete its rows, or its declaration in release.toml")
            for part in parts:
                if cells and part not in known:
                    message = f'{dimension} "{code}" is made of "{part}", which the file does not hold'
                    found.add("unknown-member", message, 1, did_you_mean(part, known))
        members[dimension], codes[dimension] = tuple(base), frozenset(known)
    return members, codes
