"""A release that was withdrawn → what is left at its address, at those of its charts, and in frames of other sites."""

from __future__ import annotations

from dataclasses import replace

from .. import urls
from ..facts.lookup import Lookup
from ..facts.words import Words
from .addresses import asset_path, kind_name, release_path
from .amendments import withdrawal_of
from .frames import ICON, STYLESHEET, frame, share
from .last_views import WithdrawnEmbed, WithdrawnPage
from .releases import Page
from .structured import withdrawn_article
from .templates import Templates
from .views import LinkView


def render_withdrawn(lookup: Lookup, release: str, lang: str, chart: str, path: str, templates: Templates) -> Page:
    """What stands in place of a release, or of one of its charts."""
    withdrawal = withdrawal_of(lookup, release, lang)
    assert withdrawal is not None
    kind, published = lookup.config().kinds[lookup.kind(release)], lookup.published(release)
    title = lookup.headline(release, lang).title
    if chart:
        langs = [other for other in lookup.languages(release) if chart in lookup.charts(release, other)]
        paths = {other: urls.chart_path(release, chart, other) for other in langs}
    else:
        paths = {other: release_path(lookup, release, other) for other in lookup.languages(release)}
    article = kind.listed and not chart
    shared = share(
        *(lookup, lang, path, paths),
        published=published if article else None,
        modified=lookup.modified(release) if article else None,
    )
    name = Words(lookup, lang).message("Withdrawn: %(title)s").replace("%(title)s", title)
    section = urls.section_path(lang, lookup.section(kind.id, lang))
    view = WithdrawnPage(
        frame=frame(
            *(lookup, lang, path, paths),
            title=name,
            description=withdrawal.text,
            kind=kind.id,
            release=release,
            share=replace(shared, image="", image_width=0, image_height=0, image_alt=""),
            structured=withdrawn_article(lookup, release, lang, title) if article else None,
        ),
        section=LinkView(kind_name(lookup, lang, kind.id), urls.relative(section, path)) if kind.listed else None,
        release=_release(lookup, release, lang, path) if chart else None,
        chart=bool(chart),
        title=title,
        date=lookup.style(lang).day(published, lookup.config().timezone, numeric=kind.date == "numeric"),
        date_machine=published.isoformat(),
        withdrawal=withdrawal,
    )
    html, warnings = templates.render("withdrawn.html", lookup, lang, page=view)
    return Page(html, list(warnings))


def render_withdrawn_embed(
    lookup: Lookup, release: str, lang: str, chart: str, path: str, templates: Templates
) -> Page:
    """What stands in a frame of another site, in place of a chart."""
    withdrawal = withdrawal_of(lookup, release, lang)
    assert withdrawal is not None
    view = WithdrawnEmbed(
        lang=lang,
        canonical=urls.absolute(lookup.config().url, urls.chart_path(release, chart, lang)),
        site_title=lookup.label(lang, "site.title") or "",
        stylesheet=urls.relative(asset_path(lookup, STYLESHEET), path),
        icon=urls.relative(asset_path(lookup, ICON), path),
        release=_release(lookup, release, lang, path),
        withdrawal=withdrawal,
    )
    html, warnings = templates.render("withdrawn-embed.html", lookup, lang, page=view)
    return Page(html, list(warnings))


def _release(lookup: Lookup, release: str, lang: str, path: str) -> LinkView:
    there = release_path(lookup, release, lang)
    return LinkView(lookup.headline(release, lang).title, urls.relative(there, path))
