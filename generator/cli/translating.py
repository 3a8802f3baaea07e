"""`communique translate`: what translators need of the command line."""

from __future__ import annotations

from typing import Any

from .languages import add_catalogue, add_language


def add_translate(commands: Any) -> None:
    """The command and its own commands."""
    text = "see what is to be translated, and bring in what was"
    translate = commands.add_parser("translate", help=text, description=text[0].upper() + text[1:] + ".")
    subcommands = translate.add_subparsers(dest="subcommand", required=True, metavar="WHAT")
    for add in (add_catalogue, add_language):
        add(subcommands)
