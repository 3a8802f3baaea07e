"""A seal, its bytes and a target → the site that readers get, or a reason why not and nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ..errors import PublishError
from .changes import Step, batches, changes
from .history import Entry, History, previous
from .seal import Seal, SealedFile, instant_text
from .store import Contents, Either, check_contents, content_of
from .target import Adopts, Publisher, Target

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Order:
    """What is to be published: a seal and where its bytes are; and how: at most so many deletes (None: any number), and
    so many versions kept to return to. `earlier`: also over a seal of a later instant."""

    seal: Seal
    contents: Contents
    max_deletes: int | None
    keep: int
    action: Literal["publish", "rollback"] = "publish"
    earlier: bool = False


def remaining(seal: Seal, now: datetime) -> timedelta:
    """How long it is until a seal may be published; zero when it may. Both are absolute: no clock change matters."""
    return max(seal.instant - now, timedelta(0))


def refuse_early(seal: Seal, now: datetime) -> None:
    """Raises PublishError while a seal may not be published, and says how long."""
    wait = remaining(seal, now)
    if wait:
        raise PublishError(
            f"this seal may be published from {seal.instant.isoformat()} on, in {duration(wait)}; "
            "nothing was published. Publish then, or let it wait with --wait"
        )


def duration(time: timedelta) -> str:
    """A time as people say it: `1 d 2 h 3 min 4 s`; of more than an instant, at least a second."""
    seconds = -int(-time.total_seconds() // 1)
    parts = ((seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def plan_steps(order: Order, target: Target) -> tuple[Step, ...]:
    """What publishing would do now. Raises PublishError when it would delete more than it may, or take back what came
    after it."""
    return _plan(order, target, History(target, order.seal))[0]


def _plan(order: Order, target: Target, history: History) -> tuple[tuple[Step, ...], frozenset[str]]:
    """The steps, and the files that readers can reach before the first."""
    _refuse_older(order, history.seal(target.shown()))
    present = target.present()
    ours, reached = history.ours(), history.reached(present)
    strangers = {path: there for path, there in present.items() if path not in ours and path not in order.seal.by_path}
    steps = changes(order.seal, present, {**ours, **history.brought_back(strangers, order.keep)}, reached)
    deletes = sum(1 for step in steps if step.file is None)
    if order.max_deletes is not None and deletes > order.max_deletes:
        raise PublishError(
            f"{deletes} files would be deleted, more than {order.max_deletes}; nothing was published. "
            f"Look at --dry-run --max-deletes {deletes}; if it is right, publish so"
        )
    return steps, reached


def _refuse_older(order: Order, shown: Seal | None) -> None:
    """The seal of last week, taken by mistake, would bring back what was corrected or withdrawn since."""
    if order.action != "publish" or order.earlier or shown is None:
        return
    if order.seal.instant < shown.instant:
        raise PublishError(
            f"readers have the site as of {instant_text(shown.instant)}, and this seal is of "
            f"{instant_text(order.seal.instant)}: it would take back what came between; nothing was published. Take "
            "another seal; communique rollback goes back to what was there before; --earlier publishes it all the same"
        )


def to_put(steps: Iterable[Step]) -> tuple[SealedFile, ...]:
    """The files that some steps put."""
    return tuple(step.file for step in steps if step.file is not None)


def publish(
    order: Order, target: Target, by: str, clock: Callable[[], datetime], progress: Progress
) -> tuple[Step, ...]:
    """Publish what was sealed; what was done. Raises PublishError, before the first step if it can be known then."""
    seal = order.seal
    refuse_early(seal, clock())
    if order.action == "publish":
        check_contents(order.contents, seal.files, lambda _done, _all: None)
    with target.locked(Publisher(by, clock())):
        history = History(target, seal)
        steps, reached = _plan(order, target, history)
        if order.action == "rollback":  # from the target: no more is fetched from there than goes back
            check_contents(order.contents, to_put(steps), lambda _done, _all: None)
        if not steps and target.shown() == seal.digest and history.is_settled(seal):
            return ()
        history.start(_entry(order, len(history.entries()) + 1, by, clock()), seal, reached)
        target.begin(sum(file.size for file in to_put(steps)))
        _take(steps, order.contents, target, progress)
        target.switch(seal)
        history.note(order.keep)
        target.tidy(order.keep)
        history.finish()
    return steps


def _take(steps: tuple[Step, ...], contents: Contents, target: Target, progress: Progress) -> None:
    """Do the steps, some at the same time where the target allows it. The first that fails ends it."""

    def take(step: Step) -> None:
        if step.file is None:
            target.delete(step.path)
        elif not (isinstance(target, Adopts) and target.adopt(step.file)):
            target.put(step.file, content_of(contents, step.file))

    done = 0
    with ThreadPoolExecutor(target.at_once) as pool:
        try:
            for batch in batches(steps):
                for future in as_completed([pool.submit(take, step) for step in batch]):
                    future.result()
                    done += 1
                    progress(done, len(steps))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _entry(order: Order, number: int, by: str, at: datetime) -> Entry:
    seal = order.seal
    return Entry(number, instant_text(at), by, order.action, seal.digest, seal.name, instant_text(seal.instant))


def rollback_order(target: Target, store: Contents, wanted: str, keep: int, max_deletes: int | None) -> Order:
    """What a rollback publishes: the seal before, or the one that is `wanted` (the start of its digest, or its words).
    After a publishing that was broken off, the seal before is the one that was shown last; after a rollback that was,
    it is the one that it was to. Raises PublishError when there is none, or several, or it is not kept any more."""
    history = History(target)
    entries = history.entries()
    if wanted:
        found = {entry.seal for entry in entries if entry.seal.startswith(wanted) or entry.words == wanted}
        if len(found) != 1:
            count = "no seal" if not found else "more than one seal"
            raise PublishError(f"{count} that was published here is {wanted}: communique history lists them")
        digest = found.pop()
    else:
        digest = history.unfinished() or previous(entries)
        if not digest:
            raise PublishError("nothing was published here before: name a seal with --to, or publish one")
    seal = history.seal(digest)
    if seal is None:
        raise PublishError(
            f"the seal {digest[:16]} is not kept here any more: seal its revision again, and publish it with --earlier"
        )
    kept = target.kept(digest)
    return Order(seal, store if kept is None else Either(store, kept), max_deletes, keep, "rollback")
