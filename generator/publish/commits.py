"""Bytes and changes of files → commits, made by `git fast-import`, which writes bytes as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .repository import Repository


@dataclass(frozen=True)
class Signed:
    """Who makes a commit and when: author and committer, as `Name <address>`."""

    author: str
    committer: str
    at: datetime


class Commits:
    """New commits in the folder of a repository. They are whole on the disk after `finish`."""

    def __init__(self, repository: Repository) -> None:
        self._repository, self._marks = repository, 0
        self._made: dict[str, str] = {}
        self._git = repository.start("fast-import", "--quiet", "--force", "--done", "--date-format=raw")

    def blob(self, content: bytes) -> int:
        """Bytes of a file; the mark by which a commit names them."""
        self._marks += 1
        self._write(b"blob\nmark :%d\n" % self._marks, _data(content))
        return self._marks

    def commit(
        self, message: str, signed: Signed, base: str, changes: Mapping[str, int | None], merged: str = ""
    ) -> str:
        """A commit over another one, whose files stay where nothing is said of them (empty: it is a first one); its id.
        `changes` are files by path: the mark of their bytes, or None for those that go. `merged` is a second parent."""
        self._marks += 1
        when = f"{int(signed.at.timestamp())} +0000"
        lines = [f"commit refs/communique/new-{self._marks}", f"mark :{self._marks}"]
        lines += [f"author {signed.author} {when}", f"committer {signed.committer} {when}"]
        self._write("\n".join(lines).encode(), b"\n", _data(message.encode()))
        lines = [
            f"{word} {self._made.get(parent, parent)}" for word, parent in (("from", base), ("merge", merged)) if parent
        ]
        lines += [f"D {_quoted(path)}" for path, mark in changes.items() if mark is None]
        lines += [f"M 100644 :{mark} {_quoted(path)}" for path, mark in changes.items() if mark is not None]
        self._write("".join(f"{line}\n" for line in lines).encode(), b"\nget-mark :%d\n" % self._marks)
        made = self._answer()
        self._made[made] = f":{self._marks}"
        return made

    def finish(self) -> None:
        """Have everything written. Raises PublishError when something was not."""
        self._write(b"done\n")
        answer = self._git.end()
        if answer.code:
            raise self._repository.refusal(answer)

    def close(self) -> None:
        """End, whether it is finished or not."""
        self._git.close()

    def _write(self, *parts: bytes) -> None:
        try:
            self._git.tell(*parts)
        except OSError:
            raise self._repository.refusal(self._git.end()) from None

    def _answer(self) -> str:
        try:
            answer = self._git.hear()
        except OSError:
            answer = b""
        if not answer:
            raise self._repository.refusal(self._git.end())
        return answer.decode().strip()


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _quoted(path: str) -> str:
    """A path as fast-import takes any. A seal's paths hold no backslash and no control character."""
    return '"' + path.replace('"', '\\"') + '"'
