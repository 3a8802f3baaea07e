"""The pipeline: sources in, a whole site out, or a list of what is wrong and nothing changed."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache as once
from importlib import metadata
from pathlib import Path

from . import urls
from .checks.links import check_links
from .config import CONFIG_FILE, SiteConfig, missing_config, parse_config
from .errors import Problem, SourceErrors, SourceRef, StaleSource, in_order
from .facts.lookup import HEADLINE_UNIT, Edition, Headlines, Record
from .formats import known_locale
from .model import Artifact, Headline, Target
from .output.manifest import Detail, Made, Manifest, UnreadableManifest
from .output.write import Output, Stage
from .plan import Plan, plan
from .render.charts import ChartCache
from .sources.files import Files, take_snapshot
from .sources.site import Reading, read_site

#: From how many pages on it pays to start other processes (their start costs about as much as this many pages).
PARALLEL_FROM = 120
_TASKS = 8
_LISTS = ("home", "index", "feed", "root", "notfound", "sitemap", "robots")
_UNKNOWN = Headline("?", "?", "?", "?")
_PAGES = ("release", "index", "home", "root", "notfound")
_LIBRARIES = ("altair", "babel", "jinja2", "markdown", "nh3", "pymdown-extensions", "pyyaml", "vl-convert-python")


@dataclass(frozen=True)
class Report:
    """What a build did. Counts of pages, charts and feeds are of the site; made, fresh and removed are outputs."""

    pages: int = 0
    charts: int = 0
    feeds: int = 0
    made: int = 0
    fresh: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether an error kept the site from being written."""
        return any(problem.level == "error" for problem in self.problems)


@dataclass(frozen=True)
class Tools:
    """What a build may use: a store of finished charts, a listener for progress, and who renders.

    `executor` gives a `concurrent.futures.Executor` for a number of pages, or None to render in this process.
    """

    charts: ChartCache
    progress: Callable[[int, int], None] = lambda _done, _all: None
    executor: Callable[[int], Executor | None] = lambda _pages: None


@dataclass
class Build:
    """Targets made and kept, staged but not yet shown. `failures` are the problems of targets that have no bytes."""

    made: dict[str, Made] = field(default_factory=dict)
    details: dict[str, Detail] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    headlines: Headlines = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    failures: list[Problem] = field(default_factory=list)


def build_site(files: Files, output: Output, now: datetime, tools: Tools) -> Report:
    """Build the site as it is at an instant. With an error in the sources, the output stays as it was."""
    with seldom_collecting():
        return _build_site(files, output, now, tools)


def _build_site(files: Files, output: Output, now: datetime, tools: Tools) -> Report:
    before = output.before()
    if before.generator != generator_digest():
        before = Manifest()  # another generator wrote it: nothing that it made or read can be relied on
    try:
        return _build_on(before, files, output, now, tools)
    except UnreadableManifest:
        return _build_on(Manifest(), files, output, now, tools)


def _build_on(before: Manifest, files: Files, output: Output, now: datetime, tools: Tools) -> Report:
    try:
        config, mistakes = _config(files)
        snapshot = take_snapshot(files, before.sources, config.max_file_mb * 1_000_000)
        reading = read_site(config, snapshot, before.memo, mistakes)
    except SourceErrors as errors:
        return Report(problems=in_order(errors.problems))
    except StaleSource as error:
        return Report(problems=(_stale(error),))
    try:
        planned = plan(reading.site, now)
    except SourceErrors as errors:  # names that addresses are made of cannot be read
        return Report(problems=in_order((*errors.problems, *map(config.level, reading.problems))))
    edition = Edition(reading.site, planned.visible)
    if _nothing_to_do(before, edition, planned):
        return _same(before, edition, planned, reading, output)
    stage = output.stage()
    try:
        build = refresh(edition, planned, before, stage, tools)
        broken = check(edition, build, before)
        problems = judge(config, reading, planned, build, [problem for _key, problem in broken])
        if not any(problem.level == "error" for problem in problems):
            stage.commit(_manifest(reading, edition, build, before, broken), build.details)
    finally:
        stage.discard()
    return _report(build, before, problems)


def _config(files: Files) -> tuple[SiteConfig, tuple[Problem, ...]]:
    try:
        return parse_config(files.read(CONFIG_FILE), known_locale)
    except OSError:
        raise missing_config() from None


# ---------------------------------------------------------------- making what is stale


def refresh(edition: Edition, planned: Plan, before: Manifest, stage: Stage, tools: Tools) -> Build:
    """Keep what is fresh, make what is not, and stage both: first releases, then the lists that show their headlines."""
    build = Build()
    releases = [target for target in planned.targets if target.kind not in _LISTS]
    lists = [target for target in planned.targets if target.kind in _LISTS]
    known = {} if before.path is None else before.headlines()
    for wave in (releases, lists):
        fresh = fresh_keys(edition, wave, before)
        stale = [target for target in wave if target.key not in fresh]
        for target in wave:
            if target.key in fresh:
                _keep(build, before.made[target.key], stage, known.get(target.key))
        done = 0
        for results in _render(edition, stale, tools):
            for artifact, asked in results:
                _put(build, artifact, asked, stage)
            done += len(results)
            tools.progress(done, len(stale))
        edition.headlines.update(build.headlines)
    return build


def _keep(build: Build, made: Made, stage: Stage, headline: Headline | None) -> None:
    target = made.target
    build.made[target.key] = made
    build.fresh.add(target.key)
    if headline is not None:
        build.headlines[target.release, target.lang] = headline
    if target.path and not target.rehearsal:
        stage.keep(made)


def _put(build: Build, artifact: Artifact, asked: Record, stage: Stage) -> None:
    target = artifact.target
    digest, size, mtime = "", 0, 0
    if target.path and not target.rehearsal:
        digest, size, mtime = stage.put(target.path, artifact.content)
    if target.kind == "headline":
        build.headlines[target.release, target.lang] = artifact.headline or _UNKNOWN
    build.made[target.key] = Made(
        target, digest, size, mtime, tuple(asked), artifact.charts, artifact.problems, artifact.failed
    )
    build.details[target.key] = Detail(asked, artifact.links, artifact.anchors, artifact.headline)
    (build.failures if artifact.failed else build.problems).extend(artifact.problems)


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
    for key, asked in before.questions(doubtful).items():
        if all(_same_answers(edition, asked, unit) for unit in changed & set(before.made[key].units)):
            fresh.add(key)
    return fresh


def _same_answers(edition: Edition, questions: Record, unit: str) -> bool:
    try:
        return all(edition.answer(question) == digest for question, digest in questions.get(unit, {}).items())
    except (SourceErrors, StaleSource, LookupError):
        return False  # what cannot be answered any more is for the target itself to report


def _render(edition: Edition, stale: list[Target], tools: Tools) -> Iterator[list[tuple[Artifact, Record]]]:
    """Make targets, in this process or in an executor's; languages of a release stay together."""
    stale = sorted(stale, key=lambda target: (target.release, target.lang, target.path))
    executor = tools.executor(len(stale))
    if executor is None:
        yield from _in_process(edition, stale, tools.charts)
        return
    with executor:
        waiting = [executor.submit(make_targets, edition, task, tools.charts) for task in _tasks(stale)]
        for future in waiting:
            yield future.result()


def _tasks(targets: list[Target]) -> list[list[Target]]:
    """Targets in a few parts of about the same size; those of one release stay together, so that it is read once."""
    tasks: list[list[Target]] = [[]]
    for target in targets:
        last = tasks[-1]
        if len(last) * _TASKS >= len(targets) and last[-1].release != target.release:
            tasks.append([])
        tasks[-1].append(target)
    return tasks


def _in_process(
    edition: Edition, targets: list[Target], charts: ChartCache
) -> Iterator[list[tuple[Artifact, Record]]]:
    if targets:
        from .render.targets import Press

        press = Press(edition, charts)
        for target in targets:
            yield [_make(press, target)]


def make_targets(edition: Edition, targets: list[Target], charts: ChartCache) -> list[tuple[Artifact, Record]]:
    """Make some targets: the unit of work of an executor. Everything that it needs is in its arguments."""
    with seldom_collecting():
        return [result for results in _in_process(edition, targets, charts) for result in results]


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python look for cycles less often: what is made here is kept or passed on, and a search finds little."""
    thresholds = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _make(press: object, target: Target) -> tuple[Artifact, Record]:
    from .render.targets import Press

    assert isinstance(press, Press)
    try:
        artifact, lookup = press.make(target)
    except StaleSource as error:
        return Artifact(target, b"", problems=(_stale(error),), failed=True), {}
    return artifact, lookup.asked


def processes(pages: int) -> Executor | None:
    """The default executor: other processes for a large build, none for a small one.

    They are spawned, not forked: vl-convert hangs in a fork of a process that has used it.
    """
    workers = os.cpu_count() or 1
    if pages < PARALLEL_FROM or workers < 2:
        return None
    import multiprocessing

    return ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_the_build
    )


def _end_with_the_build() -> None:
    """Let this process end when the one that started it does, even if that one was killed and could not say so."""
    import multiprocessing
    from threading import Thread

    def watch() -> None:
        build = multiprocessing.parent_process()
        assert build is not None
        build.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _stale(error: StaleSource) -> Problem:
    hint = "somebody saved it while the build was reading: build again"
    return Problem("changed-source", "the file changed during the build", SourceRef(error.path), hint)


# ---------------------------------------------------------------- questions to what was made


def check(edition: Edition, build: Build, before: Manifest) -> tuple[tuple[str, Problem], ...]:
    """Links that lead nowhere, each with the key of its page: of every page that was made; of kept pages that had some;
    and of all kept pages, when something that they may lead to is gone."""
    public = {made.target.path for made in build.made.values() if made.target.path and not made.target.rehearsal}
    rehearsed = {made.target.path for made in build.made.values() if made.target.path and made.target.rehearsal}
    old = before.anchors(key for key in build.details if key in before.made)
    known = {made.target.path for made in before.made.values() if not made.target.rehearsal}
    gone = (known - public) or {made.target.path for made in before.made.values()} - public - rehearsed
    lost = any(old[key] - set(build.details[key].anchors) for key in old)
    kept = before.links(build.fresh if gone or lost else build.fresh.intersection(before.broken))
    links = {**kept, **{key: detail.links for key, detail in build.details.items()}}
    by_path = {made.target.path: key for key, made in build.made.items() if made.target.path}
    asked = {by_path.get(link.path, "") for found in links.values() for link in found if link.anchor}
    anchors = before.anchors(asked & build.fresh)
    anchors.update({key: frozenset(detail.anchors) for key, detail in build.details.items()})
    coming = {urls.section_of(path) for path in rehearsed if path.endswith(urls.ROOT)}  # a kind's first release
    reachable = {False: frozenset(public), True: frozenset(public | rehearsed | coming)}

    def anchors_of(path: str) -> frozenset[str]:
        return anchors.get(by_path.get(path, ""), frozenset())

    broken: list[tuple[str, Problem]] = []
    for key, found in links.items():
        target = build.made[key].target
        named = [(_blame(edition, target), link) for link in found]
        broken += [(key, problem) for problem in check_links(named, reachable[target.rehearsal], anchors_of)]
    return tuple(broken)


def _blame(edition: Edition, target: Target) -> str:
    """The source to name for a link that no author wrote: the page's text, else its template."""
    if target.kind == "release":
        return edition.site.text_file(target.release, target.lang)
    return {"index": "templates/index.html", "home": "templates/home.html"}.get(target.kind, "templates/root.html")


def judge(
    config: SiteConfig, reading: Reading, planned: Plan, build: Build, found: Iterable[Problem]
) -> tuple[Problem, ...]:
    """All findings of a run, each once, at the level that the site gives it; those of drafts are warnings at most."""
    drafts = [head for head in reading.site.heads.values() if head.draft]
    paths = {reading.site.text_file(head.id, lang) for head in drafts for lang in head.texts}
    folders = tuple(f"data/{head.id}/" for head in drafts)
    kept = [build.made[key] for key in build.fresh if build.made[key].problems]
    told = [problem for made in kept if not made.failed for problem in made.problems]
    failures = [problem for made in kept if made.failed for problem in made.problems]
    judged = map(config.level, (*reading.problems, *planned.problems, *build.problems, *told, *found))
    problems = []
    for levelled in (*judged, *build.failures, *failures):
        problem = levelled
        draft = problem.where.path in paths or problem.where.path.startswith(folders or ("\0",))
        problems.append(levelled.at_level("warning") if draft and levelled.level == "error" else levelled)
    return in_order(problems)


# ---------------------------------------------------------------- what was done, for people and for the next build


def _nothing_to_do(before: Manifest, edition: Edition, planned: Plan) -> bool:
    if before.damaged or not before.made:
        return False
    if {target.key: target for target in planned.targets} != {key: made.target for key, made in before.made.items()}:
        return False
    own = ((unit, digest) for unit, digest in before.units.items() if not unit.startswith(HEADLINE_UNIT))
    return all(edition.unit_digest(unit) == digest for unit, digest in own)  # headlines follow from the others


def _same(before: Manifest, edition: Edition, planned: Plan, reading: Reading, output: Output) -> Report:
    """The site needs nothing; what was found in it is told again, and so is what is wrong outside of its pages."""
    build = Build(made=dict(before.made), fresh=set(before.made))
    broken = [problem for _key, problem in check(edition, build, before)] if before.broken else []
    problems = judge(reading.site.config, reading, planned, build, broken)
    known = reading.site.snapshot.known
    if dict(known) != dict(before.sources):
        output.remember(replace(before, sources=known))
    return _report(build, before, problems)


def _manifest(
    reading: Reading, edition: Edition, build: Build, before: Manifest, broken: Iterable[tuple[str, Problem]]
) -> Manifest:
    units = dict.fromkeys(unit for made in build.made.values() for unit in made.units)
    return Manifest(
        generator=generator_digest(),
        sources=reading.site.snapshot.known,
        memo=reading.memo,
        units={unit: edition.unit_digest(unit) for unit in units},
        made=build.made,
        broken=tuple(dict.fromkeys(key for key, _problem in broken)),
        path=before.path,
    )


def _report(build: Build, before: Manifest, problems: tuple[Problem, ...]) -> Report:
    public = [made for made in build.made.values() if made.target.path and not made.target.rehearsal]
    paths = {made.target.path for made in public}
    gone = {made.target.path for made in before.made.values() if made.target.path and not made.target.rehearsal} - paths
    fresh = sum(1 for made in public if made.target.key in build.fresh)
    return Report(
        pages=sum(1 for made in public if made.target.kind in _PAGES),
        charts=sum(made.charts for made in public),
        feeds=sum(1 for made in public if made.target.kind == "feed"),
        made=len(public) - fresh,
        fresh=fresh,
        removed=len(gone),
        problems=problems,
    )


@once
def generator_digest() -> str:
    """A digest of the generator's own code and of the libraries that decide its output."""
    digest = hashlib.blake2b(digest_size=16)
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    versions = [f"{name}={metadata.version(name)}" for name in _LIBRARIES]
    digest.update("|".join([platform.python_version(), *versions]).encode())
    return digest.hexdigest()

