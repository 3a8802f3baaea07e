"""A plan and what the last build made → everything staged: what is fresh is kept, what is not is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .errors import Problem
from .facts.edition import PART_UNIT, Edition, Parts
from .model import FeedText, Headline, Part, Target
from .output.manifest import Detail, Made, Manifest
from .output.write import Stage
from .plan import Plan
from .workers import Outcome, Tools, render_targets

_LISTS = (
    *("home", "index", "feed", "rss", "corrections", "root", "notfound", "sitemap", "robots", "headers", "catalogue"),
    *("card", "withdrawn", "withdrawnembed", "redirect", "redirects", "calendar", "ics"),
)
#: What stands for a part that could not be made.
_UNKNOWN: MappingProxyType[str, Part] = MappingProxyType(
    {"headline": Headline("?", "?", "?", "?"), "feedtext": FeedText("?")}
)


@dataclass
class Build:
    """Targets made and kept, staged but not yet shown. `failures` are the problems of targets that have no bytes."""

    made: dict[str, Made] = field(default_factory=dict)
    details: dict[str, Detail] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    parts: Parts = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    failures: list[Problem] = field(default_factory=list)


def refresh(
    edition: Edition,
    planned: Plan,
    before: Manifest,
    stage: Stage,
    tools: Tools,
    watch: Callable[[Outcome], None] = lambda _outcome: None,
) -> Build:
    """Keep what is fresh, make what is not, and stage both: releases first, then the lists of their parts. `watch` is
    shown what is made."""
    build = Build()
    releases = [target for target in planned.targets if target.kind not in _LISTS]
    lists = [target for target in planned.targets if target.kind in _LISTS]
    known = before.details.parts()
    changed = changed_units(edition, before, parts=False)
    for wave in (releases, lists):
        fresh = fresh_keys(edition, wave, before, changed)
        stale = [target for target in wave if target.key not in fresh]
        _keep(build, [before.made[target.key] for target in wave if target.key in fresh], known, stage)
        done = 0
        for results in render_targets(edition, stale, tools):
            for outcome in results:
                watch(outcome)
                _put(build, outcome, stage)
            done += len(results)
            tools.progress(done, len(stale))
        if wave is releases:
            edition.parts.update(build.parts)
            kept = (f"{PART_UNIT}{_part_name(before.made[key].target)}" for key in fresh if key in known)
            edition.trust({unit: before.units[unit] for unit in kept if unit in before.units})
            changed |= changed_units(edition, before, parts=True)
    return build


def _keep(build: Build, kept: list[Made], known: Mapping[str, Part], stage: Stage) -> None:
    """What is fresh: thousands, in most builds."""
    build.made.update({made.target.key: made for made in kept})
    build.fresh.update(made.target.key for made in kept)
    build.parts.update({_part_name(made.target): known[made.target.key] for made in kept if made.target.key in known})
    for made in kept:
        if made.failed:
            stage.fail(made.target, made.problems)
    stage.keep([made for made in kept if made.target.path and not made.target.rehearsal and not made.failed])


def _put(build: Build, outcome: Outcome, stage: Stage) -> None:
    artifact = outcome.artifact
    target = artifact.target
    digest, size, mtime = "", 0, 0
    if artifact.failed:
        stage.fail(target, artifact.problems)
    elif target.path and not target.rehearsal:
        digest, size, mtime = stage.put(target.path, artifact.content)
    if target.kind in _UNKNOWN:
        build.parts[_part_name(target)] = artifact.part or _UNKNOWN[target.kind]
    build.made[target.key] = Made(
        target, digest, size, mtime, outcome.units, artifact.charts, artifact.problems, artifact.failed
    )
    build.details[target.key] = Detail(outcome.asked, artifact.links, artifact.anchors, artifact.part)
    (build.failures if artifact.failed else build.problems).extend(artifact.problems)


def _part_name(target: Target) -> str:
    return f"{target.kind}:{target.release}:{target.lang}"


def changed_units(edition: Edition, before: Manifest, *, parts: bool) -> set[str]:
    """The units that have another digest than before: sources, or parts, whose digests are known once they are made."""
    units = ((unit, digest) for unit, digest in before.units.items() if unit.startswith(PART_UNIT) == parts)
    return {unit for unit, digest in units if edition.unit_digest(unit) != digest}


def fresh_keys(edition: Edition, targets: Iterable[Target], before: Manifest, changed: set[str]) -> set[str]:
    """The targets whose every question has the answer that it had before; `changed` are the units to ask again.

    A target with findings is made again whenever a source that it asked has changed: its findings name lines.
    """
    fresh: set[str] = set()
    doubtful: list[str] = []
    for target in targets:
        made = before.made.get(target.key)
        if made is None or made.target != target:
            continue
        if changed.isdisjoint(made.units):
            fresh.add(target.key)
        elif not made.problems:
            doubtful.append(target.key)
    for key, asked in before.details.questions(doubtful).items():
        if all(edition.same_answers(asked.get(unit, {})) for unit in changed & set(before.made[key].units)):
            fresh.add(key)
    return fresh
