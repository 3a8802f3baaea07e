"""Finished bytes → a folder that readers see: staged whole, switched in one step, never half.

The output (`build/site`) is a symbolic link to one of two versions in a hidden folder beside it (`build/.site/a/site`
and `b/site`). A build brings the version that nobody sees up to date, with hard links to the files that did not change,
and then replaces the link: one `rename`, which the system does or does not do. A build that is killed leaves readers
where they were; the next one finds the other version as it is, whatever that is, and goes on from there. Work on
disk is in proportion to what changed since the version before the last.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ..errors import OutputError, Problem
from ..model import Target
from ..sources.files import digest_of
from .manifest import Detail, Made, Manifest, read_manifest, remember_stamps, write_manifest

#: Stands beside a version that shows releases that are not public.
_UNPUBLISHED = "unpublished"


class Stage(Protocol):
    """Where a build puts what it makes, before anybody sees it."""

    def put(self, path: str, content: bytes) -> tuple[str, int, int]:
        """Keep the bytes of an output; their digest and size, and the file's time."""

    def keep(self, kept: Iterable[Made]) -> None:
        """Take outputs over from the version before."""

    def old(self, path: str) -> bytes:
        """The bytes of an output in the version before."""

    def fail(self, target: Target, problems: tuple[Problem, ...]) -> None:
        """Note an output that could not be made: a draft's, for other mistakes let nothing be committed."""

    def commit(self, manifest: Manifest, details: Mapping[str, Detail]) -> None:
        """Show the new version to readers, in one step."""

    def discard(self) -> None:
        """Forget what was put, unless it has been shown."""


class Output(Protocol):
    """A place for the site."""

    def before(self) -> Manifest:
        """What the last commit made; outputs whose files are gone or altered are left out."""

    def stage(self) -> Stage:
        """A new stage, empty."""

    def remember(self, manifest: Manifest) -> None:
        """Nothing was made; keep what was learnt of the sources' stamps."""


@dataclass(frozen=True)
class FolderOutput:
    """The site in a folder. Use `opened` to get one: it holds the folder's lock."""

    out: Path
    state: Path

    def before(self) -> Manifest:
        """See `Output.before`."""
        current = _current(self.out, self.state)
        if current is None:
            return Manifest()
        manifest = read_manifest(current / "manifest.sqlite")
        files = {path: (status.st_size, status.st_mtime_ns) for path, status in _files(str(current / "site"), "")}
        whole = {
            key: made
            for key, made in manifest.made.items()
            if made.target.rehearsal
            or made.failed
            or not made.target.path
            or files.get(made.target.path) == (made.size, made.mtime_ns)
        }
        shown = (made for made in manifest.made.values() if not made.target.rehearsal and not made.failed)
        expected = {made.target.path for made in shown}
        if len(whole) == len(manifest.made) and not set(files) - expected:
            return manifest
        return replace(manifest, made=whole, damaged=True)

    def stage(self) -> Stage:
        """See `Output.stage`."""
        current = _current(self.out, self.state)
        version = self.state / ("b" if current is not None and current.name == "a" else "a")
        with _refusals(self.out):
            (version / "site").mkdir(parents=True, exist_ok=True)
            (version / "manifest.sqlite").unlink(missing_ok=True)
            return _FolderStage(self, version, current)

    def remember(self, manifest: Manifest) -> None:
        """See `Output.remember`."""
        current = _current(self.out, self.state)
        if current is None:
            return
        with suppress(OSError):  # what is not remembered only costs time
            remember_stamps(current / "manifest.sqlite", manifest)


class _FolderStage:
    """The version that nobody sees, being brought up to date."""

    def __init__(self, output: FolderOutput, version: Path, current: Path | None) -> None:
        self._output, self._version = output, version
        self._site = str(version / "site")
        self._old = str(current / "site") if current else ""
        self._shown = {path: status.st_ino for path, status in _files(self._old, "")} if current else {}
        self._present = {path: status.st_ino for path, status in _files(self._site, "")}
        self._placed: set[str] = set()
        self._folders: set[str] = set()

    def _place(self, path: str) -> str:
        """Where a file goes; whatever stands in its way is removed."""
        place = f"{self._site}/{path}"
        if path in self._present or path in self._placed:
            os.unlink(place)  # never written over: another version may share it
        folder, _, _name = path.rpartition("/")
        if folder and folder not in self._folders:
            try:
                os.makedirs(f"{self._site}/{folder}", exist_ok=True)
            except (FileExistsError, NotADirectoryError):
                _clear_way(self._site, folder)
                os.makedirs(f"{self._site}/{folder}")
            self._folders.add(folder)
        if path not in self._present and os.path.isdir(place):
            shutil.rmtree(place)
        self._placed.add(path)
        return place

    def put(self, path: str, content: bytes) -> tuple[str, int, int]:
        """See `Stage.put`."""
        with _refusals(self._output.out):
            place = self._place(path)
            with open(place, "xb") as file:
                file.write(content)
            return digest_of(content), len(content), os.stat(place).st_mtime_ns

    def keep(self, kept: Iterable[Made]) -> None:
        """See `Stage.keep`."""
        for made in kept:
            self._keep(made.target.path)

    def old(self, path: str) -> bytes:
        """See `Stage.old`."""
        with _refusals(self._output.out):
            return _bytes_of(f"{self._old}/{path}")

    def _keep(self, path: str) -> None:
        if path in self._present and self._present[path] == self._shown.get(path):
            self._placed.add(path)  # the same file already
            return
        with _refusals(self._output.out):
            old, new = f"{self._old}/{path}", self._place(path)
            try:
                os.link(old, new)
            except OSError:
                shutil.copy2(old, new)  # a file system without hard links

    def fail(self, target: Target, problems: tuple[Problem, ...]) -> None:
        """See `Stage.fail`: the site does without it."""

    def _remove_the_rest(self) -> None:
        """Delete what an earlier version left here."""
        folders = {os.path.dirname(path) for path in self._placed}
        for path in set(self._present) - self._placed:
            with suppress(FileNotFoundError, NotADirectoryError):  # it stood in the way of another, and is gone
                os.unlink(f"{self._site}/{path}")
            folder = os.path.dirname(path)
            while folder and folder not in folders:
                try:
                    os.rmdir(f"{self._site}/{folder}")
                except OSError:
                    break
                folder = os.path.dirname(folder)

    def commit(self, manifest: Manifest, details: Mapping[str, Detail]) -> None:
        """See `Stage.commit`."""
        out, state = self._output.out, self._output.state
        with _refusals(out):
            self._remove_the_rest()
            write_manifest(self._version / "manifest.sqlite", manifest, details)
            self._mark(manifest)
            link = state / "next"
            with suppress(FileNotFoundError):
                link.unlink()
            link.symlink_to(os.path.relpath(self._site, out.parent))
            if out.is_dir() and not out.is_symlink():
                out.rmdir()  # `opened` made sure that it is empty
            os.replace(link, out)
            if not manifest.unpublished:
                self._forget_unpublished()

    def _mark(self, manifest: Manifest) -> None:
        mark = self._version / _UNPUBLISHED
        if manifest.unpublished:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)

    def _forget_unpublished(self) -> None:
        """Remove the version before, if it showed releases that are not public: nothing of it may stay."""
        for version in (self._output.state / "a", self._output.state / "b"):
            if version != self._version and (version / _UNPUBLISHED).exists():
                shutil.rmtree(version)

    def discard(self) -> None:
        """See `Stage.discard`: what was put stays where nobody sees it; the next build goes on from there."""


def _clear_way(site: str, folder: str) -> None:
    """Remove the file that stands where a folder must be."""
    parts = folder.split("/")
    for end in range(1, len(parts) + 1):
        place = "/".join((site, *parts[:end]))
        if os.path.lexists(place) and not os.path.isdir(place):
            os.unlink(place)
            return


@contextmanager
def opened(out: Path, waiting: Callable[[], None], *, closed: bool = False) -> Iterator[FolderOutput]:
    """The output at a path, locked for this process. `waiting` is called once if another build holds the lock.
    `closed`: what is to be built is not for the public, and must not take the place of what is.

    Raises OutputError when the path is something that is not ours to replace, or cannot be written.
    """
    out = Path(os.path.abspath(out))
    state = out.parent / f".{out.name}"
    try:
        _refuse_what_is_not_ours(out, state)
        state.mkdir(parents=True, exist_ok=True)
        lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputError(f"cannot write to {out.parent}: {error.strerror}") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        if closed:
            _refuse_public(out, state)
        yield FolderOutput(out, state)
    finally:
        os.close(lock)


@contextmanager
def _refusals(out: Path) -> Iterator[None]:
    """A refusal of the disk (full, read-only, not permitted) → OutputError."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write to {out.parent}: {error.strerror or error}; the site is as it was") from None


def _refuse_what_is_not_ours(out: Path, state: Path) -> None:
    if _is_within_a_site(Path(os.path.realpath(out.parent))):
        raise OutputError(f"{out} is within a site that readers have: choose another --out")
    if out.is_symlink():
        target = os.path.normpath(out.parent / os.readlink(out))
        if not target.startswith(f"{state}/"):
            raise OutputError(f"{out} is a link that communique did not make: remove it, or choose another --out")
    elif out.is_dir():
        if any(out.iterdir()):
            raise OutputError(f"{out} holds files that communique did not make: choose an empty or a new folder")
    elif out.exists():
        raise OutputError(f"{out} is a file: choose a folder")


def _is_within_a_site(folder: Path) -> bool:
    """Whether a folder is below a version that a build made, or below one that was published."""
    for place in (folder, *folder.parents):
        if place.name == "site" and (place.parent / "manifest.sqlite").is_file():
            return True
        if place.parent.name == "versions" and place.parent.parent.name.endswith(".published"):
            return True
    return False


def _refuse_public(out: Path, state: Path) -> None:
    """Readers may be looking at a public site: they must not find another one there that is not for them."""
    current = _current(out, state)
    if current is not None and not (current / _UNPUBLISHED).exists():
        raise OutputError(f"{out} holds a site for the public: choose another --out for what is not public")


def _current(out: Path, state: Path) -> Path | None:
    """The version that readers see."""
    if not out.is_symlink():
        return None
    version = Path(os.path.normpath(out.parent / os.readlink(out))).parent
    return version if version.parent == state and (version / "site").is_dir() else None


def _files(folder: str, below: str) -> Iterator[tuple[str, os.stat_result]]:
    """Every file below a folder, with what the system says of it. Links are files here: nothing is followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = below + entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, name + "/")
            else:
                yield name, entry.stat(follow_symlinks=False)


def _bytes_of(place: str) -> bytes:
    with open(place, "rb") as file:
        return file.read()


class DryOutput:
    """An output that is only looked at: for `check`, which writes nothing."""

    def __init__(self, out: Path) -> None:
        out = Path(os.path.abspath(out))
        self._folder = FolderOutput(out, out.parent / f".{out.name}")

    def before(self) -> Manifest:
        """See `Output.before`."""
        return self._folder.before()

    def stage(self) -> Stage:
        """See `Output.stage`."""
        return MemoryStage(str(self._folder.out))

    def remember(self, manifest: Manifest) -> None:
        """See `Output.remember`."""


class MemoryStage:
    """A stage that keeps nothing. `shown` is the folder with the version before, if there is one."""

    def __init__(self, shown: str = "") -> None:
        self._shown = shown

    def put(self, path: str, content: bytes) -> tuple[str, int, int]:
        """See `Stage.put`."""
        return digest_of(content), len(content), 0

    def keep(self, kept: Iterable[Made]) -> None:
        """See `Stage.keep`."""

    def old(self, path: str) -> bytes:
        """See `Stage.old`."""
        return _bytes_of(f"{self._shown}/{path}")

    def fail(self, target: Target, problems: tuple[Problem, ...]) -> None:
        """See `Stage.fail`."""

    def commit(self, manifest: Manifest, details: Mapping[str, Detail]) -> None:
        """See `Stage.commit`."""

    def discard(self) -> None:
        """See `Stage.discard`."""


class CountedOutput:
    """An output that keeps the digest of everything that is put, and no bytes: for comparing two versions of a site."""

    def __init__(self) -> None:
        self.digests: dict[str, str] = {}

    def before(self) -> Manifest:
        """See `Output.before`."""
        return Manifest()

    def stage(self) -> Stage:
        """See `Output.stage`."""
        return _CountedStage(self.digests)

    def remember(self, manifest: Manifest) -> None:
        """See `Output.remember`."""


class _CountedStage(MemoryStage):
    def __init__(self, digests: dict[str, str]) -> None:
        super().__init__()
        self._digests = digests

    def put(self, path: str, content: bytes) -> tuple[str, int, int]:
        """See `Stage.put`."""
        made = super().put(path, content)
        self._digests[path] = made[0]
        return made
