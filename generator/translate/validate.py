"""What a translator's tool gives for a block → the text that is written for it, or what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..errors import Problem
from ..render.overlooked import endless, overlooked
from .inline import BREAK, Code, Form, Part, Parts, one_line, parts_of, shape, text_of
from .segments import PLAIN
from .xliff_reader import Read, Sign

_NUMBERED = re.compile(r"\d{1,9}(?=[.)](?:[ \t]|$))")
_OPENS = re.compile(r"(?:#|>|[-*+](?:[ \t]|$)|([-_*])[ \t]*(?:\1[ \t]*){2,}$)")
_ESCAPES = re.compile(r"(?<!\\)(?:\\\\)*\\$")
_FENCE = re.compile(r"/{3,}")
_UNDERLINE = re.compile(r"=+[ \t]*$")
_BRACKET = re.compile(r"(\\.)|([\[\]])", re.S)


@dataclass(frozen=True)
class Wrong:
    """Something that is wrong with a translation, and what to do about it."""

    message: str
    hint: str


def assembled(read: Read, codes: Iterable[Code]) -> Parts | None:
    """Words of the file and codes of the release, put together; None when the file has a code that is none of them.

    What the file has inside a code never counts: the id says which it is.
    """
    known = {(code.form, code.id): code for code in codes}
    parts: list[Part] = []
    for part in read:
        if isinstance(part, str):
            parts.append(part)
        elif (part.form, part.id) in known:
            parts.append(known[part.form, part.id])
        else:
            return None
    return tuple(parts)


def as_written(parts: Parts) -> str:
    """Parts → the text of a block, its white space made plain."""
    return BREAK.join(map(one_line, text_of(parts).split(BREAK)))


def inside(read: Read) -> str:
    """A unit's text as the file has it, codes included."""
    text = "".join(part.inside if isinstance(part, Sign) else part for part in read)
    return BREAK.join(map(one_line, text.split(BREAK)))


def translated(read: Read, model: Sequence[Code], kind: str) -> tuple[str, tuple[Wrong, ...]]:
    """A translation of a block whose codes are `model` → its text, and what is wrong with it."""
    wrong = [*_codes(read, model), *_characters(read)]
    if not any(letter.isalpha() for part in read if isinstance(part, str) for letter in part):
        wrong.append(Wrong("the translation has no words", "translate the words of the source"))
    parts = assembled(read, model)
    if wrong or parts is None:
        return "", tuple(wrong)
    if kind in ("chart", "table") and not _is_picture(parts):
        return "", (_PICTURE,)
    if kind in PLAIN:
        text = as_written(parts)
        same = shape(parts_of(text, plain=True)) == shape(_plain_space(parts))
        return text, () if same and "}}" not in _words(parts) else (_UNKNOWN,)
    return _markdown(parts)


_UNKNOWN = Wrong(
    "the words hold what would be read as a figure, a link, a chart, a note or code",
    "use the signs of the source where they belong, and no others; write “ ” or « » for quotation marks in a title",
)


_PICTURE = Wrong(
    "the words do not stand between the codes of the chart or table",
    "put description and title where the source has them: nothing before the first code, nothing behind the last",
)


def _is_picture(parts: Parts) -> bool:
    """Whether all words of a chart or a table stand inside it, and none of its texts is empty."""
    whole = [part for part in parts if isinstance(part, Code) or part.strip()]
    signs = [
        place for place, part in enumerate(whole) if isinstance(part, Code) and part.type in ("x-chart", "x-table")
    ]
    closed = signs[:1] == [0] and signs[-1:] == [len(whole) - 1]
    return closed and all(other - one > 1 for one, other in pairwise(signs))


def _markdown(parts: Parts) -> tuple[str, tuple[Wrong, ...]]:
    """The text of a block of the body: signs at its beginning that would make it another block are escaped."""
    text = as_written(parts)
    wanted = shape(_plain_space(parts))
    if shape(parts_of(text)) != wanted:
        escaped = tuple(part if isinstance(part, Code) else _escaped(part) for part in parts)
        text, wanted = as_written(escaped), shape(_plain_space(escaped))
        if shape(parts_of(text)) != wanted:
            return "", (_UNKNOWN,)
    if any(sign in _words(parts) for sign in ("{{", "}}", "[^")):
        return "", (_UNKNOWN,)
    found = [Wrong(problem.message, problem.hint) for problem in _overlooked(text)]
    lines = [_safe(line) for line in text.split(BREAK)]
    for number, line in enumerate(lines):
        if _FENCE.match(line) or (number and _UNDERLINE.match(line)):
            found.append(Wrong(f"a line of the block begins with {line[:3]}", "let it begin with a word"))
    return BREAK.join(lines), tuple(found)


def _overlooked(text: str) -> Iterator[Problem]:
    for problem in (*endless(text, "", 1), *overlooked(text, "", 1)):
        if problem.code in ("raw-html", "bad-encoding") or "brackets" in problem.message:
            yield problem


def _plain_space(parts: Parts) -> Parts:
    """The parts as `as_written` puts them together."""
    found: list[Part] = []
    for part in parts:
        found.append(part if isinstance(part, Code) else re.sub(r"[ \t\r\n\x0b\x0c\x85\u2028\u2029]+", " ", part))
    for number, part in enumerate(found):
        before = found[number - 1] if number else None
        behind = found[number + 1] if number + 1 < len(found) else None
        if isinstance(part, str) and (number == 0 or _breaks(before)):
            part = part.lstrip(" ")
        if isinstance(part, str) and (behind is None or _breaks(behind)):
            part = part.rstrip(" ")
        found[number] = part
    return tuple(found)


def _breaks(part: Part | None) -> bool:
    return isinstance(part, Code) and part.code == BREAK


def _words(parts: Parts) -> str:
    return "".join(part if isinstance(part, str) else "\ue000" for part in parts)


def _escaped(words: str) -> str:
    """Words whose brackets are no links."""
    return _BRACKET.sub(lambda found: found.group(1) or "\\" + found.group(2), words)


def _safe(line: str) -> str:
    """A line that is read as words, whatever it begins and ends with."""
    if _ESCAPES.search(line):
        line += "\\"
    if _OPENS.match(line):
        return "\\" + line
    number = _NUMBERED.match(line)
    return line if number is None else f"{line[: number.end()]}\\{line[number.end() :]}"


# ---------------------------------------------------------------- codes


def _codes(read: Read, model: Sequence[Code]) -> Iterator[Wrong]:
    """Codes of the source that are absent, too many, unknown, or not around words any more."""
    names = {(code.form, code.id): code for code in model}
    counts = Counter((part.form, part.id) for part in read if isinstance(part, Sign))
    for key, number in counts.items():
        if key not in names:
            yield Wrong(f'the code <{key[0]} id="{key[1]}"> is not in the source of the unit', "delete it")
        elif number > 1:
            yield Wrong(f"{_shown(names[key])} stands {number} times, but once in the source", "delete all but one")
    for key, code in names.items():
        if key not in counts:
            yield Wrong(f"{_shown(code)} of the source is missing", "put it where the sentence needs it")
    if all(number == 1 for number in counts.values()) and set(counts) == set(names):
        yield from _pairs(read, names)


def _pairs(read: Read, names: Mapping[tuple[Form, str], Code]) -> Iterator[Wrong]:
    waiting: list[tuple[str, int]] = []
    for place, part in enumerate(read):
        if isinstance(part, Sign) and part.form == "bpt":
            waiting.append((part.id, place))
        elif isinstance(part, Sign) and part.form == "ept":
            shown = _shown(names[part.form, part.id])
            if not waiting or waiting[-1][0] != part.id:
                yield Wrong(f"{shown} does not close what was opened last", "put its two ends around its words")
                return
            words = read[waiting.pop()[1] + 1 : place]
            if not any(not isinstance(word, str) or word.strip() for word in words):
                yield Wrong(f"there are no words before {shown}", "put its two ends around its words")


def _shown(code: Code) -> str:
    what = "a forced line break" if code.code == BREAK else f"“{code.code.strip()}”"
    return f'{what} (<{code.form} id="{code.id}">)'


def _characters(read: Read) -> Iterator[Wrong]:
    for part in read:
        for sign in part if isinstance(part, str) else "":
            if unicodedata.category(sign) in ("Cc", "Co", "Cs") and sign not in "\t\n\r\x85":
                yield Wrong(f"the words hold the control or private character U+{ord(sign):04X}", "delete it")
                return
