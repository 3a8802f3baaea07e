"""A bucket of a service that speaks S3 as a target: objects that change one by one, and records where no reader is.

Beside the site's objects, where no reader gets them, stand the publisher's records: the lock, the history, the bytes of
the last seals (`objects/ab/cdef…`, as in a store), and `listing.json`: what each object of the site held when it was
last looked at. An object that a listing shows as it was then is not read again.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace

from ..errors import PublishError
from ..headers import Headers
from .aws import AT_ONCE, HELD, Bucket, Distribution, Listed
from .history import History
from .invalidation import stale_addresses
from .lease import LOCK, Lease
from .seal import Seal, SealedFile
from .store import Contents, is_of
from .target import Present, Publisher

_LISTING, _SHOWN, _KEPT = "listing.json", "shown", "objects/"
_IS_KEPT = re.compile(rf"{_KEPT}[0-9a-f]{{2}}/[0-9a-f]{{62}}")
_RECORD: Headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
#: Their names change with their content: nobody can have asked for one before it was there.
_ASSETS = "assets/"


@dataclass(frozen=True)
class _Object:
    """What an object held when it was looked at: as a listing has it, the digest of its bytes, and its headers. The
    digest is empty for what publishing did not put there."""

    etag: str
    modified: str
    sha256: str
    sent: Headers

    def is_listed_as(self, one: Listed) -> bool:
        """Whether it is surely the same object. Of one that was just put, nobody knows the moment yet."""
        return self.etag == one.etag and self.modified in ("", one.modified)


class BucketTarget:
    """See `Target`. `site` and `records` are parts of buckets; `distribution` is what stands before the first."""

    at_once = AT_ONCE

    def __init__(self, site: Bucket, records: Bucket, distribution: Distribution | None = None) -> None:
        self._site, self._records, self._distribution = site, records, distribution
        self._lease: Lease | None = None
        self._seen: dict[str, _Object] = {}  # what is there now, as far as this publisher knows
        self._stale: set[str] = set()  # what was changed, and may be kept as it was by others
        self._own: dict[str, bytes | None] = {}  # records, while nobody else may write them

    # ------------------------------------------------------------ one at a time

    @contextmanager
    def locked(self, publisher: Publisher) -> Iterator[None]:
        """See `Target.locked`."""
        lease = Lease(self._records, publisher, self._site.where)
        with lease.held():
            if self._records.shows_all(LOCK):
                raise PublishError(
                    f"everybody can read the records of publishing in {self._records.where}, which tell of sources and "
                    "of people: let only the publisher read them; nothing was published"
                )
            unguarded = self._site, self._records
            self._site, self._records = (bucket.guarded(lease.check) for bucket in unguarded)
            self._lease, self._own = lease, {}
            try:
                yield
            finally:
                self._lease = None
                self._site, self._records = unguarded

    def _check(self) -> None:
        """Stop, if the lock was lost."""
        assert self._lease is not None, "nothing is changed without the lock"
        self._lease.check()

    # ------------------------------------------------------------ what is there

    def shown(self) -> str:
        """See `Target.shown`."""
        return (self.read_record(_SHOWN) or b"").decode("ascii", "replace")

    def present(self) -> Mapping[str, Present]:
        """See `Target.present`. What is not as it was when it was last looked at is read, so that it is mended."""
        known, self._stale = self._remembered()
        self._seen = self._look(known)
        self._stale |= {
            path
            for path in known.keys() | self._seen.keys()
            if _changed(known.get(path), self._seen.get(path)) and _may_be_kept(path, known)
        }
        return {path: Present(one.sha256, one.sent, HELD, not one.sha256) for path, one in self._seen.items()}

    def _look(self, known: Mapping[str, _Object]) -> dict[str, _Object]:
        """What every object holds; those that are `known` are not read."""

        def look(one: Listed) -> _Object | None:
            there = known.get(one.path)
            if there is not None and there.is_listed_as(one):
                return replace(there, modified=one.modified)
            return self._read(one)

        with ThreadPoolExecutor(self.at_once) as pool:
            listed = [one for one in self._site.listed() if one.path]
            found = zip(listed, pool.map(look, listed), strict=True)
            return {one.path: there for one, there in found if there is not None}

    def _read(self, one: Listed) -> _Object | None:
        found = self._site.get(one.path, only_marked=True)
        if found is None:
            return None
        whole = found.mark and found.etag == one.etag
        sha256 = hashlib.sha256(found.content).hexdigest() if whole else ""
        return _Object(one.etag, one.modified, sha256, found.sent)

    def _remembered(self) -> tuple[dict[str, _Object], set[str]]:
        """What `_remember` wrote."""
        content = self.read_record(_LISTING)
        if content is None:
            return {}, set()
        try:
            raw = json.loads(content)
            site = raw["site"]
            files = {
                path: _Object(etag, modified, sha256, tuple((name, value) for name, value in sent))
                for path, (etag, modified, sha256, sent) in raw["files"].items()
            }
            stale = set(raw["stale"])
        except (ValueError, TypeError, KeyError, AttributeError):
            raise PublishError(f"the record {_LISTING} of the target is damaged: delete it") from None
        if site != [self._site.name, self._site.prefix]:
            records = f"the records in {self._records.where}"
            raise PublishError(f"{records} are of another place, {'/'.join(site)}: give each place records of its own")
        return files, stale

    def _remember(self) -> None:
        files = {path: astuple(one) for path, one in sorted(self._seen.items())}
        raw = {"site": [self._site.name, self._site.prefix], "files": files, "stale": sorted(self._stale)}
        self.write_record(_LISTING, json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode())

    # ------------------------------------------------------------ changing it

    def begin(self, room: int) -> None:
        """See `Target.begin`. What an interrupted publishing changed is noted, whatever becomes of this one."""
        self._remember()

    def put(self, file: SealedFile, content: bytes) -> None:
        """See `Target.put`."""
        self._check()
        if _may_be_kept(file.path, self._seen):
            self._stale.add(file.path)
        etag = self._site.put(file.path, content, file.sent, mark=file.sha256)
        self._seen[file.path] = _Object(etag, "", file.sha256, _held(file.sent))

    def delete(self, path: str) -> None:
        """See `Target.delete`."""
        self._check()
        self._stale.add(path)
        self._site.delete(path)
        self._seen.pop(path, None)

    def switch(self, seal: Seal) -> None:
        """See `Target.switch`. Readers see every step at once: what is left is to make sure of it, to have CloudFront
        forget what it was before, and to keep the bytes for a rollback."""
        self._check()
        self._seen = self._look(self._seen)
        wrong = [file.path for file in seal.files if not _holds(self._seen.get(file.path), file)]
        if wrong:
            more = f" and {len(wrong) - 1} more" if wrong[1:] else ""
            raise PublishError(f"somebody else changed {wrong[0]}{more} in {self._site.where} meanwhile: publish again")
        if self._distribution is not None and self._stale:
            self._check()
            self._distribution.invalidate(stale_addresses(self._stale, seal.url), secrets.token_hex(16))
        self._stale = set()
        self._keep(seal.files)
        self._remember()
        self.write_record(_SHOWN, seal.digest.encode())

    # ------------------------------------------------------------ bytes to return to

    def kept(self, digest: str) -> Contents | None:
        """See `Target.kept`."""
        return _Kept(self._records)

    def _keep(self, files: Iterable[SealedFile]) -> None:
        """Have the service copy what is not kept yet from the site to the records."""
        there = {one.path: one.size for one in self._records.listed(_KEPT)}
        missing = {
            _kept_path(file.sha256): file.path for file in files if there.get(_kept_path(file.sha256)) != file.size
        }

        def copy(new: str) -> None:
            path = missing[new]
            self._site.copy(path, self._seen[path].etag, self._records, new)

        self._do(copy, missing)

    def _do(self, change: Callable[[str], None], paths: Collection[str]) -> None:
        """Several changes of the records at the same time."""

        def one(path: str) -> None:
            self._check()
            change(path)

        with ThreadPoolExecutor(self.at_once) as pool:
            try:
                for _done in pool.map(one, paths):
                    pass
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def tidy(self, keep: int) -> None:
        """See `Target.tidy`."""
        wanted = {_kept_path(file.sha256) for seal in History(self).returnable(keep) for file in seal.files}
        there = [one.path for one in self._records.listed(_KEPT) if _IS_KEPT.fullmatch(one.path)]
        self._do(self._records.delete, [path for path in there if path not in wanted])

    # ------------------------------------------------------------ records

    def read_record(self, name: str) -> bytes | None:
        """See `Target.read_record`."""
        if self._lease is not None and name in self._own:
            return self._own[name]
        found = self._records.get(name)
        self._own[name] = None if found is None else found.content
        return self._own[name]

    def write_record(self, name: str, content: bytes | None) -> None:
        """See `Target.write_record`."""
        self._check()
        self._own.pop(name, None)
        if content is None:
            self._records.delete(name)
        else:
            self._records.put(name, content, _RECORD)
        self._own[name] = content


class _Kept:
    """The bytes of the last seals. See `Contents`."""

    def __init__(self, records: Bucket) -> None:
        self._records = records

    def find(self, file: SealedFile) -> bytes | None:
        """See `Contents.find`."""
        found = self._records.get(_kept_path(file.sha256))
        return found.content if found is not None and is_of(found.content, file) else None


def _kept_path(sha256: str) -> str:
    return f"{_KEPT}{sha256[:2]}/{sha256[2:]}"


def _held(sent: Headers) -> Headers:
    return tuple((name, value) for name, value in sent if name.lower() in HELD)


def _holds(there: _Object | None, file: SealedFile) -> bool:
    return there is not None and there.sha256 == file.sha256


def _changed(before: _Object | None, now: _Object | None) -> bool:
    """Whether an object that publishing put there, or had put there, is another one now."""
    ours = any(one is not None and one.sha256 for one in (before, now))
    return ours and (before is None or now is None or replace(before, modified="") != replace(now, modified=""))


def _may_be_kept(path: str, before: Collection[str]) -> bool:
    """Whether others may keep what readers got at a path before it was put: also that there was nothing."""
    return path in before or not path.startswith(_ASSETS)
