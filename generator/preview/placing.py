"""A built page → its blocks; the passages of a text → the blocks that print them, and the places of words in these.

A passage and a block are the same when they have the same letters, digits, figures and claims in the same order: signs,
spaces and emphasis do not count, and numbers printed by figures need not be known. What could be two blocks is none.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import MappingProxyType

from ..errors import FactError
from ..facts.bare_text import HIDDEN, Bare, Span
from ..facts.figures import parse_figure
from ..sources.passages import Kind

_HEADINGS = frozenset(f"h{rank}" for rank in range(2, 7))
_OTHERS = frozenset(
    "address article aside blockquote button caption dd details dialog div dl dt fieldset figcaption figure "
    "footer form header legend main nav ol option pre section select summary table tbody td textarea tfoot th "
    "thead tr ul".split()
)
#: How a block can be found: as the title, among headings, or among the other blocks of text.
_SHAPES: Mapping[str, str] = MappingProxyType(
    {"h1": "title", "p": "text", "li": "text", **dict.fromkeys(_HEADINGS, "heading")}
)
_SHAPE_OF: Mapping[Kind, str] = MappingProxyType({"title": "title", "heading": "heading", "block": "heading"})
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
#: What browsers do not make part of the page, or what is no text.
_APART = frozenset({"template", "noscript", "script", "style"})
_ADDRESS = re.compile(r"https?://[^\s)>\]]*")
_ENTITY = re.compile(r"&(?:#\d{1,32}|#[xX][0-9a-fA-F]{1,32}|[A-Za-z][A-Za-z0-9]{1,31});")
_CLAIM = re.compile(r"\]\(\s*claim:([^)\s]*)")
_SHOWN = re.compile(r"\]\(\s*(?:chart|table):([A-Za-z][\w-]*)")


@dataclass(frozen=True)
class Spot:
    """A place of a page: the element with an id, or the `number`th (from 0) of its tag in `<main>`; of its text, what
    stands from `start` to `end` (0: all of it). `length` is how long its text is. All in UTF-16 units, as scripts count
    them. Elements within a `<figure>` are not counted: scripts of the site put more there."""

    tag: str
    number: int
    length: int = 0
    id: str = ""
    start: int = 0
    end: int = 0


@dataclass
class Inline:
    """A figure or a claim of a page, as readers see it; `value` is what a figure has for machines."""

    spot: Spot
    name: str
    text: str
    value: str = ""


@dataclass
class Block:
    """A block of a page: what tells it apart (`signs`), each with its place in the text, and what stands in it."""

    tag: str
    number: int
    id: str = ""
    note: str = ""
    aside: bool = False
    length: int = 0
    signs: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    figures: list[Inline] = field(default_factory=list)
    claims: list[Inline] = field(default_factory=list)

    @property
    def spot(self) -> Spot:
        """The whole block."""
        return Spot(self.tag, self.number, self.length)


@dataclass(frozen=True)
class Placed:
    """A passage and the block that prints it; `signs` has the place of each sign in the passage."""

    block: Block
    signs: tuple[int, ...] = ()

    @property
    def by_words(self) -> bool:
        """Whether the words of the passage are those of the block: a chart or a table shows others."""
        return self.block.tag != "figure"

    def words(self, span: Span) -> Spot:
        """The place of some words of the passage; that of the whole block, if they cannot be told in it."""
        found = [number for number, at in enumerate(self.signs) if span[0] <= at < span[1]]
        if not found or not self.by_words:
            return self.spot
        first, last = self.block.places[found[0]], self.block.places[found[-1]]
        width = max(1, _units(self.block.signs[found[-1]]))
        return Spot(self.block.tag, self.block.number, self.block.length, "", first, last + width)

    @property
    def spot(self) -> Spot:
        """The whole block."""
        return self.block.spot if self.by_words else Spot(self.block.tag, self.block.number, id=self.block.id)


def blocks_of(page: str) -> tuple[Block, ...]:
    """The blocks of a page's `<main>`, in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return tuple(reader.blocks)


def place(passages: Sequence[Bare], blocks: Sequence[Block]) -> dict[int, Placed]:
    """The number of each passage that has a block for certain → where it is."""
    there: dict[object, list[Block]] = defaultdict(list)
    for block in blocks:
        for key in _keys_of(block):
            there[key].append(block)
    here: dict[object, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
    for number, passage in enumerate(passages):
        if passage.passage.kind != "summary":  # pages need not show it, and others may say the same
            key, signs = _key_of(passage)
            here[key].append((number, signs))
    found = {
        number: Placed(block, signs)
        for key, wanted in here.items()
        if key is not None and len(wanted) == len(there[key])
        for (number, signs), block in zip(wanted, there[key], strict=True)
    }
    taken = {id(placed.block) for placed in found.values()}
    for number, passage in enumerate(passages):
        if passage.passage.kind == "summary":
            key, signs = _key_of(passage)
            if (
                key not in here
                and [id(block) for block in there[key] if id(block) not in taken]
                and len(there[key]) == 1
            ):
                found[number] = Placed(there[key][0], signs)
    return found


def _keys_of(block: Block) -> Iterator[object]:
    if block.tag == "figure":
        yield "id", block.id
    elif block.signs and not block.aside:
        yield ("note", block.note, *block.signs) if block.note else (_SHAPES[block.tag], *block.signs)


def _key_of(passage: Bare) -> tuple[object, tuple[int, ...]]:
    """What the block of a passage must be found under, with the place of each sign; None when there are no words."""
    kind, text = passage.passage.kind, passage.passage.text
    if kind in ("chart", "table"):
        shown = _SHOWN.search(text)
        return (("id", f"{kind}-{shown.group(1)}") if shown else None), ()
    found = tuple(_signs(passage))
    signs, places = tuple(sign for sign, _at in found), tuple(at for _sign, at in found)
    if not signs:
        return None, ()
    if kind == "footnote":
        return ("note", f"fn:{passage.passage.name}", *signs), places
    return (_SHAPE_OF.get(kind, "text"), *signs), places


def figure_sign(name: str) -> str:
    """The sign of a figure."""
    return f"figure {name}"


def claims_of(passage: Bare) -> tuple[tuple[Span, str], ...]:
    """The words of a passage that a claim tests, with its name."""
    found = ((span, _CLAIM.match(passage.passage.text, span[1])) for span in passage.claims)
    return tuple((span, match.group(1)) for span, match in found if match is not None)


def _signs(passage: Bare) -> Iterator[tuple[str, int]]:
    """Letters, digits, figures and claims of a passage, each with its place."""
    text, written = passage.text, passage.passage.text
    figures = {span[0]: (span[1], expression) for span, expression in passage.figures}
    claims = {span[1]: name for span, name in claims_of(passage)}
    at = 0
    while at < len(text):
        if at in claims:
            yield f"claim {claims[at]}", at
        if at in figures:
            end, expression = figures[at]
            yield figure_sign(_figure_name(expression)), at
            at = end
            continue
        entity = _ENTITY.match(written, at) if written[at] == "&" else None
        if entity is not None:
            yield from ((sign, at) for sign in html.unescape(entity.group()) if sign.isalnum())
            at = entity.end()
            continue
        if text[at] != HIDDEN and text[at].isalnum():
            yield text[at], at
        at += 1


def _figure_name(expression: str) -> str:
    try:
        return parse_figure(expression).id
    except FactError:
        return ""


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Reader(HTMLParser):
    """Reads a page: each sign belongs to the innermost block, each length to all blocks around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._open: list[tuple[str, Block | None, bool, Inline | None]] = []
        self._counts: dict[str, int] = defaultdict(int)
        self._apart = self._silent = self._figures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """HTMLParser's hook."""
        if tag in _VOID:
            return
        if not self._open and tag != "main":
            return
        if tag in _APART:
            self._apart += 1
        values = {name: value or "" for name, value in attrs}
        block = inline = None
        if not self._apart and not self._figures:
            number = self._counts[tag]
            self._counts[tag] += 1
            if tag in _SHAPES or tag in _OTHERS:
                block = self._block(tag, number, values)
            elif tag in ("data", "span"):
                inline = self._inline(tag, number, values)
        silent = tag in ("svg", "code", "pre", "data") or values.get("class") == "footnote-backref"
        silent = silent or (tag == "sup" and values.get("id", "").startswith("fnref"))
        self._silent += silent
        self._figures += tag == "figure"
        self._open.append((tag, block, silent, inline))

    def handle_endtag(self, tag: str) -> None:
        """HTMLParser's hook."""
        if not any(one[0] == tag for one in self._open):
            return
        while self._open:
            name, _block, silent, inline = self._open.pop()
            self._silent -= silent
            self._apart -= name in _APART
            self._figures -= name == "figure"
            if inline is not None:
                self._ended(inline)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        """HTMLParser's hook."""
        if self._apart or not self._open:
            return
        inner, start = self._innermost(), 0
        if inner is not None:
            start = inner.length
            if not self._silent:
                self._keep(inner, data, start)
        length = _units(data)
        for _tag, block, _silent, inline in self._open:
            if block is not None:
                block.length += length
            if inline is not None:
                inline.text += data

    def _keep(self, block: Block, data: str, at: int) -> None:
        hidden = [found.span() for found in _ADDRESS.finditer(data)] if "://" in data else []
        for number, sign in enumerate(data):
            if sign.isalnum() and not any(start <= number < end for start, end in hidden):
                block.signs.append(sign)
                block.places.append(at)
            at += 2 if ord(sign) > 0xFFFF else 1

    def _innermost(self) -> Block | None:
        return next((block for _tag, block, _silent, _inline in reversed(self._open) if block is not None), None)

    def _block(self, tag: str, number: int, values: dict[str, str]) -> Block:
        around = [block for _tag, block, _silent, _inline in self._open if block is not None]
        name = values.get("id", "")
        note = name if name.startswith("fn:") else next((one.note for one in around if one.note), "")
        aside = tag == "nav" or any(one.aside for one in around)
        block = Block(tag, number, name, note, aside)
        if tag in _SHAPES or tag == "figure":
            self.blocks.append(block)
        return block

    def _inline(self, tag: str, number: int, values: dict[str, str]) -> Inline | None:
        name = values.get("data-figure" if tag == "data" else "data-claim", "")
        inner = self._innermost()
        if not name or inner is None:
            return None
        found = Inline(Spot(tag, number), name, "", values.get("value", ""))
        if tag == "data":
            inner.figures.append(found)
            inner.signs.append(figure_sign(name))
            inner.places.append(inner.length)
        else:
            inner.claims.append(found)
        return found

    def _ended(self, inline: Inline) -> None:
        inline.spot = Spot(inline.spot.tag, inline.spot.number, _units(inline.text))
        inner = self._innermost()
        if inline.spot.tag == "span" and inner is not None:
            inner.signs.append(f"claim {inline.name}")
            inner.places.append(inner.length)
