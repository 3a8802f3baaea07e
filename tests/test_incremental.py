"""After any edits, the build of what changed equals a build of everything, byte for byte and finding for finding.

`COMMUNIQUE_EXAMPLES=1000` looks longer than the default.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from jinja2 import Environment
from support import CHARTS, NOW, Sources, build, content, small_site, texts, tree

from generator.build import Report, build_site
from generator.output.memory import MemoryOutput
from generator.sources.files import MemoryFiles
from generator.workers import Tools

EXAMPLES = int(os.environ.get("COMMUNIQUE_EXAMPLES", "15"))
SITE = small_site()
# Texts are varied one language at a time: a difference must not keep the other checks and pages from being seen.
SITE["site.toml"] += b'language-difference = "hint"\n'


def swap(path: str, *pairs: tuple[str, str]) -> bytes:
    """A source of the small site with some words replaced."""
    source = SITE[path].decode()
    for old, new in pairs:
        assert old in source, (path, old)
        source = source.replace(old, new)
    return source.encode()


ALPHA, SALES, LABELS = "data/alpha/release.toml", "data/alpha/sales.csv", "data/labels.csv"
ALPHA_FR, ALPHA_EN = "content/fr/news/alpha.md", "content/en/news/alpha.md"
CATALOGUE = SITE["@default/templates/locale/fr/LC_MESSAGES/messages.po"].decode()

#: What may stand at each path: the first is what the site begins with (None: nothing).
VARIANTS: dict[str, tuple[bytes | None, ...]] = {
    "site.toml": (
        SITE["site.toml"],
        swap("site.toml", ("latest = 10", "latest = 1")),
        swap("site.toml", ("latest = 10", "latest = 2\n# a remark")),
        swap("site.toml", ('["fr", "en"]', '["en", "fr"]')),
        swap("site.toml", ('["fr", "en"]', '["en"]')),
        swap("site.toml", ('["fr", "en"]', '["fr", "en", "nl"]')),
        swap("site.toml", ('["fr", "en"]', '["fr", "en", "de"]')),
        swap("site.toml", ("Europe/Brussels", "Pacific/Kiritimati")),
        swap("site.toml", ("stat.example/", "stat.example/below/")),
        swap("site.toml", ("NORTH = 1", "SOUTH = 2")),
        swap("site.toml", ("[colours]", '[language.fr]\nlocale = "fr_BE"\ngroup = "."\n\n[colours]')),
        swap("site.toml", ('missing-language = "warning"', 'broken-link = "warning"\nunknown-release = "hint"')),
        swap("site.toml", ('= "warning"', '= "hint"\nclaim-false = "warning"\nmissing-label = "warning"')),
        swap("site.toml", ('= "warning"', '= "hint"\nbroken-link = "warning"\nmissing-message = "error"')),
        swap("site.toml", ('"notes"', '"brieven"')),
        swap("site.toml", ("latest = 10", "lastest = 10")),
        swap("site.toml", ('folder = "news"', 'folder = "news"\ncovers = true\nrelated = 2\nper_page = 1')),
        swap("site.toml", ('folder = "news"', 'folder = "news"\ndate = "numeric"\nrelated = 1')),
        swap("site.toml", ('folder = "notes"', 'folder = "notes"\nlisted = false')),
        swap("site.toml", ("latest = 10", "latest = 10\nsocial_cards = false")),
        b"url = ",
    ),
    LABELS: (
        SITE[LABELS],
        swap(LABELS, ("Nord,North", "Le Nord,The North")),
        swap(LABELS, ("SOUTH,Sud,South,Zuid\n", "")),
        swap(LABELS, ("Nouvelles", "Actualités")),
        swap(LABELS, ("Nouvelles", "absent")),
        swap(LABELS, ("kind.news,Nouvelles,News,Nieuws\n", "")),
        swap(LABELS, ("Nouvelles,News", "Notes,News")),
        swap(LABELS, ("spare.word,Réserve", "spare.word,Autre")),
        swap(LABELS, ("Petit site", "Très petit site"), ("OFFICE,Bureau", "OFFICE,Office")),
        swap(LABELS, ("shop,Magasin", "shop;Magasin")),
        swap(LABELS, ("code,fr,en,nl", "code,fr,en")),
        None,
    ),
    ALPHA: (
        SITE[ALPHA],
        swap(ALPHA, ("kind =", "# moves every line\n\nkind =")),
        swap(ALPHA, ("2024-05-01T09:00:00+02:00", "2024-06-01T07:00:00Z")),
        swap(ALPHA, ("2024-05-01T09:00:00+02:00", "2024-05-01T07:00:00Z")),
        swap(ALPHA, ("2024-05-01T09:00:00+02:00", "2024-08-01T09:00:00+02:00")),
        swap(ALPHA, ("[periods]", "draft = true\n\n[periods]")),
        swap(ALPHA, ("[periods]", "draft = true\n\n[periods]"), ('rows = ["NORTH", "SOUTH"', 'rows = ["EAST"')),
        swap(ALPHA, ("[periods]", "draft = true\n# more\n\n[periods]"), ('rows = ["NORTH", "SOUTH"', 'rows = ["EAST"')),
        swap(ALPHA, ('"news"', '"note"')),
        swap(ALPHA, ("year = 2024\nbefore = 2023", "year = 2023\nbefore = 2022")),
        swap(ALPHA, ('"all positive"', '"highest NORTH"')),
        swap(ALPHA, ('"all positive"', '"all negative"')),
        swap(ALPHA, ("decimals = 0", "decimals = 2")),
        swap(ALPHA, ('file = "spare.csv"', 'file = "other.csv"\nschema = "spare.schema.json"')),
        swap(ALPHA, ("[figures.growth]", "[figures.grew]")),
        swap(ALPHA, ('["NORTH", "SOUTH"]\n\n[tables.spare]', '["NORTH", "SOUTH", "WEST"]\n\n[tables.spare]')),
        swap(
            ALPHA,
            (
                "[claims.rose]",
                '[claims.unused]\ntable = "sales"\nover = ["shop", "year"]\nholds = "above 1"\n\n[claims.rose]',
            ),
        ),
        swap(ALPHA, ("[claims.rose]", "[claims.rise]")),
        swap(ALPHA, ('source = "OFFICE"', 'quality = "provisional"')),
        swap(ALPHA, ("[tables.spare]", "[tables.extra]")),
        swap(ALPHA, ('measure = "change"', 'measure = "chnage"')),
        b'kind = "news"\npublished = 2024-05-01T09:00:00+02:00\n',
        None,
    ),
    SALES: (
        SITE[SALES],
        swap(SALES, ("NORTH,2024,15", "NORTH,2024,17")),
        swap(SALES, ("NORTH,2024,15", "NORTH,2024,15.0")),
        swap(SALES, ("NORTH,2024,15,A", "NORTH,2024,15,E")),
        swap(SALES, ("NORTH,2024,15", "NORTH,2024,9")),
        swap(SALES, ("NORTH,2024,15", "NORTH,2024,")),
        swap(SALES, ("NORTH,2024,15", "NORTH,2024,many")),
        swap(SALES, ("WEST,2023,5", "WEST,2023,6")),
        swap(SALES, ("WEST,2023,5,A\nWEST,2024,7,A\n", "")),
        swap(SALES, ("WEST,2024,7,A\n", "WEST,2024,7,A\nEAST,2023,1,A\nEAST,2024,2,A\n")),
        swap(SALES, ("NORTH,2023,10,A\nNORTH,2024,15,A\n", "NORTH,2024,15,A\nNORTH,2023,10,A\n")),
        swap(SALES, ("shop,year", "store,year")),
        None,
    ),
    "data/alpha/sales.schema.json": (
        SITE["data/alpha/sales.schema.json"],
        SITE["data/alpha/sales.schema.json"].replace(b"{", b" {"),
        SITE["data/alpha/sales.schema.json"].replace(b'"number"', b'"number", "constraints": {"maximum": 21}'),
        b"{",
    ),
    "data/alpha/spare.csv": (SITE["data/alpha/spare.csv"], b"year,value\n2024,3\n", None),
    "data/alpha/other.csv": (None, b"year,value\n2024,4\n"),
    ALPHA_FR: (
        SITE[ALPHA_FR],
        swap(ALPHA_FR, ("## More", "Une phrase de plus.\n\n## More")),
        swap(ALPHA_FR, ("## More", "## Plus")),
        swap(ALPHA_FR, ("Ventes en", "Les ventes en")),
        swap(ALPHA_FR, ("title: Ventes en {{ year }}", "title: Ventes {{ sold.SOUTH }}")),
        swap(ALPHA_FR, ("slug: ventes", "slug: les-ventes")),
        swap(ALPHA_FR, ("slug: ventes", "slug: Ventes !")),
        swap(ALPHA_FR, ("{{ growth.SOUTH | rise }}", "{{ growth.SOUTH | drop }}")),
        swap(ALPHA_FR, ("## More", "{{ nothing }}\n\n## More")),
        swap(ALPHA_FR, ("## More", "[Note](/fr/notes/note-b/) et [rien](/fr/rien/).\n\n## More")),
        swap(ALPHA_FR, ("## More", "[Note](release:beta)[^1]\n\n[^1]: Une note.\n\n## More")),
        None,
    ),
    ALPHA_EN: (SITE[ALPHA_EN], swap(ALPHA_EN, ("rising", "going up")), None),
    "content/nl/news/alpha.md": (None, swap(ALPHA_EN, ("Sales", "Verkoop"))),
    "content/fr/notes/alpha.md": (None, SITE[ALPHA_FR]),
    "content/en/notes/alpha.md": (None, SITE[ALPHA_EN]),
    "content/fr/notes/beta.md": (
        SITE["content/fr/notes/beta.md"],
        content("Note", "note-b", "Plus aucun lien."),
        content("Note", "note-b", "[Ventes](/fr/nouvelles/ventes/#more) et [delta](release:delta)."),
        content("Note", "note-c", "Voir [les ventes](release:alpha)."),
        None,
    ),
    "content/en/notes/beta.md": (
        SITE["content/en/notes/beta.md"],
        content("Note", "note-b", "See [the sales](/en/news/sales/)."),
        content("Note", "draft", "See [the sales](release:alpha)."),
    ),
    "content/fr/brieven/beta.md": (None, SITE["content/fr/notes/beta.md"]),
    "data/beta/release.toml": (
        SITE["data/beta/release.toml"],
        SITE["data/beta/release.toml"].replace(b"draft = false", b"draft = true"),
        SITE["data/beta/release.toml"].replace(b"06-01T09:00:00+02:00", b"05-01T07:00:00+00:00"),
        b'kind = "note"\n',
    ),
    "data/gamma/release.toml": (
        SITE["data/gamma/release.toml"],
        SITE["data/gamma/release.toml"].replace(b"2024-12-01", b"2024-02-01"),
        SITE["data/gamma/release.toml"].replace(b'"news"', b'"nothing"'),
        None,
    ),
    "content/fr/news/gamma.md": (SITE["content/fr/news/gamma.md"], content("Plus tard", "ventes", "Après."), None),
    "content/en/news/gamma.md": (SITE["content/en/news/gamma.md"], content("Later", "later", "[Beta](release:beta#x)")),
    "data/delta/release.toml": (
        SITE["data/delta/release.toml"],
        SITE["data/delta/release.toml"].replace(b"true", b"false"),
        None,
    ),
    "content/en/notes/delta.md": (
        SITE["content/en/notes/delta.md"],
        content("Draft", "draft", "Not [this](/en/x/)."),
        None,
    ),
    "templates/release.html": (
        None,
        b'{% extends "default/release.html" %}\n{% block after_body %}<p>{{ page.kind }}</p>{% endblock %}\n',
        b'{% extends "default/release.html" %}\n{% block after_body %}<p>{{ page.nothing }}</p>{% endblock %}\n',
        b"{% extends %}",
    ),
    "templates/kinds/news.html": (
        None,
        b'{% extends "release.html" %}\n{% block standfirst %}{{ page.summary }}{% endblock %}\n',
    ),
    "templates/base.html": (
        None,
        b'{% extends "default/base.html" %}{% block footer %}{{ _("New text") }}{% endblock %}',
    ),
    "templates/grid.html": (None, SITE["@default/templates/grid.html"] + b"<!-- grid -->"),
    "templates/assets/site.css": (None, b"body { color: #111 }\n"),
    "templates/assets/extra.js": (None, b"'use strict';\n"),
    "templates/locale/fr/LC_MESSAGES/messages.po": (
        None,
        b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "New text"\nmsgstr "Neuf"\n',
        CATALOGUE.replace('msgstr "Accueil"', 'msgstr "Maison"').encode(),
        b'msgid "\n',
    ),
    "templates/locale/en/LC_MESSAGES/messages.po": (None, b'msgid "New text"\nmsgstr "New"\n'),
    "@default/templates/robots.txt": (SITE["@default/templates/robots.txt"], b"User-agent: *\nDisallow: /\n"),
}
#: Ways of calling the release alpha by another name.
RENAMES = ("alpha", "omega")
INSTANTS = tuple(
    datetime.fromisoformat(instant)
    for instant in (
        "2024-07-01T12:00:00+02:00",
        "2024-05-01T08:59:59+02:00",
        "2024-05-01T09:00:00+02:00",
        "2025-01-01T00:00:00+00:00",
        "2023-01-01T00:00:00+00:00",
    )
)
TAMPERING = ("nothing", "delete", "alter", "stray", "folder")

assert INSTANTS[0] == NOW


@pytest.fixture(autouse=True, scope="module")
def _templates_compiled_once() -> Iterator[None]:
    """Jinja's compiler is most of the time of a small build, and gives the same for the same source."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "compile", lru_cache(maxsize=None)(Environment.compile))
        patch.setattr(Environment, "__eq__", lambda _self, other: isinstance(other, Environment))
        patch.setattr(Environment, "__hash__", lambda _self: 0)
        yield


def edited(choices: dict[str, int], name: str) -> Sources:
    """The site with a variant at each path, and with the release alpha under a name."""
    files = {**SITE}
    for path, number in choices.items():
        variant = VARIANTS[path][number]
        files.pop(path, None)
        if variant is not None:
            files[path] = variant
    if name == "alpha":
        return files
    return {path.replace("/alpha", f"/{name}"): data for path, data in files.items()}


def tamper(site: Path, how: str) -> None:
    """What somebody may do to the output by hand."""
    if how == "nothing" or not site.is_dir():
        return
    page = site / "fr" / "index.html"
    if how == "delete":
        page.unlink(missing_ok=True)
    elif how == "alter":
        page.write_text("altered", encoding="utf-8")
    elif how == "stray":
        (site / "fr" / "stray.html").write_text("stray", encoding="utf-8")
    else:
        shutil.rmtree(site / "en", ignore_errors=True)


EDIT = st.sampled_from(list(VARIANTS)).flatmap(
    lambda path: st.tuples(st.just(path), st.integers(0, len(VARIANTS[path]) - 1))
)
STEP = st.tuples(
    st.lists(EDIT, max_size=3),
    st.sampled_from(RENAMES),
    st.sampled_from(INSTANTS),
    st.sampled_from(TAMPERING),
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, min_size=1, max_size=5))
def test_incremental_equals_clean(steps: list[tuple[list[tuple[str, int]], str, datetime, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, choices = Path(name), {}
        kept = build(SITE, folder / "site", charts=CHARTS)
        assert not kept.broken
        for number, (edits, release, now, tampering) in enumerate(steps):
            choices.update(dict(edits))
            files = edited(choices, release)
            tamper(folder / "site", tampering)
            before = tree(folder / "site")
            clean = build(files, folder / f"clean{number}", now, charts=CHARTS)
            report = build(files, folder / "site", now, charts=CHARTS)
            note(f"{edits} {release} {now} {tampering}: {texts(clean)}")
            assert texts(report) == texts(clean)
            if clean.broken:
                assert tree(folder / "site") == before
                assert not (folder / f"clean{number}").exists()
            else:
                assert tree(folder / "site") == tree(folder / f"clean{number}")
                assert counts(report) == counts(clean)
                assert report.made + report.fresh == clean.made


@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, min_size=1, max_size=5))
def test_builds_in_one_process_equal_clean_ones(steps: list[tuple[list[tuple[str, int]], str, datetime, str]]) -> None:
    """As a preview makes them: in memory, with what earlier builds read, compiled and worked out."""
    choices: dict[str, int] = {}
    tools, shown = Tools(CHARTS), MemoryOutput()
    for edits, release, now, how in [([], "alpha", NOW, "nothing"), *steps]:
        choices.update(dict(edits))
        files, unpublished = MemoryFiles(edited(choices, release)), how == "nothing"
        before, fresh = shown.shown, MemoryOutput()
        clean = build_site(files, fresh, now, Tools(CHARTS), preview=True, unpublished=unpublished)
        report = build_site(files, shown, now, tools, preview=True, unpublished=unpublished)
        note(f"{edits} {release} {now} {how}: {texts(clean)}")
        assert texts(report) == texts(clean)
        if clean.broken:
            assert shown.shown is before
        else:
            assert dict(shown.shown.files) == dict(fresh.shown.files)


def counts(report: Report) -> tuple[int, int, int]:
    """What a report says of the site as a whole."""
    return report.pages, report.charts, report.feeds


# ---------------------------------------------------------------- no more than needed


class Site:
    """A built site, to be edited and built again."""

    def __init__(self, folder: Path) -> None:
        self.files, self.out = small_site(), folder / "site"
        assert not build(self.files, self.out, charts=CHARTS).broken

    def edit(self, path: str, old: str, new: str) -> set[str]:
        """Edit a source and build; the outputs that were written anew."""
        source = self.files[path].decode()
        assert old in source
        self.files[path] = source.replace(old, new).encode()
        return self.build()

    def build(self, now: datetime = NOW) -> set[str]:
        before = self._inodes()
        report = build(self.files, self.out, now, charts=CHARTS)
        assert not report.broken, texts(report)
        made = {path for path, inode in self._inodes().items() if before.get(path) != inode}
        assert report.made == len(made)
        return made

    def _inodes(self) -> dict[str, int]:
        return {path: (self.out / path).stat().st_ino for path in tree(self.out)}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


FR_PAGE, EN_PAGE = "fr/nouvelles/ventes/index.html", "en/news/sales/index.html"
FR_FIGURES, EN_FIGURES = "fr/nouvelles/ventes/figures/index.html", "en/news/sales/figures/index.html"
RECORD = "data/alpha/release.json"
FIGURES = {FR_FIGURES, EN_FIGURES, RECORD}  # they name the digest of each data file
FR_FEEDS, EN_FEEDS = {"fr/feed.xml", "fr/rss.xml"}, {"en/feed.xml", "en/rss.xml"}  # they carry full texts


def test_a_cell_that_no_text_uses_remakes_its_download(site: Site) -> None:
    assert site.edit(SALES, "WEST,2023,5", "WEST,2023,6") == {"data/alpha/sales.csv", *FIGURES}


def test_a_cell_remakes_the_pages_that_show_it(site: Site) -> None:
    assert site.edit(SALES, "NORTH,2024,15", "NORTH,2024,16") == {
        "data/alpha/sales.csv",
        *FIGURES,
        *(FR_PAGE, EN_PAGE, *FR_FEEDS, *EN_FEEDS),
    }


def test_a_body_remakes_its_page(site: Site) -> None:
    assert site.edit(ALPHA_FR, "## More", "Encore.\n\n## More") == {FR_PAGE, *FR_FEEDS}


def test_a_title_remakes_the_lists_that_show_it(site: Site) -> None:
    shown = {FR_PAGE, "fr/index.html", *FR_FEEDS, "fr/nouvelles/index.html", "data/fr/index.html"}
    shown |= {"fr/nouvelles/ventes/card.png", FR_FIGURES, RECORD}
    assert site.edit(ALPHA_FR, "Ventes en", "Les ventes en") == shown


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("spare.word,Réserve", "spare.word,Autre", set()),
        (
            "OFFICE,Bureau,Office",
            "OFFICE,Le bureau,Office",
            {FR_PAGE, FR_FIGURES, RECORD, "data/fr/index.html", *FR_FEEDS},
        ),
        ("PIECE,pièces,pieces", "PIECE,pièces,items", {EN_PAGE, EN_FIGURES, RECORD, *EN_FEEDS}),
        ("WEST,Ouest,West", "WEST,,", {FR_FIGURES, EN_FIGURES}),
    ],
)
def test_a_label_remakes_its_users(site: Site, old: str, new: str, expected: set[str]) -> None:
    assert site.edit(LABELS, old, new) == expected


def test_a_definition_remakes_its_users(site: Site) -> None:
    assert (
        site.edit(ALPHA, "[figures.growth]", "[figures.unused]\ntable = 'spare'\nby = 'year'\n\n[figures.growth]")
        == set()
    )
    assert site.edit(ALPHA, "rows = [", "rows = [ ") == set()
    assert site.edit(ALPHA, '"SOUTH", "ALL"]\nrow_head', '"SOUTH"]\nrow_head') == {
        *(FR_PAGE, EN_PAGE, *FR_FEEDS, *EN_FEEDS)
    }


def test_a_message_remakes_its_users(site: Site) -> None:
    site.files["templates/locale/fr/LC_MESSAGES/messages.po"] = CATALOGUE.replace("Fil d’Ariane", "Chemin").encode()
    made = site.build()
    assert FR_PAGE in made
    assert made <= {path for path in tree(site.out) if path.startswith("fr/") and path.count("/") in (3, 4)}


def test_the_clock_alone_remakes_nothing(site: Site) -> None:
    assert site.build(datetime.fromisoformat("2024-11-30T23:59:59+01:00")) == set()


@pytest.mark.parametrize("levels", ["", '\nbroken-link = "warning"', '\norphan-text = "warning"'])
def test_nothing_changed_changes_nothing(tmp_path: Path, levels: str) -> None:
    files, out = small_site(), tmp_path / "site"
    files["site.toml"] += levels.encode()
    if "broken" in levels:
        files["content/fr/notes/beta.md"] = content("Note", "note-b", "[Rien](/fr/rien/)")
        files["content/en/notes/beta.md"] = content("Note", "note-b", "[Nothing](/en/nothing/)")
    if "orphan" in levels:
        files["content/fr/notes/nobody.md"] = content("Rien", "rien", "Rien.")
    first = build(files, out)
    assert not first.broken
    version, sizes = out.readlink(), listing(out.parent)
    again = build(files, out)
    assert texts(again) == texts(first) != []
    assert (again.made, again.removed, again.fresh) == (0, 0, first.made)
    assert out.readlink() == version
    assert {path for path in listing(out.parent) if "/manifest" not in path} <= set(sizes)


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below a folder, with its inode and time."""
    return {str(path): (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in folder.rglob("*")}


@pytest.mark.parametrize("how", [how for how in TAMPERING if how != "nothing"])
def test_an_output_altered_by_hand_is_repaired(site: Site, how: str) -> None:
    whole = tree(site.out)
    tamper(site.out, how)
    assert tree(site.out) != whole
    made = site.build()
    assert tree(site.out) == whole
    assert made <= {path for path in whole if path.startswith(("fr/index", "en/"))}


def test_another_generator_makes_everything_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.build.generator_digest", lambda: "a later version")
    whole = tree(site.out)
    assert site.build() == set(whole)
    assert tree(site.out) == whole
    assert site.build() == set()


@pytest.mark.parametrize("offset", [0, 100, 5000, 20000, -3000])
def test_a_manifest_that_is_not_whole_is_not_believed(site: Site, offset: int) -> None:
    manifest = (site.out.resolve().parent) / "manifest.sqlite"
    data = bytearray(manifest.read_bytes())
    data[offset : offset + 2500 if offset >= 0 else None] = b"\xff" * 2500
    manifest.write_bytes(data)
    site.edit(SALES, "NORTH,2024,15", "NORTH,2024,16")
    clean = site.out.parent / "clean"
    build(site.files, clean)
    assert tree(site.out) == tree(clean)


def test_a_file_that_comes_back_is_found(site: Site) -> None:
    """The findings of a draft are told until its file is mended, and not longer."""
    schema = site.files["data/alpha/sales.schema.json"]
    for path in ("delta/release.toml", "delta/sales.csv"):
        site.files[f"data/{path}"] = site.files.get(f"data/{path}", b"")
    site.files["data/delta/release.toml"] += (
        b'\n[tables.t]\nfile = "sales.csv"\ndimensions = ["shop", "year"]\n'
        b'value = "value"\nstatus = "status"\nunit = "PIECE"\n'
    )
    site.files["data/delta/sales.schema.json"] = schema
    broken = build(site.files, site.out)
    assert any("[bad-csv]" in found for found in texts(broken))
    assert not broken.broken
    site.files["data/delta/sales.csv"] = site.files[SALES]
    mended = build(site.files, site.out)
    assert not any("[bad-csv]" in found for found in texts(mended))
