"""`communique verify`: whether readers get what was sealed."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .building import progress_bar
from .common import BUILT, PROBLEMS, add_command, print_json
from .publishing import read_seal_file


def add_verify(commands: Any) -> None:
    """The command and its options."""
    text = "fetch every published file, and say what is not as it was sealed"
    command = add_command(commands, "verify", text, _verify, clock=False)
    command.add_argument("url", metavar="URL", help="the address of the published site")
    command.add_argument("--seal", type=Path, required=True, metavar="FILE", help="what communique seal wrote")


def _verify(options: argparse.Namespace) -> int:
    """Exit code: 0 all is as it was sealed, 1 something differs, or nobody answers, 2 wrong usage."""
    from ..publish.verifying import refuse_to_ask, verify

    seal = read_seal_file(options.seal)
    refuse_to_ask(seal, options.url, datetime.now(UTC))
    with progress_bar("files") as progress:
        differences = verify(seal, options.url, progress)
    if options.json:
        print_json({"seal": seal.digest, "words": seal.name, "differences": list(map(asdict, differences))})
        return PROBLEMS if differences else BUILT
    for difference in differences:
        print(f"{difference.address}: {difference.message}", file=sys.stderr)
        if difference.hint:
            print(f"    → {difference.hint}", file=sys.stderr)
    if differences:
        files = len({difference.path for difference in differences})
        print(f"{files} of {len(seal.files)} files differ from {seal.name}", file=sys.stderr)
        return PROBLEMS
    print(f"{options.url} is {seal.name}: {len(seal.files)} files")
    return BUILT
