"""A site's folder → the git revision of its sources, and which of them are not as that revision has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import PublishError
from ..sources.files import FOLDERS, ROOT_FILES, digest_of
from .git import git

#: Settings of a user that would give a file of a revision other line ends than the revision says.
_AS_THE_REVISION = ("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "core.attributesFile=/dev/null")


def head(root: Path) -> str:
    """The revision that is checked out; empty when the folder is not in git. Raises PublishError when git is silent."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return ""
    return _git(root, "rev-parse", "--verify", "HEAD").decode().strip()


def changed(root: Path, digests: Mapping[str, str]) -> tuple[str, ...]:
    """Of a folder in git: the paths of sources that are not as the revision has them, or that it does not have.
    `digests` are those of the sources' bytes, by path."""
    known = digests.keys()
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
    found |= _differing(root, {path: digest for path, digest in digests.items() if path not in found})
    return tuple(sorted(path.encode("utf-8", "backslashreplace").decode() for path in found))


def _differing(root: Path, digests: Mapping[str, str]) -> set[str]:
    """Sources with other bytes than the revision has, though git tells of no change: their line ends were changed when
    they were checked out, or git was told not to look. What the revision's own attributes make of a file counts as its
    bytes."""
    listed = _git(root, "ls-tree", "-r", "-z", "HEAD", "--", *ROOT_FILES, *FOLDERS).decode("utf-8", "surrogateescape")
    halves = (entry.partition("\t") for entry in listed.split("\0") if entry.startswith("100"))
    blobs = {path: about.split(" ")[2] for about, _tab, path in halves if path in digests}
    given = "".join(f"{blob}\n" for blob in blobs.values()).encode()
    said, at = _git(root, "cat-file", "--batch", given=given), 0
    found = list[str]()
    for path in blobs:
        start = said.index(b"\n", at) + 1
        at = start + int(said[at:start].split()[2]) + 1
        if digest_of(said[start : at - 1]) != digests[path]:
            found.append(path)
    return {path for path in found if digest_of(_checked_out(root, path)) != digests[path]}


def _checked_out(root: Path, path: str) -> bytes:
    """The bytes of a file of the revision, as everybody gets them who has no settings of their own."""
    return _git(root, *_AS_THE_REVISION, "cat-file", "--filters", f"HEAD:./{path}")


def _git(root: Path, *words: str, given: bytes = b"") -> bytes:
    answer = git(root, *words, given=given)
    if answer.code:
        reason = answer.complaint.strip().split("\n")[0]
        raise PublishError(f"git does not tell the revision of the site ({reason}): mend that, then seal again")
    return answer.said
