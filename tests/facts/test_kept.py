"""What is kept from build to build holds while nothing that was asked for it has changed, and no longer."""

from __future__ import annotations

from support import Sources, small_site

from generator.config import load_config
from generator.facts.edition import Edition
from generator.facts.kept import Kept
from generator.facts.lookup import Lookup
from generator.sources.files import MemoryFiles, take_snapshot
from generator.sources.shelf import Shelf
from generator.sources.site import Memo, read_site

SHELF = Shelf()


def lookup(files: Sources) -> Lookup:
    snapshot = take_snapshot(MemoryFiles(files), {}, 10_000_000)
    site = read_site(load_config(files["site.toml"]), snapshot, Memo(), shelf=SHELF).site
    return Lookup(Edition(site, frozenset(site.heads)))


class Counter:
    """A reader of one cell, which counts how often it reads."""

    def __init__(self) -> None:
        self.kept, self.read = Kept[str](), 0

    def ask(self, eyes: Lookup) -> str:
        return self.kept.once(eyes, "north", self._read)

    def _read(self, eyes: Lookup) -> str:
        self.read += 1
        try:
            cell = eyes.data("alpha", "sales").cell(("NORTH", "2024"))
        except Exception:
            return "unread"
        return str(cell.value if cell else "")


def test_a_value_holds_until_its_cell_changes() -> None:
    files, reader = small_site(), Counter()
    assert reader.ask(lookup(files)) == "15"
    files["data/alpha/sales.csv"] = files["data/alpha/sales.csv"].replace(b"SOUTH,2024,22", b"SOUTH,2024,23")
    assert (reader.ask(lookup(files)), reader.read) == ("15", 1)
    files["data/alpha/sales.csv"] = files["data/alpha/sales.csv"].replace(b"NORTH,2024,15", b"NORTH,2024,16")
    assert (reader.ask(lookup(files)), reader.read) == ("16", 2)


def test_whoever_takes_a_value_over_has_asked_what_was_asked_for_it() -> None:
    files, reader = small_site(), Counter()
    first, second = lookup(files), lookup(files)
    reader.ask(first)
    reader.ask(second)
    assert reader.read == 1
    assert first.asked == second.asked
    assert any(unit.startswith("@table:") for unit in second.asked)


def test_what_could_not_be_read_is_read_again_when_it_is_mended() -> None:
    files, reader = small_site(), Counter()
    sound = files["data/alpha/sales.csv"]
    files["data/alpha/sales.csv"] = b"no table\n"
    assert reader.ask(lookup(files)) == "unread"
    files["data/alpha/sales.csv"] = sound
    assert reader.ask(lookup(files)) == "15"
