"""A text's Markdown → the mistakes that Markdown lets pass in silence: HTML, blocks that are none, endless brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import Problem, SourceRef, did_you_mean

BLOCKS = ("box", "key-points", "lead", "note")
_CODE = re.compile(r"`[^`\n]+`")
_HTML = re.compile(r"<(?:/?[A-Za-z](?![a-z]+://)[^\s>]*|!--|!\[|\?)")
_FENCE = re.compile(r"^(/{3,})[ \t]*([^\s|]*)[ \t]*(?:\|[ \t]*(.*?))?[ \t]*$")
_OPTION = re.compile(r"^(?: {4,}|\t)\s*[^\s:]+\s*:")
#: Markdown looks for the end of a link from each bracket to the end of its paragraph: brackets × characters.
_MOST_WORK = 10_000_000
_MOST_SHOWN = 20


def overlooked(body: str, path: str, first: int) -> tuple[Problem, ...]:
    """HTML, and blocks that are unknown, not closed, or given what they do not take. `first` is the first line."""
    found = [*_html(body, path, first)]
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


def crowded(body: str, path: str, first: int) -> Iterator[Problem]:
    """Paragraphs with so many brackets that Markdown would not come to an end with them."""
    start = 0
    for paragraph in re.split(r"\n[ \t]*\n", body):
        start = body.index(paragraph, start)
        if paragraph.count("[") * len(paragraph) > _MOST_WORK:
            hint = "divide the paragraph, or delete brackets that are no links"
            line = body.count("\n", 0, start) + first
            yield Problem("bad-syntax", "the paragraph holds too many brackets", SourceRef(path, line), hint)
        start += len(paragraph)
