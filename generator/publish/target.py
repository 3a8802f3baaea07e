"""What a place must offer, so that a site can be published to it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from ..headers import Headers
from .seal import Seal, SealedFile
from .store import Contents


@dataclass(frozen=True)
class Present:
    """A file that readers can get: the digest of its bytes, and what is sent with it, its type first, as
    `SealedFile.sent` has it. None: the place does not know, so it is no reason to send the file again. `holds` are the
    headers that the place can keep with a file, by their names in lower case, where it cannot keep every one.
    `foreign`: unless the records say that publishing put it there, somebody else did, and would lose it if it were
    written over."""

    sha256: str
    sent: Headers | None = None
    holds: frozenset[str] | None = None
    foreign: bool = False


@dataclass(frozen=True)
class Publisher:
    """Who publishes, for others who want to at the same time, and for the history."""

    by: str
    at: datetime


class Target(Protocol):
    """A place where readers get the site.

    The order of calls is `locked` around all the rest; `shown`, `present`; then `begin`, any number of `put` and
    `delete`, and `switch`. A target that can stage (a folder, a branch, a server) shows nothing of it before `switch`;
    one that cannot (a bucket) shows each step at once, which the order of steps allows for. A publisher may be killed
    between any two calls, or within one: `begin` must then be able to start again.

    Paths are those of the seal, below the place that the configuration names: nothing outside it is ever touched.
    Every method raises PublishError for what the place refuses, and says what to do. Whoever passes through trouble
    that may pass (a network) tries again inside of the method.

    `at_once` is how many calls of `put`, or of `delete`, may be made at the same time, from several threads.
    """

    at_once: int

    def locked(self, publisher: Publisher) -> AbstractContextManager[None]:
        """Keep others out. Raises PublishError, with who is at work and since when, if somebody is."""

    def shown(self) -> str:
        """The digest of the seal that `switch` showed last; empty when there was none."""

    def present(self) -> Mapping[str, Present]:
        """Every file that readers can get, by path; those that others have put there, too."""

    def begin(self, room: int) -> None:
        """Make ready to change what is there. `room` is how many bytes will be put."""

    def put(self, file: SealedFile, content: bytes) -> None:
        """Write a file, with its headers where the place holds such; over the one that is there."""

    def delete(self, path: str) -> None:
        """Remove a file. It may be gone already."""

    def switch(self, seal: Seal) -> None:
        """Show to readers what was put, as far as they do not see it yet, and remember whose seal it is."""

    def kept(self, digest: str) -> Contents | None:
        """Where the place itself still has the bytes of a seal that it showed; None when it does not."""

    def tidy(self, keep: int) -> None:
        """Remove what is left of versions before the last `keep`, and of interrupted work."""

    def read_record(self, name: str) -> bytes | None:
        """A small record of the publisher's own (such as the history), which no reader gets. None: there is none."""

    def write_record(self, name: str, content: bytes | None) -> None:
        """Replace a record, in one step; None removes it."""


@runtime_checkable
class Adopts(Protocol):
    """What a target may offer besides: to take a file over from a version that it keeps, so that it need not travel."""

    def adopt(self, file: SealedFile) -> bool:
        """Put a file, if the place has its bytes anyway, as they were sealed; whether it did."""
