"""What tests of publishing share: small sealed sites, without a build, and what readers find."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from generator.headers import UNLESS_TOLD, content_type
from generator.publish.publishing import Order, publish
from generator.publish.seal import Seal, SealedFile, Sources
from generator.publish.store import Store
from generator.publish.target import Target

INSTANT = datetime(2024, 7, 1, 6, 30, tzinfo=UTC)

ONE = {
    "404.html": b"missing",
    "assets/site.aaaaaaaaaa.css": b"one",
    "data/x/t.csv": b"a,b\n",
    "fr/gone/index.html": b"gone",
    "fr/index.html": b"home one",
    "fr/same/index.html": b"same",
    "index.html": b"root",
}
TWO = {
    **{path: content for path, content in ONE.items() if "gone" not in path and "assets" not in path},
    "assets/site.bbbbbbbbbb.css": b"two",
    "fr/index.html": b"home two",
    "fr/new/index.html": b"new",
    "fr/new/deep/er.html": b"deeper",
}


def seal_of(files: Mapping[str, bytes], store: Store, instant: datetime = INSTANT) -> Seal:
    """A seal over some files, which are in the store."""
    sealed = [
        SealedFile(
            path,
            store.add(content),
            len(content),
            content_type(path),
            (("Cache-Control", UNLESS_TOLD),),
            "asset" if path.startswith("assets/") else "page",
        )
        for path, content in sorted(files.items())
    ]
    sources = Sources(hashlib.sha256(b"".join(files.values())).hexdigest())
    return Seal("https://stat.example/", instant, tuple(sealed), sources, {"version": "0"}, {})


def send(seal: Seal, store: Store, target: Target, *, keep: int = 5, by: str = "ann@office") -> int:
    """Publish, long after the instant; how many steps it took."""
    order = Order(seal, store, None, keep)
    return len(publish(order, target, by, lambda: datetime(2025, 1, 1, tzinfo=UTC), lambda _done, _all: None))


def seen(path: Path) -> dict[str, bytes]:
    """What readers find at a place."""
    return {
        (Path(folder) / name).relative_to(path).as_posix(): (Path(folder) / name).read_bytes()
        for folder, _folders, names in os.walk(path)
        for name in names
    }


def dead_links(files: Mapping[str, bytes]) -> list[str]:
    """Links to nothing, from all that can be reached from the home page."""
    waiting, seen, dead = ["index.html"] if "index.html" in files else [], {"index.html"}, []
    while waiting:
        for link in re.findall(r"\[(.+?)\]", files[waiting.pop()].decode()):
            if link not in files:
                dead.append(link)
            elif link not in seen:
                seen.add(link)
                waiting.append(link)
    return dead
