"""The page that lists revised numbers, and the tables before and after → where it differs from their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest

from ..definitions import Table
from ..facts.lookup import Lookup
from ..facts.revisions import SHOWN, compared_tables
from .charts import Difference
from .readback import reader_of
from .scan import plain

_ROW = re.compile(r'<tr>\s*<th scope="row">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', re.S)
_NOTHING = ("", "")
_DATA = re.compile(r'<data value="([^"]*)">(.*?)</data>', re.S)


def compare_revisions(html: str, lookup: Lookup, release: str, lang: str) -> Iterator[Difference]:
    """Each listed number before and after, read back, against the cells; in the order of the files."""
    reader, other = reader_of(lookup.style(lang)), lookup.compared(release)
    wanted = [
        pair
        for table in compared_tables(lookup, release)
        for pair in _pairs(lookup.whole_table(other, table), lookup.whole_table(release, table))[:SHOWN]
    ]
    found = [(plain(place), (_number(before), _number(after))) for place, before, after in _ROW.findall(html)]
    for row, pair in zip_longest(found, wanted):
        place, numbers = row or ("a revised number", (_NOTHING, _NOTHING))
        for (value, text), number in zip(numbers, pair or ("", ""), strict=True):
            read = not value or reader.number(text) == value
            if value != number or not read or row is None or pair is None:
                yield place, f'"{text}" ({value})' if value else "nothing", number or "nothing"
                break


def _pairs(before: Table, after: Table) -> list[tuple[str, str]]:
    """The numbers before and after of cells that both tables have, where they differ."""
    was = {frozenset(zip(before.spec.dimensions, key, strict=True)): cell.value for key, cell in before.cells.items()}
    pairs = []
    for key, cell in after.cells.items():
        at = frozenset(zip(after.spec.dimensions, key, strict=True))
        if at in was and was[at] != cell.value:
            pairs.append((_digits(was[at]), _digits(cell.value)))
    return pairs


def _digits(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def _number(cell: str) -> tuple[str, str]:
    """A number of the page: its machine form and its text; both empty where it has none."""
    found = _DATA.search(cell)
    return _NOTHING if found is None else (found[1], plain(found[2]))
