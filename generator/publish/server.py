"""A web server as a target, over SSH: versions beside the path there, and a link that is switched in one step.

What is there looks like what `folder` makes on this machine, and has the same lock. A version is made under another
name, of hard links to the files of the one that is shown; what changed is sent into it. Before the switch the server
counts every file of it, and this machine compares: nothing half or altered is ever shown. The lock is held by the very
shell that switches: a publisher whose connection broke cannot switch, unless it has the lock again and nobody else had
it meanwhile.
"""

from __future__ import annotations

import json
import posixpath
import secrets
import shlex
import shutil
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar, cast

from ..errors import PublishError
from . import scripts, versions
from .changes import folders_of
from .history import History
from .seal import Seal, SealedFile, instant_text
from .ssh import Failed, Lost, Server, Shell, check_tools, private_folder
from .store import Contents, Distant
from .target import Present, Publisher

#: Seconds between tries.
_PAUSES = (1.0, 3.0, 9.0, 27.0)
#: So many bytes are sent in one go: enough to make nothing of the time of a start, little enough to see it go on.
_BATCH = 16_000_000

_PACKAGES = ("flock", "util-linux"), ("find", "findutils"), ("xargs", "findutils"), ("rsync", "rsync")
_REFUSED = (
    ("No space left", versions.FULL),
    ("Disk quota", versions.QUOTA),
    ("Read-only file system", versions.READ_ONLY),
    ("Device or resource busy", versions.BUSY),
)
_FORBIDDEN = ("Permission denied", "Operation not permitted")

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class _Place:
    """What is at the path: the folder around it, without links; what stands there, and where it leads; all versions."""

    parent: str
    what: str
    leads_to: str
    versions: tuple[str, ...]


class ServerTarget:
    """See `Target`. `path` is what the server shows at the site's address."""

    at_once = 1

    def __init__(self, server: Server, path: str, *, pauses: Sequence[float] = _PAUSES) -> None:
        self.where = f"{server.host}:{path}"
        parent, name = posixpath.split(path)
        state = posixpath.join(parent, versions.state_name(name))
        self._names = {"site": path, "parent": parent, "state": state}
        self._names |= {part: f"{state}/{part}" for part in ("versions", "records")}
        self._server, self._pauses = server, tuple(pauses)
        self._folder = private_folder()
        self._stage = self._folder / "stage"
        self._shells: list[Shell] = []  # the one that is open, if any
        self._ours = b""  # what stands in publisher.json while the lock is ours
        self._counted: dict[str, dict[str, Present]] = {}
        self._start("")
        self._end = weakref.finalize(self, _clear, self._shells, str(self._folder))

    def _start(self, new: str) -> None:
        """Nothing is staged yet."""
        self._names["new"] = new
        self._there: set[str] = set()
        self._sent = 0
        self._deleted: list[str] = []
        self._adopted: dict[str, str] = {}
        shutil.rmtree(self._stage, ignore_errors=True)

    # ------------------------------------------------------------ the connection

    def _again(self, act: Callable[[Shell], _Answer]) -> _Answer:
        """Do something over the connection; after it broke, over another one."""
        for pause in (*self._pauses, None):
            try:
                return act(self._shell())
            except Lost as lost:
                with suppress(OSError):
                    self._hang_up()
                if pause is None:
                    told = f"the connection to {self._server.host} does not hold ({lost}): readers have one site, whole"
                    raise PublishError(f"{told}; publish again when it does") from None
                time.sleep(pause)
            except Failed as failed:
                raise self._refusal(failed) from None
        raise AssertionError("the last try ends it")

    def _far(self, script: str, content: bytes = b"", **names: str) -> bytes:
        text = self._text(script, size=str(len(content)), **names)
        return self._again(lambda shell: shell.run(text, content))

    def _text(self, script: str, **names: str) -> str:
        known = {**self._names, **names}
        return "\n".join([*(f"{name}={shlex.quote(value)}" for name, value in known.items()), script])

    def _shell(self) -> Shell:
        if not self._shells:
            check_tools(self._server)
            shell = Shell(self._server, self._folder)
            try:
                self._make_ready(shell)
            except BaseException:
                shell.close()
                raise
            self._shells.append(shell)
        return self._shells[0]

    def _make_ready(self, shell: Shell) -> None:
        """Make sure of the far side's tools, and of the lock if it is to be ours."""
        self._refuse_what_lacks(shell.run(scripts.PROBE).decode().split())
        if self._ours and self._lock(shell) != self._ours:
            raise PublishError(
                f"the connection to {self._server.host} was lost, and somebody else has published to {self.where} "
                "since: look at communique history, then publish again"
            )

    def _hang_up(self) -> None:
        while self._shells:
            self._shells.pop().close()

    def _refuse_what_lacks(self, lacks: Sequence[str]) -> None:
        if lacks:
            packages = dict(_PACKAGES)
            wanted = sorted({packages.get(word, "coreutils") for word in lacks})
            raise PublishError(
                f"{self._server.host} lacks {', '.join(lacks)}: have {', '.join(wanted)} installed there (GNU)"
            )

    def _refusal(self, failed: Failed) -> PublishError:
        """What the server refuses, in words."""
        forbidden = versions.not_yours(self._names["parent"])
        lines = failed.said.splitlines()
        known = (*_REFUSED, *((words, forbidden) for words in _FORBIDDEN))
        found = [f"{told} ({line})" for words, told in known for line in lines if words in line]
        reason = next(iter([*found, *lines]), f"exit code {failed.code}")
        return PublishError(f"cannot publish to {self.where}: {reason}; then publish again")

    # ------------------------------------------------------------ one at a time

    @contextmanager
    def locked(self, publisher: Publisher) -> Iterator[None]:
        """See `Target.locked`. The lock is gone with the connection."""
        self._refuse_what_is_not_ours(self._look())
        self._far(scripts.PREPARE)
        ours = json.dumps([publisher.by, instant_text(publisher.at)]).encode()
        try:
            self._again(lambda shell: self._lock(shell, ours))
            self._ours = ours
            yield
        finally:
            self._ours = b""
            self._hang_up()

    def _lock(self, shell: Shell, ours: bytes = b"") -> bytes:
        """Take the lock, and note whose it is, if that is new; who had it last."""
        shell.run(self._text(scripts.OPEN_LOCK), here=True)
        before = shell.run(self._text(scripts.READ_RECORD, name="publisher.json"))[1:]
        try:
            shell.run(scripts.LOCK)
        except Failed as failed:
            if failed.said:
                raise
            if self._ours and before == self._ours:
                raise Lost("the server has not noticed yet that the connection before broke") from None
            raise self._busy(before) from None
        if ours:
            shell.run(self._text(scripts.CLEAR))  # first of all: it takes room
            shell.run(self._text(scripts.WRITE_RECORD, name="publisher.json", size=str(len(ours))), ours)
            return ours
        return shell.run(self._text(scripts.READ_RECORD, name="publisher.json"))[1:]

    def _busy(self, record: bytes) -> PublishError:
        try:
            by, since = json.loads(record)
        except (ValueError, TypeError):
            by, since = "somebody", "a moment ago"
        return versions.busy(self.where, by, since)

    def _refuse_what_is_not_ours(self, place: _Place) -> None:
        if place.what in ("files", "file", "mount", "no parent") or (
            place.what == "link" and not self._current_name(place)
        ):
            found = cast(versions.Obstacle, place.what)
            raise versions.obstacle(found, self.where, f"{self._server.host}:{self._names['parent']}")

    # ------------------------------------------------------------ what is there

    def _look(self) -> _Place:
        parent, what, leads_to, *names = self._far(scripts.LOOK).decode("utf-8", "surrogateescape").split("\0")
        return _Place(parent, what, leads_to, tuple(name.removeprefix("./") for name in names if name))

    def _current_name(self, place: _Place) -> str:
        """The name of the version that the link leads to, be it there or not; empty when it is no link of ours."""
        if place.what != "link":
            return ""
        folder, name = posixpath.split(posixpath.normpath(posixpath.join(place.parent, place.leads_to)))
        state = posixpath.basename(self._names["state"])
        return name if folder == posixpath.normpath(posixpath.join(place.parent, state, "versions")) else ""

    def _current(self, place: _Place) -> str:
        """The version that readers see."""
        name = self._current_name(place)
        return name if name in place.versions else ""

    def shown(self) -> str:
        """See `Target.shown`."""
        return versions.digest_of(self._current(self._look()))

    def present(self) -> Mapping[str, Present]:
        """See `Target.present`. The server counts every file, so that one which somebody changed is mended."""
        place = self._look()
        self._refuse_what_is_not_ours(place)
        current = self._current(place)
        return self._count(self._version(current)) if current else {}

    def _version(self, name: str) -> str:
        return f"{self._names['versions']}/{name}"

    def _count(self, version: str, folders: str = "0555", files: str = "0444") -> dict[str, Present]:
        found = self._far(scripts.COUNT, version=version, folders=folders, files=files)
        entries = found.decode("utf-8", "surrogateescape").split("\0")
        digests = {entry[68:]: entry[:64].strip(".") for entry in entries if entry}
        return {path: Present(digests[path], foreign=True) for path in sorted(digests)}

    def kept(self, digest: str) -> Contents | None:
        """See `Target.kept`. Whatever the version has as it was sealed need not travel: see `adopt`."""
        name = versions.latest_of(self._look().versions, digest)
        if not name:
            return None
        if name not in self._counted:
            self._counted[name] = self._count(self._version(name), "0500", "0400")  # be it closed to readers or not
        digests = {path: file.sha256 for path, file in self._counted[name].items()}
        return Distant(digests, lambda path: self._read(name, path))

    def _read(self, version: str, path: str) -> bytes:
        return self._far(scripts.READ_FILE, version=self._version(version), name=path)

    # ------------------------------------------------------------ changing it

    def begin(self, room: int) -> None:
        """See `Target.begin`."""
        self._again(lambda shell: self._check_room(shell, room))
        self._start(self._version(f"{versions.STAGING}-{secrets.token_hex(4)}"))
        current = self._current(self._look())
        found = self._far(scripts.BEGIN, current=self._version(current) if current else "")
        self._there = {path[2:] for path in found.decode("utf-8", "surrogateescape").split("\0") if path}

    def _check_room(self, shell: Shell, room: int) -> None:
        blocks, size = map(int, shell.run(self._text(scripts.FREE)).split())
        versions.check_room(self.where, room, blocks * size)

    def adopt(self, file: SealedFile) -> bool:
        """See `Adopts`. It looks at versions that `kept` was asked for."""
        for name, files in self._counted.items():
            if file.path in files and files[file.path].sha256 == file.sha256:
                self._adopted[file.path] = name
                return True
        return False

    def put(self, file: SealedFile, content: bytes) -> None:
        """See `Target.put`. Files are collected here, and sent when they are worth a start."""
        place = self._stage / file.path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        except OSError as error:
            raise PublishError(
                f"cannot write to {self._folder}, from where files are sent: {error.strerror}; make room, or set TMPDIR"
            ) from None
        self._sent += len(content)
        if self._sent > _BATCH:
            self._send()

    def _send(self) -> None:
        if self._stage.is_dir():
            paths = {place.relative_to(self._stage).as_posix() for place in self._stage.rglob("*") if place.is_file()}
            self._clear_the_way(paths)
            self._again(self._transfer)
            self._there |= paths
            shutil.rmtree(self._stage)
            self._sent = 0

    def _transfer(self, shell: Shell) -> None:
        new = self._names["new"]
        try:
            shell.send(self._stage, new, f"{new}.parts")
        except (Lost, Failed):
            with suppress(Lost, Failed):
                self._check_room(shell, self._sent)  # when a disk is full, rsync does not always get to say so
            raise

    def _clear_the_way(self, paths: Iterable[str]) -> None:
        """Remove files where `paths` need folders, and folders where they need files."""
        folders = {folder for path in self._there for folder in folders_of(path)}
        wanted = set(paths)
        above = {folder for path in wanted for folder in folders_of(path)}
        self._remove([*(above & self._there), *(wanted & folders)])

    def _remove(self, paths: Sequence[str]) -> None:
        if paths:
            self._far(scripts.REMOVE, _listed(paths))
            gone = set(paths)
            self._there = {path for path in self._there if gone.isdisjoint((path, *folders_of(path)))}

    def delete(self, path: str) -> None:
        """See `Target.delete`; folders that are empty then go, too. It is done with the switch."""
        self._deleted.append(path)

    def switch(self, seal: Seal) -> None:
        """See `Target.switch`."""
        self._send()
        self._take_over()
        self._remove([path for path in self._deleted if path in self._there])  # or something else is there by now
        emptied = {folder for path in self._deleted for folder in folders_of(path)}
        if emptied:
            self._far(scripts.REMOVE_EMPTY, _listed(sorted(emptied, key=lambda folder: -folder.count("/"))))
        self._far(scripts.OPEN, _listed(sorted({folder for file in seal.files for folder in folders_of(file.path)})))
        self._refuse_what_differs(seal)
        place = self._look()
        name = versions.next_name(place.versions, seal.digest)
        link = f"{posixpath.basename(self._names['state'])}/versions/{name}"
        self._far(scripts.SWITCH, version=self._version(name), link=link)

    def _take_over(self) -> None:
        for version in sorted(set(self._adopted.values())):
            paths = sorted(path for path, name in self._adopted.items() if name == version)
            self._clear_the_way(paths)
            self._remove(paths)
            self._far(scripts.ADOPT, _listed(paths), version=self._version(version))
            self._there.update(paths)

    def _refuse_what_differs(self, seal: Seal) -> None:
        """Count the new version, all of it, on the server. What others put there is theirs, and must be there still."""
        found = self._count(self._names["new"])
        wrong = [file.path for file in seal.files if (file.path not in found or found[file.path].sha256 != file.sha256)]
        wrong += sorted((self._there ^ set(found)) - set(seal.by_path))
        if wrong:
            told = ", ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
            raise PublishError(
                f"on {self.where}, before the switch, not all is as it was sealed: {told}; readers have the site as it "
                "was. Publish again; if it comes back, somebody writes there, or the disk is damaged"
            )

    def tidy(self, keep: int) -> None:
        """See `Target.tidy`."""
        place = self._look()
        old = versions.superfluous(place.versions, self._current(place), History(self).last(keep))
        self._far(scripts.TIDY, _listed(old))
        self._far(scripts.CLEAR)
        self._counted = {name: files for name, files in self._counted.items() if name not in old}

    # ------------------------------------------------------------ records

    def read_record(self, name: str) -> bytes | None:
        """See `Target.read_record`."""
        found = self._far(scripts.READ_RECORD, name=name)
        return found[1:] if found[:1] == b"+" else None

    def write_record(self, name: str, content: bytes | None) -> None:
        """See `Target.write_record`."""
        if content is None:
            self._far(scripts.REMOVE_RECORD, name=name)
        else:
            self._far(scripts.WRITE_RECORD, content, name=name)


def _listed(paths: Iterable[str]) -> bytes:
    """Paths as the scripts take them. None is taken for an option: see their `--`."""
    return "".join(f"./{path}\0" for path in paths).encode("utf-8", "surrogateescape")


def _clear(shells: list[Shell], folder: str) -> None:
    """What a target that is not needed any more leaves: nothing."""
    while shells:
        with suppress(OSError):
            shells.pop().close()
    shutil.rmtree(folder, ignore_errors=True)
