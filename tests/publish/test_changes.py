"""The order of steps, by its promise: wherever a publishing stops, no page that readers can reach leads to nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import PublishError
from generator.publish.changes import Step, batches, changes, reachable, told
from generator.publish.seal import PARTS, Part, Seal, SealedFile, Sources
from generator.publish.target import Present

ENTRY = "index.html"
NAMES = [ENTRY, *(f"{folder}{name}" for folder in ("", "a/", "a/b/") for name in ("p", "q", "r", "s"))]


@dataclass(frozen=True)
class Web:
    """A site: path → what its file links to (inside the site), what it is, and what else its bytes depend on."""

    files: Mapping[str, tuple[frozenset[str], Part, int]]

    def content(self, path: str) -> bytes:
        links, _part, salt = self.files[path]
        return repr((sorted(links), salt)).encode()

    def seal(self, headers: Mapping[str, str] | None = None) -> Seal:
        files = tuple(
            sealed(path, self.content(path), self.files[path][1], (headers or {}).get(path, "a"))
            for path in sorted(self.files)
        )
        return Seal("https://stat.example/", datetime(2024, 1, 1, tzinfo=UTC), files, Sources(""), {}, {})


def sealed(path: str, content: bytes, part: Part = "page", header: str = "a") -> SealedFile:
    digest = hashlib.sha256(content).hexdigest()
    return SealedFile(path, digest, len(content), "text/html", (("Cache-Control", header),), part)


@st.composite
def webs(draw: st.DrawFn) -> Web:
    paths = [ENTRY, *draw(st.lists(st.sampled_from(NAMES[1:]), unique=True, max_size=8))]
    some = st.frozensets(st.sampled_from(paths), max_size=4)
    return Web({path: (draw(some), draw(st.sampled_from(PARTS)), draw(st.integers(0, 1))) for path in paths})


State = dict[str, tuple[bytes, frozenset[str], tuple[tuple[str, str], ...]]]


def state_of(web: Web) -> State:
    return {file.path: (web.content(file.path), web.files[file.path][0], file.sent) for file in web.seal().files}


def present(state: State) -> dict[str, Present]:
    return {path: Present(hashlib.sha256(content).hexdigest(), sent) for path, (content, _l, sent) in state.items()}


def take(state: State, step: Step, web: Web) -> None:
    if step.file is None:
        del state[step.path]
    else:
        state[step.path] = (web.content(step.path), web.files[step.path][0], step.file.sent)


def dead_links(state: State, entries: set[str]) -> list[tuple[str, str]]:
    """Links to nothing, of every page that can be reached from some."""
    waiting, seen, dead = list(entries), set(entries), []
    while waiting:
        page = waiting.pop()
        for link in state[page][1]:
            if link not in state:
                dead.append((page, link))
            elif link not in seen:
                seen.add(link)
                waiting.append(link)
    return dead


def ours(*webs: Web) -> dict[str, Part]:
    return {path: part for web in webs for path, (_links, part, _salt) in web.files.items()}


@given(webs(), webs())
def test_no_step_leaves_a_dead_link(old: Web, new: Web) -> None:
    """Entries are all pages that readers had, until they are deleted: bookmarks, other sites, an open tab."""
    state, steps = state_of(old), changes(new.seal(), present(state_of(old)), ours(old))
    for step in steps:
        take(state, step, new)
        last = step.file is None
        assert not dead_links(state, set(new.files) if last else set(old.files)), step
    assert state == state_of(new)
    assert changes(new.seal(), present(state), ours(new)) == (), "and nothing is left to do"


@given(webs(), webs(), st.randoms(use_true_random=False))
def test_steps_of_a_batch_go_in_any_order(old: Web, new: Web, random: Random) -> None:
    state, steps = state_of(old), changes(new.seal(), present(state_of(old)), ours(old))
    cut = batches(steps)
    assert tuple(step for batch in cut for step in batch) == steps
    for batch in cut:
        for step in random.sample(batch, len(batch)):
            take(state, step, new)
            assert not dead_links(state, set(new.files) if step.file is None else set(old.files)), step
    assert state == state_of(new)


@given(webs())
def test_a_site_that_was_not_there(new: Web) -> None:
    """Whoever knows the bare address finds nothing, or all."""
    state: State = {}
    for step in changes(new.seal(), {}, {}):
        take(state, step, new)
        assert not dead_links(state, {ENTRY} & set(state)), step
    assert state == state_of(new)


def some_web(random: Random, names: list[str]) -> Web:
    paths = [ENTRY, *(name for name in names if random.random() < 0.5)]
    return Web(
        {
            path: (frozenset(one for one in paths if random.random() < 0.3), random.choice(PARTS), random.randrange(2))
            for path in paths
        }
    )


def test_other_seals_after_interruptions() -> None:
    """Several in a row, each interrupted anywhere: what one left behind, a page without what it leads to, is nothing
    that the next one leads to. Seeds, since a mistake here shows in one of some hundred chains."""
    for seed in range(1500):
        random = Random(seed)
        sites = [some_web(random, NAMES[1:8]) for _ in range(random.choice([2, 3, 4]))]
        state = state_of(sites[0]) if random.random() < 0.8 else {}
        reached, begun = frozenset(state), list[Web]()
        for turn in range(random.choice([2, 3, 4])):
            if begun:
                reached = reachable(reached, begun[-1].seal(), present(state))
            begun.append(random.choice(sites))
            cut = batches(changes(begun[-1].seal(), present(state), ours(*sites), reached))
            steps = [step for batch in cut for step in random.sample(batch, len(batch))]
            for step in steps[: random.randrange(len(steps) + 1)]:
                take(state, step, begun[-1])
                assert not dead_links(state, {ENTRY} & set(state)), (seed, turn, step)
        reached = reachable(reached, begun[-1].seal(), present(state))
        for step in changes(sites[0].seal(), present(state), ours(*sites), reached):
            take(state, step, sites[0])
            assert not dead_links(state, {ENTRY} & set(state)), (seed, step)
        assert state == state_of(sites[0])


@given(webs(), st.dictionaries(st.sampled_from(NAMES), st.sampled_from("ab")))
def test_headers_count(web: Web, headers: dict[str, str]) -> None:
    steps = changes(web.seal(headers), present(state_of(web)), ours(web))
    assert {step.path for step in steps} == {path for path in web.files if headers.get(path, "a") != "a"}
    assert {step.why for step in steps} <= {"headers"}
    unknown = {path: Present(found.sha256) for path, found in present(state_of(web)).items()}
    assert changes(web.seal(headers), unknown, ours(web)) == (), "a place without headers"


def test_files_go_by_what_they_are() -> None:
    new = Web({f"{part}.x": (frozenset(), part, 0) for part in PARTS})
    there = {f"{part}-old.x": Present("0" * 64) for part in PARTS}
    steps = changes(new.seal(), there, {f"{part}-old.x": part for part in PARTS})
    assert [step.path for step in steps] == [
        *("asset.x", "data.x", "page.x", "index.x", "feed.x"),
        *("feed-old.x", "index-old.x", "page-old.x", "data-old.x", "asset-old.x"),
    ]
    assert next(iter(told(steps))) == f"put     asset.x (new, {len(new.content('asset.x'))} bytes)"
    assert list(told(steps))[-1] == "delete  asset-old.x"


def test_files_of_others_stay() -> None:
    web = Web({ENTRY: (frozenset(), "page", 0)})
    there = {".well-known/acme": Present("1" * 64), **present(state_of(web))}
    assert changes(web.seal(), there, ours(web)) == ()


@pytest.mark.parametrize(("other", "sealed_path"), [("fr", "fr/index.html"), ("fr/index.html/x", "fr/index.html")])
def test_a_file_of_others_in_the_way(other: str, sealed_path: str) -> None:
    seal = Web({sealed_path: (frozenset(), "page", 0)}).seal()
    with pytest.raises(PublishError, match=f"^{other} is in the way"):
        changes(seal, {other: Present("1" * 64)}, {})
    assert [step.why for step in changes(seal, {other: Present("1" * 64)}, {other: "page"})] == ["new", "gone"]


def test_a_file_of_others_at_the_path_of_a_sealed_one() -> None:
    """Where it would be lost, it is not written over; unless it took the place of one of ours."""
    web = Web({ENTRY: (frozenset(), "page", 0), "p": (frozenset(), "page", 0)})
    there = {path: Present("", foreign=True) for path in web.files}
    with pytest.raises(PublishError, match=r"^index\.html is in the way \(and 1 more\), and communique did not put it"):
        changes(web.seal(), there, {})
    assert [step.why for step in changes(web.seal(), there, ours(web))] == ["content", "content"]


def test_the_case_of_a_header_does_not_count() -> None:
    file = sealed(ENTRY, b"x")
    seal = replace(Web({ENTRY: (frozenset(), "page", 0)}).seal(), files=(file,))
    sent = tuple((name.upper(), value) for name, value in file.sent)
    assert changes(seal, {ENTRY: Present(file.sha256, sent)}, {}) == ()
