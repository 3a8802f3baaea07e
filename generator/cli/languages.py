"""`communique translate catalogue` and `translate add`: the templates' texts, and a further language."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError, did_you_mean
from .common import BUILT, PROBLEMS, add_command, print_json, print_problems, problem_object, root_of

if TYPE_CHECKING:
    from ..sources.site import Site
    from ..translate.catalogues import CatalogueUpdate


def add_catalogue(subcommands: Any) -> None:
    """The command and its options."""
    text = "bring the catalogues up to date with the templates, and compile them"
    command = add_command(subcommands, "catalogue", text, _catalogue, clock=False)
    command.add_argument("--lang", metavar="TAG", help="of this language only")
    command.add_argument("--check", action="store_true", help="change nothing; exit code 1 if something would change")


def add_language(subcommands: Any) -> None:
    """The command and its options."""
    command = add_command(subcommands, "add", "add a language to the site, in preparation", _add, clock=False)
    command.add_argument("tag", metavar="TAG", help="its tag: nl, pt-BR")
    command.add_argument("--locale", metavar="LOCALE", help="its locale in CLDR, for numbers and dates: nl_BE")


def _catalogue(options: argparse.Namespace) -> int:
    """Exit code: 0 up to date, 1 mistakes in a catalogue (or, with --check, something to do), 2 wrong usage."""
    root = root_of(options)
    from ..errors import SourceErrors
    from ..translate.catalogues import compiled_files, update_catalogues
    from ..translate.changes import write_changes, write_made

    site = _site(root)
    tags = site.config.all_tags
    if options.lang is not None and options.lang not in tags:
        raise UsageError(f'the site has no language "{options.lang}"; {did_you_mean(options.lang, tags)}')
    try:
        updates = update_catalogues(site, (options.lang,) if options.lang else tags)
    except SourceErrors as errors:
        raise UsageError("\n".join(problem.text() for problem in errors.problems)) from None
    if not options.check:
        write_changes(root, (update.change for update in updates))
        write_made(root, compiled_files(updates))
    _tell(updates, options)
    broken = any(problem.level == "error" for update in updates for problem in update.problems)
    return PROBLEMS if broken or (options.check and any(update.changed for update in updates)) else BUILT


def _tell(updates: tuple[CatalogueUpdate, ...], options: argparse.Namespace) -> None:
    problems = [problem for update in updates for problem in update.problems]
    if options.json:
        found = [
            {
                "lang": update.lang,
                "path": update.change.path,
                "changed": update.changed,
                **{name: getattr(update.done, name) for name in ("new", "obsolete", "fuzzy", "missing")},
            }
            for update in updates
        ]
        print_json({"catalogues": found, "problems": list(map(problem_object, problems))})
        return
    print_problems(problems)
    for update in updates:
        state = ("would change" if options.check else "changed") if update.changed else "up to date"
        done = update.done
        counts = ((done.new, "new"), (done.obsolete, "no longer asked for"), (done.fuzzy, "marked fuzzy"))
        said = [f"{number} {name}" for number, name in (*counts, (done.missing, "to translate")) if number]
        print(f"{update.change.path}: {', '.join((state, *said))}")


def _add(options: argparse.Namespace) -> int:
    """Exit code: 0 added, 2 it cannot be added."""
    root = root_of(options)
    from ..errors import SourceErrors
    from ..translate.changes import write_changes
    from ..translate.languages import add_language as added

    locale = options.locale or options.tag.replace("-", "_")
    try:
        new = added(_site(root), options.tag, locale)
    except SourceErrors as errors:
        raise UsageError("\n".join(problem.text() for problem in errors.problems)) from None
    written = write_changes(root, new.changes)
    if options.json:
        print_json({"files": list(written), "steps": list(new.steps)})
        return BUILT
    for path in written:
        print(path)
    for number, step in enumerate(new.steps, 1):
        print(f"{number}. {step}")
    return BUILT


def _site(root: Path) -> Site:
    """The site of a folder. Raises UsageError when its configuration cannot be read."""
    from ..editions import read_sources
    from ..errors import SourceErrors
    from ..sources.files import FolderFiles

    try:
        return read_sources(FolderFiles(root))
    except SourceErrors as errors:
        raise UsageError("\n".join(problem.text() for problem in errors.problems)) from None
