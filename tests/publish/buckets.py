"""A service that speaks S3 and CloudFront on loopback (moto), in which a request can be made to go wrong."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

from moto import settings
from moto.backends import get_backend
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from generator.places import BucketPlace
from generator.publish.aws import Bucket, Distribution, connect
from generator.publish.bucket import BucketTarget

SITE, RECORDS = "site-bucket", "records-bucket"
#: What goes wrong, as a service says it: the status and the code.
ERRORS = {"500": ("500 Internal Server Error", "InternalError"), "slow": ("503 Slow Down", "SlowDown")}
ERRORS["forbidden"] = ("403 Forbidden", "AccessDenied")


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@dataclass
class Service:
    """The service, as WSGI in front of moto. The requests from number `fails` on (`lasting`), or that one alone, go
    wrong as `how` says: before they do anything, or (`late`) after. `watch` is called after each request that does
    something, `meanwhile` before one that goes wrong is answered."""

    port: int = 0
    requests: list[str] = field(default_factory=list)
    halves: int = 0  # requests whose bytes follow later, when the service agrees
    fails: int = 0
    how: str = "500"
    lasting: bool = False
    late: bool = False
    victim: int = 0
    ignores_conditions: bool = False
    watch: Callable[[], None] = lambda: None
    meanwhile: Callable[[], None] = lambda: None
    connections: dict[BucketPlace, tuple[Bucket, Bucket, Distribution | None]] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with self.guard:
            name = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}"
            self.requests.append(name)
            self.halves += "HTTP_EXPECT" in environ
            number = len(self.requests)
        fails = 0 < self.fails <= number if self.lasting else number == self.fails
        if self.ignores_conditions:
            environ = {
                name: value for name, value in environ.items() if name not in ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")
            }
        if not fails:
            answer = list(self._moto(environ, start))
            self.watch()
            return answer
        if self.late:
            list(self._moto(environ, lambda *_given: None))
            self.watch()
        self.meanwhile()
        return self._fail(environ, start)

    def _fail(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if self.how == "kill":
            os.kill(self.victim, signal.SIGKILL)
        if self.how == "half":
            return self._break_off(environ, start)
        if self.how == "page" and "list-type" in environ["QUERY_STRING"]:
            start("200 OK", [("Content-Type", "text/html")])
            return [b"<!doctype html><p>Log in here"]
        if self.how == "page":
            return self._moto(environ, start)  # type: ignore[no-any-return]
        if self.how in ("kill", "cut"):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            start("200 OK", [])
            return []
        status, code, message = (*ERRORS[self.how], "x") if self.how in ERRORS else self.answer
        said = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        text = f"<?xml version='1.0'?><Error>{said}</Error>".encode()
        start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))])
        return [text]

    def _break_off(self, environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        start("200 OK", [("Content-Length", "100000"), ("ETag", '"x"')])
        yield b"<"
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)

    def answers(self, status: str, code: str, message: str) -> None:
        """What it says when a request goes wrong as "answer"."""
        self.answer = (status, code, message)

    # ------------------------------------------------------------ what is there

    @property
    def buckets(self) -> Any:
        return get_backend("s3")["123456789012"]["aws"].buckets

    @contextmanager
    def only_allowing(self, policy: str) -> Iterator[dict[str, str]]:
        """Check signatures, and that what is asked is allowed, for a user with a policy; the user's credentials, as
        variables of the environment."""
        iam = get_backend("iam")["123456789012"]["aws"]
        iam.reset()
        iam.create_user("us-east-1", "ann")
        iam.put_user_policy("ann", "it", policy)
        key = iam.create_access_key("ann")
        settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
        try:
            yield {"AWS_ACCESS_KEY_ID": key.access_key_id, "AWS_SECRET_ACCESS_KEY": key.secret_access_key}
        finally:
            settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")

    def add(self, bucket: str, name: str, content: bytes) -> None:
        """An object of somebody else."""
        get_backend("s3")["123456789012"]["aws"].put_object(bucket, name, content)

    def remove(self, bucket: str) -> None:
        """Remove an empty bucket."""
        get_backend("s3")["123456789012"]["aws"].delete_bucket(bucket)

    def empty(self) -> None:
        """Two buckets without an object, and no trouble."""
        get_backend("s3")["123456789012"]["aws"].reset()
        get_backend("cloudfront")["123456789012"]["aws"].reset()
        self.fails, self.lasting, self.late, self.ignores_conditions, self.how = 0, False, False, False, "500"
        self.watch = self.meanwhile = lambda: None
        for name in (SITE, RECORDS):
            get_backend("s3")["123456789012"]["aws"].create_bucket(name, "us-east-1")
        self.requests.clear()
        self.halves = 0

    def seen(self, prefix: str = "") -> dict[str, bytes]:
        """What readers find below a prefix."""
        keys = dict(self.buckets[SITE].keys.items())
        return {name[len(prefix) :]: key.value for name, key in keys.items() if name.startswith(prefix)}

    def let_lapse(self, seconds: float = 61) -> None:
        """Make the lock older."""
        for name, key in self.buckets[RECORDS].keys.items():
            if name.endswith("lock.json"):
                key.last_modified -= timedelta(seconds=seconds)


@contextmanager
def served() -> Iterator[Service]:
    service = Service()
    server = make_server("127.0.0.1", 0, service, threaded=True, request_handler=_Silent)
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def place(service: Service, prefix: str = "", cloudfront: str = "") -> BucketPlace:
    return BucketPlace(SITE, prefix, RECORDS, "www/", service.url, "us-east-1", cloudfront)


def target(service: Service, prefix: str = "", cloudfront: str = "", *, anew: bool = False) -> BucketTarget:
    """A publisher's own view of it. Connections are shared, for they take long to make, unless one is made `anew`."""
    where = place(service, prefix, cloudfront)
    if anew:
        return BucketTarget(*connect(where))
    if where not in service.connections:
        service.connections[where] = connect(where)
    return BucketTarget(*service.connections[where])
