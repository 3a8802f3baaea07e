"""A site → its catalogues, brought up to date with the texts of its templates, and compiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import Problem, SourceErrors, SourceRef
from ..render.messages import asked_texts
from ..render.templates import Templates
from ..sources.catalogues import Asked, compiled, mistakes
from ..sources.site import Site, catalogue_name
from .changes import Change
from .po import Updated, new_catalogue, update_catalogue


@dataclass(frozen=True)
class CatalogueUpdate:
    """What became of the catalogue of a language."""

    lang: str
    change: Change
    done: Updated
    problems: tuple[Problem, ...]

    @property
    def changed(self) -> bool:
        """Whether the file is another now."""
        return self.change.before != self.change.after


def update_catalogues(site: Site, tags: tuple[str, ...]) -> tuple[CatalogueUpdate, ...]:
    """The catalogues of some languages, those that need none left out. Raises SourceErrors."""
    templates = Templates(site)
    return tuple(found for tag in tags if (found := _update(site, templates, tag)) is not None)


def compiled_files(updates: tuple[CatalogueUpdate, ...]) -> Iterator[tuple[str, bytes]]:
    """For other programs: path below the site's root → bytes of a .mo file."""
    for update in updates:
        name = catalogue_name(update.lang).removesuffix(".po")
        yield f"build/{name}.mo", compiled(update.change.after)


def _update(site: Site, templates: Templates, tag: str) -> CatalogueUpdate | None:
    path = site.template_files(catalogue_name(tag))[0]
    locale = site.config.language(tag).locale
    needed = needed_texts(site, templates, tag)
    before = site.snapshot.read(path) if path in site.snapshot else None
    if before is None and not needed:
        return None  # all that is asked for stands in the default catalogue
    try:
        done = new_catalogue(needed, tag, locale) if before is None else update_catalogue(before, needed, locale)
    except ValueError as error:  # what can be read was read before: an encoding that lies
        raise SourceErrors(Problem("bad-syntax", f"this is not a catalogue: {error}", SourceRef(path))) from None
    return CatalogueUpdate(tag, Change(path, before, done.data), done, tuple(mistakes(done.data, path, locale)))


def needed_texts(site: Site, templates: Templates, tag: str) -> tuple[Asked, ...]:
    """The texts that the site's own catalogue of a language needs: those that the default one does not translate, and
    those that the site says in other words. Raises SourceErrors."""
    own_path, default_path = site.template_files(catalogue_name(tag))
    read = dict(zip((p for p in (own_path, default_path) if p in site.snapshot), site.catalogues(tag), strict=True))
    own = {entry.key for entry in read[own_path].entries if not entry.obsolete} if own_path in read else set()
    given = read[default_path].messages if default_path in read else {}
    asked = asked_texts(templates, site.page_templates(), site.config.language(tag).locale)
    return tuple(text for text in asked if text.key in own or text.key not in given)
