"""A text's Markdown → the mistakes that Markdown lets pass in silence: HTML, blocks that are none, endless brackets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..errors import Problem, SourceRef, did_you_mean

BLOCKS = ("box", "key-points", "lead", "note")
#: A numeric character reference: decimal, or hexadecimal with an x.
REFERENCE = re.compile(r"&#([0-9]+|[xX][0-9a-fA-F]+);?")
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:")
_CALL = re.compile(r"\[\^([^\]\s]+)\]")
_CODE = re.compile(r"`[^`\n]+`")
_HTML = re.compile(r"<(?:/?[A-Za-z](?![a-z]+://)[^\s>]*|!--|!\[|\?)")
_FENCE = re.compile(r"^(/{3,})[ \t]*([^\s|]*)[ \t]*(?:\|[ \t]*(.*?))?[ \t]*$")
_OPTION = re.compile(r"^(?: {4,}|\t)\s*[^\s:]+\s*:")
#: Markdown looks for the end of a link from each bracket to the end of its paragraph: brackets × characters.
_MOST_WORK = 10_000_000
_MOST_SHOWN = 20
#: How many blocks may stand in each other: what walks through them has no room for any number.
_DEEPEST = 20


def overlooked(body: str, path: str, first: int) -> tuple[Problem, ...]:
    """HTML, hidden characters, odd footnotes, and blocks that are not what blocks can be. `first` is the first line."""
    found = [*_html(body, path, first), *hidden_characters(body, path, first), *footnotes(body, path, first)]
    open_blocks: list[tuple[str, int]] = []
    lines = body.split("\n")
    for number, line in enumerate(lines, first):
        if fence := _FENCE.match(line):
            name, title = fence.group(2), fence.group(3)
            below = lines[number - first + 1 : number - first + 2]
            found += _fence(name, title, SourceRef(path, number), open_blocks)
            if name in BLOCKS and any(map(_OPTION.match, below)):
                where = SourceRef(path, number + 1)
                found.append(Problem("bad-syntax", "a block has no options", where, "delete the line"))
    for name, number in open_blocks[:_MOST_SHOWN]:
        message = f'the block "{name}" is not closed'
        found.append(Problem("bad-syntax", message, SourceRef(path, number), "end it with a line ///"))
    return tuple(found)


def _html(body: str, path: str, first: int) -> Iterator[Problem]:
    bare = _CODE.sub(lambda found: " " * len(found.group()), body)
    line, position = first, 0
    for found in _HTML.finditer(bare):
        line, position = line + bare.count("\n", position, found.start()), found.start()
        hint = "write Markdown; for a smaller-than sign write &lt;"
        yield Problem("raw-html", f"HTML is not allowed: {found.group()}", SourceRef(path, line), hint)


def hidden_characters(body: str, path: str, first: int) -> Iterator[Problem]:
    """References such as `&#xe000;` to characters that a text may not hold as they are."""
    for found in REFERENCE.finditer(body):
        if forbidden(found.group(1)):
            where = SourceRef(path, body.count("\n", 0, found.start()) + first)
            message = f"{found.group()} stands for a control or private character"
            yield Problem("bad-encoding", message, where, "delete it")


def forbidden(digits: str) -> bool:
    """Whether a numeric reference (`xe000`, `57344`) stands for a control or private character, or for none."""
    plain = digits.lstrip("xX").lstrip("0")[:10] or "0"  # ten digits are beyond every character already
    number = int(plain, 16 if digits[0] in "xX" else 10)
    return number > 0x10FFFF or (unicodedata.category(chr(number)) in ("Cc", "Co", "Cs") and chr(number) not in "\t\n")


def footnotes(body: str, path: str, first: int) -> Iterator[Problem]:
    """Footnotes that are called but not written, written but not called, or written twice."""
    bare = _CODE.sub(lambda found: " " * len(found.group()), body)
    written: dict[str, int] = {}
    called: dict[str, int] = {}
    for number, line in enumerate(bare.split("\n"), first):
        note = _NOTE.match(line)
        if note and note.group(1) in written:
            message = f"the footnote [^{note.group(1)}] stands here and on line {written[note.group(1)]}"
            yield Problem("duplicate-key", message, SourceRef(path, number), "give one of them another name")
        elif note:
            written[note.group(1)] = number
        for call in _CALL.findall(line[note.end() :] if note else line):
            called.setdefault(call, number)
    for name in [name for name in called if name not in written][:_MOST_SHOWN]:
        hint = f"write it, on a line of its own: [^{name}]: …"
        yield Problem("bad-syntax", f"there is no footnote [^{name}]", SourceRef(path, called[name]), hint)
    for name in [name for name in written if name not in called][:_MOST_SHOWN]:
        hint = f"write [^{name}] where the text needs it, or delete the footnote"
        yield Problem("bad-syntax", f"nothing refers to the footnote [^{name}]", SourceRef(path, written[name]), hint)


def _fence(name: str, title: str | None, where: SourceRef, open_blocks: list[tuple[str, int]]) -> Iterator[Problem]:
    if name and name not in BLOCKS:
        yield Problem("bad-syntax", f'there is no block "{name}"', where, did_you_mean(name, BLOCKS))
    elif name == "box" and not title:
        yield Problem("bad-syntax", "the box has no title", where, "write /// box | Title")
    elif name and name != "box" and title is not None:
        yield Problem("bad-syntax", f'the block "{name}" takes no title', where, f"write /// {name}")
    if name:
        open_blocks.append((name, where.line))
    elif open_blocks:
        open_blocks.pop()
    else:
        yield Problem("bad-syntax", "a block ends here that did not begin", where, "delete the line ///")


def endless(body: str, path: str, first: int) -> Iterator[Problem]:
    """What would bring Markdown to no end, or to a bad one: paragraphs with too many brackets, and blocks that stand
    too deep in each other."""
    yield from _crowded(body, path, first)
    depth = 0
    for number, line in enumerate(body.split("\n"), first):
        if fence := _FENCE.match(line):
            depth = depth + 1 if fence.group(2) else max(depth - 1, 0)
        if depth > _DEEPEST:
            hint = "end each block with a line ///, or have fewer within each other"
            message = f"more than {_DEEPEST} blocks stand within each other"
            yield Problem("bad-syntax", message, SourceRef(path, number), hint)
            return


def _crowded(body: str, path: str, first: int) -> Iterator[Problem]:
    """Paragraphs with so many brackets that Markdown would not come to an end with them."""
    start = 0
    for paragraph in re.split(r"\n[ \t]*\n", body):
        start = body.index(paragraph, start)
        if paragraph.count("[") * len(paragraph) > _MOST_WORK:
            hint = "divide the paragraph, or delete brackets that are no links"
            line = body.count("\n", 0, start) + first
            yield Problem("bad-syntax", "the paragraph holds too many brackets", SourceRef(path, line), hint)
        start += len(paragraph)
