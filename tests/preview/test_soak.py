"""Hundreds of edits of all kinds under a running preview end in what a clean build gives, and in no more memory.

`COMMUNIQUE_EXAMPLES=3000` makes more of them; the seed stands in the message of a failure.
"""

from __future__ import annotations

import gc
import os
import random
import shutil
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
from previewed import Running, previewed
from support import small_site, write
from test_watching import CHARTS, settle

from generator.facts.edition import Edition
from generator.preview.hosting import Hosting

EDITS = int(os.environ.get("COMMUNIQUE_EXAMPLES", "250"))
SEED = int(os.environ.get("COMMUNIQUE_SEED", "20240701"))
#: After so many edits the preview may come to rest, and is compared.
BETWEEN_RESTS = 100
#: In bytes: what caches and the allocator may still take between the first rest and the last.
ROOM = 40_000_000
SITE = {path: data for path, data in small_site().items() if not path.startswith("@")}
TEXTS = [path for path in SITE if path.endswith(".md")]
OWN = {
    "templates/release.html": b'{% extends "default/release.html" %}{% block after_body %}<p>Own</p>{% endblock %}',
    "templates/assets/site.css": b"body { color: #111 }",
    "templates/assets/extra.js": b"'use strict';",
    "templates/locale/en/LC_MESSAGES/messages.po": b'msgid "New"\nmsgstr "New"\n',
}
BROKEN = (b"", b"\xff\xfe", b"---\n", b"{{ nothing }}", b"{% if %}", b"a;b\n1;2\n", b"[", b"---\ntitle: x\n")


class Vandal:
    """Somebody who edits without rest and without sense, but always the same way for a seed."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.random = root, random.Random(seed)
        self.edits: tuple[Callable[[], None], ...] = (
            *(self.write,) * 6,
            *(self.restore,) * 4,
            *(self.delete, self.delete, self.rename, self.rename, self.swap, self.break_one),
            *(self.new_release, self.remove_folder, self.own_template, self.leave_rubbish, self.configure),
        )

    def place(self, path: str) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def some(self) -> str:
        return self.random.choice([*SITE, *TEXTS])

    def files(self) -> list[Path]:
        return sorted(path for name in ("content", "data", "templates") for path in (self.root / name).rglob("*.*"))

    def write(self) -> None:
        """A sentence or a row more, or the same again."""
        path = self.random.choice([*TEXTS, "data/labels.csv", "data/alpha/sales.csv"])
        more = f"WORD{self.random.randrange(5)},x,y,z\n" if path.endswith("labels.csv") else ""
        more = more or (f"NORTH,{1990 + self.random.randrange(30)},5,A\n" if path.endswith(".csv") else "\n\nA word.\n")
        self.place(path).write_bytes(SITE[path] + more.encode())

    def restore(self) -> None:
        path = self.some()
        self.place(path).write_bytes(SITE[path])

    def restore_all(self) -> None:
        for name in ("content", "data", "templates"):
            shutil.rmtree(self.root / name, ignore_errors=True)
        write(SITE, self.root)

    def break_one(self) -> None:
        self.place(self.some()).write_bytes(self.random.choice(BROKEN))

    def delete(self) -> None:
        if files := self.files():
            self.random.choice(files).unlink(missing_ok=True)

    def rename(self) -> None:
        """A file, or a folder, of any depth."""
        found = sorted(path for name in ("content", "data") for path in (self.root / name).rglob("*"))
        if found:
            path = self.random.choice(found)
            target = path.with_name(self.random.choice(["one", "two", "beta"]) + path.suffix)
            if not target.exists():
                path.rename(target)

    def swap(self) -> None:
        """Save as editors do: beside, then over."""
        path = self.random.choice(TEXTS)
        beside = self.place(path).with_suffix(".md.tmp")
        beside.write_bytes(SITE[path].replace(b"Note", b"Remark"))
        beside.replace(self.place(path))

    def new_release(self) -> None:
        name = f"new{self.random.randrange(3)}"
        self.place(f"data/{name}/release.toml").write_bytes(SITE["data/beta/release.toml"])
        for lang in ("fr", "en"):
            text = SITE[f"content/{lang}/notes/beta.md"].replace(b"note-b", name.encode())
            self.place(f"content/{lang}/notes/{name}.md").write_bytes(text)

    def remove_folder(self) -> None:
        name = self.random.choice(["content/fr/news", "content/en", "data/alpha", "data", "content", "templates"])
        shutil.rmtree(self.root / name, ignore_errors=True)

    def own_template(self) -> None:
        path = self.random.choice(list(OWN))
        self.place(path).write_bytes(self.random.choice([OWN[path], OWN[path], OWN[path] + b"\n", b"{% block %}"]))

    def leave_rubbish(self) -> None:
        self.place(f"content/fr/.{self.random.randrange(9)}.swp").write_bytes(b"x")
        self.place("content/fr/notes/beta.md~").write_bytes(b"x")

    def configure(self) -> None:
        text = self.random.choice(
            [SITE["site.toml"], SITE["site.toml"].replace(b"latest = 10", b"latest = 1"), b"url = ", SITE["site.toml"]]
        )
        self.place("site.toml").write_bytes(text)


def memory() -> int:
    """What the system says that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def counted(kind: type, patch: pytest.MonkeyPatch) -> Callable[[], int]:
    """A question: how many objects of a kind there are. (`gc.get_objects` would disturb the other threads.)"""
    made: weakref.WeakSet[object] = weakref.WeakSet()
    start = kind.__init__

    def init(self: object, *arguments: object, **options: object) -> None:
        start(self, *arguments, **options)
        made.add(self)

    patch.setattr(kind, "__init__", init)

    def count() -> int:
        gc.collect()
        return len(made)

    return count


def test_soak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(SITE, tmp_path / "root")
    vandal = Vandal(root, SEED)
    rests: list[tuple[int, int, int]] = []
    broken = 0
    hostings, editions = counted(Hosting, monkeypatch), counted(Edition, monkeypatch)
    with previewed(root, charts=CHARTS) as running:
        running.outcomes = _Count()
        running.session._listener = running.outcomes.append  # a listener that keeps nothing
        for number in range(EDITS):
            vandal.random.choice(vandal.edits)()
            time.sleep(vandal.random.choice([0, 0, 0.001, 0.01, 0.03]))
            if (number + 1) % BETWEEN_RESTS == 0:
                broken += _rest(running, vandal)
                rests.append((memory(), hostings(), editions()))
        assert running.built() > EDITS / 50, "it kept building"
    assert broken, "states that cannot be built were among them"
    assert max(rest[1] for rest in rests) <= 4, rests
    assert max(rest[2] for rest in rests) <= 4, rests
    assert rests[-1][0] - rests[0][0] < ROOM, f"memory grew: {rests}"


def _rest(running: Running, vandal: Vandal) -> bool:
    """Compare what is shown with a clean build: as it is, and when everything is mended. Whether it was broken."""
    was_broken = settle(running).broken
    vandal.restore_all()
    assert not settle(running).broken, f"seed {SEED}"
    assert running.get("/fr/").status == 200
    return was_broken


class _Count(list):  # type: ignore[type-arg]
    """A list that only counts: what is told to it holds whole sites."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def append(self, _outcome: object) -> None:
        self.count += 1

    def __len__(self) -> int:
        return self.count
