"""What a built page costs its reader: bytes, scripts, text that jumps; and that scripts only add to it."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from built import Site, nothing

pytestmark = pytest.mark.xdist_group("browser")  # one worker: one build, one browser

COMMUNIQUE = 100_000  # bytes, compressed: the page and all that it loads by itself
SCRIPT = 5_000


def _sizes(site: Site, asked: Iterable[str]) -> dict[Path, int]:
    """Each file that was asked for → its compressed size."""
    prefix = urlsplit(site.address).path
    files = set()
    for url in asked:
        if url.startswith(site.address):
            file = site.folder / unquote(urlsplit(url).path).removeprefix(prefix)
            files.add(file / "index.html" if file.is_dir() else file)
    return {file: len(gzip.compress(file.read_bytes(), 6)) for file in sorted(files)}


def test_nothing_jumps_while_a_page_loads(visits) -> None:
    nothing([f"{visit.path} at {visit.width} px: {jump}" for visit in visits for jump in visit.jumps])


def test_a_communique_is_light(visits, site) -> None:
    paths = {page.path for page in site.pages if {"release", "kind-communique"} <= {*page.kind.split()}}
    met = [visit for visit in visits if visit.path in paths]
    assert met
    for visit in met:
        sizes = _sizes(site, visit.asked)
        assert 10_000 < sum(sizes.values()) < COMMUNIQUE, {file.name: size for file, size in sizes.items()}


def test_scripts_are_small_until_they_are_asked_for(visits, site) -> None:
    heavy = []
    for visit in visits:
        sizes = _sizes(site, (url for url in visit.asked if urlsplit(url).path.endswith((".js", ".mjs"))))
        if sum(sizes.values()) >= SCRIPT:
            heavy.append(f"{visit.path}: { ({file.name: size for file, size in sizes.items()}) }")
    nothing(heavy)


def test_a_page_says_the_same_without_scripts(visits, visits_without_scripts) -> None:
    texts = {visit.path: visit.text for visit in visits_without_scripts}
    assert all(len(text) > 20 for text in texts.values())
    nothing([f"{visit.path} at {visit.width} px" for visit in visits if visit.text != texts[visit.path]])
