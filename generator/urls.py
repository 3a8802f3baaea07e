"""Every output path and address of the site, made here and nowhere else.

A path is where bytes go below the output folder (`fr/communiques/x/index.html`); an address is what a link says:
relative to the page that holds it, so that a site works below any prefix, or absolute for machines.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from pathlib import PurePosixPath

SLUG = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
#: An asset under its public name, alone or at the end of an address; its groups are what is left without the digest.
ASSET = re.compile(r"(\bassets/[^\s\"'<>?#]+)\.[0-9a-f]{10}(\.\w+)$")

ROOT = "index.html"
NOT_FOUND = "404.html"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
HEADERS = "_headers"
REDIRECTS = "_redirects"
FIGURES = "figures"
REVISIONS = "revisions"

#: Names below a release's page that no slug may take.
RESERVED = frozenset({FIGURES, REVISIONS})


def slugify(text: str) -> str:
    """Words as part of an address: « Communiqués de presse » → `communiques-de-presse`; empty when nothing is left."""
    text = re.sub(r"['’](?!\w\w)", "", text).replace("’", "-")  # d’été: two words; nota’s: one
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"))
    ascii_only = plain.encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def home_path(lang: str) -> str:
    """The home page of a language."""
    return f"{lang}/index.html"


def feed_path(lang: str) -> str:
    """The Atom feed of a language."""
    return f"{lang}/feed.xml"


def rss_path(lang: str) -> str:
    """The RSS feed of a language."""
    return f"{lang}/rss.xml"


def corrections_path(lang: str) -> str:
    """The Atom feed of the corrections in a language."""
    return f"{lang}/corrections.xml"


def calendar_path(lang: str) -> str:
    """The release calendar in a language: as with feeds, a permanent address, which no translation changes."""
    return f"{lang}/calendar/index.html"


def ics_path(lang: str) -> str:
    """The same for programs that people keep their calendars in."""
    return f"{lang}/calendar.ics"


def section_path(lang: str, section: str, number: int = 1) -> str:
    """A page of the index of a kind of publication; `section` is the kind's slug in that language."""
    return f"{lang}/{section}/index.html" if number == 1 else f"{lang}/{section}/page-{number}/index.html"


def release_path(lang: str, section: str, slug: str) -> str:
    """The page of a release; `section` is empty for a kind that has no index."""
    return f"{lang}/{section}/{slug}/index.html" if section else f"{lang}/{slug}/index.html"


def edition_path(lang: str, section: str, slug: str, number: int) -> str:
    """The page of an earlier edition of a release, below the release's: a permanent address, made of the slug that the
    release had then."""
    return posixpath.join(posixpath.dirname(release_path(lang, section, slug)), f"edition-{number}", ROOT)


def card_path(page: str) -> str:
    """The picture of a page for those who share it: `card.png` beside it."""
    return posixpath.join(posixpath.dirname(page), "card.png")


def below(page: str, part: str) -> str:
    """A page below the one of a release, by its part of the address (`FIGURES`); without a part, the release's own."""
    return posixpath.join(posixpath.dirname(page), part, ROOT)


def figures_path(page: str) -> str:
    """Where the figures of the release at `page` come from: `figures/` beside it."""
    return below(page, FIGURES)


def revisions_path(page: str) -> str:
    """Which numbers of the release at `page` were revised: `revisions/` beside it."""
    return below(page, REVISIONS)


def revisions_file_path(release: str) -> str:
    """The same for programs, in one file for all languages: a permanent address."""
    return f"data/{release}/release-revisions.csv"


def record_path(release: str) -> str:
    """A release for programs, in all its languages: a permanent address, beside its data files."""
    return f"data/{release}/release.json"


def catalogue_path(lang: str) -> str:
    """The list of all data files, in a language."""
    return f"data/{lang}/index.html"


def chart_path(release: str, chart: str, lang: str, ending: str = "") -> str:
    """The page of one chart in a language, or with an ending (`.svg`, `.csv`) one of its files: permanent addresses,
    made of names that no translation and no new title changes."""
    return f"charts/{release}/{chart}/{lang}/" + (f"{chart}{ending}" if ending else "index.html")


def embed_path(release: str, chart: str, lang: str) -> str:
    """The page of one chart that other sites may show in a frame."""
    return f"embed/{release}/{chart}/{lang}/index.html"


def section_of(path: str) -> str:
    """The index of the kind that a release's page belongs to."""
    return posixpath.join(posixpath.dirname(posixpath.dirname(path)), "index.html")


#: The digest in the name of an asset that keeps its name whatever it holds: in previews.
LASTING = "0" * 10


def asset_path(name: str, digest: str) -> str:
    """An asset under a name that changes with its content: `assets/site.1a2b3c4d5e.css`."""
    stem, suffix = posixpath.splitext(name)
    return f"assets/{stem}.{digest[:10]}{suffix}"


def bundle_path(version: str) -> str:
    """The programme that charts are explored with, under a name that changes with its version."""
    return f"assets/vega.{version}.js"


def data_path(release: str, table: str) -> str:
    """A data file that readers and programs may fetch: a permanent address, the same in all languages."""
    return f"data/{release}/{table}.csv"


def address(path: str) -> str:
    """A path as the last part of an address: a folder's `index.html` is the folder."""
    return path[: -len("index.html")] if posixpath.basename(path) == "index.html" else path


def relative(path: str, start: str) -> str:
    """The address of `path` as a link in the page at `start`."""
    here = posixpath.dirname(start) or "."
    there = address(path)
    result = posixpath.relpath(there or ".", here)
    return result + "/" if there.endswith("/") or not there else result


def absolute(site_url: str, path: str) -> str:
    """The absolute address of a path; `site_url` ends with a slash."""
    return site_url + address(path)


def path_of(target: str) -> str:
    """The output path that a site-relative address (`fr/x/` or `fr/x.html`) leads to."""
    clean = target.lstrip("/")
    return clean + "index.html" if clean.endswith("/") or not clean else clean


def stays_inside(name: str) -> bool:
    """Whether a file name given by an author stays in the folder that it belongs to."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
