"""A site's folder → the git revision of its sources, and which of them are not as that revision has them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..errors import PublishError
from ..sources.files import FOLDERS, ROOT_FILES
from .git import git


def head(root: Path) -> str:
    """The revision that is checked out; empty when the folder is not in git. Raises PublishError when git is silent."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return ""
    return _git(root, "rev-parse", "--verify", "HEAD").decode().strip()


def changed(root: Path, sources: Iterable[str]) -> tuple[str, ...]:
    """Of a folder in git: the paths of sources that are not as the revision has them, or that it does not have."""
    known = frozenset(sources)
    prefix = _git(root, "rev-parse", "--show-prefix").decode().removesuffix("\n")
    status = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching")
    entries = _git(root, *status, "--", *ROOT_FILES, *FOLDERS).decode("utf-8", "surrogateescape").split("\0")
    found: set[str] = set()
    for entry in filter(None, entries):
        state, path = entry[:2], entry[3:].removeprefix(prefix)
        if state in ("??", "!!"):  # git does not have it: that matters where the build has read it
            found |= {source for source in known if source == path or (path[-1:] == "/" and source.startswith(path))}
        else:
            found.add(path)
    return tuple(sorted(path.encode("utf-8", "backslashreplace").decode() for path in found))


def _git(root: Path, *words: str) -> bytes:
    answer = git(root, *words)
    if answer.code:
        reason = answer.complaint.strip().split("\n")[0]
        raise PublishError(f"git does not tell the revision of the site ({reason}): mend that, then seal again")
    return answer.said
