"""A seal ↔ its JSON: every file of a site, what it was made from and by what, and a digest over all that."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from ..errors import PublishError
from ..headers import Headers

FORMAT = "communique-seal/1"
Part = Literal["asset", "data", "page", "index", "feed"]
"""What a file is for those who publish: in this order files are sent."""
PARTS: tuple[Part, ...] = get_args(Part)

_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"
_WORDS = 6
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True)
class SealedFile:
    """A file: its path below the site, the digest and size of its bytes, and what a host must send with it."""

    path: str
    sha256: str
    size: int
    content_type: str
    headers: Headers
    part: Part

    @property
    def sent(self) -> Headers:
        """Everything that a host must send with it, its type too."""
        return (("Content-Type", self.content_type), *self.headers)


@dataclass(frozen=True)
class Sources:
    """What a site was made from: a digest of all its sources; their git revision (empty: not in git); and which of them
    were not as that revision has them."""

    digest: str
    revision: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seal:
    """What was approved. It holds nothing of the machine, the person or the moment that made it, so that whoever makes
    it again from the same sources gets the same. `generator` and `libraries` are names → versions or digests;
    `redirects` leads from addresses that pages had before to those that they have, from the root of the host."""

    url: str
    instant: datetime
    files: tuple[SealedFile, ...]
    sources: Sources
    generator: Mapping[str, str]
    libraries: Mapping[str, str]
    redirects: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all the rest of the seal, as `_canonical` writes it."""
        return hashlib.sha256(_canonical(_content(self))).hexdigest()

    @cached_property
    def site(self) -> str:
        """SHA-256 of the files and their headers alone: what readers get."""
        return hashlib.sha256(_canonical(_files(self.files))).hexdigest()

    @property
    def name(self) -> str:
        """The digest in words: see `in_words`."""
        return in_words(self.digest)

    @cached_property
    def by_path(self) -> Mapping[str, SealedFile]:
        """The files by their paths."""
        return MappingProxyType({file.path: file for file in self.files})


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256, as seals write it."""
    return _DIGEST.fullmatch(text) is not None


def in_words(digest: str) -> str:
    """The first 96 bits of a digest as six words to be read aloud and compared by eye: `lusab-babad-gutih-…`.

    Each word is 16 bits: consonant, vowel, consonant, vowel, consonant (4, 2, 4, 2, 4 bits); the letters are those of
    proquints (arXiv:0901.4016).
    """
    numbers = [int(digest[at : at + 4], 16) for at in range(0, 4 * _WORDS, 4)]
    return "-".join(_word(number) for number in numbers)


def _word(number: int) -> str:
    letters = (
        _CONSONANTS[number >> 12],
        _VOWELS[number >> 10 & 3],
        _CONSONANTS[number >> 6 & 15],
        _VOWELS[number >> 4 & 3],
        _CONSONANTS[number & 15],
    )
    return "".join(letters)


def instant_text(instant: datetime) -> str:
    """An instant as seals and records hold it: in UTC, whatever the zone that it was given in."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


# ---------------------------------------------------------------- value ↔ JSON


def _canonical(value: object) -> bytes:
    """JSON with sorted names and no space, in UTF-8: one text for one value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _files(files: Iterable[SealedFile]) -> list[dict[str, object]]:
    return [
        {
            "path": file.path,
            "sha256": file.sha256,
            "size": file.size,
            "type": file.content_type,
            "headers": dict(file.headers),
            "part": file.part,
        }
        for file in files
    ]


def _content(seal: Seal) -> dict[str, object]:
    """All of a seal that its digest covers."""
    return {
        "format": FORMAT,
        "url": seal.url,
        "instant": instant_text(seal.instant),
        "files": _files(seal.files),
        "sources": {
            "digest": seal.sources.digest,
            "revision": seal.sources.revision,
            "changed": list(seal.sources.changed),
        },
        "generator": dict(seal.generator),
        "libraries": dict(seal.libraries),
        "redirects": dict(seal.redirects),
    }


def _whole(seal: Seal) -> dict[str, object]:
    """All that stands in the file of a seal."""
    return {**_content(seal), "digest": seal.digest, "words": seal.name, "site": seal.site}


def write_seal(seal: Seal) -> bytes:
    """A seal as the bytes of its file."""
    text = json.dumps(_whole(seal), ensure_ascii=False, sort_keys=True, indent=2)
    return f"{text}\n".encode()


def read_seal(data: bytes, name: str) -> Seal:
    """The bytes of a seal's file → the seal. `name` is what messages call it. Raises PublishError when it is no seal,
    or not as it was written."""
    try:
        raw = json.loads(data, object_pairs_hook=_each_once)
        given = raw["format"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PublishError(f"{name} is not a seal: make one with communique seal") from None
    if given != FORMAT:
        raise PublishError(f"{name} is a seal of another version ({given}): make it again with communique seal")
    try:
        seal = _seal(raw)
        altered = raw != _whole(seal)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise PublishError(f"{name} is not whole ({error}): take the file that communique seal wrote") from None
    if altered:
        raise PublishError(f"{name} was altered after it was sealed: take the file that communique seal wrote")
    return seal


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON. A name that stood there twice would say one thing to people, and another to programs."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name that stands there twice")
    return dict(pairs)


def _seal(raw: Mapping[str, Any]) -> Seal:
    files = tuple(_file(one) for one in raw["files"])
    _refuse_paths([file.path for file in files])
    sources = raw["sources"]
    instant = datetime.fromisoformat(_text(raw["instant"]))
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return Seal(
        url=_text(raw["url"]),
        instant=instant,
        files=files,
        sources=Sources(_text(sources["digest"]), _text(sources["revision"]), tuple(map(_text, sources["changed"]))),
        generator=_texts(raw["generator"]),
        libraries=_texts(raw["libraries"]),
        redirects=_texts(raw["redirects"]),
    )


def _file(raw: Mapping[str, Any]) -> SealedFile:
    sha256, size, part = _text(raw["sha256"]), raw["size"], raw["part"]
    if not is_digest(sha256) or type(size) is not int or size < 0 or part not in PARTS:
        raise ValueError(f"the entry of {raw['path']}")
    headers = tuple(sorted(_texts(raw["headers"]).items(), key=lambda header: header[0].lower()))
    for text in (raw["path"], raw["type"], *(part for header in headers for part in header)):
        if _UNSAFE.search(text):
            raise ValueError(f"the entry of {text!r}")
    return SealedFile(_text(raw["path"]), sha256, size, _text(raw["type"]), headers, cast(Part, part))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _texts(value: Mapping[str, object]) -> dict[str, str]:
    return {_text(name): _text(one) for name, one in value.items()}


def _refuse_paths(paths: list[str]) -> None:
    """A path must stay below the site, stand once, and be no folder of another."""
    folders = {folder for path in paths for folder in _folders(path)}
    for path in paths:
        if not path or path.startswith("/") or posixpath.normpath(path) != path or path.split("/")[0] == "..":
            raise ValueError(f"the path {path!r}")
    if len(set(paths)) < len(paths) or folders.intersection(paths) or sorted(paths) != paths:
        raise ValueError("the list of files")


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]
