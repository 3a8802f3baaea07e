"""`text.fr`, `text.en` of a table of release.toml → words that readers get as they are, in each language.

They stand on pages, in feeds and in calendars, each of which would take a sign of its own syntax for one: so they are
one paragraph of plain text, without figures, which would change with the data.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..config import SiteConfig
from ..spec import Spec


def plain_texts(table: Spec, config: SiteConfig, *, of: str, instead: str) -> Mapping[str, str]:
    """The words in each language; of the public ones, none may lack. What is wrong becomes problems of the table: `of`
    is what they call it ("a notice"), `instead` the hint where somebody wants a figure."""
    found = {}
    for lang in config.all_tags:
        words = table.text(lang, required=lang not in config.coming)
        if words is None:
            continue
        if "{{" in words or "}}" in words:
            table.problem(f"{of} holds no figures", lang, hint=instead)
        found[lang] = " ".join(words.split())
    table.finish()
    return found
