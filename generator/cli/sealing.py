"""`communique seal`: a site that was built and checked, as something that people can approve."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ..errors import OutputError
from .building import progress_bar
from .common import BUILT, PROBLEMS, add_command, print_json, print_problems, problem_object, root_of

if TYPE_CHECKING:
    from ..build import Report
    from ..publish.seal import Seal

#: Where sealed bytes and seals stand, below the site's folder.
SEALED = Path("build") / "sealed"


def add_seal(commands: Any) -> None:
    """The command and its options."""
    command = add_command(commands, "seal", "build and check the site, and seal what was made for publishing", _seal)
    command.add_argument("--out", type=Path, metavar="FILE", help=f"the seal (default: ROOT/{SEALED}/DIGEST.json)")
    command.add_argument("--allow-dirty", action="store_true", help="seal sources that git does not have as they are")


def _seal(options: argparse.Namespace) -> int:
    """Exit code: 0 sealed, 1 the sources have errors or are not as git has them, 2 wrong usage."""
    root = root_of(options)
    from ..output.charts import FolderCharts
    from ..publish.seal import write_seal
    from ..publish.sealing import seal_site
    from ..publish.store import Store
    from ..workers import Tools, processes

    store = Store(root / SEALED)
    now = (options.now or datetime.now(UTC)).replace(microsecond=0)
    with progress_bar() as progress:
        tools = Tools(FolderCharts(root / "build" / "cache" / "charts"), progress, processes)
        sealed = seal_site(root, now, tools, store, allow_changed=options.allow_dirty)
    if sealed.seal is None:
        _tell_errors(sealed.report, options.json)
        return PROBLEMS
    place: Path = options.out or root / SEALED / f"{sealed.seal.digest[:16]}.json"
    try:
        place.write_bytes(write_seal(sealed.seal))
    except OSError as error:
        raise OutputError(f"cannot write {place}: {error.strerror}") from None
    _tell(sealed.seal, sealed.report, place, options.json)
    return BUILT


def _tell_errors(report: Report, as_json: bool) -> None:
    if as_json:
        print_json({"seal": None, "problems": list(map(problem_object, report.problems))})
        return
    print_problems(report.problems)
    errors = sum(1 for problem in report.problems if problem.level == "error")
    print(f"{errors} {'error' if errors == 1 else 'errors'}; nothing is sealed", file=sys.stderr)


def _tell(seal: Seal, report: Report, place: Path, as_json: bool) -> None:
    if as_json:
        problems = list(map(problem_object, report.problems))
        known = {"seal": seal.digest, "words": seal.name, "site": seal.site, "file": str(place)}
        print_json({**known, "files": len(seal.files), "problems": problems})
        return
    print_problems(report.problems)
    size = sum(file.size for file in seal.files) / 1_000_000
    zone = ZoneInfo(report.site.config.timezone) if report.site else UTC
    print(f"{len(seal.files)} files, {size:.1f} MB, as of {seal.instant.astimezone(zone).isoformat()} → {place}")
    print(f"sources: {_sources(seal)}")
    print(f"seal: {seal.name}")


def _sources(seal: Seal) -> str:
    if not seal.sources.revision:
        return "not in git"
    if not seal.sources.changed:
        return f"git revision {seal.sources.revision[:12]}"
    return f"git revision {seal.sources.revision[:12]}, and other {', '.join(seal.sources.changed)}"
