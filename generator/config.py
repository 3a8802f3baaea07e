"""site.toml → SiteConfig, all mistakes at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from .errors import (
    ALWAYS_ERRORS,
    BETWEEN_LANGUAGES,
    CODES,
    LEVELS,
    Level,
    Problem,
    SourceErrors,
    SourceRef,
    did_you_mean,
)
from .places import Place, read_places
from .spec import Spec, read_toml

CONFIG_FILE = "site.toml"
_LANG = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")
_FOLDER = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_RESERVED = ("assets", "charts", "data", "embed")
_ADDRESS = re.compile(r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$")
_SEPARATOR = re.compile(r"^[.,\u00b7\u066b\u066c'\u2019\u0020\u00a0\u2009\u202f]?$")


@dataclass(frozen=True)
class LanguageConfig:
    """A language of the site: BCP 47 tag, CLDR locale, autonym, and separators that differ from CLDR's (or None).

    `draft`: it is in preparation. The public site does not have it; its mistakes stop nothing.
    """

    tag: str
    locale: str
    name: str | None = None
    decimal: str | None = None
    group: str | None = None
    draft: bool = False


@dataclass(frozen=True)
class UnitConfig:
    """A unit that is a multiple of another: one of it is `per` of `of`; printed with `decimals`."""

    code: str
    of: str
    per: int
    decimals: int


@dataclass(frozen=True)
class KindConfig:
    """A kind of publication: its id, and the folder of its texts below `content/<language>/`.

    `listed`: it has an index, and stands in the navigation, on home pages and in feeds; else its releases are pages of
    the site itself (about, accessibility), to which the footer leads. `per_page`: cards on a page of its index.
    `related`: how many other releases each one shows below its text. `covers`: a drawing on each card.
    `date`: in words ("long"), or in digits ("numeric").
    """

    id: str
    folder: str
    listed: bool = True
    per_page: int = 20
    related: int = 0
    covers: bool = False
    date: str = "long"


@dataclass(frozen=True)
class SiteConfig:
    """site.toml. `url` ends with a slash; `languages` are in the site's order, the first is the default: the source.

    Two are no keys of the file, but of a preview. `shows_drafts`: languages in preparation are shown like the others;
    else the site does not have them. `lasting_names`: assets have names that do not change with their content, so that
    a change of the style sheet does not change every page.
    """

    url: str
    languages: tuple[LanguageConfig, ...]
    timezone: str
    kinds: Mapping[str, KindConfig]
    colours: Mapping[str, int]
    units: Mapping[str, UnitConfig]
    levels: Mapping[str, Level]
    latest: int = 10
    social_cards: bool = True
    max_file_mb: int = 10
    places: Mapping[str, Place] = field(default_factory=dict)
    shows_drafts: bool = False
    lasting_names: bool = False
    digest: str = field(default="", compare=False)

    def language(self, tag: str) -> LanguageConfig:
        """The language with this tag."""
        return next(language for language in self.languages if language.tag == tag)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the languages that the site shows, in order."""
        return tuple(language.tag for language in self.languages if self.shows_drafts or not language.draft)

    @property
    def coming(self) -> tuple[str, ...]:
        """The tags of the languages in preparation, whether they are shown or not."""
        return tuple(language.tag for language in self.languages if language.draft)

    @property
    def all_tags(self) -> tuple[str, ...]:
        """The tags of all languages, those in preparation too."""
        return tuple(language.tag for language in self.languages)

    @property
    def prefix(self) -> str:
        """The path of the site's address: `/`, or `/below/`."""
        return urlsplit(self.url).path or "/"

    @property
    def listed(self) -> tuple[str, ...]:
        """The kinds that have an index, in the site's order."""
        return tuple(kind.id for kind in self.kinds.values() if kind.listed)

    def for_preview(self) -> SiteConfig:
        """The configuration of a preview: assets keep their names, and what languages owe each other stops nothing, for
        whoever writes one of them must see it before the others follow. Nor does a correction that is to come."""
        lenient: dict[str, Level] = dict.fromkeys((*BETWEEN_LANGUAGES, "correction-to-come"), "warning")
        given = {code: level for code, level in self.levels.items() if level != "error"}
        return replace(self, lasting_names=True, levels={**self.levels, **lenient, **given})

    def level(self, problem: Problem) -> Problem:
        """A problem at the level that the site gives to its code."""
        level = self.levels.get(problem.code)
        return problem if level is None else problem.at_level(level)


def load_config(data: bytes) -> SiteConfig:
    """The bytes of site.toml → its configuration. Raises SourceErrors with everything that is wrong."""
    config, problems = parse_config(data, lambda _name: True)
    if problems:
        raise SourceErrors(*problems)
    return config


def parse_config(
    data: bytes, known_locale: Callable[[str], bool], *, drafts: bool = False
) -> tuple[SiteConfig, tuple[Problem, ...]]:
    """The bytes of site.toml → its configuration, and what is wrong, so that the rest of the site can be checked too.

    `known_locale` tells which locales can be used; with `drafts`, languages in preparation are shown. Raises
    SourceErrors when it is not known where the site's texts are.
    """
    spec = read_toml(data, CONFIG_FILE, "bad-config")
    languages = _read_languages(spec, known_locale)
    kinds = {name: _read_kind(name, table) for name, table in spec.tables("kinds")}
    if not kinds and not isinstance(spec.raw.get("kinds", {}), dict):
        pass  # already told
    elif not kinds:
        spec.problem("the site has no kind of publication", hint='add [kinds.communique] with folder = "communiques"')
    _no_repeats(spec, kinds)
    config = SiteConfig(
        url=_read_url(spec),
        languages=languages,
        timezone=_read_timezone(spec),
        kinds=kinds,
        colours=_read_colours(spec.table("colours")),
        units={name: _read_unit(name, table) for name, table in spec.tables("units")},
        levels=_read_levels(spec.table("checks")),
        latest=spec.integer("latest", 10, 1, 100) or 10,
        social_cards=spec.flag("social_cards", True),
        max_file_mb=spec.integer("max_file_mb", 10, 1, 1000) or 10,
        places=read_places(spec),
        shows_drafts=drafts,
    )
    spec.finish()
    tags = config.all_tags
    sound = all(is_tag(tag) and known_locale(config.language(tag).locale) for tag in tags)
    sound = sound and all(_FOLDER.match(kind.folder) for kind in kinds.values())
    if not config.tags or not kinds or not sound or len({tag.lower() for tag in tags}) < len(tags):
        raise SourceErrors(*spec.problems)
    return config, tuple(spec.problems)


def is_tag(text: str) -> bool:
    """Whether a text can be the tag of a language: it is a folder below `content/`, and the start of addresses."""
    return _LANG.match(text) is not None and text not in _RESERVED


def missing_config() -> SourceErrors:
    """What to say of a folder that holds no site.toml."""
    hint = "give the site's folder with --root, or write a site.toml (docs/reference.md lists its keys)"
    return SourceErrors(Problem("missing-file", "there is no site.toml here", SourceRef(CONFIG_FILE), hint))


def _read_url(spec: Spec) -> str:
    url = spec.need("url")
    if url and not _ADDRESS.match(url):
        spec.problem(f'"url" is "{url}"', "url", hint='write the site\'s address: url = "https://stat.example/"')
        url = ""
    url = url or "https://site.invalid/"
    return url if url.endswith("/") else url + "/"


def _read_timezone(spec: Spec) -> str:
    name = spec.text("timezone", "UTC") or "UTC"
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        spec.problem(f'there is no time zone "{name}"', "timezone", hint='for example "Europe/Brussels"')
        return "UTC"
    return name


def _read_languages(spec: Spec, known_locale: Callable[[str], bool]) -> tuple[LanguageConfig, ...]:
    tags = spec.texts("languages", required=True)
    if not tags and "languages" in spec:
        spec.problem("the site has no language", "languages", hint='for example languages = ["fr", "en"]')
    settings = dict(spec.tables("language"))
    for tag in tags:
        if not is_tag(tag):
            spec.problem(f'"{tag}" is not a language tag', "languages", hint='for example "fr" or "pt-BR"')
    for tag in {tag for tag in tags if [other.lower() for other in tags].count(tag.lower()) > tags.count(tag)}:
        spec.problem(f'"{tag}" stands twice in "languages", with other capitals', "languages", hint="keep one of them")
    for tag, table in settings.items():
        if tag not in tags:
            table.problem(f'[language.{tag}] is not among "languages"', hint=did_you_mean(tag, tags))
    languages = tuple(_read_language(tag, settings.get(tag)) for tag in tags)
    if languages and languages[0].draft:
        hint = "put a language first that is ready: the others are translated from it"
        spec.problem(f'the first language, "{tags[0]}", is a draft', "language", tags[0], "draft", hint=hint)
        languages = (replace(languages[0], draft=False), *languages[1:])
    for language in languages:
        if _LANG.match(language.tag) and not known_locale(language.locale):
            at = ("locale",) if "locale" in settings.get(language.tag, ()) else ()
            hint = f'choose a locale of CLDR: [language.{language.tag}] with locale = "en_GB", for example'
            message = f'there is no locale "{language.locale}"'
            keys = ("language", language.tag, *at) if language.tag in settings else ("languages",)
            spec.problem(message, *keys, hint=hint)
    return languages


def _read_language(tag: str, spec: Spec | None) -> LanguageConfig:
    default = tag.replace("-", "_")
    if spec is None:
        return LanguageConfig(tag, default)
    locale = spec.text("locale", default) or default
    decimal, group = spec.separator("decimal"), spec.separator("group")
    for key, sign in (("decimal", decimal), ("group", group)):
        if sign is not None and len(sign) == 1 and not _SEPARATOR.match(sign):
            spec.problem(f'"{key}" cannot be "{sign}"', key, hint="use a point, a comma, an apostrophe or a space")
    if decimal == "" or (decimal is not None and decimal == group):
        hint = 'for example decimal = "," and group = "."'
        spec.problem('"decimal" must be a character, and another than "group"', "decimal", hint=hint)
    name, draft = spec.text("name"), spec.flag("draft")
    spec.finish()
    return LanguageConfig(tag, locale, name, decimal, group, draft)


def _read_kind(name: str, spec: Spec) -> KindConfig:
    folder = spec.text("folder", name) or name
    if not _FOLDER.match(folder):
        spec.problem(f'"folder" is "{folder}"', "folder", hint="use lower-case letters, digits and hyphens")
    kind = KindConfig(
        id=name,
        folder=folder,
        listed=spec.flag("listed", True),
        per_page=spec.integer("per_page", 20, 1, 1000) or 20,
        related=spec.integer("related", 0, 0, 12) or 0,
        covers=spec.flag("covers"),
        date=spec.choice("date", ("long", "numeric"), "long"),
    )
    spec.finish()
    return kind


def _no_repeats(spec: Spec, kinds: Mapping[str, KindConfig]) -> None:
    folders = [kind.folder for kind in kinds.values()]
    for kind in kinds.values():
        if folders.count(kind.folder) > 1:
            hint = "give one of them another folder"
            spec.problem(f'two kinds share the folder "{kind.folder}"', "kinds", kind.id, hint=hint)


def _read_colours(spec: Spec) -> Mapping[str, int]:
    return {code: spec.integer(code, 0, 0, 6) or 0 for code in list(spec.raw)}


def _read_unit(name: str, spec: Spec) -> UnitConfig:
    of = spec.need("of")
    per = spec.integer("per", None, 1, 10**15)
    if "per" not in spec:
        hint = "one of this unit is how many of the other? per = 1000"
        spec.problem(f'[units.{name}] lacks "per"', code="missing-key", hint=hint)
    unit = UnitConfig(name, of, per or 1, spec.integer("decimals", 1, 0, 12) or 0)
    spec.finish()
    return unit


def _read_levels(spec: Spec) -> Mapping[str, Level]:
    levels: dict[str, Level] = {}
    for code in list(spec.raw):
        value = spec.choice(code, LEVELS, "error")
        if code not in CODES:
            spec.problem(f'there is no problem code "{code}"', code, hint=did_you_mean(code, CODES))
        if code in ALWAYS_ERRORS and value != "error":
            spec.problem(f'"{code}" is always an error', code, hint="delete the line")
        levels[code] = cast(Level, value)
    return levels
