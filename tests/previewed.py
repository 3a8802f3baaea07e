"""A preview as its users have it: builder, watcher and server, in threads of this process, at a port of its own."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from support import CHARTS, NOW

from generator.preview.server import Preview, listen
from generator.preview.session import Outcome, Session
from generator.preview.watching import keep_building, places_of
from generator.render.charts import BytesCache
from generator.sources.files import FolderFiles
from generator.workers import Tools

#: In seconds: far more than anything takes. A test that fails waits so long; a good one never does.
PATIENCE = 60.0


def wait_for(ready: Callable[[], object], what: str = "") -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, f"waited in vain: {what or ready}"
        time.sleep(0.005)


@dataclass(frozen=True)
class Reply:
    """What a server answered: headers by their names in lower case, each with all its values."""

    status: int
    headers: Mapping[str, list[str]]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def header(self, name: str) -> str:
        return ", ".join(self.headers.get(name, []))


@dataclass
class Running:
    """A preview that runs."""

    root: Path
    port: int
    session: Session
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Reply:
        """One request. The path goes as it stands: nothing is tidied up on the way."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=headers is not None and "Host" in headers)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            found: dict[str, list[str]] = {}
            for name, value in response.getheaders():
                found.setdefault(name.lower(), []).append(value)
            return Reply(response.status, found, response.read())
        finally:
            connection.close()

    def write(self, path: str, text: str | bytes) -> None:
        """Save a source."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())

    def shows(self, path: str, words: str) -> Callable[[], bool]:
        """A question: whether a page has some words."""
        return lambda: words in self.get(path).text

    def built(self) -> int:
        """How many builds have been told."""
        return len(self.outcomes)


@contextmanager
def previewed(
    root: Path,
    now: Callable[[], datetime] = lambda: NOW,
    *,
    unpublished: bool = True,
    charts: BytesCache | None = None,
    host: str = "127.0.0.1",
    watching: Callable[..., None] = keep_building,
) -> Iterator[Running]:
    """Run a preview of a site in a folder."""
    files = FolderFiles(root)
    outcomes: list[Outcome] = []
    session = Session(files, now, Tools(charts or CHARTS), outcomes.append, unpublished=unpublished)
    listening, stop, started = listen(host, 0), threading.Event(), threading.Event()
    server = Preview(session, listening, host, started.set)
    threads = [
        threading.Thread(target=watching, args=(session, places_of(files), stop)),
        threading.Thread(target=server.serve_until_end),
    ]
    for thread in threads:
        thread.start()
    try:
        assert started.wait(PATIENCE)
        yield Running(root, listening.getsockname()[1], session, outcomes)
    finally:
        stop.set()
        server.end()
        for thread in threads:
            thread.join(PATIENCE)
        listening.close()
        assert not any(thread.is_alive() for thread in threads)
