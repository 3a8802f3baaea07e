"""A content file, and new texts for some of its blocks → the file with these, everything else byte for byte as it was.

A block that the translation lacks is put where the source has it: behind the block that it follows there, with the
signs that make it a heading, an item, a box. A new text stands on one line, but for forced breaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..definitions import ReleaseText
from ..facts.staleness import units
from ..sources.passages import Passage, passages
from ..sources.texts import Scalar, as_scalar, parse_text, scalars
from ..spec import decode
from .inline import BREAK, one_line
from .segments import PLAIN, passage_text

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n)|([^\r\n]+)\Z")
_CLOSER = re.compile(r"/{3,}[ \t]*")


@dataclass(frozen=True)
class Draft:
    """What a content file shall say: `edits` has a new text for blocks of the file, `added` for blocks of the source
    that it lacks (place in the source → text), and `partners` the file's block for those that it has."""

    source: ReleaseText
    edits: Mapping[Passage, str]
    added: Mapping[int, str]
    partners: Mapping[int, Passage]
    copies: bool = False  # whether blocks without words are taken from the source: in a new file


@dataclass(frozen=True)
class Meant:
    """A block as the new file shall have it. `key` is the block that has a new text: of the file, or a place in the
    source; None where nothing is new."""

    kind: str
    level: int
    name: str
    text: str
    key: Passage | int | None


@dataclass(frozen=True)
class Rewritten:
    """The new bytes, the blocks that they shall hold, in order, and places of the source that found no home: what holds
    them is not translated."""

    data: bytes
    blocks: tuple[Meant, ...]
    homeless: tuple[int, ...]


def new_file(source: bytes, title: str, summary: str, slug: str) -> bytes:
    """A content file with a head and no body, with the line ends of its source."""
    values = {"title": title, "summary": summary, "slug": slug}
    lines = ["---", *(f"{key}: {as_scalar(value)}" for key, value in values.items()), "---", ""]
    return _newline(_split(source)).join(lines).encode()


def rewrite(text: ReleaseText, data: bytes, draft: Draft) -> Rewritten:
    """`data` are the bytes of the file, `text` what they say."""
    work = _Work(text, data, draft)
    for passage, new in draft.edits.items():
        if passage.kind in PLAIN:
            work.set_scalar(passage, new)
        else:
            work.set_block(passage, new)
    work.add_all()
    return work.finished()


def misread(rewritten: Rewritten, path: str) -> tuple[Passage | int | None, ...]:
    """The keys of blocks that the new file does not hold as they were meant: of each stretch that is read otherwise,
    the first. Empty when all is well."""
    found, problems = parse_text(rewritten.data, path, "", "")
    if problems:
        return (None,)
    read = [(one.kind, one.level, one.name, passage_text(one, found)) for one in passages(found)]
    last: Passage | int | None = None
    for number, meant in enumerate(rewritten.blocks):
        last = last if meant.key is None else meant.key
        if number >= len(read) or read[number] != (meant.kind, meant.level, meant.name, meant.text):
            return (last,)
    return () if len(read) == len(rewritten.blocks) else (last,)


@dataclass(eq=False)
class _Line:
    """A line of a file that is being rewritten; told from others by what it is, not by its text."""

    text: str
    end: str


@dataclass(eq=False)
class _Block:
    """A block in its file: where it begins and ends, a box with its closing line; and what holds it."""

    passage: Passage
    first: int
    last: int
    parent: int | None


@dataclass
class _Home:
    """Where a block stands in the new file."""

    first: _Line
    last: _Line
    kind: str
    own: _Line  # the last line of the block alone: of a box, its first


@dataclass
class _Work:
    """One file being rewritten."""

    text: ReleaseText
    data: bytes
    draft: Draft
    lines: list[_Line] = field(default_factory=list)
    homeless: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = _split(self.data)
        self.newline = _newline(self.lines)
        self.old = list(self.lines)
        self.blocks = _outline(self.text)
        self.source = _outline(self.draft.source)
        self.raw = _source_lines(self.draft.source)
        self.worded = frozenset(units(self.draft.source))
        self.ends: dict[int, _Line] = {}
        self.fresh: set[int | None] = set()
        self.meant: list[tuple[_Line, Meant]] = []
        self.homes: dict[int, _Home] = {}

    # -- new texts for old blocks

    def set_scalar(self, passage: Passage, new: str) -> None:
        place: Scalar = scalars(decode(self.data, self.text.path), self.text.path)[passage.kind]
        (first, start), (last, end) = place.start, place.end
        while end == 0 and last > first:
            last, end = last - 1, len(self.old[last - 2].text)
            end = 0 if not self.old[last - 1].text.strip() else end
        self._join(first, last, start, end, [as_scalar(new, place.style)], "")

    def set_block(self, passage: Passage, new: str) -> None:
        spans = passage.spans
        first, last = passage.line, passage.line + max(len(spans), 1) - 1
        head = self.old[first - 1].text
        if not spans:  # a box without a title
            self.old[first - 1].text = f"{head.rstrip()} | {new}"
            return
        lead = self.old[first].text[: spans[1][0]] if len(spans) > 1 else _continued(passage, head[: spans[0][0]])
        self._join(first, last, spans[0][0], spans[-1][1], new.split(BREAK), lead)

    def _join(self, first: int, last: int, start: int, end: int, new: list[str], lead: str) -> None:
        """Put new lines in the place of old ones: what stands before `start` and after `end` stays."""
        head, tail = self.old[first - 1], self.old[last - 1]
        before, after, closing = head.text[:start], tail.text[end:], tail.end
        for line in self.old[first:last]:
            self.lines.remove(line)
        made = _broken(before, lead, new, after)
        head.text, head.end = made[0], closing
        new_lines = [_Line(line, self.newline) for line in made[1:]]
        self._insert(head, new_lines)
        self.ends[first] = new_lines[-1] if new_lines else head

    def _insert(self, anchor: _Line, new: list[_Line]) -> None:
        """Put lines behind a line. A file without an end to its last line keeps none."""
        if new and not anchor.end:
            anchor.end, new[-1].end = self.newline, ""
        place = self.lines.index(anchor) + 1
        self.lines[place:place] = new

    # -- blocks that the file lacks

    def add_all(self) -> None:
        for block in self.blocks:
            passage = block.passage
            text = self.draft.edits.get(passage, passage_text(passage, self.text))
            key = passage if passage in self.draft.edits else None
            self._mean(self.old[block.first - 1], passage, text, key)
        for here, there in _partners(self.source, self.blocks, self.draft).items():
            block = self.blocks[there]
            first, last = self.old[block.first - 1], self.old[block.last - 1]
            if block.passage.kind != "block":
                last = self.ends.get(block.first, last)
            self.homes[here] = _Home(first, last, block.passage.kind, first)
        for here in range(len(self.source)):
            if here in self.homes or self.source[here].passage.kind in PLAIN:
                continue
            if here in self.draft.added or self._copied(here):
                self._add(here)

    def _copied(self, here: int) -> bool:
        passage = self.source[here].passage
        wanted = self.draft.copies or self.source[here].parent in self.fresh
        return wanted and passage.kind != "block" and passage not in self.worded

    def _add(self, here: int) -> bool:
        """Put a block of the source in its place; whether there is one."""
        block = self.source[here]
        if block.parent is not None and block.parent not in self.homes and not self._add_holder(block.parent):
            if here in self.draft.added:
                self.homeless.append(here)
            return False
        new = self._made(here)
        anchor = self._anchor(here)
        following = self._after(anchor.last)
        before = [] if self._tight(here, anchor.kind) else [_Line("", self.newline)]
        behind = following is not None and following.text.strip() and not self._tight_after(here, following)
        self._insert(anchor.last, [*before, *new, *([_Line("", self.newline)] if behind else [])])
        own = new[0] if block.passage.kind == "block" else new[-1]
        self.homes[here] = _Home(new[0], new[-1], block.passage.kind, own)
        self.fresh.add(here)
        wordless = here not in self.draft.added
        text = passage_text(block.passage, self.draft.source) if wordless else self.draft.added[here]
        self._mean(new[0], block.passage, text, None if wordless else here)
        return True

    def _add_holder(self, here: int) -> bool:
        """A box or a block that holds a new one: put in its place if it needs no title, or has one."""
        return (here in self.draft.added or self.source[here].passage not in self.worded) and self._add(here)

    def _made(self, here: int) -> list[_Line]:
        """The lines of a new block."""
        block = self.source[here]
        passage = block.passage
        raw = self.raw[block.first - 1 : block.first - 1 + max(len(passage.spans), 1)]
        if here not in self.draft.added:
            made = [line.rstrip() for line in raw]
        else:
            spans = passage.spans
            before, after = raw[0][: spans[0][0]], raw[-1][spans[-1][1] :]  # a heading may end with signs
            lead = raw[1][: spans[1][0]] if len(spans) > 1 else _continued(passage, before)
            made = _broken(before, lead, self.draft.added[here].split(BREAK), after)
        if passage.kind == "block":
            closer = re.match("/+", raw[0])
            made += ["", closer.group() if closer else "///"]
        return [_Line(line, self.newline) for line in made]

    def _anchor(self, here: int) -> _Home:
        """The block, or the line, that a new block is put behind."""
        parent = self.source[here].parent
        for other in range(here - 1, -1, -1):
            sibling = self.source[other]
            if sibling.parent == parent and other in self.homes and sibling.passage.kind not in PLAIN:
                return self.homes[other]
        if parent is not None:
            opener = self.homes[parent].own
            return _Home(opener, opener, "block", opener)
        line = self.old[self.text.body_line - 1]
        return _Home(line, line, "", line)

    def _after(self, line: _Line) -> _Line | None:
        place = self.lines.index(line) + 1
        return self.lines[place] if place < len(self.lines) else None

    def _tight(self, here: int, kind: str) -> bool:
        """Whether a new block follows the one before it without an empty line, as items do."""
        passage = self.source[here].passage
        above = self.raw[passage.line - 2]
        return passage.kind == kind and kind in ("item", "footnote") and bool(above.strip())

    def _tight_after(self, here: int, following: _Line) -> bool:
        block = self.source[here]
        below = self.raw[block.last : block.last + 1]
        kinds = [home.kind for home in self.homes.values() if home.first is following]
        return bool(below and below[0].strip()) and kinds == [block.passage.kind]

    def _mean(self, line: _Line, passage: Passage, text: str, key: Passage | int | None) -> None:
        self.meant.append((line, Meant(passage.kind, passage.level, passage.name, text, key)))

    def finished(self) -> Rewritten:
        places = {id(line): number for number, line in enumerate(self.lines)}
        head, body = self.meant[:2], sorted(self.meant[2:], key=lambda one: places[id(one[0])])
        data = "".join(line.text + line.end for line in self.lines).encode()
        return Rewritten(data, tuple(meant for _line, meant in (*head, *body)), tuple(self.homeless))


def _split(data: bytes) -> list[_Line]:
    return [_Line(found[1] or found[3] or "", found[2] or "") for found in _LINE.finditer(data.decode("utf-8"))]


def _newline(lines: Sequence[_Line]) -> str:
    return next((line.end for line in lines if line.end), "\n")


def _continued(passage: Passage, before: str) -> str:
    """What stands before the second line of a block whose first begins with `before`."""
    if passage.kind == "footnote":
        return "    "
    return " " * len(before) if passage.kind == "item" else before


def _broken(before: str, lead: str, new: list[str], after: str) -> list[str]:
    """The lines of a text with forced breaks."""
    ends = [*[BREAK[:-1]] * (len(new) - 1), after]
    return [f"{lead if number else before}{line}{ends[number]}" for number, line in enumerate(new)]


def _source_lines(text: ReleaseText) -> list[str]:
    """The lines of a text's file; those of its head are empty."""
    return [""] * (text.body_line - 1) + text.body.split("\n")


def _outline(text: ReleaseText) -> list[_Block]:
    """The blocks of a text, each with what holds it."""
    open_blocks: list[int] = []
    starts = {passage.line: passage for passage in passages(text) if passage.kind not in PLAIN}
    found = [_Block(head, head.line, head.line, None) for head in passages(text)[:2]]
    lines = text.body.split("\n")
    for number, line in enumerate(lines, text.body_line):
        passage = starts.get(number)
        if passage is not None:
            last = number + max(len(passage.spans), 1) - 1
            found.append(_Block(passage, number, last, open_blocks[-1] if open_blocks else None))
            if passage.kind == "block":
                open_blocks.append(len(found) - 1)
        elif open_blocks and _CLOSER.fullmatch(line):
            found[open_blocks.pop()].last = number
    for place in open_blocks:
        found[place].last = max(block.last for block in found[place:])
    return found


def _partners(source: Sequence[_Block], target: Sequence[_Block], draft: Draft) -> dict[int, int]:
    """Places in the source → places in the file, of all blocks that stand in both: those with words are known; boxes
    without a title go with what they hold, or with their order; all else with its text and what holds it."""
    places = {block.passage: number for number, block in enumerate(target)}
    found = {here: places[passage] for here, passage in draft.partners.items() if passage in places}
    for here, there in list(found.items()):
        inner, outer = source[here].parent, target[there].parent
        free = inner is not None and outer is not None and inner not in found and outer not in found.values()
        if inner is not None and outer is not None and free and _same_name(source[inner], target[outer]):
            found[inner] = outer
    taken = set(found.values())
    waiting: dict[tuple[str, str, str], list[int]] = {}
    for there, block in enumerate(target):
        if there not in taken:
            waiting.setdefault(_wordless(block), []).append(there)
    for here, block in enumerate(source):
        if here in found or here in draft.added:
            continue
        holder = None if block.parent is None else found.get(block.parent, -1)
        same = waiting.get(_wordless(block), [])
        place = next((number for number in same if target[number].parent == holder), None)
        if place is not None:
            found[here] = place
            same.remove(place)
    return found


def _same_name(one: _Block, other: _Block) -> bool:
    return one.passage.name == other.passage.name


def _wordless(block: _Block) -> tuple[str, str, str]:
    return block.passage.kind, block.passage.name, one_line(block.passage.text)
