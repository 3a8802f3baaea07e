"""Finished bytes → a folder that readers see: staged whole, switched in one step, never half.

The output (`build/site`) is a symbolic link to a version in a hidden folder beside it (`build/.site/000007/site`).
A build makes the next version there, with hard links to the files that did not change, and then replaces the link: one
`rename`, which the system does or does not do. A build that is killed leaves a version that nobody links to; the next
build deletes it. The version before the current one is kept, for readers who are in the middle of it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ..errors import OutputError
from ..sources.files import digest_of
from .manifest import Detail, Made, Manifest, read_manifest, remember_stamps, write_manifest


class Stage(Protocol):
    """Where a build puts what it makes, before anybody sees it."""

    def put(self, path: str, content: bytes) -> tuple[str, int, int]:
        """Keep the bytes of an output; their digest and size, and the file's time."""

    def keep(self, made: Made) -> None:
        """Take an output over from the version before."""

    def commit(self, manifest: Manifest, details: Mapping[str, Detail]) -> None:
        """Show the new version to readers, in one step."""

    def discard(self) -> None:
        """Forget what was put: the version will not be shown."""


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
        files = dict(_files(str(current / "site"), ""))
        whole = {
            key: made
            for key, made in manifest.made.items()
            if made.target.rehearsal
            or not made.target.path
            or files.get(made.target.path) == (made.size, made.mtime_ns)
        }
        expected = {made.target.path for made in manifest.made.values() if not made.target.rehearsal}
        if len(whole) == len(manifest.made) and not set(files) - expected:
            return manifest
        return replace(manifest, made=whole, damaged=True)

    def stage(self) -> Stage:
        """See `Output.stage`."""
        numbers = [int(name) for name in os.listdir(self.state) if name.isdigit()]
        version = self.state / f"{max(numbers, default=0) + 1:06d}"
        (version / "site").mkdir(parents=True)
        return _FolderStage(self, version)

    def remember(self, manifest: Manifest) -> None:
        """See `Output.remember`."""
        current = _current(self.out, self.state)
        if current is not None:
            remember_stamps(current / "manifest.sqlite", manifest)

    def sweep(self) -> None:
        """Delete versions that nobody sees: all but the current one and the one before it."""
        current = _current(self.out, self.state)
        older = sorted(name for name in os.listdir(self.state) if name.isdigit())
        number = current.name if current else ""
        kept = {number, *[name for name in older if name < number][-1:]}
        for name in older:
            if name not in kept:
                shutil.rmtree(self.state / name, ignore_errors=True)


class _FolderStage:
    """A version being made."""

    def __init__(self, output: FolderOutput, version: Path) -> None:
        self._output, self._version = output, version
        self._site = str(version / "site")
        current = _current(output.out, output.state)
        self._old = str(current / "site") if current else ""
        self._folders: set[str] = set()

    def _place(self, path: str) -> str:
        folder, _, _name = path.rpartition("/")
        if folder and folder not in self._folders:
            os.makedirs(f"{self._site}/{folder}", exist_ok=True)
            self._folders.add(folder)
        return f"{self._site}/{path}"

    def put(self, path: str, content: bytes) -> tuple[str, int, int]:
        """See `Stage.put`."""
        place = self._place(path)
        with open(place, "wb") as file:
            file.write(content)
        return digest_of(content), len(content), os.stat(place).st_mtime_ns

    def keep(self, made: Made) -> None:
        """See `Stage.keep`."""
        path = made.target.path
        old, new = f"{self._old}/{path}", self._place(path)
        try:
            os.link(old, new)
        except OSError:
            shutil.copy2(old, new)  # a file system without hard links

    def commit(self, manifest: Manifest, details: Mapping[str, Detail]) -> None:
        """See `Stage.commit`."""
        write_manifest(self._version / "manifest.sqlite", manifest, details)
        out, state = self._output.out, self._output.state
        link = state / "next"
        with suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(os.path.relpath(self._site, out.parent))
        if out.is_dir() and not out.is_symlink():
            out.rmdir()  # `opened` made sure that it is empty
        os.replace(link, out)
        self._output.sweep()

    def discard(self) -> None:
        """Delete a version that will not be shown."""
        shutil.rmtree(self._version, ignore_errors=True)


@contextmanager
def opened(out: Path, waiting: Callable[[], None]) -> Iterator[FolderOutput]:
    """The output at a path, locked for this process. `waiting` is called once if another build holds the lock.

    Raises OutputError when the path is something that is not ours to replace, or cannot be written.
    """
    out = Path(os.path.abspath(out))
    state = out.parent / f".{out.name}"
    _refuse_what_is_not_ours(out, state)
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = open(state / "lock", "w")
    except OSError as error:
        raise OutputError(f"cannot write to {out.parent}: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        output = FolderOutput(out, state)
        output.sweep()
        yield output


def _refuse_what_is_not_ours(out: Path, state: Path) -> None:
    if out.is_symlink():
        target = os.path.normpath(out.parent / os.readlink(out))
        if not target.startswith(f"{state}/"):
            raise OutputError(f"{out} is a link that communique did not make: remove it, or choose another --out")
    elif out.is_dir():
        if any(out.iterdir()):
            raise OutputError(f"{out} holds files that communique did not make: choose an empty or a new folder")
    elif out.exists():
        raise OutputError(f"{out} is a file: choose a folder")


def _current(out: Path, state: Path) -> Path | None:
    """The version that readers see."""
    if not out.is_symlink():
        return None
    version = Path(os.path.normpath(out.parent / os.readlink(out))).parent
    return version if version.parent == state and (version / "site").is_dir() else None


def _files(folder: str, below: str) -> Iterator[tuple[str, tuple[int, int]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = below + entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, name + "/")
            else:
                status = entry.stat(follow_symlinks=False)
                yield name, (status.st_size, status.st_mtime_ns)


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
        return MemoryStage()

    def remember(self, manifest: Manifest) -> None:
        """See `Output.remember`."""


class MemoryStage:
    """A stage that keeps nothing but the last commit's manifest."""

    def put(self, path: str, content: bytes) -> tuple[str, int, int]:
        """See `Stage.put`."""
        return digest_of(content), len(content), 0

    def keep(self, made: Made) -> None:
        """See `Stage.keep`."""

    def commit(self, manifest: Manifest, details: Mapping[str, Detail]) -> None:
        """See `Stage.commit`."""

    def discard(self) -> None:
        """See `Stage.discard`."""
