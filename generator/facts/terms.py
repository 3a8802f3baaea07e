"""The blocks of a source and of its translation → agreed terms that the translation does not use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..definitions import ReleaseText
from ..errors import Problem, SourceErrors, SourceRef
from ..sources.passages import Passage
from ..sources.terms import TERMS_FILE, Term, Terms, composed, form_pattern
from .bare_text import bare
from .lookup import Lookup
from .staleness import Pair
from .translations import pairs_of


def audit_terms(texts: Mapping[str, ReleaseText], lookup: Lookup) -> Iterator[Problem]:
    """What is wrong with the terms of the translations of a release. Nothing, where the site has no terms."""
    source = lookup.config().tags[0]
    if source not in texts:
        return
    terms = lookup.terms(texts[source].release)
    if not terms.terms:
        return
    for lang, text in texts.items():
        if lang != source:
            try:
                origins = lookup.origins(text.release, lang)
            except SourceErrors:  # which is told with the translation's state
                origins = None
            for one in pairs_of(texts[source], text, origins, lookup):
                yield from _unused(one, terms, texts[source], text)


def _unused(one: Pair, terms: Terms, source: ReleaseText, text: ReleaseText) -> Iterator[Problem]:
    if one.source is None or one.target is None:
        return
    there = ""
    for term, line in terms_in(one.source, terms):
        agreed = term.forms.get(text.lang, ())
        there = there or composed(bare(one.target).text)
        if agreed and not any(_stands(form, there) for form in agreed):
            said = _listed(term.forms[source.lang])
            message = f"the block has no agreed term for {said}"
            hint = f"write {_listed(agreed, ' or ')}" + (f" ({term.note})" if term.note else "")
            details = (f"{source.path}:{line}: {said}", f"{TERMS_FILE}:{term.line}: {_listed(agreed)}")
            where = SourceRef(text.path, one.target.line)
            yield Problem("term-missing", message, where, f"{hint}, or add a form to {TERMS_FILE}", "warning", details)


def terms_in(passage: Passage, terms: Terms) -> tuple[tuple[Term, int], ...]:
    """The terms that a block of the source holds, each once, with the line where it first stands. Figures, targets of
    links and code hold none; of two terms that overlap, the longer one counts."""
    text = composed(bare(passage).text)
    found: dict[int, tuple[Term, int]] = {}
    for start, _end, term in terms.found_in(text):
        found.setdefault(term.line, (term, passage.line + text.count("\n", 0, start)))
    return tuple(found.values())


def term_notes(passage: Passage, terms: Terms, lang: str) -> tuple[str, ...]:
    """What to tell a translator of the terms in a block of the source: "solde commercial: trade balance (note)"."""
    notes = []
    for term, _line in terms_in(passage, terms):
        agreed = term.forms.get(lang, ())
        if agreed or term.note:
            note = f" ({term.note})" if term.note else ""
            notes.append(f"{', '.join(term.forms[terms.source])}: {', '.join(agreed) or '?'}{note}")
    return tuple(notes)


def _stands(form: str, text: str) -> bool:
    return re.search(rf"(?<![^\W_]){form_pattern(form)}", text, re.I) is not None


def _listed(forms: tuple[str, ...], between: str = ", ") -> str:
    return between.join(f'"{form}"' for form in forms)
