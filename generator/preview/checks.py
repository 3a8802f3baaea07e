"""The page of a release and the sources → what is behind its text: every mark of the overlay, with its place, as JSON.

All is decided here, by the generator's own pieces; the script in the page only puts marks where it is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from .. import urls
from ..definitions import ReleaseText
from ..errors import Problem, SourceErrors, StaleSource
from ..facts.bare_text import Bare, bare
from ..facts.edition import Edition
from ..facts.lookup import Lookup
from ..sources.files import digest_of
from ..sources.origins import origins_path
from ..sources.passages import Passage, passages
from ..sources.site import Site
from .changes import fingerprint
from .evidence import evidence, why_no_place
from .hosting import Answer
from .marks import GROUPS, Fact, Mark, source_fact
from .own import sources_of
from .placing import Placed, Spot, blocks_of, place
from .session import State
from .untranslated import untranslated

#: What stands in the address before that of the page.
CHECKS = "checks"
#: Problems that have marks of their own.
_MARKED = frozenset(
    {"unbound-number", "translation-outdated", "translation-missing", "translation-extra", "translation-unrecorded"}
)
_BROKEN = (
    "The sources have errors: this is the last good page. What does not fit it any more is listed without a place."
)
_CHANGING = "The sources are changing: the checks will follow."


@dataclass(frozen=True)
class Checks:
    """What is behind the text of a page. `made` is the fingerprint of the page that the places belong to; `notes` are
    what must be known of the whole."""

    made: str
    release: str
    lang: str
    notes: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


def release_at(site: Site, path: str) -> tuple[str, str] | None:
    """The release, and the language, whose page is the output at a path."""
    lang, _, rest = path.partition("/")
    slug = rest.removesuffix(f"/{urls.ROOT}").rpartition("/")[2]
    for head in site.heads.values():
        front = head.texts.get(lang)
        if front is None or front.slug != slug:
            continue
        if urls.release_path(lang, site.section(head.kind, lang), slug) == path:
            return head.id, lang
    return None


def subject(state: State, address: str) -> tuple[str, str] | None:
    """The release, and the language, of the page at the path of an address; None where it is no page of a release."""
    if state.hosting is None or state.site is None or not address.startswith(state.hosting.prefix):
        return None
    path = state.hosting.path(address)
    return release_at(state.site, path) if path in state.hosting.files else None


def digest(state: State, address: str) -> str:
    """A digest of all that the checks of a page are made of; empty where there are none."""
    found = subject(state, address)
    if found is None or state.site is None:
        return ""
    site, release = state.site, found[0]
    texts = [site.text_file(release, lang) for lang in site.config.tags]
    prefix, own = f"data/{release}/", {*texts, *map(origins_path, texts)}
    paths = [path for path in site.snapshot.digests if path in own or path.startswith(prefix)]
    problems = [problem for problem in state.problems if problem.where.path in paths]
    digests = [(path, site.snapshot.digest(path)) for path in sorted(paths)]
    return digest_of(repr((site.config.digest, site.snapshot.digest("data/labels.csv"), digests, problems)))


def checks_answer(state: State, address: str) -> Answer | None:
    """The checks of the page at the path of an address, as an answer; None where it is no page of a release."""
    found = subject(state, address)
    if found is None:
        return None
    groups = [{"id": name, "one": one, "many": many, "what": what} for name, (one, many, what) in GROUPS.items()]
    content = json.dumps({"groups": groups, **asdict(checks(state, address, *found))}, ensure_ascii=False)
    return Answer(200, "application/json", content.encode())


def checks(state: State, address: str, release: str, lang: str) -> Checks:
    """What is behind the text of the page at the path of an address, which is that of a release in a language."""
    assert state.hosting is not None
    answer = state.hosting.answer(address)
    made = fingerprint(answer, address, state.hosting).page
    site = sources_of(state)
    assert site is not None
    notes = [_BROKEN] if state.broken or state.hosting.failures(address) else []
    try:
        text = site.text(release, lang)
        page = answer.content.decode("utf-8", "replace")
        marks = tuple(_marks(site, text, page, (*state.hosting.failures(address), *state.problems)))
    except StaleSource:
        return Checks(made, release, lang, (_CHANGING,))
    except SourceErrors as errors:
        return Checks(made, release, lang, (*notes, *(problem.message for problem in errors.problems)))
    return Checks(made, release, lang, tuple(notes), marks)


def _marks(site: Site, text: ReleaseText, page: str, problems: tuple[Problem, ...]) -> Iterator[Mark]:
    """The marks of a text, in reading order within each kind of finding."""
    bares = tuple(map(bare, passages(text)))
    placed = place(bares, blocks_of(page))
    lookup = Lookup(Edition(site, frozenset(site.heads)))
    found = evidence(lookup, text.release, text.lang, text.path)
    if found is not None:
        for number, passage in enumerate(bares):
            yield from found.marks(passage, placed.get(number))
    spots = {passage.passage: placed[number].spot for number, passage in enumerate(bares) if number in placed}
    yield from untranslated(site, text, spots.get)
    for problem in dict.fromkeys(problems):
        if problem.where.path == text.path and problem.code not in _MARKED:
            yield _problem_mark(problem, bares, placed)


def _problem_mark(problem: Problem, bares: tuple[Bare, ...], placed: dict[int, Placed]) -> Mark:
    facts = [Fact("" if at else "Found", detail, form="code") for at, detail in enumerate(problem.details)]
    if problem.hint:
        facts.append(Fact("To do", problem.hint))
    facts += [Fact("Problem", problem.code, form="code"), source_fact("In the text", problem.where)]
    number = next((at for at, one in enumerate(bares) if _holds(one.passage, problem.where.line)), None)
    spot: Spot | None = placed[number].spot if number in placed else None
    why = "" if spot else "it belongs to no block" if number is None else why_no_place(bares[number])
    return Mark("problem", problem.level.capitalize(), problem.message, tuple(facts), "", spot, why)


def _holds(passage: Passage, line: int) -> bool:
    return passage.line <= line <= passage.line + passage.text.count("\n")
