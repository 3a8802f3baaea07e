"""A text → passages: every block that readers read, with its line."""

from __future__ import annotations

from pathlib import Path

from generator.sources.passages import Passage, passages
from generator.sources.texts import parse_text, read_text

ROOT = Path(__file__).parents[2]
BODY = """\
/// key-points

- One
  goes on
- Two

///

Text of
two lines.

## Heading [^1]

1. First
2. Second

> Quoted
> twice

![A description
of two lines](chart:c "Title")

![Caption](table:t)

/// box | A title

### Below

///

[^1]: A note
    that goes on.
"""


def read(body: str) -> tuple[Passage, ...]:
    head = "---\ntitle: T\nsummary: S\nslug: s\n---\n"
    return passages(read_text((head + body).encode(), "content/en/x/r.md", "r", "en"))


def test_every_block_in_order() -> None:
    found = [(one.kind, one.text, one.line - 5, one.section, one.level, one.name) for one in read(BODY)]
    assert found == [
        ("title", "T", -3, 0, 0, ""),
        ("summary", "S", -2, 0, 0, ""),
        ("block", "", 1, 0, 0, "key-points"),
        ("item", "One\ngoes on", 3, 0, 0, ""),
        ("item", "Two", 5, 0, 0, ""),
        ("paragraph", "Text of\ntwo lines.", 9, 0, 0, ""),
        ("heading", "Heading [^1]", 12, 1, 2, ""),
        ("item", "First", 14, 1, 0, ""),
        ("item", "Second", 15, 1, 0, ""),
        ("quote", "Quoted\ntwice", 17, 1, 0, ""),
        ("chart", '![A description\nof two lines](chart:c "Title")', 20, 1, 0, ""),
        ("table", "![Caption](table:t)", 23, 1, 0, ""),
        ("block", "A title", 25, 1, 0, "box"),
        ("heading", "Below", 27, 2, 3, ""),
        ("footnote", "A note\nthat goes on.", 31, 2, 0, "1"),
    ]


def test_nothing_that_is_read_is_lost() -> None:
    for path in sorted((ROOT / "content").rglob("*.md")):
        text = read_text(path.read_bytes(), path.as_posix(), path.stem, "en")
        words = "".join(one.text for one in passages(text))
        for line in text.body.split("\n"):
            bare = line.strip().lstrip("#->/ ").lstrip("0123456789. ")
            if bare and not line.startswith("///") and not bare.startswith("[^"):
                assert bare in words, line


def test_an_empty_body_has_no_passages() -> None:
    assert [one.kind for one in read("\n\n")] == ["title", "summary"]


def test_every_passage_knows_where_its_text_stands() -> None:
    """Line by line: what is left and right of the text makes the block what it is."""
    found = [*(ROOT / "content").rglob("*.md"), *(ROOT / "tests" / "sites").rglob("content/*/*/*.md")]
    files = [(ROOT / "none.md", BODY), *((path, "") for path in sorted(found))]
    for path, body in files:
        head = "---\ntitle: T\nsummary: S\nslug: s\n---\n"
        data = (head + body).encode() if body else path.read_bytes()
        text = parse_text(data, path.as_posix(), path.stem, "en")[0]
        lines = text.body.split("\n")
        for one in passages(text)[2:]:
            first = one.line - text.body_line
            cut = [lines[first + number][start:end] for number, (start, end) in enumerate(one.spans)]
            assert "\n".join(cut) == one.text, path
            assert one.spans or (one.kind == "block" and not one.text)


def test_signs_around_a_text() -> None:
    marks = {}
    lines = BODY.split("\n")
    for one in read(BODY)[2:]:
        for number, (start, end) in enumerate(one.spans):
            line = lines[one.line - 6 + number]
            marks[line[start:end]] = (line[:start], line[end:])
    assert marks["One"] == ("- ", "")
    assert marks["goes on"] == ("  ", "")
    assert marks["twice"] == ("> ", "")
    assert marks["A title"] == ("/// box | ", "")
    assert marks["that goes on."] == ("    ", "")
    assert marks["Below"] == ("### ", "")
