"""The texts and records of a site → how far each translation is, as values, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from ..definitions import ReleaseText
from ..errors import Problem, SourceErrors, UsageError, did_you_mean, in_order
from ..facts.staleness import Pair, State, pair
from ..facts.translations import NAMES, beginning, other_source
from ..facts.word_diff import PLAIN, Change, as_text, shortened, word_diff
from ..sources.origins import Origins, plain_space
from ..sources.passages import Passage
from ..sources.site import Reading, Site

STATES: tuple[State, ...] = get_args(State)

#: How people call the states.
WORDS: Mapping[State, str] = MappingProxyType(
    {
        "done": "done",
        "outdated": "out of date",
        "missing": "missing",
        "extra": "extra",
        "unrecorded": "not recorded",
    }
)


@dataclass(frozen=True)
class Translation:
    """A release in a language that is not the source: its blocks with their states.

    `text` is None where the release has no text in the language; `record` None where its text has no record.
    """

    release: str
    lang: str
    draft: bool
    path: str
    source: ReleaseText
    text: ReleaseText | None
    record: Origins | None
    pairs: tuple[Pair, ...]

    @property
    def counts(self) -> Mapping[State, int]:
        """How many blocks are in each state."""
        found = Counter(one.state for one in self.pairs)
        return {state: found[state] for state in STATES}

    @property
    def done(self) -> bool:
        """Whether nothing is to do."""
        return all(one.state == "done" for one in self.pairs)


@dataclass(frozen=True)
class Status:
    """The translations that somebody asked for, and what is wrong in their files."""

    translations: tuple[Translation, ...]
    problems: tuple[Problem, ...]

    @property
    def done(self) -> bool:
        """Whether nothing is to do."""
        return not self.problems and all(one.done for one in self.translations)


def status_of(reading: Reading, releases: Sequence[str] = (), lang: str = "") -> Status:
    """The translations of some releases (all, when none is named), into a language (all, when empty). Raises
    UsageError when there is no such release or language."""
    site = reading.site
    source, *others = site.config.tags
    if lang == source:
        raise UsageError(f'"{lang}" is the source of this site: its texts are not translated')
    if lang and lang not in others:
        raise UsageError(f'this site has no language "{lang}"; {did_you_mean(lang, others)}')
    offered = sorted(name for name, head in site.heads.items() if head.edition is None)  # others stay as they are
    chosen = dict.fromkeys(releases or offered)
    broken = _broken(reading)
    for release in chosen:
        if release not in site.heads and release not in broken:
            raise UsageError(f'there is no release "{release}"; {did_you_mean(release, site.heads)}')
    found: list[Translation] = []
    problems = [problem for one, told in broken.items() if one in chosen or not releases for problem in told]
    for release in chosen:
        for tag in [lang] if lang else others:
            try:
                found += _translation(site, release, tag, problems)
            except SourceErrors as errors:
                problems += errors.problems
    return Status(tuple(found), in_order(problems))


def _broken(reading: Reading) -> dict[str, list[Problem]]:
    """What keeps a release or its texts from being read, by release."""
    found: dict[str, list[Problem]] = {}
    for problem in reading.problems:
        folder, name = problem.where.path.rpartition("/")[::2]
        if problem.code in ("missing-language", "orphan-text"):
            continue
        if folder.startswith("content/"):
            found.setdefault(name.rpartition(".")[0], []).append(problem)
        elif name == "release.toml":
            found.setdefault(folder.rpartition("/")[2], []).append(problem)
    return found


def _translation(site: Site, release: str, lang: str, problems: list[Problem]) -> Iterator[Translation]:
    """A release in a language; nothing, where its source or its text cannot be read whole."""
    head = site.heads.get(release)
    source = site.config.tags[0]
    if head is None or source not in head.texts:
        return
    paths = {tag: site.text_file(release, tag) for tag in (source, lang)}
    if any(problem.where.path in paths.values() for problem in problems):
        return
    text = site.text(release, lang) if lang in head.texts else None
    record = site.origins(release, lang) if text is not None else None
    if record is not None and record.source != source:
        problems.append(other_source(paths[lang], record.source, source))
        return
    here = site.text(release, source)
    yield Translation(release, lang, head.draft, paths[lang], here, text, record, pair(here, text, record))


# ---------------------------------------------------------------- as text


def translation_text(one: Translation, marks: Mapping[Change, tuple[str, str]] = PLAIN) -> str:
    """A translation for people: a line with the counts, then each block that is to do."""
    name = f"{one.release} → {one.lang}" + (" (draft)" if one.draft else "")
    if one.text is None:
        return f"{name}: no text; write {one.path} ({len(one.pairs)} blocks)"
    counts = ", ".join(f"{number} {WORDS[state]}" for state, number in one.counts.items() if number)
    lines = [f"{name}: {counts}"]
    for block in one.pairs:
        if block.state != "done" and (one.record is not None or block.state != "unrecorded"):
            lines += _block_lines(one, block, marks)
    if one.record is None:
        lines.append(f"    no record: when the translation is right, communique translate accept {one.release}")
    return "\n".join(lines)


def _block_lines(one: Translation, block: Pair, marks: Mapping[Change, tuple[str, str]]) -> Iterator[str]:
    passage = block.target or block.source
    assert passage is not None
    place = " ← ".join(places(one, block))
    yield f"    {WORDS[block.state]}: {NAMES[passage.kind]}, {place}"
    if block.state == "outdated" and block.source is not None:
        yield f"        {changes(block, marks)}"
    else:
        yield f"        {beginning(passage)}"


def accepted_text(one: Translation, blocks: Sequence[Pair], path: str) -> str:
    """What was accepted of a translation; `path` is the record that was written, empty when it stays as it was."""
    name = f"{one.release} → {one.lang}"
    if not path:
        return f"{name}: nothing to accept; the record is as it was"
    if not blocks:
        return f"{name}: edited blocks are known again → {path}"
    lines = [f"{name}: {len(blocks)} {'block' if len(blocks) == 1 else 'blocks'} accepted → {path}"]
    for block in blocks:
        if block.state == "unrecorded":
            continue
        passage = block.target or block.source
        assert passage is not None
        meant = {"missing": "without a translation, on purpose", "extra": "in the translation alone, on purpose"}
        words = meant.get(block.state, WORDS[block.state])
        lines.append(f"    {' ← '.join(places(one, block))}: {NAMES[passage.kind]}, {words}: {beginning(passage)}")
    return "\n".join(lines)


def places(one: Translation, block: Pair) -> list[str]:
    """Where a block stands, in the translation and in the source."""
    path = one.source.path
    found = [f"{one.path}:{block.target.line}"] if block.target is not None else []
    return [*found, f"{path}:{block.source.line}"] if block.source is not None else found


def changes(block: Pair, marks: Mapping[Change, tuple[str, str]] = PLAIN) -> str:
    """What changed in the source of a block that is out of date."""
    now = plain_space(block.source.text) if block.source is not None else ""
    return as_text(shortened(word_diff(block.before, now)), marks)


def summary_text(status: Status) -> str:
    """One line for all translations."""
    total = Counter[State]()
    for one in status.translations:
        total.update(one.counts)
    counts = ", ".join(f"{total[state]} {WORDS[state]}" for state in STATES if total[state] or state == "done")
    number = len(status.translations)
    return f"{number} {'translation' if number == 1 else 'translations'}: {counts}"


# ---------------------------------------------------------------- as JSON


def translation_object(one: Translation) -> dict[str, object]:
    """A translation as plain values, for JSON."""
    return {
        "release": one.release,
        "lang": one.lang,
        "draft": one.draft,
        "path": one.path,
        "source_path": one.source.path,
        "text": one.text is not None,
        "record": one.record is not None,
        "counts": dict(one.counts),
        "blocks": [block_object(block) for block in one.pairs if block.state != "done"],
    }


def block_object(block: Pair) -> dict[str, object]:
    """A block as plain values, for JSON."""
    passage = block.target or block.source
    assert passage is not None
    found: dict[str, object] = {"state": block.state, "kind": passage.kind}
    found |= {"source": _passage(block.source), "target": _passage(block.target)}
    if block.state == "outdated":
        found |= {"before": block.before, "diff": changes(block)}
    return found


def _passage(passage: Passage | None) -> dict[str, object] | None:
    return None if passage is None else {"line": passage.line, "text": passage.text}
