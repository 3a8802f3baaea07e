"""What templates receive: one frozen class per kind of page, every field ready to print.

Text fields are plain and are escaped by the template; `Markup` fields are HTML that the generator made. Addresses
(`href`) are relative to the page, so that a site works below any prefix; `url` is absolute.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from ..model import Grid, Standing
from .calendar_views import DateView, MonthView


def safe(html: str) -> Markup:
    """HTML that the generator made itself, escaped and cleaned: templates print it as it is."""
    return Markup(html)


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
class ShareView:
    """What a page says of itself where its address is shared (Open Graph). `type` is "article" or "website"; `image`
    the absolute address of its picture (empty: none); `locale` and `other_locales` are CLDR's; `published` and
    `modified` are instants, empty for what is not an article, or was not corrected."""

    type: str
    image: str
    image_width: int
    image_height: int
    image_alt: str
    locale: str
    other_locales: tuple[str, ...]
    published: str
    modified: str


@dataclass(frozen=True)
class NoticeView:
    """What the public does not see: in a preview, and in a build that shows it. `standing` is "draft", "scheduled"
    (from `date` on it is public) or "mixed" (a site or a list that may hold such releases)."""

    standing: Standing
    date: str
    date_machine: str


@dataclass(frozen=True)
class EarlierView:
    """That a page is of an earlier edition: since when readers had it, when a correction took its place, and where the
    present edition is (empty where it has no such page)."""

    date: str
    date_machine: str
    replaced: str
    replaced_machine: str
    present: str


@dataclass(frozen=True)
class FrameView:
    """What every HTML page has around its own content.

    `title` is the page's plain title, without the site's; `languages` lists all languages in which the page exists,
    this one included; `canonical` is the absolute address; `nav` one link for each kind of publication, `pages` one
    for each page of the site itself; `corrections` the feed of corrections; `calendar` is none while nothing is
    announced; `structured` is JSON-LD, empty where there is nothing to say; `notice` is none on a public site;
    `earlier` is none but on pages of an earlier edition.
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
    script: str
    icon: str
    feed: str
    rss: str
    corrections: str
    data: str
    contact: str
    calendar: LinkView | None
    nav: tuple[LinkView, ...]
    pages: tuple[LinkView, ...]
    languages: tuple[LanguageView, ...]
    share: ShareView
    structured: Markup
    notice: NoticeView | None
    earlier: EarlierView | None


@dataclass(frozen=True)
class AmendmentView:
    """A correction or a withdrawal: its anchor, what is said of it, and its instant. `previous` leads to the edition
    that a correction took the place of; empty where none was kept."""

    id: str
    text: str
    date: str
    date_machine: str
    previous: str = ""


@dataclass(frozen=True)
class CardView:
    """A release in a list: `title` and `summary` may hold bound figures; `cover` is a drawing, where the kind has
    covers; `posted` whether its date is in digits, as "Posted on" says it; `standing` is "public", but in a preview;
    `amended` is "corrected", "withdrawn" or empty."""

    title: Markup
    summary: Markup
    href: str
    date: str
    date_machine: str
    posted: bool
    kind: str
    cover: Markup
    standing: Standing
    amended: str


@dataclass(frozen=True)
class FileView:
    """A file to take home: what it is called here, its address, and the name that it is saved under."""

    text: str
    href: str
    name: str


@dataclass(frozen=True)
class DownloadView:
    """A data file that comes with a release: its title (else the name of its file), and what must be said of it."""

    title: str
    name: str
    href: str
    note: str
    source: str


@dataclass(frozen=True)
class SectionView:
    """A section of a text: a heading with its anchor, the text up to the first heading below it, and those headings."""

    id: str
    title: Markup
    body: Markup
    parts: tuple[SectionView, ...]


@dataclass(frozen=True)
class MastheadView:
    """What a series of publications has above its title: its name, and a line below; `issue` is the period of this
    one. All may be empty."""

    name: str
    line: str
    issue: str


@dataclass(frozen=True)
class SourcesView:
    """Where a release's figures come from: the addresses of their page, of the same for programs, and of the script."""

    figures: str
    record: str
    script: str


@dataclass(frozen=True)
class ReleasePage:
    """`kinds/<kind>.html`, else `release.html`: one release in one language. `date` is printed in the site's time zone.

    `body` is the whole text. The same in pieces, for templates that arrange it: `intro` (up to the first heading),
    `sections` and `footnotes`. `section` leads to the index; it is None for a kind that has none. `corrections` are
    the notices of what was wrong, the latest first.
    """

    frame: FrameView
    kind: str
    section: LinkView | None
    masthead: MastheadView
    title: Markup
    summary: Markup
    date: str
    date_machine: str
    corrections: tuple[AmendmentView, ...]
    body: Markup
    intro: Markup
    sections: tuple[SectionView, ...]
    footnotes: Markup
    downloads: tuple[DownloadView, ...]
    sources: SourcesView | None
    revisions: str
    related: tuple[CardView, ...]


@dataclass(frozen=True)
class IndexPage:
    """`index.html`: releases of one kind, newest first; one page of them where there are many.

    `number` counts the pages from 1; `pages` leads to each of them; `newer` and `older` are addresses, empty at the
    ends. `covers`: the kind's cards have drawings.
    """

    frame: FrameView
    kind: str
    heading: str
    masthead: MastheadView
    covers: bool
    cards: tuple[CardView, ...]
    number: int
    pages: tuple[LinkView, ...]
    newer: str
    older: str


@dataclass(frozen=True)
class HomePage:
    """`home.html`: the latest releases of every kind, and the next ones that are announced."""

    frame: FrameView
    cards: tuple[CardView, ...]
    coming: tuple[DateView, ...]


@dataclass(frozen=True)
class CalendarPage:
    """`calendar.html`: what is announced. `unconfirmed` are dates that have come without the release, `coming` those to
    come, by month, `released` the last ones, the latest month first; `zone` names the time zone; `file` is the address
    of the calendar for programs, `subscribe` the same in the form that such programs open by themselves."""

    frame: FrameView
    heading: str
    zone: str
    subscribe: str
    file: str
    unconfirmed: tuple[DateView, ...]
    coming: tuple[MonthView, ...]
    released: tuple[MonthView, ...]


@dataclass(frozen=True)
class DataGroup:
    """The data files of one release, in the list of all."""

    title: Markup
    href: str
    date: str
    date_machine: str
    downloads: tuple[DownloadView, ...]
    standing: Standing


@dataclass(frozen=True)
class DataPage:
    """`data.html`: every data file of the site, by release, newest first."""

    frame: FrameView
    heading: str
    groups: tuple[DataGroup, ...]


@dataclass(frozen=True)
class ChartPage:
    """`chart-page.html`: one chart with its files, at a permanent address; `release` leads to where it was published,
    `chart` is what `chart.html` makes, and `snippet` the HTML with which other sites show it. `corrected` is the latest
    correction of the release, if any."""

    frame: FrameView
    release: LinkView
    date: str
    date_machine: str
    chart: Markup
    snippet: str
    title: str
    corrected: AmendmentView | None


@dataclass(frozen=True)
class EmbedPage:
    """`embed.html`: one chart alone, for a frame in another site. `release` leads to where it was published."""

    lang: str
    title: str
    canonical: str
    site_title: str
    stylesheet: str
    script: str
    icon: str
    release: LinkView
    chart: Markup
    notice: NoticeView | None


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
    icon: str
    canonical: str
    greetings: tuple[Greeting, ...]
    notice: NoticeView | None


@dataclass(frozen=True)
class ChartView:
    """`chart.html`: a chart within a page. `wide` and `narrow` are the SVG for wide and for narrow screens.

    `files` are its drawings and its numbers; `page` leads to its own page, `url` and `embed` are the absolute
    addresses of that page and of the one for frames; `spec`, `spec_narrow` and `bundle` are what exploring it loads.
    All addresses are empty while the release is not public.
    """

    id: str
    lang: str
    title: str
    subtitle: str
    description: str
    status: str
    source: str
    notes: tuple[str, ...]
    wide: Markup
    narrow: Markup
    table: Grid
    files: tuple[FileView, ...]
    page: str
    url: str
    embed: str
    spec: str
    spec_narrow: str
    bundle: str


@dataclass(frozen=True)
class FeedChartView:
    """`feed-chart.html`: a chart in a feed: a picture at an absolute address, and the page that has the rest."""

    title: str
    subtitle: str
    description: str
    status: str
    source: str
    picture: str
    page: str


@dataclass(frozen=True)
class TableView:
    """`table.html`: a display within a page."""

    grid: Grid
    caption: str
    anchor: str
