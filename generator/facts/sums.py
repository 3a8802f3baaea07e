"""Shown numbers and the totals that release.toml declares → whether a total differs from its parts as printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal

from ..definitions import Coordinates, TableSpec

_EXACT = Context(prec=60)
MESSAGE = "Totals may not add up because of rounding."


class Shown:
    """The levels that a table or a chart shows, as printed: a number for each unit and full key."""

    def __init__(self, spec: TableSpec) -> None:
        self._spec = spec
        self._numbers: dict[str, dict[tuple[str, ...], Decimal]] = {}
        self._uneven = False

    def add(self, at: Coordinates, unit: str, number: Decimal) -> None:
        """Note a level."""
        self._numbers.setdefault(unit, {})[tuple(at[dimension] for dimension in self._spec.dimensions)] = number

    def add_total(self, total: Decimal, parts: Iterable[Decimal]) -> None:
        """Note a total that is shown beside its parts: the sum above a panel."""
        self._uneven = self._uneven or total != _sum(parts)

    @property
    def uneven(self) -> bool:
        """Whether readers who add up what they see would find another total."""
        return self._uneven or any(self._differs(numbers) for numbers in self._numbers.values())

    def _differs(self, numbers: Mapping[tuple[str, ...], Decimal]) -> bool:
        for index, dimension in enumerate(self._spec.dimensions):
            for code, parts in self._spec.totals.get(dimension, {}).items():
                for key, total in numbers.items():
                    if key[index] == code:
                        keys = [(*key[:index], part, *key[index + 1 :]) for part in parts]
                        if all(part in numbers for part in keys) and total != _sum(numbers[part] for part in keys):
                            return True
        return False


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = _EXACT.add(total, number)
    return total
