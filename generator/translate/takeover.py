"""XLIFF files that a translator gives back → the content files and records that they make, or everything that is wrong.

Nothing is written here. A block of a file is known by its id; where the source has changed since the export, by the
text that it had then, so that what was translated is not lost, and shows as out of date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property
from types import MappingProxyType

from ..errors import Problem, SourceRef, did_you_mean, in_order
from ..facts.staleness import accept
from ..sources.origins import Origin, Origins, block_digest, origins_path, plain_space, write_origins
from ..sources.passages import Passage, passages
from ..sources.site import Site
from ..sources.texts import parse_text
from ..urls import RESERVED, slugify
from .exchange import Bitext, FigureTexts, bitext
from .inline import Code, Parts, codes_of, parts_of, text_of
from .rewrite import Draft, Rewritten, misread, new_file, rewrite
from .segments import PLAIN, Segment, stem_of
from .validate import as_written, assembled, inside, translated
from .xliff_reader import ReadFile, ReadUnit

#: What became of the units of the files, in the order in which it is told.
OUTCOMES = ("taken", "accepted", "review", "unchanged", "untranslated", "left")
_ACCEPTED = frozenset({"translated", "signed-off", "final"})
_NOT_YET = frozenset({"new", "needs-translation"})
_ALIKE = 0.6
_LONGEST_SLUG = 100
_AGAIN = "export the release again, and translate it there"


@dataclass(frozen=True)
class Takeover:
    """The files to write, what became of the units, and what is wrong: with an error, no file is to be written."""

    files: Mapping[str, bytes]
    outcomes: Mapping[str, int]
    problems: tuple[Problem, ...]

    @property
    def broken(self) -> bool:
        """Whether anything is an error."""
        return any(problem.level == "error" for problem in self.problems)


def take_over(site: Site, files: Sequence[ReadFile]) -> Takeover:
    """Everything that the files say, all at once. Raises SourceErrors when a text of the site cannot be read."""
    problems: list[Problem] = []
    grouped: dict[tuple[str, str], list[ReadFile]] = {}
    for file in files:
        key = _named(site, file, problems)
        if key is not None:
            grouped.setdefault(key, []).append(file)
    made: dict[str, bytes] = {}
    outcomes: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
    for (release, lang), found in grouped.items():
        work = _Work(site, bitext(site, release, lang), problems=problems)
        for file in found:
            work.read(file)
        made |= work.finish()
        outcomes.update(work.outcomes)
    broken = any(problem.level == "error" for problem in problems)
    return Takeover(MappingProxyType({} if broken else made), outcomes, in_order(problems))


def _named(site: Site, file: ReadFile, problems: list[Problem]) -> tuple[str, str] | None:
    """The release and the language that a file is of."""
    source = site.config.tags[0]
    known = {site.text_file(release, source): release for release in site.heads}
    where = SourceRef(file.path, file.line)
    tags = {tag.lower().replace("_", "-"): tag for tag in site.config.tags}
    lang = tags.get(file.target.lower().replace("_", "-"), "")
    if file.original not in known:
        nearest = did_you_mean(file.original, known)
        message = f'the site has no text "{file.original}"'
        problems.append(
            Problem("bad-xliff", message, where, f"is it of another site, or is the release gone? {nearest}")
        )
        return None
    if tags.get(file.source.lower().replace("_", "-")) != source:
        message = f'the file translates from "{file.source}", but the language of the source is "{source}"'
        problems.append(Problem("bad-xliff", message, where, _AGAIN))
        return None
    if lang in ("", source):
        message = f'the file translates to "{file.target}"'
        hint = "the site can be translated to: " + ", ".join(site.config.tags[1:])
        problems.append(Problem("bad-xliff", message, where, hint))
        return None
    return known[file.original], lang


@dataclass(frozen=True)
class _New:
    """A new text for a block. `made_from` is the text of the source that it translates; `review` says that the
    translator is not done with it."""

    segment: Segment
    text: str
    made_from: str
    where: SourceRef
    unit: str
    review: bool = False


@dataclass
class _Work:
    """The units of one release and language."""

    site: Site
    one: Bitext
    problems: list[Problem]
    outcomes: Counter[str] = field(default_factory=Counter)
    new: dict[Passage, _New] = field(default_factory=dict)
    accepted: dict[Passage, str] = field(default_factory=dict)
    seen: dict[str, tuple[str, SourceRef]] = field(default_factory=dict)
    where: SourceRef = field(default_factory=lambda: SourceRef(""))

    @cached_property
    def by_id(self) -> Mapping[str, Segment]:
        return {segment.id: segment for segment in self.one.segments}

    def wrong(self, unit: ReadUnit | None, message: str, hint: str, level: str = "error") -> None:
        where = SourceRef(self.where.path, unit.line if unit else self.where.line)
        shown = f'unit "{unit.id}": {message}' if unit else message
        problem = Problem("bad-xliff" if unit is None else "xliff-unit", shown, where, hint)
        self.problems.append(problem if level == "error" else problem.at_level("warning"))

    # -- units

    def read(self, file: ReadFile) -> None:
        """Take all units of a file."""
        self.where = SourceRef(file.path, file.line)
        present = {unit.id for unit in file.units}
        waiting = [segment for segment in self.one.segments if segment.id not in present]
        for unit in file.units:
            outcome = self._unit(unit, waiting)
            if outcome:
                self.outcomes[outcome] += 1

    def _unit(self, unit: ReadUnit, waiting: list[Segment]) -> str:
        """What becomes of a unit; nothing when it is wrong, or stands in an earlier file as well."""
        said = "" if unit.target is None else inside(unit.target)
        if unit.id in self.seen:
            if self.seen[unit.id][0] != said:
                self.wrong(unit, f"{self.seen[unit.id][1].path} has another translation of it", "import one of them")
            return ""
        self.seen[unit.id] = (said, self.where)
        found = self._segment(unit, waiting)
        if found is None:
            if unit.target is None or not said or unit.state in _NOT_YET:
                return "untranslated"
            self.wrong(unit, "the source no longer has this block", _AGAIN, "warning")
            return "left"
        segment, source = found
        model = self._model(segment, source)
        if unit.target is None or not said:
            return "untranslated"
        present = self.one.present(segment)
        own = codes_of(present) if present is not None else ()
        parts = assembled(unit.target, (*model, *own))
        if parts is not None and present is not None and as_written(parts) == text_of(present):
            return self._same(unit, segment, source)
        return self._changed(unit, segment, source, model, parts)

    def _segment(self, unit: ReadUnit, waiting: list[Segment]) -> tuple[Segment, Parts] | None:
        """The block of the source that a unit is of, and the text of the source that was translated."""
        if unit.id in self.by_id:
            segment = self.by_id[unit.id]
            return segment, segment.parts
        text = inside(unit.source)
        kind = unit.id.partition("-")[0]
        if stem_of(kind, text) != unit.id.rpartition("-")[0]:
            return None
        best = max(waiting, key=lambda segment: self._likeness(segment, kind, text), default=None)
        if best is None or self._likeness(best, kind, text) < _ALIKE:
            return None
        parts = parts_of(text, kind in PLAIN)
        if not {code.code for code in codes_of(parts)} <= self._known_codes:
            return None
        waiting.remove(best)
        return best, parts

    def _likeness(self, segment: Segment, kind: str, text: str) -> float:
        """How much a block of the source is like an earlier one."""
        if segment.passage.kind != kind:
            return 0.0
        if kind in PLAIN or plain_space(self.one.pair_of[segment.passage].before) == plain_space(text):
            return 2.0
        return SequenceMatcher(None, segment.text.split(), text.split(), autojunk=False).ratio()

    @cached_property
    def _known_codes(self) -> frozenset[str]:
        """Every code of both texts: no other reaches a content file."""
        found = {code.code for segment in self.one.segments for code in codes_of(segment.parts)}
        for segment in self.one.segments:
            found |= {code.code for code in codes_of(self.one.present(segment) or ())}
        return frozenset(found)

    def _model(self, segment: Segment, source: Parts) -> tuple[Code, ...]:
        """The codes that a translation must have: those of the source; an address that the present translation has in
        the place of one stays."""
        own = {(code.form, code.id): code for code in codes_of(self.one.present(segment) or ())}
        if source is not segment.parts:
            return codes_of(source)
        return tuple(own.get((code.form, code.id), code) for code in codes_of(source))

    def _same(self, unit: ReadUnit, segment: Segment, source: Parts) -> str:
        """A translation that is as it was: it may be accepted as one of the present source."""
        found = self.one.pair_of[segment.passage]
        before = plain_space(text_of(source))
        if (
            found.state in ("outdated", "unrecorded")
            and unit.state in _ACCEPTED
            and before != plain_space(found.before)
        ):
            self.accepted[segment.passage] = before
            return "accepted"
        return "unchanged"

    def _changed(
        self, unit: ReadUnit, segment: Segment, source: Parts, model: Sequence[Code], parts: Parts | None
    ) -> str:
        assert unit.target is not None
        present = self.one.pair_of[segment.passage].target
        if unit.state in _NOT_YET:
            return "untranslated"
        if unit.made and parts is not None and block_digest(as_written(parts)) == unit.made:
            return "unchanged"  # by the translator: the content file is newer
        if unit.made and (present is None or block_digest(present.text) != unit.made):
            hint = "compare the two, and correct the content file by hand; or export the release again"
            self.wrong(unit, "its translation was changed in the content file, too", hint, "warning")
            return "left"
        text, wrong = translated(unit.target, model, segment.passage.kind)
        for one in wrong:
            self.wrong(unit, one.message, one.hint)
        for name in unit.odd:
            self.wrong(unit, f"it holds the element <{name}>, which belongs to no text", "delete it")
        if wrong or unit.odd:
            return ""
        review = unit.state.startswith("needs-")
        where = SourceRef(self.where.path, unit.line)
        made_from = plain_space(text_of(source))
        self.new[segment.passage] = _New(segment, text, made_from, where, unit.id, review)
        return "review" if review else "taken"

    # -- files

    def finish(self) -> dict[str, bytes]:
        """The content file and the record, where they change."""
        if not self.new and not self.accepted:
            return {}
        written: dict[str, bytes] = {}
        if self.new and not any(problem.level == "error" for problem in self.problems):
            data = self._text()
            if data is None:
                return {}
            written[self.one.path] = data
        written[origins_path(self.one.path)] = write_origins(self._record())
        return written

    def _text(self) -> bytes | None:
        """The new bytes of the content file; None when a block would not be what it is."""
        one = self.one
        data = self._created() if one.target is None else self.site.snapshot.read(one.path)
        if data is None:
            return None
        target = one.target or parse_text(data, one.path, one.release, one.lang)[0]
        made = rewrite(target, data, self._draft(created=one.target is None))
        keys = misread(made, one.path)
        for key in keys:
            self._blame(key)
        self._tell_homeless(made)
        return None if keys else made.data

    def _created(self) -> bytes | None:
        """A content file with nothing but its head."""
        head = {new.segment.passage.kind: new.text for new in self.new.values()}
        if not {"title", "summary"} <= head.keys():
            hint = "translate title and summary, too"
            message = f"there is no {self.one.path} yet, and the file does not translate both title and summary"
            self.wrong(None, message, hint)
            return None
        slug = self._slug(head["title"])
        return new_file(self.site.snapshot.read(self.one.source.path), head["title"], head["summary"], slug)

    def _slug(self, title: str) -> str:
        """A slug made of the title, unlike those of other releases."""
        figures = FigureTexts(self.site, self.one.release, self.one.lang)
        shown = ""
        for part in parts_of(title, plain=True):
            if isinstance(part, Code):
                figures.take(part.code)
                part = figures.printed.get(part.code, "")
            shown += part
        slug = slugify(shown)
        if len(slug) > _LONGEST_SLUG:
            slug = slug[: _LONGEST_SLUG + 1].rpartition("-")[0].strip("-")
        heads = [head for name, head in self.site.heads.items() if name != self.one.release]
        taken = {head.texts[self.one.lang].slug for head in heads if self.one.lang in head.texts}
        if not slug or slug in RESERVED or slug in taken:
            slug = f"{slug[:60]}-{slugify(self.one.release)}"[:_LONGEST_SLUG].strip("-")
        return slug

    def _draft(self, created: bool) -> Draft:
        every = passages(self.one.source)
        edits: dict[Passage, str] = {}
        added: dict[int, str] = {}
        partners: dict[int, Passage] = {}
        for number, passage in enumerate(every):
            found = self.one.pair_of.get(passage)
            if found is not None and found.target is not None:
                partners[number] = found.target
            if passage in self.new and found is not None and found.target is not None:
                edits[found.target] = self.new[passage].text
            elif passage in self.new and not (created and passage.kind in PLAIN):
                added[number] = self.new[passage].text
        return Draft(self.one.source, edits, added, partners, copies=created)

    def _blame(self, key: Passage | int | None) -> None:
        """Say which unit makes the new file read otherwise than it was meant."""
        every = passages(self.one.source)
        for passage, new in self.new.items():
            target = self.one.pair_of[passage].target
            if key in (None, target) or (isinstance(key, int) and every[key] == passage):
                message = f'unit "{new.unit}": this would be read as something else than one {passage.kind}'
                hint = "let it begin with a word, and leave signs such as # - > / to the source"
                self.problems.append(Problem("xliff-unit", message, new.where, hint))
                return

    def _tell_homeless(self, made: Rewritten) -> None:
        """Blocks of a box whose title is not translated stay in the XLIFF for now."""
        every = passages(self.one.source)
        for number in made.homeless:
            new = self.new.pop(every[number])
            self.outcomes["review" if new.review else "taken"] -= 1
            self.outcomes["left"] += 1
            message = f'unit "{new.unit}": the title of the box that holds it is not translated'
            hint = "translate the title of the box, and import the file again"
            self.problems.append(Problem("xliff-unit", message, new.where, hint, level="warning"))

    def _record(self) -> Origins:
        """The record after the import: what was taken over is of the source text that the XLIFF has."""
        found: list[Origin] = []
        source = self.one.source.lang
        for one in self.one.pairs:
            passage = one.source
            kept = accept([one], source, lambda _pair: False).origins
            new = self.new.get(passage) if passage is not None else None
            if passage is None or (new is None and passage not in self.accepted):
                found += kept
            elif new is None:
                assert one.target is not None
                found.append(Origin(passage.kind, self.accepted[passage], block_digest(one.target.text)))
            elif not new.review:
                found.append(Origin(passage.kind, new.made_from, block_digest(new.text)))
            else:
                found += [replace(origin, target=block_digest(new.text)) for origin in kept]
        return Origins(source, tuple(found))
