"""A release's tables → the files that readers take home: what each is called, and what must be said of it."""

from __future__ import annotations

import posixpath

from .. import urls
from ..errors import FactError, SourceErrors
from ..facts.displays import source_of, status_of
from ..facts.lookup import Lookup
from ..facts.words import Words
from .views import DownloadView


def downloads(lookup: Lookup, release: str, lang: str, path: str) -> tuple[DownloadView, ...]:
    """The data files of a release, with their addresses on the page at `path`."""
    return tuple(_download(lookup, release, lang, table, file, path) for table, file in lookup.files(release).items())


def _download(lookup: Lookup, release: str, lang: str, table: str, file: str, path: str) -> DownloadView:
    name, href = posixpath.basename(file), urls.relative(urls.data_path(release, table), path)
    words = Words(lookup, lang)
    try:
        spec = lookup.table_spec(release, table)
        title = words.label(spec.title) if spec.title else name
        note = status_of(words, spec, lookup.statuses(release, table))
        return DownloadView(title, name, href, note, source_of(words, spec))
    except (FactError, SourceErrors):
        return DownloadView(name, name, href, "", "")  # told where a chart, a table or the audit needs it
