"""New bytes of several files → the folder: all of them, or none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import OutputError


def replace_all(root: Path, files: Mapping[str, bytes]) -> None:
    """Put each file in its place: all are written beside it first, and take its place when every one is on disk.

    Raises OutputError; then every file is as it was.
    """
    waiting: dict[Path, Path] = {}
    done: list[tuple[Path, bytes | None]] = []
    try:
        for path, data in files.items():
            place = Path(os.path.realpath(root / path))  # a link stays a link
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
            waiting[place] = beside
            with beside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if place.exists():
                beside.chmod(place.stat().st_mode & 0o7777)
        for place, beside in waiting.items():
            before = place.read_bytes() if place.exists() else None
            beside.replace(place)
            done.append((place, before))
    except OSError as error:
        for place, before in done:
            _restore(place, before)
        for beside in waiting.values():
            beside.unlink(missing_ok=True)
        raise OutputError(f"{error.filename}: {error.strerror}; nothing was written") from None


def _restore(place: Path, before: bytes | None) -> None:
    if before is None:
        place.unlink(missing_ok=True)
    else:
        place.write_bytes(before)
