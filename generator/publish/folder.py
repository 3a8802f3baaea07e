"""A folder of this machine as a target: versions beside it, and a link that is switched in one step.

The place that readers' server shows (`/srv/www/site`) is a symbolic link to a version in a hidden folder beside it
(`/srv/www/.site.published/versions/000012-DIGEST`). A version is made under another name, of hard links to the files
of the one that is shown, and is never changed afterwards: `rename` gives it its name, another one replaces the link.
Whoever is killed leaves readers the old site or the new one, whole.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import PublishError
from . import versions
from .history import History
from .seal import Seal, SealedFile, instant_text
from .store import Contents, is_of
from .target import Present, Publisher
from .versions import FILE_MODE, FOLDER_MODE, OWN_FILE_MODE, OWN_FOLDER_MODE, STAGING, digest_of


class FolderTarget:
    """See `Target`. `path` is what the server shows at the site's address."""

    at_once = 1

    def __init__(self, path: Path) -> None:
        self.path = path.parent.resolve() / path.name  # a link, which is not followed
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
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._busy() from None
            self.write_record("publisher.json", json.dumps([publisher.by, instant_text(publisher.at)]).encode())
            yield
        finally:
            os.close(lock)

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
        current = self._current()
        return digest_of(current.name) if current else ""

    def present(self) -> Mapping[str, Present]:
        """See `Target.present`. Every file is read, so that one which somebody changed is mended."""
        with self._refusals():
            self._refuse_what_is_not_ours()
            current = self._current()
            return {path: Present(_digest(current / path)) for path in _files(current)} if current else {}

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
        self._remove_unfinished()  # it takes room
        with self._refusals():
            free = shutil.disk_usage(self.state).free
        versions.check_room(str(self.path), room, free)
        with self._refusals():
            self._new.mkdir()
            self._new.chmod(FOLDER_MODE)
            if (current := self._current()) is not None:
                self._take_over(current)

    def _take_over(self, current: Path) -> None:
        """Make the new version of the files of another one: links to them, or copies where the disk makes no links."""
        for path in _files(current):
            place = self._place(path)
            try:
                os.link(current / path, place, follow_symlinks=False)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise
                shutil.copy2(current / path, place, follow_symlinks=False)

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
            _sync(self._new)
            self._new.rename(version)
            link = self.state / "next"
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(version, self.path.parent))
            if self.path.is_dir() and not self.path.is_symlink():
                self.path.rmdir()  # it is empty: `locked` made sure
            link.replace(self.path)
            _sync(self.path.parent)

    def tidy(self, keep: int) -> None:
        """See `Target.tidy`."""
        current = self._current()
        self._remove_unfinished()
        old = versions.superfluous(self._names(), current.name if current else "", History(self).last(keep))
        with self._refusals():
            for name in old:
                shutil.rmtree(self._versions / name)

    def _remove_unfinished(self) -> None:
        names = self._names()
        with self._refusals():
            for name in names:
                if name.startswith(STAGING):
                    shutil.rmtree(self._versions / name)

    # ------------------------------------------------------------ records

    def read_record(self, name: str) -> bytes | None:
        """See `Target.read_record`."""
        try:
            return (self._records / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PublishError(f"cannot read {self._records / name}: {error.strerror}") from None

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
        try:
            content = (self._folder / file.path).read_bytes()
        except OSError:
            return None
        return content if is_of(content, file) else None


def _files(folder: Path) -> list[str]:
    """Every file below a folder. Links are files here: nothing is followed."""
    found = []
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in (*names, *links)]
    return sorted(found)


def _digest(place: Path) -> str:
    """The digest of a file; of a link or a pipe, which no publishing makes, one that no file has."""
    if place.is_symlink() or not place.is_file():
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
