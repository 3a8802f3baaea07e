"""What tests of publishing to a branch share: a bare repository that stands for the host, and what others do there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from generator.places import BranchPlace
from generator.publish.branch import BranchTarget

_MODES = ("100755", "120000", "160000")
_SOMEBODY = {f"GIT_{role}_{what}": "Theo" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *words: str, given: bytes = b"", env: Mapping[str, str] | None = None) -> str:
    """What git says; it must succeed."""
    surrounding = {**os.environ, **_SOMEBODY, **(env or {})}
    done = subprocess.run(["git", *words], cwd=folder, input=given, capture_output=True, check=False, env=surrounding)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def host_at(folder: Path) -> Path:
    """A new repository without commits."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main")
    return folder


def target_of(root: Path, where: Path | str, folder: str = "", records: str = "") -> BranchTarget:
    """The branch `pages` of a repository; nobody sleeps between two tries."""
    return BranchTarget(root, BranchPlace(str(where), "pages", folder, records), lambda _seconds: None)


def listed(host: Path, ref: str = "pages") -> dict[str, tuple[str, str]]:
    """Every entry of a branch: path → mode and id. Empty when there is no such branch."""
    if not git(host, "for-each-ref", f"refs/heads/{ref}", f"refs/{ref}"):
        return {}
    entries = git(host, "ls-tree", "-r", "-z", ref).split("\0")
    halves = (entry.partition("\t") for entry in filter(None, entries))
    return {path: (about.split()[0], about.split()[2]) for about, _tab, path in halves}


def published(host: Path, ref: str = "pages") -> dict[str, bytes]:
    """The files of a branch that readers are meant to get: all but `.nojekyll`."""
    files = {path: blob for path, (mode, blob) in listed(host, ref).items() if mode.startswith("100")}
    said = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=host, input="\n".join(files.values()).encode(), capture_output=True
    ).stdout
    found = {}
    for path in files:
        head, _line, said = said.partition(b"\n")
        size = int(head.split()[2])
        found[path], said = said[:size], said[size + 1 :]
    assert found.pop(".nojekyll", b"") == b""
    return found


def commit_of_others(host: Path, files: Mapping[str, str | None], branch: str = "pages") -> str:
    """Somebody else's commit over a branch; its id. None removes a file. A mode may stand before its content:
    `120000 where`; of a submodule, a commit."""
    index = {"GIT_INDEX_FILE": str(host / "index-of-others")}
    (host / "index-of-others").unlink(missing_ok=True)
    known = bool(listed(host, branch))
    if known:
        git(host, "read-tree", branch, env=index)
    for path, content in files.items():
        if content is None:
            git(host, "update-index", "--index-info", given=f"0 {'0' * 40}\t{path}\n".encode(), env=index)
            continue
        mode, text = content.split(" ", 1) if content[:6] in _MODES else ("100644", content)
        blob = text if mode == "160000" else git(host, "hash-object", "-w", "--stdin", given=text.encode())
        git(host, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", env=index)
    parents = ("-p", branch) if known else ()
    made = git(host, "commit-tree", git(host, "write-tree", env=index), *parents, "-m", "theirs")
    git(host, "update-ref", f"refs/heads/{branch}", made)
    return made
