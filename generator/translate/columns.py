"""A CSV and a name → the same CSV with one more, empty column; every other byte stays."""

from __future__ import annotations

import re

#: A line with its end, as the csv module counts lines; `str.splitlines` knows more line ends than that.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def with_column(text: str, name: str) -> str:
    """The text of a CSV with a column at its right end. Empty lines stay empty; no line end is added or changed."""
    rows = _rows(text)
    if not rows:
        return text
    head, _end = rows[0]
    quoted = f'"{name}"' if head.rstrip().endswith('"') else name
    first = True
    parts = []
    for row, end in rows:
        if row.strip("\ufeff"):
            row += "," + (quoted if first else "")
            first = False
        parts.append(row + end)
    return "".join(parts)


def _rows(text: str) -> list[tuple[str, str]]:
    """Each row with its line end. A line end within quotes belongs to the row."""
    rows: list[tuple[str, str]] = []
    row = ""
    for line in _LINE.findall(text):
        row += line
        if row.count('"') % 2 == 0:
            plain = row.rstrip("\r\n")
            rows.append((plain, row[len(plain) :]))
            row = ""
    return [*rows, (row, "")] if row else rows
