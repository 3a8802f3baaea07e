"""The blocks of a text that are translated → segments: each with an id that no other block's change alters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..definitions import ReleaseText
from ..facts.staleness import units
from ..sources.origins import block_digest
from ..sources.passages import Passage
from .inline import BREAK, Parts, one_line, parts_of

#: Kinds of blocks that are no Markdown: only figures mean something in them.
PLAIN = ("title", "summary")


@dataclass(frozen=True)
class Segment:
    """A block as a translator gets it. `text` is its text on one line, but for forced breaks; `parts` the same, cut in
    words and codes; `section` the heading that it stands under."""

    id: str
    passage: Passage
    text: str
    parts: Parts
    section: str


def segments(text: ReleaseText) -> tuple[Segment, ...]:
    """Every block with words in it, in order."""
    found = []
    seen: Counter[str] = Counter()
    section = ""
    for passage in units(text):
        line = passage_text(passage, text)
        if passage.kind == "heading":
            section = line
        stem = stem_of(passage.kind, line)
        seen[stem] += 1
        found.append(Segment(f"{stem}-{seen[stem]}", passage, line, parts_of(line, passage.kind in PLAIN), section))
    return tuple(found)


def stem_of(kind: str, text: str) -> str:
    """What the ids of all blocks with the same kind and text begin with."""
    return f"{kind}-{block_digest(text)[:12]}"


def passage_text(passage: Passage, text: ReleaseText) -> str:
    """A block's text on one line, but for the breaks that two spaces at the end of a line force."""
    lines = passage.text.split("\n")
    raw = text.body.split("\n") if len(lines) > 1 else []
    shown = one_line(lines[0])
    for number, line in enumerate(lines[1:], passage.line - text.body_line):
        shown += (BREAK if raw[number].endswith("  ") else " ") + one_line(line)
    return shown
