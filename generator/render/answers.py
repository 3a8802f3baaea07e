"""What prose asks of one release in one language → HTML, with what is wrong noted where it was asked.

`Facts` prints figures and knows claims. `PageFacts` also draws charts and tables for a page; `FeedFacts` shows them as
feed readers can, and every address is absolute.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Self

from .. import urls
from ..errors import FactError, Problem, SourceErrors, SourceRef, did_you_mean
from ..facts.displays import build_grid
from ..facts.figures import parse_figure, print_figure
from ..facts.lookup import Lookup
from ..facts.plots import build_plot
from ..facts.words import Words
from ..model import Grid, Plot
from .addresses import release_path
from .charts import ChartCache
from .prose import Inline, render_line
from .shown_charts import ChartPlace, chart_view
from .templates import Templates
from .views import FeedChartView, TableView


class Facts:
    """Answers what prose asks of one release in one language, and notes what is wrong where it was asked."""

    def __init__(self, lookup: Lookup, release: str, lang: str) -> None:
        self.lookup, self.release, self.lang = lookup, release, lang
        self.path = lookup.text_path(release, lang)
        self.words = Words(lookup, lang)
        self.problems: list[Problem] = []

    def wrong(self, error: FactError | SourceErrors, line: int) -> None:
        """Note an error where the text asked for the fact."""
        if isinstance(error, FactError):
            self.problems.append(error.at(SourceRef(self.path, line)))
        else:
            self.problems.extend(error.problems)

    def figure(self, expression: str, line: int) -> Inline:
        """See `Resolver.figure`."""
        try:
            printed = print_figure(parse_figure(expression), self.words, self.release)
        except (FactError, SourceErrors) as error:
            self.wrong(error, line)
            return Inline("?", "?")
        attributes = f'class="figure" value="{escape(printed.machine)}" data-figure="{escape(printed.figure)}"'
        shown = escape(printed.text.removesuffix(printed.raised) if printed.raised else printed.text, quote=False)
        raised = f"<sup>{escape(printed.raised, quote=False)}</sup>" if printed.raised else ""
        return Inline(f"<data {attributes}>{shown}{raised}</data>", printed.text)

    def title(self) -> Inline:
        """The release's title."""
        front = self.lookup.front(self.release, self.lang)
        return render_line(front.title, front.lines["title"], self)

    def summary(self) -> Inline:
        """The release's summary."""
        front = self.lookup.front(self.release, self.lang)
        return render_line(front.summary, front.lines["summary"], self)

    def claim(self, name: str, line: int) -> None:
        """See `Resolver.claim`."""
        try:
            self.lookup.claim(self.release, name)
        except (FactError, SourceErrors) as error:
            self.wrong(error, line)

    def plot(self, name: str, title: str, description: str, line: int) -> tuple[Plot, Grid] | None:
        """A chart as values; None when it cannot be made, which is noted."""
        try:
            spec = self.lookup.chart(self.release, name)
        except (FactError, SourceErrors) as error:
            self.wrong(error, line)
            return None
        try:
            return build_plot(spec, self.lookup, self.release, self.lang, title=title, description=description)
        except (FactError, SourceErrors) as error:
            self._defined(error, f"[charts.{name}]", spec.line)
            return None

    def grid(self, name: str, line: int) -> Grid | None:
        """A display as values; None when it cannot be made, which is noted."""
        try:
            spec = self.lookup.display(self.release, name)
        except (FactError, SourceErrors) as error:
            self.wrong(error, line)
            return None
        try:
            return build_grid(spec, self.lookup, self.release, self.lang)
        except (FactError, SourceErrors) as error:
            self._defined(error, f"[displays.{name}]", spec.line)
            return None

    def _defined(self, error: FactError | SourceErrors, what: str, line: int) -> None:
        """A mistake in a definition is shown where it stands, not where the text uses it."""
        if isinstance(error, FactError):
            where = SourceRef(self.lookup.release_path(self.release), line)
            self.problems.append(error.at(where, f"{what}: "))
        else:
            self.problems.extend(error.problems)

    def public(self, release: str, line: int) -> bool:
        """Whether the text may link to a release; noted when it may not."""
        if self.lookup.is_public(release, self.lang):
            return True
        known = list(self.lookup.latest(self.lang))
        message = f'there is no public release "{release}" in "{self.lang}"'
        where = SourceRef(self.path, line)
        self.problems.append(Problem("unknown-release", message, where, did_you_mean(release, known)))
        return False


class _Drawing(Facts):
    """Facts that fill templates."""

    def __init__(self, lookup: Lookup, release: str, lang: str, templates: Templates) -> None:
        super().__init__(lookup, release, lang)
        self.templates, self.kept = templates, templates.kept
        self.charts: list[str] = []
        self.tables: list[str] = []

    def fill(self, template: str, **values: object) -> str:
        """A template filled in; what is missing is noted."""
        text, problems = self.templates.render(template, self.lookup, self.lang, **values)
        self.problems.extend(problems)
        return text

    def again(self, kind: str, name: str, shown: list[str], line: int) -> None:
        """Note a chart or a table that the text shows for the second time."""
        if name in shown:
            where = SourceRef(self.path, line)
            hint = "show it once, and link to it from the other place"
            self.problems.append(Problem("duplicate-key", f'the {kind} "{name}" is shown twice', where, hint))
        shown.append(name)

    def table(self, name: str, caption: str, line: int) -> str:
        """The HTML of a display."""
        self.again("table", name, self.tables, line)
        return self.once(("table", name, caption), lambda apart: apart.draw_table(name, caption, line))

    def draw_table(self, name: str, caption: str, line: int) -> str:
        """The HTML of a display, made now."""
        grid = self.grid(name, line)
        return "" if grid is None else self.fill("table.html", table=TableView(grid, caption, f"table-{name}"))

    def once(self, key: tuple[str, ...], draw: Callable[[Self], str]) -> str:
        """A block of the text, drawn now or before: by facts of the same place, that note what they ask apart."""

        def drawn(lookup: Lookup) -> tuple[str, list[Problem]]:
            apart = self.apart(lookup)
            return draw(apart), apart.problems

        place = (type(self).__name__, self.release, self.lang, *key)
        html, problems = self.kept.once(self.lookup, place, drawn, keep=lambda made: not made[1])
        self.problems.extend(problems)
        return html

    def apart(self, lookup: Lookup) -> Self:
        """The same facts, asked of another lookup."""
        return type(self)(lookup, self.release, self.lang, self.templates)


class PageFacts(_Drawing):
    """The facts of the page at `output`: charts are drawn, links are relative."""

    def __init__(
        self, lookup: Lookup, release: str, lang: str, output: str, templates: Templates, cache: ChartCache
    ) -> None:
        super().__init__(lookup, release, lang, templates)
        self.output, self.cache = output, cache

    def apart(self, lookup: Lookup) -> Self:
        """See `_Drawing.apart`."""
        return type(self)(lookup, self.release, self.lang, self.output, self.templates, self.cache)

    def chart(self, name: str, description: str, title: str, line: int) -> str:
        """The HTML of a chart, drawn for wide and for narrow screens."""
        self.again("chart", name, self.charts, line)
        key = ("chart", self.output, name, description, title)
        return self.once(key, lambda apart: apart.draw_chart(name, description, title, line))

    def draw_chart(self, name: str, description: str, title: str, line: int) -> str:
        """The HTML of a chart, made now."""
        made = self.plot(name, title, description, line)
        if made is None:
            return ""
        place = ChartPlace(self.lookup, self.release, self.output)
        try:
            return self.fill("chart.html", chart=chart_view(*made, self.words, place, self.cache))
        except (FactError, SourceErrors) as error:
            self.wrong(error, line)
            return ""

    def release_link(self, release: str, line: int) -> str | None:
        """The address of another release in the page's language."""
        if not self.public(release, line):
            return None
        return urls.relative(release_path(self.lookup, release, self.lang), self.output)

    def site_link(self, address: str) -> str:
        """See `Resolver.site_link`: below the path that the site has on its host."""
        return self.lookup.config().prefix + address.lstrip("/")


class FeedFacts(_Drawing):
    """The facts of a text in a feed: a chart is a picture, and addresses are absolute."""

    def chart(self, name: str, description: str, title: str, line: int) -> str:
        """A chart as a picture with its caption."""
        return self.once(("chart", name, description, title), lambda apart: apart.draw(name, description, title, line))

    def draw(self, name: str, description: str, title: str, line: int) -> str:
        """A chart as a picture, made now."""
        made = self.plot(name, title, description, line)
        if made is None:
            return ""
        plot, site = made[0], self.lookup.config().url
        view = FeedChartView(
            title=plot.title,
            subtitle=plot.subtitle,
            description=plot.description,
            status=plot.status,
            source=plot.source,
            picture=urls.absolute(site, urls.chart_path(self.release, name, self.lang, ".png")),
            page=urls.absolute(site, urls.chart_path(self.release, name, self.lang)),
        )
        return self.fill("feed-chart.html", chart=view)

    def release_link(self, release: str, line: int) -> str | None:
        """The absolute address of another release."""
        if not self.public(release, line):
            return None
        return urls.absolute(self.lookup.config().url, release_path(self.lookup, release, self.lang))

    def site_link(self, address: str) -> str:
        """See `Resolver.site_link`."""
        return self.lookup.config().url + address.lstrip("/")
