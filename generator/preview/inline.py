"""The text of a block → HTML for people who compare languages: each figure printed and named, each claim judged.

Not what readers get: names of figures, verdicts, targets of links and notes stand beside the words, and what cannot be
printed says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from html import escape

from ..errors import FactError, SourceErrors
from ..facts.claims import judge
from ..facts.figures import parse_figure, print_figure
from ..facts.parity import marks_of
from ..facts.words import Words
from ..sources.passages import Passage

_TOKEN = re.compile(
    r"(?P<code>`[^`\n]+`)"
    r"|\{\{(?P<figure>(?:(?!\{\{|\}\})[^\n])*)\}\}"
    r"|\[\^(?P<note>[^\]\s]{1,200})\]"
    r"|!?\[(?P<words>(?:[^\[\]]|\[[^\[\]]{0,500}\]){0,2000})\]"
    r"\(\s*(?P<target>[^()\[\]\s]{1,2000})(?:\s+\"(?P<title>(?:\\.|[^\"\\]){0,2000})\")?\s*\)"
)
_FIGURE = re.compile(r"\{\{(?P<figure>(?:(?!\{\{|\}\})[^\n])*)\}\}")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,2000}?)(?<=\S)\1", re.S)
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_]{1,2000}?)(?<=\S)\1(?![\w*])", re.S)
#: In a longer block emphasis is not looked for: that would take long.
_LONGEST = 50_000
_PLACE = "\ue000{}\ue001"
_PLACES = re.compile("\ue000([0-9]+)\ue001")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


class Writer:
    """Writes texts of a release in one language; `bare`: without the names of things, as readers get a title."""

    def __init__(self, words: Words, release: str, *, bare: bool = False) -> None:
        self._words, self._release, self._bare = words, release, bare
        self._verdicts: dict[str, str] = {}

    def html(self, text: str, others: Mapping[str, int] | None = None, *, plain: bool = False) -> str:
        """A text as HTML; a `plain` one, such as a title, has figures and no Markdown. `others` are the marks of the
        block beside it, with their numbers: what stands here more often is marked as standing only here."""
        return self._html(text, None if others is None else Counter(others), plain)

    def _html(self, text: str, others: Counter[str] | None, plain: bool = False) -> str:
        made: list[str] = []

        def token(found: re.Match[str]) -> str:
            made.append(self._token(found, others))
            return _PLACE.format(len(made) - 1)

        html = escape((_FIGURE if plain else _TOKEN).sub(token, _PRIVATE.sub("\ufffd", text)), quote=False)
        if not plain and len(html) <= _LONGEST:
            html = _EMPHASIS.sub(r"<em>\2</em>", _STRONG.sub(r"<strong>\2</strong>", html))
        return _PLACES.sub(lambda found: made[int(found.group(1))], html)

    def _token(self, found: re.Match[str], others: Counter[str] | None) -> str:
        if found.lastgroup == "code":
            return f"<code>{escape(found['code'][1:-1])}</code>"
        if found.lastgroup == "figure":
            written, html = f"{{{{{found['figure']}}}}}", self._figure(found["figure"])
        elif found.lastgroup == "note":
            written, html = f"[^{found['note']}]", f"<sup>{escape(found['note'])}</sup>"
        else:
            words = self._html(found["words"], others)
            written, html = f"[]({found['target']})", self._link(found["target"], words, found["title"], others)
        return _alone(html) if others is not None and self._surplus(written, others) else html

    def _surplus(self, written: str, others: Counter[str]) -> bool:
        """Whether the block beside has this fewer times than were met here."""
        key = next((shown for shown, _line in marks_of(Passage("paragraph", written, 0))), "")
        others[key] -= 1
        return bool(key) and others[key] < 0

    def _figure(self, expression: str) -> str:
        name = " ".join(expression.split())
        try:
            printed = print_figure(parse_figure(expression), self._words, self._release)
        except FactError as error:
            return _wrong(f"{{{{ {name} }}}}", str(error))
        except SourceErrors:
            return _wrong(f"{{{{ {name} }}}}", "its definition or its table cannot be read")
        return escape(printed.text) if self._bare else _tagged("figure", f"<b>{escape(printed.text)}</b>", name)

    def _link(self, target: str, words: str, title: str | None, others: Counter[str] | None) -> str:
        kind, _, rest = target.partition(":")
        if kind == "claim":
            return self._claim(rest, words)
        if kind in ("chart", "table"):
            heading = f'<b class="heading">{self._html(title, others)}</b> ' if title else ""
            return _tagged(f"shown {kind}", f"{heading}{words}", f"{kind} {rest}")
        return _tagged("link", f"<u>{words}</u>", f"→ {target}")

    def _claim(self, name: str, words: str) -> str:
        if name not in self._verdicts:
            try:
                verdict = judge(self._words.lookup.claim(self._release, name), self._words.lookup, self._release)
                self._verdicts[name] = "true" if verdict.holds else "false"
            except FactError as error:
                self._verdicts[name] = str(error)
            except SourceErrors:
                self._verdicts[name] = "cannot be judged: its definition or its table cannot be read"
        said = self._verdicts[name]
        if said == "true":
            return _tagged("claim", f"<u>{words}</u>", f"{name}: true")
        return f'<span class="claim wrong"><u>{words}</u> {_said(f"the claim {name}: {said}")}</span>'


def marks(passage: Passage | None) -> Counter[str]:
    """What a block holds that its partner must hold too, with numbers."""
    return Counter() if passage is None else Counter(shown for shown, _line in marks_of(passage))


def _tagged(kind: str, html: str, name: str) -> str:
    """Something with its name, which readers of the page may put away."""
    return (
        f'<span class="{kind}">{html}{" " if html else ""}<span class="tag name" lang="en">{escape(name)}</span></span>'
    )


def _said(text: str) -> str:
    return f'<span class="tag" lang="en">{escape(text)}</span>'


def _wrong(written: str, why: str) -> str:
    return f'<span class="figure wrong"><code>{escape(written)}</code> {_said(why)}</span>'


def _alone(html: str) -> str:
    return f"<mark>{html} {_said('only here')}</mark>"
