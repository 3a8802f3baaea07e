"""Kinds of publication as readers meet them: indexes in pages, neighbours, newsletters, feeds, charts of their own."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from support import CHARTS, NOW, ROOT, Sources, build, content, small_site, texts, tree

from generator.sources.files import FolderFiles
from generator.sources.texts import charts_shown

ATOM = "{http://www.w3.org/2005/Atom}"


def changed(files: Sources, path: str, *pairs: tuple[str, str]) -> Sources:
    """A source with some words in the place of others."""
    text = files[path].decode()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return {**files, path: text.encode()}


def pages(files: Sources, out: Path, now: datetime = NOW) -> dict[str, str]:
    """The text outputs of a site that has no error."""
    report = build(files, out, now, charts=CHARTS)
    assert not report.broken, texts(report)
    return {path: data.decode() for path, data in tree(out).items() if not path.endswith(".png")}


def links(html: str) -> list[str]:
    return re.findall(r'<a href="([^"]*)"', html)


def titles(html: str) -> list[str]:
    return re.findall(r'class="card-title"><a href="[^"]*">([^<]*)', html)


# ---------------------------------------------------------------- lists


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Sixty posts, one an hour, twelve on a page."""
    files = changed(small_site(), "site.toml", ('folder = "news"', 'folder = "news"\nper_page = 12\nrelated = 3'))
    files = {path: data for path, data in files.items() if not re.search("alpha|beta|gamma", path)}
    for number in range(60):
        hour = f"2024-03-{1 + number // 24:02}T{number % 24:02}:00:00+01:00"
        files[f"data/p{number:02}/release.toml"] = f'kind = "news"\npublished = {hour}\n'.encode()
        for lang in ("fr", "en"):
            files[f"content/{lang}/news/p{number:02}.md"] = content(f"Post {number:02}", f"post-{number:02}", "Text.")
    return pages(files, tmp_path_factory.mktemp("sixty") / "site")


def test_many_posts_are_dealt_out_on_pages(sixty: dict[str, str]) -> None:
    indexes = ["en/news/index.html", *(f"en/news/page-{number}/index.html" for number in range(2, 6))]
    assert [path for path in sixty if re.match(r"en/news/(page-\d+/)?index\.html$", path)] == sorted(indexes)
    shown = [title for path in indexes for title in titles(sixty[path])]
    assert shown == [f"Post {number:02}" for number in range(59, -1, -1)]
    first, middle, last = sixty[indexes[0]], sixty[indexes[2]], sixty[indexes[4]]
    assert ('href="page-2/" rel="next"' in first, 'rel="prev"' in first) == (True, False)
    assert 'href="../page-2/" rel="prev"' in middle
    assert 'href="../page-4/" rel="next"' in middle
    assert ('rel="next"' in last, 'href="../page-4/" rel="prev"' in last) == (False, True)
    assert '<a href="./" aria-current="page"' in middle
    assert '<link rel="canonical" href="https://stat.example/en/news/page-3/">' in middle
    assert 'hreflang="fr" href="https://stat.example/fr/nouvelles/page-3/"' in middle


def test_neighbours_stand_below_each_post(sixty: dict[str, str]) -> None:
    assert titles(sixty["en/news/post-30/index.html"]) == ["Post 29", "Post 28", "Post 27"]
    assert titles(sixty["en/news/post-59/index.html"]) == ["Post 58", "Post 57", "Post 56"]
    assert titles(sixty["en/news/post-01/index.html"]) == ["Post 03", "Post 02", "Post 00"]
    assert titles(sixty["en/news/post-00/index.html"]) == ["Post 03", "Post 02", "Post 01"]


def test_a_new_post_changes_its_neighbours_only(tmp_path: Path) -> None:
    files = changed(small_site(), "site.toml", ('folder = "news"', 'folder = "news"\nrelated = 1'))
    for number in range(1, 6):
        files[f"data/p{number}/release.toml"] = f'kind = "news"\npublished = 2024-02-0{number}T09:00:00Z\n'.encode()
        for lang in ("fr", "en"):
            files[f"content/{lang}/news/p{number}.md"] = content(f"Post {number}", f"post-{number}", "Text.")
    last = {path: files.pop(path) for path in list(files) if "/p3" in path}
    before = pages(files, tmp_path / "site")
    after = pages({**files, **last}, tmp_path / "site")
    posts = [path for path in before if re.match(r"en/news/post-\d/", path)]
    assert [path for path in posts if before[path] != after[path]] == ["en/news/post-4/index.html"]


def test_dates_in_digits(tmp_path: Path) -> None:
    files = changed(small_site(), "site.toml", ('folder = "news"', 'folder = "news"\ndate = "numeric"'))
    files["site.toml"] += b'\n[language.en]\nlocale = "en_GB"\n'
    found = pages(files, tmp_path / "site")
    assert 'Posted on <time datetime="2024-05-01T09:00:00+02:00">01/05/2024</time>' in found["en/news/index.html"]
    assert 'Publié le <time datetime="2024-05-01T09:00:00+02:00">01/05/2024</time>' in found["fr/index.html"]


def test_covers_are_drawn_for_the_kinds_that_have_them(tmp_path: Path) -> None:
    files = changed(small_site(), "site.toml", ('folder = "news"', 'folder = "news"\ncovers = true'))
    found = pages(files, tmp_path / "site")
    assert found["en/news/index.html"].count('<svg class="cover') == 1
    assert '<svg class="cover' not in found["en/notes/index.html"]
    assert found == pages(files, tmp_path / "again")


# ---------------------------------------------------------------- pages of the site, newsletters


def test_pages_of_the_site_are_in_the_footer_and_in_no_list(tmp_path: Path) -> None:
    files = changed(small_site(), "site.toml", ('folder = "notes"', 'folder = "notes"\nlisted = false'))
    files = changed(files, "data/labels.csv", ("kind.note,Notes,Notes,Nota's\n", ""))
    files = {path: data for path, data in files.items() if "gamma" not in path}
    found = pages(files, tmp_path / "site")
    assert "en/note-b/index.html" in found
    assert not [path for path in found if path.startswith(("en/notes/", "fr/notes/"))]
    assert '<li><a href="../../note-b/">Note</a></li>' in found["en/news/sales/index.html"]
    assert '<a href="./" aria-current="page">Note</a>' in found["en/note-b/index.html"]
    assert titles(found["en/index.html"]) == ["Sales in "]
    assert "note-b" not in found["en/feed.xml"] + found["en/rss.xml"]
    assert "https://stat.example/en/note-b/" in found["sitemap.xml"]
    assert "ld+json" not in found["en/note-b/index.html"]
    assert "Published on" not in found["en/note-b/index.html"]
    assert "../../note-b/" in links(found["en/news/sales/index.html"])


def test_a_page_with_a_figure_in_its_title_names_itself(tmp_path: Path) -> None:
    files = changed(small_site(), "site.toml", ('folder = "news"', 'folder = "news"\nlisted = false'))
    found = pages(files, tmp_path / "site")
    assert '<a href="../../sales/">Sales in 2024</a>' in found["en/notes/note-b/index.html"]


def test_an_issue_has_a_masthead_contents_and_articles(tmp_path: Path) -> None:
    files = small_site()
    files["site.toml"] += b'\n[kinds.newsletter]\nfolder = "letters"\n'
    files["data/labels.csv"] += b"kind.newsletter,Lettre,Letter,Brief\n"
    files["data/labels.csv"] += b"kind.newsletter.masthead,La Lettre,The Letter,De Brief\n"
    files["data/labels.csv"] += b"kind.newsletter.subtitle,Pour tous,For all,Voor allen\n"
    files["data/q1/release.toml"] = (
        b'kind = "newsletter"\npublished = 2024-04-01T09:00:00Z\n[periods]\nissue = "2024-Q1"\n'
    )
    body = "Intro.[^1]\n\n## Trade\n\n### One\n\nFirst.\n\n### Two\n\nSecond.\n\n## Else\n\nThird.\n\n"
    body += "/// box | Aside\n\n## Not a section\n\n///\n\n[^1]: A note.\n"
    for lang in ("fr", "en"):
        files[f"content/{lang}/letters/q1.md"] = content("An issue", "q1", body)
    found = pages(files, tmp_path / "site")
    html = found["en/letter/q1/index.html"]
    assert re.search(
        r'masthead-name">The Letter<.*masthead-line">For all<.*masthead-issue">1st quarter 2024<', html, re.S
    )
    assert "1er trimestre 2024" in found["fr/lettre/q1/index.html"]
    contents = html[html.index('class="issue-contents"') : html.index("</nav>", html.index('class="issue-contents"'))]
    assert links(contents) == ["#trade", "#one", "#two", "#else"]
    assert list(re.findall(r"<h3 id=\"\w+\">(\w+)</h3>", html)) == ["One", "Two"]
    assert html.count('<article class="issue-article"') == 2
    assert html.index("Intro.") < html.index('class="issue-contents"') < html.index("First.") < html.index("A note.")
    assert html.count('<div class="footnote">') == 1


# ---------------------------------------------------------------- feeds and machines


def test_feeds_carry_the_full_text_with_absolute_addresses(tmp_path: Path) -> None:
    files = changed(
        small_site(), "content/en/news/alpha.md", ("## More", "[Here](#more), [there](/en/).[^n]\n\n## More")
    )
    files["content/en/news/alpha.md"] += b"\n\n[^n]: Noted.\n"
    files = changed(files, "site.toml", ("[checks]", '[checks]\nlanguage-difference = "hint"'))
    found = pages(files, tmp_path / "site")
    entry = ET.fromstring(found["en/feed.xml"]).findall(f"{ATOM}entry")[1]
    text = entry.findtext(f"{ATOM}content") or ""
    assert entry.find(f"{ATOM}content").get("type") == "html"  # type: ignore[union-attr]
    assert '<data class="figure" value="15" data-figure="sold.NORTH">15\xa0pieces</data>' in text
    assert "<table" in text
    base = "https://stat.example/en/news/sales/"
    assert set(links(text)) == {f"{base}#more", "https://stat.example/en/"}
    assert f'href="{base}#fn:n"' in text
    item = ET.fromstring(found["en/rss.xml"]).findall("channel/item")[1]
    assert item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") == text
    assert item.findtext("pubDate") == "Wed, 01 May 2024 09:00:00 +0200"
    assert item.findtext("link") == base


def structured(html: str) -> list[dict[str, object]]:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    graph = json.loads(text)["@graph"]
    assert isinstance(graph, list)
    return graph


def test_a_release_describes_itself_to_machines(tmp_path: Path) -> None:
    files = changed(
        small_site(), "data/alpha/release.toml", ('source = "OFFICE"', 'source = "OFFICE"\ntitle = "OFFICE"')
    )
    files = changed(files, "content/en/news/alpha.md", ("title: Sales in", "title: </script><b>Sales & co</b> in"))
    news, *sets = structured(pages(files, tmp_path / "site")["en/news/sales/index.html"])
    assert (news["@type"], news["inLanguage"]) == ("NewsArticle", "en")
    assert news["headline"] == "</script><b>Sales & co</b> in 2024"
    assert news["datePublished"] == "2024-05-01T09:00:00+02:00"
    (other,) = news["workTranslation"]  # type: ignore[misc]
    assert (other["inLanguage"], other["url"]) == ("fr", "https://stat.example/fr/nouvelles/ventes/")
    assert [one["@type"] for one in sets] == ["Dataset", "Dataset"]
    addresses = [one["distribution"][0]["contentUrl"] for one in sets]  # type: ignore[index]
    assert addresses == ["https://stat.example/data/alpha/sales.csv", "https://stat.example/data/alpha/spare.csv"]
    assert sets[0]["name"] == "Office – </script><b>Sales & co</b> in 2024"
    assert all(len(str(one["description"])) >= 50 or one is sets[1] for one in sets)


def test_pages_say_what_is_shared_of_them(tmp_path: Path) -> None:
    found = pages(small_site(), tmp_path / "site")
    html = found["en/news/sales/index.html"]
    properties = dict(re.findall(r'<meta property="([^"]*)" content="([^"]*)">', html))
    assert properties["og:type"] == "article"
    assert unescape(properties["og:title"]) == "Sales in 2024"
    assert properties["og:image"] == "https://stat.example/en/news/sales/card.png"
    assert (tmp_path / "site/en/news/sales/card.png").read_bytes()[:4] == b"\x89PNG"
    assert (properties["og:locale"], properties["og:locale:alternate"]) == ("en", "fr")
    plain = pages(changed(small_site(), "site.toml", ("latest", "social_cards = false\nlatest")), tmp_path / "plain")
    assert "og:image" not in plain["en/news/sales/index.html"]
    assert not list((tmp_path / "plain").rglob("card.png"))


def test_hosts_are_told_what_to_send(tmp_path: Path) -> None:
    files = changed(small_site(), "site.toml", ("stat.example/", "stat.example/below/"))
    headers = pages(files, tmp_path / "site")["_headers"]
    rules = dict(re.findall(r"^(/\S*)\n((?:  .*\n)+)", headers, re.M))
    assert "frame-ancestors 'none'" in rules["/below/en/*"]
    assert "frame-ancestors *" in rules["/below/embed/*"]
    assert "Access-Control-Allow-Origin: *" in headers
    assert "immutable" in rules["/below/assets/*"]
    assert all("unsafe" not in rule for rule in rules.values())


# ---------------------------------------------------------------- charts on pages of their own


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "site"
    assert not build(FolderFiles(ROOT), out, datetime.fromisoformat("2026-01-01T00:00:00Z"), charts=CHARTS).broken
    return out


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_chart_has_a_page_and_files(sample: Path, lang: str) -> None:
    for path in sorted((ROOT / "content" / lang).rglob("*.md")):
        for chart, words in charts_shown(path.read_text(encoding="utf-8")).items():
            folder = sample / "charts" / path.stem / chart / lang
            page = (folder / "index.html").read_text(encoding="utf-8")
            assert f"charts/{path.stem}/{chart}/{lang}/" in page
            assert words.title.split("{{")[0] in unescape(page)
            assert (folder / f"{chart}.svg").read_text(encoding="utf-8").endswith("</svg>")
            assert (folder / f"{chart}.png").read_bytes()[:4] == b"\x89PNG"
            assert b"style=" not in (folder / f"{chart}.svg").read_bytes()
            assert json.loads((folder / f"{chart}.json").read_text(encoding="utf-8"))["$schema"]
            if re.search(r"\.\d+$", path.stem):  # an earlier edition: other sites show the present one
                assert not (sample / "embed" / path.stem).exists()
                continue
            embed = (sample / "embed" / path.stem / chart / lang / "index.html").read_text(encoding="utf-8")
            assert 'rel="canonical"' in embed
            assert "noindex" in embed


def test_the_numbers_of_a_chart_can_be_taken_home(sample: Path) -> None:
    rows = (sample / "charts/regional-trade-2024/trade-growth/fr/trade-growth.csv").read_text(encoding="utf-8")
    head, *lines = rows.splitlines()
    assert head == "Panneau,Région,Année,Valeur,Unité,Statut d’observation,Qualité,Source"
    assert "Exportations de biens et services,Bruxelles,2024,-6.3,%,E,Données estimées" in rows
    assert len(lines) == 27


@pytest.mark.parametrize(
    ("markdown", "title", "description"),
    [
        ('![A b](chart:c "T")', "T", "A b"),
        ('![A [b] c](chart:c "T \\"x\\" y")', 'T "x" y', "A [b] c"),
        ('  ![A\nb](chart:c\n"T")', "T", "A b"),
        ('![{{ a.B | drop }}](chart:c "{{ year }}")', "{{ year }}", "{{ a.B | drop }}"),
        ("![A](chart:c)", "", "A"),
    ],
)
def test_what_a_text_says_of_its_charts(markdown: str, title: str, description: str) -> None:
    found = charts_shown(f"Text\n\n{markdown}\n\nMore ![x](table:y)\n", 10)
    assert {name: (words.title, words.description, words.line) for name, words in found.items()} == {
        "c": (title, description, 12)
    }
