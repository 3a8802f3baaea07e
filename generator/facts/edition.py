"""The site as one build shows it, and the digest of every answer that it can give.

A question is a tuple of texts, such as `("cell", release, table, *codes)`. Each belongs to a *unit*: a source file, or
a small set of them (`@…`), whose digest is cheap to know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from ..definitions import ReleaseHead, ReleaseText, Table
from ..errors import SourceErrors, StaleSource
from ..model import Headline, Part, Standing, Value
from ..sources.files import digest_of
from ..sources.origins import SUFFIX
from ..sources.passages import passages
from ..sources.site import Site
from ..sources.terms import Terms, composed
from .bare_text import FIGURE, bare
from .calendar import Dated, calendar_of

Question = tuple[str, ...]
Record = Mapping[str, Mapping[Question, str]]
"""Unit → question → digest of the answer."""

Values = dict[tuple[int, tuple[str, ...]], tuple[object, Value, Mapping[Question, str]]]
"""(identity of a definition, key) → the definition (kept, so that its identity is), its value, its cells."""

Parts = dict[str, Part]
"""`kind:release:language` → a part: a headline, or a text for feeds."""

ABSENT = "\0"  # no answer that is a text can be mistaken for it
SITE_UNIT = "@site"
PART_UNIT = "@part:"
TABLE_UNIT = "@table:"
TEMPLATES_UNIT = "@templates"
ORIGINS_UNIT = "@origins:"
AMENDED_UNIT = "@amended:"
CALENDAR_UNIT = "@calendar"


class Edition:
    """The site as one build shows it: the sources, the releases that it shows, and their parts.

    `hidden` are those of them that the public does not see yet: none but in a preview, which marks them. `closed`: the
    site as a whole is not for the public, whether it shows such releases or not. `parts` is filled when the parts have
    been made; only lists and feeds, made after them, ask for it.
    """

    def __init__(
        self,
        site: Site,
        visible: frozenset[str],
        parts: Parts | None = None,
        hidden: frozenset[str] = frozenset(),
        closed: bool = False,
    ) -> None:
        self.site, self.visible, self.hidden, self.closed = site, visible, hidden, closed
        self.parts: Parts = {} if parts is None else parts
        self._newest: tuple[ReleaseHead, ...] | None = None
        self._calendar: tuple[Dated, ...] | None = None
        self._latest: dict[tuple[str, str], tuple[str, ...]] = {}
        self._units: dict[str, str] = {}

    def __reduce__(self) -> tuple[type[Edition], tuple[Site, frozenset[str], Parts, frozenset[str], bool]]:
        return Edition, (self.site, self.visible, self.parts, self.hidden, self.closed)

    def standing(self, release: str) -> Standing:
        """Whether the public sees a release; without a name: whether it sees all of them. In a closed site, nothing is
        for the public."""
        if not release:
            return "mixed" if self.hidden or self.closed else "public"
        if release not in self.hidden:
            return "mixed" if self.closed else "public"
        return "draft" if self.site.heads[release].draft else "scheduled"

    def newest(self) -> tuple[ReleaseHead, ...]:
        """All public releases, newest first; of the same instant, by id. Earlier editions are in no list."""
        if self._newest is None:
            found = (self.site.heads[release] for release in self.visible)
            heads = sorted((head for head in found if head.edition is None), key=lambda head: head.id)
            self._newest = tuple(sorted(heads, key=lambda head: head.published, reverse=True))
        return self._newest

    def latest(self, lang: str, kind: str, limit: int) -> tuple[str, ...]:
        """The ids of public releases of a kind (any that is listed, when empty) that have a language, newest first, up
        to a limit. Withdrawn ones stay in the index of their kind, and nowhere else.

        Every page asks, to know which kinds its navigation names: the list is made once.
        """
        if (lang, kind) not in self._latest:
            listed = self.site.config.listed
            kinds = (kind,) if kind else listed
            found = (head for head in self.newest() if lang in head.texts and head.kind in kinds)
            keeps = kind in listed
            self._latest[lang, kind] = tuple(head.id for head in found if keeps or head.withdrawal is None)
        return self._latest[lang, kind][: limit or None]

    def announced(self, lang: str, limit: int) -> tuple[str, ...]:
        """The ids of public releases of listed kinds that have a language, newest first, withdrawn ones too."""
        listed = self.site.config.listed
        found = (head.id for head in self.newest() if lang in head.texts and head.kind in listed)
        return tuple(found)[: limit or None]

    def amended(self, lang: str) -> tuple[str, ...]:
        """The ids of public releases with a language that were corrected or withdrawn, by id."""
        heads = (head for head in self.newest() if lang in head.texts)
        return tuple(sorted(head.id for head in heads if head.corrections or head.withdrawal))

    def calendar(self) -> tuple[Dated, ...]:
        """The dates that the public is told."""
        if self._calendar is None:
            self._calendar = calendar_of(self.site, self.visible - self.hidden)
        return self._calendar

    def near(self, release: str, lang: str, count: int) -> tuple[str, ...]:
        """Other public releases of the same kind: those just older, then, where there are too few, those just newer.

        Neighbours, not the newest: a new release changes the pages beside it, and not every page of its kind.
        """
        of_kind = self.latest(lang, self.site.heads[release].kind, 0)
        listed = [one for one in of_kind if one == release or self.site.heads[one].withdrawal is None]
        place = listed.index(release) if release in listed else 0
        older = [other for other in listed[place : place + count + 1] if other != release][:count]
        newer = listed[max(0, place - (count - len(older))) : place]
        return (*newer, *older)

    def keeps_origins(self, lang: str) -> bool:
        """Whether any text of a language has a record of what it was made from."""
        folder = f"content/{lang}/"
        return any(path.startswith(folder) and path.endswith(SUFFIX) for path in self.site.snapshot.digests)

    def values(self, table: Table) -> Values:
        """The values worked out so far from a table; of tables asked for long ago they are forgotten.

        They are kept by the identity of table and definitions, which are the same as long as their files are.
        """
        _table, values = self.site.shelf.once(("values", id(table)), lambda: (table, Values()))
        return values

    def unit_digest(self, unit: str) -> str:
        """The digest of a unit: of one source file, or of a set."""
        if not unit.startswith("@") or unit.startswith("@default/"):
            return self.site.snapshot.digest(unit)
        if unit not in self._units:
            digest = self._set_digest(unit)
            if unit.startswith(PART_UNIT) and digest == ABSENT:
                return ABSENT  # not yet made
            self._units[unit] = digest
        return self._units[unit]

    def trust(self, units: Mapping[str, str]) -> None:
        """Take over the digests of parts that were kept from the build before."""
        self._units.update(units)

    def _set_digest(self, unit: str) -> str:
        if unit == SITE_UNIT:
            listing = [(head.id, head.kind, head.published.isoformat(), *sorted(head.texts)) for head in self.newest()]
            amended = [(head.id, len(head.corrections), head.withdrawal is None) for head in self.newest()]
            editions = (self.site.heads[release] for release in self.visible)
            kept = sorted((head.id, *sorted(head.texts)) for head in editions if head.edition is not None)
            return digest_of(repr((listing, amended, kept, sorted(self.hidden), self.closed)))
        if unit == TEMPLATES_UNIT:
            return digest_of(repr([(path, self.site.snapshot.digest(path)) for path in self.site.page_templates()]))
        if unit.startswith(PART_UNIT):
            return _answer_part(self, unit.removeprefix(PART_UNIT))
        if unit.startswith(TABLE_UNIT):
            return "|".join(self.site.snapshot.digest(path) for path in unit.removeprefix(TABLE_UNIT).split(":"))
        if unit.startswith(ORIGINS_UNIT):
            return str(self.keeps_origins(unit.removeprefix(ORIGINS_UNIT)))
        if unit.startswith(AMENDED_UNIT):
            return _answer_amendments(self, unit.removeprefix(AMENDED_UNIT))
        if unit == CALENDAR_UNIT:
            return digest_of(repr(self.calendar()))
        name = unit.removeprefix("@template/")
        return "|".join(self.site.snapshot.digest(path) for path in self.site.template_files(name))

    def same_answers(self, questions: Mapping[Question, str]) -> bool:
        """Whether questions would get the answers that they got."""
        try:
            return all(self.answer(question) == digest for question, digest in questions.items())
        except (SourceErrors, StaleSource, LookupError):
            return False  # what cannot be answered any more is for the target itself to report

    def answer(self, question: Question) -> str:
        """The digest of the answer that a question would get now."""
        return _ANSWERS[question[0]](self, *question[1:])


# ---------------------------------------------------------------- the digest of each answer


def find_message(edition: Edition, lang: str, context: str, message: str) -> tuple[str, ...] | None:
    """A translation of a text of the templates: the site's own, else the default one."""
    for catalogue in edition.site.catalogues(lang):
        if (found := catalogue.find(context, message)) is not None:
            return found
    return None


def terms_of(edition: Edition, release: str) -> Terms:
    """The terms of the site that stand in the blocks of a release's source text."""
    site = edition.site
    source = site.config.tags[0]
    if not site.terms.terms or source not in site.heads[release].texts:
        return Terms(source)
    text = site.text(release, source)
    key = ("bare", text.path, site.snapshot.digest(text.path))
    blocks = site.shelf.once(key, lambda: tuple(map(bare, passages(text))))
    return site.terms.standing_in(FIGURE.join(composed(block.text) for block in blocks))


def _answer_terms(edition: Edition, release: str) -> str:
    return digest_of(repr([(dict(term.forms), term.note) for term in terms_of(edition, release).terms]))


def _answer_front(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    front = head.texts.get(lang) if head is not None else None
    return ABSENT if front is None else digest_of(repr((front.title, front.summary, front.slug, front.former)))


def _answer_part(edition: Edition, name: str, side: str = "") -> str:
    """The digest of a part; of a headline, that of its files alone, or of all but its files."""
    part = edition.parts.get(name)
    if part is None:
        return ABSENT
    if isinstance(part, Headline) and side:
        return digest_of(repr(part.files if side == "files" else replace(part, files=())))
    return digest_of(repr(part))


def _answer_charts(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    return ABSENT if head is None or lang not in head.texts else repr(head.texts[lang].charts)


def _answer_words(edition: Edition, release: str, lang: str, chart: str) -> str:
    words = edition.site.charts_shown(release, lang).get(chart)
    return ABSENT if words is None else digest_of(repr((words.title, words.description)))


def _answer_cited(edition: Edition, release: str, lang: str) -> str:
    return digest_of(repr(edition.site.cited(release, lang)))


def _answer_cites(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    return ABSENT if head is None or lang not in head.texts else str(head.texts[lang].cites)


def holds_words(text: ReleaseText, words: str) -> bool:
    """Whether a text holds some words, whatever the white space between them."""
    return words in " ".join(f"{text.front.title}\n{text.front.summary}\n{text.body}".split())


def _answer_says(edition: Edition, release: str, lang: str, words: str) -> str:
    return str(holds_words(edition.site.text(release, lang), words))


def _answer_slug(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    return ABSENT if head is None or lang not in head.texts else head.texts[lang].slug


def _answer_due(edition: Edition, release: str) -> str:
    head = edition.site.heads.get(release)
    return ABSENT if head is None else f"{head.draft}|{head.published.isoformat()}"


def _answer_head(edition: Edition, release: str) -> str:
    head = edition.site.heads.get(release)
    return ABSENT if head is None else f"{head.kind}|{head.published.isoformat()}|{dict(head.files)}|{head.edition}"


def _answer_amendments(edition: Edition, release: str) -> str:
    head = edition.site.heads.get(release)
    return (
        ABSENT if head is None else digest_of(repr((head.corrections, head.withdrawal, head.superseded, head.revises)))
    )


def _answer_has(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    return str(head is not None and lang in head.texts)


def _answer_public(edition: Edition, release: str, lang: str) -> str:
    head = edition.site.heads.get(release)
    return str(head is not None and lang in head.texts and release in edition.visible)


def _answer_definition(edition: Edition, release: str, name: str) -> str:
    return edition.site.release(release).digests.get(name, ABSENT)


def _answer_cell(edition: Edition, release: str, table: str, *key: str) -> str:
    cell = edition.site.table(release, table).cells.get(key)
    return ABSENT if cell is None else cell.digest()


def _answer_plural(edition: Edition, lang: str) -> str:
    catalogues = edition.site.catalogues(lang)
    return repr([catalogues[0].plural(number) for number in range(200)]) if catalogues else ABSENT


_ANSWERS: MappingProxyType[str, Callable[..., str]] = MappingProxyType(
    {
        "config": lambda edition: edition.site.config_digest,
        "language": lambda edition, lang: repr(
            [language for language in edition.site.config.languages if language.tag == lang]
        ),
        "label": lambda edition, lang, code: edition.site.labels.names.get(lang, {}).get(code, ABSENT),
        "message": lambda edition, *words: repr(find_message(edition, *words)),
        "plural": _answer_plural,
        "terms": _answer_terms,
        "templates": lambda edition: edition.unit_digest(TEMPLATES_UNIT),
        "template": lambda edition, name: edition.unit_digest(f"@template/{name}"),
        "latest": lambda edition, lang, kind, limit: digest_of(repr(edition.latest(lang, kind, int(limit)))),
        "announced": lambda edition, lang, limit: digest_of(repr(edition.announced(lang, int(limit)))),
        "calendar": lambda edition: edition.unit_digest(CALENDAR_UNIT),
        "has calendar": lambda edition: str(bool(edition.calendar())),
        "amended": lambda edition, lang: digest_of(repr(edition.amended(lang))),
        "amendments": _answer_amendments,
        "public": _answer_public,
        "shown": lambda edition, release: str(release in edition.visible),
        "standing": lambda edition, release: edition.standing(release),
        "front": _answer_front,
        "due": _answer_due,
        "slug": _answer_slug,
        "near": lambda edition, release, lang, count: repr(edition.near(release, lang, int(count))),
        "keeps": lambda edition, lang: edition.unit_digest(f"{ORIGINS_UNIT}{lang}"),
        "part": _answer_part,
        "charts": _answer_charts,
        "words": _answer_words,
        "says": _answer_says,
        "cited": _answer_cited,
        "cites": _answer_cites,
        "head": _answer_head,
        "has": _answer_has,
        "file": lambda edition, path: edition.site.snapshot.digest(path),
        "definition": _answer_definition,
        "cell": _answer_cell,
        "statuses": lambda edition, release, table: repr(edition.site.table(release, table).statuses),
        "members": lambda edition, release, table, dimension: repr(
            edition.site.table(release, table).members[dimension]
        ),
    }
)
