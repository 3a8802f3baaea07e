"""The texts of a release in two languages → what one says and the other does not, section by section.

Compared are headings (rank and order), and in each section: figures with their forms, claims, charts, tables, blocks,
footnotes, and links. The order within a section is free, for a sentence may be turned round.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from ..definitions import ReleaseText
from ..errors import Problem, SourceRef
from ..sources.passages import Passage, passages

_HEAD, _NOTES = -1, -2
_FIGURE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
_LINK = re.compile(r"\]\(\s*([^()\[\]\s]{1,2000})")
_CALL = re.compile(r"\[\^([^\]\s]{1,200})\]")
_CODE = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True)
class Mark:
    """Something that both languages must hold: what it is, in the words of its place in a text."""

    shown: str
    section: int


@dataclass(frozen=True)
class Outline:
    """A text as it is compared: the ranks of its headings, where each section begins, and where each mark stands."""

    path: str
    ranks: tuple[int, ...]
    starts: Mapping[int, tuple[int, str]]
    marks: Mapping[Mark, tuple[int, ...]]


def compare_languages(outlines: Mapping[str, Outline]) -> Iterator[Problem]:
    """Every difference between the first language and each other one."""
    first, *others = outlines
    for lang in others:
        one, other = outlines[first], outlines[lang]
        if one.ranks != other.ranks:
            yield from _headings(one, other)
            one, other = _whole(one), _whole(other)
        for here, there in ((one, other), (other, one)):
            yield from _missing(here, there)


def outline(text: ReleaseText) -> Outline:
    """A text as it is compared."""
    found = passages(text)
    marks: dict[Mark, list[int]] = {}
    starts = {
        _HEAD: (found[0].line, "the front matter"),
        0: (text.body_line, "the beginning"),
        _NOTES: (0, "the notes"),
    }
    for passage in found:
        section = {"title": _HEAD, "summary": _HEAD, "footnote": _NOTES}.get(passage.kind, passage.section)
        if passage.kind == "heading":
            starts[section] = (passage.line, f'"{passage.text}"')
        for shown, line in marks_of(passage):
            marks.setdefault(Mark(shown, section), []).append(line)
    ranks = tuple(passage.level for passage in found if passage.kind == "heading")
    return Outline(text.path, ranks, starts, {mark: tuple(lines) for mark, lines in marks.items()})


def marks_of(passage: Passage) -> Iterator[tuple[str, int]]:
    """What a passage holds that its partner must hold too, with lines."""
    text = _CODE.sub(lambda found: " " * len(found.group()), passage.text)
    if passage.kind == "block":
        yield f"/// {passage.name}", passage.line
    if passage.kind == "footnote":
        yield f"the footnote [^{passage.name}]", passage.line
    for pattern, show in ((_FIGURE, _figure), (_LINK, _link), (_CALL, lambda name: f"[^{name}]")):
        for found in pattern.finditer(text):
            yield show(found.group(1)), passage.line + text.count("\n", 0, found.start())


def _figure(expression: str) -> str:
    return "{{ " + re.sub(r"\s+", " ", expression).strip() + " }}"


def _link(target: str) -> str:
    """A link without what each language says in its own way: the path of an address, the anchor of a heading."""
    kind, _, rest = target.partition(":")
    if kind in ("claim", "chart", "table"):
        return target
    if kind == "release":
        return f"release:{rest.partition('#')[0]}"
    if target.startswith("#"):
        return "a link to a heading"
    if target.startswith("/"):
        return "a link within the site"
    return f"a link to {urlsplit(target).netloc or target}"


def _headings(one: Outline, other: Outline) -> Iterator[Problem]:
    """Headings that have no partner of the same rank."""
    for tag, left, left_end, right, right_end in SequenceMatcher(None, one.ranks, other.ranks, False).get_opcodes():
        if tag == "equal":
            continue
        for here, there, numbers, at in (
            (one, other, range(left, left_end), right),
            (other, one, range(right, right_end), left),
        ):
            for number in numbers:
                line, words = here.starts[number + 1]
                rank = "#" * here.ranks[number]
                message = f"the heading {rank} {words} has no partner in {there.path}"
                place = there.starts[min(at, len(there.ranks))]
                yield _problem(message, here.path, line, there.path, place)


def _whole(one: Outline) -> Outline:
    """Without sections: they cannot be paired."""
    marks: dict[Mark, tuple[int, ...]] = {}
    for mark, lines in one.marks.items():
        section = mark.section if mark.section == _HEAD else 0
        marks[Mark(mark.shown, section)] = marks.get(Mark(mark.shown, section), ()) + lines
    return Outline(one.path, one.ranks, one.starts, marks)


def _missing(here: Outline, there: Outline) -> Iterator[Problem]:
    """What stands here more often than there."""
    counts = Counter({mark: len(lines) for mark, lines in there.marks.items()})
    for mark, lines in here.marks.items():
        others = counts[mark]
        if len(lines) <= others:
            continue
        message = f"{mark.shown} stands here, but not in {there.path}"
        if others:
            message = f"{mark.shown} stands {len(lines)} times here, but {others} in {there.path}"
        yield _problem(message, here.path, lines[-1], there.path, there.starts.get(mark.section, (0, "")))


def _problem(message: str, path: str, line: int, other: str, place: tuple[int, str]) -> Problem:
    number, words = place
    details = (f"{other}:{number}: under {words}",) if number else ()
    hint = "make both languages say the same"
    return Problem("language-difference", message, SourceRef(path, line), hint, details=details)
