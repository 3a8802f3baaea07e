"""`/_status`: for each release and language, what is missing, out of date, unbound or false, with the way there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from urllib.parse import quote

from ..errors import LEVELS, Problem
from ..facts.words import Words
from ..sources.site import Site
from ..translate.status import STATES, WORDS
from .naming import lang_of, language, page_address, title_html, words_of
from .own import LEVEL_NAMES, SIDE_BY_SIDE, STATUS, OwnPage, counted, current, problem_item, side_address, unread
from .session import State
from .todo import Survey, Tally, Work, block_of, is_unread, survey, tally

#: Releases on a page, and findings of one release that are listed.
_PER_PAGE, _MOST = 50, 60
_PAGE = re.compile(r"^(?:(to-do)(?:/|$))?(?:page-([1-9][0-9]{0,5}))?$")

#: The sorts that have a name of their own: one, and several. What a code is of a translation is told by its blocks.
_SORTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "claim-false": ("false claim", "false claims"),
        "unbound-number": ("unbound number", "unbound numbers"),
        "sign-contradicted": ("contradicted sign", "contradicted signs"),
        "language-difference": ("difference between languages", "differences between languages"),
        "number-mismatch": ("mismatched number", "mismatched numbers"),
    }
)
_OTHERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "error": ("other error", "other errors"),
        "warning": ("other warning", "other warnings"),
        "hint": ("hint", "hints"),
    }
)
_TOLD = ("translation-", "missing-language")


@dataclass(frozen=True)
class _Shown:
    """What one page of the status shows, and needs for it."""

    state: State
    site: Site
    works: Sequence[Work]
    words: Mapping[str, Words]


def status_page(state: State, rest: str) -> OwnPage | None:
    """The page at what follows `_status/`: `to-do` shows only what needs work, `page-2` the next releases."""
    asked = _PAGE.match(rest.strip("/"))
    if asked is None:
        return None
    found = survey(state)
    if found is None:
        return unread(state)
    only, number = asked[1] or "", int(asked[2] or 1)
    chosen = [work for work in found.works if not only or not work.done]
    pages = max(1, -(-len(chosen) // _PER_PAGE))
    if number > pages:
        return None
    works = chosen[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    shown = _Shown(state, found.site, works, words_of(found.site))
    parts = [
        "<h1>Status</h1>",
        _summary(found),
        _filters(found, only),
        _elsewhere(found) if number == 1 else "",
        _table(shown) if works else "",
        _pages(only, number, pages),
    ]
    return OwnPage("Status", "\n".join(filter(None, parts)), wide=True)


# ---------------------------------------------------------------- above the table


def _summary(found: Survey) -> str:
    works, tags = found.works, found.site.config.tags
    if not works:
        return '<p class="lead">The site has no release yet.</p>'
    coming = [tag for tag in tags if tag in found.site.config.coming]
    finished = [tag for tag in tags if tag not in coming]
    ready = sum(work.ready(finished) for work in works)
    every = "in every language" if len(tags) > 1 else "as they are"
    besides = f", not counting what is in preparation ({', '.join(coming)})" if coming else ""
    number = counted(len(works), "release", "releases")
    lead = f"{ready} of {number} {'is' if ready == 1 else 'are'} ready {every}{besides}."
    levels = Counter(problem.level for work in works for problem in work.problems)
    levels.update(problem.level for problem in found.elsewhere)
    counts = [counted(levels[level], *LEVEL_NAMES[level]) for level in LEVELS if levels[level]]
    more = ", ".join(counts) if counts else "Nothing is wrong"
    return f'<p class="lead">{lead}</p>\n<p class="facts">{more}.</p>'


def _filters(found: Survey, only: str) -> str:
    waiting = sum(not work.done for work in found.works)
    links = (("", f"All releases ({len(found.works)})"), ("to-do", f"Only what needs work ({waiting})"))
    items = "".join(
        f'<li><a href="{_address(part, 1)}"{current(part == only)}>{words}</a></li>' for part, words in links
    )
    return f'<nav class="filters" aria-label="Releases shown"><ul>{items}</ul></nav>'


def _address(only: str, number: int) -> str:
    return "/".join(filter(None, (f"/{STATUS}", only, f"page-{number}" if number > 1 else "")))


def _pages(only: str, number: int, pages: int) -> str:
    """Links to newer and older releases."""
    if pages == 1:
        return ""
    around = ((number - 1, "Newer releases"), (number + 1, "Older releases"))
    links = [f'<a href="{_address(only, to)}">{words}</a>' for to, words in around if 1 <= to <= pages]
    return f'<nav class="parts" aria-label="Pages">Page {number} of {pages} {" ".join(links)}</nav>'


def _elsewhere(found: Survey) -> str:
    """What belongs to no release: the configuration, labels, templates, texts without a release."""
    if not found.elsewhere:
        return ""
    listed = _findings(found.elsewhere)
    words = counted(len(found.elsewhere), "finding", "findings")
    opened = " open" if any(problem.level == "error" for problem in found.elsewhere) else ""
    return (
        '<section class="elsewhere" aria-labelledby="elsewhere"><h2 id="elsewhere">The site as a whole</h2>'
        f"<details{opened}><summary>{words} in the configuration, labels, templates, or texts without a release"
        f"</summary>{listed}</details></section>"
    )


def _findings(problems: Sequence[Problem], links: Mapping[Problem, str] = MappingProxyType({})) -> str:
    items = "".join(problem_item(problem, links.get(problem, "")) for problem in problems[:_MOST])
    rest = len(problems) - _MOST
    more = f'<p class="more">And {rest} more: <code>communique check</code> lists them all.</p>' if rest > 0 else ""
    return f'<ol class="findings">{items}</ol>{more}'


# ---------------------------------------------------------------- the table


def _table(shown: _Shown) -> str:
    source = shown.site.config.tags[0]
    heads = ["Release", "Standing", "Data and definitions"]
    notes = {source: " (source)", **dict.fromkeys(shown.site.config.coming, " (in preparation)")}
    heads += [language(words) + notes.get(tag, "") for tag, words in shown.words.items()]
    head = "".join(f'<th scope="col" role="columnheader">{escape(words)}</th>' for words in heads)
    rows = "\n".join(_row(shown, number, work, heads) for number, work in enumerate(shown.works, 1))
    return (
        '<h2 id="releases">Releases</h2>\n'
        '<div class="scroll" role="region" aria-labelledby="releases" tabindex="0">'
        f'<table class="status" role="table" aria-labelledby="releases"><thead role="rowgroup"><tr role="row">{head}'
        f'</tr></thead>\n<tbody role="rowgroup">\n{rows}\n</tbody></table></div>'
    )


def _row(shown: _Shown, number: int, work: Work, heads: Sequence[str]) -> str:
    tallies = {tag: _tally(shown, work, tag) for tag in list(shown.words)[1:]}
    listed = f"findings-{number}" if work.problems else ""
    shared = _sorts(work.shared, listed) or _nothing("sound" if work.head else "")
    cells = [_standing(work), shared]
    cells += [_language_cell(shown, work, tag, tallies.get(tag), listed) for tag in shown.words]
    made = "".join(
        f'<td role="cell"><span class="head" aria-hidden="true">{escape(head)}</span>{cell}</td>'
        for head, cell in zip(heads[1:], cells, strict=True)
    )
    kind = f"{work.standing}{'' if work.done else ' to-do'}"
    row = f'<tr class="{kind}" role="row"><th scope="row" role="rowheader">{_name(shown, work)}</th>{made}</tr>'
    if not work.problems:
        return row
    links = {
        problem: f'<p class="more"><a href="{escape(side_address(work.id, tag, block))}">'
        f"Block {block}, beside its source</a></p>"
        for tag, found in tallies.items()
        if found is not None
        for problem in work.languages[tag]
        if (block := block_of(problem, found))
    }
    words = counted(len(work.problems), "finding", "findings")
    return (
        f'{row}\n<tr class="listed" role="row"><td role="cell" colspan="{len(heads)}"><details>'
        f'<summary>{words} in {escape(work.id)}</summary><div id="{listed}">{_findings(work.problems, links)}</div>'
        "</details></td></tr>"
    )


def _tally(shown: _Shown, work: Work, tag: str) -> Tally | None:
    return tally(shown.site, work.id, tag) if work.head is not None else None


def _name(shown: _Shown, work: Work) -> str:
    """The title, which leads to the page, and the ways to its pages in the other languages."""
    if work.head is None:
        return f'<span class="heading">{escape(work.id)}</span>'
    titles = []
    for tag, front in work.head.texts.items():
        words = shown.words[tag]
        title = f"<span {lang_of(words)}>{title_html(words, work.id, front.title)}</span>"
        address = page_address(shown.state, shown.site, work.head, tag)
        titles.append(f'<a href="{escape(address)}" hreflang="{tag}">{title}</a>' if address else title)
    title, *others = titles
    below = [f"<code>{escape(work.id)}</code> · {escape(work.head.kind)}", *others]
    if len(shown.words) > 1:
        beside = f'Side by side<span class="said">: {escape(work.id)}</span>'
        below.append(f'<a href="/{SIDE_BY_SIDE}/{quote(work.id)}">{beside}</a>')
    small = "".join(f"<li>{item}</li>" for item in below)
    return f'<span class="heading">{title}</span><ul class="small">{small}</ul>'


def _standing(work: Work) -> str:
    if work.standing == "announced":
        return f'announced for <time datetime="{work.date.isoformat()}">{work.date:%Y-%m-%d %H:%M}</time>'
    if work.head is None or work.standing == "unread":
        return '<strong class="bad">cannot be read</strong>'
    if work.standing == "draft":
        return "draft"
    instant = work.head.published
    shown = f'<time datetime="{instant.isoformat()}">{instant:%Y-%m-%d %H:%M}</time>'
    return f"under embargo until {shown}" if work.standing == "embargo" else f"public since {shown}"


def _language_cell(shown: _Shown, work: Work, tag: str, found: Tally | None, listed: str) -> str:
    """What is to do in a release in a language."""
    problems = work.languages[tag]
    parts: list[str] = []
    if work.head is None:
        parts.append("" if problems else _nothing("no text yet" if work.standing == "announced" else "not read"))
    elif tag not in work.head.texts:
        absent = "cannot be read" if is_unread(shown.site, work.id, tag) else "no text"
        kind = "nothing" if tag in shown.site.config.coming and absent == "no text" else "bad"
        parts.append(f'<p class="{kind}"><strong>{absent}</strong></p>')
    if found is not None:
        counts = "".join(
            f'<li class="{state}"><b>{found.counts[state]}</b> {WORDS[state]}</li>'
            for state in STATES
            if found.counts[state]
        )
        address = escape(side_address(work.id, tag))
        name = f'<span class="said">Blocks of {escape(work.id)} in {escape(tag)}: </span>'
        parts.append(f'<a class="counts" href="{address}">{name}<ul>{counts}</ul></a>')
    parts.append(_sorts(problems, listed))
    return "".join(parts) or _nothing("nothing to do")


def _nothing(words: str) -> str:
    return f'<p class="nothing">{words}</p>' if words else ""


def _sorts(problems: Iterable[Problem], listed: str) -> str:
    """How many problems there are of each sort, leading to the list of them."""
    items = "".join(f'<li class="{level}"><a href="#{listed}">{words}</a></li>' for level, words in _counts(problems))
    return f'<ul class="sorts">{items}</ul>' if items else ""


def _counts(problems: Iterable[Problem]) -> Iterator[tuple[str, str]]:
    """(level, words) of each sort of problems, the named ones first."""
    named: dict[str, list[Problem]] = {code: [] for code in _SORTS}
    others: dict[str, int] = dict.fromkeys(_OTHERS, 0)
    for problem in problems:
        if problem.code in named:
            named[problem.code].append(problem)
        elif not problem.code.startswith(_TOLD):
            others[problem.level] += 1
    for code, found in named.items():
        if found:
            yield found[0].level, counted(len(found), *_SORTS[code])
    for level, number in others.items():
        if number:
            yield level, counted(number, *_OTHERS[level])
