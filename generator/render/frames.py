"""A page's place in the site → FrameView: what stands around every page; and the addresses that pages share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from .. import urls
from ..errors import FactError, SourceErrors
from ..facts.lookup import Lookup
from ..facts.words import Words
from ..sources.labels import CONTACT, is_contact
from .addresses import asset_path, kind_name, release_path
from .answers import Facts
from .views import EarlierView, FrameView, LanguageView, LinkView, MastheadView, NoticeView, ShareView, safe

STYLESHEET = "site.css"
SCRIPT = "site.js"
ICON = "icon.svg"
CARD_WIDTH, CARD_HEIGHT = 1200, 630


def frame(
    lookup: Lookup,
    lang: str,
    path: str,
    paths: Mapping[str, str],
    *,
    title: str,
    description: str,
    share: ShareView,
    kind: str = "",
    release: str = "",
    structured: str | None = None,
) -> FrameView:
    """The frame of the page at `path`; `paths` gives the same page in each language that has it. `release` is the one
    that the page belongs to."""
    config = lookup.config()
    default = next(iter(paths))
    return FrameView(
        lang=lang,
        title=title,
        description=description,
        canonical=urls.absolute(config.url, path),
        x_default=urls.absolute(config.url, paths.get(config.tags[0], paths[default])),
        site_title=_label(lookup, lang, "site.title"),
        site_tagline=_label(lookup, lang, "site.tagline"),
        about=_label(lookup, lang, "site.about"),
        home=urls.relative(urls.home_path(lang), path),
        stylesheet=urls.relative(asset_path(lookup, STYLESHEET), path),
        script=urls.relative(asset_path(lookup, SCRIPT), path),
        icon=urls.relative(asset_path(lookup, ICON), path),
        feed=urls.relative(urls.feed_path(lang), path),
        rss=urls.relative(urls.rss_path(lang), path),
        corrections=urls.relative(urls.corrections_path(lang), path),
        data=urls.relative(urls.catalogue_path(lang), path),
        contact=_contact(lookup, lang),
        calendar=_calendar(lookup, lang, path),
        nav=tuple(_nav(lookup, lang, path, kind)),
        pages=tuple(_pages(lookup, lang, path)),
        languages=tuple(_language(lookup, other, lang, path, paths[other]) for other in config.tags if other in paths),
        share=share,
        structured=safe(structured or ""),
        notice=notice(lookup, lang, release),
        earlier=_earlier(lookup, lang, path, release),
    )


def site_frame(lookup: Lookup, lang: str, path: str, paths: Mapping[str, str], heading: str) -> FrameView:
    """What stands around a page of the site as a whole, which has a heading, and the picture of the home page."""
    site = lookup.label(lang, "site.title") or ""
    picture = urls.card_path(urls.home_path(lang)) if lookup.config().social_cards else None
    about = share(lookup, lang, path, paths, alt=site, image=picture)
    return frame(lookup, lang, path, paths, title=heading, description=f"{heading} – {site}", share=about)


def part_frame(
    lookup: Lookup, lang: str, path: str, paths: Mapping[str, str], release: str, title: str, heading: str
) -> FrameView:
    """What stands around a page below that of a release, which has a `title`: the part's heading comes before it, and
    who shares the part shares the release's picture."""
    picture = urls.card_path(release_path(lookup, release, lang)) if lookup.config().social_cards else None
    about = share(lookup, lang, path, paths, alt=title, image=picture)
    words = f"{heading} – {title}"
    kind = lookup.kind(release)
    return frame(lookup, lang, path, paths, title=words, description=words, kind=kind, release=release, share=about)


def notice(lookup: Lookup, lang: str, release: str) -> NoticeView | None:
    """What a preview says of a page that the public does not see: of a release, or of a list."""
    standing = lookup.standing(release)
    if standing == "public":
        return None
    if standing != "scheduled":
        return NoticeView(standing, "", "")
    instant = lookup.superseded(release) or lookup.modified(release)  # the next edition may be what is to come
    return NoticeView(standing, lookup.style(lang).instant(instant, lookup.config().timezone), instant.isoformat())


def _earlier(lookup: Lookup, lang: str, path: str, release: str) -> EarlierView | None:
    """What is said above the pages of an earlier edition; nothing once the release is withdrawn."""
    edition = lookup.edition(release) if release else None
    if edition is None or lookup.withdrawal(release) is not None:
        return None
    zone, style = lookup.config().timezone, lookup.style(lang)
    since, until = lookup.modified(release), lookup.superseded(release)
    shown = lookup.shows(edition.release, lang)
    return EarlierView(
        date=style.instant(since, zone) if lookup.corrections(release) else style.day(since, zone),
        date_machine=since.isoformat(),
        replaced="" if until is None else style.instant(until, zone),
        replaced_machine="" if until is None else until.isoformat(),
        present=urls.relative(release_path(lookup, edition.release, lang), path) if shown else "",
    )


def share(
    lookup: Lookup,
    lang: str,
    path: str,
    paths: Mapping[str, str],
    *,
    alt: str = "",
    published: datetime | None = None,
    modified: datetime | None = None,
    image: str | None = None,
) -> ShareView:
    """What the page at `path` says where it is shared. `image` is the path of a picture that is not its own card."""
    config = lookup.config()
    picture = image or (urls.card_path(path) if config.social_cards else "")
    return ShareView(
        type="website" if published is None else "article",
        image=config.url + picture if picture and not lookup.rehearses else "",
        image_width=0 if image else CARD_WIDTH,
        image_height=0 if image else CARD_HEIGHT,
        image_alt=alt or _label(lookup, lang, "site.title"),
        locale=config.language(lang).locale,
        other_locales=tuple(config.language(other).locale for other in config.tags if other in paths and other != lang),
        published="" if published is None else published.isoformat(),
        modified="" if modified is None or modified == published else modified.isoformat(),
    )


def _label(lookup: Lookup, lang: str, code: str) -> str:
    return lookup.label(lang, code) or ""


def _contact(lookup: Lookup, lang: str) -> str:
    """The address of the link to the site's makers; one that cannot be used was told when labels.csv was read."""
    address = _label(lookup, lang, CONTACT)
    return address if is_contact(address) else ""


def masthead(lookup: Lookup, lang: str, kind: str, release: str = "") -> MastheadView:
    """The masthead of a kind of publication, with the issue that a release is."""
    try:
        issue = lookup.period(release, "issue") if release else None
    except (FactError, SourceErrors):
        issue = None  # told by the audit
    return MastheadView(
        name=_label(lookup, lang, f"kind.{kind}.masthead"),
        line=_label(lookup, lang, f"kind.{kind}.subtitle"),
        issue=lookup.style(lang).period(issue, wide=True) if issue else "",
    )


def _nav(lookup: Lookup, lang: str, path: str, current: str) -> list[LinkView]:
    """A link for each kind of publication that has something in this language."""
    links = []
    for kind in lookup.config().listed:
        if lookup.latest(lang, kind, 1):
            address = urls.relative(urls.section_path(lang, lookup.section(kind, lang)), path)
            links.append(LinkView(kind_name(lookup, lang, kind), address, kind == current))
    return links


def _calendar(lookup: Lookup, lang: str, path: str) -> LinkView | None:
    """A link to the release calendar, if anything is announced."""
    if not lookup.has_calendar():
        return None
    there = urls.calendar_path(lang)
    return LinkView(Words(lookup, lang).message("Calendar"), urls.relative(there, path), there == path)


def _pages(lookup: Lookup, lang: str, path: str) -> list[LinkView]:
    """A link for each page of the site itself, the oldest first; its words are the page's title."""
    config = lookup.config()
    links = []
    for kind in config.kinds:
        if config.kinds[kind].listed:
            continue
        for release in sorted(lookup.latest(lang, kind), key=lambda name: (lookup.published(name), name)):
            there, title = release_path(lookup, release, lang), Facts(lookup, release, lang).title().text
            links.append(LinkView(title, urls.relative(there, path), there == path))
    return links


def _language(lookup: Lookup, lang: str, current: str, path: str, other: str) -> LanguageView:
    return LanguageView(
        lang=lang,
        name=lookup.style(lang).autonym,
        href=urls.relative(other, path),
        url=urls.absolute(lookup.config().url, other),
        current=lang == current,
    )
