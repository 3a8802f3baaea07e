"""`communique preview`: the site while it is written, and what is wrong with it, on this machine."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import webbrowser
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .common import BUILT, add_command, root_of

if TYPE_CHECKING:  # the server is imported when there is something to serve
    from ..preview.session import Outcome

_LOCAL = "127.0.0.1"
#: In seconds: how long a build that is at work may keep the command from ending.
_PATIENCE = 1.0


def add_preview(commands: Any) -> None:
    """The command and its options."""
    text = "serve the site on this machine, and show it again whenever you save"
    preview = add_command(commands, "preview", text, _preview, ends=False)
    preview.description = (
        "Serve the site on this machine, and show it again whenever you save. Drafts and releases under embargo are "
        "shown too, and say so; with --now or --public the site is as the public sees it. Ctrl-C ends it."
    )
    preview.add_argument("--host", default=_LOCAL, help=f"the address to listen at (default: {_LOCAL}: nobody else)")
    preview.add_argument("--port", type=_port, metavar="N", help="default: 8000, or the next free one; 0: any free one")
    preview.add_argument("--open", action="store_true", help="open the browser")
    shown = preview.add_mutually_exclusive_group()
    shown.add_argument(
        "--public", action="store_true", help="show what the public sees: no draft, nothing under embargo"
    )
    shown.add_argument(
        "--unpublished", action="store_true", help="with --now: show drafts and releases under embargo all the same"
    )


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port: write a number up to 65535")
    return port


def _preview(options: argparse.Namespace) -> int:
    """Exit code: 0 ended with Ctrl-C, 2 wrong usage."""
    root = root_of(options)
    if options.unpublished and options.now is None:
        raise UsageError("--unpublished goes with --now; without --now, what is not public yet is shown anyway")
    from ..output.charts import FolderCharts
    from ..preview.access import is_local
    from ..preview.server import Preview, listen
    from ..preview.session import Session
    from ..preview.watching import keep_building, places_of
    from ..sources.files import FolderFiles
    from ..workers import Tools, processes

    files = FolderFiles(root)
    tools = Tools(FolderCharts(root / "build" / "cache" / "charts"), executor=processes)
    shows_all = options.unpublished or (options.now is None and not options.public)
    session = Session(files, _clock(options.now), tools, _tell, unpublished=shows_all)
    listening = listen(options.host, options.port)
    if not is_local(options.host):
        _say(f"others can reach {options.host}, and see what is not public yet")

    def started() -> None:
        name = f"[{options.host}]" if ":" in options.host else options.host
        address = f"http://{name}:{listening.getsockname()[1]}/"
        print(f"preview: {address} (Ctrl-C ends it)", flush=True)
        if options.open:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    stop = threading.Event()
    builder = threading.Thread(target=keep_building, args=(session, places_of(files), stop), daemon=True)
    server = Preview(session, listening, options.host, started)
    builder.start()
    try:
        server.serve_until_end()
    except KeyboardInterrupt:
        pass  # which is how one ends it
    finally:
        stop.set()
        listening.close()
    builder.join(_PATIENCE)
    if builder.is_alive():  # it draws or renders, in memory: there is nothing to finish
        sys.stdout.flush()
        os._exit(BUILT)
    return BUILT


def _clock(instant: datetime | None) -> Callable[[], datetime]:
    """What time it is for the site: always the same instant, or the time that it is."""
    return (lambda: datetime.now(UTC)) if instant is None else (lambda: instant)


def _say(text: str) -> None:
    print(f"communique: {text}", file=sys.stderr, flush=True)


def _tell(outcome: Outcome) -> None:
    """A build that ended: problems that are new on standard error, and one line of what changed."""
    if outcome.traceback:
        print(outcome.traceback, file=sys.stderr, flush=True)
        _say("the generator itself failed; the last good site is shown. Please report what stands above")
        return
    for problem in outcome.new_problems:
        print(problem.text(), file=sys.stderr, flush=True)
    if outcome.differs:
        clock = datetime.now().astimezone().strftime("%H:%M:%S")
        print(f"{clock}  {_result(outcome)} ({outcome.seconds * 1000:.0f} ms)", flush=True)


def _result(outcome: Outcome) -> str:
    """What a build did, in a line."""
    if outcome.state.broken:
        errors = sum(1 for problem in outcome.state.problems if problem.level == "error")
        kept = "the last good site is shown" if outcome.state.hosting else "there is no site to show yet"
        return f"{errors} {'error' if errors == 1 else 'errors'}; {kept}"
    counts = ((outcome.pages, "page", "pages"), (outcome.others, "other file", "other files"))
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    verb = "changed" if outcome.before.hosting else "made"
    mended = "mended; " if outcome.before.broken else ""
    return f"{mended}{' and '.join(parts)} {verb}" if parts else f"{mended}no page changed"
