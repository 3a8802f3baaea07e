"""Versions of a site side by side, on this machine or on a server: their names, which of them stay, what is refused.

`versions/000012-DIGEST` holds the files of the seal DIGEST; a link beside it leads to the one that readers see. A name
that starts with `new` is that of a version which is being made, and is nobody's until it has its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from ..errors import PublishError

#: How the name of a version that is being made starts. What an interrupted publishing left has such a name, too.
STAGING = "new"
#: Readers' server must be able to read what is published, whatever mask the publisher has.
FOLDER_MODE, FILE_MODE = 0o755, 0o644
#: What a file, and a folder, must let everybody do: read it; read it and go through.
READABLE, OPEN = 0o444, 0o555
#: Records tell of sources, and of who published: that is for the publisher alone.
OWN_FOLDER_MODE, OWN_FILE_MODE = 0o700, 0o600
#: What a disk says, in words.
FULL, QUOTA, READ_ONLY, BUSY, NO_LOCKS = (
    "the disk is full: make room",
    "your share of the disk is used up: make room",
    "the disk is read-only",
    "something is mounted there: publish into a folder below it",
    "its file system has no locks: publish on the machine whose disk it is",
)
#: Bytes of a disk that are left free, for what a file system needs itself.
_MARGIN = 1_000_000

Obstacle = Literal["files", "file", "link", "mount", "no parent"]
"""What may be where the site is to go: a folder with files, a file, a link of somebody else, a folder on which a disk
is mounted, which no link can replace; nothing to put it in."""


def state_name(name: str) -> str:
    """The folder beside a site that holds its versions and records."""
    return f".{name}.published"


def finished(names: Iterable[str]) -> list[str]:
    """Those of versions that have been shown, or were about to be, the oldest first."""
    return sorted(name for name in names if name[:6].isdigit())


def digest_of(name: str) -> str:
    """The digest of the seal whose version it is."""
    return name.partition("-")[2]


def next_name(names: Iterable[str], digest: str) -> str:
    """The name of the version that follows."""
    done = finished(names)
    return f"{int(done[-1][:6]) + 1 if done else 1:06}-{digest}"


def latest_of(names: Iterable[str], digest: str) -> str:
    """The last version of a seal; empty when there is none."""
    return next((name for name in reversed(finished(names)) if digest_of(name) == digest), "")


def superfluous(names: Iterable[str], current: str, returnable: Collection[str]) -> list[str]:
    """The versions to remove, so that those of seals that can be returned to stay, and the one that is shown. One that
    an interrupted switch left was never shown, and takes nobody's place."""
    done = finished(names)
    wanted = {digest_of(name): name for name in done if digest_of(name) in returnable}.values()
    return [name for name in done if name not in wanted and name != current]


def obstacle(found: Obstacle, where: str, parent: str) -> PublishError:
    """Why nothing is published at a place: what is there is not ours."""
    return PublishError(
        {
            "files": f"{where} holds files that publishing did not put there: move them away, or choose another path",
            "file": f"{where} is a file: choose a folder",
            "link": f"{where} is a link that publishing did not make: remove it, or choose another path",
            "mount": f"{where} is where a disk is mounted, and a link must stand there: choose a folder below it",
            "no parent": f"there is no folder {parent}: make it, for the site to be published into",
        }[found]
    )


def busy(where: str, by: str, since: str) -> PublishError:
    """Somebody else is at work."""
    return PublishError(f"{by} is publishing to {where} since {since}: wait for the end; nothing was published")


def not_yours(parent: str) -> str:
    """What to do where the publisher may not write."""
    return f"you may not read or write there: let {parent} belong to whoever publishes, with all that is in it"


def check_room(where: str, room: int, free: int) -> None:
    """Raises PublishError unless so many bytes have room."""
    if free < room + _MARGIN:
        need, have = (round(size / 1_000_000, 1) for size in (room + _MARGIN, free))
        raise PublishError(f"the disk of {where} has {have} MB free, and {need} MB are needed: make room first")
