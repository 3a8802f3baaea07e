"""What pages of the preview are made of: a page, a place in the sources, a problem with its place, as HTML."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from urllib.parse import quote

from ..errors import Level, Problem, SourceRef, StaleSource
from ..sources.site import Site
from .session import State

#: Where the pages stand; the first part of an address.
STATUS, SIDE_BY_SIDE, SOURCE = "_status", "_side-by-side", "_source"
#: Of a source with more lines than these, a page shows a part.
LINES_PER_PAGE = 2_000

#: What people call the levels: one, and several.
LEVEL_NAMES: MappingProxyType[Level, tuple[str, str]] = MappingProxyType(
    {"error": ("error", "errors"), "warning": ("warning", "warnings"), "hint": ("hint", "hints")}
)


@dataclass(frozen=True)
class OwnPage:
    """A page of the preview: its title, and the HTML of its `<main>`. A `wide` one takes the whole window."""

    title: str
    html: str
    status: int = 200
    wide: bool = False


#: How a page of the preview is made: the state, and what follows its name in the address → HTML for its `<main>`, with
#: its title; None when there is nothing there.
PageMaker = Callable[[State, str], OwnPage | None]


def settled(make: PageMaker) -> PageMaker:
    """The same maker, for sources that somebody may be changing: the page shows itself again after the next build."""

    @functools.wraps(make)
    def made(state: State, rest: str) -> OwnPage | None:
        try:
            return make(state, rest)
        except StaleSource as error:
            html = f"<h1>The sources are changing</h1>\n<p><code>{escape(error.path)}</code> is being written.</p>"
            return OwnPage("The sources are changing", html, 503)

    return made


def sources_of(state: State) -> Site | None:
    """The sources as the last build read them, with a shelf of the preview's own: the next build, in another thread,
    reads from its own."""
    site = state.site
    return None if site is None else Site(site.config, site.snapshot, site.heads, state.shelf, site.announced)


def unread(state: State) -> OwnPage:
    """The page that stands where sources would, while they cannot even be listed."""
    problems = "".join(problem_item(problem) for problem in state.problems)
    html = f'<h1>The sources cannot be read yet</h1>\n<ol class="findings">{problems}</ol>'
    return OwnPage("The sources cannot be read yet", html, 503)


def counted(number: int, one: str, many: str) -> str:
    """A number with its noun: "1 error", "2 errors"."""
    return f"{number} {one if number == 1 else many}"


def current(is_here: bool) -> str:
    """The attribute of a link that leads to where one is."""
    return ' aria-current="page"' if is_here else ""


def source_address(path: str, line: int = 0) -> str:
    """The address of the page that shows a source, at a line."""
    part = (max(line, 1) - 1) // LINES_PER_PAGE + 1
    numbered = f"{part}/" if part > 1 else ""
    return f"/{SOURCE}/{numbered}{quote(path)}" + (f"#L{line}" if line else "")


def side_address(release: str, lang: str, block: int = 0) -> str:
    """The address of the page that shows a release in a language beside its source, at a block."""
    return f"/{SIDE_BY_SIDE}/{quote(release)}/{quote(lang)}" + (f"#block-{block}" if block else "")


def place_link(where: SourceRef) -> str:
    """A place in the sources, as a link to the page that shows it."""
    shown = where.path + (f":{where.line}" if where.line else "")
    return f'<a href="{escape(source_address(where.path, where.line))}"><code>{escape(shown)}</code></a>'


def problem_item(problem: Problem, more: str = "") -> str:
    """A problem as an item of a list, with a link to its place, and `more` HTML below."""
    parts = [
        f'<p class="place"><span class="level">{LEVEL_NAMES[problem.level][0]}</span> {place_link(problem.where)} '
        f'<span class="code">{escape(problem.code)}</span></p>',
        f'<p class="message">{escape(problem.message)}</p>',
    ]
    if problem.details:
        rows = "\n".join(map(escape, problem.details))
        parts.append(f'<pre class="details">{rows}</pre>')
    if problem.hint:
        parts.append(f'<p class="hint">{escape(problem.hint)}</p>')
    return f'<li class="problem {problem.level}">{"".join(parts)}{more}</li>'
