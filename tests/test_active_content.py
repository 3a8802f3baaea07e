"""Whatever an author writes, no page holds anything that runs: every trick in every field, all errors made warnings."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from generator.build import build_site
from generator.errors import CODES
from generator.output.charts import MemoryCharts
from generator.output.write import opened
from generator.sources.files import MemoryFiles, default_templates
from generator.workers import Tools

BASE = Path(__file__).parent / "broken" / "_base"
NOW = datetime.fromisoformat("2026-01-01T00:00:00+00:00")

#: What may stand in a page at all, but for what the templates themselves bring (found in the good site's pages).
TAGS = frozenset(
    "a abbr article aside blockquote body br button caption code col colgroup data dd details div dl dt em figcaption figure"
    " footer h1 h2 h3 h4 h5 h6 head header hr html li link main meta nav ol p pre section small span strong sub summary sup"
    " table tbody td tfoot th thead time title tr ul"
    " svg g path rect line text tspan desc defs clippath circle style symbol use".split()
)
SCHEMES = ("http", "https", "mailto")
ADDRESSES = (
    "href",
    "src",
    "action",
    "formaction",
    "xlink:href",
    "data",
    "poster",
    "cite",
    "background",
    "ping",
    "srcset",
)

TRICKS = """\
<script>alert(1)</script> <SCRIPT SRC=//evil.example/x.js></SCRIPT> <script/x>alert(1)</script> <<script>alert(1)//<</script>
<img src=x onerror=alert(1)> <img src="x" onerror="alert(1)"> <svg onload=alert(1)> <svg><script>alert(1)</script></svg>
<iframe src="javascript:alert(1)"></iframe> <object data="data:text/html,x"> <embed src=x> <base href="https://evil.example/">
<a href="javascript:alert(1)" onclick=alert(1)>x</a> <form action=javascript:alert(1)><button>x</button></form>
<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math> <noscript><p title="</noscript><img src=x onerror=1>">
<meta http-equiv=refresh content="0;url=javascript:alert(1)"> <link rel=stylesheet href=//evil.example/x.css> <style>*{}</style>
<body onload=alert(1)> <details open ontoggle=alert(1)> <video><source onerror=alert(1)></video> <!--><script>alert(1)</script>-->

[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](javascript&colon;alert(1)) [d](&#106;avascript:alert(1))
[e](&#x6A;avascript:alert(1)) [f](java\tscript:alert(1)) [g]( javascript:alert(1)) [h](\x0bjavascript:alert) [i](data:text/html,<b>)
[j](vbscript:x) [k](%6Aavascript:alert(1)) [l](//evil.example) [m](/\\evil.example) [n](https://x.example/"onmouseover="alert(1))
[o](<javascript:alert(1)>) [p](https://x.example/ "t\\" onclick=\\"alert(1)") [q][ref] [r](file:///etc/passwd) [s](blob:x)
[t](claim:fell"onclick="alert(1)) [u](release:trade"onclick="alert(1)) [v](release:trade#"onclick="x) [w](#"><script>alert(1)</script>)
<javascript:alert(1)> <https://x.example/"onclick="alert(1)> <a@b.example"onclick="x> javascript:alert(1)

[ref]: javascript:alert(2) "title"

![<script>alert(1)</script>" onerror="alert(1)](chart:growth "<script>alert(1)</script>\\" onload=\\"alert(1)")

![a" onerror="alert(1)](table:levels)

![x](javascript:alert(1)) ![x](https://evil.example/x.png) ![x](data:image/svg+xml;base64,PHN2Zz4=) ![x](x" onerror="alert(1))

## Heading <script>alert(1)</script> {#x onclick=alert(1)} {: onclick="alert(1)" }

Paragraph {: onclick="alert(1)" style="x" }

/// box | <script>alert(1)</script>
    attrs: {onclick: 'alert(1)', style: 'x', id: 'x', class: 'figure'}
    open: true

Inside <script>alert(1)</script>

///

/// note
attrs: {onmouseover: alert(1)}
///

/// html | script
alert(1)
///

/// details | x
    type: script
alert(1)
///

[^1]<script>

[^1]: <script>alert(1)</script> [x](javascript:alert(1))

[^"onclick="alert(1)]: x

{{ exports.BRU }} {{ <script>alert(1)</script> }} {{ x | <b> }} \ue0000\ue001 \ue0020\ue003 {{ exports.<script> }}

`<script>alert(1)</script>` `{{ exports.BRU }}<img src=x onerror=alert(1)>`

    <script>alert(1)</script>

&lt;script&gt;alert(1)&lt;/script&gt; &#60;script&#62;alert(1)&#60;/script&#62; &amp;lt;script&amp;gt; \\<script>alert(1)\\</script>

<div markdown="1" onclick="alert(1)">
[x](javascript:alert(1))
</div>
"""
HTML = """<script>alert(1)</script><img src=x onerror=alert(1)>" onclick="alert(1)' x='"""


class _Page(HTMLParser):
    """Collects what a page holds that runs, loads or leads where it should not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            plain = re.sub(r"[\x00-\x20]", "", value or "").lower()
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", plain)
            if name.startswith("on") or name in ("srcdoc", "formaction", "ping", "style", "http-equiv"):
                self.wrong.append(f"<{tag} {name}={value}>")
            if name in ADDRESSES and scheme and scheme.group(1) not in SCHEMES:
                self.wrong.append(f"<{tag} {name}={value}>")
            if name in ADDRESSES and re.match(r"[/\\]{2}", plain):
                self.wrong.append(f"<{tag} {name}={value}>")
            if tag in ("link", "img", "use") and name in ("href", "src") and scheme and "stat.example" not in plain:
                self.wrong.append(f"<{tag} {name}={value}>")


def _wrong(html: str) -> list[str]:
    parser = _Page()
    parser.feed(html)
    parser.close()
    return parser.wrong


def _files() -> dict[str, bytes]:
    files = {path.relative_to(BASE).as_posix(): path.read_bytes() for path in BASE.rglob("*") if path.is_file()}
    templates = default_templates()
    for path in templates.rglob("*"):
        if path.is_file():
            files[f"@default/templates/{path.relative_to(templates).as_posix()}"] = path.read_bytes()
    levels = "".join(f'{code} = "warning"\n' for code in CODES if code not in ("template-error", "bad-encoding"))
    files["site.toml"] += f"\n[checks]\n{levels}".encode()
    return files


def _pages(files: dict[str, bytes], out: Path) -> dict[str, str]:
    with opened(out, lambda: None) as output:
        report = build_site(MemoryFiles(files), output, NOW, Tools(MemoryCharts()))
    assert not report.broken, [problem.text() for problem in report.problems if problem.level == "error"]
    return {
        path.relative_to(out).as_posix(): path.read_text() for path in sorted(out.rglob("*")) if path.suffix == ".html"
    }


def _tricks(files: dict[str, bytes]) -> None:
    for path in ("content/fr/news/trade.md", "content/en/news/trade.md"):
        plain = TRICKS.replace("\ue000", "").replace("\ue001", "").replace("\ue002", "").replace("\ue003", "")
        body = files[path].decode().split("---\n", 2)[1] + "---\n" + plain.replace("\x0b", "")
        files[path] = f"---\n{body}".encode()


def _titles(files: dict[str, bytes]) -> None:
    for path in ("content/fr/news/trade.md", "content/en/news/trade.md"):
        text = files[path].decode()
        quoted = HTML.replace("'", "''")
        text = re.sub(
            r"^(title|summary): .*$",
            lambda found, quoted=quoted: f"{found.group(1)}: '{quoted} {{{{ year }}}}'",
            text,
            flags=re.M,
        )
        files[path] = text.encode()


def _labels(files: dict[str, bytes]) -> None:
    quoted = HTML.replace('"', '""')
    lines = files["data/labels.csv"].decode().splitlines()
    rows = [f'{line.split(",")[0]},"{{}}{quoted}","{{}}{quoted}"' for line in lines[1:] if not line.startswith("kind")]
    files["data/labels.csv"] = "\n".join([lines[0], f'kind.news,"{quoted}","{quoted}"', *rows, ""]).encode()


def _codes(files: dict[str, bytes]) -> None:
    """Codes of a CSV file that are HTML; they have no name, so that charts and tables would show them, if anything."""
    code = "<script>alert(1)</script>"
    for path in ("data/trade/trade.csv", "data/trade/release.toml"):
        files[path] = files[path].replace(b"BRU", code.encode())
    files["data/labels.csv"] = files["data/labels.csv"].replace(
        b"BRU,Bruxelles,Brussels", f"{code},{code},{code}".encode()
    )
    for path in ("content/fr/news/trade.md", "content/en/news/trade.md"):
        files[path] = files[path].replace(b"BRU", b"VLG")


@pytest.mark.parametrize("attack", [_tricks, _titles, _labels, _codes])
def test_nothing_active_reaches_a_page(attack, tmp_path: Path) -> None:
    files = _files()
    own = {wrong for html in _pages(files, tmp_path / "good").values() for wrong in _wrong(html)}
    attack(files)
    pages = _pages(files, tmp_path / "site")
    assert any("trade" in path or "commerce" in path for path in pages), (
        "the release must be shown for this to be a test"
    )
    for path, html in pages.items():
        assert set(_wrong(html)) <= own, (path, set(_wrong(html)) - own)


def test_the_test_sees_active_content() -> None:
    for text in (
        "<script>x</script>",
        "<p onclick=x>",
        "<a href='java\tscript:x'>",
        "<a href=//evil>",
        "<img src=x>",
        "<p style=x>",
    ):
        assert _wrong(text), text
