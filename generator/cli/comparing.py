"""`communique diff`: what a change would do."""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import UsageError
from .common import DIFFERENT, SAME, add_command, print_json, root_of


def add_diff(commands: Any) -> None:
    """The command and its options."""
    text = "say what a change would do, before anything is published"
    diff = add_command(commands, "diff", text, _diff)
    other = diff.add_mutually_exclusive_group(required=True)
    other.add_argument("--against", metavar="BEFORE", help="the version before: another folder, or a git revision")
    other.add_argument("--data", type=Path, metavar="DIR", help="new data: files that take the place of those in data/")
    diff.add_argument("--html", type=Path, metavar="FILE", help="write the change as an HTML page, too")


def _diff(options: argparse.Namespace) -> int:
    """Exit code: 0 nothing would change, 1 something would, 2 wrong usage or sources that cannot be compared."""
    root = root_of(options)
    from ..errors import SourceErrors
    from ..impact import compare
    from ..impact_report import as_html, as_object, as_text
    from ..output.charts import FolderCharts
    from ..sources.files import FolderFiles, OverlaidFiles
    from ..versions import new_data, version_before
    from ..workers import Tools

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
        print_json(as_object(impact))
    else:
        print(as_text(impact))
    return DIFFERENT if impact else SAME
