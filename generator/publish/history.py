"""What was published to a target when, by whom, and which seal: records at the target itself ↔ values.

`history.json` grows by one entry for each publishing. `attempt.json` is the entry of the one that is at work: it is
written before the first step, so that an interrupted one is known, whatever it did. `seal-DIGEST.json` are the seals.
Records may be lost or damaged. What is shown is known from the target itself; what is not known is told, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from ..errors import PublishError
from .changes import reachable
from .seal import PARTS, Part, Seal, in_words, is_digest, read_seal, write_seal
from .target import Present, Target

_HISTORY, _ATTEMPT, _STRAYS = "history.json", "attempt.json", "strays.json"
_UNKNOWN = "unknown"


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
    """The records of one target. `at_hand` is a seal whose record is not needed: it is the one to be published."""

    def __init__(self, target: Target, at_hand: Seal | None = None) -> None:
        self._target, self._at_hand = target, at_hand
        self._seals: dict[str, Seal | None] = {}  # read once: what a digest names never changes

    def entries(self) -> tuple[Entry, ...]:
        """Every publishing, the oldest first; the last one too, if it was killed after it was shown, or if the records
        were lost: so what readers have is always something that one can return to."""
        entries, attempt, shown = self._read(_HISTORY), self._read(_ATTEMPT), self._target.shown()
        if not shown or (entries and entries[-1].seal == shown):
            return entries
        if attempt and attempt[0].number > len(entries) and attempt[0].seal == shown:
            return (*entries, attempt[0])
        back = any(entry.seal == shown for entry in entries)
        return (*entries, _untold(len(entries) + 1, "rollback" if back else "publish", shown))

    def _read(self, name: str) -> tuple[Entry, ...]:
        content = self._target.read_record(name)
        if content is None:
            return ()
        try:
            listed = json.loads(content)
            found = tuple(Entry(**entry) for entry in listed)
        except (ValueError, TypeError):
            raise _damaged(name) from None
        if not isinstance(listed, list) or not all(map(_is_whole, found)):
            raise _damaged(name)
        return found

    def start(self, entry: Entry, seal: Seal, reached: Iterable[str]) -> None:
        """Note what is about to be done, before the first step; and for good, what an interrupted one did: which files
        are still ours to delete, and which of them readers can reach."""
        self._write(_HISTORY, self.entries())
        attempt = self._read(_ATTEMPT)
        if attempt and attempt[0].seal != seal.digest:
            strays = {"ours": self.ours(), "reached": sorted(reached)}
            self._target.write_record(_STRAYS, json.dumps(strays, ensure_ascii=False, sort_keys=True).encode())
        self._target.write_record(_seal_name(seal.digest), write_seal(seal))
        self._seals[seal.digest] = seal
        self._write(_ATTEMPT, (entry,))

    def note(self, keep: int) -> None:
        """Note, after it was shown, that what was started is shown. Seals are kept of what can be returned to: the last
        `keep` that were shown."""
        entries = self.entries()
        self._write(_HISTORY, entries)
        self._target.write_record(_STRAYS, None)
        for digest in _shown(entries)[keep:]:
            self._target.write_record(_seal_name(digest), None)

    def finish(self) -> None:
        """Note that nothing is left to do. It comes last: who is told of a failure asks for the same again, and until
        then a rollback is known to be that which did not come to its end."""
        self._target.write_record(_ATTEMPT, None)

    def _write(self, name: str, entries: Iterable[Entry]) -> None:
        text = json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1)
        self._target.write_record(name, f"{text}\n".encode())

    def seal(self, digest: str) -> Seal | None:
        """A seal that was published here, if it is still kept, and whole."""
        if self._at_hand is not None and self._at_hand.digest == digest:
            return self._at_hand
        if digest not in self._seals:
            self._seals[digest] = self._read_seal(digest)
        return self._seals[digest]

    def _read_seal(self, digest: str) -> Seal | None:
        content = self._target.read_record(_seal_name(digest))
        try:
            return None if content is None else read_seal(content, _seal_name(digest))
        except PublishError:
            return None

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

    def is_settled(self, shown: Seal) -> bool:
        """Whether nothing is left to record of the seal that is shown."""
        return not self.interrupted() and self._read_seal(shown.digest) is not None

    def unfinished(self) -> str:
        """The seal that completes what did not come to its end, for who wants to go back: that of a rollback, wherever
        it stopped, for whoever asks for it again means the same one; of a publishing that was not shown, the one that
        is shown, for of a place that shows each step at once, readers may have some of it. Empty when there is none."""
        attempt = self._read(_ATTEMPT)
        if not attempt:
            return ""
        if attempt[0].action == "rollback":
            return attempt[0].seal
        shown = self._target.shown()
        return "" if attempt[0].seal == shown else shown

    def ours(self) -> Mapping[str, Part]:
        """The files that publishing has put here, or may have: those of the seal that is shown, and of interrupted
        attempts. Raises PublishError when the record of one is lost: what is ours would be taken for somebody else's,
        and stay for ever."""
        found = dict(self._strays().ours)
        for digest in filter(None, (*(entry.seal for entry in self._read(_ATTEMPT)), self._target.shown())):
            seal = self.seal(digest)
            if seal is None:
                raise PublishError(
                    f"the record {_seal_name(digest)} of the target is missing or damaged, and without it nobody knows "
                    "which files are the site's: publish that seal again, from its file, and then go on"
                )
            found |= {file.path: file.part for file in seal.files}
        return found

    def reached(self, present: Mapping[str, Present]) -> frozenset[str]:
        """Of the files that are there, or were, those that readers can reach: all of the seal that is shown, and what
        interrupted attempts led them to."""
        shown = self.seal(self._target.shown())
        before = self._strays().reached
        if before is None:
            before = frozenset(shown.by_path if shown else ())
        begun = [seal for entry in self._read(_ATTEMPT) if (seal := self.seal(entry.seal))]
        return reachable(before, begun[0], present) if begun else before

    def brought_back(self, strangers: Mapping[str, Present], keep: int) -> Mapping[str, Part]:
        """Of files that are in neither the seal that is shown nor the next: those with the very bytes that one of the
        last `keep` seals has at their path. Somebody took the place back to an earlier version, with what was withdrawn
        since."""
        if not strangers:
            return {}
        sealed = (file for seal in self.returnable(keep) for file in seal.files if file.path in strangers)
        return {file.path: file.part for file in sealed if strangers[file.path].sha256 == file.sha256}

    def _strays(self) -> _Strays:
        content = self._target.read_record(_STRAYS)
        if content is None:
            return _Strays({}, None)
        try:
            raw = json.loads(content)
            found = _Strays(dict(raw["ours"]), frozenset(raw["reached"]))
            if all(part in PARTS for part in found.ours.values()):
                return found
        except (ValueError, TypeError, KeyError):
            pass
        raise _damaged(_STRAYS)


@dataclass(frozen=True)
class _Strays:
    """What several interrupted attempts left: the files that are ours to delete, and those that readers could reach
    when the last one began (None: no other was interrupted before it)."""

    ours: Mapping[str, Part]
    reached: frozenset[str] | None


def _damaged(name: str) -> PublishError:
    loss = ", and with it what could be returned to" if name == _HISTORY else ""
    return PublishError(f"the record {name} of the target is damaged: restore it, or delete it{loss}")


def _is_whole(entry: Entry) -> bool:
    texts = (entry.at, entry.by, entry.action, entry.seal, entry.words, entry.instant)
    return type(entry.number) is int and all(isinstance(text, str) for text in texts)


def _untold(number: int, action: Literal["publish", "rollback"], digest: str) -> Entry:
    """What is shown, and no record tells of."""
    words = in_words(digest) if is_digest(digest) else _UNKNOWN
    return Entry(number, _UNKNOWN, _UNKNOWN, action, digest, words, _UNKNOWN)


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
