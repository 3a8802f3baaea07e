"""A snapshot of the sources → Site: every release's head, and everything else on request, read once.

Heads are enough to plan addresses, indexes and feeds. They are kept from build to build by the digest of the file that
they were read from (`Memo`), so that a build after one edit parses one file. Texts, tables and definitions are read
when a page asks for them; only the latest are kept, so that memory does not grow with the number of releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache, partial
from types import MappingProxyType

from ..config import SiteConfig
from ..definitions import Announcement, ChartWords, Citation, Release, ReleaseHead, ReleaseText, Table
from ..errors import Problem, SourceErrors, SourceRef
from ..formats import Style, style_of
from ..urls import slugify
from .catalogues import Catalogue, catalogue_of
from .files import DEFAULT, Snapshot, digest_of
from .heads import RELEASE_ID as RELEASE_ID
from .heads import Heads
from .heads import Memo as Memo
from .heads import text_path as text_path
from .labels import LABELS_FILE, Labels, missing_labels, parse_labels
from .names import wrong_names
from .origins import Origins, origins_path, read_origins
from .releases import RELEASE_FILE, parse_release
from .schemas import read_schema
from .shelf import Shelf
from .standing import heads_as_of, wrong_editions
from .tables import read_table
from .terms import TERMS_FILE, Terms, read_terms
from .texts import charts_shown, cited, parse_text
from .wording import Wording, read_wording, wording_name

_RELEASE = re.compile(r"^data/([^/]+)/release\.toml$")
_LONGEST_SLUG = 100
_NOTHING: Mapping[str, Announcement] = MappingProxyType({})


class Site:
    """The sources of one moment, as values. Reading methods raise SourceErrors.

    `announced` has what is announced of releases, by their names; some of them have no head yet.
    """

    def __init__(
        self,
        config: SiteConfig,
        snapshot: Snapshot,
        heads: Mapping[str, ReleaseHead],
        shelf: Shelf | None = None,
        announced: Mapping[str, Announcement] = _NOTHING,
    ) -> None:
        self.config, self.snapshot, self.heads, self.announced = config, snapshot, heads, announced
        self.shelf = shelf or Shelf()
        self.release = lru_cache(maxsize=32)(self._release)
        self.text = lru_cache(maxsize=64)(self._text)
        self.table = lru_cache(maxsize=64)(self._table)
        self._refused: dict[tuple[str, str], tuple[Problem, ...]] = {}
        self.catalogues = lru_cache(maxsize=None)(self._catalogues)
        self.style = lru_cache(maxsize=None)(self._style)
        self.section = lru_cache(maxsize=None)(self._section)
        self.wording = lru_cache(maxsize=None)(self._wording)

    def __reduce__(self) -> tuple[type[Site], tuple[object, ...]]:
        return Site, (self.config, self.snapshot.bare(), self.heads, None, dict(self.announced))

    def as_of(self, now: datetime, *, ahead: bool = False) -> Site:
        """The same sources, with every release as it stands at an instant: without what is to come. With `ahead`, with
        the corrections that will take the place of an edition that was kept."""
        heads, pairs = heads_as_of(self.heads, now, ahead=ahead)
        said = {release: one for release, one in self.announced.items() if release not in pairs}
        said |= {name: one for name, earlier in pairs.items() if (one := self.heads[earlier].announced) is not None}
        told = ((release, announced.as_of(now)) for release, announced in said.items())
        announced = {release: one for release, one in told if one is not None}
        same = announced == self.announced and all(heads[release] is head for release, head in self.heads.items())
        snapshot = self.snapshot.exchange(pairs) if pairs else self.snapshot
        return self if same else Site(self.config, snapshot, heads, self.shelf, announced)

    # -- paths

    def release_file(self, release: str) -> str:
        """The path of a release's release.toml."""
        return f"data/{release}/{RELEASE_FILE}"

    def text_file(self, release: str, lang: str) -> str:
        """The path of a release's text in a language."""
        return text_path(self.config, self.heads[release].kind, release, lang)

    def template_files(self, name: str) -> tuple[str, ...]:
        """Where a file of the templates may stand; the first that exists wins."""
        if name.startswith("default/"):
            plain = name.removeprefix("default/")
            return f"{DEFAULT}templates/{plain}", f"templates/{plain}"
        return f"templates/{name}", f"{DEFAULT}templates/{name}"

    # -- values

    @cached_property
    def labels(self) -> Labels:
        """The names of codes; none at all when the site has no labels.csv."""
        if LABELS_FILE not in self.snapshot:
            return missing_labels(self.config.all_tags, told=self.snapshot.refuses(LABELS_FILE))
        tags, coming = self.config.all_tags, self.config.coming
        key = ("labels", self.snapshot.digest(LABELS_FILE), tags, coming)
        return self.shelf.once(key, lambda: parse_labels(self.snapshot.read(LABELS_FILE), tags, coming))

    @cached_property
    def terms(self) -> Terms:
        """The agreed terms; none at all when the site has no terms.csv."""
        tags = self.config.all_tags
        if TERMS_FILE not in self.snapshot:
            return Terms(tags[0])
        key = ("terms", self.snapshot.digest(TERMS_FILE), tags)
        return self.shelf.once(key, lambda: read_terms(self.snapshot.read(TERMS_FILE), tags))

    @cached_property
    def config_digest(self) -> str:
        """A digest of what the configuration says of pages (not of the levels of problems)."""
        values = asdict(self.config)
        values.pop("levels")
        values.pop("digest")
        values["languages"] = [asdict(self.config.language(tag)) for tag in self.config.tags]
        return digest_of(repr(values))

    def _section(self, kind: str, lang: str) -> str:
        """The slug of a kind of publication in a language: made of its name; empty when the kind has no index."""
        if not self.config.kinds[kind].listed:
            return ""
        name = self.labels.names[lang].get(f"kind.{kind}", "")
        return slugify(name)[:_LONGEST_SLUG].strip("-") or self.config.kinds[kind].folder

    def _release(self, release: str) -> Release:
        path = self.release_file(release)
        key = ("release", path, self.snapshot.digest(path), self.config.digest, self.config.tags)
        return self.shelf.once(key, lambda: parse_release(self.snapshot.read(path), path, release, self.config))

    def _text(self, release: str, lang: str) -> ReleaseText:
        path = self.text_file(release, lang)
        key = ("text", path, self.snapshot.digest(path))
        return self.shelf.once(key, lambda: parse_text(self.snapshot.read(path), path, release, lang)[0])

    def charts_shown(self, release: str, lang: str) -> Mapping[str, ChartWords]:
        """The charts that a text shows, with its words for each."""
        text = self.text(release, lang)
        key = ("charts", text.path, self.snapshot.digest(text.path))
        return self.shelf.once(key, lambda: charts_shown(text.body, text.body_line))

    def cited(self, release: str, lang: str) -> tuple[Citation, ...]:
        """What a text names, in reading order."""
        text = self.text(release, lang)
        return self.shelf.once(("cited", text.path, self.snapshot.digest(text.path)), lambda: cited(text))

    def origins(self, release: str, lang: str) -> Origins | None:
        """The record of what a translation was made from; None when there is none."""
        path = origins_path(self.text_file(release, lang))
        return read_origins(self.snapshot.read(path), path) if path in self.snapshot else None

    def _table(self, release: str, table: str) -> Table:
        """A table, or the mistakes that were found when it was first read: several pages may ask for it."""
        if (release, table) in self._refused:
            raise SourceErrors(*self._refused[release, table])
        try:
            return self._read_table(release, table)
        except SourceErrors as errors:
            self._refused[release, table] = errors.problems
            raise

    def _read_table(self, release: str, table: str) -> Table:
        spec = self.release(release).tables[table]
        where = SourceRef(self.release_file(release), spec.line)
        schema_path, path = f"data/{release}/{spec.schema}", f"data/{release}/{spec.file}"
        problems = [
            Problem("missing-file", f"there is no file {needed}", where, hint)
            for needed, hint in (
                (path, "put the CSV there, or correct file = …"),
                (schema_path, "describe the columns in a Frictionless Table Schema (docs/statistician.md)"),
            )
            if needed not in self.snapshot and not self.snapshot.refuses(needed)
        ]
        if problems or path not in self.snapshot or schema_path not in self.snapshot:
            raise SourceErrors(*problems)
        files = (self.release_file(release), path, schema_path)
        key = ("table", spec.id, files, *map(self.snapshot.digest, files), self.config.digest, self.config.tags)

        def read() -> Table:
            schema = read_schema(self.snapshot.read(schema_path), schema_path, spec)
            return read_table(spec, self.snapshot.read(path), path, schema, where)

        return self.shelf.once(key, read)

    def page_templates(self) -> tuple[str, ...]:
        """The paths of all templates that pages are made with: the site's own, and the default ones."""
        found = []
        for path in self.snapshot.digests:
            place, _, name = path.partition("templates/")
            if place in ("", DEFAULT) and name and not name.startswith(("assets/", "locale/")):
                found.append(path)
        return tuple(sorted(found))

    def template_path(self, name: str) -> str | None:
        """Where a file of the templates stands: the site's own before the default one."""
        return next((path for path in self.template_files(name) if path in self.snapshot), None)

    def _catalogues(self, lang: str) -> tuple[Catalogue, ...]:
        paths = (path for path in self.template_files(catalogue_name(lang)) if path in self.snapshot)
        digest = self.snapshot.digest
        return tuple(
            self.shelf.once(("catalogue", path, digest(path)), partial(self._catalogue, path)) for path in paths
        )

    def _catalogue(self, path: str) -> Catalogue:
        return catalogue_of(self.snapshot.read(path), path)

    def _style(self, lang: str) -> Style:
        language = self.config.language(lang)
        return self.shelf.once(("style", language), lambda: style_of(language))

    def _wording(self, lang: str) -> Wording:
        """The words of a language: the site's own lists, and the default ones of those that it does not have."""
        paths = [path for path in reversed(self.template_files(wording_name(lang))) if path in self.snapshot]
        key = ("wording", *((path, self.snapshot.digest(path)) for path in paths))
        return self.shelf.once(key, lambda: self._read_wording(paths))

    def _read_wording(self, paths: Iterable[str]) -> Wording:
        found = Wording()
        for path in paths:
            own, names = read_wording(self.snapshot.read(path), path)
            found = replace(found, **{name: getattr(own, name) for name in names})
        return found


def catalogue_name(lang: str) -> str:
    """The catalogue of a language, below the templates."""
    return f"locale/{lang.replace('-', '_')}/LC_MESSAGES/messages.po"


@dataclass(frozen=True)
class Reading:
    """What reading the site gave: the site, the heads as plain values for the next build's memo, and what is wrong."""

    site: Site
    memo: Memo
    problems: tuple[Problem, ...]


def read_site(
    config: SiteConfig,
    snapshot: Snapshot,
    memo: Memo,
    mistakes: tuple[Problem, ...] = (),
    shelf: Shelf | None = None,
) -> Reading:
    """Read every release's head. A release whose files have mistakes is checked, and never shown.

    `mistakes` are those of the configuration; `shelf` has what earlier builds of this process read.
    """
    reader = Heads(config, snapshot, memo)
    heads: dict[str, ReleaseHead] = {}
    expected: set[str] = set()
    for path in sorted(snapshot.digests):
        if found := _RELEASE.match(path):
            head = reader.head(found.group(1), path, expected)
            if head is not None:
                heads[head.id] = head
    reader.orphans(expected)
    reader.lost_records()
    site = Site(config, snapshot, heads, shelf, reader.announced)
    problems = [
        *mistakes,
        *snapshot.problems,
        *reader.problems,
        *site.labels.problems,
        *site.terms.problems,
        *reader.coming(),
        *wrong_editions(heads, snapshot),
        *_names(site),
    ]
    return Reading(site, Memo(reader.fresh), tuple(problems))


def _names(site: Site) -> Iterator[Problem]:
    if LABELS_FILE in site.snapshot:
        yield from wrong_names(site.config, site.labels, [head.kind for head in site.heads.values()])
