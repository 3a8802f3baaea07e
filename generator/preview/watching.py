"""Folders of sources → a build whenever something in them changes, in one thread, one build at a time.

Every build looks at all sources, so that it does not matter what an event says, how many there are, or in which order
they come: an event only says when to look. Where events are lost, or not to be had, looking from time to time replaces
them. watchfiles' home.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import Change, watch

from ..sources.files import FOLDERS, ROOT_FILES, FolderFiles, may_be_source
from .session import Session

#: In milliseconds: events belong together when this little time lies between them; together they wait no longer than
#: `_LONGEST`; and after `_GLANCE` without any, the few files that have no folder of their own are looked at.
_STEP, _LONGEST, _GLANCE = 20, 200, 60
#: In seconds: how often all sources are looked at, with events and without. On a large site, seldomer.
_LOOK, _LOOK_BLINDLY, _SHARE = 2.0, 0.3, 20
#: In seconds: when to try again after a source changed while it was read. After the last, it is told.
_RETRIES = (0.03, 0.05, 0.1, *(0.2,) * 10)

_Mark = tuple[int, ...] | None


@dataclass(frozen=True)
class Places:
    """Where the sources of a site stand: folders with all that is in them, and files beside them."""

    folders: tuple[Path, ...]
    files: tuple[Path, ...]


def places_of(files: FolderFiles) -> Places:
    """The places of a site in a folder, the default templates included."""
    folders = [files.root / name for name in FOLDERS]
    if files.templates is not None:
        folders.append(files.templates)
    return Places(tuple(dict.fromkeys(folders)), tuple(files.root / name for name in ROOT_FILES))


def keep_building(session: Session, places: Places, stop: threading.Event) -> None:
    """Build the site now, and again whenever its sources change or a release is due, until `stop` is set."""
    watcher = _Watcher(places, stop)
    look = 0.0  # when to look at all sources
    _build(session, stop)
    try:
        while not stop.is_set():
            changed = watcher.wait() or session.is_due()
            if not changed and time.monotonic() >= look:
                started = time.monotonic()
                changed = session.is_late()
                spent = time.monotonic() - started
                look = started + max(_LOOK_BLINDLY if watcher.blind else _LOOK, _SHARE * spent)
            if changed and not stop.is_set():
                _build(session, stop)
    finally:
        watcher.close()


def _build(session: Session, stop: threading.Event) -> None:
    for wait in _RETRIES:
        if session.build() or stop.wait(wait):
            return
    session.build(patient=False)


class _Watcher:
    """The events of some places. Folders that appear, vanish or are replaced are watched anew."""

    def __init__(self, places: Places, stop: threading.Event) -> None:
        self._places, self._stop = places, stop
        self._events: Iterator[set[tuple[Change, str]]] | None = None
        self._folders: tuple[_Mark, ...] = ()
        self._files = tuple(map(_file_mark, places.files))
        self.blind = False
        self._open()

    def wait(self) -> bool:
        """Wait for a change, or for a moment: whether there was a change."""
        events = self._next()
        files = tuple(map(_file_mark, self._places.files))
        changed = bool(events) or files != self._files
        self._files = files
        if self._folders != tuple(map(_folder_mark, self._places.folders)):
            self._open()
            changed = True
        return changed

    def _next(self) -> set[tuple[Change, str]]:
        if self._events is not None:
            try:
                return next(self._events, set())
            except (OSError, RuntimeError):  # the system stopped telling
                self.close()
                self.blind = True
        self._stop.wait(_GLANCE / 1000)
        return set()

    def _open(self) -> None:
        """Watch the folders that there are, before anybody looks into them."""
        self.close()
        self._folders = tuple(map(_folder_mark, self._places.folders))
        there = [folder for folder, mark in zip(self._places.folders, self._folders, strict=True) if mark is not None]
        try:
            self._events = watch(
                *there,
                watch_filter=self._matters,
                debounce=_LONGEST,
                step=_STEP,
                stop_event=self._stop,
                rust_timeout=_GLANCE,
                yield_on_timeout=True,
                raise_interrupt=False,
                ignore_permission_denied=True,
            )
            self.blind = False
            next(self._events, None)  # from here on nothing is missed; what it tells, the build to come will see
        except FileNotFoundError:
            self._folders = ()  # one has just gone: look again
        except (OSError, RuntimeError):
            self._events, self.blind = None, True  # too many folders for the system, or a kind that tells nothing

    def _matters(self, _change: Change, path: str) -> bool:
        """Whether an event may be about a source: not about the files that editors leave beside theirs."""
        for folder in self._places.folders:
            if Path(path).is_relative_to(folder):
                return all(map(may_be_source, Path(path).relative_to(folder).parts))
        return True

    def close(self) -> None:
        """Watch no more."""
        close = getattr(self._events, "close", None)
        if close is not None:
            close()
        self._events = None


def _file_mark(path: Path) -> _Mark:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _folder_mark(path: Path) -> _Mark:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
