"""A template's name and a view → text; what is missing or wrong becomes a problem. Jinja's home."""

from __future__ import annotations

import io
import traceback
from collections.abc import Callable, Iterable
from functools import lru_cache

from jinja2 import Environment, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.ext import babel_extract
from jinja2.loaders import FunctionLoader
from jinja2.meta import find_referenced_templates

from ..errors import FactError, Problem, SourceErrors, SourceRef, StaleSource, did_you_mean
from ..facts.kept import Kept
from ..facts.lookup import Lookup
from ..sources.catalogues import Asked
from ..sources.site import Site
from ..spec import decode

_KEYWORDS = ("_", "gettext", "ngettext", "pgettext")
#: How a comment before a text begins that is meant for translators.
_NOTES = ("Translators:",)


class Templates:
    """The templates of one site. One target renders at a time; its `Lookup` notes which templates and texts it used.

    What has been compiled serves every site that has the same templates: see `serve`.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._loaded: dict[str, str] = {}  # every template that was asked for: the place and digest of its source
        self.kept: Kept[tuple[str, list[Problem]]] = Kept()  # what these templates made for a text
        self._lookup: Lookup | None = None
        self._lang = ""
        self._problems: list[Problem] = []
        self._env = Environment(
            loader=FunctionLoader(self._load),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=["jinja2.ext.i18n"],
            cache_size=-1,
        )
        install: Callable[..., None] = self._env.install_gettext_callables  # type: ignore[attr-defined]  # set by i18n
        install(self._gettext, self._ngettext, newstyle=True, pgettext=self._pgettext)
        self._closure = lru_cache(maxsize=None)(self._find_closure)

    def serve(self, site: Site) -> Templates:
        """The templates of another moment of the site: these ones, if none that was loaded has changed."""
        if any(_source(site, name) != source for name, source in self._loaded.items()):
            return Templates(site)
        self._site = site
        return self

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        self._loaded[name] = _source(self._site, name)
        path = self._site.template_path(name)
        if path is None:
            return None
        return decode(self._site.snapshot.read(path), path), path, lambda: True

    def _find_closure(self, name: str) -> tuple[str, ...]:
        """All templates that a template may use, itself included; absent ones too."""
        seen: dict[str, None] = {}
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen[current] = None
            loaded = self._load(current)
            if loaded is not None:
                tree = self._env.parse(loaded[0], current, loaded[1])
                waiting += [used for used in find_referenced_templates(tree) if used is not None]
        return tuple(seen)

    def has(self, name: str, lookup: Lookup) -> bool:
        """Whether there is a template of this name."""
        return lookup.has_template(name)

    def render(self, name: str, lookup: Lookup, lang: str, **values: object) -> tuple[str, tuple[Problem, ...]]:
        """A template filled in, with warnings (missing messages). Raises SourceErrors: `template-error`."""
        outer = self._lookup, self._lang, self._problems
        self._lookup, self._lang, self._problems = lookup, lang, []
        try:
            for used in self._closure(name):
                lookup.has_template(used)
            text = self._env.get_template(name).render(values)
            return text, tuple(self._problems)
        except RecursionError:
            raise SourceErrors(_problem("templates include each other without end", f"templates/{name}", 1)) from None
        except TemplateSyntaxError as error:
            place = error.filename or f"templates/{error.name or name}"
            raise SourceErrors(_problem(error.message or "syntax error", place, error.lineno)) from None
        except TemplateNotFound as error:
            raise SourceErrors(self._not_found(str(error.name), name, error)) from None
        except (SourceErrors, FactError, StaleSource):
            raise
        except Exception as error:  # a template may call anything on its view: whatever it raises is the template's
            raise SourceErrors(_problem(_reason(error), *self._place(error, name))) from None
        finally:
            self._lookup, self._lang, self._problems = outer

    def _not_found(self, missing: str, name: str, error: BaseException) -> Problem:
        names = [path.split("templates/", 1)[1] for path in self._site.snapshot.digests if "templates/" in path]
        return _problem(f'there is no template "{missing}"', *self._place(error, name), did_you_mean(missing, names))

    def _place(self, error: BaseException, name: str) -> tuple[str, int]:
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename in self._site.snapshot:
                return frame.filename, frame.lineno or 1
        return self._site.template_path(name) or f"templates/{name}", 1

    # -- texts of the templates

    def texts(self, path: str) -> tuple[Asked, ...]:
        """Every text that a template asks the catalogues for, in its order. Raises SourceErrors: `template-error`."""
        key = ("texts", path, self._site.snapshot.digest(path))
        return self._site.shelf.once(key, lambda: self._read_texts(path))

    def _read_texts(self, path: str) -> tuple[Asked, ...]:
        source = decode(self._site.snapshot.read(path), path)
        stream = io.BytesIO(source.encode())
        options = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
        try:
            found = list(babel_extract(stream, _KEYWORDS, _NOTES, options))
        except TemplateSyntaxError as error:
            raise SourceErrors(_problem(error.message or "syntax error", path, error.lineno)) from None
        return tuple(asked for _line, name, words, notes in found if (asked := _asked(name, words, notes, path)))

    def _find(self, message: str, context: str = "") -> tuple[str, ...] | None:
        assert self._lookup is not None
        found = self._lookup.message(self._lang, message, context)
        if found is None and (lack := self._lookup.lacks(self._lang, message, context)) is not None:
            self._problems.append(lack)
        return found

    def _gettext(self, message: str) -> str:
        found = self._find(message)
        return found[0] if found else message

    def _pgettext(self, context: str, message: str) -> str:
        found = self._find(message, context)
        return found[0] if found else message

    def _ngettext(self, singular: str, plural: str, number: int) -> str:
        found = self._find(singular)
        if found is None:
            return singular if number == 1 else plural
        assert self._lookup is not None
        return found[min(self._lookup.plural_form(self._lang, number), len(found) - 1)]


def _asked(name: str, words: object, notes: Iterable[str], path: str) -> Asked | None:
    """A call of a template, as Jinja's extractor gives it → the text that it asks for; None when it is not constant."""
    given = words if isinstance(words, tuple) else (words,)
    if not given or not isinstance(given[0], str):
        return None
    texts = [word for word in given if isinstance(word, str)]
    by = (f"templates/{path.partition('templates/')[2]}",)
    notes = tuple(line.strip() for note in notes for line in note.splitlines() if line.strip())
    match name, texts:
        case ("pgettext", [context, text]):
            return Asked(text, context, "", notes, by)
        case ("ngettext", [text, plural]):
            return Asked(text, "", plural, notes, by)
        case ("_" | "gettext", [text, *_]):
            return Asked(text, "", "", notes, by)
    return None


def _source(site: Site, name: str) -> str:
    """Where the source of a template stands, and its digest; one that is absent has a digest too."""
    path = site.template_path(name)
    return "" if path is None else f"{path} {site.snapshot.digest(path)}"


def _reason(error: BaseException) -> str:
    if isinstance(error, TemplateError):
        return str(error.message or error)
    return f"{type(error).__name__}: {error}"


def _problem(message: str, path: str, line: int, hint: str = "") -> Problem:
    fields = hint or "docs/designer.md lists what each template receives"
    return Problem("template-error", message, SourceRef(path, line), fields)
