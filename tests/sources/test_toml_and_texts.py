"""TOML with lines, front matter with lines, references in a text, names of codes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import SourceErrors
from generator.sources.labels import read_labels
from generator.sources.texts import as_scalar, read_text, references, scalars
from generator.spec import decode, locate, read_toml

# ---------------------------------------------------------------- the locator of TOML


def test_lines_of_toml() -> None:
    text = """# a comment
kind = "note"

[tables.t]
file = "t.csv"   # here
totals.region.ALL = ["A"]

[["displays"."d".parts]]
columns = [
    1,
]
[[displays.d.parts]]
columns = []
"""
    lines = locate(text)
    assert lines["kind",] == 2
    assert lines["tables", "t"] == 4
    assert lines["tables", "t", "file"] == 5
    assert lines["tables", "t", "totals", "region", "ALL"] == 6
    assert lines["displays", "d", "parts", "0", "columns"] == 9
    assert lines["displays", "d", "parts", "1", "columns"] == 13


keys = st.text("abcz_-09", min_size=1, max_size=5)


@given(st.dictionaries(keys, st.dictionaries(keys, st.integers(), max_size=4), max_size=4))
def test_every_key_has_its_line(tables: dict[str, dict[str, int]]) -> None:
    lines = []
    expected: dict[tuple[str, ...], int] = {}
    for name, table in tables.items():
        lines.append(f'["{name}"]')
        expected[name,] = len(lines)
        for key, value in table.items():
            lines.append(f"{key} = {value}")
            expected[name, key] = len(lines)
    text = "\n".join(lines)
    assert dict(locate(text)) == expected
    assert read_toml(text.encode(), "x.toml", "bad-config").raw == tables


def test_all_mistakes_at_once() -> None:
    spec = read_toml(b'a = 1\nb = "x"\nc = true\n', "x.toml", "bad-config")
    spec.text("a")
    spec.integer("b", 1, 0, 9)
    spec.need("d")
    spec.finish()
    assert [(problem.code, problem.where.line) for problem in spec.problems] == [
        ("bad-config", 1),
        ("bad-config", 2),
        ("missing-key", 1),
        ("bad-config", 3),
    ]


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"a = \n", "bad-syntax", 1),
        (b"a = 1\na = 2\n", "duplicate-key", 2),
        (b"a = 1\nb = '\xff'\n", "bad-encoding", 2),
        (b"a = 1\n\0\n", "bad-encoding", 2),
    ],
)
def test_what_is_not_toml(data: bytes, code: str, line: int) -> None:
    with pytest.raises(SourceErrors) as raised:
        read_toml(data, "x.toml", "bad-config")
    assert [(problem.code, problem.where.line) for problem in raised.value.problems] == [(code, line)]


def test_line_ends_and_the_mark_do_not_matter() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\n", "x") == "a\nb\nc\n"


# ---------------------------------------------------------------- texts

TEXT = """---
title: Growth in {{ year }}
slug: growth
summary: "It grew: {{ change.A | rise }}"
---

It grew [everywhere](claim:all-grew) by {{ change.A | rise }}.

![See {{ change.B }}](chart:growth "Growth, {{ year }}")

See [the last one](release:old#top) and ![Numbers](table:numbers).
"""


def test_a_text() -> None:
    text = read_text(TEXT.encode(), "content/en/notes/r.md", "r", "en")
    assert (text.front.title, text.front.slug) == ("Growth in {{ year }}", "growth")
    assert dict(text.front.lines) == {"title": 2, "slug": 3, "summary": 4}
    assert text.body_line == 5
    assert text.body.startswith("\n\nIt grew")


def test_references_have_their_lines() -> None:
    text = read_text(TEXT.encode(), "content/en/notes/r.md", "r", "en")
    assert [(reference.kind, reference.name, reference.line) for reference in references(text)] == [
        ("figure", "year", 2),
        ("figure", "change.A | rise", 4),
        ("claim", "all-grew", 7),
        ("figure", "change.A | rise", 7),
        ("figure", "change.B", 9),
        ("chart", "growth", 9),
        ("figure", "year", 9),
        ("release", "old#top", 11),
        ("table", "numbers", 11),
    ]


plain = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Zl", "Zp")), min_size=1, max_size=30
)


@given(plain.filter(str.strip), plain.filter(str.strip))
def test_a_quoted_title_is_read_as_written(title: str, summary: str) -> None:
    quoted = [json.dumps(words, ensure_ascii=False) for words in (title, summary)]
    head = "---\ntitle: {}\nsummary: {}\nslug: s\n---\n".format(*quoted)
    text = read_text(head.encode(), "x.md", "r", "fr")
    assert text.front.title == title.strip(" ") or text.front.title == title.strip()
    assert text.body == "\n"


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("Text without a head.\n", "bad-front-matter"),
        ("---\ntitle: T\n", "bad-front-matter"),
        ("---\ntitle: T\nsummary: S\n---\n", "missing-key"),
        ("---\ntitle: T\nsummary: S\nslug: Été\n---\n", "bad-slug"),
        ("---\ntitle: T\nsummary: S\nslug: s\nauthor: me\n---\n", "bad-front-matter"),
        ("---\ntitle: T\ntitle: T\nsummary: S\nslug: s\n---\n", "duplicate-key"),
        ("---\ntitle: {{ year }}\nsummary: S\nslug: s\n---\n", "bad-front-matter"),
        ("---\ntitle: !!python/object:os.system x\nsummary: [S]\nslug: s\n---\n", "bad-front-matter"),
    ],
)
def test_front_matter_that_is_refused(head: str, code: str) -> None:
    with pytest.raises(SourceErrors) as raised:
        read_text(head.encode(), "x.md", "r", "fr")
    assert code in {problem.code for problem in raised.value.problems}
    assert all(problem.hint for problem in raised.value.problems)


# ---------------------------------------------------------------- labels


def test_labels() -> None:
    labels = read_labels("code,fr,en\nA,Été,Summer\nB,,Only English\n".encode(), ("fr", "en"))
    assert labels.names == {"fr": {"A": "Été"}, "en": {"A": "Summer", "B": "Only English"}}
    assert labels.lines == {"A": 2, "B": 3}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("code,fr\nA,x\n", "bad-csv"),
        ("code;fr;en\nA;x;y\n", "bad-csv"),
        ("code,fr,en\nA,x\n", "bad-csv"),
        ("code,fr,en\n,x,y\n", "bad-csv"),
        ("code,fr,en\nA,x,y\nA,x,y\n", "duplicate-key"),
        ('code,fr,en\nA,"x,y\n', "bad-csv"),
    ],
)
def test_labels_that_are_refused(text: str, code: str) -> None:
    with pytest.raises(SourceErrors) as raised:
        read_labels(text.encode(), ("fr", "en"))
    assert {problem.code for problem in raised.value.problems} == {code}


def test_the_places_of_values_in_the_head() -> None:
    text = "---\n# été\ntitle: Été “2024”   # short\nsummary: >-\n  Folded\n  twice\n\nslug: 'a'\n---\nBody\n"
    lines = text.split("\n")
    found = scalars(text, "a.md")
    assert lines[2][found["title"].start[1] : found["title"].end[1]] == "Été “2024”"
    assert (found["summary"].start, found["summary"].style) == ((4, 9), ">")
    assert (found["slug"].start, found["slug"].end, found["slug"].style) == ((8, 6), (8, 9), "'")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Trade fell", "Trade fell"),
        ("Trade: a fall", '"Trade: a fall"'),
        ("{{ year }}, a year", '"{{ year }}, a year"'),
        ("2024", '"2024"'),
        ("null", '"null"'),
        ("a # b", '"a # b"'),
        ('a "b" \\ c', 'a "b" \\ c'),
        ('"b": \\ c', '"\\"b\\": \\\\ c"'),
        ("- a", '"- a"'),
    ],
)
def test_a_value_is_written_as_it_is_read(value: str, written: str) -> None:
    assert as_scalar(value) == written
    for style in ("", "'", '"'):
        head = f"---\ntitle: {as_scalar(value, style)}\nsummary: S\nslug: s\n---\n"
        assert read_text(head.encode(), "a.md", "r", "en").front.title == value
