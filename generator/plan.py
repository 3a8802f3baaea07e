"""A site and an instant → the targets to make. The embargo is decided here, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from . import urls
from .definitions import ReleaseHead
from .errors import Problem, SourceRef
from .model import Target, TargetKind
from .render.explore import bundle_version
from .sources.site import Site

#: The page of a chart and its files: kind of target, and ending of the path (none: the page).
_OF_A_CHART: tuple[tuple[TargetKind, str], ...] = (
    ("chart", ""),
    ("picture", ".svg"),
    ("picture", ".png"),
    ("series", ".csv"),
    ("spec", ".json"),
    ("spec", "-narrow.json"),
)
#: What stands at an address that a writer's slug ends.
_AT_SLUGS = ("release", "withdrawn", "redirect")


@dataclass(frozen=True)
class Plan:
    """What to make. `visible` are the releases that the site shows; `hidden` those of them that are not public at the
    instant of the plan: none, unless the plan is a preview's. `site` has every release as it stands at that instant."""

    site: Site
    targets: tuple[Target, ...]
    visible: frozenset[str]
    problems: tuple[Problem, ...]
    hidden: frozenset[str] = frozenset()


def plan(site: Site, now: datetime, *, unpublished: bool = False) -> Plan:
    """Everything that the public site has at an instant, and a rehearsal of what it does not have yet.

    A release is public from `published` on, unless it is a draft; an earlier edition, from the correction on that took
    its place. Rehearsed releases are rendered to find their problems; they contribute nothing to the output. With
    `unpublished`, for a preview, all are shown. Corrections and withdrawals count from their own instants on, and do
    not exist before.
    """
    early = () if unpublished else (*_early(site, now), *_unsaid(site, now))
    site = site.as_of(now, ahead=unpublished)
    public = frozenset(head.id for head in site.heads.values() if _is_public(head, now))
    shown = frozenset(head.id for head in site.heads.values() if head.edition is None or head.superseded is not None)
    visible = shown if unpublished else public
    targets: list[Target] = list(_site_targets(site))
    for head in site.heads.values():
        found = list(_release_targets(site, head))
        if head.withdrawal is not None and head.id in visible:
            targets += _remains(site, head)
        elif head.id in visible:
            targets += [*found, *_companions(site, head), *_revisions(site, head, visible)]
        else:
            targets += [target._replace(rehearsal=True) for target in found]
    for head in site.heads.values():
        targets += _redirects(site, head, visible)
    if any(target.kind == "redirect" and not target.rehearsal for target in targets):
        targets.append(Target(urls.REDIRECTS, "redirects", site.config.tags[0]))
    listed = [head for head in site.heads.values() if head.id in visible and head.edition is None]
    targets += _index_targets(site, listed)
    targets += _feed_texts(site, listed)
    if site.announced:
        targets += _calendar_targets(site)
    if any(target.kind == "spec" for target in targets):
        targets.append(Target(urls.bundle_path(bundle_version()), "bundle"))
    first = _first_at_each_address(targets)
    problems = (*early, *_clashes(site, targets, first), *_overdue(site, public))
    return Plan(site, tuple(sorted(first)), visible, problems, visible - public)


def _is_public(head: ReleaseHead, now: datetime) -> bool:
    """Whether the public sees a release as its head says it is. The next edition of one that it sees may be to come."""
    if head.edition is not None and (head.superseded is None or head.superseded > now):
        return False
    return not head.draft and head.published <= now and head.modified <= now


def _early(site: Site, now: datetime) -> Iterator[Problem]:
    """Corrections that are to come, of releases whose previous edition was not kept: the sources have the corrected
    numbers already, and the site would show them without the notice."""
    for head in site.heads.values():
        if head.draft or head.published > now or head.edition is not None:
            continue
        for correction in head.corrections:
            if correction.at > now and not correction.previous:
                when = correction.at.isoformat()
                message = f"the correction is of {when}, and what it corrects would be shown without it before"
                hint = f"keep the previous edition (communique keep {head.id}), or build as of {when} or later"
                yield Problem("correction-to-come", message, SourceRef(site.release_file(head.id)), hint)


def _unsaid(site: Site, now: datetime) -> Iterator[Problem]:
    """Public releases that differ from what was kept of them before a correction, while no correction names that: the
    site would show other numbers or words, and not say so."""
    named = {correction.previous for head in site.heads.values() for correction in head.corrections}
    for kept in site.heads.values():
        head = None if kept.edition is None or kept.id in named else site.heads.get(kept.edition.release)
        if head is None or head.draft or head.published > now or head.withdrawal is not None:
            continue
        if _data_and_texts(site, head) != _data_and_texts(site, kept):
            message = f'it differs from "{kept.id}", which was kept before a correction, and no correction names it'
            hint = f'write [[corrections]] with previous = "{kept.id}"; if nothing is to be corrected, delete that'
            yield Problem("correction-to-come", message, SourceRef(site.release_file(head.id)), hint)


def _data_and_texts(site: Site, head: ReleaseHead) -> Mapping[tuple[str, str], str]:
    """The digests of what readers get of a release: of the file of each table, and of the text in each language."""
    tables = {("table", table): f"data/{head.id}/{file}" for table, file in head.files.items()}
    texts = {("text", lang): site.text_file(head.id, lang) for lang in site.config.tags}
    return {name: site.snapshot.digest(path) for name, path in (tables | texts).items()}


def _site_targets(site: Site) -> Iterator[Target]:
    first = site.config.tags[0]
    yield Target(urls.ROOT, "root", first)
    yield Target(urls.NOT_FOUND, "notfound", first)
    yield Target(urls.SITEMAP, "sitemap", first)
    yield Target(urls.ROBOTS, "robots", first)
    yield Target(urls.HEADERS, "headers", first)
    for lang in site.config.tags:
        home = urls.home_path(lang)
        yield Target(home, "home", lang)
        yield Target(urls.feed_path(lang), "feed", lang)
        yield Target(urls.rss_path(lang), "rss", lang)
        yield Target(urls.corrections_path(lang), "corrections", lang)
        yield Target(urls.catalogue_path(lang), "catalogue", lang)
        yield from _card(site, Target(home, "card", lang))
    for lang in site.config.all_tags:
        yield Target("", "messages", lang)
    for name, digest in _assets(site):
        yield Target(urls.asset_path(name, digest), "asset", name=name)


def _calendar_targets(site: Site) -> Iterator[Target]:
    for lang in site.config.tags:
        yield Target(urls.calendar_path(lang), "calendar", lang)
        yield Target(urls.ics_path(lang), "ics", lang)


def _overdue(site: Site, public: frozenset[str]) -> Iterator[Problem]:
    """Dates that were announced and have come, without the release."""
    for release, announced in site.announced.items():
        if announced.passed and release not in public:
            message = f"the calendar announced this release for {announced.date.isoformat()}, and it is not public"
            hint = "publish it; or set a new date, and say why under [[announced.changes]]"
            yield Problem("overdue", message, SourceRef(site.release_file(release), announced.line), hint, "warning")


def _assets(site: Site) -> list[tuple[str, str]]:
    """Every asset of the templates, the site's own before the default one of the same name."""
    names = {
        path.split("templates/assets/", 1)[1]
        for path in site.snapshot.digests
        if path.startswith(("templates/assets/", "@default/templates/assets/"))
    }
    found = []
    for name in sorted(names):
        path = site.template_path(f"assets/{name}")
        assert path is not None
        found.append((name, urls.LASTING if site.config.lasting_names else site.snapshot.digest(path)))
    return found


def _page(site: Site, head: ReleaseHead, lang: str) -> str:
    """The path of a release's page, or of that of an earlier edition."""
    section, slug = site.section(head.kind, lang), head.texts[lang].slug
    if head.edition is not None:
        return urls.edition_path(lang, section, slug, head.edition.number)
    return urls.release_path(lang, section, slug)


def _release_targets(site: Site, head: ReleaseHead) -> Iterator[Target]:
    for lang in head.texts:
        yield Target(_page(site, head, lang), "release", lang, head.id)
        yield Target("", "headline", lang, head.id)
    for table in head.files:
        yield Target(urls.data_path(head.id, table), "data", "", head.id, name=table)
    yield Target("", "audit", "", head.id)


def _companions(site: Site, head: ReleaseHead) -> Iterator[Target]:
    """What a public release has beside its pages: the sources of its figures, the page and the files of each chart, and
    pictures for sharing.

    They are made of what the page is made of; the page finds their problems, so they are not rehearsed.
    """
    for lang, front in head.texts.items():
        page = _page(site, head, lang)
        yield from _card(site, Target(page, "card", lang, head.id))
        if front.cites:
            yield Target(urls.figures_path(page), "figures", lang, head.id)
        for chart in front.charts:
            for kind, ending in _OF_A_CHART:
                yield Target(urls.chart_path(head.id, chart, lang, ending), kind, lang, head.id, name=chart)
            if head.edition is None:  # other sites show the present edition
                yield Target(urls.embed_path(head.id, chart, lang), "embed", lang, head.id, name=chart)
    if any(front.cites for front in head.texts.values()):
        yield Target(urls.record_path(head.id), "record", "", head.id)


def _revisions(site: Site, head: ReleaseHead, visible: frozenset[str]) -> Iterator[Target]:
    """The list of its revised numbers, of a release that is compared with another, or with an edition of its own."""
    if _lists_revisions(site, head, visible):
        for lang in head.texts:
            yield Target(urls.revisions_path(_page(site, head, lang)), "revisions", lang, head.id)
        yield Target(urls.revisions_file_path(head.id), "revisionsfile", "", head.id)


def _lists_revisions(site: Site, head: ReleaseHead, visible: frozenset[str]) -> bool:
    other = site.heads.get(head.compared_with)
    shown = other is not None and other.id in visible and other.withdrawal is None
    return shown and other is not None and bool(set(head.files) & set(other.files))


def _remains(site: Site, head: ReleaseHead) -> Iterator[Target]:
    """What is left of a withdrawn release: its pages and those of its charts, which say so."""
    for lang, front in head.texts.items():
        yield Target(_page(site, head, lang), "withdrawn", lang, head.id)
        yield Target("", "headline", lang, head.id)
        for chart in front.charts:
            yield Target(urls.chart_path(head.id, chart, lang), "withdrawn", lang, head.id, name=chart)
            if head.edition is None:
                yield Target(urls.embed_path(head.id, chart, lang), "withdrawnembed", lang, head.id, name=chart)
    yield Target("", "audit", "", head.id)


def _redirects(site: Site, head: ReleaseHead, visible: frozenset[str]) -> Iterator[Target]:
    """A page at each address that a release, and the pages below it, had before; those of a hidden one are only
    compared with other addresses. An earlier edition stays where it is."""
    if head.edition is not None:
        return
    public = head.id in visible
    whole = public and head.withdrawal is None
    for lang, front in head.texts.items():
        below = {
            urls.FIGURES: whole and front.cites,
            urls.REVISIONS: whole and _lists_revisions(site, head, visible),
        }
        for slug in front.former:
            path = urls.release_path(lang, site.section(head.kind, lang), slug)
            for part in ("", *(part for part, there in below.items() if there)):
                yield Target(urls.below(path, part), "redirect", lang, head.id, part, slug, rehearsal=not public)


def _card(site: Site, of: Target) -> Iterator[Target]:
    """The picture of a page; `of` has the path of the page."""
    if site.config.social_cards:
        yield of._replace(path=urls.card_path(of.path))


def _index_targets(site: Site, shown: list[ReleaseHead]) -> Iterator[Target]:
    """The pages of the index of each listed kind that has something in a language."""
    counts = Counter((lang, head.kind) for head in shown for lang in head.texts)
    for (lang, kind), count in sorted(counts.items()):
        if not site.config.kinds[kind].listed:
            continue
        section = site.section(kind, lang)
        for number in range(1, -(-count // site.config.kinds[kind].per_page) + 1):
            path = urls.section_path(lang, section, number)
            yield Target(path, "index", lang, section=kind, name=str(number))
        yield from _card(site, Target(urls.section_path(lang, section), "card", lang, section=kind))


def _feed_texts(site: Site, shown: list[ReleaseHead]) -> Iterator[Target]:
    """The full texts of the releases that feeds carry."""
    listed = [head for head in shown if site.config.kinds[head.kind].listed]
    newest = sorted(sorted(listed, key=lambda head: head.id), key=lambda head: head.published, reverse=True)
    for lang in site.config.tags:
        for head in [head for head in newest if lang in head.texts][: site.config.latest]:
            yield Target("", "feedtext", lang, head.id)


def _first_at_each_address(targets: Iterable[Target]) -> list[Target]:
    """One target for each address; a public one goes before one that is to come."""
    seen: dict[str, Target] = {}
    for target in sorted(targets, key=lambda target: target.rehearsal):
        seen.setdefault(_address(target), target)
    return list(seen.values())


def _address(target: Target) -> str:
    return target.path.lower() or target.key  # some hosts' file systems do not tell cases apart


def _clashes(site: Site, targets: Iterable[Target], made: Iterable[Target]) -> Iterator[Problem]:
    """Two outputs at one address, public or to come."""
    by_address = {_address(target): target for target in made}
    for target in targets:
        first = by_address[_address(target)]
        moved = target.kind == "redirect" and bool(target.section)
        beside = moved or target.kind in ("card", "figures", "revisions")  # they stand where their page does
        if first == target or beside:
            continue
        former = first.kind == "redirect" and target.kind != "redirect"  # which is the one to give way
        one, other = (first, target) if target.kind in _AT_SLUGS and not former else (target, first)
        message = f'"{_name(one)}" and "{_name(other)}" would both be at {target.path}'
        yield Problem("duplicate-address", message, _place(site, other), "give one of them another slug or name")


def _name(target: Target) -> str:
    return target.release or f"{target.kind} {target.section or target.lang}".strip()


def _place(site: Site, target: Target) -> SourceRef:
    if target.kind in _AT_SLUGS:
        front = site.heads[target.release].texts[target.lang]
        return SourceRef(
            site.text_file(target.release, target.lang),
            front.lines["former_slugs" if target.kind == "redirect" else "slug"],
        )
    return SourceRef("data/labels.csv", site.labels.lines.get(f"kind.{target.section}", 0))
