"""The bytes of an output → the traces of releases that are not public, wherever they stand in it.

Text is looked at as a reader or a program would get it: entities, escapes of JSON and of addresses undone, and markup
within a line removed, so that a phrase is found that a tag breaks. Of pictures, the texts that their files carry.
"""

from __future__ import annotations

import gzip
import html
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import unquote

from .traces import PHRASE, Trace, in_letters, is_long, letters, numbers, words

_PNG = b"\x89PNG\r\n\x1a\n"
_GZIP = b"\x1f\x8b"
_LARGEST = 200_000_000
#: With how many words an output is tried at most, before it is cut into all of its words.
_KEYWORDS = 40
_CALENDAR, _FOLD = b"BEGIN:VCALENDAR", re.compile(rb"\r?\n[ \t]")
_BREAK = re.compile(r"\\[nNrt]")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_INLINE = re.compile(
    rb"</?(?:a|abbr|b|bdi|cite|code|data|dfn|em|i|mark|q|s|small|span|strong|sub|sup|time|tspan|u|var|wbr)"
    rb"(?:\s[^<>]*)?>|<!--[^<>]*-->"
)
_TAG = re.compile(r"<[^<>]*>")
#: What stands before an anchor: where it is, and where something leads to it.
_ANCHORS = ('id="', 'by="', "#")
_BEFORE, _AFTER = r"""(?:^|[/"'>,;=])""", r"""(?:$|[/"'<,;.#?&])"""


class Net:
    """Traces, arranged so that an output is read once for all of them."""

    def __init__(self, traces: Iterable[Trace]) -> None:
        self._names: dict[bytes, list[Trace]] = {}
        self._titles: dict[bytes, list[Trace]] = {}
        self._short: dict[bytes, list[Trace]] = {}
        self._phrases: dict[tuple[bytes, ...], list[Trace]] = {}
        self._numbers: dict[str, list[Trace]] = {}
        self._watches = False
        for trace in traces:
            self._watches = True
            form = trace.form.encode()
            if trace.kind == "name":
                self._names.setdefault(form.lower(), []).append(trace)
            elif trace.kind == "number":
                self._numbers.setdefault(trace.form, []).append(trace)
            elif trace.kind == "phrase":
                self._phrases.setdefault(tuple(form.split()), []).append(trace)
            elif is_long(trace.form):
                self._titles.setdefault(b" ".join(letters(form)), []).append(trace)
            else:
                self._short.setdefault(form, []).append(trace)
        self._keywords = _keywords([*self._phrases, *(tuple(title.split()) for title in self._titles)])

    def forget(self, traces: Iterable[Trace]) -> None:
        """Look no more for phrases and numbers that have turned out to be public."""
        for trace in traces:
            if trace.kind == "phrase":
                self._phrases.pop(tuple(trace.form.encode().split()), None)
            elif trace.kind == "number":
                self._numbers.pop(trace.form, None)

    def found(self, path: str, content: bytes) -> set[Trace]:
        """The traces in an output, its path included."""
        found: set[Trace] = set()
        for text in _texts(content) if self._watches else ():
            found.update(self._in_text(text))
        found.update(self._in_names(path))
        return found

    def common(self, content: bytes) -> set[Trace]:
        """The phrases and numbers in a source."""
        text = content.decode("utf-8", "replace")
        return {*self._in_phrases(letters(content)), *self._in_numbers(text)}

    def _in_text(self, text: str) -> Iterator[Trace]:
        data = text.encode("utf-8", "replace")
        plain = in_letters(_INLINE.sub(b"", data))
        if b"<" in data:
            plain += b" < " + in_letters(b"\n".join(_INLINE.findall(data)))
        yield from self._in_names(text, data)
        yield from self._in_short(text)
        if len(self._keywords) > _KEYWORDS or any(word in plain for word in self._keywords):
            found = plain.split()
            yield from self._in_titles(text, found)
            yield from self._in_phrases(found)
        yield from self._in_numbers(text)

    def _in_names(self, text: str, data: bytes | None = None) -> Iterator[Trace]:
        lower = (text.encode() if data is None else data).lower()
        for name, traces in self._names.items():
            if name in lower:
                yield from (found for trace in traces if (found := _named(trace, text)) is not None)

    def _in_titles(self, text: str, found: list[bytes]) -> Iterator[Trace]:
        joined = b" %b " % b" ".join(found)
        plain = ""
        for title, traces in self._titles.items():
            if b" %b " % title in joined:
                plain = plain or _plain(text)
                yield from (trace for trace in traces if f" {words(trace.form)} " in plain)

    def _in_short(self, text: str) -> Iterator[Trace]:
        for short, traces in self._short.items():
            if short.decode() in text:
                alone = rf"""(?:^|[>"',;])\s*{re.escape(short.decode())}\s*(?:$|[<"',;])"""
                yield from traces if re.search(alone, text, re.M) else ()

    def _in_phrases(self, found: list[bytes]) -> Iterator[Trace]:
        if self._phrases and not self._phrases.keys().isdisjoint(_rows(found)):
            for phrase in self._phrases.keys() & set(_rows(found)):
                yield from self._phrases[phrase]

    def _in_numbers(self, text: str) -> Iterator[Trace]:
        for number in self._numbers.keys() & numbers(text) if self._numbers else ():
            yield from self._numbers[number]


def _named(name: Trace, text: str) -> Trace | None:
    """The name, if a text has it: a long one anywhere, whatever its capitals; a short one as a whole value. An anchor
    may be that of a heading that reads alike: there it is not sure."""
    word = re.escape(name.form)
    if not name.sure:
        return name if re.search(rf"{_BEFORE}{word}{_AFTER}", text, re.M) else None
    places = [found.start() for found in re.finditer(rf"(?<![A-Za-z0-9_-]){word}(?![A-Za-z0-9_-])", text, re.I)]
    if not places:
        return None
    return replace(name, sure=False) if all(text.endswith(_ANCHORS, 0, place) for place in places) else name


def _keywords(rows: Iterable[tuple[bytes, ...]]) -> list[bytes]:
    """Words of which every row has one: where none of them is, no row is."""
    found: set[bytes] = set()
    for row in rows:
        if found.isdisjoint(row):
            found.add(max(row, key=len))
    return sorted(found)


def _rows(found: list[bytes]) -> Iterator[tuple[bytes, ...]]:
    """Every few words in a row."""
    return zip(*(found[start:] for start in range(PHRASE)), strict=False)


def _plain(text: str) -> str:
    """The words of a text with tags within a line removed, then those of the tags: as `words`, between spaces."""
    inside = " ".join(_TAG.findall(text))
    return f" {words(_INLINE.sub(b'', text.encode()).decode())} < {words(inside)} "


# ---------------------------------------------------------------- bytes → texts


def _texts(content: bytes) -> Iterator[str]:
    """Every text that an output carries, decoded."""
    if content.startswith(_PNG):
        yield from map(_decoded, _chunks(content))
    elif content.startswith(_GZIP):
        yield from _texts(_unzipped(content))
    else:
        yield _decoded(content)


def _decoded(data: bytes) -> str:
    """A text without escapes: of JSON and iCalendar, which folds long lines; of addresses; of HTML (twice: it is
    escaped in feeds)."""
    if data.startswith(_CALENDAR):
        data = _FOLD.sub(b"", data)
    text = data.decode("utf-8", "replace")
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)
        text = _BREAK.sub(" ", text)
    if "%" in text:
        text = unquote(text, errors="replace")
    for _again in range(3):
        if "&" not in text:
            break
        text, before = html.unescape(text), text
        if text == before:
            break
    return text


def _chunks(content: bytes) -> Iterator[bytes]:
    """What the text chunks of a PNG say, unpacked, and whatever follows the picture."""
    at = len(_PNG)
    while at + 12 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            yield body.replace(b"\0", b"\n")
            for start in (place + 1 for place in range(len(body)) if body[place] == 0):
                if unpacked := _inflated(body[start:].lstrip(b"\0")):
                    yield unpacked
        at += 12 + size
        if kind == b"IEND":
            break
    yield content[at:]


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _LARGEST)
    except zlib.error:
        return b""


def _unzipped(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return b""
