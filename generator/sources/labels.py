"""data/labels.csv → the names of codes in every language."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import Problem, SourceErrors, SourceRef
from ..spec import decode

LABELS_FILE = "data/labels.csv"


@dataclass(frozen=True)
class Labels:
    """Names of codes: language → code → name, and the line of each code. An empty cell is a name that is missing."""

    names: Mapping[str, Mapping[str, str]]
    lines: Mapping[str, int]


def read_labels(data: bytes, tags: tuple[str, ...]) -> Labels:
    """The bytes of labels.csv → the names that it gives in the site's languages. Raises SourceErrors."""
    text = decode(data, LABELS_FILE)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: dict[str, dict[str, str]] = {tag: {} for tag in tags}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    try:
        head = next(reader, [])
        columns = _columns(head, tags, problems)
        for row in reader:
            if row:
                _read_row(row, reader.line_num, head, columns, names, lines, problems)
    except csv.Error as error:
        problems.append(Problem("bad-csv", f"this is not CSV: {error}", SourceRef(LABELS_FILE, reader.line_num)))
    if problems:
        raise SourceErrors(*problems)
    return Labels(names, lines)


def _columns(head: list[str], tags: tuple[str, ...], problems: list[Problem]) -> Mapping[str, int]:
    for name in ("code", *tags):
        if name not in head:
            hint = f"the first line must be: code,{','.join(tags)}"
            if head and ";" in head[0]:
                hint += ", with commas between the columns, not semicolons"
            problems.append(Problem("bad-csv", f'there is no column "{name}"', SourceRef(LABELS_FILE, 1), hint))
    if problems:
        raise SourceErrors(*problems)
    return {name: head.index(name) for name in ("code", *tags)}


def _read_row(
    row: list[str],
    line: int,
    head: list[str],
    columns: Mapping[str, int],
    names: dict[str, dict[str, str]],
    lines: dict[str, int],
    problems: list[Problem],
) -> None:
    where = SourceRef(LABELS_FILE, line)
    if len(row) != len(head):
        hint = "put a name that holds a comma in double quotes"
        problems.append(Problem("bad-csv", f"{len(row)} cells under {len(head)} columns", where, hint))
        return
    code = row[columns["code"]].strip()
    if not code:
        problems.append(Problem("bad-csv", "a row has no code", where, "delete the row, or give it a code"))
    elif code in lines:
        message = f'the code "{code}" stands here and on line {lines[code]}'
        problems.append(Problem("duplicate-key", message, where, "keep one of them"))
    else:
        lines[code] = line
        for tag, named in names.items():
            if name := row[columns[tag]].strip():
                named[code] = name
