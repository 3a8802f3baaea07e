"""A release's tables → the files that readers take home: what each is called, and what must be said of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from .. import urls
from ..errors import FactError, SourceErrors
from ..facts.displays import source_of, status_of
from ..facts.lookup import Lookup
from ..facts.words import Words
from ..model import DataFile
from .views import DownloadView


def data_files(lookup: Lookup, release: str, lang: str) -> tuple[DataFile, ...]:
    """The data files of a release, in the words of a language."""
    words = Words(lookup, lang)
    return tuple(_file(words, release, table, file) for table, file in lookup.files(release).items())


def _file(words: Words, release: str, table: str, file: str) -> DataFile:
    name = posixpath.basename(file)
    try:
        spec = words.lookup.table_spec(release, table)
        title = words.label(spec.title) if spec.title else name
        note = status_of(words, spec, words.lookup.statuses(release, table))
        return DataFile(table, title, name, note, source_of(words, spec))
    except (FactError, SourceErrors):
        return DataFile(table, name, name, "", "")  # told where a chart, a table or the audit needs it


def downloads(files: Iterable[DataFile], release: str, path: str) -> tuple[DownloadView, ...]:
    """Data files with their addresses on the page at `path`."""
    return tuple(
        DownloadView(
            file.title, file.name, urls.relative(urls.data_path(release, file.table), path), file.note, file.source
        )
        for file in files
    )
