"""Publishing to a branch when something goes wrong: readers keep a whole site, nobody's commit is lost, and publishing
again completes it."""

from __future__ import annotations

import base64
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from branches import commit_of_others, git, listed, published, target_of
from places import ONE, TWO, seal_of, send

from generator.errors import PublishError
from generator.places import BranchPlace
from generator.publish import git as calls
from generator.publish.branch import BranchTarget
from generator.publish.history import History, previous
from generator.publish.repository import PAUSES, Repository
from generator.publish.seal import Seal, SealedFile
from generator.publish.store import Store

OTHER = {**ONE, "other.html": b"other"}


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is temporary goes here: a publisher who is killed leaves it."""
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))


def check_again(root: Path, host: Path, store: Store, one: Seal, two: Seal) -> None:
    """Readers have one site or the other, whole; then a second publishing completes."""
    assert published(host) in (ONE, TWO)
    target = target_of(root, host)
    send(two, store, target)
    assert published(host) == TWO
    entries = History(target_of(root, host)).entries()
    assert [entry.seal for entry in entries] in ([one.digest, two.digest], [one.digest, two.digest, two.digest])
    assert previous(entries) == one.digest
    git(host, "fsck", "--strict", "--no-dangling")


# ---------------------------------------------------------------- somebody else was there


class Interrupted(BranchTarget):
    """Something happens just before one of its steps."""

    def __init__(self, root: Path, host: Path, step: str, meanwhile: object) -> None:
        super().__init__(root, BranchPlace(str(host), "pages"), lambda _seconds: None)
        self.step, self.meanwhile = step, meanwhile

    def _happens(self, step: str) -> None:
        if step == self.step:
            self.step = ""
            self.meanwhile()  # type: ignore[operator]

    def begin(self, room: int) -> None:
        self._happens("begin")
        super().begin(room)

    def put(self, file: SealedFile, content: bytes) -> None:
        self._happens("put")
        super().put(file, content)

    def delete(self, path: str) -> None:
        self._happens("delete")
        super().delete(path)

    def switch(self, seal: Seal) -> None:
        self._happens("switch")
        super().switch(seal)

    def tidy(self, keep: int) -> None:
        self._happens("tidy")
        super().tidy(keep)


@pytest.mark.parametrize("step", ["begin", "put", "delete", "switch"])
def test_somebody_commits_meanwhile(root: Path, host: Path, store: Store, step: str) -> None:
    one, two = seal_of(ONE, store), seal_of(TWO, store)
    send(one, store, target_of(root, host))
    made: list[str] = []
    target = Interrupted(root, host, step, lambda: made.append(commit_of_others(host, {"CNAME": "theirs"})))
    told = r"somebody committed to it \(Theo, [0-9a-f]+\): nothing was published. Publish again"
    with pytest.raises(PublishError, match=told):
        send(two, store, target)
    assert git(host, "rev-parse", "pages") == made[0]
    assert len(History(target_of(root, host)).entries()) == 1
    send(two, store, target)
    assert published(host) == {**TWO, "CNAME": b"theirs"}
    assert git(host, "rev-parse", "pages^") == made[0]


@pytest.mark.parametrize("step", ["begin", "switch"])
@pytest.mark.parametrize("first", [False, True], ids=["later", "first"])
def test_two_publishers(root: Path, host: Path, store: Store, step: str, first: bool) -> None:
    one, two, other = (seal_of(files, store) for files in (ONE, TWO, OTHER))
    if not first:
        send(one, store, target_of(root, host))
    bob = Interrupted(root, host, step, lambda: send(other, store, target_of(root, host), by="ann@office"))
    told = f"ann@office published {other.name} at 2025-01-01T00:00:00Z: nothing was published"
    with pytest.raises(PublishError, match=told):
        send(two, store, bob, by="bob@home")
    assert published(host) == OTHER
    send(two, store, bob, by="bob@home")
    assert published(host) == TWO
    seals = [entry.seal for entry in History(bob).entries()]
    assert seals == ([] if first else [one.digest]) + [other.digest, two.digest]


def test_two_publishers_in_two_threads(root: Path, host: Path, store: Store) -> None:
    """Both start from the same: one comes first, and the other is told; nothing is mixed."""
    send(seal_of(ONE, store), store, target_of(root, host))
    together, outcomes = threading.Barrier(2, timeout=20), list[str]()

    def publish(files: dict[str, bytes]) -> None:
        try:
            send(seal_of(files, store), store, Interrupted(root, host, "switch", together.wait))
            outcomes.append("published")
        except PublishError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=publish, args=(files,)) for files in (TWO, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome == "published" for outcome in outcomes) == [False, True], outcomes
    assert published(host) in (TWO, OTHER)
    assert len(History(target_of(root, host)).entries()) == 2


def test_the_branch_is_taken_back_meanwhile(root: Path, host: Path, store: Store) -> None:
    """A push over it would be no force, and yet undo what somebody did."""
    for files in (ONE, OTHER):
        send(seal_of(files, store), store, target_of(root, host))
    back = git(host, "rev-parse", "pages^")
    target = Interrupted(root, host, "switch", lambda: git(host, "update-ref", "refs/heads/pages", back))
    with pytest.raises(PublishError, match="nothing was published"):
        send(seal_of(TWO, store), store, target)
    assert git(host, "rev-parse", "pages") == back


def test_somebody_publishes_after_the_switch(root: Path, host: Path, store: Store) -> None:
    """Their records tell of this one, too: there is nothing left to write."""
    seals = [seal_of(files, store) for files in (ONE, TWO)]
    target = Interrupted(root, host, "tidy", lambda: send(seals[1], store, target_of(root, host)))
    send(seals[0], store, target)
    assert published(host) == TWO
    assert [entry.seal for entry in History(target_of(root, host)).entries()] == [seal.digest for seal in seals]


# ---------------------------------------------------------------- refused by the host


def hook(host: Path, name: str, script: str) -> None:
    (host / "hooks").mkdir(exist_ok=True)
    (host / "hooks" / name).write_text(f"#!/bin/sh\n{script}\n")
    (host / "hooks" / name).chmod(0o755)


def test_a_host_that_refuses(root: Path, host: Path, store: Store) -> None:
    one, two = seal_of(ONE, store), seal_of(TWO, store)
    send(one, store, target_of(root, host))
    refs = git(host, "for-each-ref")
    hook(host, "pre-receive", "echo 'GH006: the branch is protected'; exit 1")
    with pytest.raises(PublishError, match=r"GH006: the branch is protected.*look at its rules"):
        send(two, store, target_of(root, host))
    assert git(host, "for-each-ref") == refs
    (host / "hooks" / "pre-receive").unlink()
    check_again(root, host, store, one, two)


def test_a_host_that_takes_nothing_but_branches(root: Path, host: Path, store: Store) -> None:
    hook(host, "update", 'case "$1" in refs/heads/*) ;; *) echo "no such place: $1"; exit 1;; esac')
    with pytest.raises(PublishError, match=r"no such place: refs/communique/pages.*set records in site\.toml"):
        send(seal_of(ONE, store), store, target_of(root, host))
    assert not git(host, "for-each-ref"), "neither of the two"
    for files in (ONE, TWO):
        send(seal_of(files, store), store, target_of(root, host, records="records"))
    assert published(host) == TWO
    assert "history.json" in listed(host, "records")


def test_a_host_that_cannot_move_two_refs_at_once(root: Path, host: Path, store: Store) -> None:
    git(host, "config", "receive.advertiseAtomic", "false")
    with pytest.raises(PublishError, match="cannot move two refs in one step"):
        send(seal_of(ONE, store), store, target_of(root, host))
    assert not git(host, "for-each-ref")


@pytest.mark.parametrize("where", ["nowhere.git", "~nobody-here/x", "origin", "https://[", "C:x", "::"])
def test_no_repository_at_all(root: Path, store: Store, where: str) -> None:
    with pytest.raises(PublishError, match="git cannot work with"):
        send(seal_of(ONE, store), store, target_of(root, where))


# ---------------------------------------------------------------- a network that fails

#: A host that is reached by a command, as with SSH. What happens at a connection stands in a file, one line each:
#: `refuse`, `mute` (it does what it is asked, and its answer is lost), `cut` (the request is lost on the way).
_WIRE = """
import os, subprocess, sys
from pathlib import Path
plan, service, host = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
todo = plan.read_text().split()
plan.write_text("\\n".join(todo[1:]))
with open(str(plan) + ".log", "a") as log:
    print(service, file=log)
what = todo[0] if todo else "pass"
if what == "refuse":
    sys.exit("ssh: connect to host forge.example port 22: Connection refused")
pipe = subprocess.PIPE
if what == "pass":
    sys.exit(subprocess.run([service, host]).returncode)
process = subprocess.Popen([service, host], stdin=pipe if what == "cut" else None, stdout=pipe)
while (head := process.stdout.read(4)) not in (b"0000", b""):  # what the host has, up to the end of its list
    sys.stdout.buffer.write(head + process.stdout.read(int(head, 16) - 4))
sys.stdout.buffer.write(head)
sys.stdout.buffer.flush()
if what == "cut":
    process.stdin.write(os.read(0, 60))
    process.stdin.close()
elif service == "git-upload-pack":  # a dialogue, which ends here
    process.kill()
process.stdout.read()
process.wait()
sys.exit("Connection reset by peer")
"""


class Wire:
    """The way to a host, and how often it was gone."""

    def __init__(self, tmp_path: Path, host: Path) -> None:
        (tmp_path / "wire.py").write_text(_WIRE)
        self.plan = tmp_path / "plan"
        self.plan.write_text("")
        self.log = tmp_path / "plan.log"
        self.url = f"ext::{sys.executable} -IS {tmp_path}/wire.py {self.plan} %S {host}"
        self.slept: list[float] = []

    def send(self, root: Path, seal: Seal, store: Store, *plan: str) -> None:
        self.plan.write_text("\n".join(plan))
        self.log.unlink(missing_ok=True)
        self.slept.clear()
        send(seal, store, BranchTarget(root, BranchPlace(self.url, "pages"), self.slept.append))

    @property
    def connections(self) -> list[str]:
        return self.log.read_text().split()


@pytest.fixture
def wire(tmp_path: Path, host: Path, monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "ext:file")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    (tmp_path / "gitconfig").write_text("[protocol]\n    version = 0\n")  # one answer for each question
    return Wire(tmp_path, host)


#: What is asked of the host: its refs, the records and the branch; then the two pushes.
_ASKED = (*["git-upload-pack"] * 3, *["git-receive-pack"] * 2)


@pytest.mark.parametrize("fault", ["refuse", "mute", "cut"])
def test_a_network_that_fails_once(root: Path, host: Path, store: Store, wire: Wire, fault: str) -> None:
    """Whichever connection it is, it is tried again, after a while. A push whose answer was lost is not done twice."""
    one, two = seal_of(ONE, store), seal_of(TWO, store)
    send(one, store, target_of(root, host))
    before = git(host, "for-each-ref", "--format=update %(refname) %(objectname)").encode() + b"\n"
    for number in range(len(_ASKED)):
        git(host, "update-ref", "--stdin", given=before)
        wire.send(root, two, store, *["pass"] * number, fault)
        assert published(host) == TWO
        asked = 0 if number == 0 and fault != "refuse" else 1  # again; all that was asked for may have come
        if number > 2 and fault != "mute":
            asked = 2  # whether it was pushed, and then pushed
        assert len(wire.connections) == len(_ASKED) + asked
        assert wire.slept == ([] if asked == 0 or (number > 2 and fault == "mute") else [PAUSES[0]])
        assert git(host, "rev-list", "--count", "pages") == "2"
        assert len(History(target_of(root, host)).entries()) == 2


@pytest.mark.parametrize(("number", "fault"), [(0, "refuse"), (2, "cut"), (3, "refuse"), (3, "cut"), (3, "mute")])
def test_a_network_that_stays_away(root: Path, host: Path, store: Store, wire: Wire, number: int, fault: str) -> None:
    one, two = seal_of(ONE, store), seal_of(TWO, store)
    send(one, store, target_of(root, host))
    told = "not known whether" if number == 3 else "look at the network"
    with pytest.raises(PublishError, match=told):
        wire.send(root, two, store, *["pass"] * number, fault, *["refuse"] * 20)
    assert wire.slept == list(PAUSES)
    assert published(host) == (TWO if fault == "mute" else ONE)
    check_again(root, host, store, one, two)


def test_the_answer_is_lost_and_somebody_publishes_after_it(
    root: Path, host: Path, store: Store, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was published, though readers have another site by now: that is no refusal."""
    one, two, other = (seal_of(files, store) for files in (ONE, TWO, OTHER))
    send(one, store, target_of(root, host))
    asked = Repository.tips

    def tips(repository: Repository, refs: Sequence[str]) -> Mapping[str, str]:
        if wire.log.exists() and wire.connections[-1] == "git-receive-pack":
            monkeypatch.setattr(Repository, "tips", asked)
            send(other, store, target_of(root, host))
        return asked(repository, refs)

    monkeypatch.setattr(Repository, "tips", tips)
    wire.send(root, two, store, "pass", "pass", "pass", "mute")
    assert published(host) == OTHER
    seals = [entry.seal for entry in History(target_of(root, host)).entries()]
    assert seals == [one.digest, two.digest, other.digest]


# ---------------------------------------------------------------- a server


class _Forge(BaseHTTPRequestHandler):
    """git's own server, over HTTP: it wants a password, and is away for the first requests."""

    def do_GET(self) -> None:
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if server.away:  # type: ignore[attr-defined]
            server.away -= 1  # type: ignore[attr-defined]
            self._say(503)
            return
        given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if given != "ann:s3cret":
            self._say(401)
            return
        path, _, query = self.path.partition("?")
        surrounding = {
            **os.environ,
            **{"GIT_PROJECT_ROOT": str(server.projects), "GIT_HTTP_EXPORT_ALL": "1"},  # type: ignore[attr-defined]
            **{"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "ann"},
            **{"CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body))},
            **{"GIT_PROTOCOL": self.headers.get("Git-Protocol", "")},
            **{"HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", "")},
        }
        said = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=surrounding).stdout
        head, _, content = said.partition(b"\r\n\r\n")
        self.send_response(200)
        for line in head.decode().split("\r\n"):
            self.send_header(*line.split(": ", 1))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def _say(self, status: int) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="forge"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nothing: tests are quiet."""


@pytest.fixture
def forge(host: Path) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Forge)
    server.projects, server.away = host.parent, 0  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_and_credentials(
    root: Path, host: Path, store: Store, forge: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"127.0.0.1:{forge.server_address[1]}/host.git"
    settings = tmp_path / "gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    git(root, "init", "--quiet")
    git(root, "remote", "add", "origin", f"http://ann:wr0ng-password@{address}")
    forge.away = 1  # type: ignore[attr-defined]
    seal = seal_of(ONE, store)
    for name in ("origin", f"http://{address}"):
        with pytest.raises(PublishError, match="give git its credentials in its usual ways") as error:
            send(seal, store, target_of(root, name))
        assert "wr0ng" not in str(error.value)
        assert address in str(error.value)
    settings.write_text('[credential]\n    helper = "!f() { echo username=ann; echo password=s3cret; }; f"\n')
    forge.away = 2  # type: ignore[attr-defined]
    git(host, "config", "uploadpack.allowFilter", "true")
    for files in (ONE, TWO):
        send(seal_of(files, store), store, target_of(root, f"http://{address}"))
    assert published(host) == TWO
    git(root, "remote", "set-url", "origin", f"http://ann:s3cret@{address}")
    settings.unlink()
    target = target_of(root, "origin")
    send(seal, store, target)
    assert published(host) == ONE
    kept = target._repository.folder.parent
    assert not [path for path in kept.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]


def test_ssh_asks_nobody(root: Path, host: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the user has a command for SSH: then that is taken as it is."""
    (tmp_path / "bin").mkdir()
    for name in ("ssh", "own-ssh"):
        (tmp_path / "bin" / name).write_text(
            f'#!/bin/sh\necho "$0 $*" >> {tmp_path}/log\n[ -e {tmp_path}/open ] || {{ echo "git@forge.example: '
            'Permission denied (publickey)." >&2; exit 255; }\nfor last; do :; done\nexec sh -c "$last"\n'
        )
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    address = f"git@forge.example:{host}"
    with pytest.raises(PublishError, match=r"Permission denied \(publickey\).*: give git its credentials"):
        send(seal_of(ONE, store), store, target_of(root, address))
    assert len((tmp_path / "log").read_text().splitlines()) == 1, "what is refused is not tried again"
    (tmp_path / "open").touch()
    send(seal_of(ONE, store), store, target_of(root, address))
    assert published(host) == ONE
    monkeypatch.setenv("GIT_SSH_COMMAND", "own-ssh -i key")
    send(seal_of(TWO, store), store, target_of(root, address))
    assert published(host) == TWO
    first, *_, last = (tmp_path / "log").read_text().splitlines()
    assert "bin/ssh" in first
    assert "BatchMode=yes" in first
    assert "own-ssh -i key" in last
    assert "BatchMode" not in last


# ---------------------------------------------------------------- killed


#: What reaches the host, or writes. All else that git is asked changes nothing.
_MATTER = ("fetch", "fast-import", "ls-remote", "push")


def publish_and_die(number: int, late: bool, root: Path, host: Path, seal: Seal, store: Store) -> int:
    """Publish in another process, which is killed at the call of git of that number, of those that matter: before git
    is started, or (`late`) just after it, together with git. How it ended: 0 if it was never killed, -9 if it was."""
    child = os.fork()
    if not child:
        code = 1
        try:
            count, start = [0], subprocess.Popen

            def dying(words: list[str], **keys: object) -> subprocess.Popen[bytes]:
                count[0] += any(word in words for word in _MATTER)
                fatal = count[0] == number and any(word in words for word in _MATTER)
                if fatal and not late:
                    os.kill(os.getpid(), signal.SIGKILL)
                process = start(words, **keys)  # type: ignore[call-overload]
                if fatal:
                    process.kill()
                    os.kill(os.getpid(), signal.SIGKILL)
                return process  # type: ignore[no-any-return]

            calls.subprocess.Popen = dying  # type: ignore[attr-defined, misc, assignment]
            send(seal, store, target_of(root, host))
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_killed_at_every_call_of_git(root: Path, host: Path, store: Store, tmp_path: Path, late: bool) -> None:
    one, two = seal_of(ONE, store), seal_of(TWO, store)
    send(one, store, target_of(root, host))
    shutil.copytree(host, tmp_path / "before.git")
    outcomes = []
    for number in range(1, 20):
        shutil.rmtree(host)
        shutil.copytree(tmp_path / "before.git", host)
        code = publish_and_die(number, late, root, host, two, store)
        outcomes.append(published(host) == TWO)
        check_again(root, host, store, one, two)
        if code == 0:
            break
        assert code == -9
    assert len(outcomes) == 8, "of which the last one was never killed"
    assert outcomes[:4] == [False] * 4
    assert outcomes[5:] == [True] * 3


# ---------------------------------------------------------------- a disk that is full


def test_a_disk_that_is_too_small(root: Path, host: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(host)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1_000_010))
    with pytest.raises(PublishError, match=r"has 1\.0 MB free, and 1\.0 MB are needed"):
        send(seal_of(ONE, store), store, target_of(root, host))
    assert not git(host, "for-each-ref")


def test_a_disk_that_fills_up(root: Path, host: Path, store: Store) -> None:
    """git may not write more than some bytes into a file: it is ended by the system, or told."""
    one, two = seal_of(ONE, store), seal_of({**TWO, "large.bin": os.urandom(300_000)}, store)
    send(one, store, target_of(root, host))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(PublishError, match="git cannot work with"):
            send(two, store, target_of(root, host))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert published(host) == ONE
    send(two, store, target_of(root, host))
    assert set(published(host)) == {*TWO, "large.bin"}


def test_no_folder_for_what_is_temporary(
    root: Path, host: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(PublishError, match=r"cannot write to .*nowhere"):
        send(seal_of(ONE, store), store, target_of(root, host))


def test_without_git(root: Path, host: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PublishError, match="git is not installed"):
        send(seal_of(ONE, store), store, target_of(root, host))
