"""What comes back from a translator's tool: what is taken over, what is refused, and what is left as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from desk import NS, RECORD, SOURCE, TARGET, after, desk, edited, exported, imported, opened, recorded, shouted, text
from desk import with_target as targeted
from lxml import etree

from generator.errors import OutputError
from generator.sources.origins import read_origins
from generator.translate.writing import replace_all

ONE = "Il pleut [partout](claim:wet) : {{ wet.BRU }}."
SAID = text(ONE, "## Une partie", "- Un point\n- Deux points")
MADE = text("It rains [everywhere](claim:wet): {{ wet.BRU }}.", "## A part", "- A point\n- Two points", slug="rain")
TITLE, SUMMARY, RAIN, PART, POINT = range(5)
WET = '<bpt id="1">[</bpt>{}<ept id="1">](claim:wet)</ept>'
FIGURE = '<ph id="2">{{ wet.BRU }}</ph>'


def wrong(files: dict[str, bytes], *xliffs: bytes) -> list[str]:
    """What an import says that writes nothing."""
    found = imported(files, *xliffs)
    assert found.broken and not found.files
    return [problem.text() for problem in found.problems]


def rain(target: str) -> list[str]:
    """What is wrong with a translation of the paragraph."""
    files = desk(SAID, MADE)
    return wrong(files, targeted(exported(files), RAIN, target))


# ---------------------------------------------------------------- taken over


def test_a_changed_block_changes_and_nothing_else_does() -> None:
    odd = "\ufeff" + MADE.replace("title: Titre", "title:   'Titre'   # short").replace("\n\n", "\n \t\n").rstrip()
    files = recorded(desk(SAID, odd.replace("\n", "\r\n")))
    new = after(files, targeted(exported(files), PART, "Another part"))
    assert new[TARGET].decode() == odd.replace("\n", "\r\n").replace("## A part", "## Another part")
    assert {path for path in new if new[path] != files[path]} == {TARGET, RECORD}


def test_codes_may_change_places_and_what_the_file_has_in_them_does_not_count() -> None:
    files = desk(SAID, MADE)
    evil = (
        '<ph id="2">{{ secret }}</ph>: it rains <bpt id="1">[</bpt>all over<ept id="1">](https://evil.example)</ept>.'
    )
    new = after(files, targeted(exported(files), RAIN, evil))
    assert "\n{{ wet.BRU }}: it rains [all over](claim:wet).\n" in new[TARGET].decode()


@pytest.mark.parametrize(
    "target",
    [
        f'It <mrk mtype="seg" mid="0">pours {WET.format("here")}</mrk>, <mrk mtype="seg" mid="1">{FIGURE}</mrk>!',
        'It pours <g id="1">here</g>, <x id="2"/>!',
        'It pours <bx id="1"/>here<ex id="9" rid="1"/>, <x id="2"/>!',
        f"It\n        pours {WET.format('here')}, {FIGURE}!\n      ",
    ],
    ids=["sentences", "g and x", "bx and ex", "white space"],
)
def test_forms_that_other_tools_give_to_codes(target: str) -> None:
    files = desk(SAID, MADE)
    new = after(files, targeted(exported(files), RAIN, target))
    assert "\nIt pours [here](claim:wet), {{ wet.BRU }}!\n" in new[TARGET].decode()


def test_prefixes_foreign_elements_and_proposals_are_no_matter() -> None:
    files = desk(SAID, MADE)
    data = targeted(exported(files), PART, "Another part").decode()
    data = re.sub(r"<(/?)(?=[a-z])", r"<\1x:", data).replace('xmlns="urn', 'my:a="1" xmlns:my="urn:my" xmlns:x="urn', 1)
    data = data.replace(f' xmlns="{NS[1:-1]}"', "")
    extra = "<x:alt-trans><x:target>No</x:target></x:alt-trans><my:own><my:x>no</my:x></my:own></x:trans-unit>"
    new = after(files, data.replace("</x:trans-unit>", extra).encode())
    assert "## Another part" in new[TARGET].decode()


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("# No heading", r"\# No heading"),
        ("- no item", r"\- no item"),
        ("1. no item", r"1\. no item"),
        ("2024. A year", r"2024\. A year"),
        ("> no quote", r"\> no quote"),
        ("--- so", "--- so"),
        ("- - -a", r"\- - -a"),
        ("[so]: https://x.example", r"\[so\]: https://x.example"),
        ("see [this](https://x.example)", r"see \[this\](https://x.example)"),
        ("[sic] is fine", "[sic] is fine"),
        ("2.5 is fine, -3 too", "2.5 is fine, -3 too"),
    ],
)
def test_words_stay_words_whatever_they_begin_with(said: str, written: str) -> None:
    files = desk(text("Un bloc."), text("A block."))
    new = after(files, targeted(exported(files), RAIN, said))
    assert new[TARGET].decode() == text(written)
    assert after(new, targeted(exported(new), RAIN, said)) == new, "a second import finds nothing to do"


def test_values_of_the_head_stay_yaml() -> None:
    title = 'Rain: "heavy" # and {more} \\ - it\'s'
    for written in ("Titre", "'Titre'", '"Titre"', ">-\n  Titre\n  long\n\n# comment", "|-\n  Titre"):
        head = MADE.replace("title: Titre", f"title: {written}")
        files = desk(SAID, head)
        new = after(files, targeted(exported(files), TITLE, title.replace("&", "&amp;")))
        one = opened(new)
        assert one.target is not None and one.target.front.title == title
        assert new[TARGET].decode().split("summary:")[1] == head.split("summary:")[1]
        assert ("# comment" in new[TARGET].decode()) == ("# comment" in head)


def test_a_new_file_has_a_slug_made_of_its_title() -> None:
    files = desk(text("Un bloc.", title="Pluie en {{ year }}"))
    xliff = targeted(exported(files), TITLE, 'Heavy rain in <ph id="1"/>')
    new = after(files, targeted(targeted(xliff, SUMMARY, "Summary"), RAIN, "A block."))
    expected = text("A block.", title="Heavy rain in {{ year }}", summary="Summary", slug="heavy-rain-in-2024")
    assert new[TARGET].decode() == expected


def test_a_new_file_needs_title_and_summary() -> None:
    files = desk(SAID)
    (told,) = wrong(files, targeted(exported(files), PART, "A part"))
    assert "there is no content/en/notes/rain.md yet" in told


def test_a_block_waits_for_the_title_of_its_box() -> None:
    files = desk(text("Un.", "/// box | Titre de la boîte", "Dedans.", "///"), text("One."))
    xliff = exported(files)
    found = imported(files, targeted(xliff, 4, "Inside."))
    assert [problem.level for problem in found.problems] == ["warning"]
    assert (found.outcomes["taken"], found.outcomes["left"]) == (0, 1)
    new = after(files, targeted(targeted(xliff, 3, "Title"), 4, "Inside."))
    assert new[TARGET].decode() == text("One.", "/// box | Title", "Inside.", "///")


# ---------------------------------------------------------------- states


def test_a_state_accepts_a_block_that_is_out_of_date() -> None:
    files = recorded(desk(SAID, MADE))
    files[SOURCE] = files[SOURCE].replace(b"## Une partie", b"## Une partie neuve")
    xliff = exported(files)
    assert after(files, xliff) == files
    for state, words in (("translated", "A part"), ("final", "A part"), ("signed-off", "A part"), ("", "A new part")):
        new = after(files, targeted(xliff, PART, words, **({"state": state} if state else {})))
        assert {one.state for one in opened(new).pairs} == {"done"}
        assert new[TARGET].decode() == MADE.replace("A part", words)


def test_what_is_still_to_be_reviewed_stays_out_of_date() -> None:
    files = recorded(desk(SAID, MADE))
    files[SOURCE] = files[SOURCE].replace(b"## Une partie", b"## Une partie neuve")
    found = imported(files, targeted(exported(files), PART, "A new part", state="needs-review-translation"))
    assert found.outcomes["review"] == 1
    assert [one.before for one in opened({**files, **found.files}).pairs if one.state == "outdated"] == ["Une partie"]


@pytest.mark.parametrize("state", ["new", "needs-translation"])
def test_a_source_that_the_tool_copied_is_no_translation(state: str) -> None:
    files = desk(SAID, MADE)
    found = imported(files, targeted(exported(files), PART, "Une partie", state=state))
    assert (dict(found.files), found.outcomes["untranslated"]) == ({}, 1)


def test_a_source_that_changed_meanwhile_shows_as_out_of_date() -> None:
    files = recorded(desk(SAID, MADE))
    xliff = targeted(exported(files), RAIN, f"It pours {WET.format('everywhere')}: {FIGURE}.")
    files[SOURCE] = files[SOURCE].replace(b"Il pleut [partout]", b"Il neige et il pleut [partout]")
    new = after(files, xliff)
    assert "It pours [everywhere](claim:wet): {{ wet.BRU }}." in new[TARGET].decode()
    assert [(one.state, one.before) for one in opened(new).pairs if one.state != "done"] == [("outdated", ONE)]
    origins = read_origins(new[RECORD], RECORD).origins
    assert ONE in [origin.source for origin in origins]


def test_a_translation_of_a_block_that_is_gone_is_told() -> None:
    files = recorded(desk(SAID, MADE))
    xliff = targeted(exported(files), PART, "Another part")
    files[SOURCE] = files[SOURCE].replace(b"## Une partie\n\n", b"")
    found = imported(files, xliff)
    assert not found.files and not found.broken
    assert [problem.message for problem in found.problems if "no longer has this block" in problem.message]


def test_a_translation_that_changed_in_both_places_is_left() -> None:
    files = recorded(desk(SAID, MADE))
    untouched, changed = exported(files), targeted(exported(files), PART, "Another part")
    files[TARGET] = files[TARGET].replace(b"## A part", b"## The part")
    assert after(files, untouched) == files
    found = imported(files, changed)
    assert not found.files
    assert [problem.level for problem in found.problems] == ["warning"]
    assert "changed in the content file, too" in found.problems[0].message


def test_an_address_of_the_translation_stays() -> None:
    files = desk(text("Voir [le site](https://x.example/fr)."), text("See [the site](https://x.example/en)."))
    target = 'Look at <bpt id="1">[</bpt>the site<ept id="1">](https://x.example/fr)</ept>.'
    new = after(files, targeted(exported(files), RAIN, target))
    assert "Look at [the site](https://x.example/en)." in new[TARGET].decode()


def test_only_stale_blocks_are_exported_on_demand() -> None:
    files = recorded(desk(SAID, MADE))
    assert not re.findall("<trans-unit", exported(files, only_stale=True).decode())
    files[SOURCE] = files[SOURCE].replace(b"## Une partie", b"## Une autre") + b"\nUn bloc neuf.\n"
    xliff = exported(files, only_stale=True)
    assert len(re.findall("<trans-unit", xliff.decode())) == 2
    assert {one.state for one in opened(after(files, edited(xliff, shouted))).pairs} == {"done"}


def test_two_files_of_one_release() -> None:
    files = desk(SAID, MADE)
    xliff = exported(files)
    one, other = targeted(xliff, PART, "Another part"), targeted(xliff, PART, "A third part")
    assert after(files, one, one)[TARGET] == after(files, one)[TARGET]
    assert "0.xlf has another translation of it" in wrong(files, one, other)[0]


# ---------------------------------------------------------------- refused


def test_codes_that_are_dropped_doubled_invented_or_crossed() -> None:
    assert ['“{{ wet.BRU }}” (<ph id="2">) of the source is missing' in one for one in rain(WET.format("here"))] == [
        True
    ]
    assert len(rain("nothing")) == 3
    assert "stands 2 times" in rain(WET.format("here") + FIGURE * 2)[0]
    assert '<ph id="7"> is not in the source' in rain(f'{WET.format("here")}{FIGURE}<ph id="7">{{{{ x }}}}</ph>')[0]
    assert "does not close what was opened" in rain(f'<ept id="1"/>here<bpt id="1"/>{FIGURE}')[0]
    assert "there are no words" in rain(f'It rains <bpt id="1"/> <ept id="1"/>{FIGURE}')[0]
    assert "belongs to no text" in rain(f"{WET.format('here')}{FIGURE}<sub>x</sub>")[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("a &lt;b&gt;bold&lt;/b&gt; word", "HTML is not allowed"),
        ("a &lt;script&gt;", "HTML is not allowed"),
        ("a &lt;!-- comment", "HTML is not allowed"),
        ("a {{ secret.figure }}", "would be read as a figure"),
        ("{{ open", "would be read as a figure"),
        ("a note[^1]", "would be read as a figure, a link, a chart, a note"),
        ("some `code` here", "would be read as a figure, a link, a chart, a note or code"),
        ("/// box | Box", "begins with ///"),
        ("a &#xe000; sign", "U+E000"),
        ("a &amp;#xe000; sign", "control or private character"),
    ],
)
def test_words_that_are_more_than_words(words: str, told: str) -> None:
    found = rain(f"{words} {WET.format('here')}{FIGURE}")
    assert told in found[0], found
    assert re.match(r"0\.xlf:\d+: error: unit \"paragraph-[0-9a-f]{12}-1\": ", found[0])
    assert "\n    → " in found[0]


def test_a_translation_without_words_is_none() -> None:
    files = desk(SAID, MADE)
    for target in ("---", "…", "12 %"):
        assert "has no words" in wrong(files, targeted(exported(files), PART, target))[0]
    found = imported(files, targeted(exported(files), PART, "  "))
    assert (dict(found.files), found.outcomes["untranslated"]) == ({}, 1)


def test_a_title_of_a_chart_keeps_its_quotation_marks() -> None:
    chart = '![Des barres.](chart:c "Un titre")'
    files = desk(text(chart), text('![Bars.](chart:c "A title")'))
    target = '<ph id="1"/>Bars<ph id="2"/>A {} title<ph id="3"/>'
    assert "would be read as" in wrong(files, targeted(exported(files), RAIN, target.format('"so-called"')))[0]
    new = after(files, targeted(exported(files), RAIN, target.format("“so-called”")))
    assert '![Bars](chart:c "A “so-called” title")' in new[TARGET].decode()
    swapped = 'Bars<ph id="2"/>A title<ph id="1"/><ph id="3"/>'
    assert "do not stand between the codes" in wrong(files, targeted(exported(files), RAIN, swapped))[0]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    files = desk(SAID, MADE)
    xliff = targeted(targeted(exported(files), RAIN, "nothing"), PART, "a &lt;b&gt;")
    assert len(wrong(files, targeted(xliff, POINT, "A new point"))) == 4


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def spoilt(change: str) -> bytes:
    """An export, spoilt in one way."""
    data = exported(desk(SAID, MADE)).decode()
    head, body = data.split("\n", 1)
    return {
        "empty": b"",
        "binary": bytes(range(256)) * 40,
        "no XML": b"title: x",
        "cut": data[: len(data) // 2].encode(),
        "bomb": f"{head}\n{BOMB}\n{body}".replace("Une partie", "&b;").encode(),
        "entity from outside": f"{head}\n{OUTSIDE}\n{body}".replace("Une partie", "&a;").encode(),
        "type from outside": f'{head}\n<!DOCTYPE xliff SYSTEM "http://evil.example/x.dtd">\n{body}'.encode(),
        "no XLIFF": b"<html><body/></html>",
        "other vocabulary": b'<xliff xmlns="urn:else" version="1.2"/>',
        "XLIFF 2": b'<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0"><file id="1"/></xliff>',
        "no version": data.replace(' version="1.2"', "", 1).encode(),
        "no file": f'<xliff xmlns="{NS[1:-1]}" version="1.2"/>'.encode(),
        "huge": b"<xliff>" + b" " * 20_000_001,
        "deep": b"<a>" * 100_000,
        "unknown encoding": data.replace("UTF-8", "KLINGON").encode(),
        "encoding of several bytes": data.replace("UTF-8", "shift_jis").encode(),
        "another release": data.replace("notes/rain.md", "notes/snow.md").encode(),
        "a path out": data.replace(SOURCE, "../../etc/passwd").encode(),
        "another target": data.replace('target-language="en"', 'target-language="de"').encode(),
        "no target": data.replace(' target-language="en"', "").encode(),
        "the source as target": data.replace('target-language="en"', 'target-language="fr"').encode(),
        "another source": data.replace('source-language="fr"', 'source-language="nl"').encode(),
    }[change]


@pytest.mark.parametrize(
    "change",
    [
        *("empty", "binary", "no XML", "cut", "bomb", "entity from outside", "type from outside", "no XLIFF"),
        *("other vocabulary", "XLIFF 2", "no version", "no file", "huge", "deep", "unknown encoding"),
        *("encoding of several bytes", "another release", "a path out", "another target", "no target"),
        *("the source as target", "another source"),
    ],
)
def test_files_that_are_refused(change: str, tmp_path: Path) -> None:
    """Each is one problem with its file and what to do; whoever reads it needs no traceback."""
    from generator.errors import SourceErrors

    try:
        found = imported(desk(SAID, MADE), spoilt(change))
        assert not found.files
        problems = found.problems
    except SourceErrors as errors:
        problems = errors.problems
    assert [problem.code for problem in problems] == ["bad-xliff"]
    assert problems[0].where.path == "0.xlf" and problems[0].hint


def test_a_source_that_somebody_altered_in_the_file_brings_in_nothing() -> None:
    files = desk(SAID, MADE)
    root = etree.fromstring(targeted(exported(files), RAIN, "Buy <ph id='1'>[x](https://evil.example)</ph>"))
    unit = list(root.iter(f"{NS}trans-unit"))[RAIN]
    unit.set("id", "paragraph-000000000000-1")
    found = imported(files, etree.tostring(root))
    assert not found.files and b"evil" not in b"".join(found.files.values())


# ---------------------------------------------------------------- writing


def test_all_files_are_written_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"old")
    replace_all(tmp_path, {"a": b"new", "b/c": b"made"})
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b" / "c").read_bytes()) == (b"new", b"made")
    real, calls = Path.replace, []

    def second_fails(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", second_fails)
    with pytest.raises(OutputError, match="nothing was written"):
        replace_all(tmp_path, {"a": b"newer", "b/c": b"newer"})
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b" / "c").read_bytes()) == (b"new", b"made")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "c"]
