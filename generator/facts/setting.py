"""The passages of a text → what is doubtful in how they are set, as problems with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..definitions import ReleaseText
from ..errors import Problem, SourceRef
from ..sources.passages import passages
from ..typography import doubts, typeset

#: What is not set by an author: figures, addresses, code, calls of footnotes.
_OTHERS = re.compile(
    r"\{\{(?:(?!\{\{|\}\}).)*\}\}"
    r"|(?<=\])\([^()\s]{0,2000}(?=[\s)])"
    r"|`[^`\n]+`|\[\^[^\]\s]{1,200}\]|<https?://[^<>\s]{1,2000}>"
)
#: Quotation marks around the title of a chart or a link belong to Markdown.
_TITLE = re.compile(r'(?<=\s)"((?:\\.|[^"\\])*)"(?=\s*\))')


def doubtful(text: ReleaseText, literals: Iterable[str]) -> Iterator[Problem]:
    """Every doubt about the setting of a text, but for what the generator sets by itself, and declared literals."""
    declared = [literal for literal in literals if literal]
    for passage in passages(text):
        bare = _TITLE.sub(lambda found: f"\ue000{found.group(1)}\ue000", passage.text)
        for literal in declared:
            bare = bare.replace(literal, _blank(literal))
        shown = typeset(_OTHERS.sub(lambda found: _blank(found.group()), bare), text.lang)
        for doubt in doubts(shown, text.lang):
            line = passage.line + shown.count("\n", 0, doubt.position)
            around = re.sub("\ue000+", "…", shown[max(0, doubt.position - 20) : doubt.position + 25])
            around = " ".join(around.split())
            message = f'{doubt.message}: "{around}"'
            yield Problem("typography", message, SourceRef(text.path, line), doubt.hint, level="warning")


def _blank(text: str) -> str:
    """As many characters that stand for nothing, on as many lines."""
    return re.sub(r"[^\n]", "\ue000", text)
