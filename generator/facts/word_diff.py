"""A text before and after → which words were deleted, inserted or kept, as git's word diff shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Literal

Change = Literal["same", "deleted", "inserted"]

#: What opens and closes words of each kind, where nothing is coloured.
PLAIN: Mapping[Change, tuple[str, str]] = MappingProxyType(
    {"same": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}
)
_WORD = re.compile(r"(?:\{\{(?:(?!\{\{|\}\}).)*\}\}|\S)+")
_AROUND = 5
_LONGEST = 4_000
_ALIKE = 0.25
_CUT = "…"


@dataclass(frozen=True)
class Piece:
    """Some words, and what became of them."""

    change: Change
    text: str


def word_diff(before: str, after: str) -> tuple[Piece, ...]:
    """The words of two texts, in order. Texts with little in common, or of thousands of words, differ as a whole."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    found = SequenceMatcher(None, old, new, autojunk=False)
    if old != new and (len(old) + len(new) > _LONGEST or found.ratio() < _ALIKE):
        return tuple(_pieces("replace", old, new))
    return tuple(
        piece
        for tag, start, end, new_start, new_end in found.get_opcodes()
        for piece in _pieces(tag, old[start:end], new[new_start:new_end])
    )


def _pieces(tag: str, old: list[str], new: list[str]) -> Iterator[Piece]:
    if tag == "equal":
        yield Piece("same", " ".join(new))
        return
    if old:
        yield Piece("deleted", " ".join(old))
    if new:
        yield Piece("inserted", " ".join(new))


def shortened(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The same, where long stretches of words that stayed are left out, but for those next to a change."""
    if len(pieces) == 1:
        return pieces
    return tuple(
        _short(piece, number == 0, number == len(pieces) - 1) if piece.change == "same" else piece
        for number, piece in enumerate(pieces)
    )


def _short(piece: Piece, first: bool, last: bool) -> Piece:
    words = _WORD.findall(piece.text)
    head, tail = (0 if first else _AROUND), (0 if last else _AROUND)
    if len(words) <= head + tail + 1:
        return piece
    kept = [*words[:head], _CUT, *words[len(words) - tail :]]
    return Piece("same", " ".join(kept))


def as_text(pieces: tuple[Piece, ...], marks: Mapping[Change, tuple[str, str]] = PLAIN) -> str:
    """Pieces as one line: `fell by [-two-]{+three+} points`."""
    parts: list[str] = []
    before = ""
    for piece in pieces:
        opening, closing = marks[piece.change]
        if parts and (before, piece.change) != ("deleted", "inserted"):
            parts.append(" ")
        parts.append(f"{opening}{piece.text}{closing}")
        before = piece.change
    return "".join(parts)
