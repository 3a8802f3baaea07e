"""A target's questions → answers about the site, each one recorded with its digest.

The record is at once the list of what a target depends on (exact to the cell, and nobody can forget to declare it) and
the trail from a printed number to its cell. An absent thing has a digest too, so that its appearance is a change. The
next build asks again only the questions of units that changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from ..definitions import (
    ChartSpec,
    ChartWords,
    Citation,
    ClaimSpec,
    DisplaySpec,
    FigureSpec,
    FrontMatter,
    LiteralSpec,
    Release,
    ReleaseHead,
    ReleaseText,
    Table,
    TableSpec,
)
from ..errors import FactError, SourceErrors, did_you_mean
from ..model import DataFile, FeedText, Headline, Standing
from ..sources.origins import Origins, origins_path
from ..sources.passages import passages
from ..urls import LASTING
from .amended import Amended
from .bare_text import Bare, bare
from .edition import (
    ORIGINS_UNIT,
    PART_UNIT,
    SITE_UNIT,
    TABLE_UNIT,
    Question,
    Record,
    holds_words,
)
from .table_data import TableData

Value = TypeVar("Value")


class Lookup(Amended):
    """The only way in which a target sees the site."""

    @property
    def rehearses(self) -> bool:
        """Whether the target is of a release that is not yet public: it is made to find its problems, and not shown."""
        return bool(self._own)

    def apart(self) -> Lookup:
        """The same eyes with a record of their own: for an answer that several targets share."""
        return Lookup(self._edition, self._own)

    def units(self) -> dict[str, str]:
        """The units that were asked so far, with their digests."""
        return {unit: self._edition.unit_digest(unit) for unit in self.asked}

    def still(self, asked: Record, units: Mapping[str, str]) -> bool:
        """Whether all questions still have the answers that they had; `units` has the digests that units had then. Of a
        unit without any (a table that could not be read) nothing is known once it has changed."""
        changed = (unit for unit, digest in units.items() if self._edition.unit_digest(unit) != digest)
        return all(asked.get(unit) and self._edition.same_answers(asked[unit]) for unit in changed)

    def take_over(self, asked: Mapping[str, Mapping[Question, str]]) -> None:
        """Note what an answer needed that another target worked out."""
        for unit, questions in asked.items():
            self.asked.setdefault(unit, {}).update(questions)

    # -- templates

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
        if self.config().lasting_names:
            return LASTING
        self._note(f"@template/assets/{name}", ("template", f"assets/{name}"))
        path = self._site().template_path(f"assets/{name}")
        return None if path is None else self._site().snapshot.digest(path)

    # -- releases

    def latest(self, lang: str, kind: str = "", limit: int = 0) -> tuple[str, ...]:
        """The ids of the public releases of a kind (any, when empty) that have this language, newest first."""
        self._note(SITE_UNIT, ("latest", lang, kind, str(limit)))
        return self._edition.latest(lang, kind, limit)

    def announced(self, lang: str, limit: int = 0) -> tuple[str, ...]:
        """The same of all listed kinds, withdrawn releases included: for those who follow the site."""
        self._note(SITE_UNIT, ("announced", lang, str(limit)))
        return self._edition.announced(lang, limit)

    def amended(self, lang: str) -> tuple[str, ...]:
        """The ids of the public releases with this language that were corrected or withdrawn."""
        self._note(SITE_UNIT, ("amended", lang))
        return self._edition.amended(lang)

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

    def standing(self, release: str = "") -> Standing:
        """Whether the public sees a release, or (without one) everything that the site shows."""
        self._note(SITE_UNIT, ("standing", release))
        return self._edition.standing(release)

    def _comes_before(self, head: ReleaseHead) -> bool:
        own = self._site().heads[self._own]
        return own.draft or head.id == own.id or (not head.draft and head.published <= own.published)

    def headline(self, release: str, lang: str) -> Headline:
        """Title and summary of a release, with their figures printed: for lists and feeds."""
        return replace(self._headline(release, lang, "words"), files=())

    def data_files(self, release: str, lang: str) -> tuple[DataFile, ...]:
        """The data files of a release: for the list of all data."""
        return self._headline(release, lang, "files").files

    def _headline(self, release: str, lang: str, side: str) -> Headline:
        part = self._part(f"headline:{release}:{lang}", side)
        assert isinstance(part, Headline)
        return part

    def feed_text(self, release: str, lang: str) -> FeedText:
        """The full text of a release, for feeds."""
        part = self._part(f"feedtext:{release}:{lang}")
        assert isinstance(part, FeedText)
        return part

    def _part(self, name: str, *side: str) -> object:
        self._note(f"{PART_UNIT}{name}", ("part", name, *side))
        return self._edition.parts[name]

    def near(self, release: str, lang: str, count: int) -> tuple[str, ...]:
        """Other releases of the same kind, nearest in time: those just older first."""
        self._note(SITE_UNIT, ("near", release, lang, str(count)))
        return self._edition.near(release, lang, count)

    def charts(self, release: str, lang: str) -> tuple[str, ...]:
        """The ids of the charts that a text shows, in order."""
        self._note(self._site().text_file(release, lang), ("charts", release, lang))
        return self._site().heads[release].texts[lang].charts

    def cites(self, release: str, lang: str) -> bool:
        """Whether a text names figures or claims, so that it has a page of their sources."""
        self._note(self._site().text_file(release, lang), ("cites", release, lang))
        return self._site().heads[release].texts[lang].cites

    def cited(self, release: str, lang: str) -> tuple[Citation, ...]:
        """What a text names, in reading order: unlike the text, it stays the same when other words change."""
        self._note(self._site().text_file(release, lang), ("cited", release, lang))
        return self._site().cited(release, lang)

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

    def of_text(
        self, release: str, lang: str, what: str, make: Callable[[ReleaseText], Value], *also: Hashable
    ) -> Value:
        """What is made of a text, and of nothing but what `also` says: kept as long as the text is the same.
        Raises SourceErrors."""
        text = self.text(release, lang)
        key = (what, text.path, self._site().snapshot.digest(text.path), *also)
        return self._site().shelf.once(key, lambda: make(text))

    def bare(self, release: str, lang: str) -> tuple[Bare, ...]:
        """The passages of a text without signs. Raises SourceErrors."""
        return self.of_text(release, lang, "bare", lambda text: tuple(map(bare, passages(text))))

    def origins(self, release: str, lang: str) -> Origins | None:
        """The record of a translation; None when there is none. Raises SourceErrors."""
        path = origins_path(self._site().text_file(release, lang))
        self._note(path, ("file", path))
        return self._site().origins(release, lang)

    def keeps_origins(self, lang: str) -> bool:
        """Whether any text of a language has a record of what it was made from."""
        self._note(f"{ORIGINS_UNIT}{lang}", ("keeps", lang))
        return self._edition.unit_digest(f"{ORIGINS_UNIT}{lang}") == str(True)

    def chart_words(self, release: str, lang: str, chart: str) -> ChartWords:
        """What a text says of a chart that it shows. Raises SourceErrors."""
        path = self._site().text_file(release, lang)
        self._note(path, ("words", release, lang, chart))
        return self._site().charts_shown(release, lang)[chart]

    def literals_with_source(self, release: str, lang: str) -> tuple[LiteralSpec, ...]:
        """The literals of a release that name a source, and that a text holds. Raises SourceErrors."""
        self._note(self._site().release_file(release), ("definition", release, "literals"))
        text = self._site().text(release, lang)
        found = []
        for literal in self._site().release(release).literals.values():
            if literal.source:
                self._note(self._site().text_file(release, lang), ("says", release, lang, literal.text))
                found += [literal] if holds_words(text, literal.text) else []
        return tuple(found)

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

    def statuses(self, release: str, table: str) -> tuple[str, ...]:
        """The observation statuses that occur in a table. Raises SourceErrors."""
        data = self.data(release, table)
        return data.statuses()

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
