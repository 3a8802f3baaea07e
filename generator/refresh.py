"""A plan and what the last build made → everything staged: what is fresh is kept, what is not is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType

from .errors import Problem, SourceErrors, StaleSource
from .facts.edition import Edition, Parts, Record
from .model import FeedText, Headline, Part, Target
from .output.manifest import Detail, Made, Manifest
from .output.write import Stage
from .plan import Plan
from .workers import Outcome, Tools, render_targets

_LISTS = ("home", "index", "feed", "rss", "root", "notfound", "sitemap", "robots", "headers", "catalogue", "card")
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


def refresh(edition: Edition, planned: Plan, before: Manifest, stage: Stage, tools: Tools) -> Build:
    """Keep what is fresh, make what is not, and stage both: releases first, then the lists of their parts."""
    build = Build()
    releases = [target for target in planned.targets if target.kind not in _LISTS]
    lists = [target for target in planned.targets if target.kind in _LISTS]
    known = before.details.parts()
    for wave in (releases, lists):
        fresh = fresh_keys(edition, wave, before)
        stale = [target for target in wave if target.key not in fresh]
        for target in wave:
            if target.key in fresh:
                _keep(build, before.made[target.key], stage, known.get(target.key))
        done = 0
        for results in render_targets(edition, stale, tools):
            for outcome in results:
                _put(build, outcome, stage)
            done += len(results)
            tools.progress(done, len(stale))
        edition.parts.update(build.parts)
    return build


def _keep(build: Build, made: Made, stage: Stage, part: Part | None) -> None:
    target = made.target
    build.made[target.key] = made
    build.fresh.add(target.key)
    if part is not None:
        build.parts[_part_name(target)] = part
    if made.failed:
        stage.fail(target, made.problems)
    elif target.path and not target.rehearsal:
        stage.keep(made)


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


def fresh_keys(edition: Edition, targets: Iterable[Target], before: Manifest) -> set[str]:
    """The targets whose every question has the answer that it had before.

    A target with findings is made again whenever a source that it asked has changed: its findings name lines.
    """
    changed = {unit for unit, digest in before.units.items() if edition.unit_digest(unit) != digest}
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
        if all(_same_answers(edition, asked, unit) for unit in changed & set(before.made[key].units)):
            fresh.add(key)
    return fresh


def _same_answers(edition: Edition, questions: Record, unit: str) -> bool:
    try:
        return all(edition.answer(question) == digest for question, digest in questions.get(unit, {}).items())
    except (SourceErrors, StaleSource, LookupError):
        return False  # what cannot be answered any more is for the target itself to report
