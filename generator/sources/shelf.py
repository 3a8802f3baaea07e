"""Values that were read from files, by the digests of the files: kept from build to build in one process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

Value = TypeVar("Value")

_PLACES = 200


class Shelf:
    """The values that were asked for last. A key names all that a value is made of, so that no value is ever old."""

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, object] = OrderedDict()

    def once(self, key: Hashable, read: Callable[[], Value]) -> Value:
        """The value under a key, read now or before. What raises is not kept."""
        if key in self._values:
            self._values.move_to_end(key)
        else:
            self._values[key] = read()
            if len(self._values) > _PLACES:
                self._values.popitem(last=False)
        return self._values[key]  # type: ignore[return-value]  # what `read` gave
