"""A data file → its digests (SHA-256): of the file that readers download, and of the source that it was made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ..errors import FactError, SourceErrors
from ..facts.lookup import Lookup
from .downloads import render_csv


@dataclass(frozen=True)
class FileDigests:
    """Two digests, in hexadecimal; both empty for a file that cannot be read."""

    published: str
    source: str


class Digests:
    """The digests of one edition's data files. Several pages of a release name them; they are worked out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], FileDigests] = {}

    def of(self, lookup: Lookup, release: str, table: str) -> FileDigests:
        """The digests of a table's file."""
        try:
            _path, data = lookup.table_file(release, table)
            lookup.whole_table(release, table)
            if (release, table) not in self._known:
                made = render_csv(lookup, release, table)
                self._known[release, table] = FileDigests(_sha256(made), _sha256(data))
        except (FactError, SourceErrors):
            return FileDigests("", "")  # told by the audit
        return self._known[release, table]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
