"""A target's questions about the site's settings, words and calendar → answers, each one recorded; `lookup` has the
others."""

from __future__ import annotations

from ..config import LanguageConfig, SiteConfig
from ..errors import Problem
from ..formats import Style
from ..sources.catalogues import Catalogue, lacking
from ..sources.labels import LABELS_FILE
from ..sources.site import Site, catalogue_name
from ..sources.terms import TERMS_FILE, Terms
from ..sources.wording import Wording, wording_name
from .calendar import Dated
from .edition import CALENDAR_UNIT, TEMPLATES_UNIT, Edition, Question, find_message, terms_of


class Asking:
    """Eyes on the site as one build shows it, and the record of what they saw."""

    def __init__(self, edition: Edition, own: str = "") -> None:
        self._edition, self._own = edition, own
        self.asked: dict[str, dict[Question, str]] = {}

    def _note(self, unit: str, question: Question) -> None:
        questions = self.asked.setdefault(unit, {})
        if question not in questions:
            questions[question] = self._edition.answer(question)

    def _site(self) -> Site:
        return self._edition.site

    # -- the site

    def config(self) -> SiteConfig:
        """The site's configuration."""
        self._note("site.toml", ("config",))
        return self._site().config

    def language(self, lang: str) -> LanguageConfig:
        """The settings of a language, one in preparation too."""
        self._note("site.toml", ("language", lang))
        return self._site().config.language(lang)

    def style(self, lang: str) -> Style:
        """How a language writes numbers and dates."""
        self._note("site.toml", ("config",))
        return self._site().style(lang)

    def label(self, lang: str, code: str) -> str | None:
        """The name of a code in a language."""
        self._note(LABELS_FILE, ("label", lang, code))
        return self._site().labels.names[lang].get(code)

    def message(self, lang: str, message: str, context: str = "") -> tuple[str, ...] | None:
        """A translation of a text of the templates, one text for each plural form."""
        self._note(f"@template/{catalogue_name(lang)}", ("message", lang, context, message))
        return find_message(self._edition, lang, context, message)

    def lacks(self, lang: str, message: str, context: str = "") -> Problem | None:
        """What to say of a text that `message` did not find; in a language in preparation it stands for itself."""
        if lang in self.config().coming:
            return None
        key = (context, message)
        found = [entry for one in self.catalogues(lang) for entry in one[2].entries if not entry.obsolete]
        return lacking(lang, self.catalogue_path(lang), key, next((one for one in found if one.key == key), None))

    def catalogue_path(self, lang: str) -> str:
        """Where the site's own catalogue of a language stands, or should."""
        return self._site().template_files(catalogue_name(lang))[0]

    def catalogues(self, lang: str) -> tuple[tuple[str, bytes, Catalogue], ...]:
        """The files of a language's catalogues, the site's own before the default one. Raises SourceErrors."""
        name, site = catalogue_name(lang), self._site()
        self._note(f"@template/{name}", ("template", name))
        paths = [path for path in site.template_files(name) if path in site.snapshot]
        return tuple(
            (path, site.snapshot.read(path), read) for path, read in zip(paths, site.catalogues(lang), strict=True)
        )

    def page_templates(self) -> tuple[str, ...]:
        """The paths of all templates of pages; a change of any of them is noted."""
        self._note(TEMPLATES_UNIT, ("templates",))
        return self._site().page_templates()

    def plural_form(self, lang: str, number: int) -> int:
        """Which of a message's forms goes with a whole number."""
        self._note(f"@template/{catalogue_name(lang)}", ("plural", lang))
        catalogues = self._site().catalogues(lang)
        return catalogues[0].plural(number) if catalogues else int(number != 1)

    def wording(self, lang: str) -> Wording:
        """The words by which a language counts, claims and points up or down. Raises SourceErrors."""
        name = wording_name(lang)
        self._note(f"@template/{name}", ("template", name))
        return self._site().wording(lang)

    def terms(self, release: str) -> Terms:
        """The agreed terms that the source text of a release holds. Raises SourceErrors when it cannot be read."""
        self._note(TERMS_FILE, ("terms", release))
        return terms_of(self._edition, release)

    # -- the calendar

    def calendar(self) -> tuple[Dated, ...]:
        """The dates of the release calendar, in the order of time."""
        self._note(CALENDAR_UNIT, ("calendar",))
        return self._edition.calendar()

    def has_calendar(self) -> bool:
        """Whether any date is announced: only then is there a calendar."""
        self._note(CALENDAR_UNIT, ("has calendar",))
        return bool(self._edition.calendar())
