"""A release in one language → its page. The one place where prose, figures, claims, charts and tables come together."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from html import escape

from markupsafe import Markup

from .. import urls
from ..errors import FactError, Problem, SourceErrors, SourceRef, did_you_mean
from ..facts.displays import build_grid, status_of
from ..facts.figures import parse_figure, print_figure
from ..facts.lookup import Lookup
from ..facts.plots import build_plot
from ..facts.words import Words
from ..model import Headline, Plot
from .charts import ChartCache, render_chart
from .frames import frame, kind_name, release_path
from .prose import Inline, ProseRenderer, render_line
from .templates import Templates
from .views import CardView, ChartView, DownloadView, LinkView, ReleasePage, TableView


@dataclass
class Page:
    """A page that has been rendered: HTML, what is wrong, how many charts it shows, and the line of authors' links."""

    html: str
    problems: list[Problem] = field(default_factory=list)
    charts: int = 0
    places: dict[str, SourceRef] = field(default_factory=dict)


class Facts:
    """Answers what prose asks of one release in one language, and notes what is wrong where it was asked."""

    def __init__(self, lookup: Lookup, release: str, lang: str, path: str) -> None:
        self.lookup, self.release, self.lang, self.path = lookup, release, lang, path
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
        return Inline(f"<data {attributes}>{escape(printed.text, quote=False)}</data>", printed.text)

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


class _PageFacts(Facts):
    """The facts of a page: charts and tables are drawn, links lead somewhere."""

    def __init__(
        self, lookup: Lookup, release: str, lang: str, source: str, path: str, templates: Templates, cache: ChartCache
    ) -> None:
        super().__init__(lookup, release, lang, source)
        self.output, self.templates, self.cache = path, templates, cache
        self.charts: list[str] = []
        self.tables: list[str] = []

    def _fill(self, template: str, **values: object) -> str:
        text, problems = self.templates.render(template, self.lookup, self.lang, **values)
        self.problems.extend(problems)
        return text

    def _again(self, kind: str, name: str, shown: list[str], line: int) -> None:
        if name in shown:
            where = SourceRef(self.path, line)
            hint = "show it once, and link to it from the other place"
            self.problems.append(Problem("duplicate-key", f'the {kind} "{name}" is shown twice', where, hint))
        shown.append(name)

    def chart(self, name: str, description: str, title: str, line: int) -> str:
        """The HTML of a chart, drawn for wide and for narrow screens."""
        self._again("chart", name, self.charts, line)
        try:
            spec = self.lookup.chart(self.release, name)
        except (FactError, SourceErrors) as error:
            self.wrong(error, line)
            return ""
        try:
            plot, grid = build_plot(spec, self.lookup, self.release, self.lang, title=title, description=description)
            source = self._source(plot.source)
        except (FactError, SourceErrors) as error:
            self._defined(error, f"[charts.{name}]", spec.line)
            return ""
        view = ChartView(
            id=name,
            title=plot.title,
            subtitle=plot.subtitle,
            description=plot.description,
            status=plot.status,
            source=source,
            notes=plot.notes,
            wide=self._draw(plot, narrow=False),
            narrow=self._draw(plot, narrow=True),
            table=grid,
        )
        return self._fill("chart.html", chart=view)

    def _source(self, source: str) -> str:
        return self.words.message("Source: %(source)s") % {"source": source} if source else ""

    def _draw(self, plot: Plot, *, narrow: bool) -> Markup:
        numbers = self.words.style.vega()
        return Markup(render_chart(plot, "narrow" if narrow else "wide", numbers, self.cache))  # our own SVG

    def _defined(self, error: FactError | SourceErrors, what: str, line: int) -> None:
        """A mistake in a definition is shown where it stands, not where the text uses it."""
        if isinstance(error, FactError):
            where = SourceRef(f"data/{self.release}/release.toml", line)
            self.problems.append(error.at(where, f"{what}: "))
        else:
            self.problems.extend(error.problems)

    def table(self, name: str, caption: str, line: int) -> str:
        """The HTML of a display."""
        self._again("table", name, self.tables, line)
        try:
            spec = self.lookup.display(self.release, name)
        except (FactError, SourceErrors) as error:
            self.wrong(error, line)
            return ""
        try:
            grid = build_grid(spec, self.lookup, self.release, self.lang)
        except (FactError, SourceErrors) as error:
            self._defined(error, f"[displays.{name}]", spec.line)
            return ""
        return self._fill("table.html", table=TableView(grid, caption, f"table-{name}"))

    def release_link(self, release: str, line: int) -> str | None:
        """The address of another release in the page's language."""
        if self.lookup.is_public(release, self.lang):
            return urls.relative(release_path(self.lookup, release, self.lang), self.output)
        known = list(self.lookup.latest(self.lang))
        message = f'there is no public release "{release}" in "{self.lang}"'
        where = SourceRef(self.path, line)
        self.problems.append(Problem("unknown-release", message, where, did_you_mean(release, known)))
        return None


def render_release(
    lookup: Lookup, release: str, lang: str, path: str, templates: Templates, prose: ProseRenderer, cache: ChartCache
) -> Page:
    """The page of a release in a language."""
    text = lookup.text(release, lang)
    facts = _PageFacts(lookup, release, lang, text.path, path, templates, cache)
    title, summary = facts.title(), facts.summary()
    body = prose.render(text.body, text.path, text.body_line, facts)
    kind = lookup.kind(release)
    published = lookup.published(release)
    timezone = lookup.config().timezone
    section = urls.section_path(lang, lookup.section(kind, lang))
    paths = {other: release_path(lookup, release, other) for other in lookup.languages(release)}
    view = ReleasePage(
        frame=frame(lookup, lang, path, paths, title=title.text, description=summary.text, kind=kind),
        kind=kind,
        section=LinkView(kind_name(lookup, lang, kind), urls.relative(section, path)),
        title=Markup(title.html),  # escaped by render_line
        summary=Markup(summary.html),  # escaped by render_line
        date=lookup.style(lang).day(published, timezone),
        date_machine=published.isoformat(),
        body=Markup(body.html),  # cleaned by prose
        downloads=_downloads(lookup, release, lang, path),
    )
    own = f"{kind}.html"
    template = own if templates.has(own, lookup) else "release.html"
    html, warnings = templates.render(template, lookup, lang, page=view)
    problems = [*facts.problems, *body.problems, *warnings]
    places = {address: SourceRef(text.path, line) for address, line in body.places.items()}
    return Page(html, problems, len(facts.charts), places)


def _downloads(lookup: Lookup, release: str, lang: str, path: str) -> tuple[DownloadView, ...]:
    found = []
    for table, file in lookup.files(release).items():
        address = urls.relative(urls.data_path(release, table), path)
        found.append(DownloadView(posixpath.basename(file), address, _quality(lookup, release, lang, table)))
    return tuple(found)


def _quality(lookup: Lookup, release: str, lang: str, table: str) -> str:
    """What must be said of a file whose data are not plainly official."""
    try:
        return status_of(Words(lookup, lang), lookup.table_spec(release, table), lookup.statuses(release, table))
    except (FactError, SourceErrors):
        return ""  # the missing message is reported where a chart or a table needs it


def render_headline(lookup: Lookup, release: str, lang: str) -> tuple[Headline, list[Problem]]:
    """What lists and feeds show of a release."""
    facts = Facts(lookup, release, lang, lookup.text_path(release, lang))
    title, summary = facts.title(), facts.summary()
    return Headline(title.html, title.text, summary.html, summary.text), facts.problems


def card(lookup: Lookup, release: str, lang: str, path: str) -> CardView:
    """A release as a card in the list at `path`."""
    headline, published = lookup.headline(release, lang), lookup.published(release)
    return CardView(
        title=Markup(headline.title_html),  # escaped by render_line
        summary=Markup(headline.summary_html),  # escaped by render_line
        href=urls.relative(release_path(lookup, release, lang), path),
        date=lookup.style(lang).day(published, lookup.config().timezone),
        date_machine=published.isoformat(),
        kind=kind_name(lookup, lang, lookup.kind(release)),
    )
