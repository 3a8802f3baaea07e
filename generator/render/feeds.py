"""The latest releases of a language, with their full texts → Atom and RSS; and the latest corrections → Atom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from .. import urls
from ..facts.lookup import Lookup
from ..facts.words import Words
from .addresses import kind_name, release_path
from .amendments import corrections_of, withdrawal_of
from .machine_views import FeedEntry, FeedPage
from .releases import Page
from .templates import Templates

_NEVER = "1970-01-01T00:00:00+00:00"


def render_feed(lookup: Lookup, lang: str, path: str, templates: Templates, template: str) -> Page:
    """A feed of a language, by the template `feed.xml` or `rss.xml`. It says nothing of when it was built: the same
    releases give the same bytes."""
    site = lookup.config().url
    entries = [_entry(lookup, release, lang) for release in lookup.announced(lang, lookup.config().latest)]
    return _feed(lookup, lang, path, templates, template, entries, site + urls.feed_path(lang), "")


def render_corrections(lookup: Lookup, lang: str, path: str, templates: Templates) -> Page:
    """The latest corrections and withdrawals of a language, of releases of any age."""
    found = [entry for release in lookup.amended(lang) for entry in _amendments(lookup, release, lang)]
    entries = sorted(found, key=lambda entry: datetime.fromisoformat(entry.updated), reverse=True)
    del entries[lookup.config().latest :]
    name = Words(lookup, lang).message("Corrections")
    return _feed(lookup, lang, path, templates, "feed.xml", entries, lookup.config().url + path, name)


def _amendments(lookup: Lookup, release: str, lang: str) -> Iterator[FeedEntry]:
    """An entry for each correction of a release; when it is withdrawn, one that says so, and no other."""
    said, title = Words(lookup, lang).message, lookup.headline(release, lang).title
    page = urls.absolute(lookup.config().url, release_path(lookup, release, lang))
    gone = withdrawal_of(lookup, release, lang)
    views = corrections_of(lookup, release, lang) if gone is None else (gone,)
    heading = said("Correction: %(title)s") if gone is None else said("Withdrawn: %(title)s")
    for view in views:
        yield FeedEntry(
            id=f"{page}#{view.id}",
            title=heading.replace("%(title)s", title),
            summary="",
            content=f"<p>{escape(view.text, quote=False)}</p>",
            url=f"{page}#{view.id}",
            published=view.date_machine,
            updated=view.date_machine,
            sent=_sent(view.date_machine),
            kind=kind_name(lookup, lang, lookup.kind(release)),
            standing=lookup.standing(release),
        )


def _feed(
    lookup: Lookup,
    lang: str,
    path: str,
    templates: Templates,
    template: str,
    entries: Sequence[FeedEntry],
    name: str,
    heading: str,
) -> Page:
    """Entries as a feed; `name` is its lasting id, `heading` what it is called beside the site."""
    site, title = lookup.config().url, lookup.label(lang, "site.title") or ""
    updated = max((entry.updated for entry in entries), default="", key=datetime.fromisoformat) or _since(lookup, lang)
    view = FeedPage(
        lang=lang,
        id=name,
        title=f"{heading} – {title}" if heading else title,
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


def _since(lookup: Lookup, lang: str) -> str:
    """When a feed without entries was last another: nothing has been corrected since the first release."""
    first = lookup.announced(lang)[-1:]
    return lookup.published(first[0]).isoformat() if first else _NEVER


def _entry(lookup: Lookup, release: str, lang: str) -> FeedEntry:
    headline = lookup.headline(release, lang)
    address = urls.absolute(lookup.config().url, release_path(lookup, release, lang))
    instant, modified = lookup.published(release).isoformat(), lookup.modified(release).isoformat()
    return FeedEntry(
        id=address,
        title=headline.title,
        summary=headline.summary,
        content=lookup.feed_text(release, lang).content,
        url=address,
        published=instant,
        updated=modified,
        sent=_sent(instant),
        kind=kind_name(lookup, lang, lookup.kind(release)),
        standing=lookup.standing(release),
    )


def _sent(instant: str) -> str:
    return format_datetime(datetime.fromisoformat(instant))
