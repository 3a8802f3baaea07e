"""Publishing to a folder: readers have the old site or the new one, whatever happens; the next publishing completes."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from places import INSTANT, ONE, TWO, seal_of, seen, send
from support import ROOT

from generator.cli.publishing import wait_for
from generator.errors import PublishError
from generator.publish.folder import FolderTarget
from generator.publish.history import Entry, History, previous
from generator.publish.publishing import Order, duration, plan_steps, publish, rollback_order
from generator.publish.seal import Seal, write_seal
from generator.publish.store import Store
from generator.publish.target import Publisher

LATER = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def www(tmp_path: Path) -> Path:
    (tmp_path / "srv").mkdir()
    return tmp_path / "srv" / "www"


def test_what_was_sealed_is_there(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    assert send(seal_of(ONE, store), store, target) == len(ONE)
    assert seen(www) == ONE
    assert send(seal_of(TWO, store), store, target) == 4 + 2
    assert seen(www) == TWO
    assert send(seal_of(TWO, store), store, target) == 0, "nothing is left to do"
    assert not (www / "fr" / "gone").exists(), "no empty folder is left"


def test_what_did_not_change_is_not_written(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    inode = (www / "fr/same/index.html").stat().st_ino
    send(seal_of(TWO, store), store, target)
    assert (www / "fr/same/index.html").stat().st_ino == inode


def test_readers_may_read_it(store: Store, www: Path) -> None:
    mask = os.umask(0o077)
    try:
        send(seal_of(ONE, store), store, FolderTarget(www))
    finally:
        os.umask(mask)
    real = www.resolve()
    for place in (real, *real.rglob("*"), real.parent, real.parent.parent):
        wanted = 0o755 if place.is_dir() else 0o644
        assert stat.S_IMODE(place.stat().st_mode) == wanted, place
    records = www.parent / ".www.published" / "records"
    assert {stat.S_IMODE(place.stat().st_mode) for place in records.iterdir()} == {0o600}, "which are not for readers"
    assert stat.S_IMODE(records.stat().st_mode) == 0o700


def test_a_file_that_somebody_changed_is_mended(store: Store, www: Path) -> None:
    target, seal = FolderTarget(www), seal_of(ONE, store)
    send(seal, store, target)
    (www / "fr/index.html").write_bytes(b"defaced!")
    for name, make in (("index.html", lambda place: place.symlink_to("/etc/passwd")), ("404.html", os.mkfifo)):
        (www / name).unlink()
        make(www / name)
    assert send(seal, store, target) == 3
    assert seen(www) == ONE
    assert not (www / "index.html").is_symlink()


def test_files_of_others_stay(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    (www / ".well-known").mkdir()
    (www / ".well-known/acme").write_bytes(b"theirs")
    (www.parent / "neighbour").write_bytes(b"theirs, too")
    send(seal_of(TWO, store), store, target)
    assert seen(www) == {**TWO, ".well-known/acme": b"theirs"}
    assert (www.parent / "neighbour").read_bytes() == b"theirs, too"


def test_a_file_of_others_is_not_written_over(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    theirs = www / "fr/new/index.html"
    theirs.parent.mkdir()
    theirs.write_bytes(b"theirs")
    with pytest.raises(PublishError, match=r"^fr/new/index\.html is in the way, and communique did not put it there"):
        send(seal_of(TWO, store), store, target)
    assert seen(www) == {**ONE, "fr/new/index.html": b"theirs"}
    theirs.write_bytes(TWO["fr/new/index.html"])
    send(seal_of(TWO, store), store, target)
    assert seen(www) == TWO, "of the same bytes, nobody loses anything"


def test_what_readers_may_not_read_is_mended(store: Store, www: Path) -> None:
    """Somebody closed a file, or a folder. Versions share files: an earlier one has it closed, too."""
    target, one = FolderTarget(www), seal_of(ONE, store)
    send(one, store, target)
    send(seal_of(TWO, store), store, target)
    (www / "fr/same/index.html").chmod(0o600)
    (www / "data").chmod(0o700)
    send(seal_of(TWO, store), store, target)
    assert stat.S_IMODE((www / "fr/same/index.html").stat().st_mode) == 0o644
    assert stat.S_IMODE((www / "data").stat().st_mode) == 0o755
    (www / "fr").chmod(0o500)
    rollback(target, store)
    assert seen(www) == ONE
    assert {stat.S_IMODE(place.stat().st_mode) for place in www.rglob("*") if place.is_dir()} == {0o755}
    assert {stat.S_IMODE(place.stat().st_mode) for place in www.rglob("*") if place.is_file()} == {0o644}


def test_folders_of_others_stay_as_they_are(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    (www / "private/empty").mkdir(parents=True)
    (www / "private").chmod(0o700)
    send(seal_of(TWO, store), store, target)
    assert stat.S_IMODE((www / "private").stat().st_mode) == 0o700
    assert (www / "private/empty").is_dir()


def test_a_folder_of_others_into_which_one_cannot_look(
    store: Store, www: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be taken along: nothing is published, rather than to lose what is in it."""
    target, scandir = FolderTarget(www), os.scandir
    send(seal_of(ONE, store), store, target)
    (www / "secret").mkdir()
    (www / "secret/x").write_bytes(b"theirs")

    def refuses(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    with monkeypatch.context() as closed:
        closed.setattr(os, "scandir", refuses)
        with pytest.raises(PublishError, match=r"may not read or write there.*secret"):
            send(seal_of(TWO, store), store, target)
    assert seen(www) == {**ONE, "secret/x": b"theirs"}


def test_what_others_do_not_let_go_holds_nobody_up(store: Store, www: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of somebody else in a version whose time is over: the site is published all the same, each time."""
    target, unlink = FolderTarget(www), os.unlink
    seals = [seal_of({**ONE, "n": str(number).encode()}, store) for number in range(6)]
    send(seals[0], store, target, keep=2)
    (www / "theirs").write_bytes(b"x")

    def refuses(path: str | Path, **options: int) -> None:
        if Path(path).name == "theirs":
            raise PermissionError(1, "Operation not permitted", str(path))
        unlink(path, **options)

    monkeypatch.setattr(os, "unlink", refuses)
    for seal in seals[1:]:
        send(seal, store, target, keep=2)
        assert seen(www) == {**ONE, "n": str(seals.index(seal)).encode(), "theirs": b"x"}
    names = [place.name for place in target.state.glob("versions/*")]
    assert len([name for name in names if not name.startswith("new")]) == 2


def test_what_an_interrupted_one_left_makes_room_first(
    store: Store, www: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk not even a note of who publishes has room."""
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    left = target.state / "versions/new-left"
    (left / "closed").mkdir(parents=True)
    (left / "closed").chmod(0o500)
    write = FolderTarget.write_record

    def full(self: FolderTarget, name: str, content: bytes | None) -> None:
        if left.exists():
            raise PublishError("the disk is full")
        write(self, name, content)

    monkeypatch.setattr(FolderTarget, "write_record", full)
    send(seal_of(TWO, store), store, target)
    assert seen(www) == TWO


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks(store: Store, www: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuses(_handle: int, _how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refuses)
    with pytest.raises(PublishError, match="has no locks: publish on the machine whose disk it is"):
        send(seal_of(ONE, store), store, FolderTarget(www))
    assert not www.exists()


def test_a_disk_that_is_mounted_at_the_place(store: Store, www: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    www.mkdir()
    monkeypatch.setattr(Path, "is_mount", lambda path: path == www)
    with pytest.raises(PublishError, match=r"a disk is mounted, .* choose a folder below it"):
        send(seal_of(ONE, store), store, FolderTarget(www))
    assert list(www.parent.iterdir()) == [www]


def test_a_switch_that_is_refused_leaves_no_version(store: Store, www: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    www.mkdir()
    target = FolderTarget(www)

    def refuses(_path: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    with monkeypatch.context() as busy:
        busy.setattr(Path, "rmdir", refuses)
        for _ in range(2):
            with pytest.raises(PublishError, match="something is mounted there"):
                send(seal_of(ONE, store), store, target)
    assert len(list(target.state.glob("versions/*"))) == 1
    send(seal_of(ONE, store), store, target)
    assert seen(www) == ONE
    assert len(list(target.state.glob("versions/*"))) == 1


@pytest.mark.parametrize("make", ["files", "file", "link", "build", "no parent"])
def test_places_that_are_not_ours(store: Store, www: Path, make: str, tmp_path: Path) -> None:
    if make == "files":
        www.mkdir()
        (www / "important").write_bytes(b"x")
    elif make == "file":
        www.write_bytes(b"x")
    elif make == "link":
        www.symlink_to(tmp_path)
    elif make == "build":
        (www.parent / ".www/a/site").mkdir(parents=True)
        www.symlink_to(".www/a/site")
    else:
        www.parent.rmdir()
    before = sorted(tmp_path.rglob("*"))
    seal = seal_of({}, store)
    with pytest.raises(PublishError, match=r"publishing|choose|make it"):
        send(seal, store, FolderTarget(www))
    assert sorted(place for place in tmp_path.rglob("*") if "sealed" not in str(place)) == before


def test_a_version_that_was_never_shown_takes_nobody_s_place(
    store: Store, www: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A publishing that ended between the new version's name and the link: the site before can be returned to."""
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target, keep=2)

    replace = Path.replace

    def refuses(self: Path, there: Path) -> Path:
        if there == www:
            raise OSError(5, "Input/output error")
        return replace(self, there)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", refuses)
        with pytest.raises(PublishError, match="Input/output error"):
            send(seal_of({**ONE, "x": b"x"}, store), store, target, keep=2)
    send(seal_of(TWO, store), store, target, keep=2)
    elsewhere = Store(tmp_path / "another machine's")
    order = rollback_order(target, elsewhere, "", 2, None)
    publish(order, target, "ann", lambda: INSTANT, lambda _done, _all: None)
    assert seen(www) == ONE
    assert len(list(target.state.glob("versions/*"))) == 2


def test_an_empty_folder_is_taken(store: Store, www: Path) -> None:
    www.mkdir()
    send(seal_of(ONE, store), store, FolderTarget(www))
    assert seen(www) == ONE


def test_a_folder_where_a_file_was_and_back(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    for files in ({"a": b"1", "b/c": b"2"}, {"a/x": b"1", "b": b"2"}, {"a": b"1", "b/c": b"2"}):
        send(seal_of(files, store), store, target)
        assert seen(www) == files


def test_a_version_that_somebody_removed(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    shutil.rmtree(www.resolve())
    send(seal_of(TWO, store), store, target)
    assert seen(www) == TWO


# ---------------------------------------------------------------- not a second early


def publish_at(seal: Seal, store: Store, target: FolderTarget, now: datetime) -> None:
    publish(Order(seal, store, None, 5), target, "ann", lambda: now, lambda _done, _all: None)


def test_nothing_is_published_early(store: Store, www: Path) -> None:
    seal = seal_of(ONE, store)
    with pytest.raises(PublishError, match="in 1 h 30 min; nothing was published"):
        publish_at(seal, store, FolderTarget(www), INSTANT - timedelta(hours=1, minutes=30))
    with pytest.raises(PublishError, match="in 1 s;"):
        publish_at(seal, store, FolderTarget(www), INSTANT - timedelta(microseconds=1))
    assert list(www.parent.iterdir()) == [], "not even a trace"
    publish_at(seal, store, FolderTarget(www), INSTANT)
    assert seen(www) == ONE


@pytest.mark.parametrize("night", ["2024-03-31", "2024-10-27"], ids=["spring", "autumn"])
def test_a_wait_over_a_change_of_the_clock(store: Store, night: str) -> None:
    """The instant is 08:30 in Brussels; a clock of that zone jumps in the night before. In autumn, local times between
    02:00 and 03:00 come twice."""
    brussels = ZoneInfo("Europe/Brussels")
    instant = datetime.fromisoformat(f"{night}T08:30:00").replace(tzinfo=brussels)
    seal = seal_of(ONE, store, instant)
    start = datetime.fromisoformat(f"{night}T00:00:00").replace(tzinfo=brussels).astimezone(UTC)
    hours = 8.5 + (-1 if night.startswith("2024-03") else 1)
    passed, said = [0.0], list[str]()

    def clock() -> datetime:
        return (start + timedelta(seconds=passed[0])).astimezone(brussels)

    def sleep(seconds: float) -> None:
        assert 0 < seconds <= 60
        passed[0] += seconds

    wait_for(seal, clock, sleep, said.append)
    assert passed[0] == hours * 3600
    assert said[0].startswith(f"waiting until {night}T08:30:00+0")


def test_a_clock_that_is_set_while_one_waits(store: Store) -> None:
    seal, times = seal_of(ONE, store), [INSTANT - timedelta(hours=1), INSTANT - timedelta(hours=2), INSTANT]
    slept: list[float] = []
    wait_for(seal, lambda: times.pop(0) if len(times) > 1 else times[0], slept.append, lambda _text: None)
    assert len(slept) == 1 or max(slept) <= 60


def test_durations() -> None:
    assert duration(timedelta(days=2, hours=3, seconds=4)) == "2 d 3 h 4 s"
    assert duration(timedelta(microseconds=1)) == "1 s"
    assert duration(timedelta(0)) == "0 s"


# ---------------------------------------------------------------- exactly that


def test_altered_bytes_are_not_published(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    seal = seal_of(TWO, store)
    file = seal.by_path["fr/new/index.html"]
    place = store.folder / "objects" / file.sha256[:2] / file.sha256[2:]
    place.chmod(0o644)
    place.write_bytes(b"not")
    with pytest.raises(PublishError, match=r"fr/new/index\.html"):
        send(seal, store, target)
    place.unlink()
    with pytest.raises(PublishError, match="missing here"):
        send(seal, store, target)
    assert seen(www) == ONE


def test_a_cap_on_deletes(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    order = Order(seal_of(TWO, store), store, 1, 5)
    with pytest.raises(PublishError, match="2 files would be deleted, more than 1"):
        publish(order, target, "ann", lambda: LATER, lambda _done, _all: None)
    assert seen(www) == ONE
    assert len(plan_steps(Order(order.seal, store, 2, 5), target)) == 6


def test_the_seal_of_an_earlier_instant_is_not_published_by_mistake(store: Store, www: Path) -> None:
    target, later = FolderTarget(www), INSTANT + timedelta(hours=2)
    last_week, today = seal_of(ONE, store), seal_of(TWO, store, later)
    send(last_week, store, target)
    send(today, store, target)
    with pytest.raises(PublishError, match="it would take back what came between"):
        send(last_week, store, target)
    assert seen(www) == TWO
    assert send(today, store, target) == 0
    publish(Order(last_week, store, None, 5, earlier=True), target, "ann", lambda: LATER, lambda _done, _all: None)
    assert seen(www) == ONE
    send(today, store, target)
    back = rollback_order(target, store, "", 5, None)
    publish(back, target, "ann", lambda: LATER, lambda _done, _all: None)
    assert seen(www) == ONE


# ---------------------------------------------------------------- one at a time


def test_two_publishers(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    with target.locked(Publisher("ann@office", datetime(2024, 7, 1, 8, 30, tzinfo=timezone(timedelta(hours=2))))):
        with pytest.raises(PublishError, match=r"ann@office is publishing to .* since 2024-07-01T06:30:00Z"):
            send(seal_of(TWO, store), store, FolderTarget(www), by="bob@home")
        assert seen(www) == ONE
    send(seal_of(TWO, store), store, FolderTarget(www))
    assert seen(www) == TWO


def test_readers_while_it_is_published(store: Store, www: Path) -> None:
    """A reader in another thread asks for a page again and again, and always gets it, whole."""
    target, seals = FolderTarget(www), [seal_of(files, store) for files in (ONE, TWO)]
    send(seals[0], store, target)
    stop, wrong = threading.Event(), list[object]()

    def read() -> None:
        while not stop.is_set():
            try:
                home = (www / "fr/index.html").read_bytes()
            except OSError as error:
                wrong.append(error)
                continue
            if home not in (b"home one", b"home two"):
                wrong.append(home)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(20):
            send(seals[(number + 1) % 2], store, target, keep=10)
    finally:
        stop.set()
        reader.join()
    assert wrong == []


# ---------------------------------------------------------------- killed, or refused by the disk, at every step

_FAULT = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from places import send
from generator.publish.folder import FolderTarget
from generator.publish.seal import read_seal
from generator.publish.store import Store
from generator.errors import PublishError

left, where = [{after}], {where!r}
CHANGES = ("open", "os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")

def hook(event, arguments):
    if event in CHANGES and where in str(arguments[0]) + str(arguments[1:2]):
        if event == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        left[0] -= 1
        if left[0] == 0:
            if {kill}:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError({errno}, os.strerror({errno}))

store, target = Store(Path({store!r})), FolderTarget(Path({www!r}))
seal = read_seal(Path({seal!r}).read_bytes(), "it")
sys.addaudithook(hook)
try:
    send(seal, store, target)
except PublishError as error:
    print(error)
    sys.exit(1)
print("whole", left[0])
"""


class Faulty:
    """Publishing TWO over ONE in another process, in which one change of the disk goes wrong."""

    def __init__(self, tmp_path: Path, store: Store, www: Path) -> None:
        self.store, self.www, self.seals = store, www, [seal_of(files, store) for files in (ONE, TWO)]
        self.file = tmp_path / "two.json"
        self.file.write_bytes(write_seal(self.seals[1]))

    def run(self, after: int, *, errno: int = 0) -> subprocess.CompletedProcess[str]:
        """Start from ONE; the change number `after` is refused, or (without an `errno`) the last thing that is done."""
        shutil.rmtree(self.www.parent)
        self.www.parent.mkdir()
        send(self.seals[0], self.store, FolderTarget(self.www))
        values: Mapping[str, object] = {
            **{"root": str(ROOT), "tests": str(Path(__file__).parent), "after": after, "kill": not errno},
            **{"errno": errno, "where": str(self.www.parent), "store": str(self.store.folder)},
            **{"www": str(self.www), "seal": str(self.file)},
        }
        code = _FAULT.format(**values)
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    def check_again(self) -> None:
        """Readers have one site or the other, whole; then a second publishing completes."""
        assert seen(self.www) in (ONE, TWO)
        target = FolderTarget(self.www)
        send(self.seals[1], self.store, target)
        assert seen(self.www) == TWO
        entries = History(target).entries()
        assert entries[0].seal == self.seals[0].digest
        assert {entry.seal for entry in entries[1:]} == {self.seals[1].digest}
        assert previous(entries) == self.seals[0].digest
        assert not (target.state / "versions" / "new").exists()


@pytest.fixture
def faulty(tmp_path: Path, store: Store, www: Path) -> Faulty:
    return Faulty(tmp_path, store, www)


def changes_of_a_run(faulty: Faulty) -> int:
    whole = faulty.run(10**6)
    assert whole.stdout.startswith("whole"), whole.stderr
    return 10**6 - int(whole.stdout.split()[1])


def test_killed_at_every_change_of_the_disk(faulty: Faulty) -> None:
    total = changes_of_a_run(faulty)
    assert total > 30
    outcomes = set()
    for after in range(1, total + 1):
        assert faulty.run(after).returncode == -9, after
        outcomes.add(seen(faulty.www) == TWO)
        faulty.check_again()
    assert outcomes == {True, False}, "some were killed before the switch, some after it"


def test_refused_at_every_change_of_the_disk(faulty: Faulty) -> None:
    for after in range(1, changes_of_a_run(faulty) + 1):
        errno, told = ((28, "the disk is full"), (13, "you may not read or write there"))[after % 2]
        run = faulty.run(after, errno=errno)
        if run.returncode:  # some refusals can be done without: a hard link, an empty folder that stays
            assert (run.returncode, run.stderr) == (1, "")
            assert told in run.stdout
        faulty.check_again()


def test_a_disk_that_is_too_small(store: Store, www: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(www.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1_000_010))
    with pytest.raises(PublishError, match=r"has 1\.0 MB free, and 1\.0 MB are needed"):
        send(seal_of(ONE, store), store, FolderTarget(www))
    assert seen(www) == {}


# ---------------------------------------------------------------- back


def rollback(target: FolderTarget, store: Store, to: str = "", keep: int = 5) -> None:
    order = rollback_order(target, store, to, keep, None)
    publish(order, target, "ann", lambda: LATER, lambda _done, _all: None)


def test_back_to_the_one_before(store: Store, www: Path) -> None:
    target, three = FolderTarget(www), {**TWO, "three.html": b"3"}
    for files in (ONE, TWO, three):
        send(seal_of(files, store), store, target)
    shutil.rmtree(store.folder)  # the target itself has what it showed
    rollback(target, store)
    assert seen(www) == TWO
    rollback(target, store)
    assert seen(www) == ONE, "what was rolled back from is not what one returns to"
    with pytest.raises(PublishError, match="nothing was published here before"):
        rollback(target, store)
    assert [entry.action for entry in History(target).entries()] == [*["publish"] * 3, *["rollback"] * 2]


def test_back_to_a_version_in_which_somebody_put_a_pipe(store: Store, www: Path) -> None:
    """Who reads one waits for ever."""
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    (www / "fr/index.html").unlink()
    os.mkfifo(www / "fr/index.html")
    send(seal_of(TWO, store), store, target)
    order = rollback_order(target, Store(store.folder / "another machine's"), "", 5, None)
    with pytest.raises(PublishError, match=r"altered since: fr/index\.html"):
        publish(order, target, "ann", lambda: LATER, lambda _done, _all: None)
    rollback(target, store)
    assert seen(www) == ONE


def test_back_to_a_named_one(store: Store, www: Path) -> None:
    target, seals = FolderTarget(www), [seal_of(files, store) for files in (ONE, TWO, {**TWO, "three.html": b"3"})]
    for seal in seals:
        send(seal, store, target)
    rollback(target, store, seals[0].digest[:12])
    assert seen(www) == ONE
    rollback(target, store, seals[1].name)
    assert seen(www) == TWO
    with pytest.raises(PublishError, match="no seal that was published here is feed"):
        rollback(target, store, "feed")


def test_only_the_last_versions_are_kept(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    seals = [seal_of({**ONE, "n": str(number).encode()}, store) for number in range(6)]
    for seal in seals:
        send(seal, store, target, keep=3)
    assert len(list((target.state / "versions").iterdir())) == 3
    shutil.rmtree(store.folder)
    rollback(target, store, seals[3].digest, keep=3)
    assert seen(www)["n"] == b"3"
    with pytest.raises(PublishError, match="is not kept here any more"):
        rollback(target, store, seals[0].digest, keep=3)


def test_a_kept_version_that_was_altered(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    old = www.resolve()
    send(seal_of(TWO, store), store, target)
    (old / "fr/index.html").write_bytes(b"forged!!")
    rollback(target, store)
    assert seen(www) == ONE, "the store had the bytes as they were sealed"
    send(seal_of(TWO, store), store, target)
    for version in (target.state / "versions").glob("*"):
        if version != www.resolve():
            (version / "fr/index.html").write_bytes(b"forged!!")
    shutil.rmtree(store.folder)
    with pytest.raises(PublishError, match=r"altered since: fr/index\.html"):
        rollback(target, store)
    assert seen(www) == TWO


def entry(seal: str, action: str = "publish") -> Entry:
    return Entry(0, "", "", action, seal, "", "")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("", ""),
        ("A", ""),
        ("A B", "A"),
        ("A B -A", ""),
        ("A B -A C", "A"),
        ("A B C -A -B", "A"),
        ("A B C -B D", "B"),
        ("A B A", "B"),
        ("A B B", "A"),
    ],
)
def test_what_one_returns_to(shown: str, expected: str) -> None:
    entries = [entry(name.lstrip("-"), "rollback" if "-" in name else "publish") for name in shown.split()]
    assert previous(entries) == expected


def test_a_damaged_history_is_told(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    (target.state / "records" / "history.json").write_bytes(b"{")
    with pytest.raises(PublishError, match=r"history\.json of the target is damaged"):
        History(target).entries()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[{"number": 1}]', None])
@pytest.mark.parametrize("record", ["history.json", "attempt.json"])
def test_a_record_that_is_damaged_can_be_deleted(store: Store, www: Path, record: str, content: bytes | None) -> None:
    """As the message says. What readers had until then is not lost with it."""
    target, three = FolderTarget(www), seal_of({**TWO, "three.html": b"3"}, store)
    for files in (ONE, TWO):
        send(seal_of(files, store), store, target)
    blank = dict.fromkeys(("number", "at", "by", "action", "seal", "words", "instant"))
    place = target.state / "records" / record
    place.write_bytes(json.dumps([blank]).encode() if content is None else content)
    with pytest.raises(PublishError, match=rf"{record} of the target is damaged: restore it, or delete it"):
        send(three, store, target)
    place.unlink()
    send(three, store, target)
    shutil.rmtree(store.folder)
    rollback(target, store)
    assert seen(www) == TWO
    assert [entry.number for entry in History(target).entries()][:2] == [1, 2]


def test_somebody_led_the_link_back_by_hand(store: Store, www: Path) -> None:
    target = FolderTarget(www)
    for files in ({"n": b"0"}, ONE, TWO):
        send(seal_of(files, store), store, target)
    www.unlink()
    www.symlink_to(f"{target.state.name}/versions/{sorted(target.state.glob('versions/*'))[1].name}")
    assert seen(www) == ONE
    rollback(target, store)
    assert seen(www) == {"n": b"0"}, "the one before that which readers had"


@pytest.mark.parametrize("kept", [None, b"", b'{"format": "communique-seal/1", "fil'])
def test_the_record_of_the_seal_that_is_shown_is_lost(store: Store, www: Path, kept: bytes | None) -> None:
    """Its pages would be taken for somebody else's, and stay. There is a way on, and the message names it."""
    target, one = FolderTarget(www), seal_of(ONE, store)
    send(one, store, target)
    record = target.state / "records" / f"seal-{one.digest}.json"
    record.write_bytes(kept) if kept is not None else record.unlink()
    with pytest.raises(
        PublishError, match=f"{record.name} of the target is missing or damaged.* publish that seal again"
    ):
        send(seal_of(TWO, store), store, target)
    assert seen(www) == ONE
    assert send(one, store, target) == 0
    send(seal_of(TWO, store), store, target)
    assert seen(www) == TWO
    rollback(target, store)
    assert seen(www) == ONE


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": "b"}', b'{"a": []}'])
def test_damaged_notes_of_an_interrupted_publishing_are_told(store: Store, www: Path, content: bytes) -> None:
    target = FolderTarget(www)
    send(seal_of(ONE, store), store, target)
    (target.state / "records" / "strays.json").write_bytes(content)
    with pytest.raises(PublishError, match=r"strays\.json of the target is damaged"):
        send(seal_of(TWO, store), store, target)
    assert seen(www) == ONE


def test_every_call_is_made_under_the_lock(store: Store, www: Path) -> None:
    """A target may rely on it: what changes something is called between the start and the end of `locked`."""
    calls: list[str] = []

    class Watched(FolderTarget):
        def __getattribute__(self, name: str) -> object:
            found = super().__getattribute__(name)
            if name in ("begin", "put", "delete", "switch", "tidy", "write_record"):
                calls.append(name)
            return found

    target = Watched(www)
    send(seal_of(ONE, store), store, target)
    calls.clear()
    send(seal_of(TWO, store), store, target)
    order = [name for name in calls if name != "write_record"]
    assert order == ["begin", *["put"] * 4, *["delete"] * 2, "switch", "tidy"]
    with ExitStack() as stack:
        stack.enter_context(target.locked(Publisher("x", LATER)))
        with pytest.raises(PublishError):
            send(seal_of(ONE, store), store, FolderTarget(www))
