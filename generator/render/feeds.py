"""The latest releases of a language, with their full texts → Atom and RSS."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from .. import urls
from ..facts.lookup import Lookup
from .addresses import kind_name, release_path
from .machine_views import FeedEntry, FeedPage
from .releases import Page
from .templates import Templates

_NEVER = "1970-01-01T00:00:00+00:00"


def render_feed(lookup: Lookup, lang: str, path: str, templates: Templates, template: str) -> Page:
    """A feed of a language, by the template `feed.xml` or `rss.xml`. It says nothing of when it was built: the same
    releases give the same bytes."""
    site = lookup.config().url
    entries = [_entry(lookup, release, lang) for release in lookup.latest(lang, "", lookup.config().latest)]
    updated = max((entry.updated for entry in entries), default=_NEVER, key=datetime.fromisoformat)
    view = FeedPage(
        lang=lang,
        id=site + urls.feed_path(lang),
        title=lookup.label(lang, "site.title") or "",
        subtitle=lookup.label(lang, "site.tagline") or "",
        url=urls.absolute(site, urls.home_path(lang)),
        self_url=urls.absolute(site, path),
        updated=updated,
        sent=_sent(updated),
        author=lookup.label(lang, "site.title") or "",
        entries=tuple(entries),
        standing=lookup.standing(),
    )
    text, warnings = templates.render(template, lookup, lang, page=view)
    return Page(text, list(warnings))


def _entry(lookup: Lookup, release: str, lang: str) -> FeedEntry:
    headline = lookup.headline(release, lang)
    address = urls.absolute(lookup.config().url, release_path(lookup, release, lang))
    instant = lookup.published(release).isoformat()
    return FeedEntry(
        id=address,
        title=headline.title,
        summary=headline.summary,
        content=lookup.feed_text(release, lang).content,
        url=address,
        published=instant,
        updated=instant,
        sent=_sent(instant),
        kind=kind_name(lookup, lang, lookup.kind(release)),
        standing=lookup.standing(release),
    )


def _sent(instant: str) -> str:
    return format_datetime(datetime.fromisoformat(instant))
