"""A server of SSH on loopback, for tests: Debian's sshd with a configuration, a host key and an account of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from generator.publish.server import ServerTarget
from generator.publish.ssh import Server

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MISSING = [name for name, place in (("openssh-server", SSHD), ("rsync", shutil.which("rsync"))) if place is None]
HOST = "far"


@dataclass(frozen=True)
class Sshd:
    """The running server: its folder, its process, and the configuration of an ssh that knows it as `far`."""

    folder: Path
    process: subprocess.Popen[bytes]
    config: Path

    def target(self, path: Path, *, pauses: tuple[float, ...] = (0.05, 0.2, 0.5), config: str = "") -> ServerTarget:
        """A target at a path of it. `config` comes before what ssh is told otherwise."""
        file = self.config
        if config:
            file = self.folder / f"config-{abs(hash(config))}"
            others = [line for line in self.config.read_text().splitlines() if line.split()[0] != config.split()[0]]
            file.write_text("\n".join([config, *others, ""]))
        return ServerTarget(Server(HOST, ssh=("ssh", "-F", str(file))), str(path), pauses=pauses)

    def key(self, name: str, options: str = "") -> str:
        """The configuration for a key of its own, which the account accepts with options."""
        _make_key(self.folder / name)
        with (self.folder / "authorized").open("a") as accepted:
            accepted.write(_accepted(self.folder, name, options))
        return f"IdentityFile {self.folder / name}"

    def logins(self) -> int:
        """How often somebody has shown a key that was accepted."""
        return (self.folder / "sshd.log").read_text().count("Accepted publickey")

    def cut(self) -> None:
        """Break all connections, as a network does."""
        for pid in _below(self.process.pid):
            if b"sshd" in _command(pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def _processes() -> list[tuple[int, int]]:
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found.append((int(place.parent.name), int(place.read_text().rpartition(")")[2].split()[1])))
    return found


def _below(pid: int) -> list[int]:
    known, found = _processes(), [pid]
    for one in found:
        found += [child for child, parent in known if parent == one]
    return found[1:]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _accepted(folder: Path, name: str, options: str = "") -> str:
    """The line that accepts a key. The account has a home of its own: start-up files of who runs tests say nothing."""
    given = ",".join(filter(None, (options, f'environment="HOME={folder}"')))
    return f"{given} {(folder / f'{name}.pub').read_text()}"


def _make_key(place: Path) -> None:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", place.name, "-f", str(place)]
    subprocess.run(command, check=True)


@contextmanager
def sshd(folder: Path) -> Iterator[Sshd]:
    """Run it, until the end."""
    assert SSHD is not None
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # which the system makes when it starts its own
    for name in ("host", "key"):
        _make_key(folder / name)
    (folder / "authorized").write_text(_accepted(folder, "key", "restrict"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "known").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    user = pwd.getpwuid(os.getuid()).pw_name
    (folder / "config").write_text(
        f"Host {HOST}\n HostName 127.0.0.1\n Port {port}\n User {user}\n IdentityFile {folder}/key\n"
        f" IdentitiesOnly yes\n IdentityAgent none\n KexAlgorithms curve25519-sha256\n"
        f" UserKnownHostsFile {folder}/known\n GlobalKnownHostsFile none\n"
    )
    (folder / "sshd.conf").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/authorized\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"PermitRootLogin yes\nMaxStartups 100\nPermitUserEnvironment yes\nUseDNS no\nPrintLastLog no\n"
    )
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd.conf")], stderr=log)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (folder / "sshd.log").read_text()
            time.sleep(0.05)
        yield Sshd(folder, process, folder / "config")
    finally:
        process.terminate()
        process.wait()
