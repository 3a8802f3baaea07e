"""A translator's desk: a small site in memory, exports of it, edits as a tool makes them, and imports."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping

from lxml import etree

from generator.editions import read_sources
from generator.sources.files import MemoryFiles
from generator.sources.origins import write_origins
from generator.sources.site import Site
from generator.translate.exchange import Bitext, bitext, export
from generator.translate.takeover import Takeover, take_over
from generator.translate.xliff import write_xliff
from generator.translate.xliff_reader import read_xliff

NS = "{urn:oasis:names:tc:xliff:document:1.2}"
SPACE = "{http://www.w3.org/XML/1998/namespace}"
SOURCE, TARGET = "content/fr/notes/rain.md", "content/en/notes/rain.md"
RECORD = "content/en/notes/rain.origins"

SITE = """\
title = "rain.title"
url = "https://example.org/"
timezone = "Europe/Brussels"
languages = ["fr", "en"]

[kinds.note]
folder = "notes"
"""
RELEASE = """\
kind = "note"
published = 2024-05-01T09:00:00+02:00

[periods]
year = 2024

[tables.rain]
file = "rain.csv"
dimensions = ["place"]
value = "value"
unit = "percent"
decimals = 1
source = "OFFICE"

[figures.wet]
table = "rain"
by = "place"
"""
SCHEMA = """\
{"fields": [{"name": "place", "type": "string"}, {"name": "value", "type": "number"}], "missingValues": [""]}
"""
LABELS = """\
code,fr,en
rain.title,Pluie,Rain
kind.note,Notes,Notes
OFFICE,Bureau,Office
BRU,Bruxelles,Brussels
"""

Sources = dict[str, bytes]


def desk(source: str | bytes, target: str | bytes | None = None, record: bytes | None = None) -> Sources:
    """The files of a site with one release: its text in French, and perhaps in English, with a record."""
    texts = {
        "site.toml": SITE,
        "data/rain/release.toml": RELEASE,
        "data/rain/rain.csv": "place,value\nBRU,1234.5\n",
        "data/rain/rain.schema.json": SCHEMA,
        "data/labels.csv": LABELS,
        SOURCE: source,
        **({} if target is None else {TARGET: target}),
        **({} if record is None else {RECORD: record}),
    }
    return {path: text if isinstance(text, bytes) else text.encode() for path, text in texts.items()}


def text(*blocks: str, title: str = "Titre", summary: str = "Résumé", slug: str = "s") -> str:
    """A content file."""
    return f"---\ntitle: {title}\nsummary: {summary}\nslug: {slug}\n---\n\n" + "\n\n".join(blocks) + "\n"


def site_of(files: Mapping[str, bytes]) -> Site:
    return read_sources(MemoryFiles(files))


def opened(files: Mapping[str, bytes]) -> Bitext:
    return bitext(site_of(files), "rain", "en")


def exported(files: Mapping[str, bytes], only_stale: bool = False) -> bytes:
    site = site_of(files)
    made = export(site, bitext(site, "rain", "en"), "1.0", only_stale, lambda _passage, _lang: ())
    return write_xliff(made.document)


def imported(files: Mapping[str, bytes], *xliffs: bytes) -> Takeover:
    read = [file for number, data in enumerate(xliffs) for file in read_xliff(data, f"{number}.xlf")]
    return take_over(site_of(files), read)


def after(files: Sources, *xliffs: bytes) -> Sources:
    """The site after an import that finds nothing wrong."""
    found = imported(files, *xliffs)
    assert not found.broken, [problem.text() for problem in found.problems]
    return {**files, **found.files}


def recorded(files: Sources) -> Sources:
    """The site with a record in which every block is done."""
    from generator.facts.staleness import accept

    return {**files, RECORD: write_origins(accept(opened(files).pairs, "fr"))}


Translate = Callable[[str], str]


def shouted(words: str) -> str:
    """Words as a translator from nowhere would have them: other letters, the same signs."""
    return re.sub(r"&\w+;|[^\W\d_]+", lambda found: found[0] if found[0][0] == "&" else found[0][::-1].upper(), words)


def edited(xliff: bytes, change: Translate, only: Callable[[int], bool] = lambda _number: True) -> bytes:
    """The file with the words of each source, changed, as its target: what a tool saves that keeps codes."""
    root = etree.fromstring(xliff)
    for number, unit in enumerate(root.iter(f"{NS}trans-unit")):
        if not only(number):
            continue
        old = unit.find(f"{NS}target")
        source = unit.find(f"{NS}source")
        target = copy.deepcopy(source)
        target.tag, target.tail = f"{NS}target", source.tail
        target.set(f"{SPACE}lang", "en")
        target.set("state", "translated")
        target.text = change(target.text or "")
        for code in target:
            code.tail = change(code.tail or "")
        if old is not None:
            unit.remove(old)
        source.addnext(target)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def with_target(xliff: bytes, number: int, target: str, **attributes: str) -> bytes:
    """The file with the inner XML of one target replaced."""
    root = etree.fromstring(xliff)
    unit = list(root.iter(f"{NS}trans-unit"))[number]
    old = unit.find(f"{NS}target")
    if old is not None:
        unit.remove(old)
    new = etree.fromstring(f'<target xmlns="{NS[1:-1]}">{target}</target>')
    for name, value in attributes.items():
        new.set(name, value)
    unit.find(f"{NS}source").addnext(new)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
