"""The status, the languages side by side and the sources, as a state gives them: what they say, what they refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
from support import CHARTS, NOW, Sources, content, small_site

from generator.facts.staleness import accept, pair
from generator.preview.pages import OWN, answer
from generator.preview.session import Session, State
from generator.sources.files import MemoryFiles
from generator.sources.origins import write_origins
from generator.sources.texts import read_text
from generator.workers import Tools

FR, EN = "content/fr/news/alpha.md", "content/en/news/alpha.md"
RECORD = "content/en/news/alpha.origins"
HOSTILE = "<script>alert(1)</script> \"quoted\" & 'so'"


def shown(files: Mapping[str, bytes], *, unpublished: bool = True) -> State:
    """The state after one build."""
    session = Session(MemoryFiles(files), lambda: NOW, Tools(CHARTS), lambda _outcome: None, unpublished=unpublished)
    session.build(patient=False)
    return session.state


def recorded(files: Sources) -> Sources:
    """The site with a record of the translation of alpha, as it is now."""
    source, target = read_text(files[FR], FR, "alpha", "fr"), read_text(files[EN], EN, "alpha", "en")
    return {**files, RECORD: write_origins(accept(pair(source, target, None), "fr"))}


def edited(files: Sources, *changes: tuple[str, str, str]) -> Sources:
    """The site with other words in some files."""
    result = dict(files)
    for path, old, new in changes:
        assert old.encode() in result[path], (path, old)
        result[path] = result[path].replace(old.encode(), new.encode())
    return result


@pytest.fixture(scope="module")
def site() -> State:
    return shown(small_site())


def html(state: State, address: str, status: int = 200) -> str:
    found = answer(state, address)
    assert found.status == status, address
    return found.content.decode()


def words(text: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def row(page: str, release: str) -> str:
    """The row of a release, with the row of its findings."""
    rows = re.split(r'(?=<tr class="(?!listed))', page)
    return next(each for each in rows if f"<code>{release}</code>" in each or f">{release}</span>" in each)


def block(page: str, text: str) -> str:
    """The block beside its partner that has some words."""
    return next(each for each in re.split(r'(?=<li id="block-)', page)[1:] if text in words(each))


# ---------------------------------------------------------------- the status


def test_all_releases_newest_first_with_their_standing(site: State) -> None:
    page = html(site, "/_status")
    order = [page.index(f"<code>{name}</code>") for name in ("gamma", "beta", "alpha", "delta")]
    assert order == sorted(order)
    assert "under embargo until 2024-12-01 09:00" in words(row(page, "gamma"))
    assert "public since 2024-06-01 09:00" in words(row(page, "beta"))
    assert " draft " in words(row(page, "delta"))


def test_a_release_that_is_announced_and_has_no_text_yet() -> None:
    files = small_site()
    toml = 'kind = "note"\npublished = 2024-08-01T08:30:00+02:00\ndraft = true\n[announced]\n'
    toml += 'since = 2024-01-01T00:00:00Z\ntitle.fr = "Bientot"\ntitle.en = "Soon"\n'
    files["data/omega/release.toml"] = toml.encode()
    state = shown(files)
    page = html(state, "/_status")
    assert "announced for 2024-08-01 08:30" in words(row(page, "omega"))
    assert "no text yet" in words(row(page, "omega")) and "cannot be read" not in words(page)
    assert page.index(">gamma<") < page.index(">omega<") < page.index(">beta<"), "where its date belongs"
    assert not [problem.text() for problem in state.problems if "omega" in problem.where.path]
    files["content/en/notes/omega.md"] = b"---\ntitle: [\n---\n"
    assert "cannot be read" in words(row(html(shown(files), "/_status"), "omega"))


def test_a_title_is_printed_and_leads_to_its_page_in_each_language(site: State) -> None:
    found = row(html(site, "/_status"), "alpha")
    assert re.search(r'<a href="/fr/nouvelles/ventes/"[^>]*><span lang="fr">Ventes en 2024</span></a>', found)
    assert re.search(r'<a href="/en/news/sales/"[^>]*><span lang="en">Sales in 2024</span></a>', found)


def test_pages_that_the_preview_does_not_show_are_not_linked() -> None:
    page = html(shown(small_site(), unpublished=False), "/_status")
    assert "/fr/nouvelles/ventes/" in row(page, "alpha")
    assert "/fr/nouvelles/plus-tard/" not in row(page, "gamma")
    assert "under embargo until" in words(row(page, "gamma"))


def test_the_summary_counts_the_releases_that_are_ready() -> None:
    files = small_site()
    files["content/en/notes/delta.md"] = content("Draft", "draft", "Not yet [and](release:gamma).")
    clean = shown(files)
    assert [problem.text() for problem in clean.problems if problem.level != "hint"] == []
    assert "4 of 4 releases are ready in every language." in words(html(clean, "/_status"))
    page = html(shown(edited(files, (EN, "Sales:", "Sales of 12:"))), "/_status")
    assert "3 of 4 releases are ready in every language." in words(page)
    del files["content/en/notes/delta.md"]
    page = html(shown(files), "/_status")
    assert "3 of 4 releases are ready in every language." in words(page)
    assert "no text" in words(row(page, "delta"))


def test_a_language_in_preparation_is_shown_and_keeps_no_release_from_being_ready() -> None:
    files = small_site()
    files["content/en/notes/delta.md"] = content("Draft", "draft", "Not yet [and](release:gamma).")
    files["site.toml"] = files["site.toml"].replace(b'["fr", "en"]', b'["fr", "en", "nl"]')
    files["site.toml"] += b"\n[language.nl]\ndraft = true\n"
    files["content/nl/notes/beta.md"] = content("Nota", "nota", "Zie 12 keer [de verkoop](release:alpha#more).")
    state = shown(files)
    page = html(state, "/_status")
    assert "4 of 4 releases are ready in every language, not counting what is in preparation (nl)." in words(page)
    assert "Nederlands – nl (in preparation)" in words(page)
    assert "no text" in words(row(page, "alpha")), "which is to do"
    assert "<code>alpha</code>" in html(state, "/_status/to-do")
    assert "1 unbound number" in words(row(page, "beta"))
    assert "Zie" in words(html(state, "/_side-by-side/beta/nl"))
    public = html(shown(files, unpublished=False), "/_status")
    assert "Nederlands" not in words(public)


def test_problems_stand_by_sort_in_the_release_and_language_that_have_them() -> None:
    files = edited(
        small_site(),
        (EN, "Sales:", "Sales of 12 and 13:"),
        ("data/alpha/release.toml", "all positive", "all negative"),
    )
    page = html(shown(files), "/_status")
    cells = [words(cell) for cell in re.findall(r"<td role=.*?</td>", row(page, "alpha"))]
    shared, fr, en = cells[1:4]
    assert "1 false claim" in shared
    assert "2 unbound numbers" in en and "unbound" not in fr
    assert "unbound" not in row(page, "beta")
    found = row(page, "alpha")
    assert f'<a href="/_source/{EN}#L7">' in found
    assert "NORTH" in found, "the rows that break the claim"
    assert "declare the words under" in words(found), "what to do"


def test_how_far_each_translation_is() -> None:
    files = edited(recorded(small_site()), (FR, "Ventes :", "Ventes totales :"))
    files[FR] += b"\nUne phrase de plus.\n"
    files[EN] = files[EN].replace(b"## More", b"Not in the source.\n\n## More")
    page = html(shown(files), "/_status")
    found = row(page, "alpha")
    assert "1 out of date 1 missing 1 extra" in words(found)
    targets = re.findall(r'href="(/_side-by-side/alpha/en#block-[0-9]+)"', found)
    beside = html(shown(files), "/_side-by-side/alpha/en")
    said = [words(re.split(r'(?=<li id="block-)', beside)[int(each.rpartition("-")[2])]) for each in targets]
    assert len(said) == 3
    for state, text in (("out of date", "Ventes totales"), ("missing", "Une phrase"), ("extra", "Not in the source")):
        assert any(state in each and text in each for each in said), state


def test_what_belongs_to_no_release_has_a_group_of_its_own() -> None:
    files = {**small_site(), "content/fr/news/lost.md": content("Perdu", "perdu", "Rien.")}
    files["data/labels.csv"] = files["data/labels.csv"].replace(b"kind.note,Notes,Notes", b"kind.note,Notes,")
    page = html(shown(files), "/_status")
    group = page[page.index("The site as a whole") : page.index("<table")]
    assert "/_source/content/fr/news/lost.md" in group
    assert "/_source/data/labels.csv" in group
    assert "open" in re.findall(r"<details[^>]*>", group)[0], "there are errors"


def test_releases_that_cannot_be_read_are_shown_with_their_mistakes() -> None:
    files = small_site()
    files["data/alpha/release.toml"] = b"kind = \n"
    files["content/fr/notes/beta.md"] = b"no front matter"
    files["data/bad name/release.toml"] = b'kind = "news"\n'
    page = html(shown(files), "/_status")
    for release in ("alpha", "bad name", "beta"):
        assert "cannot be read" in words(row(page, release)), release
    assert "/_source/data/alpha/release.toml#L1" in row(page, "alpha")
    assert "/_source/data/bad%20name/release.toml" in row(page, "bad name")
    assert page.index("bad name") < page.index("<code>gamma</code>")


def test_only_what_needs_work(site: State) -> None:
    page = html(site, "/_status/to-do")
    assert "<code>delta</code>" in page and "<code>alpha</code>" not in page
    assert re.search(r'<a href="/_status/to-do" aria-current="page">Only what needs work \([0-9]+\)</a>', page)
    for address in ("/_status/x", "/_status/page-2", "/_status/to-do/page-9", "/_status/page-0", "/_status/to-do/x"):
        html(site, address, 404)


def test_many_releases_are_shown_page_by_page() -> None:
    files = small_site()
    for number in range(60):
        files[f"data/n{number:02}/release.toml"] = (
            f'kind = "note"\npublished = 2023-01-01T09:00:00+01:00\ndraft = {str(number == 7).lower()}\n'.encode()
        )
        for lang in ("fr", "en"):
            files[f"content/{lang}/notes/n{number:02}.md"] = content(f"N {number}", f"n-{number}", "Words.")
    state = shown(files)
    first, second = html(state, "/_status"), html(state, "/_status/page-2")
    assert "All releases (64)" in first and 'href="/_status/page-2">Older releases' in first
    names = [re.findall(r"<li><code>([a-z0-9]+)</code>", page) for page in (first, second)]
    assert [len(each) for each in names] == [50, 14] and not set(names[0]) & set(names[1])
    assert 'href="/_status">Newer releases' in second


def test_sources_that_cannot_be_listed(site: State) -> None:
    files = {**small_site(), "site.toml": b"languages = "}
    state = shown(files)
    assert state.site is None
    for address in ("/_status", "/_side-by-side/alpha", f"/_source/{FR}"):
        assert "site.toml" in words(html(state, address, 503))


# ---------------------------------------------------------------- side by side


def test_blocks_stand_beside_each_other_with_their_figures_and_claims(site: State) -> None:
    page = html(site, "/_side-by-side/alpha")
    assert page == html(site, "/_side-by-side/alpha/en")
    found = block(page, "Ventes :")
    assert words(found).count("sold.NORTH") == 2
    assert "15\u00a0pièces" in unescape(found) and "15\u00a0pieces" in unescape(found)
    assert "rose: true" in words(found)
    assert '<p class="words kind-paragraph" lang="fr">' in found and 'kind-paragraph" lang="en"' in found
    assert f'href="/_source/{FR}#L7"' in found and f'href="/_source/{EN}#L7"' in found
    assert "level-2" in block(page, "More")


def test_figures_and_claims_that_cannot_be_printed_say_why() -> None:
    changes = (
        (EN, "{{ sold.NORTH }}", "{{ sold.NOWHERE }} {{ sodl }}"),
        (EN, "(claim:rose)", "(claim:roze)"),
        ("data/alpha/release.toml", "all positive", "all negative"),
    )
    found = block(html(shown(edited(small_site(), *changes)), "/_side-by-side/alpha/en"), "Ventes :")
    said = words(found)
    assert 'no figure named "sodl"' in said
    assert "NOWHERE" in said and 'no claim named "roze"' in said
    assert "the claim rose: false" in said


def test_words_are_shown_as_they_are_meant() -> None:
    files = edited(
        small_site(),
        (EN, "Sales:", "**Sales** and *more*, `{{ code }}`, a_b_c, x * y * z,\non two lines:"),
        (EN, "Sales in {{ year }}", "'*Sales* [x](https://x.example/) in {{ year }}'"),
    )
    page = html(shown(files), "/_side-by-side/alpha/en")
    found = block(page, "on two lines")
    for expected in ("<strong>Sales</strong>", "<em>more</em>", "<code>{{ code }}</code>", "a_b_c", "x * y * z"):
        assert expected in found, expected
    assert "*Sales* [x](https://x.example/) in" in block(page, "Ventes en"), "a title is no Markdown"


def test_what_stands_in_one_language_alone_is_marked_in_words() -> None:
    files = edited(small_site(), (EN, "{{ sold.NORTH }}", "{{ sold.SOUTH }} [here](https://x.example/) [^1]"))
    found = block(html(shown(files), "/_side-by-side/alpha/en"), "Ventes :")
    assert "Only in Français: {{ sold.NORTH }}" in words(found)
    assert "Only in English: {{ sold.SOUTH }} , a link to x.example , [^1]" in words(found)
    marked = re.findall(r"<mark>(.*?)</mark>", found)
    assert len(marked) == 4 and all("only here" in each for each in marked)
    assert "growth.SOUTH" not in "".join(marked)


def test_what_is_out_of_date_shows_the_words_that_changed() -> None:
    files = edited(recorded(small_site()), (FR, "Ventes :", "Ventes totales :"))
    found = block(html(shown(files), "/_side-by-side/alpha/en"), "Ventes totales")
    assert "out of date" in words(found)
    assert re.search(r"<ins>.*?totales</ins>", found)
    assert "communique translate accept alpha --lang en --block 7" in words(found)


def test_a_missing_block_has_an_empty_slot() -> None:
    files = recorded(small_site())
    files[FR] += b"\nUne phrase de plus.\n"
    found = block(html(shown(files), "/_side-by-side/alpha/en"), "Une phrase de plus")
    assert "Missing in English" in words(found)
    assert "--block fr:13" in words(found)


def test_a_release_without_a_translation_is_missing_as_a_whole(site: State) -> None:
    files = small_site()
    del files[EN]
    page = html(shown(files), "/_side-by-side/alpha/en")
    blocks = re.split(r'(?=<li id="block-)', page)[1:]
    assert len(blocks) >= 4 and all("Missing" in each for each in blocks)
    assert f"write {EN}" in words(page)


def test_without_a_record_blocks_are_compared_and_nothing_is_reproached(site: State) -> None:
    page = html(site, "/_side-by-side/alpha/en")
    assert "out of date" not in words(page)
    assert "communique translate accept alpha --lang en" in words(page)


def test_what_a_build_finds_stands_in_its_block() -> None:
    files = edited(small_site(), (EN, "Sales:", "Sales of 12:"))
    found = block(html(shown(files), "/_side-by-side/alpha/en"), "Sales of 12")
    assert '"12" comes from no cell' in words(found)


def test_names_that_there_are_not(site: State) -> None:
    assert 'did you mean "alpha"?' in words(html(site, "/_side-by-side/alhpa", 404))
    for address in ("/_side-by-side/alpha/fr", "/_side-by-side/alpha/nl", "/_side-by-side/", "/_side-by-side/a/b/c"):
        html(site, address, 404)
    one = edited(small_site(), ("site.toml", 'languages = ["fr", "en"]', 'languages = ["fr"]'))
    assert "one language" in words(html(shown(one), "/_side-by-side/alpha", 404))


def test_texts_that_cannot_be_read_say_so() -> None:
    files = {**small_site(), EN: b"no front matter"}
    assert "no front matter" in words(html(shown(files), "/_side-by-side/alpha/en"))
    files = {**small_site(), "data/alpha/release.toml": b"kind = \n"}
    assert "release.toml" in words(html(shown(files), "/_side-by-side/alpha/en"))


# ---------------------------------------------------------------- sources


def test_a_source_with_its_lines_and_what_is_wrong_on_them() -> None:
    files = edited(small_site(), (EN, "Sales:", "Sales of 12:"))
    page = html(shown(files), f"/_source/{EN}")
    line = re.search(r'<li id="L7" class="wrong">(.*?)</li>', page)
    assert line is not None
    assert "Sales of 12: {{ sold.NORTH }}" in words(line[1]) and "comes from no cell" in words(line[1])
    assert page.count('<li id="L') == files[EN].count(b"\n")
    assert 'href="/_side-by-side/alpha/en"' in page


def test_a_long_source_is_shown_in_parts_and_links_know_which() -> None:
    rows = b"".join(b"%d,%d\n" % (year, year) for year in range(1000, 5500))
    files = {**small_site(), "data/alpha/spare.csv": b"year,value\n" + rows + b"x,nothing\n"}
    state = shown(files)
    link = re.search(r'href="(/_source/[^"]*spare.csv#L4502)"', html(state, "/_status"))
    assert link is not None
    address = urlsplit(link[1])
    page = html(state, unquote(address.path))
    assert f'<li id="{address.fragment}" class="wrong">' in page and page.count('<li id="L') == 502
    assert 'start="4001"' in page and "Part 3 of 3" in page
    html(state, "/_source/4/data/alpha/spare.csv", 404)
    html(state, "/_source/0/data/alpha/spare.csv", 404)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "etc/passwd", "/etc/passwd", "../site.toml", "content/../site.toml", "content//fr/news/alpha.md"),
        *("generator/cli/common.py", ".git/config", "build/site/index.html", "content/fr/news/", "content"),
        *("./site.toml", "site.toml\x00", "SITE.TOML", "content\\fr\\news\\alpha.md", "1/../site.toml", "²/site.toml"),
    ],
)
def test_nothing_but_the_sources_of_the_last_build(site: State, path: str) -> None:
    assert "NORTH" not in html(site, f"/_source/{path}", 404)


def test_every_source_can_be_shown(site: State) -> None:
    assert site.site is not None
    for path in site.site.snapshot.digests:
        html(site, f"/_source/{path}")


# ---------------------------------------------------------------- all of them


def pages_of(state: State) -> list[str]:
    assert state.site is not None
    own = ["/_status", "/_status/to-do", *(f"/_side-by-side/{release}/en" for release in state.site.heads)]
    return [*own, *(f"/_source/{path}" for path in state.site.snapshot.digests if not path.startswith("@"))]


def test_every_link_leads_to_something() -> None:
    files = edited(recorded(small_site()), (FR, "Ventes :", "Ventes totales :"), (EN, "Sales:", "Sales of 12:"))
    good, bad = shown(recorded(small_site())), shown(files)
    state = replace(bad, hosting=good.hosting)
    pages = {address: html(state, address) for address in pages_of(state)}
    seen = 0
    for address, page in pages.items():
        for link in re.findall(r'href="([^"]+)"', page):
            target = urlsplit(unescape(link))
            path = unquote(target.path) or address
            found = answer(state, path)
            assert found.status in (200, 307), (address, link)
            if target.fragment:
                assert f'id="{target.fragment}"' in found.content.decode(), (address, link)
            seen += 1
    assert seen > 100


def test_hostile_texts_are_shown_and_never_run() -> None:
    files = small_site()
    files["site.toml"] = files["site.toml"].replace(b'"Europe', b'"Europe')
    for lang in ("fr", "en"):
        path = f"content/{lang}/notes/beta.md"
        body = (
            f'{HOSTILE} {{{{ <b>x</b> }}}} [<i>y</i>](claim:<u>) [z](javascript:alert(1)) ![{HOSTILE}](chart:<b> "<q>")'
        )
        files[path] = (
            f"---\ntitle: '{HOSTILE.replace(chr(39), '’')}'\nsummary: <s>\nslug: note-b\n---\n\n{body}\n".encode()
        )
    files['data/<img src=x onerror="alert(1)">/release.toml'] = b"kind = 1\n"
    files['content/fr/<svg onload="alert(2)">.md'] = b"x"
    state = shown(files)
    for address in pages_of(state):
        page = html(state, address)
        body = page[page.index("<main>") :]
        tags = set(re.findall(r"<\s*/?([a-zA-Z!?][^\s>/]*)", body))
        assert not tags & {"script", "img", "svg", "i", "q", "s", "iframe"}, address
        assert not re.search(r"<[a-z][^>]*\son[a-z]+=", body), address
        assert not re.search(r'href="(?!/|#)', body), address
    assert unescape(html(state, "/_status")).count("<script>alert(1)</script>") >= 2


def test_the_policy_is_strict_and_nothing_is_inline(site: State) -> None:
    for address in ("/_status", "/_side-by-side/alpha", f"/_source/{FR}"):
        found = answer(site, address)
        assert dict(found.headers)["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert " style=" not in found.content.decode() and "<style" not in found.content.decode()
    assert answer(site, f"{OWN}pages.css").status == 200


def test_an_edit_that_changes_no_page_of_the_site_changes_these(site: State) -> None:
    """A draft's text in a preview of what the public sees."""
    files = small_site()
    session = Session(MemoryFiles(files), lambda: NOW, Tools(CHARTS), lambda _outcome: None)
    woken: list[int] = []
    session.listen(lambda: woken.append(session.state.version))
    session.build()
    before = html(session.state, "/_side-by-side/delta")
    files["content/fr/notes/delta.md"] = content("Brouillon", "brouillon", "Toujours pas [encore](release:gamma).")
    session.build()
    assert "Toujours pas" in html(session.state, "/_side-by-side/delta") != before
    assert woken == [1, 1]
    session.build()
    assert woken == [1, 1], "nothing was saved"
