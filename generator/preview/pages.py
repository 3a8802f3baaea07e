"""What the preview shows of its own: problems over a page, pages while there is no site, and what pages load for it.

Two tables are where more is added: `PAGES`, pages at addresses of their own, and `SCRIPTS`, what every page loads.
Pages of the preview are in English, as the messages are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from types import MappingProxyType

from ..errors import LEVELS, Problem, in_order
from ..headers import Headers
from .changes import fingerprint
from .checks import CHECKS, checks_answer, digest, subject
from .hosting import Answer
from .own import LEVEL_NAMES, SIDE_BY_SIDE, SOURCE, STATUS, OwnPage, PageMaker, problem_item, settled
from .session import State
from .side_by_side import side_by_side_page
from .source_page import source_page
from .status import status_page

#: Where everything of the preview's own stands: no path of a site begins so.
OWN = "/_preview/"
EVENTS = f"{OWN}events"
_ASSETS = Path(__file__).parent / "assets"
#: The style sheets of pages of the preview's own, in this order, and of the overlay: files of the folder `assets`.
_STYLES, _OVERLAY = ("preview.css", "pages.css"), "overlay.css"
#: The scripts that every page loads, in this order: files of the folder `assets`.
SCRIPTS: tuple[str, ...] = ("preview.js",)
#: Those that pages of releases load after them.
RELEASE_SCRIPTS: tuple[str, ...] = ("overlay.js",)
#: What scripts ask of a page: the first part of the address below `OWN`, before that of the page → who answers.
DATA: Mapping[str, Callable[[State, str], Answer | None]] = MappingProxyType({CHECKS: checks_answer})
#: The pages at addresses of their own: the first part of the address → who makes them.
PAGES: Mapping[str, PageMaker] = MappingProxyType(
    {STATUS: settled(status_page), SIDE_BY_SIDE: settled(side_by_side_page), SOURCE: settled(source_page)}
)

_HTML = "text/html; charset=utf-8"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Headers = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)
_TYPES: MappingProxyType[str, str] = MappingProxyType(
    {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
)
#: More problems of one level than these are counted, not listed: nobody mends a hundred at once.
_MOST = 100


def answer(state: State, address: str) -> Answer:
    """What is answered at the path of an address: a page of the preview, or of the site, or why there is none."""
    if address.startswith(OWN):
        return _own(state, address.removeprefix(OWN))
    name, _, rest = address.removeprefix("/").partition("/")
    if name in PAGES:
        page = PAGES[name](state, rest)
        return _page(page or OwnPage("Not found", "<h1>There is nothing here</h1>", 404))
    found = state.hosting.answer(address) if state.hosting else None
    if found is not None and (found.status != 404 or not findings(state, address).of_page):
        return found
    if found is not None or state.broken:
        title = "This page cannot be shown yet" if found else "The site cannot be built yet"
        html = f"<h1>{title}</h1>\n{problem_list(findings(state, address))}"
        return _page(OwnPage(title, html, 500), "own alone")
    return _page(OwnPage("Building…", "<h1>Building the site…</h1>\n<p>This page will show it.</p>", 503), "own alone")


def with_scripts(found: Answer, address: str, state: State) -> bytes:
    """The bytes of an answer, with the preview's scripts in the head of a page; they know what they are part of."""
    if not found.is_page:
        return found.content
    made = fingerprint(found, address, state.hosting).page
    names = (*SCRIPTS, *RELEASE_SCRIPTS) if subject(state, address) else SCRIPTS
    tags = "".join(f'<script src="{OWN}{name}" data-made="{made}" defer></script>' for name in names).encode()
    for end in (b"</head>", b"</body>"):
        if end in found.content:
            return found.content.replace(end, tags + end, 1)
    return found.content + tags


def _own(state: State, name: str) -> Answer:
    """An asset of the preview, or what it knows of a page."""
    first, _, rest = name.partition("/")
    if first in DATA and (found := DATA[first](state, f"/{rest}")) is not None:
        return replace(found, headers=_HEADERS)
    if name not in (*_STYLES, _OVERLAY, *SCRIPTS, *RELEASE_SCRIPTS):
        return Answer(404, "text/plain; charset=utf-8", b"There is nothing here.", _HEADERS)
    return Answer(200, _TYPES[Path(name).suffix], (_ASSETS / name).read_bytes(), _HEADERS)


def _page(page: OwnPage, kind: str = "own") -> Answer:
    """A page of the preview. One that stands `alone` shows the problems itself: no sheet lies over it."""
    styles = "\n".join(f'<link rel="stylesheet" href="{OWN}{name}">' for name in _STYLES)
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(page.title)} – preview</title>
{styles}
</head>
<body class="{kind}{" wide" if page.wide else ""}">
<header class="own-head"><nav aria-label="Preview">
<a href="/">The site</a> <a href="/{STATUS}">Status</a>
</nav></header>
<main>
{page.html}
</main>
</body>
</html>
"""
    return Answer(page.status, _HTML, html.encode(), _HEADERS)


# ---------------------------------------------------------------- problems


@dataclass(frozen=True)
class Findings:
    """What is wrong, as one page shows it: with the site, and (`of_page`) with that page alone, a draft's."""

    problems: tuple[Problem, ...]
    failure: str = ""
    of_page: bool = False

    @property
    def broken(self) -> bool:
        """Whether the page is not what the present sources would make of it."""
        return bool(self.failure) or any(problem.level == "error" for problem in self.problems)

    def summary(self) -> str:
        """How many problems there are, in words: "2 errors, 3 warnings"; empty when there are none."""
        if self.failure:
            return "The generator itself failed"
        counts = {level: sum(1 for problem in self.problems if problem.level == level) for level in LEVELS}
        return ", ".join(f"{count} {LEVEL_NAMES[level][count != 1]}" for level, count in counts.items() if count)


def findings(state: State, address: str) -> Findings:
    """What is wrong, as the page at the path of an address shows it."""
    own = state.hosting.failures(address) if state.hosting else ()
    errors = tuple(problem.at_level("error") for problem in own)
    others = tuple(problem for problem in state.problems if problem.at_level("error") not in errors)
    return Findings(in_order((*errors, *others)), state.failure, bool(own))


def problem_list(found: Findings) -> str:
    """Problems as HTML, those first that keep a page from being shown."""
    return "\n".join(_parts(found))


def _parts(found: Findings) -> Iterator[str]:
    if found.failure:
        yield (
            '<div class="problem failure"><p class="message">The generator itself failed. This is a mistake in it, not '
            "in your files.</p>"
            f'<p class="details"><code>{escape(found.failure)}</code></p>'
            '<p class="hint">The terminal shows where. Your last change may tell how to go round it.</p></div>'
        )
        return
    for level in LEVELS:
        problems = [problem for problem in found.problems if problem.level == level]
        if not problems:
            continue
        yield f'<ol class="{level}s" aria-label="{LEVEL_NAMES[level][1].capitalize()}">'
        yield from map(problem_item, problems[:_MOST])
        yield "</ol>"
        if len(problems) > _MOST:
            yield f'<p class="more">And {len(problems) - _MOST} more: <code>communique check</code> lists them all.</p>'


@dataclass(frozen=True)
class Message:
    """What a page is told: whether it is still the same page, its style sheets, what is wrong, as HTML, and (`checks`)
    whether what is behind its text is the same."""

    page: str
    styles: tuple[str, ...]
    summary: str
    broken: bool
    problems: str
    checks: str = ""


def message(state: State, address: str) -> Message:
    """What the page at the path of an address is told of the state."""
    made, found = fingerprint(answer(state, address), address, state.hosting), findings(state, address)
    told = problem_list(found)
    return Message(made.page, made.styles, found.summary(), found.broken, told, digest(state, address))
