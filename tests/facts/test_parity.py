"""Two languages of a release → what one says and the other does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.facts.parity import compare_languages, outline
from generator.sources.texts import read_text

ROOT = Path(__file__).parents[2]
SAMPLE = sorted(path.relative_to(ROOT / "content/en").as_posix() for path in (ROOT / "content/en").rglob("*.md"))


def text(body: str, lang: str):
    head = f"---\ntitle: T\nsummary: S\nslug: s-{lang}\n---\n"
    return read_text((head + body).encode(), f"{lang}.md", "r", lang)


def compared(one: str, other: str) -> list[str]:
    problems = compare_languages({"fr": outline(text(one, "fr")), "en": outline(text(other, "en"))})
    return [
        f"{problem.where.path}:{problem.where.line} {problem.message} | {' '.join(problem.details)}"
        for problem in problems
    ]


def test_the_order_within_a_section_is_free() -> None:
    assert compared("A {{ a.B }} [x](claim:c)\n\n## T\n\n{{ d }}", "[y](claim:c) {{ a.B }}\n\n## U\n\n{{  d }}") == []


def test_another_section_is_another_place() -> None:
    assert compared("{{ a }}\n\n## T\n\nx", "x\n\n## U\n\n{{ a }}") == [
        "fr.md:6 {{ a }} stands here, but not in en.md | en.md:5: under the beginning",
        'en.md:10 {{ a }} stands here, but not in fr.md | fr.md:8: under "T"',
    ]


def test_forms_count() -> None:
    assert compared("{{ a | drop }}", "{{ a }}")[0].startswith("fr.md:6 {{ a | drop }} stands here, but not in en.md")


def test_headings_are_compared_by_rank_and_order() -> None:
    found = compared("## A\n\n### B\n\n## C\n", "## A\n\n## C\n\n#### D\n")
    assert [one.split(" |")[0] for one in found] == [
        'fr.md:8 the heading ### "B" has no partner in en.md',
        'en.md:10 the heading #### "D" has no partner in fr.md',
    ]


def test_links_are_the_same_but_for_their_language() -> None:
    fr = "[a](https://x.example/fr/) [b](release:r#ancre) [c](#ici) [d](/fr/) [e](mailto:a@x.example)"
    en = "[a](https://x.example/en/) [b](release:r#anchor) [c](#here) [d](/en/) [e](mailto:a@x.example)"
    assert compared(fr, en) == []
    assert len(compared(fr, en.replace("release:r", "release:q"))) == 2
    assert len(compared(fr, en.replace("x.example/en", "y.example/en"))) == 2


@pytest.mark.parametrize("path", SAMPLE)
def test_the_sample_says_the_same_in_both_languages(path: str) -> None:
    texts = {
        lang: read_text((ROOT / "content" / lang / path).read_bytes(), f"{lang}/{path}", "r", lang)
        for lang in ("fr", "en")
    }
    assert list(compare_languages({lang: outline(text) for lang, text in texts.items()})) == []


CHANGES = {
    "a form": ("{{ exports_change.BRU | drop }}", "{{ exports_change.BRU }}"),
    "a claim": ("](claim:goods-weaker-than-services)", "](claim:goods-kept-shrinking)"),
    "a heading": ("## Exports of services", "### Exports of services"),
    "a footnote": ("[^2]", ""),
    "a block": ("/// box |", "/// note |"),
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "a form",
            [
                "fr.md:17 {{ exports_change.BRU | drop }} stands here, but not in en.md | en.md:5",
                "en.md:17 {{ exports_change.BRU }} stands here, but not in fr.md | fr.md:5",
            ],
        ),
        (
            "a claim",
            [
                "fr.md:17 claim:goods-weaker-than-services stands here, but not in en.md | en.md:5",
                "en.md:17 claim:goods-kept-shrinking stands 2 times here, but 1 in fr.md | fr.md:5",
            ],
        ),
        ("a footnote", ["fr.md:43 [^2] stands here, but not in en.md | en.md:37"]),
        (
            "a block",
            [
                "fr.md:41 /// box stands here, but not in en.md | en.md:37",
                "en.md:41 /// note stands here, but not in fr.md | fr.md:37",
            ],
        ),
    ],
)
def test_one_change_is_found_with_both_lines(change: str, found: list[str]) -> None:
    shown = compared(*_changed(*CHANGES[change]))
    assert [re.sub(r": under .*", "", one) for one in shown] == found


def test_a_heading_of_another_rank_is_found() -> None:
    shown = compared(*_changed(*CHANGES["a heading"]))
    assert [one.split(" has")[0] for one in shown] == [
        'fr.md:29 the heading ## "Exportations de services\xa0: une hausse partout"',
        'en.md:29 the heading ### "Exports of services: up everywhere"',
    ]


def _changed(old: str, new: str) -> tuple[str, str]:
    """The bodies of the communiqué, with one change in the English one."""
    path = "communiques/regional-trade-2024.md"
    fr, en = ((ROOT / "content" / lang / path).read_text(encoding="utf-8") for lang in ("fr", "en"))
    assert old in en
    return tuple(source.split("---\n", 2)[2] for source in (fr, en.replace(old, new, 1)))  # type: ignore[return-value]
