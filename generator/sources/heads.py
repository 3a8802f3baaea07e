"""Every release's head, read from its release.toml and its texts, or known from an earlier build; and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..config import CONFIG_FILE, SiteConfig
from ..definitions import UNPUBLISHED, Announcement, FrontMatter, ReleaseHead
from ..errors import Problem, SourceErrors, SourceRef
from . import announcements
from .amendments import from_plain
from .files import Snapshot
from .origins import SUFFIX
from .releases import RELEASE_FILE, parse_release, read_release_head
from .texts import parse_text

RELEASE_ID = re.compile(r"^(?=.{1,100}$)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$")


@dataclass(frozen=True)
class Memo:
    """What was read of a file's head, by the digest of the file: path → (digest, plain values)."""

    heads: Mapping[str, tuple[str, Mapping[str, object]]] = field(default_factory=dict)

    def get(self, path: str, digest: str) -> Mapping[str, object] | None:
        """The values, if the file is still the same."""
        known = self.heads.get(path)
        return known[1] if known is not None and known[0] == digest else None


def text_path(config: SiteConfig, kind: str, release: str, lang: str) -> str:
    """The path of a release's text in a language."""
    return f"content/{lang}/{config.kinds[kind].folder}/{release}.md"


class Heads:
    """Reads heads, remembers them, and collects problems."""

    def __init__(self, config: SiteConfig, snapshot: Snapshot, memo: Memo) -> None:
        self.config, self.snapshot, self.memo = config, snapshot, memo
        self.fresh: dict[str, tuple[str, Mapping[str, object]]] = {}
        self.problems: list[Problem] = []
        self.broken: set[str] = set()
        self.announced: dict[str, Announcement] = {}
        self.to_come = dict.fromkeys(config.coming, 0)

    def head(self, release: str, path: str, expected: set[str]) -> ReleaseHead | None:
        """A release, when it has a text that can be read; the paths of all its texts are added to `expected`."""
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
        kind, draft, edition = str(facts["kind"]), bool(facts["draft"]), facts["edition"]
        announced = announcements.from_plain(facts["announced"])
        if announced is not None and edition is None:
            self.announced[release] = announced
        if draft and announced is not None and not self.begun(release, kind):
            self.broken.add(release)
            self.problems += self.mistakes(release, path)
            return None
        texts: dict[str, FrontMatter] = {}
        whole = self.read_texts(release, path, facts, texts, expected)
        if not texts:
            self.broken.add(release)
            self.problems += self.mistakes(release, path)
            return None
        files = facts["files"]
        assert isinstance(files, dict)
        published = datetime.fromisoformat(str(facts["published"])) if whole else UNPUBLISHED
        ordered = {lang: texts[lang] for lang in self.config.tags if lang in texts}
        since = from_plain(facts)
        return ReleaseHead(
            *(release, kind, published, draft, ordered, files),
            *(since.corrections, since.withdrawal, since.edition, since.revises),
            announced=announced if edition is not None else None,
        )

    def read_texts(
        self,
        release: str,
        path: str,
        facts: Mapping[str, object],
        texts: dict[str, FrontMatter],
        expected: set[str],
    ) -> bool:
        """Fill `texts` with the front matter of each language; whether nothing is wrong in any of them."""
        kind, draft, frozen = str(facts["kind"]), bool(facts["draft"]), facts["edition"] is not None
        whole = True
        self.languages_to_come(kind, release, texts, expected, counts=not frozen)
        for lang in [tag for tag in self.config.tags if tag not in self.config.coming]:
            text = text_path(self.config, kind, release, lang)
            expected.add(text)
            if text in self.snapshot or self.snapshot.refuses(text):
                whole &= self.read_text(release, text, lang, texts, draft=draft)
            elif not frozen:  # an earlier edition has the languages that it had
                self.missing(release, path, lang, text, draft)
        return whole

    def read_text(self, release: str, path: str, lang: str, texts: dict[str, FrontMatter], *, draft: bool) -> bool:
        """Add the front matter of a text to `texts`, and say whether nothing is wrong in it."""
        if self.snapshot.refuses(path):
            return False
        before = len(self.problems)
        front = self.front(release, path, lang)
        if front is not None:
            texts[lang] = front
        sound = len(self.problems) == before
        if draft:
            self.problems[before:] = [problem.at_level("warning") for problem in self.problems[before:]]
        return sound

    def languages_to_come(
        self, kind: str, release: str, texts: dict[str, FrontMatter], expected: set[str], *, counts: bool
    ) -> None:
        """The texts in languages in preparation: counted; and where these are shown, read. They hold up no release."""
        for lang in self.config.coming:
            path = text_path(self.config, kind, release, lang)
            expected.add(path)
            self.to_come[lang] += counts and path not in self.snapshot
            if path in self.snapshot and lang in self.config.tags:
                before = len(self.problems)
                front = self.front(release, path, lang)
                self.problems[before:] = [problem.at_level("warning") for problem in self.problems[before:]]
                if front is not None and len(self.problems) == before:
                    texts[lang] = front

    def begun(self, release: str, kind: str) -> bool:
        """Whether a release has a text in any language: one that is announced need not."""
        paths = (text_path(self.config, kind, release, lang) for lang in self.config.all_tags)
        return any(path in self.snapshot or self.snapshot.refuses(path) for path in paths)

    def mistakes(self, release: str, path: str) -> tuple[Problem, ...]:
        """Everything that is wrong in the release.toml of a release without texts, which nobody audits."""
        return parse_release(self.snapshot.read(path), path, release, self.config).problems

    def facts(self, release: str, path: str) -> Mapping[str, object]:
        """What the head of release.toml says. Raises SourceErrors."""
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
            known |= {
                "lines": dict(front.lines),
                "charts": list(front.charts),
                "cites": front.cites,
                "former": list(front.former),
            }
        self.fresh[path] = (self.snapshot.digest(path), known)
        lines, charts, former = known["lines"], known["charts"], known["former"]
        assert isinstance(lines, dict)
        assert isinstance(charts, list)
        assert isinstance(former, list)
        head = (str(known["title"]), str(known["summary"]), str(known["slug"]))
        return FrontMatter(*head, lines, tuple(charts), bool(known["cites"]), tuple(former))

    def missing(self, release: str, path: str, lang: str, text: str, draft: bool) -> None:
        """Note that a release has no text in a language."""
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
