"""A release in one language → its page, its headline and its text for feeds: where prose meets everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urljoin

from .. import urls
from ..errors import Problem, SourceRef
from ..facts.lookup import Lookup
from ..model import FeedText, Headline
from .addresses import asset_path, kind_name, release_path
from .amendments import amended, corrections_of, withdrawal_of, withdrawn_title
from .answers import Facts, FeedFacts, PageFacts
from .charts import ChartCache
from .covers import render_cover
from .data_files import data_files, downloads
from .frames import frame, masthead, share
from .outline import Section, outline
from .prose import Inline, ProseRenderer
from .structured import article
from .templates import Templates
from .views import CardView, DownloadView, FrameView, LinkView, ReleasePage, SectionView, SourcesView, safe

_HREF = re.compile(r'(?<=\shref=")[^"]*')
_SOURCES = "sources.js"


@dataclass
class Page:
    """A page that has been rendered: HTML, what is wrong, how many charts it shows, and the line of authors' links."""

    html: str
    problems: list[Problem] = field(default_factory=list)
    charts: int = 0
    places: dict[str, SourceRef] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """What rendering a text needs beside its facts: templates, Markdown of its language, and the cache of charts."""

    templates: Templates
    prose: ProseRenderer
    charts: ChartCache


def render_release(lookup: Lookup, release: str, lang: str, path: str, desk: Desk) -> Page:
    """The page of a release in a language."""
    text = lookup.text(release, lang)
    facts = PageFacts(lookup, release, lang, path, desk.templates, desk.charts)
    title, summary = facts.title(), facts.summary()
    body = desk.prose.render(text.body, text.path, text.body_line, facts)
    kind = lookup.config().kinds[lookup.kind(release)]
    published = lookup.published(release)
    files = downloads(data_files(lookup, release, lang), release, path)
    whole, footnotes = outline(body.html)
    date = lookup.style(lang).day(published, lookup.config().timezone, numeric=kind.date == "numeric")
    view = ReleasePage(
        frame=_frame(lookup, release, lang, path, title, summary, files),
        kind=kind.id,
        section=_section_link(lookup, lang, kind.id, path) if kind.listed else None,
        masthead=masthead(lookup, lang, kind.id, release),
        title=safe(title.html),
        summary=safe(summary.html),
        date=date,
        date_machine=published.isoformat(),
        corrections=corrections_of(lookup, release, lang, path),
        body=safe(body.html),
        intro=safe(whole.html),
        sections=tuple(map(_section, whole.parts)),
        footnotes=safe(footnotes),
        downloads=files,
        sources=_sources(lookup, release, lang, path),
        revisions=_revisions(lookup, release, path),
        related=_related(lookup, release, lang, path, kind.related),
    )
    html, warnings = desk.templates.render(_template(kind.id, desk, lookup), lookup, lang, page=view)
    problems = [*facts.problems, *body.problems, *warnings]
    places = {address: SourceRef(text.path, line) for address, line in body.places.items()}
    return Page(html, problems, len(facts.charts), places)


def _frame(
    lookup: Lookup, release: str, lang: str, path: str, title: Inline, summary: Inline, files: tuple[DownloadView, ...]
) -> FrameView:
    """What stands around the page of a release. One of a kind that has no index is no article."""
    listed = lookup.config().kinds[lookup.kind(release)].listed
    paths = {other: release_path(lookup, release, other) for other in lookup.languages(release)}
    return frame(
        *(lookup, lang, path, paths),
        title=title.text,
        description=summary.text,
        kind=lookup.kind(release),
        release=release,
        share=share(
            *(lookup, lang, path, paths),
            alt=title.text,
            published=lookup.published(release) if listed else None,
            modified=lookup.modified(release) if listed else None,
        ),
        structured=article(lookup, release, lang, title.text, summary.text, files) if listed else None,
    )


def _template(kind: str, desk: Desk, lookup: Lookup) -> str:
    own = f"kinds/{kind}.html"
    return own if desk.templates.has(own, lookup) else "release.html"


def _section_link(lookup: Lookup, lang: str, kind: str, path: str) -> LinkView:
    section = urls.section_path(lang, lookup.section(kind, lang))
    return LinkView(kind_name(lookup, lang, kind), urls.relative(section, path))


def _section(section: Section) -> SectionView:
    parts = tuple(map(_section, section.parts))
    return SectionView(section.id, safe(section.title), safe(section.html), parts)


def _sources(lookup: Lookup, release: str, lang: str, path: str) -> SourcesView | None:
    """Where the figures of a text come from; a text without any has no such page, nor has one that is not public."""
    if lookup.rehearses or not lookup.cites(release, lang):
        return None
    return SourcesView(
        figures=urls.relative(urls.figures_path(path), path),
        record=urls.relative(urls.record_path(release), path),
        script=urls.relative(asset_path(lookup, _SOURCES), path),
    )


def _revisions(lookup: Lookup, release: str, path: str) -> str:
    """Where the list of revised numbers is; empty for a release that is not compared with any."""
    if lookup.rehearses or not is_compared(lookup, release):
        return ""
    return urls.relative(urls.revisions_path(path), path)


def is_compared(lookup: Lookup, release: str) -> bool:
    """Whether a release has a page of revised numbers: another one has some of its tables."""
    other = lookup.compared(release)
    return bool(other) and not set(lookup.files(release)).isdisjoint(lookup.files(other))


def _related(lookup: Lookup, release: str, lang: str, path: str, count: int) -> tuple[CardView, ...]:
    """Cards of the releases of the same kind that are nearest in time."""
    if not count or lookup.rehearses or lookup.edition(release) is not None:
        return ()
    near = lookup.near(release, lang, count)
    return tuple(card(lookup, other, lang, path, render_headline(lookup, other, lang)[0]) for other in near)


def render_headline(lookup: Lookup, release: str, lang: str) -> tuple[Headline, list[Problem]]:
    """What lists and feeds show of a release; of one that is withdrawn, its name alone."""
    if lookup.withdrawal(release) is not None:
        name = withdrawn_title(lookup, release, lang)
        return Headline(escape(name, quote=False), name, "", ""), []
    facts = Facts(lookup, release, lang)
    title, summary = facts.title(), facts.summary()
    cover = _cover(lookup, release, lang) if lookup.config().kinds[lookup.kind(release)].covers else ""
    files = data_files(lookup, release, lang)
    return Headline(title.html, title.text, summary.html, summary.text, cover, files), facts.problems


def _cover(lookup: Lookup, release: str, lang: str) -> str:
    """A drawing made of the first chart of the text, else of the release's name."""
    facts = Facts(lookup, release, lang)  # what is wrong with the chart is told by the page that shows it
    made = None
    if shown := lookup.charts(release, lang):
        made = facts.plot(shown[0], "", "", 0)
    return render_cover(None if made is None else made[0], release)


def card(lookup: Lookup, release: str, lang: str, path: str, headline: Headline) -> CardView:
    """A release as a card in the list at `path`."""
    kind, published = lookup.config().kinds[lookup.kind(release)], lookup.published(release)
    numeric = kind.date == "numeric"
    return CardView(
        title=safe(headline.title_html),
        summary=safe(headline.summary_html),
        href=urls.relative(release_path(lookup, release, lang), path),
        date=lookup.style(lang).day(published, lookup.config().timezone, numeric=numeric),
        date_machine=published.isoformat(),
        posted=numeric,
        kind=lookup.label(lang, f"kind.{kind.id}.one") or kind_name(lookup, lang, kind.id),
        cover=safe(headline.cover),
        standing=lookup.standing(release),
        amended=amended(lookup, release),
    )


def render_feed_text(lookup: Lookup, release: str, lang: str, desk: Desk) -> FeedText:
    """The full text of a release as feeds carry it, below the notices of what was wrong in it; of a withdrawn one, why
    it was. What is wrong in it is told by the release's page."""
    facts = FeedFacts(lookup, release, lang, desk.templates)
    if (withdrawal := withdrawal_of(lookup, release, lang)) is not None:
        return FeedText(facts.fill("feed-notices.html", corrections=(), withdrawal=withdrawal))
    notices = corrections_of(lookup, release, lang)
    above = facts.fill("feed-notices.html", corrections=notices, withdrawal=None) if notices else ""
    text = lookup.text(release, lang)
    body = desk.prose.render(text.body, text.path, text.body_line, facts)
    page = urls.absolute(lookup.config().url, release_path(lookup, release, lang))
    return FeedText(above + _HREF.sub(lambda found: urljoin(page, found.group()), body.html))
