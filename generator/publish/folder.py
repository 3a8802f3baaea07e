"""A folder of this machine as a target: versions beside it, and a link that is switched in one step.

The place that readers' server shows (`/srv/www/site`) is a symbolic link to a version in a hidden folder beside it
(`/srv/www/.site.published/versions/000012-DIGEST`). A version is made under another name, of hard links to the files
of the one that is shown, and is never changed afterwards: `rename` gives it its name, another one replaces the link.
Whoever is killed leaves readers the old site or the new one, whole. Files and folders of others are taken along.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from ..errors import PublishError
from . import versions
from .history import History
from .seal import Seal, SealedFile, instant_text
from .store import Contents, is_of
from .target import Present, Publisher
from .versions import FILE_MODE, FOLDER_MODE, OPEN, OWN_FILE_MODE, OWN_FOLDER_MODE, READABLE, STAGING, digest_of


class FolderTarget:
    """See `Target`. `path` is what the server shows at the site's address."""

    at_once = 1

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path.parent)) / path.name  # a link, which is not followed
        self.state = self.path.parent / versions.state_name(self.path.name)
        self._versions, self._records = self.state / "versions", self.state / "records"
        self._new = self._versions / STAGING

    # ------------------------------------------------------------ one at a time

    @contextmanager
    def locked(self, publisher: Publisher) -> Iterator[None]:
        """See `Target.locked`. The system itself frees the lock of a publisher that is killed."""
        with self._refusals():
            self._refuse_what_is_not_ours()
            for folder in (self.state, self._versions, self._records):
                folder.mkdir(exist_ok=True)
                folder.chmod(OWN_FOLDER_MODE if folder == self._records else FOLDER_MODE)
            lock = os.open(self.state / "lock", os.O_RDWR | os.O_CREAT, OWN_FILE_MODE)
        try:
            with self._refusals():
                self._lock(lock)
            self._remove_unfinished()  # first of all: it takes room
            self.write_record("publisher.json", json.dumps([publisher.by, instant_text(publisher.at)]).encode())
            yield
        finally:
            os.close(lock)

    def _lock(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._busy() from None

    def _busy(self) -> PublishError:
        try:
            by, since = json.loads(self.read_record("publisher.json") or b"")
        except (ValueError, TypeError):
            by, since = "somebody", "a moment ago"
        return versions.busy(str(self.path), by, since)

    def _refuse_what_is_not_ours(self) -> None:
        if found := self._obstacle():
            raise versions.obstacle(found, str(self.path), str(self.path.parent))

    def _obstacle(self) -> versions.Obstacle | None:
        if self.path.is_symlink():
            return None if self._leads_to().parent == self._versions else "link"
        if self.path.is_dir():
            if self.path.is_mount():
                return "mount"
            return "files" if any(self.path.iterdir()) else None
        if self.path.exists():
            return "file"
        return None if self.path.parent.is_dir() else "no parent"

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """What the disk refuses, in words."""
        try:
            yield
        except OSError as error:
            not_yours = versions.not_yours(str(self.path.parent))
            reasons = {
                errno.ENOSPC: versions.FULL,
                errno.EDQUOT: versions.QUOTA,
                errno.EROFS: versions.READ_ONLY,
                errno.EBUSY: versions.BUSY,
                errno.ENOLCK: versions.NO_LOCKS,
                errno.EOPNOTSUPP: versions.NO_LOCKS,
                errno.EACCES: not_yours,
                errno.EPERM: not_yours,
            }
            reason = reasons.get(error.errno or 0) or str(error.strerror or error)
            where = f" ({error.filename})" if error.filename else ""
            raise PublishError(f"cannot publish to {self.path}: {reason}{where}; then publish again") from None

    # ------------------------------------------------------------ what is there

    def _current(self) -> Path | None:
        """The version that readers see."""
        if not self.path.is_symlink():
            return None
        version = self._leads_to()
        return version if version.parent == self._versions and version.is_dir() else None

    def _leads_to(self) -> Path:
        """Where the link leads: somebody may have removed that."""
        return Path(os.path.normpath(self.path.parent / self.path.readlink()))

    def shown(self) -> str:
        """See `Target.shown`."""
        with self._refusals():
            current = self._current()
        return digest_of(current.name) if current else ""

    def present(self) -> Mapping[str, Present]:
        """See `Target.present`. Every file is read, so that one which somebody changed, or closed, is mended."""
        with self._refusals():
            self._refuse_what_is_not_ours()
            current = self._current()
            found = sorted(_digests(current)) if current else []
            return {path: Present(digest, foreign=True) for path, digest in found}

    def kept(self, digest: str) -> Contents | None:
        """See `Target.kept`."""
        found = versions.latest_of(self._names(), digest)
        return _Version(self._versions / found) if found else None

    def _names(self) -> list[str]:
        """What stands among the versions."""
        with self._refusals():
            return [place.name for place in self._versions.iterdir()] if self._versions.is_dir() else []

    # ------------------------------------------------------------ changing it

    def begin(self, room: int) -> None:
        """See `Target.begin`."""
        with self._refusals():
            free = shutil.disk_usage(self.state).free
        versions.check_room(str(self.path), room, free)
        self._new = self._versions / f"{STAGING}-{secrets.token_hex(4)}"
        with self._refusals():
            self._new.mkdir()
            self._new.chmod(FOLDER_MODE)
            if (current := self._current()) is not None:
                self._take_over(current)

    def _take_over(self, current: Path) -> None:
        """Make the new version of the files of another one: links to them, or copies where the disk makes no links."""
        for folder, names in _walk(current):
            to = self._new / folder.relative_to(current)
            if folder != current:
                to.mkdir()
                _make_like(to, folder.stat())
            for name in names:
                try:
                    os.link(folder / name, to / name, follow_symlinks=False)
                except OSError as error:
                    if error.errno in (errno.ENOSPC, errno.EDQUOT):
                        raise
                    shutil.copy2(folder / name, to / name, follow_symlinks=False)

    def _place(self, path: str) -> Path:
        """Where a file goes in the new version; what an earlier one has in its way is removed."""
        place = self._new / path
        for folder in reversed(place.relative_to(self._new).parents[:-1]):
            whole = self._new / folder
            if whole.is_symlink() or whole.is_file():
                whole.unlink()
            if not whole.is_dir():
                whole.mkdir()
                whole.chmod(FOLDER_MODE)
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        return place

    def put(self, file: SealedFile, content: bytes) -> None:
        """See `Target.put`. The file is a new one: older versions keep theirs."""
        with self._refusals():
            place = self._place(file.path)
            place.unlink(missing_ok=True)
            with place.open("xb") as written:
                written.write(content)
                written.flush()
                os.fsync(written.fileno())
            place.chmod(FILE_MODE)

    def delete(self, path: str) -> None:
        """See `Target.delete`; folders that are empty then go, too."""
        with self._refusals():
            with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
                (self._new / path).unlink()
            for folder in (self._new / path).parents:
                if folder == self._new:
                    break
                try:
                    folder.rmdir()
                except OSError:
                    break

    def switch(self, seal: Seal) -> None:
        """See `Target.switch`."""
        version = self._versions / versions.next_name(self._names(), seal.digest)
        with self._refusals():
            self._open(seal.by_path)
            for folder, _names in _walk(self._new):
                _sync(folder)
            link = self.state / "next"
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(version, self.path.parent))
            if self.path.is_dir() and not self.path.is_symlink():
                self.path.rmdir()  # it is empty: `locked` made sure
            self._new.rename(version)  # last, so that what is refused leaves no version that was never shown
            _sync(self._versions)
            link.replace(self.path)
            _sync(self.path.parent)

    def _open(self, paths: Iterable[str]) -> None:
        """Let everybody go to files of the site, whatever somebody made of the folders in which they are."""
        for folder in {self._new / folder for path in paths for folder in PurePosixPath(path).parents}:
            if stat.S_IMODE(folder.stat().st_mode) != FOLDER_MODE:
                folder.chmod(FOLDER_MODE)

    def tidy(self, keep: int) -> None:
        """See `Target.tidy`. A version gets a name that is nobody's first: half of one is none."""
        current = self._current()
        old = versions.superfluous(self._names(), current.name if current else "", History(self).last(keep))
        for name in old:
            with suppress(OSError):
                (self._versions / name).rename(self._versions / f"{STAGING}-{name}")
        self._remove_unfinished()

    def _remove_unfinished(self) -> None:
        """What somebody else has in it, and does not let go, stays, and is in nobody's way."""
        for name in self._names():
            if name.startswith(STAGING):
                _free(self._versions / name)
                shutil.rmtree(self._versions / name, ignore_errors=True)

    # ------------------------------------------------------------ records

    def read_record(self, name: str) -> bytes | None:
        """See `Target.read_record`."""
        with self._refusals(), suppress(FileNotFoundError):
            return (self._records / name).read_bytes()
        return None

    def write_record(self, name: str, content: bytes | None) -> None:
        """See `Target.write_record`."""
        place = self._records / name
        with self._refusals():
            if content is None:
                place.unlink(missing_ok=True)
                return
            fresh = place.with_name(f"{name}.new")
            with fresh.open("wb") as written:
                written.write(content)
                written.flush()
                os.fsync(written.fileno())
            fresh.chmod(OWN_FILE_MODE)
            fresh.replace(place)


class _Version:
    """The bytes of a version that is kept. See `Contents`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, file: SealedFile) -> bytes | None:
        """See `Contents.find`."""
        place = self._folder / file.path
        try:
            content = place.read_bytes() if stat.S_ISREG(place.lstat().st_mode) else b""  # one waits at a pipe for ever
        except OSError:
            return None
        return content if is_of(content, file) else None


def _walk(top: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each folder from one on, and the names of what is in it and is no folder. Links are not followed. Raises OSError
    where one cannot look: what is there would be lost."""

    def refuse(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(top, onerror=refuse):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        yield Path(place), [*names, *links]


def _digests(version: Path) -> Iterator[tuple[str, str]]:
    """Every file of a version, with its digest; one to which readers cannot get, with a digest that no file has."""
    closed = set[Path]()
    for folder, names in _walk(version):
        if folder.parent in closed or folder.stat().st_mode & OPEN != OPEN:
            closed.add(folder)
        for name in names:
            place = folder / name
            yield place.relative_to(version).as_posix(), "" if folder in closed else _digest(place)


def _make_like(folder: Path, other: os.stat_result) -> None:
    """A folder of somebody else stays as closed as it is, and theirs where that can be."""
    with suppress(PermissionError):
        os.chown(folder, other.st_uid, other.st_gid)
    folder.chmod(stat.S_IMODE(other.st_mode) | stat.S_IRWXU)


def _free(top: Path) -> None:
    """Have it that folders can be removed, which somebody made read-only."""
    for place, folders, _names in os.walk(top):
        for folder in (Path(place) / name for name in (".", *folders)):
            if not folder.is_symlink():
                with suppress(OSError):
                    folder.chmod(FOLDER_MODE)


def _digest(place: Path) -> str:
    """The digest of a file; of a link or a pipe, which no publishing makes, and of a file that not everybody may read,
    one that no file has."""
    mode = place.lstat().st_mode
    if not stat.S_ISREG(mode) or mode & READABLE != READABLE:
        return ""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Have the names in a folder written to the disk, where the file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
