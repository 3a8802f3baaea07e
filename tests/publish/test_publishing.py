"""Publishing to a place that shows each step at once, as a bucket does: whatever fails, readers find no dead link, and
the next publishing completes. The place is a dict; what it does is what `Target` asks for."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from places import INSTANT, dead_links, seal_of

from generator.errors import PublishError
from generator.publish.history import History
from generator.publish.publishing import Order, publish, rollback_order
from generator.publish.seal import Seal, SealedFile
from generator.publish.store import Contents, Store
from generator.publish.target import Present, Publisher

#: Pages link to the paths that they hold in brackets.
OLD = {
    "index.html": b"[fr/index.html]",
    "fr/index.html": b"[assets/a.css] [fr/gone.html] [fr/back.html]",
    "fr/gone.html": b"[data/gone.csv] [fr/index.html]",
    "fr/back.html": b"[fr/index.html] 1",
    "data/gone.csv": b"1",
    "assets/a.css": b"a",
}
NEW = {
    "index.html": b"[fr/index.html]",
    "fr/index.html": b"[assets/b.css] [fr/new.html] [fr/back.html]",
    "fr/new.html": b"[data/new.csv] [fr/other.html]",
    "fr/other.html": b"[fr/new.html] [fr/back.html]",
    "fr/back.html": b"[fr/other.html] 2",
    "data/new.csv": b"2",
    "assets/b.css": b"b",
}


class Killed(BaseException):
    """The publisher is gone."""


class Bucket:
    """A place whose readers see each change at once. The call number `fails` of those that change something fails:
    before it does anything, or (`late`) after."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.files: dict[str, tuple[bytes, SealedFile]] = {}
        self.records: dict[str, bytes] = {}
        self.calls, self.fails, self.late = 0, 0, False
        self.error: BaseException = Killed()
        self._guard, self._lock = threading.Lock(), threading.Lock()

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self._guard:
            self.calls += 1
            fails = self.calls == self.fails
        if fails and not self.late:
            raise self.error
        yield
        assert not self.dead_links(), "a reader finds nothing there"
        if fails:
            raise self.error

    def dead_links(self) -> list[str]:
        """Links to nothing, from all that can be reached from the home page."""
        with self._guard:
            return dead_links({path: content for path, (content, _file) in self.files.items()})

    @contextmanager
    def locked(self, publisher: Publisher) -> Iterator[None]:
        with self._lock:
            yield

    def shown(self) -> str:
        return self.records.get("shown", b"").decode()

    def present(self) -> Mapping[str, Present]:
        return {path: Present(file.sha256, file.sent) for path, (_content, file) in self.files.items()}

    def begin(self, room: int) -> None:
        pass

    def put(self, file: SealedFile, content: bytes) -> None:
        with self._change(), self._guard:
            self.files[file.path] = (content, file)

    def delete(self, path: str) -> None:
        with self._change(), self._guard:
            self.files.pop(path, None)

    def switch(self, seal: Seal) -> None:
        with self._change():
            self.records["shown"] = seal.digest.encode()

    def kept(self, digest: str) -> Contents | None:
        return None

    def tidy(self, keep: int) -> None:
        with self._change():
            pass

    def read_record(self, name: str) -> bytes | None:
        return self.records.get(name)

    def write_record(self, name: str, content: bytes | None) -> None:
        with self._change():
            if content is None:
                self.records.pop(name, None)
            else:
                self.records[name] = content

    def seen(self) -> dict[str, bytes]:
        """What readers find."""
        return {path: content for path, (content, _file) in self.files.items()}


def send(seal: Seal, store: Store, bucket: Bucket) -> int:
    order = Order(seal, store, None, 5)
    return len(publish(order, bucket, "ann", lambda: datetime(2025, 1, 1, tzinfo=UTC), lambda _done, _all: None))


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("sealed"))


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [Killed(), PublishError("the network is gone")], ids=["killed", "refused"])
@pytest.mark.parametrize("at_once", [1, 4])
def test_failing_at_every_step(store: Store, at_once: int, error: BaseException, late: bool) -> None:
    """Then the same seal completes; or another one; or a rollback."""
    old, new = seal_of(OLD, store), seal_of(NEW, store)
    other = seal_of({**OLD, "fr/third.html": b"3"}, store)
    whole = Bucket(at_once)
    send(old, store, whole)
    before = whole.calls
    send(new, store, whole)
    assert whole.seen() == NEW
    for number in range(1, whole.calls - before + 1):
        for then, files in ((new, NEW), (other, {**OLD, "fr/third.html": b"3"}), (None, OLD)):
            bucket = Bucket(at_once)
            send(old, store, bucket)
            bucket.fails, bucket.error, bucket.late = bucket.calls + number, error, late
            with pytest.raises(type(error)):
                send(new, store, bucket)
            assert not bucket.dead_links()
            if then is not None:
                send(then, store, bucket)
            elif bucket.shown() == new.digest:
                order = rollback_order(bucket, store, "", 5, None)
                publish(order, bucket, "ann", lambda: INSTANT, lambda _done, _all: None)
            else:
                send(old, store, bucket)
            assert bucket.seen() == files
            last = History(bucket).entries()[-1].seal
            assert last == (then or old).digest == bucket.shown()


def test_a_rollback_after_a_publishing_that_was_broken_off_undoes_that_one(store: Store) -> None:
    """And no more: readers had all of the seal before it. A rollback that was broken off is completed."""
    first, old, new = (seal_of(files, store) for files in ({"index.html": b"first"}, OLD, NEW))

    def back(bucket: Bucket) -> None:
        publish(rollback_order(bucket, store, "", 5, None), bucket, "ann", lambda: INSTANT, lambda _done, _all: None)

    bucket = Bucket(1)
    send(first, store, bucket)
    send(old, store, bucket)
    bucket.fails = bucket.calls + 6
    with pytest.raises(Killed):
        send(new, store, bucket)
    assert bucket.seen() != OLD, "readers have some of it"
    back(bucket)
    assert (bucket.seen(), bucket.shown()) == (OLD, old.digest)
    bucket.fails = bucket.calls + 5
    with pytest.raises(Killed):
        back(bucket)
    back(bucket)
    assert (bucket.seen(), bucket.shown()) == ({"index.html": b"first"}, first.digest)


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("broken_off", [False, True], ids=["shown", "broken off"])
def test_a_rollback_that_failed_is_asked_for_again(store: Store, broken_off: bool, late: bool) -> None:
    """Wherever it failed, after its end was shown too, the second one completes it, and goes back no further."""
    first, old, new = (seal_of(files, store) for files in ({"index.html": b"first"}, OLD, NEW))

    def back(bucket: Bucket) -> None:
        publish(rollback_order(bucket, store, "", 5, None), bucket, "ann", lambda: INSTANT, lambda _done, _all: None)

    number = 0
    while True:
        number += 1
        bucket = Bucket(1)
        bucket.error = PublishError("the network is gone: try again")
        send(first, store, bucket)
        send(old, store, bucket)
        if broken_off:
            bucket.fails = bucket.calls + 6
            with pytest.raises(PublishError, match="try again"):
                send(new, store, bucket)
        else:
            send(new, store, bucket)
        bucket.fails, bucket.late = bucket.calls + number, late
        try:
            back(bucket)
            break
        except PublishError:
            if bucket.read_record("attempt.json") is None and bucket.shown() == old.digest:
                continue  # the very last of all: nobody can know any more
            back(bucket)
        assert (bucket.seen(), bucket.shown()) == (OLD, old.digest), number
    assert number > 8


def test_several_at_the_same_time(store: Store) -> None:
    many = {f"assets/{number}.css": bytes([number]) for number in range(40)}
    bucket = Bucket(8)
    together = threading.Barrier(4, timeout=20)  # the first four wait for each other
    first, put = iter(range(4)), bucket.put

    def slow(file: SealedFile, content: bytes) -> None:
        if next(first, None) is not None:
            together.wait()
        put(file, content)

    bucket.put = slow  # type: ignore[method-assign]
    send(seal_of(many, store), store, bucket)
    assert bucket.seen() == many


def test_what_an_interrupted_publishing_left_is_deleted(store: Store) -> None:
    """It was never shown as a whole, and another seal takes its place: nothing of it stays."""
    bucket = Bucket(1)
    send(seal_of(OLD, store), store, bucket)
    bucket.fails = bucket.calls + 6
    with pytest.raises(Killed):
        send(seal_of(NEW, store), store, bucket)
    assert set(bucket.seen()) - set(OLD), "something was left"
    bucket.files["theirs"] = bucket.files["index.html"]
    send(seal_of({**OLD, "x": b"x"}, store), store, bucket)
    assert set(bucket.seen()) == {*OLD, "x", "theirs"}


#: A page that NEW added is in LATER, too, and leads elsewhere; so is one that NEW took away.
LATER = {
    "index.html": b"[fr/index.html] later",
    "fr/index.html": b"[assets/a.css] [fr/back.html]",
    "fr/back.html": b"[fr/new.html] [fr/gone.html] [fr/index.html]",
    "fr/new.html": b"[fr/index.html] later",
    "fr/gone.html": b"[fr/index.html] later",
    "assets/a.css": b"a",
}


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_what_an_interrupted_publishing_left_leads_nowhere(store: Store, late: bool) -> None:
    """It may have put a page, and not what that page leads to; or deleted this, and not that page. Whoever publishes
    another seal then, and is interrupted, too, leads nobody there."""
    old, new, later = (seal_of(files, store) for files in (OLD, NEW, LATER))
    for first in range(4, 24):
        for second in (7, 12, 17):
            bucket = Bucket(1)
            send(old, store, bucket)
            bucket.late = late
            for seal, number in ((new, first), (later, second)):
                bucket.fails = bucket.calls + number
                with suppress(Killed):
                    send(seal, store, bucket)
            bucket.fails = 0
            send(later, store, bucket)
            assert bucket.seen() == LATER


def test_nothing_to_do_changes_nothing(store: Store) -> None:
    bucket = Bucket(1)
    send(seal_of(OLD, store), store, bucket)
    calls = bucket.calls
    assert send(seal_of(OLD, store), store, bucket) == 0
    assert bucket.calls == calls
