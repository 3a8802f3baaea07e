"""Finished bytes → a site in memory: for a preview, which serves what was committed last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import Problem
from ..facts.edition import Record
from ..model import Link, Part, Target
from ..sources.files import digest_of
from .manifest import Detail, Made, Manifest, unpack_record
from .write import Stage


@dataclass(frozen=True)
class MemoryDetails:
    """The details of what was made, by the key of the target."""

    known: Mapping[str, Detail]

    def questions(self, keys: Iterable[str]) -> dict[str, Record]:
        """See `Details.questions`."""
        return {key: unpack_record(self.known[key].asked) for key in keys}

    def links(self, keys: Iterable[str]) -> dict[str, tuple[Link, ...]]:
        """See `Details.links`."""
        return {key: self.known[key].links for key in keys}

    def anchors(self, keys: Iterable[str]) -> dict[str, frozenset[str]]:
        """See `Details.anchors`."""
        return {key: frozenset(self.known[key].anchors) for key in keys if key in self.known}

    def parts(self) -> dict[str, Part]:
        """See `Details.parts`."""
        return {key: detail.part for key, detail in self.known.items() if detail.part is not None}


@dataclass(frozen=True)
class Shown:
    """A site that was committed: its files, path → bytes, and their digests. `failed` are pages of drafts that could
    not be made, with the reasons: of these, the files have what was made before, if anything was."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


class MemoryOutput:
    """The site in memory. `shown` is what was committed last: it is replaced as a whole, so that whoever holds it sees
    one version."""

    def __init__(self) -> None:
        self.shown = Shown()
        self._manifest = Manifest()

    def before(self) -> Manifest:
        """See `Output.before`."""
        return self._manifest

    def stage(self) -> Stage:
        """See `Output.stage`."""
        return _MemoryStage(self)

    def remember(self, manifest: Manifest) -> None:
        """See `Output.remember`."""
        self._manifest = manifest

    def show(self, shown: Shown, manifest: Manifest) -> None:
        """Replace the site."""
        self._manifest, self.shown = manifest, shown


class _MemoryStage:
    """The next version, beside the one that is shown."""

    def __init__(self, output: MemoryOutput) -> None:
        self._output, self._before = output, output.shown
        self._files: dict[str, bytes] = {}
        self._digests: dict[str, str] = {}
        self._failed: dict[str, tuple[Problem, ...]] = {}

    def put(self, path: str, content: bytes) -> tuple[str, int, int]:
        """See `Stage.put`."""
        self._files[path], self._digests[path] = content, digest_of(content)
        return self._digests[path], len(content), 0

    def keep(self, kept: Iterable[Made]) -> None:
        """See `Stage.keep`."""
        self._take_over([made.target.path for made in kept])

    def old(self, path: str) -> bytes:
        """See `Stage.old`."""
        return self._before.files[path]

    def _take_over(self, paths: list[str]) -> None:
        files, digests = self._before.files, self._before.digests
        self._files.update({path: files[path] for path in paths})
        self._digests.update({path: digests[path] for path in paths})

    def fail(self, target: Target, problems: tuple[Problem, ...]) -> None:
        """See `Stage.fail`: what was made before stays to be seen."""
        if target.path and not target.rehearsal:
            self._failed[target.path] = problems
            if target.path in self._before.files:
                self._take_over([target.path])

    def commit(self, manifest: Manifest, details: Mapping[str, Detail]) -> None:
        """See `Stage.commit`."""
        before = manifest.details.known if isinstance(manifest.details, MemoryDetails) else {}
        kept = {key: before[key] for key in manifest.made if key in before}
        shown = Shown(self._files, self._digests, self._failed)
        self._output.show(shown, replace(manifest, details=MemoryDetails({**kept, **details})))

    def discard(self) -> None:
        """See `Stage.discard`."""
