"""A table → the CSV that readers download: the same cells, with what must be known of them in columns of their own."""

from __future__ import annotations

import csv
import io
from types import MappingProxyType

from ..facts.lookup import Lookup

#: What an observation status says of a single number of a table that is official as a whole.
_QUALITIES = MappingProxyType({"E": "estimated", "P": "provisional"})
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def render_csv(lookup: Lookup, release: str, table: str) -> bytes:
    """UTF-8 CSV with the table's dimensions, value and observation status, its unit, and its quality.

    Values are as the file has them, with a decimal point. Text that a spreadsheet would run is made harmless with an
    apostrophe; numbers never are.
    """
    found = lookup.whole_table(release, table)
    spec = found.spec
    status = [spec.status or "obs_status"] if spec.status else []
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*spec.dimensions, spec.value, *status, "unit", "quality"])
    for key, cell in found.cells.items():
        value = "" if cell.value is None else f"{cell.value:f}"
        row = [*map(_harmless, key), value]
        quality = _QUALITIES.get(cell.status, spec.quality) if spec.quality == "official" else spec.quality
        writer.writerow([*row, *([_harmless(cell.status)] if status else []), spec.unit, quality])
    return out.getvalue().encode()


def _harmless(text: str) -> str:
    return "'" + text if text.startswith(_DANGEROUS) else text
