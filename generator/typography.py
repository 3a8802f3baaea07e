"""A text as written and its language → the text as it is set, and what is doubtful in it.

What is certain is applied to every text that readers see: the narrow no-break space of French before `;`, `!`, `?` and
`%` and inside guillemets, its no-break space before a colon, the apostrophe. What is a matter of judgement is reported.
Languages that have no rules here are set as written; only rules that hold everywhere are reported for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

NARROW, NBSP = "\u202f", "\u00a0"
#: Of one kind, in one passage; who has more has seen enough.
_MOST = 50
_SPACE = f"[ {NBSP}{NARROW}\u2009]"
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
#: A sign that French sets off, after a character that is neither a space nor an opening sign nor the same sign.
_HIGH = re.compile(rf"(?<=[^\s(\[«;!?]){_SPACE}?([;!?]+)(?=$|[\s)\]»”\"’,.…])")
_ENTITY, _LONGEST = re.compile(r"&(?:#\w+|[A-Za-z]\w*)$"), 34
_PERCENT = re.compile(rf"(?<=\S){_SPACE}%")
_COLON = re.compile(rf"(?<=\S){_SPACE}:(?=$|\s)")
_OPEN, _SHUT = re.compile(rf"«{_SPACE}*(?=\S)"), re.compile(rf"(?<=\S){_SPACE}*»")


def typeset(text: str, lang: str) -> str:
    """The text with what is certain in its language."""
    setter = _SETTERS.get(lang.partition("-")[0])
    return setter(text) if setter else text


def _french(text: str) -> str:
    text = _APOSTROPHE.sub("’", text)
    text = _HIGH.sub(_set_off, text)
    text = _PERCENT.sub(f"{NARROW}%", text)
    text = _COLON.sub(f"{NBSP}:", text)
    return _SHUT.sub(f"{NARROW}»", _OPEN.sub(f"«{NARROW}", text))


def _set_off(sign: re.Match[str]) -> str:
    """A high sign behind its narrow space; the semicolon that ends an entity (`&eacute;`) is no sign of the text."""
    ends_entity = sign[0].startswith(";") and _ENTITY.search(sign.string, max(0, sign.start() - _LONGEST), sign.start())
    return sign[0] if ends_entity else f"{NARROW}{sign[1]}"


def _apostrophes(text: str) -> str:
    return _APOSTROPHE.sub("’", text)


_SETTERS: MappingProxyType[str, Callable[[str], str]] = MappingProxyType(
    {"fr": _french, "en": _apostrophes, "nl": _apostrophes}
)


@dataclass(frozen=True)
class Doubt:
    """A place in a text where somebody must decide: what stands there, what is odd about it, and what to write."""

    position: int
    found: str
    message: str
    hint: str


#: Doubts of every language, and of some: pattern, what is odd, what to do.
_ANYWHERE = (
    (r"(?<=\S)[ \u00a0\u202f]{2,}(?=\S)", "two spaces in a row", "keep one"),
    (r'"[^"\n]*"?', "a straight quotation mark", "use the language's own: « » or “ ”"),
    (r"(?<![\w\u2212-])-(?=\d)", "a hyphen in the place of a minus", "write − (U+2212)"),
    (r"(?<![\w-])\d{4}-\d{4}(?![\w-])", "a hyphen in a range", "write – (an en dash)"),
    (r"(?<=\d) - (?=\d)", "a hyphen between numbers", "write – for a range, − for a difference"),
)
_OF_A_LANGUAGE = MappingProxyType(
    {
        "fr": (
            (r"(?<![\d.,])\d+\.\d{1,2}(?![\d.])", "a decimal point", "French writes a comma"),
            (r"(?i)\bbillions?\b", "« billion » is a million millions in French", "write milliard if you mean 10⁹"),
            (r"\b1(?:e|ère|ere|ier)\b", "an odd ending of an ordinal", "write 1er or 1re"),
            (r"\b\d+(?:ème|eme|ième)s?\b", "an odd ending of an ordinal", "write 2e, 3e …"),
            (r"[“”]", "English quotation marks", "use « and »"),
        ),
        "en": (
            (r"(?<![\d.,])\d+,\d{1,2}(?![\d,])", "a decimal comma", "English writes a point"),
            (r"(?i)\bmilliards?\b", "“milliard” is French", "write billion"),
            (r"(?<=\w)[ \u00a0\u202f]+[;:!?%](?=\s|$)", "a space before a sign", "English has none"),
            (r"[«»]", "French quotation marks", "use “ and ”"),
        ),
    }
)


def doubts(text: str, lang: str) -> Iterator[Doubt]:
    """What is doubtful in a text, in order. Figures must have been taken out: they are set by the generator."""
    rules = (*_ANYWHERE, *_OF_A_LANGUAGE.get(lang.partition("-")[0], ()))
    found = [
        Doubt(match.start(), match.group().strip() or match.group(), message, hint)
        for pattern, message, hint in rules
        for match in islice(re.finditer(pattern, text), _MOST)
    ]
    yield from sorted(found, key=lambda doubt: doubt.position)
