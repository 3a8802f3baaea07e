"""A seal and what is there → the steps from one to the other, in an order that never leaves a page with a dead link.

Two rules make it so, whatever links to what. What is new goes before what replaces something: until a page that
readers know is replaced, none leads to new files, and from then on all of them are there. Deletes go last, when nothing
leads to what is deleted. Within each of the two, files go by what they are: assets, data, pages, indexes, feeds; in
deletes it is the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from .. import urls
from ..errors import PublishError
from ..headers import Headers
from .seal import PARTS, Part, Seal, SealedFile
from .target import Present

Reason = Literal["new", "content", "headers", "gone"]


@dataclass(frozen=True)
class Step:
    """One thing to do: put `file` at a path, or delete what is there (None); why; and what the file is."""

    path: str
    why: Reason
    part: Part
    file: SealedFile | None = None


def changes(seal: Seal, present: Mapping[str, Present], ours: Mapping[str, Part]) -> tuple[Step, ...]:
    """The steps from what is there to what was sealed. `ours` are the files that an earlier publishing put there, and
    what they are: no others are deleted. Raises PublishError when a file of somebody else stands in the way."""
    _refuse_obstacles(seal, present, ours)
    puts = [Step(file.path, why, file.part, file) for file in seal.files if (why := _why(file, present.get(file.path)))]
    gone = [Step(path, "gone", ours[path]) for path in present if path in ours and path not in seal.by_path]
    return (
        *sorted(puts, key=_put_order),
        *sorted(gone, key=lambda step: (-PARTS.index(step.part), step.path)),
    )


def batches(steps: Iterable[Step]) -> tuple[tuple[Step, ...], ...]:
    """Steps in their order, cut where one must be done before the next: within a batch, the order does not matter, and
    they may be done at the same time."""

    def kind(step: Step) -> tuple[object, ...]:
        return step.file is None, step.why == "new", step.path == urls.ROOT, step.part

    return tuple(tuple(batch) for _kind, batch in groupby(steps, kind))


def _why(file: SealedFile, there: Present | None) -> Reason | None:
    """Why a file must be put; None when it need not."""
    if there is None:
        return "new"
    if there.sha256 != file.sha256:
        return "content"
    if there.sent is None:
        return None
    return "headers" if _plain(there.sent, there.holds) != _plain(file.sent, there.holds) else None


def _plain(headers: Headers, held: frozenset[str] | None) -> frozenset[tuple[str, str]]:
    """Headers without their order; of them, those that a place can hold."""
    return frozenset((name.lower(), value) for name, value in headers if held is None or name.lower() in held)


def _put_order(step: Step) -> tuple[bool, bool, int, str]:
    """The page of the bare address last: of a site that was not there at all, readers find nothing before the rest."""
    return step.why != "new", step.path == urls.ROOT, PARTS.index(step.part), step.path


def _refuse_obstacles(seal: Seal, present: Mapping[str, Present], ours: Mapping[str, Part]) -> None:
    """A file of somebody else where the site needs a folder, or within what the site needs as a file."""
    others = [path for path in present if path not in ours and path not in seal.by_path]
    above = {path: set(_folders(path)) for path in (*others, *seal.by_path)}
    needed = set().union(*(above[path] for path in seal.by_path))
    for path in sorted(others):
        if path in needed or above[path].intersection(seal.by_path):
            raise PublishError(
                f"{path} is in the way, and communique did not put it there: move it, then publish again"
            )


def _folders(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts)))


def told(steps: Iterable[Step]) -> Iterable[str]:
    """The steps as people read them, one a line."""
    for step in steps:
        if step.file is None:
            yield f"delete  {step.path}"
        else:
            yield f"put     {step.path} ({step.why}, {step.file.size} bytes)"
