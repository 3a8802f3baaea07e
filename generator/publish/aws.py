"""A place of site.toml and the usual credentials of this machine → a bucket and a distribution to ask. boto3's home.

Whatever boto3, or the service, says of a failure stays here: its texts may hold a token, a signature or the name of a
key. People are told what the code of the failure means, and what to do.
"""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial
from io import BytesIO
from types import MappingProxyType
from typing import Any

from ..errors import PublishError
from ..headers import Headers
from ..places import BucketPlace

#: How many requests are made at the same time.
AT_ONCE = 8
#: In seconds: how long one waits after each attempt of a request that failed for what may pass.
_WAITS = (0.5, 2.0, 5.0, 15.0)
#: How often an answer is read that breaks off.
_READINGS = 4
#: In seconds: how long it may take to be connected, and to be answered.
_CONNECT, _ANSWER = 10, 30

#: The headers that a bucket keeps with an object, and what boto3 calls them.
_HELD: MappingProxyType[str, str] = MappingProxyType(
    {
        "content-type": "ContentType",
        "cache-control": "CacheControl",
        "content-disposition": "ContentDisposition",
        "content-encoding": "ContentEncoding",
        "content-language": "ContentLanguage",
    }
)
HELD = frozenset(_HELD)
#: Under which name the digest of its bytes goes with an object.
_DIGEST = "sha256"
_UNMARKED: MappingProxyType[str, str] = MappingProxyType({"MetadataDirective": "REPLACE", "CacheControl": "no-store"})

_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})
_CREDENTIALS = "the credentials of this machine are not accepted: see which are in use (aws configure list)"
_EXPIRED = "the credentials of this machine have expired: log in again"
_TOLD: MappingProxyType[str, str] = MappingProxyType(
    {
        "NoSuchBucket": "there is no such bucket: create it, or mend site.toml",
        "InvalidAccessKeyId": _CREDENTIALS,
        "SignatureDoesNotMatch": _CREDENTIALS,
        "InvalidClientTokenId": _CREDENTIALS,
        "UnrecognizedClientException": _CREDENTIALS,
        "InvalidToken": _CREDENTIALS,
        "ExpiredToken": _EXPIRED,
        "ExpiredTokenException": _EXPIRED,
        "RequestTimeTooSkewed": "the clock of this machine is wrong: set it",
        "NoSuchDistribution": "there is no such distribution: mend site.toml",
        "TooManyInvalidationsInProgress": "too many invalidations are in progress: wait some minutes",
        "NoCredentialsError": "this machine has no credentials for it: log in, or set AWS_PROFILE",
        "NoRegionError": "its region is not known: add region to its table in site.toml",
        "ResponseParserError": "what answers there is no such service: look at site.toml, and at the network",
        "SSLError": "its certificate is not valid, or not known here",
    }
)
_UNREACHED = re.compile(r"(Connect|Endpoint|Proxy|Read|HTTPClient|Response|Incomplete)\w*Error")


_Check = Callable[[], None]


class Refused(PublishError):
    """What a service refuses, in words; `code` is what it calls that, or the name of boto3's own error. `passes`:
    another attempt may be answered."""

    def __init__(self, message: str, code: str, *, passes: bool) -> None:
        super().__init__(message)
        self.code, self.passes = code, passes


@dataclass(frozen=True)
class Listed:
    """An object as a listing has it: its path below the prefix; what changes when somebody writes it; its size."""

    path: str
    etag: str
    modified: str
    size: int


@dataclass(frozen=True)
class Found:
    """An object that was read: its bytes, the headers it is sent with, the digest that it was marked with (empty: it is
    not marked), and how old it is by the service's own clock, in seconds (None: it does not say)."""

    content: bytes
    etag: str
    sent: Headers
    mark: str
    age: float | None


class _Guard:
    """What is asked just before a request of a thread leaves this machine, whether it may. Signing takes time, of which
    several threads have their share: a check before it would be long ago when the request leaves."""

    def __init__(self, client: Any) -> None:
        self._now = threading.local()
        client.meta.events.register_last("before-call.s3", _in_one_piece)
        client.meta.events.register("before-send.s3", self._call)

    def _call(self, **_given: object) -> None:
        check: _Check | None = getattr(self._now, "check", None)
        if check is not None:
            check()

    @contextmanager
    def asking(self, check: _Check | None) -> Iterator[None]:
        """Ask this one meanwhile. What it sends itself is asked of nobody."""
        before = getattr(self._now, "check", None)
        self._now.check = check
        try:
            yield
        finally:
            self._now.check = before


def _in_one_piece(params: dict[str, Any], **_given: object) -> None:
    """Let a request leave with its bytes. boto3 would send its headers, and the bytes when the service agrees: who is
    held up between the two has begun to write what must not be written any more when it goes on."""
    params["headers"].pop("Expect", None)
    content = params.get("body")
    if isinstance(content, BytesIO):
        params["body"] = content.getvalue()


def _answered(where: str, ask: Callable[[], Any]) -> Any:
    """What a service answers. What may pass is waited out. Raises Refused."""
    for wait in (*_WAITS, None):
        try:
            with _in_words(where):
                return ask()
        except Refused as refused:
            if wait is None or not refused.passes:
                raise
        time.sleep(wait)
    raise AssertionError


class Bucket:
    """The objects of a bucket below a prefix. Every method raises Refused. What may pass is waited out. `stranger` is a
    client without credentials; `guard` is that of the other client."""

    def __init__(
        self, client: Any, stranger: Any, name: str, prefix: str, guard: _Guard, check: _Check | None = None
    ) -> None:
        self.name, self.prefix = name, prefix
        self._client, self._stranger, self._guard, self._check = client, stranger, guard, check

    def guarded(self, check: _Check) -> Bucket:
        """The same, which calls `check` before a request leaves, each time that it is made, and sends it only if
        nothing is raised there: between one attempt and the next, a machine may sleep for hours."""
        return Bucket(self._client, self._stranger, self.name, self.prefix, self._guard, check)

    @property
    def where(self) -> str:
        """What messages call it."""
        return f"the bucket {self.name}"

    def _ask(self, action: str, path: str | None = None, **arguments: Any) -> Any:
        key = {} if path is None else {"Key": self.prefix + path}
        where = self.where if path is None else f"{self.prefix}{path} in {self.where}"
        ask = partial(getattr(self._client, action), Bucket=self.name, **key, **arguments)
        with self._guard.asking(self._check):
            return _answered(where, ask)

    def listed(self, below: str = "") -> Iterator[Listed]:
        """Every object, or those whose path begins so."""
        going_on: dict[str, str] = {}
        while True:
            answer = self._ask("list_objects_v2", Prefix=self.prefix + below, **going_on)
            for one in answer.get("Contents", ()):
                modified = f"{one['LastModified'].timestamp():.3f}"
                yield Listed(one["Key"][len(self.prefix) :], _bare(one["ETag"]), modified, one["Size"])
            if not answer.get("IsTruncated"):
                return
            token = answer.get("NextContinuationToken", "")
            if token in ("", *going_on.values()):  # what is not listed would be sent anew, and never be deleted
                raise Refused(f"{self.where}: it lists only a part: it must know ListObjectsV2", "", passes=False)
            going_on = {"ContinuationToken": token}

    def get(self, path: str, *, only_marked: bool = False) -> Found | None:
        """An object; None when there is none. `only_marked`: the bytes of others are not read, and are empty here. An
        answer that breaks off is asked for again."""
        for reading in range(_READINGS):
            try:
                answer = self._ask("get_object", path)
            except Refused as refused:
                if refused.code in _ABSENT:
                    return None
                raise
            mark = str(answer["Metadata"].get(_DIGEST, ""))
            try:
                with _in_words(self.where), closing(answer["Body"]) as body:
                    content = b"" if only_marked and not mark else body.read()
            except Refused:
                if reading == _READINGS - 1:
                    raise
                time.sleep(0.5 * 2**reading)
                continue
            sent = tuple((name, str(answer[key])) for name, key in _HELD.items() if key in answer)
            return Found(content, _bare(answer.get("ETag", "")), sent, mark, _age(answer))
        raise AssertionError

    def put(
        self,
        path: str,
        content: bytes,
        sent: Headers,
        *,
        mark: str = "",
        when: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Write an object with the headers that a bucket can hold; its ETag. `when` are conditions: `IfMatch`,
        `IfNoneMatch`. The service counts the bytes: what was altered on the way, it refuses."""
        held = {_HELD[name.lower()]: value for name, value in sent if name.lower() in _HELD}
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        metadata = {_DIGEST: mark} if mark else {}
        answer = self._ask("put_object", path, Body=content, ContentMD5=md5, Metadata=metadata, **held, **when)
        return _bare(answer.get("ETag", ""))

    def copy(self, path: str, etag: str, to: Bucket, new: str) -> None:
        """Have the service copy an object's bytes to another bucket, if they are those of `etag`."""
        source = {"Bucket": self.name, "Key": self.prefix + path}
        kind = "application/octet-stream"
        to._ask("copy_object", new, CopySource=source, CopySourceIfMatch=etag, ContentType=kind, **_UNMARKED)

    def delete(self, path: str) -> None:
        """Remove an object. It may be gone already."""
        self._ask("delete_object", path)

    def shows_all(self, path: str) -> bool:
        """Whether somebody without credentials can read an object."""
        try:
            ask = partial(self._stranger.get_object, Bucket=self.name, Key=self.prefix + path)
            answer = _answered(self.where, ask)
        except Refused as refused:
            if refused.passes:
                raise
            return False
        answer["Body"].close()
        return True


class Distribution:
    """A CloudFront distribution, which keeps copies of what readers ask for."""

    def __init__(self, client: Any, identity: str) -> None:
        self._client, self._identity = client, identity

    def invalidate(self, addresses: tuple[str, ...], reference: str) -> None:
        """Have it forget what it keeps at some addresses. `reference` must be a new one: it is how the service tells a
        repetition. Raises Refused."""
        batch = {"Paths": {"Quantity": len(addresses), "Items": list(addresses)}, "CallerReference": reference}
        ask = partial(self._client.create_invalidation, DistributionId=self._identity, InvalidationBatch=batch)
        _answered(f"the CloudFront distribution {self._identity}", ask)


def connect(place: BucketPlace) -> tuple[Bucket, Bucket, Distribution | None]:
    """The bucket of the site, that of the records, and what is before the first. Nothing is asked yet. Raises
    PublishError when boto3 is not there, or finds settings that it cannot use."""
    try:
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config
    except ImportError:
        raise PublishError("publishing to a bucket needs boto3: pip install 'communique[s3]'") from None

    settings = Config(
        retries={"total_max_attempts": 1},  # `_answered` makes the others: boto3 gives up within a second
        connect_timeout=_CONNECT,
        read_timeout=_ANSWER,
        max_pool_connections=2 * AT_ONCE,
        request_checksum_calculation="when_required",  # not all services know the new ones; `put` sends its own
        response_checksum_validation="when_required",
    )
    where = {"region_name": place.region or None, "endpoint_url": place.endpoint or None}
    with _in_words(f"the bucket {place.bucket}"):
        session = boto3.Session()
        client = session.client("s3", config=settings, **where)
        open_client = session.client("s3", config=settings.merge(Config(signature_version=UNSIGNED)), **where)
        distribution = None
        if place.cloudfront:
            region = place.region or session.region_name or "us-east-1"  # one is as good as another: it has none
            distribution = Distribution(session.client("cloudfront", region, config=settings), place.cloudfront)
    guard = _Guard(client)
    site = Bucket(client, open_client, place.bucket, place.prefix, guard)
    return site, Bucket(client, open_client, place.records, place.records_prefix, guard), distribution


def _bare(etag: str) -> str:
    return etag.strip('"')


def _age(answer: Mapping[str, Any]) -> float | None:
    """How long ago an object was written, by the service's clock alone: that of this machine may be wrong."""
    date, modified = answer["ResponseMetadata"]["HTTPHeaders"].get("date"), answer.get("LastModified")
    if date is None or not isinstance(modified, datetime):
        return None
    return (parsedate_to_datetime(date) - modified).total_seconds()


@contextmanager
def _in_words(where: str) -> Iterator[None]:
    """Whatever goes wrong with a request, as Refused."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        told = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = told if re.fullmatch(r"[A-Za-z0-9.]{1,60}", told) else str(status)
        raise Refused(f"{where}: {_words(code, status)}", code, passes=_is_trouble(code, status)) from None
    except (BotoCoreError, ResponseParserError, OSError, ValueError, TypeError) as error:
        cause = getattr(error, "kwargs", {}).get("error")  # what boto3 did not expect, such as a line end in a header
        code = "ValueError" if isinstance(cause, ValueError) else type(error).__name__
        passes = bool(_UNREACHED.fullmatch(code)) and code not in _TOLD
        raise Refused(f"{where}: {_words(code, 0)}", code, passes=passes) from None


def _is_trouble(code: str, status: int) -> bool:
    """Whether a service says that it cannot answer now."""
    return status >= 500 or status == 429 or code == "SlowDown"


def _words(code: str, status: int) -> str:
    """What is wrong, and what to do."""
    if code in _TOLD:
        text = _TOLD[code]
    elif _UNREACHED.fullmatch(code):
        text = "it cannot be reached, or breaks off: look at the network"
    elif _is_trouble(code, status):
        text = f"it does not answer as it should, though it was asked {len(_WAITS) + 1} times"
    elif status == 403:
        text = "this is not allowed: docs/publisher.md lists what the credentials must allow"
    elif status:
        text = f"it refuses this with status {status}"
    else:
        text = "the credentials of this machine, or its settings, cannot be used: see aws configure list"
    return f"{text} ({code}); then try again"
