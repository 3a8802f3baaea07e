"""A text and the data → its ledger: each figure and claim in reading order, with the cells that it was made of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar

from ..definitions import Cell, Citation, ClaimSpec, Coordinates, FigureSpec
from ..errors import FactError, SourceErrors
from ..model import FigureRef, Printed, Row, Value, Verdict
from .claims import judge, rows_of
from .figures import figure_value, parse_figure, print_figure
from .measures import evaluate
from .words import Words

_FIGURE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Trail:
    """A cell that a figure was made of; `cell` is None where the file has no such row."""

    at: Coordinates
    cell: Cell | None


@dataclass(frozen=True)
class Period:
    """A period that a text prints: its code, and its words."""

    id: str
    code: str
    text: str


@dataclass(frozen=True)
class FigureEntry:
    """A figure that a text prints: where it stands in the data, its exact value, the same in the unit that it is
    printed in, the cells behind it, and each of its forms once, as written (`drop`) and as printed."""

    id: str
    spec: FigureSpec
    at: Coordinates
    value: Value
    shown: Value
    trail: tuple[Trail, ...]
    forms: tuple[tuple[str, Printed], ...]


@dataclass(frozen=True)
class ClaimEntry:
    """A claim that a text makes: its words there, the rows that it was tested on, and the verdict."""

    spec: ClaimSpec
    words: tuple[str, ...]
    rows: tuple[Row, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Ledger:
    """What a text says in numbers, in reading order, each thing once. What cannot be printed or judged is left out:
    the page that says it tells what is wrong."""

    figures: tuple[FigureEntry, ...]
    periods: tuple[Period, ...]
    claims: tuple[ClaimEntry, ...]
    charts: tuple[tuple[str, str], ...]
    displays: tuple[tuple[str, str], ...]


def keep_ledger(words: Words, release: str) -> Ledger:
    """The ledger of a release's text in a language."""
    return _Keeper(words, release).ledger(words.lookup.cited(release, words.lang))


class _Keeper:
    """Goes through a text once."""

    def __init__(self, words: Words, release: str) -> None:
        self.words, self.lookup, self.release = words, words.lookup, release

    def ledger(self, cited: tuple[Citation, ...]) -> Ledger:
        refs: dict[str, dict[str, tuple[FigureRef, Printed]]] = {}
        said: dict[str, dict[str, None]] = {}
        shown: dict[str, dict[str, str]] = {"chart": {}, "table": {}}
        for citation in cited:
            if citation.kind == "figure":
                self.note(citation.name, refs)
            elif citation.kind == "claim":
                said.setdefault(citation.name, {}).setdefault(self.plain(citation.words))
            else:
                shown[citation.kind].setdefault(citation.name, self.plain(citation.words))
        entries = [_tried(partial(self.entry, tuple(forms.values()))) for forms in refs.values()]
        claims = [_tried(partial(self.claim, name, tuple(words))) for name, words in said.items()]
        return Ledger(
            tuple(entry for entry in entries if isinstance(entry, FigureEntry)),
            tuple(entry for entry in entries if isinstance(entry, Period)),
            tuple(claim for claim in claims if claim is not None),
            tuple(shown["chart"].items()),
            tuple(shown["table"].items()),
        )

    def note(self, expression: str, refs: dict[str, dict[str, tuple[FigureRef, Printed]]]) -> None:
        """Each way of printing a figure, once."""

        def note() -> None:
            ref = parse_figure(expression)
            printed = print_figure(ref, self.words, self.release)
            refs.setdefault(ref.id, {}).setdefault(form_of(ref), (ref, printed))

        _tried(note)

    def plain(self, text: str) -> str:
        """Words of a text, with their figures printed."""

        def printed(found: re.Match[str]) -> str:
            ref = _tried(lambda: print_figure(parse_figure(found.group(1)), self.words, self.release))
            return ref.text if ref is not None else "?"

        return _FIGURE.sub(printed, text)

    def entry(self, forms: tuple[tuple[FigureRef, Printed], ...]) -> FigureEntry | Period:
        """A figure with its trail; or a period, which has none."""
        ref, printed = forms[0]
        if not ref.members and self.lookup.period(self.release, ref.name) is not None:
            return Period(ref.name, printed.machine, printed.text)
        value, spec = figure_value(ref, self.lookup, self.release)
        at = {**spec.at, **dict(zip(spec.by, ref.members, strict=True))}
        data = self.lookup.data(self.release, spec.table)
        _value, cells = data.traced(lambda: evaluate(data, spec.measure, at))
        trail = tuple(Trail(dict(zip(data.spec.dimensions, key, strict=True)), cell) for key, cell in cells)
        shown = value
        if spec.unit is not None:
            shown = self.words.convert(value, spec.unit)
            decimals = shown.decimals if spec.decimals is None else spec.decimals
            shown = Value(shown.number, shown.unit, decimals, shown.statuses)
        whole = {dimension: at[dimension] for dimension in data.spec.dimensions}
        named = tuple((form_of(one), text) for one, text in forms)
        return FigureEntry(ref.id, spec, whole, value, shown, trail, named)

    def claim(self, name: str, words: tuple[str, ...]) -> ClaimEntry:
        spec = self.lookup.claim(self.release, name)
        verdict = judge(spec, self.lookup, self.release)
        return ClaimEntry(spec, words, rows_of(spec, self.lookup.data(self.release, spec.table)), verdict)


def form_of(ref: FigureRef) -> str:
    """The forms of a figure, as a text writes them: `drop`, `in(EUR_BILLION) | number`; empty when it has none."""
    return " | ".join(f"{name}({', '.join(given)})" if given else name for name, given in ref.forms)


def exact(number: Decimal) -> str:
    """A number as programs read it, with all its digits."""
    return f"{number:f}"


def _tried(work: Callable[[], _Made]) -> _Made | None:
    """What some work gives, or None when the data or the definitions do not let it."""
    try:
        return work()
    except (FactError, SourceErrors):
        return None
