"""The passages of a text → what is doubtful in how they are set, as problems with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ..definitions import ReleaseText
from ..errors import Problem, SourceRef
from ..typography import doubts, typeset
from .bare_text import FIGURE, HIDDEN, Bare

#: Quotation marks around the title of a chart or a link belong to Markdown.
_TITLE = re.compile(r'(?<=\s)"((?:\\.|[^"\\])*)"(?=\s*\))')
_COVERS = re.compile(f"[{FIGURE}{HIDDEN}]+")
_MOST = 50


def doubtful(text: ReleaseText, bared: Sequence[Bare], literals: Iterable[str]) -> tuple[Problem, ...]:
    """Every doubt about the setting of a text, but for what the generator sets by itself, and declared literals; of a
    text with very many, the first. `bared` are its passages without signs."""
    return tuple(islice(_doubtful(text, bared, [literal for literal in literals if literal]), _MOST))


def _doubtful(text: ReleaseText, bared: Sequence[Bare], declared: Sequence[str]) -> Iterator[Problem]:
    for found in bared:
        passage, covered = found.passage, _TITLE.sub(lambda title: f"{HIDDEN}{title.group(1)}{HIDDEN}", found.text)
        for literal in declared:
            covered = covered.replace(literal, HIDDEN * len(literal))
        shown = typeset(covered, text.lang)
        for doubt in doubts(shown, text.lang):
            line = passage.line + shown.count("\n", 0, doubt.position)
            around = _COVERS.sub("…", shown[max(0, doubt.position - 20) : doubt.position + 25])
            around = " ".join(around.split())
            message = f'{doubt.message}: "{around}"'
            yield Problem("typography", message, SourceRef(text.path, line), doubt.hint, level="warning")
