"""`/_side-by-side/<release>/<language>`: a text and its translation, block beside block, with what differs marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from ..errors import Problem, did_you_mean
from ..facts.staleness import Pair
from ..facts.translations import NAMES
from ..facts.word_diff import Change, shortened, word_diff
from ..sources.origins import plain_space
from ..sources.passages import Passage
from ..sources.site import Site
from ..translate.status import STATES, WORDS, Translation
from .inline import Writer, marks
from .naming import lang_of, language, page_address, title_html, words_of
from .own import (
    STATUS,
    OwnPage,
    counted,
    current,
    place_link,
    problem_item,
    side_address,
    source_address,
    sources_of,
    unread,
)
from .session import State
from .todo import translation

#: Problems that the states of blocks, and their marks, show.
_SHOWN_BESIDE = ("translation-", "language-difference")
_CHANGES: Mapping[Change, tuple[str, str]] = MappingProxyType(
    {
        "same": ("", ""),
        "deleted": ('<del><span class="said">deleted: </span>', "</del>"),
        "inserted": ('<ins><span class="said">inserted: </span>', "</ins>"),
    }
)


def side_by_side_page(state: State, rest: str) -> OwnPage | None:
    """The page at what follows `_side-by-side/`: a release, and a language (else the first translation)."""
    site = sources_of(state)
    if site is None:
        return unread(state)
    release, _, lang = rest.strip("/").partition("/")
    source, *others = site.config.tags
    if not others:
        return _refusal("This site has one language", "There is nothing to stand beside it.", 404)
    if release not in site.heads:
        return _unknown(state, site, release)
    lang = lang or others[0]
    if lang not in others:
        shown = did_you_mean(lang, others)
        said = "is the source, which stands on the left" if lang == source else "is no language of this site"
        return _refusal("There is no such translation", f"“{lang[:100]}” {said}; {shown}", 404)
    made = translation(site, release, lang)
    if made is None:
        return _unreadable(state, site, release, lang)
    return OwnPage(f"{release}: {source}, {lang}", _Sheet(state, site, made).html(), wide=True)


def _refusal(title: str, text: str, status: int) -> OwnPage:
    html = f'<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>\n<p><a href="/{STATUS}">All releases</a></p>'
    return OwnPage(title, html, status)


def _unknown(state: State, site: Site, release: str) -> OwnPage:
    path = site.release_file(release)
    found = [problem for problem in state.problems if problem.where.path == path]
    if path in site.snapshot or found:
        items = "".join(map(problem_item, found))
        html = f'<h1>“{escape(release)}” cannot be read yet</h1>\n<ol class="findings">{items}</ol>'
        return OwnPage(f"{release}: cannot be read yet", html)
    hint = did_you_mean(release, site.heads)
    return _refusal("There is no such release", f"This site has no release “{release[:100]}”; {hint}", 404)


def _unreadable(state: State, site: Site, release: str, lang: str) -> OwnPage:
    """The page of a release whose source text is missing, or one of whose texts or records cannot be read."""
    paths = [site.text_file(release, tag) for tag in (site.config.tags[0], lang)]
    paths += [site.release_file(release), paths[1].removesuffix(".md") + ".origins"]
    items = "".join(problem_item(problem) for problem in state.problems if problem.where.path in paths)
    html = f"<h1>The texts of {escape(release)} cannot be compared yet</h1>\n"
    return OwnPage(f"{release}: not to be compared yet", f'{html}<ol class="findings">{items}</ol>')


@dataclass(frozen=True)
class _Side:
    """A text on its way to the page: how it is written, where it stands, and what was found in it, block by block."""

    name: str
    path: str
    lang: str
    attributes: str
    writer: Writer
    findings: Mapping[int, Sequence[Problem]]


class _Sheet:
    """The page of one translation."""

    def __init__(self, state: State, site: Site, made: Translation) -> None:
        self.state, self.site, self.made = state, site, made
        self.source = site.config.tags[0]
        self.words = words_of(site)
        self.left = self._side(self.source, made.source.path, [pair.source for pair in made.pairs])
        self.right = self._side(made.lang, made.path, [pair.target for pair in made.pairs])

    def _side(self, lang: str, path: str, blocks: Sequence[Passage | None]) -> _Side:
        found = [problem for problem in self.state.problems if problem.where.path == path]
        found = [problem for problem in found if not problem.code.startswith(_SHOWN_BESIDE)]
        words = self.words[lang]
        writer = Writer(words, self.made.release)
        findings = _by_block(found, sorted(block.line for block in blocks if block is not None))
        return _Side(words.style.autonym, path, lang, lang_of(words), writer, findings)

    def html(self) -> str:
        """The whole of `<main>`."""
        left, right = (escape(language(self.words[tag])) for tag in (self.source, self.made.lang))
        rows = "\n".join(self._row(number, pair) for number, pair in enumerate(self.made.pairs, 1))
        return "\n".join(
            filter(
                None,
                (
                    self._head(),
                    self._languages(),
                    self._summary(),
                    '<h2 class="said">Blocks</h2>\n<p class="choice"><label><input type="checkbox" id="names" checked> '
                    "Show the names of figures, claims and links</label></p>",
                    f'<div class="sides" aria-hidden="true"><span>{left} (source)</span><span>{right}</span></div>',
                    f'<ol class="pairs">\n{rows}\n</ol>',
                ),
            )
        )

    # -- above the blocks

    def _head(self) -> str:
        made, head = self.made, self.site.heads[self.made.release]
        words = self.words[self.source]
        title = title_html(words, made.release, made.source.front.title)
        pages = [
            f'<a href="{escape(address)}">The page in {escape(self.words[tag].style.autonym)}</a>'
            for tag in (self.source, made.lang)
            if (address := page_address(self.state, self.site, head, tag))
        ]
        facts = " · ".join([f"<code>{escape(made.release)}</code>", escape(head.kind), *pages])
        return f'<h1 {lang_of(words)}>{title}</h1>\n<p class="facts">{facts}</p>'

    def _languages(self) -> str:
        """The translations that there may be, when there are several."""
        others = self.site.config.tags[1:]
        if len(others) == 1:
            return ""
        items = "".join(
            f'<li><a href="{escape(side_address(self.made.release, tag))}"'
            f"{current(tag == self.made.lang)}>{escape(language(self.words[tag]))}</a></li>"
            for tag in others
        )
        return f'<nav class="filters" aria-label="Translations"><ul>{items}</ul></nav>'

    def _summary(self) -> str:
        """How far the translation is, with the ways to what is to do."""
        made = self.made
        if made.text is None:
            path = f"<code>{escape(made.path)}</code>"
            return f'<p class="lead">There is no text in {escape(self.right.name)} yet: write {path}.</p>'
        if made.done:
            return f'<p class="lead">All {counted(len(made.pairs), "block is", "blocks are")} done.</p>'
        said = []
        for state in STATES:
            numbers = [number for number, pair in enumerate(made.pairs, 1) if pair.state == state]
            if numbers:
                links = ""
                if state != "done" and (state != "unrecorded" or made.record is not None):
                    links = ": " + " ".join(f'<a href="#block-{number}">{number}</a>' for number in numbers[:40])
                said.append(f'<li class="{state}"><b>{len(numbers)}</b> {WORDS[state]}{links}</li>')
        html = f'<ul class="tally">{"".join(said)}</ul>'
        if made.record is None:
            html += (
                '<p class="facts">Nobody has recorded yet from what this translation was made. When it is right: '
                f"{_command(made)}</p>"
            )
        return html

    # -- a block

    def _row(self, number: int, pair: Pair) -> str:
        passage = pair.source or pair.target
        assert passage is not None
        here, there = marks(pair.source), marks(pair.target)
        paired = pair.source is not None and pair.target is not None
        known = pair.state != "unrecorded" or self.made.record is not None
        name = NAMES[passage.kind] + (f" {passage.level}" if passage.level else "")
        name = f"{name} {passage.name}" if passage.name else name
        about = (
            f'<div class="about"><a class="number" href="#block-{number}" aria-label="Block {number}">{number}</a> '
            f'<span class="kind">{escape(name)}</span> '
            + (f'<strong class="state">{WORDS[pair.state]}</strong>' if known else "")
            + "</div>"
        )
        left = self._text(self.left, pair.source, there if paired else None) or self._slot(pair, "source")
        right = self._text(self.right, pair.target, here if paired else None) or self._slot(pair, "target")
        below = "".join((*self._differences(here, there, paired), self._change(pair), self._findings(pair)))
        below = f'<div class="below">{below}</div>' if below else ""
        return (
            f'<li id="block-{number}" class="pair {pair.state if known else "plain"}">{about}'
            f'<div class="side">{left}</div><div class="side">{right}</div>{below}</li>'
        )

    def _text(self, side: _Side, passage: Passage | None, others: Counter[str] | None) -> str:
        if passage is None:
            return ""
        address = escape(source_address(side.path, passage.line))
        shape = f"kind-{passage.kind}" + (f" level-{passage.level}" if passage.level else "")
        plain = passage.kind in ("title", "summary")
        html = side.writer.html(passage.text, others, plain=plain) or "<i>empty</i>"
        return (
            f'<p class="where"><span class="name">{escape(side.name)}, </span>'
            f'<a href="{address}" aria-label="{escape(side.lang)}, line {passage.line}">line {passage.line}</a></p>'
            f'<p class="words {shape}" {side.attributes}>{html}</p>'
        )

    def _slot(self, pair: Pair, side: str) -> str:
        """The place of a block that is not there."""
        if pair.state == "done":
            said = "On purpose, without a translation." if side == "target" else "On purpose, in the translation alone."
            return f'<p class="slot meant">{said}</p>'
        if side == "source":
            return f'<p class="slot">Nothing in {escape(self.left.name)}: no block there is translated here.</p>'
        return f'<p class="slot"><strong>Missing</strong> in {escape(self.right.name)}.</p>'

    def _differences(self, here: Counter[str], there: Counter[str], paired: bool) -> Iterator[str]:
        """What stands on one side alone, in words."""
        if not paired:
            return
        for side, found in ((self.left, here - there), (self.right, there - here)):
            if found:
                names = ", ".join(
                    f"<code>{escape(shown)}</code>" + (f" ({number} times)" if number > 1 else "")
                    for shown, number in found.items()
                )
                yield f'<p class="difference"><b>Only in {escape(side.name)}:</b> {names}</p>'

    def _change(self, pair: Pair) -> str:
        """What changed in the source since a block was translated; and what to run when it is right."""
        made = self.made
        if made.text is None or pair.state == "done" or (pair.state == "unrecorded" and made.record is None):
            return ""
        if pair.state == "outdated" and pair.source is not None and pair.target is not None:
            pieces = shortened(word_diff(pair.before, plain_space(pair.source.text)))
            changed = " ".join(
                f"{_CHANGES[piece.change][0]}{escape(piece.text)}{_CHANGES[piece.change][1]}" for piece in pieces
            )
            html = f'<p class="change" {self.left.attributes}>{changed}</p>'
            html = f'<p class="label">What changed in the source:</p>{html}'
            return f'{html}<p class="run">When the translation is right: {_command(made, str(pair.target.line))}</p>'
        if pair.target is None and pair.source is not None:
            return f'<p class="run">If that is meant: {_command(made, f"{self.source}:{pair.source.line}")}</p>'
        assert pair.target is not None
        said = "If that is meant" if pair.state == "extra" else "If they belong together"
        return f'<p class="run">{said}: {_command(made, str(pair.target.line))}</p>'

    def _findings(self, pair: Pair) -> str:
        """What a build finds wrong in the blocks themselves."""
        items = "".join(
            f'<li class="{problem.level}"><b>{problem.level}</b> {place_link(problem.where)} {escape(problem.message)}'
            + (f' <span class="hint">{escape(problem.hint)}</span>' if problem.hint else "")
            + "</li>"
            for side, passage in ((self.left, pair.source), (self.right, pair.target))
            if passage is not None
            for problem in side.findings.get(passage.line, ())
        )
        return f'<ul class="inside">{items}</ul>' if items else ""


def _by_block(problems: Sequence[Problem], lines: Sequence[int]) -> dict[int, list[Problem]]:
    """Problems by the line where their block begins."""
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        before = [line for line in lines if line <= problem.where.line]
        if before:
            found.setdefault(before[-1], []).append(problem)
    return found


def _command(made: Translation, block: str = "") -> str:
    """What a translator runs, to be copied."""
    text = f"communique translate accept {made.release} --lang {made.lang}" + (f" --block {block}" if block else "")
    return f'<code class="command">{escape(text)}</code>'
