"""A block's text ↔ words and codes: figures, claims, links, charts and notes are codes, which a translator keeps.

Emphasis stays among the words: a translator may move it. A code is one sign (`ph`), or the two ends of a pair around
words (`bpt`, `ept`). All of them together, put in a row, are the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..facts.bare_text import code_spans

Form = Literal["ph", "bpt", "ept"]

#: What stands in a block's text for a forced line break.
BREAK = "  \n"

_FIGURE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
_ESCAPE = re.compile(r"\\[\\`*_{}\[\]()>#+\-.!]")
_AUTOLINK = re.compile(r"<(?:https?://|mailto:)[^<>\s]*>")
_NOTE = re.compile(r"\[\^[^\[\]\s]+\]")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]\n^][^\[\]\n]*\]:[ \t]*\S.*", re.S)
_TARGET = re.compile(
    r"\(\s*(<[^<>\n]*>|(?:[^\s()\"<]|\([^\s()\"]*\))*)"
    r"(?:(\s+(?P<quote>[\"']))((?:\\.|(?!(?P=quote)).)*)((?P=quote)))?\s*\)"
)
_REFERENCE = re.compile(r"\[[^\[\]^][^\[\]]*\]")
_COVER = "\ue000"
_SPACE = re.compile("[ \t\r\n\x0b\x0c\x85\u2028\u2029]+")
_SCHEMES = ("claim", "release", "chart", "table")


@dataclass(frozen=True)
class Code:
    """Something of a text that is not for translating. The two ends of a pair have one id. `shown` is what readers see
    in its place, where that is known."""

    id: str
    form: Form
    type: str
    code: str
    shown: str = ""


Part = str | Code
Parts = tuple[Part, ...]


@dataclass(frozen=True)
class _Sign:
    """A code's place in a text; `pair` is the place of the sign that opens it."""

    start: int
    end: int
    form: Form
    type: str
    pair: int


def one_line(text: str) -> str:
    """A text on one line: every run of white space is a space, but for no-break spaces, which are signs of the text."""
    return _SPACE.sub(" ", text).strip(" ")


def parts_of(text: str, plain: bool = False) -> Parts:
    """A text → its words and codes. `plain` is for titles and summaries, where only figures are codes."""
    found: list[Part] = []
    ids: dict[int, str] = {}
    at = 0
    for sign in sorted(_signs(text, plain), key=lambda sign: sign.start):
        if sign.start > at:
            found.append(text[at : sign.start])
        number = ids.setdefault(sign.pair, str(len(ids) + 1))
        found.append(Code(number, sign.form, sign.type, text[sign.start : sign.end]))
        at = sign.end
    return (*found, text[at:]) if at < len(text) else tuple(found)


def text_of(parts: Iterable[Part]) -> str:
    """Words and codes → the text."""
    return "".join(part if isinstance(part, str) else part.code for part in parts)


def codes_of(parts: Iterable[Part]) -> tuple[Code, ...]:
    """The codes among the parts, in order."""
    return tuple(part for part in parts if isinstance(part, Code))


def has_words(parts: Iterable[Part]) -> bool:
    """Whether there is anything to translate."""
    return any(isinstance(part, str) and any(map(str.isalnum, part)) for part in parts)


def shape(parts: Iterable[Part]) -> tuple[tuple[str, str], ...]:
    """Parts as they are compared: neighbouring words are one, and codes have no ids."""
    found: list[tuple[str, str]] = []
    for part in parts:
        if isinstance(part, Code):
            found.append((part.form, part.code))
        elif found and found[-1][0] == "":
            found[-1] = ("", found[-1][1] + part)
        elif part:
            found.append(("", part))
    return tuple(found)


def _signs(text: str, plain: bool) -> Iterator[_Sign]:
    if plain:
        yield from (_Sign(*found.span(), "ph", "x-figure", found.start()) for found in _FIGURE.finditer(text))
        return
    if _DEFINITION.fullmatch(text):
        yield _Sign(0, len(text), "ph", "x-address", 0)
        return
    bare = _Bare(text)
    bare.cover(((start, end) for start, end in code_spans(text)), "x-code")
    for pattern, kind in ((_ESCAPE, ""), (_FIGURE, "x-figure"), (_AUTOLINK, "link"), (_NOTE, "x-footnote")):
        bare.cover([found.span() for found in pattern.finditer(bare.text)], kind)
    bare.cover([found.span() for found in re.finditer(re.escape(BREAK), bare.text)], "lb")
    yield from bare.signs
    yield from _links(bare.text)


class _Bare:
    """A text in which what is found is covered up, each character where it was."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.signs: list[_Sign] = []

    def cover(self, spans: Iterable[tuple[int, int]], kind: str) -> None:
        pieces, last = [], 0
        for start, end in spans:
            pieces += [self.text[last:start], _COVER * (end - start)]
            last = end
            if kind:
                self.signs.append(_Sign(start, end, "ph", kind, start))
        self.text = "".join((*pieces, self.text[last:]))


def _links(bare: str) -> Iterator[_Sign]:
    """Links and images: each closing bracket belongs to the last one that is open."""
    waiting: list[int] = []
    done = 0
    for found in re.finditer(r"[\[\]]", bare):
        place = found.start()
        if place < done:
            continue
        if found.group() == "[":
            waiting.append(place)
        elif waiting:
            opened = waiting.pop()
            image = bare[opened - 1 : opened] == "!"
            target = _TARGET.match(bare, place + 1)
            if target:
                done = target.end()
                yield from _link(opened - image, place, target, image)
            elif not image and (target := _REFERENCE.match(bare, place + 1)):
                done = target.end()
                yield _Sign(opened, opened + 1, "bpt", "link", opened)
                yield _Sign(place, done, "ept", "link", opened)


def _link(start: int, close: int, target: re.Match[str], image: bool) -> Iterator[_Sign]:
    """The signs around the words of a link or an image, and around its title."""
    scheme = target.group(1).partition(":")[0]
    kind = f"x-{scheme}" if scheme in _SCHEMES else "link"
    middle = target.end(2) if target.group(2) else target.end()
    if image:
        yield _Sign(start, start + 2, "ph", kind, start)
        yield _Sign(close, middle, "ph", kind, close)
    else:
        yield _Sign(start, start + 1, "bpt", kind, start)
        yield _Sign(close, middle, "ept", kind, start)
    if target.group(2):
        yield _Sign(target.start(5), target.end(), "ph", kind, target.start(5))


def shown_as(parts: Iterable[Part], shown: Mapping[str, str]) -> Parts:
    """The same parts; each code with what readers see in its place."""
    return tuple(replace(part, shown=shown.get(part.code, "")) if isinstance(part, Code) else part for part in parts)


def numbered_like(parts: Sequence[Part], model: Sequence[Part]) -> Parts:
    """The parts of a translation, each code with the id that it has in its source.

    A code that the source does not have takes the id of one of the same type that is left over, if it is a link: each
    language may have an address of its own. Any other has an id that the source has not (`own-1`).
    """
    left = _by_id(model)
    named: dict[str, str] = {}
    own = _by_id(parts)
    for same in (_code, _link_type):
        for number, codes in own.items():
            if number in named:
                continue
            match = next((other for other, theirs in left.items() if same(codes) and same(codes) == same(theirs)), None)
            if match is not None:
                named[number] = match
                del left[match]
    for number in own:
        named.setdefault(number, f"own-{number}")
    return tuple(replace(part, id=named[part.id]) if isinstance(part, Code) else part for part in parts)


def _by_id(parts: Iterable[Part]) -> dict[str, tuple[Code, ...]]:
    found: dict[str, tuple[Code, ...]] = {}
    for code in codes_of(parts):
        found[code.id] = (*found.get(code.id, ()), code)
    return found


def _code(codes: tuple[Code, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((code.form, code.code) for code in codes)


def _link_type(codes: tuple[Code, ...]) -> tuple[str, ...]:
    """The forms of a link, whose address may be of a language; nothing for all else."""
    kinds = {code.type for code in codes}
    return tuple(code.form for code in codes) if kinds <= {"link", "x-release"} else ()
