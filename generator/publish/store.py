"""Sealed bytes on disk, under the digest of their content: what was approved is there when it is published.

`objects/ab/cdef…` holds the bytes whose SHA-256 is `abcdef…`. Seals share what is the same in them. Whatever is read is
counted again, so that bytes which somebody altered are never published.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol, runtime_checkable

from ..errors import PublishError
from .seal import SealedFile


class Contents(Protocol):
    """Where the bytes of sealed files are."""

    def find(self, file: SealedFile) -> bytes | None:
        """The bytes of a file, as its seal has them; None when they are not here, or not the same any more."""


@runtime_checkable
class Counted(Protocol):
    """What contents may offer besides: to tell whether they have a file, without its bytes, which may be far away."""

    def has(self, file: SealedFile) -> bool:
        """Whether `find` would find it."""


def has(contents: Contents, file: SealedFile) -> bool:
    """Whether the bytes of a file are there, as its seal has them."""
    return contents.has(file) if isinstance(contents, Counted) else contents.find(file) is not None


def is_of(content: bytes, file: SealedFile) -> bool:
    """Whether bytes are those that were sealed."""
    return len(content) == file.size and hashlib.sha256(content).hexdigest() == file.sha256


class Store:
    """The sealed bytes of a site: `build/sealed` in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _place(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256[2:]

    def add(self, content: bytes) -> str:
        """Keep bytes; their digest. Raises OSError."""
        sha256 = hashlib.sha256(content).hexdigest()
        place = self._place(sha256)
        with suppress(OSError):
            if place.read_bytes() == content:
                return sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f"{place.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.write_bytes(content)
        fresh.chmod(0o444)
        fresh.replace(place)
        return sha256

    def find(self, file: SealedFile) -> bytes | None:
        """See `Contents.find`."""
        try:
            content = self._place(file.sha256).read_bytes()
        except OSError:
            return None
        return content if is_of(content, file) else None


class Either:
    """Several places where sealed bytes may be: the first that has them, unaltered."""

    def __init__(self, *places: Contents) -> None:
        self._places = places

    def find(self, file: SealedFile) -> bytes | None:
        """See `Contents.find`."""
        return next((content for place in self._places if (content := place.find(file)) is not None), None)

    def has(self, file: SealedFile) -> bool:
        """See `Counted.has`."""
        return any(has(place, file) for place in self._places)


class Distant:
    """Bytes that are far away: the digests that files have there, by path, and how to fetch one."""

    def __init__(self, digests: Mapping[str, str], fetch: Callable[[str], bytes]) -> None:
        self._digests, self._fetch = digests, fetch

    def has(self, file: SealedFile) -> bool:
        """See `Counted.has`."""
        return self._digests.get(file.path) == file.sha256

    def find(self, file: SealedFile) -> bytes | None:
        """See `Contents.find`."""
        if not self.has(file):
            return None
        content = self._fetch(file.path)
        return content if is_of(content, file) else None


def content_of(contents: Contents, file: SealedFile) -> bytes:
    """The bytes of a sealed file. Raises PublishError when nobody has them as they were sealed."""
    content = contents.find(file)
    if content is None:
        raise _differing([file.path])
    return content


def check_contents(contents: Contents, files: Iterable[SealedFile], progress: Callable[[int, int], None]) -> None:
    """Count every file again. Raises PublishError with all that are missing or are not as they were sealed."""
    wanted = list(files)
    lost = []
    for number, file in enumerate(wanted, 1):
        if not has(contents, file):
            lost.append(file.path)
        progress(number, len(wanted))
    if lost:
        raise _differing(lost)


def _differing(paths: list[str]) -> PublishError:
    shown = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
    count = "1 sealed file is" if len(paths) == 1 else f"{len(paths)} sealed files are"
    hint = "check out the revision of the seal, and make it again with communique seal --now and its instant"
    return PublishError(f"{count} missing here, or altered since: {shown}; {hint}")
