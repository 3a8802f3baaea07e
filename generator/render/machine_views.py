"""What the templates of files for machines receive: feeds, sitemap, robots.txt and `_headers`."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Standing


@dataclass(frozen=True)
class FeedEntry:
    """An entry of a feed; `title` and `summary` are plain text, `content` is HTML. Instants are RFC 3339; `sent` is
    `published` as RSS writes it (RFC 822)."""

    id: str
    title: str
    summary: str
    content: str
    url: str
    published: str
    updated: str
    sent: str
    kind: str
    standing: Standing


@dataclass(frozen=True)
class FeedPage:
    """`feed.xml` (Atom) and `rss.xml`: the latest releases in one language, each with its full text. `standing` is
    "public", but where the site shows what is not."""

    lang: str
    id: str
    title: str
    subtitle: str
    url: str
    self_url: str
    updated: str
    sent: str
    author: str
    entries: tuple[FeedEntry, ...]
    standing: Standing


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
    """`robots.txt`. `standing` is "public", but where the site shows what is not: nothing of it may be listed."""

    sitemap: str
    standing: Standing


@dataclass(frozen=True)
class RedirectsPage:
    """`redirects.txt`: what hosts that read a `_redirects` file answer at former addresses. `rules` are pairs of paths
    on the host: the former one, and the one that it leads to."""

    rules: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HeadersPage:
    """`headers.txt`: what hosts that read a `_headers` file send with each page; `prefix` is the path of the site.
    `standing` is "public", but where the site shows what is not: nothing of it may be listed."""

    prefix: str
    languages: tuple[str, ...]
    standing: Standing
