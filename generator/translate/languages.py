"""A site and a tag → the files that a further language needs: configuration, names, terms, catalogue; nothing else
changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..config import CONFIG_FILE, LanguageConfig, SiteConfig, is_tag, parse_config
from ..errors import SourceErrors, UsageError
from ..formats import known_locale, plural_categories
from ..render.templates import Templates
from ..sources.labels import LABELS_FILE
from ..sources.site import Site, catalogue_name
from ..sources.terms import TERMS_FILE
from ..sources.wording import wording_name
from ..spec import locate
from .catalogues import needed_texts
from .changes import Change
from .columns import with_column
from .po import new_catalogue, update_catalogue

_NOTE = "draft = true    # in preparation: nobody sees it. Delete this line when its texts are there"
_TOKEN = re.compile(r"""\"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[\[\],]|#[^\n]*""")
_HEADER = re.compile(r"^\s*\[")
_OF_A_LANGUAGE = re.compile(r"^\s*\[\s*language\s*\.")


@dataclass(frozen=True)
class NewLanguage:
    """What a new language makes of some files, and what is to be done then."""

    changes: tuple[Change, ...]
    steps: tuple[str, ...]


def add_language(site: Site, tag: str, locale: str) -> NewLanguage:
    """A language in preparation. Raises UsageError when it cannot be added, SourceErrors of broken sources."""
    _check(site.config, tag, locale)
    config_text = site.snapshot.read(CONFIG_FILE)
    after = _with_language(config_text, site.config, tag, locale)
    later = Site(parse_config(after, known_locale)[0], site.snapshot, site.heads)
    changes = [Change(CONFIG_FILE, config_text, after)]
    for path in (LABELS_FILE, TERMS_FILE):
        if path in site.snapshot:
            changes.append(_column(path, site.snapshot.read(path), tag))
    changes += _catalogue(later, tag, locale)
    return NewLanguage(tuple(changes), tuple(_steps(later, tag, locale)))


def _check(config: SiteConfig, tag: str, locale: str) -> None:
    if not is_tag(tag):
        raise UsageError(f'"{tag}" is not a language tag: write "nl" or "pt-BR", for example')
    same = next((other for other in config.all_tags if other.lower() == tag.lower()), None)
    if same is not None:
        state = ", in preparation" if same in config.coming else ""
        raise UsageError(f'the site has the language "{same}" already{state}')
    if not known_locale(locale):
        raise UsageError(f'CLDR knows no locale "{locale}": choose one with --locale, for example --locale nl_BE')


# ---------------------------------------------------------------- site.toml


def _with_language(data: bytes, config: SiteConfig, tag: str, locale: str) -> bytes:
    """site.toml with the language, which a second reading confirms. Raises UsageError when that is not sure."""
    text = data.decode()
    ending = "\r\n" if "\r\n" in text else "\n"
    table = [f"[language.{tag}]", f'locale = "{locale}"', _NOTE]
    try:
        changed = _with_table(_with_tag(text.replace("\r\n", "\n"), tag), table)
        after = changed.replace("\n", ending).encode()
        found, problems = parse_config(after, known_locale)
        _before, earlier = parse_config(data, known_locale)
    except (LookupError, SourceErrors):
        found, problems, earlier, after = None, (), (), b""
    wanted = replace(config, languages=(*config.languages, LanguageConfig(tag, locale, draft=True)))
    if found != wanted or len(problems) != len(earlier):
        lines = "\n    ".join(("", *table))
        message = (
            f'{CONFIG_FILE} is written in a way that cannot be changed safely: add "{tag}" to languages, and{lines}'
        )
        raise UsageError(f"{message}\n  then run this again without it: communique translate catalogue --lang {tag}")
    return after


def _with_tag(text: str, tag: str) -> str:
    """The text with one more element in the list of languages. Raises LookupError when there is no such list."""
    line = locate(text)["languages",]
    start = sum(len(one) + 1 for one in text.split("\n")[: line - 1])
    start = text.index("=", start) + 1
    last: re.Match[str] | None = None
    comma = -1
    for token in _TOKEN.finditer(text, start):
        sign = token.group()[0]
        if sign == "]":
            break
        if sign in "\"'":
            last, comma = token, -1
        elif sign == ",":
            comma = token.end()
    if last is None or text[start:].lstrip()[:1] != "[":
        raise LookupError("languages")
    quote = last.group()[0]
    element = f"{quote}{tag}{quote}"
    own_line = text[text.rfind("\n", 0, last.start()) + 1 : last.start()]
    if not own_line.strip():  # each stands on a line of its own
        place, element = (comma, f"\n{own_line}{element},") if comma > 0 else (last.end(), f",\n{own_line}{element}")
        return text[:place] + element + text[place:]
    if comma > 0:
        return f"{text[:comma]} {element},{text[comma:]}"
    return f"{text[: last.end()]}, {element}{text[last.end() :]}"


def _with_table(text: str, table: list[str]) -> str:
    """The text with a table after those of the other languages, else at its end."""
    lines = text.split("\n")
    headers = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    own = [number for number in headers if _OF_A_LANGUAGE.match(lines[number])]
    if not own:
        while lines and not lines[-1].strip():
            lines.pop()
        return "\n".join([*lines, "", *table, ""])
    end = next((number for number in headers if number > own[-1]), len(lines))
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
        end -= 1  # what stands before the next table is said of it
    rest = lines[end:]
    return "\n".join([*lines[:end], "", *table, *(rest or [""])])


# ---------------------------------------------------------------- names, terms, catalogue


def _column(path: str, data: bytes, tag: str) -> Change:
    text = data.decode()
    head = re.split(r"[\r\n]", text.lstrip("\ufeff"), maxsplit=1)[0]
    present = tag in (name.strip().strip('"') for name in head.split(","))
    return Change(path, data, data if present else with_column(text, tag).encode())


def _catalogue(later: Site, tag: str, locale: str) -> Iterator[Change]:
    path = later.template_files(catalogue_name(tag))[0]
    needed = needed_texts(later, Templates(later), tag)
    if path in later.snapshot:
        before = later.snapshot.read(path)
        yield Change(path, before, update_catalogue(before, needed, locale).data)
    elif needed:
        yield Change(path, None, new_catalogue(needed, tag, locale).data)


def _steps(later: Site, tag: str, locale: str) -> Iterator[str]:
    """What is to be done, in a good order."""
    path = later.template_files(catalogue_name(tag))[0]
    lacks = sum(1 for text in needed_texts(later, Templates(later), tag) if text.key not in _known(later, tag))
    if lacks:
        yield f"translate the {lacks} texts of the templates in {path}"
    yield f'fill the column "{tag}" of {LABELS_FILE}: {later.labels.lacking.get(tag, len(later.labels.lines))} names'
    usual = {"one", "other"}
    further = [name for name in plural_categories(locale) if name not in usual]
    if further and any(".pattern." in code for code in later.labels.lines):
        names = ", ".join(f"UNIT.pattern.{name}" for name in further)
        yield f"its plurals have more categories: add rows {names} to {LABELS_FILE} for each unit with a pattern"
    if later.template_path(wording_name(tag)) is None:
        yield f"only digits are checked in its texts until templates/{wording_name(tag)} gives its words for numbers"
    yield f"write its texts below content/{tag}/: communique translate status --lang {tag} names them"
    yield f'delete "draft = true" under [language.{tag}] in {CONFIG_FILE} when all is there'


def _known(later: Site, tag: str) -> set[tuple[str, str]]:
    return {key for catalogue in later.catalogues(tag) for key in catalogue.messages}
