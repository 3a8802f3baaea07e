"""New bytes for some files of a site → all of them written, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError

_MARK = ".communique.tmp"


@dataclass(frozen=True)
class Change:
    """A file below the site's root: what it held (None: it was not there), and what it is to hold."""

    path: str
    before: bytes | None
    after: bytes


def write_changes(root: Path, changes: Iterable[Change]) -> tuple[str, ...]:
    """Write files that differ; their paths. Raises OutputError: then every file is as it was."""
    wanted = [change for change in changes if change.before != change.after]
    places = {change.path: (root / change.path).resolve() for change in wanted}
    done: list[Change] = []
    try:
        for change in wanted:
            _prepare(places[change.path], change)
        for change in wanted:
            _beside(places[change.path]).replace(places[change.path])
            done.append(change)
    except OSError as error:
        _undo(done, places)
        raise OutputError(f"{error.filename}: {error.strerror}; nothing was written") from None
    finally:
        for place in places.values():
            _beside(place).unlink(missing_ok=True)
    return tuple(places)


def _beside(place: Path) -> Path:
    return place.with_name(place.name + _MARK)


def _prepare(place: Path, change: Change) -> None:
    """The new bytes in a file beside the old one. Raises OutputError when somebody changed the old one meanwhile."""
    present = place.read_bytes() if place.exists() else None
    if present != change.before:
        raise OutputError(f"{change.path} changed in the meantime; nothing was written: try again")
    place.parent.mkdir(parents=True, exist_ok=True)
    _beside(place).write_bytes(change.after)
    if present is not None:
        shutil.copymode(place, _beside(place))


def _undo(done: Iterable[Change], places: dict[str, Path]) -> None:
    for change in done:
        if change.before is None:
            places[change.path].unlink(missing_ok=True)
        else:
            places[change.path].write_bytes(change.before)


def write_made(root: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write what can be made again at any time; what has its bytes already is not touched. Raises OutputError."""
    for path, data in files:
        place = root / path
        try:
            if place.is_file() and place.read_bytes() == data:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        except OSError as error:
            raise OutputError(f"{error.filename}: {error.strerror}") from None
