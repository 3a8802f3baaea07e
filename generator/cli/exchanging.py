"""`communique translate export` and `import`: a release for a translator's tool, and back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..errors import SourceErrors, StaleSource, UsageError
from .common import BUILT, PROBLEMS, add_command, print_json, print_problems, problem_object, root_of

if TYPE_CHECKING:
    from ..errors import Problem
    from ..translate.takeover import Takeover
    from ..translate.xliff_reader import ReadFile

_TOLD = (
    ("taken", "taken over"),
    ("accepted", "accepted as they are"),
    ("review", "taken over, still to be reviewed"),
    ("unchanged", "unchanged"),
    ("untranslated", "not translated"),
    ("left", "left aside"),
)


def add_export(commands: Any) -> None:
    """The command and its options."""
    command = add_command(commands, "export", "write a release as XLIFF, for a translator's tool", _export, clock=False)
    command.add_argument("release", metavar="RELEASE", help="the id of a release")
    command.add_argument("--to", required=True, metavar="LANG", help="the language to translate to")
    command.add_argument("--only-stale", action="store_true", help="only blocks that are missing or out of date")
    text = "the file to write (default: RELEASE.SOURCE-LANG.xlf here, if there is none yet)"
    command.add_argument("--out", type=Path, metavar="FILE", help=text)


def add_import(commands: Any) -> None:
    """The command and its options."""
    text = "take over the translations of XLIFF files, or say what is wrong and change nothing"
    command = add_command(commands, "import", text, _import, clock=False)
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an XLIFF file")
    command.add_argument("--dry-run", action="store_true", help="say what it would do, and write nothing")


def _export(options: argparse.Namespace) -> int:
    """Exit code: 0 written, 1 texts that cannot be read, 2 wrong usage."""
    root = root_of(options)
    from ..editions import read_sources
    from ..facts.terms import term_notes
    from ..sources.files import FolderFiles
    from ..translate.exchange import bitext, export
    from ..translate.xliff import write_xliff

    try:
        site = read_sources(FolderFiles(root), drafts=True)
        one = bitext(site, options.release, options.to)
        made = export(
            site, one, __version__, options.only_stale, lambda block, lang: term_notes(block, site.terms, lang)
        )
    except SourceErrors as errors:
        return _tell(errors.problems, options.json)
    except StaleSource as error:
        raise UsageError(f"{error}: try again") from None
    place: Path = options.out or Path(f"{options.release}.{one.source.lang}-{options.to}.xlf")
    data = write_xliff(made.document)
    if options.out is None and place.exists() and place.read_bytes() != data:
        raise UsageError(f"{place} exists already: it may hold a translation. Import it, or name another with --out")
    try:
        place.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{place}: {error.strerror}") from None
    states = dict(sorted(made.states.items()))
    if options.json:
        print_json({"file": str(place), "units": sum(states.values()), "states": states})
    else:
        told = ", ".join(f"{number} {state}" for state, number in states.items())
        print(f"{place}: {sum(states.values())} blocks" + (f" ({told})" if told else ""))
    return BUILT


def _import(options: argparse.Namespace) -> int:
    """Exit code: 0 taken over, 1 something is wrong and nothing is written, 2 wrong usage."""
    root = root_of(options)
    from ..editions import read_sources
    from ..sources.files import FolderFiles
    from ..translate.takeover import take_over
    from ..translate.writing import replace_all

    try:
        files = _read(options.files)
        found = take_over(read_sources(FolderFiles(root), drafts=True), files)
    except SourceErrors as errors:
        return _tell(errors.problems, options.json)
    except StaleSource as error:
        raise UsageError(f"{error}: try again") from None
    written = {} if found.broken or options.dry_run else found.files
    replace_all(root, written)
    if options.json:
        problems = list(map(problem_object, found.problems))
        print_json({"files": list(found.files), "units": dict(found.outcomes), "problems": problems})
    else:
        _print(found, options.dry_run)
    return PROBLEMS if found.broken else BUILT


def _read(paths: list[Path]) -> list[ReadFile]:
    """All files, or everything that is wrong with any."""
    from ..translate.xliff_reader import read_xliff

    found: list[ReadFile] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found += read_xliff(path.read_bytes(), path.as_posix())
        except SourceErrors as errors:
            problems += errors.problems
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
    if problems:
        raise SourceErrors(*problems)
    return found


def _print(found: Takeover, dry_run: bool) -> None:
    print_problems(found.problems)
    if found.broken:
        print("nothing was written", file=sys.stderr)
        return
    for path in found.files:
        print(f"{path} (not written)" if dry_run else path)
    told = [f"{found.outcomes[name]} {words}" for name, words in _TOLD if found.outcomes[name]]
    print("blocks: " + (", ".join(told) or "none"))


def _tell(problems: tuple[Problem, ...], as_json: bool) -> int:
    if as_json:
        print_json({"problems": list(map(problem_object, problems))})
    else:
        print_problems(problems)
    return PROBLEMS
