"""A plot and the page that shows it → ChartView: drawings, files, and the addresses of all that a chart has."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .. import urls
from ..facts.lookup import Lookup
from ..facts.words import Words
from ..model import Grid, Plot
from .charts import ChartCache, Width, render_chart
from .explore import bundle_version
from .views import ChartView, FileView, safe

#: The files that readers may take, in the order in which they are offered.
_FILES = ((".svg", "SVG"), (".png", "PNG"), (".csv", "CSV"))


@dataclass(frozen=True)
class ChartPlace:
    """Where a chart is shown: by which target, of which release, on which page."""

    lookup: Lookup
    release: str
    output: str

    def has_files(self, chart: str, lang: str) -> bool:
        """Whether the chart has a page and files: of a release that is not yet public nothing else is made."""
        return not self.lookup.rehearses and chart in self.lookup.charts(self.release, lang)

    def link(self, path: str) -> str:
        """The address of a path on the page."""
        return urls.relative(path, self.output)


def source_line(words: Words, source: str) -> str:
    """A source as it is named below a chart; empty when there is none."""
    return words.message("Source: %(source)s") % {"source": source} if source else ""


def chart_view(plot: Plot, grid: Grid, words: Words, place: ChartPlace, cache: ChartCache) -> ChartView:
    """A chart as templates receive it. Raises FactError when the catalogue lacks a word."""
    has, release, chart, lang = place.has_files(plot.id, plot.lang), place.release, plot.id, plot.lang
    site = place.lookup.config().url

    def address(ending: str) -> str:
        return place.link(urls.chart_path(release, chart, lang, ending)) if has else ""

    def draw(width: Width) -> str:
        return render_chart(replace(plot, status=""), width, words.style.vega(), cache)  # it stands above the drawing

    return ChartView(
        id=chart,
        lang=lang,
        title=plot.title,
        subtitle=plot.subtitle,
        description=plot.description,
        status=plot.status,
        source=source_line(words, plot.source),
        notes=plot.notes,
        wide=safe(draw("wide")),
        narrow=safe(draw("narrow")),
        table=grid,
        files=tuple(FileView(name, address(ending), f"{release}-{chart}-{lang}{ending}") for ending, name in _FILES)
        if has
        else (),
        page=address(""),
        url=urls.absolute(site, urls.chart_path(release, chart, lang)),
        embed=urls.absolute(site, urls.embed_path(release, chart, lang)),
        spec=address(".json"),
        spec_narrow=address("-narrow.json"),
        bundle=place.link(urls.bundle_path(bundle_version())) if has else "",
    )
