"""A release → `release.json`: its figures, claims, charts, tables and data files for programs, in all its languages.

One file for all languages, at an address made of the release's name: values, places and verdicts are the same in each
of them, and what is said of these stands under `words`, by language. Numbers are texts, with all their digits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .. import __version__, urls
from ..definitions import MeasureSpec
from ..facts.ledger import ClaimEntry, FigureEntry, Ledger, exact, keep_ledger
from ..facts.lookup import Lookup
from ..facts.spoken import Spoken
from ..facts.words import Words
from ..formats import machine
from ..model import DataFile
from .addresses import release_path
from .answers import Facts
from .data_files import data_files
from .digests import Digests
from .revisions import revisions_record

FORMAT = "communique-release/1"
Json = dict[str, object]


@dataclass(frozen=True)
class _Edition:
    """A release in one language."""

    lang: str
    spoken: Spoken
    ledger: Ledger
    files: Mapping[str, DataFile]


def render_record(lookup: Lookup, release: str, digests: Digests) -> bytes:
    """The bytes of release.json: keys in order, so that the same release gives the same bytes."""
    editions = [_edition(lookup, release, lang) for lang in lookup.languages(release) if lookup.cites(release, lang)]
    record: Json = {
        "format": FORMAT,
        "generator": f"communique {__version__}",
        "id": release,
        "kind": lookup.kind(release),
        "published": lookup.published(release).isoformat(),
        "modified": lookup.modified(release).isoformat(),
        "corrections": _corrections(lookup, release),
        "edition": _of(lookup, release),
        "revisions": revisions_record(lookup, release),
        "languages": {lang: _language(lookup, release, lang) for lang in lookup.languages(release)},
        "files": _files(lookup, release, editions, digests),
        "periods": _periods(editions),
        "figures": _figures(lookup, release, editions),
        "claims": _claims(editions),
        "charts": _charts(lookup, release, editions),
        "tables": _tables(lookup, release, editions),
    }
    return (json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def _corrections(lookup: Lookup, release: str) -> list[Json]:
    """What was wrong, the earliest first; the texts as they were written."""
    langs = lookup.languages(release)
    return [
        {
            "at": one.at.isoformat(),
            "changes": list(one.changes),
            "previous": one.previous
            if one.previous and any(lookup.shows(one.previous, lang) for lang in langs)
            else None,
            "words": {lang: one.texts[lang] for lang in langs if lang in one.texts},
        }
        for one in lookup.corrections(release)
    ]


def _of(lookup: Lookup, release: str) -> Json | None:
    """Of which release it is an earlier edition, and until when readers had it."""
    edition, until = lookup.edition(release), lookup.superseded(release)
    if edition is None:
        return None
    return {"of": edition.release, "number": edition.number, "until": None if until is None else until.isoformat()}


def _edition(lookup: Lookup, release: str, lang: str) -> _Edition:
    words = Words(lookup, lang)
    files = {file.table: file for file in data_files(lookup, release, lang)}
    return _Edition(lang, Spoken(words, release), keep_ledger(words, release), files)


def _language(lookup: Lookup, release: str, lang: str) -> Json:
    site, page = lookup.config().url, release_path(lookup, release, lang)
    facts = Facts(lookup, release, lang)
    found: Json = {"title": facts.title().text, "page": urls.absolute(site, page)}
    if lookup.cites(release, lang):
        found["figures"] = urls.absolute(site, urls.figures_path(page))
    return found


def _files(lookup: Lookup, release: str, editions: Sequence[_Edition], digests: Digests) -> Json:
    found: Json = {}
    for table in lookup.files(release):
        spec, known = lookup.table_spec(release, table), digests.of(lookup, release, table)
        words = {one.lang: {"title": one.files[table].title, "source": one.files[table].source} for one in editions}
        found[table] = {
            "url": urls.absolute(lookup.config().url, urls.data_path(release, table)),
            "sha256": known.published,
            "source_sha256": known.source,
            "dimensions": list(spec.dimensions),
            "unit": spec.unit,
            "quality": spec.quality,
            "words": words,
        }
    return found


def _periods(editions: Sequence[_Edition]) -> Json:
    found: dict[str, Json] = {}
    for one in editions:
        for period in one.ledger.periods:
            entry = found.setdefault(period.id, {"code": period.code, "words": {}})
            _words(entry)[one.lang] = {"printed": period.text}
    return dict(found)


def _words(entry: Json) -> Json:
    words = entry["words"]
    assert isinstance(words, dict)
    return words


def _figures(lookup: Lookup, release: str, editions: Sequence[_Edition]) -> Json:
    found: dict[str, Json] = {}
    for one in editions:
        for entry in one.ledger.figures:
            if entry.id not in found:
                found[entry.id] = _figure(entry)
            spec = lookup.table_spec(release, entry.spec.table)
            dimensions = [[one.spoken.name(name), one.spoken.name(code)] for name, code in entry.at.items()]
            _words(found[entry.id])[one.lang] = {
                "printed": [
                    {"form": form, "text": printed.text, "rounded": printed.machine} for form, printed in entry.forms
                ],
                "row": dimensions,
                "measure": one.spoken.measure(entry.spec.measure, spec, entry.at),
                "unit": one.spoken.unit(entry.value.unit),
                "status": one.spoken.standing(spec, entry.value.statuses),
            }
    return dict(found)


def _figure(entry: FigureEntry) -> Json:
    value, shown = entry.value, entry.shown
    assert value.number is not None
    assert shown.number is not None
    return {
        "file": entry.spec.table,
        "at": dict(entry.at),
        "measure": _measure(entry.spec.measure),
        "value": exact(value.number),
        "unit": value.unit,
        "rounded": machine(shown.number, shown.decimals),
        "rounded_unit": shown.unit,
        "decimals": shown.decimals,
        "statuses": sorted(value.statuses),
        "cells": [
            {
                "at": dict(trail.at),
                "value": None if trail.cell is None or trail.cell.value is None else exact(trail.cell.value),
                "status": "" if trail.cell is None else trail.cell.status,
            }
            for trail in entry.trail
        ],
        "words": {},
    }


def _measure(measure: MeasureSpec) -> Json:
    found: Json = {"name": measure.name}
    found |= {name: dict(at) for name in ("of", "minus", "to") if (at := getattr(measure, name))}
    found |= {name: text for name in ("among", "start") if (text := getattr(measure, name))}
    return {**found, "lag": measure.lag} if measure.name in ("change", "contribution") else found


def _claims(editions: Sequence[_Edition]) -> Json:
    found: dict[str, Json] = {}
    for one in editions:
        for entry in one.ledger.claims:
            claim = entry.spec
            if claim.id not in found:
                found[claim.id] = _claim(entry)
            _words(found[claim.id])[one.lang] = {"asserted": list(entry.words), "test": one.spoken.claim(claim)}
    return dict(found)


def _claim(entry: ClaimEntry) -> Json:
    broken = [row.at for row in entry.verdict.breaking]
    return {
        "file": entry.spec.table,
        "measure": _measure(entry.spec.measure),
        "test": entry.spec.holds,
        "holds": entry.verdict.holds,
        "rows": [
            {
                "at": dict(row.at),
                "value": None if row.value.number is None else exact(row.value.number),
                "unit": row.value.unit,
                "breaks": row.at in broken,
            }
            for row in entry.rows
        ],
        "words": {},
    }


def _charts(lookup: Lookup, release: str, editions: Sequence[_Edition]) -> Json:
    site, found = lookup.config().url, dict[str, Json]()
    for one in editions:
        for name, title in one.ledger.charts:
            if name in lookup.charts(release, one.lang):
                page = urls.absolute(site, urls.chart_path(release, name, one.lang))
                entry = found.setdefault(name, {"words": {}})
                _words(entry)[one.lang] = {"title": title, "page": page}
    return dict(found)


def _tables(lookup: Lookup, release: str, editions: Sequence[_Edition]) -> Json:
    site, found = lookup.config().url, dict[str, Json]()
    for one in editions:
        page = urls.absolute(site, release_path(lookup, release, one.lang))
        for name, title in one.ledger.displays:
            entry = found.setdefault(name, {"words": {}})
            _words(entry)[one.lang] = {"title": title, "page": f"{page}#table-{name}"}
    return dict(found)
