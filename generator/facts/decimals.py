"""The figures of a text → those that it prints with different numbers of decimals, though nobody asked for that."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from ..definitions import Reference
from ..errors import FactError, Problem, SourceErrors, SourceRef
from .figures import figure_value, parse_figure
from .lookup import Lookup

_PLACES = tuple((str(places),) for places in range(13))


def uneven_decimals(references: Iterable[Reference], path: str, release: str, lookup: Lookup) -> tuple[Problem, ...]:
    """Each figure that one page prints in two ways. It may, where each of them says `decimals(n)` itself: a figure in
    two units is two figures, its sign is not counted, and words and places in an order have no decimals."""
    uses: dict[tuple[str, str], list[tuple[int, bool, int]]] = {}
    for reference in references:
        if reference.kind == "figure" and (found := _printed(reference.name, lookup, release)) is not None:
            key, decimals, asked = found
            uses.setdefault(key, []).append((decimals, asked, reference.line))
    return tuple(_uneven(uses, path))


def _uneven(uses: Mapping[tuple[str, str], list[tuple[int, bool, int]]], path: str) -> Iterator[Problem]:
    for (name, _unit), found_uses in uses.items():
        for one, other in itertools.combinations(found_uses, 2):
            if one[0] != other[0] and not (one[1] and other[1]):
                lines = f"{one[0]} on line {one[2]}, {other[0]} on line {other[2]}"
                message = f'the figure "{name}" is printed with different numbers of decimals: {lines}'
                hint = "print it in one way, or write decimals(n) in both places if both are meant"
                yield Problem("rounding-differs", message, SourceRef(path, other[2]), hint, level="warning")
                break


def _printed(expression: str, lookup: Lookup, release: str) -> tuple[tuple[str, str], int, bool] | None:
    """The figure and its unit, the decimals that it is printed with, and whether the text asks for them itself."""
    try:
        ref = parse_figure(expression)
        if not ref.members and lookup.period(release, ref.name) is not None:
            return None
        value, spec = figure_value(ref, lookup, release)
    except (FactError, SourceErrors):
        return None  # told by the page
    units, unit, decimals, asked = lookup.config().units, value.unit, value.decimals, False
    if spec.unit is not None and spec.unit in units:
        unit = spec.unit
        decimals = units[unit].decimals if spec.decimals is None else spec.decimals
    for name, arguments in ref.forms:
        if name in ("words", "ordinal") or (name == "decimals" and arguments[:1] not in _PLACES):
            return None  # without decimals, or wrong, which the page tells
        if name == "decimals":
            decimals, asked = int(arguments[0]), True
        if name == "in" and arguments and arguments[0] in units and arguments[0] != unit:
            unit, decimals = arguments[0], units[arguments[0]].decimals
    return (ref.id, unit), decimals, asked
