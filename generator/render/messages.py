"""What the site asks of every catalogue: the texts of its templates, and the generator's own; and what one lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..config import CONFIG_FILE
from ..errors import Problem, SourceErrors, SourceRef
from ..facts.lookup import Lookup
from ..facts.words import FRACTIONS
from ..sources.catalogues import Asked, Key, lacking, mistakes, ordinal_endings
from .templates import Templates

#: The texts that no template holds: the code asks for them. A test compares the list with the code.
OWN = (
    *("Back to the text", "Page not found", "There is no page at this address.", "Go to the home page"),
    *("Data", "Figures and sources", "Source: %(source)s", "not available", "{what}: {value}"),
    "Revised data",
    "Totals may not add up because of rounding.",
    *("Normal", "Estimated", "Provisional", "Break in series"),
    *("Official data", "Estimated data", "Provisional data", "Illustrative data"),
    *(name for _fraction, name in FRACTIONS),
    *("Corrections", "Correction: %(title)s", "Withdrawn: %(title)s"),
    *("Calendar", "Release calendar", "Preview", "Withdrawn", "Date to be confirmed"),
    *("Date changed on %(date)s", "Date announced before: %(date)s"),
    *("Panel", "Category", "Series", "Value", "Unit", "Observation status", "Quality", "Source"),
    *("Show", "Everything", "Pick out", "Nothing", "Order", "As published", "By size"),
    *("Value of the table", "Value put together from cells of the table"),
    "Share of the whole: value ÷ (value of %(other)s) × 100",
    "Change on the previous year: (value %(period)s ÷ value %(before)s − 1) × 100",
    "Change on the previous period: (value %(period)s ÷ value %(before)s − 1) × 100",
    "Average yearly growth over %(years)s years: "
    "((value %(period)s ÷ value %(start)s) to the power 1 ÷ %(years)s − 1) × 100",
    "Contribution to the change on the previous year of %(other)s: "
    "(value %(period)s − value %(before)s) ÷ (value %(before)s of %(other)s) × 100",
    "Contribution to the change on the previous period of %(other)s: "
    "(value %(period)s − value %(before)s) ÷ (value %(before)s of %(other)s) × 100",
    "Balance: value of %(own)s − value of %(other)s",
    "Difference: value of %(own)s − value of %(other)s",
    "Ratio: value of %(own)s ÷ value of %(other)s",
    "Rank, 1 for the highest value, among: %(among)s",
    *("Every value is above zero", "Every value is below zero"),
    *("At least one value is above zero", "At least one value is below zero"),
    *("No value is above zero", "No value is below zero"),
    *("Above zero, and no other: %(members)s", "Below zero, and no other: %(members)s"),
    *("The highest value: %(members)s", "The lowest value: %(members)s"),
    "In this order, from the highest value down: %(members)s",
    *("Each time, %(first)s is above %(second)s", "Each time, %(first)s is below %(second)s"),
    *("Every value is above %(limit)s", "Every value is below %(limit)s"),
    "Every value lies within %(within)s percentage points of %(fraction)s",
    "Every value lies between %(low)s and %(high)s",
    *("More than all others together: %(members)s", "Above all others, in whatever order: %(members)s"),
)
PERCENTAGE_POINT = Asked("percentage point", plural="percentage points")


def asked_texts(templates: Templates, paths: Iterable[str], locale: str) -> tuple[Asked, ...]:
    """Every text that a catalogue must have, each once: those of templates by path and place, then the generator's own,
    then the endings of ordinals that the language tells apart. Raises SourceErrors."""
    found: dict[Key, Asked] = {}
    own = (*map(Asked, OWN), PERCENTAGE_POINT, *ordinal_endings(locale))
    for asked in (*(text for path in paths for text in templates.texts(path)), *own):
        known = found.get(asked.key)
        if known is None:
            found[asked.key] = asked
        else:
            notes = tuple(dict.fromkeys((*known.notes, *asked.notes)))
            by = tuple(dict.fromkeys((*known.by, *asked.by)))
            found[asked.key] = replace(known, plural=known.plural or asked.plural, notes=notes, by=by)
    return tuple(found.values())


def audit_catalogue(lookup: Lookup, lang: str, templates: Templates) -> tuple[Problem, ...]:
    """Every text that the catalogues of a language lack or mark as doubtful, and every translation that does not fit.

    A text that is lacking is a warning here; the page that needs it makes an error of it.

    Of a language in preparation, what is to come is told in one line, and nothing is an error.
    """
    language = lookup.language(lang)
    coming, locale = language.draft, language.locale
    try:
        files = lookup.catalogues(lang)
    except SourceErrors as errors:
        return tuple(problem.at_level("warning") if coming else problem for problem in errors.problems)
    path = lookup.catalogue_path(lang)
    asked = asked_texts(templates, lookup.page_templates(), locale)
    if not files:
        hint = f"communique translate catalogue --lang {lang} makes it"
        problem = Problem(
            "missing-file", f'the language "{lang}" has no catalogue, {path}', SourceRef(CONFIG_FILE), hint
        )
        return (problem.at_level("hint") if coming else problem,)
    found = [problem for name, data, _read in files for problem in mistakes(data, name, locale)]
    entries = {entry.key: entry for *_file, read in reversed(files) for entry in read.entries if not entry.obsolete}
    lacks = [text for text in asked if lookup.message(lang, text.text, text.context) is None]
    if coming:
        return (*(problem.at_level("warning") for problem in found), *_to_come(lang, path, len(lacks), len(asked)))
    missed = {text.key for text in lacks}
    found += [lacking(lang, path, text.key, entries.get(text.key)).at_level("warning") for text in lacks]
    for name, _data, read in files:
        doubtful = (entry for entry in read.entries if entry.fuzzy and not entry.obsolete and entry.key not in missed)
        found += [lacking(lang, name, entry.key, entry).at_level("warning") for entry in doubtful]
    return tuple(found)


def _to_come(lang: str, path: str, lacks: int, everything: int) -> Iterator[Problem]:
    if lacks:
        message = f'in preparation, "{lang}": {lacks} of {everything} texts of the templates are to come'
        hint = "translate them in the catalogue; until then nobody sees the language"
        yield Problem("language-coming", message, SourceRef(path), hint, level="hint")
