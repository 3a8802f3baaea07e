"""What a build makes and keeps → traces of releases that are not public in it: the last look before readers see it.

An output has a *hit* where a trace stands in it (`checks.leaks`). A hit is no leak if the output would be the same,
byte for byte, without the releases that are not public: then it says nothing but what public sources say. This is not
worked out but tried: the output is made once more from sources without them. What is public in one output is no
trace in any other, so that this is rare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from .checks.leaks import Net
from .checks.traces import MARK, Trace, mark_of, traces_of, words
from .errors import Problem, SourceRef, StaleSource
from .facts.edition import PART_UNIT, TABLE_UNIT, Edition
from .model import Headline, Target
from .output.manifest import Made, Manifest
from .plan import plan
from .render.charts import BytesCache
from .sources.files import digest_of
from .sources.origins import origins_path
from .sources.site import Site
from .workers import Bench, Outcome

LEAK = "embargo-leak"
_SHOWN = 8
#: Asked for a link to a release that is not public, which is told as such.
_REFUSED = "unknown-release"


@dataclass
class Hit:
    """Traces in one output, and the digest of its bytes."""

    target: Target
    digest: str
    traces: set[Trace]


@dataclass
class Guard:
    """Looks at every output of a public build, as it is made, and at those that are kept, when there is something new
    to look for. `traces` are those of each release that is not public."""

    edition: Edition
    instant: datetime
    charts: BytesCache
    traces: Mapping[str, tuple[Trace, ...]]
    _hits: list[Hit] = field(default_factory=list)
    _asked: dict[str, list[Target]] = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._marks = {release: {mark_of(one): one for one in traces} for release, traces in self.traces.items()}
        self._net = Net(trace for traces in self.traces.values() for trace in traces)
        self._own = {unit: release for release in self.traces for unit in _units(self.edition.site, release)}

    @property
    def searched(self) -> Mapping[str, str]:
        """The marks of each release's traces, in one text: what every output has been searched for."""
        return {release: "".join(sorted(marks)) for release, marks in self._marks.items()}

    # -- looking

    def made(self, outcome: Outcome) -> None:
        """Look at what was made."""
        artifact = outcome.artifact
        target = artifact.target
        if not self.traces or target.rehearsal or artifact.failed:
            return
        if target.path or (artifact.part is not None and target.release in self.edition.visible):
            self._look_at_questions(target, outcome.units, artifact.problems)
        if target.path and target.kind != "bundle":  # which comes whole from a library
            self._look(self._net, target, artifact.content)

    def kept(self, fresh: Iterable[Made], before: Manifest, read: Callable[[str], bytes]) -> None:
        """Look at what was kept, for traces that it was not searched for yet."""
        new: list[Trace] = []
        for release, marks in self._marks.items():
            known = _cut(before.searched.get(release, ""))
            new += [trace for mark, trace in marks.items() if mark not in known]
        if not new and self._marks.keys() <= before.searched.keys():
            return
        net = Net(new)
        for made in fresh:
            target = made.target
            if target.path and not target.rehearsal and not made.failed:
                self._look_at_questions(target, made.units, made.problems)
                if target.kind != "bundle":
                    self._look(net, target, read(target.path))

    def _look_at_questions(self, target: Target, units: Iterable[str], problems: Iterable[Problem]) -> None:
        """Note a target that asked for something of a release that is not public."""
        if any(problem.code == _REFUSED for problem in problems):
            return
        for unit in units:
            release = self._own.get(unit) or (_of_part(unit) if unit.startswith(PART_UNIT) else "")
            if release in self.traces:
                self._asked.setdefault(release, []).append(target)

    def _look(self, net: Net, target: Target, content: bytes) -> None:
        found = net.found(target.path, content)
        if not found:
            return
        if target.release in self.edition.visible and target.release not in self._read:
            public = self._in_sources(net, target.release)
            for other in {id(net): net, id(self._net): self._net}.values():
                other.forget(public)
            found -= public
        if found:
            self._hits.append(Hit(target, digest_of(content), found))

    def _in_sources(self, net: Net, release: str) -> set[Trace]:
        """The phrases and numbers that a public release's own texts and data hold: they are public."""
        if net is self._net:
            self._read.add(release)
        site = self.edition.site
        head = site.heads[release]
        paths = [site.text_file(release, lang) for lang in head.texts]
        paths += [f"data/{release}/{file}" for file in head.files.values()]
        try:
            return {trace for path in paths if path in site.snapshot for trace in net.common(site.snapshot.read(path))}
        except StaleSource:
            return set()

    # -- judging

    def problems(self) -> tuple[Problem, ...]:
        """Every trace that an output has because of a release that is not public; and names and long titles that a
        person wrote into a public source."""
        carried: dict[Trace, list[Target]] = {}
        typed: dict[Trace, list[Target]] = {}
        public = self._public_titles()
        twin = _Twin(self.edition, frozenset(self.traces), self.instant, self.charts)
        for hit in self._hits:
            open_traces = hit.traces - public
            if not open_traces - typed.keys():
                for trace in open_traces:
                    typed[trace].append(hit.target)
            elif twin.makes(hit.target, hit.digest):
                public |= {trace for trace in open_traces if not trace.sure}
                for trace in open_traces - public:
                    typed.setdefault(trace, []).append(hit.target)
            else:
                for trace in open_traces:
                    carried.setdefault(trace, []).append(hit.target)
        found = [self._carried(release, traces) for release, traces in _by_release(carried, public).items()]
        found += [self._typed(release, traces) for release, traces in _by_release(typed, public).items()]
        return (*found, *(self._depends(release, targets) for release, targets in self._asked.items()))

    def _public_titles(self) -> set[Trace]:
        """Titles that a public release has too, as printed."""
        parts = (part for name, part in self.edition.parts.items() if name.split(":")[1] in self.edition.visible)
        known = {f" {words(part.title)} " for part in parts if isinstance(part, Headline)}
        titles = {trace for hit in self._hits for trace in hit.traces if trace.kind == "title"}
        return {trace for trace in titles if any(f" {words(trace.form)} " in title for title in known)}

    def _carried(self, release: str, traces: Mapping[Trace, list[Target]]) -> Problem:
        message = f"{self._called(release)} is not public, and the site would show something of it"
        hint = "nothing was written. See what your template makes of it; if it is a default one, please report it"
        return self._problem(message, traces, hint)

    def _typed(self, release: str, traces: Mapping[Trace, list[Target]]) -> Problem:
        message = f"{self._called(release)} is not public, and a public source names it"
        where = self.edition.site.release_file(release)
        hint = f"delete it there; or, if it may be known, allow it under [embargo.allow] in {where}"
        return self._problem(message, traces, hint)

    def _depends(self, release: str, targets: list[Target]) -> Problem:
        message = f"{self._called(release)} is not public, and outputs of the public site were made with its sources"
        details = tuple(dict.fromkeys(target.path or target.key for target in targets))
        hint = "nothing was written. This is a defect of the generator: please report it"
        return Problem(LEAK, message, self._blame(targets[0]), hint, details=_few(details))

    def _called(self, release: str) -> str:
        """A release; one that has the name of an earlier edition until a correction is that correction."""
        other = self.edition.site.snapshot.exchanged.get(release)
        return f'"{release}"' if other is None else f'the correction of "{other}"'

    def _problem(self, message: str, traces: Mapping[Trace, list[Target]], hint: str) -> Problem:
        targets = [target for found in traces.values() for target in found]
        details = [
            f"{target.path}: {_NAMES[trace.kind]} “{trace.form}”" for trace, found in traces.items() for target in found
        ]
        return Problem(LEAK, message, self._blame(targets[0]), hint, details=_few(details))

    def _blame(self, target: Target) -> SourceRef:
        """The source to name: the text of the page, else the templates."""
        site = self.edition.site
        if target.release in self.edition.visible and target.lang in site.heads[target.release].texts:
            return SourceRef(site.text_file(target.release, target.lang))
        if target.release in self.edition.visible:
            return SourceRef(site.release_file(target.release))
        return SourceRef(f"templates/assets/{target.name}" if target.kind == "asset" else "templates")


_NAMES = {"name": "the name", "title": "the title", "phrase": "the words", "number": "the digits"}


def _cut(text: str) -> frozenset[str]:
    """The marks in a text, as `Guard.searched` writes them."""
    return frozenset(text[start : start + MARK] for start in range(0, len(text), MARK))


def guard(edition: Edition, instant: datetime, charts: BytesCache) -> Guard:
    """The guard of a public build. Raises StaleSource."""
    hidden = sorted({*edition.site.heads, *edition.site.announced} - edition.visible)
    return Guard(edition, instant, charts, {release: traces_of(edition, release) for release in hidden})


class _Twin:
    """The same site without the releases that are not public. It is made when it is asked for something."""

    def __init__(self, edition: Edition, hidden: frozenset[str], instant: datetime, charts: BytesCache) -> None:
        self._edition, self._hidden, self._instant, self._charts = edition, hidden, instant, charts
        self._targets: frozenset[Target] | None = None
        self._made: dict[Target, str] = {}

    def makes(self, target: Target, digest: str) -> bool:
        """Whether it has an output with these very bytes."""
        if self._targets is None:
            site = _without(self._edition.site, self._hidden)
            parts = {name: part for name, part in self._edition.parts.items() if name.split(":")[1] not in self._hidden}
            self._twin = Edition(site, self._edition.visible, parts)
            self._press = Bench().press(self._twin, self._charts)
            self._targets = frozenset(plan(site, self._instant).targets)
        if target not in self._targets:
            return False
        try:
            artifact, _lookup = self._press.make(target)
        except (StaleSource, KeyError):
            return False
        return not artifact.failed and digest_of(artifact.content) == digest


def _without(site: Site, hidden: frozenset[str]) -> Site:
    """A site as if some of its releases had never been written."""
    gone = {path for release in hidden for path in _files(site, release)}
    digests = {path: digest for path, digest in site.snapshot.digests.items() if path not in gone}
    heads = {release: head for release, head in site.heads.items() if release not in hidden}
    return Site(site.config, replace(site.snapshot, digests=digests), heads, announced=site.announced)


def _files(site: Site, release: str) -> list[str]:
    """Every source of a release: its folder, its texts and their records."""
    folder = f"data/{release}/"
    found = [path for path in site.snapshot.digests if path.startswith(folder)]
    for lang in site.config.all_tags if release in site.heads else ():
        text = site.text_file(release, lang)
        found += [text, origins_path(text)]
    return found


def _units(site: Site, release: str) -> list[str]:
    """The units of a release: its sources, and its tables with their schemas."""
    files = _files(site, release)
    tables = [path for path in files if path.startswith("data/")]
    return [*files, *(f"{TABLE_UNIT}{one}:{other}" for one in tables for other in tables)]


def _of_part(unit: str) -> str:
    return unit.removeprefix(PART_UNIT).split(":")[1]


def _by_release(traces: Mapping[Trace, list[Target]], public: set[Trace]) -> dict[str, dict[Trace, list[Target]]]:
    found: dict[str, dict[Trace, list[Target]]] = {}
    for trace in sorted(set(traces) - public, key=lambda trace: (trace.release, _ORDER.index(trace.kind), trace.form)):
        found.setdefault(trace.release, {})[trace] = traces[trace]
    return found


_ORDER = ("name", "title", "phrase", "number")


def _few(details: Iterable[str]) -> tuple[str, ...]:
    """The first few, and how many more."""
    listed = list(details)
    more = len(listed) - _SHOWN
    return (*listed[:_SHOWN], *([f"… and {more} more"] if more > 0 else []))
