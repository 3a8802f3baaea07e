"""A source, its translation and the record of origins → what became of each block: done, out of date, missing, extra.

A block of the source is known again by its text, a block of the translation by its digest, wherever they stand: moving
changes nothing. What the record does not know as it is has been edited, added or deleted; its neighbours, and then its
words, say which. A figure is a name in the text, so that numbers which change in the data change nothing here.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from ..definitions import ReleaseText
from ..sources.origins import Origin, Origins, block_digest, plain_space
from ..sources.passages import Passage, passages
from .alignment import overlap, pair_by_likeness, pair_by_neighbours
from .bare_text import bare
from .parity import marks_of

State = Literal["done", "outdated", "missing", "extra", "unrecorded"]

_PROSE = frozenset({"paragraph", "item", "quote"})
_FRONT = ("title", "summary")
_SHOWN = re.compile(r"\]\(\s*((?:chart|table):[^)\s]+)")
_WORD = re.compile(r"[^\W\d_]")
_LIKE_ENOUGH, _MARKED_ENOUGH = 1.0, 0.8


@dataclass(frozen=True)
class Pair:
    """A block of the source and the block that translates it, or one of them alone. `before` is, where the state is
    `outdated`, the text of the source that the translation was made from."""

    state: State
    source: Passage | None
    target: Passage | None
    before: str = ""


def units(text: ReleaseText) -> tuple[Passage, ...]:
    """The blocks of a text that are translated: those with words in them, and the title and the summary."""
    return tuple(
        passage for passage in passages(text) if passage.kind in _FRONT or _WORD.search(bare(passage).text) is not None
    )


def pair(source: ReleaseText, target: ReleaseText | None, origins: Origins | None) -> tuple[Pair, ...]:
    """Every block of both texts, in the order of the source, each with its partner and its state.

    A block that stands in the translation alone follows the block that it follows there.
    """
    here, there = units(source), () if target is None else units(target)
    record = tuple(one for one in origins.origins if one.source or one.target) if origins is not None else ()
    made = _Pairing(here, there, record)
    states = made.states() if origins is not None else made.unrecorded()
    followers: dict[int, list[Pair]] = {}
    partners = set(made.pairs.values())
    last = -1
    for number, passage in enumerate(there):
        if number in partners:
            last = number
        else:
            state: State = "done" if number in made.alone else "extra"
            followers.setdefault(last, []).append(Pair(state, None, passage))
    found = followers.pop(-1, [])
    for number, one in enumerate(states):
        found.append(one)
        found += followers.get(made.pairs.get(number, -1), [])
    return tuple(found)


def accept(pairs: Sequence[Pair], source: str, only: Callable[[Pair], bool] = lambda _pair: True) -> Origins:
    """The record in which all pairs, or those that are chosen, count as translated from the present source; the others
    stay what they are. `source` is the tag of the source language."""
    return Origins(source, tuple(origin for one in pairs for origin in _origin(one, only(one))))


def _origin(one: Pair, chosen: bool) -> Iterator[Origin]:
    target = block_digest(one.target.text) if one.target is not None else ""
    if one.source is None:
        if one.target is not None and (chosen or one.state == "done"):
            yield Origin(one.target.kind, "", target)
    elif chosen or one.state == "done":
        yield Origin(one.source.kind, plain_space(one.source.text), target)
    elif one.state == "outdated":
        yield Origin(one.source.kind, one.before, target)


class _Pairing:
    """The blocks of a source and of its translation, paired with each other and with the record.

    `known` maps a source block to its origin, `made_of` a translated block to its own; `pairs` source to translated
    block; `alone` are translated blocks that, on purpose, have no source.
    """

    def __init__(self, here: Sequence[Passage], there: Sequence[Passage], record: Sequence[Origin]) -> None:
        self.here, self.there, self.record = here, there, record
        self.texts = [plain_space(passage.text) for passage in here]
        self.known = self._sources()
        self.pairs: dict[int, int] = {}
        self.made_of: dict[int, int] = {}
        self.alone: set[int] = set()
        self._by_record()
        self._by_names()
        self._by_place()

    # -- the source, then and now

    def _sources(self) -> dict[int, int]:
        """Source block → its origin: by its text, else by its neighbours, else by its words."""
        known: dict[int, int] = {}
        for kind in _FRONT:
            _match(
                known,
                [number for number, one in enumerate(self.here) if one.kind == kind],
                [number for number, one in enumerate(self.record) if one.kind == kind],
            )
        origins = [number for number, one in enumerate(self.record) if one.source and one.kind not in _FRONT]
        blocks = [number for number, one in enumerate(self.here) if one.kind not in _FRONT]
        _match_same(
            known,
            blocks,
            origins,
            lambda here: self._key(here),
            lambda at: (self.record[at].kind, self.record[at].source),
        )
        _match_same(known, blocks, origins, lambda here: self.texts[here], lambda at: self.record[at].source)
        free = set(origins).difference(known.values())
        if free and len(known) < len(self.here):
            alike = partial(_alike, _Words(self.texts, [one.source for one in self.record]), self.here, self.record)
            waiting = [number for number in blocks if number not in known]
            _match_same(known, waiting, sorted(free), self._shown_now, self._shown_before)
            pair_by_neighbours(
                known, [n for n in waiting if n not in known], sorted(free.difference(known.values())), alike
            )
            pair_by_likeness(known, waiting, sorted(free), alike, _LIKE_ENOUGH)
        return known

    def _key(self, here: int) -> tuple[str, str]:
        return self.here[here].kind, self.texts[here]

    def _shown_now(self, here: int) -> object:
        return _shown(self.here[here].kind, self.texts[here], here)

    def _shown_before(self, at: int) -> object:
        return _shown(self.record[at].kind, self.record[at].source, -1 - at)

    # -- the translation

    def _by_record(self) -> None:
        """Pairs that the record knows; and of each translated block, which origin it is of."""
        waiting: dict[tuple[str, str], list[int]] = {}
        for number, passage in enumerate(self.there):
            waiting.setdefault((_front(passage.kind), block_digest(passage.text)), []).append(number)
        claims: dict[tuple[str, str], list[int]] = {}
        for at, origin in enumerate(self.record):
            claims.setdefault((_front(origin.kind), origin.target), []).append(at)
        blocks = {at: here for here, at in self.known.items()}
        for key, found in claims.items():
            places = waiting.get(key, [])
            chosen = sorted(found, key=lambda at: self._doubt(blocks.get(at)))[: len(places)]
            for at, there in zip(sorted(chosen), places, strict=False):
                self.made_of[there] = at
                if at in blocks:
                    self.pairs[blocks[at]] = there
                elif not self.record[at].source:
                    self.alone.add(there)

    def _doubt(self, here: int | None) -> int:
        """Of translated blocks with the same words too few are left: whose they are, the surest first."""
        if here is None:
            return 2
        return 0 if self._unchanged(here) else 1

    def _unchanged(self, here: int) -> bool:
        return self.record[self.known[here]].source == self.texts[here]

    def _by_names(self) -> None:
        """Front matter, charts, tables and footnotes have names that both languages share."""
        left, right = self._open()
        _match_same(self.pairs, left, right, self._name_here, self._name_there)

    def _name_here(self, here: int) -> object:
        return _name(self.here[here], here)

    def _name_there(self, there: int) -> object:
        return _name(self.there[there], -1 - there)

    def _by_place(self) -> None:
        marks = _Marks(self.here, self.there)
        alike = partial(self._alike, marks)
        pair_by_neighbours(self.pairs, *self._open(), alike)
        left, right = self._open()
        if left and right:
            pair_by_likeness(self.pairs, left, right, partial(self._marked, marks), _MARKED_ENOUGH)

    def _open(self) -> tuple[list[int], list[int]]:
        taken = set(self.pairs.values()) | self.alone
        left = [number for number in range(len(self.here)) if number not in self.pairs]
        return left, [number for number in range(len(self.there)) if number not in taken]

    def _may(self, here: int, there: int) -> bool:
        """Whether a translated block may be of a source block: one that was made of another text is of a block that the
        record does not know, or of none."""
        if there not in self.made_of:
            return True
        return here not in self.known or self.record[self.made_of[there]].source == self.texts[here]

    def _alike(self, marks: _Marks, here: int, there: int) -> float:
        base = _kinship(self.here[here], self.there[there])
        if not base or not self._may(here, there):
            return 0.0
        alone = here in self.known and not self.record[self.known[here]].target
        return (base + marks.alike(here, there) + 0.2 * marks.length(here, there)) * (0.1 if alone else 1.0)

    def _marked(self, marks: _Marks, here: int, there: int) -> float:
        return marks.alike(here, there) if self._alike(marks, here, there) else 0.0

    # -- what became of each block

    def states(self) -> Iterator[Pair]:
        """The blocks of the source, where there is a record."""
        for here, passage in enumerate(self.here):
            there = self.pairs.get(here)
            at = self.known.get(here) if there is None else self.made_of.get(there, self.known.get(here))
            origin = self.record[at] if at is not None else None
            target = self.there[there] if there is not None else None
            same = origin is not None and origin.source == self.texts[here]
            if there is None:
                accepted = origin is not None and same and not origin.target
                yield Pair("done" if accepted else "missing", passage, None)
            elif origin is None:
                yield Pair("unrecorded", passage, target)
            else:
                yield Pair("done", passage, target) if same else Pair("outdated", passage, target, origin.source)

    def unrecorded(self) -> Iterator[Pair]:
        """The blocks of the source, where there is no record."""
        for here, passage in enumerate(self.here):
            there = self.pairs.get(here)
            yield Pair("missing", passage, None) if there is None else Pair("unrecorded", passage, self.there[there])


class _Words:
    """The words of blocks, counted once each."""

    def __init__(self, left: Sequence[str], right: Sequence[str]) -> None:
        self._texts = (left, right)
        self._known: dict[tuple[int, int], Counter[str]] = {}

    def alike(self, here: int, there: int) -> float:
        """The share of words that two blocks have in common."""
        return overlap(self._of(0, here), self._of(1, there))

    def _of(self, side: int, number: int) -> Counter[str]:
        if (side, number) not in self._known:
            self._known[side, number] = Counter(self._texts[side][number].split())
        return self._known[side, number]


class _Marks:
    """What blocks of two languages have in common: figures, claims, charts, links and notes; and their length."""

    def __init__(self, left: Sequence[Passage], right: Sequence[Passage]) -> None:
        self._blocks = (left, right)
        self._known: dict[tuple[int, int], Counter[str]] = {}

    def alike(self, here: int, there: int) -> float:
        """The share of marks that two blocks have in common."""
        return overlap(self._of(0, here), self._of(1, there))

    def length(self, here: int, there: int) -> float:
        """How near their lengths are, from 0 to 1."""
        one, other = len(self._blocks[0][here].text), len(self._blocks[1][there].text)
        return min(one, other) / max(one, other, 1)

    def _of(self, side: int, number: int) -> Counter[str]:
        if (side, number) not in self._known:
            self._known[side, number] = Counter(shown for shown, _line in marks_of(self._blocks[side][number]))
        return self._known[side, number]


def _kinship(one: Passage, other: Passage) -> float:
    """How well the kinds of two blocks go together."""
    if one.kind == other.kind and one.kind not in _FRONT:
        return 0.5 if (one.level, one.name) == (other.level, other.name) else 0.3
    return 0.2 if one.kind in _PROSE and other.kind in _PROSE else 0.0


def _alike(words: _Words, here: Sequence[Passage], record: Sequence[Origin], block: int, at: int) -> float:
    """How alike a block of the source is to a text of the record."""
    one, other = here[block].kind, record[at].kind
    if one == other or (one in _PROSE and other in _PROSE):
        return (0.5 if one == other else 0.2) + words.alike(block, at)
    return 0.0


def _name(passage: Passage, number: int) -> object:
    """What names a block in both languages; its own number, where nothing does."""
    if passage.kind in _FRONT:
        return passage.kind
    return f"[^{passage.name}]" if passage.kind == "footnote" else _shown(passage.kind, passage.text, number)


def _shown(kind: str, text: str, number: int) -> object:
    """The chart or table that a block shows; its own number, where it shows none."""
    found = _SHOWN.search(text) if kind in ("chart", "table") else None
    return found.group(1) if found else number


def _front(kind: str) -> str:
    """What keeps title and summary apart from all that a text says."""
    return kind if kind in _FRONT else ""


def _match(pairs: dict[int, int], left: Sequence[int], right: Sequence[int]) -> None:
    pairs.update(zip(left, right, strict=False))


def _match_same(
    pairs: dict[int, int],
    left: Sequence[int],
    right: Sequence[int],
    key: Callable[[int], object],
    other_key: Callable[[int], object],
) -> None:
    """Pair those with the same key: from both ends inwards while these agree, so that of equal ones the one that did
    not move keeps its partner; then in order."""
    taken = set(pairs.values())
    left = [number for number in left if number not in pairs]
    right = [number for number in right if number not in taken]
    left_keys, right_keys = [key(number) for number in left], [other_key(number) for number in right]
    start, end = 0, 0
    shorter = min(len(left), len(right))
    while start < shorter and left_keys[start] == right_keys[start]:
        start += 1
    while end < shorter - start and left_keys[-1 - end] == right_keys[-1 - end]:
        end += 1
    _match(pairs, left[:start], right[:start])
    _match(pairs, left[len(left) - end :], right[len(right) - end :])
    waiting: dict[object, deque[int]] = {}
    for number, found in zip(right[start : len(right) - end], right_keys[start : len(right) - end], strict=True):
        waiting.setdefault(found, deque()).append(number)
    for number, found in zip(left[start : len(left) - end], left_keys[start : len(left) - end], strict=True):
        if waiting.get(found):
            pairs[number] = waiting[found].popleft()
