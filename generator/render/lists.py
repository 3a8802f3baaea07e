"""The site as a whole → home pages, indexes, the list of data, root page, 404 page, sitemap, robots and headers."""

from __future__ import annotations

from .. import urls
from ..facts.lookup import Lookup
from ..facts.words import Words
from .addresses import asset_path, in_each_language, kind_name, release_path
from .calendar import next_dates
from .data_files import downloads
from .frames import ICON, STYLESHEET, frame, masthead, notice, share, site_frame
from .machine_views import HeadersPage, RobotsPage, SitemapEntry, SitemapPage
from .releases import Page, card, is_compared
from .templates import Templates
from .views import (
    CardView,
    DataGroup,
    DataPage,
    Greeting,
    HomePage,
    IndexPage,
    LinkView,
    RootPage,
    safe,
)


def render_home(lookup: Lookup, lang: str, path: str, templates: Templates) -> Page:
    """The home page of a language: its latest releases, and the next ones."""
    latest = lookup.latest(lang, "", lookup.config().latest)
    paths = in_each_language(lookup, urls.home_path)
    name, tagline = lookup.label(lang, "site.title") or "", lookup.label(lang, "site.tagline") or ""
    view = HomePage(
        frame=frame(
            lookup, lang, path, paths, title=name, description=tagline, share=share(lookup, lang, path, paths, alt=name)
        ),
        cards=_cards(lookup, lang, path, latest),
        coming=next_dates(lookup, lang, path),
    )
    html, warnings = templates.render("home.html", lookup, lang, page=view)
    return Page(html, list(warnings))


def _cards(lookup: Lookup, lang: str, path: str, releases: tuple[str, ...]) -> tuple[CardView, ...]:
    return tuple(card(lookup, release, lang, path, lookup.headline(release, lang)) for release in releases)


def render_index(lookup: Lookup, lang: str, kind: str, number: int, path: str, templates: Templates) -> Page:
    """A page of the index of a kind of publication: its releases, newest first."""
    settings = lookup.config().kinds[kind]
    size, section = settings.per_page, lookup.section(kind, lang)
    releases = lookup.latest(lang, kind)
    last = -(-len(releases) // size)
    counts = {other: -(-len(lookup.latest(other, kind)) // size) for other in lookup.config().tags}
    paths = {
        other: urls.section_path(other, lookup.section(kind, other), number)
        for other, count in counts.items()
        if count >= number
    }
    heading = kind_name(lookup, lang, kind)
    title = heading if number == 1 else f"{heading} ({number}/{last})"

    def page(other: int) -> str:
        return urls.relative(urls.section_path(lang, section, other), path) if 1 <= other <= last else ""

    picture = urls.card_path(urls.section_path(lang, section)) if lookup.config().social_cards else None
    view = IndexPage(
        frame=frame(
            lookup,
            lang,
            path,
            paths,
            title=title,
            description=f"{heading} – {lookup.label(lang, 'site.title') or ''}",
            kind=kind,
            share=share(lookup, lang, path, paths, alt=heading, image=picture),
        ),
        kind=kind,
        heading=heading,
        masthead=masthead(lookup, lang, kind),
        covers=settings.covers,
        cards=_cards(lookup, lang, path, releases[(number - 1) * size : number * size]),
        number=number,
        pages=tuple(LinkView(str(other), page(other), other == number) for other in range(1, last + 1)),
        newer=page(number - 1),
        older=page(number + 1),
    )
    own = f"kinds/{kind}-index.html"
    template = own if templates.has(own, lookup) else "index.html"
    html, warnings = templates.render(template, lookup, lang, page=view)
    return Page(html, list(warnings))


def render_catalogue(lookup: Lookup, lang: str, path: str, templates: Templates) -> Page:
    """Every data file of the site, by release."""
    paths = in_each_language(lookup, urls.catalogue_path)
    heading = Words(lookup, lang).message("Data")
    releases = [release for release in lookup.latest(lang) if lookup.files(release)]
    view = DataPage(
        frame=site_frame(lookup, lang, path, paths, heading),
        heading=heading,
        groups=tuple(_group(lookup, release, lang, path) for release in releases),
    )
    html, warnings = templates.render("data.html", lookup, lang, page=view)
    return Page(html, list(warnings))


def _group(lookup: Lookup, release: str, lang: str, path: str) -> DataGroup:
    published = lookup.published(release)
    return DataGroup(
        title=safe(lookup.headline(release, lang).title_html),
        href=urls.relative(release_path(lookup, release, lang), path),
        date=lookup.style(lang).day(published, lookup.config().timezone),
        date_machine=published.isoformat(),
        downloads=downloads(lookup.data_files(release, lang), release, path),
        standing=lookup.standing(release),
    )


def render_root(lookup: Lookup, path: str, templates: Templates) -> Page:
    """The page at the site's root, which offers all languages; or the page for an address that does not exist."""
    missing = path == urls.NOT_FOUND
    config = lookup.config()

    def asset(name: str) -> str:
        place = asset_path(lookup, name)
        return config.prefix + place if missing else urls.relative(place, path)

    view = RootPage(
        stylesheet=asset(STYLESHEET),
        icon=asset(ICON),
        canonical=config.url,
        greetings=tuple(_greeting(lookup, lang, missing) for lang in config.tags),
        notice=notice(lookup, config.tags[0], ""),
    )
    name = "404.html" if missing else "root.html"
    html, warnings = templates.render(name, lookup, config.tags[0], page=view)
    return Page(html, list(warnings))


def _greeting(lookup: Lookup, lang: str, missing: bool) -> Greeting:
    """A host serves the page for a missing address at any depth, so its links begin with the site's prefix."""
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
    for kind in config.listed:
        langs = [lang for lang in config.tags if lookup.latest(lang, kind, 1)]
        _add(entries, config.url, {lang: urls.section_path(lang, lookup.section(kind, lang)) for lang in langs}, "")
    _add(entries, config.url, in_each_language(lookup, urls.catalogue_path), "")
    if lookup.has_calendar():
        _add(entries, config.url, in_each_language(lookup, urls.calendar_path), "")
    unlisted = [kind for kind in config.kinds if kind not in config.listed]
    listed = [lookup.announced(lang) for lang in config.tags]
    found = [*listed, *(lookup.latest(lang, kind) for lang in config.tags for kind in unlisted)]
    for release in dict.fromkeys(release for releases in found for release in releases):
        paths = {lang: release_path(lookup, release, lang) for lang in lookup.languages(release)}
        changed = lookup.modified(release).date().isoformat()
        _add(entries, config.url, paths, changed)
        if lookup.withdrawal(release) is not None:
            continue
        cites = {lang: urls.figures_path(path) for lang, path in paths.items() if lookup.cites(release, lang)}
        _add(entries, config.url, cites, changed)
        if is_compared(lookup, release):
            _add(entries, config.url, {lang: urls.revisions_path(path) for lang, path in paths.items()}, changed)
        shown = {lang: lookup.charts(release, lang) for lang in paths}
        for chart in dict.fromkeys(chart for charts in shown.values() for chart in charts):
            own = {lang: urls.chart_path(release, chart, lang) for lang, charts in shown.items() if chart in charts}
            _add(entries, config.url, own, changed)
    text, warnings = templates.render("sitemap.xml", lookup, config.tags[0], page=SitemapPage(tuple(entries)))
    return Page(text, list(warnings))


def _add(entries: list[SitemapEntry], site: str, paths: dict[str, str], changed: str) -> None:
    languages = tuple((lang, urls.absolute(site, path)) for lang, path in paths.items())
    entries.extend(SitemapEntry(url, changed, languages) for _lang, url in languages)


def render_robots(lookup: Lookup, templates: Templates) -> Page:
    """robots.txt: everything may be read, if it is for the public; here is the sitemap."""
    config = lookup.config()
    view = RobotsPage(urls.absolute(config.url, urls.SITEMAP), lookup.standing())
    text, warnings = templates.render("robots.txt", lookup, config.tags[0], page=view)
    return Page(text, list(warnings))


def render_headers(lookup: Lookup, templates: Templates) -> Page:
    """What hosts that read a `_headers` file send with each page: the policy of its content, and how long it keeps."""
    config = lookup.config()
    view = HeadersPage(config.prefix, config.tags, lookup.standing())
    text, warnings = templates.render("headers.txt", lookup, config.tags[0], page=view)
    return Page(text, list(warnings))
