"""A passage → its words alone: figures, targets, code and notes covered up, each character where it was."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from ..sources.passages import Passage

#: Signs that no text may hold: what stands in the place of a figure, and of what readers do not read as words.
FIGURE, HIDDEN = "\ue000", "\ue001"
Span = tuple[int, int]

_FIGURE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
_TICKS = re.compile(r"`+")
_NOTE = re.compile(r"\[\^[^\[\]\s]+\]")
_CLAIM = re.compile(r"\[([^\[\]]*)\]\(\s*claim:[^)\n]*\)")
_TARGET = re.compile(r"\]\(\s*(?:<[^<>\n]*>|(?:[^\s()\"<]|\([^\s()\"]*\))*)\)?")
_DEFINED = re.compile(r"^ {0,3}\[[^\[\]\n]+\]:[ \t]*<?(?:[a-z]+:|/|#)\S*", re.M)
_ADDRESS = re.compile(r"https?://[^\s)>\]]*")
_ENTITY = re.compile(r"&(?:#\d{1,32}|#[xX][0-9a-fA-F]{1,32}|[A-Za-z][A-Za-z0-9]{1,31});")
_AROUND = 36


@dataclass(frozen=True)
class Bare:
    """A passage, and the same text with covers: `text` has the length of `passage.text`. `figures` has each figure's
    place and what stands between its braces; `claims` the places of words that a claim tests."""

    passage: Passage
    text: str
    figures: tuple[tuple[Span, str], ...]
    claims: tuple[Span, ...]

    def line(self, at: int) -> int:
        """The line of a character."""
        return self.passage.line + self.passage.text.count("\n", 0, at)

    def claimed(self, span: Span) -> bool:
        """Whether a claim tests all of these words."""
        return inside(span, self.claims)

    def around(self, span: Span) -> str:
        """The words, as written, with some of those before and after them."""
        text = self.passage.text
        start, end = max(0, span[0] - _AROUND), min(len(text), span[1] + _AROUND)
        while 0 < start < span[0] and not text[start - 1].isspace():
            start += 1
        while span[1] < end < len(text) and not text[end].isspace():
            end -= 1
        words = " ".join(text[start:end].split())
        return ("… " if start else "") + words + (" …" if end < len(text) else "")


def bare(passage: Passage) -> Bare:
    """Cover up what is not words. Code comes first, then figures: nothing within them is a link or a note."""
    text = passage.text
    if "`" in text:
        text = _covered(text, code_spans(text))
    figures = tuple((found.span(), found.group(1)) for found in _FIGURE.finditer(text))
    for (start, end), _expression in figures:
        text = text[:start] + FIGURE * (end - start) + text[end:]
    if "[" in text:
        text = _hide(_NOTE, text)
    claims = tuple(found.span(1) for found in _CLAIM.finditer(text)) if "claim:" in text else ()
    if "]" in text:
        text = _hide(_DEFINED, _hide(_TARGET, text))
    if "://" in text:
        text = _hide(_ADDRESS, text)
    if "&" in text:
        text = _covered(text, (found.span() for found in _ENTITY.finditer(text) if not _numeric(found.group())))
    return Bare(passage, text, figures, claims)


def inside(span: Span, spans: tuple[Span, ...]) -> bool:
    """Whether a span lies within one of the others, which are in order and apart."""
    place = bisect_right(spans, span[0], key=itemgetter(0)) - 1
    return place >= 0 and span[1] <= spans[place][1]


def _hide(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: HIDDEN * len(found.group()), text)


def _covered(text: str, spans: Iterator[Span]) -> str:
    parts, last = [], 0
    for start, end in spans:
        parts += [text[last:start], HIDDEN * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


def _numeric(entity: str) -> bool:
    """Whether an entity is a digit in disguise."""
    return html.unescape(entity).isnumeric()


def code_spans(text: str) -> Iterator[Span]:
    """Code: from some backticks to the next ones of the same number."""
    runs = [found.span() for found in _TICKS.finditer(text)]
    waiting: dict[int, list[int]] = {}
    for place, (start, end) in reversed(list(enumerate(runs))):
        waiting.setdefault(end - start, []).append(place)
    done = -1
    for place, (start, end) in enumerate(runs):
        same = waiting[end - start]
        same.pop()
        if place > done and same:
            done = same[-1]
            yield start, runs[done][1]
