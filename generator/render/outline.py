"""Rendered prose → its sections: the same HTML, by the headings of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

_HEADING_OF = MappingProxyType({rank: re.compile(f'<h{rank} id="([^"]*)">(.*?)</h{rank}>', re.S) for rank in (2, 3)})
_FOOTNOTES = '<div class="footnote">'


@dataclass(frozen=True)
class Section:
    """A heading of the text's own (not of a box) with what follows it up to the next heading of its rank.

    `title` and `html` are HTML; `html` is what stands before the first heading below it; `parts` are those headings.
    """

    id: str
    title: str
    html: str
    parts: tuple[Section, ...] = ()


def outline(html: str) -> tuple[Section, str]:
    """A section without a title, whose parts are the headings `##`, whose parts are the headings `###`; and the
    footnotes, which stand below everything."""
    start = html.rfind(_FOOTNOTES)
    text, footnotes = (html, "") if start < 0 else (html[:start], html[start:])
    return _section("", "", text, 2), footnotes


def _section(name: str, title: str, html: str, rank: int) -> Section:
    """A section whose parts begin at headings of a rank. Headings in boxes are not the text's own."""
    heading = _HEADING_OF.get(rank)
    found = heading.finditer(html) if heading else ()
    starts = [match for match in found if not _within_box(html, match.start())]
    ends = [*(match.start() for match in starts[1:]), len(html)]
    parts = tuple(
        _section(match.group(1), match.group(2), html[match.end() : end], rank + 1)
        for match, end in zip(starts, ends, strict=False)  # without headings there is nothing to end
    )
    return Section(name, title, html[: starts[0].start()] if starts else html, parts)


def _within_box(html: str, position: int) -> bool:
    return html.count("<aside", 0, position) > html.count("</aside>", 0, position)
