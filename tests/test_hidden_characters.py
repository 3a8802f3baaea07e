"""Characters that nobody sees and no feed may hold: told where they stand, in every file whose words readers get."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import build, small_site, texts

TEXT, LABELS, TABLE = "content/en/news/alpha.md", "data/labels.csv", "data/alpha/sales.csv"
RELEASE = "data/alpha/release.toml"
NOTICE = """
[[corrections]]
at = 2024-06-20T15:30:00+02:00
text.fr = "Un."
text.en = "%sOne."
"""

#: Where it is written: the file, what it takes the place of (empty: it follows the rest), and what it is.
WRITTEN = {
    "title": (TEXT, "title: Sales in {{ year }}", r'title: "Sales \u0008"', "U+0008"),
    "summary": (TEXT, "summary: About sales.", r'summary: "\uE000"', "U+E000"),
    "text": (TEXT, "", "\x0b\n", "U+000B"),
    "name of a code": (LABELS, "\n", ",\x08\n", "U+0008"),
    "address of the site": ("site.toml", 'url = "', r'url = "\u0001', "U+0001"),
    "notice": (RELEASE, "", NOTICE % r"\u0008", "U+0008"),
    "data": (TABLE, "NORTH", "NORTH\x85", "U+0085"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_hidden_character_is_told(written: str, tmp_path: Path) -> None:
    path, before, instead, told = WRITTEN[written]
    files, old = small_site(), small_site()[path].decode()
    assert before in old
    files[path] = (old.replace(before, instead, 1) if before else old + instead).encode()
    report = build(files, tmp_path / "site")
    assert report.broken
    found = [text for text in texts(report) if f"the text holds the control or private character {told}" in text]
    assert found, texts(report)
    assert re.match(rf"{re.escape(path)}:[1-9]\d*: error: ", found[0])
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("escape", [r"\t", r"\u00e9", r"\"", r"\u2019"])
def test_other_escapes_are_words(escape: str, tmp_path: Path) -> None:
    files = small_site()
    files[RELEASE] += (NOTICE % escape).encode()
    files["site.toml"] += b'correction-to-come = "warning"\n'
    assert not build(files, tmp_path / "site").broken
