"""Publishing to a server over SSH: readers have the old site or the new one, whatever breaks; the next one completes.

Without sshd and rsync these tests are skipped and say so; with COMMUNIQUE_BROWSER=required, as in CI, they fail.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from places import INSTANT, ONE, TWO, seal_of, seen, send
from sshd import HOST, MISSING, Sshd, sshd
from support import ROOT, communique, small_site, write

from generator.config import parse_config
from generator.errors import PublishError
from generator.formats import known_locale
from generator.publish import scripts
from generator.publish.folder import FolderTarget
from generator.publish.history import History, previous
from generator.publish.publishing import publish, rollback_order
from generator.publish.seal import write_seal
from generator.publish.server import ServerTarget
from generator.publish.ssh import Lost, Server, Shell
from generator.publish.store import Store
from generator.publish.target import Publisher
from generator.sources.files import DEFAULT

REQUIRED = os.environ.get("COMMUNIQUE_BROWSER") == "required"
LATER = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    if MISSING:
        (pytest.fail if REQUIRED else pytest.skip)(f"not installed: {', '.join(MISSING)} (apt-get install)")
    with sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def www(tmp_path: Path) -> Path:
    (tmp_path / "srv").mkdir()
    return tmp_path / "srv" / "www"


def test_what_was_sealed_is_there(far: Sshd, store: Store, www: Path) -> None:
    target = far.target(www)
    before = far.logins()
    assert send(seal_of(ONE, store), store, target) == len(ONE)
    assert far.logins() == before + 1, "one authentication serves all"
    assert seen(www) == ONE
    inode = (www / "fr/same/index.html").stat().st_ino
    assert send(seal_of(TWO, store), store, target) == 4 + 2
    assert seen(www) == TWO
    assert not (www / "fr/gone").exists(), "no empty folder is left"
    assert (www / "fr/same/index.html").stat().st_ino == inode, "what did not change is not written"
    assert send(seal_of(TWO, store), store, target) == 0, "nothing is left to do"
    assert [entry.by for entry in History(target).entries()] == ["ann@office"] * 2


@pytest.mark.parametrize("shell", ["", "bash"])
def test_odd_names_of_files_and_of_the_place(far: Sshd, store: Store, tmp_path: Path, shell: str) -> None:
    www = tmp_path / 'it\'s $HOME `id` "here"; é' / "-n %h *"
    www.parent.mkdir()
    names = [
        "-rf",
        "a b/c d",
        "it's",
        '"q"',
        "$HOME",
        "`id`",
        "é/ü",
        "*",
        "[a]/?",
        "%h",
        "-/-x",
        "!x",
        "#x",
        "~",
        "x;y",
    ]
    odd = {name: name.encode() for name in names}
    target = far.target(www, config=poor(far, tmp_path / "bin", "sh", f'exec {shell} "$@"') if shell else "")
    send(seal_of(odd, store), store, target)
    assert seen(www) == odd
    send(seal_of({**dict.fromkeys(names[::2], b"2"), "x": b""}, store), store, target)
    assert seen(www) == {**dict.fromkeys(names[::2], b"2"), "x": b""}
    rollback(target, store)
    assert seen(www) == odd
    assert sorted(place.name for place in www.parent.iterdir()) == ["-n %h *", ".-n %h *.published"]


def test_it_is_laid_out_as_a_folder_is(far: Sshd, store: Store, www: Path) -> None:
    """So whoever works on the server itself can publish there, too, and either knows of the other."""
    send(seal_of(ONE, store), store, far.target(www))
    send(seal_of(TWO, store), store, FolderTarget(www))
    rollback(far.target(www), store)
    assert seen(www) == ONE
    assert len(History(FolderTarget(www)).entries()) == 3
    for target, other in ((FolderTarget(www), far.target(www)), (far.target(www), FolderTarget(www))):
        with target.locked(Publisher("bob", INSTANT)), pytest.raises(PublishError, match="bob is publishing"):
            send(seal_of(TWO, store), store, other)


def test_readers_may_read_it(far: Sshd, store: Store, www: Path) -> None:
    mask = os.umask(0o077)
    try:
        send(seal_of(ONE, store), store, far.target(www))
        send(seal_of(TWO, store), store, far.target(www))
    finally:
        os.umask(mask)
    real = www.resolve()
    for place in (real, *real.rglob("*"), real.parent, real.parent.parent):
        assert stat.S_IMODE(place.stat().st_mode) == (0o755 if place.is_dir() else 0o644), place
    records = www.parent / ".www.published" / "records"
    assert {stat.S_IMODE(place.stat().st_mode) for place in records.iterdir()} == {0o600}, "which are not for readers"
    assert stat.S_IMODE(records.stat().st_mode) == 0o700


def test_what_somebody_changed_is_mended_and_files_of_others_stay(far: Sshd, store: Store, www: Path) -> None:
    target, seal = far.target(www), seal_of(ONE, store)
    send(seal, store, target)
    (www / "fr/index.html").write_bytes(b"defaced!")
    for name, make in (("index.html", lambda place: place.symlink_to("/etc/passwd")), ("404.html", os.mkfifo)):
        (www / name).unlink()
        make(www / name)
    (www / ".well-known").mkdir()
    (www / ".well-known/acme challenge").write_bytes(b"theirs")
    (www.parent / "neighbour").write_bytes(b"theirs, too")
    assert send(seal, store, target) == 3
    assert seen(www) == {**ONE, ".well-known/acme challenge": b"theirs"}
    assert not (www / "index.html").is_symlink()
    assert (www.parent / "neighbour").read_bytes() == b"theirs, too"


def test_what_readers_may_not_read_is_mended(far: Sshd, store: Store, www: Path) -> None:
    """Somebody closed a file, or a folder; a rollback, for which nothing travels, mends it, too."""
    target = far.target(www)
    for files in (ONE, TWO):
        send(seal_of(files, store), store, FolderTarget(www))
    (www / "fr/same/index.html").chmod(0o600)
    (www / "data").chmod(0o700)
    assert send(seal_of(TWO, store), store, target) == 2
    assert (modes(www, "file"), modes(www, "folder")) == ({0o644}, {0o755})
    (www / "fr").chmod(0o500)
    rollback(target, store)
    assert seen(www) == ONE
    assert (modes(www, "file"), modes(www, "folder")) == ({0o644}, {0o755})


def test_back_to_a_version_that_somebody_closed(far: Sshd, store: Store, www: Path) -> None:
    target = far.target(www)
    send(seal_of(ONE, store), store, FolderTarget(www))
    (www / "fr/index.html").chmod(0o600)
    (www / "fr").chmod(0o700)
    send(seal_of(TWO, store), store, FolderTarget(www))
    shutil.rmtree(store.folder)
    rollback(target, store)
    assert seen(www) == ONE
    assert (modes(www, "file"), modes(www, "folder")) == ({0o644}, {0o755})


def modes(www: Path, kind: str) -> set[int]:
    return {stat.S_IMODE(place.stat().st_mode) for place in www.rglob("*") if place.is_dir() == (kind == "folder")}


def test_what_others_do_not_let_go_holds_nobody_up(far: Sshd, store: Store, www: Path, tmp_path: Path) -> None:
    """A file of somebody else in a version whose time is over: the site is published all the same, each time."""
    fake = f'case "$*" in *new-000001*) echo "Permission denied" >&2; exit 1;; esac; exec {shutil.which("rm")} "$@"'
    target = far.target(www, config=poor(far, tmp_path / "bin", "rm", fake))
    for number in range(4):
        files = {**ONE, "n": str(number).encode()}
        send(seal_of(files, store), store, FolderTarget(www) if number < 2 else target, keep=2)
        assert seen(www) == files
    names = [place.name for place in (www.parent / ".www.published/versions").iterdir()]
    assert sorted(name.rpartition("-")[0] for name in names) == ["000003", "000004", "new-000001"]


def test_what_an_interrupted_one_left_makes_room_first(
    far: Sshd, store: Store, www: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk not even a note of who publishes has room."""
    target, run = far.target(www), Shell.run
    send(seal_of(ONE, store), store, target)
    left = www.parent / ".www.published/versions/new-left"
    (left / "closed").mkdir(parents=True)
    (left / "closed").chmod(0o500)

    def full(shell: Shell, script: str, content: bytes = b"", *, here: bool = False) -> bytes:
        assert content == b"" or not left.exists()
        return run(shell, script, content, here=here)

    monkeypatch.setattr(Shell, "run", full)
    send(seal_of(TWO, store), store, target)
    assert seen(www) == TWO


def test_a_disk_that_is_mounted_at_the_place(far: Sshd, store: Store, www: Path, tmp_path: Path) -> None:
    www.mkdir()
    fake = f'case "$1 $2" in "-c %d") echo 0; exit;; esac; exec {shutil.which("stat")} "$@"'
    target = far.target(www, config=poor(far, tmp_path / "bin", "stat", fake))
    with pytest.raises(PublishError, match=r"a disk is mounted, .* choose a folder below it"):
        send(seal_of(ONE, store), store, target)
    assert list(www.parent.iterdir()) == [www]


def test_an_account_whose_start_up_files_change_much(far: Sshd, store: Store, www: Path, tmp_path: Path) -> None:
    strict = far.target(www, config=far.key("strict", 'environment="POSIXLY_CORRECT=1"'))
    send(seal_of(ONE, store), store, FolderTarget(www))
    send(seal_of(TWO, store), store, strict)
    assert seen(www) == TWO
    noise = f'echo welcome to this host; exec {shutil.which("rsync")} "$@"'
    noisy = far.target(www, config=poor(far, tmp_path / "bin", "rsync", noise))
    with pytest.raises(PublishError, match=r"start-up file of the account \(such as ~/\.bashrc\) prints something"):
        send(seal_of(ONE, store), store, noisy)
    assert seen(www) == TWO


def test_a_folder_where_a_file_was_and_back(far: Sshd, store: Store, www: Path) -> None:
    target, two = far.target(www), {"a/x": b"1", "b": b"2"}
    send(seal_of({"a": b"1", "b/c": b"2"}, store), store, target)
    send(seal_of(two, store), store, target)
    assert seen(www) == two
    rollback(target, store)
    assert seen(www) == {"a": b"1", "b/c": b"2"}


@pytest.mark.parametrize("make", ["files", "odd file", "file", "link", "no parent"])
def test_places_that_are_not_ours(far: Sshd, store: Store, www: Path, make: str, tmp_path: Path) -> None:
    if make == "files":
        www.mkdir()
        (www / "important").write_bytes(b"x")
    elif make == "odd file":
        www.mkdir()
        (www / "\n").write_bytes(b"x")
    elif make == "file":
        www.write_bytes(b"x")
    elif make == "link":
        www.symlink_to(tmp_path)
    else:
        www.parent.rmdir()
    before = sorted(tmp_path.rglob("*"))
    seal = seal_of({}, store)
    with pytest.raises(PublishError, match=r"publishing|choose|make it"):
        send(seal, store, far.target(www))
    assert sorted(place for place in tmp_path.rglob("*") if "sealed" not in str(place)) == before


def test_an_empty_folder_is_taken_and_a_version_that_is_gone_is_replaced(far: Sshd, store: Store, www: Path) -> None:
    www.mkdir()
    target = far.target(www)
    send(seal_of(ONE, store), store, target)
    assert seen(www) == ONE
    shutil.rmtree(www.resolve())
    send(seal_of(TWO, store), store, target)
    assert seen(www) == TWO


def test_a_dry_run_leaves_no_trace(far: Sshd, store: Store, www: Path) -> None:
    target = far.target(www)
    assert (target.present(), target.shown(), History(target).entries()) == ({}, "", ())
    assert list(www.parent.iterdir()) == []


# ---------------------------------------------------------------- one at a time


def test_two_publishers(far: Sshd, store: Store, www: Path) -> None:
    target = far.target(www)
    send(seal_of(ONE, store), store, target)
    with target.locked(Publisher("ann@office", INSTANT)):
        with pytest.raises(PublishError, match=r"ann@office is publishing to far:/.* since 2024-07-01T06:30:00Z"):
            send(seal_of(TWO, store), store, far.target(www), by="bob@home")
        assert seen(www) == ONE
    send(seal_of(TWO, store), store, far.target(www))
    assert seen(www) == TWO


def test_whoever_lost_the_lock_does_not_switch(far: Sshd, store: Store, www: Path) -> None:
    """Somebody else published while the connection was gone, or is at it."""
    one, two, target = seal_of(ONE, store), seal_of(TWO, store), far.target(www)
    send(one, store, target)
    for working in (False, True):
        with target.locked(Publisher("ann@office", INSTANT)):
            target.begin(0)
            for file in two.files:
                target.put(file, TWO[file.path])
            far.cut()
            other = far.target(www)
            if working:
                with other.locked(Publisher("bob@home", INSTANT)), pytest.raises(PublishError, match="bob@home is pub"):
                    target.switch(two)
            else:
                send(seal_of({**ONE, "bob": b"1"}, store), store, other, by="bob@home")
                with pytest.raises(PublishError, match="somebody else has published"):
                    target.switch(two)
        assert seen(www) == {**ONE, "bob": b"1"}


# ---------------------------------------------------------------- what breaks, at every step

#: What a publishing asks of the server, but for what only looks.
STEPS = frozenset(
    {
        *(
            scripts.PREPARE,
            scripts.LOCK,
            scripts.CLEAR,
            scripts.BEGIN,
            scripts.REMOVE,
            scripts.REMOVE_EMPTY,
            scripts.COUNT,
        ),
        *(scripts.SWITCH, scripts.TIDY, scripts.WRITE_RECORD, scripts.REMOVE_RECORD),
    }
)


def step_of(script: str) -> str:
    """Which of the steps a script is; empty when it is none."""
    return next((step for step in STEPS if step.strip() in script), "")


class Faults:
    """Something happens at the step number `at`: before it, or (`late`) when it is done and its answer is lost."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.at, self.late = 0, False
        self.steps: list[str] = []
        self.act: Callable[[], None] = lambda: None
        run, put = Shell.run, Shell.send

        def watched_run(shell: Shell, script: str, content: bytes = b"", *, here: bool = False) -> bytes:
            step = step_of(script)
            act = functools.partial(run, shell, script, content, here=here)
            return self._step(step, act) if step else act()

        def watched_send(shell: Shell, source: Path, to: str, temporary: str) -> None:
            self._step("send", lambda: put(shell, source, to, temporary) or b"")

        patch.setattr(Shell, "run", watched_run)
        patch.setattr(Shell, "send", watched_send)

    def _step(self, step: str, do: Callable[[], bytes]) -> bytes:
        self.steps.append(step)
        if len(self.steps) != self.at:
            return do()
        if not self.late:
            self.act()
            return do()
        do()
        self.act()
        raise Lost("the answer did not come")

    def moments(self, run: Callable[[], object]) -> list[int]:
        """The steps of a run, by their numbers: of those that do the same, the first."""
        self.steps.clear()
        run()
        return [self.steps.index(step) + 1 for step in dict.fromkeys(self.steps)]

    def set(self, at: int, *, late: bool) -> None:
        self.at, self.late = at, late
        self.steps.clear()


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    return Faults(monkeypatch)


def reset(store: Store, www: Path) -> None:
    """Start from ONE; a folder's publisher makes the same, and is quick."""
    saved = www.parent.with_name("saved")
    if not saved.exists():
        send(seal_of(ONE, store), store, FolderTarget(www))
        www.parent.rename(saved)
    shutil.rmtree(www.parent, ignore_errors=True)
    shutil.copytree(saved, www.parent, symlinks=True)


def check_again(target: ServerTarget | FolderTarget, store: Store, www: Path) -> None:
    """Readers have one site or the other, whole; then a second publishing completes."""
    assert seen(www) in (ONE, TWO)
    two = seal_of(TWO, store)
    send(two, store, target)
    assert seen(www) == TWO
    entries = History(target).entries()
    assert {entry.seal for entry in entries[1:]} == {two.digest}
    assert previous(entries) == entries[0].seal
    state = www.parent / ".www.published"
    assert not list(state.glob("versions/new*")) and not (state / "next").is_symlink()


def test_a_line_that_is_cut_at_every_step(faults: Faults, far: Sshd, store: Store, www: Path) -> None:
    """Another connection takes the lock again, and goes on."""
    reset(store, www)
    moments = faults.moments(lambda: send(seal_of(TWO, store), store, far.target(www)))
    assert len(moments) == len(STEPS) + 1
    faults.act = far.cut
    switch = faults.steps.index(scripts.SWITCH) + 1
    for at, late in (*((at, bool(number % 2)) for number, at in enumerate(moments)), (switch, True), (switch, False)):
        reset(store, www)
        faults.set(at, late=late)
        target = far.target(www)
        send(seal_of(TWO, store), store, target)
        assert seen(www) == TWO, at
        assert [entry.seal for entry in History(target).entries()][1:] == [seal_of(TWO, store).digest]
        assert len(list((www.parent / ".www.published/versions").iterdir())) == 2


def test_a_line_that_stays_cut(faults: Faults, far: Sshd, store: Store, www: Path) -> None:
    reset(store, www)
    faults.moments(lambda: send(seal_of(TWO, store), store, far.target(www)))
    faults.act = far.cut
    at = {step: faults.steps.index(step) + 1 for step in ("send", scripts.COUNT, scripts.SWITCH)}
    for step, late, expected in (("send", True, ONE), (scripts.SWITCH, False, ONE), (scripts.SWITCH, True, TWO)):
        reset(store, www)
        faults.set(at[step], late=late)
        with pytest.raises(PublishError, match=r"does not hold .* publish again"):
            send(seal_of(TWO, store), store, far.target(www, pauses=()))
        assert seen(www) == expected
        check_again(far.target(www), store, www)


def test_a_line_that_is_cut_in_the_middle_of_a_file(far: Sshd, store: Store, www: Path) -> None:
    big = {**ONE, **{f"big{number}": os.urandom(1 << 20) * 17 for number in range(2)}}  # each is sent alone
    target = far.target(www)
    parts = www.parent / ".www.published/versions"
    send(seal_of(ONE, store), store, target)
    cuts = 0
    watcher = subprocess.Popen([sys.executable, "-c", _CUT, str(parts), str(far.process.pid)], stdout=subprocess.PIPE)
    try:
        send(seal_of(big, store), store, target)
    finally:
        cuts = int(watcher.communicate(timeout=20)[0])
    assert cuts == 1
    assert seen(www) == big


_CUT = """
import os, signal, sys, time
from contextlib import suppress
from pathlib import Path
for _ in range(2000):
    if any(place.stat().st_size > 1000000 for place in Path(sys.argv[1]).glob("new*.parts/big*")):
        for place in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                if place.read_text().rpartition(")")[2].split()[1] == sys.argv[2]:
                    os.kill(int(place.parent.name), signal.SIGKILL)
        print(1)
        break
    time.sleep(0.002)
else:
    print(0)
"""

#: It publishes in a process of its own for each line `AT` that it reads, which ends at that step: just before the step
#: is asked for, or (when AT is odd) just after, while the server is at it.
_KILLED = """
import os, signal, subprocess, sys, time
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}, {publish!r}]
from places import send
from test_ssh_server import step_of
from generator.publish import ssh
from generator.publish.seal import read_seal
from generator.publish.server import ServerTarget
from generator.publish.store import Store

seal = read_seal(Path({seal!r}).read_bytes(), "it")
count = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def publish(at):
    write, run = ssh.Shell._write, subprocess.run
    def counted(content):
        global count
        step = bool(step_of(content.decode("utf-8", "replace")))
        count += step
        return step and count == at
    def writes(shell, content):
        last = counted(content)
        if last and at % 2 == 0:
            die()
        write(shell, content)
        if last:
            die()
    def runs(words, **options):
        global count
        count += 1
        if count == at:
            options.pop("check")
            subprocess.Popen(words, **options)
            time.sleep(0.02)
            die()
        return run(words, **options)
    ssh.Shell._write, ssh.subprocess.run = writes, runs
    server = ssh.Server({host!r}, ssh=("ssh", "-F", {config!r}))
    send(seal, Store(Path({store!r})), ServerTarget(server, {www!r}, pauses=()))
    os._exit(0)

for line in sys.stdin:
    child = os.fork()
    if not child:
        publish(int(line))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def test_killed_at_every_step(far: Sshd, store: Store, www: Path, tmp_path: Path) -> None:
    """The lock is free soon, readers have a whole site, and the next publishing completes."""
    seal = tmp_path / "two.json"
    seal.write_bytes(write_seal(seal_of(TWO, store)))
    here = Path(__file__).parent
    values = {"root": str(ROOT), "tests": str(here.parent), "publish": str(here), "seal": str(seal), "host": HOST}
    code = _KILLED.format(**values, config=str(far.config), store=str(store.folder), www=str(www))
    outcomes, at, ended = set(), 0, -9
    command, pipe = [sys.executable, "-c", code], subprocess.PIPE
    with (
        tempfile.TemporaryDirectory() as temporary,  # for what a publisher that is killed leaves
        subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, env={**os.environ, "TMPDIR": temporary}
        ) as publisher,
    ):
        assert publisher.stdin and publisher.stdout
        while ended:
            at += 1
            reset(store, www)
            publisher.stdin.write(f"{at}\n")
            publisher.stdin.flush()
            ended = int(publisher.stdout.readline())
            assert ended in (0, -signal.SIGKILL)
            outcomes.add(seen(www) == TWO)
            target = FolderTarget(www) if at % 3 else far.target(www)
            when_free(functools.partial(check_again, target, store, www))
        publisher.stdin.close()
    assert at > 12
    assert outcomes == {True, False}


def when_free(act: Callable[[], None]) -> None:
    for _ in range(200):
        try:
            return act()
        except PublishError as error:
            if "is publishing" not in str(error):
                raise
        time.sleep(0.05)
    pytest.fail("the lock of a publisher that was killed stays")


def test_a_bit_that_flips_before_the_switch(
    far: Sshd, store: Store, www: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, two = far.target(www), seal_of(TWO, store)
    send(seal_of(ONE, store), store, target)
    put, damages = Shell.send, iter(("altered", "lost", "added"))

    def damaged(shell: Shell, source: Path, to: str, temporary: str) -> None:
        put(shell, source, to, temporary)
        damage = next(damages, "")
        if damage == "altered":
            content = bytearray((Path(to) / "fr/index.html").read_bytes())
            content[3] ^= 1
            (Path(to) / "fr/index.html").write_bytes(content)
        elif damage == "lost":
            (Path(to) / "fr/same/index.html").unlink()
        elif damage == "added":
            (Path(to) / "more.html").write_bytes(b"x")

    monkeypatch.setattr(Shell, "send", damaged)
    for path in ("fr/index.html", "fr/same/index.html", "more.html"):
        with pytest.raises(PublishError, match=f"not all is as it was sealed: {path};"):
            send(two, store, target)
        assert seen(www) == ONE
    send(two, store, target)
    assert seen(www) == TWO


# ---------------------------------------------------------------- what the server refuses


def poor(far: Sshd, folder: Path, without: str, fake: str = "") -> str:
    """The configuration of an account whose PATH lacks a command, or has another one in its place."""
    folder.mkdir()
    for command in {"sh", "bash", "grep", *scripts.PROBE.partition("; do")[0].split("for word in ")[1].split()} - {
        without
    }:
        (folder / command).symlink_to(str(shutil.which(command)))
    if fake:
        (folder / without).write_text(f"#!/bin/sh\n{fake}\n")
        (folder / without).chmod(0o755)
    return far.key(f"poor-{folder.name}-{without}", f'environment="PATH={folder}"')


@pytest.mark.parametrize("command", ["rsync", "flock"])
def test_what_is_not_installed_there(far: Sshd, store: Store, www: Path, tmp_path: Path, command: str) -> None:
    target = far.target(www, config=poor(far, tmp_path / command, command))
    with pytest.raises(PublishError, match=rf"far lacks {command}: have (rsync|util-linux) installed there"):
        send(seal_of(ONE, store), store, target)
    assert list(www.parent.iterdir()) == []


def test_what_is_not_installed_here(far: Sshd, store: Store, www: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(www))
    with pytest.raises(PublishError, match=r"ssh is not installed on this machine: install it .*openssh-client"):
        far.target(www).shown()


def test_a_full_disk_as_rsync_tells_it(far: Sshd, store: Store, www: Path, tmp_path: Path) -> None:
    """rsync breaks the connection itself; nobody tries again."""
    send(seal_of(ONE, store), store, far.target(www))
    fake = "echo 'rsync: [receiver] write failed on \"x\": No space left on device (28)' >&2; exit 11"
    target = far.target(www, config=poor(far, tmp_path / "full", "rsync", fake), pauses=(60.0,))
    with pytest.raises(PublishError, match=r"the disk is full: make room .*; then publish again"):
        send(seal_of(TWO, store), store, target)
    check_again(far.target(www), store, www)


def test_a_disk_that_fills_up(far: Sshd, store: Store, www: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=9m", "none", str(www.parent)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount).returncode:
        pytest.skip("a small disk can only be made by somebody who may mount one")
    try:
        target, big = far.target(www), {**ONE, "big": os.urandom(1 << 20) * 3}
        send(seal_of(ONE, store), store, target)
        with pytest.raises(PublishError, match=r"MB free, and 13\.0 MB are needed"):
            send(seal_of({"huge": bytes(12_000_000)}, store), store, target)
        put = Shell.send

        def filled(shell: Shell, source: Path, to: str, temporary: str) -> None:
            (www.parent / "filler").write_bytes(bytes(7 << 20))
            put(shell, source, to, temporary)

        monkeypatch.setattr(Shell, "send", filled)
        with pytest.raises(PublishError, match=r"the disk is full: make room|\d\.\d MB free, and 4\.1 MB are needed"):
            send(seal_of(big, store), store, target)
        assert seen(www) == ONE
        monkeypatch.setattr(Shell, "send", put)
        (www.parent / "filler").rename(www.parent / ".www.published/versions/new-left")  # what is left makes room
        send(seal_of(big, store), store, target)
        assert seen(www) == big
    finally:
        subprocess.run(["umount", "-l", www.parent], check=True)


def test_a_place_where_one_may_not_write(far: Sshd, store: Store, www: Path) -> None:
    parent = Path("/sys")  # not even root may
    if os.geteuid():
        parent = www.parent
        parent.chmod(0o555)
    with pytest.raises(PublishError, match=rf"you may not read or write there: let {parent} belong|read-only"):
        send(seal_of(ONE, store), store, far.target(parent / "www"))


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("UserKnownHostsFile /dev/null", "its host key is not known here: log in once by hand"),
        ("UserKnownHostsFile {folder}/wrong", "it shows another host key than the one that is known here"),
        ("IdentityFile {folder}/stranger", "it does not accept your key: put the public key"),
        ("Port 1", "Connection refused"),
        ("HostName nowhere.invalid", "nowhere.invalid"),
        ("Nonsense yes", "the configuration of ssh has a mistake"),
        ("{forced}", "runs no command .*its key no forced command"),
    ],
)
def test_a_server_that_does_not_let_one_in(far: Sshd, www: Path, config: str, told: str) -> None:
    """At once, where another try is in vain."""
    if not (far.folder / "stranger").exists():
        far.key("stranger")
        accepted = (far.folder / "authorized").read_text().splitlines(keepends=True)
        (far.folder / "authorized").write_text("".join(line for line in accepted if "stranger" not in line))
        known, other = (far.folder / "known").read_text().split()[0], (far.folder / "stranger.pub").read_text()
        (far.folder / "wrong").write_text(f"{known} {other}")
    forced = (
        far.key(f"forced-{www.parent.parent.name}", 'command="echo no shell here; exit 3"') if "for" in config else ""
    )
    target = far.target(www, config=config.format(folder=far.folder, forced=forced), pauses=())
    with pytest.raises(PublishError, match=told):
        target.shown()


# ---------------------------------------------------------------- back


def rollback(target: ServerTarget, store: Store, keep: int = 5) -> None:
    order = rollback_order(target, store, "", keep, None)
    publish(order, target, "ann", lambda: LATER, lambda _done, _all: None)


def test_back_to_the_one_before(far: Sshd, store: Store, www: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, three = far.target(www), {**TWO, "three.html": b"3"}
    for files in (ONE, TWO, three):
        send(seal_of(files, store), store, target, keep=3)
    shutil.rmtree(store.folder)  # the target itself has what it showed
    with monkeypatch.context() as patch:
        patch.setattr(Shell, "send", lambda *_arguments: pytest.fail("what is there travels again"))
        rollback(target, store)
        assert seen(www) == TWO
        rollback(target, store)
    assert seen(www) == ONE, "what was rolled back from is not what one returns to"
    assert [entry.action for entry in History(target).entries()] == [*["publish"] * 3, *["rollback"] * 2]
    assert {stat.S_IMODE(place.stat().st_mode) for place in www.resolve().rglob("*") if place.is_file()} == {0o644}
    with pytest.raises(PublishError, match="nothing was published here before"):
        rollback(target, store)


def test_only_the_last_versions_are_kept(far: Sshd, store: Store, www: Path) -> None:
    target = far.target(www)
    for number in range(3):
        send(seal_of({**ONE, "n": str(number).encode()}, store), store, target, keep=2)
    assert len(list((www.parent / ".www.published/versions").iterdir())) == 2


def test_a_kept_version_that_was_altered(far: Sshd, store: Store, www: Path) -> None:
    target = far.target(www)
    send(seal_of(ONE, store), store, target)
    old = www.resolve()
    send(seal_of(TWO, store), store, target)
    (old / "fr/index.html").write_bytes(b"forged!!")
    kept = target.kept(seal_of(ONE, store).digest)
    assert kept is not None
    files = seal_of(ONE, store).by_path
    assert kept.find(files["fr/gone/index.html"]) == b"gone"
    assert kept.find(files["fr/index.html"]) is None
    rollback(target, store)
    assert seen(www) == ONE, "the store had the bytes as they were sealed"
    assert target.kept("0" * 64) is None


# ---------------------------------------------------------------- as people use it


@pytest.fixture
def site(far: Sshd, tmp_path: Path, www: Path) -> tuple[Path, dict[str, str]]:
    """The small site with a place on the server; and an environment in which ssh knows it."""
    sources = {path.removeprefix(DEFAULT): data for path, data in small_site().items()}
    sources["site.toml"] += f'\n[publish.www]\ntype = "server"\nhost = "{HOST}"\npath = "{www}"\n'.encode()
    root = write(sources, tmp_path / "site")
    sealed = Store(root / "build/sealed")
    for name, files in (("one", ONE), ("two", TWO)):
        (root / f"{name}.json").write_bytes(write_seal(seal_of(files, sealed)))
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {far.config} "$@"\n')
    ssh.chmod(0o755)
    return root, {"PATH": f"{ssh.parent}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}


def test_the_command(site: tuple[Path, dict[str, str]], www: Path) -> None:
    root, environment = site

    def run(*words: str) -> str:
        done = communique(*words, "--root", root, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    one, two = ("--seal", str(root / "one.json")), ("--seal", str(root / "two.json"))
    assert "would publish" in run("publish", "www", *one, "--dry-run")
    assert list(www.parent.iterdir()) == []
    run("publish", "www", *one)
    assert seen(www) == ONE
    lines = run("publish", "www", *two, "--dry-run").splitlines()
    assert "delete  fr/gone/index.html" in lines and seen(www) == ONE
    assert "4 files sent" in run("publish", "www", *two)
    assert seen(www) == TWO
    run("rollback", "www")
    assert seen(www) == ONE
    history = json.loads(run("history", "www", "--json"))["history"]
    assert [entry["action"] for entry in history] == ["publish", "publish", "rollback"]
    assert not list(root.parent.glob("communique-*")), "nothing is left here"


def test_what_is_wrong_is_known_before_the_hour(site: tuple[Path, dict[str, str]]) -> None:
    root, environment = site
    coming = seal_of(ONE, Store(root / "build/sealed"), datetime.now(UTC) + timedelta(hours=5))
    (root / "coming.json").write_bytes(write_seal(coming))
    config = root / "site.toml"
    config.write_bytes(config.read_bytes().replace(b'path = "', b'path = "/nowhere'))
    words = ("publish", "www", "--seal", str(root / "coming.json"), "--wait", "--root", str(root))
    run = communique(*words, env=environment)
    assert run.returncode == 1
    assert "there is no folder far:/nowhere" in run.stderr and "waiting" not in run.stderr


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('path = "/srv/www"', 'lacks "host"'),
        ('host = "far"', 'lacks "path"'),
        ('host = "-oProxyCommand=x"\npath = "/srv/www"', "not what ssh takes for a host"),
        ('host = "ann:sesame@far"\npath = "/srv/www"', "not what ssh takes for a host"),
        ('host = "far:22"\npath = "/srv/www"', "the port has its own key"),
        ('host = "a b"\npath = "/srv/www"', "not what ssh takes for a host"),
        ('host = "far"\npath = "srv/www"', "write the whole path"),
        ('host = "far"\npath = "/srv/../etc"', "write the whole path"),
        ('host = "far"\npath = "/"', "write the whole path"),
        ('host = "far"\npath = "/srv/w\\nw"', "write the whole path"),
        ('host = "far"\npath = "/srv/www"\nport = 0', "between 1 and 65535"),
        ('host = "far"\npath = "/srv/www"\npassword = "sesame"', 'unknown key "password"'),
    ],
)
def test_mistakes_in_the_configuration(lines: str, told: str) -> None:
    base = {path.removeprefix(DEFAULT): data for path, data in small_site().items()}["site.toml"]
    _config, problems = parse_config(base + f'\n[publish.www]\ntype = "server"\n{lines}\n'.encode(), known_locale)
    text = "\n".join(problem.text() for problem in problems)
    assert told in text
    assert "sesame" not in text


@pytest.mark.parametrize("host", ["far", "ann@far.example", "10.0.0.1", "ann@2001:db8::1", "web_1"])
def test_hosts(host: str) -> None:
    base = {path.removeprefix(DEFAULT): data for path, data in small_site().items()}["site.toml"]
    lines = f'\n[publish.www]\ntype = "server"\nhost = "{host}"\npath = "/srv/www site"\nport = 2222\n'
    config, problems = parse_config(base + lines.encode(), known_locale)
    assert not problems
    place = config.places["www"].at
    assert Server(place.host, place.port).command()[-2:] == ["-p", "2222"]  # type: ignore[union-attr]
