"""What templates receive: one frozen class per kind of page, every field ready to print.

Text fields are plain and are escaped by the template; `Markup` fields are HTML that the generator made. Addresses
(`href`) are relative to the page, so that a site works below any prefix; `url` is absolute.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ..model import Grid


@dataclass(frozen=True)
class LinkView:
    """A link with its text; `current` when it leads to the page that shows it."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class LanguageView:
    """The same page in another language (or this one, when `current`): its autonym, relative and absolute address."""

    lang: str
    name: str
    href: str
    url: str
    current: bool


@dataclass(frozen=True)
class FrameView:
    """What every HTML page has around its own content.

    `title` is the page's plain title, without the site's; `languages` lists all languages in which the page exists,
    this one included; `canonical` is the absolute address; `nav` one link for each kind of publication.
    """

    lang: str
    title: str
    description: str
    canonical: str
    x_default: str
    site_title: str
    site_tagline: str
    about: str
    home: str
    stylesheet: str
    feed: str
    nav: tuple[LinkView, ...]
    languages: tuple[LanguageView, ...]


@dataclass(frozen=True)
class CardView:
    """A release in a list: `title` and `summary` may hold bound figures."""

    title: Markup
    summary: Markup
    href: str
    date: str
    date_machine: str
    kind: str


@dataclass(frozen=True)
class DownloadView:
    """A data file that comes with a release."""

    name: str
    href: str
    note: str


@dataclass(frozen=True)
class ReleasePage:
    """`<kind>.html`, else `release.html`: one release in one language. `date` is printed in the site's time zone."""

    frame: FrameView
    kind: str
    section: LinkView
    title: Markup
    summary: Markup
    date: str
    date_machine: str
    body: Markup
    downloads: tuple[DownloadView, ...]


@dataclass(frozen=True)
class IndexPage:
    """`index.html`: all releases of one kind, newest first."""

    frame: FrameView
    kind: str
    heading: str
    cards: tuple[CardView, ...]


@dataclass(frozen=True)
class HomePage:
    """`home.html`: the latest releases of every kind."""

    frame: FrameView
    cards: tuple[CardView, ...]


@dataclass(frozen=True)
class Greeting:
    """One language's words on a page that speaks them all: the root page and the page for a missing address.

    `heading` and `text` are in that language; `home` is the text of the link to its home page.
    """

    lang: str
    name: str
    site_title: str
    heading: str
    text: str
    home: str
    href: str
    url: str


@dataclass(frozen=True)
class RootPage:
    """`root.html` (the choice of a language) and `404.html` (no such page): every language in turn."""

    stylesheet: str
    canonical: str
    greetings: tuple[Greeting, ...]


@dataclass(frozen=True)
class ChartView:
    """`chart.html`: a chart within a page. `wide` and `narrow` are the SVG for wide and for narrow screens."""

    id: str
    title: str
    subtitle: str
    description: str
    status: str
    source: str
    notes: tuple[str, ...]
    wide: Markup
    narrow: Markup
    table: Grid


@dataclass(frozen=True)
class TableView:
    """`table.html`: a display within a page."""

    grid: Grid
    caption: str
    anchor: str


@dataclass(frozen=True)
class FeedEntry:
    """An entry of an Atom feed; `title` and `summary` are plain text, instants are RFC 3339."""

    id: str
    title: str
    summary: str
    url: str
    published: str
    updated: str


@dataclass(frozen=True)
class FeedPage:
    """`feed.xml`: the latest releases in one language, as Atom."""

    lang: str
    id: str
    title: str
    subtitle: str
    url: str
    self_url: str
    updated: str
    author: str
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True)
class SitemapEntry:
    """An address, its last change (ISO date, may be empty), and the same page in each language."""

    url: str
    changed: str
    languages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SitemapPage:
    """`sitemap.xml`."""

    entries: tuple[SitemapEntry, ...]


@dataclass(frozen=True)
class RobotsPage:
    """`robots.txt`."""

    sitemap: str
