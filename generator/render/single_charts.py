"""One chart of a release in a language → its own page, the page for frames, and its files."""

from __future__ import annotations

from dataclasses import replace
from html import escape, unescape

from .. import urls
from ..errors import Problem, SourceErrors
from ..facts.lookup import Lookup
from ..model import Grid, Plot
from .addresses import asset_path, release_path
from .amendments import corrections_of
from .answers import Facts
from .charts import BytesCache, render_picture, render_png
from .downloads import ChartHeads, render_chart_csv
from .explore import ExploreWords, explore_spec
from .frames import ICON, SCRIPT, STYLESHEET, frame, notice, share
from .prose import render_line
from .releases import Page
from .shown_charts import ChartPlace, chart_view, source_line
from .templates import Templates
from .views import ChartPage, EmbedPage, LinkView, safe

_FRAME_HEIGHT = 640


class ChartDesk:
    """One chart, made once for a target. What is wrong with it is told by the page that shows it."""

    def __init__(self, lookup: Lookup, release: str, lang: str, chart: str, cache: BytesCache) -> None:
        self.lookup, self.release, self.lang, self.cache = lookup, release, lang, cache
        self.facts = Facts(lookup, release, lang)
        words = lookup.chart_words(release, lang, chart)
        self.title = unescape(render_line(words.title, words.line, self.facts).text)
        description = unescape(render_line(words.description, words.line, self.facts).text)
        made = self.facts.plot(chart, self.title, description, words.line)
        if made is None:
            raise SourceErrors()
        self.plot: Plot = made[0]
        self.grid: Grid = made[1]

    def picture(self, ending: str) -> bytes:
        """The chart as a file: SVG, or PNG."""
        source = source_line(self.facts.words, self.plot.source)
        svg = render_picture(replace(self.plot, source=source), self.facts.words.style.vega(), self.cache)
        return render_png(svg, self.cache) if ending == ".png" else svg.encode()

    def series(self) -> bytes:
        """The chart's own numbers as CSV."""
        said = self.facts.words.message
        heads = ChartHeads(
            panel=said("Panel"),
            category=said("Category"),
            series=said("Series"),
            value=said("Value"),
            unit=said("Unit"),
            status=said("Observation status"),
            quality=said("Quality"),
            source=said("Source"),
        )
        return render_chart_csv(self.plot, heads)

    def spec(self, *, narrow: bool) -> bytes:
        """What exploring the chart loads."""
        said = self.facts.words.message
        words = ExploreWords(
            panel=said("Show"),
            every=said("Everything"),
            highlight=said("Pick out"),
            nothing=said("Nothing"),
            sort=said("Order"),
            published=said("As published"),
            size=said("By size"),
        )
        numbers = self.facts.words.style.vega()
        return explore_spec(self.plot, "narrow" if narrow else "wide", numbers, words, self.cache)

    def page(self, path: str, templates: Templates) -> Page:
        """The chart at its permanent address."""
        lookup, release, lang, chart = self.lookup, self.release, self.lang, self.plot.id
        langs = [other for other in lookup.languages(release) if chart in lookup.charts(release, other)]
        paths = {other: urls.chart_path(release, chart, other) for other in langs}
        picture = urls.chart_path(release, chart, lang, ".png")
        published = lookup.published(release)
        drawn, problems = self._figure(path, templates, alone=True)
        view = ChartPage(
            frame=frame(
                lookup,
                lang,
                path,
                paths,
                title=self.title,
                description=self.plot.description,
                kind=lookup.kind(release),
                release=release,
                share=share(lookup, lang, path, paths, alt=self.plot.description, image=picture),
            ),
            release=self._release(path),
            date=lookup.style(lang).day(published, lookup.config().timezone),
            date_machine=published.isoformat(),
            chart=safe(drawn),
            snippet=self._snippet() if lookup.edition(release) is None else "",
            title=self.title,
            corrected=next(iter(corrections_of(lookup, release, lang)), None),
        )
        html, warnings = templates.render("chart-page.html", lookup, lang, page=view)
        return Page(html, [*problems, *warnings])

    def _snippet(self) -> str:
        """What shows the chart in a frame of another site."""
        embed = urls.absolute(self.lookup.config().url, urls.embed_path(self.release, self.plot.id, self.lang))
        size = f'width="100%" height="{_FRAME_HEIGHT}"'
        return f'<iframe src="{embed}" title="{escape(self.title)}" {size} loading="lazy"></iframe>'

    def embed(self, path: str, templates: Templates) -> Page:
        """The chart alone, for a frame in another site."""
        lookup = self.lookup
        drawn, problems = self._figure(path, templates, alone=False)

        def asset(name: str) -> str:
            return urls.relative(asset_path(lookup, name), path)

        view = EmbedPage(
            lang=self.lang,
            title=self.title,
            canonical=urls.absolute(lookup.config().url, urls.chart_path(self.release, self.plot.id, self.lang)),
            site_title=lookup.label(self.lang, "site.title") or "",
            stylesheet=asset(STYLESHEET),
            script=asset(SCRIPT),
            icon=asset(ICON),
            release=self._release(path),
            chart=safe(drawn),
            notice=notice(lookup, self.lang, self.release),
        )
        html, warnings = templates.render("embed.html", lookup, self.lang, page=view)
        return Page(html, [*problems, *warnings])

    def _release(self, path: str) -> LinkView:
        there = release_path(self.lookup, self.release, self.lang)
        return LinkView(self.facts.title().text, urls.relative(there, path))

    def _figure(self, path: str, templates: Templates, *, alone: bool) -> tuple[str, list[Problem]]:
        place = ChartPlace(self.lookup, self.release, path)
        view = chart_view(self.plot, self.grid, self.facts.words, place, self.cache)
        html, problems = templates.render("chart.html", self.lookup, self.lang, chart=view, alone=alone)
        return html, list(problems)
