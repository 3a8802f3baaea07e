"""The texts of a release → what they say that no figure or claim stands behind, or that a figure contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..definitions import Release, ReleaseText
from ..errors import FactError, Problem, SourceErrors, SourceRef
from ..sources.wording import Wording
from .bare_text import Bare, Span, inside
from .directions import Direction, directions
from .figures import FORMS, figure_value, parse_figure
from .lookup import Lookup
from .numerals import Allowed, allowed_years, numerals

#: Measures whose sign is a direction; a level has one only when it is itself a rate.
_CHANGES = ("change", "average_growth", "contribution", "difference")
_RATES = ("percent", "percentage_point")
#: Passages in which a claim can be marked.
_MARKABLE = ("paragraph", "item", "quote", "footnote")


@dataclass(frozen=True)
class _Said:
    """A text, its passages without signs, and the words of its language."""

    text: ReleaseText
    passages: tuple[Bare, ...]
    wording: Wording

    def problem(self, code: str, message: str, found: Bare, span: Span, hint: str) -> Problem:
        where = SourceRef(self.text.path, found.line(span[0]))
        return Problem(code, f'{message}: "{found.around(span)}"', where, hint)


def audit_wording(release: Release, texts: Mapping[str, ReleaseText], lookup: Lookup) -> Iterator[Problem]:
    """Numerals that nothing binds, signs that words contradict, claims that nothing tests; literals nobody needs."""
    allowed = Allowed(allowed_years(release.periods.values()), release.literals)
    used: set[str] = set()
    refused: list[Problem] = []
    for lang, text in texts.items():
        try:
            wording = lookup.wording(lang)
        except SourceErrors as errors:
            refused += errors.problems
            wording = Wording()
        said = _Said(text, lookup.bare(release.id, lang), wording)
        needed: set[str] = set()
        yield from _unbound(said, release, allowed, lookup, needed)
        yield from _contradicted(said, release, lookup)
        if release.tables:
            yield from _untested(said, allowed, needed)
        yield from _unnamed(release, lang, needed, lookup)
        used |= needed
    yield from refused
    if texts and not refused:
        yield from _unused(release, used)


def _unbound(said: _Said, release: Release, allowed: Allowed, lookup: Lookup, needed: set[str]) -> Iterator[Problem]:
    style = lookup.style(said.text.lang)
    hint = f"print it with {{{{ … }}}}, or declare the words under [literals] in {release.path}, with the reason"
    for found in said.passages:
        for span in numerals(found, style, said.wording, allowed, needed):
            words = " ".join(found.passage.text[slice(*span)].split())
            yield said.problem("unbound-number", f'"{words}" comes from no cell', found, span, hint).at_level("warning")


def _unnamed(release: Release, lang: str, needed: set[str], lookup: Lookup) -> Iterator[Problem]:
    for literal in release.literals.values():
        if literal.text in needed and literal.source is not None and lookup.label(lang, literal.source) is None:
            message = f'the code "{literal.source}" has no name in "{lang}"'
            hint = "add it to data/labels.csv, with a name in every language of the site"
            yield Problem("missing-label", message, SourceRef(release.path, literal.line), hint)


def _unused(release: Release, used: set[str]) -> Iterator[Problem]:
    for literal in release.literals.values():
        if literal.text not in used and (literal.reason or literal.source):
            message = f'no text needs the literal "{literal.text}"'
            hint = "delete it, or write it as it stands in the text, capitals too"
            yield Problem("literal-unused", message, SourceRef(release.path, literal.line), hint, level="hint")


def _contradicted(said: _Said, release: Release, lookup: Lookup) -> Iterator[Problem]:
    for found in said.passages:
        for direction in directions(found, said.wording):
            if why := _contradiction(direction, release.id, said.text.lang, lookup):
                message = f'after "{direction.word}" {why}'
                hint = "use drop after a word of falling, rise after one of rising; or reword the sentence"
                yield said.problem("sign-contradicted", message, found, direction.span, hint).at_level("warning")


def _contradiction(direction: Direction, release: str, lang: str, lookup: Lookup) -> str:
    """What is wrong with a figure after a word of direction; nothing, if it cannot be printed: its page says so."""
    try:
        ref = parse_figure(direction.expression)
        forms = {name for name, _arguments in ref.forms}
        wrong = "drop" if direction.way == "up" else "rise"
        if not forms <= set(FORMS):
            return ""
        quiet = {"words", "ordinal", *({"drop", "rise"} - {wrong}), *({"signed"} if direction.way == "up" else ())}
        if forms & quiet:
            return ""
        value, spec = figure_value(ref, lookup, release)
    except (FactError, SourceErrors):
        return ""
    negative = value.number is not None and value.number < 0
    if wrong in forms:  # with the other sign it cannot be printed, and its page says so
        return f'stands a figure with "{wrong}"' if value.number and negative == (wrong == "drop") else ""
    if value.number is None or not negative:
        return ""
    is_change = spec.measure.name in _CHANGES or (spec.measure.name == "level" and value.unit in _RATES)
    shown = lookup.style(lang).number(value.number, value.decimals)
    return f"the figure prints a negative number ({shown})" if is_change else ""


def _untested(said: _Said, allowed: Allowed, needed: set[str]) -> Iterator[Problem]:
    """Words of all, none and first outside a claim. Where no claim can be marked (titles, descriptions), it is enough
    that the text tests the same word elsewhere."""
    pattern, idiom = said.wording.universals, said.wording.idiom
    places = [(found, match) for found in said.passages for match in pattern.finditer(found.text)]
    tested = {match.group().lower() for found, match in places if found.claimed(match.span())}
    hint = "mark the words that say so, [words](claim:ID), and test them under [claims.ID]"
    for found, match in places:
        span, word = match.span(), match.group()
        if found.claimed(span) or (found.passage.kind not in _MARKABLE and word.lower() in tested):
            continue
        idioms = tuple(other.span() for other in idiom.finditer(found.text))
        if not inside(span, idioms) and allowed.others(found, [span], needed):
            yield said.problem("claim-missing", f'no claim tests "{word}"', found, span, hint).at_level("hint")
