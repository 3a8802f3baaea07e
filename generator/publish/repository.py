"""A repository elsewhere, as git reaches it: its tips, its commits, and a push that moves all of its refs or none.

Commits are fetched into a repository of its own in the system's folder for what is temporary, so that no work tree,
index or branch of anybody is touched, and a publisher who is killed leaves no lock behind. Of the user's settings of
git, it gets those that say who one is and how a host is reached, and none that could change what is committed.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import PublishError
from .git import Answer, Dialogue, git, plain_environment, with_settings, without_passwords

#: Settings of the user, or of the site's own repository, that reach the host as they would without this.
_REACHING = re.compile(
    r"(?:http|credential|url|user|author|committer|protocol|safe|ssh)\..*|core\.(?:sshcommand|gitproxy|askpass)"
)
_OF_REMOTE = ("proxy", "proxyauthmethod", "receivepack", "uploadpack", "vcs")
#: What no setting may change, whatever the version of git reads.
_OURS = (
    *(("core.hooksPath", "/dev/null"), ("core.autocrlf", "false"), ("core.fsmonitor", "false"), ("gc.auto", "0")),
    *(("maintenance.auto", "false"), ("commit.gpgSign", "false"), ("push.gpgSign", "false")),
    *(("push.followTags", "false"), ("fetch.recurseSubmodules", "false"), ("advice.detachedHead", "false")),
)
#: A host that says nothing for a minute is not waited for.
_PATIENT = (("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "60"))
_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=30 -o ServerAliveInterval=15"

#: From this length on, a name in an address is no name.
_TOKEN = 20
#: Seconds between one try and the next.
PAUSES = (1.0, 3.0, 9.0)

_LASTS = re.compile(
    r"permission denied|authentication failed|could not read (?:username|password)|host key verification failed"
    r"|returned error: 4(?!08|29)\d\d|not (?:be )?found|does not appear to be a git repository|not exported"
    r"|access denied|hook declined|protected|no space left|certificate|does not support",
    re.IGNORECASE,
)
_PASSES = re.compile(
    r"could ?n[o']t resolve|name resolution|connection (?:refused|reset|timed out|closed|was)|operation timed out"
    r"|timed? ?out|failed to connect|couldn't connect|unable to connect|network is unreachable|no route to host"
    r"|broken pipe|hung up|early eof|unexpected disconnect|rpc failed|empty reply|recv failure|send failure"
    r"|returned error: (?:408|429|5\d\d)|ssl_error_syscall|recv error|unexpected eof|invalid index-pack output"
    r"|bad band|protocol error",
    re.IGNORECASE,
)
_RULES = "the host refuses it: look at its rules; if it takes nothing but branches, set records in site.toml"
_HINTS: tuple[tuple[str, str], ...] = (
    (r"dubious ownership", "if you trust who owns it, git config --global --add safe.directory and its path"),
    (r"checked.out branch", "check out another branch there, or publish to a bare repository (git init --bare)"),
    (r"hook declined", _RULES),
    (
        r"not (?:be )?found|does not appear|not exported|returned error: 404|no such (?:file|repo|device)",
        "look at repository in site.toml",
    ),
    (r"does not support --atomic", "this host cannot move two refs in one step: publish to a repository elsewhere"),
    (
        r"permission denied|authentication failed|could not read (?:user|pass)|returned error: 40[13]|access denied",
        "give git its credentials in its usual ways (a key for SSH, a credential helper), with the right to push",
    ),
    (r"host key verification", "connect once by hand with ssh, and compare the key of the host"),
    (r"hash algorithm", "commit something there once, so that git knows of which kind its ids are"),
    (r"protected|rejected|denied", _RULES),
    (r"no space left|write error|file too large", "the disk is full: make room"),
)


class Overtaken(PublishError):
    """Somebody moved a ref meanwhile. `tips` are where the refs are now."""

    def __init__(self, tips: Mapping[str, str]) -> None:
        super().__init__("somebody pushed meanwhile")
        self.tips = tips


@dataclass(frozen=True)
class Move:
    """A ref from one commit to the next; `before` is empty when there is no such ref."""

    ref: str
    before: str
    after: str


@dataclass(frozen=True)
class Found:
    """What stands at a path of a commit: mode and type as git has them, and the id of the object."""

    mode: str
    kind: str
    id: str


class Repository:
    """See the module. `name` is what site.toml calls it: a URL, a path, or a remote of the repository of `root`."""

    def __init__(self, root: Path, name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._root, self._name, self._sleep = root, name, sleep
        self._length = 40  # of an id

    def again(self) -> Repository:
        """The same one, with nothing fetched yet."""
        return Repository(self._root, self._name, self._sleep)

    # ------------------------------------------------------------ where it is

    @cached_property
    def _settings(self) -> tuple[tuple[str, str], ...]:
        """All settings that git has in the site's folder."""
        answer = git(self._root, "config", "--null", "--list")
        if answer.code:
            raise PublishError(f"git does not tell its settings: {answer.reason}")
        pairs = (entry.partition("\n") for entry in answer.said.decode("utf-8", "surrogateescape").split("\0") if entry)
        return tuple((key, value if newline else "true") for key, newline, value in pairs)

    @cached_property
    def url(self) -> str:
        """Its address, as git takes it. It may hold a password: see `told`. Raises PublishError for a remote that has
        several: one of them alone would get the site."""
        for key in ("pushurl", "url"):
            found = {value for name, value in self._settings if name == f"remote.{self._name}.{key}"}
            if len(found) > 1:
                raise PublishError(
                    f"the remote {self._name} has {len(found)} addresses: name one in site.toml, as a URL"
                )
            if found:
                return self._absolute(found.pop(), self._top)
        return self._absolute(self._name, self._root)

    def _absolute(self, address: str, base: Path) -> str:
        """An address as it is, or a path in full."""
        if "://" in address or "::" in address or re.match(r"[^/]+:", address):
            return address
        path = Path(address)
        with suppress(RuntimeError):  # the home of a user whom nobody knows
            path = path.expanduser()
        return os.path.normpath(base.absolute() / path)

    @property
    def _top(self) -> Path:
        top = git(self._root, "rev-parse", "--show-toplevel")
        return Path(top.said.decode("utf-8", "surrogateescape").removesuffix("\n")) if not top.code else self._root

    @property
    def told(self) -> str:
        """Its address for people."""
        return self._hide(self.url)

    def _hide(self, text: str) -> str:
        """A text without the secrets of the address, wherever they stand."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return without_passwords(text)

    @cached_property
    def _secrets(self) -> frozenset[str]:
        """Passwords in the address, as they stand there and as they are meant; a long name is a token, and so may be
        what follows a question mark."""
        try:
            parts = urlsplit(self.url)
            name, password = parts.username or "", parts.password or ""
        except ValueError:  # no address that anybody understands
            return frozenset()
        given = (password if len(password) > 3 else "", name if len(name) >= _TOKEN else "", parts.query)
        return frozenset(form for one in given if one for form in (one, unquote(one)))

    # ------------------------------------------------------------ asking

    @cached_property
    def _reaching(self) -> Mapping[str, str]:
        """What git is given to reach the host. Addresses stand there, and not on a disk: they may hold passwords."""
        settings = [("remote.site.url", self.url)]
        for name, value in self._settings:
            own = name.removeprefix(f"remote.{self._name}.")
            if _REACHING.fullmatch(name):
                settings.append((name, value))
            elif own != name and own in _OF_REMOTE:
                settings.append((f"remote.site.{own}", value))
        known = {name for name, _value in settings}
        settings += [*((name, value) for name, value in _PATIENT if name.lower() not in known), *_OURS]
        plain = {**plain_environment(), "GIT_CONFIG_GLOBAL": str(self._trusted), "GIT_CONFIG_NOSYSTEM": "1"}
        plain.pop("GIT_CONFIG_PARAMETERS", None)
        if "core.sshcommand" not in known and "GIT_SSH" not in plain:
            plain.setdefault("GIT_SSH_COMMAND", _SSH)
        bounds = {"GIT_CONFIG_COUNT": "0", "GIT_CEILING_DIRECTORIES": str(self._place.parent)}
        return with_settings({**plain, **bounds}, settings)

    @cached_property
    def _place(self) -> Path:
        """A folder that does not outlive this object."""
        try:
            place = Path(tempfile.mkdtemp(prefix="communique-")).resolve()
        except OSError as error:
            raise PublishError(f"cannot write to {tempfile.gettempdir()}: {error.strerror}") from None
        weakref.finalize(self, shutil.rmtree, place, ignore_errors=True)
        return place

    @cached_property
    def _trusted(self) -> Path:
        """Which repositories of other users the user trusts: git believes that of a file alone, where it is started
        anew for a repository on this machine."""
        file = self._place / "trusted"
        paths = (value for name, value in self._settings if name == "safe.directory")
        quoted = (path.replace("\\", "\\\\").replace('"', '\\"') for path in paths)
        text = "[safe]\n" + "".join(f'\tdirectory = "{path}"\n' for path in quoted)
        try:
            file.write_text(text, encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise PublishError(f"cannot write to {file.parent}: {error.strerror}") from None
        return file

    @cached_property
    def folder(self) -> Path:
        """The repository of its own, with ids of the kind that the host has. It is made after `tips` was asked."""
        folder = self._place / "repository"
        folder.mkdir()
        kind = "sha256" if self._length == 64 else "sha1"
        words = ("init", "--quiet", "--bare", "--template=", f"--object-format={kind}")
        self._need(self._call(folder, *words))
        return folder

    @property
    def environment(self) -> Mapping[str, str]:
        """What git is given to work in `folder`."""
        return {**self._reaching, "GIT_DIR": str(self._place / "repository")}

    def _call(self, folder: Path, *words: str, given: bytes = b"") -> Answer:
        environment = self._reaching if folder == self._place else self.environment
        answer = git(folder, *words, environment=environment, given=given)
        return Answer(answer.code, answer.said, self._hide(answer.complaint))

    def here(self, *words: str, given: bytes = b"") -> Answer:
        """Ask git about what was fetched."""
        return self._call(self.folder, *words, given=given)

    def start(self, *words: str) -> Dialogue:
        """Start git on what was fetched, to speak with it."""
        return Dialogue(self.folder, *words, environment=self.environment)

    def _patiently(self, folder: Path, *words: str) -> Answer:
        """Ask the host. What may pass is tried again."""
        for pause in PAUSES:
            answer = self._call(folder, *words)
            if not answer.code or not passes(answer):
                return answer
            self._sleep(pause)
        return self._call(folder, *words)

    def _need(self, answer: Answer) -> bytes:
        if answer.code:
            raise self.refusal(answer)
        return answer.said

    def refusal(self, answer: Answer) -> PublishError:
        """What git complained of, and what to do."""
        found = (hint for pattern, hint in _HINTS if re.search(pattern, answer.complaint, re.IGNORECASE))
        hint = "look at the network, then publish again" if passes(answer) else next(found, "mend that")
        return PublishError(f"git cannot work with {self.told} ({answer.reason}): {hint}")

    # ------------------------------------------------------------ reading

    def tips(self, refs: Sequence[str]) -> Mapping[str, str]:
        """Where some refs are now. Those that do not exist are left out."""
        said = self._need(self._patiently(self._place, "ls-remote", "--quiet", "site", "HEAD", *refs))
        lines = (line.partition("\t") for line in said.decode("utf-8", "surrogateescape").splitlines())
        found = {ref: tip for tip, _tab, ref in lines}
        self._length = max(map(len, found.values()), default=40)
        return {ref: tip for ref, tip in found.items() if ref in refs}

    def fetch(self, commit: str, *, whole: bool) -> Answer:
        """Get a commit without those before it; with the bytes of its files, or (where the host can) without."""
        words = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--depth=1")
        return self._patiently(
            self.folder, "fetch", *words, "--no-filter" if whole else "--filter=blob:none", "--", "site", commit
        )

    def fetch_everything(self, refs: Sequence[str]) -> None:
        """Get refs with all that is before them: from a host that does not give a commit by its id."""
        words = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--no-filter")
        shallow = ("--unshallow",) if (self.folder / "shallow").exists() else ()
        self._need(self._patiently(self.folder, "fetch", *words, *shallow, "site", *refs))

    def tree(self, commit: str) -> Mapping[str, Found]:
        """Every file and folder of a commit, by path. A backslash stands for bytes that are not UTF-8."""
        said = self._need(self.here("ls-tree", "-r", "-t", "-z", "--full-tree", commit))
        found = {}
        for entry in said.decode("utf-8", "backslashreplace").split("\0")[:-1]:
            about, _tab, path = entry.partition("\t")
            found[path] = Found(*about.split(" "))
        return found

    def read(self, blob: str) -> bytes:
        """The bytes of a file."""
        return self._need(self.here("cat-file", "blob", blob))

    # ------------------------------------------------------------ writing

    def push(self, moves: Sequence[Move]) -> None:
        """Move refs, all of them or none, from where they are thought to be. Raises Overtaken when they are elsewhere.

        Whether it was done, the host is asked afterwards: an answer that was lost says nothing.
        """
        words = ("--porcelain", "--atomic", "--no-thin", "--no-verify", "--no-recurse-submodules")
        leases = (f"--force-with-lease={move.ref}:{move.before}" for move in moves)
        refspecs = [f"{move.after}:{move.ref}" for move in moves]
        command = ("push", *words, *leases, "site", *refspecs)
        for pause in (*PAUSES, None):
            answer = self.here(*command)
            if not answer.code:
                return
            try:
                tips = self.tips([move.ref for move in moves])
            except PublishError as error:
                raise PublishError(
                    f"{error}. It is not known whether readers have the old site or the new one: "
                    "either is whole, and publishing again completes it"
                ) from None
            if all(tips.get(move.ref) == move.after for move in moves):
                return
            if any(tips.get(move.ref, "") != move.before for move in moves):
                raise Overtaken(tips)
            if pause is None or not passes(answer):
                break
            self._sleep(pause)
        said = answer.said.decode("utf-8", "replace")
        rejected = "\n".join(line for line in said.splitlines() if line.startswith("!"))
        raise self.refusal(Answer(answer.code, b"", self._hide(f"{answer.complaint}\n{rejected}")))


def passes(answer: Answer) -> bool:
    """Whether what git complained of may pass by itself: a network that is known to fail, and nothing else."""
    return bool(answer.code and _PASSES.search(answer.complaint) and not _LASTS.search(answer.complaint))
