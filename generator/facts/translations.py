"""The translations of a release → what is out of date in them, missing, or too much, as problems with their places."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ..definitions import ReleaseText
from ..errors import Problem, SourceErrors, SourceRef
from ..sources.origins import Origins, origins_path, plain_space
from ..sources.passages import Kind, Passage
from .lookup import Lookup
from .staleness import Pair, pair
from .word_diff import as_text, shortened, word_diff

#: What readers of messages call each kind of block.
NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        "title": "title",
        "summary": "summary",
        "heading": "heading",
        "paragraph": "paragraph",
        "item": "list item",
        "quote": "quote",
        "chart": "chart",
        "table": "table",
        "footnote": "footnote",
        "block": "box title",
    }
)
_LINE, _LINES = 160, 4
_WORDS = 60


def audit_translations(bodies: Mapping[str, ReleaseText], lookup: Lookup) -> Iterator[Problem]:
    """What is wrong with the translations of a release, where they have records."""
    source = lookup.config().tags[0]
    if source not in bodies:
        return
    for lang, text in bodies.items():
        if lang == source:
            continue
        try:
            origins = lookup.origins(text.release, lang)
        except SourceErrors as errors:
            yield from errors.problems
            continue
        if origins is None:
            if lookup.keeps_origins(lang):
                yield _unrecorded(text, "the translation has no record of what it was made from", 0)
        elif origins.source != source:
            yield other_source(text.path, origins.source, source)
        else:
            yield from _problems(bodies[source], text, pairs_of(bodies[source], text, origins, lookup))


def pairs_of(source: ReleaseText, text: ReleaseText, origins: Origins | None, lookup: Lookup) -> tuple[Pair, ...]:
    """The blocks of a source and of its translation: `staleness.pair`, kept while texts and record are the same."""
    made_of = (source.path, source.front.title, source.front.summary, source.body, origins)
    return lookup.of_text(text.release, text.lang, "pairs", lambda text: pair(source, text, origins), *made_of)


def other_source(text_path: str, recorded: str, source: str) -> Problem:
    """A record of a translation from another language than the present source."""
    message = f'the record is of a translation from "{recorded}", but the source of this site is "{source}"'
    hint = "if the translation is right, delete the record and run communique translate accept"
    return Problem("bad-origins", message, SourceRef(origins_path(text_path), 2), hint)


def _problems(source: ReleaseText, target: ReleaseText, pairs: tuple[Pair, ...]) -> Iterator[Problem]:
    last = 1
    loose = [one.target.line for one in pairs if one.state == "unrecorded" and one.target is not None]
    for one in pairs:
        if one.target is not None:
            last = one.target.line
        if one.state == "outdated" and one.source is not None and one.target is not None:
            yield _outdated(source, target, one.source, one.target, one.before)
        elif one.state == "missing" and one.source is not None:
            message = f"the {NAMES[one.source.kind]} of {source.path}:{one.source.line} has no translation"
            hint = f"translate it; or, if that is meant, {_accept(target, f'{source.lang}:{one.source.line}')}"
            where = SourceRef(target.path, last)
            yield Problem("translation-missing", message, where, hint, "warning", (beginning(one.source),))
        elif one.state == "extra" and one.target is not None:
            message = f"this {NAMES[one.target.kind]} translates nothing in {source.path}"
            hint = f"delete it; or, if that is meant, {_accept(target, str(one.target.line))}"
            where = SourceRef(target.path, one.target.line)
            yield Problem("translation-extra", message, where, hint, "warning", (beginning(one.target),))
    if loose:
        count = "1 block is" if len(loose) == 1 else f"{len(loose)} blocks are"
        yield _unrecorded(target, f"{count} not in the record of what the translation was made from", loose[0])


def _outdated(source: ReleaseText, target: ReleaseText, here: Passage, there: Passage, before: str) -> Problem:
    message = f"the source of this {NAMES[there.kind]} has changed since it was translated"
    changed = as_text(shortened(word_diff(before, plain_space(here.text))))
    lines = textwrap.wrap(changed, _LINE, break_long_words=True, break_on_hyphens=False)
    if len(lines) > _LINES:
        lines = [*lines[:_LINES], "…"]
    details = (f"{source.path}:{here.line}: {lines[0] if lines else ''}", *lines[1:])
    hint = f"translate what has changed, then {_accept(target, str(there.line))}"
    return Problem("translation-outdated", message, SourceRef(target.path, there.line), hint, details=details)


def _unrecorded(text: ReleaseText, message: str, line: int) -> Problem:
    hint = f"if the translation is right, run communique translate accept {text.release} --lang {text.lang}"
    return Problem("translation-unrecorded", message, SourceRef(text.path, line), hint, "hint")


def _accept(text: ReleaseText, block: str) -> str:
    return f"run communique translate accept {text.release} --lang {text.lang} --block {block}"


def beginning(passage: Passage) -> str:
    """The first words of a block."""
    return textwrap.shorten(passage.text, _WORDS, placeholder=" …") or passage.text[:_WORDS]
