"""`communique build` and `check`: the pipeline, and what it did, told. tqdm's home."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .common import BUILT, PROBLEMS, add_command, print_json, print_problems, problem_object, root_of

if TYPE_CHECKING:  # what builds is imported when there is something to build: --help and mistakes answer at once
    from ..build import Report


def add_build(commands: Any) -> None:
    """The commands and their options."""
    for name, text in (
        ("build", "build the site, or say what is wrong and change nothing"),
        ("check", "find everything that a build would find, and write nothing"),
    ):
        command = add_command(commands, name, text, _build)
        command.add_argument("--out", type=Path, metavar="DIR", help="where the site goes (default: ROOT/build/site)")
        if name == "build":
            command.add_argument(
                "--include-unpublished",
                action="store_true",
                help="show what is not public, marked; not to be published (default of --out: ROOT/build/unpublished)",
            )


def _build(options: argparse.Namespace) -> int:
    root: Path = options.root
    root_of(options)
    from ..build import build_site
    from ..output.charts import FolderCharts
    from ..output.write import DryOutput, opened
    from ..sources.files import FolderFiles
    from ..workers import Tools, processes

    started = time.perf_counter()
    files = FolderFiles(root.resolve())
    now = options.now or datetime.now(UTC)
    writes = options.command == "build"
    closed = writes and options.include_unpublished
    out = options.out or _default_place(root, now, writes=writes, closed=closed)
    with progress_bar() as progress:
        tools = Tools(FolderCharts(root.resolve() / "build" / "cache" / "charts", writes), progress, processes)
        if writes:
            with opened(out, _waiting, closed=closed) as output:
                report = build_site(files, output, now, tools, unpublished=closed)
        else:
            report = build_site(files, DryOutput(out), now, tools)
    run = _Run(report, time.perf_counter() - started, writes, out, closed)
    run.print_json() if options.json else run.print_text()
    return PROBLEMS if report.broken else BUILT


def _default_place(root: Path, now: datetime, *, writes: bool, closed: bool) -> Path:
    """Where a site goes without --out. Raises UsageError where readers would get it before its time."""
    if closed:
        return root / "build" / "unpublished"
    place = root / "build" / "site"
    if writes and now > datetime.now(UTC):
        message = f"{now.isoformat()} is to come, and {place} is the site of today: choose another folder with --out"
        raise UsageError(f"{message}, or see it with communique preview --now")
    return place


def _waiting() -> None:
    print("communique: another build is at work; waiting for it to end", file=sys.stderr)


@contextmanager
def progress_bar(counted: str = "pages") -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal while something is done to `counted`; nothing when nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from tqdm import tqdm

    # Of a terminal that does not know its size, as within `script` or a container, tqdm would fill nothing.
    columns, lines = (None, None) if all(os.get_terminal_size(sys.stderr.fileno())) else (80, 24)
    with tqdm(
        desc=counted, total=0, unit="", leave=False, delay=0.3, ncols=columns, nrows=lines, file=sys.stderr
    ) as bar:

        def show(done: int, everything: int) -> None:
            bar.total = everything
            bar.update(done - bar.n)

        yield show


@dataclass(frozen=True)
class _Run:
    """A build that has ended, to be told."""

    report: Report
    seconds: float
    wrote: bool
    out: Path
    closed: bool

    def print_json(self) -> None:
        """One object on standard output."""
        report = self.report
        problems = list(map(problem_object, report.problems))
        counts = {name: getattr(report, name) for name in ("pages", "charts", "feeds", "made", "fresh", "removed")}
        found = {**counts, "seconds": round(self.seconds, 3), "problems": problems}
        if self.closed:
            found["unpublished"] = True
        print_json(found)

    def print_text(self) -> None:
        """Problems on standard error, and one line at the end."""
        print_problems(self.report.problems)
        if self.report.broken:
            errors = sum(1 for problem in self.report.problems if problem.level == "error")
            kept = "the site is as it was" if self.wrote else "a build would write nothing"
            print(f"{errors} {'error' if errors == 1 else 'errors'}; {kept} ({self.seconds:.2f} s)", file=sys.stderr)
            return
        report = self.report
        site = f"{report.pages} pages, {report.charts} charts, {report.feeds} feeds"
        work = f"{report.made} made, {report.fresh} fresh, {report.removed} removed"
        where = f"→ {self.out}" if self.wrote else "(nothing written)"
        print(f"{site}: {work}, {self.seconds:.2f} s {where}")
        if self.closed:
            print(f"communique: {self.out} shows what is not public: do not publish it", file=sys.stderr)
