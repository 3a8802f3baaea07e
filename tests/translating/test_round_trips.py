"""Any text of the grammar of docs/writer.md, out to a translator's tool and back."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from desk import TARGET, desk, edited, exported, imported, opened, shouted, site_of, text
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.editions import read_sources
from generator.facts.parity import compare_languages, outline
from generator.render.prose import Inline, ProseRenderer
from generator.sources.files import FolderFiles, MemoryFiles
from generator.sources.origins import origins_path
from generator.sources.passages import passages
from generator.translate.exchange import bitext, export
from generator.translate.rewrite import Draft, rewrite
from generator.translate.takeover import take_over
from generator.translate.xliff import write_xliff
from generator.translate.xliff_reader import read_xliff

ROOT = Path(__file__).parents[2]
SITES = (ROOT, *sorted((ROOT / "tests" / "sites").iterdir()))

# ---------------------------------------------------------------- texts of the supported syntax

WORD = st.sampled_from(
    [
        "recul",
        "d’été",
        "**forte**",
        "*hausse*",
        "R&amp;D",
        "&lt;",
        "(environ)",
        "«\u00a0mot\u00a0»",
        "l'an",
        "œuvre",
        "—",
        "a_b",
    ]
)
CODE = st.sampled_from(
    [
        "{{ year }}",
        "{{ wet.BRU | number }}",
        "[partout](claim:wet)",
        "[plus qu’en {{ year }}](claim:more)",
        '[le site](https://example.org/a_(b) "Un titre")',
        "[la note](release:rain#suite)",
        "<https://example.org/>",
        "`code [x](y)`",
        r"\[sic\]",
        "[^n]",
    ]
)


@st.composite
def sentence(draw: st.DrawFn, lines: bool = True) -> str:
    words = draw(st.lists(st.one_of(WORD, WORD, CODE), min_size=1, max_size=9))
    joints = st.sampled_from([" ", " ", " ", "  \n", "\n"] if lines else [" "])
    return "Mot" + "".join(draw(joints) + word for word in words) + " fin."


def indented(words: str, lead: str) -> str:
    return words.replace("\n", f"\n{lead}")


@st.composite
def items(draw: st.DrawFn) -> str:
    marks = draw(st.sampled_from([("- ", "- ", "- "), ("1. ", "2. ", "3. "), ("- ", "    - ", "- ")]))
    joint = draw(st.sampled_from(["\n", "\n\n"]))
    number = draw(st.integers(1, 3))
    return joint.join(mark + indented(draw(sentence()), " " * len(mark)) for mark in marks[:number])


PICTURE = st.sampled_from(
    ['![Des barres de {{ year }} [sic].](chart:c{n} "Titre {{ year }}")', "![Une légende](table:t{n})"]
)


KIND = st.sampled_from(["words", "words", "heading", "items", "quote", "picture", "figure", "box", "lead"])


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> list[str]:
    found = []
    for number in range(draw(st.integers(1, 5))):
        kind = draw(
            st.sampled_from(["words", "words", "heading", "items", "quote", "picture", "figure", "box", "lead"])
        )
        if kind == "heading":
            found.append(
                "#" * draw(st.integers(2, 3)) + " " + draw(sentence(False)) + draw(st.sampled_from(["", " ##"]))
            )
        elif kind == "items":
            found.append(draw(items()))
        elif kind == "quote":
            found.append("> " + indented(draw(sentence()), "> "))
        elif kind == "picture":
            found.append(draw(PICTURE).replace("{n}", f"{depth}{number}{draw(st.integers(0, 99))}"))
        elif kind == "figure":
            found.append("{{ year }}")
        elif kind in ("box", "lead") and depth < 1:
            head = f"/// box | {draw(sentence(False))}" if kind == "box" else "/// lead"
            found += [head, *draw(blocks(depth + 1)), "///"]
        else:
            found.append(draw(sentence()))
    return found


@st.composite
def files(draw: st.DrawFn) -> bytes:
    body = "\n\n".join(
        [*draw(blocks()), *(["[^n]: " + indented(draw(sentence()), "    ")] if draw(st.booleans()) else [])]
    )
    title = draw(st.sampled_from(["Titre {{ year }}", "'L''an : tout'", '"Un \\"titre\\""', ">-\n  Un titre\n  plié"]))
    whole = f"---\n# le titre\ntitle: {title}  # court\nsummary: Résumé en {{{{ year }}}}.\nslug: s\n---\n\n{body}"
    count = itertools.count()
    whole = re.sub("Mot", lambda _found: "Mot" + "abcdefghij"[next(count) % 10] * (1 + next(count) // 10), whole)
    if title.startswith(">"):
        whole = whole.replace("  # court", "")
    whole += draw(st.sampled_from(["", "\n", "\n\n", "  \n"]))
    if draw(st.booleans()):
        whole = whole.replace("\n", "\r\n")
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + whole.encode()


# ---------------------------------------------------------------- properties

SOME = settings(deadline=None, max_examples=60)


@SOME
@given(files(), st.booleans())
def test_what_nobody_touched_stays_byte_for_byte(source: bytes, translated: bool) -> None:
    site = desk(source, source if translated else None)
    found = imported(site, exported(site))
    assert (dict(found.files), found.problems) == ({}, ())


@SOME
@given(files())
def test_a_translation_from_nothing_has_every_block_in_its_place(source: bytes) -> None:
    site = desk(source)
    found = imported(site, edited(exported(site), shouted))
    assert not found.problems, [problem.text() for problem in found.problems]
    complete({**site, **found.files})


TWICE = """---
title: Titre
summary: Bref.
slug: s
---

## Mota recul fin.

/// box | Motc recul fin.

{{ year }}

Mote recul fin.

///

{{ year }}
"""


def test_a_block_without_words_stays_with_what_holds_it() -> None:
    site = desk(TWICE.encode())
    site |= imported(site, edited(exported(site), shouted, lambda number: number < 3)).files
    site |= imported(site, edited(exported(site, only_stale=True), shouted)).files
    complete(site)


@SOME
@given(files(), st.randoms(use_true_random=False))
def test_a_translation_in_pieces_comes_to_the_same(source: bytes, random: object) -> None:
    site = desk(source)
    xliff = exported(site)
    first = {number: number < 2 or random.random() < 0.5 for number in range(200)}  # type: ignore[attr-defined]
    site |= imported(site, edited(xliff, shouted, lambda number: first[number])).files
    assert TARGET in site
    site |= imported(site, edited(exported(site, only_stale=True), shouted)).files
    complete(site)


@SOME
@given(files())
def test_every_block_can_be_translated_anew(source: bytes) -> None:
    site = desk(source, source)
    found = imported(site, edited(exported(site), shouted))
    assert not found.problems, [problem.text() for problem in found.problems]
    complete({**site, **found.files})


def complete(site: dict[str, bytes]) -> None:
    """Every block of the source has its translation, made from it, in the same order, with the same marks."""
    one = opened(site)
    assert one.target is not None
    assert {pair.state for pair in one.pairs} == {"done"}
    shape = [
        [(block.kind, block.level, block.name, block.text.count("{{")) for block in passages(text)]
        for text in (one.source, one.target)
    ]
    assert shape[0] == shape[1]
    assert not list(compare_languages({"fr": outline(one.source), "en": outline(one.target)}))
    again = imported(site, exported(site))
    assert (dict(again.files), again.problems) == ({}, ())
    assert site_of(site)


# ---------------------------------------------------------------- texts that people wrote


@pytest.mark.parametrize("root", SITES, ids=lambda root: root.name)
def test_the_texts_of_whole_sites_stay_byte_for_byte(root: Path) -> None:
    site = read_sources(FolderFiles(root))
    for release in site.heads:
        for lang in site.config.tags[1:]:
            one = bitext(site, release, lang)
            xliff = write_xliff(export(site, one, "1.0", False, lambda _passage, _lang: ()).document)
            found = take_over(site, read_xliff(xliff, "x.xlf"))
            assert (dict(found.files), found.problems) == ({}, ())


def plain_links(data: bytes) -> list[str]:
    """The lines of a text without what an export does not carry: the slug, and addresses of one language."""
    lines = re.sub(r"\]\((?:https?://|/|#)[^)]*\)", "]()", data.decode()).split("\n")
    return [line for line in lines if line.strip() and not line.startswith("slug:")]


def test_pages_that_people_wrote_can_be_made_again_from_their_export() -> None:
    folders = [
        ROOT / "site.toml",
        *(path for name in ("content", "data", "templates") for path in (ROOT / name).rglob("*")),
    ]
    sources = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in folders if path.is_file()}
    site = read_sources(MemoryFiles(sources))
    for release, head in site.heads.items():
        for lang in [lang for lang in site.config.tags[1:] if lang in head.texts]:
            one = bitext(site, release, lang)
            xliff = write_xliff(export(site, one, "1.0", False, lambda _passage, _lang: ()).document)
            unmade = re.sub(rb"<context [^>]*x-translation.*", b"", xliff).replace(
                b"needs-review-translation", b"final"
            )
            without = {path: data for path, data in sources.items() if path not in (one.path, origins_path(one.path))}
            found = take_over(read_sources(MemoryFiles(without)), read_xliff(unmade, "x.xlf"))
            assert not found.problems, [problem.text() for problem in found.problems]
            assert plain_links(found.files[one.path]) == plain_links(sources[one.path])


@pytest.mark.parametrize("root", SITES, ids=lambda root: root.name)
def test_a_rewriting_without_new_texts_gives_the_same_bytes(root: Path) -> None:
    site = read_sources(FolderFiles(root))
    for release, head in site.heads.items():
        for lang in head.texts:
            data = site.snapshot.read(site.text_file(release, lang))
            found = site.text(release, lang)
            assert rewrite(found, data, Draft(found, {}, {}, {})).data == data


# ---------------------------------------------------------------- what readers get


class Quiet:
    """What prose asks, answered with next to nothing."""

    lang = "fr"

    def figure(self, expression: str, line: int) -> Inline:
        return Inline("<b>1</b>", "1")

    def claim(self, name: str, line: int) -> None: ...

    def chart(self, name: str, description: str, title: str, line: int) -> str:
        return f"<figure>{name}</figure>"

    def table(self, name: str, caption: str, line: int) -> str:
        return f"<table>{name}</table>"

    def release_link(self, release: str, line: int) -> str | None:
        return f"/{release}"

    def site_link(self, address: str) -> str:
        return address


@SOME
@given(files())
def test_pages_have_the_same_elements(source: bytes) -> None:
    """By the Markdown that makes pages, not by the grammar that cuts texts in blocks."""
    site = desk(source)
    one = opened({**site, **imported(site, edited(exported(site), shouted)).files})
    renderer = ProseRenderer("", "fr")
    shapes = []
    for this in (one.source, one.target):
        assert this is not None
        html = renderer.render(this.body, this.path, this.body_line, Quiet()).html
        shapes.append(re.findall(r"</?[a-z0-9]+", re.sub(r' (?:id|href)="[^"]*"', "", html)))
    assert shapes[0] == shapes[1]


SIGNS = st.lists(
    st.sampled_from(
        [*"aé1 #-*+>.)([]{}!`_\\/|<&;:\"'=~^\t\n", "\u00a0", "\u2028", "{{ year }}", "///", "[^1]", "word "]
    ),
    max_size=20,
).map("".join)
KINDS = (
    "Un bloc.",
    "## Une partie",
    "- Un point\n- Un autre",
    "1. Un point\n2. Un autre",
    "> Une citation",
    '![Des barres.](chart:c "Un titre")',
    "![Une légende](table:t)",
    "/// box | Une boîte\n\nDedans.\n\n///",
    "Note[^1].\n\n[^1]: Une note.",
    "Deux  \nlignes.",
)
LEVELS = r"</?(?:li|p|h[1-6]|blockquote|ul|ol|hr|pre|figure|table|aside|div|a|sup)\b"


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(KINDS), st.data())
def test_whatever_somebody_types_stays_in_its_block(block: str, data: st.DataObject) -> None:
    """It is refused, or it is words: no other block changes, and the page has the elements that it had."""
    whole = text("Avant.", block, "Après.")
    site = desk(whole, whole)

    def change(words: str) -> str:
        return data.draw(SIGNS)

    found = imported(site, edited(exported(site), change, lambda number: number == 3))
    if found.broken or not found.files:
        return
    one = opened({**site, **found.files})
    assert one.target is not None
    before, after = passages(one.source), passages(one.target)
    assert [(this.kind, this.level, this.name) for this in before] == [
        (this.kind, this.level, this.name) for this in after
    ]
    assert [this.text for this in after if this.text in ("Avant.", "Après.")] == ["Avant.", "Après."]
    renderer = ProseRenderer("", "fr")
    pages = [renderer.render(this.body, this.path, this.body_line, Quiet()) for this in (one.source, one.target)]
    assert not pages[1].problems
    assert re.findall(LEVELS, pages[0].html) == re.findall(LEVELS, pages[1].html)
