"""What the commands share: their common options, exit codes, and how a mistake in them is told. argparse's home."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import Problem, UsageError

BUILT, PROBLEMS, USAGE = 0, 1, 2
SAME, DIFFERENT = 0, 1


def add_command(
    commands: Any,
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int],
    *,
    clock: bool = True,
    ends: bool = True,
) -> argparse.ArgumentParser:
    """A command with the options that all have. `run` is what it does: options in, exit code out. Without `clock`, it
    does not depend on the instant; one that does not end (`ends`) tells what it does as it does it."""
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + "."
    )
    command.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the site's folder (default: here)")
    if clock:
        command.add_argument("--now", type=instant, metavar="INSTANT", help="as of this instant, with its zone")
    if ends:
        command.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    command.set_defaults(run=run)
    return command


def instant(text: str) -> datetime:
    """An instant of the command line. Raises argparse.ArgumentTypeError."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not an instant: write 2025-12-18T08:30:00+01:00") from None
    if instant.tzinfo is None:
        with_time = instant.isoformat()
        raise argparse.ArgumentTypeError(f"'{text}' has no time zone: write {with_time}+01:00, or {with_time}Z")
    return instant


def root_of(options: argparse.Namespace) -> Path:
    """The site's folder. Raises UsageError when there is none."""
    root: Path = options.root
    if not root.is_dir():
        raise UsageError(f"there is no folder {root}")
    return root.resolve()


def print_json(value: object) -> None:
    """One JSON value on standard output: with letters as they are, where the terminal knows them."""
    print(json.dumps(value, ensure_ascii=not str(sys.stdout.encoding).lower().startswith("utf")))


def problem_object(problem: Problem) -> dict[str, object]:
    """A problem as plain values, for JSON."""
    return {
        "code": problem.code,
        "level": problem.level,
        "path": problem.where.path,
        "line": problem.where.line,
        "message": "\n".join((problem.message, *problem.details)),
        "hint": problem.hint,
    }


def print_problems(problems: Iterable[Problem]) -> None:
    """Problems, on standard error."""
    for problem in problems:
        print(problem.text(), file=sys.stderr)
