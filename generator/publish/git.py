"""Words for git → what it answers. It asks nobody for a password, and no message shows one."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import PublishError

#: What binds git to a repository other than the one where it is called: a hook, which may have started this, sets it.
_BINDING = (
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG", "GIT_DEFAULT_HASH", "GIT_DIR"),
    *("GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NAMESPACE"),
    *("GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE"),
    *("GIT_SHALLOW_FILE", "GIT_TEMPLATE_DIR", "GIT_WORK_TREE", "SSH_ASKPASS"),
)
_PIPE = subprocess.PIPE
#: How much of a complaint people are shown: some hosts say pages.
_LONG = 800
_USER = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^/\s'\"]+)@")
#: What git says for people begins so; all else is for those who look for faults in git.
_TOLD = re.compile(r"^(?:fatal|error|remote|ssh|!)\b|^ ! |denied|refused|verification", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What git said: its exit code, its output, and what it complained of, without passwords."""

    code: int
    said: bytes
    complaint: str

    @property
    def reason(self) -> str:
        """The complaint in one line."""
        lines = [line.strip() for line in self.complaint.splitlines() if line.strip(" !")]
        told = [line for line in lines if _TOLD.search(line)] or lines
        text = "; ".join(dict.fromkeys(told)) if told else f"git ended with {self.code}"
        return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def plain_environment() -> dict[str, str]:
    """The environment in which git is called: in English, without a prompt, bound to no other repository."""
    kept = {name: value for name, value in os.environ.items() if name not in _BINDING}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}


def with_settings(environment: Mapping[str, str], settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """An environment in which git has some more settings. They stand nowhere on the disk."""
    count = environment.get("GIT_CONFIG_COUNT", "0")
    first = int(count) if count.isdecimal() else 0
    added: dict[str, str] = {}
    for number, (name, value) in enumerate(settings, first):
        added |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return {**environment, **added, "GIT_CONFIG_COUNT": str(first + len(added) // 2)}


def git(folder: Path, *words: str, environment: Mapping[str, str] | None = None, given: bytes = b"") -> Answer:
    """Call git in a folder and wait for it; `given` is its input. Raises PublishError when there is no git."""
    process = _started(folder, words, environment, _PIPE, _PIPE, _PIPE)
    said, complaint = process.communicate(given)
    return _answer(process.returncode, said, complaint)


class Dialogue:
    """git at work in a folder, which is told something and asked something by turns."""

    def __init__(self, folder: Path, *words: str, environment: Mapping[str, str]) -> None:
        asked, told = os.pipe()
        heard, said = os.pipe()
        self._to, self._from = os.fdopen(told, "wb"), os.fdopen(heard, "rb")
        self._complaint = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the rest
        try:
            self._process = _started(folder, words, environment, asked, said, self._complaint)
        finally:
            os.close(asked)
            os.close(said)

    def tell(self, *parts: bytes) -> None:
        """Give it bytes. Raises OSError when it is gone."""
        for part in parts:
            self._to.write(part)

    def hear(self) -> bytes:
        """The next line that it says, after all that it was told; empty when it is gone. Raises OSError, too."""
        self._to.flush()
        return self._from.readline()

    def end(self) -> Answer:
        """Tell it no more, and wait for its end."""
        with suppress(OSError):
            self._to.close()
        said, code = self._from.read(), self._process.wait()
        self._complaint.seek(0)
        return _answer(code, said, self._complaint.read())

    def close(self) -> None:
        """End it, if it has not ended, whatever it was doing."""
        self._process.kill()
        self._process.wait()
        for stream in (self._to, self._from, self._complaint):
            with suppress(OSError):  # what was not written is not wanted
                stream.close()


def _started(
    folder: Path, words: Sequence[str], environment: Mapping[str, str] | None, *streams: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    asked, said, complaint = streams
    chosen = plain_environment() if environment is None else environment
    try:
        return subprocess.Popen(["git", *words], cwd=folder, env=chosen, stdin=asked, stdout=said, stderr=complaint)
    except FileNotFoundError:
        missing = "git is not installed: install it" if folder.is_dir() else f"there is no folder {folder}: make it"
        raise PublishError(f"{missing}, then try again") from None
    except OSError as error:
        raise PublishError(f"git cannot be started: {error.strerror}") from None


def _answer(code: int, said: bytes, complaint: bytes) -> Answer:
    return Answer(code, said, without_passwords(complaint.decode("utf-8", "replace")))


def without_passwords(text: str) -> str:
    """A text in which addresses do not say who one is there, nor how one proves it; `git@` of SSH is no secret."""

    def plain(found: re.Match[str]) -> str:
        secret = ":" in found["user"] or found["scheme"].lower() not in ("ssh", "git+ssh")
        return f"{found['scheme']}://" if secret else found.group()

    return _USER.sub(plain, text)
