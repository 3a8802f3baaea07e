"""A seal and what is there → the steps from one to the other, in an order that never leaves a page with a dead link.

Two rules make it so, whatever links to what. What is new goes before what replaces something: until a page that
readers know is replaced, none leads to new files, and from then on all of them are there. Deletes go last, when nothing
leads to what is deleted. Within each of the two, files go by what they are: assets, data, pages, indexes, feeds; in
deletes it is the other way round.

What an interrupted publishing left needs a third rule. It may have put a page and not yet what that page leads to, or
deleted this and not yet that. Nobody can reach such a page, until another seal leads there again: so what nobody can
reach is replaced before what readers know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
    """One thing to do: put `file` at a path, or delete what is there (None); why; what the file is; and whether readers
    can reach what is there."""

    path: str
    why: Reason
    part: Part
    file: SealedFile | None = None
    reached: bool = True


def changes(
    seal: Seal, present: Mapping[str, Present], ours: Mapping[str, Part], reached: Collection[str] | None = None
) -> tuple[Step, ...]:
    """The steps from what is there to what was sealed. `ours` are the files that an earlier publishing put there, and
    what they are: no others are deleted. `reached` are those that readers can reach, as `reachable` has them (None: all
    of them). Raises PublishError when a file of somebody else stands in the way."""
    _refuse_obstacles(seal, present, ours)
    known = present if reached is None else reached
    puts = [
        Step(file.path, why, file.part, file, file.path in known)
        for file in seal.files
        if (why := _why(file, present.get(file.path)))
    ]
    gone = [Step(path, "gone", ours[path]) for path in present if path in ours and path not in seal.by_path]
    return (
        *sorted(puts, key=_put_order),
        *sorted(gone, key=lambda step: (-PARTS.index(step.part), step.path)),
    )


def batches(steps: Iterable[Step]) -> tuple[tuple[Step, ...], ...]:
    """Steps in their order, cut where one must be done before the next: within a batch, the order does not matter, and
    they may be done at the same time."""

    def kind(step: Step) -> tuple[object, ...]:
        return step.file is None, step.path == urls.ROOT, step.why == "new", step.reached, step.part

    return tuple(tuple(batch) for _kind, batch in groupby(steps, kind))


def reachable(before: Collection[str], begun: Seal, present: Mapping[str, Present]) -> frozenset[str]:
    """The paths that readers can reach after a publishing of `begun` was interrupted, and that lead to nothing else;
    `before` are those that they could reach when it began.

    What is there tells how far it came. If all is there as it was sealed, readers are led nowhere else. If all is there
    that nobody could reach before, readers may have been led to it. If not, none of them was yet."""
    put = {path for path, file in begun.by_path.items() if path in present and present[path].sha256 == file.sha256}
    if put == begun.by_path.keys():
        return frozenset(put)
    if begun.by_path.keys() <= present.keys() & {*put, *before}:
        return frozenset(before).union(begun.by_path)
    return frozenset(before)


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


def _put_order(step: Step) -> tuple[bool, bool, bool, int, str]:
    """The page of the bare address last: of a site that was not there at all, readers find nothing before the rest."""
    return step.path == urls.ROOT, step.why != "new", step.reached, PARTS.index(step.part), step.path


def _refuse_obstacles(seal: Seal, present: Mapping[str, Present], ours: Mapping[str, Part]) -> None:
    """A file of somebody else where the site needs a file or a folder, or within what the site needs as a file."""
    others = [path for path, there in present.items() if path not in ours and not _may_be_ours(seal, path, there)]
    above = {path: set(folders_of(path)) for path in (*others, *seal.by_path)}
    needed = set(seal.by_path).union(*(above[path] for path in seal.by_path))
    found = sorted(path for path in others if path in needed or above[path].intersection(seal.by_path))
    if found:
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        raise PublishError(
            f"{found[0]} is in the way{more}, and communique did not put it there: move it, then publish again"
        )


def _may_be_ours(seal: Seal, path: str, there: Present) -> bool:
    """Whether the site may have a path for itself at which no publishing is known to have put what is there."""
    file = seal.by_path.get(path)
    return file is not None and not (there.foreign and there.sha256 != file.sha256)


def folders_of(path: str) -> Iterable[str]:
    """The folders that a path is in, the outermost first."""
    parts = path.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts)))


def told(steps: Iterable[Step]) -> Iterable[str]:
    """The steps as people read them, one a line."""
    for step in steps:
        if step.file is None:
            yield f"delete  {step.path}"
        else:
            yield f"put     {step.path} ({step.why}, {step.file.size} bytes)"
