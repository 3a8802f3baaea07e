"""What pages link to → links that lead nowhere: to no page, or to no such place in a page."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator

from .. import urls
from ..errors import Problem, SourceRef, did_you_mean
from ..model import Link

#: The names that a chart's drawing gives to its own title and description.
_OF_A_DRAWING = re.compile(r"-(wide|narrow)-(title|desc)$")


def check_links(
    links: Iterable[tuple[str, Link]], paths: frozenset[str], anchors: Callable[[str], frozenset[str]]
) -> Iterator[Problem]:
    """Every link that leads nowhere.

    `links` are pairs of a page's path and a link; `paths` all outputs of the site; `anchors` gives the ids of a page.
    """
    for page, link in links:
        where = SourceRef(link.source or page, link.line)
        if link.path not in paths:
            message = f'the link leads to "{_shown(link.path)}", which the site does not have'
            yield Problem("broken-link", message, where, _nearest(link.path, paths))
        elif link.anchor and link.anchor not in anchors(link.path):
            message = f'the link leads to "#{link.anchor}", which {_shown(link.path)} does not have'
            own = (name for name in anchors(link.path) if not _OF_A_DRAWING.search(name))
            yield Problem("broken-link", message, where, did_you_mean(link.anchor, own))


def _shown(path: str) -> str:
    """A path as an author writes it: from the site's root."""
    return "/" + urls.address(path)


def _nearest(path: str, paths: Iterable[str]) -> str:
    """The page that was probably meant, of the same language if the path begins with one; empty when none is close."""
    top = path.split("/", 1)[0] + "/"
    pages = [_shown(known) for known in paths if known.endswith(".html")]
    near = [page for page in pages if page.startswith("/" + top)] or pages
    close = difflib.get_close_matches(_shown(path), near, n=1, cutoff=0.7)
    return f'did you mean "{close[0]}"?' if close else "correct the address, or write release:<id>"
