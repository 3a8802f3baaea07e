"""A snapshot of the sources → Site: every release's head, and everything else on request, read once.

Heads are enough to plan addresses, indexes and feeds. They are kept from build to build by the digest of the file that
they were read from (`Memo`), so that a build after one edit parses one file. Texts, tables and definitions are read
when a page asks for them; only the latest are kept, so that memory does not grow with the number of releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache

from ..config import CONFIG_FILE, SiteConfig
from ..definitions import UNPUBLISHED, FrontMatter, Release, ReleaseHead, ReleaseText, Table
from ..errors import Problem, SourceErrors, SourceRef
from ..formats import Style, style_of
from ..urls import slugify
from .catalogues import Catalogue, catalogue_of
from .files import DEFAULT, Snapshot, digest_of
from .labels import LABELS_FILE, Labels, missing_labels, parse_labels
from .names import wrong_names
from .origins import SUFFIX, Origins, origins_path, read_origins
from .releases import RELEASE_FILE, parse_release, read_release_head
from .schemas import read_schema
from .tables import read_table
from .terms import TERMS_FILE, Terms, read_terms
from .texts import parse_text
from .wording import Wording, read_wording, wording_name

_RELEASE = re.compile(r"^data/([^/]+)/release\.toml$")
RELEASE_ID = re.compile(r"^(?=.{1,100}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$")
_LONGEST_SLUG = 100


@dataclass(frozen=True)
class Memo:
    """What was read of a file's head, by the digest of the file: path → (digest, plain values)."""

    heads: Mapping[str, tuple[str, Mapping[str, object]]] = field(default_factory=dict)

    def get(self, path: str, digest: str) -> Mapping[str, object] | None:
        """The values, if the file is still the same."""
        known = self.heads.get(path)
        return known[1] if known is not None and known[0] == digest else None


class Site:
    """The sources of one moment, as values. Reading methods raise SourceErrors."""

    def __init__(self, config: SiteConfig, snapshot: Snapshot, heads: Mapping[str, ReleaseHead]) -> None:
        self.config, self.snapshot, self.heads = config, snapshot, heads
        self.release = lru_cache(maxsize=32)(self._release)
        self.text = lru_cache(maxsize=64)(self._text)
        self.table = lru_cache(maxsize=64)(self._table)
        self._refused: dict[tuple[str, str], tuple[Problem, ...]] = {}
        self.catalogues = lru_cache(maxsize=None)(self._catalogues)
        self.style = lru_cache(maxsize=None)(self._style)
        self.wording = lru_cache(maxsize=None)(self._wording)

    def __reduce__(self) -> tuple[type[Site], tuple[SiteConfig, Snapshot, Mapping[str, ReleaseHead]]]:
        return Site, (self.config, self.snapshot.bare(), self.heads)

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
        return parse_labels(self.snapshot.read(LABELS_FILE), self.config.all_tags, self.config.coming)

    @cached_property
    def terms(self) -> Terms:
        """The agreed terms; none at all when the site has no terms.csv."""
        if TERMS_FILE not in self.snapshot:
            return Terms(self.config.tags[0])
        return read_terms(self.snapshot.read(TERMS_FILE), self.config.all_tags)

    @cached_property
    def config_digest(self) -> str:
        """A digest of what the configuration says of pages (not of the levels of problems)."""
        values = asdict(self.config)
        values.pop("levels")
        values.pop("digest")
        values["languages"] = [asdict(self.config.language(tag)) for tag in self.config.tags]
        return digest_of(repr(values))

    def section(self, kind: str, lang: str) -> str:
        """The slug of a kind of publication in a language: made of its name; empty when the kind has no index."""
        if not self.config.kinds[kind].listed:
            return ""
        name = self.labels.names[lang].get(f"kind.{kind}", "")
        return slugify(name)[:_LONGEST_SLUG].strip("-") or self.config.kinds[kind].folder

    def _release(self, release: str) -> Release:
        path = self.release_file(release)
        return parse_release(self.snapshot.read(path), path, release, self.config)

    def _text(self, release: str, lang: str) -> ReleaseText:
        path = self.text_file(release, lang)
        return parse_text(self.snapshot.read(path), path, release, lang)[0]

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
        schema = read_schema(self.snapshot.read(schema_path), schema_path, spec)
        return read_table(spec, self.snapshot.read(path), path, schema, where)

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
        paths = self.template_files(catalogue_name(lang))
        return tuple(catalogue_of(self.snapshot.read(path), path) for path in paths if path in self.snapshot)

    def _style(self, lang: str) -> Style:
        return style_of(self.config.language(lang))

    def _wording(self, lang: str) -> Wording:
        """The words of a language: the site's own lists, and the default ones of those that it does not have."""
        found = Wording()
        for path in reversed(self.template_files(wording_name(lang))):
            if path in self.snapshot:
                own, names = read_wording(self.snapshot.read(path), path)
                found = replace(found, **{name: getattr(own, name) for name in names})
        return found


def catalogue_name(lang: str) -> str:
    """The catalogue of a language, below the templates."""
    return f"locale/{lang.replace('-', '_')}/LC_MESSAGES/messages.po"


def text_path(config: SiteConfig, kind: str, release: str, lang: str) -> str:
    """The path of a release's text in a language."""
    return f"content/{lang}/{config.kinds[kind].folder}/{release}.md"


@dataclass(frozen=True)
class Reading:
    """What reading the site gave: the site, the heads as plain values for the next build's memo, and what is wrong."""

    site: Site
    memo: Memo
    problems: tuple[Problem, ...]


def read_site(config: SiteConfig, snapshot: Snapshot, memo: Memo, mistakes: tuple[Problem, ...] = ()) -> Reading:
    """Read every release's head. A release whose files have mistakes is checked, and never shown.

    `mistakes` are those of the configuration.
    """
    reader = _Heads(config, snapshot, memo)
    heads: dict[str, ReleaseHead] = {}
    expected: set[str] = set()
    for path in sorted(snapshot.digests):
        if found := _RELEASE.match(path):
            head = reader.head(found.group(1), path, expected)
            if head is not None:
                heads[head.id] = head
    reader.orphans(expected)
    reader.lost_records()
    site = Site(config, snapshot, heads)
    problems = [
        *mistakes,
        *snapshot.problems,
        *reader.problems,
        *site.labels.problems,
        *site.terms.problems,
        *reader.coming(),
        *_names(site),
    ]
    return Reading(site, Memo(reader.fresh), tuple(problems))


def _names(site: Site) -> Iterator[Problem]:
    if LABELS_FILE in site.snapshot:
        yield from wrong_names(site.config, site.labels, [head.kind for head in site.heads.values()])


class _Heads:
    """Reads heads, remembers them, and collects problems."""

    def __init__(self, config: SiteConfig, snapshot: Snapshot, memo: Memo) -> None:
        self.config, self.snapshot, self.memo = config, snapshot, memo
        self.fresh: dict[str, tuple[str, Mapping[str, object]]] = {}
        self.problems: list[Problem] = []
        self.broken: set[str] = set()
        self.to_come = dict.fromkeys(config.coming, 0)

    def head(self, release: str, path: str, expected: set[str]) -> ReleaseHead | None:
        if not RELEASE_ID.match(release):
            hint = "use letters, digits and hyphens"
            self.problems.append(
                Problem("bad-path", f'the folder name "{release}" cannot be used', SourceRef(path), hint)
            )
            return None
        try:
            facts = self.facts(release, path)
        except SourceErrors as errors:
            self.problems.extend(errors.problems)
            self.broken.add(release)
            self.texts_of_unknown_kind(release)
            return None
        kind, draft = str(facts["kind"]), bool(facts["draft"])
        texts: dict[str, FrontMatter] = {}
        whole = True
        self.languages_to_come(kind, release, texts, expected)
        for lang in [tag for tag in self.config.tags if tag not in self.config.coming]:
            text = text_path(self.config, kind, release, lang)
            expected.add(text)
            if self.snapshot.refuses(text):
                whole = False
                continue
            if text not in self.snapshot:
                self.missing(release, path, lang, text, draft)
                continue
            before = len(self.problems)
            front = self.front(release, text, lang)
            if front is not None:
                texts[lang] = front
            if len(self.problems) > before:
                whole = False
                if draft:
                    self.problems[before:] = [problem.at_level("warning") for problem in self.problems[before:]]
        if not texts:
            self.broken.add(release)
            self.problems += parse_release(self.snapshot.read(path), path, release, self.config).problems
            return None
        files = facts["files"]
        assert isinstance(files, dict)
        published = datetime.fromisoformat(str(facts["published"])) if whole else UNPUBLISHED
        ordered = {lang: texts[lang] for lang in self.config.tags if lang in texts}
        return ReleaseHead(release, kind, published, draft, ordered, files)

    def languages_to_come(self, kind: str, release: str, texts: dict[str, FrontMatter], expected: set[str]) -> None:
        """The texts in languages in preparation: counted; and where these are shown, read. They hold up no release."""
        for lang in self.config.coming:
            path = text_path(self.config, kind, release, lang)
            expected.add(path)
            self.to_come[lang] += path not in self.snapshot
            if path in self.snapshot and lang in self.config.tags:
                before = len(self.problems)
                front = self.front(release, path, lang)
                self.problems[before:] = [problem.at_level("warning") for problem in self.problems[before:]]
                if front is not None and len(self.problems) == before:
                    texts[lang] = front

    def facts(self, release: str, path: str) -> Mapping[str, object]:
        known = self.memo.get(path, self.snapshot.digest(path))
        if known is not None and known["kind"] in self.config.kinds:
            facts = known
        else:
            facts = read_release_head(self.snapshot.read(path), path, release, self.config)
        self.fresh[path] = (self.snapshot.digest(path), facts)
        return facts

    def front(self, release: str, path: str, lang: str) -> FrontMatter | None:
        """The front matter, with what is wrong in it noted; None when the file cannot be read at all."""
        known = self.memo.get(path, self.snapshot.digest(path))
        if known is None:
            try:
                text, problems = parse_text(self.snapshot.read(path), path, release, lang)
            except SourceErrors as errors:
                self.problems.extend(errors.problems)
                return None
            front = text.front
            if problems:
                self.problems.extend(problems)
                return front
            known = {"title": front.title, "summary": front.summary, "slug": front.slug}
            known |= {"lines": dict(front.lines), "charts": list(front.charts), "cites": front.cites}
        self.fresh[path] = (self.snapshot.digest(path), known)
        lines, charts = known["lines"], known["charts"]
        assert isinstance(lines, dict)
        assert isinstance(charts, list)
        head = (str(known["title"]), str(known["summary"]), str(known["slug"]))
        return FrontMatter(*head, lines, tuple(charts), bool(known["cites"]))

    def missing(self, release: str, path: str, lang: str, text: str, draft: bool) -> None:
        hint = f"write {text}, or set missing-language under [checks] in site.toml"
        problem = Problem("missing-language", f'release "{release}" has no text in "{lang}"', SourceRef(path), hint)
        self.problems.append(problem.at_level("warning") if draft else problem)

    def texts_of_unknown_kind(self, release: str) -> None:
        """The texts of a release whose release.toml is broken are read too, so that all mistakes show at once."""
        for kind in self.config.kinds:
            for lang in self.config.tags:
                path = text_path(self.config, kind, release, lang)
                if path in self.snapshot:
                    self.front(release, path, lang)

    def orphans(self, expected: Iterable[str]) -> None:
        """Texts that no release claims."""
        wanted = set(expected)
        by_name = {path.rsplit("/", 1)[-1]: path for path in sorted(wanted)}
        for path in sorted(self.snapshot.digests):
            name = path.rsplit("/", 1)[-1]
            if not path.startswith("content/") or not name.endswith(".md") or path in wanted:
                continue
            release = name.removesuffix(".md")
            if release in self.broken or self.snapshot.refuses(f"data/{release}/{RELEASE_FILE}"):
                continue
            hint = f"write data/{release}/release.toml, or delete the text"
            lang = path.split("/")[1]
            if lang not in self.config.all_tags:
                hint = f'"{lang}" is not among the languages of site.toml'
            elif name in by_name:
                hint = f"its release is read from {by_name[name]}: move the file there"
            found = Problem("orphan-text", "this text belongs to no release", SourceRef(path), hint)
            self.problems.append(found.at_level("warning") if lang in self.config.coming else found)

    def coming(self) -> Iterator[Problem]:
        """How many texts a language in preparation lacks: one line for all."""
        for lang, number in self.to_come.items():
            if number:
                texts = "1 text is" if number == 1 else f"{number} texts are"
                message = f'in preparation, "{lang}": {texts} to come'
                hint = f"communique translate status --lang {lang} names them"
                yield Problem("language-coming", message, SourceRef(CONFIG_FILE), hint, level="hint")

    def lost_records(self) -> None:
        """Records of origins beside which no translation stands."""
        for path in sorted(self.snapshot.digests):
            if not path.startswith("content/") or not path.endswith(SUFFIX):
                continue
            text = path.removesuffix(SUFFIX) + ".md"
            message, hint = "this record belongs to no translation", f"delete it, or put back {text}"
            if path.split("/")[1] == self.config.tags[0]:
                message, hint = "this record stands beside a text of the source language", "delete it"
            elif text in self.snapshot or self.snapshot.refuses(text):
                continue
            self.problems.append(Problem("orphan-text", message, SourceRef(path), hint, "warning"))
