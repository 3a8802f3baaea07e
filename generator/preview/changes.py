"""An answer → a fingerprint of all that a browser makes of it, so that it can tell whether to show the page anew.

A style sheet's name changes with its content, and with it the bytes of every page. A browser can take a new one without
loading the page again: names of style sheets are left out of the fingerprint of the page, and told beside it. What a
page loads under a lasting name (a picture, the data of a chart) is part of its fingerprint, by its content.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from .. import urls
from ..sources.files import digest_of
from .hosting import Answer, Hosting

_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_STYLESHEET = re.compile(r"\brel=[\"']?stylesheet\b", re.IGNORECASE)
_HREF = re.compile(r"(\bhref=[\"']?)([^\"'\s>]+)", re.IGNORECASE)
_LOADED = re.compile(r"\s(?:src|poster|data-[a-z-]+)=[\"']([^\"'<>]+)[\"']", re.IGNORECASE)


@dataclass(frozen=True)
class Fingerprint:
    """`page` changes when the page must be loaded again; `styles` are the addresses of its style sheets, in order."""

    page: str
    styles: tuple[str, ...]


def fingerprint(answer: Answer, address: str, hosting: Hosting | None) -> Fingerprint:
    """The fingerprint of what is answered at an address."""
    if not answer.is_page:
        return Fingerprint(digest_of(f"{answer.status} {answer.location} ".encode() + answer.content), ())
    styles: list[str] = []

    def without_style(link: re.Match[str]) -> str:
        href = _HREF.search(link[0])
        if href is None or not _STYLESHEET.search(link[0]):
            return link[0]
        styles.append(href[2])
        return _HREF.sub(lambda found: found[1] + urls.ASSET.sub(r"\1\2", found[2]), link[0], count=1)

    html = answer.content.decode("utf-8", "replace")
    parts = [str(answer.status), _LINK.sub(without_style, html)]
    if hosting is not None:
        for reference in dict.fromkeys(_LOADED.findall(html)):
            path = _path(reference, address, hosting)
            if path in hosting.files and not urls.ASSET.search(path):
                parts.append(digest_of(hosting.files[path]))
    return Fingerprint(digest_of("\0".join(parts)), tuple(styles))


def _path(reference: str, address: str, hosting: Hosting) -> str:
    """The output that a reference in the page at an address leads to, if it is one of the site."""
    try:
        target = urlsplit(urljoin(address, reference))
    except ValueError:
        return ""
    path = unquote(target.path)
    if target.netloc or not path.startswith(hosting.prefix):
        return ""
    return posixpath.normpath(path[len(hosting.prefix) :])
