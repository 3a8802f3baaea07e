"""What was published to a target when, by whom, and which seal: records at the target itself ↔ values.

`history.json` grows by one entry for each publishing. `attempt.json` is the entry of the one that is at work: it is
written before the first step, so that an interrupted one is known, whatever it did. `seal-DIGEST.json` are the seals.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from ..errors import PublishError
from .seal import PARTS, Part, Seal, read_seal, write_seal
from .target import Present, Target

_HISTORY, _ATTEMPT, _STRAYS = "history.json", "attempt.json", "strays.json"


@dataclass(frozen=True)
class Entry:
    """One publishing, or rollback: its number, from 1; when and by whom; the seal's digest, words and instant."""

    number: int
    at: str
    by: str
    action: Literal["publish", "rollback"]
    seal: str
    words: str
    instant: str


class History:
    """The records of one target."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def entries(self) -> tuple[Entry, ...]:
        """Every publishing, the oldest first; the last one too, if it was killed after it was shown."""
        entries, attempt = self._read(_HISTORY), self._read(_ATTEMPT)
        done = len(entries)
        if attempt and attempt[0].number > done and attempt[0].seal == self._target.shown():
            return (*entries, attempt[0])
        return entries

    def _read(self, name: str) -> tuple[Entry, ...]:
        content = self._target.read_record(name)
        if content is None:
            return ()
        try:
            entries = tuple(Entry(**entry) for entry in json.loads(content))
            if all(
                type(value) is (int if name == "number" else str)
                for one in entries
                for name, value in vars(one).items()
            ):
                return entries
        except (ValueError, TypeError):
            pass
        raise _damaged(name)

    def start(self, entry: Entry, seal: Seal) -> None:
        """Note what is about to be done, before the first step; and for good, what an interrupted one did."""
        self._write(_HISTORY, self.entries())
        attempt = self._read(_ATTEMPT)
        if attempt and attempt[0].seal not in (seal.digest, self._target.shown()):
            earlier = self.ours()  # an interrupted publishing of another seal: what it put is still ours to delete
            self._target.write_record(_STRAYS, json.dumps(earlier, sort_keys=True).encode())
        self._target.write_record(_seal_name(seal.digest), write_seal(seal))
        self._write(_ATTEMPT, (entry,))

    def finish(self, keep: int) -> None:
        """Note, after it was shown, that what was started is done. Seals are kept of what can be returned to: the last
        `keep` that were shown."""
        entries = self.entries()
        self._write(_HISTORY, entries)
        for name in (_ATTEMPT, _STRAYS):
            self._target.write_record(name, None)
        for digest in _shown(entries)[keep:]:
            self._target.write_record(_seal_name(digest), None)

    def _write(self, name: str, entries: Iterable[Entry]) -> None:
        text = json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1)
        self._target.write_record(name, f"{text}\n".encode())

    def seal(self, digest: str) -> Seal | None:
        """A seal that was published here, if it is still kept."""
        content = self._target.read_record(_seal_name(digest))
        return None if content is None else read_seal(content, f"the kept seal {digest[:16]}")

    def last(self, keep: int) -> tuple[str, ...]:
        """The digests of the last seals that were shown, the latest first."""
        return tuple(_shown(self.entries())[:keep])

    def returnable(self, keep: int) -> tuple[Seal, ...]:
        """The seals that can be returned to, and that which is shown."""
        found = (self.seal(digest) for digest in self.last(keep))
        return tuple(seal for seal in found if seal is not None)

    def interrupted(self) -> bool:
        """Whether the last publishing did not come to its end, or is still at work."""
        return bool(self._read(_ATTEMPT))

    def broken_off(self) -> bool:
        """Whether the last publishing of another seal did not come to where it was shown: of a place that shows each
        step at once, readers may have some of it."""
        attempt = self._read(_ATTEMPT)
        return bool(attempt) and attempt[0].action == "publish" and attempt[0].seal != self._target.shown()

    def ours(self) -> Mapping[str, Part]:
        """The files that publishing has put here, or may have: those of the seal that is shown, and of interrupted
        attempts."""
        found = self._strays()
        for digest in (*(entry.seal for entry in self._read(_ATTEMPT)), self._target.shown()):
            seal = self.seal(digest) if digest else None
            found |= {file.path: file.part for file in seal.files} if seal else {}
        return found

    def brought_back(self, strangers: Mapping[str, Present], keep: int) -> Mapping[str, Part]:
        """Of files that are in neither the seal that is shown nor the next: those with the very bytes that one of the
        last `keep` seals has at their path. Somebody took the place back to an earlier version, with what was withdrawn
        since."""
        if not strangers:
            return {}
        sealed = (file for seal in self.returnable(keep) for file in seal.files if file.path in strangers)
        return {file.path: file.part for file in sealed if strangers[file.path].sha256 == file.sha256}

    def _strays(self) -> dict[str, Part]:
        content = self._target.read_record(_STRAYS)
        try:
            found: dict[str, Part] = json.loads(content) if content else {}
            if all(part in PARTS for part in found.values()):
                return found
        except (ValueError, AttributeError):
            pass
        raise _damaged(_STRAYS)


def _damaged(name: str) -> PublishError:
    return PublishError(f"the record {name} of the target is damaged: restore it, or delete it")


def previous(entries: Sequence[Entry]) -> str:
    """The digest of the seal to return to: the one that was shown before that which is shown now was first published.
    What was rolled back from is passed over. Empty when there is none."""
    shown: list[str] = []
    for entry in entries:
        if entry.seal in shown and (entry.action == "rollback" or entry.seal == shown[-1]):
            del shown[shown.index(entry.seal) + 1 :]
        else:
            shown.append(entry.seal)
    return shown[-2] if len(shown) > 1 else ""


def _shown(entries: Sequence[Entry]) -> list[str]:
    """The digests of the seals that were shown, each once, the last one first."""
    return list(dict.fromkeys(one.seal for one in reversed(entries)))


def _seal_name(digest: str) -> str:
    return f"seal-{digest}.json"
