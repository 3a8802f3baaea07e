"""The figures, claims and loose numbers of a text → marks: what stands behind each, down to the line of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from ..definitions import Release, TableSpec
from ..errors import FactError, SourceErrors, SourceRef
from ..facts.bare_text import Bare, Span
from ..facts.figures import parse_figure
from ..facts.ledger import ClaimEntry, FigureEntry, Ledger, Period, Trail, exact, form_of, keep_ledger
from ..facts.lookup import Lookup
from ..facts.numerals import Allowed, allowed_years, numerals
from ..facts.spoken import Spoken
from ..facts.words import Words
from ..formats import rounded
from ..model import FigureRef, Printed, Row
from ..render.provenance import varying
from ..sources.wording import Wording
from .marks import Fact, GroupId, Mark, listed, source_fact, tried
from .placing import Inline, Placed, claims_of

_CELLS, _ROWS = 30, 20
_OLDER = "The page is older: the data now give"
_NO_PLACE: Mapping[str, str] = MappingProxyType(
    {
        "summary": "in the summary, which this page does not show",
        "chart": "in the description or the title of a chart",
        "table": "in the caption of a table",
    }
)


def why_no_place(passage: Bare) -> str:
    """Why something in a passage is not marked where it stands."""
    return _NO_PLACE.get(passage.passage.kind, "the page does not show these words, or shows them otherwise")


class Evidence:
    """Makes the marks of one text, passage by passage."""

    def __init__(self, lookup: Lookup, release: Release, lang: str, path: str) -> None:
        self.lookup, self.release, self.lang, self.path = lookup, release, lang, path
        self.words = Words(lookup, lang)
        self.spoken = Spoken(self.words, release.id)
        ledger = tried(lambda: keep_ledger(self.words, release.id), Ledger((), (), (), (), ()))
        entries: tuple[FigureEntry | Period, ...] = (*ledger.figures, *ledger.periods)
        self.figures = {entry.id: entry for entry in entries}
        self.claims = {entry.spec.id: entry for entry in ledger.claims}
        self.wording = tried(lambda: lookup.wording(lang), Wording())
        self.allowed = Allowed(allowed_years(release.periods.values()), release.literals)

    def marks(self, passage: Bare, placed: Placed | None) -> Iterator[Mark]:
        """The marks of a passage, which has a place or none."""
        shown = placed.block if placed is not None and placed.by_words else None
        for number, (span, expression) in enumerate(passage.figures):
            yield self._figure(passage, span, expression, shown.figures[number] if shown else None)
        for number, (span, name) in enumerate(claims_of(passage)):
            yield self._claim(passage, span, name, shown.claims[number] if shown else None)
        for span in numerals(passage, self.words.style, self.wording, self.allowed, set()):
            yield self._number(passage, span, placed)

    def _here(self, passage: Bare, span: Span) -> Fact:
        return source_fact("In the text", SourceRef(self.path, passage.line(span[0])))

    def _defined(self, line: int) -> Fact:
        return source_fact("Defined in", SourceRef(self.release.path, line))

    # -- figures

    def _figure(self, passage: Bare, span: Span, expression: str, shown: Inline | None) -> Mark:
        written = f"{{{{{expression}}}}}"
        facts = [Fact("Written", written, form="code")]
        title, kind = shown.text if shown else written, "Figure"
        ref = tried(lambda: parse_figure(expression), FigureRef(expression.strip()))
        entry = self.figures.get(ref.id)
        printed = None if entry is None or isinstance(entry, Period) else dict(entry.forms).get(form_of(ref))
        if isinstance(entry, Period):
            kind = "Period"
            facts.append(Fact("Code", entry.code, form="code"))
            facts.append(source_fact("Defined in", SourceRef(self.release.path)))
            title = shown.text if shown else entry.text
        elif entry is None or printed is None:
            facts.append(Fact("Value", "none: the data or the definitions do not give it"))
        else:
            title = shown.text if shown else printed.text
            facts += [*self._older(shown, printed), *self._about(entry), self._defined(entry.spec.line)]
        facts.append(self._here(passage, span))
        where = shown.spot if shown else None
        return Mark("figure", kind, title, tuple(facts), self.lang, where, "" if where else why_no_place(passage))

    def _older(self, shown: Inline | None, printed: Printed) -> Iterator[Fact]:
        if shown is not None and (shown.value, shown.text) != (printed.machine, printed.text):
            yield Fact(_OLDER, printed.text, self.lang)

    def _about(self, entry: FigureEntry) -> list[Fact]:
        value, shown, said = entry.value, entry.shown, self.spoken
        spec = self.lookup.table_spec(self.release.id, entry.spec.table)
        number = shown.number
        facts = [Fact("Exact value", exact(value.number), form="code")] if value.number is not None else []
        if number is not None:
            text = self.words.style.write(rounded(number, shown.decimals))
            facts.append(Fact("Rounded", tried(lambda: self.words.quantity(shown, text), text), self.lang))
        facts += [
            Fact("Measure", tried(lambda: said.measure(entry.spec.measure, spec, entry.at), ""), self.lang),
            Fact("Of", said.place(entry.at), self.lang),
            *(Fact("", text, self.lang) for text in said.made_of(entry.spec.measure, spec, entry.at)),
            Fact("Unit", tried(lambda: said.unit(value.unit), value.unit), self.lang),
            Fact("Status", tried(lambda: said.standing(spec, value.statuses), ""), self.lang),
            *self._cells(spec, entry.trail),
        ]
        return [fact for fact in facts if fact.text]

    def _cells(self, spec: TableSpec, trail: Sequence[Trail]) -> list[Fact]:
        places = varying([one.at for one in trail])
        found = []
        for place, one in zip(places, trail, strict=True):
            value = "no value" if one.cell is None or one.cell.value is None else self.words.style.write(one.cell.value)
            status = f" ({one.cell.status})" if one.cell is not None and one.cell.status not in ("", "A") else ""
            where = SourceRef(f"data/{self.release.id}/{spec.file}", one.cell.line if one.cell is not None else 0)
            href = source_fact("", where).href
            file = f"{spec.file}:{where.line}" if where.line else spec.file
            found.append(Fact("", f"{self.spoken.place(place)}: {value}{status} · {file}", self.lang, href=href))
        return listed("Cells" if len(found) > 1 else "Cell", found, _CELLS, "cells")

    # -- claims

    def _claim(self, passage: Bare, span: Span, name: str, shown: Inline | None) -> Mark:
        entry = self.claims.get(name)
        words = " ".join((shown.text if shown else passage.passage.text[slice(*span)]).split())
        facts, group = [Fact("Claim", name, form="code")], _group(entry)
        if entry is None:
            facts.append(Fact("Verdict", "cannot be judged: the data or the definitions do not allow it"))
        else:
            facts += self._verdict(entry)
            facts.append(self._defined(entry.spec.line))
        facts.append(self._here(passage, span))
        where = shown.spot if shown else None
        kind = "Claim" if group == "claim" else "False claim" if entry else "Claim without a verdict"
        return Mark(group, kind, words, tuple(facts), self.lang, where, "" if where else why_no_place(passage))

    def _verdict(self, entry: ClaimEntry) -> Iterator[Fact]:
        spec, verdict = entry.spec, entry.verdict
        count = f"{len(entry.rows)} row{'' if len(entry.rows) == 1 else 's'}"
        reason = f" ({verdict.reason})" if verdict.reason else ""
        yield Fact("Verdict", f"{'true' if verdict.holds else 'false'}, tested on {count}{reason}")
        yield Fact("Holds", spec.holds, form="code")
        yield Fact("", tried(lambda: self.spoken.claim(spec), ""), self.lang)
        table = self.lookup.table_spec(self.release.id, spec.table)
        common = {**spec.at}
        yield Fact("Measure", tried(lambda: self.spoken.measure(spec.measure, table, common), ""), self.lang)
        if common:
            yield Fact("Of", self.spoken.place(common), self.lang)
        places = varying([row.at for row in entry.rows])
        breaking = [row.at for row in verdict.breaking]
        broken = [self._row(row, place) for row, place in zip(entry.rows, places, strict=True) if row.at in breaking]
        yield from listed("Rows that break it" if len(broken) > 1 else "Row that breaks it", broken, _ROWS, "rows")

    def _row(self, row: Row, place: Mapping[str, str]) -> Fact:
        return Fact("", f"{self.spoken.place(place)}: {self.spoken.number(row.value)}", self.lang)

    # -- loose numbers

    def _number(self, passage: Bare, span: Span, placed: Placed | None) -> Mark:
        words = " ".join(passage.passage.text[slice(*span)].split())
        facts = (
            Fact("Comes from", "no cell"),
            Fact("To do", f"print it with {{{{ … }}}}, or declare the words under [literals] in {self.release.path}"),
            self._here(passage, span),
        )
        where = placed.words(span) if placed is not None else None
        return Mark("number", "Loose number", words, facts, self.lang, where, "" if where else why_no_place(passage))


def _group(entry: ClaimEntry | None) -> GroupId:
    return "claim" if entry is not None and entry.verdict.holds else "false"


def evidence(lookup: Lookup, release: str, lang: str, path: str) -> Evidence | None:
    """What makes the marks of a text; None when its definitions cannot be read."""
    try:
        return Evidence(lookup, lookup.whole_release(release), lang, path)
    except (FactError, SourceErrors):
        return None
