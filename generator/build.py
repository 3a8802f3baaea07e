"""The pipeline: sources in, a whole site out, or a list of what is wrong and nothing changed."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache as once
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from . import urls
from .checks.agreement import COMPARED
from .checks.links import check_links
from .config import CONFIG_FILE, SiteConfig, missing_config, parse_config
from .errors import Problem, SourceErrors, StaleSource, in_order
from .facts.edition import PART_UNIT, Edition
from .formats import known_locale
from .model import Target
from .output.manifest import Manifest, UnreadableManifest
from .output.write import Output
from .plan import Plan, plan
from .refresh import Build, refresh
from .sources.files import Files, exchanged_path, take_snapshot
from .sources.origins import origins_path
from .sources.site import Reading, Site, read_site
from .workers import Tools, changed_source, seldom_collecting

if TYPE_CHECKING:
    from .guard import Guard

_PAGES = (
    *("release", "index", "home", "root", "notfound", "catalogue", "chart", "embed", "figures"),
    "revisions",
    *("withdrawn", "withdrawnembed", "calendar"),
)
_SOURCE = re.compile(r"\b(?:data|content)/[^\s:;,]+")
_FEEDS = ("feed", "rss", "corrections", "ics")
#: What holds of drafts too: the moment, which must not be kept; and what they tell the public.
_OF_DRAFTS_TOO = ("changed-source", "bad-announcement", "overdue")
_LIBRARIES = (
    *("altair", "babel", "icalendar", "jinja2", "markdown", "nh3", "pymdown-extensions", "pyyaml"),
    "vl-convert-python",
)


@dataclass(frozen=True)
class Report:
    """What a build did. Counts of pages, charts and feeds are of the site; made, fresh and removed are outputs.

    `site` holds the sources that were read, unless they could not even be listed.
    """

    pages: int = 0
    charts: int = 0
    feeds: int = 0
    made: int = 0
    fresh: int = 0
    removed: int = 0
    problems: tuple[Problem, ...] = ()
    site: Site | None = field(default=None, compare=False, repr=False)

    @property
    def broken(self) -> bool:
        """Whether an error kept the site from being written."""
        return any(problem.level == "error" for problem in self.problems)


def build_site(
    files: Files,
    output: Output,
    now: datetime,
    tools: Tools,
    *,
    unpublished: bool = False,
    preview: bool = False,
) -> Report:
    """Build the site as it is at an instant. With an error in the sources, the output stays as it was; and so it does
    when something of a release that is not public would be seen.

    A `preview` is lenient where one language waits for another, and gives assets names that do not change with their
    content; with `unpublished` it shows drafts, releases under embargo and languages in preparation, marked. Without
    `preview`, `unpublished` marks every page, and what is built may not be published.
    """
    with seldom_collecting():
        return _build_site(files, output, tools, _Showing(now, unpublished, preview))


@dataclass(frozen=True)
class _Showing:
    """As of when a site is built, and for whom."""

    instant: datetime
    unpublished: bool
    preview: bool

    @property
    def closed(self) -> bool:
        """Whether it is a build, and no preview, of a site that nobody may publish."""
        return self.unpublished and not self.preview

    @property
    def public(self) -> bool:
        """Whether what is built may be published."""
        return not self.unpublished and not self.preview


def _build_site(files: Files, output: Output, tools: Tools, showing: _Showing) -> Report:
    before = output.before()
    if before.generator != generator_digest() or before.unpublished != showing.closed:
        before = Manifest()  # another generator wrote it, or for other eyes: nothing that it made can be relied on
    try:
        return _build_on(before, files, output, tools, showing)
    except UnreadableManifest:
        return _build_on(Manifest(), files, output, tools, showing)


def _build_on(before: Manifest, files: Files, output: Output, tools: Tools, showing: _Showing) -> Report:
    try:
        config, mistakes = _config(files, showing.unpublished)
        config = config.for_preview() if showing.preview else config
        snapshot = take_snapshot(files, before.sources, config.max_file_mb * 1_000_000)
        reading = read_site(config, snapshot, before.memo, mistakes, tools.bench.shelf)
    except SourceErrors as errors:
        return Report(problems=in_order(errors.problems))
    except StaleSource as error:
        return Report(problems=(changed_source(error),))
    try:
        planned = plan(reading.site, showing.instant, unpublished=showing.unpublished)
    except SourceErrors as errors:  # names that addresses are made of cannot be read
        problems = in_order((*errors.problems, *map(config.level, reading.problems)))
        return Report(problems=problems, site=reading.site)
    edition = Edition(planned.site, planned.visible, hidden=planned.hidden, closed=showing.closed)
    if _nothing_to_do(before, edition, planned):
        return _same(before, edition, planned, reading, output)
    try:
        watch = _guard(edition, showing.instant, tools) if showing.public else None
        return _make(before, edition, planned, reading, output, tools, watch)
    except StaleSource as error:
        return Report(problems=(changed_source(error),), site=reading.site)


def _guard(edition: Edition, instant: datetime, tools: Tools) -> Guard:
    from .guard import guard  # which renders: a build with nothing to do never gets here

    return guard(edition, instant, tools.charts)


def _make(
    before: Manifest,
    edition: Edition,
    planned: Plan,
    reading: Reading,
    output: Output,
    tools: Tools,
    watch: Guard | None,
) -> Report:
    stage = output.stage()
    try:
        build = refresh(edition, planned, before, stage, tools, watch.made if watch else lambda _outcome: None)
        broken = check(edition, build, before)
        problems = judge(reading.site.config, reading, planned, build, [problem for _key, problem in broken])
        if watch is not None and not any(problem.level == "error" for problem in problems):
            watch.kept([build.made[key] for key in build.fresh], before, stage.old)
            problems = in_order((*problems, *watch.problems()))
        if not any(problem.level == "error" for problem in problems):
            manifest = _manifest(reading, edition, build, before, broken)
            stage.commit(replace(manifest, searched=watch.searched if watch else {}), build.details)
    finally:
        stage.discard()
    return _report(build, before, problems, reading.site)


def _config(files: Files, unpublished: bool) -> tuple[SiteConfig, tuple[Problem, ...]]:
    try:
        return parse_config(files.read(CONFIG_FILE), known_locale, drafts=unpublished)
    except OSError:
        raise missing_config() from None


# ---------------------------------------------------------------- questions to what was made


def check(edition: Edition, build: Build, before: Manifest) -> tuple[tuple[str, Problem], ...]:
    """Links that lead nowhere, each with the key of its page: of every page that was made; of kept pages that had some;
    and of all kept pages, when something that they may lead to is gone.

    A link to a section of a withdrawn release leads to the page that says so."""
    public = {made.target.path for made in build.made.values() if made.target.path and not made.target.rehearsal}
    rehearsed = {made.target.path for made in build.made.values() if made.target.path and made.target.rehearsal}
    old = before.details.anchors(key for key in build.details if key in before.made)
    earlier = [made.target for made in before.made.values() if made.target.path]
    known = {target.path for target in earlier if not target.rehearsal}
    gone = (known - public) or {target.path for target in earlier} - public - rehearsed
    lost = any(old[key] - set(build.details[key].anchors) for key in old)
    kept = before.details.links(build.fresh if gone or lost else build.fresh.intersection(before.broken))
    links = {**kept, **{key: detail.links for key, detail in build.details.items()}}
    withdrawn = {made.target.path for made in build.made.values() if made.target.kind == "withdrawn"}
    by_path = {made.target.path: key for key, made in build.made.items() if made.target.path}
    asked = {by_path.get(link.path, "") for found in links.values() for link in found if link.anchor}
    anchors = before.details.anchors(asked & build.fresh)
    anchors.update({key: frozenset(detail.anchors) for key, detail in build.details.items()})
    coming = {urls.section_of(path) for path in rehearsed if path.endswith(urls.ROOT)}  # a kind's first release
    reachable = {False: frozenset(public), True: frozenset(public | rehearsed | coming)}

    def anchors_of(path: str) -> frozenset[str]:
        return anchors.get(by_path.get(path, ""), frozenset())

    broken: list[tuple[str, Problem]] = []
    for key, found in links.items():
        target = build.made[key].target
        named = [(_blame(edition, target), link) for link in found if link.path not in withdrawn]
        broken += [(key, problem) for problem in check_links(named, reachable[target.rehearsal], anchors_of)]
    return tuple(broken)


def _blame(edition: Edition, target: Target) -> str:
    """The source to name for a link that no author wrote: the page's text, else its template."""
    if target.kind in ("release", "withdrawn"):
        return edition.site.text_file(target.release, target.lang)
    return {"index": "templates/index.html", "home": "templates/home.html"}.get(target.kind, "templates/root.html")


def judge(
    config: SiteConfig, reading: Reading, planned: Plan, build: Build, found: Iterable[Problem]
) -> tuple[Problem, ...]:
    """All findings of a run, each once, at the level that the site gives it; those of drafts, and of texts in a
    language in preparation, are warnings at most."""
    drafts = [head for head in reading.site.heads.values() if head.draft]
    paths = {reading.site.text_file(head.id, lang) for head in drafts for lang in head.texts}
    paths |= set(map(origins_path, paths))
    folders = (*(f"data/{head.id}/" for head in drafts), *(f"content/{tag}/" for tag in config.coming))
    kept = [build.made[key] for key in build.fresh if build.made[key].problems]
    told = [problem for made in kept if not made.failed for problem in made.problems]
    failures = [problem for made in kept if made.failed for problem in made.problems]
    placed = partial(_placed, planned.site.snapshot.exchanged)
    made = map(placed, (*planned.problems, *build.problems, *told, *found))
    judged = map(config.level, (*reading.problems, *made))
    problems = []
    for levelled in (*judged, *map(placed, (*build.failures, *failures))):
        problem = levelled
        draft = problem.where.path in paths or problem.where.path.startswith(folders or ("\0",))
        draft = draft and problem.code not in _OF_DRAFTS_TOO
        problems.append(levelled.at_level("warning") if draft and levelled.level == "error" else levelled)
    if any(problem.level == "error" and problem.code != COMPARED for problem in problems):
        problems = [problem for problem in problems if problem.code != COMPARED]  # what other mistakes bring about
    return in_order(problems)


def _placed(exchanged: Mapping[str, str], problem: Problem) -> Problem:
    """A finding with the files that it names where the disk has them."""
    if not exchanged:
        return problem

    def there(text: str) -> str:
        return _SOURCE.sub(lambda found: exchanged_path(found.group(), exchanged), text)

    return replace(
        problem,
        where=replace(problem.where, path=exchanged_path(problem.where.path, exchanged)),
        message=there(problem.message),
        hint=there(problem.hint),
        details=tuple(map(there, problem.details)),
    )


# ---------------------------------------------------------------- what was done, for people and for the next build


def _nothing_to_do(before: Manifest, edition: Edition, planned: Plan) -> bool:
    if before.damaged or not before.made:
        return False
    if {target.key: target for target in planned.targets} != {key: made.target for key, made in before.made.items()}:
        return False
    own = ((unit, digest) for unit, digest in before.units.items() if not unit.startswith(PART_UNIT))
    return all(edition.unit_digest(unit) == digest for unit, digest in own)  # parts follow from the others


def _same(before: Manifest, edition: Edition, planned: Plan, reading: Reading, output: Output) -> Report:
    """The site needs nothing; what was found in it is told again, and so is what is wrong outside of its pages."""
    build = Build(made=dict(before.made), fresh=set(before.made))
    broken = [problem for _key, problem in check(edition, build, before)] if before.broken else []
    problems = judge(reading.site.config, reading, planned, build, broken)
    known = reading.site.snapshot.known
    if dict(known) != dict(before.sources):
        output.remember(replace(before, sources=known))
    return _report(build, before, problems, reading.site)


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
        details=before.details,
        unpublished=edition.closed,
    )


def _report(build: Build, before: Manifest, problems: tuple[Problem, ...], site: Site) -> Report:
    public = [made for made in build.made.values() if made.target.path and not made.target.rehearsal]
    paths = {made.target.path for made in public}
    gone = {made.target.path for made in before.made.values() if made.target.path and not made.target.rehearsal} - paths
    fresh = sum(1 for made in public if made.target.key in build.fresh)
    return Report(
        pages=sum(1 for made in public if made.target.kind in _PAGES),
        charts=sum(made.charts for made in public),
        feeds=sum(1 for made in public if made.target.kind in _FEEDS),
        made=len(public) - fresh,
        fresh=fresh,
        removed=len(gone),
        problems=problems,
        site=site,
    )


@once
def generator_digest() -> str:
    """A digest of the generator's own code and of the libraries that decide its output."""
    digest = hashlib.blake2b(digest_size=16)
    package = Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    versions = [f"{name}={version}" for name, version in library_versions().items()]
    digest.update("|".join([platform.python_version(), *versions]).encode())
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """The versions of the libraries that decide the output."""
    return {name: metadata.version(name) for name in _LIBRARIES}
