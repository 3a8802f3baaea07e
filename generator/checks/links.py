"""What pages link to → links that lead nowhere: to no page, or to no such place in a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..errors import Problem, SourceRef, did_you_mean
from ..model import Link


def check_links(
    links: Iterable[tuple[str, Link]], paths: frozenset[str], anchors: Callable[[str], frozenset[str]]
) -> Iterator[Problem]:
    """Every link that leads nowhere.

    `links` are pairs of a page's path and a link; `paths` all outputs of the site; `anchors` gives the ids of a page.
    """
    for page, link in links:
        where = SourceRef(link.source or page, link.line)
        if link.path not in paths:
            hint = did_you_mean(link.path, paths) if len(paths) < 500 else "correct the address"
            yield Problem("broken-link", f'the link leads to "{link.path}", which the site does not have', where, hint)
        elif link.anchor and link.anchor not in anchors(link.path):
            message = f'the link leads to "#{link.anchor}", which {link.path} does not have'
            hint = did_you_mean(link.anchor, anchors(link.path))
            yield Problem("broken-link", message, where, hint)
