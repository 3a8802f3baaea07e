"""The command `communique`: arguments in, a built site and an exit code out. The only module that prints."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .errors import OutputError, UsageError

if TYPE_CHECKING:  # what builds is imported when there is something to build: --help and mistakes answer at once
    from .build import Report

BUILT, PROBLEMS, USAGE = 0, 1, 2
SAME, DIFFERENT = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Exit code: 0 built (or nothing differs), 1 problems (or a difference), 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no "→" must not cost the build
    options = _parser().parse_args(arguments)
    try:
        return {"diff": _diff, "new": _new}.get(options.command, _build)(options)
    except (OutputError, UsageError) as error:
        print(f"communique: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("communique: interrupted; the site is as it was", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="communique",
        description="Build a bilingual site of statistical press releases, every number bound to its data.",
    )
    parser.add_argument("--version", action="version", version=f"communique {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (
        ("build", "build the site, or say what is wrong and change nothing"),
        ("check", "find everything that a build would find, and write nothing"),
    ):
        command = _command(commands, name, text)
        command.add_argument("--out", type=Path, metavar="DIR", help="where the site goes (default: ROOT/build/site)")
    text = "say what a change would do, before anything is published"
    diff = _command(commands, "diff", text)
    other = diff.add_mutually_exclusive_group(required=True)
    other.add_argument("--against", metavar="BEFORE", help="the version before: another folder, or a git revision")
    other.add_argument("--data", type=Path, metavar="DIR", help="new data: files that take the place of those in data/")
    diff.add_argument("--html", type=Path, metavar="FILE", help="write the change as an HTML page, too")
    new = _command(commands, "new", "make the files of a new release, as a draft")
    new.add_argument("kind", metavar="KIND", help="a kind of publication of site.toml")
    new.add_argument("--id", required=True, metavar="ID", help="the name of the release's folder")
    new.add_argument("--from", dest="earlier", metavar="RELEASE", help="take over everything but the numbers")
    new.add_argument("--shift", metavar="UNIT=N", help="move its periods: year=1, half=1, quarter=1, month=1")
    return parser


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    """A command with the options that all have."""
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + "."
    )
    command.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the site's folder (default: here)")
    command.add_argument("--now", type=_instant, metavar="INSTANT", help="as of this instant, with its zone")
    command.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    return command


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not an instant: write 2025-12-18T08:30:00+01:00") from None
    if instant.tzinfo is None:
        with_time = instant.isoformat()
        raise argparse.ArgumentTypeError(f"'{text}' has no time zone: write {with_time}+01:00, or {with_time}Z")
    return instant


def _root(options: argparse.Namespace) -> Path:
    root: Path = options.root
    if not root.is_dir():
        raise UsageError(f"there is no folder {root}")
    return root.resolve()


def _diff(options: argparse.Namespace) -> int:
    """Exit code: 0 nothing would change, 1 something would, 2 wrong usage or sources that cannot be compared."""
    root = _root(options)
    from .errors import SourceErrors
    from .impact import compare
    from .impact_report import as_html, as_object, as_text
    from .output.charts import FolderCharts
    from .sources.files import FolderFiles, OverlaidFiles
    from .versions import new_data, version_before
    from .workers import Tools

    files, now = FolderFiles(root), options.now or datetime.now(UTC)
    tools = Tools(FolderCharts(root / "build" / "cache" / "charts"))
    with tempfile.TemporaryDirectory() as folder:
        try:
            if options.data is not None:
                impact = compare(files, OverlaidFiles(files, new_data(options.data, root)), now, tools)
            else:
                before = version_before(options.against, root, Path(folder))
                impact = compare(FolderFiles(before), files, now, tools)
        except SourceErrors as errors:
            raise UsageError("\n".join(problem.text() for problem in errors.problems)) from None
    if options.html is not None:
        title = f"What changes: {options.data or options.against}"
        options.html.write_text(as_html(impact, title), encoding="utf-8")
    if options.json:
        print(json.dumps(as_object(impact), ensure_ascii=not str(sys.stdout.encoding).lower().startswith("utf")))
    else:
        print(as_text(impact))
    return DIFFERENT if impact else SAME


def _new(options: argparse.Namespace) -> int:
    """Exit code: 0 written, 2 wrong usage or sources that cannot be read."""
    root = _root(options)
    from .editions import blank_release, next_edition, parse_shift, read_sources, write_files
    from .errors import SourceErrors
    from .sources.files import FolderFiles

    months = parse_shift(options.shift) if options.shift else 0
    if months and not options.earlier:
        raise UsageError("--shift moves the periods of an earlier release: say which with --from")
    try:
        site = read_sources(FolderFiles(root))
        if options.earlier:
            new = next_edition(site, options.kind, options.earlier, options.id, months)
        else:
            new = blank_release(site, options.kind, options.id, options.now or datetime.now(UTC))
    except SourceErrors as errors:
        raise UsageError("\n".join(problem.text() for problem in errors.problems)) from None
    write_files(new, root)
    if options.json:
        print(json.dumps({"files": list(new.files), "remarks": list(new.remarks)}, ensure_ascii=False))
        return BUILT
    for path in new.files:
        print(path)
    for remark in new.remarks:
        print(f"look at: {remark}")
    print("a draft: it is in no public build. Fill the tables, then run communique check")
    return BUILT


def _build(options: argparse.Namespace) -> int:
    root: Path = options.root
    _root(options)
    from .build import build_site
    from .output.charts import FolderCharts
    from .output.write import DryOutput, opened
    from .sources.files import FolderFiles
    from .workers import Tools, processes

    started = time.perf_counter()
    files = FolderFiles(root.resolve())
    now = options.now or datetime.now(UTC)
    out = options.out or root / "build" / "site"
    writes = options.command == "build"
    with _progress() as progress:
        tools = Tools(FolderCharts(root.resolve() / "build" / "cache" / "charts", writes), progress, processes)
        if writes:
            with opened(out, _waiting) as output:
                report = build_site(files, output, now, tools)
        else:
            report = build_site(files, DryOutput(out), now, tools)
    run = _Run(report, time.perf_counter() - started, writes, out)
    run.print_json() if options.json else run.print_text()
    return PROBLEMS if report.broken else BUILT


def _waiting() -> None:
    print("communique: another build is at work; waiting for it to end", file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal while pages are made; nothing when nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from tqdm import tqdm

    with tqdm(total=0, desc="pages", unit="", leave=False, delay=0.3, file=sys.stderr) as bar:

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

    def print_json(self) -> None:
        """One object on standard output."""
        report = self.report
        problems = [
            {
                "code": problem.code,
                "level": problem.level,
                "path": problem.where.path,
                "line": problem.where.line,
                "message": "\n".join((problem.message, *problem.details)),
                "hint": problem.hint,
            }
            for problem in report.problems
        ]
        counts = {name: getattr(report, name) for name in ("pages", "charts", "feeds", "made", "fresh", "removed")}
        found = {**counts, "seconds": round(self.seconds, 3), "problems": problems}
        print(json.dumps(found, ensure_ascii=not str(sys.stdout.encoding).lower().startswith("utf")))

    def print_text(self) -> None:
        """Problems on standard error, and one line at the end."""
        for problem in self.report.problems:
            print(problem.text(), file=sys.stderr)
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
