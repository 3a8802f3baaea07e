"""The command `communique`: arguments in, a built site and an exit code out. The only part that prints."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper

from .. import __version__
from ..errors import OutputError, PublishError, UsageError
from .building import add_build
from .common import PROBLEMS, USAGE
from .comparing import add_diff
from .drafting import add_keep, add_new
from .previewing import add_preview
from .publishing import add_publish
from .sealing import add_seal
from .translating import add_translate
from .verifying import add_verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Exit code: 0 built (or nothing differs), 1 problems (or a difference), 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no "→" must not cost the build
    options = command_line().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        code = run(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read the output has seen enough: `communique … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEMS
    except (OutputError, UsageError) as error:
        print(f"communique: {error}", file=sys.stderr)
        return USAGE
    except PublishError as error:
        print(f"communique: {error}", file=sys.stderr)
        return PROBLEMS
    except KeyboardInterrupt:
        print("communique: interrupted; the site is as it was", file=sys.stderr)
        return 130


def command_line() -> argparse.ArgumentParser:
    """The parser of the command and of all its commands."""
    parser = argparse.ArgumentParser(
        prog="communique",
        description="Build a bilingual site of statistical press releases, every number bound to its data.",
    )
    parser.add_argument("--version", action="version", version=f"communique {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (add_build, add_preview, add_diff, add_new, add_keep, add_translate, add_seal, add_publish, add_verify):
        add(commands)
    return parser
