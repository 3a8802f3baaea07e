"""Changed files → the addresses at which CloudFront may still keep what they were."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from .. import urls

#: How many addresses CloudFront forgets at once; of those that stand for many, one is enough here.
MOST = 3000


def stale_addresses(paths: Iterable[str], site_url: str) -> tuple[str, ...]:
    """The addresses of some files of a site, as CloudFront takes them. Of a folder's `index.html`, the folder's, too:
    which of the two CloudFront keeps depends on where the one is made of the other."""
    start = unquote(urlsplit(site_url).path) or "/"
    found = {quote(start + form) for path in paths for form in (path, urls.address(path))}
    return tuple(sorted(found)) if len(found) <= MOST else (f"{quote(start)}*",)
