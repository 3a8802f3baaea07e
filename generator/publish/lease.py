"""A lock that one publisher holds, as an object in a bucket; who is killed holds others up for a minute and no longer.

The holder writes the object anew every few seconds. How old it is, only the service's own clock says. Each writing is
under a condition (there is none; it is as I wrote it), so that of two publishers one is refused. Services that know no
such conditions are found out by asking for what must be refused: with them, who wrote last holds the lock, and whoever
writes it looks once more a while later.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from ..errors import PublishError
from .aws import Bucket, Found, Refused
from .seal import instant_text
from .target import Publisher

LOCK = "lock.json"
#: In seconds: how old a lock is that anybody may take over; how often it is written anew; how long one waits where the
#: service knows no conditions.
LAPSES, _BEAT, _SETTLES = 60.0, 15.0, 2.0
_NO_STORE = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
#: What services say of a condition that does not hold, and of conditions that they do not know.
_UNMET = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409", "NoSuchKey", "404"})
_UNKNOWN = frozenset({"NotImplemented", "501"})


class Lease:
    """The lock of one publisher on a bucket of records. `site` is what messages call the place."""

    def __init__(self, bucket: Bucket, publisher: Publisher, site: str) -> None:
        self._bucket, self._publisher, self._site = bucket, publisher, site
        self._me = secrets.token_hex(16)
        self._etag, self._beats, self._written = "", 0, 0.0
        self._heeded = True  # the service knows conditions
        self._taken = ""
        self._over, self._guard = threading.Event(), threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises PublishError when somebody else does."""
        self._take()
        beating = threading.Thread(target=self._go_on, daemon=True)
        beating.start()
        try:
            yield
        finally:
            self._over.set()
            beating.join(_SETTLES)
            self._release(still_writing=beating.is_alive())

    def check(self) -> None:
        """To be called before each change, and each attempt of a request. Raises PublishError when the lock is not this
        publisher's any more: it was held up for so long that another one took it over."""
        if not self._taken and self._old() > 2 * _BEAT:
            self._write_anew()
        if self._taken:
            raise PublishError(self._taken)

    def _old(self) -> float:
        """How long ago the lock was written surely; by the clock on the wall, which goes on while a machine sleeps."""
        return abs(time.time() - self._written)

    # ------------------------------------------------------------ taking it, and giving it back

    def _take(self) -> None:
        there = self._bucket.get(LOCK)
        if there is None:
            condition = {"IfNoneMatch": "*"}
        elif "holder" not in _read(there):
            where = f"{self._bucket.prefix}{LOCK} in {self._bucket.where}"
            raise PublishError(f"{where} is no lock of publishing: choose a place of its own for the records")
        elif there.age is None or there.age < LAPSES:
            raise self._busy(there)
        else:
            condition = {"IfMatch": there.etag}
        self._write(condition)
        if self._heeded:
            self._heeded = self._are_heeded()
        if not self._heeded:
            time.sleep(_SETTLES)
            self._confirm()

    def _write(self, condition: Mapping[str, str]) -> None:
        """Write the lock, if a condition holds. Where it does not, this publisher may have written it before, and lost
        the answer: then it is written anew. Raises PublishError when another one wrote it."""
        before = time.time()
        try:
            self._put(condition if self._heeded else {})
        except Refused as refused:
            if refused.code in _UNMET:
                self._confirm()
                self._put({"IfMatch": self._etag})
            elif refused.code in _UNKNOWN and self._heeded:
                self._heeded = False
                self._put({})
            else:
                raise
        self._written = before

    def _put(self, condition: Mapping[str, str]) -> None:
        text = {"holder": self._me, "by": self._publisher.by, "since": instant_text(self._publisher.at)}
        content = json.dumps({**text, "beats": self._beats}).encode()
        self._etag = self._bucket.put(LOCK, content, _NO_STORE, when=condition)

    def _are_heeded(self) -> bool:
        """Whether the service refuses to write what is there, when it is told to write only what is not."""
        try:
            self._put({"IfNoneMatch": "*"})
        except Refused as refused:
            if refused.code in _UNMET:
                return True
            raise
        return False

    def _confirm(self) -> None:
        """Look who holds the lock. Raises PublishError if it is another one."""
        there = self._bucket.get(LOCK)
        if there is None or _read(there).get("holder") != self._me:
            raise self._busy(there)
        self._etag = there.etag

    def _busy(self, there: Found | None) -> PublishError:
        found = _read(there) if there else {}
        by, since = found.get("by", "somebody"), found.get("since", "a moment ago")
        left = LAPSES if there is None or there.age is None else max(LAPSES - there.age, 1)
        return PublishError(
            f"{by} is publishing to {self._site} since {since}: wait for the end; nothing was published. "
            f"If that publisher was killed, publish again in {left:.0f} s"
        )

    def _release(self, *, still_writing: bool) -> None:
        """Remove the lock, if it is surely this publisher's; else it lapses."""
        if not (self._taken or still_writing):
            with suppress(PublishError):
                self._bucket.guarded(self._refuse_old).delete(LOCK)

    def _refuse_old(self) -> None:
        """Raises PublishError, if another one may have taken the lock over."""
        if self._old() >= LAPSES / 2:
            raise PublishError("the lock may be another publisher's")

    # ------------------------------------------------------------ keeping it

    def _go_on(self) -> None:
        while not self._over.wait(_BEAT):
            with suppress(PublishError):  # trouble that lasts stops the work by `check`
                self._write_anew()

    def _write_anew(self) -> None:
        with self._guard:
            if self._taken or self._over.is_set() or self._old() < _BEAT / 2:
                return
            self._beats += 1
            try:
                if not self._heeded:
                    self._confirm()
                self._write({"IfMatch": self._etag})
            except Refused:  # that is the service, which says nothing of others
                raise
            except PublishError:
                self._taken = (
                    f"another publisher took over {self._site} while this one was held up, or somebody removed the "
                    "lock: this one has stopped. See communique history, then publish again"
                )


def _read(there: Found) -> Mapping[str, str]:
    """What stands in a lock; nothing, if it is none."""
    try:
        found = json.loads(there.content)
    except ValueError:
        return {}
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}
