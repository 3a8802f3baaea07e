"""A branch of a git repository as a target: a publishing is a commit over the branch's last one, and a push the switch.

Records are commits on a ref of their own (`refs/communique/BRANCH`), whose parents are the records before and the
commit that was shown: so whatever was shown is kept as long as that ref is, and both refs are pushed in one step.
Nobody is kept out meanwhile, and no lock can be left behind: who comes second finds that the refs moved.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import PublishError
from ..places import BranchPlace
from ..sources.files import FOLDERS, ROOT_FILES
from .commits import Commits, Signed
from .repository import Found, Move, Overtaken, Repository, passes
from .seal import Seal, SealedFile, in_words, instant_text, read_seal
from .store import Contents, is_of
from .target import Present, Publisher

#: Without it, GitHub Pages leaves out files whose names begin with an underscore, and takes others for templates.
_PLAIN = ".nojekyll"
#: The record of this module: which seal is shown, by whom it was published when, and the commits of kept seals; and
#: the branch and folder that all this is of.
_SHOWN = "shown.json"
#: What the message of a commit says in lines of its own: whose seal it has, and in which folder.
_SEAL_LINE, _FOLDER_LINE = "Communique-Seal: ", "Communique-Folder: "
_FILE = "100644"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
#: Bytes of a disk that are left free, for what a file system needs itself.
_MARGIN = 1_000_000
#: How often refs are asked for anew, when they move while they are read.
_TRIES = 3


@dataclass(frozen=True)
class _Shown:
    """See `_SHOWN`. All is empty when nothing was published."""

    seal: str = ""
    by: str = ""
    at: str = ""
    commits: tuple[tuple[str, str], ...] = ()

    def commit(self, seal: str) -> str:
        """The commit of a seal; empty when none is known."""
        return dict(self.commits).get(seal, "")


@dataclass(frozen=True)
class _State:
    """The branch and its records as they were at one moment: their commits (empty: there is no such ref), every file
    of the branch, and the ids of the records."""

    tip: str = ""
    records: str = ""
    tree: Mapping[str, Found] = field(default_factory=dict)
    names: Mapping[str, Found] = field(default_factory=dict)
    shown: _Shown = _Shown()


class BranchTarget:
    """See `Target`. `root` is the site's folder."""

    at_once = 1

    def __init__(self, root: Path, place: BranchPlace, sleep: Callable[[float], None] = time.sleep) -> None:
        self._repository = Repository(root, place.repository, sleep)
        self._branch = f"refs/heads/{place.branch}"
        self._ref = f"refs/heads/{place.records}" if place.records else f"refs/communique/{place.branch}"
        self._prefix = f"{place.folder}/" if place.folder else ""
        self._name, self._folder = place.branch, place.folder
        self._known: _State | None = None
        self._publisher: Publisher | None = None
        self._pending: dict[str, bytes | None] = {}
        self._changes: dict[str, int | None] = {}
        self._commits: Commits | None = None

    @property
    def _where(self) -> str:
        return f"the branch {self._name} of {self._repository.told}"

    # ------------------------------------------------------------ one at a time

    @contextmanager
    def locked(self, publisher: Publisher) -> Iterator[None]:
        """See `Target.locked`. The push is what keeps others out: it refuses when they were there meanwhile."""
        self._known = self._look()
        self._publisher = publisher
        try:
            yield
            self._push_rest(publisher)
        finally:
            self._publisher = None
            self._pending = {}
            self._end()

    def _end(self) -> None:
        if self._commits is not None:
            self._commits.close()
        self._commits = None

    # ------------------------------------------------------------ what is there

    @property
    def _state(self) -> _State:
        if self._known is None:
            self._known = self._look()
        return self._known

    def _look(self) -> _State:
        """What is there now. What is known already is not fetched again."""
        refs = (self._branch, self._ref)
        for number in range(_TRIES):
            tips = self._repository.tips(refs)
            state = _State(tips.get(self._branch, ""), tips.get(self._ref, ""))
            if self._known and (self._known.tip, self._known.records) == (state.tip, state.records):
                return self._known
            failed = [
                answer
                for commit, whole in ((state.records, True), (state.tip, False))
                if commit and (answer := self._repository.fetch(commit, whole=whole)).code
            ]
            if not failed:
                break
            if number == _TRIES - 1 or passes(failed[0]):
                raise self._repository.refusal(failed[0])
        tree = self._repository.tree(state.tip) if state.tip else {}
        names = self._repository.tree(state.records) if state.records else {}
        state = replace(state, tree=tree, names=names)
        return replace(state, shown=self._read_shown(state))

    def _read_shown(self, state: _State) -> _Shown:
        content = self._stored(state, _SHOWN)
        if content is None:
            return _Shown()
        try:
            raw = json.loads(content)
            commits = tuple((str(seal), str(commit)) for seal, commit in raw["commits"].items())
            shown = _Shown(str(raw["seal"]), str(raw["by"]), str(raw["at"]), commits)
            branch, folder = str(raw["branch"]), str(raw["folder"])
            if not all(_COMMIT.fullmatch(commit) for _seal, commit in commits):
                raise ValueError("what is no commit")  # git would take it for an option, and run what it says
        except (ValueError, TypeError, KeyError, AttributeError):
            raise PublishError(f"{_SHOWN} in {self._ref} of {self._repository.told} is damaged: restore it") from None
        if (branch, folder) != (self._name, self._folder):
            raise PublishError(
                f"{self._ref} of {self._repository.told} has the records of another place, the folder "
                f"/{folder} of the branch {branch}: set records in site.toml, so that this one has its own"
            )
        return shown

    def _stored(self, state: _State, name: str) -> bytes | None:
        found = state.names.get(name)
        return None if found is None else self._repository.read(found.id)

    def shown(self) -> str:
        """See `Target.shown`."""
        return self._state.shown.seal

    def present(self) -> Mapping[str, Present]:
        """See `Target.present`. Digests are those that seals say of the same blobs. Of a blob that no publishing put
        there, nothing is fetched: it is taken for other bytes, which a seal's replace at the same path."""
        self._refuse_what_is_not_ours()
        self._refuse_lost_records()
        known = self._blobs()
        return {
            path.removeprefix(self._prefix): Present(known.get(found.id, "") if found.mode == _FILE else "")
            for path, found in self._state.tree.items()
            if path.startswith(self._prefix) and found.kind != "tree"
        }

    def _blobs(self) -> Mapping[str, str]:
        """Blobs → the digests of their bytes: of the commit that was shown last; and of those before it, where files
        came since then, for somebody may have taken the branch back."""
        shown = self._state.shown
        tree, known = self._sealed(shown.seal)
        if all(path in tree for path in self._state.tree if path.startswith(self._prefix)):
            return known
        earlier = (self._sealed(seal)[1] for seal, _commit in shown.commits if seal != shown.seal)
        return {blob: digest for found in (*earlier, known) for blob, digest in found.items()}

    def _sealed(self, digest: str) -> tuple[Mapping[str, Found], Mapping[str, str]]:
        """What a kept seal has on the branch: every file of its commit, and its blobs → the digests of their bytes."""
        content, commit = self.read_record(f"seal-{digest}.json"), self._state.shown.commit(digest)
        if content is None or not commit:
            return {}, {}
        if commit == self._state.tip:
            tree = self._state.tree
        elif self._repository.fetch(commit, whole=False).code:
            return {}, {}  # it is gone: somebody rewrote the branch
        else:
            tree = self._repository.tree(commit)
        files = read_seal(content, f"the seal {digest[:16]} in {self._ref}").files
        return tree, {tree[path].id: file.sha256 for file in files if (path := self._prefix + file.path) in tree}

    def _refuse_what_is_not_ours(self) -> None:
        tree = self._state.tree
        parts = self._prefix.split("/")[:-1]
        for end in range(1, len(parts) + 1):
            found = tree.get("/".join(parts[:end]))
            if found is not None and found.kind != "tree":
                raise PublishError(f"{'/'.join(parts[:end])} is no folder in {self._where}: choose another folder")
        sources = any(name in tree for name in ROOT_FILES)
        if sources and (not parts or parts[0] in FOLDERS):
            raise PublishError(f"{self._where} holds the sources of a site: choose another branch, or a folder in it")

    def _refuse_lost_records(self) -> None:
        """Without the records, all that was published would be taken for files of others: what is withdrawn would
        stay."""
        state = self._state
        if state.shown.seal or not any(path.startswith(self._prefix) for path in state.tree):
            return
        said = self._repository.here("log", "-1", "--no-show-signature", "--format=%B", state.tip)
        lines = said.said.decode("utf-8", "replace").splitlines()
        folder = next((line for line in lines if line.startswith(_FOLDER_LINE)), "").removeprefix(_FOLDER_LINE)
        if folder == self._folder and any(line.startswith(_SEAL_LINE) for line in lines):
            raise PublishError(
                f"a site was published to {self._where}, and its records are not at {self._ref}: push them there from "
                "where they are, or remove the site from the branch by a commit; then publish again"
            )

    def kept(self, digest: str) -> Contents | None:
        """See `Target.kept`."""
        commit = self._state.shown.commit(digest)
        return _Kept(self._repository.again(), commit, self._prefix, (self._branch, self._ref)) if commit else None

    # ------------------------------------------------------------ changing it

    def begin(self, room: int) -> None:
        """See `Target.begin`."""
        folder = self._repository.folder
        free = shutil.disk_usage(folder).free
        if free < room + _MARGIN:
            need, have = (round(size / 1_000_000, 1) for size in (room + _MARGIN, free))
            raise PublishError(f"the disk of {folder.parent} has {have} MB free, and {need} MB are needed: make room")
        self._end()
        self._changes = {}
        self._commits = Commits(self._repository)

    def put(self, file: SealedFile, content: bytes) -> None:
        """See `Target.put`."""
        assert self._commits is not None
        self._changes[self._prefix + file.path] = self._commits.blob(content)

    def delete(self, path: str) -> None:
        """See `Target.delete`."""
        self._changes[self._prefix + path] = None

    def switch(self, seal: Seal) -> None:
        """See `Target.switch`. History and what is shown move in one step."""
        assert self._publisher is not None
        assert self._commits is not None
        by, at = self._publisher.by, instant_text(self._publisher.at)
        signed, state = self._signed(self._publisher), self._state
        if self._prefix + _PLAIN not in {*state.tree, *(self._prefix + path for path in seal.by_path)}:
            self._changes[self._prefix + _PLAIN] = self._commits.blob(b"")
        about = f"The site as of {instant_text(seal.instant)}."
        message = f"Publish {seal.name}\n\n{about}\n\n{_SEAL_LINE}{seal.digest}\n"
        message += f"{_FOLDER_LINE}{self._folder}\n" if self._folder else ""
        tip = self._commits.commit(message, signed, state.tip, self._changes)
        commits = {kept: commit for kept, commit in state.shown.commits if self._has(f"seal-{kept}.json")}
        shown = _Shown(seal.digest, by, at, tuple(sorted({**commits, seal.digest: tip}.items())))
        self._pending[_SHOWN] = _shown_text(shown, self._name, self._folder)
        records = self._commits.commit(f"Show {seal.name}\n", signed, state.records, self._marked(), tip)
        self._commits.finish()
        self._end()
        moves = (Move(self._branch, state.tip, tip), Move(self._ref, state.records, records))
        try:
            self._repository.push(moves)
        except Overtaken as overtaken:
            self._refuse_second(overtaken, tip)
        self._moved(tip, records, shown)

    def _has(self, name: str) -> bool:
        return self._pending[name] is not None if name in self._pending else name in self._state.names

    def _marked(self) -> Mapping[str, int | None]:
        """The records that are not pushed yet, as changes of a commit."""
        assert self._commits is not None
        return {
            name: None if content is None else self._commits.blob(content) for name, content in self._pending.items()
        }

    def _moved(self, tip: str, records: str, shown: _Shown) -> None:
        """Know what was pushed, without asking."""
        tree, names = self._repository.tree(tip), self._repository.tree(records)
        self._known = _State(tip, records, tree, names, shown)
        self._pending = {}

    def _signed(self, publisher: Publisher) -> Signed:
        """Who git says that one is; where it does not know, who publishes."""
        fallback = f"{_plain(publisher.by)} <{_plain(publisher.by)}>"
        names = list[str]()
        for role in ("AUTHOR", "COMMITTER"):
            answer = self._repository.here("var", f"GIT_{role}_IDENT")
            told = answer.said.decode("utf-8", "replace").strip().rsplit(" ", 2)[0]
            names.append(fallback if answer.code or ".(none)>" in told else told)
        return Signed(names[0], names[1], publisher.at)

    def _refuse_second(self, overtaken: Overtaken, tip: str) -> None:
        """Raises PublishError with who was first, unless they came after this one, whose answer was lost."""
        before = self._state
        self._known = None
        after = self._look()
        if tip in dict(after.shown.commits).values():
            return
        self._known = before
        if after.records != before.records and after.shown.seal:
            words = f"{after.shown.by} published {in_words(after.shown.seal)} at {after.shown.at}"
        elif after.tip and after.tip != before.tip:
            who = self._repository.here("log", "-1", "--no-show-signature", "--format=%an, %h", after.tip)
            words = f"somebody committed to it ({who.said.decode('utf-8', 'replace').strip()})"
        else:
            words = "somebody changed or removed it"
        raise PublishError(
            f"while this was made ready for {self._where}, {words}: nothing was published. Publish again: it then "
            "builds on theirs"
        ) from overtaken

    def tidy(self, keep: int) -> None:
        """See `Target.tidy`. What git has stays."""

    def _push_rest(self, publisher: Publisher) -> None:
        """Push the records that changed since the switch. When they cannot be, the next publishing does it: who reads
        them meanwhile finds the same history."""
        if not self._pending:
            return
        state = self._state
        with suppress(PublishError):
            self._commits = Commits(self._repository)
            signed = self._signed(publisher)
            records = self._commits.commit("Tidy up\n", signed, state.records, self._marked())
            self._commits.finish()
            self._repository.push([Move(self._ref, state.records, records)])
            self._moved(state.tip, records, state.shown)

    # ------------------------------------------------------------ records

    def read_record(self, name: str) -> bytes | None:
        """See `Target.read_record`."""
        return self._pending[name] if name in self._pending else self._stored(self._state, name)

    def write_record(self, name: str, content: bytes | None) -> None:
        """See `Target.write_record`. It is pushed with the switch, so that nothing tells of what was not shown."""
        self._pending[name] = content


class _Kept:
    """The bytes of a commit that was shown, fetched when the first one is asked for. See `Contents`."""

    def __init__(self, repository: Repository, commit: str, prefix: str, refs: tuple[str, ...]) -> None:
        self._repository, self._commit, self._prefix, self._refs = repository, commit, prefix, refs
        self._tree: Mapping[str, Found] | None = None

    def find(self, file: SealedFile) -> bytes | None:
        """See `Contents.find`."""
        if self._tree is None:
            self._tree = self._fetched()
        found = self._tree.get(self._prefix + file.path)
        if found is None or found.kind != "blob":
            return None
        content = self._repository.read(found.id)
        return content if is_of(content, file) else None

    def _fetched(self) -> Mapping[str, Found]:
        there = self._repository.tips(self._refs)
        if self._repository.fetch(self._commit, whole=True).code:
            self._repository.fetch_everything([ref for ref in self._refs if ref in there])
            if self._repository.here("cat-file", "-e", self._commit).code:
                return {}
        return self._repository.tree(self._commit)


def _shown_text(shown: _Shown, branch: str, folder: str) -> bytes:
    place = {"branch": branch, "folder": folder}
    values = {**place, "seal": shown.seal, "by": shown.by, "at": shown.at, "commits": dict(shown.commits)}
    return f"{json.dumps(values, ensure_ascii=False, indent=1)}\n".encode()


def _plain(name: str) -> str:
    """A name as a commit can hold it."""
    return "".join(sign for sign in name if sign not in "<>" and sign.isprintable()).strip() or "somebody"
