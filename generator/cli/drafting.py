"""`communique new` and `keep`: the files of a new release, and of the edition before a correction."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from ..errors import UsageError
from .common import BUILT, add_command, print_json, root_of


def add_new(commands: Any) -> None:
    """The command and its options."""
    new = add_command(commands, "new", "make the files of a new release, as a draft", _new)
    new.add_argument("kind", metavar="KIND", help="a kind of publication of site.toml")
    new.add_argument("--id", required=True, metavar="ID", help="the name of the release's folder")
    new.add_argument("--from", dest="earlier", metavar="RELEASE", help="take over everything but the numbers")
    new.add_argument("--shift", metavar="UNIT=N", help="move its periods: year=1, half=1, quarter=1, month=1")


def add_keep(commands: Any) -> None:
    """The command and its options."""
    keep = add_command(commands, "keep", "keep the edition that readers have, before a correction", _keep)
    keep.add_argument("release", metavar="RELEASE", help="the release that will be corrected")


def _keep(options: argparse.Namespace) -> int:
    """Exit code: 0 written, 2 wrong usage or sources that cannot be read."""
    root = root_of(options)
    from ..editions import kept_edition, read_sources, write_files
    from ..errors import SourceErrors
    from ..sources.files import FolderFiles

    try:
        kept = kept_edition(read_sources(FolderFiles(root)), options.release, options.now or datetime.now(UTC))
    except SourceErrors as errors:
        raise UsageError("\n".join(problem.text() for problem in errors.problems)) from None
    write_files(kept, root)
    if options.json:
        print_json({"files": list(kept.files), "remarks": list(kept.remarks)})
        return BUILT
    for line in (*kept.files, *kept.remarks):
        print(line)
    return BUILT


def _new(options: argparse.Namespace) -> int:
    """Exit code: 0 written, 2 wrong usage or sources that cannot be read."""
    root = root_of(options)
    from ..editions import blank_release, next_edition, parse_shift, read_sources, write_files
    from ..errors import SourceErrors
    from ..sources.files import FolderFiles

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
        print_json({"files": list(new.files), "remarks": list(new.remarks)})
        return BUILT
    for path in new.files:
        print(path)
    for remark in new.remarks:
        print(f"look at: {remark}")
    print("a draft: it is in no public build. Fill the tables, then run communique check")
    return BUILT
