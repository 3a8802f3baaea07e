"""What targets worked out, kept for others and for builds to come in the same process, as long as it still holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from .edition import Record
from .lookup import Lookup

Value = TypeVar("Value")

_PLACES = 600


@dataclass(frozen=True)
class _Entry(Generic[Value]):
    """A value, what was asked for it, and the digests of the units that were asked."""

    value: Value
    asked: Record
    units: dict[str, str]


class Kept(Generic[Value]):
    """Values by their keys, those that were asked for last.

    A value holds while every question that was asked for it has the same answer; whoever takes it over has asked the
    same. A key names what a value is made of beside these answers.
    """

    def __init__(self) -> None:
        self._entries: OrderedDict[Hashable, _Entry[Value]] = OrderedDict()

    def once(
        self,
        lookup: Lookup,
        key: Hashable,
        work_out: Callable[[Lookup], Value],
        keep: Callable[[Value], bool] = lambda _value: True,
    ) -> Value:
        """The value under a key, worked out now or before; `work_out` asks the lookup that it gets, and no other."""
        entry = self._entries.get(key)
        if entry is None or not lookup.still(entry.asked, entry.units):
            apart = lookup.apart()
            entry = _Entry(work_out(apart), apart.asked, apart.units())
            if keep(entry.value):
                self._entries[key] = entry
                if len(self._entries) > _PLACES:
                    self._entries.popitem(last=False)
        else:
            self._entries.move_to_end(key)
        lookup.take_over(entry.asked)
        return entry.value
