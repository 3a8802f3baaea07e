"""Translations that somebody holds to be right → their records, written in one step."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import OutputError, UsageError
from ..facts.staleness import Pair, accept
from ..sources.origins import Origins, origins_path, write_origins
from ..sources.passages import Passage
from .status import Translation


@dataclass(frozen=True)
class Accepted:
    """A translation with the blocks that were accepted; `data` is the new record, None where it stays as it is."""

    translation: Translation
    blocks: tuple[Pair, ...] = ()
    data: bytes | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """Where the record stands."""
        return origins_path(self.translation.path)


def accepted(one: Translation, blocks: Sequence[tuple[str, int]] = ()) -> Accepted:
    """A translation whose blocks (all, when none is named) count as made from the present source.

    A block is named by the language of a text ("" is the translation's own) and one of its lines there. Raises
    UsageError when no block stands there.
    """
    chosen = set(map(id, one.pairs)) if not blocks else {id(_at(one, tag, line)) for tag, line in blocks}
    record = accept(one.pairs, one.source.lang, lambda block: id(block) in chosen)
    if one.record is not None and _same(record, one.record):
        return Accepted(one)
    done = tuple(block for block in one.pairs if block.state != "done" and id(block) in chosen)
    return Accepted(one, done, write_origins(record))


def _same(record: Origins, before: Origins) -> bool:
    """Whether two records say the same. Where blocks only moved, a record stays as it is."""
    return record.source == before.source and Counter(record.origins) == Counter(before.origins)


def _at(one: Translation, tag: str, line: int) -> Pair:
    tag = tag or one.lang
    if tag not in (one.lang, one.source.lang):
        raise UsageError(f'"{tag}" is neither the source nor the translation: write a line, or {one.source.lang}:LINE')
    path = one.path if tag == one.lang else one.source.path
    places: Mapping[int, Pair] = {
        passage.line: block for block in one.pairs for passage in [_passage(block, one, tag)] if passage is not None
    }
    for block in one.pairs:
        passage = _passage(block, one, tag)
        if passage is not None and passage.line <= line <= passage.line + passage.text.count("\n"):
            return block
    waiting = [str(number) for number, block in sorted(places.items()) if block.state != "done"]
    hint = f"blocks that are not done: {', '.join(waiting)}" if waiting else "all its blocks are done"
    raise UsageError(f"no block stands on line {line} of {path}; {hint}")


def _passage(block: Pair, one: Translation, tag: str) -> Passage | None:
    return block.target if tag == one.lang else block.source


def write_record(root: Path, path: str, data: bytes) -> None:
    """Put a record in its place: the old one or the new one stands there at any moment. Raises OutputError."""
    place = root / path
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(data)
        draft.replace(place)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}") from None
