"""The record of a translation: written, read again, merged by git, and what is told of a bad one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import SourceErrors
from generator.sources.origins import (
    Origin,
    Origins,
    block_digest,
    origins_path,
    plain_space,
    read_origins,
    write_origins,
)

DIGEST = st.text("0123456789abcdef", min_size=16, max_size=16)
KIND = st.sampled_from(["title", "heading", "paragraph", "item", "chart", "footnote", "block"])
SOURCE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=300).map(plain_space)
ORIGIN = st.builds(Origin, KIND, SOURCE, st.one_of(DIGEST, st.just("")))
RECORD = st.builds(Origins, st.sampled_from(["fr", "en", "pt-BR"]), st.lists(ORIGIN, max_size=12).map(tuple))


@given(RECORD)
def test_what_is_written_is_read(record: Origins) -> None:
    data = write_origins(record)
    assert read_origins(data, "x.origins") == record
    assert write_origins(read_origins(data, "x.origins")) == data
    assert read_origins(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), "x.origins") == record


def test_how_a_record_looks() -> None:
    words = (
        "Les exportations de biens ont reculé de {{ goods_exports_change.BRU | drop }} à Bruxelles, en raison de " * 2
    )
    record = Origins(
        "fr",
        (
            Origin("title", "Le commerce a ralenti", "0123456789abcdef"),
            Origin("paragraph", plain_space(words), "fedcba9876543210"),
            Origin("item", "Sans traduction", ""),
            Origin("item", "", "00000000000000aa"),
        ),
    )
    assert write_origins(record).decode().split("\n", 1)[1] == (
        """\
source: fr

title 0123456789abcdef
    Le commerce a ralenti

paragraph fedcba9876543210
    Les exportations de biens ont reculé de {{ goods_exports_change.BRU | drop }} à Bruxelles, en raison
    de Les exportations de biens ont reculé de {{ goods_exports_change.BRU | drop }} à Bruxelles, en
    raison de

item -
    Sans traduction

item 00000000000000aa
"""
    )
    assert write_origins(record).startswith(b"# Written by communique")


def test_white_space_and_composition_are_no_change() -> None:
    assert block_digest("e\u0301te\u0301  12\u00a0%\nici") == block_digest("été 12 % ici")
    assert origins_path("content/en/news/a.md") == "content/en/news/a.origins"


def merged(ours: Origins, base: Origins, theirs: Origins, folder: Path) -> tuple[int, bytes]:
    for name, record in (("ours", ours), ("base", base), ("theirs", theirs)):
        (folder / name).write_bytes(write_origins(record))
    run = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=folder, capture_output=True, check=False
    )
    return run.returncode, run.stdout


def changed(record: Origins, number: int, word: str) -> Origins:
    new = Origin(record.origins[number].kind, f"Un autre texte, {word}", block_digest(word))
    return Origins(record.source, (*record.origins[:number], new, *record.origins[number + 1 :]))


@pytest.mark.parametrize("number", range(5))
def test_git_merges_changes_of_neighbours(tmp_path: Path, number: int) -> None:
    words = [f"Paragraphe {n} " + f"mot{n} " * 60 for n in range(6)]
    base = Origins("fr", tuple(Origin("paragraph", plain_space(text), block_digest(text)) for text in words))
    ours, theirs = changed(base, number, "à nous"), changed(base, number + 1, "à eux")
    code, data = merged(ours, base, theirs, tmp_path)
    assert code == 0
    assert read_origins(data, "x.origins") == changed(ours, number + 1, "à eux")


def test_the_same_block_changed_twice_is_a_conflict_that_is_told(tmp_path: Path) -> None:
    base = Origins("fr", tuple(Origin("item", text, block_digest(text)) for text in ("un", "deux", "trois")))
    code, data = merged(changed(base, 1, "à nous"), base, changed(base, 1, "à eux"), tmp_path)
    assert code == 1
    with pytest.raises(SourceErrors) as caught:
        read_origins(data, "content/en/news/a.origins")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where.path, problem.where.line) == ("bad-origins", "content/en/news/a.origins", 7)
    assert "conflict" in problem.message
    assert "git checkout" in problem.hint


def test_everything_that_is_wrong_is_told_at_once() -> None:
    data = b"    words\n\nparagraf 0123456789abcdef\n    x\n\nitem 12\n    y\n\nitem -\n    z\n"
    with pytest.raises(SourceErrors) as caught:
        read_origins(data, "x.origins")
    assert [(problem.where.line, problem.message) for problem in caught.value.problems] == [
        (1, "these words stand under no block"),
        (3, 'the record knows no kind of block "paragraf"'),
        (6, "this line is no part of a record"),
        (1, "the record does not say from which language it is: source: fr"),
    ]
    assert 'did you mean "paragraph"?' in caught.value.problems[1].hint


@given(st.one_of(st.binary(max_size=400), RECORD.map(write_origins).map(lambda data: data[len(data) // 3 :])))
def test_any_bytes_are_a_record_or_told(data: bytes) -> None:
    try:
        record = read_origins(data, "x.origins")
    except SourceErrors as errors:
        told = errors.problems
    else:
        told = ()
        assert read_origins(write_origins(record), "x.origins") == record
    assert all(problem.where.path == "x.origins" for problem in told)
