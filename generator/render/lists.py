"""The site as a whole → home pages, indexes, feeds, root page, 404 page, sitemap and robots."""

from __future__ import annotations

from datetime import datetime

from .. import urls
from ..facts.lookup import Lookup
from .frames import frame, in_each_language, kind_name, release_path, stylesheet_path
from .releases import Page, card
from .templates import Templates
from .views import (
    FeedEntry,
    FeedPage,
    Greeting,
    HomePage,
    IndexPage,
    RobotsPage,
    RootPage,
    SitemapEntry,
    SitemapPage,
)


def render_home(lookup: Lookup, lang: str, path: str, templates: Templates) -> Page:
    """The home page of a language: its latest releases."""
    latest = lookup.latest(lang, "", lookup.config().latest)
    paths = in_each_language(lookup, urls.home_path)
    name, tagline = lookup.label(lang, "site.title") or "", lookup.label(lang, "site.tagline") or ""
    view = HomePage(
        frame=frame(lookup, lang, path, paths, title=name, description=tagline),
        cards=tuple(card(lookup, release, lang, path) for release in latest),
    )
    html, warnings = templates.render("home.html", lookup, lang, page=view)
    return Page(html, list(warnings))


def render_index(lookup: Lookup, lang: str, kind: str, path: str, templates: Templates) -> Page:
    """The index of a kind of publication: all its releases, newest first."""
    paths = {
        other: urls.section_path(other, lookup.section(kind, other))
        for other in lookup.config().tags
        if lookup.latest(other, kind, 1)
    }
    heading = kind_name(lookup, lang, kind)
    view = IndexPage(
        frame=frame(lookup, lang, path, paths, title=heading, description=heading, kind=kind),
        kind=kind,
        heading=heading,
        cards=tuple(card(lookup, release, lang, path) for release in lookup.latest(lang, kind)),
    )
    html, warnings = templates.render("index.html", lookup, lang, page=view)
    return Page(html, list(warnings))


def render_feed(lookup: Lookup, lang: str, path: str, templates: Templates) -> Page:
    """The Atom feed of a language. It says nothing of when it was built: the same releases give the same bytes."""
    site = lookup.config().url
    entries = [_feed_entry(lookup, release, lang) for release in lookup.latest(lang, "", lookup.config().latest)]
    view = FeedPage(
        lang=lang,
        id=site + urls.feed_path(lang),
        title=lookup.label(lang, "site.title") or "",
        subtitle=lookup.label(lang, "site.tagline") or "",
        url=urls.absolute(site, urls.home_path(lang)),
        self_url=urls.absolute(site, path),
        updated=max(
            (entry.updated for entry in entries), default="1970-01-01T00:00:00+00:00", key=datetime.fromisoformat
        ),
        author=lookup.label(lang, "site.title") or "",
        entries=tuple(entries),
    )
    text, warnings = templates.render("feed.xml", lookup, lang, page=view)
    return Page(text, list(warnings))


def _feed_entry(lookup: Lookup, release: str, lang: str) -> FeedEntry:
    headline = lookup.headline(release, lang)
    address = urls.absolute(lookup.config().url, release_path(lookup, release, lang))
    instant = lookup.published(release).isoformat()
    return FeedEntry(address, headline.title, headline.summary, address, instant, instant)


def render_root(lookup: Lookup, path: str, templates: Templates) -> Page:
    """The page at the site's root, which offers all languages; or the page for an address that does not exist."""
    missing = path == urls.NOT_FOUND
    config = lookup.config()
    stylesheet = stylesheet_path(lookup)
    view = RootPage(
        stylesheet=config.prefix + stylesheet if missing else urls.relative(stylesheet, path),
        canonical=config.url,
        greetings=tuple(_greeting(lookup, lang, missing) for lang in config.tags),
    )
    name = "404.html" if missing else "root.html"
    html, warnings = templates.render(name, lookup, config.tags[0], page=view)
    return Page(html, list(warnings))


def _greeting(lookup: Lookup, lang: str, missing: bool) -> Greeting:
    """A host serves the page for a missing address at any depth, so its links begin with the site's prefix."""
    from ..facts.words import Words

    words, config = Words(lookup, lang), lookup.config()
    home = urls.home_path(lang)
    title = lookup.label(lang, "site.title") or ""
    heading = words.message("Page not found") if missing else title
    text = words.message("There is no page at this address.") if missing else lookup.label(lang, "site.tagline") or ""
    return Greeting(
        lang=lang,
        name=words.style.autonym,
        site_title=title,
        heading=heading,
        text=text,
        home=words.message("Go to the home page"),
        href=config.prefix + urls.address(home) if missing else urls.address(home),
        url=urls.absolute(config.url, home),
    )


def render_sitemap(lookup: Lookup, templates: Templates) -> Page:
    """Every page in every language, with the same page in the others."""
    config = lookup.config()
    entries: list[SitemapEntry] = []
    _add(entries, config.url, in_each_language(lookup, urls.home_path), "")
    for kind in config.kinds:
        langs = [lang for lang in config.tags if lookup.latest(lang, kind, 1)]
        _add(entries, config.url, {lang: urls.section_path(lang, lookup.section(kind, lang)) for lang in langs}, "")
    releases = dict.fromkeys(release for lang in config.tags for release in lookup.latest(lang))
    for release in releases:
        paths = {lang: release_path(lookup, release, lang) for lang in lookup.languages(release)}
        _add(entries, config.url, paths, lookup.published(release).date().isoformat())
    text, warnings = templates.render("sitemap.xml", lookup, config.tags[0], page=SitemapPage(tuple(entries)))
    return Page(text, list(warnings))


def _add(entries: list[SitemapEntry], site: str, paths: dict[str, str], changed: str) -> None:
    languages = tuple((lang, urls.absolute(site, path)) for lang, path in paths.items())
    entries.extend(SitemapEntry(url, changed, languages) for _lang, url in languages)


def render_robots(lookup: Lookup, templates: Templates) -> Page:
    """robots.txt: everything may be read; here is the sitemap."""
    config = lookup.config()
    view = RobotsPage(urls.absolute(config.url, urls.SITEMAP))
    text, warnings = templates.render("robots.txt", lookup, config.tags[0], page=view)
    return Page(text, list(warnings))
