"""Targets → artifacts, in this process or in others: a `concurrent.futures` executor does the work."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .checks.agreement import check_agreement
from .checks.recount import Recounts
from .errors import OutputError, Problem, SourceRef, StaleSource
from .facts.edition import Edition
from .model import Artifact, Target
from .output.manifest import pack_record
from .render.charts import BytesCache
from .sources.shelf import Shelf

if TYPE_CHECKING:
    from .render.targets import Press, Workbench

#: From how many pages on it pays to start other processes (their start costs about as much as this many pages).
PARALLEL_FROM = 120
_TASKS = 8


class Bench:
    """What a build leaves to the next one in the same process: what it read, and what it prepared for making pages."""

    def __init__(self) -> None:
        self.shelf, self.recounts = Shelf(), Recounts()
        self._workbench: Workbench | None = None

    def press(self, edition: Edition, charts: BytesCache) -> Press:
        """A press that goes on with what is prepared."""
        from .render.targets import Press, Workbench  # Markdown and Jinja: not for a build that makes nothing

        self._workbench = self._workbench or Workbench()
        return Press(edition, charts, self._workbench)


@dataclass(frozen=True)
class Tools:
    """What a build may use: a store of finished charts, a listener for progress, who renders, and what earlier builds
    of this process left.

    `executor` gives a `concurrent.futures.Executor` for a number of pages, or None to render in this process.
    """

    charts: BytesCache
    progress: Callable[[int, int], None] = lambda _done, _all: None
    executor: Callable[[int], Executor | None] = lambda _pages: None
    bench: Bench = field(default_factory=Bench)


@dataclass(frozen=True)
class Outcome:
    """A target that was made, the units that it depends on, and its questions, packed: there are many."""

    artifact: Artifact
    units: tuple[str, ...]
    asked: bytes


def render_targets(edition: Edition, stale: list[Target], tools: Tools) -> Iterator[list[Outcome]]:
    """Make targets, in this process or in an executor's; languages of a release stay together."""
    stale = sorted(stale, key=lambda target: (target.release, target.lang, target.path))
    executor = tools.executor(len(stale))
    if executor is None:
        yield from _in_process(edition, stale, tools.charts, tools.bench)
        return
    with executor:
        waiting = deque(executor.submit(make_targets, edition, task, tools.charts) for task in _tasks(stale))
        try:
            while waiting:
                yield waiting.popleft().result()  # not kept: what was made is large
        except BrokenExecutor:
            message = "a process that made pages ended before its work (is there enough memory?)"
            raise OutputError(f"{message}; the site is as it was") from None


def _tasks(targets: list[Target]) -> list[list[Target]]:
    """Targets in a few parts of about the same size; those of one release stay together, so that it is read once."""
    tasks: list[list[Target]] = [[]]
    for target in targets:
        last = tasks[-1]
        if len(last) * _TASKS >= len(targets) and last[-1].release != target.release:
            tasks.append([])
        tasks[-1].append(target)
    return tasks


def _in_process(edition: Edition, targets: list[Target], charts: BytesCache, bench: Bench) -> Iterator[list[Outcome]]:
    if not targets:
        return
    press = bench.press(edition, charts)
    for target in targets:
        try:
            artifact, lookup = press.make(target)
            if found := check_agreement(artifact, lookup, bench.recounts):
                artifact = replace(artifact, problems=(*artifact.problems, *found))
            yield [Outcome(artifact, tuple(lookup.asked), pack_record(lookup.asked))]
        except StaleSource as error:
            yield [Outcome(Artifact(target, b"", problems=(changed_source(error),), failed=True), (), pack_record({}))]


def make_targets(edition: Edition, targets: list[Target], charts: BytesCache) -> list[Outcome]:
    """Make some targets: the unit of work of an executor. Everything that it needs is in its arguments."""
    with seldom_collecting():
        return [result for results in _in_process(edition, targets, charts, Bench()) for result in results]


def processes(pages: int) -> Executor | None:
    """The default executor: other processes for a large build, none for a small one.

    They are spawned, not forked: vl-convert hangs in a fork of a process that has used it.
    """
    affinity = getattr(os, "sched_getaffinity", None)  # Linux: the processors that this process may use
    workers = len(affinity(0)) if affinity else os.cpu_count() or 1
    if pages < PARALLEL_FROM or workers < 2:
        return None
    import multiprocessing

    return ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_the_build
    )


def _end_with_the_build() -> None:
    """Let this process end when the one that started it does, even if that one was killed and could not say so."""
    import multiprocessing
    from threading import Thread

    def watch() -> None:
        build = multiprocessing.parent_process()
        assert build is not None
        build.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python look for cycles less often: what is made here is kept or passed on, and a search finds little."""
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def changed_source(error: StaleSource) -> Problem:
    """What to say of a file that changed while the build was reading it."""
    hint = "somebody saved it while the build was reading: build again"
    return Problem("changed-source", "the file changed during the build", SourceRef(error.path), hint)
