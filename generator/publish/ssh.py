"""A server that is reached by SSH → what its shell answers to scripts, and folders that rsync sends there.

One connection serves all. It runs a small loop in the server's `sh`, which reads scripts and their input, and answers.
Whatever a script opened in the loop itself, such as a lock, is there as long as the connection; when the publisher is
killed or the line is cut, the loop reads the end of its input and ends. rsync goes over the same connection (OpenSSH's
ControlMaster), so that one authentication is enough. Everything else is as the user's own configuration of ssh has it:
keys, jump hosts, and whose host keys are known.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import PublishError

#: What the server runs: for each line `MARK SCRIPT-BYTES INPUT-BYTES WHERE`, the script, with the input as its standard
#: input; `here` is in the loop itself. What is left of the input is thrown away. The answer is what it printed, its
#: exit code and its complaints, between marks, so that nothing that a start-up file of the account prints is taken for
#: it. It stands in single quotes, on one line, for whatever shell the account has.
_LOOP = (
    "export LC_ALL=C; unset POSIXLY_CORRECT; umask 022; "
    "while read -r m n k w; do s=$(head -c $n); [ ${#s} = $n ] || exit 1; printf %s $m; "
    'if [ $w = here ]; then eval "$s"; r=$?; e=; else { e=$({ if [ $k = 0 ]; then (eval "$s") </dev/null; '
    'else head -c $k | { (eval "$s"); r=$?; cat >/dev/null; exit $r; }; fi; } 2>&1 >&3); r=$?; } 3>&1; fi; '
    'printf "%s%s\\n%s%s" $m $r "$e" $m; done'
)
#: Nothing is asked, forwarded or run here; what the user's configuration says of that is for sessions of people. A line
#: that is cut is noticed within a minute.
_OPTIONS = (
    *("-T", "-x", "-a", "-o", "BatchMode=yes", "-o", "ClearAllForwardings=yes", "-o", "RemoteCommand=none"),
    *("-o", "PermitLocalCommand=no", "-o", "ControlPersist=no", "-o", "LogLevel=ERROR"),
    *("-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3"),
)
#: `--ignore-times`: what is sent is known to differ. A file is written under another name, elsewhere on that disk, and
#: renamed, so that no version that shares the old one changes, and no half file has a name in the new one.
_RSYNC = ("-r", "-s", "-p", "--chmod=D0755,F0644", "--ignore-times", "--force", "--timeout=60")
#: What rsync's exit code says when the connection broke: socket, protocol, time-outs; and ssh's own.
_BROKEN = frozenset({10, 12, 30, 35, 255})
#: The longest path of the private folder, for the sockets that ssh makes in it (108 bytes with what it adds).
_LONGEST = 70

#: What ssh says, and why another try is in vain. The first that is found counts.
_IN_VAIN = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "it shows another host key than the one that is known here: ask its administrator whether that is right, and "
        "only then replace the old one (ssh-keygen -R)",
    ),
    (
        "Host key verification failed",
        "its host key is not known here: log in once by hand, compare the fingerprint with that of its administrator, "
        "and accept it",
    ),
    (
        "Permission denied (",
        "it does not accept your key: put the public key into ~/.ssh/authorized_keys of the account there; if the "
        "private key has a passphrase, load it with ssh-add, for nothing is asked while a site is published",
    ),
    (
        "Too many authentication failures",
        "it was offered too many keys: name one, with IdentityFile and IdentitiesOnly",
    ),
    ("Name or service not known", "no host has this name: correct host in site.toml, or name it in ~/.ssh/config"),
    ("No address associated", "no host has this name: correct host in site.toml, or name it in ~/.ssh/config"),
    ("Unable to negotiate", "ssh there and here have no method in common"),
    ("Bad configuration option", "the configuration of ssh has a mistake"),
    ("Bad owner or permissions", "the configuration of ssh may be written by others: chmod 600 it"),
)


class Lost(Exception):
    """The connection broke, or was not made; another try may have more luck."""


class Failed(Exception):
    """A script, or rsync, ended with an error: its exit code, and what it said."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code, self.said = code, said


@dataclass(frozen=True)
class Server:
    """Whom to ask: the words that run ssh, a host as ssh knows it, and the port, if it is not the one that ssh has."""

    host: str
    port: int | None = None
    ssh: Sequence[str] = ("ssh",)

    def command(self) -> list[str]:
        """The words that reach it, up to its name."""
        return [*self.ssh, *_OPTIONS, *(("-p", str(self.port)) if self.port else ())]


def private_folder() -> Path:
    """A folder for one publisher alone, whose path is short enough for a socket."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="communique-"))
        if len(str(folder)) > _LONGEST:
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix="communique-", dir="/tmp"))
    except OSError as error:
        raise PublishError(f"no temporary folder can be made ({error.strerror}): make room, or set TMPDIR") from None
    return folder


def check_tools(server: Server) -> None:
    """Raises PublishError when this machine lacks what is needed."""
    for word, package in ((server.ssh[0], "openssh-client"), ("rsync", "rsync")):
        if shutil.which(word) is None:
            raise PublishError(f"{word} is not installed on this machine: install it (Debian: {package})")


class Shell:
    """The connection: made when this is, closed by `close`. Raises Lost, and PublishError where no try would help."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._log, self._socket = server, folder / "ssh.log", folder / "socket"
        self._socket.unlink(missing_ok=True)
        self._answered = False
        self._rest = b""
        read_there, write_here = os.pipe()
        read_here, write_there = os.pipe()
        words = [*server.command(), "-M", "-S", _percent(self._socket), server.host, f"exec sh -c '{_LOOP}'"]
        with self._log.open("wb") as log:
            try:
                self._ssh = _start(words, read_there, write_there, log)
            except BaseException:
                os.close(write_here)
                os.close(read_here)
                raise
            finally:
                os.close(read_there)
                os.close(write_there)
        self._to, self._from = os.fdopen(write_here, "wb", 0), os.fdopen(read_here, "rb", 0)

    def close(self) -> None:
        """End it, and wait until the far side has ended, too: then it holds nothing any more."""
        self._to.close()
        try:
            self._ssh.wait(10)
        except BaseException as error:
            self._ssh.kill()
            self._ssh.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
        finally:
            self._from.close()

    # ------------------------------------------------------------ scripts

    def run(self, script: str, content: bytes = b"", *, here: bool = False) -> bytes:
        """What a script prints. `content` is its input. `here`: in the loop itself, for what must stay; it takes no
        input, and an error ends the connection. Raises Failed when its exit code is not 0."""
        try:
            return self._exchange(script.strip().encode(), content, "here" if here else "apart")
        except (Failed, Lost, PublishError):
            raise
        except OSError:
            raise self._end() from None
        except BaseException:
            self._ssh.kill()  # interrupted in the middle: what comes now is no answer to what is asked next
            raise

    def _exchange(self, script: bytes, content: bytes, where: str) -> bytes:
        mark = secrets.token_hex(16)
        self._write(f"{mark} {len(script)} {len(content)} {where}\n".encode() + script + content)
        self._until(mark.encode())
        self._answered = True
        printed = self._until(mark.encode())
        status, _, complaints = self._until(mark.encode()).partition(b"\n")
        if int(status):
            raise Failed(int(status), complaints.decode("utf-8", "replace").strip())
        return printed

    def _write(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[self._to.write(left) or 0 :]

    def _until(self, mark: bytes) -> bytes:
        """What comes before the next mark."""
        found, start = bytearray(self._rest), 0
        while (at := found.find(mark, start)) < 0:
            start = max(0, len(found) - len(mark))
            more = self._from.read(1 << 16)
            if not more:
                raise self._end()
            found += more
        self._rest = bytes(found[at + len(mark) :])
        return bytes(found[:at])

    def _end(self) -> Exception:
        """Why the connection ended."""
        with suppress(OSError):
            self._to.close()
        try:
            code = self._ssh.wait(10)
        except subprocess.TimeoutExpired:
            self._ssh.kill()
            code = self._ssh.wait()
        return self._reason(code, self._log.read_text("utf-8", "replace"))

    def _reason(self, code: int, said: str) -> Exception:
        said = " ".join(said.split())
        if code == 255 or code < 0:
            for words, advice in _IN_VAIN if not self._answered else ():
                if words in said:
                    return PublishError(f"cannot log in to {self._server.host}: {advice} ({said[-300:]})")
            return Lost(said[-300:] or "the connection ended")
        if self._answered:
            return Failed(code, said)
        told = said[-300:] or f"exit code {code}"
        return PublishError(
            f"{self._server.host} runs no command ({told}): the account needs a shell, and its key no forced command"
        )

    # ------------------------------------------------------------ files

    def send(self, source: Path, to: str, temporary: str) -> None:
        """Send what a folder holds into a folder there, by way of a temporary one on the same disk. Raises Failed."""
        host, log = self._server.host, self._log.with_name("rsync.log")
        user, sign, name = host.rpartition("@")
        place = f"{user}{sign}[{name}]" if ":" in name else host
        by = _words([*self._server.command(), "-S", _percent(self._socket)])
        command = ["rsync", *_RSYNC, f"--temp-dir={temporary}", "-e", by, "--", f"{source}/", f"{place}:{to}/"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RSYNC_")}
        with log.open("wb") as said:
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env={**environment, "LC_ALL": "C"},
                process_group=0,
                check=False,
            ).returncode
        if code:
            text = log.read_text("utf-8", "replace").strip()
            if self._ssh.poll() is not None or (code in _BROKEN and not told_by_disk(text)):
                raise Lost(" ".join(text.split())[-300:] or "the connection ended")
            if "is your shell clean" in text:
                told = "a start-up file of the account (such as ~/.bashrc) prints something: let it print nothing"
                raise PublishError(f"cannot send files to {host}: {told} where no terminal is ({text})")
            raise Failed(code, text or f"rsync ended with exit code {code}")


def told_by_disk(text: str) -> bool:
    """Whether it is the disk that ended it, and not the line: rsync then breaks the connection itself."""
    known = ("No space left", "Disk quota", "Read-only file system", "Permission denied", "Operation not permitted")
    return any(words in text for words in (*known, "No such file", "not found"))


def _start(words: Sequence[str], reads: int, writes: int, log: BinaryIO) -> subprocess.Popen[bytes]:
    """Apart from the terminal's group: Ctrl-C is for the publisher, which then ends it."""
    environment = {**os.environ, "LC_ALL": "C"}
    return subprocess.Popen(words, stdin=reads, stdout=writes, stderr=log, env=environment, process_group=0)


def _percent(path: Path) -> str:
    """A path as ssh reads it where it fills in what follows a `%`."""
    return str(path).replace("%", "%%")


def _words(words: Sequence[str]) -> str:
    """Words as rsync reads them: it knows quotation marks, and doubles one within its own kind."""
    return " ".join(word if word == shlex.quote(word) else '"' + word.replace('"', '""') + '"' for word in words)
