"""Sources → the site in memory, build after build: the last good one, what is wrong now, and who wants to know."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..build import Report, build_site
from ..errors import Problem
from ..output.memory import MemoryOutput
from ..sources.files import Files, Stamp
from ..sources.shelf import Shelf
from ..sources.site import Site
from ..workers import Tools
from .hosting import Hosting

_Scan = tuple[Mapping[str, Stamp], tuple[Problem, ...]]


@dataclass(frozen=True)
class State:
    """What the preview shows until the next build: replaced whole.

    `version` counts what was shown. `hosting` is the last good site (None: there was none yet), `site` the sources as
    the last build read them, `instant` that of this build. `failure` says that the generator itself failed, in one
    line. `shelf` is where pages of the preview keep what they work out, from state to state.
    """

    version: int = 0
    hosting: Hosting | None = None
    problems: tuple[Problem, ...] = ()
    failure: str = ""
    site: Site | None = field(default=None, compare=False, repr=False)
    instant: datetime | None = field(default=None, compare=False, repr=False)
    shelf: Shelf = field(default_factory=Shelf, compare=False, repr=False)

    @property
    def broken(self) -> bool:
        """Whether the sources, or the generator, keep the present site from being shown."""
        return bool(self.failure) or any(problem.level == "error" for problem in self.problems)


@dataclass(frozen=True)
class Outcome:
    """A build that ended, to be told: how many pages and other files it changed, and the problems that are new."""

    state: State
    before: State
    seconds: float
    pages: int = 0
    others: int = 0
    traceback: str = ""

    @property
    def new_problems(self) -> tuple[Problem, ...]:
        """The problems that the build before had not found."""
        known = set(self.before.problems)
        return tuple(problem for problem in self.state.problems if problem not in known)

    @property
    def differs(self) -> bool:
        """Whether anything is shown otherwise than before."""
        return self.state.version != self.before.version


class Session:
    """A site that is built again and again in memory. One thread builds; any may read `state`."""

    def __init__(
        self,
        files: Files,
        clock: Callable[[], datetime],
        tools: Tools,
        listener: Callable[[Outcome], None],
        *,
        unpublished: bool = False,
    ) -> None:
        self._files, self._clock, self._tools, self._listener = _Noted(files), clock, tools, listener
        self._unpublished = unpublished
        self._output = MemoryOutput()
        self._state = State()
        self._due: datetime | None = None
        self._instant: datetime | None = None
        self._wakes: tuple[Callable[[], None], ...] = ()

    @property
    def state(self) -> State:
        """What is shown now."""
        return self._state

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever something else is shown, or was read; it is called in the thread that builds."""
        self._wakes = (*self._wakes, wake)

    def build(self, *, patient: bool = True) -> bool:
        """Build the site once, and show it, or what is wrong with it.

        False: a source changed while it was read, so that another build will know better; a `patient` one shows nothing
        of what it found.
        """
        started, before = time.perf_counter(), self._state
        try:
            report = self._build()
        except Exception as error:  # whatever it is, writers keep the page that they had
            self.fail(error)
            return True
        if patient and self._is_doubtful(report):
            return False
        state, changed = self._after(before, report)
        self._show(state)
        self._listener(Outcome(self._state, before, time.perf_counter() - started, *changed))
        return True

    def fail(self, error: Exception) -> None:
        """Say that the generator itself failed; the last good site stays."""
        before = self._state
        self._show(replace(before, failure=f"{type(error).__name__}: {error}"[:300]))
        self._listener(Outcome(self._state, before, 0.0, traceback="".join(traceback.format_exception(error))))

    def _show(self, state: State) -> None:
        """Show a state, and let those know who want to, unless it is like the one before."""
        before = self._state
        same = state == before and bool(before.version)
        self._state = replace(state, version=before.version if same else before.version + 1)
        if not same or _reads_otherwise(state, before):
            for wake in self._wakes:
                wake()

    def _build(self) -> Report:
        instant = self._instant = self._clock()
        self._files.forget()
        report = build_site(
            *(self._files, self._output, instant, self._tools), unpublished=self._unpublished, preview=True
        )
        if report.site is not None:
            instants = [at for head in report.site.heads.values() if not head.draft for at in head.instants]
            instants += [at for announced in report.site.announced.values() for at in announced.instants]
            self._due = min((at for at in instants if at > instant), default=None)
        return report

    def _is_doubtful(self, report: Report) -> bool:
        """Whether what is wrong may be nothing but the moment: a file changed under the build, or was half written."""
        if any(problem.code == "changed-source" for problem in report.problems):
            return True
        return report.broken and self._files.noted is not None and self.is_late()

    def _after(self, before: State, report: Report) -> tuple[State, tuple[int, int]]:
        """What is shown after a build, and how many pages and other files it changed."""
        hosting, changed = before.hosting, (0, 0)
        if not report.broken and report.site is not None:
            shown, prefix = self._output.shown, report.site.config.prefix
            changed = _differing(hosting.files if hosting else {}, shown.files)
            if hosting is None or any(changed) or (hosting.failed, hosting.prefix) != (shown.failed, prefix):
                hosting = Hosting(shown.files, prefix, shown.failed)
        known = replace(before, site=report.site, instant=self._instant)
        return replace(known, hosting=hosting, problems=report.problems, failure=""), changed

    def is_due(self) -> bool:
        """Whether a release has become public, was corrected or withdrawn since the last build, or the calendar is told
        something else."""
        return self._due is not None and self._clock() >= self._due

    def is_late(self) -> bool:
        """Whether the sources are not those that the last build read: an event was lost, or there are no events."""
        try:
            return self._files.scan_alone() != self._files.noted
        except OSError:
            return True


class _Noted:
    """Sources of which one remembers how they looked when a build looked at them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.noted: _Scan | None = None

    def __reduce__(self) -> tuple[type[_Noted], tuple[Files]]:
        return type(self), (self._files,)  # to another process, where nobody asks for what was noted

    def forget(self) -> None:
        self.noted = None

    def scan(self) -> _Scan:
        """See `Files.scan`."""
        self.noted = self._files.scan()
        return self.noted

    def scan_alone(self) -> _Scan:
        return self._files.scan()

    def read(self, path: str) -> bytes:
        """See `Files.read`."""
        return self._files.read(path)

    def now_ns(self) -> int:
        """See `Files.now_ns`."""
        return self._files.now_ns()


def _reads_otherwise(state: State, before: State) -> bool:
    """Whether other sources were read, which pages of the preview show even where the site stays the same."""
    here, there = state.site, before.site
    if here is None or there is None:
        return here is not there
    return here is not there and here.snapshot.digests != there.snapshot.digests


def _differing(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[int, int]:
    """How many pages, and how many other files, are new, gone or of other bytes."""
    paths = [path for path in {*old, *new} if old.get(path) is not new.get(path) and old.get(path) != new.get(path)]
    pages = sum(1 for path in paths if path.endswith(".html"))
    return pages, len(paths) - pages
