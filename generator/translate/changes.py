"""Files of a site before and after a change → those that differ, written, unless somebody changed them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import OutputError
from .writing import replace_all


@dataclass(frozen=True)
class Change:
    """A file below the site's root: what it held (None: it was not there), and what it is to hold."""

    path: str
    before: bytes | None
    after: bytes


def write_changes(root: Path, changes: Iterable[Change]) -> tuple[str, ...]:
    """Write files that differ; their paths. Raises OutputError: then every file is as it was."""
    wanted = [change for change in changes if change.before != change.after]
    for change in wanted:
        place = root / change.path
        if (place.read_bytes() if place.exists() else None) != change.before:
            raise OutputError(f"{change.path} changed in the meantime; nothing was written: try again")
    replace_all(root, {change.path: change.after for change in wanted})
    return tuple(change.path for change in wanted)


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
