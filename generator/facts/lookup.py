"""A target's questions → answers about the site, each one recorded with its digest.

The record is at once the list of what a target depends on (exact to the cell, and nobody can forget to declare it) and
the trail from a printed number to its cell. An absent thing has a digest too, so that its appearance is a change.

A question is a tuple of texts, such as `("cell", release, table, *codes)`. Each belongs to a *unit*: a source file, or a
small set of them (`@…`), whose digest is cheap to know. The next build asks again only the questions of units that changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from ..config import SiteConfig
from ..errors import FactError, SourceErrors, did_you_mean
from ..formats import Style
from ..model import (
    Cell,
    ChartSpec,
    ClaimSpec,
    DisplaySpec,
    FigureSpec,
    FrontMatter,
    Headline,
    Release,
    ReleaseHead,
    ReleaseText,
    Table,
    TableSpec,
    Value,
)
from ..sources.files import digest_of
from ..sources.labels import LABELS_FILE
from ..sources.site import Site, catalogue_name

Question = tuple[str, ...]
Record = Mapping[str, Mapping[Question, str]]
"""Unit → question → digest of the answer."""

_Values = dict[tuple[int, tuple[str, ...]], tuple[object, Value, Mapping[Question, str]]]
"""(identity of a definition, key) → the definition (kept, so that its identity is), its value, and the cells it needed."""

Headlines = dict[tuple[str, str], Headline]
"""(release, language) → its headline."""

ABSENT = "\0"  # no answer that is a text can be mistaken for it
_TABLES_KEPT = 16
SITE_UNIT = "@site"
HEADLINE_UNIT = "@headline:"
TABLE_UNIT = "@table:"


class Edition:
    """The site as one build shows it: the sources, the releases that are public at its instant, and their headlines.

    `headlines` is filled when the headlines have been made; only lists and feeds, which are made after them, ask for it.
    """

    def __init__(self, site: Site, visible: frozenset[str], headlines: Headlines | None = None) -> None:
        self.site, self.visible = site, visible
        self.headlines: Headlines = {} if headlines is None else headlines
        self._newest: tuple[ReleaseHead, ...] | None = None
        self._tables: dict[int, tuple[Table, _Values]] = {}
        self._units: dict[str, str] = {}

    def __reduce__(self) -> tuple[type[Edition], tuple[Site, frozenset[str], Headlines]]:
        return Edition, (self.site, self.visible, self.headlines)

    def newest(self) -> tuple[ReleaseHead, ...]:
        """All public releases, newest first; of the same instant, by id."""
        if self._newest is None:
            heads = sorted((self.site.heads[release] for release in self.visible), key=lambda head: head.id)
            self._newest = tuple(sorted(heads, key=lambda head: head.published, reverse=True))
        return self._newest

    def values(self, table: Table) -> _Values:
        """The values worked out so far from a table; of older tables they are forgotten."""
        if id(table) not in self._tables:
            if len(self._tables) >= _TABLES_KEPT:
                self._tables.clear()
            self._tables[id(table)] = (table, {})
        return self._tables[id(table)][1]

    def unit_digest(self, unit: str) -> str:
        """The digest of a unit: of one source file, or of a set."""
        if not unit.startswith("@") or unit.startswith("@default/"):
            return self.site.snapshot.digest(unit)
        if unit.startswith(HEADLINE_UNIT) or unit not in self._units:
            self._units[unit] = self._set_digest(unit)
        return self._units[unit]

    def _set_digest(self, unit: str) -> str:
        if unit == SITE_UNIT:
            listing = [(head.id, head.kind, head.published.isoformat(), *sorted(head.texts)) for head in self.newest()]
            return digest_of(repr(listing))
        if unit.startswith(HEADLINE_UNIT):
            return _answer_headline(self, *unit.removeprefix(HEADLINE_UNIT).split(":"))
        if unit.startswith(TABLE_UNIT):
            return "|".join(self.site.snapshot.digest(path) for path in unit.removeprefix(TABLE_UNIT).split(":"))
        name = unit.removeprefix("@template/")
        return "|".join(self.site.snapshot.digest(path) for path in self.site.template_files(name))

    def answer(self, question: Question) -> str:
        """The digest of the answer that a question would get now."""
        return _ANSWERS[question[0]](self, *question[1:])


class Lookup:
    """The only way in which a target sees the site."""

    def __init__(self, edition: Edition, own: str = "") -> None:
        self._edition, self._own = edition, own
        self.asked: dict[str, dict[Question, str]] = {}

    def _note(self, unit: str, question: Question) -> None:
        questions = self.asked.setdefault(unit, {})
        if question not in questions:
            questions[question] = self._edition.answer(question)

    def _site(self) -> Site:
        return self._edition.site

    # -- the site

    def config(self) -> SiteConfig:
        """The site's configuration."""
        self._note("site.toml", ("config",))
        return self._site().config

    def style(self, lang: str) -> Style:
        """How a language writes numbers and dates."""
        self._note("site.toml", ("config",))
        return self._site().style(lang)

    def label(self, lang: str, code: str) -> str | None:
        """The name of a code in a language."""
        self._note(LABELS_FILE, ("label", lang, code))
        return self._site().labels.names[lang].get(code)

    def message(self, lang: str, message: str, context: str = "") -> tuple[str, ...] | None:
        """A translation of a text of the templates, one text for each plural form."""
        self._note(f"@template/{catalogue_name(lang)}", ("message", lang, context, message))
        return _message(self._edition, lang, context, message)

    def plural_form(self, lang: str, number: int) -> int:
        """Which of a message's forms goes with a whole number."""
        self._note(f"@template/{catalogue_name(lang)}", ("plural", lang))
        catalogues = self._site().catalogues(lang)
        return catalogues[0].plural(number) if catalogues else int(number != 1)

    def has_template(self, name: str) -> bool:
        """Whether there is a template of this name; a change of its source is noted."""
        self._note(f"@template/{name}", ("template", name))
        return self._site().template_path(name) is not None

    def asset(self, name: str) -> bytes:
        """The bytes of an asset."""
        self._note(f"@template/assets/{name}", ("template", f"assets/{name}"))
        path = self._site().template_path(f"assets/{name}")
        assert path is not None
        return self._site().snapshot.read(path)

    def asset_digest(self, name: str) -> str | None:
        """The digest of an asset, for its address; None when there is no such asset."""
        self._note(f"@template/assets/{name}", ("template", f"assets/{name}"))
        path = self._site().template_path(f"assets/{name}")
        return None if path is None else self._site().snapshot.digest(path)

    # -- releases

    def latest(self, lang: str, kind: str = "", limit: int = 0) -> tuple[str, ...]:
        """The ids of the public releases of a kind (any, when empty) that have this language, newest first."""
        self._note(SITE_UNIT, ("latest", lang, kind, str(limit)))
        return _latest(self._edition, lang, kind, limit)

    def is_public(self, release: str, lang: str) -> bool:
        """Whether a page may link to a release in a language: it is public, or will be when the page is."""
        self._note(SITE_UNIT, ("public", release, lang))
        head = self._site().heads.get(release)
        if self._own:
            for one in (release, self._own):
                self._note(self._site().release_file(one), ("due", one))
        if head is None or lang not in self.languages(release):
            return False
        return release in self._edition.visible or (bool(self._own) and self._comes_before(head))

    def _comes_before(self, head: ReleaseHead) -> bool:
        own = self._site().heads[self._own]
        return own.draft or head.id == own.id or (not head.draft and head.published <= own.published)

    def headline(self, release: str, lang: str) -> Headline:
        """Title and summary of a release, with their figures printed: for lists and feeds."""
        self._note(f"{HEADLINE_UNIT}{release}:{lang}", ("headline", release, lang))
        return self._edition.headlines[release, lang]

    def front(self, release: str, lang: str) -> FrontMatter:
        """Title, summary and slug of a release in a language that it has."""
        self._note(self._site().text_file(release, lang), ("front", release, lang))
        return self._site().heads[release].texts[lang]

    def slug(self, release: str, lang: str) -> str:
        """The slug alone: the address of a page does not depend on its title."""
        self._note(self._site().text_file(release, lang), ("slug", release, lang))
        return self._site().heads[release].texts[lang].slug

    def published(self, release: str) -> datetime:
        """The instant of publication."""
        self._note(self._site().release_file(release), ("head", release))
        return self._site().heads[release].published

    def files(self, release: str) -> Mapping[str, str]:
        """The CSV file of each data table of a release."""
        self._note(self._site().release_file(release), ("head", release))
        return self._site().heads[release].files

    def release_path(self, release: str) -> str:
        """Where a release.toml stands, for naming the place of a problem."""
        return self._site().release_file(release)

    def text_path(self, release: str, lang: str) -> str:
        """Where a text stands, for naming the place of a problem."""
        return self._site().text_file(release, lang)

    def kind(self, release: str) -> str:
        """The kind of publication."""
        self._note(self._site().release_file(release), ("head", release))
        return self._site().heads[release].kind

    def languages(self, release: str) -> tuple[str, ...]:
        """The languages that a release has, in the site's order."""
        for lang in self.config().tags:
            self._note(self._site().text_file(release, lang), ("has", release, lang))
        return tuple(lang for lang in self.config().tags if lang in self._site().heads[release].texts)

    def section(self, kind: str, lang: str) -> str:
        """The slug of a kind of publication."""
        self.label(lang, f"kind.{kind}")
        self.config()
        return self._site().section(kind, lang)

    def text(self, release: str, lang: str) -> ReleaseText:
        """A content file. Raises SourceErrors."""
        path = self._site().text_file(release, lang)
        self._note(path, ("file", path))
        return self._site().text(release, lang)

    def whole_release(self, release: str) -> Release:
        """Everything that release.toml says: for an audit of all of it. Raises SourceErrors."""
        path = self._site().release_file(release)
        self._note(path, ("file", path))
        return self._site().release(release)

    def period(self, release: str, name: str) -> str | None:
        """The period that a name stands for. Raises SourceErrors."""
        self._note(self._site().release_file(release), ("definition", release, f"periods.{name}"))
        return self._sound(release, f"periods.{name}").periods.get(name)

    def _sound(self, release: str, definition: str) -> Release:
        """A release; but no problem twice: one of a broken definition is told where it stands. Raises SourceErrors."""
        found = self._site().release(release)
        if definition in found.broken:
            raise SourceErrors()
        return found

    def figure(self, release: str, name: str) -> FigureSpec:
        """The definition of a figure. Raises FactError: `unknown-figure`."""
        self._note(self._site().release_file(release), ("definition", release, f"figures.{name}"))
        found = self._sound(release, f"figures.{name}")
        if name not in found.figures:
            hint = did_you_mean(name, (*found.figures, *found.periods)) or _define("figures", name)
            raise FactError("unknown-figure", f'no figure named "{name}"', hint)
        return found.figures[name]

    def claim(self, release: str, name: str) -> ClaimSpec:
        """The definition of a claim. Raises FactError: `unknown-claim`."""
        self._note(self._site().release_file(release), ("definition", release, f"claims.{name}"))
        claims = self._sound(release, f"claims.{name}").claims
        if name not in claims:
            raise FactError(
                "unknown-claim", f'no claim named "{name}"', did_you_mean(name, claims) or _define("claims", name)
            )
        return claims[name]

    def display(self, release: str, name: str) -> DisplaySpec:
        """The definition of a display. Raises FactError: `unknown-table`."""
        self._note(self._site().release_file(release), ("definition", release, f"displays.{name}"))
        displays = self._sound(release, f"displays.{name}").displays
        if name not in displays:
            raise FactError(
                "unknown-table",
                f'no table named "{name}" under [displays]',
                did_you_mean(name, displays) or _define("displays", name),
            )
        return displays[name]

    def chart(self, release: str, name: str) -> ChartSpec:
        """The definition of a chart. Raises FactError: `unknown-chart`."""
        self._note(self._site().release_file(release), ("definition", release, f"charts.{name}"))
        charts = self._sound(release, f"charts.{name}").charts
        if name not in charts:
            raise FactError(
                "unknown-chart", f'no chart named "{name}"', did_you_mean(name, charts) or _define("charts", name)
            )
        return charts[name]

    # -- data

    def data(self, release: str, table: str) -> TableData:
        """A table whose cells are asked one by one. Raises SourceErrors when it cannot be read."""
        spec = self.table_spec(release, table)
        unit = f"{TABLE_UNIT}data/{release}/{spec.file}:data/{release}/{spec.schema}"
        questions = self.asked.setdefault(unit, {})  # before the table is read: it may be mended
        return TableData(questions, self._edition, release, self._site().table(release, table))

    def table_spec(self, release: str, table: str) -> TableSpec:
        """The definition of a table of the release."""
        self._note(self._site().release_file(release), ("definition", release, f"tables.{table}"))
        return self._sound(release, f"tables.{table}").tables[table]

    def table_file(self, release: str, table: str, *, schema: bool = False) -> tuple[str, bytes]:
        """The name and the bytes of a table's CSV, or of its schema. Raises SourceErrors when there is no such file."""
        spec = self.table_spec(release, table)
        path = f"data/{release}/{spec.schema if schema else spec.file}"
        self._note(path, ("file", path))
        if path not in self._site().snapshot:
            self._site().table(release, table)  # which says so
        return path, self._site().snapshot.read(path)

    def whole_table(self, release: str, table: str) -> Table:
        """A table with all its cells, for the file that readers download. Raises SourceErrors."""
        self.table_file(release, table)
        self.table_file(release, table, schema=True)
        return self._site().table(release, table)


def _define(group: str, name: str) -> str:
    return f"define it under [{group}.{name}] in release.toml"


class TableData:
    """A table as one target sees it: each cell that is asked for is noted.

    Values that another target of the same edition worked out are taken over, with the cells that they needed.
    """

    def __init__(self, questions: dict[Question, str], edition: Edition, release: str, table: Table) -> None:
        self._release, self._table = release, table
        self._head = ("cell", release, table.spec.id)
        self._questions = questions
        self._values = edition.values(table)
        self._has: set[str] = set()
        self.spec: TableSpec = table.spec

    def cell(self, key: tuple[str, ...]) -> Cell | None:
        """The cell at a full key, or None when the file has no such row."""
        cell = self._table.cells.get(key)
        self._questions[(*self._head, *key)] = ABSENT if cell is None else cell.digest()
        return cell

    def members(self, dimension: str) -> tuple[str, ...]:
        """The codes of a dimension that the file holds, in the file's order."""
        members = self._table.members[dimension]
        if dimension not in self._has:
            self._has.add(dimension)
            self._questions["members", self._release, self.spec.id, dimension] = repr(members)
        return members

    def codes(self, dimension: str) -> frozenset[str]:
        """All codes of a dimension, in the file or derived."""
        self.members(dimension)
        return self._table.codes[dimension]

    def holds(self, key: tuple[str, ...]) -> bool:
        """Whether the file has a row with this key; not noted."""
        return key in self._table.cells

    def once(self, what: object, key: tuple[str, ...], work_out: Callable[[], Value]) -> Value:
        """The value of something (a measure, a level) at a key, worked out once in an edition. The cells that it needs
        are noted each time."""
        known = self._values.get((id(what), key))
        if known is None:
            outer, self._questions = self._questions, {}
            try:
                value = work_out()
            finally:
                asked, self._questions = self._questions, outer
            known = self._values[id(what), key] = (what, value, asked)
        self._questions.update(known[2])
        return known[1]


# ---------------------------------------------------------------- the digest of each answer


def _message(edition: Edition, lang: str, context: str, message: str) -> tuple[str, ...] | None:
    for catalogue in edition.site.catalogues(lang):
        if (found := catalogue.find(context, message)) is not None:
            return found
    return None


def _latest(edition: Edition, lang: str, kind: str, limit: int) -> tuple[str, ...]:
    found = [head.id for head in edition.newest() if lang in head.texts and kind in ("", head.kind)]
    return tuple(found[:limit] if limit else found)


def _answer_front(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    front = head.texts.get(lang) if head is not None else None
    return ABSENT if front is None else digest_of(repr((front.title, front.summary, front.slug)))


def _answer_headline(edition: Edition, release: str, lang: str) -> str:
    headline = edition.headlines.get((release, lang))
    return ABSENT if headline is None else digest_of(repr(headline))


def _answer_slug(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    return ABSENT if head is None or lang not in head.texts else head.texts[lang].slug


def _answer_due(edition: Edition, release: str) -> str:
    head = edition.site.heads.get(release)
    return ABSENT if head is None else f"{head.draft}|{head.published.isoformat()}"


def _answer_head(edition: Edition, release: str) -> str:
    head = edition.site.heads.get(release)
    return ABSENT if head is None else f"{head.kind}|{head.published.isoformat()}|{dict(head.files)}"


def _answer_has(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    return str(head is not None and lang in head.texts)


def _answer_public(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    return str(head is not None and lang in head.texts and release in edition.visible)


def _answer_definition(edition: Edition, release: str, name: str) -> str:
    return edition.site.release(release).digests.get(name, ABSENT)


def _answer_cell(edition: Edition, release: str, table: str, *key: str) -> str:
    cell = edition.site.table(release, table).cells.get(key)
    return ABSENT if cell is None else cell.digest()


def _answer_plural(edition: Edition, lang: str) -> str:
    catalogues = edition.site.catalogues(lang)
    return repr([catalogues[0].plural(number) for number in range(200)]) if catalogues else ABSENT


_ANSWERS: MappingProxyType[str, Callable[..., str]] = MappingProxyType(
    {
        "config": lambda edition: edition.site.config_digest,
        "label": lambda edition, lang, code: edition.site.labels.names.get(lang, {}).get(code, ABSENT),
        "message": lambda edition, *words: repr(_message(edition, *words)),
        "plural": _answer_plural,
        "template": lambda edition, name: edition.unit_digest(f"@template/{name}"),
        "latest": lambda edition, lang, kind, limit: digest_of(repr(_latest(edition, lang, kind, int(limit)))),
        "public": _answer_public,
        "front": _answer_front,
        "due": _answer_due,
        "slug": _answer_slug,
        "headline": _answer_headline,
        "head": _answer_head,
        "has": _answer_has,
        "file": lambda edition, path: edition.site.snapshot.digest(path),
        "definition": _answer_definition,
        "cell": _answer_cell,
        "members": lambda edition, release, table, dimension: repr(
            edition.site.table(release, table).members[dimension]
        ),
    }
)
