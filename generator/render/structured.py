"""A release → JSON-LD: a NewsArticle linked with its translations, and a Dataset for each data table."""

from __future__ import annotations

import json
from urllib.parse import urljoin

from .. import urls
from ..facts.lookup import Lookup
from .addresses import release_path
from .amendments import corrections_of
from .views import DownloadView


def article(lookup: Lookup, release: str, lang: str, title: str, summary: str, files: tuple[DownloadView, ...]) -> str:
    """The JSON-LD of a release's page (schema.org), safe to stand in a `<script>`."""
    config = lookup.config()
    page = urls.absolute(config.url, release_path(lookup, release, lang))
    publisher = {"@type": "Organization", "name": lookup.label(lang, "site.title") or "", "url": config.url}
    instant, modified = lookup.published(release).isoformat(), lookup.modified(release).isoformat()
    news: dict[str, object] = {
        "@type": "NewsArticle",
        "@id": page,
        "url": page,
        "mainEntityOfPage": page,
        "headline": title,
        "description": summary,
        "inLanguage": lang,
        "datePublished": instant,
        "dateModified": modified,
        "isAccessibleForFree": True,
        "author": publisher,
        "publisher": publisher,
    }
    if notices := corrections_of(lookup, release, lang):
        news["correction"] = [
            {
                "@type": "CorrectionComment",
                "@id": f"{page}#{one.id}",
                "text": one.text,
                "datePublished": one.date_machine,
            }
            for one in notices
        ]
    if config.social_cards:
        news["image"] = config.url + urls.card_path(release_path(lookup, release, lang))
    others = [other for other in lookup.languages(release) if other != lang]
    if others:
        news["workTranslation"] = [_translation(lookup, release, other) for other in others]
    sets = [
        {**_dataset(file, title, summary, page, lang, instant, publisher), "dateModified": modified} for file in files
    ]
    if sets:
        news["citation"] = [{"@id": found["@id"]} for found in sets]
    return _script({"@context": "https://schema.org", "@graph": [news, *sets]})


def withdrawn_article(lookup: Lookup, release: str, lang: str, title: str) -> str:
    """What is left of the JSON-LD of a release that was withdrawn."""
    config = lookup.config()
    page = urls.absolute(config.url, release_path(lookup, release, lang))
    publisher = {"@type": "Organization", "name": lookup.label(lang, "site.title") or "", "url": config.url}
    news = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": page,
        "url": page,
        "headline": title,
        "inLanguage": lang,
        "creativeWorkStatus": "Withdrawn",
        "datePublished": lookup.published(release).isoformat(),
        "dateModified": lookup.modified(release).isoformat(),
        "author": publisher,
        "publisher": publisher,
    }
    return _script(news)


def _translation(lookup: Lookup, release: str, lang: str) -> dict[str, object]:
    address = urls.absolute(lookup.config().url, release_path(lookup, release, lang))
    return {"@type": "NewsArticle", "@id": address, "url": address, "inLanguage": lang}


def _dataset(
    file: DownloadView, title: str, summary: str, page: str, lang: str, instant: str, publisher: dict[str, str]
) -> dict[str, object]:
    """A data table with its one distribution."""
    address = urljoin(page, file.href)
    said = ". ".join(text.rstrip(".") for text in (f"{file.title} – {title}", summary, file.note, file.source) if text)
    found: dict[str, object] = {
        "@type": "Dataset",
        "@id": f"{address}#dataset",
        "name": f"{file.title} – {title}",
        "description": f"{said}.",
        "url": page,
        "inLanguage": lang,
        "datePublished": instant,
        "isAccessibleForFree": True,
        "publisher": publisher,
        "distribution": [{"@type": "DataDownload", "encodingFormat": "text/csv", "contentUrl": address}],
    }
    if file.source:
        found["creator"] = {"@type": "Organization", "name": file.source}
    return found


def _script(value: object) -> str:
    """JSON that cannot end the element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
