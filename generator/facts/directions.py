"""A bare passage → figures that a word of direction leads up to: rose by {{ … }}, en recul de {{ … }}."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..sources.wording import Wording
from .bare_text import HIDDEN, Bare, Span

_FURTHEST = 120
_CLAUSE = re.compile("[.;:!?()\n\ue000]")
_SIGNS = str.maketrans(dict.fromkeys(f"[]*_{HIDDEN}", " "))


@dataclass(frozen=True)
class Direction:
    """A figure with the word that says where it goes."""

    span: Span
    word: str
    way: Literal["up", "down"]
    expression: str


def directions(text: Bare, wording: Wording) -> Iterator[Direction]:
    """Each figure that follows a word of direction within the same clause, with few words between."""
    for (start, end), expression in text.figures:
        before = text.text[max(0, start - _FURTHEST) : start].replace("\n", " ")
        clause = _CLAUSE.split(before)[-1].translate(_SIGNS)
        found = _last(clause, wording)
        if found is None:
            continue
        match, way = found
        if wording.amount.fullmatch(clause, match.end()):
            first = start - len(clause) + match.start()
            yield Direction((first, end), match.group(), way, expression)


def _last(clause: str, wording: Wording) -> tuple[re.Match[str], Literal["up", "down"]] | None:
    """The last word of direction of a clause; None when its part of the sentence has words of both."""
    ups, downs = list(wording.up.finditer(clause)), list(wording.down.finditer(clause))
    if not ups and not downs:
        return None
    last = max((*ups, *downs), key=lambda match: (match.start(), match.end()))
    way: Literal["up", "down"] = "up" if last in ups else "down"
    part = clause.rfind(",", 0, last.start()) + 1
    others = downs if way == "up" else ups
    return None if any(match.start() >= part for match in others) else (last, way)
