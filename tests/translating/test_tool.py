"""The export, read and edited by an independent reader of XLIFF: translate-toolkit."""

from __future__ import annotations

import io

from desk import NS, RECORD, SOURCE, TARGET, after, desk, exported, opened, recorded, text
from lxml import etree
from translate.storage.placeables import StringElem
from translate.storage.xliff import Xliff1File

SAID = text(
    "Il pleut [partout](claim:wet) : {{ wet.BRU }}, note[^1].",
    "## Une partie",
    "- Un point",
    '![Des barres.](chart:c "Pluie, {{ year }}")',
    "[^1]: Une note.",
    title="Pluie en {{ year }}",
)
MADE = text(
    "It rains [everywhere](claim:wet): {{ wet.BRU }}, note[^1].",
    "## A part",
    '![Bars.](chart:c "Rain, {{ year }}")',
    "[^1]: A note.",
    title="Rain in {{ year }}",
    summary="Summary",
)


def site() -> dict[str, bytes]:
    """One block is missing, one is out of date, all else is done."""
    files = recorded(desk(SAID, MADE))
    return {**files, SOURCE: files[SOURCE].replace(b"## Une partie", b"## Une autre partie")}


def read(data: bytes) -> Xliff1File:
    return Xliff1File.parsefile(io.BytesIO(data)) if hasattr(data, "read") else Xliff1File.parsestring(data)


def plain(element: StringElem) -> str:
    return str(element)


def test_units_languages_and_states() -> None:
    store = read(exported(site()))
    units = list(store.units)
    assert (store.sourcelanguage, store.targetlanguage) == ("fr", "en")
    assert [unit.getid().rpartition("\x04")[2].partition("-")[0] for unit in units] == [
        *("title", "summary", "paragraph", "heading", "item", "chart", "footnote")
    ]
    states = [unit.xmlelement.find(f"{NS}target") for unit in units]
    assert [None if one is None else one.get("state") for one in states] == [
        *("translated", "translated", "translated", "needs-review-translation", None, "translated", "translated")
    ]
    assert units[0].target == "Rain in {{ year }}"
    assert not units[4].istranslated()


def test_notes_say_what_figures_print_and_what_the_source_was() -> None:
    notes = [
        "\n".join(note.text for note in unit.xmlelement.iter(f"{NS}note")) for unit in read(exported(site())).units
    ]
    assert "{{ year }} prints: 2024" in notes[0]
    assert "{{ wet.BRU }} prints: 1,234.5%" in notes[2]
    assert "Before: Une partie" in notes[3]
    contexts = dict(pair for unit in read(exported(site())).units[4:5] for pair in contexts_of(unit.xmlelement))
    assert contexts["sourcefile"] == SOURCE
    assert SAID.replace("## Une", "## Une autre").split("\n")[int(contexts["linenumber"]) - 1] == "- Un point"
    assert contexts["x-section"] == "Une autre partie"


def contexts_of(unit: etree._Element) -> list[tuple[str, str]]:
    return [(one.get("context-type"), one.text) for one in unit.iter(f"{NS}context")]


def test_codes_are_placeables() -> None:
    unit = read(exported(site())).units[2]
    codes = [code for code in unit.rich_source[0].depth_first() if code is not unit.rich_source[0] and code.id]
    assert [code.id for code in codes] == ["1", "1", "2", "3"]


def test_what_the_tool_saves_is_taken_over() -> None:
    files = site()
    store = read(exported(files))
    heading, item = store.units[3:5]
    heading.target = "Another part"
    heading.marktranslated() if hasattr(heading, "marktranslated") else None
    heading.xmlelement.find(f"{NS}target").set("state", "translated")
    item.target = "A point"
    new = after(files, bytes(store))
    expected = MADE.replace("## A part", "## Another part\n\n- A point")
    assert new[TARGET].decode() == expected
    assert {one.state for one in opened(new).pairs} == {"done"}
    assert {path for path in new if new[path] != files.get(path)} == {TARGET, RECORD}


def test_a_file_that_the_tool_saves_unchanged_changes_nothing() -> None:
    files = site()
    assert after(files, bytes(read(exported(files)))) == files


def test_the_form_is_that_of_the_specification() -> None:
    """What XLIFF 1.2 (transitional) says of the elements and attributes that are used, and of their order."""
    root = etree.fromstring(exported(site()))
    assert (root.tag, root.get("version")) == (f"{NS}xliff", "1.2")
    known = {
        "xliff": ({"version"}, set(), "file"),
        "file": ({"original", "source-language", "datatype"}, {"target-language", "tool-id"}, "header body"),
        "header": (set(), set(), "tool note"),
        "tool": ({"tool-id", "tool-name"}, {"tool-version"}, ""),
        "body": (set(), set(), "group"),
        "group": (set(), {"id", "resname"}, "trans-unit"),
        "trans-unit": ({"id"}, {"restype", "datatype", "space"}, "source target context-group note"),
        "source": (set(), {"lang"}, None),
        "target": (set(), {"lang", "state"}, None),
        "context-group": (set(), {"purpose"}, "context"),
        "context": ({"context-type"}, set(), ""),
        "note": (set(), {"from", "lang"}, ""),
        "ph": ({"id"}, {"ctype", "equiv-text"}, ""),
        "bpt": ({"id"}, {"ctype"}, ""),
        "ept": ({"id"}, set(), ""),
    }
    for element in root.iter():
        name = element.tag.removeprefix(NS)
        required, optional, order = known[name]
        attributes = {etree.QName(attribute).localname for attribute in element.attrib}
        assert required <= attributes <= required | optional, name
        if order is not None:
            places = [order.split().index(child.tag.removeprefix(NS)) for child in element]
            assert places == sorted(places), name
        if name == "ph":
            assert element.get("ctype").startswith("x-") or element.get("ctype") in ("image", "pb", "lb")
        if name == "bpt":
            assert element.get("ctype").startswith("x-") or element.get("ctype") in (
                "bold",
                "italic",
                "underlined",
                "link",
            )
    ids = [unit.get("id") for unit in root.iter(f"{NS}trans-unit")]
    assert len(ids) == len(set(ids))
    groups = list(root.iter(f"{NS}group"))
    assert all(len(group) for group in groups)
    assert len({group.get("id") for group in groups}) == len(groups)
