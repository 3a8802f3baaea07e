"""A table, or a chart → the CSV that readers download: its numbers, and what must be known of them in columns."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from types import MappingProxyType

from ..facts.lookup import Lookup
from ..formats import machine
from ..model import Plot

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
        row = [*map(harmless, key), value]
        quality = _QUALITIES.get(cell.status, spec.quality) if spec.quality == "official" else spec.quality
        writer.writerow([*row, *([harmless(cell.status)] if status else []), spec.unit, quality])
    return out.getvalue().encode()


@dataclass(frozen=True)
class ChartHeads:
    """The column heads that a plot does not have itself, in the page's language."""

    panel: str
    category: str
    series: str
    value: str
    unit: str
    status: str
    quality: str
    source: str


def render_chart_csv(plot: Plot, heads: ChartHeads) -> bytes:
    """UTF-8 CSV with a row for each mark: the names that the chart shows, and the value as it is printed, rounded.

    The decimal sign is a point in every language; a missing value is an empty cell. A column that would be empty (the
    panel of a chart with one, the series of a chart without) is left out.
    """
    points = [point for panel in plot.panels for point in panel.points]
    panels, series = any(panel.title for panel in plot.panels), any(point.series for point in points)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    names = [plot.category_head or heads.category, *([plot.series_head or heads.series] if series else [])]
    named = [*([heads.panel] if panels else []), *names, heads.value, heads.unit]
    writer.writerow(map(harmless, [*named, heads.status, heads.quality, heads.source]))
    for panel in plot.panels:
        for point in panel.points:
            own = [point.category_label, *([point.series_label] if series else [])]
            number = "" if point.number is None else machine(point.number, panel.decimals)
            about = [panel.unit, point.status, plot.status, plot.source]
            row = [*map(harmless, [*([panel.title] if panels else []), *own]), number, *map(harmless, about)]
            writer.writerow(row)
    return out.getvalue().encode()


def harmless(text: str) -> str:
    """Text that a spreadsheet does not run."""
    return "'" + text if text.startswith(_DANGEROUS) else text
