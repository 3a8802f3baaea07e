"""`communique publish`, `rollback` and `history`: a seal to its readers, and back."""

from __future__ import annotations

import argparse
import getpass
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import PublishError, SourceErrors, UsageError, did_you_mean
from .building import progress_bar
from .common import BUILT, add_command, print_json, root_of
from .sealing import SEALED

if TYPE_CHECKING:
    from ..config import SiteConfig
    from ..places import Place
    from ..publish.changes import Step
    from ..publish.publishing import Order
    from ..publish.seal import Seal
    from ..publish.target import Target

#: In seconds: how long a wait sleeps at most, before it looks at the clock again, which may have been set.
_SLICE = 5.0


def add_publish(commands: Any) -> None:
    """The commands and their options."""
    text = "publish what was sealed, and nothing else, not a second early"
    publish = add_command(commands, "publish", text, _publish, clock=False)
    publish.add_argument("target", metavar="TARGET", help="a name below [publish] in site.toml")
    publish.add_argument("--seal", type=Path, required=True, metavar="FILE", help="what communique seal wrote")
    _add_how(publish, "wait until the seal's instant, then publish")
    publish.add_argument("--earlier", action="store_true", help="also over what was sealed as of a later instant")
    text = "publish again what was published before"
    rollback = add_command(commands, "rollback", text, _rollback, clock=False)
    rollback.add_argument("target", metavar="TARGET", help="a name below [publish] in site.toml")
    rollback.add_argument("--to", metavar="SEAL", default="", help="the start of a seal's digest, or its words")
    _add_how(rollback)
    history = add_command(commands, "history", "list what was published when, and by whom", _history, clock=False)
    history.add_argument("target", metavar="TARGET", help="a name below [publish] in site.toml")


def _add_how(command: argparse.ArgumentParser, wait: str = "") -> None:
    command.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    command.add_argument("--max-deletes", type=_count, metavar="N", help="refuse to delete more files than this")
    if wait:
        command.add_argument("--wait", action="store_true", help=wait)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a count: write a number from 0 on")
    return int(text)


def read_seal_file(path: Path) -> Seal:
    """The seal in a file that the command line names. Raises UsageError, PublishError."""
    from ..publish.seal import read_seal

    try:
        return read_seal(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _config(root: Path) -> SiteConfig:
    """What site.toml says. Raises UsageError."""
    from ..config import CONFIG_FILE, missing_config, parse_config
    from ..formats import known_locale

    try:
        config, problems = parse_config((root / CONFIG_FILE).read_bytes(), known_locale)
    except OSError:
        raise UsageError(str(missing_config())) from None
    except SourceErrors as errors:
        raise UsageError(str(errors)) from None
    if problems:
        raise UsageError("\n".join(problem.text() for problem in problems))
    return config


def _place(config: SiteConfig, name: str) -> Place:
    """What site.toml says of a target. Raises UsageError."""
    from ..config import CONFIG_FILE

    if name not in config.places:
        known = did_you_mean(name, config.places) or f"add [publish.{name}] (docs/reference.md lists its keys)"
        raise UsageError(f"{CONFIG_FILE} has no [publish.{name}]: {known}")
    return config.places[name]


def _publish(options: argparse.Namespace) -> int:
    """Exit code: 0 published, 1 refused or not completed, 2 wrong usage."""
    root = root_of(options)
    from ..publish.places import target_of
    from ..publish.publishing import Order, plan_steps, refuse_early
    from ..publish.store import Store, check_contents

    config, seal = _config(root), read_seal_file(options.seal)
    place = _place(config, options.target)
    if seal.url != config.url:
        raise PublishError(f"{options.seal} is the seal of {seal.url}, and this is {config.url}: seal this site")
    if seal.sources.changed:
        _say(f"sealed with sources that git does not have as they were: {', '.join(seal.sources.changed)}")
    limit = place.max_deletes if options.max_deletes is None else options.max_deletes
    order = Order(seal, Store(root / SEALED), limit, place.keep, earlier=options.earlier)
    target = target_of(root, place)
    if options.dry_run:
        return _tell_plan(order, target, options.json)
    if options.wait:
        with progress_bar("files counted") as progress:  # what is missing is better known before the hour
            check_contents(order.contents, seal.files, progress)
        plan_steps(order, target)  # so is a place that nobody can reach, or that refuses
        wait_for(seal, _now, time.sleep, _say)
    refuse_early(seal, _now())
    return _carry_out(order, target, options.json)


def _rollback(options: argparse.Namespace) -> int:
    """Exit code: 0 published, 1 refused or not completed, 2 wrong usage."""
    root = root_of(options)
    from ..publish.places import target_of
    from ..publish.publishing import rollback_order
    from ..publish.store import Store

    place = _place(_config(root), options.target)
    target = target_of(root, place)
    order = rollback_order(target, Store(root / SEALED), options.to, place.keep, options.max_deletes)
    return _tell_plan(order, target, options.json) if options.dry_run else _carry_out(order, target, options.json)


def wait_for(
    seal: Seal, clock: Callable[[], datetime], sleep: Callable[[float], None], say: Callable[[str], None]
) -> None:
    """Sleep until a seal may be published, in slices: a clock that is set meanwhile is believed."""
    from ..publish.publishing import duration, remaining

    if wait := remaining(seal, clock()):
        say(f"waiting until {seal.instant.isoformat()}, for {duration(wait)}")
    while wait := remaining(seal, clock()):
        sleep(min(wait.total_seconds(), _SLICE))


def _now() -> datetime:
    return datetime.now(UTC)


def _say(text: str) -> None:
    print(f"communique: {text}", file=sys.stderr, flush=True)


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        user = "somebody"
    return f"{user}@{socket.gethostname()}"


def _carry_out(order: Order, target: Target, as_json: bool) -> int:
    from ..publish.publishing import publish

    try:
        with progress_bar("files") as progress:
            steps = publish(order, target, _who(), _now, progress)
    except KeyboardInterrupt:
        raise PublishError(
            f"interrupted: no page that readers have leads to nothing; {order.action} again, to complete it"
        ) from None
    _tell(order, steps, as_json, done=True)
    return BUILT


def _tell_plan(order: Order, target: Target, as_json: bool) -> int:
    from ..publish.changes import told
    from ..publish.publishing import plan_steps, to_put
    from ..publish.store import check_contents

    steps = plan_steps(order, target)
    wanted = order.seal.files if order.action == "publish" else to_put(steps)
    check_contents(order.contents, wanted, lambda _done, _all: None)
    if not as_json:
        for line in told(steps):
            print(line)
    _tell(order, steps, as_json, done=False)
    return BUILT


def _tell(order: Order, steps: tuple[Step, ...], as_json: bool, *, done: bool) -> None:
    puts = [step.file for step in steps if step.file is not None]
    deletes = len(steps) - len(puts)
    if as_json:
        listed = [{"path": step.path, "why": step.why, "delete": step.file is None} for step in steps]
        print_json({"seal": order.seal.digest, "words": order.seal.name, "published": done, "steps": listed})
        return
    size = sum(file.size for file in puts) / 1_000_000
    verbs = ("published", "sent", "deleted") if done else ("would publish", "to send", "to delete")
    count = f"{len(puts)} files {verbs[1]} ({size:.1f} MB), {deletes} {verbs[2]}" if steps else "nothing to do"
    print(f"{verbs[0]} {order.seal.name}: {count}")


def _history(options: argparse.Namespace) -> int:
    """Exit code: 0 listed, 1 the records cannot be read, 2 wrong usage."""
    root = root_of(options)
    from ..publish.history import History
    from ..publish.places import target_of

    target = target_of(root, _place(_config(root), options.target))
    entries = History(target).entries()
    if options.json:
        print_json({"shown": target.shown(), "history": [asdict(entry) for entry in entries]})
        return BUILT
    for entry in entries:
        print(f"{entry.at}  {entry.action:8}  {entry.words}  {entry.seal[:16]}  as of {entry.instant}  by {entry.by}")
    if not entries:
        print("nothing was published here yet")
    return BUILT
