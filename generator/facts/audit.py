"""A release as a whole → what no single page shows: false claims, unread tables, uneven languages, loose words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from ..definitions import ClaimSpec, Reference, Release
from ..errors import FactError, Problem, SourceErrors, SourceRef
from ..model import Row
from ..sources.texts import references
from .claims import judge, number_of
from .decimals import uneven_decimals
from .kept import Kept
from .lookup import Lookup
from .parity import compare_languages, outline
from .setting import doubtful
from .terms import audit_terms
from .translations import audit_translations
from .wording import audit_wording

Findings = Kept[tuple[Problem, ...]]
"""What parts of an audit found, where they found nothing: findings name lines, which move."""


def audit_release(release: str, lookup: Lookup, sound: Findings) -> tuple[Problem, ...]:
    """Read every table, judge every claim, and compare the languages of a release. `sound` is what is known to be."""
    definitions = lookup.whole_release(release)
    texts = {lang: lookup.of_text(release, lang, "references", references) for lang in lookup.languages(release)}
    paths = {lang: lookup.text(release, lang).path for lang in texts}
    problems = list(definitions.problems)
    unread = set()
    for table in definitions.tables:
        found = list(_read(lookup, release, table))
        problems += found
        if found:
            unread.add(table)
    for claim in definitions.claims.values():
        if claim.table not in unread:
            places = _places("claim", claim.id, texts, paths)
            judge_it = partial(_judge, claim, definitions, places)
            key = ("claim", release, claim.id, definitions.digests[f"claims.{claim.id}"])
            problems += sound.once(lookup, key, judge_it, _nothing)
    problems += _unused(definitions, texts)
    bodies = {lang: lookup.text(release, lang) for lang in texts}
    if all(text.front.title and text.front.summary for text in bodies.values()):
        outlines = {lang: lookup.of_text(release, lang, "outline", outline) for lang in bodies}
        problems += compare_languages(outlines)
        if lookup.edition(release) is None:  # what was published is not translated anew
            problems += audit_translations(bodies, lookup)
            problems += audit_terms(bodies, lookup)
    literals = tuple(definitions.literals)
    for lang in bodies:
        bared = lookup.bare(release, lang)
        problems += lookup.of_text(release, lang, "doubts", partial(doubtful, bared=bared, literals=literals), literals)
    problems += audit_wording(definitions, bodies, lookup)
    for lang, named in texts.items():
        figures = tuple(reference.name for reference in named if reference.kind == "figure")
        compare = partial(uneven_decimals, named, paths[lang], release)
        problems += sound.once(lookup, ("decimals", release, figures), compare, _nothing)
    return tuple(problems)


def _nothing(found: tuple[Problem, ...]) -> bool:
    return not found


def _read(lookup: Lookup, release: str, table: str) -> Iterator[Problem]:
    try:
        lookup.data(release, table)
        for schema in (False, True):
            lookup.table_file(release, table, schema=schema)
    except SourceErrors as errors:
        yield from errors.problems


def _places(kind: str, name: str, texts: Mapping[str, tuple[Reference, ...]], paths: Mapping[str, str]) -> list[str]:
    return [
        f"{paths[lang]}:{reference.line}"
        for lang, found in texts.items()
        for reference in found
        if (reference.kind, reference.name) == (kind, name)
    ]


def _judge(claim: ClaimSpec, release: Release, places: list[str], lookup: Lookup) -> tuple[Problem, ...]:
    where = SourceRef(release.path, claim.line)
    try:
        verdict = judge(claim, lookup, release.id)
    except FactError as error:
        return (error.at(where, f"[claims.{claim.id}]: "),)
    except SourceErrors as errors:
        return errors.problems
    if not verdict.holds:
        message = f'the claim "{claim.id}" is false: "{claim.holds}"'
        if verdict.reason:
            message += f" ({verdict.reason})"
        hint = "correct the claim, and the words that assert it"
        if places:
            hint += f": {', '.join(places)}"
        return (Problem("claim-false", message, where, hint, details=tuple(map(_row, verdict.breaking))),)
    return ()


def _row(row: Row) -> str:
    place = ", ".join(f"{dimension} {code}" for dimension, code in row.at.items())
    unit = "" if row.value.unit == "none" else f" {row.value.unit}"
    return f"{place}: {number_of(row):.4f}{unit}"


def _unused(release: Release, texts: Mapping[str, tuple[Reference, ...]]) -> Iterator[Problem]:
    used = {reference.name for found in texts.values() for reference in found if reference.kind == "claim"}
    for claim in release.claims.values():
        if claim.id not in used:
            where = SourceRef(release.path, claim.line)
            hint = f"write [words](claim:{claim.id}) where a text says it, or delete the claim"
            yield Problem("claim-unused", f'no text asserts the claim "{claim.id}"', where, hint, level="hint")
