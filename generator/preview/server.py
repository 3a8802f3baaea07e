"""The state of a session → a server on this machine: pages, events, refusals. Home of Starlette and uvicorn."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from types import FrameType
from urllib.parse import unquote

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import UsageError
from .access import Access, access_for
from .pages import EVENTS, answer, message, with_scripts
from .session import Session

_FIRST_PORT, _PORTS = 8000, 100
#: In seconds: how often an event stream says that it lives; in milliseconds: when a browser tries to connect again.
_HEARTBEAT, _RECONNECT = 15.0, 500
#: Other sites may not load anything from here, not even what needs no permission (pictures, scripts).
_OWN_ONLY = "same-origin"


class Streams:
    """The event streams that are open. A session's thread wakes them; an end of the server ends them."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self.ended = False

    def wake(self) -> None:
        """Let every stream look at the state. Any thread may call it."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def end(self) -> None:
        """Let every stream end."""
        self.ended = True
        self.wake()

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()

    async def events(self, session: Session, address: str) -> AsyncIterator[str]:
        """What a page is told: everything at once, and again whenever something of it is another."""
        self._loop = asyncio.get_running_loop()
        woken, told = asyncio.Event(), ""
        self._waiting.add(woken)
        try:
            yield f"retry: {_RECONNECT}\n\n"
            while not self.ended:
                woken.clear()
                state = session.state
                if (news := json.dumps(asdict(message(state, address)))) != told:
                    told = news
                    yield f"id: {state.version}\nevent: state\ndata: {news}\n\n"
                try:
                    await asyncio.wait_for(woken.wait(), _HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._waiting.discard(woken)


class _Guard:
    """Requests that are not ours are refused before anybody looks at them."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            heads = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
            refusal = self._access.refusal(heads)
            if refusal is not None:
                app = PlainTextResponse(refusal.message, refusal.status, {"Cache-Control": "no-store"})
        await app(scope, receive, send)


def application(session: Session, streams: Streams, access: Access) -> ASGIApp:
    """The preview as an ASGI application."""
    session.listen(streams.wake)

    async def events(request: Request) -> Response:
        found = streams.events(session, unquote(request.query_params.get("page", "/")))
        headers = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": _OWN_ONLY}
        return StreamingResponse(found, headers=headers, media_type="text/event-stream")

    async def anything(request: Request) -> Response:
        return _respond(session, request)

    routes = [
        Route(EVENTS, events, methods=["GET"]),
        Route("/{path:path}", anything, methods=["GET", "HEAD"]),
    ]
    return _Guard(Starlette(routes=routes), access)


def _respond(session: Session, request: Request) -> Response:
    """The answer at the address of a request."""
    state, address = session.state, request.scope["path"]
    found = answer(state, address)
    headers = [*found.headers, ("Cache-Control", "no-cache"), ("Cross-Origin-Resource-Policy", _OWN_ONLY)]
    if found.location:
        query = f"?{request.url.query}" if request.url.query else ""
        headers.append(("Location", found.location + query))
        return _response(request, found.status, b"", headers)
    content = with_scripts(found, address, state)
    tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    headers.append(("ETag", tag))
    if found.status == 200 and _has_it(request, tag):
        return _response(request, 304, b"", headers)
    return _response(request, found.status, content, [*headers, ("Content-Type", found.content_type)])


def _response(request: Request, status: int, content: bytes, headers: list[tuple[str, str]]) -> Response:
    response = Response(b"" if request.method == "HEAD" else content, status)
    response.raw_headers = [(name.lower().encode(), value.encode()) for name, value in headers]
    if status != 304:
        response.raw_headers.append((b"content-length", str(len(content)).encode()))
    return response


def _has_it(request: Request, tag: str) -> bool:
    """Whether the browser has these very bytes already."""
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return tag in known or "*" in known


# ---------------------------------------------------------------- the port, and the life of the server


def listen(host: str, port: int | None) -> socket.socket:
    """A socket that listens at a host: at a port (0: any), or without one at the first free one from 8000 on.

    Raises UsageError.
    """
    ports = range(_FIRST_PORT, _FIRST_PORT + _PORTS) if port is None else (port,)
    try:
        family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError):
        raise UsageError(f"there is no address {host}: write --host 127.0.0.1, or an address of this machine") from None
    reason = ""
    for number in ports:
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((place[0], number, *place[2:]))
            listening.listen(128)
        except OSError as error:
            listening.close()
            reason = error.strerror or str(error)
            continue
        return listening
    asked = f"port {port}" if port is not None else f"any port from {ports[0]} to {ports[-1]}"
    raise UsageError(f"cannot listen at {host}, {asked}: {reason}; choose another with --port, or --port 0 for any")


class Preview(uvicorn.Server):
    """A server of a session: it serves until somebody, or a signal, ends it; then all ends at once."""

    def __init__(self, session: Session, listening: socket.socket, host: str, started: Callable[[], None]) -> None:
        self._streams, self._listening, self._started = Streams(), listening, started
        access = access_for(host, listening.getsockname()[1])
        config = uvicorn.Config(
            application(session, self._streams, access),
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)

    def serve_until_end(self) -> None:
        """Serve; returns when the server has ended."""
        self.run(sockets=[self._listening])

    def end(self) -> None:
        """End the server, and all streams with it. Any thread may call it."""
        self.should_exit = True
        self._streams.end()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn: tells when the server answers."""
        await super().startup(sockets)
        self._started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """See uvicorn: a signal ends the streams too, which would go on for ever."""
        self._streams.end()
        super().handle_exit(sig, frame)
