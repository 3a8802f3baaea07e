"""`communique translate`: how far translations are, and that they are right."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .common import BUILT, PROBLEMS, add_command, print_json, print_problems, problem_object, root_of
from .exchanging import add_export, add_import
from .languages import add_catalogue, add_language

if TYPE_CHECKING:
    from ..facts.word_diff import Change
    from ..translate.accepting import Accepted
    from ..translate.status import Status

_COLOURS: Mapping[Change, tuple[str, str]] = {
    "same": ("", ""),
    "deleted": ("\x1b[31m[-", "-]\x1b[m"),
    "inserted": ("\x1b[32m{+", "+}\x1b[m"),
}
_BLOCK = re.compile(r"(?:([A-Za-z0-9-]+):)?([1-9][0-9]{0,8})")


def add_translate(commands: Any) -> None:
    """The command and its own commands."""
    text = "see what is to translate, and record what is done"
    translate = commands.add_parser("translate", help=text, description=text[0].upper() + text[1:] + ".")
    subcommands = translate.add_subparsers(dest="subcommand", required=True, metavar="WHAT")
    for add in (add_status, add_accept, add_export, add_import, add_catalogue, add_language):
        add(subcommands)


def add_status(subcommands: Any) -> None:
    """`translate status` and its options."""
    text = "say which blocks of translations are out of date, missing or extra"
    status = add_command(subcommands, "status", text, _status, clock=False)
    status.add_argument("releases", nargs="*", metavar="RELEASE", help="these releases (default: all)")
    status.add_argument("--lang", default="", metavar="TAG", help="into this language (default: all)")


def add_accept(subcommands: Any) -> None:
    """`translate accept` and its options."""
    text = "record that a translation is right as it is"
    command = add_command(subcommands, "accept", text, _accept, clock=False)
    command.add_argument("releases", nargs="+", metavar="RELEASE", help="the releases")
    command.add_argument("--lang", default="", metavar="TAG", help="into this language (default: all)")
    command.add_argument(
        "--block",
        dest="blocks",
        action="append",
        default=[],
        type=_block,
        metavar="LINE",
        help="only the block on this line of the translation, or of the source: fr:12; can be given again",
    )


def _block(text: str) -> tuple[str, int]:
    found = _BLOCK.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a line: write 12, or fr:12 for a line of the source")
    return found.group(1) or "", int(found.group(2))


def _read(options: argparse.Namespace) -> Status:
    """The state of translations. Raises UsageError."""
    root = root_of(options)
    from ..editions import read_everything
    from ..errors import SourceErrors
    from ..sources.files import FolderFiles, WordFiles
    from ..translate.status import status_of

    try:
        reading = read_everything(WordFiles(FolderFiles(root, None)), drafts=True)
    except SourceErrors as errors:
        raise UsageError("\n".join(problem.text() for problem in errors.problems)) from None
    return status_of(reading, options.releases, options.lang)


def _status(options: argparse.Namespace) -> int:
    """Exit code: 0 all is done, 1 something is to do or cannot be read, 2 wrong usage."""
    status = _read(options)
    from ..facts.word_diff import PLAIN
    from ..translate.status import summary_text, translation_object, translation_text

    if options.json:
        found = {"translations": list(map(translation_object, status.translations))}
        print_json({**found, "problems": list(map(problem_object, status.problems))})
    else:
        print_problems(status.problems)
        marks = _COLOURS if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else PLAIN
        for one in status.translations:
            if not one.done or options.releases:
                print(translation_text(one, marks))
        print(summary_text(status))
    return BUILT if status.done else PROBLEMS


def _accept(options: argparse.Namespace) -> int:
    """Exit code: 0 accepted, or nothing was to accept; 1 some files cannot be read; 2 wrong usage."""
    status = _read(options)
    from ..translate.accepting import accepted, write_record

    written = [one for one in status.translations if one.text is not None]
    if options.blocks and len(status.translations) != 1:
        raise UsageError("--block names a line of one text: name one release, and its language with --lang")
    done = [accepted(one, options.blocks) for one in written]
    for one in done:
        if one.data is not None:
            write_record(root_of(options), one.path, one.data)
    if options.json:
        from ..translate.status import block_object

        found = [
            {"path": one.path, "written": one.data is not None, "blocks": list(map(block_object, one.blocks))}
            for one in done
        ]
        print_json({"accepted": found, "problems": list(map(problem_object, status.problems))})
    else:
        print_problems(status.problems)
        for one in done:
            _tell(one)
        for translation in status.translations:
            if translation.text is None:
                print(f"{translation.release} → {translation.lang}: no text; nothing to accept")
    return PROBLEMS if status.problems else BUILT


def _tell(one: Accepted) -> None:
    from ..translate.status import accepted_text

    print(accepted_text(one.translation, one.blocks, one.path if one.data is not None else ""))
